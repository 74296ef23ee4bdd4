// SPDX-License-Identifier: MIT
// Fuzz target: the configuration file.
//
// What must hold: it is either refused with words that name the file, or all that is in it lies
// within its bounds.
//
// Corpus: samples/*/job.json tests/cases/config
#include "fuzz/fuzz.h"
#include "job/job.h"
#include <stdio.h>

static const char *env(void *arg, const char *name) {
    (void)arg;
    return strcmp(name, "HOME") == 0 ? "/nonexistent" : NULL;
}

static void check(const struct ac_config *c) {
    must(c->max_memory_bytes >= (int64_t)32 << 20, "memory %lld", (long long)c->max_memory_bytes);
    must(c->timeout_ms > 0, "timeout %lld", (long long)c->timeout_ms);
    must(c->keep_rejects_ms >= 0 && c->describe_fresh_ms >= 0, "a time below 0");
    must(c->state_dir && c->plugin_dirs && c->schema_dir && c->ns, "a place is missing");
    must(ac_org_flow_name(c->org.flow), "a flow without a name");
    for (size_t i = 0; i < c->n_jobs; i++) {
        const struct ac_job *job = &c->jobs[i];
        must(job->name && job->n_inputs && job->inputs, "a job without a name or inputs");
        must(job->min_age_ms >= 0, "a time below 0");
        for (size_t k = 0; k < job->n_uses; k++)
            must(job->uses[k].plugin, "a plugin without a name");
        must(ac_config_job(c, ac_str_of(job->name)), "%s is not found", job->name);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    if (len > (size_t)64 * 1024)
        return 0;
    struct ac_arena arena;
    struct ac_err err = AC_ERR_INIT;
    struct ac_config config;
    struct ac_config_flags flags = {.config = fuzz_file(data, len)};
    ac_arena_init(&arena, (size_t)16 << 20);
    enum ac_rc rc = ac_config_load(&flags, env, NULL, &arena, &config, &err);
    if (rc == AC_OK)
        check(&config);
    else
        must(err.cause == AC_CAUSE_CONFIG && err.text[0], "%d: %s", (int)rc, err.text);
    ac_arena_free(&arena);
    return 0;
}
