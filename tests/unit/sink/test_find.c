// SPDX-License-Identifier: MIT
// Records found by a field that is no external id: asked for first, never there twice.
#include "sink/sink_kit.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static struct sink_kit kit;

static void setup(void) { sink_kit_setup(&kit, ACLOAD_FIND); }

static void teardown(void) { sink_kit_teardown(&kit); }

// The org has them before anything is sent.
static void there_are(uint32_t first, uint32_t n) {
    for (uint32_t i = first; i < first + n; i++)
        kit.remote.n_written[i] = kit.remote.n_made[i] = 1;
}

static void ck_ends_well(void) {
    enum ac_rc rc = sink_kit_run(&kit);
    ck_assert_msg(rc == AC_END, "%s", kit.err.text);
}

// Every one of them is there, and none twice.
static void ck_once(uint32_t first, uint32_t n) {
    for (uint32_t i = first; i < first + n; i++)
        ck_assert_msg(kit.remote.n_made[i] == 1, "record %u is there %d times", i,
                      kit.remote.n_made[i]);
}

static size_t n_questions(void) { return net_count(&kit.net, "GET", SINK_ORG_QUERY); }

START_TEST(what_the_org_has_is_updated_the_rest_inserted) {
    there_are(3, 4);
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 10);
    ck_ends_well();
    ck_assert_uint_eq(n_questions(), 1);
    ck_assert_uint_eq(net_count(&kit.net, "PATCH", SINK_ORG_COLLECTIONS), 1);
    ck_assert_uint_eq(kit.remote.n_jobs, 1);
    ck_assert(kit.remote.jobs[0].is_insert);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UPDATED), 4);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 6);
    ck_once(0, 10);
    sink_kit_check_written(&kit, 3, 4, 2);
}
END_TEST

START_TEST(the_question_names_the_keys_and_nothing_else) {
    sink_kit_send_numbers(&kit, 0, 2);
    ck_ends_well();
    ck_assert_str_eq(net_asked(&kit.net, "GET", SINK_ORG_QUERY, 0)->path,
                     "/services/data/v62.0/query?q=SELECT%20Id%2CKey__c%20FROM%20Thing__c%20WHERE"
                     "%20Key__c%20IN%20%28%27k0%27%2C%27k1%27%29");
}
END_TEST

START_TEST(an_update_has_the_id_and_all_fields) {
    there_are(7, 1);
    sink_kit_send_numbers(&kit, 7, 1);
    ck_ends_well();
    const struct net_request *r = net_asked(&kit.net, "PATCH", SINK_ORG_COLLECTIONS, 0);
    ck_assert_str_eq(r->path, "/services/data/v62.0/composite/sobjects");
    ck_assert_str_eq(r->body,
                     "{\"allOrNone\":false,\"records\":[{\"attributes\":{\"type\":\"Thing__c\"},"
                     "\"id\":\"a00000007\",\"Key__c\":\"k7\",\"Name__c\":\"t7, \\\"x\\\"\","
                     "\"Num__c\":100000007,\"When__c\":\"2031-03-04T16:00:00Z\"}]}");
}
END_TEST

START_TEST(without_any_to_insert_there_is_no_job) {
    there_are(0, 450);
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 450);
    ck_ends_well();
    ck_assert_uint_eq(n_questions(), 3);
    ck_assert_uint_eq(kit.remote.n_jobs, 0);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UPDATED), 450);
}
END_TEST

START_TEST(without_any_to_update_there_is_only_a_job) {
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 450);
    ck_ends_well();
    ck_assert_uint_eq(n_questions(), 3);
    ck_assert_uint_eq(net_count(&kit.net, NULL, SINK_ORG_COLLECTIONS), 0);
    ck_assert_uint_eq(kit.remote.n_jobs, 1);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 450);
}
END_TEST

START_TEST(keys_are_compared_as_the_org_compares_them) {
    there_are(0, 3);
    kit.remote.is_upper = true;
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 3);
    ck_ends_well();
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UPDATED), 3);
}
END_TEST

START_TEST(of_several_that_are_there_one_is_updated_every_time) {
    there_are(5, 1);
    net_say(&kit.net, "GET", SINK_ORG_QUERY, 200,
            "{\"totalSize\":3,\"done\":true,\"records\":[{\"Id\":\"a00000009\",\"Key__c\":\"k5\"},"
            "{\"Id\":\"a00000005\",\"Key__c\":\"k5\"},{\"Id\":\"a00000007\",\"Key__c\":\"k5\"}]}");
    struct ac_batch *b = sink_kit_send_numbers(&kit, 5, 1);
    ck_ends_well();
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UPDATED), 1);
}
END_TEST

// --- questions that go wrong

START_TEST(a_question_can_be_asked_again_at_once) {
    kit.options.retry.base_ms = kit.options.retry.max_ms = 0;
    net_say(&kit.net, "GET", SINK_ORG_QUERY, 503, "");
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 3);
    ck_ends_well();
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 3);
}
END_TEST

static const struct {
    int status;
    const char *body;
} passing[] = {
    {503, ""},
    {200, "{\"records\":"},
    {200, "{\"totalSize\":1,\"done\":true,\"records\":[{\"Key__c\":\"k1\"}]}"},
};

START_TEST(a_question_without_an_answer_is_asked_again) {
    there_are(1, 1);
    net_say(&kit.net, "GET", SINK_ORG_QUERY, passing[_i].status, passing[_i].body);
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 3);
    ck_ends_well();
    ck_assert_uint_eq(n_questions(), 2);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UPDATED), 1);
    ck_once(0, 3);
}
END_TEST

START_TEST(without_an_answer_nothing_is_inserted) {
    net_keep_saying(&kit.net, "GET", SINK_ORG_QUERY, 503, "");
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 3);
    ck_assert_int_eq(sink_kit_run(&kit), AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_STOP);
    ck_assert_uint_eq(kit.remote.n_jobs, 0);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 3);
}
END_TEST

START_TEST(a_question_that_the_org_refuses_is_a_matter_of_configuration) {
    net_say(&kit.net, "GET", SINK_ORG_QUERY, 400,
            "[{\"errorCode\":\"INVALID_FIELD\",\"message\":\"field Key__c can not be filtered\"}]");
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 3);
    ck_assert_int_eq(sink_kit_run(&kit), AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_CONFIG);
    ck_assert_ptr_nonnull(strstr(kit.err.text, "can not be filtered"));
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 3);
}
END_TEST

// --- jobs that go wrong

START_TEST(rows_without_a_result_are_asked_for_again) {
    kit.remote.forgets = 3;
    kit.remote.does_forgotten = _i != 0;
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 20);
    ck_ends_well();
    ck_once(0, 20);
    ck_assert_uint_eq(kit.n_refused, 0);
    ck_assert_uint_eq(n_questions(), 2);
    ck_assert_uint_eq(kit.remote.n_jobs, _i ? 1 : 2);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UPDATED), _i ? 3 : 0);
}
END_TEST

START_TEST(a_job_the_org_does_not_know_any_more_is_not_believed_to_have_failed) {
    net_say(
        &kit.net, "GET", SINK_ORG_JOB, 404,
        "[{\"errorCode\":\"NOT_FOUND\",\"message\":\"The requested resource does not exist\"}]");
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 20);
    there_are(0, 12); // it did so many of them
    net_say(&kit.net, "GET", SINK_ORG_QUERY, 200, "{\"totalSize\":0,\"done\":true,\"records\":[]}");
    ck_ends_well();
    ck_once(0, 20);
    ck_assert_uint_eq(n_questions(), 2);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UPDATED), 12);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 8);
}
END_TEST

START_TEST(who_never_hears_of_his_rows_is_told_so_in_the_end) {
    net_keep_saying(&kit.net, "GET", SINK_ORG_JOB, 404,
                    "[{\"errorCode\":\"NOT_FOUND\",\"message\":\"no such job\"}]");
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 5);
    ck_ends_well();
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_REFUSED), 5);
    ck_assert_str_eq(kit.codes[0], "OUTCOME_UNKNOWN");
    ck_assert_int_le((int)n_questions(), kit.options.retry.few_attempts);
}
END_TEST

static const char *const lost[] = {SINK_ORG_QUERY, SINK_ORG_CREATE, SINK_ORG_BATCHES, SINK_ORG_JOB,
                                   SINK_ORG_COLLECTIONS};

START_TEST(a_lost_answer_makes_no_second_record) {
    there_are(0, 5);
    kit.remote.loses = lost[_i];
    kit.remote.n_loses = 1;
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 20);
    ck_ends_well();
    ck_once(0, 20);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UPDATED), 5);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 15);
}
END_TEST

START_TEST(locked_rows_keep_their_ids) {
    there_are(0, 100);
    for (uint32_t i = 0; i < 200; i += 7)
        sink_org_refuse(&kit.remote, i, "UNABLE_TO_LOCK_ROW", 1);
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 200);
    ck_ends_well();
    ck_once(0, 200);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UPDATED), 100);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 100);
}
END_TEST

START_TEST(a_record_that_breaks_its_call_is_found_among_those_with_ids) {
    there_are(0, 40);
    kit.remote.fates[17] = (struct sink_fate){"TOO_COMPLEX", "too complex", 0, 413};
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 40);
    ck_ends_well();
    ck_assert_int_eq(ac_batch_state(b, 17), AC_RECORD_REFUSED);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UPDATED), 39);
}
END_TEST

// --- after a crash

START_TEST(a_job_that_was_left_is_asked_about_before_anything_else) {
    // A run that died: its job is done with 20 records, and nobody has heard of it.
    sink_kit_send_numbers(&kit, 0, 20);
    while (!kit.remote.n_jobs || strcmp(kit.remote.jobs[0].state, "Open") == 0)
        ck_assert_int_eq(kit.sink.pump(kit.sink.self, 1000, &kit.err), AC_OK);
    kit.sink.close(kit.sink.self);
    kit.sink = (struct ac_sink){0};
    sink_kit_log_in(&kit);
    kit.remote.polls_to_end = 2;
    size_t n_before = n_questions();
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 25); // the batch, taken up
    struct ac_batch_job job = {0, 20, kit.remote.jobs[0].id};
    ck_assert_int_eq(kit.sink.resume(kit.sink.self, b, &job, 1, &kit.err), AC_OK);
    ck_assert_int_eq(kit.sink.pump(kit.sink.self, 1000, &kit.err), AC_OK);
    ck_assert_uint_eq(n_questions(), n_before);
    ck_ends_well();
    ck_once(0, 25);
    ck_assert_uint_eq(n_questions(), n_before + 1);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 25);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("find");
    TCase *t = tcase_create("find");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, what_the_org_has_is_updated_the_rest_inserted);
    tcase_add_test(t, the_question_names_the_keys_and_nothing_else);
    tcase_add_test(t, an_update_has_the_id_and_all_fields);
    tcase_add_test(t, without_any_to_insert_there_is_no_job);
    tcase_add_test(t, without_any_to_update_there_is_only_a_job);
    tcase_add_test(t, keys_are_compared_as_the_org_compares_them);
    tcase_add_test(t, of_several_that_are_there_one_is_updated_every_time);
    tcase_add_loop_test(t, a_question_without_an_answer_is_asked_again, 0, (int)AC_N(passing));
    tcase_add_test(t, a_question_can_be_asked_again_at_once);
    tcase_add_test(t, without_an_answer_nothing_is_inserted);
    tcase_add_test(t, a_question_that_the_org_refuses_is_a_matter_of_configuration);
    tcase_add_loop_test(t, rows_without_a_result_are_asked_for_again, 0, 2);
    tcase_add_test(t, a_job_the_org_does_not_know_any_more_is_not_believed_to_have_failed);
    tcase_add_test(t, who_never_hears_of_his_rows_is_told_so_in_the_end);
    tcase_add_loop_test(t, a_lost_answer_makes_no_second_record, 0, (int)AC_N(lost));
    tcase_add_test(t, locked_rows_keep_their_ids);
    tcase_add_test(t, a_record_that_breaks_its_call_is_found_among_those_with_ids);
    tcase_add_test(t, a_job_that_was_left_is_asked_about_before_anything_else);
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
