// SPDX-License-Identifier: MIT
// Memory for JSON that does not run out in the middle of a value.
#include "base/json_memory.h"
#include <jansson.h>
#include <malloc.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// A value of 4 MiB (a row's ceiling) whose text grows by doubling, with what it is made of.
#define RESERVE_BYTES ((size_t)32 << 20)
#define ALIGNMENT (_Alignof(max_align_t))
#define BRIEF_BYTES ((size_t)256 << 10) // what a contact of 2 KiB is made of, twenty times

static char *reserve;
static size_t used, n_live;
static bool has_run_out;
static bool is_secret; // what is given back is overwritten

static _Alignas(max_align_t) char brief[BRIEF_BYTES];
static size_t brief_used;
static bool is_brief;     // what is asked for comes from there, and is not given back one by one
static bool is_all_brief; // nothing of the brief value had to come from elsewhere

static size_t rounded(size_t len) { return (len + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

static void *take(size_t len) {
    size_t room = rounded(len);
    has_run_out = true;
    if (room < len || room > RESERVE_BYTES - used)
        return NULL;
    char *ptr = reserve + used;
    used += room;
    n_live++;
    return ptr;
}

static void *take_brief(size_t len) {
    size_t room = rounded(len);
    if (room < len || room > BRIEF_BYTES - brief_used) {
        is_all_brief = false;
        return NULL;
    }
    char *ptr = brief + brief_used;
    brief_used += room;
    return ptr;
}

static void *json_malloc(size_t len) {
    void *ptr = is_brief ? take_brief(len) : NULL;
    if (!ptr)
        ptr = malloc(len);
    if (!ptr)
        ptr = take(len);
    return ptr;
}

static void json_free(void *ptr) {
    const char *at = ptr;
    if (at >= brief && at < brief + BRIEF_BYTES)
        return;
    if (at < reserve || at >= reserve + RESERVE_BYTES) {
        if (is_secret && ptr)
            explicit_bzero(ptr, malloc_usable_size(ptr));
        free(ptr);
        return;
    }
    if (--n_live)
        return;
    // All of it came back: the system gets its pages again.
    madvise(reserve, used, MADV_DONTNEED);
    used = 0;
}

void ac_json_memory_begin(void) {
    if (reserve)
        return;
    void *ptr = mmap(NULL, RESERVE_BYTES, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (ptr == MAP_FAILED)
        return;
    reserve = ptr;
    json_set_alloc_funcs(json_malloc, json_free);
}

bool ac_json_memory_ran_out(void) {
    bool answer = has_run_out;
    has_run_out = false;
    return answer;
}

json_t *ac_json_brief(ac_str text, size_t flags, json_error_t *why) {
    brief_used = 0;
    is_brief = is_all_brief = true;
    json_t *value = json_loadb(text.ptr ? text.ptr : "", text.len, flags, why);
    is_brief = false;
    return value;
}

void ac_json_brief_free(json_t **value) {
    // All in one place, which the next value takes: nothing has to be looked for in the tree.
    if (!brief_used || !is_all_brief)
        json_decref(*value);
    brief_used = 0;
}

json_t *ac_json_secret(ac_str text, size_t flags, int *line) {
    json_error_t why;
    is_secret = true;
    json_t *tree = json_loadb(text.ptr ? text.ptr : "", text.len, flags, &why);
    is_secret = false;
    if (line)
        *line = why.line;
    return tree;
}

void ac_json_free(json_t **tree) { json_decref(*tree); }

// Jansson's own copies, which nobody else reads any more.
static void wipe(json_t *value) {
    if (json_is_string(value))
        explicit_bzero((char *)(uintptr_t)json_string_value(value), json_string_length(value));
    for (void *at = json_object_iter(value); at; at = json_object_iter_next(value, at))
        wipe(json_object_iter_value(at));
    for (size_t i = 0; i < json_array_size(value); i++)
        wipe(json_array_get(value, i));
}

void ac_json_secret_free(json_t **tree) {
    wipe(*tree);
    json_decref(*tree);
}

// --- how much a text would take ---------------------------------------------------------------

// Where the string that opens at s.ptr[at] ends: behind its closing quote.
static size_t behind_string(ac_str s, size_t at) {
    for (at++; at < s.len && s.ptr[at] != '"'; at++)
        if (s.ptr[at] == '\\')
            at++;
    return at + 1;
}

// Depth by brackets, values by commas or brackets: never fewer than there really are.
bool ac_json_is_bounded(ac_str s, size_t max_depth, size_t max_values) {
    size_t depth = 0, n = 0;
    for (size_t i = 0; i < s.len;) {
        char c = s.ptr[i];
        if (c == '"') {
            i = behind_string(s, i);
            continue;
        }
        if (c == '[' || c == '{') {
            if (++depth > max_depth)
                return false;
            n += 2; // itself with its first member
        } else if (c == ']' || c == '}') {
            if (depth)
                depth--;
        } else if (c == ',') {
            n++;
        }
        if (n > max_values)
            return false;
        i++;
    }
    return true;
}
