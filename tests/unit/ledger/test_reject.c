// SPDX-License-Identifier: MIT
// Rejected rows kept whole, found again by every filter.
#include "ledger/state.h"
#include <stdio.h>
#include <stdlib.h>

static struct ac_err *const err = &ledger_state.err;

struct list {
    char lines[4000]; // "name:line " in the order told
    size_t len, n, stop_at;
};

static bool keep(void *arg, const struct ac_reject *r) {
    struct list *list = arg;
    if (list->len < sizeof list->lines)
        list->len += (size_t)snprintf(list->lines + list->len, sizeof list->lines - list->len,
                                      "%s:%d ", r->name, (int)r->line);
    return ++list->n != list->stop_at;
}

static struct list list_by(struct ac_reject_filter filter) {
    struct list list = {.n = 0};
    ledger_ok(ac_reject_list(ledger_state.l, &filter, keep, &list, err));
    return list;
}

static void ck_lists(struct ac_reject_filter filter, const char *lines) {
    struct list list = list_by(filter);
    ck_assert_str_eq(list.lines, lines);
}

// --- one, whole ----------------------------------------------------------------------------------

static const struct ac_reject whole = {.line = 12345678901,
                                       .byte = 1ull << 50,
                                       .number = UINT32_MAX + 5ull,
                                       .object = "AC_AgentInterval__c",
                                       .key = "us-east-1/\xC3\xBC/2031",
                                       .code = "STRING_TOO_LONG",
                                       .message = "Agent: data value too large: \"x\" (max 40)",
                                       .fields = "Agent__c, Queue__c",
                                       .raw = {"a,\"b\0c\"\n,\xFF", 11}};

static bool ck_whole(void *arg, const struct ac_reject *r) {
    ++*(int *)arg;
    ck_assert_int_gt(r->id, 0);
    ck_assert_int_eq(r->at_ms, LEDGER_NOW_MS);
    ck_assert_uint_eq(r->line, whole.line);
    ck_assert_uint_eq(r->byte, whole.byte);
    ck_assert_uint_eq(r->number, whole.number);
    ck_assert_str_eq(r->name, "reports.zip!a.csv");
    ck_assert_str_eq(r->member, "a.csv");
    ck_assert_str_eq(r->object, whole.object);
    ck_assert_str_eq(r->key, whole.key);
    ck_assert_str_eq(r->code, whole.code);
    ck_assert_str_eq(r->message, whole.message);
    ck_assert_str_eq(r->fields, whole.fields);
    ck_assert(ac_str_eq(r->raw, whole.raw));
    ck_assert(ac_str_eq(r->header, AC_STR("x,y")));
    return true;
}

START_TEST(a_reject_is_kept_whole) {
    struct ac_input_row in = {
        .org = "o", .identity = "i", .member = "a.csv", .name = "reports.zip!a.csv"};
    struct ac_reject r = whole;
    int n = 0;
    ledger_ok(ac_ledger_input_begin(ledger_state.l, &in, err));
    ledger_ok(ac_ledger_input_header(ledger_state.l, in.id, AC_STR("x,y"), err));
    r.input = in.id;
    ledger_ok(ac_reject_add(ledger_state.l, &r, err));
    ledger_ok(ac_ledger_flush(ledger_state.l, err));
    ledger_reopen();
    ledger_ok(ac_reject_list(ledger_state.l, &(struct ac_reject_filter){0}, ck_whole, &n, err));
    ck_assert_int_eq(n, 1);
}
END_TEST

static bool ck_bare(void *arg, const struct ac_reject *r) {
    ++*(int *)arg;
    ck_assert_str_eq(r->object, "");
    ck_assert_str_eq(r->key, "");
    ck_assert_str_eq(r->code, "");
    ck_assert_str_eq(r->message, "");
    ck_assert_str_eq(r->fields, "");
    ck_assert_uint_eq(r->raw.len, 0);
    ck_assert(ac_str_is_null(r->header));
    return true;
}

START_TEST(a_reject_without_texts_has_empty_ones) {
    struct ac_reject r = {.input = ledger_input(ledger_state.l, 1, "in")};
    int n = 0;
    ledger_ok(ac_reject_add(ledger_state.l, &r, err));
    ledger_ok(ac_reject_list(ledger_state.l, &(struct ac_reject_filter){0}, ck_bare, &n, err));
    ck_assert_int_eq(n, 1);
}
END_TEST

static bool ck_long(void *arg, const struct ac_reject *r) {
    *(size_t *)arg += r->raw.len;
    return true;
}

START_TEST(the_largest_row_is_kept_between_small_ones) {
    int64_t in = ledger_input(ledger_state.l, 1, "in");
    size_t len = (size_t)4 << 20, n = 0;
    char *raw = malloc(len);
    ck_assert_ptr_nonnull(raw);
    memset(raw, 'x', len);
    ledger_reject(ledger_state.l, in, 1, "BAD", AC_STR("12345"));
    ledger_reject(ledger_state.l, in, 2, "BAD", ac_str_n(raw, len));
    ledger_reject(ledger_state.l, in, 3, "BAD", AC_STR("12345"));
    free(raw);
    ledger_ok(ac_ledger_flush(ledger_state.l, err));
    ck_assert_uint_le(ledger_state.l->pending.cap, 2 * AC_LEDGER_PENDING_BYTES); // given back
    ledger_ok(ac_reject_list(ledger_state.l, &(struct ac_reject_filter){0}, ck_long, &n, err));
    ck_assert_uint_eq(n, len + 10);
}
END_TEST

// --- when they are durable -----------------------------------------------------------------------

static uint64_t n_for_others(void) {
    struct ac_ledger *reader = NULL;
    ledger_ok(ledger_open(&reader, true));
    uint64_t n = ledger_n_rejects(reader);
    ac_ledger_close(reader);
    return n;
}

START_TEST(rejects_wait_in_memory_until_something_is_settled) {
    struct ac_counts counts = {0};
    int64_t in = ledger_input(ledger_state.l, 1, "in");
    ledger_reject(ledger_state.l, in, 1, "BAD", AC_STR("raw"));
    ck_assert_uint_eq(n_for_others(), 0);
    ledger_ok(ac_ledger_input_end(ledger_state.l, in, AC_INPUT_SETTLED, &counts, "", "", err));
    ck_assert_uint_eq(n_for_others(), 1);
}
END_TEST

START_TEST(a_settled_batch_brings_the_rejects_with_it) {
    int64_t in = ledger_input(ledger_state.l, 1, "in"), batch = ledger_batch(ledger_state.l, 1);
    ledger_reject(ledger_state.l, in, 1, "BAD", AC_STR("raw"));
    ledger_ok(ac_ledger_batch_settle(ledger_state.l, batch, err));
    ck_assert_uint_eq(n_for_others(), 1);
}
END_TEST

START_TEST(closing_keeps_what_was_pending) {
    ledger_reject(ledger_state.l, ledger_input(ledger_state.l, 1, "in"), 1, "BAD", AC_STR("raw"));
    ledger_reopen();
    ck_assert_uint_eq(ledger_n_rejects(ledger_state.l), 1);
}
END_TEST

START_TEST(pending_rejects_survive_a_group_that_is_rolled_back) {
    int64_t in = ledger_input(ledger_state.l, 1, "in");
    ledger_reject(ledger_state.l, in, 1, "BAD", AC_STR("raw"));
    ledger_ok(ac_ledger_group_begin(ledger_state.l, err));
    ledger_reject(ledger_state.l, in, 2, "BAD", AC_STR("raw"));
    ck_assert_uint_eq(ledger_n_rejects(ledger_state.l), 2); // written within the group
    ck_assert_int_eq(ac_ledger_group_end(ledger_state.l, AC_RUN, err), AC_RUN);
    ck_assert_uint_eq(n_for_others(), 0);
    ledger_ok(ac_ledger_flush(ledger_state.l, err));
    ck_assert_uint_eq(n_for_others(), 2);
}
END_TEST

static void overflow_a_group(int64_t in) {
    static char raw[300000];
    ledger_ok(ac_ledger_group_begin(ledger_state.l, err));
    for (uint64_t i = 1; i <= 10; i++)
        ledger_reject(ledger_state.l, in, i, "BAD", ac_str_n(raw, sizeof raw));
}

START_TEST(a_group_with_more_rejects_than_memory_holds_keeps_them_all) {
    overflow_a_group(ledger_input(ledger_state.l, 1, "in"));
    ck_assert_uint_le(ledger_state.l->pending.len, AC_LEDGER_PENDING_BYTES);
    ledger_ok(ac_ledger_group_end(ledger_state.l, AC_OK, err));
    ck_assert_uint_eq(n_for_others(), 10);
}
END_TEST

START_TEST(when_such_a_group_is_rolled_back_nothing_more_is_settled) {
    struct ac_counts counts = {0};
    bool is_settled = true;
    int64_t in = ledger_input(ledger_state.l, 1, "in");
    overflow_a_group(in);
    ck_assert_int_eq(ac_ledger_group_end(ledger_state.l, AC_RUN, err), AC_RUN);
    enum ac_rc rc = ac_ledger_input_end(ledger_state.l, in, AC_INPUT_SETTLED, &counts, "", "", err);
    ck_assert_int_eq(err->cause, AC_CAUSE_STOP);
    ledger_bad(rc, "REJECTS_LOST");
    ledger_reopen(); // the next run begins from what is there
    ledger_ok(ac_ledger_input_settled(ledger_state.l, LEDGER_ORG, "in", "", &is_settled, err));
    ck_assert(!is_settled);
    in = ledger_input(ledger_state.l, 2, "in");
    ledger_ok(ac_ledger_input_end(ledger_state.l, in, AC_INPUT_SETTLED, &counts, "", "", err));
}
END_TEST

START_TEST(an_input_begun_again_forgets_its_rejects_and_no_others) {
    int64_t a = ledger_input(ledger_state.l, 1, "a"), b = ledger_input(ledger_state.l, 1, "b");
    ledger_reject(ledger_state.l, a, 1, "BAD", AC_STR("written"));
    ledger_reject(ledger_state.l, b, 1, "BAD", AC_STR("written"));
    ledger_ok(ac_ledger_flush(ledger_state.l, err));
    ledger_reject(ledger_state.l, a, 2, "BAD", AC_STR("pending"));
    ledger_reject(ledger_state.l, b, 2, "BAD", AC_STR("pending"));
    ledger_input(ledger_state.l, 2, "a");
    ck_lists((struct ac_reject_filter){0}, "b:1 b:2 ");
}
END_TEST

// --- filters -------------------------------------------------------------------------------------

// Two inputs, five rejects, told in another order than that of their lines.
static void fill(void) {
    const struct {
        int input;
        uint64_t line;
        const char *object, *code;
    } rows[] = {{0, 9, "A__c", "TOO_LONG"},
                {0, 3, "A__c", "BAD_DATE"},
                {1, 5, "B__c", "TOO_LONG"},
                {1, 2, "", "BROKEN_ROW"},
                {0, 3, "B__c", "TOO_LONG"}};
    int64_t inputs[2];
    inputs[0] = ledger_input(ledger_state.l, 1, "queue/2031-03-04.csv");
    ledger_state.fake.at_ms += 1000;
    inputs[1] = ledger_input(ledger_state.l, 1, "agent/2031-03-04.csv");
    for (size_t i = 0; i < AC_N(rows); i++) {
        struct ac_reject r = {.input = inputs[rows[i].input],
                              .line = rows[i].line,
                              .object = rows[i].object,
                              .code = rows[i].code,
                              .message = i % 2 ? "odd" : "even"};
        ledger_state.fake.at_ms += 1000;
        ledger_ok(ac_reject_add(ledger_state.l, &r, err));
    }
}

#define Q "queue/2031-03-04.csv:"
#define A "agent/2031-03-04.csv:"

static const struct {
    struct ac_reject_filter filter;
    const char *lines;
} filters[] = {
    {{0}, A "2 " A "5 " Q "3 " Q "3 " Q "9 "},
    {{.input = "queue"}, Q "3 " Q "3 " Q "9 "},
    {{.input = "2031"}, A "2 " A "5 " Q "3 " Q "3 " Q "9 "},
    {{.input = "%"}, ""},
    {{.object = "a__C"}, Q "3 " Q "9 "},
    {{.object = ""}, A "2 "},
    {{.object = "A__"}, ""},
    {{.code = "too_long"}, A "5 " Q "3 " Q "9 "},
    {{.code = "TOO_LONG", .object = "B__c", .input = "agent"}, A "5 "},
    {{.since_ms = LEDGER_NOW_MS + 4000}, A "2 " A "5 " Q "3 "},
    {{.since_ms = LEDGER_NOW_MS + 7000}, ""},
    {{.max = 2}, A "2 " A "5 "},
    {{.max = 3}, A "2 " A "5 " Q "3 "},
    {{.max = SIZE_MAX}, A "2 " A "5 " Q "3 " Q "3 " Q "9 "},
    {{.id = 2}, Q "3 "},
    {{.id = 2, .code = "TOO_LONG"}, ""},
    {{.id = 77}, ""},
};

START_TEST(a_filter_finds_what_it_says_newest_input_first_lines_in_order) {
    fill();
    ck_lists(filters[_i].filter, filters[_i].lines);
}
END_TEST

START_TEST(a_callback_may_stop_the_list) {
    struct list list = {.stop_at = 3};
    fill();
    ledger_ok(ac_reject_list(ledger_state.l, &(struct ac_reject_filter){0}, keep, &list, err));
    ck_assert_str_eq(list.lines, A "2 " A "5 " Q "3 ");
}
END_TEST

static bool list_within(void *arg, const struct ac_reject *r) {
    struct list inner = list_by((struct ac_reject_filter){.id = r->id});
    *(size_t *)arg += inner.n;
    return true;
}

START_TEST(a_callback_may_ask_the_ledger) {
    size_t n = 0;
    fill();
    ledger_ok(ac_reject_list(ledger_state.l, &(struct ac_reject_filter){0}, list_within, &n, err));
    ck_assert_uint_eq(n, 5);
}
END_TEST

START_TEST(without_a_number_a_thousand_are_listed) {
    int64_t in = ledger_input(ledger_state.l, 1, "in");
    for (uint64_t i = 0; i < 1200; i++)
        ledger_reject(ledger_state.l, in, i + 1, "BAD", AC_STR("raw"));
    ck_assert_uint_eq(list_by((struct ac_reject_filter){0}).n, 1000);
    ck_assert_uint_eq(list_by((struct ac_reject_filter){.max = 1100}).n, 1100);
}
END_TEST

// --- sums ----------------------------------------------------------------------------------------

struct sums {
    char text[1000];
    size_t len, n, stop_at;
};

static bool sum(void *arg, const char *code, const char *object, const char *message, uint64_t n) {
    struct sums *s = arg;
    s->len += (size_t)snprintf(s->text + s->len, sizeof s->text - s->len, "%d %s %s %s; ", (int)n,
                               code, object, message);
    return ++s->n != s->stop_at;
}

static const struct {
    struct ac_reject_filter filter;
    const char *text;
} summaries[] = {
    {{0}, "2 TOO_LONG B__c even; 1 BAD_DATE A__c odd; 1 BROKEN_ROW  odd; 1 TOO_LONG A__c even; "},
    {{.input = "queue"}, "1 BAD_DATE A__c odd; 1 TOO_LONG A__c even; 1 TOO_LONG B__c even; "},
    {{.object = "b__c"}, "2 TOO_LONG B__c even; "},
    {{.code = "BROKEN_ROW"}, "1 BROKEN_ROW  odd; "},
    {{.since_ms = LEDGER_NOW_MS + 6000}, "1 TOO_LONG B__c even; "},
    {{.max = 1}, "2 TOO_LONG B__c even; "},
    {{.id = 2}, "1 BAD_DATE A__c odd; "},
};

START_TEST(a_summary_counts_by_code_and_object_most_frequent_first) {
    struct sums s = {.n = 0};
    fill();
    ledger_ok(ac_reject_summary(ledger_state.l, &summaries[_i].filter, sum, &s, err));
    ck_assert_str_eq(s.text, summaries[_i].text);
}
END_TEST

START_TEST(a_callback_may_stop_the_summary) {
    struct sums s = {.stop_at = 1};
    fill();
    ledger_ok(ac_reject_summary(ledger_state.l, &(struct ac_reject_filter){0}, sum, &s, err));
    ck_assert_str_eq(s.text, "2 TOO_LONG B__c even; ");
}
END_TEST

// --- old ones ------------------------------------------------------------------------------------

START_TEST(rejects_older_than_a_moment_expire) {
    uint64_t n = 99;
    fill(); // at +2000 .. +6000
    ledger_ok(ac_reject_expire(ledger_state.l, LEDGER_NOW_MS + 4000, &n, err));
    ck_assert_uint_eq(n, 2);
    ck_lists((struct ac_reject_filter){0}, A "2 " A "5 " Q "3 ");
    ledger_ok(ac_reject_expire(ledger_state.l, LEDGER_NOW_MS + 4000, &n, err));
    ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(an_expired_row_is_gone_from_the_file) {
    uint64_t n;
    int64_t in = ledger_input(ledger_state.l, 1, "in");
    ledger_reject(ledger_state.l, in, 1, "BAD", AC_STR("somebody@example.com called"));
    ledger_ok(ac_ledger_flush(ledger_state.l, err));
    ledger_ok(ac_reject_expire(ledger_state.l, INT64_MAX, &n, err));
    ledger_close(); // the log is written back
    FILE *f = fopen(ledger_path("state/ledger.db"), "rb");
    ck_assert_ptr_nonnull(f);
    static char bytes[1 << 20];
    size_t len = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    ck_assert_ptr_null(memmem(bytes, len, "somebody@example.com", 20));
}
END_TEST

START_TEST(a_number_is_never_used_again) {
    uint64_t n;
    int64_t in = ledger_input(ledger_state.l, 1, "in");
    ledger_reject(ledger_state.l, in, 1, "BAD", AC_STR("raw"));
    ledger_ok(ac_reject_expire(ledger_state.l, INT64_MAX, &n, err));
    ledger_reject(ledger_state.l, in, 2, "BAD", AC_STR("raw"));
    ck_lists((struct ac_reject_filter){.id = 1}, "");
    ck_lists((struct ac_reject_filter){.id = 2}, "in:2 ");
}
END_TEST

// --- many ----------------------------------------------------------------------------------------

START_TEST(a_hundred_thousand_rejects_are_kept_in_little_memory) {
    struct ac_counts counts = {0};
    struct sums s = {.n = 0};
    int64_t in = ledger_input(ledger_state.l, 1, "in");
    struct ac_reject r = {.input = in, .object = LEDGER_OBJECT, .message = "why"};
    enum ac_rc worst = AC_OK;
    char raw[200];
    size_t most = 0;
    for (r.line = 1; r.line <= 100000; r.line++) {
        int len = snprintf(raw, sizeof raw, "%d,queue,2031-03-04T16:00:00Z,1,2,3", (int)r.line);
        r.code = r.line % 3 ? "TOO_LONG" : "BAD_DATE";
        r.raw = ac_str_n(raw, (size_t)len);
        enum ac_rc rc = ac_reject_add(ledger_state.l, &r, err);
        if (rc < worst)
            worst = rc;
        if (ledger_state.l->pending.cap > most)
            most = ledger_state.l->pending.cap;
    }
    ledger_ok(worst);
    ck_assert_uint_le(most, AC_LEDGER_PENDING_BYTES);
    ledger_ok(ac_ledger_input_end(ledger_state.l, in, AC_INPUT_SETTLED, &counts, "", "", err));
    ck_assert_uint_eq(n_for_others(), 100000);
    ck_assert_uint_eq(list_by((struct ac_reject_filter){.max = 1000000}).n, 100000);
    ledger_ok(ac_reject_summary(ledger_state.l, &(struct ac_reject_filter){0}, sum, &s, err));
    ck_assert_str_eq(s.text, "66667 TOO_LONG " LEDGER_OBJECT " why; "
                             "33333 BAD_DATE " LEDGER_OBJECT " why; ");
    ledger_input(ledger_state.l, 1, "in");
    ck_assert_uint_eq(n_for_others(), 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("ledger/reject");
    TCase *t = tcase_create("kept");
    tcase_add_checked_fixture(t, ledger_setup, ledger_teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_reject_is_kept_whole);
    tcase_add_test(t, a_reject_without_texts_has_empty_ones);
    tcase_add_test(t, the_largest_row_is_kept_between_small_ones);
    tcase_add_test(t, rejects_wait_in_memory_until_something_is_settled);
    tcase_add_test(t, a_settled_batch_brings_the_rejects_with_it);
    tcase_add_test(t, closing_keeps_what_was_pending);
    tcase_add_test(t, pending_rejects_survive_a_group_that_is_rolled_back);
    tcase_add_test(t, a_group_with_more_rejects_than_memory_holds_keeps_them_all);
    tcase_add_test(t, when_such_a_group_is_rolled_back_nothing_more_is_settled);
    tcase_add_test(t, an_input_begun_again_forgets_its_rejects_and_no_others);
    tcase_add_test(t, a_hundred_thousand_rejects_are_kept_in_little_memory);
    suite_add_tcase(suite, t);
    t = tcase_create("found");
    tcase_add_checked_fixture(t, ledger_setup, ledger_teardown);
    tcase_add_loop_test(t, a_filter_finds_what_it_says_newest_input_first_lines_in_order, 0,
                        AC_N(filters));
    tcase_add_test(t, a_callback_may_stop_the_list);
    tcase_add_test(t, a_callback_may_ask_the_ledger);
    tcase_add_test(t, without_a_number_a_thousand_are_listed);
    tcase_add_loop_test(t, a_summary_counts_by_code_and_object_most_frequent_first, 0,
                        AC_N(summaries));
    tcase_add_test(t, a_callback_may_stop_the_summary);
    tcase_add_test(t, rejects_older_than_a_moment_expire);
    tcase_add_test(t, an_expired_row_is_gone_from_the_file);
    tcase_add_test(t, a_number_is_never_used_again);
    suite_add_tcase(suite, t);
    return ledger_main(suite);
}
