// SPDX-License-Identifier: MIT
// acload check: configuration, state, plugins, org, each with what to do.
#include "cli/check.h"
#include "org/about.h"
#include "plugin/load.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

struct check_flags {
    const char *region;
    int json;
};

static const acload_option flags_table[] = {
    {"region", ACLOAD_OPT_TEXT, offsetof(struct check_flags, region), "", 0, 0, "REGION",
     "The AWS region that import would be given."},
    {"json", ACLOAD_OPT_BOOL, offsetof(struct check_flags, json), "false", 0, 0, NULL,
     "One JSON object a line."},
    {.name = NULL},
};

#define INDENT 20                      // of the text beside verdict and subject
#define LEAST_DISK ((uint64_t)1 << 30) // spools of a few large bulk jobs
#define LEAST_STORAGE_MB 100
#define CA_BYTES 65536u

// --- lines ---------------------------------------------------------------------------------------

static void say_json(enum ac_verdict verdict, const char *what, const char *text) {
    static const char *const words[] = {"ok", "note", "fail"};
    AC_CLEANUP(ac_buf_free) struct ac_buf line;
    ac_buf_init(&line, 65536);
    ac_buf_printf(&line, "{\"check\":\"%s\",\"verdict\":\"%s\",\"text\":", what, words[verdict]);
    ac_buf_add_json(&line, ac_str_of(text));
    if (ac_buf_add_char(&line, '}') && ac_buf_text(&line))
        printf("%s\n", line.ptr);
}

void ac_check_say(struct ac_checking *c, enum ac_verdict verdict, const char *what, const char *fmt,
                  ...) {
    static const char *const words[] = {"ok", "note", "FAIL"};
    static const char *const colors[] = {"\033[32m", "\033[33m", "\033[31m"};
    char text[2000];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (verdict == AC_BAD)
        c->code = 2;
    if (c->as_json) {
        say_json(verdict, what, text);
        return;
    }
    bool color = c->cli->use_color_out;
    printf("%s%-4s%s  %-12s  ", color ? colors[verdict] : "", words[verdict],
           color ? "\033[0m" : "", what);
    ac_cli_print_wrapped(stdout, text, INDENT, c->width);
    fflush(stdout); // the next line may take a while
}

// --- here ----------------------------------------------------------------------------------------

static void check_region(struct ac_checking *c, const char *region) {
    char text[400];
    if (ac_region_doubt(region, text, sizeof text))
        ac_check_say(c, AC_NOTE, "region", "%s", text);
    else
        ac_check_say(c, AC_GOOD, "region", "%s", *region ? region : "none (left out of ids)");
}

static void check_configuration(struct ac_checking *c) {
    const struct ac_config *config = &c->cli->config;
    char jobs[64];
    if (config->file)
        ac_check_say(c, AC_GOOD, "configuration", "%s, %s", config->file,
                     ac_cli_count(config->n_jobs, "job", "jobs", jobs));
    else
        ac_check_say(c, AC_GOOD, "configuration",
                     "no file; the environment is all there is (acload init writes one)");
    if (!config->region)
        ac_check_say(c, AC_NOTE, "region",
                     "none is configured; orgs whose objects have Region__c need one: "
                     "--region us-east-1, or \"region\" in the configuration");
    else
        check_region(c, config->region);
    for (size_t i = 0; i < config->n_jobs; i++)
        if (config->jobs[i].region)
            check_region(c, config->jobs[i].region);
}

static void check_state(struct ac_checking *c) {
    const char *dir = c->cli->config.state_dir;
    struct ac_err err = AC_ERR_INIT;
    struct ac_ledger *l = NULL;
    struct statvfs disk;
    enum ac_rc rc = ac_ledger_open(&l, dir, c->cli->clock, false, &err);
    if (rc == AC_OK)
        rc = ac_ledger_verify(l, &err);
    if (rc != AC_OK) {
        ac_check_say(c, AC_BAD, "state", "%s", err.text);
        ac_ledger_close(l);
        return;
    }
    bool is_in_doubt = ac_ledger_doubt(l) != INT64_MAX;
    c->ledger = l;
    uint64_t n_free = UINT64_MAX;
    if (statvfs(dir, &disk) == 0)
        n_free = (uint64_t)disk.f_bavail * disk.f_frsize;
    if (n_free < LEAST_DISK)
        ac_check_say(c, AC_NOTE, "state",
                     "%s; only %llu MiB are free on that disk, and records wait there until they "
                     "are sent: make room, or choose another with --state",
                     dir, (unsigned long long)(n_free >> 20));
    else
        ac_check_say(c, AC_GOOD, "state", "%s", dir);
    if (is_in_doubt)
        ac_check_say(c, AC_BAD, "state",
                     "the ledger was lost, so nothing is inserted where that could double rows: "
                     "acload status --rebuild asks the org; upserts go on");
}

static bool name_plugin(void *arg, const struct ac_module *m) {
    ac_check_say(arg, AC_GOOD, "plugin", "%s %s (%s)", m->name,
                 m->plugin.version ? m->plugin.version : "", m->path);
    return true;
}

static void bad_plugin(void *arg, const struct ac_err *why) {
    ac_check_say(arg, AC_BAD, "plugin", "%s", why->text);
}

static void check_plugins(struct ac_checking *c) {
    struct ac_err err = AC_ERR_INIT;
    if (ac_module_list(c->cli->config.plugin_dirs, &c->cli->arena, name_plugin, bad_plugin, c,
                       &err) != AC_OK)
        ac_check_say(c, AC_BAD, "plugin", "%s", err.text);
}

// --- the way to the org --------------------------------------------------------------------------

static void close_file(FILE **file) {
    if (*file)
        fclose(*file);
}

static void check_ca(struct ac_checking *c) {
    const char *path = c->cli->config.ca_file;
    if (!path)
        return;
    AC_CLEANUP(close_file) FILE *file = fopen(path, "re");
    char why[128];
    if (!file) {
        ac_check_say(c, AC_BAD, "certificates", "cannot read %s (SF_CA_BUNDLE): %s", path,
                     strerror_r(errno, why, sizeof why));
        return;
    }
    char *text = ac_arena_alloc(&c->cli->arena, CA_BYTES);
    size_t n = text ? fread(text, 1, CA_BYTES, file) : 0;
    static const char mark[] = "-----BEGIN";
    if (n && memmem(text, n, mark, sizeof mark - 1))
        ac_check_say(c, AC_GOOD, "certificates", "those in %s are trusted, and no others", path);
    else
        ac_check_say(c, AC_BAD, "certificates",
                     "%s (SF_CA_BUNDLE) holds no certificate: it must be a PEM file", path);
}

// A proxy's address may hold a password.
static const char *without_user(const char *proxy) {
    const char *at = strrchr(proxy, '@');
    return at ? at + 1 : proxy;
}

static void check_proxy(struct ac_checking *c) {
    static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    const char *host = c->cli->config.org.host;
    const char *passed = getenv("no_proxy");
    if (!passed)
        passed = getenv("NO_PROXY");
    if (!host || !ac_str_starts(ac_str_of(host), AC_STR("https:")))
        return;
    for (size_t i = 0; i < AC_N(names); i++) {
        const char *proxy = getenv(names[i]);
        if (!proxy || !*proxy)
            continue;
        ac_check_say(c, AC_GOOD, "proxy", "%s (%s)%s%s", without_user(proxy), names[i],
                     passed && *passed ? ", not for " : "", passed && *passed ? passed : "");
        return;
    }
}

static bool has_org(struct ac_checking *c) {
    const struct ac_config *config = &c->cli->config;
    if (config->secret_id && ac_cli_net(c->cli) != 0) { // it said why
        c->code = 2;
        return false;
    }
    if (config->org.flow != AC_FLOW_NONE)
        return true;
    ac_check_say(c, AC_BAD, "org",
                 "none is configured: acload init asks for what is needed, or set SF_HOST to the "
                 "org's My Domain URL, and SF_CONSUMER_KEY with SF_CONSUMER_SECRET of an External "
                 "Client App");
    return false;
}

static void check_login(struct ac_checking *c) {
    const struct ac_config *config = &c->cli->config;
    struct ac_err err = AC_ERR_INIT;
    if (!has_org(c))
        return;
    check_proxy(c);
    check_ca(c);
    ac_check_say(c, AC_GOOD, "login flow", "%s at %s", config->org_choice, config->org.host);
    if (ac_cli_net(c->cli) != 0) {
        c->code = 2;
        return;
    }
    // A session that is still alive would hide that today's credentials are wrong.
    c->login = config->org;
    c->login.session_file = NULL;
    if (ac_org_new(&c->org, &c->login, c->cli->net, c->cli->clock, &err) == AC_OK &&
        ac_org_login(c->org, &err) == AC_OK) {
        ac_check_say(c, AC_GOOD, "login", "instance %s", ac_org_instance(c->org));
        return;
    }
    ac_check_say(c, AC_BAD, "login", "%s", err.text);
    ac_org_free(c->org);
    c->org = NULL;
}

// --- the org -------------------------------------------------------------------------------------

bool ac_check_is_shut_out(struct ac_checking *c, const struct ac_err *err) {
    if (strcasecmp(err->code, "INVALID_SESSION_ID") != 0)
        return false;
    ac_check_say(c, AC_BAD, "session", "%s", err->text);
    ac_org_free(c->org);
    c->org = NULL;
    return true;
}

static void check_version(struct ac_checking *c) {
    const char *version = c->cli->config.org.version;
    struct ac_err err = AC_ERR_INIT;
    char newest[8];
    bool has = false;
    if (!c->org)
        return;
    if (ac_org_versions(c->org, version, newest, &has, &err) != AC_OK) {
        if (!ac_check_is_shut_out(c, &err))
            ac_check_say(c, AC_BAD, "API version", "%s", err.text);
        return;
    }
    if (!has)
        ac_check_say(c, AC_BAD, "API version",
                     "the org does not know %s; its newest is %s: set SF_VERSION, or api_version "
                     "in the configuration",
                     version, newest);
    else
        ac_check_say(c, AC_GOOD, "API version", "%s (the org's newest is %s)", version, newest);
}

static void check_calls(struct ac_checking *c, const struct ac_org_limit *calls) {
    struct ac_org_usage usage = ac_org_usage(c->org);
    int64_t max = calls->max > 0 ? calls->max : usage.max;
    int64_t used = calls->max > 0 ? calls->max - calls->left : usage.used;
    int64_t share = c->cli->config.sink.api_share;
    char a[32], b[32];
    if (max <= 0)
        return;
    ac_cli_grouped((uint64_t)(used > 0 ? used : 0), a);
    ac_cli_grouped((uint64_t)max, b);
    if (used * 100 >= max * share)
        ac_check_say(c, AC_NOTE, "API calls",
                     "the org has used %s of %s in the last 24 hours, over the %lld %% at which "
                     "nothing new is begun: wait, or raise limits.api_share",
                     a, b, (long long)share);
    else
        ac_check_say(c, AC_GOOD, "API calls",
                     "the org has used %s of %s in the last 24 hours; from %lld %% on nothing new "
                     "is begun",
                     a, b, (long long)share);
}

static void check_budget(struct ac_checking *c) {
    struct ac_org_limit limits[] = {{"DailyApiRequests", -1, -1}, {"DataStorageMB", -1, -1}};
    struct ac_err err = AC_ERR_INIT;
    if (!c->org)
        return;
    if (ac_org_limits(c->org, limits, AC_N(limits), &err) != AC_OK)
        ac_check_say(c, AC_NOTE, "limits", "%s", err.text);
    check_calls(c, &limits[0]);
    const struct ac_org_limit *storage = &limits[1];
    if (storage->max > 0)
        ac_check_say(c, storage->left < LEAST_STORAGE_MB ? AC_NOTE : AC_GOOD, "data storage",
                     "%lld of %lld MB are free%s", (long long)storage->left,
                     (long long)storage->max,
                     storage->left < LEAST_STORAGE_MB
                         ? "; a record takes 2 KB: delete old records, or buy storage"
                         : "");
}

// --- the command ---------------------------------------------------------------------------------

static enum ac_rc schema_of(void *arg, const char *object, const struct ac_schema **out,
                            struct ac_err *err) {
    *out = ac_check_describe(arg, object, err);
    return *out ? AC_OK : err->rc;
}

static int check(struct ac_cli *cli, void *arg) {
    const struct check_flags *flags = arg;
    struct ac_err err = AC_ERR_INIT;
    if (cli->n_words)
        return ac_cli_usage(&ac_command_check, "check takes no %s", cli->words[0]);
    int code = ac_cli_load(cli, flags->region);
    if (code)
        return code;
    struct ac_checking *c = ac_arena_zalloc(&cli->arena, sizeof *c);
    if (!c)
        return ac_cli_fail((ac_err_nomem(&err, "a check"), &err));
    int width = ac_cli_width(stdout);
    bool is_wide = width > 100 && width < 1000000;
    *c = (struct ac_checking){.cli = cli,
                              .as_json = flags->json != 0,
                              .width = is_wide ? 100 : width,
                              .services = {c, schema_of}};
    check_configuration(c);
    check_state(c);
    check_plugins(c);
    ac_check_jobs(c);
    ac_check_buckets(c);
    ac_check_streams(c);
    check_login(c);
    check_version(c);
    ac_check_objects(c);
    ac_check_begins(c);
    ac_check_map(c);
    ac_check_ids(c);
    check_budget(c);
    ac_org_free(c->org);
    ac_ledger_close(c->ledger);
    return c->code;
}

const struct ac_command ac_command_check = {
    .name = "check",
    .usage = "check [flags]",
    .summary = "Check configuration, state, plugins, inputs, login, objects, ids; a line each.",
    .text =
        "Nothing is written to the org. Exit code 0 when all is well, 2 when something must be\n"
        "done; the line says what. The newest 200 records of each object are looked at, to see\n"
        "whether their ids are made as ours would be. What the org says of its objects is kept,\n"
        "so that the next run goes by it.\n"
        "\n"
        "Examples:\n"
        "  acload check\n"
        "  acload check --config ./acload.json --region us-east-1\n"
        "  acload check --json | jq 'select(.verdict != \"ok\")'",
    .flags = flags_table,
    .flags_size = sizeof(struct check_flags),
    .run = check,
};
