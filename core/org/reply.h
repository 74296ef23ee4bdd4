// SPDX-License-Identifier: MIT
// Status or error codes of Salesforce turned into outcomes, by one table.
//
// Org is the room that knows a Salesforce address, token, limit, query or error code. It starts
// calls on the network it was given and says what came of each; it never waits, retries or splits
// (but for one re-login on an expired session): that is decided further right. The facts are the
// vendor's REST and Bulk API 2.0 guides. Outcomes are the one language between this room and the
// ones that decide: every HTTP status, OAuth error, row code or broken connection becomes one of
// them, in ac_reply_classify, and nowhere else. An unknown code is a refusal of that row, loud and
// permanent; it is never retried for ever.
#ifndef AC_ORG_REPLY_H
#define AC_ORG_REPLY_H
#include "base/err.h"
#include "base/http.h"

enum ac_outcome {
    AC_OUT_OK,        // done
    AC_OUT_CREATED,   // done, a new record
    AC_OUT_UPDATED,   // done, an existing record
    AC_OUT_UNCHANGED, // 304
    AC_OUT_RETRY,     // transient: the same again later, as often as the budget allows
    AC_OUT_RETRY_FEW, // transient perhaps: two or three tries, then refused
    AC_OUT_SLOW_DOWN, // too many at once: fewer calls in flight, later
    AC_OUT_LOCKED,    // a row lock: these rows only, later
    AC_OUT_UNKNOWN,   // sent, and the answer is lost: it may have been done
    AC_OUT_SESSION,   // session expired: one re-login, then again
    AC_OUT_WHOLE,     // the whole request was refused because of one record in it: bisect
    AC_OUT_INNOCENT,  // rolled back because of another row: again without the culprit
    AC_OUT_REFUSED,   // permanent, for this row or request
    AC_OUT_STOP,      // end the run resumably (limits, storage)
    AC_OUT_CONFIG     // end the run: login, permission, object, version
};

struct ac_reply_error { // the first error of a reply
    char code[64];
    char message[512];
    char fields[256]; // "A__c, B__c"
};

// Reads the error of a body: an array of {message, errorCode, fields}, a bare object, OAuth's
// {error, error_description}, or no JSON at all (the message is then the first 200 characters of
// its text, tags removed). Always fills *out.
void ac_reply_error_parse(ac_str body, struct ac_reply_error *out);
// Puts "*" in the place of a row's value, wherever the message quotes it, or a long beginning of
// it.
void ac_reply_error_hide(struct ac_reply_error *error, ac_str value);
// What a call's end means. code and message may be "". Pure. Every 2xx is OK; so is the refusal of
// a second upload to a bulk job (BULK_API_ERROR, "Found multiple contents"): the first one arrived.
// WHOLE is any 400 that may be one record's fault, and a body too large.
enum ac_outcome ac_reply_classify(enum ac_http_end end, int status, const char *code,
                                  const char *message);
// What a row's code inside an accepted call means. Pure.
enum ac_outcome ac_reply_classify_row(const char *code, const char *message);
// Retry-After (seconds or an HTTP date) in milliseconds from now, -1: none or nonsense.
int64_t ac_reply_retry_after(const char *header, int64_t now_ms);
// Is it a refusal that every record would meet, since a permission or a field is missing?
bool ac_reply_is_for_all(const char *code);
// Does a refusal for the run's configuration say nothing of any other object?
bool ac_reply_is_of_object(const char *code);
// Ends the message of a session that was refused though a login had just brought it.
#define AC_REFUSED_ANEW ", right after a new login"
// A hint for people on what to do about that code, or NULL.
const char *ac_reply_hint(const char *code, const char *message);
const char *ac_outcome_name(enum ac_outcome outcome);

#endif
