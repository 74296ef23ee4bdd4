// SPDX-License-Identifier: MIT
// Two records with one external id: which of them goes.
//
// Keys are noted in the order of their records, but some records later: the memory where a key is
// looked for is far away, and has been asked for meanwhile. So both records stand in batches when
// they meet, and the one that must not go is killed there; it is counted with its batch.
#include "engine/engine_int.h"

struct place { // a record in an open batch
    struct target *t;
    uint32_t ordinal;
    struct ac_batch_record record;
};

// False: it is under way, or settled.
static bool find_number(struct ac_engine *e, const struct object *object, uint32_t number,
                        struct place *place) {
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
                place->t = t;
                place->ordinal = s->range.first + (number - s->next);
                return true;
            }
        }
    }
    return false;
}

static enum ac_rc read_place(struct ac_cursor **cursor, struct place *p, struct ac_err *err) {
    enum ac_rc rc = *cursor ? AC_OK : ac_cursor_open(cursor, p->t->batch, err);
    return rc == AC_OK ? ac_cursor_read(*cursor, p->ordinal, &p->record, err) : rc;
}

static enum ac_record_state state_of(const struct place *p) {
    return ac_batch_state(p->t->batch, p->ordinal);
}

static void kill(const struct place *p, enum ac_record_state state) {
    if (state_of(p) == AC_RECORD_PENDING)
        ac_batch_kill(p->t->batch, p->ordinal, state);
}

static bool same_cells(const struct place *a, const struct place *b) {
    if (a->t != b->t)
        return false;
    for (size_t i = 0; i < a->t->columns.n; i++) {
        ac_str x = a->record.cells[i], y = b->record.cells[i];
        if (ac_is_absent(x) != ac_is_absent(y) || !ac_str_eq(x, y))
            return false;
    }
    return true;
}

static enum ac_rc refuse(struct ac_engine *e, const struct place *p,
                         const struct ac_reply_error *why, struct ac_err *err) {
    if (state_of(p) != AC_RECORD_PENDING)
        return AC_OK;
    kill(p, AC_RECORD_REFUSED);
    return ac_engine_reject(e, e->at, p->t->batch, &p->record.row.origin, p->record.raw,
                            p->t->columns.object.ptr, p->record.cells[p->t->columns.key], why, err);
}

// Nobody knows which one is right: neither goes, if the earlier one has not gone yet.
static enum ac_rc ambiguous(struct ac_engine *e, struct place *mine, struct place *earlier,
                            struct ac_err *err) {
    struct ac_reply_error why = {.code = "AMBIGUOUS_ID"};
    ac_str key = mine->record.cells[mine->t->columns.key];
    if (!earlier) {
        snprintf(why.message, sizeof why.message,
                 "the external id %.*s stands in this input with other values too; this later row "
                 "was not sent (the input is so large that the earlier one was already)",
                 AC_STR_ARG(key));
        return refuse(e, mine, &why, err);
    }
    static const char text[] =
        "the external id %.*s stands in this input with other values too, at line %llu; neither "
        "row was sent";
    unsigned long long line = mine->record.row.origin.line;
    snprintf(why.message, sizeof why.message, text, AC_STR_ARG(key), line);
    enum ac_rc rc = refuse(e, earlier, &why, err);
    line = earlier->record.row.origin.line;
    snprintf(why.message, sizeof why.message, text, AC_STR_ARG(key), line);
    return rc == AC_OK ? refuse(e, mine, &why, err) : rc;
}

// The earlier record stands in an open batch: of this input, or another one's.
static enum ac_rc meet_open(struct ac_engine *e, struct object *o, const struct note *n,
                            bool is_same, struct place *mine, struct place *earlier,
                            struct ac_err *err) {
    struct ac_cursor *cursor = NULL;
    enum ac_rc rc = read_place(&earlier->t->cursor, earlier, err);
    if (rc == AC_OK)
        rc = read_place(&cursor, mine, err);
    int64_t mine_ms = mine->record.row.version_ms, earlier_ms = earlier->record.row.version_ms;
    bool is_own = earlier->record.row.origin.input == mine->record.row.origin.input;
    bool is_ambiguous = is_own && state_of(earlier) == AC_RECORD_REFUSED;
    bool by_version = !is_own || e->at->has_versions;
    if (rc != AC_OK) {
        // The files are ours: this ends the run.
    } else if (is_own && !is_ambiguous &&
               (is_same || (by_version ? mine_ms == earlier_ms : same_cells(mine, earlier)))) {
        kill(mine, AC_RECORD_REPEAT);
    } else if (is_ambiguous || !by_version) {
        rc = ambiguous(e, mine, earlier, err);
    } else if (mine_ms < earlier_ms && state_of(earlier) == AC_RECORD_PENDING) {
        kill(mine, AC_RECORD_SUPERSEDED);
    } else {
        kill(earlier, AC_RECORD_SUPERSEDED);
        rc = ac_keys_replace(o->keys, n->key_hash, n->content, n->number, err);
    }
    ac_cursor_close(cursor);
    return rc;
}

// The earlier record is under way, or settled.
static enum ac_rc meet_gone(struct ac_engine *e, struct object *o, const struct note *n,
                            bool is_same, bool is_own, struct place *mine, struct ac_err *err) {
    if (is_own && is_same) {
        kill(mine, AC_RECORD_REPEAT);
        return AC_OK;
    }
    if (is_own && !e->at->has_versions) {
        struct ac_cursor *cursor = NULL;
        enum ac_rc rc = read_place(&cursor, mine, err);
        if (rc == AC_OK)
            rc = ambiguous(e, mine, NULL, err);
        ac_cursor_close(cursor);
        return rc;
    }
    // Its batch waits for the other's outcome; the ledger then knows which one is newer.
    mine->t->must_wait |= o->n_flights > 0;
    return ac_keys_replace(o->keys, n->key_hash, n->content, n->number, err);
}

static enum ac_rc look_at(struct ac_engine *e, struct object *o, const struct note *n,
                          struct ac_err *err) {
    enum ac_key_seen seen = AC_KEY_NEW;
    struct place mine = {0}, earlier = {0};
    uint32_t number = 0;
    enum ac_rc rc = ac_keys_note(o->keys, n->key_hash, n->content, n->number, &seen, &number, err);
    // A record that is accounted for already is in no batch, and has met whom it had to meet.
    if (rc != AC_OK || seen == AC_KEY_NEW || !find_number(e, o, n->number, &mine))
        return rc;
    bool is_same = seen == AC_KEY_SAME, is_own = number >= o->at_first;
    return find_number(e, o, number, &earlier) ? meet_open(e, o, n, is_same, &mine, &earlier, err)
                                               : meet_gone(e, o, n, is_same, is_own, &mine, err);
}

enum ac_rc ac_engine_note_key(struct ac_engine *e, struct object *o, uint64_t key_hash, ac_str raw,
                              struct ac_err *err) {
    enum ac_rc rc = AC_OK;
    if (o->at_input != e->at->number) { // its first record for this object
        o->at_input = e->at->number;
        o->at_first = o->next;
    }
    if (o->n_notes == AC_ENGINE_NOTES) {
        struct note oldest = o->notes[o->at_note];
        o->at_note = (o->at_note + 1) % AC_ENGINE_NOTES;
        o->n_notes--;
        rc = look_at(e, o, &oldest, err);
    }
    ac_keys_expect(o->keys, key_hash);
    // The text of the row stands for the content of its records: equal rows make equal records.
    // Unequal rows are compared cell by cell, but only when their keys meet.
    o->notes[(o->at_note + o->n_notes++) % AC_ENGINE_NOTES] =
        (struct note){key_hash, (uint32_t)ac_str_hash(raw, 0), o->next};
    return rc;
}

enum ac_rc ac_engine_look_at_keys(struct ac_engine *e, struct ac_err *err) {
    enum ac_rc rc = AC_OK;
    for (size_t i = 0; i < e->n_objects; i++) {
        struct object *o = &e->objects[i];
        while (o->n_notes && rc == AC_OK) {
            struct note oldest = o->notes[o->at_note];
            o->at_note = (o->at_note + 1) % AC_ENGINE_NOTES;
            o->n_notes--;
            rc = look_at(e, o, &oldest, err);
        }
        o->n_notes = 0;
    }
    return rc;
}
