// SPDX-License-Identifier: MIT
// A client with one server behind it, for tests that make one call after the other.
#ifndef TESTS_BASE_CALLER_H
#define TESTS_BASE_CALLER_H
#include "base/http.h"
#include "base/server.h"

// What became of the last call, and what the callbacks below take or give.
struct caller {
    struct ac_http *http;
    struct ac_net *net;
    struct server *server;
    struct ac_err err;
    int n_done;
    struct ac_http_reply reply; // its body is below
    char body[65536];
    size_t body_len;
    char taken[65536]; // by caller_take, at most take_max bytes
    size_t taken_len, take_max;
    const char *to_send; // by caller_give, chunk bytes at a time
    size_t to_send_len, sent_at, chunk;
    int n_rewinds;
};
extern struct caller caller;

void caller_setup(void); // fixtures of check
void caller_teardown(void);
void caller_open(const struct ac_http_options *options);
// A client of default options, and a server.
void caller_serve(const struct server_answer *answers, size_t n);
// Starts a call (done is set here), runs all calls to their end, both, a GET of the server's path.
void caller_start(struct ac_http_call call);
void caller_pump(void);
void caller_run(struct ac_http_call call);
void caller_get(const char *path);
// Callbacks for a call.
bool caller_take(void *arg, ac_str bytes);
size_t caller_give(void *arg, char *to, size_t max);
bool caller_rewind(void *arg);
// Stops the server; the value of a header of its last request, or NULL.
const char *caller_sent_header(const char *name);
// Fails the test unless the last call ended so, or with that body.
void caller_check_end(enum ac_http_end end);
void caller_check_body(const char *text);

#endif
