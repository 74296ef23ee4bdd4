// SPDX-License-Identifier: MIT
// CSV text turned into rows, a block at a time.
#ifndef AC_DECODE_CSV_ROWS_H
#define AC_DECODE_CSV_ROWS_H
#include "decode/decode.h"
#include "decode/text.h"
#include <csv.h>

// libcsv finds the cells; where rows begin and end, in lines and bytes, is found here. Text
// without quotes goes to libcsv many rows at a time, and nothing is copied: a cell's place follows
// from the lengths libcsv tells (csv_plain.c). A row that holds a quote is fed line by line and
// its cells are copied (csv_quoted.c), so that an unclosed quote costs the line that opened it
// and not the rest of the file. Both ways give the same cells: outer blanks and tabs of an
// unquoted cell are left out, as libcsv does; quoted content is kept to the byte.
struct ac_csv {
    struct csv_parser parser;
    const struct ac_text *text;
    const struct ac_decode_sink *sink;
    const char *name; // of the input, for messages
    size_t max_cell_bytes, max_row_bytes, max_columns;
    char delimiter;

    // The first row goes to header (AC_OK: n_columns is set, go on; else the member ends).
    enum ac_rc (*header)(struct ac_csv *c, const ac_str *cells, size_t n, struct ac_err *err);
    void *header_arg;
    size_t n_columns; // 0: the header has not come yet

    ac_str *cells; // max_cells of them
    size_t n_cells, max_cells;
    struct ac_buf copied; // the cells of a quoted row

    struct acload_row row;
    uint64_t number;      // of the last row
    uint64_t line;        // of the row at hand
    uint64_t byte;        // of byte_ptr in the member
    const char *byte_ptr; // where the bytes were counted last
    struct ac_decode_counts counts;

    const char *row_ptr, *end_ptr; // plain rows: the row, the piece's end
    bool is_clean;                 // the piece holds neither NUL nor broken UTF-8
    bool has_row_ended;            // quoted rows: libcsv told a row's end
    enum ac_rc rc;                 // not AC_OK: stop
    struct ac_err *err;
};

// The row ceiling these options mean.
size_t ac_csv_max_row(const struct ac_decode_options *options);
// Zeroes it, takes ceilings from options. The caller sets header and header_arg.
enum ac_rc ac_csv_init(struct ac_csv *c, const struct ac_text *text,
                       const struct ac_decode_options *options, const struct ac_decode_sink *sink,
                       struct ac_err *err);
void ac_csv_free(struct ac_csv *c);
// Reads the rows that are whole in this block, which begins a row; *used tells how much they
// are. With is_last the end of the block ends the last row. 0 used and AC_OK: no row is whole.
// Other than AC_OK: what the header function or the sink said.
enum ac_rc ac_csv_block(struct ac_csv *c, ac_str block, bool is_last, size_t *used,
                        struct ac_err *err);
// Passes over a line that no block holds whole, since it is over the row ceiling: one broken
// range, of which the beginning is kept. Takes it from the text, whose next byte begins it.
enum ac_rc ac_csv_long_line(struct ac_csv *c, struct ac_text *text, struct ac_err *err);

// --- between the files of this parser ---

// One row found: its cells are in c->cells (n_cells of them, or more than there was room for).
void ac_csv_row(struct ac_csv *c, const char *ptr, size_t len);
// Text in the block that is no row: c->line is its line, fmt says why; c->rc tells how to go on.
void ac_csv_broken(struct ac_csv *c, const char *ptr, size_t len, const char *code, const char *fmt,
                   ...) __attribute__((format(printf, 5, 6)));
// libcsv forgets what an earlier row may have left behind.
void ac_csv_reset(struct ac_csv *c);
// Passes over blank lines from ptr on, counting them: where the next row begins.
const char *ac_csv_skip_blank(struct ac_csv *c, const char *ptr, const char *end);
// The end of the line at ptr: its CR or LF; NULL when it is not in the text. *next: behind it.
// A CR that ends the text may be half a line end: it counts only with is_last.
const char *ac_csv_line_end(const char *ptr, const char *end, bool is_last, const char **next);
// Whole lines without any quote.
void ac_csv_plain(struct ac_csv *c, const char *from, const char *to);
// The row at ptr, which may hold quotes and span lines: where it ends, or NULL when more text is
// needed first.
const char *ac_csv_quoted(struct ac_csv *c, const char *ptr, const char *end, bool is_last);

static inline bool ac_csv_is_blank(const struct ac_csv *c, char ch) {
    return (ch == ' ' || ch == '\t') && ch != c->delimiter;
}
static inline bool ac_csv_is_end(char ch) { return ch == '\n' || ch == '\r'; }

#endif
