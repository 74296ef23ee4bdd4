// SPDX-License-Identifier: MIT
// The org of the contact record plugin's tests.
#include "ctr_org.h"
#include <check.h>
#include <string.h>

struct fake_host *ctr_host;

static const struct {
    const char *name;
    int type;
    uint32_t length;
} fields[] = {
    {"ContactId__c", ACLOAD_STRING, 80},
    {"AWSAccountId__c", ACLOAD_STRING, 80},
    {"AgentConnectionAttempts__c", ACLOAD_NUMBER, 0},
    {"Attributes__c", ACLOAD_STRING, 131072},
    {"Channel__c", ACLOAD_STRING, 80},
    {"ConnectedToSystemTimestamp__c", ACLOAD_DATETIME, 0},
    {"CustomerEndpointAddress__c", ACLOAD_STRING, 255},
    {"DisconnectTimestamp__c", ACLOAD_DATETIME, 0},
    {"InitialContactId__c", ACLOAD_STRING, 80},
    {"Initiation_Method__c", ACLOAD_STRING, 14},
    {"InitiationTimestamp__c", ACLOAD_DATETIME, 0},
    {"InstanceARN__c", ACLOAD_STRING, 255},
    {"LastUpdateTimestamp__c", ACLOAD_DATETIME, 0},
    {"NextContactId__c", ACLOAD_STRING, 80},
    {"PreviousContactId__c", ACLOAD_STRING, 80},
    {"SystemEndpointAddress__c", ACLOAD_STRING, 255},
    {"TransferCompletedTimestamp__c", ACLOAD_DATETIME, 0},
    {"TransferredToEndpoint__c", ACLOAD_STRING, 255},
    {"AfterContactWorkDuration__c", ACLOAD_NUMBER, 0},
    {"AfterContactWorkStartTimestamp__c", ACLOAD_DATETIME, 0},
    {"AfterContactWorkEndTimestamp__c", ACLOAD_DATETIME, 0},
    {"AgentConnectedToAgentTimestamp__c", ACLOAD_DATETIME, 0},
    {"AgentCustomerHoldDuration__c", ACLOAD_NUMBER, 0},
    {"AgentHierarchyGroup__c", ACLOAD_STRING, 32768},
    {"AgentInteractionDuration__c", ACLOAD_NUMBER, 0},
    {"AgentLongestHoldDuration__c", ACLOAD_NUMBER, 0},
    {"AgentNumberOfHolds__c", ACLOAD_NUMBER, 0},
    {"AgentRoutingProfileARN__c", ACLOAD_STRING, 255},
    {"AgentRoutingProfileName__c", ACLOAD_STRING, 255},
    {"AgentUsername__c", ACLOAD_STRING, 100},
    {"QueueARN__c", ACLOAD_STRING, 255},
    {"QueueDequeueTimestamp__c", ACLOAD_DATETIME, 0},
    {"QueueDuration__c", ACLOAD_NUMBER, 0},
    {"QueueEnqueueTimestamp__c", ACLOAD_DATETIME, 0},
    {"QueueName__c", ACLOAD_STRING, 255},
    {"RecordingDeletionReason__c", ACLOAD_STRING, 255},
    {"RecordingLocation__c", ACLOAD_STRING, 255},
    {"RecordingStatus__c", ACLOAD_STRING, 80},
};

void ctr_setup(void) {
    ctr_host = fake_new(acload_plugin_entry());
    fake_object(ctr_host, CONTACTS, "ContactId__c", false);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        fake_field(ctr_host, CONTACTS, fields[i].name, fields[i].type, fields[i].length);
}

void ctr_teardown(void) { fake_free(ctr_host); }

void ctr_add_recordings(void) {
    fake_object(ctr_host, RECORDINGS, "Contact_Key__c", false);
    fake_field(ctr_host, RECORDINGS, "Contact_Key__c", ACLOAD_STRING, 80);
    fake_field(ctr_host, RECORDINGS, "ContactId__c", ACLOAD_STRING, 80);
    fake_field(ctr_host, RECORDINGS, "RecordingPath__c", ACLOAD_STRING, 255);
    fake_field(ctr_host, RECORDINGS, "CustomerEndpointAddress__c", ACLOAD_STRING, 255);
    fake_field(ctr_host, RECORDINGS, "InstanceId__c", ACLOAD_STRING, 80);
    fake_option(ctr_host, "recordings", "key:Contact_Key__c");
}

void ctr_begin(void) {
    ck_assert_msg(fake_open(ctr_host) == ACLOAD_OK, "%s", fake_why(ctr_host));
    ck_assert_msg(fake_begin_json(ctr_host) == ACLOAD_OK, "%s", fake_why(ctr_host));
}

void ctr_takes(const char *json) {
    int verdict = fake_json(ctr_host, json);
    ck_assert_msg(verdict == ACLOAD_PASS, "verdict %d: %s", verdict, fake_why(ctr_host));
}

void ctr_rejects(const char *json, const char *code) {
    size_t n = fake_n_records(ctr_host);
    ck_assert_int_eq(fake_json(ctr_host, json), ACLOAD_REJECT);
    ck_assert_str_eq(fake_code(ctr_host), code);
    ck_assert_int_eq((int)fake_n_records(ctr_host), (int)n);
}

void ctr_drops(const char *json, const char *code) {
    size_t n = fake_n_records(ctr_host);
    ck_assert_int_eq(fake_json(ctr_host, json), ACLOAD_DROP);
    ck_assert_str_eq(fake_code(ctr_host), code);
    ck_assert_int_eq((int)fake_n_records(ctr_host), (int)n);
}

void ctr_says(const char *text) {
    ck_assert_msg(strstr(fake_why(ctr_host), text) != NULL, "the reason is: %s",
                  fake_why(ctr_host));
}

const char *ctr_value(const char *field) { return fake_value(ctr_host, 0, field); }
