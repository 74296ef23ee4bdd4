// SPDX-License-Identifier: MIT
// An org: its options judged, its session held.
#include "base/log.h"
#include "org/org_int.h"
#include <stdio.h>
#include <stdlib.h>

#define OLDEST_VERSION 53

const char *ac_org_flow_name(enum ac_flow flow) {
    switch (flow) {
    case AC_FLOW_NONE:
        return "none";
    case AC_FLOW_TOKEN:
        return "ready access token";
    case AC_FLOW_REFRESH:
        return "refresh token";
    case AC_FLOW_JWT:
        return "JWT bearer";
    case AC_FLOW_PASSWORD:
        return "user name and password";
    case AC_FLOW_CLIENT_CREDENTIALS:
        return "client credentials";
    }
    return "?";
}

static bool is_host_char(char c) {
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '.' || c == '-' ||
           c == '_';
}

// Cuts the host off *rest; brackets of an IPv6 address are left out of *host.
static bool cut_host(ac_str *rest, ac_str *host) {
    size_t n = 0;
    if (rest->len && rest->ptr[0] == '[') {
        ptrdiff_t end = ac_str_find(*rest, ']');
        if (end < 2)
            return false;
        *host = ac_str_n(rest->ptr + 1, (size_t)end - 1);
        for (size_t i = 0; i < host->len; i++)
            if (!strchr("0123456789abcdefABCDEF:.", host->ptr[i]))
                return false;
        *rest = ac_str_skip(*rest, (size_t)end + 1);
        return true;
    }
    while (n < rest->len && is_host_char(rest->ptr[n]))
        n++;
    *host = ac_str_n(rest->ptr, n);
    *rest = ac_str_skip(*rest, n);
    return n > 0;
}

bool ac_origin_parse(ac_str url, struct ac_origin *out) {
    *out = (struct ac_origin){.is_https = ac_str_starts(url, AC_STR("https://"))};
    if (!out->is_https && !ac_str_starts(url, AC_STR("http://")))
        return false;
    if (url.len > 300 || memchr(url.ptr, '\0', url.len))
        return false;
    if (url.ptr[url.len - 1] == '/')
        url.len--;
    out->text = url;
    ac_str rest = ac_str_skip(url, out->is_https ? 8 : 7);
    out->name = rest;
    if (!cut_host(&rest, &out->host))
        return false;
    out->is_loopback = ac_http_is_loopback(out->host);
    if (!rest.len)
        return true;
    uint64_t port;
    return rest.ptr[0] == ':' && rest.len <= 6 && rest.ptr[1] != '+' &&
           ac_str_u64(ac_str_skip(rest, 1), &port) && port > 0 && port < 65536;
}

static enum ac_rc config(struct ac_err *err, const char *code, const char *text) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, code, "%s", text);
}

static enum ac_rc judge_version(const char *version, struct ac_err *err) {
    ac_str rest = ac_str_of(version), whole = AC_STR_NULL;
    uint64_t major = 0, minor = 0;
    if (!version || strlen(version) > 8 || !ac_str_cut(&rest, '.', &whole) ||
        !ac_str_u64(whole, &major) || !ac_str_u64(rest, &minor) || strchr(version, '+'))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "API_VERSION",
                          "\"%s\" is no API version; write it like 62.0", version ? version : "");
    if (major < OLDEST_VERSION)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "API_VERSION",
                          "API version %s is too old for acload; the oldest is %d.0, 62.0 is usual",
                          version, OLDEST_VERSION);
    return AC_OK;
}

// What each flow cannot do without.
static enum ac_rc judge_flow(const struct ac_org_options *o, struct ac_err *err) {
    bool has_client = o->client_id && *o->client_id, has_user = o->username && *o->username;
    switch (o->flow) {
    case AC_FLOW_NONE:
        return config(err, "NO_ORG", "no way to log in to an org is configured");
    case AC_FLOW_TOKEN:
        if (o->token && *o->token)
            return AC_OK;
        return config(err, "FLOW", "the access token is empty");
    case AC_FLOW_REFRESH:
        if (o->refresh_token && *o->refresh_token && has_client)
            return AC_OK;
        return config(err, "FLOW", "a refresh token needs the consumer key of its app, too");
    case AC_FLOW_JWT:
        if (o->jwt_key_file && *o->jwt_key_file && has_client && has_user)
            return AC_OK;
        return config(err, "FLOW", "JWT bearer needs user name, consumer key and key file");
    case AC_FLOW_PASSWORD:
        if (has_user && has_client && o->password && *o->password)
            return AC_OK;
        return config(err, "FLOW", "the password flow needs user name, password and consumer key");
    case AC_FLOW_CLIENT_CREDENTIALS:
        if (has_client && o->client_secret && *o->client_secret)
            return AC_OK;
        return config(err, "FLOW", "client credentials need consumer key and secret");
    }
    return config(err, "FLOW", "an unknown way to log in is configured");
}

static enum ac_rc judge_host(const struct ac_org_options *o, struct ac_origin *origin,
                             struct ac_err *err) {
    const char *host = o->host ? o->host : "";
    if (!ac_origin_parse(ac_str_of(host), origin))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "HOST",
                          "\"%s\" is no host of an org; write it like "
                          "https://example.my.salesforce.com",
                          host);
    if (!origin->is_https && !origin->is_loopback)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "HOST",
                          "%s would send secrets unencrypted; the host must begin with https://",
                          host);
    bool is_shared = ac_str_eq_nocase(origin->host, AC_STR("login.salesforce.com")) ||
                     ac_str_eq_nocase(origin->host, AC_STR("test.salesforce.com"));
    if (is_shared && (o->flow == AC_FLOW_CLIENT_CREDENTIALS || o->flow == AC_FLOW_TOKEN))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "HOST",
                          "a login by %s does not work at %s; set SF_HOST to the org's own My "
                          "Domain URL, https://….my.salesforce.com",
                          ac_org_flow_name(o->flow), host);
    return AC_OK;
}

static void register_secrets(const struct ac_org_options *o) {
    const char *secrets[] = {o->token, o->client_secret, o->password, o->refresh_token};
    for (size_t i = 0; i < AC_N(secrets); i++)
        if (secrets[i])
            ac_log_secret(ac_str_of(secrets[i]));
}

enum ac_rc ac_org_new(struct ac_org **out, const struct ac_org_options *options, struct ac_net *net,
                      const struct ac_clock *clock, struct ac_err *err) {
    struct ac_origin origin = {0};
    *out = NULL;
    enum ac_rc rc = judge_flow(options, err);
    if (rc == AC_OK)
        rc = judge_host(options, &origin, err);
    if (rc == AC_OK)
        rc = judge_version(options->version, err);
    if (rc != AC_OK)
        return rc;
    register_secrets(options);
    struct ac_org *org = calloc(1, sizeof *org);
    if (!org)
        return ac_err_nomem(err, "the org");
    *org = (struct ac_org){
        .options = options, .net = net, .clock = clock, .failure = {AC_OUT_RETRY, -1}};
    org->login.lock_fd = -1;
    org->usage.used = org->usage.max = -1;
    org->login_host = ac_private_copy(origin.text);
    if (!org->login_host) {
        ac_org_free(org);
        return ac_err_nomem(err, "the org");
    }
    *out = org;
    return AC_OK;
}

// Where may a token that login_host handed out be sent to?
static enum ac_rc judge_instance(const struct ac_org *org, ac_str instance, struct ac_origin *to,
                                 struct ac_err *err) {
    struct ac_origin login;
    bool is_origin = ac_origin_parse(instance, to);
    bool is_local = ac_origin_parse(ac_str_of(org->login_host), &login) && login.is_loopback;
    if (is_origin && (to->is_https || (to->is_loopback && is_local)))
        return AC_OK;
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "INSTANCE_URL",
                      "%s named \"%.*s\" as the org's instance, which is no https:// address; the "
                      "token was not used",
                      org->login_host, (int)(instance.len > 200 ? 200 : instance.len),
                      instance.ptr ? instance.ptr : "");
}

static bool is_token(ac_str token) {
    if (!token.len || token.len > AC_ORG_MAX_TOKEN)
        return false;
    for (size_t i = 0; i < token.len; i++) // it becomes part of a header
        if ((unsigned char)token.ptr[i] <= ' ' || (unsigned char)token.ptr[i] >= 0x7F)
            return false;
    return true;
}

// The first time only: others hold on to both texts.
static bool set_instance(struct ac_org *org, const struct ac_origin *to) {
    if (org->instance)
        return true;
    org->name = ac_private_copy(to->name);
    org->instance = org->name ? ac_private_copy(to->text) : NULL;
    if (!org->instance)
        ac_private_wipe(&org->name);
    return org->instance != NULL;
}

enum ac_rc ac_org_session_set(struct ac_org *org, ac_str token, ac_str instance,
                              struct ac_err *err) {
    struct ac_origin to;
    enum ac_rc rc = judge_instance(org, instance, &to, err);
    if (rc != AC_OK)
        return rc;
    if (!is_token(token))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "BAD_TOKEN",
                          "the access token for %.*s is no token (%zu bytes)", AC_STR_ARG(to.text),
                          token.len);
    ac_log_secret(token);
    if (!set_instance(org, &to))
        return ac_err_nomem(err, "a session");
    if (!ac_str_eq_nocase(ac_str_of(org->instance), to.text))
        return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "INSTANCE_CHANGED",
                          "the org has moved from %s to %.*s; run again", org->instance,
                          AC_STR_ARG(to.text));
    char *copy = ac_private_copy(token);
    if (!copy)
        return ac_err_nomem(err, "a session");
    ac_private_wipe(&org->token);
    org->token = copy;
    org->generation++;
    org->is_refused = false;
    return AC_OK;
}

const char *ac_org_instance(const struct ac_org *org) { return org->instance ? org->instance : ""; }

const char *ac_org_name(const struct ac_org *org) { return org->name ? org->name : ""; }

struct ac_org_usage ac_org_usage(const struct ac_org *org) {
    return org->usage;
}

struct ac_org_failure ac_org_failure(const struct ac_org *org) {
    return org->failure;
}

bool ac_org_is_latched(const struct ac_org *org) { return org->latched.rc != AC_OK; }
