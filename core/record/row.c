// SPDX-License-Identifier: MIT
// Rows copied for those who need them longer than one call.
#include "record/row.h"

const char ac_absent_mark[1] = {0};

// Cells of a plain row are slices of its raw text; those of a quoted one are not.
static bool is_inside(ac_str piece, ac_str whole) {
    uintptr_t from = (uintptr_t)whole.ptr, at = (uintptr_t)piece.ptr;
    return at >= from && at + piece.len <= from + whole.len;
}

static bool is_mark(ac_str cell) { return ac_str_is_null(cell) || ac_is_absent(cell); }

struct acload_row *ac_row_copy(const struct acload_row *row, struct ac_arena *arena) {
    size_t len = sizeof *row + row->n_cells * sizeof(ac_str) + row->raw.len;
    for (size_t i = 0; i < row->n_cells; i++)
        if (!is_mark(row->cells[i]) && !is_inside(row->cells[i], row->raw))
            len += row->cells[i].len;
    struct acload_row *copy = ac_arena_alloc(arena, len);
    if (!copy)
        return NULL;
    ac_str *cells = (ac_str *)(copy + 1);
    char *raw = (char *)(cells + row->n_cells);
    char *at = raw + row->raw.len;
    if (row->raw.len)
        memcpy(raw, row->raw.ptr, row->raw.len);
    for (size_t i = 0; i < row->n_cells; i++) {
        ac_str from = row->cells[i];
        cells[i] = from;
        if (is_mark(from))
            continue;
        if (is_inside(from, row->raw)) {
            cells[i].ptr = raw + (from.ptr - row->raw.ptr);
            continue;
        }
        if (from.len)
            memcpy(at, from.ptr, from.len);
        cells[i].ptr = at;
        at += from.len;
    }
    *copy = *row;
    copy->cells = cells;
    copy->raw = (ac_str){ac_str_is_null(row->raw) ? NULL : raw, row->raw.len};
    copy->arena = arena;
    return copy;
}
