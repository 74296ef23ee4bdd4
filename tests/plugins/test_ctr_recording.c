// SPDX-License-Identifier: MIT
// Tests of plugins/ctr: recordings that contacts ask for.
#include "ctr_org.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof *(array))

#define LOCATION "bucket/connect/demo/CallRecordings/2031/03/04/" ID "_20310304T16:01_UTC.wav"
#define AUDIO                                                                                      \
    ",\"Recording\":{\"DeletionReason\":null,\"Location\":\"" LOCATION                             \
    "\",\"Status\":\"AVAILABLE\",\"Type\":\"AUDIO\"}"
#define ASKED "\"postcallRecordingImportEnabled\":\"true\""
#define ASKED_REDACTED "\"postcallRedactedRecordingImportEnabled\":\"true\""
#define REST ",\"CustomerEndpoint\":{\"Address\":\"+12025550100\"},\"InstanceARN\":\"" INSTANCE "\""

static const char *recording_value(const char *field) {
    return fake_value(ctr_host, fake_n_records(ctr_host) - 1, field);
}

static void setup(void) {
    ctr_setup();
    ctr_add_recordings();
}

START_TEST(a_recording_gets_a_record_of_its_own) {
    ctr_begin();
    ctr_takes(HEAD ",\"Attributes\":{" GATE "," ASKED "}" AUDIO REST "}");
    ck_assert_int_eq((int)fake_n_records(ctr_host), 2);
    ck_assert_str_eq(fake_record_object(ctr_host, 0), CONTACTS);
    ck_assert_str_eq(fake_record_object(ctr_host, 1), RECORDINGS);
    ck_assert_int_eq(fake_record_operation(ctr_host, 1), ACLOAD_UPSERT);
    ck_assert_str_eq(fake_record_key(ctr_host, 1), ID);
    ck_assert(fake_version(ctr_host, 1) == UPDATED_MS);
    ck_assert_str_eq(recording_value("ContactId__c"), ID);
    ck_assert_str_eq(recording_value("RecordingPath__c"), LOCATION);
    ck_assert_str_eq(recording_value("CustomerEndpointAddress__c"), "+12025550100");
    ck_assert_str_eq(recording_value("InstanceId__c"), "00000000-0000-4000-8000-0000000000aa");
    ck_assert_int_eq((int)fake_n_set(ctr_host, 1), 5);
}
END_TEST

START_TEST(a_redacted_recording_has_no_path) {
    ctr_begin();
    ctr_takes(HEAD ",\"Attributes\":{" GATE "," ASKED_REDACTED "}" AUDIO REST "}");
    ck_assert_int_eq((int)fake_n_records(ctr_host), 2);
    ck_assert_ptr_eq(recording_value("RecordingPath__c"), fake_unset);
    ck_assert_str_eq(recording_value("ContactId__c"), ID);
}
END_TEST

START_TEST(who_asks_for_both_gets_the_path) {
    ctr_begin();
    ctr_takes(HEAD ",\"Attributes\":{" ASKED_REDACTED "," ASKED "}" AUDIO REST "}");
    ck_assert_str_eq(recording_value("RecordingPath__c"), LOCATION);
}
END_TEST

START_TEST(a_contact_that_is_gated_can_ask_for_its_recording) {
    ctr_begin();
    ctr_takes(HEAD ",\"Attributes\":{" ASKED "}" AUDIO REST "}");
    ck_assert_int_eq((int)fake_n_records(ctr_host), 1);
    ck_assert_str_eq(fake_record_object(ctr_host, 0), RECORDINGS);
    ck_assert_int_eq(fake_flush(ctr_host, ACLOAD_END_OF_INPUT), ACLOAD_OK);
    ck_assert_int_eq((int)fake_n_logs(ctr_host), 0);
}
END_TEST

START_TEST(a_recording_without_endpoint_or_instance_is_one) {
    ctr_begin();
    ctr_takes(HEAD ",\"Attributes\":{" ASKED "}" AUDIO ",\"CustomerEndpoint\":null}");
    ck_assert_ptr_eq(recording_value("CustomerEndpointAddress__c"), fake_unset);
    ck_assert_ptr_eq(recording_value("InstanceId__c"), fake_unset);
}
END_TEST

START_TEST(an_instance_without_a_slash_has_no_id) {
    ctr_begin();
    ctr_takes(HEAD ",\"Attributes\":{" ASKED "}" AUDIO ",\"InstanceARN\":\"arn\"}");
    ck_assert_ptr_eq(recording_value("InstanceId__c"), fake_unset);
}
END_TEST

#define RECORDING(members) ",\"Recording\":{" members "}"

static const char *const none[] = {
    HEAD ",\"Attributes\":{" GATE "}" AUDIO REST "}",
    HEAD ",\"Attributes\":{" GATE ",\"postcallRecordingImportEnabled\":\"True\"}" AUDIO REST "}",
    HEAD ",\"Attributes\":{" GATE ",\"postcallRecordingImportEnabled\":true}" AUDIO REST "}",
    HEAD ",\"Attributes\":{" GATE "," ASKED "}" REST "}",
    HEAD ",\"Attributes\":{" GATE "," ASKED "},\"Recording\":null" REST "}",
    HEAD ",\"Attributes\":{" GATE "," ASKED
         "}" RECORDING("\"Location\":\"x\",\"Status\":\"DELETED\",\"Type\":\"AUDIO\"") REST "}",
    HEAD ",\"Attributes\":{" GATE "," ASKED
         "}" RECORDING("\"Location\":\"x\",\"Status\":null,\"Type\":\"AUDIO\"") REST "}",
    HEAD ",\"Attributes\":{" GATE "," ASKED
         "}" RECORDING("\"Location\":\"x\",\"Status\":\"AVAILABLE\",\"Type\":\"CHAT\"") REST "}",
    HEAD ",\"Attributes\":{" GATE "," ASKED
         "}" RECORDING("\"Location\":null,\"Status\":\"AVAILABLE\",\"Type\":\"AUDIO\"") REST "}",
    HEAD ",\"Attributes\":{" GATE "," ASKED
         "}" RECORDING("\"Location\":\"\",\"Status\":\"AVAILABLE\",\"Type\":\"AUDIO\"") REST "}",
};

START_TEST(what_was_not_asked_for_or_is_not_there_gets_none) {
    ctr_begin();
    ctr_takes(none[_i]);
    ck_assert_int_eq((int)fake_n_records(ctr_host), 1);
    ck_assert_str_eq(fake_record_object(ctr_host, 0), CONTACTS);
}
END_TEST

START_TEST(a_row_whose_recording_cannot_be_written_is_rejected_whole) {
    fake_field(ctr_host, RECORDINGS, "RecordingPath__c", ACLOAD_STRING, 20);
    ctr_begin();
    ctr_rejects(HEAD ",\"Attributes\":{" GATE "," ASKED "}" AUDIO REST "}", "STRING_TOO_LONG");
    ctr_says("RecordingPath__c");
}
END_TEST

START_TEST(a_recording_s_own_reason_is_the_one_that_is_given) {
    fake_field(ctr_host, RECORDINGS, "RecordingPath__c", ACLOAD_STRING, 20);
    ctr_begin();
    ctr_rejects(HEAD ",\"InitiationMethod\":\"EXTERNAL_OUTBOUND\",\"Attributes\":{" GATE "," ASKED
                     "}" AUDIO REST "}",
                "STRING_TOO_LONG");
    ctr_says("RecordingPath__c");
}
END_TEST

START_TEST(a_recording_of_a_contact_without_version_is_rejected) {
    ctr_begin();
    ctr_rejects("{\"ContactId\":\"c\",\"Attributes\":{" ASKED "}" AUDIO REST "}", "MISSING_VALUE");
}
END_TEST

static const struct {
    const char *location, *code;
} bad[] = {
    {"[\"x\"]", "WRONG_TYPE"},
    {"17", "WRONG_TYPE"},
};

START_TEST(a_location_that_is_no_text_is_rejected) {
    char json[1000];
    snprintf(json, sizeof json,
             "%s,\"Attributes\":{%s},\"Recording\":{\"Location\":%s,\"Status\":\"AVAILABLE\","
             "\"Type\":\"AUDIO\"}%s}",
             HEAD, ASKED, bad[_i].location, REST);
    ctr_begin();
    ctr_rejects(json, bad[_i].code);
    ctr_says("/Recording/Location is");
}
END_TEST

START_TEST(the_region_goes_where_the_object_has_it) {
    fake_field(ctr_host, RECORDINGS, "Region__c", ACLOAD_STRING, 80);
    ctr_begin();
    ctr_takes(HEAD ",\"Attributes\":{" ASKED "}" AUDIO REST "}");
    ck_assert_str_eq(recording_value("Region__c"), "eu-central-1");
}
END_TEST

START_TEST(no_region_goes_where_none_is_wanted) {
    fake_field(ctr_host, RECORDINGS, "Region__c", ACLOAD_STRING, 80);
    fake_option(ctr_host, "region_from", "none");
    ctr_begin();
    ctr_takes(HEAD ",\"Attributes\":{" ASKED "}" AUDIO REST "}");
    ck_assert_int_eq((int)fake_n_set(ctr_host, 0), 5);
}
END_TEST

START_TEST(a_field_that_recordings_lack_is_told) {
    fake_object(ctr_host, "Recording__c", "Contact_Key__c", false);
    fake_field(ctr_host, "Recording__c", "Contact_Key__c", ACLOAD_STRING, 80);
    fake_field(ctr_host, "Recording__c", "ContactId__c", ACLOAD_STRING, 80);
    fake_option(ctr_host, "recordings_object", "Recording__c");
    ctr_begin();
    ctr_takes(HEAD ",\"Attributes\":{" ASKED "}" AUDIO REST "}");
    ck_assert_int_eq((int)fake_n_set(ctr_host, 0), 2);
    ck_assert_msg(strstr(fake_log(ctr_host, 0), "RecordingPath__c, CustomerEndpointAddress__c, "
                                                "InstanceId__c") != NULL,
                  "%s", fake_log(ctr_host, 0));
}
END_TEST

START_TEST(the_contact_s_own_field_can_be_the_key) {
    fake_option(ctr_host, "recordings", "key:ContactId__c");
    ctr_begin();
    ctr_takes(HEAD ",\"Attributes\":{" ASKED "}" AUDIO REST "}");
    ck_assert_str_eq(fake_record_key(ctr_host, 0), ID);
    ck_assert_int_eq((int)fake_n_set(ctr_host, 0), 4);
}
END_TEST

START_TEST(without_a_key_they_are_found_by_the_contact) {
    fake_option(ctr_host, "recordings", "contact");
    ctr_begin();
    ctr_takes(HEAD ",\"Attributes\":{" GATE "," ASKED "}" AUDIO REST "}");
    ck_assert_int_eq(fake_record_operation(ctr_host, 0), ACLOAD_UPSERT);
    ck_assert_int_eq(fake_record_operation(ctr_host, 1), ACLOAD_FIND);
    ck_assert_str_eq(fake_record_object(ctr_host, 1), RECORDINGS);
    ck_assert_str_eq(fake_record_key(ctr_host, 1), ID);
    ck_assert_str_eq(recording_value("ContactId__c"), ID);
    ck_assert_str_eq(recording_value("RecordingPath__c"), LOCATION);
    ck_assert_int_eq((int)fake_n_set(ctr_host, 1), 4);
    ck_assert(fake_version(ctr_host, 1) == UPDATED_MS);
}
END_TEST

START_TEST(a_key_the_org_lacks_is_a_matter_of_configuration) {
    fake_option(ctr_host, "recordings", "key:Nothing__c");
    ck_assert_int_eq(fake_open(ctr_host), ACLOAD_OK);
    ck_assert_int_eq(fake_begin_json(ctr_host), ACLOAD_FAIL);
    ck_assert_str_eq(fake_code(ctr_host), "CONFIG");
}
END_TEST

START_TEST(recordings_are_off_until_somebody_wants_them) {
    fake_option(ctr_host, "recordings", "off");
    ctr_begin();
    ctr_takes(HEAD ",\"Attributes\":{" GATE "," ASKED "}" AUDIO REST "}");
    ck_assert_int_eq((int)fake_n_records(ctr_host), 1);
    ctr_drops(HEAD ",\"Attributes\":{" ASKED "}" AUDIO REST "}", "GATED");
}
END_TEST

static void add_tests(TCase *t) {
    tcase_add_test(t, a_recording_gets_a_record_of_its_own);
    tcase_add_test(t, a_redacted_recording_has_no_path);
    tcase_add_test(t, who_asks_for_both_gets_the_path);
    tcase_add_test(t, a_contact_that_is_gated_can_ask_for_its_recording);
    tcase_add_test(t, a_recording_without_endpoint_or_instance_is_one);
    tcase_add_test(t, an_instance_without_a_slash_has_no_id);
    tcase_add_loop_test(t, what_was_not_asked_for_or_is_not_there_gets_none, 0, (int)N(none));
    tcase_add_test(t, a_row_whose_recording_cannot_be_written_is_rejected_whole);
    tcase_add_test(t, a_recording_s_own_reason_is_the_one_that_is_given);
    tcase_add_test(t, a_recording_of_a_contact_without_version_is_rejected);
    tcase_add_loop_test(t, a_location_that_is_no_text_is_rejected, 0, (int)N(bad));
    tcase_add_test(t, the_region_goes_where_the_object_has_it);
    tcase_add_test(t, no_region_goes_where_none_is_wanted);
    tcase_add_test(t, a_field_that_recordings_lack_is_told);
    tcase_add_test(t, the_contact_s_own_field_can_be_the_key);
    tcase_add_test(t, without_a_key_they_are_found_by_the_contact);
    tcase_add_test(t, a_key_the_org_lacks_is_a_matter_of_configuration);
    tcase_add_test(t, recordings_are_off_until_somebody_wants_them);
}

int main(void) {
    Suite *s = suite_create("ctr_recording");
    TCase *t = tcase_create("recording");
    tcase_add_checked_fixture(t, setup, ctr_teardown);
    add_tests(t);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
