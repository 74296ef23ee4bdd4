// SPDX-License-Identifier: MIT
// What happens beside a new file: its document, its links, its sizes.
#include "files.h"

#include <ctype.h>
#include <string.h>

static struct sb_cell *cell(struct sb_input *row, const char *name) {
    const struct sb_field *f = sb_object_field(row->object, name, strlen(name));
    return f ? &row->cells[f->at] : NULL;
}

static bool has_text(const struct sb_cell *c) { return c && c->kind == SB_TEXT && c->len > 0; }

static void set_text(struct sb_input *row, const char *name, const char *s) {
    struct sb_cell *c = cell(row, name);
    if (c && s)
        *c = (struct sb_cell){.kind = SB_TEXT, .len = strlen(s), .as.text = s};
}

static void set_whole(struct sb_input *row, const char *name, int64_t v) {
    struct sb_cell *c = cell(row, name);
    if (c)
        *c = (struct sb_cell){.kind = SB_WHOLE, .as.whole = v};
}

static bool refuse(struct sb_result *r, const char *code, const char *message, const char *fields) {
    r->fail = (struct sb_fail){code, message, fields};
    return false;
}

static bool fill_version(struct sb_save *s, struct sb_input *row, struct sb_result *r) {
    struct sb_cell *path = cell(row, "PathOnClient"), *data = cell(row, "VersionData");
    struct sb_cell *document = cell(row, "ContentDocumentId");
    if (!has_text(path))
        return refuse(r, "REQUIRED_FIELD_MISSING", "Required fields are missing: [PathOnClient]",
                      "PathOnClient");
    if (!data || data->kind != SB_TEXT)
        return refuse(r, "REQUIRED_FIELD_MISSING", "Required fields are missing: [VersionData]",
                      "VersionData");
    struct sb_cell *place = cell(row, "FirstPublishLocationId");
    if (has_text(document) && has_text(place))
        return refuse(r, "INVALID_FIELD_FOR_INSERT_UPDATE",
                      "FirstPublishLocationId and ContentDocumentId exclude each other",
                      "FirstPublishLocationId");
    const char *dot = strrchr(path->as.text, '.');
    set_text(row, "FileExtension", dot ? dot + 1 : NULL);
    char *type = sb_arena_text(s->arena, dot ? dot + 1 : "UNKNOWN");
    for (char *p = type; p && *p; p++)
        *p = (char)toupper((unsigned char)*p);
    set_text(row, "FileType", type);
    set_whole(row, "ContentSize", (int64_t)data->len);
    set_whole(row, "IsLatest", 1);
    return true;
}

bool sb_files_fill(struct sb_save *s, struct sb_input *row, struct sb_result *r) {
    if (strcmp(row->object->name, "ContentVersion") == 0)
        return fill_version(s, row, r);
    if (strcmp(row->object->name, "Attachment") == 0) {
        struct sb_cell *body = cell(row, "Body");
        if (body && body->len > (size_t)25 << 20)
            return refuse(r, "MAXIMUM_SIZE_OF_ATTACHMENT", "Maximum size of attachment exceeded",
                          "Body");
        if (body)
            set_whole(row, "BodyLength", (int64_t)body->len);
    }
    return true;
}

static bool new_row(struct sb_save *s, struct sb_input *row, const char *object) {
    row->object = sb_schema_object(s->schema, object);
    if (row->object)
        row->cells = sb_arena_get(s->arena, row->object->n_fields * sizeof *row->cells);
    return row->object && row->cells;
}

static bool insert(struct sb_save *s, struct sb_input *row, int64_t *n) {
    return sb_save_defaults(s, row) && sb_store_insert(s->store, row->object, row->cells, n);
}

static void copy_cell(struct sb_input *to, const char *to_name, struct sb_input *from,
                      const char *name) {
    struct sb_cell *a = cell(to, to_name), *b = cell(from, name);
    if (a && b)
        *a = *b;
}

static bool update(struct sb_save *s, const char *object, int64_t n, const char *field,
                   const char *text, bool whole) {
    struct sb_input row = {0};
    if (!new_row(s, &row, object))
        return false;
    if (text)
        set_text(&row, field, text);
    else
        set_whole(&row, field, whole);
    return sb_store_update(s->store, row.object, n, row.cells);
}

// The versions there were of a document are not the latest any more.
static bool retire(struct sb_save *s, struct sb_input *version, int64_t n, int64_t *count) {
    const struct sb_object *o = version->object;
    const struct sb_field *f = sb_object_field(o, "ContentDocumentId", 17);
    int64_t found[1000];
    int have = f ? sb_store_find(s->store, o, f, &version->cells[f->at], found, 1000) : -1;
    *count = have;
    for (int i = 0; i < have; i++)
        if (found[i] != n && !update(s, "ContentVersion", found[i], "IsLatest", NULL, false))
            return false;
    return have >= 0;
}

bool sb_files_publish(struct sb_save *s, struct sb_input *row, int64_t n) {
    if (strcmp(row->object->name, "ContentVersion") != 0)
        return true;
    char *version_id = sb_arena_get(s->arena, SB_ID_SIZE);
    char *document_id = sb_arena_get(s->arena, SB_ID_SIZE);
    struct sb_cell *document = cell(row, "ContentDocumentId");
    int64_t document_n = 0, link_n = 0, count = 1;
    if (!version_id || !document_id || !document)
        return false;
    sb_id_make(version_id, row->object->prefix, n);
    if (has_text(document)) {
        document_n = sb_id_number(document->as.text, "069");
        if (!retire(s, row, n, &count))
            return false;
    } else {
        struct sb_input made = {0};
        if (!new_row(s, &made, "ContentDocument"))
            return false;
        copy_cell(&made, "Title", row, "Title");
        copy_cell(&made, "FileType", row, "FileType");
        copy_cell(&made, "FileExtension", row, "FileExtension");
        if (!insert(s, &made, &document_n))
            return false;
        sb_id_make(document_id, "069", document_n);
        if (!update(s, "ContentVersion", n, "ContentDocumentId", document_id, false))
            return false;
        struct sb_cell *place = cell(row, "FirstPublishLocationId");
        struct sb_input link = {0};
        if (!new_row(s, &link, "ContentDocumentLink"))
            return false;
        set_text(&link, "ContentDocumentId", document_id);
        set_text(&link, "LinkedEntityId", has_text(place) ? place->as.text : s->user_id);
        if (!insert(s, &link, &link_n))
            return false;
    }
    return update(s, "ContentDocument", document_n, "LatestPublishedVersionId", version_id,
                  false) &&
           update(s, "ContentVersion", n, "VersionNumber",
                  sb_arena_format(s->arena, "%d", (int)count), false);
}
