// SPDX-License-Identifier: MIT
// Fields that a job's configuration fills, whatever its plugins do.
#include "plugin/map.h"
#include "plugin/host_int.h"
#include "schema/bind.h"
#include "schema/check.h"
#include <stdio.h>

// --- values --------------------------------------------------------------------------------------

static enum ac_rc misfit(const struct ac_map_rule *rule, ac_str text, const char *what,
                         struct ac_err *err) {
    int len = text.len > 80 ? 80 : (int)text.len;
    return ac_err_set(err, AC_ROW, AC_CAUSE_ROW, "INVALID_TYPE_ON_FIELD_IN_RECORD",
                      "%s takes %s from %s, which is '%.*s'", rule->field, what, rule->from, len,
                      text.ptr);
}

static enum ac_rc convert(const struct ac_map_rule *rule, ac_str text, char buf[25], ac_str *out,
                          struct ac_err *err) {
    int n_integer = 0, n_fraction = 0;
    int64_t ms = 0;
    ac_str trimmed = ac_str_trim(text);
    *out = trimmed;
    switch (rule->type) {
    case AC_MAP_TEXT:
        *out = text;
        return AC_OK;
    case AC_MAP_NUMBER:
        return ac_check_number(trimmed, &n_integer, &n_fraction)
                   ? AC_OK
                   : misfit(rule, text, "a number", err);
    case AC_MAP_BOOLEAN:
        *out = AC_STR("true");
        if (ac_str_eq_nocase(trimmed, *out))
            return AC_OK;
        *out = AC_STR("false");
        return ac_str_eq_nocase(trimmed, *out) ? AC_OK : misfit(rule, text, "true or false", err);
    case AC_MAP_DATETIME:
        if (!ac_clock_parse(trimmed, &ms, NULL))
            return misfit(rule, text, "a time like 2031-03-04T16:00:00Z", err);
        ac_clock_iso(ms, buf);
        *out = ac_str_n(buf, 24);
        return AC_OK;
    }
    return AC_OK;
}

enum ac_rc ac_map_text(const struct ac_map_rule *rule, ac_str text, char buf[25], ac_str *out,
                       struct ac_err *err) {
    if (!text.len)
        text = ac_str_of(rule->fallback);
    *out = AC_STR_NULL;
    return text.len ? convert(rule, text, buf, out, err) : AC_OK;
}

// --- fields --------------------------------------------------------------------------------------

bool ac_map_is_object(const struct ac_map_rule *rule, const struct ac_schema *schema) {
    ac_str bare = schema->name, ns = schema->ns;
    if (!rule->object || ac_str_eq_nocase(bare, ac_str_of(rule->object)))
        return true;
    if (!ns.len || !ac_str_starts(bare, ns))
        return false;
    bare = ac_str_skip(bare, ns.len);
    return ac_str_starts(bare, AC_STR("__")) &&
           ac_str_eq_nocase(ac_str_skip(bare, 2), ac_str_of(rule->object));
}

// Can a value of that type stand in the field? Text is whatever it is.
static bool can_fit(enum ac_map_type type, enum ac_field_type field) {
    switch (field) {
    case AC_FIELD_UNKNOWN:
    case AC_FIELD_STRING:
    case AC_FIELD_PICKLIST:
    case AC_FIELD_ID:
        return true;
    case AC_FIELD_INTEGER:
    case AC_FIELD_NUMBER:
    case AC_FIELD_PERCENT:
        return type == AC_MAP_TEXT || type == AC_MAP_NUMBER;
    case AC_FIELD_BOOLEAN:
        return type == AC_MAP_TEXT || type == AC_MAP_BOOLEAN;
    case AC_FIELD_DATE:
        return type == AC_MAP_TEXT;
    case AC_FIELD_DATETIME:
        return type == AC_MAP_TEXT || type == AC_MAP_DATETIME;
    }
    return true;
}

enum ac_rc ac_map_check(const struct ac_map_rule *rule, const struct ac_field *field,
                        struct ac_err *err) {
    static const char *const types[] = {"text", "number", "boolean", "datetime"};
    char buf[25];
    ac_str text = AC_STR_NULL;
    struct ac_err why = AC_ERR_INIT;
    if (!can_fit(rule->type, field->type))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "INVALID_TYPE_ON_FIELD_IN_RECORD",
                          "the job fills %s with a %s, which it cannot hold", rule->field,
                          types[rule->type]);
    enum ac_rc rc = ac_map_text(rule, AC_STR_NULL, buf, &text, &why);
    if (rc == AC_OK && text.len)
        rc = ac_check_cell(field, text, &why);
    if (rc == AC_OK)
        return AC_OK;
    return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, why.code,
                      "the job's default '%s' does not fit %s: %s", rule->fallback, rule->field,
                      why.text);
}

// --- an input ------------------------------------------------------------------------------------

struct binding {
    const struct ac_map_rule *rules;
    size_t n;
    struct ac_instance *const *plugins;
    size_t n_plugins;
    const acload_input *input;
    struct ac_err *err;
};

static enum ac_rc config(const struct binding *b, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static enum ac_rc config(const struct binding *b, const char *code, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    ac_err_setv(b->err, AC_RUN, AC_CAUSE_CONFIG, code, fmt, args);
    va_end(args);
    return AC_RUN;
}

static enum ac_rc map_one(const struct binding *b, const struct ac_map_rule *rule,
                          struct ac_instance *in, size_t object) {
    struct ac_bound *bound = in->bound[object];
    int field = ac_bound_field(in, (int)object, rule->field, NULL);
    if (field < 0)
        return ac_err_nomem(b->err, "the fields of a job");
    if (field >= AC_HOST_READ_ONLY)
        return config(b, "INVALID_FIELD_FOR_INSERT_UPDATE",
                      "the job fills %s of %.*s, which this user may not write", rule->field,
                      AC_STR_ARG(bound->schema->name));
    if (!bound->mapped)
        bound->mapped = ac_arena_zalloc(&in->input_arena, b->n * sizeof *bound->mapped);
    if (!bound->mapped)
        return ac_err_nomem(b->err, "the fields of a job");
    bound->mapped[bound->n_mapped].rule = (size_t)(rule - b->rules);
    bound->mapped[bound->n_mapped++].field = field;
    return ac_map_check(rule, bound->columns.fields[field], b->err);
}

enum known { KNOWN_ONLY, KNOWN_OR_OPEN };

// Maps the field of every object that has it; *n: so many.
static enum ac_rc map_all(const struct binding *b, const struct ac_map_rule *rule, enum known known,
                          size_t *n) {
    for (size_t p = 0; p < b->n_plugins; p++) {
        struct ac_instance *in = b->plugins[p];
        for (size_t i = 0; i < in->n_bound; i++) {
            const struct ac_schema *schema = in->bound[i]->schema;
            bool has_field = ac_schema_field(schema, ac_str_of(rule->field)) >= 0;
            if (!ac_map_is_object(rule, schema) ||
                !(has_field || (known == KNOWN_OR_OPEN && schema->is_open)))
                continue;
            ++*n;
            enum ac_rc rc = map_one(b, rule, in, i);
            if (rc != AC_OK)
                return rc;
        }
    }
    return AC_OK;
}

// The objects of the input that the rule could mean: how many, their names for people.
static size_t objects_of(const struct binding *b, const struct ac_map_rule *rule, char *names,
                         size_t size) {
    const struct ac_schema *seen[AC_HOST_MAX_OBJECTS];
    size_t n = 0, at = 0;
    names[0] = '\0';
    for (size_t p = 0; p < b->n_plugins; p++) {
        for (size_t i = 0; i < b->plugins[p]->n_bound; i++) {
            const struct ac_schema *schema = b->plugins[p]->bound[i]->schema;
            bool is_new = n < AC_HOST_MAX_OBJECTS && ac_map_is_object(rule, schema);
            for (size_t k = 0; k < n; k++)
                is_new &= seen[k] != schema;
            if (!is_new)
                continue;
            seen[n++] = schema;
            if (at < size)
                at += (size_t)snprintf(names + at, size - at, "%s%.*s", at ? ", " : "",
                                       AC_STR_ARG(schema->name));
        }
    }
    return n;
}

// An object that this input does not write: is it one at all, with that field?
static enum ac_rc check_elsewhere(const struct binding *b, const struct ac_map_rule *rule) {
    const struct ac_services *services = b->plugins[0]->services;
    const struct ac_schema *schema = NULL;
    enum ac_rc rc = services->schema(services->arg, rule->object, &schema, b->err);
    if (rc != AC_OK || schema->is_open || ac_schema_field(schema, ac_str_of(rule->field)) >= 0)
        return rc;
    return config(b, "UNKNOWN_FIELD", "the job fills %s of %.*s, which has no such field",
                  rule->field, AC_STR_ARG(schema->name));
}

static enum ac_rc bind_field(const struct binding *b, const struct ac_map_rule *rule) {
    char names[400];
    size_t n = 0;
    enum ac_rc rc = map_all(b, rule, KNOWN_ONLY, &n);
    if (rc != AC_OK || n)
        return rc;
    size_t n_objects = objects_of(b, rule, names, sizeof names);
    if (!n_objects)
        return rule->object ? check_elsewhere(b, rule) : AC_OK;
    if (n_objects == 1)
        rc = map_all(b, rule, KNOWN_OR_OPEN, &n);
    if (rc != AC_OK || n)
        return rc;
    return config(b, "UNKNOWN_FIELD", "the job fills %s, which is no field of %s%s", rule->field,
                  names,
                  n_objects > 1 ? "; \"Object__c.Field__c\" says which object is meant" : "");
}

static enum ac_rc no_source(const struct binding *b, const struct ac_map_rule *rule,
                            const char *what) {
    return ac_err_set(b->err, AC_INPUT, AC_CAUSE_INPUT, "UNKNOWN_COLUMN",
                      "the job fills %s from %s, which is no %s", rule->field, rule->from, what);
}

static enum ac_rc bind_source(const struct binding *b, const struct ac_map_rule *rule, int *out) {
    struct ac_instance *last = b->plugins[b->n_plugins - 1];
    if (b->input->format != ACLOAD_JSON) {
        *out = ac_bind_column(b->input->columns, b->input->n_columns, ac_str_of(rule->from));
        return *out >= 0 ? AC_OK : no_source(b, rule, "column of this input");
    }
    *out = *rule->from == '/' ? ac_path_add(last, rule->from) : -1;
    if (*out >= 0)
        return AC_OK;
    return last->has_no_memory
               ? ac_err_nomem(b->err, "the fields of a job")
               : no_source(b, rule,
                           "JSON pointer; one begins with /, and writes ~ in a name as ~0");
}

enum ac_rc ac_map_bind(struct ac_map *map, struct ac_instance *const *plugins, size_t n_plugins,
                       const acload_input *input, struct ac_err *err) {
    struct binding b = {map->rules, map->n, plugins, n_plugins, input, err};
    if (!map->n)
        return AC_OK;
    int *sources = ac_arena_alloc(&plugins[n_plugins - 1]->input_arena, map->n * sizeof *sources);
    if (!sources)
        return ac_err_nomem(err, "the fields of a job");
    map->sources = sources;
    for (size_t i = 0; i < map->n; i++) {
        enum ac_rc rc = bind_field(&b, &map->rules[i]);
        if (rc == AC_OK)
            rc = bind_source(&b, &map->rules[i], &sources[i]);
        if (rc != AC_OK)
            return rc;
    }
    return AC_OK;
}

// --- rows ----------------------------------------------------------------------------------------

enum ac_rc ac_map_apply(const struct ac_map *map, const struct acload_row *row,
                        struct acload_record *records, struct ac_err *err) {
    const struct ac_instance *last = ac_slot_of(row)->in;
    for (struct acload_record *r = records; r; r = r->next) {
        const struct ac_bound *bound = r->owner->bound[r->object];
        for (size_t i = 0; i < bound->n_mapped; i++) {
            char buf[25];
            ac_str text = AC_STR_NULL;
            size_t at = bound->mapped[i].rule;
            ac_str source = ac_host_table.get(row, map->sources[at]);
            enum ac_rc rc = ac_map_text(&map->rules[at], source, buf, &text, err);
            if (rc == AC_OK && text.len)
                rc = ac_record_put(r, bound->mapped[i].field, text, err);
            if (last->has_no_memory)
                return ac_err_nomem(err, "a record's field");
            if (last->is_row_too_large)
                return ac_err_set(err, AC_ROW, AC_CAUSE_ROW, "ROW_TOO_LARGE",
                                  "what is made of the row is over %zu MiB",
                                  AC_HOST_ROW_BYTES >> 20);
            if (rc != AC_OK)
                return rc;
        }
    }
    return AC_OK;
}
