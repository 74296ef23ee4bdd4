// SPDX-License-Identifier: MIT
// The dry-run sink: records as one JSON object a line, nothing sent.
#include "sink/sink.h"
#include <errno.h>
#include <stdlib.h>

#define LINE_MAX_BYTES ((size_t)64 * 1024 * 1024)

struct waiting {
    struct waiting *next;
    struct ac_batch *batch;
};

struct dry {
    FILE *to;
    const struct ac_sink_events *events;
    struct waiting *first; // oldest first
    struct ac_buf line;
    bool is_stopping;
    struct ac_err stop;
};

static enum ac_rc dry_send(void *self, struct ac_batch *b, struct ac_err *err) {
    struct dry *d = self;
    struct waiting *w = calloc(1, sizeof *w);
    if (!w)
        return ac_err_nomem(err, "a batch to show");
    w->batch = b;
    struct waiting **last = &d->first;
    while (*last)
        last = &(*last)->next;
    *last = w;
    return AC_OK;
}

// The part of each line that is the same for all records of a batch.
static bool add_head(struct ac_buf *line, const struct ac_columns *c) {
    bool good = ac_buf_add_str(line, AC_STR("{\"object\":")) && ac_buf_add_json(line, c->object) &&
                ac_buf_add_str(line, AC_STR(",\"operation\":")) &&
                ac_buf_add_json(line, ac_str_of(ac_operation_name(c->operation))) &&
                ac_buf_add_str(line, AC_STR(",\"key\":"));
    good = good && (c->key < 0 ? ac_buf_add_str(line, AC_STR("null"))
                               : ac_buf_add_json(line, c->fields[c->key]->name));
    return good && ac_buf_add_str(line, AC_STR(",\"fields\":{"));
}

static enum ac_rc cannot_write(struct ac_err *err) {
    if (errno == EPIPE)
        return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "BROKEN_PIPE",
                          "whoever read the records has gone; the rest is not shown");
    return ac_err_sys(err, AC_RUN, AC_CAUSE_STOP, "cannot write the records to", "the output");
}

static enum ac_rc show(struct dry *d, struct ac_batch *b, struct ac_cursor *cursor,
                       struct ac_err *err) {
    const struct ac_columns *columns = ac_batch_columns(b);
    ac_buf_clear(&d->line);
    if (!add_head(&d->line, columns))
        return ac_err_nomem(err, "a record to show");
    size_t head = d->line.len;
    for (uint32_t i = 0; i < ac_batch_n(b); i++) {
        if (ac_batch_state(b, i) != AC_RECORD_PENDING)
            continue;
        struct ac_batch_record record;
        enum ac_rc rc = ac_cursor_read(cursor, i, &record, err);
        if (rc != AC_OK)
            return rc;
        d->line.len = head;
        if (!ac_columns_json(columns, record.cells, true, &d->line) ||
            !ac_buf_add_str(&d->line, AC_STR("}}\n")))
            return ac_err_nomem(err, "a record to show");
        if (fwrite(d->line.ptr, 1, d->line.len, d->to) != d->line.len)
            return cannot_write(err);
        ac_batch_settle(b, i, AC_RECORD_WRITTEN);
    }
    return fflush(d->to) == 0 ? AC_OK : cannot_write(err);
}

static void show_batch(struct dry *d, struct ac_batch *b) {
    struct ac_err err = AC_ERR_INIT;
    struct ac_cursor *cursor = NULL;
    enum ac_rc rc = AC_OK;
    if (!d->is_stopping) {
        rc = ac_cursor_open(&cursor, b, &err);
        if (rc == AC_OK)
            rc = show(d, b, cursor, &err);
        ac_cursor_close(cursor);
    }
    ac_batch_settle_rest(b, 0, UINT32_MAX, AC_RECORD_UNSENT);
    enum ac_rc settled_rc = d->events->settled(d->events->arg, b, &err);
    if ((rc < AC_OK || settled_rc < AC_OK) && !d->is_stopping) {
        d->is_stopping = true;
        d->stop = err;
        d->stop.rc = AC_RUN;
    }
}

static enum ac_rc dry_pump(void *self, int64_t wait_ms, struct ac_err *err) {
    (void)wait_ms; // never waits: everything is done at once
    struct dry *d = self;
    while (d->first) {
        struct waiting *w = d->first;
        struct ac_batch *b = w->batch;
        d->first = w->next;
        free(w);
        show_batch(d, b);
    }
    if (!d->is_stopping)
        return AC_END;
    *err = d->stop;
    return AC_RUN;
}

static size_t dry_pending(void *self) {
    size_t n = 0;
    for (const struct waiting *w = ((struct dry *)self)->first; w; w = w->next)
        n++;
    return n;
}

static void dry_close(void *self) {
    struct dry *d = self;
    while (d->first) {
        struct waiting *w = d->first;
        d->first = w->next;
        free(w);
    }
    ac_buf_free(&d->line);
    free(d);
}

enum ac_rc ac_sink_dryrun(struct ac_sink *out, FILE *to, const struct ac_sink_events *events,
                          struct ac_err *err) {
    struct dry *d = calloc(1, sizeof *d);
    if (!d)
        return ac_err_nomem(err, "the dry run");
    d->to = to;
    d->events = events;
    d->stop = (struct ac_err)AC_ERR_INIT;
    ac_buf_init(&d->line, LINE_MAX_BYTES);
    *out = (struct ac_sink){
        .self = d, .send = dry_send, .pump = dry_pump, .pending = dry_pending, .close = dry_close};
    return AC_OK;
}
