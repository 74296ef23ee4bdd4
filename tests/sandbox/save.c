// SPDX-License-Identifier: MIT
// Writing records as the org does: chunk by chunk, with all its rules.
#include "save.h"

#include "counters.h"
#include "files.h"
#include "fold.h"
#include "url.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static void refuse(struct sb_result *r, const char *code, const char *message, const char *fields) {
    if (!r->fail.code)
        r->fail = (struct sb_fail){code, message ? message : "", fields};
}

static bool present(const struct sb_cell *c) { return c->kind != SB_ABSENT && c->kind != SB_NULL; }

// A key that comes twice in the chunk refuses all its rows.
static void find_duplicates(struct sb_save *s, struct sb_input *rows, size_t n,
                            struct sb_result *results) {
    const struct sb_field *key = s->op == SB_UPSERT ? s->key : NULL;
    for (size_t i = 0; i < n && !key; i++)
        key = rows[i].object ? &rows[i].object->fields[0] : NULL;
    if (!key)
        return;
    uint64_t hash[SB_CHUNK_ROWS];
    const char *what = key->kind == SB_KIND_ID ? "id" : "external id";
    for (size_t i = 0; i < n; i++) {
        const struct sb_cell *c = &rows[i].cells[key->at];
        hash[i] = c->kind == SB_TEXT ? sb_fold_hash(c->as.text, c->len) : 0;
    }
    for (size_t i = 0; i < n; i++) {
        const struct sb_cell *c = &rows[i].cells[key->at];
        if (!present(c))
            continue;
        for (size_t k = i + 1; k < n; k++) {
            if (hash[i] != hash[k] || !sb_cell_same(key, c, &rows[k].cells[key->at]))
                continue;
            const char *message = sb_arena_format(s->arena, "Duplicate %s specified: %s", what,
                                                  sb_cell_text(key, c, s->arena));
            refuse(&results[i], "DUPLICATE_VALUE", message, key->name);
            refuse(&results[k], "DUPLICATE_VALUE", message, key->name);
        }
    }
}

static bool resolve_parents(struct sb_save *s, struct sb_input *row, struct sb_result *r) {
    for (size_t i = 0; i < row->n_parents; i++) {
        const struct sb_parent *p = &row->parents[i];
        struct sb_cell *cell = &row->cells[p->reference->at];
        int64_t found[2] = {0};
        int n = s->store ? sb_store_find(s->store, p->target, p->key, &p->value, found, 2) : 1;
        if (n != 1) {
            const char *k = sb_cell_text(p->key, &p->value, s->arena);
            const char *message = sb_arena_format(
                s->arena,
                n > 1 ? "Foreign key external ID: %s matches more than one record: field %s in "
                        "entity %s"
                      : "Foreign key external ID: %s not found for field %s in entity %s",
                k, p->key->name, p->target->name);
            refuse(r, n > 1 ? "DUPLICATE_EXTERNAL_ID" : "INVALID_FIELD", message, NULL);
            return false;
        }
        char *text = sb_arena_get(s->arena, SB_ID_SIZE);
        if (!text) {
            refuse(r, "UNKNOWN_EXCEPTION", "no memory", NULL);
            return false;
        }
        sb_id_make(text, p->target->prefix, found[0]);
        *cell = (struct sb_cell){.kind = SB_TEXT, .len = SB_ID_SIZE - 1, .as.text = text};
    }
    return true;
}

static bool check_reference(struct sb_save *s, const struct sb_field *f, const struct sb_cell *c,
                            struct sb_result *r) {
    const struct sb_object *target = sb_schema_by_prefix(s->schema, c->as.text);
    if (!target || !sb_field_may_refer(f, target)) {
        refuse(
            r, "MALFORMED_ID",
            sb_arena_format(s->arena, "%s: id value of incorrect type: %s", f->label, c->as.text),
            f->name);
        return false;
    }
    if (!s->store)
        return true;
    switch (sb_store_state(s->store, target, sb_id_number(c->as.text, target->prefix))) {
    case SB_ROW_ALIVE:
        return true;
    case SB_ROW_DELETED:
        refuse(r, "ENTITY_IS_DELETED", "entity is deleted", NULL);
        return false;
    case SB_ROW_NONE:
        break;
    }
    refuse(r, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", f->name);
    return false;
}

static bool check_unique(struct sb_save *s, const struct sb_object *o, const struct sb_field *f,
                         const struct sb_cell *c, int64_t own, struct sb_result *r) {
    int64_t found[2] = {0};
    int n = sb_store_find(s->store, o, f, c, found, 2);
    for (int i = 0; i < n; i++) {
        if (found[i] == own)
            continue;
        char id[SB_ID_SIZE];
        sb_id_make(id, o->prefix, found[i]);
        refuse(r, "DUPLICATE_VALUE",
               sb_arena_format(s->arena,
                               "duplicate value found: %s duplicates value on record with id: %s",
                               f->name, id),
               f->name);
        return false;
    }
    return true;
}

static void add_name(struct sb_save *s, const char **list, const char *name) {
    const char *all = *list ? sb_arena_format(s->arena, "%s, %s", *list, name) : name;
    if (all)
        *list = all;
}

// Every rule that looks at one field. own is the row changed, or -1 for a new one.
static bool check_fields(struct sb_save *s, struct sb_input *row, int64_t own,
                         struct sb_result *r) {
    const struct sb_object *o = row->object;
    const char *fixed = NULL, *missing = NULL;
    bool created = own < 0;
    for (size_t i = 1; i < o->n_fields; i++) {
        const struct sb_field *f = &o->fields[i];
        const struct sb_cell *c = &row->cells[i];
        if (c->kind == SB_ABSENT
                ? created && !f->nillable && !f->defaulted && f->createable
                : c->kind == SB_NULL && !f->nillable && f->kind != SB_KIND_BOOLEAN && !f->system)
            add_name(s, &missing, f->name);
        if (c->kind != SB_ABSENT && !(created ? f->createable : f->updateable) &&
            !(s->op == SB_UPSERT && f == s->key))
            add_name(s, &fixed, f->name);
    }
    if (fixed) {
        refuse(r, "INVALID_FIELD_FOR_INSERT_UPDATE",
               sb_arena_format(s->arena,
                               "Unable to create/update fields: %s. Please check the security "
                               "settings of this field and verify that it is read/write for your "
                               "profile or permission set.",
                               fixed),
               fixed);
        return false;
    }
    if (missing) {
        refuse(r, "REQUIRED_FIELD_MISSING",
               sb_arena_format(s->arena, "Required fields are missing: [%s]", missing), missing);
        return false;
    }
    for (size_t i = 1; i < o->n_fields; i++) {
        const struct sb_field *f = &o->fields[i];
        const struct sb_cell *c = &row->cells[i];
        if (c->kind == SB_NULL && f->kind == SB_KIND_BOOLEAN) {
            refuse(r, "INVALID_TYPE_ON_FIELD_IN_RECORD",
                   sb_arena_format(s->arena, "%s: value not of required type: null", f->label),
                   f->name);
            return false;
        }
        if (!present(c))
            continue;
        if (f->kind == SB_KIND_REFERENCE && !check_reference(s, f, c, r))
            return false;
        if (f->unique && s->store && !check_unique(s, o, f, c, own, r))
            return false;
    }
    return true;
}

static void stamp(struct sb_input *row, const char *name, struct sb_cell value) {
    const struct sb_field *f = sb_object_field(row->object, name, strlen(name));
    if (f)
        row->cells[f->at] = value;
}

static void create_row(struct sb_save *s, struct sb_input *row, struct sb_result *r) {
    int64_t n = 0;
    if (!row->object->createable) {
        refuse(r, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type cannot be inserted", NULL);
        return;
    }
    if (!check_fields(s, row, -1, r))
        return;
    if (s->store && !sb_files_fill(s, row, r))
        return;
    if (s->store &&
        (!sb_save_defaults(s, row) || !sb_store_insert(s->store, row->object, row->cells, &n) ||
         !sb_files_publish(s, row, n))) {
        refuse(r, "UNKNOWN_EXCEPTION", "An unexpected error occurred", NULL);
        return;
    }
    static _Atomic int64_t imagined;
    if (!s->store)
        n = 1 + atomic_fetch_add(&imagined, 1);
    sb_id_make(r->id, row->object->prefix, n);
    r->created = true;
}

static void update_row(struct sb_save *s, struct sb_input *row, int64_t n, struct sb_result *r) {
    const struct sb_object *o = row->object;
    sb_id_make(r->id, o->prefix, n);
    if (!o->updateable) {
        refuse(r, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type cannot be updated", NULL);
        return;
    }
    if (!check_fields(s, row, n, r) || !s->store)
        return;
    struct sb_cell now = {.kind = SB_WHOLE, .as.whole = sb_counters_now(s->tally)};
    stamp(row, "LastModifiedDate", now);
    stamp(row, "SystemModstamp", now);
    stamp(row, "LastModifiedById",
          (struct sb_cell){.kind = SB_TEXT, .len = 18, .as.text = s->user_id});
    bool ok = true;
    if (o->first_name_at >= 0 && o->last_name_at >= 0) {
        struct sb_cell *old = sb_arena_get(s->arena, o->n_fields * sizeof *old);
        ok = old && sb_store_get(s->store, o, n, s->arena, old);
        for (size_t i = 1; ok && i < o->n_fields; i++)
            if (row->cells[i].kind != SB_ABSENT)
                old[i] = row->cells[i];
        ok = ok && sb_save_full_name(s, o, old);
        if (ok && o->name_at >= 0)
            row->cells[o->name_at] = old[o->name_at];
    }
    if (!ok || !sb_store_update(s->store, o, n, row->cells))
        refuse(r, "UNKNOWN_EXCEPTION", "An unexpected error occurred", NULL);
}

// The row that the Id names; false when there is none that could be written.
static bool row_of_id(struct sb_save *s, struct sb_input *row, int64_t *n, struct sb_result *r) {
    const struct sb_object *o = row->object;
    const struct sb_cell *c = &row->cells[0];
    if (!present(c)) {
        refuse(r, "MISSING_ARGUMENT", "Id not specified", "Id");
        return false;
    }
    *n = sb_id_number(c->as.text, o->prefix);
    if (*n < 0) {
        refuse(r, "MALFORMED_ID",
               sb_arena_format(s->arena, "%s: id value of incorrect type: %s", o->fields[0].label,
                               c->as.text),
               "Id");
        return false;
    }
    switch (s->store ? sb_store_state(s->store, o, *n) : SB_ROW_ALIVE) {
    case SB_ROW_ALIVE:
        return true;
    case SB_ROW_DELETED:
        refuse(r, "ENTITY_IS_DELETED", "entity is deleted", NULL);
        return false;
    case SB_ROW_NONE:
        break;
    }
    refuse(r, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", NULL);
    return false;
}

static void refuse_matches(struct sb_save *s, const struct sb_object *o, const int64_t *n,
                           int count, struct sb_result *r) {
    const char *list = NULL;
    for (int i = 0; i < count; i++) {
        char id[SB_ID_SIZE];
        sb_id_make(id, o->prefix, n[i]);
        const char *copy = sb_arena_text(s->arena, id);
        if (copy)
            add_name(s, &list, copy);
    }
    refuse(r, "DUPLICATE_EXTERNAL_ID",
           sb_arena_format(s->arena, "%s: more than one record found for external id field: [%s]",
                           s->key->name, list ? list : ""),
           s->key->name);
}

static void upsert_row(struct sb_save *s, struct sb_input *row, struct sb_result *r) {
    const struct sb_cell *key = &row->cells[s->key->at];
    int64_t found[10] = {0};
    if (s->key->kind == SB_KIND_ID) {
        if (!present(key)) {
            create_row(s, row, r);
        } else if (row_of_id(s, row, found, r)) {
            row->cells[0].kind = SB_ABSENT;
            update_row(s, row, found[0], r);
        }
        return;
    }
    if (present(&row->cells[0])) {
        refuse(r, "INVALID_FIELD_FOR_INSERT_UPDATE",
               "cannot specify Id in an upsert by another "
               "field",
               "Id");
        return;
    }
    if (!present(key)) {
        refuse(r, "MISSING_ARGUMENT", sb_arena_format(s->arena, "%s not specified", s->key->name),
               s->key->name);
        return;
    }
    int n = s->store ? sb_store_find(s->store, row->object, s->key, key, found, 10) : 0;
    if (n < 0) {
        refuse(r, "UNKNOWN_EXCEPTION", "An unexpected error occurred", NULL);
    } else if (n > 1) {
        refuse_matches(s, row->object, found, n, r);
    } else if (n == 1) {
        row->cells[s->key->at].kind = SB_ABSENT; // its letters stay as they were
        update_row(s, row, found[0], r);
    } else if (s->update_only) {
        refuse(r, "NOT_FOUND", "The requested resource does not exist", NULL);
    } else {
        create_row(s, row, r);
    }
}

static void delete_row(struct sb_save *s, struct sb_input *row, struct sb_result *r) {
    int64_t n = 0;
    if (!row_of_id(s, row, &n, r))
        return;
    if (!row->object->deletable) {
        refuse(r, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id",
               NULL);
        return;
    }
    sb_id_make(r->id, row->object->prefix, n);
    if (s->store && !sb_store_delete(s->store, row->object, n, s->op == SB_HARD_DELETE))
        refuse(r, "UNKNOWN_EXCEPTION", "An unexpected error occurred", NULL);
}

// Is this one of the rows that the fault plan speaks of?
static bool is_alike(const struct sb_save *s, const struct sb_input *row) {
    for (size_t i = 0; s->lock_like && i < row->object->n_fields; i++) {
        const struct sb_cell *c = &row->cells[i];
        char text[1000];
        if (c->kind != SB_TEXT || c->len >= sizeof text)
            continue;
        snprintf(text, sizeof text, "%.*s", (int)c->len, c->as.text);
        if (sb_url_glob(s->lock_like, text))
            return true;
    }
    return !s->lock_like;
}

static void write_row(struct sb_save *s, struct sb_input *row, struct sb_result *r) {
    int64_t n = 0;
    if (s->lock_share > 0 && is_alike(s, row) && sb_chance_share(s->chance) < s->lock_share) {
        refuse(r, s->locked.code, s->locked.message, NULL);
        return;
    }
    switch (s->op) {
    case SB_INSERT:
        if (present(&row->cells[0]))
            refuse(r, "INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call",
                   "Id");
        else if (resolve_parents(s, row, r))
            create_row(s, row, r);
        return;
    case SB_UPDATE:
        if (row_of_id(s, row, &n, r) && resolve_parents(s, row, r)) {
            row->cells[0].kind = SB_ABSENT;
            update_row(s, row, n, r);
        }
        return;
    case SB_UPSERT:
        if (resolve_parents(s, row, r))
            upsert_row(s, row, r);
        return;
    case SB_DELETE:
    case SB_HARD_DELETE:
        delete_row(s, row, r);
        return;
    }
}

void sb_save_chunk(struct sb_save *s, struct sb_input *rows, size_t n, struct sb_result *results) {
    for (size_t i = 0; i < n; i++)
        results[i] = (struct sb_result){.fail = rows[i].fail};
    if (n > 1 && !s->ordered && (s->op != SB_INSERT))
        find_duplicates(s, rows, n, results);
    for (size_t i = 0; i < n; i++) {
        if (!results[i].fail.code)
            write_row(s, &rows[i], &results[i]);
        if (results[i].fail.code && s->op != SB_UPDATE && s->op != SB_DELETE)
            results[i].id[0] = '\0';
    }
}

void sb_save_count(struct sb_save *s, const struct sb_input *rows, size_t n,
                   const struct sb_result *results) {
    for (size_t i = 0; i < n; i++) {
        enum sb_what what = SB_UPDATED;
        if (results[i].fail.code)
            what = SB_FAILED;
        else if (s->op == SB_DELETE || s->op == SB_HARD_DELETE)
            what = SB_DELETED;
        else if (results[i].created)
            what = SB_CREATED;
        if (rows[i].object)
            sb_counters_row(s->tally, rows[i].object, what);
    }
}
