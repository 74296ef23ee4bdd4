// SPDX-License-Identifier: MIT
// Option tables.
#include "base/option.h"
#include <check.h>
#include <stdlib.h>

static struct state {
    const char *name, *region;
    int64_t count, window, wait, any;
    int is_on, basis;
} state;

#define AT(member) offsetof(struct state, member)

static const acload_option table[] = {
    {"name", ACLOAD_OPT_TEXT, AT(name), NULL, 0, 0, NULL, "What it is called."},
    {"region", ACLOAD_OPT_TEXT, AT(region), "", 0, 0, "REGION", "Where it is."},
    {"count", ACLOAD_OPT_INT, AT(count), "3", 1, 10, NULL, "How many."},
    {"window", ACLOAD_OPT_SIZE, AT(window), "1M", 4096, 0, NULL, "How much."},
    {"wait", ACLOAD_OPT_TIME, AT(wait), "90s", 0, 0, NULL, "How long."},
    {"any", ACLOAD_OPT_INT, AT(any), "-5", 0, 0, NULL, NULL},
    {"on", ACLOAD_OPT_BOOL, AT(is_on), "false", 0, 0, NULL, "Whether."},
    {"basis", ACLOAD_OPT_CHOICE, AT(basis), "event", 0, 0, "modified|event|none", "Which."},
    {0},
};

static struct ac_arena arena;
static struct ac_err err;

static void setup(void) {
    memset(&state, 0, sizeof state);
    ac_err_clear(&err);
    ac_arena_init(&arena, 4096);
}

static void teardown(void) { ac_arena_free(&arena); }

static enum ac_rc set(const char *name, const char *value) {
    return ac_option_set(table, sizeof *table, &state, ac_str_of(name), ac_str_of(value),
                         "job \"a\"", &arena, &err);
}

START_TEST(defaults_fill_the_state) {
    ck_assert_int_eq(ac_option_defaults(table, sizeof *table, &state, &arena, &err), AC_OK);
    ck_assert_ptr_null(state.name);
    ck_assert_str_eq(state.region, "");
    ck_assert_int_eq(state.count, 3);
    ck_assert_int_eq(state.window, 1 << 20);
    ck_assert_int_eq(state.wait, 90000);
    ck_assert_int_eq(state.any, -5);
    ck_assert_int_eq(state.is_on, 0);
    ck_assert_int_eq(state.basis, 1);
}
END_TEST

START_TEST(a_text_is_copied) {
    char value[] = "one";
    ck_assert_int_eq(set("name", value), AC_OK);
    value[0] = 'X';
    ck_assert_str_eq(state.name, "one");
}
END_TEST

static const struct {
    const char *name, *value;
    size_t at, size;
    int64_t out;
} good[] = {
    {"count", "1", AT(count), 8, 1},
    {"count", " 10 ", AT(count), 8, 10},
    {"window", "4096", AT(window), 8, 4096},
    {"window", "8 GiB", AT(window), 8, (int64_t)8 << 30},
    {"wait", "250ms", AT(wait), 8, 250},
    {"wait", "0", AT(wait), 8, 0},
    {"any", "-7", AT(any), 8, -7},
    {"on", "true", AT(is_on), 4, 1},
    {"on", "YES", AT(is_on), 4, 1},
    {"on", "off", AT(is_on), 4, 0},
    {"on", "1", AT(is_on), 4, 1},
    {"basis", "modified", AT(basis), 4, 0},
    {"basis", "NONE", AT(basis), 4, 2},
};

START_TEST(a_value_is_taken) {
    ck_assert_int_eq(set(good[_i].name, good[_i].value), AC_OK);
    int64_t got = 0;
    memcpy(&got, (const char *)&state + good[_i].at, good[_i].size);
    ck_assert_int_eq(got, good[_i].out);
}
END_TEST

static const struct {
    const char *name, *value, *text;
} bad[] = {
    {"count", "x", "job \"a\": count is \"x\", expected a whole number"},
    {"count", "", "job \"a\": count is \"\", expected a whole number"},
    {"count", "0", "job \"a\": count is \"0\", expected a whole number from 1 to 10"},
    {"count", "11", "job \"a\": count is \"11\", expected a whole number from 1 to 10"},
    {"window", "1T", "job \"a\": window is \"1T\", expected a size like 64M"},
    {"window", "1K", "job \"a\": window is \"1K\", expected at least 4096"},
    {"wait", "90", "job \"a\": wait is \"90\", expected a time like 500ms, 90s, 5m, 2h or 3d"},
    {"on", "maybe", "job \"a\": on is \"maybe\", expected true or false"},
    {"basis", "even", "job \"a\": basis is \"even\", expected modified|event|none"},
    {"basis", "", "job \"a\": basis is \"\", expected modified|event|none"},
};

START_TEST(a_bad_value_says_what_is_expected) {
    ck_assert_int_eq(set(bad[_i].name, bad[_i].value), AC_RUN);
    ck_assert_int_eq(err.cause, AC_CAUSE_CONFIG);
    ck_assert_str_eq(err.code, "BAD_OPTION");
    ck_assert_str_eq(err.text, bad[_i].text);
    ck_assert_int_eq(state.count, 0);
    ck_assert_int_eq(state.window, 0);
}
END_TEST

#define KNOWN "; known are: name, region, count, window, wait, any, on, basis"

static const struct {
    const char *name, *text;
} unknown[] = {
    {"colour", "job \"a\": unknown name \"colour\"" KNOWN},
    {"regon", "job \"a\": unknown name \"regon\" (did you mean region?)" KNOWN},
    {"Count", "job \"a\": unknown name \"Count\" (did you mean count?)" KNOWN},
    {"", "job \"a\": unknown name \"\" (did you mean on?)" KNOWN},
};

START_TEST(an_unknown_name_lists_the_known) {
    ck_assert_int_eq(set(unknown[_i].name, "1"), AC_RUN);
    ck_assert_int_eq(err.cause, AC_CAUSE_CONFIG);
    ck_assert_str_eq(err.code, "UNKNOWN_OPTION");
    ck_assert_str_eq(err.text, unknown[_i].text);
}
END_TEST

START_TEST(an_overlong_name_is_near_to_none) {
    char name[200];
    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = '\0';
    ck_assert_int_eq(set(name, "1"), AC_RUN);
    ck_assert_ptr_null(strstr(err.text, "did you mean"));
}
END_TEST

START_TEST(an_empty_table_knows_nothing) {
    static const acload_option none[] = {{0}};
    ck_assert_int_eq(ac_option_defaults(none, sizeof *none, &state, &arena, &err), AC_OK);
    ck_assert_int_eq(ac_option_defaults(NULL, sizeof *none, &state, &arena, &err), AC_OK);
    ck_assert_ptr_null(ac_option_find(NULL, sizeof *none, AC_STR("a")));
    ac_option_set(none, sizeof *none, &state, AC_STR("a"), AC_STR("b"), "it", &arena, &err);
    ck_assert_str_eq(err.text, "it: unknown name \"a\"; known are: none");
}
END_TEST

START_TEST(a_full_arena_is_told) {
    char value[8192];
    memset(value, 'a', sizeof value);
    value[sizeof value - 1] = '\0';
    ck_assert_int_eq(set("name", value), AC_RUN);
    ck_assert_str_eq(err.code, "NO_MEMORY");
    ck_assert_ptr_null(state.name);
}
END_TEST

START_TEST(a_bad_fallback_is_told) {
    static const acload_option wrong[] = {
        {"count", ACLOAD_OPT_INT, AT(count), "many", 0, 0, NULL, NULL}, {0}};
    ck_assert_int_eq(ac_option_defaults(wrong, sizeof *wrong, &state, &arena, &err), AC_RUN);
    ck_assert_str_eq(err.text, "default: count is \"many\", expected a whole number");
}
END_TEST

START_TEST(an_unknown_type_is_told) {
    static const acload_option wrong[] = {{"count", 77, AT(count), "1", 0, 0, NULL, NULL}, {0}};
    ck_assert_int_eq(ac_option_defaults(wrong, sizeof *wrong, &state, &arena, &err), AC_RUN);
    ck_assert_ptr_nonnull(strstr(err.text, "unknown type 77"));
}
END_TEST

START_TEST(a_required_text_is_missed_until_it_is_set) {
    ck_assert_int_eq(ac_option_defaults(table, sizeof *table, &state, &arena, &err), AC_OK);
    ck_assert_ptr_eq(ac_option_missing(table, sizeof *table, &state), &table[0]);
    ck_assert_int_eq(set("name", ""), AC_OK);
    ck_assert_ptr_null(ac_option_missing(table, sizeof *table, &state));
}
END_TEST

// An older plugin's rows are shorter, a newer one's longer than ours.
struct newer {
    acload_option row;
    const char *more;
};

START_TEST(rows_are_walked_by_their_own_stride) {
    static const struct newer rows[] = {
        {{"one", ACLOAD_OPT_INT, AT(count), "1", 0, 0, NULL, NULL}, "x"},
        {{"two", ACLOAD_OPT_INT, AT(any), "2", 0, 0, NULL, NULL}, "y"},
        {{0}, NULL},
    };
    const acload_option *first = &rows[0].row;
    ck_assert_int_eq(ac_option_defaults(first, sizeof *rows, &state, &arena, &err), AC_OK);
    ck_assert_int_eq(state.count, 1);
    ck_assert_int_eq(state.any, 2);
    ck_assert_ptr_eq(ac_option_find(first, sizeof *rows, AC_STR("two")), &rows[1].row);
}
END_TEST

START_TEST(help_shows_each_option_on_a_line) {
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    ck_assert_ptr_nonnull(out);
    ac_option_help(out, table, sizeof *table, "--");
    fclose(out);
    ck_assert_str_eq(text, "  --name TEXT               What it is called. (required)\n"
                           "  --region REGION           Where it is.\n"
                           "  --count N                 How many. (default 3)\n"
                           "  --window SIZE             How much. (default 1M)\n"
                           "  --wait TIME               How long. (default 90s)\n"
                           "  --any N                   (default -5)\n"
                           "  --on                      Whether.\n"
                           "  --basis modified|event|none\n"
                           "                            Which. (default event)\n");
    free(text);
}
END_TEST

int main(void) {
    Suite *s = suite_create("base/option");
    TCase *t = tcase_create("option");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, defaults_fill_the_state);
    tcase_add_test(t, a_text_is_copied);
    tcase_add_loop_test(t, a_value_is_taken, 0, (int)AC_N(good));
    tcase_add_loop_test(t, a_bad_value_says_what_is_expected, 0, (int)AC_N(bad));
    tcase_add_loop_test(t, an_unknown_name_lists_the_known, 0, (int)AC_N(unknown));
    tcase_add_test(t, an_overlong_name_is_near_to_none);
    tcase_add_test(t, an_empty_table_knows_nothing);
    tcase_add_test(t, a_full_arena_is_told);
    tcase_add_test(t, a_bad_fallback_is_told);
    tcase_add_test(t, an_unknown_type_is_told);
    tcase_add_test(t, a_required_text_is_missed_until_it_is_set);
    tcase_add_test(t, rows_are_walked_by_their_own_stride);
    tcase_add_test(t, help_shows_each_option_on_a_line);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
