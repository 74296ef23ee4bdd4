// SPDX-License-Identifier: MIT
// A queue: its address, calls as they are sent, answers good or not.
#include "aws/aws_net.h"
#include "hook/cases_kit.h"
#include "hook/sqs.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define HOST "https://sqs.us-west-2.amazonaws.com"
#define URL HOST "/123456789012/reports"

static struct ac_sqs queue;
static struct ac_arena arena;
static struct ac_sqs_message messages[AC_SQS_AT_ONCE];
static size_t n_messages;

static void setup(void) {
    aws_setup();
    ac_arena_init(&arena, (size_t)1 << 20);
}

static void teardown(void) {
    aws_teardown();
    ac_arena_free(&arena);
}

static void open_queue(void) {
    ck_assert_int_eq(ac_sqs_open(&queue, aws_room(), URL, &aws_net.err), AC_OK);
}

static enum ac_rc receive(volatile const int *stop) {
    return ac_sqs_receive(&queue, 20, 120, stop, &arena, messages, &n_messages, &aws_net.err);
}

// --- where it is

static const struct {
    const char *host, *region;
} hosts[] = {{"sqs.eu-central-1.amazonaws.com", "eu-central-1"},
             {"sqs-fips.us-east-2.amazonaws.com", "us-east-2"},
             {"sqs.cn-north-1.amazonaws.com.cn", "cn-north-1"},
             {"vpce-0a-bc.sqs.eu-west-1.vpce.amazonaws.com", "eu-west-1"},
             {"eu-west-2.queue.amazonaws.com", "eu-west-2"},
             {"queue.amazonaws.com", "us-east-1"},
             {"sqs.us-east-1.localhost", "us-east-1"},
             {"localhost", NULL},
             {"sqs.local", NULL},
             {"sqs", NULL},
             {"sqs.evil-.example", NULL},
             {"", NULL}};

START_TEST(a_host_names_its_region) {
    char region[AC_AWS_MAX_REGION] = "";
    bool has = ac_sqs_region_of(ac_str_of(hosts[_i].host), region);
    ck_assert_int_eq(has, hosts[_i].region != NULL);
    ck_assert_str_eq(region, hosts[_i].region ? hosts[_i].region : "");
}
END_TEST

static const struct {
    const char *url, *endpoint, *region, *base, *error;
} places[] = {
    {URL, NULL, "us-west-2", HOST, NULL},
    {URL, "http://127.0.0.1:4566/", "us-west-2", "http://127.0.0.1:4566", NULL},
    {"https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com/1/q", NULL, "eu-west-1",
     "https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com", NULL},
    {"https://eu-west-2.queue.amazonaws.com/1/q", NULL, "eu-west-2",
     "https://sqs.eu-west-2.amazonaws.com", NULL},
    {"http://localhost:9324/1/q", NULL, "eu-central-1", "http://localhost:9324", NULL},
    {"http://queue.example/1/q", NULL, NULL, NULL, "allow_http"},
    {"ftp://sqs.eu-west-1.amazonaws.com/1/q", NULL, NULL, NULL, "https://"},
    {"reports", NULL, NULL, NULL, "no address of a queue"},
    {HOST, NULL, NULL, NULL, "no address of a queue"},
    {HOST "/", NULL, NULL, NULL, "no address of a queue"},
    {"https:///1/q", NULL, NULL, NULL, "no address of a queue"},
    {"https://user@sqs.eu-west-1.amazonaws.com/1/q", NULL, NULL, NULL, "no address of a queue"},
    {HOST "/1/q?x=y", NULL, NULL, NULL, "no address of a queue"},
    {HOST "/reports", NULL, NULL, NULL, "no address of a queue"},
    {HOST "/1/q/", NULL, NULL, NULL, "no address of a queue"},
    {HOST "/1/", NULL, NULL, NULL, "no address of a queue"},
    {HOST "/1/q.fifo", NULL, "us-west-2", HOST, NULL},
    {"http://localhost:9324/queue/q", NULL, "eu-central-1", "http://localhost:9324", NULL},
    {"arn:aws:sqs:eu-west-1:123456789012:reports", NULL, NULL, NULL,
     "no address of a queue: messages of a queue are taken by acload hook --sqs "
     "https://sqs.eu-west-1.amazonaws.com/123456789012/reports"},
    {"arn:aws:sqs", NULL, NULL, NULL, "ends before that"}};

START_TEST(an_address_says_where_to_ask) {
    aws_setenv("AWS_ENDPOINT_URL_SQS", places[_i].endpoint);
    enum ac_rc rc = ac_sqs_open(&queue, aws_room(), places[_i].url, &aws_net.err);
    if (!places[_i].error) {
        ck_assert_int_eq(rc, AC_OK);
        ck_assert_str_eq(queue.region, places[_i].region);
        ck_assert_str_eq(queue.base, places[_i].base);
        return;
    }
    ck_assert_int_eq(rc, AC_RUN);
    ck_assert_int_eq(aws_net.err.cause, AC_CAUSE_CONFIG);
    ck_assert_msg(strstr(aws_net.err.text, places[_i].error) != NULL, "%s", aws_net.err.text);
}
END_TEST

START_TEST(a_queue_without_a_region_is_an_error) {
    aws_setenv("AWS_REGION", NULL);
    aws_setenv("AWS_EC2_METADATA_DISABLED", "true");
    ck_assert_int_eq(ac_sqs_open(&queue, aws_room(), "http://localhost:1/1/q", &aws_net.err),
                     AC_RUN);
    ck_assert_ptr_nonnull(strstr(aws_net.err.text, "Set AWS_REGION"));
}
END_TEST

// --- calls

START_TEST(messages_are_received) {
    open_queue();
    aws_say(
        HOST "/", 200,
        "{\"Messages\":[{\"MessageId\":\"m-1\",\"ReceiptHandle\":\"r+/=\",\"Body\":\"{}\\u00e4\","
        "\"Attributes\":{\"ApproximateReceiveCount\":\"3\"}},"
        "{\"MessageId\":\"m-2\",\"ReceiptHandle\":\"s\",\"Body\":\"x\"}]}");
    ck_assert_int_eq(receive(NULL), AC_OK);
    ck_assert_uint_eq(n_messages, 2);
    ck_assert_str_eq(messages[0].id, "m-1");
    ck_assert_str_eq(messages[0].receipt, "r+/=");
    ck_assert(ac_str_eq(messages[0].body, AC_STR("{}ä")));
    ck_assert_uint_eq(messages[0].n_received, 3);
    ck_assert_uint_eq(messages[1].n_received, 1);
    const struct aws_asked *a = aws_nth(HOST "/", 0);
    ck_assert_str_eq(a->method, "POST");
    ck_assert_str_eq(aws_header(a, "X-Amz-Target"), "AmazonSQS.ReceiveMessage");
    ck_assert_str_eq(aws_header(a, "Content-Type"), "application/x-amz-json-1.0");
    ck_assert_ptr_nonnull(
        strstr(aws_header(a, "Authorization"), "/20310304/us-west-2/sqs/aws4_request"));
    ck_assert_str_eq(a->body,
                     "{\"QueueUrl\":\"" URL "\",\"MaxNumberOfMessages\":10,\"WaitTimeSeconds\":20,"
                     "\"VisibilityTimeout\":120,\"AttributeNames\":[\"ApproximateReceiveCount\"],"
                     "\"MessageSystemAttributeNames\":[\"ApproximateReceiveCount\"]}");
    ck_assert_int_gt((int)a->timeout_ms, 20000);
}
END_TEST

START_TEST(a_signal_ends_the_wait) {
    volatile int stop = 1;
    open_queue();
    aws_add(&(struct aws_answer){.url = HOST "/", .hangs = true});
    ck_assert_int_eq(receive(&stop), AC_OK);
    ck_assert_uint_eq(n_messages, 0);
}
END_TEST

START_TEST(entries_go_ten_at_a_time) {
    struct ac_sqs_entry entries[12] = {{.receipt = NULL}};
    open_queue();
    for (size_t i = 0; i < AC_N(entries); i++)
        entries[i] = (struct ac_sqs_entry){.receipt = "r", .hidden_s = (int)i};
    aws_say(
        HOST "/", 200,
        "{\"Successful\":[{\"Id\":\"0\"},{\"Id\":\"9\"},{\"Id\":\"10\"},{\"Id\":\"x\"},{}],"
        "\"Failed\":[{\"Id\":\"1\",\"Code\":\"ReceiptHandleIsInvalid\",\"SenderFault\":true}]}");
    aws_say(HOST "/", 200, "{\"Successful\":[{\"Id\":\"1\"}]}");
    ck_assert_int_eq(ac_sqs_hide(&queue, entries, AC_N(entries), &aws_net.err), AC_OK);
    for (size_t i = 0; i < AC_N(entries); i++)
        ck_assert_int_eq(entries[i].is_done, i == 0 || i == 9 || i == 11);
    ck_assert_str_eq(aws_header(aws_nth(HOST "/", 0), "X-Amz-Target"),
                     "AmazonSQS.ChangeMessageVisibilityBatch");
    ck_assert_str_eq(aws_nth(HOST "/", 1)->body,
                     "{\"QueueUrl\":\"" URL "\",\"Entries\":["
                     "{\"Id\":\"0\",\"ReceiptHandle\":\"r\",\"VisibilityTimeout\":10},"
                     "{\"Id\":\"1\",\"ReceiptHandle\":\"r\",\"VisibilityTimeout\":11}]}");
}
END_TEST

START_TEST(what_is_deleted_has_no_time) {
    struct ac_sqs_entry entry = {.receipt = "a\"b", .hidden_s = 5};
    open_queue();
    aws_say(HOST "/", 200, "{\"Successful\":[{\"Id\":\"0\"}],\"Failed\":[]}");
    ck_assert_int_eq(ac_sqs_delete(&queue, &entry, 1, &aws_net.err), AC_OK);
    ck_assert(entry.is_done);
    ck_assert_str_eq(aws_header(aws_nth(HOST "/", 0), "X-Amz-Target"),
                     "AmazonSQS.DeleteMessageBatch");
    ck_assert_str_eq(aws_nth(HOST "/", 0)->body,
                     "{\"QueueUrl\":\"" URL
                     "\",\"Entries\":[{\"Id\":\"0\",\"ReceiptHandle\":\"a\\\"b\"}]}");
}
END_TEST

START_TEST(nothing_is_no_call) {
    open_queue();
    ck_assert_int_eq(ac_sqs_delete(&queue, NULL, 0, &aws_net.err), AC_OK);
    ck_assert_uint_eq(aws_net.n_asked, 0);
}
END_TEST

static const struct {
    int status;
    enum ac_cause cause;
    const char *body, *words;
} refused[] = {
    {400, AC_CAUSE_CONFIG,
     "{\"__type\":\"com.amazonaws.sqs#QueueDoesNotExist\",\"message\":\"no such queue\"}",
     "sqs:ReceiveMessage on the queue " URL " is refused (QueueDoesNotExist"},
    {400, AC_CAUSE_CONFIG,
     "{\"__type\":\"com.amazonaws.sqs#AWS.SimpleQueueService.NonExistentQueue\"}",
     "check its name, account and region"},
    {403, AC_CAUSE_CONFIG, "{\"__type\":\"AccessDeniedException\",\"message\":\"not you\"}",
     "AccessDeniedException: not you); the credentials need sqs:ReceiveMessage"},
    {400, AC_CAUSE_CONFIG, "{\"__type\":\"InvalidAddress\"}", "of another region"},
    {400, AC_CAUSE_CONFIG, "{\"__type\":\"KmsAccessDenied\"}", "need kms:Decrypt"},
    {400, AC_CAUSE_CONFIG, "{\"__type\":\"UnsupportedOperation\"}", "no reason given)"},
    {400, AC_CAUSE_STOP, "{\"__type\":\"com.amazonaws.sqs#OverLimit\"}", "run again later"},
    {403, AC_CAUSE_CONFIG, "{\"__type\":\"InvalidClientTokenId\",\"message\":\"who\"}",
     "does not accept the credentials"},
    {503, AC_CAUSE_STOP, "", "run again later"},
    {200, AC_CAUSE_STOP, "no json", "no JSON object"},
};

START_TEST(a_refusal_is_told) {
    open_queue();
    aws_keep_saying(HOST "/", refused[_i].status, refused[_i].body);
    ck_assert_int_eq(receive(NULL), AC_RUN);
    ck_assert_int_eq(aws_net.err.cause, refused[_i].cause);
    ck_assert_msg(strstr(aws_net.err.text, refused[_i].words) != NULL, "%s", aws_net.err.text);
}
END_TEST

// --- answers

START_TEST(the_folder_holds_cases) { ck_assert_int_gt(n_cases, 15); }
END_TEST

START_TEST(an_answer_gives_what_it_should) {
    struct ac_buf input, want, got;
    ac_buf_init(&input, (size_t)1 << 20);
    ac_buf_init(&want, (size_t)1 << 20);
    ac_buf_init(&got, (size_t)1 << 20);
    case_read(_i, "input", &input);
    case_read(_i, "expect", &want);
    enum ac_rc rc =
        ac_sqs_read_messages(ac_buf_str(&input), &arena, messages, &n_messages, &aws_net.err);
    ck_assert_int_eq(rc, n_messages || aws_net.err.rc == AC_OK ? AC_OK : AC_RUN);
    for (size_t i = 0; i < n_messages; i++)
        ck_assert(ac_buf_printf(&got, "message \"%s\" receipt=%s received=%u body=%zu\n",
                                messages[i].id, messages[i].receipt, messages[i].n_received,
                                messages[i].body.len));
    if (rc != AC_OK)
        ck_assert(ac_buf_printf(&got, "error %s %s\n", aws_net.err.code, aws_net.err.text));
    ck_assert_msg(ac_str_eq(ac_buf_str(&got), ac_buf_str(&want)), "%s gives:\n%s", case_names[_i],
                  ac_buf_text(&got));
    ac_buf_free(&input);
    ac_buf_free(&want);
    ac_buf_free(&got);
}
END_TEST

static const struct {
    const char *json;
    enum ac_rc rc;
    bool first, second;
} outcomes[] = {
    {"{\"Successful\":[{\"Id\":\"0\"},{\"Id\":\"1\"}]}", AC_OK, true, true},
    {"{\"Successful\":[{\"Id\":\"1\"}],\"Failed\":[{\"Id\":\"0\"}]}", AC_OK, false, true},
    {"{}", AC_OK, false, false},
    {"{\"Successful\":{\"Id\":\"0\"}}", AC_OK, false, false},
    {"{\"Successful\":[{\"Id\":0},{\"Id\":\"2\"},{\"Id\":\"-1\"},\"0\"]}", AC_OK, false, false},
    {"[]", AC_RUN, false, false},
    {"", AC_RUN, false, false},
};

START_TEST(only_what_is_named_is_done) {
    struct ac_sqs_entry entries[2] = {{.receipt = "a"}, {.receipt = "b"}};
    ck_assert_int_eq(ac_sqs_read_batch(ac_str_of(outcomes[_i].json), entries, 2, &aws_net.err),
                     outcomes[_i].rc);
    ck_assert_int_eq(entries[0].is_done, outcomes[_i].first);
    ck_assert_int_eq(entries[1].is_done, outcomes[_i].second);
}
END_TEST

static const struct {
    int first_s;
    unsigned n;
    int least_s, most_s;
} delays[] = {{30, 1, 15, 30},
              {30, 2, 30, 60},
              {30, 3, 60, 120},
              {30, 6, 450, 900},
              {30, UINT32_MAX, 450, 900},
              {1, 1, 1, 1},
              {0, 1, 1, 1},
              {10800, 1, 450, 900},
              {30, 0, 15, 30}};

START_TEST(the_delay_grows_to_its_ceiling) {
    for (uint64_t random = 0; random < 2000; random++) {
        int delay_s = ac_sqs_delay_s(delays[_i].first_s, delays[_i].n, random);
        ck_assert_int_ge(delay_s, delays[_i].least_s);
        ck_assert_int_le(delay_s, delays[_i].most_s);
    }
    ck_assert_int_eq(ac_sqs_delay_s(30, 1, 15), 30);
}
END_TEST

int main(void) {
    cases_find("tests/cases/queue");
    Suite *s = suite_create("hook/sqs");
    TCase *t = tcase_create("sqs");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, a_host_names_its_region, 0, (int)AC_N(hosts));
    tcase_add_loop_test(t, an_address_says_where_to_ask, 0, (int)AC_N(places));
    tcase_add_test(t, a_queue_without_a_region_is_an_error);
    tcase_add_test(t, messages_are_received);
    tcase_add_test(t, a_signal_ends_the_wait);
    tcase_add_test(t, entries_go_ten_at_a_time);
    tcase_add_test(t, what_is_deleted_has_no_time);
    tcase_add_test(t, nothing_is_no_call);
    tcase_add_loop_test(t, a_refusal_is_told, 0, (int)AC_N(refused));
    tcase_add_test(t, the_folder_holds_cases);
    tcase_add_loop_test(t, an_answer_gives_what_it_should, 0, n_cases);
    tcase_add_loop_test(t, only_what_is_named_is_done, 0, (int)AC_N(outcomes));
    tcase_add_loop_test(t, the_delay_grows_to_its_ceiling, 0, (int)AC_N(delays));
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    cases_free();
    return n_failed != 0;
}
