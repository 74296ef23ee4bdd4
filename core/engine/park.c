// SPDX-License-Identifier: MIT
// Objects that take nothing, parked: their trouble does not stop what goes to others.
//
// A permission that is missing for one object says nothing of the others. So nothing more is sent
// to it for the rest of the run, by this engine or by those of the jobs after it: batches of it
// stay sealed for the next run, inputs with records for it stay open, and it is told once. While
// what earlier runs left is brought to its end, that holds for every run; else only where the
// engine's owner gave a list. Without one (a worker takes message after message, and would drive
// those that need the object into the dead letters) the run stops when the object is needed.
#include "base/log.h"
#include "engine/engine_int.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

static struct ac_parked *list_of(struct ac_engine *e) {
    if (!e->parked && e->is_settling_left)
        e->parked = ac_arena_zalloc(&e->arena, sizeof *e->parked);
    return e->parked;
}

const struct ac_err *ac_engine_is_parked(const struct ac_engine *e, const char *object) {
    const struct ac_parked *parked = e->parked;
    for (size_t i = 0; parked && i < parked->n; i++)
        if (strcmp(parked->list[i].object, object) == 0)
            return &parked->list[i].why;
    return NULL;
}

static void put_off_flights(struct ac_engine *e, const struct object *o) {
    for (struct flight *f = e->flights; f; f = f->next)
        if (f->object == o && e->has_sink && e->sink.put_off)
            e->sink.put_off(e->sink.self, f->batch);
}

bool ac_engine_park(struct ac_engine *e, const char *object, const struct ac_err *why) {
    struct ac_parked *parked = list_of(e);
    if (!parked || (!e->options.parked && !e->is_settling_left))
        return false;
    if (!ac_engine_is_parked(e, object)) {
        if (parked->n == AC_PARKED_MAX || strlen(object) >= sizeof parked->list[0].object)
            return false;
        snprintf(parked->list[parked->n].object, sizeof parked->list[0].object, "%s", object);
        parked->list[parked->n++].why = *why;
        if (e->options.parked) {
            ac_log_error(why);
            ac_engine_note(e, why);
        } else {
            ac_log_warn(why); // perhaps nothing of it is needed
        }
    }
    for (size_t i = 0; i < e->n_objects; i++)
        if (strcmp(e->objects[i].name, object) == 0) {
            e->objects[i].is_parked = true;
            put_off_flights(e, &e->objects[i]);
        }
    return true;
}

bool ac_engine_closed(void *engine, struct ac_batch *b, const struct ac_err *why) {
    struct ac_engine *e = engine;
    for (struct flight *f = e->flights; f; f = f->next)
        if (f->batch == b)
            return ac_engine_park(e, f->object->name, why);
    return false;
}

enum ac_rc ac_engine_put_by(struct ac_engine *e, struct flight *f, struct ac_err *err) {
    ac_batch_settle_rest(f->batch, 0, UINT32_MAX, AC_RECORD_UNSENT);
    return ac_engine_settled(e, f->batch, err);
}

// Told already; but the exit code is also that of a job which is not the one that met it.
static enum ac_rc needs(struct ac_engine *e, const struct ac_err *why, struct ac_err *err) {
    assert(why);
    if (!e->options.parked) {
        ac_err_clear(err);
        *err = *why;
        return AC_RUN;
    }
    ac_engine_note(e, why);
    return AC_OK;
}

enum ac_rc ac_engine_put_off(struct ac_engine *e, const struct object *o,
                             const struct acload_row *row, uint32_t n_records, struct ac_err *err) {
    const struct ac_batch_row of = {.origin = row->origin, .n_row_records = n_records};
    enum ac_rc rc = AC_OK;
    if (!e->at->is_put_off)
        rc = needs(e, ac_engine_is_parked(e, o->name), err);
    e->at->is_put_off = e->at->is_unsent = true;
    if (rc == AC_OK && n_records > 1)
        rc = ac_engine_row_outcome(e, e->at, &of, AC_RECORD_UNSENT, err);
    return rc;
}

enum ac_rc ac_engine_put_off_input(struct ac_engine *e, struct ac_err *err) {
    const struct ac_err *worst = NULL;
    for (size_t i = 0; i < e->parked->n; i++) {
        const struct ac_err *why = &e->parked->list[i].why;
        if (!worst || ac_err_exit(why->cause) == 2)
            worst = why;
    }
    ac_err_clear(err);
    return needs(e, worst, err);
}
