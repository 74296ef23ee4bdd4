// SPDX-License-Identifier: MIT
// Cells quoted where RFC 4180 asks for it.
#include "decode/quote.h"

static bool needs_quotes(ac_str cell) {
    if (!cell.len) return false;
    if (cell.ptr[0] == ' ' || cell.ptr[cell.len - 1] == ' ') return true;
    for (size_t i = 0; i < cell.len; i++)
        switch (cell.ptr[i]) {
        case ',':
        case '"':
        case '\r':
        case '\n': return true;
        }
    return false;
}

bool ac_csv_add_cell(struct ac_buf *out, ac_str cell) {
    if (!needs_quotes(cell)) return ac_buf_add_str(out, cell);
    if (!ac_buf_add_char(out, '"')) return false;
    for (size_t i = 0; i < cell.len; i++) {
        if (cell.ptr[i] == '"' && !ac_buf_add_char(out, '"')) return false;
        if (!ac_buf_add_char(out, cell.ptr[i])) return false;
    }
    return ac_buf_add_char(out, '"');
}

bool ac_csv_add_row(struct ac_buf *out, const ac_str *cells, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (i && !ac_buf_add_char(out, ',')) return false;
        if (!ac_csv_add_cell(out, cells[i])) return false;
    }
    return true;
}
