// SPDX-License-Identifier: MIT
// Memory that is taken bit by bit yet given back at once.
#ifndef SB_ARENA_H
#define SB_ARENA_H

#include <stddef.h>

struct sb_block;
struct sb_arena {
    struct sb_block *last;
    size_t used;
    size_t max;
};

void sb_arena_init(struct sb_arena *a, size_t max);
// Zeroed and aligned for any type; NULL at the ceiling or when there is no memory.
void *sb_arena_get(struct sb_arena *a, size_t len);
// A copy with a final NUL that len omits.
char *sb_arena_copy(struct sb_arena *a, const char *s, size_t len);
char *sb_arena_text(struct sb_arena *a, const char *s);
char *sb_arena_format(struct sb_arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
// Gives everything back but one block, for the next use.
void sb_arena_reset(struct sb_arena *a);
void sb_arena_free(struct sb_arena *a);

#endif
