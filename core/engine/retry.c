// SPDX-License-Identifier: MIT
// Rejected rows taken in again, as if their input had only them.
//
// The rows of one input go, with its header, into a file of the spool, which is read like any
// other: same name, same version, same place of every row. The ledger holds it as a retry
// (ledger/reject.h), so that the counts of the input they came from are true at every moment. A
// file has fewer rows than an input that is ever split across batches.
#include "decode/split.h"
#include "engine/engine_int.h"
#include "engine/how.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_ROWS AC_ENGINE_WHOLE_ROWS
#define MAX_CELLS 5000u
#define ROW_BYTES ((size_t)8 * 1024 * 1024)

struct gathering {
    struct ac_engine *e;
    struct ac_engine_retry *what;
    struct retry *retry;
    FILE *file;
    uint64_t at; // bytes written
    size_t max, n_columns;
    ac_str *cells;
    struct ac_buf text;
    char delimiter;
    bool is_full, is_json;
    enum ac_rc rc;
    struct ac_err *err;
};

// --- rows into a file ----------------------------------------------------------------------------

static bool failed(struct gathering *g, enum ac_rc rc) {
    g->rc = rc;
    return false;
}

static bool no_memory(struct gathering *g) {
    return failed(g, ac_err_nomem(g->err, "rejected rows"));
}

static bool put(struct gathering *g, ac_str text) {
    if (fwrite(text.ptr, 1, text.len, g->file) != text.len || fputc('\n', g->file) == EOF)
        return failed(
            g, ac_err_sys(g->err, AC_RUN, AC_CAUSE_STOP, "cannot write to", g->e->spool_dir));
    g->at += text.len + 1;
    return true;
}

// The ledger keeps headers with commas; rows stand as they came.
static bool put_header(struct gathering *g, ac_str header) {
    AC_CLEANUP(ac_buf_free) struct ac_buf line;
    ac_buf_init(&line, ROW_BYTES);
    if (!ac_csv_split(header, ',', &g->text, g->cells, MAX_CELLS, &g->n_columns))
        return no_memory(g);
    for (size_t i = 0; i < g->n_columns; i++) {
        bool good = (!i || ac_buf_add_char(&line, g->delimiter)) && ac_buf_add_char(&line, '"');
        for (size_t k = 0; k < g->cells[i].len && good; k++)
            good = (g->cells[i].ptr[k] != '"' || ac_buf_add_char(&line, '"')) &&
                   ac_buf_add_char(&line, g->cells[i].ptr[k]);
        if (!good || !ac_buf_add_char(&line, '"'))
            return no_memory(g);
    }
    return put(g, ac_buf_str(&line));
}

static bool begin_file(struct gathering *g, const struct ac_reject *r) {
    struct ac_how how;
    struct ac_arena_mark mark = ac_arena_mark(&g->e->arena);
    if (!ac_how_read(r->from->how, &g->e->arena, &how))
        return no_memory(g);
    g->delimiter = how.delimiter;
    if (!g->delimiter)
        g->delimiter = ',';
    ac_arena_rewind(&g->e->arena, mark);
    g->retry->how = strdup(r->from->how);
    g->retry->name = strdup(r->name);
    g->retry->modified_ms = r->from->modified_ms;
    g->retry->of = r->input;
    if (!g->retry->how || !g->retry->name)
        return no_memory(g);
    g->is_json = !r->header.len;
    return g->is_json || put_header(g, r->header);
}

// A row that cannot stand for itself would take the next ones with it.
static bool is_row(struct gathering *g, const struct ac_reject *r) {
    size_t n = 0;
    if (g->is_json)
        return r->raw.len > 1 && r->raw.ptr[0] == '{' && r->raw.ptr[r->raw.len - 1] == '}';
    return ac_csv_split(r->raw, g->delimiter, &g->text, g->cells, MAX_CELLS, &n) &&
           n == g->n_columns;
}

static bool add_row(struct gathering *g, const struct ac_reject *r) {
    struct retry *retry = g->retry;
    if (retry->n == g->max) {
        size_t max = g->max ? g->max * 2 : 256;
        struct retry_row *more = realloc(retry->rows, max * sizeof *more);
        if (!more)
            return no_memory(g);
        retry->rows = more;
        g->max = max;
    }
    retry->rows[retry->n++] = (struct retry_row){g->at, r->line, r->byte, r->number, 0};
    return put(g, r->raw);
}

static bool gather(void *arg, const struct ac_reject *r) {
    struct gathering *g = arg;
    struct retry *retry = g->retry;
    bool is_over = r->from->state == AC_INPUT_SETTLED || r->from->state == AC_INPUT_FAILED;
    if (!is_over || strcmp(r->from->org, g->e->org_name) != 0) {
        g->what->n_elsewhere++;
        return true;
    }
    if (retry->n && retry->rows[retry->n - 1].number == r->number)
        return true; // of the same row
    if (!g->what->retry && g->what->wants && !g->what->wants(g->what->arg, r))
        return true;
    if (retry->n == MAX_ROWS) {
        g->is_full = true;
        return false;
    }
    if (!retry->name && !begin_file(g, r))
        return false;
    if (!is_row(g, r)) {
        g->what->n_unfit++;
        return true;
    }
    return add_row(g, r);
}

static enum ac_rc gather_all(struct gathering *g, uint64_t from, struct ac_err *err) {
    struct ac_reject_filter filter = g->what->filter;
    filter.input_id = g->what->input;
    filter.retry = g->what->retry;
    filter.number = from;
    filter.max = SIZE_MAX;
    enum ac_rc rc = ac_reject_list(g->e->ledger, &filter, gather, g, err);
    if (rc == AC_OK)
        rc = g->rc;
    if (rc == AC_OK && fflush(g->file) != 0)
        rc = ac_err_sys(err, AC_RUN, AC_CAUSE_STOP, "cannot write to", g->e->spool_dir);
    return rc;
}

// --- the file read -------------------------------------------------------------------------------

void ac_engine_retry_free(struct retry *retry) {
    if (!retry)
        return;
    free(retry->rows);
    free(retry->how);
    free(retry->name);
    free(retry);
}

static enum ac_rc read_file(struct ac_engine *e, const char *path, struct retry *retry,
                            const char *identity, struct ac_err *err) {
    struct ac_item item;
    struct intake_file *file = calloc(1, sizeof *file);
    if (file)
        file->path = strdup(path);
    if (!file || !file->path) {
        free(file);
        ac_engine_retry_free(retry);
        return ac_err_nomem(err, "an input");
    }
    file->retry = retry;
    file->is_spooled = true;
    snprintf(file->hex, sizeof file->hex, "%.64s", identity);
    struct ac_source *src = NULL;
    struct ac_source_options options = {0};
    struct ac_member member;
    enum ac_rc rc = ac_source_item(path, &e->arena, &item, err);
    if (rc == AC_OK) {
        item.name = ac_arena_copy(&e->arena, ac_str_of(retry->name));
        item.modified_ms = retry->modified_ms;
        rc = item.name ? ac_source_open(&src, &item, &options, err)
                       : ac_err_nomem(err, "the name of an input");
    }
    if (rc == AC_OK)
        rc = ac_source_next(src, &member, err);
    if (rc == AC_OK)
        rc = ac_engine_member(e, src, &member, &item, file, err);
    ac_source_close(src);
    file->has_failed |= rc != AC_OK;
    struct ac_err end_err = AC_ERR_INIT;
    enum ac_rc end_rc = ac_engine_file_read(e, file, &end_err);
    if (rc == AC_OK && end_rc != AC_OK) {
        *err = end_err;
        rc = end_rc;
    }
    return rc;
}

static void close_file(FILE **file) {
    if (*file)
        fclose(*file);
}

static void free_gathering(struct gathering *g) {
    close_file(&g->file);
    ac_buf_free(&g->text);
    free(g->cells);
}

static enum ac_rc identity_of(struct ac_engine *e, int64_t retry, unsigned n, char out[65],
                              struct ac_err *err) {
    struct ac_input_row row;
    if (!retry) {
        snprintf(out, 65, "retry-%lld-%u", (long long)e->run, n);
        return AC_OK;
    }
    enum ac_rc rc = ac_ledger_input_get(e->ledger, retry, &e->arena, &row, err);
    if (rc == AC_OK)
        snprintf(out, 65, "%.64s", row.identity);
    return rc;
}

// One file's worth of rows, from that number on. *out: what is known of them; theirs to free.
static enum ac_rc gather_file(struct ac_engine *e, struct ac_engine_retry *what, const char *path,
                              uint64_t from, bool *is_over, struct retry **out,
                              struct ac_err *err) {
    struct gathering g = {.e = e, .what = what, .rc = AC_OK, .err = err};
    enum ac_rc rc = AC_OK;
    ac_buf_init(&g.text, ROW_BYTES);
    g.cells = malloc(MAX_CELLS * sizeof *g.cells);
    *out = g.retry = calloc(1, sizeof *g.retry);
    if (!g.cells || !g.retry)
        rc = ac_err_nomem(err, "rejected rows");
    else if (!(g.file = fopen(path, "wxe"))) // the folder is nobody else's
        rc = ac_err_sys(err, AC_RUN, AC_CAUSE_STOP, "cannot make", path);
    if (rc == AC_OK)
        rc = gather_all(&g, from, err);
    *is_over = !g.is_full;
    free_gathering(&g);
    return rc;
}

// *from: the first number to look at, then the first one left.
static enum ac_rc bring(struct ac_engine *e, struct ac_engine_retry *what, uint64_t *from,
                        bool *is_over, struct ac_err *err) {
    char path[4096], identity[65];
    struct retry *retry = NULL;
    snprintf(path, sizeof path, "%s/retry.%lld.%u", e->spool_dir, (long long)e->run,
             ++e->n_retries);
    enum ac_rc rc = identity_of(e, what->retry, e->n_retries, identity, err);
    if (rc == AC_OK)
        rc = gather_file(e, what, path, *from, is_over, &retry, err);
    if (rc != AC_OK || !retry->n) {
        unlink(path);
        ac_engine_retry_free(retry);
        return rc;
    }
    *from = retry->rows[retry->n - 1].number + 1;
    what->n_chosen += retry->n;
    return read_file(e, path, retry, identity, err);
}

enum ac_rc ac_engine_retry(struct ac_engine *e, struct ac_engine_retry *what, struct ac_err *err) {
    enum ac_rc rc = ac_engine_ready(e, err);
    if (rc == AC_OK)
        rc = ac_ledger_lock(e->ledger, AC_REJECT_LOCK, err);
    uint64_t from = 0;
    for (bool is_over = false; rc == AC_OK && !is_over;) {
        rc = bring(e, what, &from, &is_over, err);
        if (rc == AC_INPUT) // told; its rows stay rejects
            rc = AC_OK;
    }
    if (rc == AC_RUN) {
        ac_engine_note(e, err);
        e->is_stopping = true;
    }
    return rc;
}

// Files of runs that died. Whoever looks holds no lock: those of living runs are left alone.
void ac_engine_retry_sweep(struct ac_engine *e) {
    DIR *dir = opendir(e->spool_dir);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        ac_str rest = ac_str_of(entry->d_name), word, run;
        int64_t id;
        if (ac_str_cut(&rest, '.', &word) && ac_str_eq(word, AC_STR("retry")) &&
            ac_str_cut(&rest, '.', &run) && ac_str_i64(run, &id) && id != e->run &&
            !ac_ledger_run_is_alive(e->ledger, id))
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    closedir(dir);
}

// --- its rows ------------------------------------------------------------------------------------

static struct retry_row *row_of(struct retry *retry, uint64_t number) {
    size_t lo = 0, hi = retry->n;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (number < retry->rows[mid].number)
            hi = mid;
        else
            lo = mid;
    }
    return &retry->rows[lo];
}

static bool count_refused(void *arg, const struct ac_reject *r) {
    struct retry_row *row = row_of(arg, r->number);
    row->n_refused += row->number == r->number && *r->object;
    return true;
}

enum ac_rc ac_engine_retry_begin(struct ac_engine *e, struct retry *retry, struct ac_input_row *row,
                                 struct ac_err *err) {
    struct ac_retry_row *rows = malloc(retry->n * sizeof *rows);
    if (!rows)
        return ac_err_nomem(err, "rejected rows");
    for (size_t i = 0; i < retry->n; i++)
        rows[i] = (struct ac_retry_row){retry->rows[i].line, retry->rows[i].number};
    row->retry_of = retry->of;
    row->how = retry->how;
    enum ac_rc rc = ac_retry_begin(e->ledger, row, rows, retry->n, err);
    free(rows);
    struct ac_reject_filter filter = {.input_id = retry->of, .retry = row->id, .max = SIZE_MAX};
    return rc == AC_OK ? ac_reject_list(e->ledger, &filter, count_refused, retry, err) : rc;
}

void ac_engine_retry_place(struct retry *retry, struct ac_origin *origin) {
    while (retry->next + 1 < retry->n && retry->rows[retry->next + 1].at <= origin->byte)
        retry->next++;
    const struct retry_row *row = &retry->rows[retry->next];
    origin->line = row->line;
    origin->byte = row->byte;
    origin->number = row->number;
}

// Of several records that the row made, those that were not refused are in the org already.
// Upserts do it no harm a second time, and are not counted twice; an insert would.
enum ac_rc ac_engine_retry_made(struct ac_engine *e, const struct acload_row *row,
                                const struct acload_record *records, uint32_t n,
                                struct ac_err *err) {
    struct retry *retry = e->at->file->retry;
    uint32_t n_refused = row_of(retry, row->origin.number)->n_refused;
    if (!n_refused || n_refused >= n)
        return AC_OK;
    bool has_insert = false;
    for (const struct acload_record *r = records; r; r = r->next)
        has_insert |= r->columns->operation == ACLOAD_INSERT;
    if (!has_insert) {
        retry->n_known += n - n_refused;
        return AC_OK;
    }
    struct ac_reply_error why = {.code = "RETRY_UNSAFE", .fields = ""};
    snprintf(why.message, sizeof why.message,
             "the row makes %u records, of which %u were refused; the others are in the org, and "
             "inserting them again would double them: mend those by hand",
             n, n_refused);
    e->at->counts.rejected++;
    e->at->counts.made += n_refused;
    e->at->counts.refused += n_refused;
    enum ac_rc rc = AC_OK; // as many as before: so it is found again
    for (uint32_t i = 0; i < n_refused && rc == AC_OK; i++)
        rc = ac_engine_reject(e, e->at, NULL, &row->origin, row->raw, records->columns->object.ptr,
                              AC_STR(""), &why, err);
    return rc == AC_OK ? AC_ROW : rc;
}
