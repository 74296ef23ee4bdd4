// SPDX-License-Identifier: MIT
// Records of the org asked for, put before the plugin as JSON rows.
#include "engine/ids.h"
#include "base/json_memory.h"
#include "base/log.h"
#include "engine/engine_int.h"
#include "engine/how.h"
#include <jansson.h>
#include <stdlib.h>

#define NEWEST "200"
#define MAX_FIELDS 40u
#define MAX_LENGTH 255u // of a text that may be part of a key
#define SCOPE "ids"

struct judging {
    struct ac_ids *ids;
    const char *fields[MAX_FIELDS]; // as the org names them
    const char *bare[MAX_FIELDS];   // without namespace
    size_t n_fields;
    struct ac_arena arena;
    struct ac_buf question;
};

static void free_judging(struct judging *j) {
    ac_arena_free(&j->arena);
    ac_buf_free(&j->question);
}

// --- the question --------------------------------------------------------------------------------

static ac_str bare_of(const struct ac_ids *ids, ac_str name) {
    ac_str ns = ac_str_of(ids->ns), rest = ac_str_skip(name, ns.len);
    bool has_ns = ns.len && ac_str_starts(name, ns) && ac_str_starts(rest, AC_STR("__"));
    return has_ns ? ac_str_skip(rest, 2) : name;
}

// Texts, moments: what keys are made of.
static bool is_part(const struct ac_field *f) {
    bool is_custom = ac_str_ends(f->name, AC_STR("__c"));
    bool is_text = (f->type == AC_FIELD_STRING || f->type == AC_FIELD_PICKLIST) && f->length &&
                   f->length <= MAX_LENGTH;
    return is_custom && (is_text || f->type == AC_FIELD_DATETIME);
}

static bool add_field(struct judging *j, const struct ac_field *f) {
    j->fields[j->n_fields] = ac_arena_copy(&j->arena, f->name);
    j->bare[j->n_fields] = ac_arena_copy(&j->arena, bare_of(j->ids, f->name));
    return j->fields[j->n_fields] && j->bare[j->n_fields++];
}

static enum ac_rc ask(struct judging *j, struct ac_err *err) {
    const struct ac_schema *schema = j->ids->schema;
    bool good = true;
    for (int is_rest = 0; is_rest <= 1; is_rest++) // keys first: nothing is told without them
        for (size_t i = 0; i < schema->n_fields && good && j->n_fields < MAX_FIELDS; i++)
            if (is_part(&schema->fields[i]) && schema->fields[i].external_id == !is_rest)
                good = add_field(j, &schema->fields[i]);
    ac_str values[MAX_FIELDS + 1];
    AC_CLEANUP(ac_buf_free) struct ac_buf format;
    ac_buf_init(&format, 4096);
    good = good && ac_buf_add_str(&format, AC_STR("SELECT "));
    for (size_t i = 0; i < j->n_fields && good; i++) {
        good = ac_buf_add_str(&format, i ? AC_STR(",%n") : AC_STR("%n"));
        values[i] = ac_str_of(j->fields[i]);
    }
    good = good && ac_buf_printf(&format, " FROM %%n ORDER BY CreatedDate DESC LIMIT " NEWEST) &&
           ac_buf_text(&format);
    values[j->n_fields] = schema->name;
    if (!good)
        return ac_err_nomem(err, "a question to the org");
    return ac_soql_format(&j->question, format.ptr, values, j->n_fields + 1, err);
}

// --- the rows ------------------------------------------------------------------------------------

static void note(struct ac_ids *ids, int verdict) {
    bool is_same = verdict == ACLOAD_DROP;
    const struct ac_err *why = ac_instance_why(ids->in);
    if (verdict != ACLOAD_DROP && verdict != ACLOAD_REJECT)
        return;
    // What the newest ones say; that one is found again outweighs those that are not.
    if (is_same ? !ids->n_same : !ids->n_same && !ids->n_other) {
        snprintf(ids->code, sizeof ids->code, "%s", why->code);
        snprintf(ids->text, sizeof ids->text, "%.*s", (int)sizeof ids->text - 1, why->text);
    }
    ids->n_same += is_same;
    ids->n_other += !is_same;
}

static enum ac_rc judge_row(struct judging *j, json_t *value, struct ac_err *err) {
    struct acload_row row = {.raw = AC_STR(""), .value = value, .origin = {.number = 1}};
    struct acload_row *lent = ac_instance_lend(j->ids->in, &row);
    if (!lent)
        return ac_err_nomem(err, "a row");
    int verdict = ac_instance_row(j->ids->in, lent);
    note(j->ids, verdict);
    if (verdict != ACLOAD_TAKE)
        ac_instance_row_end(lent);
    return AC_OK;
}

static enum ac_rc judge_cells(struct judging *j, const char *const *names, const ac_str *cells,
                              size_t n, struct ac_err *err) {
    AC_CLEANUP(ac_json_free) json_t *value = json_object();
    for (size_t i = 0; i < n; i++)
        if (cells[i].ptr &&
            json_object_set_new(value, names[i], json_stringn(cells[i].ptr, cells[i].len)) != 0)
            return ac_err_nomem(err, "a row");
    return value ? judge_row(j, value, err) : ac_err_nomem(err, "a row");
}

static enum ac_rc on_record(void *arg, const ac_str *cells, struct ac_err *err) {
    struct judging *j = arg;
    j->ids->n_records++;
    return judge_cells(j, j->bare, cells, j->n_fields, err);
}

// The row of the input, under the names of its columns.
static enum ac_rc judge_input(struct judging *j, struct ac_err *err) {
    const struct ac_ids *ids = j->ids;
    if (!ids->n_columns)
        return AC_OK;
    const char **names = ac_arena_zalloc(&j->arena, ids->n_columns * sizeof(char *));
    for (size_t i = 0; i < ids->n_columns && names; i++) {
        names[i] = ac_arena_copy(&j->arena, ac_str_trim(ids->columns[i]));
        if (!names[i])
            names = NULL;
    }
    return names ? judge_cells(j, names, ids->cells, ids->n_columns, err)
                 : ac_err_nomem(err, "a row");
}

static enum ac_rc begin(struct ac_ids *ids, bool *knows, struct ac_err *err) {
    acload_sample sample = {
        .size = sizeof sample, .name = ac_str_of(ids->object), .format = ACLOAD_RECORDS};
    acload_bid bid = {.size = sizeof bid};
    acload_input input = {.size = sizeof input,
                          .name = sample.name,
                          .identity = AC_STR(""),
                          .region = ac_str_of(ids->region),
                          .format = ACLOAD_RECORDS};
    enum ac_rc rc = ac_instance_bid(ids->in, &sample, &bid, err);
    *knows = rc == AC_OK && bid.score > 0;
    ids->is_strange = !*knows;
    if (!*knows)
        return rc;
    struct ac_err why = AC_ERR_INIT;
    rc = ac_instance_open(ids->in, &why);
    if (rc == AC_OK)
        rc = ac_instance_begin(ids->in, &input, &why);
    if (rc == AC_RUN && why.cause == AC_CAUSE_STOP) {
        *err = why;
        return rc;
    }
    *knows = rc == AC_OK; // what it refuses it will refuse again, with the input
    return AC_OK;
}

enum ac_rc ac_ids_judge(struct ac_ids *ids, struct ac_err *err) {
    AC_CLEANUP(free_judging) struct judging j = {.ids = ids};
    bool knows = false;
    ac_arena_init(&j.arena, (size_t)1024 * 1024);
    ac_buf_init(&j.question, 8192);
    ids->verdict = AC_IDS_UNKNOWN;
    ids->is_asked = false;
    ids->n_records = ids->n_same = ids->n_other = 0;
    enum ac_rc rc = begin(ids, &knows, err);
    if (rc != AC_OK || !knows)
        return rc;
    rc = ask(&j, err);
    if (rc == AC_OK)
        rc = judge_input(&j, err);
    if (rc == AC_OK)
        rc = ac_soql_run(ids->org, ac_buf_str(&j.question), j.fields, j.n_fields, on_record, &j,
                         NULL, err);
    ids->is_asked = rc == AC_OK;
    if (rc == AC_OK)
        ids->verdict = ids->n_same ? AC_IDS_SAME : ids->n_other ? AC_IDS_OTHER : AC_IDS_UNKNOWN;
    return rc;
}

// --- before an input -----------------------------------------------------------------------------

struct asking {
    struct ac_ids ids;
    const struct ac_module *module;
    const struct ac_use *use;
};

static enum ac_rc judge(struct ac_engine *e, void *arg, struct ac_err *err) {
    struct asking *a = arg;
    enum ac_rc rc =
        ac_instance_new(&a->ids.in, a->module, a->use ? a->use->options : NULL,
                        a->use ? a->use->n_options : 0, &e->services, e->options.clock, err);
    if (rc == AC_OK)
        rc = ac_ids_judge(&a->ids, err);
    ac_instance_free(a->ids.in);
    a->ids.in = NULL;
    return rc;
}

static enum ac_rc refuse(const struct ac_engine *e, const struct ac_ids *ids, struct ac_err *err) {
    return ac_err_set(
        err, AC_RUN, AC_CAUSE_CONFIG, ids->code,
        "%.*s at %s has records whose ids are not those that this import would write, "
        "so that all of them would be there twice: %s. Mend the configuration, or say "
        "--new-ids if that is meant",
        AC_STR_ARG(ids->schema->name), e->org_name, ids->text);
}

// What today's ids of this plugin are made with; kept with the answer, so that another region or
// option is looked at again.
static enum ac_rc sign(const struct ac_engine *e, const struct ac_module *module,
                       const struct ac_use *use, struct ac_buf *out, struct ac_err *err) {
    struct ac_use own = {module->name, use ? use->options : NULL, use ? use->n_options : 0};
    struct ac_how how = {.region = e->options.region, .uses = &own, .n_uses = 1};
    return ac_how_write(out, &how) && ac_buf_text(out) ? AC_OK : ac_err_nomem(err, "an input");
}

static enum ac_rc check(struct ac_engine *e, const struct object *o, size_t plugin,
                        const struct ac_decode_sample *sample, struct ac_err *err) {
    struct asking a = {.module = ac_instance_module(e->chosen[plugin]),
                       .use = e->is_named ? &e->options.uses[plugin] : NULL};
    AC_CLEANUP(ac_buf_free) struct ac_buf now;
    char name[300];
    const char *known = NULL;
    ac_buf_init(&now, (size_t)256 * 1024);
    snprintf(name, sizeof name, "%s/%s/%s", e->org_name, o->name, a.module->name);
    enum ac_rc rc = sign(e, a.module, a.use, &now, err);
    if (rc == AC_OK)
        rc = ac_ledger_checkpoint_get(e->ledger, SCOPE, name, &e->input_arena, &known, NULL, err);
    if (rc < AC_OK || (rc == AC_OK && strcmp(known, now.ptr) == 0))
        return rc;
    a.ids = (struct ac_ids){.org = e->org,
                            .schema = o->schema,
                            .object = o->name,
                            .ns = e->options.config->ns,
                            .region = e->options.region};
    if (sample->n_rows) {
        a.ids.columns = sample->columns;
        a.ids.cells = sample->cells;
        a.ids.n_columns = sample->n_columns;
    }
    rc = ac_engine_patiently(e, judge, &a, err);
    if (rc == AC_RUN && err->cause == AC_CAUSE_CONFIG && !e->options.new_ids) {
        ac_log_warn(err); // it may write what it may not read: that is no reason to stop
        ac_err_clear(err);
        return AC_OK;
    }
    if (rc != AC_OK || (!a.ids.is_asked && !a.ids.is_strange))
        return rc;
    if (a.ids.verdict == AC_IDS_OTHER && !e->options.new_ids)
        return refuse(e, &a.ids, err);
    return ac_ledger_checkpoint_put(e->ledger, SCOPE, name, now.ptr, err);
}

enum ac_rc ac_engine_check_ids(struct ac_engine *e, const struct ac_decode_sample *sample,
                               struct ac_err *err) {
    if (!e->org || !e->ledger || e->options.open_sink)
        return AC_OK;
    enum ac_rc rc = AC_OK;
    for (size_t i = 0; i < e->n_objects && rc == AC_OK; i++)
        for (size_t k = 0; k < e->chain.n && rc == AC_OK; k++)
            rc = check(e, &e->objects[i], k, sample, err);
    return rc;
}
