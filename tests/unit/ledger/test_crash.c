// SPDX-License-Identifier: MIT
// What is left of an import after it was killed, ran out of disk or lost power.
#include "ledger/disk.h"
#include "ledger/story.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static struct ac_err *const err = &ledger_state.err;

// --- killed between two steps --------------------------------------------------------------------

struct killing {
    int n_steps;
    bool by_signal;
    struct ledger_story *story; // shared with the child
};

static int tell_and_die(void *arg) {
    struct killing *k = arg;
    struct ac_ledger *l = NULL;
    struct ac_err child_err = AC_ERR_INIT;
    if (ac_ledger_open(&l, ledger_state.dir, ledger_live_clock(), false, &child_err) != AC_OK ||
        ledger_story_tell(k->story, l, k->n_steps, &child_err) != AC_OK)
        return 2;
    if (k->by_signal)
        kill(getpid(), SIGKILL);
    _exit(0);
}

static void die_after(int n_steps, bool by_signal) {
    struct ledger_story *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(shared, MAP_FAILED);
    struct killing k = {n_steps, by_signal, shared};
    int expected = by_signal ? -SIGKILL : 0;
    ck_assert_int_eq(ledger_wait(ledger_child(tell_and_die, &k)), expected);
    ck_assert_int_eq(shared->n_done, n_steps);
    ledger_ok(ledger_open(&ledger_state.l, false));
    ledger_story_check(shared, ledger_state.l);
    munmap(shared, sizeof *shared);
}

START_TEST(killed_after_a_step_it_keeps_what_was_promised) { die_after(_i, true); }
END_TEST

START_TEST(gone_without_closing_it_keeps_what_was_promised) { die_after(_i, false); }
END_TEST

START_TEST(rejects_of_an_unsettled_input_die_with_the_process) {
    die_after(LEDGER_STEP_SEALED, true);
    ck_assert_uint_eq(ledger_n_rejects(ledger_state.l), 0);
}
END_TEST

static int begin_group_and_die(void *arg) {
    struct ac_ledger *l = NULL;
    struct ac_err child_err = AC_ERR_INIT;
    if (ac_ledger_open(&l, ledger_state.dir, ledger_live_clock(), false, &child_err) != AC_OK ||
        ac_ledger_group_begin(l, &child_err) != AC_OK ||
        ac_ledger_file_done(l, arg, "abc", &child_err) != AC_OK)
        return 2;
    kill(getpid(), SIGKILL);
    return 3;
}

START_TEST(killed_within_a_group_nothing_of_it_is_left) {
    static char org[] = LEDGER_ORG;
    bool is_done = true;
    ck_assert_int_eq(ledger_wait(ledger_child(begin_group_and_die, org)), -SIGKILL);
    ledger_ok(ledger_open(&ledger_state.l, false));
    ledger_ok(ac_ledger_file_is_done(ledger_state.l, org, "abc", &is_done, err));
    ck_assert(!is_done);
}
END_TEST

// --- the disk fails at its n-th step -------------------------------------------------------------

// Tells the story on a disk that fails at step n, closes, opens again. True when n was reached.
static bool break_at(unsigned n, int code, bool cuts_power) {
    struct ledger_story story = {0};
    ledger_setup_root();
    ledger_disk_reset();
    ledger_disk.fail_at = n;
    ledger_disk.fail_code = code;
    enum ac_rc rc = ledger_open(&ledger_state.l, false);
    if (rc == AC_OK)
        rc = ledger_story_tell(&story, ledger_state.l, LEDGER_N_STEPS, err);
    bool is_reached = ledger_disk.n_steps >= n;
    const char *expected = code == SQLITE_FULL ? "DISK_FULL" : "LEDGER_IO";
    ck_assert_msg(rc == AC_OK || strcmp(err->code, expected) == 0, "step %u: %s (%s)", n, err->text,
                  err->code);
    ck_assert_msg(rc == AC_OK || err->cause == AC_CAUSE_STOP, "step %u", n);
    ac_err_clear(err);
    ledger_close();
    ledger_disk.fail_at = 0;
    if (cuts_power)
        ledger_disk_cut_power();
    ledger_ok(ledger_open(&ledger_state.l, false));
    ledger_story_check(&story, ledger_state.l);
    ledger_teardown();
    return is_reached;
}

static void break_everywhere(int code, bool cuts_power, unsigned stride) {
    unsigned n = 1;
    ledger_teardown();
    while (break_at(n, code, cuts_power))
        n += stride;
    ck_assert_uint_gt(n, 30); // or the layer was not there
    ledger_setup_root();
}

START_TEST(a_disk_that_fills_up_anywhere_takes_nothing_promised) {
    break_everywhere(SQLITE_FULL, false, 3);
}
END_TEST

START_TEST(a_disk_that_breaks_anywhere_takes_nothing_promised) {
    break_everywhere(SQLITE_IOERR_WRITE, false, 3);
}
END_TEST

START_TEST(a_power_cut_anywhere_takes_nothing_promised) {
    break_everywhere(SQLITE_IOERR_WRITE, true, 1);
}
END_TEST

static void cut_power_and_reopen(void) {
    ledger_disk.fail_at = 1; // closing writes nothing more
    ledger_close();
    ledger_disk.fail_at = 0;
    ledger_disk_cut_power();
    ledger_ok(ledger_open(&ledger_state.l, false));
}

static bool is_file_done(const char *hex) {
    bool is_done = false;
    ledger_ok(ac_ledger_file_is_done(ledger_state.l, LEDGER_ORG, hex, &is_done, err));
    return is_done;
}

START_TEST(what_lags_may_be_lost_to_a_power_cut) {
    ledger_ok(ledger_open(&ledger_state.l, false));
    ledger_disk_reset();
    ledger_ok(ac_ledger_file_done(ledger_state.l, LEDGER_ORG, "abc", err));
    cut_power_and_reopen();
    ck_assert(!is_file_done("abc"));
}
END_TEST

START_TEST(what_was_flushed_survives_a_power_cut) {
    ledger_ok(ledger_open(&ledger_state.l, false));
    ledger_disk_reset();
    ledger_ok(ac_ledger_file_done(ledger_state.l, LEDGER_ORG, "abc", err));
    ledger_ok(ac_ledger_flush(ledger_state.l, err));
    ck_assert(!ledger_disk_is_dirty());
    cut_power_and_reopen();
    ck_assert(is_file_done("abc"));
}
END_TEST

START_TEST(a_flush_with_nothing_to_do_does_not_touch_the_disk) {
    ledger_ok(ledger_open(&ledger_state.l, false));
    ledger_ok(ac_ledger_file_done(ledger_state.l, LEDGER_ORG, "abc", err));
    ledger_ok(ac_ledger_flush(ledger_state.l, err));
    ledger_disk_reset();
    ledger_ok(ac_ledger_flush(ledger_state.l, err));
    ck_assert_uint_eq(ledger_disk.n_steps, 0);
}
END_TEST

START_TEST(a_group_waits_for_the_disk_once) {
    struct ac_counts counts = {0};
    ledger_ok(ledger_open(&ledger_state.l, false));
    int64_t inputs[50];
    for (int i = 0; i < 50; i++) {
        char name[16];
        snprintf(name, sizeof name, "in%d", i);
        inputs[i] = ledger_input(ledger_state.l, 1, name);
    }
    ledger_disk_reset();
    ledger_ok(ac_ledger_group_begin(ledger_state.l, err));
    for (int i = 0; i < 50; i++)
        ledger_ok(ac_ledger_input_end(ledger_state.l, inputs[i], AC_INPUT_SETTLED, &counts, "p", "",
                                      err));
    ledger_ok(ac_ledger_group_end(ledger_state.l, AC_OK, err));
    ck_assert_uint_eq(ledger_disk.n_syncs, 1);
}
END_TEST

START_TEST(counters_and_caches_do_not_wait_for_the_disk) {
    struct ac_version key = {1, 2, 3};
    ledger_ok(ledger_open(&ledger_state.l, false));
    ledger_ok(ac_ledger_flush(ledger_state.l, err));
    ledger_disk_reset();
    ledger_input(ledger_state.l, 1, "in");
    ledger_ok(ac_ledger_version_put(ledger_state.l, LEDGER_ORG, LEDGER_OBJECT, &key, 1, err));
    ledger_ok(ac_ledger_file_put(ledger_state.l, "/x", 1, 2, 3, "abc", err));
    ledger_ok(ac_ledger_describe_put(ledger_state.l, LEDGER_ORG, LEDGER_OBJECT, AC_STR("{}"),
                                     AC_STR(""), err));
    ck_assert_uint_eq(ledger_disk.n_syncs, 0);
}
END_TEST

// --- the disk's real limits ----------------------------------------------------------------------

static int fill(void *arg) { // a file may not grow past 300 KB here
    struct rlimit most = {300000, 300000};
    struct ac_ledger *l = NULL;
    struct ac_err child_err = AC_ERR_INIT;
    static char raw[50000];
    (void)arg;
    signal(SIGXFSZ, SIG_IGN);
    memset(raw, 'x', sizeof raw);
    struct ac_reject r = {.input = 1, .line = 1, .raw = ac_str_n(raw, sizeof raw)};
    if (setrlimit(RLIMIT_FSIZE, &most) != 0 ||
        ac_ledger_open(&l, ledger_state.dir, ledger_live_clock(), false, &child_err) != AC_OK)
        return 2;
    enum ac_rc rc = AC_OK;
    for (int i = 0; i < 100 && rc == AC_OK; i++)
        rc = ac_reject_add(l, &r, &child_err);
    if (rc == AC_OK)
        rc = ac_ledger_flush(l, &child_err);
    bool is_full = rc == AC_RUN && strcmp(child_err.code, "DISK_FULL") == 0 &&
                   child_err.cause == AC_CAUSE_STOP &&
                   strstr(child_err.text, ledger_state.dir) != NULL;
    ac_ledger_close(l);
    return is_full ? 0 : 3;
}

START_TEST(a_full_disk_is_said_and_does_no_harm) {
    ledger_ok(ledger_open(&ledger_state.l, false));
    ledger_ok(ac_ledger_file_done(ledger_state.l, LEDGER_ORG, "abc", err));
    ledger_close();
    ck_assert_int_eq(ledger_wait(ledger_child(fill, NULL)), 0);
    ledger_ok(ledger_open(&ledger_state.l, false));
    ck_assert(is_file_done("abc"));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("ledger/crash");
    TCase *t = tcase_create("killed");
    tcase_add_checked_fixture(t, ledger_setup_root, ledger_teardown);
    tcase_add_loop_test(t, killed_after_a_step_it_keeps_what_was_promised, 0, LEDGER_N_STEPS + 1);
    tcase_add_loop_test(t, gone_without_closing_it_keeps_what_was_promised, 0, LEDGER_N_STEPS + 1);
    tcase_add_test(t, rejects_of_an_unsettled_input_die_with_the_process);
    tcase_add_test(t, killed_within_a_group_nothing_of_it_is_left);
    suite_add_tcase(suite, t);
    t = tcase_create("disk");
    tcase_add_checked_fixture(t, ledger_setup_root, ledger_teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_disk_that_fills_up_anywhere_takes_nothing_promised);
    tcase_add_test(t, a_disk_that_breaks_anywhere_takes_nothing_promised);
    tcase_add_test(t, a_power_cut_anywhere_takes_nothing_promised);
    tcase_add_test(t, what_lags_may_be_lost_to_a_power_cut);
    tcase_add_test(t, what_was_flushed_survives_a_power_cut);
    tcase_add_test(t, a_flush_with_nothing_to_do_does_not_touch_the_disk);
    tcase_add_test(t, a_group_waits_for_the_disk_once);
    tcase_add_test(t, counters_and_caches_do_not_wait_for_the_disk);
    tcase_add_test(t, a_full_disk_is_said_and_does_no_harm);
    suite_add_tcase(suite, t);
    return ledger_main(suite);
}
