// SPDX-License-Identifier: MIT
// A tree of SOQL, bound to the schema, turned into SQL.
#include "soql.h"

#include "fold.h"
#include "ids.h"
#include "numbers.h"
#include "times.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_PARAMS 30000u

bool sb_soql_fail(struct sb_binder *b, const char *code, const struct sb_path *p, const char *fmt,
                  ...) {
    char text[500];
    va_list args;
    if (b->error.code)
        return false;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    b->error.code = code;
    const char *message = p ? sb_soql_where_wrong(b->arena, b->text, b->text_len, p->at, text)
                            : sb_arena_text(b->arena, text);
    b->error.message = message ? message : code;
    return false;
}

const struct sb_object *sb_soql_object(struct sb_binder *b, const struct sb_soql *q) {
    const char *name = sb_arena_copy(b->arena, q->object.s, q->object.len);
    const struct sb_object *o = name ? sb_schema_object(b->schema, name) : NULL;
    if (!o)
        sb_soql_fail(b, "INVALID_TYPE", &q->object,
                     "sObject type '%.*s' is not supported. If you are attempting to use a custom "
                     "object, be sure to append the '__c' after the entity name. Please reference "
                     "your WSDL or the describe call for the appropriate names.",
                     (int)sb_utf8_cut(q->object.s, q->object.len, 80), q->object.s);
    return o;
}

// A path's first part, and what follows it.
static struct sb_path first_part(struct sb_path p, struct sb_path *rest) {
    const char *dot = memchr(p.s, '.', p.len);
    size_t len = dot ? (size_t)(dot - p.s) : p.len;
    size_t skip = dot ? len + 1 : len;
    *rest = (struct sb_path){p.s + skip, p.len - skip, p.at + skip};
    return (struct sb_path){p.s, len, p.at};
}

struct sb_path sb_soql_strip(const struct sb_soql *q, const struct sb_object *o, struct sb_path p) {
    struct sb_path rest;
    struct sb_path first = first_part(p, &rest);
    if (rest.len == 0 || sb_object_relationship(o, first.s, first.len))
        return p;
    bool own = strlen(o->name) == first.len && strncasecmp(o->name, first.s, first.len) == 0;
    bool alias = q && q->alias && strlen(q->alias) == first.len &&
                 strncasecmp(q->alias, first.s, first.len) == 0;
    return own || alias ? rest : p;
}

static bool unknown_field(struct sb_binder *b, const struct sb_object *o, struct sb_path p,
                          bool relationship) {
    int n = (int)sb_utf8_cut(p.s, p.len, 80);
    if (relationship)
        return sb_soql_fail(b, "INVALID_FIELD", &p,
                            "Didn't understand relationship '%.*s' in field path. If you are "
                            "attempting to use a custom relationship, be sure to append the '__r' "
                            "after the custom relationship name. Please reference your WSDL or "
                            "the describe call for the appropriate names.",
                            n, p.s);
    return sb_soql_fail(b, "INVALID_FIELD", &p,
                        "No such column '%.*s' on entity '%s'. If you are attempting to use a "
                        "custom field, be sure to append the '__c' after the custom field name. "
                        "Please reference your WSDL or the describe call for the appropriate "
                        "names.",
                        n, p.s, o->name);
}

static bool column(struct sb_binder *b, const struct sb_object *o, const char *alias,
                   const struct sb_field *f) {
    if (f->kind == SB_KIND_ID)
        return sb_buf_format(&b->sql, "sb_id(%s.n, '%s')", alias, o->prefix);
    return sb_buf_format(&b->sql, "%s.\"%s\"", alias, f->name);
}

static bool expression(struct sb_binder *b, const struct sb_object *o, const char *alias,
                       struct sb_path p, int depth, const struct sb_field **field) {
    struct sb_path rest;
    struct sb_path first = first_part(p, &rest);
    if (rest.len == 0) {
        *field = sb_object_field(o, first.s, first.len);
        return *field ? column(b, o, alias, *field) : unknown_field(b, o, first, false);
    }
    const struct sb_field *via = sb_object_relationship(o, first.s, first.len);
    if (!via || depth == SB_MAX_RELS || via->n_targets == 0)
        return unknown_field(b, o, first, true);
    // One look-up for each object that the parent may be of.
    *field = NULL;
    sb_buf_text(&b->sql, via->n_targets > 1 ? "(coalesce(" : "(");
    size_t found = 0;
    struct sb_soql_error error = {0};
    for (size_t i = 0; i < via->n_targets; i++) {
        const struct sb_object *target = sb_schema_object(b->schema, via->targets[i]);
        size_t before = b->sql.len;
        char name[16];
        snprintf(name, sizeof name, "p%d", ++b->n_aliases);
        sb_buf_text(&b->sql, found > 0 ? ", (SELECT " : "(SELECT ");
        const struct sb_field *f = NULL;
        if (target && expression(b, target, name, rest, depth + 1, &f)) {
            *field = f;
            sb_buf_format(&b->sql, " FROM \"%s\" %s WHERE %s.n = sb_row(%s.\"%s\", '%s'))",
                          target->name, name, name, alias, via->name, target->prefix);
            found++;
        } else {
            error = b->error;
            b->error = (struct sb_soql_error){0};
            b->sql.len = before;
        }
    }
    if (found == 0) {
        b->error = error;
        return error.code ? false : unknown_field(b, o, first, true);
    }
    if (!*field)
        return false;
    if (via->n_targets > 1)
        sb_buf_text(&b->sql, ", NULL)");
    return sb_buf_text(
        &b->sql, sb_field_is_text(*field) && !(*field)->case_sensitive ? " COLLATE fold)" : ")");
}

bool sb_soql_expression(struct sb_binder *b, const struct sb_soql *q, const struct sb_object *o,
                        const char *alias, const struct sb_path *p, const struct sb_field **field) {
    *field = NULL;
    return expression(b, o, alias, sb_soql_strip(q, o, *p), 0, field) && *field;
}

// --- values --------------------------------------------------------------------------------------

bool sb_soql_param(struct sb_binder *b, struct sb_cell c) {
    if (b->n_params == b->room) {
        size_t room = b->room ? b->room * 2 : 64;
        struct sb_cell *more =
            b->room < MAX_PARAMS ? sb_arena_get(b->arena, room * sizeof *more) : NULL;
        if (!more)
            return sb_soql_fail(b, "QUERY_TOO_COMPLICATED", NULL, "too many values");
        if (b->n_params > 0)
            memcpy(more, b->params, b->n_params * sizeof *more);
        b->params = more;
        b->room = room;
    }
    b->params[b->n_params++] = c;
    return sb_buf_format(&b->sql, "?%zu", b->n_params);
}

static bool wrong_value(struct sb_binder *b, const struct sb_field *f, const struct sb_path *p,
                        bool quoted) {
    const char *type = f->kind == SB_KIND_DATETIME ? "dateTime" : f->type;
    if (quoted)
        return sb_soql_fail(b, "INVALID_FIELD", p,
                            "value of filter criterion for field '%s' must be of type %s and "
                            "should not be enclosed in quotes",
                            f->name, type);
    return sb_soql_fail(b, "INVALID_FIELD", p,
                        "value of filter criterion for field '%s' must be of type %s and should "
                        "be enclosed in quotes",
                        f->name, type);
}

// A literal as what the field stores.
static bool literal(struct sb_binder *b, const struct sb_field *f, const struct sb_path *p,
                    const struct sb_value *v, struct sb_cell *out) {
    char id[SB_ID_SIZE];
    bool quoted = v->kind == SB_V_TEXT;
    switch (f->kind) {
    case SB_KIND_BOOLEAN:
        *out = (struct sb_cell){.kind = SB_WHOLE, .as.whole = v->kind == SB_V_TRUE};
        return v->kind == SB_V_TRUE || v->kind == SB_V_FALSE || wrong_value(b, f, p, true);
    case SB_KIND_INT:
    case SB_KIND_DOUBLE: {
        double d = 0;
        if (v->kind != SB_V_NUMBER || sb_number_read(v->s, v->len, 30, 12, &d) != SB_NUMBER_OK)
            return wrong_value(b, f, p, true);
        *out = (struct sb_cell){.kind = SB_REAL, .as.real = d};
        return true;
    }
    case SB_KIND_DATETIME: {
        int64_t ms = 0;
        if (v->kind != SB_V_DATETIME || !sb_time_read(v->s, v->len, false, &ms))
            return wrong_value(b, f, p, true);
        *out = (struct sb_cell){.kind = SB_WHOLE, .as.whole = ms};
        return true;
    }
    case SB_KIND_DATE:
        *out = (struct sb_cell){.kind = SB_TEXT, .len = v->len, .as.text = v->s};
        return v->kind == SB_V_DATE || wrong_value(b, f, p, true);
    case SB_KIND_ID:
    case SB_KIND_REFERENCE: {
        if (!quoted)
            return wrong_value(b, f, p, false);
        if (!sb_id_read(v->s, v->len, id))
            return sb_soql_fail(b, "INVALID_QUERY_FILTER_OPERATOR", p, "invalid ID field: %.*s",
                                (int)sb_utf8_cut(v->s, v->len, 80), v->s);
        const char *copy = sb_arena_text(b->arena, id);
        *out = (struct sb_cell){.kind = SB_TEXT, .len = SB_ID_SIZE - 1, .as.text = copy};
        return copy != NULL;
    }
    case SB_KIND_BASE64:
        return sb_soql_fail(b, "INVALID_FIELD", p, "field '%s' can not be filtered", f->name);
    case SB_KIND_TEXT:
    case SB_KIND_PICKLIST:
    case SB_KIND_MULTIPICKLIST:
    case SB_KIND_EMAIL:
    case SB_KIND_TIME:
        break;
    }
    *out = (struct sb_cell){.kind = SB_TEXT, .len = v->len, .as.text = v->s};
    return quoted || wrong_value(b, f, p, false);
}

// Days become the milliseconds or the date they begin with.
static struct sb_cell day(struct sb_binder *b, const struct sb_field *f, int n) {
    int64_t ms = (b->today_ms / 86400000 + n) * 86400000;
    char text[SB_TIME_SIZE];
    if (f->kind == SB_KIND_DATETIME)
        return (struct sb_cell){.kind = SB_WHOLE, .as.whole = ms};
    sb_time_print(ms, text);
    const char *copy = sb_arena_copy(b->arena, text, 10);
    return (struct sb_cell){.kind = SB_TEXT, .len = 10, .as.text = copy ? copy : ""};
}

struct comparing { // one comparison on its way into SQL
    struct sb_binder *b;
    const struct sb_soql *q;
    const struct sb_object *o;
    const char *alias;
    const struct sb_cond *c;
    const struct sb_field *f;
    const char *expr; // the column's SQL, made once
};

static bool compare_days(struct comparing *k, const struct sb_value *v) {
    struct sb_binder *b = k->b;
    if (k->f->kind != SB_KIND_DATE && k->f->kind != SB_KIND_DATETIME)
        return wrong_value(b, k->f, &k->c->path, true);
    int from = v->from_day, to = v->to_day + 1;
    bool at_start = k->c->op == SB_LT || k->c->op == SB_GE;
    const char *sign = k->c->op == SB_LT || k->c->op == SB_LE ? "<" : ">=";
    if (k->c->op != SB_EQ && k->c->op != SB_NE)
        return sb_buf_format(&b->sql, "ifnull(%s %s ", k->expr, sign) &&
               sb_soql_param(b, day(b, k->f, at_start ? from : to)) && sb_buf_text(&b->sql, ", 0)");
    return sb_buf_format(&b->sql, "%sifnull(%s >= ", k->c->op == SB_NE ? "NOT " : "", k->expr) &&
           sb_soql_param(b, day(b, k->f, from)) && sb_buf_format(&b->sql, " AND %s < ", k->expr) &&
           sb_soql_param(b, day(b, k->f, to)) && sb_buf_text(&b->sql, ", 0)");
}

static bool compare_like(struct comparing *k, const struct sb_value *v) {
    struct sb_cell c = {.kind = SB_TEXT, .len = v->len, .as.text = v->s};
    if (!sb_field_is_text(k->f) || k->f->kind == SB_KIND_DATE)
        return sb_soql_fail(k->b, "INVALID_QUERY_FILTER_OPERATOR", &k->c->path,
                            "invalid operator on %s field", k->f->name);
    if (v->kind != SB_V_TEXT)
        return wrong_value(k->b, k->f, &k->c->path, false);
    return sb_buf_text(&k->b->sql, "sb_like(") && sb_soql_param(k->b, c) &&
           sb_buf_format(&k->b->sql, ", %s, %d)", k->expr, !k->f->case_sensitive);
}

static bool compare_one(struct comparing *k) {
    static const char *const signs[] = {[SB_EQ] = "IS", [SB_NE] = "IS NOT", [SB_LT] = "<",
                                        [SB_LE] = "<=", [SB_GT] = ">",      [SB_GE] = ">="};
    const struct sb_value *v = &k->c->values[0];
    struct sb_binder *b = k->b;
    struct sb_cell c = {0};
    bool equal = k->c->op == SB_EQ || k->c->op == SB_NE;
    if (v->kind == SB_V_NULL) {
        if (!equal)
            return sb_soql_fail(b, "INVALID_QUERY_FILTER_OPERATOR", &k->c->path,
                                "null can only be compared with = or !=");
        return sb_buf_format(&b->sql, "%s IS %sNULL", k->expr, k->c->op == SB_NE ? "NOT " : "");
    }
    if (k->c->op == SB_LIKE)
        return compare_like(k, v);
    if (v->kind == SB_V_DAYS)
        return compare_days(k, v);
    if (!literal(b, k->f, &k->c->path, v, &c))
        return false;
    if (k->f->kind == SB_KIND_ID && strcmp(k->alias, "t") == 0 &&
        memchr(k->c->path.s, '.', k->c->path.len) == NULL) {
        // The number itself, so that SQLite finds the row without looking at all of them.
        c = (struct sb_cell){.kind = SB_WHOLE, .as.whole = sb_id_number(c.as.text, k->o->prefix)};
        return sb_buf_format(&b->sql, "t.n %s ", signs[k->c->op]) && sb_soql_param(b, c);
    }
    if (equal)
        return sb_buf_format(&b->sql, "%s %s ", k->expr, signs[k->c->op]) && sb_soql_param(b, c);
    return sb_buf_format(&b->sql, "ifnull(%s %s ", k->expr, signs[k->c->op]) &&
           sb_soql_param(b, c) && sb_buf_text(&b->sql, ", 0)");
}

static bool compare_join(struct comparing *k) {
    struct sb_binder *b = k->b;
    const struct sb_soql *sub = k->c->sub;
    const struct sb_field *f = NULL;
    const struct sb_object *o = sb_soql_object(b, sub);
    char alias[16];
    if (!o)
        return false;
    if (sub->n_items != 1 || sub->items[0].kind != SB_I_FIELD)
        return sb_soql_fail(b, "MALFORMED_QUERY", &sub->object,
                            "a semi-join selects exactly one field");
    if (k->f->kind != SB_KIND_ID && k->f->kind != SB_KIND_REFERENCE)
        return sb_soql_fail(b, "INVALID_FIELD", &k->c->path,
                            "only ids can be compared with a semi-join");
    snprintf(alias, sizeof alias, "s%d", ++b->n_aliases);
    sb_buf_format(&b->sql, "%s %sIN (SELECT ", k->expr, k->c->op == SB_NOT_IN ? "NOT " : "");
    if (!sb_soql_expression(b, sub, o, alias, &sub->items[0].path, &f))
        return false;
    return sb_soql_tail(b, sub, o, alias) && sb_buf_text(&b->sql, ")");
}

static bool compare_list(struct comparing *k) {
    struct sb_binder *b = k->b;
    bool null = false, any = false;
    bool is_not = k->c->op == SB_NOT_IN;
    sb_buf_format(&b->sql, "(%s %sIN (", k->expr, is_not ? "NOT " : "");
    for (size_t i = 0; i < k->c->n_values; i++) {
        struct sb_cell c = {0};
        if (k->c->values[i].kind == SB_V_NULL) {
            null = true;
            continue;
        }
        if (any)
            sb_buf_char(&b->sql, ',');
        if (!literal(b, k->f, &k->c->path, &k->c->values[i], &c) || !sb_soql_param(b, c))
            return false;
        any = true;
    }
    sb_buf_text(&b->sql, ")");
    if (null != is_not)
        sb_buf_format(&b->sql, " OR %s IS NULL", k->expr);
    else if (null)
        sb_buf_format(&b->sql, " AND %s IS NOT NULL", k->expr);
    return sb_buf_text(&b->sql, ")");
}

// Each value is a set ("a;b") all of whose members must be there.
static bool compare_sets(struct comparing *k) {
    struct sb_binder *b = k->b;
    if (k->f->kind != SB_KIND_MULTIPICKLIST)
        return sb_soql_fail(b, "INVALID_QUERY_FILTER_OPERATOR", &k->c->path,
                            "includes and excludes are for multi-select picklists");
    sb_buf_text(&b->sql, k->c->op == SB_EXCLUDES ? "NOT (0" : "(0");
    for (size_t i = 0; i < k->c->n_values; i++) {
        const struct sb_value *v = &k->c->values[i];
        if (v->kind != SB_V_TEXT)
            return wrong_value(b, k->f, &k->c->path, false);
        sb_buf_text(&b->sql, " OR (1");
        for (size_t from = 0; from <= v->len;) {
            const char *end = memchr(v->s + from, ';', v->len - from);
            size_t part = end ? (size_t)(end - v->s) - from : v->len - from;
            struct sb_cell c = {.kind = SB_TEXT, .len = part, .as.text = v->s + from};
            sb_buf_text(&b->sql, " AND sb_has(");
            if (!sb_soql_param(b, c) || !sb_buf_format(&b->sql, ", %s)", k->expr))
                return false;
            from += part + 1;
        }
        sb_buf_text(&b->sql, ")");
    }
    return sb_buf_text(&b->sql, ")");
}

static bool compare(struct sb_binder *b, const struct sb_soql *q, const struct sb_object *o,
                    const char *alias, const struct sb_cond *c) {
    struct comparing k = {b, q, o, alias, c, NULL, NULL};
    size_t from = b->sql.len;
    if (!sb_soql_expression(b, q, o, alias, &c->path, &k.f))
        return false;
    k.expr = sb_arena_copy(b->arena, b->sql.at + from, b->sql.len - from);
    b->sql.len = from;
    if (!k.expr || !k.f)
        return sb_soql_fail(b, "QUERY_TOO_COMPLICATED", NULL, "no memory");
    if (c->sub)
        return compare_join(&k);
    if (c->op == SB_IN || c->op == SB_NOT_IN)
        return compare_list(&k);
    if (c->op == SB_INCLUDES || c->op == SB_EXCLUDES)
        return compare_sets(&k);
    return compare_one(&k);
}

bool sb_soql_condition(struct sb_binder *b, const struct sb_soql *q, const struct sb_object *o,
                       const char *alias, const struct sb_cond *c) {
    bool ok = true;
    switch (c->kind) {
    case SB_C_AND:
    case SB_C_OR:
        sb_buf_char(&b->sql, '(');
        ok = sb_soql_condition(b, q, o, alias, c->left) &&
             sb_buf_text(&b->sql, c->kind == SB_C_AND ? " AND " : " OR ") &&
             sb_soql_condition(b, q, o, alias, c->right);
        sb_buf_char(&b->sql, ')');
        break;
    case SB_C_NOT:
        sb_buf_text(&b->sql, "NOT (");
        ok = sb_soql_condition(b, q, o, alias, c->left);
        sb_buf_char(&b->sql, ')');
        break;
    case SB_C_COMPARE:
        ok = compare(b, q, o, alias, c);
        break;
    }
    return ok && !b->sql.failed;
}

bool sb_soql_tail(struct sb_binder *b, const struct sb_soql *q, const struct sb_object *o,
                  const char *alias) {
    const struct sb_field *f = NULL;
    sb_buf_format(&b->sql, " FROM \"%s\" %s WHERE %s", o->name, alias, b->all ? "1" : "");
    if (!b->all)
        sb_buf_format(&b->sql, "%s.gone = 0", alias);
    if (q->where) {
        sb_buf_text(&b->sql, " AND ");
        if (!sb_soql_condition(b, q, o, alias, q->where))
            return false;
    }
    if (b->extra && strcmp(alias, "t") == 0)
        sb_buf_format(&b->sql, " AND (%s)", b->extra);
    for (size_t i = 0; i < q->n_groups; i++) {
        sb_buf_text(&b->sql, i ? ", " : " GROUP BY ");
        if (!sb_soql_expression(b, q, o, alias, &q->groups[i], &f))
            return false;
    }
    for (size_t i = 0; i < q->n_orders; i++) {
        sb_buf_text(&b->sql, i ? ", " : " ORDER BY ");
        if (!sb_soql_expression(b, q, o, alias, &q->orders[i].path, &f))
            return false;
        sb_buf_format(&b->sql, " %s NULLS %s", q->orders[i].down ? "DESC" : "ASC",
                      q->orders[i].nulls_last ? "LAST" : "FIRST");
    }
    if (q->n_groups == 0 && !sb_soql_is_aggregate(q))
        sb_buf_format(&b->sql, "%s%s.n", q->n_orders ? ", " : " ORDER BY ", alias);
    if (q->offset > 2000)
        return sb_soql_fail(b, "NUMBER_OUTSIDE_VALID_RANGE", NULL,
                            "Maximum SOQL offset allowed is 2000");
    if (q->limit >= 0 || q->offset > 0)
        sb_buf_format(&b->sql, " LIMIT %" PRId64 " OFFSET %" PRId64, q->limit, q->offset);
    return !b->sql.failed;
}
