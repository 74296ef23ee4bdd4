// SPDX-License-Identifier: MIT
// Text as the org compares it: UTF-8 without regard to case.
#include "fold.h"

#include <locale.h>
#include <stdint.h>
#include <string.h>
#include <wctype.h>

static locale_t letters;

void sb_fold_init(void) { letters = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0); }

// Reads one character; a byte that is no UTF-8 stands for itself, above every real character.
static size_t decode(const char *s, size_t len, uint32_t *c) {
    const unsigned char *p = (const unsigned char *)s;
    size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;
    uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    *c = 0x110000u + p[0];
    if (n == 0 || n > len || p[0] > 0xf4)
        return 1;
    if (n == 1) {
        *c = p[0];
        return 1;
    }
    uint32_t v = p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 1;
        v = v << 6 | (p[i] & 0x3fu);
    }
    if (v < least[n] || v > 0x10ffff || (v >= 0xd800 && v < 0xe000))
        return 1;
    *c = v;
    return n;
}

static uint32_t lower(uint32_t c) {
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    if (c > 0x10ffff || !letters)
        return c;
    return (uint32_t)towlower_l((wint_t)c, letters);
}

int sb_fold_compare(const char *a, size_t a_len, const char *b, size_t b_len) {
    size_t i = 0, both = a_len < b_len ? a_len : b_len;
    while (i < both && a[i] == b[i]) // what is the same needs no look at its letters
        i++;
    while (i > 0 && i < both && ((a[i] & 0xc0) == 0x80 || (b[i] & 0xc0) == 0x80))
        i--;
    size_t k = i;
    while (i < a_len && k < b_len) {
        uint32_t x = 0, y = 0;
        i += decode(a + i, a_len - i, &x);
        k += decode(b + k, b_len - k, &y);
        if (x != y) {
            x = lower(x);
            y = lower(y);
        }
        if (x != y)
            return x < y ? -1 : 1;
    }
    if (i < a_len)
        return 1;
    return k < b_len ? -1 : 0;
}

uint64_t sb_fold_hash(const char *s, size_t len) {
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < len;) {
        uint32_t c = 0;
        i += decode(s + i, len - i, &c);
        h = (h ^ lower(c)) * 1099511628211u;
    }
    return h;
}

bool sb_fold_equal(const char *a, const char *b) {
    return sb_fold_compare(a, strlen(a), b, strlen(b)) == 0;
}

bool sb_fold_like(const char *pattern, size_t pattern_len, const char *s, size_t len, bool blind) {
    size_t p = 0, i = 0, star = SIZE_MAX, star_i = 0;
    while (i < len || p < pattern_len) {
        uint32_t c = 0, want = 0;
        size_t c_len = i < len ? decode(s + i, len - i, &c) : 0;
        if (p < pattern_len) {
            if (pattern[p] == '%') {
                star = ++p;
                star_i = i;
                continue;
            }
            bool any = pattern[p] == '_';
            size_t skip = pattern[p] == '\\' && p + 1 < pattern_len ? 1 : 0;
            size_t want_len = decode(pattern + p + skip, pattern_len - p - skip, &want);
            if (c_len > 0 && (any || c == want || (blind && lower(c) == lower(want)))) {
                p += skip + want_len;
                i += c_len;
                continue;
            }
        }
        if (star == SIZE_MAX || star_i >= len)
            return false;
        star_i += decode(s + star_i, len - star_i, &c);
        i = star_i;
        p = star;
    }
    return true;
}

bool sb_utf8_valid(const char *s, size_t len) {
    for (size_t i = 0; i < len;) {
        uint32_t c = 0;
        if ((unsigned char)s[i] < 0x80) {
            i++;
            continue;
        }
        i += decode(s + i, len - i, &c);
        if (c > 0x10ffff)
            return false;
    }
    return true;
}

size_t sb_utf8_count(const char *s, size_t len) {
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += (s[i] & 0xc0) != 0x80;
    return n;
}

size_t sb_utf8_cut(const char *s, size_t len, size_t max) {
    if (len <= max)
        return len;
    while (max > 0 && (s[max] & 0xc0) == 0x80)
        max--;
    return max;
}
