// SPDX-License-Identifier: MIT
// Keys in memory, sorted by hash with gaps.
#include "batch/keys_int.h"
#include <stdlib.h>

#define FIRST_SLOTS ((size_t)1024)
#define LEAST_SLOTS ((size_t)32)
#define KEPT_SLOTS ((size_t)64 * 1024) // 1 MiB: kept for the next input

// Beyond the homes is room for keys that the last homes push on.
static size_t homes_of(size_t n_slots) {
    size_t tail = n_slots / 8 < 256 ? n_slots / 8 : 256;
    return n_slots - tail;
}

// Grows with the hash, whatever the size: a table that grows keeps its order.
static size_t home_of(const struct ac_key_table *t, uint64_t hash) {
    return (size_t)(((hash >> 32) * t->n_homes) >> 32);
}

enum ac_rc ac_key_table_init(struct ac_key_table *t, size_t max_bytes, struct ac_err *err) {
    size_t max = max_bytes / sizeof(struct ac_key);
    if (max < LEAST_SLOTS)
        max = LEAST_SLOTS;
    if (max > UINT32_MAX / 2)
        max = UINT32_MAX / 2;
    *t = (struct ac_key_table){.max_slots = max};
    t->n_slots = max < FIRST_SLOTS ? max : FIRST_SLOTS;
    t->n_homes = homes_of(t->n_slots);
    t->slots = calloc(t->n_slots, sizeof *t->slots);
    return t->slots ? AC_OK : ac_err_nomem(err, "the keys of an input");
}

void ac_key_table_free(struct ac_key_table *t) {
    free(t->slots);
    t->slots = NULL;
}

void ac_key_table_clear(struct ac_key_table *t) {
    if (t->n_slots > KEPT_SLOTS) {
        struct ac_key *slots = realloc(t->slots, FIRST_SLOTS * sizeof *slots);
        if (slots) {
            t->slots = slots;
            t->n_slots = FIRST_SLOTS;
            t->n_homes = homes_of(FIRST_SLOTS);
        }
    }
    memset(t->slots, 0, t->n_slots * sizeof *t->slots);
    t->n = 0;
}

// Where the hash stands, or would stand; n_slots when that is behind the end.
static size_t place_of(const struct ac_key_table *t, uint64_t hash) {
    size_t at = home_of(t, hash);
    while (at < t->n_slots && t->slots[at].number && t->slots[at].hash < hash)
        at++;
    return at;
}

struct ac_key *ac_key_table_find(const struct ac_key_table *t, uint64_t hash) {
    size_t at = place_of(t, hash);
    if (at == t->n_slots || !t->slots[at].number || t->slots[at].hash != hash)
        return NULL;
    return &t->slots[at];
}

// Larger by a quarter, in place: all keys move to the far end in order, then each to its new
// place. That is never beyond the one it stands in: keys that fitted behind their homes fit
// behind homes that are farther apart, with a tail that is no shorter.
static bool grow(struct ac_key_table *t) {
    size_t n = t->n_slots < KEPT_SLOTS ? t->n_slots * 2 : t->n_slots + t->n_slots / 4;
    if (n > t->max_slots)
        n = t->max_slots;
    if (n <= t->n_slots)
        return false;
    struct ac_key *slots = realloc(t->slots, n * sizeof *slots);
    if (!slots)
        return false;
    memset(slots + t->n_slots, 0, (n - t->n_slots) * sizeof *slots);
    size_t to = n;
    for (size_t i = t->n_slots; i-- > 0;) {
        if (!slots[i].number)
            continue;
        struct ac_key key = slots[i];
        slots[i].number = 0;
        slots[--to] = key;
    }
    t->slots = slots;
    t->n_slots = n;
    t->n_homes = homes_of(n);
    size_t next = 0;
    for (size_t i = to; i < n; i++) {
        struct ac_key key = slots[i];
        slots[i].number = 0;
        size_t at = home_of(t, key.hash);
        if (at < next)
            at = next;
        slots[at] = key;
        next = at + 1;
    }
    return true;
}

static bool put(struct ac_key_table *t, const struct ac_key *key) {
    size_t at = place_of(t, key->hash), gap = at;
    while (gap < t->n_slots && t->slots[gap].number)
        gap++;
    if (gap >= t->n_slots)
        return false;
    memmove(&t->slots[at + 1], &t->slots[at], (gap - at) * sizeof *t->slots);
    t->slots[at] = *key;
    t->n++;
    return true;
}

bool ac_key_table_add(struct ac_key_table *t, const struct ac_key *key) {
    for (;;) {
        bool has_room = t->n < t->n_homes - t->n_homes / 7;
        if (has_room && put(t, key))
            return true;
        if (!grow(t))
            return false;
    }
}
