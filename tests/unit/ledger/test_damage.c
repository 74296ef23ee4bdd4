// SPDX-License-Identifier: MIT
// A ledger whose file was cut or overwritten: said, never believed, never a crash.
#include "ledger/disk.h"
#include "ledger/story.h"
#include "ledger/version.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096
#define N_REJECTS 300

static struct ac_err *const err = &ledger_state.err;

static off_t size_of(const char *path) {
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    return st.st_size;
}

// A ledger with something in every table, over many pages; closed.
static void setup(void) {
    struct ledger_story story;
    char raw[300];
    ledger_setup();
    ledger_ok(ledger_story_tell(&story, ledger_state.l, LEDGER_N_STEPS, err));
    int64_t in = ledger_input(ledger_state.l, 1, "second.csv");
    memset(raw, 'x', sizeof raw);
    for (uint64_t i = 1; i <= N_REJECTS; i++)
        ledger_reject(ledger_state.l, in, i, "BAD", ac_str_n(raw, sizeof raw));
    int64_t batch = ledger_batch(ledger_state.l, story.run);
    ledger_ok(ac_ledger_batch_job(ledger_state.l, batch, 0, 1, "job", err));
    ledger_close();
}

static bool count_reject(void *arg, const struct ac_reject *r) {
    *(size_t *)arg += r->raw.len != 0;
    return true;
}

static bool pass_run(void *arg, const struct ac_run_row *run) {
    (void)arg;
    (void)run;
    return true;
}

static bool pass_input(void *arg, const struct ac_input_row *in) {
    (void)arg;
    (void)in;
    return true;
}

static bool pass_batch(void *arg, const struct ac_batch_info *b) {
    (void)arg;
    (void)b;
    return true;
}

static void pass_newer(void *arg, const struct ac_version *key, int64_t recorded_ms) {
    (void)arg;
    (void)key;
    (void)recorded_ms;
}

static enum ac_rc ask_all(struct ac_ledger *l) {
    static struct ac_version keys[LEDGER_STORY_KEYS];
    for (uint32_t i = 0; i < LEDGER_STORY_KEYS; i++)
        keys[i] = (struct ac_version){ledger_mix(i), 0, i};
    return ac_ledger_version_newer(l, LEDGER_ORG, LEDGER_OBJECT, keys, LEDGER_STORY_KEYS,
                                   pass_newer, NULL, err);
}

// Everything that reads, up to the first failure.
static enum ac_rc read_all(struct ac_ledger *l) {
    struct ac_totals totals;
    size_t n = 0;
    struct ac_reject_filter filter = {.max = 100000};
    enum ac_rc rc = ac_ledger_totals(l, &totals, err);
    if (rc == AC_OK)
        rc = ac_ledger_runs(l, 100, pass_run, NULL, err);
    if (rc == AC_OK)
        rc = ac_ledger_inputs(l, 0, 100, pass_input, NULL, err);
    if (rc == AC_OK)
        rc = ac_ledger_batches(l, 100, pass_batch, NULL, err);
    if (rc == AC_OK)
        rc = ac_reject_list(l, &filter, count_reject, &n, err);
    return rc == AC_OK ? ask_all(l) : rc;
}

static enum ac_rc write_all(struct ac_ledger *l) {
    struct ledger_story story;
    return ledger_story_tell(&story, l, LEDGER_N_STEPS, err);
}

// Opens, reads and writes what is there. Whatever happens must be said as damage.
static bool is_found_damaged(bool read_only) {
    enum ac_rc rc = ledger_open(&ledger_state.l, read_only);
    if (rc == AC_OK)
        rc = read_all(ledger_state.l);
    if (rc == AC_OK && !read_only)
        rc = write_all(ledger_state.l);
    ledger_close();
    bool is_said = rc == AC_RUN && strcmp(err->code, "LEDGER_DAMAGED") == 0;
    ck_assert_msg(rc == AC_OK || is_said, "%s (%s)", err->text, err->code);
    ac_err_clear(err);
    return is_said;
}

static void overwrite(off_t at, const char *bytes, size_t len) {
    int fd = open(ledger_path("state/ledger.db"), O_RDWR | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(pwrite(fd, bytes, len, at), (ssize_t)len);
    close(fd);
}

START_TEST(an_undamaged_ledger_is_read_and_written) {
    ck_assert(!is_found_damaged(true));
    ck_assert(!is_found_damaged(false));
}
END_TEST

// Each page in turn; pages nobody visits, or of which only rows are lost, may go unnoticed.
static void overwrite_each_page(int fill, bool read_only, double at_least) {
    char path[800];
    snprintf(path, sizeof path, "%s/ledger.db", ledger_state.dir);
    static char whole[4 << 20];
    size_t len = (size_t)size_of(path);
    ck_assert_uint_le(len, sizeof whole);
    FILE *f = fopen(path, "rb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fread(whole, 1, len, f), len);
    fclose(f);
    size_t n_pages = len / PAGE, n_found = 0;
    char junk[PAGE];
    for (size_t i = 0; i < n_pages; i++) {
        for (size_t k = 0; k < PAGE; k++)
            junk[k] = (char)(fill < 0 ? (int)ledger_mix(i * PAGE + k) : fill);
        overwrite((off_t)(i * PAGE), junk, PAGE);
        n_found += is_found_damaged(read_only);
        ck_assert_int_eq(truncate(path, 0), 0);
        overwrite(0, whole, len);
        unlink(ledger_path("state/ledger.db-wal"));
        unlink(ledger_path("state/ledger.db-shm"));
    }
    ck_assert_uint_gt(n_pages, 40);
    ck_assert_double_ge((double)n_found, at_least * (double)n_pages);
}

static const int fills[] = {0, 0xFF, -1};

START_TEST(an_overwritten_page_is_found_by_readers) { overwrite_each_page(fills[_i], true, 0.5); }
END_TEST

START_TEST(an_overwritten_page_is_found_by_writers) { overwrite_each_page(fills[_i], false, 0.5); }
END_TEST

static const double shares[] = {0.02, 0.1, 0.25, 0.5, 0.75, 0.9};

START_TEST(a_cut_file_is_found) {
    const char *path = ledger_path("state/ledger.db");
    off_t len = (off_t)(shares[_i] * (double)size_of(path));
    ck_assert_int_eq(truncate(path, len), 0);
    ck_assert(is_found_damaged(true));
    ck_assert(is_found_damaged(false));
}
END_TEST

START_TEST(a_file_cut_to_nothing_is_a_new_ledger) {
    struct ac_totals t;
    ck_assert_int_eq(truncate(ledger_path("state/ledger.db"), 0), 0);
    ck_assert_int_eq(ledger_open(&ledger_state.l, true), AC_END);
    ledger_ok(ledger_open(&ledger_state.l, false));
    ledger_ok(ac_ledger_totals(ledger_state.l, &t, err));
    ck_assert_uint_eq(t.n_inputs, 0);
}
END_TEST

START_TEST(damage_says_which_file_and_what_to_do) {
    char junk[PAGE * 2];
    memset(junk, 'j', sizeof junk);
    overwrite(0, junk, sizeof junk);
    ck_assert_int_eq(ledger_open(&ledger_state.l, false), AC_RUN);
    ck_assert_int_eq(err->cause, AC_CAUSE_INTERNAL);
    ck_assert_ptr_nonnull(strstr(err->text, ledger_path("state/ledger.db")));
    ck_assert_ptr_nonnull(strstr(err->text, "aside"));
    ck_assert_ptr_nonnull(strstr(err->text, "inserted"));
}
END_TEST

START_TEST(a_torn_log_loses_only_what_was_not_committed) {
    bool is_done = false;
    ledger_disk_reset();
    ledger_ok(ledger_open(&ledger_state.l, false));
    ledger_ok(ac_ledger_file_done(ledger_state.l, "o", "first", err));
    off_t len = size_of(ledger_path("state/ledger.db-wal"));
    ledger_ok(ac_ledger_file_done(ledger_state.l, "o", "second", err));
    ledger_disk.fail_at = 1; // closing does not write the log back
    ledger_close();
    ledger_disk_reset();
    ck_assert_int_eq(truncate(ledger_path("state/ledger.db-wal"), len + 100), 0);
    ledger_ok(ledger_open(&ledger_state.l, false));
    ledger_ok(ac_ledger_file_is_done(ledger_state.l, "o", "first", &is_done, err));
    ck_assert(is_done);
    ledger_ok(ac_ledger_file_is_done(ledger_state.l, "o", "second", &is_done, err));
    ck_assert(!is_done);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("ledger/damage");
    TCase *t = tcase_create("damage");
    tcase_add_checked_fixture(t, setup, ledger_teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, an_undamaged_ledger_is_read_and_written);
    tcase_add_loop_test(t, an_overwritten_page_is_found_by_readers, 0, AC_N(fills));
    tcase_add_loop_test(t, an_overwritten_page_is_found_by_writers, 0, AC_N(fills));
    tcase_add_loop_test(t, a_cut_file_is_found, 0, AC_N(shares));
    tcase_add_test(t, a_file_cut_to_nothing_is_a_new_ledger);
    tcase_add_test(t, damage_says_which_file_and_what_to_do);
    tcase_add_test(t, a_torn_log_loses_only_what_was_not_committed);
    suite_add_tcase(suite, t);
    return ledger_main(suite);
}
