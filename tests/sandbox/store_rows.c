// SPDX-License-Identifier: MIT
// Rows of the store: found, written, changed, removed.
#include "store.h"

#include "fold.h"
#include "ids.h"
#include "store_int.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

static int collate(void *arg, int a_len, const void *a, int b_len, const void *b) {
    (void)arg;
    return sb_fold_compare(a, (size_t)a_len, b, (size_t)b_len);
}

static void like(sqlite3_context *ctx, int n, sqlite3_value **args) {
    (void)n;
    const char *pattern = (const char *)sqlite3_value_text(args[0]);
    const char *s = (const char *)sqlite3_value_text(args[1]);
    if (!pattern || !s) {
        sqlite3_result_int(ctx, 0);
        return;
    }
    sqlite3_result_int(ctx, sb_fold_like(pattern, (size_t)sqlite3_value_bytes(args[0]), s,
                                         (size_t)sqlite3_value_bytes(args[1]),
                                         sqlite3_value_int(args[2]) != 0));
}

// row(id, prefix): the number in an id, NULL when it is of another object.
static void row(sqlite3_context *ctx, int n, sqlite3_value **args) {
    (void)n;
    const char *id = (const char *)sqlite3_value_text(args[0]);
    const char *prefix = (const char *)sqlite3_value_text(args[1]);
    int64_t v = id && prefix && strlen(id) == SB_ID_SIZE - 1 ? sb_id_number(id, prefix) : -1;
    if (v < 0)
        sqlite3_result_null(ctx);
    else
        sqlite3_result_int64(ctx, v);
}

static void id(sqlite3_context *ctx, int n, sqlite3_value **args) {
    (void)n;
    char text[SB_ID_SIZE];
    const char *prefix = (const char *)sqlite3_value_text(args[1]);
    if (!prefix || sqlite3_value_type(args[0]) != SQLITE_INTEGER) {
        sqlite3_result_null(ctx);
        return;
    }
    sb_id_make(text, prefix, sqlite3_value_int64(args[0]));
    sqlite3_result_text(ctx, text, -1, SQLITE_TRANSIENT);
}

// has(value, list): whether one value is among those separated by semicolons.
static void has(sqlite3_context *ctx, int n, sqlite3_value **args) {
    (void)n;
    const char *want = (const char *)sqlite3_value_text(args[0]);
    const char *list = (const char *)sqlite3_value_text(args[1]);
    bool found = false;
    while (want && list && !found) {
        size_t len = strcspn(list, ";");
        found = sb_fold_compare(want, strlen(want), list, len) == 0;
        list = list[len] ? list + len + 1 : NULL;
    }
    sqlite3_result_int(ctx, found);
}

// word(term, text): whether the words of the term stand in the text one after the other.
static void word(sqlite3_context *ctx, int n, sqlite3_value **args) {
    (void)n;
    const char *term = (const char *)sqlite3_value_text(args[0]);
    const char *text = (const char *)sqlite3_value_text(args[1]);
    sqlite3_result_int(
        ctx, term && text &&
                 sb_words_match(term, strlen(term), text, (size_t)sqlite3_value_bytes(args[1])));
}

bool sb_store_functions(sqlite3 *db) {
    int how = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
    return sqlite3_create_collation(db, "fold", SQLITE_UTF8, NULL, collate) == SQLITE_OK &&
           sqlite3_create_function(db, "sb_like", 3, how, NULL, like, NULL, NULL) == SQLITE_OK &&
           sqlite3_create_function(db, "sb_row", 2, how, NULL, row, NULL, NULL) == SQLITE_OK &&
           sqlite3_create_function(db, "sb_id", 2, how, NULL, id, NULL, NULL) == SQLITE_OK &&
           sqlite3_create_function(db, "sb_word", 2, how, NULL, word, NULL, NULL) == SQLITE_OK &&
           sqlite3_create_function(db, "sb_has", 2, how, NULL, has, NULL, NULL) == SQLITE_OK;
}

bool sb_store_bind(sqlite3_stmt *q, int at, const struct sb_cell *c) {
    switch (c->kind) {
    case SB_ABSENT:
    case SB_NULL:
        return sqlite3_bind_null(q, at) == SQLITE_OK;
    case SB_TEXT:
        return sqlite3_bind_text64(q, at, c->as.text, c->len, SQLITE_STATIC, SQLITE_UTF8) ==
               SQLITE_OK;
    case SB_REAL:
        return sqlite3_bind_double(q, at, c->as.real) == SQLITE_OK;
    case SB_WHOLE:
        return sqlite3_bind_int64(q, at, c->as.whole) == SQLITE_OK;
    }
    return false;
}

bool sb_store_column(sqlite3_stmt *q, int at, struct sb_arena *a, struct sb_cell *out) {
    switch (sqlite3_column_type(q, at)) {
    case SQLITE_INTEGER:
        *out = (struct sb_cell){.kind = SB_WHOLE, .as.whole = sqlite3_column_int64(q, at)};
        return true;
    case SQLITE_FLOAT:
        *out = (struct sb_cell){.kind = SB_REAL, .as.real = sqlite3_column_double(q, at)};
        return true;
    case SQLITE_TEXT: {
        const char *s = (const char *)sqlite3_column_text(q, at);
        size_t len = (size_t)sqlite3_column_bytes(q, at);
        if (s && a)
            s = sb_arena_copy(a, s, len);
        *out = (struct sb_cell){.kind = SB_TEXT, .len = len, .as.text = s};
        return s != NULL;
    }
    default:
        *out = (struct sb_cell){.kind = SB_NULL};
        return true;
    }
}

static sqlite3_stmt *prepare(struct sb_store *st, struct sb_buf *sql) {
    sqlite3_stmt *q = NULL;
    if (!sql->failed)
        sqlite3_prepare_v3(st->db, sql->at, (int)sql->len, SQLITE_PREPARE_PERSISTENT, &q, NULL);
    sb_buf_free(sql);
    return q;
}

static sqlite3_stmt *find_statement(struct sb_store *st, const struct sb_object *o,
                                    const struct sb_field *f) {
    struct sb_table *t = &st->tables[o->at];
    for (size_t i = 0; i < t->n_finds; i++)
        if (t->finds[i].field == f->at)
            return t->finds[i].q;
    struct sb_find *finds = realloc(t->finds, (t->n_finds + 1) * sizeof *finds);
    if (!finds)
        return NULL;
    t->finds = finds;
    struct sb_buf sql;
    sb_buf_init(&sql, 1000);
    sb_buf_format(&sql, "SELECT n FROM \"%s\" WHERE \"%s\" = ?1 AND gone = 0 ORDER BY n LIMIT ?2",
                  o->name, f->name);
    sqlite3_stmt *q = prepare(st, &sql);
    if (q)
        t->finds[t->n_finds++] = (struct sb_find){f->at, q};
    return q;
}

int sb_store_find(struct sb_store *st, const struct sb_object *o, const struct sb_field *f,
                  const struct sb_cell *v, int64_t *n, int max) {
    if (f->kind == SB_KIND_ID) {
        char text[SB_ID_SIZE];
        if (v->kind != SB_TEXT || !sb_id_read(v->as.text, v->len, text))
            return 0;
        *n = sb_id_number(text, o->prefix);
        return *n >= 0 && sb_store_state(st, o, *n) == SB_ROW_ALIVE;
    }
    sqlite3_stmt *q = find_statement(st, o, f);
    int count = 0, rc = SQLITE_DONE;
    if (!q || !sb_store_bind(q, 1, v) || sqlite3_bind_int(q, 2, max) != SQLITE_OK)
        return -1;
    while (count < max && (rc = sqlite3_step(q)) == SQLITE_ROW)
        n[count++] = sqlite3_column_int64(q, 0);
    sqlite3_reset(q);
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? count : -1;
}

enum sb_row sb_store_state(struct sb_store *st, const struct sb_object *o, int64_t n) {
    struct sb_table *t = &st->tables[o->at];
    if (!t->state) {
        struct sb_buf sql;
        sb_buf_init(&sql, 1000);
        sb_buf_format(&sql, "SELECT gone FROM \"%s\" WHERE n = ?1", o->name);
        t->state = prepare(st, &sql);
    }
    enum sb_row state = SB_ROW_NONE;
    if (!t->state)
        return state;
    sqlite3_bind_int64(t->state, 1, n);
    if (sqlite3_step(t->state) == SQLITE_ROW)
        state = sqlite3_column_int(t->state, 0) ? SB_ROW_DELETED : SB_ROW_ALIVE;
    sqlite3_reset(t->state);
    return state;
}

bool sb_store_insert(struct sb_store *st, const struct sb_object *o, const struct sb_cell *cells,
                     int64_t *n) {
    struct sb_table *t = &st->tables[o->at];
    if (!t->insert) {
        struct sb_buf sql;
        sb_buf_init(&sql, 1u << 20);
        sb_buf_format(&sql, "INSERT INTO \"%s\" (", o->name);
        for (size_t i = 1; i < o->n_fields; i++)
            sb_buf_format(&sql, "%s\"%s\"", i > 1 ? ", " : "", o->fields[i].name);
        sb_buf_text(&sql, ") VALUES (");
        for (size_t i = 1; i < o->n_fields; i++)
            sb_buf_text(&sql, i > 1 ? ", ?" : "?");
        sb_buf_text(&sql, ")");
        t->insert = prepare(st, &sql);
    }
    bool ok = t->insert != NULL;
    for (size_t i = 1; ok && i < o->n_fields; i++)
        ok = sb_store_bind(t->insert, (int)i, &cells[i]);
    ok = ok && sqlite3_step(t->insert) == SQLITE_DONE;
    sqlite3_reset(t->insert);
    *n = sqlite3_last_insert_rowid(st->db);
    return ok;
}

static bool same_set(const struct sb_set *s, const struct sb_object *o,
                     const struct sb_cell *cells) {
    for (size_t i = 1; i < o->n_fields; i++)
        if (s->set[i] != (cells[i].kind != SB_ABSENT))
            return false;
    return true;
}

// Takes the place of the statement that was not needed for longest.
static sqlite3_stmt *new_update(struct sb_store *st, const struct sb_object *o,
                                const struct sb_cell *cells) {
    struct sb_set *oldest = st->tables[o->at].updates;
    for (size_t i = 1; i < SB_UPDATES; i++)
        if (st->tables[o->at].updates[i].used < oldest->used)
            oldest = &st->tables[o->at].updates[i];
    sqlite3_finalize(oldest->q);
    oldest->q = NULL;
    if (!oldest->set)
        oldest->set = calloc(o->n_fields, 1);
    if (!oldest->set)
        return NULL;
    struct sb_buf sql;
    sb_buf_init(&sql, 1u << 20);
    sb_buf_format(&sql, "UPDATE \"%s\" SET gone = 0", o->name);
    for (size_t i = 1; i < o->n_fields; i++) {
        oldest->set[i] = cells[i].kind != SB_ABSENT;
        if (oldest->set[i])
            sb_buf_format(&sql, ", \"%s\" = ?", o->fields[i].name);
    }
    sb_buf_text(&sql, " WHERE n = ?");
    oldest->q = prepare(st, &sql);
    oldest->used = ++st->clock;
    return oldest->q;
}

bool sb_store_update(struct sb_store *st, const struct sb_object *o, int64_t n,
                     const struct sb_cell *cells) {
    struct sb_set *sets = st->tables[o->at].updates;
    sqlite3_stmt *q = NULL;
    for (size_t i = 0; i < SB_UPDATES && !q; i++) {
        if (sets[i].q && same_set(&sets[i], o, cells)) {
            q = sets[i].q;
            sets[i].used = ++st->clock;
        }
    }
    if (!q)
        q = new_update(st, o, cells);
    if (!q)
        return false;
    int at = 1;
    bool ok = true;
    for (size_t i = 1; ok && i < o->n_fields; i++)
        if (cells[i].kind != SB_ABSENT)
            ok = sb_store_bind(q, at++, &cells[i]);
    ok = ok && sqlite3_bind_int64(q, at, n) == SQLITE_OK && sqlite3_step(q) == SQLITE_DONE;
    sqlite3_reset(q);
    return ok;
}

bool sb_store_delete(struct sb_store *st, const struct sb_object *o, int64_t n, bool hard) {
    struct sb_buf sql;
    sb_buf_init(&sql, 2000);
    sb_buf_format(&sql,
                  hard ? "DELETE FROM \"%s\" WHERE n = ?1"
                       : "UPDATE \"%s\" SET gone = 1, \"IsDeleted\" = 1 WHERE n = ?1",
                  o->name);
    sqlite3_stmt *q = prepare(st, &sql);
    bool ok = q && sqlite3_bind_int64(q, 1, n) == SQLITE_OK && sqlite3_step(q) == SQLITE_DONE;
    sqlite3_finalize(q);
    return ok;
}

bool sb_store_get(struct sb_store *st, const struct sb_object *o, int64_t n, struct sb_arena *a,
                  struct sb_cell *cells) {
    struct sb_table *t = &st->tables[o->at];
    if (!t->get) {
        struct sb_buf sql;
        sb_buf_init(&sql, 1u << 20);
        sb_buf_text(&sql, "SELECT ");
        for (size_t i = 1; i < o->n_fields; i++)
            sb_buf_format(&sql, "%s\"%s\"", i > 1 ? ", " : "", o->fields[i].name);
        sb_buf_format(&sql, " FROM \"%s\" WHERE n = ?1", o->name);
        t->get = prepare(st, &sql);
    }
    if (!t->get)
        return false;
    sqlite3_bind_int64(t->get, 1, n);
    bool ok = sqlite3_step(t->get) == SQLITE_ROW;
    for (size_t i = 1; ok && i < o->n_fields; i++)
        ok = sb_store_column(t->get, (int)i - 1, a, &cells[i]);
    sqlite3_reset(t->get);
    if (!ok)
        return false;
    char *text = sb_arena_get(a, SB_ID_SIZE);
    if (!text)
        return false;
    sb_id_make(text, o->prefix, n);
    cells[0] = (struct sb_cell){.kind = SB_TEXT, .len = SB_ID_SIZE - 1, .as.text = text};
    return true;
}
