// SPDX-License-Identifier: MIT
// Inputs that were cut off, with other content in their place by now.
#include "ledger/ledger_int.h"

#define REPLACED                                                                                   \
    "cut off before it was read to its end, and replaced: other content of this name was "         \
    "imported since"

// The next one from that place of the list on whose run is dead. AC_END: no more.
static enum ac_rc find(struct ac_ledger *l, int64_t input, int64_t *at, int64_t *id,
                       struct ac_err *err) {
    for (;; ++*at) {
        AC_CLEANUP(ac_query_close)
        struct ac_query q =
            ac_query_open(l, AC_SQL_INPUT_REPLACED, "looking for what was replaced");
        ac_query_int(&q, input);
        ac_query_int(&q, *at);
        enum ac_rc rc = ac_query_step(&q, err);
        if (rc != AC_OK)
            return rc;
        *id = ac_query_get_int(&q, 0);
        if (!ac_ledger_is_alive(l, ac_query_get_int(&q, 1)))
            return AC_OK;
    }
}

static enum ac_rc fail(struct ac_ledger *l, int64_t id, struct ac_err *err) {
    static const enum ac_sql steps[] = {AC_SQL_INPUT_REPLACE_SUMS, AC_SQL_INPUT_RANGES_DROP};
    enum ac_rc rc;
    {
        AC_CLEANUP(ac_query_close)
        struct ac_query q = ac_query_open(l, AC_SQL_INPUT_REPLACE, "ending what was replaced");
        ac_query_int(&q, id);
        ac_query_int(&q, AC_INPUT_FAILED);
        ac_query_text(&q, REPLACED);
        rc = ac_query_run_one(&q, err);
    }
    for (size_t i = 0; i < AC_N(steps) && rc == AC_OK; i++) {
        AC_CLEANUP(ac_query_close)
        struct ac_query q = ac_query_open(l, steps[i], "ending what was replaced");
        ac_query_int(&q, id);
        rc = ac_query_run(&q, err);
    }
    return rc;
}

enum ac_rc ac_ledger_input_replaces(struct ac_ledger *l, int64_t input, struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_LAG, err);
    if (rc != AC_OK)
        return rc;
    if (ac_ledger_has_pending(l))
        rc = ac_ledger_pending_write(l, err);
    int64_t at = 0, id = 0;
    while (rc == AC_OK && (rc = find(l, input, &at, &id, err)) == AC_OK)
        rc = fail(l, id, err);
    return ac_ledger_tx_end(l, rc == AC_END ? AC_OK : rc, err);
}
