// SPDX-License-Identifier: MIT
// The bytes of an object, taken as they are asked for.
#include "base/clock.h"
#include "source/s3.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define HIGH_WATER ((size_t)256 * 1024) // bytes at hand: then the connection is not read
#define MAX_HELD ((size_t)1 << 20)
#define READ_AHEAD ((int64_t)128 * 1024) // so far forward it is cheaper to read than to ask anew
#define MAX_TRIES 8

struct ac_s3_stream {
    const struct ac_source_env *env;
    struct ac_item *item;
    struct ac_stream *out;
    struct ac_s3_target target;
    struct ac_aws_flight *flight; // NULL: none under way
    struct ac_aws_reply reply;    // of the one that ended
    struct ac_err failure;
    struct ac_buf held; // what came and was not read yet, from at on
    size_t at;
    int64_t pos;      // in the object, of the next byte to be read
    int64_t skip;     // bytes still to come that nobody wants
    int64_t asked_at; // where the request under way begins
    char etag[256];
    int n_tries; // since the last byte
    bool has_answer, has_reply, has_ended, has_followed, is_full_size;
};

static int64_t held(const struct ac_s3_stream *s) { return (int64_t)(s->held.len - s->at); }

// --- an answer

// "bytes 5-9/10"
static bool read_range(ac_str text, int64_t *first, int64_t *total) {
    ac_str rest = ac_str_skip(text, 6), range, begin;
    if (!ac_str_starts(text, AC_STR("bytes ")) || !ac_str_cut(&rest, '/', &range) ||
        !ac_str_cut(&range, '-', &begin) || !ac_str_i64(begin, first))
        return false;
    return ac_str_i64(rest, total) && *first >= 0 && *total >= 0;
}

static bool fail(struct ac_s3_stream *s, const char *code, const char *text) {
    ac_err_set(&s->failure, AC_INPUT, AC_CAUSE_INPUT, code, "%s", text);
    return false;
}

// What the first answer says completes the item.
static void complete(struct ac_s3_stream *s, const struct ac_http_reply *http, int64_t total) {
    struct ac_item *item = s->item;
    ac_str etag = ac_s3_bare_etag(ac_str_of(http->wanted[0]));
    s->has_answer = true;
    snprintf(s->etag, sizeof s->etag, "%.*s", AC_STR_ARG(etag));
    if (item->size_bytes < 0)
        item->size_bytes = total;
    if (item->modified_ms == INT64_MIN &&
        !ac_clock_parse_http(ac_str_of(http->last_modified), &item->modified_ms))
        item->modified_ms = INT64_MIN;
    s->out->size_bytes = total;
}

static bool is_same(const struct ac_s3_stream *s, ac_str etag) {
    const char *mine = s->etag[0] ? s->etag : s->item->etag;
    return !*mine || !etag.len || ac_str_eq(etag, ac_str_of(mine));
}

static bool on_head(void *arg, const struct ac_http_reply *http) {
    struct ac_s3_stream *s = arg;
    int64_t first = 0, total = -1;
    bool is_part = http->status == 206;
    if (!is_same(s, ac_s3_bare_etag(ac_str_of(http->wanted[0]))))
        return fail(s, "SUPERSEDED", "was replaced by a newer object under the same key meanwhile");
    if (is_part && !read_range(ac_str_of(http->wanted[1]), &first, &total))
        return fail(s, "BAD_ANSWER", "S3 sends a part of the object without saying which");
    if (!is_part && (!ac_str_i64(ac_str_of(http->wanted[2]), &total) || total < 0))
        total = -1;
    // A server that knows no ranges sends all of it.
    if (first > s->asked_at)
        return fail(s, "BAD_ANSWER", "S3 sends another part of the object than was asked for");
    s->skip += s->asked_at - first;
    if (!s->has_answer)
        complete(s, http, total);
    s->is_full_size = total >= 0;
    return true;
}

static bool on_body(void *arg, ac_str bytes) {
    struct ac_s3_stream *s = arg;
    if (s->skip > 0) {
        size_t n = (uint64_t)s->skip < bytes.len ? (size_t)s->skip : bytes.len;
        bytes = ac_str_skip(bytes, n);
        s->skip -= (int64_t)n;
    }
    if (!bytes.len)
        return true;
    s->n_tries = 0;
    if (s->at == s->held.len)
        s->at = s->held.len = 0;
    if (s->at >= HIGH_WATER) {
        ac_buf_take_front(&s->held, s->at);
        s->at = 0;
    }
    if (ac_buf_add_str(&s->held, bytes))
        return true;
    ac_err_nomem(&s->failure, "an object");
    return false;
}

static bool is_full(void *arg) { return held(arg) >= (int64_t)HIGH_WATER; }

static void on_done(void *arg, const struct ac_aws_reply *reply) {
    struct ac_s3_stream *s = arg;
    s->flight = NULL;
    s->reply = *reply;
    s->has_reply = true;
    if (reply->failure && s->failure.rc == AC_OK)
        s->failure = *reply->failure;
    s->reply.failure = NULL;
    s->reply.body = AC_STR("");
}

// --- a request

static enum ac_rc ask(struct ac_s3_stream *s, struct ac_err *err) {
    static const char *const wanted[] = {"ETag", "Content-Range", "Content-Length", NULL};
    const char *etag = s->etag[0] ? s->etag : s->item->etag;
    struct ac_sigv4_pair headers[2],
        version = {AC_STR("versionId"), ac_str_of(s->item->version_id)};
    char range[48], match[300];
    size_t n = 0;
    enum ac_rc rc = ac_s3_target_fill(&s->target, s->env, s->item->bucket, s->item->key, err);
    if (rc != AC_OK)
        return rc;
    s->asked_at = s->pos + held(s);
    s->skip = 0;
    s->has_reply = false;
    snprintf(range, sizeof range, "bytes=%lld-", (long long)s->asked_at);
    snprintf(match, sizeof match, "\"%.250s\"", etag);
    if (s->asked_at > 0)
        headers[n++] = (struct ac_sigv4_pair){AC_STR("Range"), ac_str_of(range)};
    if (*etag)
        headers[n++] = (struct ac_sigv4_pair){AC_STR("If-Match"), ac_str_of(match)};
    struct ac_aws_request request = {.service = "s3",
                                     .region = s->target.region,
                                     .base = s->target.base.ptr,
                                     .method = "GET",
                                     .path = s->target.path.ptr,
                                     .query = &version,
                                     .n_query = *s->item->version_id ? 1 : 0,
                                     .headers = headers,
                                     .n_headers = n,
                                     .is_s3 = true,
                                     .wanted = wanted,
                                     .on_head = on_head,
                                     .on_body = on_body,
                                     .is_full = is_full,
                                     .done = on_done,
                                     .arg = s};
    return ac_aws_start(s->env->aws, &request, &s->flight, err);
}

static void give_up(struct ac_s3_stream *s) {
    if (s->flight)
        ac_aws_abandon(s->flight);
    s->flight = NULL;
}

// --- the end of a request

// A transfer that broke goes on after a moment, where it broke: the next read asks anew.
static enum ac_rc wait_to_resume(struct ac_s3_stream *s, struct ac_err *err) {
    const struct ac_clock *clock = ac_aws_clock(s->env->aws);
    if (++s->n_tries > MAX_TRIES)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_STOP, "TRANSFER_BROKEN",
                          "the transfer broke at byte %lld of %lld, %d times without a byte more "
                          "(%s); run again later",
                          (long long)s->pos + (long long)held(s), (long long)s->out->size_bytes,
                          MAX_TRIES, s->reply.message);
    clock->sleep_ms(clock->self, ac_aws_backoff_ms(s->env->aws, s->n_tries));
    return AC_OK;
}

static bool is_broken(const struct ac_s3_stream *s) {
    const struct ac_aws_reply *r = &s->reply;
    return r->was_given && (r->end == AC_HTTP_LOST || r->end == AC_HTTP_TIMEOUT);
}

// A connection that is closed early looks like the end where no length was announced.
static bool is_short(const struct ac_s3_stream *s) {
    return s->is_full_size && s->pos + held(s) < s->out->size_bytes;
}

static enum ac_rc settle(struct ac_s3_stream *s, struct ac_err *err) {
    const struct ac_aws_reply *r = &s->reply;
    s->has_reply = false;
    if (s->failure.rc != AC_OK) {
        if (err->rc == AC_OK)
            *err = s->failure;
        return err->rc;
    }
    if (is_broken(s) || (ac_aws_is_success(r) && is_short(s)))
        return wait_to_resume(s, err);
    if (ac_aws_is_success(r)) {
        s->has_ended = true;
        return AC_OK;
    }
    if (r->status == 416 && s->has_answer && s->asked_at >= s->out->size_bytes) {
        s->has_ended = true;
        return AC_OK;
    }
    if (!s->has_followed && ac_s3_follow(s->env, s->item->bucket, s->target.region, r)) {
        s->has_followed = true;
        return AC_OK;
    }
    return ac_s3_fail(r, s->item->bucket,
                      *s->item->version_id ? "s3:GetObjectVersion" : "s3:GetObject", err);
}

// --- the table

static bool is_at_end(const struct ac_s3_stream *s) {
    return s->has_ended || (s->has_answer && s->is_full_size && s->pos >= s->out->size_bytes);
}

// Until there are bytes, or there will be none.
static enum ac_rc fill(struct ac_s3_stream *s, struct ac_err *err) {
    enum ac_rc rc = AC_OK;
    while (rc == AC_OK && held(s) == 0 && !is_at_end(s)) {
        if (s->has_reply)
            rc = settle(s, err);
        else if (!s->flight)
            rc = ask(s, err);
        else
            rc = ac_aws_pump(s->env->aws, 1000, err);
    }
    return rc;
}

static enum ac_rc s3_read(struct ac_stream *out, char *to, size_t max, size_t *n,
                          struct ac_err *err) {
    struct ac_s3_stream *s = out->arg;
    *n = 0;
    enum ac_rc rc = fill(s, err);
    if (rc != AC_OK) {
        ac_err_at(err, out->name, 0, 0);
        return rc;
    }
    *n = (size_t)held(s) < max ? (size_t)held(s) : max;
    if (*n)
        memcpy(to, s->held.ptr + s->at, *n);
    s->at += *n;
    s->pos += (int64_t)*n;
    out->n_read += *n;
    return AC_OK;
}

static int64_t s3_seek(struct ac_stream *out, int64_t to, int whence) {
    struct ac_s3_stream *s = out->arg;
    int64_t base = whence == SEEK_CUR ? s->pos : whence == SEEK_END ? out->size_bytes : 0;
    if (base < 0 || to < -base) {
        errno = EINVAL;
        return -1;
    }
    int64_t target = base + to, forward = target - s->pos;
    if (forward >= 0 && forward <= held(s)) {
        s->at += (size_t)forward;
    } else if (s->flight && forward > 0 && forward - held(s) <= READ_AHEAD) {
        s->skip += forward - held(s);
        s->at = s->held.len = 0;
    } else {
        give_up(s);
        s->at = s->held.len = 0;
        s->has_reply = s->has_ended = false;
    }
    s->pos = target;
    return target;
}

static void s3_close(struct ac_stream *out) {
    struct ac_s3_stream *s = out->arg;
    if (!s)
        return;
    give_up(s);
    ac_s3_target_free(&s->target);
    ac_buf_free(&s->held);
    free(s);
    out->arg = NULL;
}

enum ac_rc ac_s3_open(struct ac_stream *out, struct ac_item *item, const struct ac_source_env *env,
                      struct ac_err *err) {
    struct ac_s3_stream *s = calloc(1, sizeof *s);
    if (!s)
        return ac_err_nomem(err, "an object");
    s->env = env;
    s->item = item;
    s->out = out;
    ac_s3_target_init(&s->target);
    ac_buf_init(&s->held, MAX_HELD);
    *out = (struct ac_stream){.name = item->name,
                              .size_bytes = item->size_bytes,
                              .fd = -1,
                              .arg = s,
                              .read = s3_read,
                              .seek = s3_seek,
                              .close = s3_close};
    return fill(s, err);
}
