// SPDX-License-Identifier: MIT
// Calls to the runtime interface of AWS Lambda.
#include "aws/aws_net.h"
#include "hook/event.h"
#include "hook/lambda.h"
#include <check.h>

#define BASE "http://127.0.0.1:9001/2018-06-01/runtime/"
#define NEXT BASE "invocation/next"

static struct ac_lambda lambda;
static volatile int stop;

static void setup(void) {
    aws_setup();
    stop = 0;
    ac_lambda_init(&lambda, &aws_net.net, "127.0.0.1:9001", &stop);
}

static void teardown(void) {
    aws_teardown();
    ac_lambda_free(&lambda);
}

static void give(const char *id, const char *deadline, const char *body) {
    struct aws_answer a = {.method = "GET", .url = NEXT, .body = body, .headers = {id, deadline}};
    aws_add(&a);
}

static enum ac_rc next(void) { return ac_lambda_next(&lambda, &aws_net.err); }

START_TEST(an_event_has_its_id_and_its_end) {
    give("Lambda-Runtime-Aws-Request-Id: 8476a536", "Lambda-Runtime-Deadline-Ms: 1930407390000",
         "{\"Records\":[]}");
    ck_assert_int_eq(next(), AC_OK);
    ck_assert_str_eq(lambda.event.id, "8476a536");
    ck_assert_int_eq(lambda.event.deadline_ms, INT64_C(1930407390000));
    ck_assert_str_eq(ac_buf_text(&lambda.event.text), "{\"Records\":[]}");
}
END_TEST

START_TEST(it_is_waited_for_past_any_proxy_for_days) {
    give("Lambda-Runtime-Aws-Request-Id: 1", NULL, "{}");
    ck_assert_int_eq(next(), AC_OK);
    ck_assert(aws_nth(NEXT, 0)->is_direct);
    ck_assert_int_gt(aws_nth(NEXT, 0)->timeout_ms, INT64_C(7) * 86400 * 1000);
    ck_assert_int_eq(lambda.event.deadline_ms, INT64_MAX);
}
END_TEST

START_TEST(an_event_may_be_followed_by_a_shorter_one) {
    give("Lambda-Runtime-Aws-Request-Id: first", "Lambda-Runtime-Deadline-Ms: 5", "{\"a\": 1}");
    give("Lambda-Runtime-Aws-Request-Id: 2", NULL, "{}");
    ck_assert_int_eq(next(), AC_OK);
    ck_assert_int_eq(next(), AC_OK);
    ck_assert_str_eq(lambda.event.id, "2");
    ck_assert_int_eq(lambda.event.deadline_ms, INT64_MAX);
    ck_assert_str_eq(ac_buf_text(&lambda.event.text), "{}");
}
END_TEST

static const struct aws_answer endings[] = {
    {.url = NEXT, .status = 500},
    {.url = NEXT, .status = 403, .body = "{}"},
    {.url = NEXT, .body = "{}"}, // of no request
    {.url = NEXT, .end = AC_HTTP_REFUSED, .why = "nobody listens"},
    {.url = NEXT, .end = AC_HTTP_LOST, .why = "cut"},
};

START_TEST(a_runtime_that_gives_none_is_the_end) {
    aws_add(&endings[_i]);
    ck_assert_int_eq(next(), AC_RUN);
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_STOP);
    ck_assert_str_eq(aws_net.err.code, "LAMBDA");
}
END_TEST

START_TEST(a_signal_ends_the_waiting) {
    struct aws_answer a = {.url = NEXT, .hangs = true};
    aws_add(&a);
    stop = 1;
    ck_assert_int_eq(next(), AC_END);
}
END_TEST

START_TEST(an_answer_goes_to_its_event) {
    give("Lambda-Runtime-Aws-Request-Id: 84/76", NULL, "{}");
    aws_say(BASE "invocation/84%2F76/response", 202, "{\"status\":\"OK\"}");
    ck_assert_int_eq(next(), AC_OK);
    ck_assert_int_eq(ac_lambda_answer(&lambda, AC_STR("{\"x\":1}"), &aws_net.err), AC_OK);
    const struct aws_asked *asked = aws_nth(BASE "*response", 0);
    ck_assert_str_eq(asked->method, "POST");
    ck_assert_str_eq(asked->body, "{\"x\":1}");
    ck_assert_str_eq(lambda.event.id, "84/76");
}
END_TEST

START_TEST(an_answer_that_is_too_late_is_no_end) {
    give("Lambda-Runtime-Aws-Request-Id: 1", NULL, "{}");
    aws_say(BASE "invocation/1/response", 400, "{\"errorType\":\"InvalidRequestID\"}");
    ck_assert_int_eq(next(), AC_OK);
    ck_assert_int_eq(ac_lambda_answer(&lambda, AC_STR("{}"), &aws_net.err), AC_INPUT);
}
END_TEST

START_TEST(an_answer_nobody_can_take_is_the_end) {
    give("Lambda-Runtime-Aws-Request-Id: 1", NULL, "{}");
    aws_say(BASE "invocation/1/response", 500, "");
    ck_assert_int_eq(next(), AC_OK);
    ck_assert_int_eq(ac_lambda_answer(&lambda, AC_STR("{}"), &aws_net.err), AC_RUN);
}
END_TEST

START_TEST(a_failure_tells_type_and_text) {
    give("Lambda-Runtime-Aws-Request-Id: 1", NULL, "{}");
    aws_say(BASE "invocation/1/error", 202, "");
    ck_assert_int_eq(next(), AC_OK);
    ck_assert_int_eq(ac_lambda_fail(&lambda, false, "A.B", "a \"text\"", &aws_net.err), AC_OK);
    const struct aws_asked *asked = aws_nth(BASE "*error", 0);
    ck_assert_str_eq(asked->body, "{\"errorMessage\":\"a \\\"text\\\"\",\"errorType\":\"A.B\","
                                  "\"stackTrace\":[]}");
    ck_assert_str_eq(aws_header(asked, "Lambda-Runtime-Function-Error-Type"), "A.B");
}
END_TEST

START_TEST(a_failure_of_the_start_has_a_place_of_its_own) {
    aws_say(BASE "init/error", 202, "");
    ck_assert_int_eq(ac_lambda_fail(&lambda, true, "A.B", "text", &aws_net.err), AC_OK);
    ck_assert_uint_eq(aws_count(BASE "init/error"), 1);
}
END_TEST

static const struct {
    int64_t left_ms, spare_ms;
} spares[] = {{900000, 10000}, {60000, 10000}, {20000, 5000}, {3000, 750}, {0, 0}, {-5000, 0}};

START_TEST(some_time_is_spared_for_the_end) {
    ck_assert_int_eq(ac_lambda_spare_ms(spares[_i].left_ms), spares[_i].spare_ms);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("lambda");
    TCase *t = tcase_create("lambda");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, an_event_has_its_id_and_its_end);
    tcase_add_test(t, it_is_waited_for_past_any_proxy_for_days);
    tcase_add_test(t, an_event_may_be_followed_by_a_shorter_one);
    tcase_add_loop_test(t, a_runtime_that_gives_none_is_the_end, 0, AC_N(endings));
    tcase_add_test(t, a_signal_ends_the_waiting);
    tcase_add_test(t, an_answer_goes_to_its_event);
    tcase_add_test(t, an_answer_that_is_too_late_is_no_end);
    tcase_add_test(t, an_answer_nobody_can_take_is_the_end);
    tcase_add_test(t, a_failure_tells_type_and_text);
    tcase_add_test(t, a_failure_of_the_start_has_a_place_of_its_own);
    tcase_add_loop_test(t, some_time_is_spared_for_the_end, 0, AC_N(spares));
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
