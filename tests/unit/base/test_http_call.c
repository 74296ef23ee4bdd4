// SPDX-License-Identifier: MIT
// What a call sends: its address, headers or body.
#include "base/caller.h"
#include <check.h>
#include <stdlib.h>

#define HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

static size_t give_up(void *arg, char *to, size_t max) {
    (void)arg;
    (void)max;
    to[0] = 'x';
    return SIZE_MAX;
}

static char *big_text(size_t len) {
    char *text = malloc(len);
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < len; i++)
        text[i] = (char)('a' + i % 23);
    return text;
}

static void ck_sent(const char *text, size_t len) {
    size_t got;
    server_stop(caller.server);
    const char *body = server_body(caller.server, &got);
    ck_assert_uint_eq(got, len);
    ck_assert_int_eq(memcmp(body, text, len), 0);
}

static void setup(void) {
    caller_setup();
    caller_serve(&(struct server_answer){.bytes = HELLO}, 1);
}

START_TEST(the_callers_headers_are_sent_with_our_name) {
    const char *const lines[] = {"Authorization: Bearer x", "Accept: application/json", NULL};
    caller_run(
        (struct ac_http_call){.url = server_url(caller.server, "/a/../b?c=%2F"), .headers = lines});
    ck_assert_str_eq(caller_sent_header("Authorization"), "Bearer x");
    ck_assert_str_eq(caller_sent_header("Accept"), "application/json");
    ck_assert_str_eq(caller_sent_header("User-Agent"), "acload/test");
    ck_assert_ptr_null(caller_sent_header("Expect"));
    ck_assert_ptr_null(caller_sent_header("Content-Length"));
    ck_assert_ptr_null(caller_sent_header("Cookie"));
}
END_TEST

START_TEST(the_path_is_sent_as_it_is_written) {
    caller_get("/a/../b:c/%2F?d=e%3D&f");
    server_stop(caller.server);
    ck_assert_int_eq(
        strncmp(server_head(caller.server), "GET /a/../b:c/%2F?d=e%3D&f HTTP/1.1\r\n", 37), 0);
}
END_TEST

static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE"};

START_TEST(a_body_goes_with_every_method) {
    const char *method = methods[_i];
    caller_run((struct ac_http_call){
        .method = method, .url = server_url(caller.server, "/"), .body = AC_STR("some bytes")});
    caller_check_end(AC_HTTP_DONE);
    ck_sent("some bytes", 10);
    ck_assert_int_eq(strncmp(server_head(caller.server), method, strlen(method)), 0);
    ck_assert_str_eq(caller_sent_header("Content-Length"), "10");
    ck_assert_ptr_null(caller_sent_header("Content-Type"));
}
END_TEST

START_TEST(an_empty_body_is_said_to_be_empty) {
    caller_run((struct ac_http_call){.method = "POST", .url = server_url(caller.server, "/")});
    caller_check_end(AC_HTTP_DONE);
    ck_assert_str_eq(caller_sent_header("Content-Length"), "0");
}
END_TEST

START_TEST(a_streamed_body_arrives_whole_without_waiting) {
    const size_t len = 3000001;
    char *text = big_text(len);
    caller.to_send = text;
    caller.to_send_len = len;
    caller.chunk = 7777;
    caller_run((struct ac_http_call){.method = "PUT",
                                     .url = server_url(caller.server, "/"),
                                     .read = caller_give,
                                     .rewind = caller_rewind,
                                     .body_bytes = len});
    caller_check_end(AC_HTTP_DONE);
    ck_sent(text, len);
    ck_assert_str_eq(caller_sent_header("Content-Length"), "3000001");
    ck_assert_ptr_null(caller_sent_header("Transfer-Encoding"));
    ck_assert_ptr_null(caller_sent_header("Expect"));
    free(text);
}
END_TEST

START_TEST(a_streamed_body_is_cut_at_its_announced_length) {
    caller.to_send = "more than was announced";
    caller.to_send_len = strlen(caller.to_send);
    caller_run((struct ac_http_call){.method = "PUT",
                                     .url = server_url(caller.server, "/"),
                                     .read = caller_give,
                                     .body_bytes = 4});
    caller_check_end(AC_HTTP_DONE);
    ck_sent("more", 4);
}
END_TEST

START_TEST(a_streamed_body_that_ends_early_stops_the_call) {
    caller.to_send = "less";
    caller.to_send_len = 4;
    caller_run((struct ac_http_call){.method = "PUT",
                                     .url = server_url(caller.server, "/"),
                                     .read = caller_give,
                                     .body_bytes = 5});
    caller_check_end(AC_HTTP_STOPPED);
    ck_assert_str_eq(caller.reply.why, "the body ended before its announced length");
}
END_TEST

START_TEST(a_body_that_cannot_be_read_stops_the_call) {
    caller_run((struct ac_http_call){
        .method = "PUT", .url = server_url(caller.server, "/"), .read = give_up, .body_bytes = 5});
    caller_check_end(AC_HTTP_STOPPED);
    ck_assert_str_eq(caller.reply.why, "the body could not be read");
}
END_TEST

static const struct {
    const char *method, *header;
} wrong[] = {{"BREW", NULL},
             {"GET\r\nX: y", NULL},
             {"GET", "X-Name: a\r\nX-Other: b"},
             {"GET", "X-Name"},
             {"GET", ": value"}};

START_TEST(what_is_no_http_is_refused_without_a_connection) {
    const char *const lines[] = {wrong[_i].header, NULL};
    caller_run((struct ac_http_call){
        .method = wrong[_i].method, .url = server_url(caller.server, "/"), .headers = lines});
    caller_check_end(AC_HTTP_BAD_REQUEST);
    server_stop(caller.server);
    ck_assert_uint_eq(server_n_connections(caller.server), 0);
}
END_TEST

START_TEST(a_call_leaves_nothing_to_the_next) {
    const char *const lines[] = {"X-Mine: 1", NULL};
    caller_run((struct ac_http_call){.method = "POST",
                                     .url = server_url(caller.server, "/"),
                                     .headers = lines,
                                     .body = AC_STR("bytes")});
    caller_get("/");
    ck_assert_ptr_null(caller_sent_header("X-Mine"));
    ck_assert_ptr_null(caller_sent_header("Content-Length"));
    ck_assert_int_eq(strncmp(server_head(caller.server), "GET / ", 6), 0);
}
END_TEST

START_TEST(bytes_are_counted_both_ways) {
    caller_run((struct ac_http_call){
        .method = "POST", .url = server_url(caller.server, "/"), .body = AC_STR("0123456789")});
    server_stop(caller.server);
    ck_assert_uint_eq(caller.reply.sent_bytes, strlen(server_head(caller.server)) + 10);
    ck_assert_uint_eq(caller.reply.received_bytes, strlen(HELLO));
}
END_TEST

int main(void) {
    Suite *s = suite_create("base/http_call");
    TCase *t = tcase_create("call");
    tcase_add_checked_fixture(t, setup, caller_teardown);
    tcase_add_test(t, the_callers_headers_are_sent_with_our_name);
    tcase_add_test(t, the_path_is_sent_as_it_is_written);
    tcase_add_loop_test(t, a_body_goes_with_every_method, 0, (int)AC_N(methods));
    tcase_add_test(t, an_empty_body_is_said_to_be_empty);
    tcase_add_test(t, a_streamed_body_arrives_whole_without_waiting);
    tcase_add_test(t, a_streamed_body_is_cut_at_its_announced_length);
    tcase_add_test(t, a_streamed_body_that_ends_early_stops_the_call);
    tcase_add_test(t, a_body_that_cannot_be_read_stops_the_call);
    tcase_add_loop_test(t, what_is_no_http_is_refused_without_a_connection, 0, (int)AC_N(wrong));
    tcase_add_test(t, a_call_leaves_nothing_to_the_next);
    tcase_add_test(t, bytes_are_counted_both_ways);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
