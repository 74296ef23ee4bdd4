// SPDX-License-Identifier: MIT
// Locks by name, the sign that a run lives, both gone with their process.
#include "ledger/state.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct ac_err *const err = &ledger_state.err;
static struct ac_ledger *other; // a second handle on the same directory

static void setup(void) {
    ledger_setup();
    ledger_ok(ledger_open(&other, false));
}

static void teardown(void) {
    ac_ledger_close(other);
    ledger_teardown();
}

static void ck_locked(const char *name) {
    ck_assert_int_eq(ac_ledger_lock(other, name, err), AC_AGAIN);
    ck_assert_str_eq(err->code, "LOCKED");
    ck_assert_ptr_nonnull(strstr(err->text, name));
    ac_err_clear(err);
}

START_TEST(a_lock_is_had_by_one) {
    ledger_ok(ac_ledger_lock(ledger_state.l, "nightly", err));
    ck_locked("nightly");
}
END_TEST

START_TEST(having_it_already_is_fine) {
    ledger_ok(ac_ledger_lock(ledger_state.l, "nightly", err));
    ledger_ok(ac_ledger_lock(ledger_state.l, "nightly", err));
    ac_ledger_unlock(ledger_state.l, "nightly"); // and not counted
    ledger_ok(ac_ledger_lock(other, "nightly", err));
}
END_TEST

START_TEST(other_names_are_other_locks) {
    ledger_ok(ac_ledger_lock(ledger_state.l, "a", err));
    ledger_ok(ac_ledger_lock(ledger_state.l, "b", err));
    ledger_ok(ac_ledger_lock(other, "c", err));
    ac_ledger_unlock(ledger_state.l, "a");
    ledger_ok(ac_ledger_lock(other, "a", err));
    ck_locked("b");
}
END_TEST

START_TEST(unlocking_what_is_not_had_does_nothing) {
    ledger_ok(ac_ledger_lock(ledger_state.l, "a", err));
    ac_ledger_unlock(other, "a");
    ac_ledger_unlock(ledger_state.l, "b");
    ck_locked("a");
}
END_TEST

START_TEST(closing_the_ledger_unlocks) {
    ledger_ok(ac_ledger_lock(ledger_state.l, "nightly", err));
    ledger_close();
    ledger_ok(ac_ledger_lock(other, "nightly", err));
}
END_TEST

static const char *const names[] = {
    "", ".", "..", "../ledger.db", "a/b", "a b", "\xC3\xBC", "100%", "runs", "\n",
};

START_TEST(any_name_is_a_lock_in_its_folder) {
    ledger_ok(ac_ledger_lock(ledger_state.l, names[_i], err));
    ck_locked(names[_i]);
    char command[700]; // the folder holds one file more, nothing else has changed
    snprintf(command, sizeof command, "%s/ledger.db", ledger_state.dir);
    ck_assert_int_eq(access(command, R_OK), 0);
    ledger_ok(ac_ledger_file_done(ledger_state.l, "o", "h", err));
}
END_TEST

START_TEST(long_names_that_differ_at_the_end_are_two_locks) {
    char a[3000], b[3000];
    memset(a, 'x', sizeof a);
    a[sizeof a - 1] = '\0';
    memcpy(b, a, sizeof b);
    b[sizeof b - 2] = 'y';
    ledger_ok(ac_ledger_lock(ledger_state.l, a, err));
    ledger_ok(ac_ledger_lock(other, b, err));
    ck_assert_int_eq(ac_ledger_lock(other, a, err), AC_AGAIN);
}
END_TEST

// --- another process -----------------------------------------------------------------------------

struct holder {
    struct ledger_gate ready;
    int64_t run;
};

static int hold(void *arg) {
    struct holder *h = arg;
    struct ac_ledger *l = NULL;
    struct ac_err child_err = AC_ERR_INIT;
    int64_t run = 0;
    if (ac_ledger_open(&l, ledger_state.dir, ledger_live_clock(), false, &child_err) != AC_OK ||
        ac_ledger_lock(l, "nightly", &child_err) != AC_OK ||
        ac_ledger_run_begin(l, "run", "nightly", &run, &child_err) != AC_OK)
        return 2;
    ledger_gate_let(&h->ready);
    for (;;)
        pause();
}

static pid_t start_holder(struct holder *h) {
    ledger_gate_open(&h->ready);
    pid_t pid = ledger_child(hold, h);
    ledger_gate_wait(&h->ready);
    ledger_gate_close(&h->ready);
    return pid;
}

START_TEST(another_process_that_has_it_is_named) {
    struct holder h;
    char who[40];
    pid_t pid = start_holder(&h);
    snprintf(who, sizeof who, "process %d", (int)pid);
    enum ac_rc rc = ac_ledger_lock(other, "nightly", err);
    ledger_kill(pid);
    ck_assert_int_eq(rc, AC_AGAIN);
    ck_assert_ptr_nonnull(strstr(err->text, who));
}
END_TEST

START_TEST(a_killed_process_has_no_lock) {
    struct holder h;
    pid_t pid = start_holder(&h);
    ck_locked("nightly");
    ledger_kill(pid);
    ledger_ok(ac_ledger_lock(other, "nightly", err));
}
END_TEST

static bool take_first(void *arg, const struct ac_run_row *run) {
    struct ac_run_row *out = arg;
    *out = *run;
    return false;
}

static struct ac_run_row newest_run(struct ac_ledger *l) {
    struct ac_run_row run = {.id = 0};
    ledger_ok(ac_ledger_runs(l, 1, take_first, &run, err));
    return run;
}

START_TEST(a_run_lives_until_its_process_is_killed) {
    struct holder h;
    pid_t pid = start_holder(&h);
    ck_assert(newest_run(other).is_alive);
    ledger_kill(pid);
    ck_assert(!newest_run(other).is_alive);
    ck_assert_int_eq(newest_run(other).ended_ms, 0);
    ck_assert_int_eq(newest_run(other).exit_code, -1);
}
END_TEST

START_TEST(a_run_lives_until_it_ends) {
    int64_t first, second;
    ledger_ok(ac_ledger_run_begin(ledger_state.l, "import", "", &first, err));
    ledger_ok(ac_ledger_run_begin(ledger_state.l, "import", "", &second, err));
    ck_assert(ac_ledger_is_alive(other, first));
    ck_assert(ac_ledger_is_alive(ledger_state.l, first)); // one's own as well
    ledger_ok(ac_ledger_run_end(ledger_state.l, first, 0, 0, err));
    ck_assert(!ac_ledger_is_alive(other, first));
    ck_assert(ac_ledger_is_alive(other, second));
}
END_TEST

START_TEST(closing_the_ledger_ends_the_life_of_its_runs) {
    int64_t run;
    ledger_ok(ac_ledger_run_begin(ledger_state.l, "import", "", &run, err));
    ledger_close();
    ck_assert(!ac_ledger_is_alive(other, run));
}
END_TEST

START_TEST(where_no_run_ever_was_none_lives) { ck_assert(!ac_ledger_is_alive(other, 1)); }
END_TEST

int main(void) {
    Suite *suite = suite_create("ledger/lock");
    TCase *t = tcase_create("lock");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_lock_is_had_by_one);
    tcase_add_test(t, having_it_already_is_fine);
    tcase_add_test(t, other_names_are_other_locks);
    tcase_add_test(t, unlocking_what_is_not_had_does_nothing);
    tcase_add_test(t, closing_the_ledger_unlocks);
    tcase_add_loop_test(t, any_name_is_a_lock_in_its_folder, 0, AC_N(names));
    tcase_add_test(t, long_names_that_differ_at_the_end_are_two_locks);
    tcase_add_test(t, another_process_that_has_it_is_named);
    tcase_add_test(t, a_killed_process_has_no_lock);
    tcase_add_test(t, a_run_lives_until_its_process_is_killed);
    tcase_add_test(t, a_run_lives_until_it_ends);
    tcase_add_test(t, closing_the_ledger_ends_the_life_of_its_runs);
    tcase_add_test(t, where_no_run_ever_was_none_lives);
    suite_add_tcase(suite, t);
    return ledger_main(suite);
}
