// SPDX-License-Identifier: MIT
// Tests of plugins/interval/label.c: column labels turned into field names.
#include "interval/label.h"
#include "interval_org.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof *(array))
#define BOM "\xEF\xBB\xBF"
#define NBSP "\xC2\xA0"

static acload_str str(const char *s) { return interval_exact(s); }

// Every metric that was known when this was written, with the field that is its own.
static const struct {
    const char *label, *field;
} metrics[] = {
    {"After contact work time", "After_contact_work_time__c"},
    {"Agent on contact time", "Agent_on_contact_time__c"},
    {"Agent idle time", "Agent_idle_time__c"},
    {"Nonproductive time", "Nonproductive_time__c"},
    {"Non-productive time", "Nonproductive_time__c"},
    {"Non productive time", "Nonproductive_time__c"},
    {"Agent non-productive time", "Nonproductive_time__c"},
    {"Agent nonproductive time", "Nonproductive_time__c"},
    {"Average queue abandon time", "Average_queue_abandon_time__c"},
    {"Average after contact work time", "Average_after_contact_work_time__c"},
    {"Average queue answer time", "Average_queue_answer_time__c"},
    {"Average handle time", "Average_handle_time__c"},
    {"Average customer hold time", "Average_customer_hold_time__c"},
    {"Average agent interaction and customer hold time",
     "Avg_agent_interaction_and_cust_hold_time__c"},
    {"Average agent interaction time", "Average_agent_interaction_time__c"},
    {"Contacts abandoned", "Contacts_abandoned__c"},
    {"Contacts abandoned in 15 seconds", "Contacts_abandoned_in_15_seconds__c"},
    {"Contacts abandoned in 600 seconds", "Contacts_abandoned_in_600_seconds__c"},
    {"Contacts agent hung up first", "Contacts_agent_hung_up_first__c"},
    {"Contacts consulted", "Contacts_consulted__c"},
    {"Contacts handled", "Contacts_handled__c"},
    {"Contacts handled incoming", "Contacts_handled_incoming__c"},
    {"Contacts handled outbound", "Contacts_handled_outbound__c"},
    {"Callback contacts handled", "Callback_contacts_handled__c"},
    {"API contacts handled", "API_contacts_handled__c"},
    {"Contacts put on hold", "Contacts_put_on_hold__c"},
    {"Contacts hold disconnect", "Contacts_hold_disconnect__c"},
    {"Contacts hold agent disconnect", "Contacts_hold_agent_disconnect__c"},
    {"Contacts hold customer disconnect", "Contacts_hold_customer_disconnect__c"},
    {"Contacts incoming", "Contacts_incoming__c"},
    {"Callback contacts", "Callback_contacts__c"},
    {"API contacts", "API_contacts__c"},
    {"Contacts answered in 240 seconds", "Contacts_answered_in_240_seconds__c"},
    {"Contacts queued", "Contacts_queued__c"},
    {"Contacts queued (enqueue timestamp)", "Contacts_queued_enqueue_timestamp__c"},
    {"Contacts transferred in", "Contacts_transferred_in__c"},
    {"Contacts transferred out", "Contacts_transferred_out__c"},
    {"Contacts transferred out internal", "Contacts_transferred_out_internal__c"},
    {"Contacts transferred out external", "Contacts_transferred_out_external__c"},
    {"Contacts transferred in from queue", "Contacts_transferred_in_from_queue__c"},
    {"Contacts transferred out from queue", "Contacts_transferred_out_from_queue__c"},
    {"Contacts transferred in by agent", "Contacts_transferred_in_by_agent__c"},
    {"Contacts transferred out by agent", "Contacts_transferred_out_by_agent__c"},
    {"Error status time", "Error_status_time__c"},
    {"Customer hold time", "Customer_hold_time__c"},
    {"Agent answer rate", "Agent_answer_rate__c"},
    {"Maximum queued time", "Maximum_queued_time__c"},
    {"Contacts missed", "Contacts_missed__c"},
    {"Agent non-response", "Agent_non_response__c"},
    {"Agent non-response without customer abandons", "Agent_non_response_without_cust_abandons__c"},
    {"Contact handle time", "Contact_handle_time__c"},
    {"Contact flow time", "Contact_flow_time__c"},
    {"Occupancy", "Occupancy__c"},
    {"Service level 60 seconds", "Service_level_60_seconds__c"},
    {"Service level 75 seconds", "Service_level_75_seconds__c"},
    {"Online time", "Online_time__c"},
    {"Agent interaction and hold time", "Agent_interaction_and_hold_time__c"},
    {"Agent interaction time", "Agent_interaction_time__c"},
    {"Average outbound agent interaction time", "Average_outbound_agent_interaction_time__c"},
    {"Average outbound after contact work time", "Average_outbound_after_contact_work_time__c"},
    {"Lunch time", "Lunch_time__c"},
    {"Not Available time", "Not_Available_time__c"},
    {"Manager Approved time", "Manager_Approved_time__c"},
    {"Agent name", "Agent_name__c"},
    {"Agent First Name", "Agent_First_Name__c"},
    {"Agent last name", "Agent_last_name__c"},
    {"Agent API connecting time", "Agent_API_connecting_time__c"},
    {"Average agent callback connecting time", "Average_agent_callback_connecting_time__c"},
    {"Average agent incoming connecting time", "Average_agent_incoming_connecting_time__c"},
    {"Average agent outbound connecting time", "Average_agent_outbound_connecting_time__c"},
    {"Adherence (%)", "Adherence__c"},
    {"Adherent time", "Adherent_time__c"},
    {"Non-adherent time", "Non_adherent_time__c"},
    {"Scheduled time", "Scheduled_time__c"},
    {"Callback attempts", "Callback_attempts__c"},
    {"Contact disconnected", "Contact_disconnected__c"},
    {"Contacts created", "Contacts_created__c"},
    {"Contacts handled (connected to agent timestamp)",
     "Contacts_handled_conn_to_agent_timestamp__c"},
    {"Contacts handled connected to agent timestamp",
     "Contacts_handled_conn_to_agent_timestamp__c"},
    {"Contacts handled on connected to agent timestamp",
     "Contacts_handled_conn_to_agent_timestamp__c"},
    {"Abandonment rate", "Abandonment_rate__c"},
    {"Average active time", "Average_active_time__c"},
    {"Average agent pause time", "Average_agent_pause_time__c"},
    {"Average holds", "Average_holds__c"},
    {"Average customer hold time all contacts", "Average_customer_hold_time_all_contacts__c"},
    {"Average contact duration", "Average_contact_duration__c"},
    {"Average agent concurrency", "Average_agent_concurrency__c"},
    {"StartInterval", "StartInterval__c"},
    {"EndInterval", "EndInterval__c"},
    {"Start Interval", "StartInterval__c"},
    {"End-Interval", "EndInterval__c"},
    {"Agent Hierarchy Level Five", "Agent_Hierarchy_Level_Five__c"},
    {"Routing Profile", "Routing_Profile__c"},
    {"Phone Number", "Phone_Number__c"},
    {"Channel", "Channel__c"},
};

START_TEST(a_metric_has_its_own_field) {
    struct label_names names;
    label_fields(str(metrics[_i].label), &names);
    ck_assert_msg(names.own >= 0, "'%s' has no field", metrics[_i].label);
    ck_assert_str_eq(names.name[names.own], metrics[_i].field);
    ck_assert(!names.is_impossible);
}
END_TEST

// How a label may be written without being another one.
static const struct {
    const char *label, *field;
} spellings[] = {
    {BOM "Contacts handled", "Contacts_handled__c"},
    {BOM BOM "Contacts handled", "Contacts_handled__c"},
    {"Contacts" BOM " handled", "Contacts_handled__c"},
    {"\"Contacts handled\"", "Contacts_handled__c"},
    {" Contacts handled ", "Contacts_handled__c"},
    {"\tContacts\t handled\r", "Contacts_handled__c"},
    {"Contacts  handled", "Contacts_handled__c"},
    {"Contacts - handled", "Contacts_handled__c"},
    {"Contacts-handled", "Contacts_handled__c"},
    {"Contacts_handled", "Contacts_handled__c"},
    {"Contacts__handled_", "Contacts_handled__c"},
    {"Contacts\nhandled", "Contacts_handled__c"},
    {"Contacts\thandled", "Contacts_handled__c"},
    {"Contacts\rhandled", "Contacts_handled__c"},
    {"Contacts" NBSP "handled", "Contacts_handled__c"},
    {"Contacts\xE2\x80\x83handled", "Contacts_handled__c"}, // em space
    {"Contacts\xE3\x80\x80handled", "Contacts_handled__c"}, // ideographic space
    {"Contacts\xE2\x80\x90handled", "Contacts_handled__c"}, // hyphen
    {"Contacts\xE2\x80\x91handled", "Contacts_handled__c"}, // non-breaking hyphen
    {"Contacts\xE2\x80\x93handled", "Contacts_handled__c"}, // en dash
    {"Contacts\xE2\x80\x8Bhandled", "Contactshandled__c"},  // zero width space: no blank
    {"(Contacts) handled", "Contacts_handled__c"},
    {"Contacts (handled)", "Contacts_handled__c"},
    {"((Contacts handled))", "Contacts_handled__c"},
    {"Contacts handled.", "Contacts_handled__c"},
    {"Contacts/handled", "Contactshandled__c"},
    {"Contacts / handled", "Contacts_handled__c"},
    {"Contacts & handled", "Contacts_handled__c"},
    {"Contacts, handled:", "Contacts_handled__c"},
    {"CONTACTS HANDLED", "CONTACTS_HANDLED__c"},
    {"contacts handled", "contacts_handled__c"},
    {"Contacts handled (%)", "Contacts_handled__c"},
    {"B\xC3\xBCro time", "Bro_time__c"},
    {"\xFF"
     "Contacts \x80handled",
     "Contacts_handled__c"},
    {"NON-PRODUCTIVE TIME", "Nonproductive_time__c"},
    {"non\xE2\x80\x91productive time", "Nonproductive_time__c"},
    {BOM "(Non-productive  time)", "Nonproductive_time__c"},
    {"AVERAGE AGENT INTERACTION AND CUSTOMER HOLD TIME",
     "Avg_agent_interaction_and_cust_hold_time__c"},
    {"Contacts\xE2\x80\xA8handled", "Contacts_handled__c"}, // line separator
    {"Contacts\xE2\x80\xA9handled", "Contacts_handled__c"}, // paragraph separator
    {"AZ az 09 @[`{/:", "AZ_az_09__c"},
    {"a", "a__c"},
    {"9 to 5 time", NULL},
    {"0 errors time", NULL},
    {"2nd level time", NULL},
    {"", NULL},
    {" ", NULL},
    {"-", NULL},
    {"()", NULL},
    {"_", NULL},
    {BOM, NULL},
    {"\xE3\x82\xAD\xE3\x83\xA5\xE3\x83\xBC", NULL}, // Japanese
    {"\xD0\x9E\xD1\x87\xD0\xB5\xD1\x80\xD0\xB5\xD0\xB4\xD1\x8C", NULL},
};

START_TEST(a_label_may_be_written_in_many_ways) {
    struct label_names names;
    label_fields(str(spellings[_i].label), &names);
    const char *got = names.own < 0 ? NULL : names.name[names.own];
    ck_assert_pstr_eq(got, spellings[_i].field);
}
END_TEST

// All names a label may stand for, best first.
static const struct {
    const char *label, *fields;
} synonyms[] = {
    {"Contacts missed", "Contacts_missed__c Agent_non_response__c"},
    {"Agent non-response", "Agent_non_response__c Contacts_missed__c"},
    {"AGENT NON RESPONSE", "AGENT_NON_RESPONSE__c Contacts_missed__c"},
    {"Agent non-response without customer abandons", "Agent_non_response_without_cust_abandons__c"},
    {"Contacts missed today", "Contacts_missed_today__c"},
    {"Agent non-response rate", "Agent_non_response_rate__c"},
    {"Contacts transferred in queue size", "Contacts_transferred_in_queue_size__c"},
    {"Contacts transferred out queue size", "Contacts_transferred_out_queue_size__c"},
    {"Contacts transferred out from queue size", "Contacts_transferred_out_from_queue_size__c"},
    {"Nonproductive time share", "Nonproductive_time_share__c"},
    {"Non-productive time share", "Non_productive_time_share__c"},
    {"Nonproductive time",
     "Nonproductive_time__c Non_productive_time__c Agent_non_productive_time__c"},
    {"Non-productive time",
     "Nonproductive_time__c Non_productive_time__c Agent_non_productive_time__c"},
    {"Agent non-productive time",
     "Nonproductive_time__c Agent_non_productive_time__c Non_productive_time__c"},
    {"Agent nonproductive time", "Nonproductive_time__c Agent_nonproductive_time__c"},
    {"Avg. handle time", "Average_handle_time__c Avg_handle_time__c"},
    {"Avg handle time", "Average_handle_time__c Avg_handle_time__c"},
    {"avg. handle time", "Average_handle_time__c avg_handle_time__c"},
    {"Average handle time", "Average_handle_time__c Avg_handle_time__c"},
    {"Avg. agent interaction and customer hold time",
     "Avg_agent_interaction_and_cust_hold_time__c"},
    {"Average agent interaction and customer hold time",
     "Avg_agent_interaction_and_cust_hold_time__c"},
    {"Avg agent interaction and cust hold time", "Avg_agent_interaction_and_cust_hold_time__c"},
    {"Average agent interaction and cust hold time", "Avg_agent_interaction_and_cust_hold_time__c"},
    {"Avg. outbound after contact work time",
     "Average_outbound_after_contact_work_time__c Avg_outbound_after_contact_work_time__c"},
    {"Averages", "Averages__c"},
    {"Average", "Average__c Avg__c"},
    {"Contact abandoned", "Contacts_abandoned__c Contact_abandoned__c"},
    {"Contacts abandoned", "Contacts_abandoned__c Contact_abandoned__c"},
    {"Contact abandoned in 15 seconds",
     "Contacts_abandoned_in_15_seconds__c Contact_abandoned_in_15_seconds__c"},
    {"Contacts abandoned in 15 seconds",
     "Contacts_abandoned_in_15_seconds__c Contact_abandoned_in_15_seconds__c"},
    {"Contacts transferred out queue",
     "Contacts_transferred_out_from_queue__c Contacts_transferred_out_queue__c"},
    {"Contacts transferred out from queue",
     "Contacts_transferred_out_from_queue__c Contacts_transferred_out_queue__c"},
    {"Contacts transferred in queue",
     "Contacts_transferred_in_from_queue__c Contacts_transferred_in_queue__c"},
    {"Contacts transferred in from queue",
     "Contacts_transferred_in_from_queue__c Contacts_transferred_in_queue__c"},
    {"Contacts handled", "Contacts_handled__c"},
    {"Contact handle time", "Contact_handle_time__c"},
    {"StartInterval", "StartInterval__c"},
    {"Start Interval", "StartInterval__c Start_Interval__c"},
};

START_TEST(a_metric_is_known_by_its_old_and_new_names) {
    struct label_names names;
    char got[512] = "";
    size_t at = 0;
    label_fields(str(synonyms[_i].label), &names);
    for (int i = 0; i < names.n; i++)
        at += (size_t)snprintf(got + at, sizeof got - at, "%s%s", i ? " " : "", names.name[i]);
    ck_assert_str_eq(got, synonyms[_i].fields);
}
END_TEST

START_TEST(a_synonym_is_not_a_label_s_own_name) {
    struct label_names names;
    label_fields(str("Avg. handle time"), &names);
    ck_assert_int_eq(names.own, 1);
    ck_assert_str_eq(names.name[1], "Avg_handle_time__c");
}
END_TEST

static const struct {
    const char *label;
    bool is_impossible;
    int n;
} lengths[] = {
    // 40 characters before __c: just possible
    {"Average outbound after contact work time", false, 2},
    {"Abcdefghij abcdefghi abcdefghi abcdefghi", false, 1},
    {"Abcdefghij (abcdefghi) abcdefghi - abcdefghi ", false, 1},
    // 41
    {"Abcdefghij abcdefghi abcdefghi abcdefghij", true, 0},
    {"Average outbound after contact work times", false, 1}, // by its short name
    {"Agent non-response without customer abandonments", true, 0},
    {"Average agent interaction and customer hold times", true, 0},
    {"3rd party time", true, 0},
    // nothing to name at all is no name too long
    {"", false, 0},
    {"\xE3\x82\xAD", false, 0},
};

START_TEST(a_name_over_40_characters_is_impossible) {
    struct label_names names;
    label_fields(str(lengths[_i].label), &names);
    ck_assert_msg(names.is_impossible == lengths[_i].is_impossible, "%s", lengths[_i].label);
    ck_assert_int_eq(names.n, lengths[_i].n);
}
END_TEST

START_TEST(an_endless_label_does_no_harm) {
    static char label[100000];
    struct label_names names;
    memset(label, 'x', sizeof label);
    label_fields((acload_str){label, sizeof label}, &names);
    ck_assert_int_eq(names.n, 0);
    ck_assert(names.is_impossible);
    for (size_t i = 0; i < 8; i++)
        label[i] = "Average "[i];
    label_fields((acload_str){label, sizeof label}, &names);
    ck_assert_int_eq(names.n, 0);
    ck_assert(names.is_impossible);
}
END_TEST

START_TEST(a_label_is_read_to_its_length) {
    struct label_names names;
    label_fields((acload_str){"Contacts handled", 8}, &names);
    ck_assert_str_eq(names.name[0], "Contacts__c");
}
END_TEST

static const struct {
    const char *label, *word;
    bool is_it;
} words[] = {
    {"Queue", "queue", true},
    {"QUEUE", "queue", true},
    {"queue ", "queue", true},
    {" Queue", "queue", true},
    {BOM "Queue", "queue", true},
    {"(Queue)", "queue", true},
    {NBSP "Queue" NBSP, "queue", true},
    {"Queues", "queue", false},
    {"Queu", "queue", false},
    {"Queue name", "queue", false},
    {"My Queue", "queue", false},
    {"", "queue", false},
    {"StartInterval", "startinterval", true},
    {"Start Interval", "startinterval", true},
    {"START-INTERVAL", "startinterval", true},
    {"Start  Interval ", "startinterval", true},
    {"StartIntervals", "startinterval", false},
    {"EndInterval", "startinterval", false},
    {"Agent", "agent", true},
    {"Agent name", "agent", false},
    {"\xD0\x90gent", "agent", false}, // a Cyrillic A
};

START_TEST(a_word_is_known_however_it_is_written) {
    ck_assert_msg(label_is(str(words[_i].label), words[_i].word) == words[_i].is_it, "'%s'",
                  words[_i].label);
}
END_TEST

int main(void) {
    Suite *s = suite_create("interval/label");
    TCase *t = tcase_create("label");
    tcase_add_checked_fixture(t, NULL, interval_forget);
    tcase_add_loop_test(t, a_metric_has_its_own_field, 0, (int)N(metrics));
    tcase_add_loop_test(t, a_label_may_be_written_in_many_ways, 0, (int)N(spellings));
    tcase_add_loop_test(t, a_metric_is_known_by_its_old_and_new_names, 0, (int)N(synonyms));
    tcase_add_test(t, a_synonym_is_not_a_label_s_own_name);
    tcase_add_loop_test(t, a_name_over_40_characters_is_impossible, 0, (int)N(lengths));
    tcase_add_test(t, an_endless_label_does_no_harm);
    tcase_add_test(t, a_label_is_read_to_its_length);
    tcase_add_loop_test(t, a_word_is_known_however_it_is_written, 0, (int)N(words));
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
