// SPDX-License-Identifier: MIT
// Fuzz target: fault plans of the local org.
//
// What must hold: a plan is refused with a reason, or has as many rules as its array has elements,
// which can be matched with a call, then shown as JSON.
//
// Corpus: tests/cases/plan
#include "faults.h"
#include "fuzz/fuzz.h"
#include "fuzz/org.h"
#include <string.h>

static void match(const char *method, const char *path) {
    struct sb_req *req = fuzz_org_request(method, "", 0);
    req->path = path;
    sb_faults_match(req);
    size_t sum = 0;
    for (size_t i = 0; i < req->fault.body_len; i++)
        sum += (unsigned char)req->fault.body[i];
    for (size_t i = 0; i < req->fault.headers.n; i++)
        sum += strlen(req->fault.headers.at[i].name) + strlen(req->fault.headers.at[i].value);
    must(!req->fault.hit || (req->fault.status >= 0 && req->fault.status < 1000), "status %d",
         req->fault.status);
    must(sum < SIZE_MAX && req->fault.delay_ms >= 0, "a wait below 0");
    sb_req_free(req);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    char why[300] = "";
    if (len > 65536)
        return 0;
    struct sb_plan *plan = sb_plan_read((const char *)data, len, 1, why, sizeof why);
    must(plan || (why[0] && strlen(why) < sizeof why), "neither a plan nor why");
    if (!plan)
        return 0;
    size_t n = sb_plan_count(plan);
    struct sb_app *app = fuzz_org();
    sb_faults_set(app->faults, plan);
    for (int i = 0; i < 3; i++) {
        match("GET", "/services/data/v62.0/query");
        match("PATCH", "/services/data/v62.0/composite/sobjects/Thing__c/Key__c");
    }
    struct sb_req *req = fuzz_org_request("GET", "", 0);
    struct sb_json j = sb_req_answer(req, 200);
    sb_faults_print(app->faults, &j);
    fuzz_org_check_answer(req);
    json_t *shown = json_loadb(req->out.at, req->out.len, JSON_ALLOW_NUL, NULL);
    must(json_array_size(shown) == n, "%zu rules, %zu shown", n, json_array_size(shown));
    json_decref(shown);
    sb_req_free(req);
    sb_faults_set(app->faults, NULL);
    return 0;
}
