// SPDX-License-Identifier: MIT
// Describe answers: asked for, cached, turned into schemas.
#include "org/describe.h"
#include "base/json_memory.h"
#include "org/json.h"
#include "org/org_int.h"
#include <stdio.h>

#define MAX_BODY_BYTES ((size_t)8 << 20) // an object of 800 fields takes about two
#define MAX_VALUES ((size_t)500000)

struct describing {
    struct ac_org *org;
    struct ac_ledger *ledger; // or NULL
    ac_str name, ns;          // with the namespace; the namespace
    struct ac_arena *arena;   // for the schema
    struct ac_arena scratch;  // for the cached answer
    ac_str cached, last_modified;
    int64_t asked_ms;
    const struct ac_schema *schema; // of the cached answer, NULL: none
    struct ac_arena_mark before;    // of the schema arena, without that one
};

static void free_scratch(struct describing *d) { ac_arena_free(&d->scratch); }

static enum ac_rc look_up(struct describing *d, struct ac_err *err) {
    if (!d->ledger)
        return AC_OK;
    enum ac_rc rc = ac_ledger_describe_get(d->ledger, ac_org_name(d->org), d->name.ptr, &d->scratch,
                                           &d->cached, &d->last_modified, &d->asked_ms, err);
    if (rc == AC_END)
        d->cached = d->last_modified = AC_STR_NULL;
    return rc == AC_END ? AC_OK : rc;
}

static enum ac_rc keep(struct describing *d, ac_str body, ac_str last_modified,
                       struct ac_err *err) {
    if (!d->ledger)
        return AC_OK;
    return ac_ledger_describe_put(d->ledger, ac_org_name(d->org), d->name.ptr, body, last_modified,
                                  err);
}

static enum ac_rc parse(struct describing *d, ac_str body, const struct ac_schema **out,
                        struct ac_err *err) {
    char source[200];
    if (!ac_json_is_bounded(body, AC_JSON_MAX_DEPTH, MAX_VALUES))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "BAD_SCHEMA",
                          "the describe of %.*s nests too deep or has too many members",
                          AC_STR_ARG(d->name));
    snprintf(source, sizeof source, "the describe of %.*s", AC_STR_ARG(d->name));
    return ac_schema_parse(body, source, d->ns, false, d->arena, out, err);
}

// Makes a schema of the cached answer; one that cannot be read is none, and must not be what the
// org is asked about.
static void read_cached(struct describing *d) {
    struct ac_err ignored = AC_ERR_INIT;
    d->before = ac_arena_mark(d->arena);
    if (ac_str_is_null(d->cached) || parse(d, d->cached, &d->schema, &ignored) == AC_OK)
        return;
    ac_arena_rewind(d->arena, d->before);
    d->schema = NULL;
    d->last_modified = AC_STR_NULL;
}

static enum ac_rc not_there(const struct describing *d, struct ac_err *err) {
    const char *quote = d->ns.len ? "\"" : "";
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "NOT_FOUND",
                      "%s has no object %.*s, or this user may not see it: check that the package "
                      "is installed, that its namespace is really %s%.*s%s (SF_ADAPTER_NAMESPACE, "
                      "- for none), that the org knows the API version %s (SF_VERSION), and that "
                      "the user has the permission set AC_Administrator",
                      ac_org_name(d->org), AC_STR_ARG(d->name), quote,
                      AC_STR_ARG(d->ns.len ? d->ns : AC_STR("- (none)")), quote,
                      d->org->options->version);
}

static enum ac_rc take(struct describing *d, const struct ac_rest_reply *reply,
                       const struct ac_schema **out, struct ac_err *err) {
    struct ac_err why = AC_ERR_INIT;
    ac_arena_rewind(d->arena, d->before); // the cached one is not needed any more
    if (parse(d, reply->body, out, &why) == AC_OK)
        return keep(d, reply->body, ac_str_of(reply->last_modified), err);
    ac_arena_rewind(d->arena, d->before);
    *out = NULL;
    if (strcmp(why.code, "NO_MEMORY") == 0) {
        *err = why;
        return err->rc;
    }
    // Half an answer, or a page of a proxy: worth another try.
    return ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "BAD_REPLY", "%s answered nonsense: %s",
                      ac_org_name(d->org), why.text);
}

static enum ac_rc judge(struct describing *d, const struct ac_rest_reply *reply,
                        const struct ac_schema **out, struct ac_err *err) {
    if (reply->outcome == AC_OUT_OK)
        return take(d, reply, out, err);
    if (reply->outcome == AC_OUT_UNCHANGED && d->schema) {
        *out = d->schema;
        return keep(d, d->cached, d->last_modified, err);
    }
    if (reply->status == 404)
        return not_there(d, err);
    char doing[160];
    snprintf(doing, sizeof doing, "ask for the fields of %.*s", AC_STR_ARG(d->name));
    return ac_rest_failed(d->org, reply, doing, err);
}

static enum ac_rc ask(struct describing *d, const struct ac_schema **out, struct ac_err *err) {
    struct ac_rest_reply reply;
    AC_CLEANUP(ac_buf_free) struct ac_buf body, path;
    ac_buf_init(&body, MAX_BODY_BYTES);
    ac_buf_init(&path, 1024);
    bool is_good = ac_buf_add_str(&path, AC_STR("/sobjects/")) && ac_buf_add_url(&path, d->name) &&
                   ac_buf_add_str(&path, AC_STR("/describe"));
    struct ac_rest_call call = {.method = "GET",
                                .path = is_good ? ac_buf_text(&path) : NULL,
                                .if_modified_since =
                                    d->last_modified.len ? d->last_modified.ptr : NULL,
                                .max_reply_bytes = MAX_BODY_BYTES};
    if (!call.path)
        return ac_err_nomem(err, "a describe");
    enum ac_rc rc = ac_rest_wait(d->org, &call, &reply, &body, err);
    return rc == AC_OK ? judge(d, &reply, out, err) : rc;
}

enum ac_rc ac_describe(struct ac_org *org, struct ac_ledger *ledger, ac_str object, ac_str ns,
                       int64_t fresh_ms, struct ac_arena *arena, const struct ac_schema **out,
                       bool *is_cached, struct ac_err *err) {
    AC_CLEANUP(free_scratch)
    struct describing d = {.org = org, .ledger = ledger, .ns = ns, .arena = arena};
    ac_arena_init(&d.scratch, MAX_BODY_BYTES + 65536);
    d.name = ac_schema_with_ns(ns, object, &d.scratch);
    d.name = ac_arena_copy_str(&d.scratch, d.name); // with a NUL, for the ledger
    if (!d.name.ptr)
        return ac_err_nomem(err, "the name of an object");
    enum ac_rc rc = ac_org_login(org, err); // the ledger goes by the instance
    if (rc == AC_OK && fresh_ms != AC_DESCRIBE_ANEW)
        rc = look_up(&d, err);
    if (rc != AC_OK)
        return rc;
    int64_t age_ms = org->clock->now_ms(org->clock->self) - d.asked_ms;
    read_cached(&d);
    bool is_fresh = d.schema && age_ms >= 0 && age_ms < fresh_ms;
    if (is_cached)
        *is_cached = is_fresh;
    if (is_fresh) {
        *out = d.schema;
        return AC_OK;
    }
    return ask(&d, out, err);
}
