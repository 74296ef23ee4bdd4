// SPDX-License-Identifier: MIT
// The cells of a header as column names.
#include "decode/header.h"
#include "record/name.h"
#include <stdlib.h>

static enum ac_rc twice(const ac_str *columns, size_t first, size_t second, struct ac_err *err) {
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "DUPLICATE_COLUMN",
                      "its header names a column twice: \"%.*s\" (column %zu) and \"%.*s\" (column "
                      "%zu); rename or remove one of them",
                      AC_STR_ARG(columns[first]), first + 1, AC_STR_ARG(columns[second]),
                      second + 1);
}

// The table holds numbers + 1, and more than twice as many slots as there are columns.
static enum ac_rc note_names(const ac_str *columns, size_t n, uint32_t *table, size_t mask,
                             struct ac_err *err) {
    for (size_t i = 0; i < n; i++) {
        ac_str name = ac_name_trim(columns[i]);
        if (!name.len)
            continue;
        size_t at = (size_t)ac_name_hash(name, 0) & mask;
        for (; table[at]; at = (at + 1) & mask)
            if (ac_name_same(ac_name_trim(columns[table[at] - 1]), name))
                return twice(columns, table[at] - 1, i, err);
        table[at] = (uint32_t)i + 1;
    }
    return AC_OK;
}

static enum ac_rc check_names(const ac_str *columns, size_t n, struct ac_err *err) {
    size_t size = 16;
    while (size < n * 2)
        size *= 2;
    uint32_t *table = calloc(size, sizeof *table);
    if (!table)
        return ac_err_nomem(err, "the names of columns");
    enum ac_rc rc = note_names(columns, n, table, size - 1, err);
    free(table);
    return rc;
}

enum ac_rc ac_header_copy(const ac_str *cells, size_t n, struct ac_arena *arena,
                          const ac_str **columns, struct ac_err *err) {
    const ac_str mark = AC_STR("\xef\xbb\xbf");
    ac_str *copies = ac_arena_alloc(arena, (n ? n : 1) * sizeof *copies);
    if (!copies)
        return ac_err_nomem(err, "a header");
    for (size_t i = 0; i < n; i++) {
        ac_str cell = cells[i];
        while (ac_str_starts(cell, mark))
            cell = ac_str_n(cell.ptr + mark.len, cell.len - mark.len);
        copies[i] = ac_arena_copy_str(arena, cell);
        if (!copies[i].ptr)
            return ac_err_nomem(err, "a header");
    }
    *columns = copies;
    return check_names(copies, n, err);
}
