// SPDX-License-Identifier: MIT
// Bump memory with a ceiling, marked or rewound as lifetimes begin or end.
#ifndef AC_BASE_ARENA_H
#define AC_BASE_ARENA_H
#include "base/str.h"

// An arena hands out memory that is freed all at once. Blocks are kept for reuse on reset.
struct ac_arena {
    struct ac_arena_block *first, *at;
    size_t used_bytes; // of the current block
    size_t held_bytes; // of all blocks
    size_t max_bytes;
};
struct ac_arena_mark {
    struct ac_arena_block *at;
    size_t used_bytes;
};

void ac_arena_init(struct ac_arena *a, size_t max_bytes);
// Aligned to 16 bytes, not zeroed; NULL at the ceiling or without memory.
void *ac_arena_alloc(struct ac_arena *a, size_t len);
void *ac_arena_zalloc(struct ac_arena *a, size_t len);
// A NUL-terminated copy; NULL at the ceiling.
char *ac_arena_copy(struct ac_arena *a, ac_str s);
ac_str ac_arena_copy_str(struct ac_arena *a,
                         ac_str s); // null stays null; ptr NULL with len>0: full
struct ac_arena_mark ac_arena_mark(const struct ac_arena *a);
void ac_arena_rewind(struct ac_arena *a, struct ac_arena_mark mark);
void ac_arena_reset(struct ac_arena *a); // everything handed out is gone; blocks stay
void ac_arena_free(struct ac_arena *a);  // blocks too; usable again after init
void ac_arena_wipe(struct ac_arena *a);  // the same, and overwrites them: it held secrets

#endif
