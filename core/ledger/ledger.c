// SPDX-License-Identifier: MIT
// The ledger opened for one writer or a reader.
#include "ledger/ledger_int.h"
#include "ledger/reject.h"
#include <stdio.h>
#include <stdlib.h>

// SQLite asks what to do when another process is writing.
static int wait_for_writer(void *arg, int n_waits) {
    struct ac_ledger *l = arg;
    const struct ac_clock *clock = l->clock;
    int64_t now_ms = clock->mono_ms(clock->self);
    if (n_waits == 0)
        l->busy_from_ms = now_ms;
    if (now_ms - l->busy_from_ms >= AC_LEDGER_BUSY_MS)
        return 0;
    int64_t most_ms = n_waits < 6 ? (int64_t)1 << n_waits : 64; // some chance, or two wait in step
    clock->sleep_ms(clock->self, 1 + (int64_t)(clock->random(clock->self) % (uint64_t)most_ms));
    return 1;
}

static enum ac_rc connect_db(struct ac_ledger *l, struct ac_err *err) {
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE |
                (l->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
    int code = sqlite3_open_v2(l->path, &l->db, flags, NULL);
    if (code != SQLITE_OK)
        return ac_ledger_fail(l, code, "opening the ledger", err);
    sqlite3_busy_handler(l->db, wait_for_writer, l);
    sqlite3_db_config(l->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(l->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(l->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    char pragmas[200];
    snprintf(pragmas, sizeof pragmas,
             "PRAGMA cache_size = -%d; PRAGMA cell_size_check = ON; PRAGMA synchronous = NORMAL;"
             " PRAGMA journal_size_limit = %d; PRAGMA secure_delete = ON",
             AC_LEDGER_PAGES_KIB, AC_LEDGER_WAL_BYTES);
    return ac_ledger_exec(l, pragmas, "opening the ledger", err);
}

static enum ac_rc open_one(struct ac_ledger **out, const char *dir, const struct ac_clock *clock,
                           bool read_only, struct ac_err *err) {
    enum ac_rc rc = ac_ledger_place(dir, read_only, err);
    if (rc != AC_OK)
        return rc;
    struct ac_ledger *l = calloc(1, sizeof *l);
    if (!l)
        return ac_err_nomem(err, "the ledger");
    l->clock = clock;
    l->read_only = read_only;
    l->alive_fd = l->look_fd = -1;
    ac_buf_init(&l->pending, AC_LEDGER_PENDING_MAX);
    l->dir = strdup(dir);
    rc = l->dir ? ac_ledger_path(&l->path, dir, "ledger.db", err) : ac_err_nomem(err, "the ledger");
    if (rc == AC_OK)
        rc = ac_ledger_path(&l->spool, dir, "spool", err);
    if (rc == AC_OK)
        rc = ac_ledger_file(l->path, read_only, err);
    if (rc == AC_OK)
        rc = connect_db(l, err);
    if (rc == AC_OK)
        rc = ac_ledger_migrate(l, err);
    if (rc == AC_OK)
        *out = l;
    else
        ac_ledger_close(l);
    return rc;
}

enum ac_rc ac_ledger_open(struct ac_ledger **out, const char *dir, const struct ac_clock *clock,
                          bool read_only, struct ac_err *err) {
    *out = NULL;
    enum ac_rc rc = open_one(out, dir, clock, read_only, err);
    if (rc != AC_AGAIN)
        return rc;
    // An older ledger is brought up to date first, though somebody only wants to look.
    rc = open_one(out, dir, clock, false, err);
    if (rc != AC_OK)
        return rc;
    ac_ledger_close(*out);
    *out = NULL;
    return open_one(out, dir, clock, true, err);
}

void ac_ledger_close(struct ac_ledger *l) {
    if (!l)
        return;
    struct ac_err ignored = AC_ERR_INIT; // nothing that was promised depends on it
    if (l->db && l->depth == 0 && ac_ledger_has_pending(l))
        ac_ledger_flush(l, &ignored);
    for (size_t i = 0; i < AC_SQL_N; i++)
        sqlite3_finalize(l->stmts[i]);
    sqlite3_close(l->db);
    ac_ledger_unlock_all(l);
    ac_buf_free(&l->pending);
    free(l->dir);
    free(l->spool);
    free(l->path);
    free(l);
}

const char *ac_ledger_dir(const struct ac_ledger *l) { return l->dir; }

const char *ac_ledger_spool_dir(const struct ac_ledger *l) { return l->spool; }
