// SPDX-License-Identifier: MIT
// Tests of plugins/interval/interval.c: the id a record gets.
#include "interval_org.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof *(array))

// --- ids -----------------------------------------------------------------------------------------

START_TEST(an_id_can_be_written_in_utc) {
    fake_option(interval_host, "record_id", "utc");
    interval_begin("Agent|StartInterval|EndInterval");
    interval_row("jdoe|2031-03-04T09:00:00.000-07:00|2031-03-04T09:30:00.000-07:00");
    ck_assert_str_eq(fake_record_key(interval_host, 0), "jdoe" START);
}
END_TEST

static const struct {
    const char *template, *key;
} good_templates[] = {
    {"{raw}{start}", "jdoe" START},
    {"{name}{start_utc}", "jdoe" START},
    {"{Agent}/{StartInterval}", "jdoe/" START},
    {"{Routing Profile} {start}", "General Queue " START},
    {"{raw}|{Routing Profile}|{start_utc}", "jdoe|General Queue|" START},
};

START_TEST(an_id_can_be_written_by_a_template) {
    fake_option(interval_host, "record_id", "template");
    fake_option(interval_host, "id_template", good_templates[_i].template);
    interval_begin("Agent|Routing Profile|StartInterval|EndInterval");
    interval_row("jdoe|General Queue" SPAN);
    ck_assert_str_eq(fake_record_key(interval_host, 0), good_templates[_i].key);
}
END_TEST

static const struct {
    const char *template, *why;
} bad_templates[] = {
    {"{nmae}{start}", "'{nmae}'"}, {"{name}{Channel}{start}", "'{Channel}'"},
    {"{name}", "half-hours"},      {"{start}", "queues or agents"},
    {"x", "queues or agents"},
};

START_TEST(a_template_that_loses_records_stops_the_run) {
    fake_option(interval_host, "record_id", "template");
    fake_option(interval_host, "id_template", bad_templates[_i].template);
    ck_assert_int_eq(fake_open(interval_host), ACLOAD_OK);
    ck_assert_int_eq(fake_begin(interval_host, "Queue|StartInterval"), ACLOAD_FAIL);
    ck_assert_str_eq(fake_code(interval_host), "CONFIG");
    ck_assert_msg(strstr(fake_why(interval_host), bad_templates[_i].why) != NULL, "%s",
                  fake_why(interval_host));
}
END_TEST

START_TEST(a_template_counts_only_when_it_is_asked_for) {
    fake_option(interval_host, "id_template", "{nmae}");
    interval_begin("Queue|StartInterval|EndInterval");
    interval_row("Sales" SPAN);
    ck_assert_str_eq(fake_record_key(interval_host, 0), "Sales" START);
}
END_TEST

#define NAME56 "Abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdef"

START_TEST(an_id_of_the_field_s_length_is_fine) {
    interval_begin("Queue|StartInterval|EndInterval");
    interval_row(NAME56 SPAN);
    ck_assert_str_eq(fake_record_key(interval_host, 0), NAME56 START);
}
END_TEST

START_TEST(an_id_longer_than_its_field_is_rejected) {
    interval_begin("Queue|StartInterval|EndInterval");
    interval_rejects(NAME56 "g" SPAN, "STRING_TOO_LONG");
    ck_assert_msg(strstr(fake_why(interval_host), "81 characters") != NULL, "%s",
                  fake_why(interval_host));
    ck_assert(strstr(fake_why(interval_host), "takes 80") != NULL);
    ck_assert(strstr(fake_why(interval_host), "long_id=shorten") != NULL);
}
END_TEST

START_TEST(an_id_longer_than_its_field_can_be_shortened) {
    fake_option(interval_host, "long_id", "shorten");
    interval_begin("Queue|StartInterval|EndInterval");
    interval_row(NAME56 "g" SPAN);
    ck_assert_int_eq((int)strlen(fake_record_key(interval_host, 0)), 80);
    ck_assert(strncmp(fake_record_key(interval_host, 0), NAME56 "g203103~", 56) == 0);
    ck_assert_int_eq(fake_record_key(interval_host, 0)[63], '~');
    ck_assert_str_eq(fake_value(interval_host, 0, "AC_Object_Name__c"), NAME56 "g");
}
END_TEST

START_TEST(the_length_of_an_id_is_counted_in_characters) {
    static char name[256];
    for (int i = 0; i < 56; i++)
        memcpy(name + strlen(name), "\xC3\xBC", 3);
    memcpy(name + strlen(name), SPAN, sizeof SPAN);
    interval_begin("Queue|StartInterval|EndInterval");
    interval_row(name);
    ck_assert_int_eq((int)fake_n_records(interval_host), 1);
}
END_TEST

START_TEST(an_id_without_a_known_length_has_none) {
    fake_field(interval_host, QUEUES, "AC_Record_Id__c", ACLOAD_STRING, 0);
    interval_begin("Queue|StartInterval|EndInterval");
    interval_row(NAME56 "ghij" SPAN);
    ck_assert_str_eq(fake_record_key(interval_host, 0), NAME56 "ghij" START);
}
END_TEST

START_TEST(a_name_without_end_is_rejected_even_when_ids_are_shortened) {
    static char name[4000];
    memset(name, 'x', 3000);
    memcpy(name + 3000, SPAN, sizeof SPAN);
    fake_option(interval_host, "long_id", "shorten");
    interval_begin("Queue|StartInterval|EndInterval");
    interval_rejects(name, "STRING_TOO_LONG");
}
END_TEST

START_TEST(a_name_longer_than_its_field_is_rejected) {
    fake_option(interval_host, "long_id", "shorten");
    interval_begin("Queue|StartInterval|EndInterval");
    interval_rejects(NAME56 NAME56 SPAN, "STRING_TOO_LONG");
    ck_assert(strstr(fake_why(interval_host), "AC_Object_Name__c") != NULL);
}
END_TEST

START_TEST(a_queue_of_punctuation_has_no_id) {
    interval_begin("Queue|StartInterval|EndInterval");
    interval_rejects("***" SPAN, "EMPTY_ID");
    ck_assert(strstr(fake_why(interval_host), "'***'") != NULL);
}
END_TEST

START_TEST(an_agent_of_punctuation_has_one) {
    interval_begin("Agent|StartInterval|EndInterval");
    interval_row("***" SPAN);
    ck_assert_str_eq(fake_record_key(interval_host, 0), "***" START);
}
END_TEST

START_TEST(a_template_with_the_raw_name_keeps_punctuation) {
    fake_option(interval_host, "record_id", "template");
    fake_option(interval_host, "id_template", "{name}{raw}{start}");
    interval_begin("Queue|StartInterval|EndInterval");
    interval_row("***" SPAN);
    ck_assert_str_eq(fake_record_key(interval_host, 0), "***" START);
}
END_TEST

static TCase *tcase(Suite *s, const char *name) {
    TCase *t = tcase_create(name);
    tcase_add_checked_fixture(t, interval_setup, interval_teardown);
    suite_add_tcase(s, t);
    return t;
}

static void add_ids(Suite *s) {
    TCase *t = tcase(s, "ids");
    tcase_add_test(t, an_id_can_be_written_in_utc);
    tcase_add_loop_test(t, an_id_can_be_written_by_a_template, 0, (int)N(good_templates));
    tcase_add_loop_test(t, a_template_that_loses_records_stops_the_run, 0, (int)N(bad_templates));
    tcase_add_test(t, a_template_counts_only_when_it_is_asked_for);
    tcase_add_test(t, an_id_of_the_field_s_length_is_fine);
    tcase_add_test(t, an_id_longer_than_its_field_is_rejected);
    tcase_add_test(t, an_id_longer_than_its_field_can_be_shortened);
    tcase_add_test(t, the_length_of_an_id_is_counted_in_characters);
    tcase_add_test(t, an_id_without_a_known_length_has_none);
    tcase_add_test(t, a_name_without_end_is_rejected_even_when_ids_are_shortened);
    tcase_add_test(t, a_name_longer_than_its_field_is_rejected);
    tcase_add_test(t, a_queue_of_punctuation_has_no_id);
    tcase_add_test(t, an_agent_of_punctuation_has_one);
    tcase_add_test(t, a_template_with_the_raw_name_keeps_punctuation);
}

int main(void) {
    Suite *s = suite_create("interval/ids");
    add_ids(s);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
