// SPDX-License-Identifier: MIT
// Slices of text, compared, trimmed, split or parsed in place.
#include "base/str.h"
#include <endian.h>

static unsigned char lower(char c) {
    unsigned char u = (unsigned char)c;
    return u >= 'A' && u <= 'Z' ? (unsigned char)(u + ('a' - 'A')) : u;
}

int ac_str_cmp_nocase(ac_str a, ac_str b) {
    size_t n = a.len < b.len ? a.len : b.len;
    for (size_t i = 0; i < n; i++) {
        int d = lower(a.ptr[i]) - lower(b.ptr[i]);
        if (d)
            return d;
    }
    return a.len < b.len ? -1 : a.len > b.len;
}

bool ac_str_eq_nocase(ac_str a, ac_str b) { return a.len == b.len && ac_str_cmp_nocase(a, b) == 0; }

bool ac_str_starts(ac_str s, ac_str prefix) {
    return s.len >= prefix.len && ac_str_eq(ac_str_n(s.ptr, prefix.len), prefix);
}

bool ac_str_ends(ac_str s, ac_str suffix) {
    return s.len >= suffix.len &&
           ac_str_eq(ac_str_n(s.ptr + (s.len - suffix.len), suffix.len), suffix);
}

bool ac_str_ends_nocase(ac_str s, ac_str suffix) {
    return s.len >= suffix.len &&
           ac_str_eq_nocase(ac_str_n(s.ptr + (s.len - suffix.len), suffix.len), suffix);
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

ac_str ac_str_trim(ac_str s) {
    while (s.len && is_blank(s.ptr[0]))
        s = ac_str_n(s.ptr + 1, s.len - 1);
    while (s.len && is_blank(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

ac_str ac_str_skip(ac_str s, size_t n) {
    if (n > s.len)
        n = s.len;
    return n ? ac_str_n(s.ptr + n, s.len - n) : s;
}

ptrdiff_t ac_str_find(ac_str s, char c) {
    const char *at = s.len ? memchr(s.ptr, c, s.len) : NULL;
    return at ? at - s.ptr : -1;
}

bool ac_str_cut(ac_str *rest, char sep, ac_str *piece) {
    if (!rest->ptr)
        return false;
    ptrdiff_t at = ac_str_find(*rest, sep);
    if (at < 0) {
        *piece = *rest;
        *rest = AC_STR_NULL;
    } else {
        *piece = ac_str_n(rest->ptr, (size_t)at);
        *rest = ac_str_skip(*rest, (size_t)at + 1);
    }
    return true;
}

bool ac_str_u64(ac_str s, uint64_t *out) {
    if (s.len && s.ptr[0] == '+')
        s = ac_str_skip(s, 1);
    if (!s.len)
        return false;
    uint64_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(s.ptr[i] - '0');
        if (n > (UINT64_MAX - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    *out = n;
    return true;
}

bool ac_str_i64(ac_str s, int64_t *out) {
    bool is_negative = s.len && s.ptr[0] == '-';
    uint64_t n;
    if (is_negative) {
        s = ac_str_skip(s, 1);
        if (s.len && s.ptr[0] == '+')
            return false;
    }
    if (!ac_str_u64(s, &n))
        return false;
    if (n > (uint64_t)INT64_MAX + (is_negative ? 1 : 0))
        return false;
    *out = is_negative ? (int64_t)(0 - n) : (int64_t)n;
    return true;
}

// A whole number followed by one of the units; times its factor.
static bool with_unit(ac_str s, const char *const *units, const int64_t *factors, size_t n,
                      int64_t *out) {
    size_t digits = 0;
    while (digits < s.len && s.ptr[digits] >= '0' && s.ptr[digits] <= '9')
        digits++;
    int64_t number;
    if (!ac_str_i64(ac_str_n(s.ptr, digits), &number))
        return false;
    ac_str unit = ac_str_trim(ac_str_skip(s, digits));
    for (size_t i = 0; i < n; i++) {
        if (!ac_str_eq_nocase(unit, ac_str_of(units[i])))
            continue;
        if (number > INT64_MAX / factors[i])
            return false;
        *out = number * factors[i];
        return true;
    }
    return false;
}

bool ac_str_size(ac_str s, int64_t *bytes) {
    static const char *const units[] = {"", "B", "K", "KiB", "M", "MiB", "G", "GiB"};
    static const int64_t factors[] = {1, 1, 1 << 10, 1 << 10, 1 << 20, 1 << 20, 1 << 30, 1 << 30};
    return with_unit(ac_str_trim(s), units, factors, AC_N(units), bytes);
}

bool ac_str_duration(ac_str s, int64_t *ms) {
    static const char *const units[] = {"ms", "s", "m", "h", "d"};
    static const int64_t factors[] = {1, 1000, 60000, 3600000, 86400000};
    s = ac_str_trim(s);
    if (ac_str_eq(s, AC_STR("0"))) {
        *ms = 0;
        return true;
    }
    return with_unit(s, units, factors, AC_N(units), ms);
}

static uint64_t eight(const char *p) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return le64toh(word);
}

#define HIGH_BITS 0x8080808080808080u

size_t ac_str_chars(ac_str s) {
    size_t n = 0, i = 0;
    for (; i + 8 <= s.len; i += 8) {
        if (!(eight(s.ptr + i) & HIGH_BITS)) {
            n += 8;
            continue;
        }
        for (size_t k = i; k < i + 8; k++)
            n += ((unsigned char)s.ptr[k] & 0xC0) != 0x80;
    }
    for (; i < s.len; i++)
        n += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
    return n;
}

// The length of the valid sequence at p (2 to 4 bytes), 0 when it is broken.
static size_t sequence(const unsigned char *p, size_t left) {
    unsigned char c = p[0], low = 0x80, high = 0xBF;
    size_t len = c >= 0xC2 && c <= 0xDF   ? 2
                 : (c & 0xF0) == 0xE0     ? 3
                 : c >= 0xF0 && c <= 0xF4 ? 4
                                          : 0;
    if (!len || len > left)
        return 0;
    if (c == 0xE0)
        low = 0xA0; // overlong
    if (c == 0xED)
        high = 0x9F; // surrogates
    if (c == 0xF0)
        low = 0x90; // overlong
    if (c == 0xF4)
        high = 0x8F; // beyond U+10FFFF
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return len;
}

size_t ac_str_utf8_bad(ac_str s) {
    for (size_t i = 0; i < s.len;) {
        if (i + 8 <= s.len && !(eight(s.ptr + i) & HIGH_BITS)) {
            i += 8;
        } else if (!((unsigned char)s.ptr[i] & 0x80)) {
            i++;
        } else {
            size_t len = sequence((const unsigned char *)s.ptr + i, s.len - i);
            if (!len)
                return i;
            i += len;
        }
    }
    return s.len;
}

// Matches one character of the pattern at *at; moves it on.
static bool glob_one(ac_str pattern, size_t *at, char c) {
    if (pattern.ptr[*at] == '?') {
        ++*at;
        return true;
    }
    if (pattern.ptr[*at] == '[') {
        size_t i = *at + 1;
        bool is_not = i < pattern.len && (pattern.ptr[i] == '!' || pattern.ptr[i] == '^');
        bool is_in = false;
        i += is_not;
        for (size_t first = i; i < pattern.len && (pattern.ptr[i] != ']' || i == first); i++) {
            unsigned char low = (unsigned char)pattern.ptr[i], high = low;
            if (i + 2 < pattern.len && pattern.ptr[i + 1] == '-' && pattern.ptr[i + 2] != ']') {
                high = (unsigned char)pattern.ptr[i + 2];
                i += 2;
            }
            is_in |= (unsigned char)c >= low && (unsigned char)c <= high;
        }
        if (i < pattern.len) {
            *at = i + 1;
            return is_in != is_not;
        } // no end: a plain bracket
    }
    return pattern.ptr[(*at)++] == c;
}

bool ac_str_glob(ac_str pattern, ac_str s) {
    size_t p = 0, i = 0, star = SIZE_MAX, mark = 0;
    while (i < s.len) {
        size_t next = p;
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            mark = i;
        } else if (p < pattern.len && glob_one(pattern, &next, s.ptr[i])) {
            p = next;
            i++;
        } else if (star != SIZE_MAX) { // the last star takes one more
            p = star + 1;
            i = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

// The two halves of a product of 128 bits, folded.
static uint64_t mix(uint64_t a, uint64_t b) {
#ifdef __SIZEOF_INT128__
    typedef unsigned wide __attribute__((mode(TI)));
    wide product = (wide)a * b;
    // cppcheck-suppress shiftTooManyBits ; it takes the type for an unsigned int
    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t low = a0 * b0, middle = a1 * b0 + (low >> 32), other = a0 * b1 + (uint32_t)middle;
    return (other << 32 | (uint32_t)low) ^ (a1 * b1 + (middle >> 32) + (other >> 32));
#endif
}

uint64_t ac_str_hash(ac_str s, uint64_t seed) {
    const uint64_t k0 = 0x9E3779B97F4A7C15u, k1 = 0xD6E8FEB86659FD93u, k2 = 0xA0761D6478BD642Fu;
    uint64_t h = seed ^ mix(s.len ^ k0, k1);
    size_t i = 0;
    for (; i + 16 <= s.len; i += 16)
        h = mix(eight(s.ptr + i) ^ k1, eight(s.ptr + i + 8) ^ h ^ k2);
    uint64_t a = 0, b = 0;
    if (s.len - i >= 8) {
        a = eight(s.ptr + i);
        i += 8;
    }
    if (i < s.len)
        memcpy(&b, s.ptr + i, s.len - i);
    b = le64toh(b);
    h = mix(a ^ k1, b ^ h ^ k2);
    return mix(h ^ k0, k1);
}
