// SPDX-License-Identifier: MIT
// Names or keys compared without regard to letter case.
//
// Letters of every script are lowered one by one, as the org does it: no rule of a language, no
// letter that becomes two. Bytes that are not UTF-8 stand for themselves. Nothing is allocated.
#ifndef AC_RECORD_NAME_H
#define AC_RECORD_NAME_H
#include "base/str.h"

// A column's name without what spreadsheets put around it: blanks of every kind, line ends, byte
// order marks (U+FEFF), zero-width blanks.
ac_str ac_name_trim(ac_str name);
// Are they one name? Outer blanks count: trim first.
bool ac_name_same(ac_str a, ac_str b);
// Equal for names that are the same; the same on every machine.
uint64_t ac_name_hash(ac_str name, uint64_t seed);

#endif
