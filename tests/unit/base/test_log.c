// SPDX-License-Identifier: MIT
// Log lines: their two forms, masks, ceilings.
#include "base/err.h"
#include "base/log.h"
#include <check.h>
#include <stdlib.h>

static FILE *out;
static char *written;
static size_t written_len;
static int n_told; // on_line calls

static void on_line(void) { n_told++; }

static void setup(void) {
    n_told = 0;
    out = open_memstream(&written, &written_len);
    ck_assert_ptr_nonnull(out);
}

static void teardown(void) {
    ac_log_setup(NULL, AC_LOG_TEXT, AC_LOG_INFO, false, NULL);
    ac_log_context("run", NULL);
    ac_log_context("input_id", NULL);
    ac_log_hide_context(false);
    fclose(out);
    free(written);
}

static void as_text(void) { ac_log_setup(out, AC_LOG_TEXT, AC_LOG_DEBUG, false, NULL); }
static void as_json(void) { ac_log_setup(out, AC_LOG_JSON, AC_LOG_DEBUG, false, NULL); }

static const char *lines(void) {
    fflush(out);
    return written;
}

// A JSON line without its beginning, which holds the time.
static const char *json(void) {
    const char *at = lines();
    ck_assert_int_eq(strncmp(at, "{\"time\":\"2", 10), 0);
    ck_assert_uint_eq(strcspn(at + 9, "\""), 24);
    return at + 9 + 24 + 2;
}

START_TEST(a_line_of_text_has_its_tags) {
    as_text();
    ac_log(AC_LOG_WARNING, "fields dropped", "input", "a b.csv", "fields", "X__c", "n", "", NULL);
    ck_assert_str_eq(lines(),
                     "acload: warning: fields dropped input=\"a b.csv\" fields=X__c n=\"\"\n");
}
END_TEST

static const struct {
    enum ac_log_level level;
    const char *plain, *color, *json;
} levels[] = {
    {AC_LOG_DEBUG, "acload: debug: x\n", "acload: \033[2mdebug:\033[0m x\n", "debug"},
    {AC_LOG_INFO, "acload: x\n", "acload: x\n", "info"},
    {AC_LOG_WARNING, "acload: warning: x\n", "acload: \033[33mwarning:\033[0m x\n", "warning"},
    {AC_LOG_ERROR, "acload: error: x\n", "acload: \033[31merror:\033[0m x\n", "error"},
};

START_TEST(a_level_is_named) {
    as_text();
    ac_log(levels[_i].level, "x", NULL);
    ck_assert_str_eq(lines(), levels[_i].plain);
}
END_TEST

START_TEST(a_level_may_be_colored) {
    ac_log_setup(out, AC_LOG_TEXT, AC_LOG_DEBUG, true, NULL);
    ac_log(levels[_i].level, "x", NULL);
    ck_assert_str_eq(lines(), levels[_i].color);
}
END_TEST

START_TEST(json_is_never_colored) {
    char expected[64];
    ac_log_setup(out, AC_LOG_JSON, AC_LOG_DEBUG, true, NULL);
    ac_log(levels[_i].level, "x", NULL);
    snprintf(expected, sizeof expected, "\"level\":\"%s\",\"text\":\"x\"}\n", levels[_i].json);
    ck_assert_str_eq(json(), expected);
}
END_TEST

START_TEST(a_line_of_json_is_valid_whatever_it_holds) {
    as_json();
    ac_log(AC_LOG_INFO, "a \"text\"", "key", "v\\\n\xff", "null", NULL, NULL);
    ck_assert_str_eq(json(), "\"level\":\"info\",\"text\":\"a \\\"text\\\"\","
                             "\"key\":\"v\\\\\\n\xef\xbf\xbd\",\"null\":\"\"}\n");
}
END_TEST

static const struct {
    const char *value, *json;
} numbers[] = {
    {"0", "0"},        {"-12", "-12"},       {"18446744073709551615", "18446744073709551615"},
    {"007", "null"},   {"", "null"},         {"-", "null"},
    {"1 000", "null"}, {"no answer", "null"}};

START_TEST(a_number_is_one_in_json) {
    char expected[96];
    as_json();
    ac_log_context("#run", "7");
    ac_log(AC_LOG_INFO, "x", "#rows", numbers[_i].value, "file", "42", NULL);
    ac_log_context("#run", NULL);
    snprintf(expected, sizeof expected,
             "\"level\":\"info\",\"text\":\"x\",\"rows\":%s,\"file\":\"42\",\"run\":7}\n",
             numbers[_i].json);
    ck_assert_str_eq(json(), expected);
}
END_TEST

START_TEST(in_text_it_stands_as_it_is) {
    as_text();
    ac_log_context("#run", "7");
    ac_log(AC_LOG_INFO, "x", "#rows", "007", "run", "own", NULL);
    ac_log_context("#run", NULL);
    ck_assert_str_eq(lines(), "acload: x rows=007 run=own\n");
}
END_TEST

static const struct {
    const char *value, *shown;
} quoted[] = {{"plain", "plain"},
              {"", "\"\""},
              {"a b", "\"a b\""},
              {"a=b", "\"a=b\""},
              {"a\"b", "\"a\\\"b\""},
              {"a\nb", "\"a\\nb\""},
              {"\033[2J", "\"\\u001b[2J\""},
              {"\x7f", "\"\\u007f\""},
              {"\xc3\xa4", "\xc3\xa4"},
              {"\xff", "\"\xef\xbf\xbd\""}};

START_TEST(a_value_cannot_break_its_line) {
    char expected[64];
    as_text();
    ac_log(AC_LOG_INFO, "x", "k", quoted[_i].value, NULL);
    snprintf(expected, sizeof expected, "acload: x k=%s\n", quoted[_i].shown);
    ck_assert_str_eq(lines(), expected);
}
END_TEST

START_TEST(what_is_worked_on_stands_on_every_line) {
    as_text();
    ac_log_context("run", "12");
    ac_log_context("input_id", "7");
    ac_log(AC_LOG_INFO, "x", "a", "b", NULL);
    ac_log_context("input_id", "8");
    ac_log(AC_LOG_INFO, "y", NULL);
    ac_log_context("run", NULL);
    ac_log(AC_LOG_INFO, "z", NULL);
    ck_assert_str_eq(lines(), "acload: x a=b run=12 input_id=7\n"
                              "acload: y run=12 input_id=8\n"
                              "acload: z input_id=8\n");
}
END_TEST

START_TEST(a_line_s_own_tag_stands_over_what_is_worked_on) {
    as_json();
    ac_log_context("run", "12");
    ac_log(AC_LOG_INFO, "x", "run", "3", NULL);
    ck_assert_str_eq(json(), "\"level\":\"info\",\"text\":\"x\",\"run\":\"3\"}\n");
}
END_TEST

START_TEST(an_error_s_line_has_it_too) {
    struct ac_err err = AC_ERR_INIT;
    as_json();
    ac_log_context("run", "12");
    ac_err_set(&err, AC_RUN, AC_CAUSE_STOP, "CODE", "text");
    ac_log_error(&err);
    ck_assert_ptr_nonnull(strstr(lines(), ",\"run\":\"12\"}\n"));
}
END_TEST

START_TEST(somebody_who_looks_on_is_spared_it_json_is_not) {
    as_text();
    ac_log_context("run", "12");
    ac_log_hide_context(true);
    ac_log(AC_LOG_INFO, "x", NULL);
    ck_assert_str_eq(lines(), "acload: x\n");
    as_json();
    ac_log(AC_LOG_INFO, "y", NULL);
    ck_assert_ptr_nonnull(strstr(lines(), "\"run\":\"12\""));
}
END_TEST

START_TEST(lines_below_the_level_are_not_written) {
    ac_log_setup(out, AC_LOG_TEXT, AC_LOG_WARNING, false, on_line);
    ac_log(AC_LOG_INFO, "not this", NULL);
    ck_assert_int_eq(n_told, 0);
    ac_log(AC_LOG_WARNING, "this", NULL);
    ck_assert_int_eq(n_told, 1);
    ck_assert_str_eq(lines(), "acload: warning: this\n");
    ck_assert(!ac_log_has(AC_LOG_INFO));
    ck_assert(ac_log_has(AC_LOG_ERROR));
}
END_TEST

START_TEST(an_error_is_a_line) {
    struct ac_err err = AC_ERR_INIT;
    ac_err_set(&err, AC_INPUT, AC_CAUSE_INPUT, "BAD_ROW", "has no cells");
    ac_err_at(&err, "a.csv", 7, 0);
    as_text();
    ac_log_error(&err);
    ac_log_warn(&err);
    ck_assert_str_eq(lines(), "acload: error: a.csv:7: has no cells (BAD_ROW)\n"
                              "acload: warning: a.csv:7: has no cells (BAD_ROW)\n");
}
END_TEST

START_TEST(an_error_is_an_object) {
    struct ac_err err = AC_ERR_INIT;
    ac_err_set(&err, AC_INPUT, AC_CAUSE_INPUT, "BAD_ROW", "has no cells");
    ac_err_at(&err, "a.csv", 7, 0);
    as_json();
    ac_log_error(&err);
    ck_assert_str_eq(json(), "\"level\":\"error\",\"text\":\"has no cells\",\"code\":\"BAD_ROW\","
                             "\"source\":\"a.csv\",\"line\":7}\n");
}
END_TEST

// --- secrets -------------------------------------------------------------------------------------

START_TEST(a_secret_is_masked_everywhere) {
    struct ac_err err = AC_ERR_INIT;
    ac_log_secret(AC_STR("s3cret"));
    ac_err_set(&err, AC_RUN, AC_CAUSE_CONFIG, "X", "login as s3cret refused");
    as_text();
    ac_log(AC_LOG_INFO, "s3cret", "k", "as3crets3cret", NULL);
    ac_log_error(&err);
    ck_assert_str_eq(lines(), "acload: *** k=a******\n"
                              "acload: error: login as *** refused (X)\n");
}
END_TEST

START_TEST(a_secret_is_masked_before_it_is_escaped) {
    ac_log_secret(AC_STR("pa\"ss\\word"));
    as_json();
    ac_log(AC_LOG_INFO, "x", "k", "is pa\"ss\\word", NULL);
    ck_assert_ptr_null(strstr(lines(), "word"));
    ck_assert_ptr_nonnull(strstr(lines(), "\"k\":\"is ***\""));
}
END_TEST

START_TEST(the_longest_secret_is_masked) {
    ac_log_secret(AC_STR("password"));
    ac_log_secret(AC_STR("passwordTOKEN"));
    ac_log_secret(AC_STR("passwordTO"));
    as_text();
    ac_log(AC_LOG_INFO, "x", "k", "passwordTOKEN", NULL);
    ck_assert_str_eq(lines(), "acload: x k=***\n");
}
END_TEST

START_TEST(a_secret_is_masked_where_its_value_is_cut) {
    char value[4096];
    memset(value, 'a', sizeof value);
    memcpy(value + 2046, "s3cret-one", 10);
    value[sizeof value - 1] = '\0';
    ac_log_secret(AC_STR("s3cret-one"));
    as_text();
    ac_log(AC_LOG_INFO, "x", "k", value, NULL);
    ck_assert_ptr_null(strstr(lines(), "s3"));
}
END_TEST

START_TEST(a_short_text_is_no_secret) {
    ac_log_secret(AC_STR("abc"));
    ac_log_secret(AC_STR_NULL);
    as_text();
    ac_log(AC_LOG_INFO, "abc", NULL);
    ck_assert_str_eq(lines(), "acload: abc\n");
}
END_TEST

START_TEST(the_latest_secrets_are_remembered) {
    char secret[32];
    for (int i = 0; i < 40; i++) {
        snprintf(secret, sizeof secret, "secret-%02d", i);
        ac_log_secret(ac_str_of(secret));
        ac_log_secret(ac_str_of(secret)); // twice is once
    }
    as_text();
    ac_log(AC_LOG_INFO, "secret-08 secret-39", NULL);
    ck_assert_str_eq(lines(), "acload: *** ***\n");
}
END_TEST

// --- ceilings ------------------------------------------------------------------------------------

START_TEST(a_long_value_is_cut_at_a_character) {
    char value[4096];
    memset(value, 'a', sizeof value);
    memcpy(value + 2047, "\xc3\xa4", 2);
    value[sizeof value - 1] = '\0';
    as_text();
    ac_log(AC_LOG_INFO, "x", "k", value, "after", "it", NULL);
    ck_assert_uint_eq(strlen(lines()), strlen("acload: x k=") + 2047 + strlen("... after=it\n"));
    ck_assert_uint_eq(ac_str_utf8_bad(ac_str_of(lines())), strlen(lines()));
}
END_TEST

static const enum ac_log_format formats[] = {AC_LOG_TEXT, AC_LOG_JSON};
static const char *const cut_ends[] = {" cut=true\n", ",\"cut\":true}\n"};

START_TEST(a_line_has_a_ceiling) {
    char value[2048];
    memset(value, 1, sizeof value - 1); // six bytes each when escaped
    value[sizeof value - 1] = '\0';
    ac_log_setup(out, formats[_i], AC_LOG_DEBUG, false, NULL);
    ac_log(AC_LOG_INFO, "x", "a", value, "b", value, "c", "short", NULL);
    size_t len = strlen(lines());
    ck_assert_uint_lt(len, 16500);
    ck_assert_uint_gt(len, 12000);
    ck_assert_ptr_nonnull(strstr(lines(), "short"));
    ck_assert_str_eq(lines() + len - strlen(cut_ends[_i]), cut_ends[_i]);
}
END_TEST

int main(void) {
    Suite *s = suite_create("base/log");
    TCase *t = tcase_create("line");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_line_of_text_has_its_tags);
    tcase_add_loop_test(t, a_level_is_named, 0, (int)AC_N(levels));
    tcase_add_loop_test(t, a_level_may_be_colored, 0, (int)AC_N(levels));
    tcase_add_loop_test(t, json_is_never_colored, 0, (int)AC_N(levels));
    tcase_add_test(t, a_line_of_json_is_valid_whatever_it_holds);
    tcase_add_loop_test(t, a_number_is_one_in_json, 0, (int)AC_N(numbers));
    tcase_add_test(t, in_text_it_stands_as_it_is);
    tcase_add_loop_test(t, a_value_cannot_break_its_line, 0, (int)AC_N(quoted));
    tcase_add_test(t, what_is_worked_on_stands_on_every_line);
    tcase_add_test(t, a_line_s_own_tag_stands_over_what_is_worked_on);
    tcase_add_test(t, an_error_s_line_has_it_too);
    tcase_add_test(t, somebody_who_looks_on_is_spared_it_json_is_not);
    tcase_add_test(t, lines_below_the_level_are_not_written);
    tcase_add_test(t, an_error_is_a_line);
    tcase_add_test(t, an_error_is_an_object);
    suite_add_tcase(s, t);
    t = tcase_create("secret");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_secret_is_masked_everywhere);
    tcase_add_test(t, a_secret_is_masked_before_it_is_escaped);
    tcase_add_test(t, the_longest_secret_is_masked);
    tcase_add_test(t, a_secret_is_masked_where_its_value_is_cut);
    tcase_add_test(t, a_short_text_is_no_secret);
    tcase_add_test(t, the_latest_secrets_are_remembered);
    suite_add_tcase(s, t);
    t = tcase_create("ceiling");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_long_value_is_cut_at_a_character);
    tcase_add_loop_test(t, a_line_has_a_ceiling, 0, (int)AC_N(formats));
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
