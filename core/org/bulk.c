// SPDX-License-Identifier: MIT
// Bulk jobs: what creates one, what the org says of one.
#include "org/bulk.h"
#include "org/json.h"
#include <ctype.h>
#include <stdio.h>

#define MAX_VALUES 1000u // of a job's JSON

bool ac_bulk_create_body(struct ac_buf *body, const struct ac_columns *columns) {
    bool is_upsert = columns->operation == ACLOAD_UPSERT;
    ac_buf_clear(body);
    bool is_good = ac_buf_add_str(body, AC_STR("{\"object\":")) &&
                   ac_buf_add_json(body, columns->object) &&
                   ac_buf_printf(body, ",\"operation\":\"%s\"", is_upsert ? "upsert" : "insert");
    if (is_upsert)
        is_good = is_good && ac_buf_add_str(body, AC_STR(",\"externalIdFieldName\":")) &&
                  ac_buf_add_json(body, columns->fields[columns->key]->name);
    return is_good && ac_buf_add_str(body, AC_STR(",\"contentType\":\"CSV\",\"lineEnding\":\"LF\","
                                                  "\"columnDelimiter\":\"COMMA\"}"));
}

static bool state_of(ac_str name, enum ac_bulk_state *out) {
    static const char *const names[] = {[AC_BULK_OPEN] = "Open",
                                        [AC_BULK_UPLOAD_COMPLETE] = "UploadComplete",
                                        [AC_BULK_IN_PROGRESS] = "InProgress",
                                        [AC_BULK_JOB_COMPLETE] = "JobComplete",
                                        [AC_BULK_FAILED] = "Failed",
                                        [AC_BULK_ABORTED] = "Aborted"};
    for (size_t i = 0; i < AC_N(names); i++)
        if (ac_str_eq(name, ac_str_of(names[i]))) {
            *out = (enum ac_bulk_state)i;
            return true;
        }
    return false;
}

// An id becomes part of a path, so it holds nothing but letters or digits.
static bool is_id(ac_str id) {
    for (size_t i = 0; i < id.len; i++)
        if (!isalnum((unsigned char)id.ptr[i]))
            return false;
    return id.len > 0 && id.len < sizeof((struct ac_bulk_job *)0)->id;
}

static uint64_t count_of(const json_t *job, const char *name) {
    const json_t *value = json_object_get(job, name);
    if (!json_is_number(value))
        return 0;
    double n = json_number_value(value);
    return n > 0 && n < 1e15 ? (uint64_t)n : 0;
}

enum ac_rc ac_bulk_job_parse(ac_str body, struct ac_bulk_job *out, struct ac_err *err) {
    AC_CLEANUP(ac_json_free) json_t *job = ac_json_load(body, MAX_VALUES);
    ac_str id = ac_json_text(job, "id");
    *out = (struct ac_bulk_job){0};
    if (!is_id(id) || !state_of(ac_json_text(job, "state"), &out->state))
        return ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "BAD_REPLY",
                          "the org answered with no bulk job: %.*s",
                          (int)(body.len > 200 ? 200 : body.len), body.len ? body.ptr : "");
    ac_json_copy(out->id, sizeof out->id, id);
    ac_json_copy(out->error, sizeof out->error, ac_json_text(job, "errorMessage"));
    out->n_processed = count_of(job, "numberRecordsProcessed");
    out->n_failed = count_of(job, "numberRecordsFailed");
    return AC_OK;
}

const char *ac_bulk_path(enum ac_bulk_path which, const char *id, char *out, size_t len) {
    static const char *const ends[] = {[AC_BULK_JOBS] = "",
                                       [AC_BULK_JOB] = "",
                                       [AC_BULK_BATCHES] = "/batches",
                                       [AC_BULK_SUCCESSFUL] = "/successfulResults",
                                       [AC_BULK_FAILED_ROWS] = "/failedResults",
                                       [AC_BULK_UNPROCESSED] = "/unprocessedrecords"};
    if (which == AC_BULK_JOBS)
        snprintf(out, len, "/jobs/ingest");
    else
        snprintf(out, len, "/jobs/ingest/%s%s", id, ends[which]);
    return out;
}

// --- errors of rows or jobs

static bool is_code(ac_str text) {
    for (size_t i = 0; i < text.len; i++)
        if (!isalnum((unsigned char)text.ptr[i]) && text.ptr[i] != '_')
            return false;
    return text.len > 0 && text.len < sizeof((struct ac_reply_error *)0)->code;
}

// "Field1, Field2", or nothing: names without blanks, or it is a part of the message.
static bool is_fields(ac_str text) {
    ac_str piece;
    while (text.len && ac_str_cut(&text, ',', &piece)) {
        piece = ac_str_trim(piece);
        for (size_t i = 0; i < piece.len; i++)
            if (!isalnum((unsigned char)piece.ptr[i]) && !strchr("_.", piece.ptr[i]))
                return false;
    }
    return true;
}

static ptrdiff_t last_colon(ac_str text) {
    for (size_t i = text.len; i; i--)
        if (text.ptr[i - 1] == ':')
            return (ptrdiff_t)i - 1;
    return -1;
}

void ac_bulk_error_split(ac_str text, struct ac_reply_error *out) {
    *out = (struct ac_reply_error){0};
    ptrdiff_t colon = ac_str_find(text, ':');
    ac_str code = colon > 0 ? ac_str_trim(ac_str_n(text.ptr, (size_t)colon)) : AC_STR_NULL;
    if (is_code(code)) {
        ac_json_copy(out->code, sizeof out->code, code);
        text = ac_str_skip(text, (size_t)colon + 1);
    }
    text = ac_str_trim(text);
    if (ac_str_ends(text, AC_STR("--"))) { // whole, with its list of fields
        text.len -= 2;
        ptrdiff_t at = last_colon(text);
        ac_str fields = ac_str_trim(at < 0 ? text : ac_str_skip(text, (size_t)at + 1));
        if (at >= 0 && is_fields(fields)) {
            ac_json_copy(out->fields, sizeof out->fields, fields);
            text.len = (size_t)at;
        }
    }
    ac_json_copy(out->message, sizeof out->message, ac_str_trim(text));
}

// Some of a job's messages begin with their code and a blank.
static void take_first_word(struct ac_reply_error *error) {
    ac_str rest = ac_str_of(error->message), word;
    if (*error->code || !ac_str_cut(&rest, ' ', &word) || !is_code(word))
        return;
    ac_json_copy(error->code, sizeof error->code, word);
    if (ac_reply_classify_row(error->code, error->message) == AC_OUT_REFUSED)
        *error->code = '\0'; // just a word
}

enum ac_outcome ac_bulk_job_outcome(const struct ac_bulk_job *job, struct ac_reply_error *out) {
    *out = (struct ac_reply_error){0};
    if (job->state == AC_BULK_JOB_COMPLETE)
        return AC_OUT_OK;
    if (job->state != AC_BULK_FAILED && job->state != AC_BULK_ABORTED)
        return AC_OUT_RETRY; // not over yet
    ac_bulk_error_split(ac_str_of(job->error), out);
    take_first_word(out);
    if (!*out->message)
        snprintf(out->message, sizeof out->message, "the bulk job %s %s", job->id,
                 job->state == AC_BULK_FAILED ? "failed without a reason" : "was aborted");
    bool is_tired = strstr(job->error, "retried more than") != NULL;
    if (job->state == AC_BULK_ABORTED || is_tired || !*out->code)
        return AC_OUT_RETRY_FEW;
    return ac_reply_classify_row(out->code, out->message);
}
