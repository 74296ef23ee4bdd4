// SPDX-License-Identifier: MIT
// acload check: configuration, state, plugins, org, each with what to do.
#include "cli/cli.h"
#include "org/describe.h"
#include "plugin/load.h"
#include "schema/schema.h"
#include <dirent.h>
#include <string.h>

struct check_flags {
    const char *region;
    int json;
};

static const acload_option flags_table[] = {
    {"region", ACLOAD_OPT_TEXT, offsetof(struct check_flags, region), "", 0, 0, NULL,
     "The AWS region that import would be given."},
    {"json", ACLOAD_OPT_BOOL, offsetof(struct check_flags, json), "false", 0, 0, NULL,
     "One JSON object a line."},
    {.name = NULL},
};

#define MAX_OBJECTS 64

struct checking {
    struct ac_cli *cli;
    bool as_json;
    int code;
    struct ac_org *org;
    const struct ac_schema *objects[MAX_OBJECTS]; // described
    size_t n_objects;
};

enum verdict { GOOD, NOTE, BAD };

static void say(struct checking *c, enum verdict verdict, const char *what, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void say(struct checking *c, enum verdict verdict, const char *what, const char *fmt, ...) {
    static const char *const words[] = {"ok", "note", "FAIL"};
    static const char *const colors[] = {"\033[32m", "\033[33m", "\033[31m"};
    char text[1200];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (verdict == BAD)
        c->code = 2;
    if (c->as_json) {
        AC_CLEANUP(ac_buf_free) struct ac_buf line;
        ac_buf_init(&line, 16384);
        ac_buf_printf(&line, "{\"check\":\"%s\",\"verdict\":\"%s\",\"text\":", what,
                      verdict == BAD ? "fail" : words[verdict]);
        ac_buf_add_json(&line, ac_str_of(text));
        if (ac_buf_add_char(&line, '}') && ac_buf_text(&line))
            printf("%s\n", line.ptr);
        return;
    }
    bool color = c->cli->use_color_out;
    printf("%s%-4s%s  %-13s %s\n", color ? colors[verdict] : "", words[verdict],
           color ? "\033[0m" : "", what, text);
}

static void check_configuration(struct checking *c) {
    const struct ac_config *config = &c->cli->config;
    say(c, GOOD, "configuration", "%s, %zu job%s",
        config->file ? config->file : "no file; the environment is all there is", config->n_jobs,
        config->n_jobs == 1 ? "" : "s");
    if (!config->region)
        say(c, NOTE, "region",
            "none is configured; orgs whose objects have Region__c need one: "
            "--region us-east-1, or \"region\" in the configuration");
    else
        say(c, GOOD, "region", "%s", *config->region ? config->region : "none (left out of ids)");
}

static void check_state(struct checking *c) {
    struct ac_err err = AC_ERR_INIT;
    struct ac_ledger *l = NULL;
    if (ac_ledger_open(&l, c->cli->config.state_dir, c->cli->clock, false, &err) != AC_OK)
        say(c, BAD, "state", "%s", err.text);
    else
        say(c, GOOD, "state", "%s", c->cli->config.state_dir);
    ac_ledger_close(l);
}

static bool name_plugin(void *arg, const struct ac_module *m) {
    say(arg, GOOD, "plugin", "%s %s (%s)", m->name, m->plugin.version ? m->plugin.version : "",
        m->path);
    return true;
}

static void bad_plugin(void *arg, const struct ac_err *why) {
    say(arg, BAD, "plugin", "%s", why->text);
}

static void check_plugins(struct checking *c) {
    struct ac_err err = AC_ERR_INIT;
    if (ac_module_list(c->cli->config.plugin_dirs, &c->cli->arena, name_plugin, bad_plugin, c,
                       &err) != AC_OK)
        say(c, BAD, "plugin", "%s", err.text);
}

static void check_login(struct checking *c) {
    const struct ac_config *config = &c->cli->config;
    struct ac_err err = AC_ERR_INIT;
    if (config->secret_id && ac_cli_net(c->cli) != 0) { // it said why
        c->code = 2;
        return;
    }
    if (config->org.flow == AC_FLOW_NONE) {
        say(c, BAD, "org",
            "none is configured: set SF_HOST to the org's My Domain URL, and "
            "SF_CONSUMER_KEY with SF_CONSUMER_SECRET of an External Client App");
        return;
    }
    say(c, GOOD, "login flow", "%s at %s", config->org_choice, config->org.host);
    if (ac_cli_net(c->cli) != 0) {
        c->code = 2;
        return;
    }
    if (ac_org_new(&c->org, &config->org, c->cli->net, c->cli->clock, &err) != AC_OK ||
        ac_org_login(c->org, &err) != AC_OK) {
        say(c, BAD, "login", "%s", err.text);
        if (c->org)
            ac_org_free(c->org);
        c->org = NULL;
        return;
    }
    say(c, GOOD, "login", "instance %s, API version %s", ac_org_instance(c->org),
        config->org.version);
}

// Which fields of the schema file does the org not show? Some are normal (packages differ), so
// only the key and a wholly missing object fail.
static void compare(struct checking *c, const struct ac_schema *known,
                    const struct ac_schema *there) {
    size_t n_there = 0, n_closed = 0;
    for (size_t i = 0; i < known->n_fields; i++) {
        int at = ac_schema_field(there, known->fields[i].name);
        if (at < 0)
            continue;
        n_there++;
        n_closed += !there->fields[at].createable || !there->fields[at].updateable;
    }
    int key = ac_schema_field(there, known->key);
    if (known->key.len && key < 0)
        say(c, BAD, "object",
            "%.*s has no field %.*s, or it is hidden from this user: assign the "
            "permission set AC_Administrator",
            AC_STR_ARG(there->name), AC_STR_ARG(known->key));
    else if (known->key.len && !there->fields[key].external_id && !there->fields[key].id_lookup)
        say(c, BAD, "object", "%.*s.%.*s is no external id", AC_STR_ARG(there->name),
            AC_STR_ARG(known->key));
    else
        say(c, n_closed ? NOTE : GOOD, "object", "%.*s: %zu of %zu known fields are there%s",
            AC_STR_ARG(there->name), n_there, known->n_fields,
            n_closed ? ", some of them read-only for this user" : "");
    if (ac_schema_field(there, AC_STR("Region__c")) >= 0 && !c->cli->config.region)
        say(c, BAD, "region", "%.*s has Region__c, so the region is part of the ids: configure it",
            AC_STR_ARG(there->name));
}

// What the org says of the object, NULL when it has none.
static const struct ac_schema *describe(struct checking *c, const char *object) {
    const struct ac_config *config = &c->cli->config;
    const struct ac_schema *there = NULL;
    struct ac_err err = AC_ERR_INIT;
    if (ac_describe(c->org, NULL, ac_str_of(object), ac_str_of(config->ns), 0, &c->cli->arena,
                    &there, &err) != AC_OK)
        say(c, BAD, "object", "%s", err.text);
    else if (c->n_objects < MAX_OBJECTS)
        c->objects[c->n_objects++] = there;
    return there;
}

static void check_object(struct checking *c, const char *object) {
    const struct ac_config *config = &c->cli->config;
    const struct ac_schema *known = NULL;
    struct ac_err err = AC_ERR_INIT;
    ac_str ns = ac_str_of(config->ns), name = ac_str_of(object);
    if (ac_schema_load(config->schema_dir, name, ns, &c->cli->arena, &known, &err) != AC_OK) {
        if (err.rc != AC_OK)
            say(c, BAD, "schema", "%s", err.text);
        return;
    }
    const struct ac_schema *there = describe(c, object);
    if (there)
        compare(c, known, there);
}

static void check_objects(struct checking *c) {
    DIR *dir = opendir(c->cli->config.schema_dir);
    if (!dir) {
        say(c, BAD, "schemas", "cannot read %s; --schemas names another folder",
            c->cli->config.schema_dir);
        return;
    }
    for (struct dirent *entry; c->org && (entry = readdir(dir));) {
        ac_str name = ac_str_of(entry->d_name);
        if (!ac_str_ends(name, AC_STR("__c.json")))
            continue;
        char object[128];
        snprintf(object, sizeof object, "%.*s", (int)(name.len - 5), name.ptr);
        check_object(c, object);
    }
    closedir(dir);
}

static void check_field(struct checking *c, const struct ac_job *job,
                        const struct ac_map_rule *rule, const struct ac_schema *object, int at) {
    const struct ac_field *field = &object->fields[at];
    struct ac_err err = AC_ERR_INIT;
    if (!field->createable && !field->updateable)
        say(c, BAD, "field",
            "job %s: %.*s of %.*s cannot be written by this user: give it edit "
            "access to the field, or leave it out of the job's fields",
            job->name, AC_STR_ARG(field->name), AC_STR_ARG(object->name));
    else if (ac_map_check(rule, field, &err) != AC_OK)
        say(c, BAD, "field", "job %s: %s", job->name, err.text);
    else
        say(c, GOOD, "field", "job %s: %.*s of %.*s from %s", job->name, AC_STR_ARG(field->name),
            AC_STR_ARG(object->name), rule->from);
}

static void check_rule(struct checking *c, const struct ac_job *job,
                       const struct ac_map_rule *rule) {
    size_t n_objects = 0, n_fields = 0;
    for (size_t i = 0; i < c->n_objects; i++) {
        if (!ac_map_is_object(rule, c->objects[i]))
            continue;
        n_objects++;
        int at = ac_schema_field(c->objects[i], ac_str_of(rule->field));
        if (at < 0)
            continue;
        n_fields++;
        check_field(c, job, rule, c->objects[i], at);
    }
    if (n_fields)
        return;
    if (!n_objects && rule->object) { // one that no schema file knows
        const struct ac_schema *there = describe(c, rule->object);
        if (!there)
            return;
        int at = ac_schema_field(there, ac_str_of(rule->field));
        if (at >= 0) {
            check_field(c, job, rule, there, at);
            return;
        }
    }
    say(c, BAD, "field", "job %s: %s%s%s is no field of the org%s", job->name,
        rule->object ? rule->object : "", rule->object ? "." : "", rule->field,
        rule->object ? "" : "'s objects known here; \"Object__c.Field__c\" names another object");
}

// What the jobs' configuration fills by itself, a line for each field.
static void check_fields(struct checking *c) {
    const struct ac_config *config = &c->cli->config;
    for (size_t i = 0; c->org && i < config->n_jobs; i++)
        for (size_t k = 0; k < config->jobs[i].n_fields; k++)
            check_rule(c, &config->jobs[i], &config->jobs[i].fields[k]);
}

static void check_budget(struct checking *c) {
    if (!c->org)
        return;
    struct ac_org_usage usage = ac_org_usage(c->org);
    if (usage.max <= 0)
        return;
    say(c, usage.used * 5 > usage.max * 4 ? NOTE : GOOD, "API calls",
        "the org has used %lld of %lld in the last 24 hours", (long long)usage.used,
        (long long)usage.max);
}

static int check(struct ac_cli *cli, void *arg) {
    struct check_flags *flags = arg;
    struct checking c = {.cli = cli, .as_json = flags->json != 0};
    int code = ac_cli_load(cli, flags->region);
    if (code)
        return code;
    check_configuration(&c);
    check_state(&c);
    check_plugins(&c);
    check_login(&c);
    check_objects(&c);
    check_fields(&c);
    check_budget(&c);
    if (c.org)
        ac_org_free(c.org);
    return c.code;
}

const struct ac_command ac_command_check = {
    .name = "check",
    .usage = "check [flags]",
    .summary = "Check configuration, state, plugins, login and objects; a line each.",
    .text =
        "Nothing is written to the org. Exit code 0 when all is well, 2 when something must be\n"
        "done; the line says what.\n"
        "\n"
        "Examples:\n"
        "  acload check\n"
        "  acload check --config ./acload.json --region us-east-1",
    .flags = flags_table,
    .flags_size = sizeof(struct check_flags),
    .run = check,
};
