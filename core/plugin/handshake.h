// SPDX-License-Identifier: MIT
// A descriptor taken over from a shared object that somebody else compiled.
#ifndef AC_PLUGIN_HANDSHAKE_H
#define AC_PLUGIN_HANDSHAKE_H
#include "plugin/load.h"

// Fills *out: a zeroed descriptor, then as many bytes as both sides know. The option table is made
// anew in the same way, row by row, so that everybody after us can walk it with sizeof. Texts stay
// where they are, in the shared object. Errors are AC_RUN/CONFIG and name `path`: PLUGIN_ABI,
// PLUGIN_BROKEN.
enum ac_rc ac_handshake(const acload_plugin *theirs, const char *path, struct ac_arena *arena,
                        acload_plugin *out, struct ac_err *err);

#endif
