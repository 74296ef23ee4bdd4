// SPDX-License-Identifier: MIT
// The members of a contact record with the fields they go to.
//
// Members stand in groups: objects whose members are fields of their own. A group that is null or
// missing leaves its fields as they are in the org; so does a member that is missing. A member that
// is null, in a group that is there, clears its field.
#ifndef CTR_MEMBER_H
#define CTR_MEMBER_H
#include <stddef.h>

enum form {
    FORM_TEXT,
    FORM_NUMBER,
    FORM_TIME,
    FORM_JSON, // an object or array, kept as JSON text
    FORM_WORD  // one of a set that grows: left out where the org's field does not take it
};

enum {
    MEMBER_NEWER = 1,   // no package has the field: only for orgs that have it
    MEMBER_WHEN_SET = 2 // null leaves the field as it is
};

struct member {
    const char *pointer;       // from the record's top
    const char *field, *other; // in the org; other (or NULL) is what some orgs call it
    enum form form;
    unsigned flags;
};

struct group {
    const char *pointer; // "" is the record itself
    const struct member *members;
    size_t n;
};

#define MEMBER_GROUPS 16
#define MEMBER_MAX 120 // in all groups together

extern const struct group member_groups[MEMBER_GROUPS];
// Those with an option of their own.
#define MEMBER_ATTRIBUTES "/Attributes"

#endif
