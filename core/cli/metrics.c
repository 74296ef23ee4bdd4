// SPDX-License-Identifier: MIT
// The ledger's sums as a file for Prometheus.
#include "base/log.h"
#include "cli/status.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES ((size_t)1024 * 1024)
#define RUNS_LOOKED_AT 1000

struct writing {
    struct ac_buf out;
    struct ac_arena arena;
    const char *seen[64]; // jobs whose last run is written
    size_t n_seen;
    const char *name; // of the metric under way
};

static void begin(struct writing *w, const char *name, const char *type, const char *help) {
    w->name = name;
    ac_buf_printf(&w->out, "# HELP acload_%s %s\n# TYPE acload_%s %s\n", name, help, name, type);
}

// A label's value, escaped as Prometheus reads it.
static void put_label(struct writing *w, const char *label, const char *value, bool is_first) {
    ac_buf_printf(&w->out, "%s%s=\"", is_first ? "{" : ",", label);
    for (const char *p = value; *p; p++) {
        if (*p == '\\' || *p == '"')
            ac_buf_printf(&w->out, "\\");
        ac_buf_printf(&w->out, *p == '\n' ? "\\n" : "%c", *p);
    }
    ac_buf_printf(&w->out, "\"");
}

static void put_number(struct writing *w, const char *label, const char *value, uint64_t n) {
    ac_buf_printf(&w->out, "acload_%s", w->name);
    if (label) {
        put_label(w, label, value, true);
        ac_buf_printf(&w->out, "}");
    }
    ac_buf_printf(&w->out, " %" PRIu64 "\n", n);
}

static void put_totals(struct writing *w, const struct ac_totals *t) {
    const struct ac_counts *c = &t->counts;
    begin(w, "rows", "gauge", "Rows read, by what became of them.");
    put_number(w, "outcome", "sent", c->sent);
    put_number(w, "outcome", "dropped", c->dropped);
    put_number(w, "outcome", "rejected", c->rejected);
    put_number(w, "outcome", "waiting", ac_rows_waiting(c));
    begin(w, "rows_read_total", "counter", "Rows read.");
    put_number(w, NULL, NULL, c->read);
    begin(w, "records", "gauge", "Records made of rows, by what became of them.");
    put_number(w, "outcome", "written", c->written);
    put_number(w, "outcome", "refused", c->refused);
    put_number(w, "outcome", "superseded", c->superseded);
    put_number(w, "outcome", "waiting", ac_records_waiting(c));
    begin(w, "inputs", "gauge", "Inputs, by their state.");
    put_number(w, "state", "settled", t->n_settled);
    put_number(w, "state", "open", t->n_open);
    put_number(w, "state", "failed", t->n_failed);
    begin(w, "api_calls_total", "counter", "API calls made.");
    put_number(w, NULL, NULL, t->n_calls);
    begin(w, "runs_total", "counter", "Runs begun.");
    put_number(w, NULL, NULL, t->n_runs);
}

static bool put_code(void *arg, const char *code, const char *object, const char *message,
                     uint64_t n) {
    (void)message;
    struct writing *w = arg;
    ac_buf_printf(&w->out, "acload_%s", w->name);
    put_label(w, "code", code, true);
    put_label(w, "object", object, false);
    ac_buf_printf(&w->out, "} %" PRIu64 "\n", n);
    return !w->out.is_short;
}

static bool count_batch(void *arg, const struct ac_batch_info *batch) {
    uint64_t *n = arg;
    n[0] += batch->is_alive;
    n[1] += !batch->is_alive;
    return true;
}

static bool put_used(void *arg, const char *org, const char *value, int64_t at_ms) {
    (void)at_ms;
    struct writing *w = arg;
    struct ac_usage usage;
    bool is_used = strcmp(w->name, "org_api_calls_used") == 0;
    if (ac_usage_parse(value, &usage))
        put_number(w, "org", org, (uint64_t)(is_used ? usage.used : usage.max));
    return !w->out.is_short;
}

// The last run of each job that has ended.
static bool is_seen(struct writing *w, const struct ac_run_row *run) {
    char key[600];
    snprintf(key, sizeof key, "%s/%s", run->command, run->job);
    for (size_t i = 0; i < w->n_seen; i++)
        if (strcmp(w->seen[i], key) == 0)
            return true;
    if (w->n_seen == AC_N(w->seen))
        return true;
    const char *copy = ac_arena_copy(&w->arena, ac_str_of(key));
    w->out.is_short |= !copy;
    if (copy)
        w->seen[w->n_seen++] = copy;
    return false;
}

static bool put_run(void *arg, const struct ac_run_row *run) {
    struct writing *w = arg;
    if (!run->ended_ms || is_seen(w, run))
        return true;
    ac_buf_printf(&w->out, "acload_%s", w->name);
    put_label(w, "command", run->command, true);
    put_label(w, "job", run->job, false);
    if (strcmp(w->name, "last_run_exit_code") == 0)
        ac_buf_printf(&w->out, "} %d\n", run->exit_code);
    else if (strcmp(w->name, "last_run_seconds") == 0)
        ac_buf_printf(&w->out, "} %.3f\n", (double)(run->ended_ms - run->begun_ms) / 1000);
    else
        ac_buf_printf(&w->out, "} %.3f\n", (double)run->ended_ms / 1000);
    return !w->out.is_short;
}

static enum ac_rc put_runs(struct writing *w, struct ac_ledger *l, const char *name,
                           const char *help, struct ac_err *err) {
    begin(w, name, "gauge", help);
    w->n_seen = 0;
    return ac_ledger_runs(l, RUNS_LOOKED_AT, put_run, w, err);
}

static enum ac_rc put_usage(struct writing *w, struct ac_ledger *l, const char *name,
                            const char *help, struct ac_err *err) {
    begin(w, name, "gauge", help);
    return ac_ledger_checkpoints(l, AC_USAGE_SCOPE, put_used, w, err);
}

static enum ac_rc compose(struct writing *w, struct ac_ledger *l, struct ac_err *err) {
    struct ac_totals totals;
    struct ac_reject_filter all = {.max = 1000};
    uint64_t n_batches[2] = {0, 0};
    enum ac_rc rc = ac_ledger_totals(l, &totals, err);
    if (rc != AC_OK)
        return rc;
    put_totals(w, &totals);
    begin(w, "rejects", "gauge", "Rejected rows kept.");
    rc = ac_reject_summary(l, &all, put_code, w, err);
    if (rc == AC_OK)
        rc = ac_ledger_batches(l, 100000, count_batch, n_batches, err);
    begin(w, "batches", "gauge", "Batches without an outcome.");
    put_number(w, "state", "in_flight", n_batches[0]);
    put_number(w, "state", "left", n_batches[1]);
    begin(w, "inserts_in_doubt", "gauge", "1: the ledger was lost, nothing is inserted.");
    put_number(w, NULL, NULL, ac_ledger_doubt(l) != INT64_MAX);
    if (rc == AC_OK)
        rc = put_usage(w, l, "org_api_calls_used", "API calls of the org's last 24 hours.", err);
    if (rc == AC_OK)
        rc = put_usage(w, l, "org_api_calls_max", "API calls the org may make in 24 hours.", err);
    if (rc == AC_OK)
        rc = put_runs(w, l, "last_run_timestamp_seconds", "When the last run ended.", err);
    if (rc == AC_OK)
        rc = put_runs(w, l, "last_run_exit_code", "How the last run ended.", err);
    if (rc == AC_OK)
        rc = put_runs(w, l, "last_run_seconds", "How long the last run took.", err);
    return rc == AC_OK && w->out.is_short ? ac_err_nomem(err, "the metrics") : rc;
}

// Whoever reads the file sees the old one or the new one, never a part.
static enum ac_rc replace(const char *path, ac_str text, struct ac_err *err) {
    char temp[4200];
    int len = snprintf(temp, sizeof temp, "%s.XXXXXX", path);
    int fd = len > 0 && (size_t)len < sizeof temp ? mkstemp(temp) : -1;
    if (fd < 0)
        return ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, "cannot write the metrics beside", path);
    bool is_good = fchmod(fd, 0644) == 0; // somebody else's program reads it
    for (size_t at = 0; is_good && at < text.len;) {
        ssize_t n = write(fd, text.ptr + at, text.len - at);
        is_good = n > 0;
        at += is_good ? (size_t)n : 0;
    }
    is_good = is_good && fsync(fd) == 0;
    is_good = close(fd) == 0 && is_good;
    if (is_good && rename(temp, path) == 0)
        return AC_OK;
    ac_err_sys(err, AC_RUN, AC_CAUSE_STOP, "cannot write the metrics to", path);
    unlink(temp);
    return AC_RUN;
}

int ac_cli_metrics(struct ac_cli *cli, const char *path) {
    struct ac_err err = AC_ERR_INIT;
    struct ac_ledger *l = NULL;
    struct writing w = {.n_seen = 0};
    if (!*path)
        return 0;
    ac_buf_init(&w.out, FILE_BYTES);
    ac_arena_init(&w.arena, FILE_BYTES);
    enum ac_rc rc = ac_ledger_open(&l, cli->config.state_dir, cli->clock, true, &err);
    if (rc == AC_OK)
        rc = compose(&w, l, &err);
    if (rc == AC_OK && strcmp(path, "-") == 0)
        fwrite(w.out.ptr, 1, w.out.len, stdout); // a failure is told at the command's end
    else if (rc >= AC_OK &&
             strcmp(path, "-") != 0) // without a ledger: an empty file, since nothing was imported
        rc = replace(path, ac_buf_str(&w.out), &err);
    ac_ledger_close(l);
    ac_buf_free(&w.out);
    ac_arena_free(&w.arena);
    return rc == AC_OK ? 0 : ac_cli_fail(&err);
}

int ac_cli_metrics_file(const struct ac_command *command, const char *path) {
    if (strcmp(path, "-") != 0)
        return 0;
    return ac_cli_usage(command, "--metrics takes a file here, as the summary goes to standard "
                                 "output; acload status --metrics - prints them");
}

int ac_cli_metrics_after(struct ac_cli *cli, const char *path, int code) {
    int failed = ac_cli_metrics(cli, path);
    return failed && !code ? ac_err_exit(AC_CAUSE_STOP) : code;
}
