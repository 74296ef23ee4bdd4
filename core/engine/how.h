// SPDX-License-Identifier: MIT
// How an input was read, remembered as text.
#ifndef AC_ENGINE_HOW_H
#define AC_ENGINE_HOW_H
#include "base/buf.h"
#include "job/job.h"

// What somebody said on a command line is known only to that run; rejected rows are tried again
// much later. So the ledger keeps, with each input, what its records' ids may depend on.
struct ac_how {
    const char *region; // NULL: not configured; "": none
    char delimiter;     // 0: comma
    const struct ac_use *uses;
    size_t n_uses;
};
bool ac_how_write(struct ac_buf *out, const struct ac_how *how);
// The texts live in the arena. What is not understood is passed over. False: no memory.
bool ac_how_read(const char *text, struct ac_arena *arena, struct ac_how *out);

#endif
