// SPDX-License-Identifier: MIT
// One look at a stream: records gathered, handed in, settled.
#include "hook/stream.h"
#include "base/log.h"
#include "hook/kinesis.h"
#include "hook/stream_int.h"
#include <stdio.h>
#include <stdlib.h>

#define INPUT_BYTES ((uint64_t)4 << 20) // of data: then what was gathered becomes an input
#define INPUT_RECORDS 10000u
#define GATHERED_BYTES ((size_t)40 << 20)
#define MAX_OPEN 8u // inputs handed in before their outcomes are waited for

struct ac_stream {
    struct ac_stream_options options;
    struct ac_kinesis kinesis;
    struct places places;
    int64_t since_ms; // where shards begin of which nothing is known
    bool has_since, again;
    // of one look
    struct ac_engine *engine;
    struct ac_ledger *ledger; // NULL: nothing is kept
    const char *org;
    int64_t begun_ms;
    size_t n_open;
    // what is gathered
    struct ac_kinesis_records reply;
    struct ac_arena texts;
    struct ac_event event; // its records alone are used
    uint64_t bytes;
};

enum ac_rc ac_stream_new(struct ac_stream **out, const struct ac_stream_options *options,
                         struct ac_err *err) {
    struct ac_stream *s = calloc(1, sizeof *s);
    if (!s)
        return ac_err_nomem(err, "a stream");
    s->options = *options;
    s->again = options->again;
    s->since_ms = options->start_ms;
    s->has_since = options->start_ms != AC_START_NOW;
    ac_kinesis_records_init(&s->reply);
    ac_arena_init(&s->texts, GATHERED_BYTES);
    enum ac_rc rc = ac_kinesis_open(&s->kinesis, options->aws, options->url, err);
    s->kinesis.stop = options->stop;
    if (rc == AC_OK)
        *out = s;
    else
        ac_stream_free(s);
    return rc;
}

void ac_stream_free(struct ac_stream *s) {
    if (!s)
        return;
    ac_kinesis_close(&s->kinesis);
    ac_kinesis_records_free(&s->reply);
    ac_places_free(&s->places);
    ac_arena_free(&s->texts);
    free(s->event.records);
    free(s);
}

// --- records gathered

static enum ac_rc wait_for_pace(struct ac_stream *s, const struct shard *shard,
                                struct ac_err *err) {
    const struct ac_clock *clock = s->options.clock;
    int64_t ms = ac_kinesis_pace_wait(&shard->pace, clock->mono_ms(clock->self));
    return ac_engine_pause(s->engine, ms, err);
}

static enum ac_rc need_iterator(struct ac_stream *s, struct shard *shard, struct ac_err *err) {
    if (shard->iterator)
        return AC_OK;
    struct ac_buf text;
    struct ac_kinesis_from from = {.after = shard->read, .at_ms = s->since_ms};
    ac_buf_init(&text, 8192);
    enum ac_rc rc = ac_kinesis_iterator(&s->kinesis, shard->id, &from, &text, err);
    shard->iterator = text.ptr; // its own from here on
    if (rc != AC_OK) {
        ac_buf_free(&text);
        shard->iterator = NULL;
    }
    return rc;
}

static enum ac_rc read_once(struct ac_stream *s, struct shard *shard, struct ac_err *err) {
    const struct ac_clock *clock = s->options.clock;
    enum ac_rc rc = AC_AGAIN;
    for (int i = 0; rc == AC_AGAIN && i < 3; i++) {
        rc = wait_for_pace(s, shard, err);
        if (rc == AC_OK)
            rc = need_iterator(s, shard, err);
        if (rc != AC_OK)
            return rc;
        rc = ac_kinesis_get(&s->kinesis, shard->iterator, &s->reply, err);
        ac_kinesis_pace_read(&shard->pace, clock->mono_ms(clock->self),
                             rc == AC_OK ? s->reply.bytes : 0);
        free(shard->iterator);
        shard->iterator = NULL;
    }
    if (rc == AC_AGAIN)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_STOP, "AWS_BUSY",
                          "the iterators of the stream %s expire before they are used; run again "
                          "later",
                          s->kinesis.stream);
    if (rc != AC_OK)
        return rc;
    shard->is_ended = !s->reply.next;
    shard->iterator = s->reply.next ? strdup(s->reply.next) : NULL;
    return s->reply.next && !shard->iterator ? ac_err_nomem(err, "an iterator") : AC_OK;
}

static bool add(struct ac_stream *s, const struct shard *shard,
                const struct ac_kinesis_record *from) {
    struct ac_event *e = &s->event;
    if (e->n_records == e->max_records) {
        size_t max = e->max_records ? e->max_records * 2 : 256;
        struct ac_event_record *more = realloc(e->records, max * sizeof *more);
        if (!more)
            return false;
        e->records = more;
        e->max_records = max;
    }
    struct ac_event_record *to = &e->records[e->n_records];
    *to = (struct ac_event_record){.from = "",
                                   .stream_arn = s->kinesis.region,
                                   .stream = s->kinesis.stream,
                                   .shard = shard->id,
                                   .sequence = ac_arena_copy(&s->texts, ac_str_of(from->sequence)),
                                   .data = ac_arena_copy_str(&s->texts, from->data),
                                   .arrived_ms = from->arrived_ms};
    if (!to->sequence || !to->data.ptr)
        return false;
    e->n_records++;
    s->bytes += from->data.len / 4 * 3;
    return true;
}

// Records of the last answer, up to the end of the input that they were part of before a crash.
static enum ac_rc add_all(struct ac_stream *s, struct shard *shard, const char *end, bool *is_whole,
                          struct ac_err *err) {
    for (size_t i = 0; i < s->reply.n; i++) {
        const struct ac_kinesis_record *record = &s->reply.list[i];
        if (end && ac_kinesis_compare(record->sequence, end) > 0) {
            *is_whole = true;
            break;
        }
        if (!add(s, shard, record))
            return ac_err_nomem(err, "records of a stream");
        snprintf(shard->read, sizeof shard->read, "%s", record->sequence);
    }
    if (*is_whole) { // the rest is read again, behind it
        free(shard->iterator);
        shard->iterator = NULL;
        shard->is_ended = false;
    }
    *is_whole |= end && strcmp(shard->read, end) == 0;
    return AC_OK;
}

// Is this the newest there is? A shard that gets something all the time has no other tip than the
// moment at which we began to look.
static bool is_tip(const struct ac_stream *s, const struct shard *shard) {
    const struct ac_kinesis_records *r = &s->reply;
    return !shard->is_closed && r->behind_ms == 0 &&
           (!r->n || r->list[r->n - 1].arrived_ms >= s->begun_ms);
}

static bool is_full(const struct ac_stream *s) {
    return s->bytes >= INPUT_BYTES || s->event.n_records >= INPUT_RECORDS;
}

static enum ac_rc gather(struct ac_stream *s, struct shard *shard, const char *end,
                         struct ac_err *err) {
    bool is_whole = false;
    s->event.n_records = 0;
    s->bytes = 0;
    ac_arena_reset(&s->texts);
    while (!is_whole && !shard->is_ended && !shard->is_at_rest) {
        enum ac_rc rc = read_once(s, shard, err);
        if (rc != AC_OK)
            return rc;
        shard->is_at_rest = is_tip(s, shard);
        rc = add_all(s, shard, end, &is_whole, err);
        if (rc != AC_OK)
            return rc;
        if (is_whole)
            shard->is_at_rest = false;
        if (!end)
            is_whole = is_full(s);
    }
    ac_kinesis_records_free(&s->reply);
    ac_kinesis_records_init(&s->reply);
    return AC_OK;
}

// --- records handed in

static void tell_broken(void *arg, const struct ac_event_record *record, const char *code,
                        const char *why) {
    (void)arg;
    ac_log(AC_LOG_WARNING, "a record of the stream is rejected", "record", record->sequence, "code",
           code, "why", why, NULL);
}

// Without any JSON it waits for a record that holds some, and is rejected with it; a great heap of
// such records, or those at a shard's end, by themselves.
static void tell_none(struct ac_stream *s, struct shard *shard, const struct ac_shard *unpacked,
                      bool is_last) {
    struct ac_err why = AC_ERR_INIT;
    ac_err_set(&why, AC_INPUT, AC_CAUSE_INPUT, "NO_JSON",
               is_last ? "none of its records (%zu) holds anything; they are passed over"
                       : "none of its records (%zu) holds JSON; they are read again with the next",
               unpacked->n);
    ac_err_at(&why, unpacked->name, 0, 0);
    ac_log_error(&why);
    ac_engine_missed(s->engine);
    shard->is_at_rest |= !is_last;
}

// Nothing is waited for.
static void pass_over(struct shard_end *end) {
    end->hex[0] = '-';
    end->hex[1] = '\0';
}

static enum ac_rc hand_in(struct ac_stream *s, struct shard *shard, struct shard_end *end,
                          const struct ac_shard *unpacked, struct ac_err *err) {
    struct ac_arena arena;
    const struct ac_source_message message = {.name = unpacked->name,
                                              .named_by = unpacked->identity.ptr,
                                              .bytes = ac_buf_str(&unpacked->text),
                                              .modified_ms = unpacked->newest_ms,
                                              .is_rejects = !unpacked->n_values};
    ac_arena_init(&arena, 65536);
    enum ac_rc rc = ac_engine_message(s->engine, &message, &arena, err);
    ac_arena_free(&arena);
    ac_engine_take_id(s->engine, end->hex);
    if (!s->ledger)
        pass_over(end); // nobody remembers it
    if (rc != AC_INPUT)
        return rc;
    shard->is_at_rest = true; // it was told why; nothing goes past it
    return AC_OK;
}

// The ledger knows of the input before anybody else does.
static enum ac_rc plan(struct ac_stream *s, struct shard *shard, struct shard_end **end,
                       struct ac_err *err) {
    if (!ac_shard_plan(shard, shard->read))
        return ac_err_nomem(err, "the place in a stream");
    *end = &shard->ends[shard->n_ends - 1];
    return ac_places_keep(&s->places, s->ledger, shard, err);
}

// Takes what was gathered. `end`: of the input that this is again, or NULL.
static enum ac_rc take(struct ac_stream *s, struct shard *shard, struct shard_end *end,
                       struct ac_err *err) {
    struct ac_shard unpacked;
    ac_shard_init(&unpacked);
    enum ac_rc rc = ac_shard_read(&unpacked, &s->event, 0, tell_broken, NULL, err);
    bool is_none = rc == AC_OK && !unpacked.n_values;
    bool is_last = end || shard->is_ended || is_full(s);
    bool is_blank = is_none && !unpacked.n_broken;
    if (is_blank || (is_none && !is_last))
        tell_none(s, shard, &unpacked, is_last);
    if (rc == AC_OK && !end && (!is_none || is_last))
        rc = plan(s, shard, &end, err);
    if (rc == AC_OK && end && is_blank)
        pass_over(end);
    else if (rc == AC_OK && end)
        rc = hand_in(s, shard, end, &unpacked, err);
    s->n_open += end != NULL;
    ac_shard_free(&unpacked);
    return rc;
}

// The first input planned that was not read again yet, or NULL.
static struct shard_end *next_end(struct shard *shard) {
    for (size_t i = 0; i < shard->n_ends; i++)
        if (!shard->ends[i].hex[0])
            return &shard->ends[i];
    return NULL;
}

static enum ac_rc read_some(struct ac_stream *s, struct shard *shard, struct ac_err *err) {
    struct shard_end *end = next_end(shard);
    enum ac_rc rc = gather(s, shard, end ? end->sequence : NULL, err);
    if (rc == AC_OK && s->event.n_records)
        return take(s, shard, end, err);
    if (rc == AC_OK && end) // what it was made of is in the stream no more
        pass_over(end);
    return rc;
}

// --- what is settled

static enum ac_rc count_settled(struct ac_stream *s, const struct shard *shard, size_t *n,
                                struct ac_err *err) {
    enum ac_rc rc = AC_OK;
    for (*n = 0; rc == AC_OK && *n < shard->n_ends; ++*n) {
        const char *hex = shard->ends[*n].hex;
        bool is_done = *hex == '-';
        if (!is_done)
            rc = ac_engine_has_settled(s->engine, hex, &is_done, err);
        if (rc == AC_OK && !is_done)
            break;
    }
    return rc;
}

static enum ac_rc settle_shard(struct ac_stream *s, struct shard *shard, bool *has_ended,
                               struct ac_err *err) {
    size_t n;
    enum ac_rc rc = count_settled(s, shard, &n, err);
    bool is_end = shard->is_ended && n == shard->n_ends && !shard->is_done;
    if (rc != AC_OK)
        return rc;
    ac_shard_settled(shard, n);
    shard->is_at_rest |= shard->n_ends > 0; // nothing goes past what is not settled
    if (is_end) {
        shard->is_done = *has_ended = true;
        ac_log(AC_LOG_DEBUG, "a shard is read to its end", "stream", s->kinesis.stream, "shard",
               shard->id, NULL);
    }
    return n || is_end ? ac_places_keep(&s->places, s->ledger, shard, err) : AC_OK;
}

// Everything handed in has its outcome when it returns.
static enum ac_rc settle(struct ac_stream *s, bool *has_ended, struct ac_err *err) {
    enum ac_rc rc = ac_engine_flush(s->engine, err);
    s->n_open = 0;
    for (size_t i = 0; rc == AC_OK && i < s->places.n; i++)
        rc = settle_shard(s, &s->places.list[i], has_ended, err);
    return rc;
}

// --- a look

static enum ac_rc list(struct ac_stream *s, struct ac_err *err) {
    struct ac_kinesis_shards shards;
    ac_kinesis_shards_init(&shards);
    enum ac_rc rc = ac_kinesis_list(&s->kinesis, &shards, err);
    if (rc == AC_OK)
        rc = ac_places_list(&s->places, &shards, err);
    ac_kinesis_shards_free(&shards);
    return rc;
}

// AC_END: from this moment on all is of interest, so nothing is yet.
static enum ac_rc find_places(struct ac_stream *s, struct ac_err *err) {
    enum ac_rc rc = AC_OK;
    snprintf(s->places.scope, sizeof s->places.scope, "kinesis %.200s %.200s %s",
             s->org ? s->org : "", s->options.job, s->kinesis.stream);
    if (!s->again)
        rc = ac_places_load(&s->places, s->ledger, err);
    s->again = false;
    if (rc == AC_OK && !s->has_since)
        rc = ac_places_since(&s->places, s->ledger, s->begun_ms, &s->since_ms, err);
    s->has_since |= rc >= AC_OK;
    for (size_t i = 0; i < s->places.n; i++)
        s->places.list[i].is_at_rest = false;
    return rc;
}

// Input after input, each shard in turn, until none has anything more.
static enum ac_rc read_shards(struct ac_stream *s, bool *has_ended, struct ac_err *err) {
    enum ac_rc rc = AC_OK;
    for (bool has_more = true; has_more && rc == AC_OK;) {
        has_more = false;
        for (size_t i = 0; rc == AC_OK && i < s->places.n; i++) {
            struct shard *shard = &s->places.list[i];
            if (shard->is_ended || shard->is_at_rest || !ac_places_is_ready(&s->places, shard))
                continue;
            has_more = true;
            rc = read_some(s, shard, err);
            if (rc == AC_OK && s->n_open >= MAX_OPEN)
                rc = settle(s, has_ended, err);
        }
    }
    return rc;
}

enum ac_rc ac_stream_read(struct ac_stream *s, struct ac_engine *e, struct ac_err *err) {
    const struct ac_clock *clock = s->options.clock;
    s->engine = e;
    s->n_open = 0;
    s->begun_ms = clock->now_ms(clock->self);
    enum ac_rc rc = ac_engine_ledger(e, &s->ledger, &s->org, err);
    // When a shard has ended, its children may be begun, which perhaps are there only now.
    for (bool is_first = true, has_ended = true; rc == AC_OK && has_ended; is_first = false) {
        has_ended = false;
        rc = list(s, err);
        if (rc == AC_OK && is_first)
            rc = find_places(s, err);
        if (rc == AC_OK)
            rc = read_shards(s, &has_ended, err);
        if (rc == AC_OK)
            rc = settle(s, &has_ended, err);
    }
    for (size_t i = 0; i < s->places.n; i++) { // what is not settled is read again
        struct shard *shard = &s->places.list[i];
        if (rc != AC_OK || strcmp(shard->read, shard->settled) != 0)
            ac_shard_rewind(shard);
    }
    struct ac_err told = AC_ERR_INIT; // the engine heeds a signal that ended a call of ours, too
    if (rc == AC_RUN)
        ac_engine_pause(e, 0, &told);
    if (rc == AC_INPUT)
        ac_err_at(err, s->options.url, 0, 0);
    return rc == AC_END ? AC_OK : rc;
}
