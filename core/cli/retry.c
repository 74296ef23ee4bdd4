// SPDX-License-Identifier: MIT
// acload rejects retry: rejected rows through today's plugins, once more to the org.
//
// Rows of one job, or of imports that were started alike, share a run. Retries that a dead run has
// left come first: of some of their rows nobody would know otherwise whether they arrived.
#include "base/log.h"
#include "cli/loading.h"
#include "cli/rejects.h"
#include "engine/how.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAX_GROUPS 256u

struct target { // an input with rows to be tried
    int64_t input, retry;
};

struct group { // inputs that were read alike
    const char *job, *how, *org;
    struct target *targets;
    size_t n, max;
};

struct retrying {
    struct ac_cli *cli;
    const struct ac_rejects_flags *flags;
    struct ac_choice *choice;
    struct group groups[MAX_GROUPS];
    size_t n_groups;
    int64_t last_input;
    uint64_t n_unknown, n_broken; // left alone
    struct ac_engine_retry sum;
    struct ac_stats stats;
    bool is_short, is_full;
};

// --- which ---------------------------------------------------------------------------------------

// Codes of bytes that never became a row: the same bytes never will.
static bool is_broken(const char *code) {
    static const char *const codes[] = {
        "BAD_ROW", "FIELD_TOO_LONG", "ROW_TOO_LONG", "UNCLOSED_QUOTE", "BAD_ENCODING",  "BAD_JSON",
        "NO_JSON", "NOT_AN_OBJECT",  "TOO_DEEP",     "UNCLOSED_VALUE", "UNCLOSED_ARRAY"};
    for (size_t i = 0; i < AC_N(codes); i++)
        if (strcmp(codes[i], code) == 0)
            return true;
    return false;
}

static bool is_unknown(const struct retrying *t, const struct ac_reject *r) {
    return strcmp(r->code, "OUTCOME_UNKNOWN") == 0 && !t->flags->unknown;
}

static bool wants(void *arg, const struct ac_reject *r) {
    struct retrying *t = arg;
    return !is_unknown(t, r) && !(is_broken(r->code) && !*r->object) && ac_choice_has(t->choice, r);
}

static struct group *group_of(struct retrying *t, const struct ac_input_row *from) {
    for (size_t i = 0; i < t->n_groups; i++) {
        struct group *g = &t->groups[i];
        if (strcmp(g->job, from->job) == 0 && strcmp(g->org, from->org) == 0 &&
            strcmp(g->how, from->how) == 0)
            return g;
    }
    if (t->n_groups == MAX_GROUPS) {
        t->is_full = true;
        return NULL;
    }
    struct ac_arena *arena = &t->cli->arena;
    struct group *g = &t->groups[t->n_groups];
    *g = (struct group){.job = ac_arena_copy(arena, ac_str_of(from->job)),
                        .how = ac_arena_copy(arena, ac_str_of(from->how)),
                        .org = ac_arena_copy(arena, ac_str_of(from->org))};
    t->is_short |= !g->job || !g->how || !g->org;
    if (t->is_short)
        return NULL;
    t->n_groups++;
    return g;
}

static bool add_target(struct retrying *t, const struct ac_input_row *from, struct target target) {
    struct group *g = group_of(t, from);
    if (!g)
        return false;
    if (g->n == g->max) {
        size_t max = g->max ? g->max * 2 : 16;
        struct target *more = realloc(g->targets, max * sizeof *more);
        t->is_short |= !more;
        if (!more)
            return false;
        g->targets = more;
        g->max = max;
    }
    g->targets[g->n++] = target;
    return true;
}

static bool note_input(void *arg, const struct ac_reject *r) {
    struct retrying *t = arg;
    if (!ac_choice_has(t->choice, r))
        return true;
    t->n_unknown += is_unknown(t, r);
    t->n_broken += is_broken(r->code) && !*r->object;
    if (r->input == t->last_input || !wants(t, r))
        return true;
    t->last_input = r->input;
    return add_target(t, r->from, (struct target){r->input, 0});
}

struct left { // retries of runs that died
    struct retrying *t;
    struct ac_ledger *l;
    struct target targets[MAX_GROUPS];
    size_t n;
};

static bool note_left(void *arg, const struct ac_input_row *retry) {
    struct left *left = arg;
    if (ac_ledger_run_is_alive(left->l, retry->run))
        return true;
    // One that was read to its end is brought to its end by any run, so by one without rows, too.
    if (retry->state != AC_INPUT_OPEN)
        return group_of(left->t, retry) != NULL;
    left->targets[left->n++] = (struct target){retry->retry_of, retry->id};
    return left->n < AC_N(left->targets);
}

static bool note_range(void *arg, const struct ac_settled_range *range) {
    (void)range;
    *(bool *)arg = true;
    return false;
}

static enum ac_rc look_at_left(struct retrying *t, struct ac_ledger *l, struct ac_err *err) {
    struct left left = {.t = t, .l = l};
    enum ac_rc rc = ac_retry_list(l, note_left, &left, err);
    for (size_t i = 0; i < left.n && rc == AC_OK; i++) {
        struct ac_input_row row;
        bool is_begun = left.targets[i].input <= 0;
        uint64_t n_open = 0;
        rc = ac_ledger_ranges_settled(l, left.targets[i].retry, note_range, &is_begun, err);
        if (rc == AC_OK)
            rc = ac_ledger_ranges_open(l, left.targets[i].retry, &n_open, err);
        if (rc == AC_OK && !is_begun && !n_open) {
            rc = ac_retry_cancel(l, left.targets[i].retry, err);
            continue;
        }
        if (rc == AC_OK && left.targets[i].input > 0)
            rc = ac_ledger_input_get(l, left.targets[i].retry, &t->cli->arena, &row, err);
        if (rc == AC_OK && left.targets[i].input > 0)
            add_target(t, &row, left.targets[i]);
    }
    return rc;
}

static enum ac_rc choose(struct retrying *t, struct ac_ledger *l, struct ac_err *err) {
    enum ac_rc rc = look_at_left(t, l, err);
    if (rc == AC_OK)
        rc = ac_reject_list(l, &t->choice->filter, note_input, t, err);
    if (rc == AC_OK && (t->is_short || t->choice->is_short))
        rc = ac_err_nomem(err, "rejected rows");
    if (rc == AC_OK && t->is_full)
        rc = ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "TOO_MANY",
                        "these rows were imported in over %u different ways; choose fewer, with "
                        "--input",
                        MAX_GROUPS);
    return rc;
}

// --- again ---------------------------------------------------------------------------------------

// Today's job, else what was said then; a flag wins over both.
static int options_of(struct retrying *t, const struct group *g, struct ac_use *uses,
                      struct ac_engine_options *out) {
    struct ac_cli *cli = t->cli;
    const struct ac_config *config = &cli->config;
    const struct ac_job *job = *g->job ? ac_config_job(config, ac_str_of(g->job)) : NULL;
    struct ac_err err = AC_ERR_INIT;
    struct ac_how how;
    size_t n_uses = 0;
    if (!ac_how_read(g->how, &cli->arena, &how))
        return ac_cli_fail((ac_err_nomem(&err, "a retry"), &err));
    int code =
        ac_cli_uses(cli, &ac_command_rejects, t->flags->plugin, t->flags->option, uses, &n_uses);
    *out = (struct ac_engine_options){.config = config,
                                      .clock = cli->clock,
                                      .net = cli->net,
                                      .command = "retry",
                                      .job = g->job,
                                      .uses = job ? job->uses : how.uses,
                                      .n_uses = job ? job->n_uses : how.n_uses,
                                      .region = how.region,
                                      .delimiter = how.delimiter,
                                      .keep_going = t->flags->keep_going != 0,
                                      .new_ids = t->flags->new_ids != 0,
                                      .stop = &ac_cli_stop};
    if (job) {
        out->fields = job->fields;
        out->n_fields = job->n_fields;
        out->region = ac_config_region(config, job);
    }
    if (n_uses) {
        out->uses = uses;
        out->n_uses = n_uses;
    }
    if (*t->flags->region || !out->region)
        out->region = config->region; // the flag is in it
    return code;
}

static enum ac_rc try_all(struct retrying *t, const struct group *g, struct ac_engine *e,
                          struct ac_err *err) {
    enum ac_rc rc = AC_OK;
    for (size_t i = 0; i < g->n && rc == AC_OK; i++) {
        struct ac_engine_retry what = {
            .input = g->targets[i].input, .retry = g->targets[i].retry, .wants = wants, .arg = t};
        if (!what.retry)
            what.filter = t->choice->filter;
        rc = ac_engine_retry(e, &what, err);
        t->sum.n_chosen += what.n_chosen;
        t->sum.n_unfit += what.n_unfit;
        t->sum.n_elsewhere += what.n_elsewhere;
    }
    return rc;
}

static int try_group(struct retrying *t, const struct group *g) {
    struct ac_err err = AC_ERR_INIT;
    struct ac_use uses[AC_CLI_MAX_USES];
    struct ac_engine_options options;
    struct ac_engine *e = NULL;
    int code = options_of(t, g, uses, &options);
    if (code)
        return code;
    struct ac_progress progress;
    ac_progress_init(&progress, stderr, t->cli->use_color,
                     t->cli->is_quiet || t->cli->log_format == 1, t->cli->clock);
    options.progress = ac_progress_show;
    options.progress_arg = &progress;
    options.log_values = t->cli->log_values != 0;
    enum ac_rc rc = ac_engine_open(&e, &options, &err);
    if (rc != AC_OK)
        return ac_cli_fail(&err);
    rc = try_all(t, g, e, &err);
    code = ac_load_end(e, &progress, rc, &err);
    if (rc == AC_AGAIN) // another process tries rows again: nothing of ours was done
        code = ac_exit_worse(code, 3);
    const struct ac_stats *stats = ac_engine_stats(e);
    ac_stats_add(&t->stats.counts, &stats->counts);
    t->stats.n_calls += stats->n_calls;
    t->stats.now_ms += stats->now_ms - stats->begun_ms;
    ac_engine_close(e);
    return code;
}

// --- how it went ---------------------------------------------------------------------------------

static void print_json(const struct retrying *t, int code) {
    const struct ac_counts *c = &t->stats.counts;
    printf("{\"rows\":{\"read\":%" PRIu64 ",\"sent\":%" PRIu64 ",\"dropped\":%" PRIu64
           ",\"rejected\":%" PRIu64 "},\"records\":{\"made\":%" PRIu64 ",\"written\":%" PRIu64
           ",\"created\":%" PRIu64 ",\"updated\":%" PRIu64 ",\"refused\":%" PRIu64
           ",\"superseded\":%" PRIu64 "},",
           c->read, c->sent, c->dropped, c->rejected, c->made, c->written, c->created, c->updated,
           c->refused, c->superseded);
    printf("\"left_alone\":{\"no_rows\":%" PRIu64 ",\"unknown\":%" PRIu64 ",\"elsewhere\":%" PRIu64
           "},\"api_calls\":%" PRIu64 ",\"milliseconds\":%" PRId64 ",\"exit_code\":%d}\n",
           t->n_broken + t->sum.n_unfit, t->n_unknown, t->sum.n_elsewhere, t->stats.n_calls,
           t->stats.now_ms, code);
}

static void print_text(const struct retrying *t) {
    const struct ac_counts *c = &t->stats.counts;
    uint64_t n_broken = t->n_broken + t->sum.n_unfit;
    char a[64], b[32], d[32], s[24];
    if (c->read)
        printf("retried  %s: %s sent", ac_cli_count(c->read, "rejected row", "rejected rows", a),
               ac_cli_grouped(c->sent, b));
    if (c->dropped)
        printf(", %s dropped (the org has newer ones)", ac_cli_grouped(c->dropped, b));
    if (c->rejected)
        printf(", %s rejected again", ac_cli_grouped(c->rejected, d));
    if (c->read)
        printf("\n         %s, %s\n", ac_cli_count(t->stats.n_calls, "call", "calls", a),
               ac_cli_span(t->stats.now_ms, s));
    if (n_broken)
        printf("left     %s that never %s: mend with acload rejects export FILE.csv\n",
               ac_cli_count(n_broken, "row", "rows", a), n_broken == 1 ? "was one" : "were any");
    if (t->n_unknown)
        printf("left     %s, perhaps inserted: look in the org, then --unknown tries %s\n",
               ac_cli_count(t->n_unknown, "row", "rows", a), t->n_unknown == 1 ? "it" : "them");
    if (t->sum.n_elsewhere)
        printf("left     %s of another org, or of an input not yet done\n",
               ac_cli_count(t->sum.n_elsewhere, "row", "rows", a));
}

static void free_groups(struct retrying *t) {
    for (size_t i = 0; i < t->n_groups; i++)
        free(t->groups[i].targets);
}

int ac_rejects_retry(struct ac_cli *cli, const struct ac_rejects_flags *flags,
                     struct ac_choice *choice) {
    struct ac_err err = AC_ERR_INIT;
    struct ac_ledger *l = NULL;
    struct retrying *t = ac_arena_zalloc(&cli->arena, sizeof *t);
    if (!t)
        return ac_cli_fail((ac_err_nomem(&err, "a retry"), &err));
    *t = (struct retrying){.cli = cli, .flags = flags, .choice = choice};
    int code = ac_cli_metrics_file(&ac_command_rejects, flags->metrics);
    if (!code)
        code = ac_rejects_open(cli, flags, false, &l);
    if (code || !l)
        return code;
    enum ac_rc rc = choose(t, l, &err);
    bool is_none = !t->n_groups && !t->n_broken && !t->n_unknown;
    int missing = rc == AC_OK ? ac_choice_missing(choice) : 0;
    if (rc == AC_OK && !missing && is_none && !flags->json && !cli->is_quiet)
        rc = ac_choice_tell_none(choice, l, stdout, &err);
    ac_ledger_close(l);
    if (missing) {
        free_groups(t);
        return missing;
    }
    if (rc != AC_OK)
        code = ac_cli_fail(&err);
    if (!code && t->n_groups)
        code = ac_cli_net(cli);
    ac_cli_catch();
    for (size_t i = 0; i < t->n_groups && !ac_cli_stop && (!code || code == 1); i++)
        code = ac_exit_worse(code, try_group(t, &t->groups[i]));
    code = ac_cli_metrics_after(cli, flags->metrics, code);
    if (rc == AC_OK && flags->json)
        print_json(t, code);
    else if (rc == AC_OK && !cli->is_quiet)
        print_text(t);
    free_groups(t);
    return code;
}
