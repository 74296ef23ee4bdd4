// SPDX-License-Identifier: MIT
// A dry run that looks at a stream several times: order of shards, iterators, the tip, signals.
#include "aws/aws_net.h"
#include "hook/stream.h"
#include <check.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#define URL "https://kinesis.eu-central-1.amazonaws.com/"

// --- a stream that answers

struct fake_shard {
    const char *id, *parent, *adjacent;
    bool is_closed;
    int n; // records, numbered 1, 2, …; the contact in it is ID-NUMBER
};
static struct {
    struct fake_shard shards[4];
    int n, per_read, n_expire;
    char log[4096]; // "i ID FROM" for iterators, "g ID" for reads, "l" for listings
} fake;

static const char *text_after(const char *text, const char *what, char out[64]) {
    const char *at = strstr(text, what);
    out[0] = '\0';
    if (at)
        snprintf(out, 64, "%.*s", (int)strcspn(at + strlen(what), "\"/}"), at + strlen(what));
    return out;
}

static void note(const char *fmt, const char *a, const char *b) {
    size_t at = strlen(fake.log);
    ck_assert_uint_lt(at, sizeof fake.log - 100);
    snprintf(fake.log + at, sizeof fake.log - at, fmt, a, b);
}

static struct fake_shard *find(const char *id) {
    for (int i = 0; i < fake.n; i++)
        if (strcmp(fake.shards[i].id, id) == 0)
            return &fake.shards[i];
    ck_abort_msg("no shard %s", id);
    return NULL;
}

static void list(struct ac_buf *out) {
    note("l ", "", "");
    ac_buf_printf(out, "{\"Shards\":[");
    for (int i = 0; i < fake.n; i++)
        ac_buf_printf(out,
                      "%s{\"ShardId\":\"%s\",\"ParentShardId\":\"%s\",\"AdjacentParentShardId\":"
                      "\"%s\",\"SequenceNumberRange\":{\"EndingSequenceNumber\":%s}}",
                      i ? "," : "", fake.shards[i].id, fake.shards[i].parent,
                      fake.shards[i].adjacent, fake.shards[i].is_closed ? "\"9\"" : "null");
    ac_buf_printf(out, "]}");
}

static void add_record(struct ac_buf *out, const char *id, int number) {
    char text[400], data[600];
    int len = snprintf(text, sizeof text,
                       "{\"AWSContactTraceRecordFormatVersion\":\"2017-03-10\",\"Attributes\":"
                       "{\"postcallCTRImportEnabled\":\"true\"},\"Channel\":\"VOICE\","
                       "\"ContactId\":\"%s-%d\",\"LastUpdateTimestamp\":\"2031-03-04T16:00:00Z\"}",
                       id, number);
    EVP_EncodeBlock((unsigned char *)data, (unsigned char *)text, len);
    ac_buf_printf(out, "{\"SequenceNumber\":\"%d\",\"Data\":\"%s\"}", number, data);
}

static void read_shard(const struct aws_asked *asked, struct ac_buf *out) {
    char id[64], at[64];
    struct fake_shard *shard = find(text_after(asked->body, "\"ShardIterator\":\"", id));
    int from = (int)strtol(text_after(strchr(asked->body, '/'), "/", at), NULL, 10), n = 0;
    note("g %s ", id, "");
    ac_buf_printf(out, "{\"Records\":[");
    for (; n < fake.per_read && from + n < shard->n; n++) {
        ac_buf_printf(out, "%s", n ? "," : "");
        add_record(out, id, from + n + 1);
    }
    ac_buf_printf(out, "],\"MillisBehindLatest\":%d", from + n < shard->n ? 1000 : 0);
    if (!shard->is_closed || from + n < shard->n)
        ac_buf_printf(out, ",\"NextShardIterator\":\"%s/%d\"", id, from + n);
    ac_buf_printf(out, "}");
}

static void answer(void *arg, const struct aws_asked *asked, struct aws_answer *out,
                   struct ac_buf *body) {
    char id[64], after[64];
    (void)arg;
    if (strstr(asked->headers, "ListShards")) {
        list(body);
    } else if (strstr(asked->headers, "GetShardIterator")) {
        text_after(asked->body, "\"ShardId\":\"", id);
        text_after(asked->body, "\"StartingSequenceNumber\":\"", after);
        note("i %s %s ", id, *after ? after : "-");
        ac_buf_printf(body, "{\"ShardIterator\":\"%s/%s\"}", id, *after ? after : "0");
    } else if (fake.n_expire-- > 0) {
        out->status = 400;
        ac_buf_printf(body, "{\"__type\":\"ExpiredIteratorException\",\"message\":\"old\"}");
    } else {
        read_shard(asked, body);
    }
}

// --- a dry run that looks at it

static struct ac_arena arena;
static struct ac_config config;
static struct ac_stream *stream;
static char *printed;
static volatile int stop;

static void setup(void) {
    aws_setup();
    char schemas[600];
    snprintf(schemas, sizeof schemas, "%s/schemas", getenv("AC_ROOT"));
    const char *const dirs[] = {getenv("PLUGINS"), NULL};
    const struct ac_config_flags flags = {.schema_dir = schemas, .plugin_dirs = dirs};
    ac_arena_init(&arena, (size_t)1 << 20);
    memset(&fake, 0, sizeof fake);
    fake.per_read = 2;
    stop = 0;
    ck_assert_int_eq(ac_config_load(&flags, aws_getenv, NULL, &arena, &config, &aws_net.err),
                     AC_OK);
    config.schema_dir = ac_arena_copy(&arena, ac_str_of(schemas));
    aws_add(&(struct aws_answer){.url = URL, .fill = answer, .times = AWS_FOREVER});
    const struct ac_stream_options options = {.aws = aws_room(),
                                              .clock = &aws_net.clock.clock,
                                              .job = "j",
                                              .url = "kinesis://s",
                                              .start_ms = AC_START_OLDEST};
    ck_assert_int_eq(ac_stream_new(&stream, &options, &aws_net.err), AC_OK);
}

static void teardown(void) {
    ac_stream_free(stream);
    free(printed);
    printed = NULL;
    ac_arena_free(&arena);
    aws_teardown();
}

static enum ac_rc look(void) {
    size_t len;
    struct ac_engine *e;
    struct ac_err err = AC_ERR_INIT;
    free(printed);
    printed = NULL;
    fake.log[0] = '\0';
    FILE *out = open_memstream(&printed, &len);
    ck_assert_ptr_nonnull(out);
    const struct ac_engine_options options = {.config = &config,
                                              .clock = &aws_net.clock.clock,
                                              .command = "run",
                                              .job = "j",
                                              .region = "",
                                              .dry_run = true,
                                              .dry_out = out,
                                              .temp_dir = getenv("TMPDIR"),
                                              .stop = &stop};
    ck_assert_msg(ac_engine_open(&e, &options, &err) == AC_OK, "%s", err.text);
    enum ac_rc rc = ac_stream_read(stream, e, &aws_net.err);
    ac_engine_finish(e, &err);
    ac_engine_close(e);
    fclose(out);
    return rc;
}

static int n_printed(const char *what) {
    int n = 0;
    for (const char *at = printed; (at = strstr(at, what)); at++)
        n++;
    return n;
}

static void check_look(const char *log, int n_contacts) {
    ck_assert_msg(look() == AC_OK, "%s", aws_net.err.text);
    ck_assert_str_eq(fake.log, log);
    ck_assert_int_eq(n_printed("__ContactId__c\":"), n_contacts);
}

static void add_shard(const char *id, const char *parent, const char *adjacent, bool is_closed,
                      int n) {
    fake.shards[fake.n++] = (struct fake_shard){id, parent, adjacent, is_closed, n};
}

START_TEST(a_shard_is_read_to_its_tip_and_on_from_there) {
    add_shard("a", "", "", false, 3);
    check_look("l i a - g a g a g a ", 3);
    check_look("l g a ", 0);
    fake.shards[0].n++;
    check_look("l g a g a ", 1);
    ck_assert_int_eq(n_printed("\"a-4\""), 1);
}
END_TEST

START_TEST(parents_come_before_children) {
    add_shard("a", "c", "b", false, 1);
    add_shard("b", "", "", true, 1);
    add_shard("c", "", "", true, 3);
    check_look("l i b - g b i c - g c g c l i a - g a g a ", 5);
    check_look("l g a ", 0);
}
END_TEST

START_TEST(children_born_meanwhile_are_found) {
    add_shard("a", "", "", false, 1);
    check_look("l i a - g a g a ", 1);
    fake.shards[0].is_closed = true;
    add_shard("b", "a", "", false, 1);
    check_look("l g a l i b - g b g b ", 1);
}
END_TEST

START_TEST(an_expired_iterator_is_asked_for_behind_the_last_record) {
    add_shard("a", "", "", false, 2);
    check_look("l i a - g a g a ", 2);
    fake.n_expire = 1;
    fake.shards[0].n = 3;
    check_look("l i a 2 g a g a ", 1);
}
END_TEST

START_TEST(iterators_that_expire_at_once_are_given_up) {
    add_shard("a", "", "", false, 2);
    fake.n_expire = 100;
    ck_assert_int_eq(look(), AC_INPUT);
    ck_assert_str_eq(aws_net.err.source, "kinesis://s");
    ck_assert_ptr_nonnull(strstr(aws_net.err.text, "expire before they are used"));
}
END_TEST

START_TEST(a_shard_is_read_five_times_a_second) {
    add_shard("a", "", "", false, 40);
    int64_t begun_ms = aws_net.clock.at_ms;
    ck_assert_int_eq(look(), AC_OK);
    ck_assert_int_eq(n_printed("__ContactId__c\":"), 40);
    ck_assert_int_eq(aws_net.clock.at_ms - begun_ms, 4000); // 21 reads
}
END_TEST

START_TEST(a_signal_ends_it) {
    add_shard("a", "", "", false, 3);
    stop = 1;
    ck_assert_int_eq(look(), AC_RUN);
    ck_assert_str_eq(aws_net.err.code, "STOPPED");
    ck_assert_int_eq(n_printed("ContactId"), 0);
}
END_TEST

int main(void) {
    Suite *s = suite_create("hook/stream");
    TCase *t = tcase_create("stream");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_shard_is_read_to_its_tip_and_on_from_there);
    tcase_add_test(t, parents_come_before_children);
    tcase_add_test(t, children_born_meanwhile_are_found);
    tcase_add_test(t, an_expired_iterator_is_asked_for_behind_the_last_record);
    tcase_add_test(t, iterators_that_expire_at_once_are_given_up);
    tcase_add_test(t, a_shard_is_read_five_times_a_second);
    tcase_add_test(t, a_signal_ends_it);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
