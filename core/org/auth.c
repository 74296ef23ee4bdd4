// SPDX-License-Identifier: MIT
// Logging in: one request to the token endpoint, by one of four flows.
#include "base/json_memory.h"
#include "org/json.h"
#include "org/org_int.h"
#include <unistd.h>

#define TOKEN_PATH "/services/oauth2/token"
#define JWT_GRANT "urn:ietf:params:oauth:grant-type:jwt-bearer"
#define MAX_REPLY_BYTES 65536u

void ac_auth_reset(struct ac_login *login) {
    ac_private_wipe_buf(&login->form);
    ac_buf_free(&login->url);
    if (login->lock_fd >= 0)
        close(login->lock_fd);
    login->lock_fd = -1;
    login->is_in_flight = false;
}

// --- the request

// Nothing for NULL: an app may have no secret.
static bool add_field(struct ac_buf *form, const char *name, const char *value) {
    if (!value || !*value)
        return true;
    return ac_buf_printf(form, "%s%s=", form->len ? "&" : "", name) &&
           ac_buf_add_url(form, ac_str_of(value));
}

static bool add_client(struct ac_buf *form, const struct ac_org_options *o) {
    return add_field(form, "client_id", o->client_id) &&
           add_field(form, "client_secret", o->client_secret);
}

static enum ac_rc add_jwt(struct ac_org *org, struct ac_buf *form, struct ac_err *err) {
    bool is_good =
        add_field(form, "grant_type", JWT_GRANT) && ac_buf_add_str(form, AC_STR("&assertion="));
    return is_good ? ac_jwt_add(form, org, err) : ac_err_nomem(err, "a login");
}

static enum ac_rc add_refresh(struct ac_org *org, struct ac_buf *form, struct ac_err *err) {
    enum ac_rc rc = ac_refresh_open(org, err);
    if (rc != AC_OK)
        return rc;
    bool is_good = add_field(form, "grant_type", "refresh_token") &&
                   add_field(form, "refresh_token", org->refresh_token) &&
                   add_client(form, org->options);
    return is_good ? AC_OK : ac_err_nomem(err, "a login");
}

static enum ac_rc fill_form(struct ac_org *org, struct ac_buf *form, struct ac_err *err) {
    const struct ac_org_options *o = org->options;
    bool is_good = false;
    switch (o->flow) {
    case AC_FLOW_NONE:
    case AC_FLOW_TOKEN:
        break;
    case AC_FLOW_REFRESH:
        return add_refresh(org, form, err);
    case AC_FLOW_JWT:
        return add_jwt(org, form, err);
    case AC_FLOW_PASSWORD:
        is_good = add_field(form, "grant_type", "password") && add_client(form, o) &&
                  add_field(form, "username", o->username) &&
                  add_field(form, "password", o->password);
        break;
    case AC_FLOW_CLIENT_CREDENTIALS:
        is_good = add_field(form, "grant_type", "client_credentials") && add_client(form, o);
        break;
    }
    return is_good ? AC_OK : ac_err_nomem(err, "a login");
}

// --- the reply

static enum ac_rc refused(struct ac_org *org, enum ac_rc rc, enum ac_cause cause,
                          const struct ac_reply_error *e, struct ac_err *err) {
    const char *hint = ac_reply_hint(e->code, e->message);
    return ac_err_set(err, rc, cause, *e->code ? e->code : "LOGIN",
                      "login by %s at %s failed: %s%s%s%s%s", ac_org_flow_name(org->options->flow),
                      org->login_host, e->code, *e->code ? ": " : "", e->message, hint ? "; " : "",
                      hint ? hint : "");
}

// What an answer other than a token means.
static enum ac_rc judge_refusal(struct ac_org *org, const struct ac_http_reply *reply,
                                struct ac_err *err) {
    struct ac_reply_error e;
    ac_rest_explain(reply, &e);
    enum ac_outcome outcome = ac_reply_classify(reply->end, reply->status, e.code, e.message);
    org->failure = (struct ac_org_failure){outcome, org->login.retry_after_ms};
    switch (outcome) {
    case AC_OUT_OK: // 200, and no token in it
    case AC_OUT_CREATED:
    case AC_OUT_UPDATED:
    case AC_OUT_UNCHANGED:
    case AC_OUT_RETRY:
    case AC_OUT_RETRY_FEW:
    case AC_OUT_SLOW_DOWN:
    case AC_OUT_LOCKED:
    case AC_OUT_UNKNOWN:
        return refused(org, AC_AGAIN, AC_CAUSE_STOP, &e, err);
    case AC_OUT_STOP:
        return refused(org, AC_RUN, AC_CAUSE_STOP, &e, err);
    case AC_OUT_SESSION:
    case AC_OUT_WHOLE:
    case AC_OUT_INNOCENT:
    case AC_OUT_REFUSED:
    case AC_OUT_CONFIG:
        break;
    }
    return refused(org, AC_RUN, AC_CAUSE_CONFIG, &e, err);
}

static enum ac_rc take_tokens(struct ac_org *org, const json_t *reply, struct ac_err *err) {
    ac_str refresh = ac_json_text(reply, "refresh_token");
    enum ac_rc rc = AC_OK;
    if (org->options->flow == AC_FLOW_REFRESH && refresh.len)
        rc = ac_refresh_keep(org, refresh, err); // first: the one it replaces is dead by now
    if (rc == AC_OK)
        rc = ac_org_session_set(org, ac_json_text(reply, "access_token"),
                                ac_json_text(reply, "instance_url"), err);
    if (rc == AC_OK)
        ac_session_save(org);
    else
        ac_session_forget(org); // what is kept cannot be better
    return rc;
}

static void on_reply(void *arg, const struct ac_http_reply *reply) {
    struct ac_org *org = arg;
    struct ac_login *login = &org->login;
    enum ac_rc rc;
    bool is_answer = reply->end == AC_HTTP_DONE && reply->status == 200;
    if (ac_org_was_sent(reply->end))
        org->usage.n_logins++;
    ac_err_clear(&login->err);
    login->retry_after_ms =
        ac_reply_retry_after(reply->retry_after, org->clock->now_ms(org->clock->self));
    AC_CLEANUP(ac_json_secret_free)
    json_t *tree = is_answer ? ac_json_load_secret(ac_buf_str(&reply->body), 200) : NULL;
    if (json_is_object(tree) && json_object_get(tree, "access_token"))
        rc = take_tokens(org, tree, &login->err);
    else if (is_answer)
        rc = ac_err_set(&login->err, AC_AGAIN, AC_CAUSE_STOP, "LOGIN",
                        "login by %s: %s answered, but with no token; is it the host of an org?",
                        ac_org_flow_name(org->options->flow), org->login_host);
    else
        rc = judge_refusal(org, reply, &login->err);
    login->has_failed = rc != AC_OK;
    if (rc == AC_RUN && login->err.cause == AC_CAUSE_CONFIG)
        org->latched = login->err;
    ac_auth_reset(login);
}

static enum ac_rc start(struct ac_org *org, struct ac_err *err) {
    struct ac_login *login = &org->login;
    ac_buf_init(&login->url, 1024);
    if (!ac_private_buf(&login->form))
        return ac_err_nomem(err, "a login");
    enum ac_rc rc = fill_form(org, &login->form, err);
    if (rc != AC_OK)
        return rc;
    bool is_good = ac_buf_printf(&login->url, "%s" TOKEN_PATH, org->login_host);
    const char *url = is_good ? ac_buf_text(&login->url) : NULL;
    if (!url)
        return ac_err_nomem(err, "a login");
    login->headers[0] = "Content-Type: application/x-www-form-urlencoded";
    login->headers[1] = "Accept: application/json";
    login->headers[2] = NULL;
    struct ac_http_call call = {.method = "POST",
                                .url = url,
                                .headers = login->headers,
                                .body = ac_buf_str(&login->form),
                                .body_bytes = login->form.len,
                                .done = on_reply,
                                .arg = org,
                                .timeout_ms = org->options->timeout_ms,
                                .max_reply_bytes = MAX_REPLY_BYTES};
    login->has_failed = false;
    login->is_in_flight = true;
    return org->net->start(org->net->self, &call, err);
}

// A token somebody else made cannot be renewed here.
static enum ac_rc use_ready_token(struct ac_org *org, struct ac_err *err) {
    if (!org->token)
        return ac_org_session_set(org, ac_str_of(org->options->token), ac_str_of(org->login_host),
                                  err);
    return ac_err_set(
        err, AC_RUN, AC_CAUSE_CONFIG, "INVALID_SESSION_ID",
        "%s does not accept the access token any more: it has expired or was revoked; "
        "get a new SF_ACCESS_TOKEN, or let acload log in by itself",
        org->instance);
}

enum ac_rc ac_auth_begin(struct ac_org *org, struct ac_err *err) {
    if (org->latched.rc != AC_OK) {
        *err = org->latched;
        return err->rc;
    }
    bool is_ready = org->options->flow == AC_FLOW_TOKEN;
    enum ac_rc rc = is_ready ? use_ready_token(org, err) : start(org, err);
    if (rc == AC_OK)
        return AC_OK;
    if (err->cause == AC_CAUSE_CONFIG)
        org->latched = *err;
    ac_auth_reset(&org->login);
    return rc;
}
