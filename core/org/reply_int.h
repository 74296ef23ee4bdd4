// SPDX-License-Identifier: MIT
// One error object, read for the files that find it inside larger replies.
#ifndef AC_ORG_REPLY_INT_H
#define AC_ORG_REPLY_INT_H
#include "org/reply.h"
#include <jansson.h>

// Reads {message, errorCode or statusCode, fields} or {error, error_description}. False, and *out
// empty, when it is no such object.
bool ac_reply_error_read(const json_t *error, struct ac_reply_error *out);

#endif
