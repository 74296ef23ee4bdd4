// SPDX-License-Identifier: MIT
// One request on its way through the server, with the answer it gets.
#include "request.h"

#include "fold.h"
#include "save.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ARENA_BYTES ((size_t)1 << 30)
#define ANSWER_BYTES ((size_t)1 << 30)

struct sb_req *sb_req_new(struct sb_app *app, const char *uri) {
    struct sb_req *req = calloc(1, sizeof *req);
    if (!req)
        return NULL;
    req->app = app;
    sb_arena_init(&req->arena, ARENA_BYTES);
    sb_buf_init(&req->body, (size_t)app->options.max_body);
    sb_buf_init(&req->out, ANSWER_BYTES);
    req->fault.truncate = -1;
    req->uri = sb_arena_text(&req->arena, uri);
    req->extra.at = sb_arena_get(&req->arena, SB_MAX_EXTRA * sizeof *req->extra.at);
    if (!req->uri || !req->extra.at) {
        sb_req_free(req);
        return NULL;
    }
    return req;
}

void sb_req_free(struct sb_req *req) {
    if (!req)
        return;
    if (req->sink.close)
        req->sink.close(req->sink.arg);
    if (req->stream.close)
        req->stream.close(req->stream.arg);
    sb_buf_free(&req->body);
    sb_buf_free(&req->out);
    sb_arena_free(&req->arena);
    free(req);
}

const char *sb_req_header(const struct sb_req *req, const char *name) {
    for (size_t i = 0; i < req->headers.n; i++)
        if (strcasecmp(req->headers.at[i].name, name) == 0)
            return req->headers.at[i].value;
    return NULL;
}

const char *sb_req_param(const struct sb_req *req, const char *name) {
    for (size_t i = 0; i < req->query.n; i++)
        if (strcasecmp(req->query.at[i].name, name) == 0)
            return req->query.at[i].value;
    return NULL;
}

void sb_req_add_header(struct sb_req *req, const char *name, const char *value) {
    if (value && req->extra.n < SB_MAX_EXTRA)
        req->extra.at[req->extra.n++] = (struct sb_pair){name, value, strlen(value)};
}

json_t *sb_json_read(const char *s, size_t len, json_error_t *e) {
    size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
    json_t *v = json_loadb(s ? s : "", len, flags, e);
    if (!v && json_error_code(e) == json_error_numeric_overflow)
        v = json_loadb(s, len, flags | JSON_DECODE_INT_AS_REAL, e);
    return v;
}

json_t *sb_req_json(struct sb_req *req) {
    json_error_t e = {0};
    json_t *v = sb_json_read(req->body.at, req->body.len, &e);
    if (v && (json_is_object(v) || json_is_array(v)))
        return v;
    if (v) {
        json_decref(v);
        snprintf(e.text, sizeof e.text, "a JSON object is expected");
        e.line = e.column = 1;
    }
    sb_req_error(req, 400, "JSON_PARSER_ERROR", "%s at [line:%d, column:%d]", e.text, e.line,
                 e.column);
    return NULL;
}

struct sb_json sb_req_answer(struct sb_req *req, int status) {
    req->status = status;
    req->content_type = "application/json;charset=UTF-8";
    sb_buf_clear(&req->out);
    return (struct sb_json){.b = &req->out};
}

static void put_fields(struct sb_json *j, const char *fields) {
    sb_json_open(j, '[');
    while (fields && *fields) {
        size_t len = strcspn(fields, ",");
        sb_json_text(j, fields, len);
        fields += len;
        fields += strspn(fields, ", ");
    }
    sb_json_close(j, ']');
}

void sb_req_fail(struct sb_req *req, int status, const struct sb_fail *fail) {
    struct sb_json j = sb_req_answer(req, status);
    sb_json_open(&j, '[');
    sb_json_open(&j, '{');
    sb_json_put_str(&j, "message", fail->message ? fail->message : "");
    sb_json_put_str(&j, "errorCode", fail->code);
    if (fail->fields) {
        sb_json_key(&j, "fields");
        put_fields(&j, fail->fields);
    }
    sb_json_close(&j, '}');
    sb_json_close(&j, ']');
}

void sb_req_error(struct sb_req *req, int status, const char *code, const char *fmt, ...) {
    char text[2000];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    size_t len = n < 0 ? 0 : (size_t)n;
    text[sb_utf8_cut(text, len, sizeof text - 2)] = '\0';
    struct sb_fail fail = {.code = code, .message = text};
    sb_req_fail(req, status, &fail);
}

void sb_req_not_found(struct sb_req *req) {
    sb_req_error(req, 404, "NOT_FOUND", "The requested resource does not exist");
}

void sb_put_fail(struct sb_json *j, const struct sb_fail *fail) {
    sb_json_open(j, '{');
    sb_json_put_str(j, "statusCode", fail->code);
    sb_json_put_str(j, "message", fail->message ? fail->message : "");
    sb_json_key(j, "fields");
    put_fields(j, fail->fields);
    sb_json_close(j, '}');
}

const char *sb_req_base(struct sb_req *req) {
    const char *base =
        sb_arena_format(&req->arena, "/services/data/v%d.%d", req->version / 10, req->version % 10);
    return base ? base : "";
}

void sb_req_save(struct sb_req *req, struct sb_save *s) {
    *s = (struct sb_save){
        .store = req->app->options.discard ? NULL : req->app->store,
        .schema = req->app->schema,
        .arena = &req->arena,
        .tally = req->app->tally,
        .user_id = req->app->user_id,
        .lock_share = req->fault.lock_share,
        .locked = req->fault.locked,
        .lock_like = req->fault.lock_like,
        .chance = &req->fault_chance,
    };
}
