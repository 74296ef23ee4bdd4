// SPDX-License-Identifier: MIT
// Regions, addresses, who may be spoken to without TLS.
#include "aws/aws_net.h"
#include "aws/endpoint.h"
#include <check.h>
#include <stdio.h>

static char address[512];
static bool is_custom;

static void setup(void) {
    aws_setup_bare();
    address[0] = '\0';
}

static enum ac_rc find(const char *service, const char *region) {
    struct ac_buf out;
    ac_buf_init(&out, 400);
    enum ac_rc rc = ac_aws_endpoint(aws_room(), service, region, &out, &is_custom, &aws_net.err);
    snprintf(address, sizeof address, "%.*s", (int)out.len, out.ptr ? out.ptr : "");
    ac_buf_free(&out);
    return rc;
}

static const struct {
    const char *service, *region, *address;
} public[] = {
    {"s3", "eu-central-1", "https://s3.eu-central-1.amazonaws.com"},
    {"sqs", "us-east-1", "https://sqs.us-east-1.amazonaws.com"},
    {"kinesis", "us-gov-west-1", "https://kinesis.us-gov-west-1.amazonaws.com"},
    {"secretsmanager", "cn-north-1", "https://secretsmanager.cn-north-1.amazonaws.com.cn"},
    {"sts", "us-iso-east-1", "https://sts.us-iso-east-1.c2s.ic.gov"},
    {"sts", "us-isob-east-1", "https://sts.us-isob-east-1.sc2s.sgov.gov"}};

START_TEST(each_partition_has_its_addresses) {
    ck_assert_int_eq(find(public[_i].service, public[_i].region), AC_OK);
    ck_assert_str_eq(address, public[_i].address);
    ck_assert(!is_custom);
}
END_TEST

START_TEST(a_service_nobody_knows_is_our_mistake) {
    ck_assert_int_eq(find("ec2", "eu-central-1"), AC_RUN);
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_INTERNAL);
}
END_TEST

static const char profile[] = "[default]\nendpoint_url = https://profile.example\n"
                              "services = local\n[services local]\nsqs =\n"
                              "  endpoint_url = https://services.example/x/\n";

static const struct {
    const char *name, *value, *service, *address;
} set[] = {
    {"AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9000/", "s3", "http://127.0.0.1:9000"},
    {"AWS_ENDPOINT_URL_S3", "http://[::1]:9000", "s3", "http://[::1]:9000"},
    {"AWS_ENDPOINT_URL", "http://localhost:4566", "kinesis", "http://localhost:4566"},
    {"AWS_ENDPOINT_URL_SQS", "https://env.example", "sqs", "https://env.example"},
    {"AWS_ENDPOINT_URL_SECRETS_MANAGER", "https://sm.example", "secretsmanager",
     "https://sm.example"},
    {"AWS_ENDPOINT_URL_STS", "https://sts.example", "sts", "https://sts.example"},
    {"AWS_ENDPOINT_URL_KINESIS", "https://k.example", "kinesis", "https://k.example"},
    {"X", NULL, "sqs", "https://services.example/x"},
    {"X", NULL, "s3", "https://profile.example"},
    {"AWS_ENDPOINT_URL_STS", "https://sts.example", "s3", "https://profile.example"},
    {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", "s3", "https://s3.eu-west-1.amazonaws.com"}};

START_TEST(an_address_may_be_set) {
    aws_setenv("AWS_CONFIG_FILE", aws_write("config", profile));
    aws_setenv(set[_i].name, set[_i].value);
    ck_assert_msg(find(set[_i].service, "eu-west-1") == AC_OK, "%s", aws_net.err.text);
    ck_assert_str_eq(address, set[_i].address);
}
END_TEST

static const char *const refused[] = {"http://minio.example:9000",
                                      "ftp://x.example",
                                      "s3.example",
                                      "https://",
                                      "https://user@host.example",
                                      "https://host.example/?a=b",
                                      "https://host.example/#f",
                                      "https://host.example/a b",
                                      "http://127.0.0.1.example/",
                                      "http://localhost@evil.example"};

START_TEST(an_address_that_is_none_is_refused) {
    aws_setenv("AWS_ENDPOINT_URL", refused[_i]);
    ck_assert_int_eq(find("s3", "eu-west-1"), AC_RUN);
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_CONFIG);
    ck_assert_ptr_nonnull(strstr(aws_net.err.text, refused[_i]));
}
END_TEST

START_TEST(plain_http_goes_to_hosts_that_were_named) {
    static const char *const hosts[] = {"minio.example", NULL};
    aws_room_with(&(struct ac_aws_options){.allow_http = hosts});
    aws_setenv("AWS_ENDPOINT_URL", "http://MinIO.example:9000");
    ck_assert_int_eq(find("s3", "eu-west-1"), AC_OK);
    ck_assert(is_custom);
}
END_TEST

static const struct {
    const char *text;
    bool is_region;
} regions[] = {
    {"eu-central-1", true}, {"us-gov-west-1", true}, {"local", true},       {"", false},
    {"-eu", false},         {"eu-", false},          {"eu.example", false}, {"EU-CENTRAL-1", false},
    {"eu/x", false},        {"eu-central-1 ", false}};

START_TEST(a_region_is_told_from_other_texts) {
    ck_assert(ac_aws_is_region(ac_str_of(regions[_i].text)) == regions[_i].is_region);
}
END_TEST

static const char *region(void) {
    const char *out = "none";
    return ac_aws_region(aws_room(), &out, &aws_net.err) == AC_OK ? out : NULL;
}

START_TEST(the_region_of_the_environment_is_first) {
    aws_setenv("AWS_CONFIG_FILE", aws_write("config", "[default]\nregion = sa-east-1\n"));
    aws_setenv("AWS_DEFAULT_REGION", "eu-west-2");
    aws_setenv("AWS_REGION", "eu-west-3");
    ck_assert_pstr_eq(region(), "eu-west-3");
}
END_TEST

START_TEST(the_default_region_is_second) {
    aws_setenv("AWS_CONFIG_FILE", aws_write("config", "[default]\nregion = sa-east-1\n"));
    aws_setenv("AWS_DEFAULT_REGION", "eu-west-2");
    ck_assert_pstr_eq(region(), "eu-west-2");
}
END_TEST

START_TEST(the_region_of_the_profile_is_third) {
    aws_setenv("AWS_CONFIG_FILE",
               aws_write("config", "[default]\nregion = sa-east-1\n[profile p]\nregion = a-1\n"));
    aws_setenv("AWS_PROFILE", "p");
    ck_assert_pstr_eq(region(), "a-1");
}
END_TEST

START_TEST(the_machine_is_asked_last) {
    aws_setenv("AWS_EC2_METADATA_DISABLED", NULL);
    aws_say("http://169.254.169.254/latest/api/token", 200, "TOKEN");
    aws_say("http://169.254.169.254/latest/meta-data/placement/region", 200, "ap-south-1\n");
    ck_assert_pstr_eq(region(), "ap-south-1");
    ck_assert_pstr_eq(region(), "ap-south-1");
    ck_assert_uint_eq(aws_net.n_asked, 2);
    ck_assert_pstr_eq(aws_header(aws_nth("*region", 0), "X-aws-ec2-metadata-token"), "TOKEN");
}
END_TEST

START_TEST(without_any_region_nobody_is_asked_twice) {
    aws_setenv("AWS_EC2_METADATA_DISABLED", NULL);
    aws_add(&(struct aws_answer){
        .url = "http://169.254.169.254/*", .end = AC_HTTP_REFUSED, .why = "no route"});
    const char *out;
    ck_assert_int_eq(ac_aws_region(aws_room(), &out, &aws_net.err), AC_END);
    ck_assert_int_eq(ac_aws_region(aws_room(), &out, &aws_net.err), AC_END);
    ck_assert_uint_eq(aws_net.n_asked, 1);
}
END_TEST

START_TEST(a_region_that_is_none_is_an_error) {
    aws_setenv("AWS_REGION", "Frankfurt am Main");
    ck_assert_pstr_eq(region(), NULL);
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_CONFIG);
}
END_TEST

START_TEST(regions_of_names_are_noted) {
    char name[32];
    ck_assert_ptr_null(ac_aws_noted_region(aws_room(), "b"));
    ac_aws_note_region(aws_room(), "b", "eu-west-1");
    ac_aws_note_region(aws_room(), "b", "eu-west-2");
    ck_assert_str_eq(ac_aws_noted_region(aws_room(), "b"), "eu-west-2");
    for (int i = 0; i < 16; i++) {
        snprintf(name, sizeof name, "bucket-%d", i);
        ac_aws_note_region(aws_room(), name, "eu-west-3");
    }
    ck_assert_ptr_null(ac_aws_noted_region(aws_room(), "b"));
    ck_assert_str_eq(ac_aws_noted_region(aws_room(), "bucket-15"), "eu-west-3");
}
END_TEST

int main(void) {
    Suite *s = suite_create("aws/endpoint");
    TCase *t = tcase_create("endpoint");
    tcase_add_checked_fixture(t, setup, aws_teardown);
    tcase_add_loop_test(t, each_partition_has_its_addresses, 0, (int)AC_N(public));
    tcase_add_test(t, a_service_nobody_knows_is_our_mistake);
    tcase_add_loop_test(t, an_address_may_be_set, 0, (int)AC_N(set));
    tcase_add_loop_test(t, an_address_that_is_none_is_refused, 0, (int)AC_N(refused));
    tcase_add_test(t, plain_http_goes_to_hosts_that_were_named);
    tcase_add_loop_test(t, a_region_is_told_from_other_texts, 0, (int)AC_N(regions));
    tcase_add_test(t, the_region_of_the_environment_is_first);
    tcase_add_test(t, the_default_region_is_second);
    tcase_add_test(t, the_region_of_the_profile_is_third);
    tcase_add_test(t, the_machine_is_asked_last);
    tcase_add_test(t, without_any_region_nobody_is_asked_twice);
    tcase_add_test(t, a_region_that_is_none_is_an_error);
    tcase_add_test(t, regions_of_names_are_noted);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
