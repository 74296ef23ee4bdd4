// SPDX-License-Identifier: MIT
// What a file is, told by its first bytes.
#include "source/magic.h"

static const struct mark {
    enum ac_magic kind;
    const char *name;
    ac_str bytes;
} marks[] = {
    {AC_MAGIC_GZIP, "gzip", {"\x1f\x8b\x08", 3}},
    {AC_MAGIC_XZ,
     "xz",
     {"\xfd"
      "7zXZ\0",
      6}},
    {AC_MAGIC_ZSTD, "zstd", {"\x28\xb5\x2f\xfd", 4}},
    {AC_MAGIC_LZ4, "lz4", {"\x04\x22\x4d\x18", 4}},
    {AC_MAGIC_LZIP, "lzip", {"LZIP\x01", 5}},
    {AC_MAGIC_COMPRESS, "compress (.Z)", {"\x1f\x9d", 2}},
    {AC_MAGIC_ZIP, "zip", {"PK\x03\x04", 4}},
    {AC_MAGIC_ZIP, "zip", {"PK\x05\x06", 4}},
    {AC_MAGIC_ZIP, "zip", {"PK\x07\x08PK\x03\x04", 8}},
    {AC_MAGIC_FOREIGN, "7-Zip", {"7z\xbc\xaf\x27\x1c", 6}},
    {AC_MAGIC_FOREIGN, "RAR", {"Rar!\x1a\x07", 6}},
    {AC_MAGIC_FOREIGN, "cabinet", {"MSCF\0\0\0\0", 8}},
    {AC_MAGIC_FOREIGN, "old Office", {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8}},
};

static bool is_bzip2(ac_str head) {
    if (head.len < 10 || !ac_str_starts(head, AC_STR("BZh")))
        return false;
    if (head.ptr[3] < '1' || head.ptr[3] > '9')
        return false;
    ac_str block = {head.ptr + 4, 6};
    return ac_str_eq(block, AC_STR("\x31\x41\x59\x26\x53\x59")) ||
           ac_str_eq(block, AC_STR("\x17\x72\x45\x38\x50\x90"));
}

// Frames to be passed over may stand before the first real one (parallel compressors write them).
static bool is_zstd_skip(ac_str head) {
    return head.len >= 8 && ((unsigned char)head.ptr[0] & 0xf0) == 0x50 &&
           ac_str_eq((ac_str){head.ptr + 1, 3}, AC_STR("\x2a\x4d\x18"));
}

// The old format has no mark of its own: the usual properties byte, a dictionary that is a power
// of two, a size that is unknown or sensible.
static bool is_lzma(ac_str head) {
    if (head.len < 14 || !ac_str_starts(head, AC_STR("\x5d\x00\x00")))
        return false;
    const unsigned char *b = (const unsigned char *)head.ptr;
    uint32_t dict = (uint32_t)b[3] << 16 | (uint32_t)b[4] << 24;
    if (dict == 0 || (dict & (dict - 1)))
        return false;
    uint64_t size = 0;
    for (int i = 0; i < 8; i++)
        size |= (uint64_t)b[5 + i] << (8 * i);
    return b[13] == 0 && (size == UINT64_MAX || size < (uint64_t)1 << 40);
}

// A tar header names its own checksum: the sum of its bytes, the checksum's taken as blanks.
static bool is_tar(ac_str head) {
    if (head.len < 512)
        return false;
    const unsigned char *b = (const unsigned char *)head.ptr;
    if (b[0] == 0)
        return false;
    unsigned long sum = 0, said = 0;
    for (size_t i = 0; i < 512; i++)
        sum += i >= 148 && i < 156 ? ' ' : b[i];
    size_t i = 148;
    while (i < 155 && b[i] == ' ')
        i++;
    if (b[i] < '0' || b[i] > '7')
        return false;
    for (; i < 156 && b[i] >= '0' && b[i] <= '7'; i++)
        said = said * 8 + (unsigned long)(b[i] - '0');
    return sum == said;
}

enum ac_magic ac_magic_of(ac_str head, const char **name) {
    const char *ignored;
    if (!name)
        name = &ignored;
    for (size_t i = 0; i < AC_N(marks); i++) {
        if (!ac_str_starts(head, marks[i].bytes))
            continue;
        *name = marks[i].name;
        return marks[i].kind;
    }
    enum ac_magic kind = AC_MAGIC_PLAIN;
    *name = "";
    if (is_bzip2(head)) {
        kind = AC_MAGIC_BZIP2;
        *name = "bzip2";
    } else if (is_zstd_skip(head)) {
        kind = AC_MAGIC_ZSTD;
        *name = "zstd";
    } else if (is_lzma(head)) {
        kind = AC_MAGIC_LZMA;
        *name = "lzma";
    } else if (is_tar(head)) {
        kind = AC_MAGIC_TAR;
        *name = "tar";
    }
    return kind;
}
