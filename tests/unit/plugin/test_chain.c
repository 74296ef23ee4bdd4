// SPDX-License-Identifier: MIT
// Tests of the chain: every row comes to exactly one end.
#include "plugin/host_int.h"
#include "plugin_puppet.h"
#include "plugin_world.h"
#include <check.h>
#include <stdlib.h>

static struct plugin_world *w;

static void setup(void) { w = plugin_world_new(); }

static void teardown(void) { plugin_world_free(w); }

static void add(const char *column, const char *name, const char *end) {
    char options[3][40];
    snprintf(options[0], sizeof options[0], "column=%s", column);
    snprintf(options[1], sizeof options[1], "name=%s", name);
    snprintf(options[2], sizeof options[2], "end=%s", end);
    const char *values[] = {options[0], options[1], options[2], NULL};
    plugin_world_add(w, plugin_world_module(w, plugin_puppet()), values);
}

static void begin(void) {
    ck_assert_msg(plugin_world_begin(w, "P|Q|Id") == AC_OK, "%s", w->err.text);
}

// One plugin that reads its orders in P.
static void one(const char *end) {
    add("P", "p", end);
    begin();
}

// Two; the second reads its orders in Q.
static void two(void) {
    add("P", "p", "keep");
    add("Q", "q", "keep");
    begin();
}

static void rows(const char *const *list) {
    for (; *list; list++)
        ck_assert_msg(plugin_world_row(w, *list) == AC_OK, "%s", w->err.text);
}

#define ROWS(...) rows((const char *const[]){__VA_ARGS__, NULL})
#define TOLD(text) ck_assert_str_eq(plugin_world_told(w), text)

// --- one row, one plugin -------------------------------------------------------------------------

static const struct {
    const char *row, *told;
} ends[] = {
    {"pass|-|a", "made 1: Score__c upsert Id__c=a Name__c=p"},
    {"two|-|a",
     "made 1: Score__c upsert Id__c=a Name__c=p; Score__c upsert Id__c=a Name__c=second"},
    {"none|-|a", "dropped 1: no plugin made a record of it"},
    {"drop|-|a", "dropped 1: "},
    {"drop!|-|a", "dropped 1: not wanted"},
    {"droprec|-|a", "dropped 1: "},
    {"reject|-|a", "rejected 1: REJECTED plugin puppet rejected the row without saying why"},
    {"reject!|-|a", "rejected 1: BAD it is bad"},
    {"rejectrec|-|a", "rejected 1: BAD it is bad"},
    {"take|-|a", "held 1"},
    {"odd|-|a", "rejected 1: PLUGIN_MISUSE plugin puppet (/plugins/test.so) breaks its contract: "
                "row() returned 77, which is no verdict; tell its author"},
    {"pass|-|", "rejected 1: REQUIRED_FIELD_MISSING Id__c: is required and has no value"},
    {"pass", "rejected 1: REQUIRED_FIELD_MISSING Id__c: is required and has no value"},
};

START_TEST(a_row_comes_to_the_end_that_its_plugin_gives_it) {
    one("keep");
    ROWS(ends[_i].row);
    TOLD(ends[_i].told);
}
END_TEST

START_TEST(nothing_of_a_row_stays_for_the_next) {
    one("keep");
    ROWS("rejectrec|-|a", "reject|-|b", "pass|-|c", "none|-|d");
    TOLD("rejected 1: BAD it is bad\n"
         "rejected 2: REJECTED plugin puppet rejected the row without saying why\n"
         "made 3: Score__c upsert Id__c=c Name__c=p\n"
         "dropped 4: no plugin made a record of it");
}
END_TEST

// --- a chain -------------------------------------------------------------------------------------

static const struct {
    const char *row, *told;
} pairs[] = {
    {"pass|pass|a", "made 1: Score__c upsert Id__c=a Name__c=p; Score__c upsert Id__c=a Name__c=q"},
    {"none|pass|a", "made 1: Score__c upsert Id__c=a Name__c=q"},
    {"pass|none|a", "made 1: Score__c upsert Id__c=a Name__c=p"},
    {"none|none|a", "dropped 1: no plugin made a record of it"},
    {"pass|drop!|a", "dropped 1: not wanted"},
    {"pass|reject!|a", "rejected 1: BAD it is bad"},
    {"drop!|odd|a", "dropped 1: not wanted"},
    {"reject!|odd|a", "rejected 1: BAD it is bad"},
    {"take|odd|a", "held 1"},
    {"pass|take|a", "held 1"},
};

START_TEST(a_row_passes_on_until_a_plugin_ends_it) {
    two();
    ROWS(pairs[_i].row);
    TOLD(pairs[_i].told);
}
END_TEST

START_TEST(the_order_of_the_job_is_the_order_of_the_chain) {
    add("Q", "q", "keep");
    add("P", "p", "keep");
    begin();
    ROWS("pass|pass|a");
    TOLD("made 1: Score__c upsert Id__c=a Name__c=q; Score__c upsert Id__c=a Name__c=p");
}
END_TEST

START_TEST(the_same_plugin_twice_has_two_states) {
    add("P", "first", "keep");
    add("P", "other", "keep");
    begin();
    ROWS("pass|-|a");
    TOLD("made 1: Score__c upsert Id__c=a Name__c=first; Score__c upsert Id__c=a Name__c=other");
}
END_TEST

// --- rows held -----------------------------------------------------------------------------------

// It came before the row in whose call it is released, so it goes first.
START_TEST(a_row_held_is_made_when_it_is_released) {
    one("keep");
    ROWS("take|-|a", "take|-|b", "none|-|c", "free|-|d");
    TOLD("held 1\nheld 2\ndropped 3: no plugin made a record of it\n"
         "made 1*: Score__c upsert Id__c=a Name__c=late\n"
         "made 2*: Score__c upsert Id__c=b Name__c=late\n"
         "made 4: Score__c upsert Id__c=d Name__c=p");
    ck_assert_uint_eq(ac_instance_held(w->plugins[0]), 0);
}
END_TEST

START_TEST(records_made_before_and_after_a_take_go_together) {
    one("keep");
    ROWS("both|-|a", "free|-|b");
    TOLD("held 1\n"
         "made 1*: Score__c upsert Id__c=a Name__c=p; Score__c upsert Id__c=a Name__c=late\n"
         "made 2: Score__c upsert Id__c=b Name__c=p");
}
END_TEST

START_TEST(a_row_released_without_a_record_is_dropped) {
    one("keep");
    ROWS("take|-|a", "take|-|b", "loose|-|c");
    TOLD("held 1\nheld 2\n"
         "dropped 2*: no plugin made a record of it\n"
         "dropped 1*: no plugin made a record of it\n"
         "dropped 3: no plugin made a record of it");
}
END_TEST

START_TEST(what_is_allocated_for_a_row_lives_until_its_release) {
    one("keep");
    ROWS("alloc|-|a", "alloc|-|bb", "pass|-|x", "free|-|c");
    TOLD("held 1\nheld 2\nmade 3: Score__c upsert Id__c=x Name__c=p\n"
         "made 1*: Score__c upsert Id__c=a Name__c=own-a\n"
         "made 2*: Score__c upsert Id__c=bb Name__c=own-bb\n"
         "made 4: Score__c upsert Id__c=c Name__c=p");
}
END_TEST

START_TEST(cells_that_do_not_stand_in_the_raw_text_are_held_too) {
    w->is_quoted = true;
    one("keep");
    ROWS("both|-|abc", "take|-|def", "free|-|g");
    TOLD("held 1\nheld 2\n"
         "made 1*: Score__c upsert Id__c=abc Name__c=p; Score__c upsert Id__c=abc Name__c=late\n"
         "made 2*: Score__c upsert Id__c=def Name__c=late\n"
         "made 3: Score__c upsert Id__c=g Name__c=p");
}
END_TEST

START_TEST(a_row_released_goes_on_to_the_next_plugin) {
    two();
    ROWS("take|pass|a", "take|reject!|b", "take|drop!|c", "free|pass|d");
    TOLD("held 1\nheld 2\nheld 3\n"
         "made 1*: Score__c upsert Id__c=a Name__c=late; Score__c upsert Id__c=a Name__c=q\n"
         "rejected 2*: BAD it is bad\n"
         "dropped 3*: not wanted\n"
         "made 4: Score__c upsert Id__c=d Name__c=p; Score__c upsert Id__c=d Name__c=q");
}
END_TEST

START_TEST(a_row_held_by_two_plugins_is_held_once) {
    two();
    ROWS("both|both|a", "free|none|b");
    TOLD("held 1\nmade 2: Score__c upsert Id__c=b Name__c=p");
    ck_assert_uint_eq(ac_instance_held(w->plugins[0]), 0);
    ck_assert_uint_eq(ac_instance_held(w->plugins[1]), 1);
    ROWS("none|free|c");
    TOLD("made 1*: Score__c upsert Id__c=a Name__c=p; Score__c upsert Id__c=a Name__c=late; "
         "Score__c upsert Id__c=a Name__c=q; Score__c upsert Id__c=a Name__c=late\n"
         "made 3: Score__c upsert Id__c=c Name__c=q");
}
END_TEST

START_TEST(memory_of_rows_released_is_used_again) {
    one("keep");
    for (int i = 0; i < 20; i++) {
        for (int k = 0; k < 500; k++)
            ROWS("both|-|a");
        ROWS("free|-|b");
        plugin_world_told(w);
    }
    ck_assert_uint_eq(w->plugins[0]->held_bytes, 0);
    size_t n = 0;
    for (const struct ac_slot *slot = w->plugins[0]->all; slot; slot = slot->next_all)
        n++;
    ck_assert_uint_eq(n, 501);
}
END_TEST

START_TEST(too_many_held_rows_are_rejected_one_by_one) {
    static char order[300 * 1024];
    char *at = order + snprintf(order, sizeof order, "take|");
    memset(at, 'x', sizeof order - 64);
    memcpy(at + sizeof order - 64, "|a", 3);
    one("keep");
    while (ac_instance_held(w->plugins[0]) == w->line)
        ROWS(order);
    ck_assert_uint_gt(w->line, 20); // 16 MiB of 300 KiB each
    ck_assert_uint_lt(w->line, 56);
    ck_assert_uint_le(w->plugins[0]->held_bytes, AC_HOST_HELD_BYTES);
    const char *told = plugin_world_told(w);
    ck_assert_ptr_nonnull(strstr(told, ": TOO_MANY_HELD plugin puppet holds "));
    ck_assert_ptr_nonnull(strstr(told, "may hold is 16 MiB"));
    w->chain.plugins[0]->module->plugin.flush(&w->plugins[0]->ctx, 0); // forgets its last row
    ROWS("pass|-|b");
    ck_assert_ptr_nonnull(strstr(plugin_world_told(w), "Id__c=b"));
}
END_TEST

// --- stop ----------------------------------------------------------------------------------------

START_TEST(a_stop_ends_the_run_with_the_plugins_words) {
    one("keep");
    ROWS("pass|-|a");
    ck_assert_int_eq(plugin_world_row(w, "stop!|-|b"), AC_RUN);
    ck_assert_int_eq(w->err.cause, AC_CAUSE_STOP);
    ck_assert_str_eq(w->err.code, "BROKE");
    ck_assert_str_eq(w->err.text, "plugin puppet stopped the run: the disk broke");
    ck_assert_uint_eq(w->err.line, 2);
    TOLD("made 1: Score__c upsert Id__c=a Name__c=p"); // the row itself has no end yet
}
END_TEST

START_TEST(a_stop_without_a_reason_is_a_stop) {
    one("keep");
    ck_assert_int_eq(plugin_world_row(w, "stop|-|b"), AC_RUN);
    ck_assert_str_eq(w->err.code, "STOPPED");
    ck_assert_str_eq(w->err.text, "plugin puppet stopped the run: plugin puppet gave no reason");
}
END_TEST

START_TEST(a_stop_of_a_released_row_ends_the_run_too) {
    two();
    ROWS("take|stop!|a");
    ck_assert_int_eq(plugin_world_row(w, "free|pass|b"), AC_RUN);
    ck_assert_uint_eq(w->err.line, 1);
    TOLD("held 1");
}
END_TEST

START_TEST(what_the_end_of_the_chain_answers_comes_back) {
    one("keep");
    w->made_rc = AC_RUN;
    ck_assert_int_eq(plugin_world_row(w, "pass|-|a"), AC_RUN);
    ck_assert_str_eq(w->err.code, "DISK_FULL");
}
END_TEST

// --- flush ---------------------------------------------------------------------------------------

START_TEST(at_the_end_of_an_input_a_plugin_releases_what_it_holds) {
    one("free");
    ROWS("take|-|a", "both|-|b");
    ck_assert_int_eq(plugin_world_flush(w, ACLOAD_END_OF_INPUT), AC_OK);
    TOLD("held 1\nheld 2\n"
         "made 1*: Score__c upsert Id__c=a Name__c=late\n"
         "made 2*: Score__c upsert Id__c=b Name__c=p; Score__c upsert Id__c=b Name__c=late");
}
END_TEST

START_TEST(what_is_held_at_the_end_of_an_input_is_rejected) {
    one("keep");
    ROWS("take|-|a", "both|-|b");
    ck_assert_int_eq(plugin_world_flush(w, ACLOAD_END_OF_INPUT), AC_OK);
    TOLD("held 1\nheld 2\n"
         "rejected 1*: HELD plugin puppet kept the row and did not release it by the end of the "
         "input\n"
         "rejected 2*: HELD plugin puppet kept the row and did not release it by the end of the "
         "input");
    ck_assert_uint_eq(ac_instance_held(w->plugins[0]), 0);
}
END_TEST

START_TEST(a_checkpoint_leaves_rows_held) {
    one("keep");
    ROWS("take|-|a");
    ck_assert_int_eq(plugin_world_flush(w, ACLOAD_CHECKPOINT), AC_OK);
    ck_assert_uint_eq(ac_instance_held(w->plugins[0]), 1);
}
END_TEST

START_TEST(plugins_are_flushed_in_their_order) {
    add("P", "p", "free");
    add("Q", "q", "free");
    begin();
    ROWS("take|take|a"); // at the flush p's row goes to q, which takes it, then is flushed
    ck_assert_int_eq(plugin_world_flush(w, ACLOAD_END_OF_INPUT), AC_OK);
    TOLD("held 1\nmade 1*: Score__c upsert Id__c=a Name__c=late; Score__c upsert Id__c=a "
         "Name__c=late");
    const char *log = plugin_world_logged(w);
    ck_assert_ptr_nonnull(strstr(log, "p flushed 1"));
    ck_assert(strstr(log, "p flushed 1") < strstr(log, "q flushed 1"));
}
END_TEST

START_TEST(a_plugin_that_fails_at_the_end_does_not_keep_others_from_theirs) {
    add("P", "p", "fail");
    add("Q", "q", "free");
    begin();
    ROWS("none|take|a", "take|pass|b");
    ck_assert_int_eq(plugin_world_flush(w, ACLOAD_END_OF_INPUT), AC_INPUT);
    ck_assert_str_eq(w->err.code, "BROKE");
    ck_assert_str_eq(w->err.text, "plugin puppet at the end of the input: the end is bad");
    ck_assert_int_eq(w->err.cause, AC_CAUSE_INPUT);
    TOLD("held 1\nheld 2\n"
         "rejected 2*: HELD plugin puppet kept the row and did not release it by the end of the "
         "input\n"
         "made 1*: Score__c upsert Id__c=a Name__c=late");
}
END_TEST

START_TEST(what_was_released_before_a_flush_failed_is_made) {
    one("fail-free");
    ROWS("take|-|a");
    ck_assert_int_eq(plugin_world_flush(w, ACLOAD_END_OF_INPUT), AC_INPUT);
    TOLD("held 1\nmade 1*: Score__c upsert Id__c=a Name__c=late");
}
END_TEST

START_TEST(a_failing_end_of_the_run_stops_it) {
    one("fail");
    ck_assert_int_eq(plugin_world_flush(w, ACLOAD_END_OF_RUN), AC_RUN);
    ck_assert_int_eq(w->err.cause, AC_CAUSE_STOP);
    ck_assert_str_eq(w->err.text, "plugin puppet at the end of the run: the end is bad");
}
END_TEST

START_TEST(an_error_of_the_chains_end_stops_a_flush) {
    one("free");
    w->made_rc = AC_RUN;
    ROWS("take|-|a", "take|-|b");
    ck_assert_int_eq(plugin_world_flush(w, ACLOAD_END_OF_INPUT), AC_RUN);
    ck_assert_str_eq(w->err.code, "DISK_FULL");
}
END_TEST

START_TEST(several_inputs_follow_each_other) {
    one("free");
    ROWS("take|-|a");
    ck_assert_int_eq(plugin_world_flush(w, ACLOAD_END_OF_INPUT), AC_OK);
    plugin_world_told(w);
    ck_assert_int_eq(plugin_world_begin(w, "Id|x|P"), AC_OK); // other columns
    ROWS("b|-|pass", "c|-|take");
    ck_assert_int_eq(plugin_world_flush(w, ACLOAD_END_OF_INPUT), AC_OK);
    ck_assert_int_eq(plugin_world_flush(w, ACLOAD_END_OF_RUN), AC_OK);
    TOLD("made 2: Score__c upsert Id__c=b Name__c=p\nheld 3\n"
         "made 3*: Score__c upsert Id__c=c Name__c=late");
}
END_TEST

static TCase *in(Suite *s, const char *name) {
    TCase *t = tcase_create(name);
    tcase_add_checked_fixture(t, setup, teardown);
    suite_add_tcase(s, t);
    return t;
}

int main(void) {
    Suite *s = suite_create("chain");
    TCase *t = in(s, "row");
    tcase_add_loop_test(t, a_row_comes_to_the_end_that_its_plugin_gives_it, 0, (int)AC_N(ends));
    tcase_add_test(t, nothing_of_a_row_stays_for_the_next);
    tcase_add_loop_test(t, a_row_passes_on_until_a_plugin_ends_it, 0, (int)AC_N(pairs));
    tcase_add_test(t, the_order_of_the_job_is_the_order_of_the_chain);
    tcase_add_test(t, the_same_plugin_twice_has_two_states);
    t = in(s, "held");
    tcase_add_test(t, a_row_held_is_made_when_it_is_released);
    tcase_add_test(t, records_made_before_and_after_a_take_go_together);
    tcase_add_test(t, a_row_released_without_a_record_is_dropped);
    tcase_add_test(t, what_is_allocated_for_a_row_lives_until_its_release);
    tcase_add_test(t, cells_that_do_not_stand_in_the_raw_text_are_held_too);
    tcase_add_test(t, a_row_released_goes_on_to_the_next_plugin);
    tcase_add_test(t, a_row_held_by_two_plugins_is_held_once);
    tcase_add_test(t, memory_of_rows_released_is_used_again);
    tcase_add_test(t, too_many_held_rows_are_rejected_one_by_one);
    t = in(s, "stop");
    tcase_add_test(t, a_stop_ends_the_run_with_the_plugins_words);
    tcase_add_test(t, a_stop_without_a_reason_is_a_stop);
    tcase_add_test(t, a_stop_of_a_released_row_ends_the_run_too);
    tcase_add_test(t, what_the_end_of_the_chain_answers_comes_back);
    t = in(s, "flush");
    tcase_add_test(t, at_the_end_of_an_input_a_plugin_releases_what_it_holds);
    tcase_add_test(t, what_is_held_at_the_end_of_an_input_is_rejected);
    tcase_add_test(t, a_checkpoint_leaves_rows_held);
    tcase_add_test(t, plugins_are_flushed_in_their_order);
    tcase_add_test(t, a_plugin_that_fails_at_the_end_does_not_keep_others_from_theirs);
    tcase_add_test(t, what_was_released_before_a_flush_failed_is_made);
    tcase_add_test(t, a_failing_end_of_the_run_stops_it);
    tcase_add_test(t, an_error_of_the_chains_end_stops_a_flush);
    tcase_add_test(t, several_inputs_follow_each_other);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
