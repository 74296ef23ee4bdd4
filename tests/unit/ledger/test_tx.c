// SPDX-License-Identifier: MIT
// Transactions: nested, committed whole or not at all.
#include "ledger/state.h"

static struct ac_err *const err = &ledger_state.err;

static bool is_done(const char *hex) {
    bool out = false;
    ledger_ok(ac_ledger_file_is_done(ledger_state.l, "o", hex, &out, err));
    return out;
}

static void put(const char *hex) { ledger_ok(ac_ledger_file_done(ledger_state.l, "o", hex, err)); }

START_TEST(a_group_is_kept_when_it_ends_well) {
    ledger_ok(ac_ledger_group_begin(ledger_state.l, err));
    put("a");
    put("b");
    ledger_ok(ac_ledger_group_end(ledger_state.l, AC_OK, err));
    ledger_reopen();
    ck_assert(is_done("a") && is_done("b"));
}
END_TEST

START_TEST(a_group_that_its_caller_gives_up_is_not_kept) {
    ledger_ok(ac_ledger_group_begin(ledger_state.l, err));
    put("a");
    ck_assert_int_eq(ac_ledger_group_end(ledger_state.l, AC_INPUT, err), AC_INPUT);
    ck_assert(!is_done("a"));
    ck_assert_int_eq(err->rc, AC_OK); // the caller's error is the caller's to set
}
END_TEST

START_TEST(a_group_that_ends_with_nothing_more_is_kept) {
    ledger_ok(ac_ledger_group_begin(ledger_state.l, err));
    put("a");
    ck_assert_int_eq(ac_ledger_group_end(ledger_state.l, AC_END, err), AC_END);
    ck_assert(is_done("a"));
}
END_TEST

START_TEST(groups_nest_and_the_outermost_decides) {
    ledger_ok(ac_ledger_group_begin(ledger_state.l, err));
    ledger_ok(ac_ledger_group_begin(ledger_state.l, err));
    put("a");
    ledger_ok(ac_ledger_group_end(ledger_state.l, AC_OK, err));
    ck_assert_int_eq(ac_ledger_group_end(ledger_state.l, AC_RUN, err), AC_RUN);
    ck_assert(!is_done("a"));
}
END_TEST

START_TEST(a_call_that_failed_takes_its_group_with_it) {
    struct ac_counts counts = {0};
    ledger_ok(ac_ledger_group_begin(ledger_state.l, err));
    put("a");
    ledger_bad(ac_ledger_input_end(ledger_state.l, 4711, AC_INPUT_SETTLED, &counts, "", "", err),
               "LEDGER");
    ledger_bad(ac_ledger_group_end(ledger_state.l, AC_OK, err), "LEDGER");
    ck_assert(!is_done("a"));
}
END_TEST

START_TEST(in_a_group_that_failed_nothing_more_is_done) {
    struct ac_counts counts = {0};
    ledger_ok(ac_ledger_group_begin(ledger_state.l, err));
    ledger_bad(ac_ledger_input_end(ledger_state.l, 4711, AC_INPUT_SETTLED, &counts, "", "", err),
               "LEDGER");
    ledger_bad(ac_ledger_file_done(ledger_state.l, "o", "a", err), "LEDGER");
    ledger_bad(ac_ledger_group_end(ledger_state.l, AC_OK, err), "LEDGER");
    put("b"); // afterwards all is well again
    ck_assert(is_done("b"));
}
END_TEST

START_TEST(finding_nothing_is_no_failure_of_a_group) {
    char hex[65];
    ledger_ok(ac_ledger_group_begin(ledger_state.l, err));
    put("a");
    ck_assert_int_eq(ac_ledger_file_get(ledger_state.l, "/x", 1, 2, 3, hex, err), AC_END);
    ledger_ok(ac_ledger_group_end(ledger_state.l, AC_OK, err));
    ck_assert(is_done("a"));
}
END_TEST

START_TEST(a_group_reads_what_it_wrote) {
    ledger_ok(ac_ledger_group_begin(ledger_state.l, err));
    put("a");
    ck_assert(is_done("a"));
    ck_assert_uint_eq(ledger_n_rejects(ledger_state.l), 0);
    ledger_ok(ac_ledger_group_end(ledger_state.l, AC_OK, err));
}
END_TEST

START_TEST(while_it_is_read_nothing_is_written) {
    ledger_ok(ac_ledger_tx_begin(ledger_state.l, AC_TX_READ, err));
    ledger_bad(ac_ledger_file_done(ledger_state.l, "o", "a", err), "LEDGER");
    ledger_ok(ac_ledger_tx_end(ledger_state.l, AC_OK, err));
    ck_assert(!is_done("a"));
}
END_TEST

START_TEST(a_reading_sees_one_moment) {
    struct ac_ledger *reader = NULL;
    ledger_ok(ledger_open(&reader, true));
    ledger_ok(ac_ledger_tx_begin(reader, AC_TX_READ, err));
    ck_assert_int_eq(ledger_ask(reader, "SELECT count(*) FROM file_done"), 0);
    put("a");
    ck_assert_int_eq(ledger_ask(reader, "SELECT count(*) FROM file_done"), 0);
    ledger_ok(ac_ledger_tx_end(reader, AC_OK, err));
    ck_assert_int_eq(ledger_ask(reader, "SELECT count(*) FROM file_done"), 1);
    ac_ledger_close(reader);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("ledger/tx");
    TCase *t = tcase_create("tx");
    tcase_add_checked_fixture(t, ledger_setup, ledger_teardown);
    tcase_add_test(t, a_group_is_kept_when_it_ends_well);
    tcase_add_test(t, a_group_that_its_caller_gives_up_is_not_kept);
    tcase_add_test(t, a_group_that_ends_with_nothing_more_is_kept);
    tcase_add_test(t, groups_nest_and_the_outermost_decides);
    tcase_add_test(t, a_call_that_failed_takes_its_group_with_it);
    tcase_add_test(t, in_a_group_that_failed_nothing_more_is_done);
    tcase_add_test(t, finding_nothing_is_no_failure_of_a_group);
    tcase_add_test(t, a_group_reads_what_it_wrote);
    tcase_add_test(t, while_it_is_read_nothing_is_written);
    tcase_add_test(t, a_reading_sees_one_moment);
    suite_add_tcase(suite, t);
    return ledger_main(suite);
}
