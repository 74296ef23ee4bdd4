// SPDX-License-Identifier: MIT
// Batches: their files, what is counted, what a full disk does.
#include "batch/batch_kit.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct batch_kit kit;

static void setup(void) {
    batch_kit_setup(&kit, 2, ACLOAD_UPSERT);
    batch_kit_open(&kit, 12);
}

static void teardown(void) { batch_kit_teardown(&kit); }

static void ck_file(const char *name, const char *text) {
    size_t len;
    char *is = batch_kit_file(&kit, name, &len);
    ck_assert_str_eq(is, text);
    free(is);
}

static const char *path_of(const char *name) {
    static char path[600];
    snprintf(path, sizeof path, "%s/%s", kit.dir, name);
    return path;
}

// --- files ---------------------------------------------------------------------------------------

static const char *const file_names[] = {"12.csv", "12.origin", "12.source"};

START_TEST(only_the_owner_may_read_the_files) {
    struct stat st;
    ck_assert_int_eq(stat(path_of(file_names[_i]), &st), 0);
    ck_assert_int_eq(st.st_mode & 07777, 0600);
}
END_TEST

START_TEST(removing_a_batch_removes_its_files) {
    ac_batch_remove(kit.batch);
    kit.batch = NULL;
    ck_assert_int_ne(access(path_of(file_names[_i]), F_OK), 0);
}
END_TEST

START_TEST(freeing_a_batch_keeps_its_files) {
    ac_batch_free(kit.batch);
    kit.batch = NULL;
    ck_assert_int_eq(access(path_of(file_names[_i]), F_OK), 0);
}
END_TEST

START_TEST(a_batch_takes_no_file_that_is_there) {
    struct ac_batch *other = NULL;
    ck_assert_int_eq(ac_batch_open(&other, kit.dir, 12, &kit.columns, &kit.err), AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_STOP);
    ck_assert_ptr_nonnull(strstr(kit.err.text, "12.csv"));
    ck_assert_ptr_null(other);
}
END_TEST

START_TEST(a_batch_that_cannot_be_made_leaves_the_file_of_another) {
    struct ac_batch *other = NULL;
    ac_batch_open(&other, kit.dir, 12, &kit.columns, &kit.err);
    ck_assert_int_eq(access(path_of(file_names[_i]), F_OK), 0);
}
END_TEST

START_TEST(a_batch_follows_no_link) {
    struct ac_batch *other = NULL;
    ck_assert_int_eq(symlink("/nowhere/at/all", path_of("13.origin")), 0);
    ck_assert_int_eq(ac_batch_open(&other, kit.dir, 13, &kit.columns, &kit.err), AC_RUN);
    ck_assert_int_ne(access(path_of("13.csv"), F_OK), 0);
}
END_TEST

START_TEST(a_folder_that_is_missing_is_named) {
    struct ac_batch *other = NULL;
    ck_assert_int_eq(ac_batch_open(&other, path_of("none"), 1, &kit.columns, &kit.err), AC_RUN);
    ck_assert_ptr_nonnull(strstr(kit.err.text, "none/1.csv"));
}
END_TEST

START_TEST(columns_are_copied) {
    kit.columns.object = AC_STR("Other__c");
    memset(kit.names, 'x', sizeof kit.names);
    memset(kit.fields, 0, sizeof kit.fields);
    const struct ac_columns *columns = ac_batch_columns(kit.batch);
    ck_assert(ac_str_eq(columns->object, AC_STR("Thing__c")));
    ck_assert(ac_str_eq(columns->fields[1]->name, AC_STR("C1__c")));
    ck_assert_int_eq(columns->fields[1]->type, AC_FIELD_STRING);
    ck_assert_int_eq(ac_batch_id(kit.batch), 12);
}
END_TEST

// --- what stands in the CSV ----------------------------------------------------------------------

static const struct {
    const char *cell, *text;
} cells[] = {
    {"plain", "plain"},
    {NULL, "#N/A"},
    {"", "#N/A"},
    {"<absent>", ""},
    {"1", "1"},
    {"-1.5", "-1.5"},
    {"a b", "a b"},
    {" a", "\" a\""},
    {"a ", "\"a \""},
    {"\ta", "\"\ta\""},
    {"a,b", "\"a,b\""},
    {",", "\",\""},
    {"\"", "\"\"\"\""},
    {"say \"yes\"", "\"say \"\"yes\"\"\""},
    {"a\nb", "\"a\nb\""},
    {"a\r\nb", "\"a\nb\""},
    {"a\rb", "\"a\nb\""},
    {"a\r\r\nb", "\"a\n\nb\""},
    {"a\r", "\"a\n\""},
    {"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"},
    {"eight by", "eight by"},
    {"seven,,", "\"seven,,\""},
    {"sixteen bytes ok", "sixteen bytes ok"},
    {"a comma at its very end,", "\"a comma at its very end,\""},
    {"a comma, near its beginning", "\"a comma, near its beginning\""},
    {"#N/B", "#N/B"},
    {"\"#N/A\"", "\"\"\"#N/A\"\"\""},
};

START_TEST(a_cell_is_quoted_only_where_it_must_be) {
    char want[200];
    batch_kit_add(&kit, (const char *const[]){cells[_i].cell, "x"});
    batch_kit_add(&kit, (const char *const[]){"x", cells[_i].cell});
    ck_assert_int_eq(ac_batch_seal(kit.batch, &kit.err), AC_OK);
    snprintf(want, sizeof want, "Key__c,C1__c\n%s,x\nx,%s\n", cells[_i].text, cells[_i].text);
    ck_file("12.csv", want);
    ck_assert_uint_eq(ac_batch_bytes(kit.batch), strlen(want));
}
END_TEST

// One special character at each place of texts of each length.
START_TEST(a_special_character_is_found_wherever_it_stands) {
    static const char specials[] = {',', '"', '\n', '\r'};
    for (int len = 1; len <= 40; len++) {
        char text[64];
        memset(text, 'a', sizeof text);
        text[len] = '\0';
        text[(size_t)_i % (size_t)len] = specials[(size_t)_i / 40];
        batch_kit_add(&kit, (const char *const[]){text, "x"});
        struct ac_cursor *cursor;
        struct ac_batch_record record;
        ck_assert_int_eq(ac_cursor_open(&cursor, kit.batch, &kit.err), AC_OK);
        ck_assert_int_eq(ac_cursor_read(cursor, ac_batch_n(kit.batch) - 1, &record, &kit.err),
                         AC_OK);
        for (char *c = text; *c; c++)
            if (*c == '\r')
                *c = '\n';
        ck_assert(ac_str_eq(record.cells[0], ac_str_of(text)));
        ac_cursor_close(cursor);
    }
}
END_TEST

START_TEST(rows_are_kept_as_they_came) {
    ac_str one[] = {AC_STR("a"), AC_STR("b")};
    struct ac_batch_row row = batch_kit_row(0, "a;\"b\r\n\"");
    uint32_t ordinal;
    ck_assert_int_eq(ac_batch_add(kit.batch, one, &row, &ordinal, &kit.err), AC_OK);
    row = batch_kit_row(1, "second");
    ck_assert_int_eq(ac_batch_add(kit.batch, one, &row, &ordinal, &kit.err), AC_OK);
    ck_assert_int_eq(ac_batch_seal(kit.batch, &kit.err), AC_OK);
    ck_file("12.source", "a;\"b\r\n\"second");
}
END_TEST

START_TEST(records_of_one_row_share_its_text) {
    ac_str one[] = {AC_STR("a"), AC_STR("b")};
    struct ac_batch_row row = batch_kit_row(3, "shared");
    uint32_t ordinal;
    row.n_row_records = 2;
    ck_assert_int_eq(ac_batch_add(kit.batch, one, &row, &ordinal, &kit.err), AC_OK);
    ck_assert_int_eq(ac_batch_add(kit.batch, one, &row, &ordinal, &kit.err), AC_OK);
    ck_assert_int_eq(ac_batch_seal(kit.batch, &kit.err), AC_OK);
    ck_file("12.source", "shared");
}
END_TEST

START_TEST(records_of_rows_of_two_inputs_share_nothing) {
    ac_str one[] = {AC_STR("a"), AC_STR("b")};
    struct ac_batch_row row = batch_kit_row(3, "first");
    uint32_t ordinal;
    row.n_row_records = 2;
    ck_assert_int_eq(ac_batch_add(kit.batch, one, &row, &ordinal, &kit.err), AC_OK);
    row.origin.input++;
    row.raw = AC_STR("other");
    ck_assert_int_eq(ac_batch_add(kit.batch, one, &row, &ordinal, &kit.err), AC_OK);
    ck_assert_int_eq(ac_batch_seal(kit.batch, &kit.err), AC_OK);
    ck_file("12.source", "firstother");
}
END_TEST

START_TEST(rows_that_nobody_asks_for_are_not_written) {
    struct ac_cursor *c = NULL;
    struct ac_batch_record record;
    ac_batch_set_temporary(kit.batch, false);
    batch_kit_add(&kit, (const char *const[]){"a", "b"});
    batch_kit_add(&kit, (const char *const[]){"c", "d"});
    ck_assert_int_eq(ac_batch_seal(kit.batch, &kit.err), AC_OK);
    ck_file("12.source", "");
    ck_assert_int_eq(ac_cursor_open(&c, kit.batch, &kit.err), AC_OK);
    ck_assert_int_eq(ac_cursor_read(c, 1, &record, &kit.err), AC_OK);
    ck_assert(ac_str_eq(record.cells[0], AC_STR("c")) && record.raw.len == 0);
    ac_cursor_close(c);
}
END_TEST

// --- counting ------------------------------------------------------------------------------------

START_TEST(ordinals_count_from_zero) {
    for (uint32_t i = 0; i < 5; i++)
        ck_assert_uint_eq(batch_kit_add(&kit, (const char *const[]){"a", "b"}), i);
    ck_assert_uint_eq(ac_batch_n(kit.batch), 5);
    ck_assert_uint_eq(ac_batch_n_pending(kit.batch), 5);
}
END_TEST

START_TEST(a_killed_record_is_neither_alive_nor_pending) {
    batch_kit_add_many(&kit, 5);
    ac_batch_kill(kit.batch, 1, AC_RECORD_DEAD);
    ac_batch_kill(kit.batch, 3, AC_RECORD_SUPERSEDED);
    ac_batch_kill(kit.batch, 3, AC_RECORD_DEAD); // dead already
    ck_assert_uint_eq(ac_batch_n(kit.batch), 5);
    ck_assert_uint_eq(ac_batch_n_alive(kit.batch), 3);
    ck_assert_uint_eq(ac_batch_n_pending(kit.batch), 3);
    ck_assert_int_eq(ac_batch_state(kit.batch, 1), AC_RECORD_DEAD);
    ck_assert_int_eq(ac_batch_state(kit.batch, 3), AC_RECORD_SUPERSEDED);
}
END_TEST

START_TEST(a_settled_record_is_alive_but_not_pending) {
    batch_kit_add_many(&kit, 3);
    ac_batch_settle(kit.batch, 1, AC_RECORD_CREATED);
    ac_batch_settle(kit.batch, 1, AC_RECORD_UPDATED);
    ck_assert_uint_eq(ac_batch_n_alive(kit.batch), 3);
    ck_assert_uint_eq(ac_batch_n_pending(kit.batch), 2);
    ck_assert_int_eq(ac_batch_state(kit.batch, 1), AC_RECORD_UPDATED);
}
END_TEST

START_TEST(settling_the_rest_leaves_what_is_settled) {
    batch_kit_add_many(&kit, 6);
    ac_batch_kill(kit.batch, 2, AC_RECORD_DEAD);
    ac_batch_settle(kit.batch, 3, AC_RECORD_REFUSED);
    ck_assert_uint_eq(ac_batch_settle_rest(kit.batch, 1, 4, AC_RECORD_WRITTEN), 2);
    static const enum ac_record_state want[] = {AC_RECORD_PENDING, AC_RECORD_WRITTEN,
                                                AC_RECORD_DEAD,    AC_RECORD_REFUSED,
                                                AC_RECORD_WRITTEN, AC_RECORD_PENDING};
    for (uint32_t i = 0; i < 6; i++)
        ck_assert_int_eq(ac_batch_state(kit.batch, i), want[i]);
    ck_assert_uint_eq(ac_batch_n_pending(kit.batch), 2);
}
END_TEST

START_TEST(the_rest_may_reach_past_the_end) {
    batch_kit_add_many(&kit, 3);
    ck_assert_uint_eq(ac_batch_settle_rest(kit.batch, 1, UINT32_MAX, AC_RECORD_UNSENT), 2);
}
END_TEST

START_TEST(a_sealed_batch_takes_no_more) {
    ac_str one[] = {AC_STR("a"), AC_STR("b")};
    struct ac_batch_row row = batch_kit_row(0, "a");
    uint32_t ordinal;
    ck_assert_int_eq(ac_batch_seal(kit.batch, &kit.err), AC_OK);
    ck_assert_int_eq(ac_batch_add(kit.batch, one, &row, &ordinal, &kit.err), AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_INTERNAL);
}
END_TEST

// --- a full disk ---------------------------------------------------------------------------------

// Adds records until one fails. Returns how many went in.
static uint32_t fill(const char *value) {
    ac_str one[] = {AC_STR("key"), ac_str_of(value)};
    uint32_t n = 0, ordinal;
    for (; n < 100000; n++) {
        struct ac_batch_row row = batch_kit_row(n, "raw");
        if (ac_batch_add(kit.batch, one, &row, &ordinal, &kit.err) != AC_OK)
            break;
    }
    return n;
}

START_TEST(a_full_disk_stops_the_run_with_advice) {
    batch_kit_fill_disk(200 * 1024);
    uint32_t n = fill("a value of some bytes");
    batch_kit_empty_disk();
    ck_assert_uint_lt(n, 100000);
    ck_assert_int_eq(kit.err.rc, AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_STOP);
    ck_assert_str_eq(kit.err.code, "DISK_FULL");
    ck_assert_ptr_nonnull(strstr(kit.err.text, "make room"));
    ck_assert_ptr_nonnull(strstr(kit.err.text, kit.dir));
}
END_TEST

START_TEST(a_record_that_did_not_fit_is_not_counted) {
    batch_kit_fill_disk(200 * 1024);
    uint32_t n = fill("a value of some bytes");
    batch_kit_empty_disk();
    ck_assert_uint_eq(ac_batch_n(kit.batch), n);
    ck_assert_uint_eq(ac_batch_n_pending(kit.batch), n);
    ck_assert_uint_eq(ac_batch_bytes(kit.batch),
                      strlen("Key__c,C1__c\n") + n * strlen("key,a value of some bytes\n"));
}
END_TEST

START_TEST(records_before_the_full_disk_can_be_read) {
    struct ac_cursor *cursor;
    struct ac_batch_record record;
    batch_kit_fill_disk(200 * 1024);
    uint32_t n = fill("a value of some bytes");
    batch_kit_empty_disk();
    ck_assert_int_eq(ac_cursor_open(&cursor, kit.batch, &kit.err), AC_OK);
    ck_assert_int_eq(ac_cursor_read(cursor, n - 1, &record, &kit.err), AC_OK);
    ck_assert(ac_str_eq(record.cells[1], AC_STR("a value of some bytes")));
    ac_cursor_close(cursor);
}
END_TEST

START_TEST(a_batch_that_hit_a_full_disk_is_never_sealed) {
    batch_kit_fill_disk(200 * 1024);
    fill("a value of some bytes");
    batch_kit_empty_disk();
    ac_err_clear(&kit.err);
    ck_assert_int_eq(ac_batch_seal(kit.batch, &kit.err), AC_RUN);
    ck_assert_str_eq(kit.err.code, "DISK_FULL");
}
END_TEST

START_TEST(a_disk_that_fills_at_sealing_is_told) {
    batch_kit_add_many(&kit, 1000); // all of it still in memory
    batch_kit_fill_disk(4096);
    enum ac_rc rc = ac_batch_seal(kit.batch, &kit.err);
    batch_kit_empty_disk();
    ck_assert_int_eq(rc, AC_RUN);
    ck_assert_str_eq(kit.err.code, "DISK_FULL");
}
END_TEST

START_TEST(a_large_record_that_does_not_fit_is_not_counted) {
    static char large[300 * 1024];
    memset(large, '"', sizeof large - 1);
    batch_kit_add_many(&kit, 10);
    uint64_t bytes = ac_batch_bytes(kit.batch);
    batch_kit_fill_disk(200 * 1024);
    uint32_t n = fill(large);
    batch_kit_empty_disk();
    ck_assert_uint_eq(n, 0);
    ck_assert_uint_eq(ac_batch_n(kit.batch), 10);
    ck_assert_uint_eq(ac_batch_bytes(kit.batch), bytes);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("batch");
    TCase *files = tcase_create("files"), *csv = tcase_create("csv"),
          *counts = tcase_create("counts"), *disk = tcase_create("disk");
    TCase *const all[] = {files, csv, counts, disk};
    for (size_t i = 0; i < 4; i++) {
        tcase_add_checked_fixture(all[i], setup, teardown);
        suite_add_tcase(s, all[i]);
    }
    int n_files = (int)AC_N(file_names);
    tcase_add_loop_test(files, only_the_owner_may_read_the_files, 0, n_files);
    tcase_add_loop_test(files, removing_a_batch_removes_its_files, 0, n_files);
    tcase_add_loop_test(files, freeing_a_batch_keeps_its_files, 0, n_files);
    tcase_add_test(files, a_batch_takes_no_file_that_is_there);
    tcase_add_loop_test(files, a_batch_that_cannot_be_made_leaves_the_file_of_another, 0, n_files);
    tcase_add_test(files, a_batch_follows_no_link);
    tcase_add_test(files, a_folder_that_is_missing_is_named);
    tcase_add_test(files, columns_are_copied);
    tcase_add_loop_test(csv, a_cell_is_quoted_only_where_it_must_be, 0, (int)AC_N(cells));
    tcase_add_loop_test(csv, a_special_character_is_found_wherever_it_stands, 0, 160);
    tcase_add_test(csv, rows_are_kept_as_they_came);
    tcase_add_test(csv, records_of_one_row_share_its_text);
    tcase_add_test(csv, records_of_rows_of_two_inputs_share_nothing);
    tcase_add_test(csv, rows_that_nobody_asks_for_are_not_written);
    tcase_add_test(counts, ordinals_count_from_zero);
    tcase_add_test(counts, a_killed_record_is_neither_alive_nor_pending);
    tcase_add_test(counts, a_settled_record_is_alive_but_not_pending);
    tcase_add_test(counts, settling_the_rest_leaves_what_is_settled);
    tcase_add_test(counts, the_rest_may_reach_past_the_end);
    tcase_add_test(counts, a_sealed_batch_takes_no_more);
    tcase_add_test(disk, a_full_disk_stops_the_run_with_advice);
    tcase_add_test(disk, a_record_that_did_not_fit_is_not_counted);
    tcase_add_test(disk, records_before_the_full_disk_can_be_read);
    tcase_add_test(disk, a_batch_that_hit_a_full_disk_is_never_sealed);
    tcase_add_test(disk, a_disk_that_fills_at_sealing_is_told);
    tcase_add_test(disk, a_large_record_that_does_not_fit_is_not_counted);
    return s;
}

int main(void) {
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed ? 1 : 0;
}
