// SPDX-License-Identifier: MIT
// Objects bound for an input: fields by name once, by number after.
#include "plugin/host_int.h"
#include <stdio.h>

#define MAX_COMPARABLE 255u // characters of a field that the org can be asked by

static bool is_plain(const char *name) { return name && *name; }

// At the ceiling of an input it is the input that asks for too much.
static void nomem(struct ac_instance *in) {
    if (in->input_arena.held_bytes < AC_HOST_INPUT_BYTES / 2)
        ac_host_nomem(in);
    ac_host_say(in, "NO_MEMORY", "no memory for the fields of an object");
}

static enum ac_rc get_schema(struct ac_instance *in, const char *name,
                             const struct ac_schema **out) {
    struct ac_err err = AC_ERR_INIT;
    enum ac_rc rc = in->services->schema(in->services->arg, name, out, &err);
    if (rc == AC_OK)
        return AC_OK;
    if (in->reason.rc == AC_OK)
        in->reason = err;
    // A wrong name is the plugin's to deal with; an org that did not answer is not.
    if (err.cause != AC_CAUSE_CONFIG && in->fault.rc == AC_OK)
        in->fault = err;
    return rc;
}

static bool is_key(const struct ac_field *f) { return f->external_id || f->id_lookup; }

static void no_key(struct ac_instance *in, const struct ac_schema *schema, const char *key,
                   const char *why) {
    char has[300] = "";
    for (size_t i = 0; i < schema->n_fields; i++) {
        size_t at = strlen(has);
        ac_str name = schema->fields[i].name;
        if (is_key(&schema->fields[i]) && at + name.len + 8 < sizeof has)
            snprintf(has + at, sizeof has - at, "%s%.*s", at ? ", " : "", AC_STR_ARG(name));
    }
    ac_host_say(in, "CONFIG",
                "the org's object %.*s has no field %s to find records by%s; it can be asked by: "
                "%s. Install the package that has it, or let this user see it (for the CTI "
                "Adapter: permission set AC_Administrator)",
                AC_STR_ARG(schema->name), key, why, has[0] ? has : "none");
}

static bool grow(struct ac_instance *in, struct ac_bound *b) {
    size_t max = b->max_fields ? b->max_fields * 2 : 64;
    const struct ac_field **more =
        ac_arena_alloc(&in->input_arena, max * sizeof(struct ac_field *));
    if (!more)
        return false;
    if (b->columns.n)
        memcpy(more, b->fields, b->columns.n * sizeof(struct ac_field *));
    b->fields = more;
    b->columns.fields = more;
    b->max_fields = max;
    return true;
}

static int add_column(struct ac_instance *in, struct ac_bound *b, const struct ac_field *field) {
    if (b->columns.n == b->max_fields && !grow(in, b)) {
        nomem(in);
        return -1;
    }
    b->fields[b->columns.n] = field;
    return (int)b->columns.n++;
}

static bool is_writable(const struct ac_bound *b, const struct ac_field *f) {
    return f->createable && (f->updateable || b->columns.operation == ACLOAD_INSERT);
}

// A field of the schema: its number, given when it is asked for first.
static int known(struct ac_instance *in, struct ac_bound *b, int at) {
    const struct ac_field *f = &b->schema->fields[at];
    if (b->numbers[at] < 0)
        b->numbers[at] = is_writable(b, f) ? add_column(in, b, f) : AC_HOST_READ_ONLY + at;
    return b->numbers[at];
}

static uint64_t bucket_of(ac_str name) {
    uint64_t hash = 0xCBF29CE484222325u;
    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)(name.ptr[i] | 32)) * 0x100000001B3u;
    return (hash >> 32) & (AC_BOUND_BUCKETS - 1);
}

static struct ac_unknown *unknown(struct ac_instance *in, struct ac_bound *b, ac_str name) {
    if (!b->unknown)
        b->unknown =
            ac_arena_zalloc(&in->input_arena, AC_BOUND_BUCKETS * sizeof(struct ac_unknown *));
    if (!b->unknown)
        return NULL;
    struct ac_unknown **head = &b->unknown[bucket_of(name)];
    for (struct ac_unknown *u = *head; u; u = u->next)
        if (ac_str_eq_nocase(u->field.name, name))
            return u;
    struct ac_unknown *u = ac_arena_zalloc(&in->input_arena, sizeof *u);
    const char *copy = ac_arena_copy(&in->input_arena, name);
    if (!u || !copy)
        return NULL;
    u->field = (struct ac_field){.name = {copy, name.len},
                                 .label = {copy, name.len},
                                 .type = AC_FIELD_UNKNOWN,
                                 .nillable = true,
                                 .createable = true,
                                 .updateable = true};
    u->number = -1;
    u->next = *head;
    *head = u;
    return u;
}

static int unknown_number(struct ac_instance *in, struct ac_bound *b, const char *name,
                          const struct ac_field **field) {
    struct ac_unknown *u = unknown(in, b, ac_str_of(name));
    if (!u) {
        nomem(in);
        return -1;
    }
    if (u->number < 0)
        u->number = add_column(in, b, &u->field);
    *field = &u->field;
    return u->number;
}

// A question can compare short texts.
static bool is_comparable(const struct ac_field *f) {
    return f->type == AC_FIELD_STRING && f->length && f->length <= MAX_COMPARABLE;
}

// What is found is updated by its id, so the key must only be known to whoever inserts it.
static bool may_find(struct ac_instance *in, const struct ac_bound *b, const struct ac_field *f) {
    if (!is_writable(b, f))
        ac_host_say(in, "CONFIG", "this user may not write %.*s of the org's object %.*s",
                    AC_STR_ARG(f->name), AC_STR_ARG(b->schema->name));
    else if (!is_comparable(f))
        ac_host_say(in, "CONFIG",
                    "the org's object %.*s has %.*s, and records cannot be found by it: it is no "
                    "text of at most %u characters",
                    AC_STR_ARG(b->schema->name), AC_STR_ARG(f->name), MAX_COMPARABLE);
    else
        return true;
    return false;
}

// The key is column 0, whether the plugin asks for its number or not.
static bool bind_key(struct ac_instance *in, struct ac_bound *b, const char *key) {
    const struct ac_field *field = NULL;
    int at = ac_schema_field(b->schema, ac_str_of(key));
    if (at < 0 && b->schema->is_open)
        return unknown_number(in, b, key, &field) == 0;
    if (at < 0) {
        no_key(in, b->schema, key, " (or it is hidden from this user)");
        return false;
    }
    field = &b->schema->fields[at];
    bool is_found = b->columns.operation == ACLOAD_FIND;
    if (is_found && !b->schema->is_open && !may_find(in, b, field))
        return false;
    if (!is_found && !is_key(field) && !b->schema->is_open) {
        no_key(in, b->schema, key, " (there is one, but it is no external id)");
        return false;
    }
    b->numbers[at] = add_column(in, b, field);
    return b->numbers[at] == 0;
}

static struct ac_bound *bind(struct ac_instance *in, const struct ac_schema *schema, int operation,
                             const char *key) {
    struct ac_bound *b = ac_arena_zalloc(&in->input_arena, sizeof *b);
    int *numbers = ac_arena_alloc(&in->input_arena, (schema->n_fields + 1) * sizeof *numbers);
    if (!b || !numbers) {
        nomem(in);
        return NULL;
    }
    for (size_t i = 0; i < schema->n_fields; i++)
        numbers[i] = -1;
    b->schema = schema;
    b->numbers = numbers;
    b->columns =
        (struct ac_columns){.object = schema->name, .operation = operation, .key = key ? 0 : -1};
    return key && !bind_key(in, b, key) ? NULL : b;
}

static bool is_bound(const struct ac_bound *b, const struct ac_schema *schema, const char *key,
                     int operation) {
    if (b->schema != schema || b->columns.operation != operation)
        return false;
    if (!key)
        return true;
    int at = ac_schema_field(schema, ac_str_of(key));
    const struct ac_field *own = b->columns.fields[0];
    return at >= 0 ? own == &schema->fields[at] : ac_str_eq_nocase(own->name, ac_str_of(key));
}

int ac_bound_object(struct ac_instance *in, const char *name, const char *key, int operation) {
    const struct ac_schema *schema = NULL;
    bool is_keyed = operation == ACLOAD_UPSERT || operation == ACLOAD_FIND;
    if (!is_plain(name)) {
        ac_host_misuse(in, "object() without a name");
        return -1;
    }
    if ((!is_keyed && operation != ACLOAD_INSERT) || is_keyed != is_plain(key)) {
        ac_host_misuse(in,
                       "object(\"%s\") wants operation %d with%s key; an upsert has a key, and so "
                       "has a find, an insert has none",
                       name, operation, is_plain(key) ? " a" : "out a");
        return -1;
    }
    if (get_schema(in, name, &schema) != AC_OK)
        return -1;
    if (!is_keyed)
        key = NULL;
    for (size_t i = 0; i < in->n_bound; i++)
        if (is_bound(in->bound[i], schema, key, operation))
            return (int)i;
    if (in->n_bound == AC_HOST_MAX_OBJECTS) {
        ac_host_misuse(in, "object(\"%s\") would be over %d objects", name, AC_HOST_MAX_OBJECTS);
        return -1;
    }
    struct ac_bound *b = bind(in, schema, operation, key);
    if (!b)
        return -1;
    in->bound[in->n_bound] = b;
    return (int)in->n_bound++;
}

static int32_t public_type(enum ac_field_type type) {
    switch (type) {
    case AC_FIELD_UNKNOWN:
        return ACLOAD_UNKNOWN;
    case AC_FIELD_STRING:
    case AC_FIELD_PICKLIST:
    case AC_FIELD_ID:
        return ACLOAD_STRING;
    case AC_FIELD_INTEGER:
    case AC_FIELD_NUMBER:
        return ACLOAD_NUMBER;
    case AC_FIELD_PERCENT:
        return ACLOAD_PERCENT;
    case AC_FIELD_BOOLEAN:
        return ACLOAD_BOOLEAN;
    case AC_FIELD_DATE:
        return ACLOAD_DATE;
    case AC_FIELD_DATETIME:
        return ACLOAD_DATETIME;
    }
    return ACLOAD_UNKNOWN;
}

static void tell(acload_traits *out, const struct ac_field *f, bool is_column) {
    uint32_t size = out->size;
    acload_traits t = {.size = size,
                       .type = public_type(f->type),
                       .length = f->length,
                       .precision = f->type == AC_FIELD_INTEGER ? f->digits : f->precision,
                       .scale = f->type == AC_FIELD_INTEGER ? 0 : f->scale,
                       .writable = is_column};
    memcpy(out, &t, size < sizeof t ? size : sizeof t);
}

int ac_bound_field(struct ac_instance *in, int object, const char *name, acload_traits *traits) {
    if (object < 0 || (size_t)object >= in->n_bound || !is_plain(name)) {
        ac_host_misuse(in, "field(\"%s\") of object number %d; object() gave %zu numbers",
                       name ? name : "", object, in->n_bound);
        return -1;
    }
    if (traits && traits->size < sizeof traits->size + sizeof traits->type) {
        ac_host_misuse(in, "field(\"%s\") with traits whose size is not set", name);
        return -1;
    }
    struct ac_bound *b = in->bound[object];
    int at = ac_schema_field(b->schema, ac_str_of(name));
    if (at < 0 && !b->schema->is_open)
        return -1;
    const struct ac_field *field = at >= 0 ? &b->schema->fields[at] : NULL;
    int number = at >= 0 ? known(in, b, at) : unknown_number(in, b, name, &field);
    if (number >= 0 && traits)
        tell(traits, field, number < AC_HOST_READ_ONLY);
    return number;
}
