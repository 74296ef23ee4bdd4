// SPDX-License-Identifier: MIT
// Prepared statements bound, stepped, or explained when they fail.
#include "ledger/ledger_int.h"
#include <errno.h>
#include <string.h>

static enum ac_rc say_damaged(struct ac_ledger *l, const char *doing, struct ac_err *err) {
    int last = l->db ? sqlite3_errcode(l->db) & 0xFF : SQLITE_OK;
    bool is_told = last == SQLITE_CORRUPT || last == SQLITE_NOTADB; // else it says something else
    return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "LEDGER_DAMAGED",
                      "the ledger %s is damaged (%s, while %s): `acload status --rebuild` moves it "
                      "aside; what it held is then imported once more, which doubles nothing that "
                      "has a key, and nothing is inserted before the org was asked",
                      l->path, is_told ? sqlite3_errmsg(l->db) : sqlite3_errstr(SQLITE_CORRUPT),
                      doing);
}

static enum ac_rc say_full(struct ac_ledger *l, const char *doing, struct ac_err *err) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "DISK_FULL",
                      "the disk of %s is full (while %s); make room and run again, what was "
                      "settled stays settled",
                      l->dir, doing);
}

static enum ac_rc say_io(struct ac_ledger *l, const char *doing, struct ac_err *err) {
    int late = errno; // a failed commit keeps no number: then it is the C library's
    int number = l->db ? sqlite3_system_errno(l->db) : 0;
    if (!number)
        number = late ? late : EIO;
    if (number == ENOSPC || number == EDQUOT || number == EFBIG)
        return say_full(l, doing, err);
    char why[128];
    return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "LEDGER_IO",
                      "cannot read or write the ledger %s: %s (SQLite %d, while %s); what was "
                      "settled stays settled, mend the disk and run again",
                      l->path, strerror_r(number, why, sizeof why),
                      l->db ? sqlite3_extended_errcode(l->db) : 0, doing);
}

enum ac_rc ac_ledger_fail(struct ac_ledger *l, int code, const char *doing, struct ac_err *err) {
    const char *why = l->db ? sqlite3_errmsg(l->db) : sqlite3_errstr(code);
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return ac_err_nomem(err, "the ledger");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return say_damaged(l, doing, err);
    case SQLITE_FULL:
        return say_full(l, doing, err);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "LEDGER_BUSY",
                          "another acload kept writing to %s for %d s (while %s); run again when "
                          "it is done",
                          l->path, AC_LEDGER_BUSY_MS / 1000, doing);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "STATE_NOT_WRITABLE",
                          "cannot use the ledger in %s: %s (while %s); the state directory must be "
                          "yours and writable, or choose another with --state",
                          l->dir, why, doing);
    case SQLITE_IOERR:
        if (code == SQLITE_IOERR_NOMEM)
            return ac_err_nomem(err, "the ledger");
        return say_io(l, doing, err);
    default: // SQLite's codes, not an enum of ours
        return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "LEDGER", "%s: %s (SQLite %d, while %s)",
                          l->path, why, code, doing);
    }
}

enum ac_rc ac_ledger_exec(struct ac_ledger *l, const char *sql, const char *doing,
                          struct ac_err *err) {
    errno = 0;
    int code = sqlite3_exec(l->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? AC_OK : ac_ledger_fail(l, code, doing, err);
}

struct ac_query ac_query_open(struct ac_ledger *l, enum ac_sql sql, const char *doing) {
    struct ac_query q = {.l = l, .doing = doing, .code = SQLITE_OK};
    if (!l->stmts[sql])
        q.code = sqlite3_prepare_v3(l->db, ac_sql_text[sql], -1, SQLITE_PREPARE_PERSISTENT,
                                    &l->stmts[sql], NULL);
    q.stmt = l->stmts[sql];
    return q;
}

struct ac_query ac_query_own(struct ac_ledger *l, enum ac_sql sql, const char *doing) {
    struct ac_query q = {.l = l, .doing = doing, .is_owned = true};
    q.code = sqlite3_prepare_v2(l->db, ac_sql_text[sql], -1, &q.stmt, NULL);
    return q;
}

void ac_query_close(struct ac_query *q) {
    if (!q->stmt)
        return;
    if (q->is_owned) {
        sqlite3_finalize(q->stmt);
    } else {
        sqlite3_reset(q->stmt);
        sqlite3_clear_bindings(q->stmt);
    }
    q->stmt = NULL;
}

static void note(struct ac_query *q, int code) {
    if (q->code == SQLITE_OK)
        q->code = code;
}

void ac_query_int(struct ac_query *q, int64_t value) {
    if (q->code == SQLITE_OK)
        note(q, sqlite3_bind_int64(q->stmt, ++q->n_bound, value));
}

void ac_query_u64(struct ac_query *q, uint64_t value) { ac_query_int(q, (int64_t)value); }

void ac_query_null(struct ac_query *q) {
    if (q->code == SQLITE_OK)
        note(q, sqlite3_bind_null(q->stmt, ++q->n_bound));
}

void ac_query_text(struct ac_query *q, const char *text) {
    if (q->code == SQLITE_OK)
        note(q, sqlite3_bind_text(q->stmt, ++q->n_bound, text ? text : "", -1, SQLITE_STATIC));
}

void ac_query_text_n(struct ac_query *q, ac_str text) {
    if (q->code == SQLITE_OK)
        note(q, sqlite3_bind_text64(q->stmt, ++q->n_bound, text.len ? text.ptr : "", text.len,
                                    SQLITE_STATIC, SQLITE_UTF8));
}

void ac_query_text_or_null(struct ac_query *q, const char *text) {
    if (text)
        ac_query_text(q, text);
    else
        ac_query_null(q);
}

void ac_query_blob(struct ac_query *q, ac_str bytes) {
    if (q->code == SQLITE_OK)
        note(q, sqlite3_bind_blob64(q->stmt, ++q->n_bound, bytes.len ? bytes.ptr : "", bytes.len,
                                    SQLITE_STATIC));
}

enum ac_rc ac_query_step(struct ac_query *q, struct ac_err *err) {
    errno = 0;
    int code = q->code == SQLITE_OK ? sqlite3_step(q->stmt) : q->code;
    if (code == SQLITE_ROW)
        return AC_OK;
    if (code == SQLITE_DONE)
        return AC_END;
    note(q, code);
    return ac_ledger_fail(q->l, code, q->doing, err);
}

enum ac_rc ac_query_run(struct ac_query *q, struct ac_err *err) {
    enum ac_rc rc = ac_query_step(q, err);
    if (rc < AC_OK)
        return rc;
    ac_query_again(q);
    return AC_OK;
}

enum ac_rc ac_query_run_one(struct ac_query *q, struct ac_err *err) {
    enum ac_rc rc = ac_query_run(q, err);
    if (rc != AC_OK || sqlite3_changes64(q->l->db) == 1)
        return rc;
    return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "LEDGER",
                      "%s has no such row (while %s); was the ledger changed by hand?", q->l->path,
                      q->doing);
}

void ac_query_again(struct ac_query *q) {
    sqlite3_reset(q->stmt);
    q->n_bound = 0;
}

int64_t ac_query_get_int(const struct ac_query *q, int column) {
    return sqlite3_column_int64(q->stmt, column);
}

uint64_t ac_query_get_u64(const struct ac_query *q, int column) {
    return (uint64_t)sqlite3_column_int64(q->stmt, column);
}

const char *ac_query_get_text(struct ac_query *q, int column) {
    const unsigned char *text = sqlite3_column_text(q->stmt, column);
    if (!text && sqlite3_column_type(q->stmt, column) != SQLITE_NULL)
        note(q, SQLITE_NOMEM);
    return text ? (const char *)text : "";
}

ac_str ac_query_get_blob(const struct ac_query *q, int column) {
    if (sqlite3_column_type(q->stmt, column) == SQLITE_NULL)
        return AC_STR_NULL;
    const char *ptr = sqlite3_column_blob(q->stmt, column);
    size_t len = (size_t)sqlite3_column_bytes(q->stmt, column);
    return len ? ac_str_n(ptr, len) : AC_STR("");
}
