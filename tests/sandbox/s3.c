// SPDX-License-Identifier: MIT
// Objects of S3 from a folder, for tests that fetch what an event names.
#include "s3.h"

#include "routes.h"
#include "s3_list.h"
#include "url.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAX_OBJECT_BYTES ((size_t)256 << 20)

bool sb_s3_is_asked(const struct sb_req *req) {
    static const char *const ours[] = {"/services", "/id/", "/sandbox/"};
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (strncmp(req->path, ours[i], strlen(ours[i])) == 0)
            return false;
    return req->app->options.s3 != NULL;
}

static void fail(struct sb_req *req, int status, const char *code, const char *message) {
    char text[500];
    int n = snprintf(text, sizeof text,
                     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code>"
                     "<Message>%s</Message></Error>",
                     code, message);
    sb_buf_clear(&req->out);
    sb_buf_add(&req->out, text, (size_t)n);
    req->status = status;
    req->content_type = "application/xml";
}

// The file of "/bucket/key"; NULL when that leads elsewhere.
static const char *file_of(struct sb_req *req) {
    size_t len = 0;
    const char *path = sb_url_decode(&req->arena, req->path, strlen(req->path), false, &len);
    if (!path || strlen(path) != len || strstr(path, "/../") || strstr(path, "/./"))
        return NULL;
    return sb_arena_format(&req->arena, "%s%s", req->app->options.s3, path);
}

static bool read_file(int fd, struct sb_buf *out) {
    char block[65536];
    ssize_t n;
    while ((n = read(fd, block, sizeof block)) > 0)
        if (!sb_buf_add(out, block, (size_t)n))
            return false;
    return n == 0;
}

static const char *etag_of(struct sb_req *req, const struct sb_buf *body) {
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    char hex[2 * EVP_MAX_MD_SIZE + 1] = "";
    if (EVP_Digest(body->at ? body->at : "", body->len, sum, &len, EVP_md5(), NULL) != 1)
        return "\"\"";
    for (unsigned i = 0; i < len; i++)
        snprintf(hex + (size_t)2 * i, 3, "%02x", sum[i]);
    return sb_arena_format(&req->arena, "\"%s\"", hex);
}

const char *sb_s3_etag(struct sb_req *req, const char *path) {
    struct sb_buf body;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    sb_buf_init(&body, MAX_OBJECT_BYTES);
    const char *etag = read_file(fd, &body) ? etag_of(req, &body) : NULL;
    sb_buf_free(&body);
    close(fd);
    return etag;
}

// "bytes=N-" is what acload asks for.
static void cut_range(struct sb_req *req, struct sb_buf *body) {
    const char *range = sb_req_header(req, "Range");
    char *end = NULL;
    req->status = 200;
    if (!range || strncmp(range, "bytes=", 6) != 0)
        return;
    unsigned long long from = strtoull(range + 6, &end, 10);
    if (strcmp(end, "-") != 0)
        return;
    if (from >= body->len) {
        fail(req, 416, "InvalidRange", "The requested range is not satisfiable");
        return;
    }
    req->status = 206;
    sb_req_add_header(
        req, "Content-Range",
        sb_arena_format(&req->arena, "bytes %llu-%zu/%zu", from, body->len - 1, body->len));
    memmove(body->at, body->at + from, body->len - (size_t)from);
    body->len -= (size_t)from;
}

static void answer(struct sb_req *req, struct sb_buf *body, time_t modified) {
    char date[64];
    struct tm tm;
    const char *etag = etag_of(req, body), *match = sb_req_header(req, "If-Match");
    if (match && strcmp(match, etag) != 0) {
        fail(req, 412, "PreconditionFailed", "At least one of the preconditions did not hold");
        return;
    }
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&modified, &tm));
    sb_req_add_header(req, "ETag", etag);
    sb_req_add_header(req, "Last-Modified", sb_arena_text(&req->arena, date));
    cut_range(req, body);
    if (req->status == 416)
        return;
    req->content_type = "binary/octet-stream";
    sb_buf_clear(&req->out);
    sb_buf_add(&req->out, body->at ? body->at : "", body->len);
}

// Its folder has to be there.
static void put(struct sb_req *req, const char *path) {
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
    if (fd < 0) {
        fail(req, 404, "NoSuchBucket", "The specified bucket does not exist");
        return;
    }
    bool good =
        write(fd, req->body.at ? req->body.at : "", req->body.len) == (ssize_t)req->body.len;
    if (close(fd) == 0 && good)
        req->status = 200;
    else
        fail(req, 500, "InternalError", "the file cannot be written");
}

static void fail_missing(struct sb_req *req) {
    struct stat st;
    int len = (int)strcspn(req->path + 1, "/") + 1;
    const char *bucket =
        sb_arena_format(&req->arena, "%s%.*s", req->app->options.s3, len, req->path);
    if (bucket && stat(bucket, &st) == 0)
        fail(req, 404, "NoSuchKey", "The specified key does not exist.");
    else
        fail(req, 404, "NoSuchBucket", "The specified bucket does not exist");
}

static bool is_listing(const struct sb_req *req, const struct stat *st) {
    const char *type = sb_req_param(req, "list-type");
    return strcmp(req->method, "GET") == 0 && type && strcmp(type, "2") == 0 &&
           S_ISDIR(st->st_mode) && !strchr(req->path + 1, '/');
}

void sb_s3(struct sb_req *req) {
    struct sb_buf body;
    struct stat st;
    const char *path = file_of(req);
    if (strcmp(req->method, "PUT") == 0) {
        put(req, path);
        return;
    }
    if (strcmp(req->method, "GET") != 0 && strcmp(req->method, "HEAD") != 0) {
        fail(req, 405, "MethodNotAllowed",
             "only objects are given or taken here, by GET, HEAD or PUT");
        return;
    }
    if (path && stat(path, &st) == 0 && is_listing(req, &st)) {
        sb_s3_list(req, path);
        return;
    }
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        if (fd >= 0)
            close(fd);
        fail_missing(req);
        return;
    }
    sb_buf_init(&body, MAX_OBJECT_BYTES);
    if (read_file(fd, &body))
        answer(req, &body, st.st_mtime);
    else
        fail(req, 500, "InternalError", "the file cannot be read");
    close(fd);
    sb_buf_free(&body);
}
