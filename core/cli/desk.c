// SPDX-License-Identifier: MIT
// Messages of a queue read into the engines of their jobs.
#include "base/log.h"
#include "cli/event.h"
#include "cli/sqs.h"
#include "hook/match.h"

#define MAX_OPEN_MS ((int64_t)60 * 60 * 1000)
#define MAX_INPUTS 10000u
#define OBJECT_BYTES ((size_t)1 << 20)

static int64_t mono_ms(const struct ac_worker *w) {
    return w->cli->clock->mono_ms(w->cli->clock->self);
}

// --- desks

static void on_progress(void *arg, const struct ac_stats *stats) {
    struct ac_desk *d = arg;
    ac_progress_show(&d->progress, stats);
    d->worker->tick(d->worker);
}

static void note(struct ac_worker *w, int code) {
    w->exit_code = ac_exit_worse(w->exit_code, code);
    w->is_fatal |= code == ac_err_exit(AC_CAUSE_CONFIG) || code == ac_err_exit(AC_CAUSE_INTERNAL);
}

static enum ac_rc open_desk(struct ac_desk *d, struct ac_err *err) {
    struct ac_worker *w = d->worker;
    if (d->engine)
        return AC_OK;
    struct ac_engine_options options = ac_hook_options(w->hook, d->job, &d->progress);
    options.progress = on_progress;
    options.progress_arg = d;
    options.stop = &w->is_ended; // a signal alone lets it settle what was read
    d->opened_ms = mono_ms(w);
    return ac_engine_open(&d->engine, &options, err);
}

static void close_desk(struct ac_desk *d, enum ac_rc rc, const struct ac_err *err) {
    struct ac_worker *w = d->worker;
    ac_engine_ticket(d->engine, NULL);
    int code = ac_load_end(d->engine, &d->progress, rc, err);
    ac_load_tell(w->cli, &w->hook->flags->load, d->job ? d->job->name : NULL,
                 ac_engine_stats(d->engine), code);
    note(w, code);
    ac_engine_close(d->engine);
    d->engine = NULL;
}

static bool has_open(const struct ac_desk *d) {
    for (const struct ac_wanted *o = d->worker->wanted; o; o = o->next)
        if (o->desk == d && o->ticket.n_open)
            return true;
    return false;
}

// What the desk has settled in its last moments it may not have told the ledger.
static void lose(struct ac_desk *d, int code) {
    for (struct ac_wanted *o = d->worker->wanted; o; o = o->next)
        if (o->desk == d)
            o->ticket.exit_code = ac_exit_worse(o->ticket.exit_code, code);
}

static void flush(struct ac_desk *d) {
    struct ac_err err = AC_ERR_INIT;
    ac_engine_ticket(d->engine, NULL);
    enum ac_rc rc = ac_engine_flush(d->engine, &err);
    ac_progress_wipe(&d->progress);
    if (rc != AC_OK) {
        lose(d, ac_err_exit(err.cause));
        d->worker->is_in_trouble = true;
    }
    // Rows that a plugin holds wait for the end of the run.
    bool is_enough = mono_ms(d->worker) - d->opened_ms > MAX_OPEN_MS ||
                     ac_engine_stats(d->engine)->n_inputs > MAX_INPUTS;
    if (rc != AC_OK || is_enough || has_open(d))
        close_desk(d, rc, &err);
}

void ac_desk_flush_all(struct ac_worker *w) {
    for (size_t i = 0; i < w->n_desks; i++)
        if (w->desks[i].engine)
            flush(&w->desks[i]);
}

void ac_desk_close_all(struct ac_worker *w) {
    struct ac_err none = AC_ERR_INIT;
    for (size_t i = 0; i < w->n_desks; i++)
        if (w->desks[i].engine)
            close_desk(&w->desks[i], AC_OK, &none);
}

static struct ac_desk *desk_of(struct ac_worker *w, const struct ac_job *job) {
    size_t i = 0;
    while (w->desks[i].job != job)
        i++;
    return &w->desks[i];
}

// --- what a message names

static struct ac_wanted *add(struct ac_worker *w, struct ac_letter *letter, struct ac_desk *d,
                             uint64_t hash, struct ac_err *err) {
    struct ac_letter_part *part = ac_arena_zalloc(&w->arena, sizeof *part);
    struct ac_wanted *of = w->wanted;
    while (of && (!hash || of->hash != hash || of->desk != d))
        of = of->next;
    bool is_new = !of;
    if (is_new)
        of = ac_arena_zalloc(&w->arena, sizeof *of);
    if (!part || !of) {
        ac_err_nomem(err, "messages of a queue");
        return NULL;
    }
    *part = (struct ac_letter_part){letter->parts, of};
    letter->parts = part;
    if (!is_new)
        return of;
    *of = (struct ac_wanted){.next = w->wanted, .hash = hash, .desk = d};
    w->wanted = of;
    return of;
}

static uint64_t hash_of(const struct ac_event_object *o) {
    uint64_t h = ac_str_hash(ac_str_of(o->bucket), 1);
    h = ac_str_hash(o->key, h);
    h = ac_str_hash(ac_str_of(o->version_id), h);
    return ac_str_hash(ac_str_of(o->etag), h) | 1;
}

// What stops the run stops the gathering: the desk is closed, its messages come back.
static void fail(struct ac_desk *d, struct ac_wanted *of, const struct ac_err *err) {
    struct ac_worker *w = d->worker;
    int code = ac_err_exit(err->cause);
    w->is_in_trouble = true;
    if (of)
        of->ticket.exit_code = ac_exit_worse(of->ticket.exit_code, code);
    if (d->engine) {
        close_desk(d, AC_RUN, err);
        lose(d, code);
        return;
    }
    note(w, ac_cli_fail(err));
}

static void read_object(struct ac_worker *w, struct ac_letter *letter,
                        const struct ac_event_object *object, const struct ac_job *job) {
    struct ac_desk *d = desk_of(w, job);
    struct ac_wanted *before = w->wanted;
    struct ac_err err = AC_ERR_INIT;
    struct ac_arena arena;
    struct ac_wanted *of = add(w, letter, d, hash_of(object), &err);
    if (of && of == w->wanted && of != before) { // else another message named it already
        ac_arena_init(&arena, OBJECT_BYTES);
        enum ac_rc rc = open_desk(d, &err);
        if (rc == AC_OK)
            ac_engine_ticket(d->engine, &of->ticket);
        if (rc == AC_OK)
            rc = ac_hook_object(d->engine, object, &arena, &err);
        ac_arena_free(&arena);
        if (rc != AC_RUN && err.rc != AC_RUN)
            return;
    } else if (of) {
        return;
    }
    fail(d, of, &err);
}

static void read_shard(struct ac_worker *w, struct ac_letter *letter, const struct ac_event *event,
                       size_t *at) {
    struct ac_desk *d = desk_of(w, ac_hook_stream_job(&w->cli->config, event->records[*at].stream));
    struct ac_err err = AC_ERR_INIT;
    struct ac_wanted *of = add(w, letter, d, 0, &err);
    enum ac_rc rc = of ? open_desk(d, &err) : AC_RUN;
    if (rc == AC_OK) {
        ac_engine_ticket(d->engine, &of->ticket);
        rc = ac_cli_import_shard(d->engine, event, at, &err);
    }
    if (rc == AC_RUN)
        fail(d, of, &err);
}

static void read_event(struct ac_worker *w, struct ac_letter *letter,
                       const struct ac_event *event) {
    for (size_t i = 0; i < event->n_flaws; i++) {
        const struct ac_event_flaw *flaw = &event->flaws[i];
        ac_log(AC_LOG_ERROR, "a part of a message is not understood", "message", letter->id, "part",
               flaw->from, "code", flaw->code, "why", flaw->text, NULL);
        letter->exit_code = ac_err_exit(AC_CAUSE_INPUT);
    }
    for (size_t i = 0; i < event->n_objects && !w->is_in_trouble; i++) {
        const struct ac_event_object *object = &event->objects[i];
        const struct ac_job *job = ac_hook_job(&w->cli->config, object->bucket, object->key);
        if (!job) {
            ac_hook_tell_unmatched(&w->cli->config, object);
            letter->exit_code = ac_err_exit(AC_CAUSE_INPUT);
        } else if (!object->is_repeat && !ac_hook_is_marker(object)) {
            read_object(w, letter, object, job);
        }
    }
    for (size_t i = 0; i < event->n_records && !w->is_in_trouble;)
        read_shard(w, letter, event, &i);
    // What was not looked at, another time.
    if (w->is_in_trouble)
        letter->exit_code = ac_exit_worse(letter->exit_code, ac_err_exit(AC_CAUSE_STOP));
    w->n_tests += event->n_tests;
    for (size_t i = 0; i < event->n_kinds; i++)
        w->n_others += event->kinds[i].n;
}

static uint64_t rows_read(const struct ac_worker *w) {
    uint64_t n = 0;
    for (size_t i = 0; i < w->n_desks; i++)
        if (w->desks[i].engine)
            n += ac_engine_stats(w->desks[i].engine)->counts.read;
    return n;
}

void ac_desk_take(struct ac_worker *w, struct ac_letter *letter, ac_str body) {
    struct ac_event event = {0};
    struct ac_err err = AC_ERR_INIT;
    uint64_t before = rows_read(w);
    letter->is_begun = true;
    if (ac_event_read(&event, body, &err) == AC_OK) {
        read_event(w, letter, &event);
    } else {
        char name[160];
        snprintf(name, sizeof name, "message %.128s", letter->id);
        ac_err_at(&err, name, 0, 0);
        letter->exit_code = ac_cli_fail(&err);
    }
    ac_event_free(&event);
    uint64_t after = rows_read(w);
    w->n_rows += after > before ? after - before : 0;
}

// --- what came of it

bool ac_desk_is_settled(const struct ac_letter *letter) {
    for (const struct ac_letter_part *p = letter->parts; p; p = p->next)
        if (p->of->ticket.n_open || p->of->ticket.n_unsent)
            return false;
    return letter->is_begun && ac_desk_exit(letter) == 0;
}

int ac_desk_exit(const struct ac_letter *letter) {
    int code = letter->exit_code;
    for (const struct ac_letter_part *p = letter->parts; p; p = p->next)
        code = ac_exit_worse(code, p->of->ticket.exit_code);
    return code;
}
