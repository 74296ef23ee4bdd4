// SPDX-License-Identifier: MIT
// The runtime interface of AWS Lambda: events taken, answers given.
#ifndef AC_HOOK_LAMBDA_H
#define AC_HOOK_LAMBDA_H
#include "base/buf.h"
#include "base/http.h"

// A program named bootstrap is started once, asks for an event, answers it, asks for the next. In
// between its environment is frozen: nothing may be under way then. (AWS, "Building a custom
// runtime for AWS Lambda".)

struct ac_lambda_event {
    char id[256];        // of the request
    int64_t deadline_ms; // Unix epoch: whatever runs then is ended; INT64_MAX: not told
    struct ac_buf text;
};

struct ac_lambda {
    struct ac_net *net;       // borrowed; nothing else uses it
    const char *api;          // "host:port", AWS_LAMBDA_RUNTIME_API; borrowed
    volatile const int *stop; // set by a signal: no further event is taken
    // Of the call under way; it may outlive ac_lambda_next, but not the net.
    struct ac_lambda_event event;
    enum ac_http_end end;
    int status;
    char why[256];
    bool is_short, is_done;
};

void ac_lambda_init(struct ac_lambda *l, struct ac_net *net, const char *api,
                    volatile const int *stop);
void ac_lambda_free(struct ac_lambda *l); // after the net's client
// The next event, in l->event until the next call, waited for without limit. AC_END: told to stop;
// make no further call then. AC_RUN: the runtime is not there, or says that all is over.
enum ac_rc ac_lambda_next(struct ac_lambda *l, struct ac_err *err);
// The answer to the event. AC_INPUT: the runtime did not take it (it was too late, say), go on;
// AC_RUN as above.
enum ac_rc ac_lambda_answer(struct ac_lambda *l, ac_str json, struct ac_err *err);
// The event failed, or (at_start) the function cannot begin at all. type is "Word.Word".
enum ac_rc ac_lambda_fail(struct ac_lambda *l, bool at_start, const char *type, const char *text,
                          struct ac_err *err);
// How long before its end work is to be stopped, of the time there is from now on.
int64_t ac_lambda_spare_ms(int64_t left_ms);

#endif
