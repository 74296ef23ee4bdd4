// SPDX-License-Identifier: MIT
// A secret asked of AWS Secrets Manager.
#include "aws/aws_net.h"
#include "aws/secrets.h"
#include <check.h>

#define ARN "arn:aws:secretsmanager:us-west-2:123456789012:secret:sf-AbCdEf"
#define URL "https://secretsmanager.us-west-2.amazonaws.com/"

static struct ac_buf secret;

static void setup(void) {
    aws_setup();
    ac_buf_init(&secret, 1 << 20);
}

static void teardown(void) {
    aws_teardown();
    ac_buf_free(&secret);
}

static enum ac_rc get(const char *id) {
    return ac_aws_secret(aws_room(), id, &secret, &aws_net.err);
}

START_TEST(a_secret_is_asked_in_the_region_of_its_arn) {
    aws_say(URL, 200, "{\"ARN\":\"x\",\"SecretString\":\"{\\\"Password\\\":\\\"p\\\"}\"}");
    ck_assert_int_eq(get(ARN), AC_OK);
    ck_assert_str_eq(ac_buf_text(&secret), "{\"Password\":\"p\"}");
    const struct aws_asked *a = aws_nth(URL, 0);
    ck_assert_str_eq(a->method, "POST");
    ck_assert_str_eq(a->body, "{\"SecretId\":\"" ARN "\"}");
    ck_assert_str_eq(aws_header(a, "X-Amz-Target"), "secretsmanager.GetSecretValue");
    ck_assert_str_eq(aws_header(a, "Content-Type"), "application/x-amz-json-1.1");
    ck_assert_ptr_nonnull(
        strstr(aws_header(a, "Authorization"), "/20310304/us-west-2/secretsmanager/aws4_request"));
}
END_TEST

START_TEST(a_name_is_asked_for_in_our_region) {
    aws_say("https://secretsmanager.eu-central-1.amazonaws.com/", 200,
            "{\"SecretString\":\"text\"}");
    ck_assert_int_eq(get("salesforce"), AC_OK);
    ck_assert_str_eq(ac_buf_text(&secret), "text");
}
END_TEST

START_TEST(a_name_without_a_region_is_an_error) {
    aws_setenv("AWS_REGION", NULL);
    ck_assert_int_eq(get("salesforce"), AC_RUN);
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_CONFIG);
    ck_assert_ptr_nonnull(strstr(aws_net.err.text, "set AWS_REGION"));
}
END_TEST

START_TEST(a_region_in_an_arn_cannot_name_a_host) {
    aws_say("https://secretsmanager.eu-central-1.amazonaws.com/", 400, "{\"__type\":\"X\"}");
    ck_assert_int_eq(get("arn:aws:secretsmanager:evil.example/:1:secret:x"), AC_RUN);
    ck_assert_uint_eq(aws_net.n_asked, 1);
}
END_TEST

static const struct {
    int status;
    enum ac_cause cause;
    const char *text, *words;
} refused[] = {
    {400, AC_CAUSE_CONFIG,
     "{\"__type\":\"ResourceNotFoundException\",\"Message\":\"no such secret\"}", "no such secret"},
    {400, AC_CAUSE_CONFIG, "{\"__type\":\"AccessDeniedException\",\"Message\":\"not you\"}",
     "the secret " ARN " is refused (AccessDeniedException: not you)"},
    {400, AC_CAUSE_CONFIG, "{\"__type\":\"UnrecognizedClientException\",\"message\":\"bad token\"}",
     "does not accept the credentials"},
    {503, AC_CAUSE_STOP, "", "run again later"},
    {200, AC_CAUSE_CONFIG, "{\"SecretBinary\":\"AAAA\"}", "holds no text"},
    {200, AC_CAUSE_CONFIG, "no json", "holds no text"}};

START_TEST(a_secret_that_is_not_given_says_why) {
    aws_keep_saying(URL, refused[_i].status, refused[_i].text);
    ck_assert_int_eq(get(ARN), AC_RUN);
    ck_assert_int_eq(aws_net.err.cause, refused[_i].cause);
    ck_assert_msg(strstr(aws_net.err.text, refused[_i].words) != NULL, "%s", aws_net.err.text);
}
END_TEST

int main(void) {
    Suite *s = suite_create("aws/secrets");
    TCase *t = tcase_create("secrets");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_secret_is_asked_in_the_region_of_its_arn);
    tcase_add_test(t, a_name_is_asked_for_in_our_region);
    tcase_add_test(t, a_name_without_a_region_is_an_error);
    tcase_add_test(t, a_region_in_an_arn_cannot_name_a_host);
    tcase_add_loop_test(t, a_secret_that_is_not_given_says_why, 0, (int)AC_N(refused));
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
