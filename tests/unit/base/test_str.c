// SPDX-License-Identifier: MIT
// Slices of text.
#include "base/str.h"
#include <check.h>
#include <stdio.h>

#define S(literal)                                                                                 \
    { (literal), sizeof(literal) - 1 }
#define NUL_TEXT                                                                                   \
    { NULL, 0 }

// --- comparing -----------------------------------------------------------------------------------

static const struct {
    ac_str a, b;
    bool is_eq, is_eq_nocase;
} pairs[] = {
    {S("abc"), S("abc"), true, true},
    {S("abc"), S("ABC"), false, true},
    {S("abc"), S("abd"), false, false},
    {S("abc"), S("ab"), false, false},
    {S(""), S(""), true, true},
    {NUL_TEXT, S(""), true, true},
    {NUL_TEXT, NUL_TEXT, true, true},
    {S("a\0b"), S("a\0c"), false, false},
    {S("[\\]^_`"), S("{|}~\x7f "), false, false},
    {S("@"), S("`"), false, false},
    {S("\xc3\x84"), S("\xc3\xa4"), false, false}, // only ASCII letters are folded
};

START_TEST(texts_are_equal_or_not) {
    ck_assert_int_eq(ac_str_eq(pairs[_i].a, pairs[_i].b), pairs[_i].is_eq);
    ck_assert_int_eq(ac_str_eq_nocase(pairs[_i].a, pairs[_i].b), pairs[_i].is_eq_nocase);
    ck_assert_int_eq(ac_str_cmp_nocase(pairs[_i].a, pairs[_i].b) == 0, pairs[_i].is_eq_nocase);
}
END_TEST

static const struct {
    ac_str a, b;
} ascending[] = {{S(""), S("a")}, {S("A"), S("b")}, {S("ab"), S("ABC")}, {S("z"), S("\xc3\xa4")}};

START_TEST(texts_have_an_order_without_case) {
    ck_assert_int_lt(ac_str_cmp_nocase(ascending[_i].a, ascending[_i].b), 0);
    ck_assert_int_gt(ac_str_cmp_nocase(ascending[_i].b, ascending[_i].a), 0);
}
END_TEST

START_TEST(a_text_knows_how_it_begins_or_ends) {
    ac_str s = AC_STR("report.CSV");
    ck_assert(ac_str_starts(s, AC_STR("rep")));
    ck_assert(ac_str_starts(s, AC_STR("")));
    ck_assert(!ac_str_starts(s, AC_STR("Rep")));
    ck_assert(!ac_str_starts(AC_STR("re"), AC_STR("rep")));
    ck_assert(ac_str_ends(s, AC_STR(".CSV")));
    ck_assert(!ac_str_ends(s, AC_STR(".csv")));
    ck_assert(!ac_str_ends(AC_STR("sv"), AC_STR("csv")));
    ck_assert(ac_str_ends_nocase(s, AC_STR(".csv")));
    ck_assert(!ac_str_ends_nocase(s, AC_STR(".tsv")));
    ck_assert(ac_str_starts(AC_STR_NULL, AC_STR_NULL));
}
END_TEST

// --- cutting -------------------------------------------------------------------------------------

static const struct {
    ac_str in, out;
} trims[] = {{S(" \t a b\r\n"), S("a b")}, {S("ab"), S("ab")}, {S("  "), S("")}, {S(""), S("")}};

START_TEST(blanks_are_trimmed_at_both_ends) {
    ck_assert(ac_str_eq(ac_str_trim(trims[_i].in), trims[_i].out));
}
END_TEST

START_TEST(null_stays_null_when_cut) {
    ck_assert(ac_str_is_null(ac_str_trim(AC_STR_NULL)));
    ck_assert(ac_str_is_null(ac_str_skip(AC_STR_NULL, 3)));
    ck_assert_int_eq(ac_str_find(AC_STR_NULL, 'x'), -1);
}
END_TEST

START_TEST(skipping_stops_at_the_end) {
    ck_assert(ac_str_eq(ac_str_skip(AC_STR("abc"), 1), AC_STR("bc")));
    ck_assert(ac_str_eq(ac_str_skip(AC_STR("abc"), 3), AC_STR("")));
    ck_assert(ac_str_eq(ac_str_skip(AC_STR("abc"), 9), AC_STR("")));
    ck_assert_int_eq(ac_str_find(AC_STR("abcb"), 'b'), 1);
    ck_assert_int_eq(ac_str_find(AC_STR("abc"), 'x'), -1);
}
END_TEST

static const struct {
    ac_str in;
    size_t n;
    const char *joined; // with '|'
} cuts[] = {{S("a,,b"), 3, "a||b"}, {S("a"), 1, "a"},   {S(""), 1, ""},
            {S(","), 2, "|"},       {S("a,"), 2, "a|"}, {NUL_TEXT, 0, ""}};

START_TEST(pieces_are_cut_off_one_by_one) {
    char joined[32] = "";
    size_t n = 0, len = 0;
    ac_str rest = cuts[_i].in, piece;
    while (ac_str_cut(&rest, ',', &piece))
        len += (size_t)snprintf(joined + len, sizeof joined - len, "%s%.*s", n++ ? "|" : "",
                                AC_STR_ARG(piece));
    ck_assert_uint_eq(n, cuts[_i].n);
    ck_assert_str_eq(joined, cuts[_i].joined);
}
END_TEST

// --- numbers -------------------------------------------------------------------------------------

static const struct {
    ac_str in;
    bool is_i64, is_u64;
    int64_t i64;
    uint64_t u64;
} numbers[] = {
    {S("0"), true, true, 0, 0},
    {S("+7"), true, true, 7, 7},
    {S("-7"), true, false, -7, 0},
    {S("-0"), true, false, 0, 0},
    {S("007"), true, true, 7, 7},
    {S("9223372036854775807"), true, true, INT64_MAX, INT64_MAX},
    {S("9223372036854775808"), false, true, 0, (uint64_t)INT64_MAX + 1},
    {S("-9223372036854775808"), true, false, INT64_MIN, 0},
    {S("-9223372036854775809"), false, false, 0, 0},
    {S("18446744073709551615"), false, true, 0, UINT64_MAX},
    {S("18446744073709551616"), false, false, 0, 0},
    {S("99999999999999999999999999"), false, false, 0, 0},
    {S(""), false, false, 0, 0},
    {NUL_TEXT, false, false, 0, 0},
    {S("+"), false, false, 0, 0},
    {S("-"), false, false, 0, 0},
    {S("-+1"), false, false, 0, 0},
    {S("+-1"), false, false, 0, 0},
    {S("--1"), false, false, 0, 0},
    {S(" 1"), false, false, 0, 0},
    {S("1 "), false, false, 0, 0},
    {S("1\0"), false, false, 0, 0},
    {S("0x10"), false, false, 0, 0},
    {S("1.0"), false, false, 0, 0},
    {S("1e3"), false, false, 0, 0},
};

START_TEST(whole_numbers_are_read_or_refused) {
    int64_t i = 0;
    uint64_t u = 0;
    ck_assert_int_eq(ac_str_i64(numbers[_i].in, &i), numbers[_i].is_i64);
    ck_assert_int_eq(i, numbers[_i].i64);
    ck_assert_int_eq(ac_str_u64(numbers[_i].in, &u), numbers[_i].is_u64);
    ck_assert_uint_eq(u, numbers[_i].u64);
}
END_TEST

static const struct {
    const char *in;
    int64_t out; // -1: refused
} sizes[] = {{"4096", 4096},
             {"0", 0},
             {"1B", 1},
             {"64M", 64 << 20},
             {" 64 mib ", 64 << 20},
             {"1k", 1024},
             {"2G", (int64_t)2 << 30},
             {"1GiB", (int64_t)1 << 30},
             {"8589934591G", INT64_C(8589934591) << 30},
             {"8589934592G", -1},
             {"1.5M", -1},
             {"-1", -1},
             {"M", -1},
             {"", -1},
             {"1T", -1},
             {"1MM", -1}};

START_TEST(sizes_have_units) {
    int64_t bytes = -1;
    ck_assert_int_eq(ac_str_size(ac_str_of(sizes[_i].in), &bytes), sizes[_i].out >= 0);
    ck_assert_int_eq(bytes, sizes[_i].out);
}
END_TEST

static const struct {
    const char *in;
    int64_t out; // -1: refused
} durations[] = {{"250ms", 250},
                 {"90s", 90000},
                 {"5m", 300000},
                 {"2h", 7200000},
                 {"3d", 259200000},
                 {"0", 0},
                 {" 1 S ", 1000},
                 {"90", -1},
                 {"1w", -1},
                 {"-5s", -1},
                 {"s", -1},
                 {"", -1},
                 {"106751991168d", -1},
                 {"106751991167d", INT64_C(106751991167) * 86400000}};

START_TEST(durations_need_units) {
    int64_t ms = -1;
    ck_assert_int_eq(ac_str_duration(ac_str_of(durations[_i].in), &ms), durations[_i].out >= 0);
    ck_assert_int_eq(ms, durations[_i].out);
}
END_TEST

// --- characters ----------------------------------------------------------------------------------

static const struct {
    ac_str in;
    size_t chars, bad;
} utf8[] = {
    {S(""), 0, 0},
    {NUL_TEXT, 0, 0},
    {S("plain text, longer than eight"), 29, 29},
    {S("a\0b"), 3, 3},
    {S("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), 3, 9},
    {S("12345678\xc3\xa4\xc3\xa4"), 10, 12},
    {S("1234567\xc3\xa4"), 8, 9},
    {S("\x80"), 0, 0},             // a continuation alone
    {S("ab\xc3"), 3, 2},           // cut off
    {S("ab\xe2\x82"), 3, 2},       // cut off
    {S("ab\xf0\x9f\x98"), 3, 2},   // cut off
    {S("ab\xc3(cd"), 6, 2},        // no continuation
    {S("\xc0\xaf"), 1, 0},         // overlong
    {S("\xc1\xbf"), 1, 0},         // overlong
    {S("\xe0\x9f\xbf"), 1, 0},     // overlong
    {S("\xf0\x8f\xbf\xbf"), 1, 0}, // overlong
    {S("\xed\xa0\x80"), 1, 0},     // a surrogate
    {S("\xed\x9f\xbf\xee\x80\x80"), 2, 6},
    {S("\xf4\x8f\xbf\xbf"), 1, 4}, // U+10FFFF
    {S("\xf4\x90\x80\x80"), 1, 0}, // beyond
    {S("\xf5\x80\x80\x80"), 1, 0},
    {S("\xff"), 1, 0},
    {S("12345678\xff"), 9, 8},
    {S("\xef\xbb\xbfx"), 2, 4}, // a BOM is a character
};

START_TEST(characters_are_counted_or_found_broken) {
    ck_assert_uint_eq(ac_str_chars(utf8[_i].in), utf8[_i].chars);
    ck_assert_uint_eq(ac_str_utf8_bad(utf8[_i].in), utf8[_i].bad);
}
END_TEST

// --- globs ---------------------------------------------------------------------------------------

static const struct {
    const char *pattern, *text;
    bool matches;
} globs[] = {
    {"", "", true},
    {"", "a", false},
    {"*", "", true},
    {"*", "a/b", true},
    {"?", "a", true},
    {"?", "", false},
    {"?", "ab", false},
    {"a*c", "abbc", true},
    {"a*c", "abbd", false},
    {"*.csv", "a.csv", true},
    {"*.csv", "a.csv~", false},
    {"a**b", "ab", true},
    {"*a*b*", "xxaxxbxx", true},
    {"*a*b*", "xxbxxaxx", false},
    {"[abc]x", "bx", true},
    {"[abc]x", "dx", false},
    {"[a-c]", "b", true},
    {"[a-c]", "d", false},
    {"[!a-c]", "d", true},
    {"[^a-c]", "a", false},
    {"[]]", "]", true},
    {"[!]]", "]", false},
    {"[a-]", "-", true},
    {"[", "[", true},
    {"[ab", "[ab", true},
    {"[ab", "a", false},
    {"a[", "a[", true},
    {"*[0-9].csv", "q7.csv", true},
    {"*[0-9].csv", "q.csv", false},
    {"a?c", "abc", true},
    {"abc*", "ab", false},
    {"[a-\xff]", "\xc3", true},
    {"[!a]", "", false},
};

START_TEST(a_glob_matches_the_whole_text) {
    ck_assert_msg(ac_str_glob(ac_str_of(globs[_i].pattern), ac_str_of(globs[_i].text)) ==
                      globs[_i].matches,
                  "%s on %s", globs[_i].pattern, globs[_i].text);
}
END_TEST

START_TEST(a_glob_of_many_stars_takes_no_eternity) {
    char pattern[202], text[5001];
    for (size_t i = 0; i < 200; i += 2)
        memcpy(pattern + i, "*a", 2);
    pattern[200] = 'b';
    pattern[201] = '\0';
    memset(text, 'a', 5000);
    text[5000] = '\0';
    ck_assert(!ac_str_glob(ac_str_of(pattern), ac_str_of(text)));
}
END_TEST

// --- hashes --------------------------------------------------------------------------------------

static const struct {
    ac_str in;
    uint64_t seed, hash;
} hashes[] = {
    // Stored in ledgers: these never change.
    {S(""), 0, UINT64_C(14815191259247059239)},
    {S("a"), 0, UINT64_C(11999600423968398610)},
    {S("12345678"), 0, UINT64_C(14782261446147644167)},
    {S("123456789"), 0, UINT64_C(15375100676785711320)},
    {S("1234567890123456"), 0, UINT64_C(5632066981635989434)},
    {S("12345678901234567"), 1, UINT64_C(12400817290542646046)},
};

START_TEST(a_hash_is_the_same_for_ever) {
    ck_assert_uint_eq(ac_str_hash(hashes[_i].in, hashes[_i].seed), hashes[_i].hash);
}
END_TEST

START_TEST(a_hash_tells_every_byte_apart) {
    char text[40];
    for (size_t len = 1; len <= sizeof text; len++) {
        memset(text, 'x', sizeof text);
        uint64_t before = ac_str_hash(ac_str_n(text, len), 0);
        for (size_t at = 0; at < len; at++) {
            text[at] = 'y';
            ck_assert_uint_ne(ac_str_hash(ac_str_n(text, len), 0), before);
            text[at] = 'x';
        }
        ck_assert_uint_ne(ac_str_hash(ac_str_n(text, len - 1), 0), before);
        ck_assert_uint_ne(ac_str_hash(ac_str_n(text, len), 1), before);
    }
}
END_TEST

START_TEST(hashes_spread_over_their_low_bits) {
    unsigned n[64] = {0};
    char text[16];
    for (int i = 0; i < 6400; i++) {
        int len = snprintf(text, sizeof text, "key-%d", i);
        n[ac_str_hash(ac_str_n(text, (size_t)len), 0) & 63]++;
    }
    for (size_t i = 0; i < AC_N(n); i++)
        ck_assert_msg(n[i] > 50 && n[i] < 160, "bucket %zu has %u of 6400", i, n[i]);
}
END_TEST

int main(void) {
    Suite *s = suite_create("base/str");
    TCase *t = tcase_create("compare");
    tcase_add_loop_test(t, texts_are_equal_or_not, 0, (int)AC_N(pairs));
    tcase_add_loop_test(t, texts_have_an_order_without_case, 0, (int)AC_N(ascending));
    tcase_add_test(t, a_text_knows_how_it_begins_or_ends);
    suite_add_tcase(s, t);
    t = tcase_create("cut");
    tcase_add_loop_test(t, blanks_are_trimmed_at_both_ends, 0, (int)AC_N(trims));
    tcase_add_test(t, null_stays_null_when_cut);
    tcase_add_test(t, skipping_stops_at_the_end);
    tcase_add_loop_test(t, pieces_are_cut_off_one_by_one, 0, (int)AC_N(cuts));
    suite_add_tcase(s, t);
    t = tcase_create("number");
    tcase_add_loop_test(t, whole_numbers_are_read_or_refused, 0, (int)AC_N(numbers));
    tcase_add_loop_test(t, sizes_have_units, 0, (int)AC_N(sizes));
    tcase_add_loop_test(t, durations_need_units, 0, (int)AC_N(durations));
    suite_add_tcase(s, t);
    t = tcase_create("character");
    tcase_add_loop_test(t, characters_are_counted_or_found_broken, 0, (int)AC_N(utf8));
    suite_add_tcase(s, t);
    t = tcase_create("glob");
    tcase_add_loop_test(t, a_glob_matches_the_whole_text, 0, (int)AC_N(globs));
    tcase_add_test(t, a_glob_of_many_stars_takes_no_eternity);
    suite_add_tcase(s, t);
    t = tcase_create("hash");
    tcase_add_loop_test(t, a_hash_is_the_same_for_ever, 0, (int)AC_N(hashes));
    tcase_add_test(t, a_hash_tells_every_byte_apart);
    tcase_add_test(t, hashes_spread_over_their_low_bits);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
