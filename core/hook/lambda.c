// SPDX-License-Identifier: MIT
// Calls to the runtime interface of AWS Lambda.
#include "hook/lambda.h"
#include "hook/event.h"
#include <stdio.h>

#define PATH "/2018-06-01/runtime/"
#define MAX_URL_BYTES ((size_t)2048)
#define LOOK_MS 1000                             // for a signal that came just before
#define FOREVER_MS ((int64_t)365 * 86400 * 1000) // an environment lives for hours
#define ANSWER_MS ((int64_t)10 * 1000)           // the interface is on this machine
#define MAX_SPARE_MS ((int64_t)10 * 1000)

static const char *const wanted[] = {"Lambda-Runtime-Aws-Request-Id", "Lambda-Runtime-Deadline-Ms",
                                     NULL};

void ac_lambda_init(struct ac_lambda *l, struct ac_net *net, const char *api,
                    volatile const int *stop) {
    *l = (struct ac_lambda){.net = net, .api = api, .stop = stop};
    ac_buf_init(&l->event.text, AC_EVENT_MAX_BYTES + 1);
}

void ac_lambda_free(struct ac_lambda *l) { ac_buf_free(&l->event.text); }

static void on_done(void *arg, const struct ac_http_reply *reply) {
    struct ac_lambda *l = arg;
    struct ac_lambda_event *event = &l->event;
    l->is_done = true;
    l->end = reply->end;
    l->status = reply->status;
    snprintf(l->why, sizeof l->why, "%s", reply->why);
    if (!*reply->wanted[0]) // an answer to an answer
        return;
    snprintf(event->id, sizeof event->id, "%s", reply->wanted[0]);
    if (!ac_str_i64(ac_str_of(reply->wanted[1]), &event->deadline_ms))
        event->deadline_ms = INT64_MAX;
    ac_buf_clear(&event->text);
    l->is_short = !ac_buf_add_str(&event->text, ac_buf_str(&reply->body));
}

// AC_END: told to stop meanwhile.
static enum ac_rc call(struct ac_lambda *l, const struct ac_http_call *how, bool may_stop,
                       struct ac_err *err) {
    l->is_done = l->is_short = false;
    enum ac_rc rc = l->net->start(l->net->self, how, err);
    while (rc == AC_OK && !l->is_done) {
        if (may_stop && *l->stop)
            return AC_END;
        rc = l->net->pump(l->net->self, LOOK_MS, err);
    }
    if (rc != AC_OK)
        return rc;
    if (l->end != AC_HTTP_DONE)
        return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "LAMBDA", "the runtime of Lambda (%s): %s",
                          l->api, l->why);
    if (l->status >= 500)
        return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "LAMBDA",
                          "the runtime of Lambda answers %d: it is over", l->status);
    return AC_OK;
}

// ptr NULL without memory.
static const char *url_of(const struct ac_lambda *l, const char *what, const char *id,
                          struct ac_buf *out) {
    ac_buf_init(out, MAX_URL_BYTES);
    bool good = ac_buf_printf(out, "http://%s" PATH "%s", l->api, what);
    if (good && id)
        good = ac_buf_add_url(out, ac_str_of(id)) && ac_buf_add_str(out, AC_STR("/"));
    return good ? ac_buf_text(out) : NULL;
}

enum ac_rc ac_lambda_next(struct ac_lambda *l, struct ac_err *err) {
    AC_CLEANUP(ac_buf_free) struct ac_buf url;
    struct ac_http_call how = {.method = "GET",
                               .url = url_of(l, "invocation/next", NULL, &url),
                               .done = on_done,
                               .arg = l,
                               .timeout_ms = FOREVER_MS,
                               .max_reply_bytes = AC_EVENT_MAX_BYTES,
                               .wanted = wanted,
                               .is_direct = true};
    l->event.id[0] = '\0';
    if (!how.url)
        return ac_err_nomem(err, "an event");
    enum ac_rc rc = call(l, &how, true, err);
    if (rc != AC_OK)
        return rc;
    if (l->is_short)
        return ac_err_nomem(err, "an event");
    if (l->status != 200 || !*l->event.id)
        return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "LAMBDA",
                          "the runtime of Lambda gives no event (%d)", l->status);
    return AC_OK;
}

static enum ac_rc post(struct ac_lambda *l, const char *what, const char *id, const char *action,
                       const char *header, ac_str body, struct ac_err *err) {
    AC_CLEANUP(ac_buf_free) struct ac_buf url;
    const char *headers[] = {"Content-Type: application/json", header, NULL};
    struct ac_http_call how = {.method = "POST",
                               .headers = headers,
                               .body = body,
                               .done = on_done,
                               .arg = l,
                               .timeout_ms = ANSWER_MS,
                               .is_direct = true};
    bool good = url_of(l, what, id, &url) && ac_buf_add_str(&url, ac_str_of(action));
    how.url = good ? ac_buf_text(&url) : NULL;
    enum ac_rc rc = how.url ? call(l, &how, false, err) : ac_err_nomem(err, "an answer");
    if (rc == AC_OK && l->status >= 300)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_STOP, "LAMBDA",
                          "the runtime of Lambda does not take the answer (%d)", l->status);
    return rc;
}

enum ac_rc ac_lambda_answer(struct ac_lambda *l, ac_str json, struct ac_err *err) {
    return post(l, "invocation/", l->event.id, "response", NULL, json, err);
}

enum ac_rc ac_lambda_fail(struct ac_lambda *l, bool at_start, const char *type, const char *text,
                          struct ac_err *err) {
    AC_CLEANUP(ac_buf_free) struct ac_buf body;
    char header[128];
    ac_buf_init(&body, 8192);
    snprintf(header, sizeof header, "Lambda-Runtime-Function-Error-Type: %s", type);
    bool good = ac_buf_add_str(&body, AC_STR("{\"errorMessage\":")) &&
                ac_buf_add_json(&body, ac_str_of(text)) &&
                ac_buf_add_str(&body, AC_STR(",\"errorType\":")) &&
                ac_buf_add_json(&body, ac_str_of(type)) &&
                ac_buf_add_str(&body, AC_STR(",\"stackTrace\":[]}"));
    if (!good)
        return ac_err_nomem(err, "an answer");
    return at_start ? post(l, "init/", NULL, "error", header, ac_buf_str(&body), err)
                    : post(l, "invocation/", l->event.id, "error", header, ac_buf_str(&body), err);
}

int64_t ac_lambda_spare_ms(int64_t left_ms) {
    int64_t spare_ms = left_ms / 4;
    return spare_ms < 0 ? 0 : spare_ms > MAX_SPARE_MS ? MAX_SPARE_MS : spare_ms;
}
