// SPDX-License-Identifier: MIT
// sObject Collections: up to 200 records in one call.
#include "describe.h"
#include "record.h"
#include "routes.h"

#include <string.h>
#include <strings.h>

#define MAX_CHUNKS 10u
#define MAX_GET 2000u

struct batch { // one call on its way
    struct sb_req *req;
    struct sb_save save;
    bool all_or_none;
    struct sb_input *rows;
    struct sb_result *results;
    size_t n;
};

static bool prepare(struct batch *b, size_t n) {
    b->n = n;
    b->rows = sb_arena_get(&b->req->arena, (n + 1) * sizeof *b->rows);
    b->results = sb_arena_get(&b->req->arena, (n + 1) * sizeof *b->results);
    if (b->rows && b->results)
        return true;
    sb_req_error(b->req, 500, "UNKNOWN_EXCEPTION", "no memory");
    return false;
}

static void put_result(struct sb_json *j, const struct sb_result *r, bool upsert) {
    sb_json_open(j, '{');
    if (!r->fail.code)
        sb_json_put_str(j, "id", r->id);
    sb_json_put_bool(j, "success", !r->fail.code);
    sb_json_key(j, "errors");
    sb_json_open(j, '[');
    if (r->fail.code)
        sb_put_fail(j, &r->fail);
    sb_json_close(j, ']');
    if (!r->fail.code && upsert)
        sb_json_put_bool(j, "created", r->created);
    sb_json_close(j, '}');
}

static void answer(struct batch *b) {
    struct sb_json j = sb_req_answer(b->req, 200);
    int64_t spoil = b->req->fault.rows;
    size_t n = b->n;
    if (spoil < 0)
        n = (size_t)-spoil < n ? n - (size_t)-spoil : 0;
    sb_json_open(&j, '[');
    for (size_t i = 0; i < n; i++)
        put_result(&j, &b->results[i], b->save.op == SB_UPSERT);
    for (int64_t i = 0; i < spoil && b->n > 0; i++)
        put_result(&j, &b->results[b->n - 1], b->save.op == SB_UPSERT);
    sb_json_close(&j, ']');
}

static void roll_back(struct batch *b) {
    static const struct sb_fail innocent = {
        .code = "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        .message = "Record rolled back because not all records were valid and the request was "
                   "using AllOrNone header",
    };
    sb_store_rollback(b->req->app->store);
    for (size_t i = 0; i < b->n; i++)
        if (!b->results[i].fail.code)
            b->results[i].fail = innocent;
}

// Consecutive records of one object are one chunk.
static size_t chunk_at(const struct batch *b, size_t from) {
    size_t end = from + 1;
    while (end < b->n && b->rows[end].object == b->rows[from].object)
        end++;
    return end;
}

static void run(struct batch *b) {
    struct sb_store *st = b->req->app->store;
    size_t chunks = 0, failed = 0;
    for (size_t from = 0; from < b->n; from = chunk_at(b, from))
        chunks++;
    if (chunks > MAX_CHUNKS && b->save.op != SB_DELETE) {
        sb_req_error(b->req, 400, "LIMIT_EXCEEDED",
                     "Cannot have more than 10 chunks in a single operation. Please rearrange the "
                     "data to reduce chunking.");
        return;
    }
    sb_store_lock(st);
    bool ok = sb_store_begin(st);
    for (size_t from = 0, end = 0; ok && from < b->n; from = end) {
        end = chunk_at(b, from);
        sb_save_chunk(&b->save, b->rows + from, end - from, b->results + from);
    }
    for (size_t i = 0; i < b->n; i++)
        failed += b->results[i].fail.code != NULL;
    if (ok && failed > 0 && b->all_or_none)
        roll_back(b);
    else
        ok = ok && sb_store_commit(st);
    sb_store_unlock(st);
    if (!ok) {
        sb_req_error(b->req, 500, "UNKNOWN_EXCEPTION", "An unexpected error occurred");
        return;
    }
    sb_save_count(&b->save, b->rows, b->n, b->results);
    answer(b);
}

// The records of the body; false after an error answer.
static bool read_list(struct batch *b, json_t *body, json_t **list) {
    const char *name = NULL;
    json_t *v = NULL;
    *list = NULL;
    json_object_foreach(body, name, v) {
        if (strcmp(name, "allOrNone") == 0 && json_is_boolean(v)) {
            b->all_or_none = json_is_true(v);
        } else if (strcmp(name, "records") == 0 && json_is_array(v)) {
            *list = v;
        } else {
            sb_req_error(b->req, 400, "JSON_PARSER_ERROR",
                         "Unrecognized field \"%s\" or wrong type of its value at [line:1, "
                         "column:1]",
                         name);
            return false;
        }
    }
    size_t n = json_array_size(*list);
    if (n == 0) {
        sb_req_error(b->req, 400, "REQUIRED_FIELD_MISSING",
                     "Required fields are missing: [records]");
        return false;
    }
    if (n > SB_CHUNK_ROWS) {
        sb_req_error(b->req, 400, "EXCEEDED_ID_LIMIT",
                     "record limit reached. cannot submit more than 200 records into this call");
        return false;
    }
    return prepare(b, n);
}

static bool read_row(struct batch *b, json_t *v, const struct sb_object *only,
                     struct sb_input *row) {
    const char *type = json_string_value(json_object_get(json_object_get(v, "attributes"), "type"));
    const struct sb_object *o = type ? sb_schema_object(b->req->app->schema, type) : NULL;
    struct sb_fail whole = {0};
    if (!o || (only && o != only)) {
        sb_req_error(b->req, 400, "INVALID_TYPE",
                     only && o ? "sObject type '%s' is not that of the URI"
                               : "sObject type '%s' is not supported.",
                     type ? type : "null");
        return false;
    }
    if (sb_record_read(b->req->app->schema, &b->req->arena, o, v, row, &whole))
        return true;
    sb_req_fail(b->req, 400, &whole);
    return false;
}

static void write_records(struct sb_req *req, enum sb_op op, const struct sb_object *only,
                          const struct sb_field *key) {
    struct batch b = {.req = req};
    json_t *list = NULL, *body = sb_req_json(req);
    if (!body)
        return;
    sb_req_save(req, &b.save);
    b.save.op = op;
    b.save.key = key;
    bool ok = read_list(&b, body, &list);
    for (size_t i = 0; ok && i < b.n; i++)
        ok = read_row(&b, json_array_get(list, i), only, &b.rows[i]);
    json_decref(body);
    if (ok)
        run(&b);
}

void sb_collections_upsert(struct sb_req *req) {
    const struct sb_object *o = sb_find_object(req, req->part[0]);
    if (!o)
        return;
    const struct sb_field *f = sb_object_field(o, req->part[1], strlen(req->part[1]));
    if (!f || !sb_field_is_key(f) || f->kind == SB_KIND_ID)
        sb_req_error(req, 404, "NOT_FOUND",
                     "Provided external ID field does not exist or is not accessible: %s",
                     req->part[1]);
    else
        write_records(req, SB_UPSERT, o, f);
}

void sb_collections_create(struct sb_req *req) { write_records(req, SB_INSERT, NULL, NULL); }

void sb_collections_update(struct sb_req *req) { write_records(req, SB_UPDATE, NULL, NULL); }

// One id of a list separated by commas.
static bool next_id(const char **s, const char **at, size_t *len) {
    *s += strspn(*s, ", ");
    *at = *s;
    *len = strcspn(*s, ",");
    *s += *len;
    return *len > 0;
}

static size_t count_ids(const char *s) {
    const char *at = NULL;
    size_t n = 0, len = 0;
    while (next_id(&s, &at, &len))
        n++;
    return n;
}

static bool read_id(struct batch *b, const char *at, size_t len, struct sb_input *row) {
    char *id = sb_arena_get(&b->req->arena, SB_ID_SIZE);
    row->cells = NULL;
    if (id && sb_id_read(at, len, id))
        row->object = sb_schema_by_prefix(b->req->app->schema, id);
    size_t n = row->object ? row->object->n_fields : 1;
    row->cells = sb_arena_get(&b->req->arena, n * sizeof *row->cells);
    if (!id || !row->cells)
        return false;
    if (row->object)
        row->cells[0] = (struct sb_cell){.kind = SB_TEXT, .len = SB_ID_SIZE - 1, .as.text = id};
    else
        row->fail = (struct sb_fail){
            .code = "MALFORMED_ID",
            .message = sb_arena_format(&b->req->arena, "malformed id %.*s", (int)len, at),
        };
    return true;
}

void sb_collections_delete(struct sb_req *req) {
    struct batch b = {.req = req};
    const char *ids = sb_req_param(req, "ids"), *at = NULL;
    const char *all = sb_req_param(req, "allOrNone");
    size_t n = ids ? count_ids(ids) : 0, len = 0;
    if (n == 0) {
        sb_req_error(req, 400, "MISSING_ARGUMENT", "The ids parameter is missing");
        return;
    }
    if (n > SB_CHUNK_ROWS) {
        sb_req_error(req, 400, "EXCEEDED_ID_LIMIT",
                     "record limit reached. cannot submit more than 200 records into this call");
        return;
    }
    if (!prepare(&b, n))
        return;
    sb_req_save(req, &b.save);
    b.save.op = SB_DELETE;
    b.all_or_none = all && strcasecmp(all, "true") == 0;
    for (size_t i = 0; next_id(&ids, &at, &len); i++)
        if (!read_id(&b, at, len, &b.rows[i]))
            return;
    run(&b);
}

struct getting {
    struct sb_req *req;
    const struct sb_object *o;
    const struct sb_field **fields;
    size_t n_fields;
    struct sb_json j;
};

static void put_record(struct getting *g, const char *text, size_t len) {
    char id[SB_ID_SIZE];
    int64_t n = sb_id_read(text, len, id) ? sb_id_number(id, g->o->prefix) : -1;
    if (n < 0 || !sb_record_print(g->req, &g->j, g->o, n, g->fields, g->n_fields))
        sb_json_null(&g->j);
}

// "A,B" from a JSON list of names.
static const char *join(struct sb_req *req, json_t *list) {
    struct sb_buf all;
    json_t *v = NULL;
    size_t i = 0;
    sb_buf_init(&all, 1u << 20);
    json_array_foreach(list, i, v) {
        const char *s = json_string_value(v);
        sb_buf_text(&all, i > 0 ? "," : "");
        sb_buf_text(&all, s ? s : "?");
    }
    const char *copy =
        all.failed ? NULL : sb_arena_copy(&req->arena, all.at ? all.at : "", all.len);
    sb_buf_free(&all);
    return copy;
}

void sb_collections_get(struct sb_req *req) {
    struct getting g = {.req = req, .o = sb_find_object(req, req->part[0])};
    if (!g.o)
        return;
    const char *ids = sb_req_param(req, "ids"), *names = sb_req_param(req, "fields"), *at = NULL;
    size_t len = 0;
    if (strcmp(req->method, "POST") == 0) {
        json_t *body = sb_req_json(req);
        if (!body)
            return;
        ids = join(req, json_object_get(body, "ids"));
        names = join(req, json_object_get(body, "fields"));
        json_decref(body);
    }
    if (!ids || !names || !*ids || !*names) {
        sb_req_error(req, 400, "MISSING_ARGUMENT", "ids and fields are required");
        return;
    }
    if (count_ids(ids) > MAX_GET) {
        sb_req_error(req, 400, "EXCEEDED_ID_LIMIT",
                     "record limit reached. cannot retrieve more than 2000 records");
        return;
    }
    if (!sb_record_fields(req, g.o, names, &g.fields, &g.n_fields))
        return;
    g.j = sb_req_answer(req, 200);
    sb_json_open(&g.j, '[');
    sb_store_lock(req->app->store);
    while (next_id(&ids, &at, &len))
        put_record(&g, at, len);
    sb_store_unlock(req->app->store);
    sb_json_close(&g.j, ']');
}
