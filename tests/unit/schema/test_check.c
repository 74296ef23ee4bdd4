// SPDX-License-Identifier: MIT
// Cells judged as the org judges them.
#include "base/buf.h"
#include "record/row.h"
#include "schema/check.h"
#include <check.h>
#include <stdio.h>

static const ac_str colours[] = {{"Red", 3}, {"Light green", 11}, {"Blue", 4}};

#define NAME .name = {"F__c", 4}, .nillable = true
static const struct ac_field fields[] = {
    {NAME, .type = AC_FIELD_STRING, .length = 5},
    {NAME, .type = AC_FIELD_NUMBER, .precision = 6, .scale = 2},
    {NAME, .type = AC_FIELD_PERCENT, .precision = 18, .scale = 2},
    {NAME, .type = AC_FIELD_NUMBER, .precision = 18, .scale = 0},
    {NAME, .type = AC_FIELD_NUMBER, .precision = 2, .scale = 2},
    {NAME, .type = AC_FIELD_INTEGER, .digits = 4},
    {NAME, .type = AC_FIELD_BOOLEAN},
    {NAME, .type = AC_FIELD_DATE},
    {NAME, .type = AC_FIELD_DATETIME},
    {NAME, .type = AC_FIELD_ID, .length = 18},
    {NAME, .type = AC_FIELD_PICKLIST, .restricted = true, .values = colours, .n_values = 3},
    {NAME, .type = AC_FIELD_PICKLIST, .length = 12, .values = colours, .n_values = 3},
    {NAME, .type = AC_FIELD_PICKLIST, .restricted = true, .multi = true, .values = colours,
     .n_values = 3},
    {NAME, .type = AC_FIELD_UNKNOWN},
    {NAME, .type = AC_FIELD_NUMBER},
    {NAME, .type = AC_FIELD_STRING},
    {NAME, .type = AC_FIELD_INTEGER},
};
enum {
    TEXT5,
    NUM6_2,
    PERCENT,
    NUM18,
    NUM2_2,
    INT4,
    BOOL,
    DATE,
    DATETIME,
    ID,
    PICK,
    OPEN_PICK,
    MULTI,
    UNKNOWN,
    NUM,
    TEXT,
    INT
};

static const struct {
    int field;
    const char *text;
} good[] = {
    {TEXT5, ""},
    {TEXT5, "abcde"},
    {TEXT5, "größe"},      // 5 characters, 7 bytes
    {TEXT5, "日本語日本"}, // 15 bytes
    {TEXT5, "😀😀😀😀😀"},      // 20 bytes
    {TEXT5, "#n/a"},
    {TEXT, "a text of any length where none is known"},
    {NUM6_2, "0"},
    {NUM6_2, "9999"},
    {NUM6_2, "-9999"},
    {NUM6_2, "+9999"},
    {NUM6_2, "9999.99"},
    {NUM6_2, "9999.999999"}, // the org cuts them
    {NUM6_2, "0000009999"},
    {NUM6_2, ".5"},
    {NUM6_2, "1."},
    {NUM6_2, "1e3"},
    {NUM6_2, "9.999e3"},
    {NUM6_2, "99999e-1"},
    {NUM6_2, "0e99"},
    {NUM6_2, "1E+2"},
    {PERCENT, "85.41"},
    {PERCENT, "100"},
    {NUM18, "123456789012345678"},
    {NUM18, "-123456789012345678.9"},
    {NUM2_2, "0.99"},
    {NUM2_2, "-.5"},
    {NUM2_2, "0"},
    {NUM, "1e300"},
    {NUM, "123456789012345678901234567890"},
    {INT4, "1234"},
    {INT4, "-1234"},
    {INT4, "+7"},
    {INT4, "00001234"},
    {INT, "2147483647"},
    {BOOL, "true"},
    {BOOL, "false"},
    {DATE, "2031-03-04"},
    {DATE, "2032-02-29"},
    {DATETIME, "2031-03-04T16:00:00Z"},
    {DATETIME, "2031-03-04T16:00:00.123Z"},
    {DATETIME, "2031-03-04T16:00:00.000-07:00"},
    {DATETIME, "2031-03-04T16:00:00+0530"},
    {ID, "001D000000IqhSL"},
    {ID, "001D000000IqhSLIAZ"},
    {ID, "000000000000000AAA"},
    {PICK, "Red"},
    {PICK, "Light green"},
    {PICK, "light GREEN"},
    {OPEN_PICK, "Purple"},
    {MULTI, "Red"},
    {MULTI, "Red;Blue"},
    {MULTI, "Red; Light green;"},
    {UNKNOWN, "anything"},
};

START_TEST(a_cell_that_fits_is_good) {
    struct ac_err err = AC_ERR_INIT;
    enum ac_rc rc = ac_check_cell(&fields[good[_i].field], ac_str_of(good[_i].text), &err);
    ck_assert_msg(rc == AC_OK, "%s: %s", good[_i].text, err.text);
    ck_assert_int_eq(err.rc, AC_OK);
}
END_TEST

#define MISFIT "INVALID_TYPE_ON_FIELD_IN_RECORD"
#define RANGE "NUMBER_OUTSIDE_VALID_RANGE"
#define PICKLIST "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"

static const struct {
    int field;
    const char *text, *code;
    const char *says;
} bad[] = {
    {TEXT5, "abcdef", "STRING_TOO_LONG", "\"abcdef\" has 6 characters, the field takes 5"},
    {TEXT5, "größen", "STRING_TOO_LONG", "has 6 characters"},
    {TEXT5, "#N/A", "NOT_REPRESENTABLE", "#N/A"},
    {NUM6_2, "10000", RANGE, "\"10000\" has 5 digits before the point, the field takes 4"},
    {NUM6_2, "-10000.5", RANGE, "5 digits"},
    {NUM6_2, "1e4", RANGE, "5 digits"},
    {NUM6_2, "0.1e6", RANGE, "6 digits"},
    {NUM6_2, "1e99999999999999999999", RANGE, "digits before the point"},
    {NUM6_2, "12a", MISFIT, "\"12a\" is not a number"},
    {NUM6_2, "1,5", MISFIT, "not a number"},
    {NUM6_2, "85.41%", MISFIT, "not a number"},
    {NUM6_2, "-", MISFIT, "not a number"},
    {NUM6_2, ".", MISFIT, "not a number"},
    {NUM6_2, "+", MISFIT, "not a number"},
    {NUM6_2, "1e", MISFIT, "not a number"},
    {NUM6_2, "1e+", MISFIT, "not a number"},
    {NUM6_2, "e5", MISFIT, "not a number"},
    {NUM6_2, "1.2.3", MISFIT, "not a number"},
    {NUM6_2, "--1", MISFIT, "not a number"},
    {NUM6_2, " 1", MISFIT, "not a number"},
    {NUM6_2, "1 ", MISFIT, "not a number"},
    {NUM6_2, "0x1F", MISFIT, "not a number"},
    {NUM6_2, "inf", MISFIT, "not a number"},
    {NUM6_2, "NaN", MISFIT, "not a number"},
    {NUM6_2, "00:01:30", MISFIT, "not a number"},
    {NUM6_2, "#N/A", "NOT_REPRESENTABLE", "#N/A"},
    {NUM18, "1234567890123456789", RANGE, "19 digits"},
    {NUM2_2, "1", RANGE, "the field takes 0"},
    {INT4, "12345", RANGE, "5 digits"},
    {INT4, "1.5", MISFIT, "not a whole number"},
    {INT4, "1e2", MISFIT, "not a whole number"},
    {INT4, ".5", MISFIT, "not a whole number"},
    {INT4, "x", MISFIT, "not a number"},
    {BOOL, "TRUE", MISFIT, "not true or false"},
    {BOOL, "1", MISFIT, "not true or false"},
    {BOOL, "yes", MISFIT, "not true or false"},
    {DATE, "2031-02-29", MISFIT, "not a date"},
    {DATE, "2031-3-4", MISFIT, "not a date"},
    {DATE, "03/04/2031", MISFIT, "not a date"},
    {DATE, "2031-03-04T00:00:00Z", MISFIT, "not a date"},
    {DATE, "1699-12-31", MISFIT, "not a date"},
    {DATETIME, "2031-03-04T16:00:00", MISFIT, "with a zone"},
    {DATETIME, "2031-03-04", MISFIT, "with a zone"},
    {DATETIME, "2031-03-04 16:00:00Z", MISFIT, "with a zone"},
    {DATETIME, "2031-03-04T24:00:00Z", MISFIT, "with a zone"},
    {DATETIME, "2031-13-04T16:00:00Z", MISFIT, "with a zone"},
    {ID, "001D000000IqhS", "MALFORMED_ID", "no record id"},
    {ID, "001D000000IqhSLIAY", "MALFORMED_ID", "check letters"},
    {ID, "001D000000IqhSLiaz", "MALFORMED_ID", "check letters"},
    {ID, "001D000000IqhS-", "MALFORMED_ID", "no record id"},
    {ID, "001D000000IqhSLI", "MALFORMED_ID", "no record id"},
    {PICK, "Green", PICKLIST, "\"Green\" is none of its values: Red, Light green, Blue"},
    {PICK, "Red;Blue", PICKLIST, "none of its values"},
    {PICK, "#N/A", "NOT_REPRESENTABLE", "#N/A"},
    {OPEN_PICK, "Dark turquoise", "STRING_TOO_LONG", "14 characters"},
    {MULTI, "Red;Green;Blue", PICKLIST, "\"Green\" is none"},
    {UNKNOWN, "#N/A", "NOT_REPRESENTABLE", "#N/A"},
};

START_TEST(a_cell_that_does_not_fit_has_the_orgs_code) {
    struct ac_err err = AC_ERR_INIT;
    ck_assert_int_eq(ac_check_cell(&fields[bad[_i].field], ac_str_of(bad[_i].text), &err), AC_ROW);
    ck_assert_int_eq(err.rc, AC_ROW);
    ck_assert_int_eq(err.cause, AC_CAUSE_ROW);
    ck_assert_str_eq(err.code, bad[_i].code);
    ck_assert_msg(strstr(err.text, bad[_i].says) != NULL, "%s", err.text);
    ck_assert_msg(strncmp(err.text, "F__c: ", 6) == 0, "%s", err.text);
}
END_TEST

// --- empty cells ---------------------------------------------------------------------------------

START_TEST(a_field_that_may_be_null_can_be_cleared) {
    struct ac_err err = AC_ERR_INIT;
    ck_assert_int_eq(ac_check_cell(&fields[_i], AC_STR_NULL, &err), AC_OK);
    ck_assert_int_eq(ac_check_cell(&fields[_i], AC_STR(""), &err), AC_OK);
    ck_assert_int_eq(ac_check_cell(&fields[_i], AC_ABSENT, &err), AC_OK);
}
END_TEST

START_TEST(a_required_field_cannot_be_cleared) {
    struct ac_field field = fields[TEXT5];
    struct ac_err err = AC_ERR_INIT;
    field.nillable = false;
    ck_assert_int_eq(ac_check_cell(&field, AC_ABSENT, &err), AC_OK);
    ck_assert_int_eq(ac_check_cell(&field, AC_STR_NULL, &err), AC_ROW);
    ck_assert_str_eq(err.code, "REQUIRED_FIELD_MISSING");
    ac_err_clear(&err);
    ck_assert_int_eq(ac_check_cell(&field, AC_STR(""), &err), AC_ROW);
    field.defaulted = true; // the org fills it
    ck_assert_int_eq(ac_check_cell(&field, AC_STR_NULL, &err), AC_OK);
}
END_TEST

// --- messages ------------------------------------------------------------------------------------

static void add_times(struct ac_buf *b, const char *text, int n) {
    for (int i = 0; i < n; i++)
        ck_assert(ac_buf_add_str(b, ac_str_of(text)));
}

START_TEST(a_long_value_is_cut_at_eighty_characters) {
    AC_CLEANUP(ac_buf_free) struct ac_buf text, shown;
    ac_buf_init(&text, 4096);
    ac_buf_init(&shown, 4096);
    add_times(&text, "é", 300);
    add_times(&shown, "é", 80);
    add_times(&shown, "…\" has 300 characters", 1);
    struct ac_err err = AC_ERR_INIT;
    ck_assert_int_eq(ac_check_cell(&fields[TEXT5], ac_buf_str(&text), &err), AC_ROW);
    ck_assert_msg(strstr(err.text, ac_buf_text(&shown)) != NULL, "%s", err.text);
}
END_TEST

START_TEST(a_broken_value_does_not_break_the_message) {
    char text[2000];
    memset(text, 0xa9, sizeof text); // continuation bytes only
    struct ac_err err = AC_ERR_INIT;
    ck_assert_int_eq(ac_check_cell(&fields[NUM6_2], ac_str_n(text, sizeof text), &err), AC_ROW);
    ck_assert_str_eq(err.code, MISFIT);
}
END_TEST

START_TEST(a_long_list_of_values_is_cut) {
    ac_str many[100];
    for (size_t i = 0; i < 100; i++)
        many[i] = AC_STR("a value");
    struct ac_field field = fields[PICK];
    field.values = many;
    field.n_values = 100;
    struct ac_err err = AC_ERR_INIT;
    ck_assert_int_eq(ac_check_cell(&field, AC_STR("x"), &err), AC_ROW);
    ck_assert_ptr_nonnull(strstr(err.text, "a value, a value"));
    ck_assert_ptr_nonnull(strstr(err.text, "…"));
}
END_TEST

START_TEST(over_a_hundred_values_are_too_many) {
    AC_CLEANUP(ac_buf_free) struct ac_buf text;
    ac_buf_init(&text, 4096);
    add_times(&text, "Red;", 100);
    struct ac_err err = AC_ERR_INIT;
    ck_assert_int_eq(ac_check_cell(&fields[MULTI], ac_buf_str(&text), &err), AC_OK);
    add_times(&text, "Red", 1);
    ck_assert_int_eq(ac_check_cell(&fields[MULTI], ac_buf_str(&text), &err), AC_ROW);
    ck_assert_str_eq(err.code, "TOO_MANY_ENUM_VALUE");
}
END_TEST

// --- numbers -------------------------------------------------------------------------------------

static const struct {
    const char *text;
    int n_integer, n_fraction;
} numbers[] = {
    {"0", 0, 0},      {"7", 1, 0},       {"-12", 2, 0},    {"007", 1, 0},       {"100", 3, 0},
    {"3.5", 1, 1},    {"3.500", 1, 1},   {".5", 0, 1},     {"0.05", 0, 2},      {"1.", 1, 0},
    {"0.0", 0, 0},    {"1e3", 4, 0},     {"1.5e1", 2, 0},  {"1.25e1", 2, 1},    {"15e-1", 1, 1},
    {"1e-3", 0, 3},   {"0.001e3", 1, 0}, {"100e-2", 1, 0}, {"12345.678", 5, 3}, {"0e50", 0, 0},
    {"10.010", 2, 2},
};

START_TEST(the_digits_of_a_number_are_counted) {
    int n_integer = -1, n_fraction = -1;
    ck_assert(ac_check_number(ac_str_of(numbers[_i].text), &n_integer, &n_fraction));
    ck_assert_msg(n_integer == numbers[_i].n_integer && n_fraction == numbers[_i].n_fraction,
                  "%s: %d and %d", numbers[_i].text, n_integer, n_fraction);
}
END_TEST

START_TEST(no_text_is_no_number) {
    int n_integer, n_fraction;
    ck_assert(!ac_check_number(AC_STR(""), &n_integer, &n_fraction));
    ck_assert(!ac_check_number(AC_STR_NULL, &n_integer, &n_fraction));
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("check");
    TCase *t = tcase_create("cells");
    tcase_add_loop_test(t, a_cell_that_fits_is_good, 0, (int)AC_N(good));
    tcase_add_loop_test(t, a_cell_that_does_not_fit_has_the_orgs_code, 0, (int)AC_N(bad));
    tcase_add_loop_test(t, a_field_that_may_be_null_can_be_cleared, 0, (int)AC_N(fields));
    tcase_add_test(t, a_required_field_cannot_be_cleared);
    suite_add_tcase(s, t);
    t = tcase_create("messages");
    tcase_add_test(t, a_long_value_is_cut_at_eighty_characters);
    tcase_add_test(t, a_broken_value_does_not_break_the_message);
    tcase_add_test(t, a_long_list_of_values_is_cut);
    tcase_add_test(t, over_a_hundred_values_are_too_many);
    suite_add_tcase(s, t);
    t = tcase_create("numbers");
    tcase_add_loop_test(t, the_digits_of_a_number_are_counted, 0, (int)AC_N(numbers));
    tcase_add_test(t, no_text_is_no_number);
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
