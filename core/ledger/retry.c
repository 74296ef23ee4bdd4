// SPDX-License-Identifier: MIT
// Rejected rows that are tried again, as an input of their own for as long as that takes.
//
// The rows stay rejects of the input they came from, marked with the retry's number, until it
// ends. So a retry that dies leaves either nothing (its rows are rejects as before), or, once its
// batches are sealed, all that the next run needs to bring it to its end.
#include "ledger/ledger_int.h"
#include "ledger/reject.h"

#define ENDING "ending a retry"

static enum ac_rc mark(struct ac_ledger *l, const struct ac_input_row *in,
                       const struct ac_retry_row *rows, size_t n, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_RETRY_MARK, "beginning a retry");
    enum ac_rc rc = AC_OK;
    for (size_t i = 0; i < n && rc == AC_OK; i++) {
        ac_query_int(&q, in->id);
        ac_query_int(&q, in->retry_of);
        ac_query_u64(&q, rows[i].line);
        ac_query_u64(&q, rows[i].number);
        rc = ac_query_run(&q, err);
    }
    return rc;
}

enum ac_rc ac_retry_begin(struct ac_ledger *l, struct ac_input_row *in,
                          const struct ac_retry_row *rows, size_t n, struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_SYNC, err);
    if (rc != AC_OK)
        return rc;
    rc = ac_ledger_input_begin(l, in, err);
    if (rc == AC_OK)
        rc = mark(l, in, rows, n, err);
    return ac_ledger_tx_end(l, rc, err);
}

// One number from a statement of up to two numbers.
static enum ac_rc ask(struct ac_ledger *l, enum ac_sql sql, int64_t a, const int64_t *b,
                      int64_t *out, struct ac_err *err) {
    AC_CLEANUP(ac_query_close) struct ac_query q = ac_query_open(l, sql, ENDING);
    ac_query_int(&q, a);
    if (b)
        ac_query_int(&q, *b);
    enum ac_rc rc = ac_query_step(&q, err);
    *out = rc == AC_OK ? ac_query_get_int(&q, 0) : 0;
    return rc;
}

static enum ac_rc tell(struct ac_ledger *l, enum ac_sql sql, int64_t a, const int64_t *b,
                       struct ac_err *err) {
    AC_CLEANUP(ac_query_close) struct ac_query q = ac_query_open(l, sql, ENDING);
    ac_query_int(&q, a);
    if (b)
        ac_query_int(&q, *b);
    return ac_query_run(&q, err);
}

// Rows that were rejected are sent now, or dropped; of their records those that were refused are
// made anew. Counts may be below zero here: then they take away what was counted twice.
static enum ac_rc count(struct ac_ledger *l, int64_t of, const struct ac_counts *c,
                        uint64_t n_refused, struct ac_err *err) {
    const uint64_t numbers[] = {c->sent,    c->dropped, c->made - n_refused,    c->written,
                                c->created, c->updated, c->refused - n_refused, c->superseded};
    AC_CLEANUP(ac_query_close) struct ac_query q = ac_query_open(l, AC_SQL_RETRY_COUNT, ENDING);
    ac_query_int(&q, of);
    for (size_t i = 0; i < AC_N(numbers); i++)
        ac_query_u64(&q, numbers[i]);
    return ac_query_run_one(&q, err);
}

static enum ac_rc settle(struct ac_ledger *l, int64_t retry, int64_t of,
                         const struct ac_counts *counts, struct ac_err *err) {
    int64_t n_read = (int64_t)counts->read, last = 0, n_refused = 0;
    enum ac_rc rc = ask(l, AC_SQL_RETRY_LAST, retry, &n_read, &last, err);
    if (rc == AC_OK)
        rc = ask(l, AC_SQL_RETRY_REFUSED, retry, &last, &n_refused, err);
    if (rc == AC_OK)
        rc = count(l, of, counts, (uint64_t)n_refused, err);
    if (rc == AC_OK)
        rc = tell(l, AC_SQL_RETRY_DONE, retry, &last, err);
    if (rc == AC_OK)
        rc = tell(l, AC_SQL_RETRY_FREE, retry, NULL, err);
    return rc == AC_OK ? tell(l, AC_SQL_RETRY_MOVE, retry, &of, err) : rc;
}

enum ac_rc ac_ledger_retry_end(struct ac_ledger *l, int64_t input, const struct ac_counts *counts,
                               struct ac_err *err) {
    int64_t of = 0;
    enum ac_rc rc = ask(l, AC_SQL_RETRY_OF, input, NULL, &of, err);
    if (rc < AC_OK || of == 0)
        return rc < AC_OK ? rc : AC_END;
    if (ac_ledger_has_pending(l))
        rc = ac_ledger_pending_write(l, err);
    if (rc == AC_OK && of > 0 && counts->read)
        rc = settle(l, input, of, counts, err);
    if (rc == AC_OK && of > 0)
        rc = tell(l, AC_SQL_RETRY_FREE, input, NULL, err);
    if (rc == AC_OK) // those that were moved are not its own any more
        rc = tell(l, AC_SQL_RETRY_REJECTS_DROP, input, NULL, err);
    return rc == AC_OK ? tell(l, AC_SQL_RETRY_FORGET, input, NULL, err) : rc;
}

enum ac_rc ac_retry_list(struct ac_ledger *l,
                         bool (*each)(void *arg, const struct ac_input_row *retry), void *arg,
                         struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_own(l, AC_SQL_RETRIES, "reading the retries");
    for (;;) {
        enum ac_rc rc = ac_query_step(&q, err);
        if (rc != AC_OK)
            return rc == AC_END ? AC_OK : rc;
        struct ac_input_row in;
        ac_ledger_get_input(&q, &in);
        if (!each(arg, &in))
            return AC_OK;
    }
}

enum ac_rc ac_retry_cancel(struct ac_ledger *l, int64_t retry, struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_SYNC, err);
    if (rc != AC_OK)
        return rc;
    rc = tell(l, AC_SQL_RETRY_FREE, retry, NULL, err);
    if (rc == AC_OK)
        rc = tell(l, AC_SQL_RETRY_REJECTS_DROP, retry, NULL, err);
    if (rc == AC_OK)
        rc = tell(l, AC_SQL_RETRY_FORGET, retry, NULL, err);
    return ac_ledger_tx_end(l, rc, err);
}
