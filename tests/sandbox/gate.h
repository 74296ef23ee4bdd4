// SPDX-License-Identifier: MIT
// The way of every request: begun, fed, ended.
#ifndef SB_GATE_H
#define SB_GATE_H

#include "request.h"

// Method and headers are known. May decide the answer already; the body is then ignored.
void sb_gate_begin(struct sb_req *req);
void sb_gate_body(struct sb_req *req, const char *p, size_t len);
// Decides the answer.
void sb_gate_end(struct sb_req *req);
// The answer is sent, or the connection lost.
void sb_gate_done(struct sb_req *req);

#endif
