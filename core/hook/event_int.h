// SPDX-License-Identifier: MIT
// What the files that read events share.
#ifndef AC_HOOK_EVENT_INT_H
#define AC_HOOK_EVENT_INT_H
#include "hook/event.h"
#include <jansson.h>

struct reading {
    struct ac_event *out;
    char from[200]; // the part at hand
    ac_str message; // of SQS, that the part at hand is in
    bool is_short;  // of memory
};

// The text member of an object; ptr NULL when it is none.
ac_str ac_event_text(const json_t *object, const char *name);
// Notes what is wrong with the part at hand; values of the event are to be given by %s of
// ac_event_shown.
void ac_event_flaw(struct reading *r, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
// A text of the event as it may stand in a message.
const char *ac_event_shown(ac_str text, char out[120]);
void ac_event_other(struct reading *r, ac_str prefix, ac_str name); // counts a kind

// s3: records of notifications, with the events of EventBridge.
void ac_event_read_s3(struct reading *r, const json_t *record);
void ac_event_read_bridge(struct reading *r, const json_t *event);
// A text of the event that lives on; "" when there is none or it holds a NUL.
const char *ac_event_keep(struct reading *r, ac_str text);
// One record of a stream.
void ac_event_read_kinesis(struct reading *r, const json_t *record);
// Marks repeats, sorts records.
enum ac_rc ac_event_order(struct ac_event *event, struct ac_err *err);
// The array with room for one more element, elsewhere perhaps. NULL without memory: it is as it
// was.
void *ac_event_grow(struct reading *r, void *array, size_t n, size_t *max, size_t size);

#endif
