// SPDX-License-Identifier: MIT
// A local org in memory, without its server.
#include "fuzz/org.h"
#include "bulk.h"
#include "cursors.h"
#include "faults.h"
#include "fold.h"
#include "fuzz/fuzz.h"
#include "routes.h"
#include "times.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_objects(struct sb_schema *schema) {
    char why[500] = "";
    must(sb_schema_load(schema, "schemas", why, sizeof why), "%s", why);
    must(sb_schema_load(schema, "tests/sandbox/objects", why, sizeof why), "%s", why);
    for (size_t i = 0; sb_standard_object(i); i++) {
        json_t *object = json_loads(sb_standard_object(i), 0, NULL);
        must(sb_schema_add(schema, object, why, sizeof why), "%s", why);
        json_decref(object);
    }
    must(sb_schema_seal(schema, why, sizeof why), "%s", why);
}

static void build(struct sb_app *app) {
    char why[500] = "";
    char *argv[] = {(char *)"acload-sandbox", NULL};
    must(sb_options_read(&app->options, 1, argv, why, sizeof why), "%s", why);
    app->schema = sb_schema_new("");
    must(app->schema, "no memory");
    add_objects(app->schema);
    app->chance.state = 1;
    app->started_ms = sb_time_now_ms();
    sb_id_make(app->org_id, "00D", 1);
    sb_id_make(app->user_id, "005", 1);
    snprintf(app->base_url, sizeof app->base_url, "http://127.0.0.1:1");
    app->store = sb_store_open(app->schema, NULL, why, sizeof why);
    must(app->store, "%s", why);
    app->tally = sb_counters_new(app->schema, sb_routes_count());
    app->auth = sb_auth_new(&app->options, app->org_id);
    app->jobs = sb_jobs_new(app);
    app->cursors = sb_cursors_new();
    app->faults = sb_faults_new();
    must(app->tally && app->auth && app->jobs && app->cursors && app->faults &&
             sb_app_populate(app),
         "no memory");
}

struct sb_app *fuzz_org(void) {
    static struct sb_app app = {.lock = PTHREAD_MUTEX_INITIALIZER,
                                .wake = PTHREAD_COND_INITIALIZER};
    if (!app.store) {
        sb_fold_init();
        build(&app);
    }
    return &app;
}

struct sb_req *fuzz_org_request(const char *method, const void *body, size_t len) {
    struct sb_req *req = sb_req_new(fuzz_org(), "/services/data/v62.0/");
    if (!req)
        abort();
    req->method = method;
    req->path = req->uri;
    req->version = 620;
    must(sb_buf_add(&req->body, body, len), "the body is too large");
    return req;
}

void fuzz_org_check_answer(const struct sb_req *req) {
    must(req->status >= 200 && req->status < 500, "status %d: %.*s", req->status, (int)req->out.len,
         req->out.at ? req->out.at : "");
    if (!req->out.len)
        return;
    json_error_t e = {0};
    json_t *v = json_loadb(req->out.at, req->out.len, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &e);
    must(v, "the answer is no JSON (%s, at %d): %.*s", e.text, e.position, (int)req->out.len,
         req->out.at);
    json_decref(v);
}
