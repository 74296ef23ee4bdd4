// SPDX-License-Identifier: MIT
// SQLite's failures in words of ours.
#include "ledger/state.h"
#include <stdio.h>

static struct ac_err *const err = &ledger_state.err;

static const struct {
    int code;
    enum ac_cause cause;
    const char *name;
} failures[] = {
    {SQLITE_NOMEM, AC_CAUSE_STOP, "NO_MEMORY"},
    {SQLITE_IOERR_NOMEM, AC_CAUSE_STOP, "NO_MEMORY"},
    {SQLITE_CORRUPT, AC_CAUSE_INTERNAL, "LEDGER_DAMAGED"},
    {SQLITE_CORRUPT_INDEX, AC_CAUSE_INTERNAL, "LEDGER_DAMAGED"},
    {SQLITE_NOTADB, AC_CAUSE_INTERNAL, "LEDGER_DAMAGED"},
    {SQLITE_FULL, AC_CAUSE_STOP, "DISK_FULL"},
    {SQLITE_BUSY, AC_CAUSE_STOP, "LEDGER_BUSY"},
    {SQLITE_BUSY_SNAPSHOT, AC_CAUSE_STOP, "LEDGER_BUSY"},
    {SQLITE_READONLY, AC_CAUSE_CONFIG, "STATE_NOT_WRITABLE"},
    {SQLITE_READONLY_DBMOVED, AC_CAUSE_CONFIG, "STATE_NOT_WRITABLE"},
    {SQLITE_CANTOPEN, AC_CAUSE_CONFIG, "STATE_NOT_WRITABLE"},
    {SQLITE_IOERR_READ, AC_CAUSE_STOP, "LEDGER_IO"},
    {SQLITE_CONSTRAINT, AC_CAUSE_INTERNAL, "LEDGER"},
    {SQLITE_MISUSE, AC_CAUSE_INTERNAL, "LEDGER"},
};

START_TEST(a_failure_has_its_cause_and_names_the_place) {
    enum ac_rc rc = ac_ledger_fail(ledger_state.l, failures[_i].code, "testing", err);
    ck_assert_int_eq(err->cause, failures[_i].cause);
    ck_assert(strstr(err->text, ledger_state.dir) || strcmp(err->code, "NO_MEMORY") == 0);
    ledger_bad(rc, failures[_i].name);
}
END_TEST

START_TEST(a_failure_before_the_database_is_open_is_said_as_well) {
    struct ac_ledger closed = {.dir = ledger_state.l->dir, .path = ledger_state.l->path};
    ledger_bad(ac_ledger_fail(&closed, failures[_i].code, "testing", err), failures[_i].name);
}
END_TEST

START_TEST(a_file_that_reached_its_largest_size_is_a_full_disk) {
    ck_assert_int_eq(
        sqlite3_exec(ledger_state.l->db, "PRAGMA max_page_count = 1", NULL, NULL, NULL),
        SQLITE_OK); // no smaller than it is
    static char raw[500000];
    int64_t in = ledger_input(ledger_state.l, 1, "in");
    ledger_reject(ledger_state.l, in, 1, "BAD", ac_str_n(raw, sizeof raw));
    enum ac_rc rc = ac_ledger_flush(ledger_state.l, err);
    ck_assert_int_eq(err->cause, AC_CAUSE_STOP);
    ledger_bad(rc, "DISK_FULL");
    ledger_ok(ac_ledger_exec(ledger_state.l, "PRAGMA max_page_count = 100000", "", err));
    ledger_ok(ac_ledger_flush(ledger_state.l, err)); // nothing was lost meanwhile
    ck_assert_uint_eq(ledger_n_rejects(ledger_state.l), 1);
}
END_TEST

// What a run asks again and again must not take longer with every input that ever was. What people
// ask (status, rejects list) may look at all; the pulse is one row.
START_TEST(no_statement_of_a_run_looks_through_a_whole_table) {
    static char sql[20000];
    sqlite3_stmt *stmt = NULL;
    snprintf(sql, sizeof sql, "EXPLAIN QUERY PLAN %s", ac_sql_text[_i]);
    ck_assert_int_eq(sqlite3_prepare_v2(ledger_state.l->db, sql, -1, &stmt, NULL), SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *step = (const char *)sqlite3_column_text(stmt, 3);
        bool is_short = strstr(step, "USING INDEX input_by_retry") || strstr(step, "SCAN pulse");
        ck_assert_msg(is_short || strncmp(step, "SCAN", 4) != 0, "%s: %s", step, ac_sql_text[_i]);
    }
    sqlite3_finalize(stmt);
}
END_TEST

START_TEST(a_statement_that_cannot_be_prepared_fails_at_its_first_step) {
    ledger_ok(ac_ledger_exec(ledger_state.l, "DROP TABLE file", "", err));
    char hex[65];
    enum ac_rc rc = ac_ledger_file_get(ledger_state.l, "/x", 1, 2, 3, hex, err);
    ck_assert_ptr_nonnull(strstr(err->text, "no such table"));
    ck_assert_ptr_nonnull(strstr(err->text, "looking for a file"));
    ledger_bad(rc, "LEDGER");
    ledger_bad(ac_ledger_file_put(ledger_state.l, "/x", 1, 2, 3, "h", err), "LEDGER");
    ledger_ok(ac_ledger_file_done(ledger_state.l, "o", "h", err)); // the others still work
}
END_TEST

START_TEST(every_statement_can_be_prepared) {
    struct ac_query q = ac_query_own(ledger_state.l, (enum ac_sql)_i, "testing");
    ck_assert_msg(q.code == SQLITE_OK, "%s: %s", ac_sql_text[_i],
                  sqlite3_errmsg(ledger_state.l->db));
    ac_query_close(&q);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("ledger/query");
    TCase *t = tcase_create("query");
    tcase_add_checked_fixture(t, ledger_setup, ledger_teardown);
    tcase_add_loop_test(t, a_failure_has_its_cause_and_names_the_place, 0, AC_N(failures));
    tcase_add_loop_test(t, a_failure_before_the_database_is_open_is_said_as_well, 0,
                        AC_N(failures));
    tcase_add_test(t, a_file_that_reached_its_largest_size_is_a_full_disk);
    tcase_add_test(t, a_statement_that_cannot_be_prepared_fails_at_its_first_step);
    tcase_add_loop_test(t, every_statement_can_be_prepared, 0, AC_SQL_N);
    tcase_add_loop_test(t, no_statement_of_a_run_looks_through_a_whole_table, 0, AC_SQL_RUNS);
    suite_add_tcase(suite, t);
    return ledger_main(suite);
}
