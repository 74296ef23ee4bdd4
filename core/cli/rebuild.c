// SPDX-License-Identifier: MIT
// acload status --rebuild: a ledger that is lost, begun anew without doubling an insert.
#include "base/log.h"
#include "cli/status.h"
#include "org/about.h"
#include "org/ingest.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_BACK_MS ((int64_t)7 * 86400 * 1000) // the org forgets jobs after that
#define MAX_LOST 10000u

struct rebuilding {
    struct ac_cli *cli;
    struct ac_ledger *ledger;
    struct ac_org *org;
    struct ac_arena arena;
    int64_t ids[MAX_LOST]; // batches whose files are gone or damaged
    bool is_insert[MAX_LOST];
    size_t n;
    char user[20];
    int64_t since_ms;
    struct job {
        char id[32], object[128], state[32];
        int64_t created_ms;
    } jobs[200]; // inserts of this user
    size_t n_jobs;
    uint64_t n_more;
};

// --- the ledger ----------------------------------------------------------------------------------

// AC_END: there is no ledger, and nothing to rebuild.
static enum ac_rc open_sound(struct rebuilding *r, struct ac_err *err) {
    const struct ac_cli *cli = r->cli;
    const char *dir = cli->config.state_dir;
    enum ac_rc rc = ac_ledger_open(&r->ledger, dir, cli->clock, true, err);
    if (rc == AC_END)
        return rc;
    if (rc == AC_OK)
        rc = ac_ledger_verify(r->ledger, err);
    ac_ledger_close(r->ledger);
    r->ledger = NULL;
    bool is_damaged = rc == AC_RUN && strcmp(err->code, "LEDGER_DAMAGED") == 0;
    if (rc != AC_OK && !is_damaged)
        return rc;
    if (is_damaged) {
        char *moved = NULL;
        ac_log_warn(err);
        ac_err_clear(err);
        rc = ac_ledger_set_aside(dir, cli->clock, &moved, err);
        if (rc != AC_OK)
            return rc;
        printf("ledger   moved aside to %s; a new one begins\n", moved);
        free(moved);
    } else {
        printf("ledger   sound, page by page\n");
    }
    return ac_ledger_open(&r->ledger, dir, cli->clock, false, err);
}

static bool note_lost(void *arg, const struct ac_batch_info *b) {
    struct rebuilding *r = arg;
    struct ac_err why = AC_ERR_INIT;
    if (b->is_alive || b->state != AC_BATCH_SEALED)
        return true;
    ac_arena_reset(&r->arena);
    enum ac_rc rc = ac_batch_verify(ac_ledger_spool_dir(r->ledger), b->id, &r->arena, &why);
    bool is_damaged = rc == AC_RUN && strcmp(why.code, "DAMAGED") == 0;
    if (rc != AC_END && !is_damaged)
        return true;
    if (is_damaged)
        ac_log_warn(&why);
    r->is_insert[r->n] = b->operation != ACLOAD_UPSERT;
    r->ids[r->n++] = b->id;
    return r->n < MAX_LOST;
}

// Batches of which the ledger knows and whose files are gone, or not what they were: their inputs
// are read again.
static enum ac_rc give_up_lost(struct rebuilding *r, struct ac_err *err) {
    char count[64];
    bool has_insert = false;
    enum ac_rc rc = ac_ledger_batches(r->ledger, MAX_LOST, note_lost, r, err);
    for (size_t i = 0; i < r->n && rc == AC_OK; i++)
        has_insert |= r->is_insert[i];
    if (rc == AC_OK && has_insert)
        rc = ac_ledger_doubt_begin(r->ledger, err);
    for (size_t i = 0; i < r->n && rc == AC_OK; i++)
        rc = ac_ledger_batch_lose(r->ledger, r->ids[i], err);
    if (rc == AC_OK && r->n)
        printf("batches  %s given up, the files gone or damaged; their inputs are read again\n",
               ac_cli_count(r->n, "batch", "batches", count));
    return rc;
}

// --- the org -------------------------------------------------------------------------------------

static enum ac_rc note_job(void *arg, const struct ac_ingest *j, struct ac_err *err) {
    (void)err;
    struct rebuilding *r = arg;
    bool is_ours = !*r->user || ac_str_eq(j->user, ac_str_of(r->user));
    if (!is_ours || !ac_str_eq(j->operation, AC_STR("insert")) ||
        (j->created_ms && j->created_ms < r->since_ms))
        return AC_OK;
    if (r->n_jobs == AC_N(r->jobs)) {
        r->n_more++;
        return AC_OK;
    }
    struct job *job = &r->jobs[r->n_jobs++];
    *job = (struct job){.created_ms = j->created_ms};
    snprintf(job->id, sizeof job->id, "%s", j->id);
    snprintf(job->object, sizeof job->object, "%.*s", AC_STR_ARG(j->object));
    snprintf(job->state, sizeof job->state, "%.*s", AC_STR_ARG(j->state));
    return AC_OK;
}

// A job that is over and has inserted nothing leaves no doubt.
static enum ac_rc tell_job(struct rebuilding *r, const struct job *job, bool *is_harmless,
                           struct ac_err *err) {
    struct ac_bulk_job seen;
    char when[24], n[64];
    enum ac_rc rc = ac_ingest_get(r->org, job->id, &seen, err);
    if (rc != AC_OK)
        return rc;
    bool is_over = seen.state == AC_BULK_JOB_COMPLETE || seen.state == AC_BULK_FAILED ||
                   seen.state == AC_BULK_ABORTED;
    uint64_t n_done = seen.n_processed > seen.n_failed ? seen.n_processed - seen.n_failed : 0;
    *is_harmless = is_over && !n_done;
    printf("insert   %s  %s  %s  %s  %s\n", job->id, ac_cli_time(job->created_ms, when),
           job->object, job->state, ac_cli_count(n_done, "record", "records", n));
    return AC_OK;
}

static enum ac_rc log_in(struct rebuilding *r, struct ac_err *err) {
    struct ac_cli *cli = r->cli;
    if (cli->config.org.flow == AC_FLOW_NONE)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "NO_ORG",
                          "no org is configured to be asked about inserts: set SF_HOST and "
                          "credentials, or say --forget-inserts when somebody has looked");
    if (ac_cli_net(cli) != 0)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "NO_NET", "there is no network to use");
    enum ac_rc rc = ac_org_new(&r->org, &cli->config.org, cli->net, cli->clock, err);
    if (rc == AC_OK)
        rc = ac_org_login(r->org, err);
    return rc == AC_OK ? ac_org_user(r->org, r->user, err) : rc;
}

static enum ac_rc ask_org(struct rebuilding *r, bool *is_clear, struct ac_err *err) {
    enum ac_rc rc = log_in(r, err);
    r->since_ms = r->cli->clock->now_ms(r->cli->clock->self) - LOOK_BACK_MS;
    if (rc == AC_OK)
        rc = ac_ingest_list(r->org, note_job, r, err);
    *is_clear = !r->n_more;
    for (size_t i = 0; i < r->n_jobs && rc == AC_OK; i++) {
        bool is_harmless = false;
        rc = tell_job(r, &r->jobs[i], &is_harmless, err);
        *is_clear &= is_harmless;
    }
    return rc;
}

static enum ac_rc settle_doubt(struct rebuilding *r, bool is_forgiven, int *code,
                               struct ac_err *err) {
    bool is_clear = false;
    if (ac_ledger_doubt(r->ledger) == INT64_MAX)
        return AC_OK;
    enum ac_rc rc = is_forgiven ? AC_OK : ask_org(r, &is_clear, err);
    if (rc != AC_OK)
        return rc;
    if (!is_forgiven && !is_clear) {
        printf("inserts  wait: this user has inserted records that the lost ledger knew of. Look\n"
               "         which rows those were, import no others of their sheets, then say\n"
               "         acload status --rebuild --forget-inserts\n");
        *code = 3;
        return AC_OK;
    }
    printf(is_forgiven
               ? "inserts  are allowed again\n"
               : "inserts  are allowed again: this user has inserted nothing by bulk jobs in\n"
                 "         the last 7 days; what came before, the org does not tell\n");
    return ac_ledger_doubt_end(r->ledger, err);
}

int ac_status_rebuild(struct ac_cli *cli, const struct ac_status_flags *flags) {
    struct ac_err err = AC_ERR_INIT;
    int code = 0;
    struct rebuilding *r = ac_arena_zalloc(&cli->arena, sizeof *r);
    if (!r)
        return ac_cli_fail((ac_err_nomem(&err, "a new ledger"), &err));
    r->cli = cli;
    ac_arena_init(&r->arena, (size_t)1024 * 1024);
    enum ac_rc rc = open_sound(r, &err);
    if (rc == AC_END)
        printf("Nothing was imported yet (no ledger in %s).\n", cli->config.state_dir);
    if (rc == AC_OK)
        rc = give_up_lost(r, &err);
    if (rc == AC_OK)
        rc = settle_doubt(r, flags->forget_inserts != 0, &code, &err);
    if (r->org)
        ac_org_free(r->org);
    ac_ledger_close(r->ledger);
    ac_arena_free(&r->arena);
    return rc >= AC_OK ? code : ac_cli_fail(&err);
}
