// SPDX-License-Identifier: MIT
// Tests of the template with the fake host: what an author copies does what it says.
#include "fake_host.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct fake_host *h;

static void setup(void) {
    h = fake_new(acload_plugin_entry());
    fake_object(h, "Call_Score__c", "Contact_Id__c", false);
    fake_field(h, "Call_Score__c", "Score__c", ACLOAD_NUMBER, 0);
    fake_field(h, "Call_Score__c", "Grade__c", ACLOAD_STRING, 1);
    fake_field(h, "Call_Score__c", "Comment__c", ACLOAD_STRING, 10);
}

static void teardown(void) { fake_free(h); }

static void begin(const char *columns) {
    ck_assert_int_eq(fake_open(h), ACLOAD_OK);
    ck_assert_int_eq(fake_begin(h, columns), ACLOAD_OK);
}

static const struct {
    const char *columns;
    int score, near;
    const char *missing;
} bids[] = {
    {"Contact Id|Score", 60, 0, ""},
    {"\xEF\xBB\xBFscore| CONTACT ID ", 60, 0, ""},
    {"Contact Id|Points", 0, 50, "the column Score"},
    {"Score", 0, 50, "the column Contact Id"},
    {"Queue|StartInterval", 0, 0, ""},
};

START_TEST(it_bids_on_its_own_columns) {
    acload_bid bid;
    ck_assert_int_eq(fake_bid(h, bids[_i].columns, NULL, &bid), bids[_i].score);
    ck_assert_int_eq(bid.near, bids[_i].near);
    ck_assert_str_eq(bid.missing, bids[_i].missing);
}
END_TEST

START_TEST(a_row_becomes_a_record) {
    begin("Comment|Contact Id|Score");
    ck_assert_int_eq(fake_row(h, "fine|c-1|91.5%"), ACLOAD_PASS);
    ck_assert_uint_eq(fake_n_records(h), 1);
    ck_assert_str_eq(fake_record_object(h, 0), "Call_Score__c");
    ck_assert_int_eq(fake_record_operation(h, 0), ACLOAD_UPSERT);
    ck_assert_str_eq(fake_record_key(h, 0), "c-1");
    ck_assert_str_eq(fake_value(h, 0, "Score__c"), "91.5");
    ck_assert_str_eq(fake_value(h, 0, "Grade__c"), "A");
    ck_assert_str_eq(fake_value(h, 0, "Comment__c"), "fine");
}
END_TEST

START_TEST(columns_are_bound_for_every_input) {
    begin("Contact Id|Score|Comment");
    ck_assert_int_eq(fake_flush(h, ACLOAD_END_OF_INPUT), ACLOAD_OK);
    ck_assert_int_eq(fake_begin(h, "Score|Contact Id"), ACLOAD_OK);
    ck_assert_int_eq(fake_row(h, "50|c-9"), ACLOAD_PASS);
    ck_assert_str_eq(fake_record_key(h, 0), "c-9");
    ck_assert_ptr_eq(fake_value(h, 0, "Comment__c"), fake_unset);
}
END_TEST

static const struct {
    const char *score, *grade;
} grades[] = {{"100", "A"}, {"90", "A"}, {"89.99", "B"}, {"75", "B"}, {"50", "C"}, {"0", "D"}};

START_TEST(a_score_has_a_grade) {
    acload_str cells[] = {{"c", 1}, {grades[_i].score, strlen(grades[_i].score)}};
    begin("Contact Id|Score");
    ck_assert_int_eq(fake_row_cells(h, 2, cells), ACLOAD_PASS);
    ck_assert_str_eq(fake_value(h, 0, "Grade__c"), grades[_i].grade);
}
END_TEST

static const struct {
    const char *row, *code;
} rejects[] = {
    {"|50", "MISSING_VALUE"},
    {"c|", "INVALID_SCORE"},
    {"c", "INVALID_SCORE"},
    {"c|%", "INVALID_SCORE"},
    {"c|-1", "INVALID_SCORE"},
    {"c|100.1", "INVALID_SCORE"},
    {"c|nan", "INVALID_SCORE"},
    {"c|5x", "INVALID_SCORE"},
    {"c|00000000000000000000000000000000000005", "INVALID_SCORE"},
    {"c|50|a comment too long", "STRING_TOO_LONG"},
};

START_TEST(a_row_that_makes_no_sense_is_rejected) {
    begin("Contact Id|Score|Comment");
    ck_assert_int_eq(fake_row(h, rejects[_i].row), ACLOAD_REJECT);
    ck_assert_str_eq(fake_code(h), rejects[_i].code);
    ck_assert_uint_eq(fake_n_records(h), 0);
}
END_TEST

START_TEST(low_scores_are_left_out_and_summed_up) {
    fake_option(h, "least", "60");
    begin("Contact Id|Score");
    ck_assert_int_eq(fake_row(h, "a|59"), ACLOAD_DROP);
    ck_assert_int_eq(fake_row(h, "b|60"), ACLOAD_PASS);
    ck_assert_int_eq(fake_row(h, "c|1"), ACLOAD_DROP);
    ck_assert_int_eq(fake_flush(h, ACLOAD_END_OF_INPUT), ACLOAD_OK);
    ck_assert_uint_eq(fake_n_logs(h), 1);
    ck_assert_int_eq(fake_log_level(h, 0), ACLOAD_INFO);
    ck_assert_str_eq(fake_log(h, 0), "2 rows have a score below 60; they were left out");
}
END_TEST

static const char *const bad_grades[] = {"A 90", "90", "90 a", "90A", "90 AB", "90 A,, 50 B", "x"};

START_TEST(grades_that_cannot_be_read_fail_open) {
    fake_option(h, "grades", bad_grades[_i]);
    ck_assert_int_eq(fake_open(h), ACLOAD_FAIL);
    ck_assert_str_eq(fake_code(h), "BAD_OPTION");
}
END_TEST

START_TEST(without_memory_open_fails) {
    h->is_full = true;
    ck_assert_int_eq(fake_open(h), ACLOAD_FAIL);
    ck_assert_str_eq(fake_code(h), "NO_MEMORY");
}
END_TEST

START_TEST(an_input_without_its_columns_is_refused) {
    ck_assert_int_eq(fake_open(h), ACLOAD_OK);
    ck_assert_int_eq(fake_begin(h, "Contact Id|Comment"), ACLOAD_FAIL);
    ck_assert_str_eq(fake_why(h), "has no column Score among its 2 columns");
}
END_TEST

START_TEST(an_org_without_the_object_is_said) {
    fake_option(h, "object", "Other__c");
    ck_assert_int_eq(fake_open(h), ACLOAD_OK);
    ck_assert_int_eq(fake_begin(h, "Contact Id|Score"), ACLOAD_FAIL);
    ck_assert_str_eq(fake_why(h), "the org has no object Other__c");
}
END_TEST

START_TEST(without_a_score_field_nothing_can_be_done) {
    fake_option(h, "object", "Bare__c");
    fake_object(h, "Bare__c", "Contact_Id__c", false);
    ck_assert_int_eq(fake_open(h), ACLOAD_OK);
    ck_assert_int_eq(fake_begin(h, "Contact Id|Score"), ACLOAD_FAIL);
    ck_assert_str_eq(fake_code(h), "CONFIG");
}
END_TEST

START_TEST(fields_the_org_lacks_are_left_out) {
    fake_option(h, "object", "Small__c");
    fake_object(h, "Small__c", "Contact_Id__c", false);
    fake_field(h, "Small__c", "Score__c", ACLOAD_NUMBER, 0);
    begin("Contact Id|Score|Comment");
    ck_assert_str_eq(fake_log(h, 0), "column Comment is left out: the org has no Comment__c");
    ck_assert_int_eq(fake_row(h, "c|50|x"), ACLOAD_PASS);
    ck_assert_uint_eq(fake_n_set(h, 0), 2);
}
END_TEST

int main(void) {
    Suite *s = suite_create("template");
    TCase *t = tcase_create("template");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, it_bids_on_its_own_columns, 0, (int)(sizeof bids / sizeof *bids));
    tcase_add_test(t, a_row_becomes_a_record);
    tcase_add_test(t, columns_are_bound_for_every_input);
    tcase_add_loop_test(t, a_score_has_a_grade, 0, (int)(sizeof grades / sizeof *grades));
    tcase_add_loop_test(t, a_row_that_makes_no_sense_is_rejected, 0,
                        (int)(sizeof rejects / sizeof *rejects));
    tcase_add_test(t, low_scores_are_left_out_and_summed_up);
    tcase_add_loop_test(t, grades_that_cannot_be_read_fail_open, 0,
                        (int)(sizeof bad_grades / sizeof *bad_grades));
    tcase_add_test(t, without_memory_open_fails);
    tcase_add_test(t, an_input_without_its_columns_is_refused);
    tcase_add_test(t, an_org_without_the_object_is_said);
    tcase_add_test(t, without_a_score_field_nothing_can_be_done);
    tcase_add_test(t, fields_the_org_lacks_are_left_out);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
