// SPDX-License-Identifier: MIT
// Runs of one level merged into one run.
#include "ledger/merge.h"

struct merging {
    struct ac_ledger *l;
    int64_t runs[AC_VERSION_FANOUT];
    struct ac_key_reader readers[AC_VERSION_FANOUT];
    unsigned n_runs;
    unsigned n_open; // readers[0 .. n_open) have a key
};

static enum ac_rc find_runs(struct merging *m, int64_t object, unsigned level, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q =
        ac_query_open(m->l, AC_SQL_VERSION_RUNS_OF_LEVEL, "merging the versions of keys");
    ac_query_int(&q, object);
    ac_query_int(&q, level);
    ac_query_int(&q, AC_VERSION_FANOUT);
    m->n_runs = 0;
    for (;;) {
        enum ac_rc rc = ac_query_step(&q, err);
        if (rc != AC_OK)
            return rc == AC_END ? AC_OK : rc;
        m->runs[m->n_runs++] = ac_query_get_int(&q, 0);
    }
}

// Closes the reader at place i; the last one takes its place.
static void close_reader(struct merging *m, unsigned i) {
    ac_key_reader_free(&m->readers[i]);
    m->readers[i] = m->readers[--m->n_open];
}

static enum ac_rc open_readers(struct merging *m, struct ac_err *err) {
    m->n_open = 0;
    for (unsigned i = 0; i < m->n_runs; i++) {
        struct ac_key_reader *r = &m->readers[m->n_open++];
        ac_key_reader_init(r, m->l, m->runs[i]);
        enum ac_rc rc = ac_key_reader_seek(r, 0, err);
        if (rc == AC_END)
            close_reader(m, m->n_open - 1);
        if (rc < AC_OK)
            return rc;
    }
    return AC_OK;
}

static enum ac_rc pour(struct merging *m, struct ac_key_writer *w, struct ac_err *err) {
    enum ac_rc rc = AC_OK;
    while (m->n_open && rc == AC_OK) {
        unsigned least = 0;
        for (unsigned i = 1; i < m->n_open; i++)
            if (m->readers[i].here.key_hash < m->readers[least].here.key_hash)
                least = i;
        rc = ac_key_writer_add(w, &m->readers[least].here, err);
        if (rc == AC_OK)
            rc = ac_key_reader_next(&m->readers[least], err);
        if (rc != AC_END)
            continue;
        close_reader(m, least);
        rc = AC_OK;
    }
    return rc;
}

static enum ac_rc drop_by(struct ac_ledger *l, enum ac_sql sql, int64_t run, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, sql, "merging the versions of keys");
    ac_query_int(&q, run);
    return ac_query_run(&q, err);
}

// Hashes need not be overwritten as rejected rows are: it would be most of the work.
static enum ac_rc wipe(struct ac_ledger *l, bool on, struct ac_err *err) {
    return ac_ledger_exec(l, on ? "PRAGMA secure_delete = ON" : "PRAGMA secure_delete = FAST",
                          "merging the versions of keys", err);
}

static enum ac_rc drop_runs(struct merging *m, struct ac_err *err) {
    enum ac_rc rc = wipe(m->l, false, err);
    for (unsigned i = 0; i < m->n_runs && rc == AC_OK; i++) {
        rc = drop_by(m->l, AC_SQL_VERSION_PARTS_DROP, m->runs[i], err);
        if (rc == AC_OK)
            rc = drop_by(m->l, AC_SQL_VERSION_RUN_DROP, m->runs[i], err);
    }
    enum ac_rc on_rc = wipe(m->l, true, err);
    return rc == AC_OK ? on_rc : rc;
}

static enum ac_rc merge_runs(struct merging *m, int64_t object, unsigned *level,
                             struct ac_err *err) {
    struct ac_key_writer *w = NULL;
    enum ac_rc rc = ac_key_writer_open(&w, m->l, object, err);
    if (rc == AC_OK)
        rc = open_readers(m, err);
    if (rc == AC_OK)
        rc = pour(m, w, err);
    while (m->n_open)
        close_reader(m, 0);
    if (rc == AC_OK)
        rc = ac_key_writer_end(w, level, err);
    ac_key_writer_free(w);
    return rc == AC_OK ? drop_runs(m, err) : rc;
}

enum ac_rc ac_ledger_merge(struct ac_ledger *l, int64_t object, unsigned level,
                           struct ac_err *err) {
    struct merging m = {.l = l};
    // What came of a merge may be one too many on its own level.
    while (level < AC_VERSION_LAST_LEVEL) {
        enum ac_rc rc = find_runs(&m, object, level, err);
        if (rc != AC_OK || m.n_runs < AC_VERSION_FANOUT)
            return rc;
        rc = merge_runs(&m, object, &level, err);
        if (rc != AC_OK)
            return rc;
    }
    return AC_OK;
}
