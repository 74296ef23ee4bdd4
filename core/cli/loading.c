// SPDX-License-Identifier: MIT
// The loading commands' common steps: an engine's options, its end, its summary.
#include "cli/loading.h"
#include "base/log.h"
#include <stdlib.h>
#include <string.h>

void ac_load_options(struct ac_engine_options *out, struct ac_cli *cli,
                     const struct ac_load_flags *flags, struct ac_progress *progress) {
    bool is_dry = flags->dry_run != 0;
    ac_progress_init(progress, stderr, cli->use_color,
                     cli->is_quiet || cli->log_format == 1 || is_dry, cli->clock);
    *out = (struct ac_engine_options){.config = &cli->config,
                                      .clock = cli->clock,
                                      .net = cli->net,
                                      .source_env = &cli->source_env,
                                      .job = "",
                                      .region = cli->config.region,
                                      .dry_run = is_dry,
                                      .dry_out = stdout,
                                      .temp_dir = getenv("TMPDIR"),
                                      .again = flags->again != 0,
                                      .keep_going = flags->keep_going != 0,
                                      .new_ids = flags->new_ids != 0,
                                      .log_values = cli->log_values != 0,
                                      .results_dir = *flags->results ? flags->results : NULL,
                                      .progress = ac_progress_show,
                                      .progress_arg = progress,
                                      .stop = &ac_cli_stop};
}

void ac_load_job(struct ac_engine_options *out, const struct ac_config *config,
                 const struct ac_job *job) {
    out->job = job->name;
    out->uses = job->uses;
    out->n_uses = job->n_uses;
    out->fields = job->fields;
    out->n_fields = job->n_fields;
    out->region = ac_config_region(config, job);
    out->encoding = job->encoding;
    out->delimiter = job->delimiter;
}

void ac_load_region(const struct ac_engine_options *options) {
    char text[400];
    if (ac_region_doubt(options->region, text, sizeof text))
        ac_log(AC_LOG_WARNING, text, NULL);
}

int ac_load_end(struct ac_engine *e, struct ac_progress *progress, enum ac_rc rc,
                const struct ac_err *err) {
    struct ac_err end_err = AC_ERR_INIT;
    enum ac_rc end_rc = ac_engine_finish(e, &end_err);
    ac_progress_wipe(progress);
    int code = ac_engine_exit(e);
    if (rc < AC_OK)
        code = ac_exit_worse(code, ac_cli_fail(err));
    if (end_rc < AC_OK)
        code = ac_exit_worse(code, ac_cli_fail(&end_err));
    return code;
}

void ac_load_tell(struct ac_cli *cli, const struct ac_load_flags *flags, const char *job,
                  const struct ac_stats *stats, int code) {
    bool is_dry = flags->dry_run != 0, is_json = flags->json != 0;
    FILE *out = is_dry ? stderr : stdout;
    if (cli->is_quiet && !is_json)
        return;
    if (job && !is_json)
        fprintf(out, "job      %s\n", job);
    ac_cli_summary(out, stats, code, is_json, is_dry);
    if (stats->counts.rejected && !is_dry && !is_json && !cli->state_ends)
        fprintf(out, "Rejected rows are kept: acload rejects list\n");
}

int ac_load_files(const struct ac_command *command, const struct ac_load_flags *flags) {
    if (strcmp(flags->results, "-") == 0)
        return ac_cli_usage(command, "--results takes a folder, for two files an input; ./- is one "
                                     "of that name");
    int code = ac_cli_metrics_file(command, flags->metrics);
    return code ? code : ac_cli_results(flags->results);
}

int ac_load_metrics(struct ac_cli *cli, const struct ac_load_flags *flags, int code) {
    return flags->dry_run ? code : ac_cli_metrics_after(cli, flags->metrics, code);
}
