// SPDX-License-Identifier: MIT
// Rows copied for later.
#include "record/row.h"
#include <check.h>

static struct ac_arena arena;

static void setup(void) { ac_arena_init(&arena, (size_t)1 << 20); }
static void teardown(void) { ac_arena_free(&arena); }

// A row in memory that is overwritten after the copy was made.
static char raw[] = "1,two,\"th\"\"ree\",";
static char unquoted[] = "th\"ree";

static struct acload_row *copied(void) {
    memcpy(raw, "1,two,\"th\"\"ree\",", sizeof raw);
    memcpy(unquoted, "th\"ree", sizeof unquoted);
    ac_str cells[6] = {{raw, 1},    {raw + 2, 3}, {unquoted, 6}, {raw + sizeof raw - 1, 0},
                       AC_STR_NULL, AC_ABSENT};
    struct acload_row row = {.cells = cells,
                             .n_cells = 6,
                             .raw = {raw, sizeof raw - 1},
                             .origin = {.input = 3, .line = 7, .byte = 99, .number = 5}};
    struct acload_row *copy = ac_row_copy(&row, &arena);
    memset(raw, '?', sizeof raw - 1);
    memset(unquoted, '?', sizeof unquoted - 1);
    memset(cells, 0, sizeof cells);
    return copy;
}

START_TEST(a_copy_outlives_the_row) {
    struct acload_row *copy = copied();
    ck_assert_ptr_nonnull(copy);
    ck_assert_uint_eq(copy->n_cells, 6);
    ck_assert(ac_str_eq(copy->cells[0], AC_STR("1")));
    ck_assert(ac_str_eq(copy->cells[1], AC_STR("two")));
    ck_assert(ac_str_eq(copy->cells[2], AC_STR("th\"ree")));
    ck_assert(ac_str_eq(copy->raw, AC_STR("1,two,\"th\"\"ree\",")));
}
END_TEST

START_TEST(a_copy_tells_empty_from_null_from_absent) {
    struct acload_row *copy = copied();
    ck_assert(!ac_str_is_null(copy->cells[3]));
    ck_assert(!ac_is_absent(copy->cells[3]));
    ck_assert_uint_eq(copy->cells[3].len, 0);
    ck_assert(ac_str_is_null(copy->cells[4]));
    ck_assert(ac_is_absent(copy->cells[5]));
}
END_TEST

START_TEST(a_copy_knows_where_it_came_from) {
    struct acload_row *copy = copied();
    ck_assert_uint_eq(copy->origin.input, 3);
    ck_assert_uint_eq(copy->origin.line, 7);
    ck_assert_uint_eq(copy->origin.byte, 99);
    ck_assert_uint_eq(copy->origin.number, 5);
    ck_assert_ptr_eq(copy->arena, &arena);
}
END_TEST

// Whoever looks for a cell in the raw text by its address finds it in the copy's.
START_TEST(cells_of_plain_rows_stay_slices_of_the_raw_text) {
    struct acload_row *copy = copied();
    ck_assert_ptr_eq(copy->cells[1].ptr, copy->raw.ptr + 2);
}
END_TEST

START_TEST(a_row_without_raw_text_or_cells_can_be_copied) {
    struct acload_row row = {0};
    struct acload_row *copy = ac_row_copy(&row, &arena);
    ck_assert_ptr_nonnull(copy);
    ck_assert_uint_eq(copy->n_cells, 0);
    ck_assert(ac_str_is_null(copy->raw));
}
END_TEST

START_TEST(a_copy_has_the_value_itself) {
    int value = 1;
    struct acload_row row = {.value = &value, .raw = {raw, 4}};
    struct acload_row *copy = ac_row_copy(&row, &arena);
    ck_assert_ptr_eq(copy->value, &value);
    ck_assert_ptr_ne(copy->raw.ptr, raw);
}
END_TEST

START_TEST(a_full_arena_gives_no_copy) {
    struct ac_arena small;
    ac_arena_init(&small, 64);
    ac_str cells[10] = {{raw, 1}};
    struct acload_row row = {.cells = cells, .n_cells = 10, .raw = {raw, 4}};
    ck_assert_ptr_null(ac_row_copy(&row, &small));
    ac_arena_free(&small);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("row");
    TCase *t = tcase_create("copy");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_copy_outlives_the_row);
    tcase_add_test(t, a_copy_tells_empty_from_null_from_absent);
    tcase_add_test(t, a_copy_knows_where_it_came_from);
    tcase_add_test(t, cells_of_plain_rows_stay_slices_of_the_raw_text);
    tcase_add_test(t, a_row_without_raw_text_or_cells_can_be_copied);
    tcase_add_test(t, a_copy_has_the_value_itself);
    tcase_add_test(t, a_full_arena_gives_no_copy);
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
