// SPDX-License-Identifier: MIT
// Rejects put on S3, then dropped from the ledger.
#include "cli/keep.h"
#include "base/log.h"
#include "cli/rejects.h"
#include <inttypes.h>
#include <stdlib.h>

#define OBJECT_BYTES ((size_t)8 << 20) // no further line when there are so many
#define MAX_BYTES ((size_t)80 << 20)   // a row of 4 MiB in JSON, and what stood before it
#define MAX_ROWS 10000u

struct keeping { // of one input
    struct ac_buf text;
    struct ac_buf rows; // which they are, without what another time would make of them
    int64_t *ids;
    size_t n;
    int64_t input, modified_ms;
    char identity[33];
    bool is_short;
};

static void begin_input(struct keeping *k, const struct ac_reject *reject) {
    k->input = reject->input;
    k->modified_ms = reject->from->modified_ms;
    snprintf(k->identity, sizeof k->identity, "%.32s", reject->from->identity);
    k->is_short = !ac_buf_printf(&k->rows, "%s\n", reject->member);
}

static bool add(void *arg, const struct ac_reject *reject) {
    struct keeping *k = arg;
    if (reject->is_sent) // it may have arrived
        return true;
    if (!k->n)
        begin_input(k, reject);
    if (reject->input != k->input || k->is_short)
        return false;
    k->is_short =
        !ac_rejects_json(reject, &k->text) || !ac_buf_add_char(&k->text, '\n') ||
        !ac_buf_printf(&k->rows, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %s %s\n", reject->line,
                       reject->byte, reject->number, reject->object, reject->key);
    if (!k->is_short)
        k->ids[k->n++] = reject->id;
    return !k->is_short && k->n < MAX_ROWS && k->text.len < OBJECT_BYTES;
}

// The same rows of the same input have the same name: when a message comes again where nobody
// knows that they are kept, they are kept once all the same.
static enum ac_rc put(struct ac_cli *cli, const struct keeping *k, struct ac_err *err) {
    char at[25] = "", url[1200], n[24];
    if (k->modified_ms > 0)
        ac_clock_iso(k->modified_ms, at);
    snprintf(url, sizeof url, "%.1000s%s%s%s-%016" PRIx64 ".ndjson", cli->config.rejects, at,
             *at ? "-" : "", k->identity, ac_str_hash(ac_buf_str(&k->rows), 0));
    snprintf(n, sizeof n, "%zu", k->n);
    enum ac_rc rc = ac_source_put(&cli->source_env, url, ac_buf_str(&k->text), err);
    if (rc == AC_OK)
        ac_log(AC_LOG_INFO, "rejected rows are kept", "#rows", n, "at", url, NULL);
    return rc;
}

static enum ac_rc keep_all(struct ac_cli *cli, struct ac_ledger *ledger, struct keeping *k,
                           const struct ac_keep_tick *tick, struct ac_err *err) {
    struct ac_reject_filter filter = {.max = MAX_ROWS};
    for (;;) {
        uint64_t n_dropped = 0;
        k->n = 0;
        ac_buf_clear(&k->text);
        ac_buf_clear(&k->rows);
        enum ac_rc rc = ac_reject_list(ledger, &filter, add, k, err);
        if (rc == AC_OK && k->is_short)
            rc = ac_err_nomem(err, "rejected rows");
        if (rc != AC_OK || !k->n)
            return rc;
        rc = put(cli, k, err);
        if (rc == AC_OK)
            rc = ac_reject_drop(ledger, k->ids, k->n, &n_dropped, err);
        if (rc != AC_OK)
            return rc;
        if (tick)
            tick->call(tick->arg);
    }
}

int ac_cli_keep_rejects(struct ac_cli *cli, const struct ac_keep_tick *tick) {
    struct ac_err err = AC_ERR_INIT;
    struct ac_ledger *ledger = NULL;
    struct keeping k = {.ids = malloc(MAX_ROWS * sizeof(int64_t))};
    ac_buf_init(&k.text, MAX_BYTES);
    ac_buf_init(&k.rows, MAX_BYTES);
    int code = ac_cli_aws(cli);
    enum ac_rc rc = k.ids ? AC_OK : ac_err_nomem(&err, "rejected rows");
    if (!code && rc == AC_OK)
        rc = ac_ledger_open(&ledger, cli->config.state_dir, cli->clock, false, &err);
    if (!code && rc == AC_OK)
        rc = keep_all(cli, ledger, &k, tick, &err);
    if (ledger)
        ac_ledger_close(ledger);
    ac_buf_free(&k.text);
    ac_buf_free(&k.rows);
    free(k.ids);
    return rc == AC_OK ? code : ac_cli_fail(&err);
}
