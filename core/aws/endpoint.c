// SPDX-License-Identifier: MIT
// Regions, partitions, addresses that somebody set instead.
#include "aws/endpoint.h"
#include "aws/aws_int.h"
#include <stdio.h>
#include <stdlib.h>

static const struct service {
    const char *name;     // as it is signed, also in the public address
    const char *env;      // AWS_ENDPOINT_URL_…
    const char *settings; // in a [services] section
} services[] = {{"s3", "AWS_ENDPOINT_URL_S3", "s3"},
                {"sqs", "AWS_ENDPOINT_URL_SQS", "sqs"},
                {"kinesis", "AWS_ENDPOINT_URL_KINESIS", "kinesis"},
                {"secretsmanager", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "secrets_manager"},
                {"sts", "AWS_ENDPOINT_URL_STS", "sts"}};

static const struct partition {
    const char *begins, *suffix;
} partitions[] = {{"cn-", "amazonaws.com.cn"},    {"us-gov-", "amazonaws.com"},
                  {"us-iso-", "c2s.ic.gov"},      {"us-isob-", "sc2s.sgov.gov"},
                  {"eu-isoe-", "cloud.adc-e.uk"}, {"us-isof-", "csp.hci.ic.gov"},
                  {"eusc-", "amazonaws.eu"},      {"", "amazonaws.com"}};

const char *ac_aws_suffix(const char *region) {
    size_t i = 0;
    while (!ac_str_starts(ac_str_of(region), ac_str_of(partitions[i].begins)))
        i++;
    return partitions[i].suffix;
}

bool ac_aws_is_region(ac_str s) {
    if (!s.len || s.len >= AC_AWS_MAX_REGION || s.ptr[0] == '-' || s.ptr[s.len - 1] == '-')
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return true;
}

static enum ac_rc find_region(struct ac_aws *aws, char out[AC_AWS_MAX_REGION], struct ac_err *err) {
    const char *region = ac_aws_env(aws, "AWS_REGION");
    if (!region)
        region = ac_aws_env(aws, "AWS_DEFAULT_REGION");
    enum ac_rc rc = region ? AC_OK : ac_aws_profiles(aws, err);
    if (!region && rc == AC_OK)
        region = ac_profile_get(&aws->profiles, aws->profile, "region");
    if (!region)
        return rc == AC_OK ? ac_aws_metadata_region(aws, out, err) : rc;
    if (!ac_aws_is_region(ac_str_of(region)))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CONFIG",
                          "the AWS region \"%.60s\" is none; regions look like eu-central-1",
                          region);
    snprintf(out, AC_AWS_MAX_REGION, "%s", region);
    return AC_OK;
}

enum ac_rc ac_aws_region(struct ac_aws *aws, const char **region, struct ac_err *err) {
    if (!aws->has_asked_region) {
        struct ac_err why = AC_ERR_INIT;
        enum ac_rc rc = find_region(aws, aws->region, &why);
        if (rc != AC_OK && rc != AC_END && rc != AC_AGAIN) { // a machine that says nothing is none
            *err = why;
            return rc;
        }
        aws->has_asked_region = true;
    }
    *region = aws->region;
    return aws->region[0] ? AC_OK : AC_END;
}

// --- addresses

bool ac_aws_allows_http(const struct ac_aws *aws, ac_str host) {
    const char *const *allowed = aws->options.allow_http;
    for (size_t i = 0; allowed && allowed[i]; i++)
        if (ac_str_eq_nocase(host, ac_str_of(allowed[i])))
            return true;
    return ac_http_is_loopback(host);
}

static enum ac_rc bad_address(const char *address, const char *why, struct ac_err *err) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CONFIG",
                      "the AWS endpoint address \"%.200s\" %s", address, why);
}

// The host, in its brackets if it is of the sixth version, without the port.
static ac_str host_of(ac_str rest) {
    size_t end = 0;
    if (rest.len && rest.ptr[0] == '[')
        while (end < rest.len && rest.ptr[end] != ']')
            end++;
    while (end < rest.len && rest.ptr[end] != ':' && rest.ptr[end] != '/')
        end++;
    return ac_str_n(rest.ptr, end);
}

enum ac_rc ac_aws_check_address(const struct ac_aws *aws, const char *address, struct ac_err *err) {
    ac_str s = ac_str_of(address);
    bool is_plain = ac_str_starts(s, AC_STR("http://"));
    if (!is_plain && !ac_str_starts(s, AC_STR("https://")))
        return bad_address(address, "must begin with https:// (or http://)", err);
    ac_str rest = ac_str_skip(s, is_plain ? 7 : 8), host = host_of(rest);
    for (size_t i = 0; i < rest.len; i++)
        if ((unsigned char)rest.ptr[i] <= ' ' || strchr("@?#\\", rest.ptr[i]))
            return bad_address(address, "may hold a host, a port and a path, nothing else", err);
    if (!host.len)
        return bad_address(address, "has no host", err);
    if (is_plain && !ac_aws_allows_http(aws, host))
        return bad_address(address, "is plain http: use https, or name the host in `allow_http`",
                           err);
    return AC_OK;
}

static enum ac_rc find_address(struct ac_aws *aws, const struct service *s, const char **address,
                               struct ac_err *err) {
    *address = NULL;
    if (ac_aws_env_true(aws, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))
        return AC_OK;
    *address = ac_aws_env(aws, s->env);
    if (!*address)
        *address = ac_aws_env(aws, "AWS_ENDPOINT_URL");
    if (*address)
        return AC_OK;
    enum ac_rc rc = ac_aws_profiles(aws, err);
    if (rc != AC_OK)
        return rc;
    const struct ac_profiles *p = &aws->profiles;
    const char *ignores = ac_profile_get(p, aws->profile, "ignore_configured_endpoint_urls");
    if (ignores && ac_str_eq_nocase(ac_str_of(ignores), AC_STR("true")))
        return AC_OK;
    const char *named = ac_profile_get(p, aws->profile, "services");
    if (named)
        *address = ac_profile_service(p, named, s->settings, "endpoint_url");
    if (!*address)
        *address = ac_profile_get(p, aws->profile, "endpoint_url");
    return AC_OK;
}

enum ac_rc ac_aws_endpoint(struct ac_aws *aws, const char *service, const char *region,
                           struct ac_buf *out, bool *is_custom, struct ac_err *err) {
    const struct service *s = services;
    while (s < services + AC_N(services) && strcmp(s->name, service) != 0)
        s++;
    if (s == services + AC_N(services))
        return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "AWS", "the service %s is not known",
                          service);
    const char *address;
    enum ac_rc rc = find_address(aws, s, &address, err);
    if (rc != AC_OK)
        return rc;
    if (is_custom)
        *is_custom = address != NULL;
    bool good;
    if (address) {
        rc = ac_aws_check_address(aws, address, err);
        if (rc != AC_OK)
            return rc;
        ac_str text = ac_str_of(address);
        while (text.len && text.ptr[text.len - 1] == '/')
            text.len--;
        good = ac_buf_add_str(out, text);
    } else {
        good = ac_buf_printf(out, "https://%s.%s.%s", s->name, region, ac_aws_suffix(region));
    }
    return good ? AC_OK : ac_err_nomem(err, "an address");
}

// --- regions that answers named

const char *ac_aws_noted_region(const struct ac_aws *aws, const char *name) {
    for (size_t i = 0; i < AC_AWS_N_NOTED; i++)
        if (aws->noted[i].name && strcmp(aws->noted[i].name, name) == 0)
            return aws->noted[i].region;
    return NULL;
}

void ac_aws_note_region(struct ac_aws *aws, const char *name, const char *region) {
    struct ac_aws_noted *n = NULL;
    for (size_t i = 0; i < AC_AWS_N_NOTED && !n; i++)
        if (aws->noted[i].name && strcmp(aws->noted[i].name, name) == 0)
            n = &aws->noted[i];
    if (!n) {
        char *copy = strdup(name);
        if (!copy)
            return; // it is asked again
        n = &aws->noted[aws->n_noted++ % AC_AWS_N_NOTED];
        free(n->name);
        n->name = copy;
    }
    snprintf(n->region, sizeof n->region, "%s", region);
}
