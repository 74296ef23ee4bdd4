// SPDX-License-Identifier: MIT
// A role's keys, asked of the Security Token Service.
#include "aws/aws_int.h"
#include "aws/xml.h"
#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>

#define MAX_TOKEN_FILE_BYTES ((size_t)64 * 1024)
#define MAX_FORM_BYTES ((size_t)256 * 1024)
#define ATTEMPTS 4

struct answer {
    struct ac_aws_keys *keys;
    bool is_bad;
};

static bool take(char *out, size_t size, ac_str text) {
    text = ac_str_trim(text);
    if (text.len >= size)
        return false;
    if (text.len)
        memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
    return true;
}

static bool on_element(void *arg, const char *path, ac_str text) {
    struct answer *a = arg;
    struct ac_aws_keys *k = a->keys;
    ac_str p = ac_str_of(path);
    bool good = true;
    if (ac_str_ends(p, AC_STR("/Credentials/AccessKeyId")))
        good = take(k->access_key, sizeof k->access_key, text);
    else if (ac_str_ends(p, AC_STR("/Credentials/SecretAccessKey")))
        good = take(k->secret_key, sizeof k->secret_key, text);
    else if (ac_str_ends(p, AC_STR("/Credentials/SessionToken")))
        good = take(k->token, sizeof k->token, text);
    else if (ac_str_ends(p, AC_STR("/Credentials/Expiration")))
        good = ac_clock_parse(ac_str_trim(text), &k->expires_ms, NULL);
    a->is_bad |= !good;
    return true;
}

static enum ac_rc read_keys(ac_str body, const char *arn, struct ac_aws_keys *out,
                            struct ac_err *err) {
    struct answer a = {.keys = out};
    struct ac_xml_events events = {.arg = &a, .close = on_element};
    struct ac_err why = AC_ERR_INIT;
    enum ac_rc rc = ac_xml_read(body, &events, &why);
    if (rc == AC_RUN) {
        *err = why;
        return rc;
    }
    out->origin = "a role";
    if (rc == AC_OK && !a.is_bad && out->access_key[0] && out->secret_key[0] && out->token[0])
        return AC_OK;
    return ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "AWS_CREDENTIALS",
                      "the answer of the Security Token Service for the role %.200s is none", arn);
}

static bool add_field(struct ac_buf *form, const char *name, ac_str value) {
    return (!form->len || ac_buf_add_char(form, '&')) && ac_buf_add_str(form, ac_str_of(name)) &&
           ac_buf_add_char(form, '=') && ac_buf_add_url(form, value);
}

static bool add_text(struct ac_buf *form, const char *name, const char *value) {
    return !value || add_field(form, name, ac_str_of(value));
}

// A name that tells who it is in the service's own log.
static bool add_session(const struct ac_aws *aws, struct ac_buf *form, const char *name) {
    char made[48];
    snprintf(made, sizeof made, "acload-%lld", (long long)(ac_aws_now_ms(aws) / 1000));
    return add_text(form, "RoleSessionName", name ? name : made);
}

static enum ac_rc add_token(struct ac_buf *form, const char *path, struct ac_err *err) {
    struct ac_buf token;
    ac_buf_init(&token, MAX_TOKEN_FILE_BYTES);
    (void)ac_buf_need(&token, 16384);
    enum ac_rc rc = AC_OK;
    if (!ac_aws_read_file(path, &token))
        rc =
            ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, "cannot read the web identity token in", path);
    else if (!add_field(form, "WebIdentityToken", ac_str_trim(ac_buf_str(&token))))
        rc = ac_err_nomem(err, "a web identity token");
    if (token.ptr)
        OPENSSL_cleanse(token.ptr, token.cap);
    ac_buf_free(&token);
    return rc;
}

static enum ac_rc make_form(struct ac_aws *aws, const struct ac_role *role, struct ac_buf *form,
                            struct ac_err *err) {
    const char *action = role->token_file ? "AssumeRoleWithWebIdentity" : "AssumeRole";
    if (!add_text(form, "Action", action) || !add_text(form, "Version", "2011-06-15") ||
        !add_text(form, "RoleArn", role->arn) || !add_session(aws, form, role->session_name) ||
        !add_text(form, "DurationSeconds", role->duration_s) ||
        (!role->token_file && !add_text(form, "ExternalId", role->external_id)))
        return ac_err_nomem(err, "a role's credentials");
    return role->token_file ? add_token(form, role->token_file, err) : AC_OK;
}

static enum ac_rc refused(const struct ac_fetched *f, const char *arn, struct ac_err *err) {
    struct ac_aws_reply reply = {.end = f->end, .status = f->status};
    if (f->end != AC_HTTP_DONE)
        return ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "AWS_CREDENTIALS",
                          "the Security Token Service cannot be reached for the role %.200s: %s",
                          arn, f->why);
    ac_aws_read_failure(&reply, ac_buf_str(&f->body), NULL);
    bool is_busy = ac_aws_judge(&reply) == AC_AWS_RETRY;
    return ac_err_set(err, is_busy ? AC_AGAIN : AC_RUN, is_busy ? AC_CAUSE_STOP : AC_CAUSE_CONFIG,
                      "AWS_CREDENTIALS", "the role %.200s is not given (%d %s: %s)", arn, f->status,
                      reply.code, reply.message);
}

static enum ac_rc ask(struct ac_aws *aws, const struct ac_aws_request *request,
                      const struct ac_aws_keys *source, struct ac_fetched *fetched,
                      struct ac_err *err) {
    const char *lines[AC_AWS_MAX_LINES + 1];
    struct ac_buf head;
    ac_buf_init(&head, AC_AWS_MAX_HEAD);
    enum ac_rc rc = AC_OK;
    if (!ac_aws_sign(request, source, ac_aws_now_ms(aws), &head, lines))
        rc = ac_err_nomem(err, "a role's credentials");
    struct ac_http_call call = {.method = request->method,
                                .url = head.ptr,
                                .headers = lines,
                                .body = request->body,
                                .timeout_ms = 20000};
    if (rc == AC_OK)
        rc = ac_aws_fetch(aws, &call, ATTEMPTS, fetched, err);
    if (head.ptr)
        OPENSSL_cleanse(head.ptr, head.cap);
    ac_buf_free(&head);
    return rc;
}

static enum ac_rc region_of(struct ac_aws *aws, const struct ac_role *role, const char **region,
                            struct ac_err *err) {
    *region = role->region;
    enum ac_rc rc = *region ? AC_OK : ac_aws_region(aws, region, err);
    if (rc == AC_END)
        *region = "us-east-1";
    return rc == AC_END ? AC_OK : rc;
}

enum ac_rc ac_aws_assume_role(struct ac_aws *aws, const struct ac_role *role,
                              const struct ac_aws_keys *source, struct ac_aws_keys *out,
                              struct ac_err *err) {
    static const struct ac_sigv4_pair type[] = {
        {{"Content-Type", 12}, {"application/x-www-form-urlencoded; charset=utf-8", 48}}};
    struct ac_buf form, base;
    struct ac_fetched fetched = {.end = AC_HTTP_LOST};
    const char *region;
    ac_buf_init(&form, MAX_FORM_BYTES);
    ac_buf_init(&base, 1024);
    (void)ac_buf_need(&form, (size_t)32 * 1024);
    enum ac_rc rc = make_form(aws, role, &form, err);
    if (rc == AC_OK)
        rc = region_of(aws, role, &region, err);
    if (rc == AC_OK)
        rc = ac_aws_endpoint(aws, "sts", region, &base, NULL, err);
    if (rc == AC_OK) {
        struct ac_aws_request request = {.service = "sts",
                                         .region = region,
                                         .base = ac_buf_text(&base),
                                         .method = "POST",
                                         .path = "/",
                                         .headers = type,
                                         .n_headers = 1,
                                         .body = ac_buf_str(&form)};
        rc = request.base ? ask(aws, &request, source, &fetched, err)
                          : ac_err_nomem(err, "a role's credentials");
    }
    if (rc == AC_OK && (fetched.end != AC_HTTP_DONE || fetched.status != 200))
        rc = refused(&fetched, role->arn, err);
    else if (rc == AC_OK)
        rc = read_keys(ac_buf_str(&fetched.body), role->arn, out, err);
    ac_fetched_free(&fetched);
    if (form.ptr)
        OPENSSL_cleanse(form.ptr, form.cap);
    ac_buf_free(&form);
    ac_buf_free(&base);
    return rc;
}
