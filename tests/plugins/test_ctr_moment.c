// SPDX-License-Identifier: MIT
// Tests of plugins/ctr/moment.c: date-times of contact records.
#include "ctr/moment.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof *(array))

// In a heap block of exactly its length, so that a sanitizer sees who reads beyond it.
static bool reads(const char *text, int64_t *ms) {
    size_t len = strlen(text);
    char *copy = malloc(len ? len : 1);
    ck_assert_ptr_nonnull(copy);
    for (size_t i = 0; i < len; i++)
        copy[i] = text[i];
    bool is_read = moment_read((acload_str){copy, len}, ms);
    free(copy);
    return is_read;
}

static const struct {
    const char *text;
    int64_t ms;
    const char *utc;
} readable[] = {
    {"2031-03-04T16:01:02Z", INT64_C(1930406462000), "2031-03-04T16:01:02.000Z"},
    {"2031-03-04T16:01:02.5Z", INT64_C(1930406462500), "2031-03-04T16:01:02.500Z"},
    {"2031-03-04T16:01:02.0419Z", INT64_C(1930406462041), "2031-03-04T16:01:02.041Z"},
    {"2031-03-04T09:01:02-07:00", INT64_C(1930406462000), "2031-03-04T16:01:02.000Z"},
    {"2031-03-04T21:46:02.000+0545", INT64_C(1930406462000), "2031-03-04T16:01:02.000Z"},
    {"1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000Z"},
    {"1969-12-31T23:59:59.999Z", -1, "1969-12-31T23:59:59.999Z"},
    {"2000-02-29T00:00:00Z", INT64_C(951782400000), "2000-02-29T00:00:00.000Z"},
    {"2100-03-01T00:00:00Z", INT64_C(4107542400000), "2100-03-01T00:00:00.000Z"},
    {"2032-02-29T23:30:00-01:00", INT64_C(1961713800000), "2032-03-01T00:30:00.000Z"},
    {"2018-12-31T23:59:59Z", INT64_C(1546300799000), "2018-12-31T23:59:59.000Z"},
    {"1700-01-01T00:00:00Z", INT64_C(-8520336000000), "1700-01-01T00:00:00.000Z"},
    {"9999-12-31T23:59:59.999Z", INT64_C(253402300799999), "9999-12-31T23:59:59.999Z"},
};

START_TEST(it_is_read_to_the_millisecond) {
    int64_t ms = 0;
    char utc[MOMENT_TEXT];
    ck_assert_msg(reads(readable[_i].text, &ms), "'%s'", readable[_i].text);
    ck_assert_msg(ms == readable[_i].ms, "'%s' is %lld", readable[_i].text, (long long)ms);
    moment_write(ms, utc);
    ck_assert_str_eq(utc, readable[_i].utc);
}
END_TEST

START_TEST(it_is_written_from_its_text_alike) {
    int64_t ms = 0;
    char utc[MOMENT_TEXT];
    const char *text = readable[_i].text;
    ck_assert(reads(text, &ms));
    moment_utc((acload_str){text, strlen(text)}, ms, utc);
    ck_assert_str_eq(utc, readable[_i].utc);
}
END_TEST

static const char *const unreadable[] = {
    "",
    "yesterday",
    "1930406462",
    "2031-03-04",
    "2031-03-04T16:01:02",
    "2031-03-04T16:01:02.Z",
    "2031-03-04T16:01:02.000",
    "2031-03-04 16:01:02Z",
    "2031-03-04T16:01:02z",
    "2031-03-04T16:01:02ZZ",
    "2031-03-04T16:01:02Z ",
    " 2031-03-04T16:01:02Z",
    "2031/03-04T16:01:02Z",
    "2031-03/04T16:01:02Z",
    "2031-03-04T16.01:02Z",
    "2031-03-04T16:01.02Z",
    "2031-03-04T24:00:00Z",
    "2031-03-04T16:60:02Z",
    "2031-03-04T16:01:60Z",
    "2031-03-04T1x:01:02Z",
    "2031-13-04T16:01:02Z",
    "2031-00-04T16:01:02Z",
    "2031-03-00T16:01:02Z",
    "2031-03-32T16:01:02Z",
    "2031-02-29T16:01:02Z",
    "1900-02-29T16:01:02Z",
    "2031-04-31T16:01:02Z",
    "1699-12-31T23:59:59Z",
    "1700-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    "2031-03-04T16:01:02+15:00",
    "2031-03-04T16:01:02+01:60",
    "2031-03-04T16:01:02+01",
    "2031-03-04T16:01:02+01-00",
    "2031-03-04T16:01:02*0100",
    "-031-03-04T16:01:02Z",
};

START_TEST(anything_else_is_none) {
    int64_t ms = 0;
    ck_assert_msg(!reads(unreadable[_i], &ms), "'%s'", unreadable[_i]);
}
END_TEST

START_TEST(every_day_of_four_centuries_comes_back) {
    int64_t ms = INT64_C(-8520336000000), read = 0;
    for (int day = 0; day < 146097; day++, ms += 86400000) {
        char utc[MOMENT_TEXT];
        moment_write(ms, utc);
        ck_assert_msg(reads(utc, &read) && read == ms, "%s", utc);
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("ctr_moment");
    TCase *t = tcase_create("moment");
    tcase_add_loop_test(t, it_is_read_to_the_millisecond, 0, (int)N(readable));
    tcase_add_loop_test(t, it_is_written_from_its_text_alike, 0, (int)N(readable));
    tcase_add_loop_test(t, anything_else_is_none, 0, (int)N(unreadable));
    tcase_add_test(t, every_day_of_four_centuries_comes_back);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
