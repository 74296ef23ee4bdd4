// SPDX-License-Identifier: MIT
// The org's answers to describe, kept.
#include "ledger/ledger_int.h"

enum ac_rc ac_ledger_describe_get(struct ac_ledger *l, const char *org, const char *object,
                                  struct ac_arena *arena, ac_str *body, ac_str *last_modified,
                                  int64_t *asked_ms, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_DESCRIBE_GET, "looking for a describe");
    ac_query_text(&q, org);
    ac_query_text(&q, object);
    enum ac_rc rc = ac_query_step(&q, err);
    if (rc != AC_OK)
        return rc;
    *asked_ms = ac_query_get_int(&q, 0);
    *last_modified = ac_arena_copy_str(arena, ac_str_of(ac_query_get_text(&q, 1)));
    *body = ac_arena_copy_str(arena, ac_query_get_blob(&q, 2));
    bool is_whole = !ac_str_is_null(*body) && !ac_str_is_null(*last_modified);
    return is_whole ? AC_OK : ac_err_nomem(err, "a describe");
}

static enum ac_rc put(struct ac_ledger *l, const char *org, const char *object, ac_str body,
                      ac_str last_modified, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_DESCRIBE_PUT, "keeping a describe");
    ac_query_text(&q, org);
    ac_query_text(&q, object);
    ac_query_int(&q, ac_ledger_now_ms(l));
    ac_query_text_n(&q, last_modified);
    ac_query_blob(&q, body);
    return ac_query_run(&q, err);
}

enum ac_rc ac_ledger_describe_put(struct ac_ledger *l, const char *org, const char *object,
                                  ac_str body, ac_str last_modified, struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_LAG, err);
    if (rc != AC_OK)
        return rc;
    return ac_ledger_tx_end(l, put(l, org, object, body, last_modified, err), err);
}
