// SPDX-License-Identifier: MIT
// Services that answer from a script, for whatever makes requests to AWS.
#ifndef TESTS_AWS_NET_H
#define TESTS_AWS_NET_H
#include "aws/call.h"
#include "base/clock.h"
#include "base/http.h"

// A test says which requests get which answers, and looks at what was asked. A request nobody has
// an answer for fails the test. Answers are given in pump, never in start; nothing waits for real.

#define AWS_FOREVER (-1)
#define AWS_NOW_MS INT64_C(1930407330000) // 2031-03-04T16:15:30Z

struct aws_asked { // a request as it was sent
    char *method, *url, *headers, *body;
    int64_t timeout_ms, idle_ms;
    bool is_direct;
};

struct aws_answer {
    const char *method; // NULL: any
    const char *url;    // a glob
    int times;          // 0 or 1: once; AWS_FOREVER
    enum ac_http_end end;
    int status; // 0: 200
    const char *body;
    size_t body_len; // 0: up to its NUL
    // "Name: value", ended by NULL.
    const char *headers[10];
    const char *why;
    size_t cut_at; // 0: not at all; else the connection breaks after so many bytes
    bool hangs;    // never answers
    // Makes the answer when it is due: *answer is a copy to change; body, when it is not empty,
    // takes the place of the answer's.
    void (*fill)(void *arg, const struct aws_asked *asked, struct aws_answer *answer,
                 struct ac_buf *body);
    void *arg;
};

struct aws_net {
    struct ac_net net; // hand out &aws_net.net
    struct ac_clock_fake clock;
    struct ac_aws *aws;
    struct ac_err err;
    size_t chunk;         // bytes of a streamed reply at a time, 0: 4096
    size_t per_pump;      // such pieces in one pump, 0: until the taker is full
    int n_start_failures; // so many starts fail, for want of memory
    size_t most_given;    // bytes of one streamed reply so far
    size_t n_asked, n_flights, n_script;
    struct aws_asked *asked;
    struct aws_flight *flights;
    struct aws_script *script;
    const char *env[64][2];
    size_t n_env;
};
extern struct aws_net aws_net;

// Fixtures of check. The environment has keys (AKIDEXAMPLE) and AWS_REGION=eu-central-1.
void aws_setup(void);
void aws_teardown(void);
// Without any environment, but AWS_EC2_METADATA_DISABLED.
void aws_setup_bare(void);
void aws_setenv(const char *name, const char *value); // NULL: unset
const char *aws_getenv(void *arg, const char *name);
// The room, made when first asked for (options: the environment above, small retry times).
struct ac_aws *aws_room(void);
void aws_room_with(const struct ac_aws_options *options);
// Texts of the answer are borrowed until teardown.
void aws_add(const struct aws_answer *answer);
void aws_say(const char *url, int status, const char *body);
void aws_keep_saying(const char *url, int status, const char *body);
// How many requests went to URLs that match; the i-th of them (the test fails without).
size_t aws_count(const char *url);
const struct aws_asked *aws_nth(const char *url, size_t i);
// The value of a header, in one of four static buffers; NULL: it has none.
const char *aws_header(const struct aws_asked *asked, const char *name);
// Writes a file below TMPDIR; the path, in a buffer the next call overwrites.
const char *aws_write(const char *name, const char *text);

#endif
