// SPDX-License-Identifier: MIT
// Option tables walked: defaults, values, help.
#include "base/option.h"
#include "base/buf.h"
#include "base/nearest.h"

static const acload_option *row_after(const acload_option *row, size_t stride) {
    return (const acload_option *)(const void *)((const char *)row + stride);
}

static bool is_row(const acload_option *row) { return row && row->name; }

const acload_option *ac_option_find(const acload_option *table, size_t stride, ac_str name) {
    for (const acload_option *o = table; is_row(o); o = row_after(o, stride)) {
        if (ac_str_eq(ac_str_of(o->name), name))
            return o;
    }
    return NULL;
}

static enum ac_rc unknown(const acload_option *table, size_t stride, ac_str name, const char *who,
                          struct ac_err *err) {
    AC_CLEANUP(ac_buf_free) struct ac_buf known;
    ac_buf_init(&known, 4096);
    struct ac_nearest nearest = {.word = name};
    char ask[AC_NEAREST_BYTES];
    for (const acload_option *o = table; is_row(o); o = row_after(o, stride)) {
        ac_buf_printf(&known, "%s%s", known.len ? ", " : "", o->name);
        ac_nearest_try(&nearest, o->name);
    }
    const char *list = ac_buf_text(&known);
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "UNKNOWN_OPTION",
                      "%s: unknown name \"%.*s\"%s; known are: %s", who, AC_STR_ARG(name),
                      ac_nearest_ask(&nearest, "", ask), list && *list ? list : "none");
}

static enum ac_rc bad_value(const acload_option *o, ac_str value, const char *who,
                            const char *expected, struct ac_err *err) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "BAD_OPTION", "%s: %s is \"%.*s\", expected %s",
                      who, o->name, AC_STR_ARG(value), expected);
}

static bool choice_of(const char *choices, ac_str value, int *out) {
    ac_str rest = ac_str_of(choices), piece;
    for (int i = 0; ac_str_cut(&rest, '|', &piece); i++)
        if (ac_str_eq_nocase(piece, value)) {
            *out = i;
            return true;
        }
    return false;
}

static bool bool_of(ac_str value, int *out) {
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};
    for (int i = 0; i < (int)AC_N(words); i++)
        if (ac_str_eq_nocase(value, ac_str_of(words[i]))) {
            *out = i & 1;
            return true;
        }
    return false;
}

static bool in_range(const acload_option *o, int64_t n) {
    bool is_any = o->min == 0 && o->max == 0;
    return is_any || (n >= o->min && (o->max == 0 || n <= o->max));
}

static enum ac_rc set_number(const acload_option *o, int64_t *to, bool is_number, int64_t n,
                             ac_str value, const char *expected, const char *who,
                             struct ac_err *err) {
    char range[128];
    if (!is_number)
        return bad_value(o, value, who, expected, err);
    if (!in_range(o, n)) {
        snprintf(range, sizeof range, "%s from %lld to %lld", expected, (long long)o->min,
                 (long long)o->max);
        if (!o->max)
            snprintf(range, sizeof range, "at least %lld", (long long)o->min);
        return bad_value(o, value, who, range, err);
    }
    *to = n;
    return AC_OK;
}

static enum ac_rc set_row(const acload_option *o, void *state, ac_str value, const char *who,
                          struct ac_arena *arena, struct ac_err *err) {
    char *at = (char *)state + o->at;
    int64_t n = 0;
    bool is_number;
    switch (o->type) {
    case ACLOAD_OPT_TEXT: {
        char *text = ac_arena_copy(arena, value);
        if (!text)
            return ac_err_nomem(err, "an option");
        memcpy(at, &text, sizeof text);
        return AC_OK;
    }
    case ACLOAD_OPT_INT:
        is_number = ac_str_i64(ac_str_trim(value), &n);
        return set_number(o, (int64_t *)(void *)at, is_number, n, value, "a whole number", who,
                          err);
    case ACLOAD_OPT_SIZE:
        is_number = ac_str_size(value, &n);
        return set_number(o, (int64_t *)(void *)at, is_number, n, value, "a size like 64M", who,
                          err);
    case ACLOAD_OPT_TIME:
        is_number = ac_str_duration(value, &n);
        return set_number(o, (int64_t *)(void *)at, is_number, n, value,
                          "a time like 500ms, 90s, 5m, 2h or 3d", who, err);
    case ACLOAD_OPT_BOOL:
        if (bool_of(value, (int *)(void *)at))
            return AC_OK;
        return bad_value(o, value, who, "true or false", err);
    case ACLOAD_OPT_CHOICE:
        if (choice_of(o->choices, value, (int *)(void *)at))
            return AC_OK;
        return bad_value(o, value, who, o->choices, err);
    }
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "BAD_OPTION",
                      "%s: option %s has the unknown type %d", who, o->name, o->type);
}

enum ac_rc ac_option_defaults(const acload_option *table, size_t stride, void *state,
                              struct ac_arena *arena, struct ac_err *err) {
    for (const acload_option *o = table; is_row(o); o = row_after(o, stride)) {
        if (!o->fallback)
            continue;
        enum ac_rc rc = set_row(o, state, ac_str_of(o->fallback), "default", arena, err);
        if (rc != AC_OK)
            return rc;
    }
    return AC_OK;
}

enum ac_rc ac_option_set(const acload_option *table, size_t stride, void *state, ac_str name,
                         ac_str value, const char *who, struct ac_arena *arena,
                         struct ac_err *err) {
    const acload_option *o = ac_option_find(table, stride, name);
    if (!o)
        return unknown(table, stride, name, who, err);
    return set_row(o, state, value, who, arena, err);
}

const acload_option *ac_option_missing(const acload_option *table, size_t stride,
                                       const void *state) {
    for (const acload_option *o = table; is_row(o); o = row_after(o, stride)) {
        const char *text;
        if (o->fallback || o->type != ACLOAD_OPT_TEXT)
            continue;
        memcpy(&text, (const char *)state + o->at, sizeof text);
        if (!text)
            return o;
    }
    return NULL;
}

static const char *value_word(const acload_option *o) {
    switch (o->type) {
    case ACLOAD_OPT_INT:
        return "N";
    case ACLOAD_OPT_SIZE:
        return "SIZE";
    case ACLOAD_OPT_TIME:
        return "TIME";
    case ACLOAD_OPT_CHOICE:
        return o->choices;
    case ACLOAD_OPT_BOOL:
        return "";
    default: // a text
        return o->choices && *o->choices ? o->choices : "TEXT";
    }
}

#define HELP_INDENT 28
#define HELP_WIDTH 80

// Prints a text word by word, in lines that fit a terminal. `at` is the column; so is the result.
static int help_words(FILE *out, const char *text, int at) {
    ac_str rest = ac_str_of(text), word;
    while (ac_str_cut(&rest, ' ', &word)) {
        if (!word.len)
            continue;
        int width = (int)ac_str_chars(word);
        bool is_first = at <= HELP_INDENT;
        if (!is_first && at + 1 + width > HELP_WIDTH) {
            at = fprintf(out, "\n%*s", HELP_INDENT, "") - 1;
            is_first = true;
        }
        fprintf(out, "%s%.*s", is_first ? "" : " ", AC_STR_ARG(word));
        at += width + !is_first;
    }
    return at;
}

void ac_option_help(FILE *out, const acload_option *table, size_t stride, const char *prefix) {
    for (const acload_option *o = table; is_row(o); o = row_after(o, stride)) {
        const char *word = value_word(o);
        char note[160] = "";
        bool is_off = o->type == ACLOAD_OPT_BOOL && o->fallback && o->fallback[0] == 'f';
        if (!o->fallback)
            snprintf(note, sizeof note, "(required)");
        else if (*o->fallback && !is_off)
            snprintf(note, sizeof note, "(default %s)", o->fallback);
        int at = fprintf(out, "  %s%s%s%s", prefix, o->name, *word ? " " : "", word);
        if (at >= HELP_INDENT) // no room beside it
            at = fprintf(out, "\n") - 1;
        at += fprintf(out, "%*s", HELP_INDENT - at, "");
        at = help_words(out, o->help ? o->help : "", at);
        help_words(out, note, at);
        fputc('\n', out);
    }
}
