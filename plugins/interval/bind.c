// SPDX-License-Identifier: MIT
// Which column goes into which field, found out once an input.
#include "bind.h"
#include "label.h"
#include "value.h"
#include <stdio.h>
#include <string.h>

void list_add(struct list *l, acload_str name) {
    l->n++;
    size_t len = name.len < 80 ? name.len : 80;
    while (len < name.len && len && ((unsigned char)name.ptr[len] & 0xC0) == 0x80)
        len--;
    if (l->is_cut || l->len + len + 8 > sizeof l->text) {
        if (!l->is_cut)
            memcpy(l->text + l->len, ", ...", 6);
        l->is_cut = true;
        return;
    }
    l->len += (size_t)snprintf(l->text + l->len, sizeof l->text - l->len, "%s%.*s",
                               l->n > 1 ? ", " : "", (int)len, len ? name.ptr : "");
}

struct spots bind_spots(const acload_str *columns, size_t n) {
    struct spots s = {-1, -1, -1, -1};
    for (size_t i = n; i-- > 0;) { // backwards: the first of several counts
        if (label_is(columns[i], "queue"))
            s.queue = (int)i;
        if (label_is(columns[i], "agent"))
            s.agent = (int)i;
        if (label_is(columns[i], "startinterval"))
            s.start = (int)i;
        if (label_is(columns[i], "endinterval"))
            s.end = (int)i;
    }
    return s;
}

static int bind_identity(acload_ctx *ctx, const acload_input *in) {
    struct state *s = ctx->state;
    struct spots at = bind_spots(in->columns, in->n_columns);
    s->kind = s->kind_option;
    if (s->kind == KIND_AUTO && at.queue >= 0 && at.agent >= 0) {
        ctx->host->fail(ctx, "BOTH_KINDS",
                        "has both a Queue and an Agent column; say which report it is with the "
                        "plugin's option kind (queue or agent)");
        return ACLOAD_FAIL;
    }
    if (s->kind == KIND_AUTO)
        s->kind = at.agent >= 0 ? KIND_AGENT : KIND_QUEUE;
    s->name_column = s->kind == KIND_QUEUE ? at.queue : at.agent;
    s->start_column = at.start;
    s->end_column = at.end;
    const char *missing = s->name_column >= 0     ? "StartInterval"
                          : s->kind == KIND_AGENT ? "Agent"
                          : s->kind_option        ? "Queue"
                                                  : "Queue or Agent";
    if (s->name_column >= 0 && s->start_column >= 0)
        return ACLOAD_OK;
    ctx->host->fail(ctx, "MISSING_COLUMN",
                    "has no column %s in its first line; schedule it as a historical metrics "
                    "report grouped by queue or agent, with the interval set to 30 minutes (a "
                    "manual download has no intervals)",
                    missing);
    return ACLOAD_FAIL;
}

static bool is_taken(const struct state *s, int field) {
    if (field == s->key_field || field == s->name_field)
        return true;
    if (field == s->created_field || field == s->region_field)
        return true;
    for (size_t i = 0; i < s->n_metrics; i++)
        if (s->pairs[i].field == field)
            return true;
    return false;
}

static bool is_bound(const struct state *s, size_t column) {
    for (size_t i = 0; i < s->n_metrics; i++)
        if (s->pairs[i].column == (int)column)
            return true;
    return false;
}

struct leftovers {
    struct list unknown, impossible, twice, read_only, own, nameless;
};

// Columns are bound in three rounds, so that the better claim to a field goes first: a column whose
// own name is a field; one whose other name is; and, where no org says what there is, any name.
enum round { ROUND_OWN, ROUND_OTHER, ROUND_ANY };

struct search {
    int field; // -1: none
    acload_traits traits;
    bool is_twice, is_read_only;
};

static void try_name(acload_ctx *ctx, const char *name, bool any, struct search *f) {
    acload_traits traits = {.size = sizeof traits};
    struct state *s = ctx->state;
    int field = ctx->host->field(ctx, s->object, name, &traits);
    if (field < 0 || (!any && traits.type == ACLOAD_UNKNOWN))
        return;
    f->is_twice |= is_taken(s, field);
    f->is_read_only |= !traits.writable;
    if (is_taken(s, field) || !traits.writable)
        return;
    f->field = field;
    f->traits = traits;
}

static void add_metric(struct state *s, acload_str label, size_t column, const struct search *f) {
    struct label *l = &s->labels[s->n_metrics];
    size_t len = label.len < sizeof l->text - 1 ? label.len : sizeof l->text - 1;
    while (len < label.len && len && ((unsigned char)label.ptr[len] & 0xC0) == 0x80)
        len--;
    memcpy(l->text, label.ptr, len);
    l->text[len] = '\0';
    l->is_rounded = false;
    int scale = f->traits.type == ACLOAD_UNKNOWN ? -1 : f->traits.scale;
    s->pairs[s->n_metrics] = (acload_pair){(int32_t)column, f->field, '%'};
    s->metrics[s->n_metrics++] = (struct metric){f->traits.type, scale};
}

// Spreadsheets leave such columns behind the others.
static bool is_nameless(acload_str label, size_t column, enum round round, struct leftovers *left) {
    char place[32];
    if (value_trim(label).len)
        return false;
    int n = snprintf(place, sizeof place, "column %zu", column + 1);
    if (round == ROUND_ANY)
        list_add(&left->nameless, (acload_str){place, (size_t)n});
    return true;
}

static void bind_column(acload_ctx *ctx, acload_str label, size_t column, enum round round,
                        struct leftovers *left) {
    struct state *s = ctx->state;
    struct label_names names;
    struct search f = {.field = -1};
    if (is_nameless(label, column, round, left))
        return;
    label_fields(label, &names);
    // The package's own look-up of a user, which takes no login name.
    bool is_own = label_is(label, "agent");
    if (names.own >= 0 && round != ROUND_OTHER && !is_own)
        try_name(ctx, names.name[names.own], false, &f);
    // Where any name will do, none is made up beside a field that is filled already.
    for (int i = 0; i < names.n && f.field < 0 && !is_own; i++)
        if (round == ROUND_OTHER || (round == ROUND_ANY && !f.is_twice))
            try_name(ctx, names.name[i], round == ROUND_ANY, &f);
    if (f.field >= 0)
        add_metric(s, label, column, &f);
    else if (round == ROUND_ANY)
        list_add(is_own                ? &left->own
                 : f.is_twice          ? &left->twice
                 : f.is_read_only      ? &left->read_only
                 : names.is_impossible ? &left->impossible
                                       : &left->unknown,
                 label);
}

static void warn(acload_ctx *ctx, const struct list *l, const char *why) {
    if (l->n)
        ctx->host->log(ctx, ACLOAD_WARNING, "%d column%s left out, %s: %s", l->n,
                       l->n == 1 ? "" : "s", why, l->text);
}

static int make_room(acload_ctx *ctx, size_t n) {
    struct state *s = ctx->state;
    s->n_metrics = 0;
    if (n <= s->max_metrics)
        return ACLOAD_OK;
    size_t max = n < 250 ? 250 : n * 2; // keep() never gives anything back: grow seldom
    s->metrics = ctx->host->keep(ctx, max * sizeof *s->metrics);
    s->pairs = s->metrics ? ctx->host->keep(ctx, max * sizeof *s->pairs) : NULL;
    s->labels = s->pairs ? ctx->host->keep(ctx, max * sizeof *s->labels) : NULL;
    s->max_metrics = s->labels ? max : 0;
    if (s->labels)
        return ACLOAD_OK;
    ctx->host->fail(ctx, "NO_MEMORY", "no memory for %zu columns", n);
    return ACLOAD_FAIL;
}

static int bind_columns(acload_ctx *ctx, const acload_input *in) {
    struct state *s = ctx->state;
    struct leftovers left;
    memset(&left, 0, sizeof left);
    if (make_room(ctx, in->n_columns) != ACLOAD_OK)
        return ACLOAD_FAIL;
    for (int round = ROUND_OWN; round <= ROUND_ANY; round++)
        for (size_t i = 0; i < in->n_columns; i++)
            if ((int)i != s->name_column && !is_bound(s, i))
                bind_column(ctx, in->columns[i], i, (enum round)round, &left);
    warn(ctx, &left.unknown, "no such field in this org, or hidden from this user");
    warn(ctx, &left.impossible,
         "no field can have their names (40 characters at most, a letter first)");
    warn(ctx, &left.read_only, "this user may not write their fields");
    warn(ctx, &left.twice, "their fields are filled already");
    warn(ctx, &left.nameless, "without a name");
    warn(ctx, &left.own, "its field is the package's own, filled in from the login name");
    return ACLOAD_OK;
}

static int bind_region(acload_ctx *ctx, const acload_input *in) {
    struct state *s = ctx->state;
    acload_traits traits = {.size = sizeof traits};
    s->region_field = ctx->host->field(ctx, s->object, "Region__c", &traits);
    s->region = (acload_str){"", 0};
    if (s->region_field < 0)
        return ACLOAD_OK;
    if (!in->region.ptr) {
        ctx->host->fail(ctx, "CONFIG",
                        "the objects have the field Region__c, so the region is part of "
                        "each record's id, and none is configured; say which with --region "
                        "us-east-1 (or the configuration's region), or --region none to leave it "
                        "out. A wrong choice would double the history");
        return ACLOAD_FAIL;
    }
    size_t max = sizeof s->region_text;
    if (traits.length && traits.length < max)
        max = traits.length;
    if (in->region.len > max) {
        ctx->host->fail(ctx, "CONFIG", "the region is longer than the %zu characters of Region__c",
                        max);
        return ACLOAD_FAIL;
    }
    if (in->region.len)
        memcpy(s->region_text, in->region.ptr, in->region.len);
    s->region = (acload_str){s->region_text, in->region.len};
    if (s->region.len && !traits.writable)
        ctx->host->log(ctx, ACLOAD_WARNING,
                       "this user may not write Region__c: it is part of the ids, but left empty");
    if (!s->region.len || !traits.writable)
        s->region_field = -1;
    return ACLOAD_OK;
}

const char *bind_template(const struct state *s) {
    return s->id_form == FORM_TEMPLATE ? s->id_template
           : s->id_form == FORM_UTC    ? "{name}{start_utc}{region}"
                                       : "{name}{start}{region}";
}

static int compile_id(acload_ctx *ctx) {
    struct state *s = ctx->state;
    const char *form = bind_template(s);
    acload_str bad;
    if (!id_compile(&s->form, form, ctx->host->column, ctx, &bad)) {
        ctx->host->fail(ctx, "CONFIG",
                        "id_template \"%s\": '%.*s' is neither {name}, {raw}, {start}, "
                        "{start_utc}, {region} nor {a column of this input}, or one part too many",
                        form, (int)bad.len, bad.ptr);
        return ACLOAD_FAIL;
    }
    bool has_who = s->form.has_name || s->form.has_raw || s->form.has_column;
    if (has_who && (s->form.has_start || s->form.has_column))
        return ACLOAD_OK;
    ctx->host->fail(ctx, "CONFIG",
                    "id_template \"%s\" needs {name} or {raw}, and {start} or {start_utc}: else "
                    "records of different %s share one id",
                    form, has_who ? "half-hours" : "queues or agents");
    return ACLOAD_FAIL;
}

int bind_fields(acload_ctx *ctx) {
    struct state *s = ctx->state;
    const acload_host *host = ctx->host;
    const char *object = s->kind == KIND_QUEUE ? s->queue_object : s->agent_object;
    s->object = host->object(ctx, object, "AC_Record_Id__c", ACLOAD_UPSERT);
    if (s->object < 0)
        return ACLOAD_FAIL;
    acload_traits key = {.size = sizeof key}, name = key, created = key;
    s->key_field = host->field(ctx, s->object, "AC_Record_Id__c", &key);
    s->key_length = key.length;
    s->name_field = host->field(ctx, s->object, "AC_Object_Name__c", &name);
    s->created_field = host->field(ctx, s->object, "Created_Date__c", &created);
    if (s->key_field < 0 || s->name_field < 0 || !name.writable) {
        host->fail(ctx, "CONFIG",
                   "the org's object %s has no field %s, or it is hidden from this user or "
                   "read-only; assign the package's permission set AC_Administrator",
                   object, s->key_field < 0 ? "AC_Record_Id__c" : "AC_Object_Name__c");
        return ACLOAD_FAIL;
    }
    if (s->created_field >= 0 && !created.writable) {
        host->log(ctx, ACLOAD_WARNING, "this user may not write Created_Date__c: it is left out");
        s->created_field = -1;
    }
    return ACLOAD_OK;
}

int bind_input(acload_ctx *ctx, const acload_input *in) {
    struct state *s = ctx->state;
    s->n_rounded = 0;
    s->known.is_on = false;
    if (bind_identity(ctx, in) != ACLOAD_OK || bind_fields(ctx) != ACLOAD_OK ||
        bind_region(ctx, in) != ACLOAD_OK || compile_id(ctx) != ACLOAD_OK ||
        bind_columns(ctx, in) != ACLOAD_OK)
        return ACLOAD_FAIL;
    moment_utc(s->created_from == CREATED_EVENT ? in->event_ms : in->modified_ms, s->created);
    return ACLOAD_OK;
}
