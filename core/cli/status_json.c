// SPDX-License-Identifier: MIT
// acload status as one JSON object.
#include "cli/status.h"
#include "schema/columns.h"
#include <inttypes.h>

#define JSON_BYTES ((size_t)256 * 1024 * 1024)

struct writing {
    struct ac_buf out;
    size_t n; // in the array under way
};

static void put_text(struct writing *w, const char *key, const char *value) {
    ac_buf_printf(&w->out, ",\"%s\":", key);
    ac_buf_add_json(&w->out, ac_str_of(value ? value : ""));
}

static void put_time(struct writing *w, const char *key, int64_t ms) {
    char iso[25];
    ac_clock_iso(ms, iso);
    if (ms)
        ac_buf_printf(&w->out, ",\"%s\":\"%s\"", key, iso);
    else
        ac_buf_printf(&w->out, ",\"%s\":null", key);
}

static void put_span(struct writing *w, const char *key, int64_t from_ms, int64_t to_ms) {
    if (from_ms && to_ms)
        ac_buf_printf(&w->out, ",\"%s\":%" PRId64, key, to_ms - from_ms);
    else
        ac_buf_printf(&w->out, ",\"%s\":null", key);
}

static void put_counts(struct writing *w, const struct ac_counts *c) {
    ac_buf_printf(&w->out,
                  "\"rows\":{\"read\":%" PRIu64 ",\"sent\":%" PRIu64 ",\"dropped\":%" PRIu64
                  ",\"rejected\":%" PRIu64 ",\"waiting\":%" PRIu64 "}",
                  c->read, c->sent, c->dropped, c->rejected, ac_rows_waiting(c));
    ac_buf_printf(&w->out,
                  ",\"records\":{\"made\":%" PRIu64 ",\"written\":%" PRIu64 ",\"created\":%" PRIu64
                  ",\"updated\":%" PRIu64 ",\"refused\":%" PRIu64 ",\"superseded\":%" PRIu64
                  ",\"waiting\":%" PRIu64 "}",
                  c->made, c->written, c->created, c->updated, c->refused, c->superseded,
                  ac_records_waiting(c));
}

static void begin(struct writing *w, const char *key) {
    ac_buf_printf(&w->out, ",\"%s\":[", key);
    w->n = 0;
}

static void next(struct writing *w) { ac_buf_printf(&w->out, "%s", w->n++ ? ",{" : "{"); }

static bool put_run(void *arg, const struct ac_run_row *run) {
    struct writing *w = arg;
    next(w);
    ac_buf_printf(&w->out, "\"id\":%" PRId64, run->id);
    put_text(w, "command", run->command);
    put_text(w, "job", run->job);
    put_time(w, "begun", run->begun_ms);
    put_time(w, "ended", run->ended_ms);
    put_span(w, "milliseconds", run->begun_ms, run->ended_ms);
    ac_buf_printf(&w->out, ",\"alive\":%s,\"api_calls\":%" PRIu64, run->is_alive ? "true" : "false",
                  run->n_calls);
    if (run->exit_code >= 0)
        ac_buf_printf(&w->out, ",\"exit_code\":%d}", run->exit_code);
    else
        ac_buf_printf(&w->out, ",\"exit_code\":null}");
    return !w->out.is_short;
}

static bool put_input(void *arg, const struct ac_input_row *in) {
    struct writing *w = arg;
    next(w);
    ac_buf_printf(&w->out, "\"id\":%" PRId64 ",\"run\":%" PRId64, in->id, in->run);
    put_text(w, "state", ac_input_word(in->state));
    put_text(w, "name", in->name);
    put_text(w, "identity", in->identity);
    put_text(w, "plugin", in->plugin);
    put_text(w, "job", in->job);
    put_text(w, "org", in->org);
    put_time(w, "begun", in->begun_ms);
    put_time(w, "settled", in->settled_ms);
    put_span(w, "milliseconds", in->begun_ms, in->settled_ms);
    ac_buf_printf(&w->out, ",\"run_calls\":%" PRIu64 ",\"bytes\":%" PRIu64, in->run_calls,
                  in->counts.bytes);
    put_text(w, "error", in->error);
    ac_buf_add_char(&w->out, ',');
    put_counts(w, &in->counts);
    ac_buf_add_char(&w->out, '}');
    return !w->out.is_short;
}

static bool put_batch(void *arg, const struct ac_batch_info *b) {
    struct writing *w = arg;
    next(w);
    ac_buf_printf(&w->out, "\"id\":%" PRId64 ",\"run\":%" PRId64, b->id, b->run);
    put_text(w, "org", b->org);
    put_text(w, "object", b->object);
    put_text(w, "operation", ac_operation_name(b->operation));
    put_text(w, "state", b->state == AC_BATCH_OPEN ? "filling" : "sent");
    ac_buf_printf(&w->out, ",\"alive\":%s,\"records\":%u", b->is_alive ? "true" : "false",
                  b->n_records);
    put_time(w, "begun", b->begun_ms);
    ac_buf_printf(&w->out, ",\"jobs\":[");
    for (size_t i = 0; i < b->n_jobs; i++) {
        ac_buf_printf(&w->out, "%s", i ? "," : "");
        ac_buf_add_json(&w->out, ac_str_of(b->jobs[i].id));
    }
    ac_buf_printf(&w->out, "]}");
    return !w->out.is_short;
}

static bool put_code(void *arg, const char *code, const char *object, const char *message,
                     uint64_t n) {
    struct writing *w = arg;
    const char *hint = ac_reply_hint(code, message);
    next(w);
    ac_buf_printf(&w->out, "\"n\":%" PRIu64, n);
    put_text(w, "code", code);
    put_text(w, "object", object);
    put_text(w, "hint", hint);
    ac_buf_add_char(&w->out, '}');
    return !w->out.is_short;
}

static bool put_usage(void *arg, const char *org, const char *value, int64_t at_ms) {
    struct writing *w = arg;
    struct ac_usage usage;
    if (!ac_usage_parse(value, &usage))
        return true;
    next(w);
    ac_buf_printf(&w->out, "\"api_used\":%" PRId64 ",\"api_max\":%" PRId64 ",\"api_left\":%" PRId64,
                  usage.used, usage.max, usage.max > usage.used ? usage.max - usage.used : 0);
    put_text(w, "org", org);
    put_time(w, "at", at_ms);
    ac_buf_add_char(&w->out, '}');
    return !w->out.is_short;
}

static void put_totals(struct writing *w, const struct ac_totals *t) {
    ac_buf_printf(&w->out,
                  "{\"runs_in_all\":%" PRIu64 ",\"inputs_in_all\":%" PRIu64 ",\"settled\":%" PRIu64
                  ",\"open\":%" PRIu64 ",\"failed\":%" PRIu64 ",\"rejects\":%" PRIu64
                  ",\"api_calls\":%" PRIu64 ",",
                  t->n_runs, t->n_inputs, t->n_settled, t->n_open, t->n_failed, t->n_rejects,
                  t->n_calls);
    put_counts(w, &t->counts);
}

enum ac_rc ac_status_json(struct ac_ledger *l, const struct ac_totals *totals,
                          const struct ac_status_flags *flags, struct ac_err *err) {
    struct writing w = {.n = 0};
    struct ac_reject_filter all = {.max = 1000};
    int64_t doubt_ms = ac_ledger_doubt(l);
    ac_buf_init(&w.out, JSON_BYTES);
    put_totals(&w, totals);
    put_time(&w, "inserts_in_doubt_since", doubt_ms == INT64_MAX ? 0 : doubt_ms ? doubt_ms : 1);
    begin(&w, "orgs");
    enum ac_rc rc = ac_ledger_checkpoints(l, AC_USAGE_SCOPE, put_usage, &w, err);
    ac_buf_printf(&w.out, "]");
    begin(&w, "runs");
    if (rc == AC_OK)
        rc = ac_ledger_runs(l, (size_t)flags->runs, put_run, &w, err);
    ac_buf_printf(&w.out, "]");
    begin(&w, "inputs");
    if (rc == AC_OK)
        rc = ac_ledger_inputs(l, 0, (size_t)flags->inputs, put_input, &w, err);
    ac_buf_printf(&w.out, "]");
    begin(&w, "batches");
    if (rc == AC_OK)
        rc = ac_ledger_batches(l, 10000, put_batch, &w, err);
    ac_buf_printf(&w.out, "]");
    begin(&w, "rejects_by_code");
    if (rc == AC_OK)
        rc = ac_reject_summary(l, &all, put_code, &w, err);
    ac_buf_printf(&w.out, "]}");
    if (rc == AC_OK && (w.out.is_short || !ac_buf_text(&w.out)))
        rc = ac_err_nomem(err, "the status");
    if (rc == AC_OK)
        printf("%s\n", w.out.ptr);
    ac_buf_free(&w.out);
    return rc;
}
