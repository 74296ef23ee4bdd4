// SPDX-License-Identifier: MIT
// Values of members in the form their fields take.
#include "fill.h"
#include "moment.h"
#include <string.h>

acload_str fill_shown(acload_str value) {
    size_t len = value.len < 60 ? value.len : 60;
    while (len < value.len && len && ((unsigned char)value.ptr[len] & 0xC0) == 0x80)
        len--;
    return (acload_str){len ? value.ptr : "", len};
}

static const char *kind_name(int kind) {
    static const char *const names[] = {
        [ACLOAD_NONE] = "missing", [ACLOAD_NULL] = "null",      [ACLOAD_TEXT] = "a text",
        [ACLOAD_NUM] = "a number", [ACLOAD_BOOL] = "a boolean", [ACLOAD_OBJ] = "an object",
        [ACLOAD_ARR] = "an array",
    };
    return kind >= ACLOAD_NONE && kind <= ACLOAD_ARR ? names[kind] : "something else";
}

static bool wrong_kind(acload_ctx *ctx, const char *pointer, int kind, const char *wanted) {
    ctx->host->fail(ctx, "WRONG_TYPE", "%s is %s, not %s", pointer, kind_name(kind), wanted);
    return false;
}

bool fill_text(acload_ctx *ctx, const acload_row *row, int path, const char *pointer,
               acload_str *out) {
    int kind = ctx->host->kind(row, path);
    *out = (acload_str){NULL, 0};
    if (kind == ACLOAD_NONE || kind == ACLOAD_NULL)
        return true;
    if (kind != ACLOAD_TEXT)
        return wrong_kind(ctx, pointer, kind, "a text");
    *out = ctx->host->get(row, path);
    return true;
}

// --- one value -----------------------------------------------------------------------------------

static bool set_time(acload_ctx *ctx, acload_record *record, const struct bound *b,
                     acload_str text) {
    char utc[MOMENT_TEXT];
    int64_t ms;
    if (!moment_read(text, &ms)) {
        acload_str s = fill_shown(text);
        ctx->host->fail(ctx, "INVALID_DATE", "%s: '%.*s' is no date-time like 2031-03-04T16:01:02Z",
                        b->pointer, (int)s.len, s.ptr);
        return false;
    }
    // A field of text keeps what the record says, as the package's own loader would.
    if (b->type != ACLOAD_STRING) {
        moment_utc(text, ms, utc);
        text = (acload_str){utc, b->type == ACLOAD_DATE ? 10 : MOMENT_TEXT - 1};
    }
    return ctx->host->set(record, b->field, text) == ACLOAD_OK;
}

static bool set_null(acload_ctx *ctx, acload_record *record, const struct bound *b) {
    if (b->flags & MEMBER_WHEN_SET)
        return true;
    return ctx->host->set_null(record, b->field) == ACLOAD_OK;
}

static bool set_member(acload_ctx *ctx, const acload_row *row, acload_record *record,
                       const struct bound *b) {
    int kind = ctx->host->kind(row, b->path);
    if (kind == ACLOAD_NONE)
        return true;
    if (kind == ACLOAD_NULL)
        return set_null(ctx, record, b);
    bool is_whole = kind == ACLOAD_OBJ || kind == ACLOAD_ARR;
    if (b->form == FORM_TIME ? kind != ACLOAD_TEXT : is_whole && b->form != FORM_JSON)
        return wrong_kind(ctx, b->pointer, kind,
                          b->form == FORM_NUMBER ? "a number"
                          : b->form == FORM_TIME ? "a date-time like 2031-03-04T16:01:02Z"
                                                 : "a text");
    acload_str text = ctx->host->get(row, b->path);
    if (!text.len)
        return set_null(ctx, record, b);
    if (b->form == FORM_TIME)
        return set_time(ctx, record, b, text);
    return ctx->host->set(record, b->field, text) == ACLOAD_OK;
}

// --- records -------------------------------------------------------------------------------------

// The region in "arn:aws:connect:eu-central-1:111122223333:instance/...".
static acload_str region_of(acload_str arn) {
    const char *end = arn.ptr + arn.len;
    for (int i = 0; i < 3; i++) {
        const char *colon = arn.len ? memchr(arn.ptr, ':', arn.len) : NULL;
        bool is_right = i != 0 || (arn.len > 4 && memcmp(arn.ptr, "arn:", 4) == 0);
        if (!colon || !is_right ||
            (i == 2 && (colon - arn.ptr != 7 || memcmp(arn.ptr, "connect", 7) != 0)))
            return (acload_str){NULL, 0};
        arn.ptr = colon + 1;
        arn.len = (size_t)(end - arn.ptr);
    }
    const char *colon = arn.len ? memchr(arn.ptr, ':', arn.len) : NULL;
    return (acload_str){arn.ptr, colon ? (size_t)(colon - arn.ptr) : 0};
}

static acload_str region(const struct state *s, acload_str arn) {
    acload_str configured = {s->region.text, s->region.len};
    if (s->region_from == REGION_CONFIGURED && configured.len)
        return configured;
    acload_str own = region_of(arn);
    return own.len ? own : configured;
}

static bool set_if(acload_ctx *ctx, acload_record *record, int field, acload_str text) {
    return field < 0 || !text.len || ctx->host->set(record, field, text) == ACLOAD_OK;
}

bool fill_contact(acload_ctx *ctx, const acload_row *row, acload_record *record, acload_str id) {
    const struct state *s = ctx->state;
    if (ctx->host->set(record, s->key_field, id) != ACLOAD_OK)
        return false;
    for (size_t g = 0; g < s->n_groups; g++) {
        const struct bound_group *group = &s->groups[g];
        int kind = ctx->host->kind(row, group->path);
        if (kind != ACLOAD_OBJ) {
            if (kind != ACLOAD_NONE && kind != ACLOAD_NULL && group->is_required)
                return wrong_kind(ctx, group->pointer, kind, "an object");
            continue;
        }
        for (size_t i = group->from; i < group->to; i++)
            if (!set_member(ctx, row, record, &s->bound[i]))
                return false;
    }
    if (s->region_field < 0)
        return true;
    return set_if(ctx, record, s->region_field, region(s, ctx->host->get(row, s->instance_path)));
}

// Only what is a word can be logged: anything else may be somebody's data.
static void remember(struct word *word, acload_str text) {
    bool is_word = text.len < sizeof word->refused;
    for (size_t i = 0; i < text.len && is_word; i++)
        is_word = (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z') || text.ptr[i] == '_';
    if (is_word && text.len && !word->n_refused) {
        memcpy(word->refused, text.ptr, text.len);
        word->refused[text.len] = '\0';
    }
    word->n_refused++;
}

void fill_words(acload_ctx *ctx, const acload_row *row, acload_record *record) {
    struct state *s = ctx->state;
    for (size_t i = 0; i < s->n_words; i++) {
        struct word *word = &s->words[i];
        int kind = ctx->host->kind(row, word->path);
        if (kind == ACLOAD_NONE)
            continue;
        acload_str text = ctx->host->get(row, word->path);
        if (ctx->host->set(record, word->field, text) != ACLOAD_OK)
            remember(word, text);
    }
}

// Instance id: what stands behind the last slash of its ARN.
static acload_str instance_of(acload_str arn) {
    size_t at = arn.len;
    while (at && arn.ptr[at - 1] != '/')
        at--;
    return at ? (acload_str){arn.ptr + at, arn.len - at} : (acload_str){NULL, 0};
}

bool fill_recording(acload_ctx *ctx, const acload_row *row, acload_record *record, acload_str id,
                    bool has_path) {
    const struct state *s = ctx->state;
    const struct recording *r = &s->recording;
    const acload_host *host = ctx->host;
    acload_str location, address, arn;
    if (!fill_text(ctx, row, s->recording_location, "/Recording/Location", &location) ||
        !fill_text(ctx, row, s->address_path, "/CustomerEndpoint/Address", &address) ||
        !fill_text(ctx, row, s->instance_path, "/InstanceARN", &arn))
        return false;
    return host->set(record, r->key, id) == ACLOAD_OK && set_if(ctx, record, r->contact, id) &&
           (!has_path || set_if(ctx, record, r->path, location)) &&
           set_if(ctx, record, r->address, address) &&
           set_if(ctx, record, r->instance, instance_of(arn)) &&
           set_if(ctx, record, r->region, region(s, arn));
}
