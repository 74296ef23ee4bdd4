// SPDX-License-Identifier: MIT
// The bytes at hand of a stream: lent by peek, passed by take.
#include "source/window.h"
#include <assert.h>
#include <stdlib.h>

void ac_window_init(struct ac_window *w, size_t max_bytes) {
    *w = (struct ac_window){.max_bytes = max_bytes};
}

void ac_window_free(struct ac_window *w) {
    free(w->ptr);
    ac_window_init(w, w->max_bytes);
}

void ac_window_reset(struct ac_window *w) {
    w->at = w->end = 0;
    w->has_ended = false;
}

// Room for min bytes from the front on, what is at hand moved there.
static enum ac_rc make_room(struct ac_window *w, size_t min, struct ac_err *err) {
    if (w->at) {
        if (w->end > w->at)
            memmove(w->ptr, w->ptr + w->at, w->end - w->at);
        w->end -= w->at;
        w->at = 0;
    }
    if (w->ptr && min <= w->cap)
        return AC_OK;
    size_t cap = (min + AC_WINDOW_BYTES - 1) & ~(AC_WINDOW_BYTES - 1);
    if (cap < AC_WINDOW_BYTES)
        cap = AC_WINDOW_BYTES;
    if (cap > w->max_bytes)
        cap = w->max_bytes;
    char *more = realloc(w->ptr, cap);
    if (!more)
        return ac_err_nomem(err, "a window on an input");
    w->ptr = more;
    w->cap = cap;
    return AC_OK;
}

enum ac_rc ac_window_peek(struct ac_window *w, size_t min, size_t first_max, ac_window_read *read,
                          void *arg, ac_str *bytes, struct ac_err *err) {
    *bytes = (ac_str){"", 0};
    if (min > w->max_bytes)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "WINDOW_TOO_SMALL",
                          "%zu bytes are wanted at once, the ceiling is %zu", min, w->max_bytes);
    if (w->end - w->at < min && !w->has_ended) {
        enum ac_rc rc = make_room(w, min, err);
        while (rc == AC_OK && w->end < min && !w->has_ended) {
            size_t n = 0, max = w->cap - w->end;
            if (first_max && max > first_max)
                max = first_max;
            rc = read(arg, w->ptr + w->end, max, &n, err);
            if (rc == AC_OK && n == 0)
                w->has_ended = true;
            w->end += n;
        }
        if (rc != AC_OK)
            return rc;
    }
    if (w->end > w->at)
        *bytes = (ac_str){w->ptr + w->at, w->end - w->at};
    return bytes->len < min || bytes->len == 0 ? AC_END : AC_OK;
}

void ac_window_take(struct ac_window *w, size_t n) {
    assert(n <= w->end - w->at);
    w->at += n;
    if (w->at == w->end)
        w->at = w->end = 0;
}
