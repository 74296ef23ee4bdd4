// SPDX-License-Identifier: MIT
// The work of a Bulk job.
#include "bulk.h"

#include "times.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_MEMORY "InternalServerError : no memory"

static bool add_row(void *arg, struct sb_span span) {
    struct sb_job *job = arg;
    if (job->n_rows == job->room) {
        size_t room = job->room ? job->room * 2 : 1024;
        struct sb_job_row *rows = realloc(job->rows, room * sizeof *rows);
        if (!rows)
            return false;
        job->rows = rows;
        job->room = room;
    }
    job->rows[job->n_rows++] = (struct sb_job_row){.span = span};
    return true;
}

bool sb_job_index(struct sb_job *job) {
    struct sb_csv_scan scan = {.crlf = job->crlf, .row = add_row, .arg = job};
    if (job->rows)
        return true;
    if (!sb_upload_map(job)) {
        snprintf(job->error, sizeof job->error, NO_MEMORY);
        return false;
    }
    if (job->map)
        sb_csv_scan_feed(&scan, job->map, job->bytes);
    sb_csv_scan_end(&scan);
    job->wrong_end = scan.wrong_end;
    if (scan.stopped)
        snprintf(job->error, sizeof job->error, NO_MEMORY);
    return !scan.stopped;
}

static bool check_ends(struct sb_job *job) {
    if (job->wrong_end)
        snprintf(job->error, sizeof job->error,
                 "ClientInputError : LineEnding is invalid on user data. Current LineEnding "
                 "setting is %s",
                 job->crlf ? "CRLF" : "LF");
    return !job->wrong_end;
}

static bool wants_stop(struct sb_app *app, struct sb_job *job) {
    pthread_mutex_lock(&app->jobs->lock);
    bool stop = job->stop;
    pthread_mutex_unlock(&app->jobs->lock);
    return stop || sb_app_is_stopping(app);
}

// Ends early when the job is to stop.
static void wait_ms(struct sb_app *app, struct sb_job *job, int64_t ms) {
    struct timespec until;
    int64_t at = sb_time_now_ms() + ms;
    int rc = 0;
    until.tv_sec = at / 1000;
    until.tv_nsec = at % 1000 * 1000000;
    pthread_mutex_lock(&app->jobs->lock);
    while (!job->stop && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&app->jobs->idle, &app->jobs->lock, &until);
    pthread_mutex_unlock(&app->jobs->lock);
}

static void set_state(struct sb_app *app, struct sb_job *job, enum sb_job_state state) {
    pthread_mutex_lock(&app->jobs->lock);
    if (!sb_job_is_final(job)) {
        job->state = state;
        job->modified_ms = sb_counters_now(app->tally);
    }
    pthread_mutex_unlock(&app->jobs->lock);
}

static void note(struct sb_job *job, struct sb_job_row *row, const struct sb_result *r) {
    if (!r->fail.code) {
        row->state = r->created ? SB_ROW_CREATED : SB_ROW_CHANGED;
        memcpy(row->id, r->id, SB_ID_SIZE);
        return;
    }
    row->state = SB_ROW_FAILED;
    row->fail = (uint32_t)job->fails.len;
    memcpy(row->id, r->id, SB_ID_SIZE);
    sb_buf_format(&job->fails, "%s:%s:%s%s--", r->fail.code, r->fail.message,
                  r->fail.fields ? r->fail.fields : "", r->fail.fields ? " " : "");
    sb_buf_char(&job->fails, '\0');
}

struct chunk { // what the worker needs again for each 200 rows
    struct sb_app *app;
    struct sb_job *job;
    struct sb_csv *csv;
    struct sb_arena arena;
    struct sb_save save;
    struct sb_input rows[SB_CHUNK_ROWS];
    struct sb_result results[SB_CHUNK_ROWS];
};

static bool run_chunk(struct chunk *c, struct sb_job_row *rows, size_t n) {
    struct sb_job *job = c->job;
    struct sb_store *st = c->app->store;
    uint64_t failed = 0;
    sb_arena_reset(&c->arena);
    for (size_t i = 0; i < n; i++) {
        size_t n_cells = 0;
        const struct sb_csv_cell *cells =
            sb_csv_cells(c->csv, job->map + rows[i].span.at, rows[i].span.len, &n_cells);
        sb_job_input(c->app, job, &c->arena, cells, n_cells, &c->rows[i]);
    }
    sb_store_lock(st);
    bool ok = sb_store_begin(st);
    if (ok)
        sb_save_chunk(&c->save, c->rows, n, c->results);
    ok = ok && sb_store_commit(st);
    sb_store_unlock(st);
    if (!ok)
        return false;
    sb_save_count(&c->save, c->rows, n, c->results);
    for (size_t i = 0; i < n; i++) {
        note(job, &rows[i], &c->results[i]);
        failed += rows[i].state == SB_ROW_FAILED;
    }
    pthread_mutex_lock(&c->app->jobs->lock);
    job->n_processed += n;
    job->n_failed += failed;
    pthread_mutex_unlock(&c->app->jobs->lock);
    return !job->fails.failed;
}

// Batches of 10,000 rows in an order left to chance; stops when it must, or half-way.
static bool run_batches(struct chunk *c) {
    struct sb_job *job = c->job;
    size_t n = job->n_rows - 1, done = 0, half = n / 2;
    uint32_t batches = (uint32_t)((n + SB_BATCH_ROWS - 1) / SB_BATCH_ROWS);
    uint32_t *order = sb_arena_get(&job->arena, (batches + 1) * sizeof *order);
    if (!order)
        return false;
    for (uint32_t i = 0; i < batches; i++)
        order[i] = i;
    sb_chance_shuffle(&job->chance, order, batches);
    sb_counters_batches(c->app->tally, batches);
    for (uint32_t i = 0; i < batches; i++) {
        size_t from = (size_t)order[i] * SB_BATCH_ROWS;
        size_t end = from + SB_BATCH_ROWS < n ? from + SB_BATCH_ROWS : n;
        for (; from < end; from += SB_CHUNK_ROWS) {
            size_t some = end - from < SB_CHUNK_ROWS ? end - from : SB_CHUNK_ROWS;
            if (wants_stop(c->app, job))
                return true;
            if (job->fail_half && done + some > half) {
                snprintf(job->error, sizeof job->error,
                         "InternalServerError : An unexpected error occurred");
                return false;
            }
            if (!run_chunk(c, job->rows + 1 + from, some))
                return false;
            done += some;
        }
    }
    return true;
}

static bool run_rows(struct sb_app *app, struct sb_job *job) {
    struct chunk *c = calloc(1, sizeof *c);
    bool ok = false;
    if (!c)
        return false;
    c->app = app;
    c->job = job;
    c->csv = sb_csv_new(job->delimiter);
    sb_arena_init(&c->arena, (size_t)512 << 20);
    c->save = (struct sb_save){.store = app->store,
                               .schema = app->schema,
                               .arena = &c->arena,
                               .tally = app->tally,
                               .user_id = app->user_id,
                               .op = job->op,
                               .key = job->key,
                               .lock_share = job->lock_share,
                               .locked = job->locked,
                               .lock_like = job->lock_like,
                               .chance = &job->chance};
    if (c->csv)
        ok = run_batches(c);
    sb_csv_free(c->csv);
    sb_arena_free(&c->arena);
    free(c);
    return ok;
}

// Nothing is stored: the rows were counted as they came.
static bool run_counted(struct sb_app *app, struct sb_job *job) {
    if (!check_ends(job))
        return false;
    if (job->header.len > 0 && !sb_job_columns(app, job, job->header.at, job->header.len))
        return false;
    enum sb_what what = job->op == SB_UPDATE   ? SB_UPDATED
                        : job->op >= SB_DELETE ? SB_DELETED
                                               : SB_CREATED;
    sb_counters_batches(app->tally, (job->counted + SB_BATCH_ROWS - 1) / SB_BATCH_ROWS);
    sb_counters_rows(app->tally, job->object, what, job->counted);
    pthread_mutex_lock(&app->jobs->lock);
    job->n_processed = job->counted;
    pthread_mutex_unlock(&app->jobs->lock);
    return true;
}

static bool run_stored(struct sb_app *app, struct sb_job *job) {
    if (!sb_job_index(job))
        return false;
    if (job->n_rows == 0)
        return true;
    const struct sb_span *header = &job->rows[0].span;
    bool known = sb_job_columns(app, job, job->map + header->at, header->len);
    // A wrong line end is found out before a wrong name.
    return check_ends(job) && known && (job->n_rows == 1 || run_rows(app, job));
}

void sb_job_run(struct sb_app *app, struct sb_job *job) {
    int64_t half = app->options.bulk_delay_ms / 2, began = sb_time_now_ms();
    if (half > 0)
        wait_ms(app, job, half);
    if (wants_stop(app, job))
        return;
    set_state(app, job, SB_RUNNING);
    if (job->stick)
        return;
    if (half > 0)
        wait_ms(app, job, app->options.bulk_delay_ms - half);
    bool ok = app->options.discard ? run_counted(app, job) : run_stored(app, job);
    if (!ok && job->error[0] == '\0')
        snprintf(job->error, sizeof job->error, NO_MEMORY);
    pthread_mutex_lock(&app->jobs->lock);
    job->work_ms = sb_time_now_ms() - began;
    pthread_mutex_unlock(&app->jobs->lock);
    set_state(app, job, ok ? SB_COMPLETE : SB_FAILED_JOB);
}
