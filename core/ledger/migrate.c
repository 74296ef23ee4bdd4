// SPDX-License-Identifier: MIT
// The tables brought to today's form, step by step.
#include "ledger/ledger_int.h"
#include <stdio.h>

#define OPENING "opening the ledger"

// All of it at one moment: another process may be making the tables just now.
static enum ac_rc ask(struct ac_ledger *l, int64_t *version, int64_t *application,
                      int64_t *n_tables, struct ac_err *err) {
    static const char sql[] = "SELECT (SELECT user_version FROM pragma_user_version),"
                              " (SELECT application_id FROM pragma_application_id), count(*)"
                              " FROM sqlite_schema";
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(l->db, sql, -1, &stmt, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    *version = code == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
    *application = code == SQLITE_ROW ? sqlite3_column_int64(stmt, 1) : 0;
    *n_tables = code == SQLITE_ROW ? sqlite3_column_int64(stmt, 2) : 0;
    enum ac_rc rc = code == SQLITE_ROW ? AC_OK : ac_ledger_fail(l, code, OPENING, err);
    sqlite3_finalize(stmt);
    return rc;
}

static enum ac_rc not_ours(const struct ac_ledger *l, struct ac_err *err) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "LEDGER_FOREIGN",
                      "%s is the database of another program; choose another state directory with "
                      "--state",
                      l->path);
}

// Whose database is it, and how old? The version of an empty one is 0.
static enum ac_rc identify(struct ac_ledger *l, int64_t *version, struct ac_err *err) {
    int64_t application, n_tables;
    enum ac_rc rc = ask(l, version, &application, &n_tables, err);
    if (rc != AC_OK)
        return rc;
    bool is_empty = application == 0 && *version == 0 && n_tables == 0;
    if (!is_empty && application != AC_LEDGER_APPLICATION)
        return not_ours(l, err);
    if (*version < 0 || (*version == 0 && n_tables))
        return not_ours(l, err);
    if (*version > AC_LEDGER_N_STEPS)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "LEDGER_NEWER",
                          "the ledger %s was written by a newer acload (format %lld, this one "
                          "knows %d); use that one, or another state directory with --state",
                          l->path, (long long)*version, AC_LEDGER_N_STEPS);
    return AC_OK;
}

// Readers that look in at the same moment are waited for: SQLite does not do so here.
static enum ac_rc use_wal(struct ac_ledger *l, struct ac_err *err) {
    const struct ac_clock *clock = l->clock;
    int64_t from_ms = clock->mono_ms(clock->self);
    for (;;) {
        sqlite3_stmt *stmt = NULL;
        int code = sqlite3_prepare_v2(l->db, "PRAGMA journal_mode = WAL", -1, &stmt, NULL);
        if (code == SQLITE_OK)
            code = sqlite3_step(stmt);
        const unsigned char *mode = code == SQLITE_ROW ? sqlite3_column_text(stmt, 0) : NULL;
        bool is_wal = mode && ac_str_eq_nocase(ac_str_of((const char *)mode), AC_STR("wal"));
        bool is_late = clock->mono_ms(clock->self) - from_ms >= AC_LEDGER_BUSY_MS;
        bool is_busy = (code & 0xff) == SQLITE_BUSY && !is_late;
        enum ac_rc rc = AC_OK;
        if (code != SQLITE_ROW && !is_busy) {
            rc = ac_ledger_fail(l, code, OPENING, err);
        } else if (!is_busy && !is_wal) {
            rc = ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "STATE_NOT_WRITABLE",
                            "the file system of %s cannot hold a ledger (it has no shared memory "
                            "for files); choose a local disk with --state",
                            l->dir);
        }
        sqlite3_finalize(stmt);
        if (!is_busy)
            return rc;
        clock->sleep_ms(clock->self, 10);
    }
}

static enum ac_rc step(struct ac_ledger *l, struct ac_err *err) {
    int64_t version;
    char mark[96];
    enum ac_rc rc = identify(l, &version, err); // again: another process may have been faster
    for (; rc == AC_OK && version < AC_LEDGER_N_STEPS; version++)
        rc = ac_ledger_exec(l, ac_sql_steps[version], "making the ledger's tables", err);
    snprintf(mark, sizeof mark, "PRAGMA user_version = %d; PRAGMA application_id = %d",
             AC_LEDGER_N_STEPS, AC_LEDGER_APPLICATION);
    return rc == AC_OK ? ac_ledger_exec(l, mark, "making the ledger's tables", err) : rc;
}

enum ac_rc ac_ledger_migrate(struct ac_ledger *l, struct ac_err *err) {
    int64_t version;
    enum ac_rc rc = identify(l, &version, err);
    if (rc != AC_OK)
        return rc;
    if (l->read_only)
        return version == 0 ? AC_END : version < AC_LEDGER_N_STEPS ? AC_AGAIN : AC_OK;
    rc = use_wal(l, err);
    if (rc != AC_OK || version == AC_LEDGER_N_STEPS)
        return rc;
    rc = ac_ledger_tx_begin(l, AC_TX_SYNC, err);
    return rc == AC_OK ? ac_ledger_tx_end(l, step(l, err), err) : rc;
}
