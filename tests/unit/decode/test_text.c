// SPDX-License-Identifier: MIT
// Text of every encoding as UTF-8, with its places in bytes of the member.
#include "decode/fake_source.h"
#include "decode/text.h"
#include <check.h>

#define CEILING ((size_t)1 << 20)

static struct ac_err err;
static struct ac_text text;
static struct ac_source src;

static void setup(void) { err = (struct ac_err)AC_ERR_INIT; }

static void teardown(void) {
    ac_text_close(&text);
    fake_close(&src);
}

static enum ac_rc open_text(ac_str bytes, size_t block, const char *encoding, bool is_look) {
    src = fake_source(bytes, block);
    return ac_text_open(&text, &src, encoding, CEILING, is_look, &err);
}

// --- what comes out ------------------------------------------------------------------------------

static const struct {
    const char *bytes;
    size_t len;
    const char *encoding;
    const char *want;
} texts[] = {
    {"a\xc3\xa9", 3, NULL, "a\xc3\xa9"},
    {"\xef\xbb\xbf"
     "a",
     4, NULL, "a"},
    {"\xef\xbb", 2, NULL, "\xef\xbb"}, // half a mark is none
    {"a\xff", 2, NULL, "a\xff"},
    {"\xff\xfe"
     "a\0\xe9\0",
     6, NULL, "a\xc3\xa9"},
    {"\xfe\xff\0a\0\xe9", 6, NULL, "a\xc3\xa9"},
    {"a\0b\0", 4, "utf-16le", "ab"},
    {"\0a\0b", 4, "UTF-16BE", "ab"},
    {"\xfe\xff\0a", 4, "UTF-16LE", "a"}, // the mark wins
    {"\xac\x20", 2, "UTF-16LE", "\xe2\x82\xac"},
    {"\xff\xff", 2, "UTF-16BE", "\xef\xbf\xbf"},
    {"\x3d\xd8\x00\xde", 4, "UTF-16LE", "\xf0\x9f\x98\x80"},
    {"\xff\xdb\xff\xdf", 4, "UTF-16LE", "\xf4\x8f\xbf\xbf"},
    {"\x3d\xd8"
     "a\0",
     4, "UTF-16LE",
     "\xed\xa0\xbd"
     "a"},
    {"\x00\xde\x3d\xd8", 4, "UTF-16LE", "\xed\xb8\x80\xed\xa0\xbd"},
    {"\x3d\xd8\x3d\xd8\x00\xde", 6, "UTF-16LE", "\xed\xa0\xbd\xf0\x9f\x98\x80"},
    {"a\0b", 3, "UTF-16LE", "a\xff"},
    {"M\xfc\x80\x93", 4, "WINDOWS-1252", "M\xc3\xbc\xe2\x82\xac\xe2\x80\x9c"},
    {"\x81", 1, "WINDOWS-1252", "\xff"},
    {"\xa4", 1, "ISO-8859-15", "\xe2\x82\xac"},
    {"\xb1", 1, "KOI8-R", "\xe2\x95\xa0"},
    {"a", 1, "us-ascii", "a"},
};

static const size_t blocks[] = {1, 2, 3, 5, 4096};

static void ck_text(int i, size_t block, bool is_look) {
    ac_str got, bytes = ac_str_n(texts[i].bytes, texts[i].len);
    ck_assert_int_eq(open_text(bytes, block, texts[i].encoding, is_look), AC_OK);
    ck_assert_int_eq(ac_text_peek(&text, 1000, &got, &err), AC_END);
    ck_assert_msg(ac_str_eq(got, ac_str_of(texts[i].want)), "text %d in blocks of %zu: %.*s", i,
                  block, AC_STR_ARG(got));
    ck_assert_uint_eq(ac_text_span(&text, got.ptr, got.len), texts[i].len - text.mark_bytes);
    ck_assert_msg(!is_look || src.n_taken == 0, "a look has taken bytes");
    teardown();
}

START_TEST(a_text_is_turned_into_utf8) {
    for (size_t b = 0; b < AC_N(blocks); b++)
        ck_text(_i, blocks[b], false);
}
END_TEST

START_TEST(a_look_turns_it_alike_and_takes_nothing) {
    for (size_t b = 0; b < AC_N(blocks); b++)
        ck_text(_i, blocks[b], true);
}
END_TEST

// --- peek, take ----------------------------------------------------------------------------------

static const struct {
    const char *bytes;
    size_t len;
    const char *encoding;
} streams[] = {{"abcdef", 6, NULL},
               {"\xef\xbb\xbf"
                "abcdef",
                9, NULL},
               {"a\0b\0c\0d\0e\0f\0", 12, "UTF-16LE"},
               {"abcdef", 6, "WINDOWS-1252"}};

START_TEST(text_is_lent_again_until_it_is_taken) {
    ac_str got;
    ck_assert_int_eq(
        open_text(ac_str_n(streams[_i].bytes, streams[_i].len), 3, streams[_i].encoding, false),
        AC_OK);
    ck_assert_int_eq(ac_text_peek(&text, 2, &got, &err), AC_OK);
    ck_assert_int_eq(ac_text_peek(&text, 4, &got, &err), AC_OK);
    ck_assert(ac_str_starts(got, AC_STR("abcd")));
    ac_text_take(&text, 3);
    ck_assert_int_eq(ac_text_peek(&text, 3, &got, &err), AC_OK);
    ck_assert(ac_str_eq(got, AC_STR("def")));
    ck_assert_int_eq(ac_text_peek(&text, 4, &got, &err), AC_END);
    ck_assert(ac_str_eq(got, AC_STR("def")));
    ac_text_take(&text, 3);
    ck_assert_int_eq(ac_text_peek(&text, 1, &got, &err), AC_END);
    ck_assert_uint_eq(got.len, 0);
}
END_TEST

START_TEST(what_the_source_says_is_passed_on) {
    ac_str got;
    ck_assert_int_eq(
        open_text(ac_str_n(streams[_i].bytes, streams[_i].len), 1, streams[_i].encoding, false),
        AC_OK);
    src.fails_at = 4;
    ck_assert_int_eq(ac_text_peek(&text, 6, &got, &err), AC_INPUT);
    ck_assert_str_eq(err.code, "DAMAGED");
}
END_TEST

START_TEST(utf8_is_lent_from_the_source_itself) {
    ac_str got;
    ck_assert_int_eq(open_text(AC_STR("abc"), 4096, NULL, false), AC_OK);
    ck_assert_int_eq(ac_text_peek(&text, 3, &got, &err), AC_OK);
    ck_assert_ptr_eq(got.ptr, src.lent);
}
END_TEST

static void fill_letters(void *arg, uint64_t at, char *to, size_t n) {
    (void)arg;
    for (size_t i = 0; i < n; i++)
        to[i] = (at + i) % 2 ? '\0' : 'x';
}

START_TEST(a_long_text_is_turned_in_steps) {
    ac_str got;
    uint64_t n_chars = 0;
    src = (struct ac_source){.size = 20000000, .block = 1 << 20, .fill = fill_letters};
    ck_assert_int_eq(ac_text_open(&text, &src, "UTF-16LE", 4096, false, &err), AC_OK);
    while (ac_text_peek(&text, 1, &got, &err) == AC_OK) {
        n_chars += got.len;
        ac_text_take(&text, got.len);
    }
    ck_assert_uint_eq(n_chars, 10000000);
    ck_assert_uint_le(text.out.cap, (size_t)1 << 20);
}
END_TEST

// --- encodings that cannot be --------------------------------------------------------------------

static const char *const unknown[] = {"KLINGON", "SHIFT_JIS", "UTF-16", "UTF-32", "UTF-7",
                                      "EUC-JP",  "GB18030",   "",       "UCS-2"};

START_TEST(an_encoding_that_cannot_be_read_is_named) {
    ck_assert_int_eq(open_text(AC_STR("abc"), 4096, unknown[_i], false), AC_INPUT);
    ck_assert_str_eq(err.code, "UNKNOWN_ENCODING");
    ck_assert_int_eq(err.cause, AC_CAUSE_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.text, unknown[_i]));
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("text");
    TCase *t = tcase_create("turned");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_loop_test(t, a_text_is_turned_into_utf8, 0, (int)AC_N(texts));
    tcase_add_loop_test(t, a_look_turns_it_alike_and_takes_nothing, 0, (int)AC_N(texts));
    suite_add_tcase(s, t);
    t = tcase_create("stream");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, text_is_lent_again_until_it_is_taken, 0, (int)AC_N(streams));
    tcase_add_loop_test(t, what_the_source_says_is_passed_on, 0, (int)AC_N(streams));
    tcase_add_test(t, utf8_is_lent_from_the_source_itself);
    tcase_add_test(t, a_long_text_is_turned_in_steps);
    tcase_add_loop_test(t, an_encoding_that_cannot_be_read_is_named, 0, (int)AC_N(unknown));
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
