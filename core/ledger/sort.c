// SPDX-License-Identifier: MIT
// Keys sorted in place by their bytes, the highest first.
#include "ledger/version.h"

#define FEW 32 // sorted by insertion

static void sort_few(struct ac_version *keys, size_t n) {
    for (size_t i = 1; i < n; i++) {
        struct ac_version key = keys[i];
        size_t at = i;
        for (; at > 0 && keys[at - 1].key_hash > key.key_hash; at--)
            keys[at] = keys[at - 1];
        keys[at] = key;
    }
}

static unsigned byte_of(const struct ac_version *key, unsigned shift) {
    return (unsigned)(key->key_hash >> shift) & 255;
}

// The American flag: every key is swapped into the bucket of its byte. Recursion ends with the
// last byte, whatever the keys are.
static void sort_byte(struct ac_version *keys, size_t n, unsigned shift) {
    size_t next[256], end[256], at = 0;
    size_t count[256] = {0};
    for (size_t i = 0; i < n; i++)
        count[byte_of(&keys[i], shift)]++;
    for (unsigned b = 0; b < 256; b++) {
        next[b] = at;
        end[b] = at += count[b];
    }
    for (unsigned b = 0; b < 256; b++)
        while (next[b] < end[b]) {
            struct ac_version key = keys[next[b]];
            for (unsigned to; (to = byte_of(&key, shift)) != b;) {
                struct ac_version other = keys[next[to]];
                keys[next[to]++] = key;
                key = other;
            }
            keys[next[b]++] = key;
        }
    if (shift == 0)
        return;
    for (unsigned b = 0; b < 256; b++) {
        struct ac_version *from = keys + (end[b] - count[b]);
        if (count[b] > FEW)
            sort_byte(from, count[b], shift - 8);
        else
            sort_few(from, count[b]);
    }
}

void ac_version_sort(struct ac_version *keys, size_t n) {
    if (n > FEW)
        sort_byte(keys, n, 56);
    else
        sort_few(keys, n);
}
