// SPDX-License-Identifier: MIT
// The ledger: what must be true after a crash, in SQLite under the state directory.
//
// The ledger knows runs, inputs, batches with their ranges, rejects, versions of keys, caches. It
// knows only plain values: no record types of other rooms, no JSON. One writer at a time, many
// readers (WAL); a busy database is waited for (busy_ms) and then AC_RUN/STOP. What promises
// depend on (an input settled, a batch sealed, its job id) is committed with synchronous=FULL;
// counters and caches may lag. The state directory is created 0700 and refused when others can
// write to it. Layout: ledger.db, spool/ (batches, copies of standard input), locks/, session.json.
//
// Identity of an input: (org, identity, member). `org` is the instance's host (or "dry-run").
// Strings passed in are borrowed for the call; strings handed out live until the callback that got
// them returns, or in the arena given. A callback may read the ledger, but not write to it. After
// a failure that took rejects with it (a full disk in mid-group) nothing more is committed as
// settled by this handle: what is open then is read again by the next run.
#ifndef AC_LEDGER_LEDGER_H
#define AC_LEDGER_LEDGER_H
#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

struct ac_ledger;
// Opens or creates the ledger in dir; migrates an older one. read_only: for status and rejects
// (AC_END when there is none yet). Errors: damaged (INTERNAL), newer format, read-only, full disk.
enum ac_rc ac_ledger_open(struct ac_ledger **out, const char *dir, const struct ac_clock *clock,
                          bool read_only, struct ac_err *err);
void ac_ledger_close(struct ac_ledger *l); // NULL is fine
const char *ac_ledger_dir(const struct ac_ledger *l);
const char *ac_ledger_spool_dir(const struct ac_ledger *l);
// Takes the lock of that name (a job) until close or unlock; AC_AGAIN when another run has it.
// Dies with the process. Having it already is fine; it is not counted.
enum ac_rc ac_ledger_lock(struct ac_ledger *l, const char *name, struct ac_err *err);
void ac_ledger_unlock(struct ac_ledger *l, const char *name);

// Several calls as one: what stands between begin and end is committed together and waits for the
// disk once, however many inputs it settles. Groups nest. End commits when rc is AC_OK (or AC_END)
// and no call in between failed, else nothing of the group is kept; it returns rc, or why it could
// not commit. Other writers wait meanwhile, so no network within a group.
enum ac_rc ac_ledger_group_begin(struct ac_ledger *l, struct ac_err *err);
enum ac_rc ac_ledger_group_end(struct ac_ledger *l, enum ac_rc rc, struct ac_err *err);

// --- runs
// A run counts as alive from begin to end, or until its process dies.
enum ac_rc ac_ledger_run_begin(struct ac_ledger *l, const char *command, const char *job,
                               int64_t *run, struct ac_err *err);
enum ac_rc ac_ledger_run_end(struct ac_ledger *l, int64_t run, int exit_code, uint64_t n_calls,
                             struct ac_err *err);

// --- inputs
// READ: to its end, and every record is in a sealed batch: it is settled with the last of them,
// without being read again.
enum ac_input_state { AC_INPUT_OPEN, AC_INPUT_SETTLED, AC_INPUT_FAILED, AC_INPUT_READ };
struct ac_counts {
    uint64_t read, sent, dropped, rejected, held;                  // rows
    uint64_t made, written, created, updated, refused, superseded; // records; written counts
                                                                   // created + updated too
    uint64_t bytes;
};
struct ac_input_row {
    int64_t id, run;
    const char *org, *identity, *member, *name, *plugin, *job;
    enum ac_input_state state;
    int64_t size_bytes, modified_ms, begun_ms, settled_ms;
    struct ac_counts counts;
    const char *error;  // why it failed, or ""
    const char *how;    // how it was read, in the engine's words; what a retry needs
    uint64_t run_calls; // API calls of its run, when that has ended
    int64_t retry_of; // rows of that input tried again (reject.h), -1: nobody's, 0: an input itself
};
// Is this input settled for that org? Fills *settled; AC_OK either way.
enum ac_rc ac_ledger_input_settled(struct ac_ledger *l, const char *org, const char *identity,
                                   const char *member, bool *settled, struct ac_err *err);
// Does this run read it, or wait for its outcomes? AC_END when not.
enum ac_rc ac_ledger_input_under_way(struct ac_ledger *l, int64_t run, const char *org,
                                     const char *identity, const char *member, int64_t *id,
                                     struct ac_err *err);
// Begins (or begins again) an input; in->id is filled. Counts start at zero, and the input's
// earlier rejects are removed, since it is read again from its start, but for those that settled
// ranges of it account for. AC_AGAIN, and nothing is changed: another run that is alive is at it
// (UNDER_WAY); or a batch that is not settled holds records of it (LEFT_BATCH), and comes first.
enum ac_rc ac_ledger_input_begin(struct ac_ledger *l, struct ac_input_row *in, struct ac_err *err);
// Keeps the header (the columns as one CSV line) for its rejects.
enum ac_rc ac_ledger_input_header(struct ac_ledger *l, int64_t input, ac_str header,
                                  struct ac_err *err);
// The input was read to its end; counts are those of the reading alone, without its ranges'.
enum ac_rc ac_ledger_input_read(struct ac_ledger *l, int64_t input, const struct ac_counts *counts,
                                const char *plugin, struct ac_err *err);
enum ac_rc ac_ledger_input_end(struct ac_ledger *l, int64_t input, enum ac_input_state state,
                               const struct ac_counts *counts, const char *plugin,
                               const char *error, struct ac_err *err);
// The input is settled, so earlier ones of its name that were cut off (open, their run dead, and no
// batch under way holds anything of them) fail as replaced. Their counts are those of what is known
// to have come of them: settled ranges, rejects.
enum ac_rc ac_ledger_input_replaces(struct ac_ledger *l, int64_t input, struct ac_err *err);
// The fast path: is the file at path, unchanged, known? Fills hex (65 bytes) on AC_OK; AC_END: no.
enum ac_rc ac_ledger_file_get(struct ac_ledger *l, const char *path, int64_t size_bytes,
                              int64_t modified_ns, uint64_t inode, char hex[65],
                              struct ac_err *err);
enum ac_rc ac_ledger_file_put(struct ac_ledger *l, const char *path, int64_t size_bytes,
                              int64_t modified_ns, uint64_t inode, const char *hex,
                              struct ac_err *err);
// A whole file (all its members) is settled for org, so that a folder run need not open it again.
enum ac_rc ac_ledger_file_done(struct ac_ledger *l, const char *org, const char *hex,
                               struct ac_err *err);
enum ac_rc ac_ledger_file_is_done(struct ac_ledger *l, const char *org, const char *hex, bool *done,
                                  struct ac_err *err);

// --- batches
enum ac_batch_state { AC_BATCH_OPEN, AC_BATCH_SEALED, AC_BATCH_SETTLED };
enum ac_rc ac_ledger_batch_begin(struct ac_ledger *l, int64_t run, const char *org,
                                 const char *object, int operation, const char *spool,
                                 int64_t *batch, struct ac_err *err);
// One call at sealing time: the batch's ranges (input, first ordinal, n).
struct ac_range {
    int64_t input;
    uint32_t first, n;            // ordinals of the batch
    uint64_t row_first, row_last; // the input's rows that its records were made of
};
enum ac_rc ac_ledger_batch_seal(struct ac_ledger *l, int64_t batch, uint32_t n_records,
                                uint64_t bytes, const struct ac_range *ranges, size_t n_ranges,
                                struct ac_err *err);
// A bulk job's id, committed before the job is closed.
enum ac_rc ac_ledger_batch_job(struct ac_ledger *l, int64_t batch, uint32_t first, uint32_t n,
                               const char *job_id, struct ac_err *err);
enum ac_rc ac_ledger_batch_settle(struct ac_ledger *l, int64_t batch, struct ac_err *err);

// --- what a crash leaves, for the next run
// Keeps what became of a range's rows or records, in one group with its batch's settlement.
enum ac_rc ac_ledger_range_settle(struct ac_ledger *l, int64_t batch, uint32_t first,
                                  const struct ac_counts *counts, struct ac_err *err);
// The same of a batch that comes to no end yet: what is known so far, for status alone.
enum ac_rc ac_ledger_range_note(struct ac_ledger *l, int64_t batch, uint32_t first,
                                const struct ac_counts *counts, struct ac_err *err);
// Takes a batch over from a run that died. AC_AGAIN: another run was faster.
enum ac_rc ac_ledger_batch_claim(struct ac_ledger *l, int64_t batch, int64_t from, int64_t to,
                                 struct ac_err *err);
// Forgets a batch that was never sealed.
enum ac_rc ac_ledger_batch_forget(struct ac_ledger *l, int64_t batch, struct ac_err *err);
// The ranges of a batch, by first. Rejects of its records that were kept before they were settled
// are removed (but for those of that code, which were found before the batch was sealed).
enum ac_rc ac_ledger_batch_ranges(struct ac_ledger *l, int64_t batch, const char *but_code,
                                  bool (*each)(void *arg, const struct ac_range *range), void *arg,
                                  struct ac_err *err);
struct ac_settled_range {
    const char *object;
    uint64_t row_first, row_last;
    struct ac_counts counts;
};
// Ranges of an input that is not settled whose batches are, by object, then by row.
enum ac_rc ac_ledger_ranges_settled(struct ac_ledger *l, int64_t input,
                                    bool (*each)(void *arg, const struct ac_settled_range *range),
                                    void *arg, struct ac_err *err);
// How many of its ranges are in batches that are not settled?
enum ac_rc ac_ledger_ranges_open(struct ac_ledger *l, int64_t input, uint64_t *n,
                                 struct ac_err *err);
// One input; its texts live in the arena. AC_END: there is none of that number.
enum ac_rc ac_ledger_input_get(struct ac_ledger *l, int64_t input, struct ac_arena *arena,
                               struct ac_input_row *out, struct ac_err *err);
// Is the run's process alive and at work on it?
bool ac_ledger_run_is_alive(struct ac_ledger *l, int64_t run);

// --- versions of keys: which input's version of a record the org holds
// The highest version recorded for the object, INT64_MIN when none.
enum ac_rc ac_ledger_version_max(struct ac_ledger *l, const char *org, const char *object,
                                 int64_t *version_ms, struct ac_err *err);
struct ac_version {
    uint64_t key_hash;
    int64_t version_ms;
    uint32_t at; // the caller's ordinal
};
// Looks up n keys (sorted by the ledger in place by key_hash) and calls newer() for each whose
// recorded version is greater than its version_ms.
enum ac_rc ac_ledger_version_newer(struct ac_ledger *l, const char *org, const char *object,
                                   struct ac_version *keys, size_t n,
                                   void (*newer)(void *arg, const struct ac_version *key,
                                                 int64_t recorded_ms),
                                   void *arg, struct ac_err *err);
// Records n versions (sorted in place) in one transaction; an older one never replaces a newer.
// Fast: 1,000,000 keys in one call take about a second.
enum ac_rc ac_ledger_version_put(struct ac_ledger *l, const char *org, const char *object,
                                 struct ac_version *keys, size_t n, struct ac_err *err);

// --- caches
// The describe answer kept for (org, object): AC_OK copies into arena, AC_END: none.
enum ac_rc ac_ledger_describe_get(struct ac_ledger *l, const char *org, const char *object,
                                  struct ac_arena *arena, ac_str *body, ac_str *last_modified,
                                  int64_t *asked_ms, struct ac_err *err);
enum ac_rc ac_ledger_describe_put(struct ac_ledger *l, const char *org, const char *object,
                                  ac_str body, ac_str last_modified, struct ac_err *err);

// --- checkpoints: small values to be found again, by scope ("ids", a stream) with a name in it.
// AC_END: there is none. The value lives in the arena. at_ms (may be NULL): when it was put.
enum ac_rc ac_ledger_checkpoint_get(struct ac_ledger *l, const char *scope, const char *name,
                                    struct ac_arena *arena, const char **value, int64_t *at_ms,
                                    struct ac_err *err);
// On disk when it returns, or with the group it stands in.
enum ac_rc ac_ledger_checkpoint_put(struct ac_ledger *l, const char *scope, const char *name,
                                    const char *value, struct ac_err *err);
// The same for what nobody misses: a power cut may undo it until something else is on disk.
enum ac_rc ac_ledger_checkpoint_note(struct ac_ledger *l, const char *scope, const char *name,
                                     const char *value, struct ac_err *err);
enum ac_rc ac_ledger_checkpoint_drop(struct ac_ledger *l, const char *scope, const char *name,
                                     struct ac_err *err);
// All of a scope, by name.
enum ac_rc ac_ledger_checkpoints(struct ac_ledger *l, const char *scope,
                                 bool (*each)(void *arg, const char *name, const char *value,
                                              int64_t at_ms),
                                 void *arg, struct ac_err *err);

// --- a ledger that is lost
// Is every page of it sound? LEDGER_DAMAGED when not.
enum ac_rc ac_ledger_verify(struct ac_ledger *l, struct ac_err *err);
// Moves the ledger in dir, with its spool, into a folder beside it, whose path *moved gets (free
// it); the next open makes a new one. From before the move on, inserts are in doubt. AC_AGAIN: a
// run is at work there. No handle on it may be open.
enum ac_rc ac_ledger_set_aside(const char *dir, const struct ac_clock *clock, char **moved,
                               struct ac_err *err);
// Since when nobody knows which rows were inserted: INT64_MAX, or the time of the loss. It ends
// with ac_ledger_doubt_end.
int64_t ac_ledger_doubt(const struct ac_ledger *l);
enum ac_rc ac_ledger_doubt_begin(struct ac_ledger *l, struct ac_err *err);
enum ac_rc ac_ledger_doubt_end(struct ac_ledger *l, struct ac_err *err);
// Gives up a sealed batch whose files are gone: inputs that wait for it are read again.
enum ac_rc ac_ledger_batch_lose(struct ac_ledger *l, int64_t batch, struct ac_err *err);

// --- for `acload status`
struct ac_run_row {
    int64_t id, begun_ms, ended_ms; // ended 0: still running, or was killed
    const char *command, *job;
    int exit_code; // -1: not ended
    uint64_t n_calls;
    bool is_alive; // its process still works on it; ended_ms 0 without it: it was killed
};
// Newest first, at most max. The callback returns false to stop.
enum ac_rc ac_ledger_runs(struct ac_ledger *l, size_t max,
                          bool (*each)(void *arg, const struct ac_run_row *run), void *arg,
                          struct ac_err *err);
// Inputs of a run (run 0: of all), newest first, at most max. Of one that was read, what its
// batches have done is in its counts, and what they have yet to do is made (so it is in the
// totals).
enum ac_rc ac_ledger_inputs(struct ac_ledger *l, int64_t run, size_t max,
                            bool (*each)(void *arg, const struct ac_input_row *input), void *arg,
                            struct ac_err *err);
// A batch that is not settled: being filled, or sent with its outcome not known yet.
struct ac_batch_job {
    uint32_t first, n; // ordinals of the batch
    const char *id;    // the org's
};
struct ac_batch_info {
    int64_t id, run, begun_ms, sealed_ms; // sealed 0: still being filled
    const char *org, *object, *spool;     // spool: as given to begin
    int operation;
    enum ac_batch_state state;
    uint32_t n_records;              // known once it is sealed
    uint64_t bytes;                  // likewise
    const struct ac_batch_job *jobs; // in the order they were begun
    size_t n_jobs;
    bool is_alive; // its run still works on it; if not, the batch waits to be taken up
};
// Batches not settled, oldest first, at most max.
enum ac_rc ac_ledger_batches(struct ac_ledger *l, size_t max,
                             bool (*each)(void *arg, const struct ac_batch_info *batch), void *arg,
                             struct ac_err *err);
struct ac_totals {
    uint64_t n_runs, n_inputs, n_settled, n_open, n_failed, n_rejects, n_calls;
    struct ac_counts counts;
};
enum ac_rc ac_ledger_totals(struct ac_ledger *l, struct ac_totals *out, struct ac_err *err);

#endif
