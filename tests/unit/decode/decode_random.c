// SPDX-License-Identifier: MIT
// Random JSON values by seed, joined in every shape that is read.
#include "decode/decode_random.h"
#include <stdio.h>
#include <stdlib.h>

uint32_t decode_roll(struct decode_dice *dice, uint32_t n) {
    dice->state ^= dice->state << 13;
    dice->state ^= dice->state >> 7;
    dice->state ^= dice->state << 17;
    return (uint32_t)((dice->state >> 11) % n);
}

static json_t *random_text(struct decode_dice *dice) {
    static const char *const texts[] = {"abc",  "{}",         "a}{b",   "},{",
                                        "[x]",  "a\"b",       "back\\", "{",
                                        "true", "line\nline", "\u00e9", "\U0001f600",
                                        "",     ":",          ",",      "hello, world: {\"x\":1}"};
    return json_string(texts[decode_roll(dice, AC_N(texts))]);
}

static json_t *random_any(struct decode_dice *dice, int depth) {
    uint32_t n = decode_roll(dice, 4);
    char name[8];
    json_t *out;
    switch (decode_roll(dice, depth > 3 ? 6 : 8)) {
    case 0:
        return json_integer((json_int_t)decode_roll(dice, 1000) - 500);
    case 1:
        return json_real(decode_roll(dice, 1000) / 8.0);
    case 2:
        return json_null();
    case 3:
        return json_boolean(decode_roll(dice, 2));
    case 4:
    case 5:
        return random_text(dice);
    case 6:
        for (out = json_array(); n; n--)
            json_array_append_new(out, random_any(dice, depth + 1));
        return out;
    default:
        for (out = json_object(); n; n--) {
            snprintf(name, sizeof name, "%c%c", 'a' + decode_roll(dice, 26), 'a' + n);
            json_object_set_new(out, name, random_any(dice, depth + 1));
        }
        return out;
    }
}

json_t *decode_random_value(struct decode_dice *dice, int id) {
    json_t *out = json_object();
    json_object_set_new(out, "id", json_integer(id));
    for (uint32_t n = 3 + decode_roll(dice, 4); n; n--) {
        char name[8];
        snprintf(name, sizeof name, "%c%c", 'A' + decode_roll(dice, 26), 'a' + n);
        json_object_set_new(out, name, random_any(dice, 0));
    }
    return out;
}

static const struct shape {
    const char *begin, *between, *end;
    bool is_pretty;
} shapes[DECODE_SHAPES] = {
    {"", "", "", false},    {"", "\n", "\n", false},        {"\xef\xbb\xbf", "\r\n", "", false},
    {"[", ",", "]", false}, {"[", ",\n", "]\n", false},     {"[\n", ",\n", "\n]\n", true},
    {"", "\n", "\n", true}, {" ", " \t\n ", "\n\n", false},
};

void decode_join(struct ac_buf *out, json_t *const *values, size_t n, int shape, size_t *from,
                 size_t *to) {
    const struct shape *s = &shapes[shape];
    ac_buf_add_str(out, ac_str_of(s->begin));
    for (size_t i = 0; i < n; i++) {
        if (i)
            ac_buf_add_str(out, ac_str_of(s->between));
        from[i] = out->len;
        char *text = json_dumps(values[i], s->is_pretty ? JSON_INDENT(2) : JSON_COMPACT);
        ac_buf_add_str(out, ac_str_of(text));
        to[i] = out->len;
        free(text);
    }
    ac_buf_add_str(out, ac_str_of(s->end));
}
