// SPDX-License-Identifier: MIT
// acload status: what was imported, when, from where.
#include "cli/cli.h"
#include "ledger/reject.h"
#include <inttypes.h>
#include <string.h>

struct status_flags {
    int json;
    int64_t runs, inputs;
};

#define AT(member) offsetof(struct status_flags, member)
static const acload_option flags_table[] = {
    {"runs", ACLOAD_OPT_INT, AT(runs), "5", 0, 100000, NULL, "How many runs to show."},
    {"inputs", ACLOAD_OPT_INT, AT(inputs), "10", 0, 1000000, NULL, "How many inputs to show."},
    {"json", ACLOAD_OPT_BOOL, AT(json), "false", 0, 0, NULL, "One JSON object."},
    {.name = NULL},
};

struct showing {
    struct ac_cli *cli;
    struct ac_buf json;
    size_t n;
};

static const char *state_word(enum ac_input_state state) {
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

static bool show_run(void *arg, const struct ac_run_row *run) {
    struct showing *s = arg;
    char begun[24], took[32] = "unfinished", exit_text[16] = "-";
    if (!s->n++)
        printf("\n%-5s %-17s %-8s %-16s %10s %6s %5s\n", "run", "begun (UTC)", "command", "job",
               "took", "calls", "exit");
    if (run->ended_ms)
        snprintf(took, sizeof took, "%.1f s", (double)(run->ended_ms - run->begun_ms) / 1000);
    if (run->exit_code >= 0)
        snprintf(exit_text, sizeof exit_text, "%d", run->exit_code);
    printf("%-5" PRId64 " %-17s %-8s %-16s %10s %6" PRIu64 " %5s\n", run->id,
           ac_cli_time(run->begun_ms, begun), run->command, *run->job ? run->job : "-", took,
           run->n_calls, exit_text);
    return true;
}

static bool show_input(void *arg, const struct ac_input_row *in) {
    struct showing *s = arg;
    char begun[24], rows[32], sent[32], rejected[32], dropped[32];
    if (!s->n++)
        printf("\n%-8s %-17s %9s %9s %8s %8s  %s\n", "state", "begun (UTC)", "rows", "sent",
               "dropped", "rejected", "input");
    printf("%-8s %-17s %9s %9s %8s %8s  %s%s%s\n", state_word(in->state),
           ac_cli_time(in->begun_ms, begun), ac_cli_grouped(in->counts.read, rows),
           ac_cli_grouped(in->counts.sent, sent), ac_cli_grouped(in->counts.dropped, dropped),
           ac_cli_grouped(in->counts.rejected, rejected), in->name, *in->error ? ": " : "",
           in->error);
    return true;
}

static void json_counts(struct ac_buf *out, const struct ac_counts *c) {
    ac_buf_printf(out,
                  "\"rows\":{\"read\":%" PRIu64 ",\"sent\":%" PRIu64 ",\"dropped\":%" PRIu64
                  ",\"rejected\":%" PRIu64 "},\"records\":{\"made\":%" PRIu64
                  ",\"written\":%" PRIu64 ",\"created\":%" PRIu64 ",\"updated\":%" PRIu64
                  ",\"refused\":%" PRIu64 ",\"superseded\":%" PRIu64 "}",
                  c->read, c->sent, c->dropped, c->rejected, c->made, c->written, c->created,
                  c->updated, c->refused, c->superseded);
}

static void json_text(struct ac_buf *out, const char *key, const char *value) {
    ac_buf_printf(out, ",\"%s\":", key);
    ac_buf_add_json(out, ac_str_of(value ? value : ""));
}

static void json_time(struct ac_buf *out, const char *key, int64_t ms) {
    char iso[25];
    if (!ms) {
        ac_buf_printf(out, ",\"%s\":null", key);
        return;
    }
    ac_clock_iso(ms, iso);
    json_text(out, key, iso);
}

static bool json_run(void *arg, const struct ac_run_row *run) {
    struct showing *s = arg;
    ac_buf_printf(&s->json, "%s{\"id\":%" PRId64, s->n++ ? "," : "", run->id);
    json_text(&s->json, "command", run->command);
    json_text(&s->json, "job", run->job);
    json_time(&s->json, "begun", run->begun_ms);
    json_time(&s->json, "ended", run->ended_ms);
    ac_buf_printf(&s->json, ",\"api_calls\":%" PRIu64 ",\"exit_code\":", run->n_calls);
    if (run->exit_code >= 0)
        return ac_buf_printf(&s->json, "%d}", run->exit_code);
    return ac_buf_printf(&s->json, "null}");
}

static bool json_input(void *arg, const struct ac_input_row *in) {
    struct showing *s = arg;
    ac_buf_printf(&s->json, "%s{\"run\":%" PRId64, s->n++ ? "," : "", in->run);
    json_text(&s->json, "state", state_word(in->state));
    json_text(&s->json, "name", in->name);
    json_text(&s->json, "identity", in->identity);
    json_text(&s->json, "plugin", in->plugin);
    json_text(&s->json, "org", in->org);
    json_time(&s->json, "begun", in->begun_ms);
    json_time(&s->json, "settled", in->settled_ms);
    json_text(&s->json, "error", in->error);
    ac_buf_add_char(&s->json, ',');
    json_counts(&s->json, &in->counts);
    return ac_buf_add_char(&s->json, '}');
}

static enum ac_rc show_json(struct ac_ledger *l, struct showing *s, const struct ac_totals *t,
                            const struct status_flags *flags, struct ac_err *err) {
    ac_buf_printf(&s->json,
                  "{\"runs_in_all\":%" PRIu64 ",\"inputs_in_all\":%" PRIu64 ",\"settled\":%" PRIu64
                  ",\"open\":%" PRIu64 ",\"failed\":%" PRIu64 ",\"rejects\":%" PRIu64
                  ",\"api_calls\":%" PRIu64 ",",
                  t->n_runs, t->n_inputs, t->n_settled, t->n_open, t->n_failed, t->n_rejects,
                  t->n_calls);
    json_counts(&s->json, &t->counts);
    ac_buf_printf(&s->json, ",\"runs\":[");
    s->n = 0;
    enum ac_rc rc = ac_ledger_runs(l, (size_t)flags->runs, json_run, s, err);
    ac_buf_printf(&s->json, "],\"inputs\":[");
    s->n = 0;
    if (rc == AC_OK)
        rc = ac_ledger_inputs(l, 0, (size_t)flags->inputs, json_input, s, err);
    ac_buf_printf(&s->json, "]}");
    if (rc == AC_OK && ac_buf_text(&s->json))
        printf("%s\n", s->json.ptr);
    return rc;
}

static enum ac_rc show_text(struct ac_ledger *l, struct showing *s, const struct ac_totals *t,
                            const struct status_flags *flags, struct ac_err *err) {
    char a[32], b[32], c[32], d[32];
    printf("state    %s\n", ac_ledger_dir(l));
    printf("inputs   %s settled, %s open, %s failed\n", ac_cli_grouped(t->n_settled, a),
           ac_cli_grouped(t->n_open, b), ac_cli_grouped(t->n_failed, c));
    printf("rows     %s read = %s sent + %s dropped + %s rejected\n",
           ac_cli_grouped(t->counts.read, a), ac_cli_grouped(t->counts.sent, b),
           ac_cli_grouped(t->counts.dropped, c), ac_cli_grouped(t->counts.rejected, d));
    printf("records  %s written, %s refused, %s superseded\n", ac_cli_grouped(t->counts.written, a),
           ac_cli_grouped(t->counts.refused, b), ac_cli_grouped(t->counts.superseded, c));
    printf("calls    %s in %s runs\n", ac_cli_grouped(t->n_calls, a), ac_cli_grouped(t->n_runs, b));
    if (t->n_rejects)
        printf("rejects  %s rows kept: acload rejects list\n", ac_cli_grouped(t->n_rejects, a));
    s->n = 0;
    enum ac_rc rc = flags->runs ? ac_ledger_runs(l, (size_t)flags->runs, show_run, s, err) : AC_OK;
    s->n = 0;
    if (rc == AC_OK && flags->inputs)
        rc = ac_ledger_inputs(l, 0, (size_t)flags->inputs, show_input, s, err);
    return rc;
}

static int status(struct ac_cli *cli, void *arg) {
    struct status_flags *flags = arg;
    struct ac_err err = AC_ERR_INIT;
    int code = ac_cli_load(cli, NULL);
    if (code)
        return code;
    struct ac_ledger *l = NULL;
    enum ac_rc rc = ac_ledger_open(&l, cli->config.state_dir, cli->clock, true, &err);
    if (rc == AC_END) {
        if (flags->json)
            printf("{\"runs_in_all\":0,\"inputs_in_all\":0,\"runs\":[],\"inputs\":[]}\n");
        else
            printf("Nothing was imported yet (no ledger in %s).\n", cli->config.state_dir);
        return 0;
    }
    struct showing s = {.cli = cli};
    struct ac_totals totals = {0};
    ac_buf_init(&s.json, (size_t)256 * 1024 * 1024);
    if (rc == AC_OK)
        rc = ac_ledger_totals(l, &totals, &err);
    if (rc == AC_OK)
        rc = flags->json ? show_json(l, &s, &totals, flags, &err)
                         : show_text(l, &s, &totals, flags, &err);
    ac_buf_free(&s.json);
    ac_ledger_close(l);
    return rc == AC_OK ? 0 : ac_cli_fail(&err);
}

const struct ac_command ac_command_status = {
    .name = "status",
    .usage = "status [flags]",
    .summary = "What was imported, when, from where, with how many rows and calls.",
    .text = "Reads the ledger of the state directory; works while an import runs.\n"
            "\n"
            "Examples:\n"
            "  acload status\n"
            "  acload status --inputs 100\n"
            "  acload status --json | jq '.inputs[] | select(.state != \"settled\")'",
    .flags = flags_table,
    .flags_size = sizeof(struct status_flags),
    .run = status,
};
