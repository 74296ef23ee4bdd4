// SPDX-License-Identifier: MIT
// The keys of an input, against a naive list of them.
#include "base/clock.h"
#include "batch/batch_kit.h"
#include "batch/keys.h"
#include <check.h>
#include <stdlib.h>

static struct batch_kit kit; // for its folder
static struct ac_keys *keys;
static struct ac_err err;

static void setup(void) {
    batch_kit_setup(&kit, 1, ACLOAD_UPSERT);
    err = (struct ac_err)AC_ERR_INIT;
}

static void teardown(void) {
    ac_keys_free(keys);
    keys = NULL;
    batch_kit_teardown(&kit);
}

static void open_keys(size_t max_memory_bytes) {
    ck_assert_int_eq(ac_keys_new(&keys, kit.dir, max_memory_bytes, &err), AC_OK);
}

static enum ac_key_seen note(uint64_t key, uint32_t content, uint32_t ordinal, uint32_t *earlier) {
    enum ac_key_seen seen = AC_KEY_NEW;
    ck_assert_int_eq(ac_keys_note(keys, key, content, ordinal, &seen, earlier, &err), AC_OK);
    return seen;
}

// --- the naive model: every possible key has its place -------------------------------------------

#define N_KEYS 5000u

struct model {
    bool is_there[N_KEYS];
    uint32_t contents[N_KEYS], ordinals[N_KEYS];
};

// The hash a caller would give: of the number, or the number itself.
static uint64_t hash_of(uint32_t number, bool is_plain) {
    return is_plain ? number : ac_str_hash(ac_str_n((const char *)&number, sizeof number), 0);
}

static const struct {
    size_t max_memory_bytes;
    bool is_plain;
    uint64_t seed;
} models[] = {
    {64, false, 1},     {1024, false, 2},  {1024, true, 3},    {4096, false, 4},
    {4096, true, 5},    {65536, false, 6}, {65536, true, 7},   {1 << 20, false, 8},
    {1 << 20, true, 9}, {64, true, 10},    {16384, false, 11}, {16384, true, 12},
};

static void ck_one(struct model *m, const struct ac_clock *clock, uint32_t ordinal, bool is_plain) {
    uint32_t number = (uint32_t)(clock->random(clock->self) % N_KEYS), earlier = UINT32_MAX;
    uint32_t content = (uint32_t)(clock->random(clock->self) % 3);
    uint64_t hash = hash_of(number, is_plain);
    if (clock->random(clock->self) % 16 == 0) {
        ck_assert_int_eq(ac_keys_replace(keys, hash, content, ordinal, &err), AC_OK);
        m->is_there[number] = true;
        m->contents[number] = content;
        m->ordinals[number] = ordinal;
        return;
    }
    enum ac_key_seen seen = note(hash, content, ordinal, &earlier);
    if (!m->is_there[number]) {
        ck_assert_int_eq(seen, AC_KEY_NEW);
        m->is_there[number] = true;
        m->contents[number] = content;
        m->ordinals[number] = ordinal;
        return;
    }
    ck_assert_int_eq(seen, content == m->contents[number] ? AC_KEY_SAME : AC_KEY_DIFFERENT);
    ck_assert_uint_eq(earlier, m->ordinals[number]);
}

START_TEST(keys_are_seen_as_a_naive_list_sees_them) {
    struct model *m = calloc(1, sizeof *m);
    struct ac_clock_fake chance;
    ck_assert_ptr_nonnull(m);
    ac_clock_fake_init(&chance, 0, models[_i].seed);
    open_keys(models[_i].max_memory_bytes);
    for (uint32_t i = 0; i < 3 * N_KEYS; i++)
        ck_one(m, &chance.clock, i, models[_i].is_plain);
    free(m);
}
END_TEST

START_TEST(cleared_keys_are_new_again) {
    uint32_t earlier;
    open_keys(models[_i].max_memory_bytes);
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t i = 0; i < 1500; i++)
            ck_assert_int_eq(note(hash_of(i, models[_i].is_plain), 1, i, &earlier), AC_KEY_NEW);
        ck_assert_int_eq(note(hash_of(1499, models[_i].is_plain), 1, 0, &earlier), AC_KEY_SAME);
        ac_keys_clear(keys);
    }
}
END_TEST

// --- single keys ---------------------------------------------------------------------------------

static const uint64_t hashes[] = {
    0, 1, UINT64_MAX, UINT64_MAX - 1, 0x8000000000000000u, 0x61C8864680B583EBu};

START_TEST(any_hash_is_a_key) {
    uint32_t earlier = 0;
    open_keys(1 << 16);
    ck_assert_int_eq(note(hashes[_i], 7, 0, &earlier), AC_KEY_NEW);
    ck_assert_int_eq(note(hashes[_i], 7, 1, &earlier), AC_KEY_SAME);
    ck_assert_uint_eq(earlier, 0);
    ck_assert_int_eq(note(hashes[_i], 8, 2, &earlier), AC_KEY_DIFFERENT);
    ck_assert_uint_eq(earlier, 0);
}
END_TEST

// The hash that the table mixes into that one (the inverse of splitmix64's finaliser).
static uint64_t unmixed(uint64_t hash) {
    hash = (hash ^ hash >> 31 ^ hash >> 62) * 0x319642B2D24D8EC3u;
    hash = (hash ^ hash >> 27 ^ hash >> 54) * 0x96DE1B173F119089u;
    return (hash ^ hash >> 30 ^ hash >> 60) - 0x9E3779B97F4A7C15u;
}

// As nobody's hashes are: all want the same place, the first or the last one.
START_TEST(keys_that_crowd_at_one_place_are_found) {
    uint64_t base = _i % 2 ? 0 : 0xFFFFFFFF00000000u;
    uint32_t earlier = 0;
    open_keys(_i / 2 ? 1 << 20 : 1 << 14);
    for (uint32_t i = 0; i < 3000; i++)
        ck_assert_int_eq(note(unmixed(base + i), 7, i, &earlier), AC_KEY_NEW);
    for (uint32_t i = 0; i < 3000; i++) {
        ck_assert_int_eq(note(unmixed(base + i), 7, 9999, &earlier), AC_KEY_SAME);
        ck_assert_uint_eq(earlier, i);
    }
}
END_TEST

START_TEST(a_replaced_key_has_the_new_ordinal_and_content) {
    uint32_t earlier = 0;
    open_keys(1 << 16);
    note(5, 7, 0, &earlier);
    ck_assert_int_eq(ac_keys_replace(keys, 5, 8, 3, &err), AC_OK);
    ck_assert_int_eq(note(5, 8, 4, &earlier), AC_KEY_SAME);
    ck_assert_uint_eq(earlier, 3);
}
END_TEST

START_TEST(a_key_on_disk_can_be_replaced) {
    uint32_t earlier = 0;
    open_keys(1024);
    for (uint32_t i = 0; i < 1000; i++)
        note(i, 1, i, &earlier);
    ck_assert_int_eq(ac_keys_replace(keys, 3, 2, 5000, &err), AC_OK);
    for (uint32_t i = 2000; i < 6000; i++) // merged several times
        note(i, 1, i, &earlier);
    ck_assert_int_eq(note(3, 2, 9000, &earlier), AC_KEY_SAME);
    ck_assert_uint_eq(earlier, 5000);
}
END_TEST

START_TEST(the_last_ordinal_is_too_many) {
    enum ac_key_seen seen;
    uint32_t earlier;
    open_keys(1024);
    ck_assert_int_eq(ac_keys_note(keys, 1, 1, UINT32_MAX, &seen, &earlier, &err), AC_RUN);
    ck_assert_int_eq(err.cause, AC_CAUSE_STOP);
}
END_TEST

START_TEST(a_full_disk_stops_the_run_with_advice) {
    enum ac_rc rc = AC_OK;
    enum ac_key_seen seen;
    uint32_t earlier;
    open_keys(16384);
    batch_kit_fill_disk(32 * 1024);
    for (uint32_t i = 0; i < 100000 && rc == AC_OK; i++)
        rc = ac_keys_note(keys, i, 1, i, &seen, &earlier, &err);
    batch_kit_empty_disk();
    ck_assert_int_eq(rc, AC_RUN);
    ck_assert_int_eq(err.cause, AC_CAUSE_STOP);
    ck_assert_str_eq(err.code, "DISK_FULL");
}
END_TEST

START_TEST(a_missing_folder_shows_when_it_is_needed) {
    enum ac_rc rc = AC_OK;
    enum ac_key_seen seen;
    uint32_t earlier;
    ck_assert_int_eq(ac_keys_new(&keys, "/nowhere/at/all", 1024, &err), AC_OK);
    for (uint32_t i = 0; i < 1000 && rc == AC_OK; i++)
        rc = ac_keys_note(keys, i, 1, i, &seen, &earlier, &err);
    ck_assert_int_eq(rc, AC_RUN);
    ck_assert_int_eq(err.cause, AC_CAUSE_STOP);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("keys");
    TCase *t = tcase_create("keys");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, keys_are_seen_as_a_naive_list_sees_them, 0, (int)AC_N(models));
    tcase_add_loop_test(t, cleared_keys_are_new_again, 0, (int)AC_N(models));
    tcase_add_loop_test(t, any_hash_is_a_key, 0, (int)AC_N(hashes));
    tcase_add_loop_test(t, keys_that_crowd_at_one_place_are_found, 0, 4);
    tcase_add_test(t, a_replaced_key_has_the_new_ordinal_and_content);
    tcase_add_test(t, a_key_on_disk_can_be_replaced);
    tcase_add_test(t, the_last_ordinal_is_too_many);
    tcase_add_test(t, a_full_disk_stops_the_run_with_advice);
    tcase_add_test(t, a_missing_folder_shows_when_it_is_needed);
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
