// SPDX-License-Identifier: MIT
// CSV text turned into rows, a block at a time.
#include "decode/csv_rows.h"
#include <stdio.h>
#include <stdlib.h>

#define MAX_CELL_BYTES ((size_t)1 << 20)
#define MAX_ROW_BYTES ((size_t)4 << 20)
#define MAX_COLUMNS ((size_t)5000)
#define PIECE_BYTES ((size_t)64 * 1024) // looked through for quotes and broken text at a time
#define ENTRY_BYTES ((size_t)64 * 1024) // libcsv's buffer grows by

size_t ac_csv_max_row(const struct ac_decode_options *options) {
    return options->max_row_bytes ? options->max_row_bytes : MAX_ROW_BYTES;
}

enum ac_rc ac_csv_init(struct ac_csv *c, const struct ac_text *text,
                       const struct ac_decode_options *options, const struct ac_decode_sink *sink,
                       struct ac_err *err) {
    *c = (struct ac_csv){.text = text, .sink = sink, .name = options->name, .line = 1};
    c->max_cell_bytes = options->max_cell_bytes ? options->max_cell_bytes : MAX_CELL_BYTES;
    c->max_row_bytes = ac_csv_max_row(options);
    c->max_columns = options->max_columns ? options->max_columns : MAX_COLUMNS;
    c->delimiter = ',';
    if (options->delimiter)
        c->delimiter = options->delimiter;
    c->byte = text->mark_bytes;
    ac_buf_init(&c->copied, c->max_row_bytes + ENTRY_BYTES);
    c->max_cells = c->max_columns;
    if (csv_init(&c->parser, CSV_STRICT) != 0)
        return ac_err_nomem(err, "a CSV parser");
    csv_set_blk_size(&c->parser, ENTRY_BYTES);
    csv_set_delim(&c->parser, (unsigned char)c->delimiter);
    c->cells = calloc(c->max_cells, sizeof *c->cells);
    if (!c->cells)
        return ac_err_nomem(err, "the cells of a row");
    return AC_OK;
}

void ac_csv_free(struct ac_csv *c) {
    csv_free(&c->parser);
    ac_buf_free(&c->copied);
    free(c->cells);
    c->cells = NULL;
}

void ac_csv_reset(struct ac_csv *c) {
    csv_set_opts(&c->parser, 0);
    csv_fini(&c->parser, NULL, NULL, NULL);
    csv_set_opts(&c->parser, CSV_STRICT);
}

static uint64_t byte_of(struct ac_csv *c, const char *ptr) {
    c->byte += ac_text_span(c->text, c->byte_ptr, (size_t)(ptr - c->byte_ptr));
    c->byte_ptr = ptr;
    return c->byte;
}

static enum ac_rc refuse_header(struct ac_csv *c, const char *code, const char *why) {
    c->rc = ac_err_set(c->err, AC_INPUT, AC_CAUSE_INPUT, code, "its header %s", why);
    ac_err_at(c->err, c->name, c->line, 0);
    return c->rc;
}

// At most len bytes of a longer text, without a character that would be cut in two.
static size_t whole_chars(const char *ptr, size_t len) {
    size_t n = len;
    while (n && len - n < 3 && ((unsigned char)ptr[n] & 0xc0) == 0x80)
        n--;
    return n;
}

static void tell_broken(struct ac_csv *c, struct ac_broken *broken) {
    if (!c->n_columns) {
        refuse_header(c, broken->code, broken->text);
        return;
    }
    c->counts.n_broken++;
    broken->origin.line = c->line;
    broken->origin.number = ++c->number;
    c->rc = c->sink->broken(c->sink->arg, broken, c->err);
}

void ac_csv_broken(struct ac_csv *c, const char *ptr, size_t len, const char *code, const char *fmt,
                   ...) {
    char text[256];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    struct ac_broken broken = {
        .len = ac_text_span(c->text, ptr, len), .raw = {ptr, len}, .code = code, .text = text};
    broken.origin.byte = byte_of(c, ptr);
    if (len > c->max_row_bytes)
        broken.raw.len = whole_chars(ptr, c->max_row_bytes);
    tell_broken(c, &broken);
}

enum ac_rc ac_csv_long_line(struct ac_csv *c, struct ac_text *text, struct ac_err *err) {
    struct ac_broken broken = {.code = "ROW_TOO_LONG"};
    uint64_t text_bytes = 0, end_bytes = 0;
    bool is_end = false;
    c->err = err;
    ac_buf_clear(&c->copied);
    while (!is_end) {
        ac_str block;
        enum ac_rc rc = ac_text_peek(text, 2, &block, err);
        if (rc < AC_OK)
            return rc;
        const char *next = NULL, *end = block.ptr + block.len;
        const char *at = ac_csv_line_end(block.ptr, end, rc == AC_END, &next);
        is_end = at || rc == AC_END;
        if (!at)
            at = next = !is_end && end[-1] == '\r' ? end - 1 : end;
        size_t len = (size_t)(at - block.ptr), room = c->max_row_bytes + 1 - c->copied.len;
        if (!ac_buf_add(&c->copied, block.ptr, len < room ? len : room))
            return ac_err_nomem(err, "a row");
        text_bytes += len;
        broken.len += ac_text_span(text, block.ptr, len);
        end_bytes = ac_text_span(text, at, (size_t)(next - at));
        ac_text_take(text, (size_t)(next - block.ptr));
    }
    char why[96];
    snprintf(why, sizeof why, "has %llu bytes, a row may have %zu", (unsigned long long)text_bytes,
             c->max_row_bytes);
    broken.text = why;
    broken.raw = (ac_str){c->copied.ptr, c->copied.len};
    if (c->copied.len > c->max_row_bytes)
        broken.raw.len = whole_chars(c->copied.ptr, c->max_row_bytes);
    broken.origin.byte = c->byte;
    tell_broken(c, &broken);
    c->byte += broken.len + end_bytes;
    c->line++;
    return c->rc;
}

static void broken_text(struct ac_csv *c, const char *ptr, size_t len, size_t at) {
    unsigned byte = (unsigned char)ptr[at];
    unsigned long long place = byte_of(c, ptr) + ac_text_span(c->text, ptr, at);
    if (!byte)
        ac_csv_broken(c, ptr, len, "BAD_ENCODING",
                      "holds a NUL byte (at byte %llu of the input), which no text does", place);
    else if (c->text->kind == AC_TEXT_UTF8)
        ac_csv_broken(c, ptr, len, "BAD_ENCODING",
                      "holds a byte (0x%02X, at byte %llu of the input) that is not UTF-8: mend "
                      "it, or name the input's encoding",
                      byte, place);
    else
        ac_csv_broken(c, ptr, len, "BAD_ENCODING",
                      "holds bytes (from byte %llu of the input on) that are no character of its "
                      "encoding",
                      place);
}

// What can be wrong with a row whose cells are found; true when something was.
static bool is_broken(struct ac_csv *c, const char *ptr, size_t len) {
    if (!c->is_clean) {
        const char *nul = memchr(ptr, 0, len);
        size_t bad = ac_str_utf8_bad((ac_str){ptr, len});
        if (nul && (size_t)(nul - ptr) < bad)
            bad = (size_t)(nul - ptr);
        if (bad < len) {
            broken_text(c, ptr, len, bad);
            return true;
        }
    }
    if (len > c->max_row_bytes) {
        ac_csv_broken(c, ptr, len, "ROW_TOO_LONG", "has %zu bytes, a row may have %zu", len,
                      c->max_row_bytes);
        return true;
    }
    size_t n = c->n_cells;
    if (c->n_columns && n != c->n_columns) {
        ac_csv_broken(c, ptr, len, "BAD_ROW", "has %zu cell%s, the header has %zu", n,
                      n == 1 ? "" : "s", c->n_columns);
        return true;
    }
    if (len <= c->max_cell_bytes)
        return false;
    for (size_t i = 0; i < n && i < c->max_cells; i++) {
        if (c->cells[i].len <= c->max_cell_bytes)
            continue;
        ac_csv_broken(c, ptr, len, "FIELD_TOO_LONG",
                      "has %zu bytes in cell %zu, a cell may have %zu", c->cells[i].len, i + 1,
                      c->max_cell_bytes);
        return true;
    }
    return false;
}

static void header_row(struct ac_csv *c) {
    if (c->n_cells > c->max_columns) {
        char why[96];
        snprintf(why, sizeof why, "has %zu columns, at most %zu can be read", c->n_cells,
                 c->max_columns);
        refuse_header(c, "TOO_MANY_COLUMNS", why);
        return;
    }
    c->rc = c->header(c, c->cells, c->n_cells, c->err);
    if (c->rc < AC_OK)
        ac_err_at(c->err, c->name, c->line, 0);
    c->n_columns = c->n_cells;
}

void ac_csv_row(struct ac_csv *c, const char *ptr, size_t len) {
    if (len + 1 == c->n_cells && c->n_columns > 1) { // spreadsheets save such lines below the last
        c->counts.n_blank++;
        return;
    }
    // One test tells nearly every row: clean text, of a length no ceiling forbids.
    bool is_plain = c->is_clean && c->n_cells == c->n_columns && len <= c->max_cell_bytes &&
                    len <= c->max_row_bytes;
    if (!is_plain && is_broken(c, ptr, len))
        return;
    if (!c->n_columns) {
        header_row(c);
        return;
    }
    c->counts.n_rows++;
    c->row = (struct acload_row){.cells = c->cells,
                                 .n_cells = c->n_cells,
                                 .raw = {ptr, len},
                                 .origin = {.line = c->line, .number = ++c->number}};
    c->row.origin.byte = byte_of(c, ptr);
    c->rc = c->sink->row(c->sink->arg, &c->row, c->err);
}

const char *ac_csv_line_end(const char *ptr, const char *end, bool is_last, const char **next) {
    // In steps, so that text without one of the two is not searched through again and again.
    for (size_t step = 512; ptr < end; ptr += step, step *= 2) {
        if (step > (size_t)(end - ptr))
            step = (size_t)(end - ptr);
        const char *lf = memchr(ptr, '\n', step);
        const char *cr = memchr(ptr, '\r', lf ? (size_t)(lf - ptr) : step);
        if (!cr && !lf)
            continue;
        if (cr && cr + 1 == end && !is_last)
            return NULL;
        *next = (cr ? cr : lf) + 1;
        if (cr && *next < end && **next == '\n')
            ++*next;
        return cr ? cr : lf;
    }
    return NULL;
}

const char *ac_csv_skip_blank(struct ac_csv *c, const char *ptr, const char *end) {
    for (;;) {
        const char *at = ptr;
        while (at < end && ac_csv_is_blank(c, *at))
            at++;
        if (at == end || !ac_csv_is_end(*at))
            return ptr;
        ptr = at + 1;
        if (*at == '\r' && ptr < end && *ptr == '\n')
            ptr++;
        c->counts.n_blank++;
        c->line++;
    }
}

// The last place in the text where a line ends (behind its CR or LF), or NULL.
static const char *last_line_end(const char *ptr, const char *end, bool is_last) {
    const char *lf = memrchr(ptr, '\n', (size_t)(end - ptr));
    if (lf)
        return lf + 1;
    if (end > ptr && end[-1] == '\r' && !is_last)
        end--; // perhaps half of CR LF
    const char *cr = memrchr(ptr, '\r', (size_t)(end - ptr));
    return cr ? cr + 1 : NULL;
}

// Whole lines from ptr on, about a piece; NULL when not even one is whole.
static const char *piece_of(const char *ptr, const char *end, bool is_last) {
    const char *stop = (size_t)(end - ptr) > PIECE_BYTES ? ptr + PIECE_BYTES : end;
    const char *to = last_line_end(ptr, stop, is_last && stop == end);
    if (to)
        return to;
    const char *next = NULL;
    return ac_csv_line_end(ptr, end, is_last, &next) ? next : NULL;
}

static bool is_clean(const char *ptr, size_t len) {
    return !memchr(ptr, 0, len) && ac_str_utf8_bad((ac_str){ptr, len}) == len;
}

// Whole lines without quotes from at on, within the piece; `at` itself when there are none. The
// header or a last line without its end goes the careful way, as quotes do.
static const char *plain_end(const struct ac_csv *c, const char *at, const char *piece_end) {
    if (!c->n_columns || !ac_csv_is_end(piece_end[-1]))
        return at;
    const char *quote = memchr(at, '"', (size_t)(piece_end - at));
    if (!quote)
        return piece_end;
    const char *to = quote > at ? last_line_end(at, quote, true) : NULL;
    return to ? to : at;
}

enum ac_rc ac_csv_block(struct ac_csv *c, ac_str block, bool is_last, size_t *used,
                        struct ac_err *err) {
    const char *at = block.ptr, *end = block.ptr + block.len, *piece_end = at;
    c->err = err;
    c->byte_ptr = at;
    while (at < end && c->rc == AC_OK) {
        if (at >= piece_end)
            piece_end = piece_of(at, end, is_last);
        if (!piece_end && !is_last)
            break;
        if (!piece_end)
            piece_end = end;
        const char *to = plain_end(c, at, piece_end);
        if (to > at) {
            c->is_clean = is_clean(at, (size_t)(to - at));
            ac_csv_plain(c, at, to);
        } else {
            to = ac_csv_quoted(c, at, end, is_last);
            if (!to)
                break;
        }
        at = to;
    }
    *used = (size_t)(at - block.ptr);
    (void)byte_of(c, at);
    return c->rc;
}
