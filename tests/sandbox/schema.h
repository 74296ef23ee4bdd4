// SPDX-License-Identifier: MIT
// The objects of the org with their fields, as read from schema files.
//
// A schema file is a subset of a describe answer (name, label, keyPrefix, fields ...) plus
// "package": true, which puts the namespace before the names of the object with its custom fields.
// What a file leaves out has the org's usual value. Every object also gets the org's system fields.
// Once built, a schema never changes and may be read by every thread.
#ifndef SB_SCHEMA_H
#define SB_SCHEMA_H

#include "arena.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SB_MAX_FIELDS 1000
#define SB_MAX_OBJECTS 200

enum sb_kind { // what a value of the field is
    SB_KIND_TEXT,
    SB_KIND_BOOLEAN,
    SB_KIND_INT,
    SB_KIND_DOUBLE,
    SB_KIND_DATE,
    SB_KIND_DATETIME,
    SB_KIND_TIME,
    SB_KIND_REFERENCE,
    SB_KIND_ID,
    SB_KIND_PICKLIST,
    SB_KIND_MULTIPICKLIST,
    SB_KIND_EMAIL,
    SB_KIND_BASE64
};

struct sb_field {
    const char *name, *label, *type;
    const char *relationship; // NULL: none
    const char *fallback;     // the default value, NULL: none
    enum sb_kind kind;
    int at; // its place in the object's fields and in a row's cells
    int length, precision, scale, digits;
    bool nillable, createable, updateable, defaulted, calculated, auto_number;
    bool external_id, id_lookup, unique, case_sensitive, restricted, custom, system, hidden;
    const char **values; // active picklist values
    size_t n_values;
    const char **targets; // objects it may refer to; none with kind REFERENCE: any
    size_t n_targets;
};

struct sb_object {
    const char *name, *label, *prefix;
    const char *key; // the field upserts go by, NULL: not said
    struct sb_field *fields;
    size_t n_fields;
    uint16_t *slots; // open addressing over lowered names, field number + 1
    size_t n_slots;
    int at; // its place in the schema
    int name_at, first_name_at, last_name_at;
    bool custom, createable, updateable, deletable, queryable, feed_enabled;
};

struct sb_schema {
    struct sb_arena arena;
    struct sb_object *objects;
    size_t n_objects;
    const char *ns; // "" or a namespace
};

// The schema being built: files first, then the standard objects that no file has.
struct sb_schema *sb_schema_new(const char *ns);
// One object of JSON text. False with the reason in why.
bool sb_schema_add(struct sb_schema *s, json_t *object, char *why, size_t why_size);
// All *.json files of a folder that describe objects.
bool sb_schema_load(struct sb_schema *s, const char *dir, char *why, size_t why_size);
// "OBJECT.FIELD": taken out (gone), or kept from the user's eyes (hidden).
bool sb_schema_drop(struct sb_schema *s, const char *spec, bool gone, char *why, size_t why_size);
// Gives every object its lookup table; nothing may be added afterwards.
bool sb_schema_seal(struct sb_schema *s, char *why, size_t why_size);
void sb_schema_free(struct sb_schema *s);

// Names are matched without regard to case.
const struct sb_object *sb_schema_object(const struct sb_schema *s, const char *name);
const struct sb_object *sb_schema_by_prefix(const struct sb_schema *s, const char *id);
// A field the user may see, or NULL.
const struct sb_field *sb_object_field(const struct sb_object *o, const char *name, size_t len);
const struct sb_field *sb_object_relationship(const struct sb_object *o, const char *name,
                                              size_t len);
bool sb_field_is_key(const struct sb_field *f);  // may be used for an upsert
bool sb_field_is_text(const struct sb_field *f); // compared as text
bool sb_field_may_refer(const struct sb_field *f, const struct sb_object *target);

// JSON text of the objects every org has: NULL after the last.
const char *sb_standard_object(size_t i);

#endif
