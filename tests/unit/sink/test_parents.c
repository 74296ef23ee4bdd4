// SPDX-License-Identifier: MIT
// Locked records sent again with those of the same parent beside them.
#include "sink/sink_int.h"
#include "sink/sink_kit.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static struct sink_kit kit;

// Name__c is an id here: that of the record's parent.
static void setup(void) {
    sink_kit_setup(&kit, ACLOAD_UPSERT);
    kit.fields[1].type = AC_FIELD_ID;
}

static void teardown(void) { sink_kit_teardown(&kit); }

static void ck_ends_well(void) {
    enum ac_rc rc = sink_kit_run(&kit);
    ck_assert_msg(rc == AC_END, "%s", kit.err.text);
}

// So many records, whose parents take turns, all of them locked once.
static struct ac_batch *send_locked(uint32_t n, uint32_t n_parents) {
    struct ac_batch *b = sink_kit_batch(&kit);
    for (uint32_t i = 0; i < n; i++) {
        char parent[32];
        snprintf(parent, sizeof parent, "a0P00000000000%u", i % n_parents);
        sink_kit_add_named(&kit, b, i, parent);
        sink_org_refuse(&kit.remote, i, "UNABLE_TO_LOCK_ROW", 1);
    }
    sink_kit_send(&kit, b);
    return b;
}

// How often the parent changes from one record to the next: in JSON or CSV, its last digit stands
// behind "a0P00000000000".
static size_t n_changes(const char *text) {
    static const char before[] = "a0P00000000000";
    size_t n = 0;
    char last = '\0';
    for (const char *at = text; (at = strstr(at, before)); at++) {
        char now = at[sizeof before - 1];
        n += now != last;
        last = now;
    }
    return n;
}

START_TEST(locked_rows_of_a_call_go_again_by_parent) {
    struct ac_batch *b = send_locked(24, 3);
    ck_ends_well();
    ck_assert_uint_eq(kit.net.n_requests, 2);
    ck_assert_uint_eq(n_changes(net_asked(&kit.net, "PATCH", SINK_ORG_ANY, 0)->body), 24);
    ck_assert_uint_eq(n_changes(net_asked(&kit.net, "PATCH", SINK_ORG_ANY, 1)->body), 3);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 24);
    sink_kit_check_written(&kit, 0, 24, 1);
}
END_TEST

START_TEST(results_reach_their_rows_in_another_order) {
    kit.remote.fates[30] = (struct sink_fate){"UNABLE_TO_LOCK_ROW", "locked", 0, 0};
    kit.options.retry.max_attempts = 3;
    struct ac_batch *b = send_locked(60, 7);
    kit.remote.fates[30].times = 0; // for ever
    ck_ends_well();
    for (uint32_t i = 0; i < 60; i++)
        ck_assert_int_eq(ac_batch_state(b, i), i == 30 ? AC_RECORD_REFUSED : AC_RECORD_CREATED);
}
END_TEST

START_TEST(locked_rows_of_a_job_go_again_by_parent) {
    kit.options.collections_max = 0;
    struct ac_batch *b = send_locked(30, 3);
    ck_ends_well();
    ck_assert_uint_eq(kit.remote.n_jobs, 2);
    ck_assert_uint_eq(n_changes(kit.remote.jobs[0].csv), 30);
    ck_assert_uint_eq(n_changes(kit.remote.jobs[1].csv), 3);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 30);
    sink_kit_check_written(&kit, 0, 30, 1);
}
END_TEST

START_TEST(many_locked_rows_go_in_two_jobs_one_after_the_other) {
    kit.options.collections_max = 0;
    kit.remote.polls_to_end = 2;
    struct ac_batch *b = send_locked(600, 3);
    enum ac_rc rc = AC_OK;
    while ((rc = kit.sink.pump(kit.sink.self, 1000, &kit.err)) == AC_OK) {
        size_t n_open = 0;
        for (size_t i = 0; i < kit.remote.n_jobs; i++)
            n_open += strcmp(kit.remote.jobs[i].state, "JobComplete") != 0;
        ck_assert_uint_le(n_open, 1);
    }
    ck_assert_int_eq(rc, AC_END);
    ck_assert_uint_eq(kit.remote.n_jobs, 3);
    ck_assert_uint_eq(n_changes(kit.remote.jobs[1].csv), 3);
    ck_assert_uint_eq(n_changes(kit.remote.jobs[2].csv), 3);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 600);
    sink_kit_check_written(&kit, 0, 600, 1);
}
END_TEST

START_TEST(an_upload_that_is_lost_keeps_its_order) {
    kit.options.collections_max = 0;
    kit.remote.loses = SINK_ORG_BATCHES;
    struct ac_batch *b = send_locked(30, 3);
    while (kit.remote.n_jobs < 2)
        ck_assert_int_eq(kit.sink.pump(kit.sink.self, 1000, &kit.err), AC_OK);
    kit.remote.n_loses = 1;
    ck_ends_well();
    ck_assert_uint_eq(n_changes(kit.remote.jobs[1].csv), 3);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_WRITTEN), 30);
}
END_TEST

START_TEST(the_parents_column_is_the_first_id_but_the_key) {
    ck_assert_int_eq(ac_parents_column(&kit.columns), 1);
    kit.fields[0].type = AC_FIELD_ID;
    ck_assert_int_eq(ac_parents_column(&kit.columns), 1);
    kit.fields[1].type = AC_FIELD_STRING;
    ck_assert_int_eq(ac_parents_column(&kit.columns), -1);
}
END_TEST

START_TEST(an_id_is_the_same_with_its_checksum) {
    static const char *const parents[] = {"a0P000000000001AAA", "a0P000000000002AAA",
                                          "a0P000000000001", "a0P000000000002"};
    struct ac_batch *b = sink_kit_batch(&kit);
    for (uint32_t i = 0; i < AC_N(parents); i++) {
        sink_kit_add_named(&kit, b, i, parents[i]);
        sink_org_refuse(&kit.remote, i, "UNABLE_TO_LOCK_ROW", 1);
    }
    sink_kit_send(&kit, b);
    ck_ends_well();
    ck_assert_uint_eq(n_changes(net_asked(&kit.net, "PATCH", SINK_ORG_ANY, 1)->body), 2);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("parents");
    TCase *t = tcase_create("parents");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, locked_rows_of_a_call_go_again_by_parent);
    tcase_add_test(t, results_reach_their_rows_in_another_order);
    tcase_add_test(t, locked_rows_of_a_job_go_again_by_parent);
    tcase_add_test(t, many_locked_rows_go_in_two_jobs_one_after_the_other);
    tcase_add_test(t, an_upload_that_is_lost_keeps_its_order);
    tcase_add_test(t, the_parents_column_is_the_first_id_but_the_key);
    tcase_add_test(t, an_id_is_the_same_with_its_checksum);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
