// SPDX-License-Identifier: MIT
// One writer at a time, readers always.
#include "ledger/state.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static struct ac_err *const err = &ledger_state.err;

START_TEST(another_writer_is_waited_for_by_the_clock_passed_in_and_then_said) {
    struct ac_ledger *other = NULL;
    ledger_ok(ledger_open(&other, false));
    ledger_ok(ac_ledger_group_begin(other, err));
    enum ac_rc rc = ac_ledger_file_done(ledger_state.l, "o", "h", err);
    ck_assert_int_ge(ledger_state.fake.slept_ms, AC_LEDGER_BUSY_MS);
    ck_assert_int_le(ledger_state.fake.slept_ms, AC_LEDGER_BUSY_MS + 100);
    ck_assert_int_eq(err->cause, AC_CAUSE_STOP);
    ledger_bad(rc, "LEDGER_BUSY");
    ac_ledger_close(other);
    ledger_ok(ac_ledger_file_done(ledger_state.l, "o", "h", err)); // and goes on as if nothing was
}
END_TEST

// Ends another ledger's group when it is slept on for the third time.
struct patient {
    struct ac_clock clock;
    struct ac_ledger *other;
    int n_sleeps;
    struct ac_err err;
};

static void end_at_third(void *self, int64_t ms) {
    struct patient *p = self;
    (void)ms;
    if (++p->n_sleeps == 3)
        ac_ledger_group_end(p->other, AC_OK, &p->err);
}

static int64_t never_later(void *self) {
    (void)self;
    return LEDGER_NOW_MS;
}

static uint64_t no_chance(void *self) {
    (void)self;
    return 0;
}

START_TEST(a_writer_that_is_done_in_time_is_not_noticed) {
    struct patient p = {
        {&p, never_later, never_later, end_at_third, no_chance}, ledger_state.l, 0, AC_ERR_INIT};
    struct ac_ledger *l = NULL;
    ledger_ok(ac_ledger_open(&l, ledger_state.dir, &p.clock, false, err));
    ledger_ok(ac_ledger_group_begin(ledger_state.l, err));
    enum ac_rc rc = ac_ledger_file_done(l, "o", "h", err);
    ac_ledger_close(l);
    ledger_ok(rc);
    ck_assert_int_eq(p.n_sleeps, 3);
    ck_assert_int_eq(p.err.rc, AC_OK);
}
END_TEST

// --- two write, one reads ------------------------------------------------------------------------

#define ROUNDS 150
#define KEYS 300u

// A round settles two inputs in one group, puts versions and adds a reject to each input.
static enum ac_rc write_round(struct ac_ledger *l, uint64_t who, uint64_t i, struct ac_err *e) {
    struct ac_counts counts = {.read = 1, .rejected = 1};
    struct ac_version keys[KEYS];
    enum ac_rc rc = ac_ledger_group_begin(l, e);
    if (rc != AC_OK)
        return rc;
    for (uint64_t k = 0; k < 2 && rc == AC_OK; k++) {
        char name[40];
        snprintf(name, sizeof name, "%d-%d-%d", (int)who, (int)i, (int)k);
        struct ac_input_row in = {.org = LEDGER_ORG, .identity = name, .name = name};
        rc = ac_ledger_input_begin(l, &in, e);
        struct ac_reject r = {.input = in.id, .code = "BAD", .raw = AC_STR("raw")};
        if (rc == AC_OK)
            rc = ac_reject_add(l, &r, e);
        if (rc == AC_OK)
            rc = ac_ledger_input_end(l, in.id, AC_INPUT_SETTLED, &counts, "", "", e);
    }
    for (uint32_t k = 0; k < KEYS; k++)
        keys[k] = (struct ac_version){ledger_mix(who << 32 | i << 16 | k), (int64_t)i, k};
    if (rc == AC_OK)
        rc = ac_ledger_version_put(l, LEDGER_ORG, LEDGER_OBJECT, keys, KEYS, e);
    return ac_ledger_group_end(l, rc, e);
}

static int write_rounds(void *arg) {
    struct ac_ledger *l = NULL;
    struct ac_err e = AC_ERR_INIT;
    enum ac_rc rc = ac_ledger_open(&l, ledger_state.dir, ledger_live_clock(), false, &e);
    for (uint64_t i = 0; i < ROUNDS && rc == AC_OK; i++)
        rc = write_round(l, *(uint64_t *)arg, i, &e);
    ac_ledger_close(l);
    if (rc != AC_OK)
        fprintf(stderr, "%s (%s)\n", e.text, e.code);
    return rc != AC_OK;
}

struct reading {
    uint64_t n_seen, n_looks;
};

static void look(struct ac_ledger *reader, struct reading *r) {
    struct ac_totals t;
    ledger_ok(ac_ledger_totals(reader, &t, err));
    ck_assert_uint_ge(t.n_inputs, r->n_seen); // never goes back
    ck_assert_uint_eq(t.n_inputs % 2, 0);     // a group is seen whole
    ck_assert_uint_eq(t.n_settled, t.n_inputs);
    ck_assert_uint_eq(t.n_rejects, t.n_inputs);
    r->n_seen = t.n_inputs;
    r->n_looks++;
}

START_TEST(two_processes_write_while_one_reads) {
    struct ac_ledger *reader = NULL;
    struct reading r = {0, 0};
    uint64_t who[2] = {1, 2};
    pid_t pids[2];
    int status = 0, n_left = 2, worst = 0;
    for (int i = 0; i < 2; i++)
        pids[i] = ledger_child(write_rounds, &who[i]);
    ledger_ok(ac_ledger_open(&reader, ledger_state.dir, ledger_live_clock(), true, err));
    while (n_left) {
        look(reader, &r);
        pid_t ended = waitpid(-1, &status, WNOHANG);
        ck_assert(ended == 0 || ended == pids[0] || ended == pids[1]);
        if (ended)
            n_left--;
        if (ended)
            worst |= status;
    }
    ck_assert_int_eq(worst, 0);
    look(reader, &r);
    ck_assert_uint_eq(r.n_seen, 2 * 2 * ROUNDS);
    ck_assert_uint_gt(r.n_looks, 10);
    ac_ledger_close(reader);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT sum(n) FROM version_run"),
                     2 * ROUNDS * KEYS);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT count(*) FROM pragma_integrity_check"
                                                " WHERE integrity_check = 'ok'"),
                     1);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("ledger/busy");
    TCase *t = tcase_create("busy");
    tcase_add_checked_fixture(t, ledger_setup, ledger_teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, another_writer_is_waited_for_by_the_clock_passed_in_and_then_said);
    tcase_add_test(t, a_writer_that_is_done_in_time_is_not_noticed);
    tcase_add_test(t, two_processes_write_while_one_reads);
    suite_add_tcase(suite, t);
    return ledger_main(suite);
}
