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
