// SPDX-License-Identifier: MIT
// What the org says an object is, cached in the ledger.
#ifndef AC_ORG_DESCRIBE_H
#define AC_ORG_DESCRIBE_H
#include "ledger/ledger.h"
#include "org/rest.h"
#include "schema/schema.h"

// The schema of object (without namespace) as the org has it. A cached answer younger than
// fresh_ms is used as it is (*is_cached; that may be NULL); an older one is asked for with
// If-Modified-Since, and with AC_DESCRIBE_ANEW the whole is, whatever is kept. ledger may be NULL.
// Outcome: AC_OK; AC_AGAIN (transient, the caller may wait and call again); AC_RUN: CONFIG with
// code NOT_FOUND when the org has no such object (says namespace and permission), or other causes.
#define AC_DESCRIBE_ANEW INT64_C(-1)
enum ac_rc ac_describe(struct ac_org *org, struct ac_ledger *ledger, ac_str object, ac_str ns,
                       int64_t fresh_ms, struct ac_arena *arena, const struct ac_schema **out,
                       bool *is_cached, struct ac_err *err);

#endif
