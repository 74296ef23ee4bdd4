// SPDX-License-Identifier: MIT
// URLs taken apart.
#ifndef SB_URL_H
#define SB_URL_H

#include "request.h"

// %XX decoded, + too when asked; NULL for a broken escape or without memory.
char *sb_url_decode(struct sb_arena *a, const char *s, size_t len, bool plus, size_t *out_len);
// a=1&b=2 of a query or of a form. Parts that cannot be decoded are kept as they are.
bool sb_url_params(struct sb_arena *a, const char *s, size_t len, struct sb_pairs *out);
// Whether the path is of that pattern; fills part and version. Slashes may be doubled or end it.
bool sb_url_match(struct sb_arena *a, const char *path, const char *pattern,
                  char *part[SB_MAX_PARTS], int *version);
// * stands for any run of characters.
bool sb_url_glob(const char *pattern, const char *s);

#endif
