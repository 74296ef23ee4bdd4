// SPDX-License-Identifier: MIT
// The state directory: made for its owner, refused when others could change it.
#include "ledger/state.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOMEBODY 65534

static struct ac_err *const err = &ledger_state.err;

static unsigned mode_of(const char *path) {
    struct stat st;
    ck_assert_msg(lstat(path, &st) == 0, "%s", path);
    return st.st_mode & 07777;
}

static const mode_t masks[] = {0, 022, 077, 0777};

START_TEST(the_directory_is_its_owners_alone_whatever_the_umask) {
    mode_t before = umask(masks[_i]);
    enum ac_rc rc = ledger_open(&ledger_state.l, false);
    if (rc == AC_OK)
        rc = ac_ledger_lock(ledger_state.l, "job", err);
    if (rc == AC_OK)
        rc = ac_ledger_file_done(ledger_state.l, "o", "h", err);
    umask(before);
    ledger_ok(rc);
    ck_assert_uint_eq(mode_of(ledger_path("state")), 0700);
    ck_assert_uint_eq(mode_of(ledger_path("state/spool")), 0700);
    ck_assert_uint_eq(mode_of(ledger_path("state/locks")), 0700);
    ck_assert_uint_eq(mode_of(ledger_path("state/ledger.db")), 0600);
    ck_assert_uint_eq(mode_of(ledger_path("state/ledger.db-wal")), 0600);
    ck_assert_uint_eq(mode_of(ledger_path("state/ledger.db-shm")), 0600);
    ck_assert_uint_eq(mode_of(ledger_path("state/locks/job.lock")), 0600);
}
END_TEST

START_TEST(parents_are_made_too) {
    ledger_ok(ac_ledger_place(ledger_path("a//b/c/"), false, err));
    ck_assert_uint_eq(mode_of(ledger_path("a")), 0700);
    ck_assert_uint_eq(mode_of(ledger_path("a/b")), 0700);
    ck_assert_uint_eq(mode_of(ledger_path("a/b/c")), 0700);
}
END_TEST

START_TEST(a_reader_makes_nothing) {
    ck_assert_int_eq(ac_ledger_place(ledger_path("a/b"), true, err), AC_END);
    ck_assert_int_eq(access(ledger_path("a"), F_OK), -1);
}
END_TEST

START_TEST(a_directory_that_all_may_read_is_fine) {
    ck_assert_int_eq(mkdir(ledger_state.dir, 0755), 0);
    ck_assert_int_eq(chmod(ledger_state.dir, 0755), 0);
    ledger_ok(ac_ledger_place(ledger_state.dir, false, err));
}
END_TEST

static const mode_t open_modes[] = {0770, 0720, 0707, 0702, 01777};

START_TEST(a_directory_that_others_can_write_to_is_refused) {
    ck_assert_int_eq(mkdir(ledger_state.dir, 0700), 0);
    ck_assert_int_eq(chmod(ledger_state.dir, open_modes[_i]), 0);
    enum ac_rc rc = ac_ledger_place(ledger_state.dir, false, err);
    ck_assert_ptr_nonnull(strstr(err->text, "chmod go-w"));
    ck_assert_ptr_nonnull(strstr(err->text, ledger_state.dir));
    ck_assert_int_eq(err->cause, AC_CAUSE_CONFIG);
    ledger_bad(rc, "STATE_UNSAFE");
    ledger_bad(ac_ledger_place(ledger_state.dir, true, err), "STATE_UNSAFE");
}
END_TEST

static const char *const subs[] = {"spool", "locks"};

START_TEST(a_folder_in_it_that_others_can_write_to_is_refused) {
    char sub[700];
    snprintf(sub, sizeof sub, "%s/%s", ledger_state.dir, subs[_i]);
    ck_assert_int_eq(mkdir(ledger_state.dir, 0700), 0);
    ck_assert_int_eq(mkdir(sub, 0700), 0);
    ck_assert_int_eq(chmod(sub, 0777), 0);
    ledger_bad(ac_ledger_place(ledger_state.dir, false, err), "STATE_UNSAFE");
}
END_TEST

START_TEST(ones_own_symbolic_link_to_it_is_followed) {
    ck_assert_int_eq(mkdir(ledger_path("real"), 0700), 0);
    ck_assert_int_eq(symlink(ledger_path("real"), ledger_state.dir), 0);
    ledger_ok(ledger_open(&ledger_state.l, false));
    ck_assert_int_eq(access(ledger_path("real/ledger.db"), F_OK), 0);
}
END_TEST

START_TEST(a_symbolic_link_to_an_open_directory_is_refused) {
    ck_assert_int_eq(mkdir(ledger_path("real"), 0700), 0);
    ck_assert_int_eq(chmod(ledger_path("real"), 0777), 0);
    ck_assert_int_eq(symlink(ledger_path("real"), ledger_state.dir), 0);
    ledger_bad(ac_ledger_place(ledger_state.dir, false, err), "STATE_UNSAFE");
}
END_TEST

START_TEST(a_symbolic_link_to_nothing_is_refused) {
    ck_assert_int_eq(symlink(ledger_path("nothing"), ledger_state.dir), 0);
    ledger_bad(ac_ledger_place(ledger_state.dir, false, err), "STATE_NOT_WRITABLE");
    ledger_bad(ac_ledger_place(ledger_state.dir, true, err), "STATE_NOT_WRITABLE");
}
END_TEST

START_TEST(a_directory_of_somebody_else_is_refused) {
    ck_assert_int_eq(mkdir(ledger_state.dir, 0700), 0);
    ck_assert_int_eq(chown(ledger_state.dir, SOMEBODY, SOMEBODY), 0);
    enum ac_rc rc = ac_ledger_place(ledger_state.dir, false, err);
    ck_assert_ptr_nonnull(strstr(err->text, "belongs to user 65534"));
    ledger_bad(rc, "STATE_UNSAFE");
}
END_TEST

START_TEST(root_may_look_at_a_directory_of_somebody_else) {
    ck_assert_int_eq(mkdir(ledger_state.dir, 0700), 0);
    ck_assert_int_eq(chown(ledger_state.dir, SOMEBODY, SOMEBODY), 0);
    ledger_ok(ac_ledger_place(ledger_state.dir, true, err));
}
END_TEST

START_TEST(a_symbolic_link_of_somebody_else_is_refused) {
    ck_assert_int_eq(mkdir(ledger_path("real"), 0700), 0);
    ck_assert_int_eq(symlink(ledger_path("real"), ledger_state.dir), 0);
    ck_assert_int_eq(lchown(ledger_state.dir, SOMEBODY, SOMEBODY), 0);
    char with_slash[700];
    snprintf(with_slash, sizeof with_slash, "%s/", ledger_state.dir);
    enum ac_rc rc = ac_ledger_place(with_slash, false, err);
    ck_assert_ptr_nonnull(strstr(err->text, "symbolic link made by somebody else"));
    ledger_bad(rc, "STATE_UNSAFE");
}
END_TEST

START_TEST(a_ledger_of_somebody_else_is_refused) {
    ledger_ok(ledger_open(&ledger_state.l, false));
    ledger_close();
    ck_assert_int_eq(chown(ledger_path("state/ledger.db"), SOMEBODY, SOMEBODY), 0);
    ledger_bad(ledger_open(&ledger_state.l, false), "STATE_UNSAFE");
}
END_TEST

START_TEST(without_being_root_the_systems_own_directory_is_refused) {
    ledger_bad(ac_ledger_place("/usr", false, err), "STATE_UNSAFE");
}
END_TEST

static const char *const impossible[] = {"/proc/acload/state", "/dev/null/state", "/dev/null", ""};

START_TEST(a_place_where_nothing_can_be_made_is_said) {
    enum ac_rc rc = ac_ledger_place(impossible[_i], false, err);
    ck_assert_ptr_nonnull(strstr(err->text, "--state"));
    ck_assert_int_eq(err->cause, AC_CAUSE_CONFIG);
    ledger_bad(rc, "STATE_NOT_WRITABLE");
}
END_TEST

static void touch(const char *path, mode_t mode) {
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(fchmod(fd, mode), 0);
    close(fd);
}

START_TEST(a_path_below_a_file_is_refused) {
    touch(ledger_path("file"), 0600);
    ledger_bad(ac_ledger_place(ledger_path("file/state"), false, err), "STATE_NOT_WRITABLE");
}
END_TEST

START_TEST(a_ledger_that_all_may_read_is_closed_to_them) {
    ck_assert_int_eq(mkdir(ledger_state.dir, 0700), 0);
    touch(ledger_path("state/ledger.db"), 0644);
    ledger_ok(ledger_open(&ledger_state.l, false));
    ck_assert_uint_eq(mode_of(ledger_path("state/ledger.db")), 0600);
}
END_TEST

START_TEST(a_ledger_that_is_a_symbolic_link_is_refused) {
    ck_assert_int_eq(mkdir(ledger_state.dir, 0700), 0);
    touch(ledger_path("elsewhere"), 0600);
    ck_assert_int_eq(symlink(ledger_path("elsewhere"), ledger_path("state/ledger.db")), 0);
    ledger_bad(ledger_open(&ledger_state.l, false), "STATE_UNSAFE");
    ledger_bad(ledger_open(&ledger_state.l, true), "STATE_UNSAFE");
}
END_TEST

START_TEST(a_ledger_that_is_a_directory_is_refused) {
    ck_assert_int_eq(mkdir(ledger_state.dir, 0700), 0);
    ck_assert_int_eq(mkdir(ledger_path("state/ledger.db"), 0700), 0);
    ledger_bad(ledger_open(&ledger_state.l, false), "STATE_UNSAFE");
}
END_TEST

START_TEST(a_path_is_joined_by_one_slash) {
    char *path = NULL;
    ledger_ok(ac_ledger_path(&path, "dir", "name", err));
    ck_assert_str_eq(path, "dir/name");
    free(path);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("ledger/place");
    TCase *t = tcase_create("place");
    tcase_add_checked_fixture(t, ledger_setup_root, ledger_teardown);
    tcase_add_loop_test(t, the_directory_is_its_owners_alone_whatever_the_umask, 0, AC_N(masks));
    tcase_add_test(t, parents_are_made_too);
    tcase_add_test(t, a_reader_makes_nothing);
    tcase_add_test(t, a_directory_that_all_may_read_is_fine);
    tcase_add_loop_test(t, a_directory_that_others_can_write_to_is_refused, 0, AC_N(open_modes));
    tcase_add_loop_test(t, a_folder_in_it_that_others_can_write_to_is_refused, 0, AC_N(subs));
    tcase_add_test(t, ones_own_symbolic_link_to_it_is_followed);
    tcase_add_test(t, a_symbolic_link_to_an_open_directory_is_refused);
    tcase_add_test(t, a_symbolic_link_to_nothing_is_refused);
    tcase_add_loop_test(t, a_place_where_nothing_can_be_made_is_said, 0, AC_N(impossible));
    tcase_add_test(t, a_path_below_a_file_is_refused);
    tcase_add_test(t, a_ledger_that_all_may_read_is_closed_to_them);
    tcase_add_test(t, a_ledger_that_is_a_symbolic_link_is_refused);
    tcase_add_test(t, a_ledger_that_is_a_directory_is_refused);
    tcase_add_test(t, a_path_is_joined_by_one_slash);
    suite_add_tcase(suite, t);
    t = tcase_create("owner"); // only root can give a file away; others find files that are root's
    tcase_add_checked_fixture(t, ledger_setup_root, ledger_teardown);
    if (geteuid() == 0) {
        tcase_add_test(t, a_directory_of_somebody_else_is_refused);
        tcase_add_test(t, root_may_look_at_a_directory_of_somebody_else);
        tcase_add_test(t, a_symbolic_link_of_somebody_else_is_refused);
        tcase_add_test(t, a_ledger_of_somebody_else_is_refused);
    } else {
        tcase_add_test(t, without_being_root_the_systems_own_directory_is_refused);
    }
    suite_add_tcase(suite, t);
    return ledger_main(suite);
}
