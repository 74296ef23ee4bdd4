// SPDX-License-Identifier: MIT
// The fake host: what a plugin is told, with what it gives back kept for the test.
#include "fake_inside.h"
#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char fake_cleared[] = "(cleared)";
const char fake_unset[] = "(unset)";

void *fake_get_memory(struct fake_piece **list, size_t len) {
    struct fake_piece *p = calloc(1, sizeof *p + len);
    ck_assert_msg(p != NULL, "no memory for the test");
    p->next = *list;
    *list = p;
    return p + 1;
}

void fake_free_memory(struct fake_piece **list) {
    for (struct fake_piece *p = *list, *next; p; p = next) {
        next = p->next;
        free(p);
    }
    *list = NULL;
}

char *fake_copy(struct fake_piece **list, acload_str s) {
    char *text = fake_get_memory(list, s.len + 1);
    if (s.len)
        memcpy(text, s.ptr, s.len);
    return text;
}

struct fake_host *fake_new(const acload_plugin *plugin) {
    ck_assert_msg(plugin != NULL, "the plugin's entry returned NULL");
    ck_assert_msg(plugin->row != NULL && plugin->name != NULL, "a plugin needs a name and row()");
    ck_assert_msg(plugin->abi == ACLOAD_ABI && plugin->size == sizeof *plugin,
                  "the descriptor does not begin with ACLOAD_PLUGIN_INIT");
    struct fake_host *h = calloc(1, sizeof *h);
    struct fake_inside *in = calloc(1, sizeof *in);
    void *state = calloc(1, plugin->state_size ? plugin->state_size : 1);
    ck_assert_msg(h && in && state, "no memory for the test");
    *h = (struct fake_host){.name = {"input.csv", 9},
                            .identity = {"0123abcd", 8},
                            .modified_ms = 1930408200000,
                            .event_ms = 1930408260000,
                            .now_ms = 1930410000000,
                            .ctx = {&fake_table, NULL},
                            .plugin = plugin,
                            .inside = in};
    h->ctx.state = state;
    fake_fill_options(h);
    return h;
}

// Nothing lent with the row may be used any more: the sanitizers see to it.
static void empty_row(acload_row *row) {
    fake_free_value(row);
    fake_free_memory(&row->memory);
}

static void free_row(acload_row *row) {
    empty_row(row);
    free(row);
}

void fake_free(struct fake_host *h) {
    if (!h)
        return;
    struct fake_inside *in = h->inside;
    in->phase = FAKE_CLOSE;
    if (in->is_open && h->plugin->close)
        h->plugin->close(&h->ctx);
    for (acload_row *row = in->rows, *next; row; row = next) {
        next = row->next;
        free_row(row);
    }
    for (size_t i = 0; i < in->n_objects; i++)
        free(in->objects[i].fields);
    free(in->objects);
    free(in->records);
    free(in->logs);
    free(in->paths);
    free(in->is_given);
    fake_free_memory(&in->memory);
    free(h->ctx.state);
    free(in);
    free(h);
}

// --- the org -------------------------------------------------------------------------------------

void *fake_grow(void *array, size_t n, size_t size) {
    if (array && (n & (n - 1)))
        return array; // full only at powers of two
    void *more = realloc(array, (n ? n * 2 : 1) * size);
    ck_assert_msg(more != NULL, "no memory for the test");
    return more;
}

bool fake_same(const char *a, const char *b) {
    for (; *a && *b; a++, b++) {
        int x = *a >= 'A' && *a <= 'Z' ? *a | 32 : *a, y = *b >= 'A' && *b <= 'Z' ? *b | 32 : *b;
        if (x != y)
            return false;
    }
    return *a == *b;
}

struct fake_org_object *fake_find_object(struct fake_host *h, const char *name) {
    for (size_t i = 0; i < h->inside->n_objects; i++)
        if (fake_same(h->inside->objects[i].name, name))
            return &h->inside->objects[i];
    return NULL;
}

int fake_find_field(const struct fake_org_object *o, const char *name) {
    for (size_t i = 0; i < o->n_fields; i++)
        if (fake_same(o->fields[i].name, name))
            return (int)i;
    return -1;
}

void fake_object(struct fake_host *h, const char *name, const char *key, bool is_open) {
    struct fake_inside *in = h->inside;
    ck_assert_msg(!fake_find_object(h, name), "%s is there already", name);
    in->objects = fake_grow(in->objects, in->n_objects, sizeof *in->objects);
    in->objects[in->n_objects++] = (struct fake_org_object){.name = name, .is_open = is_open};
    if (key)
        fake_field(h, name, key, ACLOAD_STRING, 80);
}

void fake_field_traits(struct fake_host *h, const char *object, const char *name,
                       const acload_traits *traits) {
    struct fake_org_object *o = fake_find_object(h, object);
    ck_assert_msg(o != NULL, "fake_field: there is no object %s", object);
    int at = fake_find_field(o, name); // the key is given another length like this
    if (at < 0) {
        o->fields = fake_grow(o->fields, o->n_fields, sizeof *o->fields);
        at = (int)o->n_fields++;
        if (o->fields)
            o->fields[at] = (struct fake_org_field){.name = name};
    }
    ck_assert_ptr_nonnull(o->fields);
    o->fields[at].traits = *traits;
}

void fake_field(struct fake_host *h, const char *object, const char *name, int type,
                uint32_t length) {
    bool is_number = type == ACLOAD_NUMBER || type == ACLOAD_PERCENT;
    acload_traits traits = {.size = sizeof traits,
                            .type = type,
                            .length = length,
                            .precision = is_number ? 18 : 0,
                            .scale = is_number ? 2 : 0,
                            .writable = 1};
    fake_field_traits(h, object, name, &traits);
}

// --- callbacks -----------------------------------------------------------------------------------

// The pieces between '|'.
static size_t cut(const char *text, acload_str *out, size_t max) {
    size_t n = 0;
    for (const char *at = text;; at++) {
        const char *end = strchr(at, '|');
        size_t len = end ? (size_t)(end - at) : strlen(at);
        ck_assert_msg(n < max, "over %zu cells", max);
        out[n++] = (acload_str){at, len};
        if (!end)
            return n;
        at = end;
    }
}

static size_t count(const char *text) {
    size_t n = 1;
    for (; *text; text++)
        n += *text == '|';
    return n;
}

static void enter(struct fake_host *h, int phase) {
    h->inside->phase = phase;
    h->inside->code[0] = h->inside->why[0] = '\0';
}

// A plugin that fails must have said why.
static int leave(struct fake_host *h, int rc, const char *what) {
    h->inside->phase = FAKE_NOTHING;
    ck_assert_msg(rc == ACLOAD_OK || rc == ACLOAD_FAIL, "%s() returned %d", what, rc);
    ck_assert_msg(rc == ACLOAD_OK || h->inside->why[0], "%s() failed without fail()", what);
    return rc;
}

int fake_open(struct fake_host *h) {
    fake_check_required(h);
    ck_assert_msg(!h->inside->is_open, "open is called once");
    enter(h, FAKE_OPEN);
    int rc = leave(h, h->plugin->open ? h->plugin->open(&h->ctx) : ACLOAD_OK, "open");
    h->inside->is_open = rc == ACLOAD_OK;
    return rc;
}

int fake_play_begin(struct fake_host *h, const acload_input *shape) {
    struct fake_inside *in = h->inside;
    ck_assert_msg(in->is_open, "begin comes after an open that said OK");
    acload_input input = {.size = sizeof input,
                          .name = h->name,
                          .identity = h->identity,
                          .region = h->region,
                          .modified_ms = h->modified_ms,
                          .event_ms = h->event_ms,
                          .n_columns = shape->n_columns,
                          .columns = shape->columns,
                          .format = shape->format};
    in->columns = shape->columns;
    in->n_columns = shape->n_columns;
    in->format = shape->format;
    in->n_paths = 0;
    in->input++;
    in->n_bound = 0;
    enter(h, FAKE_BEGIN);
    int rc = leave(h, h->plugin->begin ? h->plugin->begin(&h->ctx, &input) : ACLOAD_OK, "begin");
    in->columns = NULL;
    return rc;
}

int fake_begin_cells(struct fake_host *h, size_t n, const acload_str *columns) {
    return fake_play_begin(h, &(acload_input){.n_columns = n, .columns = columns});
}

int fake_begin(struct fake_host *h, const char *columns) {
    size_t n = count(columns);
    struct fake_piece *memory = NULL; // freed at once: a plugin must not keep what was lent
    acload_str *cells = fake_get_memory(&memory, n * sizeof *cells);
    cut(fake_copy(&memory, (acload_str){columns, strlen(columns)}), cells, n);
    int rc = fake_begin_cells(h, n, cells);
    fake_free_memory(&memory);
    return rc;
}

int fake_play_row(struct fake_host *h, acload_row *row) {
    struct fake_inside *in = h->inside;
    row->host = h;
    row->next = in->rows;
    row->state = FAKE_LENT;
    in->rows = row;
    enter(h, FAKE_ROW);
    int verdict = h->plugin->row(&h->ctx, row);
    in->phase = FAKE_NOTHING;
    ck_assert_msg(verdict >= ACLOAD_PASS && verdict <= ACLOAD_STOP, "row() returned %d", verdict);
    ck_assert_msg((verdict != ACLOAD_REJECT && verdict != ACLOAD_STOP) || in->why[0],
                  "row() gave no reason to fail()");
    if (verdict == ACLOAD_TAKE) {
        row->state = FAKE_HELD;
        in->n_held++;
    } else {
        row->state = FAKE_GONE;
        empty_row(row);
    }
    return verdict;
}

int fake_row_cells(struct fake_host *h, size_t n, const acload_str *cells) {
    acload_row *row = calloc(1, sizeof *row);
    ck_assert_msg(row != NULL, "no memory for the test");
    row->n = n;
    row->cells = fake_get_memory(&row->memory, n * sizeof *cells);
    for (size_t i = 0; i < n; i++) {
        row->cells[i] = cells[i];
        if (cells[i].ptr)
            row->cells[i].ptr = fake_copy(&row->memory, cells[i]);
    }
    return fake_play_row(h, row);
}

int fake_row(struct fake_host *h, const char *cells) {
    acload_str pieces[512];
    return fake_row_cells(h, cut(cells, pieces, 512), pieces);
}

int fake_flush(struct fake_host *h, int when) {
    enter(h, FAKE_FLUSH);
    return leave(h, h->plugin->flush ? h->plugin->flush(&h->ctx, when) : ACLOAD_OK, "flush");
}

int fake_play_bid(struct fake_host *h, const acload_sample *sample, acload_bid *bid) {
    acload_bid own = {0};
    if (!bid)
        bid = &own;
    *bid = (acload_bid){.size = sizeof *bid};
    fake_check_required(h);
    enter(h, FAKE_BID);
    h->inside->columns = sample->columns;
    h->inside->n_columns = sample->n_columns;
    h->inside->format = sample->format;
    h->inside->n_paths = 0; // a bid comes before the begin of its input
    if (h->plugin->bid)
        leave(h, h->plugin->bid(&h->ctx, sample, bid), "bid");
    h->inside->columns = NULL;
    h->inside->n_paths = 0;
    h->inside->phase = FAKE_NOTHING;
    ck_assert_msg(bid->score >= 0 && bid->score <= 100, "bid: the score is %d", bid->score);
    ck_assert_msg(memchr(bid->missing, '\0', sizeof bid->missing) != NULL,
                  "bid: missing is not terminated");
    return bid->score;
}

int fake_bid(struct fake_host *h, const char *columns, const char *const *rows, acload_bid *bid) {
    acload_str names[512], cells[8 * 512];
    acload_sample sample = {
        .size = sizeof sample, .name = h->name, .columns = names, .cells = cells};
    sample.n_columns = cut(columns, names, 512);
    for (; rows && sample.n_rows < 8 && rows[sample.n_rows]; sample.n_rows++) {
        acload_str *row = cells + sample.n_rows * sample.n_columns;
        for (size_t i = cut(rows[sample.n_rows], row, sample.n_columns); i < sample.n_columns; i++)
            row[i] = (acload_str){NULL, 0};
    }
    return fake_play_bid(h, &sample, bid);
}

// --- what came out -------------------------------------------------------------------------------

size_t fake_n_records(const struct fake_host *h) { return h->inside->n_records; }

static const acload_record *record_at(const struct fake_host *h, size_t record) {
    ck_assert_msg(record < h->inside->n_records, "there are %zu records, no record %zu",
                  h->inside->n_records, record);
    return h->inside->records[record];
}

const char *fake_record_object(const struct fake_host *h, size_t record) {
    return h->inside->objects[record_at(h, record)->org_object].name;
}

int fake_record_operation(const struct fake_host *h, size_t record) {
    return record_at(h, record)->operation;
}

static const char *value_of(const acload_record *r, int field) {
    if (field < 0 || (size_t)field >= r->n_values || !r->values[field])
        return fake_unset;
    return r->values[field];
}

const char *fake_record_key(const struct fake_host *h, size_t record) {
    const acload_record *r = record_at(h, record);
    return value_of(r, r->key);
}

const char *fake_value(const struct fake_host *h, size_t record, const char *field) {
    const acload_record *r = record_at(h, record);
    const struct fake_org_object *o = &h->inside->objects[r->org_object];
    int at = fake_find_field(o, field);
    ck_assert_msg(at >= 0, "%s has no field %s in this test", o->name, field);
    return value_of(r, at);
}

size_t fake_n_set(const struct fake_host *h, size_t record) {
    const acload_record *r = record_at(h, record);
    size_t n = 0;
    for (size_t i = 0; i < r->n_values; i++)
        n += r->values[i] != NULL;
    return n;
}

int64_t fake_version(const struct fake_host *h, size_t record) {
    return record_at(h, record)->version_ms;
}

void fake_forget(struct fake_host *h) { h->inside->n_records = h->inside->n_logs = 0; }

const char *fake_code(const struct fake_host *h) { return h->inside->code; }

const char *fake_why(const struct fake_host *h) { return h->inside->why; }

size_t fake_n_logs(const struct fake_host *h) { return h->inside->n_logs; }

const char *fake_log(const struct fake_host *h, size_t line) {
    ck_assert_msg(line < h->inside->n_logs, "there are %zu log lines, no line %zu",
                  h->inside->n_logs, line);
    return h->inside->logs[line].text;
}

int fake_log_level(const struct fake_host *h, size_t line) {
    ck_assert_msg(line < h->inside->n_logs, "there are %zu log lines, no line %zu",
                  h->inside->n_logs, line);
    return h->inside->logs[line].level;
}

size_t fake_n_held(const struct fake_host *h) { return h->inside->n_held; }

size_t fake_n_released(const struct fake_host *h) { return h->inside->n_released; }
