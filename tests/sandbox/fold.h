// SPDX-License-Identifier: MIT
// Text as the org compares it: UTF-8 without regard to case.
#ifndef SB_FOLD_H
#define SB_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Call once, before any thread: takes hold of the case tables of C.UTF-8 (without it: ASCII only).
void sb_fold_init(void);
// Below, at or above zero, like memcmp, with every letter lowered.
int sb_fold_compare(const char *a, size_t a_len, const char *b, size_t b_len);
// Equal for all texts that compare as equal.
uint64_t sb_fold_hash(const char *s, size_t len);
bool sb_fold_equal(const char *a, const char *b);
// LIKE of SOQL: % any run, _ one character, a backslash makes the next character ordinary.
bool sb_fold_like(const char *pattern, size_t pattern_len, const char *s, size_t len, bool blind);
bool sb_utf8_valid(const char *s, size_t len);
// Characters (code points) of valid UTF-8.
size_t sb_utf8_count(const char *s, size_t len);
// The longest prefix of at most max bytes that ends between two characters.
size_t sb_utf8_cut(const char *s, size_t len, size_t max);

#endif
