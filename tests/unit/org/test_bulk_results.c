// SPDX-License-Identifier: MIT
// Result files: every row with its outcome, or nothing at all.
#include "org/bulk.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[256];

static void setup(void) {
    const char *tmp = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/results.XXXXXX", tmp ? tmp : "/tmp");
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void teardown(void) { unlink(path); }

static void write_file(const char *text, size_t len) {
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(text, 1, len, f), len);
    fclose(f);
}

struct told {
    char text[4096]; // one line a row: outcome|id|key|code|message|fields|cells
    size_t len, n;
    size_t stop_at; // the row whose callback fails, 0: none
};

static enum ac_rc tell(void *arg, const struct ac_bulk_result *row, struct ac_err *err) {
    struct told *t = arg;
    if (++t->n == t->stop_at)
        return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "ENOUGH", "enough");
    t->len +=
        (size_t)snprintf(t->text + t->len, sizeof t->text - t->len, "%s|%.*s|%.*s|%s|%s|%s",
                         ac_outcome_name(row->outcome), AC_STR_ARG(row->id), AC_STR_ARG(row->key),
                         row->error.code, row->error.message, row->error.fields);
    for (size_t i = 0; i < row->n_cells; i++)
        t->len += (size_t)snprintf(t->text + t->len, sizeof t->text - t->len, "|%.*s=%.*s",
                                   AC_STR_ARG(row->columns[i]), AC_STR_ARG(row->cells[i]));
    t->len += (size_t)snprintf(t->text + t->len, sizeof t->text - t->len, "\n");
    return AC_OK;
}

static struct told told;
static struct ac_err err;

static enum ac_rc read_rows(enum ac_bulk_path which, const char *key, uint64_t n_rows) {
    told = (struct told){.stop_at = told.stop_at};
    err = (struct ac_err)AC_ERR_INIT;
    return ac_bulk_results_read(path, which, ac_str_of(key), n_rows, tell, &told, &err);
}

static enum ac_rc read_as(enum ac_bulk_path which, const char *key) {
    return read_rows(which, key, AC_BULK_ANY_ROWS);
}

static const struct {
    enum ac_bulk_path which;
    const char *key, *file, *told;
} files[] = {
    {AC_BULK_SUCCESSFUL, "K__c",
     "\"sf__Id\",\"sf__Created\",K__c,N__c\n\"a01\",\"true\",\"k1\",\"9.12260031E8\"\n"
     "\"a02\",\"false\",\"k2\",\"\"\n",
     "created|a01|k1||||sf__Id=a01|sf__Created=true|K__c=k1|N__c=9.12260031E8\n"
     "updated|a02|k2||||sf__Id=a02|sf__Created=false|K__c=k2|N__c=\n"},
    {AC_BULK_SUCCESSFUL, NULL, "\"sf__Id\",\"sf__Created\",\"T__c\"\n\"a01\",\"true\",\"x\"\n",
     "created|a01|||||sf__Id=a01|sf__Created=true|T__c=x\n"},
    {AC_BULK_SUCCESSFUL, NULL, "\"sf__Id\",\"T__c\"\n\"a01\",\"x\"\n",
     "ok|a01|||||sf__Id=a01|T__c=x\n"},
    {AC_BULK_FAILED_ROWS, "K__c",
     "\"sf__Id\",\"sf__Error\",\"K__c\"\n"
     "\"\",\"STRING_TOO_LONG:T: data value too large: \"\"x\"\", y:T__c --\",\"k1\"\n"
     "\"\",\"UNABLE_TO_LOCK_ROW:locked:--\",\"k2\"\n",
     "refused||k1|STRING_TOO_LONG|T: data value too large: \"x\", y|T__c|sf__Id=|sf__Error="
     "STRING_TOO_LONG:T: data value too large: \"x\", y:T__c --|K__c=k1\n"
     "locked||k2|UNABLE_TO_LOCK_ROW|locked||sf__Id=|sf__Error=UNABLE_TO_LOCK_ROW:locked:--|"
     "K__c=k2\n"},
    {AC_BULK_UNPROCESSED, "K__c", "\"K__c\",\"T__c\"\n\"k1\",\"x\"\n",
     "retry||k1|UNPROCESSED|the job ended before this record's turn||K__c=k1|T__c=x\n"},
    // columns in any order, in any letter case, behind a BOM
    {AC_BULK_SUCCESSFUL, "k__C",
     "\xEF\xBB\xBF\"T__c\",\"K__C\",\"SF__CREATED\",\"sf__id\"\n\"x\",\"k1\",\"true\",\"a01\"\n",
     "created|a01|k1||||T__c=x|K__C=k1|SF__CREATED=true|sf__id=a01\n"},
    // line ends: CRLF, inside quotes, blank lines, none at the end
    {AC_BULK_UNPROCESSED, "K__c", "\"K__c\",\"T__c\"\r\n\"k1\",\"a\r\nb\nc\"\r\n",
     "retry||k1|UNPROCESSED|the job ended before this record's turn||K__c=k1|T__c=a\r\nb\nc\n"},
    {AC_BULK_UNPROCESSED, "K__c", "\"K__c\"\n\n\"k1\"\n\n",
     "retry||k1|UNPROCESSED|the job ended before this record's turn||K__c=k1\n"},
    {AC_BULK_UNPROCESSED, "K__c", "\"K__c\"\n\"k1\"",
     "retry||k1|UNPROCESSED|the job ended before this record's turn||K__c=k1\n"},
    {AC_BULK_UNPROCESSED, "K__c", "K__c,T__c\nk1,\n",
     "retry||k1|UNPROCESSED|the job ended before this record's turn||K__c=k1|T__c=\n"},
    {AC_BULK_UNPROCESSED, "K__c", "K__c,T__c\nk1, b c \n",
     "retry||k1|UNPROCESSED|the job ended before this record's turn||K__c=k1|T__c= b c \n"},
    // no rows
    {AC_BULK_SUCCESSFUL, "K__c", "", ""},
    {AC_BULK_SUCCESSFUL, "K__c", "\n", ""},
    {AC_BULK_SUCCESSFUL, "K__c", "\"sf__Id\",\"sf__Created\"\n", ""},
    {AC_BULK_FAILED_ROWS, "K__c", "\"sf__Id\",\"sf__Error\"", ""},
    {AC_BULK_UNPROCESSED, "K__c", "\"K__c\"\n", ""},
};

START_TEST(a_file_tells_its_rows) {
    write_file(files[_i].file, strlen(files[_i].file));
    enum ac_rc rc = read_as(files[_i].which, files[_i].key);
    ck_assert_msg(rc == AC_OK, "%s", err.text);
    ck_assert_str_eq(told.text, files[_i].told);
}
END_TEST

START_TEST(nul_bytes_are_left_out) {
    static const char text[] = "\0\"K__c\",\"T__c\"\n\"k\0001\",\0\"a\0\"\n";
    write_file(text, sizeof text - 1);
    ck_assert_int_eq(read_as(AC_BULK_UNPROCESSED, "K__c"), AC_OK);
    ck_assert_str_eq(
        told.text,
        "retry||k1|UNPROCESSED|the job ended before this record's turn||K__c=k1|T__c=a\n");
}
END_TEST

static const struct {
    enum ac_bulk_path which;
    const char *file;
} bad[] = {
    {AC_BULK_FAILED_ROWS, "\"sf__Id\",\"sf__Error\",\"K__c\"\n\"\",\"E:m:--\",\"k1\"\n\"\",\"E:m"},
    {AC_BULK_FAILED_ROWS, "\"sf__Id\",\"sf__Error\",\"K__c\"\n\"\",\"E:m:--\",\"k1\"\n\"\",\"E\""},
    {AC_BULK_FAILED_ROWS, "\"sf__Id\",\"sf__Error\",\"K__c\"\n\"\",\"E:m:--\",\"k1\"\n\"\""},
    {AC_BULK_FAILED_ROWS, "\"sf__Id\",\"sf__Error\",\"K__c\"\n\"\",\"E\",\"k1\",\"more\"\n"},
    {AC_BULK_FAILED_ROWS, "\"sf__Id\",\"sf__Error\",\"K__c\"\n\"\",\"E\"x,\"k1\"\n"},
    {AC_BULK_FAILED_ROWS, "\"sf__Id\",\"sf__Err"},
    {AC_BULK_FAILED_ROWS, "\"sf__Id\",\"sf__Created\",\"K__c\"\n"},
    {AC_BULK_FAILED_ROWS, "<html>\n<body>Bad gateway</body>\n</html>\n"},
    {AC_BULK_SUCCESSFUL, "\"K__c\",\"T__c\"\n\"k1\",\"x\"\n"},
    {AC_BULK_SUCCESSFUL, "[{\"errorCode\":\"X\"}]\n"},
    {AC_BULK_UNPROCESSED, "<html>\n"},
    {AC_BULK_UNPROCESSED, "{\"a\":1}\n"},
    {AC_BULK_UNPROCESSED, "\"T__c\"\n\"x\"\n"},
    {AC_BULK_SUCCESSFUL, "\"sf__Id\",\"sf__Created\"\n\"a01\",\"true\"\n"},
};

START_TEST(a_file_that_is_cut_or_none_tells_nothing) {
    write_file(bad[_i].file, strlen(bad[_i].file));
    ck_assert_int_eq(read_as(bad[_i].which, "K__c"), AC_AGAIN);
    ck_assert_str_eq(err.code, "BAD_RESULTS");
    ck_assert_uint_eq(told.n, 0);
}
END_TEST

START_TEST(a_file_of_another_number_of_rows_tells_nothing) {
    static const char two[] = "\"sf__Id\",\"K__c\"\n\"a01\",\"k1\"\n\"a02\",\"k2\"\n";
    write_file(two, sizeof two - 1);
    ck_assert_int_eq(read_rows(AC_BULK_SUCCESSFUL, "K__c", 2), AC_OK);
    ck_assert_uint_eq(told.n, 2);
    for (uint64_t n = 1; n <= 3; n += 2) {
        ck_assert_int_eq(read_rows(AC_BULK_SUCCESSFUL, "K__c", n), AC_AGAIN);
        ck_assert_str_eq(err.code, "BAD_RESULTS");
        ck_assert_uint_eq(told.n, 0);
    }
    write_file("", 0);
    ck_assert_int_eq(read_rows(AC_BULK_SUCCESSFUL, "K__c", 1), AC_AGAIN);
    ck_assert_int_eq(read_rows(AC_BULK_SUCCESSFUL, "K__c", 0), AC_OK);
}
END_TEST

START_TEST(a_file_that_is_not_there_is_named) {
    unlink(path);
    ck_assert_int_eq(read_as(AC_BULK_SUCCESSFUL, "K__c"), AC_RUN);
    ck_assert_ptr_nonnull(strstr(err.text, path));
}
END_TEST

START_TEST(a_folder_is_no_file) {
    snprintf(path, sizeof path, "/");
    ck_assert_int_eq(read_as(AC_BULK_SUCCESSFUL, "K__c"), AC_RUN);
}
END_TEST

START_TEST(the_callback_may_end_it) {
    static const char text[] = "\"K__c\"\n\"1\"\n\"2\"\n\"3\"\n";
    write_file(text, sizeof text - 1);
    told.stop_at = 2;
    ck_assert_int_eq(read_as(AC_BULK_UNPROCESSED, "K__c"), AC_RUN);
    ck_assert_str_eq(err.code, "ENOUGH");
    ck_assert_uint_eq(told.n, 2);
    told.stop_at = 0;
}
END_TEST

// --- large files ---------------------------------------------------------------------------------

struct summing {
    size_t n, bytes;
    uint64_t hash;
};

static enum ac_rc sum(void *arg, const struct ac_bulk_result *row, struct ac_err *e) {
    struct summing *s = arg;
    (void)e;
    s->n++;
    for (size_t i = 0; i < row->n_cells; i++) {
        s->bytes += row->cells[i].len;
        s->hash = ac_str_hash(row->cells[i], s->hash);
    }
    return AC_OK;
}

// Cells of every length around the block's size, with line ends and quotes inside.
START_TEST(rows_may_lie_across_the_blocks_read) {
    struct summing expected = {0}, found = {0};
    struct ac_buf cell;
    FILE *f = fopen(path, "w");
    ac_buf_init(&cell, 100000);
    fputs("\"sf__Id\",\"sf__Created\",\"K__c\",\"T__c\"\n", f);
    for (size_t i = 0; i < 3000; i++) {
        ac_buf_clear(&cell);
        ck_assert(ac_buf_need(&cell, 211));
        for (size_t n = 0; n < i % 211; n++)
            cell.ptr[cell.len++] = "abc\n\"\r,d"[(n * 7 + i) % 8];
        fprintf(f, "\"%zu\",\"true\",\"\",\"", i);
        for (size_t n = 0; n < cell.len; n++) {
            fputc(cell.ptr[n], f);
            if (cell.ptr[n] == '"')
                fputc('"', f);
        }
        fputs("\"\n", f);
        char id[32];
        snprintf(id, sizeof id, "%zu", i);
        const ac_str cells[] = {ac_str_of(id), AC_STR("true"), AC_STR(""), ac_buf_str(&cell)};
        struct ac_bulk_result row = {.cells = cells, .n_cells = 4};
        sum(&expected, &row, &err);
    }
    fclose(f);
    ac_buf_free(&cell);
    ck_assert_int_eq(ac_bulk_results_read(path, AC_BULK_SUCCESSFUL, AC_STR("K__c"),
                                          AC_BULK_ANY_ROWS, sum, &found, &err),
                     AC_OK);
    ck_assert_uint_eq(found.n, 3000);
    ck_assert_uint_eq(found.bytes, expected.bytes);
    ck_assert_uint_eq(found.hash, expected.hash);
}
END_TEST

static void write_row_of(size_t bytes) {
    FILE *f = fopen(path, "w");
    fputs("\"sf__Id\",\"sf__Created\",\"K__c\"\n\"a\",\"true\",\"", f);
    for (size_t i = 0; i < bytes; i++)
        fputc('x', f);
    fputs("\"\n\"b\",\"true\",\"k2\"\n", f);
    fclose(f);
}

START_TEST(a_row_of_two_megabytes_is_read) {
    struct summing found = {0};
    write_row_of((size_t)2 << 20);
    ck_assert_int_eq(ac_bulk_results_read(path, AC_BULK_SUCCESSFUL, AC_STR("K__c"),
                                          AC_BULK_ANY_ROWS, sum, &found, &err),
                     AC_OK);
    ck_assert_uint_eq(found.n, 2);
}
END_TEST

START_TEST(a_row_without_end_is_given_up_at_the_ceiling) {
    struct summing found = {0};
    write_row_of((size_t)9 << 20);
    ck_assert_int_eq(ac_bulk_results_read(path, AC_BULK_SUCCESSFUL, AC_STR("K__c"),
                                          AC_BULK_ANY_ROWS, sum, &found, &err),
                     AC_AGAIN);
    ck_assert_uint_eq(found.n, 0);
}
END_TEST

START_TEST(a_row_of_too_many_cells_is_given_up) {
    FILE *f = fopen(path, "w");
    for (int i = 0; i < 100000; i++)
        fputs("x,", f);
    fputs("x\n", f);
    fclose(f);
    ck_assert_int_eq(read_as(AC_BULK_UNPROCESSED, "K__c"), AC_AGAIN);
}
END_TEST

static TCase *cases(Suite *s, const char *name) {
    TCase *t = tcase_create(name);
    tcase_add_checked_fixture(t, setup, teardown);
    suite_add_tcase(s, t);
    return t;
}

static Suite *suite(void) {
    Suite *s = suite_create("org/bulk_results");
    TCase *t = cases(s, "files");
    tcase_add_loop_test(t, a_file_tells_its_rows, 0, (int)AC_N(files));
    tcase_add_test(t, nul_bytes_are_left_out);
    tcase_add_loop_test(t, a_file_that_is_cut_or_none_tells_nothing, 0, (int)AC_N(bad));
    tcase_add_test(t, a_file_of_another_number_of_rows_tells_nothing);
    tcase_add_test(t, a_file_that_is_not_there_is_named);
    tcase_add_test(t, a_folder_is_no_file);
    tcase_add_test(t, the_callback_may_end_it);
    t = cases(s, "large");
    tcase_add_test(t, rows_may_lie_across_the_blocks_read);
    tcase_add_test(t, a_row_of_two_megabytes_is_read);
    tcase_add_test(t, a_row_without_end_is_given_up_at_the_ceiling);
    tcase_add_test(t, a_row_of_too_many_cells_is_given_up);
    return s;
}

int main(void) {
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
