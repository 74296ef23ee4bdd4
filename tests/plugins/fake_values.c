// SPDX-License-Identifier: MIT
// Values judged as the org would.
#include "fake_inside.h"
#include <string.h>

static size_t digits(acload_str s, size_t *at) {
    size_t from = *at;
    while (*at < s.len && s.ptr[*at] >= '0' && s.ptr[*at] <= '9')
        ++*at;
    return *at - from;
}

static const char *number(const acload_traits *traits, acload_str s) {
    size_t at = s.len && (s.ptr[0] == '-' || s.ptr[0] == '+') ? 1 : 0, after = 0;
    size_t before = digits(s, &at);
    if (at < s.len && s.ptr[at] == '.') {
        at++;
        after = digits(s, &at);
    }
    if (at != s.len || before + after == 0)
        return "INVALID_TYPE_ON_FIELD_IN_RECORD";
    bool is_large = traits->precision && before > (size_t)(traits->precision - traits->scale);
    return is_large ? "NUMBER_OUTSIDE_VALID_RANGE" : NULL;
}

// Does the text look like the form, where 0 is any digit?
static const char *form(acload_str s, const char *like) {
    bool fits = s.len == strlen(like);
    for (size_t i = 0; fits && i < s.len; i++)
        fits = like[i] == '0' ? s.ptr[i] >= '0' && s.ptr[i] <= '9' : s.ptr[i] == like[i];
    return fits ? NULL : "INVALID_TYPE_ON_FIELD_IN_RECORD";
}

static bool is_word(acload_str s, const char *word) {
    return s.len == strlen(word) && memcmp(s.ptr, word, s.len) == 0;
}

const char *fake_refused(const acload_traits *traits, acload_str s) {
    size_t chars = 0;
    switch (traits->type) {
    case ACLOAD_STRING:
        for (size_t i = 0; i < s.len; i++)
            chars += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
        return traits->length && chars > traits->length ? "STRING_TOO_LONG" : NULL;
    case ACLOAD_NUMBER:
    case ACLOAD_PERCENT:
        return number(traits, s);
    case ACLOAD_BOOLEAN:
        return is_word(s, "true") || is_word(s, "false") ? NULL : "INVALID_TYPE_ON_FIELD_IN_RECORD";
    case ACLOAD_DATE:
        return form(s, "0000-00-00");
    case ACLOAD_DATETIME:
        return form(s, "0000-00-00T00:00:00.000Z");
    default:
        return NULL;
    }
}
