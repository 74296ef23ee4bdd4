// SPDX-License-Identifier: MIT
// The routes of Bulk jobs but for upload or results.
#include "bulk.h"

#include "multipart.h"
#include "routes.h"
#include "times.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_INLINE_CHARS 100000u
#define LIST_PAGE 1000u

static const struct {
    const char *name;
    char c;
} delimiters[] = {{"COMMA", ','},     {"TAB", '\t'},  {"PIPE", '|'},
                  {"SEMICOLON", ';'}, {"CARET", '^'}, {"BACKQUOTE", '`'}};

static const struct {
    const char *name;
    enum sb_op op;
} operations[] = {{"insert", SB_INSERT},
                  {"update", SB_UPDATE},
                  {"upsert", SB_UPSERT},
                  {"delete", SB_DELETE},
                  {"hardDelete", SB_HARD_DELETE}};

static const char *operation_name(enum sb_op op) {
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
        if (operations[i].op == op)
            return operations[i].name;
    return "";
}

// The job as JSON; jobs are locked. full adds what only GET tells.
static void put_job(struct sb_req *req, struct sb_json *j, const struct sb_job *job, bool full) {
    char text[SB_TIME_SIZE];
    sb_json_open(j, '{');
    sb_json_put_str(j, "id", job->id);
    sb_json_put_str(j, "operation", operation_name(job->op));
    sb_json_put_str(j, "object", job->object->name);
    sb_json_put_str(j, "createdById", req->app->user_id);
    sb_time_print(job->created_ms, text);
    sb_json_put_str(j, "createdDate", text);
    sb_time_print(job->modified_ms, text);
    sb_json_put_str(j, "systemModstamp", text);
    sb_json_put_str(j, "state", sb_job_state_name(job->state));
    if (job->key)
        sb_json_put_str(j, "externalIdFieldName", job->key->name);
    sb_json_put_str(j, "concurrencyMode", "Parallel");
    sb_json_put_str(j, "contentType", "CSV");
    sb_json_key(j, "apiVersion");
    sb_json_real(j, job->version / 10.0);
    if (full)
        sb_json_put_str(j, "jobType", "V2Ingest");
    if (job->state == SB_OPEN_JOB)
        sb_json_put_str(j, "contentUrl",
                        sb_arena_format(&req->arena, "services/data/v%d.0/jobs/ingest/%s/batches",
                                        job->version / 10, job->id));
    sb_json_put_str(j, "lineEnding", job->crlf ? "CRLF" : "LF");
    sb_json_put_str(j, "columnDelimiter", job->delimiter_name);
    if (full) {
        sb_json_put_int(j, "numberRecordsProcessed", (int64_t)job->n_processed);
        sb_json_put_int(j, "numberRecordsFailed", (int64_t)job->n_failed);
        sb_json_put_int(j, "retries", 0);
        sb_json_put_int(j, "totalProcessingTime", job->work_ms);
        sb_json_put_int(j, "apiActiveProcessingTime", job->work_ms);
        sb_json_put_int(j, "apexProcessingTime", 0);
        if (job->state == SB_FAILED_JOB)
            sb_json_put_str(j, "errorMessage", job->error);
    }
    sb_json_close(j, '}');
}

static void answer_job(struct sb_req *req, struct sb_job *job, bool full) {
    struct sb_json j = sb_req_answer(req, 200);
    pthread_mutex_lock(&req->app->jobs->lock);
    put_job(req, &j, job, full);
    pthread_mutex_unlock(&req->app->jobs->lock);
}

static bool bad_job(struct sb_req *req, const char *what, const char *value) {
    sb_req_error(req, 400, "INVALIDJOB", "InvalidJob : %s: %s", what, value ? value : "missing");
    return false;
}

// What a job is made from, before it is one.
struct wish {
    const char *object, *operation, *key, *content_type, *delimiter, *line_ending;
};

static bool read_wish(struct sb_req *req, json_t *body, struct wish *w) {
    const struct {
        const char *name;
        const char **to;
    } members[] = {{"object", &w->object},
                   {"operation", &w->operation},
                   {"externalIdFieldName", &w->key},
                   {"contentType", &w->content_type},
                   {"columnDelimiter", &w->delimiter},
                   {"lineEnding", &w->line_ending},
                   {"assignmentRuleId", NULL},
                   {"concurrencyMode", NULL}};
    const char *name = NULL;
    json_t *v = NULL;
    json_object_foreach(body, name, v) {
        size_t i = 0, n = sizeof members / sizeof members[0];
        while (i < n && strcmp(members[i].name, name) != 0)
            i++;
        if (i == n) {
            sb_req_error(req, 400, "JSON_PARSER_ERROR",
                         "Unrecognized field \"%s\" at [line:1, column:1]", name);
            return false;
        }
        if (json_is_null(v))
            continue;
        if (!json_is_string(v))
            return bad_job(req, name, "a string is needed");
        if (members[i].to)
            *members[i].to = json_string_value(v);
    }
    return true;
}

static bool check_key(struct sb_req *req, const struct wish *w, struct sb_job *job) {
    if (job->op != SB_UPSERT)
        return true;
    if (!w->key)
        return bad_job(req, "externalIdFieldName is required for upsert", NULL);
    job->key = sb_object_field(job->object, w->key, strlen(w->key));
    if (job->key && sb_field_is_key(job->key))
        return true;
    sb_req_error(req, 400, "INVALIDJOB",
                 "InvalidJob : Field name provided, %s does not match an External ID, Salesforce "
                 "Id, or indexed field for %s",
                 w->key, job->object->name);
    return false;
}

// The parts of a job that the request decides, into a job that is not in the list yet.
static bool check_wish(struct sb_req *req, const struct wish *w, struct sb_job *job) {
    bool found = false;
    for (size_t i = 0; w->operation && i < sizeof operations / sizeof operations[0]; i++) {
        if (strcmp(operations[i].name, w->operation) == 0) {
            job->op = operations[i].op;
            found = true;
        }
    }
    if (!found)
        return bad_job(req, "operation", w->operation);
    if (job->op == SB_HARD_DELETE && req->app->options.no_hard_delete) {
        sb_req_error(req, 400, "FEATURENOTENABLED",
                     "FeatureNotEnabled : hardDelete operation requires special user profile "
                     "permission, please contact your system administrator");
        return false;
    }
    if (!w->object)
        return bad_job(req, "object", NULL);
    job->object = sb_schema_object(req->app->schema, w->object);
    if (!job->object) {
        sb_req_error(req, 400, "INVALIDENTITY",
                     "InvalidEntity : Entity '%s' is not supported by the Bulk API.", w->object);
        return false;
    }
    if (w->content_type && strcmp(w->content_type, "CSV") != 0)
        return bad_job(req, "contentType", w->content_type);
    if (w->line_ending && strcmp(w->line_ending, "LF") != 0 && strcmp(w->line_ending, "CRLF") != 0)
        return bad_job(req, "lineEnding", w->line_ending);
    job->crlf = w->line_ending && strcmp(w->line_ending, "CRLF") == 0;
    for (size_t i = 0; i < sizeof delimiters / sizeof delimiters[0]; i++) {
        if (strcmp(delimiters[i].name, w->delimiter ? w->delimiter : "COMMA") == 0) {
            job->delimiter_name = delimiters[i].name;
            job->delimiter = delimiters[i].c;
        }
    }
    if (!job->delimiter)
        return bad_job(req, "columnDelimiter", w->delimiter);
    return check_key(req, w, job);
}

static struct sb_job *make_job(struct sb_req *req, json_t *body) {
    struct wish w = {0};
    struct sb_job plan = {0};
    if (!read_wish(req, body, &w) || !check_wish(req, &w, &plan))
        return NULL;
    struct sb_job *job = sb_jobs_add(req->app->jobs);
    if (!job) {
        sb_req_error(req, 500, "UNKNOWN_EXCEPTION", "no memory");
        return NULL;
    }
    pthread_mutex_lock(&req->app->jobs->lock);
    job->op = plan.op;
    job->object = plan.object;
    job->key = plan.key;
    job->crlf = plan.crlf;
    job->delimiter = plan.delimiter;
    job->delimiter_name = plan.delimiter_name;
    job->version = req->version;
    job->created_ms = job->modified_ms = sb_counters_now(req->app->tally);
    pthread_mutex_unlock(&req->app->jobs->lock);
    return job;
}

// Close, answered: the fault plan may have plans for the work.
static bool close_job(struct sb_req *req, struct sb_job *job) {
    pthread_mutex_lock(&req->app->jobs->lock);
    if (job->state == SB_OPEN_JOB)
        job->state = SB_UPLOADED;
    job->modified_ms = sb_counters_now(req->app->tally);
    job->lock_share = req->fault.lock_share;
    if (job->lock_share > 0) {
        const struct sb_fail *why = &req->fault.locked;
        job->locked = (struct sb_fail){.code = sb_arena_text(&job->arena, why->code),
                                       .message = sb_arena_text(&job->arena, why->message)};
        if (req->fault.lock_like)
            job->lock_like = sb_arena_text(&job->arena, req->fault.lock_like);
    }
    job->fail_half = req->fault.fail_half;
    job->stick = req->fault.stick;
    pthread_mutex_unlock(&req->app->jobs->lock);
    job->chance.state = sb_app_draw(req->app);
    answer_job(req, job, false); // as it is before the work begins
    return sb_job_start(req->app->jobs, job);
}

static void create_multipart(struct sb_req *req, const char *type) {
    struct sb_body_part *parts = sb_arena_get(&req->arena, SB_MAX_PARTS_OF_BODY * sizeof *parts);
    size_t n = 0;
    json_error_t e;
    const char *why = parts ? sb_multipart_read(type, req->body.at ? req->body.at : "",
                                                req->body.len, &req->arena, parts, &n)
                            : "no memory";
    if (!why &&
        (n != 2 || strcmp(parts[0].name, "job") != 0 || strcmp(parts[1].name, "content") != 0))
        why = "Multipart message must have the parts job and content";
    if (!why && parts[1].len > MAX_INLINE_CHARS)
        why = "The content is longer than 100000 characters";
    json_t *body = why ? NULL : sb_json_read(parts[0].at, parts[0].len, &e);
    if (!why && !json_is_object(body))
        why = "The part job is no JSON object";
    struct sb_job *job = why ? NULL : make_job(req, body);
    json_decref(body);
    if (why)
        sb_req_error(req, 400, "INVALID_MULTIPART_REQUEST", "%s", why);
    if (!job)
        return;
    struct sb_csv_scan scan = {.crlf = job->crlf};
    bool ok = sb_upload_open(req->app, job) &&
              sb_upload_take(req->app, job, &scan, parts[1].at, parts[1].len);
    sb_csv_scan_end(&scan);
    job->uploaded = true;
    job->wrong_end = scan.wrong_end;
    job->counted = scan.rows > 0 ? scan.rows - 1 : 0;
    sb_counters_upload(req->app->tally, parts[1].len);
    if (!ok || !close_job(req, job))
        sb_req_error(req, 500, "UNKNOWN_EXCEPTION", "the upload cannot be kept");
    sb_jobs_release(req->app->jobs, job);
}

void sb_bulk_create(struct sb_req *req) {
    const char *type = sb_req_header(req, "Content-Type");
    if (type && strncasecmp(type, "multipart/", 10) == 0) {
        create_multipart(req, type);
        return;
    }
    json_t *body = sb_req_json(req);
    if (!body)
        return;
    struct sb_job *job = make_job(req, body);
    json_decref(body);
    if (!job)
        return;
    answer_job(req, job, false);
    sb_jobs_release(req->app->jobs, job);
}

static struct sb_job *job_of(struct sb_req *req) {
    struct sb_job *job = sb_jobs_find(req->app->jobs, req->part[0]);
    if (!job)
        sb_req_not_found(req);
    return job;
}

void sb_bulk_get(struct sb_req *req) {
    struct sb_job *job = job_of(req);
    if (!job)
        return;
    answer_job(req, job, true);
    sb_jobs_release(req->app->jobs, job);
}

static void wrong_state(struct sb_req *req, const char *doing, enum sb_job_state state) {
    sb_req_error(req, 400, "INVALIDJOBSTATE", "InvalidJobState : %s already %s Job not allowed",
                 doing, sb_job_state_name(state));
}

static void change_state(struct sb_req *req, struct sb_job *job, const char *to) {
    struct sb_jobs *jobs = req->app->jobs;
    bool closing = to && strcmp(to, "UploadComplete") == 0;
    if (!closing && !(to && strcmp(to, "Aborted") == 0)) {
        bad_job(req, "state", to);
        return;
    }
    pthread_mutex_lock(&jobs->lock);
    enum sb_job_state before = job->state;
    bool ok = closing ? before == SB_OPEN_JOB && !job->uploading : !sb_job_is_final(job);
    if (ok) {
        job->state = closing ? SB_UPLOADED : SB_ABORTED;
        job->stop = !closing;
        pthread_cond_broadcast(&jobs->idle);
        job->modified_ms = sb_counters_now(req->app->tally);
    }
    pthread_mutex_unlock(&jobs->lock);
    if (!ok)
        wrong_state(req, closing ? "Closing" : "Aborting", before);
    else if (closing && !close_job(req, job))
        sb_req_error(req, 500, "UNKNOWN_EXCEPTION", "no thread for the job");
    else if (!closing)
        answer_job(req, job, false);
}

void sb_bulk_state(struct sb_req *req) {
    json_t *body = sb_req_json(req);
    if (!body)
        return;
    struct sb_job *job = job_of(req);
    if (job) {
        change_state(req, job, json_string_value(json_object_get(body, "state")));
        sb_jobs_release(req->app->jobs, job);
    }
    json_decref(body);
}

void sb_bulk_delete(struct sb_req *req) {
    struct sb_jobs *jobs = req->app->jobs;
    struct sb_job *job = job_of(req);
    if (!job)
        return;
    pthread_mutex_lock(&jobs->lock);
    enum sb_job_state state = job->state;
    pthread_mutex_unlock(&jobs->lock);
    if (state == SB_OPEN_JOB || state == SB_RUNNING) {
        wrong_state(req, "Deleting", state);
    } else {
        sb_jobs_remove(jobs, job);
        sb_req_answer(req, 204);
    }
    sb_jobs_release(jobs, job);
}

void sb_bulk_list(struct sb_req *req) {
    struct sb_jobs *jobs = req->app->jobs;
    const char *locator = sb_req_param(req, "queryLocator");
    size_t from = locator ? strtoul(locator, NULL, 10) : 0;
    struct sb_json j = sb_req_answer(req, 200);
    pthread_mutex_lock(&jobs->lock);
    if (from > jobs->n)
        from = jobs->n;
    size_t end = jobs->n - from < LIST_PAGE ? jobs->n : from + LIST_PAGE;
    sb_json_open(&j, '{');
    sb_json_put_bool(&j, "done", end == jobs->n);
    sb_json_key(&j, "records");
    sb_json_open(&j, '[');
    for (size_t i = from; i < end; i++)
        put_job(req, &j, jobs->at[i], true);
    sb_json_close(&j, ']');
    if (end < jobs->n)
        sb_json_put_str(
            &j, "nextRecordsUrl",
            sb_arena_format(&req->arena, "%s/jobs/ingest?queryLocator=%zu", sb_req_base(req), end));
    else
        sb_json_put_null(&j, "nextRecordsUrl");
    sb_json_close(&j, '}');
    pthread_mutex_unlock(&jobs->lock);
}
