// SPDX-License-Identifier: MIT
// CSV of uploads: rows found, rows taken apart.
#include "csv_rows.h"

#include "buf.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ROW_BYTES ((size_t)8 << 20)
#define MAX_CELLS 5000u

static void end_row(struct sb_csv_scan *s, uint64_t end) {
    if (s->in_row) {
        uint64_t len = end - s->from;
        s->rows++;
        if (s->row && !s->stopped)
            s->stopped = !s->row(
                s->arg, (struct sb_span){s->from, len > UINT32_MAX ? UINT32_MAX : (uint32_t)len});
    }
    s->in_row = false;
    s->from = end;
}

// How many bytes come before the next quote, CR or LF.
static size_t plain_run(const char *p, size_t len) {
    const uint64_t each = 0x0101010101010101u;
    size_t i = 0;
    for (; i + 8 <= len; i += 8) { // eight at a time while none is below '#'
        uint64_t w = 0;
        memcpy(&w, p + i, 8);
        if ((w - each * '#') & ~w & each * 0x80)
            break;
    }
    while (i < len && p[i] != '"' && p[i] != '\n' && p[i] != '\r')
        i++;
    return i;
}

void sb_csv_scan_feed(struct sb_csv_scan *s, const char *p, size_t len) {
    for (size_t i = 0; i < len; i++) {
        size_t run = plain_run(p + i, len - i);
        if (run > 0) {
            s->in_row = true;
            if (s->cr)
                s->wrong_end = true;
            s->cr = false;
            i += run;
            if (i == len)
                break;
        }
        char c = p[i];
        bool after_cr = s->cr;
        s->cr = c == '\r';
        if (c == '"') {
            s->quoted = !s->quoted;
            s->in_row = true;
            s->wrong_end = s->wrong_end || after_cr;
        } else if (c == '\r') {
            s->wrong_end = s->wrong_end || !s->crlf || after_cr;
        } else {
            s->wrong_end = s->wrong_end || s->crlf != after_cr;
            if (!s->quoted)
                end_row(s, s->at + i + 1);
        }
    }
    s->at += len;
}

void sb_csv_scan_end(struct sb_csv_scan *s) {
    if (s->cr)
        s->wrong_end = true;
    end_row(s, s->at);
}

struct sb_csv {
    struct csv_parser parser;
    char delimiter;
    struct sb_buf text;
    size_t *ends; // of each cell in text
    size_t n;
    struct sb_csv_cell *cells;
    bool failed;
};

static int no_space(unsigned char c) {
    (void)c;
    return 0;
}

static bool start(struct sb_csv *c) {
    if (csv_init(&c->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return false;
    csv_set_delim(&c->parser, (unsigned char)c->delimiter);
    csv_set_space_func(&c->parser, no_space);
    return true;
}

struct sb_csv *sb_csv_new(char delimiter) {
    struct sb_csv *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->delimiter = delimiter;
    sb_buf_init(&c->text, MAX_ROW_BYTES);
    c->ends = calloc(MAX_CELLS, sizeof *c->ends);
    c->cells = calloc(MAX_CELLS, sizeof *c->cells);
    if (c->ends && c->cells && start(c))
        return c;
    free(c->ends);
    free(c->cells);
    free(c);
    return NULL;
}

void sb_csv_free(struct sb_csv *c) {
    if (!c)
        return;
    csv_free(&c->parser);
    sb_buf_free(&c->text);
    free(c->ends);
    free(c->cells);
    free(c);
}

static void on_cell(void *p, size_t len, void *arg) {
    struct sb_csv *c = arg;
    if (c->n == MAX_CELLS || !sb_buf_add(&c->text, p ? p : "", len))
        c->failed = true;
    else
        c->ends[c->n++] = c->text.len;
}

static void on_row(int end, void *arg) {
    (void)end;
    (void)arg;
}

const struct sb_csv_cell *sb_csv_cells(struct sb_csv *c, const char *row, size_t len, size_t *n) {
    sb_buf_clear(&c->text);
    c->n = 0;
    c->failed = false;
    bool ok = csv_parse(&c->parser, row, len, on_cell, on_row, c) == len;
    ok = csv_fini(&c->parser, on_cell, on_row, c) == 0 && ok;
    if (!ok) { // the parser is stuck now
        csv_free(&c->parser);
        if (!start(c))
            memset(&c->parser, 0, sizeof c->parser);
    }
    if (!ok || c->failed)
        return NULL;
    size_t from = 0;
    for (size_t i = 0; i < c->n; i++) {
        c->cells[i] =
            (struct sb_csv_cell){(c->text.at ? c->text.at : "") + from, c->ends[i] - from};
        from = c->ends[i];
    }
    *n = c->n;
    return c->cells;
}
