// SPDX-License-Identifier: MIT
// What a JSON value is: a contact record, or one of the others that share its streams.
#ifndef CTR_SHAPE_H
#define CTR_SHAPE_H
#include <acload/plugin.h>

enum shape {
    SHAPE_CONTACT, // says that it is one, whether it can be loaded or not
    SHAPE_AGENT_EVENT,
    SHAPE_CONTACT_EVENT,
    SHAPE_ANALYSIS,
    SHAPE_DELIVERY_ERROR,
    SHAPE_NOTIFICATION,
    SHAPE_OTHER,
    SHAPE_COUNT
};

enum shape_path {
    SHAPE_AT_ID,
    SHAPE_AT_VERSION,
    SHAPE_AT_INSTANCE,
    SHAPE_AT_AGENT,
    SHAPE_AT_EVENT_TYPE,
    SHAPE_AT_EVENT_DETAIL,
    SHAPE_AT_EVENT_CONTACT,
    SHAPE_AT_EVENT_INSTANCE,
    SHAPE_AT_EVENT_KIND,
    SHAPE_AT_CUSTOMER,
    SHAPE_AT_TRANSCRIPT,
    SHAPE_AT_CONVERSATION,
    SHAPE_AT_RAW_DATA,
    SHAPE_AT_ERROR_CODE,
    SHAPE_AT_SOURCE,
    SHAPE_AT_SNS_SOURCE,
    SHAPE_AT_STREAM,
    SHAPE_AT_DETAIL_TYPE,
    SHAPE_PATHS
};

struct shape_paths {
    int at[SHAPE_PATHS];
};

// In begin() and bid().
void shape_bind(acload_ctx *ctx, struct shape_paths *paths);
enum shape shape_of(const acload_host *host, const acload_row *row,
                    const struct shape_paths *paths);
// "agent event", and of several.
const char *shape_name(enum shape shape);
const char *shape_names(enum shape shape);
// How well a sample of such values fits, or what it misses.
void shape_bid(const acload_host *host, const acload_sample *sample,
               const struct shape_paths *paths, acload_bid *bid);

#endif
