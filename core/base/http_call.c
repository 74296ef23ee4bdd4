// SPDX-License-Identifier: MIT
// One call prepared: its address checked, its body handed over piece by piece.
#include "base/http_int.h"
#include <arpa/inet.h>
#include <curl/curl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>

#define RECEIVE_BYTES 65536L
#define MAX_REPLY_BYTES ((size_t)16 << 20)

bool ac_http_is_loopback(ac_str host) {
    char text[INET6_ADDRSTRLEN];
    struct in_addr four;
    struct in6_addr six;
    if (ac_str_eq_nocase(host, AC_STR("localhost")))
        return true;
    if (ac_str_starts(host, AC_STR("[")) && ac_str_ends(host, AC_STR("]")))
        host = ac_str_n(host.ptr + 1, host.len - 2);
    if (!host.len || host.len >= sizeof text)
        return false;
    memcpy(text, host.ptr, host.len);
    text[host.len] = '\0';
    if (strlen(text) != host.len)
        return false;
    if (inet_pton(AF_INET, text, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, text, &six) != 1)
        return false;
    return IN6_IS_ADDR_LOOPBACK(&six) || (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127);
}

// Not to be made: said by the next pump, since done is never called from start.
static void refuse(struct ac_http_slot *slot, const char *what, const char *name) {
    slot->is_refused = true;
    slot->reply.end = AC_HTTP_BAD_REQUEST;
    snprintf(slot->reply.why, sizeof slot->reply.why, what, name);
}

static bool is_allowed(const struct ac_http *http, ac_str host) {
    const char *const *allowed = http->options.allow_http;
    for (size_t i = 0; allowed && allowed[i]; i++)
        if (ac_str_eq_nocase(host, ac_str_of(allowed[i])))
            return true;
    return false;
}

static void free_text(char **text) { curl_free(*text); }

// Only https; http where nobody can listen, or where the configuration says so.
static void check_scheme(struct ac_http_slot *slot, ac_str scheme, const char *host) {
    ac_str name = ac_str_of(host);
    slot->is_loopback = ac_http_is_loopback(name);
    if (ac_str_eq(scheme, AC_STR("https")))
        return;
    slot->is_plain = true;
    if (!ac_str_eq(scheme, AC_STR("http")))
        refuse(slot, "the address begins with %s://, only https:// is spoken", scheme.ptr);
    else if (!slot->is_loopback && !is_allowed(slot->http, name))
        refuse(slot, "plain http to %s is refused: use https, or name the host in `allow_http`",
               host);
}

// False without memory.
static bool check_url(struct ac_http_slot *slot) {
    AC_CLEANUP(free_text) char *scheme = NULL;
    AC_CLEANUP(free_text) char *host = NULL;
    CURLUcode code =
        curl_url_set(slot->url, CURLUPART_URL, slot->call.url,
                     CURLU_PATH_AS_IS | CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME);
    if (code == CURLUE_OK)
        code = curl_url_get(slot->url, CURLUPART_SCHEME, &scheme, 0);
    if (code == CURLUE_OK)
        code = curl_url_get(slot->url, CURLUPART_HOST, &host, 0);
    if (code == CURLUE_OUT_OF_MEMORY)
        return false;
    if (code == CURLUE_OK)
        check_scheme(slot, ac_str_of(scheme), host);
    else
        refuse(slot, "the address is none: %s", curl_url_strerror(code));
    return true;
}

static bool is_known_method(const char *method) {
    static const char *const known[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
    for (size_t i = 0; i < AC_N(known); i++)
        if (strcmp(method, known[i]) == 0)
            return true;
    return false;
}

// RFC 9110, 9.2.2: only these may be sent again by themselves, on a connection that turned out to
// be closed. POST and PATCH then end as LOST, for whoever knows what they do.
static bool is_repeatable(const char *method) {
    return strcmp(method, "POST") != 0 && strcmp(method, "PATCH") != 0;
}

static bool has_body(const struct ac_http_call *call) {
    if (call->read || call->body.len)
        return true; // the others say that their body is empty
    return strcmp(call->method, "GET") != 0 && strcmp(call->method, "HEAD") != 0 &&
           strcmp(call->method, "DELETE") != 0;
}

static uint64_t body_bytes(const struct ac_http_call *call) {
    return call->read ? call->body_bytes : call->body.len;
}

static size_t on_read(char *to, size_t size, size_t n, void *arg) {
    struct ac_http_slot *slot = arg;
    const struct ac_http_call *call = &slot->call;
    size_t max = size * n;
    if (max > slot->body_left)
        max = (size_t)slot->body_left;
    if (!max)
        return 0;
    size_t got = max;
    if (call->read)
        got = call->read(call->arg, to, max);
    else
        memcpy(to, call->body.ptr + (call->body.len - slot->body_left), max);
    if (got == 0 || got > max) {
        ac_http_stop(slot, "%s",
                     got ? "the body could not be read"
                         : "the body ended before its announced length");
        return CURL_READFUNC_ABORT;
    }
    slot->body_left -= got;
    return got;
}

static int on_seek(void *arg, curl_off_t offset, int origin) {
    struct ac_http_slot *slot = arg;
    const struct ac_http_call *call = &slot->call;
    if (offset != 0 || origin != SEEK_SET || !is_repeatable(call->method))
        return CURL_SEEKFUNC_FAIL;
    if (call->read && !(call->rewind && call->rewind(call->arg)))
        return CURL_SEEKFUNC_FAIL;
    slot->body_left = body_bytes(call);
    return CURL_SEEKFUNC_OK;
}

static bool add_header(struct ac_http_slot *slot, const char *line) {
    struct curl_slist *longer = curl_slist_append(slot->headers, line);
    if (!longer)
        return false;
    slot->headers = longer;
    return true;
}

// The caller's lines; a caller that names the codings it accepts gets the body as it comes.
static bool add_headers(struct ac_http_slot *slot, bool *decodes) {
    *decodes = true;
    if (!add_header(slot, "Expect:"))
        return false; // never wait for 100-continue
    const char *const *lines = slot->call.headers;
    for (size_t i = 0; lines && lines[i]; i++) {
        ac_str line = ac_str_of(lines[i]);
        if (strpbrk(lines[i], "\r\n") || ac_str_find(line, ':') <= 0) {
            refuse(slot, "a header line is none: %.20s", lines[i]);
            return true;
        }
        ac_str name = ac_str_n(line.ptr, (size_t)ac_str_find(line, ':'));
        if (ac_str_eq_nocase(name, AC_STR("Accept-Encoding")))
            *decodes = false;
        if (!add_header(slot, lines[i]))
            return false;
    }
    return true;
}

#define SET(option, value) (curl_easy_setopt(slot->easy, (option), (value)) == CURLE_OK)

// A call that found no host leaves its buffer with the handle, and the library refuses to be told
// the size again while there is one: it has that size.
static bool set_buffer(struct ac_http_slot *slot) {
    CURLcode code = curl_easy_setopt(slot->easy, CURLOPT_BUFFERSIZE, RECEIVE_BYTES);
    return code == CURLE_OK || code == CURLE_BAD_FUNCTION_ARGUMENT;
}

static bool set_transport(struct ac_http_slot *slot) {
    const struct ac_http_options *o = &slot->http->options;
    int64_t timeout_ms = slot->call.timeout_ms > 0 ? slot->call.timeout_ms : o->timeout_ms;
    if (timeout_ms > LONG_MAX)
        timeout_ms = LONG_MAX;
    int64_t idle_s = (slot->call.idle_ms + 999) / 1000;
    if (idle_s > 0)
        timeout_ms = 0;
    int64_t connect_ms = o->connect_ms < LONG_MAX ? o->connect_ms : LONG_MAX;
    if (!SET(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1) || !SET(CURLOPT_NOSIGNAL, 1L) ||
        !SET(CURLOPT_FOLLOWLOCATION, 0L) || !SET(CURLOPT_TCP_KEEPALIVE, 1L) ||
        !SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) || !SET(CURLOPT_PATH_AS_IS, 1L) ||
        !SET(CURLOPT_PROTOCOLS_STR, slot->is_plain ? "http" : "https") ||
        !SET(CURLOPT_SSL_VERIFYPEER, 1L) || !SET(CURLOPT_SSL_VERIFYHOST, 2L) ||
        !SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ||
        !SET(CURLOPT_TIMEOUT_MS, (long)timeout_ms) ||
        !SET(CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms) ||
        !SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L) || !set_buffer(slot) ||
        !SET(CURLOPT_USERAGENT, o->user_agent ? o->user_agent : "acload"))
        return false;
    if (idle_s > 0 && (!SET(CURLOPT_LOW_SPEED_LIMIT, 1L) ||
                       !SET(CURLOPT_LOW_SPEED_TIME, idle_s < LONG_MAX ? (long)idle_s : LONG_MAX)))
        return false;
    if (o->ca_file && (!SET(CURLOPT_CAINFO, o->ca_file) || !SET(CURLOPT_PROXY_CAINFO, o->ca_file)))
        return false;
    if (slot->is_loopback || slot->call.is_direct)
        return SET(CURLOPT_PROXY, ""); // none, whatever the environment says
    return !o->proxy || SET(CURLOPT_PROXY, o->proxy);
}

_Static_assert(sizeof((struct ac_http_slot *)NULL)->why >= CURL_ERROR_SIZE, "room for its words");

static bool set_call(struct ac_http_slot *slot, bool decodes) {
    const struct ac_http_call *call = &slot->call;
    slot->body_left = body_bytes(call);
    if (!SET(CURLOPT_PRIVATE, slot) || !SET(CURLOPT_ERRORBUFFER, slot->why) ||
        !SET(CURLOPT_CURLU, slot->url) || !SET(CURLOPT_HTTPHEADER, slot->headers) ||
        !SET(CURLOPT_HEADERFUNCTION, ac_http_on_header) || !SET(CURLOPT_HEADERDATA, slot) ||
        !SET(CURLOPT_WRITEFUNCTION, ac_http_on_body) || !SET(CURLOPT_WRITEDATA, slot) ||
        (decodes && !SET(CURLOPT_ACCEPT_ENCODING, "gzip, deflate")))
        return false;
    if (strcmp(call->method, "HEAD") == 0)
        return SET(CURLOPT_NOBODY, 1L);
    if (!SET(CURLOPT_CUSTOMREQUEST, call->method))
        return false;
    if (!has_body(call))
        return true;
    // Without a byte of body the library would send even a POST again by itself.
    if (!slot->body_left && !is_repeatable(call->method) && !SET(CURLOPT_FRESH_CONNECT, 1L))
        return false;
    return SET(CURLOPT_UPLOAD, 1L) && SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)slot->body_left) &&
           SET(CURLOPT_READFUNCTION, on_read) && SET(CURLOPT_READDATA, slot) &&
           SET(CURLOPT_SEEKFUNCTION, on_seek) && SET(CURLOPT_SEEKDATA, slot);
}

static void reset(struct ac_http_slot *slot) {
    struct ac_buf body = slot->reply.body;
    size_t max_bytes = slot->call.max_reply_bytes;
    body.len = 0;
    body.max_bytes = max_bytes ? max_bytes : MAX_REPLY_BYTES;
    slot->reply = (struct ac_http_reply){.end = AC_HTTP_LOST, .body = body};
    slot->why[0] = '\0';
    slot->head_bytes = 0;
    slot->is_in_head = slot->is_loopback = slot->is_plain = false;
    slot->is_refused = slot->is_stopped = slot->is_paused = false;
    curl_easy_reset(slot->easy);
}

enum ac_rc ac_http_prepare(struct ac_http_slot *slot, struct ac_err *err) {
    bool decodes = true;
    reset(slot);
    slot->url = curl_url();
    bool good = slot->url != NULL;
    if (good && is_known_method(slot->call.method))
        good = check_url(slot);
    else if (good)
        refuse(slot, "the method %.20s is not known", slot->call.method);
    if (good && !slot->is_refused)
        good = add_headers(slot, &decodes);
    if (good && !slot->is_refused)
        good = set_transport(slot) && set_call(slot, decodes);
    return good ? AC_OK : ac_err_nomem(err, "an HTTP call");
}

void ac_http_unprepare(struct ac_http_slot *slot) {
    curl_slist_free_all(slot->headers);
    slot->headers = NULL;
    if (slot->url)
        curl_url_cleanup(slot->url);
    slot->url = NULL;
}
