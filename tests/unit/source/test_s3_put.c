// SPDX-License-Identifier: MIT
// An object put on S3.
#include "aws/aws_net.h"
#include "source/source.h"
#include <check.h>

#define URL "https://bucket.s3.eu-central-1.amazonaws.com/a%20b/x.ndjson"
#define ELSEWHERE "https://bucket.s3.us-west-2.amazonaws.com/a%20b/x.ndjson"

static enum ac_rc put(const char *url) {
    struct ac_source_env env = {.aws = aws_room()};
    return ac_source_put(&env, url, AC_STR("{}\n"), &aws_net.err);
}

START_TEST(an_object_is_put_signed_and_whole) {
    aws_say(URL, 200, "");
    ck_assert_int_eq(put("s3://bucket/a b/x.ndjson"), AC_OK);
    const struct aws_asked *asked = aws_nth(URL, 0);
    ck_assert_str_eq(asked->method, "PUT");
    ck_assert_str_eq(asked->body, "{}\n");
    ck_assert_str_eq(aws_header(asked, "X-Amz-Content-Sha256"),
                     "ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356");
    ck_assert_ptr_nonnull(strstr(aws_header(asked, "Authorization"), "/eu-central-1/s3/"));
}
END_TEST

START_TEST(a_bucket_elsewhere_is_followed_once) {
    struct aws_answer moved = {
        .url = URL, .status = 301, .headers = {"x-amz-bucket-region: us-west-2"}};
    aws_add(&moved);
    aws_say(ELSEWHERE, 200, "");
    ck_assert_int_eq(put("s3://bucket/a b/x.ndjson"), AC_OK);
    ck_assert_str_eq(aws_nth(ELSEWHERE, 0)->body, "{}\n");
}
END_TEST

START_TEST(one_that_is_refused_says_what_it_needs) {
    aws_say(URL, 403, "<Error><Code>AccessDenied</Code></Error>");
    ck_assert_int_eq(put("s3://bucket/a b/x.ndjson"), AC_RUN);
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_CONFIG);
    ck_assert_ptr_nonnull(strstr(aws_net.err.text, "s3:PutObject"));
    ck_assert_ptr_nonnull(strstr(aws_net.err.text, "s3://bucket/a b/x.ndjson cannot be written"));
}
END_TEST

START_TEST(a_service_that_is_down_is_asked_again_later) {
    aws_keep_saying(URL, 503, "<Error><Code>SlowDown</Code></Error>");
    ck_assert_int_eq(put("s3://bucket/a b/x.ndjson"), AC_RUN);
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_STOP);
}
END_TEST

START_TEST(a_bucket_that_is_none_is_not_asked) {
    ck_assert_int_eq(put("s3://b/../x"), AC_RUN);
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_CONFIG);
    ck_assert_uint_eq(aws_net.n_asked, 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("s3_put");
    TCase *t = tcase_create("s3_put");
    tcase_add_checked_fixture(t, aws_setup, aws_teardown);
    tcase_add_test(t, an_object_is_put_signed_and_whole);
    tcase_add_test(t, a_bucket_elsewhere_is_followed_once);
    tcase_add_test(t, one_that_is_refused_says_what_it_needs);
    tcase_add_test(t, a_service_that_is_down_is_asked_again_later);
    tcase_add_test(t, a_bucket_that_is_none_is_not_asked);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
