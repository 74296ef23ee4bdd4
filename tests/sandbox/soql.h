// SPDX-License-Identifier: MIT
// SOQL: text to a tree, tree to SQL.
//
// Known are field lists (parents too), FIELDS(), COUNT(), the aggregates with GROUP BY, WHERE with
// all operators, semi-joins and a few date literals, ORDER BY, LIMIT, OFFSET. Not known: queries of
// children in the field list, HAVING, TYPEOF, functions of dates.
#ifndef SB_SOQL_H
#define SB_SOQL_H

#include "schema.h"
#include "store.h"

#define SB_MAX_RELS 5

enum sb_token {
    SB_T_END,
    SB_T_NAME,   // letters, digits, _ and dots
    SB_T_STRING, // unescaped
    SB_T_NUMBER,
    SB_T_DATE,
    SB_T_DATETIME,
    SB_T_SIGN, // one of ( ) , = != < <= > >=
    SB_T_ERROR
};

struct sb_lexer {
    const char *text;
    size_t len;
    size_t at;   // behind the token
    size_t from; // where it begins
    enum sb_token token;
    const char *s; // its text, in the arena for strings
    size_t s_len;
    struct sb_arena *arena;
    const char *error; // of an ERROR token
};

void sb_lex_init(struct sb_lexer *l, const char *text, size_t len, struct sb_arena *a);
void sb_lex_next(struct sb_lexer *l);
bool sb_lex_is(const struct sb_lexer *l, const char *word); // of a NAME or SIGN, any case

struct sb_path { // Rel__r.Field__c
    const char *s;
    size_t len;
    size_t at; // in the text
};

enum sb_value_kind {
    SB_V_NULL,
    SB_V_TEXT,
    SB_V_NUMBER,
    SB_V_TRUE,
    SB_V_FALSE,
    SB_V_DATE,
    SB_V_DATETIME,
    SB_V_DAYS
};

struct sb_value {
    enum sb_value_kind kind;
    const char *s;
    size_t len;
    int from_day, to_day; // DAYS: relative to today, both included
};

enum sb_cond_kind { SB_C_AND, SB_C_OR, SB_C_NOT, SB_C_COMPARE };
enum sb_compare {
    SB_EQ,
    SB_NE,
    SB_LT,
    SB_LE,
    SB_GT,
    SB_GE,
    SB_LIKE,
    SB_IN,
    SB_NOT_IN,
    SB_INCLUDES,
    SB_EXCLUDES
};

struct sb_soql;
struct sb_cond {
    enum sb_cond_kind kind;
    struct sb_cond *left, *right; // NOT: left
    struct sb_path path;
    enum sb_compare op;
    struct sb_value *values;
    size_t n_values;
    struct sb_soql *sub; // of a semi-join
};

enum sb_item_kind {
    SB_I_FIELD,
    SB_I_COUNT,
    SB_I_COUNT_DISTINCT,
    SB_I_MIN,
    SB_I_MAX,
    SB_I_SUM,
    SB_I_AVG,
    SB_I_ALL,
    SB_I_STANDARD,
    SB_I_CUSTOM
};

struct sb_item {
    enum sb_item_kind kind;
    struct sb_path path; // empty for COUNT(), FIELDS()
    const char *alias;   // NULL: none
};

struct sb_order {
    struct sb_path path;
    bool down, nulls_last;
};

struct sb_soql {
    struct sb_item *items;
    size_t n_items;
    struct sb_path object;
    const char *alias;
    struct sb_cond *where;
    struct sb_path *groups;
    size_t n_groups;
    struct sb_order *orders;
    size_t n_orders;
    int64_t limit, offset; // limit -1: none
};

struct sb_soql_error {
    const char *code;
    const char *message;
};

// NULL with *e set.
struct sb_soql *sb_soql_parse(const char *text, size_t len, struct sb_arena *a,
                              struct sb_soql_error *e);
// Only a WHERE clause, without that word.
struct sb_cond *sb_soql_parse_where(const char *text, size_t len, struct sb_arena *a,
                                    struct sb_soql_error *e);
bool sb_soql_is_aggregate(const struct sb_soql *q);

// What a tree is turned into SQL with.
struct sb_binder {
    const struct sb_schema *schema;
    struct sb_arena *arena;
    const char *text; // the query, for messages
    size_t text_len;
    struct sb_buf sql;
    struct sb_cell *params;
    size_t n_params, room;
    int n_aliases;
    int64_t today_ms;
    bool all;          // deleted rows too
    const char *extra; // a condition of SQL more, of the outermost query
    struct sb_soql_error error;
};

// A value for the SQL: appends its place.
bool sb_soql_param(struct sb_binder *b, struct sb_cell c);
// The object of FROM, or NULL with the binder's error set.
const struct sb_object *sb_soql_object(struct sb_binder *b, const struct sb_soql *q);
// Appends " FROM ... WHERE ..." with conditions, grouping, order, LIMIT and OFFSET.
bool sb_soql_tail(struct sb_binder *b, const struct sb_soql *q, const struct sb_object *o,
                  const char *alias);
// Appends the expression of a path. *field is the last part's.
bool sb_soql_expression(struct sb_binder *b, const struct sb_soql *q, const struct sb_object *o,
                        const char *alias, const struct sb_path *p, const struct sb_field **field);
bool sb_soql_condition(struct sb_binder *b, const struct sb_soql *q, const struct sb_object *o,
                       const char *alias, const struct sb_cond *c);
// The parts of a path without the object's name or alias in front.
struct sb_path sb_soql_strip(const struct sb_soql *q, const struct sb_object *o, struct sb_path p);
bool sb_soql_fail(struct sb_binder *b, const char *code, const struct sb_path *p, const char *fmt,
                  ...) __attribute__((format(printf, 4, 5)));
// As the org shows where a query is wrong.
const char *sb_soql_where_wrong(struct sb_arena *a, const char *text, size_t len, size_t at,
                                const char *what);

#endif
