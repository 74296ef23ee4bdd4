// SPDX-License-Identifier: MIT
// Bump memory.
#include "base/arena.h"
#include <check.h>

static struct ac_arena arena;

static void setup(void) { ac_arena_init(&arena, (size_t)1 << 20); }
static void teardown(void) { ac_arena_free(&arena); }

START_TEST(nothing_is_held_before_the_first_wish) {
    ck_assert_uint_eq(arena.held_bytes, 0);
    ac_arena_reset(&arena);
    ck_assert_ptr_nonnull(ac_arena_alloc(&arena, 1));
}
END_TEST

static const size_t lengths[] = {0, 1, 15, 16, 17, 4095, 4096, 4097, 100000};

START_TEST(memory_is_aligned_apart_and_ours) {
    char *one = ac_arena_alloc(&arena, lengths[_i]), *two = ac_arena_alloc(&arena, lengths[_i]);
    ck_assert_ptr_nonnull(one);
    ck_assert_ptr_nonnull(two);
    ck_assert_uint_eq((uintptr_t)one % 16, 0);
    ck_assert_uint_eq((uintptr_t)two % 16, 0);
    ck_assert_ptr_ne(one, two);
    memset(one, 1, lengths[_i]);
    memset(two, 2, lengths[_i]);
    bool is_good = true;
    for (size_t i = 0; i < lengths[_i]; i++)
        is_good &= one[i] == 1 && two[i] == 2;
    ck_assert(is_good);
}
END_TEST

START_TEST(zeroed_memory_is_zero_after_use) {
    char *one = ac_arena_alloc(&arena, 100);
    memset(one, 'x', 100);
    ac_arena_reset(&arena);
    const char *two = ac_arena_zalloc(&arena, 100);
    ck_assert_ptr_eq(one, two);
    for (size_t i = 0; i < 100; i++)
        ck_assert_int_eq(two[i], 0);
}
END_TEST

START_TEST(a_rewind_gives_the_same_memory_again) {
    ck_assert_ptr_nonnull(ac_arena_alloc(&arena, 100));
    struct ac_arena_mark mark = ac_arena_mark(&arena);
    const char *one = ac_arena_alloc(&arena, 100);
    ck_assert_ptr_nonnull(ac_arena_alloc(&arena, 50000)); // another block
    size_t held = arena.held_bytes;
    ac_arena_rewind(&arena, mark);
    ck_assert_ptr_eq(ac_arena_alloc(&arena, 100), one);
    ck_assert_ptr_nonnull(ac_arena_alloc(&arena, 50000));
    ck_assert_uint_eq(arena.held_bytes, held);
}
END_TEST

START_TEST(a_mark_of_an_empty_arena_rewinds_it_whole) {
    struct ac_arena_mark mark = ac_arena_mark(&arena);
    const void *one = ac_arena_alloc(&arena, 10);
    ac_arena_rewind(&arena, mark);
    ck_assert_ptr_eq(ac_arena_alloc(&arena, 10), one);
}
END_TEST

START_TEST(rows_of_any_size_hold_no_more_in_the_end) {
    for (size_t turn = 0; turn < 3; turn++)
        for (size_t len = 1; len < 200000; len = len * 3 / 2 + 1) {
            ac_arena_reset(&arena);
            ck_assert_ptr_nonnull(ac_arena_alloc(&arena, len));
        }
    size_t held = arena.held_bytes;
    for (size_t turn = 0; turn < 1000; turn++) {
        ac_arena_reset(&arena);
        ck_assert_ptr_nonnull(ac_arena_alloc(&arena, turn * 97 % 150000));
    }
    ck_assert_uint_eq(arena.held_bytes, held);
}
END_TEST

START_TEST(the_ceiling_is_reached_then_held) {
    size_t n = 0;
    while (ac_arena_alloc(&arena, 4096))
        n++;
    ck_assert_uint_ge(n, 200);
    ck_assert_uint_le(n, 256);
    ck_assert_uint_le(arena.held_bytes, arena.max_bytes);
    ac_arena_reset(&arena);
    for (size_t i = 0; i < n; i++)
        ck_assert_ptr_nonnull(ac_arena_alloc(&arena, 4096));
}
END_TEST

static const size_t absurd[] = {((size_t)1 << 20) + 1, SIZE_MAX,      SIZE_MAX - 1,
                                SIZE_MAX - 15,         SIZE_MAX - 16, SIZE_MAX / 2};

START_TEST(an_absurd_wish_is_refused) {
    ck_assert_ptr_null(ac_arena_alloc(&arena, absurd[_i]));
    ck_assert_ptr_null(ac_arena_zalloc(&arena, absurd[_i]));
    ck_assert_ptr_nonnull(ac_arena_alloc(&arena, 16));
}
END_TEST

START_TEST(a_ceiling_of_nothing_gives_nothing) {
    struct ac_arena none;
    ac_arena_init(&none, 0);
    ck_assert_ptr_null(ac_arena_alloc(&none, 1));
    ac_arena_free(&none);
}
END_TEST

START_TEST(a_copy_ends_with_a_nul) {
    const char *copy = ac_arena_copy(&arena, ac_str_n("abcdef", 3));
    ck_assert_str_eq(copy, "abc");
    ck_assert_str_eq(ac_arena_copy(&arena, AC_STR_NULL), "");
}
END_TEST

START_TEST(a_copied_slice_is_null_empty_or_full) {
    ck_assert(ac_str_is_null(ac_arena_copy_str(&arena, AC_STR_NULL)));
    ac_str empty = ac_arena_copy_str(&arena, AC_STR(""));
    ck_assert(!ac_str_is_null(empty));
    ck_assert_uint_eq(empty.len, 0);
    ck_assert(ac_str_eq(ac_arena_copy_str(&arena, AC_STR("a\0b")), AC_STR("a\0b")));
    while (ac_arena_alloc(&arena, 16))
        ;
    ac_str full = ac_arena_copy_str(&arena, AC_STR("text"));
    ck_assert_ptr_null(full.ptr);
    ck_assert_uint_eq(full.len, 4);
}
END_TEST

START_TEST(it_can_be_used_again_when_freed) {
    ck_assert_ptr_nonnull(ac_arena_alloc(&arena, 100));
    ac_arena_free(&arena);
    ck_assert_uint_eq(arena.held_bytes, 0);
    ck_assert_ptr_nonnull(ac_arena_alloc(&arena, 100));
}
END_TEST

int main(void) {
    Suite *s = suite_create("base/arena");
    TCase *t = tcase_create("arena");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, nothing_is_held_before_the_first_wish);
    tcase_add_loop_test(t, memory_is_aligned_apart_and_ours, 0, (int)AC_N(lengths));
    tcase_add_test(t, zeroed_memory_is_zero_after_use);
    tcase_add_test(t, a_rewind_gives_the_same_memory_again);
    tcase_add_test(t, a_mark_of_an_empty_arena_rewinds_it_whole);
    tcase_add_test(t, rows_of_any_size_hold_no_more_in_the_end);
    tcase_add_test(t, the_ceiling_is_reached_then_held);
    tcase_add_loop_test(t, an_absurd_wish_is_refused, 0, (int)AC_N(absurd));
    tcase_add_test(t, a_ceiling_of_nothing_gives_nothing);
    tcase_add_test(t, a_copy_ends_with_a_nul);
    tcase_add_test(t, a_copied_slice_is_null_empty_or_full);
    tcase_add_test(t, it_can_be_used_again_when_freed);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
