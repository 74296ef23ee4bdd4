// SPDX-License-Identifier: MIT
// Base64, by libcrypto.
#include "base/base64.h"
#include <limits.h>
#include <openssl/evp.h>

bool ac_base64_add(struct ac_buf *out, ac_str bytes) {
    size_t len = (bytes.len + 2) / 3 * 4;
    if (!bytes.len)
        return true;
    if (bytes.len > INT_MAX / 2 || !ac_buf_need(out, len + 1))
        return false;
    EVP_EncodeBlock((unsigned char *)out->ptr + out->len, (const unsigned char *)bytes.ptr,
                    (int)bytes.len);
    out->len += len;
    return true;
}

bool ac_base64url_add(struct ac_buf *out, ac_str bytes) {
    size_t from = out->len;
    if (!ac_base64_add(out, bytes))
        return false;
    for (char *c = out->ptr + from; c < out->ptr + out->len; c++) {
        if (*c == '+')
            *c = '-';
        else if (*c == '/')
            *c = '_';
    }
    while (out->len > from && out->ptr[out->len - 1] == '=')
        out->len--;
    return true;
}
