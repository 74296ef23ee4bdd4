// SPDX-License-Identifier: MIT
// The window on a stream of bytes.
#include "source/window.h"
#include <check.h>

// Gives the letters of an endless alphabet, `step` at a time, `total` in all, then the end.
static struct {
    size_t given, total, step, fail_at;
    unsigned n_reads;
} letters;

static struct ac_window window;
static struct ac_err err;

static enum ac_rc read_letters(void *arg, char *to, size_t max, size_t *n, struct ac_err *e) {
    (void)arg;
    letters.n_reads++;
    if (letters.given >= letters.fail_at)
        return ac_err_set(e, AC_INPUT, AC_CAUSE_INPUT, "BROKEN", "broken");
    *n = letters.total - letters.given;
    if (*n > letters.step)
        *n = letters.step;
    if (*n > max)
        *n = max;
    for (size_t i = 0; i < *n; i++)
        to[i] = (char)('a' + (letters.given + i) % 26);
    letters.given += *n;
    return AC_OK;
}

static void setup(void) {
    memset(&letters, 0, sizeof letters);
    letters.step = letters.fail_at = SIZE_MAX;
    ac_err_clear(&err);
    ac_window_init(&window, (size_t)4 << 20);
}

static void teardown(void) { ac_window_free(&window); }

static enum ac_rc peek(size_t min, ac_str *bytes) {
    return ac_window_peek(&window, min, 0, read_letters, NULL, bytes, &err);
}

static void ck_letters(ac_str bytes, size_t from) {
    bool is_good = true;
    for (size_t i = 0; i < bytes.len; i++)
        is_good &= bytes.ptr[i] == (char)('a' + (from + i) % 26);
    ck_assert(is_good);
}

START_TEST(an_empty_stream_ends_at_once) {
    ac_str bytes;
    ck_assert_int_eq(peek(1, &bytes), AC_END);
    ck_assert_uint_eq(bytes.len, 0);
    ck_assert_ptr_nonnull(bytes.ptr);
    ck_assert_int_eq(peek(100, &bytes), AC_END);
    ck_assert_uint_eq(letters.n_reads, 1);
}
END_TEST

START_TEST(looking_does_not_move) {
    ac_str bytes;
    letters.total = 10;
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(peek(5, &bytes), AC_OK);
        ck_assert_uint_eq(bytes.len, 10);
        ck_letters(bytes, 0);
    }
    ck_assert_uint_eq(letters.n_reads, 1);
    ac_window_take(&window, 3);
    ck_assert_int_eq(peek(7, &bytes), AC_OK);
    ck_letters(bytes, 3);
    ck_assert_int_eq(peek(8, &bytes), AC_END);
    ck_assert_uint_eq(bytes.len, 7);
}
END_TEST

static const size_t steps[] = {1, 2, 3, 7, 1000, 65536, SIZE_MAX};

START_TEST(every_byte_comes_once_in_order) {
    ac_str bytes;
    size_t at = 0;
    letters.total = 20000;
    letters.step = steps[_i];
    for (size_t want = 1; peek(want, &bytes) == AC_OK; want = want * 5 % 701 + 1) {
        ck_letters(bytes, at);
        size_t n = want < bytes.len ? want : bytes.len;
        ac_window_take(&window, n);
        at += n;
    }
    ck_letters(bytes, at);
    ck_assert_uint_eq(at + bytes.len, 20000);
}
END_TEST

START_TEST(a_wish_may_span_many_blocks) {
    ac_str bytes;
    letters.total = (size_t)3 << 20;
    letters.step = 100000;
    ck_assert_int_eq(peek(1, &bytes), AC_OK);
    ac_window_take(&window, 99999);
    ck_assert_int_eq(peek((size_t)2 << 20, &bytes), AC_OK);
    ck_assert_uint_ge(bytes.len, (size_t)2 << 20);
    ck_letters(bytes, 99999);
}
END_TEST

START_TEST(memory_grows_only_as_far_as_it_is_wanted) {
    ac_str bytes;
    letters.total = (size_t)16 << 20;
    while (peek(1000, &bytes) == AC_OK)
        ac_window_take(&window, bytes.len - 999);
    ck_assert_uint_eq(window.cap, AC_WINDOW_BYTES);
}
END_TEST

START_TEST(a_wish_over_the_ceiling_is_refused) {
    ac_str bytes;
    letters.total = (size_t)16 << 20;
    ck_assert_int_eq(peek((size_t)4 << 20, &bytes), AC_OK);
    ck_assert_int_eq(peek(((size_t)4 << 20) + 1, &bytes), AC_INPUT);
    ck_assert_str_eq(err.code, "WINDOW_TOO_SMALL");
    ck_assert_uint_eq(bytes.len, 0);
    ck_assert_int_eq(peek(1, &bytes), AC_OK); // and nothing is lost
    ck_letters(bytes, 0);
    ck_assert_uint_le(window.cap, (size_t)4 << 20);
}
END_TEST

START_TEST(the_first_reads_can_be_short) {
    ac_str bytes;
    letters.total = 100000;
    ck_assert_int_eq(ac_window_peek(&window, 512, 4096, read_letters, NULL, &bytes, &err), AC_OK);
    ck_assert_uint_eq(bytes.len, 4096);
    ck_assert_uint_eq(letters.given, 4096);
}
END_TEST

START_TEST(an_error_keeps_what_came_before) {
    ac_str bytes;
    letters.total = 100;
    letters.step = 10;
    letters.fail_at = 30;
    ck_assert_int_eq(peek(25, &bytes), AC_OK);
    ck_assert_int_eq(peek(31, &bytes), AC_INPUT);
    ck_assert_str_eq(err.code, "BROKEN");
    ck_assert_uint_eq(bytes.len, 0);
    ck_assert_int_eq(peek(30, &bytes), AC_OK);
    ck_letters(bytes, 0);
}
END_TEST

START_TEST(a_reset_begins_another_stream) {
    ac_str bytes;
    letters.total = 5;
    ck_assert_int_eq(peek(9, &bytes), AC_END);
    ac_window_take(&window, 2);
    ac_window_reset(&window);
    letters.given = 0;
    ck_assert_int_eq(peek(5, &bytes), AC_OK);
    ck_letters(bytes, 0);
}
END_TEST

START_TEST(a_small_ceiling_is_a_small_window) {
    ac_str bytes;
    ac_window_init(&window, 600);
    letters.total = 5000;
    ck_assert_int_eq(peek(512, &bytes), AC_OK);
    ck_assert_uint_eq(window.cap, 600);
    ck_assert_int_eq(peek(601, &bytes), AC_INPUT);
}
END_TEST

int main(void) {
    Suite *s = suite_create("source/window");
    TCase *t = tcase_create("window");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, an_empty_stream_ends_at_once);
    tcase_add_test(t, looking_does_not_move);
    tcase_add_loop_test(t, every_byte_comes_once_in_order, 0, (int)AC_N(steps));
    tcase_add_test(t, a_wish_may_span_many_blocks);
    tcase_add_test(t, memory_grows_only_as_far_as_it_is_wanted);
    tcase_add_test(t, a_wish_over_the_ceiling_is_refused);
    tcase_add_test(t, the_first_reads_can_be_short);
    tcase_add_test(t, an_error_keeps_what_came_before);
    tcase_add_test(t, a_reset_begins_another_stream);
    tcase_add_test(t, a_small_ceiling_is_a_small_window);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
