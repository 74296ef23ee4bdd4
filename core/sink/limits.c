// SPDX-License-Identifier: MIT
// What may be begun: so many at once, so many a day.
#include "base/log.h"
#include "sink/sink_int.h"

#define GOOD_BEFORE_MORE 8u // calls without complaint, for each that may be under way
#define HOUR_MS ((int64_t)3600 * 1000)

// --- at once

void ac_gate_good(struct ac_gate *g) {
    if (g->limit >= g->max || ++g->n_good < GOOD_BEFORE_MORE * g->limit)
        return;
    g->limit++;
    g->n_good = 0;
}

bool ac_gate_busy(struct ac_gate *g, uint32_t n_cuts) {
    if (n_cuts != g->n_cuts)
        return false;
    g->limit = g->limit > 1 ? g->limit / 2 : 1;
    g->n_cuts++;
    g->n_good = 0;
    return true;
}

void ac_sf_good(struct ac_gate *g, const char *what) {
    size_t before = g->limit;
    ac_gate_good(g);
    if (g->limit == before)
        return;
    char limit[24];
    snprintf(limit, sizeof limit, "%zu", g->limit);
    ac_log(AC_LOG_DEBUG, "the org keeps up; more at once from now on", "what", what, "#limit",
           limit, NULL);
}

void ac_sf_busy(struct ac_gate *g, uint32_t n_cuts, const char *what) {
    size_t before = g->limit;
    if (!ac_gate_busy(g, n_cuts) || g->limit == before)
        return;
    char limit[24];
    snprintf(limit, sizeof limit, "%zu", g->limit);
    ac_log(AC_LOG_INFO, "too much at once for the org; less from now on", "what", what, "#limit",
           limit, NULL);
}

// --- a day

const char *ac_sf_go_on(struct ac_sf *sf, char *out, size_t len) {
    int64_t now_ms = sf->clock->now_ms(sf->clock->self);
    char soon[24], late[24];
    // Nobody knows when the calls were made that are counted. Spread evenly, an hour sets a
    // twenty-fourth of them free; after a day none of them counts any more.
    sf->go_on_ms = now_ms + HOUR_MS;
    snprintf(out, len,
             "run again from %s on: the org counts the last 24 hours, so some calls leave the "
             "count by then, and all that are in it now by %s",
             ac_clock_minute(sf->go_on_ms, soon), ac_clock_minute(now_ms + 24 * HOUR_MS, late));
    return out;
}

const char *ac_sf_go_on_then(struct ac_sf *sf, int64_t wait_ms, char *out, size_t len) {
    char then[24];
    sf->go_on_ms = sf->clock->now_ms(sf->clock->self) + wait_ms;
    snprintf(out, len,
             "what is known is settled, run again from %s on: the org asks to be left alone until "
             "then (Retry-After)",
             ac_clock_minute(sf->go_on_ms, then));
    return out;
}

enum ac_rc ac_sf_may_begin(struct ac_sf *sf, struct ac_err *err) {
    struct ac_org_usage usage = ac_org_usage(sf->org);
    int64_t share = sf->options->api_share;
    if (share <= 0 || share >= 100 || usage.max <= 0 || usage.used * 100 < usage.max * share)
        return AC_OK;
    char then[256];
    return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "API_SHARE",
                      "the org has used %lld of its %lld API calls of a day (%lld %%), and acload "
                      "begins nothing from %lld %% on (limits.api_share): what was under way is "
                      "settled; %s",
                      (long long)usage.used, (long long)usage.max,
                      (long long)(usage.used * 100 / usage.max), (long long)share,
                      ac_sf_go_on(sf, then, sizeof then));
}
