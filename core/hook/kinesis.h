// SPDX-License-Identifier: MIT
// The records of a shard as text for the JSON decoder.
#ifndef AC_HOOK_KINESIS_H
#define AC_HOOK_KINESIS_H
#include "base/buf.h"
#include "hook/event.h"

// What producers put into records, one after the other: JSON values, gzip unpacked, what the
// Kinesis Producer Library put into one record taken apart. What is no whole JSON value (broken
// base64 or gzip, plain text, a value cut short) stands behind all of them, each as a JSON text
// that says which record it is of and holds it: the decoder rejects it alone, and it can never
// swallow what other records hold. When there is no whole value at all, those texts are an array.
struct ac_shard {
    size_t n;               // records it is made of
    struct ac_buf text;     // see above
    struct ac_buf identity; // stream, shard, the numbers of the records
    char name[400];         // for people: "kinesis STREAM/SHARD records FIRST to LAST"
    int64_t newest_ms;      // when the last record arrived; INT64_MIN: not told
    size_t n_values;        // pieces of JSON
    size_t n_broken;        // texts at the end
};
#define AC_SHARD_MAX_BYTES ((size_t)32 << 20) // of text; records that do not fit are broken

void ac_shard_init(struct ac_shard *shard);
void ac_shard_free(struct ac_shard *shard);
// Of the event's records from `at` on, those of one shard. The caller goes on at at + shard->n.
// broken() is told each text at the end: the record, a code, why. It may be NULL.
enum ac_rc ac_shard_read(struct ac_shard *shard, const struct ac_event *event, size_t at,
                         void (*broken)(void *arg, const struct ac_event_record *record,
                                        const char *code, const char *why),
                         void *arg, struct ac_err *err);

#endif
