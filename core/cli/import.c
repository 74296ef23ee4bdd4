// SPDX-License-Identifier: MIT
// acload import: files, folders, globs, archives or standard input, once.
#include "base/log.h"
#include "cli/cli.h"
#include "cli/event.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct import_flags {
    int dry_run, json, again, delimiter, keep_going, new_ids;
    const char *plugin, *region, *results, *option, *encoding, *metrics;
};

#define AT(member) offsetof(struct import_flags, member)
static const acload_option flags_table[] = {
    {"dry-run", ACLOAD_OPT_BOOL, AT(dry_run), "false", 0, 0, NULL,
     "Print one JSON object a record, send nothing; no org needed."},
    {"plugin", ACLOAD_OPT_TEXT, AT(plugin), "", 0, 0, NULL,
     "The plugin to use instead of the best bidder; several joined by commas."},
    {"option", ACLOAD_OPT_TEXT, AT(option), "", 0, 0, NULL,
     "Options of the plugin named: name=value, several joined by commas."},
    {"region", ACLOAD_OPT_TEXT, AT(region), "", 0, 0, NULL,
     "The AWS region of the data (us-east-1), or none: part of the records' ids."},
    {"encoding", ACLOAD_OPT_TEXT, AT(encoding), "", 0, 0, NULL,
     "The inputs' encoding where no byte order mark tells, such as WINDOWS-1252 (UTF-8)."},
    {"delimiter", ACLOAD_OPT_CHOICE, AT(delimiter), "comma", 0, 0, "comma|semicolon|tab|pipe",
     "What separates the cells of a row."},
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
    {"json", ACLOAD_OPT_BOOL, AT(json), "false", 0, 0, NULL, "The summary as one JSON object."},
    {.name = NULL},
};

struct found { // what the arguments name, before anything is read
    struct ac_cli *cli;
    struct ac_item *items;
    size_t n, max;
    uint64_t bytes;
};

static enum ac_rc add_found(void *arg, const struct ac_item *item, struct ac_err *err) {
    struct found *f = arg;
    if (f->n == f->max) {
        size_t max = f->max ? f->max * 2 : 256;
        struct ac_item *more = realloc(f->items, max * sizeof *more);
        if (!more)
            return ac_err_nomem(err, "the list of inputs");
        f->items = more;
        f->max = max;
    }
    f->items[f->n++] = *item;
    f->bytes += (uint64_t)item->size_bytes;
    return AC_OK;
}

// Records of Kinesis, as Lambda receives them, are unpacked; all else is what it is.
static enum ac_rc read_file(void *arg, const struct ac_item *item, struct ac_err *err) {
    enum ac_rc rc = ac_cli_import_event(arg, item, err);
    return rc == AC_END ? ac_engine_input(arg, item, err) : rc;
}

struct reading { // of objects as they are found
    struct ac_engine *e;
    size_t n;
};

static enum ac_rc read_object(void *arg, const struct ac_item *item, struct ac_err *err) {
    struct reading *r = arg;
    r->n++;
    enum ac_rc rc = ac_engine_input(r->e, item, err);
    return rc == AC_INPUT ? AC_OK : rc; // told; the others go on
}

// Objects on S3 are read as they are found: there may be any number of them.
static enum ac_rc read_objects(struct ac_engine *e, struct ac_cli *cli, const char *word, size_t *n,
                               struct ac_err *err) {
    struct ac_source_filter filter = {0};
    struct reading r = {.e = e};
    enum ac_rc rc = ac_engine_list(e, word, &filter, 0, &cli->arena, read_object, &r, err);
    *n = r.n;
    return rc;
}

static void tell_nothing(const char *word) {
    char text[512];
    snprintf(text, sizeof text, "nothing to import: no file in %.400s", word);
    ac_log(AC_LOG_INFO, text, NULL);
}

// One argument: what it names goes through the engine. An argument that names nothing is told,
// and the others go on.
static enum ac_rc read_word(struct ac_engine *e, struct ac_cli *cli, const char *word,
                            struct found *found, struct ac_err *err) {
    if (strcmp(word, "-") == 0)
        return ac_engine_stdin(e, STDIN_FILENO, &cli->arena, read_file, e, err);
    struct ac_source_filter filter = {.missed = ac_engine_unreadable, .missed_arg = e};
    size_t n = 0;
    uint64_t n_failed = ac_engine_stats(e)->n_failed;
    found->n = 0;
    bool is_s3 = ac_str_starts(ac_str_of(word), AC_STR("s3://"));
    enum ac_rc rc = is_s3 ? read_objects(e, cli, word, &n, err)
                          : ac_source_list(word, &filter, &cli->arena, add_found, found, err);
    if (rc == AC_INPUT) {
        ac_log_error(err);
        ac_engine_missed(e);
        ac_err_clear(err);
        return AC_OK;
    }
    if (rc == AC_OK && !n && !found->n && n_failed == ac_engine_stats(e)->n_failed)
        tell_nothing(word);
    for (size_t i = 0; rc == AC_OK && i < found->n; i++) {
        rc = read_file(e, &found->items[i], err);
        if (rc == AC_INPUT)
            rc = AC_OK; // told; the others go on
    }
    return rc;
}

static int finish(struct ac_engine *e, struct ac_cli *cli, struct ac_progress *progress,
                  const struct import_flags *flags, enum ac_rc rc, struct ac_err *err) {
    struct ac_err end_err = AC_ERR_INIT;
    enum ac_rc end_rc = ac_engine_finish(e, &end_err);
    ac_progress_wipe(progress);
    int code = ac_engine_exit(e);
    if (rc < AC_OK)
        code = ac_exit_worse(code, ac_cli_fail(err));
    if (end_rc < AC_OK)
        code = ac_exit_worse(code, ac_cli_fail(&end_err));
    bool is_dry = flags->dry_run != 0;
    if (!is_dry)
        code = ac_cli_metrics_after(cli, flags->metrics, code);
    if (flags->json)
        ac_cli_summary(is_dry ? stderr : stdout, ac_engine_stats(e), code, true, is_dry);
    else if (!cli->is_quiet)
        ac_cli_summary(is_dry ? stderr : stdout, ac_engine_stats(e), code, false, is_dry);
    ac_engine_close(e);
    return code;
}

static int import(struct ac_cli *cli, void *arg) {
    struct import_flags *flags = arg;
    struct ac_err err = AC_ERR_INIT;
    if (!cli->n_words)
        return ac_cli_usage(&ac_command_import, "import what? Name a file, a folder, or - for "
                                                "standard input");
    struct ac_use uses[AC_CLI_MAX_USES];
    size_t n_uses = 0;
    int code = ac_cli_uses(cli, &ac_command_import, flags->plugin, flags->option, uses, &n_uses);
    if (!code)
        code = ac_cli_load(cli, flags->region);
    if (!code)
        code = ac_cli_net(cli);
    for (size_t i = 0; !code && i < cli->n_words; i++)
        code = ac_cli_aws_for(cli, cli->words[i]);
    if (!code)
        code = ac_cli_results(flags->results);
    if (code)
        return code;
    struct ac_progress progress;
    ac_progress_init(&progress, stderr, cli->use_color,
                     cli->is_quiet || cli->log_format == 1 || flags->dry_run, cli->clock);
    ac_cli_catch();
    struct ac_engine_options options = {.config = &cli->config,
                                        .clock = cli->clock,
                                        .net = cli->net,
                                        .source_env = &cli->source_env,
                                        .command = "import",
                                        .job = "",
                                        .uses = n_uses ? uses : NULL,
                                        .n_uses = n_uses,
                                        .region = cli->config.region,
                                        .encoding = *flags->encoding ? flags->encoding : NULL,
                                        .delimiter = AC_JOB_DELIMITERS[flags->delimiter],
                                        .dry_run = flags->dry_run != 0,
                                        .dry_out = stdout,
                                        .temp_dir = getenv("TMPDIR"),
                                        .again = flags->again != 0,
                                        .keep_going = flags->keep_going != 0,
                                        .new_ids = flags->new_ids != 0,
                                        .log_values = cli->log_values || isatty(STDERR_FILENO) == 1,
                                        .results_dir = *flags->results ? flags->results : NULL,
                                        .progress = ac_progress_show,
                                        .progress_arg = &progress,
                                        .stop = &ac_cli_stop};
    struct ac_engine *e = NULL;
    if (ac_engine_open(&e, &options, &err) != AC_OK)
        return ac_cli_fail(&err);
    struct found found = {.cli = cli};
    enum ac_rc rc = AC_OK;
    for (size_t i = 0; rc == AC_OK && i < cli->n_words; i++) {
        rc = read_word(e, cli, cli->words[i], &found, &err);
        if (rc == AC_INPUT)
            rc = AC_OK;
    }
    free(found.items);
    return finish(e, cli, &progress, flags, rc, &err);
}

const struct ac_command ac_command_import = {
    .name = "import",
    .usage = "import [flags] PATH...",
    .summary = "Import files, folders, globs, archives or standard input (-).",
    .text =
        "What an input is, its content decides: CSV, also inside zip, tar, gz, bz2, xz or zst. "
        "The\n"
        "plugin whose columns fit best turns rows into records; they are upserted in bulk, so\n"
        "importing again changes nothing. What was imported before is skipped.\n"
        "\n"
        "Examples:\n"
        "  acload import --dry-run --region none x.csv   see the records, send nothing\n"
        "  acload import --region us-east-1 reports/     a folder, with all below it\n"
        "  acload import --region none 'q*.csv' old.zip  a glob and an archive\n"
        "  zcat x.csv.gz | acload import --region none - standard input\n"
        "\n"
        "Exit codes: 0 done, 1 rows rejected, 2 usage, configuration or login (nothing sent),\n"
        "3 stopped (run again), 4 an input could not be read (the others are done), 5 internal.",
    .flags = flags_table,
    .flags_size = sizeof(struct import_flags),
    .run = import,
};
