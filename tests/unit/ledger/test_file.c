// SPDX-License-Identifier: MIT
// Files known by what the directory says of them.
#include "ledger/state.h"

#define HEX_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static struct ac_err *const err = &ledger_state.err;
static char hex[65];

static void setup(void) {
    ledger_setup();
    ledger_ok(ac_ledger_file_put(ledger_state.l, "/in/a.csv", 10, 20, UINT64_MAX, HEX_A, err));
}

START_TEST(an_unchanged_file_is_known) {
    ledger_ok(ac_ledger_file_get(ledger_state.l, "/in/a.csv", 10, 20, UINT64_MAX, hex, err));
    ck_assert_str_eq(hex, HEX_A);
}
END_TEST

static const struct {
    const char *path;
    int64_t size_bytes, modified_ns;
    uint64_t inode;
} changes[] = {
    {"/in/b.csv", 10, 20, UINT64_MAX},
    {"/in/a.csv", 11, 20, UINT64_MAX},
    {"/in/a.csv", 10, 21, UINT64_MAX},
    {"/in/a.csv", 10, 20, 1},
};

START_TEST(a_changed_file_is_not_known) {
    ck_assert_int_eq(ac_ledger_file_get(ledger_state.l, changes[_i].path, changes[_i].size_bytes,
                                        changes[_i].modified_ns, changes[_i].inode, hex, err),
                     AC_END);
    ck_assert_str_eq(hex, "");
}
END_TEST

START_TEST(a_file_s_newest_state_replaces_the_one_before) {
    ledger_ok(ac_ledger_file_put(ledger_state.l, "/in/a.csv", 11, 21, 5, HEX_B, err));
    ledger_ok(ac_ledger_file_get(ledger_state.l, "/in/a.csv", 11, 21, 5, hex, err));
    ck_assert_str_eq(hex, HEX_B);
    ck_assert_int_eq(ac_ledger_file_get(ledger_state.l, "/in/a.csv", 10, 20, UINT64_MAX, hex, err),
                     AC_END);
}
END_TEST

START_TEST(a_hash_that_is_none_is_not_believed) {
    ledger_ok(ac_ledger_file_put(ledger_state.l, "/in/a.csv", 10, 20, 30, "short", err));
    ck_assert_int_eq(ac_ledger_file_get(ledger_state.l, "/in/a.csv", 10, 20, 30, hex, err), AC_END);
}
END_TEST

static bool is_done(const char *org, const char *which) {
    bool out = false;
    ledger_ok(ac_ledger_file_is_done(ledger_state.l, org, which, &out, err));
    return out;
}

START_TEST(a_file_is_done_for_one_org) {
    ck_assert(!is_done("a", HEX_A));
    ledger_ok(ac_ledger_file_done(ledger_state.l, "a", HEX_A, err));
    ck_assert(is_done("a", HEX_A));
    ck_assert(!is_done("b", HEX_A));
    ck_assert(!is_done("a", HEX_B));
}
END_TEST

START_TEST(a_file_may_be_done_twice) {
    ledger_ok(ac_ledger_file_done(ledger_state.l, "a", HEX_A, err));
    ledger_ok(ac_ledger_file_done(ledger_state.l, "a", HEX_A, err));
    ck_assert(is_done("a", HEX_A));
}
END_TEST

// --- describe ------------------------------------------------------------------------------------

static struct ac_arena arena;

static void setup_describe(void) {
    ledger_setup();
    ac_arena_init(&arena, 1 << 20);
}

static void teardown_describe(void) {
    ac_arena_free(&arena);
    ledger_teardown();
}

static enum ac_rc get(const char *org, const char *object, ac_str *body, ac_str *modified,
                      int64_t *asked_ms) {
    return ac_ledger_describe_get(ledger_state.l, org, object, &arena, body, modified, asked_ms,
                                  err);
}

START_TEST(a_describe_is_kept_with_its_time) {
    ac_str body, modified;
    int64_t asked_ms;
    ledger_ok(ac_ledger_describe_put(ledger_state.l, "o", "A__c", AC_STR("{\"a\":\0}"),
                                     AC_STR("Mon"), err));
    ledger_state.fake.at_ms += 1000;
    ledger_ok(get("o", "A__c", &body, &modified, &asked_ms));
    ck_assert(ac_str_eq(body, AC_STR("{\"a\":\0}")));
    ck_assert(ac_str_eq(modified, AC_STR("Mon")));
    ck_assert_int_eq(asked_ms, LEDGER_NOW_MS);
}
END_TEST

START_TEST(a_describe_replaces_the_one_before) {
    ac_str body, modified;
    int64_t asked_ms;
    ledger_ok(ac_ledger_describe_put(ledger_state.l, "o", "A__c", AC_STR("1"), AC_STR("x"), err));
    ledger_state.fake.at_ms += 1000;
    ledger_ok(ac_ledger_describe_put(ledger_state.l, "o", "A__c", AC_STR(""), AC_STR(""), err));
    ledger_ok(get("o", "A__c", &body, &modified, &asked_ms));
    ck_assert_uint_eq(body.len + modified.len, 0);
    ck_assert(!ac_str_is_null(body) && !ac_str_is_null(modified));
    ck_assert_int_eq(asked_ms, LEDGER_NOW_MS + 1000);
}
END_TEST

START_TEST(a_describe_of_another_org_or_object_is_not_there) {
    ac_str body, modified;
    int64_t asked_ms;
    ledger_ok(ac_ledger_describe_put(ledger_state.l, "o", "A__c", AC_STR("1"), AC_STR("x"), err));
    ck_assert_int_eq(get("o", "B__c", &body, &modified, &asked_ms), AC_END);
    ck_assert_int_eq(get("p", "A__c", &body, &modified, &asked_ms), AC_END);
}
END_TEST

START_TEST(a_describe_that_the_arena_cannot_take_is_an_error) {
    static char big[2 << 20];
    ac_str body, modified;
    int64_t asked_ms;
    ledger_ok(ac_ledger_describe_put(ledger_state.l, "o", "A__c", ac_str_n(big, sizeof big),
                                     AC_STR("x"), err));
    ledger_bad(get("o", "A__c", &body, &modified, &asked_ms), "NO_MEMORY");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("ledger/file");
    TCase *t = tcase_create("file");
    tcase_add_checked_fixture(t, setup, ledger_teardown);
    tcase_add_test(t, an_unchanged_file_is_known);
    tcase_add_loop_test(t, a_changed_file_is_not_known, 0, AC_N(changes));
    tcase_add_test(t, a_file_s_newest_state_replaces_the_one_before);
    tcase_add_test(t, a_hash_that_is_none_is_not_believed);
    tcase_add_test(t, a_file_is_done_for_one_org);
    tcase_add_test(t, a_file_may_be_done_twice);
    suite_add_tcase(suite, t);
    t = tcase_create("describe");
    tcase_add_checked_fixture(t, setup_describe, teardown_describe);
    tcase_add_test(t, a_describe_is_kept_with_its_time);
    tcase_add_test(t, a_describe_replaces_the_one_before);
    tcase_add_test(t, a_describe_of_another_org_or_object_is_not_there);
    tcase_add_test(t, a_describe_that_the_arena_cannot_take_is_an_error);
    suite_add_tcase(suite, t);
    return ledger_main(suite);
}
