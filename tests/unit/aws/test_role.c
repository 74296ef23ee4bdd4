// SPDX-License-Identifier: MIT
// Keys of roles, by a profile or a web identity.
#include "aws/aws_keys.h"
#include <check.h>

#define STS "https://sts.eu-west-1.amazonaws.com/"
#define ROLE_ANSWER(key, expiry)                                                                   \
    "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>"   \
    "<Credentials><AccessKeyId>" key "</AccessKeyId><SecretAccessKey>rolesecret</SecretAccessKey>" \
    "<SessionToken>roletoken</SessionToken><Expiration>" expiry "</Expiration></Credentials>"      \
    "</AssumeRoleResult></AssumeRoleResponse>"

// --- roles

static const char role_config[] =
    "[profile base]\naws_access_key_id = BASE\naws_secret_access_key = b\n"
    "[profile role]\nrole_arn = arn:aws:iam::1:role/a b\nsource_profile = base\n"
    "role_session_name = me\nexternal_id = x&y\nduration_seconds = 900\nregion = eu-west-1\n";

START_TEST(a_role_is_asked_for_with_the_keys_of_its_source) {
    aws_keys_config(role_config);
    aws_setenv("AWS_PROFILE", "role");
    aws_say(STS, 200, ROLE_ANSWER("ROLE", "2031-03-04T17:15:30Z"));
    aws_keys_check("ROLE");
    const struct aws_asked *a = aws_nth(STS, 0);
    ck_assert_str_eq(a->body, "Action=AssumeRole&Version=2011-06-15&RoleArn="
                              "arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa%20b&RoleSessionName=me&"
                              "DurationSeconds=900&ExternalId=x%26y");
    ck_assert_ptr_nonnull(strstr(aws_header(a, "Authorization"),
                                 "Credential=BASE/20310304/eu-west-1/sts/aws4_request"));
    ck_assert_int_eq(aws_net.aws->keys->expires_ms, AWS_NOW_MS + 3600000);
}
END_TEST

START_TEST(roles_may_stand_behind_roles) {
    aws_keys_config(
        "[profile base]\naws_access_key_id = BASE\naws_secret_access_key = b\n"
        "[profile one]\nrole_arn = arn:one\nsource_profile = base\nregion = eu-west-1\n"
        "[profile two]\nrole_arn = arn:two\nsource_profile = one\nregion = eu-west-1\n");
    aws_setenv("AWS_PROFILE", "two");
    aws_say(STS, 200, ROLE_ANSWER("FIRST", "2031-03-04T17:15:30Z"));
    aws_say(STS, 200, ROLE_ANSWER("SECOND", "2031-03-04T17:15:30Z"));
    aws_keys_check("SECOND");
    ck_assert_ptr_nonnull(strstr(aws_nth(STS, 0)->body, "RoleArn=arn%3Aone"));
    ck_assert_ptr_nonnull(strstr(aws_nth(STS, 1)->body, "RoleArn=arn%3Atwo"));
    ck_assert_ptr_nonnull(
        strstr(aws_header(aws_nth(STS, 1), "Authorization"), "Credential=FIRST/"));
    ck_assert_str_eq(aws_header(aws_nth(STS, 1), "X-Amz-Security-Token"), "roletoken");
}
END_TEST

START_TEST(a_profile_may_be_its_own_source) {
    aws_keys_credentials("[self]\naws_access_key_id = SELF\naws_secret_access_key = s\n");
    aws_keys_config(
        "[profile self]\nrole_arn = arn:x\nsource_profile = self\nregion = eu-west-1\n");
    aws_setenv("AWS_PROFILE", "self");
    aws_say(STS, 200, ROLE_ANSWER("ROLE", "2031-03-04T17:15:30Z"));
    aws_keys_check("ROLE");
    ck_assert_ptr_nonnull(strstr(aws_header(aws_nth(STS, 0), "Authorization"), "Credential=SELF/"));
}
END_TEST

START_TEST(a_role_may_take_the_keys_of_the_environment) {
    aws_keys_config(
        "[default]\nrole_arn = arn:x\ncredential_source = Environment\nregion = eu-west-1\n");
    aws_setenv("AWS_ACCESS_KEY_ID", "ENV");
    aws_setenv("AWS_SECRET_ACCESS_KEY", "e");
    struct ac_aws_keys keys = {.origin = NULL};
    ck_assert_int_eq(ac_aws_profiles(aws_room(), &aws_net.err), AC_OK);
    aws_say(STS, 200, ROLE_ANSWER("ROLE", "2031-03-04T17:15:30Z"));
    ck_assert_int_eq(ac_aws_from_profile(aws_room(), "default", &keys, &aws_net.err), AC_OK);
    ck_assert_str_eq(keys.access_key, "ROLE");
}
END_TEST

static const struct {
    const char *text, *why;
} bad_roles[] = {
    {"[default]\nrole_arn = arn:x\n", "no source_profile"},
    {"[default]\nrole_arn = arn:x\nsource_profile = nobody\n", "does not exist"},
    {"[default]\nrole_arn = arn:x\nsource_profile = default\n", "has no credentials"},
    {"[default]\nrole_arn = arn:x\nsource_profile = a\n[profile a]\nrole_arn = arn:y\n"
     "source_profile = default\n",
     "is its own source_profile by way of others"},
    {"[default]\nrole_arn = arn:x\nsource_profile = a\ncredential_source = Environment\n[profile "
     "a]\n",
     "only one can be"},
    {"[default]\nrole_arn = arn:x\ncredential_source = Elsewhere\n", "none of Environment"},
    {"[default]\nrole_arn = arn:x\ncredential_source = Environment\n", "without credentials"},
    {"[default]\nrole_arn = arn:x\nsource_profile = a\nmfa_serial = m\n[profile a]\n",
     "nobody is there to type"},
    {"[default]\nrole_arn = arn:x\nweb_identity_token_file = /nowhere\nregion = eu-west-1\n",
     "cannot read the web identity token"}};

START_TEST(a_role_that_cannot_be_had_is_explained) {
    aws_keys_config(bad_roles[_i].text);
    aws_keys_check_refused(bad_roles[_i].why);
}
END_TEST

START_TEST(a_role_that_is_refused_says_why) {
    aws_keys_config(role_config);
    aws_setenv("AWS_PROFILE", "role");
    aws_say(STS, 403,
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error>"
            "</ErrorResponse>");
    aws_keys_check_refused("(403 AccessDenied: not you)");
    ck_assert_uint_eq(aws_net.n_asked, 1);
}
END_TEST

START_TEST(a_busy_role_is_asked_for_again) {
    aws_keys_config(role_config);
    aws_setenv("AWS_PROFILE", "role");
    aws_say(STS, 503, "");
    aws_add(&(struct aws_answer){.url = STS, .end = AC_HTTP_LOST, .why = "gone"});
    aws_say(STS, 200, ROLE_ANSWER("ROLE", "2031-03-04T17:15:30Z"));
    aws_keys_check("ROLE");
}
END_TEST

START_TEST(a_role_nobody_answers_for_may_be_asked_for_later) {
    aws_keys_config(role_config);
    aws_setenv("AWS_PROFILE", "role");
    aws_add(&(struct aws_answer){
        .url = STS, .end = AC_HTTP_REFUSED, .why = "no route", .times = AWS_FOREVER});
    ck_assert_int_eq(aws_keys_get(), AC_AGAIN);
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_STOP);
}
END_TEST

// --- web identity

START_TEST(a_web_identity_is_exchanged_without_a_signature) {
    aws_setenv("AWS_WEB_IDENTITY_TOKEN_FILE", aws_write("token", "a.b+c\n"));
    aws_setenv("AWS_ROLE_ARN", "arn:web");
    aws_setenv("AWS_REGION", "eu-west-1");
    aws_say(STS, 200, ROLE_ANSWER("WEB", "2031-03-04T17:15:30Z"));
    aws_keys_check("WEB");
    const struct aws_asked *a = aws_nth(STS, 0);
    ck_assert_ptr_null(aws_header(a, "Authorization"));
    ck_assert_str_eq(a->body, "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&"
                              "RoleArn=arn%3Aweb&RoleSessionName=acload-1930407330&"
                              "WebIdentityToken=a.b%2Bc");
}
END_TEST

START_TEST(a_web_identity_comes_before_keys_of_a_file) {
    aws_keys_credentials("[default]\naws_access_key_id = FILE\naws_secret_access_key = f\n");
    aws_setenv("AWS_WEB_IDENTITY_TOKEN_FILE", aws_write("token", "t"));
    aws_setenv("AWS_ROLE_ARN", "arn:web");
    aws_setenv("AWS_REGION", "eu-west-1");
    aws_say(STS, 200, ROLE_ANSWER("WEB", "2031-03-04T17:15:30Z"));
    aws_keys_check("WEB");
}
END_TEST

START_TEST(a_role_of_the_profile_comes_before_a_web_identity) {
    aws_keys_config("[default]\nrole_arn = arn:p\nsource_profile = base\nregion = eu-west-1\n"
                    "[profile base]\naws_access_key_id = BASE\naws_secret_access_key = b\n");
    aws_setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere");
    aws_setenv("AWS_ROLE_ARN", "arn:web");
    aws_say(STS, 200, ROLE_ANSWER("ROLE", "2031-03-04T17:15:30Z"));
    aws_keys_check("ROLE");
}
END_TEST

START_TEST(a_web_identity_without_a_role_is_an_error) {
    aws_setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere");
    aws_keys_check_refused("AWS_ROLE_ARN is not");
}
END_TEST

int main(void) {
    Suite *s = suite_create("aws/role");
    TCase *t = tcase_create("role");
    tcase_add_checked_fixture(t, aws_setup_bare, aws_teardown);
    tcase_add_test(t, a_role_is_asked_for_with_the_keys_of_its_source);
    tcase_add_test(t, roles_may_stand_behind_roles);
    tcase_add_test(t, a_profile_may_be_its_own_source);
    tcase_add_test(t, a_role_may_take_the_keys_of_the_environment);
    tcase_add_loop_test(t, a_role_that_cannot_be_had_is_explained, 0, (int)AC_N(bad_roles));
    tcase_add_test(t, a_role_that_is_refused_says_why);
    tcase_add_test(t, a_busy_role_is_asked_for_again);
    tcase_add_test(t, a_role_nobody_answers_for_may_be_asked_for_later);
    tcase_add_test(t, a_web_identity_is_exchanged_without_a_signature);
    tcase_add_test(t, a_web_identity_comes_before_keys_of_a_file);
    tcase_add_test(t, a_role_of_the_profile_comes_before_a_web_identity);
    tcase_add_test(t, a_web_identity_without_a_role_is_an_error);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
