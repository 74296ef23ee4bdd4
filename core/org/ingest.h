// SPDX-License-Identifier: MIT
// Which bulk jobs the org has, whoever made them.
#ifndef AC_ORG_INGEST_H
#define AC_ORG_INGEST_H
#include "org/bulk.h"

struct ac_ingest { // lent for the call
    const char *id;
    ac_str object, operation, state; // "insert", "JobComplete"
    ac_str user;                     // the id of who made it
    int64_t created_ms;              // 0: not told
};
// Every ingest job that the org still knows of, page by page. Waits for its calls, so not from
// within a callback of one. AC_AGAIN: ask again from the start; other than AC_OK from `each` ends
// it. Errors else: AC_RUN.
enum ac_rc ac_ingest_list(struct ac_org *org,
                          enum ac_rc (*each)(void *arg, const struct ac_ingest *job,
                                             struct ac_err *err),
                          void *arg, struct ac_err *err);
// One of them, with its counts.
enum ac_rc ac_ingest_get(struct ac_org *org, const char *id, struct ac_bulk_job *out,
                         struct ac_err *err);

#endif
