// SPDX-License-Identifier: MIT
// What was asked, kept so that it can be asked again.
#ifndef SB_TAPE_H
#define SB_TAPE_H

#include "request.h"

// With --tape DIR, every request but those of the sandbox itself is added to DIR/requests, in the
// order in which they were answered, as `curl -K` reads it; a body is DIR/N.body. Called before
// the body is unpacked.
void sb_tape_add(struct sb_req *req);

#endif
