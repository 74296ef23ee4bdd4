// SPDX-License-Identifier: MIT
// The scripted network: matching, recording, delivering.
#include "org/net.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_CEILING ((size_t)16 << 20)
#define DEFAULT_CHUNK ((size_t)4096)
#define NO_CEILING ((size_t)1 << 32)

struct net_script {
    struct net_answer answer;
    int n_left, n_used;
};

struct net_flight {
    struct ac_http_call call;
    struct net_answer answer;
    size_t request; // its number
};

static void *grow(void *array, size_t n, size_t size) {
    void *out = realloc(array, (n + 1) * size);
    ck_assert_ptr_nonnull(out);
    memset((char *)out + n * size, 0, size);
    return out;
}

static const char *path_of(const char *url) {
    const char *host = strstr(url, "://");
    ck_assert_msg(host != NULL, "%s is no URL", url);
    return host + 3 + strcspn(host + 3, "/");
}

static bool fits(const struct net_request *r, const char *method, const char *path) {
    const char *where = strncmp(path, "http", 4) == 0 ? r->url : r->path;
    return (!method || strcmp(method, r->method) == 0) &&
           ac_str_glob(ac_str_of(path), ac_str_of(where));
}

// --- recording

static char *join_headers(const char *const *headers) {
    struct ac_buf all;
    ac_buf_init(&all, 1 << 20);
    for (; headers && *headers; headers++)
        ck_assert(ac_buf_printf(&all, "%s\n", *headers));
    ck_assert_ptr_nonnull(ac_buf_text(&all));
    return all.ptr;
}

static void read_streamed(const struct ac_http_call *call, struct ac_buf *body) {
    char piece[1000];
    for (;;) {
        size_t n = call->read(call->arg, piece, sizeof piece);
        ck_assert_uint_le(n, sizeof piece);
        if (n == 0)
            break;
        ck_assert(ac_buf_add(body, piece, n));
    }
    ck_assert_uint_eq(body->len, call->body_bytes);
}

static void record_body(const struct ac_http_call *call, struct net_request *r) {
    struct ac_buf body;
    ac_buf_init(&body, NO_CEILING);
    r->is_streamed = call->read != NULL;
    if (call->read)
        read_streamed(call, &body);
    else
        ck_assert(ac_buf_add_str(&body, call->body));
    ck_assert_ptr_nonnull(ac_buf_text(&body));
    r->body = body.ptr;
    r->body_len = body.len;
}

// What the caller lent must still be there, unchanged, when the call ends.
static void check_lent(const struct ac_http_call *call, const struct net_request *r) {
    char *headers = join_headers(call->headers);
    ck_assert_str_eq(call->method, r->method);
    ck_assert_str_eq(call->url, r->url);
    ck_assert_str_eq(headers, r->headers);
    free(headers);
}

static struct net_script *find_answer(struct net *n, const struct net_request *r) {
    for (size_t i = 0; i < n->n_script; i++)
        if (n->script[i].n_left != 0 &&
            fits(r, n->script[i].answer.method, n->script[i].answer.path))
            return &n->script[i];
    ck_abort_msg("the test has no answer for %s %s", r->method, r->url);
    return NULL;
}

static enum ac_rc start(void *self, const struct ac_http_call *call, struct ac_err *err) {
    struct net *n = self;
    if (n->n_start_failures > 0) {
        n->n_start_failures--;
        return ac_err_nomem(err, "a call");
    }
    ck_assert_ptr_nonnull(call->done);
    n->requests = grow(n->requests, n->n_requests, sizeof *n->requests);
    struct net_request *r = &n->requests[n->n_requests];
    *r = (struct net_request){.method = strdup(call->method),
                              .url = strdup(call->url),
                              .headers = join_headers(call->headers)};
    r->path = path_of(r->url);
    struct net_script *s = find_answer(n, r);
    if (s->n_left > 0)
        s->n_left--;
    s->n_used++;
    n->flights = grow(n->flights, n->n_flights, sizeof *n->flights);
    n->flights[n->n_flights++] = (struct net_flight){*call, s->answer, n->n_requests};
    n->n_requests++;
    return AC_OK;
}

// --- delivering

static void copy_header(char *out, size_t len, const char *text) {
    snprintf(out, len, "%s", text ? text : "");
}

static void stop(struct ac_http_reply *reply, const char *why) {
    reply->end = AC_HTTP_STOPPED;
    copy_header(reply->why, sizeof reply->why, why);
}

// Hands the body over, in pieces to on_body, else whole; an endless one until somebody has enough.
static void give_body(const struct net *n, const struct ac_http_call *call, ac_str body,
                      bool is_endless, struct ac_http_reply *reply) {
    bool is_streamed = call->on_body && reply->status >= 200 && reply->status < 300;
    size_t max = call->max_reply_bytes ? call->max_reply_bytes : DEFAULT_CEILING;
    size_t chunk = n->chunk ? n->chunk : DEFAULT_CHUNK;
    ac_buf_init(&reply->body, max);
    do {
        for (size_t at = 0; at < body.len; at += chunk) {
            ac_str piece = ac_str_n(body.ptr + at, body.len - at < chunk ? body.len - at : chunk);
            if (is_streamed && !call->on_body(call->arg, piece)) {
                stop(reply, "the reply was not wanted");
                return;
            }
            if (!is_streamed && !ac_buf_add_str(&reply->body, piece)) {
                stop(reply, "the reply is too large");
                return;
            }
        }
    } while (is_endless);
}

static void deliver(struct net *n, struct net_flight flight) {
    const struct ac_http_call *call = &flight.call;
    struct net_answer *a = &flight.answer;
    struct ac_http_reply reply = {0};
    struct ac_buf made;
    ac_buf_init(&made, NO_CEILING);
    record_body(call, &n->requests[flight.request]);
    check_lent(call, &n->requests[flight.request]);
    if (a->fill)
        a->fill(a->arg, &n->requests[flight.request], a, &made);
    reply.end = a->end;
    reply.status = a->status || a->end != AC_HTTP_DONE ? a->status : 200;
    copy_header(reply.why, sizeof reply.why, a->why);
    copy_header(reply.content_type, sizeof reply.content_type, a->content_type);
    copy_header(reply.retry_after, sizeof reply.retry_after, a->retry_after);
    copy_header(reply.limit_info, sizeof reply.limit_info, a->limit_info);
    copy_header(reply.last_modified, sizeof reply.last_modified, a->last_modified);
    copy_header(reply.locator, sizeof reply.locator, a->locator);
    ac_str body = made.len      ? ac_buf_str(&made)
                  : a->body_len ? ac_str_n(a->body, a->body_len)
                                : ac_str_of(a->body);
    give_body(n, call, body, a->is_endless, &reply);
    reply.received_bytes = reply.body.len;
    reply.sent_bytes = n->requests[flight.request].body_len;
    call->done(call->arg, &reply);
    ac_buf_free(&reply.body);
    ac_buf_free(&made);
}

static size_t pick(struct net *n, size_t n_ready) {
    switch (n->order) {
    case NET_IN_ORDER:
        return 0;
    case NET_REVERSED:
        return n_ready - 1;
    case NET_SHUFFLED:
        break;
    }
    n->seed = n->seed * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(n->seed >> 33) % n_ready;
}

static enum ac_rc pump(void *self, int64_t wait_ms, struct ac_err *err) {
    struct net *n = self;
    (void)wait_ms;
    if (n->n_pump_failures > 0) {
        n->n_pump_failures--;
        return ac_err_nomem(err, "the network");
    }
    size_t n_ready = n->n_flights, n_left = n->per_pump ? n->per_pump : n_ready;
    for (; n_ready && n_left; n_ready--, n_left--) {
        size_t at = pick(n, n_ready);
        struct net_flight flight = n->flights[at];
        n->n_flights--;
        memmove(n->flights + at, n->flights + at + 1, (n->n_flights - at) * sizeof flight);
        deliver(n, flight);
    }
    return AC_OK;
}

static size_t in_flight(void *self) { return ((struct net *)self)->n_flights; }

// --- for the test

void net_init(struct net *n) { *n = (struct net){.net = {n, start, pump, in_flight}, .seed = 1}; }

void net_free(struct net *n) {
    for (size_t i = 0; i < n->n_requests; i++) {
        free(n->requests[i].method);
        free(n->requests[i].url);
        free(n->requests[i].headers);
        free(n->requests[i].body);
    }
    free(n->requests);
    free(n->script);
    free(n->flights);
    net_init(n);
}

void net_add(struct net *n, const struct net_answer *answer) {
    n->script = grow(n->script, n->n_script, sizeof *n->script);
    n->script[n->n_script++] = (struct net_script){*answer, answer->times ? answer->times : 1, 0};
}

void net_say(struct net *n, const char *method, const char *path, int status, const char *body) {
    net_add(n,
            &(struct net_answer){.method = method, .path = path, .status = status, .body = body});
}

void net_keep_saying(struct net *n, const char *method, const char *path, int status,
                     const char *body) {
    net_add(
        n,
        &(struct net_answer){
            .method = method, .path = path, .status = status, .body = body, .times = NET_FOREVER});
}

size_t net_count(const struct net *n, const char *method, const char *path) {
    size_t count = 0;
    for (size_t i = 0; i < n->n_requests; i++)
        count += fits(&n->requests[i], method, path);
    return count;
}

const struct net_request *net_asked(const struct net *n, const char *method, const char *path,
                                    size_t i) {
    for (size_t at = 0, seen = 0; at < n->n_requests; at++)
        if (fits(&n->requests[at], method, path) && seen++ == i)
            return &n->requests[at];
    ck_abort_msg("no request number %zu for %s %s", i, method ? method : "any", path);
    return NULL;
}

const char *net_header(const struct net_request *request, const char *name) {
    static char value[16384];
    size_t len = strlen(name);
    for (const char *line = request->headers; *line; line = strchr(line, '\n') + 1)
        if (strncasecmp(line, name, len) == 0 && strncmp(line + len, ": ", 2) == 0) {
            snprintf(value, sizeof value, "%.*s", (int)strcspn(line + len + 2, "\n"),
                     line + len + 2);
            return value;
        }
    return NULL;
}

void net_check_used(const struct net *n) {
    for (size_t i = 0; i < n->n_script; i++) {
        const struct net_script *s = &n->script[i];
        ck_assert_msg(s->n_left < 0 || s->n_used > 0, "nobody asked %s %s",
                      s->answer.method ? s->answer.method : "anything", s->answer.path);
    }
}
