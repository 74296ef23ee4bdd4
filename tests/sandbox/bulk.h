// SPDX-License-Identifier: MIT
// Bulk API 2.0 ingest jobs: what one is, where they are kept.
//
// A job is created by a request, filled by one upload, then worked on by a thread of its own. Its
// state is guarded by the lock of all jobs; rows and columns belong to the worker until the state
// is a final one, and never change after.
#ifndef SB_BULK_H
#define SB_BULK_H

#include "app.h"
#include "csv_rows.h"
#include "jsonw.h"
#include "save.h"

#define SB_MAX_UPLOAD 112500000u // 150 MB after base64
#define SB_MAX_HEADER 32000u
#define SB_BATCH_ROWS 10000u

enum sb_job_state { SB_OPEN_JOB, SB_UPLOADED, SB_RUNNING, SB_COMPLETE, SB_FAILED_JOB, SB_ABORTED };

enum sb_row_state { SB_UNTOUCHED, SB_ROW_CREATED, SB_ROW_CHANGED, SB_ROW_FAILED };

struct sb_job_row {
    struct sb_span span;
    enum sb_row_state state;
    uint32_t fail; // where its error begins in fails
    char id[SB_ID_SIZE];
};

struct sb_column {
    const char *name;               // as the header has it
    const struct sb_field *field;   // NULL before the header was understood
    const struct sb_object *target; // of a parent given by external id
    const struct sb_field *key;
};

struct sb_job {
    char id[SB_ID_SIZE];
    enum sb_op op;
    const struct sb_object *object;
    const struct sb_field *key;
    const char *delimiter_name;
    char delimiter;
    bool crlf;
    int version;
    int64_t created_ms, modified_ms, work_ms;
    enum sb_job_state state;
    char error[600];
    // The upload.
    int fd;
    uint64_t bytes;
    bool uploading, uploaded, wrong_end;
    struct sb_buf header; // only when nothing is stored
    uint64_t counted;     // rows besides the header, when nothing is stored
    const char *map;
    // The work.
    struct sb_arena arena;
    struct sb_column *columns;
    size_t n_columns;
    struct sb_job_row *rows;
    size_t n_rows, room;
    struct sb_buf fails; // "CODE:message:fields --", each with its NUL
    uint64_t n_processed, n_failed;
    double lock_share;
    struct sb_fail locked;
    const char *lock_like;
    struct sb_chance chance;
    bool fail_half, stick, stop, working;
    int refs;
};

struct sb_jobs {
    struct sb_app *app;
    pthread_mutex_t lock;
    pthread_cond_t idle; // a worker has ended, or a job is to stop
    struct sb_job **at;
    size_t n, room;
    int64_t made;
    int workers;
};

struct sb_jobs *sb_jobs_new(struct sb_app *app);
void sb_jobs_stop(struct sb_jobs *jobs);
void sb_jobs_free(struct sb_jobs *jobs);
// Forgets all jobs; those at work end soon.
void sb_jobs_clear(struct sb_jobs *jobs);
// A new job with its id, in the list; the caller holds a reference.
struct sb_job *sb_jobs_add(struct sb_jobs *jobs);
// The job of that id with a reference more, or NULL.
struct sb_job *sb_jobs_find(struct sb_jobs *jobs, const char *text);
void sb_jobs_release(struct sb_jobs *jobs, struct sb_job *job);
void sb_jobs_remove(struct sb_jobs *jobs, struct sb_job *job);
// Starts the worker of a job that is SB_UPLOADED; false: no thread.
bool sb_job_start(struct sb_jobs *jobs, struct sb_job *job);
const char *sb_job_state_name(enum sb_job_state s);
bool sb_job_is_final(const struct sb_job *job);

// bulk_upload.c: a sink for the upload; upload of one piece.
bool sb_upload_open(struct sb_app *app, struct sb_job *job);
bool sb_upload_take(struct sb_app *app, struct sb_job *job, struct sb_csv_scan *scan, const char *p,
                    size_t len);
// Maps what was uploaded; false when that fails. Harmless when it was done before.
bool sb_upload_map(struct sb_job *job);

// bulk_columns.c: understands the header; false with job->error set.
bool sb_job_columns(struct sb_app *app, struct sb_job *job, const char *header, size_t len);
// A row of cells as a record. Messages and values go into the arena.
void sb_job_input(struct sb_app *app, struct sb_job *job, struct sb_arena *a,
                  const struct sb_csv_cell *cells, size_t n, struct sb_input *out);

// bulk_run.c: finds the rows of the upload; false with job->error set.
bool sb_job_index(struct sb_job *job);
void sb_job_run(struct sb_app *app, struct sb_job *job);

#endif
