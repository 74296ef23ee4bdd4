// SPDX-License-Identifier: MIT
// A call that did not succeed, as an error for people.
#include "org/org_int.h"

static enum ac_rc fail(const struct ac_org *org, enum ac_rc rc, enum ac_cause cause,
                       const struct ac_rest_reply *reply, const char *doing, struct ac_err *err) {
    const struct ac_reply_error *e = &reply->error;
    const char *hint = ac_reply_hint(e->code, e->message);
    return ac_err_set(err, rc, cause, *e->code ? e->code : "CALL", "cannot %s at %s: %s%s%s", doing,
                      ac_org_name(org), *e->message ? e->message : "the answer does not fit",
                      hint ? "; " : "", hint ? hint : "");
}

enum ac_rc ac_rest_failed(const struct ac_org *org, const struct ac_rest_reply *reply,
                          const char *doing, struct ac_err *err) {
    switch (reply->outcome) {
    case AC_OUT_OK: // and still not what was asked for
    case AC_OUT_CREATED:
    case AC_OUT_UPDATED:
    case AC_OUT_UNCHANGED:
    case AC_OUT_RETRY:
    case AC_OUT_RETRY_FEW:
    case AC_OUT_SLOW_DOWN:
    case AC_OUT_LOCKED:
    case AC_OUT_UNKNOWN:
    case AC_OUT_SESSION:
    case AC_OUT_INNOCENT:
        return fail(org, AC_AGAIN, AC_CAUSE_STOP, reply, doing, err);
    case AC_OUT_STOP:
        return fail(org, AC_RUN, AC_CAUSE_STOP, reply, doing, err);
    case AC_OUT_WHOLE:
    case AC_OUT_REFUSED:
    case AC_OUT_CONFIG:
        break;
    }
    return fail(org, AC_RUN, AC_CAUSE_CONFIG, reply, doing, err);
}
