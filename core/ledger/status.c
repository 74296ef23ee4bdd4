// SPDX-License-Identifier: MIT
// What `acload status` tells: runs, inputs, batches under way, sums.
#include "ledger/ledger_int.h"
#include "ledger/reject.h"

#define JOBS_BYTES ((size_t)16 << 20) // of one batch

static int64_t limit_of(size_t max) { return max > INT64_MAX ? INT64_MAX : (int64_t)max; }

enum ac_rc ac_ledger_runs(struct ac_ledger *l, size_t max,
                          bool (*each)(void *arg, const struct ac_run_row *run), void *arg,
                          struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_own(l, AC_SQL_RUNS, "reading the runs");
    ac_query_int(&q, limit_of(max));
    for (;;) {
        enum ac_rc rc = ac_query_step(&q, err);
        if (rc != AC_OK)
            return rc == AC_END ? AC_OK : rc;
        struct ac_run_row run = {.id = ac_query_get_int(&q, 0),
                                 .begun_ms = ac_query_get_int(&q, 1),
                                 .ended_ms = ac_query_get_int(&q, 2),
                                 .command = ac_query_get_text(&q, 3),
                                 .job = ac_query_get_text(&q, 4),
                                 .exit_code = (int)ac_query_get_int(&q, 5),
                                 .n_calls = ac_query_get_u64(&q, 6)};
        run.is_alive = !run.ended_ms && ac_ledger_is_alive(l, run.id);
        if (!each(arg, &run))
            return AC_OK;
    }
}

// Adds the counts as the queries give them, from that column.
static void add_counts(const struct ac_query *q, int column, struct ac_counts *out) {
    uint64_t *const places[] = {&out->read,    &out->sent,    &out->dropped,    &out->rejected,
                                &out->held,    &out->made,    &out->written,    &out->created,
                                &out->updated, &out->refused, &out->superseded, &out->bytes};
    for (size_t i = 0; i < AC_N(places); i++)
        *places[i] += ac_query_get_u64(q, column + (int)i);
}

void ac_ledger_get_input(struct ac_query *q, struct ac_input_row *in) {
    *in = (struct ac_input_row){.id = ac_query_get_int(q, 0),
                                .run = ac_query_get_int(q, 1),
                                .org = ac_query_get_text(q, 2),
                                .identity = ac_query_get_text(q, 3),
                                .member = ac_query_get_text(q, 4),
                                .name = ac_query_get_text(q, 5),
                                .plugin = ac_query_get_text(q, 6),
                                .job = ac_query_get_text(q, 7),
                                .state = (enum ac_input_state)ac_query_get_int(q, 8),
                                .size_bytes = ac_query_get_int(q, 9),
                                .modified_ms = ac_query_get_int(q, 10),
                                .begun_ms = ac_query_get_int(q, 11),
                                .settled_ms = ac_query_get_int(q, 12),
                                .error = ac_query_get_text(q, 13),
                                .how = ac_query_get_text(q, 26),
                                .retry_of = ac_query_get_int(q, 27),
                                .run_calls = ac_query_get_u64(q, 28)};
    add_counts(q, 14, &in->counts);
}

// Until it ends, what became of its records stands with its batches, and not yet with itself.
static enum ac_rc add_ranges(struct ac_ledger *l, struct ac_input_row *in, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_RANGES_OF_INPUT, "counting");
    ac_query_int(&q, in->id);
    enum ac_rc rc = ac_query_step(&q, err);
    if (rc == AC_OK)
        add_counts(&q, 0, &in->counts);
    return rc < AC_OK ? rc : AC_OK;
}

enum ac_rc ac_ledger_inputs(struct ac_ledger *l, int64_t run, size_t max,
                            bool (*each)(void *arg, const struct ac_input_row *input), void *arg,
                            struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_own(l, AC_SQL_INPUTS, "reading the inputs");
    ac_query_int(&q, run);
    ac_query_int(&q, limit_of(max));
    for (;;) {
        enum ac_rc rc = ac_query_step(&q, err);
        if (rc != AC_OK)
            return rc == AC_END ? AC_OK : rc;
        struct ac_input_row in;
        ac_ledger_get_input(&q, &in);
        if (in.state == AC_INPUT_READ && (rc = add_ranges(l, &in, err)) != AC_OK)
            return rc;
        if (!each(arg, &in))
            return AC_OK;
    }
}

struct jobs {            // of one batch
    struct ac_buf array; // struct ac_batch_job
    struct ac_arena texts;
};

static enum ac_rc get_jobs(struct ac_ledger *l, int64_t batch, struct jobs *jobs,
                           struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_BATCH_JOBS, "reading the batches");
    ac_buf_clear(&jobs->array);
    ac_arena_reset(&jobs->texts);
    ac_query_int(&q, batch);
    for (;;) {
        enum ac_rc rc = ac_query_step(&q, err);
        if (rc != AC_OK)
            return rc == AC_END ? AC_OK : rc;
        struct ac_batch_job job = {
            .first = (uint32_t)ac_query_get_int(&q, 0),
            .n = (uint32_t)ac_query_get_int(&q, 1),
            .id = ac_arena_copy(&jobs->texts, ac_str_of(ac_query_get_text(&q, 2)))};
        if (!job.id || !ac_buf_add(&jobs->array, &job, sizeof job))
            return ac_err_nomem(err, "the jobs of a batch");
    }
}

static enum ac_rc tell_batch(struct ac_ledger *l, struct ac_query *q, struct jobs *jobs,
                             bool (*each)(void *arg, const struct ac_batch_info *batch), void *arg,
                             bool *goes_on, struct ac_err *err) {
    struct ac_batch_info b = {.id = ac_query_get_int(q, 0),
                              .run = ac_query_get_int(q, 1),
                              .org = ac_query_get_text(q, 2),
                              .object = ac_query_get_text(q, 3),
                              .operation = (int)ac_query_get_int(q, 4),
                              .spool = ac_query_get_text(q, 5),
                              .state = (enum ac_batch_state)ac_query_get_int(q, 6),
                              .n_records = (uint32_t)ac_query_get_int(q, 7),
                              .bytes = ac_query_get_u64(q, 8),
                              .begun_ms = ac_query_get_int(q, 9),
                              .sealed_ms = ac_query_get_int(q, 10)};
    enum ac_rc rc = get_jobs(l, b.id, jobs, err);
    if (rc != AC_OK)
        return rc;
    b.jobs = (const struct ac_batch_job *)(const void *)jobs->array.ptr;
    b.n_jobs = jobs->array.len / sizeof *b.jobs;
    b.is_alive = ac_ledger_is_alive(l, b.run);
    *goes_on = each(arg, &b);
    return AC_OK;
}

enum ac_rc ac_ledger_batches(struct ac_ledger *l, size_t max,
                             bool (*each)(void *arg, const struct ac_batch_info *batch), void *arg,
                             struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_own(l, AC_SQL_BATCHES, "reading the batches");
    struct jobs jobs;
    ac_buf_init(&jobs.array, JOBS_BYTES);
    ac_arena_init(&jobs.texts, JOBS_BYTES);
    ac_query_int(&q, limit_of(max));
    enum ac_rc rc = AC_OK;
    for (bool goes_on = true; rc == AC_OK && goes_on;) {
        rc = ac_query_step(&q, err);
        if (rc == AC_OK)
            rc = tell_batch(l, &q, &jobs, each, arg, &goes_on, err);
    }
    ac_buf_free(&jobs.array);
    ac_arena_free(&jobs.texts);
    return rc == AC_END ? AC_OK : rc;
}

static enum ac_rc total_of(struct ac_ledger *l, enum ac_sql sql, struct ac_totals *out,
                           void (*take)(const struct ac_query *q, struct ac_totals *out),
                           struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, sql, "counting");
    enum ac_rc rc = ac_query_step(&q, err);
    if (rc == AC_OK)
        take(&q, out);
    return rc < AC_OK ? rc : AC_OK;
}

static void take_runs(const struct ac_query *q, struct ac_totals *out) {
    out->n_runs = ac_query_get_u64(q, 0);
    out->n_calls = ac_query_get_u64(q, 1);
}

static void take_inputs(const struct ac_query *q, struct ac_totals *out) {
    out->n_inputs = ac_query_get_u64(q, 0);
    out->n_settled = ac_query_get_u64(q, 1);
    out->n_open = ac_query_get_u64(q, 2);
    out->n_failed = ac_query_get_u64(q, 3);
    add_counts(q, 4, &out->counts);
}

static void take_ranges(const struct ac_query *q, struct ac_totals *out) {
    add_counts(q, 0, &out->counts);
}

static void take_rejects(const struct ac_query *q, struct ac_totals *out) {
    out->n_rejects = ac_query_get_u64(q, 0);
}

enum ac_rc ac_ledger_totals(struct ac_ledger *l, struct ac_totals *out, struct ac_err *err) {
    *out = (struct ac_totals){0};
    enum ac_rc rc = ac_ledger_has_pending(l) ? ac_ledger_pending_write(l, err) : AC_OK;
    if (rc == AC_OK)
        rc = ac_ledger_tx_begin(l, AC_TX_READ, err); // one moment for all of them
    if (rc != AC_OK)
        return rc;
    rc = total_of(l, AC_SQL_TOTALS_RUNS, out, take_runs, err);
    if (rc == AC_OK)
        rc = total_of(l, AC_SQL_TOTALS_INPUTS, out, take_inputs, err);
    if (rc == AC_OK)
        rc = total_of(l, AC_SQL_TOTALS_RANGES, out, take_ranges, err);
    if (rc == AC_OK)
        rc = total_of(l, AC_SQL_TOTALS_REJECTS, out, take_rejects, err);
    return ac_ledger_tx_end(l, rc, err);
}
