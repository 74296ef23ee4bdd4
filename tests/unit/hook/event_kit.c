// SPDX-License-Identifier: MIT
// Events read, with the records of their shards unpacked.
#include "hook/event_kit.h"
#include "hook/kinesis.h"

static bool add_object(struct ac_buf *out, const struct ac_event_object *o) {
    return ac_buf_printf(out, "object %s ", o->bucket) && ac_buf_add_json(out, o->key) &&
           ac_buf_printf(out, " version=%s etag=%s size=%lld from=%s%s\n", o->version_id, o->etag,
                         (long long)o->size_bytes, o->from, o->is_repeat ? " repeat" : "");
}

static void add_broken(void *arg, const struct ac_event_record *record, const char *code,
                       const char *why) {
    ac_buf_printf(arg, "broken %s %s %s\n", record->sequence, code, why);
}

static bool add_shard(struct ac_buf *out, const struct ac_event *event, size_t *at) {
    struct ac_err err = AC_ERR_INIT;
    struct ac_shard shard;
    ac_shard_init(&shard);
    bool good = ac_shard_read(&shard, event, *at, add_broken, out, &err) == AC_OK;
    *at += shard.n ? shard.n : 1;
    good = good && ac_buf_printf(out, "shard %s: %zu pieces, %zu broken, at %lld\n", shard.name,
                                 shard.n_values, shard.n_broken, (long long)shard.newest_ms);
    ac_str rest = ac_buf_str(&shard.text), line;
    while (good && rest.len && ac_str_cut(&rest, '\n', &line))
        good = ac_buf_add_str(out, AC_STR("| ")) && ac_buf_add_str(out, line) &&
               ac_buf_add_char(out, '\n');
    ac_shard_free(&shard);
    return good;
}

static bool add_all(struct ac_buf *out, const struct ac_event *event) {
    bool good = true;
    for (size_t i = 0; good && i < event->n_objects; i++)
        good = add_object(out, &event->objects[i]);
    for (size_t at = 0; good && at < event->n_records;)
        good = add_shard(out, event, &at);
    if (good && event->n_tests)
        good = ac_buf_printf(out, "tests %llu\n", (unsigned long long)event->n_tests);
    for (size_t i = 0; good && i < event->n_kinds; i++)
        good = ac_buf_printf(out, "other %llu %s\n", (unsigned long long)event->kinds[i].n,
                             event->kinds[i].name);
    for (size_t i = 0; good && i < event->n_flaws; i++)
        good = ac_buf_printf(out, "flaw %s: %s %s\n", event->flaws[i].from, event->flaws[i].code,
                             event->flaws[i].text);
    return good;
}

bool event_transcript(ac_str text, struct ac_buf *out) {
    struct ac_event event;
    struct ac_err err = AC_ERR_INIT;
    enum ac_rc rc = ac_event_read(&event, text, &err);
    bool good = rc == AC_OK
                    ? add_all(out, &event)
                    : rc == AC_INPUT && ac_buf_printf(out, "error %s %s\n", err.code, err.text);
    ac_event_free(&event);
    return good;
}
