// SPDX-License-Identifier: MIT
// Credentials of the org that AWS Secrets Manager keeps.
#include "aws/secrets.h"
#include "base/json_memory.h"
#include "base/log.h"
#include "job/job.h"
#include "job/job_int.h"
#include <jansson.h>
#include <string.h>

#define MAX_SECRET_BYTES ((size_t)64 * 1024)

static void wipe(struct ac_buf *b) {
    if (b->ptr)
        explicit_bzero(b->ptr, b->cap);
    ac_buf_free(b);
}

// Copied into the arena, and kept out of every message.
static const char *keep(const json_t *root, const char *name, struct ac_arena *arena) {
    const char *text = json_string_value(json_object_get(root, name));
    const char *copy = text && *text ? ac_arena_copy(arena, ac_str_of(text)) : NULL;
    if (copy)
        ac_log_secret(ac_str_of(copy));
    return copy;
}

// What the vendor calls AccessToken is the security token: it follows the password.
static enum ac_rc fill_password(struct ac_org_options *org, const json_t *root,
                                struct ac_arena *arena, struct ac_err *err) {
    const char *password = keep(root, "Password", arena), *token = keep(root, "AccessToken", arena);
    if (org->password || !password)
        return AC_OK;
    org->password = token ? ac_job_printf(arena, "%s%s", password, token) : password;
    if (!org->password)
        return ac_err_nomem(err, "a secret");
    ac_log_secret(ac_str_of(org->password));
    return AC_OK;
}

static enum ac_rc bad(const struct ac_config *config, const char *what, struct ac_err *err) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_SECRET", "the secret %.200s %s",
                      config->secret_id, what);
}

static enum ac_rc fill(struct ac_config *config, ac_str text, struct ac_arena *arena,
                       struct ac_err *err) {
    struct ac_org_options *org = &config->org;
    AC_CLEANUP(ac_json_secret_free) json_t *root = ac_json_secret(text, 0, NULL);
    if (!json_is_object(root))
        return bad(config,
                   "is no JSON object with Password, AccessToken, ConsumerKey, "
                   "ConsumerSecret",
                   err);
    enum ac_rc rc = fill_password(org, root, arena, err);
    if (rc != AC_OK)
        return rc;
    if (!org->client_id)
        org->client_id = keep(root, "ConsumerKey", arena);
    if (!org->client_secret)
        org->client_secret = keep(root, "ConsumerSecret", arena);
    rc = ac_job_choose_flow(config, err);
    if (rc == AC_OK && org->flow == AC_FLOW_NONE)
        return bad(config, "holds none of Password, ConsumerKey, ConsumerSecret", err);
    if (rc != AC_OK)
        return rc;
    config->org_choice =
        ac_job_printf(arena, "%s (the secret %s)", config->org_choice, config->secret_id);
    return config->org_choice ? AC_OK : ac_err_nomem(err, "a secret");
}

enum ac_rc ac_config_fetch_secrets(struct ac_config *config, struct ac_aws *aws,
                                   struct ac_arena *arena, struct ac_err *err) {
    struct ac_buf text;
    if (!config->secret_id || config->org.token)
        return AC_OK;
    ac_buf_init(&text, MAX_SECRET_BYTES);
    (void)ac_buf_need(&text, MAX_SECRET_BYTES); // a buffer that grows leaves copies behind
    enum ac_rc rc = ac_aws_secret(aws, config->secret_id, &text, err);
    if (rc == AC_OK)
        rc = fill(config, ac_buf_str(&text), arena, err);
    wipe(&text);
    return rc;
}
