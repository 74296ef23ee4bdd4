// SPDX-License-Identifier: MIT
// The query routes: SOQL in, pages of records out.
#include "query.h"

#include "cursors.h"
#include "record.h"
#include "routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SQL_BYTES ((size_t)16 << 20)
#define MAX_PAGE 2000

struct run { // one query on its way
    struct sb_req *req;
    struct sb_binder b;
    struct sb_soql *q;
    const struct sb_object *o;
};

static void refuse(struct run *r) {
    struct sb_fail fail = {.code = r->b.error.code ? r->b.error.code : "QUERY_TOO_COMPLICATED",
                           .message = r->b.error.message ? r->b.error.message : "no memory"};
    sb_req_fail(r->req, 400, &fail);
}

// Parses, binds; false after an error answer. The binder's buffer is to be freed either way.
static bool prepare(struct run *r, const char *text, size_t len, bool all) {
    r->b = (struct sb_binder){.schema = r->req->app->schema,
                              .arena = &r->req->arena,
                              .text = text,
                              .text_len = len,
                              .all = all,
                              .today_ms = sb_counters_now(r->req->app->tally)};
    sb_buf_init(&r->b.sql, SQL_BYTES);
    r->q = sb_soql_parse(text, len, &r->req->arena, &r->b.error);
    r->o = r->q ? sb_soql_object(&r->b, r->q) : NULL;
    if (!r->o || !sb_query_items(&r->b, r->q, r->o)) {
        refuse(r);
        return false;
    }
    r->b.sql.len = 0;
    r->b.n_params = 0;
    return true;
}

// The statement of the SQL built; NULL after an error answer. The store is locked.
static sqlite3_stmt *statement(struct run *r, bool built) {
    sqlite3_stmt *s = NULL;
    sqlite3 *db = sb_store_sql(r->req->app->store);
    if (!built || r->b.sql.failed) {
        refuse(r);
        return NULL;
    }
    if (sqlite3_prepare_v2(db, r->b.sql.at, (int)r->b.sql.len, &s, NULL) != SQLITE_OK) {
        sb_req_error(r->req, 400, "QUERY_TOO_COMPLICATED",
                     "Query is either selecting too many "
                     "fields or the filter conditions are "
                     "too complicated.");
        return NULL;
    }
    for (size_t i = 0; i < r->b.n_params; i++)
        sb_store_bind(s, (int)i + 1, &r->b.params[i]);
    return s;
}

// The numbers of all rows found; false after an error answer.
static bool find_rows(struct run *r, int64_t **rows, size_t *n) {
    size_t room = 0;
    *rows = NULL;
    *n = 0;
    sb_buf_text(&r->b.sql, "SELECT t.n");
    sqlite3_stmt *s = statement(r, sb_soql_tail(&r->b, r->q, r->o, "t"));
    if (!s)
        return false;
    int rc = SQLITE_ROW;
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        if (*n == room) {
            room = room ? room * 2 : 256;
            int64_t *more = realloc(*rows, room * sizeof *more);
            if (!more)
                break;
            *rows = more;
        }
        (*rows)[(*n)++] = sqlite3_column_int64(s, 0);
    }
    sqlite3_finalize(s);
    if (rc == SQLITE_DONE)
        return true;
    free(*rows);
    *rows = NULL;
    sb_req_error(r->req, 500, "UNKNOWN_EXCEPTION", "An unexpected error occurred");
    return false;
}

static void put_page(struct run *r, struct sb_json *j, const int64_t *rows, size_t n) {
    struct sb_arena scratch;
    sb_arena_init(&scratch, (size_t)256 << 20);
    sb_json_key(j, "records");
    sb_json_open(j, '[');
    for (size_t i = 0; i < n; i++)
        sb_query_print(r->req, &scratch, j, r->o, rows[i], r->q->items, r->q->n_items);
    sb_json_close(j, ']');
    sb_arena_free(&scratch);
}

static void put_more(struct run *r, struct sb_json *j, const char *cursor, size_t at) {
    sb_json_put_bool(j, "done", cursor == NULL);
    if (cursor)
        sb_json_put_str(
            j, "nextRecordsUrl",
            sb_arena_format(&r->req->arena, "%s/query/%s-%zu", sb_req_base(r->req), cursor, at));
}

// Sforce-Query-Options: batchSize=200
static size_t page_size(struct sb_req *req) {
    const char *v = sb_req_header(req, "Sforce-Query-Options");
    const char *at = v ? strcasestr(v, "batchSize=") : NULL;
    long n = at ? strtol(at + 10, NULL, 10) : MAX_PAGE;
    return n < 200 ? 200 : n > MAX_PAGE ? MAX_PAGE : (size_t)n;
}

static void answer_rows(struct run *r, const char *text, size_t len, bool all) {
    int64_t *rows = NULL;
    size_t n = 0, page = page_size(r->req);
    char cursor[SB_ID_SIZE] = "";
    if (!find_rows(r, &rows, &n))
        return;
    bool more = n > page;
    struct sb_json j = sb_req_answer(r->req, 200);
    sb_json_open(&j, '{');
    sb_json_put_int(&j, "totalSize", (int64_t)n);
    struct sb_json records = {.b = &r->b.sql};
    r->b.sql.len = 0;
    r->b.sql.max = (size_t)1 << 30;
    put_page(r, &records, rows, more ? page : n);
    if (!more)
        free(rows);
    else if (!sb_cursors_keep(r->req->app->cursors, text, len, rows, n, page, all, cursor))
        r->b.sql.failed = true;
    if (r->b.sql.failed) {
        sb_req_error(r->req, 500, "UNKNOWN_EXCEPTION", "no memory");
        return;
    }
    put_more(r, &j, more ? cursor : NULL, page);
    sb_json_raw(&j, r->b.sql.at, r->b.sql.len);
    sb_json_close(&j, '}');
}

// --- aggregates ----------------------------------------------------------------------------------

static const char *function_of(const struct sb_item *item) {
    static const char *const names[] = {
        [SB_I_COUNT] = "count(", [SB_I_COUNT_DISTINCT] = "count(DISTINCT ",
        [SB_I_MIN] = "min(",     [SB_I_MAX] = "max(",
        [SB_I_SUM] = "sum(",     [SB_I_AVG] = "avg("};
    return names[item->kind];
}

static bool is_grouped(const struct run *r, const struct sb_item *item) {
    for (size_t i = 0; i < r->q->n_groups; i++) {
        struct sb_path g = sb_soql_strip(r->q, r->o, r->q->groups[i]);
        if (g.len == item->path.len && strncasecmp(g.s, item->path.s, g.len) == 0)
            return true;
    }
    return false;
}

static bool build_aggregate(struct run *r, const struct sb_field **fields) {
    sb_buf_text(&r->b.sql, "SELECT ");
    for (size_t i = 0; i < r->q->n_items; i++) {
        const struct sb_item *item = &r->q->items[i];
        if (i > 0)
            sb_buf_text(&r->b.sql, ", ");
        if (item->kind == SB_I_FIELD) {
            if (!is_grouped(r, item))
                return sb_soql_fail(&r->b, "MALFORMED_QUERY", &item->path,
                                    "Field must be grouped or aggregated: %.*s",
                                    (int)item->path.len, item->path.s);
        } else {
            sb_buf_text(&r->b.sql, function_of(item));
        }
        if (item->path.len == 0)
            sb_buf_char(&r->b.sql, '*');
        else if (!sb_soql_expression(&r->b, r->q, r->o, "t", &item->path, &fields[i]))
            return false;
        if (item->kind != SB_I_FIELD)
            sb_buf_char(&r->b.sql, ')');
    }
    return sb_soql_tail(&r->b, r->q, r->o, "t");
}

static void put_value(struct run *r, struct sb_json *j, sqlite3_stmt *s, int at,
                      const struct sb_item *item, const struct sb_field *f) {
    static const struct sb_field number = {.kind = SB_KIND_INT};
    static const struct sb_field real = {.kind = SB_KIND_DOUBLE};
    struct sb_cell c;
    if (!sb_store_column(s, at, &r->req->arena, &c))
        c.kind = SB_NULL;
    if (item->kind == SB_I_COUNT || item->kind == SB_I_COUNT_DISTINCT)
        f = &number;
    else if (item->kind == SB_I_SUM || item->kind == SB_I_AVG || !f)
        f = &real;
    sb_cell_print(j, f, &c, "");
}

static void put_groups(struct run *r, struct sb_json *j, sqlite3_stmt *s,
                       const struct sb_field *const *fields, int64_t *n) {
    while (sqlite3_step(s) == SQLITE_ROW) {
        int unnamed = 0;
        sb_json_open(j, '{');
        sb_record_attributes(r->req, j, &(struct sb_object){.name = "AggregateResult"}, NULL);
        for (size_t i = 0; i < r->q->n_items; i++) {
            const struct sb_item *item = &r->q->items[i];
            char name[24];
            snprintf(name, sizeof name, "expr%d", unnamed);
            unnamed += item->kind != SB_I_FIELD && !item->alias;
            sb_json_key(j, item->alias                ? item->alias
                           : item->kind == SB_I_FIELD ? fields[i]->name
                                                      : name);
            put_value(r, j, s, (int)i, item, fields[i]);
        }
        sb_json_close(j, '}');
        (*n)++;
    }
}

static void answer_aggregate(struct run *r) {
    const struct sb_field **fields =
        sb_arena_get(&r->req->arena, (r->q->n_items + 1) * sizeof(void *));
    int64_t n = 0;
    if (!fields)
        return;
    sqlite3_stmt *s = statement(r, build_aggregate(r, fields));
    if (!s)
        return;
    struct sb_buf records;
    sb_buf_init(&records, (size_t)256 << 20);
    struct sb_json inner = {.b = &records};
    put_groups(r, &inner, s, fields, &n);
    sqlite3_finalize(s);
    struct sb_json j = sb_req_answer(r->req, 200);
    sb_json_open(&j, '{');
    sb_json_put_int(&j, "totalSize", n);
    sb_json_put_bool(&j, "done", true);
    sb_json_key(&j, "records");
    sb_json_open(&j, '[');
    if (n > 0)
        sb_json_raw(&j, records.at, records.len);
    sb_json_close(&j, ']');
    sb_json_close(&j, '}');
    sb_buf_free(&records);
}

// SELECT COUNT() FROM X
static void answer_count(struct run *r) {
    int64_t *rows = NULL;
    size_t n = 0;
    r->q->n_items = 0;
    if (!find_rows(r, &rows, &n))
        return;
    free(rows);
    struct sb_json j = sb_req_answer(r->req, 200);
    sb_json_open(&j, '{');
    sb_json_put_int(&j, "totalSize", (int64_t)n);
    sb_json_put_bool(&j, "done", true);
    sb_json_key(&j, "records");
    sb_json_raw(&j, "[]", 2);
    sb_json_close(&j, '}');
}

static void run_query(struct sb_req *req, bool all) {
    struct run r = {.req = req};
    const char *text = sb_req_param(req, "q");
    if (!text || !*text) {
        sb_req_error(req, 400, "MALFORMED_QUERY", "The q parameter is missing");
        return;
    }
    size_t len = strlen(text);
    const char *columns = sb_req_param(req, "columns");
    bool prepared = prepare(&r, text, len, all);
    if (prepared && columns && strcasecmp(columns, "true") == 0) {
        sb_query_columns(req, r.q, r.o);
    } else if (prepared) {
        sb_store_lock(req->app->store);
        if (r.q->n_items == 1 && r.q->items[0].kind == SB_I_COUNT && r.q->items[0].path.len == 0 &&
            r.q->n_groups == 0)
            answer_count(&r);
        else if (sb_soql_is_aggregate(r.q))
            answer_aggregate(&r);
        else
            answer_rows(&r, text, len, all);
        sb_store_unlock(req->app->store);
    }
    sb_buf_free(&r.b.sql);
}

void sb_query(struct sb_req *req) { run_query(req, false); }

void sb_query_all(struct sb_req *req) { run_query(req, true); }

// The cursor's words are copied, so that its lock is not held while the store's is.
static bool copy_page(struct sb_req *req, const char *id, size_t at, struct sb_cursor *out) {
    const struct sb_cursor *c = sb_cursors_find(req->app->cursors, id);
    bool found = c && at > 0 && at < c->n;
    if (found) {
        *out = *c;
        size_t n = c->n - at < c->page ? c->n - at : c->page;
        out->text = sb_arena_copy(&req->arena, c->text, c->text_len);
        out->rows = sb_arena_get(&req->arena, n * sizeof *out->rows);
        if (out->rows)
            memcpy(out->rows, c->rows + at, n * sizeof *out->rows);
        out->page = n;
    }
    sb_cursors_release(req->app->cursors);
    return found && out->text && out->rows;
}

void sb_query_more(struct sb_req *req) {
    const char *dash = strchr(req->part[0], '-');
    char id[SB_ID_SIZE] = "", *end = NULL;
    size_t at = dash ? strtoul(dash + 1, &end, 10) : 0;
    struct sb_cursor c;
    struct run r = {.req = req};
    if (dash && (size_t)(dash - req->part[0]) == SB_ID_SIZE - 1)
        memcpy(id, req->part[0], SB_ID_SIZE - 1);
    if (!end || end == dash + 1 || *end || !copy_page(req, id, at, &c)) {
        sb_req_error(req, 400, "INVALID_QUERY_LOCATOR", "invalid query locator");
        return;
    }
    if (prepare(&r, c.text, c.text_len, c.all)) {
        struct sb_json j = sb_req_answer(req, 200);
        sb_json_open(&j, '{');
        sb_json_put_int(&j, "totalSize", (int64_t)c.n);
        put_more(&r, &j, at + c.page < c.n ? c.id : NULL, at + c.page);
        sb_store_lock(req->app->store);
        put_page(&r, &j, c.rows, c.page);
        sb_store_unlock(req->app->store);
        sb_json_close(&j, '}');
    }
    sb_buf_free(&r.b.sql);
}
