// SPDX-License-Identifier: MIT
// Inputs from their beginning to their end, by run.
#include "ledger/state.h"
#include <stdio.h>

static struct ac_err *const err = &ledger_state.err;

static const struct ac_counts counts = {.read = 101,
                                        .sent = 90,
                                        .dropped = 7,
                                        .rejected = 4,
                                        .held = 1,
                                        .made = 95,
                                        .written = 80,
                                        .created = 30,
                                        .updated = 50,
                                        .refused = 10,
                                        .superseded = 5,
                                        .bytes = UINT32_MAX * 4ull};

struct copy { // of an input's row, beyond the callback
    struct ac_input_row row;
    char text[7][64]; // org identity member name plugin job error
};

struct list {
    struct copy rows[10];
    size_t n, stop_at; // 0: never
};

static bool keep(void *arg, const struct ac_input_row *in) {
    struct list *list = arg;
    struct copy *c = &list->rows[list->n++];
    const char *texts[7] = {in->org,    in->identity, in->member, in->name,
                            in->plugin, in->job,      in->error};
    c->row = *in;
    for (size_t i = 0; i < 7; i++)
        snprintf(c->text[i], sizeof c->text[i], "%s", texts[i]);
    return list->n != list->stop_at;
}

static struct list list_of(int64_t run, size_t max) {
    struct list list = {.n = 0};
    ledger_ok(ac_ledger_inputs(ledger_state.l, run, max, keep, &list, err));
    return list;
}

static bool is_settled(const char *org, const char *identity, const char *member) {
    bool out = false;
    ledger_ok(ac_ledger_input_settled(ledger_state.l, org, identity, member, &out, err));
    return out;
}

static struct ac_input_row whole = {.run = 17,
                                    .org = LEDGER_ORG,
                                    .identity = "abc",
                                    .member = "queue.csv",
                                    .name = "reports.zip!queue.csv",
                                    .plugin = "interval",
                                    .job = "nightly",
                                    .size_bytes = INT64_MAX,
                                    .modified_ms = 1929990000123,
                                    .error = ""};

START_TEST(an_input_that_was_begun_is_open_with_counts_of_zero) {
    ledger_ok(ac_ledger_input_begin(ledger_state.l, &whole, err));
    struct list list = list_of(0, 10);
    const struct copy *c = &list.rows[0];
    static const struct ac_counts zero;
    ck_assert_uint_eq(list.n, 1);
    ck_assert_int_eq(c->row.id, whole.id);
    ck_assert_int_eq(c->row.run, 17);
    ck_assert_str_eq(c->text[0], LEDGER_ORG);
    ck_assert_str_eq(c->text[1], "abc");
    ck_assert_str_eq(c->text[2], "queue.csv");
    ck_assert_str_eq(c->text[3], "reports.zip!queue.csv");
    ck_assert_str_eq(c->text[4], "interval");
    ck_assert_str_eq(c->text[5], "nightly");
    ck_assert_str_eq(c->text[6], "");
    ck_assert_int_eq(c->row.state, AC_INPUT_OPEN);
    ck_assert_int_eq(c->row.size_bytes, INT64_MAX);
    ck_assert_int_eq(c->row.modified_ms, 1929990000123);
    ck_assert_int_eq(c->row.begun_ms, LEDGER_NOW_MS);
    ck_assert_int_eq(c->row.settled_ms, 0);
    ck_assert_mem_eq(&c->row.counts, &zero, sizeof zero);
    ck_assert(!is_settled(LEDGER_ORG, "abc", "queue.csv"));
}
END_TEST

START_TEST(a_settled_input_has_its_counts) {
    ledger_ok(ac_ledger_input_begin(ledger_state.l, &whole, err));
    ledger_state.fake.at_ms += 5000;
    ledger_ok(
        ac_ledger_input_end(ledger_state.l, whole.id, AC_INPUT_SETTLED, &counts, "other", "", err));
    struct list list = list_of(0, 10);
    ck_assert_int_eq(list.rows[0].row.state, AC_INPUT_SETTLED);
    ck_assert_int_eq(list.rows[0].row.settled_ms, LEDGER_NOW_MS + 5000);
    ck_assert_mem_eq(&list.rows[0].row.counts, &counts, sizeof counts);
    ck_assert_str_eq(list.rows[0].text[4], "other");
    ck_assert(is_settled(LEDGER_ORG, "abc", "queue.csv"));
}
END_TEST

static int64_t under_way(int64_t run) {
    int64_t id = 0;
    enum ac_rc rc = ac_ledger_input_under_way(ledger_state.l, run, whole.org, whole.identity,
                                              whole.member, &id, err);
    ck_assert_int_eq(rc, id ? AC_OK : AC_END);
    return id;
}

START_TEST(an_input_is_under_way_in_its_run_until_it_ends) {
    struct ac_input_row in = whole;
    ck_assert_int_eq(under_way(17), 0);
    ledger_ok(ac_ledger_input_begin(ledger_state.l, &in, err));
    ck_assert_int_eq(under_way(17), in.id);
    ck_assert_int_eq(under_way(18), 0);
    ledger_ok(ac_ledger_input_read(ledger_state.l, in.id, &counts, "interval", err));
    ck_assert_int_eq(under_way(17), in.id);
    ledger_ok(
        ac_ledger_input_end(ledger_state.l, in.id, AC_INPUT_SETTLED, &counts, "interval", "", err));
    ck_assert_int_eq(under_way(17), 0);
}
END_TEST

static void begin_bad(int64_t run, const char *code) {
    struct ac_input_row in = whole;
    in.run = run;
    ck_assert_int_eq(ac_ledger_input_begin(ledger_state.l, &in, err), AC_AGAIN);
    ck_assert_str_eq(err->code, code);
    ac_err_clear(err);
}

static void begin_good(int64_t run) {
    struct ac_input_row in = whole;
    in.run = run;
    ledger_ok(ac_ledger_input_begin(ledger_state.l, &in, err));
}

START_TEST(an_input_is_not_begun_while_another_run_is_at_it) {
    struct ac_input_row in = whole;
    int64_t first, second;
    ledger_ok(ac_ledger_run_begin(ledger_state.l, "import", "", &first, err));
    ledger_ok(ac_ledger_run_begin(ledger_state.l, "import", "", &second, err));
    begin_good(first);
    begin_bad(second, "UNDER_WAY");
    in.run = first;
    ledger_ok(ac_ledger_input_begin(ledger_state.l, &in, err)); // its own
    ledger_ok(ac_ledger_input_read(ledger_state.l, in.id, &counts, "interval", err));
    begin_bad(second, "UNDER_WAY");
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT run FROM input"), first);
    ledger_ok(ac_ledger_input_end(ledger_state.l, in.id, AC_INPUT_FAILED, &counts, "", "", err));
    begin_good(second);
    ledger_ok(ac_ledger_run_end(ledger_state.l, second, 0, 0, err));
    begin_good(first);
}
END_TEST

START_TEST(an_input_is_not_begun_while_a_batch_with_records_of_it_is_not_settled) {
    struct ac_input_row in = whole;
    int64_t run, batch = ledger_batch(ledger_state.l, 17);
    ledger_ok(ac_ledger_input_begin(ledger_state.l, &in, err));
    struct ac_range range = {.input = in.id, .first = 0, .n = 5, .row_first = 1, .row_last = 5};
    ledger_ok(ac_ledger_batch_seal(ledger_state.l, batch, 5, 100, &range, 1, err));
    begin_bad(18, "LEFT_BATCH");
    begin_bad(17, "LEFT_BATCH");
    ledger_ok(ac_ledger_run_begin(ledger_state.l, "import", "", &run, err));
    ledger_ok(ac_ledger_batch_claim(ledger_state.l, batch, 17, run, err));
    begin_bad(run + 1, "UNDER_WAY");
    ledger_ok(ac_ledger_range_settle(ledger_state.l, batch, 0, &counts, err));
    ledger_ok(ac_ledger_batch_settle(ledger_state.l, batch, err));
    begin_good(run + 1);
}
END_TEST

START_TEST(a_failed_input_says_why_and_is_not_settled) {
    ledger_ok(ac_ledger_input_begin(ledger_state.l, &whole, err));
    ledger_ok(ac_ledger_input_end(ledger_state.l, whole.id, AC_INPUT_FAILED, &counts, NULL,
                                  "no plugin knows it", err));
    struct list list = list_of(0, 10);
    ck_assert_int_eq(list.rows[0].row.state, AC_INPUT_FAILED);
    ck_assert_int_eq(list.rows[0].row.settled_ms, 0);
    ck_assert_str_eq(list.rows[0].text[6], "no plugin knows it");
    ck_assert_str_eq(list.rows[0].text[4], "");
    ck_assert(!is_settled(LEDGER_ORG, "abc", "queue.csv"));
}
END_TEST

static const char *const others[][3] = {
    {"other.my.salesforce.com", "abc", "queue.csv"},
    {LEDGER_ORG, "abd", "queue.csv"},
    {LEDGER_ORG, "abc", "agent.csv"},
    {LEDGER_ORG, "abc", ""},
};

START_TEST(only_the_very_input_is_settled) {
    ledger_ok(ac_ledger_input_begin(ledger_state.l, &whole, err));
    ledger_ok(
        ac_ledger_input_end(ledger_state.l, whole.id, AC_INPUT_SETTLED, &counts, "p", "", err));
    ck_assert(!is_settled(others[_i][0], others[_i][1], others[_i][2]));
}
END_TEST

START_TEST(an_input_begun_again_is_the_same_from_its_start) {
    ledger_ok(ac_ledger_input_begin(ledger_state.l, &whole, err));
    ledger_ok(ac_ledger_input_header(ledger_state.l, whole.id, AC_STR("a,b"), err));
    ledger_ok(
        ac_ledger_input_end(ledger_state.l, whole.id, AC_INPUT_SETTLED, &counts, "p", "e", err));
    ledger_state.fake.at_ms += 1000;
    struct ac_input_row again = whole;
    again.id = 0;
    again.run = 18;
    again.name = "renamed.zip!queue.csv";
    ledger_ok(ac_ledger_input_begin(ledger_state.l, &again, err));
    static const struct ac_counts zero;
    struct list list = list_of(0, 10);
    ck_assert_uint_eq(list.n, 1);
    ck_assert_int_eq(again.id, whole.id);
    ck_assert_int_eq(list.rows[0].row.run, 18);
    ck_assert_int_eq(list.rows[0].row.state, AC_INPUT_OPEN);
    ck_assert_int_eq(list.rows[0].row.begun_ms, LEDGER_NOW_MS + 1000);
    ck_assert_int_eq(list.rows[0].row.settled_ms, 0);
    ck_assert_str_eq(list.rows[0].text[3], "renamed.zip!queue.csv");
    ck_assert_str_eq(list.rows[0].text[6], "");
    ck_assert_mem_eq(&list.rows[0].row.counts, &zero, sizeof zero);
}
END_TEST

START_TEST(an_input_begun_again_makes_its_file_undone) {
    bool is_done = true;
    ledger_ok(ac_ledger_file_done(ledger_state.l, LEDGER_ORG, "abc", err));
    ledger_ok(ac_ledger_file_done(ledger_state.l, "other", "abc", err));
    ledger_ok(ac_ledger_input_begin(ledger_state.l, &whole, err));
    ledger_ok(ac_ledger_file_is_done(ledger_state.l, LEDGER_ORG, "abc", &is_done, err));
    ck_assert(!is_done);
    ledger_ok(ac_ledger_file_is_done(ledger_state.l, "other", "abc", &is_done, err));
    ck_assert(is_done);
}
END_TEST

START_TEST(ending_an_input_that_never_began_is_our_mistake) {
    enum ac_rc rc =
        ac_ledger_input_end(ledger_state.l, 99, AC_INPUT_SETTLED, &counts, "p", "", err);
    ck_assert_int_eq(err->cause, AC_CAUSE_INTERNAL);
    ledger_bad(rc, "LEDGER");
}
END_TEST

START_TEST(an_input_s_ranges_stay_until_it_ends) {
    int64_t a = ledger_input(ledger_state.l, 1, "a"), b = ledger_input(ledger_state.l, 1, "b");
    int64_t batch = ledger_batch(ledger_state.l, 1);
    struct ac_range ranges[] = {{a, 0, 10, 1, 10}, {b, 10, 10, 1, 10}, {a, 20, 5, 11, 15}};
    ledger_ok(ac_ledger_batch_seal(ledger_state.l, batch, 25, 1000, ranges, 3, err));
    for (size_t i = 0; i < 3; i++)
        ledger_ok(ac_ledger_range_settle(ledger_state.l, batch, ranges[i].first, &counts, err));
    ledger_input(ledger_state.l, 2, "a"); // read again: what was settled of it is still known
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT count(*) FROM batch_range"), 3);
    ledger_ok(ac_ledger_input_end(ledger_state.l, a, AC_INPUT_SETTLED, &counts, "p", "", err));
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT count(*) FROM batch_range"), 1);
}
END_TEST

START_TEST(inputs_come_newest_first_by_run_at_most_so_many) {
    for (int i = 0; i < 6; i++) {
        char name[16];
        snprintf(name, sizeof name, "in%d", i);
        ledger_state.fake.at_ms += i < 4 ? 10 : 0; // the last three at once
        ledger_input(ledger_state.l, i % 2, name);
    }
    struct list all = list_of(0, 4);
    ck_assert_uint_eq(all.n, 4);
    ck_assert_str_eq(all.rows[0].text[3], "in5");
    ck_assert_str_eq(all.rows[3].text[3], "in2");
    struct list odd = list_of(1, 100);
    ck_assert_uint_eq(odd.n, 3);
    ck_assert_str_eq(odd.rows[0].text[3], "in5");
    ck_assert_str_eq(odd.rows[2].text[3], "in1");
    ck_assert_uint_eq(list_of(7, 100).n, 0);
    ck_assert_uint_eq(list_of(0, 0).n, 0);
    ck_assert_uint_eq(list_of(0, SIZE_MAX).n, 6);
}
END_TEST

START_TEST(a_callback_may_stop_the_list) {
    struct list list = {.stop_at = 1};
    ledger_input(ledger_state.l, 1, "a");
    ledger_input(ledger_state.l, 1, "b");
    ledger_ok(ac_ledger_inputs(ledger_state.l, 0, 10, keep, &list, err));
    ck_assert_uint_eq(list.n, 1);
}
END_TEST

static bool list_within(void *arg, const struct ac_input_row *in) {
    struct list inner = list_of(in->run, 10);
    *(size_t *)arg += inner.n;
    return true;
}

START_TEST(a_callback_may_ask_the_ledger) {
    size_t n = 0;
    ledger_input(ledger_state.l, 1, "a");
    ledger_input(ledger_state.l, 1, "b");
    ledger_ok(ac_ledger_inputs(ledger_state.l, 0, 10, list_within, &n, err));
    ck_assert_uint_eq(n, 4);
}
END_TEST

// --- headers -------------------------------------------------------------------------------------

static int64_t n_headers(void) { return ledger_ask(ledger_state.l, "SELECT count(*) FROM header"); }

START_TEST(equal_headers_are_kept_once) {
    int64_t a = ledger_input(ledger_state.l, 1, "a"), b = ledger_input(ledger_state.l, 1, "b");
    ledger_ok(ac_ledger_input_header(ledger_state.l, a, AC_STR("x,y"), err));
    ledger_ok(ac_ledger_input_header(ledger_state.l, b, AC_STR("x,y"), err));
    ck_assert_int_eq(n_headers(), 1);
    ledger_ok(ac_ledger_input_header(ledger_state.l, b, AC_STR("x,z"), err));
    ck_assert_int_eq(n_headers(), 2);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT count(DISTINCT header) FROM input"), 2);
}
END_TEST

START_TEST(headers_of_one_hash_are_told_apart) {
    int64_t a = ledger_input(ledger_state.l, 1, "a");
    char sql[120]; // somebody else has the number already
    snprintf(sql, sizeof sql, "INSERT INTO header VALUES(%lld, x'00')",
             (long long)ac_str_hash(AC_STR("x,y"), 0));
    ck_assert_int_eq(sqlite3_exec(ledger_state.l->db, sql, NULL, NULL, NULL), SQLITE_OK);
    ledger_ok(ac_ledger_input_header(ledger_state.l, a, AC_STR("x,y"), err));
    ledger_ok(ac_ledger_input_header(ledger_state.l, a, AC_STR("x,y"), err));
    ck_assert_int_eq(n_headers(), 2);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT text = CAST('x,y' AS BLOB) FROM header h,"
                                                " input i WHERE h.id = i.header"),
                     1);
}
END_TEST

START_TEST(a_header_for_no_input_is_our_mistake) {
    ledger_bad(ac_ledger_input_header(ledger_state.l, 99, AC_STR("x"), err), "LEDGER");
    ck_assert_int_eq(n_headers(), 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("ledger/input");
    TCase *t = tcase_create("input");
    tcase_add_checked_fixture(t, ledger_setup, ledger_teardown);
    tcase_add_test(t, an_input_that_was_begun_is_open_with_counts_of_zero);
    tcase_add_test(t, a_settled_input_has_its_counts);
    tcase_add_test(t, an_input_is_under_way_in_its_run_until_it_ends);
    tcase_add_test(t, an_input_is_not_begun_while_another_run_is_at_it);
    tcase_add_test(t, an_input_is_not_begun_while_a_batch_with_records_of_it_is_not_settled);
    tcase_add_test(t, a_failed_input_says_why_and_is_not_settled);
    tcase_add_loop_test(t, only_the_very_input_is_settled, 0, AC_N(others));
    tcase_add_test(t, an_input_begun_again_is_the_same_from_its_start);
    tcase_add_test(t, an_input_begun_again_makes_its_file_undone);
    tcase_add_test(t, ending_an_input_that_never_began_is_our_mistake);
    tcase_add_test(t, an_input_s_ranges_stay_until_it_ends);
    tcase_add_test(t, inputs_come_newest_first_by_run_at_most_so_many);
    tcase_add_test(t, a_callback_may_stop_the_list);
    tcase_add_test(t, a_callback_may_ask_the_ledger);
    tcase_add_test(t, equal_headers_are_kept_once);
    tcase_add_test(t, headers_of_one_hash_are_told_apart);
    tcase_add_test(t, a_header_for_no_input_is_our_mistake);
    suite_add_tcase(suite, t);
    return ledger_main(suite);
}
