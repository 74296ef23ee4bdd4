// SPDX-License-Identifier: MIT
// The marks by which values are told apart.
#include "shape.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *const pointers[SHAPE_PATHS] = {
    [SHAPE_AT_ID] = "/ContactId",
    [SHAPE_AT_VERSION] = "/AWSContactTraceRecordFormatVersion",
    [SHAPE_AT_INSTANCE] = "/InstanceARN",
    [SHAPE_AT_AGENT] = "/AgentARN",
    [SHAPE_AT_EVENT_TYPE] = "/EventType",
    [SHAPE_AT_EVENT_DETAIL] = "/detail/contactId",
    [SHAPE_AT_EVENT_CONTACT] = "/contactId",
    [SHAPE_AT_EVENT_INSTANCE] = "/instanceArn",
    [SHAPE_AT_EVENT_KIND] = "/eventType",
    [SHAPE_AT_CUSTOMER] = "/CustomerMetadata",
    [SHAPE_AT_TRANSCRIPT] = "/Transcript",
    [SHAPE_AT_CONVERSATION] = "/ConversationCharacteristics",
    [SHAPE_AT_RAW_DATA] = "/rawData",
    [SHAPE_AT_ERROR_CODE] = "/errorCode",
    [SHAPE_AT_SOURCE] = "/Records/0/eventSource",
    [SHAPE_AT_SNS_SOURCE] = "/Records/0/EventSource",
    [SHAPE_AT_STREAM] = "/deliveryStreamArn",
    [SHAPE_AT_DETAIL_TYPE] = "/detail-type",
};

static const struct {
    const char *one, *several;
    int near; // how near a miss a sample of them is; 0: they are ours to count
    const char *missing;
} shapes[SHAPE_COUNT] = {
    [SHAPE_CONTACT] = {"contact record", "contact records", 0, NULL},
    [SHAPE_AGENT_EVENT] = {"agent event", "agent events", 0, NULL},
    [SHAPE_CONTACT_EVENT] = {"contact event", "contact events", 0, NULL},
    [SHAPE_ANALYSIS] = {"Contact Lens analysis", "Contact Lens analyses", 0, NULL},
    [SHAPE_DELIVERY_ERROR] = {"Firehose delivery error", "Firehose delivery errors", 0, NULL},
    [SHAPE_NOTIFICATION] = {"event notification", "event notifications", 20,
                            "contact records: this is an event notification, which names the "
                            "data or wraps them; acload hook takes one that is a file by itself, "
                            "not packed"},
    [SHAPE_OTHER] = {"other JSON value", "other JSON values", 5,
                     "ContactId, and AWSContactTraceRecordFormatVersion or InstanceARN (what a "
                     "contact record is known by)"},
};

void shape_bind(acload_ctx *ctx, struct shape_paths *paths) {
    for (int i = 0; i < SHAPE_PATHS; i++)
        paths->at[i] = ctx->host->path(ctx, pointers[i]);
}

enum shape shape_of(const acload_host *host, const acload_row *row,
                    const struct shape_paths *paths) {
    const int *at = paths->at;
#define HAS(what) (host->kind(row, at[SHAPE_AT_##what]) != ACLOAD_NONE)
    if (HAS(VERSION) || (HAS(ID) && HAS(INSTANCE)))
        return SHAPE_CONTACT;
    if (HAS(AGENT) && HAS(EVENT_TYPE))
        return SHAPE_AGENT_EVENT;
    if (HAS(EVENT_DETAIL) || (HAS(EVENT_CONTACT) && (HAS(EVENT_INSTANCE) || HAS(EVENT_KIND))))
        return SHAPE_CONTACT_EVENT;
    if (HAS(CONVERSATION) || (HAS(TRANSCRIPT) && HAS(CUSTOMER)))
        return SHAPE_ANALYSIS;
    if (HAS(RAW_DATA) && HAS(ERROR_CODE))
        return SHAPE_DELIVERY_ERROR;
    if (HAS(SOURCE) || HAS(SNS_SOURCE) || HAS(STREAM) || HAS(DETAIL_TYPE))
        return SHAPE_NOTIFICATION;
    return SHAPE_OTHER;
#undef HAS
}

const char *shape_name(enum shape shape) { return shapes[shape].one; }

const char *shape_names(enum shape shape) { return shapes[shape].several; }

// A single mark of a contact record is nearer than none.
static void look_alike(const acload_host *host, const acload_row *row,
                       const struct shape_paths *paths, acload_bid *bid) {
    bool has_id = host->kind(row, paths->at[SHAPE_AT_ID]) != ACLOAD_NONE;
    bool has_instance = host->kind(row, paths->at[SHAPE_AT_INSTANCE]) != ACLOAD_NONE;
    if (!has_id && !has_instance)
        return;
    bid->near = has_id ? 50 : 30;
    snprintf(bid->missing, sizeof bid->missing, "%s",
             has_id ? "AWSContactTraceRecordFormatVersion or InstanceARN beside ContactId"
                    : "ContactId beside InstanceARN");
}

void shape_bid(const acload_host *host, const acload_sample *sample,
               const struct shape_paths *paths, acload_bid *bid) {
    acload_bid miss = {.near = 0};
    for (size_t i = 0; i < sample->n_values; i++) {
        enum shape shape = shape_of(host, sample->values[i], paths);
        int near = shapes[shape].near;
        if (shape == SHAPE_CONTACT) {
            bid->score = 90;
            return;
        }
        // Streams and buckets are shared: a file without one contact is ours to count all the same.
        if (near == 0)
            bid->score = 20;
        if (near <= miss.near)
            continue;
        miss.near = near;
        snprintf(miss.missing, sizeof miss.missing, "%s", shapes[shape].missing);
        if (shape == SHAPE_OTHER)
            look_alike(host, sample->values[i], paths, &miss);
    }
    if (bid->score)
        return;
    bid->near = miss.near;
    memcpy(bid->missing, miss.missing, sizeof bid->missing);
}
