// SPDX-License-Identifier: MIT
// The event somebody sent, as a list of work.
//
// Hook is the room that knows what events look like: notifications of S3 (also as MinIO or Ceph
// send them), SNS envelopes, SQS messages, EventBridge, Kinesis records for Lambda; and any of them
// inside another, up to four levels. Bytes come in, a list of work comes out: objects to fetch,
// records that came along, test messages, other kinds that are counted by name, flaws: parts that
// cannot be understood. A flaw costs only the part it is in. Nothing is fetched here, nothing
// asked. Below: which job of the configuration an object belongs to (match.h), and the records of a
// shard as text for the JSON decoder (kinesis.h).
//
// An event has at most 10 MB. All texts live in the event's arena until it is freed.
#ifndef AC_HOOK_EVENT_H
#define AC_HOOK_EVENT_H
#include "base/arena.h"
#include "base/err.h"

#define AC_EVENT_MAX_BYTES ((size_t)10 * 1024 * 1024)
#define AC_EVENT_MAX_LEVELS 4u
#define AC_EVENT_MAX_KINDS 32u
#define AC_EVENT_MAX_FLAWS 1000u

struct ac_event_object { // to be fetched
    const char *from;    // where in the event: "message 059f, Records[0]", "" when it is all of it
    const char *message; // the id of the message of SQS that it came in, or ""
    const char *bucket;
    ac_str key;                    // decoded; not empty, with a NUL behind it, none in it
    const char *version_id, *etag; // "" when not told; the ETag as it came
    int64_t size_bytes;            // -1: not told
    bool is_repeat;                // the same version of the same object stands earlier in the list
    bool is_done;                  // for whoever works on it, false at first
};

struct ac_event_record { // of a Kinesis stream
    const char *from;
    const char *stream_arn, *stream, *shard, *sequence; // "" when not told
    ac_str data;                                        // in base64
    int64_t arrived_ms;                                 // INT64_MIN: not told
    bool is_done;                                       // as of an object
};

struct ac_event_kind { // what is none of acload's business
    const char *name;  // "ObjectRemoved:Delete"
    uint64_t n;
};

struct ac_event_flaw {
    const char *from, *code, *text;
    const char *message; // as of an object
};

struct ac_event {
    struct ac_arena arena;
    struct ac_event_object *objects; // in the order of the event
    size_t n_objects, max_objects;
    struct ac_event_record *records; // by stream and shard, in each in the order of the event
    size_t n_records, max_records;
    bool is_stream; // Kinesis sent it
    // Of a queue that keeps an order: the ids of all messages, in that order. Others: none.
    const char **ordered;
    size_t n_ordered, max_ordered;
    uint64_t n_tests;
    struct ac_event_kind kinds[AC_EVENT_MAX_KINDS]; // the last one sums up those without room
    size_t n_kinds;
    struct ac_event_flaw *flaws;
    size_t n_flaws, max_flaws;
};

// AC_INPUT: it is none of the shapes, no JSON, or too large; the error says what stands there. The
// event is to be freed either way.
enum ac_rc ac_event_read(struct ac_event *out, ac_str text, struct ac_err *err);
void ac_event_free(struct ac_event *event);
bool ac_event_is_same_shard(const struct ac_event_record *a, const struct ac_event_record *b);
// Could this be the beginning of an event with records in it? For files that may be anything.
bool ac_event_begins(ac_str head);

// A key as notifications of S3 spell it: '+' is a blank, %XX a byte; what is no escape stays. The
// text lives in the arena; ptr NULL without memory.
ac_str ac_event_decode_key(ac_str key, struct ac_arena *arena);
// NULL when the key may be asked for; else why not. A "." or ".." between slashes would lead
// somebody's server to another bucket.
const char *ac_event_bad_key(ac_str key);
// A byte of base64 text, any more; blanks and line ends are passed over. False: it is none.
struct ac_buf;
bool ac_event_base64(ac_str text, struct ac_buf *out);

#endif
