// SPDX-License-Identifier: MIT
// Slices of text, compared, trimmed, split or parsed without allocating.
#ifndef AC_BASE_STR_H
#define AC_BASE_STR_H
#include <acload/plugin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// One slice type for the whole program: the public one, so nothing is converted at the border.
typedef acload_str ac_str;

#define AC_STR(literal) ((ac_str){(literal), sizeof(literal) - 1})
#define AC_STR_NULL ((ac_str){NULL, 0})
#define AC_STR_ARG(s) (int)((s).len > 4096 ? 4096 : (s).len), ((s).ptr ? (s).ptr : "")
#define AC_N(array) (sizeof(array) / sizeof((array)[0]))

// Runs fn(&var) when var leaves its scope; fn takes a pointer to the variable.
#define AC_CLEANUP(fn) __attribute__((cleanup(fn)))

static inline ac_str ac_str_of(const char *text) { return (ac_str){text, text ? strlen(text) : 0}; }
static inline ac_str ac_str_n(const char *ptr, size_t len) { return (ac_str){ptr, len}; }
static inline bool ac_str_is_null(ac_str s) { return s.ptr == NULL; }
static inline bool ac_str_eq(ac_str a, ac_str b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
bool ac_str_eq_nocase(ac_str a, ac_str b); // ASCII letters only
int ac_str_cmp_nocase(ac_str a, ac_str b);
bool ac_str_starts(ac_str s, ac_str prefix);
bool ac_str_ends(ac_str s, ac_str suffix);
bool ac_str_ends_nocase(ac_str s, ac_str suffix);
ac_str ac_str_trim(ac_str s);            // ASCII blanks, tabs, CR, LF at both ends
ac_str ac_str_skip(ac_str s, size_t n);  // without its first n bytes (all of it when shorter)
ptrdiff_t ac_str_find(ac_str s, char c); // position or -1
// Cuts the next piece up to sep off *rest; false when nothing is left. "a,,b" gives three pieces.
bool ac_str_cut(ac_str *rest, char sep, ac_str *piece);
// Whole numbers with an optional sign, decimal; false on anything else, or out of range.
bool ac_str_i64(ac_str s, int64_t *out);
bool ac_str_u64(ac_str s, uint64_t *out);
// "64M", "1G", "4096" to bytes; "90s", "5m", "2h", "3d", "250ms" to milliseconds.
bool ac_str_size(ac_str s, int64_t *bytes);
bool ac_str_duration(ac_str s, int64_t *ms);
// Characters (code points) of UTF-8 text. Of broken text: its bytes that continue no other.
size_t ac_str_chars(ac_str s);
// The offset of the first byte that is not valid UTF-8 (RFC 3629: no surrogates, no overlong
// forms), or s.len when all is valid.
size_t ac_str_utf8_bad(ac_str s);
// A glob: * ? [a-z], no special treatment of '/'. Never recurses without bound.
bool ac_str_glob(ac_str pattern, ac_str s);
// 64-bit hash (fast, not cryptographic, same on every machine); seed 0 unless chained.
uint64_t ac_str_hash(ac_str s, uint64_t seed);

#endif
