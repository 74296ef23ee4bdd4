// SPDX-License-Identifier: MIT
// The reply of a call: headers picked out, the body collected or passed on, its end judged.
#include "base/http_int.h"
#include <curl/curl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#define MAX_HEAD_BYTES ((uint64_t)256 * 1024)

void ac_http_stop(struct ac_http_slot *slot, const char *fmt, ...) {
    if (slot->is_stopped)
        return;
    slot->is_stopped = true;
    va_list args;
    va_start(args, fmt);
    vsnprintf(slot->reply.why, sizeof slot->reply.why, fmt, args);
    va_end(args);
}

static const struct wanted {
    ac_str name;
    size_t at, size;
    bool is_exact; // cut short it would mean something else
} wanted[] = {
#define PLACE(member)                                                                              \
    offsetof(struct ac_http_reply, member), sizeof((struct ac_http_reply *)NULL)->member
    {{"content-type", 12}, PLACE(content_type), false},
    {{"retry-after", 11}, PLACE(retry_after), false},
    {{"sforce-limit-info", 17}, PLACE(limit_info), false},
    {{"last-modified", 13}, PLACE(last_modified), false},
    {{"sforce-locator", 14}, PLACE(locator), true},
#undef PLACE
};

// The value of a header goes to a text of the reply; one given twice: the first one stands.
static bool keep_value(struct ac_http_slot *slot, char *to, size_t size, const char *name,
                       ac_str value, bool is_exact) {
    if (to[0])
        return true;
    if (value.len >= size && is_exact) {
        ac_http_stop(slot, "the reply's header %s has %zu bytes", name, value.len);
        return false;
    }
    size_t len = value.len < size ? value.len : size - 1;
    if (len)
        memcpy(to, value.ptr, len);
    to[len] = '\0';
    return true;
}

static bool keep_header(struct ac_http_slot *slot, ac_str line) {
    struct ac_http_reply *reply = &slot->reply;
    ptrdiff_t colon = ac_str_find(line, ':');
    if (colon <= 0)
        return true;
    ac_str name = ac_str_n(line.ptr, (size_t)colon);
    ac_str value = ac_str_trim(ac_str_skip(line, (size_t)colon + 1));
    for (size_t i = 0; i < AC_N(wanted); i++) {
        const struct wanted *w = &wanted[i];
        if (ac_str_eq_nocase(name, w->name) &&
            !keep_value(slot, (char *)reply + w->at, w->size, w->name.ptr, value, w->is_exact))
            return false;
    }
    const char *const *more = slot->call.wanted;
    for (size_t i = 0; more && i < AC_HTTP_MAX_WANTED && more[i]; i++)
        if (ac_str_eq_nocase(name, ac_str_of(more[i])) &&
            !keep_value(slot, reply->wanted[i], sizeof *reply->wanted, more[i], value, true))
            return false;
    return true;
}

// "HTTP/1.1 200 OK" opens a head: that of an interim reply (100) or the last one.
static void open_head(struct ac_http_slot *slot, ac_str line) {
    ac_str rest = ac_str_skip(line, (size_t)(ac_str_find(line, ' ') + 1));
    uint64_t status = 0;
    if (!ac_str_u64(ac_str_n(rest.ptr, rest.len < 3 ? rest.len : 3), &status))
        status = 0;
    slot->reply.status = (int)status;
    for (size_t i = 0; i < AC_N(wanted); i++)
        ((char *)&slot->reply)[wanted[i].at] = '\0';
    for (size_t i = 0; i < AC_HTTP_MAX_WANTED; i++)
        slot->reply.wanted[i][0] = '\0';
    slot->is_in_head = true;
}

// The blank line. After an interim reply another head follows; after the body, it ends trailers.
static bool close_head(struct ac_http_slot *slot) {
    const struct ac_http_call *call = &slot->call;
    bool is_last = slot->is_in_head && slot->reply.status >= 200;
    slot->is_in_head = false;
    if (!is_last || !call->on_head || call->on_head(call->arg, &slot->reply))
        return true;
    ac_http_stop(slot, "the reply was not taken");
    return false;
}

size_t ac_http_on_header(char *line, size_t size, size_t n, void *arg) {
    struct ac_http_slot *slot = arg;
    size_t len = size * n;
    slot->head_bytes += len;
    if (slot->head_bytes > MAX_HEAD_BYTES) {
        ac_http_stop(slot, "the reply has more than %llu bytes of headers",
                     (unsigned long long)MAX_HEAD_BYTES);
        return 0;
    }
    ac_str text = ac_str_trim(ac_str_n(line, len));
    bool is_open = !slot->is_in_head && slot->reply.status < 200;
    if (is_open && ac_str_starts(text, AC_STR("HTTP/"))) {
        open_head(slot, text);
    } else if (!text.len) {
        return close_head(slot) ? len : 0;
    } else if (slot->is_in_head && !keep_header(slot, text)) {
        return 0;
    }
    return len;
}

size_t ac_http_on_body(char *bytes, size_t size, size_t n, void *arg) {
    struct ac_http_slot *slot = arg;
    struct ac_http_reply *reply = &slot->reply;
    ac_str piece = ac_str_n(bytes, size * n);
    if (slot->is_stopped)
        return piece.len ? 0 : 1;
    if (slot->call.on_body && reply->status >= 200 && reply->status < 300) {
        slot->http->has_given = true;
        if (slot->call.is_full && slot->call.is_full(slot->call.arg)) {
            slot->is_paused = true;
            return CURL_WRITEFUNC_PAUSE;
        }
        if (slot->call.on_body(slot->call.arg, piece))
            return piece.len;
        ac_http_stop(slot, "the reply was not taken");
        return piece.len ? 0 : 1;
    }
    if (ac_buf_add_str(&reply->body, piece))
        return piece.len;
    if (piece.len > reply->body.max_bytes - reply->body.len)
        ac_http_stop(slot, "the reply is larger than %zu bytes", reply->body.max_bytes);
    else
        ac_http_stop(slot, "no memory for the reply");
    return 0;
}

bool ac_http_resume(struct ac_http_slot *slot, int *result) {
    *result = (int)CURLE_OK;
    if (slot->call.is_full(slot->call.arg))
        return true;
    slot->is_paused = false;
    // What was held back is handed over before this returns.
    CURLcode code = curl_easy_pause(slot->easy, CURLPAUSE_CONT);
    *result = (int)code;
    return code == CURLE_OK;
}

static bool is_tls(CURLcode code) {
    static const CURLcode codes[] = {CURLE_SSL_CONNECT_ERROR,        CURLE_PEER_FAILED_VERIFICATION,
                                     CURLE_SSL_CERTPROBLEM,          CURLE_SSL_CIPHER,
                                     CURLE_SSL_CACERT_BADFILE,       CURLE_SSL_CRL_BADFILE,
                                     CURLE_SSL_ISSUER_ERROR,         CURLE_SSL_ENGINE_NOTFOUND,
                                     CURLE_SSL_ENGINE_SETFAILED,     CURLE_SSL_ENGINE_INITFAILED,
                                     CURLE_SSL_INVALIDCERTSTATUS,    CURLE_USE_SSL_FAILED,
                                     CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_CLIENTCERT};
    for (size_t i = 0; i < AC_N(codes); i++)
        if (code == codes[i])
            return true;
    return false;
}

// A handshake that was cut off says nothing about the certificate. The library has one code for
// both; only its words tell them apart.
static bool is_cut_handshake(const char *why) {
    static const char *const words[] = {"SSL_ERROR_SYSCALL", "unexpected eof", "reset by peer",
                                        "Broken pipe", "timed out"};
    for (size_t i = 0; i < AC_N(words); i++)
        if (strstr(why, words[i]))
            return true;
    return false;
}

static enum ac_http_end judge(const struct ac_http_slot *slot, CURLcode code, bool is_sent) {
    if (slot->is_stopped)
        return AC_HTTP_STOPPED;
    if (code == CURLE_OK)
        return slot->is_in_head || slot->reply.status < 200 ? AC_HTTP_LOST : AC_HTTP_DONE;
    if (!is_sent && is_tls(code) && !is_cut_handshake(slot->why))
        return AC_HTTP_TLS;
    if (!is_sent && (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL))
        return AC_HTTP_BAD_REQUEST;
    if (!is_sent)
        return AC_HTTP_REFUSED;
    return code == CURLE_OPERATION_TIMEDOUT ? AC_HTTP_TIMEOUT : AC_HTTP_LOST;
}

void ac_http_conclude(struct ac_http_slot *slot, int result) {
    CURLcode code = (CURLcode)result;
    struct ac_http_reply *reply = &slot->reply;
    curl_off_t begun_us = 0, up = 0, down = 0;
    long request = 0, head = 0;
    // Stays 0 until the request's first bytes are on their way.
    curl_easy_getinfo(slot->easy, CURLINFO_PRETRANSFER_TIME_T, &begun_us);
    curl_easy_getinfo(slot->easy, CURLINFO_SIZE_UPLOAD_T, &up);
    curl_easy_getinfo(slot->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
    curl_easy_getinfo(slot->easy, CURLINFO_REQUEST_SIZE, &request);
    curl_easy_getinfo(slot->easy, CURLINFO_HEADER_SIZE, &head);
    reply->sent_bytes = (uint64_t)(up + request);
    reply->received_bytes = (uint64_t)(down + head);
    reply->end = judge(slot, code, begun_us > 0);
    if (reply->end == AC_HTTP_DONE || slot->is_stopped)
        return;
    const char *why = code == CURLE_OK ? "the connection was closed inside the reply's headers"
                      : slot->why[0]   ? slot->why
                                       : curl_easy_strerror(code);
    snprintf(reply->why, sizeof reply->why, "%s", why);
}
