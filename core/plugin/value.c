// SPDX-License-Identifier: MIT
// Places in JSON values, by pointer once an input, by number after.
#include "plugin/host_int.h"
#include "plugin/render.h"
#include <jansson.h>

#define MAX_STEPS 512u                      // a value is not deeper
#define RENDER_KEPT_BYTES ((size_t)1 << 20) // of the buffer that composites are written in

// --- pointers ------------------------------------------------------------------------------------

// RFC 6901: empty, or steps that each begin with '/'; '~' only as ~0 or ~1.
static bool is_pointer(ac_str text) {
    size_t n_steps = 0;
    for (size_t i = 0; i < text.len; i++) {
        n_steps += text.ptr[i] == '/';
        if (text.ptr[i] == '~' &&
            (i + 1 == text.len || (text.ptr[i + 1] != '0' && text.ptr[i + 1] != '1')))
            return false;
    }
    return !text.len || (*text.ptr == '/' && n_steps <= MAX_STEPS);
}

// A step without its '/': ~1 is '/', ~0 is '~'. Returns the length.
static size_t unescape(ac_str step, char *to) {
    size_t len = 0;
    for (size_t i = 0; i < step.len; i++) {
        to[len] = step.ptr[i];
        if (to[len] == '~' && step.ptr[++i] == '1')
            to[len] = '/';
        len++;
    }
    return len;
}

// The number of an element: digits, without zeros in front; SIZE_MAX: none.
static size_t element(ac_str key) {
    uint64_t n = 0;
    bool is_number = key.len && key.ptr[0] >= '0' && key.ptr[0] <= '9' &&
                     (key.ptr[0] != '0' || key.len == 1) && ac_str_u64(key, &n);
    return is_number && n < SIZE_MAX ? (size_t)n : SIZE_MAX;
}

// -1: no memory.
static int add_path(struct ac_paths *paths, int parent, ac_str key) {
    for (size_t i = 1; i < paths->n; i++)
        if (paths->list[i].parent == parent && ac_str_eq(paths->list[i].key, key))
            return (int)i;
    if (paths->n == paths->max) {
        size_t max = paths->max ? paths->max * 2 : 64;
        struct ac_path *more = ac_arena_alloc(paths->arena, max * sizeof *more);
        if (!more)
            return -1;
        if (paths->n)
            memcpy(more, paths->list, paths->n * sizeof *more);
        paths->list = more;
        paths->max = max;
    }
    struct ac_path *p = &paths->list[paths->n];
    *p = (struct ac_path){.parent = parent, .element = element(key)};
    p->key = ac_arena_copy_str(paths->arena, key);
    return p->key.ptr ? (int)paths->n++ : -1;
}

int ac_path_add(struct ac_instance *in, const char *pointer) {
    struct ac_paths *paths = &in->paths;
    ac_str rest = ac_str_of(pointer), step;
    if (!is_pointer(rest))
        return -1;
    char *key = ac_arena_alloc(paths->arena, rest.len + 1);
    int at = !key ? -1 : paths->n ? 0 : add_path(paths, -1, AC_STR("")); // the whole: number 0
    rest = rest.len ? ac_str_skip(rest, 1) : AC_STR_NULL;
    while (at >= 0 && ac_str_cut(&rest, '/', &step))
        at = add_path(paths, at, ac_str_n(key, unescape(step, key)));
    if (at < 0)
        ac_host_nomem(in); // a place that is not found because of that must not pass for empty
    return at;
}

// --- places --------------------------------------------------------------------------------------

static struct ac_seen *too_large(struct ac_instance *in) {
    if (!in->has_no_memory)
        ac_host_say(in, "ROW_TOO_LARGE", "what plugin %s makes of the row is over %zu MiB",
                    in->module->name, AC_HOST_ROW_BYTES >> 20);
    in->is_row_too_large = true;
    return NULL;
}

static json_t *step_from(json_t *from, const struct ac_path *path) {
    if (json_is_object(from))
        return json_object_getn(from, path->key.ptr, path->key.len);
    if (json_is_array(from) && path->element != SIZE_MAX)
        return json_array_get(from, path->element);
    return NULL;
}

// What is known of the place; a shorter pointer's is known first, its number is lower.
static struct ac_seen *resolve(struct ac_seen *seen, const struct ac_paths *paths, int path) {
    struct ac_seen *s = &seen[path];
    if (s->is_resolved)
        return s;
    const struct ac_path *p = &paths->list[path];
    s->value = step_from(resolve(seen, paths, p->parent)->value, p);
    s->is_resolved = true;
    return s;
}

// NULL: no such path, or no room (the reason is given).
static struct ac_seen *see(const struct acload_row *row, int path) {
    struct ac_slot *slot = ac_slot_of(row);
    const struct ac_paths *paths = &slot->in->paths;
    if (path < 0 || (size_t)path >= paths->n)
        return NULL;
    if ((size_t)path >= slot->n_seen) { // the row's first, or a path that came later
        struct ac_seen *seen = ac_slot_alloc(slot, paths->n * sizeof *seen);
        if (!seen)
            return too_large(slot->in);
        memset(seen, 0, paths->n * sizeof *seen);
        seen[0].value = row->value;
        seen[0].is_resolved = true;
        slot->seen = seen;
        slot->n_seen = paths->n;
    }
    return resolve(slot->seen, paths, path);
}

int ac_path_kind(const struct acload_row *row, int path) {
    const struct ac_seen *s = see(row, path);
    const json_t *value = s ? s->value : NULL;
    if (!value)
        return ACLOAD_NONE;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return ACLOAD_OBJ;
    case JSON_ARRAY:
        return ACLOAD_ARR;
    case JSON_STRING:
        return ACLOAD_TEXT;
    case JSON_INTEGER:
    case JSON_REAL:
        return ACLOAD_NUM;
    case JSON_TRUE:
    case JSON_FALSE:
        return ACLOAD_BOOL;
    case JSON_NULL:
        return ACLOAD_NULL;
    }
    return ACLOAD_NONE;
}

static ac_str keep(struct ac_slot *slot, ac_str text) {
    char *copy = ac_slot_alloc(slot, text.len);
    if (copy)
        memcpy(copy, text.ptr, text.len);
    else
        too_large(slot->in);
    return copy ? ac_str_n(copy, text.len) : AC_STR_NULL;
}

static ac_str composite(struct ac_slot *slot, const json_t *value) {
    struct ac_buf *out = &slot->home->rendered;
    ac_buf_clear(out);
    ac_str text = AC_STR_NULL;
    if (ac_render_json(out, value))
        text = keep(slot, ac_buf_str(out));
    else if (out->has_no_memory)
        ac_host_nomem(slot->in);
    else
        too_large(slot->in);
    if (out->cap > RENDER_KEPT_BYTES)
        ac_buf_free(out);
    return text;
}

static ac_str render(struct ac_slot *slot, const json_t *value) {
    char number[AC_RENDER_NUMBER];
    switch (json_typeof(value)) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        return composite(slot, value);
    case JSON_STRING:
        return ac_str_n(json_string_value(value), json_string_length(value));
    case JSON_INTEGER:
    case JSON_REAL:
        return keep(slot, ac_str_n(number, ac_render_number(number, value)));
    case JSON_TRUE:
        return AC_STR("true");
    case JSON_FALSE:
        return AC_STR("false");
    case JSON_NULL:
        break;
    }
    return AC_STR_NULL;
}

ac_str ac_path_get(const struct acload_row *row, int path) {
    struct ac_seen *s = see(row, path);
    if (!s || !s->value)
        return AC_STR_NULL;
    if (!s->is_rendered) {
        s->text = render(ac_slot_of(row), s->value);
        s->is_rendered = true;
    }
    return s->text;
}

// --- values kept ---------------------------------------------------------------------------------

void *ac_value_hold(void *value) { return json_incref((json_t *)value); }

void ac_value_release(void *value) { json_decref((json_t *)value); }

// About what the value uses: jansson does not say.
size_t ac_value_bytes(const void *value) {
    json_t *v = (json_t *)(uintptr_t)value, *inner;
    const char *key;
    size_t bytes = 48, i, len;
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        bytes += 256;
        json_object_keylen_foreach(v, key, len, inner) {
            bytes += 112 + len + ac_value_bytes(inner);
        }
        return bytes;
    case JSON_ARRAY:
        json_array_foreach(v, i, inner) { bytes += 16 + ac_value_bytes(inner); }
        return bytes + 64;
    case JSON_STRING:
        return bytes + json_string_length(v) + 16;
    case JSON_INTEGER:
    case JSON_REAL:
        return bytes;
    case JSON_TRUE:
    case JSON_FALSE:
    case JSON_NULL:
        return 0;
    }
    return bytes;
}
