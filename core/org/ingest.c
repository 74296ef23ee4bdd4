// SPDX-License-Identifier: MIT
// The list of ingest jobs, followed page by page.
#include "org/ingest.h"
#include "org/json.h"
#include "org/org_int.h"
#include <stdio.h>

#define PAGE_BYTES ((size_t)16 << 20)
#define PAGE_VALUES 100000u // 1,000 jobs of some 20 members
#define MAX_PAGES 1000u

static void free_buf(struct ac_buf *b) { ac_buf_free(b); }

static enum ac_rc get(struct ac_org *org, const char *path, struct ac_buf *body, const char *doing,
                      struct ac_err *err) {
    struct ac_rest_call call = {.method = "GET", .path = path, .max_reply_bytes = PAGE_BYTES};
    struct ac_rest_reply reply;
    enum ac_rc rc = ac_rest_wait(org, &call, &reply, body, err);
    if (rc != AC_OK)
        return rc;
    return reply.outcome == AC_OUT_OK ? AC_OK : ac_rest_failed(org, &reply, doing, err);
}

static enum ac_rc nonsense(const struct ac_org *org, struct ac_err *err) {
    return ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "BAD_REPLY",
                      "%s answered with no list of bulk jobs", ac_org_name(org));
}

static enum ac_rc tell(const json_t *job,
                       enum ac_rc (*each)(void *arg, const struct ac_ingest *job,
                                          struct ac_err *err),
                       void *arg, struct ac_err *err) {
    char id[32];
    struct ac_ingest told = {.id = id,
                             .object = ac_json_text(job, "object"),
                             .operation = ac_json_text(job, "operation"),
                             .state = ac_json_text(job, "state"),
                             .user = ac_json_text(job, "createdById")};
    ac_json_copy(id, sizeof id, ac_json_text(job, "id"));
    ac_str created = ac_json_text(job, "createdDate");
    if (created.ptr && !ac_clock_parse(created, &told.created_ms, NULL))
        told.created_ms = 0;
    return each(arg, &told, err);
}

enum ac_rc ac_ingest_list(struct ac_org *org,
                          enum ac_rc (*each)(void *arg, const struct ac_ingest *job,
                                             struct ac_err *err),
                          void *arg, struct ac_err *err) {
    AC_CLEANUP(free_buf) struct ac_buf body;
    char path[1024] = "/jobs/ingest";
    ac_buf_init(&body, PAGE_BYTES);
    for (unsigned page = 0; page < MAX_PAGES; page++) {
        ac_buf_clear(&body);
        enum ac_rc rc = get(org, path, &body, "list the bulk jobs", err);
        if (rc != AC_OK)
            return rc;
        AC_CLEANUP(ac_json_free) json_t *tree = ac_json_load(ac_buf_str(&body), PAGE_VALUES);
        const json_t *records = json_object_get(tree, "records");
        if (!json_is_array(records))
            return nonsense(org, err);
        for (size_t i = 0; i < json_array_size(records) && rc == AC_OK; i++)
            rc = tell(json_array_get(records, i), each, arg, err);
        ac_str next = ac_json_text(tree, "nextRecordsUrl");
        if (rc != AC_OK || !next.len)
            return rc;
        if (!ac_str_starts(next, AC_STR("/services/data/")) || next.len >= sizeof path)
            return nonsense(org, err);
        snprintf(path, sizeof path, "%.*s", AC_STR_ARG(next));
    }
    return nonsense(org, err);
}

enum ac_rc ac_ingest_get(struct ac_org *org, const char *id, struct ac_bulk_job *out,
                         struct ac_err *err) {
    AC_CLEANUP(free_buf) struct ac_buf body;
    char path[160];
    ac_buf_init(&body, PAGE_BYTES);
    enum ac_rc rc = get(org, ac_bulk_path(AC_BULK_JOB, id, path, sizeof path), &body,
                        "look at a bulk job", err);
    return rc == AC_OK ? ac_bulk_job_parse(ac_buf_str(&body), out, err) : rc;
}
