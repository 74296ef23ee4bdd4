// SPDX-License-Identifier: MIT
// Records of a batch read back one by one.
#include "batch/batch_int.h"
#include <errno.h>
#include <stdlib.h>

struct ac_cursor {
    const struct ac_batch *batch;
    struct ac_view csv, origin, source;
    char *line; // a copy: cells are unfolded in it
    size_t max_line;
    ac_str *cells;
};

static enum ac_rc cannot_read(const struct ac_batch *b, const struct ac_spool *spool,
                              struct ac_err *err) {
    if (errno == ENOMEM)
        return ac_err_nomem(err, "a record of a batch");
    (void)b;
    return ac_err_sys(err, AC_RUN, AC_CAUSE_STOP, "cannot read the batch", spool->path);
}

static enum ac_rc damaged(const struct ac_batch *b, uint32_t ordinal, const char *path,
                          struct ac_err *err) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "DAMAGED",
                      "record %u of batch %lld is not as it was written: %s was changed, or the "
                      "disk lost it; " AC_BATCH_GIVE_UP,
                      ordinal, (long long)b->id, path);
}

enum ac_rc ac_batch_entry(const struct ac_batch *b, struct ac_view *v, uint32_t ordinal,
                          struct ac_entry *out, struct ac_err *err) {
    uint64_t at = b->head_bytes + (uint64_t)ordinal * sizeof *out;
    const char *bytes = ac_view_get(v, at, sizeof *out);
    if (!bytes)
        return cannot_read(b, &b->origin, err);
    memcpy(out, bytes, sizeof *out);
    if (out->check != ac_entry_check(out))
        return damaged(b, ordinal, b->origin.path, err);
    return AC_OK;
}

enum ac_rc ac_cursor_open(struct ac_cursor **out, struct ac_batch *b, struct ac_err *err) {
    struct ac_cursor *c = calloc(1, sizeof *c);
    if (!c)
        return ac_err_nomem(err, "a batch's cursor");
    c->batch = b;
    ac_view_init(&c->csv, &b->csv);
    ac_view_init(&c->origin, &b->origin);
    ac_view_init(&c->source, &b->source);
    c->cells = malloc((b->columns.n ? b->columns.n : 1) * sizeof *c->cells);
    if (!c->cells) {
        ac_cursor_close(c);
        return ac_err_nomem(err, "a batch's cursor");
    }
    *out = c;
    return AC_OK;
}

// The batch may be gone by now: nothing of it is looked at.
void ac_cursor_close(struct ac_cursor *c) {
    if (!c)
        return;
    ac_view_free(&c->csv);
    ac_view_free(&c->origin);
    ac_view_free(&c->source);
    free(c->line);
    free(c->cells);
    free(c);
}

static bool line_room(struct ac_cursor *c, size_t len) {
    if (len <= c->max_line)
        return true;
    size_t max = len < 4096 ? 4096 : len + len / 4;
    char *line = malloc(max);
    if (!line)
        return false;
    free(c->line);
    c->line = line;
    c->max_line = max;
    return true;
}

enum ac_rc ac_cursor_read(struct ac_cursor *c, uint32_t ordinal, struct ac_batch_record *out,
                          struct ac_err *err) {
    const struct ac_batch *b = c->batch;
    if (ordinal >= b->n)
        return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "NO_RECORD",
                          "batch %lld has no record %u", (long long)b->id, ordinal);
    struct ac_entry entry = {0};
    enum ac_rc rc = ac_batch_entry(b, &c->origin, ordinal, &entry, err);
    if (rc != AC_OK)
        return rc;
    const char *line = ac_view_get(&c->csv, entry.csv_at, entry.csv_len);
    if (!line)
        return cannot_read(b, &b->csv, err);
    const char *raw =
        entry.source_len ? ac_view_get(&c->source, entry.source_at, entry.source_len) : "";
    if (!raw)
        return cannot_read(b, &b->source, err);
    if (!line_room(c, entry.csv_len))
        return ac_err_nomem(err, "a record of a batch");
    memcpy(c->line, line, entry.csv_len);
    if (!ac_batch_take_cells(c->line, entry.csv_len, c->cells, b->columns.n))
        return damaged(b, ordinal, b->csv.path, err);
    *out = (struct ac_batch_record){.ordinal = ordinal,
                                    .cells = c->cells,
                                    .raw = ac_str_n(raw, entry.source_len),
                                    .row = {.origin = {.input = entry.input,
                                                       .line = entry.line,
                                                       .byte = entry.byte,
                                                       .number = entry.number},
                                            .raw = ac_str_n(raw, entry.source_len),
                                            .key_hash = entry.key_hash,
                                            .version_ms = entry.version_ms,
                                            .n_row_records = entry.n_row_records}};
    return AC_OK;
}

enum ac_rc ac_batch_each_key(struct ac_batch *b, uint32_t first, uint32_t n,
                             bool (*each)(void *arg, uint32_t ordinal, uint64_t key_hash,
                                          int64_t version_ms),
                             void *arg, struct ac_err *err) {
    AC_CLEANUP(ac_view_free) struct ac_view v;
    ac_view_init(&v, &b->origin);
    for (uint32_t i = first; i < b->n && i - first < n; i++) {
        struct ac_entry entry = {0};
        enum ac_rc rc = ac_batch_entry(b, &v, i, &entry, err);
        if (rc != AC_OK)
            return rc;
        if (entry.state == AC_RECORD_PENDING && !each(arg, i, entry.key_hash, entry.version_ms))
            break;
    }
    return AC_OK;
}
