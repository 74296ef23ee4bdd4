// SPDX-License-Identifier: MIT
// Collections requests written straight into a buffer, their answers read.
#include "org/collections.h"
#include "org/json.h"
#include "org/reply_int.h"

#define MAX_VALUES_A_RECORD 2000u // of JSON: a result lists errors, each its fields

bool ac_collections_begin(struct ac_buf *body) {
    ac_buf_clear(body);
    return ac_buf_add_str(body, AC_STR("{\"allOrNone\":false,\"records\":["));
}

static bool add_record(struct ac_buf *body, const struct ac_columns *columns, const ac_str *cells,
                       ac_str id, bool is_first) {
    if (!is_first && !ac_buf_add_char(body, ','))
        return false;
    if (!ac_buf_add_str(body, AC_STR("{\"attributes\":{\"type\":")) ||
        !ac_buf_add_json(body, columns->object) || !ac_buf_add_str(body, AC_STR("},")))
        return false;
    if (id.ptr && (!ac_buf_add_str(body, AC_STR("\"id\":")) || !ac_buf_add_json(body, id) ||
                   !ac_buf_add_char(body, ',')))
        return false;
    size_t before = body->len;
    if (!ac_columns_json(columns, cells, true, body))
        return false;
    if (body->len == before) // not one field
        body->len--;
    return ac_buf_add_char(body, '}');
}

bool ac_collections_add(struct ac_buf *body, const struct ac_columns *columns, const ac_str *cells,
                        ac_str id, bool is_first) {
    size_t before = body->len;
    bool is_added = add_record(body, columns, cells, id, is_first);
    if (!is_added)
        body->len = before; // the records before it can still be sent
    return is_added;
}

bool ac_collections_end(struct ac_buf *body) { return ac_buf_add_str(body, AC_STR("]}")); }

const char *ac_collections_method(const struct ac_columns *columns) {
    return columns->operation == ACLOAD_INSERT ? "POST" : "PATCH";
}

const char *ac_collections_path(const struct ac_columns *columns, struct ac_arena *arena) {
    AC_CLEANUP(ac_buf_free) struct ac_buf path;
    ac_buf_init(&path, 2048);
    bool is_good = ac_buf_add_str(&path, AC_STR("/composite/sobjects"));
    if (columns->operation == ACLOAD_UPSERT)
        is_good = is_good && ac_buf_add_char(&path, '/') &&
                  ac_buf_add_url(&path, columns->object) && ac_buf_add_char(&path, '/') &&
                  ac_buf_add_url(&path, columns->fields[columns->key]->name);
    return is_good ? ac_arena_copy(arena, ac_buf_str(&path)) : NULL;
}

// --- the answer

static bool is_result(const json_t *item) {
    return json_is_object(item) && json_is_boolean(json_object_get(item, "success"));
}

static bool is_passing(enum ac_outcome outcome) { // trying again may help
    return outcome == AC_OUT_RETRY || outcome == AC_OUT_RETRY_FEW || outcome == AC_OUT_LOCKED ||
           outcome == AC_OUT_SLOW_DOWN || outcome == AC_OUT_INNOCENT;
}

// Of several errors one that will not pass decides, else the first.
static void take_errors(const json_t *errors, struct ac_row_result *out) {
    size_t n = json_array_size(errors);
    for (size_t i = 0; i < n; i++) {
        struct ac_reply_error error;
        if (!ac_reply_error_read(json_array_get(errors, i), &error))
            continue;
        enum ac_outcome outcome = ac_reply_classify_row(error.code, error.message);
        if (i > 0 && *out->error.code && is_passing(outcome))
            continue;
        out->error = error;
        out->outcome = outcome;
        if (!is_passing(outcome))
            return;
    }
    if (*out->error.code || *out->error.message)
        return;
    out->outcome = AC_OUT_REFUSED;
    out->error = (struct ac_reply_error){.code = "NO_REASON",
                                         .message = "the org refused it without giving a reason"};
}

static struct ac_row_result result_of(const json_t *item) {
    struct ac_row_result out = {.outcome = AC_OUT_OK, .id = ac_json_text(item, "id")};
    if (ac_str_is_null(out.id))
        out.id = AC_STR("");
    if (!json_is_true(json_object_get(item, "success"))) {
        take_errors(json_object_get(item, "errors"), &out);
        return out;
    }
    const json_t *created = json_object_get(item, "created"); // upserts only
    if (json_is_boolean(created))
        out.outcome = json_is_true(created) ? AC_OUT_CREATED : AC_OUT_UPDATED;
    return out;
}

enum ac_rc ac_collections_parse(ac_str body, size_t n,
                                void (*each)(void *arg, size_t i,
                                             const struct ac_row_result *result),
                                void *arg, struct ac_err *err) {
    AC_CLEANUP(ac_json_free) json_t *tree = ac_json_load(body, (n + 1) * MAX_VALUES_A_RECORD);
    size_t n_results = json_array_size(tree);
    if (!json_is_array(tree) || n_results != n)
        return ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "BAD_REPLY",
                          "the org answered %zu records with %s of %zu results", n,
                          json_is_array(tree) ? "a list" : "no list", n_results);
    for (size_t i = 0; i < n; i++)
        if (!is_result(json_array_get(tree, i)))
            return ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "BAD_REPLY",
                              "the org's result for record %zu of %zu is none", i + 1, n);
    for (size_t i = 0; i < n; i++) {
        struct ac_row_result result = result_of(json_array_get(tree, i));
        each(arg, i, &result);
    }
    return AC_OK;
}
