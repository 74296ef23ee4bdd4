// SPDX-License-Identifier: MIT
// Rejected rows tried again: what arrives leaves the list, the counts of its input stay true.
#include "ledger/state.h"
#include <stdio.h>

static struct ac_err *const err = &ledger_state.err;

#define N_ROWS 5u // rejected ones of the input "in", lines 2 to 6
static int64_t run, in;

// Ten rows were read: five sent, five rejected, of which the org refused the last three.
static void setup(void) {
    struct ac_counts counts = {
        .read = 10, .sent = 5, .rejected = 5, .made = 8, .written = 5, .created = 5, .refused = 3};
    ledger_setup();
    ledger_ok(ac_ledger_run_begin(ledger_state.l, "import", "", &run, err));
    in = ledger_input(ledger_state.l, run, "in");
    for (uint64_t i = 1; i <= N_ROWS; i++) {
        struct ac_reject r = {.input = in,
                              .line = i + 1,
                              .number = i,
                              .object = i > 2 ? LEDGER_OBJECT : "",
                              .code = "OLD",
                              .raw = AC_STR("row")};
        ledger_ok(ac_reject_add(ledger_state.l, &r, err));
    }
    ledger_ok(ac_ledger_input_end(ledger_state.l, in, AC_INPUT_SETTLED, &counts, "", "", err));
}

static int64_t begin(uint64_t first, uint64_t last) {
    struct ac_retry_row rows[N_ROWS];
    struct ac_input_row retry = {.run = run,
                                 .org = LEDGER_ORG,
                                 .identity = "retry-1",
                                 .member = "",
                                 .name = "in",
                                 .retry_of = in};
    size_t n = 0;
    for (uint64_t i = first; i <= last; i++)
        rows[n++] = (struct ac_retry_row){i + 1, i};
    ledger_ok(ac_retry_begin(ledger_state.l, &retry, rows, n, err));
    return retry.id;
}

static void again(int64_t retry, uint64_t number) {
    struct ac_reject r = {
        .input = retry, .line = number + 1, .number = number, .code = "NEW", .raw = AC_STR("row")};
    ledger_ok(ac_reject_add(ledger_state.l, &r, err));
}

static void end(int64_t retry, enum ac_input_state state, struct ac_counts counts) {
    ledger_ok(ac_ledger_input_end(ledger_state.l, retry, state, &counts, "", "", err));
}

static bool keep(void *arg, const struct ac_reject *r) {
    char *text = arg;
    size_t len = strlen(text);
    snprintf(text + len, 200 - len, "%s%d ", r->code, (int)r->number);
    ck_assert_int_eq(r->input, in);
    return true;
}

static void ck_rejects(const char *want) {
    char text[200] = "";
    ledger_ok(ac_reject_list(ledger_state.l, &(struct ac_reject_filter){0}, keep, text, err));
    ck_assert_str_eq(text, want);
}

static struct ac_counts counts_of_input(void) {
    struct ac_arena arena;
    struct ac_input_row row;
    ac_arena_init(&arena, 65536);
    ledger_ok(ac_ledger_input_get(ledger_state.l, in, &arena, &row, err));
    ac_arena_free(&arena);
    return row.counts;
}

static void ck_true(uint64_t sent, uint64_t rejected, uint64_t made, uint64_t refused) {
    struct ac_counts c = counts_of_input();
    ck_assert_uint_eq(c.read, 10);
    ck_assert_uint_eq(c.sent, sent);
    ck_assert_uint_eq(c.rejected, rejected);
    ck_assert_uint_eq(c.made, made);
    ck_assert_uint_eq(c.refused, refused);
    ck_assert_uint_eq(c.read, c.sent + c.dropped + c.rejected);
    ck_assert_uint_eq(c.made, c.written + c.refused + c.superseded);
}

// --- what becomes of it --------------------------------------------------------------------------

START_TEST(rows_that_arrive_leave_the_list_and_are_counted_as_sent) {
    int64_t retry = begin(1, 5);
    end(retry, AC_INPUT_SETTLED,
        (struct ac_counts){.read = 5, .sent = 5, .made = 5, .written = 5, .created = 5});
    ck_rejects("");
    ck_true(10, 0, 10, 0);
}
END_TEST

START_TEST(a_row_that_fails_again_stays_with_its_new_reason) {
    int64_t retry = begin(1, 5);
    again(retry, 4);
    end(retry, AC_INPUT_SETTLED,
        (struct ac_counts){.read = 5, .sent = 4, .rejected = 1, .made = 4, .written = 4});
    ck_rejects("NEW4 ");
    ck_true(9, 1, 9, 0);
}
END_TEST

START_TEST(rows_that_were_not_chosen_stay_as_they_are) {
    int64_t retry = begin(4, 5);
    end(retry, AC_INPUT_SETTLED,
        (struct ac_counts){
            .read = 2, .sent = 1, .dropped = 1, .made = 2, .written = 1, .superseded = 1});
    ck_rejects("OLD1 OLD2 OLD3 ");
    ck_true(6, 3, 8, 1);
    ck_assert_uint_eq(counts_of_input().dropped, 1);
}
END_TEST

START_TEST(a_retry_cut_off_by_its_plugin_leaves_the_rows_it_never_came_to) {
    int64_t retry = begin(1, 5);
    again(retry, 2);
    end(retry, AC_INPUT_FAILED,
        (struct ac_counts){.read = 2, .sent = 1, .rejected = 1, .made = 1, .written = 1});
    ck_rejects("NEW2 OLD3 OLD4 OLD5 ");
    ck_true(6, 4, 9, 3);
}
END_TEST

START_TEST(a_retry_that_read_nothing_changes_nothing) {
    end(begin(1, 5), AC_INPUT_FAILED, (struct ac_counts){0});
    ck_rejects("OLD1 OLD2 OLD3 OLD4 OLD5 ");
    ck_true(5, 5, 8, 3);
}
END_TEST

// A row of two records, one of them written before: the engine takes it off what it counted.
START_TEST(a_record_written_before_is_not_counted_twice) {
    int64_t retry = begin(3, 3);
    struct ac_counts counts = {
        .read = 1, .sent = 1, .made = 2, .written = 2, .updated = 1, .created = 1};
    counts.made--;
    counts.written--;
    counts.updated--;
    end(retry, AC_INPUT_SETTLED, counts);
    ck_true(6, 4, 8, 2);
    ck_assert_uint_eq(counts_of_input().created, 6);
}
END_TEST

// --- while it lasts ------------------------------------------------------------------------------

static bool count_input(void *arg, const struct ac_input_row *row) {
    ++*(int *)arg;
    ck_assert_str_eq(row->identity, "in");
    return true;
}

START_TEST(while_it_lasts_nobody_sees_it) {
    struct ac_totals totals;
    int n = 0;
    int64_t retry = begin(1, 2);
    again(retry, 1);
    ledger_ok(ac_ledger_flush(ledger_state.l, err));
    ck_rejects("OLD1 OLD2 OLD3 OLD4 OLD5 ");
    ledger_ok(ac_ledger_inputs(ledger_state.l, 0, 10, count_input, &n, err));
    ck_assert_int_eq(n, 1);
    ledger_ok(ac_ledger_totals(ledger_state.l, &totals, err));
    ck_assert_uint_eq(totals.n_inputs, 1);
    ck_assert_uint_eq(totals.n_rejects, 5);
    ck_assert_uint_eq(totals.counts.read, 10);
}
END_TEST

static bool note_retry(void *arg, const struct ac_input_row *row) {
    *(struct ac_input_row *)arg = (struct ac_input_row){.id = row->id, .retry_of = row->retry_of};
    return true;
}

START_TEST(the_next_run_finds_one_that_was_cut_off_with_its_rows) {
    int64_t retry = begin(2, 3);
    struct ac_input_row found = {0};
    char text[200] = "";
    ledger_reopen();
    ledger_ok(ac_retry_list(ledger_state.l, note_retry, &found, err));
    ck_assert_int_eq(found.id, retry);
    ck_assert_int_eq(found.retry_of, in);
    struct ac_reject_filter filter = {.retry = retry};
    ledger_ok(ac_reject_list(ledger_state.l, &filter, keep, text, err));
    ck_assert_str_eq(text, "OLD2 OLD3 ");
    ck_assert_int_eq(begin(2, 3), retry); // begun again: the same one
}
END_TEST

START_TEST(one_that_was_cancelled_never_was) {
    int64_t retry = begin(2, 3);
    struct ac_input_row found = {0};
    again(retry, 2);
    ledger_ok(ac_ledger_flush(ledger_state.l, err));
    ledger_ok(ac_retry_cancel(ledger_state.l, retry, err));
    ledger_ok(ac_retry_list(ledger_state.l, note_retry, &found, err));
    ck_assert_int_eq(found.id, 0);
    ck_rejects("OLD1 OLD2 OLD3 OLD4 OLD5 ");
    ck_assert_uint_eq(ledger_n_rejects(ledger_state.l), 5);
}
END_TEST

START_TEST(when_its_input_is_imported_again_a_retry_is_nobody_s) {
    int64_t retry = begin(1, 5);
    struct ac_counts counts = {.read = 10, .sent = 10, .made = 10, .written = 10};
    ck_assert_int_eq(ledger_input(ledger_state.l, run, "in"), in);
    again(retry, 1);
    end(retry, AC_INPUT_SETTLED,
        (struct ac_counts){.read = 5, .sent = 4, .rejected = 1, .made = 4, .written = 4});
    ledger_ok(ac_ledger_input_end(ledger_state.l, in, AC_INPUT_SETTLED, &counts, "", "", err));
    ck_rejects("");
    ck_assert_uint_eq(ledger_n_rejects(ledger_state.l), 0);
    ck_true(10, 0, 10, 0);
}
END_TEST

// --- dropping ------------------------------------------------------------------------------------

START_TEST(dropped_rejects_are_gone_and_no_others) {
    static const int64_t ids[] = {2, 4, 99};
    uint64_t n_dropped = 1;
    ledger_ok(ac_reject_drop(ledger_state.l, ids, AC_N(ids), &n_dropped, err));
    ck_rejects("OLD1 OLD3 OLD5 ");
    ck_assert_uint_eq(n_dropped, 3);
    ck_true(5, 5, 8, 3); // they were rejected all the same
}
END_TEST

// Seals a batch with the records of a retry's rows.
static int64_t seal(int64_t retry, uint64_t first, uint64_t last) {
    struct ac_range range = {
        .input = retry, .n = (uint32_t)(last - first + 1), .row_first = first, .row_last = last};
    int64_t batch = 0;
    ledger_ok(
        ac_ledger_batch_begin(ledger_state.l, run, LEDGER_ORG, LEDGER_OBJECT, 0, "1", &batch, err));
    ledger_ok(ac_ledger_batch_seal(ledger_state.l, batch, range.n, 1, &range, 1, err));
    return batch;
}

static bool note_sent(void *arg, const struct ac_reject *r) {
    char *text = arg;
    if (r->is_sent)
        snprintf(text + strlen(text), 200 - strlen(text), "%d ", (int)r->number);
    return true;
}

START_TEST(what_a_retry_has_sent_is_not_dropped_before_its_end) {
    static const int64_t all[] = {1, 2, 3, 4, 5};
    uint64_t n_dropped = 0;
    char text[200] = "";
    int64_t retry = begin(3, 5);
    seal(retry, 3, 5);
    ledger_ok(ac_reject_list(ledger_state.l, &(struct ac_reject_filter){0}, note_sent, text, err));
    ck_assert_str_eq(text, "3 4 5 ");
    ledger_ok(ac_reject_drop(ledger_state.l, all, AC_N(all), &n_dropped, err));
    ck_assert_uint_eq(n_dropped, 2);
    ck_rejects("OLD3 OLD4 OLD5 ");
    end(retry, AC_INPUT_SETTLED,
        (struct ac_counts){.read = 3, .sent = 3, .made = 3, .written = 3, .created = 3});
    ck_rejects("");
    ck_true(8, 2, 8, 0);
}
END_TEST

START_TEST(nor_does_it_grow_too_old) {
    uint64_t n = 0;
    seal(begin(3, 5), 3, 5);
    ledger_ok(ac_reject_expire(ledger_state.l, INT64_MAX, &n, err));
    ck_assert_uint_eq(n, 2);
    ck_rejects("OLD3 OLD4 OLD5 ");
}
END_TEST

START_TEST(what_a_retry_did_not_come_to_send_is_dropped) {
    static const int64_t ids[] = {3, 4};
    uint64_t n_dropped = 0;
    char text[200] = "";
    begin(3, 5);
    ledger_ok(ac_reject_list(ledger_state.l, &(struct ac_reject_filter){0}, note_sent, text, err));
    ck_assert_str_eq(text, "");
    ledger_ok(ac_reject_drop(ledger_state.l, ids, AC_N(ids), &n_dropped, err));
    ck_assert_uint_eq(n_dropped, 2);
    ck_rejects("OLD1 OLD2 OLD5 ");
}
END_TEST

static const struct {
    struct ac_reject_filter filter;
    const char *want;
} filters[] = {
    {{.number = 3}, "OLD3 OLD4 OLD5 "},
    {{.input_id = 1}, "OLD1 OLD2 OLD3 OLD4 OLD5 "},
    {{.input_id = 2}, ""},
    {{.until_ms = LEDGER_NOW_MS}, ""},
    {{.until_ms = LEDGER_NOW_MS + 1}, "OLD1 OLD2 OLD3 OLD4 OLD5 "},
    {{.retry = 7}, ""},
};

START_TEST(a_filter_of_a_retry_finds_what_it_says) {
    char text[200] = "";
    ledger_ok(ac_reject_list(ledger_state.l, &filters[_i].filter, keep, text, err));
    ck_assert_str_eq(text, filters[_i].want);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("ledger/retry");
    TCase *t = tcase_create("end");
    tcase_add_checked_fixture(t, setup, ledger_teardown);
    tcase_add_test(t, rows_that_arrive_leave_the_list_and_are_counted_as_sent);
    tcase_add_test(t, a_row_that_fails_again_stays_with_its_new_reason);
    tcase_add_test(t, rows_that_were_not_chosen_stay_as_they_are);
    tcase_add_test(t, a_retry_cut_off_by_its_plugin_leaves_the_rows_it_never_came_to);
    tcase_add_test(t, a_retry_that_read_nothing_changes_nothing);
    tcase_add_test(t, a_record_written_before_is_not_counted_twice);
    suite_add_tcase(suite, t);
    t = tcase_create("under_way");
    tcase_add_checked_fixture(t, setup, ledger_teardown);
    tcase_add_test(t, while_it_lasts_nobody_sees_it);
    tcase_add_test(t, the_next_run_finds_one_that_was_cut_off_with_its_rows);
    tcase_add_test(t, one_that_was_cancelled_never_was);
    tcase_add_test(t, when_its_input_is_imported_again_a_retry_is_nobody_s);
    suite_add_tcase(suite, t);
    t = tcase_create("choosing");
    tcase_add_checked_fixture(t, setup, ledger_teardown);
    tcase_add_test(t, dropped_rejects_are_gone_and_no_others);
    tcase_add_test(t, what_a_retry_has_sent_is_not_dropped_before_its_end);
    tcase_add_test(t, nor_does_it_grow_too_old);
    tcase_add_test(t, what_a_retry_did_not_come_to_send_is_dropped);
    tcase_add_loop_test(t, a_filter_of_a_retry_finds_what_it_says, 0, AC_N(filters));
    suite_add_tcase(suite, t);
    return ledger_main(suite);
}
