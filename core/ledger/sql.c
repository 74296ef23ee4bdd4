// SPDX-License-Identifier: MIT
// The texts of all SQL statements.
#include "ledger/sql.h"

// clang-format off
const char *const ac_sql_steps[AC_LEDGER_N_STEPS] = {
    // 1: what was run, what was read
    "CREATE TABLE run("
    " id INTEGER PRIMARY KEY, command TEXT NOT NULL, job TEXT NOT NULL, begun_ms INTEGER NOT NULL,"
    " ended_ms INTEGER NOT NULL DEFAULT 0, exit_code INTEGER NOT NULL DEFAULT -1,"
    " n_calls INTEGER NOT NULL DEFAULT 0) STRICT;"
    // Header lines are shared by all inputs that have the same: id is a hash of the text.
    "CREATE TABLE header(id INTEGER PRIMARY KEY, text BLOB NOT NULL) STRICT;"
    "CREATE TABLE input("
    " id INTEGER PRIMARY KEY, run INTEGER NOT NULL, org TEXT NOT NULL, identity TEXT NOT NULL,"
    " member TEXT NOT NULL, name TEXT NOT NULL, plugin TEXT NOT NULL, job TEXT NOT NULL,"
    " state INTEGER NOT NULL, size_bytes INTEGER NOT NULL, modified_ms INTEGER NOT NULL,"
    " begun_ms INTEGER NOT NULL, settled_ms INTEGER NOT NULL, n_read INTEGER NOT NULL,"
    " n_sent INTEGER NOT NULL, n_dropped INTEGER NOT NULL, n_rejected INTEGER NOT NULL,"
    " n_held INTEGER NOT NULL, n_made INTEGER NOT NULL, n_written INTEGER NOT NULL,"
    " n_created INTEGER NOT NULL, n_updated INTEGER NOT NULL, n_refused INTEGER NOT NULL,"
    " n_superseded INTEGER NOT NULL, n_bytes INTEGER NOT NULL, error TEXT NOT NULL,"
    " header INTEGER, UNIQUE(org, identity, member)) STRICT;"
    "CREATE INDEX input_by_time ON input(begun_ms);"
    "CREATE INDEX input_by_run ON input(run, begun_ms);"
    "CREATE TABLE file("
    " path TEXT PRIMARY KEY, size_bytes INTEGER NOT NULL, modified_ns INTEGER NOT NULL,"
    " inode INTEGER NOT NULL, hex TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE file_done("
    " org TEXT NOT NULL, hex TEXT NOT NULL, done_ms INTEGER NOT NULL, PRIMARY KEY(org, hex))"
    " STRICT, WITHOUT ROWID;",

    // 2: what was sent. A batch's number is never used again: its spool file has it.
    "CREATE TABLE batch("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, org TEXT NOT NULL,"
    " object TEXT NOT NULL, operation INTEGER NOT NULL, spool TEXT NOT NULL,"
    " state INTEGER NOT NULL, n_records INTEGER NOT NULL DEFAULT 0,"
    " n_bytes INTEGER NOT NULL DEFAULT 0, begun_ms INTEGER NOT NULL,"
    " sealed_ms INTEGER NOT NULL DEFAULT 0, settled_ms INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE INDEX batch_unsettled ON batch(state) WHERE state < 2;"
    "CREATE TABLE batch_range("
    " batch INTEGER NOT NULL, first INTEGER NOT NULL, n INTEGER NOT NULL, input INTEGER NOT NULL,"
    " row_first INTEGER NOT NULL, row_last INTEGER NOT NULL, is_settled INTEGER NOT NULL DEFAULT 0,"
    " n_sent INTEGER NOT NULL DEFAULT 0, n_dropped INTEGER NOT NULL DEFAULT 0,"
    " n_rejected INTEGER NOT NULL DEFAULT 0, n_made INTEGER NOT NULL DEFAULT 0,"
    " n_written INTEGER NOT NULL DEFAULT 0, n_created INTEGER NOT NULL DEFAULT 0,"
    " n_updated INTEGER NOT NULL DEFAULT 0, n_refused INTEGER NOT NULL DEFAULT 0,"
    " n_superseded INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY(batch, first)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX batch_range_by_input ON batch_range(input);"
    "CREATE TABLE batch_job("
    " id INTEGER PRIMARY KEY, batch INTEGER NOT NULL, first INTEGER NOT NULL, n INTEGER NOT NULL,"
    " job TEXT NOT NULL, at_ms INTEGER NOT NULL, UNIQUE(batch, first, job)) STRICT;",

    // 3: what was refused. The pulse is written to when rejects must reach the disk by themselves.
    "CREATE TABLE reject("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, input INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
    " line INTEGER NOT NULL, byte INTEGER NOT NULL, number INTEGER NOT NULL, object TEXT NOT NULL,"
    " key TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL, fields TEXT NOT NULL,"
    " raw BLOB NOT NULL, batch INTEGER NOT NULL) STRICT;"
    "CREATE INDEX reject_by_batch ON reject(batch) WHERE batch > 0;"
    "CREATE INDEX reject_by_input ON reject(input, line);"
    "CREATE INDEX reject_by_time ON reject(at_ms);"
    "CREATE TABLE pulse(id INTEGER PRIMARY KEY, n INTEGER NOT NULL) STRICT;"
    "INSERT INTO pulse VALUES(1, 0);",

    // 4: versions of keys, see version.h
    "CREATE TABLE object("
    " id INTEGER PRIMARY KEY, org TEXT NOT NULL, name TEXT NOT NULL, newest_ms INTEGER NOT NULL,"
    " UNIQUE(org, name)) STRICT;"
    "CREATE TABLE version_run("
    " id INTEGER PRIMARY KEY, object INTEGER NOT NULL, level INTEGER NOT NULL,"
    " n INTEGER NOT NULL, newest_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX version_run_by_level ON version_run(object, level);"
    "CREATE TABLE version_part("
    " run INTEGER NOT NULL, last INTEGER NOT NULL, body BLOB NOT NULL,"
    " PRIMARY KEY(run, last)) STRICT, WITHOUT ROWID;",

    // 5: answers worth keeping
    "CREATE TABLE describe("
    " org TEXT NOT NULL, object TEXT NOT NULL, asked_ms INTEGER NOT NULL,"
    " last_modified TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY(org, object)) STRICT;",

    // 6: small values that somebody must find again
    "CREATE TABLE checkpoint("
    " scope TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, at_ms INTEGER NOT NULL,"
    " PRIMARY KEY(scope, name)) STRICT, WITHOUT ROWID;",

    // 7: rejected rows that are tried again, how their inputs were read
    "ALTER TABLE input ADD COLUMN how TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE input ADD COLUMN retry_of INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX input_by_retry ON input(retry_of) WHERE retry_of <> 0;"
    "ALTER TABLE reject ADD COLUMN retry INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX reject_by_retry ON reject(retry, number) WHERE retry > 0;",

    // 8: inputs that were begun and came to no end, which are few
    "CREATE INDEX input_open ON input(org, name) WHERE state = 0;",
};

#define INPUT_COLUMNS \
    "i.id, i.run, i.org, i.identity, i.member, i.name, i.plugin, i.job, i.state, i.size_bytes," \
    " i.modified_ms, i.begun_ms, i.settled_ms, i.error, i.n_read, i.n_sent, i.n_dropped," \
    " i.n_rejected, i.n_held, i.n_made, i.n_written, i.n_created, i.n_updated, i.n_refused," \
    " i.n_superseded, i.n_bytes, i.how, i.retry_of," \
    " (SELECT n_calls FROM run WHERE run.id = i.run)"
// Rows of a retry under way stand with those they are tried for: they are not shown twice.
#define NO_RETRY "(SELECT id FROM input WHERE retry_of <> 0)"
// A retry of which a batch was sealed may be in the org; nobody knows until it has ended.
#define SENT_BY_RETRY \
    "(r.retry > 0 AND EXISTS(SELECT 1 FROM batch_range b WHERE b.input = r.retry))"
// Of what was read, records in batches: those without an outcome yet are only made.
#define RANGE_COUNTS \
    "SELECT 0, total(n_sent), total(n_dropped), total(n_rejected), 0," \
    " total(CASE WHEN is_settled THEN n_made ELSE n END), total(n_written), total(n_created)," \
    " total(n_updated), total(n_refused), total(n_superseded), 0 FROM batch_range"
#define REJECT_FILTER \
    " (?2 IS NULL OR r.object = ?2 COLLATE NOCASE)" \
    " AND (?3 IS NULL OR r.code = ?3 COLLATE NOCASE) AND r.at_ms >= ?4" \
    " AND (?5 = 0 OR r.at_ms < ?5) AND (?6 = 0 OR r.id = ?6) AND r.number >= ?7" \
    " AND (?8 = 0 OR r.retry = ?8)"

const char *const ac_sql_text[AC_SQL_N] = {
    [AC_SQL_RUN_BEGIN] = "INSERT INTO run(command, job, begun_ms) VALUES(?1, ?2, ?3)",
    [AC_SQL_RUN_END] =
        "UPDATE run SET ended_ms = ?2, exit_code = ?3, n_calls = ?4 WHERE id = ?1",

    [AC_SQL_INPUT_SETTLED] =
        "SELECT state FROM input WHERE org = ?1 AND identity = ?2 AND member = ?3",
    [AC_SQL_INPUT_UNDER_WAY] =
        "SELECT id FROM input WHERE org = ?1 AND identity = ?2 AND member = ?3 AND run = ?4"
        " AND state IN (?5, ?6)",
    // Runs that read it or wait for its outcomes; runs whose batches hold some of its records.
    [AC_SQL_INPUT_HOLDERS] =
        "SELECT run, 0 FROM input WHERE org = ?1 AND identity = ?2 AND member = ?3"
        " AND state IN (?4, ?5) UNION ALL"
        " SELECT b.run, 1 FROM input i JOIN batch_range r ON r.input = i.id AND r.is_settled = 0"
        " JOIN batch b ON b.id = r.batch AND b.state < 2"
        " WHERE i.org = ?1 AND i.identity = ?2 AND i.member = ?3",
    [AC_SQL_INPUT_BEGIN] =
        "INSERT INTO input VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
        " 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', NULL, ?12, ?13)"
        " ON CONFLICT(org, identity, member) DO UPDATE SET run = excluded.run,"
        " name = excluded.name, plugin = excluded.plugin, job = excluded.job,"
        " state = excluded.state, size_bytes = excluded.size_bytes,"
        " modified_ms = excluded.modified_ms, begun_ms = excluded.begun_ms, settled_ms = 0,"
        " n_read = 0, n_sent = 0, n_dropped = 0, n_rejected = 0, n_held = 0, n_made = 0,"
        " n_written = 0, n_created = 0, n_updated = 0, n_refused = 0, n_superseded = 0,"
        " n_bytes = 0, error = '', header = NULL, how = excluded.how,"
        " retry_of = excluded.retry_of RETURNING id",
    [AC_SQL_INPUT_END] =
        "UPDATE input SET state = ?2, settled_ms = ?3, n_read = ?4, n_sent = ?5, n_dropped = ?6,"
        " n_rejected = ?7, n_held = ?8, n_made = ?9, n_written = ?10, n_created = ?11,"
        " n_updated = ?12, n_refused = ?13, n_superseded = ?14, n_bytes = ?15, plugin = ?16,"
        " error = ?17 WHERE id = ?1",
    [AC_SQL_INPUT_HEADER] = "UPDATE input SET header = ?2 WHERE id = ?1",
    [AC_SQL_INPUT_READ] =
        "UPDATE input SET state = ?2, n_read = ?3, n_sent = ?4, n_dropped = ?5, n_rejected = ?6,"
        " n_held = ?7, n_made = ?8, n_written = ?9, n_created = ?10, n_updated = ?11,"
        " n_refused = ?12, n_superseded = ?13, n_bytes = ?14, plugin = ?15 WHERE id = ?1",
    [AC_SQL_INPUT_GET] = "SELECT " INPUT_COLUMNS " FROM input i WHERE id = ?1",
    [AC_SQL_INPUT_RANGES_DROP] = "DELETE FROM batch_range WHERE input = ?1",
    // An index of a part of a table is taken only when the statement says that part, too: here and
    // where rejects of a retry are meant.
    [AC_SQL_INPUT_RETRIES_DROP] =
        "UPDATE input SET retry_of = -1 WHERE retry_of = ?1 AND retry_of <> 0",
    [AC_SQL_INPUT_REPLACED] =
        "SELECT o.id, o.run FROM input i JOIN input o INDEXED BY input_open"
        " ON o.org = i.org AND o.name = i.name AND o.state = 0"
        " WHERE i.id = ?1 AND o.id <> i.id AND o.retry_of = 0 AND o.begun_ms <= i.begun_ms"
        " AND NOT EXISTS(SELECT 1 FROM batch_range r WHERE r.input = o.id AND r.is_settled = 0)"
        " LIMIT 1 OFFSET ?2",
    // What settled ranges and kept rejects tell; of the rest nobody knows how much was read.
    [AC_SQL_INPUT_REPLACE] =
        "UPDATE input SET state = ?2, error = ?3, (n_sent, n_dropped, n_rejected, n_written,"
        " n_created, n_updated, n_refused, n_superseded) = (SELECT ifnull(sum(n_sent), 0),"
        " ifnull(sum(n_dropped), 0), max(ifnull(sum(n_rejected), 0), (SELECT"
        " count(DISTINCT number) FROM reject WHERE input = ?1)), ifnull(sum(n_written), 0),"
        " ifnull(sum(n_created), 0), ifnull(sum(n_updated), 0), max(ifnull(sum(n_refused), 0),"
        " (SELECT count(*) FROM reject WHERE input = ?1 AND object <> '')),"
        " ifnull(sum(n_superseded), 0) FROM batch_range WHERE input = ?1) WHERE id = ?1",
    [AC_SQL_INPUT_REPLACE_SUMS] =
        "UPDATE input SET n_read = n_sent + n_dropped + n_rejected, n_held = 0,"
        " n_made = n_written + n_refused + n_superseded, n_bytes = 0 WHERE id = ?1",
    [AC_SQL_HEADER_GET] = "SELECT text FROM header WHERE id = ?1",
    [AC_SQL_HEADER_PUT] = "INSERT INTO header VALUES(?1, ?2)",

    [AC_SQL_FILE_GET] =
        "SELECT hex FROM file WHERE path = ?1 AND size_bytes = ?2 AND modified_ns = ?3"
        " AND inode = ?4",
    [AC_SQL_FILE_PUT] = "INSERT OR REPLACE INTO file VALUES(?1, ?2, ?3, ?4, ?5)",
    [AC_SQL_FILE_DONE] = "INSERT OR REPLACE INTO file_done VALUES(?1, ?2, ?3)",
    [AC_SQL_FILE_UNDONE] = "DELETE FROM file_done WHERE org = ?1 AND hex = ?2",
    [AC_SQL_FILE_IS_DONE] = "SELECT 1 FROM file_done WHERE org = ?1 AND hex = ?2",

    [AC_SQL_BATCH_BEGIN] =
        "INSERT INTO batch(run, org, object, operation, spool, state, begun_ms)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [AC_SQL_BATCH_SEAL] =
        "UPDATE batch SET state = ?2, n_records = ?3, n_bytes = ?4, sealed_ms = ?5 WHERE id = ?1",
    [AC_SQL_BATCH_RANGE] =
        "INSERT INTO batch_range(batch, first, n, input, row_first, row_last)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [AC_SQL_BATCH_JOB] = "INSERT OR REPLACE INTO batch_job VALUES(NULL, ?1, ?2, ?3, ?4, ?5)",
    [AC_SQL_BATCH_SETTLE] = "UPDATE batch SET state = ?2, settled_ms = ?3 WHERE id = ?1",
    [AC_SQL_BATCH_CLAIM] = "UPDATE batch SET run = ?3 WHERE id = ?1 AND run = ?2 AND state < 2",
    [AC_SQL_BATCH_FORGET] = "DELETE FROM batch WHERE id = ?1 AND state = 0",
    [AC_SQL_BATCH_LOSE_INPUTS] =
        "UPDATE input SET state = ?2 WHERE state = ?3 AND id IN"
        " (SELECT input FROM batch_range WHERE batch = ?1)",
    [AC_SQL_BATCH_LOSE_RANGES] = "DELETE FROM batch_range WHERE batch = ?1 AND is_settled = 0",
    [AC_SQL_BATCH_RANGES] =
        "SELECT input, first, n, row_first, row_last FROM batch_range WHERE batch = ?1"
        " ORDER BY first",
    [AC_SQL_RANGE_SETTLE] =
        "UPDATE batch_range SET is_settled = ?12, n_sent = ?3, n_dropped = ?4, n_rejected = ?5,"
        " n_made = ?6, n_written = ?7, n_created = ?8, n_updated = ?9, n_refused = ?10,"
        " n_superseded = ?11 WHERE batch = ?1 AND first = ?2",
    [AC_SQL_RANGES_SETTLED] =
        "SELECT b.object, r.row_first, r.row_last, r.n_sent, r.n_dropped, r.n_rejected, r.n_made,"
        " r.n_written, r.n_created, r.n_updated, r.n_refused, r.n_superseded"
        " FROM batch_range r JOIN batch b ON b.id = r.batch"
        " WHERE r.input = ?1 AND r.is_settled = 1 ORDER BY b.object, r.row_first",
    [AC_SQL_RANGES_OPEN] =
        "SELECT count(*) FROM batch_range WHERE input = ?1 AND is_settled = 0",

    [AC_SQL_REJECT_ADD] =
        "INSERT INTO reject VALUES(NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0)",
    [AC_SQL_REJECT_FORGET] =
        "DELETE FROM reject WHERE input = ?1 AND batch NOT IN"
        " (SELECT batch FROM batch_range WHERE input = ?1 AND is_settled = 1)",
    [AC_SQL_REJECT_FORGET_BATCH] =
        "DELETE FROM reject WHERE batch = ?1 AND batch > 0 AND (?2 IS NULL OR code <> ?2)",
    [AC_SQL_REJECT_EXPIRE] = "DELETE FROM reject AS r WHERE at_ms < ?1 AND NOT " SENT_BY_RETRY,
    [AC_SQL_REJECT_DROP] = "DELETE FROM reject AS r WHERE id = ?1 AND NOT " SENT_BY_RETRY,
    [AC_SQL_REJECT_UNMARK] = "UPDATE reject SET retry = 0 WHERE input = ?1 AND retry <> 0",

    [AC_SQL_RETRY_OF] = "SELECT retry_of FROM input WHERE id = ?1",
    // All rejects of the row: a row that made several records may have several.
    [AC_SQL_RETRY_MARK] =
        "UPDATE reject SET retry = ?1 WHERE input = ?2 AND line = ?3 AND number = ?4",
    [AC_SQL_RETRY_LAST] =
        "SELECT max(number) FROM (SELECT DISTINCT number FROM reject WHERE retry = ?1"
        " AND retry > 0 ORDER BY number LIMIT ?2)",
    [AC_SQL_RETRY_REFUSED] =
        "SELECT count(*) FROM reject WHERE retry = ?1 AND retry > 0 AND number <= ?2"
        " AND object <> ''",
    [AC_SQL_RETRY_COUNT] =
        "UPDATE input SET n_sent = n_sent + ?2, n_dropped = n_dropped + ?3,"
        " n_rejected = n_rejected - ?2 - ?3, n_made = n_made + ?4, n_written = n_written + ?5,"
        " n_created = n_created + ?6, n_updated = n_updated + ?7, n_refused = n_refused + ?8,"
        " n_superseded = n_superseded + ?9 WHERE id = ?1",
    [AC_SQL_RETRY_DONE] =
        "DELETE FROM reject WHERE retry = ?1 AND retry > 0 AND number <= ?2",
    [AC_SQL_RETRY_FREE] = "UPDATE reject SET retry = 0 WHERE retry = ?1 AND retry > 0",
    [AC_SQL_RETRY_MOVE] = "UPDATE reject SET input = ?2, batch = 0 WHERE input = ?1",
    [AC_SQL_RETRY_FORGET] = "DELETE FROM input WHERE id = ?1 AND retry_of <> 0",
    [AC_SQL_RETRY_REJECTS_DROP] = "DELETE FROM reject WHERE input = ?1",
    [AC_SQL_RETRIES] =
        "SELECT " INPUT_COLUMNS " FROM input i INDEXED BY input_by_retry WHERE retry_of <> 0"
        " ORDER BY id",
    [AC_SQL_PULSE] = "UPDATE pulse SET n = n + 1",

    [AC_SQL_OBJECT_GET] = "SELECT id, newest_ms FROM object WHERE org = ?1 AND name = ?2",
    [AC_SQL_OBJECT_ADD] = "INSERT INTO object VALUES(NULL, ?1, ?2, ?3)",
    [AC_SQL_OBJECT_NEWEST] =
        "UPDATE object SET newest_ms = ?2 WHERE id = ?1 AND newest_ms < ?2",
    [AC_SQL_VERSION_RUN_ADD] = "INSERT INTO version_run VALUES(NULL, ?1, -1, 0, 0)",
    [AC_SQL_VERSION_RUN_SET] =
        "UPDATE version_run SET level = ?2, n = ?3, newest_ms = ?4 WHERE id = ?1",
    [AC_SQL_VERSION_RUN_DROP] = "DELETE FROM version_run WHERE id = ?1",
    [AC_SQL_VERSION_RUNS_NEWER] =
        "SELECT id, newest_ms FROM version_run WHERE object = ?1 AND newest_ms > ?2 ORDER BY id",
    [AC_SQL_VERSION_RUNS_OF_LEVEL] =
        "SELECT id FROM version_run WHERE object = ?1 AND level = ?2 ORDER BY id LIMIT ?3",
    [AC_SQL_VERSION_PART_ADD] = "INSERT INTO version_part VALUES(?1, ?2, ?3)",
    [AC_SQL_VERSION_PART_FROM] =
        "SELECT body FROM version_part WHERE run = ?1 AND last >= ?2 ORDER BY last LIMIT 1",
    [AC_SQL_VERSION_PARTS_DROP] = "DELETE FROM version_part WHERE run = ?1",

    [AC_SQL_DESCRIBE_GET] =
        "SELECT asked_ms, last_modified, body FROM describe WHERE org = ?1 AND object = ?2",
    [AC_SQL_DESCRIBE_PUT] =
        "INSERT OR REPLACE INTO describe VALUES(?1, ?2, ?3, ?4, ?5)",

    [AC_SQL_CHECKPOINT_GET] = "SELECT value, at_ms FROM checkpoint WHERE scope = ?1 AND name = ?2",
    [AC_SQL_CHECKPOINT_PUT] = "INSERT OR REPLACE INTO checkpoint VALUES(?1, ?2, ?3, ?4)",
    [AC_SQL_CHECKPOINT_DROP] = "DELETE FROM checkpoint WHERE scope = ?1 AND name = ?2",
    [AC_SQL_CHECKPOINTS] =
        "SELECT name, value, at_ms FROM checkpoint WHERE scope = ?1 ORDER BY name",

    [AC_SQL_RUNS] =
        "SELECT id, begun_ms, ended_ms, command, job, exit_code, n_calls FROM run"
        " ORDER BY id DESC LIMIT ?1",
    [AC_SQL_INPUTS] =
        "SELECT " INPUT_COLUMNS " FROM input i WHERE (?1 = 0 OR run = ?1) AND retry_of = 0"
        " ORDER BY begun_ms DESC, id DESC LIMIT ?2",
    [AC_SQL_BATCHES] =
        "SELECT id, run, org, object, operation, spool, state, n_records, n_bytes, begun_ms,"
        " sealed_ms FROM batch WHERE state < 2 ORDER BY id LIMIT ?1",
    [AC_SQL_BATCH_JOBS] =
        "SELECT first, n, job FROM batch_job WHERE batch = ?1 ORDER BY id",
    [AC_SQL_TOTALS_RUNS] = "SELECT count(*), total(n_calls) FROM run",
    [AC_SQL_TOTALS_INPUTS] =
        "SELECT count(*), total(state = 1), total(state IN (0, 3)), total(state = 2),"
        " total(n_read), total(n_sent), total(n_dropped), total(n_rejected), total(n_held),"
        " total(n_made), total(n_written), total(n_created), total(n_updated),"
        " total(n_refused), total(n_superseded), total(n_bytes) FROM input WHERE retry_of = 0",
    [AC_SQL_TOTALS_RANGES] = RANGE_COUNTS
        " WHERE input IN (SELECT id FROM input WHERE state = 3 AND retry_of = 0)",
    [AC_SQL_RANGES_OF_INPUT] = RANGE_COUNTS " WHERE input = ?1",
    [AC_SQL_TOTALS_REJECTS] =
        "SELECT (SELECT count(*) FROM reject) -"
        " (SELECT count(*) FROM reject WHERE input IN " NO_RETRY ")",

    [AC_SQL_REJECT_INPUTS] =
        "SELECT " INPUT_COLUMNS ", h.text FROM input i"
        " LEFT JOIN header h ON h.id = i.header"
        " WHERE i.retry_of = 0 AND (?1 IS NULL OR instr(i.name, ?1) > 0)"
        " AND (?2 = 0 OR i.id = (SELECT input FROM reject WHERE id = ?2))"
        " AND (?3 = 0 OR i.id = ?3) AND EXISTS(SELECT 1 FROM reject WHERE input = i.id)"
        " ORDER BY i.begun_ms DESC, i.id DESC",
    [AC_SQL_REJECTS_OF_INPUT] =
        "SELECT r.id, r.at_ms, r.line, r.byte, r.number, r.object, r.key, r.code, r.message,"
        " r.fields, r.raw, r.batch, r.retry, " SENT_BY_RETRY " FROM reject r"
        " WHERE r.input = ?1 AND" REJECT_FILTER
        " ORDER BY r.line, r.id LIMIT ?9",
    [AC_SQL_REJECT_SUMMARY] =
        "SELECT r.code, r.object, min(r.message), count(*) AS n FROM reject r"
        " WHERE (?1 IS NULL OR (SELECT instr(i.name, ?1) FROM input i WHERE i.id = r.input) > 0)"
        " AND" REJECT_FILTER " AND (?9 = 0 OR r.input = ?9) AND r.input NOT IN " NO_RETRY
        " GROUP BY r.code, r.object ORDER BY n DESC, r.code, r.object LIMIT ?10",
};
// clang-format on
