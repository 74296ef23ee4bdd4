// SPDX-License-Identifier: MIT
// The memory that compressed files ask for.
#include "source/codec.h"
#include "source/pack.h"
#include <check.h>
#include <stdlib.h>

#define KIB ((uint64_t)1024)
#define MIB (KIB * 1024)
#define S(literal)                                                                                 \
    { (literal), sizeof(literal) - 1 }

static const struct {
    enum ac_magic kind;
    ac_str head;
    uint64_t bytes;
} heads[] = {
    // A single segment: the window is the content's size, of 1, 2, 4 or 8 bytes.
    {AC_MAGIC_ZSTD, S("\x28\xb5\x2f\xfd\x20\x05"), 5},
    {AC_MAGIC_ZSTD, S("\x28\xb5\x2f\xfd\x60\x00\x01"), 512},
    {AC_MAGIC_ZSTD, S("\x28\xb5\x2f\xfd\xa0\x00\x00\x00\x08"), 128 * MIB},
    {AC_MAGIC_ZSTD, S("\x28\xb5\x2f\xfd\xe0\x00\x00\x00\x00\x01\x00\x00\x00"), KIB *KIB * 4096},
    {AC_MAGIC_ZSTD, S("\x28\xb5\x2f\xfd\x23\xaa\xbb\xcc\xdd\x05"), 5}, // behind a dictionary's id
    // A window's own byte: exponent and eighths.
    {AC_MAGIC_ZSTD, S("\x28\xb5\x2f\xfd\x00\x00"), KIB},
    {AC_MAGIC_ZSTD, S("\x28\xb5\x2f\xfd\x04\x58"), 2 * MIB},
    {AC_MAGIC_ZSTD, S("\x28\xb5\x2f\xfd\x04\x88"), 128 * MIB},
    {AC_MAGIC_ZSTD, S("\x28\xb5\x2f\xfd\x04\x8c"), 192 * MIB},
    {AC_MAGIC_ZSTD, S("\x28\xb5\x2f\xfd\x04\xa8"), 2048 * MIB},
    // Behind frames that are passed over.
    {AC_MAGIC_ZSTD, S("\x50\x2a\x4d\x18\x02\0\0\0xx\x28\xb5\x2f\xfd\x04\x88"), 128 * MIB},
    {AC_MAGIC_ZSTD, S("\x50\x2a\x4d\x18\x00\x00\x00\x01xx"), 0},
    {AC_MAGIC_ZSTD, S("\x50\x2a\x4d\x18\xff\xff\xff\xff"), 0},
    {AC_MAGIC_ZSTD, S("\x28\xb5\x2f\xfd"), 0},
    {AC_MAGIC_ZSTD, S("\x28\xb5\x2f\xfd\x00"), 0},
    {AC_MAGIC_ZSTD, S("\x28\xb5\x2f\xfd\xe0\x00\x00"), 0},
    {AC_MAGIC_LZMA, S("\x5d\x00\x00\x00\x04"), 64 * MIB},
    {AC_MAGIC_LZIP, S("LZIP\x01\x14"), MIB},
    {AC_MAGIC_LZIP, S("LZIP\x01\xf4"), MIB - 7 * MIB / 16},
    {AC_MAGIC_LZIP, S("LZIP\x01\x1d"), 512 * MIB},
    {AC_MAGIC_LZIP, S("LZIP\x01"), 0},
    // xz: stream header, block header (size, flags), the filters.
    {AC_MAGIC_XZ,
     S("\xfd"
       "7zXZ\0\0\4....\2\0\x21\1\x1c"),
     64 * MIB},
    {AC_MAGIC_XZ,
     S("\xfd"
       "7zXZ\0\0\4....\2\0\x21\1\x28"),
     4 * KIB *MIB - 1},
    {AC_MAGIC_XZ,
     S("\xfd"
       "7zXZ\0\0\4....\2\0\x21\1\x29"),
     0},
    {AC_MAGIC_XZ,
     S("\xfd"
       "7zXZ\0\0\4....\2\0\x21\1\x00"),
     4 * KIB},
    {AC_MAGIC_XZ,
     S("\xfd"
       "7zXZ\0\0\4....\2\0\x21\1\x01"),
     6 * KIB},
    {AC_MAGIC_XZ,
     S("\xfd"
       "7zXZ\0\0\4....\4\xc0\x81\1\x82\1\x21\1\x1c"),
     64 * MIB}, // both sizes
    {AC_MAGIC_XZ,
     S("\xfd"
       "7zXZ\0\0\4....\4\1\4\0\x21\1\x1c"),
     64 * MIB}, // behind x86
    {AC_MAGIC_XZ,
     S("\xfd"
       "7zXZ\0\0\4....\4\1\3\2xx\x21\1\x1c"),
     64 * MIB}, // behind delta
    {AC_MAGIC_XZ,
     S("\xfd"
       "7zXZ\0\0\4....\0"),
     0}, // no block
    {AC_MAGIC_XZ,
     S("\xfd"
       "7zXZ\0\0\4....\2\0\x21\1"),
     0},
    {AC_MAGIC_XZ,
     S("\xfd"
       "7zXZ\0\0\4....\2\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
     0},
    {AC_MAGIC_XZ,
     S("\xfd"
       "7zXZ\0\0\4....\2\0\3\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
     0},
    {AC_MAGIC_XZ,
     S("\xfd"
       "7zXZ\0"),
     0},
    {AC_MAGIC_XZ, S(""), 0},
    {AC_MAGIC_GZIP, S("\x1f\x8b\x08\0\0\0\0\0\0\3"), 0},
    {AC_MAGIC_BZIP2, S("BZh91AY&SY"), 0},
    {AC_MAGIC_LZ4, S("\x04\x22\x4d\x18"), 0},
    {AC_MAGIC_COMPRESS, S("\x1f\x9d\x90"), 0},
    {AC_MAGIC_ZIP, S("PK\3\4"), 0},
    {AC_MAGIC_TAR, S("a"), 0},
    {AC_MAGIC_PLAIN, S("a"), 0},
    {AC_MAGIC_FOREIGN, S("Rar!"), 0},
};

START_TEST(a_head_says_how_much_it_needs) {
    ck_assert_uint_eq(ac_codec_window(heads[_i].kind, heads[_i].head), heads[_i].bytes);
}
END_TEST

static const struct {
    const char *filter, *options;
    enum ac_magic kind;
    uint64_t bytes;
} written[] = {
    {"xz", "compression-level=9", AC_MAGIC_XZ, 64 * MIB},
    {"xz", "compression-level=6", AC_MAGIC_XZ, 8 * MIB},
    {"lzma", "compression-level=9", AC_MAGIC_LZMA, 64 * MIB},
    {"lzip", "compression-level=9", AC_MAGIC_LZIP, 32 * MIB},
};

START_TEST(a_real_file_says_how_much_it_needs) {
    size_t len;
    char *bytes = source_read(
        source_compress("a", written[_i].filter, written[_i].options, "a,b\n", 4), &len);
    ck_assert_uint_eq(ac_codec_window(written[_i].kind, (ac_str){bytes, len}), written[_i].bytes);
    free(bytes);
}
END_TEST

int main(void) {
    Suite *s = suite_create("source/codec");
    TCase *t = tcase_create("codec");
    tcase_add_checked_fixture(t, source_setup, source_teardown);
    tcase_add_loop_test(t, a_head_says_how_much_it_needs, 0, (int)AC_N(heads));
    tcase_add_loop_test(t, a_real_file_says_how_much_it_needs, 0, (int)AC_N(written));
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
