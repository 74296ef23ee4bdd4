// SPDX-License-Identifier: MIT
// acload rejects export: rejected rows as files that a person can mend.
//
// A CSV file has one header, so rows of inputs with different headers go to different files. The
// first pass finds which headers there are, the second writes.
#include "cli/rejects.h"
#include "decode/guard.h"
#include "decode/quote.h"
#include "decode/split.h"
#include "engine/how.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_FILES 64u
#define MAX_CELLS 5000u
#define LINE_BYTES ((size_t)32 * 1024 * 1024)

struct file { // of one header; of JSON: without
    char *header;
    char *path;
    FILE *out;
    uint64_t n;
    bool has_odd; // rows that have no cell for each column: all their cells stand in acload_row
    size_t n_columns, n_own; // n_own: without ours, which are there already after an earlier export
    size_t row_at;           // where acload_row stands then, SIZE_MAX: nowhere
    bool is_mended;
};

struct export {
    struct ac_choice *choice;
    const char *path;
    struct file files[MAX_FILES];
    size_t n_files;
    uint64_t n_cut;      // left out: nobody can mend what is not there
    uint64_t n;          // written
    int64_t first, last; // the lowest and highest number among them
    char *job, *how;     // of the first one's input
    bool is_mixed;       // others have others
    bool has_way;        // some were read by a job, or by a plugin that was named
    struct ac_buf line, text, original;
    ac_str *columns;
    struct ac_err *err;
    enum ac_rc rc;
};

static bool failed(struct export *x, enum ac_rc rc) {
    x->rc = rc;
    return false;
}

static bool no_memory(struct export *x) { return failed(x, ac_err_nomem(x->err, "an export")); }

// --- which files ---------------------------------------------------------------------------------

static struct file *file_of(struct export *x, const struct ac_reject *r) {
    ac_str header = r->header.len ? r->header : AC_STR("");
    for (size_t i = 0; i < x->n_files; i++)
        if (ac_str_eq(ac_str_of(x->files[i].header), header))
            return &x->files[i];
    if (x->n_files == MAX_FILES) {
        failed(x, ac_err_set(x->err, AC_RUN, AC_CAUSE_CONFIG, "TOO_MANY_FILES",
                             "these rows have over %u different headers; choose fewer with --input",
                             MAX_FILES));
        return NULL;
    }
    struct file *f = &x->files[x->n_files];
    *f = (struct file){.header = strndup(header.len ? header.ptr : "", header.len),
                       .row_at = SIZE_MAX};
    if (!f->header || (header.len && !ac_csv_split(header, ',', &x->text, x->columns, MAX_CELLS,
                                                   &f->n_columns))) {
        free(f->header);
        no_memory(x);
        return NULL;
    }
    for (size_t i = 0; i < f->n_columns; i++) {
        f->n_own += !ac_column_is_ours(x->columns[i]);
        if (ac_str_eq_nocase(ac_str_trim(x->columns[i]), AC_STR("acload_row")))
            f->row_at = i;
    }
    f->is_mended = f->n_own < f->n_columns;
    f->has_odd = f->row_at < f->n_columns;
    x->n_files++;
    return f;
}

static bool look(void *arg, const struct ac_reject *r) {
    struct export *x = arg;
    const ac_str *cells;
    ac_str whole;
    if (!ac_choice_has(x->choice, r))
        return true;
    if (ac_choice_is_cut(r, &whole)) {
        x->n_cut++;
        return true;
    }
    struct file *f = file_of(x, r);
    if (!f)
        return false;
    f->has_odd |= f->n_columns && ac_choice_cells(x->choice, r, &cells) != f->n_columns;
    return true;
}

// "mended.csv", "mended-2.csv"; of JSON, which is only one, "mended.ndjson".
static bool name_file(struct export *x, size_t i) {
    struct file *f = &x->files[i];
    const char *slash = strrchr(x->path, '/'), *dot = strrchr(x->path, '.');
    bool has_suffix = dot && dot != x->path && (!slash || dot > slash + 1);
    int stem = has_suffix ? (int)(dot - x->path) : (int)strlen(x->path);
    const char *suffix = has_suffix ? dot : "";
    char number[24] = "";
    size_t n_before = 0;
    for (size_t k = 0; k < i && f->n_columns; k++)
        n_before += x->files[k].n_columns > 0;
    if (n_before)
        snprintf(number, sizeof number, "-%zu", n_before + 1);
    bool is_json = strcmp(suffix, ".json") == 0 || strcmp(suffix, ".ndjson") == 0;
    if (is_json != !f->n_columns)
        suffix = is_json ? ".csv" : ".ndjson";
    size_t len = strlen(x->path) + 32;
    f->path = malloc(len);
    if (!f->path)
        return no_memory(x);
    snprintf(f->path, len, "%.*s%s%s", stem, x->path, number, suffix);
    return true;
}

static bool open_file(struct export *x, size_t i) {
    struct file *f = &x->files[i];
    if (strcmp(x->path, "-") == 0) {
        f->out = stdout;
        return true;
    }
    if (!name_file(x, i))
        return false;
    int fd = open(f->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    f->out = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (f->out)
        return true;
    if (errno == EEXIST)
        return failed(x, ac_err_set(x->err, AC_RUN, AC_CAUSE_CONFIG, "EXISTS",
                                    "%s exists already; remove it or name another file", f->path));
    return failed(x, ac_err_sys(x->err, AC_RUN, AC_CAUSE_CONFIG, "cannot write to", f->path));
}

// --- CSV -----------------------------------------------------------------------------------------

static bool add_cell(struct export *x, ac_str cell, bool is_first) {
    bool good = is_first || ac_buf_add_char(&x->line, ',');
    if (!good || !ac_cell_needs_guard(cell))
        return good && ac_csv_add_cell(&x->line, cell);
    ac_buf_clear(&x->text);
    return ac_buf_add_char(&x->text, '\'') && ac_buf_add_str(&x->text, cell) &&
           ac_csv_add_cell(&x->line, ac_buf_str(&x->text));
}

static bool write_line(struct export *x, struct file *f) {
    if (ac_buf_add_char(&x->line, '\n') &&
        fwrite(x->line.ptr, 1, x->line.len, f->out) == x->line.len)
        return true;
    return failed(x, ac_err_sys(x->err, AC_RUN, AC_CAUSE_STOP, "cannot write to",
                                f->path ? f->path : "standard output"));
}

static bool write_header(struct export *x, struct file *f) {
    AC_CLEANUP(ac_buf_free) struct ac_buf names;
    ac_buf_init(&names, LINE_BYTES);
    size_t n;
    ac_buf_clear(&x->line);
    // A spreadsheet takes a file without this mark for an old encoding.
    bool good = f->out == stdout || ac_buf_add_str(&x->line, AC_STR("\xEF\xBB\xBF"));
    good = good && ac_csv_split(ac_str_of(f->header), ',', &names, x->columns, MAX_CELLS, &n);
    bool is_first = true;
    for (size_t i = 0; good && i < f->n_columns; i++) {
        if (ac_column_is_ours(x->columns[i]))
            continue;
        good =
            add_cell(x, f->is_mended ? ac_cell_unguarded(x->columns[i]) : x->columns[i], is_first);
        is_first = false;
    }
    good = good && ac_buf_printf(&x->line, "%sacload_code,acload_message,acload_source,acload_line",
                                 is_first ? "" : ",");
    if (f->has_odd)
        good = good && ac_buf_printf(&x->line, ",acload_row");
    return good ? write_line(x, f) : no_memory(x);
}

// What acload_row says, from which import knows a row that nobody has mended (engine/mended.c): all
// cells that the row came with, ours left out, whatever stood between them; a row that cannot be
// parted as it is. "" when it has one for each column.
static bool set_original(struct export *x, const struct file *f, const struct ac_reject *r,
                         const ac_str *cells, size_t n) {
    size_t n_own = 0;
    ac_buf_clear(&x->original);
    if (n == f->n_columns)
        return f->row_at >= n || ac_buf_add_str(&x->original, ac_cell_unguarded(cells[f->row_at]));
    if (!n)
        return ac_buf_add_str(&x->original, r->raw);
    for (size_t i = 0; i < n; i++) {
        if (i < f->n_columns && ac_column_is_ours(x->columns[i]))
            continue;
        if (n_own++ && !ac_buf_add_char(&x->original, ','))
            return false;
        if (!ac_csv_add_cell(&x->original, f->is_mended ? ac_cell_unguarded(cells[i]) : cells[i]))
            return false;
    }
    if (n_own == f->n_own)
        ac_buf_clear(&x->original);
    return true;
}

// Cells that are missing are empty, those too many stand only in acload_row.
static bool write_row(struct export *x, struct file *f, const struct ac_reject *r) {
    AC_CLEANUP(ac_buf_free) struct ac_buf names;
    ac_buf_init(&names, LINE_BYTES);
    const ac_str *cells;
    size_t n_names = 0, n = ac_choice_cells(x->choice, r, &cells);
    char line[24];
    bool is_first = true;
    ac_buf_clear(&x->line);
    bool good = ac_csv_split(ac_str_of(f->header), ',', &names, x->columns, MAX_CELLS, &n_names);
    for (size_t i = 0; good && i < f->n_columns; i++) {
        if (ac_column_is_ours(x->columns[i]))
            continue;
        ac_str cell = i < n ? cells[i] : AC_STR("");
        good = add_cell(x, f->is_mended ? ac_cell_unguarded(cell) : cell, is_first);
        is_first = false;
    }
    snprintf(line, sizeof line, "%" PRIu64, r->line);
    good = good && add_cell(x, ac_str_of(r->code), is_first) &&
           add_cell(x, ac_str_of(r->message), false) && add_cell(x, ac_str_of(r->name), false) &&
           add_cell(x, ac_str_of(line), false);
    if (f->has_odd)
        good =
            good && set_original(x, f, r, cells, n) && add_cell(x, ac_buf_str(&x->original), false);
    return good ? write_line(x, f) : no_memory(x);
}

// --- JSON ----------------------------------------------------------------------------------------

// Ours come first; whoever reads the others finds them by name.
static bool write_object(struct export *x, struct file *f, const struct ac_reject *r) {
    ac_buf_clear(&x->text);
    if (!ac_json_without_ours(ac_str_trim(r->raw), &x->text))
        return no_memory(x);
    ac_str raw = ac_str_trim(ac_buf_str(&x->text));
    bool is_object = raw.len > 1 && raw.ptr[0] == '{';
    ac_buf_clear(&x->line);
    bool good = ac_buf_printf(&x->line, "{\"acload_code\":") &&
                ac_buf_add_json(&x->line, ac_str_of(r->code)) &&
                ac_buf_printf(&x->line, ",\"acload_message\":") &&
                ac_buf_add_json(&x->line, ac_str_of(r->message)) &&
                ac_buf_printf(&x->line, ",\"acload_source\":") &&
                ac_buf_add_json(&x->line, ac_str_of(r->name)) &&
                ac_buf_printf(&x->line, ",\"acload_line\":%" PRIu64, r->line);
    ac_str rest = is_object ? ac_str_trim(ac_str_skip(raw, 1)) : AC_STR("");
    if (!is_object)
        good = good && ac_buf_printf(&x->line, ",\"acload_row\":") &&
               ac_buf_add_json(&x->line, raw) && ac_buf_add_char(&x->line, '}');
    else
        good = good && (rest.ptr[0] == '}' || ac_buf_add_char(&x->line, ',')) &&
               ac_buf_add_str(&x->line, rest);
    return good ? write_line(x, f) : no_memory(x);
}

// --- both passes ---------------------------------------------------------------------------------

static bool note_way(struct export *x, const struct ac_input_row *from) {
    x->has_way |= *from->job || strstr(from->how, "plugin=");
    if (x->how && (strcmp(x->how, from->how) != 0 || strcmp(x->job, from->job) != 0))
        x->is_mixed = true;
    if (x->how)
        return true;
    x->how = strdup(from->how);
    x->job = strdup(from->job);
    return (x->how && x->job) || no_memory(x);
}

static bool write_one(void *arg, const struct ac_reject *r) {
    struct export *x = arg;
    ac_str whole;
    if (!ac_choice_has(x->choice, r) || ac_choice_is_cut(r, &whole))
        return true;
    struct file *f = file_of(x, r);
    if (!f || !f->out) // of a header that came meanwhile
        return f != NULL;
    f->n++;
    if (!note_way(x, r->from))
        return false;
    if (!x->n++ || r->id < x->first)
        x->first = r->id;
    if (r->id > x->last)
        x->last = r->id;
    return f->n_columns ? write_row(x, f, r) : write_object(x, f, r);
}

static enum ac_rc write_all(struct export *x, struct ac_ledger *l, struct ac_err *err) {
    enum ac_rc rc = ac_reject_list(l, &x->choice->filter, look, x, err);
    if (rc == AC_OK)
        rc = x->rc;
    if (rc == AC_OK && x->n_files > 1 && strcmp(x->path, "-") == 0)
        return ac_err_set(
            err, AC_RUN, AC_CAUSE_CONFIG, "SEVERAL_HEADERS",
            "these rows have %zu different headers, and standard output can have one: "
            "name a file (each header gets one), or choose with --input",
            x->n_files);
    for (size_t i = 0; i < x->n_files && rc == AC_OK; i++)
        if (!open_file(x, i) || (x->files[i].n_columns && !write_header(x, &x->files[i])))
            rc = x->rc;
    if (rc == AC_OK)
        rc = ac_reject_list(l, &x->choice->filter, write_one, x, err);
    if (rc == AC_OK && x->choice->is_short)
        rc = ac_err_nomem(err, "an export");
    return rc == AC_OK ? x->rc : rc;
}

static enum ac_rc close_files(struct export *x, enum ac_rc rc, struct ac_err *err) {
    for (size_t i = 0; i < x->n_files; i++) {
        struct file *f = &x->files[i];
        bool is_good = !f->out || (f->out == stdout ? fflush(stdout) : fclose(f->out)) == 0;
        if (!is_good && rc == AC_OK)
            rc = ac_err_sys(err, AC_RUN, AC_CAUSE_STOP, "cannot write to",
                            f->path ? f->path : "standard output");
        if (rc != AC_OK && f->path && f->out)
            unlink(f->path); // half of an export is none
    }
    return rc;
}

// How to forget what was exported, and nothing else: those that the mended file will have rejected
// again have higher numbers.
static void tell_drop(const struct export *x) {
    bool is_whole = x->n == (uint64_t)(x->last - x->first) + 1;
    if (!is_whole && x->choice->n_ids)
        fprintf(stderr, "; acload rejects drop with the same numbers forgets the old ones.\n");
    else if (x->first == x->last)
        fprintf(stderr, "; acload rejects drop %" PRId64 " forgets the old one.\n", x->first);
    else
        fprintf(stderr, "; acload rejects drop %" PRId64 "-%" PRId64 "%s forgets the old ones.\n",
                x->first, x->last, is_whole || !x->choice->has_flags ? "" : " with the same flags");
}

// The plugin with its options, as somebody said them: without, a gate or a key would be another
// one.
static void tell_plugins(struct ac_cli *cli, const struct export *x) {
    struct ac_how how;
    if (x->is_mixed || !ac_how_read(x->how, &cli->arena, &how))
        return;
    for (size_t i = 0; i < how.n_uses; i++) {
        fprintf(stderr, " --plugin %s", how.uses[i].plugin);
        for (size_t k = 0; k < how.uses[i].n_options; k++)
            fprintf(stderr, " --option '%.*s=%.*s'", AC_STR_ARG(how.uses[i].options[k].name),
                    AC_STR_ARG(how.uses[i].options[k].value));
    }
}

static void tell_way(const struct export *x) {
    if (!x->has_way)
        return;
    if (x->is_mixed)
        fprintf(stderr,
                " (with --plugin and --option as before, or among the inputs of their job)");
    else if (*x->job)
        fprintf(stderr, ", or put it among the inputs of job %s: only there its fields are filled",
                x->job);
}

static void tell(struct ac_cli *cli, const struct export *x) {
    char count[64];
    if (x->n_cut)
        fprintf(stderr,
                "Left out: %s longer than a row may be, of which only the beginning is kept. "
                "Shorten such rows in their input, then: acload import --again INPUT\n",
                ac_cli_count(x->n_cut, "rejected row", "rejected rows", count));
    for (size_t i = 0; i < x->n_files && !cli->is_quiet; i++)
        if (x->files[i].path)
            fprintf(stderr, "%s to %s\n",
                    ac_cli_count(x->files[i].n, "rejected row", "rejected rows", count),
                    x->files[i].path);
    if (!x->n_files || !x->files[0].path || cli->is_quiet)
        return;
    fprintf(stderr, "Mend, then: acload import");
    tell_plugins(cli, x);
    for (size_t i = 0; i < x->n_files; i++)
        fprintf(stderr, " %s", x->files[i].path);
    tell_way(x);
    tell_drop(x);
}

int ac_rejects_export(struct ac_cli *cli, const struct ac_rejects_flags *flags,
                      struct ac_choice *choice, const char *path) {
    struct ac_err err = AC_ERR_INIT;
    struct ac_ledger *l = NULL;
    int code = ac_rejects_open(cli, flags, true, &l);
    if (code || !l)
        return code;
    struct export x = {.choice = choice, .path = path, .err = &err, .rc = AC_OK};
    ac_buf_init(&x.line, LINE_BYTES);
    ac_buf_init(&x.text, LINE_BYTES);
    ac_buf_init(&x.original, LINE_BYTES);
    x.columns = malloc(MAX_CELLS * sizeof *x.columns);
    enum ac_rc rc = x.columns ? write_all(&x, l, &err) : ac_err_nomem(&err, "an export");
    rc = close_files(&x, rc, &err);
    if (rc == AC_OK && !x.n_files && !x.n_cut)
        rc = ac_choice_tell_none(choice, l, stderr, &err);
    if (rc == AC_OK)
        tell(cli, &x);
    for (size_t i = 0; i < x.n_files; i++) {
        free(x.files[i].header);
        free(x.files[i].path);
    }
    free(x.job);
    free(x.how);
    ac_buf_free(&x.line);
    ac_buf_free(&x.text);
    ac_buf_free(&x.original);
    free(x.columns);
    ac_ledger_close(l);
    return rc == AC_OK ? 0 : ac_cli_fail(&err);
}
