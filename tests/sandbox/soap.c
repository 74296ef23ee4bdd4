// SPDX-License-Identifier: MIT
// The login of the partner SOAP API, which some clients use for a username with a password.
#include "routes.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

// The text of the first element of that local name; NULL when there is none.
static char *element(struct sb_arena *a, const char *xml, size_t len, const char *name) {
    size_t n = strlen(name);
    for (const char *p = memchr(xml, '<', len); p;
         p = memchr(p + 1, '<', (size_t)(xml + len - p - 1))) {
        const char *end = memchr(p, '>', (size_t)(xml + len - p));
        if (!end)
            return NULL;
        size_t tag = strcspn(p + 1, " />\t\r\n"); // stops at end, if not before
        const char *colon = memchr(p, ':', tag + 1);
        const char *at = colon ? colon + 1 : p + 1;
        if ((size_t)(p + 1 + tag - at) != n || memcmp(at, name, n) != 0)
            continue;
        const char *close = memchr(end, '<', (size_t)(xml + len - end));
        return close ? sb_arena_copy(a, end + 1, (size_t)(close - end - 1)) : NULL;
    }
    return NULL;
}

static void unescape(char *s) {
    static const struct {
        const char *name;
        char c;
    } entities[] = {
        {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}, {"&amp;", '&'}};
    char *out = s;
    while (*s) {
        size_t i = 0, n = sizeof entities / sizeof entities[0];
        while (i < n && strncmp(s, entities[i].name, strlen(entities[i].name)) != 0)
            i++;
        *out++ = (char)(i < n ? entities[i].c : *s);
        s += i < n ? strlen(entities[i].name) : 1;
    }
    *out = '\0';
}

static const char *escape(struct sb_arena *a, const char *s) {
    struct sb_buf b;
    sb_buf_init(&b, 10000);
    for (; *s; s++) {
        if (*s == '<' || *s == '&')
            sb_buf_text(&b, *s == '<' ? "&lt;" : "&amp;");
        else
            sb_buf_char(&b, *s);
    }
    const char *copy = sb_arena_copy(a, b.at ? b.at : "", b.len);
    sb_buf_free(&b);
    return copy ? copy : "";
}

static const char begin[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
    "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" "
    "xmlns=\"urn:partner.soap.sforce.com\" xmlns:sf=\"urn:fault.partner.soap.sforce.com\" "
    "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body>";
static const char end[] = "</soapenv:Body></soapenv:Envelope>";

static void answer(struct sb_req *req, int status) {
    req->status = status;
    req->content_type = "text/xml;charset=UTF-8";
    sb_buf_clear(&req->out);
}

static void fault(struct sb_req *req, const char *code, const char *text) {
    answer(req, 500);
    sb_buf_format(&req->out,
                  "%s<soapenv:Fault><faultcode>sf:%s</faultcode><faultstring>%s: %s</faultstring>"
                  "<detail><sf:LoginFault xsi:type=\"sf:LoginFault\"><sf:exceptionCode>%s"
                  "</sf:exceptionCode><sf:exceptionMessage>%s</sf:exceptionMessage>"
                  "</sf:LoginFault></detail></soapenv:Fault>%s",
                  begin, code, code, text, code, text, end);
}

static void logout(struct sb_req *req, char *session) {
    unescape(session);
    if (!sb_auth_revoke(req->app->auth, session)) {
        fault(req, "INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader");
        return;
    }
    answer(req, 200);
    sb_buf_format(&req->out, "%s<logoutResponse/>%s", begin, end);
}

void sb_soap_login(struct sb_req *req) {
    struct sb_app *app = req->app;
    const char *xml = req->body.at ? req->body.at : "";
    char *session = element(&req->arena, xml, req->body.len, "sessionId");
    if (session && element(&req->arena, xml, req->body.len, "logout")) {
        logout(req, session);
        return;
    }
    char *username = element(&req->arena, xml, req->body.len, "username");
    char *password = element(&req->arena, xml, req->body.len, "password");
    size_t len = strlen(app->options.password);
    if (!username || !password) {
        fault(req, "INVALID_OPERATION", "only login and logout are known here");
        return;
    }
    unescape(username);
    unescape(password);
    if (strcasecmp(username, app->options.username) != 0 ||
        strncmp(password, app->options.password, len) != 0 ||
        strcmp(password + len, app->options.security_token) != 0) {
        fault(req, "INVALID_LOGIN",
              "Invalid username, password, security token; or user locked out.");
        return;
    }
    char token[SB_TOKEN_SIZE];
    sb_auth_session(app->auth, token);
    const char *base = app->options.instance_url ? app->options.instance_url : app->base_url;
    const char *name = escape(&req->arena, app->options.username);
    answer(req, 200);
    sb_buf_format(
        &req->out,
        "%s<loginResponse><result><metadataServerUrl>%s/services/Soap/m/%s</metadataServerUrl>"
        "<passwordExpired>false</passwordExpired><sandbox>false</sandbox>"
        "<serverUrl>%s/services/Soap/u/%s/%s</serverUrl><sessionId>%s</sessionId>"
        "<userId>%s</userId><userInfo><organizationId>%s</organizationId>"
        "<organizationName>Local Org</organizationName><sessionSecondsValid>7200"
        "</sessionSecondsValid><userEmail>%s</userEmail><userFullName>Integration User"
        "</userFullName><userId>%s</userId><userName>%s</userName></userInfo></result>"
        "</loginResponse>%s",
        begin, base, escape(&req->arena, req->part[0]), base, escape(&req->arena, req->part[0]),
        app->org_id, escape(&req->arena, token), app->user_id, app->org_id, name, app->user_id,
        name, end);
}
