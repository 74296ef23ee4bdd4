// SPDX-License-Identifier: MIT
// Which member goes into which field, found out once an input.
#include "bind.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define ATTRIBUTE_MAX ((size_t)200)
#define REGION_FIELD "Region__c"

struct names { // fields for one message
    char text[700];
    size_t len;
    int n;
};

static void names_add(struct names *names, const char *name) {
    size_t room = sizeof names->text - names->len;
    int n = snprintf(names->text + names->len, room, "%s%s", names->n++ ? ", " : "", name);
    if (n > 0 && (size_t)n < room)
        names->len += (size_t)n;
    else
        names->text[names->len] = '\0';
}

static void warn(acload_ctx *ctx, const struct names *names, const char *why) {
    if (names->n)
        ctx->host->log(ctx, ACLOAD_WARNING, "%d field%s left out, %s: %s", names->n,
                       names->n == 1 ? "" : "s", why, names->text);
}

static const char gate_help[] = "name the contact attribute that must be \"true\" (at most 200 "
                                "characters), or all to take every "
                                "contact";
static const char recordings_help[] =
    "write off, contact (found by ContactId__c), or key:Field__c with the field of the recordings' "
    "object that is an external id and is to hold the contact's id";
static const char object_help[] = "name an object, or leave the option away";

static int config(acload_ctx *ctx, const char *what, const char *value, const char *help) {
    ctx->host->fail(ctx, "CONFIG", "option %s \"%.200s\": %s", what, value, help);
    return ACLOAD_FAIL;
}

// Somebody means to switch it: no contact has an attribute of that name, so none would be taken.
static bool is_switch(const char *gate) {
    static const char *const words[] = {"all", "true", "false", "on", "off", "yes", "no", "none"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(gate, words[i]) == 0)
            return strcmp(gate, "all") != 0;
    return false;
}

// "/Attributes/name", with the two characters that a JSON pointer writes otherwise.
static void attribute_pointer(const char *name, char *out) {
    size_t at = strlen(MEMBER_ATTRIBUTES);
    memcpy(out, MEMBER_ATTRIBUTES, at);
    out[at++] = '/';
    for (; *name; name++) {
        bool is_special = *name == '~' || *name == '/';
        out[at++] = (char)(is_special ? '~' : *name);
        if (is_special)
            out[at++] = *name == '~' ? '0' : '1';
    }
    out[at] = '\0';
}

int bind_options(acload_ctx *ctx) {
    struct state *s = ctx->state;
    size_t len = strlen(s->gate);
    if (!len || len > ATTRIBUTE_MAX || is_switch(s->gate))
        return config(ctx, "gate", s->gate, gate_help);
    if (!*s->object_name)
        return config(ctx, "object", s->object_name, object_help);
    if (!*s->recordings_object)
        return config(ctx, "recordings_object", s->recordings_object, object_help);
    if (strcmp(s->gate, "all") != 0) {
        attribute_pointer(s->gate, s->gate_pointer);
        snprintf(s->gate_why, sizeof s->gate_why, "gated: attribute %s is not \"true\"", s->gate);
    }
    if (strcmp(s->recordings, "off") == 0)
        return ACLOAD_OK;
    s->recordings_operation = ACLOAD_FIND;
    s->recordings_key = "ContactId__c";
    if (strcmp(s->recordings, "contact") == 0)
        return ACLOAD_OK;
    s->recordings_operation = ACLOAD_UPSERT;
    if (strncmp(s->recordings, "key:", 4) != 0 || !s->recordings[4] ||
        strcasecmp(s->recordings + 4, "Id") == 0) // the org gives that out itself
        return config(ctx, "recordings", s->recordings, recordings_help);
    s->recordings_key = s->recordings + 4;
    return ACLOAD_OK;
}

// --- members -------------------------------------------------------------------------------------

struct search {
    int field; // -1: none
    int type;
    bool is_read_only;
};

// Does the object have that field? Where no org says what there is, it may: *f is then unknown.
static void try_name(acload_ctx *ctx, const char *name, struct search *f) {
    struct state *s = ctx->state;
    acload_traits traits = {.size = sizeof traits};
    if (!name || (f->field >= 0 && f->type != ACLOAD_UNKNOWN))
        return;
    int field = ctx->host->field(ctx, s->object, name, &traits);
    if (field < 0 || (f->field >= 0 && traits.type == ACLOAD_UNKNOWN))
        return;
    f->is_read_only |= !traits.writable;
    if (!traits.writable)
        return;
    f->field = field;
    f->type = traits.type;
}

struct leftovers {
    struct names missing, read_only;
};

static void add_word(acload_ctx *ctx, const struct member *m, int field) {
    struct state *s = ctx->state;
    s->words[s->n_words++] = (struct word){
        .path = ctx->host->path(ctx, m->pointer), .field = field, .pointer = m->pointer};
}

static void bind_member(acload_ctx *ctx, const struct member *m, struct leftovers *left) {
    struct state *s = ctx->state;
    struct search f = {.field = -1};
    if (strcmp(m->pointer, MEMBER_ATTRIBUTES) == 0 && !s->has_attributes)
        return;
    try_name(ctx, m->field, &f);
    try_name(ctx, m->other, &f);
    bool is_newer = m->flags & MEMBER_NEWER;
    if (f.field < 0) {
        if (f.is_read_only)
            names_add(&left->read_only, m->field);
        else if (!is_newer)
            names_add(&left->missing, m->field);
    } else if (is_newer && f.type == ACLOAD_UNKNOWN) {
        return; // no org, no package: nobody has said that there is such a field
    } else if (m->form == FORM_WORD) {
        add_word(ctx, m, f.field);
    } else {
        s->bound[s->n_bound++] = (struct bound){.path = ctx->host->path(ctx, m->pointer),
                                                .field = f.field,
                                                .form = m->form,
                                                .type = f.type,
                                                .flags = m->flags,
                                                .pointer = m->pointer};
    }
}

static void bind_members(acload_ctx *ctx) {
    struct state *s = ctx->state;
    struct leftovers left;
    memset(&left, 0, sizeof left);
    s->n_bound = s->n_groups = s->n_words = 0;
    for (size_t g = 0; g < MEMBER_GROUPS; g++) {
        const struct group *group = &member_groups[g];
        size_t from = s->n_bound;
        for (size_t i = 0; i < group->n; i++)
            bind_member(ctx, &group->members[i], &left);
        if (s->n_bound == from)
            continue;
        s->groups[s->n_groups++] =
            (struct bound_group){.path = ctx->host->path(ctx, group->pointer),
                                 .from = from,
                                 .to = s->n_bound,
                                 .is_required = !(group->members[0].flags & MEMBER_NEWER),
                                 .pointer = group->pointer};
    }
    warn(ctx, &left.missing, "not in this org, or hidden from this user");
    warn(ctx, &left.read_only, "this user may not write them");
}

// --- the rest ------------------------------------------------------------------------------------

static int bind_region(acload_ctx *ctx, const acload_input *in) {
    struct state *s = ctx->state;
    acload_traits traits = {.size = sizeof traits};
    s->region_field = ctx->host->field(ctx, s->object, REGION_FIELD, &traits);
    size_t max = sizeof s->region.text;
    if (s->region_field >= 0 && traits.length && traits.length < max)
        max = traits.length;
    if (in->region.len > max) {
        ctx->host->fail(ctx, "CONFIG",
                        "the region is longer than the %zu characters of " REGION_FIELD, max);
        return ACLOAD_FAIL;
    }
    s->region.len = in->region.len;
    if (in->region.len)
        memcpy(s->region.text, in->region.ptr, in->region.len);
    if (s->region_field >= 0 && !traits.writable) {
        ctx->host->log(ctx, ACLOAD_WARNING,
                       "this user may not write " REGION_FIELD ": it is left out");
        s->region_field = -1;
    }
    // "none" is what somebody has said: the record is only asked where nobody has said anything.
    bool is_none = in->region.ptr && !in->region.len && s->region_from == REGION_CONFIGURED;
    s->has_region = s->region_from != REGION_NONE && !is_none;
    if (!s->has_region)
        s->region_field = -1;
    return ACLOAD_OK;
}

static void bind_paths(acload_ctx *ctx) {
    struct state *s = ctx->state;
    const struct {
        int *at;
        const char *pointer;
    } paths[] = {
        {&s->id_path, "/ContactId"},
        {&s->updated_path, "/LastUpdateTimestamp"},
        {&s->instance_path, "/InstanceARN"},
        {&s->attributes_path, MEMBER_ATTRIBUTES},
        {&s->recording_gate, MEMBER_ATTRIBUTES "/postcallRecordingImportEnabled"},
        {&s->redacted_gate, MEMBER_ATTRIBUTES "/postcallRedactedRecordingImportEnabled"},
        {&s->recording_status, "/Recording/Status"},
        {&s->recording_type, "/Recording/Type"},
        {&s->recording_location, "/Recording/Location"},
        {&s->address_path, "/CustomerEndpoint/Address"},
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        *paths[i].at = ctx->host->path(ctx, paths[i].pointer);
    s->gate_path = s->gate_pointer[0] ? ctx->host->path(ctx, s->gate_pointer) : -1;
}

// A field of the recordings' object, -1 when it is not there to be written.
static int recording_field(acload_ctx *ctx, const char *name, struct names *missing) {
    const struct state *s = ctx->state;
    acload_traits traits = {.size = sizeof traits};
    int field = ctx->host->field(ctx, s->recording.object, name, &traits);
    if (field >= 0 && traits.writable)
        return field;
    if (strcmp(name, REGION_FIELD) != 0)
        names_add(missing, name);
    return -1;
}

static int bind_recordings(acload_ctx *ctx) {
    struct state *s = ctx->state;
    struct names missing = {.n = 0};
    if (!s->recordings_key)
        return ACLOAD_OK;
    struct recording *r = &s->recording;
    r->object =
        ctx->host->object(ctx, s->recordings_object, s->recordings_key, s->recordings_operation);
    if (r->object < 0)
        return ACLOAD_FAIL;
    r->key = ctx->host->field(ctx, r->object, s->recordings_key, NULL);
    r->contact = recording_field(ctx, "ContactId__c", &missing);
    r->path = recording_field(ctx, "RecordingPath__c", &missing);
    r->address = recording_field(ctx, "CustomerEndpointAddress__c", &missing);
    r->instance = recording_field(ctx, "InstanceId__c", &missing);
    r->region = s->has_region ? recording_field(ctx, REGION_FIELD, &missing) : -1;
    warn(ctx, &missing, "recordings go without, since this user cannot write them in the org");
    return ACLOAD_OK;
}

static int bind_object(acload_ctx *ctx) {
    struct state *s = ctx->state;
    s->object = ctx->host->object(ctx, s->object_name, "ContactId__c", ACLOAD_UPSERT);
    if (s->object < 0)
        return ACLOAD_FAIL;
    s->key_field = ctx->host->field(ctx, s->object, "ContactId__c", NULL);
    if (s->key_field >= 0)
        return ACLOAD_OK;
    ctx->host->fail(ctx, "CONFIG", "the org's object %s has no field ContactId__c", s->object_name);
    return ACLOAD_FAIL;
}

int bind_input(acload_ctx *ctx, const acload_input *in) {
    struct state *s = ctx->state;
    s->n_gated = s->n_made = 0;
    memset(s->n_other, 0, sizeof s->n_other);
    if (in->format != ACLOAD_JSON) {
        ctx->host->fail(ctx, "WRONG_FORMAT",
                        "is no JSON; contact records are JSON values, as Kinesis, Firehose or a "
                        "Lambda function stores them");
        return ACLOAD_FAIL;
    }
    shape_bind(ctx, &s->shapes);
    bind_paths(ctx);
    if (bind_object(ctx) != ACLOAD_OK || bind_region(ctx, in) != ACLOAD_OK ||
        bind_recordings(ctx) != ACLOAD_OK)
        return ACLOAD_FAIL;
    bind_members(ctx);
    return ACLOAD_OK;
}
