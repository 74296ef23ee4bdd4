// SPDX-License-Identifier: MIT
// The role or region of a machine, by the second version of its metadata service.
#include "aws/aws_int.h"
#include <stdio.h>

// Only the second version: the first answers anybody who makes some program on the machine fetch an
// address. A machine that is none of AWS does not answer at all, so the time for it is short.
#define TIMEOUT_MS 1000
#define TOKEN_S "21600"
#define TOKEN_MS ((int64_t)21600 * 1000)
#define ROLES "/latest/meta-data/iam/security-credentials/"

static int64_t timeout_ms(const struct ac_aws *aws) {
    int64_t s;
    const char *text = ac_aws_env(aws, "AWS_METADATA_SERVICE_TIMEOUT");
    return text && ac_str_i64(ac_str_of(text), &s) && s > 0 && s < 3600 ? s * 1000 : TIMEOUT_MS;
}

static int attempts(const struct ac_aws *aws) {
    int64_t n;
    const char *text = ac_aws_env(aws, "AWS_METADATA_SERVICE_NUM_ATTEMPTS");
    return text && ac_str_i64(ac_str_of(text), &n) && n > 0 && n < 100 ? (int)n : 1;
}

static ac_str base_of(const struct ac_aws *aws) {
    const char *named = ac_aws_env(aws, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    const char *mode = ac_aws_env(aws, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    bool is_ipv6 = mode && ac_str_eq_nocase(ac_str_of(mode), AC_STR("ipv6"));
    ac_str base = ac_str_of(named ? named : is_ipv6 ? AC_AWS_METADATA_IPV6 : AC_AWS_METADATA);
    while (base.len && base.ptr[base.len - 1] == '/')
        base.len--;
    return base;
}

// AC_END when nobody answers, or says 404: it is no such machine, or has no role.
static enum ac_rc ask(struct ac_aws *aws, const char *method, const char *path, const char *header,
                      struct ac_fetched *fetched, struct ac_err *err) {
    char url[1024];
    const char *lines[2] = {header, NULL};
    ac_str base = base_of(aws);
    int n = snprintf(url, sizeof url, "%.*s%s", AC_STR_ARG(base), path);
    *fetched = (struct ac_fetched){.end = AC_HTTP_LOST};
    if (n < 0 || (size_t)n >= sizeof url)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CONFIG",
                          "AWS_EC2_METADATA_SERVICE_ENDPOINT is too long");
    struct ac_http_call call = {.method = method,
                                .url = url,
                                .headers = lines,
                                .timeout_ms = timeout_ms(aws),
                                .is_direct = true};
    enum ac_rc rc = ac_aws_fetch(aws, &call, attempts(aws), fetched, err);
    if (rc != AC_OK)
        return rc;
    if (fetched->end == AC_HTTP_BAD_REQUEST)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CONFIG",
                          "AWS_EC2_METADATA_SERVICE_ENDPOINT: %s", fetched->why);
    if (fetched->end == AC_HTTP_DONE && fetched->status == 200)
        return AC_OK;
    if (fetched->end != AC_HTTP_DONE || (fetched->status >= 400 && fetched->status < 500))
        return AC_END;
    return ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "AWS_CREDENTIALS",
                      "the machine's metadata service answers HTTP %d", fetched->status);
}

static enum ac_rc get_token(struct ac_aws *aws, struct ac_err *err) {
    if (aws->metadata_token[0] && ac_aws_now_ms(aws) < aws->metadata_until_ms)
        return AC_OK;
    struct ac_fetched fetched;
    enum ac_rc rc = ask(aws, "PUT", "/latest/api/token",
                        "X-aws-ec2-metadata-token-ttl-seconds: " TOKEN_S, &fetched, err);
    ac_str token = ac_str_trim(ac_buf_str(&fetched.body));
    if (rc == AC_OK && (!token.len || token.len >= sizeof aws->metadata_token))
        rc = AC_END;
    if (rc == AC_OK) {
        memcpy(aws->metadata_token, token.ptr, token.len);
        aws->metadata_token[token.len] = '\0';
        aws->metadata_until_ms = ac_aws_now_ms(aws) + TOKEN_MS / 2;
    }
    ac_fetched_free(&fetched);
    return rc;
}

// A text of the metadata, whole. fetched must be freed whatever comes back.
static enum ac_rc get(struct ac_aws *aws, const char *path, struct ac_fetched *fetched,
                      struct ac_err *err) {
    char line[sizeof aws->metadata_token + 64];
    *fetched = (struct ac_fetched){.end = AC_HTTP_LOST};
    if (ac_aws_env_true(aws, "AWS_EC2_METADATA_DISABLED"))
        return AC_END;
    for (int i = 0;; i++) {
        enum ac_rc rc = get_token(aws, err);
        if (rc != AC_OK)
            return rc;
        snprintf(line, sizeof line, "X-aws-ec2-metadata-token: %s", aws->metadata_token);
        rc = ask(aws, "GET", path, line, fetched, err);
        if (fetched->status != 401 || i)
            return rc;
        aws->metadata_token[0] = '\0'; // of a machine that was copied, say
        ac_fetched_free(fetched);
    }
}

static bool is_role(ac_str s) {
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || strchr("/?#%", s.ptr[i]))
            return false;
    return s.len > 0 && s.len < 200;
}

enum ac_rc ac_aws_from_metadata(struct ac_aws *aws, struct ac_aws_keys *out, struct ac_err *err) {
    static const struct ac_keys_names names = {.token = "Token"};
    struct ac_fetched fetched;
    char path[sizeof ROLES + 200];
    enum ac_rc rc = get(aws, ROLES, &fetched, err);
    ac_str all = ac_str_trim(ac_buf_str(&fetched.body)), role = all;
    if (rc == AC_OK && (!ac_str_cut(&all, '\n', &role) || !is_role(ac_str_trim(role))))
        rc = AC_END;
    role = ac_str_trim(role);
    if (rc == AC_OK)
        snprintf(path, sizeof path, ROLES "%.*s", AC_STR_ARG(role));
    ac_fetched_free(&fetched);
    if (rc != AC_OK)
        return rc;
    rc = get(aws, path, &fetched, err);
    if (rc == AC_OK)
        rc = ac_keys_read_json(ac_buf_str(&fetched.body), &names, "the machine's role", out, err);
    out->origin = "the machine's role";
    ac_fetched_free(&fetched);
    return rc;
}

enum ac_rc ac_aws_metadata_region(struct ac_aws *aws, char out[AC_AWS_MAX_REGION],
                                  struct ac_err *err) {
    struct ac_fetched fetched;
    enum ac_rc rc = get(aws, "/latest/meta-data/placement/region", &fetched, err);
    ac_str region = ac_str_trim(ac_buf_str(&fetched.body));
    if (rc == AC_OK && !ac_aws_is_region(region))
        rc = AC_END;
    if (rc == AC_OK) {
        memcpy(out, region.ptr, region.len);
        out[region.len] = '\0';
    }
    ac_fetched_free(&fetched);
    return rc;
}
