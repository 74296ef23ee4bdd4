// SPDX-License-Identifier: MIT
// Formulas told from numbers.
#include "decode/guard.h"

// "-12", "-0.5", "-1,234.50", "-85%"
static bool is_negative_number(ac_str cell) {
    size_t n_digits = 0;
    for (size_t i = 1; i < cell.len; i++) {
        char c = cell.ptr[i];
        bool is_percent = c == '%' && i + 1 == cell.len;
        if (c >= '0' && c <= '9')
            n_digits++;
        else if (c != '.' && c != ',' && !is_percent)
            return false;
    }
    return cell.ptr[0] == '-' && (n_digits || cell.len == 1);
}

static bool is_formula(ac_str cell) {
    return cell.len && cell.ptr[0] && strchr("=+-@\t\r", cell.ptr[0]);
}

bool ac_cell_needs_guard(ac_str cell) {
    ac_str rest = cell;
    while (rest.len && rest.ptr[0] == '\'')
        rest = ac_str_skip(rest, 1);
    return is_formula(rest) && !(rest.len == cell.len && is_negative_number(cell));
}

ac_str ac_cell_unguarded(ac_str cell) {
    if (!cell.len || cell.ptr[0] != '\'')
        return cell;
    ac_str rest = ac_str_skip(cell, 1), sign = rest;
    while (sign.len && sign.ptr[0] == '\'')
        sign = ac_str_skip(sign, 1);
    return is_formula(sign) ? rest : cell;
}

bool ac_column_is_ours(ac_str name) {
    name = ac_str_trim(name);
    return name.len > 7 && ac_str_eq_nocase(ac_str_n(name.ptr, 7), AC_STR("acload_"));
}

// Behind a text's closing quote, or the end.
static size_t text_end(ac_str s, size_t at) {
    for (at++; at < s.len && s.ptr[at] != '"'; at++)
        at += s.ptr[at] == '\\';
    return at < s.len ? at + 1 : s.len;
}

// Where a member ends: at the comma or brace behind it, or the end.
static size_t member_end(ac_str s, size_t at) {
    for (size_t depth = 0; at < s.len;) {
        char c = s.ptr[at];
        if (c == '"') {
            at = text_end(s, at);
            continue;
        }
        if (!depth && (c == ',' || c == '}'))
            break;
        if (c == '{' || c == '[')
            depth++;
        else if (depth && (c == '}' || c == ']'))
            depth--;
        at++;
    }
    return at;
}

static bool is_put_in_front(ac_str member) {
    static const char *const names[] = {"\"acload_code\"", "\"acload_message\"",
                                        "\"acload_source\"", "\"acload_line\""};
    member = ac_str_trim(member);
    for (size_t i = 0; i < AC_N(names); i++)
        if (ac_str_starts(member, ac_str_of(names[i])))
            return true;
    return false;
}

bool ac_json_without_ours(ac_str object, struct ac_buf *out) {
    bool good = true, is_first = true;
    if (!object.len || object.ptr[0] != '{')
        return ac_buf_add_str(out, object);
    good = ac_buf_add_char(out, '{');
    for (size_t at = 1; good && at < object.len;) {
        size_t end = member_end(object, at);
        ac_str member = ac_str_n(object.ptr + at, end - at);
        if (end == object.len || object.ptr[end] == '}') { // the last one, with all behind it
            ac_str rest = ac_str_skip(object, is_put_in_front(member) ? end : at);
            bool is_more = !is_first && (!rest.len || rest.ptr[0] != '}');
            good = (!is_more || ac_buf_add_char(out, ',')) && ac_buf_add_str(out, rest);
            break;
        }
        if (!is_put_in_front(member)) {
            good = (is_first || ac_buf_add_char(out, ',')) && ac_buf_add_str(out, member);
            is_first = false;
        }
        at = end + 1;
    }
    return good;
}
