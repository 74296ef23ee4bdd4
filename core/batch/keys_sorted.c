// SPDX-License-Identifier: MIT
// Keys in memory, in sorted arrays that grow by being merged.
//
// A key is added to an array that is not sorted; when that is full, or somebody must look for a
// key, it is sorted and becomes the newest of the sorted ones. Two neighbours become one when the
// newer is not much smaller, unless they are large and nobody looks. So a key is moved a few times,
// and memory is always touched in order: where it is large, that is what counts.
#include "batch/keys_int.h"
#include <stdlib.h>
#include <sys/mman.h>

#define LOOSE_MAX ((size_t)128 * 1024) // keys: 2 MiB
#define LOOSE_FIRST ((size_t)256)
#define RADIX_FROM 256u // fewer are sorted by insertion

void *ac_huge_alloc(size_t bytes) {
    if (bytes < AC_HUGE_BYTES)
        return malloc(bytes);
    bytes = (bytes + AC_HUGE_BYTES - 1) & ~(AC_HUGE_BYTES - 1);
    void *out = aligned_alloc(AC_HUGE_BYTES, bytes);
    if (out)
        (void)madvise(out, bytes, MADV_HUGEPAGE); // or not: it works as well
    return out;
}

enum ac_rc ac_key_set_init(struct ac_key_set *s, size_t max_bytes, struct ac_err *err) {
    // Half of it: two arrays and the one they are merged into are there at the same time.
    size_t max = max_bytes / sizeof(struct ac_key) / 2;
    *s = (struct ac_key_set){.max = max < 4 ? 4 : max};
    s->max_loose = s->max / 2 < LOOSE_MAX ? s->max / 2 : LOOSE_MAX;
    s->loose_room = s->max_loose < LOOSE_FIRST ? s->max_loose : LOOSE_FIRST;
    s->loose = malloc(s->loose_room * sizeof *s->loose);
    return s->loose ? AC_OK : ac_err_nomem(err, "the keys of an input");
}

void ac_key_set_clear(struct ac_key_set *s) {
    while (s->n_arrays)
        free(s->arrays[--s->n_arrays].keys);
    s->n = s->n_loose = s->n_finds = 0;
}

void ac_key_set_free(struct ac_key_set *s) {
    ac_key_set_clear(s);
    free(s->loose);
    free(s->other);
    s->loose = s->other = NULL;
}

// By 11 bits of the hash, counted out.
static void count_out(const struct ac_key *from, struct ac_key *to, size_t n, unsigned shift) {
    size_t at[2049] = {0};
    for (size_t i = 0; i < n; i++)
        at[(from[i].hash >> shift & 2047) + 1]++;
    for (size_t i = 0; i < 2048; i++)
        at[i + 1] += at[i];
    for (size_t i = 0; i < n; i++)
        to[at[from[i].hash >> shift & 2047]++] = from[i];
}

// What is nearly in order already.
static void insert_in_order(struct ac_key *keys, size_t n) {
    for (size_t i = 1; i < n; i++) {
        struct ac_key key = keys[i];
        size_t at = i;
        for (; at && keys[at - 1].hash > key.hash; at--)
            keys[at] = keys[at - 1];
        keys[at] = key;
    }
}

static bool sort_loose(struct ac_key_set *s) {
    if (s->n_loose >= RADIX_FROM) {
        if (!s->other)
            s->other = ac_huge_alloc(s->max_loose * sizeof *s->other);
        if (!s->other)
            return false;
        count_out(s->loose, s->other, s->n_loose, 42);
        count_out(s->other, s->loose, s->n_loose, 53);
    }
    insert_in_order(s->loose, s->n_loose);
    return true;
}

static struct ac_key *merged(const struct ac_key_array *a, const struct ac_key_array *b) {
    struct ac_key *out = ac_huge_alloc((a->n + b->n) * sizeof *out);
    size_t i = 0, k = 0, to = 0;
    while (out && i < a->n && k < b->n) {
        bool is_first = a->keys[i].hash <= b->keys[k].hash;
        out[to++] = is_first ? a->keys[i] : b->keys[k];
        i += is_first;
        k += !is_first;
    }
    if (!out)
        return NULL;
    memcpy(out + to, a->keys + i, (a->n - i) * sizeof *out);
    memcpy(out + to + a->n - i, b->keys + k, (b->n - k) * sizeof *out);
    return out;
}

// Neighbours of about one size become one array. False: no memory; all is as it was.
static bool merge_arrays(struct ac_key_set *s) {
    while (s->n_arrays > 1) {
        struct ac_key_array *a = &s->arrays[s->n_arrays - 2], *b = a + 1;
        // Large ones are left apart while hardly anything is looked for in them.
        bool is_crowded = s->n_arrays == AC_KEY_ARRAYS, is_searched = s->n_finds > s->n / 64;
        if (!is_crowded && (b->n * 2 < a->n || (a->n >= LOOSE_MAX && !is_searched)))
            return true;
        struct ac_key *keys = merged(a, b);
        if (!keys)
            return false;
        free(a->keys);
        free(b->keys);
        a->keys = keys;
        a->n += b->n;
        s->n_arrays--;
    }
    return true;
}

bool ac_key_set_order(struct ac_key_set *s) {
    if (!s->n_loose)
        return true;
    if (s->n_arrays == AC_KEY_ARRAYS && !merge_arrays(s))
        return false;
    struct ac_key_array array = {ac_huge_alloc(s->n_loose * sizeof *array.keys), s->n_loose};
    if (!array.keys || !sort_loose(s)) {
        free(array.keys);
        return false;
    }
    memcpy(array.keys, s->loose, s->n_loose * sizeof *array.keys);
    s->arrays[s->n_arrays++] = array;
    s->n_loose = 0;
    return merge_arrays(s);
}

struct ac_key *ac_key_set_find(struct ac_key_set *s, uint64_t hash) {
    s->n_finds++;
    for (size_t i = s->n_arrays; i-- > 0;) {
        struct ac_key *keys = s->arrays[i].keys;
        size_t lo = 0, hi = s->arrays[i].n;
        while (lo < hi) {
            size_t mid = lo + (hi - lo) / 2;
            if (keys[mid].hash < hash)
                lo = mid + 1;
            else
                hi = mid;
        }
        if (lo < s->arrays[i].n && keys[lo].hash == hash)
            return &keys[lo];
    }
    return NULL;
}

enum ac_key_added ac_key_set_add(struct ac_key_set *s, const struct ac_key *key) {
    if (s->n == s->max)
        return AC_KEY_FULL;
    if (s->n_loose == s->loose_room && s->loose_room < s->max_loose) {
        size_t room = s->loose_room * 4 < s->max_loose ? s->loose_room * 4 : s->max_loose;
        struct ac_key *more = realloc(s->loose, room * sizeof *more);
        if (!more)
            return AC_KEY_NO_MEMORY;
        s->loose = more;
        s->loose_room = room;
    }
    if (s->n_loose == s->loose_room && !ac_key_set_order(s))
        return AC_KEY_NO_MEMORY;
    s->loose[s->n_loose++] = *key;
    s->n++;
    return AC_KEY_ADDED;
}

void ac_key_set_walk_begin(const struct ac_key_set *s, struct ac_key_walk *w) {
    *w = (struct ac_key_walk){.set = s};
}

const struct ac_key *ac_key_set_walk(struct ac_key_walk *w) {
    const struct ac_key *least = NULL;
    size_t from = 0;
    for (size_t i = 0; i < w->set->n_arrays; i++) {
        const struct ac_key_array *a = &w->set->arrays[i];
        if (w->at[i] < a->n && (!least || a->keys[w->at[i]].hash < least->hash)) {
            least = &a->keys[w->at[i]];
            from = i;
        }
    }
    if (least)
        w->at[from]++;
    return least;
}
