// SPDX-License-Identifier: MIT
// Objects on S3: what names them, where they are asked for, why one is not given.
#include "source/s3.h"
#include "aws/endpoint.h"
#include <stdio.h>

#define FALLBACK_REGION "us-east-1"
#define VERSION "?versionId="

bool ac_s3_is_url(const char *url) { return strncmp(url, "s3://", 5) == 0; }

// Old buckets have capitals, underscores, or up to 255 characters.
static bool is_bucket(ac_str s) {
    if (s.len < 3 || s.len > 255 || s.ptr[0] == '.' || s.ptr[0] == '-')
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '.' || c == '-' || c == '_'))
            return false;
    }
    return true;
}

static enum ac_rc check_bucket(ac_str bucket, struct ac_err *err) {
    if (is_bucket(bucket))
        return AC_OK;
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "NOT_A_BUCKET",
                      "\"%.*s\" cannot be the name of a bucket; write s3://bucket/key or "
                      "s3://bucket/prefix/",
                      AC_STR_ARG(bucket));
}

enum ac_rc ac_s3_parse(const char *url, struct ac_arena *arena, struct ac_s3_url *out,
                       struct ac_err *err) {
    ac_str rest = ac_str_skip(ac_str_of(url), 5), version = AC_STR("");
    ptrdiff_t slash = ac_str_find(rest, '/');
    ac_str bucket = slash < 0 ? rest : ac_str_n(rest.ptr, (size_t)slash);
    ac_str key = slash < 0 ? AC_STR("") : ac_str_skip(rest, (size_t)slash + 1);
    const char *mark = strstr(key.ptr, VERSION);
    if (mark && mark > key.ptr) {
        version = ac_str_of(mark + strlen(VERSION));
        key.len = (size_t)(mark - key.ptr);
    }
    enum ac_rc rc = check_bucket(bucket, err);
    if (rc != AC_OK)
        return rc;
    if (key.len > 1024)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "NOT_A_KEY",
                          "a key on S3 has at most 1024 bytes, this one has %zu", key.len);
    out->bucket = ac_arena_copy(arena, bucket);
    out->key = ac_arena_copy(arena, key);
    out->version_id = ac_arena_copy(arena, version);
    return out->bucket && out->key && out->version_id ? AC_OK
                                                      : ac_err_nomem(err, "the name of an input");
}

ac_str ac_s3_bare_etag(ac_str etag) {
    if (etag.len >= 2 && etag.ptr[0] == '"' && etag.ptr[etag.len - 1] == '"')
        return ac_str_n(etag.ptr + 1, etag.len - 2);
    return etag;
}

// "null" names whatever was written while versions were off: that is no version.
static ac_str real_version(const char *version_id) {
    ac_str version = ac_str_of(version_id ? version_id : "");
    return ac_str_eq(version, AC_STR("null")) ? AC_STR("") : version;
}

enum ac_rc ac_source_object(const struct ac_source_object *object, struct ac_arena *arena,
                            struct ac_item *out, struct ac_err *err) {
    ac_str version = real_version(object->version_id);
    ac_str etag = ac_s3_bare_etag(ac_str_of(object->etag ? object->etag : ""));
    enum ac_rc rc = check_bucket(ac_str_of(object->bucket), err);
    if (rc != AC_OK)
        return rc;
    if (!object->key.len || object->key.len > 1024 ||
        memchr(object->key.ptr, '\0', object->key.len))
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "NOT_A_KEY",
                          "a key on S3 has 1 to 1024 bytes without a NUL");
    size_t bucket_len = strlen(object->bucket);
    size_t len = 5 + bucket_len + 1 + object->key.len + strlen(VERSION) + version.len + 1;
    char *name = ac_arena_alloc(arena, len);
    char *key = ac_arena_copy(arena, object->key), *bucket = NULL;
    if (name && key)
        bucket = ac_arena_copy(arena, ac_str_of(object->bucket));
    char *version_id = bucket ? ac_arena_copy(arena, version) : NULL;
    char *etag_text = version_id ? ac_arena_copy(arena, etag) : NULL;
    if (!etag_text)
        return ac_err_nomem(err, "the name of an input");
    snprintf(name, len, "s3://%s/%s%s%s", bucket, key, version.len ? VERSION : "", version_id);
    *out = (struct ac_item){.name = name,
                            .path = name,
                            .size_bytes = object->size_bytes,
                            .modified_ms = object->modified_ms,
                            .bucket = bucket,
                            .key = key,
                            .etag = etag_text,
                            .version_id = version_id};
    return AC_OK;
}

// --- where to ask

void ac_s3_target_init(struct ac_s3_target *t) {
    t->region[0] = '\0';
    ac_buf_init(&t->base, 4096);
    ac_buf_init(&t->path, 8192);
}

void ac_s3_target_free(struct ac_s3_target *t) {
    ac_buf_free(&t->base);
    ac_buf_free(&t->path);
}

// Fit to be part of a host name that the certificate of S3 is for.
static bool is_dns_safe(const char *bucket) {
    for (const char *c = bucket; *c; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '-'))
            return false;
    size_t len = strlen(bucket);
    return len <= 63 && bucket[len - 1] != '-';
}

// Somebody's own server mostly has no names for its buckets.
static bool is_path_style(const struct ac_source_env *env, const char *bucket, bool is_custom) {
    enum ac_s3_addressing how = env->s3_addressing;
    if (how == AC_S3_AUTO) {
        struct ac_err ignored = AC_ERR_INIT;
        const char *style = ac_aws_setting(env->aws, "s3", "addressing_style", &ignored);
        if (style && strcmp(style, "path") == 0)
            how = AC_S3_PATH;
        else if (style && strcmp(style, "virtual") == 0)
            how = AC_S3_VIRTUAL;
    }
    if (how == AC_S3_AUTO)
        return is_custom || !is_dns_safe(bucket);
    return how == AC_S3_PATH;
}

static enum ac_rc region_of(const struct ac_source_env *env, const char *bucket, char *out,
                            struct ac_err *err) {
    const char *region = ac_aws_noted_region(env->aws, bucket);
    enum ac_rc rc = region ? AC_OK : ac_aws_region(env->aws, &region, err);
    if (rc < AC_OK)
        return rc;
    snprintf(out, AC_AWS_MAX_REGION, "%s", rc == AC_END ? FALLBACK_REGION : region);
    return AC_OK;
}

// "https://host" becomes "https://bucket.host".
static bool put_bucket(struct ac_buf *base, const char *bucket) {
    const char *host = ac_buf_text(base) ? strstr(base->ptr, "://") : NULL;
    if (!host)
        return false;
    struct ac_buf longer;
    ac_str whole = ac_buf_str(base);
    size_t at = (size_t)(host + 3 - base->ptr);
    ac_buf_init(&longer, base->max_bytes);
    bool good = ac_buf_add(&longer, whole.ptr, at) && ac_buf_add_str(&longer, ac_str_of(bucket)) &&
                ac_buf_add_char(&longer, '.') && ac_buf_add_str(&longer, ac_str_skip(whole, at));
    ac_buf_free(base);
    *base = longer;
    return good;
}

enum ac_rc ac_s3_target_fill(struct ac_s3_target *t, const struct ac_source_env *env,
                             const char *bucket, const char *key, struct ac_err *err) {
    if (!env || !env->aws)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "UNKNOWN_SCHEME",
                          "S3 is not asked by this command");
    bool is_custom = false;
    ac_buf_clear(&t->base);
    ac_buf_clear(&t->path);
    enum ac_rc rc = region_of(env, bucket, t->region, err);
    if (rc == AC_OK)
        rc = ac_aws_endpoint(env->aws, "s3", t->region, &t->base, &is_custom, err);
    if (rc != AC_OK)
        return rc;
    bool in_path = is_path_style(env, bucket, is_custom);
    bool good = in_path
                    ? ac_buf_add_char(&t->path, '/') && ac_sigv4_path(&t->path, ac_str_of(bucket))
                    : put_bucket(&t->base, bucket);
    if (good && (key || !in_path))
        good = ac_buf_add_char(&t->path, '/');
    if (good && key)
        good = ac_sigv4_path(&t->path, ac_str_of(key));
    good = good && ac_buf_text(&t->base) && ac_buf_text(&t->path);
    return good ? AC_OK : ac_err_nomem(err, "a request to S3");
}

bool ac_s3_follow(const struct ac_source_env *env, const char *bucket, const char *region,
                  const struct ac_aws_reply *reply) {
    bool is_elsewhere = reply->status == 301 || reply->status == 307 || reply->status == 400 ||
                        reply->status == 403;
    if (!is_elsewhere || !reply->region[0] || strcmp(reply->region, region) == 0)
        return false;
    ac_aws_note_region(env->aws, bucket, reply->region);
    return true;
}

// --- why not

static const struct reason {
    const char *code;
    int status; // counts when there is no code: an answer to HEAD has no body
    const char *as, *text;
} reasons[] = {
    {"NoSuchBucket", 0, "NOT_FOUND", "there is no bucket of that name"},
    {"NoSuchVersion", 0, "NOT_FOUND", "the object has no such version"},
    {"NoSuchKey", 404, "NOT_FOUND", "there is no such object"},
    {"InvalidObjectState", 0, "ARCHIVED", "is archived (Glacier): restore it, then import it"},
    {"PreconditionFailed", 412, "SUPERSEDED",
     "was replaced by a newer object under the same key meanwhile"},
    {"MethodNotAllowed", 405, "NOT_FOUND", "is a delete marker: the object was deleted"},
    {"InvalidBucketName", 0, "NOT_A_BUCKET", "the bucket's name is none"},
    {"AllAccessDisabled", 0, "DENIED", "the bucket is disabled"},
};

static enum ac_rc fail_denied(const struct ac_aws_reply *reply, const char *wants,
                              struct ac_err *err) {
    bool is_kms = strstr(reply->message, "kms:") != NULL;
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "DENIED",
                      "access is denied%s%s: the credentials need %s%s",
                      *reply->message ? ": " : "", reply->message,
                      is_kms ? "kms:Decrypt for the bucket's key" : wants,
                      is_kms ? "" : ", and kms:Decrypt where the bucket is encrypted with a key");
}

static bool has_capital(const char *bucket) {
    return strpbrk(bucket, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL;
}

enum ac_rc ac_s3_fail(const struct ac_aws_reply *reply, const char *bucket, const char *wants,
                      struct ac_err *err) {
    bool has_answer = !reply->failure && reply->end == AC_HTTP_DONE;
    if (has_answer && strcmp(reply->code, "NoSuchBucket") == 0 && has_capital(bucket))
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "NOT_FOUND",
                          "there is no bucket of that name; names of buckets are in lower case");
    for (size_t i = 0; has_answer && i < AC_N(reasons); i++) {
        const struct reason *r = &reasons[i];
        bool is_it = reply->code[0] ? strcmp(reply->code, r->code) == 0
                                    : r->status && reply->status == r->status;
        if (is_it)
            return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, r->as, "%s", r->text);
    }
    if (has_answer && (strcmp(reply->code, "AccessDenied") == 0 ||
                       (!reply->code[0] && (reply->status == 403 || reply->status == 401))))
        return fail_denied(reply, wants, err);
    if (has_answer && reply->region[0])
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "WRONG_REGION",
                          "is said to be in the region %s, and there it is refused again (HTTP %d "
                          "%s)",
                          reply->region, reply->status, reply->code);
    char what[300];
    snprintf(what, sizeof what, "the bucket %.250s", bucket);
    return ac_aws_fail(reply, what, err);
}
