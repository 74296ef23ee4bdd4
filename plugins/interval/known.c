// SPDX-License-Identifier: MIT
// Ids of others taken apart: whose name, which time, what region.
#include "known.h"
#include "value.h"
#include <stdio.h>
#include <string.h>

// Zones change their offset by an hour twice a year.
#define SAME_ZONE_MIN 60

struct id {                // of a record, in its parts
    bool is_raw, is_clean; // how the name is written; both: it makes no difference
    acload_str start, region;
    struct moment moment;
};

static bool same_text(acload_str a, acload_str b) { // as the org compares ids
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++) {
        unsigned char x = (unsigned char)a.ptr[i], y = (unsigned char)b.ptr[i];
        x = (unsigned char)(x >= 'A' && x <= 'Z' ? x | 32 : x);
        y = (unsigned char)(y >= 'A' && y <= 'Z' ? y | 32 : y);
        if (x != y)
            return false;
    }
    return true;
}

bool known_is_ours(const struct state *s, acload_str object) {
    const char *const names[] = {s->queue_object, s->agent_object};
    for (int i = 0; i < 2; i++)
        if (same_text(object, (acload_str){names[i], strlen(names[i])}))
            return true;
    return false;
}

int known_begin(acload_ctx *ctx, const acload_input *in) {
    struct state *s = ctx->state;
    const acload_host *host = ctx->host;
    struct known *k = &s->known;
    acload_str bad, queues = {s->queue_object, strlen(s->queue_object)};
    *k = (struct known){.is_on = true};
    s->kind = same_text(in->name, queues) ? KIND_QUEUE : KIND_AGENT;
    if (bind_fields(ctx) != ACLOAD_OK)
        return ACLOAD_FAIL;
    k->has_region = host->field(ctx, s->object, "Region__c", NULL) >= 0;
    k->is_region_told = in->region.ptr != NULL || !k->has_region;
    s->region = (acload_str){"", 0};
    if (k->has_region && s->region_in_id && in->region.ptr && in->region.len &&
        in->region.len <= sizeof s->region_text) {
        memcpy(s->region_text, in->region.ptr, in->region.len);
        s->region = (acload_str){s->region_text, in->region.len};
    }
    // A template with columns cannot be filled from a record.
    k->is_blind = !id_compile(&s->form, bind_template(s), host->column, ctx, &bad);
    k->id = host->path(ctx, "/AC_Record_Id__c");
    k->name = host->path(ctx, "/AC_Object_Name__c");
    k->start = host->path(ctx, "/StartInterval__c");
    k->own_start = host->path(ctx, "/StartInterval");
    if (k->id >= 0 && k->name >= 0 && k->start >= 0 && k->own_start >= 0)
        return ACLOAD_OK;
    host->fail(ctx, "NO_MEMORY", "no memory for what to look at");
    return ACLOAD_FAIL;
}

// What stands behind that beginning; null: it does not begin so.
static acload_str behind(acload_str id, acload_str beginning) {
    acload_str head = {id.ptr, beginning.len};
    if (!beginning.len || beginning.len > id.len || !same_text(head, beginning))
        return (acload_str){NULL, 0};
    return (acload_str){id.ptr + beginning.len, id.len - beginning.len};
}

static bool take_apart(struct state *s, acload_str text, acload_str name, struct id *id) {
    s->id.len = 0;
    s->id.is_full = false;
    id_add_clean(&s->id, name);
    acload_str raw = behind(text, name);
    acload_str clean = behind(text, (acload_str){s->id.text, s->id.len});
    memset(id, 0, sizeof *id);
    id->is_raw = raw.ptr != NULL;
    id->is_clean = clean.ptr != NULL;
    acload_str rest = raw.ptr ? raw : clean;
    for (size_t len = 20; rest.ptr && len <= 32 && len <= rest.len; len++) {
        id->start = (acload_str){rest.ptr, len};
        if (!moment_read(id->start, &id->moment))
            continue;
        id->region = (acload_str){rest.ptr + len, rest.len - len};
        return true;
    }
    return false;
}

static void describe(char *out, size_t len, const char *name, int32_t offset_min,
                     acload_str region) {
    char time[40] = "the time in UTC";
    int minutes = offset_min < 0 ? -offset_min : offset_min;
    if (offset_min)
        snprintf(time, sizeof time, "the time as %c%02d:%02d", offset_min < 0 ? '-' : '+',
                 minutes / 60, minutes % 60);
    size_t n = region.len < 40 ? region.len : 40;
    if (n)
        snprintf(out, len, "%s, %s, the region %.*s", name, time, (int)n, region.ptr);
    else
        snprintf(out, len, "%s, %s, no region", name, time);
}

static const char *name_form(bool is_raw, bool is_clean) {
    if (is_raw == is_clean)
        return "the name";
    return is_raw ? "the name as it is" : "the name without blanks or punctuation";
}

static void ours(const struct state *s, const struct id *id, char *out, size_t len) {
    bool is_clean = s->kind == KIND_QUEUE && s->form.has_name;
    if (s->id_form == FORM_TEMPLATE) {
        snprintf(out, len, "the option id_template");
        return;
    }
    describe(out, len, name_form(!is_clean || id->is_raw, is_clean || id->is_clean),
             s->id_form == FORM_UTC ? 0 : id->moment.offset_min, s->region);
}

static bool is_ours(acload_ctx *ctx, acload_row *row, acload_str text, acload_str name,
                    const struct id *id) {
    struct state *s = ctx->state;
    struct id_values values = {.name = name,
                               .start = id->start,
                               .region = s->region,
                               .start_ms = id->moment.ms,
                               .is_clean = s->kind == KIND_QUEUE,
                               .cell = ctx->host->get,
                               .row = row};
    id_compose(&s->form, &values, &s->id);
    if (s->key_length && s->long_id == LONG_SHORTEN)
        id_shorten(&s->id, s->key_length);
    return same_text((acload_str){s->id.text, s->id.len}, text);
}

int known_row(acload_ctx *ctx, acload_row *row) {
    struct state *s = ctx->state;
    const acload_host *host = ctx->host;
    struct known *k = &s->known;
    acload_str text = host->get(row, k->id), name = host->get(row, k->name);
    acload_str start = host->get(row, k->start), own = host->get(row, k->own_start);
    struct moment at;
    if (!text.len && own.len && moment_read(value_trim(own), &at)) { // of the input
        k->has_offset = true;
        k->offset_min = at.offset_min;
        return ACLOAD_PASS;
    }
    struct id id;
    char theirs[160], mine[160];
    if (k->is_blind || !text.len || !name.len || !take_apart(s, text, name, &id))
        return ACLOAD_PASS;
    if (moment_read(start, &at) && at.ms != id.moment.ms)
        return ACLOAD_PASS; // chance alone put a time there
    describe(theirs, sizeof theirs, name_form(id.is_raw, id.is_clean), id.moment.offset_min,
             id.region);
    int32_t apart = k->offset_min - id.moment.offset_min;
    bool is_other_zone = k->has_offset && s->form.has_start && s->id_form != FORM_UTC &&
                         (apart > SAME_ZONE_MIN || apart < -SAME_ZONE_MIN);
    if (!k->is_region_told && !id.region.len) {
        host->fail(ctx, "ID_REGION", "their ids are made of %s; say --region none", theirs);
        return ACLOAD_REJECT;
    }
    if (!k->is_region_told) {
        host->fail(ctx, "ID_REGION", "their ids are made of %s; say --region %.*s", theirs,
                   (int)(id.region.len < 40 ? id.region.len : 40), id.region.ptr);
        return ACLOAD_REJECT;
    }
    if (is_ours(ctx, row, text, name, &id) && !is_other_zone) {
        host->fail(ctx, "ID_SAME", "%s", theirs);
        return ACLOAD_DROP;
    }
    ours(s, &id, mine, sizeof mine);
    if (is_other_zone)
        host->fail(ctx, "ID_OFFSET",
                   "their ids are made of %s; this report's times are as %c%02d:%02d", theirs,
                   k->offset_min < 0 ? '-' : '+',
                   (k->offset_min < 0 ? -k->offset_min : k->offset_min) / 60,
                   (k->offset_min < 0 ? -k->offset_min : k->offset_min) % 60);
    else
        host->fail(ctx, "ID_FORM", "their ids are made of %s; ours would be of %s", theirs, mine);
    return ACLOAD_REJECT;
}
