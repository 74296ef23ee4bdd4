// SPDX-License-Identifier: MIT
// Keys found where the AWS command line finds them, kept until shortly before they expire.
#include "aws/aws_int.h"
#include <stdio.h>

#define AHEAD_MS ((int64_t)5 * 60 * 1000)
#define AT_LEAST_MS ((int64_t)60 * 1000) // between two looks for keys that nearly have expired

const char *ac_aws_env(const struct ac_aws *aws, const char *name) {
    const char *value = aws->options.env ? aws->options.env(aws->options.env_arg, name) : NULL;
    return value && *value ? value : NULL;
}

bool ac_aws_env_true(const struct ac_aws *aws, const char *name) {
    const char *value = ac_aws_env(aws, name);
    return value && ac_str_eq_nocase(ac_str_of(value), AC_STR("true"));
}

int64_t ac_aws_now_ms(const struct ac_aws *aws) {
    return aws->clock->now_ms(aws->clock->self) + aws->skew_ms;
}

int64_t ac_aws_jitter(const struct ac_clock *clock, int64_t base_ms, int64_t max_ms, int attempt) {
    int64_t ceiling = base_ms;
    for (int i = 1; i < attempt && ceiling < max_ms; i++)
        ceiling *= 2;
    if (ceiling > max_ms)
        ceiling = max_ms;
    if (ceiling <= 0)
        return 0;
    return (int64_t)(clock->random(clock->self) % ((uint64_t)ceiling + 1));
}

// --- the files

// "~/x" is below HOME; false when it does not fit.
static bool expand(const struct ac_aws *aws, const char *path, char *out, size_t size) {
    const char *home = ac_aws_env(aws, "HOME");
    int n = path[0] == '~' && path[1] == '/'
                ? snprintf(out, size, "%s%s", home ? home : "", path + 1)
                : snprintf(out, size, "%s", path);
    return n > 0 && (size_t)n < size;
}

static enum ac_rc read_profiles(struct ac_aws *aws, enum ac_profile_file which, const char *name,
                                const char *otherwise, struct ac_err *err) {
    char path[4096];
    const char *named = ac_aws_env(aws, name);
    if (!named && !ac_aws_env(aws, "HOME"))
        return AC_OK;
    if (!expand(aws, named ? named : otherwise, path, sizeof path))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CONFIG", "%s is too long", name);
    return ac_profiles_read(&aws->profiles, which, path, err);
}

enum ac_rc ac_aws_profiles(struct ac_aws *aws, struct ac_err *err) {
    if (aws->has_profiles)
        return AC_OK;
    const char *named = ac_aws_env(aws, "AWS_PROFILE");
    if (!named)
        named = ac_aws_env(aws, "AWS_DEFAULT_PROFILE");
    aws->profile = named ? named : "default";
    ac_profiles_free(&aws->profiles);
    enum ac_rc rc = read_profiles(aws, AC_PROFILE_CONFIG, "AWS_CONFIG_FILE", "~/.aws/config", err);
    if (rc == AC_OK)
        rc = read_profiles(aws, AC_PROFILE_CREDENTIALS, "AWS_SHARED_CREDENTIALS_FILE",
                           "~/.aws/credentials", err);
    if (rc == AC_OK && named && !ac_profile_exists(&aws->profiles, named))
        rc = ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CONFIG",
                        "AWS_PROFILE names the profile %.100s, which is neither in the AWS config "
                        "file nor in the credentials file",
                        named);
    aws->has_profiles = rc == AC_OK;
    return rc;
}

const char *ac_aws_setting(struct ac_aws *aws, const char *key, const char *sub,
                           struct ac_err *err) {
    if (ac_aws_profiles(aws, err) != AC_OK)
        return NULL;
    return sub ? ac_profile_sub(&aws->profiles, aws->profile, key, sub)
               : ac_profile_get(&aws->profiles, aws->profile, key);
}

// --- the chain

enum ac_rc ac_aws_from_env(struct ac_aws *aws, struct ac_aws_keys *out, struct ac_err *err) {
    const char *access_key = ac_aws_env(aws, "AWS_ACCESS_KEY_ID");
    const char *secret_key = ac_aws_env(aws, "AWS_SECRET_ACCESS_KEY");
    const char *token = ac_aws_env(aws, "AWS_SESSION_TOKEN");
    if (!token)
        token = ac_aws_env(aws, "AWS_SECURITY_TOKEN");
    if (!access_key)
        return AC_END;
    if (!secret_key)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CREDENTIALS",
                          "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not");
    out->origin = "the environment";
    if (ac_keys_set(out, ac_str_of(access_key), ac_str_of(secret_key), ac_str_of(token)))
        return AC_OK;
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CREDENTIALS",
                      "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or AWS_SESSION_TOKEN holds "
                      "something that is no key (a blank, a line break)");
}

static enum ac_rc from_chosen_profile(struct ac_aws *aws, struct ac_aws_keys *out,
                                      struct ac_err *err) {
    enum ac_rc rc = ac_aws_profiles(aws, err);
    return rc == AC_OK ? ac_aws_from_profile(aws, aws->profile, out, err) : rc;
}

// A role of the profile comes before a web identity of the environment, its keys after it: a
// profile without a role has no say before the latter.
static bool has_role(const struct ac_aws *aws) {
    return ac_profile_get(&aws->profiles, aws->profile, "role_arn") != NULL;
}

static enum ac_rc from_anywhere(struct ac_aws *aws, struct ac_aws_keys *out, struct ac_err *err) {
    typedef enum ac_rc provider(struct ac_aws *, struct ac_aws_keys *, struct ac_err *);
    enum ac_rc rc = ac_aws_from_env(aws, out, err);
    if (rc != AC_END)
        return rc;
    rc = ac_aws_profiles(aws, err);
    if (rc != AC_OK)
        return rc;
    bool is_role = has_role(aws);
    provider *const rest[] = {is_role ? from_chosen_profile : ac_aws_from_web_identity,
                              is_role ? ac_aws_from_web_identity : from_chosen_profile,
                              ac_aws_from_container, ac_aws_from_metadata};
    rc = AC_END;
    for (size_t i = 0; rc == AC_END && i < AC_N(rest); i++)
        rc = rest[i](aws, out, err);
    return rc;
}

// A secret alone is passed over, as the AWS command line does; when nothing else is found, it tells
// what somebody meant to set.
static enum ac_rc none_found(const struct ac_aws *aws, struct ac_err *err) {
    if (ac_aws_env(aws, "AWS_SECRET_ACCESS_KEY"))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CREDENTIALS",
                          "AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not, and no other "
                          "AWS credentials are found (a profile, a role)");
    if (ac_profile_get(&aws->profiles, aws->profile, "aws_secret_access_key"))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CREDENTIALS",
                          "the AWS profile %.100s has aws_secret_access_key, but no "
                          "aws_access_key_id, and no other AWS credentials are found",
                          aws->profile);
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "AWS_CREDENTIALS",
                      "no AWS credentials are found: set AWS_ACCESS_KEY_ID and "
                      "AWS_SECRET_ACCESS_KEY, or a profile (AWS_PROFILE, ~/.aws), or give the "
                      "machine, container or function a role");
}

static enum ac_rc find_keys(struct ac_aws *aws, struct ac_err *err) {
    struct ac_aws_keys found = {.expires_ms = AC_AWS_NEVER};
    enum ac_rc rc = from_anywhere(aws, &found, err);
    if (rc == AC_END)
        rc = none_found(aws, err);
    if (rc == AC_OK) {
        int64_t now_ms = ac_aws_now_ms(aws), soon_ms = now_ms + AT_LEAST_MS;
        *aws->keys = found;
        aws->has_keys = true;
        aws->renew_ms = AC_AWS_NEVER;
        if (found.expires_ms != AC_AWS_NEVER)
            aws->renew_ms =
                found.expires_ms - AHEAD_MS > soon_ms ? found.expires_ms - AHEAD_MS : soon_ms;
    }
    ac_keys_wipe(&found);
    return rc;
}

void ac_aws_forget_keys(struct ac_aws *aws) {
    ac_keys_wipe(aws->keys);
    aws->has_keys = false;
    aws->has_profiles = false; // somebody may have written new keys into the files
}

enum ac_rc ac_aws_credentials(struct ac_aws *aws, struct ac_err *err) {
    int64_t now_ms = ac_aws_now_ms(aws);
    if (aws->has_keys && now_ms < aws->renew_ms)
        return AC_OK;
    if (aws->latched.rc != AC_OK) {
        *err = aws->latched;
        return err->rc;
    }
    struct ac_err why = AC_ERR_INIT;
    enum ac_rc rc = find_keys(aws, &why);
    if (rc == AC_OK)
        return AC_OK;
    // Those we have are still good: the next request asks again.
    if (aws->has_keys && now_ms < aws->keys->expires_ms) {
        aws->renew_ms = now_ms + AT_LEAST_MS;
        return AC_OK;
    }
    bool had_some = aws->keys->origin != NULL;
    if (rc == AC_RUN && why.cause == AC_CAUSE_CONFIG && !had_some)
        aws->latched = why;
    *err = why;
    return rc;
}
