// SPDX-License-Identifier: MIT
// The ledger opened: new, older, newer, foreign, damaged.
#include "ledger/state.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct ac_err *const err = &ledger_state.err;

START_TEST(a_new_ledger_is_empty_and_in_todays_form) {
    struct ac_totals totals;
    ledger_ok(ledger_open(&ledger_state.l, false));
    ledger_ok(ac_ledger_totals(ledger_state.l, &totals, err));
    ck_assert_uint_eq(totals.n_runs + totals.n_inputs + totals.n_rejects, 0);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "PRAGMA user_version"), AC_LEDGER_N_STEPS);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "PRAGMA application_id"), AC_LEDGER_APPLICATION);
}
END_TEST

START_TEST(it_knows_where_it_is) {
    ledger_ok(ledger_open(&ledger_state.l, false));
    ck_assert_str_eq(ac_ledger_dir(ledger_state.l), ledger_state.dir);
    ck_assert_str_eq(ac_ledger_spool_dir(ledger_state.l), ledger_path("state/spool"));
}
END_TEST

START_TEST(what_was_written_is_there_again) {
    bool is_done = false;
    ledger_ok(ledger_open(&ledger_state.l, false));
    ledger_ok(ac_ledger_file_done(ledger_state.l, "o", "h", err));
    ledger_reopen();
    ledger_ok(ac_ledger_file_is_done(ledger_state.l, "o", "h", &is_done, err));
    ck_assert(is_done);
}
END_TEST

START_TEST(closing_nothing_is_fine) { ac_ledger_close(NULL); }
END_TEST

START_TEST(closing_in_a_group_keeps_nothing_of_it) {
    bool is_done = true;
    ledger_ok(ledger_open(&ledger_state.l, false));
    ledger_ok(ac_ledger_group_begin(ledger_state.l, err));
    ledger_ok(ac_ledger_file_done(ledger_state.l, "o", "h", err));
    ledger_reopen();
    ledger_ok(ac_ledger_file_is_done(ledger_state.l, "o", "h", &is_done, err));
    ck_assert(!is_done);
}
END_TEST

// --- for reading ---------------------------------------------------------------------------------

START_TEST(a_reader_finds_no_directory) {
    ck_assert_int_eq(ledger_open(&ledger_state.l, true), AC_END);
    ck_assert_ptr_null(ledger_state.l);
}
END_TEST

START_TEST(a_reader_finds_no_ledger) {
    ck_assert_int_eq(mkdir(ledger_state.dir, 0700), 0);
    ck_assert_int_eq(ledger_open(&ledger_state.l, true), AC_END);
    ck_assert_int_eq(access(ledger_path("state/ledger.db"), F_OK), -1);
}
END_TEST

static void write_file(const char *path, const void *bytes, size_t len) {
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(bytes, 1, len, f), len);
    ck_assert_int_eq(fclose(f), 0);
}

START_TEST(a_reader_finds_a_ledger_that_was_only_just_begun) {
    ck_assert_int_eq(mkdir(ledger_state.dir, 0700), 0);
    write_file(ledger_path("state/ledger.db"), "", 0);
    ck_assert_int_eq(ledger_open(&ledger_state.l, true), AC_END);
}
END_TEST

START_TEST(a_reader_reads_while_a_writer_writes) {
    struct ac_ledger *reader = NULL;
    bool is_done = false;
    ledger_ok(ledger_open(&ledger_state.l, false));
    ledger_ok(ledger_open(&reader, true));
    ledger_ok(ac_ledger_group_begin(ledger_state.l, err));
    ledger_ok(ac_ledger_file_done(ledger_state.l, "o", "h", err));
    ledger_ok(ac_ledger_file_is_done(reader, "o", "h", &is_done, err));
    ck_assert(!is_done); // not yet
    ledger_ok(ac_ledger_group_end(ledger_state.l, AC_OK, err));
    ledger_ok(ac_ledger_file_is_done(reader, "o", "h", &is_done, err));
    ck_assert(is_done);
    ac_ledger_close(reader);
}
END_TEST

START_TEST(a_reader_cannot_write) {
    ledger_ok(ledger_open(&ledger_state.l, false));
    ledger_close();
    ledger_ok(ledger_open(&ledger_state.l, true));
    ledger_bad(ac_ledger_file_done(ledger_state.l, "o", "h", err), "LEDGER");
}
END_TEST

// --- other forms ---------------------------------------------------------------------------------

// A database with the first n steps, as an older acload would have left it.
static void make_older(int n_steps) {
    char mark[100];
    sqlite3 *db = NULL;
    ck_assert_int_eq(mkdir(ledger_state.dir, 0700), 0);
    ck_assert_int_eq(sqlite3_open(ledger_path("state/ledger.db"), &db), SQLITE_OK);
    for (int i = 0; i < n_steps; i++)
        ck_assert_int_eq(sqlite3_exec(db, ac_sql_steps[i], NULL, NULL, NULL), SQLITE_OK);
    snprintf(mark, sizeof mark, "PRAGMA user_version = %d; PRAGMA application_id = %d", n_steps,
             AC_LEDGER_APPLICATION);
    ck_assert_int_eq(sqlite3_exec(db, mark, NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, "INSERT INTO run(command, job, begun_ms) VALUES('x','',5)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

static const bool by_reader[] = {false, true};

static void ck_brought_up_to_date(int n_steps, bool read_only) {
    make_older(n_steps);
    ledger_ok(ledger_open(&ledger_state.l, read_only));
    ck_assert_int_eq(ledger_ask(ledger_state.l, "PRAGMA user_version"), AC_LEDGER_N_STEPS);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT begun_ms FROM run"), 5);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT count(*) FROM describe"), 0);
    ck_assert(ledger_state.l->read_only == read_only);
}

START_TEST(an_older_ledger_is_brought_up_to_date) { ck_brought_up_to_date(_i, by_reader[0]); }
END_TEST

START_TEST(an_older_ledger_is_brought_up_to_date_even_for_a_reader) {
    ck_brought_up_to_date(_i, by_reader[1]);
}
END_TEST

static void mark(const char *sql) {
    sqlite3 *db = NULL;
    ledger_ok(ledger_open(&ledger_state.l, false));
    ledger_close();
    ck_assert_int_eq(sqlite3_open(ledger_path("state/ledger.db"), &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

static const struct {
    const char *sql, *code;
} forms[] = {
    {"PRAGMA user_version = 99", "LEDGER_NEWER"},
    {"PRAGMA user_version = -1", "LEDGER_FOREIGN"},
    {"PRAGMA user_version = 0", "LEDGER_FOREIGN"},
    {"PRAGMA application_id = 7", "LEDGER_FOREIGN"},
    {"PRAGMA application_id = 0", "LEDGER_FOREIGN"},
    {"PRAGMA application_id = 0; PRAGMA user_version = 0", "LEDGER_FOREIGN"},
};

START_TEST(a_ledger_that_is_not_ours_to_change_is_refused) {
    mark(forms[_i].sql);
    enum ac_rc rc = ledger_open(&ledger_state.l, false);
    ck_assert_int_eq(err->cause, AC_CAUSE_CONFIG);
    ck_assert_ptr_nonnull(strstr(err->text, "state/ledger.db"));
    ledger_bad(rc, forms[_i].code);
    ledger_bad(ledger_open(&ledger_state.l, true), forms[_i].code);
}
END_TEST

START_TEST(a_database_of_another_program_is_left_as_it_is) {
    sqlite3 *db = NULL;
    ck_assert_int_eq(mkdir(ledger_state.dir, 0700), 0);
    ck_assert_int_eq(sqlite3_open(ledger_path("state/ledger.db"), &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, "CREATE TABLE theirs(x)", NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
    ledger_bad(ledger_open(&ledger_state.l, false), "LEDGER_FOREIGN");
    ck_assert_int_eq(ledger_ask_file(ledger_path("state/ledger.db"),
                                     "SELECT journal_mode = 'delete' FROM pragma_journal_mode"),
                     1);
}
END_TEST

START_TEST(a_file_that_is_no_database_is_said_to_be_damaged) {
    static const char text[] = "Timestamp,Agent\n2031-03-04T16:00:00Z,somebody who wrote here\n"
                               "2031-03-04T16:30:00Z,somebody who wrote here again and again\n";
    ck_assert_int_eq(mkdir(ledger_state.dir, 0700), 0);
    write_file(ledger_path("state/ledger.db"), text, sizeof text - 1);
    enum ac_rc rc = ledger_open(&ledger_state.l, false);
    ck_assert_int_eq(err->cause, AC_CAUSE_INTERNAL);
    ck_assert_ptr_nonnull(strstr(err->text, "state/ledger.db"));
    ck_assert_ptr_nonnull(strstr(err->text, "status --rebuild"));
    ledger_bad(rc, "LEDGER_DAMAGED");
    ledger_bad(ledger_open(&ledger_state.l, true), "LEDGER_DAMAGED");
}
END_TEST

// --- many at once --------------------------------------------------------------------------------

static int open_and_write(void *arg) {
    struct ac_ledger *l = NULL;
    struct ac_err child_err = AC_ERR_INIT;
    struct ledger_gate *start = arg;
    ledger_gate_wait(start);
    enum ac_rc rc = ac_ledger_open(&l, ledger_state.dir, ledger_live_clock(), false, &child_err);
    if (rc == AC_OK)
        rc = ac_ledger_file_done(l, "o", "h", &child_err);
    ac_ledger_close(l);
    if (rc != AC_OK)
        fprintf(stderr, "%s (%s)\n", child_err.text, child_err.code);
    return rc != AC_OK;
}

START_TEST(many_processes_may_begin_one_ledger_at_once) {
    struct ledger_gate start;
    pid_t pids[6];
    int worst = 0;
    ledger_gate_open(&start);
    for (size_t i = 0; i < AC_N(pids); i++)
        pids[i] = ledger_child(open_and_write, &start);
    for (size_t i = 0; i < AC_N(pids); i++)
        ledger_gate_let(&start);
    for (size_t i = 0; i < AC_N(pids); i++)
        worst |= ledger_wait(pids[i]);
    ledger_gate_close(&start);
    ck_assert_int_eq(worst, 0);
    ledger_ok(ledger_open(&ledger_state.l, false));
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT count(*) FROM file_done"), 1);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("ledger/open");
    TCase *t = tcase_create("open");
    tcase_add_checked_fixture(t, ledger_setup_root, ledger_teardown);
    tcase_add_test(t, a_new_ledger_is_empty_and_in_todays_form);
    tcase_add_test(t, it_knows_where_it_is);
    tcase_add_test(t, what_was_written_is_there_again);
    tcase_add_test(t, closing_nothing_is_fine);
    tcase_add_test(t, closing_in_a_group_keeps_nothing_of_it);
    tcase_add_test(t, a_reader_finds_no_directory);
    tcase_add_test(t, a_reader_finds_no_ledger);
    tcase_add_test(t, a_reader_finds_a_ledger_that_was_only_just_begun);
    tcase_add_test(t, a_reader_reads_while_a_writer_writes);
    tcase_add_test(t, a_reader_cannot_write);
    tcase_add_loop_test(t, an_older_ledger_is_brought_up_to_date, 1, AC_LEDGER_N_STEPS);
    tcase_add_loop_test(t, an_older_ledger_is_brought_up_to_date_even_for_a_reader, 1,
                        AC_LEDGER_N_STEPS);
    tcase_add_loop_test(t, a_ledger_that_is_not_ours_to_change_is_refused, 0, AC_N(forms));
    tcase_add_test(t, a_database_of_another_program_is_left_as_it_is);
    tcase_add_test(t, a_file_that_is_no_database_is_said_to_be_damaged);
    tcase_add_loop_test(t, many_processes_may_begin_one_ledger_at_once, 0, 10);
    suite_add_tcase(suite, t);
    return ledger_main(suite);
}
