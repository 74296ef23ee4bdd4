// SPDX-License-Identifier: MIT
// Rejected rows found by what the ledger's own filter does not know.
#include "cli/choice.h"
#include "decode/split.h"
#include "engine/how.h"
#include <inttypes.h>
#include <stdlib.h>

#define MAX_CELLS 5000u
#define MAX_KEPT_BYTES ((size_t)4 * 1024 * 1024) // what the decoders keep of a row
#define ROW_BYTES ((size_t)8 * 1024 * 1024)

// "3d" before now, a date, or a date-time.
static bool moment_of(struct ac_cli *cli, const char *text, int64_t *ms) {
    int64_t ago;
    if (!*text || ac_clock_parse_date(ac_str_of(text), ms) ||
        ac_clock_parse(ac_str_of(text), ms, NULL))
        return true;
    if (!ac_str_duration(ac_str_of(text), &ago))
        return false;
    *ms = cli->clock->now_ms(cli->clock->self) - ago;
    return true;
}

// "17" or "17-42".
static bool range_of(const char *word, struct ac_id_range *out) {
    out->is_found = false;
    ac_str text = ac_str_of(word);
    const char *dash = memchr(word, '-', text.len);
    size_t n = dash ? (size_t)(dash - word) : text.len;
    if (!ac_str_i64(ac_str_n(word, n), &out->first) || out->first <= 0)
        return false;
    out->last = out->first;
    return !dash || (ac_str_i64(ac_str_n(dash + 1, text.len - n - 1), &out->last) &&
                     out->last >= out->first);
}

static int take_ids(struct ac_choice *c, struct ac_cli *cli, const char **words, size_t n) {
    if (!n)
        return 0;
    struct ac_id_range *ids = ac_arena_alloc(&cli->arena, n * sizeof *ids);
    for (size_t i = 0; i < n && ids; i++)
        if (!range_of(words[i], &ids[i]))
            return ac_cli_usage(&ac_command_rejects,
                                "\"%s\" is no number of a reject, nor a range of them (17-42)",
                                words[i]);
    bool is_one = n == 1 && ids && ids->first == ids->last;
    if (is_one)
        c->filter.id = ids->first;
    c->ids = ids;
    c->n_ids = n;
    struct ac_err err = AC_ERR_INIT;
    return ids ? 0 : ac_cli_fail((ac_err_nomem(&err, "the numbers"), &err));
}

static const char *or_null(const char *text) { return *text ? text : NULL; }

int ac_choice_init(struct ac_choice *choice, struct ac_cli *cli,
                   const struct ac_choice_flags *flags, const char **words, size_t n_words) {
    struct ac_err err = AC_ERR_INIT;
    *choice = (struct ac_choice){.filter = {.input = or_null(flags->input),
                                            .object = or_null(flags->object),
                                            .code = or_null(flags->code),
                                            .max = SIZE_MAX},
                                 .contact = or_null(flags->contact)};
    ac_arena_init(&choice->arena, ROW_BYTES);
    ac_buf_init(&choice->text, ROW_BYTES);
    choice->cells = malloc(MAX_CELLS * sizeof *choice->cells);
    if (!choice->cells)
        return ac_cli_fail((ac_err_nomem(&err, "the cells of a row"), &err));
    if (!moment_of(cli, flags->since, &choice->filter.since_ms))
        return ac_cli_usage(&ac_command_rejects, "--since takes a date or a time, not \"%s\"",
                            flags->since);
    if (!moment_of(cli, flags->until, &choice->filter.until_ms))
        return ac_cli_usage(&ac_command_rejects, "--until takes a date or a time, not \"%s\"",
                            flags->until);
    choice->has_flags = *flags->input || *flags->object || *flags->code || *flags->since ||
                        *flags->until || *flags->contact;
    return take_ids(choice, cli, words, n_words);
}

void ac_choice_free(struct ac_choice *choice) {
    ac_arena_free(&choice->arena);
    ac_buf_free(&choice->text);
    free(choice->cells);
    choice->cells = NULL;
}

static void learn_delimiter(struct ac_choice *c, const struct ac_reject *r) {
    struct ac_how how = {0};
    if (c->input == r->input)
        return;
    ac_arena_reset(&c->arena);
    c->is_short |= !ac_how_read(r->from->how, &c->arena, &how);
    c->delimiter = how.delimiter;
    c->input = r->input;
}

size_t ac_choice_cells(struct ac_choice *c, const struct ac_reject *r, const ac_str **cells) {
    size_t n = 0;
    *cells = c->cells;
    if (!r->header.len)
        return 0;
    learn_delimiter(c, r);
    return ac_csv_split(r->raw, c->delimiter, &c->text, c->cells, MAX_CELLS, &n) ? n : 0;
}

bool ac_choice_is_cut(const struct ac_reject *r, ac_str *whole) {
    const char *from = strstr(r->message, "has "), *to = strstr(r->message, " bytes");
    *whole = AC_STR("");
    // Of other codes nothing but the length tells: a character at the end is not cut in two.
    if (strcmp(r->code, "ROW_TOO_LONG") != 0)
        return r->raw.len + 3 >= MAX_KEPT_BYTES;
    if (from && to && from + 4 < to)
        *whole = ac_str_n(from + 4, (size_t)(to - from - 4));
    return true;
}

// JSON: as a text of its own, wherever it stands.
static bool is_in_json(struct ac_choice *c, ac_str raw, const char *text) {
    ac_buf_clear(&c->text);
    if (!ac_buf_add_json(&c->text, ac_str_of(text))) {
        c->is_short = true;
        return false;
    }
    return raw.len >= c->text.len && memmem(raw.ptr, raw.len, c->text.ptr, c->text.len);
}

static bool is_contact(struct ac_choice *c, const struct ac_reject *r) {
    ac_str want = ac_str_of(c->contact);
    if (ac_str_eq(ac_str_of(r->key), want))
        return true;
    if (!r->header.len)
        return is_in_json(c, r->raw, c->contact);
    const ac_str *cells;
    size_t n = ac_choice_cells(c, r, &cells);
    for (size_t i = 0; i < n; i++)
        if (ac_str_eq(cells[i], want))
            return true;
    return false;
}

bool ac_choice_has(void *choice, const struct ac_reject *reject) {
    struct ac_choice *c = choice;
    bool is_wanted = !c->n_ids;
    for (size_t i = 0; i < c->n_ids; i++) {
        bool is_it = c->ids[i].first <= reject->id && reject->id <= c->ids[i].last;
        c->ids[i].is_found |= is_it;
        is_wanted |= is_it;
    }
    return is_wanted && (!c->contact || is_contact(c, reject));
}

#define NAMED_AT_ONCE 400u // characters

int ac_choice_missing(const struct ac_choice *c) {
    char text[NAMED_AT_ONCE + 64] = "";
    size_t len = 0, n = 0;
    for (size_t i = 0; i < c->n_ids; i++) {
        const struct ac_id_range *range = &c->ids[i];
        char last[24] = "";
        if (range->is_found)
            continue;
        if (range->last != range->first)
            snprintf(last, sizeof last, "-%" PRId64, range->last);
        if (len < NAMED_AT_ONCE)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%" PRId64 "%s", n ? ", " : "",
                                    range->first, last);
        else if (text[len - 1] != '.')
            len += (size_t)snprintf(text + len, sizeof text - len, " ...");
        n++;
    }
    if (!n)
        return 0;
    return ac_cli_usage(NULL,
                        "there is no reject %s%s; nothing was done. What there is: acload "
                        "rejects list",
                        text, c->has_flags ? " among those that the flags choose" : "");
}

static bool add_up(void *arg, const char *code, const char *object, const char *message,
                   uint64_t n) {
    (void)code, (void)object, (void)message;
    *(uint64_t *)arg += n;
    return true;
}

enum ac_rc ac_choice_tell_none(const struct ac_choice *c, struct ac_ledger *ledger, FILE *out,
                               struct ac_err *err) {
    uint64_t n_all = 0;
    char number[32];
    enum ac_rc rc = AC_OK;
    if (c->has_flags || c->n_ids)
        rc = ac_reject_summary(ledger, &(struct ac_reject_filter){.max = SIZE_MAX}, add_up, &n_all,
                               err);
    if (rc == AC_OK && n_all)
        fprintf(out, "No rejected rows that match, of %s: acload rejects list\n",
                ac_cli_grouped(n_all, number));
    else if (rc == AC_OK)
        fprintf(out, "No rejected rows.\n");
    return rc;
}
