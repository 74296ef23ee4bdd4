// SPDX-License-Identifier: MIT
// multipart/form-data bodies.
#ifndef SB_MULTIPART_H
#define SB_MULTIPART_H

#include "record.h"

#define SB_MAX_PARTS_OF_BODY 20

struct sb_body_part {
    const char *name, *filename, *type; // type NULL: not said
    const char *at;
    size_t len;
};

// Takes a body apart; parts point into it. NULL, or why it could not be read.
const char *sb_multipart_read(const char *content_type, const char *body, size_t len,
                              struct sb_arena *a, struct sb_body_part *parts, size_t *n);
// A record of two parts: its JSON, its bytes. False after an error answer.
bool sb_multipart_record(struct sb_req *req, const struct sb_object *o, struct sb_input *row);

#endif
