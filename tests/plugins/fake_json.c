// SPDX-License-Identifier: MIT
// JSON values as rows of the fake host.
#include "fake_inside.h"
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

void fake_free_value(acload_row *row) {
    json_decref(row->value);
    row->value = NULL;
}

static acload_row *new_row(struct fake_host *h, const char *text) {
    json_error_t why;
    acload_row *row = calloc(1, sizeof *row);
    ck_assert_msg(row != NULL, "no memory for the test");
    row->host = h;
    row->value = json_loads(text, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
    ck_assert_msg(row->value != NULL, "fake_json: %s, at character %d of:\n%s", why.text,
                  why.position, text);
    ck_assert_msg(json_is_object((json_t *)row->value), "fake_json: only objects are rows:\n%s",
                  text);
    return row;
}

int fake_begin_json(struct fake_host *h) {
    return fake_play_begin(h, &(acload_input){.format = ACLOAD_JSON});
}

int fake_json(struct fake_host *h, const char *value) {
    return fake_play_row(h, new_row(h, value));
}

int fake_bid_json(struct fake_host *h, const char *const *values, acload_bid *bid) {
    acload_row *rows[8];
    const acload_row *lent[8];
    acload_sample sample = {
        .size = sizeof sample, .name = h->name, .format = ACLOAD_JSON, .values = lent};
    for (; values && sample.n_values < 8 && values[sample.n_values]; sample.n_values++)
        lent[sample.n_values] = rows[sample.n_values] = new_row(h, values[sample.n_values]);
    int score = fake_play_bid(h, &sample, bid);
    for (size_t i = 0; i < sample.n_values; i++) {
        fake_free_value(rows[i]);
        fake_free_memory(&rows[i]->memory);
        free(rows[i]);
    }
    return score;
}

// RFC 6901: empty, or pieces that each begin with '/'; '~' only as ~0 or ~1.
static bool is_pointer(const char *text) {
    if (*text && *text != '/')
        return false;
    for (; *text; text++)
        if (*text == '~' && text[1] != '0' && text[1] != '1')
            return false;
    return true;
}

int fake_add_path(struct fake_host *h, const char *pointer) {
    struct fake_inside *in = h->inside;
    if (in->format != ACLOAD_JSON || !is_pointer(pointer))
        return -1;
    for (size_t i = 0; i < in->n_paths; i++)
        if (strcmp(in->paths[i], pointer) == 0)
            return (int)i;
    in->paths = fake_grow(in->paths, in->n_paths, sizeof *in->paths);
    in->paths[in->n_paths] = fake_copy(&in->memory, (acload_str){pointer, strlen(pointer)});
    return (int)in->n_paths++;
}

static const json_t *step(const json_t *from, const char *key) {
    if (json_is_object(from))
        return json_object_get(from, key);
    char *end = NULL;
    size_t at = strtoul(key, &end, 10);
    bool is_number = *key >= '0' && *key <= '9' && !*end && (*key != '0' || !key[1]);
    return json_is_array(from) && is_number ? json_array_get(from, at) : NULL;
}

static const json_t *find(const acload_row *row, int path) {
    const struct fake_inside *in = row->host->inside;
    if (path < 0)
        return NULL;
    ck_assert_msg((size_t)path < in->n_paths, "there are %zu paths in this input, no path %d",
                  in->n_paths, path);
    const json_t *value = row->value;
    for (const char *at = in->paths[path]; *at && value;) {
        char key[256];
        size_t n = 0;
        for (at++; *at && *at != '/' && n < sizeof key - 1; at++) {
            key[n] = *at;
            if (*at == '~' && *++at == '1')
                key[n] = '/';
            n++;
        }
        ck_assert_msg(!*at || *at == '/', "a long member's name in %s", in->paths[path]);
        key[n] = '\0';
        value = step(value, key);
    }
    return value;
}

int fake_kind(const acload_row *row, int path) {
    const json_t *value = find(row, path);
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

// The shortest digits that read back as the same numbers.
static char *dump(const json_t *value) {
    for (size_t digits = 15;; digits++) {
        size_t flags = JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(digits);
        char *text = json_dumps(value, flags);
        ck_assert_msg(text != NULL, "a value that cannot be written");
        json_t *again = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        bool is_same = json_equal(again, value) || digits == 17;
        json_decref(again);
        if (is_same)
            return text;
        free(text);
    }
}

acload_str fake_at_path(const acload_row *row, int path) {
    const json_t *value = find(row, path);
    if (!value || json_is_null(value))
        return (acload_str){NULL, 0};
    if (json_is_string(value))
        return (acload_str){json_string_value(value), json_string_length(value)};
    char *text = dump(value);
    for (char *c = text; *c; c++) {
        if (*c != '\\' || *++c != 'u')
            continue;
        for (size_t i = 1; i <= 4; i++)
            if (c[i] >= 'A' && c[i] <= 'F')
                c[i] = (char)(c[i] | 32);
    }
    acload_row *own = (acload_row *)(void *)(uintptr_t)row;
    acload_str out = {text, strlen(text)};
    out.ptr = fake_copy(&own->memory, out);
    free(text);
    return out;
}
