// SPDX-License-Identifier: MIT
// The org of the interval plugin's tests.
#include "interval_org.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

struct fake_host *interval_host;

void interval_number(const char *object, const char *name, int type, int scale) {
    acload_traits traits = {
        .size = sizeof traits, .type = type, .precision = 18, .scale = scale, .writable = 1};
    fake_field_traits(interval_host, object, name, &traits);
}

static void add_object(const char *object, bool is_open) {
    fake_object(interval_host, object, "AC_Record_Id__c", is_open);
    fake_field(interval_host, object, "AC_Object_Name__c", ACLOAD_STRING, 80);
    fake_field(interval_host, object, "StartInterval__c", ACLOAD_DATETIME, 0);
    fake_field(interval_host, object, "EndInterval__c", ACLOAD_DATETIME, 0);
    fake_field(interval_host, object, "Created_Date__c", ACLOAD_DATETIME, 0);
    interval_number(object, "Contacts_handled__c", ACLOAD_NUMBER, 0);
    interval_number(object, "Contacts_missed__c", ACLOAD_NUMBER, 0);
    interval_number(object, "Contacts_Incoming__c", ACLOAD_NUMBER, 0);
    interval_number(object, "Nonproductive_time__c", ACLOAD_NUMBER, 0);
    interval_number(object, "Average_handle_time__c", ACLOAD_NUMBER, 0);
    interval_number(object, "Contacts_abandoned__c", ACLOAD_NUMBER, 0);
    interval_number(object, "Avg_agent_interaction_and_cust_hold_time__c", ACLOAD_NUMBER, 0);
    interval_number(object, "Occupancy__c", ACLOAD_PERCENT, 2);
    fake_field(interval_host, object, "Agent_name__c", ACLOAD_STRING, 80);
}

void interval_setup(void) {
    interval_host = fake_new(acload_plugin_entry());
    add_object(QUEUES, false);
    add_object(AGENTS, false);
    interval_host->region = (acload_str){"", 0};
}

void interval_teardown(void) { fake_free(interval_host); }

void interval_begin(const char *columns) {
    ck_assert_int_eq(fake_open(interval_host), ACLOAD_OK);
    ck_assert_msg(fake_begin(interval_host, columns) == ACLOAD_OK, "%s", fake_why(interval_host));
}

void interval_row(const char *cells) {
    ck_assert_msg(fake_row(interval_host, cells) == ACLOAD_PASS, "%s", fake_why(interval_host));
}

void interval_rejects(const char *cells, const char *code) {
    ck_assert_int_eq(fake_row(interval_host, cells), ACLOAD_REJECT);
    ck_assert_str_eq(fake_code(interval_host), code);
    ck_assert_int_eq((int)fake_n_records(interval_host), 0);
}

static char *exact[16];
static size_t n_exact;

acload_str interval_exact(const char *text) {
    size_t len = strlen(text);
    char *copy = malloc(len ? len : 1);
    ck_assert_msg(copy && n_exact < sizeof exact / sizeof *exact, "no room for '%s'", text);
    for (size_t i = 0; i < len; i++)
        copy[i] = text[i];
    exact[n_exact++] = copy;
    return (acload_str){copy, len};
}

void interval_forget(void) {
    while (n_exact)
        free(exact[--n_exact]);
}
