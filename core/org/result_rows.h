// SPDX-License-Identifier: MIT
// Rows of a CSV file as the org writes it, read one at a time.
#ifndef AC_ORG_RESULT_ROWS_H
#define AC_ORG_RESULT_ROWS_H
#include "base/buf.h"
#include "base/err.h"

// What people send may be any sort of CSV, and core/decode reads it with a place and a verdict for
// every byte. What the org sends is all quoted, and a flaw in it means that the file is cut or no
// result file: so this reader knows nothing but RFC 4180, either gives a row or says that there is
// none to be had, and can be rewound.
struct ac_result_rows {
    int fd;
    struct ac_buf block; // bytes not yet given out, from `at` on
    size_t at;
    size_t scanned;    // behind `at`: bytes in which no row ends
    bool is_in_quotes; // behind what was scanned
    bool has_ended;
    uint64_t line;    // of the next row, 1-based
    uint64_t n_inner; // line ends inside its quotes, so far
    ac_str *cells;
    size_t n_cells, max_cells;
};

// Errors: AC_RUN, when the file cannot be opened.
enum ac_rc ac_result_rows_open(struct ac_result_rows *r, const char *path, struct ac_err *err);
void ac_result_rows_close(struct ac_result_rows *r);
enum ac_rc ac_result_rows_rewind(struct ac_result_rows *r, struct ac_err *err);
// The next row in r->cells, which live until the next call; blank lines are passed over, NUL bytes
// left out. AC_END after the last, AC_AGAIN when the file ends inside a row or a row is over its
// ceiling, AC_RUN when it cannot be read.
enum ac_rc ac_result_rows_next(struct ac_result_rows *r, struct ac_err *err);

#endif
