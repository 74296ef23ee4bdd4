// SPDX-License-Identifier: MIT
// Clocks, real or fake, with the texts of times.
#include "base/clock.h"
#include <check.h>

#define DAY_MS INT64_C(86400000)

// --- clocks --------------------------------------------------------------------------------------

START_TEST(the_system_clock_moves_forward) {
    const struct ac_clock *clock = ac_clock_system();
    int64_t now = clock->now_ms(clock->self), before = clock->mono_ms(clock->self);
    ck_assert_int_gt(now, INT64_C(1577836800000)); // 2020
    clock->sleep_ms(clock->self, 2);
    ck_assert_int_ge(clock->mono_ms(clock->self), before + 2);
    clock->sleep_ms(clock->self, 0);
    clock->sleep_ms(clock->self, -5);
}
END_TEST

START_TEST(the_systems_chance_does_not_repeat) {
    const struct ac_clock *clock = ac_clock_system();
    uint64_t last = 0;
    for (int i = 0; i < 100; i++) {
        uint64_t next = clock->random(clock->self);
        ck_assert_uint_ne(next, last);
        last = next;
    }
}
END_TEST

START_TEST(a_fake_clock_moves_only_when_it_sleeps) {
    struct ac_clock_fake fake;
    ac_clock_fake_init(&fake, 1000, 1);
    const struct ac_clock *clock = &fake.clock;
    ck_assert_int_eq(clock->now_ms(clock->self), 1000);
    ck_assert_int_eq(clock->mono_ms(clock->self), 1000);
    clock->sleep_ms(clock->self, 86400000);
    clock->sleep_ms(clock->self, -1);
    ck_assert_int_eq(clock->now_ms(clock->self), 86401000);
    ck_assert_int_eq(clock->mono_ms(clock->self), 86401000);
    ck_assert_int_eq(fake.slept_ms, 86400000);
}
END_TEST

START_TEST(a_fake_chance_is_a_sequence_of_its_seed) {
    struct ac_clock_fake one, two, other;
    ac_clock_fake_init(&one, 0, 7);
    ac_clock_fake_init(&two, 5, 7);
    ac_clock_fake_init(&other, 0, 8);
    uint64_t last = 0;
    for (int i = 0; i < 100; i++) {
        uint64_t a = one.clock.random(one.clock.self);
        ck_assert_uint_eq(two.clock.random(two.clock.self), a);
        ck_assert_uint_ne(other.clock.random(other.clock.self), a);
        ck_assert_uint_ne(a, last);
        last = a;
    }
}
END_TEST

// --- ISO 8601 ------------------------------------------------------------------------------------

static const struct {
    const char *text;
    int64_t ms;
    int offset_min;
} times[] = {
    {"1970-01-01T00:00:00Z", 0, 0},
    {"1970-01-01T00:00:00.000Z", 0, 0},
    {"1969-12-31T23:59:59.999Z", -1, 0},
    {"2031-03-04T16:15:27.123Z", INT64_C(1930407327123), 0},
    {"2031-03-04T16:15:27.123456789Z", INT64_C(1930407327123), 0},
    {"2031-03-04T16:15:27.9996Z", INT64_C(1930407327999), 0},
    {"2031-03-04T16:15:27.1Z", INT64_C(1930407327100), 0},
    {"2031-03-04T17:15:27+01:00", INT64_C(1930407327000), 60},
    {"2031-03-04T17:15:27+0100", INT64_C(1930407327000), 60},
    {"2031-03-04T12:45:27-03:30", INT64_C(1930407327000), -210},
    {"2031-03-05T06:15:27+14:00", INT64_C(1930407327000), 840},
    {"2031-03-04T16:15:27-00:00", INT64_C(1930407327000), 0},
    {"2000-02-29T00:00:00Z", INT64_C(951782400000), 0},
    {"2024-02-29T23:59:59Z", INT64_C(1709251199000), 0},
    {"1700-01-01T00:00:00Z", INT64_C(-8520336000000), 0},
    {"4000-12-31T23:59:59.999Z", INT64_C(64092211199999), 0},
};

START_TEST(a_date_time_is_read) {
    int64_t ms = 42;
    int offset_min = 42;
    ck_assert(ac_clock_parse(ac_str_of(times[_i].text), &ms, &offset_min));
    ck_assert_int_eq(ms, times[_i].ms);
    ck_assert_int_eq(offset_min, times[_i].offset_min);
    ck_assert(ac_clock_parse(ac_str_of(times[_i].text), &ms, NULL));
}
END_TEST

static const char *const no_times[] = {
    "",
    "2031-03-04",
    "2031-03-04T16:15:27",
    "2031-03-04 16:15:27Z",
    "2031-03-04t16:15:27Z",
    "2031-03-04T16:15Z",
    "2031-03-04T24:00:00Z",
    "2031-03-04T16:60:00Z",
    "2031-03-04T16:15:60Z",
    "2031-02-29T00:00:00Z",
    "2100-02-29T00:00:00Z",
    "2031-04-31T00:00:00Z",
    "2031-13-01T00:00:00Z",
    "2031-00-01T00:00:00Z",
    "2031-01-00T00:00:00Z",
    "1699-12-31T00:00:00Z",
    "4001-01-01T00:00:00Z",
    "2031-03-04T16:15:27.Z",
    "2031-03-04T16:15:27.12",
    "2031-03-04T16:15:27+1:00",
    "2031-03-04T16:15:27+01",
    "2031-03-04T16:15:27+01:0",
    "2031-03-04T16:15:27+15:00",
    "2031-03-04T16:15:27+01:60",
    "2031-03-04T16:15:27Zx",
    "2031-03-04T16:15:27+01:00x",
    "+031-03-04T16:15:27Z",
    "2031-3-04T16:15:27ZZZ",
    "2031/03/04T16:15:27Z",
    " 2031-03-04T16:15:27Z",
    "2031-03-04T16-15-27Z",
    "2031-03-04T16:15:27,5Z",
};

START_TEST(what_is_no_date_time_is_refused) {
    int64_t ms = 42;
    int offset_min = 42;
    ck_assert_msg(!ac_clock_parse(ac_str_of(no_times[_i]), &ms, &offset_min), "%s", no_times[_i]);
    ck_assert_int_eq(ms, 42);
}
END_TEST

START_TEST(every_day_is_written_as_it_is_read) {
    char text[25];
    int64_t first, last, ms, date_ms;
    ck_assert(ac_clock_parse_date(AC_STR("1700-01-01"), &first));
    ck_assert(ac_clock_parse_date(AC_STR("2400-12-31"), &last));
    ck_assert_int_eq((last - first) / DAY_MS, 256034);
    int64_t day = first;
    for (bool is_good = true; is_good && day <= last; day += is_good ? DAY_MS : 0) {
        ac_clock_iso(day + 3723004, text);
        is_good = memcmp(text + 10, "T01:02:03.004Z", 15) == 0 &&
                  ac_clock_parse(ac_str_n(text, 24), &ms, NULL) && ms == day + 3723004 &&
                  ac_clock_parse_date(ac_str_n(text, 10), &date_ms) && date_ms == day;
    }
    ck_assert_msg(day > last, "%s", text);
}
END_TEST

static const struct {
    int64_t ms;
    const char *text;
} isos[] = {{0, "1970-01-01T00:00:00.000Z"},
            {-1, "1969-12-31T23:59:59.999Z"},
            {INT64_C(1930407327123), "2031-03-04T16:15:27.123Z"},
            {INT64_C(253402300799999), "9999-12-31T23:59:59.999Z"}};

START_TEST(a_time_is_written) {
    char text[25];
    ac_clock_iso(isos[_i].ms, text);
    ck_assert_str_eq(text, isos[_i].text);
}
END_TEST

static const struct {
    int64_t ms;
    const char *iso, *http;
} far_off[] = {
    {INT64_MAX, "9999-12-31T23:59:59.999Z", "Fri, 31 Dec 9999 23:59:59 GMT"},
    {INT64_MIN, "0000-01-01T00:00:00.000Z", "Sat, 01 Jan 0000 00:00:00 GMT"},
};

START_TEST(a_time_far_off_is_the_last_there_is) {
    char text[25], http[30];
    ac_clock_iso(far_off[_i].ms, text);
    ck_assert_str_eq(text, far_off[_i].iso);
    ac_clock_http(far_off[_i].ms, http);
    ck_assert_str_eq(http, far_off[_i].http);
}
END_TEST

static const struct {
    int64_t ms;
    const char *text;
} minutes[] = {{0, "1970-01-01 00:00 UTC"},
               {1, "1970-01-01 00:01 UTC"},
               {-60000, "1969-12-31 23:59 UTC"},
               {INT64_C(1930407327123), "2031-03-04 16:16 UTC"},
               {INT64_MAX, "9999-12-31 23:59 UTC"}};

START_TEST(a_minute_to_wait_for_is_never_too_early) {
    char text[24];
    ck_assert_str_eq(ac_clock_minute(minutes[_i].ms, text), minutes[_i].text);
}
END_TEST

static const char *const no_dates[] = {"",          "2031-03-4",   "2031-02-30", "2031-03-04T",
                                       "20310304",  "2031-03-041", "1699-01-01", "0000-00-00",
                                       "2031-03-0x"};

START_TEST(what_is_no_date_is_refused) {
    int64_t ms;
    ck_assert_msg(!ac_clock_parse_date(ac_str_of(no_dates[_i]), &ms), "%s", no_dates[_i]);
}
END_TEST

// --- HTTP dates ----------------------------------------------------------------------------------

static const struct {
    const char *text;
    int64_t ms;
} http_dates[] = {{"Thu, 01 Jan 1970 00:00:00 GMT", 0},
                  {"Mon, 30 Nov 2020 08:34:54 GMT", INT64_C(1606725294000)},
                  {"Thu, 29 Feb 2024 23:59:59 GMT", INT64_C(1709251199000)},
                  {"Wed, 31 Dec 1969 23:59:59 GMT", -1000}};

START_TEST(an_http_date_goes_both_ways) {
    char text[30];
    int64_t ms = 42;
    ck_assert(ac_clock_parse_http(ac_str_of(http_dates[_i].text), &ms));
    ck_assert_int_eq(ms, http_dates[_i].ms);
    ac_clock_http(ms, text);
    ck_assert_str_eq(text, http_dates[_i].text);
}
END_TEST

START_TEST(the_day_of_the_week_is_not_looked_at) {
    int64_t ms = 42;
    ck_assert(ac_clock_parse_http(AC_STR("Fri, 30 Nov 2020 08:34:54 GMT"), &ms));
    ck_assert_int_eq(ms, INT64_C(1606725294000));
}
END_TEST

static const char *const no_http_dates[] = {"",
                                            "Mon, 30 Nov 2020 08:34:54 UTC",
                                            "Mon, 30 Nov 2020 08:34:54",
                                            "Mon, 31 Nov 2020 08:34:54 GMT",
                                            "Mon, 00 Nov 2020 08:34:54 GMT",
                                            "Mon, 30 Nev 2020 08:34:54 GMT",
                                            "Mon  30 Nov 2020 08:34:54 GMT",
                                            "Mon, 30-Nov-2020 08:34:54 GMT",
                                            "Mon, 30 Nov 2020 08.34.54 GMT",
                                            "Mon, 30 Nov 2020 24:34:54 GMT",
                                            "Mon, 30 Nov 2020 08:60:54 GMT",
                                            "Mon, 30 Nov 2020 08:34:61 GMT",
                                            "Mon, 3x Nov 2020 08:34:54 GMT",
                                            "Sunday, 06-Nov-94 08:49:37 GMT",
                                            "Sun Nov  6 08:49:37 1994     "};

START_TEST(what_is_no_http_date_is_refused) {
    int64_t ms = 42;
    ck_assert_msg(!ac_clock_parse_http(ac_str_of(no_http_dates[_i]), &ms), "%s", no_http_dates[_i]);
    ck_assert_int_eq(ms, 42);
}
END_TEST

int main(void) {
    Suite *s = suite_create("base/clock");
    TCase *t = tcase_create("clock");
    tcase_add_test(t, the_system_clock_moves_forward);
    tcase_add_test(t, the_systems_chance_does_not_repeat);
    tcase_add_test(t, a_fake_clock_moves_only_when_it_sleeps);
    tcase_add_test(t, a_fake_chance_is_a_sequence_of_its_seed);
    suite_add_tcase(s, t);
    t = tcase_create("iso");
    tcase_add_loop_test(t, a_date_time_is_read, 0, (int)AC_N(times));
    tcase_add_loop_test(t, what_is_no_date_time_is_refused, 0, (int)AC_N(no_times));
    tcase_add_test(t, every_day_is_written_as_it_is_read);
    tcase_add_loop_test(t, a_time_is_written, 0, (int)AC_N(isos));
    tcase_add_loop_test(t, a_minute_to_wait_for_is_never_too_early, 0, (int)AC_N(minutes));
    tcase_add_loop_test(t, a_time_far_off_is_the_last_there_is, 0, (int)AC_N(far_off));
    tcase_add_loop_test(t, what_is_no_date_is_refused, 0, (int)AC_N(no_dates));
    suite_add_tcase(s, t);
    t = tcase_create("http");
    tcase_add_loop_test(t, an_http_date_goes_both_ways, 0, (int)AC_N(http_dates));
    tcase_add_test(t, the_day_of_the_week_is_not_looked_at);
    tcase_add_loop_test(t, what_is_no_http_date_is_refused, 0, (int)AC_N(no_http_dates));
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
