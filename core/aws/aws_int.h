// SPDX-License-Identifier: MIT
// What the files of the aws room share.
#ifndef AC_AWS_AWS_INT_H
#define AC_AWS_AWS_INT_H
#include "aws/call.h"
#include "aws/endpoint.h"
#include "aws/profile.h"

#define AC_AWS_MAX_KEY 256u
#define AC_AWS_MAX_TOKEN 8192u
#define AC_AWS_NEVER INT64_MAX
#define AC_AWS_N_NOTED 16u
#define AC_AWS_METADATA "http://169.254.169.254"
#define AC_AWS_METADATA_IPV6 "http://[fd00:ec2::254]"

struct ac_aws_keys {
    char access_key[AC_AWS_MAX_KEY], secret_key[AC_AWS_MAX_KEY];
    char token[AC_AWS_MAX_TOKEN]; // "" for keys without end
    int64_t expires_ms;           // Unix epoch, AC_AWS_NEVER
    const char *origin;           // for people: "the environment"
};

struct ac_aws_noted {
    char *name;
    char region[AC_AWS_MAX_REGION];
};

struct ac_aws_list {
    struct ac_aws_flight *first, *last;
    size_t n;
};

struct ac_aws {
    struct ac_aws_options options;
    struct ac_net *net;
    const struct ac_clock *clock;
    struct ac_profiles profiles;
    bool has_profiles;
    const char *profile; // AWS_PROFILE, or "default"
    struct ac_aws_keys *keys;
    bool has_keys;
    int64_t renew_ms;      // when keys are fetched again
    struct ac_err latched; // there are no credentials: not looked for again
    char region[AC_AWS_MAX_REGION];
    bool has_asked_region;
    int64_t skew_ms; // what the services' clock is ahead of ours
    char metadata_token[512];
    int64_t metadata_until_ms;
    struct ac_aws_noted noted[AC_AWS_N_NOTED];
    size_t n_noted;
    struct ac_aws_list waiting, flying;
    struct ac_fetch *fetches; // given up, their replies still to come
    size_t n_in_flight;
    uint64_t n_sent;
    bool is_pumping;
};

// The environment's value, NULL when unset or empty; is it "true"?
const char *ac_aws_env(const struct ac_aws *aws, const char *name);
bool ac_aws_env_true(const struct ac_aws *aws, const char *name);
// Our clock as the services see it.
int64_t ac_aws_now_ms(const struct ac_aws *aws);
// Reads the profiles once. An AWS_PROFILE that does not exist is AC_RUN/CONFIG.
enum ac_rc ac_aws_profiles(struct ac_aws *aws, struct ac_err *err);
// May plain http go to that host?
bool ac_aws_allows_http(const struct ac_aws *aws, ac_str host);
// Full jitter: any wait up to base * 2^(attempt - 1), at most max.
int64_t ac_aws_jitter(const struct ac_clock *clock, int64_t base_ms, int64_t max_ms, int attempt);

// sign: a request made ready for the network. URL and header lines go to `head`, ended by NULs and
// never moved again; lines gets the headers. keys NULL: not signed. False: no memory, or a text
// that does not fit.
#define AC_AWS_MAX_LINES 20u
#define AC_AWS_MAX_HEAD ((size_t)64 * 1024)
bool ac_aws_sign(const struct ac_aws_request *request, const struct ac_aws_keys *keys,
                 int64_t now_ms, struct ac_buf *head, const char *lines[AC_AWS_MAX_LINES + 1]);

// failure: what a reply says.
enum ac_aws_verdict {
    AC_AWS_FINAL,
    AC_AWS_RETRY, // transient, or too much at once
    AC_AWS_RENEW, // the credentials have expired
    AC_AWS_SKEW   // signed at a time the service calls wrong
};
// Fills code, message and region from an answer's body and the header x-amzn-errortype.
void ac_aws_read_failure(struct ac_aws_reply *reply, ac_str body, const char *error_type);
enum ac_aws_verdict ac_aws_judge(const struct ac_aws_reply *reply);

// fetch: one unsigned call to its end, for credentials. `url`, headers and the like of the call are
// borrowed; done and arg are not used. Retried when nobody answered or the service was busy.
struct ac_fetched {
    enum ac_http_end end;
    int status;
    char why[256];
    struct ac_buf body;
};
enum ac_rc ac_aws_fetch(struct ac_aws *aws, const struct ac_http_call *call, int max_attempts,
                        struct ac_fetched *out, struct ac_err *err);
void ac_fetched_free(struct ac_fetched *fetched); // wipes the body
void ac_aws_fetches_free(struct ac_aws *aws);

// credentials: makes sure of keys that are good for now. AC_AGAIN: they could not be fetched this
// time; AC_RUN/CONFIG: there are none.
enum ac_rc ac_aws_credentials(struct ac_aws *aws, struct ac_err *err);
void ac_aws_forget_keys(struct ac_aws *aws); // refused by a service: fetched again when needed
void ac_keys_wipe(struct ac_aws_keys *keys);
bool ac_keys_set(struct ac_aws_keys *keys, ac_str access_key, ac_str secret_key, ac_str token);
// The providers: AC_OK, AC_END when it has nothing to say, AC_AGAIN, AC_RUN.
enum ac_rc ac_aws_from_profile(struct ac_aws *aws, const char *profile, struct ac_aws_keys *out,
                               struct ac_err *err); // a role, a web identity, keys or a process
enum ac_rc ac_aws_from_env(struct ac_aws *aws, struct ac_aws_keys *out, struct ac_err *err);
enum ac_rc ac_aws_from_web_identity(struct ac_aws *aws, struct ac_aws_keys *out,
                                    struct ac_err *err); // of the environment
enum ac_rc ac_aws_from_process(struct ac_aws *aws, const char *command, struct ac_aws_keys *out,
                               struct ac_err *err);
enum ac_rc ac_aws_from_container(struct ac_aws *aws, struct ac_aws_keys *out, struct ac_err *err);
enum ac_rc ac_aws_from_metadata(struct ac_aws *aws, struct ac_aws_keys *out, struct ac_err *err);
// The region the metadata service says; AC_END when there is none.
enum ac_rc ac_aws_metadata_region(struct ac_aws *aws, char out[AC_AWS_MAX_REGION],
                                  struct ac_err *err);
// sts: a role's keys. source NULL: by a web identity token.
struct ac_role {
    const char *arn, *session_name, *external_id, *duration_s;
    const char *token_file; // of a web identity
    const char *region;     // NULL: any
};
enum ac_rc ac_aws_assume_role(struct ac_aws *aws, const struct ac_role *role,
                              const struct ac_aws_keys *source, struct ac_aws_keys *out,
                              struct ac_err *err);
// keys_json: keys as containers, machines and processes tell them. `what` begins a message.
struct ac_keys_names {
    const char *token; // "Token" or "SessionToken"
    bool wants_version;
};
enum ac_rc ac_keys_read_json(ac_str text, const struct ac_keys_names *names, const char *what,
                             struct ac_aws_keys *out, struct ac_err *err);
// A small secret file (a token), trimmed; false with errno.
bool ac_aws_read_file(const char *path, struct ac_buf *out);

#endif
