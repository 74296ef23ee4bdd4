// SPDX-License-Identifier: MIT
// Addresses that are written otherwise: what is said of them.
#include "source/address.h"
#include "source/source.h"
#include <check.h>
#include <stdlib.h>

static const struct {
    const char *address, *part; // part NULL: nothing is said
} hints[] = {
    {"s3:/bucket/a/b.csv", "written s3://bucket/a/b.csv here"},
    {"s3:bucket/a", "written s3://bucket/a here"},
    {"s3:///bucket/a", "written s3://bucket/a here"},
    {"S3://bucket/a", "written s3://bucket/a here"},
    {"s3a://bucket/a", "written s3://bucket/a here"},
    {"s3n://bucket/a", "written s3://bucket/a here"},
    {"s3:", "s3://bucket/key"},
    {"arn:aws:s3:::bucket", "written s3://bucket here"},
    {"arn:aws:s3:::bucket/a:b/*", "written s3://bucket/a:b/* here"},
    {"s3://arn:aws:s3:::bucket/a", "written s3://bucket/a here"},
    {"arn:aws:s3:us-east-1:111122223333:accesspoint/x", "s3://ALIAS/key"},
    {"arn:aws:kinesis:us-east-1:111122223333:stream/ctr", "\"kinesis://ctr\""},
    {"arn:aws:kinesis:us-east-1:111122223333:stream/ctr/consumer/c:1", "\"kinesis://ctr\""},
    {"kinesis://arn:aws:kinesis:us-east-1:111122223333:stream/ctr", "\"kinesis://ctr\""},
    {"kinesis:ctr", "\"kinesis://ctr\""},
    {"Kinesis://ctr", "\"kinesis://ctr\""},
    {"kinesis:", "\"kinesis://NAME\""},
    {"arn:aws:firehose:us-east-1:111122223333:deliverystream/d", "Firehose"},
    {"arn:aws:sqs:eu-west-1:111122223333:reports",
     "--sqs https://sqs.eu-west-1.amazonaws.com/111122223333/reports"},
    {"arn:aws-cn:sqs:cn-north-1:111122223333:r",
     "--sqs https://sqs.cn-north-1.amazonaws.com.cn/111122223333/r"},
    {"arn:aws:lambda:us-east-1:111122223333:function:f", "nothing that acload reads"},
    {"arn:aws:s3", "ends before that"},
    {"https://bucket.s3.amazonaws.com/a%20b/c+d.csv?X-Amz-Date=1", "s3://bucket/a b/c+d.csv here"},
    {"https://bucket.s3.eu-west-1.amazonaws.com/a&b", "s3://bucket/a&b here"},
    {"https://my.bucket.s3.dualstack.us-east-1.amazonaws.com/a", "s3://my.bucket/a here"},
    {"https://s3-logs.s3-eu-west-1.amazonaws.com/a", "s3://s3-logs/a here"},
    {"https://bucket.s3.cn-north-1.amazonaws.com.cn/a", "s3://bucket/a here"},
    {"https://s3.eu-west-1.amazonaws.com/bucket/a", "s3://bucket/a here"},
    {"https://s3.amazonaws.com", "s3://bucket/key"},
    {"HTTPS://s3.amazonaws.com/bucket", "s3://bucket here"},
    {"https://eu-west-1.console.aws.amazon.com/s3/buckets/bucket?region=eu-west-1&prefix=a%2Fb/&x",
     "s3://bucket/a/b/ here"},
    {"https://s3.console.aws.amazon.com/s3/object/bucket?prefix=a/b.csv", "s3://bucket/a/b.csv"},
    {"https://console.aws.amazon.com/s3/buckets/bucket", "s3://bucket/ here"},
    {"https://s3.console.aws.amazon.com/s3/home", "s3://bucket/key"},
    {"https://sqs.eu-west-1.amazonaws.com/1/reports",
     "acload hook --sqs https://sqs.eu-west-1.amazonaws.com/1/reports"},
    {"https://kinesis.us-east-1.amazonaws.com", "kinesis://NAME"},
    {"https://ec2.us-east-1.amazonaws.com", "curl -s URL | acload import -"},
    {"https://example.com/a.csv", "curl -s URL | acload import -"},
    {"http://127.0.0.1:9000/bucket/a", "a server of one's own, is written s3://bucket/key"},
    {"https:", "curl"},
    {"s3://bucket/a", NULL},
    {"s3://bucket", NULL},
    {"s3://bucket/a//b", NULL},
    {"kinesis://ctr", NULL},
    {"file:///a", NULL},
    {"ftp://example.com/a", NULL},
    {"a.csv", NULL},
    {"", NULL},
    {":", NULL},
    {"/s3:/a", NULL},
    {"queue 16:00.csv", NULL},
};

START_TEST(what_is_meant_is_said) {
    char hint[AC_ADDRESS_HINT] = "";
    bool is_any = ac_address_hint(hints[_i].address, hint);
    ck_assert_msg(is_any == (hints[_i].part != NULL), "%s: %s", hints[_i].address, hint);
    ck_assert_msg(!is_any || strstr(hint, hints[_i].part), "%s: %s", hints[_i].address, hint);
}
END_TEST

static const char *const long_ones[] = {"s3:",
                                        "kinesis:",
                                        "arn:aws:s3:::",
                                        "arn:aws:sqs:",
                                        "arn:aws:sqs:::",
                                        "https://b.s3.amazonaws.com/",
                                        "https://s3.amazonaws.com/%41",
                                        "https://sqs.",
                                        "https://console.aws.amazon.com/s3/buckets/b?prefix="};

START_TEST(of_any_length) {
    size_t head = strlen(long_ones[_i]), len = head + 100000;
    char hint[AC_ADDRESS_HINT], *address = malloc(len + 1);
    ck_assert_ptr_nonnull(address);
    memset(address, 'x', len);
    memcpy(address, long_ones[_i], head);
    address[len] = '\0';
    ck_assert(ac_address_hint(address, hint));
    ck_assert_uint_lt(strlen(hint), sizeof hint);
    free(address);
}
END_TEST

START_TEST(an_input_that_is_written_so_is_an_error_with_the_hint) {
    struct ac_arena arena;
    struct ac_err err = AC_ERR_INIT;
    ac_arena_init(&arena, 65536);
    ck_assert_int_eq(ac_source_list("s3:/bucket/a", NULL, &arena, NULL, NULL, &err), AC_INPUT);
    ck_assert_str_eq(err.source, "s3:/bucket/a");
    ck_assert_str_eq(err.code, "UNKNOWN_SCHEME");
    ck_assert_str_eq(err.text, "is written s3://bucket/a here");
    ac_arena_free(&arena);
}
END_TEST

int main(void) {
    Suite *s = suite_create("source/address");
    TCase *t = tcase_create("address");
    tcase_add_loop_test(t, what_is_meant_is_said, 0, (int)AC_N(hints));
    tcase_add_loop_test(t, of_any_length, 0, (int)AC_N(long_ones));
    tcase_add_test(t, an_input_that_is_written_so_is_an_error_with_the_hint);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
