// SPDX-License-Identifier: MIT
// Fuzz target: an object's description, with a text that is judged against its fields.
//
// The text stands behind the first NUL byte. What must hold: every field is found by its name; what
// is judged right is written as JSON that can be read, with that member.
//
// Corpus: schemas/AC_HistoricalQueueMetrics__c.json tests/cases/schema
#include "fuzz/fuzz.h"
#include "schema/check.h"
#include "schema/columns.h"
#include <jansson.h>

static void check_field(const struct ac_schema *schema, size_t i, ac_str text) {
    const struct ac_field *field = &schema->fields[i];
    struct ac_err err = AC_ERR_INIT;
    int found = ac_schema_field(schema, field->name);
    must(found >= 0, "%.*s is not found", AC_STR_ARG(field->name));
    enum ac_rc rc = ac_check_cell(field, text, &err);
    must(rc == AC_OK || rc == AC_ROW, "%d", (int)rc);
    must((rc == AC_OK) == (err.code[0] == '\0'), "%s", err.code);
    if (rc != AC_OK)
        return;
    const struct ac_field *fields[] = {field};
    struct ac_columns columns = {
        .object = schema->name, .operation = ACLOAD_INSERT, .key = -1, .n = 1, .fields = fields};
    struct ac_buf out;
    ac_buf_init(&out, (size_t)4 << 20);
    ac_buf_add_char(&out, '{');
    must(ac_columns_json(&columns, &text, true, &out), "no room");
    ac_buf_add_char(&out, '}');
    json_error_t why = {0};
    json_t *object = json_loadb(out.ptr, out.len, JSON_ALLOW_NUL, &why);
    must(object && json_object_size(object) == 1, "%s: %s", why.text, ac_buf_text(&out));
    json_decref(object);
    (void)ac_columns_key_hash(&columns, &text);
    ac_buf_free(&out);
}

static void parse(ac_str json, ac_str text, ac_str ns, bool is_open) {
    struct ac_arena arena;
    struct ac_err err = AC_ERR_INIT;
    const struct ac_schema *schema = NULL;
    ac_arena_init(&arena, (size_t)16 << 20);
    enum ac_rc rc = ac_schema_parse(json, "input", ns, is_open, &arena, &schema, &err);
    must((rc == AC_OK) == (schema != NULL), "%d", (int)rc);
    must((rc == AC_OK) == (err.rc == AC_OK), "%s", err.text);
    for (size_t i = 0; schema && i < schema->n_fields; i++)
        check_field(schema, i, text);
    ac_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    const char *bytes = (const char *)data;
    if (len > (size_t)64 * 1024)
        return 0;
    const char *nul = len ? memchr(bytes, 0, len) : NULL;
    size_t n = nul ? (size_t)(nul - bytes) : len;
    ac_str text = nul ? ac_str_n(nul + 1, len - n - 1) : AC_STR("1.50");
    parse(ac_str_n(bytes, n), text, AC_STR(""), false);
    parse(ac_str_n(bytes, n), text, AC_STR("amazonconnect"), true);
    return 0;
}
