// SPDX-License-Identifier: MIT
// Calls to a queue.
#include "hook/sqs.h"
#include "aws/endpoint.h"
#include "source/address.h"
#include <stdio.h>

#define MAX_ANSWER_BYTES ((size_t)16 << 20) // ten messages of 1 MiB with their escapes
#define MAX_FORM_BYTES ((size_t)256 << 10)
#define TIMEOUT_MS 30000
#define QUICK_TRIES 3 // of what must not wait long: messages come back in the meantime

// --- where it is

static enum ac_rc bad_url(const char *url, struct ac_err *err) {
    char hint[AC_ADDRESS_HINT];
    if (strncmp(url, "arn:", 4) == 0 && ac_address_hint(url, hint))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "NO_QUEUE",
                          "\"%.300s\" is no address of a queue: %s", url, hint);
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "NO_QUEUE",
                      "\"%.300s\" is no address of a queue; one looks like "
                      "https://sqs.eu-central-1.amazonaws.com/123456789012/name, and aws sqs "
                      "get-queue-url --queue-name NAME tells it",
                      url);
}

// "/123456789012/name"; an emulator may have others.
static bool is_aws_path(const char *path) {
    size_t n = strspn(path + 1, "0123456789") + 1;
    const char *name = path + n + 1;
    return n > 1 && path[n] == '/' && *name && !strchr(name, '/');
}

// "https://host:port" of the URL, in out; its host.
static enum ac_rc cut_url(const char *url, char *out, size_t size, ac_str *host,
                          struct ac_err *err) {
    const char *at = strstr(url, "://");
    size_t len = at ? (size_t)(at - url) + 3 : 0;
    if (!at)
        return bad_url(url, err);
    size_t host_len = strcspn(url + len, "/:");
    *host = ac_str_n(url + len, host_len);
    len += strcspn(url + len, "/");
    bool is_aws = ac_str_ends(*host, AC_STR(".amazonaws.com")) ||
                  ac_str_ends(*host, AC_STR(".amazonaws.com.cn"));
    if (len >= size || !host_len || strlen(url + len) < 2 || strpbrk(url, "?#@ ") ||
        (is_aws && !is_aws_path(url + len)))
        return bad_url(url, err);
    snprintf(out, size, "%.*s", (int)len, url);
    return AC_OK;
}

static enum ac_rc find_region(struct ac_sqs *q, ac_str host, struct ac_err *err) {
    const char *region;
    if (ac_sqs_region_of(host, q->region))
        return AC_OK;
    enum ac_rc rc = ac_aws_region(q->aws, &region, err);
    if (rc == AC_END)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CONFIG",
                          "in which region is the queue %.300s? Set AWS_REGION", q->url);
    if (rc == AC_OK)
        snprintf(q->region, sizeof q->region, "%s", region);
    return rc;
}

enum ac_rc ac_sqs_open(struct ac_sqs *out, struct ac_aws *aws, const char *url,
                       struct ac_err *err) {
    *out = (struct ac_sqs){.aws = aws, .url = url};
    AC_CLEANUP(ac_buf_free) struct ac_buf base;
    ac_str host = AC_STR("");
    bool is_custom = false;
    ac_buf_init(&base, 1024);
    enum ac_rc rc = cut_url(url, out->base, sizeof out->base, &host, err);
    if (rc == AC_OK)
        rc = find_region(out, host, err);
    if (rc == AC_OK)
        rc = ac_aws_endpoint(aws, "sqs", out->region, &base, &is_custom, err);
    if (rc != AC_OK)
        return rc;
    bool is_old = ac_str_find(host, '.') >= 0 && strstr(out->base, "queue.amazonaws.com");
    if (!is_custom && !is_old) // an address of its own: of a VPC, FIPS, an emulator
        return ac_aws_check_address(aws, out->base, err);
    const char *text = ac_buf_text(&base);
    if (!text || strlen(text) >= sizeof out->base)
        return ac_err_nomem(err, "the address of a queue");
    memcpy(out->base, text, strlen(text) + 1);
    return AC_OK;
}

// --- calls

#define NO_SUCH_QUEUE                                                                              \
    "check its name, account and region; a queue of another account has to allow these "           \
    "credentials in its policy"
#define DENIED                                                                                     \
    "the credentials need sqs:ReceiveMessage, sqs:DeleteMessage and sqs:ChangeMessageVisibility, " \
    "and a queue of another account has to allow them in its policy"

static const struct {
    const char *code, *what_to_do;
    bool is_passing;
} reasons[] = {
    {"QueueDoesNotExist", NO_SUCH_QUEUE, false},
    {"AWS.SimpleQueueService.NonExistentQueue", NO_SUCH_QUEUE, false},
    {"AccessDenied", DENIED, false},
    {"AccessDeniedException", DENIED, false},
    {"InvalidAddress", "is it of another region than the server that was asked (AWS_ENDPOINT_URL)?",
     false},
    {"KmsAccessDenied", "the credentials need kms:Decrypt for the queue's key", false},
    {"OverLimit", "too many of its messages are being worked on; run again later", true},
};

// Whatever the queue refuses, it will mostly refuse again: somebody has to change something.
static enum ac_rc refused(const struct ac_sqs *q, const struct ac_aws_reply *reply,
                          const char *wants, struct ac_err *err) {
    char what[400];
    struct ac_err why = AC_ERR_INIT;
    snprintf(what, sizeof what, "%s on the queue %.300s", wants, q->url);
    ac_aws_fail(reply, what, &why);
    enum ac_cause cause = why.cause == AC_CAUSE_INPUT ? AC_CAUSE_CONFIG : why.cause;
    const char *what_to_do = NULL;
    for (size_t i = 0; i < AC_N(reasons); i++)
        if (strcmp(reply->code, reasons[i].code) == 0) {
            what_to_do = reasons[i].what_to_do;
            cause = reasons[i].is_passing ? AC_CAUSE_STOP : cause;
        }
    return ac_err_set(err, AC_RUN, cause, why.code, "%s%s%s", why.text, what_to_do ? "; " : "",
                      what_to_do ? what_to_do : "");
}

// The action of that name ("sqs:" and its name is the permission too). AC_END: stopped.
static enum ac_rc call(struct ac_sqs *q, const char *wants, struct ac_aws_request *request,
                       const struct ac_buf *form, struct ac_buf *answer, struct ac_err *err) {
    char target[64];
    struct ac_aws_reply reply;
    snprintf(target, sizeof target, "AmazonSQS.%s", wants + strlen("sqs:"));
    const struct ac_sigv4_pair headers[] = {
        {AC_STR("Content-Type"), AC_STR("application/x-amz-json-1.0")},
        {AC_STR("X-Amz-Target"), ac_str_of(target)}};
    request->service = "sqs";
    request->region = q->region;
    request->base = q->base;
    request->method = "POST";
    request->path = "/";
    request->headers = headers;
    request->n_headers = AC_N(headers);
    request->body = ac_buf_str(form);
    request->max_reply_bytes = MAX_ANSWER_BYTES;
    enum ac_rc rc = ac_aws_wait(q->aws, request, &reply, answer, err);
    if (rc == AC_OK && !ac_aws_is_success(&reply))
        rc = refused(q, &reply, wants, err);
    return rc;
}

enum ac_rc ac_sqs_receive(struct ac_sqs *q, int wait_s, int hidden_s, volatile const int *stop,
                          struct ac_arena *arena, struct ac_sqs_message out[AC_SQS_AT_ONCE],
                          size_t *n, struct ac_err *err) {
    AC_CLEANUP(ac_buf_free) struct ac_buf form;
    AC_CLEANUP(ac_buf_free) struct ac_buf answer;
    ac_buf_init(&form, MAX_FORM_BYTES);
    ac_buf_init(&answer, MAX_ANSWER_BYTES);
    *n = 0;
    if (!ac_sqs_write_receive(&form, q->url, wait_s, hidden_s))
        return ac_err_nomem(err, "a call to a queue");
    struct ac_aws_request request = {.timeout_ms = wait_s * 1000 + TIMEOUT_MS, .stop = stop};
    enum ac_rc rc = call(q, "sqs:ReceiveMessage", &request, &form, &answer, err);
    if (rc != AC_OK)
        return rc == AC_END ? AC_OK : rc;
    return ac_sqs_read_messages(ac_buf_str(&answer), arena, out, n, err);
}

static enum ac_rc do_some(struct ac_sqs *q, const char *wants, struct ac_sqs_entry *entries,
                          size_t n, bool has_times, struct ac_err *err) {
    AC_CLEANUP(ac_buf_free) struct ac_buf form;
    AC_CLEANUP(ac_buf_free) struct ac_buf answer;
    ac_buf_init(&form, MAX_FORM_BYTES);
    ac_buf_init(&answer, MAX_ANSWER_BYTES);
    if (!ac_sqs_write_batch(&form, q->url, entries, n, has_times))
        return ac_err_nomem(err, "a call to a queue");
    struct ac_aws_request request = {.timeout_ms = TIMEOUT_MS, .max_attempts = QUICK_TRIES};
    enum ac_rc rc = call(q, wants, &request, &form, &answer, err);
    return rc == AC_OK ? ac_sqs_read_batch(ac_buf_str(&answer), entries, n, err) : rc;
}

static enum ac_rc do_all(struct ac_sqs *q, const char *wants, struct ac_sqs_entry *entries,
                         size_t n, bool has_times, struct ac_err *err) {
    enum ac_rc rc = AC_OK;
    for (size_t i = 0; i < n; i++)
        entries[i].is_done = false;
    for (size_t at = 0; at < n && rc == AC_OK; at += AC_SQS_AT_ONCE) {
        size_t some = n - at < AC_SQS_AT_ONCE ? n - at : AC_SQS_AT_ONCE;
        rc = do_some(q, wants, entries + at, some, has_times, err);
    }
    return rc;
}

enum ac_rc ac_sqs_delete(struct ac_sqs *q, struct ac_sqs_entry *entries, size_t n,
                         struct ac_err *err) {
    return do_all(q, "sqs:DeleteMessageBatch", entries, n, false, err);
}

enum ac_rc ac_sqs_hide(struct ac_sqs *q, struct ac_sqs_entry *entries, size_t n,
                       struct ac_err *err) {
    return do_all(q, "sqs:ChangeMessageVisibilityBatch", entries, n, true, err);
}
