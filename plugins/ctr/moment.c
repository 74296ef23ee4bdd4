// SPDX-License-Identifier: MIT
// The calendar, from text to milliseconds or back.
#include "moment.h"
#include <string.h>

#define DAY_S INT64_C(86400)

// n digits at p as a number, -1 when one is no digit.
static int digits(const char *p, int n) {
    int value = 0;
    for (int i = 0; i < n; i++) {
        unsigned digit = (unsigned char)p[i] - (unsigned)'0';
        if (digit > 9)
            return -1;
        value = value * 10 + (int)digit;
    }
    return value;
}

static bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

static bool is_date(int year, int month, int day) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1700 || month < 1 || month > 12 || day < 1) // the org knows no year before 1700
        return false;
    return day <= lengths[month - 1] + (month == 2 && is_leap(year));
}

// Days from 1970-01-01; the year is taken to begin in March, so that its odd day is the last.
static int64_t days_of(int year, int month, int day) {
    int64_t y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;
    int64_t days = y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
    return days - 719468;
}

// Minutes east of UTC.
static bool read_zone(const char *p, size_t len, int *minutes) {
    *minutes = 0;
    if (len == 1)
        return *p == 'Z';
    bool has_colon = len == 6 && p[3] == ':';
    if ((*p != '+' && *p != '-') || (len != 5 && !has_colon))
        return false;
    int h = digits(p + 1, 2), m = digits(p + len - 2, 2);
    if (h < 0 || h > 14 || m < 0 || m > 59)
        return false;
    *minutes = *p == '-' ? -(h * 60 + m) : h * 60 + m;
    return true;
}

// ".5" as milliseconds; *at moves behind it.
static bool read_fraction(acload_str s, size_t *at, int *ms) {
    *ms = 0;
    if (s.ptr[*at] != '.')
        return true;
    size_t from = ++*at;
    for (int unit = 100; *at < s.len; ++*at, unit /= 10) {
        int digit = digits(s.ptr + *at, 1);
        if (digit < 0)
            break;
        *ms += digit * unit;
    }
    return *at > from;
}

bool moment_read(acload_str s, int64_t *ms) {
    const char *p = s.ptr;
    if (s.len < 20 || p[4] != '-' || p[7] != '-' || p[10] != 'T' || p[13] != ':' || p[16] != ':')
        return false;
    int year = digits(p, 4), month = digits(p + 5, 2), day = digits(p + 8, 2);
    int hour = digits(p + 11, 2), minute = digits(p + 14, 2), second = digits(p + 17, 2);
    if (!is_date(year, month, day) || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 59)
        return false;
    size_t at = 19;
    int fraction, zone;
    if (!read_fraction(s, &at, &fraction) || at >= s.len || !read_zone(p + at, s.len - at, &zone))
        return false;
    int64_t minutes = (days_of(year, month, day) * 24 + hour) * 60 + minute - zone;
    *ms = (minutes * 60 + second) * 1000 + fraction;
    return *ms >= INT64_C(-8520336000000) && *ms <= INT64_C(253402300799999); // 1700 to 9999
}

static char *put(char *to, int64_t value, int n) {
    for (int i = n; i-- > 0; value /= 10)
        to[i] = (char)('0' + value % 10);
    return to + n;
}

void moment_write(int64_t ms, char out[MOMENT_TEXT]) {
    int64_t fraction = ms % 1000, seconds = ms / 1000;
    if (fraction < 0) {
        fraction += 1000;
        seconds--;
    }
    int64_t rest = seconds % DAY_S, days = seconds / DAY_S;
    if (rest < 0) {
        rest += DAY_S;
        days--;
    }
    // Days since March 1st of the year 0; then 400 years at a time, which are all alike.
    days += 719468;
    int64_t era = days / 146097, day = days % 146097;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= year * 365 + year / 4 - year / 100;
    int64_t month = (5 * day + 2) / 153;
    day -= (153 * month + 2) / 5;
    year += era * 400 + (month > 9);
    month += month > 9 ? -9 : 3;
    char *p = put(out, year, 4);
    *p++ = '-';
    p = put(p, month, 2);
    *p++ = '-';
    p = put(p, day + 1, 2);
    *p++ = 'T';
    p = put(p, rest / 3600, 2);
    *p++ = ':';
    p = put(p, rest / 60 % 60, 2);
    *p++ = ':';
    p = put(p, rest % 60, 2);
    *p++ = '.';
    p = put(p, fraction, 3);
    *p++ = 'Z';
    *p = '\0';
}

void moment_utc(acload_str text, int64_t ms, char out[MOMENT_TEXT]) {
    if (text.len != 20) { // shorter than with a fraction or another zone
        moment_write(ms, out);
        return;
    }
    memcpy(out, text.ptr, 19);
    memcpy(out + 19, ".000Z", 6);
}
