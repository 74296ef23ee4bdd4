// SPDX-License-Identifier: MIT
// What the files of the keys share: sorted arrays in memory, runs on disk.
#ifndef AC_BATCH_KEYS_INT_H
#define AC_BATCH_KEYS_INT_H
#include "batch/keys.h"
#include <stddef.h>

struct ac_key {    // in memory and in a run
    uint64_t hash; // mixed (keys.c), so that it is spread evenly whatever the caller's hashes are
    uint32_t content;
    uint32_t number; // ordinal + 1
};
_Static_assert(sizeof(struct ac_key) == 16, "16 bytes a key");

#define AC_KEY_ARRAYS 40 // far more than there are: each is about twice the size of the next
struct ac_key_array {
    struct ac_key *keys;
    size_t n;
};
struct ac_key_set {
    struct ac_key_array arrays[AC_KEY_ARRAYS]; // sorted; the newest is the last
    size_t n_arrays;
    struct ac_key *loose, *other; // in the order they came; as much room to sort them
    size_t n_loose, loose_room, max_loose;
    size_t n, max;  // keys in all
    size_t n_finds; // since it was empty
};
// Memory in huge pages where it is large: it is walked at random, and every small page of it costs.
#define AC_HUGE_BYTES ((size_t)2 << 20)
void *ac_huge_alloc(size_t bytes);

enum ac_rc ac_key_set_init(struct ac_key_set *s, size_t max_bytes, struct ac_err *err);
void ac_key_set_free(struct ac_key_set *s);
void ac_key_set_clear(struct ac_key_set *s);
// Sorts what is loose: find sees only what is in order. False: no memory, nothing changed.
bool ac_key_set_order(struct ac_key_set *s);
struct ac_key *ac_key_set_find(struct ac_key_set *s, uint64_t hash);
enum ac_key_added { AC_KEY_ADDED, AC_KEY_FULL, AC_KEY_NO_MEMORY };
enum ac_key_added ac_key_set_add(struct ac_key_set *s, const struct ac_key *key);
// All that is in order, by hash; NULL at the end.
struct ac_key_walk {
    const struct ac_key_set *set;
    size_t at[AC_KEY_ARRAYS];
};
void ac_key_set_walk_begin(const struct ac_key_set *s, struct ac_key_walk *w);
const struct ac_key *ac_key_set_walk(struct ac_key_walk *w);

// A sorted file, of which every first key of a block is in memory.
struct ac_key_run {
    struct ac_key_run *next; // older
    int fd;
    int level;
    uint64_t n;
    uint64_t *fences;
};
enum ac_rc ac_key_run_write(struct ac_key_run **out, const char *dir, const struct ac_key_set *set,
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
