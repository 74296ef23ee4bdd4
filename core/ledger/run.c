// SPDX-License-Identifier: MIT
// Runs: who began when, how it ended.
#include "ledger/ledger_int.h"

static enum ac_rc begin(struct ac_ledger *l, const char *command, const char *job, int64_t *run,
                        struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_RUN_BEGIN, "beginning a run");
    ac_query_text(&q, command);
    ac_query_text(&q, job);
    ac_query_int(&q, ac_ledger_now_ms(l));
    enum ac_rc rc = ac_query_run(&q, err);
    if (rc != AC_OK)
        return rc;
    *run = sqlite3_last_insert_rowid(l->db);
    // Before anybody can see the run: to others it never looks dead.
    return ac_ledger_alive_begin(l, *run, err);
}

enum ac_rc ac_ledger_run_begin(struct ac_ledger *l, const char *command, const char *job,
                               int64_t *run, struct ac_err *err) {
    *run = 0;
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_LAG, err);
    if (rc == AC_OK)
        rc = ac_ledger_tx_end(l, begin(l, command, job, run, err), err);
    if (rc != AC_OK)
        *run = 0; // its row is gone again
    return rc;
}

static enum ac_rc end(struct ac_ledger *l, int64_t run, int exit_code, uint64_t n_calls,
                      struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_RUN_END, "ending a run");
    ac_query_int(&q, run);
    ac_query_int(&q, ac_ledger_now_ms(l));
    ac_query_int(&q, exit_code);
    ac_query_u64(&q, n_calls);
    return ac_query_run_one(&q, err);
}

enum ac_rc ac_ledger_run_end(struct ac_ledger *l, int64_t run, int exit_code, uint64_t n_calls,
                             struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_SYNC, err);
    if (rc == AC_OK)
        rc = ac_ledger_tx_end(l, end(l, run, exit_code, n_calls, err), err);
    if (rc == AC_OK)
        ac_ledger_alive_end(l, run);
    return rc;
}
