// SPDX-License-Identifier: MIT
// One growable run of bytes that is born with its ceiling.
#ifndef SB_BUF_H
#define SB_BUF_H

#include <stdbool.h>
#include <stddef.h>

// Once an addition did not fit (ceiling or memory), failed stays set until the buffer is freed, so
// that a series of additions needs one check at its end.
struct sb_buf {
    char *at;
    size_t len;
    size_t room;
    size_t max;
    bool failed;
};

void sb_buf_init(struct sb_buf *b, size_t max);
// Adds len bytes; false when it did not fit. The content always ends with a NUL that len omits.
bool sb_buf_add(struct sb_buf *b, const void *p, size_t len);
bool sb_buf_text(struct sb_buf *b, const char *text);
bool sb_buf_char(struct sb_buf *b, char c);
bool sb_buf_format(struct sb_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
// Empties it and keeps its memory.
void sb_buf_clear(struct sb_buf *b);
void sb_buf_free(struct sb_buf *b);

#endif
