// SPDX-License-Identifier: MIT
// Fuzz target: a member read as text, CSV by most.
//
// What must hold: every byte belongs to a row, a broken range, or what separates them; the rows are
// the same whatever blocks the bytes come in; cells that were written are read again.
//
// Corpus: tests/cases/csv tests/cases/interval
#include "decode/decode_kit.h"
#include "decode/fake_source.h"
#include "decode/quote.h"
#include "fuzz/fuzz.h"
#include <stdio.h>

#define N_CELLS 3

static bool is_utf8(ac_str text, const struct ac_decode_options *options) {
    return !options->encoding && !ac_str_starts(text, AC_STR("\xff\xfe")) &&
           !ac_str_starts(text, AC_STR("\xfe\xff"));
}

static void read_text(ac_str text, const struct ac_decode_options *options, size_t block,
                      struct ac_buf *out) {
    struct ac_source src = fake_source(text, block);
    bool is_right =
        decode_transcript(&src, options, is_utf8(text, options) ? text : AC_STR_NULL, out);
    fake_close(&src);
    must(is_right, "in blocks of %zu:\n%s", block, ac_buf_text(out));
}

static void compare_blocks(ac_str text, const struct ac_decode_options *options) {
    struct ac_buf whole, pieces;
    ac_buf_init(&whole, (size_t)32 << 20);
    ac_buf_init(&pieces, (size_t)32 << 20);
    size_t block = 1 + ac_str_hash(text, 0) % 19;
    read_text(text, options, (size_t)1 << 20, &whole);
    read_text(text, options, block, &pieces);
    must(ac_str_eq(ac_buf_str(&whole), ac_buf_str(&pieces)), "at once:\n%s\nby %zu:\n%s",
         ac_buf_text(&whole), block, ac_buf_text(&pieces));
    ac_buf_free(&whole);
    ac_buf_free(&pieces);
}

struct expected {
    ac_str rest; // of the text whose pieces are the cells
    size_t n_rows;
};

// The text's pieces, in rows of a fixed number; the last row has empty cells. A row of nothing else
// is blank, and passed over.
static bool next_cells(ac_str *rest, ac_str *cells) {
    bool is_any = true, is_blank = true;
    while (is_any && is_blank) {
        is_any = false;
        for (size_t i = 0; i < N_CELLS; i++) {
            cells[i] = AC_STR("");
            is_any |= ac_str_cut(rest, ';', &cells[i]);
            is_blank &= !cells[i].len;
        }
    }
    return is_any;
}

static enum ac_rc on_row(void *arg, struct acload_row *row, struct ac_err *err) {
    (void)err;
    struct expected *expected = arg;
    ac_str cells[N_CELLS];
    must(next_cells(&expected->rest, cells), "a row more than was written");
    for (size_t i = 0; i < N_CELLS; i++)
        must(ac_str_eq(cells[i], row->cells[i]), "cell %zu: wrote \"%.*s\", read \"%.*s\"", i,
             AC_STR_ARG(cells[i]), AC_STR_ARG(row->cells[i]));
    expected->n_rows++;
    return AC_OK;
}

static enum ac_rc on_broken(void *arg, const struct ac_broken *broken, struct ac_err *err) {
    (void)arg;
    (void)err;
    fuzz_fail("what was written is read", "%s: %s", broken->code, broken->text);
}

static void write_and_read(ac_str text) {
    ac_str rest = text, cells[N_CELLS];
    struct ac_buf out;
    ac_buf_init(&out, (size_t)32 << 20);
    ac_buf_add_str(&out, AC_STR("a,b,c\n"));
    size_t n_rows = 0;
    while (next_cells(&rest, cells)) {
        must(ac_csv_add_row(&out, cells, N_CELLS) && ac_buf_add(&out, "\r\n", 2), "no room");
        n_rows++;
    }
    struct ac_source src = fake_source(ac_buf_str(&out), 61);
    struct ac_decode_options options = {.name = "written"};
    struct expected expected = {.rest = text};
    struct ac_decode_sink sink = {&expected, on_row, on_broken};
    struct ac_decode_sample sample = {.decoder = &ac_decoder_csv};
    struct ac_decode_counts counts = {0};
    struct ac_err err = AC_ERR_INIT;
    enum ac_rc rc = ac_decode_run(&src, &sample, &options, &sink, &counts, &err);
    must(rc == AC_OK, "%s", err.text);
    must(expected.n_rows == n_rows, "wrote %zu rows, read %zu", n_rows, expected.n_rows);
    fake_close(&src);
    ac_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
    static const struct ac_decode_options setups[] = {
        {.name = "usual"},
        {.name = "small", .max_cell_bytes = 8, .max_row_bytes = 24, .max_columns = 4},
        {.name = "8-bit", .encoding = "WINDOWS-1252", .delimiter = ';'},
        {.name = "16-bit", .encoding = "UTF-16BE", .max_row_bytes = 64},
    };
    ac_str text = {(const char *)data, len};
    if (len > (size_t)64 * 1024)
        return 0;
    for (size_t i = 0; i < AC_N(setups); i++)
        compare_blocks(text, &setups[i]);
    if (len && ac_str_utf8_bad(text) == len && !memchr(data, 0, len))
        write_and_read(text);
    return 0;
}
