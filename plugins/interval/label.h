// SPDX-License-Identifier: MIT
// Column labels of interval reports turned into field names.
#ifndef INTERVAL_LABEL_H
#define INTERVAL_LABEL_H
#include <acload/plugin.h>
#include <stdbool.h>

#define LABEL_MAX 256      // bytes of a field name we compose
#define LABEL_CANDIDATES 4 // names a label may stand for, best first

struct label_names {
    char name[LABEL_CANDIDATES][LABEL_MAX];
    int n;
    bool is_too_long; // over 40 characters before __c: no org can have such a field
};

// The fields a label may mean, best first: the names AWS has given one metric over the years, the
// names the package had to shorten, else the rule (blanks or hyphens to one underscore, then
// __c). Old or new, with BOM, parentheses or stray blanks. None for an empty label.
void label_fields(acload_str label, struct label_names *out);
// Is it that label, but for letter case, outer blanks or a BOM?
bool label_is(acload_str label, const char *name);

#endif
