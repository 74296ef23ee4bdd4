// SPDX-License-Identifier: MIT
// Inputs: begun, settled or failed, each with its counts.
#include "ledger/ledger_int.h"

enum ac_rc ac_ledger_input_settled(struct ac_ledger *l, const char *org, const char *identity,
                                   const char *member, bool *settled, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_INPUT_SETTLED, "looking for an input");
    ac_query_text(&q, org);
    ac_query_text(&q, identity);
    ac_query_text(&q, member);
    enum ac_rc rc = ac_query_step(&q, err);
    *settled = rc == AC_OK && ac_query_get_int(&q, 0) == AC_INPUT_SETTLED;
    return rc < AC_OK ? rc : AC_OK;
}

enum ac_rc ac_ledger_input_under_way(struct ac_ledger *l, int64_t run, const char *org,
                                     const char *identity, const char *member, int64_t *id,
                                     struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_INPUT_UNDER_WAY, "looking for an input");
    ac_query_text(&q, org);
    ac_query_text(&q, identity);
    ac_query_text(&q, member);
    ac_query_int(&q, run);
    ac_query_int(&q, AC_INPUT_OPEN);
    ac_query_int(&q, AC_INPUT_READ);
    enum ac_rc rc = ac_query_step(&q, err);
    if (rc == AC_OK)
        *id = ac_query_get_int(&q, 0);
    return rc;
}

// Read twice at a time, an input would have the ranges of two readings, which no counts add up to
// when their runs die; and what is inserted would be inserted twice.
static enum ac_rc look_for_others(struct ac_ledger *l, const struct ac_input_row *in,
                                  struct ac_err *err) {
    enum ac_rc rc;
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_INPUT_HOLDERS, "looking for an input");
    ac_query_text(&q, in->org);
    ac_query_text(&q, in->identity);
    ac_query_text(&q, in->member);
    ac_query_int(&q, AC_INPUT_OPEN);
    ac_query_int(&q, AC_INPUT_READ);
    while ((rc = ac_query_step(&q, err)) == AC_OK) {
        int64_t run = ac_query_get_int(&q, 0);
        bool is_sent = ac_query_get_int(&q, 1) != 0;
        if (run != in->run && ac_ledger_is_alive(l, run))
            return ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "UNDER_WAY",
                              "another run is importing it (run %lld)", (long long)run);
        if (is_sent)
            return ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "LEFT_BATCH",
                              "a batch of run %lld with records of it came to no end",
                              (long long)run);
    }
    return rc == AC_END ? AC_OK : rc;
}

static enum ac_rc insert(struct ac_ledger *l, struct ac_input_row *in, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_INPUT_BEGIN, "beginning an input");
    ac_query_int(&q, in->run);
    ac_query_text(&q, in->org);
    ac_query_text(&q, in->identity);
    ac_query_text(&q, in->member);
    ac_query_text(&q, in->name);
    ac_query_text(&q, in->plugin);
    ac_query_text(&q, in->job);
    ac_query_int(&q, AC_INPUT_OPEN);
    ac_query_int(&q, in->size_bytes);
    ac_query_int(&q, in->modified_ms);
    ac_query_int(&q, ac_ledger_now_ms(l));
    ac_query_text(&q, in->how);
    ac_query_int(&q, in->retry_of);
    enum ac_rc rc = ac_query_step(&q, err);
    if (rc == AC_OK)
        in->id = ac_query_get_int(&q, 0);
    return rc < AC_OK ? rc : AC_OK;
}

// Retries of its rows have nobody to tell any more what became of them.
static enum ac_rc forget_retries(struct ac_ledger *l, int64_t input, struct ac_err *err) {
    static const enum ac_sql steps[] = {AC_SQL_REJECT_UNMARK, AC_SQL_INPUT_RETRIES_DROP};
    enum ac_rc rc = AC_OK;
    for (size_t i = 0; i < AC_N(steps) && rc == AC_OK; i++) {
        AC_CLEANUP(ac_query_close)
        struct ac_query q = ac_query_open(l, steps[i], "beginning an input");
        ac_query_int(&q, input);
        rc = ac_query_run(&q, err);
    }
    return rc;
}

// What the input left when it was read before: its rejects come again, and the file it belongs to
// is no longer done.
static enum ac_rc forget(struct ac_ledger *l, const struct ac_input_row *in, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query rejects = ac_query_open(l, AC_SQL_REJECT_FORGET, "beginning an input");
    ac_query_int(&rejects, in->id);
    enum ac_rc rc = ac_query_run(&rejects, err);
    if (rc != AC_OK)
        return rc;
    AC_CLEANUP(ac_query_close)
    struct ac_query file = ac_query_open(l, AC_SQL_FILE_UNDONE, "beginning an input");
    ac_query_text(&file, in->org);
    ac_query_text(&file, in->identity);
    rc = ac_query_run(&file, err);
    return rc == AC_OK ? forget_retries(l, in->id, err) : rc;
}

enum ac_rc ac_ledger_input_begin(struct ac_ledger *l, struct ac_input_row *in, struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_LAG, err);
    if (rc != AC_OK)
        return rc;
    // Rejects still in memory may be this input's: then they go as well.
    if (ac_ledger_has_pending(l))
        rc = ac_ledger_pending_write(l, err);
    if (rc == AC_OK)
        rc = look_for_others(l, in, err);
    if (rc == AC_OK)
        rc = insert(l, in, err);
    if (rc == AC_OK)
        rc = forget(l, in, err);
    return ac_ledger_tx_end(l, rc, err);
}

// Finds the text among the headers, or adds it. The id is its hash; another text that has it
// already sends us to the next number.
static enum ac_rc header_id(struct ac_ledger *l, ac_str header, int64_t *id, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query get = ac_query_open(l, AC_SQL_HEADER_GET, "keeping a header");
    uint64_t at = ac_str_hash(header, 0);
    for (;; at++) {
        ac_query_u64(&get, at);
        enum ac_rc rc = ac_query_step(&get, err);
        if (rc < AC_OK)
            return rc;
        *id = (int64_t)at;
        if (rc == AC_END)
            break;
        if (ac_str_eq(ac_query_get_blob(&get, 0), header))
            return AC_OK;
        ac_query_again(&get);
    }
    AC_CLEANUP(ac_query_close)
    struct ac_query put = ac_query_open(l, AC_SQL_HEADER_PUT, "keeping a header");
    ac_query_int(&put, *id);
    ac_query_blob(&put, header);
    return ac_query_run(&put, err);
}

static enum ac_rc put_header(struct ac_ledger *l, int64_t input, ac_str header,
                             struct ac_err *err) {
    int64_t id = 0;
    enum ac_rc rc = header_id(l, header, &id, err);
    if (rc != AC_OK)
        return rc;
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_INPUT_HEADER, "keeping a header");
    ac_query_int(&q, input);
    ac_query_int(&q, id);
    return ac_query_run_one(&q, err);
}

enum ac_rc ac_ledger_input_header(struct ac_ledger *l, int64_t input, ac_str header,
                                  struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_LAG, err);
    return rc == AC_OK ? ac_ledger_tx_end(l, put_header(l, input, header, err), err) : rc;
}

static enum ac_rc update(struct ac_ledger *l, int64_t input, enum ac_input_state state,
                         const struct ac_counts *counts, const char *plugin, const char *error,
                         struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_INPUT_END, "ending an input");
    const uint64_t numbers[] = {counts->read,     counts->sent,       counts->dropped,
                                counts->rejected, counts->held,       counts->made,
                                counts->written,  counts->created,    counts->updated,
                                counts->refused,  counts->superseded, counts->bytes};
    ac_query_int(&q, input);
    ac_query_int(&q, state);
    ac_query_int(&q, state == AC_INPUT_SETTLED ? ac_ledger_now_ms(l) : 0);
    for (size_t i = 0; i < AC_N(numbers); i++)
        ac_query_u64(&q, numbers[i]);
    ac_query_text(&q, plugin);
    ac_query_text(&q, error);
    return ac_query_run_one(&q, err);
}

enum ac_rc ac_ledger_input_read(struct ac_ledger *l, int64_t input, const struct ac_counts *counts,
                                const char *plugin, struct ac_err *err) {
    const uint64_t numbers[] = {counts->read,     counts->sent,       counts->dropped,
                                counts->rejected, counts->held,       counts->made,
                                counts->written,  counts->created,    counts->updated,
                                counts->refused,  counts->superseded, counts->bytes};
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_SYNC, err);
    if (rc != AC_OK)
        return rc;
    if (ac_ledger_has_pending(l))
        rc = ac_ledger_pending_write(l, err);
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_INPUT_READ, "keeping that an input was read");
    ac_query_int(&q, input);
    ac_query_int(&q, AC_INPUT_READ);
    for (size_t i = 0; i < AC_N(numbers); i++)
        ac_query_u64(&q, numbers[i]);
    ac_query_text(&q, plugin);
    if (rc == AC_OK)
        rc = ac_query_run_one(&q, err);
    return ac_ledger_tx_end(l, rc, err);
}

// All of its batches are settled, or it could not have ended: nobody asks for its ranges again.
static enum ac_rc drop_ranges(struct ac_ledger *l, int64_t input, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_INPUT_RANGES_DROP, "ending an input");
    ac_query_int(&q, input);
    return ac_query_run(&q, err);
}

enum ac_rc ac_ledger_input_end(struct ac_ledger *l, int64_t input, enum ac_input_state state,
                               const struct ac_counts *counts, const char *plugin,
                               const char *error, struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_SYNC, err);
    if (rc != AC_OK)
        return rc;
    rc = state == AC_INPUT_OPEN ? AC_END : ac_ledger_retry_end(l, input, counts, err);
    if (rc == AC_END)
        rc = update(l, input, state, counts, plugin, error, err);
    if (rc == AC_OK && state != AC_INPUT_OPEN)
        rc = drop_ranges(l, input, err);
    return ac_ledger_tx_end(l, rc, err);
}
