// SPDX-License-Identifier: MIT
// JSON that is read while the system has no memory to give.
#include "base/json_memory.h"
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define TEXT_BYTES ((size_t)4 << 20) // a row's ceiling

static char *text;

static void setup(void) {
    ac_json_memory_begin();
    text = malloc(TEXT_BYTES);
    ck_assert_ptr_nonnull(text);
    memset(text, 'a', TEXT_BYTES);
    text[0] = '[';
    text[1] = text[TEXT_BYTES - 2] = '"';
    text[TEXT_BYTES - 1] = ']';
    (void)ac_json_memory_ran_out();
}

static void teardown(void) { free(text); }

static json_t *read_text(void) {
    json_error_t why;
    return json_loadb(text, TEXT_BYTES, 0, &why);
}

// No more address space than is used now, and a little.
static json_t *read_without_memory(void) {
    struct rlimit before, none;
    char pages[100] = "";
    FILE *f = fopen("/proc/self/statm", "re");
    ck_assert_ptr_nonnull(f);
    ck_assert_ptr_nonnull(fgets(pages, sizeof pages, f));
    fclose(f);
    ck_assert_int_eq(getrlimit(RLIMIT_AS, &before), 0);
    none = before;
    none.rlim_cur = strtoul(pages, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE) + ((rlim_t)512 << 10);
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &none), 0);
    json_t *value = read_text();
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &before), 0);
    return value;
}

START_TEST(a_value_is_whole_when_memory_runs_out) {
    json_t *value = read_without_memory();
    ck_assert_uint_eq(json_string_length(json_array_get(value, 0)), TEXT_BYTES - 4);
    json_decref(value);
    ck_assert(ac_json_memory_ran_out());
}
END_TEST

START_TEST(the_reserve_can_be_used_again) {
    for (int i = 0; i < 5; i++) {
        json_t *value = read_without_memory();
        ck_assert_uint_eq(json_array_size(value), 1);
        json_decref(value);
    }
}
END_TEST

START_TEST(that_memory_ran_out_is_told_once) {
    json_decref(read_without_memory());
    ck_assert(ac_json_memory_ran_out());
    ck_assert(!ac_json_memory_ran_out());
}
END_TEST

static json_t *read_brief(const char *json) {
    json_error_t why;
    return ac_json_brief(ac_str_of(json), 0, &why);
}

START_TEST(a_brief_value_stands_where_the_one_before_stood) {
    json_t *first = read_brief("{\"a\":[1,\"two\",{\"b\":null}]}");
    json_t *place = first;
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(first, "a"), 1)), "two");
    ac_json_brief_free(&first);
    json_t *second = read_brief("[3]");
    ck_assert_ptr_eq(second, place);
    ck_assert_int_eq(json_integer_value(json_array_get(second, 0)), 3);
    ac_json_brief_free(&second);
}
END_TEST

START_TEST(a_brief_value_may_be_too_big_for_its_place) {
    for (int i = 0; i < 5; i++) { // what came from elsewhere was given back: watched by sanitizers
        json_error_t why;
        json_t *value = ac_json_brief((ac_str){text, TEXT_BYTES}, 0, &why);
        ck_assert_uint_eq(json_string_length(json_array_get(value, 0)), TEXT_BYTES - 4);
        ac_json_brief_free(&value);
        value = read_brief("[1,2]");
        ck_assert_uint_eq(json_array_size(value), 2);
        ac_json_brief_free(&value);
    }
}
END_TEST

START_TEST(what_is_no_json_leaves_the_place_to_the_next) {
    json_t *broken = read_brief("{\"a\":[1,2,{\"b\":");
    ck_assert_ptr_null(broken);
    ac_json_brief_free(&broken);
    json_t *value = read_brief("{\"a\":1}");
    ck_assert_int_eq(json_integer_value(json_object_get(value, "a")), 1);
    ac_json_brief_free(&value);
}
END_TEST

START_TEST(what_others_hold_meanwhile_stays) {
    json_t *value = read_brief("{\"a\":\"b\"}");
    json_t *other = json_pack("{s:s}", "kept", "by others");
    ac_json_brief_free(&value);
    value = read_brief("{\"c\":\"overwrites what stood there\"}");
    ck_assert_str_eq(json_string_value(json_object_get(other, "kept")), "by others");
    ac_json_brief_free(&value);
    json_decref(other);
}
END_TEST

START_TEST(with_memory_nothing_is_told) {
    json_decref(read_text());
    ck_assert(!ac_json_memory_ran_out());
}
END_TEST

static const struct bound {
    const char *text;
    size_t depth, n_values;
} bounds[] = {
    // the least that lets them pass
    {"1", 0, 0},
    {"[]", 1, 2},
    {"[1,2]", 1, 3},
    {"{\"a\":[{}]}", 3, 6},
    {"[\"[,{\\\",\",2]", 1, 3},
    {"[\"not closed, [", 1, 2},
};

START_TEST(a_text_is_bounded_by_what_it_is_made_of) {
    const struct bound *b = &bounds[_i];
    ac_str given = ac_str_of(b->text);
    ck_assert(ac_json_is_bounded(given, b->depth, b->n_values));
    ck_assert(!b->depth || !ac_json_is_bounded(given, b->depth - 1, b->n_values));
    ck_assert(!b->n_values || !ac_json_is_bounded(given, b->depth, b->n_values - 1));
}
END_TEST

int main(void) {
    Suite *s = suite_create("json_memory");
    TCase *t = tcase_create("reserve");
    tcase_add_checked_fixture(t, setup, teardown);
    // A sanitizer needs address space of its own: there make chaos says the same.
#ifndef __SANITIZE_ADDRESS__
    tcase_add_test(t, a_value_is_whole_when_memory_runs_out);
    tcase_add_test(t, the_reserve_can_be_used_again);
    tcase_add_test(t, that_memory_ran_out_is_told_once);
#else
    (void)a_value_is_whole_when_memory_runs_out;
    (void)the_reserve_can_be_used_again;
    (void)that_memory_ran_out_is_told_once;
#endif
    tcase_add_test(t, with_memory_nothing_is_told);
    tcase_add_test(t, a_brief_value_stands_where_the_one_before_stood);
    tcase_add_test(t, a_brief_value_may_be_too_big_for_its_place);
    tcase_add_test(t, what_is_no_json_leaves_the_place_to_the_next);
    tcase_add_test(t, what_others_hold_meanwhile_stays);
    tcase_add_loop_test(t, a_text_is_bounded_by_what_it_is_made_of, 0,
                        (int)(sizeof bounds / sizeof *bounds));
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
