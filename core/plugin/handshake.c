// SPDX-License-Identifier: MIT
// Sizes met politely: the smaller of the two is copied.
#include "plugin/handshake.h"
#include "base/option.h"
#include <stdio.h>

// What every descriptor has had since the first: up to row(). Later members may be missing.
#define LEAST_SIZE (offsetof(acload_plugin, row) + sizeof(((acload_plugin *)0)->row))
#define LEAST_OPTION_SIZE (offsetof(acload_option, fallback) + sizeof(const char *))
#define MAX_OPTIONS 1000u

static enum ac_rc broken(struct ac_err *err, const char *path, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static enum ac_rc broken(struct ac_err *err, const char *path, const char *fmt, ...) {
    char what[400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "PLUGIN_BROKEN",
                      "plugin %s is broken: %s; ask its author for another one", path, what);
}

static enum ac_rc check_sizes(const acload_plugin *theirs, const char *path, struct ac_err *err) {
    // Size and number stand at the same place in every release; nothing else is looked at before.
    if (theirs->size < offsetof(acload_plugin, name))
        return broken(err, path, "its descriptor says that it has %u bytes", theirs->size);
    if (theirs->abi != ACLOAD_ABI)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "PLUGIN_ABI",
                          "plugin %s was built for ABI %u, this acload has ABI %u; build it again "
                          "with this acload's plugin.h (pkg-config --cflags acload), or use the "
                          "acload it was built for",
                          path, theirs->abi, ACLOAD_ABI);
    if (theirs->size < LEAST_SIZE)
        return broken(err, path,
                      "its descriptor has %u bytes, at least %zu are needed (does it "
                      "begin with ACLOAD_PLUGIN_INIT?)",
                      theirs->size, LEAST_SIZE);
    return AC_OK;
}

static enum ac_rc check_members(const acload_plugin *p, const char *path, struct ac_err *err) {
    if (!p->name || !*p->name)
        return broken(err, path, "it has no name");
    for (const char *c = p->name; *c; c++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.", *c))
            return broken(err, path,
                          "its name \"%.60s\" has other characters than letters, "
                          "digits, '_', '-' and '.'",
                          p->name);
    if (!p->row)
        return broken(err, path, "it has no row function");
    return AC_OK;
}

static size_t size_of_member(int type) {
    switch (type) {
    case ACLOAD_OPT_TEXT:
        return sizeof(const char *);
    case ACLOAD_OPT_INT:
    case ACLOAD_OPT_SIZE:
    case ACLOAD_OPT_TIME:
        return sizeof(int64_t);
    case ACLOAD_OPT_BOOL:
    case ACLOAD_OPT_CHOICE:
        return sizeof(int);
    default:
        return 0;
    }
}

// Is its own fallback a value that it takes? Tried in a place of our own.
static enum ac_rc check_fallback(const acload_option *o, const char *path, struct ac_arena *arena,
                                 struct ac_err *err) {
    acload_option alone[2] = {*o, {.name = NULL}};
    int64_t place[2] = {0};
    struct ac_err why = AC_ERR_INIT;
    alone[0].at = 0;
    if (!o->fallback || ac_option_defaults(alone, sizeof *alone, place, arena, &why) == AC_OK)
        return AC_OK;
    if (why.cause != AC_CAUSE_CONFIG) {
        *err = why;
        return why.rc;
    }
    return broken(err, path, "its option table: %s", why.text);
}

static enum ac_rc check_option(const acload_plugin *p, size_t i, const char *path,
                               struct ac_arena *arena, struct ac_err *err) {
    const acload_option *o = &p->options[i];
    size_t len = size_of_member(o->type);
    if (!*o->name)
        return broken(err, path, "its option table: row %zu has an empty name", i);
    if (!len)
        return broken(err, path, "its option table: %s has the type %d, which does not exist",
                      o->name, o->type);
    if (o->at % len || p->state_size < len || o->at > p->state_size - len)
        return broken(err, path,
                      "its option table: %s is to be filled at byte %zu of a state of "
                      "%zu bytes",
                      o->name, o->at, p->state_size);
    if (o->type == ACLOAD_OPT_CHOICE && (!o->choices || !*o->choices))
        return broken(err, path, "its option table: %s has no choices", o->name);
    if (o->max && o->min > o->max)
        return broken(err, path, "its option table: %s has a range that holds no value", o->name);
    for (size_t k = 0; k < i; k++)
        if (strcmp(p->options[k].name, o->name) == 0)
            return broken(err, path, "its option table: %s stands in it twice", o->name);
    return check_fallback(o, path, arena, err);
}

static enum ac_rc take_options(acload_plugin *p, const char *path, struct ac_arena *arena,
                               struct ac_err *err) {
    const char *theirs = (const char *)p->options;
    size_t stride = p->option_size, n = 0;
    size_t both = stride < sizeof(acload_option) ? stride : sizeof(acload_option);
    p->option_size = sizeof(acload_option);
    if (!theirs)
        return AC_OK;
    if (stride < LEAST_OPTION_SIZE || stride % _Alignof(acload_option))
        return broken(err, path, "its option table has rows of %zu bytes, at least %zu are needed",
                      stride, LEAST_OPTION_SIZE);
    for (;; n++) {
        const acload_option *row = (const acload_option *)(const void *)(theirs + n * stride);
        if (!row->name)
            break;
        if (n == MAX_OPTIONS)
            return broken(err, path, "its option table has no end (a row with name NULL)");
    }
    acload_option *ours = ac_arena_zalloc(arena, (n + 1) * sizeof *ours);
    if (!ours)
        return ac_err_nomem(err, "a plugin's options");
    for (size_t i = 0; i < n; i++)
        memcpy(&ours[i], theirs + i * stride, both);
    p->options = ours;
    for (size_t i = 0; i < n; i++) {
        enum ac_rc rc = check_option(p, i, path, arena, err);
        if (rc != AC_OK)
            return rc;
    }
    return AC_OK;
}

enum ac_rc ac_handshake(const acload_plugin *theirs, const char *path, struct ac_arena *arena,
                        acload_plugin *out, struct ac_err *err) {
    enum ac_rc rc = check_sizes(theirs, path, err);
    if (rc != AC_OK)
        return rc;
    memset(out, 0, sizeof *out);
    memcpy(out, theirs, theirs->size < sizeof *out ? theirs->size : sizeof *out);
    rc = check_members(out, path, err);
    return rc == AC_OK ? take_options(out, path, arena, err) : rc;
}
