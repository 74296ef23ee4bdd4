// SPDX-License-Identifier: MIT
// Of the names that are known, the one that somebody may have meant.
#ifndef AC_BASE_NEAREST_H
#define AC_BASE_NEAREST_H
#include "base/str.h"

struct ac_nearest {
    ac_str word;      // what was written; borrowed
    const char *name; // the best so far, borrowed; NULL: none is near
    size_t distance;  // edits between the two
};

// Compares one more name, which must outlive it. Two edits at most make a name near; of several as
// near the first counts.
void ac_nearest_try(struct ac_nearest *n, const char *name);

#define AC_NEAREST_BYTES 96u
// " (did you mean NAME?)", or "" when none is near; in out. dashes stand before the name ("--").
const char *ac_nearest_ask(const struct ac_nearest *n, const char *dashes,
                           char out[AC_NEAREST_BYTES]);

#endif
