// SPDX-License-Identifier: MIT
// Cells of interval reports turned into the text a field takes.
#ifndef INTERVAL_VALUE_H
#define INTERVAL_VALUE_H
#include <acload/plugin.h>
#include <stdbool.h>

#define VALUE_MAX 48

enum value_kind { VALUE_NULL, VALUE_AS_IS, VALUE_NEW, VALUE_ROUNDED, VALUE_BAD };

// What a cell says for a field of that type (ACLOAD_NUMBER …) and scale. Empty cells and a lone
// "-" are NULL; AS_IS: the cell itself; NEW or ROUNDED: the text in out (a percent without its
// sign, hh:mm:ss in seconds, fewer digits after the point); BAD: no number, *why says how.
enum value_kind value_of(acload_str cell, int type, int scale, char out[VALUE_MAX],
                         size_t *out_len, const char **why);
// A date-time with a zone, "2031-03-04T09:00:00.000-07:00", in milliseconds of the Unix epoch.
bool value_time(acload_str text, int64_t *ms);
// "2031-03-04T16:00:00.000Z", 24 characters and a NUL.
void value_utc(int64_t ms, char out[25]);

#endif
