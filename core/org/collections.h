// SPDX-License-Identifier: MIT
// sObject Collections: at most 200 records in one call.
#ifndef AC_ORG_COLLECTIONS_H
#define AC_ORG_COLLECTIONS_H
#include "org/rest.h"
#include "schema/columns.h"

#define AC_COLLECTIONS_MAX 200u

// The request in three steps: begin, add each record's cells, end. False at the buffer's ceiling.
// `id`: the record's in the org, where the operation is FIND; else null.
bool ac_collections_begin(struct ac_buf *body);
bool ac_collections_add(struct ac_buf *body, const struct ac_columns *columns, const ac_str *cells,
                        ac_str id, bool is_first);
bool ac_collections_end(struct ac_buf *body);
// "PATCH" or "POST", and the path (arena memory).
const char *ac_collections_method(const struct ac_columns *columns);
const char *ac_collections_path(const struct ac_columns *columns, struct ac_arena *arena);

struct ac_row_result {
    enum ac_outcome outcome; // CREATED, UPDATED, OK (inserted), or an error
    ac_str id;               // "" when none
    struct ac_reply_error error;
};
// Reads the answer to n records, in order. AC_AGAIN when it is not an array of exactly n results
// (nothing was reported then: the outcome of all n is unknown).
enum ac_rc ac_collections_parse(ac_str body, size_t n,
                                void (*each)(void *arg, size_t i,
                                             const struct ac_row_result *result),
                                void *arg, struct ac_err *err);

#endif
