// SPDX-License-Identifier: MIT
// Bounds checked before a JSON text becomes a tree.
#include "org/json.h"
#include "base/json_memory.h"

json_t *ac_json_load(ac_str text, size_t max_values) {
    if (!text.len || !ac_json_is_bounded(text, AC_JSON_MAX_DEPTH, max_values))
        return NULL;
    json_error_t why;
    return json_loadb(text.ptr, text.len, JSON_ALLOW_NUL, &why);
}

json_t *ac_json_load_secret(ac_str text, size_t max_values) {
    if (!text.len || !ac_json_is_bounded(text, AC_JSON_MAX_DEPTH, max_values))
        return NULL;
    return ac_json_secret(text, JSON_ALLOW_NUL, NULL);
}

ac_str ac_json_text(const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value))
        return AC_STR_NULL;
    return ac_str_n(json_string_value(value), json_string_length(value));
}

void ac_json_copy(char *out, size_t len, ac_str text) {
    size_t n = text.len;
    if (n >= len) {
        n = len - 1;
        while (n && ((unsigned char)text.ptr[n] & 0xC0) == 0x80)
            n--;
    }
    for (size_t i = 0; i < n; i++) {
        bool is_control = (unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7f;
        out[i] = text.ptr[i];
        if (is_control)
            out[i] = ' ';
    }
    out[n] = '\0';
    for (size_t bad; (bad = ac_str_utf8_bad(ac_str_n(out, n))) < n;)
        out[bad] = '?'; // a result file may hold anything
}
