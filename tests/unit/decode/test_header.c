// SPDX-License-Identifier: MIT
// Column names taken from a header.
#include "decode/header.h"
#include <check.h>
#include <stdio.h>

static struct ac_arena arena;
static struct ac_err err;

static void setup(void) {
    ac_arena_init(&arena, (size_t)4 << 20);
    err = (struct ac_err)AC_ERR_INIT;
}

static void teardown(void) { ac_arena_free(&arena); }

static const struct {
    const char *first, *second;
} twice[] = {
    {"a", "a"},
    {"Agent", "AGENT"},
    {"Agent", "  agent\t"},
    {"Agent", "\xef\xbb\xbf"
              "Agent"},
    {"Agent", "Agent\xc2\xa0"},
    {"Größe", "GRÖßE"},
    {"ΑΒΓ", "αβγ"},
    {"ДЕНЬ", "день"},
};

START_TEST(two_columns_of_one_name_are_both_named) {
    char want[200];
    const ac_str cells[] = {ac_str_of(twice[_i].first), AC_STR("other"),
                            ac_str_of(twice[_i].second)};
    const ac_str *columns;
    ck_assert_int_eq(ac_header_copy(cells, 3, &arena, &columns, &err), AC_INPUT);
    ck_assert_str_eq(err.code, "DUPLICATE_COLUMN");
    ck_assert_int_eq(err.cause, AC_CAUSE_INPUT);
    snprintf(want, sizeof want, "\"%s\" (column 1)", twice[_i].first);
    ck_assert_ptr_nonnull(strstr(err.text, want));
    ck_assert_ptr_nonnull(strstr(err.text, "(column 3)"));
}
END_TEST

static const struct {
    const char *first, *second;
} apart[] = {{"a", "b"},
             {"", ""},
             {" ", "\t"},
             {"a b", "ab"},
             {"straße", "strasse"},
             {"é", "e"},
             {"Agent", "Agent name"}};

START_TEST(columns_of_other_names_stand) {
    const ac_str cells[] = {ac_str_of(apart[_i].first), ac_str_of(apart[_i].second)};
    const ac_str *columns;
    ck_assert_int_eq(ac_header_copy(cells, 2, &arena, &columns, &err), AC_OK);
    ck_assert(ac_str_eq(columns[0], cells[0]));
    ck_assert(ac_str_eq(columns[1], cells[1]));
}
END_TEST

START_TEST(names_are_copied_without_a_mark) {
    char name[] = "\xef\xbb\xbf Queue ";
    const ac_str cells[] = {ac_str_of(name), AC_STR_NULL};
    const ac_str *columns;
    ck_assert_int_eq(ac_header_copy(cells, 1, &arena, &columns, &err), AC_OK);
    memset(name, '?', sizeof name - 1);
    ck_assert(ac_str_eq(columns[0], AC_STR(" Queue ")));
}
END_TEST

START_TEST(the_last_of_many_columns_may_be_the_first_again) {
    static char names[5000][8];
    static ac_str cells[5000];
    for (size_t i = 0; i < 5000; i++) {
        snprintf(names[i], sizeof names[i], "c%zu", i);
        cells[i] = ac_str_of(names[i]);
    }
    const ac_str *columns;
    ck_assert_int_eq(ac_header_copy(cells, 5000, &arena, &columns, &err), AC_OK);
    cells[4999] = AC_STR("C0");
    ck_assert_int_eq(ac_header_copy(cells, 5000, &arena, &columns, &err), AC_INPUT);
    ck_assert_ptr_nonnull(strstr(err.text, "(column 5000)"));
}
END_TEST

START_TEST(a_full_arena_is_no_memory) {
    const ac_str cells[] = {AC_STR("a column of a name that is too long")};
    const ac_str *columns;
    ac_arena_free(&arena);
    ac_arena_init(&arena, 32);
    ck_assert_int_eq(ac_header_copy(cells, 1, &arena, &columns, &err), AC_RUN);
    ck_assert_str_eq(err.code, "NO_MEMORY");
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("header");
    TCase *t = tcase_create("names");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, two_columns_of_one_name_are_both_named, 0, (int)AC_N(twice));
    tcase_add_loop_test(t, columns_of_other_names_stand, 0, (int)AC_N(apart));
    tcase_add_test(t, names_are_copied_without_a_mark);
    tcase_add_test(t, the_last_of_many_columns_may_be_the_first_again);
    tcase_add_test(t, a_full_arena_is_no_memory);
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
