// SPDX-License-Identifier: MIT
// CSV rows without quotes, read many at a time without copying.
#include "decode/csv_rows.h"

// libcsv tells each cell's length in order. As long as it left nothing out, the next cell begins
// one delimiter behind this one's end; whether it left blanks out shows at the row's end.
static void on_cell(void *bytes, size_t len, void *arg) {
    (void)bytes;
    struct ac_csv *c = arg;
    if (c->n_cells < c->max_cells)
        c->cells[c->n_cells] = (ac_str){c->cursor, len};
    c->n_cells++;
    c->cursor += len + 1;
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
    struct ac_csv *c = arg;
    if (c->rc != AC_OK)
        return;
    const char *end = c->cursor - 1;
    if (!ac_csv_is_end(*end))
        end = place_cells(c);
    ac_csv_row(c, c->row_ptr, (size_t)(end - c->row_ptr));
    const char *next = end + 1;
    if (*end == '\r' && next < c->end_ptr && *next == '\n')
        next++;
    c->line++;
    if (next < c->end_ptr && (unsigned char)*next <= ' ')
        next = ac_csv_skip_blank(c, next, c->end_ptr);
    c->row_ptr = c->cursor = next;
    c->n_cells = 0;
}

void ac_csv_plain(struct ac_csv *c, const char *from, const char *to) {
    c->end_ptr = to;
    c->row_ptr = c->cursor = ac_csv_skip_blank(c, from, to);
    c->n_cells = 0;
    ac_csv_reset(c);
    size_t len = (size_t)(to - from);
    if (csv_parse(&c->parser, from, len, on_cell, on_row, c) != len && c->rc == AC_OK)
        c->rc = ac_err_nomem(c->err, "a cell");
}
