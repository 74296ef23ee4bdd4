// SPDX-License-Identifier: MIT
// Transactions that nest, each as durable as what depends on it.
#include "ledger/ledger_int.h"
#include <assert.h>

// Between transactions: how much a commit waits for the disk.
static enum ac_rc set_sync(struct ac_ledger *l, bool is_sync, struct ac_err *err) {
    if (l->is_sync == is_sync)
        return AC_OK;
    enum ac_rc rc =
        ac_ledger_exec(l, is_sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL",
                       "choosing how durable to be", err);
    if (rc == AC_OK)
        l->is_sync = is_sync;
    return rc;
}

static enum ac_rc misused(const char *what, struct ac_err *err) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "LEDGER", "the ledger was %s", what);
}

static enum ac_rc nest(struct ac_ledger *l, enum ac_tx tx, struct ac_err *err) {
    if (l->is_read_tx && tx != AC_TX_READ)
        return misused("to be written to while it was being read", err);
    if (l->is_broken)
        return misused("used in a group of changes that had failed before, and is rolled back",
                       err);
    assert(tx != AC_TX_SYNC || l->wants_sync); // too late: it began without
    l->depth++;
    return AC_OK;
}

enum ac_rc ac_ledger_tx_begin(struct ac_ledger *l, enum ac_tx tx, struct ac_err *err) {
    if (l->depth)
        return nest(l, tx, err);
    if (tx != AC_TX_READ && l->read_only)
        return misused("opened for reading, then to be written to", err);
    enum ac_rc rc = tx == AC_TX_READ ? AC_OK : set_sync(l, tx == AC_TX_SYNC, err);
    if (rc == AC_OK)
        rc = ac_ledger_exec(l, tx == AC_TX_READ ? "BEGIN" : "BEGIN IMMEDIATE",
                            "waiting for the ledger", err);
    if (rc != AC_OK)
        return rc;
    l->depth = 1;
    l->is_read_tx = tx == AC_TX_READ;
    l->is_broken = false;
    l->wants_sync = tx == AC_TX_SYNC;
    return AC_OK;
}

static enum ac_rc commit(struct ac_ledger *l, struct ac_err *err) {
    if (l->wants_sync && l->has_lost)
        return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "REJECTS_LOST",
                          "rejected rows could not be kept in %s before; nothing more is settled, "
                          "run again and their inputs are read again",
                          l->path);
    enum ac_rc rc = AC_OK;
    // Rejects gathered so far belong to whatever is made durable now.
    if (l->wants_sync && ac_ledger_has_pending(l))
        rc = ac_ledger_pending_write(l, err);
    if (rc == AC_OK)
        rc = ac_ledger_exec(l, "COMMIT", "committing", err);
    if (rc == AC_OK && !l->is_read_tx)
        l->lags = !l->is_sync;
    return rc;
}

enum ac_rc ac_ledger_tx_end(struct ac_ledger *l, enum ac_rc rc, struct ac_err *err) {
    assert(l->depth);
    if (l->depth > 1) {
        l->depth--;
        if (rc < AC_OK)
            l->is_broken = true;
        return rc;
    }
    if (rc >= AC_OK && l->is_broken)
        rc = ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "LEDGER",
                        "a change to the ledger failed; none of its group was kept");
    if (rc >= AC_OK) {
        enum ac_rc commit_rc = commit(l, err);
        if (commit_rc != AC_OK)
            rc = commit_rc;
    }
    l->depth = 0;
    // Some failures have rolled back by themselves; a second time would hide the cause.
    if (rc < AC_OK && !sqlite3_get_autocommit(l->db))
        sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL);
    if (rc < AC_OK)
        ac_ledger_pending_rollback(l);
    else
        ac_ledger_pending_commit(l);
    return rc;
}

enum ac_rc ac_ledger_group_begin(struct ac_ledger *l, struct ac_err *err) {
    return ac_ledger_tx_begin(l, AC_TX_SYNC, err);
}

enum ac_rc ac_ledger_group_end(struct ac_ledger *l, enum ac_rc rc, struct ac_err *err) {
    return ac_ledger_tx_end(l, rc, err);
}
