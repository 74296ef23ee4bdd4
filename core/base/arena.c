// SPDX-License-Identifier: MIT
// Bump memory in blocks that are kept for reuse.
#include "base/arena.h"
#include <stdlib.h>

#define FIRST_BLOCK ((size_t)4096)
#define LARGEST_STEP ((size_t)1024 * 1024)

struct ac_arena_block {
    struct ac_arena_block *next;
    size_t size;
    _Alignas(16) char bytes[];
};

void ac_arena_init(struct ac_arena *a, size_t max_bytes) {
    *a = (struct ac_arena){.max_bytes = max_bytes};
}

static struct ac_arena_block *add_block(struct ac_arena *a, size_t need) {
    size_t size = a->at ? a->at->size * 2 : FIRST_BLOCK;
    if (size > LARGEST_STEP)
        size = LARGEST_STEP;
    if (size < need)
        size = need;
    if (size > a->max_bytes - a->held_bytes)
        size = need;
    if (size > a->max_bytes - a->held_bytes)
        return NULL;
    struct ac_arena_block *b = malloc(sizeof *b + size);
    if (!b)
        return NULL;
    b->size = size;
    a->held_bytes += size;
    if (a->at) {
        b->next = a->at->next;
        a->at->next = b;
    } else {
        b->next = a->first;
        a->first = b;
    }
    return b;
}

void *ac_arena_alloc(struct ac_arena *a, size_t len) {
    if (len > SIZE_MAX - 15)
        return NULL;
    size_t need = (len + 15) & ~(size_t)15;
    if (!need)
        need = 16;
    while (!a->at || need > a->at->size - a->used_bytes) {
        struct ac_arena_block *next = a->at ? a->at->next : a->first;
        if (!next || next->size < need)
            next = add_block(a, need);
        if (!next)
            return NULL;
        a->at = next;
        a->used_bytes = 0;
    }
    void *out = a->at->bytes + a->used_bytes;
    a->used_bytes += need;
    return out;
}

void *ac_arena_zalloc(struct ac_arena *a, size_t len) {
    void *out = ac_arena_alloc(a, len);
    if (out && len)
        memset(out, 0, len);
    return out;
}

char *ac_arena_copy(struct ac_arena *a, ac_str s) {
    char *out = s.len < SIZE_MAX ? ac_arena_alloc(a, s.len + 1) : NULL;
    if (!out)
        return NULL;
    if (s.len)
        memcpy(out, s.ptr, s.len);
    out[s.len] = '\0';
    return out;
}

ac_str ac_arena_copy_str(struct ac_arena *a, ac_str s) {
    if (ac_str_is_null(s))
        return s;
    return (ac_str){ac_arena_copy(a, s), s.len};
}

struct ac_arena_mark ac_arena_mark(const struct ac_arena *a) {
    return (struct ac_arena_mark){a->at, a->used_bytes};
}

void ac_arena_rewind(struct ac_arena *a, struct ac_arena_mark mark) {
    a->at = mark.at;
    a->used_bytes = mark.used_bytes;
}

void ac_arena_reset(struct ac_arena *a) {
    a->at = NULL;
    a->used_bytes = 0;
}

void ac_arena_free(struct ac_arena *a) {
    for (struct ac_arena_block *b = a->first, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    ac_arena_init(a, a->max_bytes);
}

void ac_arena_wipe(struct ac_arena *a) {
    for (struct ac_arena_block *b = a->first; b; b = b->next)
        explicit_bzero(b->bytes, b->size);
    ac_arena_free(a);
}
