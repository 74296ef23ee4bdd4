// SPDX-License-Identifier: MIT
// Counts, seconds, percents, times: the forms reports write them in.
#include "value.h"
#include <stdio.h>
#include <string.h>

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static acload_str trim(acload_str s) {
    while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) {
        s.ptr++;
        s.len--;
    }
    while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t')) s.len--;
    return s;
}

// Digits of a whole number, at most 15; false on anything else.
static bool whole(const char *p, size_t len, int64_t *out) {
    if (!len || len > 15) return false;
    int64_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (!is_digit(p[i])) return false;
        n = n * 10 + (p[i] - '0');
    }
    *out = n;
    return true;
}

// h:mm:ss with any number of hours, or mm:ss; fractions of a second are not seen in reports.
static bool clock_seconds(acload_str s, int64_t *seconds) {
    int64_t part[3] = {0};
    int n = 0;
    size_t from = 0;
    for (size_t i = 0; i <= s.len; i++) {
        if (i < s.len && s.ptr[i] != ':') continue;
        if (n == 3 || !whole(s.ptr + from, i - from, &part[n++])) return false;
        from = i + 1;
    }
    if (n < 2 || part[n - 1] > 59 || (n == 3 && part[1] > 59)) return false;
    *seconds = n == 3 ? part[0] * 3600 + part[1] * 60 + part[2] : part[0] * 60 + part[1];
    return true;
}

struct decimal {
    size_t n_whole, n_fraction; // digits before and after the point
    const char *whole, *fraction;
    bool is_negative;
};

static bool decimal_of(acload_str s, struct decimal *d) {
    memset(d, 0, sizeof *d);
    size_t i = 0;
    if (i < s.len && s.ptr[i] == '-') {
        d->is_negative = true;
        i++;
    }
    d->whole = s.ptr + i;
    while (i < s.len && is_digit(s.ptr[i])) i++;
    d->n_whole = (size_t)(s.ptr + i - d->whole);
    if (i < s.len && s.ptr[i] == '.') {
        d->fraction = s.ptr + ++i;
        while (i < s.len && is_digit(s.ptr[i])) i++;
        d->n_fraction = (size_t)(s.ptr + i - d->fraction);
    }
    return i == s.len && d->n_whole + d->n_fraction > 0;
}

// Keeps `scale` digits after the point, rounding half away from zero, in decimal text.
static enum value_kind rounded(const struct decimal *d, size_t scale, char out[VALUE_MAX],
                               size_t *out_len) {
    char digits[VALUE_MAX];
    size_t n = 1, at = 0;
    digits[0] = '0'; // room for a carry
    if (d->n_whole + scale + 3 > VALUE_MAX - 4) return VALUE_AS_IS;
    memcpy(digits + n, d->whole, d->n_whole);
    n += d->n_whole;
    if (scale) memcpy(digits + n, d->fraction, scale);
    n += scale;
    if (d->fraction[scale] >= '5') {
        size_t i = n;
        while (digits[--i] == '9') digits[i] = '0';
        digits[i]++;
    }
    size_t first = 0, n_int = n - scale;
    while (first + 1 < n_int && digits[first] == '0') first++;
    if (d->is_negative) out[at++] = '-';
    memcpy(out + at, digits + first, n_int - first);
    at += n_int - first;
    if (scale) {
        out[at++] = '.';
        memcpy(out + at, digits + n_int, scale);
        at += scale;
    }
    out[at] = '\0';
    *out_len = at;
    return VALUE_ROUNDED;
}

static size_t significant(const struct decimal *d) {
    size_t n = d->n_fraction;
    while (n && d->fraction[n - 1] == '0') n--;
    return n;
}

static enum value_kind number(acload_str cell, int scale, char out[VALUE_MAX], size_t *out_len,
                              const char **why) {
    acload_str s = cell;
    bool is_new = false;
    if (s.ptr[s.len - 1] == '%') {
        s.len--;
        s = trim(s);
        is_new = true;
    }
    struct decimal d;
    if (!s.len || !decimal_of(s, &d)) {
        int64_t seconds;
        if (!is_new && clock_seconds(s, &seconds)) {
            *out_len = (size_t)snprintf(out, VALUE_MAX, "%lld", (long long)seconds);
            return VALUE_NEW;
        }
        *why = memchr(s.ptr, ',', s.len) ? "has a comma: numbers must be written 1234.5"
                                         : "is no number";
        return VALUE_BAD;
    }
    if (scale >= 0 && significant(&d) > (size_t)scale)
        return rounded(&d, (size_t)scale, out, out_len);
    if (!is_new) return VALUE_AS_IS;
    if (s.len >= VALUE_MAX) {
        *why = "is too long for a number";
        return VALUE_BAD;
    }
    memcpy(out, s.ptr, s.len);
    *out_len = s.len;
    return VALUE_NEW;
}

enum value_kind value_of(acload_str cell, int type, int scale, char out[VALUE_MAX],
                         size_t *out_len, const char **why) {
    bool is_number = type == ACLOAD_NUMBER || type == ACLOAD_PERCENT;
    if (is_number && cell.len && cell.len < 10) { // most cells: a few digits
        size_t i = 0;
        while (i < cell.len && is_digit(cell.ptr[i])) i++;
        if (i == cell.len) return VALUE_AS_IS;
    }
    acload_str s = trim(cell);
    if (!s.len || (s.len == 1 && s.ptr[0] == '-')) return VALUE_NULL;
    if (is_number) {
        enum value_kind kind = number(s, scale, out, out_len, why);
        if (kind != VALUE_AS_IS || s.len == cell.len || s.len >= VALUE_MAX) return kind;
        memcpy(out, s.ptr, s.len);
        *out_len = s.len;
        return VALUE_NEW;
    }
    if (type == ACLOAD_UNKNOWN) { // nobody knows the field: what looks like a number is one
        const char *unused;
        enum value_kind kind = number(s, -1, out, out_len, &unused);
        return kind == VALUE_NEW ? VALUE_NEW : VALUE_AS_IS;
    }
    return VALUE_AS_IS;
}

static bool two(const char *p, int max, int *out) {
    if (!is_digit(p[0]) || !is_digit(p[1])) return false;
    *out = (p[0] - '0') * 10 + (p[1] - '0');
    return *out <= max;
}

// Days from 1970-01-01 of a date of the Gregorian calendar.
static int64_t days_of(int64_t year, int month, int day) {
    year -= month <= 2;
    int64_t era = year / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool date_of(acload_str s, int64_t *days) {
    int century, year, month, day;
    if (s.len < 10 || s.ptr[4] != '-' || s.ptr[7] != '-' || !two(s.ptr, 99, &century) ||
        !two(s.ptr + 2, 99, &year) || !two(s.ptr + 5, 12, &month) || !two(s.ptr + 8, 31, &day))
        return false;
    year += century * 100;
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (!month || !day) return false;
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day > lengths[month - 1] + (month == 2 && is_leap)) return false;
    *days = days_of(year, month, day);
    return year >= 1700;
}

static bool zone_of(const char *p, size_t len, int *offset_min) {
    *offset_min = 0;
    if (len == 1) return *p == 'Z';
    int hours, minutes;
    if ((*p != '+' && *p != '-') || len < 5) return false;
    size_t at = len == 6 && p[3] == ':' ? 4 : 3;
    if (len != at + 2 || !two(p + 1, 14, &hours) || !two(p + at, 59, &minutes)) return false;
    *offset_min = (hours * 60 + minutes) * (*p == '-' ? -1 : 1);
    return true;
}

bool value_time(acload_str s, int64_t *ms) {
    int64_t days, fraction = 0;
    int hour, minute, second, offset_min;
    if (s.len < 20 || !date_of(s, &days) || s.ptr[10] != 'T' || s.ptr[13] != ':' ||
        s.ptr[16] != ':' || !two(s.ptr + 11, 23, &hour) || !two(s.ptr + 14, 59, &minute) ||
        !two(s.ptr + 17, 59, &second))
        return false;
    size_t at = 19;
    if (s.ptr[at] == '.') {
        int64_t unit = 100;
        size_t from = ++at;
        for (; at < s.len && is_digit(s.ptr[at]); at++, unit /= 10)
            fraction += (s.ptr[at] - '0') * unit;
        if (at == from) return false;
    }
    if (at >= s.len || !zone_of(s.ptr + at, s.len - at, &offset_min)) return false;
    *ms = (((days * 24 + hour) * 60 + minute - offset_min) * 60 + second) * 1000 + fraction;
    return true;
}

void value_utc(int64_t ms, char out[25]) {
    int64_t days = ms / 86400000, rest = ms % 86400000;
    if (rest < 0) {
        rest += 86400000;
        days--;
    }
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    int day = (int)(doy - (153 * mp + 2) / 5 + 1), month = (int)(mp < 10 ? mp + 3 : mp - 9);
    int year = (int)(yoe + era * 400 + (month <= 2));
    int seconds = (int)(rest / 1000);
    char text[80];
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month, day,
             seconds / 3600, seconds / 60 % 60, seconds % 60, (int)(rest % 1000));
    memcpy(out, text, 24);
    out[24] = '\0';
}
