// SPDX-License-Identifier: MIT
// One signed request to a service of AWS, with its retries.
//
// Aws is the room that signs requests or finds the keys to sign with. It knows regions, endpoints,
// credentials, the services' throttling, the one error shape they share; it knows no bucket, queue
// or stream: those are sources and hooks.
//
// What comes in: the environment as a function, the network and the clock as tables, and the files
// of the AWS command line (~/.aws/config, ~/.aws/credentials), read when first needed. What goes
// out: replies, each to the callback of its request. One struct ac_aws serves a process; it holds
// the credentials, fetches them when the first request needs them, and again five minutes before
// they expire. Order as in the AWS command line: AWS_ACCESS_KEY_ID …; the profile's role (with
// source_profile or credential_source, through STS); a web identity (AWS_WEB_IDENTITY_TOKEN_FILE,
// through STS); the keys of the credentials file; credential_process; the keys of the config file;
// the container's endpoint; the machine's metadata service, version 2 only.
//
// Lifetimes: texts of a request are copied when it starts, its body is borrowed until done. A reply
// is borrowed until done returns. Failures: what a service says is a reply like any other, with
// its code; only what is wrong before that (no credentials, no memory) is an error. Nothing here
// waits or sends outside of ac_aws_pump and the functions that say they wait; callbacks run in
// them. Redirects are never followed: where a request goes is decided here, not by an answer.
#ifndef AC_AWS_CALL_H
#define AC_AWS_CALL_H
#include "aws/sigv4.h"
#include "base/clock.h"
#include "base/http.h"

#define AC_AWS_MAX_REGION 40u
#define AC_AWS_MAX_WANTED 4u

typedef const char *(*ac_aws_getenv)(void *arg, const char *name);

struct ac_aws_options {
    ac_aws_getenv env; // AWS_*, HOME
    void *env_arg;
    const char *const *allow_http; // hosts plain http is allowed to besides loopback; NULL
    // Of one request, 0: 8 tries, waits of any length up to 200 ms, 400 ms … 20 s, 120 s in all.
    int64_t base_ms, max_ms, budget_ms;
    int max_attempts;
    int64_t timeout_ms; // of one try, 0: 60 s
    int64_t idle_ms;    // of one that streams: without a byte, 0: 60 s
};

struct ac_aws;
struct ac_aws_reply;
// Options' texts, net and clock are borrowed. Asks nobody, reads nothing.
enum ac_rc ac_aws_new(struct ac_aws **out, const struct ac_aws_options *options, struct ac_net *net,
                      const struct ac_clock *clock, struct ac_err *err);
// Requests in flight end without their callbacks. The net must not be pumped afterwards.
void ac_aws_free(struct ac_aws *aws); // NULL is fine
const struct ac_clock *ac_aws_clock(const struct ac_aws *aws);
// How long to wait after a try that failed, the first is 1: any time up to a ceiling that doubles.
int64_t ac_aws_backoff_ms(const struct ac_aws *aws, int attempt);
// A setting of the chosen profile (AWS_PROFILE), or NULL; sub NULL: no nested one. Borrowed.
const char *ac_aws_setting(struct ac_aws *aws, const char *key, const char *sub,
                           struct ac_err *err);
// The hosts that credentials come from over plain http: the client must let these out. Ended by
// NULL.
extern const char *const ac_aws_http_hosts[];

struct ac_aws_request {
    const char *service; // as it is signed: "s3"
    const char *region;  // as it is signed
    const char *base;    // "https://host[:port][/path]", of ac_aws_endpoint
    const char *method;
    const char *path;                  // encoded, follows base
    const struct ac_sigv4_pair *query; // not encoded
    size_t n_query;
    const struct ac_sigv4_pair *headers; // further ones, all signed; at most 12
    size_t n_headers;
    ac_str body;               // borrowed until done
    bool is_s3;                // S3's form of signing
    bool is_unsigned;          // S3: the body's hash is left out of the signature
    const char *const *wanted; // headers for reply->wanted, at most AC_AWS_MAX_WANTED
    // A streamed reply, as in base/http.h. A try that fails after the first bytes is not repeated:
    // the taker alone knows how to go on.
    bool (*on_head)(void *arg, const struct ac_http_reply *reply);
    bool (*on_body)(void *arg, ac_str bytes);
    bool (*is_full)(void *arg);
    void (*done)(void *arg, const struct ac_aws_reply *reply);
    void *arg;
    size_t max_reply_bytes; // 0: 1 MiB
    int64_t timeout_ms;     // of one try, 0: the options'
    int max_attempts;       // 0: the options'
    // ac_aws_wait gives up soon after it was set, by a signal. NULL: nothing stops it. The body is
    // copied then: the request may outlive its caller.
    volatile const int *stop;
};

struct ac_aws_reply {
    enum ac_http_end end;
    int status;
    // What a failure says of itself, "" where it says nothing: "NoSuchKey", its words, and the
    // region that it names instead (a header or the element Region; checked to look like one).
    char code[64], message[256], region[AC_AWS_MAX_REGION];
    char last_modified[64];
    char wanted[AC_AWS_MAX_WANTED][256];
    ac_str body;    // of what was not streamed; borrowed until done returns
    bool was_given; // bytes went to on_body
    // Why it was never sent, or NULL: no credentials, no memory.
    const struct ac_err *failure;
};

struct ac_aws_flight;
// Starts a request: the next pump sends it. *flight (may be NULL) lives until done was called.
enum ac_rc ac_aws_start(struct ac_aws *aws, const struct ac_aws_request *request,
                        struct ac_aws_flight **flight, struct ac_err *err);
// Nobody wants the reply any more: no callback is called from here on.
void ac_aws_abandon(struct ac_aws_flight *flight);
// Moves all requests on; waits at most wait_ms for something to happen. Fetches credentials when
// they are due, and waits for them. Not from a callback.
enum ac_rc ac_aws_pump(struct ac_aws *aws, int64_t wait_ms, struct ac_err *err);
size_t ac_aws_in_flight(const struct ac_aws *aws);
uint64_t ac_aws_n_sent(const struct ac_aws *aws); // tries so far, those for credentials aside
// One request to its end. reply->body is in `body` then; done of the request is not used. AC_OK
// when an answer came, whatever it says; AC_END: given up for *stop; else the reason is set
// (ac_aws_fail), as it is for reply->failure.
enum ac_rc ac_aws_wait(struct ac_aws *aws, const struct ac_aws_request *request,
                       struct ac_aws_reply *reply, struct ac_buf *body, struct ac_err *err);

bool ac_aws_is_success(const struct ac_aws_reply *reply);
// The reply as an error, in words for people. `what` begins the sentence: "the secret X". Missing
// or refused credentials are AC_RUN/CONFIG, no network is AC_RUN/STOP, a service that is down or
// busy AC_INPUT/STOP, all else AC_INPUT/INPUT.
enum ac_rc ac_aws_fail(const struct ac_aws_reply *reply, const char *what, struct ac_err *err);

#endif
