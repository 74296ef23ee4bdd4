// SPDX-License-Identifier: MIT
// Memory that is taken bit by bit yet given back at once.
#include "arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIN_BLOCK_BYTES 8192u
#define MAX_BLOCK_BYTES ((size_t)4 << 20)

struct sb_block {
    struct sb_block *before;
    size_t room;
    size_t used;
    alignas(max_align_t) char bytes[];
};

void sb_arena_init(struct sb_arena *a, size_t max) { *a = (struct sb_arena){.max = max}; }

static struct sb_block *more(struct sb_arena *a, size_t len) {
    size_t room = a->last ? a->last->room * 2 : MIN_BLOCK_BYTES;
    if (room > MAX_BLOCK_BYTES)
        room = MAX_BLOCK_BYTES;
    if (room < len)
        room = len;
    struct sb_block *b = malloc(sizeof *b + room);
    if (!b)
        return NULL;
    b->room = room;
    b->used = 0;
    b->before = a->last;
    a->last = b;
    return b;
}

void *sb_arena_get(struct sb_arena *a, size_t len) {
    size_t align = alignof(max_align_t);
    if (len > a->max || a->used > a->max - len)
        return NULL;
    len = (len + align - 1) / align * align;
    struct sb_block *b = a->last;
    if (!b || b->room - b->used < len)
        b = more(a, len);
    if (!b)
        return NULL;
    void *p = b->bytes + b->used;
    b->used += len;
    a->used += len;
    memset(p, 0, len);
    return p;
}

char *sb_arena_copy(struct sb_arena *a, const char *s, size_t len) {
    char *p = sb_arena_get(a, len + 1);
    if (p && len > 0)
        memcpy(p, s, len);
    return p;
}

char *sb_arena_text(struct sb_arena *a, const char *s) { return sb_arena_copy(a, s, strlen(s)); }

char *sb_arena_format(struct sb_arena *a, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *p = n < 0 ? NULL : sb_arena_get(a, (size_t)n + 1);
    if (!p)
        return NULL;
    va_start(args, fmt);
    vsnprintf(p, (size_t)n + 1, fmt, args);
    va_end(args);
    return p;
}

void sb_arena_reset(struct sb_arena *a) {
    struct sb_block *b = a->last ? a->last->before : NULL;
    while (b) {
        struct sb_block *before = b->before;
        free(b);
        b = before;
    }
    if (a->last) { // the newest, which is large enough for what there was last time
        a->last->before = NULL;
        a->last->used = 0;
    }
    a->used = 0;
}

void sb_arena_free(struct sb_arena *a) {
    sb_arena_reset(a);
    free(a->last);
    a->last = NULL;
}
