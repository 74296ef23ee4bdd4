// SPDX-License-Identifier: MIT
// Errors: set once, carried, turned into texts or exit codes.
#include "base/err.h"
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct ac_err err;

static void setup(void) { ac_err_clear(&err); }

START_TEST(an_error_holds_what_it_was_given) {
    ck_assert_int_eq(ac_err_set(&err, AC_INPUT, AC_CAUSE_INPUT, "CODE", "%s %d", "text", 7),
                     AC_INPUT);
    ck_assert_int_eq(err.rc, AC_INPUT);
    ck_assert_int_eq(err.cause, AC_CAUSE_INPUT);
    ck_assert_str_eq(err.code, "CODE");
    ck_assert_str_eq(err.text, "text 7");
}
END_TEST

START_TEST(the_first_cause_stands) {
    ac_err_set(&err, AC_ROW, AC_CAUSE_ROW, "FIRST", "first");
    ck_assert_int_eq(ac_err_set(&err, AC_RUN, AC_CAUSE_STOP, "SECOND", "second"), AC_RUN);
    ck_assert_int_eq(ac_err_nomem(&err, "anything"), AC_RUN);
    ck_assert_int_eq(err.rc, AC_ROW);
    ck_assert_str_eq(err.code, "FIRST");
    ck_assert_str_eq(err.text, "first");
    ac_err_clear(&err);
    ac_err_set(&err, AC_RUN, AC_CAUSE_STOP, "SECOND", "second");
    ck_assert_str_eq(err.code, "SECOND");
}
END_TEST

START_TEST(the_first_place_stands) {
    ac_err_set(&err, AC_ROW, AC_CAUSE_ROW, "CODE", "wrong");
    ac_err_at(&err, NULL, 5, 0);
    ac_err_at(&err, "one.csv", 6, 2);
    ac_err_at(&err, "two.csv", 7, 3);
    ck_assert_str_eq(err.source, "one.csv");
    ck_assert_uint_eq(err.line, 5);
    ck_assert_uint_eq(err.column, 2);
}
END_TEST

START_TEST(no_memory_says_for_what) {
    ck_assert_int_eq(ac_err_nomem(&err, "a row"), AC_RUN);
    ck_assert_int_eq(err.cause, AC_CAUSE_STOP);
    ck_assert_str_eq(err.code, "NO_MEMORY");
    ck_assert_str_eq(err.text, "no memory for a row");
}
END_TEST

static const struct {
    int number;
    const char *code;
} numbers[] = {
    {ENOSPC, "DISK_FULL"}, {ENOENT, "NOT_FOUND"}, {EACCES, "NO_PERMISSION"}, {EIO, "SYSTEM"}};

START_TEST(a_failed_system_call_gives_its_reason) {
    char text[256], why[128];
    errno = numbers[_i].number;
    ck_assert_int_eq(ac_err_sys(&err, AC_RUN, AC_CAUSE_STOP, "cannot write", "/a/b"), AC_RUN);
    snprintf(text, sizeof text, "cannot write /a/b: %s",
             ac_err_reason(numbers[_i].number, why, sizeof why));
    ck_assert_str_eq(err.code, numbers[_i].code);
    ck_assert_str_eq(err.text, text);
}
END_TEST

START_TEST(every_reason_has_words) {
    char why[128];
    ck_assert_str_eq(ac_err_reason(ENOENT, why, sizeof why), "No such file or directory");
    ck_assert_str_ne(ac_err_reason(123456, why, sizeof why), "");
}
END_TEST

// --- texts that do not fit -----------------------------------------------------------------------

static const char *const endings[] = {"x", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};

START_TEST(a_text_is_cut_at_a_character) {
    char text[1024];
    for (size_t from = 755; from < 770; from++) {
        memset(text, 'a', from);
        snprintf(text + from, sizeof text - from, "%s%s", endings[_i], "tail tail tail tail tail");
        ac_err_clear(&err);
        ac_err_set(&err, AC_RUN, AC_CAUSE_STOP, "CODE", "%s", text);
        size_t len = strlen(err.text);
        ck_assert_uint_eq(ac_str_utf8_bad(ac_str_n(err.text, len)), len);
        ck_assert_uint_ge(len, sizeof err.text - 4);
        ck_assert_int_eq(strncmp(err.text, text, len), 0);
    }
}
END_TEST

START_TEST(a_text_that_just_fits_is_kept_whole) {
    char text[sizeof err.text];
    memset(text, 'a', sizeof text);
    memcpy(text + sizeof text - 3, "\xc3\xa4", 3);
    ac_err_set(&err, AC_RUN, AC_CAUSE_STOP, "CODE", "%s", text);
    ck_assert_str_eq(err.text, text);
}
END_TEST

START_TEST(a_source_is_cut_at_a_character) {
    char text[600];
    memset(text, 'a', sizeof text);
    memcpy(text + 510, "\xe2\x82\xac", 4);
    ac_err_set(&err, AC_RUN, AC_CAUSE_STOP, "CODE", "x");
    ac_err_at(&err, text, 0, 0);
    ck_assert_uint_eq(strlen(err.source), 510);
}
END_TEST

START_TEST(broken_text_is_cut_without_harm) {
    char text[1024];
    memset(text, 0x80, sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ac_err_set(&err, AC_RUN, AC_CAUSE_STOP, "CODE", "%s", text);
    ck_assert_uint_ge(strlen(err.text), sizeof err.text - 5);
}
END_TEST

// --- for people ----------------------------------------------------------------------------------

static const struct {
    const char *source, *text, *code, *out;
    uint64_t line;
} shown[] = {
    {"", "no memory", "NO_MEMORY", "no memory (NO_MEMORY)", 0},
    {"", "no memory", "", "no memory", 0},
    {"a.csv", "is empty", "EMPTY", "a.csv: is empty (EMPTY)", 0},
    {"a.csv", "is empty", "EMPTY", "a.csv:7: is empty (EMPTY)", 7},
    {"", "is empty", "EMPTY", "line 7: is empty (EMPTY)", 7},
    {"a.csv", "cannot open a.csv: no", "X", "cannot open a.csv: no (X)", 0},
    {"a.csv", "cannot open a.csv: no", "X", "a.csv:2: cannot open a.csv: no (X)", 2},
    {"a", "a cell is empty", "X", "a cell is empty (X)", 0},
    {"ce", "a cell is empty", "X", "ce: a cell is empty (X)", 0},
    {"empty", "a cell is empty", "X", "a cell is empty (X)", 0},
};

START_TEST(an_error_is_shown_with_its_place) {
    char out[2048];
    ac_err_set(&err, AC_INPUT, AC_CAUSE_INPUT, shown[_i].code, "%s", shown[_i].text);
    ac_err_at(&err, shown[_i].source, shown[_i].line, 0);
    ck_assert_str_eq(ac_err_text(&err, out, sizeof out), shown[_i].out);
}
END_TEST

START_TEST(a_shown_error_always_ends) {
    char out[8];
    ac_err_set(&err, AC_INPUT, AC_CAUSE_INPUT, "CODE", "a long text");
    ck_assert_str_eq(ac_err_text(&err, out, sizeof out), "a long ");
}
END_TEST

static const struct {
    enum ac_cause cause;
    int code;
} exits[] = {{AC_CAUSE_NONE, 0}, {AC_CAUSE_ROW, 1},    {AC_CAUSE_INPUT, 4},
             {AC_CAUSE_STOP, 3}, {AC_CAUSE_CONFIG, 2}, {AC_CAUSE_INTERNAL, 5}};

START_TEST(a_cause_has_an_exit_code) {
    ck_assert_int_eq(ac_err_exit(exits[_i].cause), exits[_i].code);
}
END_TEST

START_TEST(the_worse_exit_code_wins) {
    static const int order[] = {5, 2, 3, 4, 1, 0};
    for (size_t i = 0; i < AC_N(order); i++)
        for (size_t k = i; k < AC_N(order); k++) {
            ck_assert_int_eq(ac_exit_worse(order[i], order[k]), order[i]);
            ck_assert_int_eq(ac_exit_worse(order[k], order[i]), order[i]);
        }
}
END_TEST

int main(void) {
    Suite *s = suite_create("base/err");
    TCase *t = tcase_create("err");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, an_error_holds_what_it_was_given);
    tcase_add_test(t, the_first_cause_stands);
    tcase_add_test(t, the_first_place_stands);
    tcase_add_test(t, no_memory_says_for_what);
    tcase_add_loop_test(t, a_failed_system_call_gives_its_reason, 0, (int)AC_N(numbers));
    tcase_add_test(t, every_reason_has_words);
    tcase_add_loop_test(t, a_text_is_cut_at_a_character, 0, (int)AC_N(endings));
    tcase_add_test(t, a_text_that_just_fits_is_kept_whole);
    tcase_add_test(t, a_source_is_cut_at_a_character);
    tcase_add_test(t, broken_text_is_cut_without_harm);
    tcase_add_loop_test(t, an_error_is_shown_with_its_place, 0, (int)AC_N(shown));
    tcase_add_test(t, a_shown_error_always_ends);
    tcase_add_loop_test(t, a_cause_has_an_exit_code, 0, (int)AC_N(exits));
    tcase_add_test(t, the_worse_exit_code_wins);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
