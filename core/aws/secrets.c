// SPDX-License-Identifier: MIT
// GetSecretValue.
#include "aws/secrets.h"
#include "aws/endpoint.h"
#include "base/json_memory.h"
#include <jansson.h>
#include <openssl/crypto.h>
#include <stdio.h>

#define MAX_ANSWER_BYTES ((size_t)512 * 1024) // a secret has at most 64 KiB

// arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME
static bool region_in(const char *id, char out[AC_AWS_MAX_REGION]) {
    ac_str rest = ac_str_of(id), piece;
    for (int i = 0; ac_str_cut(&rest, ':', &piece); i++) {
        if (i == 0 && !ac_str_eq(piece, AC_STR("arn")))
            return false;
        if (i != 3)
            continue;
        if (!ac_aws_is_region(piece))
            return false;
        memcpy(out, piece.ptr, piece.len);
        out[piece.len] = '\0';
        return true;
    }
    return false;
}

static enum ac_rc region_of(struct ac_aws *aws, const char *id, char out[AC_AWS_MAX_REGION],
                            struct ac_err *err) {
    const char *region;
    if (region_in(id, out))
        return AC_OK;
    enum ac_rc rc = ac_aws_region(aws, &region, err);
    if (rc == AC_END)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CONFIG",
                          "in which region is the secret %.200s? Give its ARN, or set AWS_REGION",
                          id);
    if (rc == AC_OK)
        snprintf(out, AC_AWS_MAX_REGION, "%s", region);
    return rc;
}

static enum ac_rc read_answer(ac_str body, const char *id, struct ac_buf *out, struct ac_err *err) {
    AC_CLEANUP(ac_json_secret_free) json_t *root = ac_json_secret(body, 0, NULL);
    const json_t *text = json_object_get(root, "SecretString");
    if (!json_is_string(text))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_SECRET",
                          "the secret %.200s holds no text (SecretString)", id);
    if (ac_buf_add(out, json_string_value(text), json_string_length(text)))
        return AC_OK;
    return ac_err_nomem(err, "a secret");
}

// Whatever the reason, nothing works without it.
static enum ac_rc refused(const struct ac_aws_reply *reply, const char *id, struct ac_err *err) {
    char what[300];
    struct ac_err why = AC_ERR_INIT;
    snprintf(what, sizeof what, "the secret %.250s", id);
    ac_aws_fail(reply, what, &why);
    enum ac_cause cause = why.cause == AC_CAUSE_INPUT ? AC_CAUSE_CONFIG : why.cause;
    return ac_err_set(err, AC_RUN, cause, why.code, "%s", why.text);
}

static enum ac_rc ask(struct ac_aws *aws, const char *id, const char *region, const char *base,
                      struct ac_buf *out, struct ac_err *err) {
    static const struct ac_sigv4_pair headers[] = {
        {{"Content-Type", 12}, {"application/x-amz-json-1.1", 26}},
        {{"X-Amz-Target", 12}, {"secretsmanager.GetSecretValue", 29}}};
    struct ac_aws_reply reply;
    struct ac_buf form, body;
    ac_buf_init(&form, 8192);
    ac_buf_init(&body, MAX_ANSWER_BYTES);
    (void)ac_buf_need(&body, (size_t)128 * 1024);
    enum ac_rc rc = AC_OK;
    if (!ac_buf_add_str(&form, AC_STR("{\"SecretId\":")) ||
        !ac_buf_add_json(&form, ac_str_of(id)) || !ac_buf_add_char(&form, '}'))
        rc =
            ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_SECRET", "the secret's name is too long");
    struct ac_aws_request request = {.service = "secretsmanager",
                                     .region = region,
                                     .base = base,
                                     .method = "POST",
                                     .path = "/",
                                     .headers = headers,
                                     .n_headers = AC_N(headers),
                                     .body = ac_buf_str(&form),
                                     .max_reply_bytes = MAX_ANSWER_BYTES};
    if (rc == AC_OK)
        rc = ac_aws_wait(aws, &request, &reply, &body, err);
    if (rc == AC_OK)
        rc = ac_aws_is_success(&reply) ? read_answer(ac_buf_str(&body), id, out, err)
                                       : refused(&reply, id, err);
    if (body.ptr)
        OPENSSL_cleanse(body.ptr, body.cap);
    ac_buf_free(&body);
    ac_buf_free(&form);
    return rc;
}

enum ac_rc ac_aws_secret(struct ac_aws *aws, const char *id, struct ac_buf *out,
                         struct ac_err *err) {
    char region[AC_AWS_MAX_REGION];
    struct ac_buf base;
    ac_buf_init(&base, 1024);
    enum ac_rc rc = region_of(aws, id, region, err);
    if (rc == AC_OK)
        rc = ac_aws_endpoint(aws, "secretsmanager", region, &base, NULL, err);
    if (rc == AC_OK)
        rc = ac_buf_text(&base) ? ask(aws, id, region, base.ptr, out, err)
                                : ac_err_nomem(err, "a secret");
    ac_buf_free(&base);
    return rc;
}
