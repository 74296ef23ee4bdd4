// SPDX-License-Identifier: MIT
// Small values kept by scope, then name.
#include "ledger/ledger_int.h"

#define KEEPING "keeping a checkpoint"
#define READING "reading a checkpoint"

enum ac_rc ac_ledger_checkpoint_get(struct ac_ledger *l, const char *scope, const char *name,
                                    struct ac_arena *arena, const char **value, int64_t *at_ms,
                                    struct ac_err *err) {
    AC_CLEANUP(ac_query_close) struct ac_query q = ac_query_open(l, AC_SQL_CHECKPOINT_GET, READING);
    ac_query_text(&q, scope);
    ac_query_text(&q, name);
    enum ac_rc rc = ac_query_step(&q, err);
    if (rc != AC_OK)
        return rc;
    *value = ac_arena_copy(arena, ac_str_of(ac_query_get_text(&q, 0)));
    if (at_ms)
        *at_ms = ac_query_get_int(&q, 1);
    return *value ? AC_OK : ac_err_nomem(err, "a checkpoint");
}

static enum ac_rc put(struct ac_ledger *l, const char *scope, const char *name, const char *value,
                      struct ac_err *err) {
    AC_CLEANUP(ac_query_close) struct ac_query q = ac_query_open(l, AC_SQL_CHECKPOINT_PUT, KEEPING);
    ac_query_text(&q, scope);
    ac_query_text(&q, name);
    ac_query_text(&q, value);
    ac_query_int(&q, ac_ledger_now_ms(l));
    return ac_query_run(&q, err);
}

enum ac_rc ac_ledger_checkpoint_put(struct ac_ledger *l, const char *scope, const char *name,
                                    const char *value, struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_SYNC, err);
    return rc == AC_OK ? ac_ledger_tx_end(l, put(l, scope, name, value, err), err) : rc;
}

enum ac_rc ac_ledger_checkpoint_note(struct ac_ledger *l, const char *scope, const char *name,
                                     const char *value, struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_LAG, err);
    return rc == AC_OK ? ac_ledger_tx_end(l, put(l, scope, name, value, err), err) : rc;
}

static enum ac_rc drop(struct ac_ledger *l, const char *scope, const char *name,
                       struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_CHECKPOINT_DROP, "forgetting a checkpoint");
    ac_query_text(&q, scope);
    ac_query_text(&q, name);
    return ac_query_run(&q, err);
}

enum ac_rc ac_ledger_checkpoint_drop(struct ac_ledger *l, const char *scope, const char *name,
                                     struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_SYNC, err);
    return rc == AC_OK ? ac_ledger_tx_end(l, drop(l, scope, name, err), err) : rc;
}

enum ac_rc ac_ledger_checkpoints(struct ac_ledger *l, const char *scope,
                                 bool (*each)(void *arg, const char *name, const char *value,
                                              int64_t at_ms),
                                 void *arg, struct ac_err *err) {
    AC_CLEANUP(ac_query_close) struct ac_query q = ac_query_own(l, AC_SQL_CHECKPOINTS, READING);
    ac_query_text(&q, scope);
    for (;;) {
        enum ac_rc rc = ac_query_step(&q, err);
        if (rc != AC_OK)
            return rc == AC_END ? AC_OK : rc;
        const char *name = ac_query_get_text(&q, 0), *value = ac_query_get_text(&q, 1);
        if (!each(arg, name, value, ac_query_get_int(&q, 2)))
            return AC_OK;
    }
}
