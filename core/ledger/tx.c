// SPDX-License-Identifier: MIT
// Transactions that nest, each as durable as what depends on it.
#include "ledger/ledger_int.h"
#include <assert.h>

// Between transactions: how much a commit waits for the disk.
static enum ac_rc set_sync(struct ac_ledger *l, bool is_sync, struct ac_err *err) {
    if (l->is_sync == is_sync) return AC_OK;
    enum ac_rc rc =
        ac_ledger_exec(l, is_sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL",
                       "choosing how durable to be", err);
    if (rc == AC_OK) l->is_sync = is_sync;
    return rc;
}

enum ac_rc ac_ledger_tx_begin(struct ac_ledger *l, enum ac_tx tx, struct ac_err *err) {
    if (l->depth) {
        assert(tx == AC_TX_READ || !l->is_read_tx);
        if (l->is_broken)
            return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "LEDGER",
                              "the ledger's group of changes failed before and is rolled back");
        if (tx == AC_TX_SYNC) l->wants_sync = true;
        l->depth++;
        return AC_OK;
    }
    enum ac_rc rc = tx == AC_TX_READ ? AC_OK : set_sync(l, tx == AC_TX_SYNC, err);
    if (rc == AC_OK)
        rc = ac_ledger_exec(l, tx == AC_TX_READ ? "BEGIN" : "BEGIN IMMEDIATE",
                            "waiting for the ledger", err);
    if (rc != AC_OK) return rc;
    l->depth = 1;
    l->is_read_tx = tx == AC_TX_READ;
    l->is_broken = false;
    l->wants_sync = tx == AC_TX_SYNC;
    return AC_OK;
}

static enum ac_rc commit(struct ac_ledger *l, struct ac_err *err) {
    enum ac_rc rc = AC_OK;
    // Rejects gathered so far belong to whatever is made durable now.
    if (l->wants_sync && l->n_pending) rc = ac_ledger_pending_write(l, err);
    if (rc == AC_OK) rc = ac_ledger_exec(l, "COMMIT", "committing", err);
    if (rc == AC_OK && !l->is_read_tx) l->lags = !l->is_sync;
    return rc;
}

enum ac_rc ac_ledger_tx_end(struct ac_ledger *l, enum ac_rc rc, struct ac_err *err) {
    assert(l->depth);
    if (l->depth > 1) {
        l->depth--;
        if (rc != AC_OK) l->is_broken = true;
        return rc;
    }
    if (rc == AC_OK && l->is_broken)
        rc = ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "LEDGER",
                        "a change to the ledger failed; none of its group was kept");
    if (rc == AC_OK) rc = commit(l, err);
    l->depth = 0;
    // Some failures have rolled back by themselves; a second time would hide the cause.
    if (rc != AC_OK && !sqlite3_get_autocommit(l->db))
        sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}

enum ac_rc ac_ledger_group_begin(struct ac_ledger *l, struct ac_err *err) {
    return ac_ledger_tx_begin(l, AC_TX_SYNC, err);
}

enum ac_rc ac_ledger_group_end(struct ac_ledger *l, enum ac_rc rc, struct ac_err *err) {
    return ac_ledger_tx_end(l, rc, err);
}
