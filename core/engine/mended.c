// SPDX-License-Identifier: MIT
// Rejected rows that somebody exported, mended in a spreadsheet, now brings back.
//
// Such a file has columns of ours, acload_code among them, wherever they stand now. Plugins never
// see those; and what guarded a cell against being taken for a formula is taken off again.
//
// A row that had too few or too many cells was exported with as many as its header has, which would
// pass for a good row. Its acload_row holds the cells that it came with: while the others are what
// the export made of them, nobody has mended it. What was no JSON object is exported as one that
// has nothing but acload_row and others of ours; mended, it has the members that came of it.
#include "decode/guard.h"
#include "decode/split.h"
#include "engine/engine_int.h"
#include <jansson.h>

#define MAX_CELLS 5000u
#define ROW_BYTES ((size_t)8 * 1024 * 1024)

static void take(const struct mended *m, const ac_str *from, ac_str *to) {
    for (size_t i = 0; i < m->n; i++)
        to[i] = ac_cell_unguarded(from[m->from[i]]);
}

enum ac_rc ac_engine_mend(struct ac_engine *e, struct ac_decode_sample *sample,
                          struct ac_err *err) {
    struct mended *m = &e->mended;
    size_t n_all = sample->n_columns;
    ac_buf_free(&m->text);
    *m = (struct mended){.n_all = n_all, .row_at = SIZE_MAX};
    ac_buf_init(&m->text, ROW_BYTES);
    for (size_t i = 0; i < n_all; i++) {
        m->is_any |= ac_column_is_ours(sample->columns[i]);
        if (ac_str_eq_nocase(ac_str_trim(sample->columns[i]), AC_STR("acload_row")))
            m->row_at = i;
    }
    if (!m->is_any)
        return AC_OK;
    struct ac_arena *arena = &e->input_arena;
    ac_str *columns = ac_arena_alloc(arena, n_all * sizeof *columns);
    ac_str *cells = ac_arena_alloc(arena, (sample->n_rows + 1) * n_all * sizeof *cells);
    m->from = ac_arena_alloc(arena, n_all * sizeof *m->from);
    m->cells = ac_arena_alloc(arena, n_all * sizeof *m->cells);
    m->was = ac_arena_alloc(arena, (m->row_at < n_all ? MAX_CELLS : 1) * sizeof *m->was);
    if (!columns || !cells || !m->from || !m->cells || !m->was)
        return ac_err_nomem(err, "the columns of an input");
    for (size_t i = 0; i < n_all; i++) {
        if (ac_column_is_ours(sample->columns[i]))
            continue;
        columns[m->n] = ac_cell_unguarded(sample->columns[i]);
        m->from[m->n++] = i;
    }
    for (size_t i = 0; i < sample->n_rows; i++)
        take(m, sample->cells + i * n_all, cells + i * m->n);
    sample->columns = columns;
    sample->n_columns = m->n;
    sample->cells = cells;
    return AC_OK;
}

static bool is_as_exported(struct mended *m, ac_str original, struct ac_err *err) {
    size_t n_was = 0, n_filled = 0, n_same = 0;
    if (!original.len)
        return false;
    if (!ac_csv_split(original, ',', &m->text, m->was, MAX_CELLS, &n_was)) {
        n_was = 0; // it was no row at all: the export left its cells empty
        if (m->text.has_no_memory)
            return ac_err_nomem(err, "a row"), true;
    }
    for (size_t i = 0; i < m->n; i++) {
        n_filled += m->cells[i].len > 0;
        n_same += ac_str_eq(m->cells[i], i < n_was ? m->was[i] : AC_STR(""));
    }
    return !n_filled || (n_same == m->n && n_was != m->n);
}

static bool is_value_as_exported(json_t *value) {
    const char *name;
    json_t *member;
    if (!json_string_length(json_object_get(value, "acload_row")))
        return false;
    json_object_foreach(value, name, member) {
        if (!ac_column_is_ours(ac_str_of(name)))
            return false;
    }
    return true;
}

bool ac_engine_mend_row(struct ac_engine *e, struct acload_row *row, struct ac_err *err) {
    struct mended *m = &e->mended;
    if (row->value)
        return !is_value_as_exported(row->value);
    if (!m->is_any || row->n_cells != m->n_all)
        return true;
    ac_str original = m->row_at < m->n_all ? ac_cell_unguarded(row->cells[m->row_at]) : AC_STR("");
    take(m, row->cells, m->cells);
    row->cells = m->cells;
    row->n_cells = m->n;
    return !is_as_exported(m, original, err);
}
