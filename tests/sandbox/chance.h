// SPDX-License-Identifier: MIT
// Chance that a seed repeats.
#ifndef SB_CHANCE_H
#define SB_CHANCE_H

#include <stddef.h>
#include <stdint.h>

struct sb_chance {
    uint64_t state;
};

uint64_t sb_chance_next(struct sb_chance *c);
// 0 <= v < 1
double sb_chance_share(struct sb_chance *c);
// Fisher and Yates.
void sb_chance_shuffle(struct sb_chance *c, uint32_t *list, size_t n);
// n characters of letters or digits that nobody can foresee, then a NUL. Not from a seed.
void sb_chance_secret(char *out, size_t n);

#endif
