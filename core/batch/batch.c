// SPDX-License-Identifier: MIT
// A batch from its opening to its end: records added, killed, settled.
#include "batch/batch_int.h"
#include "decode/quote.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define DATA_BUFFER_BYTES ((size_t)64 * 1024)
#define ENTRY_BUFFER_BYTES ((size_t)32 * 1024)
#define HEADER_MAX_BYTES ((size_t)1024 * 1024)
#define FIRST_STATES 256u

static ac_str keep(char **at, ac_str s) {
    char *to = *at;
    if (s.len)
        memcpy(to, s.ptr, s.len);
    to[s.len] = '\0';
    *at += s.len + 1;
    return ac_str_n(to, s.len);
}

// No value of the type can need quotes: schema/check has seen it.
static bool is_bare(enum ac_field_type type) {
    switch (type) {
    case AC_FIELD_INTEGER:
    case AC_FIELD_NUMBER:
    case AC_FIELD_PERCENT:
    case AC_FIELD_BOOLEAN:
    case AC_FIELD_DATE:
    case AC_FIELD_DATETIME:
        return true;
    case AC_FIELD_UNKNOWN:
    case AC_FIELD_STRING:
    case AC_FIELD_PICKLIST:
    case AC_FIELD_ID:
        break;
    }
    return false;
}

// A copy in one piece of memory; of the fields, what is needed to write their values again.
static bool copy_columns(struct ac_batch *b, const struct ac_columns *columns) {
    size_t n = columns->n, bytes = columns->object.len + 1;
    for (size_t i = 0; i < n; i++)
        bytes += columns->fields[i]->name.len + 1;
    size_t pointers = n * sizeof(struct ac_field *);
    char *memory = calloc(1, n * sizeof(struct ac_field) + pointers + bytes + n);
    if (!memory)
        return false;
    struct ac_field *fields = (struct ac_field *)(void *)memory;
    const struct ac_field **list =
        (const struct ac_field **)(void *)(memory + n * sizeof(struct ac_field));
    char *text = memory + n * sizeof(struct ac_field) + pointers;
    for (size_t i = 0; i < n; i++) {
        fields[i] = *columns->fields[i];
        fields[i].name = keep(&text, columns->fields[i]->name);
        fields[i].label = AC_STR_NULL;
        fields[i].values = NULL;
        fields[i].n_values = 0;
        list[i] = &fields[i];
    }
    b->columns = *columns;
    b->columns.object = keep(&text, columns->object);
    b->is_bare = (unsigned char *)text;
    for (size_t i = 0; i < n; i++)
        b->is_bare[i] = is_bare(fields[i].type);
    b->columns.fields = list;
    b->columns_memory = memory;
    return true;
}

bool ac_batch_room(struct ac_batch *b, uint32_t n) {
    if (n <= b->max)
        return true;
    uint32_t max = b->max ? b->max : FIRST_STATES;
    while (max < n)
        max = max > UINT32_MAX / 2 ? UINT32_MAX : max * 2;
    unsigned char *states = realloc(b->states, max);
    if (!states)
        return false;
    b->states = states;
    b->max = max;
    return true;
}

enum ac_rc ac_batch_new(struct ac_batch **out, const char *dir, int64_t id,
                        const struct ac_columns *columns, struct ac_err *err) {
    struct ac_batch *b = calloc(1, sizeof *b);
    if (!b)
        return ac_err_nomem(err, "a batch");
    b->id = id;
    b->csv.fd = b->origin.fd = b->source.fd = -1;
    b->last_origin.number = UINT64_MAX;
    b->dir = strdup(dir);
    if (!b->dir || !copy_columns(b, columns)) {
        ac_batch_free(b);
        return ac_err_nomem(err, "a batch");
    }
    *out = b;
    return AC_OK;
}

static enum ac_rc put_heads(struct ac_batch *b, struct ac_err *err) {
    const struct ac_columns *c = &b->columns;
    static const char fill[8] = "";
    AC_CLEANUP(ac_buf_free) struct ac_buf line;
    ac_buf_init(&line, HEADER_MAX_BYTES);
    for (size_t i = 0; i < c->n; i++)
        if ((i && !ac_buf_add_char(&line, ',')) || !ac_csv_add_cell(&line, c->fields[i]->name))
            return ac_err_nomem(err, "a batch's header");
    if (!ac_buf_add_char(&line, '\n'))
        return ac_err_nomem(err, "a batch's header");
    size_t filled = (c->object.len + 7) / 8 * 8;
    struct ac_origin_head head = {.magic = AC_ORIGIN_MAGIC,
                                  .entry_bytes = sizeof(struct ac_entry),
                                  .head_bytes = (uint32_t)(sizeof head + filled),
                                  .operation = c->operation,
                                  .key = c->key,
                                  .n_columns = (uint32_t)c->n,
                                  .object_len = (uint32_t)c->object.len};
    b->head_bytes = head.head_bytes;
    b->header_bytes = line.len;
    if (!ac_spool_put(&b->csv, line.ptr, line.len))
        return ac_spool_fail(&b->csv, "write", err);
    if (!ac_spool_put(&b->origin, &head, sizeof head) ||
        !ac_spool_put(&b->origin, c->object.ptr, c->object.len) ||
        !ac_spool_put(&b->origin, fill, filled - c->object.len))
        return ac_spool_fail(&b->origin, "write", err);
    return AC_OK;
}

enum ac_rc ac_batch_open(struct ac_batch **out, const char *dir, int64_t id,
                         const struct ac_columns *columns, struct ac_err *err) {
    struct ac_batch *b = NULL;
    enum ac_rc rc = ac_batch_new(&b, dir, id, columns, err);
    if (rc != AC_OK)
        return rc;
    rc = ac_spool_open(&b->csv, dir, id, ".csv", DATA_BUFFER_BYTES, false, err);
    if (rc == AC_OK)
        rc = ac_spool_open(&b->origin, dir, id, ".origin", ENTRY_BUFFER_BYTES, false, err);
    if (rc == AC_OK)
        rc = ac_spool_open(&b->source, dir, id, ".source", DATA_BUFFER_BYTES, false, err);
    if (rc == AC_OK)
        rc = put_heads(b, err);
    if (rc != AC_OK) {
        ac_batch_remove(b);
        return rc;
    }
    *out = b;
    return AC_OK;
}

static void end(struct ac_batch *b, bool unlinks) {
    if (!b)
        return;
    ac_spool_close(&b->csv, unlinks);
    ac_spool_close(&b->origin, unlinks);
    ac_spool_close(&b->source, unlinks);
    free(b->states);
    free(b->columns_memory);
    free(b->dir);
    free(b);
}

void ac_batch_free(struct ac_batch *b) { end(b, false); }

void ac_batch_remove(struct ac_batch *b) { end(b, true); }

uint32_t ac_entry_check(const struct ac_entry *entry) {
    uint64_t hash = ac_str_hash(ac_str_n((const char *)entry, offsetof(struct ac_entry, check)), 0);
    return (uint32_t)(hash ^ hash >> 32);
}

// Takes back what a record that did not fit has left behind.
static enum ac_rc roll_back(struct ac_batch *b, const struct ac_entry *entry, uint64_t source_size,
                            struct ac_err *err) {
    const struct ac_spool *failed = b->csv.failed      ? &b->csv
                                    : b->source.failed ? &b->source
                                                       : &b->origin;
    enum ac_rc rc = ac_spool_fail(failed, "write", err);
    ac_spool_cut(&b->csv, entry->csv_at);
    ac_spool_cut(&b->source, source_size);
    ac_spool_cut(&b->origin, b->head_bytes + (uint64_t)b->n * sizeof *entry);
    return rc;
}

static bool is_last_source(const struct ac_batch *b, const struct ac_batch_row *row) {
    return row->n_row_records > 1 && row->origin.number == b->last_origin.number &&
           row->origin.input == b->last_origin.input && row->raw.len == b->last_source_len;
}

enum ac_rc ac_batch_add(struct ac_batch *b, const ac_str *cells, const struct ac_batch_row *row,
                        uint32_t *ordinal, struct ac_err *err) {
    if (b->is_sealed || row->raw.len > UINT32_MAX || b->n == UINT32_MAX - 1)
        return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "BATCH_CLOSED",
                          "batch %lld takes no more records", (long long)b->id);
    if (!ac_batch_room(b, b->n + 1))
        return ac_err_nomem(err, "a record of a batch");
    uint64_t source_size = ac_spool_size(&b->source);
    size_t source_len = b->drops_sources ? 0 : row->raw.len;
    bool is_shared = is_last_source(b, row);
    struct ac_entry entry = {.csv_at = ac_spool_size(&b->csv),
                             .source_at = is_shared ? b->last_source_at : source_size,
                             .source_len = (uint32_t)source_len,
                             .line = row->origin.line,
                             .byte = row->origin.byte,
                             .number = row->origin.number,
                             .key_hash = row->key_hash,
                             .version_ms = row->version_ms,
                             .input = row->origin.input,
                             .n_row_records = row->n_row_records};
    bool good = ac_batch_put_cells(b, cells, row->raw) &&
                (is_shared || ac_spool_put(&b->source, row->raw.ptr, source_len));
    entry.csv_len = (uint32_t)(ac_spool_size(&b->csv) - entry.csv_at);
    entry.check = ac_entry_check(&entry);
    good = good && ac_spool_put(&b->origin, &entry, sizeof entry);
    if (!good)
        return roll_back(b, &entry, source_size, err);
    b->last_origin = row->origin;
    b->last_source_at = entry.source_at;
    b->last_source_len = entry.source_len;
    b->states[b->n] = AC_RECORD_PENDING;
    b->n_pending++;
    *ordinal = b->n++;
    return AC_OK;
}

void ac_batch_kill(struct ac_batch *b, uint32_t ordinal, enum ac_record_state state) {
    if (ordinal >= b->n || b->states[ordinal] != AC_RECORD_PENDING)
        return;
    b->states[ordinal] = (unsigned char)state;
    b->n_pending--;
    b->n_dead++;
    // The entry says so too, for whoever opens the files after a crash. A failure shows at seal.
    uint32_t value = (uint32_t)state;
    uint64_t at = b->head_bytes + (uint64_t)ordinal * sizeof(struct ac_entry) +
                  offsetof(struct ac_entry, state);
    ac_spool_patch(&b->origin, at, &value, sizeof value);
}

// The names of the files are on disk when their folder is.
static enum ac_rc sync_dir(const struct ac_batch *b, struct ac_err *err) {
    int fd = open(b->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    // Some file systems sync no folders; they say so with EINVAL.
    bool good = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
    enum ac_rc rc = AC_OK;
    if (!good)
        rc = ac_err_sys(err, AC_RUN, AC_CAUSE_STOP, "cannot sync the folder", b->dir);
    if (fd >= 0)
        close(fd);
    return rc;
}

void ac_batch_set_temporary(struct ac_batch *b, bool keeps_sources) {
    b->is_temporary = true;
    b->drops_sources = !keeps_sources;
}

enum ac_rc ac_batch_seal(struct ac_batch *b, struct ac_err *err) {
    if (b->is_sealed)
        return AC_OK;
    struct ac_spool *const spools[] = {&b->source, &b->csv, &b->origin};
    for (size_t i = 0; i < 3; i++)
        if (!ac_spool_seal(spools[i], !b->is_temporary))
            return ac_spool_fail(spools[i], "write", err);
    enum ac_rc rc = b->is_temporary ? AC_OK : sync_dir(b, err);
    b->is_sealed = rc == AC_OK;
    return rc;
}

int64_t ac_batch_id(const struct ac_batch *b) { return b->id; }

const char *ac_batch_dir(const struct ac_batch *b) { return b->dir; }

const struct ac_columns *ac_batch_columns(const struct ac_batch *b) { return &b->columns; }

uint32_t ac_batch_n(const struct ac_batch *b) { return b->n; }

uint32_t ac_batch_n_alive(const struct ac_batch *b) { return b->n - b->n_dead; }

uint64_t ac_batch_bytes(const struct ac_batch *b) { return ac_spool_size(&b->csv); }

enum ac_record_state ac_batch_state(const struct ac_batch *b, uint32_t ordinal) {
    return (enum ac_record_state)b->states[ordinal];
}

void ac_batch_settle(struct ac_batch *b, uint32_t ordinal, enum ac_record_state state) {
    if (ordinal >= b->n)
        return;
    b->n_pending -= b->states[ordinal] == AC_RECORD_PENDING;
    b->n_pending += state == AC_RECORD_PENDING;
    b->states[ordinal] = (unsigned char)state;
}

uint32_t ac_batch_settle_rest(struct ac_batch *b, uint32_t first, uint32_t n,
                              enum ac_record_state state) {
    uint32_t settled = 0;
    for (uint32_t i = first; i < b->n && i - first < n; i++) {
        if (b->states[i] != AC_RECORD_PENDING)
            continue;
        b->states[i] = (unsigned char)state;
        settled++;
    }
    b->n_pending -= settled;
    return settled;
}

uint32_t ac_batch_n_pending(const struct ac_batch *b) { return b->n_pending; }
