// SPDX-License-Identifier: MIT
// The external ids of one input, each noted with what its record holds.
#include "batch/keys.h"
#include "batch/keys_int.h"
#include <stdlib.h>

#define MERGED_AT_ONCE 4 // runs of one level: so few files, and each key is rewritten seldom

// A new key is the usual case, and would have to be looked for in every run on disk; the filter
// says "not on disk" for nearly all of them. It is made when the first run is written, and its
// size is a quarter of the memory allowed: many more keys make it less useful, never wrong.
struct ac_keys {
    char *dir;
    struct ac_key_table table;
    struct ac_key_run *runs; // newest first
    unsigned char *filter;
    size_t filter_bytes;
};

// The finaliser of splitmix64: a bijection, so equal hashes stay equal and others differ.
static uint64_t mixed(uint64_t hash) {
    hash += 0x9E3779B97F4A7C15u;
    hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9u;
    hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBu;
    return hash ^ (hash >> 31);
}

// The three bits of a hash.
static size_t filter_bit(const struct ac_keys *k, uint64_t hash, int i) {
    uint32_t a = (uint32_t)(hash >> 32), b = (uint32_t)hash | 1;
    uint64_t bits = (uint64_t)k->filter_bytes * 8;
    return (size_t)(((uint64_t)(uint32_t)(a + (uint32_t)i * b) * bits) >> 32);
}

static void filter_add(struct ac_keys *k, uint64_t hash) {
    for (int i = 1; i <= 3; i++) {
        size_t bit = filter_bit(k, hash, i);
        k->filter[bit / 8] |= (unsigned char)(1u << (bit % 8));
    }
}

static bool may_be_on_disk(const struct ac_keys *k, uint64_t hash) {
    if (!k->runs)
        return false;
    for (int i = 1; i <= 3; i++) {
        size_t bit = filter_bit(k, hash, i);
        if (!(k->filter[bit / 8] >> (bit % 8) & 1))
            return false;
    }
    return true;
}

enum ac_rc ac_keys_new(struct ac_keys **out, const char *dir, size_t max_memory_bytes,
                       struct ac_err *err) {
    struct ac_keys *k = calloc(1, sizeof *k);
    if (!k)
        return ac_err_nomem(err, "the keys of an input");
    k->filter_bytes = max_memory_bytes / 4;
    if (k->filter_bytes < 64)
        k->filter_bytes = 64;
    if (k->filter_bytes > UINT32_MAX / 8)
        k->filter_bytes = UINT32_MAX / 8;
    k->dir = strdup(dir);
    enum ac_rc rc = k->dir ? ac_key_table_init(&k->table, max_memory_bytes / 4 * 3, err)
                           : ac_err_nomem(err, "the keys of an input");
    if (rc != AC_OK) {
        ac_keys_free(k);
        return rc;
    }
    *out = k;
    return AC_OK;
}

static void drop_runs(struct ac_keys *k) {
    while (k->runs) {
        struct ac_key_run *run = k->runs;
        k->runs = run->next;
        ac_key_run_free(run);
    }
    free(k->filter);
    k->filter = NULL;
}

void ac_keys_free(struct ac_keys *k) {
    if (!k)
        return;
    drop_runs(k);
    ac_key_table_free(&k->table);
    free(k->dir);
    free(k);
}

void ac_keys_clear(struct ac_keys *k) {
    drop_runs(k);
    ac_key_table_clear(&k->table);
}

// Runs of one level become one of the next, until there are few of each.
static enum ac_rc merge_runs(struct ac_keys *k, struct ac_err *err) {
    for (;;) {
        struct ac_key_run *same[MERGED_AT_ONCE], *merged = NULL;
        size_t n = 0;
        for (struct ac_key_run *run = k->runs; run && n < MERGED_AT_ONCE; run = run->next)
            if (run->level == k->runs->level)
                same[n++] = run;
        if (n < MERGED_AT_ONCE)
            return AC_OK;
        enum ac_rc rc = ac_key_run_merge(&merged, k->dir, same, n, err);
        if (rc != AC_OK)
            return rc;
        merged->next = same[n - 1]->next; // the newest n stand first
        for (size_t i = 0; i < n; i++)
            ac_key_run_free(same[i]);
        k->runs = merged;
    }
}

static enum ac_rc spill(struct ac_keys *k, struct ac_err *err) {
    if (!k->filter)
        k->filter = calloc(1, k->filter_bytes);
    if (!k->filter)
        return ac_err_nomem(err, "the keys of an input");
    struct ac_key_run *run = NULL;
    enum ac_rc rc = ac_key_run_write(&run, k->dir, &k->table, err);
    if (rc != AC_OK)
        return rc;
    for (size_t i = 0; i < k->table.n_slots; i++)
        if (k->table.slots[i].number)
            filter_add(k, k->table.slots[i].hash);
    memset(k->table.slots, 0, k->table.n_slots * sizeof *k->table.slots);
    k->table.n = 0;
    run->next = k->runs;
    k->runs = run;
    return merge_runs(k, err);
}

static enum ac_rc find_on_disk(const struct ac_keys *k, uint64_t hash, struct ac_key *out,
                               const struct ac_key_run **run, uint64_t *at, struct ac_err *err) {
    if (!may_be_on_disk(k, hash))
        return AC_END;
    for (*run = k->runs; *run; *run = (*run)->next) {
        enum ac_rc rc = ac_key_run_find(*run, hash, out, at, err);
        if (rc != AC_END)
            return rc;
    }
    return AC_END;
}

static enum ac_rc add(struct ac_keys *k, const struct ac_key *key, struct ac_err *err) {
    if (key->number == 0)
        return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "TOO_MANY_RECORDS",
                          "over %u records of one object in one run; import the inputs in several "
                          "runs",
                          UINT32_MAX - 1);
    if (ac_key_table_add(&k->table, key))
        return AC_OK;
    enum ac_rc rc = spill(k, err);
    if (rc == AC_OK && !ac_key_table_add(&k->table, key))
        rc = ac_err_nomem(err, "the keys of an input");
    return rc;
}

enum ac_rc ac_keys_note(struct ac_keys *k, uint64_t key_hash, uint32_t content_hash,
                        uint32_t ordinal, enum ac_key_seen *seen, uint32_t *earlier,
                        struct ac_err *err) {
    uint64_t hash = mixed(key_hash), at = 0;
    const struct ac_key *in_memory = ac_key_table_find(&k->table, hash);
    const struct ac_key_run *run = NULL;
    struct ac_key there = {0};
    enum ac_rc rc = AC_OK;
    if (in_memory)
        there = *in_memory;
    else
        rc = find_on_disk(k, hash, &there, &run, &at, err);
    if (rc == AC_END) {
        *seen = AC_KEY_NEW;
        return add(k, &(struct ac_key){hash, content_hash, ordinal + 1}, err);
    }
    if (rc != AC_OK)
        return rc;
    *seen = there.content == content_hash ? AC_KEY_SAME : AC_KEY_DIFFERENT;
    *earlier = there.number - 1;
    return AC_OK;
}

enum ac_rc ac_keys_replace(struct ac_keys *k, uint64_t key_hash, uint32_t content_hash,
                           uint32_t ordinal, struct ac_err *err) {
    struct ac_key key = {mixed(key_hash), content_hash, ordinal + 1}, there;
    struct ac_key *in_memory = ac_key_table_find(&k->table, key.hash);
    if (in_memory && key.number) {
        *in_memory = key;
        return AC_OK;
    }
    const struct ac_key_run *run = NULL;
    uint64_t at = 0;
    enum ac_rc rc = find_on_disk(k, key.hash, &there, &run, &at, err);
    if (rc == AC_OK)
        return ac_key_run_put(run, at, &key, err);
    return rc == AC_END ? add(k, &key, err) : rc;
}
