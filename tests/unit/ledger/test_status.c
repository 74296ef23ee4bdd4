// SPDX-License-Identifier: MIT
// Runs told newest first; sums over everything.
#include "ledger/state.h"
#include <stdio.h>

static struct ac_err *const err = &ledger_state.err;

struct list {
    struct ac_run_row runs[10];
    char command[10][32], job[10][32];
    size_t n, stop_at; // 0: never
};

static bool keep(void *arg, const struct ac_run_row *run) {
    struct list *list = arg;
    snprintf(list->command[list->n], sizeof list->command[0], "%s", run->command);
    snprintf(list->job[list->n], sizeof list->job[0], "%s", run->job);
    list->runs[list->n++] = *run;
    return list->n != list->stop_at;
}

static struct list list_of(size_t max) {
    struct list list = {.n = 0};
    ledger_ok(ac_ledger_runs(ledger_state.l, max, keep, &list, err));
    return list;
}

START_TEST(a_run_is_told_as_it_began) {
    int64_t run;
    ledger_ok(ac_ledger_run_begin(ledger_state.l, "import", "nightly", &run, err));
    struct list list = list_of(10);
    ck_assert_uint_eq(list.n, 1);
    ck_assert_int_eq(list.runs[0].id, run);
    ck_assert_str_eq(list.command[0], "import");
    ck_assert_str_eq(list.job[0], "nightly");
    ck_assert_int_eq(list.runs[0].begun_ms, LEDGER_NOW_MS);
    ck_assert_int_eq(list.runs[0].ended_ms, 0);
    ck_assert_int_eq(list.runs[0].exit_code, -1);
    ck_assert(list.runs[0].is_alive);
}
END_TEST

START_TEST(a_run_is_told_as_it_ended) {
    int64_t run;
    ledger_ok(ac_ledger_run_begin(ledger_state.l, "run", "", &run, err));
    ledger_state.fake.at_ms += 1234;
    ledger_ok(ac_ledger_run_end(ledger_state.l, run, 3, 77, err));
    struct list list = list_of(10);
    ck_assert_int_eq(list.runs[0].ended_ms, LEDGER_NOW_MS + 1234);
    ck_assert_int_eq(list.runs[0].exit_code, 3);
    ck_assert_uint_eq(list.runs[0].n_calls, 77);
    ck_assert(!list.runs[0].is_alive);
}
END_TEST

START_TEST(a_run_that_never_began_cannot_end) {
    ledger_bad(ac_ledger_run_end(ledger_state.l, 99, 0, 0, err), "LEDGER");
}
END_TEST

START_TEST(runs_come_newest_first_at_most_so_many) {
    int64_t runs[5];
    for (int i = 0; i < 5; i++)
        ledger_ok(ac_ledger_run_begin(ledger_state.l, "run", "", &runs[i], err));
    struct list list = list_of(3);
    ck_assert_uint_eq(list.n, 3);
    ck_assert_int_eq(list.runs[0].id, runs[4]);
    ck_assert_int_eq(list.runs[2].id, runs[2]);
    ck_assert_uint_eq(list_of(SIZE_MAX).n, 5);
    ck_assert_uint_eq(list_of(0).n, 0);
}
END_TEST

START_TEST(a_callback_may_stop_the_list) {
    struct list list = {.stop_at = 1};
    int64_t run;
    for (int i = 0; i < 3; i++)
        ledger_ok(ac_ledger_run_begin(ledger_state.l, "run", "", &run, err));
    ledger_ok(ac_ledger_runs(ledger_state.l, 10, keep, &list, err));
    ck_assert_uint_eq(list.n, 1);
}
END_TEST

START_TEST(an_empty_ledger_sums_to_nothing) {
    static const struct ac_totals zero;
    struct ac_totals t;
    ledger_ok(ac_ledger_totals(ledger_state.l, &t, err));
    ck_assert_mem_eq(&t, &zero, sizeof t);
}
END_TEST

START_TEST(the_sums_are_over_all_inputs_and_runs) {
    const struct ac_counts counts = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const struct ac_counts more = {1000, 2000, 3000, 4000,  5000,  6000,
                                   7000, 8000, 9000, 10000, 11000, 1ull << 45};
    const struct ac_counts sums = {1001, 2002, 3003, 4004,  5005,  6006,
                                   7007, 8008, 9009, 10010, 11011, (1ull << 45) + 12};
    int64_t run = 0;
    struct ac_totals t = {0};
    for (uint64_t i = 0; i < 3; i++) {
        ledger_ok(ac_ledger_run_begin(ledger_state.l, "run", "", &run, err));
        ledger_ok(ac_ledger_run_end(ledger_state.l, run, 0, 10 + i, err));
    }
    int64_t a = ledger_input(ledger_state.l, run, "a"), b = ledger_input(ledger_state.l, run, "b");
    ledger_input(ledger_state.l, run, "c");
    ledger_ok(ac_ledger_input_end(ledger_state.l, a, AC_INPUT_SETTLED, &counts, "", "", err));
    ledger_ok(ac_ledger_input_end(ledger_state.l, b, AC_INPUT_FAILED, &more, "", "x", err));
    ledger_reject(ledger_state.l, a, 1, "BAD", AC_STR("raw"));
    ledger_ok(ac_ledger_totals(ledger_state.l, &t, err));
    ck_assert_uint_eq(t.n_runs, 3);
    ck_assert_uint_eq(t.n_calls, 33);
    ck_assert_uint_eq(t.n_inputs, 3);
    ck_assert_uint_eq(t.n_settled, 1);
    ck_assert_uint_eq(t.n_failed, 1);
    ck_assert_uint_eq(t.n_open, 1);
    ck_assert_uint_eq(t.n_rejects, 1);
    ck_assert_int_eq(memcmp(&t.counts, &sums, sizeof sums), 0);
}
END_TEST

static bool note_counts(void *arg, const struct ac_input_row *in) {
    *(struct ac_counts *)arg = in->counts;
    return false;
}

// Ten rows: one never became a record, three are in a settled batch, six in another, of which five
// wait.
START_TEST(what_waits_in_a_batch_is_made_and_what_is_settled_is_counted) {
    const struct ac_counts reading = {.read = 10, .rejected = 1, .bytes = 99};
    const struct ac_counts settled = {
        .sent = 2, .rejected = 1, .made = 3, .written = 2, .created = 2, .refused = 1};
    const struct ac_counts noted = {.sent = 1, .made = 6, .written = 1, .updated = 1};
    const struct ac_counts sums = {.read = 10,
                                   .sent = 3,
                                   .rejected = 2,
                                   .made = 9,
                                   .written = 3,
                                   .created = 2,
                                   .updated = 1,
                                   .refused = 1,
                                   .bytes = 99};
    struct ac_range ranges[] = {{.n = 3, .row_first = 2, .row_last = 4},
                                {.n = 6, .row_first = 5, .row_last = 10}};
    int64_t run, batch[2];
    uint64_t n_open = 0;
    struct ac_totals t;
    struct ac_counts c = {0};
    ledger_ok(ac_ledger_run_begin(ledger_state.l, "import", "", &run, err));
    int64_t in = ledger_input(ledger_state.l, run, "in");
    for (size_t i = 0; i < AC_N(ranges); i++) {
        ranges[i].input = in;
        ledger_ok(ac_ledger_batch_begin(ledger_state.l, run, LEDGER_ORG, LEDGER_OBJECT, 0, "s",
                                        &batch[i], err));
        ledger_ok(
            ac_ledger_batch_seal(ledger_state.l, batch[i], ranges[i].n, 1, &ranges[i], 1, err));
    }
    ledger_ok(ac_ledger_input_read(ledger_state.l, in, &reading, "", err));
    ledger_ok(ac_ledger_range_settle(ledger_state.l, batch[0], 0, &settled, err));
    ledger_ok(ac_ledger_batch_settle(ledger_state.l, batch[0], err));
    ledger_ok(ac_ledger_range_note(ledger_state.l, batch[1], 0, &noted, err));
    ledger_ok(ac_ledger_ranges_open(ledger_state.l, in, &n_open, err));
    ck_assert_uint_eq(n_open, 1);
    ledger_ok(ac_ledger_inputs(ledger_state.l, 0, 1, note_counts, &c, err));
    ck_assert_int_eq(memcmp(&c, &sums, sizeof sums), 0);
    ledger_ok(ac_ledger_totals(ledger_state.l, &t, err));
    ck_assert_int_eq(memcmp(&t.counts, &sums, sizeof sums), 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("ledger/status");
    TCase *t = tcase_create("status");
    tcase_add_checked_fixture(t, ledger_setup, ledger_teardown);
    tcase_add_test(t, a_run_is_told_as_it_began);
    tcase_add_test(t, a_run_is_told_as_it_ended);
    tcase_add_test(t, a_run_that_never_began_cannot_end);
    tcase_add_test(t, runs_come_newest_first_at_most_so_many);
    tcase_add_test(t, a_callback_may_stop_the_list);
    tcase_add_test(t, an_empty_ledger_sums_to_nothing);
    tcase_add_test(t, the_sums_are_over_all_inputs_and_runs);
    tcase_add_test(t, what_waits_in_a_batch_is_made_and_what_is_settled_is_counted);
    suite_add_tcase(suite, t);
    return ledger_main(suite);
}
