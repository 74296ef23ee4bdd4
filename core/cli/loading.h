// SPDX-License-Identifier: MIT
// What every loading command has in common.
#ifndef AC_CLI_LOADING_H
#define AC_CLI_LOADING_H
#include "cli/cli.h"

struct ac_load_flags { // `load`, the first member of a command's flags
    int dry_run, json, again, keep_going, new_ids;
    const char *results, *metrics;
};

struct ac_load_how { // `how`, of commands whose inputs need no job
    const char *plugin, *option, *region;
};

// Rows of a command's option table, in the order of its help; `of` is the tag of its flags.
#define AC_LOAD_SWITCH(of, name, member, help)                                                     \
    { name, ACLOAD_OPT_BOOL, offsetof(struct of, member), "false", 0, 0, NULL, help }
#define AC_LOAD_TEXT(of, name, member, word, help)                                                 \
    { name, ACLOAD_OPT_TEXT, offsetof(struct of, member), "", 0, 0, word, help }

// `more` ends the text with what holds for that command alone.
#define AC_LOAD_DRY_RUN_ROW(of, more)                                                              \
    AC_LOAD_SWITCH(of, "dry-run", load.dry_run,                                                    \
                   "Print one JSON object a record, send nothing; no org needed." more)

#define AC_LOAD_HOW_ROWS(of, plugin_text)                                                          \
    AC_LOAD_TEXT(of, "plugin", how.plugin, "NAME", plugin_text),                                   \
        AC_LOAD_TEXT(of, "option", how.option, "NAME=VALUE",                                       \
                     "Options of the plugin named: name=value, several joined by commas or given " \
                     "one by one."),                                                               \
        AC_LOAD_TEXT(of, "region", how.region, "REGION",                                           \
                     "The AWS region of the data (us-east-1), or none: part of the records' "      \
                     "ids.")

#define AC_LOAD_ROWS(of, json_text)                                                                \
    AC_LOAD_SWITCH(of, "again", load.again, "Import what was imported before, too."),              \
        AC_LOAD_TEXT(of, "results", load.results, "DIR",                                           \
                     "A folder for two CSV files an input: its rows with their record ids, and "   \
                     "the rejected ones."),                                                        \
        AC_LOAD_SWITCH(of, "keep-going", load.keep_going,                                          \
                       "Go on though the org refuses the first records of an object all alike."),  \
        AC_LOAD_SWITCH(of, "new-ids", load.new_ids,                                                \
                       "Import though the org's records have ids of another form: none of them "   \
                       "is found again."),                                                         \
        AC_LOAD_TEXT(of, "metrics", load.metrics, "FILE",                                          \
                     "A file for Prometheus, written at the end."),                                \
        AC_LOAD_SWITCH(of, "json", load.json, json_text)

// The progress begun, and the engine's options from command line and configuration; out->command
// and the like are the command's to fill. All is borrowed, progress as long as the engine lives.
void ac_load_options(struct ac_engine_options *out, struct ac_cli *cli,
                     const struct ac_load_flags *flags, struct ac_progress *progress);
// What a job says about its inputs, its region or the common one included.
void ac_load_job(struct ac_engine_options *out, const struct ac_config *config,
                 const struct ac_job *job);
// Warns of a region that nobody knows.
void ac_load_region(const struct ac_engine_options *options);
// Finishes the engine; rc and err say how its inputs went. The exit code, every error told. The
// engine is still there, for its stats.
int ac_load_end(struct ac_engine *e, struct ac_progress *progress, enum ac_rc rc,
                const struct ac_err *err);
// The summary where it is wanted, on standard error when records are on standard output; below the
// name of the job (NULL: there is none).
void ac_load_tell(struct ac_cli *cli, const struct ac_load_flags *flags, const char *job,
                  const struct ac_stats *stats, int code);
// Makes the folder of --results, and refuses a name that can be none of --results or --metrics. 0
// or an exit code.
int ac_load_files(const struct ac_command *command, const struct ac_load_flags *flags);
// Writes --metrics after what had that exit code; the code then. A dry run writes none.
int ac_load_metrics(struct ac_cli *cli, const struct ac_load_flags *flags, int code);

#endif
