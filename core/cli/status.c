// SPDX-License-Identifier: MIT
// acload status: what was imported, when, from where, as tables.
#include "cli/status.h"
#include "cli/table.h"
#include <inttypes.h>
#include <string.h>

#define AT(member) offsetof(struct ac_status_flags, member)
static const acload_option flags_table[] = {
    {"runs", ACLOAD_OPT_INT, AT(runs), "5", 0, 100000, NULL, "How many runs to show."},
    {"inputs", ACLOAD_OPT_INT, AT(inputs), "10", 0, 1000000, NULL, "How many inputs to show."},
    {"json", ACLOAD_OPT_BOOL, AT(json), "false", 0, 0, NULL, "One JSON object."},
    {"metrics", ACLOAD_OPT_TEXT, AT(metrics), "", 0, 0, "FILE",
     "Write the sums to this file instead, for Prometheus; - is standard output."},
    {"rebuild", ACLOAD_OPT_BOOL, AT(rebuild), "false", 0, 0, NULL,
     "Look at every page of the ledger and at every batch left; give up batches whose files are "
     "damaged; move a damaged ledger aside, begin a new one, and ask the "
     "org about bulk inserts."},
    {"forget-inserts", ACLOAD_OPT_BOOL, AT(forget_inserts), "false", 0, 0, NULL,
     "With --rebuild: somebody has looked in the org, rows may be inserted again."},
    {.name = NULL},
};

bool ac_usage_parse(const char *value, struct ac_usage *out) {
    ac_str rest = ac_str_of(value), used;
    return ac_str_cut(&rest, '/', &used) && ac_str_i64(used, &out->used) &&
           ac_str_i64(rest, &out->max) && out->max > 0;
}

const char *ac_input_word(enum ac_input_state state) {
    switch (state) {
    case AC_INPUT_OPEN:
        return "open";
    case AC_INPUT_READ:
        return "waiting";
    case AC_INPUT_SETTLED:
        return "settled";
    case AC_INPUT_FAILED:
        return "failed";
    }
    return "?";
}

const char *ac_run_word(const struct ac_run_row *run, char out[16]) {
    if (!run->ended_ms)
        return run->is_alive ? "running" : "killed";
    snprintf(out, 16, "%d", run->exit_code);
    return out;
}

struct showing {
    struct ac_cli *cli;
    struct ac_ledger *ledger;
    struct ac_table table;
    int64_t now_ms;
    int width;
    uint64_t n_in_flight, n_left;
};

// --- sums ----------------------------------------------------------------------------------------

static bool show_usage(void *arg, const char *org, const char *value, int64_t at_ms) {
    struct showing *s = arg;
    struct ac_usage usage;
    char left[32], max[32], when[24];
    if (!ac_usage_parse(value, &usage))
        return true;
    int64_t n_left = usage.max > usage.used ? usage.max - usage.used : 0;
    printf("org      %s: %s of %s API calls left (%s)\n", org,
           ac_cli_grouped((uint64_t)n_left, left), ac_cli_grouped((uint64_t)usage.max, max),
           ac_cli_ago(at_ms, s->now_ms, when));
    return true;
}

static void show_totals(const struct ac_totals *t) {
    const struct ac_counts *c = &t->counts;
    char a[64], b[64], d[32], e[32];
    printf("inputs   %s settled, %s open, %s failed\n", ac_cli_grouped(t->n_settled, a),
           ac_cli_grouped(t->n_open, b), ac_cli_grouped(t->n_failed, d));
    printf("rows     %s read = %s sent + %s dropped + %s rejected", ac_cli_grouped(c->read, a),
           ac_cli_grouped(c->sent, b), ac_cli_grouped(c->dropped, d),
           ac_cli_grouped(c->rejected, e));
    if (ac_rows_waiting(c))
        printf(" + %s waiting", ac_cli_grouped(ac_rows_waiting(c), a));
    printf("\nrecords  %s written, %s refused, %s superseded", ac_cli_grouped(c->written, a),
           ac_cli_grouped(c->refused, b), ac_cli_grouped(c->superseded, d));
    if (ac_records_waiting(c))
        printf(", %s waiting", ac_cli_grouped(ac_records_waiting(c), a));
    printf("\ncalls    %s in %s\n", ac_cli_grouped(t->n_calls, a),
           ac_cli_count(t->n_runs, "run", "runs", b));
}

static void show_doubt(const struct showing *s) {
    int64_t since_ms = ac_ledger_doubt(s->ledger);
    char when[24];
    if (since_ms == INT64_MAX)
        return;
    printf("inserts  wait since the ledger was lost (%s): acload status --rebuild asks the org\n",
           ac_cli_ago(since_ms, s->now_ms, when));
}

// --- tables --------------------------------------------------------------------------------------

static void begin(struct showing *s, const char *const *titles, const bool *is_number, size_t n) {
    ac_table_init(&s->table, &s->cli->arena);
    for (size_t i = 0; i < n; i++)
        ac_table_column(&s->table, titles[i], is_number[i]);
}

static void end(const struct showing *s) {
    if (!s->table.n_rows)
        return;
    putchar('\n');
    ac_table_print(&s->table, stdout, s->width, s->cli->use_color_out);
}

static bool add_run(void *arg, const struct ac_run_row *run) {
    struct showing *s = arg;
    char id[24], begun[24], took[24] = "-", calls[32], word[16];
    snprintf(id, sizeof id, "%" PRId64, run->id);
    if (run->ended_ms)
        ac_cli_span(run->ended_ms - run->begun_ms, took);
    const char *cells[] = {id,
                           ac_cli_ago(run->begun_ms, s->now_ms, begun),
                           took,
                           ac_cli_grouped(run->n_calls, calls),
                           ac_run_word(run, word),
                           run->command,
                           *run->job ? run->job : "-"};
    ac_table_row(&s->table, cells);
    return true;
}

static enum ac_rc show_runs(struct showing *s, size_t max, struct ac_err *err) {
    static const char *const titles[] = {"run", "begun", "took", "calls", "exit", "command", "job"};
    static const bool is_number[] = {true, false, true, true, true, false, false};
    begin(s, titles, is_number, AC_N(titles));
    enum ac_rc rc = max ? ac_ledger_runs(s->ledger, max, add_run, s, err) : AC_OK;
    end(s);
    return rc;
}

static bool add_input(void *arg, const struct ac_input_row *in) {
    struct showing *s = arg;
    char begun[24], took[24] = "-", read[32], sent[32], dropped[32], rejected[32];
    char name[1024];
    if (in->settled_ms)
        ac_cli_span(in->settled_ms - in->begun_ms, took);
    size_t len = strlen(in->name);
    bool is_named = strncmp(in->error, in->name, len) == 0; // most messages begin with the input
    snprintf(name, sizeof name, "%s%s%.300s", in->name, *in->error && !is_named ? ": " : "",
             in->error + (is_named ? len : 0));
    const char *cells[] = {ac_input_word(in->state),
                           ac_cli_ago(in->begun_ms, s->now_ms, begun),
                           took,
                           ac_cli_grouped(in->counts.read, read),
                           ac_cli_grouped(in->counts.sent, sent),
                           ac_cli_grouped(in->counts.dropped, dropped),
                           ac_cli_grouped(in->counts.rejected, rejected),
                           name};
    ac_table_row(&s->table, cells);
    return true;
}

static enum ac_rc show_inputs(struct showing *s, size_t max, struct ac_err *err) {
    static const char *const titles[] = {"state", "begun",   "took",     "rows",
                                         "sent",  "dropped", "rejected", "input"};
    static const bool is_number[] = {false, false, true, true, true, true, true, false};
    begin(s, titles, is_number, AC_N(titles));
    enum ac_rc rc = max ? ac_ledger_inputs(s->ledger, 0, max, add_input, s, err) : AC_OK;
    end(s);
    return rc;
}

static bool add_batch(void *arg, const struct ac_batch_info *b) {
    struct showing *s = arg;
    char records[32], jobs[600] = "";
    size_t at = 0;
    s->n_in_flight += b->is_alive;
    s->n_left += !b->is_alive;
    for (size_t i = 0; i < b->n_jobs && i < 3; i++)
        at += (size_t)snprintf(jobs + at, sizeof jobs - at, "%s%.40s", i ? " " : "", b->jobs[i].id);
    if (b->n_jobs > 3)
        snprintf(jobs + at, sizeof jobs - at, " ...");
    const char *cells[] = {!b->is_alive                ? "left"
                           : b->state == AC_BATCH_OPEN ? "filling"
                                                       : "sent",
                           ac_cli_grouped(b->n_records, records), b->object,
                           b->n_jobs ? jobs : "-"};
    ac_table_row(&s->table, cells);
    return true;
}

static enum ac_rc show_batches(struct showing *s, struct ac_err *err) {
    static const char *const titles[] = {"in flight", "records", "object", "bulk jobs"};
    static const bool is_number[] = {false, true, false, false};
    begin(s, titles, is_number, AC_N(titles));
    enum ac_rc rc = ac_ledger_batches(s->ledger, 20, add_batch, s, err);
    end(s);
    if (rc == AC_OK && s->n_left)
        printf("  What a run has left the next one brings to its end.\n");
    return rc;
}

static bool add_code(void *arg, const char *code, const char *object, const char *message,
                     uint64_t n) {
    (void)message;
    struct showing *s = arg;
    char number[32];
    const char *cells[] = {ac_cli_grouped(n, number), code, *object ? object : "-"};
    ac_table_row(&s->table, cells);
    return true;
}

static enum ac_rc show_rejects(struct showing *s, uint64_t n, struct ac_err *err) {
    static const char *const titles[] = {"rejects", "code", "object"};
    static const bool is_number[] = {true, false, false};
    if (!n)
        return AC_OK;
    struct ac_reject_filter filter = {.max = 10};
    begin(s, titles, is_number, AC_N(titles));
    enum ac_rc rc = ac_reject_summary(s->ledger, &filter, add_code, s, err);
    end(s);
    printf("  See them: acload rejects list\n");
    return rc;
}

static enum ac_rc show(struct showing *s, const struct ac_totals *totals,
                       const struct ac_status_flags *flags, struct ac_err *err) {
    printf("state    %s\n", ac_ledger_dir(s->ledger));
    enum ac_rc rc = ac_ledger_checkpoints(s->ledger, AC_USAGE_SCOPE, show_usage, s, err);
    show_totals(totals);
    show_doubt(s);
    if (rc == AC_OK)
        rc = show_rejects(s, totals->n_rejects, err);
    if (rc == AC_OK)
        rc = show_batches(s, err);
    if (rc == AC_OK)
        rc = show_runs(s, (size_t)flags->runs, err);
    if (rc == AC_OK)
        rc = show_inputs(s, (size_t)flags->inputs, err);
    return rc;
}

// --- the command ---------------------------------------------------------------------------------

static void say_nothing(const struct ac_cli *cli, const struct ac_status_flags *flags) {
    if (flags->json)
        printf("{\"runs_in_all\":0,\"inputs_in_all\":0,\"settled\":0,\"open\":0,\"failed\":0,"
               "\"rejects\":0,\"api_calls\":0,\"runs\":[],\"inputs\":[],\"batches\":[],"
               "\"rejects_by_code\":[],\"orgs\":[]}\n");
    else
        printf("Nothing was imported yet (no ledger in %s).\n", cli->config.state_dir);
}

static int status(struct ac_cli *cli, void *arg) {
    struct ac_status_flags *flags = arg;
    struct ac_err err = AC_ERR_INIT;
    if (cli->n_words)
        return ac_cli_usage(&ac_command_status, "status takes no %s", cli->words[0]);
    int code = ac_cli_load(cli, NULL);
    if (code)
        return code;
    if (flags->rebuild || flags->forget_inserts)
        return ac_status_rebuild(cli, flags);
    if (*flags->metrics)
        return ac_cli_metrics(cli, flags->metrics);
    struct ac_ledger *l = NULL;
    enum ac_rc rc = ac_ledger_open(&l, cli->config.state_dir, cli->clock, true, &err);
    if (rc == AC_END) {
        say_nothing(cli, flags);
        return 0;
    }
    struct showing s = {.cli = cli,
                        .ledger = l,
                        .now_ms = cli->clock->now_ms(cli->clock->self),
                        .width = ac_cli_width(stdout)};
    struct ac_totals totals = {0};
    if (rc == AC_OK)
        rc = ac_ledger_totals(l, &totals, &err);
    if (rc == AC_OK)
        rc = flags->json ? ac_status_json(l, &totals, flags, &err) : show(&s, &totals, flags, &err);
    ac_ledger_close(l);
    return rc == AC_OK ? 0 : ac_cli_fail(&err);
}

const struct ac_command ac_command_status = {
    .name = "status",
    .usage = "status [flags]",
    .summary = "What was imported, when, from where, with how many rows and calls.",
    .text = "Reads the ledger of the state directory; works while an import runs. The org's\n"
            "allocation is what it said last.\n"
            "\n"
            "Should the ledger ever be damaged, --rebuild begins a new one: what was imported is\n"
            "then imported once more, which doubles nothing that has a key; rows that have none\n"
            "wait until the org was asked whether this user has inserted any lately.\n"
            "\n"
            "Examples:\n"
            "  acload status\n"
            "  acload status --inputs 100\n"
            "  acload status --json | jq '.inputs[] | select(.state != \"settled\")'\n"
            "  acload status --metrics /var/lib/node_exporter/acload.prom",
    .flags = flags_table,
    .flags_size = sizeof(struct ac_status_flags),
    .run = status,
};
