// SPDX-License-Identifier: MIT
// What the org says about itself: versions, resources, limits.
#include "routes.h"

#include <stdio.h>

// Three releases a year; v62.0 was Winter '25.
static void put_label(struct sb_json *j, int version) {
    static const char *const seasons[] = {"Winter", "Spring", "Summer"};
    char label[32];
    int steps = version - 62 + 75; // from Winter '00
    snprintf(label, sizeof label, "%s '%02d", seasons[steps % 3], steps / 3);
    sb_json_put_str(j, "label", label);
}

void sb_versions(struct sb_req *req) {
    struct sb_json j = sb_req_answer(req, 200);
    sb_json_open(&j, '[');
    for (int v = SB_API_OLDEST / 10; v <= SB_API_VERSION / 10; v++) {
        char text[40];
        sb_json_open(&j, '{');
        put_label(&j, v);
        snprintf(text, sizeof text, "/services/data/v%d.0", v);
        sb_json_put_str(&j, "url", text);
        snprintf(text, sizeof text, "%d.0", v);
        sb_json_put_str(&j, "version", text);
        sb_json_close(&j, '}');
    }
    sb_json_close(&j, ']');
}

void sb_resources(struct sb_req *req) {
    static const char *const names[] = {
        "sobjects", "query",     "queryAll", "search",  "limits",
        "jobs",     "composite", "chatter",  "tooling", "parameterizedSearch"};
    struct sb_json j = sb_req_answer(req, 200);
    sb_json_open(&j, '{');
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        sb_json_put_str(&j, names[i],
                        sb_arena_format(&req->arena, "%s/%s", sb_req_base(req), names[i]));
    sb_json_put_str(&j, "identity",
                    sb_arena_format(&req->arena, "%s/id/%s/%s", req->app->base_url,
                                    req->app->org_id, req->app->user_id));
    sb_json_close(&j, '}');
}

static void put_limit(struct sb_json *j, const char *name, int64_t max, uint64_t used) {
    sb_json_key(j, name);
    sb_json_open(j, '{');
    sb_json_put_int(j, "Max", max);
    sb_json_put_int(j, "Remaining", used < (uint64_t)max ? max - (int64_t)used : 0);
    sb_json_close(j, '}');
}

void sb_limits(struct sb_req *req) {
    struct sb_tally *t = req->app->tally;
    struct sb_json j = sb_req_answer(req, 200);
    sb_json_open(&j, '{');
    put_limit(&j, "DailyApiRequests", req->app->options.daily, sb_counters_api_used(t));
    put_limit(&j, "DailyBulkApiBatches", 15000, sb_counters_batches_used(t));
    put_limit(&j, "DailyBulkV2QueryJobs", 10000, 0);
    put_limit(&j, "DailyBulkV2QueryFileStorageMB", 976562, 0);
    put_limit(&j, "DataStorageMB", 1024, 0);
    put_limit(&j, "FileStorageMB", 1024, 0);
    put_limit(&j, "ContentPublicationLimit", 250000, 0);
    put_limit(&j, "MaxContentDocumentsLimit", 30000000, 0);
    sb_json_close(&j, '}');
}
