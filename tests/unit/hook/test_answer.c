// SPDX-License-Identifier: MIT
// Which items of a batch come again.
#include "hook/answer.h"
#include <check.h>

#define S3(key)                                                                                    \
    "{\\\"eventSource\\\":\\\"aws:s3\\\",\\\"eventName\\\":\\\"ObjectCreated:Put\\\","             \
    "\\\"s3\\\":{\\\"bucket\\\":{\\\"name\\\":\\\"b\\\"},"                                         \
    "\\\"object\\\":{\\\"key\\\":\\\"" key "\\\"}}}"
#define MESSAGE(id, records)                                                                       \
    "{\"eventSource\":\"aws:sqs\",\"messageId\":\"" id "\",\"body\":\"{\\\"Records\\\":[" records  \
    "]}\"}"
#define ORDERED(id, records)                                                                       \
    "{\"eventSource\":\"aws:sqs\",\"eventSourceARN\":\"arn:aws:sqs:us-east-1:1:q.fifo\","          \
    "\"messageId\":\"" id "\",\"body\":\"{\\\"Records\\\":[" records "]}\"}"
#define OTHER(id) "{\"eventSource\":\"aws:sqs\",\"messageId\":\"" id "\",\"body\":\"rubbish\"}"
#define STRAIGHT                                                                                   \
    "{\"eventSource\":\"aws:s3\",\"eventName\":\"ObjectCreated:Put\","                             \
    "\"s3\":{\"bucket\":{\"name\":\"b\"},\"object\":{\"key\":\"x\"}}}"
#define RECORD(shard, number)                                                                      \
    "{\"eventSource\":\"aws:kinesis\",\"eventID\":\"" shard ":1\",\"eventSourceARN\":\"a\","       \
    "\"kinesis\":{\"sequenceNumber\":\"" number "\",\"data\":\"e30=\"}}"
#define FLAWED_RECORD "{\"eventSource\":\"aws:kinesis\",\"eventID\":\"s:1\"}"

// done: a letter for each object, then for each record; "-" is not done.
static const struct {
    const char *records, *done, *failed; // failed NULL: all of it has to come again
} events[] = {
    {MESSAGE("m1", S3("x")) "," MESSAGE("m2", S3("y")), "xx", ""},
    {MESSAGE("m1", S3("x")) "," MESSAGE("m2", S3("y")), "x-", "m2"},
    {MESSAGE("m1", S3("x")) "," MESSAGE("m2", S3("y")), "--", "m1 m2"},
    {MESSAGE("m1", S3("x") "," S3("y") "," S3("z")), "-x-", "m1"},
    // The second message names nothing of its own.
    {MESSAGE("m1", S3("x")) "," MESSAGE("m2", S3("x")), "--", "m1"},
    {OTHER("m1") "," MESSAGE("m2", S3("x")), "x", "m1"},
    {MESSAGE("m1", S3("x") "," S3("..")) "," OTHER("m2"), "-", "m1 m2"},
    {MESSAGE("m1", "{},{}"), "", "m1"},
    {MESSAGE("", S3("x")), "x", ""},
    {MESSAGE("", S3("x")), "-", NULL},
    {"{\"eventSource\":\"aws:sqs\",\"messageId\":\"m\\\"1\"}", "", "m\\\"1"},
    {ORDERED("m1", S3("x")) "," ORDERED("m2", "") "," ORDERED("m3", S3("y")), "xx", ""},
    {ORDERED("m1", S3("x")) "," ORDERED("m2", "") "," ORDERED("m3", S3("y")), "x-", "m3"},
    {ORDERED("m1", S3("x")) "," ORDERED("m2", "") "," ORDERED("m3", S3("y")), "-x", "m1 m2 m3"},
    {ORDERED("m1", S3("x")) "," ORDERED("m2", "{}") "," ORDERED("m3", S3("y")), "xx", "m2 m3"},
    {ORDERED("m1", "") "," MESSAGE("m2", S3("x")), "-", "m2"},
    {STRAIGHT, "x", ""},
    {STRAIGHT, "-", NULL},
    {"{\"eventSource\":\"aws:s3\"}", "", NULL},
    {RECORD("s", "11") "," RECORD("s", "12"), "xx", ""},
    {RECORD("s", "11") "," RECORD("s", "12"), "--", "11"},
    {RECORD("s", "11") "," RECORD("t", "21") "," RECORD("s", "12"), "---", "11 21"},
    {RECORD("s", "11") "," RECORD("t", "21") "," RECORD("s", "12"), "xx-", "21"},
    {RECORD("s", ""), "-", NULL},
    {FLAWED_RECORD "," RECORD("s", "11"), "x", ""},
};

static void read_event(struct ac_event *event, const char *records) {
    static struct ac_buf text;
    struct ac_err err = AC_ERR_INIT;
    ac_buf_init(&text, AC_EVENT_MAX_BYTES);
    ck_assert(ac_buf_printf(&text, "{\"Records\":[%s]}", records));
    ck_assert_int_eq(ac_event_read(event, ac_buf_str(&text), &err), AC_OK);
    ac_buf_free(&text);
}

static void mark(struct ac_event *event, const char *done) {
    ck_assert_uint_eq(event->n_objects + event->n_records, strlen(done));
    for (size_t i = 0; i < event->n_objects; i++)
        event->objects[i].is_done = *done++ != '-';
    for (size_t i = 0; i < event->n_records; i++)
        event->records[i].is_done = *done++ != '-';
}

// "m1 m2" as the answer has it.
static const char *wrap(const char *ids, struct ac_buf *out) {
    ac_str rest = ac_str_of(ids), id;
    ac_buf_init(out, 1024);
    ac_buf_add_str(out, AC_STR("{\"batchItemFailures\":["));
    for (size_t n = 0; rest.len && ac_str_cut(&rest, ' ', &id); n++)
        ac_buf_printf(out, "%s{\"itemIdentifier\":\"%.*s\"}", n ? "," : "", AC_STR_ARG(id));
    ac_buf_add_str(out, AC_STR("]}"));
    return ac_buf_text(out);
}

START_TEST(what_is_not_done_comes_again) {
    struct ac_event event;
    struct ac_err err = AC_ERR_INIT;
    struct ac_buf out, want;
    ac_buf_init(&out, 4096);
    read_event(&event, events[_i].records);
    mark(&event, events[_i].done);
    enum ac_rc rc = ac_event_answer(&event, &out, &err);
    ck_assert_int_eq(rc, events[_i].failed ? AC_OK : AC_AGAIN);
    const char *wanted = wrap(events[_i].failed ? events[_i].failed : "", &want);
    ck_assert_str_eq(events[_i].failed ? ac_buf_text(&out) : wanted, wanted);
    ac_buf_free(&out);
    ac_buf_free(&want);
    ac_event_free(&event);
}
END_TEST

START_TEST(more_flaws_than_are_told_bring_all_of_it_again) {
    struct ac_event event;
    struct ac_err err = AC_ERR_INIT;
    struct ac_buf out, records;
    ac_buf_init(&out, (size_t)1 << 20);
    ac_buf_init(&records, (size_t)1 << 20);
    for (unsigned i = 0; i <= AC_EVENT_MAX_FLAWS; i++)
        ck_assert(ac_buf_printf(&records, "%s" OTHER("m%u"), i ? "," : "", i));
    read_event(&event, ac_buf_text(&records));
    ck_assert_int_eq(ac_event_answer(&event, &out, &err), AC_AGAIN);
    ac_buf_free(&out);
    ac_buf_free(&records);
    ac_event_free(&event);
}
END_TEST

START_TEST(an_answer_without_memory_is_none) {
    struct ac_event event;
    struct ac_err err = AC_ERR_INIT;
    struct ac_buf out;
    ac_buf_init(&out, 40);
    read_event(&event, MESSAGE("m1", S3("x")));
    ck_assert_int_eq(ac_event_answer(&event, &out, &err), AC_RUN);
    ac_buf_free(&out);
    ac_event_free(&event);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("answer");
    TCase *t = tcase_create("answer");
    tcase_add_loop_test(t, what_is_not_done_comes_again, 0, AC_N(events));
    tcase_add_test(t, more_flaws_than_are_told_bring_all_of_it_again);
    tcase_add_test(t, an_answer_without_memory_is_none);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
