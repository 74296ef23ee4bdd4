// SPDX-License-Identifier: MIT
// Batches opened again after a crash: whole, or called damaged.
#include "batch/batch_kit.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct batch_kit kit;
static struct ac_arena arena;

// A sealed batch of five records, two of them killed; then the process died.
static void setup(void) {
    batch_kit_setup(&kit, 3, ACLOAD_UPSERT);
    batch_kit_open(&kit, 7);
    ac_arena_init(&arena, 1 << 20);
    for (uint32_t i = 0; i < 5; i++)
        batch_kit_add(&kit, (const char *const[]){"k", "a\nb", NULL});
    ac_batch_kill(kit.batch, 1, AC_RECORD_DEAD);
    ck_assert_int_eq(ac_batch_seal(kit.batch, &kit.err), AC_OK);
    ac_batch_kill(kit.batch, 3, AC_RECORD_SUPERSEDED);
    ac_batch_settle(kit.batch, 0, AC_RECORD_WRITTEN);
    ac_batch_free(kit.batch);
    kit.batch = NULL;
}

static void teardown(void) {
    ac_arena_free(&arena);
    batch_kit_teardown(&kit);
}

static enum ac_rc reopen(void) {
    return ac_batch_reopen(&kit.batch, kit.dir, 7, &kit.columns, &kit.err);
}

START_TEST(the_files_tell_the_columns) {
    struct ac_batch_shape shape;
    ck_assert_int_eq(ac_batch_shape(kit.dir, 7, &arena, &shape, &kit.err), AC_OK);
    ck_assert(ac_str_eq(shape.object, AC_STR("Thing__c")));
    ck_assert_int_eq(shape.operation, ACLOAD_UPSERT);
    ck_assert_int_eq(shape.key, 0);
    ck_assert_uint_eq(shape.n_columns, 3);
    ck_assert_uint_eq(shape.n_records, 5);
    ck_assert(ac_str_eq(shape.names[2], AC_STR("C2__c")));
}
END_TEST

START_TEST(killed_records_stay_killed_and_the_others_are_pending) {
    static const enum ac_record_state want[] = {AC_RECORD_PENDING, AC_RECORD_DEAD,
                                                AC_RECORD_PENDING, AC_RECORD_SUPERSEDED,
                                                AC_RECORD_PENDING};
    ck_assert_int_eq(reopen(), AC_OK);
    for (uint32_t i = 0; i < 5; i++)
        ck_assert_int_eq(ac_batch_state(kit.batch, i), want[i]);
    ck_assert_uint_eq(ac_batch_n(kit.batch), 5);
    ck_assert_uint_eq(ac_batch_n_alive(kit.batch), 3);
    ck_assert_uint_eq(ac_batch_n_pending(kit.batch), 3);
}
END_TEST

START_TEST(records_are_read_as_before) {
    struct ac_cursor *cursor;
    struct ac_batch_record record;
    ck_assert_int_eq(reopen(), AC_OK);
    ck_assert_int_eq(ac_cursor_open(&cursor, kit.batch, &kit.err), AC_OK);
    ck_assert_int_eq(ac_cursor_read(cursor, 4, &record, &kit.err), AC_OK);
    ck_assert(ac_str_eq(record.cells[1], AC_STR("a\nb")));
    ck_assert(ac_str_is_null(record.cells[2]));
    ck_assert(ac_str_eq(record.raw, AC_STR("row 4")));
    ck_assert_uint_eq(record.row.origin.number, 5);
    ac_cursor_close(cursor);
}
END_TEST

START_TEST(parts_are_made_as_before) {
    struct ac_part part;
    ck_assert_int_eq(reopen(), AC_OK);
    ck_assert_int_eq(ac_part_next(kit.batch, 0, 1000, 10, &part, &kit.err), AC_OK);
    ck_assert_uint_eq(part.n_alive, 3);
    ck_assert_uint_eq(part.bytes, strlen("Key__c,C1__c,C2__c\n") + 3 * strlen("k,\"a\nb\",#N/A\n"));
}
END_TEST

struct hashes {
    uint64_t at[8], wanted;
    size_t n;
};

static bool note_hash(void *arg, uint64_t key_hash) {
    struct hashes *h = arg;
    h->at[h->n++] = key_hash;
    return key_hash == h->wanted;
}

START_TEST(another_process_finds_a_key) {
    struct hashes all = {.wanted = 1}; // no key's
    bool is_any = true;
    ck_assert_int_eq(ac_batch_any_key(kit.dir, 7, note_hash, &all, &is_any, &kit.err), AC_OK);
    ck_assert(!is_any);
    ck_assert_uint_eq(all.n, 5);
    struct hashes one = {.wanted = all.at[0]};
    ck_assert_int_eq(ac_batch_any_key(kit.dir, 7, note_hash, &one, &is_any, &kit.err), AC_OK);
    ck_assert(is_any);
    ck_assert_uint_eq(one.n, 1);
    ck_assert_int_eq(ac_batch_any_key(kit.dir, 8, note_hash, &one, &is_any, &kit.err), AC_OK);
    ck_assert(!is_any);
}
END_TEST

START_TEST(a_batch_that_is_not_there_is_no_error) {
    struct ac_batch_shape shape;
    ck_assert_int_eq(ac_batch_reopen(&kit.batch, kit.dir, 8, &kit.columns, &kit.err), AC_END);
    ck_assert_int_eq(ac_batch_shape(kit.dir, 8, &arena, &shape, &kit.err), AC_END);
    ck_assert_int_eq(kit.err.rc, AC_OK);
}
END_TEST

START_TEST(other_columns_are_refused) {
    kit.fields[1].name = AC_STR("Other__c");
    ck_assert_int_eq(reopen(), AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_INTERNAL);
}
END_TEST

START_TEST(a_reopened_batch_takes_no_more) {
    ac_str cells[] = {AC_STR("a"), AC_STR("b"), AC_STR("c")};
    struct ac_batch_row row = batch_kit_row(9, "raw");
    uint32_t ordinal;
    ck_assert_int_eq(reopen(), AC_OK);
    ck_assert_int_eq(ac_batch_add(kit.batch, cells, &row, &ordinal, &kit.err), AC_RUN);
}
END_TEST

static const struct {
    const char *name;
    long by; // bytes cut off its end
} cuts[] = {{"7.csv", 1},     {"7.csv", 60},     {"7.origin", 1},
            {"7.origin", 80}, {"7.origin", 430}, {"7.source", 1}};

START_TEST(a_cut_file_is_noticed) {
    char path[600];
    size_t len;
    free(batch_kit_file(&kit, cuts[_i].name, &len));
    snprintf(path, sizeof path, "%s/%s", kit.dir, cuts[_i].name);
    ck_assert_int_eq(truncate(path, (off_t)len - cuts[_i].by), 0);
    ck_assert_int_eq(reopen(), AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_INTERNAL);
    ck_assert_str_eq(kit.err.code, "DAMAGED");
}
END_TEST

START_TEST(any_changed_byte_of_an_entry_is_noticed) {
    char path[600];
    snprintf(path, sizeof path, "%s/7.origin", kit.dir);
    FILE *file = fopen(path, "r+e");
    ck_assert_ptr_nonnull(file);
    fseek(file, 40 + 80 + _i, SEEK_SET);
    int c = fgetc(file);
    fseek(file, 40 + 80 + _i, SEEK_SET);
    fputc(c ^ 1, file);
    fclose(file);
    ck_assert_int_eq(reopen(), AC_RUN);
    ck_assert_str_eq(kit.err.code, "DAMAGED");
}
END_TEST

START_TEST(files_of_a_batch_never_sealed_can_be_removed) {
    char path[600];
    ac_batch_unlink(kit.dir, 7);
    snprintf(path, sizeof path, "%s/7.origin", kit.dir);
    ck_assert_int_ne(access(path, F_OK), 0);
    ck_assert_int_eq(reopen(), AC_END);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("reopen");
    TCase *t = tcase_create("reopen");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, the_files_tell_the_columns);
    tcase_add_test(t, killed_records_stay_killed_and_the_others_are_pending);
    tcase_add_test(t, records_are_read_as_before);
    tcase_add_test(t, parts_are_made_as_before);
    tcase_add_test(t, another_process_finds_a_key);
    tcase_add_test(t, a_batch_that_is_not_there_is_no_error);
    tcase_add_test(t, other_columns_are_refused);
    tcase_add_test(t, a_reopened_batch_takes_no_more);
    tcase_add_loop_test(t, a_cut_file_is_noticed, 0, (int)AC_N(cuts));
    tcase_add_loop_test(t, any_changed_byte_of_an_entry_is_noticed, 0, 76);
    tcase_add_test(t, files_of_a_batch_never_sealed_can_be_removed);
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
