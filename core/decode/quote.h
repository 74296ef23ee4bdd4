// SPDX-License-Identifier: MIT
// One cell written as CSV.
#ifndef AC_DECODE_QUOTE_H
#define AC_DECODE_QUOTE_H
#include "base/buf.h"

// Adds the cell, in quotes with inner ones doubled when it holds a comma, a quote, CR, LF, or an
// outer blank (RFC 4180). False at the buffer's ceiling.
bool ac_csv_add_cell(struct ac_buf *out, ac_str cell);
// The cells joined by commas, without a line end.
bool ac_csv_add_row(struct ac_buf *out, const ac_str *cells, size_t n);

#endif
