// SPDX-License-Identifier: MIT
// Tests of plugins/interval/value.c: cells turned into what a field takes.
#include "interval/value.h"
#include "interval_org.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof *(array))
#define NUM ACLOAD_NUMBER
#define PCT ACLOAD_PERCENT
#define TXT ACLOAD_STRING
#define ANY ACLOAD_UNKNOWN
#define WHEN ACLOAD_DATETIME

static const char null_value[] = "(null)";
static const char bad_value[] = "(bad)";

// What came out: the text, (null) or (bad); a rounded one begins with "~".
static const char *read_value(const char *cell, int type, int scale) {
    static char text[256];
    struct value v;
    switch (value_read(interval_exact(cell), type, scale, &v)) {
    case VALUE_NULL:
        return null_value;
    case VALUE_BAD:
        return bad_value;
    case VALUE_TEXT:
        snprintf(text, sizeof text, "%.*s", (int)v.text.len, v.text.ptr);
        return text;
    case VALUE_ROUNDED:
        snprintf(text, sizeof text, "~%.*s", (int)v.text.len, v.text.ptr);
        return text;
    }
    return "?";
}

static const struct {
    const char *cell;
    int type, scale;
    const char *expected;
} cells[] = {
    // counts
    {"0", NUM, 0, "0"},
    {"1", NUM, 0, "1"},
    {"1800", NUM, 0, "1800"},
    {"999999999999999999", NUM, 0, "999999999999999999"},
    {"123456789012345", NUM, 0, "123456789012345"},
    {"1234567890123456", NUM, 0, "1234567890123456"},
    {"-5", NUM, 0, "-5"},
    {" 7 ", NUM, 0, "7"},
    {"\t7", NUM, 0, "7"},
    {"007", NUM, 0, "7"},
    {"00", NUM, 0, "0"},
    {"000000000000000000000007", NUM, 0, "7"},
    {"-007", NUM, 0, "-7"},
    {"-0", NUM, 0, "-0"},
    {"-00", NUM, 0, "0"},
    // nothing to measure
    {"", NUM, 0, null_value},
    {" ", NUM, 0, null_value},
    {"-", NUM, 0, null_value},
    {" - ", NUM, 0, null_value},
    {"\xE2\x80\x93", NUM, 0, null_value},
    {"\xE2\x80\x94", PCT, 2, null_value},
    {"", PCT, 2, null_value},
    {"-", PCT, 2, null_value},
    {"", TXT, 0, null_value},
    {"-", TXT, 0, null_value},
    {"", ANY, -1, null_value},
    {"-", ANY, -1, null_value},
    {"", WHEN, 0, null_value},
    {"-", WHEN, 0, null_value},
    // percents
    {"85.41%", PCT, 2, "85.41"},
    {"0.00%", PCT, 2, "0.00"},
    {"100.00%", PCT, 2, "100.00"},
    {"100%", PCT, 2, "100"},
    {"85.41", PCT, 2, "85.41"},
    {"85.41 %", PCT, 2, "85.41"},
    {" 85.41% ", PCT, 2, "85.41"},
    {"-3.50%", PCT, 2, "-3.50"},
    {"85.41%", NUM, 2, "85.41"},
    {"5%", NUM, 0, "5"},
    {"85.415%", PCT, 2, "~85.42"},
    {"85.4149%", PCT, 2, "~85.41"},
    {"99.995%", PCT, 2, "~100.00"},
    {"0.004%", PCT, 2, "~0.00"},
    {"0.005%", PCT, 2, "~0.01"},
    {"85.410%", PCT, 2, "85.410"},
    {"%", PCT, 2, bad_value},
    {" %", PCT, 2, bad_value},
    {"85%%", PCT, 2, bad_value},
    {"%85", PCT, 2, bad_value},
    {"85,41%", PCT, 2, bad_value},
    {"-%", PCT, 2, bad_value},
    // decimals
    {"992.0", NUM, 0, "992.0"},
    {"992.5", NUM, 1, "992.5"},
    {"992.5", NUM, 0, "~993"},
    {"992.4", NUM, 0, "~992"},
    {"992.49999", NUM, 0, "~992"},
    {"999.5", NUM, 0, "~1000"},
    {"9.5", NUM, 0, "~10"},
    {"0.5", NUM, 0, "~1"},
    {"0.4", NUM, 0, "~0"},
    {"-0.4", NUM, 0, "~0"},
    {"-0.5", NUM, 0, "~-1"},
    {"-992.5", NUM, 0, "~-993"},
    {"1.005", NUM, 2, "~1.01"},
    {"1.994999", NUM, 2, "~1.99"},
    {"1.995", NUM, 2, "~2.00"},
    {"12.3456", NUM, 3, "~12.346"},
    {"12.345600", NUM, 4, "12.345600"},
    {".5", NUM, 1, "0.5"},
    {".5", NUM, 0, "~1"},
    {"-.5", NUM, 1, "-0.5"},
    {"5.", NUM, 0, "5"},
    {"5.0", NUM, 0, "5.0"},
    {"00.50", NUM, 2, "0.5"},
    {"992.123456789", NUM, -1, "992.123456789"},
    {"0.000000000000000000000000000000000000001", NUM, 0, "~0"},
    // A number too long to write anew goes on as it is: the field's check names its limits.
    {"1234567890123456789012345678901234567890123456.5", NUM, 0,
     "1234567890123456789012345678901234567890123456.5"},
    {"12345678901234567890123456789012345678901234.5", NUM, 0,
     "~12345678901234567890123456789012345678901235"},
    {"99999999999999999999999999999999999999999999.5", NUM, 0,
     "~100000000000000000000000000000000000000000000"},
    {"1234567890123456789012345678901234567890123456789012345678901234567890.5", NUM, 0,
     "1234567890123456789012345678901234567890123456789012345678901234567890.5"},
    // durations
    {"0:00:00", NUM, 0, "0"},
    {"00:00:01", NUM, 0, "1"},
    {"0:12:05", NUM, 0, "725"},
    {"00:12:05", NUM, 0, "725"},
    {"01:00:00", NUM, 0, "3600"},
    {"1:01:01", NUM, 0, "3661"},
    {"23:59:59", NUM, 0, "86399"},
    {"24:00:00", NUM, 0, "86400"},
    {"30:00:00", NUM, 0, "108000"},
    {"125:30:15", NUM, 0, "451815"},
    {"30:00", NUM, 0, "1800"},
    {"0:05", NUM, 0, "5"},
    {"90:00", NUM, 0, "5400"},
    {" 0:12:05 ", NUM, 0, "725"},
    {"0:12:05", ANY, -1, "725"},
    {"0:60:00", NUM, 0, bad_value},
    {"0:00:60", NUM, 0, bad_value},
    {"5:60", NUM, 0, bad_value},
    {"1:5", NUM, 0, bad_value},
    {"1:5:00", NUM, 0, bad_value},
    {"1:05:0", NUM, 0, bad_value},
    {"1:005", NUM, 0, bad_value},
    {":05", NUM, 0, bad_value},
    {"5:", NUM, 0, bad_value},
    {":", NUM, 0, bad_value},
    {"1:00:00:00", NUM, 0, bad_value},
    {"-0:05", NUM, 0, bad_value},
    {"0:05%", NUM, 0, bad_value},
    {"1:00:00.5", NUM, 0, bad_value},
    {"999999999999:00:00", NUM, 0, "3599999999996400"},
    {"9999999999999:00:00", NUM, 0, bad_value},
    {"0:12:05", PCT, 2, bad_value},
    // no numbers, or of another language
    {"1,234", NUM, 0, bad_value},
    {"1.234,5", NUM, 0, bad_value},
    {"0,5", NUM, 0, bad_value},
    {"1.234.567", NUM, 0, bad_value},
    {"1'234", NUM, 0, bad_value},
    {"1 234", NUM, 0, bad_value},
    {"1\xC2\xA0"
     "234",
     NUM, 0, bad_value},
    {"\xEF\xBC\x91", NUM, 0, bad_value},
    {"\xD9\xA1", NUM, 0, bad_value},
    {"+5", NUM, 0, bad_value},
    {"1e3", NUM, 0, bad_value},
    {"1.7E+10", NUM, 0, bad_value},
    {"0x10", NUM, 0, bad_value},
    {"--", NUM, 0, bad_value},
    {"--5", NUM, 0, bad_value},
    {"5-", NUM, 0, bad_value},
    {".", NUM, 0, bad_value},
    {"-.", NUM, 0, bad_value},
    {"1..2", NUM, 0, bad_value},
    {"N/A", NUM, 0, bad_value},
    {"NaN", NUM, 0, bad_value},
    {"inf", NUM, 0, bad_value},
    {"null", NUM, 0, bad_value},
    {"12 s", NUM, 0, bad_value},
    {"\"5\"", NUM, 0, bad_value},
    {"5\xC2\xA0%", PCT, 2, bad_value},
    // text stays text
    {"Jane", TXT, 0, "Jane"},
    {" Jane ", TXT, 0, " Jane "},
    {"100%", TXT, 0, "100%"},
    {"0:12:05", TXT, 0, "0:12:05"},
    {"1,234", TXT, 0, "1,234"},
    {"007", TXT, 0, "007"},
    {"Doe, Jane", TXT, 0, "Doe, Jane"},
    {"true", ACLOAD_BOOLEAN, 0, "true"},
    {" true ", ACLOAD_BOOLEAN, 0, "true"},
    {"2031-03-04 ", ACLOAD_DATE, 0, "2031-03-04"},
    // fields that nobody knows
    {"7", ANY, -1, "7"},
    {"992.5", ANY, -1, "992.5"},
    {"85.41%", ANY, -1, "85.41"},
    {"100% sure", ANY, -1, "100% sure"},
    {"1,5%", ANY, -1, "1,5%"},
    {"007", ANY, -1, "007"},
    {"+12025550100", ANY, -1, "+12025550100"},
    {"Tenured", ANY, -1, "Tenured"},
    {" Tenured", ANY, -1, " Tenured"},
    {"a:b", ANY, -1, "a:b"},
    {"2031-03-04T16:00:00.000Z", ANY, -1, "2031-03-04T16:00:00.000Z"},
    // date-times
    {"2031-03-04T16:00:00.000Z", WHEN, 0, "2031-03-04T16:00:00.000Z"},
    {" 2031-03-04T16:00:00.000Z ", WHEN, 0, "2031-03-04T16:00:00.000Z"},
    {"2031-03-04T09:00:00.000-07:00", WHEN, 0, "2031-03-04T16:00:00.000Z"},
    {"2031-03-04T16:00:00Z", WHEN, 0, "2031-03-04T16:00:00.000Z"},
    {"2031-03-04T09:00:00-0700", WHEN, 0, "2031-03-04T16:00:00.000Z"},
    {"2031-03-04", WHEN, 0, bad_value},
    {"yesterday", WHEN, 0, bad_value},
    {"16:00", WHEN, 0, bad_value},
};

START_TEST(a_cell_becomes_what_its_field_takes) {
    const char *got = read_value(cells[_i].cell, cells[_i].type, cells[_i].scale);
    ck_assert_msg(strcmp(got, cells[_i].expected) == 0, "'%s' for type %d, scale %d: '%s' not '%s'",
                  cells[_i].cell, cells[_i].type, cells[_i].scale, got, cells[_i].expected);
}
END_TEST

static const struct {
    const char *cell;
    int type;
    const char *code, *why;
} reasons[] = {
    {"1,234", NUM, "INVALID_NUMBER", "has a comma"},
    {"1.234,5", NUM, "INVALID_NUMBER", "has a comma"},
    {"85,41%", PCT, "INVALID_NUMBER", "has a comma"},
    {"abc", NUM, "INVALID_NUMBER", "is no number"},
    {"5:60", NUM, "INVALID_NUMBER", "is no number"},
    {"yesterday", WHEN, "INVALID_DATE", "is no date-time"},
};

START_TEST(what_it_cannot_be_is_said) {
    struct value v;
    acload_str cell = interval_exact(reasons[_i].cell);
    ck_assert_int_eq(value_read(cell, reasons[_i].type, 0, &v), VALUE_BAD);
    ck_assert_str_eq(v.code, reasons[_i].code);
    ck_assert_msg(strncmp(v.why, reasons[_i].why, strlen(reasons[_i].why)) == 0, "%s", v.why);
}
END_TEST

START_TEST(a_cell_without_an_end_mark_is_read_to_its_length) {
    struct value v;
    acload_str cell = {"85.41%99", 6};
    ck_assert_int_eq(value_read(cell, PCT, 2, &v), VALUE_TEXT);
    ck_assert_int_eq((int)v.text.len, 5);
    ck_assert(memcmp(v.text.ptr, "85.41", 5) == 0);
}
END_TEST

START_TEST(a_digit_behind_the_cell_rounds_nothing) {
    struct value v;
    ck_assert_int_eq(value_read((acload_str){".59", 2}, NUM, 1, &v), VALUE_TEXT);
    ck_assert_int_eq((int)v.text.len, 3);
    ck_assert(memcmp(v.text.ptr, "0.5", 3) == 0);
}
END_TEST

START_TEST(a_cell_that_is_not_there_is_nothing) {
    struct value v;
    ck_assert_int_eq(value_read((acload_str){NULL, 0}, NUM, 0, &v), VALUE_NULL);
    ck_assert_int_eq(value_read((acload_str){NULL, 0}, TXT, 0, &v), VALUE_NULL);
}
END_TEST

static const struct {
    const char *cell;
    bool is_none;
} nothings[] = {{"", true},
                {" ", true},
                {"\t", true},
                {"-", true},
                {" - ", true},
                {"--", false},
                {"\xE2\x80\x93", true},
                {"\xE2\x80\x94", true},
                {"\xE2\x80", false},
                {"0", false},
                {"a", false},
                {"- -", false},
                {"-a", false},
                {"\xE2\x80\x95", false}};

START_TEST(a_dash_or_blanks_are_nothing) {
    acload_str cell = interval_exact(nothings[_i].cell);
    ck_assert_msg(value_is_none(cell) == nothings[_i].is_none, "'%s'", nothings[_i].cell);
}
END_TEST

int main(void) {
    Suite *s = suite_create("interval/value");
    TCase *t = tcase_create("value");
    tcase_add_checked_fixture(t, NULL, interval_forget);
    tcase_add_loop_test(t, a_cell_becomes_what_its_field_takes, 0, (int)N(cells));
    tcase_add_loop_test(t, what_it_cannot_be_is_said, 0, (int)N(reasons));
    tcase_add_test(t, a_cell_without_an_end_mark_is_read_to_its_length);
    tcase_add_test(t, a_digit_behind_the_cell_rounds_nothing);
    tcase_add_test(t, a_cell_that_is_not_there_is_nothing);
    tcase_add_loop_test(t, a_dash_or_blanks_are_nothing, 0, (int)N(nothings));
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
