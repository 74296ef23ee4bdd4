// SPDX-License-Identifier: MIT
// The files of the AWS command line.
#include "aws/aws_net.h"
#include "aws/profile.h"
#include <check.h>
#include <stdio.h>

static struct ac_profiles profiles;
static struct ac_err err;

static void setup(void) {
    ac_profiles_init(&profiles);
    ac_err_clear(&err);
}

static void teardown(void) { ac_profiles_free(&profiles); }

static enum ac_rc add(enum ac_profile_file which, const char *text) {
    return ac_profiles_add(&profiles, which, ac_str_of(text), "the-file", &err);
}

static const char config[] = "[default]\n"
                             "region = eu-west-1\n"
                             "aws_access_key_id=CONFIGKEY\n"
                             "[profile work]\r\n"
                             "region: us-east-2\r\n"
                             "s3 =\n"
                             "  addressing_style = path\n"
                             "\tmax_queue = 3\n"
                             "output = json\n"
                             "empty =\n"
                             "[profile \"two words\"]\n"
                             "REGION = eu-north-1\n"
                             "# region = no\n"
                             "; region = no\n"
                             "[services local]\n"
                             "s3 =\n"
                             "    endpoint_url = http://localhost:9000\n"
                             "sqs =\n"
                             "    endpoint_url = http://localhost:9001\n"
                             "[sso-session x]\n"
                             "region = nowhere\n";

static const struct {
    const char *profile, *key, *value;
} settings[] = {{"default", "region", "eu-west-1"},
                {"work", "region", "us-east-2"},
                {"work", "output", "json"},
                {"work", "s3", NULL},
                {"work", "empty", NULL},
                {"work", "addressing_style", NULL},
                {"two words", "region", "eu-north-1"},
                {"x", "region", NULL},
                {"local", "s3", NULL},
                {"work", "nothing", NULL}};

START_TEST(a_setting_is_found_in_its_profile) {
    ck_assert_int_eq(add(AC_PROFILE_CONFIG, config), AC_OK);
    const char *value = ac_profile_get(&profiles, settings[_i].profile, settings[_i].key);
    ck_assert_pstr_eq(value, settings[_i].value);
}
END_TEST

START_TEST(nested_settings_are_found) {
    ck_assert_int_eq(add(AC_PROFILE_CONFIG, config), AC_OK);
    ck_assert_pstr_eq(ac_profile_sub(&profiles, "work", "s3", "addressing_style"), "path");
    ck_assert_pstr_eq(ac_profile_sub(&profiles, "work", "s3", "max_queue"), "3");
    ck_assert_pstr_eq(ac_profile_sub(&profiles, "default", "s3", "addressing_style"), NULL);
    ck_assert_pstr_eq(ac_profile_service(&profiles, "local", "s3", "endpoint_url"),
                      "http://localhost:9000");
    ck_assert_pstr_eq(ac_profile_service(&profiles, "local", "sqs", "endpoint_url"),
                      "http://localhost:9001");
    ck_assert_pstr_eq(ac_profile_service(&profiles, "other", "s3", "endpoint_url"), NULL);
}
END_TEST

START_TEST(the_credentials_file_is_stronger) {
    ck_assert_int_eq(add(AC_PROFILE_CREDENTIALS, "[default]\naws_access_key_id = FILEKEY\n"),
                     AC_OK);
    ck_assert_int_eq(add(AC_PROFILE_CONFIG, config), AC_OK);
    ck_assert_pstr_eq(ac_profile_get(&profiles, "default", "aws_access_key_id"), "FILEKEY");
    ck_assert_pstr_eq(ac_profile_in(&profiles, AC_PROFILE_CONFIG, "default", "aws_access_key_id"),
                      "CONFIGKEY");
    ck_assert_pstr_eq(ac_profile_get(&profiles, "default", "region"), "eu-west-1");
}
END_TEST

START_TEST(sections_are_named_as_each_file_names_them) {
    ck_assert_int_eq(add(AC_PROFILE_CONFIG, "[bare]\nregion = a\n[profile p]\nregion = b\n"),
                     AC_OK);
    ck_assert_int_eq(add(AC_PROFILE_CREDENTIALS, "[plain]\nregion = c\n[profile p]\nx = d\n"),
                     AC_OK);
    ck_assert(!ac_profile_exists(&profiles, "bare"));
    ck_assert(ac_profile_exists(&profiles, "p"));
    ck_assert(ac_profile_exists(&profiles, "plain"));
    ck_assert(ac_profile_exists(&profiles, "profile p"));
}
END_TEST

START_TEST(the_last_of_two_settings_counts) {
    ck_assert_int_eq(add(AC_PROFILE_CONFIG, "[default]\nregion = a\n[default]\nregion = b\n"),
                     AC_OK);
    ck_assert_pstr_eq(ac_profile_get(&profiles, "default", "region"), "b");
}
END_TEST

START_TEST(a_file_may_be_indented_as_a_whole) {
    ck_assert_int_eq(add(AC_PROFILE_CONFIG, "  [default]\n    region = a\n    output = text\n"),
                     AC_OK);
    ck_assert_pstr_eq(ac_profile_get(&profiles, "default", "output"), "text");
}
END_TEST

START_TEST(a_value_keeps_its_equals_signs_and_marks) {
    ck_assert_int_eq(add(AC_PROFILE_CREDENTIALS, "\xEF\xBB\xBF[default]\naws_secret_access_key = "
                                                 "a/b+c= #;d\n"),
                     AC_OK);
    ck_assert_pstr_eq(ac_profile_get(&profiles, "default", "aws_secret_access_key"), "a/b+c= #;d");
}
END_TEST

START_TEST(a_text_of_several_lines_is_passed_over) {
    ck_assert_int_eq(add(AC_PROFILE_CONFIG, "[default]\nca_bundle = a\n  b\n  region = no\n"
                                            "region = yes\n"),
                     AC_OK);
    ck_assert_pstr_eq(ac_profile_get(&profiles, "default", "region"), "yes");
}
END_TEST

static const struct {
    const char *text, *why;
} bad[] = {
    {"[default\n", "the-file:1: a section needs its closing bracket: [profile name]"},
    {"region = x\n", "the-file:1: stands before the first section: write [default] above it"},
    {"[default]\n\nwhat is this\n",
     "the-file:3: is neither a section in brackets nor name = value"},
    {"[default]\n= x\n", "the-file:2: is neither a section in brackets nor name = value"}};

START_TEST(a_broken_line_is_named) {
    ck_assert_int_eq(add(AC_PROFILE_CONFIG, bad[_i].text), AC_RUN);
    ck_assert_str_eq(err.text, bad[_i].why);
    ck_assert_int_eq(err.cause, AC_CAUSE_CONFIG);
}
END_TEST

START_TEST(bytes_that_are_no_text_are_refused) {
    ck_assert_int_eq(ac_profiles_add(&profiles, AC_PROFILE_CONFIG,
                                     ac_str_n("[default]\na = b\0c\n", 18), "f", &err),
                     AC_RUN);
}
END_TEST

START_TEST(a_file_that_does_not_exist_is_empty) {
    ck_assert_int_eq(ac_profiles_read(&profiles, AC_PROFILE_CONFIG, "/nowhere/at/all", &err),
                     AC_OK);
    ck_assert(!ac_profile_exists(&profiles, "default"));
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_an_error) {
    ck_assert_int_eq(ac_profiles_read(&profiles, AC_PROFILE_CONFIG, "/proc/self/mem", &err),
                     AC_RUN);
    ck_assert_int_eq(err.cause, AC_CAUSE_CONFIG);
}
END_TEST

START_TEST(a_file_is_read) {
    const char *path = aws_write("config", config);
    ck_assert_int_eq(ac_profiles_read(&profiles, AC_PROFILE_CONFIG, path, &err), AC_OK);
    ck_assert_pstr_eq(ac_profile_get(&profiles, "work", "region"), "us-east-2");
}
END_TEST

int main(void) {
    Suite *s = suite_create("aws/profile");
    TCase *t = tcase_create("profile");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, a_setting_is_found_in_its_profile, 0, (int)AC_N(settings));
    tcase_add_test(t, nested_settings_are_found);
    tcase_add_test(t, the_credentials_file_is_stronger);
    tcase_add_test(t, sections_are_named_as_each_file_names_them);
    tcase_add_test(t, the_last_of_two_settings_counts);
    tcase_add_test(t, a_file_may_be_indented_as_a_whole);
    tcase_add_test(t, a_value_keeps_its_equals_signs_and_marks);
    tcase_add_test(t, a_text_of_several_lines_is_passed_over);
    tcase_add_loop_test(t, a_broken_line_is_named, 0, (int)AC_N(bad));
    tcase_add_test(t, bytes_that_are_no_text_are_refused);
    tcase_add_test(t, a_file_that_does_not_exist_is_empty);
    tcase_add_test(t, a_file_that_cannot_be_read_is_an_error);
    tcase_add_test(t, a_file_is_read);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
