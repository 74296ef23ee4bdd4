// SPDX-License-Identifier: MIT
// One CSV row that holds quotes, read line by line.
#include "decode/csv_rows.h"

struct lines { // the lines of the row so far
    const char *ptr, *at;
    const char *opener_end, *opener_next; // the line that opened the quote still open; NULL: none
    uint64_t n_lines, n_opener_lines;
    size_t n_before; // cells complete when that quote was opened
};

enum fed { FED_ROW, FED_OPEN, FED_BLANK, FED_BAD, FED_FAILED };

static void on_cell(void *bytes, size_t len, void *arg) {
    struct ac_csv *c = arg;
    if (len)
        memcpy(c->copied.ptr + c->copied.len, bytes, len); // room was made for the lines
    c->copied.len += len;
    if (c->n_cells < c->max_cells)
        c->cells[c->n_cells].len = len;
    c->n_cells++;
}

static void on_row(int term, void *arg) {
    (void)term;
    struct ac_csv *c = arg;
    c->has_row_ended = true;
}

// Strict libcsv stops at a quote where none may be. In an unquoted cell it is taken as it is;
// behind a closing quote it means that quotes do not match.
static enum fed feed(struct ac_csv *c, const char *ptr, size_t len) {
    while (len) {
        size_t n = csv_parse(&c->parser, ptr, len, on_cell, on_row, c);
        if (n == len)
            break;
        if (csv_error(&c->parser) != CSV_EPARSE)
            return FED_FAILED;
        if (c->parser.quoted)
            return FED_BAD;
        csv_set_opts(&c->parser, 0);
        if (csv_parse(&c->parser, ptr + n, 1, on_cell, on_row, c) != 1)
            return FED_FAILED;
        csv_set_opts(&c->parser, CSV_STRICT);
        ptr += n + 1;
        len -= n + 1;
    }
    if (c->has_row_ended)
        return FED_ROW;
    return c->parser.quoted ? FED_OPEN : FED_BLANK;
}

static void begin(struct ac_csv *c) {
    ac_csv_reset(c);
    ac_buf_clear(&c->copied);
    c->n_cells = 0;
    c->has_row_ended = false;
    c->is_clean = false;
}

static const char *whole_row(struct ac_csv *c, const struct lines *l, const char *end,
                             const char *next) {
    const char *at = c->copied.ptr;
    size_t n = c->n_cells < c->max_cells ? c->n_cells : c->max_cells;
    for (size_t i = 0; i < n; i++) {
        c->cells[i].ptr = at;
        at += c->cells[i].len;
    }
    ac_csv_row(c, l->ptr, (size_t)(end - l->ptr));
    c->line += l->n_lines;
    return next;
}

// The line that opened the quote is lost, and what follows it is read again as rows. No byte is
// read a third time: a quote that one of these rows opens would have closed the one given up here.
static const char *unclosed(struct ac_csv *c, const struct lines *l, const char *why) {
    ac_csv_broken(c, l->ptr, (size_t)(l->opener_end - l->ptr), "UNCLOSED_QUOTE",
                  "opens a quote in cell %zu that is not closed%s", l->n_before + 1, why);
    c->line += l->n_opener_lines;
    return l->opener_next;
}

static const char *bad_quote(struct ac_csv *c, const struct lines *l, const char *end,
                             const char *next) {
    if (l->opener_end && c->n_cells == l->n_before)
        return unclosed(c, l, "");
    ac_csv_broken(c, l->ptr, (size_t)(end - l->ptr), "BAD_ROW",
                  "has text behind the closing quote of cell %zu (a quote inside quotes is "
                  "doubled)",
                  c->n_cells + 1);
    c->line += l->n_lines;
    return next;
}

static const char *too_long(struct ac_csv *c, const struct lines *l, const char *end,
                            const char *next) {
    if (l->opener_end)
        return unclosed(c, l, " within the length that a row may have");
    size_t len = (size_t)(end - l->ptr);
    ac_csv_broken(c, l->ptr, len, "ROW_TOO_LONG", "has %zu bytes, a row may have %zu", len,
                  c->max_row_bytes);
    c->line++;
    return next;
}

// Feeds the line from l->at to next (its end at end). NULL: the row goes on in the next line.
static const char *feed_line(struct ac_csv *c, struct lines *l, const char *end, const char *next) {
    size_t n_before = c->n_cells;
    bool is_first = !l->opener_end;
    if ((size_t)(end - l->ptr) > c->max_row_bytes)
        return too_long(c, l, end, next);
    if (!ac_buf_need(&c->copied, (size_t)(next - l->ptr) + 1 - c->copied.len)) {
        c->rc = ac_err_nomem(c->err, "a row");
        return next;
    }
    enum fed fed = feed(c, l->at, (size_t)(next - l->at));
    if (end == next && fed != FED_BAD)
        fed = feed(c, "\n", 1); // the text ends without a line end
    l->at = next;
    l->n_lines++;
    switch (fed) {
    case FED_ROW:
        return whole_row(c, l, end, next);
    case FED_BLANK:
        c->counts.n_blank++;
        c->line++;
        return next;
    case FED_BAD:
        return bad_quote(c, l, end, next);
    case FED_FAILED:
        c->rc = ac_err_nomem(c->err, "a cell");
        return next;
    case FED_OPEN:
        break;
    }
    if (is_first || c->n_cells != n_before) {
        l->opener_end = end;
        l->opener_next = next;
        l->n_opener_lines = l->n_lines;
        l->n_before = c->n_cells;
    }
    bool is_full = c->n_columns && c->n_cells >= c->n_columns;
    return is_full ? unclosed(c, l, ", behind the last cell") : NULL;
}

const char *ac_csv_quoted(struct ac_csv *c, const char *ptr, const char *end, bool is_last) {
    struct lines l = {.ptr = ptr, .at = ptr};
    begin(c);
    for (;;) {
        const char *next = end, *line_end = end;
        if (l.at < end)
            line_end = ac_csv_line_end(l.at, end, is_last, &next);
        if (l.at == end || !line_end) {
            if (l.opener_end && (size_t)(end - ptr) > c->max_row_bytes)
                return too_long(c, &l, end, end);
            if (l.opener_end && is_last && l.at == end)
                return unclosed(c, &l, " before the input ends");
            if (!is_last)
                return NULL;
            line_end = next = end; // the last line, without its end
        }
        const char *to = feed_line(c, &l, line_end, next);
        if (to)
            return to;
    }
}
