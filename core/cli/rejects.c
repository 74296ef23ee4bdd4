// SPDX-License-Identifier: MIT
// acload rejects: rejected rows listed, or shown whole.
#include "cli/cli.h"
#include "ledger/reject.h"
#include <inttypes.h>
#include <string.h>

struct rejects_flags {
    int json;
    const char *input, *object, *code, *since;
    int64_t max;
};

#define AT(member) offsetof(struct rejects_flags, member)
static const acload_option flags_table[] = {
    {"input", ACLOAD_OPT_TEXT, AT(input), "", 0, 0, NULL,
     "Only those whose input's name holds this text."},
    {"object", ACLOAD_OPT_TEXT, AT(object), "", 0, 0, NULL, "Only those of this object."},
    {"code", ACLOAD_OPT_TEXT, AT(code), "", 0, 0, NULL, "Only those with this code."},
    {"since", ACLOAD_OPT_TEXT, AT(since), "", 0, 0, NULL,
     "Only those since a date (2031-03-04) or for a time (2h, 3d)."},
    {"max", ACLOAD_OPT_INT, AT(max), "50", 1, 10000000, NULL, "How many to list."},
    {"json", ACLOAD_OPT_BOOL, AT(json), "false", 0, 0, NULL, "One JSON object a line."},
    {.name = NULL},
};

struct listing {
    struct ac_cli *cli;
    uint64_t n;
    bool is_broken;
};

static bool list_json(void *arg, const struct ac_reject *r) {
    struct listing *l = arg;
    AC_CLEANUP(ac_buf_free) struct ac_buf line;
    char at[25];
    ac_buf_init(&line, (size_t)64 * 1024 * 1024);
    ac_clock_iso(r->at_ms, at);
    ac_buf_printf(&line, "{\"id\":%" PRId64 ",\"at\":\"%s\",\"line\":%" PRIu64 ",\"byte\":%" PRIu64,
                  r->id, at, r->line, r->byte);
    const struct {
        const char *key, *value;
    } texts[] = {{"input", r->name},   {"member", r->member}, {"object", r->object},
                 {"key", r->key},      {"code", r->code},     {"message", r->message},
                 {"fields", r->fields}};
    for (size_t i = 0; i < AC_N(texts); i++) {
        ac_buf_printf(&line, ",\"%s\":", texts[i].key);
        ac_buf_add_json(&line, ac_str_of(texts[i].value ? texts[i].value : ""));
    }
    ac_buf_printf(&line, ",\"header\":");
    ac_buf_add_json(&line, r->header);
    ac_buf_printf(&line, ",\"row\":");
    ac_buf_add_json(&line, r->raw);
    ac_buf_add_char(&line, '}');
    l->n++;
    l->is_broken = !ac_buf_text(&line) || printf("%s\n", line.ptr) < 0;
    return !l->is_broken;
}

static bool list_text(void *arg, const struct ac_reject *r) {
    struct listing *l = arg;
    if (!l->n++)
        printf("%-6s %-30s %s\n", "id", "code", "input:line: message");
    return printf("%-6" PRId64 " %-30s %s:%" PRIu64 ": %s\n", r->id, r->code, r->name, r->line,
                  r->message) > 0;
}

static bool show(void *arg, const struct ac_reject *r) {
    struct listing *l = arg;
    char at[24];
    if (l->n++)
        return true;
    printf("reject   %" PRId64 "\ninput    %s\nline     %" PRIu64 " (byte %" PRIu64 ")\nat       "
           "%s UTC\n",
           r->id, r->name, r->line, r->byte, ac_cli_time(r->at_ms, at));
    if (*r->object)
        printf("object   %s\n", r->object);
    if (*r->key)
        printf("key      %s\n", r->key);
    printf("code     %s\nmessage  %s\n", r->code, r->message);
    if (*r->fields)
        printf("fields   %s\n", r->fields);
    const char *hint = ac_reply_hint(r->code, r->message);
    if (hint)
        printf("hint     %s\n", hint);
    if (r->header.len)
        printf("\n%.*s\n", AC_STR_ARG(r->header));
    fwrite(r->raw.ptr, 1, r->raw.len, stdout);
    return putchar('\n') != EOF;
}

static bool since_of(struct ac_cli *cli, const char *text, int64_t *ms) {
    int64_t ago;
    if (!*text || ac_clock_parse_date(ac_str_of(text), ms) ||
        ac_clock_parse(ac_str_of(text), ms, NULL))
        return true;
    if (!ac_str_duration(ac_str_of(text), &ago))
        return false;
    *ms = cli->clock->now_ms(cli->clock->self) - ago;
    return true;
}

static bool show_summary(void *arg, const char *code, const char *object, const char *message,
                         uint64_t n) {
    struct listing *l = arg;
    char grouped[32];
    if (!l->n++)
        printf("\nby code:\n");
    const char *hint = ac_reply_hint(code, message);
    printf("%9s  %s%s%s\n", ac_cli_grouped(n, grouped), code, *object ? " on " : "", object);
    if (hint)
        printf("           %s\n", hint);
    return true;
}

static enum ac_rc list(struct ac_ledger *ledger, struct ac_cli *cli,
                       const struct rejects_flags *flags, const struct ac_reject_filter *filter,
                       struct ac_err *err) {
    struct listing l = {.cli = cli};
    enum ac_rc rc = ac_reject_list(ledger, filter, flags->json ? list_json : list_text, &l, err);
    if (rc != AC_OK || flags->json)
        return rc;
    if (!l.n) {
        printf("No rejected rows.\n");
        return AC_OK;
    }
    if (l.n == filter->max)
        printf("(the first %zu; --max N shows more)\n", filter->max);
    l.n = 0;
    rc = ac_reject_summary(ledger, filter, show_summary, &l, err);
    printf("\nOne of them whole: acload rejects show ID\n");
    return rc;
}

static int rejects(struct ac_cli *cli, void *arg) {
    struct rejects_flags *flags = arg;
    struct ac_err err = AC_ERR_INIT;
    const char *verb = cli->n_words ? cli->words[0] : "list";
    bool is_show = strcmp(verb, "show") == 0;
    struct ac_reject_filter filter = {.input = *flags->input ? flags->input : NULL,
                                      .object = *flags->object ? flags->object : NULL,
                                      .code = *flags->code ? flags->code : NULL,
                                      .max = (size_t)flags->max};
    if (!is_show && strcmp(verb, "list") != 0)
        return ac_cli_usage(&ac_command_rejects, "rejects knows list and show, not \"%s\"", verb);
    if (is_show && (cli->n_words < 2 || !ac_str_i64(ac_str_of(cli->words[1]), &filter.id)))
        return ac_cli_usage(&ac_command_rejects, "rejects show needs the number of a reject");
    if (!since_of(cli, flags->since, &filter.since_ms))
        return ac_cli_usage(&ac_command_rejects, "--since takes a date or a time, not \"%s\"",
                            flags->since);
    int code = ac_cli_load(cli, NULL);
    if (code)
        return code;
    struct ac_ledger *ledger = NULL;
    enum ac_rc rc = ac_ledger_open(&ledger, cli->config.state_dir, cli->clock, true, &err);
    if (rc == AC_END) {
        if (!flags->json)
            printf("Nothing was imported yet (no ledger in %s).\n", cli->config.state_dir);
        return is_show ? 2 : 0;
    }
    struct listing l = {.cli = cli};
    if (rc == AC_OK)
        rc = is_show ? ac_reject_list(ledger, &filter, flags->json ? list_json : show, &l, &err)
                     : list(ledger, cli, flags, &filter, &err);
    ac_ledger_close(ledger);
    if (rc == AC_OK && is_show && !l.n)
        return ac_cli_usage(NULL, "there is no reject %" PRId64, filter.id);
    return rc == AC_OK ? 0 : ac_cli_fail(&err);
}

const struct ac_command ac_command_rejects = {
    .name = "rejects",
    .usage = "rejects [list|show ID] [flags]",
    .summary = "Rejected rows: list them, or show one whole with the org's own words.",
    .text = "Every row that did not become a record is kept as it came, with its input, line and\n"
            "the reason. Mend the cause, then import the input again with --again.\n"
            "\n"
            "Examples:\n"
            "  acload rejects list\n"
            "  acload rejects list --code STRING_TOO_LONG --since 3d\n"
            "  acload rejects show 17\n"
            "  acload rejects list --json | jq -r .row",
    .flags = flags_table,
    .flags_size = sizeof(struct rejects_flags),
    .run = rejects,
};
