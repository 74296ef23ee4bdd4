// SPDX-License-Identifier: MIT
// The small org: strict about what it gets, as told about what it answers.
#include "sink/sink_org.h"
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_CELLS 16

void sink_org_init(struct sink_org *org) {
    memset(org, 0, sizeof *org);
    org->fails_after = -1;
    org->error_tail = "";
    org->calls_left = -1;
}

void sink_org_free(struct sink_org *org) {
    for (size_t i = 0; i < org->n_jobs; i++) {
        free(org->jobs[i].csv);
        ac_buf_free(&org->jobs[i].failed);
        ac_buf_free(&org->jobs[i].successful);
        ac_buf_free(&org->jobs[i].unprocessed);
    }
}

void sink_org_refuse(struct sink_org *org, uint32_t number, const char *code, int times) {
    org->fates[number] = (struct sink_fate){code, "it says so", times, 0};
}

static uint32_t number_of(const char *text) {
    ck_assert_ptr_nonnull(text);
    ck_assert_msg(text[0] == 'k' || text[0] == 't' || text[0] == 'K', "no key: %s", text);
    unsigned long number = strtoul(text + 1, NULL, 10);
    ck_assert_uint_lt(number, SINK_ORG_RECORDS);
    return (uint32_t)number;
}

// The record's fate this time; NULL: it goes in.
static const struct sink_fate *meet(struct sink_org *org, uint32_t number) {
    struct sink_fate *fate = &org->fates[number];
    if (!fate->code)
        return NULL;
    static struct sink_fate now;
    now = *fate;
    if (fate->times > 0 && --fate->times == 0)
        *fate = (struct sink_fate){0};
    return &now;
}

static bool is_unlucky(struct sink_org *org) {
    org->seed = org->seed * 6364136223846793005u + 1442695040888963407u;
    return (org->seed >> 33) % 100 < org->chaos;
}

static void cut(struct net_answer *answer) {
    answer->end = AC_HTTP_LOST;
    answer->status = 0;
    answer->why = "the connection was reset";
}

// What is done is done: only the answer does not arrive.
static void lose(struct sink_org *org, const struct net_request *request,
                 struct net_answer *answer) {
    if (is_unlucky(org))
        cut(answer);
    if (!org->n_loses || !ac_str_glob(ac_str_of(org->loses), ac_str_of(request->path)))
        return;
    org->n_loses--;
    cut(answer);
}

// Nothing of this call is done: by bad luck, or since the daily limit is reached.
static bool is_spent(struct sink_org *org, struct net_answer *answer, struct ac_buf *body) {
    static const struct net_answer bad[] = {{.status = 503},
                                            {.status = 502, .body = "<html></html>"},
                                            {.status = 429, .retry_after = "1"},
                                            {.end = AC_HTTP_LOST, .why = "reset"},
                                            {.end = AC_HTTP_TIMEOUT, .why = "timeout"},
                                            {.end = AC_HTTP_REFUSED, .why = "refused"}};
    if (is_unlucky(org)) {
        const struct net_answer *worse = &bad[(org->seed >> 20) % AC_N(bad)];
        answer->status = worse->status;
        answer->end = worse->end;
        answer->why = worse->why;
        answer->retry_after = worse->retry_after;
        answer->body = worse->body;
        return true;
    }
    if (org->max) {
        snprintf(org->limit_info, sizeof org->limit_info, "api-usage=%d/%d", ++org->used, org->max);
        answer->limit_info = org->limit_info;
    }
    if (org->calls_left < 0 || org->calls_left-- > 0)
        return false;
    org->calls_left = 0;
    answer->status = 403;
    ac_buf_add_str(body, AC_STR("[{\"errorCode\":\"REQUEST_LIMIT_EXCEEDED\",\"message\":"
                                "\"TotalRequests Limit exceeded.\"}]"));
    return true;
}

// --- collections

static bool is_refused_whole(struct sink_org *org, const json_t *records, struct net_answer *answer,
                             struct ac_buf *body) {
    size_t i;
    json_t *record;
    json_array_foreach((json_t *)records, i, record) {
        const char *key = json_string_value(json_object_get(record, "Key__c"));
        struct sink_fate *fate = &org->fates[number_of(key)];
        if (!fate->whole_status)
            continue;
        answer->status = fate->whole_status;
        ck_assert(ac_buf_printf(body, "[{\"errorCode\":\"%s\",\"message\":\"%s\"}]", fate->code,
                                fate->message));
        return true;
    }
    return false;
}

static bool ends_with(const char *text, const char *end) {
    size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static void ck_id(const struct sink_org *org, uint32_t number, const char *id) {
    char own[16];
    snprintf(own, sizeof own, "a00%06u", number);
    ck_assert_ptr_nonnull(id);
    ck_assert_str_eq(id, own);
    ck_assert_msg(org->n_written[number] > 0, "record %u is updated, and is not there", number);
}

static void on_collections(void *arg, const struct net_request *request, struct net_answer *answer,
                           struct ac_buf *body) {
    struct sink_org *org = arg;
    if (is_spent(org, answer, body))
        return;
    json_error_t error;
    json_t *root = json_loads(request->body, 0, &error);
    ck_assert_msg(root != NULL, "%s", error.text);
    ck_assert(json_is_false(json_object_get(root, "allOrNone")));
    json_t *records = json_object_get(root, "records"), *record;
    size_t i, n = json_array_size(records);
    ck_assert_uint_le(n, 200);
    ck_assert_uint_gt(n, 0);
    ck_assert_str_eq(request->method, "PATCH");
    if (n > org->biggest_call)
        org->biggest_call = n;
    if (is_refused_whole(org, records, answer, body)) {
        json_decref(root);
        return;
    }
    bool is_by_id = ends_with(request->path, "/sobjects");
    ac_buf_add_char(body, '[');
    json_array_foreach(records, i, record) {
        uint32_t number = number_of(json_string_value(json_object_get(record, "Key__c")));
        if (is_by_id)
            ck_id(org, number, json_string_value(json_object_get(record, "id")));
        const struct sink_fate *fate = meet(org, number);
        org->n_records++;
        if (i)
            ac_buf_add_char(body, ',');
        if (fate) {
            ac_buf_printf(
                body,
                "{\"success\":false,\"errors\":[{\"statusCode\":\"%s\",\"message\":\"%s\","
                "\"fields\":[\"Num__c\"]}]}",
                fate->code, fate->message);
            continue;
        }
        ac_buf_printf(body, "{\"id\":\"a00%06u\",\"success\":true,\"errors\":[]", number);
        if (!is_by_id)
            ac_buf_printf(body, ",\"created\":%s", org->n_written[number] ? "false" : "true");
        ac_buf_add_char(body, '}');
        org->n_made[number] += !org->n_written[number];
        org->n_written[number]++;
    }
    ac_buf_add_char(body, ']');
    json_decref(root);
    lose(org, request, answer);
}

// --- CSV, as strict as RFC 4180 is

struct table {
    char *text;
    char *cells[MAX_CELLS];
    size_t n;
    char *at;
};

static char *take_cell(struct table *t, char *end) {
    char *cell = t->at, *to;
    if (*cell != '"') {
        t->at += strcspn(t->at, ",\n");
        ck_assert_msg(!memchr(cell, '"', (size_t)(t->at - cell)), "a bare quote: %.40s", cell);
    } else {
        cell = to = ++t->at;
        while (*t->at != '"' || t->at[1] == '"') {
            ck_assert_msg(*t->at != '\0', "an open quote: %.40s", cell);
            ck_assert_msg(*t->at != '\r', "a CR in an upload");
            t->at += *t->at == '"';
            *to++ = *t->at++;
        }
        t->at++;
        *end = *t->at;
        *to = '\0';
        return cell;
    }
    *end = *t->at;
    return cell;
}

static bool next_row(struct table *t) {
    if (!*t->at)
        return false;
    t->n = 0;
    for (;;) {
        char end;
        ck_assert_uint_lt(t->n, MAX_CELLS);
        t->cells[t->n++] = take_cell(t, &end);
        ck_assert_msg(end == ',' || end == '\n', "no end of a cell");
        *t->at++ = '\0';
        if (end == '\n')
            return true;
    }
}

// --- bulk jobs

static struct sink_org_job *job_of(struct sink_org *org, const char *path) {
    const char *at = strstr(path, "/jobs/ingest/");
    ck_assert_ptr_nonnull(at);
    at += strlen("/jobs/ingest/");
    for (size_t i = 0; i < org->n_jobs; i++)
        if (strncmp(at, org->jobs[i].id, strlen(org->jobs[i].id)) == 0)
            return &org->jobs[i];
    ck_abort_msg("no job for %s", path);
    return NULL;
}

static void say_job(const struct sink_org *org, const struct sink_org_job *job,
                    struct ac_buf *body) {
    ac_buf_printf(body, "{\"id\":\"%s\",\"state\":\"%s\"", job->id, job->state);
    if (!org->hides_counts)
        ac_buf_printf(body, ",\"numberRecordsProcessed\":%llu,\"numberRecordsFailed\":%llu",
                      (unsigned long long)job->n_processed, (unsigned long long)job->n_failed);
    if (strcmp(job->state, "Failed") == 0)
        ac_buf_printf(body, ",\"errorMessage\":\"%s\"", org->fail_error);
    ac_buf_add_char(body, '}');
}

static void on_create(void *arg, const struct net_request *request, struct net_answer *answer,
                      struct ac_buf *body) {
    struct sink_org *org = arg;
    if (is_spent(org, answer, body))
        return;
    ck_assert_uint_lt(org->n_jobs, AC_N(org->jobs));
    ck_assert_ptr_nonnull(strstr(request->body, "\"object\":\"Thing__c\""));
    ck_assert_ptr_nonnull(strstr(request->body, "\"lineEnding\":\"LF\""));
    struct sink_org_job *job = &org->jobs[org->n_jobs++];
    *job = (struct sink_org_job){.state = "Open"};
    job->is_insert = strstr(request->body, "\"operation\":\"insert\"") != NULL;
    snprintf(job->id, sizeof job->id, "750%06zu", org->n_jobs);
    ac_buf_init(&job->failed, SIZE_MAX / 4);
    ac_buf_init(&job->successful, SIZE_MAX / 4);
    ac_buf_init(&job->unprocessed, SIZE_MAX / 4);
    say_job(org, job, body);
    lose(org, request, answer);
}

static void on_upload(void *arg, const struct net_request *request, struct net_answer *answer,
                      struct ac_buf *body) {
    struct sink_org *org = arg;
    struct sink_org_job *job = job_of(org, request->path);
    ck_assert(request->is_streamed);
    if (is_spent(org, answer, body))
        return;
    if (job->csv) {
        answer->status = 400;
        ac_buf_printf(body,
                      "[{\"errorCode\":\"BULK_API_ERROR\",\"message\":\"Found multiple "
                      "contents for job: <%s>, please 'Close' / 'Abort' / 'Delete' the "
                      "current Job then create a new Job and make sure you only do 'PUT' "
                      "once on a given Job.\"}]",
                      job->id);
        return;
    }
    job->csv = strdup(request->body);
    answer->status = 201;
    lose(org, request, answer);
}

static void on_state(void *arg, const struct net_request *request, struct net_answer *answer,
                     struct ac_buf *body) {
    struct sink_org *org = arg;
    struct sink_org_job *job = job_of(org, request->path);
    if (is_spent(org, answer, body))
        return;
    if (org->on_close)
        org->on_close(org->on_close_arg, job->id);
    bool aborts = strstr(request->body, "Aborted") != NULL;
    if (strcmp(job->state, "Open") != 0) {
        answer->status = 400;
        ac_buf_add_str(body, AC_STR("[{\"errorCode\":\"INVALIDJOBSTATE\",\"message\":\"no\"}]"));
        return;
    }
    ck_assert_msg(aborts || job->csv, "a job is closed without an upload");
    snprintf(job->state, sizeof job->state, "%s", aborts ? "Aborted" : "UploadComplete");
    say_job(org, job, body);
    lose(org, request, answer);
}

static void add_cell(const struct sink_org *org, struct ac_buf *out, const char *name,
                     const char *cell) {
    char number[40];
    if (org->is_exponent && strcmp(name, "Num__c") == 0 && *cell) {
        snprintf(number, sizeof number, "%.8E", strtod(cell, NULL));
        cell = number;
    }
    ac_buf_add_char(out, '"');
    for (; *cell; cell++) {
        char c = *cell;
        if (org->is_upper && strcmp(name, "Key__c") == 0 && c >= 'a' && c <= 'z')
            c = (char)(c - 32);
        if (c == '"')
            ac_buf_add_char(out, '"');
        ac_buf_add_char(out, c);
    }
    ac_buf_add_char(out, '"');
}

static void add_cells(const struct sink_org *org, struct ac_buf *out, char *const *names,
                      char *const *cells, size_t n, const char *first) {
    ac_buf_add_str(out, ac_str_of(first));
    for (size_t i = 0; i < n; i++) {
        size_t at = org->is_shuffled ? n - 1 - i : i;
        if (i)
            ac_buf_add_char(out, ',');
        add_cell(org, out, names[at], cells[at]);
    }
    ac_buf_add_char(out, '\n');
}

struct processing {
    struct sink_org *org;
    struct sink_org_job *job;
    char *names[MAX_CELLS];
    size_t n_names;
    bool is_failing;
    int n_done;
};

static void process_row(struct processing *p, char *const *cells) {
    struct sink_org *org = p->org;
    char first[400];
    size_t key = 0;
    while (key < p->n_names && strcmp(p->names[key], "Key__c") != 0 &&
           strcmp(p->names[key], "Name__c") != 0)
        key++;
    uint32_t number = number_of(cells[key]);
    org->n_records++;
    if (org->forgets > 0) {
        org->forgets--;
        org->n_made[number] += org->does_forgotten;
        org->n_written[number] += org->does_forgotten;
        return;
    }
    if (p->is_failing && p->n_done >= org->fails_after) {
        add_cells(org, &p->job->unprocessed, p->names, cells, p->n_names, "");
        return;
    }
    p->n_done++;
    p->job->n_processed++;
    const struct sink_fate *fate = meet(org, number);
    if (fate) {
        p->job->n_failed++;
        snprintf(first, sizeof first, "\"\",\"%s:%s%s:Num__c --\",", fate->code, fate->message,
                 org->error_tail);
        add_cells(org, &p->job->failed, p->names, cells, p->n_names, first);
        return;
    }
    snprintf(first, sizeof first, "\"a00%06u\",\"%s\",", number,
             org->n_written[number] && !p->job->is_insert ? "false" : "true");
    add_cells(org, &p->job->successful, p->names, cells, p->n_names, first);
    org->n_made[number] += p->job->is_insert || !org->n_written[number];
    org->n_written[number]++;
}

// Puts the lines of a result behind its header into another order. Cells hold no line ends then.
static void shuffle(struct ac_buf *file, uint64_t seed) {
    size_t n = 0;
    char **lines = malloc((file->len + 1) * sizeof *lines);
    ck_assert_ptr_nonnull(lines);
    struct ac_buf out;
    ac_buf_init(&out, SIZE_MAX / 4);
    char *text = strdup(ac_buf_text(file)), *at = strchr(text, '\n') + 1;
    ac_buf_add(&out, text, (size_t)(at - text));
    for (char *end; (end = strchr(at, '\n')); at = end + 1) {
        *end = '\0';
        lines[n++] = at;
    }
    for (; n; n--) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        size_t pick = (size_t)(seed >> 33) % n;
        ac_buf_printf(&out, "%s\n", lines[pick]);
        lines[pick] = lines[n - 1];
    }
    free(text);
    free(lines);
    ac_buf_free(file);
    *file = out;
}

static void process(struct sink_org *org, struct sink_org_job *job) {
    struct processing p = {.org = org, .job = job};
    char *text = strdup(job->csv);
    struct table t = {.text = text, .at = text};
    p.is_failing = org->n_failing_jobs > 0 && org->fails_after >= 0;
    org->n_failing_jobs -= p.is_failing;
    ck_assert(next_row(&t));
    p.n_names = t.n;
    memcpy(p.names, t.cells, sizeof p.names);
    add_cells(org, &job->failed, p.names, p.names, t.n, "\"sf__Id\",\"sf__Error\",");
    add_cells(org, &job->successful, p.names, p.names, t.n, "\"sf__Id\",\"sf__Created\",");
    add_cells(org, &job->unprocessed, p.names, p.names, t.n, "");
    while (next_row(&t)) {
        ck_assert_uint_eq(t.n, p.n_names);
        process_row(&p, t.cells);
    }
    if (org->is_shuffled) {
        shuffle(&job->failed, 1);
        shuffle(&job->successful, 2);
        shuffle(&job->unprocessed, 3);
    }
    snprintf(job->state, sizeof job->state, "%s", p.is_failing ? "Failed" : "JobComplete");
    free(text);
}

static void on_look(void *arg, const struct net_request *request, struct net_answer *answer,
                    struct ac_buf *body) {
    struct sink_org *org = arg;
    struct sink_org_job *job = job_of(org, request->path);
    if (is_spent(org, answer, body))
        return;
    bool is_begun =
        strcmp(job->state, "UploadComplete") == 0 || strcmp(job->state, "InProgress") == 0;
    if (is_begun && job->n_polls++ >= org->polls_to_end)
        process(org, job);
    else if (is_begun)
        snprintf(job->state, sizeof job->state, "InProgress");
    say_job(org, job, body);
    lose(org, request, answer);
}

static void on_results(void *arg, const struct net_request *request, struct net_answer *answer,
                       struct ac_buf *body) {
    struct sink_org *org = arg;
    struct sink_org_job *job = job_of(org, request->path);
    if (is_spent(org, answer, body))
        return;
    const struct ac_buf *file = strstr(request->path, "failed")       ? &job->failed
                                : strstr(request->path, "successful") ? &job->successful
                                                                      : &job->unprocessed;
    ck_assert_str_eq(net_header(request, "Accept"), "text/csv");
    ac_buf_add_str(body, ac_buf_str(file));
    lose(org, request, answer);
}

// --- questions

// Every key in the question that is there has one record.
static void on_query(void *arg, const struct net_request *request, struct net_answer *answer,
                     struct ac_buf *body) {
    struct sink_org *org = arg;
    struct ac_buf records;
    unsigned n = 0;
    if (is_spent(org, answer, body))
        return;
    ac_buf_init(&records, SIZE_MAX / 4);
    ck_assert_uint_lt(strlen(request->path), 16000);
    ck_assert_ptr_nonnull(strstr(request->path, "FROM%20Thing__c%20WHERE%20Key__c%20IN%20%28"));
    for (const char *at = request->path; (at = strstr(at, "%27k")); at += strlen("%27k")) {
        uint32_t number = number_of(at + strlen("%27"));
        if (org->n_written[number])
            ac_buf_printf(&records, "%s{\"Id\":\"a00%06u\",\"Key__c\":\"%c%u\"}", n++ ? "," : "",
                          number, org->is_upper ? 'K' : 'k', number);
    }
    ac_buf_printf(body, "{\"totalSize\":%u,\"done\":true,\"records\":[", n);
    ac_buf_add_str(body, ac_buf_str(&records));
    ac_buf_add_str(body, AC_STR("]}"));
    ac_buf_free(&records);
    lose(org, request, answer);
}

void sink_org_serve(struct sink_org *org, struct net *net) {
    const struct net_answer answers[] = {
        {.method = "PATCH", .path = SINK_ORG_COLLECTIONS, .fill = on_collections},
        {.method = "GET", .path = SINK_ORG_QUERY, .fill = on_query},
        {.method = "POST", .path = SINK_ORG_CREATE, .fill = on_create},
        {.method = "PUT", .path = SINK_ORG_BATCHES, .fill = on_upload},
        {.method = "PATCH", .path = SINK_ORG_JOB, .fill = on_state},
        {.method = "GET", .path = SINK_ORG_JOB, .fill = on_look},
        {.method = "GET", .path = SINK_ORG_FAILED, .fill = on_results},
        {.method = "GET", .path = SINK_ORG_SUCCESSFUL, .fill = on_results},
        {.method = "GET", .path = SINK_ORG_UNPROCESSED, .fill = on_results},
    };
    for (size_t i = 0; i < AC_N(answers); i++) {
        struct net_answer answer = answers[i];
        answer.times = NET_FOREVER;
        answer.arg = org;
        net_add(net, &answer);
    }
}
