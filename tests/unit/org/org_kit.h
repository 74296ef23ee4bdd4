// SPDX-License-Identifier: MIT
// An org on a scripted network, with what its calls answered.
#ifndef ORG_KIT_H
#define ORG_KIT_H
#include "org/net.h"
#include "org/rest.h"

#define ORG_KIT_HOST "https://example.my.salesforce.com"
#define ORG_KIT_INSTANCE "https://shop.my.salesforce.com"
#define ORG_KIT_NOW_MS INT64_C(1930406400000) // 2031-03-04T16:00:00Z
#define ORG_KIT_LOGIN "/services/oauth2/token"
#define ORG_KIT_EXPIRED                                                                            \
    "[{\"message\":\"Session expired or invalid\",\"errorCode\":\"INVALID_SESSION_ID\"}]"

struct org_kit_reply { // one call's end
    int n_done;
    size_t order; // as which of all it ended, from 1
    enum ac_outcome outcome;
    int status;
    int64_t retry_after_ms;
    struct ac_reply_error error;
    char body[4096], last_modified[64];
};

struct org_kit {
    struct net net;
    struct ac_clock_fake clock;
    struct ac_org_options options; // client credentials at ORG_KIT_HOST
    struct ac_org *org;
    struct ac_err err;
    char dir[256]; // an empty folder, removed at the end
    struct org_kit_reply replies[64];
    size_t n_ended;
};

void org_kit_setup(struct org_kit *k);
void org_kit_teardown(struct org_kit *k);
// A path in the kit's folder, in a static buffer of its own for each name.
const char *org_kit_path(struct org_kit *k, const char *name);
void org_kit_open(struct org_kit *k);  // ac_org_new, which must succeed
void org_kit_close(struct org_kit *k); // the org alone, to open another
// The answer of the token endpoint, once: a token for ORG_KIT_INSTANCE.
void org_kit_say_token(struct org_kit *k, const char *token);
void org_kit_login(struct org_kit *k); // opened, logged in as TOKEN_1
// Starts a call whose end goes to k->replies[at].
void org_kit_start(struct org_kit *k, size_t at, struct ac_rest_call call);
void org_kit_get(struct org_kit *k, size_t at, const char *path);
void org_kit_pump(struct org_kit *k); // until nothing is in flight
// What a file holds, in a static buffer; "" when there is none.
const char *org_kit_file(const char *path);
void org_kit_write(const char *path, const char *text, unsigned mode);

#endif
