// SPDX-License-Identifier: MIT
// An org with the objects of interval reports, for the tests of that plugin.
#ifndef TESTS_PLUGINS_INTERVAL_ORG_H
#define TESTS_PLUGINS_INTERVAL_ORG_H
#include "fake_host.h"

#define QUEUES "AC_HistoricalQueueMetrics__c"
#define AGENTS "AC_AgentPerformance__c"
#define BOM "\xEF\xBB\xBF"
#define START "2031-03-04T16:00:00.000Z"
#define END "2031-03-04T16:30:00.000Z"
#define SPAN "|" START "|" END

// The host of the test that runs: both objects have the same few fields, none of them Region__c;
// the region is configured as none.
extern struct fake_host *interval_host;
void interval_setup(void);
void interval_teardown(void);
// Adds a number or percent with 18 digits, `scale` of them after the point.
void interval_number(const char *object, const char *name, int type, int scale);

// Opens the plugin, begins an input; ends the test when either fails.
void interval_begin(const char *columns);
// A row that must become a record.
void interval_row(const char *cells);
// A row that must be rejected, with that code, and leave no record.
void interval_rejects(const char *cells, const char *code);

// A text in a heap block of exactly its length, so that a sanitizer sees who reads beyond it. It
// lives until the test's teardown, which is interval_forget.
acload_str interval_exact(const char *text);
void interval_forget(void);

#endif
