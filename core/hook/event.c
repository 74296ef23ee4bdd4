// SPDX-License-Identifier: MIT
// An event taken out of its envelopes.
#include "base/json_memory.h"
#include "hook/event_int.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_BYTES ((size_t)64 << 20)
#define MAX_VALUES ((size_t)600 * 1000) // ten megabytes of S3's records are fewer
#define FLAGS (JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL)

ac_str ac_event_text(const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    return json_is_string(value) ? ac_str_n(json_string_value(value), json_string_length(value))
                                 : AC_STR_NULL;
}

const char *ac_event_shown(ac_str text, char out[120]) {
    size_t n = 0;
    for (size_t i = 0; i < text.len && n < 100; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        out[n++] = (char)(c < ' ' || c > '~' ? '?' : c);
    }
    memcpy(out + n, n < text.len ? "..." : "", n < text.len ? 4 : 1);
    return out;
}

void *ac_event_grow(struct reading *r, void *array, size_t n, size_t *max, size_t size) {
    if (n < *max)
        return array;
    size_t more = *max ? *max * 2 : 16;
    void *grown = realloc(array, more * size);
    r->is_short |= !grown;
    if (grown)
        *max = more;
    return grown;
}

void ac_event_flaw(struct reading *r, const char *code, const char *fmt, ...) {
    struct ac_event *e = r->out;
    char text[500];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (e->n_flaws == AC_EVENT_MAX_FLAWS)
        return; // nobody reads a thousand
    struct ac_event_flaw *flaws =
        ac_event_grow(r, e->flaws, e->n_flaws, &e->max_flaws, sizeof *flaws);
    if (!flaws)
        return;
    e->flaws = flaws;
    struct ac_event_flaw flaw = {.from = ac_arena_copy(&e->arena, ac_str_of(r->from)),
                                 .code = code,
                                 .text = ac_arena_copy(&e->arena, ac_str_of(text)),
                                 .message = ac_event_keep(r, r->message)};
    r->is_short |= !flaw.from || !flaw.text;
    if (!r->is_short)
        e->flaws[e->n_flaws++] = flaw;
}

void ac_event_other(struct reading *r, ac_str prefix, ac_str name) {
    struct ac_event *e = r->out;
    char shown[120], text[250], head[120];
    snprintf(text, sizeof text, "%s%s%s", ac_event_shown(prefix, head), prefix.len ? " " : "",
             ac_event_shown(name, shown));
    for (size_t i = 0; i < e->n_kinds; i++)
        if (strcmp(e->kinds[i].name, text) == 0) {
            e->kinds[i].n++;
            return;
        }
    if (e->n_kinds == AC_EVENT_MAX_KINDS) {
        e->kinds[e->n_kinds - 1].name = "others";
        e->kinds[e->n_kinds - 1].n++;
        return;
    }
    char *copy = ac_arena_copy(&e->arena, ac_str_of(text));
    r->is_short |= !copy;
    if (copy)
        e->kinds[e->n_kinds++] = (struct ac_event_kind){copy, 1};
}

// --- envelopes -----------------------------------------------------------------------------------

static void read_object(struct reading *r, const json_t *value, unsigned level);

// An event inside of a text, as SNS or SQS carry it.
static void read_inner(struct reading *r, ac_str text, const char *what, unsigned level) {
    json_error_t why;
    if (!ac_str_trim(text).len) {
        ac_event_flaw(r, "NOT_AN_EVENT", "the %s is empty", what);
        return;
    }
    if (level == AC_EVENT_MAX_LEVELS) {
        ac_event_flaw(r, "NESTED_EVENT", "is wrapped more than %u times", AC_EVENT_MAX_LEVELS);
        return;
    }
    if (!ac_json_is_bounded(text, SIZE_MAX, MAX_VALUES)) {
        ac_event_flaw(r, "TOO_LARGE", "the %s is made of over %zu values, no event is", what,
                      MAX_VALUES);
        return;
    }
    AC_CLEANUP(ac_json_free) json_t *value = json_loadb(text.ptr, text.len, FLAGS, &why);
    char shown[120], words[120];
    if (value)
        read_object(r, value, level + 1);
    else if (json_error_code(&why) == json_error_out_of_memory)
        r->is_short = true;
    else
        ac_event_flaw(r, "NOT_AN_EVENT", "the %s is no JSON (%s): %s", what,
                      ac_event_shown(ac_str_of(why.text), words), ac_event_shown(text, shown));
}

static void read_sns(struct reading *r, const json_t *envelope, unsigned level) {
    ac_str type = ac_event_text(envelope, "Type"), message = ac_event_text(envelope, "Message");
    if (type.len && !ac_str_eq(type, AC_STR("Notification")))
        ac_event_other(r, AC_STR("sns"), type);
    else if (!message.ptr)
        ac_event_flaw(r, "NOT_AN_EVENT", "an SNS notification without a Message");
    else
        read_inner(r, message, "Message of SNS", level);
}

static void add_ordered(struct reading *r, ac_str id) {
    struct ac_event *e = r->out;
    const char **ordered =
        ac_event_grow(r, e->ordered, e->n_ordered, &e->max_ordered, sizeof *ordered);
    if (!ordered)
        return;
    e->ordered = ordered;
    ordered[e->n_ordered++] = ac_event_keep(r, id);
}

static void read_sqs(struct reading *r, const json_t *record, unsigned level) {
    ac_str body = ac_event_text(record, "body"), id = ac_event_text(record, "messageId");
    char shown[120];
    if (id.len) // what everybody knows the message by
        snprintf(r->from, sizeof r->from, "message %s", ac_event_shown(id, shown));
    if (level == 1)
        r->message = id;
    if (level == 1 && ac_str_ends(ac_event_text(record, "eventSourceARN"), AC_STR(".fifo")))
        add_ordered(r, id);
    if (!body.ptr)
        ac_event_flaw(r, "NOT_AN_EVENT", "a message of SQS without a body");
    else
        read_inner(r, body, "body", level);
}

// "eventSource", with a capital from SNS.
static ac_str source_of(const json_t *record) {
    ac_str source = ac_event_text(record, "eventSource");
    return source.ptr ? source : ac_event_text(record, "EventSource");
}

static void read_record(struct reading *r, const json_t *record, unsigned level) {
    ac_str source = source_of(record);
    const json_t *sns = json_object_get(record, "Sns");
    if (!json_is_object(sns))
        sns = json_object_get(record, "sns");
    char shown[120];
    if (!json_is_object(record))
        ac_event_flaw(r, "NOT_AN_EVENT", "is no object");
    else if (ac_str_ends(source, AC_STR(":s3")))
        ac_event_read_s3(r, record);
    else if (ac_str_eq(source, AC_STR("aws:sqs")))
        read_sqs(r, record, level);
    else if (ac_str_eq(source, AC_STR("aws:sns")))
        read_sns(r, sns, level);
    else if (ac_str_eq(source, AC_STR("aws:kinesis")))
        ac_event_read_kinesis(r, record);
    else
        ac_event_flaw(r, "UNKNOWN_SOURCE",
                      "comes from \"%s\", and acload knows S3, SNS, SQS, EventBridge and Kinesis",
                      ac_event_shown(source, shown));
}

static void read_records(struct reading *r, const json_t *records, unsigned level) {
    char outer[sizeof r->from];
    memcpy(outer, r->from, sizeof outer);
    for (size_t i = 0; i < json_array_size(records) && !r->is_short; i++) {
        snprintf(r->from, sizeof r->from, "%.150s%sRecords[%zu]", outer, *outer ? ", " : "", i);
        read_record(r, json_array_get(records, i), level);
        if (level == 1)
            r->message = AC_STR("");
    }
    memcpy(r->from, outer, sizeof outer);
}

// Names the members: they tell what it may be.
static void read_unknown(struct reading *r, const json_t *value) {
    char list[300] = "", shown[120];
    size_t n = 0;
    void *at = json_object_iter((json_t *)value);
    for (; at && n < sizeof list - 130; at = json_object_iter_next((json_t *)value, at))
        n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", n ? ", " : "",
                              ac_event_shown(ac_str_of(json_object_iter_key(at)), shown));
    if (!json_is_object(value))
        ac_event_flaw(r, "NOT_AN_EVENT", "is JSON, yet no object");
    else
        ac_event_flaw(r, "UNKNOWN_EVENT",
                      "is no event that acload knows (S3, SNS, SQS, EventBridge, Kinesis); its "
                      "members are: %s",
                      n ? list : "none");
}

static bool is_transformation(const json_t *value) {
    const json_t *first = json_array_get(json_object_get(value, "records"), 0);
    return json_object_get(first, "recordId") != NULL;
}

static void read_object(struct reading *r, const json_t *value, unsigned level) {
    const json_t *records = json_object_get(value, "Records");
    if (json_is_array(records))
        read_records(r, records, level);
    else if (json_is_array(json_object_get(value, "Messages")))
        ac_event_flaw(r, "QUEUE_ANSWER",
                      "is what a queue answers to ReceiveMessage, no event: give acload the body "
                      "of each message");
    else if (is_transformation(value))
        ac_event_flaw(r, "TRANSFORMATION",
                      "is Firehose's call for a transformation, which wants its records back; let "
                      "Firehose write to S3, and send its notifications");
    else if (ac_str_eq(ac_event_text(value, "Event"), AC_STR("s3:TestEvent")))
        r->out->n_tests++;
    else if (json_is_string(json_object_get(value, "detail-type")) &&
             json_is_string(json_object_get(value, "source")))
        ac_event_read_bridge(r, value);
    else if (json_is_string(json_object_get(value, "TopicArn")) &&
             json_is_string(json_object_get(value, "Type")))
        read_sns(r, value, level);
    else
        read_unknown(r, value);
}

// --- the whole -----------------------------------------------------------------------------------

static enum ac_rc not_json(const json_error_t *why, struct ac_err *err) {
    char words[120];
    if (json_error_code(why) == json_error_out_of_memory)
        return ac_err_nomem(err, "an event");
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "NOT_AN_EVENT",
                      "is no event: line %d, column %d: %s", why->line, why->column,
                      ac_event_shown(ac_str_of(why->text), words));
}

enum ac_rc ac_event_read(struct ac_event *out, ac_str text, struct ac_err *err) {
    *out = (struct ac_event){0};
    ac_arena_init(&out->arena, ARENA_BYTES);
    struct reading r = {.out = out};
    json_error_t why = {0};
    if (text.len > AC_EVENT_MAX_BYTES)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "TOO_LARGE",
                          "an event has at most %zu MiB; is it the data itself? acload import "
                          "takes that",
                          AC_EVENT_MAX_BYTES >> 20);
    if (ac_str_starts(text, AC_STR("\xef\xbb\xbf"))) // as editors and PowerShell save it
        text = ac_str_skip(text, 3);
    if (!ac_str_trim(text).len)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "EMPTY_INPUT", "holds no event");
    if (!ac_json_is_bounded(text, SIZE_MAX, MAX_VALUES))
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "TOO_LARGE",
                          "is made of over %zu values, no event is", MAX_VALUES);
    json_t *value = json_loadb(text.ptr, text.len, FLAGS, &why);
    if (!value)
        return not_json(&why, err);
    read_object(&r, value, 1);
    json_decref(value);
    if (r.is_short)
        return ac_err_nomem(err, "an event");
    const struct ac_event_flaw *first = out->n_flaws ? out->flaws : NULL;
    if (first && !*first->from)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, first->code, "%s", first->text);
    return ac_event_order(out, err);
}

void ac_event_free(struct ac_event *event) {
    free(event->objects);
    free(event->records);
    free(event->flaws);
    free(event->ordered);
    ac_arena_free(&event->arena);
    *event = (struct ac_event){0};
}

bool ac_event_begins(ac_str head) {
    ac_str s = ac_str_trim(head);
    if (ac_str_starts(s, AC_STR("\xef\xbb\xbf")))
        s = ac_str_trim(ac_str_skip(s, 3));
    if (!ac_str_starts(s, AC_STR("{")))
        return false;
    s = ac_str_trim(ac_str_skip(s, 1));
    if (!ac_str_starts(s, AC_STR("\"Records\"")))
        return false;
    s = ac_str_trim(ac_str_skip(s, 9));
    return ac_str_starts(s, AC_STR(":"));
}
