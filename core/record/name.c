// SPDX-License-Identifier: MIT
// Names or keys compared without regard to letter case.
#include "record/name.h"
#include <utf8proc.h>

#define PIECE_BYTES ((size_t)256) // hashed at a time
#define ONES 0x0101010101010101u
#define HIGH_BITS 0x8080808080808080u

static const ac_str junk[] = {
    {" ", 1},
    {"\t", 1},
    {"\r", 1},
    {"\n", 1},
    {"\xc2\xa0", 2},     // no-break space
    {"\xef\xbb\xbf", 3}, // byte order mark
    {"\xe2\x80\x8b", 3}, // zero-width space
};

static bool trim_one(ac_str *name) {
    for (size_t i = 0; i < AC_N(junk); i++) {
        bool is_front = ac_str_starts(*name, junk[i]);
        if (!is_front && !ac_str_ends(*name, junk[i]))
            continue;
        if (is_front)
            name->ptr += junk[i].len;
        name->len -= junk[i].len;
        return true;
    }
    return false;
}

ac_str ac_name_trim(ac_str name) {
    while (name.len && trim_one(&name)) {
    }
    return name;
}

// Eight letters of ASCII lowered at once.
static uint64_t lower_eight(uint64_t word) {
    uint64_t from_a = word + ONES * (0x80 - 'A'), past_z = word + ONES * (0x80 - 'Z' - 1);
    return word | (((from_a ^ past_z) & HIGH_BITS) >> 2);
}

// The first character of text, lowered, in out; returns how many bytes of text it was.
static size_t lower_one(ac_str text, char out[4], size_t *out_len) {
    utf8proc_int32_t c;
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text.ptr;
    utf8proc_ssize_t n = utf8proc_iterate(at, text.len < 4 ? (utf8proc_ssize_t)text.len : 4, &c);
    if (n <= 0) {
        out[0] = text.ptr[0];
        *out_len = 1;
        return 1;
    }
    *out_len = (size_t)utf8proc_encode_char(utf8proc_tolower(c), (utf8proc_uint8_t *)out);
    return (size_t)n;
}

bool ac_name_same(ac_str a, ac_str b) {
    if (ac_str_eq_nocase(a, b))
        return true;
    while (a.len && b.len) {
        char one[4], other[4];
        size_t one_len, other_len;
        a = ac_str_skip(a, lower_one(a, one, &one_len));
        b = ac_str_skip(b, lower_one(b, other, &other_len));
        if (!ac_str_eq(ac_str_n(one, one_len), ac_str_n(other, other_len)))
            return false;
    }
    return a.len == b.len;
}

struct lowered { // text lowered so far, its full pieces hashed
    uint64_t hash;
    size_t len;
    char piece[PIECE_BYTES];
};

static void end_piece(struct lowered *l) {
    l->hash = ac_str_hash(ac_str_n(l->piece, l->len), l->hash);
    l->len = 0;
}

// A word of ASCII, the common case, is lowered whole. Both ways fill the pieces alike.
static size_t add_eight(struct lowered *l, const char *ptr, size_t len) {
    uint64_t word = 0;
    size_t n = len < sizeof word ? len : sizeof word;
    if (n > PIECE_BYTES - l->len)
        n = PIECE_BYTES - l->len;
    if (n == sizeof word)
        memcpy(&word, ptr, sizeof word);
    else
        memcpy(&word, ptr, n);
    if (word & HIGH_BITS)
        return 0;
    word = lower_eight(word);
    if (PIECE_BYTES - l->len >= sizeof word)
        memcpy(l->piece + l->len, &word, sizeof word); // beyond n it is overwritten
    else
        memcpy(l->piece + l->len, &word, n);
    l->len += n;
    return n;
}

static size_t add_one(struct lowered *l, ac_str text) {
    char bytes[4];
    size_t len, used = lower_one(text, bytes, &len);
    for (size_t i = 0; i < len; i++) {
        l->piece[l->len++] = bytes[i];
        if (l->len == PIECE_BYTES)
            end_piece(l);
    }
    return used;
}

uint64_t ac_name_hash(ac_str name, uint64_t seed) {
    struct lowered l;
    l.hash = seed;
    l.len = 0;
    for (size_t at = 0; at < name.len;) {
        size_t n = add_eight(&l, name.ptr + at, name.len - at);
        if (!n)
            n = add_one(&l, ac_str_n(name.ptr + at, name.len - at));
        at += n;
        if (l.len == PIECE_BYTES)
            end_piece(&l);
    }
    end_piece(&l);
    return l.hash;
}
