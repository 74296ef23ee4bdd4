// SPDX-License-Identifier: MIT
// Tests of plugins/interval/interval.c: rows of reports become records.
#include "interval_org.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof *(array))

// --- bids ----------------------------------------------------------------------------------------

static const struct {
    const char *columns, *kind;
    int score, near;
    const char *missing; // a piece of it
} bids[] = {
    {"Queue|StartInterval|EndInterval|Contacts handled", "auto", 90, 0, ""},
    {"Agent|StartInterval|EndInterval", "auto", 90, 0, ""},
    {"Contacts handled|EndInterval|StartInterval|Agent", "auto", 90, 0, ""},
    {BOM "QUEUE|startinterval| EndInterval ", "auto", 90, 0, ""},
    {"Queue|StartInterval|Contacts handled", "auto", 80, 0, ""},
    {"Queue|Agent|StartInterval|EndInterval", "auto", 90, 0, ""},
    {"EndInterval|Queue|StartInterval", "auto", 90, 0, ""},
    {"StartInterval|Queue|EndInterval", "auto", 90, 0, ""},
    {"StartInterval|EndInterval|Channel", "auto", 0, 60, "a column Queue or Agent"},
    {"Routing Profile|StartInterval|EndInterval", "auto", 0, 60, "a column Queue or Agent"},
    {"Queue|Contacts handled", "auto", 0, 50, "the column StartInterval"},
    {"Agent|Contacts handled", "auto", 0, 50, "the column StartInterval"},
    {"OWNERID|ACCOUNT__C|PHONE_NUMBER__C", "auto", 0, 10, "Queue or Agent, and StartInterval"},
    {"Historical metrics: Queues", "auto", 0, 10, "in the first line"},
    {"", "auto", 0, 10, "Queue or Agent"},
    {"Queue|StartInterval|EndInterval", "queue", 90, 0, ""},
    {"Queue|StartInterval|EndInterval", "agent", 0, 60, "a column Queue or Agent"},
    {"Agent|StartInterval|EndInterval", "queue", 0, 60, "a column Queue or Agent"},
    {"Agent|StartInterval|EndInterval", "agent", 90, 0, ""},
};

START_TEST(it_bids_on_interval_reports) {
    acload_bid bid;
    fake_option(interval_host, "kind", bids[_i].kind);
    fake_bid(interval_host, bids[_i].columns, NULL, &bid);
    ck_assert_int_eq(bid.score, bids[_i].score);
    ck_assert_int_eq(bid.near, bids[_i].near);
    ck_assert_msg(strstr(bid.missing, bids[_i].missing) != NULL, "%s", bid.missing);
}
END_TEST

// --- a row ---------------------------------------------------------------------------------------

START_TEST(a_queue_row_becomes_a_record) {
    interval_begin("Queue|StartInterval|EndInterval|Contacts handled|Contacts incoming|Occupancy");
    interval_row("Sales, North - EN" SPAN "|3|12|97.40%");
    ck_assert_int_eq((int)fake_n_records(interval_host), 1);
    ck_assert_str_eq(fake_record_object(interval_host, 0), QUEUES);
    ck_assert_int_eq(fake_record_operation(interval_host, 0), ACLOAD_UPSERT);
    ck_assert_str_eq(fake_record_key(interval_host, 0), "SalesNorthEN" START);
    ck_assert_str_eq(fake_value(interval_host, 0, "AC_Object_Name__c"), "Sales, North - EN");
    ck_assert_str_eq(fake_value(interval_host, 0, "StartInterval__c"), START);
    ck_assert_str_eq(fake_value(interval_host, 0, "EndInterval__c"), END);
    ck_assert_str_eq(fake_value(interval_host, 0, "Contacts_handled__c"), "3");
    ck_assert_str_eq(fake_value(interval_host, 0, "Contacts_Incoming__c"), "12");
    ck_assert_str_eq(fake_value(interval_host, 0, "Occupancy__c"), "97.40");
    ck_assert_str_eq(fake_value(interval_host, 0, "Created_Date__c"), "2031-03-04T16:30:00.000Z");
    ck_assert_int_eq((int)fake_n_set(interval_host, 0), 8);
    ck_assert_int_eq((int)fake_n_logs(interval_host), 0);
}
END_TEST

START_TEST(an_agent_row_becomes_a_record) {
    interval_begin("Agent|StartInterval|EndInterval|Agent name|Nonproductive time|Contacts missed");
    interval_row(
        "ROLEID:jane@example.com|2031-03-04T09:00:00.000-07:00|2031-03-04T09:30:00.000-07:00|"
        "Doe, Jane|361|");
    ck_assert_str_eq(fake_record_object(interval_host, 0), AGENTS);
    ck_assert_str_eq(fake_record_key(interval_host, 0),
                     "ROLEID:jane@example.com2031-03-04T09:00:00.000-07:00");
    ck_assert_str_eq(fake_value(interval_host, 0, "AC_Object_Name__c"), "ROLEID:jane@example.com");
    ck_assert_str_eq(fake_value(interval_host, 0, "StartInterval__c"), START);
    ck_assert_str_eq(fake_value(interval_host, 0, "EndInterval__c"), END);
    ck_assert_str_eq(fake_value(interval_host, 0, "Agent_name__c"), "Doe, Jane");
    ck_assert_str_eq(fake_value(interval_host, 0, "Nonproductive_time__c"), "361");
    ck_assert_ptr_eq(fake_value(interval_host, 0, "Contacts_missed__c"), fake_cleared);
}
END_TEST

START_TEST(columns_may_stand_in_any_order) {
    interval_begin("Occupancy|EndInterval|Contacts handled|StartInterval|Queue");
    interval_row("5%|" END "|3|" START "|Sales");
    ck_assert_str_eq(fake_record_key(interval_host, 0), "Sales" START);
    ck_assert_str_eq(fake_value(interval_host, 0, "Occupancy__c"), "5");
    ck_assert_str_eq(fake_value(interval_host, 0, "Contacts_handled__c"), "3");
}
END_TEST

START_TEST(every_input_is_bound_anew) {
    interval_begin("Queue|StartInterval|EndInterval|Contacts handled");
    interval_row("Sales" SPAN "|3");
    ck_assert_int_eq(fake_flush(interval_host, ACLOAD_END_OF_INPUT), ACLOAD_OK);
    ck_assert_int_eq(fake_begin(interval_host, "Contacts missed|Agent|EndInterval|StartInterval"),
                     ACLOAD_OK);
    interval_row("7|jdoe|" END "|" START);
    ck_assert_str_eq(fake_record_object(interval_host, 1), AGENTS);
    ck_assert_str_eq(fake_value(interval_host, 1, "Contacts_missed__c"), "7");
    ck_assert_ptr_eq(fake_value(interval_host, 1, "Contacts_handled__c"), fake_unset);
}
END_TEST

START_TEST(many_columns_are_no_trouble) {
    static char columns[60000] = "Queue|StartInterval|EndInterval", cells[60000] = "Sales" SPAN;
    size_t at = strlen(columns), cell = strlen(cells);
    char name[480][32];
    for (int i = 0; i < 480; i++) {
        snprintf(name[i], sizeof name[i], "Status_%d_time__c", i);
        interval_number(QUEUES, name[i], ACLOAD_NUMBER, 0);
        at += (size_t)snprintf(columns + at, sizeof columns - at, "|Status %d time", i);
        cell += (size_t)snprintf(cells + cell, sizeof cells - cell, "|%d", i);
    }
    interval_begin(columns);
    interval_row(cells);
    ck_assert_str_eq(fake_value(interval_host, 0, "Status_0_time__c"), "0");
    ck_assert_str_eq(fake_value(interval_host, 0, "Status_479_time__c"), "479");
    ck_assert_int_eq((int)fake_n_logs(interval_host), 0);
}
END_TEST

// --- rows that cannot become records -------------------------------------------------------------

#define COLUMNS "Queue|StartInterval|EndInterval|Contacts handled|Occupancy"

static const struct {
    const char *cells, *code, *why;
} bad_rows[] = {
    {SPAN "|1|2%", "MISSING_VALUE", "column Queue holds no name"},
    {" " SPAN "|1|2%", "MISSING_VALUE", "column Queue"},
    {"-" SPAN "|1|2%", "MISSING_VALUE", "column Queue"},
    {"Sales||" END "|1|2%", "INVALID_DATE", "StartInterval: ''"},
    {"Sales|-|" END "|1|2%", "INVALID_DATE", "StartInterval: '-'"},
    {"Sales|yesterday|" END "|1|2%", "INVALID_DATE", "StartInterval: 'yesterday'"},
    {"Sales|2031-02-30T16:00:00.000Z|" END "|1|2%", "INVALID_DATE", "2031-02-30"},
    {"Sales|2031-03-04T16:00:00.000|" END "|1|2%", "INVALID_DATE", "StartInterval"},
    {"Sales|" START "|tomorrow|1|2%", "INVALID_DATE", "EndInterval: 'tomorrow'"},
    {"Sales|" START "|2031-03-04T16:15:00.000Z|1|2%", "INTERVAL_LENGTH", "15 minutes long"},
    {"Sales|" START "|2031-03-04T17:00:00.000Z|1|2%", "INTERVAL_LENGTH", "60 minutes long"},
    {"Sales|" START "|2031-03-05T16:00:00.000Z|1|2%", "INTERVAL_LENGTH", "1440 minutes long"},
    {"Sales|" START "|" START "|1|2%", "INTERVAL_LENGTH", "ends at " START ", which is not after"},
    {"Sales|" END "|" START "|1|2%", "INTERVAL_LENGTH", "ends at " START ", which is not after"},
    {"Sales|2031-03-04T16:10:00.000Z|2031-03-04T16:40:00.000Z|1|2%", "INTERVAL_START",
     "multiple of 30"},
    {"Sales" SPAN "|1,234|2%", "INVALID_NUMBER",
     "column 4 (Contacts handled): '1,234' has a comma"},
    {"Sales" SPAN "|1|97,4%", "INVALID_NUMBER", "column 5 (Occupancy): '97,4%'"},
    {"Sales" SPAN "|many|2%", "INVALID_NUMBER", "'many' is no number"},
    {"Sales" SPAN "|1|0:12:05", "INVALID_NUMBER", "'0:12:05' is no number"},
    {"Sales" SPAN "|9999999999999999999|2%", "NUMBER_OUTSIDE_VALID_RANGE", "Contacts_handled__c"},
};

START_TEST(a_bad_row_is_rejected_with_its_reason) {
    interval_begin(COLUMNS);
    interval_rejects(bad_rows[_i].cells, bad_rows[_i].code);
    ck_assert_msg(strstr(fake_why(interval_host), bad_rows[_i].why) != NULL, "%s",
                  fake_why(interval_host));
}
END_TEST

START_TEST(a_good_row_after_a_bad_one_arrives) {
    interval_begin(COLUMNS);
    interval_rejects("Sales" SPAN "|many|2%", "INVALID_NUMBER");
    interval_row("Sales" SPAN "|1|2%");
    ck_assert_int_eq((int)fake_n_records(interval_host), 1);
}
END_TEST

START_TEST(a_long_value_is_cut_between_characters) {
    char cells[400];
    snprintf(cells, sizeof cells, "Sales" SPAN "|%s|2%%",
             "x\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC"
             "\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC"
             "\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC\xC3\xBC");
    interval_begin(COLUMNS);
    interval_rejects(cells, "INVALID_NUMBER");
    ck_assert_msg(strstr(fake_why(interval_host), "\xC3\xBC' is no number") != NULL, "%s",
                  fake_why(interval_host));
}
END_TEST

static const struct {
    const char *interval, *start, *end;
} intervals[] = {
    {"30m", START, END},
    {"30m", START, ""},
    {"30m", START, "-"},
    {"30m", " " START " ", " " END " "},
    {"15m", "2031-03-04T16:15:00.000Z", "2031-03-04T16:30:00.000Z"},
    {"60m", START, "2031-03-04T17:00:00.000Z"},
    {"24h", "2031-03-04T00:00:00.000-07:00", "2031-03-05T00:00:00.000-07:00"},
    {"0s", "2031-03-04T16:07:00.000Z", "2031-03-04T16:08:00.000Z"},
    {"0s", START, "what of it"},
    {"30m", "2031-03-04T21:30:00.000+05:45", "2031-03-04T22:00:00.000+05:45"},
};

START_TEST(an_interval_of_the_right_length_is_taken) {
    char cells[200];
    fake_field(interval_host, QUEUES, "EndInterval__c", ACLOAD_STRING, 80);
    snprintf(cells, sizeof cells, "Sales|%s|%s", intervals[_i].start, intervals[_i].end);
    fake_option(interval_host, "interval", intervals[_i].interval);
    interval_begin("Queue|StartInterval|EndInterval");
    interval_row(cells);
    ck_assert_int_eq((int)fake_n_records(interval_host), 1);
}
END_TEST

START_TEST(without_an_end_the_beginning_is_checked) {
    interval_begin("Queue|StartInterval");
    interval_row("Sales|" START);
    ck_assert_int_eq(fake_row(interval_host, "Sales|2031-03-04T16:10:00.000Z"), ACLOAD_REJECT);
    ck_assert_str_eq(fake_code(interval_host), "INTERVAL_START");
}
END_TEST

START_TEST(an_agent_without_a_name_is_rejected) {
    interval_begin("Agent|StartInterval|EndInterval");
    interval_rejects("-" SPAN, "MISSING_VALUE");
    ck_assert(strstr(fake_why(interval_host), "column Agent") != NULL);
}
END_TEST

START_TEST(a_start_in_the_first_column_is_found) {
    interval_begin("StartInterval|Agent|EndInterval");
    interval_row(START "|jdoe|" END);
    ck_assert_str_eq(fake_record_key(interval_host, 0), "jdoe" START);
}
END_TEST

START_TEST(an_end_in_the_first_column_is_checked_too) {
    interval_begin("EndInterval|StartInterval|Queue");
    interval_rejects("2031-03-04T16:15:00.000Z|" START "|Sales", "INTERVAL_LENGTH");
}
END_TEST

START_TEST(a_long_label_is_cut_in_the_message) {
    interval_number(QUEUES, "Contacts_handled_conn_to_agent_timestamp__c", ACLOAD_NUMBER, 0);
    interval_begin("Queue|StartInterval|EndInterval|Contacts handled (connected to agent "
                   "timestamp)");
    interval_rejects("Sales" SPAN "|many", "INVALID_NUMBER");
    ck_assert_str_eq(fake_why(interval_host),
                     "column 4 (Contacts handled (connected to agent timest): 'many' is no number");
}
END_TEST

START_TEST(a_long_label_is_cut_between_characters) {
    interval_begin("Queue|StartInterval|EndInterval|(\xE3\x83\xBC\xE3\x83\xBC\xE3\x83\xBC"
                   "\xE3\x83\xBC\xE3\x83\xBC\xE3\x83\xBC\xE3\x83\xBC\xE3\x83\xBC\xE3\x83\xBC"
                   "\xE3\x83\xBC\xE3\x83\xBC\xE3\x83\xBC\xE3\x83\xBC\xE3\x83\xBC\xE3\x83\xBC)"
                   " Contacts handled");
    interval_rejects("Sales" SPAN "|many", "INVALID_NUMBER");
    ck_assert_msg(strstr(fake_why(interval_host), "\xE3\x83\xBC): 'many'") != NULL, "%s",
                  fake_why(interval_host));
}
END_TEST

START_TEST(blanks_around_the_start_are_not_in_the_id) {
    interval_begin("Queue|StartInterval|EndInterval");
    interval_row("Sales| " START " |" END);
    ck_assert_str_eq(fake_record_key(interval_host, 0), "Sales" START);
}
END_TEST

// --- values --------------------------------------------------------------------------------------

START_TEST(rounding_is_told_once_an_input) {
    interval_begin(
        "Queue|StartInterval|EndInterval|Average handle time|Contacts handled|Occupancy");
    interval_row("Sales" SPAN "|991.5|3|97.405%");
    interval_row("Other" SPAN "|1.4|3|97.40%");
    ck_assert_int_eq((int)fake_n_logs(interval_host), 0);
    ck_assert_int_eq(fake_flush(interval_host, ACLOAD_CHECKPOINT), ACLOAD_OK);
    ck_assert_int_eq((int)fake_n_logs(interval_host), 0);
    ck_assert_int_eq(fake_flush(interval_host, ACLOAD_END_OF_INPUT), ACLOAD_OK);
    ck_assert_int_eq(fake_flush(interval_host, ACLOAD_END_OF_RUN), ACLOAD_OK);
    ck_assert_int_eq((int)fake_n_logs(interval_host), 1);
    ck_assert_str_eq(fake_log(interval_host, 0),
                     "3 values rounded, their fields keep fewer digits after the "
                     "point: Average handle time, Occupancy");
    ck_assert_str_eq(fake_value(interval_host, 0, "Average_handle_time__c"), "992");
    ck_assert_str_eq(fake_value(interval_host, 0, "Occupancy__c"), "97.41");
    ck_assert_str_eq(fake_value(interval_host, 1, "Average_handle_time__c"), "1");
}
END_TEST

START_TEST(rounding_is_forgotten_with_its_input) {
    interval_begin("Queue|StartInterval|EndInterval|Average handle time");
    interval_row("Sales" SPAN "|991.5");
    ck_assert_int_eq(fake_flush(interval_host, ACLOAD_END_OF_INPUT), ACLOAD_OK);
    fake_forget(interval_host);
    ck_assert_int_eq(
        fake_begin(interval_host, "Queue|StartInterval|EndInterval|Average handle time"),
        ACLOAD_OK);
    interval_row("Sales" SPAN "|991");
    ck_assert_int_eq(fake_flush(interval_host, ACLOAD_END_OF_INPUT), ACLOAD_OK);
    ck_assert_int_eq((int)fake_n_logs(interval_host), 0);
}
END_TEST

START_TEST(empty_cells_and_dashes_clear_their_fields) {
    interval_begin(
        "Queue|StartInterval|EndInterval|Contacts handled|Contacts missed|Occupancy|Agent name");
    interval_row("Sales" SPAN "||-| |-");
    ck_assert_ptr_eq(fake_value(interval_host, 0, "Contacts_handled__c"), fake_cleared);
    ck_assert_ptr_eq(fake_value(interval_host, 0, "Contacts_missed__c"), fake_cleared);
    ck_assert_ptr_eq(fake_value(interval_host, 0, "Occupancy__c"), fake_cleared);
    ck_assert_ptr_eq(fake_value(interval_host, 0, "Agent_name__c"), fake_cleared);
}
END_TEST

START_TEST(a_percent_sign_in_a_name_stays) {
    interval_begin("Queue|StartInterval|EndInterval|Agent name");
    interval_row("100% Sales" SPAN "|50% Jane");
    ck_assert_str_eq(fake_value(interval_host, 0, "AC_Object_Name__c"), "100% Sales");
    ck_assert_str_eq(fake_value(interval_host, 0, "Agent_name__c"), "50% Jane");
    ck_assert_str_eq(fake_record_key(interval_host, 0), "100Sales" START);
}
END_TEST

START_TEST(durations_become_seconds) {
    interval_begin("Queue|StartInterval|EndInterval|Average handle time|Contacts handled");
    interval_row("Sales" SPAN "|30:00:01|0:07");
    ck_assert_str_eq(fake_value(interval_host, 0, "Average_handle_time__c"), "108001");
    ck_assert_str_eq(fake_value(interval_host, 0, "Contacts_handled__c"), "7");
}
END_TEST

START_TEST(created_date_is_the_event_s_time_by_option) {
    fake_option(interval_host, "created_date", "event");
    interval_begin("Queue|StartInterval|EndInterval");
    interval_row("Sales" SPAN);
    ck_assert_str_eq(fake_value(interval_host, 0, "Created_Date__c"), "2031-03-04T16:31:00.000Z");
}
END_TEST

START_TEST(a_row_allocates_nothing) {
    interval_begin(COLUMNS);
    interval_host->is_full = true;
    interval_row("Sales, North" SPAN "|991.5|97.405%");
    ck_assert_str_eq(fake_value(interval_host, 0, "Contacts_handled__c"), "992");
}
END_TEST

static TCase *tcase(Suite *s, const char *name) {
    TCase *t = tcase_create(name);
    tcase_add_checked_fixture(t, interval_setup, interval_teardown);
    suite_add_tcase(s, t);
    return t;
}

static void add_rows(Suite *s) {
    TCase *t = tcase(s, "row");
    tcase_add_loop_test(t, it_bids_on_interval_reports, 0, (int)N(bids));
    tcase_add_test(t, a_queue_row_becomes_a_record);
    tcase_add_test(t, an_agent_row_becomes_a_record);
    tcase_add_test(t, columns_may_stand_in_any_order);
    tcase_add_test(t, every_input_is_bound_anew);
    tcase_add_test(t, many_columns_are_no_trouble);
    tcase_add_loop_test(t, a_bad_row_is_rejected_with_its_reason, 0, (int)N(bad_rows));
    tcase_add_test(t, a_good_row_after_a_bad_one_arrives);
    tcase_add_test(t, a_long_value_is_cut_between_characters);
    tcase_add_loop_test(t, an_interval_of_the_right_length_is_taken, 0, (int)N(intervals));
    tcase_add_test(t, without_an_end_the_beginning_is_checked);
    tcase_add_test(t, an_agent_without_a_name_is_rejected);
    tcase_add_test(t, a_start_in_the_first_column_is_found);
    tcase_add_test(t, an_end_in_the_first_column_is_checked_too);
    tcase_add_test(t, a_long_label_is_cut_in_the_message);
    tcase_add_test(t, a_long_label_is_cut_between_characters);
    tcase_add_test(t, blanks_around_the_start_are_not_in_the_id);
    tcase_add_test(t, rounding_is_told_once_an_input);
    tcase_add_test(t, rounding_is_forgotten_with_its_input);
    tcase_add_test(t, empty_cells_and_dashes_clear_their_fields);
    tcase_add_test(t, a_percent_sign_in_a_name_stays);
    tcase_add_test(t, durations_become_seconds);
    tcase_add_test(t, created_date_is_the_event_s_time_by_option);
    tcase_add_test(t, a_row_allocates_nothing);
}

int main(void) {
    Suite *s = suite_create("interval");
    add_rows(s);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
