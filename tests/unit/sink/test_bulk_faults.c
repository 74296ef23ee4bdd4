// SPDX-License-Identifier: MIT
// Bulk jobs with faults on the way, or ended before their time.
#include "batch/batch_kit.h"
#include "sink/sink_kit.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct sink_kit kit;

static void setup(void) {
    sink_kit_setup(&kit, ACLOAD_UPSERT);
    kit.options.collections_max = 0; // everything goes in bulk
}

static void teardown(void) { sink_kit_teardown(&kit); }

static struct ac_batch *send_numbers(uint32_t n) { return sink_kit_send_numbers(&kit, 0, n); }

static void ck_ends_well(void) {
    enum ac_rc rc = sink_kit_run(&kit);
    ck_assert_msg(rc == AC_END, "%s", kit.err.text);
}

static void ck_stops(enum ac_cause cause, const char *code) {
    ck_assert_int_eq(sink_kit_run(&kit), AC_RUN);
    ck_assert_int_eq(kit.err.cause, cause);
    ck_assert_str_eq(kit.err.code, code);
}

static size_t n_calls(const char *method, const char *path) {
    return net_count(&kit.net, method, path);
}

// --- faults of calls -----------------------------------------------------------------------------

static const struct {
    const char *method, *path;
} steps[] = {{"POST", SINK_ORG_CREATE},
             {"PUT", SINK_ORG_BATCHES},
             {"PATCH", SINK_ORG_JOB},
             {"GET", SINK_ORG_JOB}};

START_TEST(a_call_the_org_could_not_take_is_made_again) {
    net_say(&kit.net, steps[_i].method, steps[_i].path, 503, "");
    struct ac_batch *b = send_numbers(30);
    ck_ends_well();
    ck_assert_uint_eq(kit.net.n_requests, 5);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 30);
    sink_kit_check_written(&kit, 0, 30, 1);
}
END_TEST

START_TEST(a_call_lost_on_its_way_is_made_again) {
    net_add(&kit.net, &(struct net_answer){.method = steps[_i].method,
                                           .path = steps[_i].path,
                                           .end = AC_HTTP_LOST,
                                           .why = "reset"});
    struct ac_batch *b = send_numbers(30);
    ck_ends_well();
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 30);
    sink_kit_check_written(&kit, 0, 30, 1);
}
END_TEST

START_TEST(a_call_whose_answer_is_lost_does_no_harm) {
    kit.remote.loses = steps[_i].path;
    kit.remote.n_loses = 1;
    struct ac_batch *b = send_numbers(30);
    ck_ends_well();
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 30);
    sink_kit_check_written(&kit, 0, 30, 1);
}
END_TEST

START_TEST(found_multiple_contents_means_that_it_was_uploaded) {
    kit.remote.loses = SINK_ORG_BATCHES;
    kit.remote.n_loses = 1;
    send_numbers(30);
    ck_ends_well();
    ck_assert_uint_eq(kit.remote.n_jobs, 1);
    ck_assert_uint_eq(n_calls("PUT", SINK_ORG_BATCHES), 2);
    ck_assert_uint_eq(net_asked(&kit.net, "PUT", SINK_ORG_BATCHES, 0)->body_len,
                      net_asked(&kit.net, "PUT", SINK_ORG_BATCHES, 1)->body_len);
    sink_kit_check_written(&kit, 0, 30, 1);
}
END_TEST

START_TEST(a_close_whose_answer_is_lost_is_looked_up) {
    kit.remote.loses = SINK_ORG_JOB;
    kit.remote.n_loses = 1;
    send_numbers(30);
    ck_ends_well();
    ck_assert_uint_eq(n_calls("PATCH", SINK_ORG_JOB), 1);
}
END_TEST

START_TEST(a_close_that_never_arrived_is_made_again) {
    net_add(&kit.net,
            &(struct net_answer){
                .method = "PATCH", .path = SINK_ORG_JOB, .end = AC_HTTP_LOST, .why = "reset"});
    send_numbers(30);
    ck_ends_well();
    ck_assert_uint_eq(n_calls("PATCH", SINK_ORG_JOB), 2);
    ck_assert_uint_eq(n_calls("GET", SINK_ORG_JOB), 2); // Open, then complete
}
END_TEST

START_TEST(a_job_that_never_leaves_open_ends_the_run) {
    net_keep_saying(&kit.net, "PATCH", SINK_ORG_JOB, 400,
                    "[{\"errorCode\":\"INVALIDJOBSTATE\",\"message\":\"no\"}]");
    struct ac_batch *b = send_numbers(30);
    ck_stops(AC_CAUSE_STOP, "INVALIDJOBSTATE");
    ck_assert_uint_eq(n_calls("PATCH", SINK_ORG_JOB), 4); // three, then the abort
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 30);
}
END_TEST

START_TEST(a_refused_upload_is_done_in_a_new_job) {
    net_say(&kit.net, "PUT", SINK_ORG_BATCHES, 409, "");
    struct ac_batch *b = send_numbers(30);
    ck_ends_well();
    ck_assert_uint_eq(kit.remote.n_jobs, 2);
    ck_assert_str_eq(kit.remote.jobs[0].state, "Aborted");
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 30);
    sink_kit_check_written(&kit, 0, 30, 1);
}
END_TEST

START_TEST(an_upload_too_large_for_the_org_is_halved) {
    net_say(&kit.net, "PUT", SINK_ORG_BATCHES, 413, "");
    struct ac_batch *b = send_numbers(31);
    ck_ends_well();
    ck_assert_uint_eq(kit.remote.n_jobs, 3);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 31);
    sink_kit_check_written(&kit, 0, 31, 1);
}
END_TEST

START_TEST(a_job_the_org_does_not_know_any_more_is_done_again) {
    net_say(
        &kit.net, "GET", SINK_ORG_JOB, 404,
        "[{\"errorCode\":\"NOT_FOUND\",\"message\":\"The requested resource does not exist\"}]");
    struct ac_batch *b = send_numbers(30);
    ck_ends_well();
    ck_assert_uint_eq(kit.remote.n_jobs, 2);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 30);
}
END_TEST

START_TEST(a_job_that_cannot_be_created_ends_the_run) {
    net_say(&kit.net, "POST", SINK_ORG_CREATE, 400,
            "[{\"errorCode\":\"INVALIDENTITY\",\"message\":\"no such entity\"}]");
    struct ac_batch *b = send_numbers(30);
    ck_stops(AC_CAUSE_CONFIG, "INVALIDENTITY");
    ck_assert_uint_eq(kit.net.n_requests, 1);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 30);
}
END_TEST

static const char *const cut_files[] = {
    "\"sf__Id\",\"sf__Error\",\"Key__c\"\n\"\",\"STRING_TOO_LONG:x:--\",\"k",
    "\"sf__Id\",\"sf__Error\",\"Key__c\"\n\"\",\"STRING_TOO_LONG:x:--\"\n",
    "<html>Sorry</html>",
    "\"sf__Id\",\"sf__Error\",\"Other__c\"\n\"\",\"STRING_TOO_LONG:x:--\",\"k7\"\n",
};

START_TEST(a_cut_result_file_is_fetched_again) {
    sink_org_refuse(&kit.remote, 7, "STRING_TOO_LONG", 0);
    net_say(&kit.net, "GET", SINK_ORG_FAILED, 200, cut_files[_i]);
    struct ac_batch *b = send_numbers(20);
    ck_ends_well();
    ck_assert_uint_eq(n_calls("GET", SINK_ORG_FAILED), 2);
    ck_assert_uint_eq(kit.n_refused, 1);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 19);
}
END_TEST

START_TEST(an_endless_result_file_ends_the_run) {
    sink_org_refuse(&kit.remote, 7, "STRING_TOO_LONG", 0);
    kit.net.chunk = 1 << 20;
    char *page = malloc((1 << 20) + 1);
    memset(page, 'x', 1 << 20);
    page[1 << 20] = '\0';
    net_add(&kit.net,
            &(struct net_answer){.path = SINK_ORG_FAILED, .body = page, .is_endless = true});
    send_numbers(20);
    ck_stops(AC_CAUSE_STOP, "BAD_RESULTS");
    free(page);
}
END_TEST

START_TEST(a_disk_too_full_for_results_ends_the_run) {
    for (uint32_t i = 0; i < 3000; i++)
        sink_org_refuse(&kit.remote, i, "STRING_TOO_LONG", 0);
    struct ac_batch *b = send_numbers(3000);
    while (kit.remote.n_records == 0)
        ck_assert_int_eq(kit.sink.pump(kit.sink.self, 1000, &kit.err), AC_OK);
    batch_kit_fill_disk(64 * 1024);
    enum ac_rc rc = sink_kit_run(&kit);
    batch_kit_empty_disk();
    ck_assert_int_eq(rc, AC_RUN);
    ck_assert_str_eq(kit.err.code, "DISK_FULL");
    ck_assert_ptr_nonnull(strstr(kit.err.text, "make room"));
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 3000);
    ck_assert_uint_eq(kit.n_refused, 0);
}
END_TEST

START_TEST(no_result_file_is_left_behind) {
    char path[700];
    sink_org_refuse(&kit.remote, 7, "STRING_TOO_LONG", 0);
    struct ac_batch *b = send_numbers(20);
    ck_ends_well();
    snprintf(path, sizeof path, "%s/%lld.0.results", ac_batch_dir(b), (long long)ac_batch_id(b));
    ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

// As the real network ends a call whose body cannot be read.
static struct ac_http_call unread;

static enum ac_rc start_unread(void *self, const struct ac_http_call *call, struct ac_err *err) {
    struct net plain;
    net_init(&plain);
    if (!call->read)
        return plain.net.start(self, call, err);
    unread = *call;
    return AC_OK;
}

static enum ac_rc pump_unread(void *self, int64_t wait_ms, struct ac_err *err) {
    struct net plain;
    char piece[64];
    size_t n = 1;
    net_init(&plain);
    while (unread.read && n && n != SIZE_MAX)
        n = unread.read(unread.arg, piece, sizeof piece);
    if (unread.read) {
        struct ac_http_call call = unread;
        struct ac_http_reply reply = {.end = AC_HTTP_STOPPED, .why = "the body ended early"};
        unread = (struct ac_http_call){0};
        ck_assert_uint_eq(n, SIZE_MAX);
        call.done(call.arg, &reply);
    }
    return plain.net.pump(self, wait_ms, err);
}

START_TEST(a_batch_that_cannot_be_read_back_is_not_uploaded) {
    char path[700];
    struct ac_batch *b = send_numbers(20);
    snprintf(path, sizeof path, "%s/%lld.csv", ac_batch_dir(b), (long long)ac_batch_id(b));
    ck_assert_int_eq(truncate(path, 100), 0);
    kit.net.net.start = start_unread;
    kit.net.net.pump = pump_unread;
    ck_stops(AC_CAUSE_INTERNAL, "DAMAGED");
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 20);
    ck_assert_str_eq(kit.remote.jobs[0].state, "Aborted");
}
END_TEST

// --- the end before its time ---------------------------------------------------------------------

static const struct {
    int calls_left;
    uint32_t n_written;
} limits[] = {{0, 0}, {1, 0}, {2, 0}, {3, 0}, {4, 30}};

START_TEST(the_daily_limit_ends_the_run_at_any_step) {
    kit.remote.calls_left = limits[_i].calls_left;
    struct ac_batch *b = send_numbers(30);
    enum ac_rc rc = sink_kit_run(&kit);
    ck_assert_int_eq(rc, limits[_i].n_written ? AC_END : AC_RUN);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), limits[_i].n_written);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 30 - limits[_i].n_written);
    ck_assert_uint_le(kit.net.n_requests, (size_t)limits[_i].calls_left + 1);
    ck_assert_uint_eq(kit.n_settled, 1);
}
END_TEST

START_TEST(a_job_under_way_at_a_stop_is_waited_for) {
    kit.options.bulk_in_flight = 2;
    kit.remote.polls_to_end = 3;
    struct ac_batch *first = send_numbers(30);
    while (n_calls("GET", SINK_ORG_JOB) == 0)
        ck_assert_int_eq(kit.sink.pump(kit.sink.self, 1000, &kit.err), AC_OK);
    struct ac_batch *second = sink_kit_send_numbers(&kit, 100, 30);
    kit.net.n_start_failures = 1; // the second batch's job cannot be created
    ck_stops(AC_CAUSE_STOP, "NO_MEMORY");
    ck_assert_uint_eq(sink_kit_count(first, AC_RECORD_WRITTEN), 30);
    ck_assert_uint_eq(sink_kit_count(second, AC_RECORD_UNSENT), 30);
    ck_assert_uint_eq(kit.n_settled, 2);
}
END_TEST

START_TEST(a_job_not_closed_at_a_stop_is_aborted) {
    kit.net.per_pump = 1;
    kit.options.bulk_in_flight = 2;
    struct ac_batch *first = send_numbers(30);
    struct ac_batch *second = sink_kit_send_numbers(&kit, 100, 30);
    while (n_calls("PUT", SINK_ORG_BATCHES) == 0)
        ck_assert_int_eq(kit.sink.pump(kit.sink.self, 1000, &kit.err), AC_OK);
    kit.net.n_start_failures = 1;
    ck_assert_int_eq(sink_kit_run(&kit), AC_RUN);
    ck_assert_uint_eq(
        sink_kit_count(first, AC_RECORD_UNSENT) + sink_kit_count(second, AC_RECORD_UNSENT), 60);
    ck_assert_uint_eq(kit.remote.n_records, 0);
    ck_assert_uint_ge(n_calls("PATCH", SINK_ORG_JOB), 1);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("bulk faults");
    TCase *t = tcase_create("faults");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, a_call_the_org_could_not_take_is_made_again, 0, (int)AC_N(steps));
    tcase_add_loop_test(t, a_call_lost_on_its_way_is_made_again, 0, (int)AC_N(steps));
    tcase_add_loop_test(t, a_call_whose_answer_is_lost_does_no_harm, 0, (int)AC_N(steps));
    tcase_add_test(t, found_multiple_contents_means_that_it_was_uploaded);
    tcase_add_test(t, a_close_whose_answer_is_lost_is_looked_up);
    tcase_add_test(t, a_close_that_never_arrived_is_made_again);
    tcase_add_test(t, a_job_that_never_leaves_open_ends_the_run);
    tcase_add_test(t, a_refused_upload_is_done_in_a_new_job);
    tcase_add_test(t, an_upload_too_large_for_the_org_is_halved);
    tcase_add_test(t, a_job_the_org_does_not_know_any_more_is_done_again);
    tcase_add_test(t, a_job_that_cannot_be_created_ends_the_run);
    tcase_add_loop_test(t, a_cut_result_file_is_fetched_again, 0, (int)AC_N(cut_files));
    tcase_add_test(t, an_endless_result_file_ends_the_run);
    tcase_add_test(t, a_disk_too_full_for_results_ends_the_run);
    tcase_add_test(t, no_result_file_is_left_behind);
    tcase_add_test(t, a_batch_that_cannot_be_read_back_is_not_uploaded);
    suite_add_tcase(s, t);
    t = tcase_create("ends");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, the_daily_limit_ends_the_run_at_any_step, 0, (int)AC_N(limits));
    tcase_add_test(t, a_job_under_way_at_a_stop_is_waited_for);
    tcase_add_test(t, a_job_not_closed_at_a_stop_is_aborted);
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
