// SPDX-License-Identifier: MIT
// Tests of plugins/ctr/shape.c: contact records told from what shares their streams.
#include "ctr_org.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof *(array))

#define AGENT_EVENT                                                                                \
    "{\"AWSAccountId\":\"111122223333\",\"AgentARN\":\"" INSTANCE "/agent/a\","                    \
    "\"CurrentAgentSnapshot\":{\"Contacts\":[]},\"EventId\":\"e\",\"EventTimestamp\":\"" UPDATED   \
    "\",\"EventType\":\"HEART_BEAT\",\"InstanceARN\":\"" INSTANCE                                  \
    "\",\"PreviousAgentSnapshot\":null,\"Version\":\"2017-10-01\"}"
#define CONTACT_EVENT                                                                              \
    "{\"version\":\"0\",\"id\":\"i\",\"detail-type\":\"Amazon Connect Contact Event\","            \
    "\"source\":\"aws.connect\",\"detail\":{\"eventType\":\"INITIATED\",\"contactId\":\"c\","      \
    "\"instanceArn\":\"" INSTANCE "\"}}"
#define BARE_CONTACT_EVENT                                                                         \
    "{\"eventType\":\"INITIATED\",\"contactId\":\"c\",\"instanceArn\":\"" INSTANCE "\"}"
#define ANALYSIS                                                                                   \
    "{\"Version\":\"1.1.0\",\"AccountId\":\"111122223333\",\"Channel\":\"VOICE\",\"JobStatus\":"   \
    "\"COMPLETED\",\"CustomerMetadata\":{\"ContactId\":\"c\",\"InstanceId\":\"i\"},"               \
    "\"Transcript\":[]}"
#define CHAT_ANALYSIS "{\"ChatTranscriptVersion\":\"x\",\"ConversationCharacteristics\":{}}"
#define DELIVERY_ERROR                                                                             \
    "{\"attemptsMade\":4,\"arrivalTimestamp\":1930406610000,\"errorCode\":\"Lambda.Failed\","      \
    "\"errorMessage\":\"x\",\"rawData\":\"e30=\"}"
#define S3_EVENT "{\"Records\":[{\"eventVersion\":\"2.1\",\"eventSource\":\"aws:s3\",\"s3\":{}}]}"
#define SNS_EVENT "{\"Records\":[{\"EventSource\":\"aws:sns\",\"Sns\":{}}]}"
#define KINESIS_EVENT                                                                              \
    "{\"Records\":[{\"eventSource\":\"aws:kinesis\",\"kinesis\":{\"data\":\"e30=\"}}]}"
#define TRANSFORMATION "{\"invocationId\":\"i\",\"deliveryStreamArn\":\"arn\",\"records\":[]}"
#define S3_BY_EVENTBRIDGE                                                                          \
    "{\"version\":\"0\",\"detail-type\":\"Object Created\",\"source\":\"aws.s3\",\"detail\":{}}"
#define CONFIGURATION "{\"org\":{\"namespace\":\"-\"},\"region\":\"none\",\"jobs\":{}}"
#define OTHER_TOOL "{\"ContactId\":\"c\",\"Score\":5}"
#define SCREENING "{\"contactId\":\"c\",\"score\":5}"

// --- bids ----------------------------------------------------------------------------------------

static const struct {
    const char *values[8];
    int score, near;
    const char *missing;
} bids[] = {
    {{CONTACT "}"}, 90, 0, ""},
    {{HEAD "}"}, 90, 0, ""}, // gated or not
    {{"{\"ContactId\":null,\"InstanceARN\":\"" INSTANCE "\"}"}, 90, 0, ""},
    {{AGENT_EVENT, AGENT_EVENT, CONTACT "}"}, 90, 0, ""},
    {{CONFIGURATION, CONTACT "}"}, 90, 0, ""},
    {{AGENT_EVENT}, 20, 0, ""},
    {{CONTACT_EVENT}, 20, 0, ""},
    {{BARE_CONTACT_EVENT}, 20, 0, ""},
    {{ANALYSIS}, 20, 0, ""},
    {{CHAT_ANALYSIS}, 20, 0, ""},
    {{DELIVERY_ERROR}, 20, 0, ""},
    {{S3_EVENT}, 0, 20, "event notification"},
    {{SNS_EVENT}, 0, 20, "event notification"},
    {{KINESIS_EVENT}, 0, 20, "event notification"},
    {{S3_BY_EVENTBRIDGE}, 0, 20, "event notification"},
    {{TRANSFORMATION}, 0, 20, "event notification"},
    {{CONFIGURATION}, 0, 5, "ContactId, and AWSContactTraceRecordFormatVersion or InstanceARN"},
    {{SCREENING}, 0, 5, "ContactId"},
    {{OTHER_TOOL}, 0, 50, "AWSContactTraceRecordFormatVersion or InstanceARN beside ContactId"},
    {{"{\"InstanceARN\":\"" INSTANCE "\"}"}, 0, 30, "ContactId beside InstanceARN"},
    {{"{}"}, 0, 5, "ContactId"},
    {{NULL}, 0, 0, ""},
};

START_TEST(it_bids_on_contact_records_and_on_what_comes_with_them) {
    acload_bid bid;
    ck_assert_int_eq(fake_bid_json(ctr_host, bids[_i].values, &bid), bids[_i].score);
    ck_assert_int_eq(bid.near, bids[_i].near * (bids[_i].score == 0));
    ck_assert_msg(strstr(bid.missing, bids[_i].missing) != NULL, "%s", bid.missing);
}
END_TEST

START_TEST(it_does_not_bid_on_csv) {
    acload_bid bid;
    ck_assert_int_eq(fake_bid(ctr_host, "ContactId|InstanceARN", NULL, &bid), 0);
    ck_assert_int_eq(bid.near, 0);
}
END_TEST

START_TEST(a_csv_given_to_it_by_name_is_refused) {
    ck_assert_int_eq(fake_open(ctr_host), ACLOAD_OK);
    ck_assert_int_eq(fake_begin(ctr_host, "ContactId|InstanceARN"), ACLOAD_FAIL);
    ck_assert_str_eq(fake_code(ctr_host), "WRONG_FORMAT");
}
END_TEST

// --- rows ----------------------------------------------------------------------------------------

static const struct {
    const char *value, *why;
} others[] = {
    {AGENT_EVENT, "no contact record: agent event"},
    {CONTACT_EVENT, "no contact record: contact event"},
    {BARE_CONTACT_EVENT, "no contact record: contact event"},
    {ANALYSIS, "no contact record: Contact Lens analysis"},
    {CHAT_ANALYSIS, "no contact record: Contact Lens analysis"},
    {DELIVERY_ERROR, "no contact record: Firehose delivery error"},
    {S3_EVENT, "no contact record: event notification"},
    {KINESIS_EVENT, "no contact record: event notification"},
    {TRANSFORMATION, "no contact record: event notification"},
    {CONFIGURATION, "no contact record: other JSON value"},
    {OTHER_TOOL, "no contact record: other JSON value"},
    {SCREENING, "no contact record: other JSON value"},
    {"{\"InstanceARN\":\"" INSTANCE "\"}", "no contact record: other JSON value"},
    {"{}", "no contact record: other JSON value"},
};

START_TEST(what_is_no_contact_record_is_dropped) {
    ctr_begin();
    ctr_drops(others[_i].value, "NOT_A_CONTACT_RECORD");
    ck_assert_str_eq(fake_why(ctr_host), others[_i].why);
}
END_TEST

START_TEST(what_was_left_out_is_counted_at_the_end) {
    ctr_begin();
    ctr_drops(AGENT_EVENT, "NOT_A_CONTACT_RECORD");
    ctr_drops(AGENT_EVENT, "NOT_A_CONTACT_RECORD");
    ctr_drops(ANALYSIS, "NOT_A_CONTACT_RECORD");
    ctr_drops("{}", "NOT_A_CONTACT_RECORD");
    ctr_drops(HEAD "}", "GATED");
    ctr_takes(CONTACT "}");
    ck_assert_int_eq((int)fake_n_logs(ctr_host), 0);
    ck_assert_int_eq(fake_flush(ctr_host, ACLOAD_END_OF_INPUT), ACLOAD_OK);
    ck_assert_int_eq((int)fake_n_logs(ctr_host), 2);
    ck_assert_int_eq(fake_log_level(ctr_host, 0), ACLOAD_INFO);
    ck_assert_str_eq(fake_log(ctr_host, 0),
                     "no contact records, left out: 2 agent events, 1 Contact Lens analysis, 1 "
                     "other JSON value");
    ck_assert_int_eq(fake_log_level(ctr_host, 1), ACLOAD_INFO);
    ck_assert_str_eq(fake_log(ctr_host, 1),
                     "1 contact left out: attribute postcallCTRImportEnabled is not \"true\"; the "
                     "plugin's option gate=all takes every contact");
}
END_TEST

START_TEST(an_input_whose_contacts_are_all_gated_is_a_warning) {
    ctr_begin();
    ctr_drops(HEAD "}", "GATED");
    ctr_drops(HEAD "}", "GATED");
    ck_assert_int_eq(fake_flush(ctr_host, ACLOAD_END_OF_INPUT), ACLOAD_OK);
    ck_assert_int_eq(fake_log_level(ctr_host, 0), ACLOAD_WARNING);
    ck_assert(strstr(fake_log(ctr_host, 0), "2 contacts left out") != NULL);
}
END_TEST

START_TEST(counts_begin_anew_with_every_input) {
    ctr_begin();
    ctr_drops(AGENT_EVENT, "NOT_A_CONTACT_RECORD");
    ctr_drops(HEAD "}", "GATED");
    ck_assert_int_eq(fake_begin_json(ctr_host), ACLOAD_OK);
    ck_assert_int_eq(fake_flush(ctr_host, ACLOAD_END_OF_INPUT), ACLOAD_OK);
    ck_assert_int_eq((int)fake_n_logs(ctr_host), 0);
}
END_TEST

int main(void) {
    Suite *s = suite_create("ctr_shape");
    TCase *t = tcase_create("shape");
    tcase_add_checked_fixture(t, ctr_setup, ctr_teardown);
    tcase_add_loop_test(t, it_bids_on_contact_records_and_on_what_comes_with_them, 0, (int)N(bids));
    tcase_add_test(t, it_does_not_bid_on_csv);
    tcase_add_test(t, a_csv_given_to_it_by_name_is_refused);
    tcase_add_loop_test(t, what_is_no_contact_record_is_dropped, 0, (int)N(others));
    tcase_add_test(t, what_was_left_out_is_counted_at_the_end);
    tcase_add_test(t, an_input_whose_contacts_are_all_gated_is_a_warning);
    tcase_add_test(t, counts_begin_anew_with_every_input);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
