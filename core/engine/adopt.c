// SPDX-License-Identifier: MIT
// What a run that died has left, brought to its end by the next one.
//
// Several things can be left. Files of a batch that is settled are removed. A batch that was never
// sealed is forgotten: its inputs are read again. A sealed batch is taken up with its jobs and goes
// to the sink, which asks the org before it sends anything. An input is settled when its last batch
// is, if it was read to its end; else it is read again from its start, and the rows of settled
// ranges are skipped: they are in the ranges' counts.
#include "base/log.h"
#include "engine/engine_int.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_LEFT 10000u

struct left { // batches of runs that died, copied: the list must end before anything is changed
    struct ac_engine *e;
    struct ac_batch_info *infos;
    size_t n;
    bool is_short; // of memory
};

static bool is_left(struct ac_engine *e, const struct ac_batch_info *info) {
    return !info->is_alive && (!e->org_name || strcmp(info->org, e->org_name) == 0);
}

static bool note_left(void *arg, const struct ac_batch_info *info) {
    struct ac_engine *e = arg;
    e->has_left = is_left(e, info);
    return !e->has_left;
}

enum ac_rc ac_engine_look_for_left(struct ac_engine *e, struct ac_err *err) {
    if (!e->ledger || e->options.open_sink)
        return AC_OK;
    return ac_ledger_batches(e->ledger, MAX_LEFT, note_left, e, err);
}

static bool copy_left(void *arg, const struct ac_batch_info *info) {
    struct left *l = arg;
    if (!is_left(l->e, info))
        return true;
    struct ac_arena *arena = &l->e->arena;
    struct ac_batch_info *more = realloc(l->infos, (l->n + 1) * sizeof *more);
    struct ac_batch_job *jobs =
        ac_arena_alloc(arena, (info->n_jobs ? info->n_jobs : 1) * sizeof *jobs);
    if (more)
        l->infos = more;
    l->is_short = !more || !jobs;
    for (size_t i = 0; i < info->n_jobs && !l->is_short; i++) {
        jobs[i] = info->jobs[i];
        jobs[i].id = ac_arena_copy(arena, ac_str_of(jobs[i].id));
        l->is_short = !jobs[i].id;
    }
    if (l->is_short)
        return false;
    struct ac_batch_info *copy = &l->infos[l->n++];
    *copy = *info;
    copy->jobs = jobs;
    copy->object = ac_arena_copy(arena, ac_str_of(info->object));
    copy->spool = copy->org = "";
    l->is_short = !copy->object;
    return !l->is_short;
}

// --- a sealed batch

static struct intake *intake_of(struct ac_engine *e, int64_t id, struct ac_err *err) {
    for (size_t i = 0; i < e->n_intakes; i++)
        if (e->intakes[i] && e->intakes[i]->is_left && e->intakes[i]->id == id)
            return e->intakes[i];
    struct ac_input_row row;
    enum ac_rc rc = ac_ledger_input_get(e->ledger, id, &e->arena, &row, err);
    if (rc < AC_OK)
        return NULL;
    struct intake *in = ac_engine_intake_new(e, rc == AC_OK ? row.name : "a lost input", err);
    if (!in)
        return NULL;
    in->id = id;
    in->is_left = true;
    return in;
}

struct gathering { // the ranges of a batch as spans of a flight
    struct ac_engine *e;
    struct flight *f;
    size_t max;
    struct ac_err *err;
    enum ac_rc rc;
};

static bool gather(void *arg, const struct ac_range *range) {
    struct gathering *g = arg;
    struct flight *f = g->f;
    if (f->n_spans == g->max) {
        size_t max = g->max ? g->max * 2 : 16;
        struct span *more = realloc(f->spans, max * sizeof *more);
        if (!more) {
            g->rc = ac_err_nomem(g->err, "the ranges of a batch");
            return false;
        }
        f->spans = more;
        g->max = max;
    }
    f->spans[f->n_spans++] = (struct span){.range = *range};
    return true;
}

static enum ac_rc bind_inputs(struct ac_engine *e, struct flight *f, struct ac_err *err) {
    for (size_t i = 0; i < f->n_spans; i++) {
        struct ac_range *range = &f->spans[i].range;
        struct intake *in = intake_of(e, range->input, err);
        if (!in)
            return err->rc;
        range->input = in->number;
        for (uint32_t k = range->first; k < range->first + range->n; k++)
            in->n_pending += ac_batch_state(f->batch, k) != AC_RECORD_DEAD;
        e->stats.n_pending += in->n_pending;
    }
    return AC_OK;
}

static enum ac_rc find_fields(struct ac_engine *e, const struct ac_batch_shape *shape,
                              const char *bare, const struct ac_schema **out,
                              const struct ac_field **fields, struct ac_err *err) {
    enum ac_rc rc = ac_engine_schema(e, bare, out, err);
    for (size_t i = 0; i < shape->n_columns && rc == AC_OK; i++) {
        const struct ac_schema *schema = *out;
        int at = ac_schema_field(schema, shape->names[i]);
        if (at < 0)
            return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "LEFT_BATCH",
                              "an earlier run left records for %s that fill %.*s, and the org has "
                              "no such field any more, or hides it: bring it back, or move the "
                              "state directory aside and import again",
                              bare, AC_STR_ARG(shape->names[i]));
        fields[i] = &schema->fields[at];
    }
    return rc;
}

// The fields of the shape as the org has them today.
static enum ac_rc find_columns(struct ac_engine *e, const struct ac_batch_shape *shape,
                               const struct object **object, struct ac_columns *out,
                               struct ac_err *err) {
    const struct ac_schema *schema = NULL;
    const char *bare = ac_engine_bare_name(e, shape->object);
    const struct ac_field **fields =
        ac_arena_zalloc(&e->arena, (shape->n_columns + 1) * sizeof(struct ac_field *));
    if (!bare || !fields)
        return ac_err_nomem(err, "the columns of a batch");
    enum ac_rc rc = find_fields(e, shape, bare, &schema, fields, err);
    if (rc == AC_RUN && err->cause == AC_CAUSE_CONFIG) {
        enum ac_rc asked = ac_engine_ask_again(e, err);
        if (asked == AC_OK)
            rc = find_fields(e, shape, bare, &schema, fields, err);
    }
    if (rc != AC_OK)
        return rc;
    for (size_t i = 0; i < e->n_objects; i++)
        if (e->objects[i].schema == schema)
            *object = &e->objects[i];
    *out = (struct ac_columns){.object = schema->name,
                               .operation = shape->operation,
                               .key = shape->key,
                               .n = shape->n_columns,
                               .fields = fields};
    return AC_OK;
}

static bool note_multi(void *arg, uint32_t ordinal, uint64_t key_hash, int64_t version_ms) {
    struct flight *f = arg;
    (void)ordinal;
    (void)key_hash;
    if (version_ms < f->oldest_ms)
        f->oldest_ms = version_ms;
    return true;
}

static enum ac_rc reopen(struct ac_engine *e, const struct ac_batch_info *info, struct flight *f,
                         struct ac_err *err) {
    struct ac_batch_shape shape;
    struct ac_columns columns;
    const struct object *object = NULL;
    enum ac_rc rc = ac_batch_shape(e->spool_dir, info->id, &e->arena, &shape, err);
    if (rc == AC_OK)
        rc = find_columns(e, &shape, &object, &columns, err);
    if (rc == AC_OK)
        rc = ac_batch_reopen(&f->batch, e->spool_dir, info->id, &columns, err);
    if (rc != AC_OK)
        return rc;
    f->object = &e->objects[object - e->objects];
    f->has_multi = true; // each record is read back to tell
    f->oldest_ms = INT64_MAX;
    struct gathering g = {e, f, 0, err, AC_OK};
    rc = ac_ledger_batch_ranges(e->ledger, info->id, "AMBIGUOUS_ID", gather, &g, err);
    if (rc == AC_OK)
        rc = g.rc;
    if (rc == AC_OK)
        rc = bind_inputs(e, f, err);
    if (rc == AC_OK)
        rc = ac_batch_each_key(f->batch, 0, ac_batch_n(f->batch), note_multi, f, err);
    return rc;
}

// Is it the trouble of its object alone that it cannot be taken up?
static bool is_closed(struct ac_engine *e, const struct ac_batch_info *info,
                      const struct ac_err *why) {
    bool is_it = why->cause == AC_CAUSE_CONFIG &&
                 (strcmp(why->code, "LEFT_BATCH") == 0 || strcmp(why->code, "NOT_FOUND") == 0);
    const char *bare = ac_engine_bare_name(e, ac_str_of(info->object));
    return is_it && bare && ac_engine_park(e, bare, why);
}

static enum ac_rc take_up(struct ac_engine *e, const struct ac_batch_info *info,
                          struct ac_err *err) {
    struct flight *f = calloc(1, sizeof *f);
    if (!f)
        return ac_err_nomem(err, "a batch to send");
    enum ac_rc rc = reopen(e, info, f, err);
    if (rc != AC_OK) {
        if (f->batch)
            ac_batch_free(f->batch);
        free(f->spans);
        free(f);
        if (is_closed(e, info, err)) { // it stays as it was
            ac_err_clear(err);
            return ac_ledger_batch_claim(e->ledger, info->id, e->run, info->run, err);
        }
        // The ledger has it, its files are gone: nothing can be told of its records.
        if (rc == AC_END)
            rc = ac_err_set(
                err, AC_RUN, AC_CAUSE_INTERNAL, "BATCH_LOST",
                "the ledger knows of batch %lld, and its files in %s are gone; " AC_BATCH_GIVE_UP,
                (long long)info->id, e->spool_dir);
        return rc;
    }
    f->next = e->flights;
    e->flights = f;
    e->n_flights++;
    f->object->n_flights++;
    f->is_bulk = info->n_jobs > 0;
    f->left_by = info->run;
    f->was_sent = info->n_jobs > 0;
    // What was not sent yet may have waited for another one of them, with a key in common.
    f->is_waiting = !f->was_sent && f->object->n_flights > 1;
    rc = f->is_waiting ? AC_OK : ac_engine_launch(e, f, err);
    if (rc == AC_OK && info->n_jobs && e->sink.resume)
        rc = e->sink.resume(e->sink.self, f->batch, info->jobs, info->n_jobs, err);
    return rc;
}

static enum ac_rc adopt_one(struct ac_engine *e, const struct ac_batch_info *info,
                            struct ac_err *err) {
    const char *bare = ac_engine_bare_name(e, ac_str_of(info->object));
    if (info->state != AC_BATCH_OPEN && bare && ac_engine_is_parked(e, bare))
        return AC_OK; // by the job before this one
    enum ac_rc rc = ac_ledger_batch_claim(e->ledger, info->id, info->run, e->run, err);
    if (rc == AC_AGAIN) { // somebody else brings it to its end
        ac_err_clear(err);
        return AC_OK;
    }
    if (rc != AC_OK)
        return rc;
    if (info->state == AC_BATCH_OPEN) {
        ac_batch_unlink(e->spool_dir, info->id);
        return ac_ledger_batch_forget(e->ledger, info->id, err);
    }
    char id[24], records[24];
    snprintf(id, sizeof id, "%lld", (long long)info->id);
    snprintf(records, sizeof records, "%u", info->n_records);
    ac_log(AC_LOG_INFO, "an earlier run left a batch; it is brought to its end first", "#batch", id,
           "#records", records, NULL);
    return take_up(e, info, err);
}

// --- files

struct sweep { // numbers of batches with files, less those that are not settled
    int64_t *ids;
    size_t n, max;
};

static bool spare(void *arg, const struct ac_batch_info *info) {
    struct sweep *sweep = arg;
    for (size_t i = 0; i < sweep->n; i++)
        if (sweep->ids[i] == info->id)
            sweep->ids[i] = -1;
    return true;
}

static bool number_of(const char *name, int64_t *id) {
    ac_str rest = ac_str_of(name), word;
    return ac_str_cut(&rest, '.', &word) && rest.len && ac_str_i64(word, id);
}

// The folder is listed before the ledger is asked: a batch begun meanwhile is not among the files.
static enum ac_rc list_files(DIR *dir, struct sweep *sweep, struct ac_err *err) {
    for (struct dirent *entry; (entry = readdir(dir));) {
        int64_t id;
        if (!number_of(entry->d_name, &id))
            continue;
        if (sweep->n && sweep->ids[sweep->n - 1] == id)
            continue;
        if (sweep->n == sweep->max) {
            size_t max = sweep->max ? sweep->max * 2 : 64;
            int64_t *more = realloc(sweep->ids, max * sizeof *more);
            if (!more)
                return ac_err_nomem(err, "the files of an earlier run");
            sweep->ids = more;
            sweep->max = max;
        }
        sweep->ids[sweep->n++] = id;
    }
    return AC_OK;
}

static void remove_files(DIR *dir, const struct sweep *sweep) {
    rewinddir(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        int64_t id;
        if (!number_of(entry->d_name, &id))
            continue;
        for (size_t i = 0; i < sweep->n; i++)
            if (sweep->ids[i] == id)
                unlinkat(dirfd(dir), entry->d_name, 0);
    }
}

static enum ac_rc sweep_files(struct ac_engine *e, struct ac_err *err) {
    struct sweep sweep = {0};
    DIR *dir = opendir(e->spool_dir);
    if (!dir)
        return AC_OK;
    enum ac_rc rc = list_files(dir, &sweep, err);
    if (rc == AC_OK && sweep.n)
        rc = ac_ledger_batches(e->ledger, MAX_LEFT, spare, &sweep, err);
    if (rc == AC_OK && sweep.n)
        remove_files(dir, &sweep);
    free(sweep.ids);
    closedir(dir);
    return rc;
}

// --- standard input of a run that died

static enum ac_rc look_at_copy(struct ac_engine *e, const char *name, struct ac_err *err) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", e->spool_dir, name);
    struct ac_item item;
    char hex[65];
    bool is_settled = false;
    struct ac_err ignored = AC_ERR_INIT;
    if (ac_source_item(path, &e->input_arena, &item, &ignored) != AC_OK ||
        ac_source_identify(&item, hex, &ignored) != AC_OK)
        return AC_OK;
    enum ac_rc rc = ac_ledger_file_is_done(e->ledger, e->org_name, hex, &is_settled, err);
    if (rc != AC_OK)
        return rc;
    if (is_settled)
        unlink(path);
    else
        ac_log(AC_LOG_WARNING,
               "standard input of an earlier run is not settled; import its copy, or remove it",
               "copy", path, NULL);
    return AC_OK;
}

static enum ac_rc look_at_copies(struct ac_engine *e, struct ac_err *err) {
    DIR *dir = opendir(e->spool_dir);
    enum ac_rc rc = AC_OK;
    if (!dir)
        return AC_OK;
    for (struct dirent *entry; rc == AC_OK && (entry = readdir(dir));) {
        ac_str rest = ac_str_of(entry->d_name), word, run;
        int64_t id;
        if (!ac_str_cut(&rest, '.', &word) || !ac_str_cut(&rest, '.', &run) ||
            !ac_str_i64(run, &id) || id == e->run || ac_ledger_run_is_alive(e->ledger, id))
            continue;
        if (ac_str_eq(word, AC_STR("event"))) // whoever sent the message has it still
            unlinkat(dirfd(dir), entry->d_name, 0);
        else if (ac_str_eq(word, AC_STR("stdin")))
            rc = look_at_copy(e, entry->d_name, err);
    }
    closedir(dir);
    ac_arena_reset(&e->input_arena);
    return rc;
}

enum ac_rc ac_engine_adopt(struct ac_engine *e, struct ac_err *err) {
    if (!e->ledger || e->options.open_sink)
        return AC_OK;
    struct left left = {.e = e};
    enum ac_rc rc = sweep_files(e, err);
    ac_engine_retry_sweep(e);
    if (rc == AC_OK)
        rc = ac_ledger_batches(e->ledger, MAX_LEFT, copy_left, &left, err);
    if (rc == AC_OK && left.is_short)
        rc = ac_err_nomem(err, "the batches of an earlier run");
    e->is_adopting = e->is_settling_left = true;
    for (size_t i = 0; i < left.n && rc == AC_OK; i++)
        rc = adopt_one(e, &left.infos[i], err);
    e->is_adopting = false;
    free(left.infos);
    // Before anything new is read: what is settled then need not be read again.
    if (rc == AC_OK)
        rc = ac_engine_await(e, err);
    if (rc == AC_OK)
        rc = ac_engine_pump(e, 0, err);
    e->has_left = e->is_settling_left = false;
    return rc == AC_OK ? look_at_copies(e, err) : rc;
}

// --- inputs

struct resuming {
    struct ac_engine *e;
    struct intake *in;
    bool is_short;
};

static bool resume_range(void *arg, const struct ac_settled_range *range) {
    struct resuming *r = arg;
    const struct object *object = NULL;
    for (size_t i = 0; i < r->e->n_objects; i++)
        if (ac_str_eq(r->e->objects[i].schema->name, ac_str_of(range->object)))
            object = &r->e->objects[i];
    ac_stats_add(&r->in->settled, &range->counts);
    struct skip *more = realloc(r->in->skips, (r->in->n_skips + 1) * sizeof *more);
    r->is_short = !more;
    if (!more)
        return false;
    r->in->skips = more;
    more[r->in->n_skips++] = (struct skip){object, range->row_first, range->row_last};
    return true;
}

struct names { // of objects with settled ranges
    struct ac_engine *e;
    const char *names[AC_ENGINE_MAX_OBJECTS];
    size_t n;
};

static bool name_object(void *arg, const struct ac_settled_range *range) {
    struct names *names = arg;
    const char *bare = ac_engine_bare_name(names->e, ac_str_of(range->object));
    for (size_t i = 0; i < names->n && bare; i++)
        if (strcmp(names->names[i], bare) == 0)
            return true;
    if (bare && names->n < AC_N(names->names))
        names->names[names->n++] = bare;
    return true;
}

enum ac_rc ac_engine_resume(struct ac_engine *e, struct intake *in, struct ac_err *err) {
    struct resuming r = {e, in, false};
    struct names names = {.e = e};
    if (e->options.again || e->options.open_sink)
        return AC_OK;
    enum ac_rc rc = ac_ledger_ranges_settled(e->ledger, in->id, name_object, &names, err);
    for (size_t i = 0; i < names.n && rc == AC_OK; i++) {
        const struct ac_schema *schema;
        rc = ac_engine_schema(e, names.names[i], &schema, err);
    }
    if (rc == AC_OK)
        rc = ac_ledger_ranges_settled(e->ledger, in->id, resume_range, &r, err);
    return rc == AC_OK && r.is_short ? ac_err_nomem(err, "settled ranges") : rc;
}

static bool add_range(void *arg, const struct ac_settled_range *range) {
    ac_stats_add(arg, &range->counts);
    return true;
}

struct left_input { // one brought to its end
    struct left_input *next;
    uint64_t hash;
};

static uint64_t hash_of(const char *identity, const char *member) {
    return ac_str_hash(ac_str_of(member), ac_str_hash(ac_str_of(identity), 1));
}

static enum ac_rc note_left_input(struct ac_engine *e, const struct ac_input_row *row,
                                  struct ac_err *err) {
    struct left_input *input = ac_arena_alloc(&e->arena, sizeof *input);
    if (!input)
        return ac_err_nomem(err, "an input");
    *input = (struct left_input){e->left_inputs, hash_of(row->identity, row->member)};
    e->left_inputs = input;
    return AC_OK;
}

bool ac_engine_was_left(const struct ac_engine *e, const char *identity, const char *member) {
    uint64_t hash = e->left_inputs ? hash_of(identity, member) : 0;
    for (const struct left_input *input = e->left_inputs; input; input = input->next)
        if (input->hash == hash)
            return true;
    return false;
}

// What the ledger knows of it: the counts of its reading, those of all of its ranges.
static enum ac_rc settle_left(struct ac_engine *e, const struct ac_input_row *row,
                              struct intake *in, struct ac_err *err) {
    in->counts = row->counts;
    in->settled = (struct ac_counts){0};
    struct ac_counts counts;
    enum ac_rc rc = ac_ledger_ranges_settled(e->ledger, in->id, add_range, &in->settled, err);
    if (rc == AC_OK)
        rc = ac_engine_intake_counts(in, &counts, err);
    if (rc == AC_OK)
        rc =
            ac_ledger_input_end(e->ledger, in->id, AC_INPUT_SETTLED, &counts, row->plugin, "", err);
    if (rc != AC_OK)
        return rc;
    ac_stats_add(&e->stats.counts, &counts);
    e->stats.n_settled++;
    return note_left_input(e, row, err);
}

enum ac_rc ac_engine_left_end(struct ac_engine *e, struct intake *in, struct ac_err *err) {
    struct ac_input_row row;
    uint64_t n_open = 0;
    enum ac_rc rc = ac_ledger_ranges_open(e->ledger, in->id, &n_open, err);
    if (rc != AC_OK || n_open)
        return rc;
    rc = ac_ledger_input_get(e->ledger, in->id, &e->arena, &row, err);
    if (rc == AC_OK && row.state == AC_INPUT_READ)
        rc = settle_left(e, &row, in, err);
    e->intakes[in->number] = NULL;
    ac_engine_intake_free(in);
    return rc == AC_END ? AC_OK : rc;
}
