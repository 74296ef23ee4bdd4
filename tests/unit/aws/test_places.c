// SPDX-License-Identifier: MIT
// Keys that a container or a machine has.
#include "aws/aws_keys.h"
#include <check.h>

// --- containers

static const char container_answer[] =
    "{\"AccessKeyId\":\"BOX\",\"SecretAccessKey\":\"s\",\"Token\":\"t\","
    "\"Expiration\":\"2031-03-04T17:15:30Z\",\"RoleArn\":\"r\"}";

START_TEST(a_container_is_asked_at_its_address) {
    aws_setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/x");
    aws_say("http://169.254.170.2/v2/credentials/x", 200, container_answer);
    aws_keys_check("BOX");
    ck_assert_str_eq(aws_net.aws->keys->token, "t");
    ck_assert(aws_net.asked[0].is_direct);
}
END_TEST

START_TEST(a_containers_token_is_read_from_its_file) {
    aws_setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials");
    aws_setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", aws_write("token", "file-token\n"));
    aws_setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "value-token");
    aws_say("http://169.254.170.23/v1/credentials", 200, container_answer);
    aws_keys_check("BOX");
    ck_assert_str_eq(aws_header(&aws_net.asked[0], "Authorization"), "file-token");
}
END_TEST

START_TEST(a_containers_token_may_be_given_as_it_is) {
    aws_setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "https://anywhere.example/c");
    aws_setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "value-token");
    aws_say("https://anywhere.example/c", 200, container_answer);
    aws_keys_check("BOX");
    ck_assert_str_eq(aws_header(&aws_net.asked[0], "Authorization"), "value-token");
    ck_assert(!aws_net.asked[0].is_direct);
}
END_TEST

static const char *const allowed_uris[] = {
    "http://127.0.0.1:51679/c", "http://localhost/c", "http://[::1]:1/c",
    "http://[fd00:ec2::23]/v1/credentials", "http://169.254.170.2/c"};

START_TEST(a_container_may_answer_without_tls_at_few_addresses) {
    aws_setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", allowed_uris[_i]);
    aws_keep_saying("*", 200, container_answer);
    aws_keys_check("BOX");
}
END_TEST

static const struct {
    const char *name, *value, *why;
} bad_containers[] = {
    {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://evil.example/c", "only asked for over https"},
    {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1.evil.example/c", "only asked"},
    {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost@evil.example/c", "only asked"},
    {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.169.254/c", "only asked"},
    {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "file:///etc/passwd", "only asked"},
    {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "@evil.example/", "begin with a slash"}};

START_TEST(a_container_elsewhere_is_not_asked) {
    aws_setenv(bad_containers[_i].name, bad_containers[_i].value);
    aws_keys_check_refused(bad_containers[_i].why);
    ck_assert_uint_eq(aws_net.n_asked, 0);
}
END_TEST

START_TEST(a_token_with_a_line_break_is_not_sent) {
    aws_setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "https://anywhere.example/c");
    aws_setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\r\nX-Evil: 1");
    aws_keys_check_refused("line break");
}
END_TEST

START_TEST(a_container_that_refuses_is_an_error) {
    aws_setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x");
    aws_say("http://169.254.170.2/x", 403, "no");
    aws_keys_check_refused("HTTP 403");
}
END_TEST

// --- the machine

#define MACHINE "http://169.254.169.254/latest/"

static void machine(const char *keys) {
    aws_setenv("AWS_EC2_METADATA_DISABLED", NULL);
    aws_add(&(struct aws_answer){
        .method = "PUT", .url = MACHINE "api/token", .body = "TOKEN", .times = AWS_FOREVER});
    aws_keep_saying(MACHINE "meta-data/iam/security-credentials/", 200, "the-role\n");
    aws_keep_saying(MACHINE "meta-data/iam/security-credentials/the-role", 200, keys);
}

#define MACHINE_KEYS(key, expiry)                                                                  \
    "{\"Code\":\"Success\",\"AccessKeyId\":\"" key "\",\"SecretAccessKey\":\"s\",\"Token\":\"t\"," \
    "\"Expiration\":\"" expiry "\"}"

START_TEST(a_machine_is_asked_with_a_token) {
    machine(MACHINE_KEYS("EC2", "2031-03-04T17:15:30Z"));
    aws_keys_check("EC2");
    const struct aws_asked *token = aws_nth(MACHINE "api/token", 0);
    ck_assert_str_eq(token->method, "PUT");
    ck_assert_str_eq(aws_header(token, "X-aws-ec2-metadata-token-ttl-seconds"), "21600");
    ck_assert_int_eq(token->timeout_ms, 1000);
    ck_assert(token->is_direct);
    ck_assert_str_eq(aws_header(aws_nth(MACHINE "*the-role", 0), "X-aws-ec2-metadata-token"),
                     "TOKEN");
}
END_TEST

START_TEST(a_machine_may_be_left_alone) {
    aws_setenv("AWS_EC2_METADATA_DISABLED", "TRUE");
    aws_keys_check_refused("set AWS_ACCESS_KEY_ID");
    ck_assert_uint_eq(aws_net.n_asked, 0);
}
END_TEST

START_TEST(the_first_version_is_never_spoken) {
    aws_setenv("AWS_EC2_METADATA_DISABLED", NULL);
    aws_say(MACHINE "api/token", 404, "");
    aws_keys_check_refused("set AWS_ACCESS_KEY_ID");
    ck_assert_uint_eq(aws_net.n_asked, 1);
}
END_TEST

START_TEST(a_role_of_strange_name_is_not_asked_for) {
    aws_setenv("AWS_EC2_METADATA_DISABLED", NULL);
    aws_say(MACHINE "api/token", 200, "TOKEN");
    aws_say(MACHINE "meta-data/iam/security-credentials/", 200, "../../x y");
    aws_keys_check_refused("set AWS_ACCESS_KEY_ID");
}
END_TEST

START_TEST(another_address_of_the_machine_may_be_set) {
    aws_setenv("AWS_EC2_METADATA_DISABLED", NULL);
    aws_setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1338/");
    aws_say("http://127.0.0.1:1338/latest/api/token", 200, "TOKEN");
    aws_say("http://127.0.0.1:1338/*credentials/", 200, "r");
    aws_say("http://127.0.0.1:1338/*credentials/r", 200,
            MACHINE_KEYS("EC2", "2031-03-04T17:15:30Z"));
    aws_keys_check("EC2");
}
END_TEST

START_TEST(a_token_that_has_ended_is_fetched_again) {
    aws_setenv("AWS_EC2_METADATA_DISABLED", NULL);
    aws_keep_saying(MACHINE "api/token", 200, "TOKEN");
    aws_say(MACHINE "*credentials/", 401, "");
    aws_say(MACHINE "*credentials/", 200, "r");
    aws_say(MACHINE "*credentials/r", 200, MACHINE_KEYS("EC2", "2031-03-04T17:15:30Z"));
    aws_keys_check("EC2");
    ck_assert_uint_eq(aws_count(MACHINE "api/token"), 2);
}
END_TEST

int main(void) {
    Suite *s = suite_create("aws/places");
    TCase *t = tcase_create("places");
    tcase_add_checked_fixture(t, aws_setup_bare, aws_teardown);
    tcase_add_test(t, a_container_is_asked_at_its_address);
    tcase_add_test(t, a_containers_token_is_read_from_its_file);
    tcase_add_test(t, a_containers_token_may_be_given_as_it_is);
    tcase_add_loop_test(t, a_container_may_answer_without_tls_at_few_addresses, 0,
                        (int)AC_N(allowed_uris));
    tcase_add_loop_test(t, a_container_elsewhere_is_not_asked, 0, (int)AC_N(bad_containers));
    tcase_add_test(t, a_token_with_a_line_break_is_not_sent);
    tcase_add_test(t, a_container_that_refuses_is_an_error);
    tcase_add_test(t, a_machine_is_asked_with_a_token);
    tcase_add_test(t, a_machine_may_be_left_alone);
    tcase_add_test(t, the_first_version_is_never_spoken);
    tcase_add_test(t, a_role_of_strange_name_is_not_asked_for);
    tcase_add_test(t, another_address_of_the_machine_may_be_set);
    tcase_add_test(t, a_token_that_has_ended_is_fetched_again);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
