// SPDX-License-Identifier: MIT
// Requests in flight: signed, sent, repeated, told.
#include "aws/call.h"
#include "aws/aws_int.h"
#include "base/arena.h"
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#define BASE_MS 200
#define MAX_MS 20000
#define BUDGET_MS 120000
#define MAX_ATTEMPTS 8
#define TIMEOUT_MS 60000
#define MAX_REPLY_BYTES ((size_t)1 << 20)
#define MAX_TEXTS_BYTES ((size_t)256 * 1024)
#define MAX_HEADERS 12u
#define SKEW_MS ((int64_t)4 * 60 * 1000) // less is no reason for a refusal
#define N_OWN_WANTED 3u
#define STOP_MS 200 // a signal may come just before the wait

_Static_assert(AC_AWS_MAX_WANTED + N_OWN_WANTED <= AC_HTTP_MAX_WANTED, "room for our own");

const char *const ac_aws_http_hosts[] = {"169.254.169.254", "[fd00:ec2::254]", "169.254.170.2",
                                         "169.254.170.23",  "[fd00:ec2::23]",  NULL};

struct ac_aws_flight {
    struct ac_aws_flight *next, *prev;
    struct ac_aws *aws;
    struct ac_aws_request request;
    struct ac_arena texts;
    struct ac_buf head;
    const char *lines[AC_AWS_MAX_LINES + 1];
    const char *wanted[AC_HTTP_MAX_WANTED + 1];
    size_t n_wanted; // the caller's
    int attempt;     // those begun
    int64_t waited_ms, due_ms;
    int64_t signed_ms; // the time in the signature
    bool was_given, is_abandoned, has_renewed, has_skewed;
};

// --- the room

static void fill(struct ac_aws_options *o) {
    if (o->base_ms <= 0)
        o->base_ms = BASE_MS;
    if (o->max_ms <= 0)
        o->max_ms = MAX_MS;
    if (o->budget_ms <= 0)
        o->budget_ms = BUDGET_MS;
    if (o->max_attempts <= 0)
        o->max_attempts = MAX_ATTEMPTS;
    if (o->timeout_ms <= 0)
        o->timeout_ms = TIMEOUT_MS;
    if (o->idle_ms <= 0)
        o->idle_ms = TIMEOUT_MS;
}

enum ac_rc ac_aws_new(struct ac_aws **out, const struct ac_aws_options *options, struct ac_net *net,
                      const struct ac_clock *clock, struct ac_err *err) {
    struct ac_aws *aws = calloc(1, sizeof *aws);
    struct ac_aws_keys *keys = calloc(1, sizeof *keys);
    if (!aws || !keys) {
        free(aws);
        free(keys);
        return ac_err_nomem(err, "requests to AWS");
    }
    aws->options = *options;
    fill(&aws->options);
    aws->net = net;
    aws->clock = clock;
    aws->keys = keys;
    ac_profiles_init(&aws->profiles);
    *out = aws;
    return AC_OK;
}

const struct ac_clock *ac_aws_clock(const struct ac_aws *aws) { return aws->clock; }

int64_t ac_aws_backoff_ms(const struct ac_aws *aws, int attempt) {
    return ac_aws_jitter(aws->clock, aws->options.base_ms, aws->options.max_ms, attempt);
}

uint64_t ac_aws_n_sent(const struct ac_aws *aws) { return aws->n_sent; }

size_t ac_aws_in_flight(const struct ac_aws *aws) { return aws->n_in_flight; }

// --- lists of flights

static void push(struct ac_aws_list *list, struct ac_aws_flight *f) {
    f->next = NULL;
    f->prev = list->last;
    if (list->last)
        list->last->next = f;
    else
        list->first = f;
    list->last = f;
    list->n++;
}

static void drop(struct ac_aws_list *list, struct ac_aws_flight *f) {
    if (f->prev)
        f->prev->next = f->next;
    else
        list->first = f->next;
    if (f->next)
        f->next->prev = f->prev;
    else
        list->last = f->prev;
    list->n--;
}

static void wipe_head(struct ac_aws_flight *f) {
    if (f->head.ptr)
        OPENSSL_cleanse(f->head.ptr, f->head.cap);
    ac_buf_free(&f->head);
}

static void flight_free(struct ac_aws_flight *f) {
    wipe_head(f);
    ac_arena_free(&f->texts);
    free(f);
}

static void free_list(struct ac_aws_list *list) {
    for (struct ac_aws_flight *f = list->first, *next; f; f = next) {
        next = f->next;
        flight_free(f);
    }
}

void ac_aws_free(struct ac_aws *aws) {
    if (!aws)
        return;
    free_list(&aws->waiting);
    free_list(&aws->flying);
    ac_aws_fetches_free(aws);
    ac_profiles_free(&aws->profiles);
    for (size_t i = 0; i < AC_AWS_N_NOTED; i++)
        free(aws->noted[i].name);
    ac_keys_wipe(aws->keys);
    free(aws->keys);
    OPENSSL_cleanse(aws->metadata_token, sizeof aws->metadata_token);
    free(aws);
}

// Its end: told, unless nobody listens any more. It is in no list.
static void finish(struct ac_aws_flight *f, struct ac_aws_reply *reply) {
    reply->was_given = f->was_given;
    f->aws->n_in_flight--;
    if (!f->is_abandoned)
        f->request.done(f->request.arg, reply);
    flight_free(f);
}

static void finish_failed(struct ac_aws_flight *f, const struct ac_err *why) {
    struct ac_aws_reply reply = {.end = AC_HTTP_BAD_REQUEST, .failure = why};
    finish(f, &reply);
}

// --- a reply

static void copy_text(char *out, size_t size, const char *text) { snprintf(out, size, "%s", text); }

static void read_reply(const struct ac_aws_flight *f, const struct ac_http_reply *http,
                       struct ac_aws_reply *out) {
    const char(*own)[256] = &http->wanted[f->n_wanted]; // date, region, error type
    *out = (struct ac_aws_reply){.end = http->end, .status = http->status};
    out->body = ac_buf_str(&http->body);
    copy_text(out->last_modified, sizeof out->last_modified, http->last_modified);
    for (size_t i = 0; i < f->n_wanted; i++)
        copy_text(out->wanted[i], sizeof out->wanted[i], http->wanted[i]);
    if (http->end != AC_HTTP_DONE)
        copy_text(out->message, sizeof out->message, http->why);
    if (ac_aws_is_success(out))
        return;
    if (ac_aws_is_region(ac_str_of(own[1])))
        copy_text(out->region, sizeof out->region, own[1]);
    if (http->end == AC_HTTP_DONE)
        ac_aws_read_failure(out, out->body, own[2]);
}

// The service's clock, when it is far from the time that was signed.
static bool take_skew(struct ac_aws_flight *f, const char *date) {
    struct ac_aws *aws = f->aws;
    int64_t theirs_ms;
    if (f->has_skewed || !ac_clock_parse_http(ac_str_of(date), &theirs_ms))
        return false;
    f->has_skewed = true;
    int64_t off_ms = theirs_ms - f->signed_ms;
    if (off_ms < SKEW_MS && off_ms > -SKEW_MS)
        return false;
    aws->skew_ms = theirs_ms - aws->clock->now_ms(aws->clock->self);
    return true;
}

static void wait_until(struct ac_aws_flight *f, int64_t wait_ms) {
    const struct ac_clock *clock = f->aws->clock;
    f->waited_ms += wait_ms;
    f->due_ms = clock->mono_ms(clock->self) + wait_ms;
    push(&f->aws->waiting, f);
}

// A later time for another try; false when there is none.
static bool wait_to_retry(struct ac_aws_flight *f, const char *retry_after) {
    const struct ac_aws_options *o = &f->aws->options;
    int max = f->request.max_attempts ? f->request.max_attempts : o->max_attempts;
    int64_t wait_ms = ac_aws_backoff_ms(f->aws, f->attempt);
    int64_t asked_s;
    if (ac_str_i64(ac_str_of(retry_after), &asked_s) && asked_s >= 0 && asked_s <= 86400)
        wait_ms = asked_s * 1000;
    if (f->attempt >= max || wait_ms > o->budget_ms - f->waited_ms)
        return false;
    wait_until(f, wait_ms);
    return true;
}

// Is it sent again? What went to the taker cannot be taken back.
static bool repeat(struct ac_aws_flight *f, const struct ac_http_reply *http,
                   const struct ac_aws_reply *reply) {
    if (f->was_given || f->is_abandoned)
        return false;
    switch (ac_aws_judge(reply)) {
    case AC_AWS_FINAL:
        return false;
    case AC_AWS_RETRY:
        return wait_to_retry(f, http->retry_after);
    case AC_AWS_RENEW:
        if (f->has_renewed)
            return false;
        f->has_renewed = true;
        ac_aws_forget_keys(f->aws);
        wait_until(f, 0);
        return true;
    case AC_AWS_SKEW:
        if (!take_skew(f, http->wanted[f->n_wanted]))
            return false;
        wait_until(f, 0);
        return true;
    }
    return false;
}

static void on_reply(void *arg, const struct ac_http_reply *http) {
    struct ac_aws_flight *f = arg;
    struct ac_aws_reply reply;
    drop(&f->aws->flying, f);
    read_reply(f, http, &reply);
    if (!repeat(f, http, &reply))
        finish(f, &reply);
}

static bool on_head(void *arg, const struct ac_http_reply *http) {
    struct ac_aws_flight *f = arg;
    if (f->is_abandoned)
        return false;
    bool is_success = http->status >= 200 && http->status < 300;
    return !is_success || !f->request.on_head || f->request.on_head(f->request.arg, http);
}

static bool on_body(void *arg, ac_str bytes) {
    struct ac_aws_flight *f = arg;
    if (f->is_abandoned)
        return false;
    f->was_given = true;
    return f->request.on_body(f->request.arg, bytes);
}

static bool is_full(void *arg) {
    struct ac_aws_flight *f = arg;
    return !f->is_abandoned && f->request.is_full && f->request.is_full(f->request.arg);
}

// --- a request

static enum ac_rc launch(struct ac_aws_flight *f, struct ac_err *err) {
    struct ac_aws *aws = f->aws;
    const struct ac_aws_request *r = &f->request;
    f->signed_ms = ac_aws_now_ms(aws);
    if (!ac_aws_sign(r, aws->keys, f->signed_ms, &f->head, f->lines))
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "AWS",
                          "the request %s %.200s cannot be sent: it is too long, holds a control "
                          "character, or there is no memory",
                          r->method, r->path);
    bool is_streamed = r->on_body != NULL;
    struct ac_http_call call = {
        .method = r->method,
        .url = f->head.ptr,
        .headers = f->lines,
        .body = r->body,
        .on_body = is_streamed ? on_body : NULL,
        .done = on_reply,
        .arg = f,
        .timeout_ms = r->timeout_ms ? r->timeout_ms : aws->options.timeout_ms,
        .max_reply_bytes = r->max_reply_bytes ? r->max_reply_bytes : MAX_REPLY_BYTES,
        .wanted = f->wanted,
        .on_head = on_head,
        .is_full = is_streamed ? is_full : NULL,
        .idle_ms = is_streamed ? aws->options.idle_ms : 0};
    f->attempt++;
    enum ac_rc rc = aws->net->start(aws->net->self, &call, err);
    if (rc == AC_OK) {
        aws->n_sent++;
        push(&aws->flying, f);
    }
    return rc;
}

static const char *keep(struct ac_aws_flight *f, const char *text) {
    return text ? ac_arena_copy(&f->texts, ac_str_of(text)) : NULL;
}

static const struct ac_sigv4_pair *keep_pairs(struct ac_aws_flight *f,
                                              const struct ac_sigv4_pair *pairs, size_t n) {
    struct ac_sigv4_pair *mine = ac_arena_zalloc(&f->texts, (n + 1) * sizeof *mine);
    for (size_t i = 0; mine && i < n; i++) {
        mine[i].name.ptr = ac_arena_copy(&f->texts, pairs[i].name);
        mine[i].value.ptr = ac_arena_copy(&f->texts, pairs[i].value);
        mine[i].name.len = pairs[i].name.len;
        mine[i].value.len = pairs[i].value.len;
        if (!mine[i].name.ptr || !mine[i].value.ptr)
            return NULL;
    }
    return mine;
}

static bool keep_texts(struct ac_aws_flight *f, const struct ac_aws_request *r) {
    static const char *const own[N_OWN_WANTED] = {"Date", "x-amz-bucket-region",
                                                  "x-amzn-errortype"};
    struct ac_aws_request *mine = &f->request;
    mine->service = keep(f, r->service);
    mine->region = keep(f, r->region);
    mine->base = keep(f, r->base);
    mine->method = keep(f, r->method);
    mine->path = keep(f, r->path ? r->path : "/");
    mine->query = keep_pairs(f, r->query, r->n_query);
    mine->headers = keep_pairs(f, r->headers, r->n_headers);
    if (r->stop)
        mine->body = ac_arena_copy_str(&f->texts, r->body);
    if (r->stop && r->body.len && !mine->body.ptr)
        return false;
    for (; r->wanted && f->n_wanted < AC_AWS_MAX_WANTED && r->wanted[f->n_wanted]; f->n_wanted++) {
        f->wanted[f->n_wanted] = keep(f, r->wanted[f->n_wanted]);
        if (!f->wanted[f->n_wanted])
            return false;
    }
    for (size_t i = 0; i < N_OWN_WANTED; i++)
        f->wanted[f->n_wanted + i] = own[i];
    return mine->service && mine->region && mine->base && mine->method && mine->path &&
           mine->query && mine->headers;
}

enum ac_rc ac_aws_start(struct ac_aws *aws, const struct ac_aws_request *request,
                        struct ac_aws_flight **flight, struct ac_err *err) {
    if (request->n_headers > MAX_HEADERS || request->n_query > AC_SIGV4_MAX_PAIRS)
        return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "AWS", "too many headers in a request");
    struct ac_aws_flight *f = calloc(1, sizeof *f);
    if (!f)
        return ac_err_nomem(err, "a request to AWS");
    f->aws = aws;
    f->request = *request;
    ac_arena_init(&f->texts, MAX_TEXTS_BYTES);
    ac_buf_init(&f->head, AC_AWS_MAX_HEAD);
    if (!keep_texts(f, request)) {
        flight_free(f);
        return ac_err_nomem(err, "a request to AWS");
    }
    aws->n_in_flight++;
    f->due_ms = INT64_MIN;
    push(&aws->waiting, f);
    if (flight)
        *flight = f;
    return AC_OK;
}

void ac_aws_abandon(struct ac_aws_flight *f) { f->is_abandoned = true; }

// --- moving on

static bool is_due(const struct ac_aws_flight *f, int64_t now_ms) {
    return f->is_abandoned || f->due_ms <= now_ms;
}

// Sends what is due. Without credentials all of it ends, each with the reason.
static size_t launch_due(struct ac_aws *aws) {
    struct ac_aws_list now = aws->waiting;
    int64_t now_ms = aws->clock->mono_ms(aws->clock->self);
    struct ac_err no_keys = AC_ERR_INIT;
    enum ac_rc has_keys = AC_END; // not asked yet
    size_t n_ended = 0;
    aws->waiting = (struct ac_aws_list){0};
    for (struct ac_aws_flight *f = now.first, *next; f; f = next) {
        struct ac_err err = AC_ERR_INIT;
        next = f->next;
        if (!is_due(f, now_ms)) {
            push(&aws->waiting, f);
            continue;
        }
        if (has_keys == AC_END && !f->is_abandoned)
            has_keys = ac_aws_credentials(aws, &no_keys);
        if (!f->is_abandoned && has_keys == AC_OK && launch(f, &err) == AC_OK)
            continue;
        n_ended++;
        finish_failed(f, has_keys == AC_OK ? &err : &no_keys);
    }
    return n_ended;
}

static int64_t until_due(const struct ac_aws *aws, int64_t wait_ms) {
    int64_t now_ms = aws->clock->mono_ms(aws->clock->self);
    for (const struct ac_aws_flight *f = aws->waiting.first; f; f = f->next) {
        int64_t left_ms = is_due(f, now_ms) ? 0 : f->due_ms - now_ms;
        if (left_ms < wait_ms)
            wait_ms = left_ms;
    }
    return wait_ms;
}

enum ac_rc ac_aws_pump(struct ac_aws *aws, int64_t wait_ms, struct ac_err *err) {
    if (aws->is_pumping)
        return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "NESTED",
                          "ac_aws_pump called inside a callback of one");
    aws->is_pumping = true;
    if (aws->waiting.first && launch_due(aws))
        wait_ms = 0;
    wait_ms = until_due(aws, wait_ms);
    enum ac_rc rc = AC_OK;
    if (aws->net->in_flight(aws->net->self))
        rc = aws->net->pump(aws->net->self, wait_ms, err);
    else if (aws->waiting.first && wait_ms > 0)
        aws->clock->sleep_ms(aws->clock->self, wait_ms);
    aws->is_pumping = false;
    return rc;
}

// --- one request, waited for

struct waited {
    struct ac_aws_reply *reply;
    struct ac_buf *body;
    struct ac_err failure;
    bool is_done, is_short; // is_short: no memory for the body
};

static void on_waited(void *arg, const struct ac_aws_reply *reply) {
    struct waited *w = arg;
    *w->reply = *reply;
    if (reply->failure)
        w->failure = *reply->failure;
    ac_buf_clear(w->body);
    w->is_short = !ac_buf_add_str(w->body, reply->body);
    w->reply->body = ac_buf_str(w->body);
    w->reply->failure = NULL;
    w->is_done = true;
}

enum ac_rc ac_aws_wait(struct ac_aws *aws, const struct ac_aws_request *request,
                       struct ac_aws_reply *reply, struct ac_buf *body, struct ac_err *err) {
    struct waited w = {.reply = reply, .body = body, .failure = AC_ERR_INIT};
    struct ac_aws_request mine = *request;
    struct ac_aws_flight *flight = NULL;
    mine.done = on_waited;
    mine.arg = &w;
    enum ac_rc rc = ac_aws_start(aws, &mine, &flight, err);
    while (rc == AC_OK && !w.is_done)
        rc = request->stop && *request->stop
                 ? AC_END
                 : ac_aws_pump(aws, request->stop ? STOP_MS : 1000, err);
    if (!w.is_done && flight)
        ac_aws_abandon(flight);
    if (rc != AC_OK)
        return rc;
    if (w.is_short)
        return ac_err_nomem(err, "an answer");
    if (w.failure.rc != AC_OK) {
        if (err->rc == AC_OK)
            *err = w.failure;
        return err->rc;
    }
    if (reply->end == AC_HTTP_DONE)
        return AC_OK;
    return ac_aws_fail(reply, "AWS", err);
}
