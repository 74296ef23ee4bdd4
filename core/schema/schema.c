// SPDX-License-Identifier: MIT
// Schemas read from describe answers or from the files of schemas/.
#include "schema/schema.h"
#include "base/buf.h"
#include "base/json_memory.h"
#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#define MAX_FILE_BYTES ((size_t)16 << 20)
#define NOBODY AC_STR("")

// What is being read, for messages that name it.
struct reading {
    const char *source;
    ac_str ns; // put before custom names; "" when the file is no package's
    struct ac_arena *arena;
    struct ac_err *err;
};

static const struct kind {
    const char *name;
    enum ac_field_type type;
} kinds[] = {
    {"string", AC_FIELD_STRING},
    {"textarea", AC_FIELD_STRING},
    {"phone", AC_FIELD_STRING},
    {"email", AC_FIELD_STRING},
    {"url", AC_FIELD_STRING},
    {"combobox", AC_FIELD_STRING},
    {"encryptedstring", AC_FIELD_STRING},
    {"int", AC_FIELD_INTEGER},
    {"long", AC_FIELD_INTEGER},
    {"double", AC_FIELD_NUMBER},
    {"currency", AC_FIELD_NUMBER},
    {"percent", AC_FIELD_PERCENT},
    {"boolean", AC_FIELD_BOOLEAN},
    {"date", AC_FIELD_DATE},
    {"datetime", AC_FIELD_DATETIME},
    {"picklist", AC_FIELD_PICKLIST},
    {"multipicklist", AC_FIELD_PICKLIST},
    {"id", AC_FIELD_ID},
    {"reference", AC_FIELD_ID},
};

// --- names ---------------------------------------------------------------------------------------

// AC_X__c is custom and of no package; Name is standard; other__AC_X__c is of a package already.
static bool takes_ns(ac_str name) {
    if (!ac_str_ends_nocase(name, AC_STR("__c")))
        return false;
    for (size_t i = 1; i + 4 < name.len; i++)
        if (name.ptr[i] == '_' && name.ptr[i + 1] == '_')
            return false;
    return true;
}

ac_str ac_schema_with_ns(ac_str ns, ac_str name, struct ac_arena *arena) {
    if (!ns.ptr || !ns.len || !takes_ns(name))
        return name;
    size_t len = ns.len + 2 + name.len;
    char *full = ac_arena_alloc(arena, len + 1);
    if (!full)
        return AC_STR_NULL;
    memcpy(full, ns.ptr, ns.len);
    memcpy(full + ns.len, "__", 2);
    memcpy(full + ns.len + 2, name.ptr, name.len);
    full[len] = '\0';
    return ac_str_n(full, len);
}

// API names are ASCII, so a hash (FNV-1a) that lowers as it goes will do.
static uint32_t hash_on(uint32_t hash, ac_str s) {
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c >= 'A' && c <= 'Z')
            c |= 32;
        hash = (hash ^ c) * 16777619u;
    }
    return hash;
}

static uint32_t hash_name(ac_str ns, ac_str name) {
    uint32_t hash = 2166136261u;
    if (ns.len)
        hash = hash_on(hash_on(hash, ns), AC_STR("__"));
    return hash_on(hash, name);
}

static bool is_name(ac_str field, ac_str ns, ac_str name) {
    if (!ns.len)
        return ac_str_eq_nocase(field, name);
    if (field.len != ns.len + 2 + name.len || !ac_str_eq_nocase(ac_str_n(field.ptr, ns.len), ns) ||
        !ac_str_starts(ac_str_skip(field, ns.len), AC_STR("__")))
        return false;
    return ac_str_eq_nocase(ac_str_skip(field, ns.len + 2), name);
}

// The number of the field of that name in the namespace, or -1; *slot is where it is or belongs.
static int find(const struct ac_schema *schema, ac_str ns, ac_str name, size_t *slot) {
    size_t at = hash_name(ns, name) & schema->index_mask;
    while (schema->index[at] && !is_name(schema->fields[schema->index[at] - 1].name, ns, name))
        at = (at + 1) & schema->index_mask;
    *slot = at;
    return schema->index[at] ? (int)schema->index[at] - 1 : -1;
}

int ac_schema_field(const struct ac_schema *schema, ac_str name) {
    size_t slot;
    int at = schema->ns.len ? find(schema, schema->ns, name, &slot) : -1;
    return at >= 0 ? at : find(schema, NOBODY, name, &slot);
}

// --- JSON ----------------------------------------------------------------------------------------

// `where` is the field's name, empty when it is none's.
static enum ac_rc wrong(const struct reading *r, ac_str where, const char *what) {
    return ac_err_set(r->err, AC_RUN, AC_CAUSE_CONFIG, "BAD_SCHEMA", "%s is no schema: %.*s%s%s",
                      r->source, AC_STR_ARG(where), where.len ? " " : "", what);
}

static enum ac_rc full(const struct reading *r) {
    return ac_err_nomem(r->err, "the fields of an object");
}

// A text member copied; a missing one is null.
static enum ac_rc read_text(const struct reading *r, const json_t *from, const char *member,
                            ac_str where, ac_str *out) {
    const json_t *value = json_object_get(from, member);
    *out = AC_STR_NULL;
    if (!value || json_is_null(value))
        return AC_OK;
    if (!json_is_string(value))
        return wrong(r, where, "has a member that should be a text");
    ac_str text = ac_str_n(json_string_value(value), json_string_length(value));
    *out = ac_arena_copy_str(r->arena, text);
    return out->ptr ? AC_OK : full(r);
}

// The same with the namespace put before it.
static enum ac_rc read_name(const struct reading *r, const json_t *from, const char *member,
                            ac_str where, ac_str *out) {
    enum ac_rc rc = read_text(r, from, member, where, out);
    if (rc != AC_OK || !out->ptr)
        return rc;
    *out = ac_schema_with_ns(r->ns, *out, r->arena);
    return out->ptr ? AC_OK : full(r);
}

static bool read_bool(const json_t *from, const char *member, bool fallback) {
    const json_t *value = json_object_get(from, member);
    return json_is_boolean(value) ? json_is_true(value) : fallback;
}

static json_int_t read_count(const json_t *from, const char *member, json_int_t max) {
    json_int_t n = json_integer_value(json_object_get(from, member)); // 0 when it is none
    return n < 0 ? 0 : n > max ? max : n;
}

static enum ac_rc read_values(const struct reading *r, const json_t *from, struct ac_field *field) {
    const json_t *list = json_object_get(from, "picklistValues");
    size_t n = json_array_size(list), n_active = 0;
    if (!n)
        return AC_OK;
    ac_str *values = ac_arena_alloc(r->arena, n * sizeof *values);
    if (!values)
        return full(r);
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_array_get(list, i);
        if (!read_bool(value, "active", true))
            continue;
        enum ac_rc rc = read_text(r, value, "value", field->name, &values[n_active]);
        if (rc != AC_OK)
            return rc;
        if (values[n_active].ptr)
            n_active++;
    }
    field->values = values;
    field->n_values = n_active;
    return AC_OK;
}

static void read_type(ac_str type, struct ac_field *field) {
    field->type = AC_FIELD_UNKNOWN;
    for (size_t i = 0; i < AC_N(kinds); i++)
        if (ac_str_eq_nocase(type, ac_str_of(kinds[i].name)))
            field->type = kinds[i].type;
    field->multi = ac_str_eq_nocase(type, AC_STR("multipicklist"));
}

// Members that a schema file leaves out are as they are for most custom fields.
static enum ac_rc read_field(const struct reading *r, const json_t *from, struct ac_field *field) {
    *field = (struct ac_field){0};
    ac_str type = AC_STR_NULL;
    if (!json_is_object(from))
        return wrong(r, NOBODY, "a field is no JSON object");
    enum ac_rc rc = read_name(r, from, "name", AC_STR("a field"), &field->name);
    if (rc != AC_OK)
        return rc;
    if (!field->name.len)
        return wrong(r, NOBODY, "a field has no name");
    rc = read_text(r, from, "label", field->name, &field->label);
    if (!field->label.len)
        field->label = field->name;
    if (rc == AC_OK)
        rc = read_text(r, from, "type", field->name, &type);
    if (rc != AC_OK)
        return rc;
    if (!type.len)
        return wrong(r, field->name, "has no type");
    read_type(type, field);
    field->length = (uint32_t)read_count(from, "length", UINT32_MAX);
    field->precision = (int)read_count(from, "precision", 1000);
    field->scale = (int)read_count(from, "scale", 1000);
    field->digits = (int)read_count(from, "digits", 1000);
    field->nillable = read_bool(from, "nillable", true);
    field->createable = read_bool(from, "createable", true);
    field->updateable = read_bool(from, "updateable", true);
    field->defaulted = read_bool(from, "defaultedOnCreate", false);
    field->calculated = read_bool(from, "calculated", false);
    field->external_id = read_bool(from, "externalId", false);
    field->unique = read_bool(from, "unique", false);
    field->case_sensitive = read_bool(from, "caseSensitive", false);
    field->id_lookup = read_bool(from, "idLookup", false);
    field->restricted = read_bool(from, "restrictedPicklist", false);
    return field->type == AC_FIELD_PICKLIST ? read_values(r, from, field) : AC_OK;
}

static enum ac_rc read_fields(const struct reading *r, const json_t *list, struct ac_schema *out) {
    size_t n = json_array_size(list), size = 8;
    while (size < n * 2)
        size *= 2;
    struct ac_field *fields = ac_arena_alloc(r->arena, (n ? n : 1) * sizeof *fields);
    uint32_t *index = ac_arena_zalloc(r->arena, size * sizeof *index);
    if (!fields || !index)
        return full(r);
    out->fields = fields;
    out->index = index;
    out->index_mask = size - 1;
    for (; out->n_fields < n; out->n_fields++) {
        struct ac_field *field = &fields[out->n_fields];
        enum ac_rc rc = read_field(r, json_array_get(list, out->n_fields), field);
        if (rc != AC_OK)
            return rc;
        size_t slot;
        if (find(out, NOBODY, field->name, &slot) >= 0)
            return wrong(r, field->name, "is given twice (letter case does not count)");
        index[slot] = (uint32_t)out->n_fields + 1;
    }
    return AC_OK;
}

enum ac_rc ac_schema_parse(ac_str json, const char *source, ac_str ns, bool is_open,
                           struct ac_arena *arena, const struct ac_schema **out,
                           struct ac_err *err) {
    struct reading r = {source, AC_STR(""), arena, err};
    json_error_t why;
    AC_CLEANUP(ac_json_free) json_t *root = json_loadb(json.len ? json.ptr : "", json.len, 0, &why);
    // Out of memory, the library says so or nothing at all.
    if (!root && (!why.text[0] || json_error_code(&why) == json_error_out_of_memory))
        return ac_err_nomem(err, "an object's description");
    if (!root)
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "BAD_SCHEMA",
                          "%s is no JSON: %s in line %d", source, why.text, why.line);
    if (!json_is_object(root))
        return wrong(&r, NOBODY, "it is no JSON object");
    const json_t *fields = json_object_get(root, "fields");
    if (!json_is_array(fields))
        return wrong(&r, NOBODY, "it has no list of fields");
    if (read_bool(root, "package", false))
        r.ns = ns;
    struct ac_schema *schema = ac_arena_zalloc(arena, sizeof *schema);
    if (!schema)
        return full(&r);
    schema->is_open = is_open;
    schema->createable = read_bool(root, "createable", true);
    schema->updateable = read_bool(root, "updateable", true);
    schema->ns = ac_arena_copy_str(arena, ns.ptr ? ns : AC_STR(""));
    if (!schema->ns.ptr)
        return full(&r);
    enum ac_rc rc = read_name(&r, root, "name", AC_STR("the object"), &schema->name);
    if (rc == AC_OK)
        rc = read_text(&r, root, "label", AC_STR("the object"), &schema->label);
    if (rc == AC_OK)
        rc = read_name(&r, root, "key", AC_STR("the object"), &schema->key);
    if (rc != AC_OK)
        return rc;
    if (!schema->name.len)
        return wrong(&r, NOBODY, "the object has no name");
    if (!schema->label.len)
        schema->label = schema->name;
    rc = read_fields(&r, fields, schema);
    if (rc != AC_OK)
        return rc;
    size_t slot;
    if (schema->key.len && find(schema, NOBODY, schema->key, &slot) < 0)
        return wrong(&r, schema->key, "is named as its key, but is none of its fields");
    *out = schema;
    return AC_OK;
}

// --- files ---------------------------------------------------------------------------------------

// The rest of the file: false when it cannot be read, is too long, or memory is.
static bool read_all(FILE *file, struct ac_buf *text) {
    size_t n = 1;
    while (n > 0) {
        if (!ac_buf_need(text, 4096))
            return false;
        n = fread(text->ptr + text->len, 1, text->cap - text->len, file);
        text->len += n;
    }
    return !ferror(file);
}

static enum ac_rc unreadable(const char *what, const char *path, struct ac_err *err) {
    return errno == ENOMEM ? ac_err_nomem(err, "a schema file")
                           : ac_err_sys(err, AC_RUN, AC_CAUSE_CONFIG, what, path);
}

// A name that may stand in a path without leading anywhere else.
static bool is_api_name(ac_str name) {
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i], letter = (char)(c | 32);
        bool is_letter = letter >= 'a' && letter <= 'z';
        if (!is_letter && !(c >= '0' && c <= '9') && c != '_')
            return false;
    }
    return name.len > 0;
}

enum ac_rc ac_schema_load(const char *dir, ac_str object, ac_str ns, struct ac_arena *arena,
                          const struct ac_schema **out, struct ac_err *err) {
    if (!is_api_name(object))
        return AC_END;
    size_t dir_len = strlen(dir), len = dir_len + object.len + sizeof "/.json";
    char *path = ac_arena_alloc(arena, len);
    if (!path)
        return ac_err_nomem(err, "a schema's path");
    snprintf(path, len, "%s/%.*s.json", dir, AC_STR_ARG(object));
    FILE *file = fopen(path, "rb");
    if (!file && errno == ENOENT)
        return AC_END;
    if (!file)
        return unreadable("cannot open", path, err);
    AC_CLEANUP(ac_buf_free) struct ac_buf text;
    ac_buf_init(&text, MAX_FILE_BYTES);
    errno = EFBIG; // unless reading itself fails
    bool is_read = read_all(file, &text);
    if (!is_read)
        unreadable("cannot read", path, err);
    fclose(file);
    if (!is_read)
        return AC_RUN;
    enum ac_rc rc = ac_schema_parse(ac_buf_str(&text), path, ns, true, arena, out, err);
    if (rc == AC_OK && !ac_str_ends_nocase((*out)->name, object))
        return ac_err_set(err, AC_RUN, AC_CAUSE_CONFIG, "BAD_SCHEMA",
                          "%s describes %s: rename the file or the object", path, (*out)->name.ptr);
    return rc;
}
