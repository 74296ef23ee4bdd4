// SPDX-License-Identifier: MIT
// The sink as a whole: which call, several batches, waiting, its end.
#include "sink/sink_int.h"
#include "sink/sink_kit.h"
#include <check.h>
#include <stdlib.h>

static struct sink_kit kit;

static void setup(void) { sink_kit_setup(&kit, ACLOAD_UPSERT); }

static void teardown(void) { sink_kit_teardown(&kit); }

static void ck_ends_well(void) {
    enum ac_rc rc = sink_kit_run(&kit);
    ck_assert_msg(rc == AC_END, "%s", kit.err.text);
}

static enum ac_rc pump(int64_t wait_ms) { return kit.sink.pump(kit.sink.self, wait_ms, &kit.err); }

// --- which call ----------------------------------------------------------------------------------

static const struct {
    uint32_t n, most;
    size_t n_jobs;
} choices[] = {{2000, 2000, 0}, {2001, 2000, 1}, {10, 9, 1}, {10, 10, 0}, {1, 0, 1}};

START_TEST(a_large_batch_goes_in_bulk) {
    kit.options.collections_max = choices[_i].most;
    sink_kit_send_numbers(&kit, 0, choices[_i].n);
    ck_ends_well();
    ck_assert_uint_eq(kit.remote.n_jobs, choices[_i].n_jobs);
    sink_kit_check_written(&kit, 0, choices[_i].n, 1);
}
END_TEST

START_TEST(killed_records_do_not_make_a_batch_large) {
    kit.options.collections_max = 10;
    struct ac_batch *b = sink_kit_batch(&kit);
    for (uint32_t i = 0; i < 15; i++)
        sink_kit_add(&kit, b, i);
    for (uint32_t i = 0; i < 5; i++)
        ac_batch_kill(b, i, AC_RECORD_DEAD);
    sink_kit_send(&kit, b);
    ck_ends_well();
    ck_assert_uint_eq(kit.remote.n_jobs, 0);
}
END_TEST

START_TEST(a_batch_of_killed_records_is_settled_without_a_call) {
    struct ac_batch *b = sink_kit_batch(&kit);
    for (uint32_t i = 0; i < 3; i++) {
        sink_kit_add(&kit, b, i);
        ac_batch_kill(b, i, AC_RECORD_SUPERSEDED);
    }
    sink_kit_send(&kit, b);
    ck_assert_uint_eq(kit.n_settled, 0); // send returns at once
    ck_assert_uint_eq(kit.sink.pending(kit.sink.self), 1);
    ck_ends_well();
    ck_assert_uint_eq(kit.n_settled, 1);
    ck_assert_uint_eq(kit.net.n_requests, 0);
}
END_TEST

START_TEST(small_and_large_batches_go_side_by_side) {
    kit.options.collections_max = 1000;
    kit.remote.polls_to_end = 3;
    struct ac_batch *large = sink_kit_send_numbers(&kit, 0, 3000);
    struct ac_batch *small = sink_kit_send_numbers(&kit, 5000, 400);
    while (kit.n_settled == 0)
        ck_assert_int_eq(pump(1000), AC_OK);
    ck_assert_uint_eq(ac_batch_n_pending(small), 0);
    ck_assert_uint_gt(ac_batch_n_pending(large), 0);
    ck_ends_well();
    ck_assert_uint_eq(kit.n_settled, 2);
    sink_kit_check_written(&kit, 0, 3000, 1);
    sink_kit_check_written(&kit, 5000, 400, 1);
}
END_TEST

// --- waiting -------------------------------------------------------------------------------------

START_TEST(nothing_to_do_ends_at_once) {
    sink_kit_send_numbers(&kit, 0, 1);
    ck_ends_well();
    ck_assert_int_eq(pump(1000), AC_END);
    ck_assert_int_eq(kit.clock.slept_ms, 0);
}
END_TEST

START_TEST(a_pump_told_not_to_wait_does_not) {
    kit.options.collections_max = 0;
    kit.remote.polls_to_end = 2;
    sink_kit_send_numbers(&kit, 0, 10);
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(pump(0), AC_OK);
    ck_assert_int_eq(kit.clock.slept_ms, 0);
    ck_assert_uint_eq(net_count(&kit.net, "GET", SINK_ORG_JOB), 0); // not due
}
END_TEST

START_TEST(a_pump_waits_no_longer_than_told) {
    kit.options.collections_max = 0;
    sink_kit_send_numbers(&kit, 0, 10);
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(pump(0), AC_OK);
    ck_assert_int_eq(pump(200), AC_OK);
    ck_assert_int_eq(kit.clock.slept_ms, 200);
    ck_assert_int_eq(pump(200), AC_OK);
    ck_assert_int_eq(kit.clock.slept_ms, 400);
    ck_assert_int_eq(pump(200), AC_OK);
    ck_assert_int_eq(kit.clock.slept_ms, 500); // the look is due
}
END_TEST

START_TEST(nothing_waits_while_another_batch_has_work) {
    kit.options.collections_max = 1000;
    kit.remote.polls_to_end = 5;
    sink_kit_send_numbers(&kit, 0, 3000);
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(pump(0), AC_OK);
    struct ac_batch *small = sink_kit_send_numbers(&kit, 5000, 1000);
    while (ac_batch_n_pending(small))
        ck_assert_int_eq(pump(60000), AC_OK);
    ck_assert_int_eq(kit.clock.slept_ms, 0);
    ck_ends_well();
}
END_TEST

// --- the end -------------------------------------------------------------------------------------

START_TEST(batches_sent_after_a_stop_come_back_unsent) {
    kit.remote.calls_left = 0;
    sink_kit_send_numbers(&kit, 0, 10);
    ck_assert_int_eq(sink_kit_run(&kit), AC_RUN);
    ac_err_clear(&kit.err);
    struct ac_batch *late = sink_kit_send_numbers(&kit, 100, 10);
    ck_assert_int_eq(sink_kit_run(&kit), AC_RUN);
    ck_assert_str_eq(kit.err.code, "REQUEST_LIMIT_EXCEEDED");
    ck_assert_uint_eq(sink_kit_count(late, AC_RECORD_UNSENT), 10);
    ck_assert_uint_eq(kit.n_settled, 2);
    ck_assert_uint_eq(kit.net.n_requests, 1);
}
END_TEST

START_TEST(all_batches_are_settled_at_a_stop) {
    kit.remote.calls_left = 3;
    kit.options.collections_in_flight = 1;
    sink_kit_send_numbers(&kit, 0, 300);
    sink_kit_send_numbers(&kit, 1000, 300);
    sink_kit_send_numbers(&kit, 2000, 300);
    ck_assert_int_eq(sink_kit_run(&kit), AC_RUN);
    ck_assert_uint_eq(kit.n_settled, 3);
    ck_assert_uint_eq(kit.n_done, 500);
}
END_TEST

// What is in flight is waited for, the other batch goes on.
START_TEST(a_batch_that_is_put_off_ends_alone) {
    kit.options.collections_in_flight = 1;
    struct ac_batch *off = sink_kit_send_numbers(&kit, 0, 600);
    sink_kit_send_numbers(&kit, 1000, 300);
    kit.net.per_pump = 1;
    while (!kit.n_done)
        ck_assert_int_eq(pump(0), AC_OK);
    kit.sink.put_off(kit.sink.self, off);
    ck_ends_well();
    ck_assert_uint_eq(kit.n_settled, 2);
    ck_assert_uint_ge(sink_kit_count(off, AC_RECORD_UNSENT), 200);
    ck_assert_uint_eq(sink_kit_count(off, AC_RECORD_UNSENT) + kit.n_done, 900);
    sink_kit_check_written(&kit, 1000, 300, 1);
}
END_TEST

// A job that the org works on is waited for, one that it was not told to begin is not.
START_TEST(a_batch_that_is_put_off_begins_no_job) {
    kit.options.bulk_in_flight = 1;
    kit.options.bulk_max_bytes = 60000;
    kit.options.collections_max = 100;
    kit.remote.polls_to_end = 3;
    struct ac_batch *off = sink_kit_send_numbers(&kit, 0, 3000);
    sink_kit_send_numbers(&kit, 5000, 90);
    while (!kit.remote.n_jobs || strcmp(kit.remote.jobs[0].state, "Open") == 0)
        ck_assert_int_eq(pump(0), AC_OK);
    kit.sink.put_off(kit.sink.self, off);
    ck_ends_well();
    ck_assert_uint_eq(kit.remote.n_jobs, 1);
    ck_assert_uint_gt(sink_kit_count(off, AC_RECORD_UNSENT), 0);
    ck_assert_uint_eq(
        sink_kit_count(off, AC_RECORD_UNSENT) + sink_kit_count(off, AC_RECORD_WRITTEN), 3000);
    sink_kit_check_written(&kit, 5000, 90, 1);
}
END_TEST

static char closed_for[64];
static bool closed(void *arg, struct ac_batch *b, const struct ac_err *why) {
    struct sink_kit *k = arg;
    bool is_ours = ac_str_eq(ac_batch_columns(b)->object, AC_STR("Thing__c"));
    snprintf(closed_for, sizeof closed_for, "%s", is_ours ? why->code : "?");
    k->sink.put_off(k->sink.self, b);
    return true;
}

static const struct {
    const char *body, *code;
    bool is_own;
} refusals[] = {
    {"[{\"errorCode\":\"INVALID_TYPE\",\"message\":\"not supported\"}]", "INVALID_TYPE", true},
    {"[{\"errorCode\":\"API_DISABLED_FOR_ORG\",\"message\":\"no API\"}]", "API_DISABLED_FOR_ORG",
     false},
};

START_TEST(an_object_that_is_closed_ends_its_batch_alone_the_org_all) {
    *closed_for = '\0';
    kit.events.closed = closed;
    net_say(&kit.net, "PATCH", SINK_ORG_COLLECTIONS, 400, refusals[_i].body);
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 20);
    ck_assert_int_eq(sink_kit_run(&kit), refusals[_i].is_own ? AC_END : AC_RUN);
    ck_assert_str_eq(refusals[_i].is_own ? closed_for : kit.err.code, refusals[_i].code);
    ck_assert_str_eq(refusals[_i].is_own ? kit.err.code : closed_for, "");
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 20);
    ck_assert_uint_eq(kit.n_settled, 1);
}
END_TEST

START_TEST(a_network_that_breaks_is_told) {
    sink_kit_send_numbers(&kit, 0, 10);
    kit.net.n_pump_failures = 1;
    ck_assert_int_eq(pump(0), AC_RUN);
    ck_assert_str_eq(kit.err.code, "NO_MEMORY");
}
END_TEST

// What is in flight may be dropped with the sink; its batch may be gone before.
START_TEST(a_sink_can_be_closed_with_work_under_way) {
    kit.options.collections_max = 100;
    kit.net.per_pump = 1;
    sink_kit_send_numbers(&kit, 0, 90);
    sink_kit_send_numbers(&kit, 1000, 300);
    ck_assert_int_eq(pump(0), AC_OK);
    ck_assert_int_eq(pump(0), AC_OK);
    for (size_t i = 0; i < kit.n_batches; i++)
        ac_batch_remove(kit.batches[i]);
    kit.n_batches = 0;
    kit.sink.close(kit.sink.self);
    kit.sink = (struct ac_sink){0};
}
END_TEST

// --- limits that move ----------------------------------------------------------------------------

START_TEST(a_complaint_halves_a_limit_down_to_one) {
    static const size_t limits[] = {4, 2, 1, 1};
    struct ac_gate gate = {.limit = 8, .max = 8};
    for (size_t i = 0; i < AC_N(limits); i++) {
        ck_assert(ac_gate_busy(&gate, (uint32_t)i));
        ck_assert_uint_eq(gate.limit, limits[i]);
    }
}
END_TEST

START_TEST(complaints_about_what_was_begun_before_a_cut_cut_no_more) {
    struct ac_gate gate = {.limit = 8, .max = 8};
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(ac_gate_busy(&gate, 0), i == 0);
    ck_assert_uint_eq(gate.limit, 4);
    ck_assert(ac_gate_busy(&gate, 1));
    ck_assert_uint_eq(gate.limit, 2);
}
END_TEST

START_TEST(a_limit_grows_back_one_by_one) {
    struct ac_gate gate = {.limit = 1, .max = 3};
    int n = 0;
    for (; gate.limit == 1; n++)
        ac_gate_good(&gate);
    ck_assert_int_eq(n, 8);
    for (; gate.limit == 2; n++)
        ac_gate_good(&gate);
    ck_assert_int_eq(n, 24);
    for (int i = 0; i < 1000; i++)
        ac_gate_good(&gate);
    ck_assert_uint_eq(gate.limit, 3);
}
END_TEST

START_TEST(a_gate_is_open_below_its_limit) {
    ck_assert(ac_gate_is_open(&(struct ac_gate){.limit = 2, .in_flight = 1}));
    ck_assert(!ac_gate_is_open(&(struct ac_gate){.limit = 2, .in_flight = 2}));
    ck_assert(!ac_gate_is_open(&(struct ac_gate){.limit = 2, .in_flight = 3}));
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("salesforce");
    TCase *t = tcase_create("sink");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, a_large_batch_goes_in_bulk, 0, (int)AC_N(choices));
    tcase_add_test(t, killed_records_do_not_make_a_batch_large);
    tcase_add_test(t, a_batch_of_killed_records_is_settled_without_a_call);
    tcase_add_test(t, small_and_large_batches_go_side_by_side);
    tcase_add_test(t, nothing_to_do_ends_at_once);
    tcase_add_test(t, a_pump_told_not_to_wait_does_not);
    tcase_add_test(t, a_pump_waits_no_longer_than_told);
    tcase_add_test(t, nothing_waits_while_another_batch_has_work);
    tcase_add_test(t, batches_sent_after_a_stop_come_back_unsent);
    tcase_add_test(t, all_batches_are_settled_at_a_stop);
    tcase_add_test(t, a_batch_that_is_put_off_ends_alone);
    tcase_add_test(t, a_batch_that_is_put_off_begins_no_job);
    tcase_add_loop_test(t, an_object_that_is_closed_ends_its_batch_alone_the_org_all, 0,
                        AC_N(refusals));
    tcase_add_test(t, a_network_that_breaks_is_told);
    tcase_add_test(t, a_sink_can_be_closed_with_work_under_way);
    suite_add_tcase(s, t);
    t = tcase_create("limits");
    tcase_add_test(t, a_complaint_halves_a_limit_down_to_one);
    tcase_add_test(t, complaints_about_what_was_begun_before_a_cut_cut_no_more);
    tcase_add_test(t, a_limit_grows_back_one_by_one);
    tcase_add_test(t, a_gate_is_open_below_its_limit);
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
