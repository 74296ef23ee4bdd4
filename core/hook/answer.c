// SPDX-License-Identifier: MIT
// Which items of a batch are to come again.
#include "hook/answer.h"

struct answering {
    const struct ac_event *event;
    struct ac_buf *out;
    size_t n;
    size_t first;            // of a queue that keeps an order: the first message not done
    bool is_short, is_whole; // of memory; something has no name
};

static void print(struct answering *a, const char *id) {
    a->is_short |= !ac_buf_add_str(a->out, a->n++ ? AC_STR(",") : AC_STR("")) ||
                   !ac_buf_add_str(a->out, AC_STR("{\"itemIdentifier\":")) ||
                   !ac_buf_add_json(a->out, ac_str_of(id)) || !ac_buf_add_char(a->out, '}');
}

static void add(struct answering *a, const char *id) {
    size_t at = 0;
    a->is_whole |= !*id;
    while (at < a->event->n_ordered && strcmp(a->event->ordered[at], id) != 0)
        at++;
    if (at == a->event->n_ordered) // of a queue that keeps no order
        print(a, id);
    else if (at < a->first)
        a->first = at;
}

static bool is_left(const struct ac_event_object *object) {
    return !object->is_done && !object->is_repeat;
}

// Parts of a message stand together.
static void add_objects(struct answering *a) {
    const char *last = NULL;
    for (size_t i = 0; i < a->event->n_objects; i++) {
        const struct ac_event_object *object = &a->event->objects[i];
        if (!is_left(object) || (last && strcmp(last, object->message) == 0))
            continue;
        last = object->message;
        add(a, last);
    }
}

static bool is_added(const struct answering *a, const char *message) {
    for (size_t i = 0; i < a->event->n_objects; i++)
        if (is_left(&a->event->objects[i]) && strcmp(a->event->objects[i].message, message) == 0)
            return true;
    return false;
}

static void add_flaws(struct answering *a) {
    const struct ac_event *e = a->event;
    const char *last = NULL;
    for (size_t i = 0; i < e->n_flaws; i++) {
        const char *message = e->flaws[i].message;
        if (last && strcmp(last, message) == 0)
            continue;
        last = message;
        if (!is_added(a, message))
            add(a, message);
    }
    a->is_whole |= e->n_flaws == AC_EVENT_MAX_FLAWS; // others are not told
}

static void add_records(struct answering *a) {
    const struct ac_event_record *last = NULL;
    for (size_t i = 0; i < a->event->n_records; i++) {
        const struct ac_event_record *record = &a->event->records[i];
        if (record->is_done || (last && ac_event_is_same_shard(last, record)))
            continue;
        last = record;
        add(a, record->sequence);
    }
}

enum ac_rc ac_event_answer(const struct ac_event *event, struct ac_buf *out, struct ac_err *err) {
    struct answering a = {.event = event, .out = out, .first = event->n_ordered};
    a.is_short = !ac_buf_add_str(out, AC_STR("{\"batchItemFailures\":["));
    add_objects(&a);
    if (!event->is_stream)
        add_flaws(&a);
    add_records(&a);
    for (size_t i = a.first; i < event->n_ordered; i++)
        print(&a, event->ordered[i]);
    if (a.is_short || !ac_buf_add_str(out, AC_STR("]}")))
        return ac_err_nomem(err, "an answer");
    return a.is_whole ? AC_AGAIN : AC_OK;
}
