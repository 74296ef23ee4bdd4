// SPDX-License-Identifier: MIT
// A call that did not succeed, as an error for people.
#include "org/json.h"
#include "org/org_int.h"
#include <stdio.h>

static bool is_redirect(int status) { return status >= 301 && status <= 308 && status != 304; }

void ac_rest_explain(const struct ac_http_reply *reply, struct ac_reply_error *out) {
    static const char *const codes[] = {[AC_HTTP_DONE] = "",
                                        [AC_HTTP_REFUSED] = "NO_CONNECTION",
                                        [AC_HTTP_LOST] = "ANSWER_LOST",
                                        [AC_HTTP_TIMEOUT] = "TIMEOUT",
                                        [AC_HTTP_TLS] = "TLS",
                                        [AC_HTTP_BAD_REQUEST] = "BAD_REQUEST",
                                        [AC_HTTP_STOPPED] = "STOPPED"};
    *out = (struct ac_reply_error){0};
    if (reply->end != AC_HTTP_DONE) {
        snprintf(out->code, sizeof out->code, "%s", codes[reply->end]);
        ac_json_copy(out->message, sizeof out->message, ac_str_of(reply->why));
    } else if (is_redirect(reply->status)) {
        snprintf(out->code, sizeof out->code, "REDIRECT");
        snprintf(out->message, sizeof out->message,
                 "it answers that the address is another one (HTTP status %d)", reply->status);
    } else {
        ac_reply_error_parse(ac_buf_str(&reply->body), out);
    }
    if (!*out->message)
        snprintf(out->message, sizeof out->message, "HTTP status %d without an explanation",
                 reply->status);
}

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
