// SPDX-License-Identifier: MIT
// Versions of keys against a plain table of them.
#include "ledger/state.h"
#include "ledger/version.h"
#include <stdio.h>
#include <stdlib.h>

static struct ac_err *const err = &ledger_state.err;

static void put(struct ac_version *keys, size_t n) {
    ledger_ok(ac_ledger_version_put(ledger_state.l, LEDGER_ORG, LEDGER_OBJECT, keys, n, err));
}

static void put_one(uint64_t key, int64_t version_ms) {
    struct ac_version k = {key, version_ms, 0};
    put(&k, 1);
}

struct answers {
    struct ac_version keys[20];
    int64_t recorded_ms[20];
    size_t n;
};

static void answer(void *arg, const struct ac_version *key, int64_t recorded_ms) {
    struct answers *a = arg;
    a->keys[a->n] = *key;
    a->recorded_ms[a->n++] = recorded_ms;
}

static struct answers ask(struct ac_version *keys, size_t n) {
    struct answers a = {.n = 0};
    ledger_ok(ac_ledger_version_newer(ledger_state.l, LEDGER_ORG, LEDGER_OBJECT, keys, n, answer,
                                      &a, err));
    return a;
}

// The version recorded for a key, or INT64_MIN.
static int64_t recorded(uint64_t key) {
    struct ac_version k = {key, INT64_MIN, 0};
    struct answers a = ask(&k, 1);
    return a.n ? a.recorded_ms[0] : INT64_MIN;
}

static int64_t newest(const char *org, const char *object) {
    int64_t out = 0;
    ledger_ok(ac_ledger_version_max(ledger_state.l, org, object, &out, err));
    return out;
}

START_TEST(of_an_object_never_put_nothing_is_newer) {
    ck_assert_int_eq(newest(LEDGER_ORG, LEDGER_OBJECT), INT64_MIN);
    ck_assert_int_eq(recorded(1), INT64_MIN);
}
END_TEST

START_TEST(a_newer_version_is_told_an_equal_or_older_one_is_not) {
    struct ac_version keys[] = {{3, 99, 30}, {1, 100, 10}, {2, 101, 20}, {4, 99, 40}};
    struct ac_version put_keys[] = {{1, 100, 0}, {2, 100, 0}, {3, 100, 0}};
    put(put_keys, 3);
    struct answers a = ask(keys, 4);
    ck_assert_uint_eq(a.n, 1);
    ck_assert_uint_eq(a.keys[0].key_hash, 3);
    ck_assert_int_eq(a.keys[0].version_ms, 99);
    ck_assert_uint_eq(a.keys[0].at, 30);
    ck_assert_int_eq(a.recorded_ms[0], 100);
}
END_TEST

START_TEST(answers_come_by_key_each_once) {
    struct ac_version keys[] = {{9, 1, 0}, {7, 1, 1}, {8, 1, 2}};
    for (int64_t version = 10; version < 15; version++) { // in five runs
        put_one(7, version);
        put_one(9, version + 10);
        put_one(8, version + 20);
    }
    struct answers a = ask(keys, 3);
    ck_assert_uint_eq(a.n, 3);
    ck_assert_uint_eq(a.keys[0].at, 1);
    ck_assert_uint_eq(a.keys[1].at, 2);
    ck_assert_uint_eq(a.keys[2].at, 0);
    ck_assert_int_eq(a.recorded_ms[0], 14);
    ck_assert_int_eq(a.recorded_ms[1], 34);
    ck_assert_int_eq(a.recorded_ms[2], 24);
}
END_TEST

START_TEST(a_key_asked_twice_is_answered_twice) {
    struct ac_version keys[] = {{5, 1, 0}, {5, 20, 1}, {5, 2, 2}};
    put_one(5, 10);
    struct answers a = ask(keys, 3);
    ck_assert_uint_eq(a.n, 2);
}
END_TEST

START_TEST(an_older_version_never_replaces_a_newer_one) {
    put_one(1, 100);
    put_one(1, 50);
    ck_assert_int_eq(recorded(1), 100);
    put_one(1, 150);
    ck_assert_int_eq(recorded(1), 150);
    ck_assert_int_eq(newest(LEDGER_ORG, LEDGER_OBJECT), 150);
}
END_TEST

START_TEST(of_a_key_put_twice_in_one_call_the_highest_version_stays) {
    struct ac_version keys[] = {{1, 5, 0}, {1, 9, 0}, {1, 7, 0}, {2, 9, 0}, {2, 3, 0}};
    put(keys, 5);
    ck_assert_int_eq(recorded(1), 9);
    ck_assert_int_eq(recorded(2), 9);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT n FROM version_run"), 2);
}
END_TEST

START_TEST(the_same_key_across_the_end_of_a_part_stays_one) {
    enum { N = AC_VERSION_PART_KEYS + 10 };
    struct ac_version keys[N];
    for (uint32_t i = 0; i < N; i++)
        keys[i] = (struct ac_version){i, i, i};
    for (uint32_t i = 0; i < 5; i++) // the part's last key, five times more
        keys[AC_VERSION_PART_KEYS + i].key_hash = AC_VERSION_PART_KEYS - 1;
    put(keys, N);
    ck_assert_int_eq(recorded(AC_VERSION_PART_KEYS - 1), AC_VERSION_PART_KEYS + 4);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT n FROM version_run"), N - 5);
}
END_TEST

static const uint64_t edge_keys[] = {0, 1, INT64_MAX, 1ull << 63, UINT64_MAX - 1, UINT64_MAX};
static const int64_t edge_versions[] = {INT64_MIN + 1, -1, 0, INT64_MAX};

START_TEST(keys_and_versions_may_be_any_number) {
    struct ac_version keys[AC_N(edge_keys)];
    int64_t version = edge_versions[_i];
    for (size_t i = 0; i < AC_N(edge_keys); i++)
        keys[i] = (struct ac_version){edge_keys[i], version, 0};
    put(keys, AC_N(edge_keys));
    for (size_t i = 0; i < AC_N(edge_keys); i++)
        ck_assert(recorded(edge_keys[i]) == version);
    ck_assert_int_eq(recorded(2), INT64_MIN);
    ck_assert(newest(LEDGER_ORG, LEDGER_OBJECT) == version);
}
END_TEST

START_TEST(orgs_and_objects_do_not_meet) {
    struct ac_version key = {1, 10, 0};
    put_one(1, 100);
    ledger_ok(ac_ledger_version_put(ledger_state.l, "other", LEDGER_OBJECT, &key, 1, err));
    ledger_ok(ac_ledger_version_put(ledger_state.l, LEDGER_ORG, "B__c", &key, 1, err));
    ck_assert_int_eq(newest("other", LEDGER_OBJECT), 10);
    ck_assert_int_eq(newest(LEDGER_ORG, "B__c"), 10);
    ck_assert_int_eq(recorded(1), 100);
}
END_TEST

START_TEST(nothing_put_or_asked_is_fine) {
    put(NULL, 0);
    ck_assert_uint_eq(ask(NULL, 0).n, 0);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT count(*) FROM object"), 0);
}
END_TEST

START_TEST(versions_are_there_after_reopening) {
    put_one(1, 100);
    ledger_reopen();
    ck_assert_int_eq(recorded(1), 100);
}
END_TEST

static void put_another(void *arg, const struct ac_version *key, int64_t recorded_ms) {
    (void)arg;
    put_one(key->key_hash, recorded_ms + 1);
}

START_TEST(the_callback_may_put) {
    struct ac_version k = {1, 0, 0};
    put_one(1, 100);
    ledger_ok(ac_ledger_version_newer(ledger_state.l, LEDGER_ORG, LEDGER_OBJECT, &k, 1, put_another,
                                      NULL, err));
    ck_assert_int_eq(recorded(1), 101);
}
END_TEST

// --- merging -------------------------------------------------------------------------------------

START_TEST(runs_of_a_level_are_merged_before_they_are_many) {
    for (uint64_t i = 0; i < 500; i++) {
        put_one(ledger_mix(i), (int64_t)i);
        ck_assert_int_lt(ledger_ask(ledger_state.l, "SELECT max(n) FROM (SELECT count(*) AS n FROM"
                                                    " version_run GROUP BY object, level)"),
                         AC_VERSION_FANOUT);
    }
    for (uint64_t i = 0; i < 500; i++)
        ck_assert_int_eq(recorded(ledger_mix(i)), (int64_t)i);
}
END_TEST

START_TEST(merging_leaves_nothing_behind) {
    for (uint64_t i = 0; i < AC_VERSION_FANOUT; i++)
        put_one(1, (int64_t)i);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT count(*) FROM version_run"), 1);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT count(*) FROM version_part"), 1);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT n FROM version_run"), 1);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT newest_ms FROM version_run"), 7);
}
END_TEST

static void put_block(uint64_t first, size_t n, int64_t version_ms) {
    struct ac_version *keys = calloc(n, sizeof *keys);
    ck_assert_ptr_nonnull(keys);
    for (size_t i = 0; i < n; i++)
        keys[i] = (struct ac_version){ledger_mix(first + i), version_ms, 0};
    put(keys, n);
    free(keys);
}

START_TEST(large_runs_rise_through_the_levels_and_then_stay) {
    for (uint64_t i = 0; i < 9; i++)
        put_block(i * 40000, 40000, (int64_t)i); // one level below
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT count(*) FROM version_run"), 2);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT max(n) FROM version_run"), 320000);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT max(level) FROM version_run"),
                     AC_VERSION_LAST_LEVEL);
    for (uint64_t i = 0; i < 9; i++)
        put_block(i * 300000, 300000, 100 + (int64_t)i);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT count(*) FROM version_run"), 11);
    ck_assert_int_eq(recorded(ledger_mix(8 * 300000 + 299999)), 108);
    ck_assert_int_eq(recorded(ledger_mix(299999)), 100);
}
END_TEST

// --- a plain table -------------------------------------------------------------------------------

#define N_KEYS 200000u

struct model {
    int64_t recorded[N_KEYS]; // by number; the key is ledger_mix(number)
    uint64_t chance;
    size_t n_expected, n_told, n_wrong;
};

static uint64_t draw(struct model *m, uint64_t below) { return ledger_mix(m->chance++) % below; }

// A report: some keys, one version; or a mixture, each with a version of its own.
static void put_some(struct model *m, struct ac_version *keys, size_t n, bool is_mixed) {
    int64_t version_ms = 1900000000000 + (int64_t)draw(m, 30000000000);
    for (size_t i = 0; i < n; i++) {
        uint32_t number = (uint32_t)draw(m, N_KEYS / 2) * 2; // odd ones are never put
        int64_t own = is_mixed ? version_ms + (int64_t)draw(m, 86400000) : version_ms;
        keys[i] = (struct ac_version){ledger_mix(number), own, number};
        if (own > m->recorded[number])
            m->recorded[number] = own;
    }
    put(keys, n);
}

static void told(void *arg, const struct ac_version *key, int64_t recorded_ms) {
    struct model *m = arg;
    bool is_right = key->key_hash == ledger_mix(key->at) && recorded_ms == m->recorded[key->at] &&
                    key->version_ms < recorded_ms;
    if (!is_right)
        m->n_wrong++;
    m->n_told++;
}

static void ask_some(struct model *m, struct ac_version *keys, size_t n) {
    m->n_expected = m->n_told = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t number = (uint32_t)draw(m, N_KEYS);
        int64_t version_ms = 1900000000000 + (int64_t)draw(m, 30000000000);
        keys[i] = (struct ac_version){ledger_mix(number), version_ms, number};
        m->n_expected += m->recorded[number] > version_ms;
    }
    ledger_ok(
        ac_ledger_version_newer(ledger_state.l, LEDGER_ORG, LEDGER_OBJECT, keys, n, told, m, err));
    ck_assert_uint_eq(m->n_wrong, 0);
    ck_assert_uint_eq(m->n_told, m->n_expected);
}

START_TEST(versions_agree_with_a_plain_table) {
    enum { MOST = 60000 };
    struct model *m = calloc(1, sizeof *m);
    struct ac_version *keys = calloc(MOST, sizeof *keys);
    ck_assert(m && keys);
    m->chance = (uint64_t)_i << 40;
    for (uint32_t i = 0; i < N_KEYS; i++)
        m->recorded[i] = INT64_MIN;
    for (int round = 0; round < 120; round++) {
        size_t most = draw(m, 10) == 0 ? MOST : draw(m, 3) == 0 ? 5000 : 60;
        put_some(m, keys, 1 + draw(m, most), draw(m, 2) == 0);
        if (round % 10 == 9)
            ask_some(m, keys, MOST);
        if (round % 5 == 4)
            ask_some(m, keys, 1 + draw(m, 50));
    }
    ledger_reopen();
    ask_some(m, keys, MOST);
    free(keys);
    free(m);
}
END_TEST

// --- a million -----------------------------------------------------------------------------------

START_TEST(a_million_keys_are_put_at_once_in_little_memory) {
    enum { N = 1000000 };
    struct ac_version *keys = calloc(N, sizeof *keys);
    ck_assert_ptr_nonnull(keys);
    for (uint32_t i = 0; i < N; i++)
        keys[i] = (struct ac_version){ledger_mix(i), 5, i};
    sqlite3_memory_highwater(1);
    put(keys, N);
    ck_assert_int_lt(sqlite3_memory_highwater(0), (AC_LEDGER_PAGES_KIB + 3072) * 1024);
    ck_assert_int_eq(recorded(ledger_mix(N - 1)), 5);
    ck_assert_int_eq(recorded(ledger_mix(N)), INT64_MIN);
    ledger_close();
    FILE *f = fopen(ledger_path("state/ledger.db"), "rb");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fseek(f, 0, SEEK_END), 0);
    ck_assert_int_lt(ftell(f), N * 9); // little more than the hashes themselves
    fclose(f);
    free(keys);
}
END_TEST

// --- damage --------------------------------------------------------------------------------------

static void harm(const char *sql) {
    ck_assert_msg(sqlite3_exec(ledger_state.l->db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s",
                  sqlite3_errmsg(ledger_state.l->db));
}

static const struct {
    const char *sql;
    uint64_t key; // asked for; 10, 20, 30 were put
} harms[] = {
    {"UPDATE version_part SET body = x'00'", 10},
    {"UPDATE version_part SET body = x''", 10},
    {"UPDATE version_part SET body = zeroblob(length(body))", 10},
    {"UPDATE version_part SET body = zeroblob(100000)", 10},
    {"UPDATE version_part SET run = 2; UPDATE version_run SET id = 2", 10},
    {"UPDATE version_part SET last = last + 1", 31},
};

START_TEST(a_damaged_part_is_said_not_believed) {
    struct ac_version put_keys[] = {{10, 5, 0}, {20, 6, 1}, {30, 5, 2}};
    struct ac_version key = {harms[_i].key, 0, 0};
    struct answers a = {.n = 0};
    put(put_keys, 3);
    harm(harms[_i].sql);
    enum ac_rc rc = ac_ledger_version_newer(ledger_state.l, LEDGER_ORG, LEDGER_OBJECT, &key, 1,
                                            answer, &a, err);
    ck_assert_int_eq(err->cause, AC_CAUSE_INTERNAL);
    ledger_bad(rc, "LEDGER_DAMAGED");
    ck_assert_uint_eq(a.n, 0);
}
END_TEST

START_TEST(a_damaged_part_is_not_merged) {
    put_one(1, 1);
    harm("UPDATE version_part SET body = zeroblob(length(body))");
    for (int64_t i = 1; i + 1 < AC_VERSION_FANOUT; i++)
        put_one(1, i);
    struct ac_version k = {1, 100, 0};
    ledger_bad(ac_ledger_version_put(ledger_state.l, LEDGER_ORG, LEDGER_OBJECT, &k, 1, err),
               "LEDGER_DAMAGED");
    ck_assert_int_eq(newest(LEDGER_ORG, LEDGER_OBJECT), AC_VERSION_FANOUT - 2);
    ck_assert_int_eq(ledger_ask(ledger_state.l, "SELECT count(*) FROM version_run"),
                     AC_VERSION_FANOUT - 1);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("ledger/version");
    TCase *t = tcase_create("version");
    tcase_add_checked_fixture(t, ledger_setup, ledger_teardown);
    tcase_add_test(t, of_an_object_never_put_nothing_is_newer);
    tcase_add_test(t, a_newer_version_is_told_an_equal_or_older_one_is_not);
    tcase_add_test(t, answers_come_by_key_each_once);
    tcase_add_test(t, a_key_asked_twice_is_answered_twice);
    tcase_add_test(t, an_older_version_never_replaces_a_newer_one);
    tcase_add_test(t, of_a_key_put_twice_in_one_call_the_highest_version_stays);
    tcase_add_test(t, the_same_key_across_the_end_of_a_part_stays_one);
    tcase_add_loop_test(t, keys_and_versions_may_be_any_number, 0, AC_N(edge_versions));
    tcase_add_test(t, orgs_and_objects_do_not_meet);
    tcase_add_test(t, nothing_put_or_asked_is_fine);
    tcase_add_test(t, versions_are_there_after_reopening);
    tcase_add_test(t, the_callback_may_put);
    tcase_add_loop_test(t, a_damaged_part_is_said_not_believed, 0, AC_N(harms));
    tcase_add_test(t, a_damaged_part_is_not_merged);
    suite_add_tcase(suite, t);
    t = tcase_create("many");
    tcase_add_checked_fixture(t, ledger_setup, ledger_teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, runs_of_a_level_are_merged_before_they_are_many);
    tcase_add_test(t, merging_leaves_nothing_behind);
    tcase_add_test(t, large_runs_rise_through_the_levels_and_then_stay);
    tcase_add_loop_test(t, versions_agree_with_a_plain_table, 0, 3);
    tcase_add_test(t, a_million_keys_are_put_at_once_in_little_memory);
    suite_add_tcase(suite, t);
    return ledger_main(suite);
}
