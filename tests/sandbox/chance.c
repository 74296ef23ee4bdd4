// SPDX-License-Identifier: MIT
// Chance that a seed repeats.
#include "chance.h"

#include <sys/random.h>

uint64_t sb_chance_next(struct sb_chance *c) { // splitmix64
    uint64_t z = c->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

double sb_chance_share(struct sb_chance *c) { return (double)(sb_chance_next(c) >> 11) * 0x1p-53; }

void sb_chance_shuffle(struct sb_chance *c, uint32_t *list, size_t n) {
    for (size_t i = n; i > 1; i--) {
        size_t k = (size_t)(sb_chance_next(c) % i);
        uint32_t v = list[i - 1];
        list[i - 1] = list[k];
        list[k] = v;
    }
}

void sb_chance_secret(char *out, size_t n) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    for (size_t i = 0; i < n; i++) {
        unsigned char byte = 0;
        if (getrandom(&byte, 1, 0) != 1)
            byte = (unsigned char)i;
        out[i] = letters[byte % (sizeof letters - 1)];
    }
    out[n] = '\0';
}
