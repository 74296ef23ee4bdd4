// SPDX-License-Identifier: MIT
// Signature version 4: a request as one text, hashed with a key that is good for a day.
#ifndef AC_AWS_SIGV4_H
#define AC_AWS_SIGV4_H
#include "base/buf.h"

// Pure: nothing here knows a clock, a network or where a key came from.

#define AC_SIGV4_MAX_PAIRS 48u
#define AC_SIGV4_UNSIGNED "UNSIGNED-PAYLOAD"

struct ac_sigv4_pair { // a query parameter, not encoded; or a header
    ac_str name, value;
};

enum ac_sigv4_form {
    AC_SIGV4_GENERAL, // the path is normalised, then encoded once more than on the wire
    AC_SIGV4_S3       // the path is signed as it goes over the wire: keys may hold "//" or "/../"
};

struct ac_sigv4_request {
    enum ac_sigv4_form form;
    ac_str method;
    ac_str path; // as it goes over the wire, encoded; "" is "/"
    const struct ac_sigv4_pair *query;
    size_t n_query; // at most AC_SIGV4_MAX_PAIRS
    // All of these are signed: host, x-amz-date, and with temporary credentials
    // x-amz-security-token must be among them.
    const struct ac_sigv4_pair *headers;
    size_t n_headers;    // at most AC_SIGV4_MAX_PAIRS
    ac_str payload_hash; // of ac_sigv4_hash, or AC_SIGV4_UNSIGNED
};

struct ac_sigv4_scope {
    ac_str date; // "20150830T123600Z", the value of x-amz-date
    ac_str region, service;
};

// The SHA-256 as 64 hex digits and a NUL. False when the library has none.
bool ac_sigv4_hash(ac_str bytes, char hex[65]);
// "20150830T123600Z" of Unix milliseconds.
void ac_sigv4_date(int64_t ms, char out[17]);
// A path as it goes over the wire: all but unreserved characters and slashes are encoded.
bool ac_sigv4_path(struct ac_buf *out, ac_str path);
// The query as it is signed, which may go over the wire like this: encoded, sorted by name.
bool ac_sigv4_query(struct ac_buf *out, const struct ac_sigv4_pair *query, size_t n);
// The request as one text. False: no memory, or too many pairs. So it is with all below.
bool ac_sigv4_canonical(struct ac_buf *out, const struct ac_sigv4_request *request);
bool ac_sigv4_to_sign(struct ac_buf *out, ac_str canonical, const struct ac_sigv4_scope *scope);
bool ac_sigv4_sign(ac_str secret_key, ac_str to_sign, const struct ac_sigv4_scope *scope,
                   char hex[65]);
// The value of the header Authorization: all of the above.
bool ac_sigv4_authorization(struct ac_buf *out, const struct ac_sigv4_request *request,
                            const struct ac_sigv4_scope *scope, ac_str access_key,
                            ac_str secret_key);

#endif
