// SPDX-License-Identifier: MIT
// Loads through an org that fails at random behind a bad network: the truth in the end.
#include "sink/sink_kit.h"
#include <check.h>
#include <stdlib.h>

#define N_RECORDS 700u

static struct sink_kit kit;

// A seed's plan: how the batch goes, what happens to which records, how bad the network is.
static const struct {
    int operation;
    uint32_t collections_max;
    uint64_t bulk_max_bytes;
} ways[] = {
    {ACLOAD_UPSERT, 2000, 100000000}, {ACLOAD_UPSERT, 0, 100000000}, {ACLOAD_UPSERT, 0, 15000},
    {ACLOAD_INSERT, 0, 15000},        {ACLOAD_FIND, 0, 15000},
};

static const char *const passing[] = {"UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE",
                                      "TOO_MANY_APEX_REQUESTS"};

static bool is_bad(uint32_t number) { return number % 41 == 7; }

static void plan(uint64_t seed) {
    struct ac_clock_fake chance;
    ac_clock_fake_init(&chance, 0, seed);
    const struct ac_clock *c = &chance.clock;
    kit.remote.chaos = (unsigned)(c->random(c->self) % 20);
    kit.remote.seed = c->random(c->self);
    kit.remote.is_shuffled = c->random(c->self) % 2;
    kit.remote.is_exponent = c->random(c->self) % 2;
    kit.remote.hides_counts = c->random(c->self) % 4 == 0;
    kit.remote.polls_to_end = (int)(c->random(c->self) % 4);
    kit.options.want_results = c->random(c->self) % 2;
    kit.net.order = (enum net_order)(c->random(c->self) % 3);
    kit.net.per_pump = c->random(c->self) % 3;
    if (c->random(c->self) % 3 == 0) {
        kit.remote.fails_after = (int)(c->random(c->self) % N_RECORDS);
        kit.remote.n_failing_jobs = 1 + (int)(c->random(c->self) % 2);
        kit.remote.fail_error = "Timeout : took too long";
    }
    // Enough tries: with fewer a load may end before its time, and that is right, too.
    kit.options.retry.max_attempts = 60;
    kit.options.retry.few_attempts = 20;
    kit.options.retry.budget_ms = INT64_MAX / 4;
    for (uint32_t i = 0; i < N_RECORDS; i++) {
        if (is_bad(i))
            sink_org_refuse(&kit.remote, i, "FIELD_CUSTOM_VALIDATION_EXCEPTION", 0);
        else if (c->random(c->self) % 30 == 0)
            sink_org_refuse(&kit.remote, i, passing[c->random(c->self) % AC_N(passing)],
                            1 + (int)(c->random(c->self) % 3));
    }
}

static void ck_truth(const struct ac_batch *b, int operation) {
    for (uint32_t i = 0; i < N_RECORDS; i++) {
        enum ac_record_state state = ac_batch_state(b, i);
        int n = kit.remote.n_written[i];
        if (is_bad(i)) {
            ck_assert_msg(state == AC_RECORD_REFUSED && n == 0, "bad record %u: %d", i, state);
            ck_assert_str_eq(kit.codes[i], "FIELD_CUSTOM_VALIDATION_EXCEPTION");
            continue;
        }
        ck_assert_msg(state == AC_RECORD_WRITTEN || state == AC_RECORD_CREATED ||
                          state == AC_RECORD_UPDATED,
                      "record %u: %d", i, state);
        bool is_once = operation == ACLOAD_INSERT;
        ck_assert_msg(is_once ? n == 1 : n >= 1, "record %u went in %d times", i, n);
        ck_assert_msg(kit.remote.n_made[i] == 1, "record %u is there %d times", i,
                      kit.remote.n_made[i]);
    }
}

START_TEST(every_record_has_its_true_outcome) {
    size_t way = (size_t)_i % AC_N(ways);
    sink_kit_setup(&kit, ways[way].operation);
    kit.options.collections_max = ways[way].collections_max;
    kit.options.bulk_max_bytes = ways[way].bulk_max_bytes;
    plan((uint64_t)_i);
    struct ac_batch *b = sink_kit_send_numbers(&kit, 0, N_RECORDS);
    enum ac_rc rc = sink_kit_run(&kit);
    ck_assert_msg(rc == AC_END, "seed %d: %s", _i, kit.err.text);
    ck_truth(b, ways[way].operation);
    ck_assert_uint_eq(kit.n_settled, 1);
    sink_kit_teardown(&kit);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("chaos");
    TCase *t = tcase_create("chaos");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, every_record_has_its_true_outcome, 0, 60);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
