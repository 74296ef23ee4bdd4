// SPDX-License-Identifier: MIT
// What the files of the keys share: the table in memory, runs on disk.
#ifndef AC_BATCH_KEYS_INT_H
#define AC_BATCH_KEYS_INT_H
#include "batch/keys.h"
#include <stddef.h>

struct ac_key {    // in the table and in a run
    uint64_t hash; // mixed (keys.c), so that it is spread evenly whatever the caller's hashes are
    uint32_t content;
    uint32_t number; // ordinal + 1; 0: an empty slot of the table
};
_Static_assert(sizeof(struct ac_key) == 16, "16 bytes a key");

// A sorted array with gaps: every key stands at the place its hash points to, or a little to the
// right. So looking up is one touch of memory, and the table is written to disk in order as it is.
struct ac_key_table {
    struct ac_key *slots;
    size_t n, n_slots, n_homes, max_slots; // homes: places a hash may point to; the rest is a tail
};
enum ac_rc ac_key_table_init(struct ac_key_table *t, size_t max_bytes, struct ac_err *err);
void ac_key_table_free(struct ac_key_table *t);
void ac_key_table_clear(struct ac_key_table *t);
struct ac_key *ac_key_table_find(const struct ac_key_table *t, uint64_t hash);
// The key is not there yet. False: full, and no more memory may be had.
bool ac_key_table_add(struct ac_key_table *t, const struct ac_key *key);

// A sorted file, of which every first key of a block is in memory.
struct ac_key_run {
    struct ac_key_run *next; // older
    int fd;
    int level;
    uint64_t n;
    uint64_t *fences;
};
enum ac_rc ac_key_run_write(struct ac_key_run **out, const char *dir, const struct ac_key_table *t,
                            struct ac_err *err);
// Puts several runs into one; they stay as they are.
enum ac_rc ac_key_run_merge(struct ac_key_run **out, const char *dir, struct ac_key_run **from,
                            size_t n_from, struct ac_err *err);
void ac_key_run_free(struct ac_key_run *run);
// AC_OK: found, *at is its place; AC_END: not there.
enum ac_rc ac_key_run_find(const struct ac_key_run *run, uint64_t hash, struct ac_key *out,
                           uint64_t *at, struct ac_err *err);
enum ac_rc ac_key_run_put(const struct ac_key_run *run, uint64_t at, const struct ac_key *key,
                          struct ac_err *err);

#endif
