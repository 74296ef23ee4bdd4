// SPDX-License-Identifier: MIT
// One growable byte buffer, born with its ceiling.
#ifndef AC_BASE_BUF_H
#define AC_BASE_BUF_H
#include "base/str.h"

struct ac_buf {
    char *ptr;
    size_t len, cap, max_bytes;
    bool has_no_memory; // it was that, not the ceiling, when something could not be added last
    bool is_short;      // something could not be added since it was cleared
    bool is_secret;     // what it lets go of is overwritten; set when it is empty
};

void ac_buf_init(struct ac_buf *b, size_t max_bytes); // allocates nothing
void ac_buf_free(struct ac_buf *b);                   // usable again: keeps the ceiling
void ac_buf_clear(struct ac_buf *b);                  // len = 0, memory kept
// Makes room for len more bytes. False at the ceiling or without memory; nothing changed then. So
// it is with all that add.
bool ac_buf_need(struct ac_buf *b, size_t len);
bool ac_buf_add(struct ac_buf *b, const void *bytes, size_t len);
bool ac_buf_add_str(struct ac_buf *b, ac_str s);
bool ac_buf_add_char(struct ac_buf *b, char c);
bool ac_buf_printf(struct ac_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
// A JSON string with its quotes; broken UTF-8 becomes U+FFFD.
bool ac_buf_add_json(struct ac_buf *b, ac_str s);
// Text for people: control characters and bytes that are no UTF-8 as \n, \t or \x1b, so that no
// name or message moves a terminal's cursor, or looks like a line of ours.
bool ac_buf_add_plain(struct ac_buf *b, ac_str s);
// Percent-encodes all but unreserved characters (RFC 3986).
bool ac_buf_add_url(struct ac_buf *b, ac_str s);
void ac_buf_take_front(struct ac_buf *b, size_t len); // removes the first len bytes
static inline ac_str ac_buf_str(const struct ac_buf *b) { return (ac_str){b->ptr, b->len}; }
// The text with a NUL behind it (not counted); NULL when there is no memory for it.
const char *ac_buf_text(struct ac_buf *b);

#endif
