// SPDX-License-Identifier: MIT
// The name that somebody may have meant.
#include "base/nearest.h"
#include <check.h>
#include <stdlib.h>

static const struct {
    const char *word, *ask;
} words[] = {
    {"region", " (did you mean --region?)"},
    {"regoin", " (did you mean --region?)"},
    {"regio", " (did you mean --region?)"},
    {"", ""},
    {"nothing-like-it", ""},
    {"reason", " (did you mean --region?)"},
    {"resons", ""},
    {"plug", " (did you mean --plugin?)"},
    // Longer than any name.
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ""},
};

START_TEST(two_edits_are_near) {
    struct ac_nearest n = {.word = ac_str_of(words[_i].word)};
    char ask[AC_NEAREST_BYTES];
    ac_nearest_try(&n, "plugin");
    ac_nearest_try(&n, "region");
    ck_assert_str_eq(ac_nearest_ask(&n, "--", ask), words[_i].ask);
}
END_TEST

START_TEST(the_nearest_counts_and_of_two_the_first) {
    struct ac_nearest n = {.word = AC_STR("us-east-3")};
    ac_nearest_try(&n, "us-east-1");
    ac_nearest_try(&n, "us-east-2");
    ck_assert_str_eq(n.name, "us-east-1");
    ck_assert_uint_eq(n.distance, 1);
    ac_nearest_try(&n, "us-east-3");
    ck_assert_str_eq(n.name, "us-east-3");
    ck_assert_uint_eq(n.distance, 0);
}
END_TEST

int main(void) {
    Suite *s = suite_create("nearest");
    TCase *t = tcase_create("nearest");
    tcase_add_loop_test(t, two_edits_are_near, 0, (int)AC_N(words));
    tcase_add_test(t, the_nearest_counts_and_of_two_the_first);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
