// SPDX-License-Identifier: MIT
// The configuration file with the environment, as one const struct.
//
// Job is the only room that reads the environment or the configuration file. Order of preference
// for every value: a flag of the command, the environment, the file, the default. Unknown keys of
// the file are errors that list the known ones; schemas/config.schema.json describes the same file
// and a test holds the two together. Secrets come from the environment or from files only their
// owner can read (*_file keys); never from argv, and never from the configuration itself.
#ifndef AC_JOB_JOB_H
#define AC_JOB_JOB_H
#include "base/arena.h"
#include "base/err.h"
#include "org/rest.h"
#include "plugin/host.h"
#include "plugin/map.h"
#include "sink/sink.h"
#include "source/source.h"

// In the order of the choice comma|semicolon|tab|pipe.
#define AC_JOB_DELIMITERS ",;\t|"

struct ac_use { // one use of a plugin in a job
    const char *plugin;
    const struct ac_option_value *options;
    size_t n_options;
};

// Where a stream is begun that nothing is known of yet, besides a time.
#define AC_START_OLDEST INT64_MIN // TRIM_HORIZON
#define AC_START_NOW INT64_MAX    // LATEST: at what comes from the first run on

struct ac_job {
    const char *name;
    const char *const *inputs; // paths, folders, globs, s3://, kinesis://
    size_t n_inputs;
    const struct ac_use *uses; // none: plugins bid
    size_t n_uses;
    const struct ac_map_rule *fields; // filled whatever the plugins do; in the order of their rank
    size_t n_fields;
    const char *region;   // NULL: the configuration's; "": none
    int64_t min_age_ms;   // 60000
    int64_t start_ms;     // of a stream of Kinesis: AC_START_OLDEST, AC_START_NOW, Unix epoch
    int64_t lookback_ms;  // of a prefix on S3, 3 days; 0: everything is looked at each time
    const char *encoding; // NULL: UTF-8, or what a byte order mark says
    char delimiter;       // 0: comma
};

struct ac_config {
    const char *file;          // the configuration file read, or NULL
    struct ac_org_options org; // flow NONE when no org is configured
    const char *secret_id;     // in AWS Secrets Manager, or NULL
    const char *org_choice;    // for people: "client credentials (SF_CONSUMER_KEY, …)"
    const char *ns;            // "" or the namespace
    const char *region;        // NULL: not configured; "": configured as none
    const char *state_dir;
    const char *const *plugin_dirs; // NULL-terminated
    const char *schema_dir;
    const char *ca_file;     // or NULL
    const char *aws_ca_file; // or NULL
    enum ac_s3_addressing s3_addressing;
    const char *const *allow_http; // NULL-terminated or NULL
    int64_t describe_fresh_ms;     // 600000
    int64_t timeout_ms;
    int64_t grace_ms; // 30000: for calls under way, after a signal
    int64_t max_memory_bytes;
    int64_t keep_rejects_ms; // 90 days
    const char *rejects;     // "s3://bucket/prefix/": where a Lambda function keeps them, or NULL
    bool keep_session;
    struct ac_sink_options sink;
    const struct ac_job *jobs;
    size_t n_jobs;
};

struct ac_config_flags { // what the command line said; NULL: nothing
    const char *config, *state, *region, *schema_dir;
    const char *const *plugin_dirs; // NULL-terminated or NULL
};
// The environment as a function, so that tests bring their own.
typedef const char *(*ac_getenv)(void *arg, const char *name);

// Reads everything into *out (arena memory). Errors are AC_RUN/CONFIG and name file, line or key.
// No configuration file at all is fine unless flags->config or ACLOAD_CONFIG names one.
enum ac_rc ac_config_load(const struct ac_config_flags *flags, ac_getenv env, void *env_arg,
                          struct ac_arena *arena, struct ac_config *out, struct ac_err *err);
// The second step of loading, which needs the network: what SF_CREDENTIALS_SECRETS_MANAGER_ARN
// names is fetched, and fills what environment and file left open (password, consumer key, consumer
// secret); then the way to log in is chosen. Nothing happens without it. AC_RUN/CONFIG or STOP.
enum ac_rc ac_config_fetch_secrets(struct ac_config *config, struct ac_aws *aws,
                                   struct ac_arena *arena, struct ac_err *err);
// The job of that name, or NULL.
const struct ac_job *ac_config_job(const struct ac_config *config, ac_str name);
// The region of a job's data, else of all data: NULL: not configured; "": none. job may be NULL.
const char *ac_config_region(const struct ac_config *config, const struct ac_job *job);
// Is there no such region as far as we know? Then a sentence about it. False for none and for NULL.
bool ac_region_doubt(const char *region, char *out, size_t len);

#endif
