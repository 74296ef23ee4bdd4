// SPDX-License-Identifier: MIT
// Log lines on standard error: constant text, key=value tags, secrets masked.
#ifndef AC_BASE_LOG_H
#define AC_BASE_LOG_H
#include "base/str.h"
#include <stdio.h>

enum ac_log_level { AC_LOG_DEBUG, AC_LOG_INFO, AC_LOG_WARNING, AC_LOG_ERROR };
enum ac_log_format { AC_LOG_TEXT, AC_LOG_JSON };

// Set once at start. Lines below `from` are not written. `out` is borrowed (stderr by default).
// `color` only in text form. Before a line is written, on_line (may be NULL) is called, so that a
// progress bar can be wiped first.
void ac_log_setup(FILE *out, enum ac_log_format format, enum ac_log_level from, bool color,
                  void (*on_line)(void));
// Registers a secret (copied) that is replaced by *** wherever it would appear; too short ones
// (under 4 bytes) are ignored. At most 32; more replace the oldest.
void ac_log_secret(ac_str secret);
bool ac_log_has(enum ac_log_level level);
// What is being worked on: a tag of every line from now on, unless the line has one of that name
// itself. key is a constant, at most four; value is copied (63 bytes). NULL: not any more.
void ac_log_context(const char *key, const char *value);
// A person who looks on knows it anyway: text lines are written without.
void ac_log_hide_context(bool is_hidden);

// One event, one line. Text is a constant; tags are pairs of key and value ended by NULL:
//   ac_log(AC_LOG_WARNING, "fields dropped", "input", name, "fields", list, NULL);
// Text form: "acload: warning: fields dropped input=… fields=…" (values quoted when needed);
// JSON form: {"time":…,"level":…,"text":…,"input":…}; a key written "#rows" is shown as rows, its
// value a number there. Values over 2 KiB are cut, a line has 16 KiB
// at most (tags that do not fit are left out, "cut" says so).
void ac_log(enum ac_log_level level, const char *text, ...) __attribute__((sentinel));
// A message for people, whole as it is: "acload: error: …". For errors that end a command.
struct ac_err;
void ac_log_error(const struct ac_err *err);
void ac_log_warn(const struct ac_err *err);

#endif
