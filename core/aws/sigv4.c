// SPDX-License-Identifier: MIT
// Canonical request, string to sign, signature.
#include "aws/sigv4.h"
#include "base/clock.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

#define ALGORITHM "AWS4-HMAC-SHA256"
#define MAX_TEXT_BYTES ((size_t)1 << 20)
#define HASH_BYTES 32

static void to_hex(const unsigned char sum[HASH_BYTES], char hex[65]) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < HASH_BYTES; i++) {
        hex[2 * i] = digits[sum[i] >> 4];
        hex[2 * i + 1] = digits[sum[i] & 15];
    }
    hex[64] = '\0';
}

bool ac_sigv4_hash(ac_str bytes, char hex[65]) {
    unsigned char sum[HASH_BYTES];
    unsigned len = 0;
    hex[0] = '\0';
    if (EVP_Digest(bytes.ptr ? bytes.ptr : "", bytes.len, sum, &len, EVP_sha256(), NULL) != 1)
        return false;
    to_hex(sum, hex);
    return true;
}

void ac_sigv4_date(int64_t ms, char out[17]) {
    char iso[25];
    size_t n = 0;
    ac_clock_iso(ms, iso); // 2015-08-30T12:36:00.000Z
    for (size_t i = 0; i < 19; i++)
        if (iso[i] != '-' && iso[i] != ':')
            out[n++] = iso[i];
    out[n++] = 'Z';
    out[n] = '\0';
}

// --- the path

bool ac_sigv4_path(struct ac_buf *out, ac_str path) {
    while (path.len) {
        ptrdiff_t slash = ac_str_find(path, '/');
        size_t len = slash < 0 ? path.len : (size_t)slash;
        if (!ac_buf_add_url(out, ac_str_n(path.ptr, len)))
            return false;
        if (slash >= 0 && !ac_buf_add_char(out, '/'))
            return false;
        path = ac_str_skip(path, len + (slash >= 0));
    }
    return true;
}

// RFC 3986, 5.2.4, and empty segments are dropped: "/a/./b/..//c/" is "/a/c/".
static bool normalise(struct ac_buf *out, ac_str path) {
    bool ends_in_slash = true;
    if (!ac_buf_add_char(out, '/'))
        return false;
    for (ac_str piece; ac_str_cut(&path, '/', &piece);) {
        bool is_up = ac_str_eq(piece, AC_STR(".."));
        if (is_up && out->len > 1) {
            out->len--; // its slash
            while (out->ptr[out->len - 1] != '/')
                out->len--;
        }
        ends_in_slash = piece.len == 0 || is_up || ac_str_eq(piece, AC_STR("."));
        if (!ends_in_slash && !(ac_buf_add_str(out, piece) && ac_buf_add_char(out, '/')))
            return false;
    }
    if (!ends_in_slash)
        out->len--;
    return true;
}

static bool add_path(struct ac_buf *out, const struct ac_sigv4_request *r) {
    if (!r->path.len)
        return ac_buf_add_char(out, '/');
    if (r->form == AC_SIGV4_S3)
        return ac_buf_add_str(out, r->path);
    AC_CLEANUP(ac_buf_free) struct ac_buf plain;
    ac_buf_init(&plain, MAX_TEXT_BYTES);
    return normalise(&plain, r->path) && ac_sigv4_path(out, ac_buf_str(&plain));
}

// --- the query

struct encoded {
    size_t name, value, end; // in the text
};

static int compare_bytes(ac_str a, ac_str b) {
    size_t min = a.len < b.len ? a.len : b.len;
    int order = min ? memcmp(a.ptr, b.ptr, min) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_encoded(const void *a, const void *b, void *text) {
    const struct encoded *x = a, *y = b;
    const char *t = text;
    int order = compare_bytes(ac_str_n(t + x->name, x->value - x->name),
                              ac_str_n(t + y->name, y->value - y->name));
    return order ? order
                 : compare_bytes(ac_str_n(t + x->value, x->end - x->value),
                                 ac_str_n(t + y->value, y->end - y->value));
}

bool ac_sigv4_query(struct ac_buf *out, const struct ac_sigv4_pair *query, size_t n) {
    struct encoded pairs[AC_SIGV4_MAX_PAIRS];
    AC_CLEANUP(ac_buf_free) struct ac_buf text;
    ac_buf_init(&text, MAX_TEXT_BYTES);
    if (n > AC_SIGV4_MAX_PAIRS)
        return false;
    for (size_t i = 0; i < n; i++) {
        pairs[i].name = text.len;
        if (!ac_buf_add_url(&text, query[i].name))
            return false;
        pairs[i].value = text.len;
        if (!ac_buf_add_url(&text, query[i].value))
            return false;
        pairs[i].end = text.len;
    }
    if (n > 1)
        qsort_r(pairs, n, sizeof *pairs, compare_encoded, text.ptr);
    for (size_t i = 0; i < n; i++) {
        const struct encoded *p = &pairs[i];
        if ((i && !ac_buf_add_char(out, '&')) ||
            !ac_buf_add(out, text.ptr + p->name, p->value - p->name) ||
            !ac_buf_add_char(out, '=') || !ac_buf_add(out, text.ptr + p->value, p->end - p->value))
            return false;
    }
    return true;
}

// --- the headers

// Their numbers by name; of one name they keep their order. False when there are too many.
static bool sort_headers(const struct ac_sigv4_request *r, size_t order[AC_SIGV4_MAX_PAIRS]) {
    if (r->n_headers > AC_SIGV4_MAX_PAIRS)
        return false;
    for (size_t i = 0; i < r->n_headers; i++) {
        size_t at = i;
        for (; at && ac_str_cmp_nocase(r->headers[order[at - 1]].name, r->headers[i].name) > 0;
             at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    return true;
}

static bool add_lower(struct ac_buf *out, ac_str name) {
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c + ('a' - 'A'));
        if (!ac_buf_add_char(out, c))
            return false;
    }
    return true;
}

// Several blanks count as one, in quotes, too.
static bool add_value(struct ac_buf *out, ac_str value) {
    value = ac_str_trim(value);
    for (size_t i = 0; i < value.len; i++) {
        bool is_blank = value.ptr[i] == ' ' || value.ptr[i] == '\t';
        bool was_blank = i && (value.ptr[i - 1] == ' ' || value.ptr[i - 1] == '\t');
        if (is_blank && was_blank)
            continue;
        char c = value.ptr[i];
        if (is_blank)
            c = ' ';
        if (!ac_buf_add_char(out, c))
            return false;
    }
    return true;
}

static bool is_same_name(const struct ac_sigv4_request *r, const size_t *order, size_t i) {
    return i && ac_str_eq_nocase(r->headers[order[i - 1]].name, r->headers[order[i]].name);
}

static bool add_headers(struct ac_buf *out, const struct ac_sigv4_request *r, const size_t *order) {
    for (size_t i = 0; i < r->n_headers; i++) {
        const struct ac_sigv4_pair *h = &r->headers[order[i]];
        bool good = is_same_name(r, order, i)
                        ? ac_buf_add_char(out, ',')
                        : (i == 0 || ac_buf_add_char(out, '\n')) && add_lower(out, h->name) &&
                              ac_buf_add_char(out, ':');
        if (!good || !add_value(out, h->value))
            return false;
    }
    return r->n_headers == 0 || ac_buf_add_char(out, '\n');
}

static bool add_names(struct ac_buf *out, const struct ac_sigv4_request *r, const size_t *order) {
    for (size_t i = 0; i < r->n_headers; i++) {
        if (is_same_name(r, order, i))
            continue;
        if ((i && !ac_buf_add_char(out, ';')) || !add_lower(out, r->headers[order[i]].name))
            return false;
    }
    return true;
}

// --- the whole

bool ac_sigv4_canonical(struct ac_buf *out, const struct ac_sigv4_request *r) {
    size_t order[AC_SIGV4_MAX_PAIRS];
    return sort_headers(r, order) && ac_buf_add_str(out, r->method) && ac_buf_add_char(out, '\n') &&
           add_path(out, r) && ac_buf_add_char(out, '\n') &&
           ac_sigv4_query(out, r->query, r->n_query) && ac_buf_add_char(out, '\n') &&
           add_headers(out, r, order) && ac_buf_add_char(out, '\n') && add_names(out, r, order) &&
           ac_buf_add_char(out, '\n') && ac_buf_add_str(out, r->payload_hash);
}

static ac_str day_of(const struct ac_sigv4_scope *scope) {
    return ac_str_n(scope->date.ptr, scope->date.len < 8 ? scope->date.len : 8);
}

static bool add_scope(struct ac_buf *out, const struct ac_sigv4_scope *scope) {
    return ac_buf_add_str(out, day_of(scope)) && ac_buf_add_char(out, '/') &&
           ac_buf_add_str(out, scope->region) && ac_buf_add_char(out, '/') &&
           ac_buf_add_str(out, scope->service) && ac_buf_add_str(out, AC_STR("/aws4_request"));
}

bool ac_sigv4_to_sign(struct ac_buf *out, ac_str canonical, const struct ac_sigv4_scope *scope) {
    char hex[65];
    return ac_sigv4_hash(canonical, hex) && ac_buf_add_str(out, AC_STR(ALGORITHM "\n")) &&
           ac_buf_add_str(out, scope->date) && ac_buf_add_char(out, '\n') &&
           add_scope(out, scope) && ac_buf_add_char(out, '\n') &&
           ac_buf_add_str(out, ac_str_n(hex, 64));
}

// The key becomes the hash of the text.
static bool fold(unsigned char key[HASH_BYTES], ac_str text) {
    unsigned char next[HASH_BYTES];
    unsigned len = 0;
    if (!HMAC(EVP_sha256(), key, HASH_BYTES, (const unsigned char *)text.ptr, text.len, next, &len))
        return false;
    memcpy(key, next, HASH_BYTES);
    return true;
}

bool ac_sigv4_sign(ac_str secret_key, ac_str to_sign, const struct ac_sigv4_scope *scope,
                   char hex[65]) {
    unsigned char key[HASH_BYTES];
    unsigned len = 0;
    ac_str day = day_of(scope);
    struct ac_buf first;
    ac_buf_init(&first, MAX_TEXT_BYTES);
    hex[0] = '\0';
    // All at once: a buffer that grows leaves copies behind.
    bool good = ac_buf_need(&first, secret_key.len + 4) && ac_buf_add_str(&first, AC_STR("AWS4")) &&
                ac_buf_add_str(&first, secret_key) &&
                HMAC(EVP_sha256(), first.ptr, (int)first.len, (const unsigned char *)day.ptr,
                     day.len, key, &len);
    good = good && fold(key, scope->region) && fold(key, scope->service) &&
           fold(key, AC_STR("aws4_request")) && fold(key, to_sign);
    if (good)
        to_hex(key, hex);
    if (first.ptr)
        OPENSSL_cleanse(first.ptr, first.len);
    ac_buf_free(&first);
    OPENSSL_cleanse(key, sizeof key);
    return good;
}

bool ac_sigv4_authorization(struct ac_buf *out, const struct ac_sigv4_request *request,
                            const struct ac_sigv4_scope *scope, ac_str access_key,
                            ac_str secret_key) {
    char hex[65];
    size_t order[AC_SIGV4_MAX_PAIRS];
    AC_CLEANUP(ac_buf_free) struct ac_buf canonical;
    AC_CLEANUP(ac_buf_free) struct ac_buf to_sign;
    ac_buf_init(&canonical, MAX_TEXT_BYTES);
    ac_buf_init(&to_sign, MAX_TEXT_BYTES);
    return ac_sigv4_canonical(&canonical, request) &&
           ac_sigv4_to_sign(&to_sign, ac_buf_str(&canonical), scope) &&
           ac_sigv4_sign(secret_key, ac_buf_str(&to_sign), scope, hex) &&
           sort_headers(request, order) && ac_buf_add_str(out, AC_STR(ALGORITHM " Credential=")) &&
           ac_buf_add_str(out, access_key) && ac_buf_add_char(out, '/') && add_scope(out, scope) &&
           ac_buf_add_str(out, AC_STR(", SignedHeaders=")) && add_names(out, request, order) &&
           ac_buf_add_str(out, AC_STR(", Signature=")) && ac_buf_add_str(out, ac_str_n(hex, 64));
}
