// SPDX-License-Identifier: MIT
// One value of a record: what it is, how it came in, how it goes out.
#ifndef SB_CELL_H
#define SB_CELL_H

#include "arena.h"
#include "jsonw.h"
#include "schema.h"

enum sb_cell_kind { SB_ABSENT, SB_NULL, SB_TEXT, SB_REAL, SB_WHOLE };

// Text is borrowed (an arena's, a request's); WHOLE holds booleans, integers, or the milliseconds
// of a date-time.
struct sb_cell {
    enum sb_cell_kind kind;
    size_t len;
    union {
        const char *text;
        double real;
        int64_t whole;
    } as;
};

// Why a row was refused. fields is "A, B" or NULL. An empty code means that nothing is wrong.
struct sb_fail {
    const char *code;
    const char *message;
    const char *fields;
};

// A value of CSV. False with *fail set when the field does not take it.
bool sb_cell_from_csv(const struct sb_field *f, const char *s, size_t len, struct sb_arena *a,
                      struct sb_cell *out, struct sb_fail *fail);
// A value of JSON. *whole is set when the org would refuse the whole request because of it.
bool sb_cell_from_json(const struct sb_field *f, json_t *v, struct sb_arena *a, struct sb_cell *out,
                       struct sb_fail *fail, bool *whole);
// A key out of a URL: text that becomes what the field stores.
bool sb_cell_from_text(const struct sb_field *f, const char *s, size_t len, struct sb_arena *a,
                       struct sb_cell *out, struct sb_fail *fail);
// The value as answers print it; record_url is for binary values.
void sb_cell_print(struct sb_json *j, const struct sb_field *f, const struct sb_cell *c,
                   const char *record_url);
bool sb_cell_same(const struct sb_field *f, const struct sb_cell *a, const struct sb_cell *b);
// The value as text of a message.
const char *sb_cell_text(const struct sb_field *f, const struct sb_cell *c, struct sb_arena *a);

#endif
