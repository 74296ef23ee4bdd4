// SPDX-License-Identifier: MIT
// Tests of plugins/interval/moment.c: date-times with their zones.
#include "interval/moment.h"
#include "interval_org.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof *(array))

static acload_str str(const char *s) { return interval_exact(s); }

static const struct {
    const char *text, *utc; // utc NULL: no date-time
    int offset_min;
} readable[] = {
    {"2031-03-04T16:00:00.000Z", "2031-03-04T16:00:00.000Z", 0},
    {"2031-03-04T16:00:00Z", "2031-03-04T16:00:00.000Z", 0},
    {"2031-03-04T16:00:00.5Z", "2031-03-04T16:00:00.500Z", 0},
    {"2031-03-04T16:00:00.12Z", "2031-03-04T16:00:00.120Z", 0},
    {"2031-03-04T16:00:00.123456Z", "2031-03-04T16:00:00.123Z", 0},
    {"2031-03-04T09:00:00.000-07:00", "2031-03-04T16:00:00.000Z", -420},
    {"2031-03-04T09:00:00.000-0700", "2031-03-04T16:00:00.000Z", -420},
    {"2031-03-04T09:00:00-07:00", "2031-03-04T16:00:00.000Z", -420},
    {"2031-03-04T21:30:00.000+05:30", "2031-03-04T16:00:00.000Z", 330},
    {"2031-03-04T21:45:00.000+05:45", "2031-03-04T16:00:00.000Z", 345},
    {"2031-03-05T06:00:00.000+14:00", "2031-03-04T16:00:00.000Z", 840},
    {"2031-03-04T02:00:00.000-14:00", "2031-03-04T16:00:00.000Z", -840},
    {"2031-01-01T00:30:00.000+01:00", "2030-12-31T23:30:00.000Z", 60},
    {"2032-02-29T23:30:00.000-01:00", "2032-03-01T00:30:00.000Z", -60},
    {"2000-02-29T00:00:00.000Z", "2000-02-29T00:00:00.000Z", 0},
    {"1900-02-28T23:59:59.000Z", "1900-02-28T23:59:59.000Z", 0},
    {"1900-03-01T00:00:00.000Z", "1900-03-01T00:00:00.000Z", 0},
    {"1999-12-31T00:00:00.000Z", "1999-12-31T00:00:00.000Z", 0},
    {"2000-03-01T00:00:00.000Z", "2000-03-01T00:00:00.000Z", 0},
    {"2099-12-31T00:00:00.000Z", "2099-12-31T00:00:00.000Z", 0},
    {"2100-02-28T00:00:00.000Z", "2100-02-28T00:00:00.000Z", 0},
    {"2100-03-01T00:00:00.000Z", "2100-03-01T00:00:00.000Z", 0},
    {"2400-02-29T00:00:00.000Z", "2400-02-29T00:00:00.000Z", 0},
    {"1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z", 0},
    {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z", 0},
    {"1700-01-01T00:00:00.000Z", "1700-01-01T00:00:00.000Z", 0},
    {"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z", 0},
    {"2031-03-04T23:59:59.000Z", "2031-03-04T23:59:59.000Z", 0},
    {"2018-11-23T16:00:00.000Z", "2018-11-23T16:00:00.000Z", 0},
};

START_TEST(it_is_read_in_any_zone) {
    struct moment m;
    char utc[MOMENT_TEXT];
    ck_assert_msg(moment_read(str(readable[_i].text), &m), "'%s'", readable[_i].text);
    moment_utc(m.ms, utc);
    ck_assert_str_eq(utc, readable[_i].utc);
    ck_assert_int_eq(m.offset_min, readable[_i].offset_min);
}
END_TEST

static const char *const unreadable[] = {
    "",
    "yesterday",
    "2031-03-04",
    "2031-03-04T16:00:00.000",
    "2031-03-04T16:00:00",
    "2031-03-04 16:00:00.000Z",
    "2031-03-04T16.00:00.000Z",
    "2031-03-04T16:00.00.000Z",
    "2031.03-04T16:00:00.000Z",
    "2031-03.04T16:00:00.000Z",
    "2031-03-04T16:00Z",
    "2031-03-04T16:00:00.Z",
    "2031-03-04T16:00:00.000z",
    "2031-03-04T16:00:00.000ZZ",
    "2031-03-04T16:00:00.000Z ",
    "2031-03-04T16:00:00.000 Z",
    "2031-03-04T24:00:00.000Z",
    "2031-03-04T16:60:00.000Z",
    "2031-03-04T16:00:60.000Z",
    "2031-02-29T16:00:00.000Z",
    "1900-02-29T16:00:00.000Z",
    "2031-04-31T16:00:00.000Z",
    "2031-00-04T16:00:00.000Z",
    "2031-13-04T16:00:00.000Z",
    "2031-03-00T16:00:00.000Z",
    "2031-03-32T16:00:00.000Z",
    "1699-12-31T00:00:00.000Z",
    "2031-3-4T16:00:00.000Z00",
    "03/04/2031 16:00:00 +00:00",
    "04.03.2031T16:00:00.000Z",
    "2031-03-04T16:00:00.000+15:00",
    "2031-03-04T16:00:00.000+07:60",
    "2031-03-04T16:00:00.000+7:00",
    "2031-03-04T16:00:00.000+07:000",
    "2031-03-04T16:00:00.000+07",
    "2031-03-04T16:00:00.000+07-00",
    "2031-03-04T16:00:00.000 07:00",
    "2031-03-04T16:00:00.0a0Z",
    "2031-03-04Tab:00:00.000Z",
    "203a-03-04T16:00:00.000Z",
    "1930408200000.00000000000",
};

START_TEST(what_is_no_date_time_is_refused) {
    struct moment m;
    ck_assert_msg(!moment_read(str(unreadable[_i]), &m), "'%s'", unreadable[_i]);
}
END_TEST

START_TEST(the_epoch_counts_milliseconds) {
    struct moment m;
    ck_assert(moment_read(str("2031-03-04T16:00:00.000Z"), &m));
    ck_assert_int_eq(m.ms, 1930406400000); // 22,342 days and 16 hours
}
END_TEST

START_TEST(nothing_beyond_its_length_is_read) {
    struct moment m;
    acload_str cut = {"2031-03-04T16:00:00.000Z", 23};
    ck_assert(!moment_read(cut, &m));
}
END_TEST

#define MINUTES(n) ((n)*INT64_C(60000))

static const struct {
    const char *text;
    int64_t length_ms;
    bool is_on;
} boundaries[] = {
    {"2031-03-04T16:00:00.000Z", MINUTES(30), true},
    {"2031-03-04T16:30:00.000Z", MINUTES(30), true},
    {"2031-03-04T16:15:00.000Z", MINUTES(30), false},
    {"2031-03-04T16:15:00.000Z", MINUTES(15), true},
    {"2031-03-04T16:00:01.000Z", MINUTES(30), false},
    {"2031-03-04T16:00:00.001Z", MINUTES(30), false},
    {"2031-03-04T09:30:00.000-07:00", MINUTES(30), true},
    {"2031-03-04T21:30:00.000+05:30", MINUTES(30), true},
    // A quarter of an hour off: on the local clock, or on everybody's.
    {"2031-03-04T21:30:00.000+05:45", MINUTES(30), true},
    {"2031-03-04T21:45:00.000+05:45", MINUTES(30), true},
    {"2031-03-04T21:40:00.000+05:45", MINUTES(30), false},
    {"2031-03-04T00:00:00.000-07:00", MINUTES(1440), true},
    {"2031-03-04T00:00:00.000Z", MINUTES(1440), true},
    {"2031-03-04T01:00:00.000-07:00", MINUTES(1440), false},
    {"2031-03-03T17:00:00.000-07:00", MINUTES(1440), true},
    {"1969-12-31T23:30:00.000Z", MINUTES(30), true},
    {"1969-12-31T23:40:00.000Z", MINUTES(30), false},
};

START_TEST(a_boundary_is_one_in_utc_or_in_its_own_zone) {
    struct moment m;
    ck_assert(moment_read(str(boundaries[_i].text), &m));
    ck_assert_msg(moment_is_on(&m, boundaries[_i].length_ms) == boundaries[_i].is_on, "%s",
                  boundaries[_i].text);
}
END_TEST

int main(void) {
    Suite *s = suite_create("interval/moment");
    TCase *t = tcase_create("moment");
    tcase_add_checked_fixture(t, NULL, interval_forget);
    tcase_add_loop_test(t, it_is_read_in_any_zone, 0, (int)N(readable));
    tcase_add_loop_test(t, what_is_no_date_time_is_refused, 0, (int)N(unreadable));
    tcase_add_test(t, the_epoch_counts_milliseconds);
    tcase_add_test(t, nothing_beyond_its_length_is_read);
    tcase_add_loop_test(t, a_boundary_is_one_in_utc_or_in_its_own_zone, 0, (int)N(boundaries));
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
