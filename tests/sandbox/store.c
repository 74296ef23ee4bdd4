// SPDX-License-Identifier: MIT
// Where the records are kept: one SQLite table an object, one column a field.
#include "store.h"

#include "store_int.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool run(sqlite3 *db, const char *sql, char *why, size_t why_size) {
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    snprintf(why, why_size, "store: %s", sqlite3_errmsg(db));
    return false;
}

static bool has_column(sqlite3 *db, const struct sb_object *o, const char *name) {
    return sqlite3_table_column_metadata(db, NULL, o->name, name, NULL, NULL, NULL, NULL, NULL) ==
           SQLITE_OK;
}

static const char *collation(const struct sb_field *f) {
    return sb_field_is_text(f) && !f->case_sensitive && f->kind != SB_KIND_REFERENCE
               ? " COLLATE fold"
               : "";
}

static bool create_table(struct sb_store *st, const struct sb_object *o, char *why,
                         size_t why_size) {
    struct sb_buf sql;
    sb_buf_init(&sql, 1u << 20);
    sb_buf_format(&sql,
                  "CREATE TABLE IF NOT EXISTS \"%s\" (n INTEGER PRIMARY KEY AUTOINCREMENT, "
                  "gone INTEGER NOT NULL DEFAULT 0",
                  o->name);
    for (size_t i = 1; i < o->n_fields; i++)
        sb_buf_format(&sql, ", \"%s\"%s", o->fields[i].name, collation(&o->fields[i]));
    sb_buf_text(&sql, ")");
    bool ok = !sql.failed && run(st->db, sql.at, why, why_size);
    sb_buf_free(&sql);
    return ok;
}

// The table with its indexes; one of an older file gets the columns it lacks.
static bool create(struct sb_store *st, const struct sb_object *o, char *why, size_t why_size) {
    char sql[400];
    if (!create_table(st, o, why, why_size))
        return false;
    for (size_t i = 1; i < o->n_fields; i++) {
        const struct sb_field *f = &o->fields[i];
        if (!has_column(st->db, o, f->name)) {
            snprintf(sql, sizeof sql, "ALTER TABLE \"%s\" ADD COLUMN \"%s\"%s", o->name, f->name,
                     collation(f));
            if (!run(st->db, sql, why, why_size))
                return false;
        }
        if (f->external_id || f->id_lookup || f->unique || f->kind == SB_KIND_REFERENCE) {
            snprintf(sql, sizeof sql, "CREATE INDEX IF NOT EXISTS \"%s.%s\" ON \"%s\" (\"%s\")",
                     o->name, f->name, o->name, f->name);
            if ((!f->system || f->id_lookup) && !run(st->db, sql, why, why_size))
                return false;
        }
    }
    return true;
}

static bool prepare_tables(struct sb_store *st, char *why, size_t why_size) {
    if (!run(st->db,
             "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY; PRAGMA temp_store=MEMORY; "
             "PRAGMA cache_size=-32000; BEGIN",
             why, why_size))
        return false;
    for (size_t i = 0; i < st->schema->n_objects; i++)
        if (!create(st, &st->schema->objects[i], why, why_size))
            return false;
    return run(st->db, "COMMIT", why, why_size);
}

struct sb_store *sb_store_open(const struct sb_schema *s, const char *file, char *why,
                               size_t why_size) {
    struct sb_store *st = calloc(1, sizeof *st);
    if (st)
        st->tables = calloc(s->n_objects, sizeof *st->tables);
    if (!st || !st->tables || pthread_mutex_init(&st->lock, NULL) != 0) {
        snprintf(why, why_size, "store: no memory");
        if (st)
            free(st->tables);
        free(st);
        return NULL;
    }
    st->schema = s;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(file ? file : ":memory:", &st->db, flags, NULL) != SQLITE_OK) {
        snprintf(why, why_size, "%s: %s", file ? file : "store", sqlite3_errmsg(st->db));
        sb_store_close(st);
        return NULL;
    }
    if (!sb_store_functions(st->db) || !prepare_tables(st, why, why_size)) {
        sb_store_close(st);
        return NULL;
    }
    return st;
}

static void finish(struct sb_table *t) {
    for (size_t i = 0; i < SB_UPDATES; i++) {
        sqlite3_finalize(t->updates[i].q);
        free(t->updates[i].set);
        t->updates[i].q = NULL;
        t->updates[i].set = NULL;
    }
    sqlite3_finalize(t->insert);
    sqlite3_finalize(t->get);
    sqlite3_finalize(t->state);
    for (size_t i = 0; i < t->n_finds; i++)
        sqlite3_finalize(t->finds[i].q);
    free(t->finds);
    *t = (struct sb_table){0};
}

void sb_store_close(struct sb_store *st) {
    if (!st)
        return;
    for (size_t i = 0; i < st->schema->n_objects; i++)
        finish(&st->tables[i]);
    free(st->tables);
    sqlite3_finalize(st->next);
    sqlite3_close(st->db);
    pthread_mutex_destroy(&st->lock);
    free(st);
}

void sb_store_lock(struct sb_store *st) { pthread_mutex_lock(&st->lock); }

void sb_store_unlock(struct sb_store *st) { pthread_mutex_unlock(&st->lock); }

sqlite3 *sb_store_sql(struct sb_store *st) { return st->db; }

bool sb_store_begin(struct sb_store *st) {
    return sqlite3_exec(st->db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK;
}

bool sb_store_commit(struct sb_store *st) {
    return sqlite3_exec(st->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
}

void sb_store_rollback(struct sb_store *st) { sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL); }

bool sb_store_clear(struct sb_store *st) {
    char sql[200];
    for (size_t i = 0; i < st->schema->n_objects; i++) {
        snprintf(sql, sizeof sql, "DELETE FROM \"%s\"", st->schema->objects[i].name);
        if (sqlite3_exec(st->db, sql, NULL, NULL, NULL) != SQLITE_OK)
            return false;
    }
    return sqlite3_exec(st->db, "DELETE FROM sqlite_sequence", NULL, NULL, NULL) == SQLITE_OK;
}

static int64_t number_of(struct sb_store *st, const char *sql) {
    sqlite3_stmt *q = NULL;
    int64_t v = 0;
    if (sqlite3_prepare_v2(st->db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
        v = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return v;
}

int64_t sb_store_count(struct sb_store *st, const struct sb_object *o) {
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM \"%s\" WHERE gone = 0", o->name);
    return number_of(st, sql);
}

int64_t sb_store_next(struct sb_store *st, const struct sb_object *o) {
    int64_t v = 0;
    if (!st->next && sqlite3_prepare_v2(st->db,
                                        "SELECT max(ifnull((SELECT seq FROM sqlite_sequence "
                                        "WHERE name = ?1), 0)) + 1",
                                        -1, &st->next, NULL) != SQLITE_OK)
        return 0;
    sqlite3_bind_text(st->next, 1, o->name, -1, SQLITE_STATIC);
    if (sqlite3_step(st->next) == SQLITE_ROW)
        v = sqlite3_column_int64(st->next, 0);
    sqlite3_reset(st->next);
    return v;
}
