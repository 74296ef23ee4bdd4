// SPDX-License-Identifier: MIT
// HTTP calls in flight, each with a streamed request body or a streamed reply.
#ifndef AC_BASE_HTTP_H
#define AC_BASE_HTTP_H
#include "base/buf.h"
#include "base/err.h"

// How a call ended, when no HTTP status came back.
enum ac_http_end {
    AC_HTTP_DONE,        // a complete reply
    AC_HTTP_REFUSED,     // no connection: nothing was sent
    AC_HTTP_LOST,        // sent, or partly; the reply is missing or incomplete: outcome unknown
    AC_HTTP_TIMEOUT,     // likewise
    AC_HTTP_TLS,         // certificate or handshake refused: permanent
    AC_HTTP_BAD_REQUEST, // our own mistake (a URL that is none, a scheme not allowed); not sent
    AC_HTTP_STOPPED      // by a callback, or because the reply or its headers are too large
};

#define AC_HTTP_MAX_WANTED 8

struct ac_http_reply {
    enum ac_http_end end;
    int status;                           // 0 when none came
    char why[256];                        // the transport's words when end is not DONE
    char content_type[64];                //
    char retry_after[64];                 // header as it came, or ""
    char limit_info[96];                  // Sforce-Limit-Info
    char last_modified[64];               //
    char locator[128];                    // Sforce-Locator
    char wanted[AC_HTTP_MAX_WANTED][256]; // headers in the order of the call's wanted, or ""
    uint64_t sent_bytes, received_bytes;
    struct ac_buf body; // when the call gave no on_body; at most max_reply_bytes
};

struct ac_http_call {
    const char *method;         // GET HEAD POST PUT PATCH DELETE; borrowed until done
    const char *url;            // borrowed until done; with a user or password it is refused
    const char *const *headers; // "Name: value", NULL-terminated; borrowed until done. A call that
                                // names Accept-Encoding gets the body as it comes, not inflated
    ac_str body;                // whole body, borrowed until done; or:
    // Streamed body of exactly body_bytes: fills up to max bytes, returns how many, 0 at the end,
    // SIZE_MAX to give up. rewind starts it again, for GET, PUT or DELETE on a kept connection
    // that turned out to be closed; POST and PATCH are never sent twice.
    size_t (*read)(void *arg, char *to, size_t max);
    bool (*rewind)(void *arg);
    uint64_t body_bytes;
    // Streamed reply, only for status 2xx; false gives up. NULL: collected in reply->body.
    bool (*on_body)(void *arg, ac_str bytes);
    // Called once, from pump, when the call ended. The reply is borrowed until it returns; the
    // callee may start further calls. Never called from start itself.
    void (*done)(void *arg, const struct ac_http_reply *reply);
    void *arg;
    int64_t timeout_ms;     // for the whole call, 0: the client's default
    size_t max_reply_bytes; // ceiling of reply->body, 0: 16 MiB
    // Names of further headers to be kept in reply->wanted, at most AC_HTTP_MAX_WANTED; ended by
    // NULL, borrowed until done. One with a value of more than 255 bytes stops the call.
    const char *const *wanted;
    // Called once when the reply's head is whole, before any of its body: status and headers are
    // there. False gives up. Not called when no head comes.
    bool (*on_head)(void *arg, const struct ac_http_reply *reply);
    // With on_body: true while the taker has enough. Nothing is read from the connection then;
    // each pump asks again. At most 64 KiB come after it last said false.
    bool (*is_full)(void *arg);
    // Instead of timeout_ms, for a call of any length: so long without a byte ends it (in whole
    // seconds; time spent full does not count). 0: timeout_ms holds.
    int64_t idle_ms;
    bool is_direct; // past any proxy
};

// The network as a table: base/http.c is the real one, tests bring their own.
struct ac_net {
    void *self;
    // Begins a call; *call is copied, what it points to is borrowed until done.
    enum ac_rc (*start)(void *self, const struct ac_http_call *call, struct ac_err *err);
    // Moves transfers on, waits at most wait_ms for something to happen, calls done callbacks.
    // Bytes of a streamed reply are something, too.
    // With nothing in flight it returns at once: waiting for a time is the clock's.
    enum ac_rc (*pump)(void *self, int64_t wait_ms, struct ac_err *err);
    size_t (*in_flight)(void *self);
};

struct ac_http_options {
    int64_t timeout_ms;            // a whole call: default 600000
    int64_t connect_ms;            // default 30000
    const char *ca_file;           // SF_CA_BUNDLE, or NULL
    const char *proxy;             // NULL: HTTPS_PROXY and NO_PROXY as the library reads them
    const char *user_agent;        // "acload/0.1.0"
    const char *const *allow_http; // host names plain http is allowed to besides loopback; NULL
};

struct ac_http;
// A client with its connection pool (keep-alive, HTTP/1.1). TLS is always verified; plain http is
// refused unless the host is loopback or allowed; redirects are not followed. Owned by the caller;
// the options' texts are borrowed until it is freed. AC_RUN: no memory, a CA file that is none.
enum ac_rc ac_http_new(struct ac_http **out, const struct ac_http_options *options,
                       struct ac_err *err);
void ac_http_free(struct ac_http *http);          // calls in flight end without their callbacks
struct ac_net *ac_http_net(struct ac_http *http); // borrowed
// Is this host a loopback address or "localhost"?
bool ac_http_is_loopback(ac_str host);

#endif
