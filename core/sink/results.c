// SPDX-License-Identifier: MIT
// Rows of a bulk job's result file, each brought back to the record that was sent.
#include "sink/sink_int.h"
#include <stdio.h>
#include <stdlib.h>

// Results come in any order. An upsert's row is found by its external id. An insert has none: its
// row is found by all the cells that were sent, and of several equal records any will do. The org
// may write a value in another way than it got it (9.12E8), so values are compared, not texts.

struct place { // a pending record
    uint64_t hash;
    uint32_t ordinal;
    uint32_t n_taken; // in the first of equal ones: how many were given out
};

struct join {
    struct ac_job *job;
    enum ac_bulk_path which;
    bool is_ready;
    struct place *places; // by hash, then ordinal
    size_t n;
    int *result_of; // insert: the result's column for each of ours, -1: not echoed
    ac_str *cells;  // upsert: just the key
};

static void join_free(struct join *join) {
    free(join->places);
    free(join->result_of);
    free(join->cells);
}

// --- values

static uint64_t hash_bits(const void *bits, size_t len, uint64_t seed) {
    return ac_str_hash(ac_str_n(bits, len), seed);
}

static bool as_number(ac_str text, double *out) {
    char copy[64], *end;
    if (text.len >= sizeof copy)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!strchr("0123456789+-.eE", text.ptr[i]) || !text.ptr[i])
            return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    *out = strtod(copy, &end);
    if (*end || end == copy)
        return false;
    if (*out == 0)
        *out = 0; // no -0
    return true;
}

// Line by line, since a line end inside a cell may come back as CRLF.
static uint64_t hash_text(ac_str text, uint64_t seed) {
    ac_str line;
    while (ac_str_cut(&text, '\n', &line)) {
        if (ac_str_ends(line, AC_STR("\r")))
            line.len--;
        seed = ac_str_hash(line, seed);
    }
    return seed;
}

// Equal values have equal hashes, however they are written.
static uint64_t hash_value(const struct ac_field *field, ac_str text, uint64_t seed) {
    double number;
    int64_t ms;
    if (!text.len || ac_str_eq(text, AC_STR("#N/A")))
        return ac_str_hash(AC_STR(""), seed); // null, or left alone: both may come back empty
    switch (field->type) {
    case AC_FIELD_INTEGER:
    case AC_FIELD_NUMBER:
    case AC_FIELD_PERCENT:
    case AC_FIELD_UNKNOWN:
        if (as_number(text, &number))
            return hash_bits(&number, sizeof number, seed);
        break;
    case AC_FIELD_DATETIME:
    case AC_FIELD_DATE:
        if (ac_clock_parse(text, &ms, NULL) || ac_clock_parse_date(text, &ms))
            return hash_bits(&ms, sizeof ms, seed);
        break;
    case AC_FIELD_BOOLEAN:
        if (ac_str_eq_nocase(text, AC_STR("true")) || ac_str_eq(text, AC_STR("1")))
            return ac_str_hash(AC_STR("true"), seed);
        if (ac_str_eq_nocase(text, AC_STR("false")) || ac_str_eq(text, AC_STR("0")))
            return ac_str_hash(AC_STR("false"), seed);
        break;
    case AC_FIELD_ID:
        if (text.len == 18)
            text.len = 15; // the rest is a checksum
        break;
    case AC_FIELD_STRING:
    case AC_FIELD_PICKLIST:
        break;
    }
    return hash_text(text, seed);
}

// --- the index

static int by_hash(const void *a, const void *b) {
    const struct place *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->ordinal < y->ordinal ? -1 : x->ordinal > y->ordinal;
}

static bool is_pending(const struct join *join, uint32_t ordinal) {
    return ac_batch_state(join->job->shipment->batch, ordinal) == AC_RECORD_PENDING;
}

static bool add_key(void *arg, uint32_t ordinal, uint64_t key_hash, int64_t version_ms) {
    (void)version_ms;
    struct join *join = arg;
    if (is_pending(join, ordinal))
        join->places[join->n++] = (struct place){key_hash, ordinal, 0};
    return true;
}

// The columns that come back, wherever they stand in the result.
static enum ac_rc map_columns(struct join *join, const struct ac_columns *columns,
                              const struct ac_bulk_result *row, struct ac_err *err) {
    join->result_of = calloc(columns->n ? columns->n : 1, sizeof *join->result_of);
    if (!join->result_of)
        return ac_err_nomem(err, "results");
    for (size_t i = 0; i < columns->n; i++) {
        join->result_of[i] = -1;
        for (size_t k = 0; k < row->n_cells; k++)
            if (ac_str_eq_nocase(row->columns[k], columns->fields[i]->name))
                join->result_of[i] = (int)k;
    }
    return AC_OK;
}

static enum ac_rc add_tuples(struct join *join, const struct ac_columns *columns,
                             struct ac_err *err) {
    struct ac_shipment *s = join->job->shipment;
    const struct ac_part *part = &join->job->part;
    enum ac_rc rc = ac_sf_cursor(s, err);
    for (uint32_t i = part->first; i < part->first + part->n && rc == AC_OK; i++) {
        struct ac_batch_record record;
        if (!is_pending(join, i))
            continue;
        rc = ac_cursor_read(s->cursor, i, &record, err);
        if (rc != AC_OK)
            return rc;
        uint64_t hash = 0;
        for (size_t k = 0; k < columns->n; k++)
            if (join->result_of[k] >= 0)
                hash = hash_value(columns->fields[k], record.cells[k], hash);
        join->places[join->n++] = (struct place){hash, i, 0};
    }
    return rc;
}

static enum ac_rc make_ready(struct join *join, const struct ac_bulk_result *row,
                             struct ac_err *err) {
    struct ac_batch *b = join->job->shipment->batch;
    const struct ac_columns *columns = ac_batch_columns(b);
    const struct ac_part *part = &join->job->part;
    join->places = malloc((size_t)part->n * sizeof *join->places);
    join->cells = calloc(columns->n ? columns->n : 1, sizeof *join->cells);
    if (!join->places || !join->cells) {
        ac_err_nomem(err, "results");
        return AC_RUN;
    }
    enum ac_rc rc = AC_OK;
    if (columns->key >= 0)
        rc = ac_batch_each_key(b, part->first, part->n, add_key, join, err);
    else
        rc = map_columns(join, columns, row, err);
    if (rc == AC_OK && columns->key < 0)
        rc = add_tuples(join, columns, err);
    if (rc != AC_OK)
        return rc;
    qsort(join->places, join->n, sizeof *join->places, by_hash);
    join->is_ready = true;
    return AC_OK;
}

static uint64_t hash_row(struct join *join, const struct ac_bulk_result *row) {
    const struct ac_columns *columns = ac_batch_columns(join->job->shipment->batch);
    uint64_t hash = 0;
    if (columns->key >= 0) {
        join->cells[columns->key] = row->key;
        return ac_columns_key_hash(columns, join->cells);
    }
    for (size_t k = 0; k < columns->n; k++)
        if (join->result_of[k] >= 0)
            hash = hash_value(columns->fields[k], row->cells[join->result_of[k]], hash);
    return hash;
}

// The next pending record of that hash; false: there is none.
static bool take(struct join *join, uint64_t hash, uint32_t *ordinal) {
    size_t lo = 0, hi = join->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (join->places[mid].hash < hash)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == join->n)
        return false;
    struct place *first = &join->places[lo];
    while (lo + first->n_taken < join->n && join->places[lo + first->n_taken].hash == hash) {
        *ordinal = join->places[lo + first->n_taken++].ordinal;
        if (is_pending(join, *ordinal))
            return true;
    }
    return false;
}

static enum ac_rc no_record(const struct join *join, const struct ac_bulk_result *row,
                            struct ac_err *err) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "RESULT_WITHOUT_RECORD",
                      "bulk job %s has a result%s%.*s that belongs to no record sent, or to one "
                      "that had its result; its other records may be in the org",
                      join->job->id, row->id.len ? " for " : "", AC_STR_ARG(row->id));
}

// Why the run stopped that had begun this job may be mended: its records are tried once more.
static bool is_past(const struct ac_job *j, enum ac_outcome outcome) {
    return j->is_left && (outcome == AC_OUT_STOP || outcome == AC_OUT_CONFIG);
}

static enum ac_rc on_result(void *arg, const struct ac_bulk_result *row, struct ac_err *err) {
    struct join *join = arg;
    struct ac_job *j = join->job;
    struct ac_batch *b = j->shipment->batch;
    uint32_t ordinal;
    enum ac_rc rc = join->is_ready ? AC_OK : make_ready(join, row, err);
    if (rc != AC_OK)
        return rc;
    if (!take(join, hash_row(join, row), &ordinal))
        return no_record(join, row, err);
    if (join->which == AC_BULK_UNPROCESSED)
        j->has_unprocessed = true;
    else if (!is_past(j, row->outcome))
        ac_judge_row(&j->judge, ordinal, row->outcome, row->id, &row->error);
    j->n_told++;
    // Pending still: set aside, so that it is not taken for one that nobody speaks of.
    if (is_pending(join, ordinal))
        ac_batch_settle(b, ordinal, AC_RECORD_UNSENT);
    return AC_OK;
}

// By the counts of a job that are believed (ac_job_over): others ask for all files.
static uint64_t n_rows_of(const struct ac_job *j, enum ac_bulk_path which) {
    if (j->wanted == AC_RESULT_ALL)
        return AC_BULK_ANY_ROWS;
    return which == AC_BULK_FAILED_ROWS ? j->seen.n_failed : j->seen.n_processed - j->seen.n_failed;
}

enum ac_rc ac_results_apply(struct ac_job *j, enum ac_bulk_path which, struct ac_err *err) {
    AC_CLEANUP(join_free) struct join join = {.job = j, .which = which};
    const struct ac_columns *columns = ac_batch_columns(j->shipment->batch);
    ac_str key = columns->key < 0 ? AC_STR_NULL : columns->fields[columns->key]->name;
    return ac_bulk_results_read(j->download.path, which, key, n_rows_of(j, which), on_result, &join,
                                err);
}
