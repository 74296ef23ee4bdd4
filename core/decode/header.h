// SPDX-License-Identifier: MIT
// The cells of a header as column names.
#ifndef AC_DECODE_HEADER_H
#define AC_DECODE_HEADER_H
#include "base/arena.h"
#include "base/err.h"

// Copies the names to the arena, without a byte order mark. AC_INPUT when two are the same: letter
// case and outer blanks do not count, and columns without a name are never the same.
enum ac_rc ac_header_copy(const ac_str *cells, size_t n, struct ac_arena *arena,
                          const ac_str **columns, struct ac_err *err);

#endif
