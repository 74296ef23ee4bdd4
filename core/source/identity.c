// SPDX-License-Identifier: MIT
// The identity of a file: the SHA-256 of its content.
#include "source/stream.h"
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

enum ac_rc ac_source_identify(const struct ac_item *item, char hex[65], struct ac_err *err) {
    hex[0] = '\0';
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
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof sum; i++) {
        hex[2 * i] = digits[sum[i] >> 4];
        hex[2 * i + 1] = digits[sum[i] & 15];
    }
    hex[64] = '\0';
    return AC_OK;
}
