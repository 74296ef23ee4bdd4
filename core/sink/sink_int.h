// SPDX-License-Identifier: MIT
// What the files of the Salesforce sink share: limits, batches under way, their calls or jobs.
#ifndef AC_SINK_SINK_INT_H
#define AC_SINK_SINK_INT_H
#include "org/bulk.h"
#include "sink/sink.h"

// How many of something may be under way. Halved when the org says that it is too many; one more
// again after a while without complaint, up to what was configured.
struct ac_gate {
    size_t limit, max, in_flight;
    size_t n_good;
    uint32_t n_cuts; // how often it was halved
};
static inline bool ac_gate_is_open(const struct ac_gate *g) { return g->in_flight < g->limit; }
void ac_gate_good(struct ac_gate *g);
// A complaint about something that was begun when the gate had been halved n_cuts times. When it
// was halved since, it says nothing new (false): many are told at once that they are too many.
bool ac_gate_busy(struct ac_gate *g, uint32_t n_cuts);

struct ac_tries { // of one call, or of the rows in it
    int attempt;  // the one under way or to come, from 1
    int64_t waited_ms, due_ms;
};

struct ac_collect; // a collections call: collect.c
struct ac_job;     // a bulk job: job.c

struct ac_sf {
    const struct ac_sink_options *options;
    const struct ac_sink_events *events;
    struct ac_org *org;
    struct ac_ledger *ledger;
    const struct ac_clock *clock;
    struct ac_shipment *shipments; // oldest first
    struct ac_gate calls, jobs;
    int64_t started_ms; // when it was last looked what is due; what was and is not begun must wait
    bool is_stopping;   // nothing new is begun; what is under way is brought to its end
    struct ac_err stop;
    int64_t leave_ms; // until then; INT64_MAX: as long as it takes
    int64_t polling_ms, go_on_ms;
    int64_t
        asked_ms;    // how long the org wants to be left alone, by the last failure; 0: did not say
    uint64_t n_good; // collections calls that went well
    uint32_t n_failures; // those that the org failed on, since one went well
};

struct ac_left { // a job that a run had begun which died
    uint32_t first, n;
    char id[32];
};

struct ac_shipment { // a batch under way
    struct ac_shipment *next;
    struct ac_sf *sf;
    struct ac_batch *batch;
    struct ac_cursor *cursor; // NULL: not needed yet
    bool is_bulk;
    bool is_put_off;       // it ends before its time, and alone
    uint32_t next_ordinal; // records from here on are in no call or job yet
    uint64_t n_written;
    struct ac_collect *calls;
    struct ac_job *jobs;
    struct ac_left *left; // asked about one after the other, before any new job is made
    size_t n_left, at_left;
    // Records that are found (find.c): is_bulk says which step it is at.
    bool has_found;         // the org was asked for all of them; the rest is inserted
    bool is_doubtful;       // nobody knows what a job did: asked again when the others are over
    struct ac_tries asking; // of the question to come
    struct ac_tries rounds; // of asking for all
};

// --- salesforce.c
static inline int64_t ac_sf_now_ms(const struct ac_sf *sf) {
    return sf->clock->mono_ms(sf->clock->self);
}
// Nothing new is begun for the batch.
static inline bool ac_sf_is_ending(const struct ac_shipment *s) {
    return s->sf->is_stopping || s->is_put_off;
}
bool ac_sf_is_good(enum ac_outcome outcome);
// Ends the sink, resumably. The first cause stands.
void ac_sf_fail(struct ac_sf *sf, const struct ac_err *why);
// The same, but when the cause is one of the batch's object alone, it may be that only this ends.
void ac_sf_fail_for(struct ac_shipment *s, const struct ac_err *why);
void ac_sf_stop(struct ac_shipment *s, enum ac_outcome outcome, const struct ac_reply_error *why,
                const char *doing);
struct ac_retry_verdict ac_sf_decide(struct ac_sf *sf, enum ac_outcome outcome,
                                     const struct ac_tries *tries, int64_t retry_after_ms,
                                     size_t n);
struct ac_tries ac_sf_tries(const struct ac_sf *sf); // a first attempt, due now
void ac_sf_wait(const struct ac_sf *sf, struct ac_tries *tries, int64_t wait_ms);
// The same for a call that failed: says so in the log, without any of the org's texts.
void ac_sf_wait_told(const struct ac_shipment *s, struct ac_tries *tries, int64_t wait_ms,
                     enum ac_outcome outcome, const struct ac_reply_error *why);
void ac_sf_refuse(struct ac_shipment *s, uint32_t ordinal, const struct ac_reply_error *why);
void ac_sf_done(struct ac_shipment *s, uint32_t ordinal, enum ac_outcome outcome, ac_str id,
                bool is_told);
enum ac_rc ac_sf_cursor(struct ac_shipment *s, struct ac_err *err);

// Outcomes of rows judged by the retry policy. Rows with the same outcome share one verdict, or
// the longest of a thousand random waits would win every time.
struct ac_judge {
    struct ac_shipment *shipment;
    const struct ac_tries *tries;
    struct {
        bool is_known;
        struct ac_retry_verdict verdict;
    } of[AC_OUT_CONFIG + 1];
    int64_t wait_ms; // the longest wait of those to send again
    uint32_t n_again;
    bool is_locked; // rows were locked
    bool is_told;   // events hear of rows done
};
// Settles the row, or says that it is to be sent again (true).
bool ac_judge_row(struct ac_judge *j, uint32_t ordinal, enum ac_outcome outcome, ac_str id,
                  const struct ac_reply_error *error);

// --- limits.c
// ac_gate_good or ac_gate_busy, and says so when that moved the limit of "calls" or "jobs".
void ac_sf_good(struct ac_gate *g, const char *what);
void ac_sf_busy(struct ac_gate *g, uint32_t n_cuts, const char *what);
// May another call be made? AC_RUN/STOP when the org's day is used up to the share that is ours.
enum ac_rc ac_sf_may_begin(struct ac_sf *sf, struct ac_err *err);
// Notes when it makes sense to go on, and says it: "run again from … on: …" in out (256 bytes).
const char *ac_sf_go_on(struct ac_sf *sf, char *out, size_t len);
// The same where the org has named the time itself.
const char *ac_sf_go_on_then(struct ac_sf *sf, int64_t wait_ms, char *out, size_t len);

// --- parents.c
// The column whose values are the records' parents, -1: there is none.
int ac_parents_column(const struct ac_columns *columns);
// Brings those of the same parent together.
enum ac_rc ac_parents_sort(struct ac_shipment *s, uint32_t *ordinals, uint32_t n,
                           struct ac_err *err);

// --- find.c: records looked for before they are written
#define AC_FOUND_ID_MAX 18u
struct ac_found {
    uint32_t n, ordinals[AC_COLLECTIONS_MAX];
    char ids[AC_COLLECTIONS_MAX][AC_FOUND_ID_MAX + 1]; // in the org
};
void ac_find_begin(struct ac_shipment *s); // again when it is known which jobs are left
void ac_find_turn(struct ac_shipment *s);  // to the next step, when this one is over
// Asks for records from next_ordinal on, until the org has some of them. False: it has none, or the
// question must wait, or the sink ends. Waits for its calls.
bool ac_find_next(struct ac_shipment *s, struct ac_found *out);
// Pending records of a job may be in the org, or not. True: the org will be asked. False: it is no
// such batch, or that was done too often.
bool ac_find_again(struct ac_shipment *s);

// --- collect.c
void ac_collect_start(struct ac_shipment *s);           // as many calls as may be
int64_t ac_collect_due_ms(const struct ac_shipment *s); // of what comes later; INT64_MAX: nothing
void ac_collect_drop(struct ac_shipment *s, bool with_flying);

// --- job.c
void ac_job_start(struct ac_shipment *s);
int64_t ac_job_due_ms(const struct ac_shipment *s);
void ac_job_drop_all(struct ac_shipment *s);

enum ac_job_step {
    AC_JOB_CREATE,
    AC_JOB_UPLOAD,
    AC_JOB_CLOSE,
    AC_JOB_POLL,
    AC_JOB_FETCH,
    AC_JOB_ABORT
};

enum { AC_RESULT_FAILED = 1, AC_RESULT_SUCCESSFUL = 2, AC_RESULT_UNPROCESSED = 4 };
#define AC_RESULT_ALL (AC_RESULT_FAILED | AC_RESULT_SUCCESSFUL | AC_RESULT_UNPROCESSED)

struct ac_download {
    char *path; // in the spool folder
    int fd;     // -1: none
    uint64_t n_bytes, max_bytes;
    int failed; // errno
    bool is_too_large;
};

struct ac_job {
    struct ac_job *next;
    struct ac_shipment *shipment;
    struct ac_part part;
    struct ac_part_reader *reader;
    enum ac_job_step step;
    bool is_flying, has_slot, is_ending;
    bool is_left;     // by a run that died: what it did not bring goes into new jobs later
    bool is_doubtful; // an upload was refused: only the job's state can tell
    bool is_locked;   // its records were: no other job of the batch is under way meanwhile
    uint32_t *order;  // of locked records, NULL: that of the batch
    uint32_t n_cuts;  // of the gate, when its last call was made
    struct ac_reply_error refusal; // of the upload, or of the close
    struct ac_tries rows;          // jobs that these rows were in
    struct ac_tries call;          // of this step
    struct ac_tries closing;       // times it was told to begin
    int64_t poll_ms, waited_ms;
    char id[32];
    struct ac_bulk_job seen; // as it was when last looked at
    struct ac_buf body;

    unsigned wanted, fetched; // result files: AC_RESULT_…
    struct ac_download download;
    struct ac_judge judge;
    uint64_t n_told;      // rows in all files that were read
    bool has_unprocessed; // rows that the job never came to
};

// --- job_end.c: from the job's last state to its rows' outcomes
void ac_job_over(struct ac_job *j);     // a final state was seen: which files are needed?
void ac_job_conclude(struct ac_job *j); // all wanted files are read
void ac_job_aborted(struct ac_job *j);  // it was told to, at least
// The call of this step had no success: it is made again, or the job takes another way.
void ac_job_call_failed(struct ac_job *j, enum ac_outcome outcome, const struct ac_reply_error *why,
                        int64_t retry_after_ms);
// The pending rows of this job go into new ones, those that were locked one after the other.
void ac_job_again(struct ac_job *j, int64_t wait_ms, bool in_halves, bool is_locked);

// --- job.c, for job_end.c
struct ac_job *ac_job_new(struct ac_shipment *s, const struct ac_part *part,
                          const struct ac_tries *rows);
void ac_job_go(struct ac_job *j, enum ac_job_step step); // next, at once
void ac_job_finish(struct ac_job *j);                    // it ends when its callback returns
void ac_job_stop(struct ac_job *j, enum ac_outcome outcome, const struct ac_reply_error *why);

// --- results.c: a downloaded file joined with the records sent. AC_AGAIN: it is cut, or of another
// number of rows than the job says; none of it was used.
enum ac_rc ac_results_apply(struct ac_job *j, enum ac_bulk_path which, struct ac_err *err);

// --- download.c
enum ac_rc ac_download_open(struct ac_job *j, struct ac_err *err);
bool ac_download_take(void *job, ac_str bytes);
void ac_download_restart(void *job);
void ac_download_end(struct ac_download *d); // closes, removes
enum ac_rc ac_download_fail(const struct ac_download *d, struct ac_err *err);

#endif
