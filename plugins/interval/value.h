// SPDX-License-Identifier: MIT
// Cells of interval reports turned into the text a field takes.
#ifndef INTERVAL_VALUE_H
#define INTERVAL_VALUE_H
#include <acload/plugin.h>
#include <stdbool.h>

#define VALUE_MAX 48

enum value_kind { VALUE_NULL, VALUE_TEXT, VALUE_ROUNDED, VALUE_BAD };

struct value {
    acload_str text;        // TEXT, ROUNDED: a slice of the cell, or of buf
    const char *code, *why; // BAD: "INVALID_NUMBER", "is no number"
    char buf[VALUE_MAX];
};

// What a cell says for a field of that type (ACLOAD_NUMBER ...) and scale (-1: any). Empty cells
// and a lone dash are NULL. A number loses its percent sign, hh:mm:ss becomes seconds; ROUNDED: it
// has more digits after the point than the scale, and is rounded half away from zero. A date-time
// of any zone becomes one of UTC.
enum value_kind value_read(acload_str cell, int type, int scale, struct value *out);
// Is the cell empty, blank, or a lone dash?
bool value_is_none(acload_str cell);
// Without the blanks around it.
acload_str value_trim(acload_str s);

#endif
