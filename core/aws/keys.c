// SPDX-License-Identifier: MIT
// Keys as they are told in JSON.
#include "aws/aws_int.h"
#include "base/json_memory.h"
#include <jansson.h>
#include <openssl/crypto.h>

void ac_keys_wipe(struct ac_aws_keys *keys) {
    const char *origin = keys->origin;
    OPENSSL_cleanse(keys, sizeof *keys);
    *keys = (struct ac_aws_keys){.expires_ms = AC_AWS_NEVER, .origin = origin};
}

// A key is part of a header: no blanks, no control characters.
static bool copy_key(char *out, size_t size, ac_str s) {
    s = ac_str_trim(s);
    if (s.len >= size)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || (unsigned char)s.ptr[i] >= 0x7F)
            return false;
    if (s.len)
        memcpy(out, s.ptr, s.len);
    out[s.len] = '\0';
    return true;
}

bool ac_keys_set(struct ac_aws_keys *keys, ac_str access_key, ac_str secret_key, ac_str token) {
    keys->expires_ms = AC_AWS_NEVER;
    return copy_key(keys->access_key, sizeof keys->access_key, access_key) &&
           copy_key(keys->secret_key, sizeof keys->secret_key, secret_key) &&
           copy_key(keys->token, sizeof keys->token, token) && keys->access_key[0] &&
           keys->secret_key[0];
}

static ac_str text_of(const json_t *root, const char *name) {
    const json_t *value = json_object_get(root, name);
    if (!json_is_string(value))
        return AC_STR("");
    return ac_str_n(json_string_value(value), json_string_length(value));
}

enum ac_rc ac_keys_read_json(ac_str text, const struct ac_keys_names *names, const char *what,
                             struct ac_aws_keys *out, struct ac_err *err) {
    int line;
    AC_CLEANUP(ac_json_secret_free)
    json_t *root = ac_json_secret(text, JSON_REJECT_DUPLICATES, &line);
    const char *code = "AWS_CREDENTIALS";
    if (!json_is_object(root)) // the parser's own words may quote what it stumbled over
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, code, "%s: is no JSON object (line %d)",
                          what, line);
    ac_str success = text_of(root, "Code");
    if (success.len && !ac_str_eq(success, AC_STR("Success")))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, code, "%s: says %.60s: %.200s", what,
                          success.ptr, text_of(root, "Message").ptr);
    const json_t *version = json_object_get(root, "Version");
    if (names->wants_version && json_integer_value(version) != 1)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, code, "%s: has no \"Version\": 1", what);
    if (!ac_keys_set(out, text_of(root, "AccessKeyId"), text_of(root, "SecretAccessKey"),
                     text_of(root, names->token)))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, code,
                          "%s: has no AccessKeyId and SecretAccessKey that can be used", what);
    ac_str expiry = text_of(root, "Expiration");
    if (expiry.len && !ac_clock_parse(expiry, &out->expires_ms, NULL))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, code,
                          "%s: the Expiration \"%.40s\" is no time", what, expiry.ptr);
    return AC_OK;
}
