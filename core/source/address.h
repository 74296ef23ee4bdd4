// SPDX-License-Identifier: MIT
// Addresses that are written in another way than acload reads them.
#ifndef AC_SOURCE_ADDRESS_H
#define AC_SOURCE_ADDRESS_H
#include "base/str.h"

#define AC_ADDRESS_HINT 1024u

// An ARN, an address for a browser, a scheme that is spelled otherwise: what to write instead, in
// out. False: it is none of them; it may be a path, or an address as acload reads it.
bool ac_address_hint(const char *text, char out[AC_ADDRESS_HINT]);

// Without its %XX, with a NUL behind it. out holds text.len + 1 bytes and may be where text is. The
// length.
size_t ac_address_unescape(ac_str text, char *out);

#endif
