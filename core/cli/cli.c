// SPDX-License-Identifier: MIT
// The command line parsed, its subcommand called.
#include "cli/cli.h"
#include "aws/call.h"
#include "base/log.h"
#include "base/nearest.h"
#include "source/kinesis.h"
#include "source/s3.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define AWS_TIMEOUT_MS ((int64_t)60 * 1000) // of one try of a request to AWS

static const struct ac_command *const commands[] = {
    &ac_command_init,   &ac_command_import,  &ac_command_run,   &ac_command_hook,
    &ac_command_status, &ac_command_rejects, &ac_command_check, &ac_command_plugins};

static const acload_option common_flags[] = {
    {"config", ACLOAD_OPT_TEXT, offsetof(struct ac_cli, config_file), "", 0, 0, "FILE",
     "The configuration file (ACLOAD_CONFIG)."},
    {"state", ACLOAD_OPT_TEXT, offsetof(struct ac_cli, state_dir), "", 0, 0, "DIR",
     "The state directory (ACLOAD_STATE)."},
    {"plugin-dir", ACLOAD_OPT_TEXT, offsetof(struct ac_cli, plugin_path), "", 0, 0, "DIR",
     "Where plugins are, several joined by colons (ACLOAD_PLUGIN_PATH)."},
    {"schemas", ACLOAD_OPT_TEXT, offsetof(struct ac_cli, schema_dir), "", 0, 0, "DIR",
     "Where the objects' schemas are (ACLOAD_SCHEMAS)."},
    {"log-format", ACLOAD_OPT_CHOICE, offsetof(struct ac_cli, log_format), "text", 0, 0,
     "text|json", "How messages are written to standard error."},
    {"log-values", ACLOAD_OPT_BOOL, offsetof(struct ac_cli, log_values), "false", 0, 0, NULL,
     "Messages may hold values of rows."},
    {"quiet", ACLOAD_OPT_BOOL, offsetof(struct ac_cli, is_quiet), "false", 0, 0, NULL,
     "Only warnings and errors, no progress."},
    {"verbose", ACLOAD_OPT_BOOL, offsetof(struct ac_cli, is_verbose), "false", 0, 0, NULL,
     "Every step."},
    {"help", ACLOAD_OPT_BOOL, offsetof(struct ac_cli, wants_help), "false", 0, 0, NULL,
     "This text."},
    {.name = NULL},
};

volatile int ac_cli_stop;

static void on_signal(int number) {
    (void)number;
    if (ac_cli_stop++)
        _exit(ac_err_exit(AC_CAUSE_STOP)); // at once; the ledger is made for that
}

void ac_cli_catch(void) {
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static const char *env_of_process(void *arg, const char *name) {
    (void)arg;
    return getenv(name);
}

int ac_cli_fail(const struct ac_err *err) {
    ac_log_error(err);
    return ac_err_exit(err->cause);
}

int ac_cli_usage(const struct ac_command *command, const char *fmt, ...) {
    char text[600];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    fprintf(stderr, "acload: error: ");
    ac_cli_print_plain(stderr, ac_str_of(text));
    fputc('\n', stderr);
    if (command)
        fprintf(stderr, "Usage: acload %s\nMore: acload %s --help\n", command->usage,
                command->name);
    else
        fprintf(stderr, "More: acload --help\n");
    return 2;
}

static void help(const struct ac_command *command) {
    printf("Usage: acload %s\n\n%s\n\n%s\n", command->usage, command->summary, command->text);
    if (command->flags) {
        printf("\nFlags:\n");
        ac_option_help(stdout, command->flags, sizeof *command->flags, "--");
    }
    printf("\nCommon flags:\n");
    ac_option_help(stdout, common_flags, sizeof *common_flags, "--");
}

static int help_all(FILE *out) {
    fprintf(out,
            "acload %s carries contact-centre data from Amazon Connect into Salesforce.\n\n"
            "Usage: acload COMMAND [flags] ...\n\nCommands:\n",
            AC_VERSION);
    for (size_t i = 0; i < AC_N(commands); i++)
        fprintf(out, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(out, "\nA first look, without any org:\n"
                 "  acload import --dry-run --region none report.csv\n"
                 "\nEach command has --help with examples; man acload has the rest.\n");
    return out == stderr ? 2 : 0;
}

struct parsing {
    struct ac_cli *cli;
    const struct ac_command *command;
    void *flags;
};

static enum ac_rc no_such_flag(const struct ac_command *command, ac_str name, struct ac_err *err) {
    struct ac_nearest n = {.word = name};
    char ask[AC_NEAREST_BYTES];
    for (const acload_option *o = command->flags; o && o->name; o++)
        ac_nearest_try(&n, o->name);
    for (const acload_option *o = common_flags; o->name; o++)
        ac_nearest_try(&n, o->name);
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "USAGE",
                      "acload %s has no flag --%.*s%s; acload %s --help lists them", command->name,
                      AC_STR_ARG(name), ac_nearest_ask(&n, "--", ask), command->name);
}

// Flags of several values may be given several times; of any other the last one counts.
static const char *joined(const struct parsing *p, ac_str name, const char *value) {
    if (!ac_str_eq(name, AC_STR("plugin")) && !ac_str_eq(name, AC_STR("option")))
        return value;
    const acload_option *o = ac_option_find(p->command->flags, sizeof *o, name);
    const char *before = NULL;
    if (o)
        memcpy(&before, (const char *)p->flags + o->at, sizeof before);
    if (!before || !*before)
        return value;
    size_t len = strlen(before) + strlen(value) + 2;
    char *both = ac_arena_alloc(&p->cli->arena, len);
    if (both)
        snprintf(both, len, "%s,%s", before, value);
    return both;
}

static enum ac_rc set_flag(struct parsing *p, ac_str name, const char *value, struct ac_err *err) {
    size_t stride = sizeof *common_flags;
    bool is_own = p->command->flags && ac_option_find(p->command->flags, stride, name);
    char who[80];
    snprintf(who, sizeof who, "acload %s", p->command->name);
    if (!is_own && !ac_option_find(common_flags, stride, name))
        return no_such_flag(p->command, name, err);
    value = is_own ? joined(p, name, value) : value;
    if (!value)
        return ac_err_nomem(err, "the command line");
    return ac_option_set(is_own ? p->command->flags : common_flags, stride,
                         is_own ? p->flags : (void *)p->cli, name, ac_str_of(value), who,
                         &p->cli->arena, err);
}

static bool is_switch(const struct ac_command *command, ac_str name) {
    const acload_option *o =
        command->flags ? ac_option_find(command->flags, sizeof *o, name) : NULL;
    if (!o)
        o = ac_option_find(common_flags, sizeof *o, name);
    return o && o->type == ACLOAD_OPT_BOOL;
}

static enum ac_rc parse(struct parsing *p, int argc, char **argv, struct ac_err *err) {
    bool only_words = false;
    for (int i = 0; i < argc && argv[i]; i++) {
        const char *arg = argv[i];
        if (only_words || arg[0] != '-' || arg[1] == '\0') {
            p->cli->words[p->cli->n_words++] = arg;
            continue;
        }
        if (strcmp(arg, "--") == 0) {
            only_words = true;
            continue;
        }
        if (strcmp(arg, "-h") == 0)
            arg = "--help";
        if (strcmp(arg, "-q") == 0)
            arg = "--quiet";
        if (arg[1] != '-')
            return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "USAGE",
                              "unknown flag %s; flags are written --name", arg);
        const char *equals = strchr(arg, '=');
        ac_str name = equals ? ac_str_n(arg + 2, (size_t)(equals - arg - 2)) : ac_str_of(arg + 2);
        const char *value = equals ? equals + 1 : "true";
        if (!equals && !is_switch(p->command, name)) {
            value = i + 1 < argc ? argv[i + 1] : NULL;
            bool is_known = ac_option_find(common_flags, sizeof *common_flags, name) ||
                            (p->command->flags &&
                             ac_option_find(p->command->flags, sizeof *common_flags, name));
            if (is_known && !value)
                return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "USAGE", "%s needs a value", arg);
            if (is_known)
                i++;
        }
        enum ac_rc rc = set_flag(p, name, value ? value : "", err);
        if (rc != AC_OK)
            return rc;
    }
    return AC_OK;
}

static void setup_log(struct ac_cli *cli) {
    const char *wish = getenv("NO_COLOR");
    bool no_color = wish && *wish;
    cli->use_color = !no_color && isatty(STDERR_FILENO) == 1;
    cli->use_color_out = !no_color && isatty(STDOUT_FILENO) == 1;
    ac_log_setup(stderr, cli->log_format == 1 ? AC_LOG_JSON : AC_LOG_TEXT,
                 cli->is_verbose ? AC_LOG_DEBUG
                 : cli->is_quiet ? AC_LOG_WARNING
                                 : AC_LOG_INFO,
                 cli->use_color && cli->log_format == 0, NULL);
    ac_log_hide_context(isatty(STDERR_FILENO) == 1);
}

int ac_cli_load(struct ac_cli *cli, const char *region) {
    struct ac_err err = AC_ERR_INIT;
    struct ac_config_flags flags = {0};
    flags.config = *cli->config_file ? cli->config_file : NULL;
    flags.state = *cli->state_dir ? cli->state_dir : NULL;
    flags.schema_dir = *cli->schema_dir ? cli->schema_dir : NULL;
    flags.region = region && *region ? region : NULL;
    if (*cli->plugin_path) {
        const char **dirs = ac_arena_zalloc(&cli->arena, 34 * sizeof(char *));
        ac_str rest = ac_str_of(cli->plugin_path), piece;
        for (size_t n = 0; dirs && n < 32 && ac_str_cut(&rest, ':', &piece);)
            if (piece.len)
                dirs[n++] = ac_arena_copy(&cli->arena, piece);
        for (const char **dir = dirs; dir && *dir; dir++)
            if (access(*dir, F_OK) != 0 && errno == ENOENT)
                ac_log(AC_LOG_WARNING, "there is no such folder to look for plugins in",
                       "plugin_dir", *dir, NULL);
        flags.plugin_dirs = dirs;
    }
    enum ac_rc rc = ac_config_load(&flags, env_of_process, NULL, &cli->arena, &cli->config, &err);
    return rc == AC_OK ? 0 : ac_cli_fail(&err);
}

int ac_cli_results(const char *path) {
    struct ac_err err = AC_ERR_INIT;
    struct stat st;
    if (!*path || mkdir(path, 0700) == 0)
        return 0;
    if (errno == EEXIST && stat(path, &st) == 0) {
        if (S_ISDIR(st.st_mode))
            return 0;
        errno = ENOTDIR;
    }
    ac_err_sys(&err, AC_RUN, AC_CAUSE_CONFIG, "cannot make the folder", path);
    return ac_cli_fail(&err);
}

int ac_cli_uses(struct ac_cli *cli, const struct ac_command *command, const char *plugin,
                const char *option, struct ac_use *uses, size_t *n) {
    static struct ac_option_value values[32]; // one command a process
    size_t n_values = 0;
    ac_str rest = ac_str_of(option), piece;
    while (*option && ac_str_cut(&rest, ',', &piece)) {
        ptrdiff_t equals = ac_str_find(piece, '=');
        if (equals < 0 || n_values == AC_N(values))
            return ac_cli_usage(command, "--option takes name=value, at most %zu of them",
                                AC_N(values));
        values[n_values].name = ac_str_n(piece.ptr, (size_t)equals);
        values[n_values++].value = ac_str_skip(piece, (size_t)equals + 1);
    }
    if (n_values && (!*plugin || strchr(plugin, ',')))
        return ac_cli_usage(command, "--option needs --plugin with one name");
    rest = ac_str_of(plugin);
    while (*plugin && ac_str_cut(&rest, ',', &piece)) {
        if (*n == AC_CLI_MAX_USES)
            return ac_cli_usage(command, "at most %u plugins", AC_CLI_MAX_USES);
        uses[*n] = (struct ac_use){ac_arena_copy(&cli->arena, piece), values, n_values};
        ++*n;
    }
    return 0;
}

// The fixed addresses that credentials come from need plain http, too.
static const char *const *aws_hosts(struct ac_cli *cli) {
    const char *const *named = cli->config.allow_http;
    size_t n = 0, n_fixed = 0;
    while (named && named[n])
        n++;
    while (ac_aws_http_hosts[n_fixed])
        n_fixed++;
    const char **all = ac_arena_zalloc(&cli->arena, (n + n_fixed + 1) * sizeof(char *));
    for (size_t i = 0; all && i < n; i++)
        all[i] = named[i];
    for (size_t i = 0; all && i < n_fixed; i++)
        all[n + i] = ac_aws_http_hosts[i];
    return all;
}

int ac_cli_aws(struct ac_cli *cli) {
    struct ac_err err = AC_ERR_INIT;
    const struct ac_config *config = &cli->config;
    const struct ac_retry_options *retry = &config->sink.retry;
    if (cli->source_env.aws)
        return 0;
    struct ac_http_options options = {.timeout_ms = config->timeout_ms,
                                      .ca_file = config->aws_ca_file,
                                      .user_agent = "acload/" AC_VERSION,
                                      .allow_http = aws_hosts(cli)};
    bool is_short = config->timeout_ms < AWS_TIMEOUT_MS;
    struct ac_aws_options aws = {.env = env_of_process,
                                 .allow_http = config->allow_http,
                                 .base_ms = retry->base_ms > 0 ? retry->base_ms : 1,
                                 .max_ms = retry->max_ms > 0 ? retry->max_ms : 1,
                                 .budget_ms = retry->budget_ms,
                                 .max_attempts = retry->max_attempts,
                                 .timeout_ms = is_short ? config->timeout_ms : AWS_TIMEOUT_MS,
                                 .idle_ms = is_short ? config->timeout_ms : AWS_TIMEOUT_MS};
    enum ac_rc rc = options.allow_http ? AC_OK : ac_err_nomem(&err, "requests to AWS");
    if (rc == AC_OK)
        rc = ac_http_new(&cli->aws_http, &options, &err);
    if (rc == AC_OK)
        rc = ac_aws_new(&cli->source_env.aws, &aws, ac_http_net(cli->aws_http), cli->clock, &err);
    cli->source_env.s3_addressing = config->s3_addressing;
    return rc == AC_OK ? 0 : ac_cli_fail(&err);
}

int ac_cli_aws_for(struct ac_cli *cli, const char *input) {
    return ac_s3_is_url(input) || ac_kinesis_is_url(input) ? ac_cli_aws(cli) : 0;
}

// What the configuration leaves to AWS Secrets Manager.
static int fetch_secrets(struct ac_cli *cli) {
    struct ac_err err = AC_ERR_INIT;
    if (!cli->config.secret_id || cli->config.org.flow != AC_FLOW_NONE)
        return 0;
    int code = ac_cli_aws(cli);
    if (code)
        return code;
    enum ac_rc rc = ac_config_fetch_secrets(&cli->config, cli->source_env.aws, &cli->arena, &err);
    return rc == AC_OK ? 0 : ac_cli_fail(&err);
}

int ac_cli_net(struct ac_cli *cli) {
    struct ac_err err = AC_ERR_INIT;
    int code = fetch_secrets(cli);
    if (code)
        return code;
    if (cli->http || cli->config.org.flow == AC_FLOW_NONE)
        return 0;
    struct ac_http_options options = {.timeout_ms = cli->config.timeout_ms,
                                      .ca_file = cli->config.ca_file,
                                      .user_agent = "acload/" AC_VERSION,
                                      .allow_http = cli->config.allow_http};
    if (ac_http_new(&cli->http, &options, &err) != AC_OK)
        return ac_cli_fail(&err);
    cli->net = ac_http_net(cli->http);
    return 0;
}

void ac_cli_hang_up(struct ac_cli *cli) {
    ac_http_free(cli->http);
    ac_http_free(cli->aws_http); // before what its callbacks belong to
    ac_aws_free(cli->source_env.aws);
    cli->http = cli->aws_http = NULL;
    cli->net = NULL;
    cli->source_env.aws = NULL;
}

// Somebody who closed a pipe had read enough (acload status | head): what was done is done.
static bool is_reader_gone(void) {
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) && isatty(STDOUT_FILENO) != 1;
}

static int run_command(const struct ac_command *command, int argc, char **argv) {
    struct ac_cli cli = {.clock = ac_clock_system()};
    struct ac_err err = AC_ERR_INIT;
    ac_arena_init(&cli.arena, (size_t)256 * 1024 * 1024);
    cli.words = ac_arena_zalloc(&cli.arena, ((size_t)argc + 1) * sizeof(char *));
    void *flags = ac_arena_zalloc(&cli.arena, command->flags_size + 1);
    enum ac_rc rc = cli.words && flags ? AC_OK : ac_err_nomem(&err, "the command line");
    if (rc == AC_OK)
        rc = ac_option_defaults(common_flags, sizeof *common_flags, &cli, &cli.arena, &err);
    if (rc == AC_OK && command->flags)
        rc = ac_option_defaults(command->flags, sizeof *common_flags, flags, &cli.arena, &err);
    struct parsing p = {&cli, command, flags};
    if (rc == AC_OK)
        rc = parse(&p, argc, argv, &err);
    setup_log(&cli);
    int code;
    if (rc != AC_OK) {
        code =
            err.cause == AC_CAUSE_STOP ? ac_cli_fail(&err) : ac_cli_usage(command, "%s", err.text);
    } else if (cli.wants_help) {
        help(command);
        code = 0;
    } else {
        code = command->run(&cli, flags);
    }
    if ((fflush(stdout) != 0 || ferror(stdout)) && !is_reader_gone()) {
        int stop = ac_err_exit(AC_CAUSE_STOP);
        if (code != stop) // who stopped has said why: perhaps for this
            fprintf(stderr, "acload: error: cannot write to standard output\n");
        code = ac_exit_worse(code, stop);
    }
    ac_cli_hang_up(&cli);
    ac_arena_wipe(&cli.arena);
    return code;
}

// Common flags before the command go behind it, where they are read.
static void put_command_first(int argc, char **argv) {
    int at = 1;
    while (at < argc && ac_str_starts(ac_str_of(argv[at]), AC_STR("--"))) {
        ac_str name = ac_str_skip(ac_str_of(argv[at]), 2);
        ptrdiff_t equals = ac_str_find(name, '=');
        if (equals >= 0)
            name.len = (size_t)equals;
        const acload_option *o = ac_option_find(common_flags, sizeof *common_flags, name);
        if (!o)
            return;
        at += equals >= 0 || o->type == ACLOAD_OPT_BOOL ? 1 : 2;
    }
    if (at >= argc)
        return;
    char *word = argv[at];
    memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof *argv);
    argv[1] = word;
}

// The name that Lambda starts a program of one's own by.
static bool is_bootstrap(const char *path) {
    const char *slash = path ? strrchr(path, '/') : NULL;
    return path && strcmp(slash ? slash + 1 : path, "bootstrap") == 0;
}

int ac_cli_main(int argc, char **argv) {
    if (argc < 2)
        return is_bootstrap(argv[0])
                   ? run_command(&ac_command_hook, 1, (char *[]){"--lambda", NULL})
                   : help_all(stderr);
    put_command_first(argc, argv);
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return help_all(stdout);
    if (strcmp(word, "--version") == 0 || strcmp(word, "version") == 0) {
        printf("acload %s (plugin ABI %u)\n", AC_VERSION, ACLOAD_ABI);
        return 0;
    }
    if (strcmp(word, "help") == 0) {
        for (size_t i = 0; argc > 2 && i < AC_N(commands); i++)
            if (strcmp(commands[i]->name, argv[2]) == 0) {
                help(commands[i]);
                return 0;
            }
        return argc > 2 ? ac_cli_usage(NULL, "there is no command %s", argv[2]) : help_all(stdout);
    }
    for (size_t i = 0; i < AC_N(commands); i++)
        if (strcmp(commands[i]->name, word) == 0)
            return run_command(commands[i], argc - 2, argv + 2);
    struct ac_nearest n = {.word = ac_str_of(word)};
    char ask[AC_NEAREST_BYTES];
    for (size_t i = 0; i < AC_N(commands); i++)
        ac_nearest_try(&n, commands[i]->name);
    return ac_cli_usage(NULL,
                        "there is no command %s%s; commands are init, import, run, hook, status, "
                        "rejects, check, plugins",
                        word, ac_nearest_ask(&n, "", ask));
}
