// SPDX-License-Identifier: MIT
// A network that answers from a script, for tests of whatever makes calls.
#ifndef NET_H
#define NET_H
#include "base/http.h"

// A test says which requests get which answers, hands out &net.net, and looks at what was asked.
// A request nobody has an answer for fails the test. Matching happens when a call is started,
// delivery in pump, in the order the test wants; calls started by a callback wait for the next
// pump. Nothing here waits for real.

struct net_request { // as it was sent
    char *method, *url;
    const char *path; // of the URL: what follows the host, with its query
    char *headers;    // one a line
    char *body;       // whole, NUL-terminated
    size_t body_len;
    bool is_streamed; // the body came by read()
};

#define NET_FOREVER (-1)

struct net_answer {
    const char *method; // NULL: any
    const char *path;   // a glob for the request's path, or for its URL when it begins with http
    int times;          // 0 or 1: once; NET_FOREVER
    enum ac_http_end end;
    int status;       // 0: 200, when the call ends well
    const char *body; // NULL: empty
    size_t body_len;  // 0: up to its NUL
    bool is_endless;  // the body again and again, until somebody stops it
    const char *why, *content_type, *retry_after, *limit_info, *last_modified, *locator;
    // Makes the answer when it is due: *answer is a copy to change, body an empty buffer whose
    // content is taken when it is not empty. NULL: the answer as it is.
    void (*fill)(void *arg, const struct net_request *request, struct net_answer *answer,
                 struct ac_buf *body);
    void *arg;
};

enum net_order { NET_IN_ORDER, NET_REVERSED, NET_SHUFFLED };

struct net {
    struct ac_net net; // hand out &net.net
    enum net_order order;
    uint64_t seed;        // of NET_SHUFFLED
    size_t per_pump;      // at most so many answers in one pump; 0: all that were in flight
    size_t chunk;         // bytes of a streamed reply at a time; 0: 4096
    int n_start_failures; // so many starts fail, for want of memory
    int n_pump_failures;
    struct net_script *script;
    struct net_flight *flights;
    size_t n_flights, n_script, n_requests;
    struct net_request *requests; // in the order they were started
};

void net_init(struct net *n);
void net_free(struct net *n);
// Texts of the answer are borrowed until net_free, all else is copied.
void net_add(struct net *n, const struct net_answer *answer);
// The common cases: once, or for ever.
void net_say(struct net *n, const char *method, const char *path, int status, const char *body);
void net_keep_saying(struct net *n, const char *method, const char *path, int status,
                     const char *body);

// How many requests were made to that path; method NULL: any.
size_t net_count(const struct net *n, const char *method, const char *path);
// The i-th of them, from 0; the test fails when there is none. The body is whole once the answer
// was delivered.
const struct net_request *net_asked(const struct net *n, const char *method, const char *path,
                                    size_t i);
// The value of a request's header, in a static buffer; NULL: it has none.
const char *net_header(const struct net_request *request, const char *name);
// Fails the test when an answer that was to be used once (or more) never was.
void net_check_used(const struct net *n);

#endif
