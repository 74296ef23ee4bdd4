// SPDX-License-Identifier: MIT
// A sink with all around it: batch, ledger, clock, network, org.
#ifndef SINK_KIT_H
#define SINK_KIT_H
#include "sink/sink.h"
#include "sink/sink_org.h"

#define SINK_KIT_BATCHES 4u
#define SINK_KIT_COLUMNS 4 // Key__c (no inserts), Name__c, Num__c, When__c

struct sink_kit {
    char dir[512];
    struct ac_clock_fake clock;
    struct net net;
    struct sink_org remote;
    struct ac_org_options org_options;
    struct ac_org *org;
    struct ac_ledger *ledger;
    int64_t run;
    struct ac_field fields[SINK_KIT_COLUMNS];
    const struct ac_field *list[SINK_KIT_COLUMNS];
    struct ac_columns columns;
    struct ac_batch *batches[SINK_KIT_BATCHES];
    size_t n_batches;
    struct ac_sink_options options;
    struct ac_sink_events events;
    struct ac_sink sink;
    struct ac_err err;

    // what the events told
    uint32_t n_refused, n_done, n_new, n_settled;
    char codes[SINK_ORG_RECORDS][64]; // of refused records, by ordinal
    struct ac_reply_error last_why;
    char last_id[32];
    bool is_disk_full; // `refused` fails
    uint32_t n_pumps;
};

void sink_kit_setup(struct sink_kit *k, int operation);
void sink_kit_teardown(struct sink_kit *k);
struct ac_batch *sink_kit_batch(struct sink_kit *k);
// Adds a record of that number: "k<number>" where there is a key, "t<number>", the number, a time.
void sink_kit_add(struct sink_kit *k, struct ac_batch *b, uint32_t number);
// The same with a name of the test's choice.
void sink_kit_add_named(struct sink_kit *k, struct ac_batch *b, uint32_t number, const char *name);
// One batch of the numbers [first, first + n), sealed, sent. Opens the sink the first time.
struct ac_batch *sink_kit_send_numbers(struct sink_kit *k, uint32_t first, uint32_t n);
void sink_kit_send(struct sink_kit *k, struct ac_batch *b);
// From now on the org is one that is logged in to: with a secret, again and again.
void sink_kit_log_in(struct sink_kit *k);
// Pumps until the sink says something else than AC_OK.
enum ac_rc sink_kit_run(struct sink_kit *k);
uint32_t sink_kit_count(const struct ac_batch *b, enum ac_record_state state);
// Every record of [first, first + n) is in the org so often.
void sink_kit_check_written(const struct sink_kit *k, uint32_t first, uint32_t n, int times);

#endif
