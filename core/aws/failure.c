// SPDX-License-Identifier: MIT
// What a service says when it refuses: its code, its words, what to do about it.
#include "aws/aws_int.h"
#include "aws/xml.h"
#include "base/json_memory.h"
#include <jansson.h>
#include <stdio.h>

static void copy(char *out, size_t size, ac_str s) {
    s = ac_str_trim(s);
    size_t len = s.len < size ? s.len : size - 1;
    while (len && len < s.len && ((unsigned char)s.ptr[len] & 0xC0) == 0x80)
        len--; // not within a character
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)(out[i] = s.ptr[i]) < ' ')
            out[i] = ' ';
    out[len] = '\0';
}

static void keep_region(struct ac_aws_reply *reply, ac_str region) {
    if (!reply->region[0] && ac_aws_is_region(region))
        copy(reply->region, sizeof reply->region, region);
}

static bool on_element(void *arg, const char *path, ac_str text) {
    struct ac_aws_reply *reply = arg;
    ac_str p = ac_str_of(path);
    if (ac_str_ends(p, AC_STR("Error/Code")) && !reply->code[0])
        copy(reply->code, sizeof reply->code, text);
    else if (ac_str_ends(p, AC_STR("Error/Message")) && !reply->message[0])
        copy(reply->message, sizeof reply->message, text);
    else if (ac_str_ends(p, AC_STR("Error/Region")))
        keep_region(reply, text);
    return true;
}

// "com.amazonaws.sqs#QueueDoesNotExist", "Throttling:http://…": what stands between them.
static ac_str bare_code(ac_str code) {
    ptrdiff_t hash = ac_str_find(code, '#');
    if (hash >= 0)
        code = ac_str_skip(code, (size_t)hash + 1);
    ptrdiff_t colon = ac_str_find(code, ':');
    return colon >= 0 ? ac_str_n(code.ptr, (size_t)colon) : code;
}

static void read_json(struct ac_aws_reply *reply, ac_str body) {
    json_error_t why;
    AC_CLEANUP(ac_json_free) json_t *root = json_loadb(body.ptr, body.len, 0, &why);
    static const char *const codes[] = {"__type", "code"}, *const words[] = {"message", "Message"};
    for (size_t i = 0; i < AC_N(codes) && !reply->code[0]; i++) {
        const char *text = json_string_value(json_object_get(root, codes[i]));
        if (text)
            copy(reply->code, sizeof reply->code, bare_code(ac_str_of(text)));
    }
    for (size_t i = 0; i < AC_N(words) && !reply->message[0]; i++) {
        const char *text = json_string_value(json_object_get(root, words[i]));
        if (text)
            copy(reply->message, sizeof reply->message, ac_str_of(text));
    }
}

void ac_aws_read_failure(struct ac_aws_reply *reply, ac_str body, const char *error_type) {
    body = ac_str_trim(body);
    if (error_type && *error_type)
        copy(reply->code, sizeof reply->code, bare_code(ac_str_of(error_type)));
    if (ac_str_starts(body, AC_STR("<"))) {
        struct ac_err ignored = AC_ERR_INIT; // a page of some proxy: then the status says it all
        struct ac_xml_events events = {.arg = reply, .close = on_element};
        ac_xml_read(body, &events, &ignored);
    } else if (body.len) {
        read_json(reply, body);
    }
}

static const struct known {
    const char *code;
    enum ac_aws_verdict verdict;
} known[] = {
    {"Throttling", AC_AWS_RETRY},
    {"ThrottlingException", AC_AWS_RETRY},
    {"ThrottledException", AC_AWS_RETRY},
    {"RequestThrottledException", AC_AWS_RETRY},
    {"RequestThrottled", AC_AWS_RETRY},
    {"TooManyRequestsException", AC_AWS_RETRY},
    {"ProvisionedThroughputExceededException", AC_AWS_RETRY},
    {"KMSThrottlingException", AC_AWS_RETRY},
    {"KmsThrottled", AC_AWS_RETRY},
    {"TransactionInProgressException", AC_AWS_RETRY},
    {"RequestLimitExceeded", AC_AWS_RETRY},
    {"BandwidthLimitExceeded", AC_AWS_RETRY},
    {"LimitExceededException", AC_AWS_RETRY},
    {"PriorRequestNotComplete", AC_AWS_RETRY},
    {"SlowDown", AC_AWS_RETRY},
    {"RequestTimeout", AC_AWS_RETRY},
    {"RequestTimeoutException", AC_AWS_RETRY},
    {"InternalError", AC_AWS_RETRY},
    {"InternalFailure", AC_AWS_RETRY},
    {"ServiceUnavailable", AC_AWS_RETRY},
    {"OperationAborted", AC_AWS_RETRY},
    {"IDPCommunicationError", AC_AWS_RETRY},
    {"ExpiredToken", AC_AWS_RENEW},
    {"ExpiredTokenException", AC_AWS_RENEW},
    {"TokenRefreshRequired", AC_AWS_RENEW},
    {"RequestTimeTooSkewed", AC_AWS_SKEW},
    {"RequestExpired", AC_AWS_SKEW},
    {"RequestInTheFuture", AC_AWS_SKEW},
    {"InvalidSignatureException", AC_AWS_SKEW}, // whose words alone tell a wrong clock
};

enum ac_aws_verdict ac_aws_judge(const struct ac_aws_reply *reply) {
    switch (reply->end) {
    case AC_HTTP_DONE:
        break;
    case AC_HTTP_REFUSED:
    case AC_HTTP_LOST:
    case AC_HTTP_TIMEOUT:
        return AC_AWS_RETRY;
    case AC_HTTP_TLS:
    case AC_HTTP_BAD_REQUEST:
    case AC_HTTP_STOPPED:
        return AC_AWS_FINAL;
    }
    for (size_t i = 0; reply->code[0] && i < AC_N(known); i++)
        if (strcmp(reply->code, known[i].code) == 0)
            return known[i].verdict;
    static const int busy[] = {429, 500, 502, 503, 504, 509};
    for (size_t i = 0; i < AC_N(busy); i++)
        if (reply->status == busy[i])
            return AC_AWS_RETRY;
    return AC_AWS_FINAL;
}

bool ac_aws_is_success(const struct ac_aws_reply *reply) {
    return reply->end == AC_HTTP_DONE && reply->status >= 200 && reply->status < 300;
}

static bool is_credential_code(const char *code) {
    static const char *const codes[] = {"InvalidAccessKeyId",
                                        "SignatureDoesNotMatch",
                                        "InvalidSignatureException",
                                        "UnrecognizedClientException",
                                        "InvalidClientTokenId",
                                        "InvalidToken",
                                        "ExpiredToken",
                                        "ExpiredTokenException",
                                        "TokenRefreshRequired",
                                        "MissingAuthenticationToken",
                                        "MissingAuthenticationTokenException",
                                        "IncompleteSignature",
                                        "AuthFailure",
                                        "RequestTimeTooSkewed"};
    for (size_t i = 0; i < AC_N(codes); i++)
        if (strcmp(code, codes[i]) == 0)
            return true;
    return false;
}

static enum ac_rc fail_transport(const struct ac_aws_reply *reply, const char *what,
                                 struct ac_err *err) {
    if (reply->end == AC_HTTP_STOPPED)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "AWS", "%s: the answer is not taken: %s",
                          what, reply->message);
    bool is_permanent = reply->end == AC_HTTP_TLS || reply->end == AC_HTTP_BAD_REQUEST;
    return ac_err_set(err, AC_RUN, is_permanent ? AC_CAUSE_CONFIG : AC_CAUSE_STOP, "AWS",
                      "%s cannot be reached: %s", what, reply->message);
}

enum ac_rc ac_aws_fail(const struct ac_aws_reply *reply, const char *what, struct ac_err *err) {
    if (reply->failure) {
        if (err->rc == AC_OK)
            *err = *reply->failure;
        return err->rc;
    }
    if (reply->end != AC_HTTP_DONE)
        return fail_transport(reply, what, err);
    char status[32];
    snprintf(status, sizeof status, "HTTP %d", reply->status);
    const char *code = reply->code[0] ? reply->code : status;
    const char *words = reply->message[0] ? reply->message : "no reason given";
    if (is_credential_code(reply->code))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CREDENTIALS",
                          "%s is refused: AWS does not accept the credentials (%s: %s); check "
                          "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile, and the "
                          "machine's clock",
                          what, code, words);
    if (ac_aws_judge(reply) == AC_AWS_RETRY)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_STOP, "AWS_BUSY",
                          "%s cannot be had now (%s: %s); run again later", what, code, words);
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "AWS", "%s is refused (%s: %s)", what, code,
                      words);
}
