// SPDX-License-Identifier: MIT
// The signed assertion of the JWT bearer flow.
#include "base/base64.h"
#include "org/org_int.h"
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>

#define LIFETIME_S 180
#define MAX_SIGNATURE_BYTES 2048u // of a key of 16384 bits

static void free_key(EVP_PKEY **key) { EVP_PKEY_free(*key); }
static void free_bio(BIO **bio) { BIO_free(*bio); }
static void free_digest(EVP_MD_CTX **ctx) { EVP_MD_CTX_free(*ctx); }

static enum ac_rc bad_key(const char *path, struct ac_err *err) {
    char why[160];
    ERR_error_string_n(ERR_peek_last_error(), why, sizeof why);
    ERR_clear_error();
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "JWT_KEY",
                      "%s is no RSA private key in PEM form without a passphrase (%s)", path, why);
}

static enum ac_rc load_key(const char *path, EVP_PKEY **out, struct ac_err *err) {
    AC_CLEANUP(ac_private_wipe_buf) struct ac_buf pem;
    if (!ac_private_buf(&pem))
        return ac_err_nomem(err, "a key");
    enum ac_rc rc = ac_private_read(path, "the key for JWT", &pem, err);
    if (rc != AC_OK)
        return rc;
    AC_CLEANUP(free_bio) BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    if (!bio)
        return ac_err_nomem(err, "a key");
    char empty[] = ""; // the passphrase, so that nobody is asked for one
    *out = PEM_read_bio_PrivateKey(bio, NULL, NULL, empty);
    if (!*out || EVP_PKEY_get_base_id(*out) != EVP_PKEY_RSA)
        return bad_key(path, err);
    return AC_OK;
}

// Adds the signature of what is in the buffer from `from` on.
static enum ac_rc sign(struct ac_buf *out, size_t from, const char *path, struct ac_err *err) {
    AC_CLEANUP(free_key) EVP_PKEY *key = NULL;
    enum ac_rc rc = load_key(path, &key, err);
    if (rc != AC_OK)
        return rc;
    AC_CLEANUP(free_digest) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (!ctx)
        return ac_err_nomem(err, "a signature");
    unsigned char signature[MAX_SIGNATURE_BYTES];
    size_t len = sizeof signature;
    if (EVP_PKEY_get_size(key) > (int)sizeof signature ||
        EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) != 1 ||
        EVP_DigestSign(ctx, signature, &len, (const unsigned char *)out->ptr + from,
                       out->len - from) != 1)
        return bad_key(path, err);
    bool is_added =
        ac_buf_add_char(out, '.') && ac_base64url_add(out, ac_str_n((const char *)signature, len));
    return is_added ? AC_OK : ac_err_nomem(err, "an assertion");
}

// The authorisation server. Behind a My Domain URL it cannot be seen which one is meant, but a
// sandbox says so in its name.
static const char *audience_of(const struct ac_org *org) {
    const char *set = org->options->audience;
    if (set && *set)
        return set;
    struct ac_origin login;
    bool is_sandbox = ac_origin_parse(ac_str_of(org->login_host), &login) &&
                      (ac_str_eq_nocase(login.host, AC_STR("test.salesforce.com")) ||
                       ac_str_ends_nocase(login.host, AC_STR(".sandbox.my.salesforce.com")));
    return is_sandbox ? "https://test.salesforce.com" : "https://login.salesforce.com";
}

enum ac_rc ac_jwt_add(struct ac_buf *out, const struct ac_org *org, struct ac_err *err) {
    AC_CLEANUP(ac_buf_free) struct ac_buf claims;
    ac_buf_init(&claims, 8192);
    int64_t until_s = org->clock->now_ms(org->clock->self) / 1000 + LIFETIME_S;
    bool is_good = ac_buf_add_str(&claims, AC_STR("{\"iss\":")) &&
                   ac_buf_add_json(&claims, ac_str_of(org->options->client_id)) &&
                   ac_buf_add_str(&claims, AC_STR(",\"sub\":")) &&
                   ac_buf_add_json(&claims, ac_str_of(org->options->username)) &&
                   ac_buf_add_str(&claims, AC_STR(",\"aud\":")) &&
                   ac_buf_add_json(&claims, ac_str_of(audience_of(org))) &&
                   ac_buf_printf(&claims, ",\"exp\":%lld}", (long long)until_s);
    size_t from = out->len;
    is_good = is_good && ac_base64url_add(out, AC_STR("{\"alg\":\"RS256\"}")) &&
              ac_buf_add_char(out, '.') && ac_base64url_add(out, ac_buf_str(&claims));
    if (!is_good)
        return ac_err_nomem(err, "an assertion");
    return sign(out, from, org->options->jwt_key_file, err);
}
