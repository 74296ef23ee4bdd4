// SPDX-License-Identifier: MIT
// Header cells looked up by name, once an input.
#ifndef AC_SCHEMA_BIND_H
#define AC_SCHEMA_BIND_H
#include "base/str.h"

// The number of the column with that name, or -1. Compared without regard to letter case, outer
// blanks, or a BOM.
int ac_bind_column(const ac_str *columns, size_t n, ac_str name);
// The folded form used to compare: BOM and outer blanks gone (letters are compared by the caller
// without case).
ac_str ac_bind_trim(ac_str column);

#endif
