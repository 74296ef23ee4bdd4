// SPDX-License-Identifier: MIT
// The org logged in to, with the schemas of the objects that records go to.
#include "base/log.h"
#include "engine/engine_int.h"
#include "org/describe.h"
#include <string.h>

static enum ac_rc give_up(struct ac_engine *e, int n_tries, int64_t retry_after_ms,
                          struct ac_err *err) {
    const struct ac_clock *clock = e->options.clock;
    struct ac_err last = *err;
    char when[128] = "later", minute[24];
    if (retry_after_ms > 0) {
        e->stats.go_on_ms = clock->now_ms(clock->self) + retry_after_ms;
        snprintf(when, sizeof when,
                 "from %s on: the org asks to be left alone until then (Retry-After)",
                 ac_clock_minute(e->stats.go_on_ms, minute));
    }
    ac_err_clear(err);
    return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, last.code,
                      "%s; gave up after %d %s, nothing is lost, run again %s", last.text, n_tries,
                      n_tries == 1 ? "try" : "tries", when);
}

// Repeats a step that may be told to come again, by the retry policy.
enum ac_rc ac_engine_patiently(struct ac_engine *e,
                               enum ac_rc (*step)(struct ac_engine *e, void *arg,
                                                  struct ac_err *err),
                               void *arg, struct ac_err *err) {
    int64_t waited_ms = 0;
    for (int attempt = 1;; attempt++) {
        ac_err_clear(err);
        enum ac_rc rc = step(e, arg, err);
        if (rc != AC_AGAIN)
            return rc;
        struct ac_org_failure why = ac_org_failure(e->org);
        struct ac_retry_verdict v =
            ac_retry_decide(&e->options.config->sink.retry, why.outcome, attempt, waited_ms,
                            why.retry_after_ms, 1, e->options.clock);
        if (v.what != AC_RETRY_WAIT)
            return give_up(e, attempt, why.retry_after_ms, err);
        char wait[24], tries[16];
        snprintf(wait, sizeof wait, "%lld", (long long)v.wait_ms);
        snprintf(tries, sizeof tries, "%d", attempt);
        ac_log(AC_LOG_INFO, "the org could not be asked; it is tried again", "code", err->code,
               "#attempt", tries, "#wait_ms", wait, NULL);
        ac_err_clear(err);
        if (ac_engine_wait(e, v.wait_ms, err) != AC_OK)
            return err->rc;
        waited_ms += v.wait_ms;
    }
}

static enum ac_rc login(struct ac_engine *e, void *arg, struct ac_err *err) {
    (void)arg;
    return ac_org_login(e->org, err);
}

enum ac_rc ac_engine_org_open(struct ac_engine *e, struct ac_err *err) {
    const struct ac_config *config = e->options.config;
    e->org_name = "dry-run";
    if (config->org.flow == AC_FLOW_NONE || !e->options.net) {
        if (e->options.dry_run || e->options.open_sink)
            return AC_OK;
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "NO_ORG",
                          "no org to load into: set SF_HOST and credentials in the environment or "
                          "in the configuration (see acload(1)), or look at the records with "
                          "--dry-run");
    }
    e->org_options = config->org;
    e->org_options.stop = e->options.stop;
    enum ac_rc rc = ac_org_new(&e->org, &e->org_options, e->options.net, e->options.clock, err);
    if (rc == AC_OK)
        rc = ac_engine_patiently(e, login, NULL, err);
    if (rc != AC_OK)
        return rc;
    e->org_name = ac_org_name(e->org);
    return AC_OK;
}

const char *ac_engine_bare_name(struct ac_engine *e, ac_str name) {
    ac_str ns = ac_str_of(e->options.config->ns);
    if (ns.len && ac_str_starts(name, ns) && ac_str_starts(ac_str_skip(name, ns.len), AC_STR("__")))
        name = ac_str_skip(name, ns.len + 2);
    return ac_arena_copy(&e->arena, name);
}

struct asking {
    const char *object;
    const struct ac_schema *schema;
    bool is_cached; // the org said so some time ago
    bool is_anew;
};

static enum ac_rc describe(struct ac_engine *e, void *arg, struct ac_err *err) {
    struct asking *a = arg;
    const struct ac_config *config = e->options.config;
    return ac_describe(e->org, e->ledger, ac_str_of(a->object), ac_str_of(config->ns),
                       a->is_anew ? AC_DESCRIBE_ANEW : config->describe_fresh_ms, &e->arena,
                       &a->schema, &a->is_cached, err);
}

static enum ac_rc from_file(struct ac_engine *e, struct asking *a, struct ac_err *err) {
    const struct ac_config *config = e->options.config;
    enum ac_rc rc = ac_schema_load(config->schema_dir, ac_str_of(a->object), ac_str_of(config->ns),
                                   &e->arena, &a->schema, err);
    if (rc != AC_END)
        return rc;
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "NO_SCHEMA",
                      "no org is configured, and %s has no %s.json to say which fields %s has; "
                      "configure an org or add the file",
                      config->schema_dir, a->object, a->object);
}

enum ac_rc ac_engine_schema(void *engine, const char *object, const struct ac_schema **out,
                            struct ac_err *err) {
    struct ac_engine *e = engine;
    for (size_t i = 0; i < e->n_objects; i++)
        if (strcmp(e->objects[i].name, object) == 0) {
            *out = e->objects[i].schema;
            return AC_OK;
        }
    if (e->n_objects == AC_ENGINE_MAX_OBJECTS || strlen(object) >= sizeof e->objects[0].name)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "TOO_MANY_OBJECTS",
                          "cannot write to %s: over %u objects in one run, or a name too long",
                          object, AC_ENGINE_MAX_OBJECTS);
    const struct ac_err *missing = ac_engine_is_parked(e, object);
    if (missing && strcmp(missing->code, "NOT_FOUND") == 0 && e->org) {
        *err = *missing; // asked for already
        snprintf(e->missing, sizeof e->missing, "%s", object);
        return err->rc;
    }
    struct asking a = {.object = object};
    enum ac_rc rc = e->org ? ac_engine_patiently(e, describe, &a, err) : from_file(e, &a, err);
    if (rc == AC_RUN && strcmp(err->code, "NOT_FOUND") == 0)
        snprintf(e->missing, sizeof e->missing, "%s", object);
    if (rc != AC_OK)
        return rc;
    struct object *o = &e->objects[e->n_objects];
    *o = (struct object){.schema = a.schema, .at_input = UINT32_MAX, .newest_ms = INT64_MIN};
    o->is_cached = a.is_cached;
    o->is_parked = ac_engine_is_parked(e, object) != NULL;
    snprintf(o->name, sizeof o->name, "%s", object);
    // Room for about a million keys in a half of the memory budget; beyond it they go to disk.
    size_t max_bytes = (size_t)e->options.config->max_memory_bytes / 2;
    rc = ac_keys_new(&o->keys, e->spool_dir, max_bytes, err);
    if (rc == AC_OK && e->ledger)
        rc = ac_ledger_version_max(e->ledger, e->org_name, a.schema->name.ptr, &o->newest_ms, err);
    if (rc != AC_OK)
        return rc;
    e->n_objects++;
    *out = a.schema;
    return AC_OK;
}

enum ac_rc ac_engine_ask_again(struct ac_engine *e, struct ac_err *err) {
    enum ac_rc rc = AC_END;
    for (size_t i = 0; i < e->n_objects && rc >= AC_OK; i++) {
        struct object *o = &e->objects[i];
        struct asking a = {.object = o->name, .is_anew = true};
        if (!o->is_cached)
            continue;
        ac_log(AC_LOG_DEBUG,
               "what the org said of an object some minutes ago does not do; asked again", "object",
               o->name, NULL);
        rc = ac_engine_patiently(e, describe, &a, err);
        if (rc == AC_RUN && strcmp(err->code, "NOT_FOUND") == 0)
            snprintf(e->missing, sizeof e->missing, "%s", o->name);
        if (rc != AC_OK)
            return rc;
        o->is_cached = false;
        o->schema = a.schema; // what was bound to the other one keeps it: it lives as long
    }
    return rc;
}
