// SPDX-License-Identifier: MIT
// Looks objects up by name: the finished schema as everybody else sees it.
#include "schema.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct sb_schema *sb_schema_new(const char *ns) {
    struct sb_schema *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    sb_arena_init(&s->arena, (size_t)256 << 20);
    s->objects = sb_arena_get(&s->arena, SB_MAX_OBJECTS * sizeof *s->objects);
    s->ns = sb_arena_text(&s->arena, ns);
    if (!s->objects || !s->ns) {
        sb_schema_free(s);
        return NULL;
    }
    return s;
}

void sb_schema_free(struct sb_schema *s) {
    if (!s)
        return;
    sb_arena_free(&s->arena);
    free(s);
}

static bool load_file(struct sb_schema *s, const char *path, char *why, size_t why_size) {
    json_error_t e;
    json_t *root = json_load_file(path, 0, &e);
    if (!root) {
        snprintf(why, why_size, "%s:%d: %s", path, e.line, e.text);
        return false;
    }
    bool ok = true;
    // Other JSON may lie in the same folder (the schema of a configuration file, reports).
    if (json_is_array(json_object_get(root, "fields"))) {
        char inner[200] = "";
        ok = sb_schema_add(s, root, inner, sizeof inner);
        if (!ok)
            snprintf(why, why_size, "%s: %s", path, inner);
    }
    json_decref(root);
    return ok;
}

static int is_json(const struct dirent *e) {
    size_t len = strlen(e->d_name);
    return e->d_name[0] != '.' && len > 5 && strcmp(e->d_name + len - 5, ".json") == 0;
}

bool sb_schema_load(struct sb_schema *s, const char *dir, char *why, size_t why_size) {
    struct dirent **names = NULL;
    int n = scandir(dir, &names, is_json, alphasort);
    if (n < 0) {
        char text[128];
        snprintf(why, why_size, "%s: cannot be read: %s; --schemas names the folder", dir,
                 strerror_r(errno, text, sizeof text));
        return false;
    }
    bool ok = true;
    for (int i = 0; i < n; i++) {
        char path[4096];
        if (ok && snprintf(path, sizeof path, "%s/%s", dir, names[i]->d_name) < (int)sizeof path)
            ok = load_file(s, path, why, why_size);
        free(names[i]);
    }
    free(names);
    return ok;
}

const struct sb_object *sb_schema_object(const struct sb_schema *s, const char *name) {
    for (size_t i = 0; i < s->n_objects; i++)
        if (strcasecmp(s->objects[i].name, name) == 0)
            return &s->objects[i];
    return NULL;
}

const struct sb_object *sb_schema_by_prefix(const struct sb_schema *s, const char *id) {
    for (size_t i = 0; i < s->n_objects; i++)
        if (strncmp(s->objects[i].prefix, id, 3) == 0)
            return &s->objects[i];
    return NULL;
}

static char low(char c) { return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c); }

static uint32_t hash_name(const char *name, size_t len) {
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)low(name[i])) * 16777619u;
    return h ^ h >> 15;
}

static bool seal_object(struct sb_schema *s, struct sb_object *o) {
    o->n_slots = 16;
    while (o->n_slots < o->n_fields * 2)
        o->n_slots *= 2;
    o->slots = sb_arena_get(&s->arena, o->n_slots * sizeof *o->slots);
    if (!o->slots)
        return false;
    o->name_at = o->first_name_at = o->last_name_at = -1;
    for (size_t i = 0; i < o->n_fields; i++) {
        struct sb_field *f = &o->fields[i];
        f->at = (int)i;
        size_t slot = hash_name(f->name, strlen(f->name));
        while (o->slots[slot & (o->n_slots - 1)])
            slot++;
        o->slots[slot & (o->n_slots - 1)] = (uint16_t)(i + 1);
        if (strcmp(f->name, "Name") == 0)
            o->name_at = f->at;
        else if (strcmp(f->name, "FirstName") == 0)
            o->first_name_at = f->at;
        else if (strcmp(f->name, "LastName") == 0)
            o->last_name_at = f->at;
    }
    return true;
}

static const char *next_prefix(struct sb_schema *s) {
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (int i = 0; i < 36 * 36; i++) {
        char prefix[] = {'a', digits[i / 36], digits[i % 36], '\0'};
        if (!sb_schema_by_prefix(s, prefix))
            return sb_arena_text(&s->arena, prefix);
    }
    return NULL;
}

bool sb_schema_seal(struct sb_schema *s, char *why, size_t why_size) {
    for (size_t i = 0; i < s->n_objects; i++) {
        struct sb_object *o = &s->objects[i];
        o->at = (int)i;
        if (o->prefix[0] == '\0')
            o->prefix = next_prefix(s);
        if (!o->prefix || !seal_object(s, o)) {
            snprintf(why, why_size, "not enough memory for the objects");
            return false;
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(s->objects[k].prefix, o->prefix) == 0) {
                snprintf(why, why_size, "%s and %s have the same keyPrefix %s", s->objects[k].name,
                         o->name, o->prefix);
                return false;
            }
        }
    }
    return true;
}

const struct sb_field *sb_object_field(const struct sb_object *o, const char *name, size_t len) {
    for (size_t slot = hash_name(name, len);; slot++) {
        uint16_t at = o->slots[slot & (o->n_slots - 1)];
        if (at == 0)
            return NULL;
        const struct sb_field *f = &o->fields[at - 1];
        if (strlen(f->name) == len && strncasecmp(f->name, name, len) == 0)
            return f->hidden ? NULL : f;
    }
}

const struct sb_field *sb_object_relationship(const struct sb_object *o, const char *name,
                                              size_t len) {
    for (size_t i = 0; i < o->n_fields; i++) {
        const struct sb_field *f = &o->fields[i];
        if (f->relationship && !f->hidden && strlen(f->relationship) == len &&
            strncasecmp(f->relationship, name, len) == 0)
            return f;
    }
    return NULL;
}

bool sb_field_is_key(const struct sb_field *f) {
    return f->external_id || f->id_lookup || f->kind == SB_KIND_ID;
}

bool sb_field_is_text(const struct sb_field *f) {
    switch (f->kind) {
    case SB_KIND_TEXT:
    case SB_KIND_REFERENCE:
    case SB_KIND_PICKLIST:
    case SB_KIND_MULTIPICKLIST:
    case SB_KIND_EMAIL:
    case SB_KIND_BASE64:
    case SB_KIND_DATE:
    case SB_KIND_TIME:
        return true;
    case SB_KIND_BOOLEAN:
    case SB_KIND_INT:
    case SB_KIND_DOUBLE:
    case SB_KIND_DATETIME:
    case SB_KIND_ID:
        return false;
    }
    return false;
}

bool sb_field_may_refer(const struct sb_field *f, const struct sb_object *target) {
    for (size_t i = 0; i < f->n_targets; i++)
        if (strcasecmp(f->targets[i], target->name) == 0)
            return true;
    return f->n_targets == 0;
}
