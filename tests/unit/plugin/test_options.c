// SPDX-License-Identifier: MIT
// Tests of option tables: what the handshake refuses, what an instance fills in.
#include "plugin/handshake.h"
#include "plugin_world.h"
#include <check.h>
#include <stdlib.h>

struct state {
    const char *text, *empty;
    int64_t count, bytes, wait_ms;
    int is_on, mode;
};

static struct plugin_world *w;
static const struct state *seen;

static void setup(void) {
    w = plugin_world_new();
    seen = NULL;
}

static void teardown(void) { plugin_world_free(w); }

static int row(acload_ctx *ctx, acload_row *r) {
    (void)ctx;
    (void)r;
    return ACLOAD_PASS;
}

static int open_plugin(acload_ctx *ctx) {
    seen = ctx->state;
    return ACLOAD_OK;
}

#define AT(member) offsetof(struct state, member)

static const acload_option all_types[] = {
    {"text", ACLOAD_OPT_TEXT, AT(text), "blue", 0, 0, NULL, "A colour."},
    {"empty", ACLOAD_OPT_TEXT, AT(empty), "", 0, 0, NULL, NULL},
    {"count", ACLOAD_OPT_INT, AT(count), "3", 1, 10, NULL, NULL},
    {"bytes", ACLOAD_OPT_SIZE, AT(bytes), "2K", 0, 0, NULL, NULL},
    {"wait", ACLOAD_OPT_TIME, AT(wait_ms), "90s", 0, 0, NULL, NULL},
    {"on", ACLOAD_OPT_BOOL, AT(is_on), "true", 0, 0, NULL, NULL},
    {"mode", ACLOAD_OPT_CHOICE, AT(mode), "slow", 0, 0, "fast|slow", NULL},
    {.name = NULL},
};

static const acload_option required[] = {
    {"text", ACLOAD_OPT_TEXT, AT(text), NULL, 0, 0, NULL, "A colour."},
    {"count", ACLOAD_OPT_INT, AT(count), NULL, 0, 0, NULL, NULL},
    {"mode", ACLOAD_OPT_CHOICE, AT(mode), "slow", 0, 0, "fast|slow", NULL},
    {.name = NULL},
};

static acload_plugin with(const acload_option *options) {
    return (acload_plugin){ACLOAD_PLUGIN_INIT,  .name = "opt",
                           .options = options,  .state_size = sizeof(struct state),
                           .open = open_plugin, .row = row};
}

static void make(const acload_option *options, const char *const *values) {
    acload_plugin p = with(options);
    plugin_world_add(w, plugin_world_module(w, &p), values);
}

static void assert_refused(const acload_option *options, const char *const *values,
                           const char *code, const char *text) {
    acload_plugin p = with(options);
    ck_assert_ptr_null(plugin_world_try(w, plugin_world_module(w, &p), values));
    ck_assert_int_eq(w->err.rc, AC_RUN);
    ck_assert_int_eq(w->err.cause, AC_CAUSE_CONFIG);
    ck_assert_str_eq(w->err.code, code);
    ck_assert_str_eq(w->err.text, text);
}

// --- an instance ---------------------------------------------------------------------------------

START_TEST(options_of_every_type_have_their_fallbacks) {
    make(all_types, NULL);
    ck_assert_str_eq(seen->text, "blue");
    ck_assert_str_eq(seen->empty, "");
    ck_assert_int_eq(seen->count, 3);
    ck_assert_int_eq(seen->bytes, 2048);
    ck_assert_int_eq(seen->wait_ms, 90000);
    ck_assert_int_eq(seen->is_on, 1);
    ck_assert_int_eq(seen->mode, 1);
}
END_TEST

START_TEST(values_given_win_over_fallbacks) {
    const char *const values[] = {"text=red=green", "empty=no", "count=10",  "bytes=1M",
                                  "wait=2h",        "on=false", "mode=fast", NULL};
    make(all_types, values);
    ck_assert_str_eq(seen->text, "red=green");
    ck_assert_str_eq(seen->empty, "no");
    ck_assert_int_eq(seen->count, 10);
    ck_assert_int_eq(seen->bytes, 1 << 20);
    ck_assert_int_eq(seen->wait_ms, 7200000);
    ck_assert_int_eq(seen->is_on, 0);
    ck_assert_int_eq(seen->mode, 0);
}
END_TEST

START_TEST(two_uses_have_values_of_their_own) {
    const char *const red[] = {"text=red", NULL}, *const green[] = {"text=green", NULL};
    make(all_types, red);
    const struct state *first = seen;
    make(all_types, green);
    ck_assert_str_eq(first->text, "red");
    ck_assert_str_eq(seen->text, "green");
}
END_TEST

START_TEST(required_options_that_miss_are_named_with_their_help) {
    assert_refused(required, NULL, "MISSING_OPTION",
                   "plugin opt needs more options: text (A colour.), count (no help); give each "
                   "with --option name=value or in the job's \"options\"");
}
END_TEST

START_TEST(one_that_is_given_does_not_miss) {
    const char *const values[] = {"text=red", NULL};
    assert_refused(required, values, "MISSING_OPTION",
                   "plugin opt needs more options: count (no help); give each with --option "
                   "name=value or in the job's \"options\"");
}
END_TEST

START_TEST(required_options_given_are_enough) {
    const char *const values[] = {"count=1", "text=red", NULL};
    make(required, values);
    ck_assert_str_eq(seen->text, "red");
}
END_TEST

static const struct {
    const char *value, *code, *text;
} wrong[] = {
    {"colour=red", "UNKNOWN_OPTION",
     "plugin opt: unknown name \"colour\"; known are: text, empty, count, bytes, wait, on, mode"},
    {"txt=red", "UNKNOWN_OPTION",
     "plugin opt: unknown name \"txt\" (did you mean text?); known are: text, empty, count, bytes, "
     "wait, on, mode"},
    {"count=x", "BAD_OPTION", "plugin opt: count is \"x\", expected a whole number"},
    {"count=11", "BAD_OPTION", "plugin opt: count is \"11\", expected a whole number from 1 to 10"},
    {"bytes=much", "BAD_OPTION", "plugin opt: bytes is \"much\", expected a size like 64M"},
    {"wait=soon", "BAD_OPTION",
     "plugin opt: wait is \"soon\", expected a time like 500ms, 90s, 5m, 2h or 3d"},
    {"on=maybe", "BAD_OPTION", "plugin opt: on is \"maybe\", expected true or false"},
    {"mode=warp", "BAD_OPTION", "plugin opt: mode is \"warp\", expected fast|slow"},
};

START_TEST(a_wrong_option_says_what_would_be_right) {
    const char *const values[] = {wrong[_i].value, NULL};
    assert_refused(all_types, values, wrong[_i].code, wrong[_i].text);
}
END_TEST

START_TEST(a_plugin_without_options_takes_none) {
    const char *const values[] = {"x=1", NULL};
    assert_refused(NULL, values, "UNKNOWN_OPTION",
                   "plugin opt: unknown name \"x\"; known are: none");
}
END_TEST

START_TEST(a_plugin_may_be_without_options) {
    make(NULL, NULL);
    ck_assert_ptr_nonnull(seen);
}
END_TEST

// --- the handshake -------------------------------------------------------------------------------

static const struct {
    acload_option row;
    const char *words;
} broken[] = {
    {{"", ACLOAD_OPT_INT, AT(count), "1", 0, 0, NULL, NULL}, "row 1 has an empty name"},
    {{"first", ACLOAD_OPT_INT, AT(count), "1", 0, 0, NULL, NULL}, "first stands in it twice"},
    {{"x", 9, AT(count), "1", 0, 0, NULL, NULL}, "x has the type 9, which does not exist"},
    {{"x", -1, AT(count), "1", 0, 0, NULL, NULL}, "x has the type -1"},
    {{"x", ACLOAD_OPT_INT, sizeof(struct state), "1", 0, 0, NULL, NULL},
     "x is to be filled at byte"},
    {{"x", ACLOAD_OPT_INT, SIZE_MAX - 7, "1", 0, 0, NULL, NULL}, "x is to be filled at byte"},
    {{"x", ACLOAD_OPT_INT, AT(count) + 4, "1", 0, 0, NULL, NULL}, "x is to be filled at byte"},
    {{"x", ACLOAD_OPT_CHOICE, AT(mode), "a", 0, 0, NULL, NULL}, "x has no choices"},
    {{"x", ACLOAD_OPT_CHOICE, AT(mode), "c", 0, 0, "a|b", NULL}, "x is \"c\", expected a|b"},
    {{"x", ACLOAD_OPT_INT, AT(count), "many", 0, 0, NULL, NULL},
     "x is \"many\", expected a whole number"},
    {{"x", ACLOAD_OPT_INT, AT(count), "5", 6, 7, NULL, NULL}, "from 6 to 7"},
    {{"x", ACLOAD_OPT_INT, AT(count), NULL, 7, 6, NULL, NULL}, "a range that holds no value"},
};

START_TEST(a_broken_table_is_refused_by_the_handshake) {
    acload_option options[3] = {
        {"first", ACLOAD_OPT_TEXT, AT(text), "", 0, 0, NULL, NULL}, broken[_i].row, {.name = NULL}};
    acload_plugin p = with(options), out;
    struct ac_err err = AC_ERR_INIT;
    ck_assert_int_eq(ac_handshake(&p, "/x/y.so", &w->arena, &out, &err), AC_RUN);
    ck_assert_str_eq(err.code, "PLUGIN_BROKEN");
    ck_assert_ptr_nonnull(strstr(err.text, "plugin /x/y.so is broken: its option table: "));
    ck_assert_msg(strstr(err.text, broken[_i].words) != NULL, "%s", err.text);
}
END_TEST

START_TEST(a_table_without_end_is_refused) {
    static acload_option options[1002];
    for (size_t i = 0; i < 1001; i++)
        options[i] = all_types[0];
    acload_plugin p = with(options), out;
    struct ac_err err = AC_ERR_INIT;
    ck_assert_int_eq(ac_handshake(&p, "/x/y.so", &w->arena, &out, &err), AC_RUN);
    ck_assert_ptr_nonnull(strstr(err.text, "its option table has no end"));
}
END_TEST

static const uint32_t strides[] = {0, 8, 24, sizeof(acload_option) - 1, sizeof(acload_option) + 4};

START_TEST(rows_of_an_impossible_size_are_refused) {
    acload_plugin p = with(all_types), out;
    struct ac_err err = AC_ERR_INIT;
    p.option_size = strides[_i];
    ck_assert_int_eq(ac_handshake(&p, "/x/y.so", &w->arena, &out, &err), AC_RUN);
    ck_assert_ptr_nonnull(strstr(err.text, "its option table has rows of "));
}
END_TEST

static const char *const names[] = {"", "a b", "a/b", "..\n", "é"};

START_TEST(a_name_is_plain) {
    acload_plugin p = with(NULL), out;
    struct ac_err err = AC_ERR_INIT;
    p.name = names[_i];
    ck_assert_int_eq(ac_handshake(&p, "/x/y.so", &w->arena, &out, &err), AC_RUN);
    ck_assert_str_eq(err.code, "PLUGIN_BROKEN");
    ck_assert_ptr_nonnull(strstr(err.text, "name"));
}
END_TEST

int main(void) {
    Suite *s = suite_create("options");
    TCase *t = tcase_create("instance");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, options_of_every_type_have_their_fallbacks);
    tcase_add_test(t, values_given_win_over_fallbacks);
    tcase_add_test(t, two_uses_have_values_of_their_own);
    tcase_add_test(t, required_options_that_miss_are_named_with_their_help);
    tcase_add_test(t, one_that_is_given_does_not_miss);
    tcase_add_test(t, required_options_given_are_enough);
    tcase_add_loop_test(t, a_wrong_option_says_what_would_be_right, 0, (int)AC_N(wrong));
    tcase_add_test(t, a_plugin_without_options_takes_none);
    tcase_add_test(t, a_plugin_may_be_without_options);
    suite_add_tcase(s, t);
    t = tcase_create("handshake");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, a_broken_table_is_refused_by_the_handshake, 0, (int)AC_N(broken));
    tcase_add_test(t, a_table_without_end_is_refused);
    tcase_add_loop_test(t, rows_of_an_impossible_size_are_refused, 0, (int)AC_N(strides));
    tcase_add_loop_test(t, a_name_is_plain, 0, (int)AC_N(names));
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
