// SPDX-License-Identifier: MIT
// Files known by path, size or time, so that they need not be opened again.
#include "ledger/ledger_int.h"

enum ac_rc ac_ledger_file_get(struct ac_ledger *l, const char *path, int64_t size_bytes,
                              int64_t modified_ns, uint64_t inode, char hex[65],
                              struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_FILE_GET, "looking for a file");
    hex[0] = '\0';
    ac_query_text(&q, path);
    ac_query_int(&q, size_bytes);
    ac_query_int(&q, modified_ns);
    ac_query_u64(&q, inode);
    enum ac_rc rc = ac_query_step(&q, err);
    if (rc != AC_OK)
        return rc;
    const char *known = ac_query_get_text(&q, 0);
    if (strlen(known) != 64)
        return AC_END; // then it is hashed again
    memcpy(hex, known, 65);
    return AC_OK;
}

static enum ac_rc put(struct ac_ledger *l, const char *path, int64_t size_bytes,
                      int64_t modified_ns, uint64_t inode, const char *hex, struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_FILE_PUT, "keeping a file");
    ac_query_text(&q, path);
    ac_query_int(&q, size_bytes);
    ac_query_int(&q, modified_ns);
    ac_query_u64(&q, inode);
    ac_query_text(&q, hex);
    return ac_query_run(&q, err);
}

enum ac_rc ac_ledger_file_put(struct ac_ledger *l, const char *path, int64_t size_bytes,
                              int64_t modified_ns, uint64_t inode, const char *hex,
                              struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_LAG, err);
    if (rc != AC_OK)
        return rc;
    return ac_ledger_tx_end(l, put(l, path, size_bytes, modified_ns, inode, hex, err), err);
}

static enum ac_rc put_done(struct ac_ledger *l, const char *org, const char *hex,
                           struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_FILE_DONE, "keeping a file");
    ac_query_text(&q, org);
    ac_query_text(&q, hex);
    ac_query_int(&q, ac_ledger_now_ms(l));
    return ac_query_run(&q, err);
}

enum ac_rc ac_ledger_file_done(struct ac_ledger *l, const char *org, const char *hex,
                               struct ac_err *err) {
    enum ac_rc rc = ac_ledger_tx_begin(l, AC_TX_LAG, err);
    return rc == AC_OK ? ac_ledger_tx_end(l, put_done(l, org, hex, err), err) : rc;
}

enum ac_rc ac_ledger_file_is_done(struct ac_ledger *l, const char *org, const char *hex, bool *done,
                                  struct ac_err *err) {
    AC_CLEANUP(ac_query_close)
    struct ac_query q = ac_query_open(l, AC_SQL_FILE_IS_DONE, "looking for a file");
    ac_query_text(&q, org);
    ac_query_text(&q, hex);
    enum ac_rc rc = ac_query_step(&q, err);
    *done = rc == AC_OK;
    return rc < AC_OK ? rc : AC_OK;
}
