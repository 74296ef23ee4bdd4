// SPDX-License-Identifier: MIT
// Where shards of a stream stand, over runs that find each other's checkpoints.
#include "hook/stream_int.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define SCOPE "kinesis org job s"

static struct ac_clock_fake clock_fake;
static struct ac_ledger *ledger;
static struct places places;
static struct ac_err err;

static void list(const struct ac_kinesis_shard *shards, size_t n) {
    struct ac_kinesis_shards listed = {.n = n};
    listed.list = calloc(n + 1, sizeof *listed.list);
    ck_assert_ptr_nonnull(listed.list);
    memcpy(listed.list, shards, n * sizeof *shards);
    ck_assert_int_eq(ac_places_list(&places, &listed, &err), AC_OK);
    free(listed.list);
}

static const struct ac_kinesis_shard family[] = {
    {"a", "", "", true}, {"c", "a", "b", false}, {"b", "", "", true}};

static void setup(void) {
    char dir[512];
    const char *tmp = getenv("TMPDIR");
    ck_assert_ptr_nonnull(tmp);
    snprintf(dir, sizeof dir, "%s/places.XXXXXX", tmp);
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ac_clock_fake_init(&clock_fake, 1000, 1);
    ac_err_clear(&err);
    ck_assert_int_eq(ac_ledger_open(&ledger, dir, &clock_fake.clock, false, &err), AC_OK);
    places = (struct places){.scope = SCOPE};
    list(family, 3);
}

static void teardown(void) {
    ac_places_free(&places);
    ac_ledger_close(ledger);
}

static struct shard *shard(const char *id) {
    struct shard *found = ac_places_find(&places, id);
    ck_assert_ptr_nonnull(found);
    return found;
}

static void keep(const char *id) {
    ck_assert_int_eq(ac_places_keep(&places, ledger, shard(id), &err), AC_OK);
}

static void load(void) { ck_assert_int_eq(ac_places_load(&places, ledger, &err), AC_OK); }

// As the next run begins.
static void begin_anew(void) {
    ac_places_free(&places);
    places = (struct places){.scope = SCOPE};
    list(family, 3);
    load();
}

START_TEST(a_shard_is_ready_when_its_parents_are_done) {
    ck_assert(ac_places_is_ready(&places, shard("a")));
    ck_assert(!ac_places_is_ready(&places, shard("c")));
    shard("a")->is_done = true;
    ck_assert(!ac_places_is_ready(&places, shard("c")));
    ck_assert(!ac_places_is_ready(&places, shard("a")));
    shard("b")->is_done = true;
    ck_assert(ac_places_is_ready(&places, shard("c")));
}
END_TEST

START_TEST(a_parent_that_is_listed_no_more_is_waited_for_no_more) {
    list(&family[1], 1);
    ck_assert(ac_places_is_ready(&places, shard("c")));
}
END_TEST

START_TEST(a_shard_listed_twice_is_one) {
    const struct ac_kinesis_shard twice[] = {family[0], family[0], family[2]};
    ck_assert(ac_shard_plan(shard("a"), "7"));
    list(twice, 3);
    ck_assert_uint_eq(places.n, 2);
}
END_TEST

START_TEST(a_new_listing_forgets_nothing) {
    ck_assert(ac_shard_plan(shard("a"), "7"));
    snprintf(shard("a")->read, sizeof shard("a")->read, "7");
    list(family, 2);
    ck_assert_uint_eq(shard("a")->n_ends, 1);
    ck_assert_str_eq(shard("a")->read, "7");
    ck_assert_ptr_null(ac_places_find(&places, "b"));
}
END_TEST

START_TEST(the_next_run_makes_the_same_inputs) {
    snprintf(shard("a")->settled, sizeof shard("a")->settled, "49640");
    ck_assert(ac_shard_plan(shard("a"), "49650"));
    ck_assert(ac_shard_plan(shard("a"), "49660"));
    keep("a");
    begin_anew();
    ck_assert_str_eq(shard("a")->settled, "49640");
    ck_assert_str_eq(shard("a")->read, "49640");
    ck_assert_uint_eq(shard("a")->n_ends, 2);
    ck_assert_str_eq(shard("a")->ends[0].sequence, "49650");
    ck_assert_str_eq(shard("a")->ends[1].sequence, "49660");
    ck_assert_str_eq(shard("a")->ends[0].hex, "");
    ac_shard_settled(shard("a"), 1);
    ck_assert_str_eq(shard("a")->settled, "49650");
    ck_assert_str_eq(shard("a")->ends[0].sequence, "49660");
}
END_TEST

START_TEST(an_input_before_any_is_settled_is_known) {
    ck_assert(ac_shard_plan(shard("a"), "5"));
    keep("a");
    begin_anew();
    ck_assert_str_eq(shard("a")->settled, "");
    ck_assert_uint_eq(shard("a")->n_ends, 1);
}
END_TEST

START_TEST(a_shard_that_is_done_stays_so) {
    shard("b")->is_done = true;
    keep("b");
    begin_anew();
    ck_assert(shard("b")->is_done);
    ck_assert(shard("b")->is_ended);
    ck_assert(!shard("a")->is_done);
}
END_TEST

START_TEST(somebody_elses_move_is_followed) {
    snprintf(shard("a")->settled, sizeof shard("a")->settled, "5");
    snprintf(shard("a")->read, sizeof shard("a")->read, "5");
    shard("a")->iterator = strdup("it");
    keep("a");
    load();
    ck_assert_str_eq(shard("a")->iterator, "it"); // nobody moved it
    ck_assert_int_eq(ac_ledger_checkpoint_put(ledger, SCOPE, "a", "9", &err), AC_OK);
    load();
    ck_assert_ptr_null(shard("a")->iterator);
    ck_assert_str_eq(shard("a")->read, "9");
}
END_TEST

static const char *const strange[] = {"", " ", "x", "-5", "5x 6", "99 7x 8"};

START_TEST(a_text_that_is_no_checkpoint_is_as_none) {
    ck_assert_int_eq(ac_ledger_checkpoint_put(ledger, SCOPE, "a", strange[_i], &err), AC_OK);
    load();
    ck_assert_str_eq(shard("a")->settled, _i == 5 ? "99" : "");
    ck_assert_uint_le(shard("a")->n_ends, _i == 4 ? 1 : 0);
    ck_assert(!shard("a")->is_done);
}
END_TEST

START_TEST(inputs_under_way_have_a_ceiling) {
    for (unsigned i = 0; i < AC_SHARD_MAX_ENDS; i++)
        ck_assert(ac_shard_plan(shard("a"), "123"));
    ck_assert(!ac_shard_plan(shard("a"), "124"));
    keep("a");
    begin_anew();
    ck_assert_uint_eq(shard("a")->n_ends, AC_SHARD_MAX_ENDS);
}
END_TEST

START_TEST(what_is_gone_is_forgotten) {
    struct ac_arena arena;
    const char *value;
    ac_arena_init(&arena, 4096);
    ck_assert_int_eq(ac_ledger_checkpoint_put(ledger, SCOPE, "old", "5", &err), AC_OK);
    ck_assert_int_eq(ac_ledger_checkpoint_put(ledger, SCOPE "2", "old", "5", &err), AC_OK);
    load();
    ck_assert_int_eq(ac_ledger_checkpoint_get(ledger, SCOPE, "old", &arena, &value, NULL, &err),
                     AC_END);
    ck_assert_int_eq(ac_ledger_checkpoint_get(ledger, SCOPE "2", "old", &arena, &value, NULL, &err),
                     AC_OK);
    ac_arena_free(&arena);
}
END_TEST

START_TEST(the_moment_of_the_first_run_is_kept) {
    int64_t since_ms;
    ck_assert_int_eq(ac_places_since(&places, ledger, 5000, &since_ms, &err), AC_END);
    ck_assert_int_eq(since_ms, 5000);
    begin_anew(); // which drops nothing of it
    ck_assert_int_eq(ac_places_since(&places, ledger, 9000, &since_ms, &err), AC_OK);
    ck_assert_int_eq(since_ms, 5000);
    ck_assert_int_eq(ac_places_since(&places, NULL, 9000, &since_ms, &err), AC_END);
    ck_assert_int_eq(since_ms, 9000);
}
END_TEST

int main(void) {
    Suite *s = suite_create("hook/stream_place");
    TCase *t = tcase_create("places");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_shard_is_ready_when_its_parents_are_done);
    tcase_add_test(t, a_parent_that_is_listed_no_more_is_waited_for_no_more);
    tcase_add_test(t, a_shard_listed_twice_is_one);
    tcase_add_test(t, a_new_listing_forgets_nothing);
    tcase_add_test(t, the_next_run_makes_the_same_inputs);
    tcase_add_test(t, an_input_before_any_is_settled_is_known);
    tcase_add_test(t, a_shard_that_is_done_stays_so);
    tcase_add_test(t, somebody_elses_move_is_followed);
    tcase_add_loop_test(t, a_text_that_is_no_checkpoint_is_as_none, 0, (int)AC_N(strange));
    tcase_add_test(t, inputs_under_way_have_a_ceiling);
    tcase_add_test(t, what_is_gone_is_forgotten);
    tcase_add_test(t, the_moment_of_the_first_run_is_kept);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
