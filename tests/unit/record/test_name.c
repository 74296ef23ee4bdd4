// SPDX-License-Identifier: MIT
// Names compared without regard to letter case.
#include "record/name.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <utf8proc.h>

static const struct {
    const char *a, *b;
    bool is_same;
} pairs[] = {
    {"", "", true},
    {"Sales", "SALES", true},
    {"sales", "sale", false},
    {"sale", "sales", false},
    {"@[`{", "@[`{", true},
    {"@", "`", false}, // 32 apart, no letters
    {"[", "{", false},
    {"Größe", "GRÖSSE", false}, // no letter becomes two
    {"GRÖßE", "größe", true},
    {"ÄÖÜ", "äöü", true},
    {"ΣΑΣ", "σασ", true},
    {"ДЕНЬ", "день", true},
    {"é", "e\xcc\x81", false}, // composed or not are two texts, as in the org
    {"日本", "日本", true},
    {"a\xff", "A\xff", true},
    {"a\xff", "a\xfe", false},
    {"\xc3", "\xc3\xa9", false},
    {"Queue2031-03-04T16:00:00.000Z", "QUEUE2031-03-04t16:00:00.000z", true},
};

START_TEST(names_are_the_same_whatever_their_letter_case) {
    ac_str a = ac_str_of(pairs[_i].a), b = ac_str_of(pairs[_i].b);
    ck_assert_int_eq(ac_name_same(a, b), pairs[_i].is_same);
    ck_assert_int_eq(ac_name_same(b, a), pairs[_i].is_same);
}
END_TEST

START_TEST(equal_names_have_equal_hashes) {
    ac_str a = ac_str_of(pairs[_i].a), b = ac_str_of(pairs[_i].b);
    ck_assert_int_eq(ac_name_hash(a, 0) == ac_name_hash(b, 0), pairs[_i].is_same);
    ck_assert_int_eq(ac_name_hash(a, 7) == ac_name_hash(b, 7), pairs[_i].is_same);
}
END_TEST

START_TEST(a_seed_makes_another_hash) {
    ck_assert(ac_name_hash(AC_STR("a"), 0) != ac_name_hash(AC_STR("a"), 1));
}
END_TEST

// The same text lowered by the library one character after the other.
static uint64_t slow_hash(ac_str text) {
    char lowered[4096];
    size_t len = 0;
    for (size_t at = 0; at < text.len;) {
        utf8proc_int32_t c;
        at += (size_t)utf8proc_iterate((const utf8proc_uint8_t *)text.ptr + at,
                                       (utf8proc_ssize_t)(text.len - at), &c);
        len += (size_t)utf8proc_encode_char(utf8proc_tolower(c), (utf8proc_uint8_t *)lowered + len);
    }
    return ac_name_hash(ac_str_n(lowered, len), 0);
}

// Letters of two bytes, one at every place around the words and pieces that are hashed at once.
START_TEST(ascii_and_other_letters_are_hashed_alike) {
    for (size_t len = 0; len < 600; len++) {
        char text[700];
        memset(text, 'A' + (int)(len % 26), len);
        memcpy(text + len, "Éxyz", 6);
        ac_str whole = ac_str_n(text, len + 5);
        ck_assert_msg(ac_name_hash(whole, 0) == slow_hash(whole), "after %zu letters", len);
    }
}
END_TEST

START_TEST(every_length_of_ascii_has_a_hash_of_its_own) {
    char text[600];
    uint64_t last = 0;
    memset(text, 'x', sizeof text);
    for (size_t len = 0; len < sizeof text; len++) {
        uint64_t hash = ac_name_hash(ac_str_n(text, len), 0);
        ck_assert(hash != last);
        last = hash;
    }
}
END_TEST

// A slice may end where its memory ends.
START_TEST(nothing_behind_a_name_is_read) {
    for (size_t len = 1; len < 40; len++) {
        char *text = malloc(len);
        ck_assert_ptr_nonnull(text);
        memset(text, 'Q', len);
        char *longer = malloc(len + 9);
        ck_assert_ptr_nonnull(longer);
        memset(longer, 'q', len + 9);
        ck_assert(ac_name_hash(ac_str_n(text, len), 0) == ac_name_hash(ac_str_n(longer, len), 0));
        free(text);
        free(longer);
    }
}
END_TEST

static const struct {
    const char *name, *want;
} trims[] = {
    {"", ""},
    {"Queue", "Queue"},
    {"  a b\t\r\n", "a b"},
    {"\xef\xbb\xbfQueue", "Queue"},
    {" \xef\xbb\xbf Queue\xc2\xa0\xe2\x80\x8b ", "Queue"},
    {" \xc2\xa0\xef\xbb\xbf\t", ""},
    {"\xc2", "\xc2"},
    {"a\xc2\xa0"
     "b",
     "a\xc2\xa0"
     "b"},
};

START_TEST(a_trimmed_name_has_no_outer_blanks) {
    ck_assert(ac_str_eq(ac_name_trim(ac_str_of(trims[_i].name)), ac_str_of(trims[_i].want)));
}
END_TEST

START_TEST(a_null_name_stays_null) { ck_assert(ac_str_is_null(ac_name_trim(AC_STR_NULL))); }
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("name");
    TCase *t = tcase_create("name");
    tcase_add_loop_test(t, names_are_the_same_whatever_their_letter_case, 0, (int)AC_N(pairs));
    tcase_add_loop_test(t, equal_names_have_equal_hashes, 0, (int)AC_N(pairs));
    tcase_add_test(t, a_seed_makes_another_hash);
    tcase_add_test(t, ascii_and_other_letters_are_hashed_alike);
    tcase_add_test(t, every_length_of_ascii_has_a_hash_of_its_own);
    tcase_add_test(t, nothing_behind_a_name_is_read);
    tcase_add_loop_test(t, a_trimmed_name_has_no_outer_blanks, 0, (int)AC_N(trims));
    tcase_add_test(t, a_null_name_stays_null);
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
