// SPDX-License-Identifier: MIT
// Takes an upload as it streams in.
#include "bulk.h"

#include "gzip.h"
#include "routes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

struct upload {
    struct sb_req *req;
    struct sb_job *job;
    struct sb_csv_scan scan;
    struct sb_inflater *inflater; // NULL: not compressed
    bool broken;                  // compressed wrongly, or the disk is full
};

bool sb_upload_open(struct sb_app *app, struct sb_job *job) {
    job->bytes = 0;
    job->counted = 0;
    sb_buf_clear(&job->header);
    if (app->options.discard)
        return true;
    const char *dir = getenv("TMPDIR");
    char name[4096];
    if (job->fd >= 0)
        close(job->fd);
    if (snprintf(name, sizeof name, "%s/acload-sandbox-XXXXXX", dir && *dir ? dir : "/tmp") >=
        (int)sizeof name)
        return false;
    job->fd = mkstemp(name);
    if (job->fd >= 0)
        unlink(name);
    return job->fd >= 0;
}

static bool write_all(int fd, const char *p, size_t len) {
    while (len > 0) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            p += n;
            len -= (size_t)n;
        }
    }
    return true;
}

// Without a store only the header and the number of rows matter.
static void keep_header(struct sb_job *job, const char *p, size_t len) {
    if (job->header.failed ||
        (job->header.len > 0 && memchr(job->header.at, '\n', job->header.len)))
        return;
    const char *end = memchr(p, '\n', len);
    sb_buf_add(&job->header, p, end ? (size_t)(end - p) + 1 : len);
}

bool sb_upload_take(struct sb_app *app, struct sb_job *job, struct sb_csv_scan *scan, const char *p,
                    size_t len) {
    job->bytes += len;
    if (job->bytes > SB_MAX_UPLOAD)
        return true;
    if (!app->options.discard)
        return write_all(job->fd, p, len);
    keep_header(job, p, len);
    sb_csv_scan_feed(scan, p, len);
    return true;
}

static bool take_plain(void *arg, const char *p, size_t len) {
    struct upload *u = arg;
    if (!sb_upload_take(u->req->app, u->job, &u->scan, p, len))
        u->broken = true;
    return !u->broken;
}

static bool take(void *arg, const char *p, size_t len) {
    struct upload *u = arg;
    if (!u->inflater)
        return take_plain(u, p, len);
    if (!sb_inflater_feed(u->inflater, p, len, take_plain, u))
        u->broken = true;
    return !u->broken;
}

static void finish(void *arg) {
    struct upload *u = arg;
    struct sb_jobs *jobs = u->req->app->jobs;
    sb_inflater_free(u->inflater);
    pthread_mutex_lock(&jobs->lock);
    u->job->uploading = false;
    pthread_mutex_unlock(&jobs->lock);
    sb_jobs_release(jobs, u->job);
    free(u);
}

bool sb_upload_map(struct sb_job *job) {
    if (job->map || job->bytes == 0 || job->fd < 0)
        return true;
    void *at = mmap(NULL, job->bytes, PROT_READ, MAP_PRIVATE, job->fd, 0);
    if (at == MAP_FAILED)
        return false;
    job->map = at;
    return true;
}

// Marks the job as being uploaded; false after an error answer.
static bool claim(struct sb_req *req, struct sb_job *job) {
    struct sb_jobs *jobs = req->app->jobs;
    pthread_mutex_lock(&jobs->lock);
    enum sb_job_state state = job->state;
    bool again = job->uploaded || job->uploading;
    if (state == SB_OPEN_JOB && !again)
        job->uploading = true;
    pthread_mutex_unlock(&jobs->lock);
    if (state != SB_OPEN_JOB)
        sb_req_error(req, 400, "INVALIDJOBSTATE",
                     "InvalidJobState : the job is %s, content is taken only while it is Open",
                     sb_job_state_name(state));
    else if (again)
        sb_req_error(req, 400, "BULK_API_ERROR",
                     "Found multiple contents for job: <%s>, please 'Close' / 'Abort' / 'Delete' "
                     "the current Job then create a new Job and make sure you only do 'PUT' once "
                     "on a given Job.",
                     job->id);
    return req->status == 0;
}

void sb_bulk_upload_begin(struct sb_req *req) {
    struct sb_jobs *jobs = req->app->jobs;
    const char *type = sb_req_header(req, "Content-Type");
    const char *encoding = sb_req_header(req, "Content-Encoding");
    if (!type || strncasecmp(type, "text/csv", 8) != 0) {
        sb_req_error(req, 415, "UNSUPPORTED_MEDIA_TYPE", "Content type %s not supported.",
                     type ? type : "none");
        return;
    }
    struct sb_job *job = sb_jobs_find(jobs, req->part[0]);
    if (!job) {
        sb_req_not_found(req);
        return;
    }
    struct upload *u = calloc(1, sizeof *u);
    if (!u)
        sb_req_error(req, 500, "UNKNOWN_EXCEPTION", "no memory");
    if (!u || !claim(req, job)) {
        sb_jobs_release(jobs, job);
        free(u);
        return;
    }
    u->req = req;
    u->job = job;
    u->scan.crlf = job->crlf;
    req->sink = (struct sb_sink){take, finish, u};
    bool packed = encoding && strcasecmp(encoding, "identity") != 0;
    if (packed)
        u->inflater = sb_inflater_new();
    if ((packed && !u->inflater) || !sb_upload_open(req->app, job))
        sb_req_error(req, 500, "UNKNOWN_EXCEPTION", "the upload cannot be kept");
}

void sb_bulk_upload(struct sb_req *req) {
    struct upload *u = req->sink.arg;
    struct sb_job *job = u->job;
    struct sb_jobs *jobs = req->app->jobs;
    if (u->broken || (u->inflater && !sb_inflater_is_done(u->inflater))) {
        sb_req_error(req, 400, "CLIENTINPUTERROR", "ClientInputError : the content is broken");
        return;
    }
    if (job->bytes > SB_MAX_UPLOAD) {
        sb_req_error(req, 413, "EXCEEDED_MAX_SIZE_REQUEST",
                     "the content is larger than %u bytes, 150 MB once it is in base64",
                     SB_MAX_UPLOAD);
        return;
    }
    sb_csv_scan_end(&u->scan);
    sb_counters_upload(req->app->tally, job->bytes);
    pthread_mutex_lock(&jobs->lock);
    job->uploaded = true;
    job->uploading = false; // before the answer: the close may follow at once
    job->wrong_end = u->scan.wrong_end;
    job->counted = u->scan.rows > 0 ? u->scan.rows - 1 : 0;
    job->modified_ms = sb_counters_now(req->app->tally);
    pthread_mutex_unlock(&jobs->lock);
    sb_req_answer(req, 201);
    req->content_type = NULL;
}
