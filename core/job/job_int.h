// SPDX-License-Identifier: MIT
// What the files of the job room share.
#ifndef AC_JOB_JOB_INT_H
#define AC_JOB_JOB_INT_H
#include "job/job.h"

struct job_file { // what the configuration file said; zeroed where it said nothing
    struct {
        const char *host, *api_version, *ns, *client_id, *client_secret_file, *username,
            *password_file, *token_file, *refresh_token_file, *jwt_key_file, *jwt_audience,
            *secret_id;
    } org;
    const char *state, *region, *schema_dir, *ca_file, *rejects;
    const char *const *plugin_dirs;
    const char *const *allow_http;
    int64_t describe_fresh_ms, timeout_ms, grace_ms, memory_bytes, keep_rejects_ms;
    int keep_session, s3_addressing;
    struct {
        int64_t base_ms, max_ms, attempts, few_attempts, budget_ms;
    } retry;
    struct {
        int64_t collections_max, collections_in_flight, bulk_in_flight, bulk_max_bytes,
            poll_first_ms, poll_max_ms, api_share;
    } limits;
    struct ac_job *jobs;
    size_t n_jobs;
};

// The way to log in that the credentials allow; AC_RUN/CONFIG when they allow none.
enum ac_rc ac_job_choose_flow(struct ac_config *config, struct ac_err *err);
// A region as somebody wrote it, or NULL when nothing; none, in any letters, is "".
const char *ac_job_region_of(const char *said);
// Reads the file at path into *out, defaults filled in; path NULL: defaults only.
enum ac_rc ac_job_file_read(const char *path, struct ac_arena *arena, struct job_file *out,
                            struct ac_err *err);
// A secret from a file only its owner (or root) can read; its first line.
enum ac_rc ac_job_secret(const char *path, struct ac_arena *arena, const char **out,
                         struct ac_err *err);
// Where things are when nobody said: beside the binary in a build tree, else as installed.
const char *ac_job_default_plugins(struct ac_arena *arena);
const char *ac_job_default_schemas(struct ac_arena *arena);
const char *ac_job_default_state(ac_getenv env, void *env_arg, struct ac_arena *arena);
// The configuration file to read, or NULL: --config, $ACLOAD_CONFIG, then the usual places.
const char *ac_job_find_config(const char *flag, ac_getenv env, void *env_arg,
                               struct ac_arena *arena);
// "a:b:c" as a NULL-terminated array.
const char *const *ac_job_split_path(const char *text, struct ac_arena *arena);
// printf into the arena; NULL at its ceiling.
char *ac_job_printf(struct ac_arena *arena, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
