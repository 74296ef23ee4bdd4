// SPDX-License-Identifier: MIT
// Where each shard of a stream stands, kept as a checkpoint of the ledger.
#include "hook/stream_int.h"
#include <stdio.h>
#include <stdlib.h>

// A checkpoint: the number settled ("-" for none yet, "end" for a shard that is done), then those
// that inputs not settled end with, each after a blank.
#define NONE "-"
#define DONE "end"
#define TEXT_BYTES ((AC_SHARD_MAX_ENDS + 2) * AC_KINESIS_MAX_SEQUENCE)
#define SINCE "(since)" // no shard is called so
#define KNOWN_BYTES ((size_t)64 << 20)

// --- one shard

bool ac_shard_plan(struct shard *shard, const char *sequence) {
    if (!shard->ends)
        shard->ends = calloc(AC_SHARD_MAX_ENDS, sizeof *shard->ends);
    if (!shard->ends || shard->n_ends == AC_SHARD_MAX_ENDS)
        return false;
    struct shard_end *end = &shard->ends[shard->n_ends++];
    *end = (struct shard_end){{0}, {0}};
    snprintf(end->sequence, sizeof end->sequence, "%s", sequence);
    return true;
}

void ac_shard_settled(struct shard *shard, size_t n) {
    if (!n)
        return;
    memcpy(shard->settled, shard->ends[n - 1].sequence, sizeof shard->settled);
    shard->n_ends -= n;
    memmove(shard->ends, shard->ends + n, shard->n_ends * sizeof *shard->ends);
}

void ac_shard_rewind(struct shard *shard) {
    memcpy(shard->read, shard->settled, sizeof shard->read);
    free(shard->iterator);
    shard->iterator = NULL;
    shard->is_ended = shard->is_done;
    for (size_t i = 0; i < shard->n_ends; i++)
        shard->ends[i].hex[0] = '\0';
}

static void shard_free(struct shard *shard) {
    free(shard->ends);
    free(shard->iterator);
}

static void write_place(const struct shard *shard, char out[TEXT_BYTES]) {
    const char *settled = *shard->settled ? shard->settled : NONE;
    size_t at = (size_t)snprintf(out, TEXT_BYTES, "%s", shard->is_done ? DONE : settled);
    for (size_t i = 0; i < shard->n_ends; i++)
        at += (size_t)snprintf(out + at, TEXT_BYTES - at, " %s", shard->ends[i].sequence);
}

static bool is_sequence(ac_str s) {
    if (!s.len || s.len >= AC_KINESIS_MAX_SEQUENCE)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return true;
}

// A text that is no checkpoint is as none: the shard is read once more.
static void read_place(struct shard *shard, const char *text) {
    ac_str rest = ac_str_of(text), piece;
    shard->n_ends = 0;
    shard->settled[0] = '\0';
    shard->is_done = strcmp(text, DONE) == 0;
    if (ac_str_cut(&rest, ' ', &piece) && is_sequence(piece))
        snprintf(shard->settled, sizeof shard->settled, "%.*s", (int)piece.len, piece.ptr);
    while (ac_str_cut(&rest, ' ', &piece)) {
        char sequence[AC_KINESIS_MAX_SEQUENCE];
        if (!is_sequence(piece))
            break;
        snprintf(sequence, sizeof sequence, "%.*s", (int)piece.len, piece.ptr);
        if (!ac_shard_plan(shard, sequence))
            break; // then the inputs are made anew
    }
    ac_shard_rewind(shard);
}

// --- all of them

static int by_id(const void *a, const void *b) {
    const struct shard *x = a, *y = b;
    return strcmp(x->id, y->id);
}

static int is_called(const void *id, const void *shard) {
    return strcmp(id, ((const struct shard *)shard)->id);
}

struct shard *ac_places_find(const struct places *p, const char *id) {
    return p->n ? bsearch(id, p->list, p->n, sizeof *p->list, is_called) : NULL;
}

void ac_places_free(struct places *p) {
    for (size_t i = 0; i < p->n; i++)
        shard_free(&p->list[i]);
    free(p->list);
}

enum ac_rc ac_places_list(struct places *p, const struct ac_kinesis_shards *listed,
                          struct ac_err *err) {
    struct shard *list = calloc(listed->n + 1, sizeof *list);
    if (!list)
        return ac_err_nomem(err, "the shards of a stream");
    for (size_t i = 0; i < listed->n; i++) {
        const struct ac_kinesis_shard *from = &listed->list[i];
        struct shard *to = &list[i], *old = ac_places_find(p, from->id);
        if (old) { // its memory goes with it
            *to = *old;
            old->ends = NULL;
            old->n_ends = 0;
            old->iterator = NULL;
        }
        snprintf(to->id, sizeof to->id, "%s", from->id);
        snprintf(to->parent, sizeof to->parent, "%s", from->parent);
        snprintf(to->adjacent, sizeof to->adjacent, "%s", from->adjacent);
        to->is_closed = from->is_closed;
    }
    ac_places_free(p);
    qsort(list, listed->n, sizeof *list, by_id);
    p->list = list;
    p->n = 0;
    for (size_t i = 0; i < listed->n; i++) // one listed twice is one
        if (!p->n || strcmp(list[p->n - 1].id, list[i].id) != 0)
            list[p->n++] = list[i];
        else
            shard_free(&list[i]);
    return AC_OK;
}

static bool is_done(const struct places *p, const char *parent) {
    const struct shard *shard = *parent ? ac_places_find(p, parent) : NULL;
    return !shard || shard->is_done;
}

bool ac_places_is_ready(const struct places *p, const struct shard *shard) {
    return !shard->is_done && is_done(p, shard->parent) && is_done(p, shard->adjacent);
}

// --- the ledger

struct known { // a checkpoint
    struct known *next;
    const char *id, *text;
};
struct knowing {
    struct ac_arena arena;
    struct known *first;
    bool is_short; // of memory
};

static bool add_known(void *arg, const char *name, const char *value, int64_t at_ms) {
    struct knowing *k = arg;
    (void)at_ms;
    struct known *one = ac_arena_zalloc(&k->arena, sizeof *one);
    if (one) {
        one->id = ac_arena_copy(&k->arena, ac_str_of(name));
        one->text = ac_arena_copy(&k->arena, ac_str_of(value));
        one->next = k->first;
        k->first = one;
    }
    k->is_short = !one || !one->id || !one->text;
    return !k->is_short;
}

static void take_over(struct shard *shard, const char *text) {
    char ours[TEXT_BYTES];
    write_place(shard, ours);
    if (strcmp(ours, text) != 0 || shard->n_ends)
        read_place(shard, text);
}

enum ac_rc ac_places_load(struct places *p, struct ac_ledger *l, struct ac_err *err) {
    struct knowing k = {.first = NULL};
    ac_arena_init(&k.arena, KNOWN_BYTES);
    enum ac_rc rc = l ? ac_ledger_checkpoints(l, p->scope, add_known, &k, err) : AC_OK;
    if (rc == AC_OK && k.is_short)
        rc = ac_err_nomem(err, "the checkpoints of a stream");
    for (const struct known *one = k.first; rc == AC_OK && one; one = one->next) {
        struct shard *shard = ac_places_find(p, one->id);
        if (shard)
            take_over(shard, one->text);
        else if (strcmp(one->id, SINCE) != 0)
            rc = ac_ledger_checkpoint_drop(l, p->scope, one->id, err);
    }
    ac_arena_free(&k.arena);
    return rc;
}

enum ac_rc ac_places_keep(const struct places *p, struct ac_ledger *l, const struct shard *shard,
                          struct ac_err *err) {
    char text[TEXT_BYTES];
    write_place(shard, text);
    return l ? ac_ledger_checkpoint_put(l, p->scope, shard->id, text, err) : AC_OK;
}

enum ac_rc ac_places_since(const struct places *p, struct ac_ledger *l, int64_t now_ms,
                           int64_t *since_ms, struct ac_err *err) {
    struct ac_arena arena;
    const char *text = NULL;
    char iso[25];
    *since_ms = now_ms;
    if (!l)
        return AC_END;
    ac_arena_init(&arena, 4096);
    enum ac_rc rc = ac_ledger_checkpoint_get(l, p->scope, SINCE, &arena, &text, NULL, err);
    bool is_known = rc == AC_OK && ac_clock_parse(ac_str_of(text), since_ms, NULL);
    ac_arena_free(&arena);
    if (rc < AC_OK || is_known)
        return rc < AC_OK ? rc : AC_OK;
    ac_clock_iso(now_ms, iso);
    rc = ac_ledger_checkpoint_put(l, p->scope, SINCE, iso, err);
    return rc == AC_OK ? AC_END : rc;
}
