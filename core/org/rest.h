// SPDX-License-Identifier: MIT
// One Salesforce call: base path, token, limit header, reply to outcome.
#ifndef AC_ORG_REST_H
#define AC_ORG_REST_H
#include "base/clock.h"
#include "org/reply.h"

enum ac_flow { // how to log in, in order of preference
    AC_FLOW_NONE,
    AC_FLOW_TOKEN,   // a bearer token somebody already has; host is the instance
    AC_FLOW_REFRESH, // a refresh token, with client_id and mostly client_secret
    AC_FLOW_JWT,     // client_id, username, jwt_key_file
    AC_FLOW_PASSWORD,
    AC_FLOW_CLIENT_CREDENTIALS
};

struct ac_org_options {
    enum ac_flow flow;
    const char *host; // "https://example.my.salesforce.com", no trailing slash
    const char *token;
    const char *client_id, *client_secret, *username, *password; // password with its token

    const char *version;      // "62.0"
    const char *session_file; // cached session (0600), NULL: not cached
    int64_t timeout_ms;       // a call, 0: 600000
    const char *jwt_key_file; // PEM, readable by its owner alone
    const char *audience;     // of the JWT; NULL: login or test.salesforce.com, by the host
    const char *refresh_token;
    // Where the latest refresh token is kept (0600) when the org rotates them: each answer then
    // brings a new one and ends the old. NULL: in memory only, with a warning when one comes.
    const char *refresh_token_file;
    // Set by a signal: ac_org_login and ac_rest_wait end with AC_RUN/STOP then (a login that spends
    // a refresh token is waited for, 30 s at most). NULL: they wait for their calls' ends.
    volatile const int *stop;
};

struct ac_org;
// Options, net and clock are borrowed. No call is made yet. Refuses (AC_RUN/CONFIG) a host that is
// neither https nor loopback, a version below 53.0, and client credentials on login/test hosts.
enum ac_rc ac_org_new(struct ac_org **out, const struct ac_org_options *options, struct ac_net *net,
                      const struct ac_clock *clock, struct ac_err *err);
void ac_org_free(struct ac_org *org);
// Makes sure there is a session: the cached one (of the same host, flow, user), else a login. A
// permanent login failure is AC_RUN/CONFIG with a hint, and latched: it is not tried again. A
// transient one is AC_AGAIN; the caller decides whether to wait. instance_url must be https
// (loopback aside).
enum ac_rc ac_org_login(struct ac_org *org, struct ac_err *err);
const char *ac_org_instance(const struct ac_org *org); // "https://…", after login
const char *ac_org_name(const struct ac_org *org);     // its host[:port]: the ledger's name for it
const char *ac_org_flow_name(enum ac_flow flow);       // "client credentials"
struct ac_org_usage {
    uint64_t n_calls; // API calls made by this process (logins are not counted)
    uint64_t n_logins;
    int64_t used, max; // of Sforce-Limit-Info, -1: not seen yet
};
struct ac_org_usage ac_org_usage(const struct ac_org *org);
// Why the last ac_org_login or ac_rest_wait did not bring what was asked for, for the retry policy;
// AC_OUT_RETRY, -1 when no answer says so.
struct ac_org_failure {
    enum ac_outcome outcome;
    int64_t retry_after_ms;
};
struct ac_org_failure ac_org_failure(const struct ac_org *org);
// Was a login refused for good? Then it is not tried again with the same options.
bool ac_org_is_latched(const struct ac_org *org);

struct ac_rest_reply {
    enum ac_outcome outcome;
    int status;
    ac_str body;                 // borrowed until done returns
    struct ac_reply_error error; // when the outcome is no success; HTTP_503 where no code was given
    int64_t retry_after_ms;      // -1: not said
    const char *last_modified;   // "" when not said
};

struct ac_rest_call {
    const char *method;
    const char *path;         // below /services/data/vXX.X ("/composite/sobjects/…"), or, when it
                              // begins with "/services/", below the host; copied
    const char *content_type; // NULL without a body
    const char *accept;       // NULL: application/json
    const char *if_modified_since;                   // NULL: none; copied
    ac_str body;                                     // borrowed until done; or:
    size_t (*read)(void *arg, char *to, size_t max); // or streamed, as in base/http.h
    bool (*rewind)(void *arg);
    uint64_t body_bytes;
    bool (*on_body)(void *arg, ac_str bytes); // streamed reply of a success; on a replay the
                                              // first bytes come again: see on_restart
    void (*on_restart)(void *arg);            // forget what on_body got so far; may be NULL
    // From ac_rest_pump only (ac_rest_wait and ac_org_login pump, too). May start further calls,
    // must not wait for one.
    void (*done)(void *arg, const struct ac_rest_reply *reply);
    void *arg;
    size_t max_reply_bytes;
};
// Starts a call (any number may be in flight). Without a session the first pump logs in. On 401
// with an expired session: one login for all calls in flight, each replayed once; then
// AC_OUT_CONFIG. *call is copied.
enum ac_rc ac_rest_start(struct ac_org *org, const struct ac_rest_call *call, struct ac_err *err);
// Moves all calls on; waits at most wait_ms. Fails only when the machinery itself does.
enum ac_rc ac_rest_pump(struct ac_org *org, int64_t wait_ms, struct ac_err *err);
size_t ac_rest_in_flight(const struct ac_org *org);
// One call to its end. reply->body is in `body` then, last_modified lives until the next one. done
// of the call is not used.
enum ac_rc ac_rest_wait(struct ac_org *org, const struct ac_rest_call *call,
                        struct ac_rest_reply *reply, struct ac_buf *body, struct ac_err *err);

#endif
