// SPDX-License-Identifier: MIT
// Records put into the batch of their object, where the same external id twice is noticed.
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

static enum ac_rc target_open(struct ac_engine *e, struct target *t, struct ac_err *err) {
    int64_t id = (int64_t)++e->n_batches;
    enum ac_rc rc = AC_OK;
    if (e->ledger)
        rc = ac_ledger_batch_begin(e->ledger, e->run, e->org_name, t->columns.object.ptr,
                                   t->columns.operation, e->spool_dir, &id, err);
    if (rc == AC_OK)
        rc = ac_batch_open(&t->batch, e->spool_dir, id, &t->columns, err);
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
    if (t->n_spans == t->max_spans) {
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

// Which open batch holds the record of that number? NULL: it is under way, or settled.
static struct target *find_number(struct ac_engine *e, const struct object *object, uint32_t number,
                                  uint32_t *ordinal) {
    for (size_t i = 0; i < e->n_targets; i++) {
        struct target *t = e->targets[i];
        if (t->object != object || !t->batch)
            continue;
        for (size_t lo = 0, hi = t->n_spans; lo < hi;) {
            size_t mid = lo + (hi - lo) / 2;
            const struct span *s = &t->spans[mid];
            if (number < s->next)
                hi = mid;
            else if (number >= s->next + s->range.n)
                lo = mid + 1;
            else {
                *ordinal = s->range.first + (number - s->next);
                return t;
            }
        }
    }
    return NULL;
}

static enum ac_rc read_open(struct target *t, uint32_t ordinal, struct ac_batch_record *out,
                            struct ac_err *err) {
    if (!t->cursor) {
        enum ac_rc rc = ac_cursor_open(&t->cursor, t->batch, err);
        if (rc != AC_OK)
            return rc;
    }
    return ac_cursor_read(t->cursor, ordinal, out, err);
}

static bool same_cells(const struct acload_record *r, const struct ac_batch_record *earlier) {
    for (size_t i = 0; i < r->columns->n; i++) {
        ac_str a = r->cells[i], b = earlier->cells[i];
        if (ac_is_absent(a) != ac_is_absent(b))
            return false;
        if (!ac_str_eq(a, b))
            return false;
    }
    return true;
}

// What an incoming record met: another one with its key.
enum met { MET_NOBODY, MET_SAME, MET_AMBIGUOUS, MET_NEWER, MET_OLDER };

struct meeting {
    struct target *holder; // the open batch with the earlier record; NULL: not in an open one
    uint32_t ordinal;
    struct ac_batch_record record;
};

// Two records of one input with one key. Where rows say how new they are, the newer one is right.
static enum met compare(struct ac_engine *e, const struct target *t, const struct acload_record *r,
                        enum ac_key_seen seen, const struct meeting *m) {
    int64_t earlier_ms = m->record.row.version_ms;
    bool is_dead = ac_batch_state(m->holder->batch, m->ordinal) == AC_RECORD_DEAD;
    if (m->record.row.origin.input != e->at->number) {
        bool is_newer = e->at->version_ms >= earlier_ms;
        if (r->version_ms != INT64_MIN)
            is_newer = r->version_ms >= earlier_ms;
        return is_dead || is_newer ? MET_OLDER : MET_NEWER;
    }
    if (seen == AC_KEY_SAME)
        return MET_SAME;
    if (r->version_ms != INT64_MIN)
        return r->version_ms > earlier_ms   ? MET_OLDER
               : r->version_ms < earlier_ms ? MET_NEWER
                                            : MET_SAME;
    bool is_same = m->holder == t && !is_dead && same_cells(r, &m->record);
    return is_same ? MET_SAME : MET_AMBIGUOUS;
}

static enum ac_rc meet(struct ac_engine *e, struct target *t, const struct acload_record *r,
                       uint32_t number, enum ac_key_seen seen, enum met *met, struct meeting *m,
                       struct ac_err *err) {
    m->holder = find_number(e, t->object, number, &m->ordinal);
    if (!m->holder) {
        // Under way or settled. The same input: nobody knows which is right, but the earlier one
        // is gone; another input, or rows with versions: this one must wait for the other's
        // outcome, and the ledger then knows which is newer.
        bool is_own = t->object->at_input == e->at->number && number >= t->object->at_first;
        *met = is_own && seen == AC_KEY_SAME          ? MET_SAME
               : is_own && r->version_ms == INT64_MIN ? MET_AMBIGUOUS
                                                      : MET_OLDER;
        return AC_OK;
    }
    enum ac_rc rc = read_open(m->holder, m->ordinal, &m->record, err);
    if (rc == AC_OK)
        *met = compare(e, t, r, seen, m);
    return rc;
}

// Both rows are rejected: nobody knows which one is right. What was in a batch is counted with it.
static enum ac_rc ambiguous(struct ac_engine *e, struct target *t, const struct acload_record *r,
                            struct meeting *m, struct ac_err *err) {
    ac_str key = r->cells[r->columns->key];
    struct ac_reply_error why = {.code = "AMBIGUOUS_ID"};
    const char *object = t->columns.object.ptr;
    if (m->holder && ac_batch_state(m->holder->batch, m->ordinal) == AC_RECORD_PENDING) {
        snprintf(why.message, sizeof why.message,
                 "the external id %.*s stands in this input with other values too, at line %llu; "
                 "neither row was sent",
                 AC_STR_ARG(key), (unsigned long long)r->parent->origin.line);
        ac_batch_kill(m->holder->batch, m->ordinal, AC_RECORD_REFUSED);
        enum ac_rc rc = ac_engine_reject(e, e->at, m->holder->batch, &m->record.row.origin,
                                         m->record.raw, object, key, &why, err);
        if (rc != AC_OK)
            return rc;
        snprintf(why.message, sizeof why.message,
                 "the external id %.*s stands in this input with other values too, at line %llu; "
                 "neither row was sent",
                 AC_STR_ARG(key), (unsigned long long)m->record.row.origin.line);
    } else {
        snprintf(why.message, sizeof why.message,
                 "the external id %.*s stands in this input with other values too; this later row "
                 "was not sent%s",
                 AC_STR_ARG(key),
                 m->holder ? "" : " (the input is so large that the earlier one was already)");
    }
    e->at->counts.made++;
    e->at->counts.refused++;
    return ac_engine_reject(e, e->at, NULL, &r->parent->origin, r->parent->raw, object, key, &why,
                            err);
}

static void supersede(struct meeting *m) {
    if (m->holder && ac_batch_state(m->holder->batch, m->ordinal) == AC_RECORD_PENDING)
        ac_batch_kill(m->holder->batch, m->ordinal, AC_RECORD_SUPERSEDED);
}

static enum ac_rc add(struct ac_engine *e, struct target *t, const struct acload_record *r,
                      const struct ac_batch_row *row, struct ac_err *err) {
    uint32_t ordinal = 0;
    enum ac_rc rc = ac_batch_add(t->batch, r->cells, row, &ordinal, err);
    if (rc == AC_OK)
        rc = span_add(t, e->at->number, ordinal, row->origin.number, err);
    if (rc != AC_OK)
        return rc;
    t->object->next++;
    if (row->version_ms < t->oldest_ms)
        t->oldest_ms = row->version_ms;
    t->has_multi |= row->n_row_records > 1;
    e->at->n_pending++;
    e->at->n_open++;
    e->stats.n_pending++;
    return AC_OK;
}

static enum ac_rc met_somebody(struct ac_engine *e, struct target *t, const struct acload_record *r,
                               const struct ac_batch_row *row, uint32_t content, uint32_t number,
                               enum ac_key_seen seen, struct ac_err *err) {
    enum met met = MET_NOBODY;
    struct meeting m = {0};
    enum ac_rc rc = meet(e, t, r, number, seen, &met, &m, err);
    if (rc != AC_OK)
        return rc;
    switch (met) {
    case MET_SAME: // a repeat: left out
        return ac_engine_row_outcome(e, e->at, row, AC_RECORD_DEAD, err);
    case MET_AMBIGUOUS:
        rc = ambiguous(e, t, r, &m, err);
        return rc != AC_OK ? rc : ac_engine_row_outcome(e, e->at, row, AC_RECORD_REFUSED, err);
    case MET_NEWER:
        e->at->counts.made++;
        e->at->counts.superseded++;
        return ac_engine_row_outcome(e, e->at, row, AC_RECORD_SUPERSEDED, err);
    case MET_OLDER:
        if (!m.holder && t->object->n_flights)
            t->must_wait = true;
        supersede(&m);
        rc = ac_keys_replace(t->object->keys, row->key_hash, content, t->object->next, err);
        break;
    case MET_NOBODY:
        break;
    }
    return rc != AC_OK ? rc : add(e, t, r, row, err);
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

static enum ac_rc add_record(struct ac_engine *e, const struct acload_record *r, uint32_t n_records,
                             uint32_t content, struct ac_err *err) {
    struct target *t = target_of(e, r->columns, err);
    if (!t)
        return err->rc;
    if (!t->batch) {
        enum ac_rc rc = target_open(e, t, err);
        if (rc != AC_OK)
            return rc;
    }
    struct ac_batch_row row = {.origin = r->parent->origin,
                               .raw = r->parent->raw,
                               .version_ms =
                                   r->version_ms != INT64_MIN ? r->version_ms : e->at->version_ms,
                               .n_row_records = n_records};
    bool is_skipped = n_records == 1 && e->at->n_skips && is_accounted_for(e->at, t->object, &row);
    if (t->columns.key < 0)
        return is_skipped ? AC_OK : add(e, t, r, &row, err);
    if (t->object->at_input != e->at->number) { // its first record for this object
        t->object->at_input = e->at->number;
        t->object->at_first = t->object->next;
    }
    row.key_hash = ac_columns_key_hash(r->columns, r->cells);
    enum ac_key_seen seen = AC_KEY_NEW;
    uint32_t number = 0;
    enum ac_rc rc =
        ac_keys_note(t->object->keys, row.key_hash, content, t->object->next, &seen, &number, err);
    if (rc != AC_OK)
        return rc;
    if (is_skipped) { // its number stands for a record that is nowhere any more
        t->object->next++;
        return AC_OK;
    }
    if (seen == AC_KEY_NEW)
        return add(e, t, r, &row, err);
    return met_somebody(e, t, r, &row, content, number, seen, err);
}

enum ac_rc ac_engine_made(void *engine, const struct acload_row *row, struct acload_record *records,
                          struct ac_err *err) {
    struct ac_engine *e = engine;
    uint32_t n = 0;
    for (const struct acload_record *r = records; r; r = r->next)
        n++;
    // The text of the row stands for the content of its records: equal rows make equal records.
    // Unequal rows are compared cell by cell, but only when their keys meet.
    uint32_t content = (uint32_t)ac_str_hash(row->raw, 0);
    if (n > 1) {
        e->at->has_multi = true;
        enum ac_rc rc = ac_engine_rows_expect(e, row->origin.input, row->origin.number, n, err);
        if (rc != AC_OK)
            return rc;
    }
    for (const struct acload_record *r = records; r; r = r->next) {
        enum ac_rc rc = add_record(e, r, n, content, err);
        if (rc != AC_OK)
            return rc;
    }
    return ac_engine_seal_large(e, err);
}
