// SPDX-License-Identifier: MIT
// Memory for JSON that does not run out in the middle of a value.
#include "base/json_memory.h"
#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>

// A value of 4 MiB (a row's ceiling) whose text grows by doubling, with what it is made of.
#define RESERVE_BYTES ((size_t)32 << 20)
#define ALIGNMENT (_Alignof(max_align_t))

static char *reserve;
static size_t used, n_live;
static bool has_run_out;

static void *take(size_t len) {
    size_t room = (len + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    has_run_out = true;
    if (room < len || room > RESERVE_BYTES - used)
        return NULL;
    char *ptr = reserve + used;
    used += room;
    n_live++;
    return ptr;
}

static void *json_malloc(size_t len) {
    void *ptr = malloc(len);
    if (!ptr)
        ptr = take(len);
    return ptr;
}

static void json_free(void *ptr) {
    const char *at = ptr;
    if (at < reserve || at >= reserve + RESERVE_BYTES) {
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
