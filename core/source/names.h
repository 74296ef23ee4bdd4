// SPDX-License-Identifier: MIT
// Names of an archive's members, no two alike.
//
// An archive may hold several files of one name (tar --append adds a newer one behind the older).
// A member is known by its name, also in the ledger, so the later ones get their place among the
// members as well: "q.csv", "q.csv (2)". Only hashes are kept.
#ifndef AC_SOURCE_NAMES_H
#define AC_SOURCE_NAMES_H
#include "base/buf.h"
#include "base/err.h"

struct ac_names {
    uint64_t *slots; // open addressing, 0: free
    size_t n, max;
    struct ac_buf text;
};

void ac_names_init(struct ac_names *names);
void ac_names_free(struct ac_names *names);
// A name that was not given out before: `name` itself or one made of it; lives until the next call.
enum ac_rc ac_names_tell(struct ac_names *names, const char *name, const char **out,
                         struct ac_err *err);

#endif
