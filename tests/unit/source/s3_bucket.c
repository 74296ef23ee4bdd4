// SPDX-License-Identifier: MIT
// A bucket that answers: objects by range, listings by page.
#include "source/s3_bucket.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

struct bucket bucket;

struct query { // of a request, decoded
    char path[4096], names[8][64], values[8][4096];
    size_t n;
};

static size_t decode(ac_str s, char *out) {
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        char hex[3] = {0};
        out[n] = s.ptr[i];
        if (s.ptr[i] == '%') {
            memcpy(hex, s.ptr + i + 1, 2);
            out[n] = (char)strtol(hex, NULL, 16);
            i += 2;
        }
        n++;
    }
    out[n] = '\0';
    return n;
}

static void read_query(const char *url, struct query *q) {
    ac_str rest = ac_str_of(strstr(url, "://") + 3), part;
    rest = ac_str_skip(rest, (size_t)ac_str_find(rest, '/'));
    ptrdiff_t mark = ac_str_find(rest, '?');
    decode(mark < 0 ? rest : ac_str_n(rest.ptr, (size_t)mark), q->path);
    rest = mark < 0 ? AC_STR("") : ac_str_skip(rest, (size_t)mark + 1);
    while (rest.len && ac_str_cut(&rest, '&', &part)) {
        ptrdiff_t equals = ac_str_find(part, '=');
        decode(ac_str_n(part.ptr, (size_t)equals), q->names[q->n]);
        decode(ac_str_skip(part, (size_t)equals + 1), q->values[q->n]);
        q->n++;
    }
}

static const char *value_of(const struct query *q, const char *name) {
    for (size_t i = 0; i < q->n; i++)
        if (strcmp(q->names[i], name) == 0)
            return q->values[i];
    return NULL;
}

static size_t n_keys(void) { return bucket.key_of ? bucket.n_made : bucket.n; }

static struct bucket_object object_at(size_t i, char *key, size_t size) {
    if (!bucket.key_of)
        return bucket.objects[i];
    bucket.key_of(i, key, size);
    return (struct bucket_object){.key = key, .body = "a,b\n1,2\n"};
}

static size_t len_of(const struct bucket_object *o) { return o->len ? o->len : strlen(o->body); }

static const char *etag_of(const struct bucket_object *o, size_t i, char out[64]) {
    snprintf(out, 64, "etag-%zu", i);
    return o->etag ? o->etag : out;
}

static int64_t time_of(const struct bucket_object *o) {
    return o->modified_ms ? o->modified_ms : AWS_NOW_MS;
}

// --- listings

static bool add_key(struct ac_buf *out, const char *key) {
    if (!bucket.is_plain_keys)
        return ac_buf_add_url(out, ac_str_of(key));
    for (; *key; key++)
        if (!(*key == '&' ? ac_buf_add_str(out, AC_STR("&amp;")) : ac_buf_add_char(out, *key)))
            return false;
    return true;
}

static void list(const struct query *q, struct ac_buf *out) {
    const char *prefix = value_of(q, "prefix"), *token = value_of(q, "continuation-token");
    const char *after = token ? token + 1 : value_of(q, "start-after");
    char key[2048], last[2048] = "", iso[25], etag[64];
    size_t n = 0, max = bucket.page ? bucket.page : 1000;
    bool has_more = false;
    if (!token && bucket.ignores_after)
        after = NULL;
    ck_assert_str_eq(value_of(q, "list-type"), "2");
    ck_assert(ac_buf_printf(out, "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"x\">"));
    for (size_t i = 0; i < n_keys() && !has_more; i++) {
        struct bucket_object o = object_at(i, key, sizeof key);
        if (strncmp(o.key, prefix, strlen(prefix)) != 0 || (after && strcmp(o.key, after) <= 0))
            continue;
        has_more = n == max;
        if (has_more)
            break;
        n++;
        ac_clock_iso(time_of(&o) + 345, iso);
        snprintf(last, sizeof last, "%s", o.key);
        ck_assert(ac_buf_printf(out, "<Contents><Key>") && add_key(out, o.key));
        ck_assert(ac_buf_printf(out,
                                "</Key><LastModified>%s</LastModified><ETag>&quot;%s&quot;</ETag>"
                                "<Size>%zu</Size></Contents>",
                                iso, etag_of(&o, i, etag), len_of(&o)));
    }
    ck_assert(ac_buf_printf(out, "<IsTruncated>%s</IsTruncated>", has_more ? "true" : "false"));
    if (has_more)
        ck_assert(ac_buf_printf(out, "<NextContinuationToken>+%s</NextContinuationToken>", last));
    if (!bucket.is_plain_keys)
        ck_assert(ac_buf_printf(out, "<EncodingType>url</EncodingType>"));
    ck_assert(ac_buf_printf(out, "</ListBucketResult>"));
}

// --- objects

static void refuse(struct aws_answer *a, struct ac_buf *body, int status, const char *code,
                   const char *more) {
    a->status = status;
    if (!bucket.is_mute)
        ck_assert(ac_buf_printf(body, "<Error><Code>%s</Code><Message>words</Message>%s</Error>",
                                code, more));
}

static void give(const struct aws_asked *asked, const struct query *q, size_t i,
                 struct aws_answer *a, struct ac_buf *body) {
    static char lines[8][256];
    char key[2048], etag[64], http[30], quoted[80];
    struct bucket_object o = object_at(i, key, sizeof key);
    size_t len = len_of(&o), from = 0;
    const char *match = aws_header(asked, "If-Match"), *range = aws_header(asked, "Range");
    const char *version = value_of(q, "versionId");
    snprintf(quoted, sizeof quoted, "\"%s\"", etag_of(&o, i, etag));
    if (version && (!o.version || strcmp(version, o.version) != 0)) {
        refuse(a, body, 404, "NoSuchVersion", "");
        return;
    }
    if (match && !bucket.ignores_match && strcmp(match, quoted) != 0) {
        refuse(a, body, 412, "PreconditionFailed", "");
        return;
    }
    if (range && !bucket.ignores_ranges)
        from = strtoul(range + strlen("bytes="), NULL, 10);
    if (from && from >= len) {
        refuse(a, body, 416, "InvalidRange", "");
        return;
    }
    ac_clock_http(time_of(&o), http);
    snprintf(lines[0], sizeof *lines, "ETag: %s", quoted);
    snprintf(lines[1], sizeof *lines, "Last-Modified: %s", http);
    snprintf(lines[2], sizeof *lines, "x-amz-version-id: %s", o.version ? o.version : "");
    snprintf(lines[3], sizeof *lines, "Content-Length: %zu", len - from);
    snprintf(lines[4], sizeof *lines, "Content-Range: bytes %zu-%zu/%zu", from, len - 1, len);
    size_t n = 0;
    a->headers[n++] = lines[0];
    a->headers[n++] = lines[1];
    if (o.version)
        a->headers[n++] = lines[2];
    if (!bucket.hides_length)
        a->headers[n++] = lines[3];
    if (from) {
        a->headers[n++] = lines[4];
        a->status = 206;
    }
    ck_assert(ac_buf_add(body, o.body + from, len - from));
    if (bucket.n_cuts && bucket.cut_at && strcmp(asked->method, "GET") == 0) {
        a->cut_at = bucket.cut_at;
        bucket.n_cuts--;
    }
}

static bool is_elsewhere(const struct aws_asked *asked, struct aws_answer *a, struct ac_buf *body) {
    char scope[128], more[128];
    static char line[128];
    if (!bucket.region)
        return false;
    snprintf(scope, sizeof scope, "/%s/s3/aws4_request", bucket.region);
    if (strstr(aws_header(asked, "Authorization"), scope))
        return false;
    snprintf(more, sizeof more, "<Region>%s</Region>", bucket.region);
    snprintf(line, sizeof line, "x-amz-bucket-region: %s", bucket.region);
    refuse(a, body, 400, "AuthorizationHeaderMalformed", more);
    if (bucket.is_mute) // the way AWS says it
        a->headers[0] = line;
    return true;
}

static void answer(void *arg, const struct aws_asked *asked, struct aws_answer *a,
                   struct ac_buf *body) {
    (void)arg;
    struct query q = {.n = 0};
    read_query(asked->url, &q);
    if (is_elsewhere(asked, a, body))
        return;
    if (value_of(&q, "list-type")) {
        list(&q, body);
        return;
    }
    const char *path = strncmp(q.path, "/bucket/", 8) == 0 ? q.path + 8 : q.path + 1;
    for (size_t i = 0; i < n_keys(); i++) {
        char key[2048];
        struct bucket_object o = object_at(i, key, sizeof key);
        if (strcmp(o.key, path) == 0) {
            give(asked, &q, i, a, body);
            return;
        }
    }
    refuse(a, body, 404, "NoSuchKey", "");
}

// --- what tests do with it

void bucket_setup(void) {
    aws_setup();
    memset(&bucket, 0, sizeof bucket);
    ac_arena_init(&bucket.arena, 64 << 20);
    bucket.env.aws = aws_room();
    aws_add(&(struct aws_answer){
        .url = "https://*.amazonaws.com/*", .times = AWS_FOREVER, .fill = answer});
    aws_add(&(struct aws_answer){
        .url = "http://127.0.0.1:9000/*", .times = AWS_FOREVER, .fill = answer});
}

void bucket_teardown(void) {
    ac_arena_free(&bucket.arena);
    aws_teardown();
}

void bucket_fill(const struct bucket_object *objects, size_t n) {
    bucket.objects = objects;
    bucket.n = n;
}

static enum ac_rc on_found(void *arg, const struct ac_item *item, struct ac_err *err) {
    (void)arg;
    (void)err;
    size_t len = strlen(bucket.found), more = strlen(item->key) + 1;
    if (len + more < sizeof bucket.found)
        snprintf(bucket.found + len, sizeof bucket.found - len, "%s\n", item->key);
    bucket.n_found++;
    bucket.last = *item;
    return AC_OK;
}

enum ac_rc bucket_list(const char *url, struct ac_source_filter *filter) {
    struct ac_source_filter none = {0};
    if (!filter)
        filter = &none;
    if (!filter->env)
        filter->env = &bucket.env;
    bucket.found[0] = '\0';
    bucket.n_found = 0;
    ac_err_clear(&aws_net.err);
    return ac_source_list(url, filter, &bucket.arena, on_found, NULL, &aws_net.err);
}

void bucket_check_list(const char *url, const char *keys) {
    ck_assert_msg(bucket_list(url, NULL) == AC_OK, "%s: %s", url, aws_net.err.text);
    ck_assert_str_eq(bucket.found, keys);
}

struct ac_item bucket_item(const char *url) {
    ck_assert_msg(bucket_list(url, NULL) == AC_OK, "%s: %s", url, aws_net.err.text);
    ck_assert_uint_eq(bucket.n_found, 1);
    return bucket.last;
}

struct ac_source *bucket_open(const struct ac_item *item) {
    struct ac_source_options options = {.env = &bucket.env};
    struct ac_source *src = NULL;
    struct ac_member member;
    ck_assert_msg(ac_source_open(&src, item, &options, &aws_net.err) == AC_OK, "%s",
                  aws_net.err.text);
    ck_assert_int_eq(ac_source_next(src, &member, &aws_net.err), AC_OK);
    return src;
}

enum ac_rc bucket_read(struct ac_source *src, size_t step, struct ac_buf *out) {
    for (;;) {
        ac_str bytes;
        enum ac_rc rc = ac_source_peek(src, step, &bytes, &aws_net.err);
        if (rc < AC_OK)
            return rc;
        size_t n = bytes.len < step ? bytes.len : step;
        ck_assert(ac_buf_add(out, bytes.ptr, n));
        ac_source_take(src, n);
        if (rc == AC_END && n == bytes.len)
            return AC_END;
    }
}

void bucket_check_err(const char *code, const char *words) {
    ck_assert_str_eq(aws_net.err.code, code);
    ck_assert_msg(strstr(aws_net.err.text, words) != NULL, "%s", aws_net.err.text);
}
