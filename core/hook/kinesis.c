// SPDX-License-Identifier: MIT
// Records of a stream, unpacked into values.
#include "hook/kinesis.h"
#include "base/base64.h"
#include "decode/frame.h"
#include "hook/aggregate.h"
#include "source/source.h"
#include <stdio.h>

#define MAX_IDENTITY_BYTES ((size_t)16 << 20)

void ac_shard_init(struct ac_shard *shard) {
    *shard = (struct ac_shard){.newest_ms = INT64_MIN};
    ac_buf_init(&shard->text, AC_SHARD_MAX_BYTES);
    ac_buf_init(&shard->identity, MAX_IDENTITY_BYTES);
}

void ac_shard_free(struct ac_shard *shard) {
    ac_buf_free(&shard->text);
    ac_buf_free(&shard->identity);
}

struct unpacking {
    struct ac_shard *shard;
    struct ac_buf bytes, plain; // of one record: decoded; unpacked
    struct ac_buf rest;         // the texts that stand at the end
    void (*broken)(void *arg, const struct ac_event_record *record, const char *code,
                   const char *why);
    void *arg;
};

// How much of the text is whole JSON values, with what may stand between them.
static size_t whole(ac_str text, size_t *n_values) {
    size_t at = 0, end = 0;
    for (;; at = end) {
        while (at < text.len && (ac_scan_is_blank(text.ptr[at]) || text.ptr[at] == ','))
            at++;
        if (at == text.len)
            return at;
        struct ac_scan scan;
        ac_scan_init(&scan, AC_SCAN_MAX_DEPTH);
        ac_str rest = ac_str_skip(text, at);
        if (!strchr("{[", *rest.ptr) || !*rest.ptr || ac_scan_run(&scan, rest) != AC_SCAN_CLOSED ||
            scan.is_deep)
            return end;
        end = at + scan.at;
        ++*n_values;
    }
}

static enum ac_rc set_aside(struct unpacking *u, const struct ac_event_record *record, ac_str what,
                            const char *code, const char *why, struct ac_err *err) {
    AC_CLEANUP(ac_buf_free) struct ac_buf line;
    ac_buf_init(&line, what.len + 2000);
    u->shard->n_broken++;
    if (u->broken)
        u->broken(u->arg, record, code, why);
    bool good = ac_buf_printf(&line, "record %.200s: %s: ", record->sequence, why) &&
                ac_buf_add_str(&line, what) && ac_buf_add_json(&u->rest, ac_buf_str(&line)) &&
                ac_buf_add_char(&u->rest, '\n');
    return good ? AC_OK : ac_err_nomem(err, "a broken record");
}

// JSON holds no other bytes than those of UTF-8: what is binary (packed in another way, encrypted)
// is kept in base64, so that nothing of it is lost.
static enum ac_rc set_text_aside(struct unpacking *u, const struct ac_event_record *record,
                                 ac_str what, struct ac_err *err) {
    bool is_json = *what.ptr == '{' || *what.ptr == '[';
    if (ac_str_utf8_bad(what) == what.len)
        return is_json ? set_aside(u, record, what, "BAD_JSON", "JSON that is cut short or damaged",
                                   err)
                       : set_aside(u, record, what, "NO_JSON", "holds no JSON object", err);
    AC_CLEANUP(ac_buf_free) struct ac_buf text;
    ac_buf_init(&text, what.len / 3 * 4 + 100);
    if (!ac_base64_add(&text, what))
        return ac_err_nomem(err, "a broken record");
    return is_json ? set_aside(u, record, ac_buf_str(&text), "BAD_JSON",
                               "JSON that is cut short or damaged, and no UTF-8, in base64", err)
                   : set_aside(u, record, ac_buf_str(&text), "NO_JSON",
                               "holds no JSON object, and no UTF-8, in base64", err);
}

// The next piece of what begins with damage. Without memory: AC_RUN.
static enum ac_rc salvage_next(struct ac_frame *frame, ac_str *rest, struct ac_frame_piece *piece,
                               enum ac_frame_kind *kind, struct ac_err *err) {
    if (!ac_frame_next(frame, *rest, true, piece, kind))
        return ac_err_nomem(err, "a broken record");
    *rest = ac_str_skip(*rest, piece->used);
    return AC_OK;
}

// Damage costs the value that it is in, as in a file: others of the record that stand behind it, or
// before it in an array that is not closed, are values all the same. Without any the record's rest
// is told in one piece.
static enum ac_rc salvage(struct unpacking *u, const struct ac_event_record *record, ac_str rest,
                          struct ac_err *err) {
    struct ac_text utf8 = {.kind = AC_TEXT_UTF8};
    struct ac_frame_piece piece;
    enum ac_frame_kind kind = AC_FRAME_MORE;
    enum ac_rc rc = AC_OK;
    size_t n_values = 0;
    for (int is_again = 0; is_again < 2 && rc == AC_OK; is_again++) {
        AC_CLEANUP(ac_frame_free) struct ac_frame frame;
        ac_frame_init(&frame, &utf8, rest.len, AC_SCAN_MAX_DEPTH);
        ac_str text = rest;
        while (rc == AC_OK && (rc = salvage_next(&frame, &text, &piece, &kind, err)) == AC_OK &&
               (kind == AC_FRAME_VALUE || kind == AC_FRAME_BROKEN)) {
            if (!is_again)
                n_values += kind == AC_FRAME_VALUE;
            else if (kind == AC_FRAME_BROKEN)
                rc = set_text_aside(u, record, piece.text, err);
            else if (!ac_buf_add_str(&u->shard->text, piece.text) ||
                     !ac_buf_add_char(&u->shard->text, '\n'))
                rc = ac_err_nomem(err, "the records of an event");
        }
        if (!n_values && rc == AC_OK)
            return set_text_aside(u, record, rest, err);
    }
    u->shard->n_values += n_values;
    return rc;
}

static enum ac_rc add_values(struct unpacking *u, const struct ac_event_record *record, ac_str text,
                             struct ac_err *err) {
    if (ac_str_starts(text, AC_STR("\xef\xbb\xbf")))
        text = ac_str_skip(text, 3);
    size_t n_values = 0, good = whole(text, &n_values);
    ac_str rest = ac_str_trim(ac_str_skip(text, good));
    struct ac_buf *out = &u->shard->text;
    // Each value that is found in the rest gets a line end of its own.
    if (out->len + good + 1 + rest.len + rest.len / 2 > AC_SHARD_MAX_BYTES)
        return set_aside(u, record, record->data, "TOO_LARGE",
                         "with it the event's records are larger than 32 MiB", err);
    if (!ac_buf_add(out, text.ptr, good) || !ac_buf_add_char(out, '\n'))
        return ac_err_nomem(err, "the records of an event");
    u->shard->n_values += n_values;
    return rest.len ? salvage(u, record, rest, err) : AC_OK;
}

static enum ac_rc add_bytes(struct unpacking *u, const struct ac_event_record *record, ac_str bytes,
                            struct ac_err *err) {
    struct ac_err why = AC_ERR_INIT;
    ac_buf_clear(&u->plain);
    if (!ac_str_starts(bytes, AC_STR("\x1f\x8b")))
        return add_values(u, record, bytes, err);
    enum ac_rc rc = ac_source_gunzip(bytes, &u->plain, &why);
    if (rc == AC_OK)
        return add_values(u, record, ac_buf_str(&u->plain), err);
    if (rc == AC_INPUT)
        return set_aside(u, record, record->data, "BAD_GZIP", "broken gzip, in base64", err);
    *err = why;
    return rc;
}

// Looked at whole before any of it is taken.
static bool is_aggregate_good(ac_str message) {
    ac_str data;
    int next = 1;
    while (next > 0)
        next = ac_aggregate_next(&message, &data);
    return next == 0;
}

static enum ac_rc add_aggregate(struct unpacking *u, const struct ac_event_record *record,
                                ac_str bytes, struct ac_err *err) {
    ac_str message, data;
    if (!ac_aggregate_open(bytes, &message) || !is_aggregate_good(message))
        return set_aside(u, record, record->data, "BAD_AGGREGATE",
                         "aggregated by the Kinesis Producer Library, and damaged, in base64", err);
    enum ac_rc rc = AC_OK;
    while (rc == AC_OK && ac_aggregate_next(&message, &data) > 0)
        rc = add_bytes(u, record, data, err);
    return rc;
}

static enum ac_rc unpack(struct unpacking *u, const struct ac_event_record *record,
                         struct ac_err *err) {
    ac_buf_clear(&u->bytes);
    if (!ac_event_base64(record->data, &u->bytes))
        return set_aside(u, record, record->data, "BAD_BASE64", "broken base64", err);
    ac_str bytes = ac_buf_str(&u->bytes);
    return ac_aggregate_begins(bytes) ? add_aggregate(u, record, bytes, err)
                                      : add_bytes(u, record, bytes, err);
}

// Texts alone would be taken for a report of one column: as elements of an array they are JSON.
static bool add_broken(struct ac_shard *shard, struct ac_buf *rest) {
    bool is_array = !shard->n_values && rest->len;
    for (size_t i = 0; is_array && i < rest->len; i++)
        if (rest->ptr[i] == '\n')
            rest->ptr[i] = i + 1 < rest->len ? ',' : ']';
    shard->text.max_bytes += rest->len + 1;
    if (is_array)
        ac_buf_clear(&shard->text); // blanks
    return (!is_array || ac_buf_add_char(&shard->text, '[')) &&
           ac_buf_add_str(&shard->text, ac_buf_str(rest));
}

bool ac_event_is_same_shard(const struct ac_event_record *a, const struct ac_event_record *b) {
    return strcmp(a->stream_arn, b->stream_arn) == 0 && strcmp(a->shard, b->shard) == 0;
}

// A record without a number is told by what it holds.
static bool add_identity(struct ac_buf *out, const struct ac_event_record *record) {
    bool has_number = *record->sequence;
    return ac_buf_add_char(out, '\n') &&
           ac_buf_add_str(out, has_number ? ac_str_of(record->sequence) : record->data);
}

static void name(struct ac_shard *shard, const struct ac_event_record *first) {
    const struct ac_event_record *last = first + shard->n - 1;
    const char *stream = *first->stream ? first->stream : "unnamed";
    if (shard->n == 1)
        snprintf(shard->name, sizeof shard->name, "kinesis %.128s/%.64s record %.80s", stream,
                 first->shard, first->sequence);
    else
        snprintf(shard->name, sizeof shard->name, "kinesis %.128s/%.64s records %.80s to %.80s",
                 stream, first->shard, first->sequence, last->sequence);
}

enum ac_rc ac_shard_read(struct ac_shard *shard, const struct ac_event *event, size_t at,
                         void (*broken)(void *arg, const struct ac_event_record *record,
                                        const char *code, const char *why),
                         void *arg, struct ac_err *err) {
    const struct ac_event_record *first = &event->records[at];
    struct unpacking u = {.shard = shard, .broken = broken, .arg = arg};
    ac_buf_init(&u.bytes, AC_EVENT_MAX_BYTES);
    ac_buf_init(&u.plain, AC_SHARD_MAX_BYTES);
    ac_buf_init(&u.rest, 2 * AC_SHARD_MAX_BYTES);
    bool good = ac_buf_printf(&shard->identity, "kinesis\n%s\n%s", first->stream_arn, first->shard);
    enum ac_rc rc = good ? AC_OK : ac_err_nomem(err, "the records of an event");
    for (; rc == AC_OK && at < event->n_records; at++) {
        const struct ac_event_record *record = &event->records[at];
        if (!ac_event_is_same_shard(first, record))
            break;
        shard->n++;
        if (record->arrived_ms > shard->newest_ms)
            shard->newest_ms = record->arrived_ms;
        rc = add_identity(&shard->identity, record) ? unpack(&u, record, err)
                                                    : ac_err_nomem(err, "the records of an event");
    }
    if (rc == AC_OK) {
        name(shard, first);
        if (!add_broken(shard, &u.rest) || !ac_buf_text(&shard->identity))
            rc = ac_err_nomem(err, "the records of an event");
    }
    ac_buf_free(&u.bytes);
    ac_buf_free(&u.plain);
    ac_buf_free(&u.rest);
    return rc;
}
