// SPDX-License-Identifier: MIT
// The next value's beginning, looked for in a damaged range.
#include "decode/frame.h"

#define MAX_TRIES 64u // beginnings tried in one range; from then on only the certain ones count
#define LINE_END SIZE_MAX
#define SPARE_BYTES ((uint64_t)64 << 20) // looked at more than once, whatever the input's length
#define SPARE_TIMES 4u                   // and so many times its length

void ac_frame_sign(struct ac_frame_sign *sign, ac_str value) {
    size_t at = 1;
    sign->len = 0;
    while (at < value.len && ac_scan_is_blank(value.ptr[at]))
        at++;
    if (at >= value.len || *value.ptr != '{' || value.ptr[at] != '"')
        return;
    for (; at < value.len && sign->len < sizeof sign->text; at++) {
        sign->text[sign->len++] = value.ptr[at];
        if (sign->len > 1 && value.ptr[at] == '"')
            return;
    }
}

bool ac_frame_is_signed(const struct ac_frame_sign *sign, ac_str first_member) {
    return sign->len && ac_str_starts(first_member, ac_str_n(sign->text, sign->len));
}

// A damaged input may be made such that each value begins a new search through the same megabytes.
static bool is_spent(const struct ac_frame *f) {
    return f->n_again > SPARE_BYTES + SPARE_TIMES * f->begin.byte;
}

void ac_frame_search_begin(struct ac_frame *f, size_t n_to_stop) {
    f->state = AC_FRAME_SEARCH;
    f->is_line_begin = false;
    f->n_to_stop = n_to_stop;
    f->n_quiet = is_spent(f) && n_to_stop != SIZE_MAX ? n_to_stop : 0;
    f->n_tries = 0;
}

static size_t skip_blanks(ac_str text, size_t at) {
    while (at < text.len && ac_scan_is_blank(text.ptr[at]))
        at++;
    return at;
}

enum verdict { VERDICT_NO, VERDICT_YES, VERDICT_MORE };

struct trial {   // of what may begin a value
    ac_str text; // from its brace on
    bool is_last;
    bool in_array;
    bool is_likely;   // it looks like one by itself
    uint64_t n_again; // bytes scanned for it
    bool is_border;   // a value ends before it: it is one, broken or not, or nested
    size_t n;         // looked at
};

// Behind the end of an array: is it the outermost?
static enum verdict try_end(struct trial *t) {
    t->n = skip_blanks(t->text, t->n);
    bool is_end = t->n == t->text.len || t->text.ptr[t->n] == '{' || t->text.ptr[t->n] == '[';
    return is_end ? VERDICT_YES : VERDICT_NO;
}

// Does what begins here end like a value? Objects with commas between them are judged together: it
// is their array's end that tells whether they are nested.
static enum verdict try(const struct ac_frame *f, struct trial *t) {
    enum verdict likely = t->is_likely ? VERDICT_YES : VERDICT_NO;
    struct ac_scan scan;
    for (bool is_first = true;; is_first = false) {
        ac_scan_init(&scan, f->max_depth);
        enum ac_scan_end end = ac_scan_run(&scan, ac_str_skip(t->text, t->n));
        t->n_again += scan.at;
        if (end == AC_SCAN_MORE && !t->is_last)
            return VERDICT_YES; // a long one
        if (end != AC_SCAN_CLOSED && is_first)
            return t->is_border ? VERDICT_YES : VERDICT_NO;
        t->n = skip_blanks(t->text, t->n + scan.at);
        if (end != AC_SCAN_CLOSED)
            return likely;
        if (t->n == t->text.len)
            return VERDICT_YES;
        char c = t->text.ptr[t->n];
        if (c == '{' || (c == '[' && !t->in_array))
            return VERDICT_YES;
        if (c != ',' && !(c == ']' && t->in_array))
            return VERDICT_NO;
        t->n = skip_blanks(t->text, t->n + 1);
        if (c == ']')
            return try_end(t);
        if (t->n == t->text.len)
            return t->is_last ? likely : VERDICT_YES;
        if (t->text.ptr[t->n] != '{')
            return VERDICT_NO;
    }
}

// May an object with that first member begin a value, if it ends like one? Where the scan of the
// damaged one found nothing wrong but the input's end, only if it looks like one, too.
static bool is_candidate(const struct ac_frame *f, const struct trial *t, bool can_be_inside) {
    if (f->is_cut_off)
        return t->is_likely && (t->in_array || f->is_line_begin);
    bool is_behind = t->in_array && f->before == ',' && f->before_that == '}';
    return t->is_likely || !can_be_inside || is_behind || f->n_to_stop == 0;
}

// A brace begins the text: does it begin a value?
static enum verdict judge(struct ac_frame *f, ac_str text, bool is_last) {
    bool is_whole = is_last || text.len >= AC_FRAME_LOOK_BYTES;
    size_t at = skip_blanks(text, 1);
    if (at == text.len)
        return is_whole ? VERDICT_NO : VERDICT_MORE;
    if (text.ptr[at] != '"')
        return VERDICT_NO;
    bool can_be_inside = f->before == ':' || f->before == ',' || f->before == '[';
    bool begins_line = f->is_line_begin && f->n_indent == f->indent;
    if (!f->is_cut_off && begins_line && !can_be_inside)
        return VERDICT_YES;
    if (f->n_tries == MAX_TRIES || is_spent(f))
        return VERDICT_NO;
    if (!is_whole)
        return VERDICT_MORE;
    ac_str name = ac_str_skip(text, at);
    bool is_signed = ac_frame_is_signed(&f->own, name) || ac_frame_is_signed(&f->good, name);
    struct trial t = {.text = text,
                      .is_last = is_last,
                      .in_array = f->in_array || f->had_array,
                      .is_likely = is_signed || begins_line,
                      .is_border = f->before == '}'};
    if (f->is_cut_off)
        t.is_likely = is_signed && (begins_line || f->before == ',');
    if (!is_candidate(f, &t, can_be_inside))
        return VERDICT_NO;
    f->n_tries++;
    if (text.len > AC_FRAME_LOOK_BYTES && !f->is_cut_off) {
        t.text.len = AC_FRAME_LOOK_BYTES;
        t.is_last = false;
    }
    enum verdict verdict = try(f, &t);
    f->n_again += t.n_again;
    if (verdict == VERDICT_NO)
        f->n_quiet = t.n; // what was judged together is refused together
    else
        f->in_array |= f->before == ',' && f->had_array;
    return verdict;
}

// A slash or a sharp sign that stands first in its line begins a comment, up to the line's end.
// Behind a value it may be a stray byte, in an input that has no lines: there it takes two slashes.
static bool begins_comment(const struct ac_frame *f, char c) {
    if (f->before != AC_FRAME_NONE && f->before_that == AC_FRAME_NONE && f->before == '/')
        return c == '/';
    bool is_first = f->is_line_begin || (f->before == AC_FRAME_NONE && f->begins_line);
    return is_first && (c == '/' || c == '#');
}

static void note(struct ac_frame *f, char c) {
    if (c == '\n' || c == '\r') {
        f->is_line_begin = true;
        f->n_indent = 0;
        if (f->n_quiet == LINE_END)
            f->n_quiet = 0;
    } else if (c == ' ' || c == '\t') {
        f->n_indent++;
    } else {
        if (begins_comment(f, c))
            f->n_quiet = LINE_END;
        f->is_line_begin = false;
        f->before_that = f->before;
        f->before = (unsigned char)c;
    }
}

bool ac_frame_search(struct ac_frame *f, ac_str window, bool is_last, size_t *used, bool *found) {
    size_t at = 0;
    for (; at < window.len; at++) {
        bool is_first = f->before == AC_FRAME_NONE; // the damaged one itself
        if (window.ptr[at] == '{' && !f->n_quiet && !is_first) {
            enum verdict verdict = judge(f, ac_str_skip(window, at), is_last);
            *found = verdict == VERDICT_YES;
            if (verdict != VERDICT_NO)
                break;
        }
        note(f, window.ptr[at]);
        if (f->n_quiet && f->n_quiet != LINE_END)
            f->n_quiet--;
        if (f->n_to_stop != SIZE_MAX)
            f->n_to_stop = f->n_to_stop ? f->n_to_stop - 1 : SIZE_MAX;
    }
    if (*found && f->n_to_stop != SIZE_MAX)
        f->n_again += f->n_to_stop;
    *used = at;
    return ac_frame_eat(f, window.ptr, at);
}
