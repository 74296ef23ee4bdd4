// SPDX-License-Identifier: MIT
// Times in the names of keys.
#include "base/clock.h"
#include "source/s3.h"
#include <check.h>

static const struct {
    const char *key, *iso; // NULL: no time
    size_t at;
    const char *from; // of 2031-03-01T10:20:30Z
} keys[] = {
    {"p/q-2031-03-04T16:00:00Z.csv", "2031-03-04T16:00:00.000Z", 4, "p/q-2031-03-01T10:20:30"},
    {"2031-03-04T16:00:00Z", "2031-03-04T16:00:00.000Z", 0, "2031-03-01T10:20:30"},
    {"a-2030-01-01T00:00:00Z/b-2031-03-04T16:00:00Z.csv", "2031-03-04T16:00:00.000Z", 25,
     "a-2030-01-01T00:00:00Z/b-2031-03-01T10:20:30"},
    {"ctr2031/03/04/16/s-1-2031-03-04-16-00-00-uuid", "2031-03-04T16:59:59.000Z", 3,
     "ctr2031/03/01/10/"},
    {"2031/03/04/16/x", "2031-03-04T16:59:59.000Z", 0, "2031/03/01/10/"},
    {"q-2031-13-04T16:00:00Z.csv", NULL, 0, NULL},
    {"q-2031-03-04T16:00:00.csv", NULL, 0, NULL},
    {"q-12031-03-04T16:00:00Z.csv", NULL, 0, NULL},
    {"2031/03/04/x", NULL, 0, NULL},
    {"plain.csv", NULL, 0, NULL},
    {"", NULL, 0, NULL}};

START_TEST(a_time_is_found_in_a_name) {
    struct ac_s3_stamp stamp;
    char iso[25] = "";
    bool has_time = ac_s3_read_stamp(ac_str_of(keys[_i].key), &stamp);
    ck_assert(has_time == (keys[_i].iso != NULL));
    ac_clock_iso(has_time ? stamp.ms : 0, iso);
    ck_assert_str_eq(iso, has_time ? keys[_i].iso : "1970-01-01T00:00:00.000Z");
    ck_assert_uint_eq(has_time ? stamp.at : 0, keys[_i].at);
}
END_TEST

START_TEST(a_window_begins_behind_a_text) {
    struct ac_s3_stamp stamp;
    struct ac_buf out;
    int64_t since;
    ac_buf_init(&out, 4096);
    ck_assert(ac_clock_parse(AC_STR("2031-03-01T10:20:30Z"), &since, NULL));
    ck_assert(ac_s3_read_stamp(ac_str_of(keys[_i].key), &stamp));
    ck_assert(ac_s3_stamp_from(ac_str_of(keys[_i].key), &stamp, since, &out));
    ck_assert_str_eq(ac_buf_text(&out), keys[_i].from);
    ac_buf_free(&out);
}
END_TEST

int main(void) {
    Suite *s = suite_create("source/s3_name");
    TCase *t = tcase_create("name");
    tcase_add_loop_test(t, a_time_is_found_in_a_name, 0, (int)AC_N(keys));
    tcase_add_loop_test(t, a_window_begins_behind_a_text, 0, 5);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
