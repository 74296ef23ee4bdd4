// SPDX-License-Identifier: MIT
// One page of a listing, read from its XML.
#include "aws/xml.h"
#include "base/clock.h"
#include "source/s3.h"
#include <stdlib.h>

#define MAX_PAGE_BYTES ((size_t)16 << 20)
#define MAX_OBJECTS ((size_t)100000) // S3 gives a thousand; a page may not grow without end

struct reading {
    struct ac_s3_page *page;
    const char *bad; // what is wrong with it, or NULL
};

void ac_s3_page_init(struct ac_s3_page *page) {
    *page = (struct ac_s3_page){0};
    ac_arena_init(&page->arena, MAX_PAGE_BYTES);
}

void ac_s3_page_free(struct ac_s3_page *page) {
    ac_arena_free(&page->arena);
    free(page->objects);
    page->objects = NULL;
}

static int hex(char c) {
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) & 15 : -1;
}

// "a%20b" in its own memory. A plus is a blank: some servers write one so, none leaves one bare.
static ac_str decode(char *text, size_t len) {
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%' && i + 2 < len && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
            c = (char)(hex(text[i + 1]) * 16 + hex(text[i + 2]));
            i += 2;
        }
        text[n++] = c;
    }
    return ac_str_n(text, n);
}

static bool begin_object(struct ac_s3_page *page) {
    if (page->n == page->max) {
        size_t max = page->max ? page->max * 2 : 1024;
        struct ac_s3_object *more = realloc(page->objects, max * sizeof *more);
        if (!more)
            return false;
        page->objects = more;
        page->max = max;
    }
    page->objects[page->n++] = (struct ac_s3_object){.size_bytes = -1, .modified_ms = INT64_MIN};
    return true;
}

static bool on_open(void *arg, const char *path) {
    struct reading *r = arg;
    if (!r->bad && strncmp(path, "ListBucketResult", 16) != 0)
        r->bad = "it is another document"; // the page of some proxy, say
    if (r->bad || strcmp(path, "ListBucketResult/Contents") != 0)
        return true;
    if (r->page->n == MAX_OBJECTS)
        r->bad = "it holds too many objects";
    return r->bad != NULL || begin_object(r->page);
}

static bool keep(struct ac_s3_page *page, ac_str *out, ac_str text) {
    *out = AC_STR("");
    if (!text.len)
        return true;
    *out = ac_arena_copy_str(&page->arena, text);
    return out->ptr != NULL;
}

static bool on_object(struct reading *r, const char *name, ac_str text) {
    struct ac_s3_object *o = &r->page->objects[r->page->n - 1];
    if (strcmp(name, "Key") == 0)
        return keep(r->page, &o->key, text);
    if (strcmp(name, "ETag") == 0)
        return keep(r->page, &o->etag, ac_s3_bare_etag(ac_str_trim(text)));
    bool is_size = strcmp(name, "Size") == 0;
    if (is_size && (!ac_str_i64(ac_str_trim(text), &o->size_bytes) || o->size_bytes < 0))
        r->bad = "a size in it is none";
    // Whole seconds, as an answer to GET has them: the same object always has the same time.
    if (strcmp(name, "LastModified") == 0) {
        if (ac_clock_parse(ac_str_trim(text), &o->modified_ms, NULL))
            o->modified_ms -= (o->modified_ms % 1000 + 1000) % 1000;
        else
            r->bad = "a time in it is none";
    }
    return true;
}

static bool on_close(void *arg, const char *path, ac_str text) {
    static const char list[] = "ListBucketResult/", object[] = "Contents/";
    struct reading *r = arg;
    struct ac_s3_page *page = r->page;
    if (r->bad || strncmp(path, list, sizeof list - 1) != 0)
        return true;
    path += sizeof list - 1;
    if (strncmp(path, object, sizeof object - 1) == 0 && page->n)
        return on_object(r, path + sizeof object - 1, text);
    text = ac_str_trim(text);
    if (strcmp(path, "IsTruncated") == 0)
        page->is_truncated = ac_str_eq_nocase(text, AC_STR("true"));
    else if (strcmp(path, "EncodingType") == 0)
        page->is_encoded = ac_str_eq_nocase(text, AC_STR("url"));
    else if (strcmp(path, "NextContinuationToken") == 0)
        return keep(page, &page->token, text);
    return true;
}

// Where the element that says how keys are written comes last, they are decoded afterwards.
static const char *finish(struct ac_s3_page *page) {
    for (size_t i = 0; i < page->n; i++) {
        struct ac_s3_object *o = &page->objects[i];
        if (!o->key.len)
            return "an object in it has no key";
        if (page->is_encoded)
            o->key = decode((char *)(uintptr_t)o->key.ptr, o->key.len);
        if (memchr(o->key.ptr, '\0', o->key.len))
            return "a key in it holds a NUL";
    }
    return NULL;
}

enum ac_rc ac_s3_page_read(struct ac_s3_page *page, ac_str xml, struct ac_err *err) {
    struct reading r = {.page = page};
    struct ac_xml_events events = {.arg = &r, .open = on_open, .close = on_close};
    ac_arena_reset(&page->arena);
    page->n = 0;
    page->is_truncated = page->is_encoded = false;
    page->token = AC_STR("");
    enum ac_rc rc = ac_xml_read(xml, &events, err);
    if (rc != AC_OK)
        return rc;
    if (!r.bad)
        r.bad = finish(page);
    if (!r.bad)
        return AC_OK;
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "BAD_ANSWER", "the listing cannot be read: %s",
                      r.bad);
}
