// SPDX-License-Identifier: MIT
// SOQL questions: values bound safely, answers read page by page.
#ifndef AC_ORG_QUERY_H
#define AC_ORG_QUERY_H
#include "org/rest.h"

// Adds format to *out with its marks replaced, in order, by the values: %n is a name (letters,
// digits, _ and . only), %t a text (quoted, escaped), %m a moment (an ISO date or date-time), %i a
// whole number; %% is a percent sign. So no value can become a part of the question:
//   ac_soql_format(&q, "SELECT Id FROM %n WHERE %n = %t", values, 3, err)
// AC_RUN/CONFIG when a value is not what its mark says or the buffer is full.
enum ac_rc ac_soql_format(struct ac_buf *out, const char *format, const ac_str *values, size_t n,
                          struct ac_err *err);

// One record: a cell for each field asked for, as text (numbers as JSON has them, true, false).
// A null cell: the field is null or not in the answer. Lent for the call.
typedef enum ac_rc ac_soql_each(void *arg, const ac_str *cells, struct ac_err *err);

// Asks, and tells every record of every page. Fields are named as in the question, a relationship's
// by its path ("Owner.Name"), a count by its alias ("expr0"). *total (may be NULL) is what the org
// says how many there are, for COUNT() the count itself. Waits for its calls, so not from within a
// callback of one. AC_AGAIN: ask again from the start (records may have been told already);
// AC_RUN: the org refuses the question, or a limit; other than AC_OK from `each` ends it.
enum ac_rc ac_soql_run(struct ac_org *org, ac_str question, const char *const *fields, size_t n,
                       ac_soql_each *each, void *arg, uint64_t *total, struct ac_err *err);

#endif
