// SPDX-License-Identifier: MIT
// Sealed batches out, outcomes back.
//
// Sink is the room that decides which Salesforce call carries a batch, in what order, how many at
// once, within what budget. send takes a sealed batch and returns at once; pump moves everything
// on; when every record of a batch has an outcome, events->settled is called and the batch belongs
// to the engine again. Outcomes of single records are told as they become known: refused always
// (with the org's words), done only when the sink knows the record's id (collections; bulk when
// results are wanted). The salesforce sink sends up to collections_max records of a batch as
// collections of 200, more as bulk jobs; the dry-run sink writes one JSON object a record.
#ifndef AC_SINK_SINK_H
#define AC_SINK_SINK_H
#include "batch/batch.h"
#include "batch/retry.h"
#include "ledger/ledger.h"
#include "org/rest.h"
#include <stdio.h>

struct ac_sink_events {
    void *arg;
    // The record was refused for good (it has its state). Called once a record.
    enum ac_rc (*refused)(void *arg, struct ac_batch *b, uint32_t ordinal,
                          const struct ac_reply_error *why, struct ac_err *err);
    // The record is in the org (state set); id may be "". May be NULL.
    enum ac_rc (*done)(void *arg, struct ac_batch *b, uint32_t ordinal, ac_str id, bool is_new,
                       struct ac_err *err);
    // Nothing of the batch is pending any more.
    enum ac_rc (*settled)(void *arg, struct ac_batch *b, struct ac_err *err);
    // The org takes nothing for this batch's object, whatever it is (CONFIG). True: whoever is told
    // has put the object's batches off; else the sink ends. May be NULL.
    bool (*closed)(void *arg, struct ac_batch *b, const struct ac_err *why);
};

struct ac_sink_usage {
    int64_t polling_ms; // waited for bulk jobs, with nothing else under way
    int64_t go_on_ms;   // after a limit of the org's: when to run again (now_ms), 0: none was met
};

struct ac_sink {
    void *self;
    enum ac_rc (*send)(void *self, struct ac_batch *b, struct ac_err *err);
    // Tells that the batch just sent is one that a run left which died: what it had asked of the
    // org already. The org is asked what became of each job before anything is sent again. NULL:
    // there is nothing to ask.
    enum ac_rc (*resume)(void *self, struct ac_batch *b, const struct ac_batch_job *jobs, size_t n,
                         struct ac_err *err);
    // Moves calls on, waits at most wait_ms (0: does not wait). AC_END when nothing is in flight,
    // AC_OK otherwise. After a STOP or CONFIG outcome: settles what is in flight, marks the rest
    // UNSENT, calls settled for those batches too, then returns AC_RUN with the cause.
    enum ac_rc (*pump)(void *self, int64_t wait_ms, struct ac_err *err);
    size_t (*pending)(void *self); // batches not settled
    void (*close)(void *self);     // frees; nothing may be pending, but after pump said AC_RUN
    // From now on nothing new is begun, for the reason *why (AC_RUN). What is under way is waited
    // for, at most grace_ms; then pump returns AC_RUN with *why, and batches may be pending still:
    // the next run asks about them. The first reason stands, the shortest grace counts. NULL: what
    // pump does takes no time.
    void (*stop)(void *self, const struct ac_err *why, int64_t grace_ms);
    // Nothing more of this batch is begun, of others it is: what is under way is waited for, the
    // rest is UNSENT. Nothing happens when the sink does not have it. NULL: as that.
    void (*put_off)(void *self, const struct ac_batch *b);
    void (*usage)(void *self, struct ac_sink_usage *out); // NULL: nothing to tell
};

struct ac_sink_options {
    uint32_t collections_max;     // 2000: records of a batch; above: bulk
    size_t collections_in_flight; // 4
    size_t bulk_in_flight;        // 3 jobs
    uint64_t bulk_max_bytes;      // AC_BULK_MAX_BYTES
    int64_t poll_first_ms;        // 500; doubled up to
    int64_t poll_max_ms;          // 30000
    int64_t api_share; // 80: percent of the org's API calls of a day, from which on nothing new is
                       // begun; 0 or 100: no limit but the org's own
    bool want_results; // fetch successfulResults too
    struct ac_retry_options retry;
};
// All borrowed until close.
enum ac_rc ac_sink_salesforce(struct ac_sink *out, const struct ac_sink_options *options,
                              struct ac_org *org, struct ac_ledger *ledger,
                              const struct ac_clock *clock, const struct ac_sink_events *events,
                              struct ac_err *err);
// One JSON object a line on out: {"object":…,"operation":"upsert","key":"AC_Record_Id__c",
// "fields":{…}}. A broken pipe is AC_RUN/STOP.
enum ac_rc ac_sink_dryrun(struct ac_sink *out, FILE *to, const struct ac_sink_events *events,
                          struct ac_err *err);

#endif
