// SPDX-License-Identifier: MIT
// Single records: by id, by external id.
#include "describe.h"
#include "multipart.h"
#include "record.h"
#include "routes.h"

#include <string.h>
#include <strings.h>

static int status_of(const struct sb_fail *fail) {
    if (strcmp(fail->code, "NOT_FOUND") == 0 || strcmp(fail->code, "ENTITY_IS_DELETED") == 0)
        return 404;
    if (strncmp(fail->code, "INSUFFICIENT_ACCESS", 19) == 0)
        return 403;
    return strcmp(fail->code, "UNKNOWN_EXCEPTION") == 0 ? 500 : 400;
}

// Writes one record; false after an error answer.
static bool save(struct sb_req *req, struct sb_save *s, struct sb_input *row, struct sb_result *r) {
    struct sb_store *st = req->app->store;
    s->ordered = true;
    sb_store_lock(st);
    bool ok = sb_store_begin(st);
    if (ok)
        sb_save_chunk(s, row, 1, r);
    if (ok && r->fail.code)
        sb_store_rollback(st);
    else
        ok = ok && sb_store_commit(st);
    sb_store_unlock(st);
    if (ok)
        sb_save_count(s, row, 1, r);
    if (!ok)
        sb_req_error(req, 500, "UNKNOWN_EXCEPTION", "An unexpected error occurred");
    else if (r->fail.code)
        sb_req_fail(req, status_of(&r->fail), &r->fail);
    return ok && !r->fail.code;
}

static bool read_body(struct sb_req *req, const struct sb_object *o, struct sb_input *row) {
    struct sb_fail whole = {0};
    json_t *body = sb_req_json(req);
    if (!body)
        return false;
    bool ok = sb_record_read(req->app->schema, &req->arena, o, body, row, &whole);
    json_decref(body);
    if (!ok)
        sb_req_fail(req, 400, &whole);
    return ok;
}

static void put_done(struct sb_req *req, int status, const struct sb_result *r, bool upsert) {
    struct sb_json j = sb_req_answer(req, status);
    sb_json_open(&j, '{');
    sb_json_put_str(&j, "id", r->id);
    sb_json_put_bool(&j, "success", true);
    sb_json_key(&j, "errors");
    sb_json_raw(&j, "[]", 2);
    if (upsert && req->version >= 460)
        sb_json_put_bool(&j, "created", r->created);
    sb_json_close(&j, '}');
}

void sb_row_create(struct sb_req *req) {
    const struct sb_object *o = sb_find_object(req, req->part[0]);
    const char *type = sb_req_header(req, "Content-Type");
    struct sb_input row = {0};
    struct sb_result r;
    struct sb_save s;
    if (!o)
        return;
    bool parts = type && strncasecmp(type, "multipart/", 10) == 0;
    if (parts ? !sb_multipart_record(req, o, &row) : !read_body(req, o, &row))
        return;
    sb_req_save(req, &s);
    s.op = SB_INSERT;
    if (!save(req, &s, &row, &r))
        return;
    put_done(req, 201, &r, false);
    sb_req_add_header(
        req, "Location",
        sb_arena_format(&req->arena, "%s/sobjects/%s/%s", sb_req_base(req), o->name, r.id));
}

// The row of an id in the path, or -1 after a 404.
static int64_t row_of(struct sb_req *req, const struct sb_object *o, const char *text) {
    char id[SB_ID_SIZE];
    if (!sb_id_read(text, strlen(text), id)) {
        sb_req_error(req, 404, "NOT_FOUND",
                     "Provided external ID field does not exist or is not accessible: %s", text);
        return -1;
    }
    int64_t n = sb_id_number(id, o->prefix);
    if (n < 0)
        sb_req_not_found(req);
    return n;
}

static void print_row(struct sb_req *req, const struct sb_object *o, int64_t n) {
    const struct sb_field **fields = NULL;
    size_t n_fields = 0;
    if (!sb_record_fields(req, o, sb_req_param(req, "fields"), &fields, &n_fields))
        return;
    struct sb_json j = sb_req_answer(req, 200);
    sb_store_lock(req->app->store);
    bool found = sb_record_print(req, &j, o, n, fields, n_fields);
    sb_store_unlock(req->app->store);
    if (!found)
        sb_req_not_found(req);
}

void sb_row_get(struct sb_req *req) {
    const struct sb_object *o = sb_find_object(req, req->part[0]);
    int64_t n = o ? row_of(req, o, req->part[1]) : -1;
    if (n >= 0)
        print_row(req, o, n);
}

static void change(struct sb_req *req, enum sb_op op) {
    const struct sb_object *o = sb_find_object(req, req->part[0]);
    struct sb_input row = {.object = o};
    struct sb_result r;
    struct sb_save s;
    int64_t n = o ? row_of(req, o, req->part[1]) : -1;
    if (n < 0)
        return;
    if (op == SB_UPDATE && !read_body(req, o, &row))
        return;
    if (op == SB_DELETE)
        row.cells = sb_arena_get(&req->arena, o->n_fields * sizeof *row.cells);
    char *id = sb_arena_get(&req->arena, SB_ID_SIZE);
    if (!row.cells || !id)
        return;
    if (row.cells[0].kind != SB_ABSENT) {
        sb_req_error(req, 400, "INVALID_FIELD",
                     "The Id field should not be specified in the sobject data.");
        return;
    }
    sb_id_make(id, o->prefix, n);
    row.cells[0] = (struct sb_cell){.kind = SB_TEXT, .len = SB_ID_SIZE - 1, .as.text = id};
    sb_req_save(req, &s);
    s.op = op;
    sb_store_lock(req->app->store);
    enum sb_row state = s.store ? sb_store_state(s.store, o, n) : SB_ROW_ALIVE;
    sb_store_unlock(req->app->store);
    if (state == SB_ROW_NONE)
        sb_req_not_found(req);
    else if (save(req, &s, &row, &r))
        sb_req_answer(req, 204);
}

void sb_row_update(struct sb_req *req) { change(req, SB_UPDATE); }

void sb_row_delete(struct sb_req *req) { change(req, SB_DELETE); }

// --- by external id ------------------------------------------------------------------------------

// The key field of the path, or NULL after a 404.
static const struct sb_field *key_of(struct sb_req *req, const struct sb_object *o) {
    const struct sb_field *f = sb_object_field(o, req->part[1], strlen(req->part[1]));
    size_t len = strlen(req->part[2]);
    if (!f || !sb_field_is_key(f)) {
        sb_req_error(req, 404, "NOT_FOUND",
                     "Provided external ID field does not exist or is not accessible: %s",
                     req->part[1]);
        return NULL;
    }
    // As in the org, some endings are taken for file names before anybody looks at the record.
    if (len > 4 && strcasecmp(req->part[2] + len - 4, ".inc") == 0) {
        sb_req_not_found(req);
        return NULL;
    }
    return f;
}

static bool key_value(struct sb_req *req, const struct sb_field *f, struct sb_cell *out) {
    struct sb_fail fail = {0};
    if (sb_cell_from_text(f, req->part[2], strlen(req->part[2]), &req->arena, out, &fail))
        return true;
    sb_req_fail(req, 400, &fail);
    return false;
}

static void several(struct sb_req *req, const struct sb_object *o, const int64_t *n, int count) {
    struct sb_json j = sb_req_answer(req, 300);
    sb_json_open(&j, '[');
    for (int i = 0; i < count; i++) {
        char id[SB_ID_SIZE];
        sb_id_make(id, o->prefix, n[i]);
        sb_json_str(
            &j, sb_arena_format(&req->arena, "%s/sobjects/%s/%s", sb_req_base(req), o->name, id));
    }
    sb_json_close(&j, ']');
}

// How many rows have that key, with 300 or 404 answered unless it is exactly one.
static int find(struct sb_req *req, const struct sb_object *o, const struct sb_field *f,
                const struct sb_cell *v, int64_t *n, bool must) {
    int64_t found[20] = {0};
    sb_store_lock(req->app->store);
    int count = sb_store_find(req->app->store, o, f, v, found, 20);
    sb_store_unlock(req->app->store);
    *n = found[0];
    if (count > 1)
        several(req, o, found, count);
    else if (count == 0 && must)
        sb_req_not_found(req);
    return count;
}

// GET sobjects/ContentVersion/068.../VersionData
static bool blob(struct sb_req *req, const struct sb_object *o) {
    const struct sb_field *f = sb_object_field(o, req->part[2], strlen(req->part[2]));
    char id[SB_ID_SIZE];
    if (!f || f->kind != SB_KIND_BASE64 || !sb_id_read(req->part[1], strlen(req->part[1]), id))
        return false;
    struct sb_cell *cells = sb_arena_get(&req->arena, o->n_fields * sizeof *cells);
    sb_store_lock(req->app->store);
    bool found =
        cells && sb_store_get(req->app->store, o, sb_id_number(id, o->prefix), &req->arena, cells);
    sb_store_unlock(req->app->store);
    if (!found) {
        sb_req_not_found(req);
        return true;
    }
    sb_req_answer(req, 200);
    req->content_type = "application/octet-stream";
    if (cells[f->at].kind == SB_TEXT)
        sb_buf_add(&req->out, cells[f->at].as.text, cells[f->at].len);
    return true;
}

void sb_key_get(struct sb_req *req) {
    const struct sb_object *o = sb_find_object(req, req->part[0]);
    if (!o || blob(req, o))
        return;
    const struct sb_field *f = key_of(req, o);
    struct sb_cell v;
    int64_t n = 0;
    if (f && key_value(req, f, &v) && find(req, o, f, &v, &n, true) == 1)
        print_row(req, o, n);
}

void sb_key_upsert(struct sb_req *req) {
    const struct sb_object *o = sb_find_object(req, req->part[0]);
    const struct sb_field *f = o ? key_of(req, o) : NULL;
    struct sb_cell v;
    struct sb_input row = {0};
    struct sb_result r;
    struct sb_save s;
    int64_t n = 0;
    if (!f || !read_body(req, o, &row))
        return;
    if (row.cells[f->at].kind != SB_ABSENT) {
        sb_req_error(req, 400, "INVALID_FIELD",
                     "The %s field should not be specified in the sobject data.", f->name);
        return;
    }
    if (!key_value(req, f, &v))
        return;
    sb_req_save(req, &s);
    if (s.store && find(req, o, f, &v, &n, false) > 1)
        return;
    const char *only = sb_req_param(req, "updateOnly");
    row.cells[f->at] = v;
    s.op = SB_UPSERT;
    s.key = f;
    s.update_only = only && strcasecmp(only, "true") == 0;
    if (!save(req, &s, &row, &r))
        return;
    if (r.created)
        put_done(req, 201, &r, true);
    else if (req->version >= 460)
        put_done(req, 200, &r, true);
    else
        sb_req_answer(req, 204);
}

void sb_key_delete(struct sb_req *req) {
    const struct sb_object *o = sb_find_object(req, req->part[0]);
    const struct sb_field *f = o ? key_of(req, o) : NULL;
    struct sb_input row = {.object = o};
    struct sb_cell v;
    struct sb_result r;
    struct sb_save s;
    int64_t n = 0;
    if (!f || !key_value(req, f, &v) || find(req, o, f, &v, &n, true) != 1)
        return;
    char *id = sb_arena_get(&req->arena, SB_ID_SIZE);
    row.cells = sb_arena_get(&req->arena, o->n_fields * sizeof *row.cells);
    if (!id || !row.cells)
        return;
    sb_id_make(id, o->prefix, n);
    row.cells[0] = (struct sb_cell){.kind = SB_TEXT, .len = SB_ID_SIZE - 1, .as.text = id};
    sb_req_save(req, &s);
    s.op = SB_DELETE;
    if (save(req, &s, &row, &r))
        sb_req_answer(req, 204);
}
