// SPDX-License-Identifier: MIT
// How the org's newest records got their ids, beside how ours would.
#include "cli/check.h"
#include "engine/ids.h"
#include "plugin/load.h"
#include "schema/schema.h"
#include <inttypes.h>
#include <string.h>

struct asking {
    struct ac_checking *c;
    const struct ac_job *job; // NULL: import without one
    const char *region;
    ac_str regional; // an object that needs a region, while none is configured
};

static void tell(struct ac_checking *c, const struct asking *a, const struct ac_ids *ids) {
    char who[320] = "";
    ac_str object = ids->schema->name;
    if (a->job)
        snprintf(who, sizeof who, "job %.250s, ", a->job->name);
    if (!ids->n_records)
        ac_check_say(c, AC_GOOD, "record ids", "%s%.*s has no records yet", who,
                     AC_STR_ARG(object));
    else if (ids->verdict == AC_IDS_SAME && !ids->n_other)
        ac_check_say(c, AC_GOOD, "record ids", "%s%.*s: as ours would be, made of %s", who,
                     AC_STR_ARG(object), ids->text);
    else if (ids->verdict == AC_IDS_SAME)
        ac_check_say(c, AC_NOTE, "record ids",
                     "%s%.*s: of the newest %" PRIu64 ", %" PRIu64 " are as ours would be (%s), "
                     "%" PRIu64 " are not",
                     who, AC_STR_ARG(object), ids->n_records, ids->n_same, ids->text, ids->n_other);
    else if (ids->verdict == AC_IDS_OTHER)
        ac_check_say(c, AC_BAD, "record ids",
                     "%s%.*s: %s. An import would write all of its history once more; mend that, "
                     "or say --new-ids to import if it is meant",
                     who, AC_STR_ARG(object), ids->text);
    else
        ac_check_say(c, AC_NOTE, "record ids",
                     "%s%.*s: of the newest %" PRIu64 " records none tells how its id was made",
                     who, AC_STR_ARG(object), ids->n_records);
}

static void judge(struct asking *a, const struct ac_module *m, const struct ac_use *use) {
    struct ac_checking *c = a->c;
    for (size_t i = 0; i < c->n_objects; i++) {
        struct ac_err err = AC_ERR_INIT;
        struct ac_ids ids = {.org = c->org,
                             .schema = c->objects[i].schema,
                             .object = c->objects[i].name,
                             .ns = c->cli->config.ns,
                             .region = a->region};
        enum ac_rc rc =
            ac_instance_new(&ids.in, m, use ? use->options : NULL, use ? use->n_options : 0,
                            &c->services, c->cli->clock, &err);
        if (rc == AC_OK)
            rc = ac_ids_judge(&ids, &err);
        ac_instance_free(ids.in);
        if (rc == AC_OK && !ids.is_strange && !a->region &&
            ac_schema_field(ids.schema, AC_STR("Region__c")) >= 0)
            a->regional = ids.schema->name;
        if (rc != AC_OK && err.cause != AC_CAUSE_CONFIG)
            ac_check_say(c, AC_BAD, "record ids", "%s", err.text);
        else if (rc == AC_OK && ids.is_asked)
            tell(c, a, &ids);
        if (rc != AC_OK)
            return; // a plugin that needs options no job has given it, or the org is gone
    }
}

static bool judge_listed(void *arg, const struct ac_module *m) {
    if (m->plugin.bid)
        judge(arg, m, NULL);
    return true;
}

static void ignore_broken(void *arg, const struct ac_err *why) {
    (void)arg;
    (void)why; // told with the plugins
}

static void tell_region(const struct asking *a) {
    if (!a->regional.len)
        return;
    ac_check_say(a->c, AC_BAD, "region",
                 "%s%s%.*s has the field Region__c, so the AWS region is a part of its records' "
                 "ids, and none is configured: say --region us-east-1 (or the like), or put "
                 "\"region\" into the configuration; none leaves it out",
                 a->job ? a->job->name : "", a->job ? ": " : "", AC_STR_ARG(a->regional));
}

static void judge_all(struct asking *a) {
    const struct ac_config *config = &a->c->cli->config;
    struct ac_err err = AC_ERR_INIT;
    size_t n_uses = a->job ? a->job->n_uses : 0;
    for (size_t i = 0; i < n_uses; i++) {
        const struct ac_module *m = NULL;
        if (ac_module_find(a->job->uses[i].plugin, config->plugin_dirs, &a->c->cli->arena, &m,
                           &err) == AC_OK)
            judge(a, m, &a->job->uses[i]);
        ac_err_clear(&err); // told with the jobs
    }
    if (!n_uses)
        ac_module_list(config->plugin_dirs, &a->c->cli->arena, judge_listed, ignore_broken, a,
                       &err);
    tell_region(a);
}

// Jobs that are read alike are looked at once.
static bool is_alike(const struct ac_config *config, size_t i) {
    const struct ac_job *job = &config->jobs[i];
    for (size_t k = 0; k < i; k++) {
        const struct ac_job *other = &config->jobs[k];
        bool is_region = job->region == other->region ||
                         (job->region && other->region && strcmp(job->region, other->region) == 0);
        if (is_region && !job->n_uses && !other->n_uses)
            return true;
    }
    return false;
}

void ac_check_ids(struct ac_checking *c) {
    const struct ac_config *config = &c->cli->config;
    if (!c->org)
        return;
    for (size_t i = 0; i < config->n_jobs; i++) {
        const struct ac_job *job = &config->jobs[i];
        struct asking a = {.c = c, .job = job, .region = ac_config_region(config, job)};
        if (!is_alike(config, i))
            judge_all(&a);
    }
    struct asking a = {.c = c, .region = config->region};
    if (!config->n_jobs)
        judge_all(&a);
}
