// SPDX-License-Identifier: MIT
// What the files of the batch room share: spool files, their entries, the batch.
#ifndef AC_BATCH_BATCH_INT_H
#define AC_BATCH_BATCH_INT_H
#include "batch/batch.h"

// A file that is only appended to. Its tail stays in memory until there is enough to write; what
// is read comes from the file or from that tail, so reading never needs a flush.
struct ac_spool {
    int fd;
    char *path;
    char *buf; // NULL once sealed
    size_t len, cap;
    uint64_t flushed; // bytes in the file
    int failed;       // errno of the first failure, 0: none
};

// Creates dir/<id><suffix>; must not exist. `is_there`: opens one that was written before.
enum ac_rc ac_spool_open(struct ac_spool *s, const char *dir, int64_t id, const char *suffix,
                         size_t buffer_bytes, bool is_there, struct ac_err *err);
void ac_spool_close(struct ac_spool *s, bool unlinks);
static inline uint64_t ac_spool_size(const struct ac_spool *s) { return s->flushed + s->len; }
bool ac_spool_put(struct ac_spool *s, const void *bytes, size_t len);
// Room for len bytes (at most the buffer's size) behind the tail; NULL: the file cannot grow.
char *ac_spool_room(struct ac_spool *s, size_t len);
// Forgets everything from that offset on.
void ac_spool_cut(struct ac_spool *s, uint64_t size);
bool ac_spool_patch(struct ac_spool *s, uint64_t at, const void *bytes, size_t len);
bool ac_spool_read(const struct ac_spool *s, uint64_t at, char *to, size_t len);
// All of it written, and on disk when it must last; the write buffer goes.
bool ac_spool_seal(struct ac_spool *s, bool lasts);
// The failure as an error: STOP, with what to do when the disk is full.
enum ac_rc ac_spool_fail(const struct ac_spool *s, const char *doing, struct ac_err *err);

// A stretch of a spool file in memory: asking in ascending order reads large pieces.
struct ac_view {
    const struct ac_spool *spool;
    char *buf;
    size_t len, cap;
    uint64_t at;
};
void ac_view_init(struct ac_view *v, const struct ac_spool *spool);
void ac_view_free(struct ac_view *v); // does not look at the spool, which may be gone
// NULL: it cannot be read, or there is no memory (errno tells).
const char *ac_view_get(struct ac_view *v, uint64_t at, size_t len);

// One record in <id>.origin; the same form in memory and on disk. Together with the CSV's header
// line and the file's own head it is all that a crash leaves to go on from.
struct ac_entry {
    uint64_t csv_at, source_at;
    uint32_t csv_len, source_len; // the CSV line with its line end; the source row
    uint64_t line, byte, number;  // of the origin
    uint64_t key_hash;
    int64_t version_ms;
    uint32_t input, n_row_records;
    uint32_t check; // of all that stands before it
    uint32_t state; // DEAD or SUPERSEDED when it was killed, else PENDING: outcomes are not kept
};
_Static_assert(sizeof(struct ac_entry) == 80, "an entry has no holes");

// The head of <id>.origin; the object's name follows, filled up to a multiple of 8.
struct ac_origin_head {
    char magic[8];
    uint32_t entry_bytes, head_bytes; // head_bytes: with the name, where the first entry begins
    int32_t operation, key;
    uint32_t n_columns, object_len;
};
#define AC_ORIGIN_MAGIC "ACBATCH1"
_Static_assert(sizeof(struct ac_origin_head) == 32, "the head has no holes");

struct ac_batch {
    struct ac_columns columns; // of this batch's own memory
    void *columns_memory;
    unsigned char *is_bare; // by column: its values never need quotes
    int64_t id;
    char *dir;
    struct ac_spool csv, origin, source;
    uint32_t head_bytes;   // of the origin file
    uint64_t header_bytes; // of the CSV: its first line
    unsigned char *states; // enum ac_record_state, one byte a record
    uint32_t n, max, n_dead, n_pending;
    uint64_t last_source_at; // the last record's source row: several records may share one
    uint32_t last_source_len;
    struct ac_origin last_origin;
    bool is_sealed, is_temporary, drops_sources;
};

// A batch without files or records: columns copied.
enum ac_rc ac_batch_new(struct ac_batch **out, const char *dir, int64_t id,
                        const struct ac_columns *columns, struct ac_err *err);
bool ac_batch_room(struct ac_batch *b, uint32_t n); // state bytes for n records
uint32_t ac_entry_check(const struct ac_entry *entry);
// Reads a record's entry; `v` is a view of the origin file.
enum ac_rc ac_batch_entry(const struct ac_batch *b, struct ac_view *v, uint32_t ordinal,
                          struct ac_entry *out, struct ac_err *err);
// Adds one record's cells to the CSV, with their line end; raw is the row that most of them are
// slices of. False: the file cannot grow.
bool ac_batch_put_cells(struct ac_batch *b, const ac_str *cells, ac_str raw);
// Takes a line apart, in place: NULL and AC_ABSENT as they were. False: not n cells.
bool ac_batch_take_cells(char *line, size_t len, ac_str *cells, size_t n);

#endif
