// SPDX-License-Identifier: MIT
// The org's objects with their fields, held against the schemas.
#include "cli/check.h"
#include "org/describe.h"
#include "plugin/load.h"
#include "schema/schema.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

const struct ac_schema *ac_check_describe(struct ac_checking *c, const char *object,
                                          struct ac_err *err) {
    const struct ac_config *config = &c->cli->config;
    const struct ac_schema *there = NULL;
    for (size_t i = 0; i < c->n_objects; i++)
        if (strcmp(c->objects[i].name, object) == 0)
            return c->objects[i].schema;
    // Runs go by what is seen here, not by what they were told before somebody mended it.
    if (ac_describe(c->org, c->ledger, ac_str_of(object), ac_str_of(config->ns), AC_DESCRIBE_ANEW,
                    &c->cli->arena, &there, NULL, err) != AC_OK)
        return NULL;
    if (c->n_objects < AC_CHECK_MAX_OBJECTS) {
        snprintf(c->objects[c->n_objects].name, sizeof c->objects[0].name, "%s", object);
        c->objects[c->n_objects++].schema = there;
    }
    return there;
}

// --- does anybody here write to it? --------------------------------------------------------------

struct asking { // plugins that say which objects they know
    struct ac_checking *c;
    const char *object;
    bool is_known;
};

static bool ask_plugin(void *arg, const struct ac_module *m) {
    struct asking *a = arg;
    struct ac_instance *in = NULL;
    struct ac_err ignored = AC_ERR_INIT;
    acload_sample sample = {
        .size = sizeof sample, .name = ac_str_of(a->object), .format = ACLOAD_RECORDS};
    acload_bid bid = {.size = sizeof bid};
    if (!m->plugin.bid ||
        ac_instance_new(&in, m, NULL, 0, &a->c->services, a->c->cli->clock, &ignored) != AC_OK)
        return true;
    a->is_known = ac_instance_bid(in, &sample, &bid, &ignored) == AC_OK && bid.score > 0;
    ac_instance_free(in);
    return !a->is_known;
}

static void ignore_broken(void *arg, const struct ac_err *why) {
    (void)arg;
    (void)why;
}

static bool is_written_to(struct ac_checking *c, const char *object) {
    struct asking a = {c, object, false};
    struct ac_err ignored = AC_ERR_INIT;
    ac_module_list(c->cli->config.plugin_dirs, &c->cli->arena, ask_plugin, ignore_broken, &a,
                   &ignored);
    return a.is_known;
}

// --- fields --------------------------------------------------------------------------------------

struct names { // a few of many
    char text[400];
    size_t len, n;
};

static void add_name(struct names *l, ac_str name) {
    if (l->n++ < 4 && l->len + name.len + 8 < sizeof l->text)
        l->len += (size_t)snprintf(l->text + l->len, sizeof l->text - l->len, "%s%.*s",
                                   l->n > 1 ? ", " : "", AC_STR_ARG(name));
    else if (l->n == 5 && l->len + 5 < sizeof l->text)
        l->len += (size_t)snprintf(l->text + l->len, sizeof l->text - l->len, ", ...");
}

static bool is_closed(const struct ac_field *f) { return !f->createable || !f->updateable; }

// The org fills some by itself, numbers and formulas: nobody writes those.
static bool is_for_us(const struct ac_field *known, const struct ac_field *there) {
    return ac_str_ends(there->name, AC_STR("__c")) && known->createable && !there->calculated;
}

static void compare(struct ac_checking *c, const struct ac_schema *known,
                    const struct ac_schema *there) {
    struct names closed = {.n = 0};
    size_t n_there = 0;
    for (size_t i = 0; i < known->n_fields; i++) {
        int at = ac_schema_field(there, known->fields[i].name);
        if (at < 0)
            continue;
        n_there++;
        if (is_for_us(&known->fields[i], &there->fields[at]) && is_closed(&there->fields[at]))
            add_name(&closed, there->fields[at].name);
    }
    int key = ac_schema_field(there, known->key);
    ac_str name = there->name;
    if (known->key.len && key < 0)
        ac_check_say(c, AC_BAD, "object",
                     "%.*s has no field %.*s, or it is hidden from this user: assign the "
                     "permission set AC_Administrator",
                     AC_STR_ARG(name), AC_STR_ARG(known->key));
    else if (known->key.len && !there->fields[key].external_id && !there->fields[key].id_lookup)
        ac_check_say(c, AC_BAD, "object", "%.*s.%.*s is no external id", AC_STR_ARG(name),
                     AC_STR_ARG(known->key));
    else if (known->key.len && !there->fields[key].createable)
        ac_check_say(c, AC_BAD, "object",
                     "this user may not create records of %.*s: assign the permission set "
                     "AC_Administrator",
                     AC_STR_ARG(name));
    else if (closed.n)
        ac_check_say(c, AC_NOTE, "object",
                     "%.*s: %zu of %zu known fields are there; this user may not write %zu of "
                     "them, which are left out: %s",
                     AC_STR_ARG(name), n_there, known->n_fields, closed.n, closed.text);
    else
        ac_check_say(c, AC_GOOD, "object", "%.*s: %zu of %zu known fields are there",
                     AC_STR_ARG(name), n_there, known->n_fields);
}

static void check_object(struct ac_checking *c, const char *object) {
    const struct ac_config *config = &c->cli->config;
    const struct ac_schema *known = NULL;
    struct ac_err err = AC_ERR_INIT;
    ac_str ns = ac_str_of(config->ns), name = ac_str_of(object);
    if (ac_schema_load(config->schema_dir, name, ns, &c->cli->arena, &known, &err) != AC_OK) {
        if (err.rc != AC_OK)
            ac_check_say(c, AC_BAD, "schema", "%s", err.text);
        return;
    }
    const struct ac_schema *there = ac_check_describe(c, object, &err);
    if (there && !(there->createable && there->updateable))
        ac_check_say(c, is_written_to(c, object) ? AC_BAD : AC_NOTE, "object",
                     "this user may not %s records of %.*s: assign the permission set "
                     "AC_Administrator",
                     there->createable   ? "change"
                     : there->updateable ? "create"
                                         : "create or change",
                     AC_STR_ARG(there->name));
    else if (there)
        compare(c, known, there);
    else if (!ac_check_is_shut_out(c, &err))
        // packages differ: only what our plugins always write to must be there
        ac_check_say(c, is_written_to(c, object) ? AC_BAD : AC_NOTE, "object", "%s", err.text);
}

static int by_name(const void *a, const void *b) {
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

void ac_check_objects(struct ac_checking *c) {
    const char *names[AC_CHECK_MAX_OBJECTS];
    size_t n = 0;
    DIR *dir = opendir(c->cli->config.schema_dir);
    if (!dir) {
        ac_check_say(c, AC_BAD, "schemas", "cannot read %s; --schemas names another folder",
                     c->cli->config.schema_dir);
        return;
    }
    for (struct dirent *entry; c->org && (entry = readdir(dir)) && n < AC_N(names);) {
        ac_str name = ac_str_of(entry->d_name);
        if (!ac_str_ends(name, AC_STR("__c.json")))
            continue;
        name.len -= 5;
        names[n] = ac_arena_copy(&c->cli->arena, name);
        n += names[n] != NULL;
    }
    closedir(dir);
    qsort(names, n, sizeof *names, by_name);
    for (size_t i = 0; c->org && i < n; i++)
        check_object(c, names[i]);
}
