// SPDX-License-Identifier: MIT
// Calls: what is sent, what comes back.
#include "org/org_kit.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static struct org_kit kit;

static void setup(void) { org_kit_setup(&kit); }
static void teardown(void) { org_kit_teardown(&kit); }

// --- what is sent --------------------------------------------------------------------------------

START_TEST(a_call_goes_below_the_versions_path_of_the_instance) {
    org_kit_login(&kit);
    net_say(&kit.net, "GET", "*", 200, "{}");
    org_kit_get(&kit, 0, "/sobjects/X__c/describe");
    org_kit_pump(&kit);
    ck_assert_str_eq(net_asked(&kit.net, "GET", "*", 0)->url,
                     ORG_KIT_INSTANCE "/services/data/v62.0/sobjects/X__c/describe");
}
END_TEST

START_TEST(a_whole_path_goes_below_the_host) {
    org_kit_login(&kit);
    net_say(&kit.net, "GET", "*", 200, "{}");
    org_kit_get(&kit, 0, "/services/data/v62.0/query/01g-2000");
    org_kit_pump(&kit);
    ck_assert_str_eq(net_asked(&kit.net, "GET", "*", 0)->url,
                     ORG_KIT_INSTANCE "/services/data/v62.0/query/01g-2000");
}
END_TEST

START_TEST(a_call_carries_these_headers_in_full) {
    org_kit_login(&kit);
    net_say(&kit.net, "PATCH", "*", 200, "[]");
    org_kit_start(&kit, 0,
                  (struct ac_rest_call){.method = "PATCH",
                                        .path = "/composite/sobjects",
                                        .content_type = "application/json; charset=utf-8",
                                        .accept = "text/csv",
                                        .if_modified_since = "Mon, 30 Nov 2020 08:34:54 GMT",
                                        .body = AC_STR("{\"records\":[]}")});
    org_kit_pump(&kit);
    const struct net_request *asked = net_asked(&kit.net, "PATCH", "*", 0);
    ck_assert_str_eq(asked->headers, "Authorization: Bearer TOKEN_1\n"
                                     "Accept: text/csv\n"
                                     "Sforce-Call-Options: client=acload\n"
                                     "Content-Type: application/json; charset=utf-8\n"
                                     "If-Modified-Since: Mon, 30 Nov 2020 08:34:54 GMT\n");
    ck_assert_str_eq(asked->body, "{\"records\":[]}");
}
END_TEST

START_TEST(json_is_accepted_unless_something_else_is_asked_for) {
    org_kit_login(&kit);
    net_say(&kit.net, "GET", "*", 200, "{}");
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_str_eq(net_asked(&kit.net, "GET", "*", 0)->headers,
                     "Authorization: Bearer TOKEN_1\n"
                     "Accept: application/json\n"
                     "Sforce-Call-Options: client=acload\n");
}
END_TEST

START_TEST(the_callers_texts_may_be_gone_while_the_call_is_in_flight) {
    org_kit_login(&kit);
    net_say(&kit.net, "GET", "*", 200, "{}");
    char path[] = "/limits", since[] = "yesterday";
    org_kit_start(&kit, 0,
                  (struct ac_rest_call){.method = "GET", .path = path, .if_modified_since = since});
    memset(path, 'x', sizeof path - 1);
    memset(since, 'x', sizeof since - 1);
    org_kit_pump(&kit);
    const struct net_request *asked = net_asked(&kit.net, "GET", "*", 0);
    ck_assert_str_eq(asked->path, "/services/data/v62.0/limits");
    ck_assert_str_eq(net_header(asked, "If-Modified-Since"), "yesterday");
}
END_TEST

static const char *const bad_paths[] = {
    "",
    "limits",
    "@evil.example.com/x",
    ".evil.example.com/",
    ":1/x",
    "/with blank",
    "/with\nnewline",
    "/with\177delete",
    "/\xC3\xA4",
    "https://evil.example.com/",
};

START_TEST(what_is_no_path_is_refused) {
    org_kit_login(&kit);
    struct ac_rest_call call = {.method = "GET", .path = bad_paths[_i]};
    ck_assert_int_eq(ac_rest_start(kit.org, &call, &kit.err), AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_INTERNAL);
    ck_assert_uint_eq(ac_rest_in_flight(kit.org), 0);
}
END_TEST

START_TEST(a_header_that_would_end_early_is_refused) {
    org_kit_login(&kit);
    struct ac_rest_call call = {
        .method = "GET", .path = "/limits", .if_modified_since = "x\r\nEvil: 1"};
    ck_assert_int_eq(ac_rest_start(kit.org, &call, &kit.err), AC_RUN);
    ck_assert_uint_eq(ac_rest_in_flight(kit.org), 0);
}
END_TEST

START_TEST(a_path_too_long_for_the_org_is_refused) {
    org_kit_login(&kit);
    char path[17000];
    memset(path, 'a', sizeof path);
    path[0] = '/';
    path[sizeof path - 1] = '\0';
    struct ac_rest_call call = {.method = "GET", .path = path};
    ck_assert_int_eq(ac_rest_start(kit.org, &call, &kit.err), AC_RUN);
    ck_assert_str_eq(kit.err.code, "URI_TOO_LONG");
}
END_TEST

// --- what comes back -----------------------------------------------------------------------------

START_TEST(a_success_brings_its_body) {
    org_kit_login(&kit);
    net_add(&kit.net, &(struct net_answer){.path = "*/limits",
                                           .body = "{\"a\":1}",
                                           .last_modified = "Mon, 30 Nov 2020 08:34:54 GMT"});
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_int_eq(kit.replies[0].n_done, 1);
    ck_assert_int_eq(kit.replies[0].outcome, AC_OUT_OK);
    ck_assert_int_eq(kit.replies[0].status, 200);
    ck_assert_str_eq(kit.replies[0].body, "{\"a\":1}");
    ck_assert_str_eq(kit.replies[0].last_modified, "Mon, 30 Nov 2020 08:34:54 GMT");
    ck_assert_str_eq(kit.replies[0].error.code, "");
    ck_assert_int_eq(kit.replies[0].retry_after_ms, -1);
}
END_TEST

START_TEST(a_failure_brings_its_error_and_when_to_try_again) {
    org_kit_login(&kit);
    net_add(&kit.net, &(struct net_answer){
                          .path = "*/limits",
                          .status = 503,
                          .retry_after = "7",
                          .body = "[{\"errorCode\":\"SERVER_UNAVAILABLE\",\"message\":\"busy\"}]"});
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_int_eq(kit.replies[0].outcome, AC_OUT_RETRY);
    ck_assert_int_eq(kit.replies[0].retry_after_ms, 7000);
    ck_assert_str_eq(kit.replies[0].error.code, "SERVER_UNAVAILABLE");
    ck_assert_str_eq(kit.replies[0].error.message, "busy");
}
END_TEST

START_TEST(an_empty_failure_still_says_something) {
    org_kit_login(&kit);
    net_say(&kit.net, "GET", "*", 502, NULL);
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_str_eq(kit.replies[0].error.message, "HTTP status 502 without an explanation");
}
END_TEST

static const struct {
    enum ac_http_end end;
    enum ac_outcome outcome;
    const char *code;
    uint64_t n_calls; // counted
} ends[] = {
    {AC_HTTP_REFUSED, AC_OUT_RETRY, "NO_CONNECTION", 0},
    {AC_HTTP_LOST, AC_OUT_UNKNOWN, "ANSWER_LOST", 1},
    {AC_HTTP_TIMEOUT, AC_OUT_UNKNOWN, "TIMEOUT", 1},
    {AC_HTTP_TLS, AC_OUT_CONFIG, "TLS", 0},
    {AC_HTTP_BAD_REQUEST, AC_OUT_CONFIG, "BAD_REQUEST", 0},
    {AC_HTTP_STOPPED, AC_OUT_UNKNOWN, "STOPPED", 1},
};

START_TEST(a_broken_connection_is_told_in_the_networks_words) {
    org_kit_login(&kit);
    net_add(&kit.net,
            &(struct net_answer){.path = "*/limits", .end = ends[_i].end, .why = "the cable"});
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_int_eq(kit.replies[0].outcome, ends[_i].outcome);
    ck_assert_str_eq(kit.replies[0].error.code, ends[_i].code);
    ck_assert_str_eq(kit.replies[0].error.message, "the cable");
    ck_assert_uint_eq(ac_org_usage(kit.org).n_calls, ends[_i].n_calls);
}
END_TEST

START_TEST(an_endless_reply_stops_at_the_calls_ceiling) {
    org_kit_login(&kit);
    net_add(&kit.net, &(struct net_answer){.path = "*/limits", .body = "[[[[", .is_endless = true});
    org_kit_start(
        &kit, 0,
        (struct ac_rest_call){.method = "GET", .path = "/limits", .max_reply_bytes = 100000});
    org_kit_pump(&kit);
    ck_assert_int_eq(kit.replies[0].outcome, AC_OUT_UNKNOWN);
    ck_assert_str_eq(kit.replies[0].error.code, "STOPPED");
}
END_TEST

START_TEST(calls_may_end_in_any_order) {
    org_kit_login(&kit);
    kit.net.order = NET_REVERSED;
    net_keep_saying(&kit.net, "GET", "*", 200, "{}");
    org_kit_get(&kit, 0, "/limits");
    org_kit_get(&kit, 1, "/limits");
    org_kit_get(&kit, 2, "/limits");
    ck_assert_uint_eq(ac_rest_in_flight(kit.org), 3);
    org_kit_pump(&kit);
    ck_assert_uint_eq(kit.replies[2].order, 1);
    ck_assert_uint_eq(kit.replies[0].order, 3);
}
END_TEST

// --- usage ---------------------------------------------------------------------------------------

static const struct {
    const char *header;
    int64_t used, max;
} limits[] = {
    {"api-usage=10018/100000", 10018, 100000},
    {"api-usage=10018/100000; per-app-api-usage=17/250(appName=x)", 10018, 100000},
    {" api-usage=1/2", 1, 2},
    {"", -1, -1},
    {"per-app-api-usage=17/250", -1, -1},
    {"api-usage=", -1, -1},
    {"api-usage=5", -1, -1},
    {"api-usage=5/", -1, -1},
    {"api-usage=-5/10", -1, -1},
    {"api-usage=5/10x", -1, -1},
    {"api-usage=99999999999999999999/100", -1, -1},
    {"api-usage=9223372036854775807/9223372036854775807", -1, -1},
};

START_TEST(the_limit_header_is_read_where_it_makes_sense) {
    org_kit_login(&kit);
    net_add(&kit.net, &(struct net_answer){.path = "*/limits", .limit_info = limits[_i].header});
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_int_eq(ac_org_usage(kit.org).used, limits[_i].used);
    ck_assert_int_eq(ac_org_usage(kit.org).max, limits[_i].max);
}
END_TEST

START_TEST(an_answer_without_the_header_leaves_the_last_one_standing) {
    org_kit_login(&kit);
    net_add(&kit.net, &(struct net_answer){.path = "*/a", .limit_info = "api-usage=7/9"});
    net_say(&kit.net, "GET", "*/b", 200, "{}");
    org_kit_get(&kit, 0, "/a");
    org_kit_get(&kit, 1, "/b");
    org_kit_pump(&kit);
    ck_assert_int_eq(ac_org_usage(kit.org).used, 7);
}
END_TEST

START_TEST(calls_are_counted_and_logins_apart_from_them) {
    org_kit_login(&kit);
    net_say(&kit.net, "GET", "*", 401, ORG_KIT_EXPIRED);
    net_keep_saying(&kit.net, "GET", "*", 200, "{}");
    org_kit_say_token(&kit, "TOKEN_2");
    org_kit_get(&kit, 0, "/a");
    org_kit_pump(&kit);
    org_kit_get(&kit, 1, "/b");
    org_kit_pump(&kit);
    ck_assert_uint_eq(ac_org_usage(kit.org).n_calls, 3); // the refused one is a call as well
    ck_assert_uint_eq(ac_org_usage(kit.org).n_logins, 2);
}
END_TEST

// --- callbacks -----------------------------------------------------------------------------------

static enum ac_rc nested_rc;
static struct ac_err nested_err;

static void start_another(void *arg, const struct ac_rest_reply *reply) {
    (void)arg;
    (void)reply;
    org_kit_get(&kit, 0, "/next");
}

START_TEST(a_call_that_ended_may_start_the_next) {
    org_kit_login(&kit);
    net_keep_saying(&kit.net, "GET", "*", 200, "{}");
    org_kit_start(&kit, 0,
                  (struct ac_rest_call){.method = "GET", .path = "/x", .done = start_another});
    org_kit_pump(&kit);
    ck_assert_int_eq(kit.replies[0].outcome, AC_OUT_OK);
    ck_assert_uint_eq(net_count(&kit.net, "GET", "*/next"), 1);
}
END_TEST

static void wait_inside(void *arg, const struct ac_rest_reply *reply) {
    (void)arg;
    (void)reply;
    struct ac_rest_reply inner;
    struct ac_buf body;
    ac_buf_init(&body, 100);
    nested_rc = ac_rest_wait(kit.org, &(struct ac_rest_call){.method = "GET", .path = "/y"}, &inner,
                             &body, &nested_err);
}

static void pump_inside(void *arg, const struct ac_rest_reply *reply) {
    (void)arg;
    (void)reply;
    nested_rc = ac_rest_pump(kit.org, 0, &nested_err);
}

static void (*const nested[])(void *arg, const struct ac_rest_reply *reply) = {wait_inside,
                                                                               pump_inside};

START_TEST(waiting_inside_a_callback_is_refused) {
    org_kit_login(&kit);
    net_keep_saying(&kit.net, "GET", "*", 200, "{}");
    org_kit_start(&kit, 0,
                  (struct ac_rest_call){.method = "GET", .path = "/x", .done = nested[_i]});
    org_kit_pump(&kit);
    ck_assert_int_eq(nested_rc, AC_RUN);
    ck_assert_int_eq(nested_err.cause, AC_CAUSE_INTERNAL);
    ck_assert_uint_eq(net_count(&kit.net, "GET", "*"), 1);
}
END_TEST

// --- one call, waited for ------------------------------------------------------------------------

static enum ac_rc wait_for(const char *path, struct ac_rest_reply *reply, struct ac_buf *body) {
    ac_buf_init(body, 1000);
    return ac_rest_wait(kit.org, &(struct ac_rest_call){.method = "GET", .path = path}, reply, body,
                        &kit.err);
}

START_TEST(a_call_can_be_waited_for) {
    struct ac_rest_reply reply;
    AC_CLEANUP(ac_buf_free) struct ac_buf body;
    org_kit_login(&kit);
    net_add(&kit.net,
            &(struct net_answer){.path = "*/x", .body = "hello", .last_modified = "a while ago"});
    ck_assert_int_eq(wait_for("/x", &reply, &body), AC_OK);
    ck_assert_int_eq(reply.outcome, AC_OUT_OK);
    ck_assert(ac_str_eq(reply.body, AC_STR("hello")));
    ck_assert_ptr_eq(reply.body.ptr, body.ptr);
    ck_assert_str_eq(reply.last_modified, "a while ago");
}
END_TEST

START_TEST(waiting_for_one_call_ends_others_too) {
    struct ac_rest_reply reply;
    AC_CLEANUP(ac_buf_free) struct ac_buf body;
    org_kit_login(&kit);
    kit.net.order = NET_REVERSED;
    net_keep_saying(&kit.net, "GET", "*", 200, "{}");
    org_kit_get(&kit, 0, "/before");
    ck_assert_int_eq(wait_for("/x", &reply, &body), AC_OK);
    ck_assert_int_eq(kit.replies[0].n_done, 1);
}
END_TEST

START_TEST(a_body_over_the_buffers_ceiling_is_an_error) {
    struct ac_rest_reply reply;
    AC_CLEANUP(ac_buf_free) struct ac_buf body;
    char large[2000];
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    org_kit_login(&kit);
    net_say(&kit.net, "GET", "*/x", 200, large);
    ck_assert_int_eq(wait_for("/x", &reply, &body), AC_RUN);
    ck_assert_str_eq(kit.err.code, "NO_MEMORY");
}
END_TEST

START_TEST(a_network_that_fails_ends_the_wait_and_nothing_hangs_on) {
    struct ac_rest_reply reply;
    AC_CLEANUP(ac_buf_free) struct ac_buf body;
    org_kit_login(&kit);
    net_say(&kit.net, "GET", "*/x", 200, "{}");
    kit.net.n_pump_failures = 1;
    ck_assert_int_eq(wait_for("/x", &reply, &body), AC_RUN);
    org_kit_pump(&kit); // the call ends, and nobody is told
    ck_assert_uint_eq(ac_rest_in_flight(kit.org), 0);
}
END_TEST

START_TEST(an_org_may_go_while_calls_are_in_flight) {
    org_kit_login(&kit);
    net_keep_saying(&kit.net, "GET", "*", 401, ORG_KIT_EXPIRED);
    org_kit_say_token(&kit, "TOKEN_2");
    kit.net.per_pump = 1;
    org_kit_get(&kit, 0, "/a");
    org_kit_get(&kit, 1, "/b");
    ck_assert_int_eq(ac_rest_pump(kit.org, 0, &kit.err), AC_OK);
    ck_assert_uint_eq(ac_rest_in_flight(kit.org), 2); // one waits for a login, one is on its way
    org_kit_close(&kit);
    ck_assert_int_eq(kit.replies[0].n_done + kit.replies[1].n_done, 0);
}
END_TEST

static TCase *cases(Suite *s, const char *name) {
    TCase *t = tcase_create(name);
    tcase_add_checked_fixture(t, setup, teardown);
    suite_add_tcase(s, t);
    return t;
}

static Suite *suite(void) {
    Suite *s = suite_create("org/rest");
    TCase *t = cases(s, "sent");
    tcase_add_test(t, a_call_goes_below_the_versions_path_of_the_instance);
    tcase_add_test(t, a_whole_path_goes_below_the_host);
    tcase_add_test(t, a_call_carries_these_headers_in_full);
    tcase_add_test(t, json_is_accepted_unless_something_else_is_asked_for);
    tcase_add_test(t, the_callers_texts_may_be_gone_while_the_call_is_in_flight);
    tcase_add_loop_test(t, what_is_no_path_is_refused, 0, (int)AC_N(bad_paths));
    tcase_add_test(t, a_header_that_would_end_early_is_refused);
    tcase_add_test(t, a_path_too_long_for_the_org_is_refused);
    t = cases(s, "back");
    tcase_add_test(t, a_success_brings_its_body);
    tcase_add_test(t, a_failure_brings_its_error_and_when_to_try_again);
    tcase_add_test(t, an_empty_failure_still_says_something);
    tcase_add_loop_test(t, a_broken_connection_is_told_in_the_networks_words, 0, (int)AC_N(ends));
    tcase_add_test(t, an_endless_reply_stops_at_the_calls_ceiling);
    tcase_add_test(t, calls_may_end_in_any_order);
    t = cases(s, "usage");
    tcase_add_loop_test(t, the_limit_header_is_read_where_it_makes_sense, 0, (int)AC_N(limits));
    tcase_add_test(t, an_answer_without_the_header_leaves_the_last_one_standing);
    tcase_add_test(t, calls_are_counted_and_logins_apart_from_them);
    t = cases(s, "callbacks");
    tcase_add_test(t, a_call_that_ended_may_start_the_next);
    tcase_add_loop_test(t, waiting_inside_a_callback_is_refused, 0, (int)AC_N(nested));
    t = cases(s, "waited");
    tcase_add_test(t, a_call_can_be_waited_for);
    tcase_add_test(t, waiting_for_one_call_ends_others_too);
    tcase_add_test(t, a_body_over_the_buffers_ceiling_is_an_error);
    tcase_add_test(t, a_network_that_fails_ends_the_wait_and_nothing_hangs_on);
    tcase_add_test(t, an_org_may_go_while_calls_are_in_flight);
    return s;
}

int main(void) {
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
