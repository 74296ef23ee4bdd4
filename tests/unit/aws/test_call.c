// SPDX-License-Identifier: MIT
// Requests signed, repeated, told to whom they concern.
#include "aws/aws_net.h"
#include "aws/call.h"
#include "aws/endpoint.h"
#include <check.h>
#include <stdio.h>

#define URL "https://s3.eu-central-1.amazonaws.com/b/k"
#define XML_ERROR(code, more)                                                                      \
    "<?xml version=\"1.0\"?><Error><Code>" code "</Code><Message>its words</Message>" more         \
    "</Error>"

static struct ac_aws_reply reply;
static struct ac_buf body;
static char taken[65536];
static size_t n_taken, n_done, n_heads;
static bool refuses;

static void setup(void) {
    aws_setup();
    ac_buf_init(&body, 1 << 20);
    n_taken = n_done = n_heads = 0;
    refuses = false;
}

static void teardown(void) {
    aws_teardown();
    ac_buf_free(&body);
}

static struct ac_aws_request request(void) {
    return (struct ac_aws_request){.service = "s3",
                                   .region = "eu-central-1",
                                   .base = "https://s3.eu-central-1.amazonaws.com",
                                   .method = "GET",
                                   .path = "/b/k",
                                   .is_s3 = true};
}

static enum ac_rc run(struct ac_aws_request r) {
    ac_err_clear(&aws_net.err);
    return ac_aws_wait(aws_room(), &r, &reply, &body, &aws_net.err);
}

static bool on_head(void *arg, const struct ac_http_reply *http) {
    (void)arg;
    (void)http;
    n_heads++;
    return !refuses;
}

static bool on_body(void *arg, ac_str bytes) {
    (void)arg;
    memcpy(taken + n_taken, bytes.ptr, bytes.len);
    n_taken += bytes.len;
    return true;
}

static void on_done(void *arg, const struct ac_aws_reply *r) {
    (void)arg;
    reply = *r;
    n_done++;
}

static struct ac_aws_request streamed(void) {
    struct ac_aws_request r = request();
    r.on_head = on_head;
    r.on_body = on_body;
    return r;
}

static void fail_times(int times, int status, const char *text) {
    aws_add(&(struct aws_answer){.url = URL, .status = status, .body = text, .times = times});
}

// --- what is sent

START_TEST(a_request_is_signed) {
    aws_say(URL, 200, "hello");
    ck_assert_int_eq(run(request()), AC_OK);
    const struct aws_asked *a = aws_nth(URL, 0);
    ck_assert_str_eq(aws_header(a, "Host"), "s3.eu-central-1.amazonaws.com");
    ck_assert_str_eq(aws_header(a, "X-Amz-Date"), "20310304T161530Z");
    ck_assert_str_eq(aws_header(a, "X-Amz-Content-Sha256"),
                     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    ck_assert_int_eq(strncmp(aws_header(a, "Authorization"),
                             "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20310304/eu-central-1/s3/"
                             "aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, ",
                             130),
                     0);
    ck_assert_ptr_null(aws_header(a, "X-Amz-Security-Token"));
    ck_assert(ac_str_eq(reply.body, AC_STR("hello")));
}
END_TEST

START_TEST(a_session_token_is_signed_too) {
    aws_setenv("AWS_SESSION_TOKEN", "the/token==");
    aws_say(URL, 200, "");
    ck_assert_int_eq(run(request()), AC_OK);
    ck_assert_str_eq(aws_header(&aws_net.asked[0], "X-Amz-Security-Token"), "the/token==");
    ck_assert_ptr_nonnull(strstr(aws_header(&aws_net.asked[0], "Authorization"),
                                 "x-amz-date;x-amz-security-token, "));
}
END_TEST

START_TEST(the_query_is_sent_as_it_is_signed) {
    const struct ac_sigv4_pair query[] = {{AC_STR("prefix"), AC_STR("a b+/%")},
                                          {AC_STR("list-type"), AC_STR("2")}};
    struct ac_aws_request r = request();
    r.query = query;
    r.n_query = 2;
    r.base = "http://127.0.0.1:80/pre/";
    r.path = "/b%3A";
    aws_keep_saying("*", 200, "");
    ck_assert_int_eq(run(r), AC_OK);
    ck_assert_str_eq(aws_net.asked[0].url,
                     "http://127.0.0.1:80/pre/b%3A?list-type=2&prefix=a%20b%2B%2F%25");
    ck_assert_str_eq(aws_header(&aws_net.asked[0], "Host"), "127.0.0.1");
}
END_TEST

START_TEST(further_headers_are_signed) {
    const struct ac_sigv4_pair headers[] = {{AC_STR("If-Match"), AC_STR("\"e\"")}};
    struct ac_aws_request r = request();
    r.headers = headers;
    r.n_headers = 1;
    aws_say(URL, 200, "");
    ck_assert_int_eq(run(r), AC_OK);
    ck_assert_str_eq(aws_header(&aws_net.asked[0], "If-Match"), "\"e\"");
    ck_assert_ptr_nonnull(strstr(aws_header(&aws_net.asked[0], "Authorization"),
                                 "SignedHeaders=host;if-match;x-amz-"));
}
END_TEST

START_TEST(a_body_may_be_left_out_of_the_signature) {
    struct ac_aws_request r = request();
    r.method = "PUT";
    r.body = AC_STR("bytes");
    r.is_unsigned = true;
    aws_say(URL, 200, "");
    ck_assert_int_eq(run(r), AC_OK);
    ck_assert_str_eq(aws_header(&aws_net.asked[0], "X-Amz-Content-Sha256"), "UNSIGNED-PAYLOAD");
    ck_assert_str_eq(aws_net.asked[0].body, "bytes");
}
END_TEST

START_TEST(a_header_with_a_line_break_is_not_sent) {
    const struct ac_sigv4_pair headers[] = {{AC_STR("If-Match"), AC_STR("a\r\nX-Evil: 1")}};
    struct ac_aws_request r = request();
    r.headers = headers;
    r.n_headers = 1;
    ck_assert_int_eq(run(r), AC_INPUT);
    ck_assert_uint_eq(aws_net.n_asked, 0);
}
END_TEST

START_TEST(a_streamed_body_is_asked_for_as_it_is_stored) {
    aws_say(URL, 200, "hello");
    ck_assert_int_eq(run(streamed()), AC_OK);
    ck_assert_str_eq(aws_header(&aws_net.asked[0], "Accept-Encoding"), "identity");
    ck_assert_ptr_null(strstr(aws_header(&aws_net.asked[0], "Authorization"), "accept-encoding"));
    ck_assert_int_eq(aws_net.asked[0].idle_ms, 60000);
}
END_TEST

START_TEST(without_credentials_nothing_is_sent) {
    aws_setenv("AWS_ACCESS_KEY_ID", NULL);
    ck_assert_int_eq(run(request()), AC_RUN);
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_CONFIG);
    ck_assert_str_eq(aws_net.err.code, "AWS_CREDENTIALS");
    ck_assert_uint_eq(aws_net.n_asked, 0);
}
END_TEST

START_TEST(no_memory_for_a_call_ends_it) {
    aws_net.n_start_failures = 1;
    ck_assert_int_eq(run(request()), AC_RUN);
    ck_assert_uint_eq(ac_aws_in_flight(aws_room()), 0);
}
END_TEST

// --- what is repeated

static const struct {
    int status;
    const char *text;
} transient[] = {
    {500, ""},
    {502, "<html>bad gateway"},
    {503, XML_ERROR("SlowDown", "")},
    {503, XML_ERROR("ServiceUnavailable", "")},
    {429, ""},
    {400, XML_ERROR("RequestTimeout", "")},
    {409, XML_ERROR("OperationAborted", "")},
    {400, "{\"__type\":\"com.amazonaws.kinesis#ProvisionedThroughputExceededException\"}"},
    {400, "{\"__type\":\"ThrottlingException\",\"message\":\"m\"}"}};

START_TEST(what_passes_is_tried_again) {
    fail_times(3, transient[_i].status, transient[_i].text);
    aws_say(URL, 200, "at last");
    ck_assert_int_eq(run(request()), AC_OK);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_uint_eq(aws_net.n_asked, 4);
    ck_assert_int_gt(aws_net.clock.slept_ms, 0);
    ck_assert_int_le(aws_net.clock.slept_ms, 200 + 400 + 800);
}
END_TEST

static const enum ac_http_end ends[] = {AC_HTTP_REFUSED, AC_HTTP_LOST, AC_HTTP_TIMEOUT};

START_TEST(a_broken_connection_is_tried_again) {
    aws_add(&(struct aws_answer){.url = URL, .end = ends[_i], .why = "broken", .times = 2});
    aws_say(URL, 200, "at last");
    ck_assert_int_eq(run(request()), AC_OK);
    ck_assert_uint_eq(aws_net.n_asked, 3);
}
END_TEST

static const struct {
    int status;
    const char *text;
} permanent[] = {{403, XML_ERROR("AccessDenied", "")},
                 {404, XML_ERROR("NoSuchKey", "")},
                 {400, XML_ERROR("InvalidRequest", "")},
                 {301, XML_ERROR("PermanentRedirect", "")},
                 {501, XML_ERROR("NotImplemented", "")}};

START_TEST(what_stays_is_told_at_once) {
    fail_times(1, permanent[_i].status, permanent[_i].text);
    ck_assert_int_eq(run(request()), AC_OK);
    ck_assert_int_eq(reply.status, permanent[_i].status);
    ck_assert_str_eq(reply.message, "its words");
    ck_assert_uint_eq(aws_net.n_asked, 1);
}
END_TEST

START_TEST(tries_have_an_end) {
    fail_times(AWS_FOREVER, 503, XML_ERROR("SlowDown", ""));
    ck_assert_int_eq(run(request()), AC_OK);
    ck_assert_str_eq(reply.code, "SlowDown");
    ck_assert_uint_eq(aws_net.n_asked, 8);
    ck_assert_uint_eq(ac_aws_n_sent(aws_room()), 8);
    ck_assert_int_eq(ac_aws_fail(&reply, "the thing", &aws_net.err), AC_INPUT);
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_STOP);
}
END_TEST

START_TEST(waiting_has_a_budget) {
    aws_room_with(&(struct ac_aws_options){.base_ms = 1000, .budget_ms = 1500, .max_attempts = 99});
    fail_times(AWS_FOREVER, 503, "");
    ck_assert_int_eq(run(request()), AC_OK);
    ck_assert_int_le(aws_net.clock.slept_ms, 1500);
    ck_assert_uint_lt(aws_net.n_asked, 99);
}
END_TEST

START_TEST(a_wait_that_is_asked_for_is_kept) {
    aws_add(&(struct aws_answer){.url = URL, .status = 503, .headers = {"Retry-After: 7"}});
    aws_say(URL, 200, "");
    ck_assert_int_eq(run(request()), AC_OK);
    ck_assert_int_eq(aws_net.clock.slept_ms, 7000);
}
END_TEST

START_TEST(a_request_may_be_tried_once_only) {
    struct ac_aws_request r = request();
    r.max_attempts = 1;
    fail_times(1, 503, "");
    ck_assert_int_eq(run(r), AC_OK);
    ck_assert_int_eq(reply.status, 503);
}
END_TEST

START_TEST(a_stream_that_broke_is_left_to_its_taker) {
    aws_add(&(struct aws_answer){.url = URL, .body = "0123456789", .cut_at = 4});
    ck_assert_int_eq(run(streamed()), AC_RUN);
    ck_assert_int_eq(reply.end, AC_HTTP_LOST);
    ck_assert(reply.was_given);
    ck_assert_uint_eq(n_taken, 4);
    ck_assert_uint_eq(aws_net.n_asked, 1);
}
END_TEST

START_TEST(a_stream_that_gave_nothing_is_tried_again) {
    fail_times(1, 503, "");
    aws_say(URL, 200, "0123456789");
    ck_assert_int_eq(run(streamed()), AC_OK);
    ck_assert_uint_eq(n_taken, 10);
    ck_assert_uint_eq(n_heads, 1);
}
END_TEST

START_TEST(a_head_that_is_refused_ends_the_stream) {
    refuses = true;
    aws_say(URL, 200, "0123456789");
    ck_assert_int_eq(run(streamed()), AC_INPUT);
    ck_assert_int_eq(reply.end, AC_HTTP_STOPPED);
    ck_assert_uint_eq(n_taken, 0);
}
END_TEST

// --- clocks and keys

static const struct {
    int status;
    const char *text;
} skewed[] = {
    {403, XML_ERROR("RequestTimeTooSkewed", "")},
    {400, "{\"__type\":\"InvalidSignatureException\",\"message\":\"Signature expired\"}"}};

START_TEST(a_wrong_clock_is_put_right_once) {
    aws_add(&(struct aws_answer){.url = URL,
                                 .status = skewed[_i].status,
                                 .body = skewed[_i].text,
                                 .headers = {"Date: Tue, 04 Mar 2031 18:15:30 GMT"}});
    aws_say(URL, 200, "");
    aws_say(URL, 200, "");
    ck_assert_int_eq(run(request()), AC_OK);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_str_eq(aws_header(&aws_net.asked[1], "X-Amz-Date"), "20310304T181530Z");
    ck_assert_int_eq(run(request()), AC_OK);
    ck_assert_str_eq(aws_header(&aws_net.asked[2], "X-Amz-Date"), "20310304T181530Z");
    ck_assert_int_eq(aws_net.clock.slept_ms, 0);
}
END_TEST

START_TEST(a_clock_that_is_right_is_left_alone) {
    aws_add(&(struct aws_answer){.url = URL,
                                 .status = 400,
                                 .body = skewed[1].text,
                                 .headers = {"Date: Tue, 04 Mar 2031 16:15:31 GMT"}});
    ck_assert_int_eq(run(request()), AC_OK);
    ck_assert_int_eq(reply.status, 400);
    ck_assert_uint_eq(aws_net.n_asked, 1);
}
END_TEST

START_TEST(a_clock_that_stays_wrong_is_told) {
    aws_add(&(struct aws_answer){.url = URL,
                                 .status = 403,
                                 .body = skewed[0].text,
                                 .headers = {"Date: Tue, 04 Mar 2031 18:15:30 GMT"},
                                 .times = AWS_FOREVER});
    ck_assert_int_eq(run(request()), AC_OK);
    ck_assert_uint_eq(aws_net.n_asked, 2);
    ck_assert_int_eq(ac_aws_fail(&reply, "it", &aws_net.err), AC_RUN);
    ck_assert_ptr_nonnull(strstr(aws_net.err.text, "the machine's clock"));
}
END_TEST

START_TEST(keys_that_have_ended_are_fetched_again) {
    fail_times(1, 400, XML_ERROR("ExpiredToken", ""));
    aws_say(URL, 200, "");
    ck_assert_int_eq(run(request()), AC_OK);
    ck_assert_int_eq(reply.status, 200);
    ck_assert_uint_eq(aws_net.n_asked, 2);
}
END_TEST

START_TEST(keys_that_end_again_are_told) {
    fail_times(AWS_FOREVER, 400, XML_ERROR("ExpiredToken", ""));
    ck_assert_int_eq(run(request()), AC_OK);
    ck_assert_uint_eq(aws_net.n_asked, 2);
    ck_assert_int_eq(ac_aws_fail(&reply, "it", &aws_net.err), AC_RUN);
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_CONFIG);
}
END_TEST

// --- what a failure says

static const struct {
    int status;
    const char *text, *header, *code, *region;
    enum ac_rc rc;
    enum ac_cause cause;
} failures[] = {
    {403, XML_ERROR("SignatureDoesNotMatch", ""), NULL, "SignatureDoesNotMatch", "", AC_RUN,
     AC_CAUSE_CONFIG},
    {403, XML_ERROR("InvalidAccessKeyId", ""), NULL, "InvalidAccessKeyId", "", AC_RUN,
     AC_CAUSE_CONFIG},
    {400, XML_ERROR("AuthorizationHeaderMalformed", "<Region>us-west-2</Region>"), NULL,
     "AuthorizationHeaderMalformed", "us-west-2", AC_INPUT, AC_CAUSE_INPUT},
    {301, "", "x-amz-bucket-region: eu-west-1", "", "eu-west-1", AC_INPUT, AC_CAUSE_INPUT},
    {301, "", "x-amz-bucket-region: evil.example/", "", "", AC_INPUT, AC_CAUSE_INPUT},
    {400, XML_ERROR("X", "<Region>evil.example/</Region>"), NULL, "X", "", AC_INPUT,
     AC_CAUSE_INPUT},
    {400, "{\"__type\":\"a.b#ResourceNotFoundException\",\"Message\":\"its words\"}", NULL,
     "ResourceNotFoundException", "", AC_INPUT, AC_CAUSE_INPUT},
    {400, "{\"message\":\"its words\"}", "x-amzn-errortype: AccessDeniedException:http://x/",
     "AccessDeniedException", "", AC_INPUT, AC_CAUSE_INPUT},
    {404, "<html>nothing here", NULL, "", "", AC_INPUT, AC_CAUSE_INPUT},
    {404, "not json", NULL, "", "", AC_INPUT, AC_CAUSE_INPUT}};

START_TEST(a_failure_says_what_it_is) {
    aws_add(&(struct aws_answer){.url = URL,
                                 .status = failures[_i].status,
                                 .body = failures[_i].text,
                                 .headers = {failures[_i].header}});
    ck_assert_int_eq(run(request()), AC_OK);
    ck_assert_str_eq(reply.code, failures[_i].code);
    ck_assert_str_eq(reply.region, failures[_i].region);
    ck_assert_int_eq(ac_aws_fail(&reply, "the thing", &aws_net.err), failures[_i].rc);
    ck_assert_int_eq(aws_net.err.cause, failures[_i].cause);
    ck_assert_int_eq(strncmp(aws_net.err.text, "the thing ", 10), 0);
}
END_TEST

START_TEST(headers_that_were_asked_for_are_told) {
    static const char *const wanted[] = {"ETag", "x-amz-version-id", NULL};
    struct ac_aws_request r = request();
    r.wanted = wanted;
    aws_add(&(struct aws_answer){.url = URL,
                                 .headers = {"x-amz-version-id: v", "ETag: \"e\"",
                                             "Last-Modified: Tue, 04 Mar 2031 16:15:31 GMT"}});
    ck_assert_int_eq(run(r), AC_OK);
    ck_assert_str_eq(reply.wanted[0], "\"e\"");
    ck_assert_str_eq(reply.wanted[1], "v");
    ck_assert_str_eq(reply.last_modified, "Tue, 04 Mar 2031 16:15:31 GMT");
}
END_TEST

START_TEST(no_network_at_all_is_for_the_next_run) {
    aws_add(&(struct aws_answer){
        .url = URL, .end = AC_HTTP_REFUSED, .why = "no route", .times = AWS_FOREVER});
    ck_assert_int_eq(run(request()), AC_RUN);
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_STOP);
    ck_assert_ptr_nonnull(strstr(aws_net.err.text, "no route"));
}
END_TEST

START_TEST(a_certificate_that_is_refused_is_a_matter_of_configuration) {
    aws_add(&(struct aws_answer){.url = URL, .end = AC_HTTP_TLS, .why = "self-signed"});
    ck_assert_int_eq(run(request()), AC_RUN);
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_CONFIG);
}
END_TEST

// --- many at once

START_TEST(requests_are_under_way_together) {
    struct ac_aws_request r = request();
    r.done = on_done;
    aws_keep_saying(URL, 200, "");
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(ac_aws_start(aws_room(), &r, NULL, &aws_net.err), AC_OK);
    ck_assert_uint_eq(aws_net.n_asked, 0);
    ck_assert_uint_eq(ac_aws_in_flight(aws_room()), 5);
    ck_assert_int_eq(ac_aws_pump(aws_room(), 0, &aws_net.err), AC_OK);
    ck_assert_uint_eq(n_done, 5);
    ck_assert_uint_eq(ac_aws_in_flight(aws_room()), 0);
}
END_TEST

static void start_another(void *arg, const struct ac_aws_reply *r) {
    struct ac_aws_request next = request();
    (void)arg;
    (void)r;
    next.done = on_done;
    ck_assert_int_eq(ac_aws_start(aws_room(), &next, NULL, &aws_net.err), AC_OK);
    ck_assert_int_eq(ac_aws_pump(aws_room(), 0, &aws_net.err), AC_RUN);
}

START_TEST(a_callback_may_start_a_request_but_not_wait_for_it) {
    struct ac_aws_request r = request();
    r.done = start_another;
    aws_keep_saying(URL, 200, "");
    ck_assert_int_eq(ac_aws_start(aws_room(), &r, NULL, &aws_net.err), AC_OK);
    ck_assert_int_eq(ac_aws_pump(aws_room(), 0, &aws_net.err), AC_OK);
    ck_assert_str_eq(aws_net.err.code, "NESTED");
    ck_assert_uint_eq(n_done, 0);
    ck_assert_int_eq(ac_aws_pump(aws_room(), 0, &aws_net.err), AC_OK);
    ck_assert_uint_eq(n_done, 1);
}
END_TEST

START_TEST(an_abandoned_request_is_told_to_nobody) {
    struct ac_aws_flight *waiting, *flying;
    struct ac_aws_request r = streamed();
    r.done = on_done;
    aws_add(&(struct aws_answer){.url = URL, .body = "0123456789", .times = AWS_FOREVER});
    ck_assert_int_eq(ac_aws_start(aws_room(), &r, &waiting, &aws_net.err), AC_OK);
    ac_aws_abandon(waiting);
    ck_assert_int_eq(ac_aws_pump(aws_room(), 0, &aws_net.err), AC_OK);
    ck_assert_uint_eq(aws_net.n_asked, 0);
    aws_net.chunk = aws_net.per_pump = 1;
    ck_assert_int_eq(ac_aws_start(aws_room(), &r, &flying, &aws_net.err), AC_OK);
    ck_assert_int_eq(ac_aws_pump(aws_room(), 0, &aws_net.err), AC_OK);
    ck_assert_uint_eq(n_taken, 1);
    ac_aws_abandon(flying);
    ck_assert_int_eq(ac_aws_pump(aws_room(), 0, &aws_net.err), AC_OK);
    ck_assert_uint_eq(n_taken, 1);
    ck_assert_uint_eq(n_done, 0);
    ck_assert_uint_eq(ac_aws_in_flight(aws_room()), 0);
}
END_TEST

START_TEST(requests_die_with_the_room) {
    struct ac_aws_request r = request();
    r.done = on_done;
    aws_add(&(struct aws_answer){.url = URL, .hangs = true});
    ck_assert_int_eq(ac_aws_start(aws_room(), &r, NULL, &aws_net.err), AC_OK);
    ck_assert_int_eq(ac_aws_pump(aws_room(), 0, &aws_net.err), AC_OK);
    ck_assert_int_eq(ac_aws_start(aws_room(), &r, NULL, &aws_net.err), AC_OK);
    ck_assert_uint_eq(ac_aws_in_flight(aws_room()), 2);
}
END_TEST

static void add_sending(TCase *t) {
    tcase_add_test(t, a_request_is_signed);
    tcase_add_test(t, a_session_token_is_signed_too);
    tcase_add_test(t, the_query_is_sent_as_it_is_signed);
    tcase_add_test(t, further_headers_are_signed);
    tcase_add_test(t, a_body_may_be_left_out_of_the_signature);
    tcase_add_test(t, a_header_with_a_line_break_is_not_sent);
    tcase_add_test(t, a_streamed_body_is_asked_for_as_it_is_stored);
    tcase_add_test(t, without_credentials_nothing_is_sent);
    tcase_add_test(t, no_memory_for_a_call_ends_it);
    tcase_add_loop_test(t, a_failure_says_what_it_is, 0, (int)AC_N(failures));
    tcase_add_test(t, headers_that_were_asked_for_are_told);
    tcase_add_test(t, no_network_at_all_is_for_the_next_run);
    tcase_add_test(t, a_certificate_that_is_refused_is_a_matter_of_configuration);
    tcase_add_test(t, requests_are_under_way_together);
    tcase_add_test(t, a_callback_may_start_a_request_but_not_wait_for_it);
    tcase_add_test(t, an_abandoned_request_is_told_to_nobody);
    tcase_add_test(t, requests_die_with_the_room);
}

static void add_repeating(TCase *t) {
    tcase_add_loop_test(t, what_passes_is_tried_again, 0, (int)AC_N(transient));
    tcase_add_loop_test(t, a_broken_connection_is_tried_again, 0, (int)AC_N(ends));
    tcase_add_loop_test(t, what_stays_is_told_at_once, 0, (int)AC_N(permanent));
    tcase_add_test(t, tries_have_an_end);
    tcase_add_test(t, waiting_has_a_budget);
    tcase_add_test(t, a_wait_that_is_asked_for_is_kept);
    tcase_add_test(t, a_request_may_be_tried_once_only);
    tcase_add_test(t, a_stream_that_broke_is_left_to_its_taker);
    tcase_add_test(t, a_stream_that_gave_nothing_is_tried_again);
    tcase_add_test(t, a_head_that_is_refused_ends_the_stream);
    tcase_add_loop_test(t, a_wrong_clock_is_put_right_once, 0, (int)AC_N(skewed));
    tcase_add_test(t, a_clock_that_is_right_is_left_alone);
    tcase_add_test(t, a_clock_that_stays_wrong_is_told);
    tcase_add_test(t, keys_that_have_ended_are_fetched_again);
    tcase_add_test(t, keys_that_end_again_are_told);
}

int main(void) {
    Suite *s = suite_create("aws/call");
    TCase *sending = tcase_create("sending"), *repeating = tcase_create("repeating");
    tcase_add_checked_fixture(sending, setup, teardown);
    tcase_add_checked_fixture(repeating, setup, teardown);
    add_sending(sending);
    add_repeating(repeating);
    suite_add_tcase(s, sending);
    suite_add_tcase(s, repeating);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
