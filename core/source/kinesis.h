// SPDX-License-Identifier: MIT
// A stream of Kinesis: its shards listed, their records fetched.
//
// A stream is no file: it has no end, its records come shard by shard, each with a number that only
// grows. This is the client alone; where to begin, what is done, when to stop are the caller's.
// Calls wait, unless a signal ends them (AC_RUN, STOPPED); those refused for coming too fast are
// repeated by core/aws. Facts: the service's API reference of 2013-12-02.
#ifndef AC_SOURCE_KINESIS_H
#define AC_SOURCE_KINESIS_H
#include "aws/call.h"
#include "base/arena.h"
#include "base/buf.h"

#define AC_KINESIS_MAX_NAME 128u     // of a stream, of a shard
#define AC_KINESIS_MAX_SEQUENCE 130u // digits and a NUL
#define AC_KINESIS_MAX_SHARDS 20000u

bool ac_kinesis_is_url(const char *url);

struct ac_kinesis {
    struct ac_aws *aws;
    volatile const int *stop; // may be set once it is open: a call ends soon after a signal
    char stream[AC_KINESIS_MAX_NAME + 1], region[AC_AWS_MAX_REGION];
    struct ac_buf base, form, answer;
};
// For "kinesis://STREAM", in the region AWS_REGION or the profile names. aws is borrowed. AC_INPUT:
// no name of a stream; AC_RUN/CONFIG: no region. To be closed either way.
enum ac_rc ac_kinesis_open(struct ac_kinesis *k, struct ac_aws *aws, const char *url,
                           struct ac_err *err);
void ac_kinesis_close(struct ac_kinesis *k);

struct ac_kinesis_shard {
    const char *id, *parent, *adjacent; // "" without; the second parent is there after a merge
    bool is_closed;                     // nothing new comes
};
struct ac_kinesis_shards {
    struct ac_arena arena;
    struct ac_kinesis_shard *list;
    size_t n, max;
    const char *next; // token of the next page, or NULL
};
void ac_kinesis_shards_init(struct ac_kinesis_shards *shards);
void ac_kinesis_shards_free(struct ac_kinesis_shards *shards);
// Adds what an answer of ListShards holds. AC_INPUT: it is none.
enum ac_rc ac_kinesis_read_shards(struct ac_kinesis_shards *shards, ac_str json,
                                  struct ac_err *err);
// All shards, all pages. AC_INPUT: there is no such stream, or it is refused or busy; the error
// says so in words for people. So do those of all calls.
enum ac_rc ac_kinesis_list(struct ac_kinesis *k, struct ac_kinesis_shards *shards,
                           struct ac_err *err);

struct ac_kinesis_from {
    const char *after; // the number of the last record known; ""
    int64_t at_ms;     // else what arrived from then on, Unix epoch; INT64_MIN: the oldest there is
};
// What an answer of GetShardIterator holds, as a text in out. AC_INPUT: it is none.
enum ac_rc ac_kinesis_read_iterator(struct ac_buf *out, ac_str json, struct ac_err *err);
enum ac_rc ac_kinesis_iterator(struct ac_kinesis *k, const char *shard,
                               const struct ac_kinesis_from *from, struct ac_buf *out,
                               struct ac_err *err);

struct ac_kinesis_record {
    const char *sequence; // decimal, longer than any integer
    ac_str data;          // in base64
    int64_t arrived_ms;   // INT64_MIN: not told
};
struct ac_kinesis_records {
    struct ac_arena arena; // of the list; its texts stand in the answer
    struct json_t *answer;
    struct ac_kinesis_record *list;
    size_t n;
    const char *next;  // the iterator to go on with; NULL: the shard is closed and read
    int64_t behind_ms; // how far this is from the newest record; 0: it is the newest
    uint64_t bytes;    // of data, decoded, as the service counts them
};
void ac_kinesis_records_init(struct ac_kinesis_records *records);
void ac_kinesis_records_free(struct ac_kinesis_records *records);
// An answer of GetRecords; what was held before is gone. AC_INPUT: it is none.
enum ac_rc ac_kinesis_read_records(struct ac_kinesis_records *records, ac_str json,
                                   struct ac_err *err);
// At most 500 records. AC_AGAIN: the iterator has expired, as it does after five minutes.
enum ac_rc ac_kinesis_get(struct ac_kinesis *k, const char *iterator,
                          struct ac_kinesis_records *records, struct ac_err *err);

// Is one number lower than the other (negative), the same (0), higher (positive)?
int ac_kinesis_compare(const char *a, const char *b);

// What a shard gives: five reads and 2 MB in any second. Zeroed, it has given nothing yet.
#define AC_KINESIS_READS 5u
struct ac_kinesis_pace {
    int64_t read_ms[AC_KINESIS_READS]; // when the last ones were, monotonic; a ring
    unsigned n, at;
    int64_t free_ms; // when the bytes are paid for
};
// How long from now_ms until the next read is due.
int64_t ac_kinesis_pace_wait(const struct ac_kinesis_pace *pace, int64_t now_ms);
void ac_kinesis_pace_read(struct ac_kinesis_pace *pace, int64_t now_ms, uint64_t bytes);

#endif
