// SPDX-License-Identifier: MIT
// Time or chance as a table that tests replace.
#ifndef AC_BASE_CLOCK_H
#define AC_BASE_CLOCK_H
#include "base/str.h"

struct ac_clock {
    void *self;
    int64_t (*now_ms)(void *self);            // Unix epoch
    int64_t (*mono_ms)(void *self);           // never goes back; any origin
    void (*sleep_ms)(void *self, int64_t ms); //
    uint64_t (*random)(void *self);           // 64 random bits
};

// The machine's own clock and randomness. Never fails; one const table for the process.
const struct ac_clock *ac_clock_system(void);
// A test's clock: starts at now_ms, moves only when it sleeps; random() is a seeded sequence.
struct ac_clock_fake {
    struct ac_clock clock; // pass &fake.clock
    int64_t at_ms, slept_ms;
    uint64_t state;
};
void ac_clock_fake_init(struct ac_clock_fake *fake, int64_t now_ms, uint64_t seed);

// "2031-03-04T16:15:27.123Z" (24 characters and a NUL) of Unix milliseconds, years 0 to 9999.
void ac_clock_iso(int64_t ms, char out[25]);
// "2031-03-04 16:16 UTC", for people who wait for that time: the first whole minute not before it.
const char *ac_clock_minute(int64_t ms, char out[24]);
// An ISO 8601 date-time: 2031-03-04T16:00:00[.fraction](Z|±hh[:]mm), years 1700..4000; false on
// anything else, impossible dates included. *offset_min (may be NULL) gets the zone's offset.
bool ac_clock_parse(ac_str s, int64_t *ms, int *offset_min);
// A date 2031-03-04 alone.
bool ac_clock_parse_date(ac_str s, int64_t *ms);
// "Mon, 30 Nov 2020 08:34:54 GMT" both ways (RFC 9110).
void ac_clock_http(int64_t ms, char out[30]);
bool ac_clock_parse_http(ac_str s, int64_t *ms);

#endif
