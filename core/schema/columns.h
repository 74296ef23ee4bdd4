// SPDX-License-Identifier: MIT
// The columns of outgoing records: one object, one operation, an ordered set of fields.
#ifndef AC_SCHEMA_COLUMNS_H
#define AC_SCHEMA_COLUMNS_H
#include "base/buf.h"
#include "schema/schema.h"

struct ac_columns {
    ac_str object; // API name with namespace
    int operation; // ACLOAD_UPSERT, ACLOAD_INSERT, ACLOAD_FIND
    int key;       // number of the column that records are found by, -1 for inserts
    size_t n;
    const struct ac_field *const *fields;
};

const char *ac_operation_name(int operation); // "upsert"
// Same object, operation, key, and fields in the same order?
bool ac_columns_same(const struct ac_columns *a, const struct ac_columns *b);
// Adds the members of one record, `"A__c":1,"B__c":"x"`, without braces: numbers and booleans
// bare (normalised to JSON: ".5" is 0.5), null for NULL or an empty text, nothing for AC_ABSENT.
// An UNKNOWN field is bare when its text is a JSON number. False at the buffer's ceiling.
bool ac_columns_json(const struct ac_columns *columns, const ac_str *cells, bool with_key,
                     struct ac_buf *out);
// The key as the org compares it: folded to lower case (Unicode) unless the field is
// caseSensitive; hashed.
uint64_t ac_columns_key_hash(const struct ac_columns *columns, const ac_str *cells);

#endif
