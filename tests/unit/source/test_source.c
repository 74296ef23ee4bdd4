// SPDX-License-Identifier: MIT
// Inputs opened: plain files, pipes, what happens to them meanwhile.
#include "source/pack.h"
#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)

// --- plain files ---------------------------------------------------------------------------------

START_TEST(a_plain_file_is_one_nameless_member) {
    struct ac_member member;
    const char *path = source_write("a.csv", "a,b\n1,2\n", SIZE_MAX);
    struct ac_item item = source_item(path);
    struct ac_source *src = source_open(path, NULL);
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_OK);
    ck_assert_str_eq(member.name, "");
    ck_assert_int_eq(member.size_bytes, 8);
    ck_assert_int_eq(member.modified_ms, item.modified_ms);
    ac_str bytes;
    ck_assert_int_eq(ac_source_peek(src, 1, &bytes, &source_err), AC_OK);
    ck_assert(ac_str_eq(bytes, AC_STR("a,b\n1,2\n")));
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ck_assert_uint_eq(ac_source_read_bytes(src), 8);
    ac_source_close(src);
}
END_TEST

START_TEST(an_empty_file_is_an_empty_member) {
    struct ac_member member;
    struct ac_source *src = source_open(source_write("a.csv", "", 0), NULL);
    source_check_next(src, "", "");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ac_source_close(src);
}
END_TEST

START_TEST(closing_nothing_is_fine) { ac_source_close(NULL); }
END_TEST

static char *make_numbers(size_t len) {
    char *bytes = malloc(len + 16);
    ck_assert_ptr_nonnull(bytes);
    for (size_t at = 0; at < len; at += 8)
        snprintf(bytes + at, 16, "%07zu\n", at / 8 % 10000000);
    return bytes;
}

static const size_t lengths[] = {511,  512,     513, 4095,    4096,
                                 4097, MIB - 1, MIB, MIB + 1, 5 * MIB + 3};

START_TEST(every_byte_of_a_file_comes_once) {
    struct ac_member member;
    size_t len = lengths[_i], at = 0;
    char *expected = make_numbers(len);
    struct ac_source *src = source_open(source_write("a", expected, len), NULL);
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_OK);
    enum ac_rc rc = AC_OK;
    for (size_t min = 1; rc == AC_OK; min = min * 3 % 70001 + 1) { // across the blocks' borders
        ac_str bytes;
        rc = ac_source_peek(src, min, &bytes, &source_err);
        ck_assert(bytes.len >= min || rc == AC_END);
        size_t n = rc == AC_END || bytes.len < min * 2 ? bytes.len : min * 2;
        ck_assert_uint_le(at + n, len);
        ck_assert_int_eq(memcmp(bytes.ptr, expected + at, n), 0);
        ac_source_take(src, n);
        at += n;
    }
    ck_assert_int_eq(rc, AC_END);
    ck_assert_uint_eq(at, len);
    ac_source_close(src);
    free(expected);
}
END_TEST

static const char *const filters[] = {"none", "gzip", "zstd"};

START_TEST(more_than_the_ceiling_cannot_be_lent) {
    struct ac_member member;
    ac_str bytes;
    char *text = make_numbers(3 * MIB);
    const char *path = source_compress("a", filters[_i], NULL, text, 3 * MIB);
    struct ac_source *src =
        source_open(path, &(struct ac_source_options){.max_window_bytes = 2 * MIB});
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_OK);
    ck_assert_int_eq(ac_source_peek(src, 2 * MIB, &bytes, &source_err), AC_OK);
    ck_assert_int_eq(ac_source_peek(src, 2 * MIB + 1, &bytes, &source_err), AC_INPUT);
    ck_assert_str_eq(source_err.source, path);
    source_check_err("WINDOW_TOO_SMALL", "the ceiling is 2097152");
    ck_assert_int_eq(ac_source_peek(src, 1, &bytes, &source_err), AC_OK);
    ck_assert_int_eq(memcmp(bytes.ptr, text, bytes.len), 0);
    ac_source_close(src);
    free(text);
}
END_TEST

START_TEST(a_wrong_call_is_our_mistake) {
    struct ac_member member;
    ac_str bytes;
    struct ac_source *src = source_open(source_write("a", "x", 1), NULL);
    ck_assert_int_eq(ac_source_peek(src, 1, &bytes, &source_err), AC_RUN);
    ck_assert_int_eq(source_err.cause, AC_CAUSE_INTERNAL);
    source_check_err("WRONG_STATE", "before next");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_OK);
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ck_assert_int_eq(ac_source_peek(src, 1, &bytes, &source_err), AC_RUN);
    source_check_err("WRONG_STATE", "at the end");
    ac_source_close(src);
}
END_TEST

START_TEST(a_members_error_names_the_member) {
    static const struct source_file files[] = {{"in/one.csv", "content", 0, 0}};
    struct ac_member member;
    ac_str bytes;
    char place[1024];
    const char *path = source_pack("a.zip", "zip", "none", NULL, files, 1);
    struct ac_source *src = source_open(path, &(struct ac_source_options){.max_window_bytes = 600});
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_OK);
    ck_assert_int_eq(ac_source_peek(src, 601, &bytes, &source_err), AC_INPUT);
    snprintf(place, sizeof place, "%s!in/one.csv", path);
    ck_assert_str_eq(source_err.source, place);
    ac_source_close(src);
}
END_TEST

// --- refused -------------------------------------------------------------------------------------

static const struct {
    ac_str head;
    const char *kind;
} foreign[] = {{{"7z\xbc\xaf\x27\x1c\0\4", 8}, "7-Zip"},
               {{"Rar!\x1a\x07\x01\0", 8}, "RAR"},
               {{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8}, "old Office"}};

START_TEST(an_archive_we_do_not_read_is_named) {
    struct ac_item item = source_item(source_write("a.csv", foreign[_i].head.ptr, 8));
    struct ac_source *src = NULL;
    ck_assert_int_eq(ac_source_open(&src, &item, NULL, &source_err), AC_INPUT);
    ck_assert_ptr_nonnull(strstr(source_err.text, foreign[_i].kind));
    ck_assert_str_eq(source_err.source, item.name);
    source_check_err("UNSUPPORTED_ARCHIVE", "pack it as zip or tar.gz");
}
END_TEST

START_TEST(a_file_that_went_away_is_told) {
    const char *path = source_write("a.csv", "x", 1);
    struct ac_item item = source_item(path);
    struct ac_source *src = NULL;
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(ac_source_open(&src, &item, NULL, &source_err), AC_INPUT);
    ck_assert_str_eq(source_err.source, path);
    source_check_err("NOT_FOUND", "cannot be opened: No such file or directory");
}
END_TEST

START_TEST(a_file_that_became_a_folder_is_told) {
    const char *path = source_write("a.csv", "x", 1);
    struct ac_item item = source_item(path);
    struct ac_source *src = NULL;
    ck_assert_int_eq(unlink(path), 0);
    source_folder("a.csv");
    ck_assert_int_eq(ac_source_open(&src, &item, NULL, &source_err), AC_INPUT);
    source_check_err("NOT_A_FILE", "is a folder");
}
END_TEST

START_TEST(a_file_that_may_not_be_read_is_told) {
    const char *path = source_write("a.csv", "x", 1);
    struct ac_item item = source_item(path);
    struct ac_source *src = NULL;
    ck_assert_int_eq(chmod(path, 0), 0);
    source_lower_rights();
    enum ac_rc rc = ac_source_open(&src, &item, NULL, &source_err);
    source_restore_rights();
    ck_assert_int_eq(rc, AC_INPUT);
    source_check_err("UNREADABLE", "Permission denied");
}
END_TEST

START_TEST(a_device_or_socket_is_no_input) {
    struct ac_item item;
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    ck_assert_int_eq(ac_source_item("/dev/null", &source_arena, &item, &source_err), AC_INPUT);
    ck_assert_str_eq(source_err.source, "/dev/null");
    source_check_err("NOT_A_FILE", "a device or socket");
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_uint_lt(strlen(source_path("s")), sizeof at.sun_path);
    snprintf(at.sun_path, sizeof at.sun_path, "%s", source_path("s"));
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(ac_source_item(source_path("s"), &source_arena, &item, &source_err), AC_INPUT);
    source_check_err("NOT_A_FILE", "a device or socket");
    close(fd);
}
END_TEST

// --- pipes ---------------------------------------------------------------------------------------

static struct feeder {
    pthread_t thread;
    char path[1024];
    const char *bytes;
    size_t len, step;
} feeder;

static void *feed(void *arg) {
    (void)arg;
    int fd = open(feeder.path, O_WRONLY);
    for (size_t at = 0; at < feeder.len; at += feeder.step) {
        size_t n = feeder.len - at < feeder.step ? feeder.len - at : feeder.step;
        if (write(fd, feeder.bytes + at, n) != (ssize_t)n)
            break;
    }
    close(fd);
    return NULL;
}

// A named pipe into which another thread writes, a few bytes at a time.
static const char *feed_pipe(const char *bytes, size_t len, size_t step) {
    snprintf(feeder.path, sizeof feeder.path, "%s", source_path("pipe"));
    feeder.bytes = bytes;
    feeder.len = len;
    feeder.step = step;
    ck_assert_int_eq(mkfifo(feeder.path, 0600), 0);
    ck_assert_int_eq(pthread_create(&feeder.thread, NULL, feed, NULL), 0);
    return feeder.path;
}

START_TEST(a_pipe_is_read_to_its_end) {
    struct ac_member member;
    const char *path = feed_pipe("a,b\n1,2\n3,4\n", 12, 5);
    ck_assert_int_eq(source_item(path).size_bytes, -1);
    struct ac_source *src = source_open(path, NULL);
    ck_assert(!ac_source_changed(src));
    source_check_next(src, "", "a,b\n1,2\n3,4\n");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ac_source_close(src);
    pthread_join(feeder.thread, NULL);
}
END_TEST

static const struct {
    const char *format, *filter;
} piped[] = {{"zip", "none"}, {"ustar", "none"}, {"ustar", "gzip"}, {"ustar", "xz"}};

START_TEST(an_archive_comes_through_a_pipe) {
    static const struct source_file files[] = {{"one", "first", 0, 0}, {"two", "second", 0, 0}};
    struct ac_member member;
    size_t len;
    char *bytes =
        source_read(source_pack("a", piped[_i].format, piped[_i].filter, NULL, files, 2), &len);
    struct ac_source *src = source_open(feed_pipe(bytes, len, 100), NULL);
    source_check_next(src, "one", "first");
    source_check_next(src, "two", "second");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ac_source_close(src);
    pthread_join(feeder.thread, NULL);
    free(bytes);
}
END_TEST

// --- changed meanwhile ---------------------------------------------------------------------------

static void grow(const char *path) {
    FILE *f = fopen(path, "a");
    ck_assert_ptr_nonnull(f);
    fputs("more", f);
    fclose(f);
}

static void shrink(const char *path) { ck_assert_int_eq(truncate(path, 1), 0); }

static void touch(const char *path) {
    struct timespec times[2] = {{1, 0}, {1, 1}};
    ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void replace(const char *path) { // by one that looks the same
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    const char *other = source_write("other", "a,b\n1,2\n", SIZE_MAX);
    struct timespec times[2] = {st.st_atim, st.st_mtim};
    ck_assert_int_eq(utimensat(AT_FDCWD, other, times, 0), 0);
    ck_assert_int_eq(rename(other, path), 0);
}

static void take_away(const char *path) { ck_assert_int_eq(unlink(path), 0); }

static void leave(const char *path) { ck_assert_ptr_nonnull(path); }

static const struct {
    void (*change)(const char *path);
    bool is_seen;
} changes[] = {{leave, false}, {grow, true},    {shrink, true},
               {touch, true},  {replace, true}, {take_away, true}};

START_TEST(a_change_is_seen) {
    const char *path = source_write("a.csv", "a,b\n1,2\n", SIZE_MAX);
    struct ac_source *src = source_open(path, NULL);
    ck_assert(!ac_source_changed(src));
    changes[_i].change(path);
    ck_assert_int_eq(ac_source_changed(src), changes[_i].is_seen);
    ac_source_close(src);
}
END_TEST

START_TEST(a_change_between_listing_or_opening_is_seen) {
    const char *path = source_write("a.csv", "a,b\n1,2\n", SIZE_MAX);
    struct ac_item item = source_item(path);
    struct ac_source *src = NULL;
    replace(path);
    ck_assert_int_eq(ac_source_open(&src, &item, NULL, &source_err), AC_OK);
    ck_assert(ac_source_changed(src));
    ac_source_close(src);
}
END_TEST

START_TEST(a_file_that_grows_is_read_to_its_new_end) {
    struct ac_member member;
    uint64_t n;
    char *text = make_numbers(2 * MIB);
    const char *path = source_write("a.csv", text, 2 * MIB);
    struct ac_source *src = source_open(path, NULL);
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_OK);
    grow(path);
    ck_assert_int_eq(source_drain(src, 1, &n), AC_END);
    ck_assert_uint_eq(n, 2 * MIB + 4);
    ck_assert(ac_source_changed(src));
    ac_source_close(src);
    free(text);
}
END_TEST

START_TEST(a_file_that_shrinks_ends_early) {
    struct ac_member member;
    uint64_t n;
    char *text = make_numbers(4 * MIB);
    const char *path = source_write("a.csv", text, 4 * MIB);
    struct ac_source *src = source_open(path, NULL);
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_OK);
    shrink(path);
    ck_assert_int_eq(source_drain(src, 1, &n), AC_END);
    ck_assert_uint_lt(n, 4 * MIB);
    ck_assert(ac_source_changed(src));
    ac_source_close(src);
    free(text);
}
END_TEST

START_TEST(a_zip_archive_that_shrinks_is_told) {
    struct ac_member member;
    uint64_t n;
    char *text = make_numbers(4 * MIB);
    const struct source_file files[] = {{"one", text, 4 * MIB, 0}};
    const char *path = source_pack("a.zip", "zip", "none", "zip:compression=store", files, 1);
    struct ac_source *src = source_open(path, NULL);
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_OK);
    shrink(path);
    ck_assert_int_eq(source_drain(src, 1, &n), AC_INPUT);
    source_check_err("DAMAGED_ARCHIVE", "cut short or damaged");
    ac_source_close(src);
    free(text);
}
END_TEST

int main(void) {
    Suite *s = suite_create("source/source");
    TCase *t = tcase_create("plain");
    tcase_add_checked_fixture(t, source_setup, source_teardown);
    tcase_add_test(t, a_plain_file_is_one_nameless_member);
    tcase_add_test(t, an_empty_file_is_an_empty_member);
    tcase_add_test(t, closing_nothing_is_fine);
    tcase_add_loop_test(t, every_byte_of_a_file_comes_once, 0, (int)AC_N(lengths));
    tcase_add_loop_test(t, more_than_the_ceiling_cannot_be_lent, 0, (int)AC_N(filters));
    tcase_add_test(t, a_wrong_call_is_our_mistake);
    tcase_add_test(t, a_members_error_names_the_member);
    suite_add_tcase(s, t);
    t = tcase_create("refused");
    tcase_add_checked_fixture(t, source_setup, source_teardown);
    tcase_add_loop_test(t, an_archive_we_do_not_read_is_named, 0, (int)AC_N(foreign));
    tcase_add_test(t, a_file_that_went_away_is_told);
    tcase_add_test(t, a_file_that_became_a_folder_is_told);
    tcase_add_test(t, a_file_that_may_not_be_read_is_told);
    tcase_add_test(t, a_device_or_socket_is_no_input);
    suite_add_tcase(s, t);
    t = tcase_create("pipe");
    tcase_add_checked_fixture(t, source_setup, source_teardown);
    tcase_add_test(t, a_pipe_is_read_to_its_end);
    tcase_add_loop_test(t, an_archive_comes_through_a_pipe, 0, (int)AC_N(piped));
    suite_add_tcase(s, t);
    t = tcase_create("changed");
    tcase_add_checked_fixture(t, source_setup, source_teardown);
    tcase_add_loop_test(t, a_change_is_seen, 0, (int)AC_N(changes));
    tcase_add_test(t, a_change_between_listing_or_opening_is_seen);
    tcase_add_test(t, a_file_that_grows_is_read_to_its_new_end);
    tcase_add_test(t, a_file_that_shrinks_ends_early);
    tcase_add_test(t, a_zip_archive_that_shrinks_is_told);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
