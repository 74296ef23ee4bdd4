// SPDX-License-Identifier: MIT
// Calls whose bodies are streamed, in both directions.
#include "org/org_kit.h"
#include <check.h>

static struct org_kit kit;

static void setup(void) { org_kit_setup(&kit); }
static void teardown(void) { org_kit_teardown(&kit); }

static size_t n_logins_asked(void) { return net_count(&kit.net, "POST", ORG_KIT_LOGIN); }

struct stream {
    const char *out;
    size_t at;
    int n_rewinds, n_restarts;
    bool cannot_rewind;
    char in[64];
    size_t in_len, in_max;
    struct org_kit_reply reply;
};

static size_t read_out(void *arg, char *to, size_t max) {
    struct stream *s = arg;
    size_t n = strlen(s->out + s->at);
    n = n < 3 ? n : 3;
    n = n < max ? n : max;
    memcpy(to, s->out + s->at, n);
    s->at += n;
    return n;
}

static bool rewind_out(void *arg) {
    struct stream *s = arg;
    s->n_rewinds++;
    s->at = 0;
    return !s->cannot_rewind;
}

static bool take_in(void *arg, ac_str bytes) {
    struct stream *s = arg;
    if (s->in_len + bytes.len > s->in_max)
        return false;
    memcpy(s->in + s->in_len, bytes.ptr, bytes.len);
    s->in_len += bytes.len;
    return true;
}

static void restart_in(void *arg) {
    struct stream *s = arg;
    s->n_restarts++;
    s->in_len = 0;
}

static void stream_done(void *arg, const struct ac_rest_reply *reply) {
    struct stream *s = arg;
    s->reply.n_done++;
    s->reply.outcome = reply->outcome;
    s->reply.error = reply->error;
}

static struct ac_rest_call stream_call(struct stream *s) {
    return (struct ac_rest_call){.method = "PUT",
                                 .path = "/jobs/ingest/750/batches",
                                 .content_type = "text/csv",
                                 .read = read_out,
                                 .rewind = rewind_out,
                                 .body_bytes = strlen(s->out),
                                 .on_body = take_in,
                                 .on_restart = restart_in,
                                 .done = stream_done,
                                 .arg = s};
}

START_TEST(a_body_may_be_streamed_both_ways) {
    struct stream s = {.out = "K__c\nabc\n", .in_max = sizeof s.in};
    org_kit_login(&kit);
    kit.net.chunk = 5;
    net_say(&kit.net, "PUT", "*", 201, "the answer in pieces");
    org_kit_start(&kit, 0, stream_call(&s));
    org_kit_pump(&kit);
    ck_assert_int_eq(s.reply.outcome, AC_OUT_OK);
    ck_assert_str_eq(net_asked(&kit.net, "PUT", "*", 0)->body, "K__c\nabc\n");
    ck_assert_uint_eq(s.in_len, strlen("the answer in pieces"));
    ck_assert_mem_eq(s.in, "the answer in pieces", s.in_len);
    ck_assert_int_eq(s.n_restarts, 0);
}
END_TEST

START_TEST(the_body_of_a_failure_is_not_streamed) {
    struct stream s = {.out = "x", .in_max = sizeof s.in};
    org_kit_login(&kit);
    net_say(&kit.net, "PUT", "*", 400, "[{\"errorCode\":\"API_ERROR\",\"message\":\"no\"}]");
    org_kit_start(&kit, 0, stream_call(&s));
    org_kit_pump(&kit);
    ck_assert_uint_eq(s.in_len, 0);
    ck_assert_str_eq(s.reply.error.code, "API_ERROR");
}
END_TEST

START_TEST(a_stream_that_is_not_wanted_any_more_ends_the_call) {
    struct stream s = {.out = "x", .in_max = 10};
    org_kit_login(&kit);
    net_add(&kit.net, &(struct net_answer){.path = "*", .body = "12345678", .is_endless = true});
    org_kit_start(&kit, 0, stream_call(&s));
    org_kit_pump(&kit);
    ck_assert_int_eq(s.reply.outcome, AC_OUT_UNKNOWN);
}
END_TEST

START_TEST(a_streamed_body_is_sent_again_with_the_new_session) {
    struct stream s = {.out = "K__c\nabc\n", .in_max = sizeof s.in};
    org_kit_login(&kit);
    net_say(&kit.net, "PUT", "*", 401, ORG_KIT_EXPIRED);
    net_say(&kit.net, "PUT", "*", 201, "done");
    org_kit_say_token(&kit, "TOKEN_2");
    org_kit_start(&kit, 0, stream_call(&s));
    org_kit_pump(&kit);
    ck_assert_int_eq(s.reply.outcome, AC_OUT_OK);
    ck_assert_int_eq(s.reply.n_done, 1);
    ck_assert_int_eq(s.n_rewinds, 1);
    ck_assert_int_eq(s.n_restarts, 1);
    ck_assert_str_eq(net_asked(&kit.net, "PUT", "*", 1)->body, "K__c\nabc\n");
}
END_TEST

START_TEST(a_body_that_cannot_be_rewound_is_given_back_to_be_sent_again) {
    struct stream s = {.out = "abc", .in_max = sizeof s.in, .cannot_rewind = true};
    org_kit_login(&kit);
    net_say(&kit.net, "PUT", "*", 401, ORG_KIT_EXPIRED);
    org_kit_start(&kit, 0, stream_call(&s));
    org_kit_pump(&kit);
    ck_assert_int_eq(s.reply.outcome, AC_OUT_RETRY);
    ck_assert_uint_eq(n_logins_asked(), 1);
}
END_TEST

START_TEST(the_next_call_after_that_logs_in_first) {
    struct stream s = {.out = "abc", .in_max = sizeof s.in, .cannot_rewind = true};
    org_kit_login(&kit);
    net_say(&kit.net, "PUT", "*", 401, ORG_KIT_EXPIRED);
    net_say(&kit.net, "GET", "*", 200, "{}");
    org_kit_start(&kit, 0, stream_call(&s));
    org_kit_pump(&kit);
    org_kit_say_token(&kit, "TOKEN_2");
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_str_eq(net_header(net_asked(&kit.net, "GET", "*", 0), "Authorization"),
                     "Bearer TOKEN_2");
    ck_assert_uint_eq(n_logins_asked(), 2);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("org/stream");
    TCase *t = tcase_create("streams");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_body_may_be_streamed_both_ways);
    tcase_add_test(t, the_body_of_a_failure_is_not_streamed);
    tcase_add_test(t, a_stream_that_is_not_wanted_any_more_ends_the_call);
    tcase_add_test(t, a_streamed_body_is_sent_again_with_the_new_session);
    tcase_add_test(t, a_body_that_cannot_be_rewound_is_given_back_to_be_sent_again);
    tcase_add_test(t, the_next_call_after_that_logs_in_first);
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
