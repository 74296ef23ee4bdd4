// SPDX-License-Identifier: MIT
// Interval reports of queues or agents as records of the CTI Adapter's objects.
#include "label.h"
#include "recordid.h"
#include "value.h"
#include <stdio.h>
#include <string.h>

#define MAX_COLUMNS 5000
#define LIST_BYTES 600

enum { KIND_AUTO, KIND_QUEUE, KIND_AGENT };
enum { FORM_COMPATIBLE, FORM_UTC, FORM_TEMPLATE };
enum { LONG_REJECT, LONG_SHORTEN };
enum { CREATED_MODIFIED, CREATED_EVENT };

struct metric { // a column that has a field
    int column, field;
    int type, scale;
    char label[40]; // the column's, for messages
};

struct list { // names for one warning
    char text[LIST_BYTES];
    size_t len;
    int n;
};

struct state {
    // options
    int kind_option, id_form, long_id, created_from, region_in_id;
    const char *id_template, *queue_object, *agent_object;
    int64_t interval_ms;
    // of the input
    int kind, object;
    int name_column, start_column, end_column;
    int key_field, name_field, created_field, region_field;
    uint32_t key_length;
    char created[25];
    acload_str region; // "" for none
    char region_text[64];
    struct metric *metrics;
    size_t n_metrics;
    uint64_t n_rounded;
    struct id_form form;
    struct id_buf id;
};

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

static void list_add(struct list *l, acload_str name) {
    l->n++;
    if (l->len + name.len + 6 > sizeof l->text) return;
    l->len += (size_t)snprintf(l->text + l->len, sizeof l->text - l->len, "%s%.*s",
                               l->len ? ", " : "", (int)name.len, name.ptr);
}

static int find(const acload_str *columns, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (label_is(columns[i], name)) return (int)i;
    return -1;
}

static int interval_bid(acload_ctx *ctx, const acload_sample *sample, acload_bid *bid) {
    (void)ctx;
    int queue = find(sample->columns, sample->n_columns, "Queue");
    int agent = find(sample->columns, sample->n_columns, "Agent");
    int start = find(sample->columns, sample->n_columns, "StartInterval");
    int end = find(sample->columns, sample->n_columns, "EndInterval");
    if (start >= 0 && (queue >= 0 || agent >= 0)) {
        bid->score = end >= 0 ? 90 : 80;
    } else if (start >= 0) {
        bid->near = 60;
        snprintf(bid->missing, sizeof bid->missing,
                 "a column Queue or Agent (group the report by queue or agent)");
    } else if (queue >= 0 || agent >= 0) {
        bid->near = 50;
        snprintf(bid->missing, sizeof bid->missing,
                 "the column StartInterval (a scheduled historical metrics report with 30-minute "
                 "intervals has it; a manual download has not)");
    } else {
        bid->near = 10;
        snprintf(bid->missing, sizeof bid->missing, "the columns Queue or Agent, StartInterval");
    }
    return ACLOAD_OK;
}

static int interval_open(acload_ctx *ctx) {
    struct state *s = ctx->state;
    s->metrics = ctx->host->keep(ctx, MAX_COLUMNS * sizeof *s->metrics);
    if (s->metrics) return ACLOAD_OK;
    ctx->host->fail(ctx, "NO_MEMORY", "no memory for %d columns", MAX_COLUMNS);
    return ACLOAD_FAIL;
}

// Which columns say whose row it is, when it begins or ends.
static int find_identity(acload_ctx *ctx, const acload_input *in) {
    struct state *s = ctx->state;
    int queue = find(in->columns, in->n_columns, "Queue");
    int agent = find(in->columns, in->n_columns, "Agent");
    s->start_column = find(in->columns, in->n_columns, "StartInterval");
    s->end_column = find(in->columns, in->n_columns, "EndInterval");
    s->kind = s->kind_option;
    if (s->kind == KIND_AUTO && queue >= 0 && agent >= 0) {
        ctx->host->fail(ctx, "BOTH_KINDS",
                        "has both a Queue and an Agent column; say which report it is with the "
                        "plugin's option kind (queue or agent)");
        return ACLOAD_FAIL;
    }
    if (s->kind == KIND_AUTO) s->kind = queue >= 0 ? KIND_QUEUE : KIND_AGENT;
    s->name_column = s->kind == KIND_QUEUE ? queue : agent;
    const char *missing = s->name_column < 0    ? (s->kind == KIND_QUEUE ? "Queue" : "Agent")
                          : s->start_column < 0 ? "StartInterval"
                                                : NULL;
    if (!missing) return ACLOAD_OK;
    ctx->host->fail(ctx, "MISSING_COLUMN",
                    "has no column %s; schedule the report as historical metrics grouped by queue "
                    "or agent with the interval set to 30 minutes",
                    missing);
    return ACLOAD_FAIL;
}

static bool is_taken(const struct state *s, int field) {
    for (size_t i = 0; i < s->n_metrics; i++)
        if (s->metrics[i].field == field) return true;
    return false;
}

struct warnings {
    struct list unknown, too_long, twice, read_only;
};

// A field for the label, or -1. With `exact`, only the first of its names counts: a column whose
// own name is a field goes before one that merely may stand for it.
static int field_of(acload_ctx *ctx, acload_str label, bool exact, acload_traits *traits,
                    bool *is_too_long) {
    struct state *s = ctx->state;
    struct label_names names;
    label_fields(label, &names);
    *is_too_long = names.is_too_long;
    for (int i = 0; i < (exact && names.n ? 1 : names.n); i++) {
        *traits = (acload_traits){.size = sizeof *traits};
        int field = ctx->host->field(ctx, s->object, names.name[i], traits);
        if (field >= 0) return field;
    }
    return -1;
}

static void bind_metric(acload_ctx *ctx, acload_str label, size_t column, bool exact,
                        struct warnings *w) {
    struct state *s = ctx->state;
    acload_traits traits;
    bool is_too_long = false;
    int field = field_of(ctx, label, exact, &traits, &is_too_long);
    if (field < 0) {
        if (!exact) list_add(is_too_long ? &w->too_long : &w->unknown, label);
    } else if (!traits.writable) {
        if (!exact) list_add(&w->read_only, label);
    } else if (field == s->key_field || field == s->name_field || is_taken(s, field)) {
        if (!exact) list_add(&w->twice, label);
    } else {
        struct metric *m = &s->metrics[s->n_metrics++];
        *m = (struct metric){(int)column, field, traits.type,
                             traits.type == ACLOAD_UNKNOWN ? -1 : traits.scale, ""};
        snprintf(m->label, sizeof m->label, "%.*s", (int)label.len, label.ptr);
    }
}

static void warn(acload_ctx *ctx, const struct list *l, const char *why) {
    if (!l->n) return;
    ctx->host->log(ctx, ACLOAD_WARNING, "%d column%s left out, %s: %s%s", l->n,
                   l->n == 1 ? "" : "s", why, l->text, l->len + 40 > sizeof l->text ? ", ..." : "");
}

static bool is_bound(const struct state *s, size_t column) {
    for (size_t i = 0; i < s->n_metrics; i++)
        if (s->metrics[i].column == (int)column) return true;
    return false;
}

static void bind_metrics(acload_ctx *ctx, const acload_input *in) {
    struct state *s = ctx->state;
    struct warnings w;
    memset(&w, 0, sizeof w);
    size_t n = in->n_columns < MAX_COLUMNS ? in->n_columns : MAX_COLUMNS;
    s->n_metrics = 0;
    for (int exact = 1; exact >= 0; exact--)
        for (size_t i = 0; i < n; i++)
            if ((int)i != s->name_column && !is_bound(s, i))
                bind_metric(ctx, in->columns[i], i, exact == 1, &w);
    warn(ctx, &w.unknown, "no such field in this org, or hidden from this user");
    warn(ctx, &w.too_long,
         "their field names would be over the 40 characters that Salesforce allows");
    warn(ctx, &w.read_only, "this user may not write their fields");
    warn(ctx, &w.twice, "another column gives their field already");
}

static int bind_region(acload_ctx *ctx, const acload_input *in) {
    struct state *s = ctx->state;
    s->region_field = ctx->host->field(ctx, s->object, "Region__c", NULL);
    s->region = (acload_str){"", 0};
    if (s->region_field < 0) return ACLOAD_OK;
    if (!in->region.ptr) {
        ctx->host->fail(ctx, "CONFIG",
                        "this org's objects have the field Region__c, so the region is part of "
                        "each record's id, and none is configured; say which with --region "
                        "us-east-1 (or the configuration's region), or --region none to leave it "
                        "out. A wrong choice would double the history");
        return ACLOAD_FAIL;
    }
    if (in->region.len >= sizeof s->region_text) {
        ctx->host->fail(ctx, "CONFIG", "the region is over %zu characters",
                        sizeof s->region_text - 1);
        return ACLOAD_FAIL;
    }
    memcpy(s->region_text, in->region.ptr, in->region.len);
    s->region = (acload_str){s->region_text, in->region.len};
    return ACLOAD_OK;
}

static int compile_id(acload_ctx *ctx) {
    struct state *s = ctx->state;
    const char *form = s->id_form == FORM_TEMPLATE ? s->id_template
                       : s->id_form == FORM_UTC    ? "{name}{start_utc}{region}"
                                                   : "{name}{start}{region}";
    acload_str bad;
    if (id_compile(&s->form, form, ctx->host->column, ctx, &bad)) return ACLOAD_OK;
    ctx->host->fail(ctx, "CONFIG",
                    "id_template \"%s\": '%.*s' is neither {name}, {raw}, {start}, {start_utc}, "
                    "{region} nor {a column of this input}",
                    form, (int)bad.len, bad.ptr);
    return ACLOAD_FAIL;
}

static int interval_begin(acload_ctx *ctx, const acload_input *in) {
    struct state *s = ctx->state;
    const acload_host *host = ctx->host;
    if (find_identity(ctx, in) != ACLOAD_OK) return ACLOAD_FAIL;
    s->object = host->object(ctx, s->kind == KIND_QUEUE ? s->queue_object : s->agent_object,
                             "AC_Record_Id__c", ACLOAD_UPSERT);
    if (s->object < 0) return ACLOAD_FAIL;
    acload_traits traits = {.size = sizeof traits};
    s->key_field = host->field(ctx, s->object, "AC_Record_Id__c", &traits);
    s->key_length = traits.length;
    s->name_field = host->field(ctx, s->object, "AC_Object_Name__c", NULL);
    s->created_field = host->field(ctx, s->object, "Created_Date__c", NULL);
    if (s->name_field < 0) {
        host->fail(ctx, "CONFIG",
                   "the org's object has no field AC_Object_Name__c, or it is hidden from this "
                   "user; assign the package's permission set AC_Administrator");
        return ACLOAD_FAIL;
    }
    value_utc(s->created_from == CREATED_EVENT ? in->event_ms : in->modified_ms, s->created);
    if (bind_region(ctx, in) != ACLOAD_OK || compile_id(ctx) != ACLOAD_OK) return ACLOAD_FAIL;
    bind_metrics(ctx, in);
    s->n_rounded = 0;
    return ACLOAD_OK;
}

// What makes the row's identity: name, start, end. False: rejected, and said why.
static bool identity(acload_ctx *ctx, acload_row *row, acload_str *name, acload_str *start,
                     int64_t *start_ms) {
    struct state *s = ctx->state;
    const char *who = s->kind == KIND_QUEUE ? "Queue" : "Agent";
    *name = ctx->host->get(row, s->name_column);
    *start = ctx->host->get(row, s->start_column);
    if (!name->len) {
        ctx->host->fail(ctx, "MISSING_VALUE", "column %s is empty", who);
        return false;
    }
    if (!value_time(*start, start_ms)) {
        ctx->host->fail(ctx, "INVALID_DATE",
                        "column StartInterval: '%.*s' is no date-time like "
                        "2031-03-04T16:00:00.000Z",
                        start->len > 60 ? 60 : (int)start->len, start->len ? start->ptr : "");
        return false;
    }
    acload_str end = s->end_column >= 0 ? ctx->host->get(row, s->end_column) : (acload_str){0};
    int64_t end_ms = 0;
    if (!end.len || !s->interval_ms) return true;
    if (!value_time(end, &end_ms)) {
        ctx->host->fail(ctx, "INVALID_DATE", "column EndInterval: '%.*s' is no date-time",
                        end.len > 60 ? 60 : (int)end.len, end.ptr);
        return false;
    }
    if (end_ms - *start_ms == s->interval_ms && *start_ms % s->interval_ms == 0) return true;
    ctx->host->fail(ctx, "INTERVAL_LENGTH",
                    "the interval is %lld minutes from %.*s, expected %lld on its own boundary; a "
                    "longer one would overwrite a half-hour's record (plugin option interval)",
                    (long long)((end_ms - *start_ms) / 60000), (int)start->len, start->ptr,
                    (long long)(s->interval_ms / 60000));
    return false;
}

// A queue whose name holds no letter or number would share its id with every other such queue.
static bool is_name_lost(struct state *s, acload_str name) {
    if (s->kind != KIND_QUEUE || s->id_form == FORM_TEMPLATE) return false;
    for (size_t i = 0; i < name.len; i++)
        if ((name.ptr[i] | 32) >= 'a' && (name.ptr[i] | 32) <= 'z') return false;
    s->id.len = 0;
    id_add_clean(&s->id, name);
    return s->id.len == 0;
}

static bool compose_id(acload_ctx *ctx, acload_row *row, acload_str name, acload_str start,
                       int64_t start_ms, acload_str *id) {
    struct state *s = ctx->state;
    if (is_name_lost(s, name)) {
        ctx->host->fail(ctx, "EMPTY_ID",
                        "the queue's name '%.*s' holds no letter or number, so nothing of it would "
                        "be in the external id; rename the queue, or use the plugin's option "
                        "record_id=template with {raw}",
                        name.len > 60 ? 60 : (int)name.len, name.ptr);
        return false;
    }
    struct id_values values = {.name = name,
                               .start = start,
                               .region = s->region_in_id ? s->region : (acload_str){"", 0},
                               .start_ms = start_ms,
                               .is_clean = s->kind == KIND_QUEUE,
                               .cell = ctx->host->get,
                               .row = row};
    id_compose(&s->form, &values, &s->id);
    if (s->long_id == LONG_SHORTEN && s->key_length) id_shorten(&s->id, s->key_length);
    *id = (acload_str){s->id.text, s->id.len};
    if (!s->id.is_full && (!s->key_length || id_chars(*id) <= s->key_length)) return true;
    ctx->host->fail(ctx, "STRING_TOO_LONG",
                    "the external id '%.*s' has %zu characters, AC_Record_Id__c takes %u; the "
                    "plugin's option long_id=shorten ends it in a hash instead",
                    id->len > 120 ? 120 : (int)id->len, id->ptr, id_chars(*id), s->key_length);
    return false;
}

static bool set_metrics(acload_ctx *ctx, acload_row *row, acload_record *record) {
    struct state *s = ctx->state;
    const acload_host *host = ctx->host;
    for (size_t i = 0; i < s->n_metrics; i++) {
        const struct metric *m = &s->metrics[i];
        acload_str cell = host->get(row, m->column);
        char text[VALUE_MAX];
        size_t len = 0;
        const char *why = "";
        int rc = ACLOAD_OK;
        switch (value_of(cell, m->type, m->scale, text, &len, &why)) {
        case VALUE_AS_IS: rc = host->set(record, m->field, cell); break;
        case VALUE_NULL: rc = host->set_null(record, m->field); break;
        case VALUE_ROUNDED: s->n_rounded++; // fall through
        case VALUE_NEW: rc = host->set(record, m->field, (acload_str){text, len}); break;
        case VALUE_BAD:
            host->fail(ctx, "INVALID_NUMBER", "column %d (%s): '%.*s' %s", m->column + 1, m->label,
                       cell.len > 60 ? 60 : (int)cell.len, cell.ptr, why);
            return false;
        }
        if (rc != ACLOAD_OK) return false;
    }
    return true;
}

static int interval_row(acload_ctx *ctx, acload_row *row) {
    struct state *s = ctx->state;
    const acload_host *host = ctx->host;
    acload_str name, start;
    int64_t start_ms = 0;
    if (!identity(ctx, row, &name, &start, &start_ms)) return ACLOAD_REJECT;
    acload_str id;
    if (!compose_id(ctx, row, name, start, start_ms, &id)) return ACLOAD_REJECT;
    acload_record *record = host->record(ctx, s->object, row);
    if (host->set(record, s->key_field, id) != ACLOAD_OK ||
        host->set(record, s->name_field, name) != ACLOAD_OK || !set_metrics(ctx, row, record))
        return ACLOAD_REJECT;
    if (s->created_field >= 0 &&
        host->set(record, s->created_field, (acload_str){s->created, 24}) != ACLOAD_OK)
        return ACLOAD_REJECT;
    if (s->region_field >= 0 && s->region.len &&
        host->set(record, s->region_field, s->region) != ACLOAD_OK)
        return ACLOAD_REJECT;
    return host->emit(ctx, record) == ACLOAD_OK ? ACLOAD_PASS : ACLOAD_REJECT;
}

static int interval_flush(acload_ctx *ctx, int when) {
    struct state *s = ctx->state;
    if (when == ACLOAD_END_OF_INPUT && s->n_rounded)
        ctx->host->log(ctx, ACLOAD_WARNING,
                       "%llu values have more digits after the point than their fields keep; they "
                       "were rounded",
                       (unsigned long long)s->n_rounded);
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
    .open = interval_open,
    .begin = interval_begin,
    .row = interval_row,
    .flush = interval_flush,
};

const acload_plugin *acload_plugin_entry(void) { return &plugin; }
