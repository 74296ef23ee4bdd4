// SPDX-License-Identifier: MIT
// Records that the org refuses all alike, from the first one on: the run stops, with one reason.
//
// When a permission or a field is missing, every record is refused with the same words, and to
// reject them one by one would make thousands of rejects of one mistake. So the first refusals of
// an object are held back until something else happens to a record of it: then they are rejected
// like any others. If nothing else does, nothing more is sent to the object (park.c) or the run
// stops, and records sent by collections wait for the next run as if they had never been sent. A
// bulk job's records were all tried by then; they are rejected, since asking about that job again
// would only give the same answers.
#include "base/log.h"
#include "engine/engine_int.h"
#include <stdlib.h>
#include <string.h>

#define ALIKE_MAX 200u // refusals of any kind
#define ALIKE_MIN 10u  // of the kind that is the same for all records

struct held {
    struct flight *flight;
    uint32_t ordinal;
    struct ac_reply_error why;
};

struct breaker { // of an object
    bool is_off; // something else happened
    bool has_tripped;
    uint32_t n_alike;
    struct ac_reply_error first;
    size_t n_held;
    struct held held[ALIKE_MAX];
};

// NULL: not in use.
static struct breaker *breaker_of(struct ac_engine *e, struct object *o, struct ac_err *err) {
    if (!o->breaker && !e->options.keep_going) {
        o->breaker = ac_arena_zalloc(&e->arena, sizeof *o->breaker);
        if (!o->breaker)
            ac_err_nomem(err, "refused records");
    }
    return o->breaker;
}

static enum ac_rc let_go(struct ac_engine *e, struct breaker *b, struct ac_err *err) {
    enum ac_rc rc = AC_OK;
    b->is_off = true;
    for (size_t i = 0; i < b->n_held && rc == AC_OK; i++)
        rc = ac_engine_refuse_now(e, b->held[i].flight, b->held[i].ordinal, &b->held[i].why, err);
    b->n_held = 0;
    return rc;
}

static void stop(struct ac_engine *e, const struct object *o, struct breaker *b, bool is_kept) {
    bool has_written = e->options.parked ? o->has_written : e->has_written;
    struct ac_err err = AC_ERR_INIT;
    const struct ac_reply_error *why = &b->first;
    const char *hint = ac_reply_hint(why->code, why->message);
    ac_str text = ac_str_of(why->message);
    if (ac_str_ends(text, AC_STR(".")))
        text.len--;
    // What was tried again until the tries were used up passes by itself, as locks do.
    bool passes = ac_reply_classify_row(why->code, why->message) != AC_OUT_REFUSED;
    bool is_stop = has_written || passes;
    b->has_tripped = true;
    ac_err_set(&err, AC_RUN, is_stop ? AC_CAUSE_STOP : AC_CAUSE_CONFIG, why->code,
               "the first %u records for %.*s were all refused alike: %.*s (%s); %s%s%s %s%s",
               b->n_alike, AC_STR_ARG(o->schema->name), AC_STR_ARG(text), why->code,
               hint ? hint : "", hint ? "; " : "",
               is_kept ? "nothing of them is lost, run again"
                       : "they are kept: run acload rejects retry",
               passes ? "later" : "when that is mended",
               is_kept ? "; with --keep-going they are rejected one by one" : "");
    if (!ac_engine_park(e, o->name, &err) && e->sink.stop)
        e->sink.stop(e->sink.self, &err, INT64_MAX / 4);
}

static void put_back(struct breaker *b) {
    for (size_t i = 0; i < b->n_held; i++)
        ac_batch_settle(b->held[i].flight->batch, b->held[i].ordinal, AC_RECORD_UNSENT);
    b->n_held = 0;
}

static void trip(struct ac_engine *e, const struct object *o, struct breaker *b) {
    put_back(b);
    stop(e, o, b, true);
}

// The reason that may be shown: the org's words, without what they quote of the row.
static enum ac_rc note_first(struct ac_engine *e, struct breaker *b, struct flight *f,
                             uint32_t ordinal, const struct ac_reply_error *why,
                             struct ac_err *err) {
    struct ac_batch_record record;
    b->first = *why;
    enum ac_rc rc = e->options.log_values ? AC_END : ac_engine_record(f, ordinal, &record, err);
    for (size_t i = 0; rc == AC_OK && i < ac_batch_columns(f->batch)->n; i++)
        ac_reply_error_hide(&b->first, record.cells[i]);
    return rc < AC_OK ? rc : AC_OK;
}

enum ac_rc ac_engine_breaker_refused(struct ac_engine *e, struct flight *f, uint32_t ordinal,
                                     const struct ac_reply_error *why, struct ac_err *err) {
    struct breaker *b = breaker_of(e, f->object, err);
    if (!b)
        return err->rc;
    bool has_ended = b->has_tripped || f->object->is_parked;
    if (has_ended && !f->is_bulk) { // it was under way then
        ac_batch_settle(f->batch, ordinal, AC_RECORD_UNSENT);
        return AC_END;
    }
    if (has_ended)
        return AC_OK;
    if (!b->n_alike && note_first(e, b, f, ordinal, why, err) != AC_OK)
        return err->rc;
    bool is_alike = strcmp(b->first.code, why->code) == 0;
    if (b->is_off || !is_alike || strcmp(why->code, "OUTCOME_UNKNOWN") == 0)
        return let_go(e, b, err);
    b->n_alike++;
    if (b->n_held < ALIKE_MAX)
        b->held[b->n_held++] = (struct held){f, ordinal, *why};
    else
        return AC_OK; // of a bulk job: the first are enough to tell
    if (b->n_held == ALIKE_MAX && !f->is_bulk)
        trip(e, f->object, b);
    return AC_END;
}

enum ac_rc ac_engine_breaker_good(struct ac_engine *e, struct flight *f, struct ac_err *err) {
    struct breaker *b = f->object->breaker;
    e->has_written = f->object->has_written = true;
    return b && !b->is_off && !b->has_tripped ? let_go(e, b, err) : AC_OK;
}

// Was any record of the batch written? Is every other one refused?
static bool is_all_refused(const struct flight *f) {
    for (uint32_t i = 0; i < ac_batch_n(f->batch); i++)
        switch (ac_batch_state(f->batch, i)) {
        case AC_RECORD_REFUSED:
        case AC_RECORD_DEAD:
        case AC_RECORD_REPEAT:
        case AC_RECORD_SUPERSEDED:
            break;
        case AC_RECORD_PENDING:
        case AC_RECORD_UNSENT:
        case AC_RECORD_WRITTEN:
        case AC_RECORD_CREATED:
        case AC_RECORD_UPDATED:
            return false;
        }
    return true;
}

static bool has_written(const struct flight *f) {
    for (uint32_t i = 0; i < ac_batch_n(f->batch); i++) {
        enum ac_record_state state = ac_batch_state(f->batch, i);
        if (state == AC_RECORD_WRITTEN || state == AC_RECORD_CREATED || state == AC_RECORD_UPDATED)
            return true;
    }
    return false;
}

// No record of the batch will have another outcome. What was held back of it is decided now.
enum ac_rc ac_engine_breaker_settled(struct ac_engine *e, struct flight *f, struct ac_err *err) {
    struct breaker *b = f->object->breaker;
    if (has_written(f)) // a bulk job does not say so record by record
        return ac_engine_breaker_good(e, f, err);
    if (!b || b->is_off || b->has_tripped || !b->n_held)
        return AC_OK;
    if (f->object->is_parked && !f->is_bulk) {
        put_back(b);
        return AC_OK;
    }
    uint32_t enough = ac_reply_is_for_all(b->first.code) ? ALIKE_MIN : ALIKE_MAX;
    bool is_enough = b->n_alike >= enough && is_all_refused(f);
    if (is_enough && !f->is_bulk) {
        trip(e, f->object, b);
        return AC_OK;
    }
    enum ac_rc rc = let_go(e, b, err);
    b->is_off = false; // what comes next may still be like it
    if (is_enough)
        stop(e, f->object, b, false);
    return rc;
}
