// SPDX-License-Identifier: MIT
// Files told by their first bytes.
#include "source/magic.h"
#include "source/pack.h"
#include <check.h>
#include <stdlib.h>

#define S(literal)                                                                                 \
    { (literal), sizeof(literal) - 1 }

static const struct {
    ac_str head;
    enum ac_magic kind;
    const char *name;
} heads[] = {
    {S(""), AC_MAGIC_PLAIN, ""},
    {S("Queue,StartInterval\n"), AC_MAGIC_PLAIN, ""},
    {S("\xef\xbb\xbfQueue"), AC_MAGIC_PLAIN, ""},
    {S("\xff\xfeQ\0u\0"), AC_MAGIC_PLAIN, ""},
    {S("PK,KP\n"), AC_MAGIC_PLAIN, ""},
    {S("BZh9,yes\n12"), AC_MAGIC_PLAIN, ""},
    {S("]\0\0,a,b,c,d,e,f"), AC_MAGIC_PLAIN, ""},
    {S("\x1f\x8b"), AC_MAGIC_PLAIN, ""},
    {S("\x1f\x8b\x08"), AC_MAGIC_GZIP, "gzip"},
    {S("\x1f\x8b\x09"), AC_MAGIC_PLAIN, ""},
    {S("BZh91AY&SY"), AC_MAGIC_BZIP2, "bzip2"},
    {S("BZh01AY&SY"), AC_MAGIC_PLAIN, ""},
    {S("BZh1\x17\x72\x45\x38\x50\x90"), AC_MAGIC_BZIP2, "bzip2"},
    {S("\xfd"
       "7zXZ\0"),
     AC_MAGIC_XZ, "xz"},
    {S("\xfd"
       "7zXZ"),
     AC_MAGIC_PLAIN, ""},
    {S("\x28\xb5\x2f\xfd"), AC_MAGIC_ZSTD, "zstd"},
    {S("\x50\x2a\x4d\x18\x04\0\0\0"), AC_MAGIC_ZSTD, "zstd"},
    {S("\x5f\x2a\x4d\x18\x04\0\0\0"), AC_MAGIC_ZSTD, "zstd"},
    {S("\x60\x2a\x4d\x18\x04\0\0\0"), AC_MAGIC_PLAIN, ""},
    {S("\x04\x22\x4d\x18"), AC_MAGIC_LZ4, "lz4"},
    {S("LZIP\x01"), AC_MAGIC_LZIP, "lzip"},
    {S("LZIP,a"), AC_MAGIC_PLAIN, ""},
    {S("\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0"), AC_MAGIC_LZMA, "lzma"},
    {S("\x5d\0\0\x80\0\x10\0\0\0\0\0\0\0\0"), AC_MAGIC_LZMA, "lzma"},
    {S("\x5d\0\0\x81\0\x10\0\0\0\0\0\0\0\0"), AC_MAGIC_PLAIN, ""},
    {S("\x5d\0\0\0\0\x10\0\0\0\0\0\0\0\0"), AC_MAGIC_PLAIN, ""},
    {S("\x5d\0\0\x80\0\x10\0\0\0\0\0\x10\0\0"), AC_MAGIC_PLAIN, ""},
    {S("\x1f\x9d\x90"), AC_MAGIC_COMPRESS, "compress (.Z)"},
    {S("PK\x03\x04"), AC_MAGIC_ZIP, "zip"},
    {S("PK\x05\x06"), AC_MAGIC_ZIP, "zip"},
    {S("PK\x07\x08PK\x03\x04"), AC_MAGIC_ZIP, "zip"},
    {S("PK\x07\x08,a"), AC_MAGIC_PLAIN, ""},
    {S("7z\xbc\xaf\x27\x1c"), AC_MAGIC_FOREIGN, "7-Zip"},
    {S("Rar!\x1a\x07\x01\0"), AC_MAGIC_FOREIGN, "RAR"},
    {S("MSCF\0\0\0\0"), AC_MAGIC_FOREIGN, "cabinet"},
    {S("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), AC_MAGIC_FOREIGN, "old Office"},
};

START_TEST(a_head_tells_its_kind) {
    const char *name = NULL;
    ck_assert_int_eq(ac_magic_of(heads[_i].head, &name), heads[_i].kind);
    ck_assert_str_eq(name, heads[_i].name);
    ck_assert_int_eq(ac_magic_of(heads[_i].head, NULL), heads[_i].kind);
}
END_TEST

static const char *const formats[] = {"ustar", "pax", "gnutar", "v7tar"};

START_TEST(a_tar_archive_is_told_by_its_checksum) {
    size_t len;
    struct source_file file = {"a.csv", "a,b\n", 0, 0};
    char *bytes = source_read(source_pack("a.tar", formats[_i], "none", NULL, &file, 1), &len);
    ck_assert_uint_ge(len, AC_MAGIC_BYTES);
    ck_assert_int_eq(ac_magic_of((ac_str){bytes, AC_MAGIC_BYTES}, NULL), AC_MAGIC_TAR);
    ck_assert_int_eq(ac_magic_of((ac_str){bytes, AC_MAGIC_BYTES - 1}, NULL), AC_MAGIC_PLAIN);
    bytes[0]++;
    ck_assert_int_eq(ac_magic_of((ac_str){bytes, AC_MAGIC_BYTES}, NULL), AC_MAGIC_PLAIN);
    free(bytes);
}
END_TEST

static const char *const filters[] = {"gzip", "bzip2", "xz",   "zstd",
                                      "lz4",  "lzip",  "lzma", "compress"};
static const enum ac_magic kinds[] = {AC_MAGIC_GZIP, AC_MAGIC_BZIP2,   AC_MAGIC_XZ,
                                      AC_MAGIC_ZSTD, AC_MAGIC_LZ4,     AC_MAGIC_LZIP,
                                      AC_MAGIC_LZMA, AC_MAGIC_COMPRESS};

START_TEST(what_a_library_compresses_is_known) {
    size_t len;
    char *bytes = source_read(source_compress("a", filters[_i], NULL, "a,b\n1,2\n", 8), &len);
    ck_assert_int_eq(ac_magic_of((ac_str){bytes, len}, NULL), kinds[_i]);
    free(bytes);
}
END_TEST

int main(void) {
    Suite *s = suite_create("source/magic");
    TCase *t = tcase_create("magic");
    tcase_add_checked_fixture(t, source_setup, source_teardown);
    tcase_add_loop_test(t, a_head_tells_its_kind, 0, (int)AC_N(heads));
    tcase_add_loop_test(t, a_tar_archive_is_told_by_its_checksum, 0, (int)AC_N(formats));
    tcase_add_loop_test(t, what_a_library_compresses_is_known, 0, (int)AC_N(filters));
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
