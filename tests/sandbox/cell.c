// SPDX-License-Identifier: MIT
// One value of a record: what it is, how it came in, how it goes out.
#include "cell.h"

#include "base64.h"
#include "fold.h"
#include "ids.h"
#include "numbers.h"
#include "times.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SHOWN_BYTES 200 // of a wrong value, in a message

enum origin { FROM_CSV, FROM_JSON, FROM_KEY };

struct taking { // one value on its way in
    const struct sb_field *f;
    struct sb_arena *a;
    struct sb_cell *out;
    struct sb_fail *fail;
    enum origin origin;
    bool type_wrong; // of the JSON: the whole request is refused
};

static bool refuse(struct taking *t, const char *code, const char *what, const char *s,
                   size_t len) {
    t->fail->code = code;
    t->fail->fields = t->f->name;
    t->fail->message = sb_arena_format(t->a, "%s: %s: %.*s", t->f->label, what,
                                       (int)sb_utf8_cut(s, len, SHOWN_BYTES), s);
    return false;
}

// What the JSON reader of the org says before it looks at any rule.
static bool wrong_type(struct taking *t, const char *s, size_t len) {
    if (t->origin != FROM_JSON)
        return refuse(t, "INVALID_TYPE_ON_FIELD_IN_RECORD", "value not of required type", s, len);
    t->type_wrong = true;
    t->fail->code = "JSON_PARSER_ERROR";
    t->fail->fields = NULL;
    t->fail->message = sb_arena_format(
        t->a,
        "Cannot deserialize instance of %s from VALUE_STRING value %.*s or request may be "
        "missing a required field at [line:1, column:1] (field %s)",
        t->f->type, (int)sb_utf8_cut(s, len, SHOWN_BYTES), s, t->f->name);
    return false;
}

static bool keep_text(struct taking *t, const char *s, size_t len) {
    const char *copy = sb_arena_copy(t->a, s, len);
    if (!copy)
        return refuse(t, "UNKNOWN_EXCEPTION", "no memory", "", 0);
    *t->out = (struct sb_cell){.kind = SB_TEXT, .len = len, .as.text = copy};
    return true;
}

static bool keep_whole(struct taking *t, int64_t v) {
    *t->out = (struct sb_cell){.kind = SB_WHOLE, .as.whole = v};
    return true;
}

static bool take_text(struct taking *t, const char *s, size_t len) {
    if (!sb_utf8_valid(s, len))
        return refuse(t, "TEXT_DATA_OUTSIDE_SUPPORTED_CHARSET", "text is not valid UTF-8", "", 0);
    if (t->f->length > 0 && sb_utf8_count(s, len) > (size_t)t->f->length) {
        refuse(t, "STRING_TOO_LONG", "data value too large", s, len);
        const char *more = sb_arena_format(t->a, "%s (max length=%d)",
                                           t->fail->message ? t->fail->message : "", t->f->length);
        t->fail->message = more;
        return false;
    }
    return keep_text(t, s, len);
}

static bool take_email(struct taking *t, const char *s, size_t len) {
    const char *at = memchr(s, '@', len);
    const char *dot = at ? memrchr(at, '.', (size_t)(s + len - at)) : NULL;
    if (!at || at == s || !dot || dot == at + 1 || dot + 1 == s + len || memchr(s, ' ', len))
        return refuse(t, "INVALID_EMAIL_ADDRESS", "invalid email address", s, len);
    return take_text(t, s, len);
}

static bool is_word(const char *s, size_t len, const char *word) {
    return strlen(word) == len && strncasecmp(s, word, len) == 0;
}

static bool take_boolean(struct taking *t, const char *s, size_t len) {
    bool digits = t->origin != FROM_JSON;
    if (is_word(s, len, "true") || (digits && is_word(s, len, "1")))
        return keep_whole(t, 1);
    if (is_word(s, len, "false") || (digits && is_word(s, len, "0")))
        return keep_whole(t, 0);
    return wrong_type(t, s, len);
}

static bool take_int(struct taking *t, const char *s, size_t len) {
    double v = 0;
    switch (sb_number_read(s, len, 18, 3, &v)) {
    case SB_NUMBER_NONE:
        return wrong_type(t, s, len);
    case SB_NUMBER_RANGE:
        return refuse(t, "NUMBER_OUTSIDE_VALID_RANGE",
                      "value outside of valid range on numeric field", s, len);
    case SB_NUMBER_OK:
        break;
    }
    if (v != floor(v))
        return wrong_type(t, s, len);
    if (fabs(v) >= pow(10, t->f->digits) || fabs(v) > 2147483647.0)
        return refuse(t, "NUMBER_OUTSIDE_VALID_RANGE",
                      "value outside of valid range on numeric field", s, len);
    return keep_whole(t, (int64_t)v);
}

static bool take_double(struct taking *t, const char *s, size_t len) {
    double v = 0;
    switch (sb_number_read(s, len, t->f->precision, t->f->scale, &v)) {
    case SB_NUMBER_NONE:
        return wrong_type(t, s, len);
    case SB_NUMBER_RANGE:
        return refuse(t, "NUMBER_OUTSIDE_VALID_RANGE",
                      "value outside of valid range on numeric field", s, len);
    case SB_NUMBER_OK:
        break;
    }
    *t->out = (struct sb_cell){.kind = SB_REAL, .as.real = v};
    return true;
}

static bool take_datetime(struct taking *t, const char *s, size_t len) {
    int64_t ms = 0;
    if (!sb_time_read(s, len, t->origin == FROM_CSV, &ms))
        return wrong_type(t, s, len);
    return keep_whole(t, ms);
}

static bool take_time(struct taking *t, const char *s, size_t len) {
    char day[48];
    int64_t ms = 0;
    if (len < 8 || len > 20)
        return wrong_type(t, s, len);
    snprintf(day, sizeof day, "2000-01-01T%.*s", (int)len, s);
    if (!sb_time_read(day, strlen(day), true, &ms))
        return wrong_type(t, s, len);
    ms -= 946684800000;
    if (ms < 0 || ms >= 86400000)
        return wrong_type(t, s, len);
    snprintf(day, sizeof day, "%02d:%02d:%02d.%03dZ", (int)(ms / 3600000), (int)(ms / 60000 % 60),
             (int)(ms / 1000 % 60), (int)(ms % 1000));
    return keep_text(t, day, strlen(day));
}

static bool take_id(struct taking *t, const char *s, size_t len) {
    char id[SB_ID_SIZE];
    if (!sb_id_read(s, len, id))
        return refuse(t, "MALFORMED_ID", "id value of incorrect type", s, len);
    return keep_text(t, id, SB_ID_SIZE - 1);
}

static bool has_value(const struct sb_field *f, const char *s, size_t len) {
    for (size_t i = 0; i < f->n_values; i++)
        if (is_word(s, len, f->values[i]))
            return true;
    return false;
}

static bool take_choice(struct taking *t, const char *s, size_t len) {
    if (!t->f->restricted || has_value(t->f, s, len))
        return take_text(t, s, len);
    return refuse(t, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                  "bad value for restricted picklist field", s, len);
}

static bool take_choices(struct taking *t, const char *s, size_t len) {
    size_t n = 0;
    for (size_t from = 0; from <= len; n++) {
        const char *end = memchr(s + from, ';', len - from);
        size_t part = end ? (size_t)(end - s) - from : len - from;
        if (part > 0 && t->f->restricted && !has_value(t->f, s + from, part))
            return refuse(t, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
                          "bad value for restricted picklist field", s + from, part);
        from += part + 1;
    }
    if (n > 100)
        return refuse(t, "TOO_MANY_ENUM_VALUE", "too many values", s, len);
    return take_text(t, s, len);
}

static bool take_base64(struct taking *t, const char *s, size_t len) {
    size_t room = len / 4 * 3 + 3, n = 0;
    char *bytes = sb_arena_get(t->a, room + 1);
    if (!bytes)
        return refuse(t, "EXCEEDED_MAX_SIZE_REQUEST", "too large", "", 0);
    if (!sb_base64_read(s, len, bytes, &n))
        return wrong_type(t, s, len);
    *t->out = (struct sb_cell){.kind = SB_TEXT, .len = n, .as.text = bytes};
    return true;
}

static bool take(struct taking *t, const char *s, size_t len) {
    switch (t->f->kind) {
    case SB_KIND_TEXT:
        return take_text(t, s, len);
    case SB_KIND_BOOLEAN:
        return take_boolean(t, s, len);
    case SB_KIND_INT:
        return take_int(t, s, len);
    case SB_KIND_DOUBLE:
        return take_double(t, s, len);
    case SB_KIND_DATE:
        return sb_date_read(s, len) ? keep_text(t, s, len) : wrong_type(t, s, len);
    case SB_KIND_DATETIME:
        return take_datetime(t, s, len);
    case SB_KIND_TIME:
        return take_time(t, s, len);
    case SB_KIND_REFERENCE:
    case SB_KIND_ID:
        return take_id(t, s, len);
    case SB_KIND_PICKLIST:
        return take_choice(t, s, len);
    case SB_KIND_MULTIPICKLIST:
        return take_choices(t, s, len);
    case SB_KIND_EMAIL:
        return take_email(t, s, len);
    case SB_KIND_BASE64:
        return take_base64(t, s, len);
    }
    return false;
}

bool sb_cell_from_csv(const struct sb_field *f, const char *s, size_t len, struct sb_arena *a,
                      struct sb_cell *out, struct sb_fail *fail) {
    struct taking t = {f, a, out, fail, FROM_CSV, false};
    if (len == 0) {
        *out = (struct sb_cell){.kind = SB_ABSENT};
        return true;
    }
    if (len == 4 && memcmp(s, "#N/A", 4) == 0) {
        *out = (struct sb_cell){.kind = SB_NULL};
        return true;
    }
    return take(&t, s, len);
}

bool sb_cell_from_json(const struct sb_field *f, json_t *v, struct sb_arena *a, struct sb_cell *out,
                       struct sb_fail *fail, bool *whole) {
    struct taking t = {f, a, out, fail, FROM_JSON, false};
    char text[SB_NUMBER_SIZE];
    const char *s = text;
    size_t len = 0;
    bool ok = false, number = f->kind == SB_KIND_INT || f->kind == SB_KIND_DOUBLE;
    switch (json_typeof(v)) {
    case JSON_NULL:
        *out = (struct sb_cell){.kind = SB_NULL};
        return true;
    case JSON_STRING:
        s = json_string_value(v);
        len = json_string_length(v);
        if (len == 0 && (sb_field_is_text(f) || number || f->kind == SB_KIND_DATETIME)) {
            *out = (struct sb_cell){.kind = SB_NULL};
            return true;
        }
        ok = take(&t, s, len);
        break;
    case JSON_INTEGER:
        snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
        ok = number || f->kind == SB_KIND_TEXT ? take(&t, s, strlen(s))
                                               : wrong_type(&t, s, strlen(s));
        break;
    case JSON_REAL:
        sb_number_shortest(json_real_value(v), text);
        ok = number || f->kind == SB_KIND_TEXT ? take(&t, s, strlen(s))
                                               : wrong_type(&t, s, strlen(s));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        s = json_is_true(v) ? "true" : "false";
        ok = f->kind == SB_KIND_BOOLEAN || f->kind == SB_KIND_TEXT ? take(&t, s, strlen(s))
                                                                   : wrong_type(&t, s, strlen(s));
        break;
    case JSON_OBJECT:
    case JSON_ARRAY:
        s = json_is_object(v) ? "{...}" : "[...]";
        ok = wrong_type(&t, s, strlen(s));
        break;
    }
    *whole = t.type_wrong;
    return ok;
}

bool sb_cell_from_text(const struct sb_field *f, const char *s, size_t len, struct sb_arena *a,
                       struct sb_cell *out, struct sb_fail *fail) {
    struct taking t = {f, a, out, fail, FROM_KEY, false};
    return take(&t, s, len);
}

void sb_cell_print(struct sb_json *j, const struct sb_field *f, const struct sb_cell *c,
                   const char *record_url) {
    char text[SB_TIME_SIZE];
    switch (c->kind) {
    case SB_ABSENT:
    case SB_NULL:
        sb_json_null(j);
        return;
    case SB_TEXT:
        if (f->kind != SB_KIND_BASE64) {
            sb_json_text(j, c->as.text, c->len);
            return;
        }
        sb_buf_format(j->b, "%s\"%s/%s\"", j->comma ? "," : "", record_url, f->name);
        j->comma = true;
        return;
    case SB_REAL:
        sb_json_real(j, c->as.real);
        return;
    case SB_WHOLE:
        if (f->kind == SB_KIND_BOOLEAN) {
            sb_json_bool(j, c->as.whole != 0);
        } else if (f->kind == SB_KIND_DATETIME) {
            sb_time_print(c->as.whole, text);
            sb_json_str(j, text);
        } else {
            sb_json_int(j, c->as.whole);
        }
        return;
    }
}

bool sb_cell_same(const struct sb_field *f, const struct sb_cell *a, const struct sb_cell *b) {
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case SB_ABSENT:
    case SB_NULL:
        return true;
    case SB_TEXT:
        if (f->case_sensitive || f->kind == SB_KIND_REFERENCE || f->kind == SB_KIND_ID)
            return a->len == b->len && memcmp(a->as.text, b->as.text, a->len) == 0;
        return sb_fold_compare(a->as.text, a->len, b->as.text, b->len) == 0;
    case SB_REAL:
        return a->as.real == b->as.real;
    case SB_WHOLE:
        return a->as.whole == b->as.whole;
    }
    return false;
}

const char *sb_cell_text(const struct sb_field *f, const struct sb_cell *c, struct sb_arena *a) {
    char text[SB_TIME_SIZE];
    const char *made = NULL;
    switch (c->kind) {
    case SB_ABSENT:
    case SB_NULL:
        return "";
    case SB_TEXT:
        return c->as.text;
    case SB_REAL:
        sb_number_shortest(c->as.real, text);
        made = sb_arena_text(a, text);
        break;
    case SB_WHOLE:
        if (f->kind == SB_KIND_DATETIME)
            sb_time_print(c->as.whole, text);
        else
            snprintf(text, sizeof text, "%" PRId64, c->as.whole);
        made = sb_arena_text(a, text);
        break;
    }
    return made ? made : "";
}
