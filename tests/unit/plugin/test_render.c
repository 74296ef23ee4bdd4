// SPDX-License-Identifier: MIT
// Tests of JSON values written as text.
#include "plugin/render.h"
#include <check.h>
#include <jansson.h>
#include <stdio.h>

static void ck_renders(const char *json, const char *want) {
    AC_CLEANUP(ac_buf_free) struct ac_buf out;
    ac_buf_init(&out, 10000);
    json_t *value = json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    ck_assert_msg(value != NULL, "%s", json);
    ck_assert(ac_render_json(&out, value));
    ck_assert_str_eq(ac_buf_text(&out), want);
    json_decref(value);
}

// As Python's json.dumps writes them.
static const struct pair {
    const char *json, *text;
} pairs[] = {
    {"{}", "{}"},
    {"[]", "[]"},
    {"{\"b\":1,\"a\":[1,2,{\"c\":null}]}", "{\"b\": 1, \"a\": [1, 2, {\"c\": null}]}"},
    {"[true,false,null,\"\"]", "[true, false, null, \"\"]"},
    {"[[],{},[[]]]", "[[], {}, [[]]]"},
    {"{\"\":{\"\":\"\"}}", "{\"\": {\"\": \"\"}}"},
    {"\"a/b\"", "\"a/b\""},
    {"\"\\\"\\\\\\b\\f\\n\\r\\t\"", "\"\\\"\\\\\\b\\f\\n\\r\\t\""},
    {"\"\\u0000\\u001f\\u007f\"", "\"\\u0000\\u001f\x7f\""},
    {"\"caf\\u00e9\"", "\"caf\\u00e9\""},
    {"\"\\u20AC\"", "\"\\u20ac\""},
    {"\"\\uD83D\\uDE00x\"", "\"\\ud83d\\ude00x\""},
    {"{\"\\u00e9\":1}", "{\"\\u00e9\": 1}"},
    {"0", "0"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"9223372036854775807", "9223372036854775807"},
    {"85.41", "85.41"},
    {"0.1", "0.1"},
    {"-0.0", "-0.0"},
    {"100.0", "100.0"},
    {"0.30000000000000004", "0.30000000000000004"},
    {"5e-324", "4.94065645841247e-324"},
    {"1e16", "1e+16"},
    {"123456789.125", "123456789.125"},
    {"1.7976931348623157e308", "1.7976931348623157e+308"},
};

START_TEST(a_value_is_written_as_python_does) { ck_renders(pairs[_i].json, pairs[_i].text); }
END_TEST

START_TEST(what_is_written_reads_back_the_same) {
    json_t *value = json_loads(pairs[_i].json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    json_t *again = json_loads(pairs[_i].text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    ck_assert(json_equal(value, again));
    json_decref(value);
    json_decref(again);
}
END_TEST

// One special character at each place of texts of each length.
START_TEST(a_special_character_is_written_wherever_it_stands) {
    static const char *const specials[][2] = {{"\"", "\\\""},
                                              {"\\", "\\\\"},
                                              {"\x1f", "\\u001f"},
                                              {"\x7f", "\x7f"},
                                              {"\u00fc", "\\u00fc"}};
    for (int len = 0; len <= 40; len++) {
        char text[160], want[160];
        int at = _i % 40 < len ? _i % 40 : len;
        const char *const *special = specials[_i / 40];
        snprintf(text, sizeof text, "%.*s%s%.*s", at, "!~!~!~!~!~!~!~!~!~!~!~!~!~!~!~!~!~!~!~!~",
                 special[0], len - at, "#[#[#[#[#[#[#[#[#[#[#[#[#[#[#[#[#[#[#[#[");
        snprintf(want, sizeof want, "\"%.*s%s%.*s\"", at,
                 "!~!~!~!~!~!~!~!~!~!~!~!~!~!~!~!~!~!~!~!~", special[1], len - at,
                 "#[#[#[#[#[#[#[#[#[#[#[#[#[#[#[#[#[#[#[#[");
        AC_CLEANUP(ac_buf_free) struct ac_buf out;
        ac_buf_init(&out, 10000);
        json_t *value = json_string(text);
        ck_assert(ac_render_json(&out, value));
        ck_assert_str_eq(ac_buf_text(&out), want);
        json_decref(value);
    }
}
END_TEST

START_TEST(a_text_at_the_ceiling_fits) {
    AC_CLEANUP(ac_buf_free) struct ac_buf out;
    json_t *value = json_loads("{\"a\":[1,\"\\u00e9\",2.5]}", 0, NULL);
    ac_buf_init(&out, strlen("{\"a\": [1, \"\\u00e9\", 2.5]}"));
    ck_assert(ac_render_json(&out, value));
    json_decref(value);
}
END_TEST

START_TEST(a_text_over_the_ceiling_is_refused) {
    json_t *value = json_loads("{\"a\":[1,\"\\u00e9\",2.5]}", 0, NULL);
    AC_CLEANUP(ac_buf_free) struct ac_buf out;
    ac_buf_init(&out, (size_t)_i);
    ck_assert(!ac_render_json(&out, value));
    json_decref(value);
}
END_TEST

int main(void) {
    Suite *s = suite_create("render");
    TCase *t = tcase_create("render");
    tcase_add_loop_test(t, a_value_is_written_as_python_does, 0, AC_N(pairs));
    tcase_add_loop_test(t, what_is_written_reads_back_the_same, 0, AC_N(pairs));
    tcase_add_loop_test(t, a_special_character_is_written_wherever_it_stands, 0, 5 * 40);
    tcase_add_test(t, a_text_at_the_ceiling_fits);
    tcase_add_loop_test(t, a_text_over_the_ceiling_is_refused, 0, 24);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? 1 : 0;
}
