// SPDX-License-Identifier: MIT
// A batch of records: a spool file with each record's origin, source row, or outcome.
//
// Batch is the room that decides when to send, and whether to wait, split or give up. A batch
// holds records of one object, operation and set of columns, from any number of inputs, in files
// under the ledger's spool directory: <id>.csv is the Bulk CSV itself (header, then one line a
// record: cells quoted where needed, #N/A for null, an empty cell for a field left alone),
// <id>.origin one fixed-size entry a record, <id>.source the rows as they came. Memory holds only
// write buffers and one state byte a record. Ordinals count from 0 in the order of adding.
//
// An empty text that is not null clears a field as null does, so it is kept as null; CRLF or CR in
// a cell becomes LF, and comes back so: what goes as JSON is what goes as CSV.
//
// Life: open ─ add* / kill* ─▶ sealed (fsync) ─ read as CSV or record by record, settle* ─▶ every
// record has an outcome ─▶ removed. A killed record (a duplicate found later) is never sent.
// A full disk is AC_RUN/STOP; nothing sent is forgotten, since the ledger has the batch. A record
// that did not fit is not counted, and the batch takes no more. The three files say everything
// but outcomes, so a sealed batch can be reopened after a crash.
#ifndef AC_BATCH_BATCH_H
#define AC_BATCH_BATCH_H
#include "base/buf.h"
#include "record/row.h"
#include "schema/columns.h"

enum ac_record_state {
    AC_RECORD_PENDING,
    AC_RECORD_DEAD,       // killed before sending
    AC_RECORD_WRITTEN,    // in the org; created or updated is not known
    AC_RECORD_CREATED,    //
    AC_RECORD_UPDATED,    //
    AC_RECORD_REFUSED,    // in the rejects
    AC_RECORD_SUPERSEDED, // a newer version is already there
    AC_RECORD_UNSENT,     // the run stopped before its outcome was known
    AC_RECORD_REPEAT      // killed: the same as an earlier one of its input
};

struct ac_batch;
// Opens an empty batch in dir; columns are copied. id is the ledger's.
enum ac_rc ac_batch_open(struct ac_batch **out, const char *dir, int64_t id,
                         const struct ac_columns *columns, struct ac_err *err);
void ac_batch_free(struct ac_batch *b);   // closes; files stay
void ac_batch_remove(struct ac_batch *b); // removes the files, frees

struct ac_batch_row { // what add needs besides the cells
    struct ac_origin origin;
    ac_str raw;             // the source row
    uint64_t key_hash;      // ac_columns_key_hash; 0 for inserts
    int64_t version_ms;     // of the record
    uint32_t n_row_records; // how many records the source row made, all objects
};
// Adds a record; *ordinal is its place. Values were checked before. Allocates nothing.
enum ac_rc ac_batch_add(struct ac_batch *b, const ac_str *cells, const struct ac_batch_row *row,
                        uint32_t *ordinal, struct ac_err *err);
void ac_batch_kill(struct ac_batch *b, uint32_t ordinal, enum ac_record_state state);
// Its folder goes with this run, and nobody takes it up again: seal need not wait for the disk.
// Without keeps_sources nobody asks for the rows as they came, either: they are not written, and
// come back as empty texts. Before the first record.
void ac_batch_set_temporary(struct ac_batch *b, bool keeps_sources);
enum ac_rc ac_batch_seal(struct ac_batch *b, struct ac_err *err);

// After a crash. Shape: what the files of batch id say of its columns (in arena), so that the
// caller can find the fields again. Reopen: the sealed batch, killed records as they were, all
// others PENDING; `columns` must have that shape. AC_END: there is none. AC_RUN/INTERNAL: damaged.
struct ac_batch_shape {
    ac_str object;
    int operation, key;
    size_t n_columns;
    const ac_str *names;
    uint32_t n_records;
};
enum ac_rc ac_batch_shape(const char *dir, int64_t id, struct ac_arena *arena,
                          struct ac_batch_shape *out, struct ac_err *err);
enum ac_rc ac_batch_reopen(struct ac_batch **out, const char *dir, int64_t id,
                           const struct ac_columns *columns, struct ac_err *err);
// What a person does about files that are damaged or gone, as the end of a message.
#define AC_BATCH_GIVE_UP "`acload status --rebuild` gives it up, and its inputs are read again"
// Are all of its files whole? AC_END: they are gone. AC_RUN/INTERNAL, DAMAGED: they are not.
enum ac_rc ac_batch_verify(const char *dir, int64_t id, struct ac_arena *arena, struct ac_err *err);
// Does has() say yes to the key hash of any record, killed or not, of a batch that another process
// has sealed and not settled? One whose files are gone has none.
enum ac_rc ac_batch_any_key(const char *dir, int64_t id, bool (*has)(void *arg, uint64_t key_hash),
                            void *arg, bool *is_any, struct ac_err *err);
void ac_batch_unlink(const char *dir, int64_t id); // files of one that was never sealed

int64_t ac_batch_id(const struct ac_batch *b);
const char *ac_batch_dir(const struct ac_batch *b);
const struct ac_columns *ac_batch_columns(const struct ac_batch *b);
uint32_t ac_batch_n(const struct ac_batch *b);       // records added
uint32_t ac_batch_n_alive(const struct ac_batch *b); // without the killed ones
uint64_t ac_batch_bytes(const struct ac_batch *b);   // of the CSV
enum ac_record_state ac_batch_state(const struct ac_batch *b, uint32_t ordinal);
void ac_batch_settle(struct ac_batch *b, uint32_t ordinal, enum ac_record_state state);
// Sets every record of [first, first+n) that is still PENDING; returns how many.
uint32_t ac_batch_settle_rest(struct ac_batch *b, uint32_t first, uint32_t n,
                              enum ac_record_state state);
uint32_t ac_batch_n_pending(const struct ac_batch *b);

// One record read back. Slices live until the next read from the same cursor.
struct ac_batch_record {
    uint32_t ordinal;
    ac_str *cells; // columns->n; NULL and AC_ABSENT as they were added, empty as NULL
    ac_str raw;
    struct ac_batch_row row;
};
struct ac_cursor;
enum ac_rc ac_cursor_open(struct ac_cursor **out, struct ac_batch *b, struct ac_err *err);
void ac_cursor_close(struct ac_cursor *c);
enum ac_rc ac_cursor_read(struct ac_cursor *c, uint32_t ordinal, struct ac_batch_record *out,
                          struct ac_err *err); // any order; ascending is fast
// Key hashes with versions only, ascending from `first`, of all records but the killed ones (look
// at the state for more): for joining results, or the ledger. Stops when each() returns false.
enum ac_rc ac_batch_each_key(struct ac_batch *b, uint32_t first, uint32_t n,
                             bool (*each)(void *arg, uint32_t ordinal, uint64_t key_hash,
                                          int64_t version_ms),
                             void *arg, struct ac_err *err);

// A piece of the batch as CSV with its header, PENDING records only, for one bulk job.
struct ac_part {
    uint32_t first, n; // ordinals covered (killed ones among them are left out)
    uint32_t n_alive;
    uint64_t bytes; // exactly what ac_part_read will give, header included
    // Another order than that of the batch: the n_alive ordinals that are PENDING, borrowed by a
    // reader. ac_part_next leaves it NULL.
    const uint32_t *order;
};
// The longest part from `first` that stays within max_bytes and max_records; AC_END after the last.
enum ac_rc ac_part_next(struct ac_batch *b, uint32_t first, uint64_t max_bytes,
                        uint32_t max_records, struct ac_part *out, struct ac_err *err);
struct ac_part_reader;
enum ac_rc ac_part_open(struct ac_part_reader **out, struct ac_batch *b, const struct ac_part *part,
                        struct ac_err *err);
size_t ac_part_read(void *reader, char *to, size_t max); // as base/http.h wants it
// What ac_part_read failed on; no error when it did not.
const struct ac_err *ac_part_error(const struct ac_part_reader *reader);
bool ac_part_rewind(void *reader);
void ac_part_close(struct ac_part_reader *reader);

#endif
