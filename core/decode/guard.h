// SPDX-License-Identifier: MIT
// Cells that a spreadsheet would take for a formula.
#ifndef AC_DECODE_GUARD_H
#define AC_DECODE_GUARD_H
#include "base/buf.h"
#include "base/str.h"

// A cell that begins with = + - @ (or a tab, a CR) is run as a formula when somebody opens the file
// in a spreadsheet; behind an apostrophe it is text. Numbers below zero stay as they are, and so
// does a lone dash: neither does harm. A cell that begins with apostrophes before such a sign gets
// one more, so that undoing always gives the same cell again.
bool ac_cell_needs_guard(ac_str cell);
// The cell without the apostrophe that guarding put before it, if any.
ac_str ac_cell_unguarded(ac_str cell);
// The text of a JSON object without the members that an export puts in front (acload_code,
// _message, _source, _line), for one that is exported again; acload_row, which says what came,
// stays. Text that is no whole object is copied as it stands. False: no memory.
bool ac_json_without_ours(ac_str object, struct ac_buf *out);
// Is this one of the columns that an export of rejected rows adds (acload_code …)?
bool ac_column_is_ours(ac_str name);

#endif
