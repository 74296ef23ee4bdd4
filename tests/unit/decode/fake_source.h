// SPDX-License-Identifier: MIT
// A source in memory that stands in the place of the real one, to be included by one file a test.
//
// It lends blocks as large as a test says. Every peek lends fresh memory, so that a slice kept too
// long is found by the sanitizers.
#ifndef TEST_DECODE_FAKE_SOURCE_H
#define TEST_DECODE_FAKE_SOURCE_H
#include "source/source.h"
#include <assert.h>
#include <stdlib.h>

struct ac_source {
    uint64_t size; // of the member
    size_t block;  // bytes read at a time
    size_t max;    // ceiling of peek, 0: none
    void *arg;     // handed to fill
    // Writes the member's bytes from offset `at` on.
    void (*fill)(void *arg, uint64_t at, char *to, size_t n);
    uint64_t fails_at; // reading beyond this many bytes fails, 0: never
    // what it did
    uint64_t at;      // taken up to here
    size_t n_at_hand; // behind it
    size_t n_most;    // ever lent at once
    uint64_t n_taken;
    char *lent;
};

static inline void fake_fill_text(void *arg, uint64_t at, char *to, size_t n) {
    memcpy(to, (const char *)arg + at, n);
}

// The text is borrowed.
static inline struct ac_source fake_source(ac_str text, size_t block) {
    return (struct ac_source){
        .size = text.len, .block = block, .arg = (void *)text.ptr, .fill = fake_fill_text};
}

static inline void fake_close(struct ac_source *src) {
    free(src->lent);
    src->lent = NULL;
}

enum ac_rc ac_source_peek(struct ac_source *src, size_t min, ac_str *bytes, struct ac_err *err) {
    uint64_t left = src->size - src->at;
    if (min < 1)
        min = 1;
    *bytes = (ac_str){"", 0};
    if (src->max && min > src->max)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "WINDOW_TOO_SMALL", "asked for too much");
    while (src->n_at_hand < min && src->n_at_hand < left)
        src->n_at_hand += src->block;
    if (src->n_at_hand > left)
        src->n_at_hand = (size_t)left;
    if (src->fails_at && src->at + src->n_at_hand > src->fails_at)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "DAMAGED", "is damaged");
    free(src->lent);
    src->lent = malloc(src->n_at_hand ? src->n_at_hand : 1);
    assert(src->lent);
    src->fill(src->arg, src->at, src->lent, src->n_at_hand);
    if (src->n_at_hand > src->n_most)
        src->n_most = src->n_at_hand;
    *bytes = (ac_str){src->lent, src->n_at_hand};
    return src->n_at_hand < min ? AC_END : AC_OK;
}

void ac_source_take(struct ac_source *src, size_t n) {
    assert(n <= src->n_at_hand);
    src->at += n;
    src->n_at_hand -= n;
    src->n_taken += n;
}

#endif
