// SPDX-License-Identifier: MIT
// Buffers that grow up to their ceiling.
#include "base/buf.h"
#include <check.h>

static struct ac_buf buf;

static void setup(void) { ac_buf_init(&buf, 1000); }
static void teardown(void) { ac_buf_free(&buf); }

static void ck_buf(const char *text) {
    ck_assert_uint_eq(buf.len, strlen(text));
    ck_assert_str_eq(ac_buf_text(&buf), text);
}

START_TEST(what_is_added_stands_in_order) {
    ck_assert(ac_buf_add(&buf, "abc", 2));
    ck_assert(ac_buf_add_str(&buf, AC_STR("cd")));
    ck_assert(ac_buf_add_str(&buf, AC_STR_NULL));
    ck_assert(ac_buf_add_char(&buf, 'e'));
    ck_assert(ac_buf_printf(&buf, "%d%s", 12, "f"));
    ck_buf("abcde12f");
    ck_assert(ac_str_eq(ac_buf_str(&buf), AC_STR("abcde12f")));
}
END_TEST

START_TEST(an_empty_buffer_is_an_empty_text) {
    ck_assert_str_eq(ac_buf_text(&buf), "");
    ck_assert_uint_eq(buf.len, 0);
}
END_TEST

START_TEST(clearing_keeps_the_memory_freeing_the_ceiling) {
    ck_assert(ac_buf_add(&buf, "abc", 3));
    const char *at = buf.ptr;
    ac_buf_clear(&buf);
    ck_assert(ac_buf_add(&buf, "d", 1));
    ck_assert_ptr_eq(buf.ptr, at);
    ck_buf("d");
    ac_buf_free(&buf);
    ck_assert_ptr_null(buf.ptr);
    ck_assert_uint_eq(buf.max_bytes, 1000);
    ck_assert(ac_buf_add(&buf, "e", 1));
}
END_TEST

static const size_t ceilings[] = {0, 1, 7, 255, 256, 257, 1000};

START_TEST(a_secret_moves_whole_and_stays_one) {
    struct ac_buf b;
    ac_buf_init(&b, 100000);
    b.is_secret = true;
    for (int i = 0; i < 5000; i++)
        ck_assert(ac_buf_printf(&b, "%04d ", i));
    ck_assert_uint_eq(b.len, 25000);
    ck_assert_int_eq(memcmp(b.ptr, "0000 0001 0002 ", 15), 0);
    ck_assert_int_eq(memcmp(b.ptr + 24995, "4999 ", 5), 0);
    ac_buf_free(&b);
    ck_assert(b.is_secret);
    ck_assert_ptr_null(b.ptr);
}
END_TEST

START_TEST(the_ceiling_is_exact) {
    ac_buf_init(&buf, ceilings[_i]);
    for (size_t i = 0; i < ceilings[_i]; i++)
        ck_assert(ac_buf_add_char(&buf, 'x'));
    ck_assert(!buf.is_short);
    ck_assert(!ac_buf_add_char(&buf, 'y'));
    ck_assert(!ac_buf_printf(&buf, "y"));
    ck_assert(!ac_buf_add_json(&buf, AC_STR("")));
    ck_assert(!ac_buf_add_url(&buf, AC_STR("/")));
    ck_assert(!ac_buf_need(&buf, 1));
    ck_assert(ac_buf_need(&buf, 0));
    ck_assert(buf.is_short); // whatever was added since
    ck_assert(ac_buf_add(&buf, "", 0));
    ck_assert_uint_eq(buf.len, ceilings[_i]);
    ck_assert_uint_eq(strlen(ac_buf_text(&buf)), ceilings[_i]); // the NUL may stand past it
    ck_assert(!ac_buf_add_char(&buf, 'y'));
}
END_TEST

START_TEST(plain_text_has_no_control_characters) {
    ac_buf_init(&buf, 100);
    ck_assert(ac_buf_add_plain(&buf, AC_STR("a\033[2J\n\t\x7f\xc2\x9bm\xe9 \xc3\xa9\\")));
    ck_buf("a\\x1b[2J\\n\\t\\x7f\\x9bm\\xe9 \xc3\xa9\\");
}
END_TEST

START_TEST(a_print_may_end_at_the_ceiling) {
    ac_buf_init(&buf, 5);
    ck_assert(ac_buf_printf(&buf, "%s", "12345"));
    ck_buf("12345");
}
END_TEST

START_TEST(a_lowered_ceiling_holds_at_once) {
    ck_assert(ac_buf_add(&buf, "12345678", 8));
    buf.max_bytes = 4;
    ck_assert(!ac_buf_add_char(&buf, '9'));
    ck_assert(!ac_buf_need(&buf, 0));
    ac_buf_clear(&buf);
    ck_assert(ac_buf_add(&buf, "1234", 4));
    ck_assert(!ac_buf_add_char(&buf, '5'));
}
END_TEST

START_TEST(absurd_lengths_are_refused) {
    ck_assert(ac_buf_add(&buf, "abc", 3));
    ck_assert(!ac_buf_need(&buf, SIZE_MAX));
    ck_assert(!ac_buf_need(&buf, SIZE_MAX - 3));
    ck_buf("abc");
}
END_TEST

START_TEST(what_fails_adds_nothing) {
    ac_buf_init(&buf, 10);
    ck_assert(ac_buf_add(&buf, "12345", 5));
    ck_assert(!ac_buf_add(&buf, "abcdef", 6));
    ck_assert(!ac_buf_printf(&buf, "%d", 123456));
    ck_assert(!ac_buf_add_json(&buf, AC_STR("abcd")));
    ck_assert(!ac_buf_add_url(&buf, AC_STR("ab/c")));
    ck_buf("12345");
}
END_TEST

static const struct {
    ac_str in;
    const char *out;
} texts[] = {
    {{"", 0}, "\"\""},
    {{NULL, 0}, "\"\""},
    {{"plain", 5}, "\"plain\""},
    {{"a\"b\\c/d", 7}, "\"a\\\"b\\\\c/d\""},
    {{"\n\r\t", 3}, "\"\\n\\r\\t\""},
    {{"\0\x01\x1f\x7f", 4}, "\"\\u0000\\u0001\\u001f\\u007f\""},
    {{"\xc3\xa4\xf0\x9f\x98\x80", 6}, "\"\xc3\xa4\xf0\x9f\x98\x80\""},
    {{"a\xff"
      "b",
      3},
     "\"a\xef\xbf\xbd"
     "b\""},
    {{"\xc3", 1}, "\"\xef\xbf\xbd\""},
    {{"\xed\xa0\x80\"", 4}, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\\\"\""},
};

START_TEST(a_json_string_is_always_valid) {
    ck_assert(ac_buf_add_json(&buf, texts[_i].in));
    ck_buf(texts[_i].out);
}
END_TEST

static const struct {
    ac_str in;
    const char *out;
} urls[] = {
    {{"AZaz09-._~", 10}, "AZaz09-._~"},
    {{"a b/c?d=e&f+g%", 14}, "a%20b%2Fc%3Fd%3De%26f%2Bg%25"},
    {{"\xc3\xa4\0", 3}, "%C3%A4%00"},
    {{"@[`{", 4}, "%40%5B%60%7B"},
    {{NULL, 0}, ""},
};

START_TEST(all_but_unreserved_characters_are_percent_encoded) {
    ck_assert(ac_buf_add_url(&buf, urls[_i].in));
    ck_buf(urls[_i].out);
}
END_TEST

START_TEST(bytes_are_taken_from_the_front) {
    ck_assert(ac_buf_add(&buf, "abcdef", 6));
    ac_buf_take_front(&buf, 0);
    ck_buf("abcdef");
    ac_buf_take_front(&buf, 2);
    ck_buf("cdef");
    ac_buf_take_front(&buf, 99);
    ck_buf("");
}
END_TEST

int main(void) {
    Suite *s = suite_create("base/buf");
    TCase *t = tcase_create("buf");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, what_is_added_stands_in_order);
    tcase_add_test(t, an_empty_buffer_is_an_empty_text);
    tcase_add_test(t, clearing_keeps_the_memory_freeing_the_ceiling);
    tcase_add_test(t, a_secret_moves_whole_and_stays_one);
    tcase_add_loop_test(t, the_ceiling_is_exact, 0, (int)AC_N(ceilings));
    tcase_add_test(t, plain_text_has_no_control_characters);
    tcase_add_test(t, a_print_may_end_at_the_ceiling);
    tcase_add_test(t, a_lowered_ceiling_holds_at_once);
    tcase_add_test(t, absurd_lengths_are_refused);
    tcase_add_test(t, what_fails_adds_nothing);
    tcase_add_loop_test(t, a_json_string_is_always_valid, 0, (int)AC_N(texts));
    tcase_add_loop_test(t, all_but_unreserved_characters_are_percent_encoded, 0, (int)AC_N(urls));
    tcase_add_test(t, bytes_are_taken_from_the_front);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
