// SPDX-License-Identifier: MIT
// Calls in flight, with one login for all of them when the session expires.
#include "base/log.h"
#include "org/json.h"
#include "org/org_int.h"
#include <stdio.h>
#include <stdlib.h>

#define MAX_HEAD_BYTES 16000u // headers with the URL; the org takes 16,384
#define MAX_HEADERS 6
#define GRACE_MS 30000 // of a login, after a signal

struct ac_call {
    struct ac_call *next;
    struct ac_org *org;
    struct ac_rest_call call; // its texts are copies in `texts`
    void (*done)(void *arg, const struct ac_rest_reply *reply);
    bool is_abandoned; // the caller's functions must not be called any more
    void *done_arg;
    char *texts;
    struct ac_buf head; // the URL, then one header after the other, each with its NUL
    const char *headers[MAX_HEADERS + 1];
    uint64_t generation; // of the session it was sent with
    bool is_replay;
};

// --- lists of calls

static void push(struct ac_calls *list, struct ac_call *call) {
    call->next = NULL;
    if (list->last)
        list->last->next = call;
    else
        list->first = call;
    list->last = call;
}

static void drop(struct ac_calls *list, struct ac_call *call) {
    struct ac_call *before = NULL;
    for (struct ac_call *at = list->first; at && at != call; at = at->next)
        before = at;
    if (before)
        before->next = call->next;
    else
        list->first = call->next;
    if (list->last == call)
        list->last = before;
}

static void call_free(struct ac_call *call) {
    ac_private_wipe_buf(&call->head);
    free(call->texts);
    free(call);
}

static void free_all(const struct ac_calls *list) {
    for (struct ac_call *at = list->first, *next; at; at = next) {
        next = at->next;
        call_free(at);
    }
}

void ac_org_free(struct ac_org *org) {
    if (!org)
        return;
    free_all(&org->flying);
    free_all(&org->waiting);
    ac_auth_reset(&org->login);
    ac_private_wipe(&org->token);
    ac_private_wipe(&org->refresh_token);
    ac_private_wipe(&org->instance);
    ac_private_wipe(&org->name);
    ac_private_wipe(&org->login_host);
    free(org);
}

// --- the body's ways

// What base/http.h calls with our call, passed on to the caller's own functions.
static size_t read_body(void *arg, char *to, size_t max) {
    const struct ac_call *call = arg;
    return call->is_abandoned ? SIZE_MAX : call->call.read(call->call.arg, to, max);
}

static bool rewind_body(void *arg) {
    const struct ac_call *call = arg;
    return !call->is_abandoned && call->call.rewind && call->call.rewind(call->call.arg);
}

static bool on_body(void *arg, ac_str bytes) {
    const struct ac_call *call = arg;
    return !call->is_abandoned && call->call.on_body(call->call.arg, bytes);
}

// --- the end of a call

static void finish(struct ac_call *call, const struct ac_rest_reply *reply) {
    call->org->n_calls--;
    if (call->done && !call->is_abandoned)
        call->done(call->done_arg, reply);
    call_free(call);
}

static void finish_with(struct ac_call *call, enum ac_outcome outcome, int64_t retry_after_ms,
                        const struct ac_err *why) {
    struct ac_rest_reply reply = {
        .outcome = outcome, .retry_after_ms = retry_after_ms, .last_modified = ""};
    snprintf(reply.error.code, sizeof reply.error.code, "%s", why->code);
    ac_json_copy(reply.error.message, sizeof reply.error.message, ac_str_of(why->text));
    finish(call, &reply);
}

static enum ac_outcome outcome_of(const struct ac_err *err) {
    if (err->rc != AC_RUN)
        return AC_OUT_RETRY;
    return err->cause == AC_CAUSE_CONFIG ? AC_OUT_CONFIG : AC_OUT_STOP;
}

static bool is_success(enum ac_outcome outcome) {
    return outcome == AC_OUT_OK || outcome == AC_OUT_CREATED || outcome == AC_OUT_UPDATED ||
           outcome == AC_OUT_UNCHANGED;
}

// "api-usage=10018/100000; per-app-api-usage=…"
static void note_usage(struct ac_org_usage *usage, const char *header) {
    ac_str rest = ac_str_of(header), first, used;
    uint64_t n_used, n_max;
    if (!ac_str_cut(&rest, ';', &first))
        return;
    first = ac_str_trim(first);
    if (!ac_str_starts(first, AC_STR("api-usage=")))
        return;
    first = ac_str_skip(first, strlen("api-usage="));
    if (!ac_str_cut(&first, '/', &used))
        return;
    if (!ac_str_u64(used, &n_used) || !ac_str_u64(first, &n_max))
        return;
    if (n_used > INT64_MAX / 1000 || n_max > INT64_MAX / 1000)
        return;
    usage->used = (int64_t)n_used;
    usage->max = (int64_t)n_max;
}

// The session was refused: sends the call again with a new one. False when that is no use.
static bool wait_for_session(struct ac_call *call) {
    struct ac_org *org = call->org;
    if (call->generation == org->generation)
        org->is_refused = true; // else it was renewed already
    if (call->is_replay)
        return false;
    if (call->call.read && !rewind_body(call))
        return false;
    call->is_replay = true;
    push(&org->waiting, call);
    return true;
}

// What the org says of an old session is not why it refuses one that it has just given.
static void tell_refused_anew(struct ac_reply_error *error) {
    size_t len = strlen(error->message);
    if (len && error->message[len - 1] == '.')
        len--;
    snprintf(error->message + len, sizeof error->message - len, AC_REFUSED_ANEW);
}

// A query may hold what rows hold: it is not told.
static void tell_reply(const struct ac_call *call, const struct ac_rest_reply *reply) {
    ac_str path = ac_str_of(call->call.path), rest = path;
    char target[512], status[24] = "no answer";
    if (!ac_log_has(AC_LOG_DEBUG))
        return;
    ac_str_cut(&rest, '?', &path);
    snprintf(target, sizeof target, "%s %.*s", call->call.method, AC_STR_ARG(path));
    if (reply->status)
        snprintf(status, sizeof status, "%d", reply->status);
    ac_log(AC_LOG_DEBUG, "called the org", "call", target, "#status", status,
           *reply->error.code ? "code" : NULL, reply->error.code, NULL);
}

static void on_reply(void *arg, const struct ac_http_reply *http) {
    struct ac_call *call = arg;
    struct ac_org *org = call->org;
    struct ac_rest_reply reply = {.status = http->status, .last_modified = http->last_modified};
    drop(&org->flying, call);
    if (ac_org_was_sent(http->end))
        org->usage.n_calls++;
    note_usage(&org->usage, http->limit_info);
    reply.outcome = ac_reply_classify(http->end, http->status, "", "");
    if (!is_success(reply.outcome)) {
        ac_rest_explain(http, &reply.error);
        reply.outcome =
            ac_reply_classify(http->end, http->status, reply.error.code, reply.error.message);
        if (!*reply.error.code)
            snprintf(reply.error.code, sizeof reply.error.code, "HTTP_%d", http->status);
    }
    tell_reply(call, &reply);
    if (reply.outcome == AC_OUT_SESSION) {
        bool is_replay = call->is_replay;
        if (wait_for_session(call))
            return;
        // Nothing was done. A body that cannot be sent twice is the caller's to send again.
        reply.outcome = is_replay ? AC_OUT_CONFIG : AC_OUT_RETRY;
        if (is_replay)
            tell_refused_anew(&reply.error);
    }
    reply.retry_after_ms =
        ac_reply_retry_after(http->retry_after, org->clock->now_ms(org->clock->self));
    reply.body = ac_buf_str(&http->body);
    finish(call, &reply);
}

// --- the beginning of a call

static bool add_header(struct ac_call *call, size_t *n, const char *name, const char *value) {
    if (!value)
        return true;
    for (const char *at = value; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7F)
            return false;                                // it would end the header
    call->headers[*n] = call->head.ptr + call->head.len; // the buffer does not move
    *n += 1;
    return ac_buf_printf(&call->head, "%s: %s", name, value) && ac_buf_add_char(&call->head, '\0');
}

static bool add_url(struct ac_call *call) {
    struct ac_org *org = call->org;
    const char *path = call->call.path;
    bool is_whole = strncmp(path, "/services/", strlen("/services/")) == 0;
    const char *version = org->options->version;
    bool is_good = is_whole ? ac_buf_printf(&call->head, "%s%s", org->instance, path)
                            : ac_buf_printf(&call->head, "%s/services/data/v%s%s", org->instance,
                                            version, path);
    return is_good && ac_buf_add_char(&call->head, '\0');
}

static enum ac_rc add_head(struct ac_call *call, struct ac_err *err) {
    const struct ac_rest_call *c = &call->call;
    size_t n = 0;
    ac_private_wipe_buf(&call->head);
    ac_buf_init(&call->head, MAX_HEAD_BYTES);
    if (!ac_buf_need(&call->head, MAX_HEAD_BYTES))
        return ac_err_nomem(err, "a call's head");
    char bearer[AC_ORG_MAX_TOKEN + sizeof "Bearer "];
    snprintf(bearer, sizeof bearer, "Bearer %s", call->org->token);
    bool is_good = add_url(call) && add_header(call, &n, "Authorization", bearer) &&
                   add_header(call, &n, "Accept", c->accept ? c->accept : "application/json") &&
                   add_header(call, &n, "Sforce-Call-Options", "client=acload") &&
                   add_header(call, &n, "Content-Type", c->content_type) &&
                   add_header(call, &n, "If-Modified-Since", c->if_modified_since);
    explicit_bzero(bearer, sizeof bearer);
    call->headers[n] = NULL;
    if (is_good)
        return AC_OK;
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "URI_TOO_LONG",
                      "the call %s %.200s cannot be sent: over %u bytes, or a control character "
                      "in a header",
                      c->method, c->path, MAX_HEAD_BYTES);
}

static enum ac_rc launch(struct ac_call *call, struct ac_err *err) {
    struct ac_org *org = call->org;
    const struct ac_rest_call *c = &call->call;
    enum ac_rc rc = add_head(call, err);
    if (rc != AC_OK)
        return rc;
    if (call->is_replay && c->on_restart && !call->is_abandoned)
        c->on_restart(c->arg);
    struct ac_http_call http = {.method = c->method,
                                .url = call->head.ptr,
                                .headers = call->headers,
                                .body = c->body,
                                .read = c->read ? read_body : NULL,
                                .rewind = c->read ? rewind_body : NULL,
                                .body_bytes = c->read ? c->body_bytes : c->body.len,
                                .on_body = c->on_body ? on_body : NULL,
                                .done = on_reply,
                                .arg = call,
                                .timeout_ms = org->options->timeout_ms,
                                .max_reply_bytes = c->max_reply_bytes};
    call->generation = org->generation;
    rc = org->net->start(org->net->self, &http, err);
    if (rc == AC_OK)
        push(&org->flying, call);
    return rc;
}

// The caller's texts, copied into one block.
static bool copy_texts(struct ac_call *call) {
    struct ac_rest_call *c = &call->call;
    const char **texts[] = {&c->method, &c->path, &c->content_type, &c->accept,
                            &c->if_modified_since};
    size_t len = 0;
    for (size_t i = 0; i < AC_N(texts); i++)
        if (*texts[i])
            len += strlen(*texts[i]) + 1;
    char *at = call->texts = malloc(len);
    if (!at)
        return false;
    for (size_t i = 0; i < AC_N(texts); i++) {
        if (!*texts[i])
            continue;
        size_t n = strlen(*texts[i]) + 1;
        *texts[i] = memcpy(at, *texts[i], n);
        at += n;
    }
    return true;
}

// A path may hold what a URL may, and begins with a slash: so the host stays what it is.
static bool is_path(const char *path) {
    if (!path || path[0] != '/')
        return false;
    for (; *path; path++)
        if ((unsigned char)*path <= ' ' || (unsigned char)*path >= 0x7F)
            return false;
    return true;
}

// Starts a call whose end is told to `done`. *out lives until then.
static enum ac_rc start(struct ac_org *org, const struct ac_rest_call *call,
                        void (*done)(void *arg, const struct ac_rest_reply *reply), void *arg,
                        struct ac_call **out, struct ac_err *err) {
    if (!is_path(call->path))
        return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "PATH",
                          "\"%.200s\" is no path of the org", call->path ? call->path : "");
    if (org->latched.rc != AC_OK) {
        *err = org->latched;
        return err->rc;
    }
    struct ac_call *mine = calloc(1, sizeof *mine);
    if (!mine)
        return ac_err_nomem(err, "a call");
    *mine = (struct ac_call){.org = org, .call = *call, .done = done, .done_arg = arg};
    enum ac_rc rc = copy_texts(mine) ? AC_OK : ac_err_nomem(err, "a call");
    if (rc == AC_OK && ac_org_has_session(org))
        rc = launch(mine, err);
    else if (rc == AC_OK)
        push(&org->waiting, mine); // the next pump logs in
    if (rc != AC_OK) {
        call_free(mine);
        return rc;
    }
    org->n_calls++;
    *out = mine;
    return AC_OK;
}

enum ac_rc ac_rest_start(struct ac_org *org, const struct ac_rest_call *call, struct ac_err *err) {
    struct ac_call *mine;
    return start(org, call, call->done, call->arg, &mine, err);
}

// --- waiting for a session

// Sends every waiting call, or ends it with the failure. Calls that are started meanwhile wait for
// the next time.
static void resume_waiting(struct ac_org *org, const struct ac_err *failure,
                           int64_t retry_after_ms) {
    struct ac_calls now = org->waiting;
    org->waiting = (struct ac_calls){0};
    for (struct ac_call *call = now.first, *next; call; call = next) {
        struct ac_err err = AC_ERR_INIT;
        next = call->next;
        if (failure)
            finish_with(call, outcome_of(failure), retry_after_ms, failure);
        else if (launch(call, &err) != AC_OK)
            finish_with(call, outcome_of(&err), -1, &err);
    }
}

// The cached session, once; else a login.
static enum ac_rc begin_session(struct ac_org *org, struct ac_err *err) {
    bool is_first = !org->has_read_cache;
    org->has_read_cache = true;
    return is_first && ac_session_load(org) ? AC_OK : ac_auth_begin(org, err);
}

// Sends waiting calls on when there is a session, begins a login when there is none.
static void settle_waiting(struct ac_org *org) {
    if (org->waiting.first && !ac_org_has_session(org) && !org->login.is_in_flight) {
        struct ac_err err = org->login.err;
        int64_t retry_after_ms = org->login.has_failed ? org->login.retry_after_ms : -1;
        bool has_failed = org->login.has_failed;
        if (!has_failed) {
            ac_err_clear(&err);
            has_failed = begin_session(org, &err) != AC_OK;
        }
        if (has_failed)
            resume_waiting(org, &err, retry_after_ms);
    }
    if (org->waiting.first && ac_org_has_session(org))
        resume_waiting(org, NULL, -1);
    if (!org->login.is_in_flight)
        org->login.has_failed = false;
}

static enum ac_rc refuse_nested(struct ac_err *err, const char *what) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "NESTED",
                      "%s called inside a callback of one", what);
}

enum ac_rc ac_rest_pump(struct ac_org *org, int64_t wait_ms, struct ac_err *err) {
    if (org->is_pumping)
        return refuse_nested(err, "ac_rest_pump");
    org->is_pumping = true;
    size_t n_before = org->n_calls;
    settle_waiting(org);
    enum ac_rc rc = org->net->pump(org->net->self, org->n_calls < n_before ? 0 : wait_ms, err);
    settle_waiting(org);
    org->is_pumping = false;
    return rc;
}

size_t ac_rest_in_flight(const struct ac_org *org) { return org->n_calls; }

// After a signal nothing is waited for, but for a login that spends a refresh token: its answer may
// bring the only one that is still good.
static enum ac_rc heed_stop(struct ac_org *org, struct ac_err *err) {
    const struct ac_org_options *o = org->options;
    int64_t now_ms = org->clock->mono_ms(org->clock->self);
    if (!o->stop || !*o->stop)
        return AC_OK;
    if (!org->leave_ms)
        org->leave_ms = now_ms + (o->flow == AC_FLOW_REFRESH ? GRACE_MS : 0);
    if (org->login.is_in_flight && now_ms < org->leave_ms)
        return AC_OK;
    return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "STOPPED",
                      "stopped by a signal while the org was asked; run again to go on");
}

enum ac_rc ac_org_login(struct ac_org *org, struct ac_err *err) {
    if (ac_org_has_session(org))
        return AC_OK;
    if (org->is_pumping)
        return refuse_nested(err, "ac_org_login");
    org->failure = (struct ac_org_failure){AC_OUT_RETRY, -1};
    enum ac_rc rc = org->login.is_in_flight ? AC_OK : begin_session(org, err);
    while (rc == AC_OK && org->login.is_in_flight) {
        rc = ac_rest_pump(org, 1000, err);
        if (rc == AC_OK && org->login.is_in_flight)
            rc = heed_stop(org, err);
    }
    if (rc != AC_OK || ac_org_has_session(org))
        return rc;
    *err = org->login.err;
    return err->rc;
}

// --- one call, waited for

struct waited {
    struct ac_org *org;
    struct ac_rest_reply *reply;
    struct ac_buf *body;
    bool is_done, is_short; // is_short: no memory for the body
};

static void on_waited(void *arg, const struct ac_rest_reply *reply) {
    struct waited *w = arg;
    struct ac_org *org = w->org;
    *w->reply = *reply;
    snprintf(org->last_modified, sizeof org->last_modified, "%s", reply->last_modified);
    w->reply->last_modified = org->last_modified;
    ac_buf_clear(w->body);
    w->is_short = !ac_buf_add_str(w->body, reply->body);
    w->reply->body = ac_buf_str(w->body);
    w->is_done = true;
}

enum ac_rc ac_rest_wait(struct ac_org *org, const struct ac_rest_call *call,
                        struct ac_rest_reply *reply, struct ac_buf *body, struct ac_err *err) {
    if (org->is_pumping)
        return refuse_nested(err, "ac_rest_wait");
    struct waited w = {.org = org, .reply = reply, .body = body};
    struct ac_call *mine = NULL;
    org->failure = (struct ac_org_failure){AC_OUT_RETRY, -1};
    enum ac_rc rc = start(org, call, on_waited, &w, &mine, err);
    while (rc == AC_OK && !w.is_done) {
        rc = ac_rest_pump(org, 1000, err);
        if (rc == AC_OK && !w.is_done && org->net->in_flight(org->net->self) == 0)
            rc = ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "CALL_LOST",
                            "the network forgot the call %s %.200s", call->method, call->path);
        if (rc == AC_OK && !w.is_done)
            rc = heed_stop(org, err);
    }
    if (rc == AC_OK && !is_success(reply->outcome))
        org->failure = (struct ac_org_failure){reply->outcome, reply->retry_after_ms};
    if (mine && !w.is_done)
        mine->is_abandoned = true; // it ends later, and nobody is told
    if (rc == AC_OK && w.is_short)
        return ac_err_nomem(err, "an answer");
    return rc;
}
