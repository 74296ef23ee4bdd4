// SPDX-License-Identifier: MIT
// One growable run of bytes that is born with its ceiling.
#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sb_buf_init(struct sb_buf *b, size_t max) { *b = (struct sb_buf){.max = max}; }

static bool make_room(struct sb_buf *b, size_t len) {
    if (b->failed || len > b->max || b->len > b->max - len) {
        b->failed = true;
        return false;
    }
    size_t need = b->len + len + 1;
    if (need <= b->room)
        return true;
    size_t room = b->room < 128 ? 128 : b->room;
    while (room < need)
        room *= 2;
    char *at = realloc(b->at, room);
    if (!at) {
        b->failed = true;
        return false;
    }
    b->at = at;
    b->room = room;
    return true;
}

bool sb_buf_add(struct sb_buf *b, const void *p, size_t len) {
    if (!make_room(b, len))
        return false;
    if (len > 0)
        memcpy(b->at + b->len, p, len);
    b->len += len;
    b->at[b->len] = '\0';
    return true;
}

bool sb_buf_text(struct sb_buf *b, const char *text) { return sb_buf_add(b, text, strlen(text)); }

bool sb_buf_char(struct sb_buf *b, char c) { return sb_buf_add(b, &c, 1); }

bool sb_buf_format(struct sb_buf *b, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0 || !make_room(b, (size_t)n))
        return false;
    va_start(args, fmt);
    vsnprintf(b->at + b->len, (size_t)n + 1, fmt, args);
    va_end(args);
    b->len += (size_t)n;
    return true;
}

void sb_buf_clear(struct sb_buf *b) {
    b->len = 0;
    b->failed = false;
    if (b->at)
        b->at[0] = '\0';
}

void sb_buf_free(struct sb_buf *b) {
    free(b->at);
    sb_buf_init(b, b->max);
}
