// SPDX-License-Identifier: MIT
// Log lines composed whole, secrets masked, then written at once.
#include "base/log.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include <stdarg.h>
#include <stdlib.h>

#define LINE_MAX_BYTES ((size_t)16384)
#define VALUE_MAX_BYTES ((size_t)2048) // shown; what is longer is cut
#define VALUE_READ_BYTES ((size_t)65536)
#define SECRETS 32
#define CONTEXTS 4
#define CONTEXT_BYTES 64

static struct {
    FILE *out;
    enum ac_log_format format;
    enum ac_log_level from;
    bool color;
    void (*on_line)(void);
    char *secrets[SECRETS];
    size_t n_secrets;
    struct {
        const char *key; // NULL: none
        char value[CONTEXT_BYTES];
    } contexts[CONTEXTS];
    bool is_hidden;
} log_state = {.from = AC_LOG_INFO};

// A line being composed. Each part is added whole or not at all.
struct line {
    struct ac_buf text, value;
    bool is_cut; // a tag did not fit
};

void ac_log_setup(FILE *out, enum ac_log_format format, enum ac_log_level from, bool color,
                  void (*on_line)(void)) {
    log_state.out = out;
    log_state.format = format;
    log_state.from = from;
    log_state.color = color;
    log_state.on_line = on_line;
}

static void forget(char *secret) {
    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

void ac_log_secret(ac_str secret) {
    if (secret.len < 4)
        return;
    for (size_t i = 0; i < SECRETS; i++)
        if (log_state.secrets[i] && ac_str_eq(ac_str_of(log_state.secrets[i]), secret))
            return;
    char *copy = calloc(1, secret.len + 1);
    if (!copy)
        return;
    memcpy(copy, secret.ptr, secret.len);
    size_t at = log_state.n_secrets++ % SECRETS;
    forget(log_state.secrets[at]);
    log_state.secrets[at] = copy;
}

void ac_log_context(const char *key, const char *value) {
    size_t at = 0, free_at = CONTEXTS;
    for (; at < CONTEXTS; at++) {
        const char *there = log_state.contexts[at].key;
        if (there && strcmp(there, key) == 0)
            break;
        if (!there && free_at == CONTEXTS)
            free_at = at;
    }
    if (at == CONTEXTS)
        at = free_at;
    if (at == CONTEXTS)
        return;
    log_state.contexts[at].key = value ? key : NULL;
    if (value)
        snprintf(log_state.contexts[at].value, CONTEXT_BYTES, "%s", value);
}

void ac_log_hide_context(bool is_hidden) { log_state.is_hidden = is_hidden; }

bool ac_log_has(enum ac_log_level level) { return level >= log_state.from; }

// The length of the longest secret that begins here: one may begin with another.
static size_t secret_at(const char *at) {
    size_t longest = 0;
    for (size_t i = 0; i < SECRETS; i++) {
        const char *secret = log_state.secrets[i];
        if (!secret || secret[0] != *at)
            continue;
        size_t len = strlen(secret);
        if (len > longest && strncmp(at, secret, len) == 0)
            longest = len;
    }
    return longest;
}

// In place: a mask is shorter than any secret.
static size_t mask(char *text) {
    char *to = text;
    for (const char *at = text; *at;) {
        size_t len = secret_at(at);
        if (len) {
            for (int i = 0; i < 3; i++)
                *to++ = '*';
            at += len;
        } else {
            *to++ = *at++;
        }
    }
    *to = '\0';
    return (size_t)(to - text);
}

// A value as it may be seen. Secrets are masked before anything is cut or escaped, or they would
// be missed.
static ac_str shown(struct line *line, const char *value) {
    struct ac_buf *room = &line->value;
    ac_str s = ac_str_of(value);
    if (s.len > VALUE_READ_BYTES)
        s.len = VALUE_READ_BYTES;
    ac_buf_clear(room);
    if (!ac_buf_add_str(room, s) || !ac_buf_text(room))
        return AC_STR("?");
    room->len = mask(room->ptr);
    if (room->len <= VALUE_MAX_BYTES)
        return ac_buf_str(room);
    room->len = VALUE_MAX_BYTES;
    while (room->len && ((unsigned char)room->ptr[room->len] & 0xC0) == 0x80)
        room->len--;
    ac_buf_add_str(room, AC_STR("..."));
    return ac_buf_str(room);
}

static const char *const level_names[] = {"debug", "info", "warning", "error"};
static const char *const level_colors[] = {"\033[2m", "", "\033[33m", "\033[31m"};

static void begin(struct line *line, enum ac_log_level level, const char *text) {
    ac_buf_init(&line->text, LINE_MAX_BYTES);
    ac_buf_init(&line->value, VALUE_READ_BYTES);
    line->is_cut = false;
    if (log_state.format == AC_LOG_JSON) {
        char iso[25];
        const struct ac_clock *clock = ac_clock_system();
        ac_clock_iso(clock->now_ms(clock->self), iso);
        ac_buf_printf(&line->text, "{\"time\":\"%s\",\"level\":\"%s\",\"text\":", iso,
                      level_names[level]);
        ac_buf_add_json(&line->text, shown(line, text));
        return;
    }
    const char *on = log_state.color ? level_colors[level] : "";
    const char *off = *on ? "\033[0m" : "";
    ac_buf_add_str(&line->text, AC_STR("acload: "));
    if (level != AC_LOG_INFO)
        ac_buf_printf(&line->text, "%s%s:%s ", on, level_names[level], off);
    ac_buf_add_plain(&line->text, shown(line, text));
}

static bool needs_quotes(ac_str s) {
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c <= ' ' || c == '"' || c == '=' || c == 0x7F)
            return true;
    }
    return s.len == 0 || ac_str_utf8_bad(s) < s.len;
}

static const char *key_name(const char *key) { return *key == '#' ? key + 1 : key; }

// As JSON has them; null where it is none ("no answer").
static ac_str number_of(ac_str value) {
    size_t at = value.len && value.ptr[0] == '-', n = 0;
    while (at + n < value.len && value.ptr[at + n] >= '0' && value.ptr[at + n] <= '9')
        n++;
    bool is_number = n && at + n == value.len && (n == 1 || value.ptr[at] != '0');
    return is_number ? value : AC_STR("null");
}

static bool add_tag(struct ac_buf *text, const char *key, ac_str value) {
    if (log_state.format == AC_LOG_JSON)
        return ac_buf_add_char(text, ',') && ac_buf_add_json(text, ac_str_of(key_name(key))) &&
               ac_buf_add_char(text, ':') &&
               (*key == '#' ? ac_buf_add_str(text, number_of(value))
                            : ac_buf_add_json(text, value));
    return ac_buf_printf(text, " %s=", key_name(key)) &&
           (needs_quotes(value) ? ac_buf_add_json(text, value) : ac_buf_add_str(text, value));
}

static void tag(struct line *line, const char *key, const char *value) {
    size_t len = line->text.len;
    if (add_tag(&line->text, key, shown(line, value)))
        return;
    line->text.len = len;
    line->is_cut = true;
}

static bool has_tag(va_list args, const char *wanted) {
    for (const char *key; (key = va_arg(args, const char *));) {
        if (strcmp(key_name(key), key_name(wanted)) == 0)
            return true;
        (void)va_arg(args, const char *);
    }
    return false;
}

// args: the line's own tags; NULL: it has none.
static void add_contexts(struct line *line, va_list *args) {
    if (log_state.is_hidden && log_state.format == AC_LOG_TEXT)
        return;
    for (size_t i = 0; i < CONTEXTS; i++) {
        const char *key = log_state.contexts[i].key;
        bool is_told = false;
        if (key && args) {
            va_list own;
            va_copy(own, *args);
            is_told = has_tag(own, key);
            va_end(own);
        }
        if (key && !is_told)
            tag(line, key, log_state.contexts[i].value);
    }
}

static void end(struct line *line) {
    struct ac_buf *text = &line->text;
    bool is_json = log_state.format == AC_LOG_JSON;
    text->max_bytes += 16; // the end always fits
    if (line->is_cut)
        ac_buf_add_str(text, is_json ? AC_STR(",\"cut\":true") : AC_STR(" cut=true"));
    if (is_json)
        ac_buf_add_char(text, '}');
    ac_str all = is_json ? AC_STR("{\"level\":\"error\",\"text\":\"no memory for this line\"}\n")
                         : AC_STR("acload: error: no memory for this line\n");
    if (ac_buf_add_char(text, '\n'))
        all = ac_buf_str(text);
    if (log_state.on_line)
        log_state.on_line();
    FILE *out = log_state.out ? log_state.out : stderr;
    fwrite(all.ptr, 1, all.len, out); // in one piece
    fflush(out);
    ac_buf_free(&line->text);
    ac_buf_free(&line->value);
}

void ac_log(enum ac_log_level level, const char *text, ...) {
    if (!ac_log_has(level))
        return;
    struct line line;
    begin(&line, level, text);
    va_list args, all;
    va_start(args, text);
    va_copy(all, args);
    for (const char *key; (key = va_arg(args, const char *));) {
        const char *value = va_arg(args, const char *);
        tag(&line, key, value ? value : "");
    }
    va_end(args);
    add_contexts(&line, &all);
    va_end(all);
    end(&line);
}

static void log_err(enum ac_log_level level, const struct ac_err *err) {
    if (!ac_log_has(level))
        return;
    struct line line;
    char text[2048];
    if (log_state.format == AC_LOG_JSON) {
        begin(&line, level, err->text);
        tag(&line, "code", err->code);
        if (err->source[0])
            tag(&line, "source", err->source);
        if (err->line)
            ac_buf_printf(&line.text, ",\"line\":%llu", (unsigned long long)err->line);
    } else {
        begin(&line, level, ac_err_text(err, text, sizeof text));
    }
    add_contexts(&line, NULL);
    end(&line);
}

void ac_log_error(const struct ac_err *err) { log_err(AC_LOG_ERROR, err); }

void ac_log_warn(const struct ac_err *err) { log_err(AC_LOG_WARNING, err); }
