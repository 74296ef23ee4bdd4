// SPDX-License-Identifier: MIT
// Fuzz target: records in JSON to the local org.
//
// What must hold: each request is answered in JSON; a record that was taken can be read again.
//
// Corpus: tests/cases/record
#include "fuzz/fuzz.h"
#include "fuzz/org.h"
#include "routes.h"
#include <stdio.h>
#include <string.h>

// A record that was taken is asked for by the id of the answer.
static void read_again(const char *object, const struct sb_req *taken) {
    json_t *answer = json_loadb(taken->out.at, taken->out.len, 0, NULL);
    const char *id = json_string_value(json_object_get(answer, "id"));
    must(id && strlen(id) == 18, "no id: %.*s", (int)taken->out.len, taken->out.at);
    struct sb_req *req = fuzz_org_request("GET", "", 0);
    req->part[0] = sb_arena_text(&req->arena, object);
    req->part[1] = sb_arena_text(&req->arena, id);
    sb_row_get(req);
    fuzz_org_check_answer(req);
    must(req->status == 200, "%s %s: status %d", object, id, req->status);
    sb_req_free(req);
    json_decref(answer);
}

static void create(const char *object, const void *body, size_t len) {
    struct sb_req *req = fuzz_org_request("POST", body, len);
    req->part[0] = sb_arena_text(&req->arena, object);
    sb_row_create(req);
    fuzz_org_check_answer(req);
    if (req->status == 201)
        read_again(object, req);
    sb_req_free(req);
}

static void upsert_many(const char *object, const char *key, const void *body, size_t len) {
    struct sb_req *req = fuzz_org_request("PATCH", body, len);
    req->part[0] = sb_arena_text(&req->arena, object);
    req->part[1] = sb_arena_text(&req->arena, key);
    sb_collections_upsert(req);
    fuzz_org_check_answer(req);
    sb_req_free(req);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    static unsigned n_runs;
    if (len > 65536)
        return 0;
    create("Thing__c", data, len);
    create("AC_HistoricalQueueMetrics__c", data, len);
    upsert_many("AC_HistoricalQueueMetrics__c", "AC_Record_Id__c", data, len);
    if (++n_runs % 1000 == 0) { // it must not grow for ever
        struct sb_app *app = fuzz_org();
        sb_store_lock(app->store);
        must(sb_store_clear(app->store), "the store cannot be cleared");
        sb_store_unlock(app->store);
        must(sb_app_populate(app), "no memory");
    }
    return 0;
}
