// SPDX-License-Identifier: MIT
// Sealed batches opened again after a crash, from their files alone.
#include "batch/batch_int.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define HEADER_MAX_BYTES ((size_t)1024 * 1024)

static enum ac_rc damaged(const char *path, const char *what, struct ac_err *err) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "DAMAGED",
                      "%s is no sealed batch: %s; " AC_BATCH_GIVE_UP, path, what);
}

// The head of an origin file, with the object's name; `name` has room for 256 bytes.
static enum ac_rc read_head(const struct ac_spool *origin, struct ac_origin_head *head, char *name,
                            struct ac_err *err) {
    if (ac_spool_size(origin) < sizeof *head ||
        !ac_spool_read(origin, 0, (char *)head, sizeof *head))
        return damaged(origin->path, "it is too short", err);
    if (memcmp(head->magic, AC_ORIGIN_MAGIC, sizeof head->magic) != 0 ||
        head->entry_bytes != sizeof(struct ac_entry))
        return damaged(origin->path, "it was written by another version or machine", err);
    uint64_t bytes = sizeof *head + ((uint64_t)head->object_len + 7) / 8 * 8;
    if (head->object_len > 255 || head->head_bytes != bytes || ac_spool_size(origin) < bytes ||
        (ac_spool_size(origin) - bytes) % sizeof(struct ac_entry) != 0 ||
        (ac_spool_size(origin) - bytes) / sizeof(struct ac_entry) >= UINT32_MAX)
        return damaged(origin->path, "it is cut", err);
    if (!ac_spool_read(origin, sizeof *head, name, head->object_len))
        return damaged(origin->path, "it is cut", err);
    return AC_OK;
}

// The header line of the CSV, without its line end.
static enum ac_rc read_header(const struct ac_spool *csv, char **line, size_t *len,
                              struct ac_err *err) {
    size_t max =
        ac_spool_size(csv) < HEADER_MAX_BYTES ? (size_t)ac_spool_size(csv) : HEADER_MAX_BYTES;
    *line = malloc(max ? max : 1);
    if (!*line)
        return ac_err_nomem(err, "a batch's header");
    char *end = ac_spool_read(csv, 0, *line, max) ? memchr(*line, '\n', max) : NULL;
    if (!end)
        return damaged(csv->path, "it has no header", err);
    *len = (size_t)(end - *line);
    return AC_OK;
}

static void free_text(char **text) { free(*text); }

static void close_spool(struct ac_spool *s) { ac_spool_close(s, false); }

static enum ac_rc shape_of(const struct ac_spool *csv, const struct ac_spool *origin,
                           struct ac_arena *arena, struct ac_batch_shape *out, struct ac_err *err) {
    struct ac_origin_head head = {0};
    char name[256];
    AC_CLEANUP(free_text) char *line = NULL;
    size_t len = 0;
    enum ac_rc rc = read_head(origin, &head, name, err);
    if (rc == AC_OK)
        rc = read_header(csv, &line, &len, err);
    if (rc != AC_OK)
        return rc;
    *out =
        (struct ac_batch_shape){.operation = head.operation,
                                .key = head.key,
                                .n_columns = head.n_columns,
                                .n_records = (uint32_t)((ac_spool_size(origin) - head.head_bytes) /
                                                        sizeof(struct ac_entry))};
    ac_str *names = ac_arena_alloc(arena, (head.n_columns + (size_t)1) * sizeof *names);
    char *text = ac_arena_copy(arena, ac_str_n(line, len + 1)); // with its line end
    out->object = ac_arena_copy_str(arena, ac_str_n(name, head.object_len));
    if (!names || !text || !out->object.ptr)
        return ac_err_nomem(err, "a batch's columns");
    if (!ac_batch_take_cells(text, len + 1, names, head.n_columns) ||
        head.key >= (int64_t)head.n_columns)
        return damaged(csv->path, "its header has other columns", err);
    out->names = names;
    return AC_OK;
}

enum ac_rc ac_batch_shape(const char *dir, int64_t id, struct ac_arena *arena,
                          struct ac_batch_shape *out, struct ac_err *err) {
    AC_CLEANUP(close_spool) struct ac_spool csv = {.fd = -1};
    AC_CLEANUP(close_spool) struct ac_spool origin = {.fd = -1};
    enum ac_rc rc = ac_spool_open(&csv, dir, id, ".csv", 0, true, err);
    if (rc == AC_OK)
        rc = ac_spool_open(&origin, dir, id, ".origin", 0, true, err);
    if (rc == AC_OK)
        rc = shape_of(&csv, &origin, arena, out, err);
    return rc;
}

static bool is_of(const struct ac_batch_shape *shape, const struct ac_columns *columns) {
    if (shape->n_columns != columns->n || shape->operation != columns->operation ||
        shape->key != columns->key || !ac_str_eq(shape->object, columns->object))
        return false;
    for (size_t i = 0; i < columns->n; i++)
        if (!ac_str_eq(shape->names[i], columns->fields[i]->name))
            return false;
    return true;
}

// Every entry is whole, lies inside its files, and says whether its record was killed.
static enum ac_rc read_entries(struct ac_batch *b, uint32_t n, struct ac_err *err) {
    AC_CLEANUP(ac_view_free) struct ac_view v;
    ac_view_init(&v, &b->origin);
    if (!ac_batch_room(b, n))
        return ac_err_nomem(err, "the records of a batch");
    uint64_t csv_at = b->header_bytes, csv_size = ac_spool_size(&b->csv),
             source_size = ac_spool_size(&b->source);
    for (uint32_t i = 0; i < n; i++) {
        struct ac_entry entry;
        enum ac_rc rc = ac_batch_entry(b, &v, i, &entry, err);
        if (rc != AC_OK)
            return rc;
        if (entry.csv_at != csv_at || csv_at + entry.csv_len > csv_size ||
            entry.source_at + entry.source_len > source_size)
            return damaged(b->csv.path, "it is cut", err);
        csv_at += entry.csv_len;
        bool is_dead = entry.state != AC_RECORD_PENDING;
        b->states[i] = (unsigned char)(is_dead ? entry.state : AC_RECORD_PENDING);
        b->n_dead += is_dead;
        b->n_pending += !is_dead;
    }
    b->n = n;
    return csv_at == csv_size ? AC_OK : damaged(b->csv.path, "it is longer than it should be", err);
}

static enum ac_rc reopen(struct ac_batch *b, const struct ac_columns *columns, struct ac_err *err) {
    AC_CLEANUP(ac_arena_free) struct ac_arena arena;
    ac_arena_init(&arena, 4 * HEADER_MAX_BYTES);
    struct ac_batch_shape shape;
    struct ac_origin_head head = {0};
    char name[256];
    enum ac_rc rc = ac_spool_open(&b->csv, b->dir, b->id, ".csv", 0, true, err);
    if (rc == AC_OK)
        rc = ac_spool_open(&b->origin, b->dir, b->id, ".origin", 0, true, err);
    if (rc == AC_OK)
        rc = ac_spool_open(&b->source, b->dir, b->id, ".source", 0, true, err);
    if (rc == AC_OK)
        rc = shape_of(&b->csv, &b->origin, &arena, &shape, err);
    if (rc == AC_OK && !is_of(&shape, columns))
        return damaged(b->csv.path, "it has other columns than asked for", err);
    if (rc == AC_OK)
        rc = read_head(&b->origin, &head, name, err);
    if (rc != AC_OK)
        return rc;
    b->head_bytes = head.head_bytes;
    AC_CLEANUP(free_text) char *line = NULL;
    size_t len = 0;
    rc = read_header(&b->csv, &line, &len, err);
    if (rc != AC_OK)
        return rc;
    b->header_bytes = len + 1;
    b->is_sealed = true;
    return read_entries(b, shape.n_records, err);
}

enum ac_rc ac_batch_reopen(struct ac_batch **out, const char *dir, int64_t id,
                           const struct ac_columns *columns, struct ac_err *err) {
    struct ac_batch *b = NULL;
    enum ac_rc rc = ac_batch_new(&b, dir, id, columns, err);
    if (rc != AC_OK)
        return rc;
    rc = reopen(b, columns, err);
    if (rc != AC_OK) {
        ac_batch_free(b);
        return rc;
    }
    *out = b;
    return AC_OK;
}

enum ac_rc ac_batch_any_key(const char *dir, int64_t id, bool (*has)(void *arg, uint64_t key_hash),
                            void *arg, bool *is_any, struct ac_err *err) {
    AC_CLEANUP(close_spool) struct ac_spool origin = {.fd = -1};
    AC_CLEANUP(ac_view_free) struct ac_view v;
    struct ac_origin_head head = {0};
    char name[256];
    *is_any = false;
    ac_view_init(&v, &origin);
    enum ac_rc rc = ac_spool_open(&origin, dir, id, ".origin", 0, true, err);
    if (rc == AC_OK)
        rc = read_head(&origin, &head, name, err);
    if (rc != AC_OK)
        return rc == AC_END ? AC_OK : rc;
    for (uint64_t at = head.head_bytes; at < ac_spool_size(&origin) && !*is_any;
         at += sizeof(struct ac_entry)) {
        struct ac_entry entry;
        const char *bytes = ac_view_get(&v, at, sizeof entry);
        if (!bytes)
            return damaged(origin.path, "it cannot be read", err);
        memcpy(&entry, bytes, sizeof entry);
        *is_any = has(arg, entry.key_hash);
    }
    return AC_OK;
}

void ac_batch_unlink(const char *dir, int64_t id) {
    static const char *const suffixes[] = {"csv", "origin", "source"};
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    for (size_t i = 0; i < AC_N(suffixes); i++) {
        char name[40];
        snprintf(name, sizeof name, "%lld.%s", (long long)id, suffixes[i]);
        unlinkat(fd, name, 0);
    }
    close(fd);
}
