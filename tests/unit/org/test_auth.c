// SPDX-License-Identifier: MIT
// Logging in: what each flow sends, what the token endpoint may answer.
#include "base/log.h"
#include "org/org_kit.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static struct org_kit kit;

static void setup(void) { org_kit_setup(&kit); }
static void teardown(void) { org_kit_teardown(&kit); }

static const struct net_request *login_asked(size_t i) {
    return net_asked(&kit.net, "POST", ORG_KIT_LOGIN, i);
}

// --- options -------------------------------------------------------------------------------------

#define BASE                                                                                       \
    .client_id = "the-app", .client_secret = "s", .username = "u", .password = "p", .token = "t",  \
    .refresh_token = "r", .jwt_key_file = "k"
#define OK_HOST .host = ORG_KIT_HOST, .version = "62.0"

static const struct {
    struct ac_org_options options;
    const char *code, *word; // of the error; NULL: it is fine
} judged[] = {
    {{.flow = AC_FLOW_CLIENT_CREDENTIALS, BASE, OK_HOST}, NULL, NULL},
    {{.flow = AC_FLOW_PASSWORD, BASE, OK_HOST}, NULL, NULL},
    {{.flow = AC_FLOW_JWT, BASE, OK_HOST}, NULL, NULL},
    {{.flow = AC_FLOW_REFRESH, BASE, OK_HOST}, NULL, NULL},
    {{.flow = AC_FLOW_TOKEN, BASE, OK_HOST}, NULL, NULL},
    {{.flow = AC_FLOW_NONE, BASE, OK_HOST}, "NO_ORG", "configured"},
    {{.flow = AC_FLOW_TOKEN, OK_HOST}, "FLOW", "empty"},
    {{.flow = AC_FLOW_TOKEN, .token = "", OK_HOST}, "FLOW", "empty"},
    {{.flow = AC_FLOW_REFRESH, .refresh_token = "r", OK_HOST}, "FLOW", "consumer key"},
    {{.flow = AC_FLOW_REFRESH, .client_id = "a", OK_HOST}, "FLOW", "refresh token"},
    {{.flow = AC_FLOW_JWT, .client_id = "a", .username = "u", OK_HOST}, "FLOW", "key file"},
    {{.flow = AC_FLOW_JWT, .client_id = "a", .jwt_key_file = "k", OK_HOST}, "FLOW", "user name"},
    {{.flow = AC_FLOW_PASSWORD, .username = "u", .password = "p", OK_HOST}, "FLOW", "key"},
    {{.flow = AC_FLOW_PASSWORD, .username = "u", .client_id = "a", OK_HOST}, "FLOW", "password"},
    {{.flow = AC_FLOW_CLIENT_CREDENTIALS, .client_id = "a", OK_HOST}, "FLOW", "secret"},
    {{.flow = AC_FLOW_CLIENT_CREDENTIALS, .client_secret = "a", OK_HOST}, "FLOW", "key"},
    // hosts
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "https://login.salesforce.com", .version = "62.0"},
     NULL,
     NULL},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "http://127.0.0.1:8080", .version = "62.0"},
     NULL,
     NULL},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "http://localhost", .version = "62.0"}, NULL, NULL},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "http://[::1]:8080", .version = "62.0"}, NULL, NULL},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "https://x.my.salesforce.com/", .version = "62.0"},
     NULL,
     NULL},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "http://x.my.salesforce.com", .version = "62.0"},
     "HOST",
     "https://"},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "http://localhost.evil.com", .version = "62.0"},
     "HOST",
     "https://"},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = NULL, .version = "62.0"}, "HOST", "my.salesforce"},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "", .version = "62.0"}, "HOST", "my.salesforce"},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "x.my.salesforce.com", .version = "62.0"},
     "HOST",
     "my.salesforce"},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "ftp://x.my.salesforce.com", .version = "62.0"},
     "HOST",
     "my.salesforce"},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "https://", .version = "62.0"}, "HOST", "my.sales"},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "https://x/y", .version = "62.0"}, "HOST", "my.sal"},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "https://x?y", .version = "62.0"}, "HOST", "my.sal"},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "https://u@x", .version = "62.0"}, "HOST", "my.sal"},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "https://x:0", .version = "62.0"}, "HOST", "my.sal"},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "https://x:+80", .version = "62.0"}, "HOST", "my."},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "https://x:65536", .version = "62.0"}, "HOST", "my"},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "https://x y", .version = "62.0"}, "HOST", "my.sal"},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "https://x\r\ny", .version = "62.0"}, "HOST", "my."},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "https://[::1", .version = "62.0"}, "HOST", "my."},
    {{.flow = AC_FLOW_PASSWORD, BASE, .host = "https://[x]", .version = "62.0"}, "HOST", "my."},
    {{.flow = AC_FLOW_CLIENT_CREDENTIALS,
      BASE,
      .host = "https://login.salesforce.com",
      .version = "62.0"},
     "HOST",
     "My Domain"},
    {{.flow = AC_FLOW_CLIENT_CREDENTIALS,
      BASE,
      .host = "https://TEST.salesforce.com",
      .version = "62.0"},
     "HOST",
     "My Domain"},
    {{.flow = AC_FLOW_TOKEN, BASE, .host = "https://login.salesforce.com", .version = "62.0"},
     "HOST",
     "My Domain"},
    // versions
    {{.flow = AC_FLOW_TOKEN, BASE, .host = ORG_KIT_HOST, .version = "53.0"}, NULL, NULL},
    {{.flow = AC_FLOW_TOKEN, BASE, .host = ORG_KIT_HOST, .version = "52.0"}, "API_VERSION", "53.0"},
    {{.flow = AC_FLOW_TOKEN, BASE, .host = ORG_KIT_HOST, .version = "62"}, "API_VERSION", "62.0"},
    {{.flow = AC_FLOW_TOKEN, BASE, .host = ORG_KIT_HOST, .version = "v62.0"}, "API_VERSION", "62"},
    {{.flow = AC_FLOW_TOKEN, BASE, .host = ORG_KIT_HOST, .version = "62.0/x"}, "API_VERSION", "62"},
    {{.flow = AC_FLOW_TOKEN, BASE, .host = ORG_KIT_HOST, .version = "+62.0"}, "API_VERSION", "62"},
    {{.flow = AC_FLOW_TOKEN, BASE, .host = ORG_KIT_HOST, .version = NULL}, "API_VERSION", "62.0"},
};

START_TEST(options_are_judged_before_anything_is_sent) {
    kit.options = judged[_i].options;
    enum ac_rc rc = ac_org_new(&kit.org, &kit.options, &kit.net.net, &kit.clock.clock, &kit.err);
    const char *code = judged[_i].code, *word = judged[_i].word;
    ck_assert_msg(rc == (code ? AC_RUN : AC_OK), "%s", kit.err.text);
    ck_assert_int_eq(kit.err.cause, code ? AC_CAUSE_CONFIG : AC_CAUSE_NONE);
    ck_assert_str_eq(kit.err.code, code ? code : "");
    ck_assert_msg(!word || strstr(kit.err.text, word), "%s", kit.err.text);
    ck_assert_int_eq(kit.org != NULL, code == NULL);
    ck_assert_uint_eq(kit.net.n_requests, 0);
}
END_TEST

// --- requests ------------------------------------------------------------------------------------

static const struct {
    struct ac_org_options options;
    const char *form;
} flows[] = {
    {{.flow = AC_FLOW_PASSWORD,
      .client_id = "3MVG9.app_id",
      .client_secret = "0123456789",
      .username = "integration+load@example.com",
      .password = "p&ss wörd/=?TOKEN"},
     "grant_type=password&client_id=3MVG9.app_id&client_secret=0123456789&"
     "username=integration%2Bload%40example.com&password=p%26ss%20w%C3%B6rd%2F%3D%3FTOKEN"},
    {{.flow = AC_FLOW_PASSWORD, .client_id = "app", .username = "u", .password = "pw"},
     "grant_type=password&client_id=app&username=u&password=pw"},
    {{.flow = AC_FLOW_CLIENT_CREDENTIALS, .client_id = "app", .client_secret = "a+b"},
     "grant_type=client_credentials&client_id=app&client_secret=a%2Bb"},
    {{.flow = AC_FLOW_REFRESH,
      .client_id = "app",
      .client_secret = "secret",
      .refresh_token = "5Aep861.x=="},
     "grant_type=refresh_token&refresh_token=5Aep861.x%3D%3D&client_id=app&client_secret=secret"},
    {{.flow = AC_FLOW_REFRESH, .client_id = "app", .refresh_token = "5Aep861"},
     "grant_type=refresh_token&refresh_token=5Aep861&client_id=app"},
};

static void log_in_by(const struct ac_org_options *options) {
    kit.options = *options;
    kit.options.host = ORG_KIT_HOST;
    kit.options.version = "62.0";
    org_kit_login(&kit);
}

START_TEST(a_flow_sends_exactly_its_fields) {
    log_in_by(&flows[_i].options);
    ck_assert_uint_eq(kit.net.n_requests, 1);
    ck_assert_str_eq(login_asked(0)->body, flows[_i].form);
}
END_TEST

START_TEST(secrets_go_in_the_form_and_never_in_the_address) {
    log_in_by(&flows[_i].options);
    ck_assert_str_eq(login_asked(0)->url, ORG_KIT_HOST "/services/oauth2/token");
    ck_assert_str_eq(login_asked(0)->headers, "Content-Type: application/x-www-form-urlencoded\n"
                                              "Accept: application/json\n");
}
END_TEST

START_TEST(a_ready_token_needs_no_login) {
    kit.options.flow = AC_FLOW_TOKEN;
    kit.options.token = "READY!token";
    org_kit_open(&kit);
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_OK);
    ck_assert_str_eq(ac_org_instance(kit.org), ORG_KIT_HOST);
    ck_assert_uint_eq(kit.net.n_requests, 0);
    net_say(&kit.net, "GET", "*/limits", 200, "{}");
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_str_eq(net_header(net_asked(&kit.net, "GET", "*", 0), "Authorization"),
                     "Bearer READY!token");
}
END_TEST

START_TEST(a_ready_token_that_expired_cannot_be_renewed) {
    kit.options.flow = AC_FLOW_TOKEN;
    kit.options.token = "READY!token";
    org_kit_open(&kit);
    net_say(&kit.net, "GET", "*/limits", 401, ORG_KIT_EXPIRED);
    org_kit_get(&kit, 0, "/limits");
    org_kit_pump(&kit);
    ck_assert_int_eq(kit.replies[0].outcome, AC_OUT_CONFIG);
    ck_assert_ptr_nonnull(strstr(kit.replies[0].error.message, "SF_ACCESS_TOKEN"));
    ck_assert_uint_eq(kit.net.n_requests, 1);
}
END_TEST

static const char *const bad_tokens[] = {"with blank", "with\nline", "with\x7F", "\xC3\xA4"};

START_TEST(a_ready_token_that_would_break_its_header_is_refused) {
    kit.options.flow = AC_FLOW_TOKEN;
    kit.options.token = bad_tokens[_i];
    org_kit_open(&kit);
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_RUN);
    ck_assert_str_eq(kit.err.code, "BAD_TOKEN");
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_CONFIG);
}
END_TEST

// --- answers -------------------------------------------------------------------------------------

START_TEST(a_login_tells_where_the_org_is) {
    org_kit_login(&kit);
    ck_assert_str_eq(ac_org_instance(kit.org), "https://shop.my.salesforce.com");
    ck_assert_str_eq(ac_org_name(kit.org), "shop.my.salesforce.com");
    ck_assert_uint_eq(ac_org_usage(kit.org).n_logins, 1);
    ck_assert_uint_eq(ac_org_usage(kit.org).n_calls, 0);
}
END_TEST

START_TEST(a_second_login_costs_nothing) {
    org_kit_login(&kit);
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_OK);
    ck_assert_uint_eq(kit.net.n_requests, 1);
}
END_TEST

static const struct {
    int status;
    const char *body;
    enum ac_rc rc;
    enum ac_cause cause;
    const char *code, *word;
} refusals[] = {
    {400, "{\"error\":\"invalid_grant\",\"error_description\":\"authentication failure\"}", AC_RUN,
     AC_CAUSE_CONFIG, "invalid_grant", "AccessToken"},
    {400,
     "{\"error\":\"invalid_grant\","
     "\"error_description\":\"request not supported on this domain\"}",
     AC_RUN, AC_CAUSE_CONFIG, "invalid_grant", "My Domain"},
    {400, "{\"error\":\"invalid_client_id\",\"error_description\":\"client identifier invalid\"}",
     AC_RUN, AC_CAUSE_CONFIG, "invalid_client_id", "SF_CONSUMER_KEY"},
    {401, "{\"error\":\"invalid_client\",\"error_description\":\"invalid client credentials\"}",
     AC_RUN, AC_CAUSE_CONFIG, "invalid_client", "SF_CONSUMER_SECRET"},
    {400, "{\"error\":\"unsupported_grant_type\"}", AC_RUN, AC_CAUSE_CONFIG,
     "unsupported_grant_type", "External Client App"},
    {400, "{\"error\":\"rate_limit_exceeded\"}", AC_AGAIN, AC_CAUSE_STOP, "rate_limit_exceeded",
     "client credentials"},
    {403,
     "[{\"errorCode\":\"REQUEST_LIMIT_EXCEEDED\",\"message\":\"TotalRequests Limit exceeded.\"}]",
     AC_RUN, AC_CAUSE_STOP, "REQUEST_LIMIT_EXCEEDED", "24 hours"},
    {403,
     "[{\"errorCode\":\"REQUEST_LIMIT_EXCEEDED\",\"message\":\"ConcurrentRequests Limit "
     "exceeded.\"}]",
     AC_AGAIN, AC_CAUSE_STOP, "REQUEST_LIMIT_EXCEEDED", "at once"},
    {400, "{\"error\":\"never_heard_of\",\"error_description\":\"x\"}", AC_RUN, AC_CAUSE_CONFIG,
     "never_heard_of", "never_heard_of: x"},
    {403, "<html>no</html>", AC_RUN, AC_CAUSE_CONFIG, "LOGIN", "no"},
    {404, "<html><h1>Not found</h1></html>", AC_RUN, AC_CAUSE_CONFIG, "LOGIN", "Not found"},
    {302, "<html>to https://evil.example</html>", AC_RUN, AC_CAUSE_CONFIG, "REDIRECT",
     "302); redirects are not followed"},
    {420, "<html>edge</html>", AC_AGAIN, AC_CAUSE_STOP, "LOGIN", "edge"},
    {429, "", AC_AGAIN, AC_CAUSE_STOP, "LOGIN", "429"},
    {500, "", AC_AGAIN, AC_CAUSE_STOP, "LOGIN", "500"},
    {503, "<html>Down for <b>maintenance</b></html>", AC_AGAIN, AC_CAUSE_STOP, "LOGIN",
     "Down for maintenance"},
    {504, "", AC_AGAIN, AC_CAUSE_STOP, "LOGIN", "504"},
    {204, "", AC_AGAIN, AC_CAUSE_STOP, "LOGIN", "204"},
    {304, "", AC_AGAIN, AC_CAUSE_STOP, "LOGIN", "304"},
    // a success that is none
    {200, "<html>Log in here</html>", AC_AGAIN, AC_CAUSE_STOP, "LOGIN", "no token"},
    {200, "", AC_AGAIN, AC_CAUSE_STOP, "LOGIN", "no token"},
    {200, "{\"access_token\":\"TOK", AC_AGAIN, AC_CAUSE_STOP, "LOGIN", "no token"},
    {200, "[\"access_token\"]", AC_AGAIN, AC_CAUSE_STOP, "LOGIN", "no token"},
    {200, "{}", AC_AGAIN, AC_CAUSE_STOP, "LOGIN", "no token"},
    {200, "{\"access_token\":17,\"instance_url\":\"https://x.example.com\"}", AC_RUN,
     AC_CAUSE_CONFIG, "BAD_TOKEN", "no token"},
    {200, "{\"access_token\":\"\",\"instance_url\":\"https://x.example.com\"}", AC_RUN,
     AC_CAUSE_CONFIG, "BAD_TOKEN", "no token"},
    {200, "{\"access_token\":\"a b\",\"instance_url\":\"https://x.example.com\"}", AC_RUN,
     AC_CAUSE_CONFIG, "BAD_TOKEN", "no token"},
    {200, "{\"access_token\":\"a\\r\\nX-Evil: 1\",\"instance_url\":\"https://x.example.com\"}",
     AC_RUN, AC_CAUSE_CONFIG, "BAD_TOKEN", "no token"},
};

START_TEST(an_answer_without_a_token_is_judged) {
    org_kit_open(&kit);
    net_say(&kit.net, "POST", ORG_KIT_LOGIN, refusals[_i].status, refusals[_i].body);
    enum ac_rc rc = ac_org_login(kit.org, &kit.err);
    ck_assert_msg(rc == refusals[_i].rc, "%d: %s", rc, kit.err.text);
    ck_assert_int_eq(kit.err.rc, rc);
    ck_assert_int_eq(kit.err.cause, refusals[_i].cause);
    ck_assert_str_eq(kit.err.code, refusals[_i].code);
    ck_assert_msg(strstr(kit.err.text, refusals[_i].word) != NULL, "%s", kit.err.text);
}
END_TEST

START_TEST(a_login_that_cannot_succeed_is_not_tried_again) {
    bool is_latched = refusals[_i].rc == AC_RUN && refusals[_i].cause == AC_CAUSE_CONFIG;
    struct ac_err again = AC_ERR_INIT;
    org_kit_open(&kit);
    net_keep_saying(&kit.net, "POST", ORG_KIT_LOGIN, refusals[_i].status, refusals[_i].body);
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), refusals[_i].rc);
    ck_assert_int_eq(ac_org_login(kit.org, &again), refusals[_i].rc);
    ck_assert_str_eq(again.text, kit.err.text);
    ck_assert_uint_eq(kit.net.n_requests, is_latched ? 1 : 2);
}
END_TEST

START_TEST(a_login_that_failed_for_the_moment_succeeds_later) {
    org_kit_open(&kit);
    net_say(&kit.net, "POST", ORG_KIT_LOGIN, 503, "");
    org_kit_say_token(&kit, "TOKEN_1");
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_AGAIN);
    ac_err_clear(&kit.err);
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_OK);
}
END_TEST

static const struct {
    enum ac_http_end end;
    enum ac_rc rc;
    uint64_t n_logins;
} ends[] = {
    {AC_HTTP_REFUSED, AC_AGAIN, 0},   {AC_HTTP_LOST, AC_AGAIN, 1},
    {AC_HTTP_TIMEOUT, AC_AGAIN, 1},   {AC_HTTP_TLS, AC_RUN, 0},
    {AC_HTTP_BAD_REQUEST, AC_RUN, 0},
};

START_TEST(a_login_that_is_cut_off_says_why) {
    org_kit_open(&kit);
    net_add(&kit.net,
            &(struct net_answer){.path = ORG_KIT_LOGIN, .end = ends[_i].end, .why = "the cable"});
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), ends[_i].rc);
    ck_assert_ptr_nonnull(strstr(kit.err.text, "the cable"));
    ck_assert_ptr_nonnull(strstr(kit.err.text, ORG_KIT_HOST));
    ck_assert_uint_eq(ac_org_usage(kit.org).n_logins, ends[_i].n_logins);
}
END_TEST

START_TEST(an_endless_answer_is_stopped) {
    org_kit_open(&kit);
    net_add(&kit.net,
            &(struct net_answer){.path = ORG_KIT_LOGIN, .body = "[[[[[[[[", .is_endless = true});
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_AGAIN);
}
END_TEST

START_TEST(a_deep_answer_is_no_token) {
    char deep[60000];
    memset(deep, '[', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    org_kit_open(&kit);
    net_say(&kit.net, "POST", ORG_KIT_LOGIN, 200, deep);
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_AGAIN);
}
END_TEST

START_TEST(a_token_too_long_for_a_header_is_refused) {
    char body[10000];
    size_t at = (size_t)snprintf(body, sizeof body, "{\"access_token\":\"");
    memset(body + at, 'x', 9000 - at);
    snprintf(body + 9000, 1000, "\",\"instance_url\":\"" ORG_KIT_INSTANCE "\"}");
    org_kit_open(&kit);
    net_say(&kit.net, "POST", ORG_KIT_LOGIN, 200, body);
    ck_assert_int_eq(ac_org_login(kit.org, &kit.err), AC_RUN);
    ck_assert_str_eq(kit.err.code, "BAD_TOKEN");
}
END_TEST

// --- the instance --------------------------------------------------------------------------------

static const struct {
    const char *host, *instance; // JSON
    const char *name;            // NULL: refused
} instances[] = {
    {ORG_KIT_HOST, "\"https://x.my.salesforce.com\"", "x.my.salesforce.com"},
    {ORG_KIT_HOST, "\"https://x.my.salesforce.com/\"", "x.my.salesforce.com"},
    {ORG_KIT_HOST, "\"https://x.my.salesforce.com:8443\"", "x.my.salesforce.com:8443"},
    {"http://127.0.0.1:9000", "\"http://127.0.0.1:9001\"", "127.0.0.1:9001"},
    {"http://localhost:9000", "\"http://[::1]:9001\"", "[::1]:9001"},
    {ORG_KIT_HOST, "\"http://x.my.salesforce.com\"", NULL},
    {ORG_KIT_HOST, "\"http://127.0.0.1:9001\"", NULL}, // a real org does not live here
    {"http://127.0.0.1:9000", "\"http://10.0.0.1\"", NULL},
    {ORG_KIT_HOST, "\"https://x@evil.example.com\"", NULL},
    {ORG_KIT_HOST, "\"https://evil.example.com/path\"", NULL},
    {ORG_KIT_HOST, "\"https://evil.example.com?x\"", NULL},
    {ORG_KIT_HOST, "\"https://evil.example.com\\u0000.salesforce.com\"", NULL},
    {ORG_KIT_HOST, "\"https://a\\r\\nb\"", NULL},
    {ORG_KIT_HOST, "\"ftp://x.my.salesforce.com\"", NULL},
    {ORG_KIT_HOST, "\"//x.my.salesforce.com\"", NULL},
    {ORG_KIT_HOST, "\"\"", NULL},
    {ORG_KIT_HOST, "17", NULL},
    {ORG_KIT_HOST, "null", NULL},
    {ORG_KIT_HOST, "[\"https://x.my.salesforce.com\"]", NULL},
};

START_TEST(only_an_encrypted_instance_gets_the_token) {
    char body[400];
    const char *name = instances[_i].name;
    kit.options.host = instances[_i].host;
    org_kit_open(&kit);
    snprintf(body, sizeof body, "{\"access_token\":\"T\",\"instance_url\":%s}",
             instances[_i].instance);
    net_say(&kit.net, "POST", ORG_KIT_LOGIN, 200, body);
    enum ac_rc rc = ac_org_login(kit.org, &kit.err);
    ck_assert_int_eq(rc, name ? AC_OK : AC_RUN);
    ck_assert_int_eq(kit.err.cause, name ? AC_CAUSE_NONE : AC_CAUSE_CONFIG);
    ck_assert_str_eq(kit.err.code, name ? "" : "INSTANCE_URL");
    ck_assert_str_eq(ac_org_name(kit.org), name ? name : "");
}
END_TEST

// --- secrets -------------------------------------------------------------------------------------

START_TEST(no_secret_is_ever_logged) {
    char *text = NULL;
    size_t len = 0;
    FILE *log = open_memstream(&text, &len);
    ac_log_setup(log, AC_LOG_TEXT, AC_LOG_DEBUG, false, NULL);
    log_in_by(&(struct ac_org_options){.flow = AC_FLOW_PASSWORD,
                                       .client_id = "app",
                                       .client_secret = "client-secret",
                                       .username = "u",
                                       .password = "my-password",
                                       .refresh_token = "refresh-me"});
    ac_log(AC_LOG_INFO, "event", "a", "client-secret", "b", "my-password", "c", "TOKEN_1", "d",
           "refresh-me", NULL);
    fclose(log);
    ac_log_setup(NULL, AC_LOG_TEXT, AC_LOG_INFO, false, NULL);
    ck_assert_str_eq(text, "acload: event a=*** b=*** c=*** d=***\n");
    free(text);
}
END_TEST

START_TEST(a_flow_has_a_name_for_people) {
    ck_assert_str_ne(ac_org_flow_name((enum ac_flow)_i), "?");
    ck_assert_str_eq(ac_org_flow_name(AC_FLOW_CLIENT_CREDENTIALS), "client credentials");
}
END_TEST

static TCase *cases(Suite *s, const char *name) {
    TCase *t = tcase_create(name);
    tcase_add_checked_fixture(t, setup, teardown);
    suite_add_tcase(s, t);
    return t;
}

static Suite *suite(void) {
    Suite *s = suite_create("org/auth");
    TCase *t = cases(s, "options");
    tcase_add_loop_test(t, options_are_judged_before_anything_is_sent, 0, (int)AC_N(judged));
    tcase_add_loop_test(t, a_flow_has_a_name_for_people, 0, AC_FLOW_CLIENT_CREDENTIALS + 1);
    t = cases(s, "requests");
    tcase_add_loop_test(t, a_flow_sends_exactly_its_fields, 0, (int)AC_N(flows));
    tcase_add_loop_test(t, secrets_go_in_the_form_and_never_in_the_address, 0, (int)AC_N(flows));
    tcase_add_test(t, a_ready_token_needs_no_login);
    tcase_add_test(t, a_ready_token_that_expired_cannot_be_renewed);
    tcase_add_loop_test(t, a_ready_token_that_would_break_its_header_is_refused, 0,
                        (int)AC_N(bad_tokens));
    tcase_add_test(t, no_secret_is_ever_logged);
    t = cases(s, "answers");
    tcase_add_test(t, a_login_tells_where_the_org_is);
    tcase_add_test(t, a_second_login_costs_nothing);
    tcase_add_loop_test(t, an_answer_without_a_token_is_judged, 0, (int)AC_N(refusals));
    tcase_add_loop_test(t, a_login_that_cannot_succeed_is_not_tried_again, 0, (int)AC_N(refusals));
    tcase_add_test(t, a_login_that_failed_for_the_moment_succeeds_later);
    tcase_add_loop_test(t, a_login_that_is_cut_off_says_why, 0, (int)AC_N(ends));
    tcase_add_test(t, an_endless_answer_is_stopped);
    tcase_add_test(t, a_deep_answer_is_no_token);
    tcase_add_test(t, a_token_too_long_for_a_header_is_refused);
    tcase_add_loop_test(t, only_an_encrypted_instance_gets_the_token, 0, (int)AC_N(instances));
    return s;
}

int main(void) {
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
