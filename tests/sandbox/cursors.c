// SPDX-License-Identifier: MIT
// Query results that are fetched page by page.
#include "cursors.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define MAX_CURSORS 50u

struct sb_cursors {
    pthread_mutex_t lock; // held between find and release
    struct sb_cursor at[MAX_CURSORS];
    int64_t made;
};

struct sb_cursors *sb_cursors_new(void) {
    struct sb_cursors *c = calloc(1, sizeof *c);
    if (c && pthread_mutex_init(&c->lock, NULL) != 0) {
        free(c);
        return NULL;
    }
    return c;
}

void sb_cursors_clear(struct sb_cursors *c) {
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < MAX_CURSORS; i++) {
        free(c->at[i].text);
        free(c->at[i].rows);
        c->at[i] = (struct sb_cursor){0};
    }
    pthread_mutex_unlock(&c->lock);
}

void sb_cursors_free(struct sb_cursors *c) {
    if (!c)
        return;
    sb_cursors_clear(c);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

bool sb_cursors_keep(struct sb_cursors *c, const char *text, size_t len, int64_t *rows, size_t n,
                     size_t page, bool all, char id[SB_ID_SIZE]) {
    char *copy = malloc(len + 1);
    if (!copy) {
        free(rows);
        return false;
    }
    memcpy(copy, text, len);
    copy[len] = '\0';
    pthread_mutex_lock(&c->lock);
    struct sb_cursor *to = &c->at[c->made % MAX_CURSORS];
    free(to->text);
    free(to->rows);
    *to = (struct sb_cursor){
        .text = copy, .text_len = len, .rows = rows, .n = n, .page = page, .all = all};
    sb_id_make(to->id, "01g", ++c->made);
    memcpy(id, to->id, SB_ID_SIZE);
    pthread_mutex_unlock(&c->lock);
    return true;
}

const struct sb_cursor *sb_cursors_find(struct sb_cursors *c, const char *id) {
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < MAX_CURSORS; i++)
        if (c->at[i].text && strcmp(c->at[i].id, id) == 0)
            return &c->at[i];
    return NULL;
}

void sb_cursors_release(struct sb_cursors *c) { pthread_mutex_unlock(&c->lock); }
