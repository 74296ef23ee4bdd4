// SPDX-License-Identifier: MIT
// Pages of a listing in the words of several servers.
#include "source/s3.h"
#include <check.h>
#include <stdio.h>

static struct ac_s3_page page;
static struct ac_err err;

static void setup(void) {
    ac_s3_page_init(&page);
    ac_err_clear(&err);
}

static void teardown(void) { ac_s3_page_free(&page); }

static enum ac_rc read_page(const char *text) {
    return ac_s3_page_read(&page, ac_str_of(text), &err);
}

#define OBJECT(key)                                                                                \
    "<Contents><Key>" key "</Key><LastModified>2031-03-04T16:15:30.750Z</LastModified>"            \
    "<ETag>&quot;e&quot;</ETag><Size>5</Size><StorageClass>STANDARD</StorageClass></Contents>"
#define LIST(inside)                                                                               \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "                               \
    "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name>" inside                      \
    "</ListBucketResult>"

START_TEST(an_object_is_read) {
    ck_assert_int_eq(read_page(LIST(OBJECT("k&amp;l") "<IsTruncated>false</IsTruncated>")), AC_OK);
    ck_assert_uint_eq(page.n, 1);
    ck_assert(ac_str_eq(page.objects[0].key, AC_STR("k&l")));
    ck_assert(ac_str_eq(page.objects[0].etag, AC_STR("e")));
    ck_assert_int_eq(page.objects[0].size_bytes, 5);
    ck_assert_int_eq(page.objects[0].modified_ms, INT64_C(1930407330000));
    ck_assert(!page.is_truncated);
}
END_TEST

static const struct {
    const char *encoded, *key;
} keys[] = {{"a%3Ab%20c", "a:b c"}, {"a+b%2Bc", "a b+c"}, {"%C3%BC%25", "\xC3\xBC%"},
            {"a%", "a%"},           {"a%2", "a%2"},       {"a%zz", "a%zz"}};

START_TEST(encoded_keys_are_decoded) {
    char text[1024];
    snprintf(text, sizeof text, LIST("%s<Contents><Key>%s</Key></Contents>%s"),
             _i % 2 ? "" : "<EncodingType>url</EncodingType>", keys[_i].encoded,
             _i % 2 ? "<EncodingType>url</EncodingType>" : "");
    ck_assert_int_eq(read_page(text), AC_OK);
    ck_assert(ac_str_eq(page.objects[0].key, ac_str_of(keys[_i].key)));
}
END_TEST

START_TEST(keys_that_are_not_encoded_stay) {
    ck_assert_int_eq(read_page(LIST(OBJECT("a+b%20c"))), AC_OK);
    ck_assert(ac_str_eq(page.objects[0].key, AC_STR("a+b%20c")));
}
END_TEST

START_TEST(more_may_follow) {
    ck_assert_int_eq(read_page(LIST("<IsTruncated>true</IsTruncated><NextContinuationToken>t=="
                                    "</NextContinuationToken>" OBJECT("a") OBJECT("b"))),
                     AC_OK);
    ck_assert_uint_eq(page.n, 2);
    ck_assert(page.is_truncated);
    ck_assert(ac_str_eq(page.token, AC_STR("t==")));
}
END_TEST

START_TEST(a_page_forgets_the_one_before) {
    ck_assert_int_eq(read_page(LIST("<IsTruncated>true</IsTruncated><NextContinuationToken>t"
                                    "</NextContinuationToken>" OBJECT("a"))),
                     AC_OK);
    ck_assert_int_eq(read_page(LIST("")), AC_OK);
    ck_assert_uint_eq(page.n, 0);
    ck_assert(!page.is_truncated);
    ck_assert_uint_eq(page.token.len, 0);
}
END_TEST

static const struct {
    const char *text, *why;
} bad[] = {{"not xml", "no XML"},
           {"<html>log in first</html>", "another document"},
           {LIST("<Contents></Contents>"), "has no key"},
           {LIST("<Contents><Key></Key></Contents>"), "has no key"},
           {LIST("<Contents><Key>a</Key><Size>x</Size></Contents>"), "size"},
           {LIST("<Contents><Key>a</Key><Size>-1</Size></Contents>"), "size"},
           {LIST("<Contents><Key>a</Key><LastModified>now</LastModified></Contents>"), "time"},
           {LIST("<EncodingType>url</EncodingType><Contents><Key>a%00b</Key></Contents>"), "NUL"}};

START_TEST(a_page_that_is_none_is_refused) {
    ck_assert_int_eq(read_page(bad[_i].text), AC_INPUT);
    ck_assert_str_eq(err.code, "BAD_ANSWER");
    ck_assert_msg(strstr(err.text, bad[_i].why) != NULL, "%s", err.text);
}
END_TEST

int main(void) {
    Suite *s = suite_create("source/s3_page");
    TCase *t = tcase_create("page");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, an_object_is_read);
    tcase_add_loop_test(t, encoded_keys_are_decoded, 0, (int)AC_N(keys));
    tcase_add_test(t, keys_that_are_not_encoded_stay);
    tcase_add_test(t, more_may_follow);
    tcase_add_test(t, a_page_forgets_the_one_before);
    tcase_add_loop_test(t, a_page_that_is_none_is_refused, 0, (int)AC_N(bad));
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
