// SPDX-License-Identifier: MIT
// Records that the Kinesis Producer Library has put into one.
#ifndef AC_HOOK_AGGREGATE_H
#define AC_HOOK_AGGREGATE_H
#include "base/str.h"

// F3 89 9A C2, a message of Protocol Buffers, the MD5 of that message: as the library's page
// "aggregation format" describes it. The message has the producers' records as its field 3, each
// with its data as field 3.
bool ac_aggregate_begins(ac_str bytes);
// The message inside; false when its MD5 says that it is damaged. Such a message may still be none.
bool ac_aggregate_open(ac_str bytes, ac_str *message);
// Cuts the next record off the message: 1, its data is lent; 0: there is no more; -1: it is
// damaged.
int ac_aggregate_next(ac_str *message, ac_str *data);

#endif
