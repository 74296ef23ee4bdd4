// SPDX-License-Identifier: MIT
// What an org tells of itself.
#ifndef AC_ORG_ABOUT_H
#define AC_ORG_ABOUT_H
#include "org/rest.h"

// All wait for their call, so not from within a callback of one. AC_AGAIN: ask again; AC_RUN: the
// org refuses.

// Does the org know this API version ("62.0")? newest: the highest it knows, "" when none.
enum ac_rc ac_org_versions(struct ac_org *org, const char *version, char newest[8], bool *has,
                           struct ac_err *err);
// The id of the user who is logged in; "" when the app is not allowed to know.
enum ac_rc ac_org_user(struct ac_org *org, char out[20], struct ac_err *err);
// One of the org's limits ("DataStorageMB"); both -1 when the user may not see it.
struct ac_org_limit {
    const char *name;
    int64_t max, left;
};
enum ac_rc ac_org_limits(struct ac_org *org, struct ac_org_limit *limits, size_t n,
                         struct ac_err *err);

#endif
