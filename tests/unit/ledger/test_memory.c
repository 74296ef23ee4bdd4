// SPDX-License-Identifier: MIT
// Memory that SQLite asks for in vain, at every place in turn.
#include "ledger/story.h"

static struct ac_err *const err = &ledger_state.err;

// SQLite's own allocator with a counter before it.
static sqlite3_mem_methods real_methods;
static unsigned n_asked, fail_at; // 0: never

static bool fails(void) { return ++n_asked == fail_at; }

static void *give(int len) { return fails() ? NULL : real_methods.xMalloc(len); }

static void *resize(void *old, int len) { return fails() ? NULL : real_methods.xRealloc(old, len); }

static void install(void) {
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_methods);
    sqlite3_mem_methods methods = real_methods;
    methods.xMalloc = give;
    methods.xRealloc = resize;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}

static bool pass_batch(void *arg, const struct ac_batch_info *b) {
    (void)arg;
    (void)b;
    return true;
}

static bool pass_input(void *arg, const struct ac_input_row *in) {
    (void)arg;
    (void)in;
    return true;
}

static bool pass_reject(void *arg, const struct ac_reject *r) {
    (void)arg;
    (void)r;
    return true;
}

static enum ac_rc read_some(struct ac_ledger *l) {
    struct ac_totals totals;
    struct ac_reject_filter filter = {0};
    enum ac_rc rc = ac_ledger_totals(l, &totals, err);
    if (rc == AC_OK)
        rc = ac_ledger_batches(l, 10, pass_batch, NULL, err);
    if (rc == AC_OK)
        rc = ac_ledger_inputs(l, 0, 10, pass_input, NULL, err);
    return rc == AC_OK ? ac_reject_list(l, &filter, pass_reject, NULL, err) : rc;
}

// Tells the story with the n-th wish unheard. True when that many were uttered.
static bool starve_at(unsigned n) {
    struct ledger_story story = {0};
    ledger_setup_root();
    n_asked = 0;
    fail_at = n;
    enum ac_rc rc = ledger_open(&ledger_state.l, false);
    if (rc == AC_OK)
        rc = ledger_story_tell(&story, ledger_state.l, LEDGER_N_STEPS, err);
    if (rc == AC_OK)
        rc = read_some(ledger_state.l);
    ledger_close();
    bool is_reached = n_asked >= n;
    fail_at = 0;
    // SQLite does without some of it (caches), so all may be well.
    ck_assert_msg(rc == AC_OK || strcmp(err->code, "NO_MEMORY") == 0, "at %u: %s (%s)", n,
                  err->text, err->code);
    ac_err_clear(err);
    ledger_ok(ledger_open(&ledger_state.l, false));
    ledger_story_check(&story, ledger_state.l);
    ledger_teardown();
    return is_reached;
}

// A sample of the places, or it would take minutes.
#define STRIDE 29u

START_TEST(memory_refused_anywhere_takes_nothing_promised) {
    unsigned n = 1 + (unsigned)_i;
    while (starve_at(n))
        n += STRIDE;
    ck_assert_uint_gt(n, 500); // or nobody asked
}
END_TEST

int main(void) {
    install();
    Suite *suite = suite_create("ledger/memory");
    TCase *t = tcase_create("memory");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, memory_refused_anywhere_takes_nothing_promised, 0, 2);
    suite_add_tcase(suite, t);
    return ledger_main(suite);
}
