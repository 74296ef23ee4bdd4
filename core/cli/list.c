// SPDX-License-Identifier: MIT
// acload rejects list, or show: rejected rows for people, or as JSON.
#include "cli/rejects.h"
#include "decode/split.h"
#include <inttypes.h>
#include <string.h>

#define JSON_BYTES ((size_t)64 * 1024 * 1024)
#define MAX_SUMS 64u
#define SHOWN 50

struct sum { // rows with one code, of one object
    char code[64], object[128];
    uint64_t n;
    const char *hint;
};

struct listing {
    struct ac_cli *cli;
    struct ac_choice *choice;
    uint64_t n, max;
    int width;
    int64_t now_ms;
    struct sum sums[MAX_SUMS]; // most frequent first
    size_t n_sums;
    uint64_t n_all;
};

// --- JSON ----------------------------------------------------------------------------------------

bool ac_rejects_json(const struct ac_reject *r, struct ac_buf *out) {
    char at[25];
    ac_clock_iso(r->at_ms, at);
    bool good = ac_buf_printf(
        out, "{\"id\":%" PRId64 ",\"at\":\"%s\",\"line\":%" PRIu64 ",\"byte\":%" PRIu64, r->id, at,
        r->line, r->byte);
    const char *hint = ac_reply_hint(r->code, r->message);
    const struct {
        const char *key, *value;
    } texts[] = {{"input", r->name},    {"member", r->member},     {"object", r->object},
                 {"key", r->key},       {"code", r->code},         {"message", r->message},
                 {"fields", r->fields}, {"job", r->from->job},     {"plugin", r->from->plugin},
                 {"org", r->from->org}, {"hint", hint ? hint : ""}};
    for (size_t i = 0; good && i < AC_N(texts); i++)
        good = ac_buf_printf(out, ",\"%s\":", texts[i].key) &&
               ac_buf_add_json(out, ac_str_of(texts[i].value));
    ac_str whole;
    return good &&
           ac_buf_printf(out, ",\"is_cut\":%s", ac_choice_is_cut(r, &whole) ? "true" : "false") &&
           ac_buf_add_str(out, AC_STR(",\"header\":")) && ac_buf_add_json(out, r->header) &&
           ac_buf_add_str(out, AC_STR(",\"row\":")) && ac_buf_add_json(out, r->raw) &&
           ac_buf_add_char(out, '}');
}

static bool print_json(const struct ac_reject *r) {
    AC_CLEANUP(ac_buf_free) struct ac_buf line;
    ac_buf_init(&line, JSON_BYTES);
    return ac_rejects_json(r, &line) && ac_buf_text(&line) && printf("%s\n", line.ptr) > 0;
}

// --- a line or two for each ----------------------------------------------------------------------

static void add_sum(struct listing *l, const char *code, const char *object, const char *message,
                    uint64_t n) {
    size_t at = 0;
    l->n_all += n;
    while (at < l->n_sums &&
           (strcmp(l->sums[at].code, code) != 0 || strcmp(l->sums[at].object, object) != 0))
        at++;
    if (at == MAX_SUMS)
        return;
    struct sum *sum = &l->sums[at];
    if (at == l->n_sums) {
        *sum = (struct sum){.hint = ac_reply_hint(code, message)};
        snprintf(sum->code, sizeof sum->code, "%s", code);
        snprintf(sum->object, sizeof sum->object, "%s", object);
        l->n_sums++;
    }
    sum->n += n;
    for (; at && l->sums[at - 1].n < l->sums[at].n; at--) {
        struct sum more = l->sums[at];
        l->sums[at] = l->sums[at - 1];
        l->sums[at - 1] = more;
    }
}

static bool print_one(struct listing *l, const struct ac_reject *r) {
    char place[1200], when[24];
    bool color = l->cli->use_color_out;
    int width = l->width > 120 ? 120 : l->width;
    snprintf(place, sizeof place, "%s:%" PRIu64, r->name, r->line);
    printf("%8" PRId64 "  ", r->id);
    ac_cli_print_cell(stdout, place, width - 30);
    printf("  %16s\n          %s%s%s: ", ac_cli_ago(r->at_ms, l->now_ms, when),
           color ? "\033[33m" : "", r->code, color ? "\033[0m" : "");
    ac_cli_print_cut(stdout, r->message, l->width - 12 - (int)strlen(r->code));
    return putchar('\n') != EOF;
}

static bool take(void *arg, const struct ac_reject *r) {
    struct listing *l = arg;
    bool is_plain = ac_choice_is_plain(l->choice);
    if (!ac_choice_has(l->choice, r))
        return true;
    if (!is_plain)
        add_sum(l, r->code, r->object, r->message, 1);
    if (l->n++ >= l->max)
        return !is_plain; // the others are only counted
    return print_one(l, r);
}

static bool take_json(void *arg, const struct ac_reject *r) {
    struct listing *l = arg;
    if (!ac_choice_has(l->choice, r))
        return true;
    return print_json(r) && ++l->n < l->max;
}

static bool take_sum(void *arg, const char *code, const char *object, const char *message,
                     uint64_t n) {
    add_sum(arg, code, object, message, n);
    return true;
}

static void print_sums(struct listing *l) {
    char number[32], count[64];
    printf("\n%s", ac_cli_count(l->n_all, "rejected row", "rejected rows", count));
    if (l->n_all > l->max)
        printf(" (%s shown; --max N shows more)", ac_cli_grouped(l->max, number));
    printf(", by code:\n");
    for (size_t i = 0; i < l->n_sums; i++) {
        const struct sum *sum = &l->sums[i];
        printf("%8s  %s%s%s\n", ac_cli_grouped(sum->n, number), sum->code,
               *sum->object ? " on " : "", sum->object);
        if (!sum->hint)
            continue;
        printf("%10s", "");
        ac_cli_print_wrapped(stdout, sum->hint, 10, l->width > 100 ? 100 : l->width);
    }
    printf("\nOne of them whole    acload rejects show ID\n"
           "All of them again    acload rejects retry\n"
           "To be mended         acload rejects export FILE.csv\n");
}

static enum ac_rc print_list(struct ac_ledger *ledger, struct listing *l, struct ac_err *err) {
    enum ac_rc rc = ac_reject_list(ledger, &l->choice->filter, take, l, err);
    if (rc == AC_OK && ac_choice_is_plain(l->choice))
        rc = ac_reject_summary(ledger, &l->choice->filter, take_sum, l, err);
    if (rc != AC_OK)
        return rc;
    if (!l->n_all)
        return ac_choice_tell_none(l->choice, ledger, stdout, err);
    print_sums(l);
    return AC_OK;
}

static struct listing listing_of(struct ac_cli *cli, struct ac_choice *choice, int64_t max) {
    return (struct listing){.cli = cli,
                            .choice = choice,
                            .max = (uint64_t)max,
                            .width = ac_cli_width(stdout),
                            .now_ms = cli->clock->now_ms(cli->clock->self)};
}

int ac_rejects_list(struct ac_cli *cli, const struct ac_rejects_flags *flags,
                    struct ac_choice *choice) {
    struct ac_err err = AC_ERR_INIT;
    struct ac_ledger *ledger = NULL;
    int code = ac_rejects_open(cli, flags, true, &ledger);
    if (code || !ledger)
        return code;
    int64_t most = flags->json ? INT64_MAX : SHOWN;
    struct listing l = listing_of(cli, choice, flags->max ? flags->max : most);
    enum ac_rc rc = flags->json ? ac_reject_list(ledger, &choice->filter, take_json, &l, &err)
                                : print_list(ledger, &l, &err);
    ac_ledger_close(ledger);
    return rc == AC_OK ? 0 : ac_cli_fail(&err);
}

// --- one, whole ----------------------------------------------------------------------------------

// The row beside its columns' names. False: it is no row of cells.
static bool print_cells(struct ac_choice *choice, const struct ac_reject *r) {
    AC_CLEANUP(ac_buf_free) struct ac_buf text;
    ac_buf_init(&text, (size_t)8 * 1024 * 1024);
    const ac_str *cells;
    size_t n_columns = 0, n = ac_choice_cells(choice, r, &cells), widest = 0;
    ac_str *columns = ac_arena_alloc(&choice->arena, (n + 1) * sizeof *columns);
    if (!n || !columns || !ac_csv_split(r->header, ',', &text, columns, n, &n_columns) ||
        n_columns != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (ac_str_chars(columns[i]) > widest)
            widest = ac_str_chars(columns[i]);
    for (size_t i = 0; i < n; i++) {
        printf("  ");
        ac_cli_print_plain(stdout, columns[i]);
        printf("%*s  ", (int)(widest - ac_str_chars(columns[i])), "");
        ac_cli_print_plain(stdout, cells[i]);
        putchar('\n');
    }
    return true;
}

static void print_field(const char *name, const char *value, int width) {
    if (!*value)
        return;
    printf("%-8s ", name);
    ac_cli_print_wrapped(stdout, value, 9, width);
}

static void print_cut(const struct ac_reject *r, int width) {
    ac_str whole;
    char text[128];
    if (!ac_choice_is_cut(r, &whole))
        return;
    snprintf(text, sizeof text, "only its beginning, cut at %zu%s%.*s bytes", r->raw.len,
             whole.len ? " of " : "", AC_STR_ARG(whole));
    print_field("kept", text, width);
}

// As it came, line by line.
static void print_raw(ac_str raw) {
    for (ac_str line; ac_str_cut(&raw, '\n', &line);) {
        ac_cli_print_plain(stdout, line);
        putchar('\n');
    }
}

static bool show(void *arg, const struct ac_reject *r) {
    struct listing *l = arg;
    char at[24], when[24];
    int width = l->width > 100 ? 100 : l->width;
    if (l->n++)
        return true;
    printf("reject   %" PRId64 "\ninput    ", r->id);
    ac_cli_print_plain(stdout, ac_str_of(r->name));
    printf("\nline     %" PRIu64 " (byte %" PRIu64 ")\n", r->line, r->byte);
    printf("at       %s UTC (%s)\n", ac_cli_time(r->at_ms, at),
           ac_cli_ago(r->at_ms, l->now_ms, when));
    print_field("object", r->object, width);
    print_field("key", r->key, width);
    print_field("code", r->code, width);
    print_field("message", r->message, width);
    print_field("fields", r->fields, width);
    print_cut(r, width);
    const char *hint = ac_reply_hint(r->code, r->message);
    print_field("hint", hint ? hint : "", width);
    putchar('\n');
    if (print_cells(l->choice, r))
        return true;
    if (r->header.len) {
        ac_cli_print_plain(stdout, r->header);
        putchar('\n');
    }
    print_raw(r->raw);
    return true;
}

int ac_rejects_show(struct ac_cli *cli, const struct ac_rejects_flags *flags,
                    struct ac_choice *choice) {
    struct ac_err err = AC_ERR_INIT;
    struct ac_ledger *ledger = NULL;
    int code = ac_rejects_open(cli, flags, true, &ledger);
    if (code || !ledger)
        return code ? code : 2;
    struct listing l = listing_of(cli, choice, 2);
    enum ac_rc rc =
        ac_reject_list(ledger, &choice->filter, flags->json ? take_json : show, &l, &err);
    ac_ledger_close(ledger);
    if (rc == AC_OK && !l.n)
        return ac_cli_usage(NULL, "there is no reject %" PRId64, choice->filter.id);
    return rc == AC_OK ? 0 : ac_cli_fail(&err);
}
