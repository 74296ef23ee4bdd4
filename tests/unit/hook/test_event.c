// SPDX-License-Identifier: MIT
// Events of every shape: golden cases, keys, sizes.
#include "base/base64.h"
#include "hook/cases_kit.h"
#include "hook/event_kit.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

START_TEST(the_folder_holds_cases) { ck_assert_int_gt(n_cases, 20); }
END_TEST

START_TEST(a_case_gives_what_it_should) {
    struct ac_buf input, want, got;
    ac_buf_init(&input, (size_t)16 << 20);
    ac_buf_init(&want, (size_t)16 << 20);
    ac_buf_init(&got, (size_t)16 << 20);
    case_read(_i, "input", &input);
    case_read(_i, "expect", &want);
    ck_assert(event_transcript(ac_buf_str(&input), &got));
    ck_assert_msg(ac_str_eq(ac_buf_str(&got), ac_buf_str(&want)), "%s gives:\n%s", case_names[_i],
                  ac_buf_text(&got));
    ac_buf_free(&input);
    ac_buf_free(&want);
    ac_buf_free(&got);
}
END_TEST

static const struct {
    const char *key, *decoded;
} keys[] = {
    {"q/a+b.csv", "q/a b.csv"}, {"q%2Fa%2Bb.csv", "q/a+b.csv"},
    {"a%3A1%3d", "a:1="},       {"%C3%84", "\xc3\x84"},
    {"100%", "100%"},           {"%2", "%2"},
    {"%zz%+", "%zz% "},         {"%%41", "%A"},
    {"%2541", "%41"},           {"", ""},
};

START_TEST(a_key_is_decoded_once) {
    struct ac_arena arena;
    ac_arena_init(&arena, 65536);
    ac_str got = ac_event_decode_key(ac_str_of(keys[_i].key), &arena);
    ck_assert_str_eq(got.ptr, keys[_i].decoded);
    ck_assert_uint_eq(got.len, strlen(keys[_i].decoded));
    ac_arena_free(&arena);
}
END_TEST

static const struct {
    const char *key;
    bool is_good;
} places[] = {
    {"a", true},       {"a/b", true},   {"a..b", true},  {"..a/b..", true}, {"a//b", true},
    {"a/../b", false}, {"..", false},   {"../a", false}, {"a/..", false},   {"./a", false},
    {"a/./b", false},  {"\xff", false}, {"", false},
};

START_TEST(a_key_must_stay_in_its_bucket) {
    ck_assert_int_eq(ac_event_bad_key(ac_str_of(places[_i].key)) == NULL, places[_i].is_good);
}
END_TEST

static const struct {
    const char *text, *bytes; // NULL: broken
} base64[] = {
    {"", ""},       {"YQ==", "a"},  {"YWI=", "ab"}, {"YWJj", "abc"},    {"YW\nJj", "abc"},
    {"YQ=", NULL},  {"YQ", NULL},   {"Y", NULL},    {"YQ==YQ==", NULL}, {"Y===", NULL},
    {"YWJ!", NULL}, {"====", NULL}, {"YQ=a", NULL},
};

START_TEST(base64_is_strict) {
    struct ac_buf out;
    ac_buf_init(&out, 64);
    bool good = ac_event_base64(ac_str_of(base64[_i].text), &out);
    ck_assert_msg(good == (base64[_i].bytes != NULL), "%s", base64[_i].text);
    if (good)
        ck_assert(ac_str_eq(ac_buf_str(&out), ac_str_of(base64[_i].bytes)));
    if (good && !strchr(base64[_i].text, '\n')) {
        ac_buf_clear(&out);
        ck_assert(ac_base64_add(&out, ac_str_of(base64[_i].bytes)));
        ck_assert(ac_str_eq(ac_buf_str(&out), ac_str_of(base64[_i].text)));
    }
    ac_buf_free(&out);
}
END_TEST

static const struct {
    const char *head;
    bool is_event;
} heads[] = {
    {"{\"Records\":[", true},
    {" {\n \"Records\" : [", true},
    {"\xef\xbb\xbf{\"Records\":[", true},
    {"{\"Record\":[", false},
    {"[{\"Records\":[", false},
    {"{\"Records\"", false},
    {"Records,a\n1,2", false},
    {"", false},
};

START_TEST(an_event_is_told_by_its_beginning) {
    ck_assert_int_eq(ac_event_begins(ac_str_of(heads[_i].head)), heads[_i].is_event);
}
END_TEST

// Each takes a hundred times the memory that it takes as text.
START_TEST(what_is_made_of_more_than_an_event_is_refused) {
    struct ac_event event;
    struct ac_err err = AC_ERR_INIT;
    char *text = malloc(AC_EVENT_MAX_BYTES);
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < AC_EVENT_MAX_BYTES; i++)
        text[i] = "{},"[i % 3];
    text[0] = '[';
    text[1] = '1';
    text[AC_EVENT_MAX_BYTES - 1] = ']';
    ck_assert_int_eq(ac_event_read(&event, ac_str_n(text, AC_EVENT_MAX_BYTES), &err), AC_INPUT);
    ck_assert_str_eq(err.code, "TOO_LARGE");
    ac_event_free(&event);
    free(text);
}
END_TEST

START_TEST(what_is_larger_than_an_event_is_refused) {
    struct ac_event event;
    struct ac_err err = AC_ERR_INIT;
    char *text = calloc(1, AC_EVENT_MAX_BYTES + 1);
    memset(text, ' ', AC_EVENT_MAX_BYTES + 1);
    ck_assert_int_eq(ac_event_read(&event, ac_str_n(text, AC_EVENT_MAX_BYTES + 1), &err), AC_INPUT);
    ck_assert_str_eq(err.code, "TOO_LARGE");
    ac_event_free(&event);
    free(text);
}
END_TEST

START_TEST(a_byte_order_mark_is_no_part_of_an_event) {
    struct ac_event event;
    struct ac_err err = AC_ERR_INIT;
    ac_str text = AC_STR("\xef\xbb\xbf{\"Service\":\"Amazon S3\",\"Event\":\"s3:TestEvent\"}");
    ck_assert_int_eq(ac_event_read(&event, text, &err), AC_OK);
    ck_assert_uint_eq(event.n_tests, 1);
    ac_event_free(&event);
    ck_assert_int_eq(ac_event_read(&event, ac_str_n(text.ptr, 3), &err), AC_INPUT);
    ck_assert_str_eq(err.code, "EMPTY_INPUT");
    ac_event_free(&event);
}
END_TEST

// As large as one may be, of records with all that S3 says.
START_TEST(ten_megabytes_of_records_are_read) {
    static const char record[] =
        "{\"eventVersion\":\"2.1\",\"eventSource\":\"aws:s3\",\"awsRegion\":\"us-east-1\","
        "\"eventTime\":\"2031-03-04T16:45:00.000Z\",\"eventName\":\"ObjectCreated:Put\","
        "\"userIdentity\":{\"principalId\":\"AWS:AROAEXAMPLE:connect\"},\"requestParameters\":"
        "{\"sourceIPAddress\":\"192.0.2.1\"},\"responseElements\":{\"x-amz-request-id\":"
        "\"C3D13FE58DE4C810\",\"x-amz-id-2\":\"FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S/"
        "JRWeUWer\"},"
        "\"s3\":{\"s3SchemaVersion\":\"1.0\",\"configurationId\":\"reports\",\"bucket\":{\"name\":"
        "\"b\","
        "\"ownerIdentity\":{\"principalId\":\"A3NL1KOZZKExample\"},\"arn\":\"arn:aws:s3:::b\"},"
        "\"object\":{\"key\":\"k%zu\",\"size\":1024,\"eTag\":\"d41d8cd98f00b204e9800998ecf8427e\","
        "\"sequencer\":\"0055AED6DCD90281E5\"}}}";
    struct ac_event event;
    struct ac_err err = AC_ERR_INIT;
    struct ac_buf text;
    size_t n = 0;
    ac_buf_init(&text, AC_EVENT_MAX_BYTES);
    ck_assert(ac_buf_add_str(&text, AC_STR("{\"Records\":[")));
    for (; text.len + 1000 < AC_EVENT_MAX_BYTES; n++) {
        ck_assert(!n || ac_buf_add_char(&text, ','));
        ck_assert(ac_buf_printf(&text, record, n / 2)); // each one twice
    }
    ck_assert(ac_buf_add_str(&text, AC_STR("]}")));
    ck_assert_msg(ac_event_read(&event, ac_buf_str(&text), &err) == AC_OK, "%s", err.text);
    ck_assert_uint_eq(event.n_objects, n);
    for (size_t i = 0; i < n; i++)
        ck_assert_int_eq(event.objects[i].is_repeat, i % 2 == 1);
    ac_event_free(&event);
    ac_buf_free(&text);
}
END_TEST

int main(void) {
    cases_find("tests/cases/event");
    Suite *suite = suite_create("event");
    TCase *t = tcase_create("cases");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, the_folder_holds_cases);
    tcase_add_loop_test(t, a_case_gives_what_it_should, 0, n_cases);
    tcase_add_loop_test(t, a_key_is_decoded_once, 0, AC_N(keys));
    tcase_add_loop_test(t, a_key_must_stay_in_its_bucket, 0, AC_N(places));
    tcase_add_loop_test(t, base64_is_strict, 0, AC_N(base64));
    tcase_add_loop_test(t, an_event_is_told_by_its_beginning, 0, AC_N(heads));
    tcase_add_test(t, what_is_larger_than_an_event_is_refused);
    tcase_add_test(t, what_is_made_of_more_than_an_event_is_refused);
    tcase_add_test(t, a_byte_order_mark_is_no_part_of_an_event);
    tcase_add_test(t, ten_megabytes_of_records_are_read);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    cases_free();
    return n_failed != 0;
}
