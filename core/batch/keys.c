// SPDX-License-Identifier: MIT
// The external ids of one input, each noted with what its record holds.
#include "batch/keys.h"
#include "batch/keys_int.h"
#include <stdlib.h>

#define MERGED_AT_ONCE 4 // runs of one level: so few files, and each key is rewritten seldom

#define FILTER_FROM ((size_t)4 * 1024) // keys: fewer are looked for at once
#define LINE_BYTES ((size_t)64)

// A new key is the usual case, and would have to be looked for in every array and in every run on
// disk. The filter says "new" for nearly all of them, by one line of memory; then nothing is looked
// for at all. It is a quarter of the memory allowed: many more keys make it less useful, never
// wrong.
struct ac_keys {
    char *dir;
    struct ac_key_set set;
    struct ac_key_run *runs; // newest first
    unsigned char *filter;   // NULL: few keys so far
    size_t filter_bytes;     // whole lines
};

// The finaliser of splitmix64: a bijection, so equal hashes stay equal and others differ.
static uint64_t mixed(uint64_t hash) {
    hash += 0x9E3779B97F4A7C15u;
    hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9u;
    hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBu;
    return hash ^ (hash >> 31);
}

// A hash has one line, and four bits of its 512.
static uint64_t *filter_line(const struct ac_keys *k, uint64_t hash) {
    uint64_t n_lines = k->filter_bytes / LINE_BYTES;
    size_t line = (size_t)(((hash >> 32) * n_lines) >> 32);
    return (uint64_t *)(void *)(k->filter + line * LINE_BYTES);
}

static void filter_add(struct ac_keys *k, uint64_t hash) {
    uint64_t *line = filter_line(k, hash);
    for (unsigned i = 0; i < 4; i++) {
        unsigned bit = (unsigned)(hash >> (i * 9)) & 511;
        line[i * 2 + (bit & 1)] |= (uint64_t)1 << (bit >> 3);
    }
}

static bool filter_has(const struct ac_keys *k, uint64_t hash) {
    const uint64_t *line = filter_line(k, hash);
    for (unsigned i = 0; i < 4; i++) {
        unsigned bit = (unsigned)(hash >> (i * 9)) & 511;
        if (!(line[i * 2 + (bit & 1)] >> (bit >> 3) & 1))
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
    if (k->filter_bytes > UINT32_MAX / 8)
        k->filter_bytes = UINT32_MAX / 8;
    k->filter_bytes = k->filter_bytes / LINE_BYTES * LINE_BYTES;
    if (k->filter_bytes < LINE_BYTES)
        k->filter_bytes = LINE_BYTES;
    k->dir = strdup(dir);
    enum ac_rc rc = k->dir ? ac_key_set_init(&k->set, max_memory_bytes / 4 * 3, err)
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
    ac_key_set_free(&k->set);
    free(k->dir);
    free(k);
}

void ac_keys_clear(struct ac_keys *k) {
    drop_runs(k);
    ac_key_set_clear(&k->set);
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

static enum ac_rc no_memory(struct ac_err *err) {
    return ac_err_nomem(err, "the keys of an input");
}

// From here on there is a filter, of all keys so far.
static enum ac_rc make_filter(struct ac_keys *k, struct ac_err *err) {
    if (k->filter)
        return AC_OK;
    struct ac_key_walk walk;
    if (!ac_key_set_order(&k->set))
        return no_memory(err);
    k->filter = ac_huge_alloc(k->filter_bytes);
    if (!k->filter)
        return no_memory(err);
    memset(k->filter, 0, k->filter_bytes);
    ac_key_set_walk_begin(&k->set, &walk);
    for (const struct ac_key *key; (key = ac_key_set_walk(&walk));)
        filter_add(k, key->hash);
    return AC_OK;
}

static enum ac_rc spill(struct ac_keys *k, struct ac_err *err) {
    struct ac_key_run *run = NULL;
    enum ac_rc rc = make_filter(k, err);
    if (rc == AC_OK && !ac_key_set_order(&k->set))
        rc = no_memory(err);
    if (rc == AC_OK)
        rc = ac_key_run_write(&run, k->dir, &k->set, err);
    if (rc != AC_OK)
        return rc;
    ac_key_set_clear(&k->set);
    run->next = k->runs;
    k->runs = run;
    return merge_runs(k, err);
}

static enum ac_rc find_on_disk(const struct ac_keys *k, uint64_t hash, struct ac_key *out,
                               const struct ac_key_run **run, uint64_t *at, struct ac_err *err) {
    for (*run = k->runs; *run; *run = (*run)->next) {
        enum ac_rc rc = ac_key_run_find(*run, hash, out, at, err);
        if (rc != AC_END)
            return rc;
    }
    return AC_END;
}

static enum ac_rc note_new(struct ac_keys *k, const struct ac_key *key, struct ac_err *err) {
    if (key->number == 0)
        return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "TOO_MANY_RECORDS",
                          "over %u records of one object in one run; import the inputs in several "
                          "runs",
                          UINT32_MAX - 1);
    enum ac_rc rc = k->set.n >= FILTER_FROM ? make_filter(k, err) : AC_OK;
    enum ac_key_added added = AC_KEY_NO_MEMORY;
    if (rc == AC_OK)
        added = ac_key_set_add(&k->set, key);
    if (added == AC_KEY_FULL) {
        rc = spill(k, err);
        added = rc == AC_OK ? ac_key_set_add(&k->set, key) : AC_KEY_NO_MEMORY;
    }
    if (rc == AC_OK && added != AC_KEY_ADDED)
        rc = no_memory(err);
    if (rc == AC_OK && k->filter)
        filter_add(k, key->hash);
    return rc;
}

// Whether the key is there; what of it in *out. `in_memory`, or `run` with its place, says where.
static enum ac_rc find(struct ac_keys *k, uint64_t hash, struct ac_key *out,
                       struct ac_key **in_memory, const struct ac_key_run **run, uint64_t *at,
                       struct ac_err *err) {
    *in_memory = NULL;
    *run = NULL;
    if (k->filter && !filter_has(k, hash))
        return AC_END;
    if (!ac_key_set_order(&k->set))
        return no_memory(err);
    *in_memory = ac_key_set_find(&k->set, hash);
    if (!*in_memory)
        return find_on_disk(k, hash, out, run, at, err);
    *out = **in_memory;
    return AC_OK;
}

enum ac_rc ac_keys_note(struct ac_keys *k, uint64_t key_hash, uint32_t content_hash,
                        uint32_t ordinal, enum ac_key_seen *seen, uint32_t *earlier,
                        struct ac_err *err) {
    uint64_t hash = mixed(key_hash), at = 0;
    const struct ac_key_run *run;
    struct ac_key *in_memory, there = {0};
    enum ac_rc rc = find(k, hash, &there, &in_memory, &run, &at, err);
    if (rc == AC_END) {
        *seen = AC_KEY_NEW;
        return note_new(k, &(struct ac_key){hash, content_hash, ordinal + 1}, err);
    }
    if (rc != AC_OK)
        return rc;
    *seen = there.content == content_hash ? AC_KEY_SAME : AC_KEY_DIFFERENT;
    *earlier = there.number - 1;
    return AC_OK;
}

void ac_keys_expect(const struct ac_keys *k, uint64_t key_hash) {
    if (k->filter)
        __builtin_prefetch(filter_line(k, mixed(key_hash)), 1);
}

enum ac_rc ac_keys_replace(struct ac_keys *k, uint64_t key_hash, uint32_t content_hash,
                           uint32_t ordinal, struct ac_err *err) {
    struct ac_key key = {mixed(key_hash), content_hash, ordinal + 1}, there, *in_memory;
    const struct ac_key_run *run;
    uint64_t at = 0;
    enum ac_rc rc = find(k, key.hash, &there, &in_memory, &run, &at, err);
    if (rc == AC_END)
        return note_new(k, &key, err);
    if (rc != AC_OK)
        return rc;
    if (!in_memory)
        return ac_key_run_put(run, at, &key, err);
    if (key.number == 0)
        return note_new(k, &key, err);
    *in_memory = key;
    return AC_OK;
}
