// SPDX-License-Identifier: MIT
// JSON as one of the decoders.
#include "base/json_memory.h"
#include "decode/decode.h"
#include "decode/frame.h"
#include "decode/text.h"
#include <jansson.h>
#include <stdio.h>

#define FLAGS (JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL)
#define MAX_ROW_BYTES ((size_t)4 << 20)
#define MAX_DEPTH 512u
#define MAX_VALUES ((uint64_t)1000 * 1000 * 1000)
// Of one value with all that is nested in it: 12 MiB, were they empty objects. The 32 KiB that a
// contact's attributes may take are a tenth of that at most.
#define MAX_PARTS ((size_t)50 * 1000)
#define LOOK_BYTES ((size_t)64 << 10)    // of text looked at for a sample, to begin with
#define LOOK_MAX_BYTES ((size_t)1 << 20) // unless a value alone is longer
#define SAMPLE_VALUES ((size_t)8)
#define BID_SURE 16 // bits: two bytes that are as they must be
#define BID_FAIR 8
#define BID_LATER 2 // more than CSV bids for any text

// --- the bid -------------------------------------------------------------------------------------

static ac_str skip_blanks(ac_str s) {
    while (s.len && ac_scan_is_blank(*s.ptr))
        s = ac_str_skip(s, 1);
    return s;
}

// Does an object begin here, as far as can be seen?
static bool begins_object(ac_str s) {
    if (!s.len || *s.ptr != '{')
        return false;
    s = skip_blanks(ac_str_skip(s, 1));
    return s.len && (*s.ptr == '"' || *s.ptr == '}');
}

static bool begins_value(ac_str s) {
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < AC_N(words); i++)
        if (ac_str_starts(s, ac_str_of(words[i])))
            return true;
    return s.len && strchr("{[]\"-0123456789", *s.ptr) && *s.ptr;
}

// A damaged beginning: an object on a line of its own, or behind another? Neither is CSV, where
// the name behind the brace would begin with two quotes.
static bool has_object(ac_str s) {
    for (size_t i = 1; i + 2 < s.len; i++) {
        char before = s.ptr[i - 1];
        if (s.ptr[i] == '{' && (before == '\n' || before == '\r' || before == '}') &&
            s.ptr[i + 1] == '"' && s.ptr[i + 2] != '"')
            return true;
    }
    return false;
}

static int bid(ac_str head) {
    ac_str s = skip_blanks(head);
    if (begins_object(s))
        return BID_SURE;
    if (s.len && *s.ptr == '[') {
        ac_str inner = skip_blanks(ac_str_skip(s, 1));
        if (begins_object(inner))
            return BID_SURE;
        if (begins_value(inner))
            return BID_FAIR;
    }
    return has_object(s) ? BID_LATER : 0;
}

// --- one value -----------------------------------------------------------------------------------

// jansson quotes the input, cut anywhere.
static void clean(char *text) {
    ac_str rest = ac_str_of(text);
    for (size_t bad; (bad = ac_str_utf8_bad(rest)) < rest.len; rest = ac_str_skip(rest, bad + 1))
        text[(size_t)(rest.ptr - text) + bad] = '?';
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            *c = ' ';
}

struct broken_value {
    const char *code;
    char text[300];
};

// The parser's words, with their place in the input.
static void explain(const struct ac_frame *f, const struct ac_frame_piece *p,
                    const json_error_t *why, struct broken_value *out) {
    size_t at = why->position > 0 ? (size_t)why->position : 0;
    struct ac_frame_place place = {.line = p->line, .byte = p->byte, .column = p->column - 1};
    place = ac_frame_behind(f, place, p->text.ptr, at < p->text.len ? at : p->text.len);
    bool is_encoding = json_error_code(why) == json_error_invalid_utf8;
    out->code = is_encoding ? "BAD_ENCODING" : "BAD_JSON";
    snprintf(out->text, sizeof out->text, "line %llu, column %llu: %s",
             (unsigned long long)place.line, (unsigned long long)place.column, why->text);
    clean(out->text);
}

static json_t *parse(const struct ac_frame *f, const struct ac_frame_piece *p, bool is_brief,
                     struct broken_value *why, struct ac_err *err) {
    json_error_t said;
    if (p->text.len > MAX_PARTS / 2 && !ac_json_is_bounded(p->text, SIZE_MAX, MAX_PARTS)) {
        why->code = "TOO_MANY_PARTS";
        snprintf(why->text, sizeof why->text,
                 "is made of over %zu values, which a row may not: each takes memory of its own",
                 MAX_PARTS);
        return NULL;
    }
    (void)ac_json_memory_ran_out(); // of whoever parsed before
    json_t *value = is_brief ? ac_json_brief(p->text, FLAGS, &said)
                             : json_loadb(p->text.ptr, p->text.len, FLAGS, &said);
    if (value)
        return value;
    if (ac_json_memory_ran_out() || json_error_code(&said) == json_error_out_of_memory)
        ac_err_nomem(err, "a JSON value");
    else
        explain(f, p, &said, why);
    return NULL;
}

static size_t max_bytes(const struct ac_decode_options *options) {
    return options->max_row_bytes ? options->max_row_bytes : MAX_ROW_BYTES;
}

static void init_frame(struct ac_frame *f, const struct ac_text *text,
                       const struct ac_decode_options *options) {
    uint32_t depth = options->max_depth ? options->max_depth : MAX_DEPTH;
    ac_frame_init(f, text, max_bytes(options),
                  depth < AC_SCAN_MAX_DEPTH ? depth : AC_SCAN_MAX_DEPTH);
}

// --- the beginning -------------------------------------------------------------------------------

struct look { // a sample in the making
    struct ac_decode_sample *out;
    struct ac_arena *arena;
    bool has_broken;
};

static enum ac_rc add_value(struct look *look, const struct ac_frame *f,
                            const struct ac_frame_piece *p, struct ac_err *err) {
    struct broken_value why = {.code = "BAD_JSON"};
    json_t *value = parse(f, p, false, &why, err);
    if (!value) {
        look->has_broken = true; // whoever takes the rows is told
        return err->rc;
    }
    struct acload_row *row = ac_arena_zalloc(look->arena, sizeof *row);
    if (!row) {
        json_decref(value);
        return ac_err_nomem(err, "a sample");
    }
    row->value = value;
    look->out->values[look->out->n_values++] = row;
    return AC_OK;
}

static enum ac_rc look_at(const struct ac_text *text, ac_str head, bool is_last,
                          const struct ac_decode_options *options, struct look *look,
                          struct ac_err *err) {
    AC_CLEANUP(ac_frame_free) struct ac_frame f;
    init_frame(&f, text, options);
    enum ac_frame_kind kind = AC_FRAME_VALUE;
    while (look->out->n_values < SAMPLE_VALUES) {
        struct ac_frame_piece p;
        if (!ac_frame_next(&f, head, is_last, &p, &kind))
            return ac_err_nomem(err, "a broken value");
        head = ac_str_skip(head, p.used);
        enum ac_rc rc = AC_OK;
        if (kind == AC_FRAME_VALUE)
            rc = add_value(look, &f, &p, err);
        look->has_broken |= kind == AC_FRAME_BROKEN;
        if (rc != AC_OK)
            return rc;
        if (kind == AC_FRAME_MORE || kind == AC_FRAME_END)
            break;
    }
    return AC_OK;
}

static enum ac_rc empty(const char *name, struct ac_err *err) {
    ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "EMPTY_INPUT", "holds no JSON value");
    ac_err_at(err, name, 0, 0);
    return AC_INPUT;
}

static enum ac_rc sample(struct ac_source *src, const struct ac_decode_options *options,
                         struct ac_arena *arena, struct ac_decode_sample *out, struct ac_err *err) {
    size_t limit = max_bytes(options) + AC_FRAME_LOOK_BYTES;
    if (limit < LOOK_MAX_BYTES)
        limit = LOOK_MAX_BYTES;
    AC_CLEANUP(ac_text_close) struct ac_text text;
    enum ac_rc rc = ac_text_open(&text, src, options->encoding, limit, true, err);
    const struct acload_row **values = ac_arena_alloc(arena, SAMPLE_VALUES * sizeof(void *));
    if (rc == AC_OK && !values)
        return ac_err_nomem(err, "a sample");
    struct ac_arena_mark mark = ac_arena_mark(arena);
    for (size_t want = LOOK_BYTES; rc == AC_OK; want *= 2) {
        ac_decode_sample_free(out);
        ac_arena_rewind(arena, mark);
        *out = (struct ac_decode_sample){
            .decoder = &ac_decoder_json, .format = ACLOAD_JSON, .values = values};
        if (want > limit)
            want = limit;
        ac_str head;
        bool is_last;
        rc = ac_text_look(&text, want, &head, &is_last, err);
        if (rc != AC_OK)
            return rc;
        struct look look = {out, arena, false};
        rc = look_at(&text, head, is_last, options, &look, err);
        if (rc == AC_OK && is_last && !out->n_values && !look.has_broken)
            rc = empty(options->name, err);
        if (is_last || out->n_values == SAMPLE_VALUES ||
            want >= (out->n_values ? LOOK_MAX_BYTES : limit))
            break;
    }
    return rc;
}

// --- the whole -----------------------------------------------------------------------------------

struct run {
    struct ac_frame frame;
    const struct ac_decode_options *options;
    const struct ac_decode_sink *sink;
    struct ac_decode_counts *counts;
    uint64_t number; // of the last row
};

static struct ac_origin origin(struct run *r, const struct ac_frame_piece *p) {
    return (struct ac_origin){.line = p->line, .byte = p->byte, .number = ++r->number};
}

static enum ac_rc broken(struct run *r, const struct ac_frame_piece *p, uint64_t len,
                         const char *code, const char *text, struct ac_err *err) {
    struct ac_broken out = {
        .origin = origin(r, p), .len = len, .raw = p->text, .code = code, .text = text};
    r->counts->n_broken++;
    return r->sink->broken(r->sink->arg, &out, err);
}

static enum ac_rc value(struct run *r, const struct ac_frame_piece *p, struct ac_err *err) {
    struct broken_value why = {.code = "BAD_JSON"};
    AC_CLEANUP(ac_json_brief_free)
    json_t *parsed = parse(&r->frame, p, true, &why, err);
    if (!parsed && err->rc != AC_OK)
        return err->rc;
    if (!parsed)
        return broken(r, p, ac_text_span(r->frame.text, p->text.ptr, p->text.len), why.code,
                      why.text, err);
    struct acload_row row = {.raw = p->text, .value = parsed, .origin = origin(r, p)};
    r->counts->n_rows++;
    return r->sink->row(r->sink->arg, &row, err);
}

static enum ac_rc piece(struct run *r, const struct ac_frame_piece *p, enum ac_frame_kind kind,
                        struct ac_err *err) {
    if (kind != AC_FRAME_VALUE && kind != AC_FRAME_BROKEN)
        return AC_OK;
    uint64_t max = r->options->max_values ? r->options->max_values : MAX_VALUES;
    if (r->number == max) {
        ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "TOO_MANY_VALUES",
                   "holds over %llu values; what came before is taken", (unsigned long long)max);
        ac_err_at(err, r->options->name, p->line, 0);
        return AC_INPUT;
    }
    return kind == AC_FRAME_VALUE ? value(r, p, err) : broken(r, p, p->len, p->code, p->why, err);
}

static enum ac_rc run_pieces(struct run *r, struct ac_text *text, struct ac_err *err) {
    enum ac_frame_kind kind = AC_FRAME_MORE;
    for (size_t want = 1; kind != AC_FRAME_END;) {
        ac_str block;
        enum ac_rc rc = ac_text_peek(text, want, &block, err);
        if (rc < AC_OK)
            return rc;
        bool is_last = rc == AC_END;
        size_t used = 0;
        do {
            struct ac_frame_piece p;
            if (!ac_frame_next(&r->frame, ac_str_skip(block, used), is_last, &p, &kind))
                return ac_err_nomem(err, "a broken value");
            used += p.used;
            rc = piece(r, &p, kind, err);
        } while (rc == AC_OK && kind != AC_FRAME_MORE && kind != AC_FRAME_END);
        ac_text_take(text, used);
        r->counts->bytes = r->frame.at.byte;
        if (rc != AC_OK)
            return rc;
        want = block.len - used + 1; // one byte more is as many as the source has at hand
    }
    return r->number ? AC_OK : empty(r->options->name, err);
}

static enum ac_rc run(struct ac_source *src, const struct ac_decode_options *options,
                      const struct ac_decode_sink *sink, struct ac_decode_counts *counts,
                      struct ac_err *err) {
    AC_CLEANUP(ac_text_close) struct ac_text text = {0};
    size_t window = max_bytes(options) + 2 * AC_FRAME_LOOK_BYTES;
    enum ac_rc rc = ac_text_open(&text, src, options->encoding, window, false, err);
    if (rc != AC_OK)
        return rc;
    struct run r = {.options = options, .sink = sink, .counts = counts};
    *counts = (struct ac_decode_counts){0};
    init_frame(&r.frame, &text, options);
    rc = run_pieces(&r, &text, err);
    ac_frame_free(&r.frame);
    return rc;
}

const struct ac_decoder ac_decoder_json = {"json", bid, sample, run};
