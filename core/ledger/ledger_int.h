// SPDX-License-Identifier: MIT
// What the files of the ledger share: the handle, queries, transactions.
#ifndef AC_LEDGER_LEDGER_INT_H
#define AC_LEDGER_LEDGER_INT_H
#include "base/buf.h"
#include "ledger/ledger.h"
#include "ledger/sql.h"
#include <sqlite3.h>

#define AC_LEDGER_PAGES_KIB 8192           // SQLite's page cache
#define AC_LEDGER_BUSY_MS 30000            // how long another writer is waited for
#define AC_LEDGER_WAL_BYTES 16777216       // what the write-ahead log is cut down to
#define AC_LEDGER_PENDING_BYTES (1u << 20) // rejects gathered before they are written
#define AC_LEDGER_PENDING_MAX (16u << 20)  // with one huge row

struct ac_ledger_lock;

struct ac_ledger {
    sqlite3 *db;
    const struct ac_clock *clock;
    char *dir, *spool, *path; // the state directory, its spool/, its ledger.db
    bool read_only;
    struct ac_ledger_lock *locks;
    int alive_fd, look_fd; // locks/runs: to say that a run lives, to ask whether one does; or -1
    int64_t busy_from_ms;  // when waiting for another writer began
    // Transactions nest by count; only the outermost begins or commits.
    unsigned depth;
    bool is_read_tx; // the outermost only reads
    bool is_broken;  // an inner one failed: the outermost rolls back
    bool is_sync;    // the connection's present setting is synchronous=FULL
    bool wants_sync; // the transaction under way must be on disk when it is committed
    bool lags;       // something was committed that a power cut may still undo
    // Rejects not yet committed (pending.c). The first written_bytes of them are in the
    // transaction under way; they stay in memory until it is committed.
    struct ac_buf pending;
    size_t written_bytes;
    bool has_spilled;              // the transaction holds rejects that memory does not
    bool has_lost;                 // such a transaction was rolled back
    sqlite3_stmt *stmts[AC_SQL_N]; // prepared at first use
};

// --- the state directory (place.c)
// Makes the directory with its parents (unless read_only) and judges it. AC_END: there is none.
enum ac_rc ac_ledger_place(const char *dir, bool read_only, struct ac_err *err);
// The path dir/name, malloced.
enum ac_rc ac_ledger_path(char **out, const char *dir, const char *name, struct ac_err *err);
// Makes sure that path is a file of ours that nobody else can read. AC_END: none (read_only).
enum ac_rc ac_ledger_file(const char *path, bool read_only, struct ac_err *err);

// --- locks (lock.c)
void ac_ledger_unlock_all(struct ac_ledger *l);
enum ac_rc ac_ledger_alive_begin(struct ac_ledger *l, int64_t run, struct ac_err *err);
void ac_ledger_alive_end(struct ac_ledger *l, int64_t run);
// Does any run live that works in this directory?
bool ac_ledger_has_alive(const char *dir);
bool ac_ledger_is_alive(struct ac_ledger *l, int64_t run);

// --- the tables (migrate.c)
// Brings the database to today's form. Errors: newer than ours, or not ours. Read only: AC_END when
// there are no tables yet, AC_AGAIN when they are older than today's.
enum ac_rc ac_ledger_migrate(struct ac_ledger *l, struct ac_err *err);

// --- queries (query.c)
// SQLite's latest error, as ours: `doing` completes "while ...".
enum ac_rc ac_ledger_fail(struct ac_ledger *l, int code, const char *doing, struct ac_err *err);
// Runs statements without values or rows.
enum ac_rc ac_ledger_exec(struct ac_ledger *l, const char *sql, const char *doing,
                          struct ac_err *err);

// One statement under way. Values are bound in the order of the statement's parameters; texts are
// borrowed until it is closed. A failure to prepare or bind shows at the first step.
struct ac_query {
    struct ac_ledger *l;
    sqlite3_stmt *stmt;
    const char *doing;
    int n_bound;
    int code;      // of the first failure, SQLITE_OK: none
    bool is_owned; // prepared for this use alone, since its callback may start the same again
};
struct ac_query ac_query_open(struct ac_ledger *l, enum ac_sql sql, const char *doing);
struct ac_query ac_query_own(struct ac_ledger *l, enum ac_sql sql, const char *doing);
void ac_query_close(struct ac_query *q);
void ac_query_int(struct ac_query *q, int64_t value);
void ac_query_u64(struct ac_query *q, uint64_t value);
void ac_query_null(struct ac_query *q);
void ac_query_text(struct ac_query *q, const char *text); // NULL binds ""
void ac_query_text_n(struct ac_query *q, ac_str text);
void ac_query_text_or_null(struct ac_query *q, const char *text);
void ac_query_blob(struct ac_query *q, ac_str bytes);
// AC_OK: a row is there; AC_END: no more.
enum ac_rc ac_query_step(struct ac_query *q, struct ac_err *err);
// For a statement that gives no rows: AC_OK when done. Ready to be bound again.
enum ac_rc ac_query_run(struct ac_query *q, struct ac_err *err);
// The same for one that must change exactly one row: that it does not is a mistake of ours.
enum ac_rc ac_query_run_one(struct ac_query *q, struct ac_err *err);
void ac_query_again(struct ac_query *q); // ready to be bound again, before its last row
int64_t ac_query_get_int(const struct ac_query *q, int column);
uint64_t ac_query_get_u64(const struct ac_query *q, int column);
// Never NULL: "" without memory, and then the next step fails.
const char *ac_query_get_text(struct ac_query *q, int column);
ac_str ac_query_get_blob(const struct ac_query *q, int column); // null for NULL

// --- transactions (tx.c)
enum ac_tx {
    AC_TX_READ, // one snapshot for several queries
    AC_TX_LAG,  // survives our death, perhaps not a power cut
    AC_TX_SYNC  // on disk when it returns, with everything before it
};
enum ac_rc ac_ledger_tx_begin(struct ac_ledger *l, enum ac_tx tx, struct ac_err *err);
// Rolls back when rc is a failure, else commits. Returns rc, or the failure to commit.
enum ac_rc ac_ledger_tx_end(struct ac_ledger *l, enum ac_rc rc, struct ac_err *err);

// --- rejects gathered in memory (pending.c)
static inline bool ac_ledger_has_pending(const struct ac_ledger *l) {
    return l->pending.len > l->written_bytes;
}
// Writes what is pending, in a transaction of its own or in the one under way.
enum ac_rc ac_ledger_pending_write(struct ac_ledger *l, struct ac_err *err);
void ac_ledger_pending_commit(struct ac_ledger *l);
void ac_ledger_pending_rollback(struct ac_ledger *l);

// --- rows read (status.c)
#define AC_LEDGER_INPUT_COLUMNS 29 // that INPUT_COLUMNS of sql.c gives
void ac_ledger_get_input(struct ac_query *q, struct ac_input_row *in);

// --- retries (retry.c)
// Ends the input when it is a retry: AC_OK. AC_END: it is none.
enum ac_rc ac_ledger_retry_end(struct ac_ledger *l, int64_t input, const struct ac_counts *counts,
                               struct ac_err *err);

static inline int64_t ac_ledger_now_ms(const struct ac_ledger *l) {
    return l->clock->now_ms(l->clock->self);
}

#endif
