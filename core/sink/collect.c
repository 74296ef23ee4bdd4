// SPDX-License-Identifier: MIT
// The collections calls of one batch: 200 records each, several in flight.
#include "org/collections.h"
#include "sink/sink_int.h"
#include <stdlib.h>

// A call ends when it has grown to this, so that several in flight stay small; one record may be
// larger, up to what the org takes.
#define BODY_BYTES ((size_t)4 * 1024 * 1024)
#define BODY_MAX_BYTES ((size_t)45 * 1000 * 1000)
#define LOCKED_LEAST 25u // locked rows are sent again fewer at a time, but not one by one
// So many failures inside the org, with no success between them, are no record's fault any more:
// a call of 200 was tried three times by then, as were its halves and quarters.
#define FAILURES_MAX 16u

struct ac_collect {
    struct ac_collect *next;
    struct ac_shipment *shipment;
    struct ac_tries tries;
    bool is_flying;
    bool is_alone;   // had locked rows: no other call of this batch meanwhile
    bool is_last;    // its last chance, after all others
    uint32_t n_cuts; // of the gate, when it was made
    uint64_t n_good; // of the sink, when the org failed on it first, or on the one it is a half of
    uint32_t n;
    uint32_t ordinals[AC_COLLECTIONS_MAX];
    char ids[AC_COLLECTIONS_MAX][AC_FOUND_ID_MAX + 1]; // of records that were found, else ""
    struct ac_buf body;
    struct ac_judge judge; // while the answer is read
};

static void append(struct ac_collect *c) {
    struct ac_collect **last = &c->shipment->calls;
    while (*last)
        last = &(*last)->next;
    c->next = NULL;
    *last = c;
}

static void unlink_call(struct ac_collect *c) {
    struct ac_collect **at = &c->shipment->calls;
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
}

static struct ac_collect *call_new(struct ac_shipment *s) {
    struct ac_collect *c = calloc(1, sizeof *c);
    if (!c) {
        struct ac_err err = AC_ERR_INIT;
        ac_err_nomem(&err, "a collections call");
        ac_sf_fail(s->sf, &err);
        return NULL;
    }
    c->shipment = s;
    c->tries = ac_sf_tries(s->sf);
    ac_buf_init(&c->body, BODY_MAX_BYTES);
    append(c);
    return c;
}

static void call_free(struct ac_collect *c) {
    unlink_call(c);
    ac_buf_free(&c->body);
    free(c);
}

void ac_collect_drop(struct ac_shipment *s, bool with_flying) {
    for (struct ac_collect *c = s->calls, *next; c; c = next) {
        next = c->next;
        if (!c->is_flying || with_flying)
            call_free(c);
    }
}

int64_t ac_collect_due_ms(const struct ac_shipment *s) {
    int64_t due_ms = INT64_MAX;
    bool is_asking = s->next_ordinal < ac_batch_n(s->batch);
    if (is_asking && s->asking.due_ms > s->sf->started_ms)
        due_ms = s->asking.due_ms;
    for (const struct ac_collect *c = s->calls; c; c = c->next)
        if (!c->is_flying && c->tries.due_ms > s->sf->started_ms && c->tries.due_ms < due_ms)
            due_ms = c->tries.due_ms;
    return due_ms;
}

// --- answers

// The records of `to` are those of `from`, from that one on.
static void copy(struct ac_collect *to, const struct ac_collect *from, uint32_t at) {
    memcpy(to->ordinals, from->ordinals + at, to->n * sizeof *to->ordinals);
    memcpy(to->ids, from->ids + at, to->n * sizeof *to->ids);
}

// The first n ordinals of the call go again when its wait is over, at most `piece` in one call.
static void again(struct ac_collect *c, uint32_t n, uint32_t piece, bool is_alone) {
    c->is_alone = is_alone;
    c->n = n < piece ? n : piece;
    for (uint32_t at = c->n; at < n; at += piece) {
        struct ac_collect *more = call_new(c->shipment);
        if (!more)
            return;
        more->tries = c->tries;
        more->is_alone = is_alone;
        more->n = n - at < piece ? n - at : piece;
        copy(more, c, at);
    }
}

static uint32_t locked_piece(uint32_t n_sent) {
    return n_sent / 2 > LOCKED_LEAST ? n_sent / 2 : LOCKED_LEAST;
}

// The first n ordinals were locked: fewer at a time, one call after the other, the same parents
// together.
static void again_locked(struct ac_collect *c, uint32_t n, uint32_t n_sent) {
    struct ac_err err = AC_ERR_INIT;
    bool is_found = c->ids[0][0]; // in the order of their ids, which sorting would not move along
    if (!is_found && ac_parents_sort(c->shipment, c->ordinals, n, &err) != AC_OK)
        ac_sf_fail(c->shipment->sf, &err);
    again(c, n, locked_piece(n_sent), true);
}

// Somewhere among these records is the one for which all were refused.
static void split(struct ac_collect *c) {
    uint32_t n = c->n / 2;
    struct ac_collect *more = call_new(c->shipment);
    if (!more)
        return;
    more->tries = c->tries;
    more->n_good = c->n_good;
    more->n = c->n - n;
    copy(more, c, n);
    c->n = n;
}

// After all other calls, once more: they show whether the org or the record is at fault.
static void go_last(struct ac_collect *c) {
    c->is_last = true;
    c->tries.due_ms = ac_sf_now_ms(c->shipment->sf);
    unlink_call(c);
    append(c);
}

// The org failed on this call again and again. When other calls go well meanwhile, one of its
// records is the cause, and is found by halving; when none does, no record is refused for it.
static bool blame(struct ac_collect *c, enum ac_outcome outcome, const struct ac_reply_error *why) {
    struct ac_sf *sf = c->shipment->sf;
    // A page is from a machine before the org.
    bool is_edge = strncmp(why->code, "HTTP_", strlen("HTTP_")) == 0;
    bool goes_well = sf->n_good > c->n_good;
    if (is_edge || sf->n_failures > FAILURES_MAX || (c->n == 1 && !goes_well && c->is_last)) {
        ac_sf_stop(c->shipment, outcome, why, "the org fails on call after call");
        return false;
    }
    if (c->n > 1) {
        c->n_good = sf->n_good;
        unlink_call(c);
        append(c);
        c->tries.due_ms = ac_sf_now_ms(sf);
        split(c); // halves have one try each: enough is known
        return true;
    }
    if (!goes_well) {
        go_last(c);
        return true;
    }
    ac_sf_refuse(c->shipment, c->ordinals[0], why);
    return false;
}

// No try is left. True: the call lives on.
static bool give_up(struct ac_collect *c, enum ac_outcome outcome,
                    const struct ac_reply_error *why) {
    if (outcome == AC_OUT_RETRY_FEW)
        return blame(c, outcome, why);
    for (uint32_t i = 0; i < c->n; i++)
        ac_sf_refuse(c->shipment, c->ordinals[i], why);
    return false;
}

static void take_failure(struct ac_collect *c, enum ac_outcome outcome,
                         const struct ac_reply_error *why, int64_t retry_after_ms) {
    struct ac_shipment *s = c->shipment;
    struct ac_retry_verdict v = ac_sf_decide(s->sf, outcome, &c->tries, retry_after_ms, c->n);
    s->sf->n_failures += outcome == AC_OUT_RETRY_FEW;
    if (c->tries.attempt == 1)
        c->n_good = s->sf->n_good;
    switch (v.what) {
    case AC_RETRY_WAIT:
        ac_sf_wait_told(s, &c->tries, v.wait_ms, outcome, why);
        if (outcome == AC_OUT_LOCKED)
            again_locked(c, c->n, c->n);
        return;
    case AC_RETRY_SPLIT:
        c->tries = ac_sf_tries(s->sf);
        split(c);
        return;
    case AC_RETRY_REFUSE:
        if (give_up(c, outcome, why))
            return;
        break;
    case AC_RETRY_STOP:
        ac_sf_stop(s, outcome, why, "the org refused a call");
        break;
    case AC_RETRY_DONE:
        break; // not reached: an answer without results is UNKNOWN
    }
    call_free(c);
}

static void take_row(void *arg, size_t i, const struct ac_row_result *result) {
    struct ac_collect *c = arg;
    uint32_t ordinal = c->ordinals[i], at = c->judge.n_again;
    if (!ac_judge_row(&c->judge, ordinal, result->outcome, result->id, &result->error))
        return;
    c->ordinals[at] = ordinal; // at most i: those before it were looked at
    memmove(c->ids[at], c->ids[i], sizeof c->ids[i]);
}

static void take_answer(struct ac_collect *c, ac_str body) {
    struct ac_err err = AC_ERR_INIT;
    uint32_t n_sent = c->n;
    c->judge = (struct ac_judge){.shipment = c->shipment, .tries = &c->tries, .is_told = true};
    enum ac_rc rc = ac_collections_parse(body, c->n, take_row, c, &err);
    if (rc == AC_AGAIN) { // no answer to these records: an upsert may be sent twice
        struct ac_reply_error why = {.code = "BAD_REPLY"};
        snprintf(why.message, sizeof why.message, "%.500s", err.text);
        take_failure(c, AC_OUT_UNKNOWN, &why, -1);
        return;
    }
    if (rc != AC_OK)
        ac_sf_fail(c->shipment->sf, &err);
    if (rc != AC_OK || !c->judge.n_again) {
        call_free(c);
        return;
    }
    ac_sf_wait(c->shipment->sf, &c->tries, c->judge.wait_ms);
    if (c->judge.is_locked)
        again_locked(c, c->judge.n_again, n_sent);
    else
        again(c, c->judge.n_again, n_sent, false);
}

static void on_done(void *arg, const struct ac_rest_reply *reply) {
    struct ac_collect *c = arg;
    struct ac_sf *sf = c->shipment->sf;
    c->is_flying = false;
    sf->calls.in_flight--;
    ac_buf_free(&c->body);
    if (reply->outcome == AC_OUT_SLOW_DOWN)
        ac_sf_busy(&sf->calls, c->n_cuts, "calls");
    if (!ac_sf_is_good(reply->outcome)) {
        take_failure(c, reply->outcome, &reply->error, reply->retry_after_ms);
        return;
    }
    ac_sf_good(&sf->calls, "calls");
    sf->n_failures = 0;
    sf->n_good++;
    take_answer(c, reply->body);
}

// --- requests

// Adds records to the call's body: those it has, or, in a new call, the next of the batch.
static enum ac_rc build(struct ac_collect *c, struct ac_err *err) {
    struct ac_shipment *s = c->shipment;
    struct ac_batch *b = s->batch;
    bool is_new = c->n == 0;
    enum ac_rc rc = ac_sf_cursor(s, err);
    bool good = ac_collections_begin(&c->body);
    for (uint32_t i = 0; rc == AC_OK && good && i < (is_new ? AC_COLLECTIONS_MAX : c->n);) {
        struct ac_batch_record record;
        uint32_t ordinal = is_new ? s->next_ordinal : c->ordinals[i];
        if (is_new && (ordinal >= ac_batch_n(b) || (i && c->body.len > BODY_BYTES)))
            break;
        if (is_new)
            s->next_ordinal++;
        if (ac_batch_state(b, ordinal) != AC_RECORD_PENDING) {
            if (!is_new)
                rc = ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "SETTLED_TWICE",
                                "record %u of batch %lld would be sent though it is settled",
                                ordinal, (long long)ac_batch_id(b));
            continue;
        }
        rc = ac_cursor_read(s->cursor, ordinal, &record, err);
        if (rc == AC_OK)
            good = ac_collections_add(&c->body, ac_batch_columns(b), record.cells,
                                      c->ids[i][0] ? ac_str_of(c->ids[i]) : AC_STR_NULL, i == 0);
        c->ordinals[i++] = ordinal;
        if (is_new)
            c->n = i;
    }
    if (rc == AC_OK && !(good && ac_collections_end(&c->body)))
        rc = ac_err_nomem(err, "a collections call");
    return rc;
}

static enum ac_rc launch(struct ac_collect *c, struct ac_err *err) {
    struct ac_sf *sf = c->shipment->sf;
    const struct ac_columns *columns = ac_batch_columns(c->shipment->batch);
    enum ac_rc rc = build(c, err);
    if (rc == AC_OK && c->n)
        rc = ac_sf_may_begin(sf, err);
    if (rc != AC_OK || c->n == 0)
        return rc;
    AC_CLEANUP(ac_arena_free) struct ac_arena arena;
    ac_arena_init(&arena, 64 * 1024);
    struct ac_rest_call call = {.method = ac_collections_method(columns),
                                .path = ac_collections_path(columns, &arena),
                                .content_type = "application/json; charset=utf-8",
                                .body = ac_buf_str(&c->body),
                                .done = on_done,
                                .arg = c};
    if (!call.path)
        return ac_err_nomem(err, "a collections call");
    rc = ac_rest_start(sf->org, &call, err);
    if (rc != AC_OK)
        return rc;
    c->is_flying = true;
    c->n_cuts = sf->calls.n_cuts;
    sf->calls.in_flight++;
    return AC_OK;
}

static struct ac_collect *call_of_found(struct ac_shipment *s) {
    struct ac_found found;
    struct ac_collect *c = ac_find_next(s, &found) ? call_new(s) : NULL;
    if (!c)
        return NULL;
    c->n = found.n;
    memcpy(c->ordinals, found.ordinals, found.n * sizeof *found.ordinals);
    memcpy(c->ids, found.ids, found.n * sizeof *found.ids);
    return c;
}

// The next call to make: one whose wait is over, else one of records not sent yet.
static struct ac_collect *next_call(struct ac_shipment *s) {
    bool is_any_flying = false;
    for (const struct ac_collect *c = s->calls; c; c = c->next) {
        is_any_flying |= c->is_flying;
        if (c->is_flying && c->is_alone)
            return NULL;
    }
    for (struct ac_collect *c = s->calls; c; c = c->next)
        if (!c->is_flying && c->tries.due_ms <= s->sf->started_ms &&
            !(c->is_alone && is_any_flying))
            return c;
    if (ac_batch_columns(s->batch)->operation == ACLOAD_FIND)
        return call_of_found(s);
    return s->next_ordinal < ac_batch_n(s->batch) ? call_new(s) : NULL;
}

void ac_collect_start(struct ac_shipment *s) {
    struct ac_sf *sf = s->sf;
    while (!ac_sf_is_ending(s) && ac_gate_is_open(&sf->calls)) {
        struct ac_err err = AC_ERR_INIT;
        struct ac_collect *c = next_call(s);
        if (!c)
            return;
        if (launch(c, &err) != AC_OK)
            ac_sf_fail(sf, &err);
        if (!c->is_flying) { // nothing was left to send, or the sink ends
            call_free(c);
            return;
        }
    }
}
