// SPDX-License-Identifier: MIT
// Rows of a query printed with their parents.
#ifndef SB_QUERY_H
#define SB_QUERY_H

#include "request.h"
#include "soql.h"

// The items of a query with FIELDS() spelled out and every path checked. False with b's error set.
bool sb_query_items(struct sb_binder *b, struct sb_soql *q, const struct sb_object *o);
// One record with what the items ask for. scratch is reset. False: no such row.
bool sb_query_print(struct sb_req *req, struct sb_arena *scratch, struct sb_json *j,
                    const struct sb_object *o, int64_t n, const struct sb_item *items,
                    size_t n_items);

// Answers which columns a query has, instead of its rows.
void sb_query_columns(struct sb_req *req, const struct sb_soql *q, const struct sb_object *o);

#endif
