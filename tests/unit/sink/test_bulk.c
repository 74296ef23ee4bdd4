// SPDX-License-Identifier: MIT
// Bulk jobs of upserts: steps, results, faults on the way.
#include "base/log.h"
#include "sink/sink_kit.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

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

// --- the usual way -------------------------------------------------------------------------------

START_TEST(a_job_without_failures_is_four_calls) {
    struct ac_batch *b = send_numbers(3000);
    ck_ends_well();
    ck_assert_uint_eq(kit.net.n_requests, 4);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 3000);
    ck_assert_uint_eq(kit.n_done, 0);
    ck_assert_uint_eq(kit.n_settled, 1);
    sink_kit_check_written(&kit, 0, 3000, 1);
}
END_TEST

START_TEST(the_calls_of_a_job_come_in_their_order) {
    static const char *const methods[] = {"POST", "PUT", "PATCH", "GET"};
    send_numbers(10);
    ck_ends_well();
    for (size_t i = 0; i < 4; i++)
        ck_assert_str_eq(net_asked(&kit.net, NULL, SINK_ORG_ANY, i)->method, methods[i]);
    ck_assert_str_eq(net_asked(&kit.net, "PATCH", SINK_ORG_JOB, 0)->body,
                     "{\"state\":\"UploadComplete\"}");
}
END_TEST

START_TEST(the_upload_is_the_batch_as_csv) {
    struct ac_batch *b = sink_kit_batch(&kit);
    for (uint32_t i = 0; i < 3; i++)
        sink_kit_add(&kit, b, i);
    ac_batch_kill(b, 1, AC_RECORD_SUPERSEDED);
    sink_kit_send(&kit, b);
    ck_ends_well();
    const struct net_request *request = net_asked(&kit.net, "PUT", SINK_ORG_BATCHES, 0);
    ck_assert_str_eq(request->body, "Key__c,Name__c,Num__c,When__c\n"
                                    "k0,\"t0, \"\"x\"\"\",100000000,2031-03-04T16:00:00Z\n"
                                    "k2,\"t2, \"\"x\"\"\",100000002,2031-03-04T16:00:00Z\n");
    ck_assert_str_eq(net_header(request, "Content-Type"), "text/csv; charset=UTF-8");
}
END_TEST

struct ledger_look {
    uint32_t n_jobs, first, n;
    char id[32];
};

static bool on_batch(void *arg, const struct ac_batch_info *batch) {
    struct ledger_look *look = arg;
    for (size_t i = 0; i < batch->n_jobs; i++) {
        look->n_jobs++;
        look->first = batch->jobs[i].first;
        look->n = batch->jobs[i].n;
        snprintf(look->id, sizeof look->id, "%s", batch->jobs[i].id);
    }
    return true;
}

static struct ledger_look at_close;

static void look_at_ledger(void *arg, const char *job_id) {
    (void)arg;
    struct ac_err err = AC_ERR_INIT;
    at_close = (struct ledger_look){0};
    ck_assert_int_eq(ac_ledger_batches(kit.ledger, 10, on_batch, &at_close, &err), AC_OK);
    ck_assert_str_eq(at_close.id, job_id);
}

START_TEST(the_ledger_has_the_job_before_it_is_closed) {
    kit.remote.on_close = look_at_ledger;
    send_numbers(10);
    ck_ends_well();
    ck_assert_uint_eq(at_close.n_jobs, 1);
    ck_assert_uint_eq(at_close.first, 0);
    ck_assert_uint_eq(at_close.n, 10);
}
END_TEST

static const struct {
    int polls_to_end;
    int64_t slept_ms;
} schedule[] = {{0, 500}, {1, 1500}, {2, 3500}, {5, 31500}, {6, 61500}, {8, 121500}};

START_TEST(waits_between_looks_are_doubled_up_to_their_most) {
    kit.remote.polls_to_end = schedule[_i].polls_to_end;
    send_numbers(10);
    ck_ends_well();
    ck_assert_uint_eq(n_calls("GET", SINK_ORG_JOB), (size_t)schedule[_i].polls_to_end + 1);
    ck_assert_int_eq(kit.clock.slept_ms, schedule[_i].slept_ms);
}
END_TEST

START_TEST(a_long_wait_is_told_less_and_less_often) {
    char *text = NULL;
    size_t len = 0;
    FILE *log = open_memstream(&text, &len);
    ac_log_setup(log, AC_LOG_TEXT, AC_LOG_INFO, false, NULL);
    kit.remote.polls_to_end = 24; // over eight minutes
    send_numbers(10);
    ck_ends_well();
    fclose(log);
    ac_log_setup(NULL, AC_LOG_TEXT, AC_LOG_INFO, false, NULL);
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, "still with the org")); at++)
        n++;
    ck_assert_uint_eq(n, 4);
    ck_assert(strstr(text, "minutes=1") && strstr(text, "minutes=2"));
    ck_assert(strstr(text, "minutes=4") && strstr(text, "minutes=8"));
    free(text);
}
END_TEST

START_TEST(a_large_batch_becomes_several_jobs) {
    kit.options.bulk_max_bytes = 20000;
    kit.remote.polls_to_end = 2;
    struct ac_batch *b = send_numbers(3000);
    size_t most = 0;
    enum ac_rc rc = AC_OK;
    while ((rc = kit.sink.pump(kit.sink.self, 1000, &kit.err)) == AC_OK) {
        size_t n_open = 0;
        for (size_t i = 0; i < kit.remote.n_jobs; i++)
            n_open += strcmp(kit.remote.jobs[i].state, "JobComplete") != 0;
        most = n_open > most ? n_open : most;
    }
    ck_assert_int_eq(rc, AC_END);
    ck_assert_uint_eq(most, 3); // bulk_in_flight
    ck_assert_uint_ge(kit.remote.n_jobs, ac_batch_bytes(b) / 20000);
    for (size_t i = 0; i < kit.remote.n_jobs; i++)
        ck_assert_uint_le(strlen(kit.remote.jobs[i].csv), 20000);
    sink_kit_check_written(&kit, 0, 3000, 1);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 3000);
}
END_TEST

START_TEST(a_record_larger_than_a_job_is_an_error_of_configuration) {
    kit.options.bulk_max_bytes = 60;
    struct ac_batch *b = send_numbers(3);
    ck_stops(AC_CAUSE_CONFIG, "RECORD_TOO_LARGE");
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 3);
}
END_TEST

// --- results -------------------------------------------------------------------------------------

START_TEST(failed_rows_are_found_by_their_key) {
    kit.remote.is_shuffled = true;
    for (uint32_t i = 0; i < 3000; i += 10)
        sink_org_refuse(&kit.remote, i, "STRING_TOO_LONG", 0);
    struct ac_batch *b = send_numbers(3000);
    ck_ends_well();
    ck_assert_uint_eq(kit.net.n_requests, 5); // failedResults alone
    for (uint32_t i = 0; i < 3000; i++)
        ck_assert_int_eq(ac_batch_state(b, i), i % 10 ? AC_RECORD_WRITTEN : AC_RECORD_REFUSED);
    ck_assert_str_eq(kit.last_why.code, "STRING_TOO_LONG");
    ck_assert_str_eq(kit.last_why.message, "it says so");
    ck_assert_str_eq(kit.last_why.fields, "Num__c");
}
END_TEST

START_TEST(keys_that_come_back_in_other_letters_are_found) {
    kit.remote.is_upper = true;
    sink_org_refuse(&kit.remote, 7, "STRING_TOO_LONG", 0);
    struct ac_batch *b = send_numbers(20);
    ck_ends_well();
    ck_assert_int_eq(ac_batch_state(b, 7), AC_RECORD_REFUSED);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 19);
}
END_TEST

START_TEST(wanted_results_tell_ids_and_what_was_new) {
    kit.options.want_results = true;
    kit.remote.is_shuffled = true;
    kit.remote.n_written[3] = 1;
    sink_org_refuse(&kit.remote, 7, "STRING_TOO_LONG", 0);
    struct ac_batch *b = send_numbers(20);
    ck_ends_well();
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 18);
    ck_assert_int_eq(ac_batch_state(b, 3), AC_RECORD_UPDATED);
    ck_assert_uint_eq(kit.n_done, 19);
    ck_assert_uint_eq(kit.n_new, 18);
    ck_assert_int_eq(strncmp(kit.last_id, "a00", 3), 0);
    ck_assert_uint_eq(kit.net.n_requests, 6);
}
END_TEST

START_TEST(a_job_that_does_not_count_is_settled_row_by_row) {
    kit.remote.hides_counts = true;
    sink_org_refuse(&kit.remote, 7, "STRING_TOO_LONG", 0);
    struct ac_batch *b = send_numbers(20);
    ck_ends_well();
    ck_assert_uint_eq(kit.net.n_requests, 7); // all three files
    ck_assert_int_eq(ac_batch_state(b, 7), AC_RECORD_REFUSED);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 19);
}
END_TEST

START_TEST(a_record_without_a_result_is_sent_again) {
    kit.remote.forgets = 3;
    struct ac_batch *b = send_numbers(20);
    ck_ends_well();
    ck_assert_uint_eq(kit.remote.n_jobs, 2);
    ck_assert_uint_eq(kit.remote.n_records, 23);
    ck_assert_uint_eq(kit.n_refused, 0);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 0);
    sink_kit_check_written(&kit, 0, 20, 1);
}
END_TEST

START_TEST(a_failed_file_shorter_than_the_count_is_not_believed) {
    sink_org_refuse(&kit.remote, 7, "STRING_TOO_LONG", 0);
    sink_org_refuse(&kit.remote, 8, "STRING_TOO_LONG", 0);
    net_say(&kit.net, "GET", SINK_ORG_FAILED, 200,
            "\"sf__Id\",\"sf__Error\",\"Key__c\"\n\"\",\"STRING_TOO_LONG:x:--\",\"k7\"\n");
    struct ac_batch *b = send_numbers(20);
    ck_ends_well();
    ck_assert_uint_eq(kit.remote.n_jobs, 1); // it was fetched again
    ck_assert_int_eq(ac_batch_state(b, 7), AC_RECORD_REFUSED);
    ck_assert_int_eq(ac_batch_state(b, 8), AC_RECORD_REFUSED);
    ck_assert_uint_eq(kit.n_refused, 2);
    sink_kit_check_written(&kit, 9, 11, 1);
}
END_TEST

static const char *const strange_results[] = {
    "\"sf__Id\",\"sf__Error\",\"Key__c\"\n\"\",\"STRING_TOO_LONG:x:--\",\"k99\"\n",
    "\"sf__Id\",\"sf__Error\",\"Key__c\"\n\"\",\"STRING_TOO_LONG:x:--\",\"\"\n",
    ("\"sf__Id\",\"sf__Error\",\"Key__c\"\n\"\",\"STRING_TOO_LONG:x:--\",\"k7\"\n"
     "\"\",\"STRING_TOO_LONG:x:--\",\"k7\"\n"),
};

START_TEST(a_result_without_a_record_is_an_internal_error) {
    sink_org_refuse(&kit.remote, 7, "STRING_TOO_LONG", 0);
    if (_i == 2) // as many as the file has rows
        sink_org_refuse(&kit.remote, 8, "STRING_TOO_LONG", 0);
    net_say(&kit.net, "GET", SINK_ORG_FAILED, 200, strange_results[_i]);
    struct ac_batch *b = send_numbers(20);
    ck_stops(AC_CAUSE_INTERNAL, "RESULT_WITHOUT_RECORD");
    ck_assert_ptr_nonnull(strstr(kit.err.text, "750000001"));
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_PENDING), 0);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 0);
    ck_assert_uint_eq(kit.n_settled, 1);
}
END_TEST

START_TEST(locked_rows_go_into_a_new_job) {
    for (uint32_t i = 0; i < 5; i++)
        sink_org_refuse(&kit.remote, i * 3, "UNABLE_TO_LOCK_ROW", 1);
    struct ac_batch *b = send_numbers(500);
    ck_ends_well();
    ck_assert_uint_eq(kit.remote.n_jobs, 2);
    ck_assert_uint_eq(kit.remote.n_records, 505);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 500);
    sink_kit_check_written(&kit, 0, 500, 1);
}
END_TEST

START_TEST(rows_that_stay_locked_are_refused_in_the_end) {
    kit.options.retry.max_attempts = 3;
    sink_org_refuse(&kit.remote, 4, "UNABLE_TO_LOCK_ROW", 0);
    struct ac_batch *b = send_numbers(10);
    ck_ends_well();
    ck_assert_uint_eq(kit.remote.n_jobs, 3);
    ck_assert_int_eq(ac_batch_state(b, 4), AC_RECORD_REFUSED);
    ck_assert_str_eq(kit.codes[4], "UNABLE_TO_LOCK_ROW");
}
END_TEST

START_TEST(a_stop_code_of_a_row_leaves_it_unsent) {
    sink_org_refuse(&kit.remote, 4, "STORAGE_LIMIT_EXCEEDED", 0);
    sink_org_refuse(&kit.remote, 5, "STRING_TOO_LONG", 0);
    struct ac_batch *b = send_numbers(10);
    ck_stops(AC_CAUSE_STOP, "STORAGE_LIMIT_EXCEEDED");
    ck_assert_int_eq(ac_batch_state(b, 4), AC_RECORD_UNSENT);
    ck_assert_int_eq(ac_batch_state(b, 5), AC_RECORD_REFUSED);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 8);
}
END_TEST

START_TEST(a_reject_that_cannot_be_kept_leaves_its_row_unsent) {
    kit.is_disk_full = true;
    sink_org_refuse(&kit.remote, 4, "STRING_TOO_LONG", 0);
    struct ac_batch *b = send_numbers(10);
    ck_stops(AC_CAUSE_STOP, "DISK_FULL");
    ck_assert_int_eq(ac_batch_state(b, 4), AC_RECORD_UNSENT);
}
END_TEST

// --- jobs that fail ------------------------------------------------------------------------------

START_TEST(a_job_that_failed_half_way_is_gone_on_with) {
    kit.remote.fails_after = 1000;
    kit.remote.n_failing_jobs = 1;
    kit.remote.fail_error = "TooManyLockFailure : too many";
    sink_org_refuse(&kit.remote, 7, "STRING_TOO_LONG", 0);
    struct ac_batch *b = send_numbers(3000);
    ck_ends_well();
    ck_assert_uint_eq(kit.remote.n_jobs, 3); // the rest in halves
    ck_assert_uint_eq(kit.remote.n_records, 5000);
    ck_assert_uint_eq(kit.n_refused, 1);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 999);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 2000);
    sink_kit_check_written(&kit, 8, 2992, 1);
}
END_TEST

START_TEST(a_job_with_an_unknown_column_ends_the_run) {
    kit.remote.fails_after = 0;
    kit.remote.n_failing_jobs = 1;
    kit.remote.fail_error = "InvalidBatch : Field name not found : Num__c";
    struct ac_batch *b = send_numbers(300);
    ck_stops(AC_CAUSE_CONFIG, "InvalidBatch");
    ck_assert_ptr_nonnull(strstr(kit.err.text, "Num__c"));
    ck_assert_ptr_nonnull(strstr(kit.err.text, "750000001"));
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 300);
    ck_assert_uint_eq(kit.remote.n_jobs, 1);
}
END_TEST

START_TEST(jobs_that_fail_again_and_again_end_the_run) {
    kit.remote.fails_after = 0;
    kit.remote.n_failing_jobs = 50;
    kit.remote.fail_error = "Timeout : took too long";
    struct ac_batch *b = send_numbers(300);
    ck_stops(AC_CAUSE_STOP, "Timeout");
    ck_assert_uint_eq(kit.remote.n_jobs, 3);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 300);
    ck_assert_uint_eq(kit.n_refused, 0);
}
END_TEST

START_TEST(a_job_aborted_by_somebody_is_done_again) {
    net_say(&kit.net, "GET", SINK_ORG_JOB, 200,
            "{\"id\":\"750000001\",\"state\":\"Aborted\",\"numberRecordsProcessed\":0}");
    net_say(&kit.net, "GET", SINK_ORG_FAILED, 200, "");
    net_say(&kit.net, "GET", SINK_ORG_SUCCESSFUL, 200, "");
    net_say(&kit.net, "GET", SINK_ORG_UNPROCESSED, 200, "");
    struct ac_batch *b = send_numbers(300);
    ck_ends_well();
    ck_assert_uint_eq(kit.remote.n_jobs, 2);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 300);
}
END_TEST

static void add_usual(Suite *s) {
    TCase *t = tcase_create("usual");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_job_without_failures_is_four_calls);
    tcase_add_test(t, the_calls_of_a_job_come_in_their_order);
    tcase_add_test(t, the_upload_is_the_batch_as_csv);
    tcase_add_test(t, the_ledger_has_the_job_before_it_is_closed);
    tcase_add_loop_test(t, waits_between_looks_are_doubled_up_to_their_most, 0,
                        (int)AC_N(schedule));
    tcase_add_test(t, a_long_wait_is_told_less_and_less_often);
    tcase_add_test(t, a_large_batch_becomes_several_jobs);
    tcase_add_test(t, a_record_larger_than_a_job_is_an_error_of_configuration);
    suite_add_tcase(s, t);
}

static void add_results(Suite *s) {
    TCase *t = tcase_create("results");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, failed_rows_are_found_by_their_key);
    tcase_add_test(t, keys_that_come_back_in_other_letters_are_found);
    tcase_add_test(t, wanted_results_tell_ids_and_what_was_new);
    tcase_add_test(t, a_job_that_does_not_count_is_settled_row_by_row);
    tcase_add_test(t, a_record_without_a_result_is_sent_again);
    tcase_add_test(t, a_failed_file_shorter_than_the_count_is_not_believed);
    tcase_add_loop_test(t, a_result_without_a_record_is_an_internal_error, 0,
                        (int)AC_N(strange_results));
    tcase_add_test(t, locked_rows_go_into_a_new_job);
    tcase_add_test(t, rows_that_stay_locked_are_refused_in_the_end);
    tcase_add_test(t, a_stop_code_of_a_row_leaves_it_unsent);
    tcase_add_test(t, a_reject_that_cannot_be_kept_leaves_its_row_unsent);
    suite_add_tcase(s, t);
    t = tcase_create("failed");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_job_that_failed_half_way_is_gone_on_with);
    tcase_add_test(t, a_job_with_an_unknown_column_ends_the_run);
    tcase_add_test(t, jobs_that_fail_again_and_again_end_the_run);
    tcase_add_test(t, a_job_aborted_by_somebody_is_done_again);
    suite_add_tcase(s, t);
}

static Suite *suite(void) {
    Suite *s = suite_create("bulk");
    add_usual(s);
    add_results(s);
    return s;
}

int main(void) {
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
