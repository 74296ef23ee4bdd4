// SPDX-License-Identifier: MIT
// Requests to a queue as text, its answers read.
#include "aws/endpoint.h"
#include "base/json_memory.h"
#include "hook/sqs.h"
#include <jansson.h>

// --- requests

bool ac_sqs_write_receive(struct ac_buf *out, const char *url, int wait_s, int hidden_s) {
    // The first name of the attribute list is the older one, which emulators know.
    return ac_buf_add_str(out, AC_STR("{\"QueueUrl\":")) && ac_buf_add_json(out, ac_str_of(url)) &&
           ac_buf_printf(out,
                         ",\"MaxNumberOfMessages\":%u,\"WaitTimeSeconds\":%d,"
                         "\"VisibilityTimeout\":%d,"
                         "\"AttributeNames\":[\"ApproximateReceiveCount\"],"
                         "\"MessageSystemAttributeNames\":[\"ApproximateReceiveCount\"]}",
                         AC_SQS_AT_ONCE, wait_s, hidden_s);
}

bool ac_sqs_write_batch(struct ac_buf *out, const char *url, const struct ac_sqs_entry *entries,
                        size_t n, bool has_times) {
    bool good = ac_buf_add_str(out, AC_STR("{\"QueueUrl\":")) &&
                ac_buf_add_json(out, ac_str_of(url)) &&
                ac_buf_add_str(out, AC_STR(",\"Entries\":["));
    for (size_t i = 0; i < n && good; i++) {
        good = ac_buf_printf(out, "%s{\"Id\":\"%zu\",\"ReceiptHandle\":", i ? "," : "", i) &&
               ac_buf_add_json(out, ac_str_of(entries[i].receipt));
        if (good && has_times)
            good = ac_buf_printf(out, ",\"VisibilityTimeout\":%d", entries[i].hidden_s);
        good = good && ac_buf_add_char(out, '}');
    }
    return good && ac_buf_add_str(out, AC_STR("]}"));
}

// --- answers

static enum ac_rc bad_answer(const char *what, struct ac_err *err) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "BAD_ANSWER",
                      "the queue answers what no queue says: %s", what);
}

static unsigned count_of(const json_t *message) {
    const json_t *attributes = json_object_get(message, "Attributes");
    const char *text = json_string_value(json_object_get(attributes, "ApproximateReceiveCount"));
    uint64_t n;
    if (!text || !ac_str_u64(ac_str_of(text), &n) || !n)
        return 1;
    return n < UINT32_MAX ? (unsigned)n : UINT32_MAX;
}

static enum ac_rc read_message(const json_t *message, struct ac_arena *arena,
                               struct ac_sqs_message *out, struct ac_err *err) {
    const json_t *id = json_object_get(message, "MessageId");
    const json_t *receipt = json_object_get(message, "ReceiptHandle");
    const json_t *body = json_object_get(message, "Body");
    if (!json_string_length(receipt))
        return bad_answer("a message without ReceiptHandle", err);
    *out = (struct ac_sqs_message){
        .id = ac_arena_copy(arena, ac_str_n(json_string_value(id), json_string_length(id))),
        .receipt = ac_arena_copy(arena, ac_str_of(json_string_value(receipt))),
        .body =
            ac_arena_copy_str(arena, ac_str_n(json_string_value(body), json_string_length(body))),
        .n_received = count_of(message)};
    bool is_short = !out->id || !out->receipt || (out->body.len && !out->body.ptr);
    return is_short ? ac_err_nomem(err, "messages of a queue") : AC_OK;
}

enum ac_rc ac_sqs_read_messages(ac_str json, struct ac_arena *arena,
                                struct ac_sqs_message out[AC_SQS_AT_ONCE], size_t *n,
                                struct ac_err *err) {
    json_error_t why;
    AC_CLEANUP(ac_json_free)
    json_t *root = json_loadb(json.ptr ? json.ptr : "", json.len, JSON_ALLOW_NUL, &why);
    const json_t *messages = json_object_get(root, "Messages");
    *n = 0;
    if (!json_is_object(root))
        return bad_answer("no JSON object", err);
    if (!messages || json_is_null(messages))
        return AC_OK;
    if (!json_is_array(messages) || json_array_size(messages) > AC_SQS_AT_ONCE)
        return bad_answer("Messages is no list of at most 10", err);
    for (size_t i = 0; i < json_array_size(messages); i++) {
        enum ac_rc rc = read_message(json_array_get(messages, i), arena, &out[i], err);
        if (rc != AC_OK)
            return rc;
    }
    *n = json_array_size(messages);
    return AC_OK;
}

enum ac_rc ac_sqs_read_batch(ac_str json, struct ac_sqs_entry *entries, size_t n,
                             struct ac_err *err) {
    json_error_t why;
    AC_CLEANUP(ac_json_free) json_t *root = json_loadb(json.ptr ? json.ptr : "", json.len, 0, &why);
    const json_t *done = json_object_get(root, "Successful");
    if (!json_is_object(root))
        return bad_answer("no JSON object", err);
    for (size_t i = 0; i < json_array_size(done); i++) {
        const char *id = json_string_value(json_object_get(json_array_get(done, i), "Id"));
        uint64_t at;
        if (id && ac_str_u64(ac_str_of(id), &at) && at < n)
            entries[at].is_done = true;
    }
    return AC_OK;
}

// --- names, times

bool ac_sqs_region_of(ac_str host, char out[AC_AWS_MAX_REGION]) {
    ac_str rest = host, label, region = AC_STR_NULL, before = AC_STR("");
    while (!region.ptr && ac_str_cut(&rest, '.', &label)) {
        if (ac_str_eq(before, AC_STR("sqs")) || ac_str_eq(before, AC_STR("sqs-fips")))
            region = label;
        else if (ac_str_eq(label, AC_STR("queue"))) // as addresses were once
            region = before.len ? before : AC_STR("us-east-1");
        before = label;
    }
    // "sqs.local" names none: regions have a dash.
    if (!region.ptr || ac_str_find(region, '-') < 0 || !ac_aws_is_region(region))
        return false;
    memcpy(out, region.ptr, region.len);
    out[region.len] = '\0';
    return true;
}

int ac_sqs_delay_s(int first_s, unsigned n_received, uint64_t random) {
    int delay_s = first_s > 0 ? first_s : 1;
    while (n_received-- > 1 && delay_s < AC_SQS_MAX_DELAY_S)
        delay_s *= 2;
    if (delay_s > AC_SQS_MAX_DELAY_S)
        delay_s = AC_SQS_MAX_DELAY_S;
    int half_s = (delay_s + 1) / 2;
    return half_s + (int)(random % (uint64_t)(delay_s - half_s + 1));
}
