// SPDX-License-Identifier: MIT
// Records read back from a batch: the same as they went in.
#include "batch/batch_kit.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static struct batch_kit kit;
static struct ac_cursor *cursor;

static void setup(void) {
    batch_kit_setup(&kit, 3, ACLOAD_UPSERT);
    batch_kit_open(&kit, 1);
    ck_assert_int_eq(ac_cursor_open(&cursor, kit.batch, &kit.err), AC_OK);
}

static void teardown(void) {
    ac_cursor_close(cursor);
    cursor = NULL;
    batch_kit_teardown(&kit);
}

static struct ac_batch_record read_record(uint32_t ordinal) {
    struct ac_batch_record record;
    ck_assert_int_eq(ac_cursor_read(cursor, ordinal, &record, &kit.err), AC_OK);
    ck_assert_uint_eq(record.ordinal, ordinal);
    return record;
}

static void ck_cell(ac_str is, const char *want) {
    ck_assert_msg(ac_str_eq(is, ac_str_of(want)), "\"%.*s\" is not \"%s\"", AC_STR_ARG(is), want);
}

static const char *const texts[] = {
    "plain",
    "\"",
    "\"\"",
    "a \"quoted\" word",
    ",",
    ",,,",
    "\n",
    "two\nlines",
    "\n\n",
    " outer blanks ",
    "\t",
    "ends with a quote\"",
    "\"begins with one",
    "comma, quote \" and\nline",
    "#N/A,",
    "\"#N/A\"",
    "\xC3\x9Cml\xC3\xA4ut",
    "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E",
    "\xF0\x9F\x93\x9E",
    "\xE2\x80\xA8",
    "=1+2",
    "'",
    "0",
    "-0.50",
};

START_TEST(a_text_comes_back_as_it_was) {
    batch_kit_add(&kit, (const char *const[]){texts[_i], "x", texts[_i]});
    struct ac_batch_record record = read_record(0);
    ck_cell(record.cells[0], texts[_i]);
    ck_cell(record.cells[1], "x");
    ck_cell(record.cells[2], texts[_i]);
}
END_TEST

START_TEST(null_and_absent_come_back_as_such) {
    batch_kit_add(&kit, (const char *const[]){"k", NULL, "<absent>"});
    batch_kit_add(&kit, (const char *const[]){"k", "<absent>", NULL});
    struct ac_batch_record record = read_record(0);
    ck_assert(ac_str_is_null(record.cells[1]));
    ck_assert(ac_is_absent(record.cells[2]));
    record = read_record(1);
    ck_assert(ac_is_absent(record.cells[1]));
    ck_assert(ac_str_is_null(record.cells[2]));
}
END_TEST

// The org keeps no empty texts: both ways to send must clear the field.
START_TEST(an_empty_text_comes_back_as_null) {
    batch_kit_add(&kit, (const char *const[]){"k", "", "x"});
    ck_assert(ac_str_is_null(read_record(0).cells[1]));
}
END_TEST

START_TEST(line_ends_inside_a_cell_come_back_as_lf) {
    batch_kit_add(&kit, (const char *const[]){"a\r\nb", "a\rb", "a\r"});
    struct ac_batch_record record = read_record(0);
    ck_cell(record.cells[0], "a\nb");
    ck_cell(record.cells[1], "a\nb");
    ck_cell(record.cells[2], "a\n");
}
END_TEST

START_TEST(a_record_knows_where_it_came_from) {
    for (int i = 0; i < 3; i++)
        batch_kit_add(&kit, (const char *const[]){"k", "x", "y"});
    struct ac_batch_record record = read_record(2);
    ck_cell(record.raw, "row 2");
    ck_cell(record.row.raw, "row 2");
    ck_assert_uint_eq(record.row.origin.input, 2);
    ck_assert_uint_eq(record.row.origin.line, 4);
    ck_assert_uint_eq(record.row.origin.byte, 120);
    ck_assert_uint_eq(record.row.origin.number, 3);
    ck_assert_uint_eq(record.row.key_hash, 2 * 1000003);
    ck_assert_int_eq(record.row.version_ms, 5002);
    ck_assert_uint_eq(record.row.n_row_records, 1);
}
END_TEST

// 20,000 records: some on disk, some in memory.
static void add_numbered(uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        char number[16];
        snprintf(number, sizeof number, "%u", i);
        batch_kit_add(&kit, (const char *const[]){number, "a,b", number});
    }
}

static void ck_numbered(uint32_t ordinal) {
    char number[16], raw[24];
    struct ac_batch_record record = read_record(ordinal);
    snprintf(number, sizeof number, "%u", ordinal);
    snprintf(raw, sizeof raw, "row %u", ordinal);
    ck_cell(record.cells[0], number);
    ck_cell(record.cells[1], "a,b");
    ck_cell(record.cells[2], number);
    ck_cell(record.raw, raw);
}

START_TEST(records_are_read_in_order) {
    add_numbered(20000);
    for (uint32_t i = 0; i < 20000; i++)
        ck_numbered(i);
}
END_TEST

START_TEST(records_are_read_in_any_order) {
    add_numbered(20000);
    for (uint32_t i = 0; i < 20000; i++)
        ck_numbered((i * 7919) % 20000);
}
END_TEST

START_TEST(records_are_read_after_sealing) {
    add_numbered(5000);
    ck_numbered(4999);
    ck_assert_int_eq(ac_batch_seal(kit.batch, &kit.err), AC_OK);
    ck_numbered(0);
    ck_numbered(4999);
}
END_TEST

START_TEST(what_is_added_while_reading_is_read_too) {
    for (uint32_t i = 0; i < 3000; i++) {
        add_numbered(0);
        char number[16];
        snprintf(number, sizeof number, "%u", i);
        batch_kit_add(&kit, (const char *const[]){number, "a,b", number});
        ck_numbered(i);
        ck_numbered(i / 2);
    }
}
END_TEST

START_TEST(a_killed_record_can_still_be_read) {
    add_numbered(10);
    ac_batch_kill(kit.batch, 4, AC_RECORD_DEAD);
    ck_numbered(4);
}
END_TEST

static char *large(size_t len, size_t from) {
    static const char parts[] = "ab\"\r\n,c\rd";
    char *text = malloc(len + 1);
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < len; i++)
        text[i] = parts[(i + from) % (sizeof parts - 1)];
    text[len] = '\0';
    return text;
}

// Larger than the write buffer; each run puts the special characters elsewhere.
START_TEST(a_large_cell_comes_back_as_it_was) {
    char *text = large(200 * 1024 + (size_t)_i, (size_t)_i);
    batch_kit_add(&kit, (const char *const[]){"k", text, "after"});
    batch_kit_add(&kit, (const char *const[]){"next", "x", "y"});
    size_t n = 0; // CRLF and CR are LF now
    for (size_t i = 0; text[i]; i++) {
        if (text[i] == '\r' && text[i + 1] == '\n')
            continue;
        text[n++] = (char)(text[i] == '\r' ? '\n' : text[i]);
    }
    struct ac_batch_record record = read_record(0);
    ck_assert_uint_eq(record.cells[1].len, n);
    ck_assert_int_eq(memcmp(record.cells[1].ptr, text, n), 0);
    ck_cell(record.cells[2], "after");
    ck_cell(read_record(1).cells[0], "next");
    free(text);
}
END_TEST

START_TEST(there_is_no_record_behind_the_last) {
    struct ac_batch_record record;
    add_numbered(3);
    ck_assert_int_eq(ac_cursor_read(cursor, 3, &record, &kit.err), AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_INTERNAL);
}
END_TEST

START_TEST(a_cursor_may_outlive_its_batch) {
    add_numbered(3);
    ck_numbered(1);
    ac_batch_remove(kit.batch);
    kit.batch = NULL;
    ac_cursor_close(cursor);
    cursor = NULL;
}
END_TEST

static void spoil(const char *name, long at) {
    char path[600];
    snprintf(path, sizeof path, "%s/%s", kit.dir, name);
    FILE *file = fopen(path, "r+e");
    ck_assert_ptr_nonnull(file);
    fseek(file, at, SEEK_SET);
    fputc('"', file);
    fclose(file);
}

static const struct {
    const char *name;
    long at;
} spoilt[] = {{"1.origin", 40 + 80 + 3}, {"1.csv", 27}};

START_TEST(a_spoilt_file_is_noticed) {
    struct ac_batch_record record;
    add_numbered(3);
    ck_assert_int_eq(ac_batch_seal(kit.batch, &kit.err), AC_OK);
    spoil(spoilt[_i].name, spoilt[_i].at);
    enum ac_rc rc = AC_OK;
    for (uint32_t i = 0; i < 3 && rc == AC_OK; i++)
        rc = ac_cursor_read(cursor, i, &record, &kit.err);
    ck_assert_int_eq(rc, AC_RUN);
    ck_assert_str_eq(kit.err.code, "DAMAGED");
    ck_assert_ptr_nonnull(strstr(kit.err.text, spoilt[_i].name));
}
END_TEST

// --- keys ----------------------------------------------------------------------------------------

struct keys {
    uint32_t n, max;
    uint32_t ordinals[16];
    uint64_t hashes[16];
};

static bool take_key(void *arg, uint32_t ordinal, uint64_t key_hash, int64_t version_ms) {
    (void)version_ms;
    struct keys *keys = arg;
    keys->ordinals[keys->n] = ordinal;
    keys->hashes[keys->n++] = key_hash;
    return keys->n < keys->max;
}

static struct keys each_key(uint32_t first, uint32_t n, uint32_t max) {
    struct keys keys = {.max = max};
    ck_assert_int_eq(ac_batch_each_key(kit.batch, first, n, take_key, &keys, &kit.err), AC_OK);
    return keys;
}

START_TEST(keys_come_in_order_without_the_killed) {
    add_numbered(6);
    ac_batch_kill(kit.batch, 3, AC_RECORD_SUPERSEDED);
    struct keys keys = each_key(2, 3, 16);
    ck_assert_uint_eq(keys.n, 2);
    ck_assert_uint_eq(keys.ordinals[0], 2);
    ck_assert_uint_eq(keys.hashes[0], 2 * 1000003);
    ck_assert_uint_eq(keys.ordinals[1], 4);
    ck_assert_uint_eq(keys.hashes[1], 4 * 1000003);
}
END_TEST

START_TEST(keys_of_settled_records_come_too) {
    add_numbered(3);
    ac_batch_settle_rest(kit.batch, 0, 3, AC_RECORD_WRITTEN);
    ck_assert_uint_eq(each_key(0, 3, 16).n, 3);
}
END_TEST

START_TEST(keys_end_when_told) {
    add_numbered(6);
    ck_assert_uint_eq(each_key(0, 6, 2).n, 2);
}
END_TEST

START_TEST(keys_of_records_killed_after_sealing_are_left_out) {
    add_numbered(3);
    ck_assert_int_eq(ac_batch_seal(kit.batch, &kit.err), AC_OK);
    ac_batch_kill(kit.batch, 1, AC_RECORD_SUPERSEDED);
    ck_assert_uint_eq(each_key(0, 3, 16).n, 2);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("cursor");
    TCase *t = tcase_create("cells");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, a_text_comes_back_as_it_was, 0, (int)AC_N(texts));
    tcase_add_test(t, null_and_absent_come_back_as_such);
    tcase_add_test(t, an_empty_text_comes_back_as_null);
    tcase_add_test(t, line_ends_inside_a_cell_come_back_as_lf);
    tcase_add_loop_test(t, a_large_cell_comes_back_as_it_was, 0, 9);
    suite_add_tcase(s, t);
    t = tcase_create("records");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_record_knows_where_it_came_from);
    tcase_add_test(t, records_are_read_in_order);
    tcase_add_test(t, records_are_read_in_any_order);
    tcase_add_test(t, records_are_read_after_sealing);
    tcase_add_test(t, what_is_added_while_reading_is_read_too);
    tcase_add_test(t, a_killed_record_can_still_be_read);
    tcase_add_test(t, there_is_no_record_behind_the_last);
    tcase_add_test(t, a_cursor_may_outlive_its_batch);
    tcase_add_loop_test(t, a_spoilt_file_is_noticed, 0, (int)AC_N(spoilt));
    suite_add_tcase(s, t);
    t = tcase_create("keys");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, keys_come_in_order_without_the_killed);
    tcase_add_test(t, keys_of_settled_records_come_too);
    tcase_add_test(t, keys_end_when_told);
    tcase_add_test(t, keys_of_records_killed_after_sealing_are_left_out);
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
