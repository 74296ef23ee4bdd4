// SPDX-License-Identifier: MIT
// An instance from its options to its close.
#include "plugin/host.h"
#include "base/log.h"
#include "base/option.h"
#include "plugin/host_int.h"
#include <stdio.h>
#include <stdlib.h>

#define SAMPLE_VALUES 8 // that a plugin sees when it bids

// --- options -------------------------------------------------------------------------------------

static bool is_given(const struct ac_option_value *values, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (ac_str_eq(values[i].name, ac_str_of(name)))
            return true;
    return false;
}

static enum ac_rc check_required(const struct ac_instance *in, const struct ac_option_value *values,
                                 size_t n_values, struct ac_err *err) {
    char missing[500] = "";
    for (const acload_option *o = in->module->plugin.options; o && o->name; o++) {
        size_t at = strlen(missing);
        if (o->fallback || is_given(values, n_values, o->name) || at + 8 > sizeof missing)
            continue;
        snprintf(missing + at, sizeof missing - at, "%s%s (%s)", at ? ", " : "", o->name,
                 o->help ? o->help : "no help");
    }
    if (!missing[0])
        return AC_OK;
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "MISSING_OPTION",
                      "plugin %s needs more options: %s; give each with --option name=value or in "
                      "the job's \"options\"",
                      in->module->name, missing);
}

static enum ac_rc fill_options(struct ac_instance *in, const struct ac_option_value *values,
                               size_t n_values, struct ac_err *err) {
    const acload_plugin *p = &in->module->plugin;
    char who[80];
    snprintf(who, sizeof who, "plugin %s", in->module->name);
    enum ac_rc rc = p->options
                        ? ac_option_defaults(p->options, p->option_size, in->state, &in->keep, err)
                        : AC_OK;
    for (size_t i = 0; rc == AC_OK && i < n_values; i++)
        rc = ac_option_set(p->options, p->option_size, in->state, values[i].name, values[i].value,
                           who, &in->keep, err);
    return rc == AC_OK ? check_required(in, values, n_values, err) : rc;
}

// --- callbacks -----------------------------------------------------------------------------------

static void enter(struct ac_instance *in, enum ac_phase phase) {
    in->phase = phase;
    in->has_misused = in->has_no_memory = in->is_row_too_large = false;
    in->reason.rc = AC_OK;
    in->reason.cause = AC_CAUSE_NONE;
    in->reason.code[0] = in->reason.text[0] = in->reason.source[0] = '\0';
    in->reason.line = in->reason.column = 0;
    in->reason.has_byte = 0;
}

// Did the callback fail? A plugin that broke its contract did, whatever it says.
static bool leave(struct ac_instance *in, int rc, const char *what) {
    in->phase = AC_PHASE_NONE;
    if (rc != ACLOAD_OK && rc != ACLOAD_FAIL)
        ac_host_misuse(in, "%s() returned %d, neither ACLOAD_OK nor ACLOAD_FAIL", what, rc);
    if (rc == ACLOAD_OK && !in->has_misused && !in->has_no_memory && !in->is_row_too_large)
        return false;
    ac_host_say(in, "NO_REASON", "%s() of plugin %s failed without saying why", what,
                in->module->name);
    return true;
}

// --- life ----------------------------------------------------------------------------------------

enum ac_rc ac_instance_new(struct ac_instance **out, const struct ac_module *module,
                           const struct ac_option_value *values, size_t n_values,
                           const struct ac_services *services, const struct ac_clock *clock,
                           struct ac_err *err) {
    struct ac_instance *in = calloc(1, sizeof *in);
    size_t size = module->plugin.state_size;
    if (in)
        in->state = calloc(1, size ? size : 1);
    if (!in || !in->state) {
        free(in);
        return ac_err_nomem(err, "a plugin's state");
    }
    in->ctx = (acload_ctx){&ac_host_table, in->state};
    in->module = module;
    in->services = services;
    in->clock = clock;
    ac_arena_init(&in->keep, AC_HOST_KEEP_BYTES);
    ac_arena_init(&in->input_arena, AC_HOST_INPUT_BYTES);
    ac_arena_init(&in->bid_arena, AC_HOST_INPUT_BYTES);
    ac_buf_init(&in->rendered, AC_HOST_ROW_BYTES);
    enum ac_rc rc = fill_options(in, values, n_values, err);
    if (rc != AC_OK) {
        ac_instance_free(in);
        return rc;
    }
    *out = in;
    return AC_OK;
}

void ac_instance_free(struct ac_instance *in) {
    if (!in)
        return;
    enter(in, AC_PHASE_CLOSE);
    if (in->is_open && in->module->plugin.close)
        in->module->plugin.close(&in->ctx);
    ac_slots_free(in);
    ac_buf_free(&in->rendered);
    ac_arena_free(&in->bid_arena);
    ac_arena_free(&in->input_arena);
    ac_arena_free(&in->keep);
    free(in->state);
    free(in);
}

const struct ac_module *ac_instance_module(const struct ac_instance *in) { return in->module; }

const struct ac_err *ac_instance_why(const struct ac_instance *in) { return &in->reason; }

static void no_bid(struct ac_instance *in, const acload_sample *sample, acload_bid *bid) {
    char name[512];
    snprintf(name, sizeof name, "%.*s", AC_STR_ARG(sample->name));
    *bid = (acload_bid){.size = sizeof *bid};
    ac_log(AC_LOG_WARNING, "a plugin could not bid", "plugin", in->module->name, "input", name,
           "why", in->reason.text, NULL);
}

static void take_values(const acload_row *const *values, size_t n) {
    for (size_t i = 0; i < n; i++)
        ac_instance_row_end(&ac_slot_of(values[i])->row);
}

// Rows that get() and kind() can be asked about; fewer than there are: no memory.
static size_t lend_values(struct ac_instance *in, const acload_sample *sample,
                          const acload_row **values) {
    size_t n = 0;
    for (; n < sample->n_values && n < SAMPLE_VALUES; n++) {
        values[n] = ac_instance_lend(in, sample->values[n]);
        if (values[n])
            continue;
        take_values(values, n);
        return 0;
    }
    return n;
}

enum ac_rc ac_instance_bid(struct ac_instance *in, const acload_sample *sample, acload_bid *bid,
                           struct ac_err *err) {
    *bid = (acload_bid){.size = sizeof *bid};
    if (!in->module->plugin.bid)
        return AC_OK;
    const acload_str *columns = in->columns;
    size_t n_columns = in->n_columns;
    int format = in->format;
    struct ac_paths paths = in->paths;
    acload_sample own = *sample;
    const acload_row *values[SAMPLE_VALUES];
    own.values = values;
    own.n_values = lend_values(in, sample, values);
    if (own.n_values < sample->n_values && own.n_values < SAMPLE_VALUES)
        return ac_err_nomem(err, "a sample");
    in->columns = sample->columns; // for column()
    in->n_columns = sample->n_columns;
    in->format = sample->format; // for path()
    in->paths = (struct ac_paths){.arena = &in->bid_arena};
    enter(in, AC_PHASE_BID);
    int rc = in->module->plugin.bid(&in->ctx, &own, bid);
    take_values(values, own.n_values);
    ac_arena_reset(&in->bid_arena);
    in->columns = columns;
    in->n_columns = n_columns;
    in->format = format;
    in->paths = paths;
    if (bid->score < 0 || bid->score > 100)
        ac_host_misuse(in, "it bid %d, which is no number from 0 to 100", (int)bid->score);
    if (leave(in, rc, "bid"))
        no_bid(in, sample, bid);
    bid->missing[sizeof bid->missing - 1] = '\0';
    ac_host_clean(bid->missing);
    return AC_OK;
}

enum ac_rc ac_instance_open(struct ac_instance *in, struct ac_err *err) {
    if (!in->is_open && in->open_err.rc == AC_OK) {
        enter(in, AC_PHASE_OPEN);
        int rc = in->module->plugin.open ? in->module->plugin.open(&in->ctx) : ACLOAD_OK;
        in->is_open = !leave(in, rc, "open");
        if (!in->is_open)
            ac_err_set(&in->open_err, AC_RUN, AC_CAUSE_CONFIG, in->reason.code,
                       "plugin %s (%s): %s", in->module->name, in->module->path, in->reason.text);
    }
    if (in->is_open)
        return AC_OK;
    if (err->rc == AC_OK)
        *err = in->open_err;
    return AC_RUN;
}

static enum ac_rc wrong_moment(const struct ac_instance *in, const char *what, struct ac_err *err) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_INTERNAL, "WRONG_MOMENT", "plugin %s: %s",
                      in->module->name, what);
}

static bool keep_input(struct ac_instance *in, const acload_input *input) {
    struct ac_arena *a = &in->input_arena;
    ac_arena_reset(a);
    in->n_bound = in->n_columns = 0;
    in->columns = NULL;
    in->format = input->format;
    in->paths = (struct ac_paths){.arena = a};
    in->input_name.ptr = ac_arena_copy(a, input->name);
    in->input_name.len = input->name.len;
    acload_str *columns = ac_arena_alloc(a, input->n_columns * sizeof *columns);
    if (!in->input_name.ptr || !columns)
        return false;
    for (size_t i = 0; i < input->n_columns; i++) {
        columns[i] = ac_arena_copy_str(a, input->columns[i]);
        if (!columns[i].ptr && input->columns[i].ptr)
            return false;
    }
    in->columns = columns;
    in->n_columns = input->n_columns;
    return true;
}

// What became of begin: an org that did not answer ends the run, whatever the plugin made of it.
static enum ac_rc refused(struct ac_instance *in, struct ac_err *err) {
    const struct ac_err *why = in->fault.rc != AC_OK ? &in->fault : &in->reason;
    if (why->rc == AC_RUN) { // a service's own error
        if (err->rc == AC_OK)
            *err = *why;
        return AC_RUN;
    }
    if (in->has_no_memory)
        return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, why->code, "%s", why->text);
    if (in->has_misused || strcmp(why->code, "CONFIG") == 0)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, why->code, "%s", why->text);
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, why->code, "%s", why->text);
}

enum ac_rc ac_instance_begin(struct ac_instance *in, const acload_input *input,
                             struct ac_err *err) {
    if (!in->is_open)
        return wrong_moment(in, "an input begins before it is open", err);
    if (in->n_held)
        return wrong_moment(in, "an input begins while rows are held", err);
    if (!keep_input(in, input)) {
        in->input_name = AC_STR_NULL;
        return ac_err_nomem(err, "the columns of an input");
    }
    enter(in, AC_PHASE_BEGIN);
    in->fault.rc = AC_OK;
    int rc = in->module->plugin.begin ? in->module->plugin.begin(&in->ctx, input) : ACLOAD_OK;
    bool has_failed = leave(in, rc, "begin");
    return has_failed || in->fault.rc != AC_OK ? refused(in, err) : AC_OK;
}

// --- rows ----------------------------------------------------------------------------------------

static void say_default(struct ac_instance *in, int verdict) {
    const char *name = in->module->name;
    if (verdict == ACLOAD_REJECT)
        ac_host_say(in, "REJECTED", "plugin %s rejected the row without saying why", name);
    else if (verdict == ACLOAD_STOP)
        ac_host_say(in, "STOPPED", "plugin %s gave no reason", name);
    else if (verdict == ACLOAD_DROP)
        ac_host_say(in, "DROPPED", "%s", "");
}

static int hold(struct ac_instance *in, struct ac_slot *slot) {
    if (ac_slot_hold(slot))
        return ACLOAD_TAKE;
    if (in->has_no_memory)
        return ACLOAD_STOP;
    in->reason.rc = AC_OK;
    ac_host_say(in, "TOO_MANY_HELD",
                "plugin %s holds %zu rows already, and all that it may hold is %zu MiB; the input "
                "is too large for it in one piece",
                in->module->name, in->n_held, AC_HOST_HELD_BYTES >> 20);
    return ACLOAD_REJECT;
}

int ac_instance_row(struct ac_instance *in, struct acload_row *lent) {
    struct ac_slot *slot = ac_slot_of(lent);
    slot->in = in;
    slot->seen = NULL; // by another instance's paths
    slot->n_seen = 0;
    enter(in, AC_PHASE_ROW);
    int verdict = in->module->plugin.row(&in->ctx, lent);
    in->phase = AC_PHASE_NONE;
    if (verdict < ACLOAD_PASS || verdict > ACLOAD_STOP) {
        ac_host_misuse(in, "row() returned %d, which is no verdict", verdict);
        verdict = ACLOAD_REJECT;
    }
    if ((in->has_misused || in->is_row_too_large) && verdict != ACLOAD_STOP)
        verdict = ACLOAD_REJECT;
    if (in->has_no_memory)
        verdict = ACLOAD_STOP;
    if (verdict == ACLOAD_TAKE)
        verdict = hold(in, slot);
    if (verdict != ACLOAD_PASS)
        say_default(in, verdict);
    return verdict;
}

enum ac_rc ac_instance_flush(struct ac_instance *in, int when, struct ac_err *err) {
    if (!in->is_open)
        return wrong_moment(in, "it is flushed before it is open", err);
    if (!in->module->plugin.flush)
        return AC_OK;
    enter(in, AC_PHASE_FLUSH);
    if (!leave(in, in->module->plugin.flush(&in->ctx, when), "flush"))
        return AC_OK;
    bool is_input = when == ACLOAD_END_OF_INPUT && !in->has_misused && !in->has_no_memory;
    const char *moment = when == ACLOAD_END_OF_INPUT ? "the end of the input"
                         : when == ACLOAD_END_OF_RUN ? "the end of the run"
                                                     : "a checkpoint";
    return ac_err_set(err, is_input ? AC_INPUT : AC_RUN, is_input ? AC_CAUSE_INPUT : AC_CAUSE_STOP,
                      in->reason.code, "plugin %s at %s: %s", in->module->name, moment,
                      in->reason.text);
}
