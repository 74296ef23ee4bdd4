// SPDX-License-Identifier: MIT
// acload run: the jobs of the configuration, as cron starts them.
#include "base/log.h"
#include "cli/cli.h"
#include <string.h>

struct run_flags {
    int dry_run, json, again, keep_going, new_ids;
    const char *results, *metrics;
};

#define AT(member) offsetof(struct run_flags, member)
static const acload_option flags_table[] = {
    {"dry-run", ACLOAD_OPT_BOOL, AT(dry_run), "false", 0, 0, NULL,
     "Print one JSON object a record, send nothing; no org needed."},
    {"again", ACLOAD_OPT_BOOL, AT(again), "false", 0, 0, NULL,
     "Import what was imported before, too."},
    {"results", ACLOAD_OPT_TEXT, AT(results), "", 0, 0, NULL,
     "A folder for two CSV files an input: its rows with their record ids, and the rejected ones."},
    {"keep-going", ACLOAD_OPT_BOOL, AT(keep_going), "false", 0, 0, NULL,
     "Go on though the org refuses the first records all alike."},
    {"new-ids", ACLOAD_OPT_BOOL, AT(new_ids), "false", 0, 0, NULL,
     "Import though the org's records have ids of another form: none of them is found again."},
    {"metrics", ACLOAD_OPT_TEXT, AT(metrics), "", 0, 0, NULL,
     "A file for Prometheus, written at the end."},
    {"json", ACLOAD_OPT_BOOL, AT(json), "false", 0, 0, NULL,
     "The summary of each job as one JSON object."},
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

static int run_job(struct ac_cli *cli, const struct ac_job *job, const struct run_flags *flags,
                   bool *is_locked_out) {
    struct ac_err err = AC_ERR_INIT;
    struct ac_progress progress;
    for (size_t i = 0; i < job->n_inputs; i++)
        if (ac_cli_aws_for(cli, job->inputs[i]))
            return ac_err_exit(AC_CAUSE_CONFIG);
    ac_progress_init(&progress, stderr, cli->use_color, cli->is_quiet || cli->log_format == 1,
                     cli->clock);
    const char *region = job->region ? job->region : cli->config.region;
    if (region && strcmp(region, "none") == 0)
        region = "";
    struct ac_engine_options options = {.config = &cli->config,
                                        .clock = cli->clock,
                                        .net = cli->net,
                                        .source_env = &cli->source_env,
                                        .command = "run",
                                        .job = job->name,
                                        .uses = job->uses,
                                        .n_uses = job->n_uses,
                                        .fields = job->fields,
                                        .n_fields = job->n_fields,
                                        .region = region,
                                        .encoding = job->encoding,
                                        .delimiter = job->delimiter,
                                        .dry_run = flags->dry_run != 0,
                                        .dry_out = stdout,
                                        .again = flags->again != 0,
                                        .keep_going = flags->keep_going != 0,
                                        .new_ids = flags->new_ids != 0,
                                        .log_values = cli->log_values != 0,
                                        .results_dir = *flags->results ? flags->results : NULL,
                                        .progress = ac_progress_show,
                                        .progress_arg = &progress,
                                        .stop = &ac_cli_stop};
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
    struct ac_err end_err = AC_ERR_INIT;
    enum ac_rc end_rc = ac_engine_finish(r.engine, &end_err);
    ac_progress_wipe(&progress);
    int code = ac_engine_exit(r.engine);
    if (rc < AC_OK)
        code = ac_exit_worse(code, ac_cli_fail(&err));
    if (end_rc < AC_OK)
        code = ac_exit_worse(code, ac_cli_fail(&end_err));
    const struct ac_stats *stats = ac_engine_stats(r.engine);
    bool had_work = stats->n_inputs > 0 || code != 0;
    if (had_work && (flags->json || !cli->is_quiet)) {
        FILE *out = flags->dry_run ? stderr : stdout;
        if (!flags->json)
            fprintf(out, "job      %s\n", job->name);
        ac_cli_summary(out, stats, code, flags->json != 0, flags->dry_run != 0);
    }
    *is_locked_out = ac_engine_is_locked_out(r.engine);
    ac_engine_close(r.engine);
    ac_arena_free(&r.arena);
    return code;
}

static int run(struct ac_cli *cli, void *arg) {
    struct run_flags *flags = arg;
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
    if ((code = ac_cli_net(cli)))
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
    if (!flags->dry_run)
        code = ac_cli_metrics_after(cli, flags->metrics, code);
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
