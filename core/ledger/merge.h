// SPDX-License-Identifier: MIT
// Runs of keys merged when a level has too many.
#ifndef AC_LEDGER_MERGE_H
#define AC_LEDGER_MERGE_H
#include "ledger/version.h"

// Merges what is to be merged after a run was added to that level, within a transaction.
enum ac_rc ac_ledger_merge(struct ac_ledger *l, int64_t object, unsigned level, struct ac_err *err);

#endif
