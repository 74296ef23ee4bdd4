// SPDX-License-Identifier: MIT
// Date-times of contact records.
#ifndef CTR_MOMENT_H
#define CTR_MOMENT_H
#include <acload/plugin.h>
#include <stdbool.h>

#define MOMENT_TEXT 25 // "2031-03-04T16:01:02.000Z" with its NUL

// Reads "2031-03-04T16:01:02Z" as milliseconds of the Unix epoch. Records write UTC and whole
// seconds; a fraction or another zone ("-07:00", "-0700") is read too. Nothing else is.
bool moment_read(acload_str text, int64_t *ms);
// Writes it in UTC with milliseconds: the form the org takes. The year has four digits.
void moment_write(int64_t ms, char out[MOMENT_TEXT]);
// The same for a text just read as ms, without a calendar where the text is nearly that form.
void moment_utc(acload_str text, int64_t ms, char out[MOMENT_TEXT]);

#endif
