// SPDX-License-Identifier: MIT
// acload run: the jobs of the configuration, as cron starts them.
#include "base/log.h"
#include "cli/loading.h"
#include <string.h>

struct run_flags {
    struct ac_load_flags load;
};

static const acload_option flags_table[] = {
    AC_LOAD_DRY_RUN_ROW(run_flags, ""),
    AC_LOAD_ROWS(run_flags, "The summary of each job as one JSON object."),
    {.name = NULL},
};

struct running {
    struct ac_cli *cli;
    struct ac_engine *engine;
    struct ac_arena arena; // of the listing
};

static enum ac_rc take(void *arg, const struct ac_item *item, struct ac_err *err) {
    struct running *r = arg;
    bool is_settled = false;
    enum ac_rc rc = ac_engine_is_settled(r->engine, item, &is_settled, err);
    if (rc != AC_OK || is_settled)
        return rc;
    rc = ac_engine_input(r->engine, item, err);
    return rc == AC_INPUT ? AC_OK : rc; // told; the others go on
}

static enum ac_rc read_inputs(struct running *r, const struct ac_job *job, struct ac_err *err) {
    const struct ac_clock *clock = r->cli->clock;
    for (size_t i = 0; i < job->n_inputs; i++) {
        if (ac_str_starts(ac_str_of(job->inputs[i]), AC_STR("kinesis://")))
            continue; // its records come with events, to acload hook
        struct ac_source_filter filter = {.min_age_ms = job->min_age_ms,
                                          .skip_partial = true,
                                          .missed = ac_engine_unreadable,
                                          .missed_arg = r->engine,
                                          .now_ms = clock->now_ms(clock->self)};
        enum ac_rc rc = ac_engine_list(r->engine, job->inputs[i], &filter, job->lookback_ms,
                                       &r->arena, take, r, err);
        ac_engine_waiting(r->engine, filter.n_waiting);
        // A glob that matches nothing yet is an ordinary evening; a missing folder is not.
        bool is_nothing = strcmp(err->code, "NOT_FOUND") == 0 && strpbrk(job->inputs[i], "*?[");
        if (rc == AC_INPUT && is_nothing) {
            ac_err_clear(err);
        } else if (rc == AC_INPUT) {
            ac_log_error(err);
            ac_engine_missed(r->engine);
            ac_err_clear(err);
        } else if (rc != AC_OK) {
            return rc;
        }
    }
    return AC_OK;
}

static int run_job(struct ac_cli *cli, const struct ac_job *job, const struct ac_load_flags *flags,
                   bool *is_locked_out) {
    struct ac_err err = AC_ERR_INIT;
    struct ac_progress progress;
    struct ac_engine_options options;
    for (size_t i = 0; i < job->n_inputs; i++)
        if (ac_cli_aws_for(cli, job->inputs[i]))
            return ac_err_exit(AC_CAUSE_CONFIG);
    ac_load_options(&options, cli, flags, &progress);
    options.command = "run";
    ac_load_job(&options, &cli->config, job);
    ac_load_region(&options);
    struct running r = {.cli = cli};
    enum ac_rc rc = ac_engine_open(&r.engine, &options, &err);
    if (rc == AC_AGAIN) {
        ac_log(AC_LOG_INFO, "another run of this job is at work; stepping aside", "job", job->name,
               NULL);
        return 0;
    }
    if (rc != AC_OK)
        return ac_cli_fail(&err);
    ac_arena_init(&r.arena, (size_t)256 * 1024 * 1024);
    rc = read_inputs(&r, job, &err);
    int code = ac_load_end(r.engine, &progress, rc, &err);
    const struct ac_stats *stats = ac_engine_stats(r.engine);
    if (stats->n_inputs > 0 || code != 0)
        ac_load_tell(cli, flags, job->name, stats, code);
    *is_locked_out = ac_engine_is_locked_out(r.engine);
    ac_engine_close(r.engine);
    ac_arena_free(&r.arena);
    return code;
}

static int run(struct ac_cli *cli, void *arg) {
    const struct ac_load_flags *flags = &((struct run_flags *)arg)->load;
    int code = ac_cli_load(cli, NULL);
    if (code)
        return code;
    const struct ac_config *config = &cli->config;
    if (!config->n_jobs)
        return ac_cli_usage(&ac_command_run,
                            config->file ? "%s has no jobs"
                                         : "there is no configuration file%s; "
                                           "name one with --config FILE or put "
                                           "it in ~/.config/acload/acload.json",
                            config->file ? config->file : "");
    for (size_t i = 0; i < cli->n_words; i++)
        if (!ac_config_job(config, ac_str_of(cli->words[i])))
            return ac_cli_usage(&ac_command_run, "%s has no job \"%s\"", config->file,
                                cli->words[i]);
    code = ac_cli_net(cli);
    if (!code)
        code = ac_cli_results(flags->results);
    if (code)
        return code;
    ac_cli_catch();
    bool is_locked_out = false; // another login would fail, too, or lock the user
    for (size_t i = 0; i < config->n_jobs && !ac_cli_stop && !is_locked_out; i++) {
        bool is_wanted = cli->n_words == 0;
        for (size_t k = 0; k < cli->n_words; k++)
            is_wanted |= strcmp(cli->words[k], config->jobs[i].name) == 0;
        if (is_wanted)
            code = ac_exit_worse(code, run_job(cli, &config->jobs[i], flags, &is_locked_out));
    }
    code = ac_load_metrics(cli, flags, code);
    return ac_cli_stop ? ac_exit_worse(code, ac_err_exit(AC_CAUSE_STOP)) : code;
}

const struct ac_command ac_command_run = {
    .name = "run",
    .usage = "run [flags] [JOB...]",
    .summary = "Do the jobs of the configuration: import what is new. For cron.",
    .text =
        "Without a name, all jobs in the order of the file. Files that were imported before, that\n"
        "are younger than the job's min_age (60 s), dot files, *.part and *.tmp are passed over.\n"
        "With nothing to do it prints nothing. A job that is already running is left alone: the\n"
        "second run says so and exits 0.\n"
        "\n"
        "Examples:\n"
        "  acload run                               every job\n"
        "  acload run queue-reports                 one\n"
        "  acload run --dry-run queue-reports       what it would send\n"
        "  */10 * * * * acload run --quiet          in a crontab",
    .flags = flags_table,
    .flags_size = sizeof(struct run_flags),
    .run = run,
};
