// SPDX-License-Identifier: MIT
// The functions a plugin reaches us through.
#include "base/log.h"
#include "plugin/host_int.h"
#include "schema/bind.h"
#include "schema/check.h"
#include <stdio.h>

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define TEXT_BYTES ((size_t)256)  // room for texts that comes with a record
#define RECORD_SEAL 0x6163726563u // tells a record from memory that was used again

// --- an input ------------------------------------------------------------------------------------

static int host_column(acload_ctx *ctx, const char *name) {
    const struct ac_instance *in = ac_instance_of(ctx);
    return name ? ac_bind_column(in->columns, in->n_columns, ac_str_of(name)) : -1;
}

static int host_path(acload_ctx *ctx, const char *pointer) {
    struct ac_instance *in = ac_instance_of(ctx);
    if (in->phase != AC_PHASE_BEGIN && in->phase != AC_PHASE_BID) {
        ac_host_misuse(in, "path(\"%s\") outside bid() and begin()", pointer ? pointer : "");
        return -1;
    }
    return pointer && in->format != ACLOAD_CSV ? ac_path_add(in, pointer) : -1;
}

static int host_object(acload_ctx *ctx, const char *name, const char *key, int operation) {
    struct ac_instance *in = ac_instance_of(ctx);
    if (in->phase == AC_PHASE_BEGIN)
        return ac_bound_object(in, name, key, operation);
    ac_host_misuse(in, "object(\"%s\") outside begin()", name ? name : "");
    return -1;
}

static int host_field(acload_ctx *ctx, int object, const char *name, acload_traits *traits) {
    struct ac_instance *in = ac_instance_of(ctx);
    if (in->phase == AC_PHASE_BEGIN)
        return ac_bound_field(in, object, name, traits);
    ac_host_misuse(in, "field(\"%s\") outside begin()", name ? name : "");
    return -1;
}

// --- rows ----------------------------------------------------------------------------------------

static acload_str host_get(const acload_row *row, int column) {
    if (LIKELY(row && column >= 0 && (size_t)column < row->n_cells))
        return row->cells[column];
    return row && row->value ? ac_path_get(row, column) : AC_STR_NULL;
}

static int host_kind(const acload_row *row, int path) {
    return row && row->value ? ac_path_kind(row, path) : ACLOAD_NONE;
}

// Is it a row that this plugin works on now, or holds?
static bool is_own(const struct ac_instance *in, const acload_row *row) {
    const struct ac_slot *slot = ac_slot_of(row);
    if (!row || slot->in != in)
        return false;
    return (slot->state == AC_SLOT_LENT && in->phase == AC_PHASE_ROW) ||
           slot->state == AC_SLOT_HELD;
}

static void host_release(acload_ctx *ctx, acload_row *row) {
    struct ac_instance *in = ac_instance_of(ctx);
    if (is_own(in, row) && ac_slot_of(row)->state == AC_SLOT_HELD)
        ac_slot_release(ac_slot_of(row));
    else
        ac_host_misuse(in, "release() of a row that it does not hold");
}

static void *host_row_alloc(acload_row *row, size_t len) {
    if (!row || ac_slot_of(row)->state == AC_SLOT_FREE)
        return NULL;
    return ac_slot_alloc(ac_slot_of(row), len);
}

// --- records -------------------------------------------------------------------------------------

// record() never returns NULL: this one takes nothing, and whoever sets or emits it fails with the
// reason that is given already.
static acload_record *no_record(struct ac_instance *in) {
    in->nothing = (acload_record){.owner = in, .version_ms = INT64_MIN, .seal = RECORD_SEAL};
    return &in->nothing;
}

static acload_record *host_record(acload_ctx *ctx, int object, const acload_row *parent) {
    struct ac_instance *in = ac_instance_of(ctx);
    if (object < 0 || (size_t)object >= in->n_bound) {
        ac_host_misuse(in, "record() of object number %d; object() gave %zu numbers", object,
                       in->n_bound);
        return no_record(in);
    }
    if (!is_own(in, parent)) {
        ac_host_misuse(in, "record() of a row that is neither the one at hand nor held");
        return no_record(in);
    }
    struct ac_slot *slot = ac_slot_of(parent);
    const struct ac_columns *columns = &in->bound[object]->columns;
    size_t cells_bytes = columns->n * sizeof(ac_str);
    acload_record *r = ac_slot_alloc(slot, sizeof *r + cells_bytes + TEXT_BYTES);
    if (!r) {
        ac_host_say(in, "ROW_TOO_LARGE", "what plugin %s makes of the row is over %zu MiB",
                    in->module->name, AC_HOST_ROW_BYTES >> 20);
        return no_record(in);
    }
    ac_str *cells = (ac_str *)(r + 1);
    for (size_t i = 0; i < columns->n; i++)
        cells[i] = AC_ABSENT;
    *r = (acload_record){.owner = in,
                         .object = object,
                         .columns = columns,
                         .cells = cells,
                         .parent = parent,
                         .version_ms = INT64_MIN,
                         .seal = RECORD_SEAL,
                         .n_settable = (unsigned)columns->n,
                         .text = (char *)(cells + columns->n),
                         .text_left = TEXT_BYTES,
                         .next_made = slot->made};
    slot->made = r;
    return r;
}

// Why a field cannot be set: the slow way out.
static int cannot_set(acload_record *r, int field, const char *what) {
    if (!r || r->seal != RECORD_SEAL)
        return ACLOAD_FAIL;
    struct ac_instance *in = r->owner;
    if (r == &in->nothing)
        return ACLOAD_FAIL; // said already
    if (!r->n_settable && r->columns->n) {
        ac_host_misuse(in, "%s() of a record that was emitted, or whose row is gone", what);
    } else if (field >= AC_HOST_READ_ONLY &&
               (size_t)(field - AC_HOST_READ_ONLY) < in->bound[r->object]->schema->n_fields) {
        const struct ac_schema *schema = in->bound[r->object]->schema;
        ac_host_say(in, "INVALID_FIELD_FOR_INSERT_UPDATE", "this user may not write %.*s of %.*s",
                    AC_STR_ARG(schema->fields[field - AC_HOST_READ_ONLY].name),
                    AC_STR_ARG(schema->name));
    } else {
        ac_host_misuse(in, "%s() of field number %d; field() gave %zu numbers for %.*s", what,
                       field, r->columns->n, AC_STR_ARG(r->columns->object));
    }
    return ACLOAD_FAIL;
}

static bool can_set(const acload_record *r, int field) {
    return LIKELY(r && r->seal == RECORD_SEAL && (unsigned)field < r->n_settable);
}

static int host_set_null(acload_record *r, int field) {
    if (!can_set(r, field))
        return cannot_set(r, field, "set_null");
    if (ac_check_cell(r->columns->fields[field], AC_STR_NULL, &r->owner->reason) != AC_OK)
        return ACLOAD_FAIL;
    r->cells[field] = AC_STR_NULL;
    return ACLOAD_OK;
}

// Room for a long text: a piece of its own, with the rest of a record's room left as it is.
static char *more_room(acload_record *r, size_t len) {
    struct ac_slot *slot = ac_slot_of(r->parent);
    if (len > TEXT_BYTES)
        return ac_slot_alloc(slot, len);
    char *text = ac_slot_alloc(slot, TEXT_BYTES * 4);
    if (!text)
        return NULL;
    r->text = text + len;
    r->text_left = TEXT_BYTES * 4 - len;
    return text;
}

enum ac_rc ac_record_put(struct acload_record *r, int field, ac_str text, struct ac_err *why) {
    if (ac_check_cell(r->columns->fields[field], text, why) != AC_OK)
        return AC_ROW;
    // A slice of the row's own text lives as long as the record: no copy.
    ac_str raw = r->parent->raw;
    uintptr_t at = (uintptr_t)text.ptr - (uintptr_t)raw.ptr;
    if (at <= raw.len && text.len <= raw.len - at) {
        r->cells[field] = text;
        return AC_OK;
    }
    char *copy = r->text;
    if (LIKELY(text.len <= r->text_left)) {
        r->text += text.len;
        r->text_left -= text.len;
    } else if (!(copy = more_room(r, text.len))) {
        return ac_err_set(why, AC_ROW, AC_CAUSE_ROW, "ROW_TOO_LARGE",
                          "what plugin %s makes of the row is over %zu MiB", r->owner->module->name,
                          AC_HOST_ROW_BYTES >> 20);
    }
    memcpy(copy, text.ptr, text.len);
    r->cells[field] = (ac_str){copy, text.len};
    return AC_OK;
}

static int host_set(acload_record *r, int field, acload_str text) {
    if (!can_set(r, field))
        return cannot_set(r, field, "set");
    if (!text.ptr || !text.len)
        return host_set_null(r, field);
    bool is_set = ac_record_put(r, field, text, &r->owner->reason) == AC_OK;
    return is_set ? ACLOAD_OK : ACLOAD_FAIL;
}

static int host_emit(acload_ctx *ctx, acload_record *r) {
    struct ac_instance *in = ac_instance_of(ctx);
    if (r == &in->nothing)
        return ACLOAD_FAIL; // said already
    if (!r || r->seal != RECORD_SEAL || r->owner != in) {
        ac_host_misuse(in, "emit() of a record that it did not make");
        return ACLOAD_FAIL;
    }
    if (r->is_emitted || !is_own(in, r->parent)) {
        ac_host_misuse(in, "emit() of a record that was emitted, or whose row is gone");
        return ACLOAD_FAIL;
    }
    int key = r->columns->key;
    if (key >= 0 && (ac_is_absent(r->cells[key]) || !r->cells[key].len)) {
        ac_host_say(in, "MISSING_KEY", "%.*s, which finds the record in the org, has no value",
                    AC_STR_ARG(r->columns->fields[key]->name));
        return ACLOAD_FAIL;
    }
    struct ac_slot *slot = ac_slot_of(r->parent);
    r->is_emitted = true;
    r->n_settable = 0;
    *slot->tail = r;
    slot->tail = &r->next;
    return ACLOAD_OK;
}

static void host_version(acload_record *r, int64_t version_ms) {
    if (!r || r->seal != RECORD_SEAL || r == &r->owner->nothing)
        return; // said already
    if (!r->n_settable && r->columns->n)
        ac_host_misuse(r->owner, "version() of a record that was emitted, or whose row is gone");
    else
        r->version_ms = version_ms;
}

// --- the rest ------------------------------------------------------------------------------------

static void *host_keep(acload_ctx *ctx, size_t len) {
    return ac_arena_zalloc(&ac_instance_of(ctx)->keep, len);
}

static int64_t host_now_ms(acload_ctx *ctx) {
    const struct ac_clock *clock = ac_instance_of(ctx)->clock;
    return clock->now_ms(clock->self);
}

static void host_fail(acload_ctx *ctx, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void host_fail(acload_ctx *ctx, const char *code, const char *fmt, ...) {
    va_list args;
    if (!fmt)
        return;
    va_start(args, fmt);
    ac_host_reason(ac_instance_of(ctx), code, fmt, args);
    va_end(args);
}

static void host_log(acload_ctx *ctx, int level, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void host_log(acload_ctx *ctx, int level, const char *fmt, ...) {
    const struct ac_instance *in = ac_instance_of(ctx);
    enum ac_log_level to = level == ACLOAD_DEBUG     ? AC_LOG_DEBUG
                           : level == ACLOAD_WARNING ? AC_LOG_WARNING
                                                     : AC_LOG_INFO;
    if (!fmt || !ac_log_has(to))
        return;
    char text[2048];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    ac_host_clean(text);
    if (in->input_name.ptr)
        ac_log(to, text, "plugin", in->module->name, "input", in->input_name.ptr, NULL);
    else
        ac_log(to, text, "plugin", in->module->name, NULL);
}

const acload_host ac_host_table = {
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
    .fill = ac_host_fill,
};
