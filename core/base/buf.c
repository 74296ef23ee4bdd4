// SPDX-License-Identifier: MIT
// A byte buffer that grows up to its ceiling.
#include "base/buf.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void ac_buf_init(struct ac_buf *b, size_t max_bytes) {
    *b = (struct ac_buf){.max_bytes = max_bytes};
}

static void let_go(struct ac_buf *b) {
    if (b->is_secret && b->ptr)
        explicit_bzero(b->ptr, b->cap);
    free(b->ptr);
}

void ac_buf_free(struct ac_buf *b) {
    bool is_secret = b->is_secret;
    let_go(b);
    ac_buf_init(b, b->max_bytes);
    b->is_secret = is_secret;
}

void ac_buf_clear(struct ac_buf *b) {
    b->len = 0;
    b->has_no_memory = false;
    b->is_short = false;
}

static bool fits(const struct ac_buf *b, size_t len) {
    return b->len <= b->max_bytes && len <= b->max_bytes - b->len;
}

// What realloc leaves behind, nobody could overwrite.
static char *move(struct ac_buf *b, size_t cap) {
    char *ptr = malloc(cap);
    if (!ptr)
        return NULL;
    if (b->len)
        memcpy(ptr, b->ptr, b->len);
    let_go(b);
    return ptr;
}

static bool grow(struct ac_buf *b, size_t cap) {
    char *ptr = b->is_secret ? move(b, cap) : realloc(b->ptr, cap);
    b->has_no_memory = !ptr;
    b->is_short |= !ptr;
    if (!ptr)
        return false;
    b->ptr = ptr;
    b->cap = cap;
    return true;
}

bool ac_buf_need(struct ac_buf *b, size_t len) {
    if (!fits(b, len)) {
        b->is_short = true;
        return false;
    }
    if (len <= b->cap - b->len)
        return true;
    size_t want = b->len + len, cap = b->cap ? b->cap : 256;
    while (cap < want)
        cap = cap > b->max_bytes / 2 ? b->max_bytes : cap * 2;
    return grow(b, cap);
}

// The same with one byte more for a NUL, which may stand just past the ceiling.
static bool need_text(struct ac_buf *b, size_t len) {
    return ac_buf_need(b, len) && (len < b->cap - b->len || grow(b, b->len + len + 1));
}

bool ac_buf_add(struct ac_buf *b, const void *bytes, size_t len) {
    if (!ac_buf_need(b, len))
        return false;
    if (len)
        memcpy(b->ptr + b->len, bytes, len);
    b->len += len;
    return true;
}

bool ac_buf_add_str(struct ac_buf *b, ac_str s) { return ac_buf_add(b, s.ptr, s.len); }

bool ac_buf_add_char(struct ac_buf *b, char c) { return ac_buf_add(b, &c, 1); }

bool ac_buf_printf(struct ac_buf *b, const char *fmt, ...) {
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    bool good = n >= 0 && need_text(b, (size_t)n);
    if (good) {
        vsnprintf(b->ptr + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
    return good;
}

static bool add_escape(struct ac_buf *b, unsigned char c) {
    switch (c) {
    case '"':
        return ac_buf_add(b, "\\\"", 2);
    case '\\':
        return ac_buf_add(b, "\\\\", 2);
    case '\n':
        return ac_buf_add(b, "\\n", 2);
    case '\r':
        return ac_buf_add(b, "\\r", 2);
    case '\t':
        return ac_buf_add(b, "\\t", 2);
    default:
        return ac_buf_printf(b, "\\u%04x", c);
    }
}

static bool add_json_part(struct ac_buf *b, ac_str s) {
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F)
            continue;
        if (!ac_buf_add(b, s.ptr + from, i - from) || !add_escape(b, c))
            return false;
        from = i + 1;
    }
    return ac_buf_add(b, s.ptr + from, s.len - from);
}

static bool add_json(struct ac_buf *b, ac_str s) {
    if (!ac_buf_add_char(b, '"'))
        return false;
    while (s.len) {
        size_t good = ac_str_utf8_bad(s);
        if (!add_json_part(b, ac_str_n(s.ptr, good)))
            return false;
        s = ac_str_skip(s, good);
        if (!s.len)
            break;
        if (!ac_buf_add(b, "\xEF\xBF\xBD", 3)) // a broken byte
            return false;
        s = ac_str_skip(s, 1);
    }
    return ac_buf_add_char(b, '"');
}

// The C1 controls, in UTF-8 the two bytes C2 80 to C2 9F, are as good as ESC to some terminals.
static size_t control_at(ac_str s, size_t at) {
    unsigned char c = (unsigned char)s.ptr[at];
    if (c < 0x20 || c == 0x7F)
        return 1;
    return c == 0xC2 && at + 1 < s.len && (unsigned char)s.ptr[at + 1] < 0xA0 ? 2 : 0;
}

static bool add_plain_byte(struct ac_buf *b, unsigned char c) {
    if (c == '\n' || c == '\r' || c == '\t')
        return add_escape(b, c);
    return ac_buf_printf(b, "\\x%02x", c);
}

static bool add_plain_part(struct ac_buf *b, ac_str s) {
    size_t from = 0;
    for (size_t i = 0; i < s.len; i++) {
        size_t len = control_at(s, i);
        if (!len)
            continue;
        if (!ac_buf_add(b, s.ptr + from, i - from) ||
            !add_plain_byte(b, (unsigned char)s.ptr[i + len - 1]))
            return false;
        i += len - 1;
        from = i + 1;
    }
    return ac_buf_add(b, s.ptr + from, s.len - from);
}

static bool add_plain(struct ac_buf *b, ac_str s) {
    while (s.len) {
        size_t good = ac_str_utf8_bad(s);
        if (!add_plain_part(b, ac_str_n(s.ptr, good)))
            return false;
        s = ac_str_skip(s, good);
        if (s.len && !add_plain_byte(b, (unsigned char)s.ptr[0]))
            return false;
        s = ac_str_skip(s, 1);
    }
    return true;
}

static bool add_url(struct ac_buf *b, ac_str s) {
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        bool is_plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
                        c == '-' || c == '.' || c == '_' || c == '~';
        char code[3] = {'%', hex[c >> 4], hex[c & 15]};
        if (!(is_plain ? ac_buf_add_char(b, (char)c) : ac_buf_add(b, code, 3)))
            return false;
    }
    return true;
}

// What could not be added whole is not added at all.
static bool add_whole(struct ac_buf *b, ac_str s, bool (*add)(struct ac_buf *b, ac_str s)) {
    size_t len = b->len;
    bool good = add(b, s);
    if (!good)
        b->len = len;
    return good;
}

bool ac_buf_add_json(struct ac_buf *b, ac_str s) { return add_whole(b, s, add_json); }

bool ac_buf_add_plain(struct ac_buf *b, ac_str s) { return add_whole(b, s, add_plain); }

bool ac_buf_add_url(struct ac_buf *b, ac_str s) { return add_whole(b, s, add_url); }

void ac_buf_take_front(struct ac_buf *b, size_t len) {
    if (len > b->len)
        len = b->len;
    b->len -= len;
    if (b->len)
        memmove(b->ptr, b->ptr + len, b->len);
}

const char *ac_buf_text(struct ac_buf *b) {
    if (!need_text(b, 0))
        return NULL;
    b->ptr[b->len] = '\0';
    return b->ptr;
}
