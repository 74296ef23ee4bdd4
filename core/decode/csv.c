// SPDX-License-Identifier: MIT
// CSV as one of the decoders.
#include "decode/csv_rows.h"
#include "decode/header.h"

#define LOOK_BYTES ((size_t)64 << 10)    // of text looked at for a sample, to begin with
#define LOOK_MAX_BYTES ((size_t)1 << 20) // unless the header alone is longer
#define SAMPLE_ROWS ((size_t)8)

// Any text may be CSV: the first line must hold no control character.
static int bid(ac_str head) {
    for (size_t i = 0; i < head.len; i++) {
        unsigned char c = (unsigned char)head.ptr[i];
        if (c == '\n' || c == '\r')
            break;
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return 0;
    }
    return 1;
}

static enum ac_rc empty(const char *name, struct ac_err *err) {
    ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "EMPTY_INPUT", "holds nothing but blank lines");
    ac_err_at(err, name, 0, 0);
    return AC_INPUT;
}

static enum ac_rc check_delimiter(const struct ac_decode_options *options, struct ac_err *err) {
    unsigned char c = (unsigned char)options->delimiter;
    if (c < 0x80 && c != '"' && c != '\r' && c != '\n')
        return AC_OK;
    return ac_err_set(
        err, AC_INPUT, AC_CAUSE_CONFIG, "BAD_DELIMITER",
        "cells cannot be divided by the byte 0x%02X: take a comma, a semicolon, a tab "
        "or another sign of ASCII but not a quote or a line end",
        c);
}

// --- the beginning -------------------------------------------------------------------------------

struct look { // a sample in the making
    struct ac_decode_sample *out;
    struct ac_arena *arena;
    ac_str *cells;
};

static enum ac_rc look_header(struct ac_csv *c, const ac_str *cells, size_t n, struct ac_err *err) {
    struct look *look = c->header_arg;
    look->out->n_columns = n;
    enum ac_rc rc = ac_header_copy(cells, n, look->arena, &look->out->columns, err);
    if (rc != AC_OK)
        return rc;
    look->cells = ac_arena_alloc(look->arena, SAMPLE_ROWS * n * sizeof *look->cells);
    look->out->cells = look->cells;
    return look->cells ? AC_OK : ac_err_nomem(err, "a sample");
}

// AC_END stops the parser: there are enough.
static enum ac_rc look_row(void *arg, struct acload_row *row, struct ac_err *err) {
    struct look *look = arg;
    ac_str *to = look->cells + look->out->n_rows * row->n_cells;
    for (size_t i = 0; i < row->n_cells; i++) {
        to[i] = ac_arena_copy_str(look->arena, row->cells[i]);
        if (!to[i].ptr)
            return ac_err_nomem(err, "a sample");
    }
    return ++look->out->n_rows == SAMPLE_ROWS ? AC_END : AC_OK;
}

static enum ac_rc look_broken(void *arg, const struct ac_broken *broken, struct ac_err *err) {
    (void)arg;
    (void)broken;
    (void)err;
    return AC_OK; // whoever takes the rows is told
}

static enum ac_rc look_at(const struct ac_text *text, ac_str head, bool is_last,
                          const struct ac_decode_options *options, struct look *look,
                          struct ac_err *err) {
    struct ac_decode_sink sink = {look, look_row, look_broken};
    AC_CLEANUP(ac_csv_free) struct ac_csv csv;
    enum ac_rc rc = ac_csv_init(&csv, text, options, &sink, err);
    if (rc != AC_OK)
        return rc;
    csv.header = look_header;
    csv.header_arg = look;
    size_t used;
    rc = ac_csv_block(&csv, head, is_last, &used, err);
    if (rc != AC_OK)
        return rc;
    if (!csv.n_columns && is_last)
        return empty(options->name, err);
    if (!csv.n_columns && head.len > csv.max_row_bytes + 2) {
        rc = ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "ROW_TOO_LONG",
                        "its header has over %zu bytes, a row may have no more", csv.max_row_bytes);
        ac_err_at(err, options->name, csv.line, 0);
    }
    return rc;
}

static enum ac_rc sample(struct ac_source *src, const struct ac_decode_options *options,
                         struct ac_arena *arena, struct ac_decode_sample *out, struct ac_err *err) {
    size_t limit = ac_csv_max_row(options) + 3; // a header that needs more is too long
    if (limit < LOOK_MAX_BYTES)
        limit = LOOK_MAX_BYTES;
    AC_CLEANUP(ac_text_close) struct ac_text text;
    enum ac_rc rc = ac_text_open(&text, src, options->encoding, limit, true, err);
    if (rc == AC_OK)
        rc = check_delimiter(options, err);
    if (rc != AC_OK)
        return rc;
    struct ac_arena_mark mark = ac_arena_mark(arena);
    for (size_t want = LOOK_BYTES; rc == AC_OK; want *= 2) {
        ac_arena_rewind(arena, mark);
        *out = (struct ac_decode_sample){.decoder = &ac_decoder_csv};
        if (want > limit)
            want = limit;
        ac_str head;
        bool is_last;
        rc = ac_text_look(&text, want, &head, &is_last, err);
        if (rc != AC_OK)
            return rc;
        struct look look = {out, arena, NULL};
        rc = look_at(&text, head, is_last, options, &look, err);
        if (is_last || want >= (out->n_columns ? LOOK_MAX_BYTES : limit))
            break;
    }
    return rc < AC_OK ? rc : AC_OK;
}

// --- the whole -----------------------------------------------------------------------------------

static enum ac_rc pass_header(struct ac_csv *c, const ac_str *cells, size_t n, struct ac_err *err) {
    (void)c;
    (void)cells;
    (void)n;
    (void)err;
    return AC_OK;
}

static enum ac_rc run_blocks(struct ac_csv *c, struct ac_text *text, struct ac_err *err) {
    for (size_t want = 1;;) {
        ac_str block;
        size_t used = 0;
        enum ac_rc rc = ac_text_peek(text, want, &block, err);
        if (rc < AC_OK)
            return rc;
        bool is_last = rc == AC_END;
        rc = ac_csv_block(c, block, is_last, &used, err);
        ac_text_take(text, used);
        if (rc != AC_OK)
            return rc;
        if (is_last)
            return c->n_columns ? AC_OK : empty(c->name, err);
        size_t left = block.len - used, enough = c->max_row_bytes + 3;
        want = left + 1; // one byte more is as many as the source has at hand
        if (used)
            continue;
        if (left < enough) {
            want = left * 2 < enough ? left * 2 : enough;
            continue;
        }
        rc = ac_csv_long_line(c, text, err);
        if (rc != AC_OK)
            return rc;
        want = 1;
    }
}

static enum ac_rc run(struct ac_source *src, const struct ac_decode_options *options,
                      const struct ac_decode_sink *sink, struct ac_decode_counts *counts,
                      struct ac_err *err) {
    AC_CLEANUP(ac_text_close) struct ac_text text = {0};
    AC_CLEANUP(ac_csv_free) struct ac_csv csv;
    enum ac_rc rc = ac_csv_init(&csv, &text, options, sink, err);
    if (rc == AC_OK)
        rc = check_delimiter(options, err);
    if (rc != AC_OK)
        return rc;
    rc = ac_text_open(&text, src, options->encoding, csv.max_row_bytes + 3, false, err);
    if (rc != AC_OK)
        return rc;
    csv.byte = text.mark_bytes;
    csv.header = pass_header;
    rc = run_blocks(&csv, &text, err);
    *counts = csv.counts;
    counts->bytes = csv.byte;
    return rc;
}

const struct ac_decoder ac_decoder_csv = {"csv", bid, sample, run};
