// SPDX-License-Identifier: MIT
// Search: SOSL, parameterised.
#include "query.h"
#include "record.h"
#include "routes.h"
#include "words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_FOUND 2000

enum scope { IN_ALL, IN_NAME, IN_EMAIL, IN_PHONE };

struct search {
    struct sb_req *req;
    struct sb_term *terms;
    size_t n_terms;
    enum scope scope;
    int64_t left; // records that may still be found
    struct sb_json j;
    struct sb_arena scratch;
    bool failed;
};

static bool refuse(struct search *s, const char *code, const char *message) {
    if (!s->failed)
        sb_req_error(s->req, 400, code, "%s", message);
    s->failed = true;
    return false;
}

static bool is_searched(const struct search *s, const struct sb_field *f) {
    if (f->hidden || f->kind == SB_KIND_BASE64 || f->kind == SB_KIND_REFERENCE ||
        !sb_field_is_text(f))
        return false;
    switch (s->scope) {
    case IN_ALL:
        return true;
    case IN_NAME:
        return strcmp(f->name, "Name") == 0 || strcmp(f->name, "FirstName") == 0 ||
               strcmp(f->name, "LastName") == 0;
    case IN_EMAIL:
        return f->kind == SB_KIND_EMAIL;
    case IN_PHONE:
        break;
    }
    return strcmp(f->type, "phone") == 0;
}

// The SQL that looks for all terms in all fields searched.
static const char *condition(struct search *s, struct sb_binder *b, const struct sb_object *o) {
    b->sql.len = 0;
    for (size_t i = 0; i < s->n_terms; i++) {
        const struct sb_term *t = &s->terms[i];
        struct sb_cell c = {.kind = SB_TEXT, .len = strlen(t->s), .as.text = t->s};
        if (i > 0)
            sb_buf_text(&b->sql, t->either ? " OR " : ") AND (");
        sb_buf_text(&b->sql, i == 0 ? "(" : "");
        sb_buf_text(&b->sql, t->without ? "NOT (0" : "(0");
        for (size_t k = 0; k < o->n_fields; k++) {
            if (!is_searched(s, &o->fields[k]))
                continue;
            sb_buf_text(&b->sql, " OR sb_word(");
            sb_soql_param(b, c);
            sb_buf_format(&b->sql, ", t.\"%s\")", o->fields[k].name);
        }
        sb_buf_text(&b->sql, ")");
    }
    sb_buf_text(&b->sql, ")");
    const char *copy = b->sql.failed ? NULL : sb_arena_copy(b->arena, b->sql.at, b->sql.len);
    b->sql.len = 0;
    return copy;
}

static bool print_found(struct search *s, struct sb_binder *b, const struct sb_soql *q,
                        const struct sb_object *o) {
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(sb_store_sql(s->req->app->store), b->sql.at, (int)b->sql.len, &st,
                           NULL) != SQLITE_OK)
        return refuse(s, "MALFORMED_SEARCH", "the search is too complicated");
    for (size_t i = 0; i < b->n_params; i++)
        sb_store_bind(st, (int)i + 1, &b->params[i]);
    while (s->left > 0 && sqlite3_step(st) == SQLITE_ROW) {
        sb_query_print(s->req, &s->scratch, &s->j, o, sqlite3_column_int64(st, 0), q->items,
                       q->n_items);
        s->left--;
    }
    sqlite3_finalize(st);
    return true;
}

// One object: text is a query of SOQL that says what of it is wanted.
static bool search_object(struct search *s, const char *text) {
    struct sb_binder b = {.schema = s->req->app->schema,
                          .arena = &s->req->arena,
                          .text = text,
                          .text_len = strlen(text),
                          .today_ms = sb_counters_now(s->req->app->tally)};
    sb_buf_init(&b.sql, (size_t)16 << 20);
    struct sb_soql *q = sb_soql_parse(text, b.text_len, b.arena, &b.error);
    const struct sb_object *o = q ? sb_soql_object(&b, q) : NULL;
    bool ok = o && !sb_soql_is_aggregate(q) && sb_query_items(&b, q, o);
    if (ok) {
        b.n_params = 0;
        b.extra = condition(s, &b, o);
        sb_buf_text(&b.sql, "SELECT t.n");
        ok = b.extra && sb_soql_tail(&b, q, o, "t");
    }
    if (!ok)
        refuse(s, b.error.code ? b.error.code : "MALFORMED_SEARCH",
               b.error.message ? b.error.message : "the search is not understood");
    else
        ok = print_found(s, &b, q, o);
    sb_buf_free(&b.sql);
    return ok;
}

static bool search_everything(struct search *s) {
    const struct sb_schema *schema = s->req->app->schema;
    for (size_t i = 0; i < schema->n_objects; i++) {
        const char *q =
            sb_arena_format(&s->req->arena, "SELECT Id FROM %s", schema->objects[i].name);
        if (!q || !search_object(s, q))
            return false;
    }
    return true;
}

static void run(struct search *s, const char *words, size_t len, bool plain,
                bool (*objects)(struct search *s, void *arg), void *arg) {
    s->terms = sb_arena_get(&s->req->arena, SB_MAX_TERMS * sizeof *s->terms);
    const char *why = s->terms
                          ? sb_words_read(words, len, plain, &s->req->arena, s->terms, &s->n_terms)
                          : "no memory";
    if (why) {
        refuse(s, "MALFORMED_SEARCH", why);
        return;
    }
    sb_arena_init(&s->scratch, (size_t)64 << 20);
    s->j = sb_req_answer(s->req, 200);
    sb_json_open(&s->j, '{');
    sb_json_key(&s->j, "searchRecords");
    sb_json_open(&s->j, '[');
    sb_store_lock(s->req->app->store);
    bool ok = objects(s, arg);
    sb_store_unlock(s->req->app->store);
    sb_arena_free(&s->scratch);
    if (!ok)
        return;
    sb_json_close(&s->j, ']');
    sb_json_close(&s->j, '}');
}

// --- SOSL ----------------------------------------------------------------------------------------

static bool scope_of(const char *s, size_t len, enum scope *out) {
    static const struct {
        const char *name;
        enum scope scope;
    } scopes[] = {{"ALL", IN_ALL},
                  {"NAME", IN_NAME},
                  {"EMAIL", IN_EMAIL},
                  {"PHONE", IN_PHONE},
                  {"SIDEBAR", IN_ALL}};
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        if (strlen(scopes[i].name) == len && strncasecmp(scopes[i].name, s, len) == 0) {
            *out = scopes[i].scope;
            return true;
        }
    }
    return false;
}

// Contact(Id, Name WHERE ... LIMIT 3): a query of SOQL, from the lexer's place on.
static const char *returning(struct sb_arena *a, struct sb_lexer *l) {
    const char *object = l->s;
    size_t object_len = l->s_len, from = 0, split = 0, end = 0;
    int depth = 1;
    if (l->token != SB_T_NAME)
        return NULL;
    sb_lex_next(l);
    if (!sb_lex_is(l, "("))
        return sb_arena_format(a, "SELECT Id FROM %.*s", (int)object_len, object);
    sb_lex_next(l);
    from = l->from;
    while (depth > 0) {
        if (l->token == SB_T_END || l->token == SB_T_ERROR)
            return NULL;
        bool clause = sb_lex_is(l, "WHERE") || sb_lex_is(l, "ORDER") || sb_lex_is(l, "LIMIT") ||
                      sb_lex_is(l, "OFFSET");
        if (clause && split == 0)
            split = l->from;
        depth += sb_lex_is(l, "(") - sb_lex_is(l, ")");
        end = l->from;
        sb_lex_next(l);
    }
    if (split == 0)
        split = end;
    return sb_arena_format(a, "SELECT %.*s FROM %.*s %.*s", (int)(split - from), l->text + from,
                           (int)object_len, object, (int)(end - split), l->text + split);
}

struct sosl {
    const char *text; // behind the braces
    size_t len;
    struct sb_lexer l;
};

static bool sosl_objects(struct search *s, void *arg) {
    struct sb_lexer *l = &((struct sosl *)arg)->l;
    if (!sb_lex_is(l, "RETURNING"))
        return l->token == SB_T_END ? search_everything(s)
                                    : refuse(s, "MALFORMED_SEARCH", "RETURNING is expected");
    do {
        sb_lex_next(l);
        const char *q = returning(&s->req->arena, l);
        if (!q)
            return refuse(s, "MALFORMED_SEARCH", "what follows RETURNING is not understood");
        if (!search_object(s, q))
            return false;
    } while (sb_lex_is(l, ","));
    if (sb_lex_is(l, "LIMIT")) // records were found already: only its form is checked
        sb_lex_next(l);
    return l->token == SB_T_END || l->token == SB_T_NUMBER ||
           refuse(s, "MALFORMED_SEARCH", "unexpected words at the end");
}

// LIMIT at the very end counts for all objects together.
static void overall_limit(struct search *s, const char *text, size_t len) {
    const char *close = memrchr(text, ')', len);
    const char *from = close ? close : text;
    const char *at = strcasestr(from, "LIMIT ");
    long n = at ? strtol(at + 6, NULL, 10) : MAX_FOUND;
    if (n >= 0 && n < s->left)
        s->left = n;
}

void sb_search(struct sb_req *req) {
    struct search s = {.req = req, .left = MAX_FOUND};
    struct sosl q = {0};
    const char *text = sb_req_param(req, "q");
    const char *open = text ? strchr(text, '{') : NULL;
    if (!open || strncasecmp(text + strspn(text, " "), "FIND", 4) != 0) {
        sb_req_error(req, 400, "MALFORMED_SEARCH", "FIND {words} is expected");
        return;
    }
    const char *close = open + 1;
    while (*close && *close != '}')
        close += *close == '\\' && close[1] ? 2 : 1;
    if (!*close) {
        sb_req_error(req, 400, "MALFORMED_SEARCH", "the closing brace is missing");
        return;
    }
    q.text = close + 1;
    q.len = strlen(q.text);
    sb_lex_init(&q.l, q.text, q.len, &req->arena);
    if (sb_lex_is(&q.l, "IN")) {
        sb_lex_next(&q.l);
        bool known = scope_of(q.l.s, q.l.s_len, &s.scope);
        sb_lex_next(&q.l);
        if (!known || !sb_lex_is(&q.l, "FIELDS")) {
            sb_req_error(req, 400, "MALFORMED_SEARCH", "IN ALL FIELDS or the like is expected");
            return;
        }
        sb_lex_next(&q.l);
    }
    overall_limit(&s, q.text, q.len);
    run(&s, open + 1, (size_t)(close - open) - 1, false, sosl_objects, &q);
}

// --- parameterised -------------------------------------------------------------------------------

static int64_t limit_of(json_t *o, const char *name, int64_t usual) {
    json_t *v = json_object_get(o, name);
    int64_t n = usual;
    if (json_is_integer(v))
        n = json_integer_value(v);
    else if (json_is_string(v)) // the guide writes them as strings
        n = strtoll(json_string_value(v), NULL, 10);
    return n < 0 || n > MAX_FOUND ? MAX_FOUND : n;
}

static const char *fields_of(struct sb_arena *a, json_t *list) {
    const char *all = "";
    json_t *v = NULL;
    size_t i = 0;
    json_array_foreach(list, i, v) {
        if (!json_is_string(v) || i == 100)
            return NULL;
        all = sb_arena_format(a, "%s%s%s", all, i ? ", " : "", json_string_value(v));
        if (!all)
            return NULL;
    }
    return *all ? all : "Id";
}

static bool json_objects(struct search *s, void *arg) {
    json_t *root = arg, *list = json_object_get(root, "sobjects"), *v = NULL;
    struct sb_arena *a = &s->req->arena;
    size_t i = 0;
    if (json_array_size(list) == 0)
        return search_everything(s);
    json_array_foreach(list, i, v) {
        const char *name = json_string_value(json_object_get(v, "name"));
        const char *where = json_string_value(json_object_get(v, "where"));
        const char *order = json_string_value(json_object_get(v, "orderBy"));
        json_t *own = json_object_get(v, "fields");
        const char *fields = fields_of(a, own ? own : json_object_get(root, "fields"));
        struct sb_soql_error e = {0};
        if (!name || !fields)
            return refuse(s, "MALFORMED_SEARCH", "an sobject needs a name; fields are strings");
        // By itself, so that it cannot reach beyond its place in the query.
        if (where && !sb_soql_parse_where(where, strlen(where), a, &e))
            return refuse(s, e.code, e.message);
        const char *q = sb_arena_format(
            a, "SELECT %s FROM %s%s%s%s%s LIMIT %lld", fields, name, where ? " WHERE " : "",
            where ? where : "", order ? " ORDER BY " : "", order ? order : "",
            (long long)limit_of(v, "limit", limit_of(root, "defaultLimit", MAX_FOUND)));
        if (!q || !search_object(s, q))
            return s->failed ? false : refuse(s, "MALFORMED_SEARCH", "no memory");
    }
    return true;
}

void sb_parameterized_search(struct sb_req *req) {
    struct search s = {.req = req, .left = MAX_FOUND};
    json_t *root = NULL;
    if (strcmp(req->method, "POST") == 0) {
        root = sb_req_json(req);
        if (!root)
            return;
    } else {
        const char *q = sb_req_param(req, "q"), *name = sb_req_param(req, "sobject");
        root = json_pack("{s:s*}", "q", q);
        if (root && name)
            json_object_set_new(root, "sobjects", json_pack("[{s:s}]", "name", name));
    }
    const char *q = json_string_value(json_object_get(root, "q"));
    const char *in = json_string_value(json_object_get(root, "in"));
    if (!q)
        sb_req_error(req, 400, "MALFORMED_SEARCH", "q is missing");
    else if (in && !scope_of(in, strlen(in), &s.scope))
        sb_req_error(req, 400, "MALFORMED_SEARCH", "in: %s is not known", in);
    s.left = limit_of(root, "overallLimit", MAX_FOUND);
    if (q && req->status == 0)
        run(&s, q, strlen(q), true, json_objects, root);
    json_decref(root);
}
