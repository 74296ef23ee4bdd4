// SPDX-License-Identifier: MIT
// What the retry policy says to every outcome.
#include "batch/retry.h"
#include <check.h>

static const struct ac_retry_options options = {
    .base_ms = 500, .max_ms = 30000, .max_attempts = 8, .few_attempts = 3, .budget_ms = 600000};
static struct ac_clock_fake fake;

static void setup(void) { ac_clock_fake_init(&fake, 1000, 42); }

static struct ac_retry_verdict decide(enum ac_outcome outcome, int attempt, int64_t waited_ms,
                                      int64_t retry_after_ms, size_t n) {
    return ac_retry_decide(&options, outcome, attempt, waited_ms, retry_after_ms, n, &fake.clock);
}

// --- every outcome -------------------------------------------------------------------------------

static const struct {
    enum ac_outcome outcome;
    int attempt;
    size_t n;
    enum ac_retry_what what;
} table[] = {
    {AC_OUT_OK, 1, 200, AC_RETRY_DONE},         {AC_OUT_CREATED, 1, 200, AC_RETRY_DONE},
    {AC_OUT_UPDATED, 1, 200, AC_RETRY_DONE},    {AC_OUT_UNCHANGED, 1, 200, AC_RETRY_DONE},
    {AC_OUT_RETRY, 1, 200, AC_RETRY_WAIT},      {AC_OUT_RETRY, 7, 200, AC_RETRY_WAIT},
    {AC_OUT_RETRY, 8, 200, AC_RETRY_STOP},      {AC_OUT_RETRY_FEW, 1, 200, AC_RETRY_WAIT},
    {AC_OUT_RETRY_FEW, 2, 200, AC_RETRY_WAIT},  {AC_OUT_RETRY_FEW, 3, 200, AC_RETRY_REFUSE},
    {AC_OUT_SLOW_DOWN, 1, 200, AC_RETRY_WAIT},  {AC_OUT_SLOW_DOWN, 8, 200, AC_RETRY_STOP},
    {AC_OUT_LOCKED, 1, 200, AC_RETRY_WAIT},     {AC_OUT_LOCKED, 7, 1, AC_RETRY_WAIT},
    {AC_OUT_LOCKED, 8, 1, AC_RETRY_REFUSE},     {AC_OUT_UNKNOWN, 1, 200, AC_RETRY_WAIT},
    {AC_OUT_UNKNOWN, 8, 200, AC_RETRY_STOP},    {AC_OUT_SESSION, 1, 200, AC_RETRY_WAIT},
    {AC_OUT_WHOLE, 1, 200, AC_RETRY_SPLIT},     {AC_OUT_WHOLE, 8, 2, AC_RETRY_SPLIT},
    {AC_OUT_WHOLE, 1, 1, AC_RETRY_REFUSE},      {AC_OUT_INNOCENT, 1, 199, AC_RETRY_WAIT},
    {AC_OUT_INNOCENT, 8, 199, AC_RETRY_REFUSE}, {AC_OUT_REFUSED, 1, 200, AC_RETRY_REFUSE},
    {AC_OUT_REFUSED, 1, 1, AC_RETRY_REFUSE},    {AC_OUT_STOP, 1, 200, AC_RETRY_STOP},
    {AC_OUT_CONFIG, 1, 200, AC_RETRY_STOP},
};

START_TEST(every_outcome_has_its_verdict) {
    struct ac_retry_verdict v = decide(table[_i].outcome, table[_i].attempt, 0, -1, table[_i].n);
    ck_assert_msg(v.what == table[_i].what, "%s, attempt %d: %d",
                  ac_outcome_name(table[_i].outcome), table[_i].attempt, v.what);
}
END_TEST

// --- jitter --------------------------------------------------------------------------------------

static const int64_t ceilings[] = {500, 1000, 2000, 4000, 8000, 16000, 30000};

START_TEST(a_wait_is_never_above_its_ceiling) {
    for (int i = 0; i < 2000; i++) {
        struct ac_retry_verdict v = decide(AC_OUT_RETRY, _i + 1, 0, -1, 1);
        ck_assert_int_ge(v.wait_ms, 0);
        ck_assert_int_le(v.wait_ms, ceilings[_i]);
    }
}
END_TEST

START_TEST(waits_spread_over_the_whole_range) {
    int n_low = 0, n_high = 0;
    for (int i = 0; i < 2000; i++) {
        int64_t wait_ms = decide(AC_OUT_RETRY, _i + 1, 0, -1, 1).wait_ms;
        n_low += wait_ms < ceilings[_i] / 10;
        n_high += wait_ms > ceilings[_i] - ceilings[_i] / 10;
    }
    ck_assert_int_gt(n_low, 100);
    ck_assert_int_gt(n_high, 100);
}
END_TEST

START_TEST(many_attempts_do_not_overflow) {
    struct ac_retry_options many = options;
    many.max_attempts = 1000;
    struct ac_retry_verdict v = ac_retry_decide(&many, AC_OUT_RETRY, 999, 0, -1, 1, &fake.clock);
    ck_assert_int_eq(v.what, AC_RETRY_WAIT);
    ck_assert_int_le(v.wait_ms, 30000);
}
END_TEST

START_TEST(no_base_is_no_wait) {
    struct ac_retry_options quick = options;
    quick.base_ms = 0;
    struct ac_retry_verdict v = ac_retry_decide(&quick, AC_OUT_RETRY, 3, 0, -1, 1, &fake.clock);
    ck_assert_int_eq(v.what, AC_RETRY_WAIT);
    ck_assert_int_eq(v.wait_ms, 0);
}
END_TEST

START_TEST(the_same_chance_gives_the_same_wait) {
    int64_t first_ms = decide(AC_OUT_RETRY, 4, 0, -1, 1).wait_ms;
    setup();
    ck_assert_int_eq(decide(AC_OUT_RETRY, 4, 0, -1, 1).wait_ms, first_ms);
}
END_TEST

// --- Retry-After, budgets ------------------------------------------------------------------------

static const int64_t retry_after[] = {0, 1, 120000, 600000};

START_TEST(retry_after_is_waited_as_it_was_asked) {
    struct ac_retry_verdict v = decide(AC_OUT_SLOW_DOWN, 1, 0, retry_after[_i], 1);
    ck_assert_int_eq(v.what, AC_RETRY_WAIT);
    ck_assert_int_eq(v.wait_ms, retry_after[_i]);
}
END_TEST

START_TEST(a_retry_after_beyond_the_budget_stops) {
    ck_assert_int_eq(decide(AC_OUT_RETRY, 1, 0, 600001, 1).what, AC_RETRY_STOP);
    ck_assert_int_eq(decide(AC_OUT_RETRY, 1, 590000, 10001, 1).what, AC_RETRY_STOP);
    ck_assert_int_eq(decide(AC_OUT_RETRY_FEW, 1, 590000, 10001, 1).what, AC_RETRY_REFUSE);
}
END_TEST

START_TEST(a_spent_budget_ends_the_tries) {
    ck_assert_int_eq(decide(AC_OUT_RETRY, 2, 599999, -1, 1).what, AC_RETRY_WAIT);
    ck_assert_int_eq(decide(AC_OUT_RETRY, 2, 600000, -1, 1).what, AC_RETRY_STOP);
    ck_assert_int_eq(decide(AC_OUT_LOCKED, 2, 600000, -1, 1).what, AC_RETRY_REFUSE);
}
END_TEST

START_TEST(a_wait_never_goes_beyond_the_budget) {
    for (int i = 0; i < 100; i++)
        ck_assert_int_le(decide(AC_OUT_RETRY, 7, 599000, -1, 1).wait_ms, 1000);
}
END_TEST

START_TEST(innocent_rows_go_again_at_once) {
    ck_assert_int_eq(decide(AC_OUT_INNOCENT, 5, 1000, -1, 10).wait_ms, 0);
}
END_TEST

START_TEST(few_tries_are_never_more_than_all) {
    struct ac_retry_options once = options;
    once.max_attempts = 1;
    struct ac_retry_verdict v = ac_retry_decide(&once, AC_OUT_RETRY_FEW, 1, 0, -1, 1, &fake.clock);
    ck_assert_int_eq(v.what, AC_RETRY_REFUSE);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("retry");
    TCase *t = tcase_create("retry");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_loop_test(t, every_outcome_has_its_verdict, 0, (int)AC_N(table));
    tcase_add_loop_test(t, a_wait_is_never_above_its_ceiling, 0, (int)AC_N(ceilings));
    tcase_add_loop_test(t, waits_spread_over_the_whole_range, 0, (int)AC_N(ceilings));
    tcase_add_test(t, many_attempts_do_not_overflow);
    tcase_add_test(t, no_base_is_no_wait);
    tcase_add_test(t, the_same_chance_gives_the_same_wait);
    tcase_add_loop_test(t, retry_after_is_waited_as_it_was_asked, 0, (int)AC_N(retry_after));
    tcase_add_test(t, a_retry_after_beyond_the_budget_stops);
    tcase_add_test(t, a_spent_budget_ends_the_tries);
    tcase_add_test(t, a_wait_never_goes_beyond_the_budget);
    tcase_add_test(t, innocent_rows_go_again_at_once);
    tcase_add_test(t, few_tries_are_never_more_than_all);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
