// SPDX-License-Identifier: MIT
// Rows found by their ceilings, in blocks of any size, out of generated text.
#include "base/clock.h"
#include "decode/decode_kit.h"
#include "decode/fake_source.h"
#include "decode/quote.h"
#include <check.h>
#include <stdio.h>

#define MIB ((uint64_t)1 << 20)

static struct ac_clock_fake chance;
static struct ac_buf text, got, other;
static struct ac_arena arena;

static void setup(void) {
    ac_clock_fake_init(&chance, 0, 1);
    ac_buf_init(&text, (size_t)64 << 20);
    ac_buf_init(&got, (size_t)64 << 20);
    ac_buf_init(&other, (size_t)64 << 20);
    ac_arena_init(&arena, (size_t)64 << 20);
}

static void teardown(void) {
    ac_buf_free(&text);
    ac_buf_free(&got);
    ac_buf_free(&other);
    ac_arena_free(&arena);
}

static size_t chosen(size_t n) { return (size_t)(chance.clock.random(&chance) % n); }

// Assertions cost a system call each: too much for what is done a million times.
static void must(bool is_good) {
    if (!is_good)
        ck_abort_msg("a buffer is full");
}

static void add(const char *s) { must(ac_buf_add_str(&text, ac_str_of(s))); }

static void add_times(char c, uint64_t n) {
    must(ac_buf_need(&text, (size_t)n));
    memset(text.ptr + text.len, c, (size_t)n);
    text.len += (size_t)n;
}

// --- what was found ------------------------------------------------------------------------------

struct found {
    uint64_t n_rows, n_broken, n_raw_most;
    struct ac_broken broken; // the last, without its raw text
    char code[32];
    uint64_t last_line;
    uint64_t stops_after; // rows, 0: never
    enum ac_rc stop_rc;
};

static enum ac_rc on_row(void *arg, struct acload_row *row, struct ac_err *err) {
    struct found *f = arg;
    f->n_rows++;
    f->last_line = row->origin.line;
    if (!f->stops_after || f->n_rows < f->stops_after)
        return AC_OK;
    return ac_err_set(err, f->stop_rc, AC_CAUSE_STOP, "ENOUGH", "enough");
}

static enum ac_rc on_broken(void *arg, const struct ac_broken *broken, struct ac_err *err) {
    (void)err;
    struct found *f = arg;
    f->n_broken++;
    f->broken = *broken;
    snprintf(f->code, sizeof f->code, "%s", broken->code);
    if (broken->raw.len > f->n_raw_most)
        f->n_raw_most = broken->raw.len;
    return AC_OK;
}

static enum ac_rc run(struct ac_source *src, struct found *f, struct ac_decode_counts *counts,
                      struct ac_err *err) {
    struct ac_decode_options options = {.name = "input"};
    struct ac_decode_sample sample;
    enum ac_rc rc = ac_decode_sample(src, &options, &arena, &sample, err);
    if (rc != AC_OK)
        return rc;
    struct ac_decode_sink sink = {f, on_row, on_broken};
    return ac_decode_run(src, &sample, &options, &sink, counts, err);
}

static struct found run_text(void) {
    struct ac_source src = fake_source(ac_buf_str(&text), (size_t)MIB);
    struct found f = {0};
    struct ac_decode_counts counts = {0};
    struct ac_err err = AC_ERR_INIT;
    ck_assert_msg(run(&src, &f, &counts, &err) == AC_OK, "%s", err.text);
    ck_assert_uint_eq(counts.bytes, text.len);
    fake_close(&src);
    return f;
}

// --- blocks of any size --------------------------------------------------------------------------

static const char *const pieces[] = {"a",   "bc",   ",",   ",",     "\"",   "\"",       "\n",
                                     "\r",  "\r\n", " ",   "\t",    "\"\"", "\xc3\xa9", "\xff",
                                     "\"x", "y\"",  "1,2", "\",\"", "\n\"", "",         "\n"};

static void add_noise(void) {
    ac_buf_clear(&text);
    add("a,b\n");
    for (size_t n = 20 + chosen(60); n; n--)
        add(pieces[chosen(AC_N(pieces))]);
    if (chosen(4) == 0)
        add_times('\0', 1);
}

static void transcribe(size_t block, struct ac_buf *out) {
    struct ac_decode_options options = {.name = "noise", .max_row_bytes = 40, .max_cell_bytes = 30};
    struct ac_source src = fake_source(ac_buf_str(&text), block);
    ac_buf_clear(out);
    if (!decode_transcript(&src, &options, ac_buf_str(&text), out))
        ck_abort_msg("%s", ac_buf_text(out));
    fake_close(&src);
}

START_TEST(the_same_bytes_give_the_same_rows_in_any_blocks) {
    static const size_t blocks[] = {1, 2, 3, 7, 13, 41, 4096};
    ac_clock_fake_init(&chance, 0, (uint64_t)_i);
    for (int i = 0; i < 100; i++) {
        add_noise();
        transcribe((size_t)MIB, &got);
        for (size_t b = 0; b < AC_N(blocks); b++) {
            transcribe(blocks[b], &other);
            if (!ac_str_eq(ac_buf_str(&got), ac_buf_str(&other)))
                ck_abort_msg("blocks of %zu: %s\nat once: %s", blocks[b], ac_buf_text(&other),
                             ac_buf_text(&got));
        }
    }
}
END_TEST

// --- the two ways --------------------------------------------------------------------------------

struct table { // cells in row order
    ac_str *cells;
    size_t n, n_columns, at, n_skip;
};

static enum ac_rc compare_row(void *arg, struct acload_row *row, struct ac_err *err) {
    (void)err;
    struct table *t = arg;
    for (size_t i = t->n_skip; i < row->n_cells; i++, t->at++) {
        if (t->at < t->n && ac_str_eq(row->cells[i], t->cells[t->at]))
            continue;
        ck_abort_msg("line %llu, cell %zu: \"%.*s\" was not written",
                     (unsigned long long)row->origin.line, i + 1, AC_STR_ARG(row->cells[i]));
    }
    return AC_OK;
}

static enum ac_rc no_broken(void *arg, const struct ac_broken *broken, struct ac_err *err) {
    (void)arg;
    (void)err;
    ck_abort_msg("line %llu is broken: %s", (unsigned long long)broken->origin.line, broken->text);
    return AC_RUN;
}

static void compare_table(struct table *t, size_t block) {
    struct ac_source src = fake_source(ac_buf_str(&text), block);
    struct ac_decode_options options = {.name = "table"};
    struct ac_decode_sample sample;
    struct ac_err err = AC_ERR_INIT;
    ck_assert_msg(ac_decode_sample(&src, &options, &arena, &sample, &err) == AC_OK, "%s", err.text);
    struct ac_decode_sink sink = {t, compare_row, no_broken};
    struct ac_decode_counts counts = {0};
    t->at = 0;
    ck_assert_int_eq(ac_decode_run(&src, &sample, &options, &sink, &counts, &err), AC_OK);
    ck_assert_uint_eq(t->at, t->n);
    fake_close(&src);
}

static const char *const plain_cells[] = {
    "",    "1", "-12.5", "a b", "Größe",       "日本", "x\ty", "2031-03-04T16:00:00.000-07:00",
    "(a)", "'", "#N/A",  "0",   "\xef\xbb\xbf"};
static const char *const blanks[] = {"", "", "", " ", "\t", "  \t"};

static struct table plain_table(size_t n_rows, size_t n_columns) {
    ck_assert_uint_gt(n_columns, 0);
    struct table t = {.n = n_rows * n_columns, .n_columns = n_columns};
    t.cells = ac_arena_alloc(&arena, t.n * sizeof *t.cells);
    ck_assert_ptr_nonnull(t.cells);
    for (size_t i = 0; i < t.n; i++) {
        t.cells[i] = ac_str_of(plain_cells[chosen(AC_N(plain_cells))]);
        if (i % n_columns == 0)
            t.cells[i] = AC_STR("1"); // no row is blank
    }
    return t;
}

// Writes the table without any quote but, when asked, one in a column more at the front.
static void write_plain(const struct table *t, bool is_quoted) {
    ac_buf_clear(&text);
    if (is_quoted)
        add("\"q\",");
    for (size_t i = 0; i < t->n_columns; i++)
        ac_buf_printf(&text, "%sc%zu", i ? "," : "", i);
    for (size_t row = 0; row < t->n; row += t->n_columns) {
        add(chosen(2) ? "\n" : "\r\n");
        add(is_quoted ? "\"q\"," : "");
        for (size_t i = 0; i < t->n_columns; i++) {
            add(i ? "," : "");
            add(blanks[chosen(AC_N(blanks))]);
            must(ac_buf_add_str(&text, t->cells[row + i]));
            add(blanks[chosen(AC_N(blanks))]);
        }
    }
}

START_TEST(rows_with_and_without_quotes_give_the_same_cells) {
    ac_clock_fake_init(&chance, 0, (uint64_t)_i + 100);
    struct table t = plain_table(200, 1 + chosen(20));
    write_plain(&t, false);
    compare_table(&t, 4096);
    t.n_skip = 1;
    write_plain(&t, true);
    compare_table(&t, 4096);
}
END_TEST

static const char *const wild_pieces[] = {"\"", ",",     "\n", "\r",   "\r\n",   " ", "\t",
                                          "x",  "Größe", "7",  "\"\"", "日本語", ";"};

static ac_str wild_cell(void) {
    char cell[64] = "";
    for (size_t n = chosen(6), len = 0; n; n--)
        len += (size_t)snprintf(cell + len, sizeof cell - len, "%s",
                                wild_pieces[chosen(AC_N(wild_pieces))]);
    return ac_arena_copy_str(&arena, ac_str_of(cell));
}

START_TEST(what_is_written_as_csv_is_read_back) {
    ac_clock_fake_init(&chance, 0, (uint64_t)_i + 200);
    size_t n_columns = _i % 4 == 0 ? 1 : 1 + chosen(30), n_rows = 1500;
    struct table t = {.n = n_rows * n_columns, .n_columns = n_columns};
    t.cells = ac_arena_alloc(&arena, t.n * sizeof *t.cells);
    for (size_t i = 0; i < t.n; i++)
        t.cells[i] = wild_cell();
    for (size_t i = 0; i < n_columns; i++)
        ac_buf_printf(&text, "%sc%zu", i ? "," : "", i);
    for (size_t i = 0; i < n_rows; i++) {
        add("\n");
        must(ac_csv_add_row(&text, t.cells + i * n_columns, n_columns));
    }
    add("\n");
    compare_table(&t, (size_t)1 + chosen(100000));
}
END_TEST

// --- ceilings ------------------------------------------------------------------------------------

START_TEST(a_cell_of_one_mebibyte_is_the_longest) {
    add("a,b\n");
    add_times('x', MIB);
    add(",1\n");
    add_times('x', MIB + 1);
    add(",2\n3,4\n");
    struct found f = run_text();
    ck_assert_uint_eq(f.n_rows, 2);
    ck_assert_uint_eq(f.n_broken, 1);
    ck_assert_str_eq(f.code, "FIELD_TOO_LONG");
    ck_assert_uint_eq(f.broken.origin.line, 3);
    ck_assert_uint_eq(f.broken.len, MIB + 3);
}
END_TEST

START_TEST(a_quoted_cell_has_the_same_ceiling) {
    add("a,b\n\"\n");
    add_times('x', MIB - 1);
    add("\",1\n\"\n");
    add_times('x', MIB);
    add("\",2\n3,4\n");
    struct found f = run_text();
    ck_assert_uint_eq(f.n_rows, 2);
    ck_assert_uint_eq(f.n_broken, 1);
    ck_assert_str_eq(f.code, "FIELD_TOO_LONG");
    ck_assert_uint_eq(f.broken.origin.line, 4);
}
END_TEST

// Five cells and their commas, in quotes or not: n bytes in all.
static void add_long_row(uint64_t n, bool is_quoted) {
    uint64_t left = n - 4;
    for (int i = 0; i < 5; i++) {
        uint64_t len = i < 4 ? n / 5 : left;
        if (i)
            add(",");
        if (is_quoted)
            add("\"");
        add_times('x', is_quoted ? len - 2 : len);
        if (is_quoted)
            add("\"");
        left -= len;
    }
    add("\n");
}

START_TEST(a_row_of_four_mebibytes_is_the_longest) {
    bool is_quoted = _i == 1;
    add("a,b,c,d,e\n");
    add_long_row(4 * MIB, is_quoted);
    add_long_row(4 * MIB + 1, is_quoted);
    add("1,2,3,4,5\n");
    struct found f = run_text();
    ck_assert_uint_eq(f.n_rows, 2);
    ck_assert_uint_eq(f.n_broken, 1);
    ck_assert_str_eq(f.code, "ROW_TOO_LONG");
    ck_assert_uint_eq(f.broken.len, 4 * MIB + 1);
    ck_assert_uint_eq(f.last_line, 4);
    ck_assert_uint_eq(f.n_raw_most, 4 * MIB);
}
END_TEST

START_TEST(a_row_ceiling_does_not_cut_a_character) {
    add("a,b\nx");
    for (uint64_t i = 0; i < 3 * MIB; i++)
        add("é");
    add(",1\n2,3\n");
    struct found f = run_text();
    ck_assert_str_eq(f.code, "ROW_TOO_LONG");
    ck_assert_uint_eq(f.n_raw_most, 4 * MIB - 1);
    ck_assert_uint_eq(f.n_rows, 1);
}
END_TEST

// --- endless streams -----------------------------------------------------------------------------

// A member of a header, one line of `size` bytes, a row: never held as a whole.
struct stream {
    const char *head, *tail;
    char filler;
    uint64_t size;
};

static void fill_stream(void *arg, uint64_t at, char *to, size_t n) {
    const struct stream *s = arg;
    uint64_t head = strlen(s->head);
    memset(to, s->filler, n);
    for (size_t i = 0; i < n && at + i < head; i++)
        to[i] = s->head[at + i];
    for (size_t i = 0; s->tail[i]; i++) {
        uint64_t place = head + s->size + i;
        if (place >= at && place < at + n)
            to[place - at] = s->tail[i];
    }
}

static struct ac_source stream_source(struct stream *s) {
    return (struct ac_source){.size = strlen(s->head) + s->size + strlen(s->tail),
                              .block = (size_t)MIB,
                              .max = (size_t)8 * MIB,
                              .arg = s,
                              .fill = fill_stream};
}

static const struct {
    const char *head;
    char filler;
} lines[] = {{"a,b\n1,2\n", 'x'}, {"a,b\n1,2\n\"", 'x'}, {"a,b\n1,2\n", ','}, {"a,b\n1,2\n", '"'}};

START_TEST(a_line_of_200_megabytes_is_one_broken_range) {
    struct stream s = {lines[_i].head, "\n3,4\r\n", lines[_i].filler, 200000000};
    struct ac_source src = stream_source(&s);
    struct found f = {0};
    struct ac_decode_counts counts = {0};
    struct ac_err err = AC_ERR_INIT;
    ck_assert_msg(run(&src, &f, &counts, &err) == AC_OK, "%s", err.text);
    ck_assert_uint_eq(f.n_rows, 2);
    ck_assert_uint_eq(f.n_broken, 1);
    ck_assert_str_eq(f.code, "ROW_TOO_LONG");
    ck_assert_uint_eq(f.broken.len, 200000000 + strlen(s.head) - 8);
    ck_assert_uint_eq(f.broken.origin.byte, 8);
    ck_assert_uint_eq(f.broken.origin.line, 3);
    ck_assert_uint_eq(f.last_line, 4);
    ck_assert_uint_eq(f.n_raw_most, 4 * MIB);
    ck_assert_uint_eq(counts.bytes, src.size);
    ck_assert_uint_le(src.n_most, 6 * MIB);
    fake_close(&src);
}
END_TEST

START_TEST(a_header_without_end_is_refused_early) {
    struct stream s = {"a,b", "\n1,2\n", 'x', 200000000};
    struct ac_source src = stream_source(&s);
    struct found f = {0};
    struct ac_decode_counts counts = {0};
    struct ac_err err = AC_ERR_INIT;
    ck_assert_int_eq(run(&src, &f, &counts, &err), AC_INPUT);
    ck_assert_str_eq(err.code, "ROW_TOO_LONG");
    ck_assert_uint_eq(src.n_taken, 0);
    ck_assert_uint_le(src.n_most, 6 * MIB);
    fake_close(&src);
}
END_TEST

START_TEST(blank_lines_without_end_are_not_held) {
    struct stream s = {"a,b\n1,2\n", "3,4\n", '\n', 20000000};
    struct ac_source src = stream_source(&s);
    struct found f = {0};
    struct ac_decode_counts counts = {0};
    struct ac_err err = AC_ERR_INIT;
    ck_assert_int_eq(run(&src, &f, &counts, &err), AC_OK);
    ck_assert_uint_eq(counts.n_blank, 20000000);
    ck_assert_uint_eq(f.last_line, 20000003);
    ck_assert_uint_le(src.n_most, 2 * MIB);
    fake_close(&src);
}
END_TEST

// --- unclosed quotes -----------------------------------------------------------------------------

START_TEST(an_unclosed_quote_costs_its_line_only) {
    add("a,b\n1,\"2\n");
    for (int i = 0; i < 1000000; i++)
        add("3,4\n");
    struct found f = run_text();
    ck_assert_uint_eq(f.n_broken, 1);
    ck_assert_str_eq(f.code, "UNCLOSED_QUOTE");
    ck_assert_uint_eq(f.broken.len, 4);
    ck_assert_uint_eq(f.n_rows, 1000000);
}
END_TEST

// Reading on from each of them to the row ceiling would take hours.
START_TEST(unclosed_quotes_in_many_lines_cost_little_time) {
    add("a,b\n");
    for (int i = 0; i < 1000000; i++)
        add(i % 10 ? "3,4\n" : "1,\"2\n");
    struct found f = run_text();
    ck_assert_uint_eq(f.n_rows, 900000);
    ck_assert_uint_eq(f.n_broken, 100000);
}
END_TEST

// --- stopping ------------------------------------------------------------------------------------

static const struct {
    const char *row;
    enum ac_rc rc;
} stops[] = {{"1,2\n", AC_INPUT}, {"1,2\n", AC_RUN}, {"\"1\",2\n", AC_INPUT}};

START_TEST(the_sink_can_stop_the_member) {
    add("a,b\n");
    for (int i = 0; i < 1000; i++)
        add(stops[_i].row);
    struct ac_source src = fake_source(ac_buf_str(&text), (size_t)MIB);
    struct found f = {.stops_after = 3, .stop_rc = stops[_i].rc};
    struct ac_decode_counts counts = {0};
    struct ac_err err = AC_ERR_INIT;
    ck_assert_int_eq(run(&src, &f, &counts, &err), stops[_i].rc);
    ck_assert_str_eq(err.code, "ENOUGH");
    ck_assert_uint_eq(f.n_rows, 3);
    ck_assert_uint_eq(counts.n_rows, 3);
    fake_close(&src);
}
END_TEST

START_TEST(rows_before_a_damage_arrive) {
    add("a,b\n");
    for (int i = 0; i < 100000; i++)
        add("1,2\n");
    struct ac_source src = fake_source(ac_buf_str(&text), 4096);
    src.fails_at = 300000;
    struct found f = {0};
    struct ac_decode_counts counts = {0};
    struct ac_err err = AC_ERR_INIT;
    ck_assert_int_eq(run(&src, &f, &counts, &err), AC_INPUT);
    ck_assert_str_eq(err.code, "DAMAGED");
    ck_assert_uint_gt(f.n_rows, 70000);
    ck_assert_uint_eq(counts.n_rows, f.n_rows);
    fake_close(&src);
}
END_TEST

static TCase *make_case(Suite *s, const char *name) {
    TCase *t = tcase_create(name);
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 100);
    suite_add_tcase(s, t);
    return t;
}

static Suite *suite(void) {
    Suite *s = suite_create("csv_rows");
    TCase *t = make_case(s, "same");
    tcase_add_loop_test(t, the_same_bytes_give_the_same_rows_in_any_blocks, 0, 10);
    tcase_add_loop_test(t, rows_with_and_without_quotes_give_the_same_cells, 0, 10);
    tcase_add_loop_test(t, what_is_written_as_csv_is_read_back, 0, 8);
    t = make_case(s, "ceilings");
    tcase_add_test(t, a_cell_of_one_mebibyte_is_the_longest);
    tcase_add_test(t, a_quoted_cell_has_the_same_ceiling);
    tcase_add_loop_test(t, a_row_of_four_mebibytes_is_the_longest, 0, 2);
    tcase_add_test(t, a_row_ceiling_does_not_cut_a_character);
    t = make_case(s, "streams");
    tcase_add_loop_test(t, a_line_of_200_megabytes_is_one_broken_range, 0, (int)AC_N(lines));
    tcase_add_test(t, a_header_without_end_is_refused_early);
    tcase_add_test(t, blank_lines_without_end_are_not_held);
    t = make_case(s, "quotes");
    tcase_add_test(t, an_unclosed_quote_costs_its_line_only);
    tcase_add_test(t, unclosed_quotes_in_many_lines_cost_little_time);
    t = make_case(s, "stop");
    tcase_add_loop_test(t, the_sink_can_stop_the_member, 0, (int)AC_N(stops));
    tcase_add_test(t, rows_before_a_damage_arrive);
    return s;
}

int main(void) {
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
