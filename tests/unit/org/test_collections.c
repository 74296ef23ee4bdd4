// SPDX-License-Identifier: MIT
// Collections: what two hundred records look like on the way out, or on the way back.
#include "org/collections.h"
#include "record/row.h"
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static const struct ac_field key_field = {.name = AC_STR("ns__Key__c"), .type = AC_FIELD_STRING};
static const struct ac_field number_field = {.name = AC_STR("N__c"), .type = AC_FIELD_NUMBER};
static const struct ac_field text_field = {.name = AC_STR("T__c"), .type = AC_FIELD_STRING};
static const struct ac_field *const fields[] = {&key_field, &number_field, &text_field};

static const struct ac_columns upsert = {
    .object = AC_STR("ns__X__c"), .operation = ACLOAD_UPSERT, .key = 0, .n = 3, .fields = fields};
static const struct ac_columns find = {
    .object = AC_STR("ns__X__c"), .operation = ACLOAD_FIND, .key = 0, .n = 3, .fields = fields};
static const struct ac_columns insert = {
    .object = AC_STR("X__c"), .operation = ACLOAD_INSERT, .key = -1, .n = 2, .fields = fields + 1};

static struct ac_buf body;

static void setup(void) { ac_buf_init(&body, 100000); }
static void teardown(void) { ac_buf_free(&body); }

static void check_body(const char *text) {
    ck_assert_ptr_nonnull(ac_buf_text(&body));
    ck_assert_str_eq(body.ptr, text);
}

// --- the request ---------------------------------------------------------------------------------

START_TEST(records_are_written_with_type_and_key) {
    const ac_str first[] = {AC_STR("k1"), AC_STR(".5"), AC_STR("a \"quoted\" line\n")};
    const ac_str second[] = {AC_STR("k2"), AC_STR_NULL, AC_ABSENT};
    ck_assert(ac_collections_begin(&body));
    ck_assert(ac_collections_add(&body, &upsert, first, AC_STR_NULL, true));
    ck_assert(ac_collections_add(&body, &upsert, second, AC_STR_NULL, false));
    ck_assert(ac_collections_end(&body));
    check_body("{\"allOrNone\":false,\"records\":["
               "{\"attributes\":{\"type\":\"ns__X__c\"},\"ns__Key__c\":\"k1\",\"N__c\":0.5,"
               "\"T__c\":\"a \\\"quoted\\\" line\\n\"},"
               "{\"attributes\":{\"type\":\"ns__X__c\"},\"ns__Key__c\":\"k2\",\"N__c\":null}]}");
}
END_TEST

START_TEST(a_record_that_was_found_has_its_id) {
    const ac_str cells[] = {AC_STR("k1"), AC_STR_NULL, AC_ABSENT};
    ck_assert(ac_collections_begin(&body));
    ck_assert(ac_collections_add(&body, &find, cells, AC_STR("a00000000000001AAA"), true));
    ck_assert(ac_collections_end(&body));
    check_body("{\"allOrNone\":false,\"records\":[{\"attributes\":{\"type\":\"ns__X__c\"},"
               "\"id\":\"a00000000000001AAA\",\"ns__Key__c\":\"k1\",\"N__c\":null}]}");
}
END_TEST

START_TEST(a_record_without_a_field_is_still_json) {
    const ac_str cells[] = {AC_ABSENT, AC_ABSENT};
    ck_assert(ac_collections_begin(&body));
    ck_assert(ac_collections_add(&body, &insert, cells, AC_STR_NULL, true));
    ck_assert(ac_collections_end(&body));
    check_body("{\"allOrNone\":false,\"records\":[{\"attributes\":{\"type\":\"X__c\"}}]}");
}
END_TEST

START_TEST(begin_forgets_an_earlier_request) {
    ck_assert(ac_buf_add_str(&body, AC_STR("old")));
    ck_assert(ac_collections_begin(&body));
    ck_assert(ac_collections_end(&body));
    check_body("{\"allOrNone\":false,\"records\":[]}");
}
END_TEST

START_TEST(a_record_over_the_ceiling_leaves_the_others_whole) {
    const ac_str cells[] = {AC_STR("key"), AC_STR("1"), AC_STR("text")};
    struct ac_buf small;
    ac_buf_init(&small, (size_t)_i + 40);
    ck_assert(ac_collections_begin(&small));
    size_t n = 0;
    while (ac_collections_add(&small, &upsert, cells, AC_STR_NULL, n == 0))
        n++;
    small.max_bytes += 2; // the end has room
    ck_assert(ac_collections_end(&small));
    json_t *tree = json_loadb(small.ptr, small.len, 0, NULL);
    ck_assert_uint_eq(json_array_size(json_object_get(tree, "records")), n);
    json_decref(tree);
    ac_buf_free(&small);
}
END_TEST

START_TEST(upserts_go_to_the_objects_key_and_inserts_to_all) {
    struct ac_arena arena;
    ac_arena_init(&arena, 10000);
    ck_assert_str_eq(ac_collections_method(&upsert), "PATCH");
    ck_assert_str_eq(ac_collections_path(&upsert, &arena),
                     "/composite/sobjects/ns__X__c/ns__Key__c");
    ck_assert_str_eq(ac_collections_method(&insert), "POST");
    ck_assert_str_eq(ac_collections_path(&insert, &arena), "/composite/sobjects");
    ck_assert_str_eq(ac_collections_method(&find), "PATCH");
    ck_assert_str_eq(ac_collections_path(&find, &arena), "/composite/sobjects");
    ac_arena_free(&arena);
}
END_TEST

START_TEST(a_full_arena_gives_no_path) {
    struct ac_arena arena;
    ac_arena_init(&arena, 8);
    ck_assert_ptr_null(ac_collections_path(&upsert, &arena));
    ac_arena_free(&arena);
}
END_TEST

// --- the answer ----------------------------------------------------------------------------------

static struct told {
    size_t n;
    size_t at[8];
    struct ac_row_result results[8];
    char ids[8][32];
} told;

static void tell(void *arg, size_t i, const struct ac_row_result *result) {
    struct told *t = arg;
    ck_assert_uint_lt(t->n, AC_N(t->at));
    t->at[t->n] = i;
    t->results[t->n] = *result;
    snprintf(t->ids[t->n], sizeof *t->ids, "%.*s", AC_STR_ARG(result->id));
    t->n++;
}

static enum ac_rc parse(const char *text, size_t n, struct ac_err *err) {
    told = (struct told){0};
    *err = (struct ac_err)AC_ERR_INIT;
    return ac_collections_parse(ac_str_of(text), n, tell, &told, err);
}

static const struct {
    const char *result;
    enum ac_outcome outcome;
    const char *id, *code, *message, *fields;
} results[] = {
    {"{\"id\":\"a01\",\"success\":true,\"errors\":[],\"created\":true}", AC_OUT_CREATED, "a01", "",
     "", ""},
    {"{\"id\":\"a02\",\"success\":true,\"errors\":[],\"created\":false}", AC_OUT_UPDATED, "a02", "",
     "", ""},
    {"{\"id\":\"a03\",\"success\":true,\"errors\":[]}", AC_OUT_OK, "a03", "", "", ""},
    {"{\"success\":true}", AC_OUT_OK, "", "", "", ""},
    {"{\"success\":false,\"errors\":[{\"statusCode\":\"STRING_TOO_LONG\",\"message\":\"too "
     "long\",\"fields\":[\"T__c\",\"U__c\"]}]}",
     AC_OUT_REFUSED, "", "STRING_TOO_LONG", "too long", "T__c, U__c"},
    {"{\"id\":null,\"success\":false,\"errors\":[{\"statusCode\":\"UNABLE_TO_LOCK_ROW\","
     "\"message\":\"locked\",\"fields\":[]}]}",
     AC_OUT_LOCKED, "", "UNABLE_TO_LOCK_ROW", "locked", ""},
    {"{\"success\":false,\"errors\":[{\"statusCode\":\"STORAGE_LIMIT_EXCEEDED\"}]}", AC_OUT_STOP,
     "", "STORAGE_LIMIT_EXCEEDED", "", ""},
    {"{\"success\":false,\"errors\":[{\"statusCode\":\"A_NEW_CODE\",\"message\":\"x\"}]}",
     AC_OUT_REFUSED, "", "A_NEW_CODE", "x", ""},
    {"{\"success\":false,\"errors\":[]}", AC_OUT_REFUSED, "", "NO_REASON",
     "the org refused it without giving a reason", ""},
    {"{\"success\":false}", AC_OUT_REFUSED, "", "NO_REASON",
     "the org refused it without giving a reason", ""},
    {"{\"success\":false,\"errors\":[7,\"x\",null]}", AC_OUT_REFUSED, "", "NO_REASON",
     "the org refused it without giving a reason", ""},
    // several errors: one that will not pass decides
    {"{\"success\":false,\"errors\":[{\"statusCode\":\"UNABLE_TO_LOCK_ROW\"},"
     "{\"statusCode\":\"STRING_TOO_LONG\"}]}",
     AC_OUT_REFUSED, "", "STRING_TOO_LONG", "", ""},
    {"{\"success\":false,\"errors\":[{\"statusCode\":\"STRING_TOO_LONG\"},"
     "{\"statusCode\":\"UNABLE_TO_LOCK_ROW\"}]}",
     AC_OUT_REFUSED, "", "STRING_TOO_LONG", "", ""},
    {"{\"success\":false,\"errors\":[{\"statusCode\":\"UNABLE_TO_LOCK_ROW\"},"
     "{\"statusCode\":\"SERVER_UNAVAILABLE\"}]}",
     AC_OUT_LOCKED, "", "UNABLE_TO_LOCK_ROW", "", ""},
};

START_TEST(a_result_has_its_outcome) {
    char text[600];
    struct ac_err err;
    snprintf(text, sizeof text, "[%s]", results[_i].result);
    ck_assert_int_eq(parse(text, 1, &err), AC_OK);
    ck_assert_uint_eq(told.n, 1);
    ck_assert_int_eq(told.results[0].outcome, results[_i].outcome);
    ck_assert_str_eq(told.ids[0], results[_i].id);
    ck_assert_str_eq(told.results[0].error.code, results[_i].code);
    ck_assert_str_eq(told.results[0].error.message, results[_i].message);
    ck_assert_str_eq(told.results[0].error.fields, results[_i].fields);
}
END_TEST

START_TEST(results_are_told_in_the_order_of_the_records) {
    struct ac_err err;
    ck_assert_int_eq(parse("[{\"id\":\"a\",\"success\":true},{\"success\":false,\"errors\":[]},"
                           "{\"id\":\"c\",\"success\":true}]",
                           3, &err),
                     AC_OK);
    ck_assert_uint_eq(told.n, 3);
    for (size_t i = 0; i < 3; i++)
        ck_assert_uint_eq(told.at[i], i);
    ck_assert_str_eq(told.ids[2], "c");
}
END_TEST

#define GOOD "{\"id\":\"a\",\"success\":true}"

static const char *const nonsense[] = {
    "",
    "[]",
    "[" GOOD "]",
    "[" GOOD "," GOOD "," GOOD "]",
    "{\"success\":true}",
    "null",
    "17",
    "[" GOOD "," GOOD,
    "[" GOOD ",null]",
    "[" GOOD ",17]",
    "[" GOOD ",[]]",
    "[" GOOD ",{}]",
    "[" GOOD ",{\"success\":\"true\"}]",
    "[" GOOD ",{\"success\":1}]",
    "<html>Bad gateway</html>",
    "[" GOOD "," GOOD "] and more",
    "[{\"errorCode\":\"X\",\"message\":\"m\"},{\"errorCode\":\"Y\",\"message\":\"m\"}]",
};

START_TEST(an_answer_that_does_not_fit_two_records_tells_nothing) {
    struct ac_err err;
    ck_assert_int_eq(parse(nonsense[_i], 2, &err), AC_AGAIN);
    ck_assert_str_eq(err.code, "BAD_REPLY");
    ck_assert_uint_eq(told.n, 0);
}
END_TEST

START_TEST(a_deep_answer_is_none) {
    char *deep = malloc(100001);
    struct ac_err err;
    memset(deep, '[', 100000);
    deep[100000] = '\0';
    ck_assert_int_eq(parse(deep, 1, &err), AC_AGAIN);
    free(deep);
}
END_TEST

START_TEST(an_answer_with_far_too_many_values_is_none) {
    struct ac_err err;
    ck_assert(ac_buf_add_str(&body, AC_STR("[{\"success\":true,\"x\":[1")));
    for (int i = 0; i < 10000; i++)
        ck_assert(ac_buf_add_str(&body, AC_STR(",1")));
    ck_assert(ac_buf_add_str(&body, AC_STR("]}]")));
    ck_assert_int_eq(parse(ac_buf_text(&body), 1, &err), AC_AGAIN);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("org/collections");
    TCase *t = tcase_create("request");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, records_are_written_with_type_and_key);
    tcase_add_test(t, a_record_that_was_found_has_its_id);
    tcase_add_test(t, a_record_without_a_field_is_still_json);
    tcase_add_test(t, begin_forgets_an_earlier_request);
    tcase_add_loop_test(t, a_record_over_the_ceiling_leaves_the_others_whole, 0, 300);
    tcase_add_test(t, upserts_go_to_the_objects_key_and_inserts_to_all);
    tcase_add_test(t, a_full_arena_gives_no_path);
    suite_add_tcase(s, t);
    t = tcase_create("answer");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, a_result_has_its_outcome, 0, (int)AC_N(results));
    tcase_add_test(t, results_are_told_in_the_order_of_the_records);
    tcase_add_loop_test(t, an_answer_that_does_not_fit_two_records_tells_nothing, 0,
                        (int)AC_N(nonsense));
    tcase_add_test(t, a_deep_answer_is_none);
    tcase_add_test(t, an_answer_with_far_too_many_values_is_none);
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
