// SPDX-License-Identifier: MIT
// Golden cases of CSV: every folder of tests/cases/csv, read in blocks of several sizes.
#include "decode/decode_golden.h"

static struct golden golden = {.folder = "tests/cases/csv"};

START_TEST(a_case_gives_what_it_expects) { golden_case(&golden, _i); }
END_TEST

START_TEST(the_folder_holds_cases) {
    ck_assert_int_ge(golden.n, 40);
    ck_assert_int_le(golden.n, GOLDEN_MAX);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("csv");
    TCase *t = tcase_create("cases");
    tcase_add_test(t, the_folder_holds_cases);
    tcase_add_loop_test(t, a_case_gives_what_it_expects, 0, golden.n);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    golden_find(&golden);
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    golden_free(&golden);
    return n_failed != 0;
}
