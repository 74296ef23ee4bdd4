// SPDX-License-Identifier: MIT
// What a reply is taken for, whole or broken.
#include "base/caller.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Length: "
#define HELLO OK_HEAD "5\r\n\r\nhello"
#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

static const struct {
    const char *what, *bytes;
    enum server_then then;
    enum ac_http_end end;
    int status; // -1: any
    const char *body;
} replies[] = {
    {"with a length", HELLO, SERVER_KEEP, AC_HTTP_DONE, 200, "hello"},
    {"chunked", CHUNKED "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", SERVER_KEEP, AC_HTTP_DONE, 200,
     "hello"},
    {"to the end of the connection", "HTTP/1.1 200 OK\r\n\r\nhello", SERVER_CLOSE, AC_HTTP_DONE,
     200, "hello"},
    {"an error with a body", "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy", SERVER_KEEP,
     AC_HTTP_DONE, 503, "busy"},
    {"204 without a body", "HTTP/1.1 204 No Content\r\n\r\n", SERVER_KEEP, AC_HTTP_DONE, 204, ""},
    {"304 with a length but no body", "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n",
     SERVER_KEEP, AC_HTTP_DONE, 304, ""},
    {"an interim reply before it", "HTTP/1.1 102 Processing\r\n\r\n" HELLO, SERVER_KEEP,
     AC_HTTP_DONE, 200, "hello"},
    {"cut short", OK_HEAD "9\r\n\r\nhello", SERVER_CLOSE, AC_HTTP_LOST, 200, "hello"},
    {"cut short before its body", OK_HEAD "9\r\n\r\n", SERVER_RESET, AC_HTTP_LOST, -1, ""},
    {"a chunk cut short", CHUNKED "9\r\nhel", SERVER_CLOSE, AC_HTTP_LOST, 200, "hel"},
    {"no last chunk", CHUNKED "3\r\nhel\r\n", SERVER_CLOSE, AC_HTTP_LOST, 200, "hel"},
    {"a chunk of no size", CHUNKED "xyz\r\nhel\r\n", SERVER_CLOSE, AC_HTTP_LOST, 200, ""},
    {"a head cut short", "HTTP/1.1 200 OK\r\nContent-Le", SERVER_CLOSE, AC_HTTP_LOST, -1, ""},
    {"only an interim reply", "HTTP/1.1 102 Processing\r\n\r\n", SERVER_CLOSE, AC_HTTP_LOST, -1,
     ""},
    {"two lengths", OK_HEAD "5\r\nContent-Length: 6\r\n\r\nhello", SERVER_CLOSE, AC_HTTP_LOST, 200,
     "hello"},
    {"nothing at all", "", SERVER_CLOSE, AC_HTTP_LOST, 0, ""},
    {"a reset after the request", "", SERVER_RESET, AC_HTTP_LOST, 0, ""},
    {"something that is no HTTP", "SSH-2.0-OpenSSH_9.2\r\n", SERVER_CLOSE, AC_HTTP_LOST, 0, ""},
    {"an unknown coding",
     "HTTP/1.1 200 OK\r\nContent-Encoding: x-own\r\nContent-Length: 3\r\n\r\nabc", SERVER_KEEP,
     AC_HTTP_LOST, 200, ""},
    {"broken gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
     SERVER_KEEP, AC_HTTP_LOST, 200, ""},
};

START_TEST(a_reply_ends_as_it_came) {
    caller_serve(&(struct server_answer){.bytes = replies[_i].bytes, .then = replies[_i].then}, 1);
    caller_get("/");
    caller_check_end(replies[_i].end);
    int status = replies[_i].status < 0 ? caller.reply.status : replies[_i].status;
    ck_assert_msg(caller.reply.status == status, "%s: status %d", replies[_i].what,
                  caller.reply.status);
    caller_check_body(replies[_i].body);
    server_stop(caller.server);
    ck_assert_uint_eq(server_n_requests(caller.server), 1);
}
END_TEST

START_TEST(a_head_call_gets_no_body) {
    caller_serve(&(struct server_answer){.bytes = OK_HEAD "1234\r\n\r\n"}, 1);
    caller_run((struct ac_http_call){.method = "HEAD", .url = server_url(caller.server, "/")});
    caller_check_end(AC_HTTP_DONE);
    ck_assert_int_eq(caller.reply.status, 200);
}
END_TEST

START_TEST(a_redirect_is_not_followed) {
    caller_serve(&(struct server_answer){.bytes = "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n"
                                                  "Content-Length: 0\r\n\r\n"},
                 1);
    caller_get("/");
    caller_check_end(AC_HTTP_DONE);
    ck_assert_int_eq(caller.reply.status, 302);
    server_stop(caller.server);
    ck_assert_uint_eq(server_n_requests(caller.server), 1);
}
END_TEST

START_TEST(a_cookie_is_not_kept) {
    caller_serve(&(struct server_answer){.bytes = OK_HEAD "0\r\nSet-Cookie: a=b; Path=/\r\n\r\n"},
                 1);
    caller_get("/");
    caller_get("/");
    ck_assert_ptr_null(caller_sent_header("Cookie"));
    ck_assert_uint_eq(server_n_requests(caller.server), 2);
}
END_TEST

START_TEST(a_refusal_in_the_middle_of_an_upload_is_heard) {
    const size_t len = (size_t)8 << 20;
    char *text = calloc(1, len);
    ck_assert_ptr_nonnull(text);
    caller_serve(
        &(struct server_answer){.bytes = "HTTP/1.1 413 Too large\r\nContent-Length: 5\r\n\r\nlarge",
                                .then = SERVER_HANG,
                                .is_early = true},
        1);
    caller_run((struct ac_http_call){
        .method = "PUT", .url = server_url(caller.server, "/"), .body = {text, len}});
    free(text);
    caller_check_end(AC_HTTP_DONE);
    ck_assert_int_eq(caller.reply.status, 413);
    caller_check_body("large");
}
END_TEST

// --- headers -------------------------------------------------------------------------------------

START_TEST(headers_are_found_in_any_case) {
    caller_serve(&(struct server_answer){.bytes = "HTTP/1.1 429 Slow down\r\n"
                                                  "retry-AFTER:  120 \r\n"
                                                  "SFORCE-limit-info: api-usage=18/5000\r\n"
                                                  "last-modified: Mon, 30 Nov 2020 08:34:54 GMT\r\n"
                                                  "Sforce-Locator:MTAwMDA\r\n"
                                                  "Content-Type: text/csv; charset=UTF-8\r\n"
                                                  "Content-Type: text/html\r\n"
                                                  "Content-Length: 0\r\n\r\n"},
                 1);
    caller_get("/");
    caller_check_end(AC_HTTP_DONE);
    ck_assert_str_eq(caller.reply.retry_after, "120");
    ck_assert_str_eq(caller.reply.limit_info, "api-usage=18/5000");
    ck_assert_str_eq(caller.reply.last_modified, "Mon, 30 Nov 2020 08:34:54 GMT");
    ck_assert_str_eq(caller.reply.locator, "MTAwMDA");
    ck_assert_str_eq(caller.reply.content_type, "text/csv; charset=UTF-8");
}
END_TEST

START_TEST(headers_of_the_last_call_are_gone) {
    const struct server_answer answers[] = {
        {.bytes = OK_HEAD "0\r\nSforce-Locator: MTAwMDA\r\nRetry-After: 3\r\n\r\n"},
        {.bytes = HELLO}};
    caller_serve(answers, 2);
    caller_get("/");
    ck_assert_str_eq(caller.reply.locator, "MTAwMDA");
    caller_get("/");
    ck_assert_str_eq(caller.reply.locator, "");
    ck_assert_str_eq(caller.reply.retry_after, "");
}
END_TEST

START_TEST(headers_of_an_interim_reply_or_trailers_do_not_count) {
    caller_serve(&(struct server_answer){.bytes = "HTTP/1.1 103 Early\r\nRetry-After: 1\r\n\r\n"
                                                  "HTTP/1.1 200 OK\r\n"
                                                  "Transfer-Encoding: chunked\r\n"
                                                  "Trailer: Retry-After\r\n\r\n"
                                                  "2\r\nhi\r\n0\r\nRetry-After: 2\r\n"
                                                  "HTTP/1.1 500: no\r\n\r\n"},
                 1);
    caller_get("/");
    caller_check_end(AC_HTTP_DONE);
    ck_assert_int_eq(caller.reply.status, 200);
    ck_assert_str_eq(caller.reply.retry_after, "");
}
END_TEST

START_TEST(a_header_too_long_is_cut) {
    char bytes[1024];
    snprintf(bytes, sizeof bytes, OK_HEAD "0\r\nRetry-After: %0200d\r\n\r\n", 7);
    caller_serve(&(struct server_answer){.bytes = bytes}, 1);
    caller_get("/");
    caller_check_end(AC_HTTP_DONE);
    ck_assert_uint_eq(strlen(caller.reply.retry_after), sizeof caller.reply.retry_after - 1);
}
END_TEST

START_TEST(a_locator_too_long_is_never_cut) {
    char bytes[1024];
    snprintf(bytes, sizeof bytes, OK_HEAD "0\r\nSforce-Locator: %0200d\r\n\r\n", 7);
    caller_serve(&(struct server_answer){.bytes = bytes}, 1);
    caller_get("/");
    caller_check_end(AC_HTTP_STOPPED);
    ck_assert_str_eq(caller.reply.locator, "");
    ck_assert_ptr_nonnull(strstr(caller.reply.why, "sforce-locator"));
}
END_TEST

#define FORTY_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

START_TEST(endless_headers_are_refused) {
    caller_serve(&(struct server_answer){.bytes = "HTTP/1.1 200 OK\r\n",
                                         .then = SERVER_ENDLESS,
                                         .filler = "X-Filler: " FORTY_A FORTY_A "\r\n"},
                 1);
    caller_get("/");
    caller_check_end(AC_HTTP_STOPPED);
    ck_assert_ptr_nonnull(strstr(caller.reply.why, "bytes of headers"));
}
END_TEST

START_TEST(one_endless_header_is_refused) {
    caller_serve(&(struct server_answer){.bytes = "HTTP/1.1 200 OK\r\nX-Filler: ",
                                         .then = SERVER_ENDLESS,
                                         .filler = FORTY_A FORTY_A},
                 1);
    caller_get("/");
    caller_check_end(AC_HTTP_LOST);
}
END_TEST

START_TEST(endless_interim_replies_are_refused) {
    caller_serve(&(struct server_answer){.then = SERVER_ENDLESS,
                                         .filler = "HTTP/1.1 102 Processing\r\n\r\n"},
                 1);
    caller_get("/");
    caller_check_end(AC_HTTP_STOPPED);
}
END_TEST

// --- bodies --------------------------------------------------------------------------------------

START_TEST(an_endless_body_is_stopped_at_its_ceiling) {
    caller_serve(&(struct server_answer){.bytes = "HTTP/1.1 500 Oops\r\n\r\n",
                                         .then = SERVER_ENDLESS,
                                         .filler = FORTY_A},
                 1);
    caller_run(
        (struct ac_http_call){.url = server_url(caller.server, "/"), .max_reply_bytes = 10000});
    caller_check_end(AC_HTTP_STOPPED);
    ck_assert_int_eq(caller.reply.status, 500);
    ck_assert_uint_le(caller.body_len, 10000);
    ck_assert_str_eq(caller.reply.why, "the reply is larger than 10000 bytes");
}
END_TEST

static const struct {
    size_t max;
    enum ac_http_end end;
} ceilings[] = {{6, AC_HTTP_DONE}, {5, AC_HTTP_DONE}, {4, AC_HTTP_STOPPED}};

START_TEST(the_ceiling_of_a_body_is_exact) {
    caller_serve(&(struct server_answer){.bytes = HELLO}, 1);
    caller_get("/"); // leaves a larger buffer behind
    caller_run((struct ac_http_call){.url = server_url(caller.server, "/"),
                                     .max_reply_bytes = ceilings[_i].max});
    caller_check_end(ceilings[_i].end);
}
END_TEST

START_TEST(a_streamed_reply_goes_to_its_callback) {
    caller_serve(&(struct server_answer){.bytes = HELLO}, 1);
    caller_run(
        (struct ac_http_call){.url = server_url(caller.server, "/"), .on_body = caller_take});
    caller_check_end(AC_HTTP_DONE);
    ck_assert_uint_eq(caller.taken_len, 5);
    ck_assert_mem_eq(caller.taken, "hello", 5);
    caller_check_body("");
}
END_TEST

START_TEST(an_error_is_collected_even_when_the_reply_is_streamed) {
    caller_serve(
        &(struct server_answer){.bytes = "HTTP/1.1 404 None\r\nContent-Length: 4\r\n\r\nnone"}, 1);
    caller_run(
        (struct ac_http_call){.url = server_url(caller.server, "/"), .on_body = caller_take});
    caller_check_end(AC_HTTP_DONE);
    ck_assert_uint_eq(caller.taken_len, 0);
    caller_check_body("none");
}
END_TEST

START_TEST(a_callback_that_gives_up_stops_the_call) {
    caller_serve(&(struct server_answer){.bytes = HELLO}, 1);
    caller.take_max = 3;
    caller_run(
        (struct ac_http_call){.url = server_url(caller.server, "/"), .on_body = caller_take});
    caller_check_end(AC_HTTP_STOPPED);
}
END_TEST

// --- packed bodies -------------------------------------------------------------------------------

// 4096 times "a", 40 bytes when packed.
#define GZIP                                                                                       \
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x01\x0d\x00\x00\x00\xc2\xa0\xac\xef\x5f\xc2" \
    "\x1e\x0e\x28\x00\x00\x00\xe0\xdd\x00\x73\xdc\x99\x9c\x00\x10\x00\x00"
#define GZIP_REPLY "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 40\r\n\r\n" GZIP
#define DEFLATE_REPLY                                                                              \
    "HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: 13\r\n\r\n"                   \
    "\x78\xda\xcb\x48\xcd\xc9\xc9\x07\x00\x06\x2c\x02\x15"

START_TEST(a_gzipped_body_is_inflated) {
    caller_serve(&(struct server_answer){.bytes = GZIP_REPLY, .len = sizeof GZIP_REPLY - 1}, 1);
    caller_get("/");
    caller_check_end(AC_HTTP_DONE);
    ck_assert_uint_eq(caller.body_len, 4096);
    ck_assert_int_eq(caller.body[4095], 'a');
    ck_assert_str_eq(caller_sent_header("Accept-Encoding"), "gzip, deflate");
}
END_TEST

START_TEST(a_deflated_body_is_inflated) {
    caller_serve(&(struct server_answer){.bytes = DEFLATE_REPLY, .len = sizeof DEFLATE_REPLY - 1},
                 1);
    caller_get("/");
    caller_check_end(AC_HTTP_DONE);
    caller_check_body("hello");
}
END_TEST

START_TEST(the_ceiling_holds_for_what_is_inflated) {
    caller_serve(&(struct server_answer){.bytes = GZIP_REPLY, .len = sizeof GZIP_REPLY - 1}, 1);
    caller_run(
        (struct ac_http_call){.url = server_url(caller.server, "/"), .max_reply_bytes = 4095});
    caller_check_end(AC_HTTP_STOPPED);
}
END_TEST

START_TEST(who_names_the_coding_gets_the_body_as_it_comes) {
    const char *const lines[] = {"accept-encoding: identity", NULL};
    caller_serve(&(struct server_answer){.bytes = GZIP_REPLY, .len = sizeof GZIP_REPLY - 1}, 1);
    caller_run((struct ac_http_call){.url = server_url(caller.server, "/"), .headers = lines});
    caller_check_end(AC_HTTP_DONE);
    ck_assert_uint_eq(caller.body_len, 40);
    ck_assert_mem_eq(caller.body, GZIP, 40);
    ck_assert_str_eq(caller_sent_header("Accept-Encoding"), "identity");
}
END_TEST

int main(void) {
    Suite *s = suite_create("base/http_reply");
    TCase *t = tcase_create("reply");
    tcase_add_checked_fixture(t, caller_setup, caller_teardown);
    tcase_add_loop_test(t, a_reply_ends_as_it_came, 0, (int)AC_N(replies));
    tcase_add_test(t, a_head_call_gets_no_body);
    tcase_add_test(t, a_redirect_is_not_followed);
    tcase_add_test(t, a_cookie_is_not_kept);
    tcase_add_test(t, a_refusal_in_the_middle_of_an_upload_is_heard);
    suite_add_tcase(s, t);
    t = tcase_create("header");
    tcase_add_checked_fixture(t, caller_setup, caller_teardown);
    tcase_add_test(t, headers_are_found_in_any_case);
    tcase_add_test(t, headers_of_the_last_call_are_gone);
    tcase_add_test(t, headers_of_an_interim_reply_or_trailers_do_not_count);
    tcase_add_test(t, a_header_too_long_is_cut);
    tcase_add_test(t, a_locator_too_long_is_never_cut);
    tcase_add_test(t, endless_headers_are_refused);
    tcase_add_test(t, one_endless_header_is_refused);
    tcase_add_test(t, endless_interim_replies_are_refused);
    suite_add_tcase(s, t);
    t = tcase_create("body");
    tcase_add_checked_fixture(t, caller_setup, caller_teardown);
    tcase_add_test(t, an_endless_body_is_stopped_at_its_ceiling);
    tcase_add_loop_test(t, the_ceiling_of_a_body_is_exact, 0, (int)AC_N(ceilings));
    tcase_add_test(t, a_streamed_reply_goes_to_its_callback);
    tcase_add_test(t, an_error_is_collected_even_when_the_reply_is_streamed);
    tcase_add_test(t, a_callback_that_gives_up_stops_the_call);
    tcase_add_test(t, a_gzipped_body_is_inflated);
    tcase_add_test(t, a_deflated_body_is_inflated);
    tcase_add_test(t, the_ceiling_holds_for_what_is_inflated);
    tcase_add_test(t, who_names_the_coding_gets_the_body_as_it_comes);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
