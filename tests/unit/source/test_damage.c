// SPDX-License-Identifier: MIT
// Every cut or flipped bit of an archive is told, or does no harm.
#include "source/pack.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

// All that can be read of a file, one member behind the other, and how often something was wrong.
static char content[65536];
static size_t n_content, n_members;
static int n_wrong;
static struct ac_err first_wrong;

static void read_members(struct ac_source *src) {
    enum ac_rc rc = AC_OK;
    while (rc != AC_END) {
        struct ac_member member;
        ac_err_clear(&source_err);
        rc = ac_source_next(src, &member, &source_err);
        ck_assert(rc == AC_OK || rc == AC_END || rc == AC_INPUT);
        ck_assert_int_eq(source_err.rc == AC_OK, rc >= AC_OK);
        n_wrong += rc == AC_INPUT;
        ck_assert_int_lt(n_wrong, 20); // it comes to an end
        n_members += rc == AC_OK;
        enum ac_rc inside = rc;
        while (inside == AC_OK) {
            ac_str bytes;
            inside = ac_source_peek(src, 1, &bytes, &source_err);
            ck_assert_uint_le(n_content + bytes.len, sizeof content);
            memcpy(content + n_content, bytes.ptr, bytes.len);
            n_content += bytes.len;
            ac_source_take(src, bytes.len);
        }
        n_wrong += inside == AC_INPUT && rc == AC_OK;
        if (first_wrong.rc == AC_OK)
            first_wrong = source_err;
    }
}

static void read_all(const char *path) {
    struct ac_item item = source_item(path);
    struct ac_source *src = NULL;
    n_content = n_members = 0;
    n_wrong = 0;
    ac_err_clear(&source_err);
    ac_err_clear(&first_wrong);
    if (ac_source_open(&src, &item, NULL, &source_err) != AC_OK) {
        ck_assert_int_eq(source_err.rc, AC_INPUT);
        n_wrong++;
        return;
    }
    read_members(src);
    ac_source_close(src);
}

static char text[3000];

static void make_text(void) {
    size_t at = 0;
    for (unsigned i = 0; at < sizeof text - 40; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%u,Queue %u,%u\n", i, i * 7919 % 97,
                               i * i);
}

static void setup(void) {
    source_setup();
    make_text();
}

static const struct {
    const char *format, *filter, *options;
} kinds[] = {
    {"raw", "gzip", NULL},
    {"ustar", "gzip", NULL},
    {"raw", "bzip2", NULL},
    {"raw", "xz", NULL},
    {"raw", "lzip", NULL},
    {"ustar", "xz", NULL},
    {"zip", "none", "zip:compression=store"},
    {"zip", "none", NULL},
    {"raw", "zstd", NULL}, // the last: libarchive writes it without a checksum
};

static char *pack(int _i, size_t *len) {
    const struct source_file files[] = {{"one.csv", text, 0, 0}, {"two.csv", text, 700, 0}};
    bool is_raw = strcmp(kinds[_i].format, "raw") == 0;
    return source_read(source_pack("whole", kinds[_i].format, kinds[_i].filter, kinds[_i].options,
                                   files, is_raw ? 1 : 2),
                       len);
}

START_TEST(a_cut_file_is_told_or_gives_all) {
    size_t len;
    char *bytes = pack(_i, &len);
    read_all(source_write("cut", bytes, len));
    ck_assert_int_eq(n_wrong, 0);
    size_t whole = n_content;
    ck_assert_uint_ge(whole, strlen(text));
    size_t shortest = kinds[_i].format[0] == 'z' ? 4 : 12; // less tells no kind
    for (size_t cut = shortest; cut < len; cut += 1 + len / 53) {
        read_all(source_write("cut", bytes, cut));
        ck_assert_msg(n_wrong > 0 || n_content == whole, "%zu of %zu bytes: %zu of %zu came", cut,
                      len, n_content, whole);
        ck_assert_int_eq(memcmp(content, text, n_content < strlen(text) ? n_content : 1), 0);
    }
    free(bytes);
}
END_TEST

static void flip(char *at, size_t bit) {
    unsigned char c = (unsigned char)*at;
    *at = (char)(c ^ (1u << bit));
}

START_TEST(a_flipped_bit_is_told_or_does_no_harm) {
    size_t len;
    char *bytes = pack(_i, &len), *whole = malloc(sizeof content);
    ck_assert_ptr_nonnull(whole);
    read_all(source_write("flip", bytes, len));
    size_t n_whole = n_content;
    memcpy(whole, content, n_whole);
    for (size_t at = 40; at < len * 3 / 4; at += 1 + len / 97) { // in the packed bytes
        flip(bytes + at, at % 8);
        read_all(source_write("flip", bytes, len));
        bool is_same = n_content == n_whole && memcmp(content, whole, n_whole) == 0;
        ck_assert_msg(n_wrong > 0 || is_same, "byte %zu of %zu: %zu of %zu came", at, len,
                      n_content, n_whole);
        flip(bytes + at, at % 8);
    }
    free(whole);
    free(bytes);
}
END_TEST

START_TEST(a_gzip_file_with_a_wrong_checksum_is_told) {
    size_t len;
    char *bytes = pack(_i, &len);
    bytes[len - 6] ^= 1;
    read_all(source_write("x.gz", bytes, len));
    ck_assert_int_eq(n_wrong, 1);
    source_err = first_wrong;
    source_check_err("DAMAGED_ARCHIVE", "another checksum");
    free(bytes);
}
END_TEST

START_TEST(a_broken_member_leaves_the_others_alone) {
    static const struct source_file files[] = {
        {"one", "first content", 0, 0}, {"two", "second content", 0, 0}, {"three", "third", 0, 0}};
    struct ac_member member;
    size_t len;
    char *bytes =
        source_read(source_pack("x.zip", "zip", "none", "zip:compression=store", files, 3), &len);
    char *at = memmem(bytes, len, "second", 6);
    ck_assert_ptr_nonnull(at);
    *at = 'S';
    struct ac_source *src = source_open(source_write("y.zip", bytes, len), NULL);
    source_check_next(src, "one", "first content");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_INPUT);
    ck_assert_str_eq(member.name, "two");
    ck_assert_ptr_nonnull(strstr(source_err.source, "y.zip!two"));
    source_check_err("DAMAGED_ARCHIVE", "CRC");
    source_check_next(src, "three", "third");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ac_source_close(src);
    free(bytes);
}
END_TEST

START_TEST(a_break_between_members_is_told) {
    static const struct source_file files[] = {{"one", "first", 0, 0}, {"two", "second", 0, 0}};
    struct ac_member member;
    size_t len;
    char *bytes = source_read(source_pack("x.tar", "ustar", "none", NULL, files, 2), &len);
    memset(bytes + 1024 + 100, '#', 60); // the second header
    struct ac_source *src = source_open(source_write("y.tar", bytes, len), NULL);
    source_check_next(src, "one", "first");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_INPUT);
    source_check_err("DAMAGED_ARCHIVE", "what follows is not read");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ac_source_close(src);
    free(bytes);
}
END_TEST

START_TEST(what_came_before_the_break_is_kept) {
    char *big = malloc((size_t)3 << 20);
    ck_assert_ptr_nonnull(big);
    uint64_t state = 1;
    for (size_t i = 0; i < (size_t)3 << 20; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        big[i] = (char)(state >> 56);
    }
    size_t len;
    uint64_t n;
    struct ac_member member;
    char *bytes = source_read(source_compress("x.gz", "gzip", NULL, big, (size_t)3 << 20), &len);
    struct ac_source *src = source_open(source_write("y.gz", bytes, len / 2), NULL);
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_OK);
    ck_assert_int_eq(source_drain(src, 1, &n), AC_INPUT);
    ck_assert_uint_ge(n, (size_t)1 << 20);
    source_check_err("DAMAGED_ARCHIVE", "cut short or damaged");
    ac_source_close(src);
    free(bytes);
    free(big);
}
END_TEST

// --- one level -----------------------------------------------------------------------------------

static const struct {
    const char *format, *filter, *kind;
} inner[] = {{"zip", "none", "zip"}, {"ustar", "none", "tar"}, {"raw", "gzip", "gzip"},
             {"raw", "xz", "xz"},    {"raw", "zstd", "zstd"},  {"ustar", "bzip2", "bzip2"}};
static const char *const outer[] = {"zip", "ustar", "gz"};

START_TEST(an_archive_in_an_archive_is_told_the_others_are_read) {
    static const struct source_file one = {"a.csv", "a,b\n", 0, 0};
    struct ac_member member;
    char part[64];
    size_t len, i = (size_t)_i / AC_N(inner), k = (size_t)_i % AC_N(inner);
    char *bytes =
        source_read(source_pack("inner", inner[k].format, inner[k].filter, NULL, &one, 1), &len);
    const struct source_file files[] = {
        {"1.csv", "one", 0, 0}, {"nested.csv", bytes, len, 0}, {"2.csv", "two", 0, 0}};
    bool is_gz = strcmp(outer[i], "gz") == 0;
    const char *path =
        source_pack("outer", is_gz ? "ustar" : outer[i], is_gz ? "gzip" : "none", NULL, files, 3);
    struct ac_source *src = source_open(path, NULL);
    source_check_next(src, "1.csv", "one");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_INPUT);
    ck_assert_str_eq(member.name, "nested.csv");
    snprintf(part, sizeof part, "packed once more (%s", inner[k].kind);
    source_check_err("NESTED_ARCHIVE", part);
    source_check_next(src, "2.csv", "two");
    ck_assert_int_eq(ac_source_next(src, &member, &source_err), AC_END);
    ac_source_close(src);
    free(bytes);
}
END_TEST

static const char *const twice[] = {"gzip", "bzip2", "xz", "zstd", "lz4", "compress"};

START_TEST(a_file_compressed_twice_is_told) {
    size_t len;
    size_t i = (size_t)_i / AC_N(twice), k = (size_t)_i % AC_N(twice);
    char *bytes = source_read(source_compress("inner", twice[i], NULL, "a,b\n", 4), &len);
    read_all(source_compress("outer", twice[k], NULL, bytes, len));
    ck_assert_int_eq(n_wrong, 1);
    ck_assert_uint_eq(n_content, 0);
    free(bytes);
}
END_TEST

int main(void) {
    Suite *s = suite_create("source/damage");
    TCase *t = tcase_create("damage");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, setup, source_teardown);
    tcase_add_loop_test(t, a_cut_file_is_told_or_gives_all, 0, (int)AC_N(kinds));
    tcase_add_loop_test(t, a_flipped_bit_is_told_or_does_no_harm, 0, (int)AC_N(kinds) - 1);
    tcase_add_loop_test(t, a_gzip_file_with_a_wrong_checksum_is_told, 0, 2);
    tcase_add_test(t, a_broken_member_leaves_the_others_alone);
    tcase_add_test(t, a_break_between_members_is_told);
    tcase_add_test(t, what_came_before_the_break_is_kept);
    suite_add_tcase(s, t);
    t = tcase_create("level");
    tcase_add_checked_fixture(t, setup, source_teardown);
    tcase_add_loop_test(t, an_archive_in_an_archive_is_told_the_others_are_read, 0,
                        (int)(AC_N(inner) * AC_N(outer)));
    tcase_add_loop_test(t, a_file_compressed_twice_is_told, 0, (int)(AC_N(twice) * AC_N(twice)));
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
