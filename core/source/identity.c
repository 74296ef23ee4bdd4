// SPDX-License-Identifier: MIT
// The identity of a file: the SHA-256 of its content.
#include "source/stream.h"
#include "source/window.h"
#include <openssl/evp.h>
#include <stdlib.h>

static void free_digest(EVP_MD_CTX **digest) { EVP_MD_CTX_free(*digest); }
static void free_block(char **block) { free(*block); }
static void close_stream(struct ac_stream *s) {
    if (s->close)
        s->close(s);
}

enum ac_rc ac_source_identify(const struct ac_item *item, char hex[65], struct ac_err *err) {
    hex[0] = '\0';
    AC_CLEANUP(free_digest) EVP_MD_CTX *digest = EVP_MD_CTX_new();
    AC_CLEANUP(free_block) char *block = malloc(AC_WINDOW_BYTES);
    AC_CLEANUP(close_stream) struct ac_stream stream = {.fd = -1};
    if (!digest || !block || EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1)
        return ac_err_nomem(err, "the identity of an input");
    if (item->size_bytes < 0) {
        ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "NOT_A_FILE",
                   "is a pipe, which can be read only once: give it as standard input (-)");
        ac_err_at(err, item->name, 0, 0);
        return AC_INPUT;
    }
    enum ac_rc rc = ac_stream_open_file(&stream, item, err);
    for (size_t n = 1; rc == AC_OK && n;) {
        rc = stream.read(&stream, block, AC_WINDOW_BYTES, &n, err);
        if (rc == AC_OK && EVP_DigestUpdate(digest, block, n) != 1)
            rc = ac_err_nomem(err, "the identity of an input");
    }
    unsigned char sum[32];
    if (rc != AC_OK)
        return rc;
    if (EVP_DigestFinal_ex(digest, sum, NULL) != 1)
        return ac_err_nomem(err, "the identity of an input");
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof sum; i++) {
        hex[2 * i] = digits[sum[i] >> 4];
        hex[2 * i + 1] = digits[sum[i] & 15];
    }
    hex[64] = '\0';
    return AC_OK;
}
