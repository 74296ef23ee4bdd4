// SPDX-License-Identifier: MIT
// Plugins found, opened, shaken hands with.
//
// Plugin is the room that knows dlopen, ABI numbers, and the order of plugins. load finds a shared
// object and makes a module of it; host makes an instance of a module (options, state, the services
// table); chain sends rows through the instances of a job in order. A module is only loaded from a
// directory, and as a file, that nobody but root and its owner (root or ourselves) can write to.
// A module is never unloaded: the process ends soon, and stacks keep their names.
#ifndef AC_PLUGIN_LOAD_H
#define AC_PLUGIN_LOAD_H
#include "base/arena.h"
#include "base/err.h"

struct ac_module {
    const char *name; // the descriptor's
    const char *path;
    acload_plugin plugin; // our copy: zeroed, then the smaller of the two sizes copied
};

// Opens one file. Errors (AC_RUN/CONFIG, naming the file): not found, not trusted (who may write,
// what to do), no shared object, no acload_plugin_entry, entry returned NULL, another ABI, a
// descriptor too short, no row function, no name, an option table that is broken.
enum ac_rc ac_module_open(const char *path, struct ac_arena *arena, const struct ac_module **out,
                          struct ac_err *err);
// The plugin of that name (file <name>.so) in the first of the directories that has one; a name
// with a slash is a path. The error lists the directories looked in and the plugins there.
enum ac_rc ac_module_find(const char *name, const char *const *dirs, struct ac_arena *arena,
                          const struct ac_module **out, struct ac_err *err);
// Every *.so of the directories, by name, first directory wins. A broken one is reported to bad()
// and passed over. each() returning false stops.
enum ac_rc ac_module_list(const char *const *dirs, struct ac_arena *arena,
                          bool (*each)(void *arg, const struct ac_module *module),
                          void (*bad)(void *arg, const struct ac_err *why), void *arg,
                          struct ac_err *err);

#endif
