// SPDX-License-Identifier: MIT
// The OAuth endpoints: logins, their end, who one is.
#include "base64.h"
#include "jwt.h"
#include "routes.h"
#include "times.h"
#include "url.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define JWT_GRANT "urn:ietf:params:oauth:grant-type:jwt-bearer"

struct login { // what a token request says, wherever it says it
    struct sb_req *req;
    struct sb_pairs form;
    const char *grant, *client_id, *client_secret;
};

static void oauth_error(struct sb_req *req, const char *error, const char *description) {
    struct sb_json j = sb_req_answer(req, 400);
    sb_json_open(&j, '{');
    sb_json_put_str(&j, "error", error);
    sb_json_put_str(&j, "error_description", description);
    sb_json_close(&j, '}');
    sb_req_add_header(req, "Cache-Control", "no-cache, no-store");
}

static const char *field(const struct login *l, const char *name) {
    for (size_t i = 0; i < l->form.n; i++)
        if (strcmp(l->form.at[i].name, name) == 0)
            return l->form.at[i].value;
    return sb_req_param(l->req, name);
}

// Authorization: Basic with id and secret counts as much as the form.
static bool read_basic(struct login *l) {
    const char *header = sb_req_header(l->req, "Authorization");
    if (!header || strncasecmp(header, "Basic ", 6) != 0)
        return true;
    header += 6 + strspn(header + 6, " ");
    size_t len = strlen(header), n = 0;
    char *text = sb_arena_get(&l->req->arena, len / 4 * 3 + 4);
    if (!text || !sb_base64_read(header, len, text, &n))
        return false;
    text[n] = '\0';
    char *colon = strchr(text, ':');
    if (!colon)
        return false;
    *colon = '\0';
    l->client_id = text;
    l->client_secret = colon + 1;
    return true;
}

static bool is_off(const struct sb_options *o, const char *flow) {
    for (size_t i = 0; i < o->no_flow.n; i++)
        if (strcmp(o->no_flow.v[i], flow) == 0)
            return true;
    return false;
}

static const char *instance(const struct sb_app *app) {
    return app->options.instance_url ? app->options.instance_url : app->base_url;
}

static void answer(struct login *l, const char *refresh, bool scoped) {
    struct sb_app *app = l->req->app;
    char token[SB_TOKEN_SIZE], id[256], issued[32], text[300], signature[48];
    sb_auth_session(app->auth, token);
    snprintf(id, sizeof id, "%s/id/%s/%s", app->base_url, app->org_id, app->user_id);
    snprintf(issued, sizeof issued, "%" PRId64, sb_counters_now(app->tally));
    snprintf(text, sizeof text, "%s%s", id, issued);
    sb_jwt_hmac(app->options.client_secret, text, signature);
    struct sb_json j = sb_req_answer(l->req, 200);
    sb_json_open(&j, '{');
    sb_json_put_str(&j, "access_token", token);
    if (refresh && refresh[0])
        sb_json_put_str(&j, "refresh_token", refresh);
    sb_json_put_str(&j, "signature", signature);
    if (scoped)
        sb_json_put_str(&j, "scope", "api id");
    sb_json_put_str(&j, "instance_url", instance(app));
    sb_json_put_str(&j, "id", id);
    sb_json_put_str(&j, "token_type", "Bearer");
    sb_json_put_str(&j, "issued_at", issued);
    sb_json_close(&j, '}');
    sb_req_add_header(l->req, "Cache-Control", "no-cache, no-store");
}

// The app must be ours; its secret is checked when it was given or is needed.
static bool check_client(struct login *l, bool needs_secret) {
    const struct sb_options *o = &l->req->app->options;
    if (!l->client_id || strcmp(l->client_id, o->client_id) != 0) {
        oauth_error(l->req, "invalid_client_id", "client identifier invalid");
        return false;
    }
    if (l->client_secret ? strcmp(l->client_secret, o->client_secret) != 0 : needs_secret) {
        oauth_error(l->req, "invalid_client", "invalid client credentials");
        return false;
    }
    return true;
}

static void by_password(struct login *l) {
    const struct sb_options *o = &l->req->app->options;
    const char *username = field(l, "username"), *password = field(l, "password");
    size_t len = strlen(o->password);
    if (!check_client(l, true))
        return;
    if (!username || !password || strcasecmp(username, o->username) != 0 ||
        strncmp(password, o->password, len) != 0 ||
        strcmp(password + len, o->security_token) != 0) {
        oauth_error(l->req, "invalid_grant", "authentication failure");
        return;
    }
    answer(l, NULL, false);
}

static void by_client(struct login *l) {
    const char *host = sb_req_header(l->req, "Host");
    bool shared = l->req->app->options.shared_host ||
                  (host && (strncasecmp(host, "login.salesforce.com", 20) == 0 ||
                            strncasecmp(host, "test.salesforce.com", 19) == 0));
    if (shared)
        oauth_error(l->req, "invalid_grant", "request not supported on this domain");
    else if (check_client(l, true))
        answer(l, NULL, true);
}

static void by_refresh(struct login *l) {
    const char *token = field(l, "refresh_token");
    char fresh[SB_TOKEN_SIZE];
    if (!check_client(l, false))
        return;
    if (!token || !sb_auth_refresh(l->req->app->auth, token, fresh))
        oauth_error(l->req, "invalid_grant", "expired access/refresh token");
    else
        answer(l, fresh, true);
}

static void by_jwt(struct login *l) {
    const struct sb_app *app = l->req->app;
    const char *assertion = field(l, "assertion");
    struct sb_jwt_rules rules = {
        .cert_file = app->options.jwt_cert,
        .client_id = app->options.client_id,
        .username = app->options.username,
        .audiences = {"https://login.salesforce.com", "https://test.salesforce.com", app->base_url},
        .now_ms = sb_time_now_ms(),
    };
    const char *why =
        assertion ? sb_jwt_check(assertion, strlen(assertion), &rules) : "invalid assertion";
    if (!why)
        answer(l, NULL, true);
    else
        oauth_error(l->req, strncmp(why, "client", 6) == 0 ? "invalid_client_id" : "invalid_grant",
                    why);
}

void sb_token(struct sb_req *req) {
    struct login l = {.req = req};
    if (!sb_url_params(&req->arena, req->body.at ? req->body.at : "", req->body.len, &l.form)) {
        oauth_error(req, "invalid_request", "no memory");
        return;
    }
    l.grant = field(&l, "grant_type");
    l.client_id = field(&l, "client_id");
    l.client_secret = field(&l, "client_secret");
    if (!read_basic(&l)) {
        oauth_error(req, "invalid_client", "invalid client credentials");
        return;
    }
    static const struct {
        const char *grant, *flow;
        void (*login)(struct login *l);
    } flows[] = {
        {"password", "password", by_password},
        {"client_credentials", "client_credentials", by_client},
        {"refresh_token", "refresh_token", by_refresh},
        {JWT_GRANT, "jwt-bearer", by_jwt},
    };
    for (size_t i = 0; l.grant && i < sizeof flows / sizeof flows[0]; i++) {
        if (strcmp(l.grant, flows[i].grant) == 0 && !is_off(&req->app->options, flows[i].flow)) {
            flows[i].login(&l);
            return;
        }
    }
    oauth_error(req, "unsupported_grant_type", "grant type not supported");
}

void sb_revoke(struct sb_req *req) {
    struct login l = {.req = req};
    if (!sb_url_params(&req->arena, req->body.at ? req->body.at : "", req->body.len, &l.form)) {
        oauth_error(req, "invalid_request", "no memory");
        return;
    }
    const char *token = field(&l, "token");
    if (token && sb_auth_revoke(req->app->auth, token))
        sb_req_answer(req, 200);
    else
        oauth_error(req, "invalid_token", "invalid token");
}

static void put_urls(struct sb_req *req, struct sb_json *j) {
    const char *base = instance(req->app);
    static const char *const urls[][2] = {
        {"rest", "/services/data/v{version}/"},
        {"sobjects", "/services/data/v{version}/sobjects/"},
        {"search", "/services/data/v{version}/search/"},
        {"query", "/services/data/v{version}/query/"},
        {"partner", "/services/Soap/u/{version}/"},
        {"tooling_rest", "/services/data/v{version}/tooling/"},
    };
    sb_json_key(j, "urls");
    sb_json_open(j, '{');
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++)
        sb_json_put_str(j, urls[i][0], sb_arena_format(&req->arena, "%s%s", base, urls[i][1]));
    sb_json_close(j, '}');
}

static void who(struct sb_req *req) {
    const struct sb_app *app = req->app;
    struct sb_json j = sb_req_answer(req, 200);
    const char *id =
        sb_arena_format(&req->arena, "%s/id/%s/%s", app->base_url, app->org_id, app->user_id);
    sb_json_open(&j, '{');
    sb_json_put_str(&j, "sub", id);
    sb_json_put_str(&j, "id", id);
    sb_json_put_str(&j, "user_id", app->user_id);
    sb_json_put_str(&j, "organization_id", app->org_id);
    sb_json_put_str(&j, "username", app->options.username);
    sb_json_put_str(&j, "preferred_username", app->options.username);
    sb_json_put_str(&j, "nick_name", "integration");
    sb_json_put_str(&j, "name", "Integration User");
    sb_json_put_str(&j, "display_name", "Integration User");
    sb_json_put_str(&j, "email", app->options.username);
    sb_json_put_bool(&j, "email_verified", true);
    sb_json_put_bool(&j, "active", true);
    sb_json_put_str(&j, "user_type", "STANDARD");
    sb_json_put_str(&j, "language", "en_US");
    sb_json_put_str(&j, "locale", "en_GB");
    sb_json_put_bool(&j, "is_app_installed", true);
    put_urls(req, &j);
    sb_json_close(&j, '}');
}

void sb_userinfo(struct sb_req *req) { who(req); }

void sb_identity(struct sb_req *req) {
    if (strcmp(req->part[0], req->app->org_id) != 0 || strcmp(req->part[1], req->app->user_id) != 0)
        sb_req_not_found(req);
    else
        who(req);
}
