// SPDX-License-Identifier: MIT
// Rows counted by the worst outcome of the records they made.
#include "engine/engine_int.h"
#include <stdlib.h>

#define ROWS_MAX 65536u // rows with several records that wait for outcomes

static uint64_t slot_of(const struct rows *rows, uint32_t input, uint64_t number) {
    return ((number * 0x9E3779B97F4A7C15u) ^ ((uint64_t)input * 0xC2B2AE3D27D4EB4Fu)) &
           (rows->max - 1);
}

static struct row_wait *find(struct rows *rows, uint32_t input, uint64_t number) {
    for (uint64_t i = slot_of(rows, input, number);; i = (i + 1) & (rows->max - 1)) {
        struct row_wait *w = &rows->slots[i];
        if (w->n_left == 0 || (w->number == number && w->input == input))
            return w;
    }
}

// Open addressing without tombstones: what follows a removed slot moves up.
static void forget(struct rows *rows, struct row_wait *gone) {
    size_t hole = (size_t)(gone - rows->slots), mask = rows->max - 1;
    rows->slots[hole].n_left = 0;
    for (size_t i = (hole + 1) & mask; rows->slots[i].n_left; i = (i + 1) & mask) {
        size_t home = slot_of(rows, rows->slots[i].input, rows->slots[i].number);
        if (((i - home) & mask) < ((i - hole) & mask))
            continue;
        rows->slots[hole] = rows->slots[i];
        rows->slots[i].n_left = 0;
        hole = i;
    }
    rows->n--;
}

enum ac_rc ac_engine_rows_expect(struct ac_engine *e, uint32_t input, uint64_t number, uint32_t n,
                                 struct ac_err *err) {
    struct rows *rows = &e->rows;
    if (!rows->slots) {
        rows->max = (size_t)ROWS_MAX * 2;
        rows->slots = calloc(rows->max, sizeof *rows->slots);
        if (!rows->slots)
            return ac_err_nomem(err, "rows that wait for several outcomes");
    }
    if (rows->n == ROWS_MAX) { // settle what waits; every batch so far gets its outcome
        enum ac_rc rc = ac_engine_seal_all(e, err);
        while (rc == AC_OK && e->n_flights)
            rc = ac_engine_pump(e, 1000, err);
        if (rc != AC_OK)
            return rc;
    }
    struct row_wait *w = find(rows, input, number);
    *w = (struct row_wait){number, input, n, AC_RECORD_WRITTEN};
    rows->n++;
    return AC_OK;
}

// How bad an outcome is for its row.
static int badness(enum ac_record_state state) {
    switch (state) {
    case AC_RECORD_REFUSED:
        return 3;
    case AC_RECORD_UNSENT:
    case AC_RECORD_PENDING:
        return 2;
    case AC_RECORD_WRITTEN:
    case AC_RECORD_CREATED:
    case AC_RECORD_UPDATED:
        return 1;
    case AC_RECORD_DEAD:
    case AC_RECORD_SUPERSEDED:
    case AC_RECORD_REPEAT:
        return 0; // nothing to send: only a row of nothing else is dropped
    }
    return 3;
}

enum ac_rc ac_engine_row_outcome(struct ac_engine *e, struct intake *in,
                                 const struct ac_batch_row *row, enum ac_record_state state,
                                 struct ac_err *err) {
    (void)err;
    if (row->n_row_records > 1) {
        struct row_wait *w = find(&e->rows, row->origin.input, row->origin.number);
        bool is_first = w->n_left == row->n_row_records;
        if (is_first || badness(state) > badness(w->worst))
            w->worst = state;
        if (--w->n_left)
            return AC_OK;
        state = w->worst;
        w->n_left = 1; // forget() wants a slot in use
        forget(&e->rows, w);
    }
    switch (badness(state)) {
    case 3:
        in->counts.rejected++;
        break;
    case 1:
        in->counts.sent++;
        break;
    case 0:
        in->counts.dropped++;
        break;
    }
    return AC_OK;
}
