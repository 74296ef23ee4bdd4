// SPDX-License-Identifier: MIT
// Salesforce objects: what fields one has, of which type, with which key.
//
// Schema is the room that knows an object's fields without asking anybody: it reads the JSON of a
// describe answer or of a file in schemas/ (a subset of the same members), matches names, and
// judges cell text against a field. It never converts a value and never talks to the org.
// A schema is const once read, lives in the arena given, and may be shared.
#ifndef AC_SCHEMA_SCHEMA_H
#define AC_SCHEMA_SCHEMA_H
#include "base/arena.h"
#include "base/err.h"

enum ac_field_type { // by what may stand in a cell
    AC_FIELD_UNKNOWN,
    AC_FIELD_STRING, // string textarea phone email url combobox encryptedstring id reference …
    AC_FIELD_INTEGER,
    AC_FIELD_NUMBER, // double currency
    AC_FIELD_PERCENT,
    AC_FIELD_BOOLEAN,
    AC_FIELD_DATE,
    AC_FIELD_DATETIME,
    AC_FIELD_PICKLIST, // picklist multipicklist
    AC_FIELD_ID        // id reference: 15 or 18 characters
};

struct ac_field {
    ac_str name; // as the org writes it, with namespace
    ac_str label;
    enum ac_field_type type;
    uint32_t length; // characters, 0: none known
    int precision, scale, digits;
    bool nillable, createable, updateable, defaulted, calculated;
    bool external_id, unique, case_sensitive, id_lookup;
    bool restricted;
    bool multi;           // multipicklist: a cell holds several values, with ; between them
    const ac_str *values; // active picklist values
    size_t n_values;
};

struct ac_schema {
    ac_str name; // API name with namespace
    ac_str label;
    ac_str key; // the schema file's "key"; null in a describe
    ac_str ns;  // "" or "amazonconnect"
    const struct ac_field *fields;
    size_t n_fields;
    const uint32_t *index; // open addressing over folded names
    size_t index_mask;
    bool createable, updateable; // may this user create records, may it change them?
    bool is_open; // from schemas/, not from an org: unknown fields are kept as AC_FIELD_UNKNOWN
};

// Reads describe JSON or a schema file. `ns` is the namespace: for a schema file with
// "package": true it is put before the object's and the custom fields' names; for a describe it
// only guides ac_schema_field. Errors: AC_RUN, naming `source`.
enum ac_rc ac_schema_parse(ac_str json, const char *source, ac_str ns, bool is_open,
                           struct ac_arena *arena, const struct ac_schema **out,
                           struct ac_err *err);
// Reads <dir>/<object>.json (object without namespace). AC_END when there is no such file.
enum ac_rc ac_schema_load(const char *dir, ac_str object, ac_str ns, struct ac_arena *arena,
                          const struct ac_schema **out, struct ac_err *err);
// The field of that name (API name, with or without the namespace; letter case ignored): its
// number, or -1. A package field wins over an administrator's of the same bare name.
int ac_schema_field(const struct ac_schema *schema, ac_str name);
// "amazonconnect__AC_X__c" from "amazonconnect" and "AC_X__c"; ns "" gives the name itself.
ac_str ac_schema_with_ns(ac_str ns, ac_str name, struct ac_arena *arena);

#endif
