// SPDX-License-Identifier: MIT
// Which path is answered by which function.
#include "routes.h"

#include "s3.h"
#include "url.h"

#include <stdio.h>
#include <string.h>

#define D "/services/data/{v}/"

// The first that matches wins: what is particular comes before what is general.
static const struct sb_route routes[] = {
    {"token", "POST", "/services/oauth2/token", sb_token, NULL, 0, SB_OPEN | SB_UNCOUNTED},
    {"revoke", "POST", "/services/oauth2/revoke", sb_revoke, NULL, 0, SB_OPEN | SB_UNCOUNTED},
    {"userinfo", "GET", "/services/oauth2/userinfo", sb_userinfo, NULL, 0, SB_UNCOUNTED},
    {"userinfo_post", "POST", "/services/oauth2/userinfo", sb_userinfo, NULL, 0, SB_UNCOUNTED},
    {"identity", "GET", "/id/*/*", sb_identity, NULL, 0, SB_UNCOUNTED},
    {"soap_login", "POST", "/services/Soap/u/*", sb_soap_login, NULL, 0, SB_OPEN | SB_UNCOUNTED},
    {"versions", "GET", "/services/data", sb_versions, NULL, 0, SB_OPEN | SB_UNCOUNTED},
    {"resources", "GET", D, sb_resources, NULL, 0, 0},
    {"limits", "GET", D "limits", sb_limits, NULL, 290, 0},
    {"global_describe", "GET", D "sobjects", sb_global_describe, NULL, 0, 0},
    {"object_info", "GET", D "sobjects/*", sb_object_info, NULL, 0, 0},
    {"row_create", "POST", D "sobjects/*", sb_row_create, NULL, 0, SB_MULTIPART},
    {"describe", "GET", D "sobjects/*/describe", sb_describe, NULL, 0, 0},
    {"row_create_by_id", "POST", D "sobjects/*/Id", sb_row_create, NULL, 370, SB_JSON},
    {"row_get", "GET", D "sobjects/*/*", sb_row_get, NULL, 0, 0},
    {"row_update", "PATCH", D "sobjects/*/*", sb_row_update, NULL, 0, SB_JSON},
    {"row_delete", "DELETE", D "sobjects/*/*", sb_row_delete, NULL, 0, 0},
    {"key_get", "GET", D "sobjects/*/*/*", sb_key_get, NULL, 0, 0},
    {"key_upsert", "PATCH", D "sobjects/*/*/*", sb_key_upsert, NULL, 0, SB_JSON},
    {"key_delete", "DELETE", D "sobjects/*/*/*", sb_key_delete, NULL, 0, 0},
    {"collections_upsert", "PATCH", D "composite/sobjects/*/*", sb_collections_upsert, NULL, 460,
     SB_JSON},
    {"collections_create", "POST", D "composite/sobjects", sb_collections_create, NULL, 420,
     SB_JSON},
    {"collections_update", "PATCH", D "composite/sobjects", sb_collections_update, NULL, 420,
     SB_JSON},
    {"collections_delete", "DELETE", D "composite/sobjects", sb_collections_delete, NULL, 420, 0},
    {"collections_get", "POST", D "composite/sobjects/*", sb_collections_get, NULL, 420, SB_JSON},
    {"collections_get_short", "GET", D "composite/sobjects/*", sb_collections_get, NULL, 420, 0},
    {"bulk_create", "POST", D "jobs/ingest", sb_bulk_create, NULL, 410, SB_MULTIPART},
    {"bulk_list", "GET", D "jobs/ingest", sb_bulk_list, NULL, 410, 0},
    {"bulk_get", "GET", D "jobs/ingest/*", sb_bulk_get, NULL, 410, 0},
    {"bulk_state", "PATCH", D "jobs/ingest/*", sb_bulk_state, NULL, 410, SB_JSON},
    {"bulk_delete", "DELETE", D "jobs/ingest/*", sb_bulk_delete, NULL, 410, 0},
    {"bulk_upload", "PUT", D "jobs/ingest/*/batches", sb_bulk_upload, sb_bulk_upload_begin, 410, 0},
    {"bulk_successful", "GET", D "jobs/ingest/*/successfulResults", sb_bulk_successful, NULL, 410,
     0},
    {"bulk_failed", "GET", D "jobs/ingest/*/failedResults", sb_bulk_failed, NULL, 410, 0},
    {"bulk_unprocessed", "GET", D "jobs/ingest/*/unprocessedrecords", sb_bulk_unprocessed, NULL,
     410, 0},
    {"query", "GET", D "query", sb_query, NULL, 0, 0},
    {"query_all", "GET", D "queryAll", sb_query_all, NULL, 290, 0},
    {"query_more", "GET", D "query/*", sb_query_more, NULL, 0, 0},
    {"tooling_query", "GET", D "tooling/query", sb_query, NULL, 0, 0},
    {"search", "GET", D "search", sb_search, NULL, 0, 0},
    {"parameterized_search", "POST", D "parameterizedSearch", sb_parameterized_search, NULL, 360,
     SB_JSON},
    {"parameterized_search_get", "GET", D "parameterizedSearch", sb_parameterized_search, NULL, 360,
     0},
    {"feed_post", "POST", D "chatter/feed-elements", sb_feed_post, NULL, 310, SB_JSON},
    {"feed_comment", "POST", D "chatter/feed-elements/*/capabilities/comments/items",
     sb_feed_comment, NULL, 320, SB_JSON},
    {"admin_counters", "GET", "/sandbox/counters", sb_admin_counters, NULL, 0, SB_ADMIN},
    {"admin_records", "GET", "/sandbox/records", sb_admin_records, NULL, 0, SB_ADMIN},
    {"admin_reset", "POST", "/sandbox/reset", sb_admin_reset, NULL, 0, SB_ADMIN},
    {"admin_expire", "POST", "/sandbox/expire", sb_admin_expire, NULL, 0, SB_ADMIN},
    {"admin_faults", "POST", "/sandbox/faults", sb_admin_faults, NULL, 0, SB_ADMIN},
    {"admin_faults_show", "GET", "/sandbox/faults", sb_admin_faults, NULL, 0, SB_ADMIN},
    {"s3", "GET", NULL, sb_s3, NULL, 0, SB_OPEN | SB_UNCOUNTED}, // what is left, with --s3
};
#define N_ROUTES (sizeof routes / sizeof routes[0])
#define AT_S3 (N_ROUTES - 1)

size_t sb_routes_count(void) { return N_ROUTES + 1; }

const char *sb_routes_name(size_t i) { return i < N_ROUTES ? routes[i].name : "none"; }

size_t sb_routes_number(const struct sb_route *r) { return r ? (size_t)(r - routes) : N_ROUTES; }

// 0 when the version is served.
static bool bad_version(struct sb_req *req, int version, int since) {
    if (version >= 70 && version < SB_API_OLDEST) {
        sb_req_error(req, 410, "GONE", "The requested resource is no longer available");
        return true;
    }
    if (version < since || version < SB_API_OLDEST || version > SB_API_VERSION) {
        sb_req_not_found(req);
        return true;
    }
    return false;
}

// HEAD is GET without its body; _HttpMethod lets a POST stand for something else.
static const char *real_method(struct sb_req *req) {
    if (strcmp(req->method, "HEAD") == 0)
        return "GET";
    const char *other = strcmp(req->method, "POST") == 0 ? sb_req_param(req, "_HttpMethod") : NULL;
    return other ? other : req->method;
}

void sb_routes_find(struct sb_req *req) {
    const char *method = real_method(req);
    char allowed[64] = "";
    if (sb_s3_is_asked(req)) {
        req->route = &routes[AT_S3];
        return;
    }
    for (size_t i = 0; i < AT_S3; i++) {
        char *part[SB_MAX_PARTS] = {NULL};
        int version = 0;
        if (!sb_url_match(&req->arena, req->path, routes[i].pattern, part, &version))
            continue;
        if (version > 0 && bad_version(req, version, routes[i].since))
            return;
        if (strcmp(routes[i].method, method) != 0) {
            if (!strstr(allowed, routes[i].method))
                snprintf(allowed + strlen(allowed), sizeof allowed - strlen(allowed), "%s%s",
                         allowed[0] ? "," : "", routes[i].method);
            continue;
        }
        req->route = &routes[i];
        req->version = version;
        memcpy(req->part, part, sizeof part);
        return;
    }
    if (allowed[0])
        sb_req_error(req, 405, "METHOD_NOT_ALLOWED", "HTTP Method '%s' not allowed. Allowed are %s",
                     method, allowed);
    else
        sb_req_not_found(req);
}
