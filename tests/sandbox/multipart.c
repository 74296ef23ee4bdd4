// SPDX-License-Identifier: MIT
// multipart/form-data bodies.
#include "multipart.h"

#include <string.h>
#include <strings.h>

// The value of a parameter ("boundary", "name") in a header; NULL when it is not there.
static char *parameter(struct sb_arena *a, const char *s, size_t len, const char *name) {
    size_t n = strlen(name);
    for (size_t i = 0; i < len; i++) {
        if (s[i] != ';')
            continue;
        size_t at = i + 1;
        while (at < len && s[at] == ' ')
            at++;
        if (len - at <= n || strncasecmp(s + at, name, n) != 0 || s[at + n] != '=')
            continue;
        at += n + 1;
        bool quoted = at < len && s[at] == '"';
        at += quoted;
        size_t end = at;
        while (end < len && (quoted ? s[end] != '"' : s[end] != ';' && s[end] != ' '))
            end++;
        return sb_arena_copy(a, s + at, end - at);
    }
    return NULL;
}

static bool read_headers(struct sb_arena *a, const char *s, size_t len, struct sb_body_part *p) {
    while (len > 0) {
        const char *end = memmem(s, len, "\r\n", 2);
        size_t line = end ? (size_t)(end - s) : len;
        if (line > 20 && strncasecmp(s, "Content-Disposition:", 20) == 0) {
            p->name = parameter(a, s, line, "name");
            p->filename = parameter(a, s, line, "filename");
        } else if (line > 13 && strncasecmp(s, "Content-Type:", 13) == 0) {
            size_t from = 13;
            while (from < line && s[from] == ' ')
                from++;
            p->type = from < line ? sb_arena_copy(a, s + from, line - from) : NULL;
        }
        size_t step = end ? line + 2 : line;
        s += step;
        len -= step;
    }
    return p->name != NULL;
}

const char *sb_multipart_read(const char *content_type, const char *body, size_t len,
                              struct sb_arena *a, struct sb_body_part *parts, size_t *n) {
    char *name = parameter(a, content_type, strlen(content_type), "boundary");
    *n = 0;
    if (!name || name[0] == '\0' || strlen(name) > 70)
        return "Multipart message must include a boundary of 1 to 70 characters";
    char *mark = sb_arena_format(a, "\r\n--%s", name);
    if (!mark)
        return "no memory";
    size_t mark_len = strlen(mark);
    const char *end = body + len;
    const char *p = NULL;
    if (len >= mark_len - 2 && memcmp(body, mark + 2, mark_len - 2) == 0) {
        p = body + mark_len - 2; // the first boundary may stand at the very beginning
    } else {
        p = memmem(body, len, mark, mark_len);
        p = p ? p + mark_len : NULL;
    }
    if (!p)
        return "Multipart message has no part";
    while (end - p >= 2 && memcmp(p, "--", 2) != 0) {
        p = memmem(p, (size_t)(end - p), "\r\n", 2);
        if (!p)
            return "Multipart message is cut off";
        p += 2;
        const char *next = memmem(p, (size_t)(end - p), mark, mark_len);
        const char *blank = memmem(p, (size_t)(end - p), "\r\n\r\n", 4);
        if (!next || !blank || blank + 4 > next)
            return "Multipart message has a part without a blank line or an end";
        if (*n == SB_MAX_PARTS_OF_BODY)
            return "Multipart message has too many parts";
        struct sb_body_part *part = &parts[*n];
        *part = (struct sb_body_part){.at = blank + 4, .len = (size_t)(next - blank) - 4};
        if (!read_headers(a, p, (size_t)(blank - p), part))
            return "Multipart message has a part without a name";
        (*n)++;
        p = next + mark_len;
    }
    return *n > 0 ? NULL : "Multipart message has no part";
}

static bool is_json(const struct sb_body_part *p) {
    return p->type && strncasecmp(p->type, "application/json", 16) == 0;
}

bool sb_multipart_record(struct sb_req *req, const struct sb_object *o, struct sb_input *row) {
    struct sb_body_part *parts = sb_arena_get(&req->arena, SB_MAX_PARTS_OF_BODY * sizeof *parts);
    const char *type = sb_req_header(req, "Content-Type");
    size_t n = 0;
    const char *why = parts ? sb_multipart_read(type, req->body.at ? req->body.at : "",
                                                req->body.len, &req->arena, parts, &n)
                            : "no memory";
    if (why || !is_json(&parts[0])) {
        sb_req_error(req, 400, "INVALID_MULTIPART_REQUEST", "%s",
                     why ? why : "The first part must be application/json");
        return false;
    }
    json_error_t e = {0};
    struct sb_fail whole = {0};
    json_t *v = sb_json_read(parts[0].at, parts[0].len, &e);
    bool ok = v && sb_record_read(req->app->schema, &req->arena, o, v, row, &whole);
    json_decref(v);
    if (!ok) {
        if (whole.code)
            sb_req_fail(req, 400, &whole);
        else
            sb_req_error(req, 400, "JSON_PARSER_ERROR", "%s at [line:%d, column:%d]", e.text,
                         e.line, e.column);
        return false;
    }
    for (size_t i = 1; i < n; i++) {
        const struct sb_field *f = sb_object_field(o, parts[i].name, strlen(parts[i].name));
        if (!f || f->kind != SB_KIND_BASE64 || !parts[i].filename) {
            sb_req_error(req, 400, "INVALID_MULTIPART_REQUEST",
                         "The part %s is no binary field with a file name", parts[i].name);
            return false;
        }
        row->cells[f->at] =
            (struct sb_cell){.kind = SB_TEXT, .len = parts[i].len, .as.text = parts[i].at};
    }
    return true;
}
