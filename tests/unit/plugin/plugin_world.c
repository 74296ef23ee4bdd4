// SPDX-License-Identifier: MIT
// The world a plugin under test lives in.
#include "plugin_world.h"
#include "base/log.h"
#include "plugin/handshake.h"
#include <check.h>
#include <jansson.h>
#include <stdlib.h>

static const char score_json[] =
    "{\"name\":\"Score__c\",\"fields\":["
    "{\"name\":\"Id__c\",\"type\":\"string\",\"length\":20,\"externalId\":true,\"nillable\":false},"
    "{\"name\":\"Name__c\",\"type\":\"string\",\"length\":10},"
    "{\"name\":\"Amount__c\",\"type\":\"double\",\"precision\":8,\"scale\":2},"
    "{\"name\":\"Done__c\",\"type\":\"boolean\"},"
    "{\"name\":\"Day__c\",\"type\":\"date\"},"
    "{\"name\":\"At__c\",\"type\":\"datetime\"},"
    "{\"name\":\"Rate__c\",\"type\":\"percent\",\"precision\":5,\"scale\":1},"
    "{\"name\":\"Count__c\",\"type\":\"int\",\"digits\":5},"
    "{\"name\":\"Kind__c\",\"type\":\"picklist\",\"restrictedPicklist\":true,"
    "\"picklistValues\":[{\"value\":\"A\",\"active\":true},{\"value\":\"B\",\"active\":true}]},"
    "{\"name\":\"Locked__c\",\"type\":\"string\",\"length\":10,\"updateable\":false,"
    "\"createable\":false},"
    "{\"name\":\"Note__c\",\"type\":\"textarea\",\"length\":100000}]}";

static const char lone_json[] = "{\"name\":\"Lone__c\",\"package\":true,\"fields\":["
                                "{\"name\":\"Name__c\",\"type\":\"string\",\"length\":10}]}";

static const struct ac_schema *parse(struct plugin_world *w, ac_str json) {
    const struct ac_schema *out = NULL;
    enum ac_rc rc = ac_schema_parse(json, "test", AC_STR("amazonconnect"), w->is_open, &w->arena,
                                    &out, &w->err);
    ck_assert_msg(rc == AC_OK, "%s", w->err.text);
    return out;
}

static const struct ac_schema *wide(struct plugin_world *w) {
    AC_CLEANUP(ac_buf_free) struct ac_buf json;
    ac_buf_init(&json, (size_t)1024 * 1024);
    ac_buf_printf(&json, "{\"name\":\"Wide__c\",\"fields\":[{\"name\":\"Id__c\",\"type\":"
                         "\"string\",\"length\":20,\"externalId\":true}");
    for (int i = 0; i < 5000; i++)
        ac_buf_printf(&json, ",{\"name\":\"F%d__c\",\"type\":\"string\",\"length\":20}", i);
    ck_assert(ac_buf_add_str(&json, AC_STR("]}")));
    return parse(w, ac_buf_str(&json));
}

static enum ac_rc schema(void *arg, const char *object, const struct ac_schema **out,
                         struct ac_err *err) {
    struct plugin_world *w = arg;
    static const char *const names[] = {"Score__c", "Wide__c", "Lone__c"};
    w->n_asked++;
    if (w->no_org.rc != AC_OK) {
        *err = w->no_org;
        return err->rc;
    }
    for (size_t i = 0; i < AC_N(names); i++) {
        if (strcmp(names[i], object) != 0)
            continue;
        if (!w->schemas[i])
            w->schemas[i] = i == 0   ? parse(w, AC_STR(score_json))
                            : i == 1 ? wide(w)
                                     : parse(w, AC_STR(lone_json));
        *out = w->schemas[i];
        return AC_OK;
    }
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "NOT_FOUND", "the org has no object %s",
                      object);
}

static void tell(struct plugin_world *w, const char *what, const struct acload_row *row) {
    ac_buf_printf(&w->told, "%s%s %llu%s", w->told.len ? "\n" : "", what,
                  (unsigned long long)row->origin.line, row->owner ? "*" : "");
}

static enum ac_rc made(void *arg, const struct acload_row *row, struct acload_record *records,
                       struct ac_err *err) {
    struct plugin_world *w = arg;
    tell(w, "made", row);
    for (const struct acload_record *r = records; r; r = r->next) {
        const struct ac_columns *c = r->columns;
        ck_assert_uint_eq(r->parent->origin.line, row->origin.line);
        ac_buf_printf(&w->told, "%s %.*s %s", r == records ? ":" : ";", AC_STR_ARG(c->object),
                      c->operation == ACLOAD_UPSERT ? "upsert" : "insert");
        for (size_t i = 0; i < c->n; i++) {
            if (ac_is_absent(r->cells[i]))
                continue;
            ac_str value = r->cells[i].ptr ? r->cells[i] : AC_STR("(null)");
            ac_buf_printf(&w->told, " %.*s=", AC_STR_ARG(c->fields[i]->name));
            ac_buf_add_str(&w->told, value);
        }
    }
    if (w->made_rc == AC_OK)
        return AC_OK;
    return ac_err_set(err, w->made_rc, AC_CAUSE_STOP, "DISK_FULL", "the disk is full");
}

static enum ac_rc dropped(void *arg, const struct acload_row *row, const char *why,
                          struct ac_err *err) {
    struct plugin_world *w = arg;
    (void)err;
    tell(w, "dropped", row);
    ac_buf_printf(&w->told, ": %s", why);
    return AC_OK;
}

static enum ac_rc rejected(void *arg, const struct acload_row *row, const struct ac_err *why,
                           struct ac_err *err) {
    struct plugin_world *w = arg;
    (void)err;
    tell(w, "rejected", row);
    ac_buf_printf(&w->told, ": %s %s", why->code, why->text);
    return AC_OK;
}

static enum ac_rc held(void *arg, const struct acload_row *row, struct ac_err *err) {
    struct plugin_world *w = arg;
    (void)err;
    ck_assert_ptr_nonnull(row->owner);
    ac_buf_printf(&w->told, "%sheld %llu", w->told.len ? "\n" : "",
                  (unsigned long long)row->origin.line);
    return AC_OK;
}

struct plugin_world *plugin_world_new(void) {
    struct plugin_world *w = calloc(1, sizeof *w);
    ck_assert_ptr_nonnull(w);
    ac_arena_init(&w->arena, (size_t)64 * 1024 * 1024);
    ac_buf_init(&w->told, (size_t)4 * 1024 * 1024);
    w->log = open_memstream(&w->logged, &w->logged_len);
    ck_assert_ptr_nonnull(w->log);
    ac_log_setup(w->log, AC_LOG_TEXT, AC_LOG_DEBUG, false, NULL);
    ac_clock_fake_init(&w->clock, 1930410000000, 1);
    w->services = (struct ac_services){w, schema};
    w->chain = (struct ac_chain){.plugins = w->plugins, .sink = {w, made, dropped, rejected, held}};
    return w;
}

void plugin_world_free(struct plugin_world *w) {
    for (size_t i = 0; i < w->chain.n; i++)
        ac_instance_free(w->plugins[i]);
    ac_buf_free(&w->told);
    ac_log_setup(NULL, AC_LOG_TEXT, AC_LOG_INFO, false, NULL);
    fclose(w->log);
    free(w->logged);
    ac_arena_free(&w->arena);
    free(w);
}

const struct ac_module *plugin_world_module(struct plugin_world *w, const acload_plugin *plugin) {
    struct ac_module *m = ac_arena_zalloc(&w->arena, sizeof *m);
    ck_assert_ptr_nonnull(m);
    m->path = "/plugins/test.so";
    ck_assert_msg(ac_handshake(plugin, m->path, &w->arena, &m->plugin, &w->err) == AC_OK, "%s",
                  w->err.text);
    m->name = m->plugin.name;
    return m;
}

struct ac_instance *plugin_world_try(struct plugin_world *w, const struct ac_module *module,
                                     const char *const *values) {
    struct ac_option_value pairs[16];
    struct ac_instance *in = NULL;
    size_t n = 0;
    for (; values && values[n]; n++) {
        ac_str rest = ac_str_of(values[n]);
        ck_assert(n < AC_N(pairs) && ac_str_cut(&rest, '=', &pairs[n].name));
        pairs[n].value = rest;
    }
    ac_instance_new(&in, module, pairs, n, &w->services, &w->clock.clock, &w->err);
    if (in)
        w->plugins[w->chain.n++] = in;
    return in;
}

struct ac_instance *plugin_world_add(struct plugin_world *w, const struct ac_module *module,
                                     const char *const *values) {
    struct ac_instance *in = plugin_world_try(w, module, values);
    ck_assert_msg(in && ac_instance_open(in, &w->err) == AC_OK, "%s", w->err.text);
    return in;
}

static size_t cut(char *text, ac_str *cells, size_t max) {
    ac_str rest = ac_str_of(text);
    size_t n = 0;
    while (n < max && ac_str_cut(&rest, '|', &cells[n]))
        n++;
    return n;
}

static enum ac_rc begin(struct plugin_world *w, const ac_str *columns, size_t n, int format) {
    static const char name[] = "input.csv";
    acload_input input = {.size = sizeof input,
                          .name = AC_STR(name),
                          .identity = AC_STR("id"),
                          .region = AC_STR("us-east-1"),
                          .modified_ms = 1,
                          .event_ms = 2,
                          .n_columns = n,
                          .columns = columns,
                          .format = format};
    return ac_chain_begin(&w->chain, &input, &w->err);
}

enum ac_rc plugin_world_begin(struct plugin_world *w, const char *columns) {
    ac_str cells[64];
    char *copy = strdup(columns); // gone after begin, as the decoder's is
    enum ac_rc rc = begin(w, cells, cut(copy, cells, AC_N(cells)), ACLOAD_CSV);
    free(copy);
    return rc;
}

enum ac_rc plugin_world_begin_json(struct plugin_world *w) {
    return begin(w, NULL, 0, ACLOAD_JSON);
}

enum ac_rc plugin_world_json(struct plugin_world *w, const char *text) {
    char *copy = strdup(text); // gone after the row, as the value is
    json_error_t why;
    json_t *value = json_loads(text, JSON_ALLOW_NUL, &why);
    ck_assert_msg(value != NULL, "%s in %s", why.text, text);
    struct acload_row row = {.raw = ac_str_of(copy), .value = value};
    row.origin.line = ++w->line;
    enum ac_rc rc = ac_chain_row(&w->chain, &row, &w->err);
    json_decref(value);
    memset(copy, '#', row.raw.len);
    free(copy);
    return rc;
}

enum ac_rc plugin_world_row(struct plugin_world *w, const char *cells) {
    ac_str pieces[64];
    char *copy = strdup(cells); // gone after the row, so that who keeps a slice is found out
    struct acload_row row = {.cells = pieces, .raw = ac_str_of(copy)};
    char *apart = strdup(cells);
    row.n_cells = cut(w->is_quoted ? apart : copy, pieces, AC_N(pieces));
    row.origin.line = ++w->line;
    enum ac_rc rc = ac_chain_row(&w->chain, &row, &w->err);
    memset(copy, '#', row.raw.len);
    memset(apart, '#', row.raw.len);
    free(copy);
    free(apart);
    return rc;
}

enum ac_rc plugin_world_flush(struct plugin_world *w, int when) {
    return ac_chain_flush(&w->chain, when, &w->err);
}

const char *plugin_world_told(struct plugin_world *w) {
    const char *text = ac_buf_text(&w->told);
    char *copy = ac_arena_copy(&w->arena, ac_str_of(text ? text : ""));
    ac_buf_clear(&w->told);
    return copy;
}

const char *plugin_world_logged(struct plugin_world *w) {
    fflush(w->log);
    return w->logged;
}
