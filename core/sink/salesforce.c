// SPDX-License-Identifier: MIT
// The Salesforce sink: which call carries a batch, until every record has its outcome.
#include "base/log.h"
#include "sink/sink_int.h"
#include <stdlib.h>

bool ac_sf_is_good(enum ac_outcome outcome) {
    return outcome == AC_OUT_OK || outcome == AC_OUT_CREATED || outcome == AC_OUT_UPDATED;
}

// --- the end, before its time

void ac_sf_fail(struct ac_sf *sf, const struct ac_err *why) {
    if (sf->is_stopping)
        return;
    sf->is_stopping = true;
    sf->stop = *why;
    if (sf->stop.rc != AC_RUN) { // an error of less weight ends the sink all the same
        sf->stop.rc = AC_RUN;
        if (sf->stop.cause == AC_CAUSE_NONE)
            sf->stop.cause = AC_CAUSE_STOP;
    }
}

void ac_sf_fail_for(struct ac_shipment *s, const struct ac_err *why) {
    const struct ac_sink_events *events = s->sf->events;
    bool is_own = why->cause == AC_CAUSE_CONFIG && ac_reply_is_of_object(why->code);
    if (!is_own || !events->closed || !events->closed(events->arg, s->batch, why))
        ac_sf_fail(s->sf, why);
}

// Limits that count the calls or batches of the last 24 hours.
static bool is_of_a_day(enum ac_outcome outcome, const char *code) {
    static const char *const codes[] = {"REQUEST_LIMIT_EXCEEDED", "EXCEEDED_QUOTA",
                                        "ExceededQuota"};
    for (size_t i = 0; code && outcome == AC_OUT_STOP && i < AC_N(codes); i++)
        if (strcasecmp(code, codes[i]) == 0)
            return true;
    return false;
}

void ac_sf_stop(struct ac_shipment *s, enum ac_outcome outcome, const struct ac_reply_error *why,
                const char *doing) {
    struct ac_err err = AC_ERR_INIT;
    bool is_config =
        outcome == AC_OUT_CONFIG || outcome == AC_OUT_REFUSED || outcome == AC_OUT_WHOLE;
    const char *hint = ac_reply_hint(why->code, why->message);
    char go_on[256];
    ac_str object = ac_batch_columns(s->batch)->object, text = ac_str_of(why->message);
    if (ac_str_ends(text, AC_STR(".")))
        text.len--;
    const char *then = is_config ? ac_reply_is_of_object(why->code) ? "nothing more was sent to it"
                                                                    : "nothing more was sent"
                                 : "what is known is settled, run again to go on";
    if (is_of_a_day(outcome, why->code)) {
        hint = NULL; // the same in other words
        then = ac_sf_go_on(s->sf, go_on, sizeof go_on);
    } else if (!is_config && s->sf->asked_ms > 0) {
        then = ac_sf_go_on_then(s->sf, s->sf->asked_ms, go_on, sizeof go_on);
    }
    ac_err_set(&err, AC_RUN, is_config ? AC_CAUSE_CONFIG : AC_CAUSE_STOP,
               why->code[0] ? why->code : "NO_ANSWER", "%s (%.*s): %.*s; %s%s%s", doing,
               AC_STR_ARG(object), AC_STR_ARG(text), hint ? hint : "", hint ? "; " : "", then);
    ac_sf_fail_for(s, &err);
}

// --- outcomes

struct ac_retry_verdict ac_sf_decide(struct ac_sf *sf, enum ac_outcome outcome,
                                     const struct ac_tries *tries, int64_t retry_after_ms,
                                     size_t n) {
    sf->asked_ms = retry_after_ms > 0 ? retry_after_ms : 0;
    return ac_retry_decide(&sf->options->retry, outcome, tries->attempt, tries->waited_ms,
                           retry_after_ms, n, sf->clock);
}

struct ac_tries ac_sf_tries(const struct ac_sf *sf) {
    return (struct ac_tries){.attempt = 1, .due_ms = ac_sf_now_ms(sf)};
}

void ac_sf_wait(const struct ac_sf *sf, struct ac_tries *tries, int64_t wait_ms) {
    tries->attempt++;
    tries->waited_ms += wait_ms;
    tries->due_ms = ac_sf_now_ms(sf) + wait_ms;
}

void ac_sf_wait_told(const struct ac_shipment *s, struct ac_tries *tries, int64_t wait_ms,
                     enum ac_outcome outcome, const struct ac_reply_error *why) {
    char object[128], attempt[16], wait[24];
    snprintf(object, sizeof object, "%.*s", AC_STR_ARG(ac_batch_columns(s->batch)->object));
    snprintf(attempt, sizeof attempt, "%d", tries->attempt);
    snprintf(wait, sizeof wait, "%lld", (long long)wait_ms);
    ac_log(AC_LOG_INFO, "a call to the org failed and is made again", "object", object, "code",
           why->code[0] ? why->code : ac_outcome_name(outcome), "#attempt", attempt, "#wait_ms",
           wait, NULL);
    ac_sf_wait(s->sf, tries, wait_ms);
}

void ac_sf_refuse(struct ac_shipment *s, uint32_t ordinal, const struct ac_reply_error *why) {
    struct ac_err err = AC_ERR_INIT;
    const struct ac_sink_events *events = s->sf->events;
    ac_batch_settle(s->batch, ordinal, AC_RECORD_REFUSED);
    if (events->refused(events->arg, s->batch, ordinal, why, &err) >= AC_OK)
        return;
    // Nobody could keep the reject: its input must be read again.
    ac_batch_settle(s->batch, ordinal, AC_RECORD_UNSENT);
    ac_sf_fail(s->sf, &err);
}

void ac_sf_done(struct ac_shipment *s, uint32_t ordinal, enum ac_outcome outcome, ac_str id,
                bool is_told) {
    struct ac_err err = AC_ERR_INIT;
    const struct ac_sink_events *events = s->sf->events;
    bool is_by_id = ac_batch_columns(s->batch)->operation == ACLOAD_FIND && !s->is_bulk;
    ac_batch_settle(s->batch, ordinal,
                    outcome == AC_OUT_CREATED               ? AC_RECORD_CREATED
                    : outcome == AC_OUT_UPDATED || is_by_id ? AC_RECORD_UPDATED
                                                            : AC_RECORD_WRITTEN);
    s->n_written++;
    if (!is_told || !events->done)
        return;
    bool is_new =
        outcome == AC_OUT_CREATED || ac_batch_columns(s->batch)->operation == ACLOAD_INSERT;
    if (events->done(events->arg, s->batch, ordinal, id, is_new, &err) < AC_OK)
        ac_sf_fail(s->sf, &err);
}

enum ac_rc ac_sf_cursor(struct ac_shipment *s, struct ac_err *err) {
    return s->cursor ? AC_OK : ac_cursor_open(&s->cursor, s->batch, err);
}

// The org's words, without what they quote of the record: they are logged.
static void stop_for_row(struct ac_shipment *s, uint32_t ordinal, enum ac_outcome outcome,
                         const struct ac_reply_error *why) {
    struct ac_reply_error shown = *why;
    struct ac_batch_record record;
    struct ac_err err = AC_ERR_INIT;
    enum ac_rc rc = ac_sf_cursor(s, &err);
    if (rc == AC_OK)
        rc = ac_cursor_read(s->cursor, ordinal, &record, &err);
    for (size_t i = 0; rc == AC_OK && i < ac_batch_columns(s->batch)->n; i++)
        ac_reply_error_hide(&shown, record.cells[i]);
    if (rc == AC_OK)
        ac_sf_stop(s, outcome, &shown, "the org refused a record");
    else
        ac_sf_fail(s->sf, &err);
}

bool ac_judge_row(struct ac_judge *j, uint32_t ordinal, enum ac_outcome outcome, ac_str id,
                  const struct ac_reply_error *error) {
    struct ac_shipment *s = j->shipment;
    if (ac_sf_is_good(outcome)) {
        ac_sf_done(s, ordinal, outcome, id, j->is_told);
        return false;
    }
    if (!j->of[outcome].is_known) {
        j->of[outcome].is_known = true;
        j->of[outcome].verdict = ac_sf_decide(s->sf, outcome, j->tries, -1, 1);
    }
    const struct ac_retry_verdict *v = &j->of[outcome].verdict;
    if (v->what == AC_RETRY_WAIT) {
        j->n_again++;
        j->is_locked |= outcome == AC_OUT_LOCKED;
        if (v->wait_ms > j->wait_ms)
            j->wait_ms = v->wait_ms;
        return true;
    }
    // Tried in vain. Where other records of the batch went in, it is not the org that is down.
    bool is_tired = outcome != AC_OUT_STOP && outcome != AC_OUT_CONFIG;
    if (v->what == AC_RETRY_STOP && !(is_tired && s->n_written))
        stop_for_row(s, ordinal, outcome, error);
    else
        ac_sf_refuse(s, ordinal, error);
    return false;
}

// --- the sink

static enum ac_rc sf_send(void *self, struct ac_batch *b, struct ac_err *err) {
    struct ac_sf *sf = self;
    struct ac_shipment *s = calloc(1, sizeof *s);
    if (!s)
        return ac_err_nomem(err, "a batch to send");
    s->sf = sf;
    s->batch = b;
    // An insert that was cut off can only be asked about when it was a job.
    s->is_bulk = ac_batch_columns(b)->operation == ACLOAD_INSERT ||
                 ac_batch_n_pending(b) > sf->options->collections_max;
    if (ac_batch_columns(b)->operation == ACLOAD_FIND)
        ac_find_begin(s);
    struct ac_shipment **last = &sf->shipments;
    while (*last)
        last = &(*last)->next;
    *last = s;
    return AC_OK;
}

static enum ac_rc sf_resume(void *self, struct ac_batch *b, const struct ac_batch_job *jobs,
                            size_t n, struct ac_err *err) {
    struct ac_sf *sf = self;
    struct ac_shipment *s = sf->shipments;
    while (s && s->batch != b)
        s = s->next;
    if (!s || !n)
        return AC_OK;
    s->left = calloc(n, sizeof *s->left);
    if (!s->left)
        return ac_err_nomem(err, "the jobs of an earlier run");
    for (size_t i = 0; i < n; i++) {
        s->left[i].first = jobs[i].first;
        s->left[i].n = jobs[i].n;
        snprintf(s->left[i].id, sizeof s->left[i].id, "%s", jobs[i].id);
    }
    s->n_left = n;
    s->is_bulk = true; // as it was then
    if (ac_batch_columns(b)->operation == ACLOAD_FIND)
        ac_find_begin(s);
    return AC_OK;
}

static void start_due(struct ac_sf *sf) {
    sf->started_ms = ac_sf_now_ms(sf);
    for (struct ac_shipment *s = sf->shipments; s; s = s->next) {
        ac_find_turn(s);
        if (!s->is_bulk)
            ac_collect_start(s);
        ac_find_turn(s);
        if (s->is_bulk)
            ac_job_start(s);
    }
}

static void shipment_free(struct ac_shipment *s) {
    ac_cursor_close(s->cursor);
    free(s->left);
    free(s);
}

// Gives back batches that have nothing under way.
static void settle(struct ac_sf *sf) {
    for (struct ac_shipment **at = &sf->shipments; *at;) {
        struct ac_shipment *s = *at;
        if (ac_sf_is_ending(s) && !s->is_bulk)
            ac_collect_drop(s, false);
        if (!s->calls && !s->jobs && ac_sf_is_ending(s))
            ac_batch_settle_rest(s->batch, 0, UINT32_MAX, AC_RECORD_UNSENT);
        if (s->calls || s->jobs || ac_batch_n_pending(s->batch)) {
            at = &s->next;
            continue;
        }
        struct ac_err err = AC_ERR_INIT;
        struct ac_batch *b = s->batch;
        *at = s->next;
        shipment_free(s);
        if (sf->events->settled(sf->events->arg, b, &err) < AC_OK)
            ac_sf_fail(sf, &err);
    }
}

// How long nothing is due. INT64_MAX: nothing will be, until an answer comes.
static int64_t idle_ms(const struct ac_sf *sf) {
    int64_t due_ms = INT64_MAX, now_ms = ac_sf_now_ms(sf);
    for (const struct ac_shipment *s = sf->shipments; s; s = s->next) {
        int64_t own_ms = s->is_bulk ? ac_job_due_ms(s) : ac_collect_due_ms(s);
        if (own_ms < due_ms)
            due_ms = own_ms;
    }
    return due_ms == INT64_MAX ? INT64_MAX : due_ms > now_ms ? due_ms - now_ms : 0;
}

// Is some bulk job the next thing to look at, with nothing else to be done?
static bool is_polling(const struct ac_sf *sf) {
    for (const struct ac_shipment *s = sf->shipments; s; s = s->next) {
        if (s->calls)
            return false;
        for (const struct ac_job *j = s->jobs; j; j = j->next)
            if (j->step != AC_JOB_POLL)
                return false;
    }
    return true;
}

static enum ac_rc wait_for_something(struct ac_sf *sf, int64_t wait_ms, struct ac_err *err) {
    int64_t idle = idle_ms(sf), begun_ms = ac_sf_now_ms(sf);
    if (sf->leave_ms != INT64_MAX && wait_ms > sf->leave_ms - begun_ms)
        wait_ms = sf->leave_ms > begun_ms ? sf->leave_ms - begun_ms : 0;
    if (ac_rest_in_flight(sf->org))
        return ac_rest_pump(sf->org, idle < wait_ms ? idle : wait_ms, err);
    if (idle == INT64_MAX)
        return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "STUCK",
                          "a batch has records without an outcome, and nothing is under way");
    if (idle > wait_ms)
        idle = wait_ms;
    if (idle <= 0)
        return AC_OK;
    sf->clock->sleep_ms(sf->clock->self, idle);
    if (is_polling(sf))
        sf->polling_ms += ac_sf_now_ms(sf) - begun_ms;
    return AC_OK;
}

static enum ac_rc sf_pump(void *self, int64_t wait_ms, struct ac_err *err) {
    struct ac_sf *sf = self;
    start_due(sf);
    settle(sf);
    if (sf->shipments) {
        enum ac_rc rc = wait_for_something(sf, wait_ms, err);
        if (rc != AC_OK)
            return rc;
        start_due(sf); // what follows from an answer does not wait for the next turn
        settle(sf);
    }
    if (sf->shipments && ac_sf_now_ms(sf) < sf->leave_ms)
        return AC_OK;
    if (!sf->is_stopping)
        return AC_END;
    *err = sf->stop;
    return AC_RUN;
}

static void sf_stop(void *self, const struct ac_err *why, int64_t grace_ms) {
    struct ac_sf *sf = self;
    int64_t leave_ms = ac_sf_now_ms(sf) + grace_ms;
    ac_sf_fail(sf, why);
    if (leave_ms < sf->leave_ms)
        sf->leave_ms = leave_ms;
}

static void sf_put_off(void *self, const struct ac_batch *b) {
    struct ac_sf *sf = self;
    for (struct ac_shipment *s = sf->shipments; s; s = s->next)
        s->is_put_off |= s->batch == b;
}

static void sf_usage(void *self, struct ac_sink_usage *out) {
    const struct ac_sf *sf = self;
    *out = (struct ac_sink_usage){sf->polling_ms, sf->go_on_ms};
}

static size_t sf_pending(void *self) {
    const struct ac_sf *sf = self;
    size_t n = 0;
    for (const struct ac_shipment *s = sf->shipments; s; s = s->next)
        n++;
    return n;
}

// After a failure batches may be left, and their memory is the engine's: it is not looked at.
static void sf_close(void *self) {
    struct ac_sf *sf = self;
    while (sf->shipments) {
        struct ac_shipment *s = sf->shipments;
        sf->shipments = s->next;
        ac_collect_drop(s, true);
        ac_job_drop_all(s);
        shipment_free(s);
    }
    free(sf);
}

static size_t at_least_one(size_t n) { return n ? n : 1; }

enum ac_rc ac_sink_salesforce(struct ac_sink *out, const struct ac_sink_options *options,
                              struct ac_org *org, struct ac_ledger *ledger,
                              const struct ac_clock *clock, const struct ac_sink_events *events,
                              struct ac_err *err) {
    struct ac_sf *sf = calloc(1, sizeof *sf);
    if (!sf)
        return ac_err_nomem(err, "the sink");
    *sf = (struct ac_sf){.options = options,
                         .events = events,
                         .org = org,
                         .ledger = ledger,
                         .clock = clock,
                         .stop = AC_ERR_INIT,
                         .leave_ms = INT64_MAX};
    sf->calls.limit = sf->calls.max = at_least_one(options->collections_in_flight);
    sf->jobs.limit = sf->jobs.max = at_least_one(options->bulk_in_flight);
    *out = (struct ac_sink){.self = sf,
                            .send = sf_send,
                            .resume = sf_resume,
                            .pump = sf_pump,
                            .pending = sf_pending,
                            .close = sf_close,
                            .stop = sf_stop,
                            .put_off = sf_put_off,
                            .usage = sf_usage};
    return AC_OK;
}
