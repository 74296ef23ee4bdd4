// SPDX-License-Identifier: MIT
// What tests ask the sandbox itself: counters, records, reset, faults.
#include "bulk.h"
#include "cursors.h"
#include "faults.h"
#include "record.h"
#include "routes.h"

#include <stdlib.h>
#include <string.h>

void sb_admin_counters(struct sb_req *req) {
    struct sb_json j = sb_req_answer(req, 200);
    sb_json_open(&j, '{');
    sb_counters_print(req->app->tally, &j, sb_routes_name);
    sb_json_close(&j, '}');
    sb_buf_char(&req->out, '\n');
}

// One line a record: what is set, without what the org adds by itself.
static void put_line(struct sb_req *req, struct sb_arena *a, const struct sb_object *o, int64_t n) {
    struct sb_json j = {.b = &req->out};
    struct sb_cell *cells = sb_arena_get(a, o->n_fields * sizeof *cells);
    if (!cells || !sb_store_get(req->app->store, o, n, a, cells))
        return;
    sb_json_open(&j, '{');
    for (size_t i = 1; i < o->n_fields; i++) {
        if (o->fields[i].system || cells[i].kind == SB_NULL)
            continue;
        sb_json_key(&j, o->fields[i].name);
        sb_cell_print(&j, &o->fields[i], &cells[i], "");
    }
    sb_json_close(&j, '}');
    sb_buf_char(&req->out, '\n');
}

void sb_admin_records(struct sb_req *req) {
    const char *name = sb_req_param(req, "object");
    const struct sb_object *o = name ? sb_schema_object(req->app->schema, name) : NULL;
    if (!o) {
        sb_req_error(req, 404, "NOT_FOUND", "object=%s: the org has no such object",
                     name ? name : "");
        return;
    }
    const char *sql =
        sb_arena_format(&req->arena, "SELECT n FROM \"%s\" WHERE gone = 0 ORDER BY %s%s%s n",
                        o->name, o->key ? "\"" : "", o->key ? o->key : "", o->key ? "\"," : "");
    struct sb_arena a;
    sqlite3_stmt *q = NULL;
    sb_arena_init(&a, (size_t)64 << 20);
    sb_req_answer(req, 200);
    req->content_type = "application/x-ndjson";
    sb_store_lock(req->app->store);
    if (sql && sqlite3_prepare_v2(sb_store_sql(req->app->store), sql, -1, &q, NULL) == SQLITE_OK) {
        while (sqlite3_step(q) == SQLITE_ROW) {
            put_line(req, &a, o, sqlite3_column_int64(q, 0));
            sb_arena_reset(&a);
        }
    }
    sqlite3_finalize(q);
    sb_store_unlock(req->app->store);
    sb_arena_free(&a);
}

static bool take_plan(struct sb_req *req, struct sb_plan *p, const char *why) {
    if (p)
        sb_faults_set(req->app->faults, p);
    else
        sb_req_error(req, 400, "INVALID_FAULT_PLAN", "%s", why);
    return p != NULL;
}

void sb_admin_reset(struct sb_req *req) {
    struct sb_app *app = req->app;
    char why[500] = "";
    sb_jobs_clear(app->jobs);
    sb_cursors_clear(app->cursors);
    sb_store_lock(app->store);
    bool ok = sb_store_clear(app->store);
    sb_store_unlock(app->store);
    if (!ok || !sb_app_populate(app)) {
        sb_req_error(req, 500, "UNKNOWN_EXCEPTION", "the records could not be removed");
        return;
    }
    sb_counters_reset(app->tally);
    const char *file = app->options.faults;
    uint64_t seed = (uint64_t)app->options.seed;
    if (!file)
        sb_faults_set(app->faults, NULL);
    else if (!take_plan(req, sb_plan_load(file, seed, why, sizeof why), why))
        return;
    sb_req_answer(req, 204);
}

void sb_admin_expire(struct sb_req *req) {
    sb_auth_expire(req->app->auth);
    sb_req_answer(req, 204);
}

void sb_admin_faults(struct sb_req *req) {
    char why[500] = "";
    if (strcmp(req->method, "POST") == 0 &&
        !take_plan(req,
                   sb_plan_read(req->body.at ? req->body.at : "", req->body.len,
                                (uint64_t)req->app->options.seed, why, sizeof why),
                   why))
        return;
    struct sb_json j = sb_req_answer(req, 200);
    sb_faults_print(req->app->faults, &j);
    sb_buf_char(&req->out, '\n');
}
