// SPDX-License-Identifier: MIT
// A strict reader of well-formed CSV files.
#include "org/result_rows.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define BLOCK_BYTES ((size_t)64 << 10)
#define MAX_ROW_BYTES ((size_t)8 << 20) // 400,000 characters a record, its quotes doubled
#define MAX_CELLS 6000u                 // 5,000 fields, some more of the org's own

enum ac_rc ac_result_rows_open(struct ac_result_rows *r, const char *path, struct ac_err *err) {
    *r = (struct ac_result_rows){.line = 1};
    ac_buf_init(&r->block, MAX_ROW_BYTES + BLOCK_BYTES);
    r->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (r->fd < 0)
        return ac_err_sys(err, AC_RUN, AC_CAUSE_STOP, "cannot open the results in", path);
    return AC_OK;
}

void ac_result_rows_close(struct ac_result_rows *r) {
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
    ac_buf_free(&r->block);
    free(r->cells);
    r->cells = NULL;
}

enum ac_rc ac_result_rows_rewind(struct ac_result_rows *r, struct ac_err *err) {
    if (lseek(r->fd, 0, SEEK_SET) != 0)
        return ac_err_sys(err, AC_RUN, AC_CAUSE_STOP, "cannot rewind", "a result file");
    ac_buf_clear(&r->block);
    r->at = r->scanned = 0;
    r->n_inner = 0;
    r->is_in_quotes = r->has_ended = false;
    r->line = 1;
    return AC_OK;
}

static enum ac_rc no_results(const struct ac_result_rows *r, const char *why, struct ac_err *err) {
    return ac_err_set(err, AC_AGAIN, AC_CAUSE_STOP, "BAD_RESULTS",
                      "the result file %s in the row at line %llu", why,
                      (unsigned long long)r->line);
}

static enum ac_rc read_more(struct ac_result_rows *r, struct ac_err *err) {
    ac_buf_take_front(&r->block, r->at);
    r->at = 0;
    if (r->block.len > MAX_ROW_BYTES)
        return no_results(r, "has no end", err);
    if (!ac_buf_need(&r->block, BLOCK_BYTES))
        return ac_err_nomem(err, "a result");
    ssize_t n;
    do
        n = read(r->fd, r->block.ptr + r->block.len, BLOCK_BYTES);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return ac_err_sys(err, AC_RUN, AC_CAUSE_STOP, "cannot read", "a result file");
    r->has_ended = n == 0;
    r->block.len += (size_t)n;
    return AC_OK;
}

// Goes on to the LF that ends the row: its place, or NULL when it is not here yet.
static const char *find_end(struct ac_result_rows *r) {
    if (!r->block.len)
        return NULL;
    const char *end = r->block.ptr + r->block.len;
    for (const char *p = r->block.ptr + r->at + r->scanned; p < end; p++) {
        if (*p == '"')
            r->is_in_quotes = !r->is_in_quotes;
        if (*p != '\n')
            continue;
        if (!r->is_in_quotes)
            return p;
        r->n_inner++;
    }
    r->scanned = r->block.len - r->at;
    return NULL;
}

static bool add_cell(struct ac_result_rows *r, ac_str cell) {
    if (r->n_cells == r->max_cells) {
        size_t max = r->max_cells ? r->max_cells * 2 : 64;
        ac_str *cells =
            max <= 2 * (size_t)MAX_CELLS ? realloc(r->cells, max * sizeof *cells) : NULL;
        if (!cells)
            return false;
        r->cells = cells;
        r->max_cells = max;
    }
    r->cells[r->n_cells++] = cell;
    return true;
}

// Unquotes the cell at *from in place, up to its comma or the row's end; NUL bytes go.
static bool take_cell(char **from, const char *end, ac_str *cell) {
    char *p = *from;
    while (p < end && *p == '\0')
        p++;
    char *to = p;
    bool is_quoted = p < end && *p == '"', is_open = is_quoted;
    char *begin = to;
    if (is_quoted)
        p++;
    for (; p < end && (is_open || *p != ','); p++) {
        if (*p == '\0')
            continue;
        if (is_quoted && !is_open)
            return false; // text behind the closing quote
        if (is_open && *p == '"') {
            if (p + 1 == end || p[1] != '"') {
                is_open = false;
                continue;
            }
            p++;
        }
        *to++ = *p;
    }
    *cell = ac_str_n(begin, (size_t)(to - begin));
    *from = p;
    return !is_open;
}

static enum ac_rc split(struct ac_result_rows *r, char *from, const char *end, struct ac_err *err) {
    r->n_cells = 0;
    for (;;) {
        ac_str cell;
        if (!take_cell(&from, end, &cell))
            return no_results(r, "has quotes that do not match", err);
        if (!add_cell(r, cell))
            return no_results(r, "has too many cells", err);
        if (from >= end)
            return AC_OK;
        from++; // the comma
    }
}

// The row from r->at up to end (NULL: what is left), with next behind it. AC_END: it is blank.
static enum ac_rc take_row(struct ac_result_rows *r, const char *end, struct ac_err *err) {
    char *from = r->block.ptr + r->at;
    const char *next = end ? end + 1 : r->block.ptr + r->block.len;
    if (!end)
        end = next;
    if (r->line == 1 && end - from >= 3 && memcmp(from, "\xEF\xBB\xBF", 3) == 0)
        from += 3; // a byte order mark
    if (end > from && end[-1] == '\r')
        end--;
    enum ac_rc rc = end > from ? split(r, from, end, err) : AC_END;
    r->at = (size_t)(next - r->block.ptr);
    r->scanned = 0;
    r->line += r->n_inner + 1;
    r->n_inner = 0;
    return rc;
}

enum ac_rc ac_result_rows_next(struct ac_result_rows *r, struct ac_err *err) {
    for (;;) {
        enum ac_rc rc = AC_OK;
        const char *end = find_end(r);
        if (end || (r->has_ended && r->at < r->block.len && !r->is_in_quotes)) {
            rc = take_row(r, end, err); // the last row may lack its line end
            if (rc != AC_END)
                return rc;
        } else if (!r->has_ended) {
            rc = read_more(r, err);
            if (rc != AC_OK)
                return rc;
        } else {
            return r->is_in_quotes ? no_results(r, "is cut", err) : AC_END;
        }
    }
}
