// SPDX-License-Identifier: MIT
// What an export of rejected rows has put around them, taken off again.
#include "base/arena.h"
#include "decode/guard.h"
#include <check.h>

static const struct {
    const char *from, *to;
} objects[] = {
    {"{}", "{}"},
    {"{\"a\":1}", "{\"a\":1}"},
    {"{\"acload_code\":\"X\"}", "{}"},
    {"{\"acload_code\":\"X\",\"acload_message\":\"a, \\\"b\\\" }\",\"acload_source\":\"s\","
     "\"acload_line\":7,\"a\": 1.10, \"b\":{\"acload_line\":[1,2]}}",
     "{\"a\": 1.10, \"b\":{\"acload_line\":[1,2]}}"},
    // Sorted by somebody.
    {"{ \"A\":\"}\" , \"acload_code\":\"X\", \"b\":[{},\"]\"], \"acload_line\":7 }",
     "{ \"A\":\"}\" , \"b\":[{},\"]\"]}"},
    {"{\"acload_code\":\"X\",\"acload_row\":\"x,y\"}", "{\"acload_row\":\"x,y\"}"},
    {"{\"acload_codes\":1,\"acload_code\":{\"a\":[1]},\"b\":2}", "{\"acload_codes\":1,\"b\":2}"},
    // No whole objects.
    {"{", "{"},
    {"{\"a\":\"b", "{\"a\":\"b"},
    {"{\"acload_code\":\"X\",\"a\":[1,", "{\"a\":[1,"},
    {"{\"a\":1}}", "{\"a\":1}}"},
    {"[1]", "[1]"},
    {"", ""},
};

START_TEST(an_object_is_as_before_its_export) {
    AC_CLEANUP(ac_buf_free) struct ac_buf out;
    ac_buf_init(&out, 1000);
    ck_assert(ac_json_without_ours(ac_str_of(objects[_i].from), &out));
    ck_assert(ac_buf_text(&out));
    ck_assert_str_eq(out.ptr, objects[_i].to);
}
END_TEST

START_TEST(without_room_it_fails) {
    AC_CLEANUP(ac_buf_free) struct ac_buf out;
    ac_buf_init(&out, 4);
    ck_assert(!ac_json_without_ours(AC_STR("{\"acload_code\":1,\"a\":12345}"), &out));
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("guard");
    TCase *t = tcase_create("guard");
    tcase_add_loop_test(t, an_object_is_as_before_its_export, 0, (int)AC_N(objects));
    tcase_add_test(t, without_room_it_fails);
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
