// SPDX-License-Identifier: MIT
// A line for each thing said: region=…, delimiter=…, plugin=…, option=name=value.
#include "engine/how.h"

#define MAX_USES 64u
#define MAX_OPTIONS 256u

// Values are percent-encoded: they may hold line ends.
static bool add(struct ac_buf *out, const char *name, ac_str value) {
    return ac_buf_printf(out, "%s=", name) && ac_buf_add_url(out, value) &&
           ac_buf_add_char(out, '\n');
}

static bool add_option(struct ac_buf *out, const struct ac_option_value *option) {
    return ac_buf_printf(out, "option=") && ac_buf_add_url(out, option->name) &&
           ac_buf_add_char(out, '=') && ac_buf_add_url(out, option->value) &&
           ac_buf_add_char(out, '\n');
}

bool ac_how_write(struct ac_buf *out, const struct ac_how *how) {
    bool good = true;
    if (how->region)
        good = add(out, "region", ac_str_of(how->region));
    if (good && how->delimiter && how->delimiter != ',')
        good = add(out, "delimiter", ac_str_n(&how->delimiter, 1));
    for (size_t i = 0; i < how->n_uses && good; i++) {
        const struct ac_use *use = &how->uses[i];
        good = add(out, "plugin", ac_str_of(use->plugin));
        for (size_t k = 0; k < use->n_options && good; k++)
            good = add_option(out, &use->options[k]);
    }
    return good;
}

static int digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// The text without its percent signs, in the arena. Null: no memory.
static ac_str plain(ac_str text, struct ac_arena *arena) {
    char *out = ac_arena_alloc(arena, text.len + 1);
    size_t n = 0;
    if (!out)
        return AC_STR_NULL;
    for (size_t i = 0; i < text.len; i++) {
        bool is_code = text.ptr[i] == '%' && i + 2 < text.len && digit(text.ptr[i + 1]) >= 0 &&
                       digit(text.ptr[i + 2]) >= 0;
        int c = is_code ? digit(text.ptr[i + 1]) * 16 + digit(text.ptr[i + 2]) : text.ptr[i];
        out[n++] = (char)c;
        i += is_code ? 2 : 0;
    }
    out[n] = '\0';
    return ac_str_n(out, n);
}

struct reading {
    struct ac_arena *arena;
    struct ac_how *out;
    struct ac_use *uses;
    struct ac_option_value *options;
    size_t n_options;
};

static bool read_option(struct reading *r, ac_str value) {
    ac_str name;
    if (!r->out->n_uses || r->n_options == MAX_OPTIONS || !ac_str_cut(&value, '=', &name))
        return true;
    struct ac_use *use = &r->uses[r->out->n_uses - 1];
    struct ac_option_value *option = &r->options[r->n_options++];
    *option = (struct ac_option_value){plain(name, r->arena), plain(value, r->arena)};
    if (!use->n_options)
        use->options = option; // those of one use stand together
    use->n_options++;
    return option->name.ptr && option->value.ptr;
}

static bool read_line(struct reading *r, ac_str name, ac_str value) {
    if (ac_str_eq(name, AC_STR("option")))
        return read_option(r, value);
    ac_str text = plain(value, r->arena);
    if (!text.ptr)
        return false;
    if (ac_str_eq(name, AC_STR("region")))
        r->out->region = text.ptr;
    else if (ac_str_eq(name, AC_STR("delimiter")) && text.len == 1)
        r->out->delimiter = text.ptr[0];
    else if (ac_str_eq(name, AC_STR("plugin")) && r->out->n_uses < MAX_USES)
        r->uses[r->out->n_uses++] = (struct ac_use){.plugin = text.ptr};
    return true;
}

bool ac_how_read(const char *text, struct ac_arena *arena, struct ac_how *out) {
    struct reading r = {.arena = arena, .out = out};
    *out = (struct ac_how){0};
    r.uses = ac_arena_zalloc(arena, MAX_USES * sizeof *r.uses);
    r.options = ac_arena_zalloc(arena, MAX_OPTIONS * sizeof *r.options);
    if (!r.uses || !r.options)
        return false;
    ac_str rest = ac_str_of(text), line, name;
    bool good = true;
    while (good && ac_str_cut(&rest, '\n', &line))
        if (ac_str_cut(&line, '=', &name))
            good = read_line(&r, name, line);
    out->uses = r.uses;
    return good;
}
