// SPDX-License-Identifier: MIT
// Parts of a batch for bulk jobs: their borders, their bytes.
#include "batch/batch_kit.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define HEADER "Key__c,C1__c\n"
#define HEADER_BYTES (sizeof HEADER - 1)
#define LINE_BYTES 10u // "k000,vvvv\n"

static struct batch_kit kit;

static void add_lines(uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%03u", i);
        batch_kit_add(&kit, (const char *const[]){key, "vvvv"});
    }
}

static void setup(void) {
    batch_kit_setup(&kit, 2, ACLOAD_UPSERT);
    batch_kit_open(&kit, 1);
}

static void teardown(void) { batch_kit_teardown(&kit); }

static struct ac_part part_of(uint32_t first, uint64_t max_bytes, uint32_t max_records) {
    struct ac_part part;
    ck_assert_int_eq(ac_part_next(kit.batch, first, max_bytes, max_records, &part, &kit.err),
                     AC_OK);
    return part;
}

// The part's whole text, read in pieces of that many bytes, in malloced memory.
static char *text_of(const struct ac_part *part, size_t piece) {
    struct ac_part_reader *reader;
    char *text = malloc((size_t)part->bytes + piece + 1);
    ck_assert_ptr_nonnull(text);
    ck_assert_int_eq(ac_part_open(&reader, kit.batch, part, &kit.err), AC_OK);
    size_t len = 0;
    for (;;) {
        size_t n = ac_part_read(reader, text + len, piece);
        ck_assert_uint_ne(n, SIZE_MAX);
        if (!n)
            break;
        len += n;
        ck_assert_uint_le(len, part->bytes);
    }
    ck_assert_uint_eq(len, part->bytes);
    text[len] = '\0';
    ac_part_close(reader);
    return text;
}

static void ck_text(const struct ac_part *part, const char *want) {
    char *text = text_of(part, 4096);
    ck_assert_str_eq(text, want);
    free(text);
}

START_TEST(a_part_may_have_an_order_of_its_own) {
    static const uint32_t order[] = {3, 0, 2, 1};
    add_lines(4);
    ck_assert_int_eq(ac_batch_seal(kit.batch, &kit.err), AC_OK);
    struct ac_part part = part_of(0, 100000, 100);
    part.order = order;
    ck_text(&part, HEADER "k003,vvvv\nk000,vvvv\nk002,vvvv\nk001,vvvv\n");
    char *text = text_of(&part, 3);
    ck_assert_str_eq(text, HEADER "k003,vvvv\nk000,vvvv\nk002,vvvv\nk001,vvvv\n");
    free(text);
}
END_TEST

// --- borders -------------------------------------------------------------------------------------

static const struct {
    uint64_t max_bytes;
    uint32_t max_records, n;
} borders[] = {
    {HEADER_BYTES + LINE_BYTES, 100, 1},
    {HEADER_BYTES + 2 * LINE_BYTES - 1, 100, 1},
    {HEADER_BYTES + 2 * LINE_BYTES, 100, 2},
    {HEADER_BYTES + 2 * LINE_BYTES + 1, 100, 2},
    {HEADER_BYTES + 9 * LINE_BYTES, 100, 9},
    {HEADER_BYTES + 10 * LINE_BYTES - 1, 100, 9},
    {HEADER_BYTES + 10 * LINE_BYTES, 100, 10},
    {UINT64_MAX / 2, 100, 10},
    {UINT64_MAX / 2, 10, 10},
    {UINT64_MAX / 2, 9, 9},
    {UINT64_MAX / 2, 1, 1},
};

START_TEST(a_part_is_as_long_as_its_limits_allow) {
    add_lines(10);
    struct ac_part part = part_of(0, borders[_i].max_bytes, borders[_i].max_records);
    ck_assert_uint_eq(part.first, 0);
    ck_assert_uint_eq(part.n, borders[_i].n);
    ck_assert_uint_eq(part.n_alive, borders[_i].n);
    ck_assert_uint_eq(part.bytes, HEADER_BYTES + borders[_i].n * LINE_BYTES);
}
END_TEST

START_TEST(parts_follow_one_another_to_the_end) {
    add_lines(10);
    struct ac_part part = part_of(0, HEADER_BYTES + 4 * LINE_BYTES, 100);
    ck_assert_uint_eq(part.n, 4);
    part = part_of(4, HEADER_BYTES + 4 * LINE_BYTES, 100);
    ck_assert_uint_eq(part.first, 4);
    ck_assert_uint_eq(part.n, 4);
    part = part_of(8, HEADER_BYTES + 4 * LINE_BYTES, 100);
    ck_assert_uint_eq(part.n, 2);
    ck_text(&part, HEADER "k008,vvvv\nk009,vvvv\n");
    ck_assert_int_eq(ac_part_next(kit.batch, 10, 1000, 100, &part, &kit.err), AC_END);
}
END_TEST

START_TEST(an_empty_batch_has_no_part) {
    struct ac_part part;
    ck_assert_int_eq(ac_part_next(kit.batch, 0, 1000, 100, &part, &kit.err), AC_END);
}
END_TEST

START_TEST(a_record_larger_than_a_job_is_told_with_its_line) {
    struct ac_part part;
    add_lines(3);
    ck_assert_int_eq(
        ac_part_next(kit.batch, 1, HEADER_BYTES + LINE_BYTES - 1, 100, &part, &kit.err), AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_CONFIG);
    ck_assert_ptr_nonnull(strstr(kit.err.text, "line 3"));
    ck_assert_ptr_nonnull(strstr(kit.err.text, "bulk_max_bytes"));
}
END_TEST

// --- what is left out ----------------------------------------------------------------------------

START_TEST(killed_records_are_left_out) {
    add_lines(6);
    ac_batch_kill(kit.batch, 0, AC_RECORD_DEAD);
    ac_batch_kill(kit.batch, 3, AC_RECORD_SUPERSEDED);
    ac_batch_kill(kit.batch, 5, AC_RECORD_DEAD);
    struct ac_part part = part_of(0, 1000, 100);
    ck_assert_uint_eq(part.n, 6);
    ck_assert_uint_eq(part.n_alive, 3);
    ck_text(&part, HEADER "k001,vvvv\nk002,vvvv\nk004,vvvv\n");
}
END_TEST

START_TEST(settled_records_are_left_out) {
    add_lines(4);
    ac_batch_settle(kit.batch, 1, AC_RECORD_REFUSED);
    ac_batch_settle(kit.batch, 2, AC_RECORD_WRITTEN);
    struct ac_part part = part_of(0, 1000, 100);
    ck_text(&part, HEADER "k000,vvvv\nk003,vvvv\n");
}
END_TEST

START_TEST(killed_records_cost_nothing_of_the_limit) {
    add_lines(6);
    for (uint32_t i = 1; i < 5; i++)
        ac_batch_kill(kit.batch, i, AC_RECORD_DEAD);
    struct ac_part part = part_of(0, HEADER_BYTES + 2 * LINE_BYTES, 2);
    ck_assert_uint_eq(part.n, 6);
    ck_assert_uint_eq(part.n_alive, 2);
}
END_TEST

START_TEST(a_batch_of_killed_records_has_no_part) {
    struct ac_part part;
    add_lines(3);
    for (uint32_t i = 0; i < 3; i++)
        ac_batch_kill(kit.batch, i, AC_RECORD_DEAD);
    ck_assert_int_eq(ac_part_next(kit.batch, 0, 1000, 100, &part, &kit.err), AC_END);
}
END_TEST

// --- reading -------------------------------------------------------------------------------------

static const size_t pieces[] = {1, 2, 7, 9, 10, 11, 64, 4096, 1 << 20};

START_TEST(the_text_is_the_same_in_pieces_of_any_size) {
    add_lines(50);
    for (uint32_t i = 0; i < 50; i += 3)
        ac_batch_kill(kit.batch, i, AC_RECORD_DEAD);
    struct ac_part part = part_of(0, 100000, 1000);
    char *text = text_of(&part, pieces[_i]), *whole = text_of(&part, 1 << 16);
    ck_assert_str_eq(text, whole);
    ck_assert_uint_eq(strlen(text), HEADER_BYTES + 33 * LINE_BYTES);
    free(text);
    free(whole);
}
END_TEST

START_TEST(a_part_is_read_again_after_a_rewind) {
    struct ac_part_reader *reader;
    char text[200] = "";
    add_lines(3);
    struct ac_part part = part_of(0, 1000, 100);
    ck_assert_int_eq(ac_part_open(&reader, kit.batch, &part, &kit.err), AC_OK);
    ck_assert_uint_eq(ac_part_read(reader, text, 20), 20);
    ck_assert(ac_part_rewind(reader));
    ck_assert_uint_eq(ac_part_read(reader, text, sizeof text), part.bytes);
    ck_assert_str_eq(text, HEADER "k000,vvvv\nk001,vvvv\nk002,vvvv\n");
    ck_assert_uint_eq(ac_part_read(reader, text, sizeof text), 0);
    ac_part_close(reader);
}
END_TEST

// The length was promised: what has changed meanwhile must not be sent under it.
START_TEST(a_part_that_changed_cannot_be_read) {
    struct ac_part_reader *reader;
    char text[200];
    add_lines(3);
    struct ac_part part = part_of(0, 1000, 100);
    ac_batch_settle(kit.batch, 1, AC_RECORD_WRITTEN);
    ck_assert_int_eq(ac_part_open(&reader, kit.batch, &part, &kit.err), AC_OK);
    ck_assert_uint_eq(ac_part_read(reader, text, sizeof text), SIZE_MAX);
    ac_part_close(reader);
}
END_TEST

START_TEST(a_part_of_a_sealed_batch_is_the_same) {
    add_lines(5);
    ac_batch_kill(kit.batch, 2, AC_RECORD_DEAD);
    ck_assert_int_eq(ac_batch_seal(kit.batch, &kit.err), AC_OK);
    struct ac_part part = part_of(1, 1000, 2);
    ck_assert_uint_eq(part.n, 3);
    ck_text(&part, HEADER "k001,vvvv\nk003,vvvv\n");
}
END_TEST

START_TEST(cells_with_line_ends_stay_whole) {
    batch_kit_add(&kit, (const char *const[]){"a", "1\n2"});
    batch_kit_add(&kit, (const char *const[]){"b", "\"\r\n"});
    struct ac_part part = part_of(0, 1000, 100);
    ck_text(&part, HEADER "a,\"1\n2\"\nb,\"\"\"\n\"\n");
}
END_TEST

// All parts together are the file, whatever is killed, wherever the borders fall.
START_TEST(parts_together_are_the_batch) {
    uint64_t state = (uint64_t)_i + 1;
    uint32_t n_alive = 0;
    batch_kit_add_many(&kit, 3000);
    for (uint32_t i = 0; i < 3000; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        if (state >> 62 == 0)
            ac_batch_kill(kit.batch, i, AC_RECORD_DEAD);
        else
            n_alive++;
    }
    uint32_t first = 0, n_seen = 0, n_lines = 0;
    struct ac_part part;
    while (ac_part_next(kit.batch, first, 2000 + (uint64_t)_i, 1000, &part, &kit.err) == AC_OK) {
        char *text = text_of(&part, 333);
        for (const char *at = text; *at; at++)
            n_lines += *at == '\n';
        free(text);
        ck_assert_uint_le(part.bytes, 2000 + (uint64_t)_i);
        first = part.first + part.n;
        n_seen += part.n_alive;
        n_lines--; // the header
    }
    ck_assert_uint_eq(n_seen, n_alive);
    ck_assert_uint_eq(n_lines, n_alive);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("part");
    TCase *t = tcase_create("borders");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, a_part_is_as_long_as_its_limits_allow, 0, (int)AC_N(borders));
    tcase_add_test(t, parts_follow_one_another_to_the_end);
    tcase_add_test(t, an_empty_batch_has_no_part);
    tcase_add_test(t, a_part_may_have_an_order_of_its_own);
    tcase_add_test(t, a_record_larger_than_a_job_is_told_with_its_line);
    tcase_add_test(t, killed_records_are_left_out);
    tcase_add_test(t, settled_records_are_left_out);
    tcase_add_test(t, killed_records_cost_nothing_of_the_limit);
    tcase_add_test(t, a_batch_of_killed_records_has_no_part);
    suite_add_tcase(s, t);
    t = tcase_create("reading");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, the_text_is_the_same_in_pieces_of_any_size, 0, (int)AC_N(pieces));
    tcase_add_test(t, a_part_is_read_again_after_a_rewind);
    tcase_add_test(t, a_part_that_changed_cannot_be_read);
    tcase_add_test(t, a_part_of_a_sealed_batch_is_the_same);
    tcase_add_test(t, cells_with_line_ends_stay_whole);
    tcase_add_loop_test(t, parts_together_are_the_batch, 0, 5);
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
