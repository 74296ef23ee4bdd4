// SPDX-License-Identifier: MIT
// A plugin's words about what went wrong, made fit to print.
#include "plugin/host_int.h"
#include <stdio.h>

// The text may hold pieces of cells, cut anywhere by the plugin's format.
void ac_host_clean(char *text) {
    ac_str rest = ac_str_of(text);
    for (size_t bad; (bad = ac_str_utf8_bad(rest)) < rest.len; rest = ac_str_skip(rest, bad + 1))
        text[(size_t)(rest.ptr - text) + bad] = '?';
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            *c = ' ';
    size_t len = strlen(text);
    while (len && text[len - 1] == ' ')
        text[--len] = '\0';
}

// Codes are for tables: letters, digits, '_'.
static void clean_code(char *code) {
    for (; *code; code++) {
        bool is_letter = (*code | 32) >= 'a' && (*code | 32) <= 'z';
        if (!is_letter && !(*code >= '0' && *code <= '9'))
            *code = '_';
    }
}

void ac_host_reason(struct ac_instance *in, const char *code, const char *fmt, va_list args) {
    struct ac_err *e = &in->reason;
    if (e->rc != AC_OK)
        return; // the first one stands
    ac_err_setv(e, AC_ROW, AC_CAUSE_ROW, code && *code ? code : "REJECTED", fmt, args);
    ac_host_clean(e->text);
    clean_code(e->code);
}

void ac_host_say(struct ac_instance *in, const char *code, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    ac_host_reason(in, code, fmt, args);
    va_end(args);
}

void ac_host_nomem(struct ac_instance *in) {
    in->has_no_memory = true;
    in->reason.rc = AC_OK;
    ac_host_say(in, "NO_MEMORY",
                "no memory is left for plugin %s; nothing is lost, run again with more",
                in->module->name);
}

void ac_host_misuse(struct ac_instance *in, const char *fmt, ...) {
    char what[300];
    va_list args;
    if (in->has_misused || in->has_no_memory)
        return;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    in->has_misused = true;
    in->reason.rc = AC_OK; // whatever the plugin says, this is what is wrong
    ac_host_say(in, "PLUGIN_MISUSE", "plugin %s (%s) breaks its contract: %s; tell its author",
                in->module->name, in->module->path, what);
}
