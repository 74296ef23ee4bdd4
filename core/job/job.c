// SPDX-License-Identifier: MIT
// Flags, environment, configuration file, defaults: in that order, as one struct.
#include "job/job.h"
#include "job/job_int.h"
#include <stdlib.h>
#include <string.h>

struct loading {
    const struct ac_config_flags *flags;
    ac_getenv env;
    void *env_arg;
    struct job_file file;
    struct ac_arena *arena;
    struct ac_config *out;
    struct ac_err *err;
};

// The environment's value, or NULL when unset or empty.
static const char *env_of(struct loading *l, const char *name) {
    const char *value = l->env(l->env_arg, name);
    return value && *value ? value : NULL;
}

static const char *pick(const char *a, const char *b, const char *c) {
    if (a && *a)
        return a;
    return b && *b ? b : c;
}

static enum ac_rc config_error(struct loading *l, const char *code, const char *text) {
    return ac_err_set(l->err, AC_RUN, AC_CAUSE_CONFIG, code, "%s", text);
}

// A secret by the environment, else by the file named in the configuration; NULL when neither.
static enum ac_rc secret(struct loading *l, const char *name, const char *path, const char **out) {
    *out = env_of(l, name);
    if (*out || !path || !*path)
        return AC_OK;
    return ac_job_secret(path, l->arena, out, l->err);
}

static enum ac_rc host_of(struct loading *l, const char **out) {
    const char *host = pick(env_of(l, "SF_HOST"), l->file.org.host, NULL);
    const char *production = env_of(l, "SF_PRODUCTION");
    *out = NULL;
    if (!host && production)
        host = ac_str_eq_nocase(ac_str_of(production), AC_STR("true"))
                   ? "https://login.salesforce.com"
                   : "https://test.salesforce.com";
    if (!host)
        return AC_OK;
    if (strchr(host, '@')) // perhaps a password: it is not repeated
        return config_error(l, "HOST",
                            "SF_HOST (host in the configuration) names a user or password, with an "
                            "@: it takes only the host, https://….my.salesforce.com; credentials "
                            "have variables of their own");
    ac_str s = ac_str_trim(ac_str_of(host));
    while (s.len && s.ptr[s.len - 1] == '/')
        s.len--;
    bool has_scheme = strstr(host, "://") != NULL;
    *out = ac_job_printf(l->arena, "%s%.*s", has_scheme ? "" : "https://", AC_STR_ARG(s));
    return *out ? AC_OK : config_error(l, "CONFIG", "SF_HOST is too long");
}

static enum ac_rc version_of(struct loading *l, const char **out) {
    const char *text = pick(env_of(l, "SF_VERSION"), l->file.org.api_version, "62.0");
    if (*text == 'v' || *text == 'V')
        text++;
    int64_t major;
    ac_str rest = ac_str_of(text), whole;
    if (!ac_str_cut(&rest, '.', &whole) || !ac_str_i64(whole, &major) || major < 1 ||
        !(rest.len == 0 || ac_str_eq(rest, AC_STR("0"))))
        return config_error(l, "CONFIG", "SF_VERSION must be a version like 62.0 or v62.0");
    *out = ac_job_printf(l->arena, "%lld.0", (long long)major);
    return AC_OK;
}

static enum ac_rc bad_flow(struct ac_err *err, const char *code, const char *text) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, code, "%s", text);
}

enum ac_rc ac_job_choose_flow(struct ac_config *config, struct ac_err *err) {
    struct ac_org_options *org = &config->org;
    org->flow = AC_FLOW_NONE;
    config->org_choice = "none";
    if (org->token) {
        org->flow = AC_FLOW_TOKEN;
        config->org_choice = "a ready access token";
    } else if (org->refresh_token) {
        org->flow = AC_FLOW_REFRESH;
        config->org_choice = "a refresh token";
    } else if (org->username && org->jwt_key_file) {
        org->flow = AC_FLOW_JWT;
        config->org_choice = "JWT bearer";
    } else if (org->username && org->password) {
        org->flow = AC_FLOW_PASSWORD;
        config->org_choice = "user name and password";
    } else if (org->client_id && org->client_secret) {
        org->flow = AC_FLOW_CLIENT_CREDENTIALS;
        config->org_choice = "client credentials";
    } else if (org->client_id || org->client_secret || org->username || org->password) {
        return bad_flow(err, "FLOW",
                        "the credentials are incomplete: set SF_ACCESS_TOKEN, or "
                        "SF_REFRESH_TOKEN, or SF_USERNAME with SF_JWT_KEY_FILE or SF_PASSWORD, "
                        "or SF_CONSUMER_SECRET; all but the first also need SF_CONSUMER_KEY");
    }
    if (org->flow != AC_FLOW_NONE && org->flow != AC_FLOW_TOKEN && !org->client_id)
        return bad_flow(err, "FLOW",
                        "to log in this way SF_CONSUMER_KEY is needed too (and mostly "
                        "SF_CONSUMER_SECRET), of an External Client App");
    if (org->flow != AC_FLOW_NONE && !org->host)
        return bad_flow(err, "CONFIG",
                        "credentials are set, but no host: set SF_HOST to the "
                        "org's My Domain URL, https://….my.salesforce.com");
    return AC_OK;
}

// Where what decided comes from: a variable that somebody forgot wins over the file.
static enum ac_rc tell_choice(struct loading *l) {
    static const struct {
        const char *env, *key;
    } parts[][2] = {
        [AC_FLOW_NONE] = {{NULL, NULL}},
        [AC_FLOW_TOKEN] = {{"SF_ACCESS_TOKEN", "org.token_file"}},
        [AC_FLOW_REFRESH] = {{"SF_REFRESH_TOKEN", "org.refresh_token_file"}},
        [AC_FLOW_JWT] = {{"SF_USERNAME", "org.username"}, {"SF_JWT_KEY_FILE", "org.jwt_key_file"}},
        [AC_FLOW_PASSWORD] = {{"SF_USERNAME", "org.username"},
                              {"SF_PASSWORD", "org.password_file"}},
        [AC_FLOW_CLIENT_CREDENTIALS] = {{"SF_CONSUMER_KEY", "org.client_id"},
                                        {"SF_CONSUMER_SECRET", "org.client_secret_file"}},
    };
    const char *names[2] = {"", ""};
    enum ac_flow flow = l->out->org.flow;
    for (size_t i = 0; i < 2 && parts[flow][i].env; i++)
        names[i] = env_of(l, parts[flow][i].env) ? parts[flow][i].env : parts[flow][i].key;
    if (!*names[0])
        return AC_OK;
    l->out->org_choice = ac_job_printf(l->arena, "%s (%s%s%s)", l->out->org_choice, names[0],
                                       *names[1] ? ", " : "", names[1]);
    return l->out->org_choice ? AC_OK : ac_err_nomem(l->err, "the configuration");
}

static enum ac_rc load_org(struct loading *l) {
    struct ac_org_options *org = &l->out->org;
    enum ac_rc rc = host_of(l, &org->host);
    if (rc == AC_OK)
        rc = version_of(l, &org->version);
    if (rc == AC_OK)
        rc = secret(l, "SF_ACCESS_TOKEN", l->file.org.token_file, &org->token);
    if (rc == AC_OK)
        rc = secret(l, "SF_CONSUMER_SECRET", l->file.org.client_secret_file, &org->client_secret);
    if (rc == AC_OK)
        rc = secret(l, "SF_PASSWORD", l->file.org.password_file, &org->password);
    if (rc == AC_OK)
        rc = secret(l, "SF_REFRESH_TOKEN", l->file.org.refresh_token_file, &org->refresh_token);
    if (rc != AC_OK)
        return rc;
    org->client_id = pick(env_of(l, "SF_CONSUMER_KEY"), l->file.org.client_id, NULL);
    org->jwt_key_file = pick(env_of(l, "SF_JWT_KEY_FILE"), l->file.org.jwt_key_file, NULL);
    org->audience = pick(env_of(l, "SF_JWT_AUDIENCE"), l->file.org.jwt_audience, NULL);
    org->username = pick(env_of(l, "SF_USERNAME"), l->file.org.username, NULL);
    org->timeout_ms = l->file.timeout_ms;
    // Unset means the package's own namespace; empty or "-" means none, as the Lambdas have it.
    const char *ns = l->env(l->env_arg, "SF_ADAPTER_NAMESPACE");
    if (!ns)
        ns = l->file.org.ns;
    l->out->ns = strcmp(ns, "-") == 0 ? "" : ns;
    l->out->secret_id =
        pick(env_of(l, "SF_CREDENTIALS_SECRETS_MANAGER_ARN"), l->file.org.secret_id, NULL);
    // The secret may hold what is missing yet: ac_config_fetch_secrets chooses then.
    if (l->out->secret_id && !org->token) {
        l->out->org_choice = "AWS Secrets Manager";
        return AC_OK;
    }
    rc = ac_job_choose_flow(l->out, l->err);
    return rc == AC_OK ? tell_choice(l) : rc;
}

const char *ac_job_region_of(const char *said) {
    if (!said || !*said)
        return NULL;
    return ac_str_eq_nocase(ac_str_of(said), AC_STR("none")) ? "" : said;
}

const char *ac_config_region(const struct ac_config *config, const struct ac_job *job) {
    return job && job->region ? job->region : config->region;
}

static void load_sink(struct loading *l) {
    struct ac_sink_options *sink = &l->out->sink;
    const struct job_file *f = &l->file;
    sink->collections_max = (uint32_t)f->limits.collections_max;
    sink->collections_in_flight = (size_t)f->limits.collections_in_flight;
    sink->bulk_in_flight = (size_t)f->limits.bulk_in_flight;
    sink->bulk_max_bytes = (uint64_t)f->limits.bulk_max_bytes;
    sink->poll_first_ms = f->limits.poll_first_ms;
    sink->poll_max_ms = f->limits.poll_max_ms;
    sink->api_share = f->limits.api_share;
    sink->retry = (struct ac_retry_options){.base_ms = f->retry.base_ms,
                                            .max_ms = f->retry.max_ms,
                                            .max_attempts = (int)f->retry.attempts,
                                            .few_attempts = (int)f->retry.few_attempts,
                                            .budget_ms = f->retry.budget_ms};
}

// Folders that somebody named come first; ours is always the last.
static const char *const *plugin_dirs(struct loading *l) {
    const char *path = env_of(l, "ACLOAD_PLUGIN_PATH");
    const char *const *named = l->flags->plugin_dirs ? l->flags->plugin_dirs
                               : path                ? ac_job_split_path(path, l->arena)
                                                     : l->file.plugin_dirs;
    size_t n = 0;
    while (named && named[n])
        n++;
    const char **all = ac_arena_zalloc(l->arena, (n + 2) * sizeof(char *));
    if (!all || (path && !named))
        return NULL;
    for (size_t i = 0; i < n; i++)
        all[i] = named[i];
    all[n] = ac_job_default_plugins(l->arena);
    return all[n] ? all : NULL;
}

static enum ac_rc load_places(struct loading *l) {
    struct ac_config *out = l->out;
    const char *state = pick(l->flags->state, env_of(l, "ACLOAD_STATE"), l->file.state);
    out->state_dir = state && *state ? state : ac_job_default_state(l->env, l->env_arg, l->arena);
    const char *schemas =
        pick(l->flags->schema_dir, env_of(l, "ACLOAD_SCHEMAS"), l->file.schema_dir);
    out->schema_dir = schemas && *schemas ? schemas : ac_job_default_schemas(l->arena);
    out->plugin_dirs = plugin_dirs(l);
    const char *ca = pick(env_of(l, "SF_CA_BUNDLE"), l->file.ca_file, NULL);
    out->ca_file = ca;
    out->aws_ca_file = env_of(l, "AWS_CA_BUNDLE");
    out->s3_addressing = (enum ac_s3_addressing)l->file.s3_addressing;
    out->allow_http = l->file.allow_http;
    if (!out->state_dir || !out->schema_dir || !out->plugin_dirs)
        return ac_err_nomem(l->err, "the configuration");
    out->org.refresh_token_file = ac_job_printf(l->arena, "%s/refresh-token.json", out->state_dir);
    if (l->file.keep_session)
        out->org.session_file = ac_job_printf(l->arena, "%s/session.json", out->state_dir);
    return AC_OK;
}

// Names of objects are put behind it: without a slash they would become another bucket's, or what
// no permission is given for.
static enum ac_rc load_rejects(struct loading *l) {
    ac_str place = ac_str_of(l->file.rejects);
    if (!place.len)
        return AC_OK;
    if (!ac_str_starts(place, AC_STR("s3://")))
        return config_error(l, "CONFIG", "rejects must be a place on S3: s3://bucket/prefix/");
    const char *slash = place.ptr[place.len - 1] == '/' ? "" : "/";
    l->out->rejects = ac_job_printf(l->arena, "%s%s", place.ptr, slash);
    return l->out->rejects ? AC_OK : ac_err_nomem(l->err, "the configuration");
}

enum ac_rc ac_config_load(const struct ac_config_flags *flags, ac_getenv env, void *env_arg,
                          struct ac_arena *arena, struct ac_config *out, struct ac_err *err) {
    memset(out, 0, sizeof *out);
    struct loading l = {
        .flags = flags, .env = env, .env_arg = env_arg, .arena = arena, .out = out, .err = err};
    out->file = ac_job_find_config(flags->config, env, env_arg, arena);
    enum ac_rc rc = ac_job_file_read(out->file, arena, &l.file, err);
    if (rc == AC_OK)
        rc = load_org(&l);
    if (rc == AC_OK)
        rc = load_places(&l);
    if (rc != AC_OK)
        return rc;
    out->region = ac_job_region_of(flags->region ? flags->region : l.file.region);
    load_sink(&l);
    out->describe_fresh_ms = l.file.describe_fresh_ms;
    out->timeout_ms = l.file.timeout_ms;
    out->grace_ms = l.file.grace_ms;
    out->max_memory_bytes = l.file.memory_bytes;
    out->keep_rejects_ms = l.file.keep_rejects_ms;
    rc = load_rejects(&l);
    if (rc != AC_OK)
        return rc;
    out->keep_session = l.file.keep_session;
    out->jobs = l.file.jobs;
    out->n_jobs = l.file.n_jobs;
    return AC_OK;
}

const struct ac_job *ac_config_job(const struct ac_config *config, ac_str name) {
    for (size_t i = 0; i < config->n_jobs; i++)
        if (ac_str_eq(ac_str_of(config->jobs[i].name), name))
            return &config->jobs[i];
    return NULL;
}
