// SPDX-License-Identifier: MIT
// What a decoder gives, written down as text.
#include "decode/decode_kit.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct transcript {
    struct ac_buf *out;
    const struct ac_decode_sample *sample;
    ac_str member;    // null: not looked at
    uint64_t at;      // end of the last row in it
    uint64_t number;  // of the last row
    size_t n_sampled; // rows compared with the sample
    const char *wrong;
};

static void add_cells(struct ac_buf *out, const ac_str *cells, size_t n) {
    ac_buf_add_char(out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            ac_buf_add_char(out, ',');
        ac_buf_add_json(out, cells[i]);
    }
    ac_buf_add(out, "]\n", 2);
}

// Only the header and blank lines, be it with delimiters, may lie outside of rows; of JSON, what
// separates values.
static void check_gap(struct transcript *t, uint64_t to) {
    bool is_json = t->sample->format == ACLOAD_JSON;
    for (; (is_json || t->number > 0) && t->at < to; t->at++)
        if (!strchr(is_json ? " \t\r\n,[]\xef\xbb\xbf" : " \t\r\n,", t->member.ptr[t->at]))
            t->wrong = "bytes belong to no row";
}

static void check_place(struct transcript *t, const struct ac_origin *origin, ac_str raw,
                        uint64_t len) {
    if (origin->number != t->number + 1)
        t->wrong = "a row's number";
    if (!ac_str_is_null(t->member)) {
        check_gap(t, origin->byte);
        if (origin->byte + len > t->member.len || raw.len > len ||
            memcmp(t->member.ptr + origin->byte, raw.ptr, raw.len) != 0)
            t->wrong = "a row's raw text is not what stands in the member";
        t->at = origin->byte + len;
    }
    t->number = origin->number;
}

static void check_sample(struct transcript *t, const struct acload_row *row) {
    size_t n = t->sample->n_columns;
    if (row->n_cells != n)
        t->wrong = "a row has not as many cells as the header";
    if (t->n_sampled == t->sample->n_rows)
        return;
    const ac_str *cells = t->sample->cells + t->n_sampled++ * n;
    for (size_t i = 0; i < n; i++)
        if (!ac_str_eq(cells[i], row->cells[i]))
            t->wrong = "the sample differs from the rows";
}

static void add_value(struct transcript *t, const struct acload_row *row) {
    const struct ac_decode_sample *sample = t->sample;
    const json_t *value = row->value;
    if (row->n_cells)
        t->wrong = "a value has cells";
    if (t->n_sampled < sample->n_values &&
        !json_equal(sample->values[t->n_sampled++]->value, value))
        t->wrong = "the sample differs from the values";
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENSURE_ASCII);
    ac_buf_add_str(t->out, ac_str_of(text));
    ac_buf_add_char(t->out, '\n');
    free(text);
}

static enum ac_rc on_row(void *arg, struct acload_row *row, struct ac_err *err) {
    (void)err;
    struct transcript *t = arg;
    check_place(t, &row->origin, row->raw, row->raw.len);
    ac_buf_printf(t->out, "%llu %llu ", (unsigned long long)row->origin.line,
                  (unsigned long long)row->origin.byte);
    if (row->value) {
        add_value(t, row);
        return AC_OK;
    }
    check_sample(t, row);
    add_cells(t->out, row->cells, row->n_cells);
    return AC_OK;
}

static enum ac_rc on_broken(void *arg, const struct ac_broken *broken, struct ac_err *err) {
    (void)err;
    struct transcript *t = arg;
    check_place(t, &broken->origin, broken->raw, broken->len);
    ac_buf_printf(t->out, "broken %llu %llu %llu %s %s\n", (unsigned long long)broken->origin.line,
                  (unsigned long long)broken->origin.byte, (unsigned long long)broken->len,
                  broken->code, broken->text);
    return AC_OK;
}

static void add_error(struct ac_buf *out, const struct ac_err *err) {
    ac_buf_printf(out, "%s %llu %s\n", err->code, (unsigned long long)err->line, err->text);
}

bool decode_transcript(struct ac_source *src, const struct ac_decode_options *options,
                       ac_str member, struct ac_buf *out) {
    struct ac_err err = AC_ERR_INIT;
    struct ac_decode_sample sample = {0};
    struct ac_decode_counts counts = {0};
    struct ac_arena arena;
    ac_arena_init(&arena, (size_t)16 << 20);
    struct transcript t = {.out = out, .sample = &sample, .member = member};
    enum ac_rc rc = ac_decode_sample(src, options, &arena, &sample, &err);
    if (rc == AC_OK) {
        if (sample.format == ACLOAD_CSV) {
            ac_buf_printf(out, "columns ");
            add_cells(out, sample.columns, sample.n_columns);
        }
        struct ac_decode_sink sink = {&t, on_row, on_broken};
        rc = ac_decode_run(src, &sample, options, &sink, &counts, &err);
    }
    if (rc != AC_OK) {
        add_error(out, &err);
    } else {
        if (!ac_str_is_null(member))
            check_gap(&t, member.len);
        if (counts.n_rows + counts.n_broken != t.number)
            t.wrong = "the counts";
        if (!ac_str_is_null(member) && counts.bytes != member.len)
            t.wrong = "the count of bytes";
        ac_buf_printf(out, "rows %llu broken %llu blank %llu bytes %llu\n",
                      (unsigned long long)counts.n_rows, (unsigned long long)counts.n_broken,
                      (unsigned long long)counts.n_blank, (unsigned long long)counts.bytes);
    }
    ac_decode_sample_free(&sample);
    ac_arena_free(&arena);
    if (t.wrong)
        ac_buf_printf(out, "WRONG: %s\n", t.wrong);
    return !t.wrong;
}

char *decode_file(const char *path, size_t *len) {
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    char *text = NULL;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    if (size >= 0)
        text = malloc((size_t)size + 1);
    if (text && fread(text, 1, (size_t)size, file) == (size_t)size) {
        *len = (size_t)size;
        text[size] = '\0';
    }
    fclose(file);
    return text;
}

static bool set_option(ac_str name, char *value, struct ac_decode_options *options) {
    uint64_t n = 0;
    bool is_number = ac_str_u64(ac_str_of(value), &n);
    if (ac_str_eq(name, AC_STR("delimiter")))
        options->delimiter = *(strcmp(value, "tab") == 0 ? "\t" : value);
    else if (ac_str_eq(name, AC_STR("encoding")))
        options->encoding = value;
    else if (ac_str_eq(name, AC_STR("max_cell")) && is_number)
        options->max_cell_bytes = (size_t)n;
    else if (ac_str_eq(name, AC_STR("max_row")) && is_number)
        options->max_row_bytes = (size_t)n;
    else if (ac_str_eq(name, AC_STR("max_columns")) && is_number)
        options->max_columns = (size_t)n;
    else if (ac_str_eq(name, AC_STR("max_depth")) && is_number)
        options->max_depth = (uint32_t)n;
    else if (ac_str_eq(name, AC_STR("max_values")) && is_number)
        options->max_values = n;
    else
        return false;
    return true;
}

bool decode_options(char *text, struct ac_decode_options *options) {
    for (char *line = text, *next; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        char *value = strchr(line, '=');
        if (!value)
            return false;
        *value++ = '\0';
        if (!set_option(ac_str_of(line), value, options))
            return false;
    }
    return true;
}
