// SPDX-License-Identifier: MIT
// acload rejects: one verb of several, for the rows that flags choose.
#include "cli/rejects.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT(member) offsetof(struct ac_rejects_flags, member)
static const acload_option flags_table[] = {
    {"input", ACLOAD_OPT_TEXT, AT(choice.input), "", 0, 0, NULL,
     "Only those whose input's name holds this text."},
    {"object", ACLOAD_OPT_TEXT, AT(choice.object), "", 0, 0, "NAME", "Only those of this object."},
    {"code", ACLOAD_OPT_TEXT, AT(choice.code), "", 0, 0, "CODE", "Only those with this code."},
    {"since", ACLOAD_OPT_TEXT, AT(choice.since), "", 0, 0, "TIME",
     "Only those since a date (2031-03-04) or for a time (2h, 3d)."},
    {"until", ACLOAD_OPT_TEXT, AT(choice.until), "", 0, 0, "TIME",
     "Only those before a date, or older than a time."},
    {"contact", ACLOAD_OPT_TEXT, AT(choice.contact), "", 0, 0, NULL,
     "Only those whose key or one of whose cells is exactly this text."},
    {"max", ACLOAD_OPT_INT, AT(max), "0", 0, 1000000000, NULL,
     "list: how many to show; 0: 50 for people, all with --json."},
    {"unknown", ACLOAD_OPT_BOOL, AT(unknown), "false", 0, 0, NULL,
     "retry: also inserts of which nobody knows what became (OUTCOME_UNKNOWN)."},
    {"keep-going", ACLOAD_OPT_BOOL, AT(keep_going), "false", 0, 0, NULL,
     "retry: go on though every row fails alike."},
    {"new-ids", ACLOAD_OPT_BOOL, AT(new_ids), "false", 0, 0, NULL,
     "retry: though the org's records have ids of another form."},
    {"plugin", ACLOAD_OPT_TEXT, AT(plugin), "", 0, 0, "NAME",
     "retry: another plugin than then; several joined by commas or given one by one."},
    {"option", ACLOAD_OPT_TEXT, AT(option), "", 0, 0, "NAME=VALUE",
     "retry: options of that plugin: name=value, several joined by commas or given one by one."},
    {"region", ACLOAD_OPT_TEXT, AT(region), "", 0, 0, "REGION",
     "retry: another AWS region than then, or none."},
    {"metrics", ACLOAD_OPT_TEXT, AT(metrics), "", 0, 0, "FILE",
     "retry: a file for Prometheus, written at the end."},
    {"yes", ACLOAD_OPT_BOOL, AT(yes), "false", 0, 0, NULL, "drop: without asking."},
    {"json", ACLOAD_OPT_BOOL, AT(json), "false", 0, 0, NULL,
     "list, show: one JSON object a line; retry: the summary as one."},
    {.name = NULL},
};

int ac_rejects_open(struct ac_cli *cli, const struct ac_rejects_flags *flags, bool read_only,
                    struct ac_ledger **out) {
    struct ac_err err = AC_ERR_INIT;
    *out = NULL;
    int code = ac_cli_load(cli, flags->region);
    if (code)
        return code;
    // Never made here: without one there is nothing to choose from.
    enum ac_rc rc = ac_ledger_open(out, cli->config.state_dir, cli->clock, true, &err);
    if (rc == AC_OK && !read_only) {
        ac_ledger_close(*out);
        rc = ac_ledger_open(out, cli->config.state_dir, cli->clock, false, &err);
    }
    if (rc == AC_END && !flags->json)
        printf("Nothing was imported yet (no ledger in %s).\n", cli->config.state_dir);
    return rc >= AC_OK ? 0 : ac_cli_fail(&err);
}

// --- drop ----------------------------------------------------------------------------------------

#define DROPPED_AT_ONCE 10000u

struct dropping {
    struct ac_choice *choice;
    int64_t *ids;
    size_t n, max;
    uint64_t n_sent;    // left: a retry has sent them
    uint64_t n_dropped; // gone now
    bool is_short;
};

static bool add_id(void *arg, const struct ac_reject *r) {
    struct dropping *d = arg;
    if (!ac_choice_has(d->choice, r))
        return true;
    d->n_sent += r->is_sent;
    if (r->is_sent)
        return true;
    if (d->n == d->max) {
        size_t max = d->max ? d->max * 2 : 1024;
        int64_t *more = realloc(d->ids, max * sizeof *more);
        d->is_short = !more;
        if (!more)
            return false;
        d->ids = more;
        d->max = max;
    }
    d->ids[d->n++] = r->id;
    return true;
}

static bool may_drop(const struct ac_rejects_flags *flags, size_t n) {
    char question[128], count[64];
    snprintf(question, sizeof question, "Remove %s for good?",
             ac_cli_count(n, "rejected row", "rejected rows", count));
    return flags->yes || ac_cli_confirm(question);
}

// Nobody begins to send them meanwhile.
static enum ac_rc choose(struct ac_ledger *l, struct dropping *d, struct ac_err *err) {
    struct ac_err taken = AC_ERR_INIT;
    enum ac_rc rc = ac_ledger_lock(l, AC_REJECT_LOCK, &taken);
    if (rc == AC_AGAIN)
        return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "LOCKED",
                          "%s, which sends or removes some of them now: wait for its end, then "
                          "drop again",
                          taken.text);
    if (rc != AC_OK) {
        *err = taken;
        return rc;
    }
    rc = ac_reject_list(l, &d->choice->filter, add_id, d, err);
    return rc == AC_OK && (d->is_short || d->choice->is_short)
               ? ac_err_nomem(err, "the numbers of rejected rows")
               : rc;
}

static enum ac_rc drop_all(struct ac_ledger *l, struct dropping *d, struct ac_err *err) {
    enum ac_rc rc = AC_OK;
    for (size_t at = 0; rc == AC_OK && at < d->n; at += DROPPED_AT_ONCE) {
        size_t n = d->n - at < DROPPED_AT_ONCE ? d->n - at : DROPPED_AT_ONCE;
        rc = ac_reject_drop(l, d->ids + at, n, &d->n_dropped, err);
    }
    return rc;
}

static int tell_dropped(const struct ac_cli *cli, const struct dropping *d) {
    struct ac_err err = AC_ERR_INIT;
    char count[64];
    if (!cli->is_quiet && (d->n || !d->n_sent))
        printf("%s removed.\n", ac_cli_count(d->n_dropped, "rejected row", "rejected rows", count));
    if (!d->n_sent)
        return 0;
    ac_err_set(&err, AC_RUN, AC_CAUSE_STOP, "LEFT_BATCH",
               "%s not removed: a retry that came to no end has sent %s, and nobody knows yet what "
               "arrived; acload rejects retry brings it to its end, then drop what is left",
               ac_cli_count(d->n_sent, "rejected row was", "rejected rows were", count),
               d->n_sent == 1 ? "it" : "them, or some of them");
    return ac_cli_fail(&err);
}

static int ask_and_drop(struct ac_cli *cli, const struct ac_rejects_flags *flags,
                        struct ac_ledger *l, struct dropping *d) {
    struct ac_err err = AC_ERR_INIT;
    if (d->n && !may_drop(flags, d->n)) {
        if (isatty(STDIN_FILENO) != 1)
            return ac_cli_usage(&ac_command_rejects,
                                "they would be gone for good: --yes says that this is meant");
        printf("Nothing was removed.\n");
        return 0;
    }
    return drop_all(l, d, &err) == AC_OK ? tell_dropped(cli, d) : ac_cli_fail(&err);
}

int ac_rejects_drop(struct ac_cli *cli, const struct ac_rejects_flags *flags,
                    struct ac_choice *choice) {
    struct ac_err err = AC_ERR_INIT;
    struct ac_ledger *l = NULL;
    struct dropping d = {.choice = choice};
    int code = ac_rejects_open(cli, flags, false, &l);
    if (code || !l)
        return code;
    code = choose(l, &d, &err) == AC_OK ? ac_choice_missing(choice) : ac_cli_fail(&err);
    if (!code)
        code = ask_and_drop(cli, flags, l, &d);
    free(d.ids);
    ac_ledger_close(l);
    return code;
}

// --- the verbs -----------------------------------------------------------------------------------

static int by_verb(struct ac_cli *cli, const struct ac_rejects_flags *flags,
                   struct ac_choice *choice) {
    const char *verb = cli->n_words ? cli->words[0] : "list";
    bool is_export = strcmp(verb, "export") == 0;
    size_t n_own = cli->n_words ? 1 + (size_t)is_export : 0;
    if (is_export && cli->n_words < 2)
        return ac_cli_usage(&ac_command_rejects, "export where to? Name a file, or - for standard "
                                                 "output");
    int code =
        ac_choice_init(choice, cli, &flags->choice, cli->words + n_own, cli->n_words - n_own);
    if (code)
        return code;
    if (strcmp(verb, "list") == 0)
        return ac_rejects_list(cli, flags, choice);
    if (strcmp(verb, "show") == 0 && choice->filter.id)
        return ac_rejects_show(cli, flags, choice);
    if (strcmp(verb, "show") == 0)
        return ac_cli_usage(&ac_command_rejects, "rejects show needs the number of a reject");
    if (strcmp(verb, "retry") == 0)
        return ac_rejects_retry(cli, flags, choice);
    if (strcmp(verb, "drop") == 0)
        return ac_rejects_drop(cli, flags, choice);
    return ac_rejects_export(cli, flags, choice, cli->words[1]);
}

static int rejects(struct ac_cli *cli, void *arg) {
    static const char *const verbs[] = {"list", "show", "retry", "export", "drop"};
    bool is_known = cli->n_words == 0;
    for (size_t i = 0; i < AC_N(verbs) && !is_known; i++)
        is_known = strcmp(verbs[i], cli->words[0]) == 0;
    if (!is_known)
        return ac_cli_usage(&ac_command_rejects,
                            "rejects knows list, show, retry, export, drop, not \"%s\"",
                            cli->words[0]);
    struct ac_choice choice = {0};
    int code = by_verb(cli, arg, &choice);
    ac_choice_free(&choice);
    return code;
}

const struct ac_command ac_command_rejects = {
    .name = "rejects",
    .usage = "rejects [list|show|retry|export FILE|drop] [ID...] [flags]",
    .summary = "Rejected rows: see them, try them again, mend them, let them go.",
    .text =
        "Every row that did not become a record is kept as it came, with its input, line and\n"
        "the reason, for 90 days (keep_rejects). Flags, numbers or ranges (17-42) choose\n"
        "some; without any, a verb means all.\n"
        "\n"
        "  list    what there is, and sums by code with what to do\n"
        "  show    one whole, with the org's own words\n"
        "  retry   sends those rows again, through today's plugins and configuration; what\n"
        "          arrives leaves the list, and its input's counts become true\n"
        "  export  to a CSV file, to be mended in a spreadsheet and imported: the input's own\n"
        "          columns, then acload_code, acload_message, acload_source, acload_line,\n"
        "          which import passes over; cells that a spreadsheet would run as formulas\n"
        "          have an apostrophe, which import takes off. Of a row with too few or too\n"
        "          many cells acload_row has all; import rejects it again until its own cells\n"
        "          are mended, or acload_row is emptied to have them taken as they are. One\n"
        "          file for each header (FILE.csv, FILE-2.csv ...); JSON goes to FILE.ndjson,\n"
        "          what was no object as the text acload_row, rejected again until its members\n"
        "          stand beside it.\n"
        "          Rows longer than a row may be, kept only in part, are left out\n"
        "  drop    removes them, but for what a retry that was killed has sent: let retry, or\n"
        "          any run, bring that to its end first\n"
        "\n"
        "Examples:\n"
        "  acload rejects list\n"
        "  acload rejects list --code STRING_TOO_LONG --since 3d\n"
        "  acload rejects show 17\n"
        "  acload rejects retry --input march.zip\n"
        "  acload rejects export mended.csv   # mend it, then: acload import mended.csv\n"
        "  acload rejects drop 17-42          # what was exported, as export says\n"
        "  acload rejects drop --until 30d\n"
        "  acload rejects list --json | jq -r .row",
    .flags = flags_table,
    .flags_size = sizeof(struct ac_rejects_flags),
    .run = rejects,
};
