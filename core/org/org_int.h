// SPDX-License-Identifier: MIT
// What the files of one org share: its session, the login under way, the calls in flight.
#ifndef AC_ORG_ORG_INT_H
#define AC_ORG_ORG_INT_H
#include "org/private.h"
#include "org/rest.h"

#define AC_ORG_MAX_TOKEN 8000u // of an access token: header and URL share 16,384 bytes

struct ac_login { // one request to the token endpoint
    bool is_in_flight;
    struct ac_buf form, url;
    int lock_fd;            // held while a refresh token is spent; -1: none
    struct ac_err err;      // why the last one failed
    bool has_failed;        // and nobody was told yet
    int64_t retry_after_ms; // what the token endpoint said, -1: nothing
    const char *headers[3];
};

struct ac_call; // rest.c
struct ac_calls {
    struct ac_call *first, *last;
};

struct ac_org {
    const struct ac_org_options *options;
    struct ac_net *net;
    const struct ac_clock *clock;
    char *login_host; // "https://login.salesforce.com"

    // The session. Instance and name are set once and never change: the ledger goes by the name.
    char *instance, *name;
    char *token;
    uint64_t generation; // counts sessions, so that a call knows whether its own is still used
    bool is_refused;     // the org answered that the session has expired
    bool has_read_cache;
    char *refresh_token; // the latest one
    bool is_unkept;      // which could not be written to its file
    struct ac_login login;
    struct ac_err latched; // a login that can never succeed

    struct ac_calls flying, waiting; // waiting: for a session
    size_t n_calls;
    bool is_pumping;
    struct ac_org_usage usage;
    struct ac_org_failure failure;
    int64_t leave_ms;       // after a signal: until then a login is waited for; 0: none came
    char last_modified[64]; // of the last ac_rest_wait
};

// An address "https://host[:port]", a final slash aside.
struct ac_origin {
    bool is_https, is_loopback;
    ac_str text; // without the slash
    ac_str name; // host[:port]
    ac_str host;
};
bool ac_origin_parse(ac_str url, struct ac_origin *out);

static inline bool ac_org_has_session(const struct ac_org *org) {
    return org->token && !org->is_refused;
}
// Takes a token with the instance that was named with it. Errors: AC_RUN/CONFIG for an address
// that must not get the token or a token that is none, AC_RUN/STOP when the org has moved.
enum ac_rc ac_org_session_set(struct ac_org *org, ac_str token, ac_str instance,
                              struct ac_err *err);

static inline bool ac_org_was_sent(enum ac_http_end end) {
    return end != AC_HTTP_REFUSED && end != AC_HTTP_TLS && end != AC_HTTP_BAD_REQUEST;
}

// --- failure.c
// The error of a call's end, as code and message: its body's, or the network's words.
void ac_rest_explain(const struct ac_http_reply *reply, struct ac_reply_error *out);
// The error of a reply that was no success: AC_AGAIN when trying again may help, AC_RUN of cause
// STOP or CONFIG otherwise. doing completes "cannot ... at <org>". What is refused is CONFIG.
enum ac_rc ac_rest_failed(const struct ac_org *org, const struct ac_rest_reply *reply,
                          const char *doing, struct ac_err *err);

// --- auth.c
// Begins a login. AC_AGAIN: not now (another process renews the same session).
enum ac_rc ac_auth_begin(struct ac_org *org, struct ac_err *err);
void ac_auth_reset(struct ac_login *login);

// --- jwt.c
// Adds the signed assertion of RFC 7523. Errors: AC_RUN/CONFIG naming the key file.
enum ac_rc ac_jwt_add(struct ac_buf *out, const struct ac_org *org, struct ac_err *err);

// --- session.c
// The cached session of the same host, flow, user and app. False: none.
bool ac_session_load(struct ac_org *org);
void ac_session_save(const struct ac_org *org); // a failure is logged: the session works anyway
void ac_session_forget(const struct ac_org *org);

// --- refresh.c
// Locks the kept refresh token and reads which one is the latest into org->refresh_token.
enum ac_rc ac_refresh_open(struct ac_org *org, struct ac_err *err);
// Keeps the one a login answered with, before anybody uses that login's access token.
enum ac_rc ac_refresh_keep(struct ac_org *org, ac_str token, struct ac_err *err);

#endif
