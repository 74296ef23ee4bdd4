// SPDX-License-Identifier: MIT
// JWT bearer assertions, checked as the org does.
#include "jwt.h"

#include "base64.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ASSERTION 16384u

static EVP_PKEY *read_key(const char *file) {
    EVP_PKEY *key = NULL;
    FILE *f = file ? fopen(file, "r") : NULL;
    if (!f)
        return NULL;
    X509 *cert = PEM_read_X509(f, NULL, NULL, NULL);
    if (cert) {
        key = X509_get_pubkey(cert);
        X509_free(cert);
    } else {
        rewind(f);
        key = PEM_read_PUBKEY(f, NULL, NULL, NULL);
    }
    fclose(f);
    return key;
}

static bool is_signed(const char *text, size_t len, const char *sig, size_t sig_len,
                      const char *cert_file) {
    EVP_PKEY *key = read_key(cert_file);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = key && ctx && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
              EVP_DigestVerify(ctx, (const unsigned char *)sig, sig_len,
                               (const unsigned char *)text, len) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    return ok;
}

static json_t *part(const char *s, size_t len) {
    char *bytes = malloc(len / 4 * 3 + 3);
    size_t n = 0;
    json_error_t e;
    json_t *v = NULL;
    if (bytes && sb_base64_read(s, len, bytes, &n))
        v = json_loadb(bytes, n, 0, &e);
    free(bytes);
    return v;
}

static const char *check_claims(json_t *claims, const struct sb_jwt_rules *rules) {
    const char *iss = json_string_value(json_object_get(claims, "iss"));
    const char *sub = json_string_value(json_object_get(claims, "sub"));
    const char *aud = json_string_value(json_object_get(claims, "aud"));
    json_t *exp = json_object_get(claims, "exp");
    if (!iss || strcmp(iss, rules->client_id) != 0)
        return "client identifier invalid";
    bool known = false;
    for (size_t i = 0; aud && rules->audiences[i]; i++)
        known = known || strcmp(aud, rules->audiences[i]) == 0;
    if (!known)
        return "audience is invalid";
    if (!json_is_number(exp) || json_number_value(exp) * 1000 < (double)rules->now_ms)
        return "expired authorization code";
    if (!sub || strcmp(sub, rules->username) != 0)
        return "user hasn't approved this consumer";
    return NULL;
}

const char *sb_jwt_check(const char *assertion, size_t len, const struct sb_jwt_rules *rules) {
    const char *wrong = "invalid assertion";
    const char *dot = memchr(assertion, '.', len);
    if (!dot || len > MAX_ASSERTION)
        return wrong;
    size_t head = (size_t)(dot - assertion);
    const char *second = memchr(dot + 1, '.', len - head - 1);
    if (!second)
        return wrong;
    size_t body = (size_t)(second - dot) - 1, sig = len - head - body - 2, sig_len = 0;
    char *bytes = malloc(sig / 4 * 3 + 3);
    json_t *header = part(assertion, head), *claims = part(dot + 1, body);
    const char *alg = json_string_value(json_object_get(header, "alg"));
    const char *why = wrong;
    if (bytes && alg && strcmp(alg, "RS256") == 0 && json_is_object(claims) &&
        sb_base64_read(second + 1, sig, bytes, &sig_len) &&
        is_signed(assertion, head + 1 + body, bytes, sig_len, rules->cert_file))
        why = check_claims(claims, rules);
    json_decref(header);
    json_decref(claims);
    free(bytes);
    return why;
}

void sb_jwt_hmac(const char *key, const char *text, char out[48]) {
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    out[0] = '\0';
    if (HMAC(EVP_sha256(), key, (int)strlen(key), (const unsigned char *)text, strlen(text), mac,
             &n))
        sb_base64_write(mac, n, out);
}
