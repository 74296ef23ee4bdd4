// SPDX-License-Identifier: MIT
// Interval reports of queues or agents as records of the CTI Adapter's objects.
#include "known.h"
#include "value.h"
#include <stdio.h>
#include <string.h>

static const acload_option options[] = {
    {"kind", ACLOAD_OPT_CHOICE, offsetof(struct state, kind_option), "auto", 0, 0,
     "auto|queue|agent", "What the report is about; auto looks for a Queue or an Agent column."},
    {"record_id", ACLOAD_OPT_CHOICE, offsetof(struct state, id_form), "compatible", 0, 0,
     "compatible|utc|template",
     "How AC_Record_Id__c is written: compatible (as the CTI Adapter's loaders do), utc (the same "
     "with the time in UTC), or template."},
    {"id_template", ACLOAD_OPT_TEXT, offsetof(struct state, id_template), "{name}{start}{region}",
     0, 0, NULL,
     "For record_id template: text with {name}, {raw}, {start}, {start_utc}, {region}, or "
     "{a column's label}."},
    {"region_in_id", ACLOAD_OPT_BOOL, offsetof(struct state, region_in_id), "true", 0, 0, NULL,
     "Whether the region is part of the id in orgs that have Region__c."},
    {"long_id", ACLOAD_OPT_CHOICE, offsetof(struct state, long_id), "reject", 0, 0,
     "reject|shorten", "What happens to an id longer than its field: shorten ends it in a hash."},
    {"interval", ACLOAD_OPT_TIME, offsetof(struct state, interval_ms), "30m", 0, 86400000, NULL,
     "How long every row's interval must be; 0s takes any."},
    {"created_date", ACLOAD_OPT_CHOICE, offsetof(struct state, created_from), "modified", 0, 0,
     "modified|event",
     "Where Created_Date__c comes from: the file's last modification, or the event."},
    {"queue_object", ACLOAD_OPT_TEXT, offsetof(struct state, queue_object),
     "AC_HistoricalQueueMetrics__c", 0, 0, NULL, "The object of queue reports."},
    {"agent_object", ACLOAD_OPT_TEXT, offsetof(struct state, agent_object),
     "AC_AgentPerformance__c", 0, 0, NULL, "The object of agent reports."},
    {.name = NULL},
};

static int interval_bid(acload_ctx *ctx, const acload_sample *sample, acload_bid *bid) {
    const struct state *s = ctx->state;
    if (sample->format == ACLOAD_RECORDS) {
        bid->score = known_is_ours(s, sample->name) ? 100 : 0;
        return ACLOAD_OK;
    }
    if (sample->format != ACLOAD_CSV)
        return ACLOAD_OK; // not even near
    struct spots at = bind_spots(sample->columns, sample->n_columns);
    bool has_name = (at.queue >= 0 && s->kind_option != KIND_AGENT) ||
                    (at.agent >= 0 && s->kind_option != KIND_QUEUE);
    const char *missing;
    if (at.start >= 0 && has_name) {
        bid->score = at.end >= 0 ? 90 : 80;
        return ACLOAD_OK;
    }
    if (at.start >= 0) {
        bid->near = 60;
        missing = "a column Queue or Agent (group the report by queue or agent)";
    } else if (has_name) {
        bid->near = 50;
        missing = "the column StartInterval (a scheduled historical metrics report with 30-minute "
                  "intervals has it; a manual download has not)";
    } else {
        bid->near = 10;
        missing = "the columns Queue or Agent, and StartInterval, in the first line (a scheduled "
                  "historical metrics report has them; a manual download or a dashboard has not)";
    }
    snprintf(bid->missing, sizeof bid->missing, "%s", missing);
    return ACLOAD_OK;
}

// A cell for a message: cut, never in the midst of a character.
static acload_str shown(acload_str cell) {
    size_t len = cell.len < 60 ? cell.len : 60;
    while (len < cell.len && len && ((unsigned char)cell.ptr[len] & 0xC0) == 0x80)
        len--;
    return (acload_str){len ? cell.ptr : "", len};
}

static bool reject_date(acload_ctx *ctx, const char *column, acload_str cell) {
    acload_str s = shown(cell);
    ctx->host->fail(ctx, "INVALID_DATE",
                    "column %s: '%.*s' is no date-time like 2031-03-04T16:00:00.000Z", column,
                    (int)s.len, s.ptr);
    return false;
}

// Many rows, one after the other, are of one interval: its text is read once.
static bool read_again(struct last_moment *last, acload_str text, struct moment *out) {
    if (last->len && text.len == last->len && memcmp(text.ptr, last->text, text.len) == 0) {
        *out = last->moment;
        return true;
    }
    last->len = 0;
    if (!moment_read(text, out))
        return false;
    if (text.len > sizeof last->text)
        return true;
    memcpy(last->text, text.ptr, text.len);
    last->len = text.len;
    last->moment = *out;
    return true;
}

// Does the interval have the length it should have, from a boundary of its own?
static bool check_interval(acload_ctx *ctx, acload_row *row, acload_str start,
                           const struct moment *from) {
    struct state *s = ctx->state;
    if (!s->interval_ms)
        return true;
    acload_str cell = {NULL, 0};
    if (s->end_column >= 0)
        cell = ctx->host->get(row, s->end_column);
    struct moment to = {.ms = from->ms + s->interval_ms};
    if (!value_is_none(cell) && !read_again(&s->last_end, value_trim(cell), &to))
        return reject_date(ctx, "EndInterval", cell);
    long long minutes = (to.ms - from->ms) / 60000, expected = s->interval_ms / 60000;
    if (to.ms <= from->ms)
        ctx->host->fail(ctx, "INTERVAL_LENGTH",
                        "the interval from %.*s ends at %.*s, which is not after its beginning",
                        (int)start.len, start.ptr, (int)cell.len, cell.ptr);
    else if (to.ms - from->ms != s->interval_ms)
        ctx->host->fail(ctx, "INTERVAL_LENGTH",
                        "the interval from %.*s is %lld minutes long, not %lld: it would overwrite "
                        "another one's record; choose %lld-minute intervals for the report, or "
                        "take these with the plugin's option interval=%lldm",
                        (int)start.len, start.ptr, minutes, expected, expected,
                        minutes > 0 ? minutes : 1);
    else if (!moment_is_on(from, s->interval_ms))
        ctx->host->fail(ctx, "INTERVAL_START",
                        "the interval from %.*s does not begin on a multiple of %lld minutes; the "
                        "plugin's option interval=0s takes any",
                        (int)start.len, start.ptr, expected);
    else
        return true;
    return false;
}

// What makes the row's identity. False: rejected, and said why.
static bool identity(acload_ctx *ctx, acload_row *row, struct id_values *v) {
    struct state *s = ctx->state;
    v->name = ctx->host->get(row, s->name_column);
    if (value_is_none(v->name)) {
        ctx->host->fail(ctx, "MISSING_VALUE", "column %s holds no name",
                        s->kind == KIND_QUEUE ? "Queue" : "Agent");
        return false;
    }
    acload_str cell = ctx->host->get(row, s->start_column);
    v->start = value_trim(cell);
    struct moment start;
    if (!read_again(&s->last_start, v->start, &start))
        return reject_date(ctx, "StartInterval", cell);
    v->start_ms = start.ms;
    return check_interval(ctx, row, v->start, &start);
}

static bool compose_id(acload_ctx *ctx, const struct id_values *values, acload_str *id) {
    struct state *s = ctx->state;
    id_compose(&s->form, values, &s->id);
    if (s->id.is_name_lost && !s->form.has_raw) {
        acload_str name = shown(values->name);
        ctx->host->fail(ctx, "EMPTY_ID",
                        "the queue's name '%.*s' holds no letter or digit, so nothing of it would "
                        "be in the external id; rename the queue, or use {raw} in the plugin's "
                        "option id_template",
                        (int)name.len, name.ptr);
        return false;
    }
    if (s->id.is_full) {
        ctx->host->fail(ctx, "STRING_TOO_LONG", "the external id would be over %d bytes",
                        RECORDID_MAX);
        return false;
    }
    *id = (acload_str){s->id.text, s->id.len};
    if (!s->key_length || id->len <= s->key_length)
        return true; // no more characters than bytes
    if (s->long_id == LONG_SHORTEN)
        id_shorten(&s->id, s->key_length);
    id->len = s->id.len;
    if (id_chars(*id) <= s->key_length)
        return true;
    acload_str begin = shown(*id);
    ctx->host->fail(ctx, "STRING_TOO_LONG",
                    "the external id '%.*s...' has %zu characters, AC_Record_Id__c takes %u; the "
                    "plugin's option long_id=shorten ends it in a hash instead",
                    (int)begin.len, begin.ptr, id_chars(*id), s->key_length);
    return false;
}

// One cell that is more than a few digits. False: rejected, and said why.
static bool set_metric(acload_ctx *ctx, acload_row *row, acload_record *record, size_t i) {
    struct state *s = ctx->state;
    const acload_host *host = ctx->host;
    const acload_pair *pair = &s->pairs[i];
    acload_str cell = host->get(row, pair->column);
    struct value value;
    switch (value_read(cell, s->metrics[i].type, s->metrics[i].scale, &value)) {
    case VALUE_NULL:
        return host->set_null(record, pair->field) == ACLOAD_OK;
    case VALUE_TEXT:
        return host->set(record, pair->field, value.text) == ACLOAD_OK;
    case VALUE_ROUNDED:
        s->n_rounded++;
        s->labels[i].is_rounded = true;
        return host->set(record, pair->field, value.text) == ACLOAD_OK;
    case VALUE_BAD:
        break;
    }
    acload_str bad = shown(cell);
    host->fail(ctx, value.code, "column %d (%s): '%.*s' %s", pair->column + 1, s->labels[i].text,
               (int)bad.len, bad.ptr, value.why);
    return false;
}

static bool set_metrics(acload_ctx *ctx, acload_row *row, acload_record *record) {
    struct state *s = ctx->state;
    size_t n = s->n_metrics, at = 0;
    while ((at = ctx->host->fill(record, row, s->pairs, n, at)) < n)
        if (!set_metric(ctx, row, record, at++))
            return false;
    return true;
}

static int interval_begin(acload_ctx *ctx, const acload_input *in) {
    return in->format == ACLOAD_RECORDS ? known_begin(ctx, in) : bind_input(ctx, in);
}

static int interval_row(acload_ctx *ctx, acload_row *row) {
    struct state *s = ctx->state;
    if (s->known.is_on)
        return known_row(ctx, row);
    const acload_host *host = ctx->host;
    struct id_values values = {.region = s->region_in_id ? s->region : (acload_str){"", 0},
                               .is_clean = s->kind == KIND_QUEUE,
                               .cell = host->get,
                               .row = row};
    acload_str id;
    if (!identity(ctx, row, &values) || !compose_id(ctx, &values, &id))
        return ACLOAD_REJECT;
    acload_record *record = host->record(ctx, s->object, row);
    if (host->set(record, s->key_field, id) != ACLOAD_OK ||
        host->set(record, s->name_field, values.name) != ACLOAD_OK ||
        !set_metrics(ctx, row, record))
        return ACLOAD_REJECT;
    acload_str created = {s->created, MOMENT_TEXT - 1};
    if (s->created_field >= 0 && host->set(record, s->created_field, created) != ACLOAD_OK)
        return ACLOAD_REJECT;
    if (s->region_field >= 0 && host->set(record, s->region_field, s->region) != ACLOAD_OK)
        return ACLOAD_REJECT;
    return host->emit(ctx, record) == ACLOAD_OK ? ACLOAD_PASS : ACLOAD_REJECT;
}

static int interval_flush(acload_ctx *ctx, int when) {
    struct state *s = ctx->state;
    if (when != ACLOAD_END_OF_INPUT || !s->n_rounded)
        return ACLOAD_OK;
    struct list columns;
    memset(&columns, 0, sizeof columns);
    for (size_t i = 0; i < s->n_metrics; i++)
        if (s->labels[i].is_rounded)
            list_add(&columns, (acload_str){s->labels[i].text, strlen(s->labels[i].text)});
    ctx->host->log(ctx, ACLOAD_WARNING,
                   "%llu value%s rounded, their fields keep fewer digits after the point: %s",
                   (unsigned long long)s->n_rounded, s->n_rounded == 1 ? "" : "s", columns.text);
    s->n_rounded = 0;
    return ACLOAD_OK;
}

static const acload_plugin plugin = {
    ACLOAD_PLUGIN_INIT,
    .name = "interval",
    .version = "1",
    .summary = "Amazon Connect interval reports (queues or agents) as CTI Adapter records",
    .options = options,
    .state_size = sizeof(struct state),
    .bid = interval_bid,
    .begin = interval_begin,
    .row = interval_row,
    .flush = interval_flush,
};

const acload_plugin *acload_plugin_entry(void) { return &plugin; }
