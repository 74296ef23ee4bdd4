// SPDX-License-Identifier: MIT
// What a run did, for people or as JSON.
#include "cli/cli.h"
#include <inttypes.h>

static void print_json(FILE *out, const struct ac_stats *s, int exit_code) {
    const struct ac_counts *c = &s->counts;
    const char *quote = s->go_on_ms ? "\"" : "";
    char again[25];
    ac_clock_iso(s->go_on_ms, again);
    fprintf(out,
            "{\"inputs\":{\"read\":%" PRIu64 ",\"settled\":%" PRIu64 ",\"skipped\":%" PRIu64
            ",\"failed\":%" PRIu64 ",\"waiting\":%" PRIu64 "},",
            s->n_inputs, s->n_settled, s->n_skipped, s->n_failed, s->n_waiting);
    fprintf(out,
            "\"rows\":{\"read\":%" PRIu64 ",\"sent\":%" PRIu64 ",\"dropped\":%" PRIu64
            ",\"rejected\":%" PRIu64 ",\"held\":%" PRIu64 "},",
            c->read, c->sent, c->dropped, c->rejected, c->held);
    fprintf(out,
            "\"records\":{\"made\":%" PRIu64 ",\"written\":%" PRIu64 ",\"created\":%" PRIu64
            ",\"updated\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"superseded\":%" PRIu64 "},",
            c->made, c->written, c->created, c->updated, c->refused, c->superseded);
    fprintf(out,
            "\"api_calls\":%" PRIu64 ",\"logins\":%" PRIu64 ",\"milliseconds\":%" PRId64
            ",\"polling_ms\":%" PRId64 ",\"run_again_from\":%s%s%s,\"exit_code\":%d}\n",
            s->n_calls, s->n_logins, s->now_ms - s->begun_ms, s->polling_ms, quote,
            s->go_on_ms ? again : "null", quote, exit_code);
}

void ac_cli_summary(FILE *out, const struct ac_stats *s, int exit_code, bool as_json, bool is_dry) {
    if (as_json) {
        print_json(out, s, exit_code);
        return;
    }
    const struct ac_counts *c = &s->counts;
    char a[32], b[32], d[32], e[32], f[32];
    fprintf(out, "inputs   %s %s", ac_cli_grouped(s->n_settled, a), is_dry ? "read" : "settled");
    if (s->n_skipped)
        fprintf(out, ", %s imported before (--again imports them once more)",
                ac_cli_grouped(s->n_skipped, a));
    if (s->n_failed)
        fprintf(out, ", %s failed", ac_cli_grouped(s->n_failed, a));
    if (s->n_waiting)
        fprintf(out, ", %s waiting", ac_cli_grouped(s->n_waiting, a));
    fprintf(out, "\nrows     %s read = %s sent + %s dropped + %s rejected",
            ac_cli_grouped(c->read, a), ac_cli_grouped(c->sent, b), ac_cli_grouped(c->dropped, d),
            ac_cli_grouped(c->rejected, e));
    uint64_t untold = c->written - c->created - c->updated;
    fprintf(out, "\nrecords  %s made = ", ac_cli_grouped(c->made, a));
    if (untold)
        fprintf(out, "%s written", ac_cli_grouped(c->written, b));
    else
        fprintf(out, "%s created + %s updated", ac_cli_grouped(c->created, b),
                ac_cli_grouped(c->updated, d));
    fprintf(out, " + %s refused + %s superseded\n", ac_cli_grouped(c->refused, e),
            ac_cli_grouped(c->superseded, f));
    if (!is_dry) {
        fprintf(out, "calls    %s", ac_cli_grouped(s->n_calls, a));
        if (s->n_logins)
            fprintf(out, " and %s login%s", ac_cli_grouped(s->n_logins, b),
                    s->n_logins == 1 ? "" : "s");
        if (s->api_max > 0)
            fprintf(out, " (the org has used %s of its %s of this day)",
                    ac_cli_grouped((uint64_t)s->api_used, d),
                    ac_cli_grouped((uint64_t)s->api_max, e));
        fprintf(out, "\n");
    }
    fprintf(out, "time     %.1f s\n", (double)(s->now_ms - s->begun_ms) / 1000);
    if (c->rejected && !is_dry)
        fprintf(out, "Rejected rows are kept: acload rejects list\n");
}
