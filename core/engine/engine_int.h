// SPDX-License-Identifier: MIT
// What the engine's files share: a run's inputs, its targets, batches under way.
#ifndef AC_ENGINE_ENGINE_INT_H
#define AC_ENGINE_ENGINE_INT_H
#include "batch/keys.h"
#include "decode/decode.h"
#include "engine/engine.h"
#include "ledger/reject.h"
#include "plugin/chain.h"
#include "sink/sink.h"

// Batches sent and not settled; reading waits above it, so that the spool has a bound.
#define AC_ENGINE_MAX_FLIGHTS 4u
// Inputs of which a batch holds records: what is known of each waits with it.
#define AC_ENGINE_MAX_SPANS 4096u
// An input with fewer rows is never split across batches.
#define AC_ENGINE_WHOLE_ROWS 100000u
#define AC_ENGINE_MAX_TARGETS 64u
#define AC_ENGINE_MAX_OBJECTS 64u
#define AC_ENGINE_MAX_PLUGINS 64u

struct retry_row {               // a rejected row that is tried again
    uint64_t at;                 // where it stands in the retry's file
    uint64_t line, byte, number; // in its own input
    uint32_t n_refused;          // of its records, before
};
struct retry { // rows of one input
    int64_t of;
    char *name, *how;
    int64_t modified_ms;
    struct retry_row *rows; // by number
    size_t n, next;         // next: the one being read
    uint64_t n_known;       // records that went in before: made once more, counted once
};

struct intake_file { // a file, which may hold several members
    char hex[65];
    char alias[65];  // what an object on S3 is known by, too; "": nothing else
    uint32_t n_open; // members not settled
    bool is_read, has_failed, is_spooled;
    char *path;
    struct retry *retry;      // NULL: an input like others
    struct ac_ticket *ticket; // NULL: nobody waits for it
};

struct skip { // rows whose records for an object were settled before a crash cut the input off
    const struct object *object;
    uint64_t row_first, row_last;
};

struct intake { // a member: one input of the ledger
    uint32_t number;
    int64_t id; // in the ledger
    char *name; // "reports.zip!queue.csv", as people know it
    char *plugin;
    struct intake_file *file;
    struct ac_counts counts;  // of the reading, with what never was in a batch
    struct ac_counts settled; // of what was, when its outcome came
    uint64_t n_pending;       // records without an outcome
    uint64_t n_open;          // those in batches that are not sealed
    struct skip *skips;
    size_t n_skips;
    bool is_left;      // by a run that died: only its ranges are brought to their end
    bool has_multi;    // rows that made several records
    bool has_versions; // rows that say how new they are
    int64_t version_ms;
    bool is_read, has_failed, is_unsent;
    bool was_settled;   // and is read --again
    bool is_put_off;    // for records of it that their object does not take
    bool is_elsewhere;  // another process is at it
    struct twin *twins; // files that hold the same (twin.c)
    char *why;          // why it failed, or NULL
    char *header;  // its columns as a CSV line; gone once it is read and no result file needs it
    int n_results; // the number in its result files' names, 0: none yet
};

// Records between the noting of a key and the look at what it meets.
#define AC_ENGINE_NOTES 16u
struct note {
    uint64_t key_hash;
    uint32_t content, number;
};

struct breaker;

struct object {     // one the run's records go to
    char name[128]; // without namespace
    const struct ac_schema *schema;
    bool is_cached;                     // the org said so some time ago, to an earlier run
    struct ac_keys *keys;               // of its records in open batches, and in those under way
    uint32_t next;                      // what keys note: a number given to each record in turn
    struct note notes[AC_ENGINE_NOTES]; // a ring, the oldest at at_note
    unsigned at_note, n_notes;
    size_t n_flights;        // batches of this object under way
    uint32_t at_input;       // the input whose records come now, UINT32_MAX: none yet
    uint32_t at_first;       // the number of its first record
    int64_t newest_ms;       // highest version the ledger knows, INT64_MIN: none
    bool is_parked;          // nothing more is sent to it
    bool has_written;        // some record of it is in the org
    struct breaker *breaker; // NULL: nothing was refused yet
};

struct span {              // records of one input that stand together in a batch
    struct ac_range range; // input: the engine's number, until it goes to the ledger
    uint32_t next;         // the number of its first record (object.next then)
};

struct target { // an object with a set of columns, filled by rows of many inputs
    struct object *object;
    struct ac_columns columns;
    const struct ac_columns *alias; // a plugin's own copy of them, good while at_input is read
    uint32_t at_input;
    struct ac_batch *batch; // NULL: none open
    struct span *spans;
    size_t n_spans, max_spans;
    bool must_wait;    // holds a key of a batch under way
    bool has_multi;    // holds a record of a row that made several
    int64_t oldest_ms; // lowest version in the open batch
    struct ac_cursor *cursor;
};

struct flight { // a batch under way
    struct flight *next;
    struct ac_batch *batch;
    struct object *object;
    struct span *spans;
    size_t n_spans;
    struct ac_cursor *cursor;
    int64_t oldest_ms; // lowest version in it
    bool has_multi;
    bool is_bulk;    // its outcomes come all at once
    bool is_waiting; // not sent yet: holds a key of an earlier one
    bool is_settled; // the sink has given it back
    bool is_kept;    // without all outcomes: the next run takes it up
    int64_t left_by; // the run that had it before, 0: none had
    bool was_sent;   // an earlier run began jobs for it
    bool is_alone;   // sent while no other process looks for records
};

struct row_wait { // a row that made several records, some without an outcome
    uint64_t number;
    uint32_t input, n_left;
    enum ac_record_state worst;
};
struct rows {
    struct row_wait *slots; // open addressing; NULL: no row made several records yet
    size_t n, max;
};

struct mended { // the input has columns of ours, which nobody else sees
    bool is_any;
    size_t n, n_all; // columns without ours, with them
    size_t *from;    // where each stands in a row
    ac_str *cells;
    size_t row_at; // where acload_row stands, SIZE_MAX: nowhere
    ac_str *was;   // cells in it, once parted
    struct ac_buf text;
};

struct ac_engine {
    struct ac_engine_options options;
    struct ac_arena arena; // the run's
    struct ac_arena input_arena;
    struct ac_arena row_arena;
    struct ac_ledger *ledger; // NULL in a dry run
    struct ac_org *org;       // NULL without one
    const char *org_name;
    struct ac_sink sink;
    struct ac_sink_events events;
    struct ac_sink_options sink_options;
    bool has_sink;
    char temp_dir[256]; // a dry run's spool, removed at the end
    const char *spool_dir;
    int64_t run;                    // in the ledger
    struct left_input *left_inputs; // of runs that died, settled by this one (adopt.c)
    struct ac_stats stats;
    const struct ac_source *src; // what is being read, NULL: nothing
    uint64_t bytes_done;         // of the inputs before it
    int exit_code;
    bool is_stopping;                  // an AC_RUN error came: nothing more is read or sent
    bool has_heeded;                   // a signal came, and the sink knows of it
    struct ac_org_options org_options; // the configuration's, which end with a signal
    bool has_left;                     // a run that died left batches
    bool is_adopting;                  // they are taken up
    bool is_settling_left;             // until they are brought to their end
    struct ac_parked *parked;          // NULL: no object is yet
    char missing[128];                 // the object that the org did not have, or ""
    bool has_written;                  // some record is in the org

    struct ac_instance *plugins[AC_ENGINE_MAX_PLUGINS];
    size_t n_plugins;
    bool is_named; // the job named its plugins: all of them, in order, are the chain
    bool is_opened[AC_ENGINE_MAX_PLUGINS]; // bidders that have won an input
    struct ac_chain chain;
    struct ac_instance *chosen[AC_ENGINE_MAX_PLUGINS];
    struct ac_services services;
    struct object objects[AC_ENGINE_MAX_OBJECTS];
    size_t n_objects;

    struct intake **intakes; // by number; NULL once settled
    size_t n_intakes, max_intakes;
    struct intake *at; // being read
    char last_hex[65]; // of the file read last
    struct ac_ticket *ticket;
    struct target *targets[AC_ENGINE_MAX_TARGETS];
    size_t n_targets;
    struct flight *flights;
    size_t n_flights;
    uint64_t n_batches; // opened in a dry run
    struct rows rows;
    uint32_t n_since_pump;
    unsigned n_retries;
    struct mended mended; // of the input being read
    int n_results;        // inputs that have result files
    uint64_t n_shown;     // rejects shown on standard error
};

// stop: a signal came. AC_OK: none did.
enum ac_rc ac_engine_stopped(const struct ac_engine *e, struct ac_err *err);
void ac_engine_heed(struct ac_engine *e); // tells the sink, once
// Waits so long, or until a signal comes: then its error.
enum ac_rc ac_engine_wait(struct ac_engine *e, int64_t ms, struct ac_err *err);
// choose: which plugins read this member; of rejects alone, which none would know, the first.
enum ac_rc ac_engine_load_plugins(struct ac_engine *e, struct ac_err *err);
enum ac_rc ac_engine_choose(struct ac_engine *e, const struct ac_decode_sample *sample,
                            const char *name, bool is_rejects, struct ac_err *err);
enum ac_rc ac_engine_end_of_run(struct ac_engine *e, struct ac_err *err); // tells the plugins
// An object's name as plugins say it: without the namespace. NULL without memory.
const char *ac_engine_bare_name(struct ac_engine *e, ac_str name);
// objects: schemas from the org, or from files without one.
enum ac_rc ac_engine_schema(void *engine, const char *object, const struct ac_schema **out,
                            struct ac_err *err);
// Something was refused (err): schemas that were cached are asked for anew, each once. AC_OK: one
// was, so the refusal is not the last word, and err is clear; AC_END: none was, and err stands.
// Else err says why the org could not be asked.
enum ac_rc ac_engine_ask_again(struct ac_engine *e, struct ac_err *err);
enum ac_rc ac_engine_org_open(struct ac_engine *e, struct ac_err *err);
// Repeats a step that may be told to come again, by the retry policy.
enum ac_rc ac_engine_patiently(struct ac_engine *e,
                               enum ac_rc (*step)(struct ac_engine *e, void *arg,
                                                  struct ac_err *err),
                               void *arg, struct ac_err *err);
// ids: do the org's records have the keys that this input's will have? AC_RUN/CONFIG: they do not.
enum ac_rc ac_engine_check_ids(struct ac_engine *e, const struct ac_decode_sample *sample,
                               struct ac_err *err);
// rows: rows that made several records.
enum ac_rc ac_engine_rows_expect(struct ac_engine *e, uint32_t input, uint64_t number, uint32_t n,
                                 struct ac_err *err);
// One record has its outcome: the row takes the worst of its records' when it was the last.
enum ac_rc ac_engine_row_outcome(struct ac_engine *e, struct intake *in,
                                 const struct ac_batch_row *row, enum ac_record_state state,
                                 struct ac_err *err);
// flow: records into batches.
enum ac_rc ac_engine_made(void *engine, const struct acload_row *row, struct acload_record *records,
                          struct ac_err *err);
// meet: what keys meet.
enum ac_rc ac_engine_note_key(struct ac_engine *e, struct object *o, uint64_t key_hash, ac_str raw,
                              struct ac_err *err);
// Looks at all that were noted: before a batch is sealed, at an input's end.
enum ac_rc ac_engine_look_at_keys(struct ac_engine *e, struct ac_err *err);
// seal: full batches to the sink.
enum ac_rc ac_engine_seal_large(struct ac_engine *e, struct ac_err *err);
// Sends a sealed flight, or lets it wait for an earlier one with a key of its own.
enum ac_rc ac_engine_launch(struct ac_engine *e, struct flight *f, struct ac_err *err);
// alone: nobody else who writes to this ledger looks for records, not to insert them, meanwhile.
enum ac_rc ac_engine_alone(struct ac_engine *e, struct flight *f, struct ac_err *err);
void ac_engine_alone_end(struct ac_engine *e); // when no batch needs that any more
// others: batches under way in other runs, with a key in common.
// Is one? *met: its number, 0: none; what it was before is not looked into again. Within a group.
enum ac_rc ac_engine_meets_other(struct ac_engine *e, struct flight *f, int64_t *met,
                                 struct ac_err *err);
enum ac_rc ac_engine_wait_for_other(struct ac_engine *e, bool is_first, struct ac_err *err);
// Tells the ledger of inputs of which every record is in a sealed batch.
enum ac_rc ac_engine_tell_read(struct ac_engine *e, struct intake *in, struct ac_err *err);
enum ac_rc ac_engine_seal_all(struct ac_engine *e, struct ac_err *err);
enum ac_rc ac_engine_pump(struct ac_engine *e, int64_t wait_ms, struct ac_err *err);
enum ac_rc ac_engine_await(struct ac_engine *e, struct ac_err *err); // all that is under way
void ac_engine_withdraw(struct ac_engine *e, struct intake *in);     // its unsent records die
void ac_engine_discard(struct ac_engine *e);                         // open batches, at a stop
// settle: outcomes to rows, rows to inputs.
enum ac_rc ac_engine_refused(void *engine, struct ac_batch *b, uint32_t ordinal,
                             const struct ac_reply_error *why, struct ac_err *err);
enum ac_rc ac_engine_done(void *engine, struct ac_batch *b, uint32_t ordinal, ac_str id,
                          bool is_new, struct ac_err *err);
enum ac_rc ac_engine_settled(void *engine, struct ac_batch *b, struct ac_err *err);
// Keeps the refusal of a record as a reject.
enum ac_rc ac_engine_refuse_now(struct ac_engine *e, struct flight *f, uint32_t ordinal,
                                const struct ac_reply_error *why, struct ac_err *err);
// A record of a flight, read back; it lives until the next one of that flight is.
enum ac_rc ac_engine_record(struct flight *f, uint32_t ordinal, struct ac_batch_record *out,
                            struct ac_err *err);
// breaker: refusals that are all alike. AC_END: this one is held back, or needs no reject at all.
enum ac_rc ac_engine_breaker_refused(struct ac_engine *e, struct flight *f, uint32_t ordinal,
                                     const struct ac_reply_error *why, struct ac_err *err);
enum ac_rc ac_engine_breaker_good(struct ac_engine *e, struct flight *f, struct ac_err *err);
enum ac_rc ac_engine_breaker_settled(struct ac_engine *e, struct flight *f, struct ac_err *err);
// park: objects that take nothing. Notes it, tells why, puts off what is under way for it. False:
// it must stop the run.
bool ac_engine_park(struct ac_engine *e, const char *object, const struct ac_err *why);
// Why it is parked, or NULL.
const struct ac_err *ac_engine_is_parked(const struct ac_engine *e, const char *object);
bool ac_engine_closed(void *engine, struct ac_batch *b, const struct ac_err *why);
// A sealed flight of a parked object ends without being sent.
enum ac_rc ac_engine_put_by(struct ac_engine *e, struct flight *f, struct ac_err *err);
// A record of a parked object is not taken: its input waits for another run. AC_RUN: it must stop.
enum ac_rc ac_engine_put_off(struct ac_engine *e, const struct object *o,
                             const struct acload_row *row, uint32_t n_records, struct ac_err *err);
// The input cannot be read while an object is parked. AC_RUN: the run must stop.
enum ac_rc ac_engine_put_off_input(struct ac_engine *e, struct ac_err *err);
// `batch`: whose record it was, NULL when it never was in one. Object and key may be "".
enum ac_rc ac_engine_reject(struct ac_engine *e, struct intake *in, const struct ac_batch *batch,
                            const struct ac_origin *origin, ac_str raw, const char *object,
                            ac_str key, const struct ac_reply_error *why, struct ac_err *err);
// The final counts of an input, of which nothing is pending.
enum ac_rc ac_engine_intake_counts(const struct intake *in, struct ac_counts *out,
                                   struct ac_err *err);
// All members of a file were read.
enum ac_rc ac_engine_file_read(struct ac_engine *e, struct intake_file *file, struct ac_err *err);
// Ends it when it is read and nothing of it is open.
enum ac_rc ac_engine_file_end(struct ac_engine *e, struct intake_file *file, struct ac_err *err);
// One of its inputs goes as the run ends; the file with the last.
void ac_engine_file_free(struct intake_file *file);
enum ac_rc ac_engine_intake_end(struct ac_engine *e, struct intake *in, struct ac_err *err);
void ac_engine_intake_free(struct intake *in);
// twin: an input that the run is importing already.
// Is the same input under way? Then the file waits for it, and its member is not read.
enum ac_rc ac_engine_twin(struct ac_engine *e, const char *name, const char *member,
                          struct intake_file *file, bool *is_twin, struct ac_err *err);
enum ac_rc ac_engine_twins_end(struct ac_engine *e, struct intake *in, bool is_good,
                               struct ac_err *err);
void ac_engine_twins_free(struct intake *in);
// adopt: what a run that died has left.
enum ac_rc ac_engine_look_for_left(struct ac_engine *e, struct ac_err *err);
enum ac_rc ac_engine_adopt(struct ac_engine *e, struct ac_err *err);
// Is it one of those that this run has brought to their end?
bool ac_engine_was_left(const struct ac_engine *e, const char *identity, const char *member);
// What of an input begun again is settled already.
enum ac_rc ac_engine_resume(struct ac_engine *e, struct intake *in, struct ac_err *err);
// The last range of a left input is settled: if it was read to its end, so is it.
enum ac_rc ac_engine_left_end(struct ac_engine *e, struct intake *in, struct ac_err *err);
// results: CSV files for --results.
enum ac_rc ac_engine_result(struct ac_engine *e, struct intake *in, bool is_success,
                            const char *first, const char *second, const char *third, uint64_t line,
                            ac_str raw, struct ac_err *err);
// intake: one member read.
struct intake *ac_engine_intake_new(struct ac_engine *e, const char *name, struct ac_err *err);
enum ac_rc ac_engine_member(struct ac_engine *e, struct ac_source *src,
                            const struct ac_member *member, const struct ac_item *item,
                            struct intake_file *file, struct ac_err *err);
// listing: an object on S3 told by what names it. Fills hex and alias; *done: it was settled.
enum ac_rc ac_engine_object_known(struct ac_engine *e, const struct ac_item *item, char hex[65],
                                  char alias[65], bool *done, struct ac_err *err);
// mended: rejected rows that come back from a spreadsheet.
// Takes our columns out of the sample, if there are any.
enum ac_rc ac_engine_mend(struct ac_engine *e, struct ac_decode_sample *sample, struct ac_err *err);
// Takes them out of the row. False: it did not fit its header when it was exported, and its cells
// are still those that the export wrote; or there was no memory to tell (err is set).
bool ac_engine_mend_row(struct ac_engine *e, struct acload_row *row, struct ac_err *err);
// retry: rejected rows read again.
enum ac_rc ac_engine_retry_begin(struct ac_engine *e, struct retry *retry, struct ac_input_row *row,
                                 struct ac_err *err);
// Where the row that was read at this place of the file stands in its own input.
void ac_engine_retry_place(struct retry *retry, struct ac_origin *origin);
// Several records of one row. AC_ROW: it was rejected.
enum ac_rc ac_engine_retry_made(struct ac_engine *e, const struct acload_row *row,
                                const struct acload_record *records, uint32_t n,
                                struct ac_err *err);
void ac_engine_retry_free(struct retry *retry);
void ac_engine_retry_sweep(struct ac_engine *e);
// The org, the run in the ledger, the sink: made when there is something to bring.
enum ac_rc ac_engine_ready(struct ac_engine *e, struct ac_err *err);
// What is logged from now on is tagged with that number. 0: not any more.
void ac_engine_tell_log(const char *key, int64_t id);
// Notes an error as the run's: its exit code counts.
void ac_engine_note(struct ac_engine *e, const struct ac_err *err);

#endif
