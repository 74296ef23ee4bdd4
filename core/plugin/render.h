// SPDX-License-Identifier: MIT
// A JSON value written as text.
#ifndef AC_PLUGIN_RENDER_H
#define AC_PLUGIN_RENDER_H
#include "base/buf.h"

#define AC_RENDER_NUMBER 40 // room for a number

// Adds the value (json_t) as Python's json.dumps does: ", " and ": " between, members in the order
// they came, all but ASCII escaped. Numbers have the fewest digits that read back the same. False
// at the buffer's ceiling.
bool ac_render_json(struct ac_buf *out, const void *value);
// A number (json_t) in to; returns its length.
size_t ac_render_number(char to[AC_RENDER_NUMBER], const void *number);

#endif
