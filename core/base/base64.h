// SPDX-License-Identifier: MIT
// Base64 (RFC 4648).
#ifndef AC_BASE_BASE64_H
#define AC_BASE_BASE64_H
#include "base/buf.h"

// Both add to out. False: no memory, or over out's ceiling; nothing was added.
bool ac_base64_add(struct ac_buf *out, ac_str bytes);
bool ac_base64url_add(struct ac_buf *out, ac_str bytes); // section 5, without padding

#endif
