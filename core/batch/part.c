// SPDX-License-Identifier: MIT
// Slices of a batch as CSV for one bulk job each.
#include "batch/batch_int.h"
#include <stdlib.h>

struct ac_part_reader {
    const struct ac_batch *batch;
    struct ac_part part;
    struct ac_view origin;
    uint32_t next;    // the ordinal to go on with, or the place in the part's own order
    uint64_t at, end; // bytes of the CSV file being given out
    uint64_t given;
    struct ac_err err; // what it failed on
};

static bool is_pending(const struct ac_batch *b, uint32_t ordinal) {
    return b->states[ordinal] == AC_RECORD_PENDING;
}

static enum ac_rc too_large(const struct ac_batch *b, const struct ac_entry *entry,
                            uint64_t max_bytes, struct ac_err *err) {
    unsigned long long bytes = entry->csv_len + b->header_bytes;
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "RECORD_TOO_LARGE",
                      "the record of line %llu takes %llu bytes as CSV with its header, over the "
                      "%llu that one bulk job may have: raise bulk_max_bytes",
                      (unsigned long long)entry->line, bytes, (unsigned long long)max_bytes);
}

enum ac_rc ac_part_next(struct ac_batch *b, uint32_t first, uint64_t max_bytes,
                        uint32_t max_records, struct ac_part *out, struct ac_err *err) {
    AC_CLEANUP(ac_view_free) struct ac_view v;
    ac_view_init(&v, &b->origin);
    struct ac_part part = {.first = first, .bytes = b->header_bytes};
    for (uint32_t i = first; i < b->n && part.n_alive < max_records; i++) {
        if (!is_pending(b, i)) {
            part.n = i - first + 1;
            continue;
        }
        struct ac_entry entry = {0};
        enum ac_rc rc = ac_batch_entry(b, &v, i, &entry, err);
        if (rc != AC_OK)
            return rc;
        if (part.bytes + entry.csv_len > max_bytes) {
            if (!part.n_alive)
                return too_large(b, &entry, max_bytes, err);
            break;
        }
        part.bytes += entry.csv_len;
        part.n_alive++;
        part.n = i - first + 1;
    }
    if (!part.n_alive)
        return AC_END;
    *out = part;
    return AC_OK;
}

enum ac_rc ac_part_open(struct ac_part_reader **out, struct ac_batch *b, const struct ac_part *part,
                        struct ac_err *err) {
    struct ac_part_reader *r = calloc(1, sizeof *r);
    if (!r)
        return ac_err_nomem(err, "the reader of a bulk job's part");
    r->batch = b;
    r->part = *part;
    ac_view_init(&r->origin, &b->origin);
    ac_part_rewind(r);
    *out = r;
    return AC_OK;
}

// The next record of the part's own order. False: it cannot be read.
static bool next_ordered(struct ac_part_reader *r) {
    if (r->next >= r->part.n_alive)
        return true;
    struct ac_entry entry = {0};
    uint32_t ordinal = r->part.order[r->next++];
    if (ac_batch_entry(r->batch, &r->origin, ordinal, &entry, &r->err) != AC_OK)
        return false;
    r->at = entry.csv_at;
    r->end = entry.csv_at + entry.csv_len;
    return true;
}

// Finds the next records that stand together. False: they cannot be read.
static bool next_run(struct ac_part_reader *r) {
    if (r->part.order)
        return next_ordered(r);
    const struct ac_batch *b = r->batch;
    uint32_t stop = r->part.first + r->part.n;
    while (r->next < stop && !is_pending(b, r->next))
        r->next++;
    if (r->next >= stop)
        return true;
    struct ac_entry entry = {0};
    uint32_t last = r->next;
    if (ac_batch_entry(b, &r->origin, r->next, &entry, &r->err) != AC_OK)
        return false;
    r->at = entry.csv_at;
    while (last + 1 < stop && is_pending(b, last + 1))
        last++;
    if (ac_batch_entry(b, &r->origin, last, &entry, &r->err) != AC_OK)
        return false;
    r->end = entry.csv_at + entry.csv_len;
    r->next = last + 1;
    return true;
}

static size_t damaged(struct ac_part_reader *r) {
    ac_err_set(&r->err, AC_RUN, AC_CAUSE_INTERNAL, "DAMAGED",
               "batch %lld cannot be read back from %s: its file was changed, or the disk lost "
               "it; " AC_BATCH_GIVE_UP,
               (long long)r->batch->id, r->batch->dir);
    return SIZE_MAX;
}

size_t ac_part_read(void *reader, char *to, size_t max) {
    struct ac_part_reader *r = reader;
    size_t done = 0;
    while (done < max) {
        if (r->at == r->end && !next_run(r))
            return SIZE_MAX;
        if (r->at == r->end)
            break;
        size_t n = r->end - r->at < max - done ? (size_t)(r->end - r->at) : max - done;
        if (!ac_spool_read(&r->batch->csv, r->at, to + done, n))
            return damaged(r);
        r->at += n;
        done += n;
    }
    r->given += done;
    // The length was promised: a shorter body would hang, a longer one would be cut.
    bool is_end = done < max;
    if (r->given > r->part.bytes || (is_end && r->given != r->part.bytes))
        return damaged(r);
    return done;
}

bool ac_part_rewind(void *reader) {
    struct ac_part_reader *r = reader;
    r->next = r->part.order ? 0 : r->part.first;
    r->at = r->given = 0;
    r->end = r->batch->header_bytes;
    return true;
}

const struct ac_err *ac_part_error(const struct ac_part_reader *reader) { return &reader->err; }

void ac_part_close(struct ac_part_reader *reader) {
    if (!reader)
        return;
    ac_view_free(&reader->origin);
    free(reader);
}
