// SPDX-License-Identifier: MIT
// A run from its opening to its end.
#include "engine/engine.h"
#include "base/log.h"
#include "engine/engine_int.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RUN_ARENA_BYTES ((size_t)64 * 1024 * 1024)
#define INPUT_ARENA_BYTES ((size_t)32 * 1024 * 1024)
#define ROW_ARENA_BYTES ((size_t)16 * 1024 * 1024)
#define CODEC_RESERVE_BYTES ((size_t)32 * 1024 * 1024)

static void note_exit(struct ac_engine *e, int code) {
    e->exit_code = ac_exit_worse(e->exit_code, code);
    if (e->ticket)
        e->ticket->exit_code = ac_exit_worse(e->ticket->exit_code, code);
}

void ac_engine_note(struct ac_engine *e, const struct ac_err *err) {
    note_exit(e, ac_err_exit(err->cause));
}

// After the worst nothing more is read or sent.
static enum ac_rc heed(struct ac_engine *e, enum ac_rc rc, const struct ac_err *err) {
    if (rc != AC_RUN)
        return rc;
    ac_engine_note(e, err);
    e->is_stopping = true;
    return rc;
}

void ac_engine_ticket(struct ac_engine *e, struct ac_ticket *ticket) { e->ticket = ticket; }

static enum ac_rc open_spool(struct ac_engine *e, struct ac_err *err) {
    if (e->ledger) {
        e->spool_dir = ac_ledger_spool_dir(e->ledger);
        return AC_OK;
    }
    const char *tmp = e->options.temp_dir ? e->options.temp_dir : "/tmp";
    snprintf(e->temp_dir, sizeof e->temp_dir, "%s/acload.XXXXXX", tmp);
    if (!mkdtemp(e->temp_dir)) {
        e->temp_dir[0] = '\0';
        return ac_err_sys(err, AC_RUN, AC_CAUSE_STOP, "cannot make a folder below", tmp);
    }
    e->spool_dir = e->temp_dir;
    return AC_OK;
}

static enum ac_rc open_sink(struct ac_engine *e, struct ac_err *err) {
    const struct ac_engine_options *o = &e->options;
    struct ac_sink_events events = {e, ac_engine_refused, ac_engine_done, ac_engine_settled,
                                    ac_engine_closed};
    struct ac_sink_options sink = o->config->sink;
    sink.want_results |= o->results_dir != NULL;
    enum ac_rc rc = AC_OK;
    e->events = events;
    e->sink_options = sink;
    if (o->open_sink)
        rc = o->open_sink(&e->sink, &e->events, o->sink_arg, err);
    else if (o->dry_run)
        rc = ac_sink_dryrun(&e->sink, o->dry_out, &e->events, err);
    else
        rc = ac_sink_salesforce(&e->sink, &e->sink_options, e->org, e->ledger, o->clock, &e->events,
                                err);
    e->has_sink = rc == AC_OK;
    return rc;
}

static enum ac_rc open_all(struct ac_engine *e, struct ac_err *err) {
    const struct ac_engine_options *o = &e->options;
    enum ac_rc rc = AC_OK;
    if (!o->dry_run)
        rc = ac_ledger_open(&e->ledger, o->config->state_dir, o->clock, false, err);
    if (rc == AC_OK && e->ledger && o->job && *o->job && !o->is_shared)
        rc = ac_ledger_lock(e->ledger, o->job, err);
    if (rc == AC_OK)
        rc = open_spool(e, err);
    // Plugins before the login: what is wrong here is wrong without any call.
    if (rc == AC_OK)
        rc = ac_engine_load_plugins(e, err);
    return rc == AC_OK ? ac_engine_look_for_left(e, err) : rc;
}

enum ac_rc ac_engine_open(struct ac_engine **out, const struct ac_engine_options *options,
                          struct ac_err *err) {
    struct ac_engine *e = calloc(1, sizeof *e);
    if (!e)
        return ac_err_nomem(err, "the run");
    e->options = *options;
    e->parked = options->parked;
    ac_arena_init(&e->arena, RUN_ARENA_BYTES);
    ac_arena_init(&e->input_arena, INPUT_ARENA_BYTES);
    ac_arena_init(&e->row_arena, ROW_ARENA_BYTES);
    e->services = (struct ac_services){e, ac_engine_schema};
    e->stats.begun_ms = e->stats.now_ms = options->clock->mono_ms(options->clock->self);
    e->stats.api_used = e->stats.api_max = -1;
    e->stats.at = "";
    enum ac_rc rc = open_all(e, err);
    if (rc != AC_OK) {
        ac_engine_close(e);
        return rc;
    }
    *out = e;
    return AC_OK;
}

// From now on what is logged belongs to it. 0: not any more.
void ac_engine_tell_log(const char *key, int64_t id) {
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)id);
    ac_log_context(key, id ? text : NULL);
}

// The org is only asked when there is something to bring: a run with nothing new makes no call.
enum ac_rc ac_engine_ready(struct ac_engine *e, struct ac_err *err) {
    enum ac_rc rc = ac_engine_stopped(e, err);
    if (rc != AC_OK || e->has_sink)
        return rc;
    rc = e->org ? AC_OK : ac_engine_org_open(e, err);
    if (rc == AC_OK && e->ledger && !e->run)
        rc = ac_ledger_run_begin(e->ledger, e->options.command,
                                 e->options.job ? e->options.job : "", &e->run, err);
    ac_engine_tell_log("#run", e->run);
    if (rc == AC_OK)
        rc = open_sink(e, err);
    return rc == AC_OK ? ac_engine_adopt(e, err) : rc;
}

// What the ledger calls the org before anybody logged in: nothing is known yet, so nothing is
// skipped by the fast path and the login decides.
static enum ac_rc identify(struct ac_engine *e, const struct ac_item *item, char hex[65],
                           struct ac_err *err) {
    if (!e->ledger) {
        hex[0] = '\0';
        return AC_OK;
    }
    bool is_path = !item->is_spooled;
    enum ac_rc rc = AC_END;
    if (is_path)
        rc = ac_ledger_file_get(e->ledger, item->path, item->size_bytes, item->modified_ns,
                                item->inode, hex, err);
    if (rc != AC_END)
        return rc;
    rc = ac_source_identify(item, hex, err);
    if (rc == AC_OK && is_path)
        rc = ac_ledger_file_put(e->ledger, item->path, item->size_bytes, item->modified_ns,
                                item->inode, hex, err);
    return rc;
}

static enum ac_rc is_settled(struct ac_engine *e, const struct ac_item *item, bool *settled,
                             struct ac_err *err) {
    *settled = false;
    if (!e->ledger || e->options.again)
        return AC_OK;
    enum ac_rc rc = ac_engine_stopped(e, err);
    if (rc == AC_OK && !e->org)
        rc = ac_engine_org_open(e, err);
    char hex[65], alias[65];
    if (rc == AC_OK && item->bucket)
        return ac_engine_object_known(e, item, hex, alias, settled, err);
    if (rc == AC_OK)
        rc = ac_ledger_file_get(e->ledger, item->path, item->size_bytes, item->modified_ns,
                                item->inode, hex, err);
    if (rc != AC_OK)
        return rc == AC_END ? AC_OK : rc;
    return ac_ledger_file_is_done(e->ledger, e->org_name, hex, settled, err);
}

enum ac_rc ac_engine_is_settled(struct ac_engine *e, const struct ac_item *item, bool *settled,
                                struct ac_err *err) {
    return heed(e, is_settled(e, item, settled, err), err);
}

// Not every event tells the size of what it names.
static bool is_nothing(const struct ac_engine *e, const struct ac_item *item,
                       const struct ac_member *member) {
    if (!e->options.is_notified || !item->bucket || member->name[0] || member->size_bytes != 0)
        return false;
    ac_log(AC_LOG_INFO, "an object without content is passed over", "input", item->name, NULL);
    return true;
}

static enum ac_rc read_members(struct ac_engine *e, struct ac_source *src,
                               const struct ac_item *item, struct intake_file *file,
                               struct ac_err *err) {
    enum ac_rc worst = AC_OK;
    for (size_t n = 0;; n++) {
        struct ac_member member;
        enum ac_rc rc = ac_source_next(src, &member, err);
        if (rc == AC_END)
            break;
        if (rc == AC_OK && is_nothing(e, item, &member)) {
            e->stats.n_empty++;
            continue;
        }
        if (rc == AC_OK)
            rc = ac_engine_member(e, src, &member, item, file, err);
        if (rc == AC_RUN)
            return rc;
        if (rc == AC_OK)
            continue;
        file->has_failed = true;
        worst = AC_INPUT;
        if (err->rc == AC_OK)
            continue; // told by the member already
        ac_err_at(err, item->name, 0, 0);
        ac_log_error(err);
        ac_engine_note(e, err);
        ac_err_clear(err);
        e->stats.n_failed++;
        if (n > 1000000)
            break;
    }
    return worst;
}

static enum ac_rc input(struct ac_engine *e, const struct ac_item *item, struct ac_err *err) {
    struct intake_file *file = calloc(1, sizeof *file);
    if (file)
        file->path = strdup(item->path);
    if (!file || !file->path) {
        free(file);
        return ac_err_nomem(err, "an input");
    }
    file->is_spooled = item->is_spooled;
    file->ticket = e->ticket;
    if (file->ticket)
        file->ticket->n_open++;
    bool is_done = false;
    struct ac_source *src = NULL;
    enum ac_rc rc = AC_OK;
    if (item->bucket)
        rc = ac_engine_object_known(e, item, file->hex, file->alias, &is_done, err);
    else
        rc = identify(e, item, file->hex, err);
    if (rc == AC_OK && e->ledger && !e->options.again && !item->bucket)
        rc = ac_ledger_file_is_done(e->ledger, e->org_name, file->hex, &is_done, err);
    if (rc == AC_OK && is_done) {
        ac_log(AC_LOG_DEBUG, "imported before, left alone", "input", item->name, NULL);
        e->stats.n_skipped++;
        file->has_failed = false;
    }
    memcpy(e->last_hex, file->hex, sizeof e->last_hex);
    // Half of the default budget is ours; what is configured above it is for decompressors.
    struct ac_source_options options = {
        .max_codec_bytes = (size_t)e->options.config->max_memory_bytes - CODEC_RESERVE_BYTES,
        .env = e->options.source_env};
    if (rc == AC_OK && !is_done)
        rc = ac_source_open(&src, item, &options, err);
    e->src = src;
    if (rc == AC_OK && !is_done)
        rc = read_members(e, src, item, file, err);
    e->bytes_done += item->size_bytes > 0 ? (uint64_t)item->size_bytes : 0;
    e->src = NULL;
    ac_source_close(src);
    if (rc != AC_OK)
        file->has_failed = true;
    struct ac_err end_err = AC_ERR_INIT;
    enum ac_rc end_rc = ac_engine_file_read(e, file, &end_err);
    if (end_rc != AC_OK && rc == AC_OK) {
        *err = end_err;
        rc = end_rc;
    }
    return rc;
}

enum ac_rc ac_engine_input(struct ac_engine *e, const struct ac_item *item, struct ac_err *err) {
    enum ac_rc rc = ac_engine_ready(e, err);
    if (rc == AC_OK)
        rc = input(e, item, err);
    if (rc == AC_INPUT && e->options.is_notified && strcmp(err->code, "SUPERSEDED") == 0) {
        ac_log(AC_LOG_INFO, "a newer object has taken this one's place; it has its own event",
               "input", item->name, NULL);
        ac_err_clear(err);
        e->stats.n_replaced++;
        if (e->ticket)
            e->ticket->n_unsent--; // it ended as one that failed
        return AC_OK;
    }
    if (rc == AC_INPUT && err->rc != AC_OK) {
        ac_err_at(err, item->name, 0, 0);
        ac_log_error(err);
        ac_engine_note(e, err);
        ac_err_clear(err);
        e->stats.n_failed++;
    }
    return heed(e, rc, err);
}

void ac_engine_take_id(struct ac_engine *e, char out[65]) {
    memcpy(out, e->last_hex, sizeof e->last_hex);
    e->last_hex[0] = '\0';
}

enum ac_rc ac_engine_has_settled(struct ac_engine *e, const char *id, bool *settled,
                                 struct ac_err *err) {
    *settled = false;
    return e->ledger && *id ? ac_ledger_file_is_done(e->ledger, e->org_name, id, settled, err)
                            : AC_OK;
}

void ac_engine_expect(struct ac_engine *e, uint64_t bytes) { e->stats.bytes_known += bytes; }

static size_t n_waiting(const struct ac_engine *e) {
    size_t n = 0;
    for (const struct flight *f = e->flights; f; f = f->next)
        n += f->is_waiting;
    return n;
}

// Also when the sink has nothing: the batch that another one waits for may be settled by now, and
// it is a pump that sends the other. While that brings something about, it goes on.
enum ac_rc ac_engine_await(struct ac_engine *e, struct ac_err *err) {
    enum ac_rc rc = AC_OK;
    bool goes_on = n_waiting(e) && !e->is_stopping;
    while (rc >= AC_OK && e->n_flights && (e->sink.pending(e->sink.self) || goes_on)) {
        size_t before = e->n_flights + n_waiting(e);
        rc = ac_engine_pump(e, 1000, err);
        goes_on = n_waiting(e) && !e->is_stopping && e->n_flights + n_waiting(e) < before;
        if (!e->options.progress)
            continue;
        e->stats.now_ms = e->options.clock->mono_ms(e->options.clock->self);
        e->stats.at = e->has_heeded ? "stopping; Ctrl-C ends at once" : "waiting for the org";
        e->stats.is_waiting = true;
        e->options.progress(e->options.progress_arg, &e->stats);
    }
    e->stats.is_waiting = false;
    return rc >= AC_OK && e->n_flights ? ac_engine_pump(e, 0, err) : rc; // what was put by
}

enum ac_rc ac_engine_flush(struct ac_engine *e, struct ac_err *err) {
    enum ac_rc rc = e->is_stopping || !e->has_sink ? AC_OK : ac_engine_seal_all(e, err);
    if (rc == AC_OK && e->has_sink)
        rc = ac_engine_await(e, err);
    return rc < AC_OK ? heed(e, AC_RUN, err) : AC_OK;
}

enum ac_rc ac_engine_pause(struct ac_engine *e, int64_t ms, struct ac_err *err) {
    return heed(e, ac_engine_wait(e, ms, err), err);
}

enum ac_rc ac_engine_ledger(struct ac_engine *e, struct ac_ledger **ledger, const char **org,
                            struct ac_err *err) {
    enum ac_rc rc = ac_engine_stopped(e, err);
    if (rc == AC_OK && e->ledger && !e->org)
        rc = ac_engine_org_open(e, err);
    *ledger = e->ledger;
    *org = e->org_name;
    return heed(e, rc, err);
}

static enum ac_rc drain(struct ac_engine *e, struct ac_err *err) {
    enum ac_rc rc = AC_OK;
    if (!e->is_stopping) {
        rc = ac_engine_end_of_run(e, err);
        if (rc == AC_OK)
            rc = ac_engine_seal_all(e, err);
    }
    return rc == AC_OK ? ac_engine_await(e, err) : rc;
}

// What the org said last of its allocation, for whoever asks without a call. Missing, it is missed
// by nobody else.
static void keep_usage(struct ac_engine *e, const struct ac_org_usage *usage) {
    struct ac_err ignored = AC_ERR_INIT;
    char text[64];
    if (!e->ledger || usage->max <= 0)
        return;
    snprintf(text, sizeof text, "%lld/%lld", (long long)usage->used, (long long)usage->max);
    ac_ledger_checkpoint_note(e->ledger, "usage", e->org_name, text, &ignored);
}

enum ac_rc ac_engine_finish(struct ac_engine *e, struct ac_err *err) {
    enum ac_rc rc = e->has_left && !e->is_stopping ? ac_engine_ready(e, err) : AC_OK;
    if (rc == AC_OK && e->has_sink)
        rc = drain(e, err);
    if (rc < AC_OK) {
        bool is_told = e->is_stopping && strcmp(err->code, "STOPPED") == 0;
        ac_engine_note(e, err);
        e->is_stopping = true;
        if (is_told) { // when the reading stopped
            ac_err_clear(err);
            rc = AC_OK;
        }
    }
    for (const struct flight *f = e->flights; f && rc >= AC_OK; f = f->next)
        if (!f->is_settled) // whatever the reason: run again to go on
            e->exit_code = ac_exit_worse(e->exit_code, 3);
    ac_engine_discard(e); // what was not sent: its inputs stay open and are read again
    if (e->stats.counts.rejected)
        e->exit_code = ac_exit_worse(e->exit_code, 1);
    if (e->org) {
        struct ac_org_usage usage = ac_org_usage(e->org);
        e->stats.n_calls = usage.n_calls;
        e->stats.n_logins = usage.n_logins;
        e->stats.api_used = usage.used;
        e->stats.api_max = usage.max;
        keep_usage(e, &usage);
    }
    if (e->has_sink && e->sink.usage) {
        struct ac_sink_usage usage;
        e->sink.usage(e->sink.self, &usage);
        e->stats.polling_ms = usage.polling_ms;
        if (usage.go_on_ms)
            e->stats.go_on_ms = usage.go_on_ms;
    }
    e->stats.now_ms = e->options.clock->mono_ms(e->options.clock->self);
    if (e->ledger && e->run) {
        struct ac_err end_err = AC_ERR_INIT;
        uint64_t n_expired;
        int64_t before_ms =
            e->options.clock->now_ms(e->options.clock->self) - e->options.config->keep_rejects_ms;
        if (rc >= AC_OK && ac_reject_expire(e->ledger, before_ms, &n_expired, err) != AC_OK) {
            rc = AC_RUN;
            ac_engine_note(e, err);
        }
        enum ac_rc end_rc =
            ac_ledger_run_end(e->ledger, e->run, e->exit_code, e->stats.n_calls, &end_err);
        if (end_rc != AC_OK && rc >= AC_OK) {
            *err = end_err;
            rc = end_rc;
            ac_engine_note(e, err);
        }
    }
    return rc < AC_OK ? rc : AC_OK;
}

void ac_engine_missed(struct ac_engine *e) {
    e->stats.n_failed++;
    note_exit(e, ac_err_exit(AC_CAUSE_INPUT));
}

void ac_engine_waiting(struct ac_engine *e, size_t n) { e->stats.n_waiting += n; }

enum ac_rc ac_engine_message(struct ac_engine *e, const struct ac_source_message *message,
                             struct ac_arena *arena, struct ac_err *err) {
    struct ac_item item;
    enum ac_rc rc = ac_engine_ready(e, err);
    if (rc == AC_OK)
        rc = ac_source_keep(message, e->spool_dir, e->run, arena, &item, err);
    if (rc == AC_OK)
        return ac_engine_input(e, &item, err);
    return heed(e, AC_RUN, err);
}

enum ac_rc ac_engine_stdin(struct ac_engine *e, int fd, struct ac_arena *arena,
                           enum ac_rc (*take)(void *arg, const struct ac_item *item,
                                              struct ac_err *err),
                           void *arg, struct ac_err *err) {
    struct ac_item item;
    enum ac_rc rc = ac_engine_ready(e, err);
    if (rc == AC_OK)
        rc = ac_source_spool(fd, e->spool_dir, e->run, e->options.stop, arena, &item, err);
    if (rc == AC_OK) {
        rc = take ? take(arg, &item, err) : ac_engine_input(e, &item, err);
        if (item.size_bytes == 0) // nobody will miss the copy
            unlink(item.path);
        return rc;
    }
    if (heed(e, rc, err) != AC_INPUT)
        return rc;
    ac_log_error(err);
    ac_err_clear(err);
    ac_engine_missed(e);
    return rc;
}

const struct ac_stats *ac_engine_stats(const struct ac_engine *e) { return &e->stats; }

int ac_engine_exit(const struct ac_engine *e) { return e->exit_code; }

bool ac_engine_is_locked_out(const struct ac_engine *e) {
    return e->org && ac_org_is_latched(e->org);
}

// A dry run's folder and what a stop left in it.
static void remove_temp(const char *dir) {
    DIR *d = opendir(dir);
    if (!d)
        return;
    for (struct dirent *entry; (entry = readdir(d));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlinkat(dirfd(d), entry->d_name, 0);
    closedir(d);
    rmdir(dir);
}

void ac_engine_close(struct ac_engine *e) {
    if (!e)
        return;
    ac_engine_tell_log("#run", 0);
    ac_engine_discard(e);
    if (e->has_sink)
        e->sink.close(e->sink.self);
    for (size_t i = 0; i < e->n_plugins; i++)
        ac_instance_free(e->plugins[i]);
    for (size_t i = 0; i < e->n_intakes; i++) {
        struct intake *in = e->intakes[i];
        if (in)
            ac_engine_twins_free(in);
        if (in && in->file)
            ac_engine_file_free(in->file);
        ac_engine_intake_free(in);
    }
    free(e->intakes);
    for (size_t i = 0; i < e->n_objects; i++)
        ac_keys_free(e->objects[i].keys);
    free(e->rows.slots);
    if (e->org)
        ac_org_free(e->org);
    ac_ledger_close(e->ledger);
    if (e->temp_dir[0])
        remove_temp(e->temp_dir);
    ac_buf_free(&e->mended.text);
    ac_arena_free(&e->row_arena);
    ac_arena_free(&e->input_arena);
    ac_arena_free(&e->arena);
    free(e);
}
