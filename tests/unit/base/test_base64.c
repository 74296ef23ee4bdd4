// SPDX-License-Identifier: MIT
// Base64 by the vectors of RFC 4648, section 10.
#include "base/base64.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *bytes, *plain, *url;
} vectors[] = {
    {"", "", ""},
    {"f", "Zg==", "Zg"},
    {"fo", "Zm8=", "Zm8"},
    {"foo", "Zm9v", "Zm9v"},
    {"foob", "Zm9vYg==", "Zm9vYg"},
    {"fooba", "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
    {"\xfb\xff\xfe", "+//+", "-__-"},
};

START_TEST(both_forms_are_added_behind_what_is_there) {
    AC_CLEANUP(ac_buf_free) struct ac_buf out;
    ac_str bytes = ac_str_of(vectors[_i].bytes);
    ac_buf_init(&out, 64);
    ck_assert(ac_buf_add_str(&out, AC_STR("a/+=")) && ac_base64_add(&out, bytes));
    ck_assert(ac_buf_add_char(&out, ' ') && ac_base64url_add(&out, bytes));
    char want[64];
    snprintf(want, sizeof want, "a/+=%s %s", vectors[_i].plain, vectors[_i].url);
    ck_assert_str_eq(ac_buf_text(&out), want);
}
END_TEST

START_TEST(what_does_not_fit_leaves_nothing_behind) {
    AC_CLEANUP(ac_buf_free) struct ac_buf out;
    ac_buf_init(&out, 8);
    ck_assert(ac_buf_add_str(&out, AC_STR("abc")));
    ck_assert(!ac_base64_add(&out, AC_STR("foobar")));
    ck_assert(!ac_base64url_add(&out, AC_STR("foobar")));
    ck_assert_str_eq(ac_buf_text(&out), "abc");
}
END_TEST

int main(void) {
    Suite *s = suite_create("base64");
    TCase *t = tcase_create("base64");
    tcase_add_loop_test(t, both_forms_are_added_behind_what_is_there, 0, (int)AC_N(vectors));
    tcase_add_test(t, what_does_not_fit_leaves_nothing_behind);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
