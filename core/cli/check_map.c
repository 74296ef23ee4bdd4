// SPDX-License-Identifier: MIT
// Fields that jobs fill by themselves, held against the org.
#include "cli/check.h"
#include "schema/schema.h"

static void check_field(struct ac_checking *c, const struct ac_job *job,
                        const struct ac_map_rule *rule, const struct ac_schema *object, int at) {
    const struct ac_field *field = &object->fields[at];
    struct ac_err err = AC_ERR_INIT;
    if (!field->createable && !field->updateable)
        ac_check_say(c, AC_BAD, "field",
                     "job %s: %.*s of %.*s cannot be written by this user: give it edit "
                     "access to the field, or leave it out of the job's fields",
                     job->name, AC_STR_ARG(field->name), AC_STR_ARG(object->name));
    else if (ac_map_check(rule, field, &err) != AC_OK)
        ac_check_say(c, AC_BAD, "field", "job %s: %s", job->name, err.text);
    else
        ac_check_say(c, AC_GOOD, "field", "job %s: %.*s of %.*s from %s", job->name,
                     AC_STR_ARG(field->name), AC_STR_ARG(object->name), rule->from);
}

static void check_rule(struct ac_checking *c, const struct ac_job *job,
                       const struct ac_map_rule *rule) {
    size_t n_objects = 0, n_fields = 0;
    for (size_t i = 0; i < c->n_objects; i++) {
        if (!ac_map_is_object(rule, c->objects[i].schema))
            continue;
        n_objects++;
        int at = ac_schema_field(c->objects[i].schema, ac_str_of(rule->field));
        if (at < 0)
            continue;
        n_fields++;
        check_field(c, job, rule, c->objects[i].schema, at);
    }
    if (n_fields)
        return;
    if (!n_objects && rule->object) { // one that no schema file knows
        struct ac_err err = AC_ERR_INIT;
        const struct ac_schema *there = ac_check_describe(c, rule->object, &err);
        if (!there) {
            ac_check_say(c, AC_BAD, "object", "%s", err.text);
            return;
        }
        int at = ac_schema_field(there, ac_str_of(rule->field));
        if (at >= 0) {
            check_field(c, job, rule, there, at);
            return;
        }
    }
    ac_check_say(
        c, AC_BAD, "field", "job %s: %s%s%s is no field of the org%s", job->name,
        rule->object ? rule->object : "", rule->object ? "." : "", rule->field,
        rule->object ? "" : "'s objects known here; \"Object__c.Field__c\" names another object");
}

// What the jobs' configuration fills by itself, a line for each field.
void ac_check_map(struct ac_checking *c) {
    const struct ac_config *config = &c->cli->config;
    for (size_t i = 0; c->org && i < config->n_jobs; i++)
        for (size_t k = 0; k < config->jobs[i].n_fields; k++)
            check_rule(c, &config->jobs[i], &config->jobs[i].fields[k]);
}
