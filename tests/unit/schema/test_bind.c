// SPDX-License-Identifier: MIT
// Columns found by their names.
#include "schema/bind.h"
#include <check.h>

static const ac_str columns[] = {
    {"\xef\xbb\xbfQueue", 8},
    {" StartInterval ", 15},
    {"Contacts handled", 16},
    {"Contacts handled in", 19},
    {"", 0},
    {"Durée", 6},
    {"Average handle time\xc2\xa0", 21},
};

static const struct {
    const char *name;
    int want;
} lookups[] = {
    {"Queue", 0},
    {"QUEUE", 0},
    {"StartInterval", 1},
    {"startinterval", 1},
    {"contacts handled", 2},
    {" Contacts Handled In ", 3},
    {"Contacts  handled", -1},
    {"Contacts", -1},
    {"DURÉE", 5},
    {"average handle time", 6},
    {"EndInterval", -1},
};

START_TEST(a_column_is_found_by_its_name) {
    ck_assert_int_eq(ac_bind_column(columns, AC_N(columns), ac_str_of(lookups[_i].name)),
                     lookups[_i].want);
}
END_TEST

START_TEST(no_columns_hold_no_name) {
    ck_assert_int_eq(ac_bind_column(NULL, 0, AC_STR("Queue")), -1);
}
END_TEST

START_TEST(the_first_of_two_columns_is_found) {
    const ac_str same[] = {AC_STR("x"), AC_STR("a"), AC_STR("A")};
    ck_assert_int_eq(ac_bind_column(same, 3, AC_STR("A")), 1);
}
END_TEST

START_TEST(a_trimmed_column_has_neither_mark_nor_outer_blanks) {
    ck_assert(ac_str_eq(ac_bind_trim(AC_STR("\xef\xbb\xbf Avg. time\t")), AC_STR("Avg. time")));
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("bind");
    TCase *t = tcase_create("bind");
    tcase_add_loop_test(t, a_column_is_found_by_its_name, 0, (int)AC_N(lookups));
    tcase_add_test(t, no_columns_hold_no_name);
    tcase_add_test(t, the_first_of_two_columns_is_found);
    tcase_add_test(t, a_trimmed_column_has_neither_mark_nor_outer_blanks);
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
