// SPDX-License-Identifier: MIT
// Memory for JSON that does not run out in the middle of a value.
//
// jansson does not look whether its text grew: when memory runs out there, a text loses bytes, or
// is read past its end; other places make it call good JSON bad. So requests that the system
// refuses are met from a reserve (address space only, until it is used), of which nobody need know.
// Who parses asks afterwards whether that reserve was needed, for memory has run out then.
#ifndef AC_BASE_JSON_MEMORY_H
#define AC_BASE_JSON_MEMORY_H
#include "base/str.h"

struct json_t;
struct json_error_t;

// Makes jansson use the reserve, from now to the process's end; of the program's start alone.
// Without it (no address space, or never called) jansson's own functions stay.
void ac_json_memory_begin(void);

// Was a request refused by the system since this was asked last? For the one thread that parses.
bool ac_json_memory_ran_out(void);

// Does it nest no deeper, and hold no more values, than that? As a tree a value takes 30 bytes, an
// empty object 250, whatever it is as text. Looks at brackets, commas and strings only: broken JSON
// may pass.
bool ac_json_is_bounded(ac_str text, size_t max_depth, size_t max_values);

// A row's value: there is one at a time, it is not to be kept (no json_incref), and nothing may be
// added to it. As json_loadb, but (with the functions above) what a value of usual size is made of
// stands in one place that is used over and over, instead of being asked of the system and given
// back piece by piece. The second one is for AC_CLEANUP; *value may be NULL.
struct json_t *ac_json_brief(ac_str text, size_t flags, struct json_error_t *why);
void ac_json_brief_free(struct json_t **value);

void ac_json_free(struct json_t **tree); // for AC_CLEANUP; *tree may be NULL

// A text that holds secrets, read by json_loadb with these flags; *line (may be NULL) says where it
// is no JSON. What jansson gives back meanwhile, it gives back overwritten (with the functions
// above), and so does the second one with the whole tree. For AC_CLEANUP; *tree may be NULL.
struct json_t *ac_json_secret(ac_str text, size_t flags, int *line);
void ac_json_secret_free(struct json_t **tree);

#endif
