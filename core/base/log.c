// SPDX-License-Identifier: MIT
// Log lines composed whole, masked, then written at once.
#include "base/log.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include <stdarg.h>
#include <stdlib.h>

#define LINE_MAX_BYTES 16384
#define SECRETS 32

static struct {
    FILE *out;
    enum ac_log_format format;
    enum ac_log_level from;
    bool color;
    void (*on_line)(void);
    char *secrets[SECRETS];
    size_t n_secrets;
} log_state = {.from = AC_LOG_INFO};

void ac_log_setup(FILE *out, enum ac_log_format format, enum ac_log_level from, bool color,
                  void (*on_line)(void)) {
    log_state.out = out;
    log_state.format = format;
    log_state.from = from;
    log_state.color = color;
    log_state.on_line = on_line;
}

void ac_log_secret(ac_str secret) {
    if (secret.len < 4) return;
    for (size_t i = 0; i < SECRETS; i++)
        if (log_state.secrets[i] && ac_str_eq(ac_str_of(log_state.secrets[i]), secret)) return;
    char *copy = malloc(secret.len + 1);
    if (!copy) return;
    memcpy(copy, secret.ptr, secret.len);
    copy[secret.len] = '\0';
    size_t at = log_state.n_secrets++ % SECRETS;
    free(log_state.secrets[at]);
    log_state.secrets[at] = copy;
}

bool ac_log_has(enum ac_log_level level) { return level >= log_state.from; }

static void mask(char *line) {
    for (size_t i = 0; i < SECRETS; i++) {
        const char *secret = log_state.secrets[i];
        if (!secret) continue;
        size_t len = strlen(secret);
        for (char *at = line; (at = strstr(at, secret));) {
            memcpy(at, "***", 3);
            memmove(at + 3, at + len, strlen(at + len) + 1);
            at += 3;
        }
    }
}

static void write_line(struct ac_buf *line) {
    if (!ac_buf_text(line)) return;
    mask(line->ptr);
    if (log_state.on_line) log_state.on_line();
    FILE *out = log_state.out ? log_state.out : stderr;
    size_t len = strlen(line->ptr);
    line->ptr[len] = '\n'; // in the place of the NUL: the line goes out in one piece
    fwrite(line->ptr, 1, len + 1, out);
    fflush(out);
}

static const char *const level_names[] = {"debug", "info", "warning", "error"};
static const char *const level_colors[] = {"\033[2m", "", "\033[33m", "\033[31m"};

static bool needs_quotes(ac_str s) {
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || s.ptr[i] == '"' || s.ptr[i] == '=') return true;
    return s.len == 0;
}

static void head(struct ac_buf *line, enum ac_log_level level, const char *text) {
    if (log_state.format == AC_LOG_JSON) {
        char iso[25];
        const struct ac_clock *clock = ac_clock_system();
        ac_clock_iso(clock->now_ms(clock->self), iso);
        ac_buf_printf(line, "{\"time\":\"%s\",\"level\":\"%s\",\"text\":", iso,
                      level_names[level]);
        ac_buf_add_json(line, ac_str_of(text));
        return;
    }
    const char *on = log_state.color ? level_colors[level] : "";
    const char *off = log_state.color && *on ? "\033[0m" : "";
    if (level == AC_LOG_INFO)
        ac_buf_printf(line, "acload: %s", text);
    else
        ac_buf_printf(line, "acload: %s%s:%s %s", on, level_names[level], off, text);
}

static void tag(struct ac_buf *line, const char *key, ac_str value) {
    if (log_state.format == AC_LOG_JSON) {
        ac_buf_add_char(line, ',');
        ac_buf_add_json(line, ac_str_of(key));
        ac_buf_add_char(line, ':');
        ac_buf_add_json(line, value);
        return;
    }
    ac_buf_printf(line, " %s=", key);
    if (needs_quotes(value))
        ac_buf_add_json(line, value);
    else
        ac_buf_add_str(line, value);
}

void ac_log(enum ac_log_level level, const char *text, ...) {
    if (!ac_log_has(level)) return;
    AC_CLEANUP(ac_buf_free) struct ac_buf line;
    ac_buf_init(&line, LINE_MAX_BYTES);
    head(&line, level, text);
    va_list args;
    va_start(args, text);
    for (const char *key; (key = va_arg(args, const char *));) {
        const char *value = va_arg(args, const char *);
        tag(&line, key, ac_str_of(value ? value : ""));
    }
    va_end(args);
    if (log_state.format == AC_LOG_JSON) ac_buf_add_char(&line, '}');
    write_line(&line);
}

static void log_err(enum ac_log_level level, const struct ac_err *err) {
    if (!ac_log_has(level)) return;
    AC_CLEANUP(ac_buf_free) struct ac_buf line;
    ac_buf_init(&line, LINE_MAX_BYTES);
    char text[2048];
    if (log_state.format == AC_LOG_JSON) {
        head(&line, level, err->text);
        tag(&line, "code", ac_str_of(err->code));
        if (err->source[0]) tag(&line, "source", ac_str_of(err->source));
        if (err->line) ac_buf_printf(&line, ",\"line\":%llu", (unsigned long long)err->line);
        ac_buf_add_char(&line, '}');
    } else {
        head(&line, level, ac_err_text(err, text, sizeof text));
    }
    write_line(&line);
}

void ac_log_error(const struct ac_err *err) { log_err(AC_LOG_ERROR, err); }

void ac_log_warn(const struct ac_err *err) { log_err(AC_LOG_WARNING, err); }
