// SPDX-License-Identifier: MIT
// CSV of uploads: rows found, rows taken apart.
#ifndef SB_CSV_ROWS_H
#define SB_CSV_ROWS_H

#include "arena.h"

#include <stdbool.h>
#include <stdint.h>

struct sb_span { // one row, its line end included
    uint64_t at;
    uint32_t len;
};

// Looks at bytes as they come: counts rows, watches line ends, keeps the header.
struct sb_csv_scan {
    bool crlf; // what line ends must be
    bool quoted, cr, wrong_end;
    bool in_row; // something stands on the line
    uint64_t at, from;
    uint64_t rows; // the header is one
    // Told of every row; false stops. May be NULL.
    bool (*row)(void *arg, struct sb_span span);
    void *arg;
    bool stopped;
};

void sb_csv_scan_feed(struct sb_csv_scan *s, const char *p, size_t len);
void sb_csv_scan_end(struct sb_csv_scan *s);

struct sb_csv_cell {
    const char *s;
    size_t len;
};

struct sb_csv; // takes rows apart

struct sb_csv *sb_csv_new(char delimiter);
void sb_csv_free(struct sb_csv *c);
// The cells of a row, until the next call. NULL: the row is no CSV, quotes stand where none may.
const struct sb_csv_cell *sb_csv_cells(struct sb_csv *c, const char *row, size_t len, size_t *n);

#endif
