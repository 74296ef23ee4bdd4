// SPDX-License-Identifier: MIT
// A queue of Amazon SQS as its workers use it.
#ifndef AC_HOOK_SQS_H
#define AC_HOOK_SQS_H
#include "aws/call.h"
#include "base/arena.h"

// The JSON protocol of SQS (AmazonSQS.ReceiveMessage and the like, application/x-amz-json-1.0). A
// message that was received is hidden from other workers for a while; then it is there again,
// unless it was deleted. Limits: 10 messages a call, 20 s of waiting, 12 h hidden.

#define AC_SQS_AT_ONCE 10u
#define AC_SQS_MAX_WAIT_S 20
#define AC_SQS_MAX_DELAY_S 900

struct ac_sqs {
    struct ac_aws *aws;
    const char *url;
    char region[AC_AWS_MAX_REGION]; // the queue's, which need not be that of the data
    char base[512];                 // where requests go
};

struct ac_sqs_message {
    const char *id, *receipt; // receipt: what it is hidden or deleted by
    ac_str body;
    unsigned n_received; // so often, this time included; about
};

// One message to be hidden so long, or deleted; is_done when the queue says so.
struct ac_sqs_entry {
    const char *receipt;
    int hidden_s;
    bool is_done;
};

// The queue at "https://sqs.eu-central-1.amazonaws.com/123456789012/name"; url is borrowed. The
// region is the one the address names, else AWS_REGION's. Requests go to AWS_ENDPOINT_URL_SQS or
// its like, else to the address. AC_RUN/CONFIG: it is none, or has no region. May wait for the
// machine's metadata.
enum ac_rc ac_sqs_open(struct ac_sqs *out, struct ac_aws *aws, const char *url, struct ac_err *err);
// Waits up to wait_s for messages, or until *stop is set (AC_OK with none then). Texts live in the
// arena. AC_RUN/CONFIG: the queue refuses; AC_RUN/STOP: it cannot be had now.
enum ac_rc ac_sqs_receive(struct ac_sqs *q, int wait_s, int hidden_s, volatile const int *stop,
                          struct ac_arena *arena, struct ac_sqs_message out[AC_SQS_AT_ONCE],
                          size_t *n, struct ac_err *err);
// Any number of entries. AC_OK also when the queue refuses some of them: is_done tells. Errors as
// above.
enum ac_rc ac_sqs_delete(struct ac_sqs *q, struct ac_sqs_entry *entries, size_t n,
                         struct ac_err *err);
enum ac_rc ac_sqs_hide(struct ac_sqs *q, struct ac_sqs_entry *entries, size_t n,
                       struct ac_err *err);

// --- what goes over the wire (sqs_text.c)

// False without memory.
bool ac_sqs_write_receive(struct ac_buf *out, const char *url, int wait_s, int hidden_s);
// The entries are named by their positions. Without has_times it is an order to delete.
bool ac_sqs_write_batch(struct ac_buf *out, const char *url, const struct ac_sqs_entry *entries,
                        size_t n, bool has_times);
// Answers. AC_RUN/STOP: it is none.
enum ac_rc ac_sqs_read_messages(ac_str json, struct ac_arena *arena,
                                struct ac_sqs_message out[AC_SQS_AT_ONCE], size_t *n,
                                struct ac_err *err);
enum ac_rc ac_sqs_read_batch(ac_str json, struct ac_sqs_entry *entries, size_t n,
                             struct ac_err *err);
// The region that a host of a queue names; false: none.
bool ac_sqs_region_of(ac_str host, char out[AC_AWS_MAX_REGION]);
// How long a message that was received so often stays hidden before it is tried again: first_s,
// then twice as long each time, at most AC_SQS_MAX_DELAY_S; of that, by chance, half to all.
int ac_sqs_delay_s(int first_s, unsigned n_received, uint64_t random);

#endif
