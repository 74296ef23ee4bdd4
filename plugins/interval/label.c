// SPDX-License-Identifier: MIT
// The rule from label to field, with the tables of its exceptions.
#include "label.h"
#include <stdio.h>
#include <string.h>

#define FIELD_CHARS 40 // what Salesforce allows before __c

// One metric under the names it has had, folded (lower case, hyphens and blanks as one blank), with
// the fields to try. A label's own name by the rule is tried where the row says "*".
static const struct {
    const char *label;
    const char *fields[LABEL_CANDIDATES];
} special[] = {
    {"average agent interaction and customer hold time",
     {"Avg_agent_interaction_and_cust_hold_time__c", "*"}},
    {"agent non response without customer abandons",
     {"Agent_non_response_without_cust_abandons__c", "*"}},
    {"contacts handled connected to agent timestamp",
     {"Contacts_handled_conn_to_agent_timestamp__c", "*"}},
    {"contacts handled on connected to agent timestamp",
     {"Contacts_handled_conn_to_agent_timestamp__c", "*"}},
    {"nonproductive time", {"Nonproductive_time__c"}},
    {"non productive time", {"Nonproductive_time__c", "*"}},
    {"agent non productive time", {"Nonproductive_time__c", "*"}},
    {"agent nonproductive time", {"Nonproductive_time__c", "*"}},
    {"contacts missed", {"Contacts_missed__c", "Agent_non_response__c"}},
    {"agent non response", {"Agent_non_response__c", "Contacts_missed__c"}},
    {"contact abandoned", {"Contacts_abandoned__c", "*"}},
    {"contacts transferred out queue",
     {"Contacts_transferred_out_from_queue__c", "Contacts_transferred_out_queue__c"}},
    {"contacts transferred in queue",
     {"Contacts_transferred_in_from_queue__c", "Contacts_transferred_in_queue__c"}},
};

static acload_str skip_bom(acload_str s) {
    while (s.len >= 3 && memcmp(s.ptr, "\xEF\xBB\xBF", 3) == 0) {
        s.ptr += 3;
        s.len -= 3;
    }
    return s;
}

static bool is_gap(char c) {
    return c == ' ' || c == '-' || c == '_' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name_char(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Copies the label's words with `gap` between them; everything that no API name may hold is left
// out (parentheses, dots, a BOM in the middle, letters beyond ASCII). A no-break space is a gap.
static size_t words(acload_str label, char gap, bool fold, char *out, size_t max) {
    label = skip_bom(label);
    size_t n = 0;
    bool in_gap = false;
    for (size_t i = 0; i < label.len && n + 2 < max; i++) {
        char c = label.ptr[i];
        bool is_nbsp = (unsigned char)c == 0xA0 && i && (unsigned char)label.ptr[i - 1] == 0xC2;
        if (is_gap(c) || is_nbsp) {
            in_gap = true;
        } else if (is_name_char(c)) {
            if (in_gap && n) out[n++] = gap;
            in_gap = false;
            out[n++] = fold && c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
        }
    }
    out[n] = '\0';
    return n;
}

static void add(struct label_names *out, const char *name) {
    for (int i = 0; i < out->n; i++)
        if (strcmp(out->name[i], name) == 0) return;
    if (out->n < LABEL_CANDIDATES) snprintf(out->name[out->n++], LABEL_MAX, "%s", name);
}

static void add_rule(struct label_names *out, acload_str label) {
    char name[LABEL_MAX];
    size_t n = words(label, '_', false, name, sizeof name - 4);
    if (!n) return;
    if (n > FIELD_CHARS) out->is_too_long = true;
    memcpy(name + n, "__c", 4);
    add(out, name);
}

// "Avg. handle time" is "Average handle time".
static bool expand_average(const char *folded, acload_str label, char *out, size_t max) {
    if (strncmp(folded, "avg ", 4) != 0) return false;
    char plain[LABEL_MAX];
    words(label, ' ', false, plain, sizeof plain);
    snprintf(out, max, "Average%.*s", LABEL_MAX - 16, plain + 3);
    return true;
}

void label_fields(acload_str label, struct label_names *out) {
    memset(out, 0, sizeof *out);
    char folded[LABEL_MAX], average[LABEL_MAX];
    if (!words(label, ' ', true, folded, sizeof folded)) return;
    if (expand_average(folded, label, average, sizeof average)) {
        label_fields((acload_str){average, strlen(average)}, out);
        add_rule(out, label);
        return;
    }
    for (size_t i = 0; i < sizeof special / sizeof *special; i++) {
        if (strcmp(special[i].label, folded) != 0) continue;
        for (int k = 0; k < LABEL_CANDIDATES && special[i].fields[k]; k++) {
            if (special[i].fields[k][0] == '*')
                add_rule(out, label);
            else
                add(out, special[i].fields[k]);
        }
        out->is_too_long = false;
        return;
    }
    add_rule(out, label);
}

bool label_is(acload_str label, const char *name) {
    label = skip_bom(label);
    while (label.len && is_gap(label.ptr[0])) label = (acload_str){label.ptr + 1, label.len - 1};
    while (label.len && is_gap(label.ptr[label.len - 1])) label.len--;
    size_t n = strlen(name);
    if (label.len != n) return false;
    for (size_t i = 0; i < n; i++) {
        char c = label.ptr[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c | 32);
        char d = name[i];
        if (d >= 'A' && d <= 'Z') d = (char)(d | 32);
        if (c != d) return false;
    }
    return true;
}
