// SPDX-License-Identifier: MIT
// Base64 in its two alphabets.
#include "base64.h"

#include <stdint.h>

static int digit(char c) {
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    return c == '/' || c == '_' ? 63 : -1;
}

bool sb_base64_read(const char *s, size_t len, char *out, size_t *n) {
    uint32_t bits = 0;
    int have = 0;
    *n = 0;
    size_t padded = len;
    while (len > 0 && padded - len < 2 && s[len - 1] == '=')
        len--;
    for (size_t i = 0; i < len; i++) {
        int v = digit(s[i]);
        if (v < 0)
            return false;
        bits = bits << 6 | (uint32_t)v;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[(*n)++] = (char)(bits >> have & 0xff);
        }
    }
    return len % 4 != 1 && (padded == len || padded % 4 == 0);
}

void sb_base64_write(const void *bytes, size_t len, char *out) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *p = bytes;
    for (size_t i = 0; i < len; i += 3) {
        uint32_t v = (uint32_t)p[i] << 16;
        if (i + 1 < len)
            v |= (uint32_t)p[i + 1] << 8;
        if (i + 2 < len)
            v |= p[i + 2];
        *out++ = digits[v >> 18];
        *out++ = digits[v >> 12 & 63];
        *out++ = (char)(i + 1 < len ? digits[v >> 6 & 63] : '=');
        *out++ = (char)(i + 2 < len ? digits[v & 63] : '=');
    }
    *out = '\0';
}
