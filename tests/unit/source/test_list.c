// SPDX-License-Identifier: MIT
// Files found by path, folder, pattern or URL.
#include "source/pack.h"
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// What was found, by the part of its path behind the test's folder, one a line.
static char found[65536];
static size_t n_found, stop_after;

static enum ac_rc on_found(void *arg, const struct ac_item *item, struct ac_err *err) {
    (void)arg;
    const char *name = item->name + strlen(source_path(""));
    size_t len = strlen(found);
    snprintf(found + len, sizeof found - len, "%s\n", name);
    if (++n_found < stop_after)
        return AC_OK;
    return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "ENOUGH", "enough");
}

static void setup(void) {
    source_setup();
    found[0] = '\0';
    n_found = 0;
    stop_after = SIZE_MAX;
}

static enum ac_rc list_with(const char *url, struct ac_source_filter *filter) {
    return ac_source_list(url, filter, &source_arena, on_found, NULL, &source_err);
}

static void ck_list(const char *url, const char *names) {
    ck_assert_msg(list_with(url, NULL) == AC_OK, "%s: %s", source_err.source, source_err.text);
    ck_assert_str_eq(found, names);
}

static void write_all(const char *const *names) {
    for (; *names; names++)
        source_write(*names, "a,b\n1,2\n", SIZE_MAX);
}

// --- what is found -------------------------------------------------------------------------------

START_TEST(a_file_is_found_as_it_was_given) {
    source_write("a.csv", "12345", SIZE_MAX);
    ck_list(source_path("a.csv"), "a.csv\n");
}
END_TEST

START_TEST(an_item_describes_its_file) {
    struct stat st;
    const char *path = source_write("a.csv", "12345", SIZE_MAX);
    struct timespec times[2] = {{1, 0}, {1930407327, 123456789}};
    ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
    ck_assert_int_eq(stat(path, &st), 0);
    struct ac_item item = source_item(path);
    ck_assert_str_eq(item.name, path);
    ck_assert_str_eq(item.path, path);
    ck_assert_int_eq(item.size_bytes, 5);
    ck_assert_int_eq(item.modified_ms, INT64_C(1930407327123));
    ck_assert_int_eq(item.modified_ns, INT64_C(1930407327123456789));
    ck_assert_uint_eq(item.inode, st.st_ino);
    ck_assert_uint_eq(item.device, st.st_dev);
    ck_assert(!item.is_spooled);
}
END_TEST

START_TEST(a_folder_is_walked_in_byte_order_of_whole_paths) {
    source_folder("in");
    source_folder("in/a");
    source_folder("in/a/deep");
    source_folder("in/empty");
    write_all((const char *const[]){"in/b.csv", "in/a/2.csv", "in/a/10.csv", "in/a/deep/x",
                                    "in/a-1", "in/a.csv", "in/B", "in/.dot", "in/z.tmp", NULL});
    ck_list(source_path("in"), "in/.dot\nin/B\nin/a-1\nin/a.csv\nin/a/10.csv\nin/a/2.csv\n"
                               "in/a/deep/x\nin/b.csv\nin/z.tmp\n");
}
END_TEST

START_TEST(slashes_behind_a_folder_do_not_matter) {
    source_folder("in");
    source_write("in/a", "x", SIZE_MAX);
    ck_list(source_path("in//"), "in/a\n");
}
END_TEST

START_TEST(an_empty_folder_is_no_error) {
    source_folder("in");
    ck_list(source_path("in"), "");
}
END_TEST

START_TEST(links_to_files_are_found_those_to_folders_are_not) {
    source_folder("in");
    source_folder("other");
    write_all((const char *const[]){"in/a", "other/b", NULL});
    ck_assert_int_eq(symlink("../other/b", source_path("in/link-to-file")), 0);
    ck_assert_int_eq(symlink("../other", source_path("in/link-to-folder")), 0);
    ck_assert_int_eq(symlink("..", source_path("in/loop")), 0);
    ck_assert_int_eq(symlink("nowhere", source_path("in/dangling")), 0);
    ck_assert_int_eq(symlink("self", source_path("in/self")), 0);
    ck_assert_int_eq(mkfifo(source_path("in/pipe"), 0600), 0);
    ck_list(source_path("in"), "in/a\nin/link-to-file\n");
}
END_TEST

START_TEST(a_folder_given_by_a_link_is_walked) {
    source_folder("in");
    source_write("in/a", "x", SIZE_MAX);
    ck_assert_int_eq(symlink("in", source_path("link")), 0);
    ck_list(source_path("link"), "link/a\n");
}
END_TEST

START_TEST(folders_nested_without_end_are_told) {
    char path[512] = "in";
    source_folder(path);
    for (int i = 0; i < 70; i++) {
        memcpy(path + strlen(path), "/d", 3);
        source_folder(path);
    }
    source_write("in/z", "x", SIZE_MAX);
    ck_assert_int_eq(list_with(source_path("in"), NULL), AC_INPUT);
    ck_assert_str_eq(found, "in/z\n"); // the rest is found all the same
    source_check_err("FOLDER_TOO_DEEP", "too deeply");
}
END_TEST

// --- patterns ------------------------------------------------------------------------------------

static const struct {
    const char *pattern, *found;
} globs[] = {
    {"*.csv", "a.csv\nb.csv\n"},
    {"[ab].csv", "a.csv\nb.csv\n"},
    {"?.csv", "a.csv\nb.csv\n"},
    {"*", "a.csv\nb.csv\nc.txt\nd/e.csv\nd/f/g.csv\n"},
    {"*/*.csv", "d/e.csv\nloop/a.csv\nloop/b.csv\n"}, // as deep as the pattern, no deeper
    {"a\\.csv", "a.csv\n"},
    {"d", "d/e.csv\nd/f/g.csv\n"},
    {"d*", "d/e.csv\nd/f/g.csv\n"},
    {".*dden", ".hidden\n"},
};

START_TEST(a_pattern_finds_what_it_matches) {
    source_folder("d");
    source_folder("d/f");
    write_all(
        (const char *const[]){"b.csv", "a.csv", "c.txt", ".hidden", "d/e.csv", "d/f/g.csv", NULL});
    ck_assert_int_eq(symlink(".", source_path("loop")), 0);
    ck_list(source_path(globs[_i].pattern), globs[_i].found);
}
END_TEST

static const char *const literal[] = {"a[1].csv",    "what?.csv",  "*.csv",
                                      "back\\slash", "100%20.csv", "a://b"};

START_TEST(a_name_that_exists_is_taken_literally) {
    char expected[64];
    source_folder("a:");
    write_all((const char *const[]){"a1.csv", "a[1].csv", "whatx.csv", "what?.csv", "*.csv",
                                    "back\\slash", "100%20.csv", "a:/b", NULL});
    snprintf(expected, sizeof expected, "%s\n", literal[_i]);
    ck_list(source_path(literal[_i]), expected);
}
END_TEST

// --- file:// -------------------------------------------------------------------------------------

static const struct {
    const char *before, *after, *found;
} urls[] = {
    {"file://", "a%20b.csv", "a b.csv\n"}, {"file://localhost", "a%20b.csv", "a b.csv\n"},
    {"file://", "a b.csv", "a b.csv\n"},   {"file://", "%61%20*", "a b.csv\n"},
    {"file://", "c%2Ad", "c*d\n"},         {"file://", "50%", "50%\n"},
    {"file://", "%zz", "%zz\n"},           {"file://", "%C3%a4", "\xc3\xa4\n"},
};

START_TEST(a_file_url_is_a_path) {
    char url[1024];
    write_all((const char *const[]){"a b.csv", "c*d", "cxd", "50%", "%zz", "\xc3\xa4", NULL});
    snprintf(url, sizeof url, "%s%s", urls[_i].before, source_path(urls[_i].after));
    ck_list(url, urls[_i].found);
}
END_TEST

static const struct {
    const char *url, *code;
} foreign[] = {
    {"s3://bucket/key", "UNKNOWN_SCHEME"}, {"https://example.com/a.csv", "UNKNOWN_SCHEME"},
    {"ftp://host/key", "UNKNOWN_SCHEME"},  {"file://otherhost/tmp", "NOT_FOUND"},
    {"file://relative", "NOT_FOUND"},      {"file:///tmp%00x", "NOT_FOUND"},
    {"Not A Scheme://x", "NOT_FOUND"}};

START_TEST(an_address_that_is_no_file_is_refused) {
    ck_assert_int_eq(list_with(foreign[_i].url, NULL), AC_INPUT);
    ck_assert_str_eq(source_err.source, foreign[_i].url);
    source_check_err(foreign[_i].code, "");
}
END_TEST

// --- what is left out ----------------------------------------------------------------------------

static void age(const char *name, int64_t ms) {
    struct timespec times[2] = {{ms / 1000, 0}, {ms / 1000, ms % 1000 * 1000000}};
    ck_assert_int_eq(utimensat(AT_FDCWD, source_path(name), times, 0), 0);
}

static const char *const places[] = {"in", "in/*"};

START_TEST(young_files_wait) {
    struct ac_source_filter filter = {.min_age_ms = 60000, .now_ms = INT64_C(1930000000000)};
    source_folder("in");
    write_all((const char *const[]){"in/old", "in/just", "in/young", "in/future", NULL});
    age("in/old", filter.now_ms - 3600000);
    age("in/just", filter.now_ms - 60000);
    age("in/young", filter.now_ms - 59999);
    age("in/future", filter.now_ms + 60000);
    ck_assert_int_eq(list_with(source_path(places[_i]), &filter), AC_OK);
    ck_assert_str_eq(found, "in/just\nin/old\n");
    ck_assert_uint_eq(filter.n_waiting, 2);
}
END_TEST

START_TEST(partial_files_are_left_out_when_asked) {
    struct ac_source_filter filter = {.skip_partial = true};
    source_folder("in");
    source_folder("in/.git");
    source_folder("in/x.tmp");
    write_all((const char *const[]){"in/.a.csv", "in/a.csv.part", "in/a.TMP", "in/b.csv",
                                    "in/.git/c", "in/x.tmp/d", "in/part", NULL});
    ck_assert_int_eq(list_with(source_path(places[_i]), &filter), AC_OK);
    ck_assert_str_eq(found, "in/b.csv\nin/part\n");
    ck_assert_uint_eq(filter.n_waiting, 0);
}
END_TEST

START_TEST(a_named_file_is_always_taken) {
    struct ac_source_filter filter = {
        .min_age_ms = 60000, .skip_partial = true, .now_ms = INT64_C(1000000)};
    source_write(".x.tmp", "x", SIZE_MAX);
    ck_assert_int_eq(list_with(source_path(".x.tmp"), &filter), AC_OK);
    ck_assert_str_eq(found, ".x.tmp\n");
    ck_assert_uint_eq(filter.n_waiting, 0);
}
END_TEST

// --- what goes wrong -----------------------------------------------------------------------------

static const struct {
    const char *name, *code, *part;
} missing[] = {
    {"none.csv", "NOT_FOUND", "no such file or folder"},
    {"none/*.csv", "NOT_FOUND", "no file matches"},
    {"file/below", "NOT_FOUND", "no such file or folder"},
    {"loop", "UNREADABLE", "symbolic links"},
    {"dangling", "NOT_FOUND", ""},
};

START_TEST(what_is_not_there_is_named) {
    source_write("file", "x", SIZE_MAX);
    ck_assert_int_eq(symlink("loop", source_path("loop")), 0);
    ck_assert_int_eq(symlink("nowhere", source_path("dangling")), 0);
    const char *path = source_path(missing[_i].name);
    ck_assert_int_eq(list_with(path, NULL), AC_INPUT);
    ck_assert_int_eq(source_err.cause, AC_CAUSE_INPUT);
    ck_assert_str_eq(source_err.source, path);
    source_check_err(missing[_i].code, missing[_i].part);
}
END_TEST

START_TEST(a_file_that_may_not_be_read_is_told_at_the_end) {
    source_folder("in");
    write_all((const char *const[]){"in/a", "in/b", "in/c", NULL});
    ck_assert_int_eq(chmod(source_path("in/b"), 0), 0);
    source_lower_rights();
    enum ac_rc rc = list_with(source_path("in"), NULL);
    source_restore_rights();
    ck_assert_int_eq(rc, AC_INPUT);
    ck_assert_str_eq(found, "in/a\nin/c\n");
    ck_assert_str_eq(source_err.source, source_path("in/b"));
    source_check_err("UNREADABLE", "Permission denied");
}
END_TEST

START_TEST(a_folder_that_may_not_be_read_is_told_at_the_end) {
    source_folder("in");
    source_folder("in/b");
    write_all((const char *const[]){"in/a", "in/b/x", "in/c", NULL});
    ck_assert_int_eq(chmod(source_path("in/b"), 0), 0);
    source_lower_rights();
    enum ac_rc rc = list_with(source_path("in"), NULL);
    source_restore_rights();
    ck_assert_int_eq(chmod(source_path("in/b"), 0755), 0);
    ck_assert_int_eq(rc, AC_INPUT);
    ck_assert_str_eq(found, "in/a\nin/c\n");
    ck_assert_str_eq(source_err.source, source_path("in/b"));
    source_check_err("UNREADABLE", "Permission denied");
}
END_TEST

static void on_missed(void *arg, const struct ac_err *why) {
    size_t len = strlen(found);
    ck_assert_str_eq(why->code, arg);
    snprintf(found + len, sizeof found - len, "not %s\n", why->source + strlen(source_path("")));
}

START_TEST(each_that_may_not_be_read_is_told_to_who_listens) {
    char code[] = "UNREADABLE";
    struct ac_source_filter filter = {.missed = on_missed, .missed_arg = code};
    source_folder("in");
    source_folder("in/b");
    write_all((const char *const[]){"in/a", "in/b/x", "in/c", "in/d", NULL});
    ck_assert_int_eq(chmod(source_path("in/b"), 0), 0);
    ck_assert_int_eq(chmod(source_path("in/c"), 0), 0);
    source_lower_rights();
    enum ac_rc rc = list_with(source_path(places[_i]), &filter);
    source_restore_rights();
    ck_assert_int_eq(chmod(source_path("in/b"), 0755), 0);
    ck_assert_int_eq(rc, AC_OK);
    ck_assert_str_eq(found, "in/a\nnot in/b\nnot in/c\nin/d\n");
}
END_TEST

START_TEST(a_named_file_that_may_not_be_read_is_told) {
    const char *path = source_write("a", "x", SIZE_MAX);
    ck_assert_int_eq(chmod(path, 0), 0);
    source_lower_rights();
    enum ac_rc rc = list_with(path, NULL);
    source_restore_rights();
    ck_assert_int_eq(rc, AC_INPUT);
    source_check_err("UNREADABLE", "Permission denied");
}
END_TEST

// Removes what is found next, as somebody else may do.
static enum ac_rc on_found_removing(void *arg, const struct ac_item *item, struct ac_err *err) {
    unlink(source_path("in/b"));
    return on_found(arg, item, err);
}

START_TEST(a_file_that_vanishes_meanwhile_is_passed_over) {
    source_folder("in");
    write_all((const char *const[]){"in/a", "in/b", "in/c", NULL});
    ck_assert_int_eq(ac_source_list(source_path(places[_i]), NULL, &source_arena, on_found_removing,
                                    NULL, &source_err),
                     AC_OK);
    ck_assert_str_eq(found, "in/a\nin/c\n");
}
END_TEST

START_TEST(whoever_listens_may_end_the_walk) {
    source_folder("in");
    write_all((const char *const[]){"in/a", "in/b", "in/c", NULL});
    stop_after = 2;
    ck_assert_int_eq(list_with(source_path(places[_i]), NULL), AC_RUN);
    ck_assert_str_eq(found, "in/a\nin/b\n");
    source_check_err("ENOUGH", "");
}
END_TEST

START_TEST(a_full_arena_is_told) {
    struct ac_arena small;
    ac_arena_init(&small, 16);
    source_write("a", "x", SIZE_MAX);
    ck_assert_int_eq(ac_source_list(source_path("a"), NULL, &small, on_found, NULL, &source_err),
                     AC_RUN);
    source_check_err("NO_MEMORY", "");
    ac_arena_free(&small);
}
END_TEST

int main(void) {
    Suite *s = suite_create("source/list");
    TCase *t = tcase_create("found");
    tcase_add_checked_fixture(t, setup, source_teardown);
    tcase_add_test(t, a_file_is_found_as_it_was_given);
    tcase_add_test(t, an_item_describes_its_file);
    tcase_add_test(t, a_folder_is_walked_in_byte_order_of_whole_paths);
    tcase_add_test(t, slashes_behind_a_folder_do_not_matter);
    tcase_add_test(t, an_empty_folder_is_no_error);
    tcase_add_test(t, links_to_files_are_found_those_to_folders_are_not);
    tcase_add_test(t, a_folder_given_by_a_link_is_walked);
    tcase_add_test(t, folders_nested_without_end_are_told);
    suite_add_tcase(s, t);
    t = tcase_create("pattern");
    tcase_add_checked_fixture(t, setup, source_teardown);
    tcase_add_loop_test(t, a_pattern_finds_what_it_matches, 0, (int)AC_N(globs));
    tcase_add_loop_test(t, a_name_that_exists_is_taken_literally, 0, (int)AC_N(literal));
    tcase_add_loop_test(t, a_file_url_is_a_path, 0, (int)AC_N(urls));
    tcase_add_loop_test(t, an_address_that_is_no_file_is_refused, 0, (int)AC_N(foreign));
    suite_add_tcase(s, t);
    t = tcase_create("filter");
    tcase_add_checked_fixture(t, setup, source_teardown);
    tcase_add_loop_test(t, young_files_wait, 0, (int)AC_N(places));
    tcase_add_loop_test(t, partial_files_are_left_out_when_asked, 0, (int)AC_N(places));
    tcase_add_test(t, a_named_file_is_always_taken);
    suite_add_tcase(s, t);
    t = tcase_create("wrong");
    tcase_add_checked_fixture(t, setup, source_teardown);
    tcase_add_loop_test(t, what_is_not_there_is_named, 0, (int)AC_N(missing));
    tcase_add_test(t, a_file_that_may_not_be_read_is_told_at_the_end);
    tcase_add_test(t, a_folder_that_may_not_be_read_is_told_at_the_end);
    tcase_add_loop_test(t, each_that_may_not_be_read_is_told_to_who_listens, 0, (int)AC_N(places));
    tcase_add_test(t, a_named_file_that_may_not_be_read_is_told);
    tcase_add_loop_test(t, a_file_that_vanishes_meanwhile_is_passed_over, 0, (int)AC_N(places));
    tcase_add_loop_test(t, whoever_listens_may_end_the_walk, 0, (int)AC_N(places));
    tcase_add_test(t, a_full_arena_is_told);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
