// SPDX-License-Identifier: MIT
// Plain cells put into a record many at a time: most cells of a report are a few digits.
#include "plugin/host_int.h"
#include "schema/check.h"
#include <endian.h>

static void judge(const struct ac_field *field, struct ac_step *step) {
    struct ac_err ignored = AC_ERR_INIT;
    bool is_number = field->type == AC_FIELD_INTEGER || field->type == AC_FIELD_NUMBER ||
                     field->type == AC_FIELD_PERCENT;
    step->takes_null = ac_check_cell(field, AC_STR_NULL, &ignored) == AC_OK;
    ac_err_clear(&ignored);
    step->takes_number = is_number && ac_check_cell(field, AC_STR("999999999"), &ignored) == AC_OK;
    if (step->takes_number && field->type != AC_FIELD_INTEGER && field->scale > 0)
        step->n_fraction = (unsigned char)(field->scale < 18 ? field->scale : 18);
}

// The pairs with what their fields take, once an input: the plugin lends the same ones every time.
static const struct ac_step *plan_of(struct ac_instance *in, struct ac_bound *b,
                                     const acload_pair *pairs, size_t n) {
    if (b->plan && b->plan_pairs == pairs && b->n_plan == n)
        return b->plan;
    struct ac_step *plan = ac_arena_alloc(&in->input_arena, (n + 1) * sizeof *plan);
    if (!plan)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        unsigned field = (unsigned)pairs[i].field, column = (unsigned)pairs[i].column;
        bool is_good = field < b->columns.n && column < in->n_columns;
        plan[i] = (struct ac_step){.column = is_good ? column : 0, .field = is_good ? field : 0};
        if (!is_good)
            continue; // takes nothing: set() says what is wrong with it
        judge(b->columns.fields[field], &plan[i]);
        plan[i].sign = (char)(pairs[i].sign > 0 && pairs[i].sign < 128 ? pairs[i].sign : 0);
    }
    b->plan = plan;
    b->plan_pairs = pairs;
    b->n_plan = n;
    return plan;
}

static inline bool is_digit(char c) { return (unsigned char)(c - '0') <= 9; }

// A number as JSON writes it too (no leading zeros), without more digits than the field keeps.
static inline bool is_plain_number(const char *p, size_t len, size_t n_fraction) {
    size_t at = 0;
    while (at < len && is_digit(p[at]))
        at++;
    if (at == 0 || at > 9 || (p[0] == '0' && at > 1))
        return false;
    if (at == len)
        return true;
    size_t from = at + 1;
    if (p[at] != '.' || from == len || len - from > n_fraction)
        return false;
    for (at = from; at < len && is_digit(p[at]);)
        at++;
    return at == len;
}

// Are the first len (1 to 8) of these bytes digits? Without a branch for each: lengths of numbers
// are what no processor can foresee.
static inline bool are_digits(const char *p, size_t len) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
    word = le64toh(word) << (64 - len * 8);                         // the others become zeros
    uint64_t high = word ^ (0x3030303030303030u << (64 - len * 8)); // digits: 0 to 9
    return ((high | (high + 0x0606060606060606u)) & 0xF0F0F0F0F0F0F0F0u) == 0;
}

size_t ac_host_fill(acload_record *r, const acload_row *row, const acload_pair *pairs, size_t n,
                    size_t from) {
    // What is wrong here is said by set(), which the plugin calls next.
    if (!r || !r->n_settable || row != r->parent || row->n_cells < r->owner->n_columns)
        return from;
    const struct ac_step *plan = plan_of(r->owner, r->owner->bound[r->object], pairs, n);
    // Eight bytes may be read from a cell that begins this far into the row's text.
    uintptr_t begin = (uintptr_t)row->raw.ptr, span = row->raw.len < 8 ? 0 : row->raw.len - 7;
    for (size_t i = from; plan && i < n; i++) {
        const struct ac_step *step = &plan[i];
        ac_str cell = row->cells[step->column];
        if (cell.len == 0) {
            if (!cell.ptr || !step->takes_null)
                return i;
            r->cells[step->field] = AC_STR_NULL;
            continue;
        }
        bool is_quick = cell.len < 9 && (uintptr_t)cell.ptr - begin < span &&
                        are_digits(cell.ptr, cell.len) && (cell.ptr[0] != '0' || cell.len == 1);
        if (!is_quick) {
            cell.len -= cell.ptr[cell.len - 1] == step->sign;
            if (!is_plain_number(cell.ptr, cell.len, step->n_fraction))
                return i;
        }
        if (!step->takes_number)
            return i;
        r->cells[step->field] = cell;
    }
    return plan ? n : from;
}
