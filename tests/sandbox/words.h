// SPDX-License-Identifier: MIT
// Search terms: what they say, whether a text has them.
#ifndef SB_WORDS_H
#define SB_WORDS_H

#include "arena.h"

#include <stdbool.h>
#include <stddef.h>

#define SB_MAX_TERMS 100

struct sb_term {
    const char *s; // words of letters or digits, between blanks; * and ? as wildcards
    bool either;   // joined to the one before with OR
    bool without;  // AND NOT
};

// Reads "a b", "a AND b", "a OR b", "a AND NOT b", quoted phrases, backslash escapes. NULL, or why
// it is malformed. plain: operators are words.
const char *sb_words_read(const char *s, size_t len, bool plain, struct sb_arena *a,
                          struct sb_term *terms, size_t *n);
// Whole words, without regard to case.
bool sb_words_match(const char *term, size_t term_len, const char *text, size_t len);

#endif
