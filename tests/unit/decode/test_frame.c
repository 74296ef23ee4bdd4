// SPDX-License-Identifier: MIT
// Values cut out of windows of text, with their places.
#include "decode/frame.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_DEPTH 16u

static const struct ac_text plain = {.kind = AC_TEXT_UTF8};

// --- the end of one value ------------------------------------------------------------------------

static const struct one {
    const char *text;
    enum ac_scan_end end;
    size_t at;
} ones[] = {
    {"{}", AC_SCAN_CLOSED, 2},
    {"[]x", AC_SCAN_CLOSED, 2},
    {"\"x\\\"y\"z", AC_SCAN_CLOSED, 6},
    {"{\"a\":[{\"b\":{}},{}]}{", AC_SCAN_CLOSED, 19},
    {"{\"a\":\"}]\\\\\"}", AC_SCAN_CLOSED, 12},
    {"{\"a\" \n:\t\"x\" , \"b\":1}", AC_SCAN_CLOSED, 20},
    {"{\"a\":\"0123456789abcdef}0123456789\"}", AC_SCAN_CLOSED, 35},
    {"{\"a\":", AC_SCAN_MORE, 5},
    {"{\"a\":\"x", AC_SCAN_MORE, 7},
    {"{\"a\":\"x\\", AC_SCAN_MORE, 8},
    {"{\"a\":\"x\" ", AC_SCAN_MORE, 9},
    {"{\"a\":\"x\"y", AC_SCAN_QUOTE, 8},
    {"{\"a\":\"x\"\"", AC_SCAN_QUOTE, 8},
    {"{\"a\"{", AC_SCAN_QUOTE, 4},
    {"{\"a\":\"x\ny", AC_SCAN_NEWLINE, 7},
    {"{\"a\":\"x\\\ry", AC_SCAN_NEWLINE, 8},
    {"{\"a\":\"0123456789abcdef\nx", AC_SCAN_NEWLINE, 22},
    {"{{", AC_SCAN_OPEN, 1},
    {"{\"a\":1,{", AC_SCAN_OPEN, 7},
    {"{\"a\":1 \n {", AC_SCAN_OPEN, 9},
    {"{\"a\":[1 {", AC_SCAN_OPEN, 8},
    {"{\"a\":[{},{}]{", AC_SCAN_OPEN, 12},
    {"{\"a\":1]", AC_SCAN_MISMATCH, 6},
    {"[1}", AC_SCAN_MISMATCH, 2},
    {"[[[[[[[[[[[[[[[[[[{]}]]]]]]]]]]]]]]]]]]", AC_SCAN_CLOSED, 38}, // too deep to be told
};

START_TEST(a_scan_ends_where_the_value_does) {
    const struct one *one = &ones[_i];
    struct ac_scan scan;
    ac_scan_init(&scan, MAX_DEPTH);
    ck_assert_int_eq(ac_scan_run(&scan, ac_str_of(one->text)), one->end);
    ck_assert_uint_eq(scan.at, one->at);
}
END_TEST

START_TEST(a_scan_goes_on_where_the_text_ended) {
    const struct one *one = &ones[_i];
    size_t len = strlen(one->text);
    struct ac_scan scan;
    enum ac_scan_end end = AC_SCAN_MORE;
    ac_scan_init(&scan, MAX_DEPTH);
    for (size_t n = 1; n <= len && end == AC_SCAN_MORE; n++)
        end = ac_scan_run(&scan, ac_str_n(one->text, n));
    ck_assert_int_eq(end, one->end);
    ck_assert_uint_eq(scan.at, one->at);
}
END_TEST

START_TEST(a_scan_goes_on_without_what_it_has_seen) {
    const struct one *one = &ones[_i];
    size_t len = strlen(one->text), n_gone = 0;
    struct ac_scan scan;
    enum ac_scan_end end = AC_SCAN_MORE;
    ac_scan_init(&scan, MAX_DEPTH);
    while (n_gone < len && end == AC_SCAN_MORE) {
        char *byte = malloc(1); // alone: a look beside it is found out
        *byte = one->text[n_gone];
        end = ac_scan_run(&scan, ac_str_n(byte, 1));
        n_gone += scan.at;
        ac_scan_forget(&scan, byte, scan.at);
        free(byte);
    }
    ck_assert_int_eq(end, one->end);
    ck_assert_uint_eq(n_gone, one->at);
}
END_TEST

START_TEST(depth_is_told_and_followed) {
    struct ac_scan scan;
    ac_scan_init(&scan, 3);
    ck_assert_int_eq(ac_scan_run(&scan, AC_STR("{\"a\":[[]]}")), AC_SCAN_CLOSED);
    ck_assert(!scan.is_deep);
    ac_scan_init(&scan, 3);
    ck_assert_int_eq(ac_scan_run(&scan, AC_STR("{\"a\":[[[]]]}")), AC_SCAN_CLOSED);
    ck_assert(scan.is_deep);
}
END_TEST

// --- pieces of windows ---------------------------------------------------------------------------

static struct ac_frame frame;
static struct ac_frame_piece piece;

static void setup(void) { ac_frame_init(&frame, &plain, 100, MAX_DEPTH); }
static void teardown(void) { ac_frame_free(&frame); }

static enum ac_frame_kind next(const char *window, bool is_last) {
    enum ac_frame_kind kind;
    ck_assert(ac_frame_next(&frame, ac_str_of(window), is_last, &piece, &kind));
    return kind;
}

static void ck_text(const char *text) {
    ck_assert_msg(ac_str_eq(piece.text, ac_str_of(text)), "%.*s", AC_STR_ARG(piece.text));
}

START_TEST(a_value_is_lent_from_the_window) {
    const char *window = " {\"a\":1}\n{\"b\":2}";
    ck_assert_int_eq(next(window, false), AC_FRAME_VALUE);
    ck_text("{\"a\":1}");
    ck_assert_ptr_eq(piece.text.ptr, window + 1);
    ck_assert_uint_eq(piece.used, 8);
}
END_TEST

START_TEST(a_value_waits_for_what_follows_it) {
    ck_assert_int_eq(next("{\"a\":1}", false), AC_FRAME_MORE);
    ck_assert_uint_eq(piece.used, 0);
    ck_assert_int_eq(next("{\"a\":1}\n", false), AC_FRAME_MORE);
    ck_assert_int_eq(next("{\"a\":1}\n", true), AC_FRAME_VALUE);
}
END_TEST

START_TEST(blanks_are_done_with_at_once) {
    ck_assert_int_eq(next(" \n\t", false), AC_FRAME_MORE);
    ck_assert_uint_eq(piece.used, 3);
    ck_assert_int_eq(next("", true), AC_FRAME_END);
    ck_assert_int_eq(next("", true), AC_FRAME_END);
}
END_TEST

START_TEST(a_value_has_its_line_byte_and_column) {
    ck_assert_int_eq(next("\r\n\r  {\"a\":1}", true), AC_FRAME_VALUE);
    ck_assert_uint_eq(piece.line, 3);
    ck_assert_uint_eq(piece.byte, 5);
    ck_assert_uint_eq(piece.column, 3);
}
END_TEST

START_TEST(a_line_end_cut_in_two_is_one) {
    ck_assert_int_eq(next("\r", false), AC_FRAME_MORE);
    ck_assert_int_eq(next("\n\n{\"a\":1}", true), AC_FRAME_VALUE);
    ck_assert_uint_eq(piece.line, 3);
    ck_assert_uint_eq(piece.column, 1);
}
END_TEST

START_TEST(columns_go_on_along_a_line) {
    ck_assert_int_eq(next("\n{\"a\":1}{\"b\":2}", true), AC_FRAME_VALUE);
    ck_assert_int_eq(next("{\"b\":2}", true), AC_FRAME_VALUE);
    ck_assert_uint_eq(piece.line, 2);
    ck_assert_uint_eq(piece.column, 8);
    ck_assert_uint_eq(piece.byte, 8);
}
END_TEST

START_TEST(places_are_of_the_member_in_utf16) {
    struct ac_text text = {.kind = AC_TEXT_UTF16LE, .mark_bytes = 2};
    ac_frame_init(&frame, &text, 100, MAX_DEPTH);
    ck_assert_int_eq(next("\u00e9\n{\"a\":\"\U0001f600\"}x", true), AC_FRAME_BROKEN);
    ck_assert_uint_eq(piece.byte, 2);
    ck_assert_uint_eq(piece.len, 2);
    ck_assert_int_eq(next("{\"a\":\"\U0001f600\"}x", true), AC_FRAME_VALUE);
    ck_assert_uint_eq(piece.byte, 6);
    ck_assert_int_eq(next("x", true), AC_FRAME_BROKEN);
    ck_assert_uint_eq(piece.byte, 6 + 2 * 9 + 2);
}
END_TEST

START_TEST(a_broken_range_has_its_text_without_the_blanks_behind) {
    ck_assert_int_eq(next("{\"a\":1\n \n{\"b\":2}", true), AC_FRAME_BROKEN);
    ck_text("{\"a\":1");
    ck_assert_uint_eq(piece.len, 6);
    ck_assert_uint_eq(piece.used, 9);
    ck_assert_str_eq(piece.code, "BAD_JSON");
}
END_TEST

START_TEST(a_broken_range_is_used_up_as_it_comes) {
    ck_assert_int_eq(next("oops ", false), AC_FRAME_MORE);
    ck_assert_uint_eq(piece.used, 5);
    ck_assert_int_eq(next(" oops", true), AC_FRAME_BROKEN);
    ck_text("oops  oops");
    ck_assert_uint_eq(piece.len, 10);
}
END_TEST

START_TEST(a_long_value_keeps_its_beginning_without_a_cut_character) {
    char window[300] = "{\"a\":\"xxx";
    size_t at = strlen(window);
    for (; at < 202; at += 2)
        memcpy(window + at, "\u00e9", 3);
    snprintf(window + at, sizeof window - at, "\"}{\"b\":1}");
    ck_assert_int_eq(next(window, true), AC_FRAME_BROKEN);
    ck_assert_str_eq(piece.code, "ROW_TOO_LONG");
    ck_assert_uint_eq(piece.len, at + 2);
    ck_assert_uint_eq(piece.text.len, 99); // the ceiling is 100
    ck_assert_uint_eq(ac_str_utf8_bad(piece.text), 99);
    ck_assert_int_eq(next(window + piece.used, true), AC_FRAME_VALUE);
}
END_TEST

START_TEST(a_stop_is_told_with_its_place) {
    ck_assert_int_eq(next("{\n \"a\":\"b\"\n \"c\"}", true), AC_FRAME_BROKEN);
    ck_assert_str_eq(piece.why, "has a quote too many or too few before line 3, column 2");
    ck_assert_uint_eq(piece.line, 1);
}
END_TEST

START_TEST(an_array_without_its_end_is_told) {
    ck_assert_int_eq(next("[{\"a\":1}\n", true), AC_FRAME_VALUE);
    ck_assert_int_eq(next("\n", true), AC_FRAME_BROKEN);
    ck_assert_str_eq(piece.code, "UNCLOSED_ARRAY");
    ck_assert_uint_eq(piece.len, 0);
    ck_assert(piece.text.ptr && !piece.text.len);
    ck_assert_int_eq(next("", true), AC_FRAME_END);
}
END_TEST

// --- the next beginning --------------------------------------------------------------------------

// The values and broken ranges of a text, one letter each: what the value's "v" is, or '!'.
static void ck_pieces(const char *text, const char *want) {
    char got[64] = "";
    size_t n = 0;
    for (enum ac_frame_kind kind = AC_FRAME_MORE; kind != AC_FRAME_END && n < sizeof got - 1;) {
        kind = next(text, true);
        text += piece.used;
        if (kind == AC_FRAME_VALUE)
            got[n++] = piece.text.ptr[piece.text.len - 2];
        else if (kind == AC_FRAME_BROKEN)
            got[n++] = '!';
    }
    ck_assert_str_eq(got, want);
}

static const struct damage {
    const char *text, *want;
} damages[] = {
    // an object that begins a line begins a value
    {"{\"v\":\n{\"v\":2}\n{\"v\":3}", "!23"},
    {"{\"a\":{\"b\":\"\n{\"v\":2}", "!2"},
    {"[\n  {\"v\":[1,\n  {\"v\":2},\n  {\"v\":3}\n]", "!23"},
    // but none that is further in
    {"{\n \"l\":[\n  {\"v\":1},\n  {\"v\":2}],\n \"x\":\"a\"b\"\n}\n{\"v\":3}", "!3"},
    // behind a value's end
    {"{\"x\":{\"y\":1}{\"v\":2}", "!2"},
    {"{\"x\":1{\"v\":2}", "!2"},
    {"{\"x\":\"a\"{\"v\":2}{\"v\":3}", "!23"},
    // behind "}," in an array, unless it is nested
    {"[{\"x\":\"a},{\"v\":2},{\"v\":3}]", "!23"},
    {"[{\"x\":\"a\"b\",\"l\":[{\"k\":1},{\"k\":2},{\"k\":3}]},{\"v\":2}]", "!2"},
    {"[{\"x\":\"a\"b\",\"l\":[{\"k\":1},{\"k\":2}],\"m\":1},{\"v\":2}]", "!2"},
    // by its first member
    {"{\"id\":0,\"v\":1}{\"id\":1,\"l\":[7,{\"id\":2,\"v\":2}{\"id\":3,\"v\":3}", "1!23"},
    {"{\"id\":1,\"l\":[{\"id\":7},{\"id\":8}],\"x\":\"a\"b\"}{\"id\":2,\"v\":2}", "!2"},
    {"[{\"id\":1,\"v\":1},{\"i,{\"id\":2,\"v\":2}]", "1!2"},
    // what the end cuts off is one range, though it holds objects
    {"{\"id\":1,\"l\":[{\"id\":7},{\"id\":8}]", "!"},
    {"[{\"v\":1},{\"l\":[{\"k\":1},{\"k\":2},{\"k\":3}", "1!"},
    {"{\"v\":1}\n{\"l\":\n{\"k\":1", "1!"},
    // comments hold no values
    {"// {\"v\":1}\n#{\"v\":2}\n{\"v\":3}", "!3"},
    {"x {\"k\":1} y\n{\"v\":3}", "!3"},
    {"{\"v\":1} // {\"v\":2}\n{\"v\":3}", "1!3"},
    // a stray byte is no comment: there may be no line to end it
    {"{\"v\":1}/{\"v\":2}{\"v\":3}", "1!23"},
    {"{\"v\":1}#{\"v\":2}{\"v\":3}", "1!23"},
    {"[{\"v\":1},/{\"v\":2},{\"v\":3}]", "1!23"},
    // an array right behind a value
    {"{\"v\":1}[{\"v\":2},{\"v\":3}]{\"v\":4}", "1234"},
    {"{\"v\":1}[{\"v\":2}][{\"v\":3}]", "123"},
    {"{\"v\":1}[ {\"v\":2},{\"v\":3", "12!"},
    // an end too early
    {"{\"v\":1},\"b\":2}{\"v\":3}", "!3"},
    {"{\"v\":1}:2}{\"v\":3}", "!3"},
    {"{\"v\":1}[{\"k\":1}]}\n{\"v\":3}", "!3"},
    {"{\"v\":1},\"b\",{\"v\":3}", "1!3"},
    // A comma behind the last one is as harmless as those between them.
    {"{\"v\":1},\n{\"v\":2},\n", "12"},
    {"[{\"v\":1},{\"v\":2}] , ", "12"},
    {"{\"v\":1},,", "1!"},
    {"{\"v\":1},]", "1!"},
};

START_TEST(damage_ends_where_the_next_value_begins) {
    ck_pieces(damages[_i].text, damages[_i].want);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("frame");
    TCase *t = tcase_create("scan");
    tcase_add_loop_test(t, a_scan_ends_where_the_value_does, 0, AC_N(ones));
    tcase_add_loop_test(t, a_scan_goes_on_where_the_text_ended, 0, AC_N(ones));
    tcase_add_loop_test(t, a_scan_goes_on_without_what_it_has_seen, 0, AC_N(ones));
    tcase_add_test(t, depth_is_told_and_followed);
    suite_add_tcase(s, t);
    t = tcase_create("pieces");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_value_is_lent_from_the_window);
    tcase_add_test(t, a_value_waits_for_what_follows_it);
    tcase_add_test(t, blanks_are_done_with_at_once);
    tcase_add_test(t, a_value_has_its_line_byte_and_column);
    tcase_add_test(t, a_line_end_cut_in_two_is_one);
    tcase_add_test(t, columns_go_on_along_a_line);
    tcase_add_test(t, places_are_of_the_member_in_utf16);
    tcase_add_test(t, a_broken_range_has_its_text_without_the_blanks_behind);
    tcase_add_test(t, a_broken_range_is_used_up_as_it_comes);
    tcase_add_test(t, a_long_value_keeps_its_beginning_without_a_cut_character);
    tcase_add_test(t, a_stop_is_told_with_its_place);
    tcase_add_test(t, an_array_without_its_end_is_told);
    tcase_add_loop_test(t, damage_ends_where_the_next_value_begins, 0, AC_N(damages));
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
