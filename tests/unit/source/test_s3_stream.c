// SPDX-License-Identifier: MIT
// Objects read as streams: broken transfers, ranges, what is refused.
#include "source/pack.h"
#include "source/s3_bucket.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define BIG_BYTES ((size_t)3000000)

static char *big;
static struct bucket_object objects[4];
static struct ac_buf out;

static void setup(void) {
    source_setup();
    bucket_setup();
    big = malloc(BIG_BYTES);
    ck_assert_ptr_nonnull(big);
    for (size_t i = 0; i < BIG_BYTES; i++)
        big[i] = (char)('a' + i % 23 + i / 10007 % 3);
    objects[0] = (struct bucket_object){.key = "big", .body = big, .len = BIG_BYTES};
    objects[1] = (struct bucket_object){.key = "empty", .body = ""};
    objects[2] = (struct bucket_object){.key = "small", .body = "a,b\n1,2\n", .version = "v1"};
    bucket_fill(objects, 3);
    ac_buf_init(&out, 16 << 20);
}

static void teardown(void) {
    bucket_teardown();
    source_teardown();
    free(big);
    ac_buf_free(&out);
}

static struct ac_item item_of(const char *key, const char *version, const char *etag) {
    struct ac_item item;
    struct ac_source_object object = {.bucket = "bucket",
                                      .key = ac_str_of(key),
                                      .version_id = version,
                                      .etag = etag,
                                      .size_bytes = -1,
                                      .modified_ms = INT64_MIN};
    ck_assert_int_eq(ac_source_object(&object, &bucket.arena, &item, &aws_net.err), AC_OK);
    return item;
}

static enum ac_rc try_open(const struct ac_item *item) {
    struct ac_source_options options = {.env = &bucket.env};
    struct ac_source *src = NULL;
    enum ac_rc rc = ac_source_open(&src, item, &options, &aws_net.err);
    ac_source_close(src);
    return rc;
}

static void ck_reads_big(size_t step) {
    struct ac_item item = item_of("big", NULL, "etag-0");
    struct ac_source *src = bucket_open(&item);
    ck_assert_msg(bucket_read(src, step, &out) == AC_END, "%s", aws_net.err.text);
    ck_assert_uint_eq(out.len, BIG_BYTES);
    ck_assert_int_eq(memcmp(out.ptr, big, BIG_BYTES), 0);
    ac_source_close(src);
}

static size_t n_gets(void) { return aws_count("https://bucket.s3.*/big"); }

// --- the bytes

static const size_t steps[] = {1000, 65536, 1048576, 3000001};

START_TEST(an_object_is_read_whole) {
    ck_reads_big(steps[_i]);
    ck_assert_uint_eq(n_gets(), 1);
    ck_assert_str_eq(aws_header(&aws_net.asked[0], "If-Match"), "\"etag-0\"");
    ck_assert_ptr_null(aws_header(&aws_net.asked[0], "Range"));
}
END_TEST

START_TEST(what_was_not_known_is_told_with_the_first_answer) {
    struct ac_item item = item_of("small", NULL, "etag-2");
    struct ac_source_options options = {.env = &bucket.env};
    struct ac_source *src = NULL;
    struct ac_member member;
    ck_assert_int_eq(ac_source_open(&src, &item, &options, &aws_net.err), AC_OK);
    ck_assert_int_eq(ac_source_next(src, &member, &aws_net.err), AC_OK);
    ck_assert_int_eq(member.modified_ms, AWS_NOW_MS);
    ck_assert_int_eq(member.size_bytes, 8);
    ck_assert_str_eq(member.name, "");
    ck_assert(!ac_source_changed(src));
    ac_source_close(src);
}
END_TEST

START_TEST(an_empty_object_has_no_bytes) {
    struct ac_item item = item_of("empty", NULL, "etag-1");
    struct ac_source *src = bucket_open(&item);
    ck_assert_int_eq(bucket_read(src, 10, &out), AC_END);
    ck_assert_uint_eq(out.len, 0);
    ac_source_close(src);
}
END_TEST

START_TEST(a_version_is_read) {
    struct ac_item item = item_of("small", "v1", NULL);
    struct ac_source *src = bucket_open(&item);
    ck_assert_int_eq(bucket_read(src, 10, &out), AC_END);
    ck_assert_uint_eq(out.len, 8);
    ck_assert_str_eq(aws_net.asked[0].url,
                     "https://bucket.s3.eu-central-1.amazonaws.com/small?versionId=v1");
    ac_source_close(src);
}
END_TEST

START_TEST(little_is_held_ahead_of_the_reader) {
    struct ac_item item = item_of("big", NULL, "etag-0");
    aws_net.chunk = 16384;
    struct ac_source *src = bucket_open(&item);
    ck_assert_int_eq(ac_aws_pump(aws_room(), 0, &aws_net.err), AC_OK);
    ck_assert_uint_eq(aws_net.n_flights, 1); // still under way
    ck_assert_uint_le(aws_net.most_given, 256 * 1024 + 16384);
    ac_source_close(src);
    ck_assert_int_eq(ac_aws_pump(aws_room(), 0, &aws_net.err), AC_OK);
    ck_assert_uint_eq(ac_aws_in_flight(aws_room()), 0);
}
END_TEST

START_TEST(a_length_that_is_not_told_is_no_trouble) {
    bucket.hides_length = true;
    ck_reads_big(65536);
}
END_TEST

// --- what breaks

START_TEST(a_broken_transfer_goes_on_where_it_broke) {
    bucket.cut_at = 1000000;
    bucket.n_cuts = 2;
    ck_reads_big(65536);
    ck_assert_uint_eq(n_gets(), 3);
    ck_assert_str_eq(aws_header(&aws_net.asked[1], "Range"), "bytes=1000000-");
    ck_assert_str_eq(aws_header(&aws_net.asked[2], "Range"), "bytes=2000000-");
    ck_assert_str_eq(aws_header(&aws_net.asked[2], "If-Match"), "\"etag-0\"");
}
END_TEST

START_TEST(a_transfer_may_break_often_while_it_gets_on) {
    bucket.cut_at = 100000;
    bucket.n_cuts = SIZE_MAX;
    ck_reads_big(65536);
    ck_assert_uint_eq(n_gets(), 30);
}
END_TEST

START_TEST(a_server_without_ranges_sends_it_again) {
    bucket.cut_at = 1000000;
    bucket.n_cuts = 1;
    bucket.ignores_ranges = true;
    ck_reads_big(65536);
    ck_assert_uint_eq(n_gets(), 2);
}
END_TEST

START_TEST(the_etag_of_the_first_answer_binds_the_rest) {
    struct ac_item item = item_of("big", "v", NULL);
    objects[0].version = "v";
    bucket.cut_at = 1000000;
    bucket.n_cuts = 1;
    struct ac_source *src = bucket_open(&item);
    ck_assert_int_eq(bucket_read(src, 65536, &out), AC_END);
    ck_assert_str_eq(aws_header(&aws_net.asked[1], "If-Match"), "\"etag-0\"");
    ac_source_close(src);
}
END_TEST

START_TEST(an_object_that_is_replaced_meanwhile_is_not_mixed) {
    struct ac_item item = item_of("big", NULL, "etag-0");
    bucket.cut_at = 1500000;
    bucket.n_cuts = 1;
    bucket.ignores_match = _i == 1; // then its ETag alone tells
    struct ac_source *src = bucket_open(&item);
    struct ac_buf some;
    ac_str bytes;
    ac_buf_init(&some, 16 << 20);
    ck_assert_int_eq(ac_source_peek(src, 100000, &bytes, &aws_net.err), AC_OK);
    objects[0].etag = "other";
    ck_assert_int_eq(bucket_read(src, 65536, &some), AC_INPUT);
    bucket_check_err("SUPERSEDED", "replaced by a newer object");
    ck_assert_str_eq(aws_net.err.source, "s3://bucket/big");
    ac_source_close(src);
    ac_buf_free(&some);
}
END_TEST

START_TEST(a_transfer_that_never_gets_on_is_given_up) {
    struct ac_item item = item_of("big", NULL, "etag-0");
    bucket.cut_at = 100000;
    bucket.n_cuts = 1;
    struct ac_source *src = bucket_open(&item);
    aws_net.n_script = 0;
    aws_add(&(struct aws_answer){
        .url = "*",
        .status = 206,
        .body = "x",
        .headers = {"ETag: \"etag-0\"", "Content-Range: bytes 0-2999999/3000000"},
        .times = AWS_FOREVER});
    ck_assert_int_eq(bucket_read(src, 65536, &out), AC_INPUT);
    bucket_check_err("TRANSFER_BROKEN", "at byte");
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_STOP);
    ac_source_close(src);
}
END_TEST

START_TEST(the_wrong_part_is_refused) {
    struct ac_item item = item_of("big", NULL, "etag-0");
    bucket.cut_at = 100000;
    bucket.n_cuts = 1;
    struct ac_source *src = bucket_open(&item);
    aws_net.n_script = 0;
    aws_add(&(struct aws_answer){.url = "*",
                                 .status = 206,
                                 .body = "x",
                                 .headers = {_i ? "Content-Range: bytes 200000-2999999/3000000"
                                                : "Content-Range: nonsense"}});
    ck_assert_int_eq(bucket_read(src, 65536, &out), AC_INPUT);
    ck_assert_str_eq(aws_net.err.code, "BAD_ANSWER");
    ac_source_close(src);
}
END_TEST

START_TEST(another_region_is_followed_once) {
    bucket.region = "us-west-2";
    ck_reads_big(65536);
    ck_assert_uint_eq(n_gets(), 2);
    ck_assert_str_eq(aws_net.asked[1].url, "https://bucket.s3.us-west-2.amazonaws.com/big");
}
END_TEST

// --- what is refused

static const struct {
    int status;
    const char *answer, *code, *words;
    enum ac_rc rc;
    enum ac_cause cause;
} refused[] = {
    {404, "<Error><Code>NoSuchKey</Code></Error>", "NOT_FOUND", "no such object", AC_INPUT,
     AC_CAUSE_INPUT},
    {404, "<Error><Code>NoSuchBucket</Code></Error>", "NOT_FOUND", "no bucket", AC_INPUT,
     AC_CAUSE_INPUT},
    {404, "<Error><Code>NoSuchVersion</Code></Error>", "NOT_FOUND", "no such version", AC_INPUT,
     AC_CAUSE_INPUT},
    {403, "<Error><Code>InvalidObjectState</Code></Error>", "ARCHIVED", "restore it", AC_INPUT,
     AC_CAUSE_INPUT},
    {403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>", "DENIED",
     "the credentials need s3:GetObject", AC_INPUT, AC_CAUSE_INPUT},
    {403,
     "<Error><Code>AccessDenied</Code><Message>not authorized to perform: kms:Decrypt</Message>"
     "</Error>",
     "DENIED", "need kms:Decrypt", AC_INPUT, AC_CAUSE_INPUT},
    {412, "<Error><Code>PreconditionFailed</Code></Error>", "SUPERSEDED", "newer", AC_INPUT,
     AC_CAUSE_INPUT},
    {503, "<Error><Code>SlowDown</Code></Error>", "AWS_BUSY", "run again later", AC_INPUT,
     AC_CAUSE_STOP},
    {403, "<Error><Code>SignatureDoesNotMatch</Code></Error>", "AWS_CREDENTIALS", "credentials",
     AC_RUN, AC_CAUSE_CONFIG},
    {302, "", "AWS", "HTTP 302", AC_INPUT, AC_CAUSE_INPUT}};

START_TEST(an_object_that_is_not_given_says_why) {
    struct ac_item item = item_of("big", NULL, "etag-0");
    aws_net.n_script = 0;
    aws_keep_saying("https://bucket.s3.eu-central-1.amazonaws.com/big", refused[_i].status,
                    refused[_i].answer);
    ck_assert_int_eq(try_open(&item), refused[_i].rc);
    ck_assert_int_eq(aws_net.err.cause, refused[_i].cause);
    bucket_check_err(refused[_i].code, refused[_i].words);
    ck_assert_str_eq(aws_net.err.source, "s3://bucket/big");
}
END_TEST

START_TEST(no_network_ends_the_run) {
    struct ac_item item = item_of("big", NULL, "etag-0");
    aws_net.n_script = 0;
    aws_add(&(struct aws_answer){
        .url = "*", .end = AC_HTTP_REFUSED, .why = "no route", .times = AWS_FOREVER});
    ck_assert_int_eq(try_open(&item), AC_RUN);
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_STOP);
}
END_TEST

START_TEST(an_object_needs_a_room) {
    struct ac_item item = item_of("big", NULL, "etag-0");
    struct ac_source *src = NULL;
    ck_assert_int_eq(ac_source_open(&src, &item, NULL, &aws_net.err), AC_INPUT);
    ck_assert_str_eq(aws_net.err.code, "UNKNOWN_SCHEME");
}
END_TEST

// --- archives

static char *load(const char *path, const char *key) {
    size_t len;
    char *bytes = source_read(path, &len);
    objects[3] = (struct bucket_object){.key = key, .body = bytes, .len = len};
    bucket_fill(objects, 4);
    return bytes;
}

START_TEST(a_zip_archive_is_read_by_ranges) {
    struct source_file files[] = {{.name = "one.csv", .bytes = "a\n1\n"},
                                  {.name = "two.csv", .bytes = NULL, .len = 2000000},
                                  {.name = "three.csv", .bytes = "a\n3\n"}};
    char *bytes = load(source_pack("a.zip", "zip", "none", "compression=store", files, 3), "zip");
    char *twos = malloc(2000001);
    ck_assert_ptr_nonnull(twos);
    memset(twos, 'a', 2000000);
    twos[2000000] = '\0';
    struct ac_item item = item_of("zip", NULL, "etag-3");
    struct ac_source_options options = {.env = &bucket.env};
    struct ac_source *src = NULL;
    struct ac_member member;
    ck_assert_msg(ac_source_open(&src, &item, &options, &aws_net.err) == AC_OK, "%s",
                  aws_net.err.text);
    source_check_next(src, "one.csv", "a\n1\n");
    source_check_next(src, "two.csv", twos);
    source_check_next(src, "three.csv", "a\n3\n");
    ck_assert_int_eq(ac_source_next(src, &member, &aws_net.err), AC_END);
    ac_source_close(src);
    ck_assert_uint_le(aws_net.n_asked, 6);
    free(twos);
    free(bytes);
}
END_TEST

START_TEST(a_compressed_object_is_unpacked) {
    char *bytes = load(source_compress("x.gz", "gzip", NULL, "a,b\n1,2\n", 8), "gz");
    struct ac_item item = item_of("gz", NULL, "etag-3");
    struct ac_source *src = bucket_open(&item);
    ck_assert_int_eq(bucket_read(src, 100, &out), AC_END);
    ck_assert(ac_str_eq(ac_buf_str(&out), AC_STR("a,b\n1,2\n")));
    ac_source_close(src);
    free(bytes);
}
END_TEST

int main(void) {
    Suite *s = suite_create("source/s3_stream");
    TCase *t = tcase_create("stream");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, an_object_is_read_whole, 0, (int)AC_N(steps));
    tcase_add_test(t, what_was_not_known_is_told_with_the_first_answer);
    tcase_add_test(t, an_empty_object_has_no_bytes);
    tcase_add_test(t, a_version_is_read);
    tcase_add_test(t, little_is_held_ahead_of_the_reader);
    tcase_add_test(t, a_length_that_is_not_told_is_no_trouble);
    tcase_add_test(t, a_broken_transfer_goes_on_where_it_broke);
    tcase_add_test(t, a_transfer_may_break_often_while_it_gets_on);
    tcase_add_test(t, a_server_without_ranges_sends_it_again);
    tcase_add_test(t, the_etag_of_the_first_answer_binds_the_rest);
    tcase_add_loop_test(t, an_object_that_is_replaced_meanwhile_is_not_mixed, 0, 2);
    tcase_add_test(t, a_transfer_that_never_gets_on_is_given_up);
    tcase_add_loop_test(t, the_wrong_part_is_refused, 0, 2);
    tcase_add_test(t, another_region_is_followed_once);
    tcase_add_loop_test(t, an_object_that_is_not_given_says_why, 0, (int)AC_N(refused));
    tcase_add_test(t, no_network_ends_the_run);
    tcase_add_test(t, an_object_needs_a_room);
    tcase_add_test(t, a_zip_archive_is_read_by_ranges);
    tcase_add_test(t, a_compressed_object_is_unpacked);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
