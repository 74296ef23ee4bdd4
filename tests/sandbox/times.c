// SPDX-License-Identifier: MIT
// Dates, times of day, both as the org reads or prints them.
#include "times.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t sb_time_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Reads exactly n digits; -1 when there are none.
static int number(const char **s, const char *end, int n) {
    int v = 0;
    if (end - *s < n)
        return -1;
    for (int i = 0; i < n; i++) {
        char c = *(*s)++;
        if (c < '0' || c > '9')
            return -1;
        v = v * 10 + (c - '0');
    }
    return v;
}

static bool skip(const char **s, const char *end, char c) {
    if (*s >= end || **s != c)
        return false;
    (*s)++;
    return true;
}

// Days since 1970-01-01 of a date of the Gregorian calendar.
static int64_t days_of(int y, int m, int d) {
    y -= m <= 2;
    int64_t era = y / 400;
    int64_t year = y - era * 400;
    int64_t day = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + year * 365 + year / 4 - year / 100 + day - 719468;
}

static bool read_date(const char **s, const char *end, int64_t *days) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int y = number(s, end, 4);
    if (y < 0 || !skip(s, end, '-'))
        return false;
    int m = number(s, end, 2);
    if (m < 0 || !skip(s, end, '-'))
        return false;
    int d = number(s, end, 2);
    if (y < 1700 || y > 4000 || m < 1 || m > 12 || d < 1)
        return false;
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    if (d > lengths[m - 1] + (m == 2 && leap))
        return false;
    *days = days_of(y, m, d);
    return true;
}

static bool read_clock(const char **s, const char *end, int64_t *ms) {
    int h = number(s, end, 2);
    if (h < 0 || h > 23 || !skip(s, end, ':'))
        return false;
    int m = number(s, end, 2);
    if (m < 0 || m > 59 || !skip(s, end, ':'))
        return false;
    int sec = number(s, end, 2);
    if (sec < 0 || sec > 59)
        return false;
    *ms = ((int64_t)h * 3600 + m * 60 + sec) * 1000;
    if (!skip(s, end, '.'))
        return true;
    int n = 0;
    for (int unit = 100; *s < end && **s >= '0' && **s <= '9'; unit /= 10, (*s)++, n++)
        *ms += (**s - '0') * unit;
    return n > 0 && n <= 9;
}

static bool read_zone(const char **s, const char *end, int64_t *offset_ms) {
    *offset_ms = 0;
    if (skip(s, end, 'Z'))
        return true;
    if (*s >= end || (**s != '+' && **s != '-'))
        return false;
    int sign = *(*s)++ == '-' ? -1 : 1;
    int h = number(s, end, 2);
    if (h < 0 || h > 14)
        return false;
    skip(s, end, ':');
    int m = number(s, end, 2);
    if (m < 0 || m > 59)
        return false;
    *offset_ms = sign * ((int64_t)h * 60 + m) * 60000;
    return true;
}

bool sb_time_read(const char *s, size_t len, bool loose, int64_t *ms) {
    const char *end = s + len;
    int64_t days = 0, clock_ms = 0, offset_ms = 0;
    if (!read_date(&s, end, &days))
        return false;
    if (s == end) {
        *ms = days * 86400000;
        return loose;
    }
    if (!skip(&s, end, 'T') || !read_clock(&s, end, &clock_ms))
        return false;
    if (s == end ? !loose : !read_zone(&s, end, &offset_ms) || s != end)
        return false;
    *ms = days * 86400000 + clock_ms - offset_ms;
    return true;
}

bool sb_date_read(const char *s, size_t len) {
    const char *end = s + len;
    int64_t days = 0;
    return read_date(&s, end, &days) && s == end;
}

static void split(int64_t ms, struct tm *tm, int *rest) {
    int64_t sec = ms / 1000;
    *rest = (int)(ms % 1000);
    if (*rest < 0) {
        *rest += 1000;
        sec--;
    }
    time_t t = (time_t)sec;
    gmtime_r(&t, tm);
}

void sb_time_print(int64_t ms, char out[SB_TIME_SIZE]) {
    struct tm tm;
    int rest = 0;
    split(ms, &tm, &rest);
    char day[24];
    strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out, SB_TIME_SIZE, "%s.%03d+0000", day, rest);
}

void sb_time_http(int64_t ms, char out[SB_TIME_SIZE]) {
    struct tm tm;
    int rest = 0;
    split(ms, &tm, &rest);
    strftime(out, SB_TIME_SIZE, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

bool sb_time_read_http(const char *s, int64_t *ms) {
    struct tm tm;
    memset(&tm, 0, sizeof tm);
    const char *end = strptime(s, "%a, %d %b %Y %H:%M:%S GMT", &tm);
    if (!end || *end)
        return false;
    *ms = (int64_t)timegm(&tm) * 1000;
    return true;
}
