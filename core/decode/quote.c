// SPDX-License-Identifier: MIT
// Cells quoted where RFC 4180 asks for it.
#include "decode/quote.h"

// Blanks at either end would be left out by whoever reads the cell.
static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static bool needs_quotes(ac_str cell) {
    static const bool special[256] = {[','] = true, ['"'] = true, ['\r'] = true, ['\n'] = true};
    bool found = is_blank(cell.ptr[0]) || is_blank(cell.ptr[cell.len - 1]);
    for (size_t i = 0; i < cell.len && !found; i++)
        found = special[(unsigned char)cell.ptr[i]];
    return found;
}

bool ac_csv_add_cell(struct ac_buf *out, ac_str cell) {
    if (!cell.len)
        return true;
    if (!needs_quotes(cell))
        return ac_buf_add_str(out, cell);
    if (cell.len > SIZE_MAX / 4 || !ac_buf_need(out, cell.len + 2))
        return false;
    out->ptr[out->len++] = '"';
    while (cell.len) {
        const char *quote = memchr(cell.ptr, '"', cell.len);
        size_t n = quote ? (size_t)(quote - cell.ptr) + 1 : cell.len;
        if (!ac_buf_add(out, cell.ptr, n) || (quote && !ac_buf_add_char(out, '"')))
            return false;
        cell = ac_str_skip(cell, n);
    }
    return ac_buf_add_char(out, '"');
}

bool ac_csv_add_row(struct ac_buf *out, const ac_str *cells, size_t n) {
    // A single empty cell would be a blank line, which is no row.
    if (n == 1 && !cells[0].len)
        return ac_buf_add(out, "\"\"", 2);
    for (size_t i = 0; i < n; i++) {
        if (i && !ac_buf_add_char(out, ','))
            return false;
        if (!ac_csv_add_cell(out, cells[i]))
            return false;
    }
    return true;
}
