// SPDX-License-Identifier: MIT
// Records on their way into the batch of their object, columns alike.
#include "engine/engine_int.h"
#include <stdlib.h>

static struct target *target_new(struct ac_engine *e, const struct ac_columns *columns,
                                 struct ac_err *err) {
    if (e->n_targets == AC_ENGINE_MAX_TARGETS) {
        ac_err_set(
            err, AC_RUN, AC_CAUSE_STOP, "TOO_MANY_SHAPES",
            "over %u different sets of columns in one run; import the inputs in several runs",
            AC_ENGINE_MAX_TARGETS);
        return NULL;
    }
    struct target *t = ac_arena_zalloc(&e->arena, sizeof *t);
    struct object *object = NULL;
    for (size_t i = 0; i < e->n_objects && !object; i++)
        if (ac_str_eq(e->objects[i].schema->name, columns->object))
            object = &e->objects[i];
    const struct ac_field **fields =
        ac_arena_alloc(&e->arena, (columns->n ? columns->n : 1) * sizeof(struct ac_field *));
    struct ac_field *copies =
        ac_arena_alloc(&e->arena, (columns->n ? columns->n : 1) * sizeof(struct ac_field));
    if (!t || !fields || !copies || !object) {
        ac_err_nomem(err, "the columns of a batch");
        return NULL;
    }
    // Copied whole: a field no schema knows lives only as long as the input that named it.
    for (size_t i = 0; i < columns->n; i++) {
        copies[i] = *columns->fields[i];
        copies[i].name = ac_arena_copy_str(&e->arena, copies[i].name);
        fields[i] = &copies[i];
    }
    t->object = object;
    t->columns = *columns;
    t->columns.object = object->schema->name;
    t->columns.fields = fields;
    e->targets[e->n_targets++] = t;
    return t;
}

static struct target *target_of(struct ac_engine *e, const struct ac_columns *columns,
                                struct ac_err *err) {
    // Columns are fixed from the beginning of an input to its end: compared once, known by their
    // address from then on.
    for (size_t i = 0; i < e->n_targets; i++)
        if (e->targets[i]->alias == columns && e->targets[i]->at_input == e->at->number)
            return e->targets[i];
    struct target *t = NULL;
    for (size_t i = 0; i < e->n_targets && !t; i++)
        if (ac_columns_same(&e->targets[i]->columns, columns))
            t = e->targets[i];
    if (!t)
        t = target_new(e, columns, err);
    if (!t)
        return NULL;
    t->alias = columns;
    t->at_input = e->at->number;
    return t;
}

// What is upserted twice is there once. What is inserted twice is there twice, and only a ledger
// knows that it was: one that lasts, and was not lost.
static enum ac_rc may_insert(const struct ac_engine *e, const struct target *t,
                             struct ac_err *err) {
    if (t->columns.operation == ACLOAD_UPSERT || !e->ledger)
        return AC_OK;
    if (e->options.state_ends)
        return ac_err_set(
            err, AC_RUN, AC_CAUSE_CONFIG, "INSERTS_NEED_STATE",
            "nothing is inserted into %.*s where the state does not last: a message "
            "that came again would insert its rows again. Import them by `acload "
            "run`, or by a worker whose state directory is kept (no --ephemeral), or have "
            "them upserted by a field that is an external id",
            AC_STR_ARG(t->columns.object));
    if (ac_ledger_doubt(e->ledger) == INT64_MAX)
        return AC_OK;
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "INSERTS_IN_DOUBT",
                      "nothing is inserted into %.*s: the ledger was lost, and the same rows may "
                      "be there already; `acload status --rebuild` asks the org",
                      AC_STR_ARG(t->columns.object));
}

static enum ac_rc target_open(struct ac_engine *e, struct target *t, struct ac_err *err) {
    int64_t id = (int64_t)++e->n_batches;
    enum ac_rc rc = may_insert(e, t, err);
    if (rc == AC_OK && e->ledger)
        rc = ac_ledger_batch_begin(e->ledger, e->run, e->org_name, t->columns.object.ptr,
                                   t->columns.operation, e->spool_dir, &id, err);
    if (rc == AC_OK)
        rc = ac_batch_open(&t->batch, e->spool_dir, id, &t->columns, err);
    if (rc == AC_OK && !e->ledger)
        ac_batch_set_temporary(t->batch, e->options.results_dir != NULL);
    t->n_spans = 0;
    t->must_wait = t->has_multi = false;
    t->oldest_ms = INT64_MAX;
    return rc;
}

// Notes that the next record of the batch belongs to that row of the input.
static enum ac_rc span_add(struct target *t, uint32_t input, uint32_t ordinal, uint64_t row,
                           struct ac_err *err) {
    struct span *last = t->n_spans ? &t->spans[t->n_spans - 1] : NULL;
    if (last && last->range.input == input && last->next + last->range.n == t->object->next) {
        last->range.n++;
        last->range.row_last = row;
        return AC_OK;
    }
    if (!t->spans || t->n_spans == t->max_spans) {
        size_t max = t->max_spans ? t->max_spans * 2 : 16;
        struct span *more = realloc(t->spans, max * sizeof *more);
        if (!more)
            return ac_err_nomem(err, "the ranges of a batch");
        t->spans = more;
        t->max_spans = max;
    }
    t->spans[t->n_spans++] = (struct span){{input, ordinal, 1, row, row}, t->object->next};
    return AC_OK;
}

// Settled before a crash cut this input off: it is in the counts of its range.
static bool is_accounted_for(const struct intake *in, const struct object *object,
                             const struct ac_batch_row *row) {
    uint64_t number = row->origin.number;
    for (size_t i = 0; i < in->n_skips; i++)
        if (in->skips[i].object == object && number >= in->skips[i].row_first &&
            number <= in->skips[i].row_last)
            return true;
    return false;
}

static enum ac_rc add(struct ac_engine *e, struct target *t, const struct acload_record *r,
                      const struct ac_batch_row *row, struct ac_err *err) {
    uint32_t ordinal = 0;
    enum ac_rc rc = ac_batch_add(t->batch, r->cells, row, &ordinal, err);
    if (rc == AC_OK)
        rc = span_add(t, e->at->number, ordinal, row->origin.number, err);
    if (rc != AC_OK)
        return rc;
    if (row->version_ms < t->oldest_ms)
        t->oldest_ms = row->version_ms;
    t->has_multi |= row->n_row_records > 1;
    e->at->n_pending++;
    e->at->n_open++;
    e->stats.n_pending++;
    return AC_OK;
}

// Every record goes into its batch; what its key meets there is looked at a little later (meet.c).
static enum ac_rc add_record(struct ac_engine *e, const struct acload_record *r, uint32_t n_records,
                             struct ac_err *err) {
    struct target *t = target_of(e, r->columns, err);
    if (!t)
        return err->rc;
    if (t->object->is_parked)
        return ac_engine_put_off(e, t->object, r->parent, n_records, err);
    enum ac_rc rc = t->batch ? AC_OK : target_open(e, t, err);
    if (rc != AC_OK)
        return rc;
    bool has_version = r->version_ms != INT64_MIN;
    struct ac_batch_row row = {.origin = r->parent->origin,
                               .raw = r->parent->raw,
                               .version_ms = has_version ? r->version_ms : e->at->version_ms,
                               .n_row_records = n_records};
    e->at->has_versions |= has_version;
    bool is_skipped = n_records == 1 && e->at->n_skips && is_accounted_for(e->at, t->object, &row);
    if (t->columns.key >= 0) {
        row.key_hash = ac_columns_key_hash(r->columns, r->cells);
        rc = ac_engine_note_key(e, t->object, row.key_hash, row.raw, err);
    }
    if (rc == AC_OK && !is_skipped)
        rc = add(e, t, r, &row, err);
    t->object->next++; // a skipped record's number stands for one that is nowhere any more
    return rc;
}

enum ac_rc ac_engine_made(void *engine, const struct acload_row *row, struct acload_record *records,
                          struct ac_err *err) {
    struct ac_engine *e = engine;
    uint32_t n = 0;
    for (const struct acload_record *r = records; r; r = r->next)
        n++;
    if (n > 1) {
        enum ac_rc rc = AC_OK;
        if (e->at->file->retry)
            rc = ac_engine_retry_made(e, row, records, n, err);
        if (rc != AC_OK)
            return rc == AC_ROW ? AC_OK : rc;
        e->at->has_multi = true;
        rc = ac_engine_rows_expect(e, row->origin.input, row->origin.number, n, err);
        if (rc != AC_OK)
            return rc;
    }
    for (const struct acload_record *r = records; r; r = r->next) {
        enum ac_rc rc = add_record(e, r, n, err);
        if (rc != AC_OK)
            return rc;
    }
    return ac_engine_seal_large(e, err);
}
