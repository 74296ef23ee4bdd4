// SPDX-License-Identifier: MIT
// Configurations loaded from texts, with an environment that a test makes up.
#include "job/job_kit.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct job_kit job_kit;

static const char *in_tmp(const char *name) {
    char path[4096];
    const char *tmp = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/%s", tmp ? tmp : "/tmp", name);
    return ac_arena_copy(&job_kit.arena, ac_str_of(path));
}

static const char *env_of_kit(void *arg, const char *name) {
    (void)arg;
    for (size_t i = 0; i < job_kit.n_env; i++)
        if (strcmp(job_kit.names[i], name) == 0)
            return job_kit.values[i];
    return NULL;
}

void job_kit_env(const char *name, const char *value) {
    ck_assert_uint_lt(job_kit.n_env, AC_N(job_kit.names));
    job_kit.names[job_kit.n_env] = name;
    job_kit.values[job_kit.n_env++] = value;
}

void job_kit_setup(void) {
    job_kit = (struct job_kit){.err = AC_ERR_INIT};
    ac_arena_init(&job_kit.arena, (size_t)1 << 20);
    job_kit_env("HOME", in_tmp("nobody"));
}

void job_kit_teardown(void) { ac_arena_free(&job_kit.arena); }

const char *job_kit_file(const char *name, const char *text, unsigned mode) {
    const char *path = in_tmp(name);
    remove(path);
    FILE *out = fopen(path, "w");
    ck_assert_ptr_nonnull(out);
    ck_assert_int_ge(fputs(text, out), 0);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_int_eq(chmod(path, mode), 0);
    return path;
}

void job_kit_load(const char *text) {
    job_kit.flags.config = text ? job_kit_file("acload.json", text, 0644) : NULL;
    job_kit.rc = ac_config_load(&job_kit.flags, env_of_kit, NULL, &job_kit.arena, &job_kit.config,
                                &job_kit.err);
}
