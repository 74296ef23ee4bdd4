// SPDX-License-Identifier: MIT
// Members of real files sampled, then run.
#include "decode/decode.h"
#include "decode/decode_kit.h"
#include <archive.h>
#include <archive_entry.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct ac_arena arena;
static struct ac_err err;
static struct ac_decode_options options;
static struct ac_decode_sample sample;
static struct ac_source *src;
static char path[512];

static void setup(void) {
    const char *dir = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/decode-XXXXXX", dir ? dir : "/tmp");
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    ac_arena_init(&arena, (size_t)16 << 20);
    err = (struct ac_err)AC_ERR_INIT;
    options = (struct ac_decode_options){.name = "report.csv"};
    sample = (struct ac_decode_sample){0};
    src = NULL;
}

static void teardown(void) {
    ac_source_close(src);
    ac_arena_free(&arena);
    unlink(path);
}

static void write_file(ac_str text) {
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text.ptr, 1, text.len, file), text.len);
    ck_assert_int_eq(fclose(file), 0);
}

static void open_member(void) {
    struct ac_item item;
    struct ac_member member;
    ck_assert_int_eq(ac_source_item(path, &arena, &item, &err), AC_OK);
    ck_assert_int_eq(ac_source_open(&src, &item, NULL, &err), AC_OK);
    ck_assert_int_eq(ac_source_next(src, &member, &err), AC_OK);
}

static enum ac_rc sample_of(ac_str text) {
    write_file(text);
    open_member();
    return ac_decode_sample(src, &options, &arena, &sample, &err);
}

// --- the sample ----------------------------------------------------------------------------------

START_TEST(a_sample_holds_the_header_with_the_first_rows) {
    ck_assert_int_eq(sample_of(AC_STR("Queue, Calls\n\"a,b\",2\n3,4\n")), AC_OK);
    ck_assert_uint_eq(sample.n_columns, 2);
    ck_assert(ac_str_eq(sample.columns[1], AC_STR("Calls")));
    ck_assert_uint_eq(sample.n_rows, 2);
    ck_assert(ac_str_eq(sample.cells[0], AC_STR("a,b")));
    ck_assert(ac_str_eq(sample.cells[3], AC_STR("4")));
    ck_assert_ptr_eq(sample.decoder, &ac_decoder_csv);
}
END_TEST

START_TEST(a_sample_takes_no_byte) {
    ac_str bytes;
    ck_assert_int_eq(sample_of(AC_STR("a,b\n1,2\n")), AC_OK);
    ck_assert_int_eq(ac_source_peek(src, 100, &bytes, &err), AC_END);
    ck_assert(ac_str_eq(bytes, AC_STR("a,b\n1,2\n")));
}
END_TEST

START_TEST(a_sample_lives_on_when_the_source_is_closed) {
    ck_assert_int_eq(sample_of(AC_STR("a,b\n1,\"2\"\n")), AC_OK);
    ac_source_close(src);
    src = NULL;
    ck_assert(ac_str_eq(sample.columns[0], AC_STR("a")));
    ck_assert(ac_str_eq(sample.cells[1], AC_STR("2")));
}
END_TEST

START_TEST(a_sample_has_at_most_eight_rows) {
    ck_assert_int_eq(sample_of(AC_STR("a\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n")), AC_OK);
    ck_assert_uint_eq(sample.n_rows, 8);
    ck_assert(ac_str_eq(sample.cells[7], AC_STR("8")));
}
END_TEST

START_TEST(broken_rows_are_not_in_a_sample) {
    ck_assert_int_eq(sample_of(AC_STR("a,b\n1\n2,\"3\n4,5\n")), AC_OK);
    ck_assert_uint_eq(sample.n_rows, 1);
    ck_assert(ac_str_eq(sample.cells[0], AC_STR("4")));
}
END_TEST

START_TEST(a_header_alone_has_no_rows) {
    ck_assert_int_eq(sample_of(AC_STR("a,b")), AC_OK);
    ck_assert_uint_eq(sample.n_columns, 2);
    ck_assert_uint_eq(sample.n_rows, 0);
}
END_TEST

// Longer than what is looked at first.
START_TEST(a_wide_header_is_read_whole) {
    AC_CLEANUP(ac_buf_free) struct ac_buf text;
    ac_buf_init(&text, (size_t)4 << 20);
    for (int i = 0; i < 3000; i++)
        ac_buf_printf(&text, "%sa column with quite a long name, of which there are %d",
                      i ? "\";\"" : "\"", i);
    ac_buf_printf(&text, "\"\n");
    for (int i = 0; i < 3000; i++)
        ac_buf_printf(&text, "%s%d", i ? ";" : "", i);
    options.delimiter = ';';
    ck_assert_int_eq(sample_of(ac_buf_str(&text)), AC_OK);
    ck_assert_uint_eq(sample.n_columns, 3000);
    ck_assert_uint_eq(sample.n_rows, 1);
    ck_assert(ac_str_eq(sample.cells[2999], AC_STR("2999")));
}
END_TEST

// --- errors --------------------------------------------------------------------------------------

static const struct {
    ac_str text;
    const char *code;
    const char *says;
} refused[] = {
    {{"", 0}, "EMPTY_INPUT", "is empty"},
    {{"\n\n", 2}, "EMPTY_INPUT", "blank lines"},
    {{"a\0,b\n", 5}, "NOT_TEXT", "character 2 is 0x00"},
    {{"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16}, "BAD_ENCODING", "0x89"},
    {{"a,b,A\n1,2,3\n", 12}, "DUPLICATE_COLUMN", "\"A\" (column 3)"},
    {{"a,\"b\n1,2\n", 9}, "UNCLOSED_QUOTE", "cell 2"},
};

START_TEST(an_input_that_cannot_be_read_is_named) {
    char text[2000];
    ck_assert_int_eq(sample_of(refused[_i].text), AC_INPUT);
    ck_assert_str_eq(err.code, refused[_i].code);
    ck_assert_int_eq(err.cause, AC_CAUSE_INPUT);
    ac_err_text(&err, text, sizeof text);
    ck_assert_msg(strncmp(text, "report.csv:", 11) == 0, "%s", text);
    ck_assert_msg(strstr(text, refused[_i].says) != NULL, "%s", text);
}
END_TEST

START_TEST(a_full_arena_is_no_memory) {
    write_file(AC_STR("a column,another column\n1,2\n"));
    open_member();
    struct ac_arena small;
    ac_arena_init(&small, 100);
    ck_assert_int_eq(ac_decode_sample(src, &options, &small, &sample, &err), AC_RUN);
    ck_assert_str_eq(err.code, "NO_MEMORY");
    ac_arena_free(&small);
}
END_TEST

// --- the run -------------------------------------------------------------------------------------

START_TEST(a_file_over_many_windows_is_read_row_by_row) {
    AC_CLEANUP(ac_buf_free) struct ac_buf text, got;
    ac_buf_init(&text, (size_t)16 << 20);
    ac_buf_init(&got, (size_t)32 << 20);
    ac_buf_printf(&text, "number,\"what, it is\"\n");
    for (int i = 0; i < 100000; i++)
        ac_buf_printf(&text, i % 5 ? "%d,plain text with some length\n" : "%d,\"quoted\r\ntext\"\n",
                      i);
    write_file(ac_buf_str(&text));
    open_member();
    ck_assert_msg(decode_transcript(src, &options, ac_buf_str(&text), &got), "%s",
                  ac_buf_text(&got) + (got.len > 200 ? got.len - 200 : 0));
    ck_assert_ptr_nonnull(strstr(ac_buf_text(&got), "rows 100000 broken 0 blank 0 "));
}
END_TEST

// Two members in a zip file.
static void write_zip(const char *const names[2], const ac_str texts[2]) {
    struct archive *a = archive_write_new();
    archive_write_set_format_zip(a);
    ck_assert_int_eq(archive_write_open_filename(a, path), ARCHIVE_OK);
    for (int i = 0; i < 2; i++) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, names[i]);
        archive_entry_set_size(entry, (int64_t)texts[i].len);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        ck_assert_int_eq(archive_write_header(a, entry), ARCHIVE_OK);
        ck_assert_int_eq(archive_write_data(a, texts[i].ptr, texts[i].len), (int)texts[i].len);
        archive_entry_free(entry);
    }
    ck_assert_int_eq(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
}

START_TEST(each_member_of_an_archive_has_a_header_of_its_own) {
    const char *const names[] = {"one.csv", "two.csv"};
    const ac_str texts[] = {AC_STR("a,b\n1,2\n"), AC_STR("c\n3\n")};
    struct ac_member member;
    AC_CLEANUP(ac_buf_free) struct ac_buf got;
    ac_buf_init(&got, 4096);
    write_zip(names, texts);
    open_member();
    ck_assert(decode_transcript(src, &options, texts[0], &got));
    ck_assert_int_eq(ac_source_next(src, &member, &err), AC_OK);
    ck_assert(decode_transcript(src, &options, texts[1], &got));
    ck_assert_str_eq(ac_buf_text(&got), "columns [\"a\",\"b\"]\n2 4 [\"1\",\"2\"]\n"
                                        "rows 1 broken 0 blank 0 bytes 8\n"
                                        "columns [\"c\"]\n2 2 [\"3\"]\n"
                                        "rows 1 broken 0 blank 0 bytes 4\n");
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("decode");
    TCase *t = tcase_create("sample");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_sample_holds_the_header_with_the_first_rows);
    tcase_add_test(t, a_sample_takes_no_byte);
    tcase_add_test(t, a_sample_lives_on_when_the_source_is_closed);
    tcase_add_test(t, a_sample_has_at_most_eight_rows);
    tcase_add_test(t, broken_rows_are_not_in_a_sample);
    tcase_add_test(t, a_header_alone_has_no_rows);
    tcase_add_test(t, a_wide_header_is_read_whole);
    tcase_add_loop_test(t, an_input_that_cannot_be_read_is_named, 0, (int)AC_N(refused));
    tcase_add_test(t, a_full_arena_is_no_memory);
    suite_add_tcase(s, t);
    t = tcase_create("run");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_file_over_many_windows_is_read_row_by_row);
    tcase_add_test(t, each_member_of_an_archive_has_a_header_of_its_own);
    suite_add_tcase(s, t);
    return s;
}

int main(void) {
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
