// SPDX-License-Identifier: MIT
// Golden cases of CSV: every folder of tests/cases/csv, read in blocks of several sizes.
#include "decode/decode_kit.h"
#include "decode/fake_source.h"
#include <check.h>
#include <dirent.h>
#include <stdio.h>

#define FOLDER "tests/cases/csv"
#define MAX_CASES 400

static char *cases[MAX_CASES];
static int n_cases;

// As if a source read so much at a time; the last is more than any case has.
static const size_t blocks[] = {1, 2, 3, 7, 64, (size_t)1 << 20};

static int is_case(const struct dirent *entry) {
    return entry->d_name[0] != '.' && !strchr(entry->d_name, '.');
}

static void find_cases(void) {
    struct dirent **list = NULL;
    n_cases = scandir(FOLDER, &list, is_case, alphasort);
    for (int i = 0; i < n_cases; i++) {
        if (i < MAX_CASES)
            cases[i] = strdup(list[i]->d_name);
        free(list[i]);
    }
    free(list);
}

static char *case_file(int i, const char *name, size_t *len) {
    char path[512];
    snprintf(path, sizeof path, FOLDER "/%s/%s", cases[i], name);
    return decode_file(path, len);
}

// The member's bytes are looked at only where they are the text.
static bool is_utf8(ac_str input, const struct ac_decode_options *options) {
    return !options->encoding && !ac_str_starts(input, AC_STR("\xff\xfe")) &&
           !ac_str_starts(input, AC_STR("\xfe\xff"));
}

static void ck_case(int i, size_t block) {
    size_t input_len = 0, want_len = 0, options_len = 0;
    char *input = case_file(i, "input", &input_len);
    char *want = case_file(i, "expect", &want_len);
    if (!want)
        want = case_file(i, "error", &want_len);
    char *text = case_file(i, "options", &options_len);
    ck_assert_msg(input && want, "%s has no input, or neither expect nor error", cases[i]);
    struct ac_decode_options options = {.name = cases[i]};
    ck_assert_msg(!text || decode_options(text, &options), "%s/options: unknown line", cases[i]);
    ac_str bytes = ac_str_n(input, input_len);
    struct ac_source src = fake_source(bytes, block);
    struct ac_buf got;
    ac_buf_init(&got, (size_t)8 << 20);
    bool is_right =
        decode_transcript(&src, &options, is_utf8(bytes, &options) ? bytes : AC_STR_NULL, &got);
    ck_assert_msg(is_right && ac_str_eq(ac_buf_str(&got), ac_str_n(want, want_len)),
                  "%s, in blocks of %zu, gives:\n%s", cases[i], block, ac_buf_text(&got));
    fake_close(&src);
    ac_buf_free(&got);
    free(input);
    free(want);
    free(text);
}

START_TEST(a_case_gives_what_it_expects) {
    for (size_t b = 0; b < AC_N(blocks); b++)
        ck_case(_i, blocks[b]);
}
END_TEST

START_TEST(the_folder_holds_cases) {
    ck_assert_int_ge(n_cases, 40);
    ck_assert_int_le(n_cases, MAX_CASES);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("csv");
    TCase *t = tcase_create("cases");
    tcase_add_test(t, the_folder_holds_cases);
    tcase_add_loop_test(t, a_case_gives_what_it_expects, 0, n_cases);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    find_cases();
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    for (int i = 0; i < n_cases && i < MAX_CASES; i++)
        free(cases[i]);
    return n_failed != 0;
}
