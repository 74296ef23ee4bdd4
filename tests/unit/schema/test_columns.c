// SPDX-License-Identifier: MIT
// Columns of records compared, hashed or written as JSON.
#include "record/row.h"
#include "schema/columns.h"
#include <check.h>
#include <jansson.h>

static struct ac_field key = {
    .name = {"Key__c", 6}, .type = AC_FIELD_STRING, .external_id = true, .unique = true};
static struct ac_field number = {.name = {"Number__c", 9}, .type = AC_FIELD_NUMBER};
static struct ac_field text = {.name = {"Text__c", 7}, .type = AC_FIELD_STRING};
static const struct ac_field *const fields[] = {&key, &number, &text};
static const struct ac_columns columns = {
    .object = {"Object__c", 9}, .operation = ACLOAD_UPSERT, .key = 0, .n = 3, .fields = fields};

// --- same ----------------------------------------------------------------------------------------

START_TEST(copies_of_columns_are_the_same) {
    struct ac_field key_copy = key, number_copy = number;
    const struct ac_field *const copies[] = {&key_copy, &number_copy, &text};
    struct ac_columns other = columns;
    ck_assert(ac_columns_same(&columns, &columns));
    ck_assert(ac_columns_same(&columns, &other));
    other.fields = copies;
    ck_assert(ac_columns_same(&columns, &other));
}
END_TEST

static const struct ac_field *const swapped[] = {&key, &text, &number};
static const struct ac_columns others[] = {
    {{"Objekt__c", 9}, ACLOAD_UPSERT, 0, 3, fields},
    {{"Object__c", 9}, ACLOAD_INSERT, 0, 3, fields},
    {{"Object__c", 9}, ACLOAD_UPSERT, 1, 3, fields},
    {{"Object__c", 9}, ACLOAD_UPSERT, 0, 2, fields},
    {{"Object__c", 9}, ACLOAD_UPSERT, 0, 3, swapped},
};

START_TEST(other_columns_are_not_the_same) {
    ck_assert(!ac_columns_same(&columns, &others[_i]));
    ck_assert(!ac_columns_same(&others[_i], &columns));
}
END_TEST

// --- keys ----------------------------------------------------------------------------------------

static uint64_t hash_of(const char *value) {
    const ac_str cells[] = {ac_str_of(value), AC_STR("1"), AC_STR("x")};
    return ac_columns_key_hash(&columns, cells);
}

START_TEST(keys_are_compared_without_letter_case) {
    ck_assert_uint_eq(hash_of("Sales"), hash_of("SALES"));
    ck_assert_uint_eq(hash_of("Größe2031"), hash_of("GRÖßE2031"));
    ck_assert_uint_ne(hash_of("Sales"), hash_of("Sale"));
    ck_assert_uint_ne(hash_of("Sales"), hash_of("Sales "));
}
END_TEST

START_TEST(keys_of_a_case_sensitive_field_are_not) {
    key.case_sensitive = true;
    uint64_t lower = hash_of("sales"), upper = hash_of("SALES");
    key.case_sensitive = false;
    ck_assert_uint_ne(lower, upper);
}
END_TEST

START_TEST(inserts_have_no_key) {
    struct ac_columns inserts = columns;
    inserts.key = -1;
    const ac_str cells[] = {AC_STR("k"), AC_STR("1"), AC_STR("x")};
    ck_assert_uint_eq(ac_columns_key_hash(&inserts, cells), 0);
}
END_TEST

// --- JSON ----------------------------------------------------------------------------------------

static const struct {
    enum ac_field_type type;
    const char *cell, *want;
} values[] = {
    {AC_FIELD_NUMBER, "12", "12"},
    {AC_FIELD_NUMBER, "-12.50", "-12.50"},
    {AC_FIELD_NUMBER, ".5", "0.5"},
    {AC_FIELD_NUMBER, "-.5", "-0.5"},
    {AC_FIELD_NUMBER, "+1", "1"},
    {AC_FIELD_NUMBER, "+.25", "0.25"},
    {AC_FIELD_NUMBER, "1.", "1"},
    {AC_FIELD_NUMBER, "1e3", "1e3"},
    {AC_FIELD_NUMBER, "1.E+3", "1e+3"},
    {AC_FIELD_NUMBER, ".5e-3", "0.5e-3"},
    {AC_FIELD_NUMBER, "007", "7"},
    {AC_FIELD_NUMBER, "-007.10", "-7.10"},
    {AC_FIELD_NUMBER, "000", "0"},
    {AC_FIELD_NUMBER, "00.0", "0.0"},
    {AC_FIELD_NUMBER, "0", "0"},
    {AC_FIELD_NUMBER, "123456789012345678", "123456789012345678"},
    {AC_FIELD_NUMBER, "abc", "\"abc\""}, // checked before; never broken JSON
    {AC_FIELD_NUMBER, "-", "\"-\""},
    {AC_FIELD_NUMBER, "1e", "\"1e\""},
    {AC_FIELD_NUMBER, "0x10", "\"0x10\""},
    {AC_FIELD_PERCENT, "085.41", "85.41"},
    {AC_FIELD_INTEGER, "+08", "8"},
    {AC_FIELD_BOOLEAN, "true", "true"},
    {AC_FIELD_BOOLEAN, "false", "false"},
    {AC_FIELD_BOOLEAN, "TRUE", "\"TRUE\""},
    {AC_FIELD_STRING, "12", "\"12\""},
    {AC_FIELD_STRING, "say \"hi\"\n\\", "\"say \\\"hi\\\"\\n\\\\\""},
    {AC_FIELD_STRING, "größe", "\"größe\""},
    {AC_FIELD_STRING, "a\xff", "\"a\xef\xbf\xbd\""},
    {AC_FIELD_STRING, "", "null"},
    {AC_FIELD_NUMBER, "", "null"},
    {AC_FIELD_DATE, "2031-03-04", "\"2031-03-04\""},
    {AC_FIELD_DATETIME, "2031-03-04T16:00:00Z", "\"2031-03-04T16:00:00Z\""},
    {AC_FIELD_PICKLIST, "A;B", "\"A;B\""},
    {AC_FIELD_ID, "001D000000IqhSLIAZ", "\"001D000000IqhSLIAZ\""},
    {AC_FIELD_UNKNOWN, "12", "12"},
    {AC_FIELD_UNKNOWN, "-1.5e3", "-1.5e3"},
    {AC_FIELD_UNKNOWN, "0", "0"},
    {AC_FIELD_UNKNOWN, "123456789012345678", "123456789012345678"},
    {AC_FIELD_UNKNOWN, "24444444444444444400", "\"24444444444444444400\""},
    {AC_FIELD_UNKNOWN, "1e999", "\"1e999\""},
    {AC_FIELD_UNKNOWN, "0.5", "0.5"},
    {AC_FIELD_UNKNOWN, "007", "\"007\""},
    {AC_FIELD_UNKNOWN, "+1", "\"+1\""},
    {AC_FIELD_UNKNOWN, ".5", "\".5\""},
    {AC_FIELD_UNKNOWN, "1.", "\"1.\""},
    {AC_FIELD_UNKNOWN, "1.e3", "\"1.e3\""},
    {AC_FIELD_UNKNOWN, "-", "\"-\""},
    {AC_FIELD_UNKNOWN, "true", "\"true\""},
};

static struct ac_field one_field;
static const struct ac_field *const one_list[] = {&one_field};
static const struct ac_columns one = {
    .object = {"Object__c", 9}, .operation = ACLOAD_INSERT, .key = -1, .n = 1, .fields = one_list};

START_TEST(a_value_is_written_as_its_type_wants) {
    char want[200];
    one_field = (struct ac_field){.name = {"F__c", 4}, .type = values[_i].type};
    const ac_str cells[] = {ac_str_of(values[_i].cell)};
    struct ac_buf out;
    ac_buf_init(&out, 1000);
    ck_assert(ac_columns_json(&one, cells, true, &out));
    snprintf(want, sizeof want, "\"F__c\":%s", values[_i].want);
    ck_assert_str_eq(ac_buf_text(&out), want);
    ac_buf_free(&out);
}
END_TEST

START_TEST(what_is_written_is_json) {
    one_field = (struct ac_field){.name = {"F__c", 4}, .type = values[_i].type};
    const ac_str cells[] = {ac_str_of(values[_i].cell)};
    struct ac_buf out;
    ac_buf_init(&out, 1000);
    ac_buf_add_char(&out, '{');
    ck_assert(ac_columns_json(&one, cells, true, &out));
    ac_buf_add_char(&out, '}');
    json_t *json = json_loadb(out.ptr, out.len, 0, NULL);
    ck_assert_msg(json != NULL, "%s", ac_buf_text(&out));
    json_decref(json);
    ac_buf_free(&out);
}
END_TEST

static const struct {
    ac_str cells[3];
    bool with_key;
    const char *want;
} records[] = {
    {{{"k", 1}, {"1", 1}, {"x", 1}}, true, "\"Key__c\":\"k\",\"Number__c\":1,\"Text__c\":\"x\""},
    {{{"k", 1}, {"1", 1}, {"x", 1}}, false, "\"Number__c\":1,\"Text__c\":\"x\""},
    {{{"k", 1}, {NULL, 0}, {NULL, 0}},
     true,
     "\"Key__c\":\"k\",\"Number__c\":null,\"Text__c\":null"},
    {{{"k", 1}, {ac_absent_mark, 0}, {"x", 1}}, false, "\"Text__c\":\"x\""},
    {{{"k", 1}, {ac_absent_mark, 0}, {ac_absent_mark, 0}}, false, ""},
    {{{ac_absent_mark, 0}, {ac_absent_mark, 0}, {"x", 1}}, true, "\"Text__c\":\"x\""},
};

START_TEST(a_record_has_the_members_it_sets) {
    struct ac_buf out;
    ac_buf_init(&out, 1000);
    ck_assert(ac_columns_json(&columns, records[_i].cells, records[_i].with_key, &out));
    ck_assert_str_eq(ac_buf_text(&out), records[_i].want);
    ac_buf_free(&out);
}
END_TEST

START_TEST(a_record_beyond_the_buffers_ceiling_is_refused) {
    for (size_t max = 0; max < strlen(records[0].want); max++) {
        struct ac_buf out;
        ac_buf_init(&out, max);
        ck_assert_msg(!ac_columns_json(&columns, records[0].cells, true, &out), "in %zu bytes",
                      max);
        ac_buf_free(&out);
    }
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("columns");
    TCase *t = tcase_create("columns");
    tcase_add_test(t, copies_of_columns_are_the_same);
    tcase_add_loop_test(t, other_columns_are_not_the_same, 0, (int)AC_N(others));
    tcase_add_test(t, keys_are_compared_without_letter_case);
    tcase_add_test(t, keys_of_a_case_sensitive_field_are_not);
    tcase_add_test(t, inserts_have_no_key);
    suite_add_tcase(s, t);
    t = tcase_create("json");
    tcase_add_loop_test(t, a_value_is_written_as_its_type_wants, 0, (int)AC_N(values));
    tcase_add_loop_test(t, what_is_written_is_json, 0, (int)AC_N(values));
    tcase_add_loop_test(t, a_record_has_the_members_it_sets, 0, (int)AC_N(records));
    tcase_add_test(t, a_record_beyond_the_buffers_ceiling_is_refused);
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
