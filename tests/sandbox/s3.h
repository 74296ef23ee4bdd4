// SPDX-License-Identifier: MIT
// A bucket's objects, beside the org.
#ifndef SB_S3_H
#define SB_S3_H

#include "request.h"

// With --s3 DIR, every path that is none of the org's names an object: /bucket/key is the file
// DIR/bucket/key, /bucket?list-type=2 lists keys. Signatures are not looked at.
bool sb_s3_is_asked(const struct sb_req *req);
// The quoted ETag of a file's content; NULL when it cannot be read.
const char *sb_s3_etag(struct sb_req *req, const char *path);

#endif
