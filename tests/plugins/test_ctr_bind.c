// SPDX-License-Identifier: MIT
// Tests of plugins/ctr/bind.c: which fields an org has for the members of a contact.
#include "ctr/bind.h"
#include "ctr_org.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof *(array))

// --- the table -----------------------------------------------------------------------------------

START_TEST(every_member_stands_below_its_group) {
    size_t n = 0, n_words = 0;
    for (size_t g = 0; g < MEMBER_GROUPS; g++) {
        const struct group *group = &member_groups[g];
        size_t len = strlen(group->pointer);
        ck_assert_int_ge((int)group->n, 1);
        for (size_t i = 0; i < group->n; i++) {
            const char *pointer = group->members[i].pointer;
            ck_assert_msg(strncmp(pointer, group->pointer, len) == 0 && pointer[len] == '/' &&
                              !strchr(pointer + len + 1, '/'),
                          "%s is no member of '%s'", pointer, group->pointer);
            n_words += group->members[i].form == FORM_WORD;
        }
        n += group->n;
    }
    ck_assert_int_le((int)n, MEMBER_MAX);
    ck_assert_int_le((int)n_words, (int)N(((struct state *)NULL)->words));
}
END_TEST

static bool can_be_a_field(const char *name) {
    size_t len = strlen(name);
    return len > 3 && len <= 43 && strcmp(name + len - 3, "__c") == 0;
}

START_TEST(every_field_has_a_name_that_an_org_can_have) {
    const struct group *group = &member_groups[_i];
    for (size_t i = 0; i < group->n; i++) {
        const struct member *m = &group->members[i];
        ck_assert_msg(can_be_a_field(m->field), "%s", m->field);
        ck_assert_msg(!m->other || can_be_a_field(m->other), "%s", m->other);
    }
}
END_TEST

// --- newer members -------------------------------------------------------------------------------

static const struct {
    const char *field;
    int type;
    const char *members, *value;
} newer[] = {
    {"DisconnectReason__c", ACLOAD_STRING, ",\"DisconnectReason\":\"CUSTOMER_DISCONNECT\"",
     "CUSTOMER_DISCONNECT"},
    {"Disconnect_Reason__c", ACLOAD_STRING, ",\"DisconnectReason\":\"EXPIRED\"", "EXPIRED"},
    {"ContactDetails__c", ACLOAD_STRING, ",\"ContactDetails\":{}", "{}"},
    {"ContactDetailsName__c", ACLOAD_STRING, ",\"ContactDetails\":{\"Name\":\"Call back\"}",
     "Call back"},
    {"References__c", ACLOAD_STRING, ",\"References\":[]", "[]"},
    {"References__c", ACLOAD_STRING, ",\"References\":{\"a\":1}", "{\"a\": 1}"},
    {"Recordings__c", ACLOAD_STRING,
     ",\"Recordings\":[{\"Status\":\"AVAILABLE\",\"Location\":null}]",
     "[{\"Status\": \"AVAILABLE\", \"Location\": null}]"},
    {"MediaStreams__c", ACLOAD_STRING, ",\"MediaStreams\":[{\"Type\":\"AUDIO\"}]",
     "[{\"Type\": \"AUDIO\"}]"},
    {"AnsweringMachineDetectionStatus__c", ACLOAD_STRING,
     ",\"AnsweringMachineDetectionStatus\":\"HUMAN_ANSWERED\"", "HUMAN_ANSWERED"},
    {"ScheduledTimestamp__c", ACLOAD_DATETIME, ",\"ScheduledTimestamp\":\"2031-03-05T08:00:00Z\"",
     "2031-03-05T08:00:00.000Z"},
    {"ScheduledTimestamp__c", ACLOAD_DATE, ",\"ScheduledTimestamp\":\"2031-03-05T08:00:00Z\"",
     "2031-03-05"},
    {"ScheduledTimestamp__c", ACLOAD_STRING, ",\"ScheduledTimestamp\":\"2031-03-05T08:00:00Z\"",
     "2031-03-05T08:00:00Z"},
    {"RelatedContactId__c", ACLOAD_STRING, ",\"RelatedContactId\":\"c-9\"", "c-9"},
    {"TotalPauseCount__c", ACLOAD_NUMBER, ",\"TotalPauseCount\":2", "2"},
    {"SegmentAttributes__c", ACLOAD_STRING,
     ",\"SegmentAttributes\":{\"connect:Subtype\":{\"ValueString\":\"connect:Telephony\"}}",
     "{\"connect:Subtype\": {\"ValueString\": \"connect:Telephony\"}}"},
    {"CampaignId__c", ACLOAD_STRING, ",\"Campaign\":{\"CampaignId\":\"camp-1\"}", "camp-1"},
    {"AgentARN__c", ACLOAD_STRING, ",\"Agent\":{\"ARN\":\"arn:agent\"}", "arn:agent"},
    {"AgentPauseDuration__c", ACLOAD_NUMBER, ",\"Agent\":{\"AgentPauseDuration\":12}", "12"},
    {"AgentAcceptedByAgentTimestamp__c", ACLOAD_DATETIME,
     ",\"Agent\":{\"AcceptedByAgentTimestamp\":\"2031-03-04T16:01:08Z\"}",
     "2031-03-04T16:01:08.000Z"},
    {"AcceptedByAgentTimestamp__c", ACLOAD_DATETIME,
     ",\"Agent\":{\"AcceptedByAgentTimestamp\":\"2031-03-04T16:01:08Z\"}",
     "2031-03-04T16:01:08.000Z"},
    {"AgentStateTransitions__c", ACLOAD_STRING, ",\"Agent\":{\"StateTransitions\":[]}", "[]"},
    {"RecordingType__c", ACLOAD_STRING, ",\"Recording\":{\"Type\":\"AUDIO\"}", "AUDIO"},
    {"CustomerEndpointType__c", ACLOAD_STRING,
     ",\"CustomerEndpoint\":{\"Type\":\"TELEPHONE_NUMBER\"}", "TELEPHONE_NUMBER"},
    {"TaskTemplateName__c", ACLOAD_STRING, ",\"TaskTemplateInfo\":{\"Name\":\"Callback\"}",
     "Callback"},
    {"WisdomInfoSessionArn__c", ACLOAD_STRING, ",\"WisdomInfo\":{\"SessionArn\":\"arn:w\"}",
     "arn:w"},
    {"ActiveRegion__c", ACLOAD_STRING,
     ",\"GlobalResiliencyMetadata\":{\"ActiveRegion\":\"us-east-1\"}", "us-east-1"},
    {"PotentialDisconnectIssue__c", ACLOAD_STRING,
     ",\"DisconnectDetails\":{\"PotentialDisconnectIssue\":\"NETWORK\"}", "NETWORK"},
    {"AgentAudioQualityScore__c", ACLOAD_NUMBER,
     ",\"QualityMetrics\":{\"Agent\":{\"Audio\":{\"QualityScore\":4.5}}}", "4.5"},
};

static void take_with(const char *members) {
    char json[2000];
    snprintf(json, sizeof json, "%s%s}", CONTACT, members);
    ctr_takes(json);
}

START_TEST(a_newer_member_goes_where_the_org_has_its_field) {
    fake_field(ctr_host, CONTACTS, newer[_i].field, newer[_i].type,
               newer[_i].type == ACLOAD_STRING ? 255 : 0);
    ctr_begin();
    take_with(newer[_i].members);
    ck_assert_str_eq(ctr_value(newer[_i].field), newer[_i].value);
    ck_assert_int_eq((int)fake_n_logs(ctr_host), 0);
}
END_TEST

START_TEST(a_newer_member_without_a_field_is_no_news) {
    ctr_begin();
    take_with(newer[_i].members);
    ck_assert_int_eq((int)fake_n_logs(ctr_host), 0);
}
END_TEST

START_TEST(newer_members_need_more_than_an_org_nobody_asked) {
    fake_object(ctr_host, "Contact__c", "ContactId__c", true);
    fake_field(ctr_host, "Contact__c", "ContactId__c", ACLOAD_STRING, 80);
    fake_option(ctr_host, "object", "Contact__c");
    ctr_begin();
    take_with(",\"DisconnectReason\":\"EXPIRED\",\"NextContactId\":\"c-2\",\"Recordings\":[]");
    ck_assert_str_eq(ctr_value("NextContactId__c"), "c-2");
    ck_assert_ptr_eq(ctr_value("DisconnectReason__c"), fake_unset);
    ck_assert_ptr_eq(ctr_value("Recordings__c"), fake_unset);
    ck_assert_int_eq((int)fake_n_logs(ctr_host), 0);
}
END_TEST

START_TEST(a_newer_group_of_another_kind_is_left_alone) {
    fake_field(ctr_host, CONTACTS, "CampaignId__c", ACLOAD_STRING, 80);
    ctr_begin();
    take_with(",\"Campaign\":\"camp-1\"");
    ck_assert_ptr_eq(ctr_value("CampaignId__c"), fake_unset);
}
END_TEST

// --- other names ---------------------------------------------------------------------------------

static struct fake_host *org_with(const char *const *fields) {
    fake_object(ctr_host, "Contact__c", "ContactId__c", false);
    fake_field(ctr_host, "Contact__c", "ContactId__c", ACLOAD_STRING, 80);
    for (; *fields; fields++)
        fake_field(ctr_host, "Contact__c", *fields, ACLOAD_STRING, 200);
    fake_option(ctr_host, "object", "Contact__c");
    return ctr_host;
}

START_TEST(hierarchy_groups_go_into_the_field_of_old_packages) {
    org_with((const char *const[]){"AgentHierarchyGroups__c", NULL});
    ctr_begin();
    take_with(",\"Agent\":{\"HierarchyGroups\":{\"Level1\":null}}");
    ck_assert_str_eq(ctr_value("AgentHierarchyGroups__c"), "{\"Level1\": null}");
}
END_TEST

START_TEST(hierarchy_groups_go_into_the_field_of_new_packages_first) {
    org_with((const char *const[]){"AgentHierarchyGroups__c", "AgentHierarchyGroup__c", NULL});
    ctr_begin();
    take_with(",\"Agent\":{\"HierarchyGroups\":{\"Level1\":null}}");
    ck_assert_str_eq(ctr_value("AgentHierarchyGroup__c"), "{\"Level1\": null}");
    ck_assert_int_eq((int)fake_n_set(ctr_host, 0), 2);
}
END_TEST

// --- what is left out ----------------------------------------------------------------------------

START_TEST(fields_the_org_lacks_are_told_once_an_input) {
    org_with((const char *const[]){"AWSAccountId__c", NULL});
    ctr_begin();
    ctr_takes(CONTACT ",\"AWSAccountId\":\"1\",\"Channel\":\"VOICE\"}");
    ctr_takes(CONTACT ",\"AWSAccountId\":\"1\",\"Channel\":\"VOICE\"}");
    ck_assert_int_eq((int)fake_n_logs(ctr_host), 1);
    ck_assert_int_eq(fake_log_level(ctr_host, 0), ACLOAD_WARNING);
    const char *line = fake_log(ctr_host, 0);
    ck_assert_msg(strstr(line, "36 fields left out, not in this org, or hidden from this user: "
                               "AgentConnectionAttempts__c, Attributes__c, Channel__c, ") == line,
                  "%s", line);
}
END_TEST

START_TEST(a_field_that_is_read_only_is_left_out) {
    acload_traits traits = {
        .size = sizeof traits, .type = ACLOAD_STRING, .length = 80, .writable = 0};
    fake_field_traits(ctr_host, CONTACTS, "Channel__c", &traits);
    ctr_begin();
    take_with(",\"Channel\":\"VOICE\"");
    ck_assert_ptr_eq(ctr_value("Channel__c"), fake_unset);
    ck_assert_str_eq(fake_log(ctr_host, 0),
                     "1 field left out, this user may not write them: Channel__c");
}
END_TEST

START_TEST(attributes_kept_out_are_not_missed) {
    org_with((const char *const[]){NULL});
    fake_option(ctr_host, "attributes", "false");
    ctr_begin();
    ck_assert(strstr(fake_log(ctr_host, 0), "Attributes__c") == NULL);
}
END_TEST

START_TEST(an_org_without_the_object_is_a_matter_of_configuration) {
    fake_option(ctr_host, "object", "Nothing__c");
    ck_assert_int_eq(fake_open(ctr_host), ACLOAD_OK);
    ck_assert_int_eq(fake_begin_json(ctr_host), ACLOAD_FAIL);
    ck_assert_str_eq(fake_code(ctr_host), "CONFIG");
}
END_TEST

// --- options -------------------------------------------------------------------------------------

static const struct {
    const char *name, *value, *why;
} bad_options[] = {
    {"gate", "", "option gate \"\": name the contact attribute"},
    {"gate",
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
     "xxxxxxxxxxxxxxxxxxxxx",
     "option gate"},
    // A switch is meant, and an attribute was understood.
    {"gate", "true", "option gate \"true\": name the contact attribute"},
    {"gate", "false", "or all to take every contact"},
    {"gate", "off", "or all to take every contact"},
    {"gate", "ALL", "or all to take every contact"},
    {"object", "", "option object \"\": name an object"},
    {"recordings_object", "", "option recordings_object \"\": name an object"},
    {"recordings", "key:Id", "option recordings \"key:Id\""},
    {"recordings", "",
     "option recordings \"\": write off, contact (found by ContactId__c), or key:Field__c"},
    {"recordings", "on", "option recordings \"on\""},
    {"recordings", "key:", "option recordings \"key:\""},
    {"recordings", "ContactId__c", "option recordings \"ContactId__c\""},
};

START_TEST(an_option_that_says_nothing_is_refused) {
    fake_option(ctr_host, bad_options[_i].name, bad_options[_i].value);
    ck_assert_int_eq(fake_open(ctr_host), ACLOAD_FAIL);
    ck_assert_str_eq(fake_code(ctr_host), "CONFIG");
    ctr_says(bad_options[_i].why);
}
END_TEST

START_TEST(the_longest_attribute_s_name_is_taken) {
    char name[201], json[1000];
    memset(name, '/', 200);
    name[200] = '\0';
    snprintf(json, sizeof json, "%s,\"Attributes\":{\"%s\":\"true\"}}", HEAD, name);
    fake_option(ctr_host, "gate", name);
    ctr_begin();
    ctr_takes(json);
}
END_TEST

// --- region --------------------------------------------------------------------------------------

#define ARN(arn) ",\"InstanceARN\":\"" arn "\""

static const struct {
    const char *from, *configured, *members; // configured "-": not at all, "": none
    const char *region;                      // NULL: left alone
} regions[] = {
    {"configured", "us-east-1", ARN(INSTANCE), "us-east-1"},
    {"configured", "us-east-1", "", "us-east-1"},
    {"configured", "-", ARN(INSTANCE), "eu-central-1"},
    {"configured", "-", "", NULL},
    {"configured", "", ARN(INSTANCE), NULL},
    {"record", "us-east-1", ARN(INSTANCE), "eu-central-1"},
    {"record", "us-east-1", "", "us-east-1"},
    {"record", "", ARN(INSTANCE), "eu-central-1"},
    {"record", "-", "", NULL},
    {"none", "us-east-1", ARN(INSTANCE), NULL},
    {"none", "-", ARN(INSTANCE), NULL},
    {"record", "-", ARN("arn:aws-cn:connect:cn-north-1:1:instance/a"), "cn-north-1"},
    {"record", "-", ARN("arn:aws:s3:eu-central-1:1:instance/a"), NULL},
    {"record", "-", ARN("arn:aws:connect::1:instance/a"), NULL},
    {"record", "-", ARN("arn:aws:connect:eu-central-1"), NULL},
    {"record", "-", ARN("arn:aws:connect:"), NULL},
    {"record", "-", ARN("arn:aws"), NULL},
    {"record", "-", ARN("arn:"), NULL},
    {"record", "-", ARN("x:aws:connect:eu-central-1:1:instance/a"), NULL},
    {"record", "-", ARN(""), NULL},
    {"record", "-", ",\"InstanceARN\":null", NULL},
};

START_TEST(the_region_is_the_configured_one_or_the_record_s_own) {
    const char *configured = regions[_i].configured;
    fake_field(ctr_host, CONTACTS, "Region__c", ACLOAD_STRING, 80);
    fake_option(ctr_host, "region_from", regions[_i].from);
    ctr_host->region = (acload_str){*configured == '-' ? NULL : configured,
                                    *configured == '-' ? 0 : strlen(configured)};
    ctr_begin();
    take_with(regions[_i].members);
    const char *region = ctr_value("Region__c");
    ck_assert_str_eq(region, regions[_i].region ? regions[_i].region : fake_unset);
}
END_TEST

START_TEST(an_org_without_region_gets_none) {
    ctr_host->region = (acload_str){"us-east-1", 9};
    ctr_begin();
    take_with(ARN(INSTANCE));
    ck_assert_int_eq((int)fake_n_set(ctr_host, 0), 4);
    ck_assert_int_eq((int)fake_n_logs(ctr_host), 0);
}
END_TEST

START_TEST(a_region_too_long_for_its_field_is_refused) {
    fake_field(ctr_host, CONTACTS, "Region__c", ACLOAD_STRING, 8);
    ctr_host->region = (acload_str){"us-east-1", 9};
    ck_assert_int_eq(fake_open(ctr_host), ACLOAD_OK);
    ck_assert_int_eq(fake_begin_json(ctr_host), ACLOAD_FAIL);
    ck_assert_str_eq(fake_code(ctr_host), "CONFIG");
    ctr_says("8 characters of Region__c");
}
END_TEST

START_TEST(a_region_that_is_read_only_is_left_out) {
    acload_traits traits = {
        .size = sizeof traits, .type = ACLOAD_STRING, .length = 80, .writable = 0};
    fake_field_traits(ctr_host, CONTACTS, "Region__c", &traits);
    ctr_host->region = (acload_str){"us-east-1", 9};
    ctr_begin();
    take_with("");
    ck_assert_ptr_eq(ctr_value("Region__c"), fake_unset);
    ck_assert_str_eq(fake_log(ctr_host, 0), "this user may not write Region__c: it is left out");
}
END_TEST

static TCase *tcase(Suite *s, const char *name) {
    TCase *t = tcase_create(name);
    tcase_add_checked_fixture(t, ctr_setup, ctr_teardown);
    suite_add_tcase(s, t);
    return t;
}

static void add_fields(Suite *s) {
    TCase *t = tcase(s, "table");
    tcase_add_test(t, every_member_stands_below_its_group);
    tcase_add_loop_test(t, every_field_has_a_name_that_an_org_can_have, 0, MEMBER_GROUPS);
    t = tcase(s, "newer");
    tcase_add_loop_test(t, a_newer_member_goes_where_the_org_has_its_field, 0, (int)N(newer));
    tcase_add_loop_test(t, a_newer_member_without_a_field_is_no_news, 0, (int)N(newer));
    tcase_add_test(t, newer_members_need_more_than_an_org_nobody_asked);
    tcase_add_test(t, a_newer_group_of_another_kind_is_left_alone);
    tcase_add_test(t, hierarchy_groups_go_into_the_field_of_old_packages);
    tcase_add_test(t, hierarchy_groups_go_into_the_field_of_new_packages_first);
}

static void add_choices(Suite *s) {
    TCase *t = tcase(s, "left-out");
    tcase_add_test(t, fields_the_org_lacks_are_told_once_an_input);
    tcase_add_test(t, a_field_that_is_read_only_is_left_out);
    tcase_add_test(t, attributes_kept_out_are_not_missed);
    tcase_add_test(t, an_org_without_the_object_is_a_matter_of_configuration);
    t = tcase(s, "options");
    tcase_add_loop_test(t, an_option_that_says_nothing_is_refused, 0, (int)N(bad_options));
    tcase_add_test(t, the_longest_attribute_s_name_is_taken);
    t = tcase(s, "region");
    tcase_add_loop_test(t, the_region_is_the_configured_one_or_the_record_s_own, 0,
                        (int)N(regions));
    tcase_add_test(t, an_org_without_region_gets_none);
    tcase_add_test(t, a_region_too_long_for_its_field_is_refused);
    tcase_add_test(t, a_region_that_is_read_only_is_left_out);
}

int main(void) {
    Suite *s = suite_create("ctr_bind");
    add_fields(s);
    add_choices(s);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
