// SPDX-License-Identifier: MIT
// Date-times with a zone, as reports write them.
#ifndef INTERVAL_MOMENT_H
#define INTERVAL_MOMENT_H
#include <acload/plugin.h>
#include <stdbool.h>

#define MOMENT_TEXT 25 // "2031-03-04T16:00:00.000Z" with its NUL

struct moment {
    int64_t ms;         // Unix epoch
    int32_t offset_min; // of the zone it is written in, east of UTC
};

// Reads "2031-03-04T09:00:00.000-07:00" (or Z; milliseconds and the zone's colon may be missing).
bool moment_read(acload_str text, struct moment *out);
// Writes it in UTC with milliseconds.
void moment_utc(int64_t ms, char out[MOMENT_TEXT]);
// Is it a multiple of that length, in UTC or on the clock of its own zone?
bool moment_is_on(const struct moment *m, int64_t length_ms);

#endif
