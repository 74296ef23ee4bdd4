// SPDX-License-Identifier: MIT
// The golden cases of one folder, for tests that loop over them.
#ifndef TEST_HOOK_CASES_KIT_H
#define TEST_HOOK_CASES_KIT_H
#include "base/buf.h"

// Their names, sorted; set by cases_find.
extern char *case_names[];
extern int n_cases;

// Finds what stands in the folder (kept by pointer) and is a case: no dot in its name.
void cases_find(const char *folder);
void cases_free(void);
// Adds a file of a case to a buffer; fails the test when it cannot be read.
void case_read(int i, const char *name, struct ac_buf *out);

#endif
