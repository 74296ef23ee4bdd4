// SPDX-License-Identifier: MIT
// A stream asked, by scripted services: requests, answers, refusals, the pace.
#include "aws/aws_net.h"
#include "source/kinesis.h"
#include <check.h>
#include <stdio.h>

#define URL "https://kinesis.eu-central-1.amazonaws.com/"
#define NUMBER "49640000000000000000000000000000000000000000000000000001"

static struct ac_kinesis k;
static struct ac_kinesis_shards shards;
static struct ac_kinesis_records records;
static struct ac_buf iterator;

static void setup(void) {
    aws_setup();
    ac_kinesis_shards_init(&shards);
    ac_kinesis_records_init(&records);
    ac_buf_init(&iterator, 8192);
    ck_assert_int_eq(ac_kinesis_open(&k, aws_room(), "kinesis://s.1", &aws_net.err), AC_OK);
}

static void teardown(void) {
    ac_kinesis_close(&k);
    ac_kinesis_shards_free(&shards);
    ac_kinesis_records_free(&records);
    ac_buf_free(&iterator);
    aws_teardown();
}

static enum ac_rc list(void) { return ac_kinesis_list(&k, &shards, &aws_net.err); }

static enum ac_rc get(void) { return ac_kinesis_get(&k, "it", &records, &aws_net.err); }

// --- requests

START_TEST(a_listing_is_asked_page_by_page) {
    aws_say(URL, 200,
            "{\"Shards\":[{\"ShardId\":\"shardId-0\",\"SequenceNumberRange\":"
            "{\"StartingSequenceNumber\":\"1\",\"EndingSequenceNumber\":\"2\"}}],"
            "\"NextToken\":\"t\\\"1\"}");
    aws_say(URL, 200,
            "{\"Shards\":[{\"ShardId\":\"shardId-2\",\"ParentShardId\":\"shardId-0\","
            "\"AdjacentParentShardId\":\"shardId-1\","
            "\"SequenceNumberRange\":{\"StartingSequenceNumber\":\"3\"}}],\"NextToken\":null}");
    ck_assert_int_eq(list(), AC_OK);
    const struct aws_asked *first = aws_nth(URL, 0), *second = aws_nth(URL, 1);
    ck_assert_str_eq(first->method, "POST");
    ck_assert_str_eq(first->body, "{\"StreamName\":\"s.1\"}");
    ck_assert_str_eq(aws_header(first, "X-Amz-Target"), "Kinesis_20131202.ListShards");
    ck_assert_str_eq(aws_header(first, "Content-Type"), "application/x-amz-json-1.1");
    ck_assert_ptr_nonnull(
        strstr(aws_header(first, "Authorization"), "/eu-central-1/kinesis/aws4_request"));
    ck_assert_str_eq(second->body, "{\"NextToken\":\"t\\\"1\"}");
    ck_assert_uint_eq(shards.n, 2);
    ck_assert_str_eq(shards.list[0].id, "shardId-0");
    ck_assert_str_eq(shards.list[0].parent, "");
    ck_assert(shards.list[0].is_closed);
    ck_assert_str_eq(shards.list[1].parent, "shardId-0");
    ck_assert_str_eq(shards.list[1].adjacent, "shardId-1");
    ck_assert(!shards.list[1].is_closed);
}
END_TEST

static const struct {
    struct ac_kinesis_from from;
    const char *body;
} froms[] = {{{"", INT64_MIN}, "\"TRIM_HORIZON\"}"},
             {{"", INT64_C(1930407330007)}, "\"AT_TIMESTAMP\",\"Timestamp\":1930407330.007}"},
             {{NUMBER, 5}, "\"AFTER_SEQUENCE_NUMBER\",\"StartingSequenceNumber\":\"" NUMBER "\"}"}};

START_TEST(an_iterator_is_asked_for_where_to_begin) {
    char body[512];
    aws_say(URL, 200, "{\"ShardIterator\":\"AAAA/b==\"}");
    ck_assert_int_eq(ac_kinesis_iterator(&k, "shardId-0", &froms[_i].from, &iterator, &aws_net.err),
                     AC_OK);
    snprintf(body, sizeof body,
             "{\"StreamName\":\"s.1\",\"ShardId\":\"shardId-0\",\"ShardIteratorType\":%s",
             froms[_i].body);
    ck_assert_str_eq(aws_nth(URL, 0)->body, body);
    ck_assert_str_eq(iterator.ptr, "AAAA/b==");
}
END_TEST

START_TEST(records_are_read) {
    aws_say(URL, 200,
            "{\"Records\":[{\"SequenceNumber\":\"" NUMBER "\",\"Data\":\"YWJj\","
            "\"ApproximateArrivalTimestamp\":1930407330.5,\"PartitionKey\":\"p\"},"
            "{\"SequenceNumber\":\"" NUMBER "0\",\"Data\":\"\"}],"
            "\"NextShardIterator\":\"n\",\"MillisBehindLatest\":7}");
    ck_assert_int_eq(get(), AC_OK);
    ck_assert_str_eq(aws_nth(URL, 0)->body, "{\"ShardIterator\":\"it\",\"Limit\":500}");
    ck_assert_uint_eq(records.n, 2);
    ck_assert_str_eq(records.list[0].sequence, NUMBER);
    ck_assert(ac_str_eq(records.list[0].data, AC_STR("YWJj")));
    ck_assert_int_eq(records.list[0].arrived_ms, INT64_C(1930407330500));
    ck_assert(records.list[1].arrived_ms == INT64_MIN);
    ck_assert_str_eq(records.next, "n");
    ck_assert_int_eq(records.behind_ms, 7);
    ck_assert_uint_eq(records.bytes, 3);
}
END_TEST

START_TEST(a_shard_at_its_end_has_no_next_iterator) {
    aws_say(URL, 200, "{\"Records\":[],\"NextShardIterator\":null,\"MillisBehindLatest\":0}");
    ck_assert_int_eq(get(), AC_OK);
    ck_assert_ptr_null(records.next);
}
END_TEST

static const struct {
    const char *url, *code;
} names[] = {{"kinesis://", "NOT_A_STREAM"},
             {"kinesis://a/b", "NOT_A_STREAM"},
             {"kinesis://a\"b", "NOT_A_STREAM"},
             {"kinesis://a:b", "NOT_A_STREAM"}};

START_TEST(what_is_no_name_is_refused) {
    struct ac_kinesis other;
    ck_assert_int_eq(ac_kinesis_open(&other, aws_room(), names[_i].url, &aws_net.err), AC_INPUT);
    ck_assert_str_eq(aws_net.err.code, names[_i].code);
    ac_kinesis_close(&other);
}
END_TEST

START_TEST(a_region_must_be_known) {
    struct ac_kinesis other;
    ck_assert_int_eq(ac_kinesis_open(&other, aws_room(), "kinesis://s", &aws_net.err), AC_RUN);
    ck_assert_ptr_nonnull(strstr(aws_net.err.text, "Set AWS_REGION"));
    ac_kinesis_close(&other);
}
END_TEST

// --- answers that are none

static const struct {
    const char *json, *why;
} bad_records[] = {
    {"", "not understood"},
    {"no json", "not understood"},
    {"[]", "no object"},
    {"{}", "no list of records"},
    {"{\"Records\":{}}", "no list of records"},
    {"{\"Records\":[],\"NextShardIterator\":5}", "no list of records"},
    {"{\"Records\":[7]}", "without a sequence number"},
    {"{\"Records\":[{\"Data\":\"\"}]}", "without a sequence number"},
    {"{\"Records\":[{\"SequenceNumber\":7,\"Data\":\"\"}]}", "without a sequence number"},
    {"{\"Records\":[{\"SequenceNumber\":\"\",\"Data\":\"\"}]}", "without a sequence number"},
    {"{\"Records\":[{\"SequenceNumber\":\"1e5\",\"Data\":\"\"}]}", "without a sequence number"},
    {"{\"Records\":[{\"SequenceNumber\":\"007\",\"Data\":\"\"}]}", "without a sequence number"},
    {"{\"Records\":[{\"SequenceNumber\":\"7\"}]}", "without data"},
    {"{\"Records\":[{\"SequenceNumber\":\"7\",\"Data\":null}]}", "without data"},
    {"{\"Records\":[{\"SequenceNumber\":\"10\",\"Data\":\"\"},"
     "{\"SequenceNumber\":\"9\",\"Data\":\"\"}]}",
     "out of order"},
    {"{\"Records\":[{\"SequenceNumber\":\"7\",\"Data\":\"\"},"
     "{\"SequenceNumber\":\"7\",\"Data\":\"\"}]}",
     "out of order"}};

START_TEST(records_that_are_none_are_refused) {
    aws_say(URL, 200, bad_records[_i].json);
    ck_assert_int_eq(get(), AC_INPUT);
    ck_assert_str_eq(aws_net.err.code, "BAD_ANSWER");
    ck_assert_msg(strstr(aws_net.err.text, bad_records[_i].why) != NULL, "%s", aws_net.err.text);
}
END_TEST

static const char *const bad_shards[] = {
    "{\"Shards\":{}}",
    "{\"Shards\":[{}]}",
    "{\"Shards\":[{\"ShardId\":\"\"}]}",
    "{\"Shards\":[{\"ShardId\":\"a\\\"b\"}]}",
    "{\"Shards\":[{\"ShardId\":\"a\",\"ParentShardId\":7}]}",
    "{\"Shards\":[],\"NextToken\":7}",
};

START_TEST(shards_that_are_none_are_refused) {
    aws_say(URL, 200, bad_shards[_i]);
    ck_assert_int_eq(list(), AC_INPUT);
    ck_assert_str_eq(aws_net.err.code, "BAD_ANSWER");
}
END_TEST

START_TEST(what_is_too_long_is_refused) {
    static char text[300];
    memset(text, '7', sizeof text - 1);
    static char answer[1024];
    snprintf(answer, sizeof answer, "{\"Records\":[{\"SequenceNumber\":\"%s\",\"Data\":\"\"}]}",
             text);
    aws_say(URL, 200, answer);
    ck_assert_int_eq(get(), AC_INPUT);
    static char listing[1024];
    snprintf(listing, sizeof listing, "{\"Shards\":[{\"ShardId\":\"%s\"}]}", text);
    aws_say(URL, 200, listing);
    ac_err_clear(&aws_net.err);
    ck_assert_int_eq(list(), AC_INPUT);
}
END_TEST

START_TEST(a_listing_without_an_end_is_given_up) {
    aws_keep_saying(URL, 200, "{\"Shards\":[],\"NextToken\":\"t\"}");
    ck_assert_int_eq(list(), AC_INPUT);
    ck_assert_ptr_nonnull(strstr(aws_net.err.text, "has no end"));
}
END_TEST

START_TEST(an_answer_that_is_too_large_is_not_taken) {
    aws_add(&(struct aws_answer){.url = URL, .end = AC_HTTP_STOPPED, .why = "over 16 MiB"});
    ck_assert_int_eq(get(), AC_INPUT);
    ck_assert_ptr_nonnull(strstr(aws_net.err.text, "the stream s.1 in eu-central-1: the answer is "
                                                   "not taken: over 16 MiB"));
}
END_TEST

// --- refusals

static const char *const busy[] = {"ProvisionedThroughputExceededException",
                                   "LimitExceededException", "KMSThrottlingException"};

START_TEST(reads_that_come_too_fast_are_repeated) {
    static char text[100];
    snprintf(text, sizeof text, "{\"__type\":\"%s\",\"message\":\"slow\"}", busy[_i]);
    aws_say(URL, 400, text);
    aws_say(URL, 400, text);
    aws_say(URL, 200, "{\"Records\":[],\"NextShardIterator\":\"n\"}");
    ck_assert_int_eq(get(), AC_OK);
    ck_assert_uint_eq(aws_count(URL), 3);
    ck_assert_int_gt(aws_net.clock.slept_ms, 0);
}
END_TEST

START_TEST(an_iterator_expires) {
    aws_say(URL, 400, "{\"__type\":\"ExpiredIteratorException\",\"message\":\"too old\"}");
    ck_assert_int_eq(get(), AC_AGAIN);
    ck_assert_int_eq(aws_net.err.rc, AC_OK);
}
END_TEST

static const struct {
    const char *json, *words;
    int status;
    enum ac_rc rc;
} refusals[] = {{"{\"__type\":\"ResourceNotFoundException\",\"message\":\"none\"}",
                 "there is no stream s.1 in eu-central-1 (none)", 400, AC_INPUT},
                {"{\"__type\":\"AccessDeniedException\",\"Message\":\"not you\"}",
                 "lack the permission kinesis:ListShards (not you)", 400, AC_INPUT},
                {"{\"__type\":\"UnrecognizedClientException\",\"message\":\"who?\"}",
                 "does not accept the credentials", 400, AC_RUN},
                {"{\"__type\":\"LimitExceededException\",\"message\":\"slow\"}",
                 "the stream s.1 in eu-central-1 cannot be had now", 400, AC_INPUT},
                {"", "run again later", 503, AC_INPUT}};

START_TEST(a_refusal_says_what_to_do) {
    aws_keep_saying(URL, refusals[_i].status, refusals[_i].json);
    ck_assert_int_eq(list(), refusals[_i].rc);
    ck_assert_msg(strstr(aws_net.err.text, refusals[_i].words) != NULL, "%s", aws_net.err.text);
}
END_TEST

START_TEST(nobody_there_is_no_reason_to_stop_the_run) {
    aws_add(&(struct aws_answer){
        .url = URL, .end = AC_HTTP_REFUSED, .why = "no route", .times = AWS_FOREVER});
    ck_assert_int_eq(list(), AC_INPUT);
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_STOP);
    ck_assert_ptr_nonnull(
        strstr(aws_net.err.text, "the stream s.1 in eu-central-1 cannot be reached"));
}
END_TEST

START_TEST(a_signal_ends_a_call) {
    static volatile int stop = 1;
    aws_add(&(struct aws_answer){.url = URL, .hangs = true});
    k.stop = &stop;
    ck_assert_int_eq(list(), AC_RUN);
    ck_assert_str_eq(aws_net.err.code, "STOPPED");
}
END_TEST

START_TEST(without_credentials_it_says_so) {
    aws_setenv("AWS_ACCESS_KEY_ID", NULL);
    aws_setenv("AWS_SECRET_ACCESS_KEY", NULL);
    ck_assert_int_eq(list(), AC_RUN);
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_CONFIG);
    ck_assert_ptr_nonnull(strstr(aws_net.err.text, "AWS_ACCESS_KEY_ID"));
}
END_TEST

// --- numbers and the pace

static const struct {
    const char *a, *b;
    int order;
} numbers[] = {{"9", "10", -1}, {"10", "9", 1}, {"10", "10", 0}, {NUMBER, NUMBER "0", -1}};

START_TEST(numbers_are_compared_by_value) {
    int order = ac_kinesis_compare(numbers[_i].a, numbers[_i].b);
    ck_assert_int_eq((order > 0) - (order < 0), numbers[_i].order);
}
END_TEST

static int64_t read_for(struct ac_kinesis_pace *pace, int64_t *now_ms, int n, uint64_t bytes) {
    int64_t begun_ms = *now_ms;
    for (int i = 0; i < n; i++) {
        *now_ms += ac_kinesis_pace_wait(pace, *now_ms);
        ck_assert_int_eq(ac_kinesis_pace_wait(pace, *now_ms), 0);
        ac_kinesis_pace_read(pace, *now_ms, bytes);
    }
    return *now_ms - begun_ms;
}

START_TEST(a_second_has_five_reads) {
    struct ac_kinesis_pace pace = {0};
    int64_t now_ms = -500;
    ck_assert_int_eq(read_for(&pace, &now_ms, 5, 0), 0);
    ck_assert_int_eq(ac_kinesis_pace_wait(&pace, now_ms), 1000);
    ck_assert_int_eq(read_for(&pace, &now_ms, 46, 0), 10000);
    now_ms += 2000;
    ck_assert_int_eq(read_for(&pace, &now_ms, 5, 0), 0);
}
END_TEST

START_TEST(a_second_has_two_megabytes) {
    struct ac_kinesis_pace pace = {0};
    int64_t now_ms = 7;
    ck_assert_int_eq(read_for(&pace, &now_ms, 1, 10 << 20), 0);
    ck_assert_int_eq(ac_kinesis_pace_wait(&pace, now_ms), 5000);
    ck_assert_int_eq(ac_kinesis_pace_wait(&pace, now_ms + 4000), 1000);
    ck_assert_int_eq(read_for(&pace, &now_ms, 4, 1 << 20), 6500);
}
END_TEST

int main(void) {
    Suite *s = suite_create("source/kinesis");
    TCase *t = tcase_create("kinesis");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_listing_is_asked_page_by_page);
    tcase_add_loop_test(t, an_iterator_is_asked_for_where_to_begin, 0, (int)AC_N(froms));
    tcase_add_test(t, records_are_read);
    tcase_add_test(t, a_shard_at_its_end_has_no_next_iterator);
    tcase_add_loop_test(t, what_is_no_name_is_refused, 0, (int)AC_N(names));
    tcase_add_loop_test(t, records_that_are_none_are_refused, 0, (int)AC_N(bad_records));
    tcase_add_loop_test(t, shards_that_are_none_are_refused, 0, (int)AC_N(bad_shards));
    tcase_add_test(t, what_is_too_long_is_refused);
    tcase_add_test(t, a_listing_without_an_end_is_given_up);
    tcase_add_test(t, an_answer_that_is_too_large_is_not_taken);
    tcase_add_loop_test(t, reads_that_come_too_fast_are_repeated, 0, (int)AC_N(busy));
    tcase_add_test(t, an_iterator_expires);
    tcase_add_loop_test(t, a_refusal_says_what_to_do, 0, (int)AC_N(refusals));
    tcase_add_test(t, nobody_there_is_no_reason_to_stop_the_run);
    tcase_add_test(t, a_signal_ends_a_call);
    tcase_add_test(t, without_credentials_it_says_so);
    tcase_add_loop_test(t, numbers_are_compared_by_value, 0, (int)AC_N(numbers));
    tcase_add_test(t, a_second_has_five_reads);
    tcase_add_test(t, a_second_has_two_megabytes);
    suite_add_tcase(s, t);
    t = tcase_create("bare");
    tcase_add_checked_fixture(t, aws_setup_bare, aws_teardown);
    tcase_add_test(t, a_region_must_be_known);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
