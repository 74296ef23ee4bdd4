// SPDX-License-Identifier: MIT
// Rejected rows that somebody exported, mended in a spreadsheet, now brings back.
//
// Such a file has columns of ours, acload_code among them, wherever they stand now. Plugins never
// see those; and what guarded a cell against being taken for a formula is taken off again.
#include "decode/guard.h"
#include "engine/engine_int.h"

static void take(const struct mended *m, const ac_str *from, ac_str *to) {
    for (size_t i = 0; i < m->n; i++)
        to[i] = ac_cell_unguarded(from[m->from[i]]);
}

enum ac_rc ac_engine_mend(struct ac_engine *e, struct ac_decode_sample *sample,
                          struct ac_err *err) {
    struct mended *m = &e->mended;
    size_t n_all = sample->n_columns;
    *m = (struct mended){.n_all = n_all};
    for (size_t i = 0; i < n_all; i++)
        m->is_any |= ac_column_is_ours(sample->columns[i]);
    if (!m->is_any)
        return AC_OK;
    struct ac_arena *arena = &e->input_arena;
    ac_str *columns = ac_arena_alloc(arena, n_all * sizeof *columns);
    ac_str *cells = ac_arena_alloc(arena, (sample->n_rows + 1) * n_all * sizeof *cells);
    m->from = ac_arena_alloc(arena, n_all * sizeof *m->from);
    m->cells = ac_arena_alloc(arena, n_all * sizeof *m->cells);
    if (!columns || !cells || !m->from || !m->cells)
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

void ac_engine_mend_row(struct ac_engine *e, struct acload_row *row) {
    const struct mended *m = &e->mended;
    if (!m->is_any || row->n_cells != m->n_all)
        return;
    take(m, row->cells, m->cells);
    row->cells = m->cells;
    row->n_cells = m->n;
}
