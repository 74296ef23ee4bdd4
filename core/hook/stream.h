// SPDX-License-Identifier: MIT
// A stream of Kinesis read by the engine, from where it was left.
#ifndef AC_HOOK_STREAM_H
#define AC_HOOK_STREAM_H
#include "engine/engine.h"

// Records are gathered shard by shard, some MB of them become one input of the engine, named by
// their numbers as those of an event are. Where each shard is to go on is a checkpoint of the
// ledger: the number of the last record that is settled, then those that inputs under way end with,
// written before they are handed in. So whoever goes on after a crash makes the same inputs again,
// and what was settled of them is known. A shard is begun when its parents are settled to their
// ends.
//
// One struct ac_stream serves a command: it keeps the shards' iterators and their pace (5 reads, 2
// MB a second) from one look at the stream to the next.

struct ac_stream_options {
    struct ac_aws *aws;
    const struct ac_clock *clock;
    const char *job, *url;    // "kinesis://STREAM"
    int64_t start_ms;         // of the job
    volatile const int *stop; // as the engine's
    bool again;               // the first look begins where nothing would be known
};

struct ac_stream;
// Options are borrowed. Asks nobody. AC_INPUT: it is no stream; AC_RUN.
enum ac_rc ac_stream_new(struct ac_stream **out, const struct ac_stream_options *options,
                         struct ac_err *err);
void ac_stream_free(struct ac_stream *s); // NULL is fine
// Reads what is new into the engine, to the tip of each shard, and settles it. AC_INPUT: the stream
// cannot be had, err says why (nothing was told); AC_RUN: as ac_engine_input.
enum ac_rc ac_stream_read(struct ac_stream *s, struct ac_engine *e, struct ac_err *err);

#endif
