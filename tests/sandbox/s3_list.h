// SPDX-License-Identifier: MIT
// ListObjectsV2: the keys of a bucket in order, a page at a time.
#ifndef SB_S3_LIST_H
#define SB_S3_LIST_H

#include "request.h"

// The bucket is the folder dir. Keys are always written as encoding-type=url has them; there are
// no delimiters.
void sb_s3_list(struct sb_req *req, const char *dir);

#endif
