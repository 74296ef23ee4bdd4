// SPDX-License-Identifier: MIT
// Tests of plugins/interval/bind.c: columns find their fields.
#include "interval_org.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof *(array))

// --- the beginning of an input -------------------------------------------------------------------

static const struct {
    const char *columns, *kind, *code, *why;
} refusals[] = {
    {"Queue|Contacts handled", "auto", "MISSING_COLUMN", "no column StartInterval"},
    {"Agent|EndInterval", "auto", "MISSING_COLUMN", "no column StartInterval"},
    {"StartInterval|EndInterval", "auto", "MISSING_COLUMN", "no column Queue or Agent"},
    {"Agent|StartInterval", "queue", "MISSING_COLUMN", "no column Queue in"},
    {"Queue|StartInterval", "agent", "MISSING_COLUMN", "no column Agent in"},
    {"Queue|Agent|StartInterval", "auto", "BOTH_KINDS", "option kind"},
    {"Agent|Queue|StartInterval", "auto", "BOTH_KINDS", "option kind"},
    {"", "auto", "MISSING_COLUMN", "no column Queue or Agent"},
};

START_TEST(an_input_that_is_no_report_is_refused) {
    fake_option(interval_host, "kind", refusals[_i].kind);
    ck_assert_int_eq(fake_open(interval_host), ACLOAD_OK);
    ck_assert_int_eq(fake_begin(interval_host, refusals[_i].columns), ACLOAD_FAIL);
    ck_assert_str_eq(fake_code(interval_host), refusals[_i].code);
    ck_assert_msg(strstr(fake_why(interval_host), refusals[_i].why) != NULL, "%s",
                  fake_why(interval_host));
}
END_TEST

START_TEST(an_org_without_the_object_is_a_mistake_of_configuration) {
    fake_option(interval_host, "queue_object", "AC_Nothing__c");
    ck_assert_int_eq(fake_open(interval_host), ACLOAD_OK);
    ck_assert_int_eq(fake_begin(interval_host, "Queue|StartInterval"), ACLOAD_FAIL);
    ck_assert_str_eq(fake_code(interval_host), "CONFIG");
}
END_TEST

START_TEST(a_hidden_name_field_is_a_mistake_of_configuration) {
    fake_object(interval_host, "AC_Bare__c", "AC_Record_Id__c", false);
    fake_option(interval_host, "queue_object", "AC_Bare__c");
    ck_assert_int_eq(fake_open(interval_host), ACLOAD_OK);
    ck_assert_int_eq(fake_begin(interval_host, "Queue|StartInterval"), ACLOAD_FAIL);
    ck_assert_str_eq(fake_code(interval_host), "CONFIG");
    ck_assert(strstr(fake_why(interval_host), "AC_Administrator") != NULL);
}
END_TEST

START_TEST(a_name_field_that_may_not_be_written_is_a_mistake_of_configuration) {
    acload_traits traits = {.size = sizeof traits, .type = ACLOAD_STRING, .length = 80};
    fake_field_traits(interval_host, QUEUES, "AC_Object_Name__c", &traits);
    ck_assert_int_eq(fake_open(interval_host), ACLOAD_OK);
    ck_assert_int_eq(fake_begin(interval_host, "Queue|StartInterval"), ACLOAD_FAIL);
    ck_assert_str_eq(fake_code(interval_host), "CONFIG");
    ck_assert(strstr(fake_why(interval_host), "AC_Object_Name__c") != NULL);
}
END_TEST

START_TEST(without_memory_an_input_fails) {
    interval_host->is_full = true;
    ck_assert_int_eq(fake_open(interval_host), ACLOAD_OK);
    ck_assert_int_eq(fake_begin(interval_host, "Queue|StartInterval"), ACLOAD_FAIL);
    ck_assert_str_eq(fake_code(interval_host), "NO_MEMORY");
}
END_TEST

START_TEST(both_columns_are_fine_when_the_kind_is_said) {
    fake_option(interval_host, "kind", "agent");
    interval_begin("Queue|Agent|StartInterval|EndInterval|Contacts handled");
    interval_row("Sales|jdoe" SPAN "|3");
    ck_assert_str_eq(fake_record_object(interval_host, 0), AGENTS);
    ck_assert_str_eq(fake_record_key(interval_host, 0), "jdoe" START);
}
END_TEST

START_TEST(the_agents_of_a_queue_report_are_never_sent_to_the_look_up) {
    fake_field(interval_host, QUEUES, "Agent__c", ACLOAD_STRING, 18);
    fake_option(interval_host, "kind", "queue");
    interval_begin("Queue|Agent|StartInterval|EndInterval");
    interval_row("Sales|jdoe" SPAN);
    ck_assert_str_eq(fake_record_object(interval_host, 0), QUEUES);
    ck_assert_ptr_eq(fake_value(interval_host, 0, "Agent__c"), fake_unset);
    ck_assert(strstr(fake_log(interval_host, 0), "Agent") != NULL);
}
END_TEST

// --- labels and fields ---------------------------------------------------------------------------

static const struct {
    const char *label, *field;
} labels[] = {
    {"CONTACTS HANDLED", "Contacts_handled__c"},
    {BOM "Contacts handled", "Contacts_handled__c"},
    {"(Contacts) handled ", "Contacts_handled__c"},
    {"Contacts incoming", "Contacts_Incoming__c"},
    {"Non-productive time", "Nonproductive_time__c"},
    {"Agent non-productive time", "Nonproductive_time__c"},
    {"Agent non-response", "Contacts_missed__c"},
    {"Contacts missed", "Contacts_missed__c"},
    {"Contact abandoned", "Contacts_abandoned__c"},
    {"Avg. handle time", "Average_handle_time__c"},
    {"Average agent interaction and customer hold time",
     "Avg_agent_interaction_and_cust_hold_time__c"},
    {"Avg. agent interaction and customer hold time",
     "Avg_agent_interaction_and_cust_hold_time__c"},
};

START_TEST(a_label_finds_its_field) {
    char columns[200];
    snprintf(columns, sizeof columns, "Queue|StartInterval|EndInterval|%s", labels[_i].label);
    interval_begin(columns);
    interval_row("Sales" SPAN "|42");
    ck_assert_str_eq(fake_value(interval_host, 0, labels[_i].field), "42");
    ck_assert_int_eq((int)fake_n_logs(interval_host), 0);
}
END_TEST

START_TEST(the_field_of_the_own_name_goes_before_a_synonym) {
    interval_number(QUEUES, "Agent_non_response__c", ACLOAD_NUMBER, 0);
    interval_begin("Queue|StartInterval|EndInterval|Agent non-response|Contacts missed");
    interval_row("Sales" SPAN "|1|2");
    ck_assert_str_eq(fake_value(interval_host, 0, "Agent_non_response__c"), "1");
    ck_assert_str_eq(fake_value(interval_host, 0, "Contacts_missed__c"), "2");
}
END_TEST

START_TEST(of_two_names_for_one_field_the_own_one_wins_wherever_it_stands) {
    interval_begin("Queue|StartInterval|EndInterval|Agent non-response|Contacts missed");
    interval_row("Sales" SPAN "|1|2");
    ck_assert_str_eq(fake_value(interval_host, 0, "Contacts_missed__c"), "2");
    ck_assert_int_eq((int)fake_n_logs(interval_host), 1);
    ck_assert_str_eq(fake_log(interval_host, 0),
                     "1 column left out, their fields are filled already: Agent non-response");
}
END_TEST

START_TEST(a_column_cannot_write_what_makes_the_record) {
    interval_begin("Queue|StartInterval|EndInterval|AC Record Id|AC Object Name|Created Date");
    interval_row("Sales" SPAN "|x|y|" START);
    ck_assert_str_eq(fake_record_key(interval_host, 0), "Sales" START);
    ck_assert_str_eq(fake_value(interval_host, 0, "AC_Object_Name__c"), "Sales");
    ck_assert_str_eq(fake_value(interval_host, 0, "Created_Date__c"), END);
    ck_assert(strstr(fake_log(interval_host, 0), "AC Record Id, AC Object Name, Created Date") !=
              NULL);
}
END_TEST

START_TEST(columns_the_org_has_no_field_for_are_named_once) {
    interval_begin("Queue|StartInterval|EndInterval|Lunch time|Contacts handled|Routing Profile");
    interval_row("Sales" SPAN "|1|2|General");
    interval_row("Other" SPAN "|1|2|General");
    ck_assert_int_eq((int)fake_n_logs(interval_host), 1);
    ck_assert_int_eq(fake_log_level(interval_host, 0), ACLOAD_WARNING);
    ck_assert_str_eq(fake_log(interval_host, 0),
                     "2 columns left out, no such field in this org, or hidden "
                     "from this user: Lunch time, Routing Profile");
    ck_assert_str_eq(fake_value(interval_host, 0, "Contacts_handled__c"), "2");
}
END_TEST

START_TEST(a_column_without_a_name_is_told_by_its_place) {
    interval_begin("Queue|StartInterval|EndInterval|| |Contacts handled");
    interval_row("Sales" SPAN "|1||2");
    ck_assert_int_eq((int)fake_n_logs(interval_host), 1);
    ck_assert_str_eq(fake_log(interval_host, 0),
                     "2 columns left out, without a name: column 4, column 5");
    ck_assert_str_eq(fake_value(interval_host, 0, "Contacts_handled__c"), "2");
}
END_TEST

START_TEST(an_impossible_name_is_told_apart) {
    interval_begin(
        "Queue|StartInterval|EndInterval|Abcdefghij abcdefghi abcdefghi abcdefghij|2nd line time");
    ck_assert_int_eq((int)fake_n_logs(interval_host), 1);
    ck_assert(strstr(fake_log(interval_host, 0), "40 characters") != NULL);
    ck_assert(strstr(fake_log(interval_host, 0), "abcdefghij, 2nd line time") != NULL);
}
END_TEST

START_TEST(a_field_that_may_not_be_written_is_left_out) {
    acload_traits traits = {.size = sizeof traits, .type = ACLOAD_NUMBER, .precision = 18};
    fake_field_traits(interval_host, QUEUES, "Contacts_handled__c", &traits);
    interval_begin("Queue|StartInterval|EndInterval|Contacts handled");
    interval_row("Sales" SPAN "|1");
    ck_assert_ptr_eq(fake_value(interval_host, 0, "Contacts_handled__c"), fake_unset);
    ck_assert(strstr(fake_log(interval_host, 0), "may not write") != NULL);
}
END_TEST

START_TEST(created_date_is_left_out_where_it_may_not_be_written) {
    acload_traits traits = {.size = sizeof traits, .type = ACLOAD_DATETIME};
    fake_field_traits(interval_host, QUEUES, "Created_Date__c", &traits);
    interval_begin("Queue|StartInterval|EndInterval");
    interval_row("Sales" SPAN);
    ck_assert_ptr_eq(fake_value(interval_host, 0, "Created_Date__c"), fake_unset);
    ck_assert(strstr(fake_log(interval_host, 0), "Created_Date__c") != NULL);
}
END_TEST

START_TEST(a_long_list_of_columns_is_cut_in_the_message) {
    static char columns[20000] = "Queue|StartInterval|EndInterval";
    size_t at = strlen(columns);
    for (int i = 0; i < 100; i++)
        at += (size_t)snprintf(columns + at, sizeof columns - at, "|Some custom status %d time", i);
    snprintf(columns + at, sizeof columns - at, "|X"); // short, but nothing follows the cut
    interval_begin(columns);
    ck_assert_int_eq((int)fake_n_logs(interval_host), 1);
    ck_assert(strncmp(fake_log(interval_host, 0), "101 columns left out", 20) == 0);
    ck_assert(strlen(fake_log(interval_host, 0)) < 800);
    ck_assert_str_eq(fake_log(interval_host, 0) + strlen(fake_log(interval_host, 0)) - 5, ", ...");
}
END_TEST

START_TEST(without_an_org_unknown_fields_are_kept) {
    fake_object(interval_host, "AC_Open__c", "AC_Record_Id__c", true);
    fake_field(interval_host, "AC_Open__c", "AC_Object_Name__c", ACLOAD_STRING, 80);
    interval_number("AC_Open__c", "Contacts_missed__c", ACLOAD_NUMBER, 0);
    fake_option(interval_host, "queue_object", "AC_Open__c");
    interval_begin(
        "Queue|StartInterval|EndInterval|Lunch time|Agent non-response|Routing Profile|Avg. idle");
    interval_row("Sales" SPAN "|0:10:00|4|General|3.5%");
    ck_assert_str_eq(fake_value(interval_host, 0, "Lunch_time__c"), "600");
    ck_assert_str_eq(fake_value(interval_host, 0, "Contacts_missed__c"), "4");
    ck_assert_str_eq(fake_value(interval_host, 0, "Routing_Profile__c"), "General");
    ck_assert_str_eq(fake_value(interval_host, 0, "Average_idle__c"), "3.5");
    ck_assert_ptr_eq(fake_value(interval_host, 0, "Agent_non_response__c"), fake_unset);
}
END_TEST

START_TEST(without_an_org_an_impossible_name_is_left_out_all_the_same) {
    fake_object(interval_host, "AC_Open__c", "AC_Record_Id__c", true);
    fake_option(interval_host, "queue_object", "AC_Open__c");
    interval_begin("Queue|StartInterval|Abcdefghij abcdefghi abcdefghi abcdefghij");
    ck_assert_int_eq((int)fake_n_logs(interval_host), 1);
    ck_assert(strstr(fake_log(interval_host, 0), "40 characters") != NULL);
}
END_TEST

// --- region --------------------------------------------------------------------------------------

static void add_region(uint32_t length, int writable) {
    acload_traits traits = {
        .size = sizeof traits, .type = ACLOAD_STRING, .length = length, .writable = writable};
    fake_field_traits(interval_host, QUEUES, "Region__c", &traits);
}

START_TEST(a_region_that_is_not_configured_stops_the_run) {
    add_region(80, 1);
    interval_host->region = (acload_str){NULL, 0};
    ck_assert_int_eq(fake_open(interval_host), ACLOAD_OK);
    ck_assert_int_eq(fake_begin(interval_host, "Queue|StartInterval"), ACLOAD_FAIL);
    ck_assert_str_eq(fake_code(interval_host), "CONFIG");
    ck_assert(strstr(fake_why(interval_host), "--region") != NULL);
}
END_TEST

START_TEST(a_region_nobody_needs_need_not_be_configured) {
    interval_host->region = (acload_str){NULL, 0};
    interval_begin("Queue|StartInterval|EndInterval");
    interval_row("Sales" SPAN);
    ck_assert_str_eq(fake_record_key(interval_host, 0), "Sales" START);
}
END_TEST

START_TEST(the_region_is_written_and_ends_the_id) {
    add_region(80, 1);
    interval_host->region = (acload_str){"us-east-1", 9};
    interval_begin("Queue|StartInterval|EndInterval");
    interval_row("Sales" SPAN);
    ck_assert_str_eq(fake_record_key(interval_host, 0), "Sales" START "us-east-1");
    ck_assert_str_eq(fake_value(interval_host, 0, "Region__c"), "us-east-1");
}
END_TEST

START_TEST(a_region_the_org_has_no_field_for_is_not_in_the_id) {
    interval_host->region = (acload_str){"us-east-1", 9};
    interval_begin("Queue|StartInterval|EndInterval");
    interval_row("Sales" SPAN);
    ck_assert_str_eq(fake_record_key(interval_host, 0), "Sales" START);
}
END_TEST

START_TEST(region_none_leaves_it_alone) {
    add_region(80, 1);
    interval_begin("Queue|StartInterval|EndInterval");
    interval_row("Sales" SPAN);
    ck_assert_str_eq(fake_record_key(interval_host, 0), "Sales" START);
    ck_assert_ptr_eq(fake_value(interval_host, 0, "Region__c"), fake_unset);
}
END_TEST

START_TEST(the_region_can_be_left_out_of_the_id) {
    add_region(80, 1);
    interval_host->region = (acload_str){"us-east-1", 9};
    fake_option(interval_host, "region_in_id", "false");
    interval_begin("Queue|StartInterval|EndInterval");
    interval_row("Sales" SPAN);
    ck_assert_str_eq(fake_record_key(interval_host, 0), "Sales" START);
    ck_assert_str_eq(fake_value(interval_host, 0, "Region__c"), "us-east-1");
}
END_TEST

START_TEST(a_region_that_may_not_be_written_is_in_the_id_all_the_same) {
    add_region(80, 0);
    interval_host->region = (acload_str){"us-east-1", 9};
    interval_begin("Queue|StartInterval|EndInterval");
    interval_row("Sales" SPAN);
    ck_assert_str_eq(fake_record_key(interval_host, 0), "Sales" START "us-east-1");
    ck_assert_ptr_eq(fake_value(interval_host, 0, "Region__c"), fake_unset);
    ck_assert(strstr(fake_log(interval_host, 0), "Region__c") != NULL);
}
END_TEST

START_TEST(a_region_longer_than_its_field_stops_the_run) {
    add_region(8, 1);
    interval_host->region = (acload_str){"us-east-1", 9};
    ck_assert_int_eq(fake_open(interval_host), ACLOAD_OK);
    ck_assert_int_eq(fake_begin(interval_host, "Queue|StartInterval"), ACLOAD_FAIL);
    ck_assert_str_eq(fake_code(interval_host), "CONFIG");
}
END_TEST

START_TEST(a_region_field_of_unknown_length_takes_any) {
    add_region(0, 1);
    interval_host->region = (acload_str){"us-east-1", 9};
    interval_begin("Queue|StartInterval|EndInterval");
    interval_row("Sales" SPAN);
    ck_assert_str_eq(fake_value(interval_host, 0, "Region__c"), "us-east-1");
}
END_TEST

START_TEST(a_region_of_the_field_s_length_is_fine) {
    add_region(9, 1);
    interval_host->region = (acload_str){"us-east-1", 9};
    interval_begin("Queue|StartInterval|EndInterval");
    interval_row("Sales" SPAN);
    ck_assert_str_eq(fake_value(interval_host, 0, "Region__c"), "us-east-1");
}
END_TEST

START_TEST(a_column_called_region_does_not_guess_it) {
    add_region(80, 1);
    interval_host->region = (acload_str){"us-east-1", 9};
    interval_begin("Queue|StartInterval|EndInterval|Region");
    interval_row("Sales" SPAN "|eu-central-1");
    ck_assert_str_eq(fake_value(interval_host, 0, "Region__c"), "us-east-1");
    ck_assert(strstr(fake_log(interval_host, 0), "filled already: Region") != NULL);
}
END_TEST

static TCase *tcase(Suite *s, const char *name) {
    TCase *t = tcase_create(name);
    tcase_add_checked_fixture(t, interval_setup, interval_teardown);
    suite_add_tcase(s, t);
    return t;
}

static void add_beginnings(Suite *s) {
    TCase *t = tcase(s, "begin");
    tcase_add_loop_test(t, an_input_that_is_no_report_is_refused, 0, (int)N(refusals));
    tcase_add_test(t, an_org_without_the_object_is_a_mistake_of_configuration);
    tcase_add_test(t, a_hidden_name_field_is_a_mistake_of_configuration);
    tcase_add_test(t, a_name_field_that_may_not_be_written_is_a_mistake_of_configuration);
    tcase_add_test(t, without_memory_an_input_fails);
    tcase_add_test(t, both_columns_are_fine_when_the_kind_is_said);
    tcase_add_test(t, the_agents_of_a_queue_report_are_never_sent_to_the_look_up);
}

static void add_labels(Suite *s) {
    TCase *t = tcase(s, "labels");
    tcase_add_loop_test(t, a_label_finds_its_field, 0, (int)N(labels));
    tcase_add_test(t, the_field_of_the_own_name_goes_before_a_synonym);
    tcase_add_test(t, of_two_names_for_one_field_the_own_one_wins_wherever_it_stands);
    tcase_add_test(t, a_column_cannot_write_what_makes_the_record);
    tcase_add_test(t, columns_the_org_has_no_field_for_are_named_once);
    tcase_add_test(t, a_column_without_a_name_is_told_by_its_place);
    tcase_add_test(t, an_impossible_name_is_told_apart);
    tcase_add_test(t, a_field_that_may_not_be_written_is_left_out);
    tcase_add_test(t, created_date_is_left_out_where_it_may_not_be_written);
    tcase_add_test(t, a_long_list_of_columns_is_cut_in_the_message);
    tcase_add_test(t, without_an_org_unknown_fields_are_kept);
    tcase_add_test(t, without_an_org_an_impossible_name_is_left_out_all_the_same);
}

static void add_regions(Suite *s) {
    TCase *t = tcase(s, "region");
    tcase_add_test(t, a_region_that_is_not_configured_stops_the_run);
    tcase_add_test(t, a_region_nobody_needs_need_not_be_configured);
    tcase_add_test(t, the_region_is_written_and_ends_the_id);
    tcase_add_test(t, a_region_the_org_has_no_field_for_is_not_in_the_id);
    tcase_add_test(t, region_none_leaves_it_alone);
    tcase_add_test(t, the_region_can_be_left_out_of_the_id);
    tcase_add_test(t, a_region_that_may_not_be_written_is_in_the_id_all_the_same);
    tcase_add_test(t, a_region_longer_than_its_field_stops_the_run);
    tcase_add_test(t, a_region_field_of_unknown_length_takes_any);
    tcase_add_test(t, a_region_of_the_field_s_length_is_fine);
    tcase_add_test(t, a_column_called_region_does_not_guess_it);
}

int main(void) {
    Suite *s = suite_create("interval/bind");
    add_beginnings(s);
    add_labels(s);
    add_regions(s);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
