// SPDX-License-Identifier: MIT
// Fuzz target: an event.
//
// What must hold: it is refused with words, or all it gives is within bounds: no key leads out of
// its bucket, every record is in one shard, and the text of a shard gives the JSON decoder what was
// told of it, no more and no less.
//
// Corpus: tests/cases/event
#include "decode/decode.h"
#include "decode/fake_source.h"
#include "fuzz/fuzz.h"
#include "hook/answer.h"
#include "hook/kinesis.h"
#include <jansson.h>

struct seen {
    size_t n_rows, n_texts, n_broken;
};

static enum ac_rc on_row(void *arg, struct acload_row *row, struct ac_err *err) {
    (void)row;
    (void)err;
    ((struct seen *)arg)->n_rows++;
    return AC_OK;
}

static enum ac_rc on_broken(void *arg, const struct ac_broken *broken, struct ac_err *err) {
    (void)err;
    struct seen *seen = arg;
    bool is_ours = ac_str_starts(broken->raw, AC_STR("\"record ")) &&
                   strcmp(broken->code, "NOT_AN_OBJECT") == 0;
    seen->n_texts += is_ours;
    seen->n_broken += !is_ours;
    return AC_OK;
}

// What stands aside is told one by one, whatever the values before it are.
static void decode(const struct ac_shard *shard) {
    struct ac_source src = fake_source(ac_buf_str(&shard->text), 4096);
    struct ac_decode_options options = {.name = "shard", .max_depth = 2048};
    struct seen seen = {0};
    struct ac_decode_sink sink = {&seen, on_row, on_broken};
    struct ac_decode_sample sample = {.decoder = &ac_decoder_json, .format = ACLOAD_JSON};
    struct ac_decode_counts counts = {0};
    struct ac_err err = AC_ERR_INIT;
    enum ac_rc rc = ac_decode_run(&src, &sample, &options, &sink, &counts, &err);
    bool is_empty = rc == AC_INPUT && strcmp(err.code, "EMPTY_INPUT") == 0;
    must(rc == AC_OK || is_empty, "%s", err.text);
    must(seen.n_texts >= shard->n_broken, "%zu of %zu stand aside", seen.n_texts, shard->n_broken);
    fake_close(&src);
}

static void check_shards(const struct ac_event *event) {
    for (size_t at = 0; at < event->n_records;) {
        struct ac_shard shard;
        struct ac_err err = AC_ERR_INIT;
        ac_shard_init(&shard);
        must(ac_shard_read(&shard, event, at, NULL, NULL, &err) == AC_OK, "%s", err.text);
        must(shard.n > 0 && at + shard.n <= event->n_records, "%zu records", shard.n);
        must(shard.n_broken <= shard.n, "%zu of %zu", shard.n_broken, shard.n);
        at += shard.n;
        decode(&shard);
        ac_shard_free(&shard);
    }
}

static void check_objects(const struct ac_event *event) {
    for (size_t i = 0; i < event->n_objects; i++) {
        const struct ac_event_object *o = &event->objects[i];
        must(!ac_event_bad_key(o->key), "%s", o->key.ptr);
        must(strlen(o->key.ptr) == o->key.len, "a NUL in a key");
        must(*o->bucket && o->etag && o->version_id && o->from, "an object without a name");
        must(o->size_bytes >= -1, "%lld bytes", (long long)o->size_bytes);
    }
}

// Nothing is done: whatever there is to do comes again, or all of it.
static void check_answer(const struct ac_event *event) {
    struct ac_buf out;
    struct ac_err err = AC_ERR_INIT;
    json_error_t why;
    ac_buf_init(&out, (size_t)64 << 20);
    enum ac_rc rc = ac_event_answer(event, &out, &err);
    must(rc == AC_OK || rc == AC_AGAIN, "%d", (int)rc);
    json_t *value = json_loadb(out.ptr, out.len, JSON_ALLOW_NUL, &why);
    const json_t *failed = json_object_get(value, "batchItemFailures");
    must(json_is_array(failed), "%s", why.text);
    must(json_array_size(failed) || !event->n_records, "%zu records", event->n_records);
    must(json_array_size(failed) || !event->n_objects, "%zu objects", event->n_objects);
    json_decref(value);
    ac_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    struct ac_event event;
    struct ac_err err = AC_ERR_INIT;
    if (len > (size_t)256 * 1024)
        return 0;
    ac_str text = {(const char *)data, len};
    ac_event_begins(text);
    enum ac_rc rc = ac_event_read(&event, text, &err);
    must(rc == AC_OK || (rc == AC_INPUT && err.text[0] && err.code[0]), "%d", (int)rc);
    if (rc == AC_OK) {
        check_objects(&event);
        check_shards(&event);
        check_answer(&event);
        must(event.n_kinds <= AC_EVENT_MAX_KINDS, "%zu kinds", event.n_kinds);
    }
    ac_event_free(&event);
    return 0;
}
