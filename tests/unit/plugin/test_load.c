// SPDX-License-Identifier: MIT
// Tests of the loader: files found, trusted or not, opened or not.
#include "plugin/load.h"
#include "plugin_folder.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct ac_arena arena;
static struct ac_err err;
static const struct ac_module *module;

static void setup(void) {
    ac_arena_init(&arena, (size_t)1024 * 1024);
    ac_err_clear(&err);
    module = NULL;
}

static void teardown(void) { ac_arena_free(&arena); }

static void assert_says(const char *words) {
    ck_assert_msg(strstr(err.text, words) != NULL, "\"%s\" does not say \"%s\"", err.text, words);
}

static void assert_fails(enum ac_rc rc, const char *code, const char *words) {
    ck_assert_int_eq(rc, AC_RUN);
    ck_assert_int_eq(err.cause, AC_CAUSE_CONFIG);
    ck_assert_str_eq(err.code, code);
    assert_says(words);
}

// --- what is opened ------------------------------------------------------------------------------

START_TEST(a_plugin_is_opened) {
    const char *path = plugin_folder_abi("new/later.so");
    ck_assert_int_eq(ac_module_open(path, &arena, &module, &err), AC_OK);
    ck_assert_str_eq(module->name, "later");
    ck_assert_str_eq(module->path, path);
    ck_assert_str_eq(module->plugin.version, "9");
    ck_assert_ptr_nonnull(module->plugin.row);
}
END_TEST

START_TEST(the_same_file_is_opened_once_whatever_it_is_called) {
    const struct ac_module *again = NULL, *linked = NULL, *crooked = NULL;
    const char *dir = plugin_folder_new(0755);
    const char *path = plugin_folder_copy("old/early.so", dir, "early.so");
    const char *link = plugin_folder_path(dir, "other.so");
    ck_assert_int_eq(symlink("early.so", link), 0);
    ck_assert_int_eq(ac_module_open(path, &arena, &module, &err), AC_OK);
    ck_assert_int_eq(ac_module_open(path, &arena, &again, &err), AC_OK);
    ck_assert_int_eq(ac_module_open(link, &arena, &linked, &err), AC_OK);
    ck_assert_int_eq(chdir(dir), 0);
    ck_assert_int_eq(ac_module_open("./early.so", &arena, &crooked, &err), AC_OK);
    ck_assert_ptr_eq(again, module);
    ck_assert_ptr_eq(linked, module);
    ck_assert_ptr_eq(crooked, module);
}
END_TEST

START_TEST(an_earlier_plugin_has_nothing_where_it_knew_nothing) {
    const char *path = plugin_folder_abi("old/early.so");
    ck_assert_int_eq(ac_module_open(path, &arena, &module, &err), AC_OK);
    const acload_plugin *p = &module->plugin;
    ck_assert(p->flush == NULL && p->close == NULL);
    ck_assert_uint_lt(p->size, sizeof *p);
    ck_assert_uint_eq(p->option_size, sizeof(acload_option));
    ck_assert_str_eq(p->options[1].name, "times");
    ck_assert_str_eq(p->options[1].fallback, "2");
    ck_assert(p->options[1].help == NULL && p->options[1].max == 0);
    ck_assert_str_eq(p->options[2].name, "shout");
    ck_assert(p->options[3].name == NULL);
}
END_TEST

START_TEST(a_later_plugin_is_cut_to_what_we_know) {
    const char *path = plugin_folder_abi("new/later.so");
    ck_assert_int_eq(ac_module_open(path, &arena, &module, &err), AC_OK);
    const acload_plugin *p = &module->plugin;
    ck_assert(p->flush == NULL && p->close == NULL);
    ck_assert_uint_eq(p->option_size, sizeof(acload_option));
    ck_assert_str_eq(p->options[1].name, "word");
    ck_assert_str_eq(p->options[2].choices, "fast|slow");
    ck_assert_int_eq(p->options[0].max, 9);
    ck_assert(p->options[3].name == NULL);
}
END_TEST

// --- what is not ---------------------------------------------------------------------------------

static const struct {
    const char *file, *code, *words, *more;
} broken[] = {
    {"bad/no_entry.so", "PLUGIN_BROKEN", "bad/no_entry.so is a shared object, but no plugin",
     "acload_plugin_entry()"},
    {"bad/null_entry.so", "PLUGIN_BROKEN", "bad/null_entry.so is broken", "returned NULL"},
    {"bad/wrong_abi.so", "PLUGIN_ABI",
     "bad/wrong_abi.so was built for ABI 7, this acload has ABI 0", "build it again"},
    {"bad/short_descriptor.so", "PLUGIN_BROKEN", "bad/short_descriptor.so is broken",
     "bytes, at least"},
    {"bad/no_size.so", "PLUGIN_BROKEN", "bad/no_size.so is broken", "0 bytes"},
    {"bad/no_row.so", "PLUGIN_BROKEN", "bad/no_row.so is broken", "it has no row function"},
    {"bad/no_name.so", "PLUGIN_BROKEN", "bad/no_name.so is broken", "it has no name"},
    {"bad/broken_options.so", "PLUGIN_BROKEN", "bad/broken_options.so is broken",
     "beyond is to be filled at byte 8 of a state of 8 bytes"},
};

START_TEST(a_broken_plugin_is_named_with_what_is_wrong) {
    const char *path = plugin_folder_abi(broken[_i].file);
    assert_fails(ac_module_open(path, &arena, &module, &err), broken[_i].code, broken[_i].words);
    assert_says(broken[_i].more);
    ck_assert_ptr_null(module);
}
END_TEST

START_TEST(a_missing_file_is_not_found) {
    const char *path = plugin_folder_abi("bad/nowhere.so");
    assert_fails(ac_module_open(path, &arena, &module, &err), "PLUGIN_NOT_FOUND", path);
    assert_says("no such file");
}
END_TEST

START_TEST(a_folder_is_no_plugin) {
    const char *dir = plugin_folder_new(0755);
    assert_fails(ac_module_open(dir, &arena, &module, &err), "PLUGIN_NOT_FOUND", "is no file");
}
END_TEST

START_TEST(a_file_is_no_folder) {
    const char *path = plugin_folder_path(plugin_folder_abi("old/early.so"), "x.so");
    assert_fails(ac_module_open(path, &arena, &module, &err), "PLUGIN_NOT_FOUND", "no such file");
}
END_TEST

START_TEST(a_text_file_is_no_shared_object) {
    const char *path = plugin_folder_write(plugin_folder_new(0755), "text.so", "not a program\n");
    assert_fails(ac_module_open(path, &arena, &module, &err), "PLUGIN_BROKEN", path);
    assert_says("cannot be loaded: ");
    ck_assert_ptr_null(strstr(strstr(err.text, "loaded: "), path)); // said once
}
END_TEST

START_TEST(an_undefined_symbol_is_named) {
    const char *dir = plugin_folder_new(0755);
    const char *path = plugin_folder_copy("bad/undefined.so", dir, "undefined.so");
    ck_assert_uint_gt(plugin_folder_rename_symbol(path, "getppid", "getqqid"), 0);
    assert_fails(ac_module_open(path, &arena, &module, &err), "PLUGIN_BROKEN", path);
    assert_says("undefined symbol: getqqid");
}
END_TEST

START_TEST(with_its_symbol_it_loads) {
    const char *path = plugin_folder_abi("bad/undefined.so");
    ck_assert_int_eq(ac_module_open(path, &arena, &module, &err), AC_OK);
}
END_TEST

START_TEST(a_plugin_that_failed_fails_again) {
    struct ac_err first;
    const char *path = plugin_folder_abi("bad/no_name.so");
    ac_module_open(path, &arena, &module, &err);
    first = err;
    ac_err_clear(&err);
    ck_assert_int_eq(ac_module_open(path, &arena, &module, &err), AC_RUN);
    ck_assert_str_eq(err.text, first.text);
}
END_TEST

// --- folders -------------------------------------------------------------------------------------

START_TEST(the_first_folder_that_has_it_wins) {
    const char *a = plugin_folder_new(0755), *b = plugin_folder_new(0755);
    const char *dirs[] = {"/nowhere/at/all", plugin_folder_new(0755), a, b, NULL};
    plugin_folder_copy("old/early.so", b, "twice.so");
    const char *path = plugin_folder_copy("old/early.so", a, "twice.so");
    ck_assert_int_eq(ac_module_find("twice", dirs, &arena, &module, &err), AC_OK);
    ck_assert_str_eq(module->path, path);
}
END_TEST

START_TEST(a_name_with_a_slash_is_a_path) {
    const char *path = plugin_folder_abi("old/early.so"), *dirs[] = {NULL};
    ck_assert_int_eq(ac_module_find(path, dirs, &arena, &module, &err), AC_OK);
    ck_assert_str_eq(module->name, "early");
}
END_TEST

START_TEST(an_unknown_name_is_told_where_we_looked_for_it) {
    const char *a = plugin_folder_new(0755), *b = plugin_folder_new(0755);
    const char *dirs[] = {a, b, NULL};
    plugin_folder_copy("old/early.so", b, "beta.so");
    plugin_folder_copy("old/early.so", a, "gamma.so");
    plugin_folder_copy("old/early.so", a, "alpha.so");
    assert_fails(ac_module_find("delta", dirs, &arena, &module, &err), "PLUGIN_NOT_FOUND",
                 "there is no plugin \"delta\"");
    assert_says(a);
    assert_says(b);
    assert_says("there: alpha, beta, gamma");
}
END_TEST

START_TEST(no_folder_at_all_is_said_too) {
    const char *dirs[] = {NULL};
    assert_fails(ac_module_find("", dirs, &arena, &module, &err), "PLUGIN_NOT_FOUND",
                 "in no folder at all; there: no plugin");
}
END_TEST

START_TEST(a_broken_one_hides_those_of_the_same_name) {
    const char *a = plugin_folder_new(0755), *b = plugin_folder_new(0755);
    const char *dirs[] = {a, b, NULL};
    plugin_folder_copy("bad/no_row.so", a, "same.so");
    plugin_folder_copy("old/early.so", b, "same.so");
    assert_fails(ac_module_find("same", dirs, &arena, &module, &err), "PLUGIN_BROKEN",
                 "no row function");
}
END_TEST

struct listed {
    char good[2000], bad[4000];
    size_t n_good, n_bad, stop_at;
};

static bool note_good(void *arg, const struct ac_module *m) {
    struct listed *l = arg;
    size_t at = strlen(l->good);
    snprintf(l->good + at, sizeof l->good - at, "%s ", strrchr(m->path, '/') + 1);
    return ++l->n_good != l->stop_at;
}

static void note_bad(void *arg, const struct ac_err *why) {
    struct listed *l = arg;
    size_t at = strlen(l->bad);
    snprintf(l->bad + at, sizeof l->bad - at, "%s\n", why->text);
    l->n_bad++;
}

START_TEST(a_list_is_sorted_by_name_with_the_broken_passed_over) {
    const char *a = plugin_folder_new(0755), *b = plugin_folder_new(0755);
    const char *dirs[] = {a, "/nowhere/at/all", b, NULL};
    struct listed l = {.n_good = 0};
    plugin_folder_copy("old/early.so", a, "delta.so");
    plugin_folder_copy("old/early.so", b, "alpha.so");
    plugin_folder_copy("bad/wrong_abi.so", a, "beta.so");
    plugin_folder_copy("old/early.so", b, "beta.so"); // hidden by the broken one
    plugin_folder_copy("old/early.so", b, ".hidden.so");
    plugin_folder_copy("old/early.so", b, "gamma.so");
    plugin_folder_write(b, "README", "not listed");
    ck_assert_int_eq(ac_module_list(dirs, &arena, note_good, note_bad, &l, &err), AC_OK);
    ck_assert_str_eq(l.good, "alpha.so delta.so gamma.so ");
    ck_assert_uint_eq(l.n_bad, 1);
    ck_assert_ptr_nonnull(strstr(l.bad, "ABI 7"));
}
END_TEST

START_TEST(a_list_ends_when_told) {
    const char *a = plugin_folder_new(0755), *dirs[] = {a, NULL};
    struct listed l = {.stop_at = 1};
    plugin_folder_copy("old/early.so", a, "b.so");
    plugin_folder_copy("old/early.so", a, "a.so");
    ck_assert_int_eq(ac_module_list(dirs, &arena, note_good, note_bad, &l, &err), AC_OK);
    ck_assert_str_eq(l.good, "a.so ");
}
END_TEST

START_TEST(a_folder_that_others_write_to_is_told_once) {
    const char *a = plugin_folder_new(0777), *b = plugin_folder_new(0755);
    const char *dirs[] = {a, b, NULL};
    struct listed l = {.n_good = 0};
    plugin_folder_copy("old/early.so", a, "a.so");
    plugin_folder_copy("old/early.so", a, "b.so");
    plugin_folder_copy("old/early.so", b, "b.so");
    ck_assert_int_eq(ac_module_list(dirs, &arena, note_good, note_bad, &l, &err), AC_OK);
    ck_assert_str_eq(l.good, "b.so ");
    ck_assert_uint_eq(l.n_bad, 1);
    ck_assert_ptr_nonnull(strstr(l.bad, a));
}
END_TEST

START_TEST(a_file_where_a_folder_should_be_is_told) {
    const char *file = plugin_folder_write(plugin_folder_new(0755), "file", "");
    const char *dirs[] = {file, NULL};
    struct listed l = {.n_good = 0};
    ck_assert_int_eq(ac_module_list(dirs, &arena, note_good, note_bad, &l, &err), AC_OK);
    ck_assert_uint_eq(l.n_bad, 1);
    ck_assert_ptr_nonnull(strstr(l.bad, file));
}
END_TEST

static TCase *in(Suite *s, const char *name) {
    TCase *t = tcase_create(name);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_checked_fixture(t, NULL, plugin_folder_end);
    suite_add_tcase(s, t);
    return t;
}

int main(void) {
    Suite *s = suite_create("load");
    TCase *t = in(s, "open");
    tcase_add_test(t, a_plugin_is_opened);
    tcase_add_test(t, the_same_file_is_opened_once_whatever_it_is_called);
    tcase_add_test(t, an_earlier_plugin_has_nothing_where_it_knew_nothing);
    tcase_add_test(t, a_later_plugin_is_cut_to_what_we_know);
    t = in(s, "broken");
    tcase_add_loop_test(t, a_broken_plugin_is_named_with_what_is_wrong, 0, (int)AC_N(broken));
    tcase_add_test(t, a_missing_file_is_not_found);
    tcase_add_test(t, a_folder_is_no_plugin);
    tcase_add_test(t, a_file_is_no_folder);
    tcase_add_test(t, a_text_file_is_no_shared_object);
    tcase_add_test(t, an_undefined_symbol_is_named);
    tcase_add_test(t, with_its_symbol_it_loads);
    tcase_add_test(t, a_plugin_that_failed_fails_again);
    t = in(s, "folders");
    tcase_add_test(t, the_first_folder_that_has_it_wins);
    tcase_add_test(t, a_name_with_a_slash_is_a_path);
    tcase_add_test(t, an_unknown_name_is_told_where_we_looked_for_it);
    tcase_add_test(t, no_folder_at_all_is_said_too);
    tcase_add_test(t, a_broken_one_hides_those_of_the_same_name);
    tcase_add_test(t, a_list_is_sorted_by_name_with_the_broken_passed_over);
    tcase_add_test(t, a_list_ends_when_told);
    tcase_add_test(t, a_folder_that_others_write_to_is_told_once);
    tcase_add_test(t, a_file_where_a_folder_should_be_is_told);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
