// SPDX-License-Identifier: MIT
// CSV rows without quotes, read many at a time without copying.
#include "decode/csv_rows.h"

struct plain { // what is found of the row at hand
    const char *cursor;
    ac_str *next, *end; // of the cells there is room for
    size_t n_more;
    struct ac_csv *csv;
};

// libcsv tells each cell's length in order. As long as it left nothing out, the next cell begins
// one delimiter behind this one's end; whether it left blanks out shows at the row's end.
static void on_cell(void *bytes, size_t len, void *arg) {
    (void)bytes;
    struct plain *p = arg;
    if (p->next == p->end) {
        p->n_more++;
        return;
    }
    *p->next++ = (ac_str){p->cursor, len};
    p->cursor += len + 1;
}

// Blanks around cells were left out: finds the places again. Returns the row's end.
static const char *place_cells(struct ac_csv *c) {
    const char *next, *at = c->row_ptr;
    const char *end = ac_csv_line_end(at, c->end_ptr, true, &next);
    if (!end)
        return c->end_ptr; // not reached: a piece is whole lines
    size_t n = c->n_cells < c->max_cells ? c->n_cells : c->max_cells;
    for (size_t i = 0; i < n; i++) {
        while (at < end && ac_csv_is_blank(c, *at))
            at++;
        c->cells[i].ptr = at;
        at += c->cells[i].len;
        while (at < end && ac_csv_is_blank(c, *at))
            at++;
        at++;
    }
    return end;
}

static void on_row(int term, void *arg) {
    (void)term;
    struct plain *p = arg;
    struct ac_csv *c = p->csv;
    if (c->rc != AC_OK)
        return;
    c->n_cells = (size_t)(p->next - c->cells) + p->n_more;
    const char *end = p->cursor - 1;
    if (p->n_more || !ac_csv_is_end(*end))
        end = place_cells(c);
    ac_csv_row(c, c->row_ptr, (size_t)(end - c->row_ptr));
    const char *next = end + 1;
    if (*end == '\r' && next < c->end_ptr && *next == '\n')
        next++;
    c->line++;
    if (next < c->end_ptr && (unsigned char)*next <= ' ')
        next = ac_csv_skip_blank(c, next, c->end_ptr);
    c->row_ptr = p->cursor = next;
    p->next = c->cells;
    p->n_more = 0;
}

void ac_csv_plain(struct ac_csv *c, const char *from, const char *to) {
    c->end_ptr = to;
    c->row_ptr = ac_csv_skip_blank(c, from, to);
    ac_csv_reset(c);
    struct plain p = {
        .cursor = c->row_ptr, .next = c->cells, .end = c->cells + c->max_cells, .csv = c};
    size_t len = (size_t)(to - from);
    if (csv_parse(&c->parser, from, len, on_cell, on_row, &p) != len && c->rc == AC_OK)
        c->rc = ac_err_nomem(c->err, "a cell");
}
