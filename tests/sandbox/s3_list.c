// SPDX-License-Identifier: MIT
// ListObjectsV2: the keys of a bucket in order, a page at a time.
#include "s3_list.h"

#include "s3.h"
#include "url.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define MAX_DEPTH 16
#define PAGE_KEYS 1000

struct keys {
    struct sb_arena *arena;
    const char **at;
    size_t n, max;
    const char *prefix, *after; // those wanted begin with one, come behind the other
};

static bool add(struct keys *k, const char *key) {
    if (strncmp(key, k->prefix, strlen(k->prefix)) != 0 || strcmp(key, k->after) <= 0)
        return true;
    if (k->n == k->max) {
        size_t max = k->max ? 2 * k->max : 1024;
        const char **more = realloc(k->at, max * sizeof *more);
        if (!more)
            return false;
        k->at = more;
        k->max = max;
    }
    k->at[k->n++] = key;
    return true;
}

// Keys below dir; at is what leads there from the bucket, "" or "a/b/".
static bool walk(struct keys *k, const char *dir, const char *at, int depth) {
    DIR *d = depth < MAX_DEPTH ? opendir(dir) : NULL;
    const struct dirent *e;
    bool good = true;
    while (d && good && (e = readdir(d))) {
        struct stat st;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        const char *path = sb_arena_format(k->arena, "%s/%s", dir, e->d_name);
        const char *key = sb_arena_format(k->arena, "%s%s", at, e->d_name);
        if (!path || !key || stat(path, &st) != 0)
            good = path && key; // gone meanwhile
        else if (S_ISDIR(st.st_mode))
            good = (key = sb_arena_format(k->arena, "%s/", key)) && walk(k, path, key, depth + 1);
        else if (S_ISREG(st.st_mode))
            good = add(k, key);
    }
    if (d)
        closedir(d);
    return good;
}

static int order(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// encoding-type=url: what needs it in XML is then encoded, too.
static void put_encoded(struct sb_buf *out, const char *text) {
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        bool is_plain = (*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') ||
                        (*p >= 'a' && *p <= 'z') || strchr("-_.*/", *p);
        if (is_plain)
            sb_buf_char(out, (char)*p);
        else
            sb_buf_format(out, "%%%02X", *p);
    }
}

static void put_object(struct sb_req *req, const char *dir, const char *key) {
    struct stat st;
    struct tm tm;
    char when[64];
    const char *path = sb_arena_format(&req->arena, "%s/%s", dir, key);
    const char *etag = path && stat(path, &st) == 0 ? sb_s3_etag(req, path) : NULL;
    if (!etag)
        return; // gone meanwhile
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S.000Z", gmtime_r(&st.st_mtime, &tm));
    sb_buf_text(&req->out, "<Contents><Key>");
    put_encoded(&req->out, key);
    sb_buf_format(&req->out,
                  "</Key><LastModified>%s</LastModified><ETag>%s</ETag><Size>%lld</Size>"
                  "<StorageClass>STANDARD</StorageClass></Contents>\n",
                  when, etag, (long long)st.st_size);
}

static const char *param(const struct sb_req *req, const char *name) {
    const char *value = sb_req_param(req, name);
    return value ? value : "";
}

// A token is the last key of the page before, encoded as keys are.
static const char *page_begins(struct sb_req *req) {
    size_t len = 0;
    const char *token = param(req, "continuation-token");
    const char *key = sb_url_decode(&req->arena, token, strlen(token), false, &len);
    return key && *key ? key : param(req, "start-after");
}

void sb_s3_list(struct sb_req *req, const char *dir) {
    struct keys k = {
        .arena = &req->arena, .prefix = param(req, "prefix"), .after = page_begins(req)};
    bool good = walk(&k, dir, "", 0);
    size_t n = k.n < PAGE_KEYS ? k.n : PAGE_KEYS;
    if (k.n)
        qsort(k.at, k.n, sizeof *k.at, order);
    sb_buf_format(&req->out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                  "<EncodingType>url</EncodingType><KeyCount>%zu</KeyCount><MaxKeys>%d</MaxKeys>"
                  "<IsTruncated>%s</IsTruncated>\n",
                  n, PAGE_KEYS, n < k.n ? "true" : "false");
    for (size_t i = 0; i < n; i++)
        put_object(req, dir, k.at[i]);
    if (n < k.n) {
        sb_buf_text(&req->out, "<NextContinuationToken>");
        put_encoded(&req->out, k.at[n - 1]);
        sb_buf_text(&req->out, "</NextContinuationToken>");
    }
    sb_buf_text(&req->out, "</ListBucketResult>\n");
    free(k.at);
    req->content_type = "application/xml";
    req->status = good ? 200 : 500;
}
