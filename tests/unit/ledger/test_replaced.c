// SPDX-License-Identifier: MIT
// Inputs that were cut off, with other content in their place by now.
#include "ledger/state.h"

static struct ac_err *const err = &ledger_state.err;
static int64_t run;

static void setup(void) {
    ledger_setup();
    ledger_ok(ac_ledger_run_begin(ledger_state.l, "import", "", &run, err));
}

static int64_t begin(const char *identity, const char *name, int64_t retry_of) {
    struct ac_input_row in = {.run = run,
                              .org = LEDGER_ORG,
                              .identity = identity,
                              .member = "",
                              .name = name,
                              .plugin = "",
                              .job = "",
                              .how = "",
                              .retry_of = retry_of,
                              .error = ""};
    ledger_ok(ac_ledger_input_begin(ledger_state.l, &in, err));
    return in.id;
}

static void next_run(void) {
    ledger_ok(ac_ledger_run_end(ledger_state.l, run, 3, 0, err));
    ledger_ok(ac_ledger_run_begin(ledger_state.l, "import", "", &run, err));
}

// A batch with rows 1 to 10 of it, sealed.
static int64_t seal(int64_t input) {
    struct ac_range range = {input, 0, 10, 1, 10};
    int64_t batch = ledger_batch(ledger_state.l, run);
    ledger_ok(ac_ledger_batch_seal(ledger_state.l, batch, 10, 100, &range, 1, err));
    return batch;
}

static void settle(int64_t batch) {
    const struct ac_counts counts = {
        .sent = 8, .rejected = 2, .made = 10, .written = 8, .created = 8, .refused = 2};
    ledger_ok(ac_ledger_range_settle(ledger_state.l, batch, 0, &counts, err));
    ledger_ok(ac_ledger_batch_settle(ledger_state.l, batch, err));
}

static void replace(const char *name) {
    const struct ac_counts counts = {.read = 1, .sent = 1, .made = 1, .written = 1, .created = 1};
    int64_t input = begin("other", name, 0);
    ledger_ok(ac_ledger_input_end(ledger_state.l, input, AC_INPUT_SETTLED, &counts, "", "", err));
    ledger_ok(ac_ledger_input_replaces(ledger_state.l, input, err));
}

static struct ac_input_row get(int64_t input) {
    static struct ac_arena arena;
    struct ac_input_row in;
    ac_arena_free(&arena);
    ac_arena_init(&arena, 1 << 20);
    ledger_ok(ac_ledger_input_get(ledger_state.l, input, &arena, &in, err));
    return in;
}

START_TEST(one_that_was_cut_off_fails_as_replaced) {
    int64_t first = begin("one", "a.csv", 0), second = begin("two", "a.csv", 0);
    next_run();
    replace("a.csv");
    struct ac_input_row in = get(first);
    ck_assert_int_eq(in.state, AC_INPUT_FAILED);
    ck_assert_ptr_nonnull(strstr(in.error, "replaced"));
    ck_assert_uint_eq(in.counts.read, 0);
    ck_assert_int_eq(get(second).state, AC_INPUT_FAILED);
    struct ac_totals totals;
    ledger_ok(ac_ledger_totals(ledger_state.l, &totals, err));
    ck_assert_uint_eq(totals.n_open, 0);
}
END_TEST

START_TEST(what_its_settled_batches_did_stays_counted) {
    int64_t first = begin("one", "a.csv", 0);
    settle(seal(first));
    ledger_reject(ledger_state.l, first, 2, "X", AC_STR("r"));
    ledger_reject(ledger_state.l, first, 3, "X", AC_STR("r"));
    ledger_reject(ledger_state.l, first, 12, "X", AC_STR("r")); // one that came before the batch
    next_run();
    replace("a.csv");
    const struct ac_counts c = get(first).counts;
    ck_assert_uint_eq(c.sent, 8);
    ck_assert_uint_eq(c.rejected, 3);
    ck_assert_uint_eq(c.read, 11);
    ck_assert_uint_eq(c.refused, 3);
    ck_assert_uint_eq(c.made, 11);
    ck_assert_uint_eq(c.written, 8);
    ck_assert_uint_eq(ledger_n_rejects(ledger_state.l), 3);
}
END_TEST

START_TEST(one_with_a_batch_under_way_waits_for_it) {
    int64_t first = begin("one", "a.csv", 0);
    seal(first);
    next_run();
    replace("a.csv");
    ck_assert_int_eq(get(first).state, AC_INPUT_OPEN);
}
END_TEST

START_TEST(one_that_a_living_run_reads_is_left_alone) {
    int64_t first = begin("one", "a.csv", 0);
    replace("a.csv");
    ck_assert_int_eq(get(first).state, AC_INPUT_OPEN);
}
END_TEST

START_TEST(others_are_left_alone) {
    int64_t of = begin("one", "b.csv", 0), retry = begin("retry", "a.csv", of);
    next_run();
    replace("a.csv");
    ck_assert_int_eq(get(of).state, AC_INPUT_OPEN);
    ck_assert_int_eq(get(retry).state, AC_INPUT_OPEN);
}
END_TEST

START_TEST(one_that_was_begun_later_is_left_alone) {
    const struct ac_counts none = {0};
    int64_t first = begin("other", "a.csv", 0);
    ledger_state.fake.at_ms += 1000;
    int64_t later = begin("one", "a.csv", 0);
    next_run();
    ledger_ok(ac_ledger_input_end(ledger_state.l, first, AC_INPUT_SETTLED, &none, "", "", err));
    ledger_ok(ac_ledger_input_replaces(ledger_state.l, first, err));
    ck_assert_int_eq(get(later).state, AC_INPUT_OPEN);
}
END_TEST

int main(void) {
    Suite *s = suite_create("ledger/replaced");
    TCase *t = tcase_create("replaced");
    tcase_add_checked_fixture(t, setup, ledger_teardown);
    tcase_add_test(t, one_that_was_cut_off_fails_as_replaced);
    tcase_add_test(t, what_its_settled_batches_did_stays_counted);
    tcase_add_test(t, one_with_a_batch_under_way_waits_for_it);
    tcase_add_test(t, one_that_a_living_run_reads_is_left_alone);
    tcase_add_test(t, others_are_left_alone);
    tcase_add_test(t, one_that_was_begun_later_is_left_alone);
    suite_add_tcase(s, t);
    return ledger_main(s);
}
