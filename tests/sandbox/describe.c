// SPDX-License-Identifier: MIT
// What the org says about its objects.
#include "describe.h"

#include "routes.h"
#include "times.h"

#include <string.h>

const struct sb_object *sb_find_object(struct sb_req *req, const char *name) {
    const struct sb_object *o = sb_schema_object(req->app->schema, name);
    if (!o)
        sb_req_not_found(req);
    return o;
}

// True when the answer is 304: nothing changes here once the server runs.
static bool unchanged(struct sb_req *req) {
    const char *since = sb_req_header(req, "If-Modified-Since");
    char *text = sb_arena_get(&req->arena, SB_TIME_SIZE);
    int64_t ms = 0, started = req->app->started_ms / 1000 * 1000;
    if (!text)
        return false;
    sb_time_http(started, text);
    sb_req_add_header(req, "Last-Modified", text);
    if (!since || !sb_time_read_http(since, &ms) || ms < started)
        return false;
    sb_req_answer(req, 304);
    return true;
}

static void put_urls(struct sb_req *req, struct sb_json *j, const struct sb_object *o) {
    const char *base = sb_arena_format(&req->arena, "%s/sobjects/%s", sb_req_base(req), o->name);
    sb_json_key(j, "urls");
    sb_json_open(j, '{');
    sb_json_put_str(j, "sobject", base);
    sb_json_put_str(j, "describe", sb_arena_format(&req->arena, "%s/describe", base));
    sb_json_put_str(j, "rowTemplate", sb_arena_format(&req->arena, "%s/{ID}", base));
    sb_json_close(j, '}');
}

static void put_object(struct sb_req *req, struct sb_json *j, const struct sb_object *o) {
    sb_json_put_bool(j, "activateable", false);
    sb_json_put_bool(j, "createable", o->createable);
    sb_json_put_bool(j, "custom", o->custom);
    sb_json_put_bool(j, "customSetting", false);
    sb_json_put_bool(j, "deletable", o->deletable);
    sb_json_put_bool(j, "deprecatedAndHidden", false);
    sb_json_put_bool(j, "feedEnabled", o->feed_enabled);
    sb_json_put_str(j, "keyPrefix", o->prefix);
    sb_json_put_str(j, "label", o->label);
    sb_json_put_str(j, "labelPlural", sb_arena_format(&req->arena, "%ss", o->label));
    sb_json_put_bool(j, "layoutable", true);
    sb_json_put_bool(j, "mergeable", false);
    sb_json_put_bool(j, "mruEnabled", true);
    sb_json_put_str(j, "name", o->name);
    sb_json_put_bool(j, "queryable", o->queryable);
    sb_json_put_bool(j, "replicateable", true);
    sb_json_put_bool(j, "retrieveable", true);
    sb_json_put_bool(j, "searchable", true);
    sb_json_put_bool(j, "triggerable", true);
    sb_json_put_bool(j, "undeletable", o->deletable);
    sb_json_put_bool(j, "updateable", o->updateable);
}

static void put_values(struct sb_json *j, const struct sb_field *f) {
    sb_json_key(j, "picklistValues");
    sb_json_open(j, '[');
    for (size_t i = 0; i < f->n_values; i++) {
        sb_json_open(j, '{');
        sb_json_put_bool(j, "active", true);
        sb_json_put_bool(j, "defaultValue", f->fallback && strcmp(f->fallback, f->values[i]) == 0);
        sb_json_put_str(j, "label", f->values[i]);
        sb_json_put_null(j, "validFor");
        sb_json_put_str(j, "value", f->values[i]);
        sb_json_close(j, '}');
    }
    sb_json_close(j, ']');
}

static const char *soap_type(const struct sb_field *f) {
    switch (f->kind) {
    case SB_KIND_BOOLEAN:
        return "xsd:boolean";
    case SB_KIND_INT:
        return "xsd:int";
    case SB_KIND_DOUBLE:
        return "xsd:double";
    case SB_KIND_DATE:
        return "xsd:date";
    case SB_KIND_DATETIME:
        return "xsd:dateTime";
    case SB_KIND_TIME:
        return "xsd:time";
    case SB_KIND_REFERENCE:
    case SB_KIND_ID:
        return "tns:ID";
    case SB_KIND_BASE64:
        return "xsd:base64Binary";
    case SB_KIND_TEXT:
    case SB_KIND_PICKLIST:
    case SB_KIND_MULTIPICKLIST:
    case SB_KIND_EMAIL:
        break;
    }
    return "xsd:string";
}

static void put_reference(struct sb_req *req, struct sb_json *j, const struct sb_field *f) {
    const struct sb_schema *s = req->app->schema;
    bool any = f->kind == SB_KIND_REFERENCE && f->n_targets == 0;
    sb_json_put_bool(j, "polymorphicForeignKey", any || f->n_targets > 1);
    sb_json_key(j, "referenceTo");
    sb_json_open(j, '[');
    for (size_t i = 0; i < f->n_targets; i++)
        sb_json_str(j, f->targets[i]);
    for (size_t i = 0; any && i < s->n_objects; i++)
        sb_json_str(j, s->objects[i].name);
    sb_json_close(j, ']');
    sb_json_put_str(j, "relationshipName", f->relationship);
}

static void put_field(struct sb_req *req, struct sb_json *j, const struct sb_field *f) {
    bool text = sb_field_is_text(f) && f->kind != SB_KIND_BASE64;
    sb_json_open(j, '{');
    sb_json_put_bool(j, "aggregatable", text || f->kind == SB_KIND_ID);
    sb_json_put_bool(j, "autoNumber", f->auto_number);
    sb_json_put_int(j, "byteLength", text ? f->length * 3 : f->length);
    sb_json_put_bool(j, "calculated", f->calculated);
    sb_json_put_bool(j, "caseSensitive", f->case_sensitive);
    sb_json_put_null(j, "controllerName");
    sb_json_put_bool(j, "createable", f->createable);
    sb_json_put_bool(j, "custom", f->custom);
    if (f->kind == SB_KIND_BOOLEAN)
        sb_json_put_bool(j, "defaultValue", f->fallback && strcmp(f->fallback, "true") == 0);
    else
        sb_json_put_str(j, "defaultValue", f->fallback);
    sb_json_put_bool(j, "defaultedOnCreate", f->defaulted);
    sb_json_put_bool(j, "dependentPicklist", false);
    sb_json_put_bool(j, "deprecatedAndHidden", false);
    sb_json_put_int(j, "digits", f->digits);
    sb_json_put_bool(j, "encrypted", false);
    sb_json_put_bool(j, "externalId", f->external_id);
    sb_json_put_bool(j, "filterable", f->kind != SB_KIND_BASE64);
    sb_json_put_bool(j, "groupable", text && f->length <= 255);
    sb_json_put_bool(j, "idLookup", f->id_lookup);
    sb_json_put_str(j, "label", f->label);
    sb_json_put_int(j, "length", f->length);
    sb_json_put_str(j, "name", f->name);
    sb_json_put_bool(j, "nameField", strcmp(f->name, "Name") == 0);
    sb_json_put_bool(j, "nillable", f->nillable);
    sb_json_put_bool(j, "permissionable", f->custom && f->nillable);
    put_values(j, f);
    sb_json_put_int(j, "precision", f->precision);
    put_reference(req, j, f);
    sb_json_put_bool(j, "restrictedPicklist", f->restricted);
    sb_json_put_int(j, "scale", f->scale);
    sb_json_put_str(j, "soapType", soap_type(f));
    sb_json_put_bool(j, "sortable", f->kind != SB_KIND_BASE64);
    sb_json_put_str(j, "type", f->type);
    sb_json_put_bool(j, "unique", f->unique);
    sb_json_put_bool(j, "updateable", f->updateable);
    sb_json_put_bool(j, "writeRequiresMasterRead", false);
    sb_json_close(j, '}');
}

static void put_children(struct sb_req *req, struct sb_json *j, const struct sb_object *o) {
    const struct sb_schema *s = req->app->schema;
    sb_json_key(j, "childRelationships");
    sb_json_open(j, '[');
    for (size_t i = 0; i < s->n_objects; i++) {
        for (size_t k = 0; k < s->objects[i].n_fields; k++) {
            const struct sb_field *f = &s->objects[i].fields[k];
            if (f->kind != SB_KIND_REFERENCE || f->hidden || f->system || f->n_targets == 0 ||
                !sb_field_may_refer(f, o))
                continue;
            sb_json_open(j, '{');
            sb_json_put_bool(j, "cascadeDelete", false);
            sb_json_put_str(j, "childSObject", s->objects[i].name);
            sb_json_put_bool(j, "deprecatedAndHidden", false);
            sb_json_put_str(j, "field", f->name);
            sb_json_put_null(j, "relationshipName");
            sb_json_put_bool(j, "restrictedDelete", false);
            sb_json_close(j, '}');
        }
    }
    sb_json_close(j, ']');
}

void sb_describe(struct sb_req *req) {
    const struct sb_object *o = sb_find_object(req, req->part[0]);
    if (!o || unchanged(req))
        return;
    struct sb_json j = sb_req_answer(req, 200);
    sb_json_open(&j, '{');
    sb_json_key(&j, "actionOverrides");
    sb_json_raw(&j, "[]", 2);
    put_children(req, &j, o);
    put_object(req, &j, o);
    sb_json_key(&j, "fields");
    sb_json_open(&j, '[');
    for (size_t i = 0; i < o->n_fields; i++)
        if (!o->fields[i].hidden)
            put_field(req, &j, &o->fields[i]);
    sb_json_close(&j, ']');
    sb_json_key(&j, "recordTypeInfos");
    static const char master[] =
        "[{\"active\":true,\"available\":true,\"defaultRecordTypeMapping\":true,\"developerName\":"
        "\"Master\",\"master\":true,\"name\":\"Master\",\"recordTypeId\":\"012000000000000AAA\","
        "\"urls\":{}}]";
    sb_json_raw(&j, master, sizeof master - 1);
    sb_json_key(&j, "supportedScopes");
    sb_json_raw(&j, "[]", 2);
    put_urls(req, &j, o);
    sb_json_close(&j, '}');
}

static void put_basic(struct sb_req *req, struct sb_json *j, const struct sb_object *o) {
    sb_json_open(j, '{');
    put_object(req, j, o);
    put_urls(req, j, o);
    sb_json_close(j, '}');
}

void sb_global_describe(struct sb_req *req) {
    if (unchanged(req))
        return;
    struct sb_json j = sb_req_answer(req, 200);
    sb_json_open(&j, '{');
    sb_json_put_str(&j, "encoding", "UTF-8");
    sb_json_put_int(&j, "maxBatchSize", 200);
    sb_json_key(&j, "sobjects");
    sb_json_open(&j, '[');
    for (size_t i = 0; i < req->app->schema->n_objects; i++)
        put_basic(req, &j, &req->app->schema->objects[i]);
    sb_json_close(&j, ']');
    sb_json_close(&j, '}');
}

void sb_object_info(struct sb_req *req) {
    const struct sb_object *o = sb_find_object(req, req->part[0]);
    if (!o)
        return;
    struct sb_json j = sb_req_answer(req, 200);
    sb_json_open(&j, '{');
    sb_json_key(&j, "objectDescribe");
    put_basic(req, &j, o);
    sb_json_key(&j, "recentItems");
    sb_json_raw(&j, "[]", 2);
    sb_json_close(&j, '}');
}
