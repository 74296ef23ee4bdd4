// SPDX-License-Identifier: MIT
// Batches sealed when large or at the end, then handed to the sink.
#include "base/log.h"
#include "engine/engine_int.h"
#include <stdlib.h>

#define VERSIONS_AT_ONCE 100000u
// A row's worth of room left below a bulk job's size, so that a batch seldom needs a second job.
#define ROOM_BYTES (128u * 1024)

struct asking { // versions of a batch's keys, looked up in pieces
    struct ac_engine *e;
    struct flight *f;
    struct ac_version *keys;
    size_t n;
    struct ac_err *err;
    enum ac_rc rc;
};

static void newer_is_there(void *arg, const struct ac_version *key, int64_t recorded_ms) {
    (void)recorded_ms;
    struct asking *a = arg;
    if (ac_batch_state(a->f->batch, key->at) == AC_RECORD_PENDING)
        ac_batch_kill(a->f->batch, key->at, AC_RECORD_SUPERSEDED); // counted with its batch
}

static void ask_now(struct asking *a) {
    if (a->rc != AC_OK || !a->n)
        return;
    a->rc = ac_ledger_version_newer(a->e->ledger, a->e->org_name, a->f->object->schema->name.ptr,
                                    a->keys, a->n, newer_is_there, a, a->err);
    a->n = 0;
}

static bool ask_key(void *arg, uint32_t ordinal, uint64_t key_hash, int64_t version_ms) {
    struct asking *a = arg;
    a->keys[a->n++] = (struct ac_version){key_hash, version_ms, ordinal};
    if (a->n == VERSIONS_AT_ONCE)
        ask_now(a);
    return a->rc == AC_OK;
}

// Records of which the org holds a newer version already are left out. The ledger is only asked
// key by key when it knows anything newer than this batch at all, which is rare. What has jobs
// already stays whole: their results tell of every record.
static enum ac_rc leave_out_older(struct ac_engine *e, struct flight *f, struct ac_err *err) {
    if (!e->ledger || ac_batch_columns(f->batch)->key < 0 || f->was_sent)
        return AC_OK;
    // Another process may have sent newer ones since.
    enum ac_rc rc = ac_ledger_version_max(e->ledger, e->org_name, f->object->schema->name.ptr,
                                          &f->object->newest_ms, err);
    if (rc != AC_OK || f->oldest_ms >= f->object->newest_ms)
        return rc;
    struct asking a = {.e = e, .f = f, .err = err};
    a.keys = malloc(VERSIONS_AT_ONCE * sizeof *a.keys);
    if (!a.keys)
        return ac_err_nomem(err, "versions of keys");
    a.rc = ac_batch_each_key(f->batch, 0, ac_batch_n(f->batch), ask_key, &a, err);
    ask_now(&a);
    free(a.keys);
    return a.rc;
}

enum ac_rc ac_engine_tell_read(struct ac_engine *e, struct intake *in, struct ac_err *err) {
    // Rows of several records are counted when the last of them has its outcome: such an input
    // would have to be read again.
    if (!e->ledger || !in->is_read || in->has_failed || in->has_multi || in->n_open ||
        in->is_put_off || !in->n_pending)
        return AC_OK;
    return ac_ledger_input_read(e->ledger, in->id, &in->counts, in->plugin, err);
}

static enum ac_rc tell_ranges(struct ac_engine *e, struct flight *f, struct ac_err *err) {
    struct ac_range *ranges = malloc((f->n_spans ? f->n_spans : 1) * sizeof *ranges);
    if (!ranges)
        return ac_err_nomem(err, "the ranges of a batch");
    size_t n = 0;
    for (size_t i = 0; i < f->n_spans; i++) {
        const struct intake *in = e->intakes[f->spans[i].range.input];
        if (!in)
            continue; // withdrawn, and ended: its records here are dead
        ranges[n] = f->spans[i].range;
        ranges[n++].input = in->id;
    }
    enum ac_rc rc = ac_ledger_batch_seal(e->ledger, ac_batch_id(f->batch), ac_batch_n(f->batch),
                                         ac_batch_bytes(f->batch), ranges, n, err);
    free(ranges);
    for (size_t i = 0; i < f->n_spans && rc == AC_OK; i++) {
        struct intake *in = e->intakes[f->spans[i].range.input];
        if (in)
            rc = ac_engine_tell_read(e, in, err);
    }
    return rc;
}

// The batch, its ranges, inputs that are read with it: one commit.
static enum ac_rc tell_ledger(struct ac_engine *e, struct flight *f, struct ac_err *err) {
    for (size_t i = 0; i < f->n_spans; i++) {
        struct intake *in = e->intakes[f->spans[i].range.input];
        if (in)
            in->n_open -= f->spans[i].range.n;
    }
    enum ac_rc rc = AC_OK;
    int64_t met = 0;
    for (bool is_first = true; e->ledger && rc == AC_OK; is_first = false) {
        rc = ac_ledger_group_begin(e->ledger, err);
        if (rc != AC_OK)
            break;
        rc = ac_engine_meets_other(e, f, &met, err);
        if (rc == AC_OK && !met)
            rc = tell_ranges(e, f, err);
        rc = ac_ledger_group_end(e->ledger, rc, err);
        if (rc != AC_OK || !met)
            break;
        rc = ac_engine_wait_for_other(e, is_first, err);
    }
    return rc;
}

static void tell_launch(const struct flight *f) {
    char records[24];
    snprintf(records, sizeof records, "%u", ac_batch_n_pending(f->batch));
    ac_log(AC_LOG_DEBUG, "a batch goes to the org", "object", f->object->schema->name.ptr,
           "#records", records, "by", f->is_bulk ? "bulk job" : "collections", NULL);
}

enum ac_rc ac_engine_launch(struct ac_engine *e, struct flight *f, struct ac_err *err) {
    f->is_waiting = false;
    if (f->object->is_parked)
        return ac_engine_put_by(e, f, err);
    enum ac_rc rc = ac_engine_alone(e, f, err);
    if (rc != AC_OK)
        return rc;
    f->is_bulk |= ac_batch_columns(f->batch)->operation != ACLOAD_UPSERT ||
                  ac_batch_n_pending(f->batch) > e->sink_options.collections_max;
    // Only now: what an earlier batch of this object brought is known with its settlement.
    rc = leave_out_older(e, f, err);
    if (rc == AC_OK && !e->options.dry_run)
        tell_launch(f);
    return rc == AC_OK ? e->sink.send(e->sink.self, f->batch, err) : rc;
}

static enum ac_rc seal(struct ac_engine *e, struct target *t, struct ac_err *err) {
    enum ac_rc looked = ac_engine_look_at_keys(e, err);
    if (looked != AC_OK)
        return looked;
    struct flight *f = calloc(1, sizeof *f);
    if (!f)
        return ac_err_nomem(err, "a batch to send");
    ac_cursor_close(t->cursor);
    *f = (struct flight){.next = e->flights,
                         .batch = t->batch,
                         .object = t->object,
                         .spans = t->spans,
                         .n_spans = t->n_spans,
                         .oldest_ms = t->oldest_ms,
                         .has_multi = t->has_multi};
    bool must_wait = t->must_wait;
    t->cursor = NULL;
    t->batch = NULL;
    t->spans = NULL;
    t->n_spans = t->max_spans = 0;
    e->flights = f;
    e->n_flights++;
    f->object->n_flights++;
    enum ac_rc rc = ac_batch_seal(f->batch, err);
    if (rc == AC_OK)
        rc = tell_ledger(e, f, err);
    f->is_waiting = must_wait; // only now: what waits is sealed, and goes by itself
    if (rc == AC_OK && !f->is_waiting)
        rc = ac_engine_launch(e, f, err);
    return rc;
}

static void flight_free(struct ac_engine *e, struct flight *f) {
    for (struct flight **at = &e->flights; *at; at = &(*at)->next)
        if (*at == f) {
            *at = f->next;
            break;
        }
    f->object->n_flights--;
    e->n_flights--;
    ac_cursor_close(f->cursor);
    // A worker may live for days: what it cannot bring to its end is not its own meanwhile.
    struct ac_err ignored = AC_ERR_INIT;
    if (f->left_by && f->is_kept)
        ac_ledger_batch_claim(e->ledger, ac_batch_id(f->batch), e->run, f->left_by, &ignored);
    // What the ledger does not call settled stays on disk: the next run takes it up.
    if (e->ledger && (f->is_kept || !f->is_settled))
        ac_batch_free(f->batch);
    else
        ac_batch_remove(f->batch);
    free(f->spans);
    free(f);
    ac_engine_alone_end(e);
}

// A batch that holds a key of an earlier one goes when that one is settled: the newest flight
// stands first in the list, so the last waiting one is the next to go.
static enum ac_rc launch_waiting(struct ac_engine *e, struct ac_err *err) {
    struct flight *next = NULL;
    for (struct flight *f = e->flights; f; f = f->next)
        if (f->is_waiting && f->object->is_parked && ac_engine_launch(e, f, err) != AC_OK)
            return err->rc;
    for (struct flight *f = e->flights; f; f = f->next)
        if (f->is_waiting)
            next = f;
    if (!next)
        return AC_OK;
    for (struct flight *f = next->next; f; f = f->next)
        if (f->object == next->object)
            return AC_OK;
    return ac_engine_launch(e, next, err);
}

enum ac_rc ac_engine_pump(struct ac_engine *e, int64_t wait_ms, struct ac_err *err) {
    if (!e->n_flights)
        return AC_OK;
    ac_engine_heed(e);
    enum ac_rc rc = e->sink.pump(e->sink.self, wait_ms, err);
    bool is_freed = false;
    for (struct flight *f = e->flights, *next; f; f = next) {
        next = f->next;
        if (!f->is_settled)
            continue;
        flight_free(e, f);
        is_freed = true;
    }
    if (rc < AC_OK)
        return rc;
    for (size_t i = 0; is_freed && i < e->n_objects; i++) {
        // With nothing under way and nothing open, no key can meet another: start afresh.
        bool is_open = false;
        for (size_t k = 0; k < e->n_targets; k++)
            is_open |= e->targets[k]->object == &e->objects[i] && e->targets[k]->batch;
        if (!is_open && !e->objects[i].n_flights && !e->at)
            ac_keys_clear(e->objects[i].keys);
    }
    return launch_waiting(e, err);
}

enum ac_rc ac_engine_seal_large(struct ac_engine *e, struct ac_err *err) {
    if (e->n_flights && ++e->n_since_pump >= 128) {
        e->n_since_pump = 0;
        enum ac_rc rc = ac_engine_pump(e, 0, err);
        if (rc < AC_OK)
            return rc;
    }
    uint64_t max = e->options.config->sink.bulk_max_bytes;
    bool may_split = !e->at || e->at->counts.read > AC_ENGINE_WHOLE_ROWS;
    for (size_t i = 0; may_split && i < e->n_targets; i++) {
        struct target *t = e->targets[i];
        bool is_full = t->batch && (ac_batch_bytes(t->batch) + ROOM_BYTES >= max ||
                                    (!e->at && t->n_spans >= AC_ENGINE_MAX_SPANS));
        if (!is_full)
            continue;
        while (e->n_flights >= AC_ENGINE_MAX_FLIGHTS) {
            enum ac_rc rc = ac_engine_pump(e, 1000, err);
            if (rc < AC_OK)
                return rc;
        }
        enum ac_rc rc = seal(e, t, err);
        if (rc != AC_OK)
            return rc;
    }
    return AC_OK;
}

enum ac_rc ac_engine_seal_all(struct ac_engine *e, struct ac_err *err) {
    for (size_t i = 0; i < e->n_targets; i++) {
        if (!e->targets[i]->batch)
            continue;
        enum ac_rc rc = seal(e, e->targets[i], err);
        if (rc != AC_OK)
            return rc;
    }
    return AC_OK;
}

static void withdraw_span(struct ac_engine *e, struct target *t, struct intake *in,
                          const struct ac_range *range) {
    struct ac_err ignored = AC_ERR_INIT; // a row that cannot be read back counts as its own
    for (uint32_t i = range->first; i < range->first + range->n; i++) {
        if (ac_batch_state(t->batch, i) != AC_RECORD_PENDING)
            continue;
        struct ac_batch_record record = {.row.n_row_records = 1};
        if (t->has_multi && !t->cursor)
            ac_cursor_open(&t->cursor, t->batch, &ignored);
        if (t->has_multi && t->cursor)
            ac_cursor_read(t->cursor, i, &record, &ignored);
        ac_batch_kill(t->batch, i, AC_RECORD_DEAD);
        in->n_pending--;
        e->stats.n_pending--;
        if (record.row.n_row_records > 1)
            ac_engine_row_outcome(e, in, &record.row, AC_RECORD_DEAD, &ignored);
        else
            in->counts.dropped++;
    }
}

void ac_engine_withdraw(struct ac_engine *e, struct intake *in) {
    uint64_t n_dropped = in->counts.dropped;
    for (size_t i = 0; i < e->n_targets; i++) {
        struct target *t = e->targets[i];
        for (size_t k = 0; t->batch && k < t->n_spans; k++)
            if (t->spans[k].range.input == in->number)
                withdraw_span(e, t, in, &t->spans[k].range);
    }
    e->stats.n_put_back += in->counts.dropped - n_dropped;
}

void ac_engine_discard(struct ac_engine *e) {
    for (size_t i = 0; i < e->n_objects; i++)
        e->objects[i].n_notes = 0;
    for (size_t i = 0; i < e->n_targets; i++) {
        struct target *t = e->targets[i];
        ac_cursor_close(t->cursor);
        t->cursor = NULL;
        if (t->batch && e->ledger) {
            struct ac_err ignored = AC_ERR_INIT; // what the next run forgets instead
            ac_ledger_batch_forget(e->ledger, ac_batch_id(t->batch), &ignored);
        }
        if (t->batch)
            ac_batch_remove(t->batch);
        t->batch = NULL;
        free(t->spans);
        t->spans = NULL;
        t->n_spans = t->max_spans = 0;
    }
    while (e->flights)
        flight_free(e, e->flights);
}
