// SPDX-License-Identifier: MIT
// Which path is answered by which function.
#ifndef SB_ROUTES_H
#define SB_ROUTES_H

#include "request.h"

size_t sb_routes_count(void);
const char *sb_routes_name(size_t i);
size_t sb_routes_number(const struct sb_route *r);
// Finds the route of method and path, fills part and version of the request. Without one the
// request has its answer (404, 405, 410) and route stays NULL.
void sb_routes_find(struct sb_req *req);

// The functions, by the file they are in.
void sb_token(struct sb_req *req);
void sb_revoke(struct sb_req *req);
void sb_userinfo(struct sb_req *req);
void sb_identity(struct sb_req *req);
void sb_soap_login(struct sb_req *req);
void sb_versions(struct sb_req *req);
void sb_resources(struct sb_req *req);
void sb_limits(struct sb_req *req);
void sb_global_describe(struct sb_req *req);
void sb_object_info(struct sb_req *req);
void sb_describe(struct sb_req *req);
void sb_row_create(struct sb_req *req);
void sb_row_get(struct sb_req *req);
void sb_row_update(struct sb_req *req);
void sb_row_delete(struct sb_req *req);
void sb_key_get(struct sb_req *req);
void sb_key_upsert(struct sb_req *req);
void sb_key_delete(struct sb_req *req);
void sb_collections_upsert(struct sb_req *req);
void sb_collections_create(struct sb_req *req);
void sb_collections_update(struct sb_req *req);
void sb_collections_delete(struct sb_req *req);
void sb_collections_get(struct sb_req *req);
void sb_bulk_create(struct sb_req *req);
void sb_bulk_list(struct sb_req *req);
void sb_bulk_get(struct sb_req *req);
void sb_bulk_state(struct sb_req *req);
void sb_bulk_delete(struct sb_req *req);
void sb_bulk_upload_begin(struct sb_req *req);
void sb_bulk_upload(struct sb_req *req);
void sb_bulk_successful(struct sb_req *req);
void sb_bulk_failed(struct sb_req *req);
void sb_bulk_unprocessed(struct sb_req *req);
void sb_query(struct sb_req *req);
void sb_query_all(struct sb_req *req);
void sb_query_more(struct sb_req *req);
void sb_search(struct sb_req *req);
void sb_parameterized_search(struct sb_req *req);
void sb_feed_post(struct sb_req *req);
void sb_feed_comment(struct sb_req *req);
void sb_s3(struct sb_req *req);
void sb_admin_counters(struct sb_req *req);
void sb_admin_records(struct sb_req *req);
void sb_admin_reset(struct sb_req *req);
void sb_admin_expire(struct sb_req *req);
void sb_admin_faults(struct sb_req *req);

#endif
