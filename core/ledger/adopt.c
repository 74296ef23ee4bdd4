// SPDX-License-Identifier: MIT
// What a run that died has left: its batches, their ranges, inputs half settled.
#include "ledger/ledger_int.h"

static enum ac_rc claim(struct ac_ledger *l, int64_t batch, int64_t from, int64_t to,
                        struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_BATCH_CLAIM, "taking a batch over");
    ac_query_int(&q, batch);
    ac_query_int(&q, from);
    ac_query_int(&q, to);
    enum ac_rc rc = ac_query_run(&q, err);
    if (rc != AC_OK || sqlite3_changes64(l->db))
        return rc;
    return ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "TAKEN", "batch %lld was taken by another run",
                      (long long)batch);
}

enum ac_rc ac_ledger_batch_claim(struct ac_ledger *l, int64_t batch, int64_t from, int64_t to,
                                 struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_SYNC, err);
    return rc == AC_OK ? ac_ledger_tx_end(l, claim(l, batch, from, to, err), err) : rc;
}

static enum ac_rc forget(struct ac_ledger *l, int64_t batch, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_BATCH_FORGET, "forgetting a batch");
    ac_query_int(&q, batch);
    return ac_query_run(&q, err);
}

enum ac_rc ac_ledger_batch_forget(struct ac_ledger *l, int64_t batch, struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_LAG, err);
    return rc == AC_OK ? ac_ledger_tx_end(l, forget(l, batch, err), err) : rc;
}

static enum ac_rc forget_rejects(struct ac_ledger *l, int64_t batch, const char *but_code,
                                 struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_REJECT_FORGET_BATCH, "taking a batch over");
    ac_query_int(&q, batch);
    ac_query_text_or_null(&q, but_code);
    return ac_query_run(&q, err);
}

enum ac_rc ac_ledger_batch_ranges(struct ac_ledger *l, int64_t batch, const char *but_code,
                                  bool (*each)(void *arg, const struct ac_range *range), void *arg,
                                  struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_LAG, err);
    if (rc != AC_OK)
        return rc;
    rc = ac_ledger_tx_end(l, forget_rejects(l, batch, but_code, err), err);
    if (rc != AC_OK)
        return rc;
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_own(l, AC_SQL_BATCH_RANGES, "taking a batch over");
    ac_query_int(&q, batch);
    for (;;) {
        rc = ac_query_step(&q, err);
        if (rc != AC_OK)
            return rc == AC_END ? AC_OK : rc;
        struct ac_range range = {.input = ac_query_get_int(&q, 0),
                                 .first = (uint32_t)ac_query_get_int(&q, 1),
                                 .n = (uint32_t)ac_query_get_int(&q, 2),
                                 .row_first = ac_query_get_u64(&q, 3),
                                 .row_last = ac_query_get_u64(&q, 4)};
        if (!each(arg, &range))
            return AC_OK;
    }
}

static enum ac_rc settle(struct ac_ledger *l, int64_t batch, uint32_t first,
                         const struct ac_counts *c, bool is_settled, struct ac_err *err) {
    const uint64_t numbers[] = {c->sent,    c->dropped, c->rejected, c->made,      c->written,
                                c->created, c->updated, c->refused,  c->superseded};
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_RANGE_SETTLE, "settling a range");
    ac_query_int(&q, batch);
    ac_query_int(&q, first);
    for (size_t i = 0; i < AC_N(numbers); i++)
        ac_query_u64(&q, numbers[i]);
    ac_query_int(&q, is_settled);
    // The input may have ended without it: then nobody asks for its ranges any more.
    return ac_query_run(&q, err);
}

enum ac_rc ac_ledger_range_settle(struct ac_ledger *l, int64_t batch, uint32_t first,
                                  const struct ac_counts *counts, struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_SYNC, err);
    return rc == AC_OK ? ac_ledger_tx_end(l, settle(l, batch, first, counts, true, err), err) : rc;
}

enum ac_rc ac_ledger_range_note(struct ac_ledger *l, int64_t batch, uint32_t first,
                                const struct ac_counts *counts, struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_LAG, err);
    return rc == AC_OK ? ac_ledger_tx_end(l, settle(l, batch, first, counts, false, err), err) : rc;
}

enum ac_rc ac_ledger_ranges_settled(struct ac_ledger *l, int64_t input,
                                    bool (*each)(void *arg, const struct ac_settled_range *range),
                                    void *arg, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_own(l, AC_SQL_RANGES_SETTLED, "reading what is settled");
    ac_query_int(&q, input);
    for (;;) {
        enum ac_rc rc = ac_query_step(&q, err);
        if (rc != AC_OK)
            return rc == AC_END ? AC_OK : rc;
        struct ac_settled_range r = {.object = ac_query_get_text(&q, 0),
                                     .row_first = ac_query_get_u64(&q, 1),
                                     .row_last = ac_query_get_u64(&q, 2)};
        uint64_t *const places[] = {&r.counts.sent,    &r.counts.dropped, &r.counts.rejected,
                                    &r.counts.made,    &r.counts.written, &r.counts.created,
                                    &r.counts.updated, &r.counts.refused, &r.counts.superseded};
        for (size_t i = 0; i < AC_N(places); i++)
            *places[i] = ac_query_get_u64(&q, 3 + (int)i);
        if (!each(arg, &r))
            return AC_OK;
    }
}

enum ac_rc ac_ledger_ranges_open(struct ac_ledger *l, int64_t input, uint64_t *n,
                                 struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_RANGES_OPEN, "reading what is not settled");
    ac_query_int(&q, input);
    enum ac_rc rc = ac_query_step(&q, err);
    *n = rc == AC_OK ? ac_query_get_u64(&q, 0) : 0;
    return rc < AC_OK ? rc : AC_OK;
}

enum ac_rc ac_ledger_input_get(struct ac_ledger *l, int64_t input, struct ac_arena *arena,
                               struct ac_input_row *out, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_INPUT_GET, "reading an input");
    ac_query_int(&q, input);
    enum ac_rc rc = ac_query_step(&q, err);
    if (rc != AC_OK)
        return rc;
    ac_ledger_get_input(&q, out);
    const char **const texts[] = {&out->org,    &out->identity, &out->member, &out->name,
                                  &out->plugin, &out->job,      &out->error,  &out->how};
    for (size_t i = 0; i < AC_N(texts); i++) {
        *texts[i] = ac_arena_copy(arena, ac_str_of(*texts[i]));
        if (!*texts[i])
            return ac_err_nomem(err, "an input");
    }
    return AC_OK;
}

bool ac_ledger_run_is_alive(struct ac_ledger *l, int64_t run) { return ac_ledger_is_alive(l, run); }

// Its inputs were read to their end and wait for it alone, or for others too: they are read again,
// but for what other batches have settled.
static enum ac_rc lose(struct ac_ledger *l, int64_t batch, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query inputs = ac_query_open(l, AC_SQL_BATCH_LOSE_INPUTS, "giving up a batch");
    ac_query_int(&inputs, batch);
    ac_query_int(&inputs, AC_INPUT_OPEN);
    ac_query_int(&inputs, AC_INPUT_READ);
    enum ac_rc rc = ac_query_run(&inputs, err);
    if (rc != AC_OK)
        return rc;
    AC_CLEANUP(ac_query_close)
    struct ac_query ranges = ac_query_open(l, AC_SQL_BATCH_LOSE_RANGES, "giving up a batch");
    ac_query_int(&ranges, batch);
    rc = ac_query_run(&ranges, err);
    return rc == AC_OK ? ac_ledger_batch_settle(l, batch, err) : rc;
}

enum ac_rc ac_ledger_batch_lose(struct ac_ledger *l, int64_t batch, struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_SYNC, err);
    return rc == AC_OK ? ac_ledger_tx_end(l, lose(l, batch, err), err) : rc;
}
