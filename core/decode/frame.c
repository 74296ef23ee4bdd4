// SPDX-License-Identifier: MIT
// JSON values cut out of a stream of text, without parsing them.
#include "decode/frame.h"
#include <stdarg.h>
#include <stdio.h>

#define MARK AC_STR("\xef\xbb\xbf")
#define WORD_BYTES ((size_t)64) // a word that is longer is none of JSON's

void ac_frame_init(struct ac_frame *f, const struct ac_text *text, size_t max_bytes,
                   uint32_t max_depth) {
    *f = (struct ac_frame){.text = text,
                           .max_bytes = max_bytes,
                           .max_depth = max_depth,
                           .at = {.line = 1},
                           .is_line_begin = true};
    f->at.byte = text->mark_bytes;
    ac_buf_init(&f->head, max_bytes);
}

void ac_frame_free(struct ac_frame *f) { ac_buf_free(&f->head); }

// --- places --------------------------------------------------------------------------------------

// A line ends with LF, CR, or both.
static void count_lines(struct ac_frame_place *at, const char *ptr, size_t n) {
    const char *end = ptr + n, *line = NULL;
    for (const char *lf = ptr; lf < end && (lf = memchr(lf, '\n', (size_t)(end - lf))); lf++) {
        at->line += (lf > ptr ? lf[-1] : at->last) != '\r';
        line = lf + 1;
    }
    for (const char *cr = ptr; cr < end && (cr = memchr(cr, '\r', (size_t)(end - cr))); cr++) {
        at->line++;
        line = cr + 1 > line ? cr + 1 : line;
    }
    at->column = line ? (uint64_t)(end - line) : at->column + n;
}

struct ac_frame_place ac_frame_behind(const struct ac_frame *f, struct ac_frame_place from,
                                      const char *ptr, size_t n) {
    if (!n)
        return from;
    count_lines(&from, ptr, n);
    from.byte += ac_text_span(f->text, ptr, n);
    from.last = ptr[n - 1];
    return from;
}

static void pass(struct ac_frame *f, const char *ptr, size_t n) {
    f->at = ac_frame_behind(f, f->at, ptr, n);
}

bool ac_frame_eat(struct ac_frame *f, const char *ptr, size_t n) {
    size_t room = f->max_bytes - f->head.len, solid = n;
    while (solid && ac_scan_is_blank(ptr[solid - 1]))
        solid--;
    if (!ac_buf_add(&f->head, ptr, n < room ? n : room))
        return false;
    if (solid) {
        f->len += f->blank + ac_text_span(f->text, ptr, solid);
        f->blank = 0;
        f->n_head = f->head.len - (n < room ? n : room) + (solid < room ? solid : room);
    }
    f->blank += ac_text_span(f->text, ptr + solid, n - solid);
    pass(f, ptr, n);
    return true;
}

// --- pieces --------------------------------------------------------------------------------------

struct step {    // one call
    ac_str rest; // of the window
    bool is_last;
    struct ac_frame_piece *piece;
    enum ac_frame_kind kind;
    bool is_done;
};

static bool done(struct step *s, enum ac_frame_kind kind) {
    s->kind = kind;
    s->is_done = true;
    return true;
}

static void use(struct step *s, size_t n) {
    s->rest = ac_str_skip(s->rest, n);
    s->piece->used += n;
}

static void use_blanks(struct ac_frame *f, struct step *s, size_t n) {
    pass(f, s->rest.ptr, n);
    use(s, n);
}

static void place(struct ac_frame *f, struct step *s) {
    s->piece->line = f->begin.line;
    s->piece->byte = f->begin.byte;
    s->piece->column = f->begin.column + 1;
}

static void begin(struct ac_frame *f) {
    f->begin = f->at;
    f->begins_line = f->is_line_begin;
    f->before = f->before_that = AC_FRAME_NONE;
    f->len = f->blank = f->n_head = 0;
    f->is_cut_off = false;
    ac_buf_clear(&f->head);
}

static void blame(struct ac_frame *f, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void blame(struct ac_frame *f, const char *code, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    vsnprintf(f->why, sizeof f->why, fmt, args);
    va_end(args);
    f->code = code;
}

// A text cut somewhere, without a character that was cut in two.
static size_t whole_chars(const char *ptr, size_t len) {
    size_t n = len;
    while (n && len - n < 3 && ((unsigned char)ptr[n - 1] & 0xc0) == 0x80)
        n--;
    unsigned lead = n ? (unsigned char)ptr[n - 1] : 0;
    size_t wanted = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    return len - n + 1 < wanted ? n - 1 : len;
}

static bool tell_broken(struct ac_frame *f, struct step *s) {
    struct ac_frame_piece *p = s->piece;
    place(f, s);
    p->text = (ac_str){f->n_head ? f->head.ptr : "", f->n_head};
    if (f->head.len == f->max_bytes && f->len > f->n_head)
        p->text.len = whole_chars(f->head.ptr, f->n_head);
    p->len = f->len;
    p->code = f->code;
    p->why = f->why;
    f->state = AC_FRAME_START;
    return done(s, AC_FRAME_BROKEN);
}

// --- between values ------------------------------------------------------------------------------

static size_t blanks(struct ac_frame *f, ac_str rest) {
    for (size_t n = 0;; n++) {
        if (n == rest.len)
            return n;
        char c = rest.ptr[n];
        if (c == '\n' || c == '\r') {
            f->is_line_begin = true;
            f->n_indent = 0;
        } else if (c == ' ' || c == '\t') {
            f->n_indent++;
        } else if (ac_str_starts(ac_str_skip(rest, n), MARK)) {
            n += MARK.len - 1;
        } else {
            return n;
        }
    }
}

static size_t skip_blanks(ac_str text, size_t at) {
    while (at < text.len && ac_scan_is_blank(text.ptr[at]))
        at++;
    return at;
}

static bool end_of_input(struct ac_frame *f, struct step *s) {
    f->state = AC_FRAME_ENDED;
    if (!f->in_array)
        return done(s, AC_FRAME_END);
    f->in_array = false;
    begin(f);
    blame(f, "UNCLOSED_ARRAY",
          "the array is not closed: its end is missing, perhaps values with it");
    return tell_broken(f, s);
}

// A comma outside of an array: where an object follows it, or nothing at all, no harm is done.
static bool comma(struct ac_frame *f, struct step *s) {
    size_t n = skip_blanks(s->rest, 1);
    if (n == s->rest.len && !s->is_last && n < AC_FRAME_LOOK_BYTES)
        return done(s, AC_FRAME_MORE);
    bool is_end = n == s->rest.len && s->is_last && n < AC_FRAME_LOOK_BYTES;
    if (is_end || (n < s->rest.len && s->rest.ptr[n] == '{')) {
        use_blanks(f, s, 1);
        f->is_line_begin = false;
        return true;
    }
    begin(f);
    f->state = AC_FRAME_WORD;
    return true;
}

static bool start(struct ac_frame *f, struct step *s) {
    use_blanks(f, s, blanks(f, s->rest));
    if (!s->rest.len)
        return s->is_last ? end_of_input(f, s) : done(s, AC_FRAME_MORE);
    char c = *s->rest.ptr;
    if (s->rest.len < MARK.len && c == *MARK.ptr && !s->is_last)
        return done(s, AC_FRAME_MORE);
    if (c == (f->in_array ? ']' : '[') || (c == ',' && f->in_array)) {
        f->in_array = c != ']';
        f->had_array = true;
        f->is_line_begin = false;
        use_blanks(f, s, 1);
        return true;
    }
    if (c == ',')
        return comma(f, s);
    begin(f);
    f->state = AC_FRAME_WORD;
    if (c == '{' || c == '[' || c == '"') {
        f->state = AC_FRAME_SCAN;
        ac_scan_init(&f->scan, f->max_depth);
    }
    if (c == '{' && f->is_line_begin)
        f->indent = f->n_indent;
    f->is_line_begin = false;
    return true;
}

// --- what is no value ----------------------------------------------------------------------------

static bool is_word_end(char c) { return ac_scan_is_blank(c) || strchr("{}[],\"", c); }

// A word of JSON's, or NULL.
static const char *meaning(ac_str word) {
    static const struct {
        ac_str word;
        const char *is;
    } words[] = {{{"true", 4}, "true"}, {{"false", 5}, "false"}, {{"null", 4}, "null"}};
    for (size_t i = 0; i < AC_N(words); i++)
        if (ac_str_eq(word, words[i].word))
            return words[i].is;
    size_t i = word.len > 1 && *word.ptr == '-';
    if (i == word.len || word.ptr[i] < '0' || word.ptr[i] > '9')
        return NULL;
    while (i < word.len && strchr("0123456789.eE+-", word.ptr[i]))
        i++;
    return i == word.len ? "a number" : NULL;
}

static bool word(struct ac_frame *f, struct step *s) {
    size_t n = 0;
    while (n < s->rest.len && n < WORD_BYTES && !is_word_end(s->rest.ptr[n]))
        n++;
    if (n == s->rest.len && n < WORD_BYTES && !s->is_last)
        return done(s, AC_FRAME_MORE);
    const char *is = n < WORD_BYTES ? meaning(ac_str_n(s->rest.ptr, n)) : NULL;
    if (is) {
        if (!ac_frame_eat(f, s->rest.ptr, n))
            return false;
        use(s, n);
        blame(f, "NOT_AN_OBJECT", "is %s, no object", is);
        return tell_broken(f, s);
    }
    blame(f, "NO_JSON", "stands where a value could begin, yet is no JSON");
    f->own.len = 0;
    ac_frame_search_begin(f, SIZE_MAX);
    return true;
}

// --- values --------------------------------------------------------------------------------------

static void blame_stop(struct ac_frame *f, enum ac_scan_end why, const char *ptr, size_t n) {
    struct ac_frame_place at = ac_frame_behind(f, f->at, ptr, n);
    unsigned long long line = at.line, column = at.column + 1;
    switch (why) {
    case AC_SCAN_QUOTE:
        blame(f, "BAD_JSON", "has a quote too many or too few before line %llu, column %llu", line,
              column);
        break;
    case AC_SCAN_NEWLINE:
        blame(f, "UNCLOSED_QUOTE", "has a text that is not closed at the end of line %llu", line);
        break;
    case AC_SCAN_OPEN:
        blame(f, "BAD_JSON",
              "is cut short, or lacks a brace, before line %llu, column %llu, where another object "
              "begins",
              line, column);
        break;
    case AC_SCAN_MISMATCH:
        blame(f, "BAD_JSON",
              "closes a brace with a bracket, or the other way round, at line %llu, "
              "column %llu",
              line, column);
        break;
    case AC_SCAN_MORE:
        f->is_cut_off = true;
        blame(f, "UNCLOSED_VALUE", "is not closed: the input ends before it does");
        break;
    case AC_SCAN_CLOSED:
        blame(f, "BAD_JSON",
              "has a brace too many, or one too early, before line %llu, column %llu", line,
              column);
        break;
    }
}

// Passes over what is scanned of a value that nobody needs whole.
static bool eat_scanned(struct ac_frame *f, struct step *s) {
    const char *ptr = s->rest.ptr;
    size_t n = f->scan.at;
    int last[2] = {f->before, f->before_that};
    for (size_t i = n, k = 0; i && k < 2; i--) {
        if (ac_scan_is_blank(ptr[i - 1]))
            continue;
        last[1] = k ? (unsigned char)ptr[i - 1] : f->before;
        last[0] = k ? last[0] : (unsigned char)ptr[i - 1];
        k++;
    }
    f->before = last[0];
    f->before_that = last[1];
    ac_scan_forget(&f->scan, ptr, n);
    if (!ac_frame_eat(f, ptr, n))
        return false;
    use(s, n);
    return true;
}

static bool scan(struct ac_frame *f, struct step *s) {
    // No further than the ceiling: what comes of it must not depend on the window's size.
    ac_str text = s->rest;
    if (text.len > f->max_bytes)
        text.len = f->max_bytes + 1;
    enum ac_scan_end end = ac_scan_run(&f->scan, text);
    if (f->scan.at > f->max_bytes && end == AC_SCAN_MORE) {
        ac_frame_sign(&f->own, text);
        f->state = AC_FRAME_LONG;
        return eat_scanned(f, s);
    }
    if (end == AC_SCAN_CLOSED) {
        f->state = AC_FRAME_CLOSED;
        return true;
    }
    if (end == AC_SCAN_MORE && !s->is_last)
        return done(s, AC_FRAME_MORE);
    blame_stop(f, end, text.ptr, f->scan.at);
    ac_frame_sign(&f->own, ac_str_n(text.ptr, f->scan.at));
    ac_frame_search_begin(f, f->scan.at);
    return true;
}

static bool scan_long(struct ac_frame *f, struct step *s) {
    enum ac_scan_end end = ac_scan_run(&f->scan, s->rest);
    if (!eat_scanned(f, s))
        return false;
    if (end == AC_SCAN_MORE && !s->is_last)
        return done(s, AC_FRAME_MORE);
    unsigned long long n_bytes = f->len + f->blank;
    blame(f, "ROW_TOO_LONG", "has %s%llu bytes, a row may have %zu",
          end == AC_SCAN_CLOSED ? "" : "over ", n_bytes, f->max_bytes);
    if (end == AC_SCAN_CLOSED)
        return tell_broken(f, s);
    f->is_cut_off = end == AC_SCAN_MORE;
    ac_frame_search_begin(f, 0);
    return true;
}

// A value in balance, then what looks like more of it? AGAIN: that cannot be told yet.
enum follower { FOLLOWER_FINE, FOLLOWER_MORE, FOLLOWER_AGAIN };

static enum follower at_end(ac_str text, bool is_last) {
    return !is_last && text.len < AC_FRAME_LOOK_BYTES ? FOLLOWER_AGAIN : FOLLOWER_FINE;
}

// A text behind the value: a member's name? Not if it is the next one's first, whose brace is gone.
static enum follower name_follows(const struct ac_frame *f, ac_str text, bool is_last) {
    struct ac_scan name;
    ac_scan_init(&name, 1);
    enum ac_scan_end end = ac_scan_run(&name, text);
    if (end == AC_SCAN_MORE)
        return at_end(text, is_last);
    if (end != AC_SCAN_CLOSED || ac_frame_is_signed(&f->own, text))
        return FOLLOWER_FINE;
    size_t at = skip_blanks(text, name.at);
    if (at == text.len)
        return at_end(text, is_last);
    return text.ptr[at] == ':' ? FOLLOWER_MORE : FOLLOWER_FINE;
}

// A bracket right behind the value: an array of further values, or one of this value's members?
static enum follower array_follows(const struct ac_frame *f, ac_str text, bool is_last) {
    size_t at = skip_blanks(text, 1);
    if (f->in_array || (at < text.len && text.ptr[at] != '{'))
        return FOLLOWER_MORE;
    struct ac_scan array;
    ac_scan_init(&array, f->max_depth);
    enum ac_scan_end end = ac_scan_run(&array, text);
    at = skip_blanks(text, array.at);
    if (end == AC_SCAN_MORE || at == text.len)
        return at_end(text, is_last);
    return end == AC_SCAN_CLOSED && strchr("},:", text.ptr[at]) ? FOLLOWER_MORE : FOLLOWER_FINE;
}

static enum follower follower(const struct ac_frame *f, ac_str text, bool is_last) {
    size_t at = skip_blanks(text, 0);
    if (at == text.len)
        return at_end(text, is_last);
    switch (text.ptr[at]) {
    case '}':
    case ':':
        return FOLLOWER_MORE;
    case '[': // on a line of its own, perhaps
        return at ? FOLLOWER_FINE : array_follows(f, text, is_last);
    case ',':
        at = skip_blanks(text, at + 1);
        if (at == text.len)
            return at_end(text, is_last);
        return text.ptr[at] == '"' ? name_follows(f, ac_str_skip(text, at), is_last)
                                   : FOLLOWER_FINE;
    default:
        return FOLLOWER_FINE;
    }
}

static bool closed(struct ac_frame *f, struct step *s) {
    size_t n = f->scan.at;
    const char *ptr = s->rest.ptr;
    bool is_long = n > f->max_bytes;
    ac_frame_sign(&f->own, ac_str_n(ptr, n));
    enum follower next = follower(f, ac_str_skip(s->rest, n), s->is_last);
    if (next == FOLLOWER_AGAIN)
        return done(s, AC_FRAME_MORE);
    if (next == FOLLOWER_MORE && !is_long) {
        if (*ptr == '"')
            blame(f, "NO_JSON", "is a piece of an object, without its beginning");
        else
            blame_stop(f, AC_SCAN_CLOSED, ptr, n);
        ac_frame_search_begin(f, SIZE_MAX);
        return eat_scanned(f, s);
    }
    if (*ptr == '{' && !f->scan.is_deep && !is_long) {
        place(f, s);
        s->piece->text = ac_str_n(ptr, n);
        f->good = f->own;
        use_blanks(f, s, n);
        f->state = AC_FRAME_START;
        return done(s, AC_FRAME_VALUE);
    }
    if (is_long)
        blame(f, "ROW_TOO_LONG", "has %zu bytes, a row may have %zu", n, f->max_bytes);
    else if (*ptr != '{')
        blame(f, "NOT_AN_OBJECT", "is %s, no object", *ptr == '[' ? "an array" : "a text");
    else
        blame(f, "TOO_DEEP", "is nested over %u deep", f->max_depth);
    return eat_scanned(f, s) && tell_broken(f, s);
}

static bool search(struct ac_frame *f, struct step *s) {
    size_t used = 0;
    bool found = false;
    if (!ac_frame_search(f, s->rest, s->is_last, &used, &found))
        return false;
    use(s, used);
    if (!found && (s->rest.len || !s->is_last))
        return done(s, AC_FRAME_MORE);
    if (!found || f->before == ']')
        f->in_array = false; // its end was passed over
    return tell_broken(f, s);
}

bool ac_frame_next(struct ac_frame *f, ac_str window, bool is_last, struct ac_frame_piece *piece,
                   enum ac_frame_kind *kind) {
    static bool (*const steps[])(struct ac_frame *, struct step *) = {
        [AC_FRAME_START] = start,   [AC_FRAME_SCAN] = scan,      [AC_FRAME_WORD] = word,
        [AC_FRAME_CLOSED] = closed, [AC_FRAME_LONG] = scan_long, [AC_FRAME_SEARCH] = search,
    };
    *piece = (struct ac_frame_piece){0};
    struct step s = {.rest = window, .is_last = is_last, .piece = piece};
    if (f->state == AC_FRAME_ENDED)
        done(&s, AC_FRAME_END);
    while (!s.is_done)
        if (!steps[f->state](f, &s))
            return false;
    *kind = s.kind;
    return true;
}
