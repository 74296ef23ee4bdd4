// SPDX-License-Identifier: MIT
// Waiting for the org: what ends it, what the retry policy is told.
#include "org/org_kit.h"
#include <check.h>
#include <stdlib.h>

static struct org_kit kit;
static volatile int stop;

static void setup(void) {
    org_kit_setup(&kit);
    stop = 0;
    kit.options.stop = &stop;
}

static void teardown(void) { org_kit_teardown(&kit); }

static void forget(void *arg, const struct ac_http_reply *reply) {
    (void)arg;
    (void)reply;
}

// So many pumps bring answers to somebody else first.
static void delay_answers(int n) {
    kit.net.per_pump = 1;
    for (int i = 0; i < n; i++) {
        net_say(&kit.net, "GET", "/elsewhere", 200, "");
        struct ac_http_call call = {
            .method = "GET", .url = ORG_KIT_HOST "/elsewhere", .done = forget};
        ck_assert_int_eq(kit.net.net.start(kit.net.net.self, &call, &kit.err), AC_OK);
    }
}

static enum ac_rc ask(void) {
    struct ac_rest_call call = {.method = "GET", .path = "/limits"};
    struct ac_rest_reply reply;
    struct ac_buf body;
    ac_buf_init(&body, 4096);
    enum ac_rc rc = ac_rest_wait(kit.org, &call, &reply, &body, &kit.err);
    ac_buf_free(&body);
    return rc;
}

static void ck_stopped(enum ac_rc rc) {
    ck_assert_int_eq(rc, AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_STOP);
    ck_assert_str_eq(kit.err.code, "STOPPED");
}

START_TEST(a_question_under_way_is_not_waited_for_after_a_signal) {
    org_kit_login(&kit);
    delay_answers(3);
    net_say(&kit.net, "GET", "/services/data/v62.0/limits", 200, "{}");
    stop = 1;
    ck_stopped(ask());
    for (int i = 0; i < 5; i++) // its answer comes, and nobody is told
        ck_assert_int_eq(ac_rest_pump(kit.org, 0, &kit.err), AC_OK);
    ck_assert_uint_eq(ac_rest_in_flight(kit.org), 0);
}
END_TEST

START_TEST(an_answer_that_is_there_is_taken_after_a_signal) {
    org_kit_login(&kit);
    net_say(&kit.net, "GET", "/services/data/v62.0/limits", 200, "{}");
    stop = 1;
    ck_assert_int_eq(ask(), AC_OK);
}
END_TEST

START_TEST(a_login_under_way_is_not_waited_for_after_a_signal) {
    org_kit_open(&kit);
    delay_answers(3);
    org_kit_say_token(&kit, "TOKEN_1");
    stop = 1;
    ck_stopped(ac_org_login(kit.org, &kit.err));
}
END_TEST

// The org may have ended the old refresh token already: its successor must not be lost.
START_TEST(a_login_that_spends_a_refresh_token_is_waited_for) {
    kit.options.flow = AC_FLOW_REFRESH;
    kit.options.refresh_token = "refresh-1";
    kit.options.refresh_token_file = org_kit_path(&kit, "refresh-token.json");
    org_kit_open(&kit);
    delay_answers(3);
    org_kit_say_token(&kit, "TOKEN_1");
    stop = 1;
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_OK);
}
END_TEST

// A network where time passes and no answer comes.
static size_t n_asked;

static enum ac_rc silent_start(void *self, const struct ac_http_call *call, struct ac_err *err) {
    (void)self;
    (void)call;
    (void)err;
    n_asked++;
    return AC_OK;
}

static enum ac_rc silent_pump(void *self, int64_t wait_ms, struct ac_err *err) {
    (void)self;
    (void)err;
    kit.clock.at_ms += wait_ms;
    return AC_OK;
}

static size_t silent_in_flight(void *self) {
    (void)self;
    return n_asked;
}

START_TEST(but_not_for_ever) {
    struct ac_net silent = {NULL, silent_start, silent_pump, silent_in_flight};
    kit.options.flow = AC_FLOW_REFRESH;
    kit.options.refresh_token = "refresh-1";
    ck_assert_int_eq(ac_org_new(&kit.org, &kit.options, &silent, &kit.clock.clock, &kit.err),
                     AC_OK);
    stop = 1;
    ck_stopped(ac_org_login(kit.org, &kit.err));
    ck_assert_int_ge(kit.clock.at_ms - ORG_KIT_NOW_MS, 30000);
    ck_assert_int_le(kit.clock.at_ms - ORG_KIT_NOW_MS, 32000);
}
END_TEST

// --- what the retry policy is told ---------------------------------------------------------------

static const struct {
    const char *retry_after, *body;
    int64_t retry_after_ms;
    int status;
    enum ac_outcome outcome;
} failures[] = {
    {"7", "", 7000, 429, AC_OUT_SLOW_DOWN},
    {NULL, "<html>no way</html>", -1, 420, AC_OUT_RETRY_FEW},
    {"2", "", 2000, 503, AC_OUT_RETRY},
    {NULL, "[{\"errorCode\":\"NOT_FOUND\",\"message\":\"x\"}]", -1, 404, AC_OUT_REFUSED},
    {NULL, "{}", -1, 200, AC_OUT_RETRY},
};

START_TEST(a_question_that_failed_says_when_to_come_again) {
    org_kit_login(&kit);
    net_add(&kit.net, &(struct net_answer){.path = "*/limits",
                                           .status = failures[_i].status,
                                           .body = failures[_i].body,
                                           .retry_after = failures[_i].retry_after});
    ck_assert_int_eq(ask(), AC_OK);
    ck_assert_int_eq(ac_org_failure(kit.org).outcome, failures[_i].outcome);
    ck_assert_int_eq(ac_org_failure(kit.org).retry_after_ms, failures[_i].retry_after_ms);
}
END_TEST

START_TEST(so_does_a_login) {
    org_kit_open(&kit);
    net_add(&kit.net,
            &(struct net_answer){.path = ORG_KIT_LOGIN, .status = 429, .retry_after = "9"});
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_AGAIN);
    ck_assert_int_eq(ac_org_failure(kit.org).outcome, AC_OUT_SLOW_DOWN);
    ck_assert_int_eq(ac_org_failure(kit.org).retry_after_ms, 9000);
    ck_assert(!ac_org_is_latched(kit.org));
}
END_TEST

START_TEST(an_old_failure_is_forgotten) {
    org_kit_login(&kit);
    net_say(&kit.net, "GET", "*/limits", 429, "");
    net_say(&kit.net, "GET", "*/limits", 200, "{}");
    ck_assert_int_eq(ask(), AC_OK);
    ck_assert_int_eq(ask(), AC_OK);
    ck_assert_int_eq(ac_org_failure(kit.org).outcome, AC_OUT_RETRY);
}
END_TEST

START_TEST(a_login_refused_for_good_is_latched) {
    org_kit_open(&kit);
    net_say(&kit.net, "POST", ORG_KIT_LOGIN, 400, "{\"error\":\"invalid_client\"}");
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_RUN);
    ck_assert(ac_org_is_latched(kit.org));
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("org/stop");
    TCase *t = tcase_create("signal");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_question_under_way_is_not_waited_for_after_a_signal);
    tcase_add_test(t, an_answer_that_is_there_is_taken_after_a_signal);
    tcase_add_test(t, a_login_under_way_is_not_waited_for_after_a_signal);
    tcase_add_test(t, a_login_that_spends_a_refresh_token_is_waited_for);
    tcase_add_test(t, but_not_for_ever);
    suite_add_tcase(s, t);
    t = tcase_create("failure");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, a_question_that_failed_says_when_to_come_again, 0, (int)AC_N(failures));
    tcase_add_test(t, so_does_a_login);
    tcase_add_test(t, an_old_failure_is_forgotten);
    tcase_add_test(t, a_login_refused_for_good_is_latched);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
