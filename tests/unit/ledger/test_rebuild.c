// SPDX-License-Identifier: MIT
// A ledger moved aside: a new one begins, and inserts stay in doubt until somebody says otherwise.
#include "ledger/state.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct ac_err *const err = &ledger_state.err;

static bool is_there(const char *name) {
    struct stat st;
    return stat(ledger_path(name), &st) == 0;
}

static void overwrite(const char *name, off_t at) {
    int fd = open(ledger_path(name), O_WRONLY);
    ck_assert_int_ge(fd, 0);
    static const char junk[4096] = "no page of a database";
    ck_assert_int_eq(pwrite(fd, junk, sizeof junk, at), sizeof junk);
    close(fd);
}

static void set_aside(char **moved) {
    ledger_ok(ac_ledger_set_aside(ledger_state.dir, &ledger_state.fake.clock, moved, err));
}

START_TEST(a_new_ledger_takes_the_place_of_the_old_one) {
    char *moved = NULL;
    ledger_input(ledger_state.l, 1, "in");
    ledger_close();
    set_aside(&moved);
    ck_assert_ptr_nonnull(strstr(moved, "/lost-2031-02-27"));
    free(moved);
    ck_assert(is_there("state/lost-2031-02-27/ledger.db"));
    ck_assert(is_there("state/lost-2031-02-27/spool"));
    ledger_reopen();
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT count(*) FROM input"), 0);
}
END_TEST

START_TEST(the_new_one_holds_inserts_in_doubt_until_that_ends) {
    char *moved = NULL;
    ck_assert_int_eq(ac_ledger_doubt(ledger_state.l), INT64_MAX);
    ledger_close();
    set_aside(&moved);
    free(moved);
    ledger_state.fake.at_ms += 5000;
    ledger_reopen();
    ck_assert_int_eq(ac_ledger_doubt(ledger_state.l), LEDGER_NOW_MS);
    ledger_ok(ac_ledger_doubt_end(ledger_state.l, err));
    ck_assert_int_eq(ac_ledger_doubt(ledger_state.l), INT64_MAX);
    ledger_ok(ac_ledger_doubt_end(ledger_state.l, err)); // twice does no harm
}
END_TEST

START_TEST(the_older_doubt_stands) {
    ledger_ok(ac_ledger_doubt_begin(ledger_state.l, err));
    ledger_state.fake.at_ms += 5000;
    ledger_ok(ac_ledger_doubt_begin(ledger_state.l, err));
    ck_assert_int_eq(ac_ledger_doubt(ledger_state.l), LEDGER_NOW_MS);
}
END_TEST

START_TEST(a_doubt_that_cannot_be_read_is_as_old_as_can_be) {
    ledger_ok(ac_ledger_doubt_begin(ledger_state.l, err));
    ck_assert_int_eq(truncate(ledger_path("state/inserts-in-doubt"), 3), 0);
    ck_assert_int_eq(ac_ledger_doubt(ledger_state.l), 0);
}
END_TEST

START_TEST(two_on_one_day_have_folders_of_their_own) {
    char *first = NULL, *second = NULL;
    ledger_close();
    set_aside(&first);
    ledger_reopen();
    ledger_close();
    set_aside(&second);
    ck_assert_str_ne(first, second);
    ck_assert(is_there("state/lost-2031-02-27-2/ledger.db"));
    free(first);
    free(second);
}
END_TEST

START_TEST(a_run_at_work_keeps_its_ledger) {
    char *moved = NULL;
    int64_t run;
    ledger_ok(ac_ledger_run_begin(ledger_state.l, "import", "", &run, err));
    ck_assert_int_eq(ac_ledger_set_aside(ledger_state.dir, &ledger_state.fake.clock, &moved, err),
                     AC_AGAIN);
    ck_assert_ptr_null(moved);
    ck_assert(is_there("state/ledger.db"));
    ck_assert_int_eq(ac_ledger_doubt(ledger_state.l), INT64_MAX);
    ac_err_clear(err);
}
END_TEST

START_TEST(a_sound_ledger_is_found_sound) { ledger_ok(ac_ledger_verify(ledger_state.l, err)); }
END_TEST

START_TEST(damage_deep_inside_is_found) {
    for (uint64_t i = 1; i <= 300; i++)
        ledger_input(ledger_state.l, 1, "one name, begun again");
    for (int i = 0; i < 400; i++) {
        char name[40];
        snprintf(name, sizeof name, "input %d", i);
        ledger_input(ledger_state.l, 1, name);
    }
    ledger_close();
    overwrite("state/ledger.db", 4096 * 20);
    ledger_reopen();
    ledger_bad(ac_ledger_verify(ledger_state.l, err), "LEDGER_DAMAGED");
}
END_TEST

// --- a batch whose files are gone ----------------------------------------------------------------

static int64_t sealed(int64_t input, uint64_t row) {
    struct ac_range range = {input, 0, 1, row, row};
    int64_t batch = ledger_batch(ledger_state.l, 1);
    ledger_ok(ac_ledger_batch_seal(ledger_state.l, batch, 1, 10, &range, 1, err));
    return batch;
}

START_TEST(the_inputs_of_a_lost_batch_are_read_again) {
    struct ac_counts counts = {.read = 2};
    uint64_t n_open = 9;
    int64_t in = ledger_input(ledger_state.l, 1, "in"),
            other = ledger_input(ledger_state.l, 1, "x");
    int64_t lost = sealed(in, 1), kept = sealed(in, 2);
    ledger_ok(ac_ledger_input_read(ledger_state.l, in, &counts, "", err));
    ledger_ok(ac_ledger_input_read(ledger_state.l, other, &counts, "", err));
    ledger_ok(ac_ledger_batch_lose(ledger_state.l, lost, err));
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT state FROM input WHERE name = 'in'"),
                     AC_INPUT_OPEN);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT state FROM input WHERE name = 'x'"),
                     AC_INPUT_READ);
    ledger_ok(ac_ledger_ranges_open(ledger_state.l, in, &n_open, err));
    ck_assert_uint_eq(n_open, 1);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT id FROM batch WHERE state < 2"), kept);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("ledger/rebuild");
    TCase *t = tcase_create("rebuild");
    tcase_add_checked_fixture(t, ledger_setup, ledger_teardown);
    tcase_add_test(t, a_new_ledger_takes_the_place_of_the_old_one);
    tcase_add_test(t, the_new_one_holds_inserts_in_doubt_until_that_ends);
    tcase_add_test(t, the_older_doubt_stands);
    tcase_add_test(t, a_doubt_that_cannot_be_read_is_as_old_as_can_be);
    tcase_add_test(t, two_on_one_day_have_folders_of_their_own);
    tcase_add_test(t, a_run_at_work_keeps_its_ledger);
    tcase_add_test(t, a_sound_ledger_is_found_sound);
    tcase_add_test(t, damage_deep_inside_is_found);
    tcase_add_test(t, the_inputs_of_a_lost_batch_are_read_again);
    suite_add_tcase(suite, t);
    return ledger_main(suite);
}
