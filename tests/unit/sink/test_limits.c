// SPDX-License-Identifier: MIT
// Limits of the sink: calls of a day, calls at once, time after a signal.
#include "sink/sink_kit.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static struct sink_kit kit;

static void setup(void) {
    sink_kit_setup(&kit, ACLOAD_UPSERT);
    kit.options.api_share = 80;
    kit.options.collections_in_flight = 1;
}

static void teardown(void) { sink_kit_teardown(&kit); }

static struct ac_batch *send_numbers(uint32_t n) { return sink_kit_send_numbers(&kit, 0, n); }

static void ck_ends_well(void) {
    enum ac_rc rc = sink_kit_run(&kit);
    ck_assert_msg(rc == AC_END, "%s", kit.err.text);
}

static void ck_stops(const char *code) {
    ck_assert_int_eq(sink_kit_run(&kit), AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_STOP);
    ck_assert_str_eq(kit.err.code, code);
}

static struct ac_sink_usage usage(void) {
    struct ac_sink_usage out = {0};
    kit.sink.usage(kit.sink.self, &out);
    return out;
}

// --- calls of a day ------------------------------------------------------------------------------

static const struct {
    int used, max, share; // before the first call
    size_t n_calls;       // of the ten that ten times 200 records take
} budgets[] = {
    {0, 100, 80, 10}, {70, 100, 80, 10}, {71, 100, 80, 9}, {79, 100, 80, 1},   {500, 100, 80, 1},
    {70, 100, 60, 1}, {55, 100, 60, 5},  {0, 9, 80, 8},    {90, 100, 100, 10}, {90, 100, 0, 10},
};

START_TEST(nothing_is_begun_above_the_share_that_is_ours) {
    kit.remote.used = budgets[_i].used;
    kit.remote.max = budgets[_i].max;
    kit.options.api_share = budgets[_i].share;
    struct ac_batch *b = send_numbers(2000);
    enum ac_rc rc = sink_kit_run(&kit);
    uint32_t n = (uint32_t)budgets[_i].n_calls;
    ck_assert_int_eq(rc, n == 10 ? AC_END : AC_RUN);
    ck_assert_uint_eq(kit.net.n_requests, n);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), n * 200);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 2000 - n * 200);
}
END_TEST

START_TEST(the_reason_names_share_numbers_and_times) {
    kit.remote.used = 8099;
    kit.remote.max = 10000;
    send_numbers(400);
    ck_stops("API_SHARE");
    static const char *const words[] = {"8100 of its 10000",
                                        "81 %",
                                        "80 %",
                                        "limits.api_share",
                                        "run again from 2031-02-28 00:07 UTC on",
                                        "by 2031-02-28 23:07 UTC"};
    for (size_t i = 0; i < AC_N(words); i++)
        ck_assert_msg(strstr(kit.err.text, words[i]) != NULL, "%s: %s", words[i], kit.err.text);
    int64_t now_ms = kit.clock.clock.now_ms(kit.clock.clock.self);
    ck_assert_int_eq(usage().go_on_ms, now_ms + 3600000);
}
END_TEST

START_TEST(the_daily_limit_says_when_to_go_on) {
    kit.remote.calls_left = 1;
    send_numbers(400);
    ck_stops("REQUEST_LIMIT_EXCEEDED");
    ck_assert_ptr_nonnull(strstr(kit.err.text, "run again from 2031-02-28 00:07 UTC"));
    ck_assert_int_gt(usage().go_on_ms, 0);
}
END_TEST

START_TEST(an_org_that_does_not_count_has_no_share) {
    struct ac_batch *b = send_numbers(2000);
    ck_ends_well();
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 2000);
    ck_assert_int_eq(usage().go_on_ms, 0);
}
END_TEST

START_TEST(what_is_in_flight_is_settled_at_the_share) {
    kit.options.collections_in_flight = 4;
    kit.remote.used = 79;
    kit.remote.max = 100;
    struct ac_batch *b = send_numbers(2000);
    ck_stops("API_SHARE");
    ck_assert_uint_eq(kit.net.n_requests, 4);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 800);
    ck_assert_uint_eq(kit.n_settled, 1);
}
END_TEST

START_TEST(a_job_that_was_begun_is_brought_to_its_end_at_the_share) {
    kit.options.collections_max = 0;
    kit.remote.used = 78; // its creation reaches the share
    kit.remote.max = 100;
    struct ac_batch *b = send_numbers(30);
    ck_ends_well();
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 30);
}
END_TEST

START_TEST(no_second_job_is_begun_at_the_share) {
    kit.options.collections_max = 0;
    kit.options.bulk_in_flight = 1;
    kit.options.bulk_max_bytes = 2000;
    kit.remote.used = 79;
    kit.remote.max = 100;
    struct ac_batch *b = send_numbers(100);
    ck_stops("API_SHARE");
    ck_assert_uint_eq(kit.remote.n_jobs, 1);
    uint32_t n_written = sink_kit_count(b, AC_RECORD_WRITTEN);
    ck_assert_uint_gt(n_written, 0);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 100 - n_written);
}
END_TEST

// --- at once -------------------------------------------------------------------------------------

#define CONCURRENT                                                                                 \
    "[{\"errorCode\":\"REQUEST_LIMIT_EXCEEDED\",\"message\":\"ConcurrentRequests (Concurrent API " \
    "Requests) Limit exceeded.\"}]"

// The most calls that are in flight while so many batches of ten calls are sent.
static size_t most_in_flight(void) {
    size_t most = 0;
    enum ac_rc rc = AC_OK;
    while ((rc = kit.sink.pump(kit.sink.self, 1000, &kit.err)) == AC_OK)
        most = kit.net.n_flights > most ? kit.net.n_flights : most;
    ck_assert_int_eq(rc, AC_END);
    return most;
}

START_TEST(a_burst_of_complaints_halves_once) {
    kit.options.collections_in_flight = 8;
    kit.options.retry.base_ms = 0;
    kit.net.per_pump = 8; // all are refused together
    for (int i = 0; i < 8; i++)
        net_say(&kit.net, "PATCH", SINK_ORG_COLLECTIONS, 403, CONCURRENT);
    send_numbers(2000);
    ck_assert_int_eq(kit.sink.pump(kit.sink.self, 0, &kit.err), AC_OK);
    kit.net.per_pump = 1;
    ck_assert_uint_eq(most_in_flight(), 4);
    sink_kit_check_written(&kit, 0, 2000, 1);
}
END_TEST

START_TEST(more_are_in_flight_again_after_a_while) {
    kit.options.collections_in_flight = 2;
    kit.net.per_pump = 1;
    net_say(&kit.net, "PATCH", SINK_ORG_COLLECTIONS, 403, CONCURRENT);
    sink_kit_send_numbers(&kit, 0, 1400); // seven calls: one at a time
    ck_assert_uint_le(most_in_flight(), 1);
    sink_kit_send_numbers(&kit, 2000, 1400);
    ck_assert_uint_eq(most_in_flight(), 2);
    sink_kit_check_written(&kit, 0, 1400, 1);
}
END_TEST

// --- waiting for jobs ----------------------------------------------------------------------------

START_TEST(waits_for_a_job_are_counted) {
    kit.options.collections_max = 0;
    kit.remote.polls_to_end = 3;
    send_numbers(10);
    ck_ends_well();
    ck_assert_int_eq(usage().polling_ms, kit.clock.slept_ms);
    ck_assert_int_eq(usage().polling_ms, 500 + 1000 + 2000 + 4000);
}
END_TEST

START_TEST(waits_for_another_try_are_no_polling) {
    net_add(&kit.net,
            &(struct net_answer){.path = SINK_ORG_COLLECTIONS, .status = 503, .retry_after = "7"});
    send_numbers(10);
    ck_ends_well();
    ck_assert_int_eq(kit.clock.slept_ms, 7000);
    ck_assert_int_eq(usage().polling_ms, 0);
}
END_TEST

// --- after a signal ------------------------------------------------------------------------------

static const struct ac_err signalled = {
    .rc = AC_RUN, .cause = AC_CAUSE_STOP, .code = "STOPPED", .text = "stopped by a signal"};

static enum ac_rc pump(int64_t wait_ms) { return kit.sink.pump(kit.sink.self, wait_ms, &kit.err); }

START_TEST(at_a_stop_what_is_in_flight_is_settled_and_nothing_begun) {
    kit.options.collections_in_flight = 4;
    kit.net.per_pump = 1;
    struct ac_batch *b = send_numbers(2000);
    ck_assert_int_eq(pump(0), AC_OK);
    size_t n_begun = kit.net.n_requests;
    kit.sink.stop(kit.sink.self, &signalled, 30000);
    ck_stops("STOPPED");
    ck_assert_uint_eq(kit.net.n_requests, n_begun);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), n_begun * 200);
    ck_assert_uint_eq(kit.n_settled, 1);
}
END_TEST

// A job that the org works on, and does not come to an end with.
static void begin_a_job(void) {
    kit.options.collections_max = 0;
    kit.remote.polls_to_end = 1000;
    send_numbers(30);
    while (!net_count(&kit.net, "GET", SINK_ORG_JOB))
        ck_assert_int_eq(pump(1000), AC_OK);
}

START_TEST(a_job_is_waited_for_as_long_as_the_grace_lasts) {
    begin_a_job();
    int64_t from_ms = kit.clock.at_ms;
    kit.sink.stop(kit.sink.self, &signalled, 30000);
    enum ac_rc rc = AC_OK;
    while ((rc = pump(1000)) == AC_OK)
        ck_assert_int_le(kit.clock.at_ms - from_ms, 30000);
    ck_assert_int_eq(rc, AC_RUN);
    ck_assert_str_eq(kit.err.code, "STOPPED");
    ck_assert_int_eq(kit.clock.at_ms - from_ms, 30000);
    ck_assert_uint_eq(kit.sink.pending(kit.sink.self), 1); // left to the next run
    ck_assert_uint_eq(kit.n_settled, 0);
    ck_assert_uint_eq(net_count(&kit.net, "PATCH", SINK_ORG_JOB), 1); // not aborted
}
END_TEST

START_TEST(a_job_that_ends_within_the_grace_is_settled) {
    begin_a_job();
    kit.remote.polls_to_end = 2;
    kit.sink.stop(kit.sink.self, &signalled, 30000);
    ck_stops("STOPPED");
    ck_assert_uint_eq(sink_kit_count(kit.batches[0], AC_RECORD_WRITTEN), 30);
    ck_assert_uint_eq(kit.n_settled, 1);
}
END_TEST

START_TEST(without_grace_it_is_left_at_once) {
    begin_a_job();
    kit.sink.stop(kit.sink.self, &signalled, 0);
    ck_assert_int_eq(pump(1000), AC_RUN);
    ck_assert_uint_eq(kit.sink.pending(kit.sink.self), 1);
    ck_assert_int_eq(kit.n_settled, 0);
}
END_TEST

START_TEST(waits_for_another_try_end_with_a_stop) {
    net_keep_saying(&kit.net, "PATCH", SINK_ORG_COLLECTIONS, 503, "");
    struct ac_batch *b = send_numbers(10);
    ck_assert_int_eq(pump(0), AC_OK);
    kit.sink.stop(kit.sink.self, &signalled, 30000);
    ck_stops("STOPPED");
    ck_assert_uint_eq(kit.net.n_requests, 1);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 10);
    ck_assert_int_eq(kit.clock.slept_ms, 0);
}
END_TEST

START_TEST(the_first_reason_stands) {
    kit.remote.calls_left = 0;
    send_numbers(10);
    ck_assert_int_eq(pump(0), AC_RUN);
    ck_assert_str_eq(kit.err.code, "REQUEST_LIMIT_EXCEEDED");
    ac_err_clear(&kit.err);
    kit.sink.stop(kit.sink.self, &signalled, 0);
    ck_assert_int_eq(pump(0), AC_RUN);
    ck_assert_str_eq(kit.err.code, "REQUEST_LIMIT_EXCEEDED");
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("limits");
    TCase *t = tcase_create("day");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, nothing_is_begun_above_the_share_that_is_ours, 0, (int)AC_N(budgets));
    tcase_add_test(t, the_reason_names_share_numbers_and_times);
    tcase_add_test(t, the_daily_limit_says_when_to_go_on);
    tcase_add_test(t, an_org_that_does_not_count_has_no_share);
    tcase_add_test(t, what_is_in_flight_is_settled_at_the_share);
    tcase_add_test(t, a_job_that_was_begun_is_brought_to_its_end_at_the_share);
    tcase_add_test(t, no_second_job_is_begun_at_the_share);
    suite_add_tcase(s, t);
    t = tcase_create("at-once");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_burst_of_complaints_halves_once);
    tcase_add_test(t, more_are_in_flight_again_after_a_while);
    suite_add_tcase(s, t);
    t = tcase_create("polling");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, waits_for_a_job_are_counted);
    tcase_add_test(t, waits_for_another_try_are_no_polling);
    suite_add_tcase(s, t);
    t = tcase_create("stop");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, at_a_stop_what_is_in_flight_is_settled_and_nothing_begun);
    tcase_add_test(t, a_job_is_waited_for_as_long_as_the_grace_lasts);
    tcase_add_test(t, a_job_that_ends_within_the_grace_is_settled);
    tcase_add_test(t, without_grace_it_is_left_at_once);
    tcase_add_test(t, waits_for_another_try_end_with_a_stop);
    tcase_add_test(t, the_first_reason_stands);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
