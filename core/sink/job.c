// SPDX-License-Identifier: MIT
// One bulk job, step by step: created, uploaded, closed, looked at, its results fetched.
#include "base/log.h"
#include "sink/sink_int.h"
#include <stdio.h>
#include <stdlib.h>

// More records a job would only make its results larger to join; the org works in pieces of 10,000.
#define JOB_RECORDS 500000u
#define BODY_MAX_BYTES ((size_t)64 * 1024)
#define PATH_BYTES 160

struct ac_job *ac_job_new(struct ac_shipment *s, const struct ac_part *part,
                          const struct ac_tries *rows) {
    struct ac_job *j = calloc(1, sizeof *j);
    if (!j) {
        struct ac_err err = AC_ERR_INIT;
        ac_err_nomem(&err, "a bulk job");
        ac_sf_fail(s->sf, &err);
        return NULL;
    }
    j->shipment = s;
    j->part = *part;
    j->rows = *rows;
    j->call = j->closing = ac_sf_tries(s->sf);
    j->call.due_ms = rows->due_ms;
    j->download.fd = -1;
    ac_buf_init(&j->body, BODY_MAX_BYTES);
    struct ac_job **last = &s->jobs;
    while (*last)
        last = &(*last)->next;
    *last = j;
    return j;
}

static void job_free(struct ac_job *j) {
    struct ac_job **at = &j->shipment->jobs;
    while (*at != j)
        at = &(*at)->next;
    *at = j->next;
    j->shipment->sf->jobs.in_flight -= j->has_slot;
    ac_part_close(j->reader);
    ac_download_end(&j->download);
    ac_buf_free(&j->body);
    free(j->order);
    free(j);
}

void ac_job_drop_all(struct ac_shipment *s) {
    while (s->jobs)
        job_free(s->jobs);
}

int64_t ac_job_due_ms(const struct ac_shipment *s) {
    int64_t due_ms = INT64_MAX;
    for (const struct ac_job *j = s->jobs; j; j = j->next)
        if (!j->is_flying && j->call.due_ms > s->sf->started_ms && j->call.due_ms < due_ms)
            due_ms = j->call.due_ms;
    return due_ms;
}

void ac_job_go(struct ac_job *j, enum ac_job_step step) {
    j->step = step;
    j->call = ac_sf_tries(j->shipment->sf);
}

void ac_job_finish(struct ac_job *j) { j->is_ending = true; }

void ac_job_stop(struct ac_job *j, enum ac_outcome outcome, const struct ac_reply_error *why) {
    static const char *const what[] = {
        [AC_JOB_CREATE] = "the org refused a new bulk job",
        [AC_JOB_UPLOAD] = "the org refused the upload of bulk job",
        [AC_JOB_CLOSE] = "the org refused to begin bulk job",
        [AC_JOB_POLL] = "the org does not say how it stands with bulk job",
        [AC_JOB_FETCH] = "the org does not give the results of bulk job",
        [AC_JOB_ABORT] = "the org refused to abort bulk job"};
    char doing[96];
    snprintf(doing, sizeof doing, "%s%s%s", what[j->step], j->id[0] ? " " : "", j->id);
    ac_sf_stop(j->shipment, outcome, why, doing);
}

// --- what an answer means

static void created(struct ac_job *j, const struct ac_bulk_job *seen) {
    struct ac_sf *sf = j->shipment->sf;
    struct ac_err err = AC_ERR_INIT;
    snprintf(j->id, sizeof j->id, "%s", seen->id);
    ac_log(AC_LOG_DEBUG, "bulk job made", "job", j->id, NULL);
    // Before a record is sent under it: after a crash the org is asked what became of this job.
    if (sf->ledger && ac_ledger_batch_job(sf->ledger, ac_batch_id(j->shipment->batch),
                                          j->part.first, j->part.n, j->id, &err) != AC_OK)
        ac_sf_fail(sf, &err);
    ac_job_go(j, AC_JOB_UPLOAD);
}

static void begin_polling(struct ac_job *j) {
    ac_job_go(j, AC_JOB_POLL);
    j->poll_ms = j->shipment->sf->options->poll_first_ms;
    j->call.due_ms += j->poll_ms;
}

// A job may stay with the org for hours; who looks on must know what is waited for. Told after a
// minute, two, four …
static void tell_wait(struct ac_job *j, int64_t ms) {
    int64_t before_ms = j->waited_ms;
    char minutes[24];
    j->waited_ms += ms;
    for (int64_t at_ms = 60000; at_ms <= j->waited_ms; at_ms *= 2)
        if (at_ms > before_ms) {
            snprintf(minutes, sizeof minutes, "%lld", (long long)(at_ms / 60000));
            ac_log(AC_LOG_INFO,
                   "a bulk job is still with the org, and waited for; stopped now, the next run "
                   "goes on with it",
                   "job", j->id, "#minutes", minutes, NULL);
        }
}

static bool is_final(enum ac_bulk_state state) {
    return state == AC_BULK_JOB_COMPLETE || state == AC_BULK_FAILED || state == AC_BULK_ABORTED;
}

// The job waits for its upload to be finished, though it was told so: an answer was lost.
static void still_open(struct ac_job *j) {
    struct ac_sf *sf = j->shipment->sf;
    struct ac_reply_error why = {.code = "JOB_STAYS_OPEN",
                                 .message = "it stays open though it was told to begin"};
    if (*j->refusal.message)
        why = j->refusal;
    struct ac_retry_verdict v = ac_sf_decide(sf, AC_OUT_RETRY_FEW, &j->closing, -1, 1);
    if (j->is_left && (v.what == AC_RETRY_WAIT || j->closing.attempt == 1)) {
        // Its upload may be half of one. When it stays open, it is told once more, after a while.
        int64_t wait_ms = j->closing.attempt > 1 ? v.wait_ms : 0;
        ac_sf_wait(sf, &j->closing, wait_ms);
        ac_job_go(j, AC_JOB_ABORT);
        j->call.due_ms += wait_ms;
        return;
    }
    if (j->is_doubtful && !ac_sf_is_ending(j->shipment)) { // another job takes its place
        v = ac_sf_decide(sf, AC_OUT_RETRY_FEW, &j->rows, -1, 1);
        if (v.what == AC_RETRY_WAIT) {
            ac_job_again(j, v.wait_ms, false, j->is_locked);
            ac_job_go(j, AC_JOB_ABORT);
            return;
        }
    }
    if (v.what != AC_RETRY_WAIT) { // what was refused
        j->step = j->is_left ? AC_JOB_ABORT : j->is_doubtful ? AC_JOB_UPLOAD : AC_JOB_CLOSE;
        ac_job_stop(j, AC_OUT_UNKNOWN, &why);
    }
    if (ac_sf_is_ending(j->shipment)) {
        ac_job_go(j, AC_JOB_ABORT);
        return;
    }
    ac_sf_wait(sf, &j->closing, v.wait_ms);
    ac_job_go(j, AC_JOB_CLOSE);
    j->call.due_ms += v.wait_ms;
}

static void looked(struct ac_job *j, const struct ac_bulk_job *seen) {
    struct ac_sf *sf = j->shipment->sf;
    j->seen = *seen;
    if (is_final(seen->state)) {
        ac_job_over(j);
        return;
    }
    if (seen->state == AC_BULK_OPEN) {
        still_open(j);
        return;
    }
    j->is_doubtful = false;
    int64_t most_ms = sf->options->poll_max_ms;
    tell_wait(j, j->poll_ms);
    j->poll_ms = j->poll_ms * 2 < most_ms ? j->poll_ms * 2 : most_ms;
    j->call = ac_sf_tries(sf);
    j->call.due_ms += j->poll_ms;
}

static void fetched(struct ac_job *j) {
    static const enum ac_bulk_path paths[] = {[AC_RESULT_FAILED] = AC_BULK_FAILED_ROWS,
                                              [AC_RESULT_SUCCESSFUL] = AC_BULK_SUCCESSFUL,
                                              [AC_RESULT_UNPROCESSED] = AC_BULK_UNPROCESSED};
    unsigned left = j->wanted & ~j->fetched, which = left & (0u - left);
    struct ac_sf *sf = j->shipment->sf;
    struct ac_err err = AC_ERR_INIT;
    enum ac_rc rc = ac_results_apply(j, paths[which], &err);
    ac_download_end(&j->download);
    if (rc == AC_AGAIN) { // cut on its way: none of it was used
        struct ac_reply_error why = {.code = "BAD_RESULTS"};
        snprintf(why.message, sizeof why.message, "%.500s", err.text);
        ac_job_call_failed(j, AC_OUT_UNKNOWN, &why, -1);
        return;
    }
    if (rc != AC_OK) {
        ac_sf_fail(sf, &err);
        ac_job_finish(j);
        return;
    }
    j->fetched |= which;
    ac_job_go(j, AC_JOB_FETCH);
    if (j->fetched == j->wanted)
        ac_job_conclude(j);
}

static void take_success(struct ac_job *j, ac_str body) {
    struct ac_err err = AC_ERR_INIT;
    struct ac_bulk_job seen;
    struct ac_reply_error why = {.code = "BAD_REPLY"};
    switch (j->step) {
    case AC_JOB_UPLOAD:
        ac_job_go(j, AC_JOB_CLOSE);
        return;
    case AC_JOB_FETCH:
        fetched(j);
        return;
    case AC_JOB_ABORT:
        ac_job_aborted(j);
        return;
    case AC_JOB_CREATE:
    case AC_JOB_CLOSE:
    case AC_JOB_POLL:
        break;
    }
    if (ac_bulk_job_parse(body, &seen, &err) != AC_OK) {
        snprintf(why.message, sizeof why.message, "%.500s", err.text);
        ac_job_call_failed(j, AC_OUT_UNKNOWN, &why, -1);
        return;
    }
    if (j->step == AC_JOB_CREATE)
        created(j, &seen);
    else if (j->step == AC_JOB_CLOSE)
        begin_polling(j);
    else
        looked(j, &seen);
}

static void on_done(void *arg, const struct ac_rest_reply *reply) {
    struct ac_job *j = arg;
    struct ac_sf *sf = j->shipment->sf;
    struct ac_err err = AC_ERR_INIT;
    j->is_flying = false;
    if (j->step == AC_JOB_FETCH && (j->download.failed || j->download.is_too_large)) {
        ac_download_fail(&j->download, &err);
        ac_sf_fail(sf, &err);
        ac_job_finish(j);
    } else if (j->step == AC_JOB_UPLOAD && ac_part_error(j->reader)->rc != AC_OK) {
        ac_sf_fail(sf, ac_part_error(j->reader)); // no use to try again
        ac_job_go(j, AC_JOB_ABORT);
    } else if (ac_sf_is_good(reply->outcome)) {
        ac_sf_good(&sf->jobs, "jobs");
        take_success(j, reply->body);
    } else {
        if (reply->outcome == AC_OUT_SLOW_DOWN)
            ac_sf_busy(&sf->jobs, j->n_cuts, "jobs");
        ac_job_call_failed(j, reply->outcome, &reply->error, reply->retry_after_ms);
    }
    if (j->is_ending)
        job_free(j);
}

// --- calls

static size_t read_part(void *arg, char *to, size_t max) {
    return ac_part_read(((struct ac_job *)arg)->reader, to, max);
}

static bool rewind_part(void *arg) { return ac_part_rewind(((struct ac_job *)arg)->reader); }

// Locked records of one parent stand together in the upload: the org writes them in one go.
static enum ac_rc order_by_parents(struct ac_job *j, struct ac_err *err) {
    const struct ac_batch *b = j->shipment->batch;
    uint32_t n = 0;
    if (!j->is_locked || ac_parents_column(ac_batch_columns(b)) < 0)
        return AC_OK;
    j->order = malloc(j->part.n_alive * sizeof *j->order);
    if (!j->order)
        return ac_err_nomem(err, "locked records");
    for (uint32_t i = j->part.first; i < j->part.first + j->part.n && n < j->part.n_alive; i++)
        if (ac_batch_state(b, i) == AC_RECORD_PENDING)
            j->order[n++] = i;
    j->part.order = j->order;
    return ac_parents_sort(j->shipment, j->order, n, err);
}

static enum ac_rc prepare_upload(struct ac_job *j, struct ac_rest_call *call, struct ac_err *err) {
    enum ac_rc rc = j->reader ? AC_OK : order_by_parents(j, err);
    if (j->reader)
        ac_part_rewind(j->reader);
    else if (rc == AC_OK)
        rc = ac_part_open(&j->reader, j->shipment->batch, &j->part, err);
    call->method = "PUT";
    call->content_type = "text/csv; charset=UTF-8";
    call->read = read_part;
    call->rewind = rewind_part;
    call->body_bytes = j->part.bytes;
    return rc;
}

static enum ac_rc prepare_state(struct ac_job *j, struct ac_rest_call *call, const char *state,
                                struct ac_err *err) {
    ac_buf_clear(&j->body);
    if (!ac_buf_printf(&j->body, "{\"state\":\"%s\"}", state))
        return ac_err_nomem(err, "a bulk job");
    call->method = "PATCH";
    call->content_type = "application/json; charset=utf-8";
    call->body = ac_buf_str(&j->body);
    return AC_OK;
}

static enum ac_rc prepare_fetch(struct ac_job *j, struct ac_rest_call *call,
                                enum ac_bulk_path *which, struct ac_err *err) {
    unsigned left = j->wanted & ~j->fetched;
    *which = left & AC_RESULT_FAILED       ? AC_BULK_FAILED_ROWS
             : left & AC_RESULT_SUCCESSFUL ? AC_BULK_SUCCESSFUL
                                           : AC_BULK_UNPROCESSED;
    call->accept = "text/csv";
    call->on_body = ac_download_take;
    call->on_restart = ac_download_restart;
    return ac_download_open(j, err);
}

static enum ac_rc prepare(struct ac_job *j, struct ac_rest_call *call, enum ac_bulk_path *which,
                          struct ac_err *err) {
    switch (j->step) {
    case AC_JOB_CREATE:
        *which = AC_BULK_JOBS;
        call->method = "POST";
        call->content_type = "application/json; charset=utf-8";
        if (!ac_bulk_create_body(&j->body, ac_batch_columns(j->shipment->batch)))
            return ac_err_nomem(err, "a bulk job");
        call->body = ac_buf_str(&j->body);
        return AC_OK;
    case AC_JOB_UPLOAD:
        *which = AC_BULK_BATCHES;
        return prepare_upload(j, call, err);
    case AC_JOB_CLOSE:
        return prepare_state(j, call, "UploadComplete", err);
    case AC_JOB_ABORT:
        return prepare_state(j, call, "Aborted", err);
    case AC_JOB_FETCH:
        return prepare_fetch(j, call, which, err);
    case AC_JOB_POLL:
        break;
    }
    return AC_OK;
}

static void launch(struct ac_job *j) {
    struct ac_sf *sf = j->shipment->sf;
    struct ac_err err = AC_ERR_INIT;
    char path[PATH_BYTES];
    enum ac_bulk_path which = AC_BULK_JOB;
    struct ac_rest_call call = {.method = "GET", .done = on_done, .arg = j};
    enum ac_rc rc = j->step == AC_JOB_CREATE ? ac_sf_may_begin(sf, &err) : AC_OK;
    if (rc == AC_OK)
        rc = prepare(j, &call, &which, &err);
    call.path = ac_bulk_path(which, j->id, path, sizeof path);
    if (rc == AC_OK)
        rc = ac_rest_start(sf->org, &call, &err);
    j->is_flying = rc == AC_OK;
    j->n_cuts = sf->jobs.n_cuts;
    if (rc == AC_OK)
        return;
    ac_sf_fail(sf, &err);
    job_free(j);
}

// While the sink ends: what the org works on is waited for, what it was not told to begin is not.
static bool may_go_on(struct ac_job *j) {
    if (!ac_sf_is_ending(j->shipment))
        return true;
    switch (j->step) {
    case AC_JOB_POLL:
    case AC_JOB_FETCH:
    case AC_JOB_ABORT:
        return true;
    case AC_JOB_UPLOAD:
    case AC_JOB_CLOSE:
        ac_job_go(j, AC_JOB_ABORT);
        return true;
    case AC_JOB_CREATE:
        break;
    }
    return false;
}

static bool has_others(const struct ac_job *j) {
    for (const struct ac_job *other = j->shipment->jobs; other; other = other->next)
        if (other != j && other->has_slot && other->step != AC_JOB_ABORT)
            return true;
    return false;
}

static bool take_slot(struct ac_job *j) {
    struct ac_gate *gate = &j->shipment->sf->jobs;
    if (j->has_slot)
        return true;
    if (!ac_gate_is_open(gate) || (j->is_locked && has_others(j)))
        return false;
    gate->in_flight++;
    j->has_slot = true;
    return true;
}

// A job of a run that died. Its records are those that earlier ones of that run left pending.
static void ask_about_left(struct ac_shipment *s) {
    const struct ac_left *left = &s->left[s->at_left++];
    struct ac_part part = {.first = left->first, .n = left->n};
    for (uint32_t i = part.first; i - part.first < part.n && i < ac_batch_n(s->batch); i++)
        part.n_alive += ac_batch_state(s->batch, i) == AC_RECORD_PENDING;
    struct ac_tries first = ac_sf_tries(s->sf);
    struct ac_job *j = part.n_alive ? ac_job_new(s, &part, &first) : NULL;
    if (!j)
        return;
    snprintf(j->id, sizeof j->id, "%s", left->id);
    j->is_left = true;
    j->step = AC_JOB_POLL;
    j->poll_ms = s->sf->options->poll_first_ms;
}

// Jobs that nothing new may be begun beside.
static bool has_jealous(const struct ac_shipment *s) {
    bool is_asking = s->at_left < s->n_left;
    for (const struct ac_job *j = s->jobs; j && !is_asking; j = j->next)
        is_asking = j->is_left || (j->is_locked && j->has_slot);
    return is_asking;
}

void ac_job_start(struct ac_shipment *s) {
    struct ac_sf *sf = s->sf;
    while (!ac_sf_is_ending(s) && !s->jobs && s->at_left < s->n_left)
        ask_about_left(s);
    bool is_asking = has_jealous(s);
    while (!is_asking && !ac_sf_is_ending(s) && ac_gate_is_open(&sf->jobs) &&
           s->next_ordinal < ac_batch_n(s->batch)) {
        struct ac_err err = AC_ERR_INIT;
        struct ac_part part;
        struct ac_tries first = ac_sf_tries(sf);
        enum ac_rc rc = ac_part_next(s->batch, s->next_ordinal, sf->options->bulk_max_bytes,
                                     JOB_RECORDS, &part, &err);
        if (rc < AC_OK)
            ac_sf_fail(sf, &err);
        s->next_ordinal = rc == AC_OK ? part.first + part.n : ac_batch_n(s->batch);
        struct ac_job *j = rc == AC_OK ? ac_job_new(s, &part, &first) : NULL;
        if (j)
            take_slot(j);
    }
    for (struct ac_job *j = s->jobs, *next; j; j = next) {
        next = j->next;
        if (j->is_flying)
            continue;
        if (!may_go_on(j))
            job_free(j);
        else if (j->call.due_ms <= sf->started_ms && take_slot(j))
            launch(j);
    }
}
