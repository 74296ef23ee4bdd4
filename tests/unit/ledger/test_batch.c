// SPDX-License-Identifier: MIT
// Batches until they are settled, with their jobs.
#include "ledger/state.h"
#include <stdio.h>

static struct ac_err *const err = &ledger_state.err;

struct seen {
    struct ac_batch_info info;
    char org[64], object[64], spool[64], jobs[200]; // "first+n=id ..."
};

struct list {
    struct seen batches[10];
    size_t n, stop_at; // 0: never
};

static bool keep(void *arg, const struct ac_batch_info *b) {
    struct list *list = arg;
    struct seen *s = &list->batches[list->n++];
    size_t at = 0;
    s->info = *b;
    snprintf(s->org, sizeof s->org, "%s", b->org);
    snprintf(s->object, sizeof s->object, "%s", b->object);
    snprintf(s->spool, sizeof s->spool, "%s", b->spool);
    s->jobs[0] = '\0';
    for (size_t i = 0; i < b->n_jobs && at < sizeof s->jobs; i++)
        at += (size_t)snprintf(s->jobs + at, sizeof s->jobs - at, "%u+%u=%s ", b->jobs[i].first,
                               b->jobs[i].n, b->jobs[i].id);
    return list->n != list->stop_at;
}

static struct list list_of(size_t max) {
    struct list list = {.n = 0};
    ledger_ok(ac_ledger_batches(ledger_state.l, max, keep, &list, err));
    return list;
}

START_TEST(a_batch_that_was_begun_is_open) {
    int64_t batch;
    ledger_ok(ac_ledger_batch_begin(ledger_state.l, 7, "org", "A__c", 3, "/spool", &batch, err));
    struct list list = list_of(10);
    const struct seen *s = &list.batches[0];
    ck_assert_uint_eq(list.n, 1);
    ck_assert_int_eq(s->info.id, batch);
    ck_assert_int_eq(s->info.run, 7);
    ck_assert_str_eq(s->org, "org");
    ck_assert_str_eq(s->object, "A__c");
    ck_assert_str_eq(s->spool, "/spool");
    ck_assert_int_eq(s->info.operation, 3);
    ck_assert_int_eq(s->info.state, AC_BATCH_OPEN);
    ck_assert_int_eq(s->info.begun_ms, LEDGER_NOW_MS);
    ck_assert_int_eq(s->info.sealed_ms, 0);
    ck_assert_uint_eq(s->info.n_jobs, 0);
    ck_assert(!s->info.is_alive);
}
END_TEST

START_TEST(a_sealed_batch_has_its_size_and_ranges) {
    int64_t batch = ledger_batch(ledger_state.l, 1);
    struct ac_range ranges[] = {{1, 0, 4000000000u, 1, 2}, {2, 4000000000u, 7, 3, 9}};
    ledger_state.fake.at_ms += 10;
    ledger_ok(ac_ledger_batch_seal(ledger_state.l, batch, 4000000007u, 1ull << 40, ranges, 2, err));
    struct list list = list_of(10);
    ck_assert_int_eq(list.batches[0].info.state, AC_BATCH_SEALED);
    ck_assert_uint_eq(list.batches[0].info.n_records, 4000000007u);
    ck_assert_uint_eq(list.batches[0].info.bytes, 1ull << 40);
    ck_assert_int_eq(list.batches[0].info.sealed_ms, LEDGER_NOW_MS + 10);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT n FROM batch_range WHERE input = 1"),
                     4000000000);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT first FROM batch_range WHERE input = 2"),
                     4000000000);
}
END_TEST

START_TEST(a_batch_without_ranges_can_be_sealed) {
    int64_t batch = ledger_batch(ledger_state.l, 1);
    ledger_ok(ac_ledger_batch_seal(ledger_state.l, batch, 0, 0, NULL, 0, err));
    ck_assert_int_eq(list_of(10).batches[0].info.state, AC_BATCH_SEALED);
}
END_TEST

START_TEST(the_jobs_of_a_batch_come_as_they_were_begun) {
    int64_t batch = ledger_batch(ledger_state.l, 1), other = ledger_batch(ledger_state.l, 1);
    ledger_ok(ac_ledger_batch_job(ledger_state.l, batch, 100, 50, "second", err));
    ledger_ok(ac_ledger_batch_job(ledger_state.l, batch, 0, 100, "lost", err));
    ledger_state.fake.at_ms += 1;
    ledger_ok(ac_ledger_batch_job(ledger_state.l, batch, 0, 100, "again", err));
    ledger_ok(ac_ledger_batch_job(ledger_state.l, other, 0, 9, "elsewhere", err));
    struct list list = list_of(10);
    ck_assert_str_eq(list.batches[0].jobs, "100+50=second 0+100=lost 0+100=again ");
    ck_assert_str_eq(list.batches[1].jobs, "0+9=elsewhere ");
}
END_TEST

START_TEST(a_job_may_be_told_twice) {
    int64_t batch = ledger_batch(ledger_state.l, 1);
    ledger_ok(ac_ledger_batch_job(ledger_state.l, batch, 0, 9, "job", err));
    ledger_ok(ac_ledger_batch_job(ledger_state.l, batch, 0, 9, "job", err));
    ck_assert_str_eq(list_of(10).batches[0].jobs, "0+9=job ");
}
END_TEST

START_TEST(a_batch_with_many_jobs_has_them_all) {
    int64_t batch = ledger_batch(ledger_state.l, 1);
    struct list list = {.n = 0};
    for (uint32_t i = 0; i < 500; i++) {
        char id[16];
        snprintf(id, sizeof id, "%u", i);
        ledger_ok(ac_ledger_batch_job(ledger_state.l, batch, i, 1, id, err));
    }
    ledger_ok(ac_ledger_batches(ledger_state.l, 1, keep, &list, err));
    ck_assert_uint_eq(list.batches[0].info.n_jobs, 500);
}
END_TEST

START_TEST(a_settled_batch_is_no_longer_told) {
    int64_t a = ledger_batch(ledger_state.l, 1), b = ledger_batch(ledger_state.l, 1);
    ledger_ok(ac_ledger_batch_settle(ledger_state.l, a, err));
    struct list list = list_of(10);
    ck_assert_uint_eq(list.n, 1);
    ck_assert_int_eq(list.batches[0].info.id, b);
}
END_TEST

START_TEST(batches_come_oldest_first_at_most_so_many) {
    int64_t first = ledger_batch(ledger_state.l, 1);
    for (int i = 0; i < 4; i++)
        ledger_batch(ledger_state.l, 1);
    struct list list = list_of(3);
    ck_assert_uint_eq(list.n, 3);
    ck_assert_int_eq(list.batches[0].info.id, first);
    ck_assert_int_gt(list.batches[1].info.id, first);
    ck_assert_uint_eq(list_of(0).n, 0);
}
END_TEST

START_TEST(a_callback_may_stop_the_list) {
    struct list list = {.stop_at = 2};
    for (int i = 0; i < 4; i++)
        ledger_batch(ledger_state.l, 1);
    ledger_ok(ac_ledger_batches(ledger_state.l, 10, keep, &list, err));
    ck_assert_uint_eq(list.n, 2);
}
END_TEST

START_TEST(a_batch_of_a_run_at_work_is_alive) {
    int64_t run;
    ledger_ok(ac_ledger_run_begin(ledger_state.l, "import", "", &run, err));
    ledger_batch(ledger_state.l, run);
    ck_assert(list_of(10).batches[0].info.is_alive);
    ledger_reopen();
    ck_assert(!list_of(10).batches[0].info.is_alive);
}
END_TEST

START_TEST(a_number_is_never_used_again) {
    int64_t last = 0;
    for (int i = 0; i < 3; i++)
        last = ledger_batch(ledger_state.l, 1);
    ck_assert_int_eq(sqlite3_exec(ledger_state.l->db, "DELETE FROM batch", NULL, NULL, NULL),
                     SQLITE_OK);
    ledger_reopen();
    ck_assert_int_gt(ledger_batch(ledger_state.l, 1), last);
}
END_TEST

START_TEST(a_batch_that_never_began_cannot_go_on) {
    ledger_bad(ac_ledger_batch_seal(ledger_state.l, 99, 1, 1, NULL, 0, err), "LEDGER");
    ledger_bad(ac_ledger_batch_settle(ledger_state.l, 99, err), "LEDGER");
}
END_TEST

START_TEST(a_batch_sealed_twice_keeps_its_first_ranges) {
    int64_t batch = ledger_batch(ledger_state.l, 1);
    struct ac_range range = {1, 0, 5, 1, 5};
    ledger_ok(ac_ledger_batch_seal(ledger_state.l, batch, 5, 10, &range, 1, err));
    range.n = 6;
    ck_assert_int_eq(ac_ledger_batch_seal(ledger_state.l, batch, 6, 10, &range, 1, err), AC_RUN);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT n FROM batch_range"), 5);
    ck_assert_uint_eq(list_of(1).batches[0].info.n_records, 5);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("ledger/batch");
    TCase *t = tcase_create("batch");
    tcase_add_checked_fixture(t, ledger_setup, ledger_teardown);
    tcase_add_test(t, a_batch_that_was_begun_is_open);
    tcase_add_test(t, a_sealed_batch_has_its_size_and_ranges);
    tcase_add_test(t, a_batch_without_ranges_can_be_sealed);
    tcase_add_test(t, the_jobs_of_a_batch_come_as_they_were_begun);
    tcase_add_test(t, a_job_may_be_told_twice);
    tcase_add_test(t, a_batch_with_many_jobs_has_them_all);
    tcase_add_test(t, a_settled_batch_is_no_longer_told);
    tcase_add_test(t, batches_come_oldest_first_at_most_so_many);
    tcase_add_test(t, a_callback_may_stop_the_list);
    tcase_add_test(t, a_batch_of_a_run_at_work_is_alive);
    tcase_add_test(t, a_number_is_never_used_again);
    tcase_add_test(t, a_batch_that_never_began_cannot_go_on);
    tcase_add_test(t, a_batch_sealed_twice_keeps_its_first_ranges);
    suite_add_tcase(suite, t);
    return ledger_main(suite);
}
