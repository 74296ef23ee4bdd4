// SPDX-License-Identifier: MIT
// Of the names that are known, the one that somebody may have meant.
#include "base/nearest.h"
#include <stdint.h>
#include <stdio.h>

#define NAME_BYTES 64u
#define NEAR 2u // edits

// Edits from one to the other; SIZE_MAX when one is too long to be a name.
static size_t distance(ac_str a, ac_str b) {
    size_t row[NAME_BYTES + 1];
    if (a.len > NAME_BYTES || b.len > NAME_BYTES)
        return SIZE_MAX;
    for (size_t k = 0; k <= b.len; k++)
        row[k] = k;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t k = 1; k <= b.len; k++) {
            size_t change = diagonal + (a.ptr[i - 1] != b.ptr[k - 1]);
            diagonal = row[k];
            size_t best = row[k] + 1 < row[k - 1] + 1 ? row[k] + 1 : row[k - 1] + 1;
            row[k] = change < best ? change : best;
        }
    }
    return row[b.len];
}

void ac_nearest_try(struct ac_nearest *n, const char *name) {
    size_t d = distance(n->word, ac_str_of(name));
    if (d > NEAR || (n->name && d >= n->distance))
        return;
    n->name = name;
    n->distance = d;
}

const char *ac_nearest_ask(const struct ac_nearest *n, const char *dashes,
                           char out[AC_NEAREST_BYTES]) {
    out[0] = '\0';
    if (n->name)
        snprintf(out, AC_NEAREST_BYTES, " (did you mean %s%s?)", dashes, n->name);
    return out;
}
