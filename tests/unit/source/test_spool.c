// SPDX-License-Identifier: MIT
// Standard input kept as a file.
#include "source/pack.h"
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct ac_item item;

static size_t n_left(void) { // files in the folder
    DIR *dir = opendir(source_path("state"));
    ck_assert_ptr_nonnull(dir);
    size_t n = 0;
    for (struct dirent *entry; (entry = readdir(dir));)
        n += entry->d_name[0] != '.';
    closedir(dir);
    return n;
}

static volatile int stop;

static void setup(void) {
    source_setup();
    source_folder("state");
    stop = 0;
}

static enum ac_rc spool(int fd) {
    return ac_source_spool(fd, source_path("state"), 7, &stop, &source_arena, &item, &source_err);
}

static void *feed(void *arg) {
    int fd = *(int *)arg;
    for (int i = 0; i < 20000; i++)
        if (write(fd, "0123456789abcde\n", 16) != 16)
            break;
    close(fd);
    return NULL;
}

START_TEST(a_pipe_is_kept_whole) {
    struct stat st;
    int fds[2];
    pthread_t thread;
    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, feed, &fds[1]), 0);
    ck_assert_int_eq(spool(fds[0]), AC_OK);
    pthread_join(thread, NULL);
    ck_assert_str_eq(item.name, "standard input");
    ck_assert(item.is_spooled);
    ck_assert_int_eq(item.size_bytes, 320000);
    ck_assert_int_eq(stat(item.path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    ck_assert_uint_eq(n_left(), 1);
    struct ac_source *src = NULL;
    struct ac_member member;
    uint64_t n;
    ck_assert_int_eq(ac_source_open(&src, &item, NULL, &source_err), AC_OK);
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_OK);
    ck_assert_int_eq(source_drain(src, 1, &n), AC_END);
    ck_assert_uint_eq(n, 320000);
    ac_source_close(src);
    close(fds[0]);
}
END_TEST

START_TEST(two_inputs_are_two_files) {
    const char *path = source_write("in", "text", 4);
    char first[1024];
    for (int i = 0; i < 2; i++) {
        int fd = open(path, O_RDONLY);
        ck_assert_int_eq(spool(fd), AC_OK);
        close(fd);
        ck_assert(i == 0 || strcmp(first, item.path) != 0);
        snprintf(first, sizeof first, "%s", item.path);
    }
    ck_assert_uint_eq(n_left(), 2);
}
END_TEST

START_TEST(nothing_is_an_empty_file) {
    int fds[2];
    ck_assert_int_eq(pipe(fds), 0);
    close(fds[1]);
    ck_assert_int_eq(spool(fds[0]), AC_OK);
    ck_assert_int_eq(item.size_bytes, 0);
    close(fds[0]);
}
END_TEST

START_TEST(a_closed_input_is_told) {
    int fd = open(source_path("state"), O_RDONLY); // a number that is free afterwards
    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert_int_eq(spool(fd), AC_INPUT);
    ck_assert_str_eq(source_err.source, "standard input");
    source_check_err("UNREADABLE", "Bad file descriptor");
    ck_assert_uint_eq(n_left(), 0);
}
END_TEST

START_TEST(an_input_that_cannot_be_read_is_told) {
    int fd = open(source_path("state"), O_RDONLY);
    ck_assert_int_eq(spool(fd), AC_INPUT);
    ck_assert_str_eq(source_err.source, "standard input");
    source_check_err("UNREADABLE", "Is a directory");
    ck_assert_uint_eq(n_left(), 0);
    close(fd);
}
END_TEST

START_TEST(a_full_disk_stops_the_run_and_leaves_no_file) {
    struct rlimit before, limit;
    const size_t len = (size_t)3 << 20;
    char *bytes = calloc(1, len);
    ck_assert_ptr_nonnull(bytes);
    int fd = open(source_write("in", bytes, len), O_RDONLY);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = len / 2;
    void (*was)(int) = signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    enum ac_rc rc = spool(fd);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, was);
    ck_assert_int_eq(rc, AC_RUN);
    ck_assert_int_eq(source_err.cause, AC_CAUSE_STOP);
    ck_assert_ptr_nonnull(strstr(source_err.text, source_path("state")));
    source_check_err("DISK_FULL", "standard input cannot be kept");
    ck_assert_uint_eq(n_left(), 0);
    close(fd);
    free(bytes);
}
END_TEST

START_TEST(a_folder_that_is_not_there_stops_the_run) {
    int fd = open(source_write("in", "x", 1), O_RDONLY);
    ck_assert_int_eq(
        ac_source_spool(fd, source_path("none"), 7, NULL, &source_arena, &item, &source_err),
        AC_RUN);
    ck_assert_int_eq(source_err.cause, AC_CAUSE_STOP);
    source_check_err("CANNOT_WRITE", "No such file or directory");
    close(fd);
}
END_TEST

START_TEST(a_pipe_that_says_nothing_can_be_given_up) {
    int fds[2];
    ck_assert_int_eq(pipe(fds), 0);
    stop = 1;
    ck_assert_int_eq(spool(fds[0]), AC_RUN);
    ck_assert_int_eq(source_err.cause, AC_CAUSE_STOP);
    source_check_err("STOPPED", "standard input");
    ck_assert_uint_eq(n_left(), 0);
    close(fds[0]);
    close(fds[1]);
}
END_TEST

START_TEST(a_full_arena_stops_the_run) {
    struct ac_arena small;
    ac_arena_init(&small, 16);
    int fd = open(source_write("in", "x", 1), O_RDONLY);
    ck_assert_int_eq(ac_source_spool(fd, source_path("state"), 7, NULL, &small, &item, &source_err),
                     AC_RUN);
    source_check_err("NO_MEMORY", "");
    ck_assert_uint_eq(n_left(), 0);
    ac_arena_free(&small);
    close(fd);
}
END_TEST

START_TEST(a_message_is_kept_and_told_by_its_name) {
    char one[65], same[65], other[65];
    struct ac_source_message message = {.name = "records 1 to 2",
                                        .named_by = "stream\n1\n2",
                                        .bytes = AC_STR("{}\n"),
                                        .modified_ms = 1000};
    ck_assert_int_eq(
        ac_source_keep(&message, source_path("state"), 7, &source_arena, &item, &source_err),
        AC_OK);
    ck_assert_str_eq(item.name, "records 1 to 2");
    ck_assert(item.is_spooled && strstr(item.path, "/event.7.") != NULL);
    ck_assert_int_eq(item.size_bytes, 3);
    ck_assert_int_eq(item.modified_ms, 1000);
    ck_assert_int_eq(ac_source_identify(&item, one, &source_err), AC_OK);
    message.bytes = AC_STR("other bytes");
    ck_assert_int_eq(
        ac_source_keep(&message, source_path("state"), 7, &source_arena, &item, &source_err),
        AC_OK);
    ck_assert_int_eq(ac_source_identify(&item, same, &source_err), AC_OK);
    ck_assert_str_eq(one, same);
    item.named_by = NULL;
    ck_assert_int_eq(ac_source_identify(&item, other, &source_err), AC_OK);
    ck_assert_str_ne(one, other);
    ck_assert_uint_eq(n_left(), 2);
}
END_TEST

START_TEST(a_message_without_a_folder_stops_the_run) {
    struct ac_source_message message = {.name = "m", .named_by = "m", .bytes = AC_STR("x")};
    ck_assert_int_eq(
        ac_source_keep(&message, source_path("gone"), 7, &source_arena, &item, &source_err),
        AC_RUN);
}
END_TEST

int main(void) {
    Suite *s = suite_create("source/spool");
    TCase *t = tcase_create("spool");
    tcase_add_checked_fixture(t, setup, source_teardown);
    tcase_add_test(t, a_pipe_is_kept_whole);
    tcase_add_test(t, two_inputs_are_two_files);
    tcase_add_test(t, nothing_is_an_empty_file);
    tcase_add_test(t, a_closed_input_is_told);
    tcase_add_test(t, an_input_that_cannot_be_read_is_told);
    tcase_add_test(t, a_full_disk_stops_the_run_and_leaves_no_file);
    tcase_add_test(t, a_folder_that_is_not_there_stops_the_run);
    tcase_add_test(t, a_pipe_that_says_nothing_can_be_given_up);
    tcase_add_test(t, a_full_arena_stops_the_run);
    tcase_add_test(t, a_message_is_kept_and_told_by_its_name);
    tcase_add_test(t, a_message_without_a_folder_stops_the_run);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
