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

static uint64_t word_at(const char *ptr) {
    uint64_t word;
    memcpy(&word, ptr, sizeof word);
    return word;
}

// Lowers ASCII of at most a piece; false when there are other letters.
static inline bool lower_ascii(char *to, const char *from, size_t len) {
    uint64_t word, all = 0;
    if (len < sizeof word) {
        for (size_t i = 0; i < len; i++) {
            all |= (unsigned char)from[i];
            to[i] = (char)(from[i] | (from[i] >= 'A' && from[i] <= 'Z' ? 32 : 0));
        }
        return !(all & 0x80);
    }
    for (size_t at = 0;; at += sizeof word) {
        if (at > len - sizeof word)
            at = len - sizeof word; // the last word laps over the one before
        all |= word = word_at(from + at);
        word = lower_eight(word);
        memcpy(to + at, &word, sizeof word);
        if (at == len - sizeof word)
            return !(all & HIGH_BITS);
    }
}

uint64_t ac_name_hash(ac_str name, uint64_t seed) {
    struct lowered l;
    l.hash = seed;
    l.len = 0;
    if (name.len < PIECE_BYTES && lower_ascii(l.piece, name.ptr, name.len))
        l.len = name.len;
    else
        for (size_t at = 0; at < name.len;)
            at += add_one(&l, ac_str_n(name.ptr + at, name.len - at));
    end_piece(&l);
    return l.hash;
}
