// SPDX-License-Identifier: MIT
// JSON from outside, read within bounds.
#ifndef AC_ORG_JSON_H
#define AC_ORG_JSON_H
#include "base/json_memory.h"
#include <jansson.h>

#define AC_JSON_MAX_DEPTH 32u

// Reads a text whose root is an object or an array. NULL when it is no JSON, nests deeper or holds
// more values, or when memory is short. The caller frees it (ac_json_free).
json_t *ac_json_load(ac_str text, size_t max_values);
// The same of a text that holds secrets; freed by ac_json_secret_free.
json_t *ac_json_load_secret(ac_str text, size_t max_values);
// The string member of that name; null when there is none or it is no string. Lives in the tree.
ac_str ac_json_text(const json_t *object, const char *name);
// Copies text into out, whose size is len: cut at a whole character, control characters as blanks,
// bytes that are not UTF-8 as question marks.
void ac_json_copy(char *out, size_t len, ac_str text);

#endif
