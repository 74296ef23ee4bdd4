// SPDX-License-Identifier: MIT
// One call of the room's own to its end, without a signature.
#include "aws/aws_int.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_ANSWER_BYTES ((size_t)256 * 1024)

struct ac_fetch {
    struct ac_fetch *next;
    struct ac_aws *aws;
    struct ac_fetched *out; // NULL: nobody waits any more
    bool is_done, is_short; // is_short: no memory for the body
};

static void wipe(struct ac_buf *b) {
    if (b->ptr)
        OPENSSL_cleanse(b->ptr, b->cap);
    ac_buf_free(b);
}

void ac_fetched_free(struct ac_fetched *fetched) { wipe(&fetched->body); }

static void forget(struct ac_fetch *f) {
    struct ac_fetch **at = &f->aws->fetches;
    while (*at != f)
        at = &(*at)->next;
    *at = f->next;
    free(f);
}

static void on_reply(void *arg, const struct ac_http_reply *reply) {
    struct ac_fetch *f = arg;
    if (!f->out) {
        forget(f);
        return;
    }
    f->out->end = reply->end;
    f->out->status = reply->status;
    snprintf(f->out->why, sizeof f->out->why, "%s", reply->why);
    f->is_short = !ac_buf_need(&f->out->body, reply->body.len + 1) ||
                  !ac_buf_add_str(&f->out->body, ac_buf_str(&reply->body));
    f->is_done = true;
}

static enum ac_rc fetch_once(struct ac_aws *aws, const struct ac_http_call *call,
                             struct ac_fetched *out, struct ac_err *err) {
    struct ac_fetch *f = calloc(1, sizeof *f);
    if (!f)
        return ac_err_nomem(err, "a call for credentials");
    struct ac_http_call mine = *call;
    f->aws = aws;
    f->out = out;
    f->next = aws->fetches;
    aws->fetches = f;
    mine.done = on_reply;
    mine.arg = f;
    mine.max_reply_bytes = MAX_ANSWER_BYTES;
    ac_buf_clear(&out->body);
    enum ac_rc rc = aws->net->start(aws->net->self, &mine, err);
    if (rc != AC_OK) {
        forget(f);
        return rc;
    }
    while (rc == AC_OK && !f->is_done)
        rc = aws->net->pump(aws->net->self, 1000, err);
    if (!f->is_done) {
        f->out = NULL;
        return rc;
    }
    bool is_short = f->is_short;
    forget(f);
    return is_short ? ac_err_nomem(err, "credentials") : rc;
}

static bool is_transient(const struct ac_fetched *f) {
    struct ac_aws_reply reply = {.end = f->end, .status = f->status};
    if (f->end == AC_HTTP_DONE && f->status >= 300)
        ac_aws_read_failure(&reply, ac_buf_str(&f->body), NULL);
    return ac_aws_judge(&reply) == AC_AWS_RETRY;
}

enum ac_rc ac_aws_fetch(struct ac_aws *aws, const struct ac_http_call *call, int max_attempts,
                        struct ac_fetched *out, struct ac_err *err) {
    *out = (struct ac_fetched){.end = AC_HTTP_LOST};
    ac_buf_init(&out->body, MAX_ANSWER_BYTES + 1);
    for (int attempt = 1;; attempt++) {
        enum ac_rc rc = fetch_once(aws, call, out, err);
        if (rc != AC_OK || attempt >= max_attempts || !is_transient(out))
            return rc;
        aws->clock->sleep_ms(aws->clock->self, ac_aws_backoff_ms(aws, attempt));
    }
}

void ac_aws_fetches_free(struct ac_aws *aws) {
    for (struct ac_fetch *f = aws->fetches, *next; f; f = next) {
        next = f->next;
        free(f);
    }
    aws->fetches = NULL;
}

bool ac_aws_read_file(const char *path, struct ac_buf *out) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return false;
    ssize_t n = 1;
    while (n > 0) {
        errno = EFBIG;
        if (!ac_buf_need(out, 4096))
            break;
        n = read(fd, out->ptr + out->len, 4096);
        if (n > 0)
            out->len += (size_t)n;
        else if (n < 0 && errno == EINTR)
            n = 1;
    }
    int why = errno;
    close(fd);
    errno = why;
    return n == 0;
}
