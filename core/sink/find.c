// SPDX-License-Identifier: MIT
// Records found by a field that is no external id: the org is asked before anything is written.
//
// Such a batch goes in three steps. Jobs that a run has left which died are asked about first, so
// that none of them is at work any more. Then the org is asked for the records, some hundred keys
// at a time; those that it has are updated by their ids. What it has not goes into bulk jobs, as
// inserts do. When nobody can tell what a job did, the org is asked for its records again.
#include "org/query.h"
#include "sink/sink_int.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUESTION_BYTES 12000u // of a question in a URL, percent-encoded

struct question {
    struct ac_shipment *s;
    struct ac_found keys;                // all that are asked for
    uint64_t hashes[AC_COLLECTIONS_MAX]; // of their keys
    char name[256];                      // of the key
    ac_str *cells;                       // room for a record's, of which only the key is set
    uint32_t next;                       // the ordinal behind the last one
    struct ac_buf text;
};

static void question_free(struct question *q) {
    free(q->cells);
    ac_buf_free(&q->text);
}

static bool is_find(const struct ac_shipment *s) {
    return ac_batch_columns(s->batch)->operation == ACLOAD_FIND;
}

// --- the question

static size_t url_bytes(ac_str text) {
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool is_plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
        n += is_plain || c == '-' || c == '_' || c == '.' || c == '~' ? 1 : c < ' ' ? 8 : 6;
    }
    return n + sizeof "%27%27%2C";
}

static enum ac_rc add_key(struct question *q, uint32_t ordinal, ac_str key, struct ac_err *err) {
    const struct ac_columns *columns = ac_batch_columns(q->s->batch);
    q->keys.ordinals[q->keys.n] = ordinal;
    q->cells[columns->key] = key;
    q->hashes[q->keys.n] = ac_columns_key_hash(columns, q->cells);
    return ac_soql_format(&q->text, q->keys.n++ ? ",%t" : "%t", &key, 1, err);
}

static enum ac_rc begin(struct question *q, struct ac_err *err) {
    const struct ac_columns *columns = ac_batch_columns(q->s->batch);
    ac_str name = columns->fields[columns->key]->name, names[] = {name, columns->object, name};
    q->cells = calloc(columns->n, sizeof *q->cells);
    if (!q->cells)
        return ac_err_nomem(err, "a question to the org");
    snprintf(q->name, sizeof q->name, "%.*s", AC_STR_ARG(name));
    return ac_soql_format(&q->text, "SELECT Id,%n FROM %n WHERE %n IN (", names, AC_N(names), err);
}

// The keys of the next records that are pending.
static enum ac_rc write(struct question *q, struct ac_err *err) {
    struct ac_shipment *s = q->s;
    size_t bytes = 0;
    enum ac_rc rc = begin(q, err);
    if (rc == AC_OK)
        rc = ac_sf_cursor(s, err);
    for (q->next = s->next_ordinal; rc == AC_OK && q->next < ac_batch_n(s->batch); q->next++) {
        struct ac_batch_record record;
        if (ac_batch_state(s->batch, q->next) != AC_RECORD_PENDING)
            continue;
        rc = ac_cursor_read(s->cursor, q->next, &record, err);
        if (rc != AC_OK)
            return rc;
        ac_str key = record.cells[ac_batch_columns(s->batch)->key];
        bytes += url_bytes(key);
        if (q->keys.n == AC_COLLECTIONS_MAX || (q->keys.n && bytes > QUESTION_BYTES))
            break;
        rc = add_key(q, q->next, key, err);
    }
    if (rc == AC_OK && !ac_buf_add_char(&q->text, ')'))
        rc = ac_err_nomem(err, "a question to the org");
    return rc;
}

// --- the answer

// Of several records with the same key it is the one with the lowest id, every time.
static enum ac_rc on_record(void *arg, const ac_str *cells, struct ac_err *err) {
    struct question *q = arg;
    const struct ac_columns *columns = ac_batch_columns(q->s->batch);
    if (!cells[0].len || cells[0].len > AC_FOUND_ID_MAX)
        return ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "BAD_REPLY",
                          "the org answered a question with a record without an id");
    q->cells[columns->key] = cells[1];
    uint64_t hash = cells[1].len ? ac_columns_key_hash(columns, q->cells) : 0;
    for (uint32_t i = 0; i < q->keys.n; i++) {
        char *id = q->keys.ids[i];
        if (q->hashes[i] == hash && (!*id || strncmp(cells[0].ptr, id, cells[0].len) < 0))
            snprintf(id, sizeof q->keys.ids[i], "%.*s", AC_STR_ARG(cells[0]));
    }
    return AC_OK;
}

static void take_found(const struct question *q, struct ac_found *out) {
    for (uint32_t i = 0; i < q->keys.n; i++) {
        if (!q->keys.ids[i][0])
            continue;
        out->ordinals[out->n] = q->keys.ordinals[i];
        memcpy(out->ids[out->n++], q->keys.ids[i], sizeof *out->ids);
    }
}

static void ask_later(struct ac_shipment *s, const struct ac_err *err) {
    struct ac_org_failure why = ac_org_failure(s->sf->org);
    struct ac_retry_verdict v = ac_sf_decide(s->sf, why.outcome, &s->asking, why.retry_after_ms, 1);
    struct ac_reply_error error = {.fields = ""};
    snprintf(error.code, sizeof error.code, "%s", err->code);
    snprintf(error.message, sizeof error.message, "%.500s", err->text);
    if (v.what != AC_RETRY_WAIT) {
        ac_sf_stop(s, AC_OUT_RETRY, &error, "the org does not say which records it has");
        return;
    }
    ac_sf_wait_told(s, &s->asking, v.wait_ms, why.outcome, &error);
    if (s->asking.due_ms <= s->sf->started_ms) // later than what is done now
        s->asking.due_ms = s->sf->started_ms + 1;
}

bool ac_find_next(struct ac_shipment *s, struct ac_found *out) {
    struct ac_sf *sf = s->sf;
    out->n = 0;
    while (!out->n && !ac_sf_is_ending(s) && s->next_ordinal < ac_batch_n(s->batch) &&
           s->asking.due_ms <= sf->started_ms) {
        AC_CLEANUP(question_free) struct question q = {.s = s};
        struct ac_err err = AC_ERR_INIT;
        ac_buf_init(&q.text, (size_t)64 * 1024);
        const char *names[] = {"Id", q.name};
        enum ac_rc rc = write(&q, &err);
        if (rc == AC_OK && q.keys.n)
            rc = ac_sf_may_begin(sf, &err);
        if (rc == AC_OK && q.keys.n)
            rc = ac_soql_run(sf->org, ac_buf_str(&q.text), names, AC_N(names), on_record, &q, NULL,
                             &err);
        if (rc == AC_AGAIN) {
            ask_later(s, &err);
            return false;
        }
        if (rc != AC_OK) {
            ac_sf_fail_for(s, &err);
            return false;
        }
        s->asking.attempt = 1;
        s->asking.waited_ms = 0;
        s->next_ordinal = q.next;
        take_found(&q, out);
    }
    return out->n > 0;
}

// --- the steps

void ac_find_begin(struct ac_shipment *s) {
    s->asking = s->rounds = ac_sf_tries(s->sf);
    s->is_bulk = s->n_left > 0;
    if (s->is_bulk) // nothing new until all of them are over
        s->next_ordinal = ac_batch_n(s->batch);
    s->has_found = false;
}

void ac_find_turn(struct ac_shipment *s) {
    bool is_over = s->next_ordinal >= ac_batch_n(s->batch) && !s->calls && !s->jobs;
    if (!is_find(s) || !is_over || ac_sf_is_ending(s))
        return;
    if (!s->is_bulk) { // what is pending still is nowhere in the org
        s->is_bulk = s->has_found = true;
        s->next_ordinal = 0;
    } else if (s->at_left == s->n_left && (!s->has_found || s->is_doubtful)) {
        s->is_bulk = s->has_found = s->is_doubtful = false;
        s->next_ordinal = 0;
    }
}

bool ac_find_again(struct ac_shipment *s) {
    if (!is_find(s))
        return false;
    if (s->is_doubtful || !s->has_found) // it is asked all the same
        return true;
    struct ac_retry_verdict v = ac_sf_decide(s->sf, AC_OUT_RETRY_FEW, &s->rounds, -1, 1);
    if (v.what != AC_RETRY_WAIT)
        return false;
    ac_sf_wait(s->sf, &s->rounds, v.wait_ms);
    s->asking.due_ms = s->rounds.due_ms;
    s->is_doubtful = true;
    return true;
}
