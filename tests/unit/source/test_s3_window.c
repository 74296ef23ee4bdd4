// SPDX-License-Identifier: MIT
// A live prefix looked at often: few listings for many keys.
#include "source/s3_bucket.h"
#include <check.h>
#include <stdio.h>

#define HALF_HOUR_MS INT64_C(1800000)
#define DAY_MS INT64_C(86400000)
#define SINCE_MS (AWS_NOW_MS - 3 * DAY_MS)
#define N_KEYS ((size_t)100000)
#define PER_WINDOW ((size_t)3 * 48 + 1) // keys of one report in three days, both ends included

static size_t n_reports = 1, n_others;

// Reports a, b, … of half hours up to now, each with as many keys; then others without a time.
static void key_of(size_t i, char *out, size_t size) {
    size_t n_each = (bucket.n_made - n_others) / n_reports;
    char iso[25];
    if (i >= n_each * n_reports) {
        snprintf(out, size, "p/other %06zu.csv", i);
        return;
    }
    ac_clock_iso(AWS_NOW_MS - (int64_t)(n_each - 1 - i % n_each) * HALF_HOUR_MS, iso);
    snprintf(out, size, "p/%c/name-%.19sZ.csv", (char)('a' + i / n_each), iso);
}

// A delivery stream's folders: 2031/03/04/16/.
static void folder_of(size_t i, char *out, size_t size) {
    char iso[25];
    ac_clock_iso(AWS_NOW_MS - (int64_t)(bucket.n_made - 1 - i) * HALF_HOUR_MS, iso);
    snprintf(out, size, "p/ctr%.4s/%.2s/%.2s/%.2s/part-%06zu", iso, iso + 5, iso + 8, iso + 11, i);
}

static void setup(void) {
    bucket_setup();
    bucket.key_of = key_of;
    bucket.n_made = N_KEYS;
    n_reports = 1;
    n_others = 0;
}

static struct ac_source_filter look(const char *first_key) {
    struct ac_source_filter filter = {.since_ms = SINCE_MS, .forgets_items = true};
    snprintf(filter.first_key, sizeof filter.first_key, "%s", first_key);
    ck_assert_msg(bucket_list("s3://bucket/p/", &filter) == AC_OK, "%s", aws_net.err.text);
    ck_assert_uint_eq(filter.n_lists, aws_net.n_asked);
    return filter;
}

static const char *first_key(void) {
    static char key[1024];
    bucket.key_of(0, key, sizeof key);
    return key;
}

START_TEST(one_report_takes_two_listings) {
    struct ac_source_filter filter = look("");
    ck_assert_uint_eq(filter.n_lists, 2);
    ck_assert_uint_eq(bucket.n_found, PER_WINDOW);
}
END_TEST

START_TEST(one_report_that_is_known_takes_one) {
    struct ac_source_filter filter = look(first_key());
    ck_assert_uint_eq(filter.n_lists, 1);
    ck_assert_uint_eq(bucket.n_found, PER_WINDOW);
}
END_TEST

START_TEST(several_reports_take_one_each) {
    n_reports = (size_t)1 << _i;
    struct ac_source_filter filter = look(first_key());
    ck_assert_uint_eq(filter.n_lists, n_reports);
    ck_assert_uint_eq(bucket.n_found, PER_WINDOW * n_reports);
}
END_TEST

START_TEST(folders_of_hours_are_understood) {
    bucket.key_of = folder_of;
    struct ac_source_filter filter = look("");
    ck_assert_uint_eq(filter.n_lists, 2);
    ck_assert_uint_ge(bucket.n_found, PER_WINDOW);
    ck_assert_uint_le(bucket.n_found, PER_WINDOW + 2); // the hour the window begins in is whole
}
END_TEST

START_TEST(keys_without_a_time_are_always_found) {
    n_others = 1500;
    struct ac_source_filter filter = look(first_key());
    ck_assert_uint_eq(bucket.n_found, PER_WINDOW + n_others);
    ck_assert_uint_eq(filter.n_lists, 2);
}
END_TEST

START_TEST(a_report_of_yesteryear_costs_one_listing) {
    struct ac_source_filter filter = {.since_ms = AWS_NOW_MS + DAY_MS};
    ck_assert_int_eq(bucket_list("s3://bucket/p/", &filter), AC_OK);
    ck_assert_uint_eq(filter.n_lists, 2);
    ck_assert_uint_eq(bucket.n_found, 0);
}
END_TEST

static const char *const quiet[] = {"s3://bucket/p/a/name", "s3://bucket/p/*.csv"};

// There are keys that begin so, but none in the window: nothing is missing.
START_TEST(nothing_new_is_no_error) {
    struct ac_source_filter filter = {.since_ms = AWS_NOW_MS + DAY_MS};
    snprintf(filter.first_key, sizeof filter.first_key, "%s", first_key());
    ck_assert_msg(bucket_list(quiet[_i], &filter) == AC_OK, "%s", aws_net.err.text);
    ck_assert_uint_eq(bucket.n_found, 0);
}
END_TEST

START_TEST(everything_is_found_without_a_window) {
    struct ac_source_filter filter = {.forgets_items = true};
    bucket.n_made = 5500;
    ck_assert_int_eq(bucket_list("s3://bucket/p/", &filter), AC_OK);
    ck_assert_uint_eq(bucket.n_found, 5500);
    ck_assert_uint_eq(filter.n_lists, 6);
    ck_assert_str_eq(filter.first_key, first_key());
}
END_TEST

START_TEST(a_first_key_without_a_time_is_not_remembered) {
    static const struct bucket_object some[] = {{.key = "p/a.csv", .body = "x"},
                                                {.key = "p/b-2031-03-04T16:00:00Z", .body = "x"}};
    struct ac_source_filter filter = {.first_key = "old"};
    bucket.key_of = NULL;
    bucket_fill(some, 2);
    ck_assert_int_eq(bucket_list("s3://bucket/p/", &filter), AC_OK);
    ck_assert_str_eq(filter.first_key, "");
}
END_TEST

START_TEST(a_first_key_of_another_prefix_is_ignored) {
    struct ac_source_filter filter = look("q/name-2020-01-01T00:00:00Z.csv");
    ck_assert_uint_eq(bucket.n_found, PER_WINDOW);
    ck_assert_uint_eq(filter.n_lists, 2);
}
END_TEST

START_TEST(a_server_without_start_after_is_listed_through) {
    bucket.ignores_after = true;
    bucket.n_made = 5500;
    struct ac_source_filter filter = look("");
    ck_assert_uint_eq(bucket.n_found, PER_WINDOW);
    ck_assert_uint_le(filter.n_lists, 7);
}
END_TEST

START_TEST(items_that_are_forgotten_hold_no_memory) {
    struct ac_source_filter filter = {.forgets_items = true};
    ac_arena_free(&bucket.arena);
    ac_arena_init(&bucket.arena, 128 * 1024);
    bucket.n_made = 5500;
    ck_assert_int_eq(bucket_list("s3://bucket/p/", &filter), AC_OK);
    ck_assert_uint_eq(bucket.n_found, 5500);
}
END_TEST

int main(void) {
    Suite *s = suite_create("source/s3_window");
    TCase *t = tcase_create("window");
    tcase_add_checked_fixture(t, setup, bucket_teardown);
    tcase_add_test(t, one_report_takes_two_listings);
    tcase_add_test(t, one_report_that_is_known_takes_one);
    tcase_add_loop_test(t, several_reports_take_one_each, 0, 4);
    tcase_add_test(t, folders_of_hours_are_understood);
    tcase_add_test(t, keys_without_a_time_are_always_found);
    tcase_add_test(t, a_report_of_yesteryear_costs_one_listing);
    tcase_add_loop_test(t, nothing_new_is_no_error, 0, (int)AC_N(quiet));
    tcase_add_test(t, everything_is_found_without_a_window);
    tcase_add_test(t, a_first_key_without_a_time_is_not_remembered);
    tcase_add_test(t, a_first_key_of_another_prefix_is_ignored);
    tcase_add_test(t, a_server_without_start_after_is_listed_through);
    tcase_add_test(t, items_that_are_forgotten_hold_no_memory);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
