// SPDX-License-Identifier: MIT
// What S3 says of an object, straight or by EventBridge.
#include "base/buf.h"
#include "hook/event_int.h"
#include <stdio.h>
#include <stdlib.h>

static int hex_of(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

ac_str ac_event_decode_key(ac_str key, struct ac_arena *arena) {
    char *out = ac_arena_alloc(arena, key.len + 1);
    size_t n = 0;
    if (!out)
        return AC_STR_NULL;
    for (size_t i = 0; i < key.len; i++) {
        int high = key.ptr[i] == '%' && i + 2 < key.len ? hex_of(key.ptr[i + 1]) : -1;
        int low = high >= 0 ? hex_of(key.ptr[i + 2]) : -1;
        if (low >= 0)
            out[n++] = (char)(high * 16 + low);
        else
            out[n++] = (char)(key.ptr[i] == '+' ? ' ' : key.ptr[i]);
        i += low >= 0 ? 2 : 0;
    }
    out[n] = '\0';
    return ac_str_n(out, n);
}

const char *ac_event_bad_key(ac_str key) {
    ac_str rest = key, part;
    if (!key.len || key.len > 1024)
        return "is empty, or longer than 1024 bytes";
    if (memchr(key.ptr, '\0', key.len))
        return "holds a NUL";
    if (ac_str_utf8_bad(key) < key.len)
        return "is no UTF-8";
    while (ac_str_cut(&rest, '/', &part))
        if (ac_str_eq(part, AC_STR(".")) || ac_str_eq(part, AC_STR("..")))
            return "holds a . or .. between slashes, which a server may take for another place";
    return NULL;
}

const char *ac_event_keep(struct reading *r, ac_str text) {
    bool is_none = !text.ptr || memchr(text.ptr, '\0', text.len);
    char *copy = ac_arena_copy(&r->out->arena, is_none ? AC_STR("") : text);
    r->is_short |= !copy;
    return copy ? copy : "";
}

static void add(struct reading *r, struct ac_event_object *object, ac_str bucket) {
    struct ac_event *e = r->out;
    char shown[120];
    const char *why = object->key.ptr ? ac_event_bad_key(object->key) : NULL;
    if (!bucket.len || memchr(bucket.ptr, '\0', bucket.len) || !object->key.ptr) {
        ac_event_flaw(r, "NOT_AN_EVENT", "names no %s",
                      object->key.ptr ? "bucket" : "key of an object");
        return;
    }
    if (why) {
        ac_event_flaw(r, "NOT_A_KEY", "\"%s\" %s; nothing is fetched",
                      ac_event_shown(object->key, shown), why);
        return;
    }
    object->bucket = ac_event_keep(r, bucket);
    object->from = ac_event_keep(r, ac_str_of(r->from));
    object->message = ac_event_keep(r, r->message);
    if (r->is_short)
        return;
    struct ac_event_object *objects =
        ac_event_grow(r, e->objects, e->n_objects, &e->max_objects, sizeof *objects);
    if (!objects)
        return;
    e->objects = objects;
    objects[e->n_objects++] = *object;
}

static int64_t size_of(const json_t *object) {
    const json_t *size = json_object_get(object, "size");
    return json_is_integer(size) && json_integer_value(size) >= 0 ? json_integer_value(size) : -1;
}

static ac_str etag_of(const json_t *object) {
    ac_str etag = ac_event_text(object, "eTag");
    return etag.ptr ? etag : ac_event_text(object, "etag");
}

static void read_created(struct reading *r, const json_t *record) {
    const json_t *s3 = json_object_get(record, "s3");
    const json_t *object = json_object_get(s3, "object");
    ac_str key = ac_event_text(object, "key");
    struct ac_event_object out = {.size_bytes = size_of(object)};
    if (key.ptr) {
        out.key = ac_event_decode_key(key, &r->out->arena);
        r->is_short |= !out.key.ptr;
    }
    out.version_id = ac_event_keep(r, ac_event_text(object, "versionId"));
    out.etag = ac_event_keep(r, etag_of(object));
    add(r, &out, ac_event_text(json_object_get(s3, "bucket"), "name"));
}

void ac_event_read_s3(struct reading *r, const json_t *record) {
    ac_str name = ac_event_text(record, "eventName"),
           version = ac_event_text(record, "eventVersion");
    char shown[120];
    if (ac_str_starts(name, AC_STR("s3:")))
        name = ac_str_skip(name, 3);
    if (version.ptr && !ac_str_starts(version, AC_STR("2.")))
        ac_event_flaw(r, "UNKNOWN_VERSION", "is of version \"%s\", and acload knows 2",
                      ac_event_shown(version, shown));
    else if (!name.len)
        ac_event_flaw(r, "NOT_AN_EVENT", "does not say what happened (eventName)");
    else if (ac_str_eq(name, AC_STR("TestEvent")))
        r->out->n_tests++;
    else if (ac_str_starts(name, AC_STR("ObjectCreated:")))
        read_created(r, record);
    else
        ac_event_other(r, AC_STR(""), name);
}

void ac_event_read_bridge(struct reading *r, const json_t *event) {
    ac_str source = ac_event_text(event, "source"), type = ac_event_text(event, "detail-type");
    if (!ac_str_eq(source, AC_STR("aws.s3")) || !ac_str_eq(type, AC_STR("Object Created"))) {
        ac_event_other(r, source, type);
        return;
    }
    const json_t *detail = json_object_get(event, "detail");
    const json_t *object = json_object_get(detail, "object");
    ac_str key = ac_event_text(object, "key");
    struct ac_event_object out = {.size_bytes = size_of(object)};
    if (key.ptr) { // as it is: EventBridge encodes nothing
        out.key = ac_arena_copy_str(&r->out->arena, key);
        r->is_short |= !out.key.ptr;
    }
    out.version_id = ac_event_keep(r, ac_event_text(object, "version-id"));
    out.etag = ac_event_keep(r, etag_of(object));
    add(r, &out, ac_event_text(json_object_get(detail, "bucket"), "name"));
}

// --- records of a stream -------------------------------------------------------------------------

// "arn:aws:kinesis:region:account:stream/NAME", perhaps with "/consumer/…".
static ac_str stream_of(ac_str arn) {
    ac_str rest = arn, piece = AC_STR("");
    for (int i = 0; i < 6; i++)
        if (!ac_str_cut(&rest, ':', &piece))
            return AC_STR("");
    if (!ac_str_starts(piece, AC_STR("stream/")))
        return AC_STR("");
    piece = ac_str_skip(piece, 7);
    ptrdiff_t slash = ac_str_find(piece, '/');
    return slash < 0 ? piece : ac_str_n(piece.ptr, (size_t)slash);
}

void ac_event_read_kinesis(struct reading *r, const json_t *record) {
    struct ac_event *e = r->out;
    const json_t *kinesis = json_object_get(record, "kinesis");
    const json_t *arrived = json_object_get(kinesis, "approximateArrivalTimestamp");
    ac_str arn = ac_event_text(record, "eventSourceARN"), id = ac_event_text(record, "eventID");
    ac_str data = ac_event_text(kinesis, "data");
    ptrdiff_t colon = ac_str_find(id, ':');
    e->is_stream = true;
    if (!data.ptr) {
        ac_event_flaw(r, "NOT_AN_EVENT", "a record of Kinesis without data");
        return;
    }
    double seconds = json_number_value(arrived);
    bool is_time = json_is_number(arrived) && seconds > 0 && seconds < 1e11;
    struct ac_event_record out = {.arrived_ms = is_time ? (int64_t)(seconds * 1000) : INT64_MIN,
                                  .from = ac_event_keep(r, ac_str_of(r->from)),
                                  .stream_arn = ac_event_keep(r, arn),
                                  .stream = ac_event_keep(r, stream_of(arn)),
                                  .sequence =
                                      ac_event_keep(r, ac_event_text(kinesis, "sequenceNumber")),
                                  .data = ac_arena_copy_str(&e->arena, data)};
    out.shard = ac_event_keep(r, colon > 0 ? ac_str_n(id.ptr, (size_t)colon) : AC_STR(""));
    r->is_short |= !out.data.ptr;
    if (r->is_short)
        return;
    struct ac_event_record *records =
        ac_event_grow(r, e->records, e->n_records, &e->max_records, sizeof *records);
    if (!records)
        return;
    e->records = records;
    records[e->n_records++] = out;
}

// --- order ---------------------------------------------------------------------------------------

static int compare_objects(const void *a, const void *b) {
    const struct ac_event_object *x = *(struct ac_event_object *const *)a,
                                 *y = *(struct ac_event_object *const *)b;
    int order = strcmp(x->bucket, y->bucket);
    if (!order)
        order = strcmp(x->key.ptr, y->key.ptr);
    if (!order)
        order = strcmp(x->version_id, y->version_id);
    if (!order)
        order = strcmp(x->etag, y->etag);
    return order ? order : (x > y) - (x < y);
}

static bool is_same(const struct ac_event_object *x, const struct ac_event_object *y) {
    return strcmp(x->bucket, y->bucket) == 0 && strcmp(x->key.ptr, y->key.ptr) == 0 &&
           strcmp(x->version_id, y->version_id) == 0 && strcmp(x->etag, y->etag) == 0;
}

static int compare_records(const void *a, const void *b) {
    const struct ac_event_record *x = *(struct ac_event_record *const *)a,
                                 *y = *(struct ac_event_record *const *)b;
    int order = strcmp(x->stream_arn, y->stream_arn);
    if (!order)
        order = strcmp(x->shard, y->shard);
    return order ? order : (x > y) - (x < y);
}

static bool sort_records(struct ac_event *e) {
    struct ac_event_record **order = malloc((e->n_records + 1) * sizeof(struct ac_event_record *));
    struct ac_event_record *sorted = malloc((e->n_records + 1) * sizeof *sorted);
    bool good = order && sorted;
    for (size_t i = 0; good && i < e->n_records; i++)
        order[i] = &e->records[i];
    if (good) {
        qsort(order, e->n_records, sizeof(struct ac_event_record *), compare_records);
        for (size_t i = 0; i < e->n_records; i++)
            sorted[i] = *order[i];
        free(e->records);
        e->records = sorted;
    } else {
        free(sorted);
    }
    free(order);
    return good;
}

static bool mark_repeats(struct ac_event *e) {
    struct ac_event_object **order = malloc((e->n_objects + 1) * sizeof(struct ac_event_object *));
    if (!order)
        return false;
    for (size_t i = 0; i < e->n_objects; i++)
        order[i] = &e->objects[i];
    qsort(order, e->n_objects, sizeof(struct ac_event_object *), compare_objects);
    for (size_t i = 1; i < e->n_objects; i++)
        order[i]->is_repeat = is_same(order[i - 1], order[i]);
    free(order);
    return true;
}

enum ac_rc ac_event_order(struct ac_event *event, struct ac_err *err) {
    bool good = mark_repeats(event) && (!event->n_records || sort_records(event));
    return good ? AC_OK : ac_err_nomem(err, "an event");
}
