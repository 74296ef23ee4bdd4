// SPDX-License-Identifier: MIT
// Archives or compressed files, whole, damaged or hostile.
#include "source/archive.h"
#include "source/pack.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define MIB ((size_t)1 << 20)

// --- whole ---------------------------------------------------------------------------------------

static const struct {
    const char *format, *filter, *options;
} archives[] = {
    {"zip", "none", "zip:compression=store"},
    {"zip", "none", "zip:compression=deflate"},
    {"ustar", "none", NULL},
    {"pax", "none", NULL},
    {"gnutar", "none", NULL},
    {"pax", "gzip", NULL},
    {"ustar", "bzip2", NULL},
    {"ustar", "xz", NULL},
    {"ustar", "zstd", NULL},
    {"ustar", "lz4", NULL},
    {"ustar", "lzip", NULL},
    {"ustar", "lzma", NULL},
    {"ustar", "compress", NULL},
};

static const struct source_file several[] = {
    {"march/", NULL, 0, 'd'},
    {"march/one.csv", "a,b\n1,2\n", 0, 0},
    {"__MACOSX/march/._one.csv", "not for us", 0, 0},
    {"march/._one.csv", "not for us", 0, 0},
    {"march/.DS_Store", "not for us", 0, 0},
    {"march/empty.csv", "", 0, 0},
    {"march/\xc3\xbc.csv", "c\n3\n", 0, 0},
    {"MACOSX/x", "x\n", 0, 0},
};

START_TEST(members_come_in_their_order) {
    struct ac_member member;
    // The name tells nothing: content decides.
    const char *path = source_pack("report.csv", archives[_i].format, archives[_i].filter,
                                   archives[_i].options, several, AC_N(several));
    struct ac_source *src = source_open(path, NULL);
    source_check_next(src, "march/one.csv", "a,b\n1,2\n");
    source_check_next(src, "march/empty.csv", "");
    source_check_next(src, "march/\xc3\xbc.csv", "c\n3\n");
    source_check_next(src, "MACOSX/x", "x\n");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ac_source_close(src);
}
END_TEST

static const struct source_file alike[] = {
    {"q.csv", "a\n1\n", 0, 0},     {"q.csv (2)", "a\n2\n", 0, 0}, {"q.csv", "a\n3\n", 0, 0},
    {"q.csv (2)", "a\n4\n", 0, 0}, {"q.csv", "a\n5\n", 0, 0},
};

START_TEST(members_of_one_name_are_told_apart) {
    struct ac_member member;
    const char *path = source_pack("x", archives[_i].format, archives[_i].filter,
                                   archives[_i].options, alike, AC_N(alike));
    struct ac_source *src = source_open(path, NULL);
    source_check_next(src, "q.csv", "a\n1\n");
    source_check_next(src, "q.csv (2)", "a\n2\n");
    source_check_next(src, "q.csv (3)", "a\n3\n");
    source_check_next(src, "q.csv (2) (4)", "a\n4\n");
    source_check_next(src, "q.csv (5)", "a\n5\n");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ac_source_close(src);
}
END_TEST

// More names than the table begins with.
START_TEST(many_members_of_one_name_are_told_apart) {
    enum { MANY = 500 };
    static struct source_file files[MANY];
    struct ac_member member;
    char name[32];
    for (int i = 0; i < MANY; i++)
        files[i] = (struct source_file){"q.csv", "a\n", 0, 0};
    const char *path = source_pack("x", "ustar", "none", NULL, files, MANY);
    struct ac_source *src = source_open(path, NULL);
    for (int i = 1; i <= MANY; i++) {
        snprintf(name, sizeof name, i == 1 ? "q.csv" : "q.csv (%d)", i);
        ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_OK);
        ck_assert_str_eq(member.name, name);
    }
    ac_source_close(src);
}
END_TEST

START_TEST(a_member_is_described) {
    struct ac_member member;
    const char *path = source_pack("x", archives[_i].format, archives[_i].filter,
                                   archives[_i].options, several, AC_N(several));
    struct ac_source *src = source_open(path, NULL);
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_OK);
    ck_assert_str_eq(member.name, "march/one.csv");
    ck_assert_int_eq(member.size_bytes, 8);
    ck_assert_int_eq(member.modified_ms, INT64_C(1930407327000));
    ac_source_close(src);
}
END_TEST

START_TEST(members_may_be_passed_over_unread) {
    struct ac_member member;
    char *big = malloc(3 * MIB);
    ck_assert_ptr_nonnull(big);
    memset(big, 'b', 3 * MIB);
    const struct source_file files[] = {
        {"one", big, 3 * MIB, 0}, {"two", big, 3 * MIB, 0}, {"three", "three", 0, 0}};
    const char *path =
        source_pack("x", archives[_i].format, archives[_i].filter, archives[_i].options, files, 3);
    struct ac_source *src = source_open(path, NULL);
    ac_str bytes;
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_OK);
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_OK);
    ck_assert_int_eq(ac_source_peek(src, 1, &bytes, &source_err), AC_OK);
    ac_source_take(src, 1);
    source_check_next(src, "three", "three");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ac_source_close(src);
    free(big);
}
END_TEST

static const char *const filters[] = {"gzip", "bzip2", "xz",   "zstd",
                                      "lz4",  "lzip",  "lzma", "compress"};

START_TEST(a_compressed_file_is_one_nameless_member) {
    struct ac_member member;
    const char *path = source_compress("report.csv", filters[_i], NULL, "a,b\n1,2\n", 8);
    struct ac_source *src = source_open(path, NULL);
    source_check_next(src, "", "a,b\n1,2\n");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ac_source_close(src);
}
END_TEST

// Nothing compressed: of each kind, by its own program.
static const ac_str nothing[] = {
    {"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0", 20},
    {"BZh9\x17\x72\x45\x38\x50\x90\0\0\0\0", 14},
    {"\xfd"
     "7zXZ\0\0\x04\xe6\xd6\xb4\x46\0\0\0\0\x1c\xdf\x44\x21\x1f\xb6\xf3\x7d\x01\0\0\0\0\x04"
     "YZ",
     32},
    {"\x28\xb5\x2f\xfd\x24\0\x01\0\0\x99\xe9\xd8\x51", 13},
};

START_TEST(nothing_compressed_is_an_empty_member) {
    struct ac_member member;
    const char *path = source_write("empty", nothing[_i].ptr, nothing[_i].len);
    struct ac_source *src = source_open(path, NULL);
    source_check_next(src, "", "");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ac_source_close(src);
}
END_TEST

START_TEST(members_of_a_gzip_file_are_one_text) {
    char *both, *one, *two;
    size_t one_len, two_len;
    struct ac_member member;
    one = source_read(source_compress("1.gz", "gzip", NULL, "a,b\n", 4), &one_len);
    two = source_read(source_compress("2.gz", "gzip", NULL, "1,2\n", 4), &two_len);
    both = malloc(one_len + two_len);
    ck_assert_ptr_nonnull(both);
    memcpy(both, one, one_len);
    memcpy(both + one_len, two, two_len);
    struct ac_source *src = source_open(source_write("12.gz", both, one_len + two_len), NULL);
    source_check_next(src, "", "a,b\n1,2\n");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ac_source_close(src);
    free(one);
    free(two);
    free(both);
}
END_TEST

static const struct source_file odd[] = {
    {"file", "content", 0, 0},
    {"folder", NULL, 0, 'd'},
    {"soft", "file", 0, 'l'},
    {"hard", "file", 0, 'h'},
    {"../../etc/passwd", "only a name", 0, 0},
    {"/abs", "only a name", 0, 0},
};

START_TEST(links_are_passed_over_paths_are_only_names) {
    struct ac_member member;
    struct ac_source *src =
        source_open(source_pack("x.tar", "pax", "none", NULL, odd, AC_N(odd)), NULL);
    source_check_next(src, "file", "content");
    source_check_next(src, "../../etc/passwd", "only a name");
    source_check_next(src, "/abs", "only a name");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ac_source_close(src);
}
END_TEST

static const char *const containers[] = {"zip", "ustar"};

START_TEST(an_archive_without_files_is_told) {
    struct ac_member member;
    static const struct source_file only[] = {{"folder/", NULL, 0, 'd'},
                                              {"__MACOSX/._x", "x", 0, 0}};
    struct ac_source *src =
        source_open(source_pack("x", containers[_i], "none", NULL, only, 2), NULL);
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_INPUT);
    source_check_err("EMPTY_INPUT", "without files");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ac_source_close(src);
}
END_TEST

// --- refused -------------------------------------------------------------------------------------

static const char *const ciphers[] = {"zip:encryption=traditional", "zip:encryption=aes256"};

START_TEST(an_encrypted_member_is_told) {
    struct ac_member member;
    static const struct source_file files[] = {{"one.csv", "a,b\n", 0, 0},
                                               {"two.csv", "c\n", 0, 0}};
    struct ac_source *src =
        source_open(source_pack("x.zip", "zip", "none", ciphers[_i], files, 2), NULL);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_INPUT);
        ck_assert_str_eq(member.name, files[i].name);
        ck_assert_ptr_nonnull(strstr(source_err.source, files[i].name));
        source_check_err("ENCRYPTED", "without a password");
    }
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ac_source_close(src);
}
END_TEST

static const struct {
    const char *first, *second;
} offices[] = {{"[Content_Types].xml", "xl/workbook.xml"}, {"mimetype", "content.xml"}};

START_TEST(a_workbook_is_told) {
    struct ac_member member;
    const struct source_file files[] = {{offices[_i].first, "<x/>", 0, 0},
                                        {offices[_i].second, "<x/>", 0, 0}};
    struct ac_source *src = source_open(source_pack("x.zip", "zip", "none", NULL, files, 2), NULL);
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_INPUT);
    source_check_err("OFFICE_DOCUMENT", "save the sheet as CSV");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ac_source_close(src);
}
END_TEST

START_TEST(a_member_called_mimetype_is_one_of_many) {
    static const struct source_file files[] = {{"a.csv", "a\n", 0, 0}, {"mimetype", "b\n", 0, 0}};
    struct ac_source *src = source_open(source_pack("x.zip", "zip", "none", NULL, files, 2), NULL);
    source_check_next(src, "a.csv", "a\n");
    source_check_next(src, "mimetype", "b\n");
    ac_source_close(src);
}
END_TEST

// A zip archive whose one member says another method, in both of its headers.
static const char *zip_by_method(unsigned char method) {
    static const struct source_file file = {"a.csv", "a,b\n", 0, 0};
    size_t len;
    char *bytes =
        source_read(source_pack("x.zip", "zip", "none", "zip:compression=store", &file, 1), &len);
    char *central = memmem(bytes, len, "PK\1\2", 4);
    ck_assert_ptr_nonnull(central);
    bytes[8] = central[10] = (char)method;
    const char *path = source_write("y.zip", bytes, len);
    free(bytes);
    return path;
}

static const struct {
    unsigned char method;
    const char *name;
} methods[] = {{9, "deflation-64-bit"}, {14, "lzma"}, {93, ""}, {95, "xz"}, {98, "ppmd-1"}};

START_TEST(a_method_of_unknown_memory_is_told) {
    struct ac_member member;
    struct ac_source *src = source_open(zip_by_method(methods[_i].method), NULL);
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_INPUT);
    ck_assert_str_eq(member.name, "a.csv");
    ck_assert_ptr_nonnull(strstr(source_err.text, methods[_i].name));
    source_check_err("UNSUPPORTED_ARCHIVE", "pack it with deflate");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ac_source_close(src);
}
END_TEST

// --- memory --------------------------------------------------------------------------------------

static void refuse_to_open(const char *path, const struct ac_source_options *options) {
    struct ac_item item = source_item(path);
    struct ac_source *src = NULL;
    ck_assert_int_eq(ac_source_open(&src, &item, options, &source_err), AC_INPUT);
    ck_assert_str_eq(source_err.source, path);
}

START_TEST(xz_9_says_what_memory_it_needs) {
    const char *path = source_compress("a.xz", "xz", "compression-level=9", "a,b\n", 4);
    refuse_to_open(path, NULL);
    source_check_err("NEEDS_MEMORY",
                     "decompressing it (xz) needs a window of 64 MiB, 32 MiB is allowed: raise "
                     "`memory` by 32 MiB, or compress the file with a smaller window");
    struct ac_source *src =
        source_open(path, &(struct ac_source_options){.max_codec_bytes = 64 * MIB});
    source_check_next(src, "", "a,b\n");
    ac_source_close(src);
}
END_TEST

START_TEST(zstd_long_says_what_memory_it_needs) {
    static const char zstd[] = "\x28\xb5\x2f\xfd\0\x88\x41\0\0a,b\n1,2\n";
    const char *path = source_write("a.zst", zstd, sizeof zstd - 1);
    refuse_to_open(path, NULL);
    source_check_err("NEEDS_MEMORY", "decompressing it (zstd) needs a window of 128 MiB, 32 MiB is "
                                     "allowed: raise `memory` by 96 MiB");
    struct ac_source *src =
        source_open(path, &(struct ac_source_options){.max_codec_bytes = 128 * MIB});
    source_check_next(src, "", "a,b\n1,2\n");
    ac_source_close(src);
}
END_TEST

START_TEST(zstd_longer_than_it_can_be_is_told) {
    static const char zstd[] = "\x28\xb5\x2f\xfd\0\xa0\x41\0\0a,b\n1,2\n";
    const char *path = source_write("a.zst", zstd, sizeof zstd - 1);
    refuse_to_open(path, &(struct ac_source_options){.max_codec_bytes = 8192 * MIB});
    source_check_err("UNSUPPORTED_ARCHIVE", "needs a window of 1024 MiB, and more than 128 MiB "
                                            "cannot be read: compress it with --long=27 at most");
}
END_TEST

static const char *const modest[] = {"gzip", "bzip2", "lz4", "compress"};

START_TEST(what_needs_little_is_always_read) {
    const char *path = source_compress("a", modest[_i], NULL, "a,b\n", 4);
    struct ac_source *src = source_open(path, &(struct ac_source_options){.max_codec_bytes = 1});
    source_check_next(src, "", "a,b\n");
    ac_source_close(src);
}
END_TEST

// --- ceilings ------------------------------------------------------------------------------------

static const struct {
    const char *format, *filter, *member;
} bombs[] = {
    {"raw", "gzip", ""},      {"raw", "zstd", ""},      {"zip", "none", "big"},
    {"ustar", "gzip", "big"}, {"ustar", "zstd", "big"},
};

START_TEST(a_bomb_is_defused) {
    struct ac_member member;
    uint64_t n;
    const struct source_file files[] = {{"big", NULL, 70 * MIB, 0}, {"after", "after", 0, 0}};
    const char *path = source_pack("x", bombs[_i].format, bombs[_i].filter, NULL, files,
                                   strcmp(bombs[_i].format, "raw") == 0 ? 1 : 2);
    struct ac_source *src = source_open(path, &(struct ac_source_options){.max_ratio = 50});
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_OK);
    ck_assert_str_eq(member.name, bombs[_i].member);
    ck_assert_int_eq(source_drain(src, 1, &n), AC_INPUT);
    ck_assert_uint_le(n, 64 * MIB);
    source_check_err("ARCHIVE_BOMB", "50 times");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ac_source_close(src);
}
END_TEST

START_TEST(what_is_packed_well_is_no_bomb) {
    struct ac_member member;
    uint64_t n;
    const char *path = source_compress("x.gz", "gzip", NULL, NULL, 70 * MIB);
    struct ac_source *src = source_open(path, &(struct ac_source_options){.max_ratio = 1100});
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_OK);
    ck_assert_int_eq(source_drain(src, 1, &n), AC_END);
    ck_assert_uint_eq(n, 70 * MIB);
    ac_source_close(src);
}
END_TEST

START_TEST(many_small_bombs_are_one) {
    struct ac_member member;
    uint64_t n, total = 0;
    struct source_file files[12];
    char names[12][8];
    for (size_t i = 0; i < AC_N(files); i++) {
        snprintf(names[i], sizeof names[i], "%zu", i);
        files[i] = (struct source_file){names[i], NULL, 8 * MIB, 0};
    }
    const char *path = source_pack("x.zip", "zip", "none", NULL, files, AC_N(files));
    struct ac_source *src = source_open(path, &(struct ac_source_options){.max_ratio = 50});
    while (ac_source_next(src, &member, &source_err) == AC_OK) {
        ck_assert_int_eq(source_drain(src, 1, &n), AC_END);
        total += n;
    }
    ck_assert_uint_eq(total, 64 * MIB);
    ck_assert_str_eq(member.name, "8");
    source_check_err("ARCHIVE_BOMB", "");
    ac_source_close(src);
}
END_TEST

START_TEST(a_member_over_the_ceiling_is_told_the_next_is_read) {
    struct ac_member member;
    struct ac_source_options options = {.max_member_bytes = 100000};
    const struct source_file files[] = {
        {"fits", NULL, 100000, 0}, {"big", NULL, 100001, 0}, {"after", "after", 0, 0}};
    const char *path =
        source_pack("x", archives[_i].format, archives[_i].filter, archives[_i].options, files, 3);
    struct ac_source *src = source_open(path, &options);
    uint64_t n;
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_OK);
    ck_assert_int_eq(source_drain(src, 1, &n), AC_END);
    ck_assert_uint_eq(n, 100000);
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_INPUT);
    ck_assert_str_eq(member.name, "big");
    source_check_err("MEMBER_TOO_LARGE", "unpacks to 100001 bytes, the ceiling is 100000");
    source_check_next(src, "after", "after");
    ac_source_close(src);
}
END_TEST

START_TEST(a_compressed_file_over_the_ceiling_is_told) {
    struct ac_member member;
    uint64_t n;
    const char *path = source_compress("x", filters[_i], NULL, NULL, 3 * MIB);
    struct ac_source *src =
        source_open(path, &(struct ac_source_options){.max_member_bytes = 2 * (int64_t)MIB});
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_OK);
    ck_assert_int_eq(source_drain(src, 1, &n), AC_INPUT);
    ck_assert_uint_le(n, 2 * MIB);
    source_check_err("MEMBER_TOO_LARGE", "more than 2097152 bytes");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ac_source_close(src);
}
END_TEST

int main(void) {
    Suite *s = suite_create("source/archive");
    TCase *t = tcase_create("whole");
    int n_archives = (int)AC_N(archives), n_filters = (int)AC_N(filters);
    tcase_add_checked_fixture(t, source_setup, source_teardown);
    tcase_add_loop_test(t, members_come_in_their_order, 0, n_archives);
    tcase_add_loop_test(t, members_of_one_name_are_told_apart, 0, n_archives);
    tcase_add_test(t, many_members_of_one_name_are_told_apart);
    tcase_add_loop_test(t, a_member_is_described, 0, n_archives);
    tcase_add_loop_test(t, members_may_be_passed_over_unread, 0, n_archives);
    tcase_add_loop_test(t, a_compressed_file_is_one_nameless_member, 0, n_filters);
    tcase_add_loop_test(t, nothing_compressed_is_an_empty_member, 0, (int)AC_N(nothing));
    tcase_add_test(t, members_of_a_gzip_file_are_one_text);
    tcase_add_test(t, links_are_passed_over_paths_are_only_names);
    tcase_add_loop_test(t, an_archive_without_files_is_told, 0, (int)AC_N(containers));
    suite_add_tcase(s, t);
    t = tcase_create("refused");
    tcase_add_checked_fixture(t, source_setup, source_teardown);
    tcase_add_loop_test(t, an_encrypted_member_is_told, 0, (int)AC_N(ciphers));
    tcase_add_loop_test(t, a_workbook_is_told, 0, (int)AC_N(offices));
    tcase_add_test(t, a_member_called_mimetype_is_one_of_many);
    tcase_add_loop_test(t, a_method_of_unknown_memory_is_told, 0, (int)AC_N(methods));
    suite_add_tcase(s, t);
    t = tcase_create("memory");
    tcase_add_checked_fixture(t, source_setup, source_teardown);
    tcase_add_test(t, xz_9_says_what_memory_it_needs);
    tcase_add_test(t, zstd_long_says_what_memory_it_needs);
    tcase_add_test(t, zstd_longer_than_it_can_be_is_told);
    tcase_add_loop_test(t, what_needs_little_is_always_read, 0, (int)AC_N(modest));
    suite_add_tcase(s, t);
    t = tcase_create("ceiling");
    tcase_add_checked_fixture(t, source_setup, source_teardown);
    tcase_add_loop_test(t, a_bomb_is_defused, 0, (int)AC_N(bombs));
    tcase_add_test(t, what_is_packed_well_is_no_bomb);
    tcase_add_test(t, many_small_bombs_are_one);
    tcase_add_loop_test(t, a_member_over_the_ceiling_is_told_the_next_is_read, 0, n_archives);
    tcase_add_loop_test(t, a_compressed_file_over_the_ceiling_is_told, 0, n_filters);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
