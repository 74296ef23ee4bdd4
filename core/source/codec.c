// SPDX-License-Identifier: MIT
// The memory a compressed file asks for, read from its first bytes.
#include "source/codec.h"

struct reader { // bytes with their end; reading past it yields zeros
    const unsigned char *at, *end;
    bool is_cut;
};

static unsigned byte(struct reader *r) {
    if (r->at < r->end)
        return *r->at++;
    r->is_cut = true;
    return 0;
}

static uint64_t little(struct reader *r, int n) {
    uint64_t value = 0;
    for (int i = 0; i < n; i++)
        value |= (uint64_t)byte(r) << (8 * i);
    return value;
}

static uint64_t xz_number(struct reader *r) { // seven bits a byte, the lowest first
    uint64_t value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
        unsigned b = byte(r);
        value |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80))
            return value;
    }
    r->is_cut = true;
    return 0;
}

static uint64_t xz_dictionary(unsigned code) {
    if (code > 40)
        return 0;
    if (code == 40)
        return UINT32_MAX;
    return (uint64_t)(2 | (code & 1)) << (code / 2 + 11);
}

// Stream header (12 bytes), then the first block's: its size, flags, two optional sizes, and the
// filters, among which LZMA2 (0x21) carries the dictionary.
static uint64_t xz_window(struct reader *r) {
    (void)little(r, 8);
    (void)little(r, 4);
    if (byte(r) == 0)
        return 0; // no block at all
    unsigned flags = byte(r);
    if (flags & 0x40)
        (void)xz_number(r);
    if (flags & 0x80)
        (void)xz_number(r);
    for (unsigned i = 0; i <= (flags & 3) && !r->is_cut; i++) {
        uint64_t id = xz_number(r), len = xz_number(r);
        if (id == 0x21) {
            unsigned code = byte(r);
            return r->is_cut ? 0 : xz_dictionary(code);
        }
        while (len-- && !r->is_cut)
            (void)byte(r);
    }
    return 0;
}

static uint64_t zstd_window(struct reader *r) {
    uint64_t mark = little(r, 4);
    while ((mark & 0xfffffff0u) == 0x184d2a50u && !r->is_cut) {
        uint64_t len = little(r, 4);
        if (len > (uint64_t)(r->end - r->at))
            return 0;
        r->at += len;
        mark = little(r, 4);
    }
    unsigned flags = byte(r);
    static const int id_len[] = {0, 1, 2, 4}, size_len[] = {1, 2, 4, 8};
    if (!(flags & 0x20)) {
        unsigned b = byte(r);
        uint64_t base = (uint64_t)1 << (10 + (b >> 3));
        return r->is_cut ? 0 : base + base / 8 * (b & 7);
    }
    (void)little(r, id_len[flags & 3]); // a single segment: the window is the content
    uint64_t size = little(r, size_len[flags >> 6]);
    if (flags >> 6 == 1)
        size += 256;
    return r->is_cut ? 0 : size;
}

static uint64_t lzip_window(struct reader *r) {
    (void)little(r, 5);
    unsigned code = byte(r);
    uint64_t base = (uint64_t)1 << (code & 0x1f);
    return r->is_cut ? 0 : base - base / 16 * (code >> 5);
}

uint64_t ac_codec_window(enum ac_magic kind, ac_str head) {
    struct reader r = {(const unsigned char *)head.ptr, NULL, false};
    r.end = r.at + head.len;
    switch (kind) {
    case AC_MAGIC_XZ:
        return xz_window(&r);
    case AC_MAGIC_ZSTD:
        return zstd_window(&r);
    case AC_MAGIC_LZIP:
        return lzip_window(&r);
    case AC_MAGIC_LZMA:
        (void)byte(&r);
        return little(&r, 4);
    case AC_MAGIC_PLAIN:
    case AC_MAGIC_GZIP:
    case AC_MAGIC_BZIP2:
    case AC_MAGIC_LZ4:
    case AC_MAGIC_COMPRESS:
    case AC_MAGIC_ZIP:
    case AC_MAGIC_TAR:
    case AC_MAGIC_FOREIGN:
        return 0;
    }
    return 0;
}
