// SPDX-License-Identifier: MIT
// The identity of a file: the SHA-256 of its content.
#include "source/s3.h"
#include "source/window.h"
#include <openssl/evp.h>
#include <stdlib.h>

static void free_digest(EVP_MD_CTX **digest) { EVP_MD_CTX_free(*digest); }

static enum ac_rc no_memory(struct ac_err *err) {
    return ac_err_nomem(err, "the identity of an input");
}

static enum ac_rc add_file(EVP_MD_CTX *digest, const struct ac_item *item, char *block,
                           struct ac_err *err) {
    struct ac_stream stream;
    enum ac_rc rc = ac_stream_open_file(&stream, item, err);
    if (rc != AC_OK)
        return rc;
    for (size_t n = 1; rc == AC_OK && n;) {
        rc = stream.read(&stream, block, AC_WINDOW_BYTES, &n, err);
        if (rc == AC_OK && EVP_DigestUpdate(digest, block, n) != 1)
            rc = no_memory(err);
    }
    stream.close(&stream);
    return rc;
}

static void to_hex(const unsigned char sum[32], char hex[65]) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < 32; i++) {
        hex[2 * i] = digits[sum[i] >> 4];
        hex[2 * i + 1] = digits[sum[i] & 15];
    }
    hex[64] = '\0';
}

bool ac_s3_identify(const struct ac_item *item, bool by_etag, char hex[65]) {
    struct ac_buf text;
    unsigned char sum[32];
    unsigned len = 0;
    bool is_version = item->version_id && *item->version_id && !by_etag;
    const char *what = is_version ? item->version_id : item->etag;
    hex[0] = '\0';
    if (!what || !*what)
        return false;
    ac_buf_init(&text, 8192);
    // Neither a bucket nor a version holds a line break; a key may, and stands last.
    bool good = ac_buf_printf(&text, "s3\n%s\n%s %s\n", item->bucket,
                              is_version ? "version" : "etag", what) &&
                ac_buf_add_str(&text, ac_str_of(item->key)) &&
                EVP_Digest(text.ptr, text.len, sum, &len, EVP_sha256(), NULL) == 1;
    ac_buf_free(&text);
    if (good)
        to_hex(sum, hex);
    return good;
}

enum ac_rc ac_source_alias(const struct ac_item *item, char hex[65], struct ac_err *err) {
    hex[0] = '\0';
    if (!item->bucket || !*item->version_id || !*item->etag)
        return AC_END;
    return ac_s3_identify(item, true, hex) ? AC_OK : no_memory(err);
}

static enum ac_rc identify_object(const struct ac_item *item, char hex[65], struct ac_err *err) {
    if (*item->version_id || *item->etag)
        return ac_s3_identify(item, false, hex) ? AC_OK : no_memory(err);
    ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "NO_IDENTITY",
               "has neither a version nor an ETag: nobody could tell it from a later one");
    ac_err_at(err, item->name, 0, 0);
    return AC_INPUT;
}

static enum ac_rc identify_named(const char *text, char hex[65], struct ac_err *err) {
    unsigned char sum[32];
    unsigned len = 0;
    if (EVP_Digest(text, strlen(text), sum, &len, EVP_sha256(), NULL) != 1)
        return no_memory(err);
    to_hex(sum, hex);
    return AC_OK;
}

enum ac_rc ac_source_identify(const struct ac_item *item, char hex[65], struct ac_err *err) {
    hex[0] = '\0';
    if (item->bucket)
        return identify_object(item, hex, err);
    if (item->named_by)
        return identify_named(item->named_by, hex, err);
    if (item->size_bytes < 0) {
        ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "NOT_A_FILE",
                   "is a pipe, which can be read only once: give it as standard input (-)");
        ac_err_at(err, item->name, 0, 0);
        return AC_INPUT;
    }
    AC_CLEANUP(free_digest) EVP_MD_CTX *digest = EVP_MD_CTX_new();
    if (!digest || EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1)
        return no_memory(err);
    char *block = malloc(AC_WINDOW_BYTES);
    if (!block)
        return no_memory(err);
    enum ac_rc rc = add_file(digest, item, block, err);
    free(block);
    if (rc != AC_OK)
        return rc;
    unsigned char sum[32];
    if (EVP_DigestFinal_ex(digest, sum, NULL) != 1)
        return no_memory(err);
    to_hex(sum, hex);
    return AC_OK;
}
