// SPDX-License-Identifier: MIT
// Outcomes brought back to rows, inputs, files.
#include "base/log.h"
#include "engine/engine_int.h"
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define VERSIONS_AT_ONCE 100000u
#define SHOWN_REJECTS 10u

static struct flight *flight_of(struct ac_engine *e, const struct ac_batch *b) {
    for (struct flight *f = e->flights; f; f = f->next)
        if (f->batch == b)
            return f;
    return NULL;
}

enum ac_rc ac_engine_record(struct flight *f, uint32_t ordinal, struct ac_batch_record *out,
                            struct ac_err *err) {
    if (!f->cursor) {
        enum ac_rc rc = ac_cursor_open(&f->cursor, f->batch, err);
        if (rc != AC_OK)
            return rc;
    }
    return ac_cursor_read(f->cursor, ordinal, out, err);
}

static void show_reject(struct ac_engine *e, const struct intake *in, uint64_t line,
                        const char *code, const char *message) {
    if (++e->n_shown > SHOWN_REJECTS) {
        if (e->n_shown == SHOWN_REJECTS + 1)
            ac_log(AC_LOG_WARNING, "more rows are rejected; the rest is not shown here", NULL);
        return;
    }
    char where[24];
    snprintf(where, sizeof where, "%llu", (unsigned long long)line);
    ac_engine_tell_log("#input_id", in->id); // perhaps another one than is being read
    if (e->options.log_values)
        ac_log(AC_LOG_WARNING, "row rejected", "input", in->name, "#line", where, "code", code,
               "why", message, NULL);
    else
        ac_log(AC_LOG_WARNING, "row rejected", "input", in->name, "#line", where, "code", code,
               NULL);
    ac_engine_tell_log("#input_id", e->at ? e->at->id : 0);
}

enum ac_rc ac_engine_reject(struct ac_engine *e, struct intake *in, const struct ac_batch *batch,
                            const struct ac_origin *origin, ac_str raw, const char *object,
                            ac_str key, const struct ac_reply_error *why, struct ac_err *err) {
    show_reject(e, in, origin->line, why->code, why->message);
    enum ac_rc rc = ac_engine_result(e, in, false, why->code, why->message, why->fields,
                                     origin->line, raw, err);
    if (rc != AC_OK || !e->ledger)
        return rc;
    struct ac_arena_mark mark = ac_arena_mark(&e->row_arena);
    char *key_text = ac_arena_copy(&e->row_arena, key);
    struct ac_reject reject = {.input = in->id,
                               .batch = batch ? ac_batch_id(batch) : 0,
                               .line = origin->line,
                               .byte = origin->byte,
                               .number = origin->number,
                               .object = object,
                               .key = key_text ? key_text : "",
                               .code = why->code,
                               .message = why->message,
                               .fields = why->fields,
                               .raw = raw};
    rc = ac_reject_add(e->ledger, &reject, err);
    ac_arena_rewind(&e->row_arena, mark);
    return rc;
}

static struct intake *intake_of(struct ac_engine *e, const struct flight *f, uint32_t ordinal) {
    size_t lo = 0, hi = f->n_spans;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (ordinal < f->spans[mid].range.first)
            hi = mid;
        else
            lo = mid;
    }
    return e->intakes[f->spans[lo].range.input];
}

enum ac_rc ac_engine_refuse_now(struct ac_engine *e, struct flight *f, uint32_t ordinal,
                                const struct ac_reply_error *why, struct ac_err *err) {
    const struct ac_batch *b = f->batch;
    struct ac_batch_record record;
    enum ac_rc rc = ac_engine_record(f, ordinal, &record, err);
    if (rc != AC_OK)
        return rc;
    const struct ac_columns *columns = ac_batch_columns(b);
    ac_str key = columns->key < 0 ? AC_STR("") : record.cells[columns->key];
    return ac_engine_reject(e, intake_of(e, f, ordinal), b, &record.row.origin, record.raw,
                            columns->object.ptr, key, why, err);
}

enum ac_rc ac_engine_refused(void *engine, struct ac_batch *b, uint32_t ordinal,
                             const struct ac_reply_error *why, struct ac_err *err) {
    struct ac_engine *e = engine;
    struct flight *f = flight_of(e, b);
    enum ac_rc rc = ac_engine_breaker_refused(e, f, ordinal, why, err);
    return rc == AC_OK ? ac_engine_refuse_now(e, f, ordinal, why, err) : rc;
}

enum ac_rc ac_engine_done(void *engine, struct ac_batch *b, uint32_t ordinal, ac_str id,
                          bool is_new, struct ac_err *err) {
    struct ac_engine *e = engine;
    struct ac_batch_record record;
    enum ac_rc rc = ac_engine_breaker_good(e, flight_of(e, b), err);
    if (rc != AC_OK || !e->options.results_dir)
        return rc;
    rc = ac_engine_record(flight_of(e, b), ordinal, &record, err);
    if (rc != AC_OK)
        return rc;
    char id_text[32];
    snprintf(id_text, sizeof id_text, "%.*s", AC_STR_ARG(id));
    return ac_engine_result(e, intake_of(e, flight_of(e, b), ordinal), true, id_text,
                            is_new ? "true" : "false", NULL, record.row.origin.line, record.raw,
                            err);
}

static void count_record(struct ac_counts *c, enum ac_record_state state) {
    if (state != AC_RECORD_REPEAT)
        c->made++; // it is there already
    switch (state) {
    case AC_RECORD_CREATED:
        c->created++;
        c->written++;
        break;
    case AC_RECORD_UPDATED:
        c->updated++;
        c->written++;
        break;
    case AC_RECORD_WRITTEN:
        c->written++;
        break;
    case AC_RECORD_REFUSED:
        c->refused++;
        break;
    case AC_RECORD_SUPERSEDED:
        c->superseded++;
        break;
    case AC_RECORD_PENDING:
    case AC_RECORD_UNSENT:
    case AC_RECORD_DEAD:
    case AC_RECORD_REPEAT:
        break; // not counted, or never: the batch stays for the next run
    }
}

static void count_row(struct ac_counts *c, enum ac_record_state state) {
    switch (state) {
    case AC_RECORD_REFUSED:
        c->rejected++;
        break;
    case AC_RECORD_SUPERSEDED:
    case AC_RECORD_REPEAT:
        c->dropped++;
        break;
    case AC_RECORD_CREATED:
    case AC_RECORD_UPDATED:
    case AC_RECORD_WRITTEN:
        c->sent++;
        break;
    case AC_RECORD_PENDING:
    case AC_RECORD_UNSENT:
    case AC_RECORD_DEAD:
        break;
    }
}

// The outcomes of one input's records in the batch. Those of rows that made only one are the
// range's in the ledger; the others are counted with the input, which is read again after a crash.
static enum ac_rc count_range(struct ac_engine *e, struct flight *f, const struct ac_range *range,
                              struct ac_err *err) {
    struct intake *in = e->intakes[range->input];
    if (!in)
        return AC_OK; // withdrawn, and ended: its records here are dead
    struct ac_counts counts = {0};
    enum ac_rc rc = AC_OK;
    for (uint32_t i = range->first; i < range->first + range->n && rc == AC_OK; i++) {
        enum ac_record_state state = ac_batch_state(f->batch, i);
        if (state == AC_RECORD_DEAD)
            continue;
        in->n_pending--;
        e->stats.n_pending--;
        struct ac_batch_record record = {.row.n_row_records = 1};
        if (f->has_multi)
            rc = ac_engine_record(f, i, &record, err);
        if (rc != AC_OK)
            break;
        if (record.row.n_row_records == 1) {
            count_record(&counts, state);
            count_row(&counts, state);
        } else if (!in->is_left) {
            count_record(&in->counts, state);
            rc = ac_engine_row_outcome(e, in, &record.row, state, err);
        }
    }
    ac_stats_add(&in->settled, &counts);
    if (rc != AC_OK || !e->ledger)
        return rc;
    int64_t id = ac_batch_id(f->batch);
    return f->is_kept ? ac_ledger_range_note(e->ledger, id, range->first, &counts, err)
                      : ac_ledger_range_settle(e->ledger, id, range->first, &counts, err);
}

struct putting { // versions of what was written, put into the ledger in pieces
    struct ac_engine *e;
    struct flight *f;
    struct ac_version *keys;
    size_t n;
    enum ac_rc rc;
    struct ac_err *err;
};

static void put_now(struct putting *p) {
    if (p->rc != AC_OK || !p->n)
        return;
    p->rc = ac_ledger_version_put(p->e->ledger, p->e->org_name, p->f->object->schema->name.ptr,
                                  p->keys, p->n, p->err);
    p->n = 0;
}

static bool put_key(void *arg, uint32_t ordinal, uint64_t key_hash, int64_t version_ms) {
    struct putting *p = arg;
    switch (ac_batch_state(p->f->batch, ordinal)) {
    case AC_RECORD_WRITTEN:
    case AC_RECORD_CREATED:
    case AC_RECORD_UPDATED:
        break;
    case AC_RECORD_PENDING:
    case AC_RECORD_DEAD:
    case AC_RECORD_REFUSED:
    case AC_RECORD_SUPERSEDED:
    case AC_RECORD_UNSENT:
    case AC_RECORD_REPEAT:
        return true;
    }
    if (version_ms > p->f->object->newest_ms)
        p->f->object->newest_ms = version_ms;
    p->keys[p->n++] = (struct ac_version){key_hash, version_ms, ordinal};
    if (p->n == VERSIONS_AT_ONCE)
        put_now(p);
    return p->rc == AC_OK;
}

static enum ac_rc put_versions(struct ac_engine *e, struct flight *f, struct ac_err *err) {
    if (!e->ledger || ac_batch_columns(f->batch)->key < 0)
        return AC_OK;
    struct putting p = {.e = e, .f = f, .err = err};
    uint32_t n = ac_batch_n(f->batch);
    p.keys = malloc((n < VERSIONS_AT_ONCE ? n + 1 : VERSIONS_AT_ONCE) * sizeof *p.keys);
    if (!p.keys)
        return ac_err_nomem(err, "versions of keys");
    p.rc = ac_batch_each_key(f->batch, 0, n, put_key, &p, err);
    put_now(&p);
    free(p.keys);
    return p.rc;
}

static enum ac_rc settle(struct ac_engine *e, struct flight *f, struct ac_err *err) {
    enum ac_rc rc = AC_OK;
    for (size_t i = 0; i < f->n_spans && rc == AC_OK; i++)
        rc = count_range(e, f, &f->spans[i].range, err);
    if (rc == AC_OK)
        rc = put_versions(e, f, err);
    if (rc == AC_OK && e->ledger && !f->is_kept)
        rc = ac_ledger_batch_settle(e->ledger, ac_batch_id(f->batch), err);
    for (size_t i = 0; i < f->n_spans && rc == AC_OK; i++) {
        struct intake *in = e->intakes[f->spans[i].range.input];
        if (!in)
            continue;
        in->is_unsent |= f->is_kept;
        in->is_put_off |= f->is_kept && f->object->is_parked;
        if (in->n_pending)
            continue;
        if (in->is_left)
            rc = ac_engine_left_end(e, in, err);
        else if (in->is_read)
            rc = ac_engine_intake_end(e, in, err);
    }
    return rc;
}

static bool is_incomplete(const struct ac_batch *b) {
    for (uint32_t i = 0; i < ac_batch_n(b); i++) {
        enum ac_record_state state = ac_batch_state(b, i);
        if (state == AC_RECORD_UNSENT || state == AC_RECORD_PENDING)
            return true;
    }
    return false;
}

// One commit for the batch with all inputs it completes: a crash leaves all of it, or nothing. A
// batch without all of its outcomes stays what it was, for the next run to take up.
enum ac_rc ac_engine_settled(void *engine, struct ac_batch *b, struct ac_err *err) {
    struct ac_engine *e = engine;
    struct flight *f = flight_of(e, b);
    f->is_settled = true;
    enum ac_rc rc = ac_engine_breaker_settled(e, f, err);
    f->is_kept = is_incomplete(b);
    if (rc != AC_OK)
        return rc;
    if (!e->ledger)
        return settle(e, f, err);
    rc = ac_ledger_group_begin(e->ledger, err);
    if (rc == AC_OK)
        rc = ac_ledger_group_end(e->ledger, settle(e, f, err), err);
    if (rc != AC_OK)
        f->is_kept = true;
    return rc;
}

enum ac_rc ac_engine_file_end(struct ac_engine *e, struct intake_file *file, struct ac_err *err) {
    if (file->n_open || !file->is_read)
        return AC_OK;
    enum ac_rc rc = AC_OK;
    if (!file->has_failed && e->ledger && !file->retry)
        rc = ac_ledger_file_done(e->ledger, e->org_name, file->hex, err);
    if (rc == AC_OK && !file->has_failed && e->ledger && file->alias[0])
        rc = ac_ledger_file_done(e->ledger, e->org_name, file->alias, err);
    if (!file->has_failed && file->is_spooled)
        unlink(file->path);
    if (file->ticket) {
        file->ticket->n_open--;
        file->ticket->n_unsent += file->has_failed || rc != AC_OK;
    }
    ac_engine_retry_free(file->retry);
    free(file->path);
    free(file);
    return rc;
}

void ac_engine_file_free(struct intake_file *file) {
    if (--file->n_open)
        return;
    ac_engine_retry_free(file->retry);
    free(file->path);
    free(file);
}

enum ac_rc ac_engine_file_read(struct ac_engine *e, struct intake_file *file, struct ac_err *err) {
    file->is_read = true;
    return ac_engine_file_end(e, file, err);
}

enum ac_rc ac_engine_intake_counts(const struct intake *in, struct ac_counts *out,
                                   struct ac_err *err) {
    *out = in->counts;
    ac_stats_add(out, &in->settled);
    return in->is_unsent ? AC_OK : ac_stats_check(out, in->name, err);
}

static void tell_end(const struct intake *in, const struct ac_counts *counts, bool is_good) {
    char number[4][24];
    const uint64_t n[] = {counts->read, counts->sent, counts->dropped, counts->rejected};
    if (!ac_log_has(AC_LOG_DEBUG))
        return;
    for (size_t i = 0; i < AC_N(n); i++)
        snprintf(number[i], sizeof number[i], "%" PRIu64, n[i]);
    ac_log(AC_LOG_DEBUG, is_good ? "settled" : "not settled", "input", in->name, "#rows", number[0],
           "#sent", number[1], "#dropped", number[2], "#rejected", number[3], NULL);
}

// How to send them all the same, where somebody may want that; NULL: the newest stays.
static const char *way_of(const struct ac_engine *e, const struct intake *in,
                          const struct ac_counts *counts) {
    bool is_all = counts->superseded == counts->made;
    if (in->has_versions || in->file->retry || in->file->is_spooled ||
        (!is_all && !e->options.again))
        return NULL;
    if (ac_str_starts(ac_str_of(in->name), AC_STR("s3://")))
        return "put the object there anew, then import it with --again";
    if (strchr(in->name, '!'))
        return "take the file out of the archive and touch it, then import it";
    return "touch the file, then import it with --again";
}

// Records left out for newer ones of other inputs, as it is where files have copies of a record.
static void tell_superseded(const struct ac_engine *e, const struct intake *in,
                            const struct ac_counts *counts) {
    char text[512];
    const char *way = way_of(e, in, counts);
    uint64_t n = counts->superseded;
    snprintf(
        text, sizeof text, "%" PRIu64 " %s left out, of which acload has sent newer copies%s%s", n,
        n == 1 ? "record" : "records", way ? "; to send these all the same, " : "", way ? way : "");
    ac_log(AC_LOG_INFO, text, "input", in->name, NULL);
}

enum ac_rc ac_engine_intake_end(struct ac_engine *e, struct intake *in, struct ac_err *err) {
    struct ac_counts counts;
    enum ac_rc rc = ac_engine_intake_counts(in, &counts, err);
    bool is_good = !in->is_unsent && !in->has_failed;
    if (in->file->retry) {
        counts.made -= in->file->retry->n_known;
        counts.written -= in->file->retry->n_known;
        counts.updated -= in->file->retry->n_known;
    }
    if (rc == AC_OK && e->ledger && !in->is_unsent)
        rc = ac_ledger_input_end(e->ledger, in->id, is_good ? AC_INPUT_SETTLED : AC_INPUT_FAILED,
                                 &counts, in->plugin, in->why ? in->why : "", err);
    // What is no file of its own (standard input, an event) has its name with others in common.
    if (rc == AC_OK && e->ledger && is_good && !in->file->is_spooled)
        rc = ac_ledger_input_replaces(e->ledger, in->id, err);
    tell_end(in, &counts, is_good);
    if (counts.superseded && !e->options.dry_run)
        tell_superseded(e, in, &counts);
    counts.read = 0; // counted as the rows came
    ac_stats_add(&e->stats.counts, &counts);
    e->stats.n_put_off += in->is_put_off;
    if (is_good)
        e->stats.n_settled++;
    if (!is_good)
        in->file->has_failed = true;
    struct intake_file *file = in->file;
    struct ac_err file_err = AC_ERR_INIT;
    enum ac_rc file_rc = ac_engine_twins_end(e, in, is_good && rc == AC_OK, &file_err);
    e->intakes[in->number] = NULL;
    ac_engine_intake_free(in);
    file->n_open--;
    if (file_rc == AC_OK)
        file_rc = ac_engine_file_end(e, file, &file_err);
    if (rc == AC_OK && file_rc != AC_OK) {
        *err = file_err;
        rc = file_rc;
    }
    return rc;
}

void ac_engine_intake_free(struct intake *in) {
    if (!in)
        return;
    free(in->name);
    free(in->plugin);
    free(in->header);
    free(in->why);
    free(in->skips);
    free(in);
}
