// SPDX-License-Identifier: MIT
// Keys by what a profile says: a role, a web identity, keys, a program.
#include "aws/aws_int.h"
#include <errno.h>
#include <stdio.h>

#define MAX_CHAIN 8 // of source_profile

struct chain { // the profiles on the way to the keys
    struct ac_aws *aws;
    const char *names[MAX_CHAIN];
    size_t n;
};

static enum ac_rc bad(const char *profile, const char *what, struct ac_err *err) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CONFIG", "the AWS profile %.100s %s",
                      profile, what);
}

static const char *get(const struct ac_aws *aws, const char *profile, const char *key) {
    return ac_profile_get(&aws->profiles, profile, key);
}

static enum ac_rc by_keys(struct ac_aws *aws, enum ac_profile_file which, const char *profile,
                          struct ac_aws_keys *out, struct ac_err *err) {
    const char *access_key = ac_profile_in(&aws->profiles, which, profile, "aws_access_key_id");
    const char *secret_key = ac_profile_in(&aws->profiles, which, profile, "aws_secret_access_key");
    const char *token = ac_profile_in(&aws->profiles, which, profile, "aws_session_token");
    if (!access_key)
        return AC_END;
    if (!secret_key)
        return bad(profile, "has aws_access_key_id, but no aws_secret_access_key", err);
    out->origin = "a profile";
    if (ac_keys_set(out, ac_str_of(access_key), ac_str_of(secret_key), ac_str_of(token)))
        return AC_OK;
    return bad(profile, "holds keys that are none (a blank inside, or too long)", err);
}

// Keys of the credentials file, the program, keys of the config file.
static enum ac_rc by_itself(struct ac_aws *aws, const char *profile, struct ac_aws_keys *out,
                            struct ac_err *err) {
    enum ac_rc rc = by_keys(aws, AC_PROFILE_CREDENTIALS, profile, out, err);
    const char *command = get(aws, profile, "credential_process");
    if (rc == AC_END && command)
        return ac_aws_from_process(aws, command, out, err);
    if (rc == AC_END)
        rc = by_keys(aws, AC_PROFILE_CONFIG, profile, out, err);
    if (rc == AC_END && (get(aws, profile, "sso_session") || get(aws, profile, "sso_start_url")))
        return bad(profile,
                   "logs in by IAM Identity Center, which needs a browser: give it "
                   "credential_process = aws configure export-credentials --profile …",
                   err);
    return rc;
}

static enum ac_rc by_profile(struct chain *chain, const char *profile, struct ac_aws_keys *out,
                             struct ac_err *err);

static enum ac_rc by_source(struct ac_aws *aws, const char *profile, const char *source,
                            struct ac_aws_keys *out, struct ac_err *err) {
    enum ac_rc rc;
    if (strcmp(source, "Environment") == 0)
        rc = ac_aws_from_env(aws, out, err);
    else if (strcmp(source, "Ec2InstanceMetadata") == 0)
        rc = ac_aws_from_metadata(aws, out, err);
    else if (strcmp(source, "EcsContainer") == 0)
        rc = ac_aws_from_container(aws, out, err);
    else
        return bad(profile,
                   "has a credential_source that is none of Environment, Ec2InstanceMetadata, "
                   "EcsContainer",
                   err);
    return rc == AC_END ? bad(profile, "names a credential_source without credentials", err) : rc;
}

// The keys a role is asked for with.
static enum ac_rc source_keys(struct chain *chain, const char *profile, struct ac_aws_keys *out,
                              struct ac_err *err) {
    struct ac_aws *aws = chain->aws;
    const char *source = get(aws, profile, "source_profile");
    const char *other = get(aws, profile, "credential_source");
    if (source && other)
        return bad(profile, "has source_profile and credential_source: only one can be", err);
    if (other)
        return by_source(aws, profile, other, out, err);
    if (!source)
        return bad(profile, "has a role_arn, but no source_profile and no credential_source", err);
    if (!ac_profile_exists(&aws->profiles, source))
        return bad(profile, "has a source_profile that does not exist", err);
    enum ac_rc rc = strcmp(source, profile) == 0 ? by_itself(aws, source, out, err)
                                                 : by_profile(chain, source, out, err);
    return rc == AC_END ? bad(source, "has no credentials, and another one's role needs them", err)
                        : rc;
}

static enum ac_rc by_role(struct chain *chain, const char *profile, struct ac_aws_keys *out,
                          struct ac_err *err) {
    struct ac_aws *aws = chain->aws;
    struct ac_role role = {.arn = get(aws, profile, "role_arn"),
                           .session_name = get(aws, profile, "role_session_name"),
                           .external_id = get(aws, profile, "external_id"),
                           .duration_s = get(aws, profile, "duration_seconds"),
                           .token_file = get(aws, profile, "web_identity_token_file"),
                           .region = get(aws, profile, "region")};
    if (role.token_file)
        return ac_aws_assume_role(aws, &role, NULL, out, err);
    if (get(aws, profile, "mfa_serial"))
        return bad(profile, "wants a code (mfa_serial), which nobody is there to type", err);
    struct ac_aws_keys source = {.expires_ms = AC_AWS_NEVER};
    enum ac_rc rc = source_keys(chain, profile, &source, err);
    if (rc == AC_OK)
        rc = ac_aws_assume_role(aws, &role, &source, out, err);
    ac_keys_wipe(&source);
    return rc;
}

static enum ac_rc by_profile(struct chain *chain, const char *profile, struct ac_aws_keys *out,
                             struct ac_err *err) {
    for (size_t i = 0; i < chain->n; i++)
        if (strcmp(chain->names[i], profile) == 0)
            return bad(profile, "is its own source_profile by way of others", err);
    if (chain->n == MAX_CHAIN)
        return bad(profile, "stands behind too many others (source_profile)", err);
    chain->names[chain->n++] = profile;
    if (get(chain->aws, profile, "role_arn"))
        return by_role(chain, profile, out, err);
    return by_itself(chain->aws, profile, out, err);
}

enum ac_rc ac_aws_from_profile(struct ac_aws *aws, const char *profile, struct ac_aws_keys *out,
                               struct ac_err *err) {
    struct chain chain = {.aws = aws};
    return by_profile(&chain, profile, out, err);
}

enum ac_rc ac_aws_from_web_identity(struct ac_aws *aws, struct ac_aws_keys *out,
                                    struct ac_err *err) {
    struct ac_role role = {.arn = ac_aws_env(aws, "AWS_ROLE_ARN"),
                           .session_name = ac_aws_env(aws, "AWS_ROLE_SESSION_NAME"),
                           .token_file = ac_aws_env(aws, "AWS_WEB_IDENTITY_TOKEN_FILE")};
    if (!role.token_file)
        return AC_END;
    if (!role.arn)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CONFIG",
                          "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not");
    return ac_aws_assume_role(aws, &role, NULL, out, err);
}
