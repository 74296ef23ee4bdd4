// SPDX-License-Identifier: MIT
// Versions of keys put or asked for.
#include "ledger/version.h"
#include "ledger/merge.h"
#include <stdlib.h>

#define ASKING "reading the versions of keys"
#define PUTTING "keeping the versions of keys"

// The object's number with its highest version; AC_END: nothing was ever put.
static enum ac_rc find_object(struct ac_ledger *l, const char *org, const char *object, int64_t *id,
                              int64_t *newest_ms, struct ac_err *err) {
    AC_CLEANUP(ac_query_close) struct ac_query q = ac_query_open(l, AC_SQL_OBJECT_GET, ASKING);
    ac_query_text(&q, org);
    ac_query_text(&q, object);
    enum ac_rc rc = ac_query_step(&q, err);
    if (rc != AC_OK)
        return rc;
    *id = ac_query_get_int(&q, 0);
    *newest_ms = ac_query_get_int(&q, 1);
    return AC_OK;
}

static enum ac_rc add_object(struct ac_ledger *l, const char *org, const char *object, int64_t *id,
                             struct ac_err *err) {
    AC_CLEANUP(ac_query_close) struct ac_query q = ac_query_open(l, AC_SQL_OBJECT_ADD, PUTTING);
    ac_query_text(&q, org);
    ac_query_text(&q, object);
    ac_query_int(&q, INT64_MIN);
    enum ac_rc rc = ac_query_run(&q, err);
    if (rc == AC_OK)
        *id = sqlite3_last_insert_rowid(l->db);
    return rc;
}

static enum ac_rc raise_newest(struct ac_ledger *l, int64_t object, int64_t newest_ms,
                               struct ac_err *err) {
    AC_CLEANUP(ac_query_close) struct ac_query q = ac_query_open(l, AC_SQL_OBJECT_NEWEST, PUTTING);
    ac_query_int(&q, object);
    ac_query_int(&q, newest_ms);
    return ac_query_run(&q, err);
}

enum ac_rc ac_ledger_version_max(struct ac_ledger *l, const char *org, const char *object,
                                 int64_t *version_ms, struct ac_err *err) {
    int64_t id;
    *version_ms = INT64_MIN;
    enum ac_rc rc = find_object(l, org, object, &id, version_ms, err);
    return rc < AC_OK ? rc : AC_OK;
}

// --- asking

struct asking {
    struct ac_ledger *l;
    const struct ac_version *keys;
    int64_t *recorded_ms; // the highest found so far, key by key; at first the caller's own
    size_t n;
};

static enum ac_rc ask_run(struct asking *a, int64_t run, int64_t newest_ms, struct ac_err *err) {
    struct ac_key_reader r;
    ac_key_reader_init(&r, a->l, run);
    enum ac_rc rc = AC_OK;
    for (size_t i = 0; i < a->n && rc == AC_OK; i++) {
        if (a->recorded_ms[i] >= newest_ms)
            continue;
        rc = ac_key_reader_seek(&r, a->keys[i].key_hash, err);
        bool is_there = rc == AC_OK && r.here.key_hash == a->keys[i].key_hash;
        if (is_there && r.here.version_ms > a->recorded_ms[i])
            a->recorded_ms[i] = r.here.version_ms;
    }
    ac_key_reader_free(&r);
    return rc < AC_OK ? rc : AC_OK;
}

static enum ac_rc ask_runs(struct asking *a, int64_t object, int64_t oldest_ms,
                           struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(a->l, AC_SQL_VERSION_RUNS_NEWER, ASKING);
    ac_query_int(&q, object);
    ac_query_int(&q, oldest_ms);
    for (;;) {
        enum ac_rc rc = ac_query_step(&q, err);
        if (rc == AC_OK)
            rc = ask_run(a, ac_query_get_int(&q, 0), ac_query_get_int(&q, 1), err);
        if (rc != AC_OK)
            return rc == AC_END ? AC_OK : rc;
    }
}

static enum ac_rc ask(struct asking *a, const char *org, const char *object, struct ac_err *err) {
    int64_t oldest_ms = INT64_MAX, id, newest_ms;
    for (size_t i = 0; i < a->n; i++) {
        a->recorded_ms[i] = a->keys[i].version_ms;
        if (a->keys[i].version_ms < oldest_ms)
            oldest_ms = a->keys[i].version_ms;
    }
    enum ac_rc rc = find_object(a->l, org, object, &id, &newest_ms, err);
    if (rc == AC_OK && newest_ms > oldest_ms)
        rc = ask_runs(a, id, oldest_ms, err);
    return rc < AC_OK ? rc : AC_OK;
}

enum ac_rc ac_ledger_version_newer(struct ac_ledger *l, const char *org, const char *object,
                                   struct ac_version *keys, size_t n,
                                   void (*newer)(void *arg, const struct ac_version *key,
                                                 int64_t recorded_ms),
                                   void *arg, struct ac_err *err) {
    if (!n)
        return AC_OK;
    ac_version_sort(keys, n);
    struct asking a = {l, keys, malloc(n * sizeof(int64_t)), n};
    if (!a.recorded_ms)
        return ac_err_nomem(err, "versions of keys");
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_READ, err);
    if (rc == AC_OK)
        rc = ac_ledger_tx_end(l, ask(&a, org, object, err), err);
    // Only now: the callback may do with the ledger what it likes.
    for (size_t i = 0; i < n && rc == AC_OK; i++)
        if (a.recorded_ms[i] > keys[i].version_ms)
            newer(arg, &keys[i], a.recorded_ms[i]);
    free(a.recorded_ms);
    return rc;
}

// --- putting

static enum ac_rc write_run(struct ac_ledger *l, int64_t object, const struct ac_version *keys,
                            size_t n, unsigned *level, struct ac_err *err) {
    struct ac_key_writer *w = NULL;
    enum ac_rc rc = ac_key_writer_open(&w, l, object, err);
    for (size_t i = 0; i < n && rc == AC_OK; i++)
        rc = ac_key_writer_add(w, &keys[i], err);
    if (rc == AC_OK)
        rc = ac_key_writer_end(w, level, err);
    if (rc == AC_OK)
        rc = raise_newest(l, object, w->newest_ms, err);
    ac_key_writer_free(w);
    return rc;
}

static enum ac_rc put(struct ac_ledger *l, const char *org, const char *object,
                      const struct ac_version *keys, size_t n, struct ac_err *err) {
    int64_t id = 0, newest_ms;
    unsigned level = 0;
    enum ac_rc rc = find_object(l, org, object, &id, &newest_ms, err);
    if (rc == AC_END)
        rc = add_object(l, org, object, &id, err);
    if (rc == AC_OK)
        rc = write_run(l, id, keys, n, &level, err);
    return rc == AC_OK ? ac_ledger_merge(l, id, level, err) : rc;
}

enum ac_rc ac_ledger_version_put(struct ac_ledger *l, const char *org, const char *object,
                                 struct ac_version *keys, size_t n, struct ac_err *err) {
    if (!n)
        return AC_OK;
    ac_version_sort(keys, n);
    // What the org holds was told by the org; a batch is settled, on disk, after its versions.
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_LAG, err);
    return rc == AC_OK ? ac_ledger_tx_end(l, put(l, org, object, keys, n, err), err) : rc;
}
