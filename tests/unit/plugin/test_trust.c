// SPDX-License-Identifier: MIT
// Tests of trust: who may have put a plugin where it is.
#include "plugin/load.h"
#include "plugin/trust.h"
#include "plugin_folder.h"
#include <check.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOMEBODY 54321 // a user who is not us

static struct ac_err err;
static char real[AC_TRUST_PATH_BYTES];

static void setup(void) {
    ac_err_clear(&err);
    real[0] = '\0';
}

static void assert_says(const char *words) {
    ck_assert_msg(strstr(err.text, words) != NULL, "\"%s\" does not say \"%s\"", err.text, words);
}

static void assert_untrusted(enum ac_rc rc, const char *words) {
    ck_assert_int_eq(rc, AC_RUN);
    ck_assert_int_eq(err.cause, AC_CAUSE_CONFIG);
    ck_assert_str_eq(err.code, "PLUGIN_UNTRUSTED");
    assert_says(words);
}

// A file in a folder in a folder, each with a mode; what is wrong with it, NULL: nothing.
static const struct {
    mode_t outer, inner, file;
    const char *wrong, *advice;
} modes[] = {
    {0755, 0755, 0644, NULL, NULL},
    {0700, 0700, 0600, NULL, NULL},
    {0755, 0555, 0444, NULL, NULL},
    {01777, 0755, 0644, NULL, NULL}, // as below /tmp
    {01777, 0700, 0755, NULL, NULL},
    {0755, 0777, 0644, "everybody may write to the folder", "chmod go-w /"},
    {0755, 0775, 0644, "its group may write to the folder", "chmod go-w /"},
    {0755, 0757, 0644, "everybody may write to the folder", "chmod go-w /"},
    {0777, 0755, 0644, "everybody may write to the folder", "chmod go-w /"},
    {0775, 0700, 0600, "its group may write to the folder", "chmod go-w /"},
    {0755, 01777, 0644, "everybody may write to the folder",
     "copy it into a folder that only you can write to"}, // as in /tmp itself
    {0755, 01775, 0644, "its group may write to the folder",
     "copy it into a folder that only you can write to"},
    {0755, 0755, 0666, "everybody may write to the file", "chmod go-w /"},
    {0755, 0755, 0664, "its group may write to the file", "chmod go-w /"},
    {0700, 0700, 0602, "everybody may write to the file", "chmod go-w /"},
};

static const char *file_of(int i) {
    const char *outer = plugin_folder_new(0700);
    const char *inner = plugin_folder_below(outer, "inner", 0700);
    const char *file = plugin_folder_write(inner, "plugin.so", "x");
    ck_assert_int_eq(chmod(file, modes[i].file), 0);
    ck_assert_int_eq(chmod(inner, modes[i].inner), 0);
    ck_assert_int_eq(chmod(outer, modes[i].outer), 0);
    return file;
}

#define N_TRUSTED 5

// Those who run these tests may be a user whose group is nobody else's.
static bool is_in_a_group_of_its_own(void) {
    const struct passwd *user = getpwuid(geteuid());
    const struct group *group = user && user->pw_uid ? getgrgid(user->pw_gid) : NULL;
    return group && strcmp(group->gr_name, user->pw_name) == 0 && !group->gr_mem[0];
}

START_TEST(what_only_we_can_write_is_trusted) {
    const char *file = file_of(_i);
    ck_assert_msg(ac_trust_file(file, real, &err) == AC_OK, "%s", err.text);
    ck_assert_str_eq(real, file);
}
END_TEST

START_TEST(what_others_can_write_is_not_trusted) {
    const char *file = file_of(_i);
    if (strstr(modes[_i].wrong, "group") && is_in_a_group_of_its_own()) {
        ck_assert_int_eq(ac_trust_file(file, real, &err), AC_OK);
        return;
    }
    assert_untrusted(ac_trust_file(file, real, &err), modes[_i].wrong);
    assert_says(file);
    assert_says(modes[_i].advice);
}
END_TEST

// As a user with a umask of 002 leaves files behind; only root can become one.
static enum ac_rc trusted_as(const char *name) {
    const struct passwd *user = getpwnam(name);
    char dir[] = "/tmp/acload-trust.XXXXXX", file[64];
    ck_assert_ptr_nonnull(user);
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(file, sizeof file, "%s/x.so", dir);
    FILE *out = fopen(file, "we");
    ck_assert_ptr_nonnull(out);
    fclose(out);
    ck_assert_int_eq(chmod(file, 0664) | chmod(dir, 0775), 0);
    ck_assert_int_eq(chown(file, user->pw_uid, user->pw_gid), 0);
    ck_assert_int_eq(chown(dir, user->pw_uid, user->pw_gid), 0);
    ck_assert_int_eq(seteuid(user->pw_uid), 0);
    enum ac_rc rc = ac_trust_file(file, real, &err);
    ck_assert_int_eq(seteuid(0), 0);
    ck_assert_int_eq(unlink(file) | rmdir(dir), 0);
    return rc;
}

START_TEST(a_group_that_is_the_users_alone_is_nobody_else) {
    if (geteuid() != 0)
        return;
    ck_assert_msg(trusted_as("daemon") == AC_OK, "%s", err.text);
    assert_untrusted(trusted_as("nobody"), "its group may write to the folder"); // nogroup
}
END_TEST

START_TEST(the_loader_asks) {
    const struct ac_module *module = NULL;
    struct ac_arena arena;
    const char *dir = plugin_folder_new(0755);
    const char *file = plugin_folder_copy("old/early.so", dir, "early.so");
    ac_arena_init(&arena, 65536);
    ck_assert_int_eq(chmod(dir, 0777), 0);
    assert_untrusted(ac_module_open(file, &arena, &module, &err), "mode 0777");
    ac_err_clear(&err);
    ck_assert_int_eq(chmod(dir, 0755), 0);
    ck_assert_int_eq(ac_module_open(file, &arena, &module, &err), AC_OK);
    ck_assert_int_eq(chmod(dir, 0777), 0); // also of what is open already
    assert_untrusted(ac_module_open(file, &arena, &module, &err), "mode 0777");
    ac_arena_free(&arena);
}
END_TEST

START_TEST(a_folder_is_trusted_like_a_file) {
    const char *dir = plugin_folder_new(0755);
    ck_assert_int_eq(ac_trust_folder(dir, real, &err), AC_OK);
    ck_assert_str_eq(real, dir);
    ck_assert_int_eq(chmod(dir, 01777), 0);
    assert_untrusted(ac_trust_folder(dir, real, &err), "everybody may write to the folder");
}
END_TEST

START_TEST(a_file_is_no_folder) {
    const char *file = plugin_folder_write(plugin_folder_new(0755), "x", "");
    ck_assert_int_eq(ac_trust_folder(file, real, &err), AC_RUN);
    assert_says("is no folder");
}
END_TEST

// --- links ---------------------------------------------------------------------------------------

START_TEST(a_link_is_followed_to_what_it_names) {
    const char *dir = plugin_folder_new(0755), *other = plugin_folder_new(0755);
    const char *file = plugin_folder_write(other, "real.so", "x");
    const char *link = plugin_folder_path(dir, "link.so");
    ck_assert_int_eq(symlink(file, link), 0);
    ck_assert_int_eq(ac_trust_file(link, real, &err), AC_OK);
    ck_assert_str_eq(real, file);
}
END_TEST

START_TEST(a_link_to_a_place_of_others_is_not_trusted) {
    const char *dir = plugin_folder_new(0755), *other = plugin_folder_new(0777);
    const char *link = plugin_folder_path(dir, "link.so");
    ck_assert_int_eq(symlink(plugin_folder_write(other, "real.so", "x"), link), 0);
    assert_untrusted(ac_trust_file(link, real, &err), other);
}
END_TEST

// From a good place to a good place, but by way of one where anybody can bend the link.
START_TEST(a_link_by_way_of_a_place_of_others_is_not_trusted) {
    const char *dir = plugin_folder_new(0755), *way = plugin_folder_new(0700);
    const char *end = plugin_folder_new(0755);
    const char *first = plugin_folder_path(dir, "plugins");
    const char *second = plugin_folder_path(way, "there");
    plugin_folder_write(end, "x.so", "x");
    ck_assert_int_eq(symlink(second, first), 0);
    ck_assert_int_eq(symlink(end, second), 0);
    const char *path = plugin_folder_path(first, "x.so");
    ck_assert_int_eq(ac_trust_file(path, real, &err), AC_OK);
    ck_assert_int_eq(chmod(way, 0777), 0);
    assert_untrusted(ac_trust_file(path, real, &err), way);
}
END_TEST

START_TEST(links_in_a_circle_end) {
    const char *dir = plugin_folder_new(0755);
    const char *a = plugin_folder_path(dir, "a.so"), *b = plugin_folder_path(dir, "b.so");
    ck_assert_int_eq(symlink("b.so", a), 0);
    ck_assert_int_eq(symlink("a.so", b), 0);
    ck_assert_int_eq(ac_trust_file(a, real, &err), AC_RUN);
    assert_says("its links lead in a circle");
}
END_TEST

START_TEST(a_link_to_nothing_is_not_found) {
    const char *link = plugin_folder_path(plugin_folder_new(0755), "a.so");
    ck_assert_int_eq(symlink("gone.so", link), 0);
    ck_assert_int_eq(ac_trust_file(link, real, &err), AC_RUN);
    ck_assert_str_eq(err.code, "PLUGIN_NOT_FOUND");
    assert_says(link);
}
END_TEST

START_TEST(a_path_from_here_is_one_like_any) {
    const char *dir = plugin_folder_new(0755);
    const char *file = plugin_folder_write(dir, "x.so", "x");
    plugin_folder_below(dir, "sub", 0755);
    ck_assert_int_eq(chdir(plugin_folder_path(dir, "sub")), 0);
    ck_assert_int_eq(ac_trust_file(".././/sub/../x.so", real, &err), AC_OK);
    ck_assert_str_eq(real, file);
}
END_TEST

START_TEST(a_path_over_any_length_is_refused) {
    static char path[2 * AC_TRUST_PATH_BYTES];
    memset(path, 'a', sizeof path - 1);
    path[0] = '/';
    ck_assert_int_eq(ac_trust_file(path, real, &err), AC_RUN);
    assert_says("the path is too long");
}
END_TEST

START_TEST(no_path_is_not_found) {
    ck_assert_int_eq(ac_trust_file("", real, &err), AC_RUN);
    ck_assert_str_eq(err.code, "PLUGIN_NOT_FOUND");
}
END_TEST

// --- owners (as root, who alone can give a file away) --------------------------------------------

START_TEST(a_file_of_somebody_else_is_not_trusted) {
    const char *file = plugin_folder_write(plugin_folder_new(0755), "x.so", "x");
    ck_assert_int_eq(chown(file, SOMEBODY, 0), 0);
    assert_untrusted(ac_trust_file(file, real, &err), "belongs to user 54321, neither to root nor");
    assert_says("the file ");
}
END_TEST

START_TEST(a_folder_of_somebody_else_is_not_trusted) {
    const char *dir = plugin_folder_new(0755);
    const char *inner = plugin_folder_below(dir, "inner", 0755);
    const char *file = plugin_folder_write(inner, "x.so", "x");
    ck_assert_int_eq(chown(dir, SOMEBODY, 0), 0);
    assert_untrusted(ac_trust_file(file, real, &err), "belongs to user 54321");
    assert_says("the folder ");
}
END_TEST

START_TEST(a_link_of_somebody_else_is_not_trusted) {
    const char *dir = plugin_folder_new(01777); // where everybody may make one
    const char *end = plugin_folder_new(0755);
    const char *link = plugin_folder_path(dir, "plugins");
    plugin_folder_write(end, "x.so", "x");
    ck_assert_int_eq(symlink(end, link), 0);
    ck_assert_int_eq(lchown(link, SOMEBODY, 0), 0);
    assert_untrusted(ac_trust_file(plugin_folder_path(link, "x.so"), real, &err), "the link ");
}
END_TEST

START_TEST(what_belongs_to_us_or_to_root_is_trusted) {
    const char *dir = plugin_folder_new(0755);
    const char *ours = plugin_folder_write(dir, "ours.so", "x");
    const char *roots = plugin_folder_write(dir, "roots.so", "x");
    ck_assert_int_eq(chown(ours, SOMEBODY, 0), 0);
    ck_assert_int_eq(seteuid(SOMEBODY), 0);
    enum ac_rc ours_rc = ac_trust_file(ours, real, &err);
    enum ac_rc roots_rc = ac_trust_file(roots, real, &err);
    ck_assert_int_eq(seteuid(0), 0);
    ck_assert_msg(ours_rc == AC_OK && roots_rc == AC_OK, "%s", err.text);
}
END_TEST

int main(void) {
    Suite *s = suite_create("trust");
    TCase *t = tcase_create("trust");
    tcase_add_checked_fixture(t, setup, plugin_folder_end);
    tcase_add_loop_test(t, what_only_we_can_write_is_trusted, 0, N_TRUSTED);
    tcase_add_loop_test(t, what_others_can_write_is_not_trusted, N_TRUSTED, (int)AC_N(modes));
    tcase_add_test(t, a_group_that_is_the_users_alone_is_nobody_else);
    tcase_add_test(t, the_loader_asks);
    tcase_add_test(t, a_folder_is_trusted_like_a_file);
    tcase_add_test(t, a_file_is_no_folder);
    tcase_add_test(t, a_link_is_followed_to_what_it_names);
    tcase_add_test(t, a_link_to_a_place_of_others_is_not_trusted);
    tcase_add_test(t, a_link_by_way_of_a_place_of_others_is_not_trusted);
    tcase_add_test(t, links_in_a_circle_end);
    tcase_add_test(t, a_link_to_nothing_is_not_found);
    tcase_add_test(t, a_path_from_here_is_one_like_any);
    tcase_add_test(t, a_path_over_any_length_is_refused);
    tcase_add_test(t, no_path_is_not_found);
    if (geteuid() == 0) {
        tcase_add_test(t, a_file_of_somebody_else_is_not_trusted);
        tcase_add_test(t, a_folder_of_somebody_else_is_not_trusted);
        tcase_add_test(t, a_link_of_somebody_else_is_not_trusted);
        tcase_add_test(t, what_belongs_to_us_or_to_root_is_trusted);
    }
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
