// SPDX-License-Identifier: MIT
// Batches that other runs have under way, with a key of ours among theirs.
//
// Which of two records is newer is known from the ledger once one of them is settled. While one is
// under way in another process, nobody can say which of them the org takes last. So a batch is
// sealed only when no other run has one under way with a key in common, and whoever looks does so
// in the transaction that seals: of any two that meet, the second waits for the first. Should that
// run die, its jobs may go on in the org: the second one stops, and the next run asks about them
// first.
#include "base/log.h"
#include "engine/engine_int.h"
#include <stdlib.h>
#include <string.h>

#define WAIT_MS 200
#define MAX_BATCHES 10000u

struct looking {
    struct ac_engine *e;
    struct flight *f;
    uint64_t *keys; // of the flight, ascending; NULL: nobody has asked for them yet
    size_t n;
    int64_t waits_for; // the batch met last
    int64_t met;       // 0: none
    struct ac_err *err;
    enum ac_rc rc;
};

static int by_value(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static bool add_key(void *arg, uint32_t ordinal, uint64_t key_hash, int64_t version_ms) {
    (void)version_ms;
    struct looking *l = arg;
    if (ac_batch_state(l->f->batch, ordinal) == AC_RECORD_PENDING)
        l->keys[l->n++] = key_hash;
    return true;
}

static enum ac_rc gather_keys(struct looking *l) {
    uint32_t n = ac_batch_n(l->f->batch);
    if (l->keys)
        return AC_OK;
    l->keys = malloc((n + (size_t)1) * sizeof *l->keys);
    if (!l->keys)
        return ac_err_nomem(l->err, "the keys of a batch");
    enum ac_rc rc = ac_batch_each_key(l->f->batch, 0, n, add_key, l, l->err);
    qsort(l->keys, l->n, sizeof *l->keys, by_value);
    return rc;
}

static bool is_ours(void *arg, uint64_t key_hash) {
    struct looking *l = arg;
    return bsearch(&key_hash, l->keys, l->n, sizeof *l->keys, by_value) != NULL;
}

static enum ac_rc left(int64_t batch, struct ac_err *err) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "LEFT_BATCH",
                      "another run with the same records came to no end, and nobody knows yet what "
                      "the org took of them (batch %lld): run again, then that is asked first",
                      (long long)batch);
}

static bool look_at(void *arg, const struct ac_batch_info *info) {
    struct looking *l = arg;
    if (info->state != AC_BATCH_SEALED || info->run == l->e->run ||
        strcmp(info->org, l->e->org_name) != 0 ||
        !ac_str_eq(ac_str_of(info->object), l->f->object->schema->name))
        return true;
    bool is_met = info->id == l->waits_for; // still there
    if (!is_met) {
        l->rc = gather_keys(l);
        if (l->rc == AC_OK)
            l->rc = ac_batch_any_key(l->e->spool_dir, info->id, is_ours, l, &is_met, l->err);
    }
    if (l->rc == AC_OK && is_met && !info->is_alive)
        l->rc = left(info->id, l->err);
    l->met = l->rc == AC_OK && is_met ? info->id : 0;
    return l->rc == AC_OK && !is_met;
}

enum ac_rc ac_engine_meets_other(struct ac_engine *e, struct flight *f, int64_t *met,
                                 struct ac_err *err) {
    struct looking l = {.e = e, .f = f, .waits_for = *met, .err = err};
    *met = 0;
    const struct ac_columns *columns = ac_batch_columns(f->batch);
    if (columns->key < 0 || columns->operation == ACLOAD_FIND) // alone.c has one go at a time
        return AC_OK;
    if (f->object->is_parked) // nothing is sent to it
        return AC_OK;
    enum ac_rc rc = ac_ledger_batches(e->ledger, MAX_BATCHES, look_at, &l, err);
    free(l.keys);
    *met = l.met;
    return rc == AC_OK ? l.rc : rc;
}

// Ours that are under way go on meanwhile: another run may wait for them.
enum ac_rc ac_engine_wait_for_other(struct ac_engine *e, bool is_first, struct ac_err *err) {
    if (is_first)
        ac_log(AC_LOG_INFO, "another run is sending the same records; this one waits for it", NULL);
    enum ac_rc rc = ac_engine_stopped(e, err);
    if (rc == AC_OK)
        rc = ac_engine_pump(e, e->sink.pending(e->sink.self) ? WAIT_MS : 0, err);
    if (rc >= AC_OK && !e->sink.pending(e->sink.self))
        rc = ac_engine_wait(e, WAIT_MS, err);
    return rc < AC_OK ? rc : AC_OK;
}
