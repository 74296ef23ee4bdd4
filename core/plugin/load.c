// SPDX-License-Identifier: MIT
// Shared objects found in folders, then opened once.
#include "plugin/load.h"
#include "plugin/handshake.h"
#include "plugin/trust.h"
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define MODULE_BYTES ((size_t)1024 * 1024)
#define MAX_FILES 10000u
#define ENTRY "acload_plugin_entry"

// What was opened stays so until the process ends, hence the one list of the process. Loading is
// the work of one thread.
static struct opened {
    struct opened *next;
    struct ac_module module;
    void *handle;
    struct ac_arena arena; // its option table
    char path[];
} * all_opened;

static const struct ac_module *find_opened(const char *real) {
    for (const struct opened *o = all_opened; o; o = o->next)
        if (strcmp(o->path, real) == 0)
            return &o->module;
    return NULL;
}

// dlerror() begins with the path, which our own sentence has already.
static enum ac_rc not_loaded(const char *real, struct ac_err *err) {
    const char *why = dlerror();
    size_t len = strlen(real);
    if (why && strncmp(why, real, len) == 0 && strncmp(why + len, ": ", 2) == 0)
        why += len + 2;
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "PLUGIN_BROKEN",
                      "plugin %s cannot be loaded: %s", real, why ? why : "nobody says why");
}

// The handle is nobody's to close: what was loaded stays, for stacks to keep their names.
static enum ac_rc enter(const char *real, void **handle, const acload_plugin **theirs,
                        struct ac_err *err) {
    *handle = dlopen(real, RTLD_NOW | RTLD_LOCAL);
    if (!*handle)
        return not_loaded(real, err);
    void *symbol = dlsym(*handle, ENTRY);
    if (!symbol)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "PLUGIN_BROKEN",
                          "%s is a shared object, but no plugin of acload: it does not export "
                          "%s()",
                          real, ENTRY);
    const acload_plugin *(*entry)(void);
    memcpy(&entry, &symbol, sizeof entry);
    *theirs = entry();
    if (*theirs)
        return AC_OK;
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "PLUGIN_BROKEN",
                      "plugin %s is broken: %s() returned NULL", real, ENTRY);
}

static enum ac_rc open_new(const char *real, const struct ac_module **out, struct ac_err *err) {
    const acload_plugin *theirs = NULL;
    void *handle = NULL;
    enum ac_rc rc = enter(real, &handle, &theirs, err);
    if (rc != AC_OK)
        return rc;
    size_t len = strlen(real);
    struct opened *o = calloc(1, sizeof *o + len + 1);
    if (!o)
        return ac_err_nomem(err, "a plugin");
    memcpy(o->path, real, len + 1);
    o->handle = handle;
    ac_arena_init(&o->arena, MODULE_BYTES);
    rc = ac_handshake(theirs, o->path, &o->arena, &o->module.plugin, err);
    if (rc != AC_OK) {
        ac_arena_free(&o->arena);
        free(o);
        return rc;
    }
    o->module.name = o->module.plugin.name;
    o->module.path = o->path;
    o->next = all_opened;
    all_opened = o;
    *out = &o->module;
    return AC_OK;
}

enum ac_rc ac_module_open(const char *path, struct ac_arena *arena, const struct ac_module **out,
                          struct ac_err *err) {
    char real[AC_TRUST_PATH_BYTES];
    (void)arena; // a module outlives every arena
    enum ac_rc rc = ac_trust_file(path, real, err);
    if (rc != AC_OK)
        return rc;
    *out = find_opened(real);
    return *out ? AC_OK : open_new(real, out, err);
}

// --- folders -------------------------------------------------------------------------------------

struct file {
    const char *name; // without .so
    const char *dir;
    size_t rank; // of its folder
};

struct files {
    struct file *list;
    size_t n, max;
};

static int by_name(const void *a, const void *b) {
    const struct file *x = a, *y = b;
    int d = strcmp(x->name, y->name);
    return d ? d : (x->rank > y->rank) - (x->rank < y->rank);
}

static enum ac_rc add_file(struct files *f, const char *name, size_t len, const char *dir,
                           size_t rank, struct ac_arena *arena, struct ac_err *err) {
    if (f->n == f->max) {
        size_t max = f->max ? f->max * 2 : 32;
        struct file *more = ac_arena_alloc(arena, max * sizeof *more);
        if (!more)
            return ac_err_nomem(err, "the names of plugins");
        if (f->n)
            memcpy(more, f->list, f->n * sizeof *more);
        f->list = more;
        f->max = max;
    }
    const char *copy = ac_arena_copy(arena, ac_str_n(name, len));
    if (!copy)
        return ac_err_nomem(err, "the names of plugins");
    f->list[f->n++] = (struct file){copy, dir, rank};
    return AC_OK;
}

// A folder that does not exist holds no plugin; that is no error.
static enum ac_rc scan(struct files *f, const char *dir, size_t rank, struct ac_arena *arena,
                       struct ac_err *err) {
    DIR *d = opendir(dir);
    if (!d && errno == ENOENT)
        return AC_OK;
    if (!d)
        return ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, "cannot look for plugins in", dir);
    enum ac_rc rc = AC_OK;
    for (struct dirent *entry; rc == AC_OK && f->n < MAX_FILES && (entry = readdir(d));) {
        ac_str name = ac_str_of(entry->d_name);
        if (name.len > 3 && name.ptr[0] != '.' && ac_str_ends(name, AC_STR(".so")))
            rc = add_file(f, name.ptr, name.len - 3, dir, rank, arena, err);
    }
    closedir(d);
    return rc;
}

// Sorted by name; of the same name only the first folder's.
static void settle(struct files *f) {
    size_t n = 0;
    if (f->n)
        qsort(f->list, f->n, sizeof *f->list, by_name);
    for (size_t i = 0; i < f->n; i++)
        if (!n || strcmp(f->list[n - 1].name, f->list[i].name) != 0)
            f->list[n++] = f->list[i];
    f->n = n;
}

static enum ac_rc path_of(char out[AC_TRUST_PATH_BYTES], const char *dir, const char *name,
                          struct ac_err *err) {
    int len = snprintf(out, AC_TRUST_PATH_BYTES, "%s/%s.so", dir, name);
    if (len > 0 && len < AC_TRUST_PATH_BYTES)
        return AC_OK;
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "PLUGIN_NOT_FOUND",
                      "%.200s.so: the name or its folder is too long", name);
}

static void append(char *list, size_t max, const char *what) {
    size_t at = strlen(list);
    if (at + 8 < max)
        snprintf(list + at, max - at, "%s%s", at ? ", " : "", what);
}

// The message lists where we looked for what, and what is there instead.
static enum ac_rc no_such(const char *name, const char *const *dirs, struct ac_arena *arena,
                          struct ac_err *err) {
    char places[320] = "", known[200] = "";
    struct files f = {0};
    for (size_t i = 0; dirs[i]; i++) {
        struct ac_err ignored = AC_ERR_INIT;
        append(places, sizeof places, dirs[i]);
        scan(&f, dirs[i], i, arena, &ignored);
    }
    settle(&f);
    for (size_t i = 0; i < f.n; i++)
        append(known, sizeof known, f.list[i].name);
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "PLUGIN_NOT_FOUND",
                      "there is no plugin \"%.60s\" (no %.60s.so) in %s; there: %s. --plugin-dir "
                      "names another folder, a name with a slash is a file's path",
                      name, name, places[0] ? places : "no folder at all",
                      known[0] ? known : "no plugin");
}

enum ac_rc ac_module_find(const char *name, const char *const *dirs, struct ac_arena *arena,
                          const struct ac_module **out, struct ac_err *err) {
    char path[AC_TRUST_PATH_BYTES];
    struct stat info;
    if (strchr(name, '/'))
        return ac_module_open(name, arena, out, err);
    for (size_t i = 0; *name && dirs[i]; i++) {
        enum ac_rc rc = path_of(path, dirs[i], name, err);
        if (rc != AC_OK)
            return rc;
        if (lstat(path, &info) == 0)
            return ac_module_open(path, arena, out, err);
        if (errno != ENOENT && errno != ENOTDIR)
            return ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, "cannot look for the plugin", path);
    }
    return no_such(name, dirs, arena, err);
}

// Told of a broken one, the caller goes on; without memory nobody does.
static enum ac_rc pass_over(void (*bad)(void *arg, const struct ac_err *why), void *arg,
                            struct ac_err *why, struct ac_err *err) {
    if (why->cause != AC_CAUSE_CONFIG) {
        *err = *why;
        return why->rc;
    }
    bad(arg, why);
    return AC_OK;
}

static enum ac_rc scan_trusted(struct files *f, const char *dir, size_t rank,
                               struct ac_arena *arena, struct ac_err *err) {
    char real[AC_TRUST_PATH_BYTES];
    size_t before = f->n;
    enum ac_rc rc = scan(f, dir, rank, arena, err);
    if (rc != AC_OK || f->n == before)
        return rc; // one that is empty harms nobody
    rc = ac_trust_folder(dir, real, err);
    if (rc != AC_OK)
        f->n = before; // said once, not for every file
    return rc;
}

enum ac_rc ac_module_list(const char *const *dirs, struct ac_arena *arena,
                          bool (*each)(void *arg, const struct ac_module *module),
                          void (*bad)(void *arg, const struct ac_err *why), void *arg,
                          struct ac_err *err) {
    struct files f = {0};
    for (size_t i = 0; dirs[i]; i++) {
        struct ac_err why = AC_ERR_INIT;
        if (scan_trusted(&f, dirs[i], i, arena, &why) == AC_OK)
            continue;
        enum ac_rc rc = pass_over(bad, arg, &why, err);
        if (rc != AC_OK)
            return rc;
    }
    settle(&f);
    for (size_t i = 0; i < f.n; i++) {
        char path[AC_TRUST_PATH_BYTES];
        const struct ac_module *module = NULL;
        struct ac_err why = AC_ERR_INIT;
        enum ac_rc rc = path_of(path, f.list[i].dir, f.list[i].name, &why);
        if (rc == AC_OK)
            rc = ac_module_open(path, arena, &module, &why);
        if (rc == AC_OK && !each(arg, module))
            break;
        if (rc != AC_OK && (rc = pass_over(bad, arg, &why, err)) != AC_OK)
            return rc;
    }
    return AC_OK;
}
