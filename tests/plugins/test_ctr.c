// SPDX-License-Identifier: MIT
// Tests of plugins/ctr: contacts turned into records.
#include "ctr_org.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof *(array))

// --- mapping -------------------------------------------------------------------------------------

// One member of a contact, with what its field must be.
static const struct {
    const char *members, *field, *value;
} mapped[] = {
    {"", "ContactId__c", ID},
    {"", "LastUpdateTimestamp__c", "2031-03-04T16:03:30.000Z"},
    {"", "Attributes__c", "{\"postcallCTRImportEnabled\": \"true\"}"},
    {",\"AWSAccountId\":\"111122223333\"", "AWSAccountId__c", "111122223333"},
    {",\"AWSAccountId\":111122223333", "AWSAccountId__c", "111122223333"},
    {",\"AgentConnectionAttempts\":0", "AgentConnectionAttempts__c", "0"},
    {",\"AgentConnectionAttempts\":\"3\"", "AgentConnectionAttempts__c", "3"},
    {",\"Channel\":\"VOICE\"", "Channel__c", "VOICE"},
    {",\"Channel\":\"WHATEVER_COMES\"", "Channel__c", "WHATEVER_COMES"},
    {",\"ConnectedToSystemTimestamp\":\"2031-03-04T16:01:02Z\"", "ConnectedToSystemTimestamp__c",
     "2031-03-04T16:01:02.000Z"},
    {",\"DisconnectTimestamp\":\"2031-03-04T16:02:10+01:00\"", "DisconnectTimestamp__c",
     "2031-03-04T15:02:10.000Z"},
    {",\"InitialContactId\":\"c-0\"", "InitialContactId__c", "c-0"},
    {",\"InitiationMethod\":\"INBOUND\"", "Initiation_Method__c", "INBOUND"},
    {",\"InitiationTimestamp\":\"2031-03-04T16:01:02Z\"", "InitiationTimestamp__c",
     "2031-03-04T16:01:02.000Z"},
    {",\"InstanceARN\":\"" INSTANCE "\"", "InstanceARN__c", INSTANCE},
    {",\"NextContactId\":\"c-2\"", "NextContactId__c", "c-2"},
    {",\"PreviousContactId\":\"c-1\"", "PreviousContactId__c", "c-1"},
    {",\"TransferCompletedTimestamp\":\"2031-03-04T16:01:30Z\"", "TransferCompletedTimestamp__c",
     "2031-03-04T16:01:30.000Z"},
    {",\"CustomerEndpoint\":{\"Address\":\"+12025550100\"}", "CustomerEndpointAddress__c",
     "+12025550100"},
    {",\"SystemEndpoint\":{\"Address\":\"+12025550199\"}", "SystemEndpointAddress__c",
     "+12025550199"},
    {",\"TransferredToEndpoint\":{\"Address\":\"+12025550177\"}", "TransferredToEndpoint__c",
     "+12025550177"},
    {",\"Agent\":{\"AfterContactWorkDuration\":87}", "AfterContactWorkDuration__c", "87"},
    {",\"Agent\":{\"AfterContactWorkStartTimestamp\":\"2031-03-04T16:02:00Z\"}",
     "AfterContactWorkStartTimestamp__c", "2031-03-04T16:02:00.000Z"},
    {",\"Agent\":{\"AfterContactWorkEndTimestamp\":\"2031-03-04T16:03:27Z\"}",
     "AfterContactWorkEndTimestamp__c", "2031-03-04T16:03:27.000Z"},
    {",\"Agent\":{\"AgentInteractionDuration\":61}", "AgentInteractionDuration__c", "61"},
    {",\"Agent\":{\"ConnectedToAgentTimestamp\":\"2031-03-04T16:01:09Z\"}",
     "AgentConnectedToAgentTimestamp__c", "2031-03-04T16:01:09.000Z"},
    {",\"Agent\":{\"CustomerHoldDuration\":5}", "AgentCustomerHoldDuration__c", "5"},
    {",\"Agent\":{\"LongestHoldDuration\":4}", "AgentLongestHoldDuration__c", "4"},
    {",\"Agent\":{\"NumberOfHolds\":2}", "AgentNumberOfHolds__c", "2"},
    {",\"Agent\":{\"Username\":\"jdoe\"}", "AgentUsername__c", "jdoe"},
    {",\"Agent\":{\"HierarchyGroups\":{\"Level1\":{\"ARN\":\"a\",\"GroupName\":\"S\\u00fcd\"},"
     "\"Level2\":null}}",
     "AgentHierarchyGroup__c",
     "{\"Level1\": {\"ARN\": \"a\", \"GroupName\": \"S\\u00fcd\"}, \"Level2\": null}"},
    {",\"Agent\":{\"RoutingProfile\":{\"ARN\":\"arn:p\",\"Name\":\"Basic\"}}",
     "AgentRoutingProfileARN__c", "arn:p"},
    {",\"Agent\":{\"RoutingProfile\":{\"ARN\":\"arn:p\",\"Name\":\"Basic\"}}",
     "AgentRoutingProfileName__c", "Basic"},
    {",\"Queue\":{\"ARN\":\"arn:q\"}", "QueueARN__c", "arn:q"},
    {",\"Queue\":{\"DequeueTimestamp\":\"2031-03-04T16:01:09Z\"}", "QueueDequeueTimestamp__c",
     "2031-03-04T16:01:09.000Z"},
    {",\"Queue\":{\"Duration\":66}", "QueueDuration__c", "66"},
    {",\"Queue\":{\"EnqueueTimestamp\":\"2031-03-04T16:01:04Z\"}", "QueueEnqueueTimestamp__c",
     "2031-03-04T16:01:04.000Z"},
    {",\"Queue\":{\"Name\":\"R\u00fcckfragen\"}", "QueueName__c", "R\u00fcckfragen"},
    {",\"Recording\":{\"Location\":\"bucket/x.wav\"}", "RecordingLocation__c", "bucket/x.wav"},
    {",\"Recording\":{\"Status\":\"DELETED\"}", "RecordingStatus__c", "DELETED"},
    {",\"Recording\":{\"DeletionReason\":\"asked\"}", "RecordingDeletionReason__c", "asked"},
};

static void take_with(const char *members) {
    char json[2000];
    snprintf(json, sizeof json, "%s%s}", CONTACT, members);
    ctr_takes(json);
}

START_TEST(a_member_goes_into_its_field) {
    ctr_begin();
    take_with(mapped[_i].members);
    ck_assert_str_eq(ctr_value(mapped[_i].field), mapped[_i].value);
}
END_TEST

START_TEST(a_contact_becomes_one_record_found_by_its_id) {
    ctr_begin();
    ctr_takes(CONTACT "}");
    ck_assert_int_eq((int)fake_n_records(ctr_host), 1);
    ck_assert_str_eq(fake_record_object(ctr_host, 0), CONTACTS);
    ck_assert_int_eq(fake_record_operation(ctr_host, 0), ACLOAD_UPSERT);
    ck_assert_str_eq(fake_record_key(ctr_host, 0), ID);
    // The key, the version, the attributes: what is not in the contact is left alone.
    ck_assert_int_eq((int)fake_n_set(ctr_host, 0), 3);
}
END_TEST

START_TEST(a_record_is_as_new_as_its_last_update) {
    ctr_begin();
    ctr_takes(CONTACT "}");
    ck_assert(fake_version(ctr_host, 0) == UPDATED_MS);
}
END_TEST

START_TEST(an_instance_is_as_good_a_mark_as_a_format_version) {
    ctr_begin();
    ctr_takes("{\"ContactId\":\"c-1\",\"InstanceARN\":\"" INSTANCE
              "\",\"LastUpdateTimestamp\":\"" UPDATED "\",\"Attributes\":{" GATE "}}");
    ck_assert_str_eq(fake_record_key(ctr_host, 0), "c-1");
}
END_TEST

START_TEST(what_a_store_has_wrapped_around_it_is_ignored) {
    ctr_begin();
    ctr_takes(CONTACT ",\"_id\":{\"$oid\":\"6\"},\"createdAt\":\"now\"}");
    ck_assert_int_eq((int)fake_n_set(ctr_host, 0), 3);
}
END_TEST

// --- null, missing -------------------------------------------------------------------------------

// What is null or missing, the field looked at, and whether it is cleared (else left alone).
static const struct {
    const char *members, *field;
    bool is_cleared;
} absent[] = {
    {"", "NextContactId__c", false},
    {",\"NextContactId\":null", "NextContactId__c", true},
    {",\"NextContactId\":\"\"", "NextContactId__c", true},
    {",\"AgentConnectionAttempts\":null", "AgentConnectionAttempts__c", true},
    {",\"DisconnectTimestamp\":null", "DisconnectTimestamp__c", true},
    {",\"DisconnectTimestamp\":\"\"", "DisconnectTimestamp__c", true},
    {",\"InitiationMethod\":null", "Initiation_Method__c", true},
    {"", "Initiation_Method__c", false},
    {",\"TransferCompletedTimestamp\":null", "TransferCompletedTimestamp__c", false},
    {",\"TransferCompletedTimestamp\":\"\"", "TransferCompletedTimestamp__c", false},
    {",\"Channel\":null", "Channel__c", false},
    {",\"Agent\":null", "AgentUsername__c", false},
    {",\"Agent\":{}", "AgentUsername__c", false},
    {",\"Agent\":{\"Username\":null}", "AgentUsername__c", true},
    {",\"Agent\":{\"HierarchyGroups\":null}", "AgentHierarchyGroup__c", true},
    {",\"Agent\":{\"Username\":\"jdoe\"}", "AgentHierarchyGroup__c", false},
    {",\"Agent\":{\"RoutingProfile\":null}", "AgentRoutingProfileARN__c", false},
    {",\"Agent\":{\"RoutingProfile\":{\"ARN\":null}}", "AgentRoutingProfileARN__c", true},
    {",\"Agent\":{\"RoutingProfile\":{\"ARN\":\"a\"}}", "AgentRoutingProfileName__c", false},
    {",\"Queue\":null", "QueueName__c", false},
    {",\"Queue\":{\"Duration\":1,\"DequeueTimestamp\":null}", "QueueDequeueTimestamp__c", true},
    {",\"Recording\":null", "RecordingLocation__c", false},
    {",\"Recording\":null", "RecordingStatus__c", false},
    {",\"Recording\":{\"DeletionReason\":null}", "RecordingDeletionReason__c", true},
    {",\"CustomerEndpoint\":null", "CustomerEndpointAddress__c", false},
    {",\"CustomerEndpoint\":{\"Address\":null}", "CustomerEndpointAddress__c", true},
    {",\"TransferredToEndpoint\":null", "TransferredToEndpoint__c", false},
};

START_TEST(null_clears_only_inside_a_group_that_is_there) {
    ctr_begin();
    take_with(absent[_i].members);
    ck_assert_msg(ctr_value(absent[_i].field) ==
                      (absent[_i].is_cleared ? fake_cleared : fake_unset),
                  "%s is %s", absent[_i].field, ctr_value(absent[_i].field));
}
END_TEST

START_TEST(null_attributes_clear_their_field) {
    fake_option(ctr_host, "gate", "all");
    ctr_begin();
    ctr_takes(HEAD ",\"Attributes\":null}");
    ck_assert_ptr_eq(ctr_value("Attributes__c"), fake_cleared);
}
END_TEST

START_TEST(missing_attributes_leave_their_field_alone) {
    fake_option(ctr_host, "gate", "all");
    ctr_begin();
    ctr_takes(HEAD "}");
    ck_assert_ptr_eq(ctr_value("Attributes__c"), fake_unset);
}
END_TEST

START_TEST(attributes_keep_whatever_is_in_them) {
    ctr_begin();
    ctr_takes(HEAD ",\"Attributes\":{" GATE ",\"note\":\"a\\nb\",\"json\":\"{\\\"x\\\": 1}\","
                   "\"Note\":\"\\u00fc\\ud83d\\ude00\",\"empty\":\"\"}}");
    ck_assert_str_eq(ctr_value("Attributes__c"),
                     "{\"postcallCTRImportEnabled\": \"true\", \"note\": \"a\\nb\", \"json\": "
                     "\"{\\\"x\\\": 1}\", \"Note\": \"\\u00fc\\ud83d\\ude00\", \"empty\": \"\"}");
}
END_TEST

START_TEST(attributes_can_be_kept_out) {
    fake_option(ctr_host, "attributes", "false");
    ctr_begin();
    ctr_takes(CONTACT "}");
    ck_assert_int_eq((int)fake_n_set(ctr_host, 0), 2);
}
END_TEST

// --- what cannot become a record -----------------------------------------------------------------

static const struct {
    const char *json, *code, *why;
} bad[] = {
    {"{\"AWSContactTraceRecordFormatVersion\":\"2017-03-10\",\"LastUpdateTimestamp\":\"" UPDATED
     "\",\"Attributes\":{" GATE "}}",
     "MISSING_VALUE", "/ContactId, by which the contact is found, is missing"},
    {"{\"ContactId\":null,\"InstanceARN\":\"" INSTANCE "\",\"LastUpdateTimestamp\":\"" UPDATED
     "\",\"Attributes\":{" GATE "}}",
     "MISSING_VALUE", "is null"},
    {"{\"ContactId\":\" \",\"InstanceARN\":\"" INSTANCE "\",\"LastUpdateTimestamp\":\"" UPDATED
     "\",\"Attributes\":{" GATE "}}",
     "MISSING_VALUE", "is blank"},
    {"{\"ContactId\":17,\"InstanceARN\":\"" INSTANCE "\",\"LastUpdateTimestamp\":\"" UPDATED
     "\",\"Attributes\":{" GATE "}}",
     "WRONG_TYPE", "/ContactId is a number, not a text"},
    {"{\"ContactId\":\"c\",\"InstanceARN\":\"" INSTANCE "\",\"Attributes\":{" GATE "}}",
     "MISSING_VALUE", "/LastUpdateTimestamp has no value"},
    {"{\"ContactId\":\"c\",\"InstanceARN\":\"" INSTANCE
     "\",\"LastUpdateTimestamp\":null,\"Attributes\":{" GATE "}}",
     "MISSING_VALUE", "/LastUpdateTimestamp has no value"},
    {"{\"ContactId\":\"c\",\"InstanceARN\":\"" INSTANCE
     "\",\"LastUpdateTimestamp\":\"soon\",\"Attributes\":{" GATE "}}",
     "INVALID_DATE", "/LastUpdateTimestamp: 'soon' is no date-time"},
    {"{\"ContactId\":\"c\",\"InstanceARN\":\"" INSTANCE
     "\",\"LastUpdateTimestamp\":1930406610,\"Attributes\":{" GATE "}}",
     "WRONG_TYPE", "/LastUpdateTimestamp is a number"},
    {HEAD ",\"Attributes\":\"{}\"}", "WRONG_TYPE", "/Attributes is no object"},
    {HEAD ",\"Attributes\":[]}", "WRONG_TYPE", "/Attributes is no object"},
    {CONTACT ",\"InitiationTimestamp\":\"2031-02-30T16:01:02Z\"}", "INVALID_DATE",
     "/InitiationTimestamp: '2031-02-30T16:01:02Z' is no date-time like 2031-03-04T16:01:02Z"},
    {CONTACT ",\"InitiationTimestamp\":1930406462}", "WRONG_TYPE",
     "/InitiationTimestamp is a number, not a date-time"},
    {CONTACT ",\"Queue\":{\"EnqueueTimestamp\":\"never\"}}", "INVALID_DATE",
     "/Queue/EnqueueTimestamp: 'never'"},
    {CONTACT ",\"Queue\":{\"Duration\":\"long\"}}", "INVALID_TYPE_ON_FIELD_IN_RECORD",
     "QueueDuration__c"},
    {CONTACT ",\"Queue\":{\"Duration\":true}}", "INVALID_TYPE_ON_FIELD_IN_RECORD",
     "QueueDuration__c"},
    {CONTACT ",\"Queue\":{\"Duration\":{}}}", "WRONG_TYPE",
     "/Queue/Duration is an object, not a number"},
    {CONTACT ",\"Queue\":{\"Duration\":1234567890123456789}}", "NUMBER_OUTSIDE_VALID_RANGE",
     "QueueDuration__c"},
    {CONTACT ",\"Queue\":{\"Name\":[\"a\"]}}", "WRONG_TYPE", "/Queue/Name is an array, not a text"},
    {CONTACT ",\"Queue\":\"BasicQueue\"}", "WRONG_TYPE", "/Queue is a text, not an object"},
    {CONTACT ",\"Agent\":[]}", "WRONG_TYPE", "/Agent is an array, not an object"},
    {CONTACT ",\"CustomerEndpoint\":\"+12025550100\"}", "WRONG_TYPE", "/CustomerEndpoint is a"},
};

START_TEST(a_bad_contact_is_rejected_with_its_reason) {
    ctr_begin();
    ctr_rejects(bad[_i].json, bad[_i].code);
    ctr_says(bad[_i].why);
}
END_TEST

START_TEST(a_text_too_long_for_its_field_is_rejected) {
    char json[1000];
    snprintf(json, sizeof json, "%s,\"Agent\":{\"Username\":\"%0101d\"}}", CONTACT, 7);
    ctr_begin();
    ctr_rejects(json, "STRING_TOO_LONG");
    ctr_says("AgentUsername__c");
}
END_TEST

START_TEST(a_good_contact_after_a_bad_one_arrives) {
    ctr_begin();
    ctr_rejects(CONTACT ",\"Agent\":[]}", "WRONG_TYPE");
    ctr_takes(CONTACT "}");
    ck_assert_int_eq((int)fake_n_records(ctr_host), 1);
}
END_TEST

#define U10 "\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc"

START_TEST(a_long_value_is_cut_between_characters) {
    ctr_begin();
    ctr_rejects(CONTACT ",\"InitiationTimestamp\":\"x" U10 U10 U10 U10 "\"}", "INVALID_DATE");
    ctr_says("\u00fc' is no date-time");
}
END_TEST

// --- the gate ------------------------------------------------------------------------------------

static const struct {
    const char *gate, *attributes;
    bool is_taken;
} gates[] = {
    {NULL, "{" GATE "}", true},
    {NULL, "{\"postcallCTRImportEnabled\":\"True\"}", false},
    {NULL, "{\"postcallCTRImportEnabled\":\"true \"}", false},
    {NULL, "{\"postcallCTRImportEnabled\":\"\"}", false},
    {NULL, "{\"postcallCTRImportEnabled\":\"false\"}", false},
    {NULL, "{\"postcallCTRImportEnabled\":true}", false},
    {NULL, "{\"postcallCTRImportEnabled\":null}", false},
    {NULL, "{\"PostcallCTRImportEnabled\":\"true\"}", false},
    {NULL, "{}", false},
    {NULL, "null", false},
    {"all", "{\"postcallCTRImportEnabled\":\"false\"}", true},
    {"all", "{}", true},
    {"all", "null", true},
    {"wanted", "{\"wanted\":\"true\"}", true},
    {"wanted", "{" GATE "}", false},
    {"a/b~c", "{\"a/b~c\":\"true\"}", true},
    {"a/b~c", "{\"a\":{\"b~c\":\"true\"}}", false},
};

START_TEST(the_gate_lets_through_whom_its_attribute_names) {
    char json[1000];
    snprintf(json, sizeof json, "%s,\"Attributes\":%s}", HEAD, gates[_i].attributes);
    if (gates[_i].gate)
        fake_option(ctr_host, "gate", gates[_i].gate);
    ctr_begin();
    ck_assert_int_eq(fake_json(ctr_host, json), gates[_i].is_taken ? ACLOAD_PASS : ACLOAD_DROP);
    ck_assert_int_eq((int)fake_n_records(ctr_host), gates[_i].is_taken ? 1 : 0);
}
END_TEST

START_TEST(a_contact_without_attributes_is_gated) {
    ctr_begin();
    ctr_drops(HEAD "}", "GATED");
    ck_assert_str_eq(fake_why(ctr_host), "gated: attribute postcallCTRImportEnabled is not "
                                         "\"true\"");
}
END_TEST

START_TEST(what_is_gated_need_not_be_right) {
    ctr_begin();
    ctr_drops("{\"ContactId\":null,\"InstanceARN\":7}", "GATED");
}
END_TEST

// --- words ---------------------------------------------------------------------------------------

START_TEST(a_word_the_field_does_not_take_is_left_out) {
    ctr_begin();
    take_with(",\"InitiationMethod\":\"EXTERNAL_OUTBOUND\",\"NextContactId\":\"c-2\"");
    ck_assert_ptr_eq(ctr_value("Initiation_Method__c"), fake_unset);
    ck_assert_str_eq(ctr_value("NextContactId__c"), "c-2");
}
END_TEST

START_TEST(words_left_out_are_told_once_an_input) {
    ctr_begin();
    take_with(",\"InitiationMethod\":\"EXTERNAL_OUTBOUND\"");
    take_with(",\"InitiationMethod\":\"CAMPAIGN_PREVIEW\"");
    take_with(",\"InitiationMethod\":\"INBOUND\"");
    ck_assert_int_eq(fake_flush(ctr_host, ACLOAD_CHECKPOINT), ACLOAD_OK);
    ck_assert_int_eq((int)fake_n_logs(ctr_host), 0);
    ck_assert_int_eq(fake_flush(ctr_host, ACLOAD_END_OF_INPUT), ACLOAD_OK);
    ck_assert_int_eq((int)fake_n_logs(ctr_host), 1);
    ck_assert_int_eq(fake_log_level(ctr_host, 0), ACLOAD_WARNING);
    ck_assert_str_eq(fake_log(ctr_host, 0),
                     "/InitiationMethod left out of 2 records: the org's field does not take "
                     "EXTERNAL_OUTBOUND; add it to the field's picklist");
}
END_TEST

START_TEST(a_value_that_is_no_word_is_not_told) {
    ctr_begin();
    take_with(",\"InitiationMethod\":\"call me, 202-555-0100\"");
    ck_assert_int_eq(fake_flush(ctr_host, ACLOAD_END_OF_INPUT), ACLOAD_OK);
    ck_assert_str_eq(fake_log(ctr_host, 0),
                     "/InitiationMethod left out of 1 record: the org's field does not take its "
                     "value; add it to the field's picklist");
}
END_TEST

START_TEST(words_left_out_are_forgotten_with_their_input) {
    ctr_begin();
    take_with(",\"InitiationMethod\":\"EXTERNAL_OUTBOUND\"");
    ck_assert_int_eq(fake_flush(ctr_host, ACLOAD_END_OF_INPUT), ACLOAD_OK);
    fake_forget(ctr_host);
    ck_assert_int_eq(fake_begin_json(ctr_host), ACLOAD_OK);
    take_with("");
    ck_assert_int_eq(fake_flush(ctr_host, ACLOAD_END_OF_INPUT), ACLOAD_OK);
    ck_assert_int_eq((int)fake_n_logs(ctr_host), 0);
}
END_TEST

// --- speed ---------------------------------------------------------------------------------------

START_TEST(a_row_allocates_nothing) {
    ctr_begin();
    ctr_host->is_full = true;
    take_with(",\"Queue\":{\"Name\":\"Sales\",\"EnqueueTimestamp\":\"2031-03-04T16:01:04Z\"}");
    ck_assert_str_eq(ctr_value("QueueName__c"), "Sales");
}
END_TEST

static TCase *tcase(Suite *s, const char *name) {
    TCase *t = tcase_create(name);
    tcase_add_checked_fixture(t, ctr_setup, ctr_teardown);
    suite_add_tcase(s, t);
    return t;
}

static void add_rows(Suite *s) {
    TCase *t = tcase(s, "row");
    tcase_add_loop_test(t, a_member_goes_into_its_field, 0, (int)N(mapped));
    tcase_add_test(t, a_contact_becomes_one_record_found_by_its_id);
    tcase_add_test(t, a_record_is_as_new_as_its_last_update);
    tcase_add_test(t, an_instance_is_as_good_a_mark_as_a_format_version);
    tcase_add_test(t, what_a_store_has_wrapped_around_it_is_ignored);
    tcase_add_loop_test(t, null_clears_only_inside_a_group_that_is_there, 0, (int)N(absent));
    tcase_add_test(t, null_attributes_clear_their_field);
    tcase_add_test(t, missing_attributes_leave_their_field_alone);
    tcase_add_test(t, attributes_keep_whatever_is_in_them);
    tcase_add_test(t, attributes_can_be_kept_out);
    tcase_add_loop_test(t, a_bad_contact_is_rejected_with_its_reason, 0, (int)N(bad));
    tcase_add_test(t, a_text_too_long_for_its_field_is_rejected);
    tcase_add_test(t, a_good_contact_after_a_bad_one_arrives);
    tcase_add_test(t, a_long_value_is_cut_between_characters);
    tcase_add_test(t, a_row_allocates_nothing);
}

static void add_choices(Suite *s) {
    TCase *t = tcase(s, "gate");
    tcase_add_loop_test(t, the_gate_lets_through_whom_its_attribute_names, 0, (int)N(gates));
    tcase_add_test(t, a_contact_without_attributes_is_gated);
    tcase_add_test(t, what_is_gated_need_not_be_right);
    t = tcase(s, "word");
    tcase_add_test(t, a_word_the_field_does_not_take_is_left_out);
    tcase_add_test(t, words_left_out_are_told_once_an_input);
    tcase_add_test(t, a_value_that_is_no_word_is_not_told);
    tcase_add_test(t, words_left_out_are_forgotten_with_their_input);
}

int main(void) {
    Suite *s = suite_create("ctr");
    add_rows(s);
    add_choices(s);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
