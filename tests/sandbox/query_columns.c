// SPDX-License-Identifier: MIT
// What columns a query would give: the answer to columns=true.
#include "query.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct columns {
    struct sb_json *j;
    const struct sb_schema *schema;
    const struct sb_item *items;
    size_t n;
};

static void put_column(struct sb_json *j, const char *name, const struct sb_field *f,
                       bool aggregate) {
    bool number = f && (f->kind == SB_KIND_INT || f->kind == SB_KIND_DOUBLE);
    bool flag = f && f->kind == SB_KIND_BOOLEAN;
    sb_json_put_bool(j, "aggregate", aggregate);
    sb_json_put_str(j, "apexType", f ? f->type : NULL);
    sb_json_put_bool(j, "booleanType", flag);
    sb_json_put_str(j, "columnName", name);
    sb_json_put_bool(j, "custom", f && f->custom);
    sb_json_put_str(j, "displayName", name);
    sb_json_put_null(j, "foreignKeyName");
    sb_json_put_bool(j, "insertable", f && f->createable);
    sb_json_put_bool(j, "numberType", number || aggregate);
    sb_json_put_bool(j, "textType", !number && !flag && !aggregate);
    sb_json_put_bool(j, "updatable", f && f->updateable);
}

// Parents follow each other as they stand in the query; each is a column with its own inside.
static void put_path(struct columns *c, const struct sb_object *o, const char *s, size_t len) {
    const char *dot = memchr(s, '.', len);
    size_t part = dot ? (size_t)(dot - s) : len;
    const struct sb_field *f =
        dot ? sb_object_relationship(o, s, part) : sb_object_field(o, s, part);
    const struct sb_object *target =
        dot && f && f->n_targets > 0 ? sb_schema_object(c->schema, f->targets[0]) : NULL;
    sb_json_open(c->j, '{');
    if (f)
        put_column(c->j, dot ? f->relationship : f->name, f, false);
    sb_json_key(c->j, "joinColumns");
    sb_json_open(c->j, '[');
    if (target)
        put_path(c, target, dot + 1, len - part - 1);
    sb_json_close(c->j, ']');
    sb_json_close(c->j, '}');
}

static void put_aggregate(struct columns *c, const struct sb_item *item, int *unnamed) {
    char name[24];
    snprintf(name, sizeof name, "expr%d", *unnamed);
    *unnamed += item->alias == NULL;
    sb_json_open(c->j, '{');
    put_column(c->j, item->alias ? item->alias : name, NULL, true);
    sb_json_key(c->j, "joinColumns");
    sb_json_raw(c->j, "[]", 2);
    sb_json_close(c->j, '}');
}

void sb_query_columns(struct sb_req *req, const struct sb_soql *q, const struct sb_object *o) {
    struct sb_json j = sb_req_answer(req, 200);
    struct columns c = {&j, req->app->schema, q->items, q->n_items};
    int unnamed = 0;
    bool id = false;
    sb_json_open(&j, '{');
    sb_json_key(&j, "columnMetadata");
    sb_json_open(&j, '[');
    for (size_t i = 0; i < c.n; i++) {
        const struct sb_path *p = &c.items[i].path;
        id = id || (p->len == 2 && strncasecmp(p->s, "Id", 2) == 0);
        if (c.items[i].kind == SB_I_FIELD)
            put_path(&c, o, p->s, p->len);
        else
            put_aggregate(&c, &c.items[i], &unnamed);
    }
    sb_json_close(&j, ']');
    sb_json_put_str(&j, "entityName", o->name);
    sb_json_put_bool(&j, "groupBy", q->n_groups > 0);
    sb_json_put_bool(&j, "idSelected", id);
    sb_json_put_str(&j, "keyPrefix", o->prefix);
    sb_json_close(&j, '}');
}
