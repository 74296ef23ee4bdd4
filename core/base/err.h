// SPDX-License-Identifier: MIT
// The error value every fallible function fills.
//
// Base is the room for what would help a program that has never heard of rows: slices, memory,
// buffers, errors, log lines, time, options, one HTTP call. Nothing in it knows Amazon Connect,
// Salesforce or a file format, and nothing in it keeps global state beyond the log's settings.
//
// Errors. A function that can fail returns enum ac_rc, which falls as more is lost, so the worse
// of two is the smaller. The cause goes into the caller's struct ac_err, always the last
// parameter and never NULL. The first cause stands: setting an error that is already set changes
// nothing, so a clean-up path cannot hide what went wrong. Whoever stops an error travelling logs
// it, once. The cause class decides the exit code of the command (design: 5, 2, 3, 4, 1, 0).
#ifndef AC_BASE_ERR_H
#define AC_BASE_ERR_H
#include "base/str.h"
#include <stdarg.h>
#include <stdint.h>

enum ac_rc {
    AC_END = 1,    // nothing more
    AC_OK = 0,     //
    AC_AGAIN = -1, // not now; try in a moment
    AC_ROW = -2,   // this row is lost (rejected)
    AC_INPUT = -3, // this file or member is lost
    AC_RUN = -4    // everything from here is lost
};

enum ac_cause {
    AC_CAUSE_NONE,
    AC_CAUSE_ROW,     // exit 1
    AC_CAUSE_INPUT,   // exit 4: an input cannot be read or matches nothing
    AC_CAUSE_STOP,    // exit 3: stopped, run again
    AC_CAUSE_CONFIG,  // exit 2: usage, configuration or login
    AC_CAUSE_INTERNAL // exit 5
};

struct ac_err {
    enum ac_rc rc;       // AC_OK: no error
    enum ac_cause cause; //
    char code[64];       // STRING_TOO_LONG, INVALID_SESSION_ID …; for machines and tables
    char text[768];      // what happened to what, what to do; no trailing period or newline
    char source[512];    // the input's name, or ""
    uint64_t line;       // 1-based, 0: unknown
    uint64_t column;     // 1-based cell or character, 0: unknown
    uint64_t byte;       // offset in the input; valid when has_byte
    int has_byte;
};

#define AC_ERR_INIT                                                                                \
    { .rc = AC_OK, .cause = AC_CAUSE_NONE }

// Sets the error if none is set yet, and returns rc. Texts that do not fit are cut at a character.
enum ac_rc ac_err_set(struct ac_err *err, enum ac_rc rc, enum ac_cause cause, const char *code,
                      const char *fmt, ...) __attribute__((format(printf, 5, 6)));
enum ac_rc ac_err_setv(struct ac_err *err, enum ac_rc rc, enum ac_cause cause, const char *code,
                       const char *fmt, va_list args) __attribute__((format(printf, 5, 0)));
// Out of memory, as an AC_RUN error of cause STOP that names what was wanted.
enum ac_rc ac_err_nomem(struct ac_err *err, const char *what);
// The system's words for an errno value, in out or elsewhere.
const char *ac_err_reason(int number, char *out, size_t len);
// The same for a failed system call: adds the words for errno.
enum ac_rc ac_err_sys(struct ac_err *err, enum ac_rc rc, enum ac_cause cause, const char *what,
                      const char *name);
// Adds the place, where none is known yet. source may be NULL.
void ac_err_at(struct ac_err *err, const char *source, uint64_t line, uint64_t column);
// Forgets the error.
void ac_err_clear(struct ac_err *err);
// "source:line: text (CODE)" into out; always terminated. Returns out.
const char *ac_err_text(const struct ac_err *err, char *out, size_t len);
// The exit code of a cause, and the worse of two exit codes by the order 5, 2, 3, 4, 1, 0.
int ac_err_exit(enum ac_cause cause);
int ac_exit_worse(int a, int b);

#endif
