// SPDX-License-Identifier: MIT
// May code be run from here? Every step of a path looked at.
#ifndef AC_PLUGIN_TRUST_H
#define AC_PLUGIN_TRUST_H
#include "base/err.h"

#define AC_TRUST_PATH_BYTES 4096

// A file or folder is trusted when nobody but root or ourselves could have put it there: it, every
// folder on the way to it, and every link followed belong to one of the two, and nobody else may
// write to them (a user's private group is nobody else). A folder like /tmp, where everybody may
// write but only remove what is his own, is passed through, but what stands in it directly is not
// trusted.
//
// `real` gets the path without links. Errors are AC_RUN/CONFIG: PLUGIN_NOT_FOUND, PLUGIN_UNTRUSTED
// (what may be written by whom, what to do), or what the system says.
enum ac_rc ac_trust_file(const char *path, char real[AC_TRUST_PATH_BYTES], struct ac_err *err);
enum ac_rc ac_trust_folder(const char *path, char real[AC_TRUST_PATH_BYTES], struct ac_err *err);

#endif
