// SPDX-License-Identifier: MIT
// What Kinesis answers, read from its JSON.
#include "base/json_memory.h"
#include "source/kinesis.h"
#include <jansson.h>
#include <stdlib.h>

#define MAX_SHARDS_BYTES ((size_t)16 << 20)
#define MAX_RECORDS_BYTES ((size_t)4 << 20)
#define MAX_ITERATOR 4096u // the service says 512
#define MAX_TOKEN 8192u    // the service says 1 MiB, and gives some hundred

static enum ac_rc bad(struct ac_err *err, const char *what) {
    return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "BAD_ANSWER",
                      "the stream's answer is not understood: %s", what);
}

static json_t *load(ac_str json, struct ac_err *err) {
    json_error_t why;
    json_t *root = json_loadb(json.ptr ? json.ptr : "", json.len, 0, &why);
    if (json_is_object(root))
        return root;
    json_decref(root);
    bad(err, root ? "it is no object" : why.text);
    return NULL;
}

// A text member of at most max bytes; "" where it is missing or null; NULL: it is something else.
static const char *text_of(const json_t *object, const char *name, size_t max) {
    const json_t *value = json_object_get(object, name);
    if (!value || json_is_null(value))
        return "";
    return json_is_string(value) && json_string_length(value) <= max ? json_string_value(value)
                                                                     : NULL;
}

// --- shards

void ac_kinesis_shards_init(struct ac_kinesis_shards *shards) {
    *shards = (struct ac_kinesis_shards){0};
    ac_arena_init(&shards->arena, MAX_SHARDS_BYTES);
}

void ac_kinesis_shards_free(struct ac_kinesis_shards *shards) {
    ac_arena_free(&shards->arena);
    free(shards->list);
}

static bool is_shard_id(const char *id) {
    return id && id[strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789_.-")] == '\0';
}

static struct ac_kinesis_shard *grow(struct ac_kinesis_shards *s) {
    if (s->n < s->max)
        return &s->list[s->n];
    size_t max = s->max ? s->max * 2 : 64;
    struct ac_kinesis_shard *more = realloc(s->list, max * sizeof *more);
    if (!more)
        return NULL;
    s->list = more;
    s->max = max;
    return &more[s->n];
}

static enum ac_rc add_shard(struct ac_kinesis_shards *s, const json_t *shard, struct ac_err *err) {
    const json_t *range = json_object_get(shard, "SequenceNumberRange");
    const char *id = text_of(shard, "ShardId", AC_KINESIS_MAX_NAME);
    const char *parent = text_of(shard, "ParentShardId", AC_KINESIS_MAX_NAME);
    const char *adjacent = text_of(shard, "AdjacentParentShardId", AC_KINESIS_MAX_NAME);
    const char *end = text_of(range, "EndingSequenceNumber", AC_KINESIS_MAX_SEQUENCE - 1);
    if (!is_shard_id(id) || !*id || !is_shard_id(parent) || !is_shard_id(adjacent) || !end)
        return bad(err, "a shard without an id, or with one that is none");
    if (s->n == AC_KINESIS_MAX_SHARDS)
        return bad(err, "more shards than a stream can have");
    struct ac_kinesis_shard *out = grow(s);
    if (!out)
        return ac_err_nomem(err, "the shards of a stream");
    out->id = ac_arena_copy(&s->arena, ac_str_of(id));
    out->parent = ac_arena_copy(&s->arena, ac_str_of(parent));
    out->adjacent = ac_arena_copy(&s->arena, ac_str_of(adjacent));
    out->is_closed = *end != '\0';
    if (!out->id || !out->parent || !out->adjacent)
        return ac_err_nomem(err, "the shards of a stream");
    s->n++;
    return AC_OK;
}

enum ac_rc ac_kinesis_read_shards(struct ac_kinesis_shards *shards, ac_str json,
                                  struct ac_err *err) {
    AC_CLEANUP(ac_json_free) json_t *root = load(json, err);
    if (!root)
        return AC_INPUT;
    const json_t *list = json_object_get(root, "Shards");
    const char *next = text_of(root, "NextToken", MAX_TOKEN);
    if (!json_is_array(list) || !next)
        return bad(err, "no list of shards");
    enum ac_rc rc = AC_OK;
    for (size_t i = 0; rc == AC_OK && i < json_array_size(list); i++)
        rc = add_shard(shards, json_array_get(list, i), err);
    if (rc != AC_OK)
        return rc;
    shards->next = *next ? ac_arena_copy(&shards->arena, ac_str_of(next)) : NULL;
    return *next && !shards->next ? ac_err_nomem(err, "the shards of a stream") : AC_OK;
}

// --- iterators

enum ac_rc ac_kinesis_read_iterator(struct ac_buf *out, ac_str json, struct ac_err *err) {
    AC_CLEANUP(ac_json_free) json_t *root = load(json, err);
    if (!root)
        return AC_INPUT;
    const char *iterator = text_of(root, "ShardIterator", MAX_ITERATOR);
    if (!iterator || !*iterator)
        return bad(err, "no iterator");
    ac_buf_clear(out);
    bool good = ac_buf_add_str(out, ac_str_of(iterator)) && ac_buf_text(out);
    return good ? AC_OK : ac_err_nomem(err, "an iterator");
}

// --- records

void ac_kinesis_records_init(struct ac_kinesis_records *records) {
    *records = (struct ac_kinesis_records){0};
    ac_arena_init(&records->arena, MAX_RECORDS_BYTES);
}

void ac_kinesis_records_free(struct ac_kinesis_records *records) {
    ac_arena_free(&records->arena);
    json_decref(records->answer);
}

static bool is_sequence(const char *text) {
    return text && *text && text[strspn(text, "0123456789")] == '\0' && (*text != '0' || !text[1]);
}

static enum ac_rc read_record(struct ac_kinesis_records *r, const json_t *record,
                              struct ac_err *err) {
    struct ac_kinesis_record *out = &r->list[r->n];
    const char *sequence = text_of(record, "SequenceNumber", AC_KINESIS_MAX_SEQUENCE - 1);
    const json_t *data = json_object_get(record, "Data");
    const json_t *arrived = json_object_get(record, "ApproximateArrivalTimestamp");
    if (!is_sequence(sequence))
        return bad(err, "a record without a sequence number");
    if (!json_is_string(data))
        return bad(err, "a record without data");
    if (r->n && ac_kinesis_compare(sequence, r->list[r->n - 1].sequence) <= 0)
        return bad(err, "records out of order");
    double seconds = json_number_value(arrived);
    bool is_time = json_is_number(arrived) && seconds > 0 && seconds < 1e11;
    out->arrived_ms = is_time ? (int64_t)(seconds * 1000) : INT64_MIN;
    out->sequence = sequence;
    out->data = ac_str_n(json_string_value(data), json_string_length(data));
    r->bytes += out->data.len / 4 * 3;
    r->n++;
    return AC_OK;
}

enum ac_rc ac_kinesis_read_records(struct ac_kinesis_records *records, ac_str json,
                                   struct ac_err *err) {
    struct ac_kinesis_records *r = records;
    ac_kinesis_records_free(r);
    ac_kinesis_records_init(r);
    json_t *root = r->answer = load(json, err);
    if (!root)
        return AC_INPUT;
    const json_t *list = json_object_get(root, "Records");
    const json_t *behind = json_object_get(root, "MillisBehindLatest");
    const char *next = text_of(root, "NextShardIterator", MAX_ITERATOR);
    if (!json_is_array(list) || !next)
        return bad(err, "no list of records");
    r->list = ac_arena_alloc(&r->arena, (json_array_size(list) + 1) * sizeof *r->list);
    if (!r->list)
        return ac_err_nomem(err, "records of a stream");
    json_int_t behind_ms = json_is_integer(behind) ? json_integer_value(behind) : 0;
    r->behind_ms = behind_ms > 0 ? (int64_t)behind_ms : 0;
    enum ac_rc rc = AC_OK;
    for (size_t i = 0; rc == AC_OK && i < json_array_size(list); i++)
        rc = read_record(r, json_array_get(list, i), err);
    r->next = *next ? next : NULL;
    return rc;
}

int ac_kinesis_compare(const char *a, const char *b) {
    size_t a_len = strlen(a), b_len = strlen(b);
    return a_len == b_len ? strcmp(a, b) : a_len < b_len ? -1 : 1;
}
