// SPDX-License-Identifier: MIT
// Plugins made ready, with the auction between them for each input.
#include "base/log.h"
#include "engine/engine_int.h"

static enum ac_rc add_instance(struct ac_engine *e, const struct ac_module *module,
                               const struct ac_use *use, struct ac_err *err) {
    if (e->n_plugins == AC_ENGINE_MAX_PLUGINS)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "TOO_MANY_PLUGINS",
                          "over %u plugins; name the ones to use with --plugin",
                          AC_ENGINE_MAX_PLUGINS);
    struct ac_instance *in = NULL;
    enum ac_rc rc = ac_instance_new(&in, module, use ? use->options : NULL,
                                    use ? use->n_options : 0, &e->services, e->options.clock, err);
    if (rc == AC_OK)
        e->plugins[e->n_plugins++] = in;
    return rc;
}

struct listing {
    struct ac_engine *e;
    enum ac_rc rc;
    struct ac_err *err;
};

static bool add_listed(void *arg, const struct ac_module *module) {
    struct listing *l = arg;
    if (!module->plugin.bid)
        return true; // only used when named
    struct ac_err why = AC_ERR_INIT;
    // A plugin that needs options cannot bid for what no job configured: not an error.
    enum ac_rc rc = add_instance(l->e, module, NULL, &why);
    if (rc != AC_OK && why.cause != AC_CAUSE_CONFIG) {
        *l->err = why;
        l->rc = rc;
    }
    return l->rc == AC_OK;
}

static void warn_broken(void *arg, const struct ac_err *why) {
    (void)arg;
    ac_log_warn(why);
}

enum ac_rc ac_engine_load_plugins(struct ac_engine *e, struct ac_err *err) {
    const struct ac_config *config = e->options.config;
    e->is_named = e->options.n_uses > 0;
    if (!e->is_named) {
        struct listing l = {e, AC_OK, err};
        enum ac_rc rc =
            ac_module_list(config->plugin_dirs, &e->arena, add_listed, warn_broken, &l, err);
        if (l.rc != AC_OK)
            return l.rc;
        if (rc != AC_OK)
            return rc;
        if (!e->n_plugins)
            return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "NO_PLUGINS",
                              "no plugin that bids was found; `acload plugins` lists the folders "
                              "looked in, --plugin-dir adds one");
        return AC_OK;
    }
    for (size_t i = 0; i < e->options.n_uses; i++) {
        const struct ac_module *module = NULL;
        enum ac_rc rc =
            ac_module_find(e->options.uses[i].plugin, config->plugin_dirs, &e->arena, &module, err);
        if (rc == AC_OK)
            rc = add_instance(e, module, &e->options.uses[i], err);
        if (rc == AC_OK)
            rc = ac_instance_open(e->plugins[e->n_plugins - 1], err);
        if (rc != AC_OK)
            return rc;
    }
    return AC_OK;
}

// What seems to divide the cells of a header that is one cell by what was said; NULL: nothing.
static const char *likely_delimiter(const struct ac_decode_sample *sample, char said) {
    static const char *const words[] = {"comma", "semicolon", "tab", "pipe"};
    const char *likely = NULL;
    size_t most = 0;
    for (size_t i = 0; i < AC_N(words) && sample->n_columns == 1; i++) {
        char c = AC_JOB_DELIMITERS[i];
        size_t n = 0;
        for (size_t k = 0; k < sample->columns[0].len; k++)
            n += sample->columns[0].ptr[k] == c;
        if (c != (said ? said : ',') && n > most) {
            most = n;
            likely = words[i];
        }
    }
    return likely;
}

// AC_OK: the header says nothing about what divides it.
static enum ac_rc undivided(const struct ac_engine *e, const struct ac_decode_sample *sample,
                            const char *name, struct ac_err *err) {
    if (sample->format == ACLOAD_JSON || !sample->n_columns)
        return AC_OK;
    const char *likely = likely_delimiter(sample, e->options.delimiter);
    char how[120] = "";
    if (likely)
        snprintf(how, sizeof how, "say --delimiter %s, or \"delimiter\": \"%s\" in its job", likely,
                 likely);
    if (ac_str_starts(sample->columns[0], AC_STR("sep=")))
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "UNKNOWN_REPORT",
                          "%s: its first line, %.*s, is meant for spreadsheets: take it away%s%s",
                          name, AC_STR_ARG(sample->columns[0]), likely ? ", and " : "", how);
    if (likely)
        return ac_err_set(
            err, AC_INPUT, AC_CAUSE_INPUT, "UNKNOWN_REPORT",
            "%s: its header is one single cell, which another delimiter (%s) seems to "
            "divide: %s",
            name, likely, how);
    return AC_OK;
}

static enum ac_rc no_bid(struct ac_instance *nearest, const acload_bid *bid, const char *name,
                         const char *what, struct ac_err *err) {
    if (!nearest)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "UNKNOWN_REPORT",
                          "%s: no plugin knows these %s; `acload plugins` says what each one "
                          "takes, --plugin NAME names one",
                          name, what);
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "UNKNOWN_REPORT",
                      "%s: no plugin knows these %s; the nearest is %s, which misses %s", name,
                      what, ac_instance_module(nearest)->name,
                      bid->missing[0] ? bid->missing : "something it did not name");
}

enum ac_rc ac_engine_choose(struct ac_engine *e, const struct ac_decode_sample *sample,
                            const char *name, bool is_rejects, struct ac_err *err) {
    e->chain.plugins = e->chosen;
    e->chain.n = 0;
    if (e->is_named) {
        for (size_t i = 0; i < e->n_plugins; i++)
            e->chosen[i] = e->plugins[i];
        e->chain.n = e->n_plugins;
        return AC_OK;
    }
    acload_sample seen = {.size = sizeof seen,
                          .name = ac_str_of(name),
                          .n_columns = sample->n_columns,
                          .columns = sample->columns,
                          .n_rows = sample->n_rows,
                          .cells = sample->cells,
                          .format = sample->format,
                          .n_values = sample->n_values,
                          .values = sample->values};
    struct ac_instance *best = NULL, *second = NULL, *nearest = NULL;
    size_t best_at = 0;
    acload_bid best_bid = {0}, near_bid = {0};
    for (size_t i = 0; i < e->n_plugins; i++) {
        acload_bid bid = {.size = sizeof bid};
        enum ac_rc rc = ac_instance_bid(e->plugins[i], &seen, &bid, err);
        if (rc != AC_OK)
            return rc;
        if (bid.score > 0 && bid.score >= best_bid.score) {
            second = bid.score == best_bid.score ? best : NULL;
            best = e->plugins[i];
            best_at = i;
            best_bid = bid;
        }
        if (bid.score <= 0 && (!nearest || bid.near > near_bid.near)) {
            nearest = e->plugins[i];
            near_bid = bid;
        }
    }
    if (!best && is_rejects && e->n_plugins)
        best = e->plugins[0]; // it will see none of them, and they are kept
    if (!best && sample->format == ACLOAD_JSON && !sample->n_values)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "UNKNOWN_REPORT",
                          "%s: begins with no JSON object that is whole (and none is that is "
                          "longer than 4 MiB), so no plugin can tell what it is; --plugin NAME "
                          "says it, and what is broken is rejected by itself",
                          name);
    if (!best && undivided(e, sample, name, err) != AC_OK)
        return AC_INPUT;
    if (!best)
        return no_bid(near_bid.near > 0 ? nearest : NULL, &near_bid, name,
                      sample->format == ACLOAD_JSON ? "JSON values" : "columns", err);
    if (second)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "SEVERAL_PLUGINS",
                          "%s: both %s and %s take this input; say which with --plugin NAME", name,
                          ac_instance_module(second)->name, ac_instance_module(best)->name);
    enum ac_rc rc = ac_instance_open(best, err);
    if (rc != AC_OK)
        return rc;
    e->is_opened[best_at] = true;
    e->chosen[0] = best;
    e->chain.n = 1;
    return AC_OK;
}

enum ac_rc ac_engine_end_of_run(struct ac_engine *e, struct ac_err *err) {
    if (e->is_named)
        return e->chain.n ? ac_chain_flush(&e->chain, ACLOAD_END_OF_RUN, err) : AC_OK;
    enum ac_rc rc = AC_OK;
    for (size_t i = 0; i < e->n_plugins && rc == AC_OK; i++) {
        if (!e->is_opened[i])
            continue;
        e->chosen[0] = e->plugins[i];
        rc = ac_chain_flush(&e->chain, ACLOAD_END_OF_RUN, err);
    }
    return rc;
}
