// SPDX-License-Identifier: MIT
// The checksums inside a gzip file, compared with what came out of it.
#include "source/gzip.h"
#include <endian.h>

#define TRAILER_BYTES ((size_t)8)
#define HEADER_BYTES ((size_t)10)
#define MAX_ZEROS ((size_t)8) // a trailer may end with that many

void ac_gzip_init(struct ac_gzip *g) {
    memset(g, 0, sizeof *g);
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
        g->table[0][i] = crc;
    }
    for (size_t k = 1; k < 8; k++)
        for (size_t i = 0; i < 256; i++)
            g->table[k][i] = g->table[k - 1][i] >> 8 ^ g->table[0][g->table[k - 1][i] & 0xFF];
}

void ac_gzip_unpacked(struct ac_gzip *g, ac_str bytes) {
    const unsigned char *at = (const unsigned char *)bytes.ptr;
    uint32_t crc = ~g->crc;
    size_t left = bytes.len;
    for (; left >= 8; left -= 8, at += 8) { // eight bytes a turn, each by its own table
        uint64_t word;
        memcpy(&word, at, sizeof word);
        word = le64toh(word) ^ crc;
        crc = 0;
        for (size_t k = 0; k < 8; k++)
            crc ^= g->table[7 - k][word >> (8 * k) & 0xFF];
    }
    for (; left; left--)
        crc = crc >> 8 ^ g->table[0][(crc ^ *at++) & 0xFF];
    g->crc = ~crc;
    g->n_unpacked += bytes.len;
}

// A checksum is a polynomial modulo another one: appending len bytes multiplies it by x^(8 len).
static uint32_t multiply(uint32_t a, uint32_t b) {
    uint32_t product = 0;
    for (uint32_t bit = 1u << 31; bit; bit >>= 1) {
        if (a & bit)
            product ^= b;
        b = b >> 1 ^ (b & 1 ? 0xEDB88320u : 0);
    }
    return product;
}

static uint32_t join(uint32_t first, uint32_t second, uint32_t second_len) {
    uint32_t power = 1u << 23, factor = 1u << 31; // x^8; one
    for (; second_len; second_len >>= 1, power = multiply(power, power))
        if (second_len & 1)
            factor = multiply(factor, power);
    return multiply(factor, first) ^ second;
}

static uint32_t little(const unsigned char *p) {
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

// Magic, deflate, no reserved flag, a level and a system that exist: chance looks like it once in
// a hundred gigabytes.
static bool is_header(const unsigned char *p) {
    return p[0] == 0x1F && p[1] == 0x8B && p[2] == 8 && !(p[3] & 0xE0) &&
           (p[8] == 0 || p[8] == 2 || p[8] == 4) && (p[9] <= 13 || p[9] == 255);
}

// Every header with a trailer before it ends a member.
static void find_parts(struct ac_gzip *g, const unsigned char *p, size_t len) {
    if (len < TRAILER_BYTES + HEADER_BYTES)
        return;
    const unsigned char *at = p + TRAILER_BYTES, *end = p + len - HEADER_BYTES + 1;
    for (; at < end && (at = memchr(at, 0x1F, (size_t)(end - at))); at++) {
        if (!is_header(at))
            continue;
        uint32_t part_len = little(at - 4);
        g->parts_crc = join(g->parts_crc, little(at - 8), part_len);
        g->parts_len += part_len;
        g->n_parts++;
    }
}

// Appends to the last `max` bytes.
static size_t keep_last(unsigned char *kept, size_t n, size_t max, const unsigned char *p,
                        size_t len) {
    if (len > max) {
        p += len - max;
        len = max;
    }
    size_t n_old = n + len > max ? max - len : n;
    memmove(kept, kept + (n - n_old), n_old);
    memcpy(kept + n_old, p, len);
    return n_old + len;
}

static void keep_tail(struct ac_gzip *g, const unsigned char *p, size_t len) {
    size_t n = len; // without the zeros at the end
    while (n && p[n - 1] == 0)
        n--;
    size_t n_zeros = len - n;
    if (n) {
        g->n_tail = keep_last(g->tail, g->n_tail, sizeof g->tail, p, n);
        g->n_zeros = 0;
    }
    if (n_zeros > MAX_ZEROS - g->n_zeros)
        n_zeros = MAX_ZEROS - g->n_zeros;
    g->n_tail = keep_last(g->tail, g->n_tail, sizeof g->tail, p + n, n_zeros);
    g->n_zeros += n_zeros;
}

void ac_gzip_packed(struct ac_gzip *g, ac_str bytes) {
    const unsigned char *p = (const unsigned char *)bytes.ptr;
    unsigned char seam[2 * sizeof g->carry];
    if (!bytes.len)
        return;
    size_t n = bytes.len < sizeof g->carry ? bytes.len : sizeof g->carry;
    memcpy(seam, g->carry, g->n_carry);
    memcpy(seam + g->n_carry, p, n);
    find_parts(g, seam, g->n_carry + n); // what begins less than a trailer behind the border
    find_parts(g, p, bytes.len);
    g->n_carry = keep_last(g->carry, g->n_carry, sizeof g->carry, p, bytes.len);
    keep_tail(g, p, bytes.len);
}

static bool fits(const struct ac_gzip *g, const unsigned char *trailer, bool is_single) {
    uint32_t crc = little(trailer), len = little(trailer + 4);
    if (!is_single) {
        crc = join(g->parts_crc, crc, len);
        len += g->parts_len;
    }
    return crc == g->crc && len == (uint32_t)g->n_unpacked;
}

bool ac_gzip_is_good(const struct ac_gzip *g) {
    if (g->n_parts && g->n_unpacked > UINT32_MAX)
        return true;
    // Zeros may stand behind the last trailer, to fill a block of a tape.
    for (size_t n = 0; n <= g->n_zeros && g->n_tail - n >= TRAILER_BYTES; n++) {
        const unsigned char *trailer = g->tail + g->n_tail - n - TRAILER_BYTES;
        if (fits(g, trailer, true) || (g->n_parts && fits(g, trailer, false)))
            return true;
    }
    return false;
}
