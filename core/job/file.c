// SPDX-License-Identifier: MIT
// The configuration file read by option tables.
#include "base/clock.h"
#include "base/json_memory.h"
#include "base/nearest.h"
#include "base/option.h"
#include "job/job_int.h"
#include "source/address.h"
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define AT(member) offsetof(struct job_file, member)
#define TEXT ACLOAD_OPT_TEXT
#define INT ACLOAD_OPT_INT

static const acload_option root_table[] = {
    {"state", TEXT, AT(state), "", 0, 0, NULL, "The state directory (ACLOAD_STATE)."},
    {"region", TEXT, AT(region), "", 0, 0, NULL, "The AWS region of the data, or none."},
    {"schema_dir", TEXT, AT(schema_dir), "", 0, 0, NULL, "Where schemas/*.json are."},
    {"ca_file", TEXT, AT(ca_file), "", 0, 0, NULL, "CA certificates (SF_CA_BUNDLE)."},
    {"describe_fresh", ACLOAD_OPT_TIME, AT(describe_fresh_ms), "10m", 0, 0, NULL,
     "How long a describe answer is used without asking again, unless an input is refused for it."},
    {"timeout_ms", INT, AT(timeout_ms), "600000", 1, 86400000, NULL, "Time for one call."},
    {"grace", ACLOAD_OPT_TIME, AT(grace_ms), "30s", 0, 0, NULL,
     "How long calls under way are waited for after a signal."},
    {"memory", ACLOAD_OPT_SIZE, AT(memory_bytes), "64M", 32 << 20, 0, NULL, "Memory budget."},
    {"keep_rejects", ACLOAD_OPT_TIME, AT(keep_rejects_ms), "90d", 0, 0, NULL,
     "How long rejected rows are kept."},
    {"rejects", TEXT, AT(rejects), "", 0, 0, NULL,
     "Where hook --lambda keeps rejected rows: s3://bucket/prefix/."},
    {"s3_addressing", ACLOAD_OPT_CHOICE, AT(s3_addressing), "auto", 0, 0, "auto|path|virtual",
     "Where a request to S3 names the bucket: in the path or in the host."},
    {"keep_session", ACLOAD_OPT_BOOL, AT(keep_session), "true", 0, 0, NULL,
     "Whether the session is kept in the state directory between runs."},
    {.name = NULL},
};

static const acload_option org_table[] = {
    {"host", TEXT, AT(org.host), "", 0, 0, NULL, "Login or My Domain URL (SF_HOST)."},
    {"api_version", TEXT, AT(org.api_version), "", 0, 0, NULL, "API version (SF_VERSION)."},
    {"namespace", TEXT, AT(org.ns), "amazonconnect", 0, 0, NULL,
     "The package's namespace, or - for none (SF_ADAPTER_NAMESPACE)."},
    {"client_id", TEXT, AT(org.client_id), "", 0, 0, NULL, "Consumer key (SF_CONSUMER_KEY)."},
    {"client_secret_file", TEXT, AT(org.client_secret_file), "", 0, 0, NULL,
     "File with the consumer secret (SF_CONSUMER_SECRET)."},
    {"username", TEXT, AT(org.username), "", 0, 0, NULL, "User name (SF_USERNAME)."},
    {"password_file", TEXT, AT(org.password_file), "", 0, 0, NULL,
     "File with password and security token (SF_PASSWORD)."},
    {"jwt_key_file", TEXT, AT(org.jwt_key_file), "", 0, 0, NULL,
     "File with the private key of the app's certificate (SF_JWT_KEY_FILE)."},
    {"jwt_audience", TEXT, AT(org.jwt_audience), "", 0, 0, NULL,
     "The JWT's audience where the login host is not it (SF_JWT_AUDIENCE)."},
    {"refresh_token_file", TEXT, AT(org.refresh_token_file), "", 0, 0, NULL,
     "File with a refresh token (SF_REFRESH_TOKEN)."},
    {"token_file", TEXT, AT(org.token_file), "", 0, 0, NULL,
     "File with a bearer token (SF_ACCESS_TOKEN)."},
    {"secret", TEXT, AT(org.secret_id), "", 0, 0, NULL,
     "ARN or name of a secret in AWS Secrets Manager (SF_CREDENTIALS_SECRETS_MANAGER_ARN)."},
    {.name = NULL},
};

static const acload_option retry_table[] = {
    {"base_ms", INT, AT(retry.base_ms), "500", 0, 3600000, NULL, "First wait, at most."},
    {"max_ms", INT, AT(retry.max_ms), "30000", 0, 3600000, NULL, "Longest wait."},
    {"attempts", INT, AT(retry.attempts), "8", 1, 100, NULL, "Tries of one call or row."},
    {"few_attempts", INT, AT(retry.few_attempts), "3", 1, 100, NULL,
     "Tries where an error is seldom transient."},
    {"budget_ms", INT, AT(retry.budget_ms), "600000", 0, 86400000, NULL,
     "Waiting in all for one call or row."},
    {.name = NULL},
};

static const acload_option limits_table[] = {
    {"collections_max", INT, AT(limits.collections_max), "2000", 0, 100000, NULL,
     "Records of a batch sent by collections; above it, by Bulk API 2.0."},
    {"collections_in_flight", INT, AT(limits.collections_in_flight), "4", 1, 25, NULL,
     "Collections calls at once."},
    {"bulk_in_flight", INT, AT(limits.bulk_in_flight), "3", 1, 25, NULL, "Bulk jobs at once."},
    {"bulk_max_bytes", INT, AT(limits.bulk_max_bytes), "100000000", 10000, 112500000, NULL,
     "CSV of one bulk job."},
    {"poll_first_ms", INT, AT(limits.poll_first_ms), "500", 1, 3600000, NULL,
     "First wait for a bulk job; doubled each time."},
    {"poll_max_ms", INT, AT(limits.poll_max_ms), "30000", 1, 3600000, NULL,
     "Longest wait between two looks at a bulk job."},
    {"api_share", INT, AT(limits.api_share), "80", 1, 100, NULL,
     "Percent of the org's API calls of a day, from which on nothing new is begun."},
    {.name = NULL},
};

struct job_options { // of one job
    const char *region, *encoding, *start;
    int64_t min_age_ms, lookback_ms;
    int delimiter;
};
static const acload_option job_table[] = {
    {"region", TEXT, offsetof(struct job_options, region), "", 0, 0, NULL,
     "The region of this job's data."},
    {"min_age", ACLOAD_OPT_TIME, offsetof(struct job_options, min_age_ms), "60s", 0, 0, NULL,
     "Files younger than this wait for the next run."},
    {"lookback", ACLOAD_OPT_TIME, offsetof(struct job_options, lookback_ms), "3d", 0, 0, NULL,
     "On S3: older keys, by the time in their names, are looked at once a day only; 0s: always."},
    {"start", TEXT, offsetof(struct job_options, start), "TRIM_HORIZON", 0, 0, NULL,
     "Where a kinesis:// input is begun: TRIM_HORIZON (the oldest record), LATEST, or a time."},
    {"encoding", TEXT, offsetof(struct job_options, encoding), "", 0, 0, NULL,
     "The inputs' encoding where no byte order mark tells; UTF-8 when empty."},
    {"delimiter", ACLOAD_OPT_CHOICE, offsetof(struct job_options, delimiter), "comma", 0, 0,
     "comma|semicolon|tab|pipe", "What separates the cells of a row."},
    {.name = NULL},
};

static const char fallback_key[] = "default", root_place[] = "the configuration";
struct field_options { // of one field
    const char *from, *fallback;
    int type;
};
static const acload_option field_table[] = {
    {"from", TEXT, offsetof(struct field_options, from), "", 0, 0, NULL,
     "A JSON pointer (/Attributes/brand) or a column's label."},
    {"type", ACLOAD_OPT_CHOICE, offsetof(struct field_options, type), "text", 0, 0, AC_MAP_TYPES,
     "What the value is made fit for."},
    {fallback_key, TEXT, offsetof(struct field_options, fallback), "", 0, 0, NULL,
     "The value when there is none; without it the field is left alone."},
    {.name = NULL},
};

struct reading {
    const char *path;
    struct ac_arena *arena;
    struct ac_err *err;
};

static enum ac_rc bad(struct reading *r, const char *where, const char *what) {
    return ac_err_set(r->err, AC_RUN, AC_CAUSE_CONFIG, "CONFIG", "%s: %s %s", r->path, where, what);
}

// A path of the configuration is one from the folder of the configuration, wherever acload is
// started: cron starts it somewhere else than people do. URLs stay as they are.
static const char *beside(const struct reading *r, const char *path) {
    const char *slash = strrchr(r->path, '/');
    if (!path || !*path || *path == '/' || !slash || strstr(path, "://"))
        return path;
    return ac_job_printf(r->arena, "%.*s/%s", (int)(slash - r->path), r->path, path);
}

struct known_keys {
    struct ac_nearest nearest; // to the unknown one
    char list[1000];
    size_t at;
};

static void add_known(struct known_keys *known, const char *name) {
    if (*name != '$' && known->at < sizeof known->list)
        known->at += (size_t)snprintf(known->list + known->at, sizeof known->list - known->at,
                                      "%s%s", known->at ? ", " : "", name);
    ac_nearest_try(&known->nearest, name);
}

static enum ac_rc unknown_key(struct reading *r, const char *where, const char *key,
                              const acload_option *table, const char *const *skip) {
    struct known_keys known = {.nearest.word = ac_str_of(key)};
    char ask[AC_NEAREST_BYTES];
    for (const char *const *s = skip; s && *s; s++)
        add_known(&known, *s);
    for (const acload_option *o = table; o->name; o++)
        add_known(&known, o->name);
    return ac_err_set(r->err, AC_RUN, AC_CAUSE_CONFIG, "UNKNOWN_KEY",
                      "%s: %s has the unknown key \"%s\"%s; known are: %s", r->path, where, key,
                      ac_nearest_ask(&known.nearest, "", ask), known.list);
}

// A scalar as the text the option tables read; NULL for anything else.
static const char *scalar(const json_t *value, char *out, size_t len) {
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_true(value))
        return "true";
    if (json_is_false(value))
        return "false";
    if (json_is_integer(value)) {
        snprintf(out, len, "%lld", (long long)json_integer_value(value));
        return out;
    }
    if (json_is_real(value)) {
        snprintf(out, len, "%.17g", json_real_value(value));
        return out;
    }
    return NULL;
}

// Whether JSON's own type is the one the key wants: a number where a text belongs is a slip, as
// 05 without its quotes would be 5.
static bool fits(const acload_option *o, const json_t *value) {
    if (o->name == fallback_key) // whatever the field's type is
        return json_is_string(value) || json_is_number(value) || json_is_boolean(value);
    switch (o->type) {
    case ACLOAD_OPT_INT:
        return json_is_integer(value);
    case ACLOAD_OPT_BOOL:
        return json_is_boolean(value);
    case ACLOAD_OPT_SIZE:
        return json_is_string(value) || json_is_integer(value);
    default:
        return json_is_string(value);
    }
}

static const char *wanted(const acload_option *o) {
    if (o->name == fallback_key)
        return "a text, a number, true or false";
    switch (o->type) {
    case ACLOAD_OPT_INT:
        return "a whole number, without quotes";
    case ACLOAD_OPT_BOOL:
        return "true or false, without quotes";
    case ACLOAD_OPT_SIZE:
        return "a size in quotes, like \"64M\"";
    case ACLOAD_OPT_TIME:
        return "a time in quotes, like \"500ms\", \"90s\", \"5m\", \"2h\" or \"3d\"";
    case ACLOAD_OPT_CHOICE:
        return o->choices;
    default:
        return "a text in quotes";
    }
}

static enum ac_rc misfit(struct reading *r, const char *where, const acload_option *o,
                         const json_t *value) {
    const char *kind = json_is_object(value) ? "{…}" : json_is_array(value) ? "[…]" : NULL;
    char *text = kind ? NULL : json_dumps(value, JSON_ENCODE_ANY);
    bool is_root = where == root_place;
    enum ac_rc rc =
        ac_err_set(r->err, AC_RUN, AC_CAUSE_CONFIG, "CONFIG", "%s: %s%s%s must be %s, not %.100s",
                   r->path, is_root ? "" : where, is_root ? "" : ".", o->name, wanted(o),
                   kind   ? kind
                   : text ? text
                          : "that");
    free(text);
    return rc;
}

// Sets the members of a JSON object through a table; `skip` names those read elsewhere.
static enum ac_rc read_object(struct reading *r, const char *where, json_t *object,
                              const acload_option *table, void *state, const char *const *skip) {
    if (!json_is_object(object))
        return bad(r, where, "must be an object");
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        bool is_skipped = false;
        for (const char *const *s = skip; s && *s; s++)
            is_skipped |= strcmp(*s, key) == 0;
        if (is_skipped)
            continue;
        char number[64], who[600];
        const acload_option *o = ac_option_find(table, sizeof *table, ac_str_of(key));
        if (!o)
            return unknown_key(r, where, key, table, skip);
        if (!fits(o, value))
            return misfit(r, where, o, value);
        const char *text = scalar(value, number, sizeof number);
        snprintf(who, sizeof who, "%s: %s", r->path, where);
        enum ac_rc rc = ac_option_set(table, sizeof *table, state, ac_str_of(key), ac_str_of(text),
                                      who, r->arena, r->err);
        if (rc != AC_OK)
            return rc;
    }
    return AC_OK;
}

// Texts of a JSON array (or a single text) as a NULL-terminated array.
static enum ac_rc read_texts(struct reading *r, const char *where, json_t *value, bool are_paths,
                             const char *const **out, size_t *n) {
    size_t count = json_is_array(value) ? json_array_size(value) : 1;
    const char **texts = ac_arena_zalloc(r->arena, (count + 1) * sizeof(char *));
    if (!texts)
        return ac_err_nomem(r->err, "the configuration");
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_is_array(value) ? json_array_get(value, i) : value;
        if (!json_is_string(item))
            return bad(r, where, "must be a text or an array of texts");
        texts[i] = ac_arena_copy(r->arena, ac_str_of(json_string_value(item)));
        if (texts[i] && are_paths)
            texts[i] = beside(r, texts[i]);
        if (!texts[i])
            return ac_err_nomem(r->err, "the configuration");
    }
    *out = texts;
    if (n)
        *n = count;
    return AC_OK;
}

static enum ac_rc read_use(struct reading *r, const char *where, json_t *value,
                           struct ac_use *use) {
    json_t *name = json_is_object(value) ? json_object_get(value, "name") : value;
    if (!json_is_string(name))
        return bad(r, where, "needs a name: \"interval\" or {\"name\": …}");
    use->plugin = ac_arena_copy(r->arena, ac_str_of(json_string_value(name)));
    if (!json_is_object(value))
        return AC_OK;
    const char *key;
    json_t *member;
    json_object_foreach(value, key, member) {
        if (strcmp(key, "name") != 0 && strcmp(key, "options") != 0)
            return bad(r, where, "knows only name and options");
    }
    json_t *options = json_object_get(value, "options");
    if (!options)
        return AC_OK;
    if (!json_is_object(options))
        return bad(r, where, "options must be an object");
    struct ac_option_value *values =
        ac_arena_zalloc(r->arena, (json_object_size(options) + 1) * sizeof *values);
    if (!values)
        return ac_err_nomem(r->err, "the configuration");
    json_object_foreach(options, key, member) {
        char number[64];
        const char *text = scalar(member, number, sizeof number);
        if (!text)
            return bad(r, where, "options must be texts, numbers, true or false");
        values[use->n_options].name = ac_arena_copy_str(r->arena, ac_str_of(key));
        values[use->n_options++].value = ac_arena_copy_str(r->arena, ac_str_of(text));
    }
    use->options = values;
    return AC_OK;
}

static enum ac_rc read_uses(struct reading *r, const char *where, json_t *value,
                            struct ac_job *job) {
    size_t n = json_is_array(value) ? json_array_size(value) : 1;
    struct ac_use *uses = ac_arena_zalloc(r->arena, (n + 1) * sizeof *uses);
    if (!uses)
        return ac_err_nomem(r->err, "the configuration");
    for (size_t i = 0; i < n; i++) {
        enum ac_rc rc =
            read_use(r, where, json_is_array(value) ? json_array_get(value, i) : value, &uses[i]);
        if (rc != AC_OK)
            return rc;
    }
    job->uses = uses;
    job->n_uses = n;
    return AC_OK;
}

static enum ac_rc read_field(struct reading *r, const char *where, const char *name, json_t *value,
                             struct ac_map_rule *rule) {
    struct field_options options = {0};
    char place[500];
    snprintf(place, sizeof place, "%s.fields.%.150s", where, name);
    enum ac_rc rc =
        ac_option_defaults(field_table, sizeof *field_table, &options, r->arena, r->err);
    if (rc == AC_OK)
        rc = read_object(r, place, value, field_table, &options, NULL);
    if (rc != AC_OK)
        return rc;
    const char *dot = strchr(name, '.');
    const char *field = dot ? dot + 1 : name;
    if (!*field || dot == name || strchr(field, '.'))
        return bad(r, place, "must be named Field__c or Object__c.Field__c");
    if (!*options.from)
        return bad(r, place, "needs from: a JSON pointer (/Attributes/brand) or a column's label");
    rule->object = dot ? ac_arena_copy(r->arena, ac_str_n(name, (size_t)(dot - name))) : NULL;
    rule->field = ac_arena_copy(r->arena, ac_str_of(field));
    rule->from = options.from;
    rule->type = (enum ac_map_type)options.type;
    rule->fallback = *options.fallback ? options.fallback : NULL;
    bool is_whole = rule->field && (!dot || rule->object);
    return is_whole ? AC_OK : ac_err_nomem(r->err, "the configuration");
}

// Those with an object come last: what is said of one object stands over what is said of all.
static enum ac_rc read_fields(struct reading *r, const char *where, json_t *fields,
                              struct ac_job *job) {
    if (!json_is_object(fields))
        return bad(r, where, "fields must be an object: {\"Field__c\": {\"from\": …}}");
    struct ac_map_rule *rules =
        ac_arena_zalloc(r->arena, (json_object_size(fields) + 1) * sizeof *rules);
    if (!rules)
        return ac_err_nomem(r->err, "the configuration");
    for (int with_object = 0; with_object <= 1; with_object++) {
        const char *name;
        json_t *value;
        json_object_foreach(fields, name, value) {
            if ((strchr(name, '.') != NULL) != with_object)
                continue;
            enum ac_rc rc = read_field(r, where, name, value, &rules[job->n_fields++]);
            if (rc != AC_OK)
                return rc;
        }
    }
    job->fields = rules;
    return AC_OK;
}

static enum ac_rc read_start(struct reading *r, const char *where, const char *text,
                             struct ac_job *job) {
    job->start_ms = AC_START_OLDEST;
    if (strcmp(text, "LATEST") == 0)
        job->start_ms = AC_START_NOW;
    else if (strcmp(text, "TRIM_HORIZON") != 0 &&
             (!ac_clock_parse(ac_str_of(text), &job->start_ms, NULL) || job->start_ms < 0))
        return ac_err_set(r->err, AC_RUN, AC_CAUSE_CONFIG, "CONFIG",
                          "%s: %s.start \"%.100s\" is none of TRIM_HORIZON, LATEST, or a time like "
                          "2031-03-04T16:00:00Z",
                          r->path, where, text);
    return AC_OK;
}

// What could never be read is no input, and no event would match it.
static enum ac_rc check_inputs(struct reading *r, const char *where, const json_t *inputs) {
    char hint[AC_ADDRESS_HINT];
    for (size_t i = 0; i == 0 || i < json_array_size(inputs); i++) {
        const json_t *one = json_is_array(inputs) ? json_array_get(inputs, i) : inputs;
        const char *text = json_string_value(one);
        if (text && ac_address_hint(text, hint))
            return ac_err_set(r->err, AC_RUN, AC_CAUSE_CONFIG, "CONFIG",
                              "%s: %s.inputs: \"%.200s\": %s", r->path, where, text, hint);
    }
    return AC_OK;
}

static enum ac_rc read_job(struct reading *r, const char *name, json_t *object,
                           struct ac_job *job) {
    static const char *const skip[] = {"inputs", "plugins", "fields", NULL};
    struct job_options options = {0};
    char where[300], place[320];
    snprintf(where, sizeof where, "jobs.%.200s", name);
    snprintf(place, sizeof place, "%s.inputs", where);
    job->name = ac_arena_copy(r->arena, ac_str_of(name));
    enum ac_rc rc = ac_option_defaults(job_table, sizeof *job_table, &options, r->arena, r->err);
    if (rc == AC_OK)
        rc = read_object(r, where, object, job_table, &options, skip);
    if (rc != AC_OK)
        return rc;
    job->region = ac_job_region_of(options.region);
    job->min_age_ms = options.min_age_ms;
    job->lookback_ms = options.lookback_ms;
    job->encoding = options.encoding && *options.encoding ? options.encoding : NULL;
    job->delimiter = AC_JOB_DELIMITERS[options.delimiter];
    if (read_start(r, where, options.start, job) != AC_OK)
        return AC_RUN;
    json_t *inputs = json_object_get(object, "inputs"), *uses = json_object_get(object, "plugins");
    if (!inputs || (json_is_array(inputs) && !json_array_size(inputs)))
        return bad(r, where, "needs inputs: a folder, a file, a glob, or several of them");
    rc = check_inputs(r, where, inputs);
    if (rc == AC_OK)
        rc = read_texts(r, place, inputs, true, &job->inputs, &job->n_inputs);
    if (rc == AC_OK && uses)
        rc = read_uses(r, where, uses, job);
    json_t *fields = json_object_get(object, "fields");
    return rc == AC_OK && fields ? read_fields(r, where, fields, job) : rc;
}

static enum ac_rc read_jobs(struct reading *r, json_t *object, struct job_file *out) {
    if (!json_is_object(object))
        return bad(r, "jobs", "must be an object: {\"name\": {…}}");
    out->jobs = ac_arena_zalloc(r->arena, (json_object_size(object) + 1) * sizeof *out->jobs);
    if (!out->jobs)
        return ac_err_nomem(r->err, "the configuration");
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value) {
        enum ac_rc rc = read_job(r, name, value, &out->jobs[out->n_jobs++]);
        if (rc != AC_OK)
            return rc;
    }
    return AC_OK;
}

static enum ac_rc read_root(struct reading *r, json_t *root, struct job_file *out) {
    static const char *const groups[] = {"org",         "retry",      "limits",  "jobs",
                                         "plugin_dirs", "allow_http", "$schema", NULL};
    enum ac_rc rc = read_object(r, root_place, root, root_table, out, groups);
    json_t *org = json_object_get(root, "org"), *retry = json_object_get(root, "retry");
    json_t *limits = json_object_get(root, "limits"), *jobs = json_object_get(root, "jobs");
    json_t *dirs = json_object_get(root, "plugin_dirs");
    json_t *hosts = json_object_get(root, "allow_http");
    if (rc == AC_OK && org)
        rc = read_object(r, "org", org, org_table, out, NULL);
    if (rc == AC_OK && retry)
        rc = read_object(r, "retry", retry, retry_table, out, NULL);
    if (rc == AC_OK && limits)
        rc = read_object(r, "limits", limits, limits_table, out, NULL);
    if (rc == AC_OK && jobs)
        rc = read_jobs(r, jobs, out);
    if (rc == AC_OK && dirs)
        rc = read_texts(r, "plugin_dirs", dirs, true, &out->plugin_dirs, NULL);
    if (rc == AC_OK && hosts)
        rc = read_texts(r, "allow_http", hosts, false, &out->allow_http, NULL);
    if (rc != AC_OK)
        return rc;
    const char **const paths[] = {&out->state,
                                  &out->schema_dir,
                                  &out->ca_file,
                                  &out->org.client_secret_file,
                                  &out->org.password_file,
                                  &out->org.token_file,
                                  &out->org.refresh_token_file,
                                  &out->org.jwt_key_file};
    for (size_t i = 0; i < AC_N(paths); i++) {
        *paths[i] = beside(r, *paths[i]);
        if (!*paths[i])
            return ac_err_nomem(r->err, "the configuration");
    }
    return AC_OK;
}

static void close_file(FILE **file) {
    if (*file)
        fclose(*file);
}

// The byte order mark that Windows editors put before UTF-8.
static void pass_mark(FILE *file) {
    char mark[3];
    size_t n = fread(mark, 1, sizeof mark, file);
    if (n < sizeof mark || memcmp(mark, "\xEF\xBB\xBF", sizeof mark) != 0)
        rewind(file);
}

enum ac_rc ac_job_file_read(const char *path, struct ac_arena *arena, struct job_file *out,
                            struct ac_err *err) {
    memset(out, 0, sizeof *out);
    const acload_option *const tables[] = {root_table, org_table, retry_table, limits_table};
    for (size_t i = 0; i < AC_N(tables); i++) {
        enum ac_rc rc = ac_option_defaults(tables[i], sizeof *root_table, out, arena, err);
        if (rc != AC_OK)
            return rc;
    }
    if (!path)
        return AC_OK;
    json_error_t why;
    AC_CLEANUP(close_file) FILE *file = fopen(path, "re");
    if (!file)
        return ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, "cannot read the configuration", path);
    pass_mark(file);
    AC_CLEANUP(ac_json_free) json_t *root = json_loadf(file, JSON_REJECT_DUPLICATES, &why);
    if (!root)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "CONFIG", "%s:%d:%d: %s", path, why.line,
                          why.column, why.text);
    struct reading r = {path, arena, err};
    return read_root(&r, root, out);
}

static void close_fd(const int *fd) {
    if (*fd >= 0)
        close(*fd);
}

enum ac_rc ac_job_secret(const char *path, struct ac_arena *arena, const char **out,
                         struct ac_err *err) {
    char text[8192];
    struct stat st;
    AC_CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0)
        return ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, "cannot read the secret in", path);
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "OPEN_SECRET",
                          "%s holds a secret and others can read it: chmod 600 %s", path, path);
    ssize_t n = read(fd, text, sizeof text);
    if (n < 0)
        return ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, "cannot read", path);
    ac_str rest = ac_str_n(text, (size_t)n), line;
    if (!ac_str_cut(&rest, '\n', &line) || !ac_str_trim(line).len)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "EMPTY_SECRET", "%s is empty", path);
    *out = ac_arena_copy(arena, ac_str_trim(line));
    explicit_bzero(text, sizeof text);
    return *out ? AC_OK : ac_err_nomem(err, "a secret");
}
