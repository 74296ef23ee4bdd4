// SPDX-License-Identifier: MIT
// JWT bearer assertions, checked as the org does.
#ifndef SB_JWT_H
#define SB_JWT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sb_jwt_rules {
    const char *cert_file; // certificate or public key in PEM
    const char *client_id, *username;
    const char *audiences[4]; // NULL-terminated
    int64_t now_ms;
};

// NULL when the assertion is good, else the error_description of invalid_grant.
const char *sb_jwt_check(const char *assertion, size_t len, const struct sb_jwt_rules *rules);
// base64 of HMAC-SHA256(key, text); out needs 45 bytes.
void sb_jwt_hmac(const char *key, const char *text, char out[48]);

#endif
