// SPDX-License-Identifier: MIT
// Objects found by a key, a prefix or a pattern.
#include "source/s3.h"
#include <stdio.h>

#define MAX_PAGE_BYTES ((size_t)16 << 20)

struct walk {
    const struct ac_source_env *env;
    struct ac_source_filter *filter; // never NULL
    struct ac_arena *arena;
    enum ac_rc (*found)(void *arg, const struct ac_item *item, struct ac_err *err);
    void *arg;
    struct ac_s3_url url;
    ac_str prefix;   // what all keys begin with
    bool is_pattern; // the key holds * ? [
    bool is_folder;  // it ends in a slash, or there is none
    struct ac_s3_target target;
    struct ac_buf body, after, token, jump;
    struct ac_s3_page page;
    size_t n_seen; // keys that are meant, wanted or not
    bool has_ended, ignores_after;
    bool is_late; // it began behind the first key: nothing seen does not mean that nothing is there
};

// One request that is followed once where the bucket is.
static enum ac_rc ask(struct walk *w, const char *key, struct ac_aws_request *request,
                      struct ac_aws_reply *reply, struct ac_err *err) {
    enum ac_rc rc = AC_OK;
    for (int i = 0; i < 2; i++) {
        rc = ac_s3_target_fill(&w->target, w->env, w->url.bucket, key, err);
        if (rc != AC_OK)
            return rc;
        request->service = "s3";
        request->is_s3 = true;
        request->region = w->target.region;
        request->base = w->target.base.ptr;
        request->path = w->target.path.ptr;
        rc = ac_aws_wait(w->env->aws, request, reply, &w->body, err);
        if (rc != AC_OK || !ac_s3_follow(w->env, w->url.bucket, w->target.region, reply))
            return rc;
    }
    return rc;
}

// --- one object

static enum ac_rc tell(struct walk *w, const struct ac_source_object *object, struct ac_err *err) {
    struct ac_item item;
    struct ac_arena_mark mark = ac_arena_mark(w->arena);
    enum ac_rc rc = ac_source_object(object, w->arena, &item, err);
    if (rc == AC_OK)
        rc = w->found(w->arg, &item, err);
    if (w->filter->forgets_items)
        ac_arena_rewind(w->arena, mark);
    return rc;
}

static int64_t size_of(const char *text) {
    int64_t n;
    return ac_str_i64(ac_str_of(text), &n) && n >= 0 ? n : -1;
}

// AC_OK: it is there, or not (reply says so).
static enum ac_rc look_at(struct walk *w, struct ac_aws_reply *reply, struct ac_err *err) {
    static const char *const wanted[] = {"ETag", "x-amz-version-id", "Content-Length", NULL};
    struct ac_sigv4_pair version = {AC_STR("versionId"), ac_str_of(w->url.version_id)};
    struct ac_aws_request request = {.method = "HEAD",
                                     .query = &version,
                                     .n_query = *w->url.version_id ? 1 : 0,
                                     .wanted = wanted};
    return ask(w, w->url.key, &request, reply, err);
}

static enum ac_rc tell_named(struct walk *w, const struct ac_aws_reply *reply, struct ac_err *err) {
    struct ac_source_object object = {.bucket = w->url.bucket,
                                      .key = ac_str_of(w->url.key),
                                      .etag = reply->wanted[0],
                                      .size_bytes = size_of(reply->wanted[2]),
                                      .modified_ms = INT64_MIN};
    // The version only where it was named: a listing of the same object does not tell it.
    object.version_id = *w->url.version_id ? reply->wanted[1] : "";
    if (*w->url.version_id && !*object.version_id)
        object.version_id = w->url.version_id;
    if (!ac_clock_parse_http(ac_str_of(reply->last_modified), &object.modified_ms))
        object.modified_ms = INT64_MIN;
    return tell(w, &object, err);
}

// --- a page

static enum ac_rc fetch_page(struct walk *w, struct ac_err *err) {
    struct ac_sigv4_pair query[5] = {{AC_STR("list-type"), AC_STR("2")},
                                     {AC_STR("encoding-type"), AC_STR("url")},
                                     {AC_STR("prefix"), w->prefix}};
    size_t n = 3;
    if (w->token.len)
        query[n++] = (struct ac_sigv4_pair){AC_STR("continuation-token"), ac_buf_str(&w->token)};
    else if (w->after.len)
        query[n++] = (struct ac_sigv4_pair){AC_STR("start-after"), ac_buf_str(&w->after)};
    struct ac_aws_request request = {
        .method = "GET", .query = query, .n_query = n, .max_reply_bytes = MAX_PAGE_BYTES};
    struct ac_aws_reply reply;
    w->filter->n_lists++;
    enum ac_rc rc = ask(w, NULL, &request, &reply, err);
    if (rc == AC_OK && !ac_aws_is_success(&reply))
        rc = ac_s3_fail(&reply, w->url.bucket, "s3:ListBucket on the bucket", err);
    return rc == AC_OK ? ac_s3_page_read(&w->page, ac_buf_str(&w->body), err) : rc;
}

static bool set(struct ac_buf *out, ac_str text) {
    ac_buf_clear(out);
    return ac_buf_add_str(out, text);
}

static int compare(ac_str a, ac_str b) {
    size_t min = a.len < b.len ? a.len : b.len;
    int order = min ? memcmp(a.ptr, b.ptr, min) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

// Where the next page begins: behind all that is too old, when the page ended among it.
static enum ac_rc choose_next(struct walk *w, struct ac_err *err) {
    const struct ac_s3_page *page = &w->page;
    ac_str last = page->n ? page->objects[page->n - 1].key : AC_STR("");
    w->has_ended = !page->is_truncated;
    if (w->has_ended)
        return AC_OK;
    struct ac_s3_stamp stamp;
    bool is_old = w->filter->since_ms && !w->ignores_after && page->n &&
                  ac_s3_read_stamp(last, &stamp) && stamp.ms < w->filter->since_ms;
    bool good = true;
    if (is_old) {
        good = ac_s3_stamp_from(last, &stamp, w->filter->since_ms, &w->jump);
        // A server that does not know start-after would begin from the front again and again.
        w->ignores_after = good && w->after.len && compare(last, ac_buf_str(&w->after)) < 0;
        if (good && !w->ignores_after) {
            ac_buf_clear(&w->token);
            good = set(&w->after, ac_buf_str(&w->jump));
            return good ? AC_OK : ac_err_nomem(err, "a listing");
        }
    }
    if (good && (!page->token.len || ac_str_eq(page->token, ac_buf_str(&w->token))))
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "BAD_ANSWER",
                          "the listing says that more follows, but not where");
    good = good && set(&w->token, page->token);
    return good ? AC_OK : ac_err_nomem(err, "a listing");
}

static bool is_partial(ac_str key) {
    size_t at = key.len;
    while (at && key.ptr[at - 1] != '/')
        at--;
    ac_str base = ac_str_skip(key, at);
    return ac_str_starts(base, AC_STR(".")) || ac_str_ends_nocase(base, AC_STR(".part")) ||
           ac_str_ends_nocase(base, AC_STR(".tmp"));
}

static bool is_wanted(struct walk *w, const struct ac_s3_object *o) {
    struct ac_s3_stamp stamp;
    const struct ac_source_filter *f = w->filter;
    if (w->is_pattern && !ac_str_glob(ac_str_of(w->url.key), o->key))
        return false;
    w->n_seen++;
    if (o->size_bytes == 0) {
        w->filter->n_empty += !ac_str_ends(o->key, AC_STR("/")); // else a folder's marker
        return false;
    }
    if (f->skip_partial && is_partial(o->key))
        return false;
    return !f->since_ms || !ac_s3_read_stamp(o->key, &stamp) || stamp.ms >= f->since_ms;
}

static enum ac_rc tell_page(struct walk *w, struct ac_err *err) {
    enum ac_rc rc = AC_OK;
    for (size_t i = 0; rc == AC_OK && i < w->page.n; i++) {
        const struct ac_s3_object *o = &w->page.objects[i];
        struct ac_source_object object = {.bucket = w->url.bucket,
                                          .key = o->key,
                                          .etag = o->etag.ptr,
                                          .size_bytes = o->size_bytes,
                                          .modified_ms = o->modified_ms};
        // The key itself comes first: then it was no prefix, and could only not be looked at.
        bool is_it = !w->is_folder && !w->n_seen && ac_str_eq(o->key, ac_str_of(w->url.key));
        if (is_it) {
            w->n_seen++;
            w->has_ended = true;
            return tell(w, &object, err);
        }
        if (is_wanted(w, o))
            rc = tell(w, &object, err);
    }
    return rc;
}

// --- the walk

static void note_first(struct walk *w) {
    struct ac_source_filter *f = w->filter;
    struct ac_s3_stamp stamp;
    ac_str first = w->page.n ? w->page.objects[0].key : AC_STR("");
    f->first_key[0] = '\0';
    if (first.len < sizeof f->first_key && ac_s3_read_stamp(first, &stamp)) {
        memcpy(f->first_key, first.ptr, first.len);
        f->first_key[first.len] = '\0';
    }
}

// With a window of time, the listing begins where the first report known has its first key of it.
static bool choose_first(struct walk *w) {
    const struct ac_source_filter *f = w->filter;
    ac_str first = ac_str_of(f->first_key);
    struct ac_s3_stamp stamp;
    if (!f->since_ms || !first.len || !ac_str_starts(first, w->prefix) ||
        !ac_s3_read_stamp(first, &stamp))
        return true;
    w->is_late = true;
    return ac_s3_stamp_from(first, &stamp, f->since_ms, &w->after);
}

static enum ac_rc walk_pages(struct walk *w, struct ac_err *err) {
    bool is_first = true;
    if (!choose_first(w))
        return ac_err_nomem(err, "a listing");
    while (!w->has_ended) {
        enum ac_rc rc = fetch_page(w, err);
        if (rc == AC_OK && is_first && !w->filter->since_ms)
            note_first(w);
        is_first = false;
        if (rc == AC_OK)
            rc = choose_next(w, err);
        if (rc == AC_OK)
            rc = tell_page(w, err);
        if (rc != AC_OK)
            return rc;
    }
    return AC_OK;
}

// Where to look for what was meant: the folder above.
static enum ac_rc not_found(const struct walk *w, struct ac_err *err) {
    ac_str above = w->prefix;
    while (above.len && (above.len == w->prefix.len || above.ptr[above.len - 1] != '/'))
        above.len--;
    const char *what = w->is_pattern  ? "no object matches the pattern"
                       : w->is_folder ? "there is no object whose key begins so"
                                      : "there is no such object, and none whose key begins so";
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "NOT_FOUND",
                      "%s (upper and lower case differ); aws s3 ls s3://%s/%.*s shows what is "
                      "there",
                      what, w->url.bucket, AC_STR_ARG(above));
}

static enum ac_rc walk_prefix(struct walk *w, const struct ac_aws_reply *looked,
                              struct ac_err *err) {
    enum ac_rc rc = walk_pages(w, err);
    bool may_be_empty =
        w->is_folder && !w->is_pattern && (!w->filter->wants_folder || !w->prefix.len);
    if (rc != AC_OK || w->n_seen || may_be_empty || w->is_late)
        return rc;
    return looked->status == 403 ? ac_s3_fail(looked, w->url.bucket, "s3:GetObject", err)
                                 : not_found(w, err);
}

static enum ac_rc walk(struct walk *w, struct ac_err *err) {
    struct ac_aws_reply looked = {.status = 404};
    enum ac_rc rc = AC_OK;
    if (!w->is_folder)
        rc = look_at(w, &looked, err);
    if (rc != AC_OK)
        return rc;
    if (ac_aws_is_success(&looked) && !w->is_folder)
        return tell_named(w, &looked, err);
    if (*w->url.version_id && looked.status == 400) {
        // An answer to HEAD has no body to name the right region in: a listing's has.
        struct ac_err ignored = AC_ERR_INIT;
        fetch_page(w, &ignored);
        rc = look_at(w, &looked, err);
        if (rc != AC_OK)
            return rc;
        if (ac_aws_is_success(&looked))
            return tell_named(w, &looked, err);
    }
    if (*w->url.version_id)
        return ac_s3_fail(&looked, w->url.bucket, "s3:GetObjectVersion", err);
    return walk_prefix(w, &looked, err);
}

static enum ac_rc begin(struct walk *w, const char *url, struct ac_err *err) {
    enum ac_rc rc = ac_s3_parse(url, w->arena, &w->url, err);
    if (rc != AC_OK)
        return rc;
    if (!w->env || !w->env->aws)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "UNKNOWN_SCHEME",
                          "S3 is not asked by this command");
    ac_str key = ac_str_of(w->url.key);
    size_t literal = strcspn(w->url.key, "*?[");
    w->is_pattern = literal < key.len;
    w->is_folder = !key.len || ac_str_ends(key, AC_STR("/"));
    w->prefix = ac_str_n(key.ptr, literal);
    return AC_OK;
}

enum ac_rc ac_s3_list(const char *url, struct ac_source_filter *filter, struct ac_arena *arena,
                      enum ac_rc (*found)(void *arg, const struct ac_item *item,
                                          struct ac_err *err),
                      void *arg, struct ac_err *err) {
    struct ac_source_filter none = {0};
    struct walk w = {.filter = filter ? filter : &none, .arena = arena, .found = found, .arg = arg};
    w.env = w.filter->env;
    ac_s3_target_init(&w.target);
    ac_s3_page_init(&w.page);
    ac_buf_init(&w.body, MAX_PAGE_BYTES);
    struct ac_buf *const texts[] = {&w.after, &w.token, &w.jump};
    for (size_t i = 0; i < 3; i++)
        ac_buf_init(texts[i], 65536);
    enum ac_rc rc = begin(&w, url, err);
    if (rc == AC_OK)
        rc = walk(&w, err);
    if (rc < AC_OK)
        ac_err_at(err, url, 0, 0);
    ac_s3_target_free(&w.target);
    ac_s3_page_free(&w.page);
    ac_buf_free(&w.body);
    for (size_t i = 0; i < 3; i++)
        ac_buf_free(texts[i]);
    return rc;
}
