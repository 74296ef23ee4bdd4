// SPDX-License-Identifier: MIT
// The identity of a file.
#include "source/pack.h"
#include <check.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *content, *hex;
} known[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
};

START_TEST(an_identity_is_the_sha256_of_the_content) {
    char hex[65];
    struct ac_item item = source_item(source_write("a", known[_i].content, SIZE_MAX));
    ck_assert_int_eq(ac_source_identify(&item, hex, &source_err), AC_OK);
    ck_assert_str_eq(hex, known[_i].hex);
}
END_TEST

START_TEST(a_large_file_is_hashed_whole) {
    char hex[65];
    const size_t len = 1000000; // the standard's own example: a million times "a"
    char *bytes = malloc(len);
    ck_assert_ptr_nonnull(bytes);
    memset(bytes, 'a', len);
    struct ac_item item = source_item(source_write("a", bytes, len));
    ck_assert_int_eq(ac_source_identify(&item, hex, &source_err), AC_OK);
    ck_assert_str_eq(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(bytes);
}
END_TEST

START_TEST(a_renamed_copy_is_the_same_a_changed_one_is_not) {
    char one[65], two[65], three[65];
    char *bytes = calloc(1, (size_t)3 << 20);
    ck_assert_ptr_nonnull(bytes);
    struct ac_item item = source_item(source_write("a.csv", bytes, (size_t)3 << 20));
    ck_assert_int_eq(ac_source_identify(&item, one, &source_err), AC_OK);
    item = source_item(source_write("b.csv", bytes, (size_t)3 << 20));
    ck_assert_int_eq(ac_source_identify(&item, two, &source_err), AC_OK);
    bytes[((size_t)3 << 20) - 1] = 1;
    item = source_item(source_write("b.csv", bytes, (size_t)3 << 20));
    ck_assert_int_eq(ac_source_identify(&item, three, &source_err), AC_OK);
    ck_assert_str_eq(one, two);
    ck_assert_str_ne(one, three);
    free(bytes);
}
END_TEST

START_TEST(a_pipe_has_no_identity) {
    char hex[65] = "x";
    ck_assert_int_eq(mkfifo(source_path("pipe"), 0600), 0);
    struct ac_item item = source_item(source_path("pipe"));
    ck_assert_int_eq(ac_source_identify(&item, hex, &source_err), AC_INPUT);
    ck_assert_str_eq(hex, "");
    ck_assert_str_eq(source_err.source, source_path("pipe"));
    source_check_err("NOT_A_FILE", "give it as standard input (-)");
}
END_TEST

START_TEST(a_file_that_went_away_has_none) {
    char hex[65] = "x";
    struct ac_item item = source_item(source_write("a", "x", 1));
    ck_assert_int_eq(unlink(item.path), 0);
    ck_assert_int_eq(ac_source_identify(&item, hex, &source_err), AC_INPUT);
    ck_assert_str_eq(hex, "");
    source_check_err("NOT_FOUND", "cannot be opened");
}
END_TEST

int main(void) {
    Suite *s = suite_create("source/identity");
    TCase *t = tcase_create("identity");
    tcase_add_checked_fixture(t, source_setup, source_teardown);
    tcase_add_loop_test(t, an_identity_is_the_sha256_of_the_content, 0, (int)AC_N(known));
    tcase_add_test(t, a_large_file_is_hashed_whole);
    tcase_add_test(t, a_renamed_copy_is_the_same_a_changed_one_is_not);
    tcase_add_test(t, a_pipe_has_no_identity);
    tcase_add_test(t, a_file_that_went_away_has_none);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
