// SPDX-License-Identifier: MIT
// SOQL words put together to a tree.
#include "soql.h"

#include "fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_DEPTH 60
#define MAX_ITEMS 2000u
#define MAX_VALUES 25000u
#define MAX_CONDITIONS 500

struct parser {
    struct sb_lexer l;
    struct sb_soql_error *e;
    int depth;
    int conditions;
    bool failed;
};

const char *sb_soql_where_wrong(struct sb_arena *a, const char *text, size_t len, size_t at,
                                const char *what) {
    size_t from = at > 30 ? at - 30 : 0, end = at + 30 < len ? at + 30 : len;
    while (from > 0 && (text[from] & 0xc0) == 0x80)
        from--;
    while (end < len && (text[end] & 0xc0) == 0x80)
        end++;
    char *blanks = sb_arena_get(a, at - from + 1);
    if (blanks)
        memset(blanks, ' ', at - from);
    const char *s =
        sb_arena_format(a, "\n%.*s\n%s^\nERROR at Row:1:Column:%zu\n%s", (int)(end - from),
                        text + from, blanks ? blanks : "", at + 1, what);
    return s ? s : what;
}

static void *fail(struct parser *p, const char *what) {
    if (!p->failed) {
        p->e->code = "MALFORMED_QUERY";
        p->e->message = sb_soql_where_wrong(p->l.arena, p->l.text, p->l.len, p->l.from, what);
    }
    p->failed = true;
    return NULL;
}

static void *unexpected(struct parser *p) {
    if (p->l.token == SB_T_ERROR && p->l.error && strcmp(p->l.error, "unexpected token") != 0)
        return fail(p, p->l.error);
    if (p->l.token == SB_T_END)
        return fail(p, "unexpected token: '<EOF>'");
    const char *what = sb_arena_format(p->l.arena, "unexpected token: '%.*s'",
                                       (int)sb_utf8_cut(p->l.s, p->l.s_len, 80), p->l.s);
    return fail(p, what ? what : "unexpected token");
}

static bool bad(struct parser *p) {
    unexpected(p);
    return false;
}

static bool refuse(struct parser *p, const char *what) {
    fail(p, what);
    return false;
}

static bool accept(struct parser *p, const char *word) {
    if (p->failed || !sb_lex_is(&p->l, word))
        return false;
    sb_lex_next(&p->l);
    return true;
}

static bool expect(struct parser *p, const char *word) {
    if (accept(p, word))
        return true;
    return bad(p);
}

static bool is_reserved(const struct sb_lexer *l) {
    static const char *const words[] = {"FROM", "WHERE", "ORDER", "GROUP",  "LIMIT", "OFFSET",
                                        "AND",  "OR",    "NOT",   "IN",     "LIKE",  "SELECT",
                                        "WITH", "FOR",   "BY",    "HAVING", "USING"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (sb_lex_is(l, words[i]))
            return true;
    return false;
}

static bool path(struct parser *p, struct sb_path *out) {
    *out = (struct sb_path){0};
    if (p->failed || p->l.token != SB_T_NAME || is_reserved(&p->l) ||
        memchr(p->l.s, ':', p->l.s_len)) {
        unexpected(p);
        return false;
    }
    *out = (struct sb_path){p->l.s, p->l.s_len, p->l.from};
    sb_lex_next(&p->l);
    return true;
}

// A list that grows in the arena: room doubles, what was there is copied.
static void *grow(struct parser *p, void *list, size_t n, size_t *room, size_t size, size_t max) {
    if (n < *room)
        return list;
    size_t more = *room ? *room * 2 : 8;
    void *bigger = n < max ? sb_arena_get(p->l.arena, more * size) : NULL;
    if (!bigger)
        return fail(p, "the list is too long");
    if (n > 0)
        memcpy(bigger, list, n * size);
    *room = more;
    return bigger;
}

static bool item(struct parser *p, struct sb_item *out) {
    static const struct {
        const char *name;
        enum sb_item_kind kind;
    } functions[] = {
        {"COUNT", SB_I_COUNT}, {"COUNT_DISTINCT", SB_I_COUNT_DISTINCT},
        {"MIN", SB_I_MIN},     {"MAX", SB_I_MAX},
        {"SUM", SB_I_SUM},     {"AVG", SB_I_AVG},
        {"FIELDS", SB_I_ALL},
    };
    *out = (struct sb_item){.kind = SB_I_FIELD};
    if (!path(p, &out->path))
        return false;
    if (accept(p, "(")) {
        size_t i = 0, n = sizeof functions / sizeof functions[0];
        while (i < n && (strlen(functions[i].name) != out->path.len ||
                         strncasecmp(functions[i].name, out->path.s, out->path.len) != 0))
            i++;
        if (i == n) {
            p->l.from = out->path.at;
            return refuse(p, "Unknown function");
        }
        out->kind = functions[i].kind;
        out->path = (struct sb_path){.at = p->l.from};
        if (out->kind == SB_I_ALL) {
            out->kind = sb_lex_is(&p->l, "STANDARD") ? SB_I_STANDARD
                        : sb_lex_is(&p->l, "CUSTOM") ? SB_I_CUSTOM
                                                     : SB_I_ALL;
            if (out->kind == SB_I_ALL && !sb_lex_is(&p->l, "ALL"))
                return bad(p);
            sb_lex_next(&p->l);
        } else if (!(out->kind == SB_I_COUNT && sb_lex_is(&p->l, ")")) && !path(p, &out->path)) {
            return false;
        }
        if (!expect(p, ")"))
            return false;
    }
    if (p->l.token == SB_T_NAME && !is_reserved(&p->l)) {
        out->alias = sb_arena_copy(p->l.arena, p->l.s, p->l.s_len);
        sb_lex_next(&p->l);
    }
    return !p->failed;
}

// --- conditions ----------------------------------------------------------------------------------

static bool days(struct parser *p, struct sb_value *v) {
    static const struct {
        const char *name;
        int from, to;
    } known[] = {{"TODAY", 0, 0}, {"YESTERDAY", -1, -1}, {"TOMORROW", 1, 1}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (sb_lex_is(&p->l, known[i].name)) {
            *v = (struct sb_value){
                .kind = SB_V_DAYS, .from_day = known[i].from, .to_day = known[i].to};
            return true;
        }
    }
    bool last = p->l.s_len > 12 && strncasecmp(p->l.s, "LAST_N_DAYS:", 12) == 0;
    bool next = p->l.s_len > 12 && strncasecmp(p->l.s, "NEXT_N_DAYS:", 12) == 0;
    if (!last && !next)
        return false;
    int n = 0;
    for (size_t i = 12; i < p->l.s_len; i++) {
        char c = p->l.s[i];
        if (c < '0' || c > '9' || n > 100000)
            return false;
        n = n * 10 + (c - '0');
    }
    *v = (struct sb_value){.kind = SB_V_DAYS, .from_day = last ? -n : 1, .to_day = last ? 0 : n};
    return true;
}

static bool value(struct parser *p, struct sb_value *v) {
    *v = (struct sb_value){.s = p->l.s, .len = p->l.s_len};
    switch (p->l.token) {
    case SB_T_STRING:
        v->kind = SB_V_TEXT;
        if (v->len > 4000)
            return refuse(p, "a string is longer than 4000 characters");
        break;
    case SB_T_NUMBER:
        v->kind = SB_V_NUMBER;
        break;
    case SB_T_DATE:
        v->kind = SB_V_DATE;
        break;
    case SB_T_DATETIME:
        v->kind = SB_V_DATETIME;
        break;
    case SB_T_NAME:
        if (sb_lex_is(&p->l, "NULL"))
            v->kind = SB_V_NULL;
        else if (sb_lex_is(&p->l, "TRUE"))
            v->kind = SB_V_TRUE;
        else if (sb_lex_is(&p->l, "FALSE"))
            v->kind = SB_V_FALSE;
        else if (!days(p, v))
            return bad(p);
        break;
    case SB_T_END:
    case SB_T_SIGN:
    case SB_T_ERROR:
        return bad(p);
    }
    sb_lex_next(&p->l);
    return true;
}

static struct sb_soql *query(struct parser *p, bool is_sub);

static bool list(struct parser *p, struct sb_cond *c, bool may_join) {
    size_t room = 0;
    if (!expect(p, "("))
        return false;
    if (may_join && sb_lex_is(&p->l, "SELECT")) {
        c->sub = query(p, true);
        return c->sub && expect(p, ")");
    }
    do {
        c->values = grow(p, c->values, c->n_values, &room, sizeof *c->values, MAX_VALUES);
        if (!c->values || !value(p, &c->values[c->n_values]))
            return false;
        c->n_values++;
    } while (accept(p, ","));
    return expect(p, ")");
}

static bool operator_of(struct parser *p, struct sb_cond *c) {
    static const struct {
        const char *sign;
        enum sb_compare op;
    } signs[] = {{"=", SB_EQ},
                 {"!=", SB_NE},
                 {"<>", SB_NE},
                 {"<", SB_LT},
                 {"<=", SB_LE},
                 {">", SB_GT},
                 {">=", SB_GE},
                 {"LIKE", SB_LIKE},
                 {"IN", SB_IN},
                 {"INCLUDES", SB_INCLUDES},
                 {"EXCLUDES", SB_EXCLUDES}};
    if (accept(p, "NOT")) {
        c->op = SB_NOT_IN;
        return expect(p, "IN");
    }
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (accept(p, signs[i].sign)) {
            c->op = signs[i].op;
            return true;
        }
    }
    unexpected(p);
    return false;
}

static bool comparison(struct parser *p, struct sb_cond *c) {
    c->kind = SB_C_COMPARE;
    if (!path(p, &c->path) || !operator_of(p, c))
        return false;
    if (c->op == SB_IN || c->op == SB_NOT_IN || c->op == SB_INCLUDES || c->op == SB_EXCLUDES)
        return list(p, c, c->op == SB_IN || c->op == SB_NOT_IN);
    c->values = sb_arena_get(p->l.arena, sizeof *c->values);
    c->n_values = 1;
    return c->values && value(p, c->values);
}

static struct sb_cond *condition(struct parser *p);

static struct sb_cond *operand(struct parser *p) {
    struct sb_cond *c = sb_arena_get(p->l.arena, sizeof *c);
    if (!c || p->failed)
        return fail(p, "no memory");
    if (++p->depth > MAX_DEPTH || ++p->conditions > MAX_CONDITIONS)
        return fail(p, "the condition is too complicated");
    if (accept(p, "NOT")) {
        c->kind = SB_C_NOT;
        c->left = operand(p);
        c = c->left ? c : NULL;
    } else if (accept(p, "(")) {
        c = condition(p);
        if (c && !expect(p, ")"))
            c = NULL;
    } else if (!comparison(p, c)) {
        c = NULL;
    }
    p->depth--;
    return c;
}

// AND and OR may not be mixed without parentheses.
static struct sb_cond *condition(struct parser *p) {
    struct sb_cond *c = operand(p);
    bool is_and = sb_lex_is(&p->l, "AND");
    while (c && (sb_lex_is(&p->l, "AND") || sb_lex_is(&p->l, "OR"))) {
        if (sb_lex_is(&p->l, "AND") != is_and)
            return unexpected(p);
        sb_lex_next(&p->l);
        struct sb_cond *both = sb_arena_get(p->l.arena, sizeof *both);
        struct sb_cond *right = operand(p);
        if (!both || !right)
            return NULL;
        *both = (struct sb_cond){.kind = is_and ? SB_C_AND : SB_C_OR, .left = c, .right = right};
        c = both;
    }
    return c;
}

// --- clauses -------------------------------------------------------------------------------------

static bool count_clause(struct parser *p, int64_t *out) {
    char text[24];
    if (p->l.token != SB_T_NUMBER || p->l.s_len >= sizeof text || memchr(p->l.s, '.', p->l.s_len) ||
        p->l.s[0] == '-')
        return bad(p);
    memcpy(text, p->l.s, p->l.s_len);
    text[p->l.s_len] = '\0';
    *out = strtoll(text, NULL, 10);
    sb_lex_next(&p->l);
    return true;
}

static bool order_by(struct parser *p, struct sb_soql *q) {
    size_t room = 0;
    if (!expect(p, "BY"))
        return false;
    do {
        q->orders = grow(p, q->orders, q->n_orders, &room, sizeof *q->orders, 100);
        if (!q->orders)
            return false;
        struct sb_order *o = &q->orders[q->n_orders];
        *o = (struct sb_order){0};
        if (!path(p, &o->path))
            return false;
        q->n_orders++;
        o->down = accept(p, "DESC");
        if (!o->down)
            accept(p, "ASC");
        if (accept(p, "NULLS")) {
            o->nulls_last = accept(p, "LAST");
            if (!o->nulls_last && !expect(p, "FIRST"))
                return false;
        }
    } while (accept(p, ","));
    return !p->failed;
}

static bool group_by(struct parser *p, struct sb_soql *q) {
    size_t room = 0;
    if (!expect(p, "BY"))
        return false;
    do {
        q->groups = grow(p, q->groups, q->n_groups, &room, sizeof *q->groups, 100);
        if (!q->groups || !path(p, &q->groups[q->n_groups]))
            return false;
        q->n_groups++;
    } while (accept(p, ","));
    return true;
}

static bool clauses(struct parser *p, struct sb_soql *q) {
    if (accept(p, "WHERE")) {
        q->where = condition(p);
        if (!q->where)
            return false;
    }
    if (accept(p, "WITH") && !accept(p, "SECURITY_ENFORCED") && !expect(p, "USER_MODE"))
        return false;
    if (accept(p, "GROUP") && !group_by(p, q))
        return false;
    if (accept(p, "ORDER") && !order_by(p, q))
        return false;
    if (accept(p, "LIMIT") && !count_clause(p, &q->limit))
        return false;
    if (accept(p, "OFFSET") && !count_clause(p, &q->offset))
        return false;
    if (accept(p, "FOR") && !accept(p, "VIEW") && !accept(p, "REFERENCE") && !expect(p, "UPDATE"))
        return false;
    return !p->failed;
}

static struct sb_soql *query(struct parser *p, bool is_sub) {
    struct sb_soql *q = sb_arena_get(p->l.arena, sizeof *q);
    size_t room = 0;
    if (!q)
        return fail(p, "no memory");
    q->limit = -1;
    if (!expect(p, "SELECT"))
        return NULL;
    do {
        if (sb_lex_is(&p->l, "("))
            return fail(p, "queries of child records are not known here");
        q->items = grow(p, q->items, q->n_items, &room, sizeof *q->items, MAX_ITEMS);
        if (!q->items || !item(p, &q->items[q->n_items]))
            return NULL;
        q->n_items++;
    } while (accept(p, ","));
    if (!expect(p, "FROM") || !path(p, &q->object))
        return NULL;
    if (p->l.token == SB_T_NAME && !is_reserved(&p->l)) {
        q->alias = sb_arena_copy(p->l.arena, p->l.s, p->l.s_len);
        sb_lex_next(&p->l);
    }
    if (!clauses(p, q))
        return NULL;
    if (!is_sub && p->l.token != SB_T_END)
        return unexpected(p);
    return q;
}

struct sb_soql *sb_soql_parse(const char *text, size_t len, struct sb_arena *a,
                              struct sb_soql_error *e) {
    struct parser p = {.e = e};
    *e = (struct sb_soql_error){0};
    if (len > 100000) {
        *e = (struct sb_soql_error){"QUERY_TOO_COMPLICATED",
                                    "the query is longer than 100000 characters"};
        return NULL;
    }
    if (!sb_utf8_valid(text, len)) {
        *e = (struct sb_soql_error){"MALFORMED_QUERY", "the query is not valid UTF-8"};
        return NULL;
    }
    sb_lex_init(&p.l, text, len, a);
    struct sb_soql *q = query(&p, false);
    if (!q && !e->code)
        unexpected(&p);
    return p.failed ? NULL : q;
}

struct sb_cond *sb_soql_parse_where(const char *text, size_t len, struct sb_arena *a,
                                    struct sb_soql_error *e) {
    struct parser p = {.e = e};
    *e = (struct sb_soql_error){0};
    if (!sb_utf8_valid(text, len)) {
        *e = (struct sb_soql_error){"MALFORMED_QUERY", "the condition is not valid UTF-8"};
        return NULL;
    }
    sb_lex_init(&p.l, text, len, a);
    struct sb_cond *c = condition(&p);
    if (c && p.l.token != SB_T_END)
        c = unexpected(&p);
    if (!c && !e->code)
        unexpected(&p);
    return p.failed ? NULL : c;
}

bool sb_soql_is_aggregate(const struct sb_soql *q) {
    for (size_t i = 0; i < q->n_items; i++)
        if (q->items[i].kind != SB_I_FIELD && q->items[i].kind < SB_I_ALL)
            return true;
    return q->n_groups > 0;
}
