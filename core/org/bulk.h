// SPDX-License-Identifier: MIT
// Bulk API 2.0 ingest jobs: requests built, answers read.
#ifndef AC_ORG_BULK_H
#define AC_ORG_BULK_H
#include "org/collections.h"

#define AC_BULK_MAX_BYTES 100000000u // of CSV a job; the org's limit is 150 MB after base64

enum ac_bulk_state {
    AC_BULK_OPEN,
    AC_BULK_UPLOAD_COMPLETE,
    AC_BULK_IN_PROGRESS,
    AC_BULK_JOB_COMPLETE,
    AC_BULK_FAILED,
    AC_BULK_ABORTED
};
struct ac_bulk_job {
    char id[32];
    enum ac_bulk_state state;
    uint64_t n_processed, n_failed; // processed includes failed
    char error[512];                // errorMessage or ""
};
bool ac_bulk_create_body(struct ac_buf *body, const struct ac_columns *columns);
// A job's JSON. AC_AGAIN when it is none.
enum ac_rc ac_bulk_job_parse(ac_str body, struct ac_bulk_job *out, struct ac_err *err);
// What a job's end means for the rows no result file tells of: OK when it is complete, RETRY while
// it is not over, else by its errorMessage ("InvalidBatch : Field name not found : X" is CONFIG,
// TooManyLockFailure is LOCKED, Timeout RETRY_FEW; aborted or without a reason: RETRY_FEW). Fills
// *out with code and message.
enum ac_outcome ac_bulk_job_outcome(const struct ac_bulk_job *job, struct ac_reply_error *out);
// Paths below /services/data/vXX.X, printed into out (160 bytes are enough).
enum ac_bulk_path {
    AC_BULK_JOBS,
    AC_BULK_JOB,
    AC_BULK_BATCHES,
    AC_BULK_SUCCESSFUL,
    AC_BULK_FAILED_ROWS,
    AC_BULK_UNPROCESSED
};
const char *ac_bulk_path(enum ac_bulk_path which, const char *id, char *out, size_t len);

// One row of a result file. Its texts are lent for the call.
struct ac_bulk_result {
    ac_str id;               // sf__Id, may be empty
    enum ac_outcome outcome; // CREATED, UPDATED, or what sf__Error says; RETRY for unprocessed
    struct ac_reply_error error;
    ac_str key; // the cell of the external id column; null when there is none
    const ac_str *cells;
    size_t n_cells;
    const ac_str *columns; // the header, n_cells names; the same for every row of a file
};
// Reads a downloaded result file (a header row and quoted rows; an empty file is no row). `key` is
// the external id's name, null for inserts; n_rows is how many rows there are by the job's own
// counts, AC_BULK_ANY_ROWS when those say nothing. AC_AGAIN when the file is cut, of another number
// of rows, or no result file at all: that is found before the first row is told, so then no row
// was. Other than AC_OK: what `each` said. Memory: one row, 8 MiB at most.
#define AC_BULK_ANY_ROWS UINT64_MAX
enum ac_rc ac_bulk_results_read(const char *path, enum ac_bulk_path which, ac_str key,
                                uint64_t n_rows,
                                enum ac_rc (*each)(void *arg, const struct ac_bulk_result *row,
                                                   struct ac_err *err),
                                void *arg, struct ac_err *err);
// "CODE:message:Field1, Field2 --" in its parts.
void ac_bulk_error_split(ac_str text, struct ac_reply_error *out);

#endif
