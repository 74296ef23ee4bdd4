// SPDX-License-Identifier: MIT
// The bytes at hand of a stream: lent by peek, passed by take.
#ifndef AC_SOURCE_WINDOW_H
#define AC_SOURCE_WINDOW_H
#include "base/err.h"

#define AC_WINDOW_BYTES ((size_t)1 << 20)

// Reads up to max bytes to `to`; *n == 0 is the end.
typedef enum ac_rc ac_window_read(void *arg, char *to, size_t max, size_t *n, struct ac_err *err);

struct ac_window {
    char *ptr;
    size_t cap, at, end;
    size_t max_bytes;
    bool has_ended;
};

void ac_window_init(struct ac_window *w, size_t max_bytes); // allocates nothing
void ac_window_free(struct ac_window *w);
void ac_window_reset(struct ac_window *w); // empty, at the start of another stream
// Lends at least min bytes and all that are at hand; AC_END with what is left when the stream
// ends before. first_max limits a single read (0: as much as there is room for). AC_INPUT when
// min is over the ceiling, AC_RUN without memory, else what read() said.
enum ac_rc ac_window_peek(struct ac_window *w, size_t min, size_t first_max, ac_window_read *read,
                          void *arg, ac_str *bytes, struct ac_err *err);
void ac_window_take(struct ac_window *w, size_t n); // at most what is at hand

#endif
