// SPDX-License-Identifier: MIT
// Bulk jobs: requests, the org's words about a job, errors taken apart.
#include "org/bulk.h"
#include <check.h>
#include <stdio.h>

static const struct ac_field key_field = {.name = AC_STR("ns__Key__c"), .type = AC_FIELD_STRING};
static const struct ac_field *const fields[] = {&key_field};
static const struct ac_columns upsert = {
    .object = AC_STR("ns__X__c"), .operation = ACLOAD_UPSERT, .key = 0, .n = 1, .fields = fields};
static const struct ac_columns insert = {
    .object = AC_STR("X__c"), .operation = ACLOAD_INSERT, .key = -1, .n = 1, .fields = fields};

// --- requests ------------------------------------------------------------------------------------

static const struct {
    const struct ac_columns *columns;
    const char *body;
} creations[] = {
    {&upsert, "{\"object\":\"ns__X__c\",\"operation\":\"upsert\","
              "\"externalIdFieldName\":\"ns__Key__c\",\"contentType\":\"CSV\","
              "\"lineEnding\":\"LF\",\"columnDelimiter\":\"COMMA\"}"},
    {&insert, "{\"object\":\"X__c\",\"operation\":\"insert\",\"contentType\":\"CSV\","
              "\"lineEnding\":\"LF\",\"columnDelimiter\":\"COMMA\"}"},
};

START_TEST(a_job_is_created_with_its_object_and_operation) {
    AC_CLEANUP(ac_buf_free) struct ac_buf body;
    ac_buf_init(&body, 1000);
    ck_assert(ac_bulk_create_body(&body, creations[_i].columns));
    ck_assert_ptr_nonnull(ac_buf_text(&body));
    ck_assert_str_eq(body.ptr, creations[_i].body);
}
END_TEST

START_TEST(a_buffer_too_small_for_it_says_so) {
    AC_CLEANUP(ac_buf_free) struct ac_buf body;
    ac_buf_init(&body, (size_t)_i);
    ck_assert(!ac_bulk_create_body(&body, &upsert));
}
END_TEST

static const struct {
    enum ac_bulk_path which;
    const char *path;
} paths[] = {
    {AC_BULK_JOBS, "/jobs/ingest"},
    {AC_BULK_JOB, "/jobs/ingest/750R0000000zxrFIAQ"},
    {AC_BULK_BATCHES, "/jobs/ingest/750R0000000zxrFIAQ/batches"},
    {AC_BULK_SUCCESSFUL, "/jobs/ingest/750R0000000zxrFIAQ/successfulResults"},
    {AC_BULK_FAILED_ROWS, "/jobs/ingest/750R0000000zxrFIAQ/failedResults"},
    {AC_BULK_UNPROCESSED, "/jobs/ingest/750R0000000zxrFIAQ/unprocessedrecords"},
};

START_TEST(a_jobs_paths_are_below_its_id) {
    char out[160];
    ck_assert_str_eq(ac_bulk_path(paths[_i].which, "750R0000000zxrFIAQ", out, sizeof out),
                     paths[_i].path);
}
END_TEST

// --- a job's JSON --------------------------------------------------------------------------------

static const struct {
    const char *name;
    enum ac_bulk_state state;
} states[] = {
    {"Open", AC_BULK_OPEN},
    {"UploadComplete", AC_BULK_UPLOAD_COMPLETE},
    {"InProgress", AC_BULK_IN_PROGRESS},
    {"JobComplete", AC_BULK_JOB_COMPLETE},
    {"Failed", AC_BULK_FAILED},
    {"Aborted", AC_BULK_ABORTED},
};

START_TEST(a_job_is_read_in_each_of_its_states) {
    char body[400];
    struct ac_bulk_job job;
    struct ac_err err = AC_ERR_INIT;
    snprintf(body, sizeof body,
             "{\"id\":\"750R0000000zxrFIAQ\",\"operation\":\"upsert\",\"state\":\"%s\","
             "\"apiVersion\":62.0,\"numberRecordsProcessed\":120,\"numberRecordsFailed\":7,"
             "\"errorMessage\":\"InvalidBatch : Field name not found : X__c\"}",
             states[_i].name);
    ck_assert_int_eq(ac_bulk_job_parse(ac_str_of(body), &job, &err), AC_OK);
    ck_assert_str_eq(job.id, "750R0000000zxrFIAQ");
    ck_assert_int_eq(job.state, states[_i].state);
    ck_assert_uint_eq(job.n_processed, 120);
    ck_assert_uint_eq(job.n_failed, 7);
    ck_assert_str_eq(job.error, "InvalidBatch : Field name not found : X__c");
}
END_TEST

START_TEST(all_but_id_and_state_may_be_missing) {
    struct ac_bulk_job job;
    struct ac_err err = AC_ERR_INIT;
    ck_assert_int_eq(
        ac_bulk_job_parse(AC_STR("{\"id\":\"750R0000000zxrF\",\"state\":\"Open\"}"), &job, &err),
        AC_OK);
    ck_assert_uint_eq(job.n_processed, 0);
    ck_assert_uint_eq(job.n_failed, 0);
    ck_assert_str_eq(job.error, "");
}
END_TEST

static const char *const odd_counts[] = {"\"12\"", "null", "-5", "[1]", "1e300", "true", "{}"};

START_TEST(a_count_that_is_none_is_zero) {
    char body[200];
    struct ac_bulk_job job;
    struct ac_err err = AC_ERR_INIT;
    snprintf(body, sizeof body,
             "{\"id\":\"750R0000000zxrF\",\"state\":\"Open\",\"numberRecordsProcessed\":%s}",
             odd_counts[_i]);
    ck_assert_int_eq(ac_bulk_job_parse(ac_str_of(body), &job, &err), AC_OK);
    ck_assert_uint_eq(job.n_processed, 0);
}
END_TEST

static const char too_deep[] = "{\"id\":\"750\",\"state\":\"Open\",\"x\":"
                               "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
                               "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}";

static const char *const no_jobs[] = {
    "",
    "[]",
    "{}",
    "null",
    "<html>Bad gateway</html>",
    "{\"id\":\"750R0000000zxrF\"}",
    "{\"state\":\"Open\"}",
    "{\"id\":\"750R0000000zxrF\",\"state\":\"Flying\"}",
    "{\"id\":\"750R0000000zxrF\",\"state\":\"open\"}",
    "{\"id\":\"750R0000000zxrF\",\"state\":7}",
    "{\"id\":7,\"state\":\"Open\"}",
    "{\"id\":\"\",\"state\":\"Open\"}",
    "{\"id\":\"../../evil\",\"state\":\"Open\"}",
    "{\"id\":\"750 R\",\"state\":\"Open\"}",
    "{\"id\":\"750R\\u00000000zxrF\",\"state\":\"Open\"}",
    "{\"id\":\"750R0000000zxrF750R0000000zxrF750R0000000zxrF\",\"state\":\"Open\"}",
    "{\"id\":\"750R0000000zxrF\",\"state\":\"Open\"",
    "[{\"id\":\"750R0000000zxrF\",\"state\":\"Open\"}]",
    too_deep,
};

START_TEST(what_is_no_job_may_be_asked_for_again) {
    struct ac_bulk_job job;
    struct ac_err err = AC_ERR_INIT;
    ck_assert_int_eq(ac_bulk_job_parse(ac_str_of(no_jobs[_i]), &job, &err), AC_AGAIN);
    ck_assert_str_eq(err.code, "BAD_REPLY");
}
END_TEST

START_TEST(a_long_message_is_cut) {
    char body[2000], message[1200];
    struct ac_bulk_job job;
    struct ac_err err = AC_ERR_INIT;
    memset(message, 'm', sizeof message);
    message[sizeof message - 1] = '\0';
    snprintf(body, sizeof body, "{\"id\":\"750\",\"state\":\"Failed\",\"errorMessage\":\"%s\"}",
             message);
    ck_assert_int_eq(ac_bulk_job_parse(ac_str_of(body), &job, &err), AC_OK);
    ck_assert_uint_eq(strlen(job.error), sizeof job.error - 1);
}
END_TEST

// --- errors --------------------------------------------------------------------------------------

static const struct {
    const char *text, *code, *message, *fields;
} errors[] = {
    {"STRING_TOO_LONG:T: data value too large: abc (max length=2):T__c --", "STRING_TOO_LONG",
     "T: data value too large: abc (max length=2)", "T__c"},
    {"REQUIRED_FIELD_MISSING:Required fields are missing: [A__c, B__c]:A__c, B__c --",
     "REQUIRED_FIELD_MISSING", "Required fields are missing: [A__c, B__c]", "A__c, B__c"},
    {"DUPLICATE_VALUE:duplicate value found: K__c duplicates value on record with id: a01:--",
     "DUPLICATE_VALUE", "duplicate value found: K__c duplicates value on record with id: a01", ""},
    {"UNABLE_TO_LOCK_ROW:unable to obtain exclusive access:--", "UNABLE_TO_LOCK_ROW",
     "unable to obtain exclusive access", ""},
    {"INVALID_FIELD:Foreign key external ID: k not found for field E__c in entity P__c:--",
     "INVALID_FIELD", "Foreign key external ID: k not found for field E__c in entity P__c", ""},
    {"FIELD_CUSTOM_VALIDATION_EXCEPTION:line one\nline two, with a comma:ns__F__c --",
     "FIELD_CUSTOM_VALIDATION_EXCEPTION", "line one line two, with a comma", "ns__F__c"},
    {"CODE:a message whose end: is no field --", "CODE", "a message whose end: is no field", ""},
    {"CODE:message without the end", "CODE", "message without the end", ""},
    {"CODE:", "CODE", "", ""},
    {"CODE:--", "CODE", "", ""},
    {"CODE:::--", "CODE", ":", ""},
    {"InvalidBatch : Field name not found : X__c", "InvalidBatch", "Field name not found : X__c",
     ""},
    {"no code here", "", "no code here", ""},
    {"a sentence: with a colon", "", "a sentence: with a colon", ""},
    {":message", "", ":message", ""},
    {"--", "", "", ""},
    {"", "", "", ""},
};

START_TEST(a_rows_error_comes_apart) {
    struct ac_reply_error e;
    ac_bulk_error_split(ac_str_of(errors[_i].text), &e);
    ck_assert_str_eq(e.code, errors[_i].code);
    ck_assert_str_eq(e.message, errors[_i].message);
    ck_assert_str_eq(e.fields, errors[_i].fields);
}
END_TEST

START_TEST(a_null_error_is_empty) {
    struct ac_reply_error e;
    ac_bulk_error_split(AC_STR_NULL, &e);
    ck_assert_str_eq(e.code, "");
    ck_assert_str_eq(e.message, "");
}
END_TEST

static const struct {
    enum ac_bulk_state state;
    enum ac_outcome outcome;
    const char *error, *code;
} ends[] = {
    {AC_BULK_JOB_COMPLETE, AC_OUT_OK, "", ""},
    {AC_BULK_OPEN, AC_OUT_RETRY, "", ""},
    {AC_BULK_UPLOAD_COMPLETE, AC_OUT_RETRY, "", ""},
    {AC_BULK_IN_PROGRESS, AC_OUT_RETRY, "", ""},
    {AC_BULK_FAILED, AC_OUT_CONFIG, "InvalidBatch : Field name not found : X__c", "InvalidBatch"},
    {AC_BULK_FAILED, AC_OUT_WHOLE,
     "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF",
     "ClientInputError"},
    {AC_BULK_FAILED, AC_OUT_LOCKED, "TooManyLockFailure : too many", "TooManyLockFailure"},
    {AC_BULK_FAILED, AC_OUT_LOCKED, "TooManyLockFailure too many", "TooManyLockFailure"},
    {AC_BULK_FAILED, AC_OUT_RETRY_FEW, "Timeout : it took too long", "Timeout"},
    {AC_BULK_FAILED, AC_OUT_RETRY_FEW, "InternalServerError : Batch retried more than 20 times",
     "InternalServerError"},
    {AC_BULK_FAILED, AC_OUT_RETRY_FEW, "The batch was retried more than 20 times", ""},
    {AC_BULK_FAILED, AC_OUT_STOP, "ExceededQuota : no more batches today", "ExceededQuota"},
    {AC_BULK_FAILED, AC_OUT_RETRY_FEW, "A message in plain words", ""},
    {AC_BULK_FAILED, AC_OUT_RETRY_FEW, "", ""},
    {AC_BULK_ABORTED, AC_OUT_RETRY_FEW, "", ""},
};

START_TEST(a_jobs_end_is_judged) {
    struct ac_bulk_job job = {.id = "750x", .state = ends[_i].state};
    struct ac_reply_error e;
    snprintf(job.error, sizeof job.error, "%s", ends[_i].error);
    ck_assert_int_eq(ac_bulk_job_outcome(&job, &e), ends[_i].outcome);
    ck_assert_str_eq(e.code, ends[_i].code);
}
END_TEST

START_TEST(a_job_that_failed_always_says_something) {
    struct ac_bulk_job job = {.id = "750x", .state = AC_BULK_FAILED};
    struct ac_reply_error e;
    ac_bulk_job_outcome(&job, &e);
    ck_assert_str_eq(e.message, "the bulk job 750x failed without a reason");
    job.state = AC_BULK_ABORTED;
    ac_bulk_job_outcome(&job, &e);
    ck_assert_str_eq(e.message, "the bulk job 750x was aborted");
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("org/bulk");
    TCase *t = tcase_create("requests");
    tcase_add_loop_test(t, a_job_is_created_with_its_object_and_operation, 0, (int)AC_N(creations));
    tcase_add_loop_test(t, a_buffer_too_small_for_it_says_so, 0, 141);
    tcase_add_loop_test(t, a_jobs_paths_are_below_its_id, 0, (int)AC_N(paths));
    suite_add_tcase(s, t);
    t = tcase_create("jobs");
    tcase_add_loop_test(t, a_job_is_read_in_each_of_its_states, 0, (int)AC_N(states));
    tcase_add_test(t, all_but_id_and_state_may_be_missing);
    tcase_add_loop_test(t, a_count_that_is_none_is_zero, 0, (int)AC_N(odd_counts));
    tcase_add_loop_test(t, what_is_no_job_may_be_asked_for_again, 0, (int)AC_N(no_jobs));
    tcase_add_test(t, a_long_message_is_cut);
    suite_add_tcase(s, t);
    t = tcase_create("errors");
    tcase_add_loop_test(t, a_rows_error_comes_apart, 0, (int)AC_N(errors));
    tcase_add_test(t, a_null_error_is_empty);
    tcase_add_loop_test(t, a_jobs_end_is_judged, 0, (int)AC_N(ends));
    tcase_add_test(t, a_job_that_failed_always_says_something);
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
