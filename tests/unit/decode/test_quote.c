// SPDX-License-Identifier: MIT
// Cells written as CSV.
#include "decode/quote.h"
#include <check.h>

static const struct {
    const char *cell, *want;
} cells[] = {
    {"", ""},
    {"abc", "abc"},
    {"a b", "a b"},
    {"a\tb", "a\tb"},
    {"größe", "größe"},
    {"it's", "it's"},
    {"#N/A", "#N/A"},
    {"-12.5", "-12.5"},
    {"a,b", "\"a,b\""},
    {",", "\",\""},
    {"\"", "\"\"\"\""},
    {"\"\"", "\"\"\"\"\"\""},
    {"say \"hi\"", "\"say \"\"hi\"\"\""},
    {"\"x", "\"\"\"x\""},
    {"one\ntwo", "\"one\ntwo\""},
    {"one\rtwo", "\"one\rtwo\""},
    {" a", "\" a\""},
    {"a ", "\"a \""},
    {" ", "\" \""},
    {"\ta", "\"\ta\""},
    {"a\t", "\"a\t\""},
};

START_TEST(a_cell_is_quoted_where_it_must_be) {
    struct ac_buf out;
    ac_buf_init(&out, 4096);
    ck_assert(ac_csv_add_cell(&out, ac_str_of(cells[_i].cell)));
    ck_assert_msg(ac_str_eq(ac_buf_str(&out), ac_str_of(cells[_i].want)), "%.*s",
                  AC_STR_ARG(ac_buf_str(&out)));
    ac_buf_free(&out);
}
END_TEST

static const struct {
    ac_str cells[3];
    size_t n;
    const char *want;
} rows[] = {
    {{{"a", 1}, {"b", 1}, {"c", 1}}, 3, "a,b,c"},
    {{{"a,b", 3}, {NULL, 0}, {"c", 1}}, 3, "\"a,b\",,c"},
    {{{"", 0}, {"", 0}}, 2, ","},
    {{{"", 0}}, 1, "\"\""}, // not a blank line
    {{{NULL, 0}}, 1, "\"\""},
    {{{"x", 1}}, 1, "x"},
    {{{"", 0}}, 0, ""},
};

START_TEST(a_row_is_its_cells_joined) {
    struct ac_buf out;
    ac_buf_init(&out, 4096);
    ck_assert(ac_csv_add_row(&out, rows[_i].cells, rows[_i].n));
    ck_assert_msg(ac_str_eq(ac_buf_str(&out), ac_str_of(rows[_i].want)), "%.*s",
                  AC_STR_ARG(ac_buf_str(&out)));
    ac_buf_free(&out);
}
END_TEST

static const char *const large[] = {"abcdefgh", "abc,defg", "\"\"\"\"\"\"\"", "abcdefg "};

START_TEST(a_cell_beyond_the_buffers_ceiling_is_refused) {
    struct ac_buf out;
    ac_buf_init(&out, 7);
    ck_assert(!ac_csv_add_cell(&out, ac_str_of(large[_i])));
    ck_assert_uint_le(out.len, 7);
    ac_buf_free(&out);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("quote");
    TCase *t = tcase_create("quote");
    tcase_add_loop_test(t, a_cell_is_quoted_where_it_must_be, 0, (int)AC_N(cells));
    tcase_add_loop_test(t, a_row_is_its_cells_joined, 0, (int)AC_N(rows));
    tcase_add_loop_test(t, a_cell_beyond_the_buffers_ceiling_is_refused, 0, (int)AC_N(large));
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
