// SPDX-License-Identifier: MIT
// The pipeline built, cranked, or ended with counts that add up.
//
// Engine is the only room that joins source to sink. A run has one ledger, at most one org, one
// sink, and the batches being filled. For every input: identify it (skip what is settled), open
// it, step through its members, let plugins bid on a sample, begin the chain, push rows through
// decode and chain into batches. Rows of many inputs share a batch; a batch is sealed and sent
// when it is large (but an input under 100,000 rows is never split across batches, so that two
// different records with one external id are both caught), and at the end. An input is settled
// when all its records have outcomes; its counts must add up (stats) or the run ends with exit
// code 5. One bad input never stops the others.
#ifndef AC_ENGINE_ENGINE_H
#define AC_ENGINE_ENGINE_H
#include "engine/stats.h"
#include "job/job.h"
#include "ledger/reject.h"
#include "source/source.h"

// Objects that take nothing: a permission is missing, or the object itself.
#define AC_PARKED_MAX 64u
struct ac_parked {
    size_t n;
    struct {
        char object[128]; // without the namespace
        struct ac_err why;
    } list[AC_PARKED_MAX];
};

struct ac_engine_options {
    const struct ac_config *config;
    const struct ac_clock *clock;
    struct ac_net *net;                     // NULL: no org (dry run without one)
    const struct ac_source_env *source_env; // NULL: inputs are files
    const char *command;                    // for the ledger: "import"
    const char *job;                        // name or ""
    bool is_shared;  // others may do the same job meanwhile: it is not locked
    bool state_ends; // the ledger goes with this process: nothing may be inserted
    // Objects are named by events: one that a newer one has replaced is none of ours any more, and
    // one without content, such as a folder's marker, is nothing to import. Both are settled.
    bool is_notified;
    const struct ac_use *uses; // NULL: plugins bid
    size_t n_uses;
    const struct ac_map_rule *fields; // filled whatever the plugins do
    size_t n_fields;
    const char *region;   // NULL: not configured; "": none
    const char *encoding; // of inputs without a byte order mark; NULL: UTF-8
    char delimiter;       // 0: comma
    bool dry_run;         // records to dry_out, nothing sent, nothing kept
    FILE *dry_out;
    const char *temp_dir; // for a dry run's spool; NULL: /tmp
    bool again;           // import what is settled too
    bool keep_going;      // though the org refuses every record alike
    // Where objects that take nothing are noted, so that others go on: nothing more is sent to such
    // an object, by this engine or the next ones that are given the same list, and what needs it
    // waits for another run. Zeroed by the caller. NULL: the run stops.
    struct ac_parked *parked;
    bool new_ids; // though the org's records have ids of another form
    // Where batches go instead of the org (or the dry run); NULL: the usual. Takes `sink_arg`.
    enum ac_rc (*open_sink)(struct ac_sink *out, const struct ac_sink_events *events, void *arg,
                            struct ac_err *err);
    void *sink_arg;
    bool log_values;         // rejects shown on standard error say the values
    const char *results_dir; // success.csv and reject.csv go here; NULL: none
    // Progress: called now and then with the counts so far. May be NULL.
    void (*progress)(void *arg, const struct ac_stats *stats);
    void *progress_arg;
    volatile const int *stop; // set by a signal: settle what is in flight, end resumably
};

// What became of inputs that somebody waits for. An input is open until all its rows have outcomes
// that the ledger keeps; one that a flush or finish has left open is read again another time.
struct ac_ticket {
    uint32_t n_open;
    uint32_t n_unsent; // ended without all outcomes, or in part: to be read again, too
    int exit_code;     // the worst of what went wrong while they were read
};

struct ac_engine;
// Opens the ledger and the plugins; the org is asked when the first input comes. AC_AGAIN: the
// job is already running. Other errors: CONFIG or STOP; nothing was sent.
enum ac_rc ac_engine_open(struct ac_engine **out, const struct ac_engine_options *options,
                          struct ac_err *err);
// So many bytes of inputs are to come; else progress has no end to measure by.
void ac_engine_expect(struct ac_engine *e, uint64_t bytes);
// Reads one input into batches (and sends what is full). AC_OK; AC_INPUT: it could not be read
// (reported, counted; go on); AC_RUN: stop, call finish.
enum ac_rc ac_engine_input(struct ac_engine *e, const struct ac_item *item, struct ac_err *err);
// The same for standard input, which is copied to the state directory first. take() gets the copy
// instead of ac_engine_input and answers as it does; NULL: ac_engine_input gets it.
enum ac_rc ac_engine_stdin(struct ac_engine *e, int fd, struct ac_arena *arena,
                           enum ac_rc (*take)(void *arg, const struct ac_item *item,
                                              struct ac_err *err),
                           void *arg, struct ac_err *err);
// The same for what came in a message. Its texts are borrowed.
enum ac_rc ac_engine_message(struct ac_engine *e, const struct ac_source_message *message,
                             struct ac_arena *arena, struct ac_err *err);
// From now on inputs that are read are that ticket's, zeroed by the caller; NULL: nobody's. It
// lives until nothing of it is open, or the engine is closed.
void ac_engine_ticket(struct ac_engine *e, struct ac_ticket *ticket);
// Sends what was read, waits for every outcome, settles. More may be read afterwards, unless it
// failed (AC_RUN): then call finish.
enum ac_rc ac_engine_flush(struct ac_engine *e, struct ac_err *err);
// Waits so long, or until a signal comes: then AC_RUN, and the run ends resumably.
enum ac_rc ac_engine_pause(struct ac_engine *e, int64_t ms, struct ac_err *err);
// The ledger for whoever keeps a place of his own in it, with the org's name there; logs in when
// nobody has. Both borrowed. *ledger NULL: a dry run has none.
enum ac_rc ac_engine_ledger(struct ac_engine *e, struct ac_ledger **ledger, const char **org,
                            struct ac_err *err);
// Takes rejected rows of one input in again, as the ledger kept them. What arrives is a reject no
// more, and its input's counts say so; what fails again has its new reason. Rows that never were
// rows (a quote never closed, cells too few) cannot be taken in; neither can those of another org.
// AC_AGAIN: another process does so at this moment.
struct ac_engine_retry {
    int64_t input;
    int64_t retry; // goes on with this one, which was cut off; 0: a new one, with rows that
    struct ac_reject_filter filter; // and `wants` (NULL: all) choose
    bool (*wants)(void *arg, const struct ac_reject *reject);
    void *arg;
    uint64_t n_chosen, n_unfit, n_elsewhere; // out, added to
};
enum ac_rc ac_engine_retry(struct ac_engine *e, struct ac_engine_retry *what, struct ac_err *err);
// Takes what the ledger knows the input by that was read last ("" when none was since the last
// call): for ac_engine_has_settled, after ac_engine_finish.
void ac_engine_take_id(struct ac_engine *e, char out[65]);
enum ac_rc ac_engine_has_settled(struct ac_engine *e, const char *id, bool *settled,
                                 struct ac_err *err);
// Sends what is left, waits for every outcome, settles, ends the run in the ledger.
enum ac_rc ac_engine_finish(struct ac_engine *e, struct ac_err *err);
// The stats so far; borrowed. The exit code so far: the worst of what happened.
const struct ac_stats *ac_engine_stats(const struct ac_engine *e);
int ac_engine_exit(const struct ac_engine *e);
// Was the login refused for good? Another try would only lock the user out.
bool ac_engine_is_locked_out(const struct ac_engine *e);
// Was this file (all its members) settled before? Cheap for unchanged files: opens nothing.
enum ac_rc ac_engine_is_settled(struct ac_engine *e, const struct ac_item *item, bool *settled,
                                struct ac_err *err);
// As ac_source_list with the source_env, for a live prefix on S3 looked at again and again: keys
// whose name holds a time before lookback_ms ago (0: none) are passed over, but once a day all are
// looked at, as the ledger remembers. found() keeps no item of a prefix on S3.
enum ac_rc ac_engine_list(struct ac_engine *e, const char *url, struct ac_source_filter *filter,
                          int64_t lookback_ms, struct ac_arena *arena,
                          enum ac_rc (*found)(void *arg, const struct ac_item *item,
                                              struct ac_err *err),
                          void *arg, struct ac_err *err);
// An input that was named and is not there: counted, exit code 4. The caller told it.
void ac_engine_missed(struct ac_engine *e);
// The same for one of a listing, told here: `missed` of its filter, with the engine as argument.
void ac_engine_unreadable(void *engine, const struct ac_err *why);
// n files are too young and wait for the next run.
void ac_engine_waiting(struct ac_engine *e, size_t n);
void ac_engine_close(struct ac_engine *e); // NULL is fine

#endif
