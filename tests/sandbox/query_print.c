// SPDX-License-Identifier: MIT
// Rows of a query printed with their parents.
#include "query.h"

#include "record.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool same_path(const struct sb_path *a, const struct sb_path *b) {
    return a->len == b->len && strncasecmp(a->s, b->s, a->len) == 0;
}

static size_t spelled_out(const struct sb_object *o, enum sb_item_kind kind, struct sb_item *out) {
    size_t n = 0;
    for (size_t i = 0; i < o->n_fields; i++) {
        const struct sb_field *f = &o->fields[i];
        if (f->hidden || (kind == SB_I_STANDARD && f->custom) ||
            (kind == SB_I_CUSTOM && !f->custom))
            continue;
        out[n++] = (struct sb_item){.kind = SB_I_FIELD, .path = {f->name, strlen(f->name), 0}};
    }
    return n;
}

static bool check(struct sb_binder *b, const struct sb_soql *q, const struct sb_object *o,
                  struct sb_item *item) {
    const struct sb_field *f = NULL;
    if (item->path.len == 0)
        return true;
    b->sql.len = 0;
    if (!sb_soql_expression(b, q, o, "t", &item->path, &f))
        return false;
    item->path = sb_soql_strip(q, o, item->path);
    return true;
}

bool sb_query_items(struct sb_binder *b, struct sb_soql *q, const struct sb_object *o) {
    size_t room = q->n_items, n = 0;
    for (size_t i = 0; i < q->n_items; i++)
        if (q->items[i].kind >= SB_I_ALL)
            room += o->n_fields;
    struct sb_item *items = sb_arena_get(b->arena, room * sizeof *items);
    if (!items)
        return sb_soql_fail(b, "QUERY_TOO_COMPLICATED", NULL, "no memory");
    for (size_t i = 0; i < q->n_items; i++) {
        if (q->items[i].kind < SB_I_ALL) {
            items[n++] = q->items[i];
            continue;
        }
        if (q->items[i].kind != SB_I_STANDARD && (q->limit < 0 || q->limit > 200))
            return sb_soql_fail(b, "MALFORMED_QUERY", NULL,
                                "The SOQL FIELDS function must have a LIMIT of at most 200");
        n += spelled_out(o, q->items[i].kind, items + n);
    }
    for (size_t i = 0; i < n; i++) {
        if (!check(b, q, o, &items[i]))
            return false;
        for (size_t k = 0; k < i; k++)
            if (items[k].kind == SB_I_FIELD && items[i].kind == SB_I_FIELD &&
                same_path(&items[i].path, &items[k].path))
                return sb_soql_fail(b, "INVALID_FIELD", NULL, "duplicate field selected: %.*s",
                                    (int)items[i].path.len, items[i].path.s);
    }
    q->items = items;
    q->n_items = n;
    return true;
}

struct printing {
    struct sb_req *req;
    struct sb_arena *a;
    struct sb_json *j;
    const struct sb_item *items;
    size_t n_items;
};

// The part of a path at a depth; false when the path ends before.
static bool part_at(const struct sb_path *p, int depth, struct sb_path *out, bool *last) {
    const char *s = p->s, *end = p->s + p->len;
    for (; depth > 0; depth--) {
        s = memchr(s, '.', (size_t)(end - s));
        if (!s)
            return false;
        s++;
    }
    const char *dot = memchr(s, '.', (size_t)(end - s));
    *out = (struct sb_path){s, (size_t)((dot ? dot : end) - s), 0};
    *last = !dot;
    return true;
}

// Whether two paths agree in their first depth parts.
static bool same_root(const struct sb_path *a, const struct sb_path *b, int depth) {
    bool last = false;
    for (int i = 0; i < depth; i++) {
        struct sb_path x, y;
        if (!part_at(a, i, &x, &last) || !part_at(b, i, &y, &last) || !same_path(&x, &y))
            return false;
    }
    return true;
}

static bool print_level(struct printing *p, const struct sb_object *o, int64_t n,
                        const struct sb_path *root, int depth);

static void print_parent(struct printing *p, const struct sb_object *o, const struct sb_cell *cells,
                         const struct sb_item *item, int depth) {
    struct sb_path part;
    bool last = false;
    if (!part_at(&item->path, depth, &part, &last))
        return;
    const struct sb_field *via = sb_object_relationship(o, part.s, part.len);
    if (!via)
        return;
    const struct sb_cell *c = &cells[via->at];
    const struct sb_object *target =
        c->kind == SB_TEXT ? sb_schema_by_prefix(p->req->app->schema, c->as.text) : NULL;
    sb_json_key(p->j, via->relationship);
    if (!target ||
        !print_level(p, target, sb_id_number(c->as.text, target->prefix), &item->path, depth + 1))
        sb_json_null(p->j);
}

// One record: the items whose paths begin as root's first parts do.
static bool print_level(struct printing *p, const struct sb_object *o, int64_t n,
                        const struct sb_path *root, int depth) {
    struct sb_cell *cells = sb_arena_get(p->a, o->n_fields * sizeof *cells);
    if (!cells || !sb_store_get(p->req->app->store, o, n, p->a, cells))
        return false;
    char url[300];
    snprintf(url, sizeof url, "%s/sobjects/%s/%s", sb_req_base(p->req), o->name, cells[0].as.text);
    sb_json_open(p->j, '{');
    sb_json_key(p->j, "attributes");
    sb_json_open(p->j, '{');
    sb_json_put_str(p->j, "type", o->name);
    sb_json_put_str(p->j, "url", url);
    sb_json_close(p->j, '}');
    for (size_t i = 0; i < p->n_items; i++) {
        const struct sb_item *item = &p->items[i];
        struct sb_path part;
        bool last = false, seen = false;
        if ((root && !same_root(root, &item->path, depth)) ||
            !part_at(&item->path, depth, &part, &last))
            continue;
        if (last) {
            const struct sb_field *f = sb_object_field(o, part.s, part.len);
            if (f) {
                sb_json_key(p->j, f->name);
                sb_cell_print(p->j, f, &cells[f->at], url);
            }
            continue;
        }
        for (size_t k = 0; k < i && !seen; k++) {
            struct sb_path other;
            bool is_field = false;
            seen = same_root(&p->items[k].path, &item->path, depth + 1) &&
                   part_at(&p->items[k].path, depth, &other, &is_field) && !is_field;
        }
        if (!seen)
            print_parent(p, o, cells, item, depth);
    }
    sb_json_close(p->j, '}');
    return true;
}

bool sb_query_print(struct sb_req *req, struct sb_arena *scratch, struct sb_json *j,
                    const struct sb_object *o, int64_t n, const struct sb_item *items,
                    size_t n_items) {
    struct printing p = {req, scratch, j, items, n_items};
    sb_arena_reset(scratch);
    return print_level(&p, o, n, NULL, 0);
}
