// SPDX-License-Identifier: MIT
// Contact records of Amazon Connect as records of the CTI Adapter's objects.
#include "bind.h"
#include "fill.h"
#include "moment.h"
#include <stdio.h>
#include <string.h>

static const acload_option options[] = {
    {"gate", ACLOAD_OPT_TEXT, offsetof(struct state, gate), "postcallCTRImportEnabled", 0, 0, NULL,
     "The contact attribute that must be \"true\" for a contact to be taken; all takes every one."},
    {"attributes", ACLOAD_OPT_BOOL, offsetof(struct state, has_attributes), "true", 0, 0, NULL,
     "Whether the contact's attributes are written, as JSON text."},
    {"region_from", ACLOAD_OPT_CHOICE, offsetof(struct state, region_from), "configured", 0, 0,
     "configured|record|none",
     "Where Region__c comes from: the configuration, else the record's InstanceARN; record: the "
     "InstanceARN, else the configuration; none: it is left alone."},
    {"recordings", ACLOAD_OPT_TEXT, offsetof(struct state, recordings), "off", 0, 0, NULL,
     "contact, or key:Field__c: a record for each recording that its contact asks for, found again "
     "by the contact's id in ContactId__c, or in that field, an external id; off: none."},
    {"object", ACLOAD_OPT_TEXT, offsetof(struct state, object_name), "AC_ContactTraceRecord__c", 0,
     0, NULL, "The object of contacts, found by ContactId__c."},
    {"recordings_object", ACLOAD_OPT_TEXT, offsetof(struct state, recordings_object),
     "AC_ContactChannelAnalytics__c", 0, 0, NULL, "The object of recordings."},
    {.name = NULL},
};

static int ctr_bid(acload_ctx *ctx, const acload_sample *sample, acload_bid *bid) {
    struct shape_paths paths;
    if (sample->format != ACLOAD_JSON || !sample->n_values)
        return ACLOAD_OK;
    shape_bind(ctx, &paths);
    shape_bid(ctx->host, sample, &paths, bid);
    return ACLOAD_OK;
}

static int ctr_open(acload_ctx *ctx) { return bind_options(ctx); }

static bool is_word(acload_ctx *ctx, const acload_row *row, int path, const char *word) {
    if (ctx->host->kind(row, path) != ACLOAD_TEXT)
        return false;
    acload_str text = ctx->host->get(row, path);
    return text.len == strlen(word) && memcmp(text.ptr, word, text.len) == 0;
}

// --- what is left out ----------------------------------------------------------------------------

static int drop_other(acload_ctx *ctx, enum shape shape) {
    struct state *s = ctx->state;
    s->n_other[shape]++;
    ctx->host->fail(ctx, "NOT_A_CONTACT_RECORD", "no contact record: %s", shape_name(shape));
    return ACLOAD_DROP;
}

static int drop_gated(acload_ctx *ctx) {
    struct state *s = ctx->state;
    s->n_gated++;
    ctx->host->fail(ctx, "GATED", "%s", s->gate_why);
    return ACLOAD_DROP;
}

// --- what is taken -------------------------------------------------------------------------------

// Attributes decide what becomes of a contact, so they must be what they should be.
static bool check_attributes(acload_ctx *ctx, const acload_row *row) {
    const struct state *s = ctx->state;
    int kind = ctx->host->kind(row, s->attributes_path);
    if (kind == ACLOAD_OBJ || kind == ACLOAD_NULL || kind == ACLOAD_NONE)
        return true;
    ctx->host->fail(ctx, "WRONG_TYPE",
                    "/Attributes is no object, so nobody can say what the contact asks for");
    return false;
}

enum recording_wish { RECORDING_NONE, RECORDING_PLAIN, RECORDING_REDACTED };

static enum recording_wish recording_wish(acload_ctx *ctx, const acload_row *row) {
    const struct state *s = ctx->state;
    if (!s->recordings_key)
        return RECORDING_NONE;
    bool is_plain = is_word(ctx, row, s->recording_gate, "true");
    if (!is_plain && !is_word(ctx, row, s->redacted_gate, "true"))
        return RECORDING_NONE;
    if (!is_word(ctx, row, s->recording_status, "AVAILABLE") ||
        !is_word(ctx, row, s->recording_type, "AUDIO") ||
        !ctx->host->get(row, s->recording_location).len)
        return RECORDING_NONE;
    return is_plain ? RECORDING_PLAIN : RECORDING_REDACTED;
}

static bool is_blank(acload_str s) {
    size_t i = 0;
    while (i < s.len &&
           (s.ptr[i] == ' ' || s.ptr[i] == '\t' || s.ptr[i] == '\r' || s.ptr[i] == '\n'))
        i++;
    return i == s.len;
}

// Which contact it is, and how new this copy of it. False: rejected, and said why.
static bool identity(acload_ctx *ctx, const acload_row *row, acload_str *id, int64_t *version) {
    const struct state *s = ctx->state;
    const acload_host *host = ctx->host;
    acload_str updated;
    if (!fill_text(ctx, row, s->id_path, "/ContactId", id) ||
        !fill_text(ctx, row, s->updated_path, "/LastUpdateTimestamp", &updated))
        return false;
    if (is_blank(*id)) {
        host->fail(ctx, "MISSING_VALUE", "/ContactId, by which the contact is found, is %s",
                   id->ptr                                      ? "blank"
                   : host->kind(row, s->id_path) == ACLOAD_NULL ? "null"
                                                                : "missing");
        return false;
    }
    if (!updated.len) {
        host->fail(ctx, "MISSING_VALUE",
                   "/LastUpdateTimestamp has no value, so nobody can say whether this copy of the "
                   "contact is the newest");
        return false;
    }
    if (moment_read(updated, version))
        return true;
    acload_str shown = fill_shown(updated);
    host->fail(ctx, "INVALID_DATE",
               "/LastUpdateTimestamp: '%.*s' is no date-time like 2031-03-04T16:01:02Z",
               (int)shown.len, shown.ptr);
    return false;
}

static int take(acload_ctx *ctx, const acload_row *row, bool is_gated, enum recording_wish wish) {
    struct state *s = ctx->state;
    const acload_host *host = ctx->host;
    acload_record *contact = NULL, *recording = NULL;
    acload_str id;
    int64_t version;
    if (!identity(ctx, row, &id, &version))
        return ACLOAD_REJECT;
    if (!is_gated) {
        contact = host->record(ctx, s->object, row);
        host->version(contact, version);
        if (!fill_contact(ctx, row, contact, id))
            return ACLOAD_REJECT;
    }
    if (wish != RECORDING_NONE) {
        recording = host->record(ctx, s->recording.object, row);
        host->version(recording, version);
        if (!fill_recording(ctx, row, recording, id, wish == RECORDING_PLAIN))
            return ACLOAD_REJECT;
    }
    if (contact)
        fill_words(ctx, row, contact);
    if ((contact && host->emit(ctx, contact) != ACLOAD_OK) ||
        (recording && host->emit(ctx, recording) != ACLOAD_OK))
        return ACLOAD_REJECT;
    s->n_made++;
    return ACLOAD_PASS;
}

static int ctr_row(acload_ctx *ctx, acload_row *row) {
    const struct state *s = ctx->state;
    enum shape shape = shape_of(ctx->host, row, &s->shapes);
    if (shape != SHAPE_CONTACT)
        return drop_other(ctx, shape);
    if (!check_attributes(ctx, row))
        return ACLOAD_REJECT;
    bool is_gated = s->gate_pointer[0] && !is_word(ctx, row, s->gate_path, "true");
    enum recording_wish wish = recording_wish(ctx, row);
    if (is_gated && wish == RECORDING_NONE)
        return drop_gated(ctx);
    return take(ctx, row, is_gated, wish);
}

// --- the end of an input -------------------------------------------------------------------------

static void tell_refused(acload_ctx *ctx) {
    struct state *s = ctx->state;
    for (size_t i = 0; i < s->n_words; i++) {
        const struct word *w = &s->words[i];
        if (w->n_refused)
            ctx->host->log(ctx, ACLOAD_WARNING,
                           "%s left out of %llu record%s: the org's field does not take %s; add "
                           "it to the field's picklist",
                           w->pointer, (unsigned long long)w->n_refused,
                           w->n_refused == 1 ? "" : "s", w->refused[0] ? w->refused : "its value");
    }
}

static void tell_left_out(acload_ctx *ctx) {
    const struct state *s = ctx->state;
    char text[400] = "";
    size_t at = 0;
    for (int i = 0; i < SHAPE_COUNT; i++) {
        unsigned long long n = s->n_other[i];
        if (n)
            at += (size_t)snprintf(text + at, sizeof text - at, "%s%llu %s", at ? ", " : "", n,
                                   n == 1 ? shape_name((enum shape)i) : shape_names((enum shape)i));
    }
    if (at)
        ctx->host->log(ctx, ACLOAD_INFO, "no contact records, left out: %s", text);
    if (!s->n_gated)
        return;
    ctx->host->log(ctx, s->n_made ? ACLOAD_INFO : ACLOAD_WARNING,
                   "%llu contact%s left out: attribute %s is not \"true\"; the plugin's option "
                   "gate=all takes every contact",
                   (unsigned long long)s->n_gated, s->n_gated == 1 ? "" : "s", s->gate);
}

static int ctr_flush(acload_ctx *ctx, int when) {
    if (when != ACLOAD_END_OF_INPUT)
        return ACLOAD_OK;
    tell_refused(ctx);
    tell_left_out(ctx);
    return ACLOAD_OK;
}

static const acload_plugin plugin = {
    ACLOAD_PLUGIN_INIT,  .name = "ctr",
    .version = "1",      .summary = "Amazon Connect contact records (CTRs) as CTI Adapter records",
    .options = options,  .state_size = sizeof(struct state),
    .bid = ctr_bid,      .open = ctr_open,
    .begin = bind_input, .row = ctr_row,
    .flush = ctr_flush,
};

const acload_plugin *acload_plugin_entry(void) { return &plugin; }
