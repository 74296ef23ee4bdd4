// SPDX-License-Identifier: MIT
// What the files that read a stream share: shards with their places.
#ifndef AC_HOOK_STREAM_INT_H
#define AC_HOOK_STREAM_INT_H
#include "hook/stream.h"
#include "ledger/ledger.h"
#include "source/kinesis.h"

#define AC_SHARD_MAX_ENDS 8u // inputs of a shard that are not settled

struct shard_end { // of an input
    char sequence[AC_KINESIS_MAX_SEQUENCE];
    char hex[65]; // what it is identified by; "": not read (again) yet
};

struct shard {
    char id[AC_KINESIS_MAX_NAME + 1], parent[AC_KINESIS_MAX_NAME + 1],
        adjacent[AC_KINESIS_MAX_NAME + 1];
    char settled[AC_KINESIS_MAX_SEQUENCE]; // all up to here; "": nothing yet
    char read[AC_KINESIS_MAX_SEQUENCE];    // where the iterator stands
    struct shard_end *ends;                // of inputs not settled, in their order
    size_t n_ends;
    char *iterator; // or NULL
    struct ac_kinesis_pace pace;
    bool is_closed;  // nothing new comes
    bool is_ended;   // all of it was handed in
    bool is_done;    // and is settled
    bool is_at_rest; // nothing more of it in this look
};

struct places { // of a stream's shards
    char scope[600];
    struct shard *list; // by id
    size_t n;
};

// The table takes over what is known of shards; what is listed no more is forgotten, in the ledger
// (which may be NULL), too.
enum ac_rc ac_places_list(struct places *p, const struct ac_kinesis_shards *listed,
                          struct ac_err *err);
void ac_places_free(struct places *p);
struct shard *ac_places_find(const struct places *p, const char *id); // NULL: there is none
// Is every parent that is still listed done?
bool ac_places_is_ready(const struct places *p, const struct shard *shard);
// What the ledger knows takes the place of what is known here, where somebody else has moved it or
// an input is not settled; checkpoints of shards that are gone are dropped.
enum ac_rc ac_places_load(struct places *p, struct ac_ledger *l, struct ac_err *err);
// Where the shard stands, on disk when it returns. l NULL: nothing is kept.
enum ac_rc ac_places_keep(const struct places *p, struct ac_ledger *l, const struct shard *shard,
                          struct ac_err *err);
// The next input ends with that record. False without memory, or when there are too many.
bool ac_shard_plan(struct shard *shard, const char *sequence);
// The first n inputs are settled.
void ac_shard_settled(struct shard *shard, size_t n);
// Reads on behind what is settled.
void ac_shard_rewind(struct shard *shard);
// The moment from which on a stream is read that is read from now on. AC_END: it is now_ms, which
// was noted.
enum ac_rc ac_places_since(const struct places *p, struct ac_ledger *l, int64_t now_ms,
                           int64_t *since_ms, struct ac_err *err);

#endif
