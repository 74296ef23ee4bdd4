// SPDX-License-Identifier: MIT
// The list of Bulk jobs.
#include "bulk.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct sb_jobs *sb_jobs_new(struct sb_app *app) {
    struct sb_jobs *jobs = calloc(1, sizeof *jobs);
    if (!jobs)
        return NULL;
    jobs->app = app;
    if (pthread_mutex_init(&jobs->lock, NULL) != 0 || pthread_cond_init(&jobs->idle, NULL) != 0) {
        free(jobs);
        return NULL;
    }
    return jobs;
}

static void free_job(struct sb_job *job) {
    if (job->map)
        munmap((void *)job->map, job->bytes);
    if (job->fd >= 0)
        close(job->fd);
    sb_buf_free(&job->header);
    sb_buf_free(&job->fails);
    sb_arena_free(&job->arena);
    free(job->rows);
    free(job);
}

// The lock is held.
static void drop(struct sb_job *job) {
    if (--job->refs == 0)
        free_job(job);
}

void sb_jobs_release(struct sb_jobs *jobs, struct sb_job *job) {
    pthread_mutex_lock(&jobs->lock);
    drop(job);
    pthread_mutex_unlock(&jobs->lock);
}

void sb_jobs_clear(struct sb_jobs *jobs) {
    pthread_mutex_lock(&jobs->lock);
    for (size_t i = 0; i < jobs->n; i++) {
        jobs->at[i]->stop = true;
        drop(jobs->at[i]);
    }
    jobs->n = 0;
    pthread_cond_broadcast(&jobs->idle);
    while (jobs->workers > 0)
        pthread_cond_wait(&jobs->idle, &jobs->lock);
    pthread_mutex_unlock(&jobs->lock);
}

void sb_jobs_stop(struct sb_jobs *jobs) { sb_jobs_clear(jobs); }

void sb_jobs_free(struct sb_jobs *jobs) {
    if (!jobs)
        return;
    sb_jobs_clear(jobs);
    pthread_cond_destroy(&jobs->idle);
    pthread_mutex_destroy(&jobs->lock);
    free(jobs->at);
    free(jobs);
}

static struct sb_job *new_job(int64_t n) {
    struct sb_job *job = calloc(1, sizeof *job);
    if (!job)
        return NULL;
    job->fd = -1;
    job->refs = 2; // the list's, the caller's
    sb_id_make(job->id, "750", n);
    sb_buf_init(&job->header, SB_MAX_HEADER + 4);
    sb_buf_init(&job->fails, (size_t)1 << 30);
    sb_arena_init(&job->arena, (size_t)64 << 20);
    return job;
}

struct sb_job *sb_jobs_add(struct sb_jobs *jobs) {
    struct sb_job *job = NULL;
    pthread_mutex_lock(&jobs->lock);
    if (jobs->n == jobs->room) {
        size_t room = jobs->room ? jobs->room * 2 : 16;
        struct sb_job **at = realloc(jobs->at, room * sizeof(void *));
        if (at) {
            jobs->at = at;
            jobs->room = room;
        }
    }
    if (jobs->n < jobs->room)
        job = new_job(++jobs->made);
    if (job)
        jobs->at[jobs->n++] = job;
    pthread_mutex_unlock(&jobs->lock);
    return job;
}

struct sb_job *sb_jobs_find(struct sb_jobs *jobs, const char *text) {
    char id[SB_ID_SIZE];
    struct sb_job *job = NULL;
    if (!sb_id_read(text, strlen(text), id))
        return NULL;
    pthread_mutex_lock(&jobs->lock);
    for (size_t i = 0; i < jobs->n && !job; i++)
        if (strcmp(jobs->at[i]->id, id) == 0)
            job = jobs->at[i];
    if (job)
        job->refs++;
    pthread_mutex_unlock(&jobs->lock);
    return job;
}

void sb_jobs_remove(struct sb_jobs *jobs, struct sb_job *job) {
    pthread_mutex_lock(&jobs->lock);
    for (size_t i = 0; i < jobs->n; i++) {
        if (jobs->at[i] == job) {
            memmove(&jobs->at[i], &jobs->at[i + 1], (--jobs->n - i) * sizeof(void *));
            job->stop = true;
            pthread_cond_broadcast(&jobs->idle);
            drop(job);
            break;
        }
    }
    pthread_mutex_unlock(&jobs->lock);
}

struct work {
    struct sb_jobs *jobs;
    struct sb_job *job;
};

static void *worker(void *arg) {
    struct work w = *(struct work *)arg;
    free(arg);
    sb_job_run(w.jobs->app, w.job);
    pthread_mutex_lock(&w.jobs->lock);
    w.job->working = false;
    drop(w.job);
    w.jobs->workers--;
    pthread_cond_broadcast(&w.jobs->idle);
    pthread_mutex_unlock(&w.jobs->lock);
    return NULL;
}

bool sb_job_start(struct sb_jobs *jobs, struct sb_job *job) {
    struct work *w = malloc(sizeof *w);
    pthread_t thread;
    if (!w)
        return false;
    *w = (struct work){jobs, job};
    pthread_mutex_lock(&jobs->lock);
    bool ok = pthread_create(&thread, NULL, worker, w) == 0;
    if (ok) {
        job->refs++;
        job->working = true;
        jobs->workers++;
        pthread_detach(thread);
    }
    pthread_mutex_unlock(&jobs->lock);
    if (!ok)
        free(w);
    return ok;
}

const char *sb_job_state_name(enum sb_job_state s) {
    switch (s) {
    case SB_OPEN_JOB:
        return "Open";
    case SB_UPLOADED:
        return "UploadComplete";
    case SB_RUNNING:
        return "InProgress";
    case SB_COMPLETE:
        return "JobComplete";
    case SB_FAILED_JOB:
        return "Failed";
    case SB_ABORTED:
        break;
    }
    return "Aborted";
}

bool sb_job_is_final(const struct sb_job *job) {
    return job->state == SB_COMPLETE || job->state == SB_FAILED_JOB || job->state == SB_ABORTED;
}
