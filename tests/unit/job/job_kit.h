// SPDX-License-Identifier: MIT
// Configurations loaded from texts, with an environment that a test makes up.
#ifndef TESTS_JOB_KIT_H
#define TESTS_JOB_KIT_H
#include "job/job.h"

struct job_kit {
    struct ac_arena arena;
    struct ac_config config;
    struct ac_config_flags flags;
    struct ac_err err;
    enum ac_rc rc;
    const char *names[16], *values[16];
    size_t n_env;
};
extern struct job_kit job_kit;

// Fixtures: a fresh kit, with HOME at an empty folder and nothing else in the environment.
void job_kit_setup(void);
void job_kit_teardown(void);
void job_kit_env(const char *name, const char *value);
// Writes a file of that mode into TMPDIR; its path lives as long as the kit.
const char *job_kit_file(const char *name, const char *text, unsigned mode);
// Loads with the text as --config (NULL: no file).
void job_kit_load(const char *text);

#endif
