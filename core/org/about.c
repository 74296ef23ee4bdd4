// SPDX-License-Identifier: MIT
// Versions, the user, limits: one small call each.
#include "org/about.h"
#include "org/json.h"
#include "org/org_int.h"

#define BODY_BYTES ((size_t)4 << 20)
#define MAX_VALUES 20000u

// The tree of an answer; NULL with AC_OK: it was refused.
static enum ac_rc ask(struct ac_org *org, const char *path, json_t **out,
                      struct ac_rest_reply *reply, struct ac_err *err) {
    AC_CLEANUP(ac_buf_free) struct ac_buf body;
    struct ac_rest_call call = {.method = "GET", .path = path, .max_reply_bytes = BODY_BYTES};
    ac_buf_init(&body, BODY_BYTES);
    *out = NULL;
    enum ac_rc rc = ac_rest_wait(org, &call, reply, &body, err);
    if (rc != AC_OK || reply->outcome != AC_OUT_OK)
        return rc;
    *out = ac_json_load(ac_buf_str(&body), MAX_VALUES);
    if (*out)
        return AC_OK;
    return ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "BAD_REPLY", "%s answered %s with no JSON",
                      ac_org_name(org), path);
}

enum ac_rc ac_org_versions(struct ac_org *org, const char *version, char newest[8], bool *has,
                           struct ac_err *err) {
    struct ac_rest_reply reply;
    AC_CLEANUP(ac_json_free) json_t *tree = NULL;
    newest[0] = '\0';
    *has = false;
    enum ac_rc rc = ask(org, "/services/data/", &tree, &reply, err);
    if (rc == AC_OK && !tree)
        return ac_rest_failed(org, &reply, "list the API versions", err);
    for (size_t i = 0; rc == AC_OK && i < json_array_size(tree); i++) { // in rising order
        ac_str text = ac_json_text(json_array_get(tree, i), "version");
        *has |= ac_str_eq(text, ac_str_of(version));
        if (text.len && text.len < 8)
            ac_json_copy(newest, 8, text);
    }
    return rc;
}

enum ac_rc ac_org_user(struct ac_org *org, char out[20], struct ac_err *err) {
    struct ac_rest_reply reply;
    AC_CLEANUP(ac_json_free) json_t *tree = NULL;
    out[0] = '\0';
    enum ac_rc rc = ask(org, "/services/oauth2/userinfo", &tree, &reply, err);
    ac_str id = ac_json_text(tree, "user_id");
    if (rc == AC_OK && id.len && id.len < 20)
        ac_json_copy(out, 20, id);
    return rc;
}

enum ac_rc ac_org_limits(struct ac_org *org, struct ac_org_limit *limits, size_t n,
                         struct ac_err *err) {
    struct ac_rest_reply reply;
    AC_CLEANUP(ac_json_free) json_t *tree = NULL;
    for (size_t i = 0; i < n; i++)
        limits[i].max = limits[i].left = -1;
    enum ac_rc rc = ask(org, "/limits/", &tree, &reply, err);
    for (size_t i = 0; rc == AC_OK && i < n; i++) {
        const json_t *limit = json_object_get(tree, limits[i].name);
        const json_t *max = json_object_get(limit, "Max");
        const json_t *left = json_object_get(limit, "Remaining");
        if (!json_is_integer(max) || !json_is_integer(left))
            continue;
        limits[i].max = (int64_t)json_integer_value(max);
        limits[i].left = (int64_t)json_integer_value(left);
    }
    return rc;
}
