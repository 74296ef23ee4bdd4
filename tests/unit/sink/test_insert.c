// SPDX-License-Identifier: MIT
// Inserts: only by jobs, results matched by what was sent, nothing sent twice.
#include "sink/sink_kit.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static struct sink_kit kit;

static void setup(void) { sink_kit_setup(&kit, ACLOAD_INSERT); }

static void teardown(void) { sink_kit_teardown(&kit); }

static void ck_ends_well(void) {
    enum ac_rc rc = sink_kit_run(&kit);
    ck_assert_msg(rc == AC_END, "%s", kit.err.text);
}

START_TEST(one_insert_is_a_job) {
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 1);
    ck_ends_well();
    ck_assert_uint_eq(net_count(&kit.net, NULL, SINK_ORG_COLLECTIONS), 0);
    ck_assert_uint_eq(kit.net.n_requests, 4);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 1);
    ck_assert_ptr_nonnull(
        strstr(net_asked(&kit.net, "POST", SINK_ORG_CREATE, 0)->body, "\"operation\":\"insert\""));
    ck_assert_str_eq(net_asked(&kit.net, "PUT", SINK_ORG_BATCHES, 0)->body,
                     "Name__c,Num__c,When__c\n"
                     "\"t0, \"\"x\"\"\",100000000,2031-03-04T16:00:00Z\n");
}
END_TEST

// 1,000 records, of which 200 are identical (number 0), in a scattered order; 10 % fail: 20 of the
// identical ones, and every tenth of the others.
static struct ac_batch *send_scattered(uint32_t numbers[1000]) {
    struct ac_batch *b = sink_kit_batch(&kit);
    for (uint32_t i = 0; i < 1000; i++) {
        uint32_t at = (i * 387) % 1000;
        numbers[i] = at < 200 ? 0 : at;
        sink_kit_add(&kit, b, numbers[i]);
    }
    sink_org_refuse(&kit.remote, 0, "DUPLICATES_DETECTED", 20);
    for (uint32_t i = 200; i < 1000; i += 10)
        sink_org_refuse(&kit.remote, i, "STRING_TOO_LONG", 0);
    sink_kit_send(&kit, b);
    return b;
}

static void ck_scattered(const struct ac_batch *b, const uint32_t numbers[1000]) {
    uint32_t n_same = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        bool is_refused = ac_batch_state(b, i) == AC_RECORD_REFUSED;
        n_same += is_refused && numbers[i] == 0;
        if (numbers[i] == 0)
            continue;
        ck_assert_int_eq(is_refused, numbers[i] % 10 == 0);
        ck_assert_str_eq(kit.codes[i], is_refused ? "STRING_TOO_LONG" : "");
    }
    ck_assert_uint_eq(n_same, 20);
    ck_assert_uint_eq(kit.n_refused, 100);
    ck_assert_int_eq(kit.remote.n_written[0], 180);
}

START_TEST(failures_are_matched_as_a_multiset) {
    uint32_t numbers[1000];
    kit.remote.is_shuffled = kit.remote.is_exponent = _i != 0;
    struct ac_batch *b = send_scattered(numbers);
    ck_ends_well();
    ck_scattered(b, numbers);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 900);
    ck_assert_uint_eq(kit.net.n_requests, 5);
}
END_TEST

START_TEST(wanted_results_are_matched_as_a_multiset) {
    uint32_t numbers[1000];
    kit.options.want_results = true;
    kit.remote.is_shuffled = kit.remote.is_exponent = true;
    struct ac_batch *b = send_scattered(numbers);
    ck_ends_well();
    ck_scattered(b, numbers);
    ck_assert_uint_eq(kit.n_done, 900);
    ck_assert_uint_eq(kit.n_new, 900);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_PENDING), 0);
}
END_TEST

START_TEST(a_job_that_failed_half_way_is_gone_on_with) {
    kit.remote.fails_after = 300;
    kit.remote.n_failing_jobs = 1;
    kit.remote.fail_error = "InternalServerError : try again";
    kit.remote.is_shuffled = kit.remote.is_exponent = true;
    sink_org_refuse(&kit.remote, 7, "STRING_TOO_LONG", 0);
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 1000);
    ck_ends_well();
    ck_assert_uint_eq(kit.n_refused, 1);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 0);
    ck_assert_int_eq(kit.remote.n_written[7], 0);
    sink_kit_check_written(&kit, 0, 7, 1);
    sink_kit_check_written(&kit, 8, 992, 1);
}
END_TEST

START_TEST(records_without_a_result_are_never_sent_again) {
    kit.remote.forgets = 3;
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 20);
    ck_ends_well();
    ck_assert_uint_eq(kit.remote.n_jobs, 1);
    ck_assert_uint_eq(kit.n_refused, 3);
    for (uint32_t i = 0; i < 3; i++)
        ck_assert_str_eq(kit.codes[i], "OUTCOME_UNKNOWN");
    ck_assert_ptr_nonnull(strstr(kit.last_why.message, "look in the org"));
    ck_assert_ptr_nonnull(strstr(kit.last_why.message, "750000001"));
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 17);
}
END_TEST

static const char no_failures[] = "\"sf__Id\",\"sf__Error\",\"Name__c\"\n";

START_TEST(a_result_file_with_too_few_rows_is_asked_for_again) {
    sink_org_refuse(&kit.remote, 7, "STRING_TOO_LONG", 0);
    net_say(&kit.net, "GET", SINK_ORG_FAILED, 200, no_failures);
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 20);
    ck_ends_well();
    ck_assert_uint_eq(kit.remote.n_jobs, 1);
    ck_assert_uint_eq(kit.n_refused, 1);
    ck_assert_str_eq(kit.codes[7], "STRING_TOO_LONG");
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 19);
}
END_TEST

START_TEST(a_result_file_that_never_has_its_rows_ends_the_run_and_nothing_is_guessed) {
    sink_org_refuse(&kit.remote, 7, "STRING_TOO_LONG", 0);
    for (int i = 0; i < kit.options.retry.max_attempts; i++)
        net_say(&kit.net, "GET", SINK_ORG_FAILED, 200, no_failures);
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 20);
    ck_assert_int_eq(sink_kit_run(&kit), AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_STOP);
    ck_assert_uint_eq(kit.n_refused, 0);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 20);
}
END_TEST

START_TEST(a_job_the_org_does_not_know_any_more_is_never_done_again) {
    net_say(
        &kit.net, "GET", SINK_ORG_JOB, 404,
        "[{\"errorCode\":\"NOT_FOUND\",\"message\":\"The requested resource does not exist\"}]");
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 20);
    ck_ends_well();
    ck_assert_uint_eq(kit.remote.n_jobs, 1);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_REFUSED), 20);
    ck_assert_str_eq(kit.codes[0], "OUTCOME_UNKNOWN");
}
END_TEST

static const char *const lost[] = {SINK_ORG_CREATE, SINK_ORG_BATCHES, SINK_ORG_JOB};

START_TEST(a_lost_answer_inserts_nothing_twice) {
    kit.remote.loses = lost[_i];
    kit.remote.n_loses = 1;
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 20);
    ck_ends_well();
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 20);
    sink_kit_check_written(&kit, 0, 20, 1);
}
END_TEST

START_TEST(locked_rows_are_inserted_by_a_new_job) {
    for (uint32_t i = 0; i < 5; i++)
        sink_org_refuse(&kit.remote, i, "UNABLE_TO_LOCK_ROW", 1);
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 20);
    ck_ends_well();
    ck_assert_uint_eq(kit.remote.n_jobs, 2);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 20);
    sink_kit_check_written(&kit, 0, 20, 1);
}
END_TEST

START_TEST(a_result_of_cells_never_sent_is_an_internal_error) {
    sink_org_refuse(&kit.remote, 7, "STRING_TOO_LONG", 0);
    net_say(&kit.net, "GET", SINK_ORG_FAILED, 200,
            "\"sf__Id\",\"sf__Error\",\"Name__c\",\"Num__c\",\"When__c\"\n"
            "\"\",\"STRING_TOO_LONG:x:--\",\"somebody else\",\"1\",\"\"\n");
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, 20);
    ck_assert_int_eq(sink_kit_run(&kit), AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_INTERNAL);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 20);
}
END_TEST

// --- how the org may write what was sent ---------------------------------------------------------

static const struct {
    const char *name, *num, *when; // as sent; NULL: null
    const char *name_is, *num_is, *when_is;
} echoes[] = {
    {"a", "912260031", NULL, "a", "9.12260031E8", ""},
    {"a", "0.50", NULL, "a", "0.5", ""},
    {"a", "-0", NULL, "a", "0.0", ""},
    {"a", "1e3", NULL, "a", "1000", ""},
    {"a", NULL, NULL, "a", "", ""},
    {"a", NULL, NULL, "a", "#N/A", "#N/A"},
    {"two\nlines", "1", NULL, "two\nlines", "1", ""},
    {"two\nlines\n", "1", NULL, "two\r\nlines\r\n", "1", ""},
    {"a \"quoted\" word", "1", NULL, "a \"quoted\" word", "1", ""},
    {"007", "1", NULL, "007", "1", ""},
    {"a", "1", "2031-03-04T16:00:00Z", "a", "1", "2031-03-04T16:00:00.000Z"},
    {"a", "1", "2031-03-04T16:00:00Z", "a", "1", "2031-03-04T17:00:00+01:00"},
    {"\xC3\xA4\xE2\x82\xAC", "1", NULL, "\xC3\xA4\xE2\x82\xAC", "1", ""},
};

static void quote(struct ac_buf *out, const char *text) {
    ac_buf_add_char(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            ac_buf_add_char(out, '"');
        ac_buf_add_char(out, *text);
    }
    ac_buf_add_char(out, '"');
}

START_TEST(a_value_is_known_again_however_it_is_written) {
    struct ac_buf file;
    ac_buf_init(&file, 4096);
    ac_buf_add_str(&file, AC_STR("\"When__c\",\"sf__Id\",\"Num__c\",\"sf__Error\",\"Name__c\"\n"));
    quote(&file, echoes[_i].when_is);
    ac_buf_add_str(&file, AC_STR(",\"\","));
    quote(&file, echoes[_i].num_is);
    ac_buf_add_str(&file, AC_STR(",\"STRING_TOO_LONG:x:--\","));
    quote(&file, echoes[_i].name_is);
    ac_buf_add_char(&file, '\n');
    net_add(&kit.net, &(struct net_answer){.path = SINK_ORG_JOB,
                                           .method = "GET",
                                           .body = "{\"id\":\"750000001\",\"state\":"
                                                   "\"JobComplete\",\"numberRecordsProcessed\":2,"
                                                   "\"numberRecordsFailed\":1}"});
    net_say(&kit.net, "GET", SINK_ORG_FAILED, 200, ac_buf_text(&file));
    struct ac_batch *b = sink_kit_batch(&kit);
    sink_kit_add(&kit, b, 3);
    ac_str cells[] = {ac_str_of(echoes[_i].name), ac_str_of(echoes[_i].num),
                      ac_str_of(echoes[_i].when)};
    struct ac_batch_row row = {.raw = AC_STR("x"), .n_row_records = 1};
    uint32_t ordinal;
    ck_assert_int_eq(ac_batch_add(b, cells, &row, &ordinal, &kit.err), AC_OK);
    sink_kit_send(&kit, b);
    ck_ends_well();
    ck_assert_int_eq(ac_batch_state(b, 0), AC_RECORD_WRITTEN);
    ck_assert_int_eq(ac_batch_state(b, 1), AC_RECORD_REFUSED);
    ac_buf_free(&file);
}
END_TEST

// Text that looks like the same number is other text.
START_TEST(texts_are_not_compared_as_numbers) {
    net_add(&kit.net, &(struct net_answer){.path = SINK_ORG_JOB,
                                           .method = "GET",
                                           .body = "{\"id\":\"750000001\",\"state\":"
                                                   "\"JobComplete\",\"numberRecordsProcessed\":2,"
                                                   "\"numberRecordsFailed\":1}"});
    net_say(&kit.net, "GET", SINK_ORG_FAILED, 200,
            "\"sf__Id\",\"sf__Error\",\"Name__c\",\"Num__c\",\"When__c\"\n"
            "\"\",\"STRING_TOO_LONG:x:--\",\"7\",\"1\",\"\"\n");
    struct ac_batch *b = sink_kit_batch(&kit);
    for (int i = 0; i < 2; i++) {
        ac_str cells[] = {i ? AC_STR("7") : AC_STR("007"), AC_STR("1"), AC_STR_NULL};
        struct ac_batch_row row = {.raw = AC_STR("x"), .n_row_records = 1};
        uint32_t ordinal;
        ck_assert_int_eq(ac_batch_add(b, cells, &row, &ordinal, &kit.err), AC_OK);
    }
    sink_kit_send(&kit, b);
    ck_ends_well();
    ck_assert_int_eq(ac_batch_state(b, 0), AC_RECORD_WRITTEN);
    ck_assert_int_eq(ac_batch_state(b, 1), AC_RECORD_REFUSED);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("insert");
    TCase *t = tcase_create("insert");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, one_insert_is_a_job);
    tcase_add_loop_test(t, failures_are_matched_as_a_multiset, 0, 2);
    tcase_add_test(t, wanted_results_are_matched_as_a_multiset);
    tcase_add_test(t, a_job_that_failed_half_way_is_gone_on_with);
    tcase_add_test(t, records_without_a_result_are_never_sent_again);
    tcase_add_test(t, a_result_file_with_too_few_rows_is_asked_for_again);
    tcase_add_test(t, a_result_file_that_never_has_its_rows_ends_the_run_and_nothing_is_guessed);
    tcase_add_test(t, a_job_the_org_does_not_know_any_more_is_never_done_again);
    tcase_add_loop_test(t, a_lost_answer_inserts_nothing_twice, 0, (int)AC_N(lost));
    tcase_add_test(t, locked_rows_are_inserted_by_a_new_job);
    tcase_add_test(t, a_result_of_cells_never_sent_is_an_internal_error);
    tcase_add_loop_test(t, a_value_is_known_again_however_it_is_written, 0, (int)AC_N(echoes));
    tcase_add_test(t, texts_are_not_compared_as_numbers);
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
