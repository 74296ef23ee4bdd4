// SPDX-License-Identifier: MIT
// The functions of the fake host's table.
#include "fake_inside.h"
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct fake_host *host_of(acload_ctx *ctx) {
    ck_assert_msg(ctx && ctx->host == &fake_table, "a ctx that is not the plugin's own");
    return (struct fake_host *)(void *)((char *)ctx - offsetof(struct fake_host, ctx));
}

static void say(struct fake_host *h, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void sayv(struct fake_host *h, const char *code, const char *fmt, va_list args) {
    if (h->inside->why[0])
        return; // the first one stands
    snprintf(h->inside->code, sizeof h->inside->code, "%s", code);
    vsnprintf(h->inside->why, sizeof h->inside->why, fmt, args);
}

static void say(struct fake_host *h, const char *code, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    sayv(h, code, fmt, args);
    va_end(args);
}

static acload_str trim(acload_str s) {
    if (s.len >= 3 && memcmp(s.ptr, "\xEF\xBB\xBF", 3) == 0)
        s = (acload_str){s.ptr + 3, s.len - 3};
    while (s.len && strchr(" \t\r\n", s.ptr[0]))
        s = (acload_str){s.ptr + 1, s.len - 1};
    while (s.len && strchr(" \t\r\n", s.ptr[s.len - 1]))
        s.len--;
    return s;
}

static int host_column(acload_ctx *ctx, const char *name) {
    struct fake_inside *in = host_of(ctx)->inside;
    ck_assert_msg(in->phase == FAKE_BID || in->phase == FAKE_BEGIN,
                  "column(\"%s\") is for bid() and begin()", name);
    acload_str wanted = trim((acload_str){name, strlen(name)});
    for (size_t i = 0; i < in->n_columns; i++) {
        acload_str c = trim(in->columns[i]);
        char a[256], b[256];
        if (c.len != wanted.len || c.len >= sizeof a)
            continue;
        snprintf(a, sizeof a, "%.*s", (int)c.len, c.len ? c.ptr : "");
        snprintf(b, sizeof b, "%.*s", (int)wanted.len, wanted.ptr);
        if (fake_same(a, b))
            return (int)i;
    }
    return -1;
}

static acload_str host_get(const acload_row *row, int column) {
    ck_assert_msg(row && row->state != FAKE_GONE, "get() of a row that is gone");
    if (row->value)
        return fake_at_path(row, column);
    bool is_there = column >= 0 && (size_t)column < row->n;
    return is_there ? row->cells[column] : (acload_str){NULL, 0};
}

static int host_path(acload_ctx *ctx, const char *pointer) {
    struct fake_host *h = host_of(ctx);
    ck_assert_msg(h->inside->phase == FAKE_BID || h->inside->phase == FAKE_BEGIN,
                  "path(\"%s\") is for bid() and begin()", pointer);
    return fake_add_path(h, pointer);
}

static int host_kind(const acload_row *row, int path) {
    ck_assert_msg(row && row->state != FAKE_GONE, "kind() of a row that is gone");
    return row->value ? fake_kind(row, path) : ACLOAD_NONE;
}

static int host_object(acload_ctx *ctx, const char *name, const char *key, int operation) {
    struct fake_host *h = host_of(ctx);
    struct fake_inside *in = h->inside;
    ck_assert_msg(in->phase == FAKE_BEGIN, "object(\"%s\") is for begin()", name);
    bool is_keyed = operation == ACLOAD_UPSERT || operation == ACLOAD_FIND;
    ck_assert_msg(operation == ACLOAD_INSERT || (is_keyed && key),
                  "object(\"%s\"): an upsert or find needs a key", name);
    ck_assert_msg(is_keyed || !key, "object(\"%s\"): an insert has no key", name);
    struct fake_org_object *o = fake_find_object(h, name);
    if (!o) {
        say(h, "CONFIG", "the org has no object %s", name);
        return -1;
    }
    int field = key ? fake_find_field(o, key) : -1;
    if (key && field < 0) {
        say(h, "CONFIG", "the org's %s has no field %s", name, key);
        return -1;
    }
    ck_assert_msg(in->n_bound < FAKE_MAX_BOUND, "over %d objects", FAKE_MAX_BOUND);
    if (field >= 0)
        o->fields[field].asked = in->input;
    in->bound[in->n_bound].org_object = (size_t)(o - in->objects);
    in->bound[in->n_bound].operation = operation;
    in->bound[in->n_bound].key = field;
    return (int)in->n_bound++;
}

static int host_field(acload_ctx *ctx, int object, const char *name, acload_traits *traits) {
    struct fake_host *h = host_of(ctx);
    struct fake_inside *in = h->inside;
    ck_assert_msg(in->phase == FAKE_BEGIN, "field(\"%s\") is for begin()", name);
    ck_assert_msg(object >= 0 && (size_t)object < in->n_bound, "field(): no object %d", object);
    ck_assert_msg(!traits || traits->size == sizeof *traits, "field(): traits without their size");
    struct fake_org_object *o = &in->objects[in->bound[object].org_object];
    int at = fake_find_field(o, name);
    if (at < 0 && o->is_open) {
        const char *copy = fake_copy(&in->memory, (acload_str){name, strlen(name)});
        fake_field(h, o->name, copy, ACLOAD_UNKNOWN, 0);
        at = fake_find_field(o, name);
    }
    if (at < 0)
        return -1;
    o->fields[at].asked = in->input;
    if (traits)
        *traits = o->fields[at].traits;
    return at;
}

static bool is_callback_of_row(const struct fake_inside *in) {
    return in->phase == FAKE_ROW || in->phase == FAKE_FLUSH;
}

static acload_record *host_record(acload_ctx *ctx, int object, const acload_row *parent) {
    struct fake_host *h = host_of(ctx);
    struct fake_inside *in = h->inside;
    ck_assert_msg(is_callback_of_row(in), "record() is for row() and flush()");
    ck_assert_msg(parent && parent->state != FAKE_GONE, "record() of a row that is gone");
    ck_assert_msg(object >= 0 && (size_t)object < in->n_bound, "record(): no object %d", object);
    acload_record *r = fake_get_memory(&in->memory, sizeof *r);
    size_t n = in->objects[in->bound[object].org_object].n_fields;
    *r = (acload_record){.host = h,
                         .org_object = in->bound[object].org_object,
                         .operation = in->bound[object].operation,
                         .key = in->bound[object].key,
                         .parent = parent,
                         .n_values = n,
                         .version_ms = INT64_MIN};
    r->values = fake_get_memory(&in->memory, n * sizeof *r->values);
    return r;
}

static struct fake_org_field *field_of(const acload_record *r, int field, const char *what) {
    ck_assert_msg(r != NULL, "%s() of no record", what);
    struct fake_inside *in = r->host->inside;
    struct fake_org_object *o = &in->objects[r->org_object];
    ck_assert_msg(!r->is_emitted && r->parent->state != FAKE_GONE,
                  "%s() of a record that was emitted, or whose row is gone", what);
    ck_assert_msg(field >= 0 && (size_t)field < r->n_values && o->fields[field].asked == in->input,
                  "%s(): %s has no field with the number %d", what, o->name, field);
    return &o->fields[field];
}

static int host_set_null(acload_record *r, int field) {
    field_of(r, field, "set_null");
    r->values[field] = fake_cleared;
    return ACLOAD_OK;
}

static int host_set(acload_record *r, int field, acload_str text) {
    const struct fake_org_field *f = field_of(r, field, "set");
    if (!text.len)
        return host_set_null(r, field);
    const char *code =
        f->traits.writable ? fake_refused(&f->traits, text) : "INVALID_FIELD_FOR_INSERT_UPDATE";
    if (code) {
        say(r->host, code, "%s cannot be '%.*s'", f->name, text.len > 80 ? 80 : (int)text.len,
            text.ptr);
        return ACLOAD_FAIL;
    }
    r->values[field] = fake_copy(&r->host->inside->memory, text);
    return ACLOAD_OK;
}

// Less than acload's own does: an odd column is always left to the plugin, which must then cope.
static size_t host_fill(acload_record *r, const acload_row *row, const acload_pair *pairs, size_t n,
                        size_t from) {
    for (size_t i = from; i < n; i++) {
        acload_str cell = host_get(row, pairs[i].column);
        const acload_traits *t = &field_of(r, pairs[i].field, "fill")->traits;
        bool is_number = t->type == ACLOAD_NUMBER || t->type == ACLOAD_PERCENT;
        bool is_plain = cell.ptr && cell.len < 10 && (cell.len < 2 || cell.ptr[0] != '0');
        for (size_t k = 0; k < cell.len; k++)
            is_plain = is_plain && cell.ptr[k] >= '0' && cell.ptr[k] <= '9';
        if (!is_plain || !is_number || pairs[i].column % 2)
            return i;
        int rc = cell.len ? host_set(r, pairs[i].field, cell) : host_set_null(r, pairs[i].field);
        if (rc != ACLOAD_OK)
            return i;
    }
    return n;
}

static void host_version(acload_record *r, int64_t version_ms) {
    ck_assert_msg(r && !r->is_emitted && r->parent->state != FAKE_GONE,
                  "version() of a record that was emitted, or whose row is gone");
    r->version_ms = version_ms;
}

static int host_emit(acload_ctx *ctx, acload_record *r) {
    struct fake_host *h = host_of(ctx);
    struct fake_inside *in = h->inside;
    ck_assert_msg(r && r->host == h, "emit() of another instance's record");
    ck_assert_msg(!r->is_emitted, "emit() of the same record twice");
    ck_assert_msg(r->parent->state != FAKE_GONE, "emit() of a record whose row is gone");
    if (r->key >= 0 && (!r->values[r->key] || r->values[r->key] == fake_cleared)) {
        say(h, "MISSING_KEY", "%s has no value", in->objects[r->org_object].fields[r->key].name);
        return ACLOAD_FAIL;
    }
    r->is_emitted = true;
    in->records = fake_grow(in->records, in->n_records, sizeof(acload_record *));
    in->records[in->n_records++] = r;
    return ACLOAD_OK;
}

static void host_release(acload_ctx *ctx, acload_row *row) {
    struct fake_host *h = host_of(ctx);
    ck_assert_msg(row && row->host == h && row->state == FAKE_HELD,
                  "release() of a row that is not held");
    row->state = FAKE_GONE;
    fake_free_value(row);
    fake_free_memory(&row->memory);
    h->inside->n_held--;
    h->inside->n_released++;
}

static void *host_row_alloc(acload_row *row, size_t len) {
    ck_assert_msg(row && row->state != FAKE_GONE, "row_alloc() of a row that is gone");
    return row->host->is_full ? NULL : fake_get_memory(&row->memory, len);
}

static void *host_keep(acload_ctx *ctx, size_t len) {
    struct fake_host *h = host_of(ctx);
    return h->is_full ? NULL : fake_get_memory(&h->inside->memory, len);
}

static int64_t host_now_ms(acload_ctx *ctx) { return host_of(ctx)->now_ms; }

static void host_fail(acload_ctx *ctx, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void host_fail(acload_ctx *ctx, const char *code, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    sayv(host_of(ctx), code, fmt, args);
    va_end(args);
}

static void host_log(acload_ctx *ctx, int level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void host_log(acload_ctx *ctx, int level, const char *fmt, ...) {
    struct fake_inside *in = host_of(ctx)->inside;
    char text[2048];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    ck_assert_msg(n >= 0, "log(): a format that cannot be printed");
    in->logs = fake_grow(in->logs, in->n_logs, sizeof *in->logs);
    const char *copy = fake_copy(&in->memory, (acload_str){text, strlen(text)});
    in->logs[in->n_logs++] = (struct fake_line){level, copy};
}

const acload_host fake_table = {
    .size = sizeof(acload_host),
    .abi = ACLOAD_ABI,
    .column = host_column,
    .get = host_get,
    .object = host_object,
    .field = host_field,
    .record = host_record,
    .set = host_set,
    .set_null = host_set_null,
    .emit = host_emit,
    .release = host_release,
    .row_alloc = host_row_alloc,
    .keep = host_keep,
    .now_ms = host_now_ms,
    .fail = host_fail,
    .log = host_log,
    .path = host_path,
    .kind = host_kind,
    .version = host_version,
    .fill = host_fill,
};
