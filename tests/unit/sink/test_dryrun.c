// SPDX-License-Identifier: MIT
// The dry run: what is shown, what becomes of a reader that goes away.
#include "batch/batch_kit.h"
#include "sink/sink.h"
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct batch_kit kit;
static struct ac_sink sink;
static struct ac_sink_events events;
static FILE *out;
static uint32_t n_settled;

static enum ac_rc on_settled(void *arg, struct ac_batch *b, struct ac_err *err) {
    (void)arg;
    (void)err;
    ck_assert_uint_eq(ac_batch_n_pending(b), 0);
    n_settled++;
    return AC_OK;
}

static void setup_for(int operation) {
    batch_kit_setup(&kit, 3, operation);
    kit.fields[2].type = AC_FIELD_NUMBER;
    batch_kit_open(&kit, 1);
    n_settled = 0;
    events = (struct ac_sink_events){.settled = on_settled};
    out = tmpfile();
    ck_assert_ptr_nonnull(out);
    ck_assert_int_eq(ac_sink_dryrun(&sink, out, &events, &kit.err), AC_OK);
}

static void setup(void) { setup_for(ACLOAD_UPSERT); }

static void setup_insert(void) { setup_for(ACLOAD_INSERT); }

static void setup_find(void) { setup_for(ACLOAD_FIND); }

static void teardown(void) {
    sink.close(sink.self);
    if (out)
        fclose(out);
    batch_kit_teardown(&kit);
}

static enum ac_rc run(void) {
    ck_assert_int_eq(ac_batch_seal(kit.batch, &kit.err), AC_OK);
    ck_assert_int_eq(sink.send(sink.self, kit.batch, &kit.err), AC_OK);
    enum ac_rc rc = AC_OK;
    for (int i = 0; i < 10 && rc == AC_OK; i++)
        rc = sink.pump(sink.self, 0, &kit.err);
    ck_assert_uint_eq(sink.pending(sink.self), 0);
    return rc;
}

static void ck_shown(const char *want) {
    char text[4096];
    rewind(out);
    size_t n = fread(text, 1, sizeof text - 1, out);
    text[n] = '\0';
    ck_assert_str_eq(text, want);
}

START_TEST(a_record_is_a_line_of_json) {
    batch_kit_add(&kit, (const char *const[]){"k1", "a \"b\"\nc", ".50"});
    batch_kit_add(&kit, (const char *const[]){"k2", NULL, "<absent>"});
    ck_assert_int_eq(run(), AC_END);
    ck_shown("{\"object\":\"Thing__c\",\"operation\":\"upsert\",\"key\":\"Key__c\",\"fields\":"
             "{\"Key__c\":\"k1\",\"C1__c\":\"a \\\"b\\\"\\nc\",\"C2__c\":0.50}}\n"
             "{\"object\":\"Thing__c\",\"operation\":\"upsert\",\"key\":\"Key__c\",\"fields\":"
             "{\"Key__c\":\"k2\",\"C1__c\":null}}\n");
    ck_assert_uint_eq(n_settled, 1);
}
END_TEST

START_TEST(an_insert_has_no_key) {
    batch_kit_add(&kit, (const char *const[]){"a", "b", "1"});
    ck_assert_int_eq(run(), AC_END);
    ck_shown("{\"object\":\"Thing__c\",\"operation\":\"insert\",\"key\":null,\"fields\":"
             "{\"Key__c\":\"a\",\"C1__c\":\"b\",\"C2__c\":1}}\n");
}
END_TEST

START_TEST(what_is_found_says_by_what) {
    batch_kit_add(&kit, (const char *const[]){"k1", "b", "1"});
    ck_assert_int_eq(run(), AC_END);
    ck_shown("{\"object\":\"Thing__c\",\"operation\":\"find\",\"key\":\"Key__c\",\"fields\":"
             "{\"Key__c\":\"k1\",\"C1__c\":\"b\",\"C2__c\":1}}\n");
}
END_TEST

START_TEST(killed_records_are_not_shown) {
    batch_kit_add(&kit, (const char *const[]){"k1", "a", "1"});
    batch_kit_add(&kit, (const char *const[]){"k2", "b", "2"});
    ac_batch_kill(kit.batch, 0, AC_RECORD_DEAD);
    ck_assert_int_eq(run(), AC_END);
    ck_shown("{\"object\":\"Thing__c\",\"operation\":\"upsert\",\"key\":\"Key__c\",\"fields\":"
             "{\"Key__c\":\"k2\",\"C1__c\":\"b\",\"C2__c\":2}}\n");
    ck_assert_int_eq(ac_batch_state(kit.batch, 0), AC_RECORD_DEAD);
    ck_assert_int_eq(ac_batch_state(kit.batch, 1), AC_RECORD_WRITTEN);
}
END_TEST

START_TEST(nothing_is_shown_before_the_pump) {
    batch_kit_add(&kit, (const char *const[]){"k1", "a", "1"});
    ck_assert_int_eq(ac_batch_seal(kit.batch, &kit.err), AC_OK);
    ck_assert_int_eq(sink.send(sink.self, kit.batch, &kit.err), AC_OK);
    ck_shown("");
    ck_assert_uint_eq(sink.pending(sink.self), 1);
    ck_assert_int_eq(sink.pump(sink.self, 0, &kit.err), AC_END);
}
END_TEST

START_TEST(an_empty_batch_shows_nothing) {
    ck_assert_int_eq(run(), AC_END);
    ck_shown("");
    ck_assert_uint_eq(n_settled, 1);
}
END_TEST

static void show_to(FILE *to) {
    sink.close(sink.self);
    fclose(out);
    out = to;
    ck_assert_int_eq(ac_sink_dryrun(&sink, out, &events, &kit.err), AC_OK);
}

START_TEST(a_reader_that_goes_away_ends_the_run) {
    int ends[2];
    void (*before)(int) = signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
    close(ends[0]);
    show_to(fdopen(ends[1], "w"));
    for (int i = 0; i < 1000; i++)
        batch_kit_add(&kit, (const char *const[]){"k1", "a", "1"});
    ck_assert_int_eq(run(), AC_RUN);
    signal(SIGPIPE, before);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_STOP);
    ck_assert_str_eq(kit.err.code, "BROKEN_PIPE");
    ck_assert_uint_eq(n_settled, 1);
    ck_assert_int_eq(ac_batch_state(kit.batch, 999), AC_RECORD_UNSENT);
}
END_TEST

START_TEST(a_full_disk_ends_the_run) {
    show_to(fopen("/dev/full", "we"));
    batch_kit_add(&kit, (const char *const[]){"k1", "a", "1"});
    ck_assert_int_eq(run(), AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_STOP);
    ck_assert_str_eq(kit.err.code, "DISK_FULL");
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("dryrun");
    TCase *t = tcase_create("upsert");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_record_is_a_line_of_json);
    tcase_add_test(t, killed_records_are_not_shown);
    tcase_add_test(t, nothing_is_shown_before_the_pump);
    tcase_add_test(t, an_empty_batch_shows_nothing);
    tcase_add_test(t, a_reader_that_goes_away_ends_the_run);
    tcase_add_test(t, a_full_disk_ends_the_run);
    suite_add_tcase(s, t);
    t = tcase_create("insert");
    tcase_add_checked_fixture(t, setup_insert, teardown);
    tcase_add_test(t, an_insert_has_no_key);
    suite_add_tcase(s, t);
    t = tcase_create("find");
    tcase_add_checked_fixture(t, setup_find, teardown);
    tcase_add_test(t, what_is_found_says_by_what);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
