// SPDX-License-Identifier: MIT
// Dates, times of day, both as the org reads or prints them.
#ifndef SB_TIMES_H
#define SB_TIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SB_TIME_SIZE 40

int64_t sb_time_now_ms(void);
// yyyy-MM-ddTHH:mm:ss[.fraction] with Z, +HH:mm or +HHmm. Only when loose is set may the zone be
// missing (it is UTC then) or the whole time of day (midnight). Years run from 1700 to 4000.
bool sb_time_read(const char *s, size_t len, bool loose, int64_t *ms);
// yyyy-MM-dd, a day that exists.
bool sb_date_read(const char *s, size_t len);
// 2022-01-02T21:57:03.000+0000
void sb_time_print(int64_t ms, char out[SB_TIME_SIZE]);
// Mon, 30 Nov 2020 08:34:54 GMT
void sb_time_http(int64_t ms, char out[SB_TIME_SIZE]);
bool sb_time_read_http(const char *s, int64_t *ms);

#endif
