// SPDX-License-Identifier: MIT
// acload run: the jobs of the configuration, as cron starts them.
#include "base/log.h"
#include "cli/loading.h"
#include "hook/stream.h"
#include "source/kinesis.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_MS 200 // for a signal

struct run_flags {
    struct ac_load_flags load;
    int follow;
    int64_t pause_ms;
};

static const acload_option flags_table[] = {
    AC_LOAD_DRY_RUN_ROW(run_flags, ""),
    AC_LOAD_ROWS(run_flags, "The summary of each job as one JSON object."),
    AC_LOAD_SWITCH(run_flags, "follow", follow,
                   "Go on with the jobs' streams (kinesis://), until a signal comes."),
    {"pause", ACLOAD_OPT_TIME, offsetof(struct run_flags, pause_ms), "10s", 1000, 86400000, NULL,
     "With --follow: the time between two looks."},
    {.name = NULL},
};

struct running {
    struct ac_cli *cli;
    const struct ac_load_flags *flags;
    struct ac_engine *engine;   // of one job
    struct ac_arena arena;      // of the listing
    struct ac_parked *parked;   // objects that take nothing, for all jobs of one time
    struct ac_stream **streams; // of all jobs' inputs, in their order; NULL: none, or not begun
    size_t n_streams;
    bool is_following;  // after the first time: streams alone
    bool is_locked_out; // another login would fail, too, or lock the user
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

// The folder of a pattern, as far as it has no wildcard, is it there?
static bool has_folder(const char *pattern) {
    char folder[4096];
    size_t len = strcspn(pattern, "*?[");
    while (len && pattern[len - 1] != '/')
        len--;
    if (!len || len >= sizeof folder)
        return true;
    memcpy(folder, pattern, len);
    folder[len] = '\0';
    return access(folder, F_OK) == 0 || errno != ENOENT;
}

static enum ac_rc read_files(struct running *r, const struct ac_job *job, const char *input,
                             struct ac_err *err) {
    const struct ac_clock *clock = r->cli->clock;
    struct ac_source_filter filter = {.min_age_ms = job->min_age_ms,
                                      .skip_partial = true,
                                      .missed = ac_engine_unreadable,
                                      .missed_arg = r->engine,
                                      .now_ms = clock->now_ms(clock->self)};
    enum ac_rc rc =
        ac_engine_list(r->engine, input, &filter, job->lookback_ms, &r->arena, take, r, err);
    ac_engine_waiting(r->engine, filter.n_waiting);
    // A glob that matches nothing yet is an ordinary evening; a missing folder is not.
    if (rc != AC_INPUT || strcmp(err->code, "NOT_FOUND") != 0 || !strpbrk(input, "*?["))
        return rc;
    ac_err_clear(err);
    if (strstr(input, "://") || has_folder(input))
        return AC_OK;
    ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "NOT_FOUND", "there is no such folder");
    ac_err_at(err, input, 0, 0);
    return AC_INPUT;
}

static enum ac_rc read_stream(struct running *r, const struct ac_job *job, const char *input,
                              struct ac_stream **stream, struct ac_err *err) {
    struct ac_stream_options options = {.aws = r->cli->source_env.aws,
                                        .clock = r->cli->clock,
                                        .job = job->name,
                                        .url = input,
                                        .start_ms = job->start_ms,
                                        .stop = &ac_cli_stop,
                                        .again = r->flags->again != 0};
    enum ac_rc rc = *stream ? AC_OK : ac_stream_new(stream, &options, err);
    return rc == AC_OK ? ac_stream_read(*stream, r->engine, err) : rc;
}

// One input that cannot be had never keeps the others from being read.
static enum ac_rc read_inputs(struct running *r, const struct ac_job *job,
                              struct ac_stream **streams, struct ac_err *err) {
    for (size_t i = 0; i < job->n_inputs; i++) {
        enum ac_rc rc = AC_OK;
        if (ac_kinesis_is_url(job->inputs[i]))
            rc = read_stream(r, job, job->inputs[i], &streams[i], err);
        else if (!r->is_following)
            rc = read_files(r, job, job->inputs[i], err);
        if (rc == AC_INPUT) {
            ac_log_error(err);
            ac_engine_missed(r->engine);
            ac_err_clear(err);
        } else if (rc != AC_OK) {
            return rc;
        }
    }
    return AC_OK;
}

static int run_job(struct running *r, const struct ac_job *job, struct ac_stream **streams) {
    struct ac_cli *cli = r->cli;
    struct ac_err err = AC_ERR_INIT;
    struct ac_progress progress;
    struct ac_engine_options options;
    for (size_t i = 0; i < job->n_inputs; i++)
        if (ac_cli_aws_for(cli, job->inputs[i]))
            return ac_err_exit(AC_CAUSE_CONFIG);
    ac_load_options(&options, cli, r->flags, &progress);
    options.command = "run";
    options.parked = r->parked;
    ac_load_job(&options, &cli->config, job);
    ac_load_region(&options);
    enum ac_rc rc = ac_engine_open(&r->engine, &options, &err);
    if (rc == AC_AGAIN) {
        ac_log(AC_LOG_INFO, "another run of this job is at work; stepping aside", "job", job->name,
               NULL);
        return 0;
    }
    if (rc != AC_OK)
        return ac_cli_fail(&err);
    ac_arena_init(&r->arena, (size_t)256 * 1024 * 1024);
    rc = read_inputs(r, job, streams, &err);
    int code = ac_load_end(r->engine, &progress, rc, &err);
    const struct ac_stats *stats = ac_engine_stats(r->engine);
    if (stats->n_inputs > 0 || code != 0)
        ac_load_tell(cli, r->flags, job->name, stats, code);
    r->is_locked_out = ac_engine_is_locked_out(r->engine);
    ac_engine_close(r->engine);
    ac_arena_free(&r->arena);
    return code;
}

static bool is_wanted(const struct ac_cli *cli, const struct ac_job *job) {
    bool is_named = cli->n_words == 0;
    for (size_t i = 0; i < cli->n_words; i++)
        is_named |= strcmp(cli->words[i], job->name) == 0;
    return is_named;
}

static bool has_stream(const struct ac_job *job) {
    for (size_t i = 0; i < job->n_inputs; i++)
        if (ac_kinesis_is_url(job->inputs[i]))
            return true;
    return false;
}

static int run_jobs(struct running *r) {
    const struct ac_config *config = &r->cli->config;
    int code = 0;
    r->parked->n = 0;
    for (size_t i = 0, at = 0; i < config->n_jobs && !ac_cli_stop && !r->is_locked_out; i++) {
        const struct ac_job *job = &config->jobs[i];
        if (is_wanted(r->cli, job) && (!r->is_following || has_stream(job)))
            code = ac_exit_worse(code, run_job(r, job, r->streams + at));
        at += job->n_inputs;
    }
    fflush(stdout); // somebody may follow it
    return ac_load_metrics(r->cli, r->flags, code);
}

static bool pause_for(const struct ac_clock *clock, int64_t ms) {
    for (int64_t piece; ms > 0 && !ac_cli_stop; ms -= piece) {
        piece = ms < LOOK_MS ? ms : LOOK_MS;
        clock->sleep_ms(clock->self, piece);
    }
    return !ac_cli_stop;
}

// Rejected rows or a stream that is gone for a while are no reason to end; all else is.
static int follow(struct running *r, int code, int64_t pause_ms) {
    int last = code;
    while (last != 2 && last != 3 && last != 5 && pause_for(r->cli->clock, pause_ms)) {
        r->is_following = true;
        last = run_jobs(r);
        code = ac_exit_worse(code, last);
    }
    return code;
}

static int run_all(struct ac_cli *cli, const struct run_flags *flags) {
    struct running r = {.cli = cli, .flags = &flags->load};
    for (size_t i = 0; i < cli->config.n_jobs; i++)
        r.n_streams += cli->config.jobs[i].n_inputs;
    r.streams = calloc(r.n_streams + 1, sizeof(struct ac_stream *));
    r.parked = ac_arena_zalloc(&cli->arena, sizeof *r.parked);
    if (!r.streams || !r.parked) {
        struct ac_err err = AC_ERR_INIT;
        free(r.streams);
        ac_err_nomem(&err, "the jobs' streams");
        return ac_cli_fail(&err);
    }
    ac_cli_catch();
    int code = run_jobs(&r);
    if (flags->follow)
        code = follow(&r, code, flags->pause_ms);
    for (size_t i = 0; i < r.n_streams; i++)
        ac_stream_free(r.streams[i]);
    free(r.streams);
    return ac_cli_stop ? ac_exit_worse(code, ac_err_exit(AC_CAUSE_STOP)) : code;
}

static int run(struct ac_cli *cli, void *arg) {
    const struct run_flags *flags = arg;
    bool is_any = false;
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
    for (size_t i = 0; i < config->n_jobs; i++)
        is_any |= is_wanted(cli, &config->jobs[i]) && has_stream(&config->jobs[i]);
    if (flags->follow && !is_any)
        return ac_cli_usage(&ac_command_run,
                            "--follow needs a job with an input kinesis://STREAM; the others are "
                            "cron's");
    code = ac_cli_net(cli);
    if (!code)
        code = ac_load_files(&ac_command_run, &flags->load);
    return code ? code : run_all(cli, flags);
}

const struct ac_command ac_command_run = {
    .name = "run",
    .usage = "run [flags] [JOB...]",
    .summary = "Do the jobs of the configuration: import what is new. For cron.",
    .text =
        "Without a name, all jobs in the order of the file. Files that were imported before, that\n"
        "are younger than the job's min_age (60 s), dot files, *.part and *.tmp are passed over.\n"
        "With nothing to do it prints nothing. A job that is already running is left alone: the\n"
        "second run says so and exits 0. A stream is read from its checkpoint to its tip; "
        "--follow\n"
        "then looks for more every 10 s (--pause), until SIGTERM ends it, with exit code 3.\n"
        "\n"
        "Examples:\n"
        "  acload run                               every job\n"
        "  acload run queue-reports                 one\n"
        "  acload run --dry-run queue-reports       what it would send\n"
        "  acload run --follow contacts             a stream, as a service\n"
        "  */10 * * * * acload run --quiet          in a crontab",
    .flags = flags_table,
    .flags_size = sizeof(struct run_flags),
    .run = run,
};
