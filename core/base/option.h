// SPDX-License-Identifier: MIT
// Option tables: one row parses, checks or explains one option.
#ifndef AC_BASE_OPTION_H
#define AC_BASE_OPTION_H
#include "base/arena.h"
#include "base/err.h"
#include <stdio.h>

// The public row (acload/plugin.h) serves every table of the program: plugins' options, the
// configuration's objects, the commands' flags. `stride` is the option_size of the one who
// compiled the table, so an older plugin's shorter rows are still walked correctly.

// Fills every option of the table with its fallback. AC_OK, or AC_RUN when memory is short. An
// option without fallback keeps its zeroed member.
enum ac_rc ac_option_defaults(const acload_option *table, size_t stride, void *state,
                              struct ac_arena *arena, struct ac_err *err);
// Sets one option from text. Unknown name: an error that names `who` and lists the known ones
// (and the nearest); a bad value: an error that says what is accepted. Texts are copied to arena.
enum ac_rc ac_option_set(const acload_option *table, size_t stride, void *state, ac_str name,
                         ac_str value, const char *who, struct ac_arena *arena, struct ac_err *err);
// The first required text that was never set, or NULL. (In the other types nothing tells unset from
// zero: give them a fallback.)
const acload_option *ac_option_missing(const acload_option *table, size_t stride,
                                       const void *state);
// The row of that name, or NULL.
const acload_option *ac_option_find(const acload_option *table, size_t stride, ac_str name);
// Prints the table: "  --name VALUE   help (default x)"; prefix is "--" for flags, "" for keys.
void ac_option_help(FILE *out, const acload_option *table, size_t stride, const char *prefix);

#endif
