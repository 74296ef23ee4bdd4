// SPDX-License-Identifier: MIT
// What the columns of an upload mean.
#include "bulk.h"

#include "fold.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MAX_CELL_CHARS 131072u
#define SHOWN_BYTES 100

static bool fail(struct sb_job *job, const char *what, const char *name, size_t len) {
    snprintf(job->error, sizeof job->error, "InvalidBatch : %s%s%.*s", what, len ? " : " : "",
             (int)sb_utf8_cut(name, len, SHOWN_BYTES), name);
    return false;
}

// [Type:]Relationship.Field
static bool parent_column(struct sb_app *app, struct sb_job *job, const char *name, size_t len,
                          struct sb_column *c) {
    const char *colon = memchr(name, ':', len);
    const char *relationship = colon ? colon + 1 : name;
    const char *dot = memchr(relationship, '.', (size_t)(name + len - relationship));
    if (!dot)
        return fail(job, "Field name not found", name, len);
    const struct sb_field *f =
        sb_object_relationship(job->object, relationship, (size_t)(dot - relationship));
    if (!f)
        return fail(job, "Field name not found", name, len);
    bool polymorphic = f->n_targets != 1;
    if (colon && !polymorphic)
        return fail(job, "type is not needed for non polymorphic foreign key references",
                    relationship, (size_t)(dot - relationship));
    if (!colon && polymorphic)
        return fail(job, "type is needed for polymorphic foreign key references", relationship,
                    (size_t)(dot - relationship));
    const char *type =
        colon ? sb_arena_copy(&job->arena, name, (size_t)(colon - name)) : f->targets[0];
    const struct sb_object *target = type ? sb_schema_object(app->schema, type) : NULL;
    if (!target || !sb_field_may_refer(f, target))
        return fail(job, "Field name not found", name, len);
    const struct sb_field *key = sb_object_field(target, dot + 1, (size_t)(name + len - dot) - 1);
    if (!key || !sb_field_is_key(key))
        return fail(job, "Field name not found", name, len);
    c->field = f;
    c->target = target;
    c->key = key;
    return true;
}

static bool understand(struct sb_app *app, struct sb_job *job, struct sb_column *c, size_t len) {
    c->field = sb_object_field(job->object, c->name, len);
    if (!c->field && !parent_column(app, job, c->name, len, c))
        return false;
    for (const struct sb_column *other = job->columns; other < c; other++)
        if (other->field == c->field && other->key == c->key && other->target == c->target)
            return fail(job, "Field name is there more than once", c->name, len);
    if (job->op != SB_DELETE && job->op != SB_HARD_DELETE)
        return true;
    return c->field->kind == SB_KIND_ID ||
           fail(job, "a delete takes no column but Id", c->name, len);
}

bool sb_job_columns(struct sb_app *app, struct sb_job *job, const char *header, size_t len) {
    size_t n = 0;
    struct sb_csv *csv = sb_csv_new(job->delimiter);
    const struct sb_csv_cell *cells = csv ? sb_csv_cells(csv, header, len, &n) : NULL;
    bool ok = cells != NULL;
    if (!ok)
        fail(job, "Failed to parse CSV header", "", 0);
    if (ok && len > SB_MAX_HEADER)
        ok = fail(job, "CSV header is longer than 32000 characters", "", 0);
    if (ok)
        job->columns = sb_arena_get(&job->arena, (n + 1) * sizeof *job->columns);
    ok = ok && job->columns;
    // The names are kept even when one is wrong: the rows are handed back under them.
    for (size_t i = 0; ok && i < n; i++) {
        job->columns[i].name = sb_arena_copy(&job->arena, cells[i].s, cells[i].len);
        ok = job->columns[i].name != NULL;
        job->n_columns += ok;
    }
    for (size_t i = 0; ok && i < n; i++)
        ok = understand(app, job, &job->columns[i], cells[i].len);
    sb_csv_free(csv);
    return ok;
}

static void refuse(struct sb_input *in, const char *code, const char *message, const char *fields) {
    if (!in->fail.code)
        in->fail = (struct sb_fail){code, message ? message : "", fields};
}

static void take_parent(struct sb_arena *a, const struct sb_column *c,
                        const struct sb_csv_cell *cell, struct sb_input *in) {
    struct sb_parent *p = &in->parents[in->n_parents];
    struct sb_fail why = {0};
    *p = (struct sb_parent){.reference = c->field, .target = c->target, .key = c->key};
    if (!sb_cell_from_csv(c->key, cell->s, cell->len, a, &p->value, &why)) {
        refuse(in, why.code, why.message, why.fields);
        return;
    }
    if (p->value.kind == SB_ABSENT)
        return;
    for (size_t i = 0; i < in->n_parents; i++)
        if (in->parents[i].reference == c->field)
            refuse(in, "INVALID_FIELD",
                   sb_arena_format(a, "More than one column names a parent for %s", c->field->name),
                   c->field->name);
    if (p->value.kind == SB_NULL)
        in->cells[c->field->at].kind = SB_NULL;
    else
        in->n_parents++;
}

void sb_job_input(struct sb_app *app, struct sb_job *job, struct sb_arena *a,
                  const struct sb_csv_cell *cells, size_t n, struct sb_input *out) {
    (void)app;
    *out = (struct sb_input){.object = job->object};
    out->cells = sb_arena_get(a, job->object->n_fields * sizeof *out->cells);
    out->parents = sb_arena_get(a, (job->n_columns + 1) * sizeof *out->parents);
    if (!out->cells || !out->parents) {
        static struct sb_cell none[SB_MAX_FIELDS + 10];
        out->cells = none;
        refuse(out, "UNKNOWN_EXCEPTION", "no memory", NULL);
        return;
    }
    if (!cells) {
        refuse(out, "INVALID_FIELD", "The row is no valid CSV: a quote stands where none may",
               NULL);
        return;
    }
    if (n != job->n_columns) {
        refuse(out, "INVALID_FIELD",
               sb_arena_format(a, "The row has %zu columns, the header has %zu", n, job->n_columns),
               NULL);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const struct sb_column *c = &job->columns[i];
        struct sb_fail why = {0};
        if (cells[i].len > MAX_CELL_CHARS &&
            sb_utf8_count(cells[i].s, cells[i].len) > MAX_CELL_CHARS)
            refuse(out, "STRING_TOO_LONG",
                   sb_arena_format(a, "%s: data value too large (max length=%u)", c->field->label,
                                   MAX_CELL_CHARS),
                   c->field->name);
        else if (c->key)
            take_parent(a, c, &cells[i], out);
        else if (!sb_cell_from_csv(c->field, cells[i].s, cells[i].len, a, &out->cells[c->field->at],
                                   &why))
            refuse(out, why.code, why.message, why.fields);
    }
}
