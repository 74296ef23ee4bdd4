// SPDX-License-Identifier: MIT
// Records that the org has already, judged by how their ids were made.
#ifndef INTERVAL_KNOWN_H
#define INTERVAL_KNOWN_H
#include "bind.h"

// acload hands the newest records of an object to whoever bids on it (ACLOAD_RECORDS), with the
// first row of the input about to be read. A record is dropped when its id is what we would write
// today, rejected when it is not; either way the reason says what it is made of. One that cannot
// be understood is passed.
bool known_is_ours(const struct state *s, acload_str object);
int known_begin(acload_ctx *ctx, const acload_input *in);
int known_row(acload_ctx *ctx, acload_row *row);

#endif
