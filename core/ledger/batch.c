// SPDX-License-Identifier: MIT
// Batches: what was sent, for which inputs, under which of the org's jobs.
#include "ledger/ledger_int.h"

static enum ac_rc begin(struct ac_ledger *l, int64_t run, const char *org, const char *object,
                        int operation, const char *spool, int64_t *batch, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_BATCH_BEGIN, "beginning a batch");
    ac_query_int(&q, run);
    ac_query_text(&q, org);
    ac_query_text(&q, object);
    ac_query_int(&q, operation);
    ac_query_text(&q, spool);
    ac_query_int(&q, AC_BATCH_OPEN);
    ac_query_int(&q, ac_ledger_now_ms(l));
    enum ac_rc rc = ac_query_run(&q, err);
    if (rc == AC_OK)
        *batch = sqlite3_last_insert_rowid(l->db);
    return rc;
}

// On disk before anything is spooled under the number: a power cut must not let it be used twice.
enum ac_rc ac_ledger_batch_begin(struct ac_ledger *l, int64_t run, const char *org,
                                 const char *object, int operation, const char *spool,
                                 int64_t *batch, struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_SYNC, err);
    if (rc != AC_OK)
        return rc;
    return ac_ledger_tx_end(l, begin(l, run, org, object, operation, spool, batch, err), err);
}

static enum ac_rc add_ranges(struct ac_ledger *l, int64_t batch, const struct ac_range *ranges,
                             size_t n_ranges, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_BATCH_RANGE, "sealing a batch");
    enum ac_rc rc = AC_OK;
    for (size_t i = 0; i < n_ranges && rc == AC_OK; i++) {
        ac_query_int(&q, batch);
        ac_query_int(&q, ranges[i].first);
        ac_query_int(&q, ranges[i].n);
        ac_query_int(&q, ranges[i].input);
        ac_query_u64(&q, ranges[i].row_first);
        ac_query_u64(&q, ranges[i].row_last);
        rc = ac_query_run(&q, err);
    }
    return rc;
}

static enum ac_rc seal(struct ac_ledger *l, int64_t batch, uint32_t n_records, uint64_t bytes,
                       struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_BATCH_SEAL, "sealing a batch");
    ac_query_int(&q, batch);
    ac_query_int(&q, AC_BATCH_SEALED);
    ac_query_int(&q, n_records);
    ac_query_u64(&q, bytes);
    ac_query_int(&q, ac_ledger_now_ms(l));
    return ac_query_run_one(&q, err);
}

enum ac_rc ac_ledger_batch_seal(struct ac_ledger *l, int64_t batch, uint32_t n_records,
                                uint64_t bytes, const struct ac_range *ranges, size_t n_ranges,
                                struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_SYNC, err);
    if (rc != AC_OK)
        return rc;
    // Rejects of records killed in it are part of its account: no later than it on disk.
    rc = ac_ledger_has_pending(l) ? ac_ledger_pending_write(l, err) : AC_OK;
    if (rc == AC_OK)
        rc = seal(l, batch, n_records, bytes, err);
    if (rc == AC_OK)
        rc = add_ranges(l, batch, ranges, n_ranges, err);
    return ac_ledger_tx_end(l, rc, err);
}

static enum ac_rc add_job(struct ac_ledger *l, int64_t batch, uint32_t first, uint32_t n,
                          const char *job_id, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_BATCH_JOB, "keeping a job's id");
    ac_query_int(&q, batch);
    ac_query_int(&q, first);
    ac_query_int(&q, n);
    ac_query_text(&q, job_id);
    ac_query_int(&q, ac_ledger_now_ms(l));
    return ac_query_run(&q, err);
}

enum ac_rc ac_ledger_batch_job(struct ac_ledger *l, int64_t batch, uint32_t first, uint32_t n,
                               const char *job_id, struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_SYNC, err);
    if (rc != AC_OK)
        return rc;
    return ac_ledger_tx_end(l, add_job(l, batch, first, n, job_id, err), err);
}

static enum ac_rc settle(struct ac_ledger *l, int64_t batch, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_BATCH_SETTLE, "settling a batch");
    ac_query_int(&q, batch);
    ac_query_int(&q, AC_BATCH_SETTLED);
    ac_query_int(&q, ac_ledger_now_ms(l));
    return ac_query_run_one(&q, err);
}

enum ac_rc ac_ledger_batch_settle(struct ac_ledger *l, int64_t batch, struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_SYNC, err);
    return rc == AC_OK ? ac_ledger_tx_end(l, settle(l, batch, err), err) : rc;
}
