// SPDX-License-Identifier: MIT
// Fuzz target: whatever an org may answer.
//
// What must hold: errors are texts for people, terminated, in UTF-8, without control characters;
// the results of a call are all told or none; rows of a result file have as many cells as its
// header; rows that were written are read again.
//
// Corpus: tests/cases/reply
#include "decode/quote.h"
#include "fuzz/fuzz.h"
#include "org/bulk.h"
#include "org/result_rows.h"

static void check_text(const char *text, size_t room) {
    size_t len = strnlen(text, room);
    must(len < room, "a text does not end");
    must(ac_str_utf8_bad(ac_str_n(text, len)) == len, "a text is not UTF-8");
    for (size_t i = 0; i < len; i++)
        must((unsigned char)text[i] >= ' ' && text[i] != 0x7f, "a control character in \"%s\"",
             text);
}

static void check_error(const struct ac_reply_error *e) {
    check_text(e->code, sizeof e->code);
    check_text(e->message, sizeof e->message);
    check_text(e->fields, sizeof e->fields);
    (void)ac_reply_hint(e->code, e->message);
    must(ac_outcome_name(ac_reply_classify_row(e->code, e->message)), "an outcome has no name");
    for (int status = 0; status < 600; status += 50)
        must(ac_outcome_name(ac_reply_classify(AC_HTTP_DONE, status, e->code, e->message)),
             "an outcome has no name");
}

static void on_result(void *arg, size_t i, const struct ac_row_result *result) {
    size_t *n = arg;
    must(i == *n, "result %zu comes as %zu", i, *n);
    check_error(&result->error);
    must(ac_outcome_name(result->outcome), "an outcome has no name");
    ++*n;
}

static void read_body(ac_str body) {
    struct ac_err err = AC_ERR_INIT;
    struct ac_reply_error error;
    ac_reply_error_parse(body, &error);
    check_error(&error);
    ac_bulk_error_split(body, &error);
    check_error(&error);
    struct ac_bulk_job job;
    if (ac_bulk_job_parse(body, &job, &err) == AC_OK) {
        check_text(job.id, sizeof job.id);
        check_text(job.error, sizeof job.error);
        must(ac_outcome_name(ac_bulk_job_outcome(&job, &error)), "an outcome has no name");
        check_error(&error);
    }
    for (size_t n = 1; n <= 3; n++) {
        size_t n_told = 0;
        ac_err_clear(&err);
        enum ac_rc rc = ac_collections_parse(body, n, on_result, &n_told, &err);
        must(n_told == (rc == AC_OK ? n : 0), "%zu of %zu results, %d", n_told, n, (int)rc);
    }
    char text[300];
    size_t len = body.len < sizeof text ? body.len : sizeof text - 1;
    if (len)
        memcpy(text, body.ptr, len);
    text[len] = '\0';
    int64_t wait_ms = ac_reply_retry_after(text, 1900000000000);
    must(wait_ms >= -1, "%lld", (long long)wait_ms);
}

static enum ac_rc on_row(void *arg, const struct ac_bulk_result *row, struct ac_err *err) {
    (void)err;
    size_t *n_cells = arg;
    must(!*n_cells || *n_cells == row->n_cells, "rows of %zu and %zu cells", *n_cells,
         row->n_cells);
    *n_cells = row->n_cells;
    check_error(&row->error);
    return AC_OK;
}

static void read_file(ac_str body) {
    static const enum ac_bulk_path files[] = {AC_BULK_SUCCESSFUL, AC_BULK_FAILED_ROWS,
                                              AC_BULK_UNPROCESSED};
    const char *path = fuzz_file(body.ptr, body.len);
    for (size_t i = 0; i < AC_N(files); i++) {
        struct ac_err err = AC_ERR_INIT;
        size_t n_cells = 0;
        enum ac_rc rc = ac_bulk_results_read(path, files[i], i ? AC_STR("Key__c") : AC_STR_NULL,
                                             AC_BULK_ANY_ROWS, on_row, &n_cells, &err);
        must(rc == AC_OK || rc == AC_AGAIN, "%d: %s", (int)rc, err.text);
        must(rc == AC_OK || !n_cells, "rows of a file that is none");
    }
}

// The body's lines as rows of two cells each, as CSV, read by who reads result files. A byte order
// mark at a file's begin is no part of its first cell.
static void write_and_read(ac_str body) {
    struct ac_buf out;
    ac_str rest = body, line, cells[2];
    size_t n = 0;
    ac_buf_init(&out, (size_t)4 << 20);
    while (ac_str_cut(&rest, ';', &line)) {
        cells[0] = ac_str_n(line.ptr, line.len / 2);
        cells[1] = ac_str_skip(line, line.len / 2);
        must(ac_csv_add_row(&out, cells, 2) && ac_buf_add_char(&out, '\n'), "no room");
    }
    struct ac_err err = AC_ERR_INIT;
    struct ac_result_rows rows;
    enum ac_rc rc = ac_result_rows_open(&rows, fuzz_file(out.ptr, out.len), &err);
    must(rc == AC_OK, "%s", err.text);
    rest = body;
    while ((rc = ac_result_rows_next(&rows, &err)) == AC_OK) {
        must(ac_str_cut(&rest, ';', &line), "a row more than was written");
        must(rows.n_cells == 2, "row %zu has %zu cells", n, rows.n_cells);
        must(ac_str_eq(rows.cells[0], ac_str_n(line.ptr, line.len / 2)) &&
                 ac_str_eq(rows.cells[1], ac_str_skip(line, line.len / 2)),
             "row %zu is \"%.*s\", \"%.*s\"", n, AC_STR_ARG(rows.cells[0]),
             AC_STR_ARG(rows.cells[1]));
        n++;
    }
    must(rc == AC_END, "%d: %s", (int)rc, err.text);
    must(!ac_str_cut(&rest, ';', &line), "rows are missing");
    ac_result_rows_close(&rows);
    ac_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    ac_str body = {(const char *)data, len};
    if (len > (size_t)64 * 1024)
        return 0;
    read_body(body);
    read_file(body);
    if (len && !memchr(data, 0, len) && !ac_str_starts(body, AC_STR("\xef\xbb\xbf")))
        write_and_read(body);
    return 0;
}
