// SPDX-License-Identifier: MIT
// Small values found again by scope, then name.
#include "ledger/state.h"
#include <stdio.h>

static struct ac_err *const err = &ledger_state.err;
static struct ac_arena arena;

static void setup(void) {
    ledger_setup();
    ac_arena_init(&arena, 65536);
}

static void teardown(void) {
    ac_arena_free(&arena);
    ledger_teardown();
}

static void put(const char *scope, const char *name, const char *value) {
    ledger_ok(ac_ledger_checkpoint_put(ledger_state.l, scope, name, value, err));
}

static enum ac_rc get(const char *scope, const char *name, const char **value, int64_t *at_ms) {
    return ac_ledger_checkpoint_get(ledger_state.l, scope, name, &arena, value, at_ms, err);
}

START_TEST(a_value_is_found_again_with_its_time) {
    const char *value = NULL;
    int64_t at_ms = 0;
    put("stream", "shard-1", "4959");
    ledger_state.fake.at_ms += 1000;
    ledger_reopen();
    ledger_ok(get("stream", "shard-1", &value, &at_ms));
    ck_assert_str_eq(value, "4959");
    ck_assert_int_eq(at_ms, LEDGER_NOW_MS);
}
END_TEST

START_TEST(the_latest_value_stands) {
    const char *value = NULL;
    put("stream", "shard-1", "1");
    put("stream", "shard-1", "2");
    ledger_ok(get("stream", "shard-1", &value, NULL));
    ck_assert_str_eq(value, "2");
}
END_TEST

START_TEST(what_is_noted_is_found_again_and_waits_for_no_disk) {
    const char *value = NULL;
    ledger_ok(ac_ledger_checkpoint_note(ledger_state.l, "usage", "org", "7/100", err));
    ck_assert(ledger_state.l->lags);
    put("stream", "shard-1", "1");
    ck_assert(!ledger_state.l->lags);
    ledger_reopen();
    ledger_ok(get("usage", "org", &value, NULL));
    ck_assert_str_eq(value, "7/100");
}
END_TEST

START_TEST(another_scope_or_name_has_none) {
    const char *value = NULL;
    put("stream", "shard-1", "1");
    ck_assert_int_eq(get("other", "shard-1", &value, NULL), AC_END);
    ck_assert_int_eq(get("stream", "shard-2", &value, NULL), AC_END);
}
END_TEST

START_TEST(a_dropped_one_is_gone) {
    const char *value = NULL;
    put("s", "a", "1");
    put("s", "b", "2");
    ledger_ok(ac_ledger_checkpoint_drop(ledger_state.l, "s", "a", err));
    ck_assert_int_eq(get("s", "a", &value, NULL), AC_END);
    ledger_ok(get("s", "b", &value, NULL));
}
END_TEST

static bool keep(void *arg, const char *name, const char *value, int64_t at_ms) {
    char *text = arg;
    size_t len = strlen(text);
    snprintf(text + len, 200 - len, "%s=%s@%d ", name, value, (int)(at_ms - LEDGER_NOW_MS));
    return len < 10;
}

START_TEST(a_scope_is_listed_by_name_until_the_callback_has_enough) {
    char text[200] = "";
    put("s", "b", "2");
    put("s", "a", "1");
    put("t", "aa", "3");
    put("s", "c", "4");
    put("s", "d", "5");
    ledger_ok(ac_ledger_checkpoints(ledger_state.l, "s", keep, text, err));
    ck_assert_str_eq(text, "a=1@0 b=2@0 c=4@0 ");
}
END_TEST

START_TEST(in_a_group_that_fails_it_is_not_kept) {
    const char *value = NULL;
    ledger_ok(ac_ledger_group_begin(ledger_state.l, err));
    put("s", "a", "1");
    ck_assert_int_eq(ac_ledger_group_end(ledger_state.l, AC_RUN, err), AC_RUN);
    ck_assert_int_eq(get("s", "a", &value, NULL), AC_END);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("ledger/checkpoint");
    TCase *t = tcase_create("checkpoint");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_value_is_found_again_with_its_time);
    tcase_add_test(t, the_latest_value_stands);
    tcase_add_test(t, what_is_noted_is_found_again_and_waits_for_no_disk);
    tcase_add_test(t, another_scope_or_name_has_none);
    tcase_add_test(t, a_dropped_one_is_gone);
    tcase_add_test(t, a_scope_is_listed_by_name_until_the_callback_has_enough);
    tcase_add_test(t, in_a_group_that_fails_it_is_not_kept);
    suite_add_tcase(suite, t);
    return ledger_main(suite);
}
