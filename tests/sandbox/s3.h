// SPDX-License-Identifier: MIT
// A bucket's objects, beside the org.
#ifndef SB_S3_H
#define SB_S3_H

#include "request.h"

// With --s3 DIR, every path that is none of the org's names an object: /bucket/key is the file
// DIR/bucket/key. Signatures are not looked at.
bool sb_s3_is_asked(const struct sb_req *req);

#endif
