// SPDX-License-Identifier: MIT
// A JSON value written as text.
#include "plugin/render.h"
#include <endian.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

// Puts sign, digits or point of a real, with what tells it from an integer.
static size_t real(char to[AC_RENDER_NUMBER], double number) {
    int len = 0;
    for (int digits = 15; digits <= 17; digits++) {
        len = snprintf(to, AC_RENDER_NUMBER - 2, "%.*g", digits, number);
        if (strtod(to, NULL) == number)
            break;
    }
    if (strpbrk(to, ".e"))
        return (size_t)len;
    memcpy(to + len, ".0", 3);
    return (size_t)len + 2;
}

static size_t integer(char to[AC_RENDER_NUMBER], json_int_t number) {
    char digits[20], *at = digits + sizeof digits;
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    size_t len = 0;
    do
        *--at = (char)('0' + left % 10);
    while (left /= 10);
    if (number < 0)
        to[len++] = '-';
    memcpy(to + len, at, (size_t)(digits + sizeof digits - at));
    return len + (size_t)(digits + sizeof digits - at);
}

size_t ac_render_number(char to[AC_RENDER_NUMBER], const void *number) {
    if (json_is_real((const json_t *)number))
        return real(to, json_real_value(number));
    return integer(to, json_integer_value(number));
}

static bool number(struct ac_buf *out, const json_t *value) {
    char text[AC_RENDER_NUMBER];
    return ac_buf_add(out, text, ac_render_number(text, value));
}

static bool is_plain(unsigned char c) { return c >= ' ' && c < 0x80 && c != '"' && c != '\\'; }

#define BYTES(x) (UINT64_MAX / 255 * (x))

// How many bytes stand as they are: eight at a time, where that many are left.
static size_t plain(ac_str s) {
    size_t n = 0;
    for (; n + 8 <= s.len; n += 8) {
        uint64_t word;
        memcpy(&word, s.ptr + n, sizeof word);
        word = le64toh(word);
        uint64_t quote = word ^ BYTES('"'), slash = word ^ BYTES('\\');
        // Of zeros, and of bytes below a blank; what is above 0x7f has its high bit as it is.
        uint64_t found = word | (~quote & (quote - BYTES(1))) | (~slash & (slash - BYTES(1))) |
                         (word - BYTES(' '));
        found &= BYTES(0x80u);
        if (found)
            return n + ((size_t)__builtin_ctzll(found) >> 3);
    }
    while (n < s.len && is_plain((unsigned char)s.ptr[n]))
        n++;
    return n;
}

// The first character of valid UTF-8.
static uint32_t character(ac_str s, size_t *len) {
    const unsigned char *b = (const unsigned char *)s.ptr;
    *len = b[0] < 0x80 ? 1 : b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
    uint32_t c = *len == 1 ? b[0] : b[0] & (0x7fu >> *len);
    for (size_t i = 1; i < *len; i++)
        c = c << 6 | (b[i] & 0x3f);
    return c;
}

static char *hex(char *to, uint32_t unit) {
    *to++ = '\\';
    *to++ = 'u';
    for (int shift = 12; shift >= 0; shift -= 4)
        *to++ = "0123456789abcdef"[unit >> shift & 15];
    return to;
}

static bool escaped(struct ac_buf *out, uint32_t c) {
    static const char names[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    char code[12], *end = code;
    for (size_t i = 0; i + 1 < sizeof names; i += 2)
        if ((unsigned char)names[i] == c)
            return ac_buf_add(out, (char[]){'\\', names[i + 1]}, 2);
    if (c >= 0x10000) {
        c -= 0x10000;
        end = hex(end, 0xd800 + (c >> 10));
        c = 0xdc00 + (c & 0x3ff);
    }
    end = hex(end, c);
    return ac_buf_add(out, code, (size_t)(end - code));
}

static bool text(struct ac_buf *out, ac_str s) {
    if (!ac_buf_add_char(out, '"'))
        return false;
    while (s.len) {
        size_t n = plain(s), len = 0;
        if (!ac_buf_add(out, s.ptr, n))
            return false;
        s = ac_str_skip(s, n);
        if (s.len && !escaped(out, character(s, &len)))
            return false;
        s = ac_str_skip(s, len);
    }
    return ac_buf_add_char(out, '"');
}

static bool object(struct ac_buf *out, json_t *value) {
    const char *separator = "{";
    for (void *at = json_object_iter(value); at; at = json_object_iter_next(value, at)) {
        ac_str key = {json_object_iter_key(at), json_object_iter_key_len(at)};
        if (!ac_buf_add_str(out, ac_str_of(separator)) || !text(out, key) ||
            !ac_buf_add_str(out, AC_STR(": ")) || !ac_render_json(out, json_object_iter_value(at)))
            return false;
        separator = ", ";
    }
    return (*separator != '{' || ac_buf_add_char(out, '{')) && ac_buf_add_char(out, '}');
}

static bool array(struct ac_buf *out, const json_t *value) {
    if (!ac_buf_add_char(out, '['))
        return false;
    for (size_t i = 0; i < json_array_size(value); i++)
        if ((i && !ac_buf_add_str(out, AC_STR(", "))) ||
            !ac_render_json(out, json_array_get(value, i)))
            return false;
    return ac_buf_add_char(out, ']');
}

// As deep as the decoder lets values be.
bool ac_render_json(struct ac_buf *out, const void *value) {
    json_t *v = (json_t *)(uintptr_t)value; // to walk it; nothing is changed
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        return object(out, v);
    case JSON_ARRAY:
        return array(out, v);
    case JSON_STRING:
        return text(out, ac_str_n(json_string_value(v), json_string_length(v)));
    case JSON_INTEGER:
    case JSON_REAL:
        return number(out, v);
    case JSON_TRUE:
        return ac_buf_add_str(out, AC_STR("true"));
    case JSON_FALSE:
        return ac_buf_add_str(out, AC_STR("false"));
    case JSON_NULL:
        return ac_buf_add_str(out, AC_STR("null"));
    }
    return false;
}
