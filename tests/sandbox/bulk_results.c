// SPDX-License-Identifier: MIT
// The result files of a Bulk job, made as they are read.
#include "bulk.h"

#include "gzip.h"
#include "numbers.h"
#include "routes.h"

#include <stdlib.h>
#include <string.h>

enum file { SUCCESSFUL, FAILED, UNPROCESSED };

struct results {
    struct sb_jobs *jobs;
    struct sb_job *job;
    enum file file;
    struct sb_csv *csv;
    uint32_t *rows;    // those of this file, in an order left to chance
    size_t n, at;      // the next one
    uint32_t *columns; // their order
    size_t n_columns;
    bool header_done;
    struct sb_buf out; // rendered, not yet sent
    size_t sent;
};

static void put_quoted(struct sb_buf *b, const char *s, size_t len) {
    sb_buf_char(b, '"');
    for (;;) {
        const char *quote = memchr(s, '"', len);
        size_t n = quote ? (size_t)(quote - s) + 1 : len;
        sb_buf_add(b, s, n);
        if (!quote)
            break;
        sb_buf_char(b, '"');
        s += n;
        len -= n;
    }
    sb_buf_char(b, '"');
}

static void put_end(struct results *r) { sb_buf_text(&r->out, r->job->crlf ? "\r\n" : "\n"); }

static void put_header(struct results *r) {
    static const char *const own[][2] = {{"sf__Id", "sf__Created"}, {"sf__Id", "sf__Error"}};
    bool first = true;
    for (size_t i = 0; r->file != UNPROCESSED && i < 2; i++) {
        if (!first)
            sb_buf_char(&r->out, r->job->delimiter);
        put_quoted(&r->out, own[r->file][i], strlen(own[r->file][i]));
        first = false;
    }
    for (size_t i = 0; i < r->n_columns; i++) {
        const char *name = r->job->columns[r->columns[i]].name;
        if (!first)
            sb_buf_char(&r->out, r->job->delimiter);
        put_quoted(&r->out, name, strlen(name));
        first = false;
    }
    put_end(r);
    r->header_done = true;
}

// Numbers come back as Java prints them.
static void put_cell(struct results *r, const struct sb_column *c, const struct sb_csv_cell *cell) {
    char text[SB_NUMBER_SIZE];
    double v = 0;
    if (r->file != UNPROCESSED && c->field && c->field->kind == SB_KIND_DOUBLE && !c->key &&
        cell->len > 0 && sb_number_read(cell->s, cell->len, 30, 12, &v) == SB_NUMBER_OK) {
        sb_number_java(v, text);
        put_quoted(&r->out, text, strlen(text));
    } else {
        put_quoted(&r->out, cell->s, cell->len);
    }
}

static void put_row(struct results *r, const struct sb_job_row *row) {
    const struct sb_job *job = r->job;
    const char *why = row->state == SB_ROW_FAILED ? job->fails.at + row->fail : "";
    size_t n = 0;
    if (r->file != UNPROCESSED) {
        put_quoted(&r->out, row->id, strlen(row->id));
        sb_buf_char(&r->out, job->delimiter);
        if (r->file == SUCCESSFUL)
            why = row->state == SB_ROW_CREATED ? "true" : "false";
        put_quoted(&r->out, why, strlen(why));
    }
    const struct sb_csv_cell *cells =
        sb_csv_cells(r->csv, job->map + row->span.at, row->span.len, &n);
    for (size_t i = 0; i < r->n_columns; i++) {
        size_t at = r->columns[i];
        if (r->file != UNPROCESSED || i > 0)
            sb_buf_char(&r->out, job->delimiter);
        if (cells && at < n)
            put_cell(r, &job->columns[at], &cells[at]);
        else
            put_quoted(&r->out, "", 0);
    }
    put_end(r);
}

static long read_results(void *arg, char *to, size_t room) {
    struct results *r = arg;
    if (r->sent == r->out.len) {
        sb_buf_clear(&r->out);
        r->sent = 0;
    }
    if (!r->header_done && r->n_columns > 0)
        put_header(r);
    while (r->out.len - r->sent < room && r->at < r->n && !r->out.failed)
        put_row(r, &r->job->rows[r->rows[r->at++]]);
    if (r->out.failed)
        return -1;
    size_t n = r->out.len - r->sent < room ? r->out.len - r->sent : room;
    if (n > 0)
        memcpy(to, r->out.at + r->sent, n);
    r->sent += n;
    return (long)n;
}

static void close_results(void *arg) {
    struct results *r = arg;
    sb_jobs_release(r->jobs, r->job);
    sb_csv_free(r->csv);
    sb_buf_free(&r->out);
    free(r->rows);
    free(r->columns);
    free(r);
}

static bool belongs(const struct sb_job_row *row, enum file file) {
    switch (row->state) {
    case SB_UNTOUCHED:
        return file == UNPROCESSED;
    case SB_ROW_CREATED:
    case SB_ROW_CHANGED:
        return file == SUCCESSFUL;
    case SB_ROW_FAILED:
        break;
    }
    return file == FAILED;
}

static bool choose_rows(struct results *r, uint64_t seed) {
    struct sb_job *job = r->job;
    struct sb_chance chance = {seed};
    r->rows = malloc((job->n_rows + 1) * sizeof *r->rows);
    r->columns = malloc((job->n_columns + 1) * sizeof *r->columns);
    r->csv = sb_csv_new(job->delimiter);
    if (!r->rows || !r->columns || !r->csv)
        return false;
    for (size_t i = 1; i < job->n_rows; i++)
        if (belongs(&job->rows[i], r->file))
            r->rows[r->n++] = (uint32_t)i;
    for (size_t i = 0; i < job->n_columns; i++)
        r->columns[r->n_columns++] = (uint32_t)i;
    sb_chance_shuffle(&chance, r->rows, r->n);
    sb_chance_shuffle(&chance, r->columns, r->n_columns);
    return true;
}

// Rows that nobody looked at yet are found now: the job was aborted before its work began.
static bool find_rows(struct sb_app *app, struct sb_job *job) {
    pthread_mutex_lock(&app->jobs->lock);
    while (job->working)
        pthread_cond_wait(&app->jobs->idle, &app->jobs->lock);
    bool ok = true;
    if (!job->rows && job->uploaded && !app->options.discard)
        ok = sb_job_index(job);
    if (ok && job->rows && job->n_rows > 0 && !job->columns)
        sb_job_columns(app, job, job->map + job->rows[0].span.at, job->rows[0].span.len);
    pthread_mutex_unlock(&app->jobs->lock);
    return ok;
}

static long read_packed(void *arg, char *to, size_t room) { return sb_packer_read(arg, to, room); }

static void close_packed(void *arg) { sb_packer_free(arg); }

static void answer(struct sb_req *req, enum file file) {
    struct sb_jobs *jobs = req->app->jobs;
    struct sb_job *job = sb_jobs_find(jobs, req->part[0]);
    if (!job) {
        sb_req_not_found(req);
        return;
    }
    pthread_mutex_lock(&jobs->lock);
    bool final = sb_job_is_final(job);
    pthread_mutex_unlock(&jobs->lock);
    struct results *r = final ? calloc(1, sizeof *r) : NULL;
    if (!r) {
        sb_req_error(req, 400, "INVALIDJOBSTATE",
                     "InvalidJobState : results are not available before the job has ended");
        sb_jobs_release(jobs, job);
        return;
    }
    *r = (struct results){.jobs = jobs, .job = job, .file = file};
    sb_buf_init(&r->out, (size_t)64 << 20);
    if (!find_rows(req->app, job) || !choose_rows(r, sb_app_draw(req->app))) {
        close_results(r);
        sb_req_error(req, 500, "UNKNOWN_EXCEPTION", "no memory");
        return;
    }
    sb_req_answer(req, 200);
    req->content_type = "text/csv";
    req->stream = (struct sb_stream){read_results, close_results, r};
    const char *accept = sb_req_header(req, "Accept-Encoding");
    struct sb_packer *z = accept && strstr(accept, "gzip") && r->n > 20
                              ? sb_packer_new(read_results, close_results, r)
                              : NULL;
    if (z) {
        req->stream = (struct sb_stream){read_packed, close_packed, z};
        sb_req_add_header(req, "Content-Encoding", "gzip");
    }
}

void sb_bulk_successful(struct sb_req *req) { answer(req, SUCCESSFUL); }

void sb_bulk_failed(struct sb_req *req) { answer(req, FAILED); }

void sb_bulk_unprocessed(struct sb_req *req) { answer(req, UNPROCESSED); }
