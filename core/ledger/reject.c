// SPDX-License-Identifier: MIT
// Rejected rows listed, counted or expired.
#include "ledger/reject.h"
#include "ledger/ledger_int.h"

#define DEFAULT_MAX 1000

struct listing {
    struct ac_ledger *l;
    const struct ac_reject_filter *filter;
    bool (*each)(void *arg, const struct ac_reject *reject);
    void *arg;
    uint64_t n_left;
    bool is_over; // the callback has seen enough
};

static uint64_t max_of(const struct ac_reject_filter *filter) {
    return filter->max ? filter->max : DEFAULT_MAX;
}

static void bind_filter(struct ac_query *q, const struct ac_reject_filter *filter) {
    ac_query_text_or_null(q, filter->object);
    ac_query_text_or_null(q, filter->code);
    ac_query_int(q, filter->since_ms);
    ac_query_int(q, filter->until_ms);
    ac_query_int(q, filter->id);
    ac_query_u64(q, filter->number);
    ac_query_int(q, filter->retry);
}

static void bind_max(struct ac_query *q, uint64_t max) {
    ac_query_u64(q, max > INT64_MAX ? INT64_MAX : max);
}

// The ledger's own rejects are seen too, those in memory first of all.
static enum ac_rc settle_pending(struct ac_ledger *l, struct ac_err *err) {
    return ac_ledger_has_pending(l) ? ac_ledger_pending_write(l, err) : AC_OK;
}

static void read_one(struct ac_query *q, struct ac_reject *r) {
    r->id = ac_query_get_int(q, 0);
    r->at_ms = ac_query_get_int(q, 1);
    r->line = ac_query_get_u64(q, 2);
    r->byte = ac_query_get_u64(q, 3);
    r->number = ac_query_get_u64(q, 4);
    r->object = ac_query_get_text(q, 5);
    r->key = ac_query_get_text(q, 6);
    r->code = ac_query_get_text(q, 7);
    r->message = ac_query_get_text(q, 8);
    r->fields = ac_query_get_text(q, 9);
    r->raw = ac_query_get_blob(q, 10);
    r->batch = ac_query_get_int(q, 11);
    r->retry = ac_query_get_int(q, 12);
    r->is_sent = ac_query_get_int(q, 13) != 0;
}

// `r` has what is known of the input.
static enum ac_rc list_input(struct listing *list, struct ac_reject *r, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_own(list->l, AC_SQL_REJECTS_OF_INPUT, "reading the rejected rows");
    ac_query_int(&q, r->input);
    bind_filter(&q, list->filter);
    bind_max(&q, list->n_left);
    for (;;) {
        enum ac_rc rc = ac_query_step(&q, err);
        if (rc != AC_OK)
            return rc == AC_END ? AC_OK : rc;
        read_one(&q, r);
        list->n_left--;
        list->is_over = !list->each(list->arg, r);
        if (list->is_over)
            return AC_OK;
    }
}

enum ac_rc ac_reject_list(struct ac_ledger *l, const struct ac_reject_filter *filter,
                          bool (*each)(void *arg, const struct ac_reject *reject), void *arg,
                          struct ac_err *err) {
    enum ac_rc rc = settle_pending(l, err);
    if (rc != AC_OK)
        return rc;
    struct listing list = {l, filter, each, arg, max_of(filter), false};
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_own(l, AC_SQL_REJECT_INPUTS, "reading the rejected rows");
    ac_query_text_or_null(&q, filter->input);
    ac_query_int(&q, filter->id);
    ac_query_int(&q, filter->input_id);
    while (list.n_left && !list.is_over) {
        rc = ac_query_step(&q, err);
        if (rc != AC_OK)
            return rc == AC_END ? AC_OK : rc;
        struct ac_input_row from;
        ac_ledger_get_input(&q, &from);
        struct ac_reject r = {.input = from.id,
                              .name = from.name,
                              .member = from.member,
                              .from = &from,
                              .header = ac_query_get_blob(&q, AC_LEDGER_INPUT_COLUMNS)};
        rc = list_input(&list, &r, err);
        if (rc != AC_OK)
            return rc;
    }
    return AC_OK;
}

enum ac_rc ac_reject_summary(struct ac_ledger *l, const struct ac_reject_filter *filter,
                             bool (*each)(void *arg, const char *code, const char *object,
                                          const char *message, uint64_t n),
                             void *arg, struct ac_err *err) {
    enum ac_rc rc = settle_pending(l, err);
    if (rc != AC_OK)
        return rc;
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_own(l, AC_SQL_REJECT_SUMMARY, "counting the rejected rows");
    ac_query_text_or_null(&q, filter->input);
    bind_filter(&q, filter);
    ac_query_int(&q, filter->input_id);
    bind_max(&q, max_of(filter));
    for (;;) {
        rc = ac_query_step(&q, err);
        if (rc != AC_OK)
            return rc == AC_END ? AC_OK : rc;
        if (!each(arg, ac_query_get_text(&q, 0), ac_query_get_text(&q, 1), ac_query_get_text(&q, 2),
                  ac_query_get_u64(&q, 3)))
            return AC_OK;
    }
}

static enum ac_rc drop(struct ac_ledger *l, const int64_t *ids, size_t n, uint64_t *n_dropped,
                       struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_REJECT_DROP, "removing rejected rows");
    enum ac_rc rc = AC_OK;
    for (size_t i = 0; i < n && rc == AC_OK; i++) {
        ac_query_int(&q, ids[i]);
        rc = ac_query_run(&q, err);
        if (rc == AC_OK)
            *n_dropped += (uint64_t)sqlite3_changes64(l->db);
    }
    return rc;
}

enum ac_rc ac_reject_drop(struct ac_ledger *l, const int64_t *ids, size_t n, uint64_t *n_dropped,
                          struct ac_err *err) {
    uint64_t n_now = 0;
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_SYNC, err);
    if (rc == AC_OK)
        rc = ac_ledger_tx_end(l, drop(l, ids, n, &n_now, err), err);
    if (rc == AC_OK)
        *n_dropped += n_now;
    return rc;
}

static enum ac_rc expire(struct ac_ledger *l, int64_t before_ms, uint64_t *n, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_REJECT_EXPIRE, "removing old rejected rows");
    ac_query_int(&q, before_ms);
    enum ac_rc rc = ac_query_run(&q, err);
    if (rc == AC_OK)
        *n = (uint64_t)sqlite3_changes64(l->db);
    return rc;
}

enum ac_rc ac_reject_expire(struct ac_ledger *l, int64_t before_ms, uint64_t *n,
                            struct ac_err *err) {
    *n = 0;
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_LAG, err);
    if (rc != AC_OK)
        return rc;
    if (ac_ledger_has_pending(l))
        rc = ac_ledger_pending_write(l, err);
    if (rc == AC_OK)
        rc = expire(l, before_ms, n, err);
    return ac_ledger_tx_end(l, rc, err);
}
