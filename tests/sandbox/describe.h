// SPDX-License-Identifier: MIT
// Objects named in a path.
#ifndef SB_DESCRIBE_H
#define SB_DESCRIBE_H

#include "request.h"

// The object, or NULL after a 404.
const struct sb_object *sb_find_object(struct sb_req *req, const char *name);

#endif
