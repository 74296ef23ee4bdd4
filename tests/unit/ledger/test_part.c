// SPDX-License-Identifier: MIT
// Keys sorted, coded, decoded.
#include "ledger/state.h"
#include "ledger/version.h"
#include <stdlib.h>

static struct ac_buf body;

static void setup(void) { ac_buf_init(&body, 1 << 20); }

static void teardown(void) { ac_buf_free(&body); }

// --- sorting -------------------------------------------------------------------------------------

static uint64_t chance(uint64_t i) { return ledger_mix(i); }
static uint64_t ascending(uint64_t i) { return i; }
static uint64_t descending(uint64_t i) { return UINT64_MAX - i; }
static uint64_t constant(uint64_t i) { return i * 0; }
static uint64_t few(uint64_t i) { return ledger_mix(i) % 7; }
static uint64_t high_bytes(uint64_t i) { return ledger_mix(i) << 48; }
static uint64_t low_byte(uint64_t i) { return 0xAAAAAAAAAAAAAA00u | (ledger_mix(i) & 255); }
static uint64_t edges(uint64_t i) { return i % 3 == 0 ? 0 : i % 3 == 1 ? UINT64_MAX : 1ull << 63; }

static const struct {
    uint64_t (*key)(uint64_t i);
    size_t n;
} orders[] = {
    {chance, 0},     {chance, 1},         {chance, 2},          {chance, 32},
    {chance, 33},    {chance, 255},       {chance, 1000},       {chance, 300000},
    {ascending, 33}, {ascending, 100000}, {descending, 100000}, {constant, 50000},
    {few, 50000},    {high_bytes, 50000}, {low_byte, 50000},    {edges, 50000},
};

START_TEST(keys_are_sorted_and_none_is_lost) {
    size_t n = orders[_i].n;
    struct ac_version *keys = calloc(n + 1, sizeof *keys);
    unsigned char *seen = calloc(n + 1, 1);
    ck_assert(keys && seen);
    for (size_t i = 0; i < n; i++)
        keys[i] = (struct ac_version){orders[_i].key(i), (int64_t)i * 3, (uint32_t)i};
    ac_version_sort(keys, n);
    size_t n_wrong = 0; // each assertion costs check some time
    for (size_t i = 0; i < n; i++) {
        bool is_whole = keys[i].key_hash == orders[_i].key(keys[i].at) &&
                        keys[i].version_ms == (int64_t)keys[i].at * 3;
        n_wrong += !is_whole || seen[keys[i].at]++;
        n_wrong += i > 0 && keys[i - 1].key_hash > keys[i].key_hash;
    }
    ck_assert_uint_eq(n_wrong, 0);
    free(keys);
    free(seen);
}
END_TEST

// --- coding --------------------------------------------------------------------------------------

static int64_t equal_version(uint64_t i) { return (int64_t)i * 0 + 1929999000000; }
static int64_t near_version(uint64_t i) { return 1929999000000 + (int64_t)(ledger_mix(i) % 200); }
static int64_t year_version(uint64_t i) {
    return 1929999000000 - (int64_t)(ledger_mix(i) % 31536000000);
}
static int64_t any_version(uint64_t i) { return (int64_t)ledger_mix(i); }
static int64_t extreme_version(uint64_t i) { return i % 2 ? INT64_MIN : INT64_MAX; }
static int64_t before_1970(uint64_t i) { return -(int64_t)i - 1; }

static const struct {
    int64_t (*version)(uint64_t i);
    size_t n;
    unsigned width;
} codings[] = {
    {equal_version, 1, 0},   {equal_version, AC_VERSION_PART_KEYS, 0},
    {near_version, 1000, 1}, {year_version, AC_VERSION_PART_KEYS, 5},
    {any_version, 2000, 8},  {extreme_version, 2, 8},
    {before_1970, 700, 2},
};

START_TEST(a_part_comes_back_as_it_was) {
    struct ac_version keys[AC_VERSION_PART_KEYS];
    struct ac_part part;
    size_t n = codings[_i].n;
    for (size_t i = 0; i < n; i++)
        keys[i] = (struct ac_version){UINT64_MAX - (n - 1 - i) * 3, codings[_i].version(i), 0};
    ck_assert(ac_part_encode(&body, 42, keys, n));
    ck_assert_uint_eq(body.len, 24 + n * (8 + codings[_i].width));
    ck_assert(ac_part_decode(&part, 42, ac_buf_str(&body)));
    ck_assert_uint_eq(part.n, n);
    size_t n_wrong = 0;
    for (uint32_t i = 0; i < part.n; i++)
        n_wrong += ac_part_key(&part, i) != keys[i].key_hash ||
                   ac_part_version(&part, i) != keys[i].version_ms;
    ck_assert_uint_eq(n_wrong, 0);
}
END_TEST

static void encode_some(size_t n) {
    struct ac_version keys[100];
    for (size_t i = 0; i < n; i++)
        keys[i] = (struct ac_version){i * 10, (int64_t)i, 0};
    ck_assert(ac_part_encode(&body, 42, keys, n));
}

START_TEST(any_changed_byte_of_a_part_is_noticed) {
    struct ac_part part;
    encode_some(20);
    for (size_t i = 0; i < body.len; i++) {
        body.ptr[i] = (char)(body.ptr[i] ^ 0x10);
        ck_assert_msg(!ac_part_decode(&part, 42, ac_buf_str(&body)), "byte %zu", i);
        body.ptr[i] = (char)(body.ptr[i] ^ 0x10);
    }
    ck_assert(ac_part_decode(&part, 42, ac_buf_str(&body)));
}
END_TEST

START_TEST(a_part_of_another_length_is_damaged) {
    struct ac_part part;
    encode_some(20);
    for (size_t len = 0; len < body.len; len++)
        ck_assert(!ac_part_decode(&part, 42, ac_str_n(body.ptr, len)));
    ck_assert(ac_buf_add_char(&body, '\0'));
    ck_assert(!ac_part_decode(&part, 42, ac_buf_str(&body)));
    ck_assert(!ac_part_decode(&part, 42, AC_STR_NULL));
}
END_TEST

START_TEST(a_part_of_another_run_is_damaged) {
    struct ac_part part;
    encode_some(20);
    ck_assert(!ac_part_decode(&part, 43, ac_buf_str(&body)));
}
END_TEST

static const struct {
    uint64_t key;
    uint32_t from, found;
} searches[] = {{0, 0, 0},    {1, 0, 1},     {10, 0, 1},  {95, 0, 10},
                {190, 0, 19}, {191, 0, 20},  {0, 5, 5},   {50, 5, 5},
                {51, 5, 6},   {190, 19, 19}, {0, 20, 20}, {UINT64_MAX, 0, 20}};

START_TEST(a_key_is_found_from_where_one_stands) {
    struct ac_part part;
    encode_some(20); // 0, 10, ... 190
    ck_assert(ac_part_decode(&part, 42, ac_buf_str(&body)));
    ck_assert_uint_eq(ac_part_find(&part, searches[_i].from, searches[_i].key), searches[_i].found);
}
END_TEST

START_TEST(a_part_that_memory_cannot_take_is_not_coded) {
    struct ac_version key = {1, 2, 3};
    struct ac_buf small;
    ac_buf_init(&small, 10);
    ck_assert(!ac_part_encode(&small, 1, &key, 1));
    ac_buf_free(&small);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("ledger/part");
    TCase *t = tcase_create("part");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, keys_are_sorted_and_none_is_lost, 0, AC_N(orders));
    tcase_add_loop_test(t, a_part_comes_back_as_it_was, 0, AC_N(codings));
    tcase_add_test(t, any_changed_byte_of_a_part_is_noticed);
    tcase_add_test(t, a_part_of_another_length_is_damaged);
    tcase_add_test(t, a_part_of_another_run_is_damaged);
    tcase_add_loop_test(t, a_key_is_found_from_where_one_stands, 0, AC_N(searches));
    tcase_add_test(t, a_part_that_memory_cannot_take_is_not_coded);
    suite_add_tcase(suite, t);
    return ledger_main(suite);
}
