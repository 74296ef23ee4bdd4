// SPDX-License-Identifier: MIT
// A reply taken as it comes: its head first, its body at the taker's pace.
#include "base/caller.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define BIG_BYTES ((size_t)3 << 20)
#define HIGH_WATER ((size_t)100000)
#define MOST_AT_ONCE ((size_t)64 * 1024)

static struct {
    size_t n_heads, n_bytes, n_held, most_held;
    int status;
    char etag[64], range[64], first[16];
    bool refuses_head, refuses_body, is_full;
    size_t n_before_head; // bytes that came before it
} taker;

static bool on_head(void *arg, const struct ac_http_reply *reply) {
    (void)arg;
    taker.n_heads++;
    taker.status = reply->status;
    taker.n_before_head = taker.n_bytes;
    snprintf(taker.etag, sizeof taker.etag, "%.63s", reply->wanted[0]);
    snprintf(taker.range, sizeof taker.range, "%.63s", reply->wanted[1]);
    return !taker.refuses_head;
}

static bool on_body(void *arg, ac_str bytes) {
    (void)arg;
    taker.n_bytes += bytes.len;
    taker.n_held += bytes.len;
    if (taker.n_held > taker.most_held)
        taker.most_held = taker.n_held;
    return !taker.refuses_body;
}

static bool is_full(void *arg) {
    (void)arg;
    return taker.is_full || taker.n_held >= HIGH_WATER;
}

static const char *const wanted[] = {"ETag", "content-range", NULL};

static void setup(void) {
    caller_setup();
    memset(&taker, 0, sizeof taker);
}

static struct ac_http_call call_for(const char *method) {
    return (struct ac_http_call){.method = method,
                                 .url = server_url(caller.server, "/"),
                                 .on_head = on_head,
                                 .on_body = on_body,
                                 .is_full = is_full,
                                 .wanted = wanted};
}

static void serve(const char *head, size_t body_bytes) {
    size_t len = strlen(head);
    char *bytes = malloc(len + body_bytes + 1);
    ck_assert_ptr_nonnull(bytes);
    memset(bytes, 'x', len + body_bytes);
    snprintf(bytes, len + 1, "%s", head);
    bytes[len] = 'x';
    caller_serve(&(struct server_answer){.bytes = bytes, .len = len + body_bytes}, 1);
    free(bytes);
}

static void serve_big(void) {
    char head[128];
    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: %zu\r\n\r\n",
             BIG_BYTES);
    serve(head, BIG_BYTES);
}

START_TEST(headers_that_were_asked_for_are_kept) {
    serve("HTTP/1.1 200 OK\r\nETAG:  \"a b\" \r\nContent-Range: bytes 1-2/3\r\nX-Other: o\r\n"
          "Content-Length: 0\r\n\r\n",
          0);
    caller_run(call_for("GET"));
    ck_assert_str_eq(caller.reply.wanted[0], "\"a b\"");
    ck_assert_str_eq(caller.reply.wanted[1], "bytes 1-2/3");
    ck_assert_str_eq(caller.reply.wanted[2], "");
}
END_TEST

START_TEST(a_header_that_does_not_fit_stops_the_call) {
    char head[512];
    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nETag: %0256d\r\nContent-Length: 0\r\n\r\n", 0);
    serve(head, 0);
    caller_run(call_for("GET"));
    caller_check_end(AC_HTTP_STOPPED);
    ck_assert_str_eq(caller.reply.why, "the reply's header ETag has 256 bytes");
}
END_TEST

START_TEST(a_header_of_the_call_before_is_forgotten) {
    const struct server_answer answers[] = {
        {.bytes = "HTTP/1.1 200 OK\r\nETag: one\r\nContent-Length: 0\r\n\r\n"},
        {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}};
    caller_serve(answers, 2);
    caller_run(call_for("GET"));
    ck_assert_str_eq(caller.reply.wanted[0], "one");
    caller_run(call_for("GET"));
    ck_assert_str_eq(caller.reply.wanted[0], "");
}
END_TEST

START_TEST(the_head_comes_once_before_the_body) {
    serve("HTTP/1.1 100 Continue\r\nETag: no\r\n\r\nHTTP/1.1 206 Partial Content\r\nETag: yes\r\n"
          "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nETag: trailer\r\n\r\n",
          0);
    caller_run(call_for("GET"));
    caller_check_end(AC_HTTP_DONE);
    ck_assert_uint_eq(taker.n_heads, 1);
    ck_assert_uint_eq(taker.n_before_head, 0);
    ck_assert_int_eq(taker.status, 206);
    ck_assert_str_eq(taker.etag, "yes");
    ck_assert_uint_eq(taker.n_bytes, 5);
    ck_assert_str_eq(caller.reply.wanted[0], "yes");
}
END_TEST

START_TEST(the_head_comes_when_there_is_no_body) {
    serve("HTTP/1.1 404 Not Found\r\nETag: e\r\nContent-Length: 7\r\n\r\n", 0);
    caller_run(call_for("HEAD"));
    ck_assert_uint_eq(taker.n_heads, 1);
    ck_assert_int_eq(taker.status, 404);
}
END_TEST

START_TEST(a_head_that_is_not_wanted_ends_the_call) {
    serve_big();
    taker.refuses_head = true;
    caller_run(call_for("GET"));
    caller_check_end(AC_HTTP_STOPPED);
    ck_assert_uint_eq(taker.n_bytes, 0);
}
END_TEST

START_TEST(a_full_taker_bounds_what_comes) {
    serve_big();
    caller_start(call_for("GET"));
    for (size_t i = 0; i < 1000000 && caller.net->in_flight(caller.net->self); i++) {
        ck_assert_int_eq(caller.net->pump(caller.net->self, is_full(NULL) ? 0 : 1000, &caller.err),
                         AC_OK);
        if (i % 3 == 0)
            taker.n_held = 0;
    }
    caller_check_end(AC_HTTP_DONE);
    ck_assert_uint_eq(taker.n_bytes, BIG_BYTES);
    ck_assert_uint_lt(taker.most_held, HIGH_WATER + MOST_AT_ONCE);
    ck_assert_uint_ge(taker.most_held, HIGH_WATER);
}
END_TEST

START_TEST(nothing_comes_while_the_taker_is_full) {
    serve_big();
    caller_start(call_for("GET"));
    while (!is_full(NULL))
        caller.net->pump(caller.net->self, 1000, &caller.err);
    size_t n = taker.n_bytes;
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(caller.net->pump(caller.net->self, 1, &caller.err), AC_OK);
    ck_assert_uint_eq(taker.n_bytes, n);
    ck_assert_uint_eq(caller.net->in_flight(caller.net->self), 1);
}
END_TEST

START_TEST(a_taker_may_give_up_when_it_is_asked_again) {
    serve_big();
    caller_start(call_for("GET"));
    while (!is_full(NULL))
        caller.net->pump(caller.net->self, 1000, &caller.err);
    taker.n_held = 0;
    taker.refuses_body = true;
    caller_pump();
    caller_check_end(AC_HTTP_STOPPED);
    ck_assert_uint_lt(taker.n_bytes, BIG_BYTES);
}
END_TEST

START_TEST(a_reply_that_was_held_back_is_whole_in_the_end) {
    serve("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", 1000);
    taker.is_full = true;
    caller_start(call_for("GET"));
    for (int i = 0; i < 50 && !taker.n_heads; i++)
        caller.net->pump(caller.net->self, 100, &caller.err);
    for (int i = 0; i < 10; i++)
        caller.net->pump(caller.net->self, 1, &caller.err);
    ck_assert_uint_eq(taker.n_bytes, 0);
    taker.is_full = false;
    caller_pump();
    caller_check_end(AC_HTTP_DONE);
    ck_assert_uint_eq(taker.n_bytes, 1000);
}
END_TEST

START_TEST(a_connection_without_a_byte_ends_the_call) {
    caller_serve(&(struct server_answer){.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
                                         .then = SERVER_HANG},
                 1);
    struct ac_http_call call = call_for("GET");
    call.idle_ms = 1;
    caller_run(call);
    caller_check_end(AC_HTTP_TIMEOUT);
    ck_assert_uint_eq(taker.n_bytes, 3);
}
END_TEST

START_TEST(a_direct_call_goes_past_the_proxy) {
    static const struct server_answer hello[] = {
        {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}};
    static const char *const allowed[] = {"acload.invalid", NULL};
    static char proxy[64];
    caller.server = server_start(hello, 1);
    snprintf(proxy, sizeof proxy, "%s", server_url(caller.server, ""));
    caller_open(&(struct ac_http_options){.proxy = proxy, .allow_http = allowed});
    struct ac_http_call call = call_for("GET");
    call.url = "http://acload.invalid/";
    caller_run(call);
    caller_check_end(AC_HTTP_DONE);
    call.is_direct = true;
    caller_run(call);
    caller_check_end(AC_HTTP_REFUSED);
}
END_TEST

int main(void) {
    Suite *s = suite_create("base/http_stream");
    TCase *t = tcase_create("stream");
    tcase_add_checked_fixture(t, setup, caller_teardown);
    tcase_add_test(t, headers_that_were_asked_for_are_kept);
    tcase_add_test(t, a_header_that_does_not_fit_stops_the_call);
    tcase_add_test(t, a_header_of_the_call_before_is_forgotten);
    tcase_add_test(t, the_head_comes_once_before_the_body);
    tcase_add_test(t, the_head_comes_when_there_is_no_body);
    tcase_add_test(t, a_head_that_is_not_wanted_ends_the_call);
    tcase_add_test(t, a_full_taker_bounds_what_comes);
    tcase_add_test(t, nothing_comes_while_the_taker_is_full);
    tcase_add_test(t, a_taker_may_give_up_when_it_is_asked_again);
    tcase_add_test(t, a_reply_that_was_held_back_is_whole_in_the_end);
    tcase_add_test(t, a_connection_without_a_byte_ends_the_call);
    tcase_add_test(t, a_direct_call_goes_past_the_proxy);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
