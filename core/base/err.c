// SPDX-License-Identifier: MIT
// Errors set once, then carried.
#include "base/err.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

// A text of the full size may end inside a character, of which nothing is kept then.
static void cut(char *text, size_t size) {
    size_t n = strlen(text), at = n;
    if (n + 1 < size)
        return;
    while (at && n - at < 3 && ((unsigned char)text[at - 1] & 0xC0) == 0x80)
        at--;
    if (at && (unsigned char)text[at - 1] >= 0xC0)
        at--;
    if (ac_str_utf8_bad(ac_str_n(text + at, n - at)) != n - at)
        text[at] = '\0';
}

enum ac_rc ac_err_setv(struct ac_err *err, enum ac_rc rc, enum ac_cause cause, const char *code,
                       const char *fmt, va_list args) {
    if (err->rc != AC_OK)
        return rc;
    err->rc = rc;
    err->cause = cause;
    snprintf(err->code, sizeof err->code, "%s", code);
    vsnprintf(err->text, sizeof err->text, fmt, args);
    cut(err->text, sizeof err->text);
    return rc;
}

enum ac_rc ac_err_set(struct ac_err *err, enum ac_rc rc, enum ac_cause cause, const char *code,
                      const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    ac_err_setv(err, rc, cause, code, fmt, args);
    va_end(args);
    return rc;
}

enum ac_rc ac_err_nomem(struct ac_err *err, const char *what) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "NO_MEMORY", "no memory for %s", what);
}

const char *ac_err_reason(int number, char *out, size_t len) {
    return strerror_r(number, out, len);
}

enum ac_rc ac_err_sys(struct ac_err *err, enum ac_rc rc, enum ac_cause cause, const char *what,
                      const char *name) {
    char why[128];
    int number = errno;
    const char *text = ac_err_reason(number, why, sizeof why);
    const char *code = number == ENOSPC   ? "DISK_FULL"
                       : number == ENOENT ? "NOT_FOUND"
                       : number == EACCES ? "NO_PERMISSION"
                                          : "SYSTEM";
    return ac_err_set(err, rc, cause, code, "%s %s: %s", what, name, text);
}

void ac_err_at(struct ac_err *err, const char *source, uint64_t line, uint64_t column) {
    if (source && !err->source[0]) {
        snprintf(err->source, sizeof err->source, "%s", source);
        cut(err->source, sizeof err->source);
    }
    if (line && !err->line)
        err->line = line;
    if (column && !err->column)
        err->column = column;
}

void ac_err_clear(struct ac_err *err) { *err = (struct ac_err)AC_ERR_INIT; }

static bool is_word_char(char c) {
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_';
}

// Does the text hold the name, not as a part of another word?
static bool names(const char *text, const char *name) {
    size_t len = strlen(name);
    for (const char *at = text; (at = strstr(at, name)); at++)
        if ((at == text || !is_word_char(at[-1])) && !is_word_char(at[len]))
            return true;
    return false;
}

const char *ac_err_text(const struct ac_err *err, char *out, size_t len) {
    char place[600] = "", line[32] = "";
    if (err->line)
        snprintf(line, sizeof line, "%s%llu", err->source[0] ? ":" : "line ",
                 (unsigned long long)err->line);
    // A text that names its source already does not get it twice.
    bool is_named = err->source[0] && names(err->text, err->source);
    if (err->line || (err->source[0] && !is_named))
        snprintf(place, sizeof place, "%s%s: ", err->source, line);
    snprintf(out, len, "%s%s%s%s%s", place, err->text, err->code[0] ? " (" : "", err->code,
             err->code[0] ? ")" : "");
    return out;
}

int ac_err_exit(enum ac_cause cause) {
    switch (cause) {
    case AC_CAUSE_NONE:
        return 0;
    case AC_CAUSE_ROW:
        return 1;
    case AC_CAUSE_INPUT:
        return 4;
    case AC_CAUSE_STOP:
        return 3;
    case AC_CAUSE_CONFIG:
        return 2;
    case AC_CAUSE_INTERNAL:
        return 5;
    }
    return 5;
}

int ac_exit_worse(int a, int b) {
    static const int order[] = {5, 2, 3, 4, 1};
    for (size_t i = 0; i < AC_N(order); i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return 0;
}
