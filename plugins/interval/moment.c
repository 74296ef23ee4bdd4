// SPDX-License-Identifier: MIT
// The calendar, both ways.
#include "moment.h"
#include <stdio.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

static bool two(const char *p, int max, int *out) {
    unsigned tens = (unsigned char)p[0] - (unsigned)'0', ones = (unsigned char)p[1] - (unsigned)'0';
    if (tens > 9 || ones > 9)
        return false;
    *out = (int)(tens * 10 + ones);
    return *out <= max;
}

// Days from 1970-01-01 of a date of the Gregorian calendar.
static int64_t days_of(int64_t year, int month, int day) {
    year -= month <= 2;
    int64_t era = year / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool read_date(acload_str s, int64_t *days) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int century, year, month, day;
    if (s.ptr[4] != '-' || s.ptr[7] != '-' || !two(s.ptr, 99, &century) ||
        !two(s.ptr + 2, 99, &year) || !two(s.ptr + 5, 12, &month) || !two(s.ptr + 8, 31, &day))
        return false;
    year += century * 100;
    if (!month || !day || year < 1700)
        return false;
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day > lengths[month - 1] + (month == 2 && is_leap))
        return false;
    *days = days_of(year, month, day);
    return true;
}

static bool read_zone(const char *p, size_t len, int32_t *offset_min) {
    *offset_min = 0;
    if (len == 1)
        return *p == 'Z';
    if ((*p != '+' && *p != '-') || (len != 5 && !(len == 6 && p[3] == ':')))
        return false;
    int hours, minutes;
    if (!two(p + 1, 14, &hours) || !two(p + len - 2, 59, &minutes))
        return false;
    *offset_min = (hours * 60 + minutes) * (*p == '-' ? -1 : 1);
    return true;
}

bool moment_read(acload_str s, struct moment *out) {
    int64_t days, fraction = 0;
    int hour, minute, second;
    if (s.len < 20 || s.ptr[10] != 'T' || s.ptr[13] != ':' || s.ptr[16] != ':' ||
        !read_date(s, &days) || !two(s.ptr + 11, 23, &hour) || !two(s.ptr + 14, 59, &minute) ||
        !two(s.ptr + 17, 59, &second))
        return false;
    size_t at = 19;
    if (s.ptr[at] == '.') {
        int64_t unit = 100;
        size_t from = ++at;
        for (; at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9'; at++, unit /= 10)
            fraction += (s.ptr[at] - '0') * unit;
        if (at == from)
            return false;
    }
    if (at >= s.len || !read_zone(s.ptr + at, s.len - at, &out->offset_min))
        return false;
    int64_t minutes = (days * 24 + hour) * 60 + minute - out->offset_min;
    out->ms = (minutes * 60 + second) * 1000 + fraction;
    return true;
}

void moment_utc(int64_t ms, char out[MOMENT_TEXT]) {
    int64_t days = ms / DAY_MS, rest = ms % DAY_MS;
    if (rest < 0) {
        rest += DAY_MS;
        days--;
    }
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    int day = (int)(doy - (153 * mp + 2) / 5 + 1), month = (int)(mp < 10 ? mp + 3 : mp - 9);
    int year = (int)(yoe + era * 400 + (month <= 2)), seconds = (int)(rest / 1000);
    char text[80];
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month, day,
             seconds / 3600, seconds / 60 % 60, seconds % 60, (int)(rest % 1000));
    memcpy(out, text, MOMENT_TEXT - 1);
    out[MOMENT_TEXT - 1] = '\0';
}

bool moment_is_on(const struct moment *m, int64_t length_ms) {
    int64_t local_ms = m->ms + m->offset_min * INT64_C(60000);
    return m->ms % length_ms == 0 || local_ms % length_ms == 0;
}
