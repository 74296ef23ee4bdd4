// SPDX-License-Identifier: MIT
// Events read, the records that came along imported.
#include "cli/event.h"
#include "base/log.h"
#include "hook/kinesis.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#define BLOCK_BYTES ((size_t)64 << 10)
#define HEAD_BYTES ((size_t)4096)
#define LOOK_MS 200 // a signal may come just before read() waits

static enum ac_rc stopped(struct ac_err *err) {
    return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "STOPPED",
                      "stopped by a signal while the event was read; nothing was sent");
}

static enum ac_rc read_all(int fd, struct ac_buf *out, struct ac_err *err) {
    char why[128];
    while (out->len <= AC_EVENT_MAX_BYTES) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        while (!ac_cli_stop && poll(&p, 1, LOOK_MS) <= 0)
            continue;
        if (ac_cli_stop)
            return stopped(err);
        if (!ac_buf_need(out, BLOCK_BYTES))
            return ac_err_nomem(err, "an event");
        ssize_t n = read(fd, out->ptr + out->len, BLOCK_BYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "UNREADABLE", "cannot be read: %s",
                              ac_err_reason(errno, why, sizeof why));
        if (n == 0)
            return AC_OK;
        out->len += (size_t)n;
    }
    return AC_OK; // whoever parses it says that it is too large
}

static enum ac_rc read_event(int fd, struct ac_event *out, struct ac_err *err) {
    AC_CLEANUP(ac_buf_free) struct ac_buf text;
    ac_buf_init(&text, AC_EVENT_MAX_BYTES + 2 * BLOCK_BYTES);
    enum ac_rc rc = read_all(fd, &text, err);
    return rc == AC_OK ? ac_event_read(out, ac_buf_str(&text), err) : rc;
}

enum ac_rc ac_cli_read_event(const char *path, struct ac_event *out, struct ac_err *err) {
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    *out = (struct ac_event){0};
    enum ac_rc rc = AC_OK;
    char why[128];
    if (fd < 0)
        rc = ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "NOT_FOUND", "cannot be opened: %s",
                        ac_err_reason(errno, why, sizeof why));
    if (rc == AC_OK)
        rc = read_event(fd, out, err);
    if (fd >= 0 && !is_stdin)
        close(fd);
    if (rc != AC_OK)
        ac_err_at(err, is_stdin ? "standard input" : path, 0, 0);
    return rc;
}

static void tell_broken(void *arg, const struct ac_event_record *record, const char *code,
                        const char *why) {
    (void)arg;
    ac_log(AC_LOG_WARNING, "a record of the event is rejected", "record", record->sequence, "code",
           code, "why", why, NULL);
}

static enum ac_rc nothing_there(const struct ac_shard *shard, struct ac_err *err) {
    ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "NO_JSON",
               "none of its records (%zu) holds anything; nothing was imported of them", shard->n);
    ac_err_at(err, shard->name, 0, 0);
    ac_log_error(err);
    ac_err_clear(err);
    return AC_INPUT;
}

enum ac_rc ac_cli_import_shard(struct ac_engine *e, const struct ac_event *event, size_t *at,
                               struct ac_err *err) {
    struct ac_shard shard;
    struct ac_arena arena;
    ac_shard_init(&shard);
    ac_arena_init(&arena, 65536);
    enum ac_rc rc = ac_shard_read(&shard, event, *at, tell_broken, NULL, err);
    *at += shard.n;
    if (rc == AC_OK && !shard.n_values && !shard.n_broken) {
        rc = nothing_there(&shard, err);
        ac_engine_missed(e);
    } else if (rc == AC_OK) {
        struct ac_source_message message = {.name = shard.name,
                                            .named_by = shard.identity.ptr,
                                            .bytes = ac_buf_str(&shard.text),
                                            .modified_ms = shard.newest_ms,
                                            .is_rejects = !shard.n_values};
        rc = ac_engine_message(e, &message, &arena, err);
    }
    ac_arena_free(&arena);
    ac_shard_free(&shard);
    return rc;
}

// --- import --------------------------------------------------------------------------------------

static bool looks_like_event(int fd) {
    char head[HEAD_BYTES];
    ssize_t n = pread(fd, head, sizeof head, 0);
    return n > 0 && ac_event_begins(ac_str_n(head, (size_t)n));
}

static enum ac_rc not_records(const struct ac_event *event, struct ac_err *err) {
    bool is_empty = !event->n_objects && !event->n_tests && !event->n_kinds && !event->n_flaws;
    if (is_empty)
        return ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "EMPTY_INPUT",
                          "is an event whose list of records is empty");
    return event->n_objects || event->n_tests || event->n_kinds
               ? ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "NOTIFICATION",
                            "is a notification: acload hook imports what it names")
               : AC_END;
}

static enum ac_rc import_records(struct ac_engine *e, const struct ac_event *event,
                                 struct ac_err *err) {
    enum ac_rc worst = AC_OK;
    for (size_t i = 0; i < event->n_flaws; i++)
        ac_log(AC_LOG_WARNING, "a part of the event is passed over", "part", event->flaws[i].from,
               "code", event->flaws[i].code, "why", event->flaws[i].text, NULL);
    if (event->n_flaws)
        ac_engine_missed(e);
    for (size_t at = 0; at < event->n_records && worst != AC_RUN;) {
        enum ac_rc rc = ac_cli_import_shard(e, event, &at, err);
        worst = rc < worst ? rc : worst;
    }
    return worst;
}

enum ac_rc ac_cli_import_event(struct ac_engine *e, const struct ac_item *item,
                               struct ac_err *err) {
    struct ac_event event;
    struct ac_err why = AC_ERR_INIT;
    if (item->bucket || item->size_bytes < 0 || (uint64_t)item->size_bytes > AC_EVENT_MAX_BYTES)
        return AC_END;
    int fd = open(item->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return AC_END; // whoever reads it says why
    if (!looks_like_event(fd)) {
        close(fd);
        return AC_END;
    }
    enum ac_rc rc = read_event(fd, &event, &why);
    close(fd);
    if (rc == AC_OK)
        rc = event.n_records ? import_records(e, &event, err) : not_records(&event, err);
    else if (rc == AC_INPUT)
        rc = AC_END; // something else that begins so
    else
        *err = why;
    ac_event_free(&event);
    if (rc == AC_INPUT && err->rc != AC_OK) {
        ac_err_at(err, item->name, 0, 0);
        ac_log_error(err);
        ac_err_clear(err);
        ac_engine_missed(e);
    }
    // The copy has done its work: what is rejected of it is kept with the rejects.
    if (rc == AC_OK && item->is_spooled)
        unlink(item->path);
    return rc;
}
