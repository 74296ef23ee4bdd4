// SPDX-License-Identifier: MIT
// Result files of bulk jobs, turned into outcomes.
#include "org/bulk.h"
#include "org/result_rows.h"
#include <stdlib.h>

struct reading {
    struct ac_result_rows rows;
    enum ac_bulk_path which;
    ac_str key; // the name wanted
    struct ac_buf header;
    ac_str *columns;
    size_t n_columns;
    uint64_t n_rows;                         // below the header, once all of it was looked at
    int id_at, created_at, error_at, key_at; // -1: no such column
};

static void end_reading(struct reading *r) {
    ac_result_rows_close(&r->rows);
    ac_buf_free(&r->header);
    free(r->columns);
}

static enum ac_rc no_results(const char *why, struct ac_err *err) {
    return ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "BAD_RESULTS", "a result file of a bulk job %s",
                      why);
}

static int find(const struct reading *r, ac_str name) {
    for (size_t i = 0; i < r->n_columns && name.len; i++)
        if (ac_str_eq_nocase(r->columns[i], name))
            return (int)i;
    return -1;
}

// Keeps the header, which the rows after it would overwrite.
static bool copy_header(struct reading *r) {
    size_t len = 0;
    for (size_t i = 0; i < r->rows.n_cells; i++)
        len += r->rows.cells[i].len;
    ac_buf_init(&r->header, len + 1);
    r->columns = calloc(r->rows.n_cells, sizeof *r->columns);
    if (!r->columns || !ac_buf_need(&r->header, len + 1))
        return false;
    for (size_t i = 0; i < r->rows.n_cells; i++) {
        r->columns[i] = ac_str_n(r->header.ptr + r->header.len, r->rows.cells[i].len);
        ac_buf_add_str(&r->header, r->rows.cells[i]);
    }
    r->n_columns = r->rows.n_cells;
    return true;
}

static enum ac_rc read_header(struct reading *r, struct ac_err *err) {
    enum ac_rc rc = ac_result_rows_next(&r->rows, err);
    if (rc != AC_OK)
        return rc;
    ac_str first = r->rows.cells[0];
    if (first.len && strchr("<{[", first.ptr[0]))
        return no_results("is a page or JSON, not CSV", err);
    if (!copy_header(r))
        return ac_err_nomem(err, "a result");
    r->id_at = find(r, AC_STR("sf__Id"));
    r->created_at = find(r, AC_STR("sf__Created"));
    r->error_at = find(r, AC_STR("sf__Error"));
    r->key_at = find(r, r->key);
    if (r->which == AC_BULK_FAILED_ROWS && r->error_at < 0)
        return no_results("has no column sf__Error", err);
    if (r->which == AC_BULK_SUCCESSFUL && r->id_at < 0)
        return no_results("has no column sf__Id", err);
    return AC_OK;
}

static ac_str cell(const struct reading *r, int at) {
    return at < 0 ? AC_STR_NULL : r->rows.cells[at];
}

static void judge(const struct reading *r, struct ac_bulk_result *out) {
    ac_str created = cell(r, r->created_at);
    switch (r->which) {
    case AC_BULK_FAILED_ROWS:
        ac_bulk_error_split(cell(r, r->error_at), &out->error);
        out->outcome = ac_reply_classify_row(out->error.code, out->error.message);
        return;
    case AC_BULK_SUCCESSFUL:
        out->outcome = ac_str_eq_nocase(created, AC_STR("true"))    ? AC_OUT_CREATED
                       : ac_str_eq_nocase(created, AC_STR("false")) ? AC_OUT_UPDATED
                                                                    : AC_OUT_OK;
        return;
    case AC_BULK_UNPROCESSED:
    case AC_BULK_JOBS:
    case AC_BULK_JOB:
    case AC_BULK_BATCHES:
        out->outcome = AC_OUT_RETRY;
        out->error = (struct ac_reply_error){.code = "UNPROCESSED",
                                             .message = "the job ended before this record's turn"};
        return;
    }
}

static enum ac_rc row_is_whole(const struct reading *r, struct ac_err *err) {
    if (r->rows.n_cells != r->n_columns)
        return ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "BAD_RESULTS",
                          "a result file of a bulk job is cut: the row before line %llu has %zu "
                          "cells, the header %zu",
                          (unsigned long long)r->rows.line, r->rows.n_cells, r->n_columns);
    if (r->key.len && r->key_at < 0)
        return no_results("does not have the external id's column", err);
    return AC_OK;
}

// Once through the file. Without `each` it is only looked whether all of it is there.
static enum ac_rc pass(struct reading *r,
                       enum ac_rc (*each)(void *arg, const struct ac_bulk_result *row,
                                          struct ac_err *err),
                       void *arg, struct ac_err *err) {
    enum ac_rc rc;
    while ((rc = ac_result_rows_next(&r->rows, err)) == AC_OK) {
        rc = row_is_whole(r, err);
        r->n_rows += !each;
        if (rc == AC_OK && each) {
            ac_str id = cell(r, r->id_at);
            struct ac_bulk_result row = {.id = ac_str_is_null(id) ? AC_STR("") : id,
                                         .key = cell(r, r->key_at),
                                         .cells = r->rows.cells,
                                         .n_cells = r->rows.n_cells,
                                         .columns = r->columns};
            judge(r, &row);
            rc = each(arg, &row, err);
        }
        if (rc != AC_OK)
            return rc;
    }
    return rc;
}

static enum ac_rc count_is(uint64_t n_rows, uint64_t n, struct ac_err *err) {
    if (n_rows == AC_BULK_ANY_ROWS || n == n_rows)
        return AC_OK;
    return ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "BAD_RESULTS",
                      "a result file of a bulk job has %llu rows, the job says %llu",
                      (unsigned long long)n, (unsigned long long)n_rows);
}

static enum ac_rc read_twice(struct reading *r, uint64_t n_rows,
                             enum ac_rc (*each)(void *arg, const struct ac_bulk_result *row,
                                                struct ac_err *err),
                             void *arg, struct ac_err *err) {
    enum ac_rc rc = read_header(r, err);
    if (rc == AC_OK)
        rc = pass(r, NULL, NULL, err);
    if (rc == AC_END) // of an empty file at once
        rc = count_is(n_rows, r->n_rows, err);
    if (rc != AC_OK || !r->n_rows)
        return rc;
    rc = ac_result_rows_rewind(&r->rows, err);
    if (rc == AC_OK)
        rc = ac_result_rows_next(&r->rows, err); // the header again
    return rc == AC_OK ? pass(r, each, arg, err) : rc;
}

enum ac_rc ac_bulk_results_read(const char *path, enum ac_bulk_path which, ac_str key,
                                uint64_t n_rows,
                                enum ac_rc (*each)(void *arg, const struct ac_bulk_result *row,
                                                   struct ac_err *err),
                                void *arg, struct ac_err *err) {
    AC_CLEANUP(end_reading) struct reading r = {.which = which, .key = key};
    enum ac_rc rc = ac_result_rows_open(&r.rows, path, err);
    if (rc == AC_OK)
        rc = read_twice(&r, n_rows, each, arg, err);
    return rc == AC_END ? AC_OK : rc;
}
