// SPDX-License-Identifier: MIT
// acload import: files, folders, globs, archives or standard input, once.
#include "base/log.h"
#include "cli/event.h"
#include "cli/loading.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEASURE_BYTES ((size_t)64 * 1024 * 1024)

struct import_flags {
    struct ac_load_flags load;
    struct ac_load_how how;
    const char *encoding;
    int delimiter;
};

#define AT(member) offsetof(struct import_flags, member)
static const acload_option flags_table[] = {
    AC_LOAD_DRY_RUN_ROW(import_flags, ""),
    AC_LOAD_HOW_ROWS(import_flags, "The plugin to use instead of the best bidder; several joined "
                                   "by commas or given one by one."),
    {"encoding", ACLOAD_OPT_TEXT, AT(encoding), "", 0, 0, "NAME",
     "The inputs' encoding where no byte order mark tells, such as WINDOWS-1252 (UTF-8)."},
    {"delimiter", ACLOAD_OPT_CHOICE, AT(delimiter), "comma", 0, 0, "comma|semicolon|tab|pipe",
     "What separates the cells of a row."},
    AC_LOAD_ROWS(import_flags, "The summary as one JSON object."),
    {.name = NULL},
};

struct found { // what the arguments name, before anything is read
    struct ac_cli *cli;
    struct ac_item *items;
    size_t n, max;
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
    return AC_OK;
}

static enum ac_rc add_size(void *arg, const struct ac_item *item, struct ac_err *err) {
    (void)err;
    *(uint64_t *)arg += item->size_bytes > 0 ? (uint64_t)item->size_bytes : 0;
    return AC_OK;
}

static void pass_over(void *arg, const struct ac_err *why) { (void)arg, (void)why; }

// How much there is to read, where somebody watches a bar. What has no size in advance leaves it
// without an end; mistakes are told when the argument's turn comes.
static void measure(struct ac_engine *e, const struct ac_cli *cli) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < cli->n_words; i++) {
        AC_CLEANUP(ac_arena_free) struct ac_arena arena;
        struct ac_err err = AC_ERR_INIT;
        struct ac_source_filter filter = {.missed = pass_over, .forgets_items = true};
        ac_str word = ac_str_of(cli->words[i]);
        if (ac_str_eq(word, AC_STR("-")) || ac_str_starts(word, AC_STR("s3://")))
            return;
        ac_arena_init(&arena, MEASURE_BYTES);
        ac_source_list(cli->words[i], &filter, &arena, add_size, &bytes, &err);
    }
    ac_engine_expect(e, bytes);
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

static void tell_empty(const char *word, size_t n) {
    char count[24];
    snprintf(count, sizeof count, "%zu", n);
    ac_log(AC_LOG_INFO, "objects without content are passed over", "input", word, "#n", count,
           NULL);
}

// Objects on S3 are read as they are found: there may be any number of them.
static enum ac_rc read_objects(struct ac_engine *e, struct ac_cli *cli, const char *word, size_t *n,
                               struct ac_err *err) {
    struct ac_source_filter filter = {.wants_folder = true};
    struct reading r = {.e = e};
    enum ac_rc rc = ac_engine_list(e, word, &filter, 0, &cli->arena, read_object, &r, err);
    *n = r.n;
    if (filter.n_empty)
        tell_empty(word, filter.n_empty);
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

static int import(struct ac_cli *cli, void *arg) {
    struct import_flags *flags = arg;
    struct ac_err err = AC_ERR_INIT;
    if (!cli->n_words)
        return ac_cli_usage(&ac_command_import, "import what? Name a file, a folder, or - for "
                                                "standard input");
    struct ac_use uses[AC_CLI_MAX_USES];
    size_t n_uses = 0;
    int code =
        ac_cli_uses(cli, &ac_command_import, flags->how.plugin, flags->how.option, uses, &n_uses);
    if (!code)
        code = ac_cli_load(cli, flags->how.region);
    if (!code)
        code = ac_cli_net(cli);
    for (size_t i = 0; !code && i < cli->n_words; i++)
        code = ac_cli_aws_for(cli, cli->words[i]);
    if (!code)
        code = ac_load_files(&ac_command_import, &flags->load);
    if (code)
        return code;
    ac_cli_catch();
    struct ac_progress progress;
    struct ac_engine_options options;
    ac_load_options(&options, cli, &flags->load, &progress);
    options.command = "import";
    options.parked = ac_arena_zalloc(&cli->arena, sizeof *options.parked); // without: it stops
    options.uses = n_uses ? uses : NULL;
    options.n_uses = n_uses;
    options.encoding = *flags->encoding ? flags->encoding : NULL;
    options.delimiter = AC_JOB_DELIMITERS[flags->delimiter];
    options.log_values |= isatty(STDERR_FILENO) == 1;
    ac_load_region(&options);
    struct ac_engine *e = NULL;
    if (ac_engine_open(&e, &options, &err) != AC_OK)
        return ac_cli_fail(&err);
    if (progress.is_terminal && !progress.is_quiet)
        measure(e, cli);
    struct found found = {.cli = cli};
    enum ac_rc rc = AC_OK;
    for (size_t i = 0; rc == AC_OK && i < cli->n_words; i++) {
        rc = read_word(e, cli, cli->words[i], &found, &err);
        if (rc == AC_INPUT)
            rc = AC_OK;
    }
    free(found.items);
    code = ac_load_end(e, &progress, rc, &err);
    code = ac_load_metrics(cli, &flags->load, code);
    ac_load_tell(cli, &flags->load, NULL, ac_engine_stats(e), code);
    ac_engine_close(e);
    return code;
}

const struct ac_command ac_command_import = {
    .name = "import",
    .usage = "import [flags] PATH...",
    .summary = "Import files, folders, globs, archives or standard input (-).",
    .text =
        "What an input is, its content decides: CSV or JSON, also in zip, tar, gz, bz2, xz, zst.\n"
        "The plugin whose columns fit best turns rows into records; they are upserted in bulk, so\n"
        "importing again changes nothing. What was imported before is skipped.\n"
        "\n"
        "Examples:\n"
        "  acload import --dry-run --region none x.csv   see the records, send nothing\n"
        "  acload import --region us-east-1 reports/     a folder, with all below it\n"
        "  acload import --region none 'q*.csv' old.zip  a glob and an archive\n"
        "  acload import --region none s3://bucket/q/    what is below a prefix of S3\n"
        "  zcat x.csv.gz | acload import --region none - standard input\n"
        "\n"
        "Exit codes: 0 done, 1 rows rejected, 2 usage, configuration or login (nothing sent),\n"
        "3 stopped (run again), 4 an input could not be read (the others are done), 5 internal.",
    .flags = flags_table,
    .flags_size = sizeof(struct import_flags),
    .run = import,
};
