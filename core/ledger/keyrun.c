// SPDX-License-Identifier: MIT
// A run of keys written or read part by part.
#include "ledger/version.h"
#include <stdlib.h>

#define BODY_BYTES (64u * 1024) // more than any part

// Keys have all 64 bits; SQLite's numbers have a sign. This keeps their order.
static int64_t key_number(uint64_t key) { return (int64_t)(key ^ (uint64_t)INT64_MIN); }

void ac_key_reader_init(struct ac_key_reader *r, struct ac_ledger *l, int64_t run) {
    *r = (struct ac_key_reader){.l = l, .run = run};
    ac_buf_init(&r->body, BODY_BYTES);
}

void ac_key_reader_free(struct ac_key_reader *r) { ac_buf_free(&r->body); }

static enum ac_rc damaged(const struct ac_key_reader *r, struct ac_err *err) {
    return ac_ledger_fail(r->l, SQLITE_CORRUPT, "reading the versions of keys", err);
}

// The part that would hold the key: the first whose last key is not below it.
static enum ac_rc load(struct ac_key_reader *r, uint64_t key, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q =
        ac_query_open(r->l, AC_SQL_VERSION_PART_FROM, "reading the versions of keys");
    ac_query_int(&q, r->run);
    ac_query_int(&q, key_number(key));
    r->part.n = r->at = 0;
    enum ac_rc rc = ac_query_step(&q, err);
    if (rc != AC_OK)
        return rc;
    // Kept: the statement is used by others meanwhile.
    ac_str body = ac_query_get_blob(&q, 0);
    ac_buf_clear(&r->body);
    if (body.len > BODY_BYTES)
        return damaged(r, err);
    if (!ac_buf_add_str(&r->body, body))
        return ac_err_nomem(err, "versions of keys");
    if (!ac_part_decode(&r->part, r->run, ac_buf_str(&r->body))) {
        r->part.n = 0;
        return damaged(r, err);
    }
    return AC_OK;
}

static void stand(struct ac_key_reader *r) {
    r->here.key_hash = ac_part_key(&r->part, r->at);
    r->here.version_ms = ac_part_version(&r->part, r->at);
}

enum ac_rc ac_key_reader_seek(struct ac_key_reader *r, uint64_t key, struct ac_err *err) {
    if (r->part.n)
        r->at = ac_part_find(&r->part, r->at, key);
    if (r->at == r->part.n) {
        enum ac_rc rc = load(r, key, err);
        if (rc != AC_OK)
            return rc;
        r->at = ac_part_find(&r->part, 0, key);
        if (r->at == r->part.n)
            return damaged(r, err); // not what its last key promised
    }
    stand(r);
    return AC_OK;
}

enum ac_rc ac_key_reader_next(struct ac_key_reader *r, struct ac_err *err) {
    if (r->at + 1 < r->part.n) {
        r->at++;
        stand(r);
        return AC_OK;
    }
    if (r->here.key_hash == UINT64_MAX)
        return AC_END;
    return ac_key_reader_seek(r, r->here.key_hash + 1, err);
}

enum ac_rc ac_key_writer_open(struct ac_key_writer **out, struct ac_ledger *l, int64_t object,
                              struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_VERSION_RUN_ADD, "keeping the versions of keys");
    ac_query_int(&q, object);
    *out = NULL;
    enum ac_rc rc = ac_query_run(&q, err);
    if (rc != AC_OK)
        return rc;
    struct ac_key_writer *w = malloc(sizeof *w);
    if (!w)
        return ac_err_nomem(err, "versions of keys");
    w->l = l;
    w->run = sqlite3_last_insert_rowid(l->db);
    w->n = w->n_part = 0;
    w->newest_ms = INT64_MIN;
    ac_buf_init(&w->body, BODY_BYTES);
    *out = w;
    return AC_OK;
}

void ac_key_writer_free(struct ac_key_writer *w) {
    if (!w)
        return;
    ac_buf_free(&w->body);
    free(w);
}

static enum ac_rc write_part(struct ac_key_writer *w, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q =
        ac_query_open(w->l, AC_SQL_VERSION_PART_ADD, "keeping the versions of keys");
    if (!ac_part_encode(&w->body, w->run, w->part, w->n_part))
        return ac_err_nomem(err, "versions of keys");
    ac_query_int(&q, w->run);
    ac_query_int(&q, key_number(w->part[w->n_part - 1].key_hash));
    ac_query_blob(&q, ac_buf_str(&w->body));
    w->n += w->n_part;
    w->n_part = 0;
    return ac_query_run(&q, err);
}

enum ac_rc ac_key_writer_add(struct ac_key_writer *w, const struct ac_version *key,
                             struct ac_err *err) {
    if (key->version_ms > w->newest_ms)
        w->newest_ms = key->version_ms;
    struct ac_version *last = w->n_part ? &w->part[w->n_part - 1] : NULL;
    if (last && last->key_hash == key->key_hash) {
        if (key->version_ms > last->version_ms)
            last->version_ms = key->version_ms;
        return AC_OK;
    }
    // Only now is it certain that the part's last key is not changed again.
    enum ac_rc rc = w->n_part == AC_VERSION_PART_KEYS ? write_part(w, err) : AC_OK;
    if (rc == AC_OK)
        w->part[w->n_part++] = *key;
    return rc;
}

static unsigned level_of(uint64_t n) {
    unsigned level = 0;
    for (uint64_t most = AC_VERSION_SMALL; n >= most && level < AC_VERSION_LAST_LEVEL;
         most *= AC_VERSION_FANOUT)
        level++;
    return level;
}

enum ac_rc ac_key_writer_end(struct ac_key_writer *w, unsigned *level, struct ac_err *err) {
    enum ac_rc rc = w->n_part ? write_part(w, err) : AC_OK;
    if (rc != AC_OK)
        return rc;
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(w->l, AC_SQL_VERSION_RUN_SET, "keeping the versions of keys");
    *level = level_of(w->n);
    ac_query_int(&q, w->run);
    ac_query_int(&q, *level);
    ac_query_u64(&q, w->n);
    ac_query_int(&q, w->newest_ms);
    return ac_query_run_one(&q, err);
}
