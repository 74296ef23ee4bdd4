// SPDX-License-Identifier: MIT
// Query results that are fetched page by page.
#ifndef SB_CURSORS_H
#define SB_CURSORS_H

#include "ids.h"

#include <stdint.h>

struct sb_cursors;

struct sb_cursor { // a snapshot: which rows, not what is in them
    char id[SB_ID_SIZE];
    char *text; // the query
    size_t text_len;
    int64_t *rows;
    size_t n;
    size_t page;
    bool all; // deleted rows too
};

struct sb_cursors *sb_cursors_new(void);
void sb_cursors_free(struct sb_cursors *c);
void sb_cursors_clear(struct sb_cursors *c);
// Keeps rows (taken over) and a copy of the text; the oldest cursor makes room. False: no memory.
bool sb_cursors_keep(struct sb_cursors *c, const char *text, size_t len, int64_t *rows, size_t n,
                     size_t page, bool all, char id[SB_ID_SIZE]);
// The cursor of an id; what it points to stays until sb_cursors_release.
const struct sb_cursor *sb_cursors_find(struct sb_cursors *c, const char *id);
void sb_cursors_release(struct sb_cursors *c);

#endif
