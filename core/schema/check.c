// SPDX-License-Identifier: MIT
// Cell text judged against a field, before it is sent.
#include "schema/check.h"
#include "base/clock.h"
#include "record/row.h"
#include <stdio.h>

#define SHOWN_CHARS ((size_t)80) // of a value, in a message
#define MAX_VALUES ((size_t)100) // a multipicklist cell may hold
#define MAX_EXPONENT 1000000     // beyond it a number is as good as endless
#define MISFIT "INVALID_TYPE_ON_FIELD_IN_RECORD"

// --- messages ------------------------------------------------------------------------------------

struct shown { // a value cut for a message
    char text[SHOWN_CHARS * 4 + 4];
};

static struct shown show(ac_str text) {
    struct shown s;
    size_t at = 0, n = 0;
    for (; at < text.len && at < SHOWN_CHARS * 4; at++) {
        n += ((unsigned char)text.ptr[at] & 0xC0) != 0x80;
        if (n > SHOWN_CHARS)
            break;
    }
    memcpy(s.text, text.ptr, at);
    snprintf(s.text + at, sizeof s.text - at, "%s", at < text.len ? "…" : "");
    return s;
}

static enum ac_rc misfit(const struct ac_field *field, ac_str text, const char *wanted,
                         struct ac_err *err) {
    return ac_err_set(err, AC_ROW, AC_CAUSE_ROW, MISFIT, "%.*s: \"%s\" is not %s",
                      AC_STR_ARG(field->name), show(text).text, wanted);
}

// --- text ----------------------------------------------------------------------------------------

static enum ac_rc too_long(const struct ac_field *field, ac_str text, size_t n_chars,
                           struct ac_err *err) {
    return ac_err_set(err, AC_ROW, AC_CAUSE_ROW, "STRING_TOO_LONG",
                      "%.*s: \"%s\" has %zu characters, the field takes %u",
                      AC_STR_ARG(field->name), show(text).text, n_chars, (unsigned)field->length);
}

static inline enum ac_rc check_length(const struct ac_field *field, ac_str text,
                                      struct ac_err *err) {
    if (text.len <= field->length || !field->length)
        return AC_OK; // bytes are never fewer
    size_t n_chars = ac_str_chars(text);
    return n_chars <= field->length ? AC_OK : too_long(field, text, n_chars, err);
}

// Bulk CSV has no way to say that this text is meant.
static inline bool is_null_mark(ac_str text) {
    return text.len == 4 && memcmp(text.ptr, "#N/A", 4) == 0;
}

static enum ac_rc refuse_null_mark(const struct ac_field *field, struct ac_err *err) {
    return ac_err_set(err, AC_ROW, AC_CAUSE_ROW, "NOT_REPRESENTABLE",
                      "%.*s: the text #N/A cannot be sent, since it clears the field in Bulk CSV",
                      AC_STR_ARG(field->name));
}

// Null, or an empty text, which the org stores as null.
static enum ac_rc check_empty(const struct ac_field *field, ac_str text, struct ac_err *err) {
    if (field->nillable || field->defaulted || ac_is_absent(text) ||
        field->type == AC_FIELD_UNKNOWN)
        return AC_OK;
    return ac_err_set(err, AC_ROW, AC_CAUSE_ROW, "REQUIRED_FIELD_MISSING",
                      "%.*s: is required and has no value", AC_STR_ARG(field->name));
}

// --- numbers -------------------------------------------------------------------------------------

static inline bool is_digit(char c) { return (unsigned char)(c - '0') <= 9; }

static size_t digits_from(ac_str s, size_t at) {
    size_t from = at;
    while (at < s.len && is_digit(s.ptr[at]))
        at++;
    return at - from;
}

// The exponent at `at` (behind its e): false when it is none, or something follows it.
static bool read_exponent(ac_str s, size_t at, long *out) {
    bool is_negative = at < s.len && s.ptr[at] == '-';
    if (at < s.len && (s.ptr[at] == '-' || s.ptr[at] == '+'))
        at++;
    if (at == s.len || digits_from(s, at) != s.len - at)
        return false;
    long n = 0;
    for (; at < s.len; at++)
        n = n < MAX_EXPONENT ? n * 10 + (s.ptr[at] - '0') : n;
    *out = is_negative ? -n : n;
    return true;
}

bool ac_check_number(ac_str text, int *n_integer, int *n_fraction) {
    *n_integer = *n_fraction = 0;
    if (!text.len)
        return false;
    size_t at = text.ptr[0] == '-' || text.ptr[0] == '+' ? 1 : 0;
    const char *digits = text.ptr + at;
    size_t n_whole = digits_from(text, at), n_part = 0;
    long exponent = 0;
    at += n_whole;
    bool has_point = at < text.len && text.ptr[at] == '.';
    if (has_point) {
        n_part = digits_from(text, ++at);
        at += n_part;
    }
    if (n_whole + n_part == 0 || n_whole + n_part > MAX_EXPONENT)
        return false;
    if (at < text.len && ((text.ptr[at] | 32) != 'e' || !read_exponent(text, at + 1, &exponent)))
        return false;
    // The digits that count run from the first to the last that is not 0.
    size_t first = 0, last = n_whole + n_part + has_point;
    while (first < last && (digits[first] == '0' || digits[first] == '.'))
        first++;
    while (last > first && (digits[last - 1] == '0' || digits[last - 1] == '.'))
        last--;
    if (first == last)
        return true; // zero
    long point = (long)n_whole + exponent;
    long from = (long)(first > n_whole ? first - 1 : first);
    long to = (long)(last > n_whole ? last - 1 : last);
    *n_integer = point > from ? (int)(point - from) : 0;
    *n_fraction = to > point ? (int)(to - point) : 0;
    return true;
}

static bool is_whole(ac_str text) {
    size_t from = text.ptr[0] == '-' || text.ptr[0] == '+' ? 1 : 0;
    return from < text.len && digits_from(text, from) == text.len - from;
}

static enum ac_rc check_long_number(const struct ac_field *field, ac_str text, int max,
                                    struct ac_err *err) {
    int n_integer, n_fraction;
    if (is_null_mark(text))
        return refuse_null_mark(field, err);
    if (!ac_check_number(text, &n_integer, &n_fraction))
        return misfit(field, text, "a number", err);
    if (field->type == AC_FIELD_INTEGER && !is_whole(text))
        return misfit(field, text, "a whole number", err);
    if (max < 0 || n_integer <= max)
        return AC_OK; // fraction digits too many are cut by the org
    return ac_err_set(err, AC_ROW, AC_CAUSE_ROW, "NUMBER_OUTSIDE_VALID_RANGE",
                      "%.*s: \"%s\" has %d digits before the point, the field takes %d",
                      AC_STR_ARG(field->name), show(text).text, n_integer, max);
}

// Nearly every number is a few digits: so few that none can be one too many. max: digits before
// the point, -1 when not known.
static inline enum ac_rc check_number(const struct ac_field *field, ac_str text, int max,
                                      struct ac_err *err) {
    ptrdiff_t len = (ptrdiff_t)text.len, i = 0;
    if (len <= max)
        while (i < len && is_digit(text.ptr[i]))
            i++;
    return i == len ? AC_OK : check_long_number(field, text, max, err);
}

static inline int max_integer(const struct ac_field *field) {
    if (field->type == AC_FIELD_INTEGER)
        return field->digits ? field->digits : -1;
    return field->precision ? field->precision - field->scale : -1;
}

// --- the other types -----------------------------------------------------------------------------

static enum ac_rc check_boolean(const struct ac_field *field, ac_str text, struct ac_err *err) {
    if (ac_str_eq(text, AC_STR("true")) || ac_str_eq(text, AC_STR("false")))
        return AC_OK;
    return misfit(field, text, "true or false", err);
}

static enum ac_rc check_date(const struct ac_field *field, ac_str text, struct ac_err *err) {
    int64_t ms;
    if (ac_clock_parse_date(text, &ms))
        return AC_OK;
    return misfit(field, text, "a date (2031-03-04)", err);
}

static bool two(const char *p, int from, int to) {
    if (!is_digit(p[0]) || !is_digit(p[1]))
        return false;
    int n = (p[0] - '0') * 10 + (p[1] - '0');
    return n >= from && n <= to;
}

// The form that nearly all have, 2031-03-04T16:00:00.000Z, in days that every month has.
static bool is_usual(ac_str s) {
    const char *p = s.ptr;
    return s.len == 24 && two(p, 18, 39) && two(p + 2, 0, 99) && p[4] == '-' && two(p + 5, 1, 12) &&
           p[7] == '-' && two(p + 8, 1, 28) && p[10] == 'T' && two(p + 11, 0, 23) && p[13] == ':' &&
           two(p + 14, 0, 59) && p[16] == ':' && two(p + 17, 0, 59) && p[19] == '.' &&
           is_digit(p[20]) && two(p + 21, 0, 99) && p[23] == 'Z';
}

static enum ac_rc check_datetime(const struct ac_field *field, ac_str text, struct ac_err *err) {
    int64_t ms;
    if (is_usual(text))
        return AC_OK;
    if (ac_clock_parse(text, &ms, NULL))
        return AC_OK;
    return misfit(field, text, "a date-time with a zone (2031-03-04T16:00:00Z)", err);
}

// 15 letters or digits; 18 have three more that tell which of them are capitals.
static bool is_id(ac_str text) {
    static const char suffix[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    if (text.len != 15 && text.len != 18)
        return false;
    for (size_t group = 0; group < 3; group++) {
        unsigned bits = 0;
        for (size_t i = 0; i < 5; i++) {
            char c = text.ptr[group * 5 + i], letter = (char)(c | 32);
            if (!is_digit(c) && !(letter >= 'a' && letter <= 'z'))
                return false;
            bits |= (c >= 'A' && c <= 'Z' ? 1u : 0u) << i;
        }
        if (text.len == 18 && text.ptr[15 + group] != suffix[bits])
            return false;
    }
    return true;
}

static enum ac_rc check_id(const struct ac_field *field, ac_str text, struct ac_err *err) {
    if (is_id(text))
        return AC_OK;
    return ac_err_set(err, AC_ROW, AC_CAUSE_ROW, "MALFORMED_ID",
                      "%.*s: \"%s\" is no record id (15 letters or digits, or 18 with the right "
                      "check letters)",
                      AC_STR_ARG(field->name), show(text).text);
}

static bool is_value(const struct ac_field *field, ac_str text) {
    for (size_t i = 0; i < field->n_values; i++)
        if (field->values[i].len == text.len && ac_str_eq_nocase(field->values[i], text))
            return true;
    return false;
}

static enum ac_rc no_value(const struct ac_field *field, ac_str text, struct ac_err *err) {
    char known[200] = "";
    size_t len = 0;
    for (size_t i = 0; i < field->n_values && len < sizeof known; i++)
        len += (size_t)snprintf(known + len, sizeof known - len, "%s%.*s", i ? ", " : "",
                                AC_STR_ARG(field->values[i]));
    return ac_err_set(err, AC_ROW, AC_CAUSE_ROW, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                      "%.*s: \"%s\" is none of its values: %s%s", AC_STR_ARG(field->name),
                      show(text).text, known, len >= sizeof known ? "…" : "");
}

static enum ac_rc check_values(const struct ac_field *field, ac_str text, struct ac_err *err) {
    size_t n = 0;
    for (ac_str rest = text, value; ac_str_cut(&rest, ';', &value);) {
        value = ac_str_trim(value);
        if (!value.len)
            continue;
        if (field->restricted && !is_value(field, value))
            return no_value(field, value, err);
        if (++n > MAX_VALUES)
            return ac_err_set(err, AC_ROW, AC_CAUSE_ROW, "TOO_MANY_ENUM_VALUE",
                              "%.*s: has over %zu values", AC_STR_ARG(field->name), MAX_VALUES);
    }
    return check_length(field, text, err);
}

static enum ac_rc check_picklist(const struct ac_field *field, ac_str text, struct ac_err *err) {
    if (field->multi)
        return check_values(field, text, err);
    if (field->restricted && !is_value(field, text))
        return no_value(field, text, err);
    return check_length(field, text, err);
}

enum ac_rc ac_check_cell(const struct ac_field *field, ac_str text, struct ac_err *err) {
    if (!text.len)
        return check_empty(field, text, err);
    switch (field->type) {
    case AC_FIELD_NUMBER:
    case AC_FIELD_PERCENT:
    case AC_FIELD_INTEGER:
        return check_number(field, text, max_integer(field), err);
    case AC_FIELD_STRING:
    case AC_FIELD_UNKNOWN:
        if (is_null_mark(text))
            return refuse_null_mark(field, err);
        return check_length(field, text, err);
    case AC_FIELD_DATETIME:
        return check_datetime(field, text, err);
    case AC_FIELD_DATE:
        return check_date(field, text, err);
    case AC_FIELD_BOOLEAN:
        return check_boolean(field, text, err);
    case AC_FIELD_ID:
        return check_id(field, text, err);
    case AC_FIELD_PICKLIST:
        if (is_null_mark(text))
            return refuse_null_mark(field, err);
        return check_picklist(field, text, err);
    }
    return AC_OK;
}
