// SPDX-License-Identifier: MIT
// Column labels of interval reports turned into field names.
#ifndef INTERVAL_LABEL_H
#define INTERVAL_LABEL_H
#include <acload/plugin.h>
#include <stdbool.h>

#define LABEL_FIELD_CHARS 40 // what Salesforce allows before __c
#define LABEL_FIELD_MAX (LABEL_FIELD_CHARS + 4)
#define LABEL_CANDIDATES 6

struct label_names { // the fields a label may mean, best first
    char name[LABEL_CANDIDATES][LABEL_FIELD_MAX];
    int n;
    int own;            // the one that the label's very own words give, or -1
    bool is_impossible; // no field can have a name of it: over 40 characters, or a digit first
};

// The fields a label may mean: what the package had to shorten, the names AWS has given one metric
// over the years, and the rule (words joined by one underscore, then __c). Blanks and hyphens of
// every kind part words; parentheses, a BOM and whatever else no API name may hold are passed over.
// None for a label without a letter or digit of ASCII.
void label_fields(acload_str label, struct label_names *out);
// Is it that word (in lower case), but for letter case, blanks, hyphens, parentheses or a BOM?
bool label_is(acload_str label, const char *word);

#endif
