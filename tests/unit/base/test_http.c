// SPDX-License-Identifier: MIT
// The HTTP client as a whole: what it refuses, keeps open, repeats or gives up.
#include "base/caller.h"
#include "base/http.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

static const char *url_of(int port) {
    static char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", port);
    return url;
}

static void ck_never_connected(void) {
    server_stop(caller.server);
    ck_assert_uint_eq(server_n_connections(caller.server), 0);
}

// --- addresses -----------------------------------------------------------------------------------

static const struct {
    const char *host;
    bool is_loopback;
} hosts[] = {
    {"localhost", true},
    {"LocalHost", true},
    {"127.0.0.1", true},
    {"127.255.255.254", true},
    {"::1", true},
    {"[::1]", true},
    {"::ffff:127.0.0.1", true},
    {"", false},
    {"localhost.example.com", false},
    {"127.0.0.1.example.com", false},
    {"128.0.0.1", false},
    {"0.0.0.0", false},
    {"10.0.0.1", false},
    {"[::]", false},
    {"::ffff:10.0.0.1", false},
    {"169.254.169.254", false},
    {"127.1", false},
    {"[", false},
    {"a-host-name-that-is-longer-than-any-address-written-in-digits.example", false},
};

START_TEST(a_loopback_host_is_known) {
    ck_assert_msg(ac_http_is_loopback(ac_str_of(hosts[_i].host)) == hosts[_i].is_loopback, "%s",
                  hosts[_i].host);
}
END_TEST

START_TEST(a_host_with_a_nul_is_no_loopback) {
    ck_assert(!ac_http_is_loopback(AC_STR("127.0.0.1\0.example.com")));
}
END_TEST

// The proxy would take every call that is let out, without asking a name server.
static void open_behind_proxy(const char *const *allow_http, const struct server_answer *answer) {
    static char proxy[64];
    caller.server = server_start(answer, 1);
    snprintf(proxy, sizeof proxy, "%s", url_of(server_port(caller.server)));
    caller_open(&(struct ac_http_options){.proxy = proxy, .allow_http = allow_http});
}

static const char *const refused[] = {
    "http://example.com/",
    "http://example.com:443/",
    "HTTP://10.0.0.1/",
    "http://127.0.0.1.example.com/",
    "http://localhost.example.com/",
    "http://allowed.example.org/",
    "http://127.0.0.1@example.com/",
    "http://user:secret@allowed.example/",
    "https://user:secret@example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://127.0.0.1/",
    "example.com/path",
    "/services/data",
    "https://",
    "https://exa mple.com/",
    "https://example.com/a\r\nHost: b",
    "https://example.com:99999/",
    "",
};

START_TEST(an_address_that_is_not_allowed_is_refused_without_a_connection) {
    const char *const allowed[] = {"allowed.example", NULL};
    open_behind_proxy(allowed, &(struct server_answer){.bytes = HELLO});
    caller_run((struct ac_http_call){.url = refused[_i]});
    caller_check_end(AC_HTTP_BAD_REQUEST);
    ck_assert_int_eq(caller.reply.status, 0);
    ck_assert_ptr_null(strstr(caller.reply.why, "secret"));
    ck_never_connected();
}
END_TEST

START_TEST(a_refusal_of_plain_http_says_what_to_do) {
    open_behind_proxy(NULL, &(struct server_answer){.bytes = HELLO});
    caller_run((struct ac_http_call){.url = "http://minio.example/bucket"});
    ck_assert_str_eq(caller.reply.why, "plain http to minio.example is refused: use https, or "
                                       "name the host in `allow_http`");
}
END_TEST

START_TEST(plain_http_goes_to_an_allowed_host) {
    const char *const allowed[] = {"other.example", "Allowed.Example", NULL};
    open_behind_proxy(allowed, &(struct server_answer){.bytes = HELLO});
    caller_run((struct ac_http_call){.url = "http://allowed.example/x"});
    caller_check_end(AC_HTTP_DONE);
    ck_assert_str_eq(caller_sent_header("Host"), "allowed.example");
    ck_assert_int_eq(strncmp(server_head(caller.server), "GET http://allowed.example/x ", 29), 0);
}
END_TEST

START_TEST(a_body_of_the_caller_is_not_sent_to_a_refusing_proxy) {
    open_behind_proxy(NULL, &(struct server_answer){.bytes = "HTTP/1.1 407 Who are you\r\n"
                                                             "Content-Length: 0\r\n\r\n"});
    const char *const lines[] = {"Authorization: Bearer x", NULL};
    caller_run((struct ac_http_call){.method = "POST",
                                     .url = "https://example.com/",
                                     .headers = lines,
                                     .body = AC_STR("secret")});
    caller_check_end(AC_HTTP_REFUSED);
    ck_assert_int_eq(caller.reply.status, 0);
    ck_assert_ptr_null(caller_sent_header("Authorization"));
    ck_assert_int_eq(strncmp(server_head(caller.server), "CONNECT example.com:443 ", 24), 0);
}
END_TEST

// A name that no resolver is asked for, since its label is longer than 63 bytes.
#define NO_HOST                                                                                    \
    "https://a-label-of-a-host-name-that-is-longer-than-any-name-server-would-answer.invalid/"

START_TEST(a_host_that_is_not_found_is_not_found_the_second_time_either) {
    caller_open(&(struct ac_http_options){0});
    for (int i = 0; i < 3; i++) {
        caller_run((struct ac_http_call){
            .method = "POST", .url = NO_HOST, .body = AC_STR("x"), .is_direct = true});
        caller_check_end(AC_HTTP_REFUSED);
        ck_assert_ptr_nonnull(strstr(caller.reply.why, "resolve"));
    }
}
END_TEST

static const char *const proxy_names[] = {"http_proxy", "all_proxy"};

START_TEST(loopback_needs_no_proxy) {
    char proxy[64];
    caller_serve(&(struct server_answer){.bytes = HELLO}, 1);
    snprintf(proxy, sizeof proxy, "%s", url_of(server_dead_port()));
    setenv(proxy_names[_i], proxy, 1);
    caller_get("/");
    unsetenv(proxy_names[_i]);
    caller_check_end(AC_HTTP_DONE);
}
END_TEST

START_TEST(the_proxy_of_the_environment_is_used) {
    char proxy[64];
    caller_serve(&(struct server_answer){.bytes = "HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n"},
                 1);
    snprintf(proxy, sizeof proxy, "%s", url_of(server_port(caller.server)));
    setenv("HTTPS_PROXY", proxy, 1);
    caller_run((struct ac_http_call){.url = "https://example.com/"});
    unsetenv("HTTPS_PROXY");
    caller_check_end(AC_HTTP_REFUSED);
    server_stop(caller.server);
    ck_assert_uint_eq(server_n_requests(caller.server), 1);
}
END_TEST

// --- connections ---------------------------------------------------------------------------------

START_TEST(a_connection_is_kept_for_the_next_call) {
    caller_serve(&(struct server_answer){.bytes = HELLO}, 1);
    for (int i = 0; i < 5; i++)
        caller_get("/");
    server_stop(caller.server);
    ck_assert_uint_eq(server_n_requests(caller.server), 5);
    ck_assert_uint_eq(server_n_connections(caller.server), 1);
}
END_TEST

START_TEST(calls_in_flight_have_connections_of_their_own) {
    caller_serve(&(struct server_answer){.bytes = HELLO}, 1);
    for (int i = 0; i < 4; i++)
        caller_start((struct ac_http_call){.method = "GET", .url = server_url(caller.server, "/")});
    ck_assert_uint_eq(caller.net->in_flight(caller.net->self), 4);
    caller_pump();
    ck_assert_int_eq(caller.n_done, 4);
    server_stop(caller.server);
    ck_assert_uint_eq(server_n_requests(caller.server), 4);
    ck_assert_uint_ge(server_n_connections(caller.server), 2);
}
END_TEST

START_TEST(a_refused_connection_sent_nothing) {
    caller_open(&(struct ac_http_options){0});
    caller_run((struct ac_http_call){.url = url_of(server_dead_port())});
    caller_check_end(AC_HTTP_REFUSED);
    ck_assert_uint_eq(caller.reply.sent_bytes, 0);
}
END_TEST

START_TEST(a_reset_before_the_request_is_read_loses_the_call) {
    caller_serve(&(struct server_answer){.is_deaf = true}, 1);
    caller_run((struct ac_http_call){
        .method = "POST", .url = server_url(caller.server, "/"), .body = AC_STR("bytes")});
    caller_check_end(AC_HTTP_LOST);
}
END_TEST

START_TEST(a_call_takes_no_longer_than_its_timeout) {
    caller_serve(&(struct server_answer){.then = SERVER_HANG}, 1);
    caller_run((struct ac_http_call){.url = server_url(caller.server, "/"), .timeout_ms = 80});
    caller_check_end(AC_HTTP_TIMEOUT);
    ck_assert_int_eq(caller.reply.status, 0);
}
END_TEST

START_TEST(the_clients_timeout_holds_for_calls_without_one) {
    caller.server = server_start(
        &(struct server_answer){.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel",
                                .then = SERVER_HANG},
        1);
    caller_open(&(struct ac_http_options){.timeout_ms = 80});
    caller_get("/");
    caller_check_end(AC_HTTP_TIMEOUT);
}
END_TEST

START_TEST(a_timeout_before_anything_was_sent_is_a_refusal) {
    char url[64];
    caller_serve(&(struct server_answer){.bytes = HELLO}, 1); // never answers a TLS greeting
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", server_port(caller.server));
    caller_run((struct ac_http_call){.url = url, .timeout_ms = 80});
    caller_check_end(AC_HTTP_REFUSED);
}
END_TEST

static const struct server_answer greetings[] = {
    {.bytes = "HTTP/1.1 400 Plain HTTP\r\n\r\n", .then = SERVER_CLOSE, .is_any = true},
    {.bytes = "\x15\x03\x03\x00\x02\x02\x28", .len = 7, .then = SERVER_CLOSE, .is_any = true},
};

START_TEST(a_handshake_that_fails_is_permanent) {
    char url[64];
    caller_serve(&greetings[_i], 1);
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", server_port(caller.server));
    caller_run((struct ac_http_call){.url = url});
    caller_check_end(AC_HTTP_TLS);
}
END_TEST

static const struct server_answer cuts[] = {
    {.then = SERVER_CLOSE, .is_any = true},
    {.then = SERVER_RESET, .is_any = true},
    {.is_deaf = true},
};

START_TEST(a_handshake_that_is_cut_off_may_be_tried_again) {
    char url[64];
    caller_serve(&cuts[_i], 1);
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", server_port(caller.server));
    caller_run((struct ac_http_call){.url = url});
    caller_check_end(AC_HTTP_REFUSED);
}
END_TEST

START_TEST(a_ca_file_that_is_not_there_is_named) {
    ck_assert_int_eq(ac_http_new(&caller.http,
                                 &(struct ac_http_options){.ca_file = "/nowhere/ca.pem"},
                                 &caller.err),
                     AC_RUN);
    ck_assert_int_eq(caller.err.cause, AC_CAUSE_CONFIG);
    ck_assert_ptr_nonnull(strstr(caller.err.text, "/nowhere/ca.pem"));
}
END_TEST

// --- sent again ----------------------------------------------------------------------------------

// The server keeps the connection, then resets it when it is used again.
static const struct server_answer stale[] = {
    {.bytes = HELLO}, {.then = SERVER_RESET}, {.bytes = HELLO}};

static const char *const once[] = {"POST", "PATCH"};

START_TEST(a_call_that_changes_something_is_never_sent_twice) {
    caller_serve(stale, AC_N(stale));
    caller_get("/");
    caller_run((struct ac_http_call){
        .method = once[_i], .url = server_url(caller.server, "/"), .body = AC_STR("bytes")});
    caller_check_end(AC_HTTP_LOST);
    server_stop(caller.server);
    ck_assert_uint_eq(server_n_requests(caller.server), 2);
}
END_TEST

START_TEST(an_empty_call_that_changes_something_is_never_sent_twice) {
    caller_serve(stale, AC_N(stale));
    caller_get("/");
    caller_run((struct ac_http_call){.method = once[_i], .url = server_url(caller.server, "/")});
    caller_check_end(AC_HTTP_LOST);
    server_stop(caller.server);
    ck_assert_uint_eq(server_n_requests(caller.server), 2);
}
END_TEST

START_TEST(a_question_is_asked_again_on_a_fresh_connection) {
    caller_serve(stale, AC_N(stale));
    caller_get("/");
    caller_get("/");
    caller_check_end(AC_HTTP_DONE);
    caller_check_body("hello");
    server_stop(caller.server);
    ck_assert_uint_eq(server_n_requests(caller.server), 3);
    ck_assert_uint_eq(server_n_connections(caller.server), 2);
}
END_TEST

static void put_on_a_stale_connection(bool (*rewind)(void *arg)) {
    caller_serve(stale, AC_N(stale));
    caller_get("/");
    caller.to_send = "streamed";
    caller.to_send_len = 8;
    caller_run((struct ac_http_call){.method = "PUT",
                                     .url = server_url(caller.server, "/"),
                                     .read = caller_give,
                                     .rewind = rewind,
                                     .body_bytes = 8});
    server_stop(caller.server);
}

START_TEST(an_upload_is_rewound_when_it_is_sent_again) {
    put_on_a_stale_connection(caller_rewind);
    caller_check_end(AC_HTTP_DONE);
    ck_assert_int_eq(caller.n_rewinds, 1);
    size_t len;
    const char *body = server_body(caller.server, &len);
    ck_assert_uint_eq(len, 8);
    ck_assert_mem_eq(body, "streamed", 8);
}
END_TEST

START_TEST(an_upload_that_cannot_be_rewound_is_lost) {
    put_on_a_stale_connection(NULL);
    caller_check_end(AC_HTTP_LOST);
    ck_assert_uint_eq(server_n_requests(caller.server), 2);
}
END_TEST

// --- life ----------------------------------------------------------------------------------------

static struct {
    int n_done, n_more;
    const char *url;
} chain;

static void chain_done(void *arg, const struct ac_http_reply *reply) {
    (void)reply;
    chain.n_done++;
    if (!chain.n_more)
        return;
    chain.n_more--;
    struct ac_http_call next = {.method = "GET", .url = chain.url, .done = chain_done, .arg = arg};
    ck_assert_int_eq(caller.net->start(caller.net->self, &next, &caller.err), AC_OK);
}

static void run_chain(const char *url) {
    chain.n_done = 0;
    chain.n_more = 3;
    chain.url = url;
    struct ac_http_call first = {.method = "GET", .url = url, .done = chain_done};
    ck_assert_int_eq(caller.net->start(caller.net->self, &first, &caller.err), AC_OK);
    caller_pump();
    ck_assert_int_eq(chain.n_done, 4);
}

START_TEST(a_call_that_ended_may_start_the_next) {
    caller_serve(&(struct server_answer){.bytes = HELLO}, 1);
    run_chain(server_url(caller.server, "/"));
    server_stop(caller.server);
    ck_assert_uint_eq(server_n_requests(caller.server), 4);
}
END_TEST

START_TEST(a_refused_call_may_start_the_next) {
    caller_open(&(struct ac_http_options){0});
    run_chain("http://example.com/");
}
END_TEST

static void pump_inside(void *arg, const struct ac_http_reply *reply) {
    (void)arg;
    ck_assert_int_eq(reply->status, 200);
    caller_get("/inner");
}

START_TEST(a_call_that_ended_may_wait_for_another) {
    caller_serve(&(struct server_answer){.bytes = HELLO}, 1);
    struct ac_http_call outer = {
        .method = "GET", .url = server_url(caller.server, "/outer"), .done = pump_inside};
    ck_assert_int_eq(caller.net->start(caller.net->self, &outer, &caller.err), AC_OK);
    caller_pump();
    ck_assert_int_eq(caller.n_done, 1);
    server_stop(caller.server);
    ck_assert_uint_eq(server_n_requests(caller.server), 2);
}
END_TEST

START_TEST(nothing_in_flight_is_nothing_to_wait_for) {
    caller_open(&(struct ac_http_options){0});
    ck_assert_int_eq(caller.net->pump(caller.net->self, INT64_MAX, &caller.err), AC_OK);
    ck_assert_uint_eq(caller.net->in_flight(caller.net->self), 0);
}
END_TEST

START_TEST(calls_in_flight_end_with_the_client_in_silence) {
    caller_serve(&(struct server_answer){.then = SERVER_HANG}, 1);
    for (int i = 0; i < 3; i++)
        caller_start((struct ac_http_call){.method = "GET", .url = server_url(caller.server, "/")});
    ck_assert_int_eq(caller.net->pump(caller.net->self, 10, &caller.err), AC_OK);
    caller_start((struct ac_http_call){.method = "GET", .url = server_url(caller.server, "/")});
    ac_http_free(caller.http);
    caller.http = NULL;
    ck_assert_int_eq(caller.n_done, 0);
}
END_TEST

START_TEST(many_calls_leave_few_handles_behind) {
    caller_serve(&(struct server_answer){.bytes = HELLO}, 1);
    for (int i = 0; i < 40; i++)
        caller_start((struct ac_http_call){.method = "GET", .url = "http://example.com/"});
    caller_pump();
    ck_assert_int_eq(caller.n_done, 40);
    caller_get("/");
    caller_check_end(AC_HTTP_DONE);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("base/http");
    TCase *t = tcase_create("address");
    tcase_add_checked_fixture(t, caller_setup, caller_teardown);
    tcase_add_loop_test(t, a_loopback_host_is_known, 0, (int)AC_N(hosts));
    tcase_add_test(t, a_host_with_a_nul_is_no_loopback);
    tcase_add_loop_test(t, an_address_that_is_not_allowed_is_refused_without_a_connection, 0,
                        (int)AC_N(refused));
    tcase_add_test(t, a_refusal_of_plain_http_says_what_to_do);
    tcase_add_test(t, plain_http_goes_to_an_allowed_host);
    tcase_add_test(t, a_host_that_is_not_found_is_not_found_the_second_time_either);
    tcase_add_test(t, a_body_of_the_caller_is_not_sent_to_a_refusing_proxy);
    tcase_add_loop_test(t, loopback_needs_no_proxy, 0, (int)AC_N(proxy_names));
    tcase_add_test(t, the_proxy_of_the_environment_is_used);
    suite_add_tcase(s, t);
    t = tcase_create("connection");
    tcase_add_checked_fixture(t, caller_setup, caller_teardown);
    tcase_add_test(t, a_connection_is_kept_for_the_next_call);
    tcase_add_test(t, calls_in_flight_have_connections_of_their_own);
    tcase_add_test(t, a_refused_connection_sent_nothing);
    tcase_add_test(t, a_reset_before_the_request_is_read_loses_the_call);
    tcase_add_test(t, a_call_takes_no_longer_than_its_timeout);
    tcase_add_test(t, the_clients_timeout_holds_for_calls_without_one);
    tcase_add_test(t, a_timeout_before_anything_was_sent_is_a_refusal);
    tcase_add_loop_test(t, a_handshake_that_fails_is_permanent, 0, (int)AC_N(greetings));
    tcase_add_loop_test(t, a_handshake_that_is_cut_off_may_be_tried_again, 0, (int)AC_N(cuts));
    tcase_add_test(t, a_ca_file_that_is_not_there_is_named);
    suite_add_tcase(s, t);
    t = tcase_create("again");
    tcase_add_checked_fixture(t, caller_setup, caller_teardown);
    tcase_add_loop_test(t, a_call_that_changes_something_is_never_sent_twice, 0, (int)AC_N(once));
    tcase_add_loop_test(t, an_empty_call_that_changes_something_is_never_sent_twice, 0,
                        (int)AC_N(once));
    tcase_add_test(t, a_question_is_asked_again_on_a_fresh_connection);
    tcase_add_test(t, an_upload_is_rewound_when_it_is_sent_again);
    tcase_add_test(t, an_upload_that_cannot_be_rewound_is_lost);
    suite_add_tcase(s, t);
    t = tcase_create("life");
    tcase_add_checked_fixture(t, caller_setup, caller_teardown);
    tcase_add_test(t, a_call_that_ended_may_start_the_next);
    tcase_add_test(t, a_refused_call_may_start_the_next);
    tcase_add_test(t, a_call_that_ended_may_wait_for_another);
    tcase_add_test(t, nothing_in_flight_is_nothing_to_wait_for);
    tcase_add_test(t, calls_in_flight_end_with_the_client_in_silence);
    tcase_add_test(t, many_calls_leave_few_handles_behind);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
