// SPDX-License-Identifier: MIT
// One member of an input read into batches.
#include "base/log.h"
#include "decode/quote.h"
#include "engine/engine_int.h"
#include "engine/how.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HOW_BYTES ((size_t)256 * 1024)

// A row that somebody exported and brought back as it was.
static enum ac_rc reject_unmended(struct ac_engine *e, const struct acload_row *row,
                                  struct ac_err *err) {
    struct ac_reply_error why = {.code = "BAD_ROW", .fields = ""};
    snprintf(why.message, sizeof why.message, "%s",
             row->value ? "not mended yet: acload_row is what came instead of an object; put its "
                          "members beside it, or leave this line out"
                        : "not mended yet: its cells are as they were exported; mend them, or "
                          "empty its acload_row to have them taken as they are");
    if (err->rc != AC_OK)
        return err->rc;
    e->at->counts.rejected++;
    return ac_engine_reject(e, e->at, NULL, &row->origin, row->raw, "", AC_STR(""), &why, err);
}

static enum ac_rc on_row(void *arg, struct acload_row *row, struct ac_err *err) {
    struct ac_engine *e = arg;
    e->at->counts.read++;
    e->stats.counts.read++;
    row->arena = &e->row_arena;
    if (e->at->file->retry)
        ac_engine_retry_place(e->at->file->retry, &row->origin);
    bool is_mended = ac_engine_mend_row(e, row, err);
    row->origin.input = e->at->number;
    if (e->options.progress && (e->stats.counts.read & 1023) == 0) {
        e->stats.at = e->at->name;
        e->stats.bytes_read = e->bytes_done + (e->src ? ac_source_read_bytes(e->src) : 0);
        e->stats.now_ms = e->options.clock->mono_ms(e->options.clock->self);
        e->options.progress(e->options.progress_arg, &e->stats);
    }
    enum ac_rc rc = ac_engine_stopped(e, err);
    if (rc == AC_OK)
        rc = is_mended ? ac_chain_row(&e->chain, row, err) : reject_unmended(e, row, err);
    ac_arena_reset(&e->row_arena);
    return rc;
}

static enum ac_rc on_broken(void *arg, const struct ac_broken *broken, struct ac_err *err) {
    struct ac_engine *e = arg;
    e->at->counts.read++;
    e->stats.counts.read++;
    e->at->counts.rejected++;
    struct ac_reply_error why = {.fields = ""};
    snprintf(why.code, sizeof why.code, "%s", broken->code);
    snprintf(why.message, sizeof why.message, "%s", broken->text);
    struct ac_origin origin = broken->origin;
    if (e->at->file->retry)
        ac_engine_retry_place(e->at->file->retry, &origin);
    return ac_engine_reject(e, e->at, NULL, &origin, broken->raw, "", AC_STR(""), &why, err);
}

static void leave_hold(struct ac_engine *e, const struct acload_row *row) {
    if (row->owner)
        e->at->counts.held--;
}

static enum ac_rc on_made(void *arg, const struct acload_row *row, struct acload_record *records,
                          struct ac_err *err) {
    leave_hold(arg, row);
    return ac_engine_made(arg, row, records, err);
}

static enum ac_rc on_dropped(void *arg, const struct acload_row *row, const char *why,
                             struct ac_err *err) {
    (void)err;
    struct ac_engine *e = arg;
    leave_hold(e, row);
    e->at->counts.dropped++;
    if (ac_log_has(AC_LOG_DEBUG))
        ac_log(AC_LOG_DEBUG, "row dropped", "why", why, NULL);
    return AC_OK;
}

static enum ac_rc on_rejected(void *arg, const struct acload_row *row, const struct ac_err *why,
                              struct ac_err *err) {
    struct ac_engine *e = arg;
    leave_hold(e, row);
    e->at->counts.rejected++;
    struct ac_reply_error error = {.fields = ""};
    snprintf(error.code, sizeof error.code, "%s", why->code);
    snprintf(error.message, sizeof error.message, "%.*s", (int)sizeof error.message - 1, why->text);
    return ac_engine_reject(e, e->at, NULL, &row->origin, row->raw, "", AC_STR(""), &error, err);
}

static enum ac_rc on_held(void *arg, const struct acload_row *row, struct ac_err *err) {
    (void)row;
    (void)err;
    struct ac_engine *e = arg;
    e->at->counts.held++;
    return AC_OK;
}

struct intake *ac_engine_intake_new(struct ac_engine *e, const char *name, struct ac_err *err) {
    if (e->n_intakes == e->max_intakes) {
        size_t max = e->max_intakes ? e->max_intakes * 2 : 64;
        struct intake **more = realloc(e->intakes, max * sizeof(struct intake *));
        if (!more) {
            ac_err_nomem(err, "an input");
            return NULL;
        }
        e->intakes = more;
        e->max_intakes = max;
    }
    struct intake *in = calloc(1, sizeof *in);
    if (in)
        in->name = strdup(name);
    if (!in || !in->name) {
        ac_engine_intake_free(in);
        ac_err_nomem(err, "an input");
        return NULL;
    }
    in->number = (uint32_t)e->n_intakes;
    e->intakes[e->n_intakes++] = in;
    return in;
}

// JSON has none.
static enum ac_rc tell_header(struct ac_engine *e, const struct intake *in, struct ac_err *err) {
    bool is_told = e->ledger && in->id && *in->header;
    return is_told ? ac_ledger_input_header(e->ledger, in->id, ac_str_of(in->header), err) : AC_OK;
}

static enum ac_rc keep_header(struct ac_engine *e, struct intake *in,
                              const struct ac_decode_sample *sample, struct ac_err *err) {
    if (sample->format == ACLOAD_JSON) { // no line of it is a header
        in->header = strdup("");
        return in->header ? AC_OK : ac_err_nomem(err, "a header");
    }
    AC_CLEANUP(ac_buf_free) struct ac_buf line;
    ac_buf_init(&line, (size_t)4 * 1024 * 1024);
    if (!ac_csv_add_row(&line, sample->columns, sample->n_columns) || !ac_buf_text(&line))
        return ac_err_nomem(err, "a header");
    in->header = strdup(line.ptr);
    return in->header ? tell_header(e, in, err) : ac_err_nomem(err, "a header");
}

static enum ac_rc tell_how(struct ac_engine *e, struct ac_buf *out, struct ac_err *err) {
    struct ac_how how = {e->options.region, e->options.delimiter, e->options.uses,
                         e->options.n_uses};
    return ac_how_write(out, &how) && ac_buf_text(out) ? AC_OK : ac_err_nomem(err, "an input");
}

static enum ac_rc begin_in_ledger(struct ac_engine *e, struct intake *in,
                                  const struct ac_item *item, const struct ac_member *member,
                                  struct ac_err *err) {
    if (!e->ledger)
        return AC_OK;
    struct ac_input_row row = {.run = e->run,
                               .org = e->org_name,
                               .identity = in->file->hex,
                               .member = member->name,
                               .name = in->name,
                               .plugin = "",
                               .job = e->options.job ? e->options.job : "",
                               .size_bytes = item->size_bytes,
                               .modified_ms = in->version_ms,
                               .error = ""};
    AC_CLEANUP(ac_buf_free) struct ac_buf how;
    ac_buf_init(&how, HOW_BYTES);
    enum ac_rc rc = tell_how(e, &how, err);
    row.how = how.ptr;
    if (rc == AC_OK && in->file->retry)
        rc = ac_engine_retry_begin(e, in->file->retry, &row, err);
    else if (rc == AC_OK)
        rc = ac_ledger_input_begin(e->ledger, &row, err);
    in->id = row.id;
    in->is_elsewhere = rc == AC_AGAIN;
    return rc == AC_OK ? ac_engine_resume(e, in, err) : rc;
}

// Another process is at it, or has left records of it that are not brought to their end yet. It is
// as if it had not been looked at: it waits for another run, and its file with it.
static enum ac_rc leave_alone(struct ac_engine *e, struct intake *in, struct ac_err *err) {
    bool is_left = strcmp(err->code, "LEFT_BATCH") == 0;
    bool is_put_off = is_left && e->parked && e->parked->n;
    enum ac_rc rc = is_put_off ? ac_engine_put_off_input(e, err) : AC_OK;
    if (is_put_off)
        ac_log(AC_LOG_DEBUG, "left alone: its object takes nothing now", "input", in->name, NULL);
    else
        ac_log(is_left ? AC_LOG_WARNING : AC_LOG_INFO,
               is_left
                   ? "left alone: an earlier run has sent a part of it, and that comes first; run "
                     "again"
                   : "left alone: another run is importing the same at this moment",
               "input", in->name, NULL);
    if (is_left && !is_put_off)
        ac_engine_note(e, err);
    if (rc == AC_OK)
        ac_err_clear(err);
    in->file->has_failed = true;
    in->file->n_open--;
    e->stats.n_inputs--;
    e->stats.n_elsewhere += !is_put_off;
    e->stats.n_put_off += is_put_off;
    e->intakes[in->number] = NULL;
    ac_engine_intake_free(in);
    return rc;
}

// An object that the org has not is everybody's trouble, and names itself.
static enum ac_rc name_job(const struct ac_engine *e, const struct intake *in, struct ac_err *err) {
    if (strcmp(err->code, "NOT_FOUND") == 0)
        return err->rc;
    ac_err_at(err, in->name, 0, 0);
    if (!e->options.job || !*e->options.job)
        return err->rc;
    struct ac_err why = *err;
    ac_err_clear(err);
    ac_err_set(err, why.rc, why.cause, why.code, "job %s: %s", e->options.job, why.text);
    ac_err_at(err, why.source, why.line, why.column);
    return why.rc;
}

static enum ac_rc begin_chain(struct ac_engine *e, struct intake *in,
                              const struct ac_decode_sample *sample, struct ac_err *err) {
    e->chain.sink = (struct ac_chain_sink){e, on_made, on_dropped, on_rejected, on_held};
    e->chain.map = (struct ac_map){.rules = e->options.fields, .n = e->options.n_fields};
    in->plugin = strdup(ac_instance_module(e->chosen[0])->name);
    if (!in->plugin)
        return ac_err_nomem(err, "an input");
    ac_log(AC_LOG_DEBUG, "reading", "input", in->name, "plugin", in->plugin, NULL);
    acload_input input = {.size = sizeof input,
                          .name = ac_str_of(in->name),
                          .identity = ac_str_of(in->file->hex),
                          .region = ac_str_of(e->options.region),
                          .modified_ms = in->version_ms,
                          .event_ms = in->version_ms,
                          .n_columns = sample->n_columns,
                          .columns = sample->columns,
                          .format = sample->format};
    enum ac_rc rc = ac_chain_begin(&e->chain, &input, err);
    if (rc != AC_RUN || err->cause != AC_CAUSE_CONFIG)
        return rc;
    // What the org lacked some minutes ago may have been mended since.
    enum ac_rc asked = ac_engine_ask_again(e, err);
    if (asked == AC_OK)
        rc = ac_chain_begin(&e->chain, &input, err);
    return rc == AC_RUN && err->cause == AC_CAUSE_CONFIG ? name_job(e, in, err) : rc;
}

// What was settled before and is read --again is forgotten only when it can be read: else one
// wrong flag would make a failure of what had arrived.
static enum ac_rc begin_again(struct ac_engine *e, struct intake *in, const struct ac_item *item,
                              const struct ac_member *member, struct ac_err *err) {
    enum ac_rc rc = begin_in_ledger(e, in, item, member, err);
    ac_engine_tell_log("#input_id", in->id);
    return rc == AC_OK ? tell_header(e, in, err) : rc;
}

static enum ac_rc read_rows(struct ac_engine *e, struct ac_source *src, struct intake *in,
                            const struct ac_item *item, const struct ac_member *member,
                            struct ac_err *err) {
    struct ac_decode_options options = {
        .name = in->name, .encoding = e->options.encoding, .delimiter = e->options.delimiter};
    AC_CLEANUP(ac_decode_sample_free) struct ac_decode_sample sample = {0};
    enum ac_rc rc = ac_decode_sample(src, &options, &e->input_arena, &sample, err);
    if (rc == AC_OK)
        rc = keep_header(e, in, &sample, err);
    if (rc == AC_OK)
        rc = ac_engine_mend(e, &sample, err);
    if (rc == AC_OK)
        rc = ac_engine_choose(e, &sample, in->name, item->is_rejects, err);
    if (rc == AC_OK)
        rc = begin_chain(e, in, &sample, err);
    if (rc == AC_OK)
        rc = ac_engine_check_ids(e, &sample, err);
    ac_decode_sample_free(&sample); // parsed values are large
    if (rc == AC_OK && in->was_settled)
        rc = begin_again(e, in, item, member, err);
    if (rc != AC_OK)
        return rc;
    struct ac_decode_sink sink = {e, on_row, on_broken};
    struct ac_decode_counts counts = {0};
    rc = ac_decode_run(src, &sample, &options, &sink, &counts, err);
    in->counts.bytes = counts.bytes;
    if (rc == AC_RUN)
        return rc;
    struct ac_err flush_err = AC_ERR_INIT; // rows held are settled even when the rest is lost
    enum ac_rc flush_rc = ac_chain_flush(&e->chain, ACLOAD_END_OF_INPUT, &flush_err);
    ac_arena_reset(&e->row_arena);
    if (rc == AC_OK && flush_rc != AC_OK) {
        *err = flush_err;
        rc = flush_rc;
    }
    return rc;
}

static char *full_name(struct ac_engine *e, const struct ac_item *item,
                       const struct ac_member *member) {
    if (!member->name[0])
        return ac_arena_copy(&e->input_arena, ac_str_of(item->name));
    size_t len = strlen(item->name) + strlen(member->name) + 2;
    char *name = ac_arena_alloc(&e->input_arena, len);
    if (name)
        snprintf(name, len, "%s!%s", item->name, member->name);
    return name;
}

// The input's end: what it could not give is said, what it gave is settled when its outcomes come.
static enum ac_rc end_member(struct ac_engine *e, struct intake *in, enum ac_rc rc,
                             struct ac_err *err) {
    if (rc == AC_RUN) { // the run ends: the input stays open in the ledger and is read again
        in->is_unsent = true;
        return rc;
    }
    in->is_read = true;
    // Thousands of inputs may wait for one batch: what they keep meanwhile counts.
    if (!e->options.results_dir) {
        free(in->header);
        in->header = NULL;
    }
    if (rc != AC_OK) {
        in->has_failed = true;
        in->why = strndup(err->text, 255); // without memory the log alone has it
        ac_err_at(err, in->name, 0, 0);
        ac_log_error(err);
        ac_engine_note(e, err);
        ac_err_clear(err);
        e->stats.n_failed++;
    }
    enum ac_rc end_rc =
        in->n_pending == 0 ? ac_engine_intake_end(e, in, err) : ac_engine_tell_read(e, in, err);
    return end_rc != AC_OK ? end_rc : rc == AC_OK ? AC_OK : AC_INPUT;
}

// Does the org not have an object that the input needs? The others may be there.
static bool is_closed(struct ac_engine *e, const struct ac_err *why) {
    return why->rc == AC_RUN && why->cause == AC_CAUSE_CONFIG && *e->missing &&
           strcmp(why->code, "NOT_FOUND") == 0 && ac_engine_park(e, e->missing, why);
}

enum ac_rc ac_engine_member(struct ac_engine *e, struct ac_source *src,
                            const struct ac_member *member, const struct ac_item *item,
                            struct intake_file *file, struct ac_err *err) {
    const char *name = full_name(e, item, member);
    if (!name)
        return ac_err_nomem(err, "an input's name");
    bool is_settled = false;
    if (e->ledger) {
        enum ac_rc rc = ac_ledger_input_settled(e->ledger, e->org_name, file->hex, member->name,
                                                &is_settled, err);
        if (rc != AC_OK)
            return rc;
    }
    if (is_settled && !e->options.again) {
        ac_log(AC_LOG_DEBUG, "imported before, left alone", "input", name, NULL);
        // What an earlier run has left and this one has settled was counted as that.
        e->stats.n_skipped += !ac_engine_was_left(e, file->hex, member->name);
        return AC_OK;
    }
    bool is_twin = false;
    enum ac_rc twin_rc = ac_engine_twin(e, name, member->name, file, &is_twin, err);
    if (twin_rc != AC_OK || is_twin) {
        e->stats.n_skipped += is_twin;
        e->stats.n_twins += is_twin;
        return twin_rc;
    }
    struct intake *in = ac_engine_intake_new(e, name, err);
    if (!in)
        return AC_RUN;
    in->file = file;
    file->n_open++;
    in->version_ms = member->modified_ms;
    e->stats.n_inputs++;
    in->was_settled = is_settled;
    enum ac_rc rc = is_settled ? AC_OK : begin_in_ledger(e, in, item, member, err);
    e->at = in;
    ac_engine_tell_log("#input_id", in->id);
    if (rc == AC_OK)
        rc = read_rows(e, src, in, item, member, err);
    if (in->is_elsewhere) {
        e->at = NULL;
        ac_arena_reset(&e->input_arena);
        ac_engine_tell_log("#input_id", 0);
        return leave_alone(e, in, err);
    }
    if (is_closed(e, err)) {
        rc = ac_engine_put_off_input(e, err);
        in->is_unsent = in->is_put_off = true;
    }
    in->is_unsent |= is_settled && !in->id;
    struct ac_err keys_err = AC_ERR_INIT; // rows that were read have met whom they met
    if (rc != AC_RUN && ac_engine_look_at_keys(e, &keys_err) != AC_OK) {
        *err = keys_err;
        rc = AC_RUN;
    }
    if (rc == AC_OK && !file->retry && ac_source_changed(src)) {
        ac_engine_withdraw(e, in);
        rc = ac_err_set(err, AC_INPUT, AC_CAUSE_INPUT, "CHANGED",
                        "%s changed while it was read; none of it was sent that had not gone "
                        "already, and it is read again next time",
                        in->name);
    }
    e->at = NULL;
    ac_arena_reset(&e->input_arena);
    rc = end_member(e, in, rc, err);
    ac_engine_tell_log("#input_id", 0);
    if (rc != AC_RUN) {
        struct ac_err seal_err = AC_ERR_INIT;
        enum ac_rc seal_rc = ac_engine_seal_large(e, &seal_err);
        if (seal_rc < AC_OK) {
            *err = seal_err;
            return seal_rc;
        }
    }
    return rc;
}
