// SPDX-License-Identifier: MIT
// Where keys come from, in which order, for how long.
#include "aws/aws_keys.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define STS "https://sts.eu-west-1.amazonaws.com/"
#define ROLE_ANSWER(key, expiry)                                                                   \
    "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>"   \
    "<Credentials><AccessKeyId>" key "</AccessKeyId><SecretAccessKey>rolesecret</SecretAccessKey>" \
    "<SessionToken>roletoken</SessionToken><Expiration>" expiry "</Expiration></Credentials>"      \
    "</AssumeRoleResult></AssumeRoleResponse>"

static void pass_ms(int64_t ms) { aws_net.clock.clock.sleep_ms(aws_net.clock.clock.self, ms); }

// --- environment and files

START_TEST(the_environment_comes_first) {
    aws_keys_credentials("[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n");
    aws_setenv("AWS_ACCESS_KEY_ID", "ENV");
    aws_setenv("AWS_SECRET_ACCESS_KEY", "secret");
    aws_setenv("AWS_SESSION_TOKEN", "token");
    aws_keys_check("ENV");
    ck_assert_str_eq(aws_net.aws->keys->token, "token");
    ck_assert_str_eq(aws_net.aws->keys->origin, "the environment");
}
END_TEST

START_TEST(half_an_environment_is_an_error) {
    aws_setenv("AWS_ACCESS_KEY_ID", "ENV");
    aws_keys_check_refused("AWS_SECRET_ACCESS_KEY is not");
}
END_TEST

START_TEST(the_other_half_is_told_when_nothing_else_is_found) {
    aws_setenv("AWS_SECRET_ACCESS_KEY", "secret");
    aws_keys_check_refused("AWS_ACCESS_KEY_ID is not");
}
END_TEST

START_TEST(else_it_is_passed_over) {
    aws_keys_credentials("[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n");
    aws_setenv("AWS_SECRET_ACCESS_KEY", "secret");
    aws_keys_check("FILE");
}
END_TEST

START_TEST(half_a_profile_is_told_too) {
    aws_keys_credentials("[default]\naws_secret_access_key = s\n");
    aws_keys_check_refused("the AWS profile default has aws_secret_access_key, but no");
}
END_TEST

START_TEST(a_key_with_a_line_break_is_none) {
    aws_setenv("AWS_ACCESS_KEY_ID", "ENV");
    aws_setenv("AWS_SECRET_ACCESS_KEY", "a\nb");
    aws_keys_check_refused("no key");
}
END_TEST

START_TEST(the_credentials_file_comes_before_the_config_file) {
    aws_keys_config("[default]\naws_access_key_id = CONFIG\naws_secret_access_key = c\n");
    aws_keys_credentials("[default]\naws_access_key_id = FILE\naws_secret_access_key = f\n");
    aws_keys_check("FILE");
    ck_assert_str_eq(aws_net.aws->keys->secret_key, "f");
}
END_TEST

START_TEST(a_program_comes_before_the_config_file) {
    aws_keys_config("[default]\naws_access_key_id = CONFIG\naws_secret_access_key = c\n"
                    "credential_process = printf '{\"Version\":1,\"AccessKeyId\":\"PROC\","
                    "\"SecretAccessKey\":\"p\"}'\n");
    aws_keys_check("PROC");
}
END_TEST

START_TEST(the_config_file_has_keys_too) {
    aws_keys_config("[default]\naws_access_key_id = CONFIG\naws_secret_access_key = c\n");
    aws_keys_check("CONFIG");
}
END_TEST

START_TEST(files_lie_below_home) {
    char dir[4096];
    snprintf(dir, sizeof dir, "%s/.aws", getenv("TMPDIR"));
    mkdir(dir, 0700);
    aws_setenv("HOME", getenv("TMPDIR"));
    aws_write(".aws/credentials", "[default]\naws_access_key_id = HOME\naws_secret_access_key=h\n");
    aws_keys_check("HOME");
}
END_TEST

START_TEST(the_named_profile_is_used) {
    aws_keys_credentials("[default]\naws_access_key_id = D\naws_secret_access_key = d\n"
                         "[other]\naws_access_key_id = O\naws_secret_access_key = o\n");
    aws_setenv("AWS_PROFILE", "other");
    aws_keys_check("O");
}
END_TEST

START_TEST(a_profile_that_does_not_exist_is_an_error) {
    aws_keys_credentials("[default]\naws_access_key_id = D\naws_secret_access_key = d\n");
    aws_setenv("AWS_PROFILE", "other");
    aws_keys_check_refused("the profile other");
}
END_TEST

START_TEST(half_a_profile_is_an_error) {
    aws_keys_credentials("[default]\naws_access_key_id = D\n");
    aws_keys_check_refused("no aws_secret_access_key");
}
END_TEST

START_TEST(a_browser_login_is_explained) {
    aws_keys_config("[default]\nsso_session = x\n");
    aws_keys_check_refused("credential_process = aws configure export-credentials");
}
END_TEST

START_TEST(without_any_keys_it_says_what_to_do) {
    aws_keys_check_refused("set AWS_ACCESS_KEY_ID");
    aws_keys_check_refused("set AWS_ACCESS_KEY_ID"); // and does not look again
    ck_assert_uint_eq(aws_net.n_asked, 0);
}
END_TEST

// --- programs

static const struct {
    const char *command, *key;
} commands[] = {
    {"printf '{\"Version\":1,\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"x\"}' 'a b'", NULL},
    {"printf "
     "\"{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"%s\\\",\\\"SecretAccessKey\\\":\\\"x\\\"}\" "
     "A\\B",
     "AB"},
    {"printf '{\"Version\":1,\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"x\"}' $HOME", "$HOME"},
    {"printf '{\"Version\":1,\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"x\"}' a;b", "a;b"},
    {"printf '{\"Version\":2,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"x\"}'", NULL},
    {"printf '{\"Version\":1,\"AccessKeyId\":\"A\"}'", NULL},
    {"printf nonsense", NULL},
    {"printf 'open", NULL},
    {"false", NULL},
    {"/nowhere/program", NULL}};

START_TEST(a_program_is_started_without_a_shell) {
    char text[1024];
    snprintf(text, sizeof text, "[default]\ncredential_process = %s\n", commands[_i].command);
    aws_keys_config(text);
    enum ac_rc rc = aws_keys_get();
    ck_assert_int_eq(rc, commands[_i].key ? AC_OK : AC_RUN);
    ck_assert_str_eq(aws_net.aws->keys->access_key, commands[_i].key ? commands[_i].key : "");
    ck_assert_int_eq(aws_net.err.cause, commands[_i].key ? AC_CAUSE_NONE : AC_CAUSE_CONFIG);
}
END_TEST

START_TEST(what_a_program_said_is_not_repeated) {
    aws_keys_config("[default]\ncredential_process = printf 'SECRETWORD'\n");
    ck_assert_int_eq(aws_keys_get(), AC_RUN);
    ck_assert_ptr_null(strstr(aws_net.err.text, "SECRETWORD"));
}
END_TEST

static const char role_config[] =
    "[profile role]\nrole_arn = arn:x\nsource_profile = base\nregion = eu-west-1\n"
    "[profile base]\naws_access_key_id = BASE\naws_secret_access_key = b\n";

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

// --- for how long

START_TEST(keys_are_kept_until_five_minutes_before_their_end) {
    machine(MACHINE_KEYS("EC2", "2031-03-04T17:15:30Z"));
    aws_keys_check("EC2");
    pass_ms(3600000 - 300001);
    aws_keys_check("EC2");
    ck_assert_uint_eq(aws_count(MACHINE "*the-role"), 1);
    pass_ms(1);
    aws_keys_check("EC2");
    ck_assert_uint_eq(aws_count(MACHINE "*the-role"), 2);
}
END_TEST

START_TEST(keys_that_have_nearly_ended_are_not_asked_for_with_each_request) {
    machine(MACHINE_KEYS("EC2", "2031-03-04T16:16:00Z"));
    aws_keys_check("EC2");
    aws_keys_check("EC2");
    ck_assert_uint_eq(aws_count(MACHINE "*the-role"), 1);
}
END_TEST

START_TEST(keys_that_cannot_be_renewed_are_used_to_their_end) {
    aws_keys_config(role_config);
    aws_setenv("AWS_PROFILE", "role");
    aws_say(STS, 200, ROLE_ANSWER("ROLE", "2031-03-04T17:15:30Z"));
    aws_add(&(struct aws_answer){
        .url = STS, .end = AC_HTTP_REFUSED, .why = "no route", .times = AWS_FOREVER});
    aws_keys_check("ROLE");
    pass_ms(3400000);
    aws_keys_check("ROLE");
    pass_ms(3600000);
    ck_assert_int_eq(aws_keys_get(), AC_AGAIN);
}
END_TEST

START_TEST(keys_that_were_refused_are_read_again) {
    aws_keys_credentials("[default]\naws_access_key_id = OLD\naws_secret_access_key = f\n");
    aws_keys_check("OLD");
    aws_keys_credentials("[default]\naws_access_key_id = NEW\naws_secret_access_key = f\n");
    aws_keys_check("OLD");
    ac_aws_forget_keys(aws_room());
    aws_keys_check("NEW");
}
END_TEST

int main(void) {
    Suite *s = suite_create("aws/credentials");
    TCase *t = tcase_create("credentials");
    tcase_add_checked_fixture(t, aws_setup_bare, aws_teardown);
    tcase_add_test(t, the_environment_comes_first);
    tcase_add_test(t, half_an_environment_is_an_error);
    tcase_add_test(t, the_other_half_is_told_when_nothing_else_is_found);
    tcase_add_test(t, else_it_is_passed_over);
    tcase_add_test(t, half_a_profile_is_told_too);
    tcase_add_test(t, a_key_with_a_line_break_is_none);
    tcase_add_test(t, the_credentials_file_comes_before_the_config_file);
    tcase_add_test(t, a_program_comes_before_the_config_file);
    tcase_add_test(t, the_config_file_has_keys_too);
    tcase_add_test(t, files_lie_below_home);
    tcase_add_test(t, the_named_profile_is_used);
    tcase_add_test(t, a_profile_that_does_not_exist_is_an_error);
    tcase_add_test(t, half_a_profile_is_an_error);
    tcase_add_test(t, a_browser_login_is_explained);
    tcase_add_test(t, without_any_keys_it_says_what_to_do);
    tcase_add_loop_test(t, a_program_is_started_without_a_shell, 0, (int)AC_N(commands));
    tcase_add_test(t, what_a_program_said_is_not_repeated);
    tcase_add_test(t, keys_are_kept_until_five_minutes_before_their_end);
    tcase_add_test(t, keys_that_have_nearly_ended_are_not_asked_for_with_each_request);
    tcase_add_test(t, keys_that_cannot_be_renewed_are_used_to_their_end);
    tcase_add_test(t, keys_that_were_refused_are_read_again);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
