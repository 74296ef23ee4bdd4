// SPDX-License-Identifier: MIT
// What a run did, for people or as JSON.
#include "cli/cli.h"
#include <inttypes.h>

uint64_t ac_rows_waiting(const struct ac_counts *c) {
    uint64_t done = c->sent + c->dropped + c->rejected;
    return c->read > done ? c->read - done : 0;
}

uint64_t ac_records_waiting(const struct ac_counts *c) {
    uint64_t done = c->written + c->refused + c->superseded;
    return c->made > done ? c->made - done : 0;
}

static void print_json(FILE *out, const struct ac_stats *s, int exit_code) {
    const struct ac_counts *c = &s->counts;
    const char *quote = s->go_on_ms ? "\"" : "";
    char again[25];
    ac_clock_iso(s->go_on_ms, again);
    fprintf(out,
            "{\"inputs\":{\"read\":%" PRIu64 ",\"settled\":%" PRIu64 ",\"skipped\":%" PRIu64
            ",\"failed\":%" PRIu64 ",\"waiting\":%" PRIu64 ",\"replaced\":%" PRIu64
            ",\"empty\":%" PRIu64 ",\"elsewhere\":%" PRIu64 ",\"put_off\":%" PRIu64 "},",
            s->n_inputs, s->n_settled, s->n_skipped, s->n_failed, s->n_waiting, s->n_replaced,
            s->n_empty, s->n_elsewhere, s->n_put_off);
    fprintf(out,
            "\"rows\":{\"read\":%" PRIu64 ",\"sent\":%" PRIu64 ",\"dropped\":%" PRIu64
            ",\"rejected\":%" PRIu64 ",\"held\":%" PRIu64 ",\"waiting\":%" PRIu64 "},",
            c->read, c->sent, c->dropped, c->rejected, c->held, ac_rows_waiting(c));
    fprintf(out,
            "\"records\":{\"made\":%" PRIu64 ",\"written\":%" PRIu64 ",\"created\":%" PRIu64
            ",\"updated\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"superseded\":%" PRIu64
            ",\"waiting\":%" PRIu64 "},",
            c->made, c->written, c->created, c->updated, c->refused, c->superseded,
            ac_records_waiting(c));
    fprintf(out,
            "\"api_calls\":%" PRIu64 ",\"logins\":%" PRIu64 ",\"milliseconds\":%" PRId64
            ",\"polling_ms\":%" PRId64 ",\"run_again_from\":%s%s%s,\"exit_code\":%d}\n",
            s->n_calls, s->n_logins, s->now_ms - s->begun_ms, s->polling_ms, quote,
            s->go_on_ms ? again : "null", quote, exit_code);
}

// "= 7 sent + 2 dropped", of what is not zero.
struct terms {
    FILE *out;
    size_t n;
};

static void term(struct terms *t, uint64_t n, const char *what) {
    char number[32];
    if (!n)
        return;
    fprintf(t->out, "%s%s %s", t->n++ ? " + " : " = ", ac_cli_grouped(n, number), what);
}

static void print_inputs(FILE *out, const struct ac_stats *s, bool is_dry) {
    char a[64];
    fprintf(out, "inputs   %s %s", ac_cli_grouped(s->n_settled, a), is_dry ? "read" : "settled");
    uint64_t n_before = s->n_skipped - s->n_twins;
    if (n_before)
        fprintf(out, ", %s imported before (--again imports %s once more)",
                ac_cli_grouped(n_before, a), n_before == 1 ? "it" : "them");
    if (s->n_twins)
        fprintf(out, ", %s the same as another", ac_cli_grouped(s->n_twins, a));
    if (s->n_failed)
        fprintf(out, ", %s failed", ac_cli_grouped(s->n_failed, a));
    if (s->n_waiting)
        fprintf(out, ", %s too young yet", ac_cli_grouped(s->n_waiting, a));
    if (s->n_replaced)
        fprintf(out, ", %s replaced by newer ones", ac_cli_grouped(s->n_replaced, a));
    if (s->n_empty)
        fprintf(out, ", %s without content", ac_cli_grouped(s->n_empty, a));
    if (s->n_put_off)
        fprintf(out, ", %s put off", ac_cli_grouped(s->n_put_off, a));
    if (s->n_elsewhere)
        fprintf(out, ", %s left to another run", ac_cli_grouped(s->n_elsewhere, a));
    fputc('\n', out);
}

static void print_counts(FILE *out, const struct ac_stats *s) {
    const struct ac_counts *c = &s->counts;
    char a[32];
    struct terms rows = {out, 0}, records = {out, 0};
    fprintf(out, "rows     %s read", ac_cli_grouped(c->read, a));
    term(&rows, c->sent, "sent");
    term(&rows, c->dropped - s->n_put_back, "dropped");
    term(&rows, s->n_put_back, "put back, to be read again next time");
    term(&rows, c->rejected, "rejected");
    term(&rows, ac_rows_waiting(c), "waiting");
    fputc('\n', out);
    if (!c->made)
        return;
    uint64_t untold = c->written - c->created - c->updated;
    fprintf(out, "records  %s made", ac_cli_grouped(c->made, a));
    term(&records, untold ? c->written : 0, "written");
    term(&records, untold ? 0 : c->created, "created");
    term(&records, untold ? 0 : c->updated, "updated");
    term(&records, c->refused, "refused");
    term(&records, c->superseded, "superseded");
    term(&records, ac_records_waiting(c), "waiting");
    fputc('\n', out);
}

static void print_calls(FILE *out, const struct ac_stats *s) {
    char a[64], b[64], used[32], max[32];
    fprintf(out, "calls    %s", ac_cli_grouped(s->n_calls, a));
    if (s->n_logins)
        fprintf(out, " and %s", ac_cli_count(s->n_logins, "login", "logins", b));
    if (s->api_max > 0)
        fprintf(out, " (the org has used %s of its %s today)",
                ac_cli_grouped((uint64_t)s->api_used, used),
                ac_cli_grouped((uint64_t)s->api_max, max));
    fputc('\n', out);
}

void ac_cli_summary(FILE *out, const struct ac_stats *s, int exit_code, bool as_json, bool is_dry) {
    const struct ac_counts *c = &s->counts;
    char text[64];
    if (as_json) {
        print_json(out, s, exit_code);
        return;
    }
    bool is_nothing = !c->read && !s->n_settled && !s->n_inputs;
    bool is_more = s->n_failed || s->n_waiting || s->n_replaced || s->n_empty || s->n_elsewhere ||
                   s->n_put_off;
    if (is_nothing && s->n_skipped && !is_more) {
        fprintf(out, "nothing new: %s imported before (--again imports %s once more)\n",
                ac_cli_count(s->n_skipped, "input was", "inputs were", text),
                s->n_skipped == 1 ? "it" : "them");
        return;
    }
    if (!is_nothing || s->n_skipped || is_more)
        print_inputs(out, s, is_dry);
    if (is_nothing)
        return; // what went wrong was said
    print_counts(out, s);
    if (!is_dry)
        print_calls(out, s);
    fprintf(out, "time     %s\n", ac_cli_span(s->now_ms - s->begun_ms, text));
}
