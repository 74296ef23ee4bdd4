// SPDX-License-Identifier: MIT
// Calls to a stream of Kinesis.
#include "source/kinesis.h"
#include "aws/endpoint.h"
#include <inttypes.h>
#include <stdio.h>

#define SCHEME "kinesis://"
#define READ_MAX 500u                         // records of a read: some MB of contacts
#define MAX_FORM_BYTES ((size_t)16 * 1024)    // an iterator has at most 512 characters
#define MAX_ANSWER_BYTES ((size_t)16 << 20)   // 10 MB of records in base64, what stands around it
#define MAX_PAGES (AC_KINESIS_MAX_SHARDS / 2) // of a listing that has no end

bool ac_kinesis_is_url(const char *url) { return strncmp(url, SCHEME, sizeof SCHEME - 1) == 0; }

static bool is_name(ac_str s) {
    if (!s.len || s.len > AC_KINESIS_MAX_NAME)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              (c && strchr("_.-", c))))
            return false;
    }
    return true;
}

enum ac_rc ac_kinesis_open(struct ac_kinesis *k, struct ac_aws *aws, const char *url,
                           struct ac_err *err) {
    const char *region = "";
    ac_str name = ac_str_skip(ac_str_of(url), sizeof SCHEME - 1);
    *k = (struct ac_kinesis){.aws = aws};
    ac_buf_init(&k->base, 4096);
    ac_buf_init(&k->form, MAX_FORM_BYTES);
    ac_buf_init(&k->answer, MAX_ANSWER_BYTES);
    if (!is_name(name))
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "NOT_A_STREAM",
                          "\"%.*s\" cannot be the name of a stream; write kinesis://NAME",
                          AC_STR_ARG(name));
    memcpy(k->stream, name.ptr, name.len);
    enum ac_rc rc = ac_aws_region(aws, &region, err);
    if (rc == AC_END)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CONFIG",
                          "in which region is the stream %s? Set AWS_REGION", k->stream);
    if (rc == AC_OK)
        rc = ac_aws_endpoint(aws, "kinesis", region, &k->base, NULL, err);
    if (rc != AC_OK)
        return rc;
    snprintf(k->region, sizeof k->region, "%s", region);
    return ac_buf_text(&k->base) ? AC_OK : ac_err_nomem(err, "an address");
}

void ac_kinesis_close(struct ac_kinesis *k) {
    ac_buf_free(&k->base);
    ac_buf_free(&k->form);
    ac_buf_free(&k->answer);
}

// --- a call

static enum ac_rc refused(const struct ac_kinesis *k, const struct ac_aws_reply *reply,
                          const char *action, struct ac_err *err) {
    char what[AC_KINESIS_MAX_NAME + 80];
    struct ac_err why = AC_ERR_INIT;
    snprintf(what, sizeof what, "the stream %s in %s", k->stream, k->region);
    if (strcmp(reply->code, "ResourceNotFoundException") == 0)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "NOT_FOUND",
                          "there is no %s (%s); check the name, AWS_REGION, and whose credentials "
                          "are used",
                          what + strlen("the "), reply->message);
    if (strcmp(reply->code, "AccessDeniedException") == 0)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "AWS",
                          "%s: these credentials lack the permission kinesis:%s (%s)", what, action,
                          reply->message);
    enum ac_rc rc = ac_aws_fail(reply, what, &why);
    // What cannot be reached now must not keep other inputs from being read.
    bool is_gone = rc == AC_RUN && why.cause == AC_CAUSE_STOP;
    return ac_err_set(err, is_gone ? AC_INPUT : rc, why.cause, why.code, "%s", why.text);
}

// What stands in k->form; the answer comes to k->answer.
static enum ac_rc call(struct ac_kinesis *k, const char *action, struct ac_aws_reply *reply,
                       struct ac_err *err) {
    char target[64];
    struct ac_err why = AC_ERR_INIT;
    snprintf(target, sizeof target, "Kinesis_20131202.%s", action);
    const struct ac_sigv4_pair headers[] = {
        {AC_STR("Content-Type"), AC_STR("application/x-amz-json-1.1")},
        {AC_STR("X-Amz-Target"), ac_str_of(target)}};
    struct ac_aws_request request = {.service = "kinesis",
                                     .region = k->region,
                                     .base = k->base.ptr,
                                     .method = "POST",
                                     .path = "/",
                                     .headers = headers,
                                     .n_headers = AC_N(headers),
                                     .body = ac_buf_str(&k->form),
                                     .max_reply_bytes = MAX_ANSWER_BYTES,
                                     .stop = k->stop};
    *reply = (struct ac_aws_reply){.end = AC_HTTP_REFUSED};
    enum ac_rc rc = ac_aws_wait(k->aws, &request, reply, &k->answer, &why);
    if (rc == AC_OK && ac_aws_is_success(reply))
        return AC_OK;
    if (rc == AC_END)
        return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "STOPPED",
                          "stopped by a signal; what could be settled is, run again to go on");
    if (rc == AC_OK || strcmp(why.code, "AWS") == 0) // an answer, or nobody there
        return refused(k, reply, action, err);
    *err = why;
    return rc;
}

static enum ac_rc too_long(struct ac_err *err) {
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "BAD_ANSWER",
                      "a token or an iterator of the stream is longer than any may be");
}

enum ac_rc ac_kinesis_list(struct ac_kinesis *k, struct ac_kinesis_shards *shards,
                           struct ac_err *err) {
    for (size_t i = 0; i < MAX_PAGES; i++) {
        struct ac_aws_reply reply;
        ac_buf_clear(&k->form);
        bool good = shards->next ? ac_buf_add_str(&k->form, AC_STR("{\"NextToken\":")) &&
                                       ac_buf_add_json(&k->form, ac_str_of(shards->next)) &&
                                       ac_buf_add_char(&k->form, '}')
                                 : ac_buf_printf(&k->form, "{\"StreamName\":\"%s\"}", k->stream);
        if (!good)
            return too_long(err);
        enum ac_rc rc = call(k, "ListShards", &reply, err);
        if (rc == AC_OK)
            rc = ac_kinesis_read_shards(shards, ac_buf_str(&k->answer), err);
        if (rc != AC_OK || !shards->next)
            return rc;
    }
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "BAD_ANSWER",
                      "the listing of the stream's shards has no end");
}

enum ac_rc ac_kinesis_iterator(struct ac_kinesis *k, const char *shard,
                               const struct ac_kinesis_from *from, struct ac_buf *out,
                               struct ac_err *err) {
    struct ac_aws_reply reply;
    char where[300];
    if (*from->after)
        snprintf(where, sizeof where, "AFTER_SEQUENCE_NUMBER\",\"StartingSequenceNumber\":\"%.*s\"",
                 (int)AC_KINESIS_MAX_SEQUENCE, from->after);
    else if (from->at_ms != INT64_MIN)
        snprintf(where, sizeof where, "AT_TIMESTAMP\",\"Timestamp\":%" PRId64 ".%03d",
                 from->at_ms / 1000, (int)(from->at_ms % 1000));
    else
        snprintf(where, sizeof where, "TRIM_HORIZON\"");
    ac_buf_clear(&k->form);
    if (!ac_buf_printf(&k->form,
                       "{\"StreamName\":\"%s\",\"ShardId\":\"%s\",\"ShardIteratorType\":\"%s}",
                       k->stream, shard, where))
        return ac_err_nomem(err, "a request");
    enum ac_rc rc = call(k, "GetShardIterator", &reply, err);
    return rc == AC_OK ? ac_kinesis_read_iterator(out, ac_buf_str(&k->answer), err) : rc;
}

enum ac_rc ac_kinesis_get(struct ac_kinesis *k, const char *iterator,
                          struct ac_kinesis_records *records, struct ac_err *err) {
    struct ac_aws_reply reply;
    struct ac_err why = AC_ERR_INIT;
    ac_buf_clear(&k->form);
    if (!ac_buf_add_str(&k->form, AC_STR("{\"ShardIterator\":")) ||
        !ac_buf_add_json(&k->form, ac_str_of(iterator)) ||
        !ac_buf_printf(&k->form, ",\"Limit\":%u}", READ_MAX))
        return too_long(err);
    enum ac_rc rc = call(k, "GetRecords", &reply, &why);
    if (rc == AC_OK)
        rc = ac_kinesis_read_records(records, ac_buf_str(&k->answer), &why);
    else if (strcmp(reply.code, "ExpiredIteratorException") == 0)
        return AC_AGAIN;
    ac_buf_free(&k->answer); // megabytes, while its records are unpacked
    if (rc != AC_OK)
        *err = why;
    return rc;
}

// --- the pace

#define BYTES_A_SECOND ((uint64_t)2 * 1024 * 1024)
#define SECOND_MS 1000

int64_t ac_kinesis_pace_wait(const struct ac_kinesis_pace *pace, int64_t now_ms) {
    int64_t wait_ms = pace->free_ms > now_ms ? pace->free_ms - now_ms : 0;
    if (pace->n < AC_KINESIS_READS)
        return pace->n ? wait_ms : 0;
    int64_t oldest_ms = pace->read_ms[pace->at] + SECOND_MS - now_ms;
    return oldest_ms > wait_ms ? oldest_ms : wait_ms;
}

void ac_kinesis_pace_read(struct ac_kinesis_pace *pace, int64_t now_ms, uint64_t bytes) {
    int64_t cost_ms = (int64_t)((bytes * SECOND_MS + BYTES_A_SECOND - 1) / BYTES_A_SECOND);
    pace->free_ms = (pace->n && pace->free_ms > now_ms ? pace->free_ms : now_ms) + cost_ms;
    pace->read_ms[pace->at] = now_ms;
    pace->at = (pace->at + 1) % AC_KINESIS_READS;
    pace->n += pace->n < AC_KINESIS_READS;
}
