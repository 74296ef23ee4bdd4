// SPDX-License-Identifier: MIT
// Subcommands as a table: flags, help, exit codes.
//
// Cli is the room of the subcommands, one file each. A command is a row: its name, its flags (an
// option table), its help, a function. Flags may stand anywhere; --flag VALUE and --flag=VALUE are
// the same; "--" ends them. Results go to standard output, everything else to standard error.
// Exit codes: 0 settled, or stepped aside; 1 rows rejected; 2 usage, configuration or login,
// nothing sent; 3 stopped, run again; 4 an input unreadable or matching no job; 5 internal.
#ifndef AC_CLI_CLI_H
#define AC_CLI_CLI_H
#include "base/clock.h"
#include "base/http.h"
#include "base/option.h"
#include "engine/engine.h"
#include "engine/progress.h"

struct ac_cli { // what every command gets
    // common flags
    const char *config_file, *state_dir, *plugin_path, *schema_dir;
    int log_format, is_quiet, is_verbose, log_values, wants_help;
    // made by ac_cli_load
    struct ac_arena arena;
    struct ac_config config;
    const struct ac_clock *clock;
    struct ac_http *http;
    struct ac_net *net;
    struct ac_http *aws_http; // a client of its own: it trusts other certificates
    struct ac_source_env source_env;
    bool state_ends; // nobody will look into the state directory
    bool use_color;  // on standard error
    bool use_color_out;
    const char **words; // positional arguments, NULL-terminated
    size_t n_words;
};

struct ac_command {
    const char *name;
    const char *usage;   // "import [flags] PATH..."
    const char *summary; // one line
    const char *text;    // paragraphs and examples for --help
    const acload_option *flags;
    size_t flags_size; // of the struct the table fills
    int (*run)(struct ac_cli *cli, void *flags);
};

extern const struct ac_command ac_command_init, ac_command_import, ac_command_run, ac_command_hook,
    ac_command_status, ac_command_rejects, ac_command_check, ac_command_plugins;

// Dispatches; returns the exit code.
int ac_cli_main(int argc, char **argv);
// Loads the configuration (region: the command's flag, or NULL). Returns 0 or an exit code, the
// error told.
int ac_cli_load(struct ac_cli *cli, const char *region);
// The network client, made when first asked for. 0 or an exit code.
int ac_cli_net(struct ac_cli *cli);
// Ends all connections; what was made of the two above and below is made anew when asked for.
void ac_cli_hang_up(struct ac_cli *cli);
// What inputs on AWS need, made when first asked for: cli->source_env. 0 or an exit code.
int ac_cli_aws(struct ac_cli *cli);
// The same when the input is one.
int ac_cli_aws_for(struct ac_cli *cli, const char *input);
// Tells an error on standard error; returns its exit code.
int ac_cli_fail(const struct ac_err *err);
// A usage error: says it and points to --help; returns 2.
int ac_cli_usage(const struct ac_command *command, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
// Set by SIGINT or SIGTERM once ac_cli_catch was called.
extern volatile int ac_cli_stop;
void ac_cli_catch(void);
// Makes the folder of --results; "": there is none. 0 or an exit code.
int ac_cli_results(const char *path);
#define AC_CLI_MAX_USES 16u
// The plugins named by --plugin, with the options of --option. 0 or an exit code.
int ac_cli_uses(struct ac_cli *cli, const struct ac_command *command, const char *plugin,
                const char *option, struct ac_use *uses, size_t *n);

// --- text for people (text.c)
// "1,234,567"
static inline const char *ac_cli_grouped(uint64_t n, char out[32]) {
    return ac_progress_grouped(n, out);
}
// "1 row", "1,234 rows"
const char *ac_cli_count(uint64_t n, const char *one, const char *many, char out[64]);
const char *ac_cli_time(int64_t ms, char out[24]); // "2026-11-23 14:05" in UTC
const char *ac_cli_span(int64_t ms, char out[24]); // "0.2 s", "3 min 05 s", "2 h 10 min"
// "5 min ago"; the time itself after a week
const char *ac_cli_ago(int64_t ms, int64_t now_ms, char out[24]);
int ac_cli_width(FILE *out); // of a terminal, else very wide
// A text with its control characters as \n, \x1b, as all that follow print it.
void ac_cli_print_plain(FILE *out, ac_str text);
// The first line of a text, cut with an ellipsis; the same filled up with blanks.
void ac_cli_print_cut(FILE *out, const char *text, int width);
void ac_cli_print_cell(FILE *out, const char *text, int width);
// Words from column `indent`, where the first line stands already, up to width; ends the line.
void ac_cli_print_wrapped(FILE *out, const char *text, int indent, int width);
bool ac_cli_confirm(const char *question); // asks on a terminal; false elsewhere

// Writes the ledger's sums to that file (metrics.c); "": none; "-": standard output. 0 or an exit
// code, the error told.
int ac_cli_metrics(struct ac_cli *cli, const char *path);
// Refuses "-" where standard output has the summary already. 0 or an exit code.
int ac_cli_metrics_file(const struct ac_command *command, const char *path);
// The same at the end of what had that exit code, which stays unless it is 0: then 3.
int ac_cli_metrics_after(struct ac_cli *cli, const char *path, int code);

// --- how it went (summary.c)
// Rows (or records) without an outcome: of inputs that are not done.
uint64_t ac_rows_waiting(const struct ac_counts *c);
uint64_t ac_records_waiting(const struct ac_counts *c);
// The run's outcome for people, or as one JSON object.
void ac_cli_summary(FILE *out, const struct ac_stats *stats, int exit_code, bool as_json,
                    bool is_dry);

#endif
