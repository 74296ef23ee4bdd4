// SPDX-License-Identifier: MIT
// What becomes of a bulk job's records when it is over, or when nobody can tell.
#include "sink/sink_int.h"
#include <stdio.h>

#define HALVES_FROM 400u // fewer records are not parted: a chunk of the org's has 200

static uint32_t end_of(const struct ac_job *j) { return j->part.first + j->part.n; }

static uint32_t n_pending(const struct ac_job *j) {
    uint32_t n = 0;
    for (uint32_t i = j->part.first; i < end_of(j); i++)
        n += ac_batch_state(j->shipment->batch, i) == AC_RECORD_PENDING;
    return n;
}

void ac_job_again(struct ac_job *j, int64_t wait_ms, bool in_halves, bool is_locked) {
    struct ac_shipment *s = j->shipment;
    struct ac_tries tries = j->rows;
    ac_sf_wait(s->sf, &tries, wait_ms);
    uint32_t left = n_pending(j), most = in_halves ? (left + 1) / 2 : left, first = j->part.first;
    while (left) {
        struct ac_err err = AC_ERR_INIT;
        struct ac_part part;
        // No more than are left: behind them stand the records of other jobs.
        enum ac_rc rc = ac_part_next(s->batch, first, s->sf->options->bulk_max_bytes,
                                     most < left ? most : left, &part, &err);
        if (rc < AC_OK)
            ac_sf_fail(s->sf, &err);
        struct ac_job *more = rc == AC_OK ? ac_job_new(s, &part, &tries) : NULL;
        if (!more)
            return;
        more->is_locked = is_locked;
        left -= part.n_alive;
        first = part.first + part.n;
    }
}

// --- records of which nothing is known

static void refuse_unknown(struct ac_job *j) {
    struct ac_reply_error why = {.code = "OUTCOME_UNKNOWN"};
    snprintf(why.message, sizeof why.message,
             "it was sent in bulk job %s, and the org does not say what became of it: look in the "
             "org before loading it again, or it may be there twice",
             j->id);
    for (uint32_t i = j->part.first; i < end_of(j); i++)
        if (ac_batch_state(j->shipment->batch, i) == AC_RECORD_PENDING)
            ac_sf_refuse(j->shipment, i, &why);
}

static bool is_insert(const struct ac_job *j) {
    return ac_batch_columns(j->shipment->batch)->operation != ACLOAD_UPSERT;
}

// The org knows nothing of the job any more. An upsert can be done again.
static void lost(struct ac_job *j, enum ac_outcome outcome, const struct ac_reply_error *why) {
    struct ac_sf *sf = j->shipment->sf;
    ac_job_finish(j);
    if (ac_sf_is_ending(j->shipment))
        return;
    if (ac_find_again(j->shipment))
        return;
    if (is_insert(j)) {
        refuse_unknown(j);
        return;
    }
    if (j->is_left)
        return;
    struct ac_retry_verdict v = ac_sf_decide(sf, AC_OUT_RETRY_FEW, &j->rows, -1, 1);
    if (v.what == AC_RETRY_WAIT)
        ac_job_again(j, v.wait_ms, false, j->is_locked);
    else
        ac_job_stop(j, outcome, why);
}

// Whether it could be aborted or not: nothing depends on it, unless word to begin may have come
// before. An insert that was left is looked at again, then: what it has done is not done twice.
void ac_job_aborted(struct ac_job *j) {
    if (j->is_left && is_insert(j) && !ac_sf_is_ending(j->shipment))
        ac_job_go(j, AC_JOB_POLL);
    else
        ac_job_finish(j);
}

// --- a call without success

static void refused(struct ac_job *j, enum ac_outcome outcome, const struct ac_reply_error *why) {
    switch (j->step) {
    case AC_JOB_CREATE:
        ac_job_stop(j, outcome, why);
        ac_job_finish(j);
        return;
    case AC_JOB_UPLOAD:
        j->is_doubtful = true;
        j->refusal = *why;
        ac_job_go(j, AC_JOB_POLL);
        return;
    case AC_JOB_CLOSE:
        j->refusal = *why;
        ac_job_go(j, AC_JOB_POLL);
        return;
    case AC_JOB_POLL:
    case AC_JOB_FETCH:
        if (outcome == AC_OUT_RETRY_FEW) { // it does not say that there is no such job
            ac_job_stop(j, outcome, why);
            ac_job_finish(j);
            return;
        }
        lost(j, outcome, why);
        return;
    case AC_JOB_ABORT:
        ac_job_finish(j);
        return;
    }
}

void ac_job_call_failed(struct ac_job *j, enum ac_outcome outcome, const struct ac_reply_error *why,
                        int64_t retry_after_ms) {
    struct ac_sf *sf = j->shipment->sf;
    struct ac_retry_verdict v =
        ac_sf_decide(sf, outcome, &j->call, retry_after_ms, j->part.n_alive);
    if (j->step == AC_JOB_ABORT) {
        ac_job_aborted(j);
        return;
    }
    switch (v.what) {
    case AC_RETRY_WAIT:
        // Was it told to begin, or not? The job's state says so.
        if (j->step == AC_JOB_CLOSE && outcome == AC_OUT_UNKNOWN)
            ac_job_go(j, AC_JOB_POLL);
        else
            ac_sf_wait_told(j->shipment, &j->call, v.wait_ms, outcome, why);
        return;
    case AC_RETRY_SPLIT:
        if (j->step != AC_JOB_UPLOAD) {
            refused(j, outcome, why);
            return;
        }
        ac_job_again(j, 0, true, j->is_locked);
        ac_job_go(j, AC_JOB_ABORT);
        return;
    case AC_RETRY_REFUSE:
        refused(j, outcome, why);
        return;
    case AC_RETRY_STOP:
    case AC_RETRY_DONE:
        ac_job_stop(j, outcome, why);
        ac_job_finish(j);
        return;
    }
}

// --- a job that is over

void ac_job_over(struct ac_job *j) {
    const struct ac_bulk_job *seen = &j->seen;
    bool wants_ids = j->shipment->sf->options->want_results;
    // Only a complete job whose counts are ours tells by its silence that the rest went in.
    bool is_sure = seen->state == AC_BULK_JOB_COMPLETE && seen->n_processed == j->part.n_alive &&
                   seen->n_failed <= seen->n_processed;
    j->wanted = AC_RESULT_ALL;
    if (is_sure) {
        j->wanted = seen->n_failed ? AC_RESULT_FAILED : 0;
        if (wants_ids && seen->n_failed < seen->n_processed)
            j->wanted |= AC_RESULT_SUCCESSFUL;
    }
    j->fetched = 0;
    j->judge = (struct ac_judge){.shipment = j->shipment, .tries = &j->rows, .is_told = wants_ids};
    ac_job_go(j, AC_JOB_FETCH);
    if (!j->wanted)
        ac_job_conclude(j);
}

// Records to send again were set aside as UNSENT while the files were read.
static void take_back(struct ac_job *j) {
    for (uint32_t i = j->part.first; i < end_of(j); i++)
        if (ac_batch_state(j->shipment->batch, i) == AC_RECORD_UNSENT)
            ac_batch_settle(j->shipment->batch, i, AC_RECORD_PENDING);
}

// What is still pending goes into new jobs, as often as the retry policy allows.
static void resend(struct ac_job *j) {
    struct ac_sf *sf = j->shipment->sf;
    int64_t wait_ms = j->judge.wait_ms;
    bool is_locked = j->judge.is_locked, in_halves = is_locked;
    take_back(j);
    ac_job_finish(j);
    if (ac_sf_is_ending(j->shipment) || !n_pending(j) || j->is_left || j->shipment->is_doubtful)
        return;
    if (j->has_unprocessed) {
        struct ac_reply_error why;
        enum ac_outcome outcome = ac_bulk_job_outcome(&j->seen, &why);
        if (outcome == AC_OUT_OK) {
            outcome = AC_OUT_RETRY;
            why = (struct ac_reply_error){.code = "UNPROCESSED",
                                          .message = "it is complete without all of its records"};
        }
        struct ac_retry_verdict v = ac_sf_decide(sf, outcome, &j->rows, -1, 1);
        if (v.what != AC_RETRY_WAIT) {
            char doing[64];
            snprintf(doing, sizeof doing, "bulk job %s ended early", j->id);
            ac_sf_stop(j->shipment, outcome, &why, doing);
            return;
        }
        if (v.wait_ms > wait_ms)
            wait_ms = v.wait_ms;
        is_locked |= outcome == AC_OUT_LOCKED;
        in_halves |= is_locked || outcome == AC_OUT_RETRY_FEW;
    }
    ac_job_again(j, wait_ms, in_halves && n_pending(j) >= HALVES_FROM, is_locked);
}

void ac_job_conclude(struct ac_job *j) {
    struct ac_shipment *s = j->shipment;
    if (j->wanted == AC_RESULT_ALL) {
        // The three files together are the upload: where they are empty, none arrived.
        bool was_empty = !j->n_told && !j->seen.n_processed;
        bool is_unknown = n_pending(j) && is_insert(j) && !was_empty;
        if (is_unknown && !ac_find_again(s))
            refuse_unknown(j);
        else if (!is_unknown)
            j->has_unprocessed |= n_pending(j) != 0;
    } else { // its files have as many rows as it says: what they do not name went in
        bool is_new = ac_batch_columns(s->batch)->operation == ACLOAD_FIND;
        s->n_written += ac_batch_settle_rest(s->batch, j->part.first, j->part.n,
                                             is_new ? AC_RECORD_CREATED : AC_RECORD_WRITTEN);
    }
    resend(j);
}
