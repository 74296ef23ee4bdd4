// SPDX-License-Identifier: MIT
// The jobs' plugins opened, their encodings looked up, as a run begins; JSON begun, as an input.
#include "cli/check.h"
#include "decode/text.h"
#include "plugin/load.h"

static enum ac_rc open_instance(struct ac_checking *c, const struct ac_use *use,
                                struct ac_instance **in, struct ac_err *err) {
    struct ac_cli *cli = c->cli;
    const struct ac_module *m = NULL;
    enum ac_rc rc = ac_module_find(use->plugin, cli->config.plugin_dirs, &cli->arena, &m, err);
    if (rc == AC_OK)
        rc = ac_instance_new(in, m, use->options, use->n_options, &c->services, cli->clock, err);
    if (rc == AC_OK)
        rc = ac_instance_open(*in, err);
    return rc;
}

static enum ac_rc open_use(struct ac_checking *c, const struct ac_use *use, struct ac_err *err) {
    struct ac_instance *in = NULL;
    enum ac_rc rc = open_instance(c, use, &in, err);
    ac_instance_free(in);
    return rc;
}

static bool is_sound(struct ac_checking *c, const struct ac_job *job, enum ac_rc rc,
                     struct ac_err *err) {
    if (rc != AC_OK)
        ac_check_say(c, AC_BAD, "job", "%s: %s", job->name, err->text);
    ac_err_clear(err);
    return rc == AC_OK;
}

// A line for each job, or for each thing that a run of it would refuse.
void ac_check_jobs(struct ac_checking *c) {
    const struct ac_config *config = &c->cli->config;
    for (size_t i = 0; i < config->n_jobs; i++) {
        const struct ac_job *job = &config->jobs[i];
        struct ac_err err = AC_ERR_INIT;
        bool is_good = is_sound(c, job, ac_text_encoding(job->encoding, &err), &err);
        for (size_t k = 0; k < job->n_uses; k++)
            is_good &= is_sound(c, job, open_use(c, &job->uses[k], &err), &err);
        if (is_good)
            ac_check_say(c, AC_GOOD, "job", "%s: %s", job->name,
                         job->n_uses ? "its plugins open with their options"
                                     : "the plugin that fits best reads each input");
    }
}

// What a job's plugins ask of the org as an input begins, with the fields that the job fills by
// itself. Reports need columns for that, which only a report has; JSON needs none.
static void check_begin(struct ac_checking *c, const struct ac_job *job, struct ac_instance **all) {
    acload_input input = {.size = sizeof input,
                          .name = ac_str_of(job->name),
                          .identity = AC_STR(""),
                          .region = ac_str_of(ac_config_region(&c->cli->config, job)),
                          .format = ACLOAD_JSON};
    struct ac_map map = {.rules = job->fields, .n = job->n_fields};
    size_t n_begun = 0;
    for (size_t k = 0; k < job->n_uses; k++) {
        struct ac_err err = AC_ERR_INIT;
        enum ac_rc rc = open_instance(c, &job->uses[k], &all[k], &err);
        if (rc != AC_OK)
            continue; // it was told with the jobs
        rc = ac_instance_begin(all[k], &input, &err);
        n_begun += rc == AC_OK;
        if (rc != AC_OK && err.cause == AC_CAUSE_CONFIG)
            ac_check_say(c, AC_BAD, "job", "%s: an input would be refused: %s", job->name,
                         err.text);
    }
    struct ac_err err = AC_ERR_INIT;
    // JSON is what they read. What is wrong with the fields themselves has lines of its own.
    if (n_begun && n_begun == job->n_uses &&
        ac_map_bind(&map, all, n_begun, &input, &err) != AC_OK && err.rc == AC_INPUT)
        ac_check_say(c, AC_BAD, "job", "%s: an input would be refused: %s", job->name, err.text);
}

void ac_check_begins(struct ac_checking *c) {
    const struct ac_config *config = &c->cli->config;
    for (size_t i = 0; c->org && i < config->n_jobs; i++) {
        const struct ac_job *job = &config->jobs[i];
        struct ac_instance **all =
            ac_arena_zalloc(&c->cli->arena, (job->n_uses + 1) * sizeof(struct ac_instance *));
        if (all)
            check_begin(c, job, all);
        for (size_t k = 0; all && k < job->n_uses; k++)
            ac_instance_free(all[k]);
    }
}
