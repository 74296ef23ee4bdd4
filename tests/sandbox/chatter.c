// SPDX-License-Identifier: MIT
// Chatter: posts, comments.
#include "record.h"
#include "routes.h"

#include "fold.h"

#include <string.h>
#include <strings.h>

#define MAX_BODY_CHARS 10000u

// The text of one segment; NULL when the segment is wrong.
static const char *segment_text(json_t *segment) {
    static const struct {
        const char *type, *member;
    } types[] = {{"Text", "text"},
                 {"Mention", "id"},
                 {"Mention", "username"},
                 {"Link", "url"},
                 {"Hashtag", "tag"},
                 {"EntityLink", "entityId"},
                 {"MarkupBegin", "markupType"},
                 {"MarkupEnd", "markupType"},
                 {"InlineImage", "fileId"}};
    const char *type = json_string_value(json_object_get(segment, "type"));
    for (size_t i = 0; type && i < sizeof types / sizeof types[0]; i++) {
        const char *s = json_string_value(json_object_get(segment, types[i].member));
        if (strcasecmp(type, types[i].type) == 0 && s)
            return strncasecmp(type, "Markup", 6) == 0 ? "" : s;
    }
    return NULL;
}

// The text of a body's segments; NULL after an error answer.
static const char *read_body(struct sb_req *req, json_t *root) {
    json_t *list = json_object_get(json_object_get(root, "body"), "messageSegments"), *v = NULL;
    struct sb_buf text;
    size_t i = 0;
    const char *wrong = json_array_size(list) > 0 ? NULL : "messageSegments";
    sb_buf_init(&text, MAX_BODY_CHARS * 4);
    json_array_foreach(list, i, v) {
        const char *s = segment_text(v);
        if (!s)
            wrong = "messageSegments";
        else
            sb_buf_text(&text, s);
    }
    bool too_long = text.failed || sb_utf8_count(text.at ? text.at : "", text.len) > MAX_BODY_CHARS;
    const char *copy = sb_arena_copy(&req->arena, text.at ? text.at : "", text.len);
    sb_buf_free(&text);
    if (wrong)
        sb_req_error(req, 400, "JSON_PARSER_ERROR", "%s: missing, empty or of an unknown type",
                     wrong);
    else if (too_long)
        sb_req_error(req, 400, "STRING_TOO_LONG", "Body: data value too large (max length=%u)",
                     MAX_BODY_CHARS);
    return wrong || too_long ? NULL : copy;
}

static void set(struct sb_input *row, const char *name, const char *s) {
    const struct sb_field *f = sb_object_field(row->object, name, strlen(name));
    if (f)
        row->cells[f->at] = (struct sb_cell){.kind = SB_TEXT, .len = strlen(s), .as.text = s};
}

// Writes a row of FeedItem or FeedComment; false after an error answer.
static bool save(struct sb_req *req, const char *object, const char *parent_field,
                 const char *parent, const char *text_field, const char *text,
                 const char *visibility, struct sb_result *r) {
    struct sb_input row = {.object = sb_schema_object(req->app->schema, object)};
    struct sb_save s;
    char id[SB_ID_SIZE];
    if (!sb_id_read(parent, strlen(parent), id)) {
        sb_req_error(req, 400, "INVALID_ID_FIELD", "invalid id: %s", parent);
        return false;
    }
    row.cells =
        row.object ? sb_arena_get(&req->arena, row.object->n_fields * sizeof *row.cells) : NULL;
    if (!row.cells)
        return false;
    set(&row, parent_field, sb_arena_text(&req->arena, id));
    set(&row, text_field, text);
    if (visibility)
        set(&row, "Visibility", visibility);
    sb_req_save(req, &s);
    s.op = SB_INSERT;
    s.ordered = true;
    sb_store_lock(req->app->store);
    sb_save_chunk(&s, &row, 1, r);
    sb_store_unlock(req->app->store);
    sb_save_count(&s, &row, 1, r);
    if (!r->fail.code)
        return true;
    bool gone = strcmp(r->fail.code, "INVALID_CROSS_REFERENCE_KEY") == 0 ||
                strcmp(r->fail.code, "ENTITY_IS_DELETED") == 0;
    sb_req_fail(req, gone ? 404 : 400, &r->fail);
    return false;
}

static void put_body(struct sb_json *j, const char *text) {
    sb_json_key(j, "body");
    sb_json_open(j, '{');
    sb_json_put_bool(j, "isRichText", false);
    sb_json_key(j, "messageSegments");
    sb_json_open(j, '[');
    sb_json_open(j, '{');
    sb_json_put_str(j, "text", text);
    sb_json_put_str(j, "type", "Text");
    sb_json_close(j, '}');
    sb_json_close(j, ']');
    sb_json_put_str(j, "text", text);
    sb_json_close(j, '}');
}

void sb_feed_post(struct sb_req *req) {
    json_t *root = sb_req_json(req);
    if (!root)
        return;
    const char *type = json_string_value(json_object_get(root, "feedElementType"));
    const char *subject = json_string_value(json_object_get(root, "subjectId"));
    const char *visibility = json_string_value(json_object_get(root, "visibility"));
    struct sb_result r;
    const char *text = NULL;
    if (!type || strcasecmp(type, "FeedItem") != 0 || !subject)
        sb_req_error(req, 400, "MISSING_ARGUMENT",
                     "feedElementType FeedItem and subjectId are required");
    else
        text = read_body(req, root);
    if (text && strcmp(subject, "me") == 0)
        subject = req->app->user_id;
    if (text && save(req, "FeedItem", "ParentId", subject, "Body", text, visibility, &r)) {
        struct sb_json j = sb_req_answer(req, 201);
        sb_json_open(&j, '{');
        sb_json_put_str(&j, "id", r.id);
        sb_json_put_str(&j, "feedElementType", "FeedItem");
        sb_json_put_str(&j, "type", "TextPost");
        sb_json_put_str(
            &j, "url",
            sb_arena_format(&req->arena, "%s/chatter/feed-elements/%s", sb_req_base(req), r.id));
        put_body(&j, text);
        sb_json_close(&j, '}');
    }
    json_decref(root);
}

void sb_feed_comment(struct sb_req *req) {
    json_t *root = sb_req_json(req);
    if (!root)
        return;
    struct sb_result r;
    const char *text = read_body(req, root);
    if (text &&
        save(req, "FeedComment", "FeedItemId", req->part[0], "CommentBody", text, NULL, &r)) {
        struct sb_json j = sb_req_answer(req, 201);
        sb_json_open(&j, '{');
        sb_json_put_str(&j, "id", r.id);
        sb_json_put_str(
            &j, "url",
            sb_arena_format(&req->arena, "%s/chatter/comments/%s", sb_req_base(req), r.id));
        put_body(&j, text);
        sb_json_close(&j, '}');
    }
    json_decref(root);
}
