// SPDX-License-Identifier: MIT
// An expired session: one login for all calls in flight.
#include "org/org_kit.h"
#include <check.h>
#include <stdio.h>

static struct org_kit kit;

static void setup(void) { org_kit_setup(&kit); }
static void teardown(void) { org_kit_teardown(&kit); }

static size_t n_logins_asked(void) { return net_count(&kit.net, "POST", ORG_KIT_LOGIN); }

// The server's side: only the token of the day is good.
static const char *good_token;

static void answer_by_token(void *arg, const struct net_request *request, struct net_answer *answer,
                            struct ac_buf *body) {
    (void)arg;
    (void)body;
    char wanted[64];
    snprintf(wanted, sizeof wanted, "Bearer %s", good_token);
    bool is_good = strcmp(net_header(request, "Authorization"), wanted) == 0;
    answer->status = is_good ? 200 : 401;
    answer->body = is_good ? "{}" : ORG_KIT_EXPIRED;
}

static void serve_token(const char *token) {
    good_token = token;
    net_add(&kit.net, &(struct net_answer){
                          .path = "*/data/*", .times = NET_FOREVER, .fill = answer_by_token});
}

START_TEST(the_first_call_logs_in_by_itself) {
    org_kit_open(&kit);
    org_kit_say_token(&kit, "TOKEN_1");
    serve_token("TOKEN_1");
    org_kit_get(&kit, 0, "/limits");
    org_kit_get(&kit, 1, "/limits");
    ck_assert_uint_eq(kit.net.n_requests, 0);
    org_kit_pump(&kit);
    ck_assert_int_eq(kit.replies[0].outcome, AC_OUT_OK);
    ck_assert_int_eq(kit.replies[1].outcome, AC_OUT_OK);
    ck_assert_uint_eq(n_logins_asked(), 1);
    ck_assert_uint_eq(kit.net.n_requests, 3);
}
END_TEST

START_TEST(an_expired_session_costs_one_login_for_all_calls_in_flight) {
    kit.net.order = (enum net_order)(_i % 3);
    kit.net.seed = (uint64_t)_i;
    kit.net.per_pump = (size_t)_i / 3;
    org_kit_login(&kit);
    serve_token("TOKEN_2");
    org_kit_say_token(&kit, "TOKEN_2");
    for (size_t i = 0; i < 8; i++)
        org_kit_get(&kit, i, "/limits");
    org_kit_pump(&kit);
    ck_assert_uint_eq(n_logins_asked(), 2);
    ck_assert_uint_eq(net_count(&kit.net, "GET", "*"), 16);
    for (size_t i = 0; i < 8; i++) {
        ck_assert_int_eq(kit.replies[i].n_done, 1);
        ck_assert_int_eq(kit.replies[i].outcome, AC_OUT_OK);
    }
}
END_TEST

START_TEST(a_late_refusal_of_the_old_token_needs_no_other_login) {
    org_kit_login(&kit);
    serve_token("TOKEN_2");
    org_kit_say_token(&kit, "TOKEN_2");
    kit.net.per_pump = 1;
    kit.net.order = NET_REVERSED; // what was started last ends first
    org_kit_get(&kit, 0, "/first");
    org_kit_get(&kit, 1, "/second");
    org_kit_pump(&kit);
    ck_assert_uint_eq(kit.replies[1].order, 1); // long before the other was refused
    ck_assert_int_eq(kit.replies[0].outcome, AC_OUT_OK);
    ck_assert_uint_eq(n_logins_asked(), 2);
}
END_TEST

START_TEST(each_call_is_replayed_once_and_no_more) {
    org_kit_login(&kit);
    serve_token("NO_SUCH_TOKEN");
    org_kit_say_token(&kit, "TOKEN_2");
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_int_eq(kit.replies[0].outcome, AC_OUT_CONFIG);
    ck_assert_str_eq(kit.replies[0].error.code, "INVALID_SESSION_ID");
    ck_assert_uint_eq(net_count(&kit.net, "GET", "*"), 2);
    ck_assert_uint_eq(n_logins_asked(), 2);
}
END_TEST

static const char *const incurable[] = {
    "[{\"message\":\"This session is not valid for use with the REST API\","
    "\"errorCode\":\"INVALID_SESSION_ID\"}]",
    "[{\"message\":\"Connected app is not attached to Agent\","
    "\"errorCode\":\"INVALID_SESSION_ID\"}]",
    "[{\"message\":\"INVALID_HEADER_TYPE\",\"errorCode\":\"INVALID_AUTH_HEADER\"}]",
};

START_TEST(a_refusal_that_a_login_cannot_cure_causes_none) {
    org_kit_login(&kit);
    net_say(&kit.net, "GET", "*", 401, incurable[_i]);
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_int_eq(kit.replies[0].outcome, AC_OUT_CONFIG);
    ck_assert_uint_eq(n_logins_asked(), 1);
}
END_TEST

START_TEST(a_login_refused_for_good_ends_all_waiting_calls) {
    org_kit_login(&kit);
    serve_token("TOKEN_2");
    net_say(&kit.net, "POST", ORG_KIT_LOGIN, 400,
            "{\"error\":\"inactive_user\",\"error_description\":\"user is inactive\"}");
    org_kit_get(&kit, 0, "/limits");
    org_kit_get(&kit, 1, "/limits");
    org_kit_pump(&kit);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(kit.replies[i].outcome, AC_OUT_CONFIG);
        ck_assert_str_eq(kit.replies[i].error.code, "inactive_user");
    }
    struct ac_rest_call call = {.method = "GET", .path = "/limits"};
    ck_assert_int_eq(ac_rest_start(kit.org, &call, &kit.err), AC_RUN); // latched
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_CONFIG);
    ck_assert_uint_eq(n_logins_asked(), 2);
}
END_TEST

START_TEST(a_login_that_fails_for_the_moment_gives_the_calls_back) {
    org_kit_login(&kit);
    serve_token("TOKEN_2");
    net_add(&kit.net,
            &(struct net_answer){.path = ORG_KIT_LOGIN, .status = 503, .retry_after = "3"});
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_int_eq(kit.replies[0].outcome, AC_OUT_RETRY);
    ck_assert_int_eq(kit.replies[0].retry_after_ms, 3000);
    org_kit_say_token(&kit, "TOKEN_2");
    org_kit_get(&kit, 1, "/limits");
    org_kit_pump(&kit);
    ck_assert_int_eq(kit.replies[1].outcome, AC_OUT_OK);
}
END_TEST

START_TEST(a_login_that_meets_the_daily_limit_stops_the_calls) {
    org_kit_login(&kit);
    serve_token("TOKEN_2");
    net_say(&kit.net, "POST", ORG_KIT_LOGIN, 403,
            "[{\"errorCode\":\"REQUEST_LIMIT_EXCEEDED\","
            "\"message\":\"TotalRequests Limit exceeded.\"}]");
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_int_eq(kit.replies[0].outcome, AC_OUT_STOP);
    ck_assert_str_eq(kit.replies[0].error.code, "REQUEST_LIMIT_EXCEEDED");
}
END_TEST

START_TEST(the_token_never_follows_an_org_that_moves_in_mid_run) {
    org_kit_login(&kit);
    serve_token("TOKEN_2");
    net_say(&kit.net, "POST", ORG_KIT_LOGIN, 200,
            "{\"access_token\":\"TOKEN_2\",\"instance_url\":\"https://other.example.com\"}");
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_int_eq(kit.replies[0].outcome, AC_OUT_STOP);
    ck_assert_str_eq(kit.replies[0].error.code, "INSTANCE_CHANGED");
    ck_assert_uint_eq(net_count(&kit.net, NULL, "https://other.example.com/*"), 0);
    ck_assert_str_eq(ac_org_instance(kit.org), ORG_KIT_INSTANCE);
    ck_assert_str_eq(ac_org_name(kit.org), "shop.my.salesforce.com");
}
END_TEST

START_TEST(a_call_that_cannot_be_started_again_ends_as_stopped) {
    org_kit_login(&kit);
    serve_token("TOKEN_2");
    org_kit_say_token(&kit, "TOKEN_2");
    org_kit_get(&kit, 0, "/limits");
    ck_assert_int_eq(ac_rest_pump(kit.org, 0, &kit.err), AC_OK); // refused
    ck_assert_uint_eq(n_logins_asked(), 2);                      // the login is on its way
    kit.net.n_start_failures = 1;
    org_kit_pump(&kit);
    ck_assert_int_eq(kit.replies[0].outcome, AC_OUT_STOP);
    ck_assert_str_eq(kit.replies[0].error.code, "NO_MEMORY");
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("org/relogin");
    TCase *t = tcase_create("sessions");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, the_first_call_logs_in_by_itself);
    tcase_add_loop_test(t, an_expired_session_costs_one_login_for_all_calls_in_flight, 0, 18);
    tcase_add_test(t, a_late_refusal_of_the_old_token_needs_no_other_login);
    tcase_add_test(t, each_call_is_replayed_once_and_no_more);
    tcase_add_loop_test(t, a_refusal_that_a_login_cannot_cure_causes_none, 0, (int)AC_N(incurable));
    tcase_add_test(t, a_login_refused_for_good_ends_all_waiting_calls);
    tcase_add_test(t, a_login_that_fails_for_the_moment_gives_the_calls_back);
    tcase_add_test(t, a_login_that_meets_the_daily_limit_stops_the_calls);
    tcase_add_test(t, the_token_never_follows_an_org_that_moves_in_mid_run);
    tcase_add_test(t, a_call_that_cannot_be_started_again_ends_as_stopped);
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
