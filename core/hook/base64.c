// SPDX-License-Identifier: MIT
// Base64 as events hold it.
#include "base/buf.h"
#include "hook/event.h"

static int value_of(char c) {
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool ac_event_base64(ac_str text, struct ac_buf *out) {
    uint32_t bits = 0;
    unsigned n = 0, n_pad = 0;
    if (!ac_buf_need(out, text.len / 4 * 3 + 3))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\n' || c == '\r' || c == ' ')
            continue;
        int value = c == '=' ? 0 : value_of(c);
        n_pad += c == '=';
        if (value < 0 || (n_pad && c != '='))
            return false;
        bits = bits << 6 | (uint32_t)value;
        if (++n % 4)
            continue;
        if (n_pad > 2)
            return false;
        char bytes[3] = {(char)(bits >> 16), (char)(bits >> 8), (char)bits};
        if (!ac_buf_add(out, bytes, 3 - n_pad))
            return false;
    }
    return n % 4 == 0;
}
