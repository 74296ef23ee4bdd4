// SPDX-License-Identifier: MIT
// The way of every request: begun, fed, ended.
#include "gate.h"

#include "faults.h"
#include "gzip.h"
#include "routes.h"
#include "tape.h"
#include "url.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#define MAX_HEADER_BYTES 16384u

static bool too_long(struct sb_req *req) {
    size_t uri = strlen(req->uri), all = uri;
    for (size_t i = 0; i < req->headers.n; i++)
        all += strlen(req->headers.at[i].name) + req->headers.at[i].len + 4;
    if (uri > MAX_HEADER_BYTES)
        sb_req_error(req, 414, "URI_TOO_LONG", "The URI is longer than %u bytes", MAX_HEADER_BYTES);
    else if (all > MAX_HEADER_BYTES)
        sb_req_error(req, 431, "REQUEST_HEADER_FIELDS_TOO_LARGE",
                     "URI and headers together are longer than %u bytes", MAX_HEADER_BYTES);
    return req->status != 0;
}

static bool check_session(struct sb_req *req) {
    if (req->route->flags & (SB_OPEN | SB_ADMIN))
        return true;
    switch (sb_auth_check(req->app->auth, sb_req_header(req, "Authorization"))) {
    case SB_SESSION_OK:
        return true;
    case SB_SESSION_BAD_HEADER:
        sb_req_error(req, 401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE");
        return false;
    case SB_SESSION_EXPIRED:
        break;
    }
    sb_req_error(req, 401, "INVALID_SESSION_ID", "Session expired or invalid");
    return false;
}

static bool check_limits(struct sb_req *req) {
    struct sb_app *app = req->app;
    if (req->route->flags & (SB_UNCOUNTED | SB_ADMIN))
        return true;
    req->counted = true;
    if (sb_counters_api_used(app->tally) >= (uint64_t)app->options.daily) {
        sb_req_error(req, 403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
        return false;
    }
    sb_counters_api(app->tally);
    req->in_flight = true;
    int n = 1 + atomic_fetch_add(&app->in_flight, 1);
    if (app->options.concurrent > 0 && n > app->options.concurrent) {
        sb_req_error(req, 403, "REQUEST_LIMIT_EXCEEDED",
                     "ConcurrentRequests (Concurrent API Requests) Limit exceeded.");
        return false;
    }
    return true;
}

static bool check_media(struct sb_req *req) {
    const char *type = sb_req_header(req, "Content-Type");
    if (!(req->route->flags & (SB_JSON | SB_MULTIPART)))
        return true;
    if (!type)
        type = "none";
    if (strncasecmp(type, "application/json", 16) == 0)
        return true;
    if ((req->route->flags & SB_MULTIPART) && strncasecmp(type, "multipart/", 10) == 0) {
        req->body.max *= 4;
        return true;
    }
    sb_req_error(req, 415, "UNSUPPORTED_MEDIA_TYPE", "Content type %s not supported.", type);
    return false;
}

void sb_gate_begin(struct sb_req *req) {
    size_t path = strcspn(req->uri, "?#");
    const char *query = req->uri[path] == '?' ? req->uri + path + 1 : "";
    req->path = sb_arena_copy(&req->arena, req->uri, path);
    if (!req->path || !sb_url_params(&req->arena, query, strcspn(query, "#"), &req->query)) {
        req->path = "";
        sb_req_error(req, 500, "UNKNOWN_EXCEPTION", "no memory");
        return;
    }
    if (too_long(req))
        return;
    sb_routes_find(req);
    if (!req->route || !(req->route->flags & SB_ADMIN))
        sb_faults_match(req);
    if (!req->route || req->fault.cut_before || (req->fault.status > 0 && !req->fault.commit))
        return;
    if (check_session(req) && check_limits(req) && check_media(req) && req->route->begin)
        req->route->begin(req);
}

void sb_gate_body(struct sb_req *req, const char *p, size_t len) {
    req->received_bytes += len;
    if (req->status != 0 || req->too_large || req->sink_done)
        return;
    if (req->sink.take)
        req->sink_done = !req->sink.take(req->sink.arg, p, len);
    else if (!sb_buf_add(&req->body, p, len))
        req->too_large = true;
}

static void unpack(struct sb_req *req) {
    const char *encoding = sb_req_header(req, "Content-Encoding");
    if (!encoding || req->sink.take || req->body.len == 0 || strcasecmp(encoding, "identity") == 0)
        return;
    if (strcasecmp(encoding, "gzip") != 0 && strcasecmp(encoding, "deflate") != 0) {
        sb_req_error(req, 415, "UNSUPPORTED_MEDIA_TYPE", "Content encoding %s not supported.",
                     encoding);
        return;
    }
    struct sb_buf plain;
    sb_buf_init(&plain, req->body.max);
    if (!sb_gunzip(req->body.at, req->body.len, &plain)) {
        if (plain.failed)
            req->too_large = true;
        else
            sb_req_error(req, 400, "JSON_PARSER_ERROR", "the compressed body is broken");
        sb_buf_free(&plain);
        return;
    }
    sb_buf_free(&req->body);
    req->body = plain;
}

static void work(struct sb_req *req) {
    if (req->status == 0)
        unpack(req);
    if (req->status == 0 && req->too_large)
        sb_req_error(req, 413, "EXCEEDED_MAX_SIZE_REQUEST",
                     "The request body is larger than %zu bytes", req->body.max);
    if (req->status == 0)
        req->route->handle(req);
    if (req->status == 0 || req->out.failed) {
        sb_buf_free(&req->out);
        sb_req_error(req, 500, "UNKNOWN_EXCEPTION", "An unexpected error occurred");
    }
}

static void answer_fault(struct sb_req *req) {
    struct sb_fault *f = &req->fault;
    if (req->stream.close)
        req->stream.close(req->stream.arg);
    req->stream = (struct sb_stream){0};
    sb_buf_clear(&req->out);
    sb_buf_add(&req->out, f->body, f->body_len);
    req->status = f->status;
    req->content_type = f->body_len > 0 && (f->body[0] == '[' || f->body[0] == '{')
                            ? "application/json;charset=UTF-8"
                            : "text/html;charset=UTF-8";
}

void sb_gate_end(struct sb_req *req) {
    struct sb_fault *f = &req->fault;
    sb_tape_add(req);
    if (f->delay_ms > 0)
        sb_app_wait(req->app, f->delay_ms);
    if (!f->cut_before && (f->status == 0 || f->commit))
        work(req);
    if (f->status > 0)
        answer_fault(req);
    for (size_t i = 0; i < f->headers.n; i++)
        sb_req_add_header(req, f->headers.at[i].name, f->headers.at[i].value);
    if (req->counted)
        sb_req_add_header(req, "Sforce-Limit-Info",
                          sb_arena_format(&req->arena, "api-usage=%" PRIu64 "/%" PRId64,
                                          sb_counters_api_used(req->app->tally),
                                          req->app->options.daily));
    if (!req->route || !(req->route->flags & SB_ADMIN))
        sb_counters_call(req->app->tally, sb_routes_number(req->route), req->status,
                         req->received_bytes);
}

void sb_gate_done(struct sb_req *req) {
    if (req->in_flight)
        atomic_fetch_sub(&req->app->in_flight, 1);
    sb_req_free(req);
}
