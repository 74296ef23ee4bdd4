// SPDX-License-Identifier: MIT
// Places on S3 that the configuration names, looked for.
#include "cli/check.h"
#include "hook/match.h"
#include "source/s3.h"
#include <stdio.h>

static enum ac_rc see(void *arg, const struct ac_item *item, struct ac_err *err) {
    (void)item, (void)err;
    *(bool *)arg = true;
    return AC_END; // one is enough
}

// AC_END: something is there; AC_OK: nothing is, and the bucket may be listed.
static enum ac_rc look(struct ac_checking *c, const char *url, struct ac_err *err) {
    AC_CLEANUP(ac_arena_free) struct ac_arena arena;
    struct ac_source_filter filter = {.env = &c->cli->source_env,
                                      .now_ms = c->cli->clock->now_ms(c->cli->clock->self),
                                      .forgets_items = true};
    bool is_seen = false;
    ac_arena_init(&arena, 65536);
    enum ac_rc rc = ac_source_list(url, &filter, &arena, see, &is_seen, err);
    return is_seen ? AC_END : rc;
}

// What keeps AWS from being asked at all (credentials, a network) is said once: asking again for
// each input would take as long each time.
static bool say_failed(struct ac_checking *c, const char *whose, const char *url,
                       const struct ac_err *err) {
    ac_check_say(c, AC_BAD, "bucket", "%s: %s: %s", whose, url, err->text);
    return err->cause == AC_CAUSE_INPUT;
}

// False: the others need not be asked.
static bool check_input(struct ac_checking *c, const struct ac_job *job, const char *input) {
    struct ac_err err = AC_ERR_INIT;
    char whose[200];
    enum ac_rc rc = look(c, input, &err);
    snprintf(whose, sizeof whose, "job %.150s", job->name);
    if (rc == AC_END)
        ac_check_say(c, AC_GOOD, "bucket", "%s: %s has objects", whose, input);
    else if (rc == AC_OK)
        ac_check_say(c, AC_NOTE, "bucket", "%s: nothing is in %s yet, if its name is right", whose,
                     input);
    else if (strcmp(err.code, "DENIED") == 0)
        ac_check_say(c, AC_NOTE, "bucket", "%s: %s: %s; acload run lists it, acload hook does not",
                     whose, input, err.text);
    else
        return say_failed(c, whose, input, &err);
    return true;
}

// A job that reads what is kept of it would never come to an end of it.
static void check_apart(struct ac_checking *c, const char *place) {
    AC_CLEANUP(ac_arena_free) struct ac_arena arena;
    struct ac_err err = AC_ERR_INIT;
    struct ac_s3_url url;
    char key[1200];
    ac_arena_init(&arena, 4096);
    if (ac_s3_parse(place, &arena, &url, &err) != AC_OK)
        return; // it was said
    snprintf(key, sizeof key, "%srows.ndjson", url.key);
    const struct ac_job *job = ac_hook_job(&c->cli->config, url.bucket, ac_str_of(key));
    if (job)
        ac_check_say(c, AC_BAD, "bucket",
                     "rejects: %s is below an input of the job %s, which would import what is "
                     "kept there; take another prefix",
                     place, job->name);
}

// Rows are written there, which a listing says nothing about: it says whether the bucket is there.
static void check_rejects(struct ac_checking *c, const char *place) {
    struct ac_err err = AC_ERR_INIT;
    enum ac_rc rc = look(c, place, &err);
    if (rc == AC_OK || rc == AC_END)
        ac_check_say(c, AC_GOOD, "bucket", "rejects: the bucket of %s is there", place);
    else if (strcmp(err.code, "DENIED") == 0)
        ac_check_say(c, AC_NOTE, "bucket",
                     "rejects: %s may not be listed, so nobody can tell whether it is there; "
                     "s3:PutObject is all it needs",
                     place);
    else
        say_failed(c, "rejects", place, &err);
}

void ac_check_buckets(struct ac_checking *c) {
    const struct ac_config *config = &c->cli->config;
    bool goes_on = true;
    for (size_t i = 0; i < config->n_jobs; i++)
        for (size_t k = 0; k < config->jobs[i].n_inputs; k++)
            if (goes_on && ac_s3_is_url(config->jobs[i].inputs[k]) && !ac_cli_aws(c->cli))
                goes_on = check_input(c, &config->jobs[i], config->jobs[i].inputs[k]);
    if (goes_on && config->rejects && !ac_cli_aws(c->cli))
        check_rejects(c, config->rejects);
    if (config->rejects)
        check_apart(c, config->rejects);
}
