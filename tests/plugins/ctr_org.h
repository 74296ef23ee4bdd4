// SPDX-License-Identifier: MIT
// An org with the object of contact records, for the tests of that plugin.
#ifndef TESTS_PLUGINS_CTR_ORG_H
#define TESTS_PLUGINS_CTR_ORG_H
#include "fake_host.h"

#define CONTACTS "AC_ContactTraceRecord__c"
#define RECORDINGS "AC_ContactChannelAnalytics__c"
#define ID "00000000-0000-4000-8000-000000000001"
#define INSTANCE                                                                                   \
    "arn:aws:connect:eu-central-1:111122223333:instance/00000000-0000-4000-8000-0000000000aa"
#define UPDATED "2031-03-04T16:03:30Z"
#define UPDATED_MS INT64_C(1930406610000)

// The beginning of every contact: what it is known by, its key, its version.
#define HEAD                                                                                       \
    "{\"AWSContactTraceRecordFormatVersion\":\"2017-03-10\",\"ContactId\":\"" ID                   \
    "\",\"LastUpdateTimestamp\":\"" UPDATED "\""
#define GATE "\"postcallCTRImportEnabled\":\"true\""
// A contact that passes the gate, with more members behind.
#define CONTACT HEAD ",\"Attributes\":{" GATE "}"

// The host of the test that runs: CONTACTS has the fields of the package, but for Region__c; no
// region is configured.
extern struct fake_host *ctr_host;
void ctr_setup(void);
void ctr_teardown(void);
// Adds what recordings need: their object with the key field Contact_Key__c.
void ctr_add_recordings(void);

// Opens the plugin, begins an input; ends the test when either fails.
void ctr_begin(void);
// A contact that must become records.
void ctr_takes(const char *json);
// One that must be rejected, or dropped, with that code, and leave no record.
void ctr_rejects(const char *json, const char *code);
void ctr_drops(const char *json, const char *code);
// Does the last reason hold that text?
void ctr_says(const char *text);
// The value of a contact's field, of the first record.
const char *ctr_value(const char *field);

#endif
