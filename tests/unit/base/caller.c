// SPDX-License-Identifier: MIT
// A client with one server behind it, for tests that make one call after the other.
#include "base/caller.h"
#include <check.h>
#include <stdio.h>

struct caller caller;

void caller_setup(void) {
    memset(&caller, 0, sizeof caller);
    caller.take_max = sizeof caller.taken;
    caller.chunk = SIZE_MAX;
}

void caller_teardown(void) {
    ac_http_free(caller.http);
    if (caller.server)
        server_free(caller.server);
}

void caller_open(const struct ac_http_options *options) {
    ck_assert_int_eq(ac_http_new(&caller.http, options, &caller.err), AC_OK);
    caller.net = ac_http_net(caller.http);
}

void caller_serve(const struct server_answer *answers, size_t n) {
    caller_open(&(struct ac_http_options){.user_agent = "acload/test"});
    caller.server = server_start(answers, n);
}

static void on_done(void *arg, const struct ac_http_reply *reply) {
    (void)arg;
    caller.n_done++;
    caller.reply = *reply;
    ck_assert_uint_le(reply->body.len, sizeof caller.body);
    caller.body_len = reply->body.len;
    if (reply->body.len)
        memcpy(caller.body, reply->body.ptr, reply->body.len);
}

void caller_start(struct ac_http_call call) {
    int n_done = caller.n_done;
    call.done = on_done;
    ck_assert_int_eq(caller.net->start(caller.net->self, &call, &caller.err), AC_OK);
    ck_assert_int_eq(caller.n_done, n_done);
}

void caller_pump(void) {
    while (caller.net->in_flight(caller.net->self))
        ck_assert_int_eq(caller.net->pump(caller.net->self, 1000, &caller.err), AC_OK);
}

void caller_run(struct ac_http_call call) {
    if (!call.method)
        call.method = "GET";
    caller.n_done = 0;
    caller_start(call);
    caller_pump();
    ck_assert_int_eq(caller.n_done, 1);
}

void caller_get(const char *path) {
    caller_run((struct ac_http_call){.url = server_url(caller.server, path)});
}

bool caller_take(void *arg, ac_str bytes) {
    (void)arg;
    if (caller.taken_len + bytes.len > caller.take_max)
        return false;
    memcpy(caller.taken + caller.taken_len, bytes.ptr, bytes.len);
    caller.taken_len += bytes.len;
    return true;
}

size_t caller_give(void *arg, char *to, size_t max) {
    (void)arg;
    size_t n = caller.to_send_len - caller.sent_at;
    if (n > caller.chunk)
        n = caller.chunk;
    if (n > max)
        n = max;
    memcpy(to, caller.to_send + caller.sent_at, n);
    caller.sent_at += n;
    return n;
}

bool caller_rewind(void *arg) {
    (void)arg;
    caller.n_rewinds++;
    caller.sent_at = 0;
    return true;
}

const char *caller_sent_header(const char *name) {
    static char line[1024];
    char key[128];
    server_stop(caller.server);
    snprintf(key, sizeof key, "\r\n%s:", name);
    const char *at = strcasestr(server_head(caller.server), key);
    if (!at)
        return NULL;
    at += strlen(key);
    at += strspn(at, " ");
    snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\r"), at);
    return line;
}

void caller_check_end(enum ac_http_end end) {
    ck_assert_msg(caller.reply.end == end, "end %d, not %d: %s", (int)caller.reply.end, (int)end,
                  caller.reply.why);
    if (end != AC_HTTP_DONE)
        ck_assert_str_ne(caller.reply.why, "");
}

void caller_check_body(const char *text) {
    ck_assert_uint_eq(caller.body_len, strlen(text));
    ck_assert_mem_eq(caller.body, text, caller.body_len);
}
