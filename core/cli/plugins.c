// SPDX-License-Identifier: MIT
// acload plugins: which there are, what each one takes.
#include "base/log.h"
#include "cli/cli.h"
#include "plugin/load.h"
#include <string.h>

struct plugins_flags {
    int json;
};

static const acload_option flags_table[] = {
    {"json", ACLOAD_OPT_BOOL, offsetof(struct plugins_flags, json), "false", 0, 0, NULL,
     "One JSON object a line."},
    {.name = NULL},
};

struct listing {
    bool as_json;
    size_t n, n_broken;
};

static bool show(void *arg, const struct ac_module *m) {
    struct listing *l = arg;
    if (l->as_json) {
        AC_CLEANUP(ac_buf_free) struct ac_buf line;
        ac_buf_init(&line, 65536);
        ac_buf_printf(&line, "{\"name\":");
        ac_buf_add_json(&line, ac_str_of(m->name));
        ac_buf_printf(&line, ",\"version\":");
        ac_buf_add_json(&line, ac_str_of(m->plugin.version ? m->plugin.version : ""));
        ac_buf_printf(&line, ",\"abi\":%u,\"bids\":%s,\"summary\":", m->plugin.abi,
                      m->plugin.bid ? "true" : "false");
        ac_buf_add_json(&line, ac_str_of(m->plugin.summary ? m->plugin.summary : ""));
        ac_buf_printf(&line, ",\"file\":");
        ac_buf_add_json(&line, ac_str_of(m->path));
        if (ac_buf_add_char(&line, '}') && ac_buf_text(&line))
            printf("%s\n", line.ptr);
    } else {
        if (!l->n)
            printf("%-12s %-8s %s\n", "name", "version", "what it does");
        printf("%-12s %-8s %s\n%-12s %-8s %s\n", m->name,
               m->plugin.version ? m->plugin.version : "",
               m->plugin.summary ? m->plugin.summary : "", "", "", m->path);
    }
    l->n++;
    return true;
}

static void warn_broken(void *arg, const struct ac_err *why) {
    struct listing *l = arg;
    l->n_broken++;
    ac_log_warn(why);
}

static int show_one(struct ac_cli *cli, const char *name) {
    struct ac_err err = AC_ERR_INIT;
    const struct ac_module *m = NULL;
    if (ac_module_find(name, cli->config.plugin_dirs, &cli->arena, &m, &err) != AC_OK)
        return ac_cli_fail(&err);
    printf("%s %s\n%s\n%s\n", m->name, m->plugin.version ? m->plugin.version : "",
           m->plugin.summary ? m->plugin.summary : "", m->path);
    if (!m->plugin.options || !m->plugin.options->name) {
        printf("\nIt has no options.\n");
        return 0;
    }
    printf("\nOptions (--option name=value, or \"options\" in a job):\n");
    ac_option_help(stdout, m->plugin.options, m->plugin.option_size, "");
    return 0;
}

static int plugins(struct ac_cli *cli, void *arg) {
    struct plugins_flags *flags = arg;
    struct ac_err err = AC_ERR_INIT;
    int code = ac_cli_load(cli, NULL);
    if (code)
        return code;
    if (cli->n_words)
        return show_one(cli, cli->words[0]);
    struct listing l = {.as_json = flags->json != 0};
    enum ac_rc rc =
        ac_module_list(cli->config.plugin_dirs, &cli->arena, show, warn_broken, &l, &err);
    if (rc != AC_OK)
        return ac_cli_fail(&err);
    if (!l.n && !flags->json) {
        printf("No plugins in:\n");
        for (const char *const *dir = cli->config.plugin_dirs; *dir; dir++)
            printf("  %s\n", *dir);
    }
    return l.n_broken ? 2 : 0;
}

const struct ac_command ac_command_plugins = {
    .name = "plugins",
    .usage = "plugins [NAME] [flags]",
    .summary = "Which plugins there are; with a name, its options.",
    .text = "Plugins are shared objects in the folders of --plugin-dir, ACLOAD_PLUGIN_PATH or the\n"
            "configuration. Only folders and files that nobody else can write to are trusted.\n"
            "\n"
            "Examples:\n"
            "  acload plugins\n"
            "  acload plugins interval\n"
            "  acload plugins --plugin-dir ./mine mine",
    .flags = flags_table,
    .flags_size = sizeof(struct plugins_flags),
    .run = plugins,
};
