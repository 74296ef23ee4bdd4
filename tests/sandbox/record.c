// SPDX-License-Identifier: MIT
// JSON records on their way to or from the store.
#include "record.h"

#include <string.h>
#include <strings.h>

struct reading {
    const struct sb_schema *s;
    struct sb_arena *a;
    struct sb_input *out;
    struct sb_fail *whole;
};

static bool refuse(struct reading *r, const char *code, const char *message) {
    *r->whole = (struct sb_fail){.code = code, .message = message ? message : ""};
    return false;
}

static bool unknown(struct reading *r, const char *name) {
    return refuse(r, "INVALID_FIELD",
                  sb_arena_format(r->a, "No such column '%s' on sobject of type %s", name,
                                  r->out->object->name));
}

// The object that a parent given by external id belongs to.
static const struct sb_object *target_of(struct reading *r, const struct sb_field *f,
                                         json_t *parent) {
    const char *type =
        json_string_value(json_object_get(json_object_get(parent, "attributes"), "type"));
    const struct sb_object *o = NULL;
    if (type)
        o = sb_schema_object(r->s, type);
    else if (f->n_targets == 1)
        o = sb_schema_object(r->s, f->targets[0]);
    return o && sb_field_may_refer(f, o) ? o : NULL;
}

static bool read_parent(struct reading *r, const struct sb_field *f, json_t *parent) {
    const struct sb_object *target = target_of(r, f, parent);
    const char *name = NULL;
    json_t *v = NULL;
    if (!target)
        return refuse(r, "INVALID_FIELD",
                      sb_arena_format(r->a, "The type of the parent in %s is missing or wrong",
                                      f->relationship));
    struct sb_parent *p = &r->out->parents[r->out->n_parents];
    *p = (struct sb_parent){.reference = f, .target = target};
    json_object_foreach(parent, name, v) {
        if (strcasecmp(name, "attributes") == 0)
            continue;
        const struct sb_field *key = sb_object_field(target, name, strlen(name));
        if (!key || !sb_field_is_key(key) || p->key)
            return refuse(r, "INVALID_FIELD",
                          sb_arena_format(r->a,
                                          "Field name provided, %s does not match an External ID, "
                                          "Salesforce Id, or indexed field for %s",
                                          name, target->name));
        bool whole = false;
        struct sb_fail fail = {0};
        if (!sb_cell_from_json(key, v, r->a, &p->value, &fail, &whole)) {
            if (whole)
                return refuse(r, fail.code, fail.message);
            if (!r->out->fail.code)
                r->out->fail = fail;
        }
        p->key = key;
    }
    if (!p->key)
        return refuse(r, "INVALID_FIELD",
                      sb_arena_format(r->a, "%s names no external id", f->relationship));
    r->out->n_parents++;
    return true;
}

static bool read_member(struct reading *r, const char *name, json_t *v) {
    const struct sb_object *o = r->out->object;
    const struct sb_field *f = sb_object_field(o, name, strlen(name));
    bool whole = false;
    struct sb_fail fail = {0};
    if (!f) {
        f = sb_object_relationship(o, name, strlen(name));
        if (f && json_is_object(v))
            return read_parent(r, f, v);
        if (!f || !json_is_null(v))
            return unknown(r, name);
    }
    if (sb_cell_from_json(f, v, r->a, &r->out->cells[f->at], &fail, &whole))
        return true;
    if (whole)
        return refuse(r, fail.code, fail.message);
    if (!r->out->fail.code)
        r->out->fail = fail;
    return true;
}

bool sb_record_read(const struct sb_schema *s, struct sb_arena *a, const struct sb_object *o,
                    json_t *record, struct sb_input *out, struct sb_fail *whole) {
    struct reading r = {s, a, out, whole};
    const char *name = NULL;
    json_t *v = NULL;
    *out = (struct sb_input){.object = o};
    if (!json_is_object(record))
        return refuse(&r, "JSON_PARSER_ERROR", "A record is a JSON object");
    out->cells = sb_arena_get(a, o->n_fields * sizeof *out->cells);
    out->parents = sb_arena_get(a, (json_object_size(record) + 1) * sizeof *out->parents);
    if (!out->cells || !out->parents)
        return refuse(&r, "UNKNOWN_EXCEPTION", "no memory");
    json_object_foreach(record, name, v) {
        if (strcasecmp(name, "attributes") != 0 && !read_member(&r, name, v))
            return false;
    }
    return true;
}

bool sb_record_fields(struct sb_req *req, const struct sb_object *o, const char *names,
                      const struct sb_field ***out, size_t *n) {
    size_t max = o->n_fields;
    for (const char *p = names; p && *p; p++)
        max += *p == ',';
    const struct sb_field **list = sb_arena_get(&req->arena, (max + 1) * sizeof(void *));
    *n = 0;
    if (!list) {
        sb_req_error(req, 500, "UNKNOWN_EXCEPTION", "no memory");
        return false;
    }
    *out = list;
    for (size_t i = 0; !names && i < o->n_fields; i++)
        if (!o->fields[i].hidden)
            list[(*n)++] = &o->fields[i];
    while (names && *names) {
        names += strspn(names, " ,");
        size_t len = strcspn(names, " ,");
        const struct sb_field *f = sb_object_field(o, names, len);
        if (!f && len > 0) {
            sb_req_error(req, 400, "INVALID_FIELD",
                         "No such column '%.*s' on entity '%s'. If you are attempting to use a "
                         "custom field, be sure to append the '__c' after the custom field name. "
                         "Please reference your WSDL or the describe call for the appropriate "
                         "names.",
                         (int)len, names, o->name);
            return false;
        }
        if (f)
            list[(*n)++] = f;
        names += len;
    }
    return true;
}

void sb_record_attributes(struct sb_req *req, struct sb_json *j, const struct sb_object *o,
                          const char *id) {
    sb_json_key(j, "attributes");
    sb_json_open(j, '{');
    sb_json_put_str(j, "type", o->name);
    if (id)
        sb_json_put_str(j, "url",
                        sb_arena_format(&req->arena, "/services/data/v%d.0/sobjects/%s/%s",
                                        req->version / 10, o->name, id));
    sb_json_close(j, '}');
}

bool sb_record_print(struct sb_req *req, struct sb_json *j, const struct sb_object *o, int64_t n,
                     const struct sb_field *const *fields, size_t n_fields) {
    struct sb_store *st = req->app->store;
    struct sb_cell *cells = sb_arena_get(&req->arena, o->n_fields * sizeof *cells);
    if (!cells || sb_store_state(st, o, n) != SB_ROW_ALIVE ||
        !sb_store_get(st, o, n, &req->arena, cells))
        return false;
    const char *url = sb_arena_format(&req->arena, "%s/sobjects/%s/%s", sb_req_base(req), o->name,
                                      cells[0].as.text);
    sb_json_open(j, '{');
    sb_record_attributes(req, j, o, cells[0].as.text);
    for (size_t i = 0; i < n_fields; i++) {
        sb_json_key(j, fields[i]->name);
        sb_cell_print(j, fields[i], &cells[fields[i]->at], url ? url : "");
    }
    sb_json_close(j, '}');
    return true;
}
