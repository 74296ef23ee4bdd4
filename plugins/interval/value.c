// SPDX-License-Identifier: MIT
// Counts, seconds, percents: the forms reports write them in.
#include "value.h"
#include "moment.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

acload_str value_trim(acload_str s) {
    while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) {
        s.ptr++;
        s.len--;
    }
    while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
        s.len--;
    return s;
}

// A hyphen, an en dash, an em dash.
static bool is_dash(acload_str s) {
    if (s.len == 1)
        return s.ptr[0] == '-';
    return s.len == 3 &&
           (memcmp(s.ptr, "\xE2\x80\x93", 3) == 0 || memcmp(s.ptr, "\xE2\x80\x94", 3) == 0);
}

bool value_is_none(acload_str cell) {
    acload_str s = value_trim(cell);
    return !s.len || is_dash(s);
}

// Digits of a whole number, at most 12; false on anything else.
static bool whole(const char *p, size_t len, int64_t *out) {
    if (!len || len > 12)
        return false;
    int64_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (!is_digit(p[i]))
            return false;
        n = n * 10 + (p[i] - '0');
    }
    *out = n;
    return true;
}

// h:mm:ss with any number of hours, or mm:ss; what follows a colon has two digits.
static bool clock_seconds(acload_str s, int64_t *seconds) {
    int64_t part[3];
    int n = 0;
    for (size_t from = 0, i = 0; i <= s.len; i++) {
        if (i < s.len && s.ptr[i] != ':')
            continue;
        if (n == 3 || (n && i - from != 2) || !whole(s.ptr + from, i - from, &part[n]))
            return false;
        if (n && part[n] > 59)
            return false;
        n++;
        from = i + 1;
    }
    if (n < 2)
        return false;
    *seconds = n == 3 ? (part[0] * 60 + part[1]) * 60 + part[2] : part[0] * 60 + part[1];
    return true;
}

struct decimal {
    const char *whole, *fraction;
    size_t n_whole, n_fraction; // digits before and after the point; no zeros lead or trail
    bool is_negative;
    bool is_plain; // as it stands it is what JSON calls a number
};

static bool decimal_of(acload_str s, struct decimal *d) {
    const char *p = s.ptr, *end = s.ptr + s.len;
    d->is_negative = p < end && *p == '-';
    p += d->is_negative;
    const char *from = p;
    while (p < end && is_digit(*p))
        p++;
    d->is_plain = p > from && (*from != '0' || p == from + 1);
    size_t n_digits = (size_t)(p - from);
    while (from < p && *from == '0')
        from++;
    d->whole = from;
    d->n_whole = (size_t)(p - from);
    d->fraction = p;
    d->n_fraction = 0;
    if (p < end && *p == '.') {
        from = d->fraction = ++p;
        while (p < end && is_digit(*p))
            p++;
        if (p == from)
            d->is_plain = false;
        n_digits += (size_t)(p - from);
        d->n_fraction = (size_t)(p - from);
        while (d->n_fraction && from[d->n_fraction - 1] == '0')
            d->n_fraction--;
    }
    return p == end && n_digits > 0;
}

// Writes it with `scale` digits after the point at most. False: it is too long to be any number.
static bool write_decimal(const struct decimal *d, size_t scale, struct value *out) {
    char digits[VALUE_MAX];
    size_t n_fraction = d->n_fraction < scale ? d->n_fraction : scale, n = 0, at = 0;
    if (d->n_whole + n_fraction + 4 > VALUE_MAX)
        return false;
    digits[n++] = '0'; // room for a carry
    memcpy(digits + n, d->whole, d->n_whole);
    n += d->n_whole;
    memcpy(digits + n, d->fraction, n_fraction);
    n += n_fraction;
    if (d->n_fraction > scale && d->fraction[scale] >= '5') {
        size_t i = n - 1;
        for (; digits[i] == '9'; i--)
            digits[i] = '0';
        digits[i]++;
    }
    size_t first = 0, n_int = n - n_fraction;
    while (first + 1 < n_int && digits[first] == '0')
        first++;
    bool is_zero = n_int - first == 1 && digits[first] == '0';
    for (size_t i = n_int; i < n; i++)
        is_zero &= digits[i] == '0';
    if (d->is_negative && !is_zero)
        out->buf[at++] = '-';
    memcpy(out->buf + at, digits + first, n_int - first);
    at += n_int - first;
    if (n_fraction)
        out->buf[at++] = '.';
    memcpy(out->buf + at, digits + n_int, n_fraction);
    out->text = (acload_str){out->buf, at + n_fraction};
    return true;
}

static enum value_kind not_a_number(acload_str s, struct value *out) {
    out->code = "INVALID_NUMBER";
    out->why = memchr(s.ptr, ',', s.len)
                   ? "has a comma; numbers must be written like 1234.5, whatever the language"
                   : "is no number";
    return VALUE_BAD;
}

static enum value_kind number(acload_str s, int type, int scale, struct value *out) {
    acload_str n = s;
    if (n.ptr[n.len - 1] == '%') {
        n.len--;
        n = value_trim(n);
    }
    struct decimal d;
    if (!decimal_of(n, &d)) {
        int64_t seconds;
        if (type == ACLOAD_PERCENT || n.len != s.len || !clock_seconds(n, &seconds))
            return not_a_number(s, out);
        int len = snprintf(out->buf, VALUE_MAX, "%" PRId64, seconds);
        out->text = (acload_str){out->buf, (size_t)len};
        return VALUE_TEXT;
    }
    bool is_finer = scale >= 0 && d.n_fraction > (size_t)scale;
    out->text = n;
    // A number too long to be written anew goes on as it is: the field's check says its limits.
    if ((is_finer || !d.is_plain) &&
        !write_decimal(&d, is_finer ? (size_t)scale : d.n_fraction, out))
        return VALUE_TEXT;
    return is_finer ? VALUE_ROUNDED : VALUE_TEXT;
}

// Most are in the org's own form already; whether they are right, the field's check says.
static enum value_kind date_time(acload_str s, struct value *out) {
    struct moment m;
    out->text = s;
    if (s.len == MOMENT_TEXT - 1 && s.ptr[19] == '.' && s.ptr[23] == 'Z')
        return VALUE_TEXT;
    if (!moment_read(s, &m)) {
        out->code = "INVALID_DATE";
        out->why = "is no date-time like 2031-03-04T16:00:00.000Z";
        return VALUE_BAD;
    }
    moment_utc(m.ms, out->buf);
    out->text = (acload_str){out->buf, MOMENT_TEXT - 1};
    return VALUE_TEXT;
}

enum value_kind value_read(acload_str cell, int type, int scale, struct value *out) {
    bool is_number = type == ACLOAD_NUMBER || type == ACLOAD_PERCENT;
    if (!cell.len)
        return VALUE_NULL;
    if (is_number && cell.len < 16) { // most cells: a few digits
        size_t i = 0;
        while (i < cell.len && is_digit(cell.ptr[i]))
            i++;
        if (i == cell.len && (i == 1 || cell.ptr[0] != '0')) {
            out->text = cell;
            return VALUE_TEXT;
        }
    }
    acload_str s = value_trim(cell);
    if (!s.len || is_dash(s))
        return VALUE_NULL;
    if (is_number)
        return number(s, type, scale, out);
    if (type == ACLOAD_DATETIME)
        return date_time(s, out);
    // Nobody knows the field: only what can be nothing but a metric is taken for one.
    bool is_metric = s.ptr[s.len - 1] == '%' || memchr(s.ptr, ':', s.len);
    if (type == ACLOAD_UNKNOWN && is_metric && number(s, type, -1, out) != VALUE_BAD)
        return VALUE_TEXT;
    out->text = type == ACLOAD_STRING || type == ACLOAD_UNKNOWN ? cell : s;
    return VALUE_TEXT;
}
