// SPDX-License-Identifier: MIT
// The columns of outgoing records, compared or written as JSON.
#include "schema/columns.h"
#include "record/name.h"
#include "record/row.h"
#include "schema/check.h"

const char *ac_operation_name(int operation) {
    return operation == ACLOAD_INSERT ? "insert" : operation == ACLOAD_FIND ? "find" : "upsert";
}

bool ac_columns_same(const struct ac_columns *a, const struct ac_columns *b) {
    if (a == b)
        return true;
    if (a->n != b->n || a->operation != b->operation || a->key != b->key ||
        !ac_str_eq(a->object, b->object))
        return false;
    if (a->fields == b->fields)
        return true;
    for (size_t i = 0; i < a->n; i++)
        if (a->fields[i] != b->fields[i] && !ac_str_eq(a->fields[i]->name, b->fields[i]->name))
            return false;
    return true;
}

uint64_t ac_columns_key_hash(const struct ac_columns *columns, const ac_str *cells) {
    if (columns->key < 0)
        return 0;
    ac_str key = cells[columns->key];
    return columns->fields[columns->key]->case_sensitive ? ac_str_hash(key, 0)
                                                         : ac_name_hash(key, 0);
}

// --- JSON ----------------------------------------------------------------------------------------

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A number cut into the pieces that JSON wants.
struct number {
    bool is_negative;
    ac_str whole, fraction, exponent; // digits; the exponent with its sign
};

static ac_str digits_of(ac_str *rest) {
    size_t n = 0;
    while (n < rest->len && is_digit(rest->ptr[n]))
        n++;
    ac_str digits = ac_str_n(rest->ptr, n);
    *rest = ac_str_n(rest->ptr + n, rest->len - n);
    return digits;
}

// ac_check_number has found it to be one.
static struct number cut_number(ac_str text) {
    struct number n = {.is_negative = text.ptr[0] == '-'};
    if (!is_digit(text.ptr[0]) && text.ptr[0] != '.')
        text = ac_str_skip(text, 1);
    n.whole = digits_of(&text);
    while (n.whole.len > 1 && n.whole.ptr[0] == '0')
        n.whole = ac_str_skip(n.whole, 1);
    if (text.len && text.ptr[0] == '.') {
        text = ac_str_skip(text, 1);
        n.fraction = digits_of(&text);
    }
    if (text.len)
        n.exponent = ac_str_skip(text, 1); // behind its e
    return n;
}

static bool add_number(struct ac_buf *out, const struct number *n) {
    return (!n->is_negative || ac_buf_add_char(out, '-')) &&
           ac_buf_add_str(out, n->whole.len ? n->whole : AC_STR("0")) &&
           (!n->fraction.len || (ac_buf_add_char(out, '.') && ac_buf_add_str(out, n->fraction))) &&
           (!n->exponent.len || (ac_buf_add_char(out, 'e') && ac_buf_add_str(out, n->exponent)));
}

#define EXACT_DIGITS 18 // more are not read by everybody as they stand

// Is it a number just as JSON writes one?
static bool is_json_number(ac_str text) {
    int n_integer, n_fraction;
    if (!ac_check_number(text, &n_integer, &n_fraction) || text.ptr[0] == '+' ||
        n_integer + n_fraction > EXACT_DIGITS)
        return false;
    ac_str rest = text.ptr[0] == '-' ? ac_str_skip(text, 1) : text;
    ac_str whole = digits_of(&rest);
    if (!whole.len || (whole.len > 1 && whole.ptr[0] == '0'))
        return false;
    if (!rest.len || rest.ptr[0] != '.')
        return true;
    return rest.len > 1 && is_digit(rest.ptr[1]);
}

static bool add_value(struct ac_buf *out, const struct ac_field *field, ac_str text) {
    int n_integer, n_fraction;
    if (!text.len)
        return ac_buf_add_str(out, AC_STR("null")); // as #N/A in Bulk CSV
    switch (field->type) {
    case AC_FIELD_INTEGER:
    case AC_FIELD_NUMBER:
    case AC_FIELD_PERCENT:
        if (ac_check_number(text, &n_integer, &n_fraction)) {
            struct number n = cut_number(text);
            return add_number(out, &n);
        }
        break;
    case AC_FIELD_BOOLEAN:
        if (ac_str_eq(text, AC_STR("true")) || ac_str_eq(text, AC_STR("false")))
            return ac_buf_add_str(out, text);
        break;
    case AC_FIELD_UNKNOWN:
        if (is_json_number(text))
            return ac_buf_add_str(out, text);
        break;
    case AC_FIELD_STRING:
    case AC_FIELD_DATE:
    case AC_FIELD_DATETIME:
    case AC_FIELD_PICKLIST:
    case AC_FIELD_ID:
        break;
    }
    return ac_buf_add_json(out, text);
}

bool ac_columns_json(const struct ac_columns *columns, const ac_str *cells, bool with_key,
                     struct ac_buf *out) {
    bool is_first = true;
    for (size_t i = 0; i < columns->n; i++) {
        if (ac_is_absent(cells[i]) || (!with_key && (int)i == columns->key))
            continue;
        if (!is_first && !ac_buf_add_char(out, ','))
            return false;
        is_first = false;
        if (!ac_buf_add_json(out, columns->fields[i]->name) || !ac_buf_add_char(out, ':') ||
            !add_value(out, columns->fields[i], cells[i]))
            return false;
    }
    return true;
}
