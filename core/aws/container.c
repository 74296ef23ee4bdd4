// SPDX-License-Identifier: MIT
// Keys of the role a container runs with.
#include "aws/aws_int.h"
#include <openssl/crypto.h>
#include <stdio.h>

#define HOST "http://169.254.170.2"
#define MAX_TOKEN_BYTES ((size_t)16 * 1024)
#define TIMEOUT_MS 5000
#define ATTEMPTS 3

// ECS and EKS Pod Identity answer on these alone, without TLS.
static bool is_fixed(ac_str host) {
    static const char *const hosts[] = {"169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"};
    for (size_t i = 0; i < AC_N(hosts); i++)
        if (ac_str_eq(host, ac_str_of(hosts[i])))
            return true;
    return ac_http_is_loopback(host);
}

static enum ac_rc check_url(const char *url, struct ac_err *err) {
    ac_str s = ac_str_of(url);
    if (ac_str_starts(s, AC_STR("https://")))
        return AC_OK;
    if (ac_str_starts(s, AC_STR("http://"))) {
        s = ac_str_skip(s, 7);
        size_t end = 0;
        if (s.len && s.ptr[0] == '[')
            while (end < s.len && s.ptr[end] != ']')
                end++;
        while (end < s.len && !strchr(":/?#", s.ptr[end]))
            end++;
        if (!memchr(s.ptr, '@', s.len) && is_fixed(ac_str_n(s.ptr, end)))
            return AC_OK;
    }
    return ac_err_set(
        err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CONFIG",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI is %.200s: credentials are only asked for "
        "over https, on loopback, or at the fixed addresses of ECS and EKS",
        url);
}

// "Authorization: TOKEN", of the file (which is rewritten now and then) or of the value.
static enum ac_rc add_token(const struct ac_aws *aws, struct ac_buf *line, struct ac_err *err) {
    const char *path = ac_aws_env(aws, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *value = ac_aws_env(aws, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    static const char name[] = "Authorization: ";
    if (!path && !value)
        return AC_OK;
    bool good = ac_buf_need(line, MAX_TOKEN_BYTES) && ac_buf_add_str(line, ac_str_of(name));
    if (good && path && !ac_aws_read_file(path, line))
        return ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, "cannot read the container's token in",
                          path);
    if (good && !path)
        good = ac_buf_add_str(line, ac_str_of(value));
    while (good && line->len && strchr(" \t\r\n", line->ptr[line->len - 1]))
        line->len--;
    if (!good || !ac_buf_text(line))
        return ac_err_nomem(err, "a container's credentials");
    if (strpbrk(line->ptr, "\r\n") || strlen(line->ptr) != line->len)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CONFIG",
                          "the container's authorization token holds a line break");
    return AC_OK;
}

static enum ac_rc ask(struct ac_aws *aws, const char *url, const char *token,
                      struct ac_fetched *fetched, struct ac_err *err) {
    const char *lines[3] = {"Accept: application/json", token, NULL};
    struct ac_http_call call = {.method = "GET",
                                .url = url,
                                .headers = lines,
                                .timeout_ms = TIMEOUT_MS,
                                .is_direct = !ac_str_starts(ac_str_of(url), AC_STR("https://"))};
    enum ac_rc rc = ac_aws_fetch(aws, &call, ATTEMPTS, fetched, err);
    if (rc != AC_OK || (fetched->end == AC_HTTP_DONE && fetched->status == 200))
        return rc;
    bool is_ours = fetched->end == AC_HTTP_DONE && fetched->status < 500 && fetched->status != 429;
    return ac_err_set(err, is_ours ? AC_RUN : AC_AGAIN, is_ours ? AC_CAUSE_CONFIG : AC_CAUSE_STOP,
                      "AWS_CREDENTIALS", "the container's credentials at %.200s: HTTP %d %s", url,
                      fetched->status, fetched->why);
}

static enum ac_rc url_of(const struct ac_aws *aws, char *out, size_t size, struct ac_err *err) {
    const char *relative = ac_aws_env(aws, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = ac_aws_env(aws, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (!relative && !full)
        return AC_END;
    if (relative && relative[0] != '/')
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CONFIG",
                          "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with a slash");
    int n = relative ? snprintf(out, size, HOST "%s", relative) : snprintf(out, size, "%s", full);
    if (n < 0 || (size_t)n >= size)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CONFIG",
                          "AWS_CONTAINER_CREDENTIALS_* is too long");
    return relative ? AC_OK : check_url(out, err);
}

enum ac_rc ac_aws_from_container(struct ac_aws *aws, struct ac_aws_keys *out, struct ac_err *err) {
    static const struct ac_keys_names names = {.token = "Token"};
    char url[2048];
    struct ac_buf line;
    struct ac_fetched fetched = {.end = AC_HTTP_LOST};
    ac_buf_init(&line, MAX_TOKEN_BYTES * 2);
    enum ac_rc rc = url_of(aws, url, sizeof url, err);
    if (rc != AC_OK)
        return rc;
    rc = add_token(aws, &line, err);
    if (rc == AC_OK)
        rc = ask(aws, url, line.len ? line.ptr : NULL, &fetched, err);
    if (rc == AC_OK)
        rc = ac_keys_read_json(ac_buf_str(&fetched.body), &names, "the container's credentials",
                               out, err);
    out->origin = "the container's role";
    if (line.ptr)
        OPENSSL_cleanse(line.ptr, line.cap);
    ac_buf_free(&line);
    ac_fetched_free(&fetched);
    return rc;
}
