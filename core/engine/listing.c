// SPDX-License-Identifier: MIT
// Inputs of a place that is looked at time after time.
#include "base/log.h"
#include "engine/engine_int.h"
#include <string.h>

#define SWEEP_MS ((int64_t)24 * 60 * 60 * 1000)
#define SCOPE "sweep"

enum ac_rc ac_engine_object_known(struct ac_engine *e, const struct ac_item *item, char hex[65],
                                  char alias[65], bool *done, struct ac_err *err) {
    *done = false;
    hex[0] = alias[0] = '\0';
    if (!e->ledger)
        return AC_OK;
    enum ac_rc rc = ac_source_identify(item, hex, err);
    if (rc == AC_OK)
        rc = ac_source_alias(item, alias, err);
    if (rc < AC_OK || e->options.again)
        return rc < AC_OK ? rc : AC_OK;
    rc = ac_ledger_file_is_done(e->ledger, e->org_name, hex, done, err);
    if (rc == AC_OK && !*done && alias[0])
        rc = ac_ledger_file_is_done(e->ledger, e->org_name, alias, done, err);
    return rc;
}

// A job's own place: two jobs that look at the same one do not learn from each other.
static const char *place_of(struct ac_engine *e, const char *url, struct ac_arena *arena) {
    const char *job = e->options.job ? e->options.job : "";
    size_t len = strlen(job) + strlen(url) + 2;
    char *out = ac_arena_alloc(arena, len);
    if (out)
        snprintf(out, len, "%s %s", job, url);
    return out;
}

// Narrows the filter to the window, unless everything is due.
static enum ac_rc begin(struct ac_engine *e, const char *place, int64_t lookback_ms,
                        struct ac_source_filter *filter, struct ac_arena *arena,
                        struct ac_err *err) {
    const char *first_key;
    int64_t swept_ms, now_ms = e->options.clock->now_ms(e->options.clock->self);
    enum ac_rc rc =
        ac_ledger_checkpoint_get(e->ledger, SCOPE, place, arena, &first_key, &swept_ms, err);
    if (rc != AC_OK)
        return rc == AC_END ? AC_OK : rc;
    if (now_ms - swept_ms >= SWEEP_MS || now_ms < swept_ms || e->options.again)
        return AC_OK;
    filter->since_ms = now_ms - lookback_ms;
    snprintf(filter->first_key, sizeof filter->first_key, "%s", first_key);
    return AC_OK;
}

void ac_engine_unreadable(void *engine, const struct ac_err *why) {
    ac_log_error(why);
    ac_engine_missed(engine);
}

enum ac_rc ac_engine_list(struct ac_engine *e, const char *url, struct ac_source_filter *filter,
                          int64_t lookback_ms, struct ac_arena *arena,
                          enum ac_rc (*found)(void *arg, const struct ac_item *item,
                                              struct ac_err *err),
                          void *arg, struct ac_err *err) {
    bool has_window =
        e->ledger && lookback_ms > 0 && ac_str_starts(ac_str_of(url), AC_STR("s3://"));
    const char *place = has_window ? place_of(e, url, arena) : NULL;
    filter->env = e->options.source_env;
    filter->forgets_items = true;
    if (has_window && !place)
        return ac_err_nomem(err, "the name of an input");
    enum ac_rc rc = has_window ? begin(e, place, lookback_ms, filter, arena, err) : AC_OK;
    if (rc == AC_OK)
        rc = ac_source_list(url, filter, arena, found, arg, err);
    if (filter->n_lists && ac_log_has(AC_LOG_DEBUG)) {
        char n[24], n_empty[24];
        snprintf(n, sizeof n, "%zu", filter->n_lists);
        snprintf(n_empty, sizeof n_empty, "%zu", filter->n_empty);
        ac_log(AC_LOG_DEBUG, "listed", "url", url, "#pages", n, "#empty", n_empty, "window",
               filter->since_ms ? "yes" : "no", NULL);
    }
    if (rc == AC_OK && has_window && !filter->since_ms)
        rc = ac_ledger_checkpoint_put(e->ledger, SCOPE, place, filter->first_key, err);
    return rc;
}
