// SPDX-License-Identifier: MIT
// Turns the JSON of a schema file into an object of the org.
#include "schema.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct type_row {
    const char *name;
    enum sb_kind kind;
    int length, precision, scale;
};

static const struct type_row types[] = {
    {"string", SB_KIND_TEXT, 255, 0, 0},
    {"textarea", SB_KIND_TEXT, 255, 0, 0},
    {"phone", SB_KIND_TEXT, 40, 0, 0},
    {"url", SB_KIND_TEXT, 255, 0, 0},
    {"combobox", SB_KIND_TEXT, 255, 0, 0},
    {"encryptedstring", SB_KIND_TEXT, 175, 0, 0},
    {"email", SB_KIND_EMAIL, 80, 0, 0},
    {"id", SB_KIND_ID, 18, 0, 0},
    {"reference", SB_KIND_REFERENCE, 18, 0, 0},
    {"boolean", SB_KIND_BOOLEAN, 0, 0, 0},
    {"int", SB_KIND_INT, 0, 0, 0},
    {"double", SB_KIND_DOUBLE, 0, 18, 0},
    {"currency", SB_KIND_DOUBLE, 0, 18, 2},
    {"percent", SB_KIND_DOUBLE, 0, 18, 2},
    {"date", SB_KIND_DATE, 0, 0, 0},
    {"datetime", SB_KIND_DATETIME, 0, 0, 0},
    {"time", SB_KIND_TIME, 0, 0, 0},
    {"picklist", SB_KIND_PICKLIST, 255, 0, 0},
    {"multipicklist", SB_KIND_MULTIPICKLIST, 4099, 0, 0},
    {"base64", SB_KIND_BASE64, 0, 0, 0},
};

struct reader { // what one file is read with
    struct sb_schema *s;
    bool package;
    char *why;
    size_t why_size;
};

static bool ends_with(const char *s, const char *end) {
    size_t len = strlen(s), n = strlen(end);
    return len > n && strcmp(s + len - n, end) == 0;
}

static bool is_name(const char *s) {
    size_t len = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
    return len > 0 && len < 100 && s[len] == '\0';
}

static const char *with_ns(struct reader *r, const char *name, bool package) {
    if (!package || r->s->ns[0] == '\0' || !(ends_with(name, "__c") || ends_with(name, "__r")))
        return sb_arena_text(&r->s->arena, name);
    return sb_arena_format(&r->s->arena, "%s__%s", r->s->ns, name);
}

static const char *text_of(struct reader *r, json_t *o, const char *name, const char *usual) {
    const char *v = json_string_value(json_object_get(o, name));
    if (!v)
        v = usual;
    return v ? sb_arena_text(&r->s->arena, v) : NULL;
}

static bool flag_of(json_t *o, const char *name, bool usual) {
    json_t *v = json_object_get(o, name);
    return json_is_boolean(v) ? json_is_true(v) : usual;
}

static int int_of(json_t *o, const char *name, int usual) {
    json_t *v = json_object_get(o, name);
    json_int_t n = json_integer_value(v);
    return json_is_integer(v) && n >= 0 && n <= 1000000 ? (int)n : usual;
}

static bool complain(struct reader *r, const char *what, const char *name) {
    snprintf(r->why, r->why_size, "%s: %s", name, what);
    return false;
}

static bool read_values(struct reader *r, json_t *o, struct sb_field *f) {
    json_t *list = json_object_get(o, "picklistValues"), *v = NULL;
    size_t i = 0;
    f->values = sb_arena_get(&r->s->arena, (json_array_size(list) + 1) * sizeof *f->values);
    if (!f->values)
        return complain(r, "not enough memory", f->name);
    json_array_foreach(list, i, v) {
        const char *value = json_string_value(v);
        if (json_is_object(v) && flag_of(v, "active", true))
            value = json_string_value(json_object_get(v, "value"));
        if (value)
            f->values[f->n_values++] = sb_arena_text(&r->s->arena, value);
    }
    return true;
}

static bool read_targets(struct reader *r, json_t *o, struct sb_field *f) {
    json_t *list = json_object_get(o, "referenceTo"), *v = NULL;
    size_t i = 0;
    f->targets = sb_arena_get(&r->s->arena, (json_array_size(list) + 1) * sizeof *f->targets);
    if (!f->targets)
        return complain(r, "not enough memory", f->name);
    json_array_foreach(list, i, v) {
        if (!json_is_string(v))
            return complain(r, "referenceTo is no list of object names", f->name);
        f->targets[f->n_targets++] = with_ns(r, json_string_value(v), r->package);
    }
    const char *relationship = json_string_value(json_object_get(o, "relationshipName"));
    if (relationship)
        f->relationship = with_ns(r, relationship, flag_of(o, "package", r->package));
    return true;
}

static bool read_field(struct reader *r, json_t *o, struct sb_field *f) {
    const char *name = json_string_value(json_object_get(o, "name"));
    const char *type = json_string_value(json_object_get(o, "type"));
    if (!name || !is_name(name))
        return complain(r, "a field without a proper name", name ? name : "fields");
    if (!type)
        return complain(r, "a field without a type", name);
    const struct type_row *t = NULL;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i].name, type) == 0)
            t = &types[i];
    if (!t)
        return complain(r, "a type the org does not have", type);
    f->name = with_ns(r, name, flag_of(o, "package", r->package));
    f->label = text_of(r, o, "label", name);
    f->type = t->name;
    f->kind = t->kind;
    f->fallback = text_of(r, o, "defaultValue", NULL);
    f->length = int_of(o, "length", t->length);
    f->precision = int_of(o, "precision", t->precision);
    f->scale = int_of(o, "scale", t->scale);
    f->digits = int_of(o, "digits", t->kind == SB_KIND_INT ? 9 : 0);
    f->calculated = flag_of(o, "calculated", false);
    f->auto_number = flag_of(o, "autoNumber", false);
    bool fixed = f->calculated || f->auto_number || t->kind == SB_KIND_ID;
    f->nillable = flag_of(o, "nillable", t->kind != SB_KIND_BOOLEAN && !fixed);
    f->createable = flag_of(o, "createable", !fixed);
    f->updateable = flag_of(o, "updateable", !fixed);
    f->defaulted =
        flag_of(o, "defaultedOnCreate", f->fallback || fixed || t->kind == SB_KIND_BOOLEAN);
    f->external_id = flag_of(o, "externalId", false);
    f->id_lookup = flag_of(o, "idLookup", f->external_id || t->kind == SB_KIND_ID);
    f->unique = flag_of(o, "unique", false);
    f->case_sensitive = flag_of(o, "caseSensitive", false);
    f->restricted = flag_of(o, "restrictedPicklist", false);
    f->custom = ends_with(name, "__c");
    if (f->precision > 18 || f->scale > f->precision)
        return complain(r, "precision is at most 18, scale at most the precision", name);
    return f->name && f->label && read_values(r, o, f) && read_targets(r, o, f);
}

static bool has_field(const struct sb_object *o, const char *name) {
    for (size_t i = 0; i < o->n_fields; i++)
        if (strcasecmp(o->fields[i].name, name) == 0)
            return true;
    return false;
}

// The fields the org gives to every object; custom objects are owned by somebody besides.
static bool add_system(struct reader *r, struct sb_object *o) {
    static const struct sb_field own[] = {
        {.name = "OwnerId",
         .label = "Owner ID",
         .kind = SB_KIND_REFERENCE,
         .relationship = "Owner",
         .createable = true,
         .updateable = true},
        {.name = "IsDeleted", .label = "Deleted", .kind = SB_KIND_BOOLEAN},
        {.name = "CreatedDate", .label = "Created Date", .kind = SB_KIND_DATETIME},
        {.name = "CreatedById",
         .label = "Created By ID",
         .kind = SB_KIND_REFERENCE,
         .relationship = "CreatedBy"},
        {.name = "LastModifiedDate", .label = "Last Modified Date", .kind = SB_KIND_DATETIME},
        {.name = "LastModifiedById",
         .label = "Last Modified By ID",
         .kind = SB_KIND_REFERENCE,
         .relationship = "LastModifiedBy"},
        {.name = "SystemModstamp", .label = "System Modstamp", .kind = SB_KIND_DATETIME},
    };
    static const char *user = "User";
    if (o->custom && !has_field(o, "Name"))
        o->fields[o->n_fields++] = (struct sb_field){.name = "Name",
                                                     .label = "Name",
                                                     .type = "string",
                                                     .kind = SB_KIND_TEXT,
                                                     .length = 80,
                                                     .auto_number = true,
                                                     .id_lookup = true,
                                                     .defaulted = true,
                                                     .system = true};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if ((i == 0 && !o->custom) || has_field(o, own[i].name))
            continue;
        struct sb_field *f = &o->fields[o->n_fields++];
        *f = own[i];
        f->system = true;
        f->defaulted = true;
        f->type = f->kind == SB_KIND_REFERENCE ? "reference"
                  : f->kind == SB_KIND_BOOLEAN ? "boolean"
                                               : "datetime";
        f->length = f->kind == SB_KIND_REFERENCE ? 18 : 0;
        f->targets = sb_arena_get(&r->s->arena, sizeof *f->targets);
        if (!f->targets)
            return complain(r, "not enough memory", o->name);
        if (f->kind == SB_KIND_REFERENCE)
            f->targets[f->n_targets++] = user;
    }
    return true;
}

static bool read_fields(struct reader *r, json_t *list, struct sb_object *o) {
    size_t n = json_array_size(list), i = 0;
    json_t *v = NULL;
    if (n == 0 || n > SB_MAX_FIELDS)
        return complain(r, "an object has 1 to 1000 fields", o->name);
    o->fields = sb_arena_get(&r->s->arena, (n + 10) * sizeof *o->fields);
    if (!o->fields)
        return complain(r, "not enough memory", o->name);
    o->fields[o->n_fields++] = (struct sb_field){.name = "Id",
                                                 .label = "Record ID",
                                                 .type = "id",
                                                 .kind = SB_KIND_ID,
                                                 .length = 18,
                                                 .id_lookup = true,
                                                 .defaulted = true,
                                                 .system = true};
    json_array_foreach(list, i, v) {
        struct sb_field f = {0};
        if (!read_field(r, v, &f))
            return false;
        if (has_field(o, f.name))
            return complain(r, "the field is there twice", f.name);
        o->fields[o->n_fields++] = f;
    }
    return add_system(r, o);
}

bool sb_schema_add(struct sb_schema *s, json_t *root, char *why, size_t why_size) {
    struct reader r = {.s = s, .package = flag_of(root, "package", false)};
    r.why = why;
    r.why_size = why_size;
    const char *name = json_string_value(json_object_get(root, "name"));
    if (!name || !is_name(name))
        return complain(&r, "an object without a proper name", name ? name : "name");
    if (s->n_objects == SB_MAX_OBJECTS)
        return complain(&r, "too many objects", name);
    struct sb_object o = {.name = with_ns(&r, name, r.package)};
    if (!o.name)
        return complain(&r, "not enough memory", name);
    if (sb_schema_object(s, o.name))
        return complain(&r, "the object is there twice", o.name);
    o.label = text_of(&r, root, "label", name);
    o.prefix = text_of(&r, root, "keyPrefix", "");
    if (!o.prefix || (o.prefix[0] && strlen(o.prefix) != 3))
        return complain(&r, "keyPrefix has three characters", name);
    const char *key = json_string_value(json_object_get(root, "key"));
    o.key = key ? with_ns(&r, key, r.package) : NULL;
    o.custom = ends_with(name, "__c");
    o.createable = flag_of(root, "createable", true);
    o.updateable = flag_of(root, "updateable", true);
    o.deletable = flag_of(root, "deletable", true);
    o.queryable = flag_of(root, "queryable", true);
    o.feed_enabled = flag_of(root, "feedEnabled", true);
    if (!o.label || !read_fields(&r, json_object_get(root, "fields"), &o))
        return false;
    s->objects[s->n_objects++] = o;
    return true;
}

// "a__x__c" is also found as "x__c".
static bool same_name(const struct sb_schema *s, const char *full, const char *name, size_t len) {
    if (strlen(full) == len && strncasecmp(full, name, len) == 0)
        return true;
    size_t ns = strlen(s->ns);
    return ns > 0 && strncasecmp(full, s->ns, ns) == 0 && strncmp(full + ns, "__", 2) == 0 &&
           strlen(full + ns + 2) == len && strncasecmp(full + ns + 2, name, len) == 0;
}

bool sb_schema_drop(struct sb_schema *s, const char *spec, bool gone, char *why, size_t why_size) {
    const char *dot = strchr(spec, '.');
    for (size_t i = 0; dot && i < s->n_objects; i++) {
        struct sb_object *o = &s->objects[i];
        if (!same_name(s, o->name, spec, (size_t)(dot - spec)))
            continue;
        for (size_t k = 0; k < o->n_fields; k++) {
            if (!same_name(s, o->fields[k].name, dot + 1, strlen(dot + 1)))
                continue;
            if (o->fields[k].system)
                break;
            if (gone)
                memmove(&o->fields[k], &o->fields[k + 1],
                        (--o->n_fields - k) * sizeof o->fields[0]);
            else
                o->fields[k].hidden = true;
            return true;
        }
    }
    snprintf(why, why_size, "%s: no such OBJECT.FIELD that could be %s", spec,
             gone ? "left out" : "hidden");
    return false;
}
