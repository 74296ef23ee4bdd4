// SPDX-License-Identifier: MIT
// Random JSON values by seed, joined in every shape that is read.
#ifndef TEST_DECODE_RANDOM_H
#define TEST_DECODE_RANDOM_H
#include "base/buf.h"
#include <jansson.h>

#define DECODE_SHAPES 8 // joined, lines, array ..., see decode_random.c

struct decode_dice {
    uint64_t state; // not 0
};
// A number below n.
uint32_t decode_roll(struct decode_dice *dice, uint32_t n);
// An object whose first member is "id": that number. Its texts hold what could mislead a scanner.
json_t *decode_random_value(struct decode_dice *dice, int id);
// Adds the values in that shape. from and to (of n each): where each begins, ends.
void decode_join(struct ac_buf *out, json_t *const *values, size_t n, int shape, size_t *from,
                 size_t *to);

#endif
