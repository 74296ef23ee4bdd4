// SPDX-License-Identifier: MIT
// Tests of an instance's life: bid, open, begin, flush, close.
#include "plugin/host_int.h"
#include "plugin_actor.h"
#include "plugin_folder.h"
#include <check.h>
#include <stdlib.h>

#undef fail // an old macro of check; here it is the host's

static struct plugin_world *w;
static struct ac_instance *in;
static acload_bid bid;

static void setup(void) {
    w = plugin_world_new();
    in = plugin_world_try(w, plugin_world_module(w, plugin_actor_new()), NULL);
    ck_assert_ptr_nonnull(in);
    memset(&bid, 'x', sizeof bid);
}

static void teardown(void) {
    plugin_world_free(w);
    plugin_folder_end();
}

static void open_it(void) { ck_assert_int_eq(ac_instance_open(in, &w->err), AC_OK); }

static void assert_err(enum ac_rc rc, enum ac_cause cause, const char *code, const char *text) {
    ck_assert_int_eq(w->err.rc, rc);
    ck_assert_int_eq(w->err.cause, cause);
    ck_assert_str_eq(w->err.code, code);
    ck_assert_str_eq(w->err.text, text);
}

// --- bid -----------------------------------------------------------------------------------------

static const acload_sample sample = {.size = sizeof sample, .name = {"reports.csv", 11}};

static int bid_70(acload_ctx *ctx, acload_bid *b) {
    (void)ctx;
    ck_assert_uint_eq(b->size, sizeof *b);
    ck_assert_int_eq(b->score + b->near + b->missing[0], 0);
    b->score = 70;
    return ACLOAD_OK;
}

static int bid_miss(acload_ctx *ctx, acload_bid *b) {
    (void)ctx;
    b->near = 40;
    memset(b->missing, 'm', sizeof b->missing); // not terminated
    return ACLOAD_OK;
}

static int bid_fail(acload_ctx *ctx, acload_bid *b) {
    b->score = 90;
    ctx->host->fail(ctx, "X", "the moon is wrong");
    return ACLOAD_FAIL;
}

static int bid_1000(acload_ctx *ctx, acload_bid *b) {
    (void)ctx;
    b->score = 1000;
    return ACLOAD_OK;
}

static int bid_object(acload_ctx *ctx, acload_bid *b) {
    b->score = 50;
    return ctx->host->object(ctx, "Score__c", "Id__c", ACLOAD_UPSERT) < 0 ? ACLOAD_OK : ACLOAD_FAIL;
}

START_TEST(a_bid_is_what_the_plugin_bids) {
    plugin_actor.bid = bid_70;
    ck_assert_int_eq(ac_instance_bid(in, &sample, &bid, &w->err), AC_OK);
    ck_assert_int_eq(bid.score, 70);
    ck_assert_int_eq(plugin_actor.n_open, 0);
}
END_TEST

START_TEST(a_miss_is_told_and_terminated) {
    plugin_actor.bid = bid_miss;
    ck_assert_int_eq(ac_instance_bid(in, &sample, &bid, &w->err), AC_OK);
    ck_assert_int_eq(bid.score, 0);
    ck_assert_int_eq(bid.near, 40);
    ck_assert_uint_eq(strlen(bid.missing), sizeof bid.missing - 1);
}
END_TEST

static const struct {
    int (*bid)(acload_ctx *ctx, acload_bid *bid);
    const char *warning;
} bad_bids[] = {
    {bid_fail, "the moon is wrong"},
    {bid_1000, "it bid 1000, which is no number from 0 to 100"},
    {bid_object, "object(\\\"Score__c\\\") outside begin()"},
};

START_TEST(a_bad_bid_is_none_with_a_warning) {
    plugin_actor.bid = bad_bids[_i].bid;
    ck_assert_int_eq(ac_instance_bid(in, &sample, &bid, &w->err), AC_OK);
    ck_assert_int_eq(bid.score, 0);
    ck_assert_int_eq(bid.near, 0);
    const char *log = plugin_world_logged(w);
    ck_assert_ptr_nonnull(strstr(log, "a plugin could not bid plugin=actor input=reports.csv"));
    ck_assert_msg(strstr(log, bad_bids[_i].warning) != NULL, "%s", log);
}
END_TEST

START_TEST(a_plugin_without_bid_makes_none) {
    acload_plugin p = *plugin_actor_new();
    p.bid = NULL;
    in = plugin_world_try(w, plugin_world_module(w, &p), NULL);
    ck_assert_int_eq(ac_instance_bid(in, &sample, &bid, &w->err), AC_OK);
    ck_assert_int_eq(bid.score, 0);
}
END_TEST

// --- open, close ---------------------------------------------------------------------------------

static int open_fails(acload_ctx *ctx) {
    ctx->host->fail(ctx, "NO_LICENCE", "no licence");
    ctx->host->fail(ctx, "OTHER", "not heard: the first one stands");
    return ACLOAD_FAIL;
}

static int open_silent(acload_ctx *ctx) {
    (void)ctx;
    return ACLOAD_FAIL;
}

static int open_odd(acload_ctx *ctx) {
    (void)ctx;
    return 5;
}

START_TEST(open_is_called_once) {
    open_it();
    open_it();
    ck_assert_int_eq(plugin_actor.n_open, 1);
}
END_TEST

START_TEST(a_failing_open_names_plugin_and_file_each_time) {
    plugin_actor.open = open_fails;
    ck_assert_int_eq(ac_instance_open(in, &w->err), AC_RUN);
    plugin_actor.bid = bid_70;
    ac_err_clear(&w->err);
    ck_assert_int_eq(ac_instance_bid(in, &sample, &bid, &w->err), AC_OK);
    ck_assert_int_eq(ac_instance_open(in, &w->err), AC_RUN);
    assert_err(AC_RUN, AC_CAUSE_CONFIG, "NO_LICENCE",
               "plugin actor (/plugins/test.so): no licence");
    ck_assert_int_eq(plugin_actor.n_open, 1);
}
END_TEST

START_TEST(a_failing_open_of_a_file_names_that_file) {
    const struct ac_module *module = NULL;
    const char *path = plugin_folder_abi("bad/failing_open.so");
    ck_assert_int_eq(ac_module_open(path, &w->arena, &module, &w->err), AC_OK);
    in = plugin_world_try(w, module, NULL);
    ck_assert_int_eq(ac_instance_open(in, &w->err), AC_RUN);
    ck_assert_str_eq(w->err.code, "NO_LICENCE");
    ck_assert_ptr_nonnull(strstr(w->err.text, path));
    ck_assert_ptr_nonnull(strstr(w->err.text, "the licence file is missing"));
}
END_TEST

START_TEST(an_open_that_gives_no_reason_has_one) {
    plugin_actor.open = open_silent;
    ac_instance_open(in, &w->err);
    assert_err(AC_RUN, AC_CAUSE_CONFIG, "NO_REASON",
               "plugin actor (/plugins/test.so): open() of plugin actor failed without saying why");
}
END_TEST

START_TEST(an_open_that_returns_anything_else_has_failed) {
    plugin_actor.open = open_odd;
    ac_instance_open(in, &w->err);
    ck_assert_str_eq(w->err.code, "PLUGIN_MISUSE");
    ck_assert_ptr_nonnull(strstr(w->err.text, "open() returned 5, neither ACLOAD_OK nor"));
}
END_TEST

static struct ac_instance *take_out(void) {
    w->chain.n--;
    return w->plugins[w->chain.n];
}

START_TEST(what_was_opened_is_closed) {
    open_it();
    ac_instance_free(take_out());
    ck_assert_int_eq(plugin_actor.n_close, 1);
}
END_TEST

START_TEST(what_was_not_opened_is_not_closed) {
    ac_instance_free(take_out());
    ck_assert_int_eq(plugin_actor.n_close, 0);
}
END_TEST

START_TEST(what_failed_to_open_is_not_closed) {
    plugin_actor.open = open_fails;
    ac_instance_open(in, &w->err);
    ac_instance_free(take_out());
    ck_assert_int_eq(plugin_actor.n_close, 0);
}
END_TEST

// --- begin ---------------------------------------------------------------------------------------

static int begin_refuses(acload_ctx *ctx, const acload_input *input) {
    ctx->host->fail(ctx, "MISSING_COLUMN", "has no column %d", (int)input->n_columns);
    return ACLOAD_FAIL;
}

static int begin_config(acload_ctx *ctx, const acload_input *input) {
    (void)input;
    ctx->host->fail(ctx, "CONFIG", "no region");
    return ACLOAD_FAIL;
}

static int begin_no_object(acload_ctx *ctx, const acload_input *input) {
    (void)input;
    if (ctx->host->object(ctx, "Absent__c", "Id__c", ACLOAD_UPSERT) >= 0)
        return ACLOAD_OK;
    ctx->host->fail(ctx, "MINE", "not heard: the first one stands");
    return ACLOAD_FAIL;
}

// The plugin can do without.
static int begin_optional_object(acload_ctx *ctx, const acload_input *input) {
    (void)input;
    plugin_actor.object = ctx->host->object(ctx, "Absent__c", "Id__c", ACLOAD_UPSERT);
    return ACLOAD_OK;
}

static int begin_odd_object(acload_ctx *ctx, const acload_input *input) {
    (void)input;
    ctx->host->object(ctx, "Score__c", NULL, ACLOAD_UPSERT);
    return ACLOAD_OK;
}

static enum ac_rc begin(void) {
    open_it();
    return plugin_world_begin(w, "Id|Name");
}

START_TEST(an_input_is_refused_in_the_plugins_own_words) {
    plugin_actor.begin = begin_refuses;
    ck_assert_int_eq(begin(), AC_INPUT);
    assert_err(AC_INPUT, AC_CAUSE_INPUT, "MISSING_COLUMN", "has no column 2");
}
END_TEST

START_TEST(a_refusal_because_of_the_configuration_ends_the_run) {
    plugin_actor.begin = begin_config;
    ck_assert_int_eq(begin(), AC_RUN);
    assert_err(AC_RUN, AC_CAUSE_CONFIG, "CONFIG", "no region");
}
END_TEST

START_TEST(an_object_the_org_has_not_ends_the_run) {
    plugin_actor.begin = begin_no_object;
    ck_assert_int_eq(begin(), AC_RUN);
    assert_err(AC_RUN, AC_CAUSE_CONFIG, "NOT_FOUND", "the org has no object Absent__c");
}
END_TEST

START_TEST(an_object_may_be_missing_where_the_plugin_can_do_without) {
    plugin_actor.begin = begin_optional_object;
    ck_assert_int_eq(begin(), AC_OK);
    ck_assert_int_eq(plugin_actor.object, -1);
}
END_TEST

START_TEST(an_org_that_does_not_answer_is_not_overlooked) {
    ac_err_set(&w->no_org, AC_RUN, AC_CAUSE_STOP, "TIMEOUT", "the org did not answer");
    plugin_actor.begin = begin_optional_object;
    ck_assert_int_eq(begin(), AC_RUN);
    assert_err(AC_RUN, AC_CAUSE_STOP, "TIMEOUT", "the org did not answer");
}
END_TEST

START_TEST(a_broken_contract_in_begin_ends_the_run) {
    plugin_actor.begin = begin_odd_object;
    ck_assert_int_eq(begin(), AC_RUN);
    ck_assert_str_eq(w->err.code, "PLUGIN_MISUSE");
    ck_assert_ptr_nonnull(strstr(w->err.text, "an upsert has a key"));
}
END_TEST

START_TEST(begin_before_open_is_our_mistake) {
    ck_assert_int_eq(plugin_world_begin(w, "Id"), AC_RUN);
    assert_err(AC_RUN, AC_CAUSE_INTERNAL, "WRONG_MOMENT",
               "plugin actor: an input begins before it is open");
}
END_TEST

static int row_take(acload_ctx *ctx, acload_row *row) {
    (void)ctx;
    (void)row;
    return ACLOAD_TAKE;
}

START_TEST(begin_with_rows_held_is_our_mistake) {
    plugin_actor.row = row_take;
    ck_assert_int_eq(begin(), AC_OK);
    ck_assert_int_eq(plugin_world_row(w, "a|b"), AC_OK);
    ck_assert_int_eq(plugin_world_begin(w, "Id"), AC_RUN);
    ck_assert_str_eq(w->err.code, "WRONG_MOMENT");
}
END_TEST

START_TEST(a_plugin_may_have_row_alone) {
    acload_plugin p = *plugin_actor_new();
    p.bid = NULL;
    p.open = NULL;
    p.begin = NULL;
    p.flush = NULL;
    p.close = NULL;
    take_out();
    ac_instance_free(in);
    in = plugin_world_try(w, plugin_world_module(w, &p), NULL);
    ck_assert_int_eq(begin(), AC_OK);
    ck_assert_int_eq(plugin_world_row(w, "a"), AC_OK);
    ck_assert_int_eq(plugin_world_flush(w, ACLOAD_END_OF_INPUT), AC_OK);
    ck_assert_int_eq(plugin_world_flush(w, ACLOAD_END_OF_RUN), AC_OK);
    ck_assert_str_eq(plugin_world_told(w), "dropped 1: no plugin made a record of it");
}
END_TEST

START_TEST(an_earlier_plugin_works) {
    const struct ac_module *module = NULL;
    const char *path = plugin_folder_abi("old/early.so");
    const char *const values[] = {"times=3", "prefix=x-", NULL};
    ac_instance_free(take_out());
    ck_assert_int_eq(ac_module_open(path, &w->arena, &module, &w->err), AC_OK);
    in = plugin_world_try(w, module, values);
    ck_assert_msg(begin() == AC_OK, "%s", w->err.text);
    ck_assert_int_eq(plugin_world_row(w, "ab|-"), AC_OK);
    ck_assert_int_eq(plugin_world_row(w, "abcdefgh|-"), AC_OK);
    ck_assert_int_eq(plugin_world_flush(w, ACLOAD_END_OF_INPUT), AC_OK);
    ck_assert_str_eq(plugin_world_told(w),
                     "made 1: Score__c upsert Id__c=x-ababab!\n"
                     "rejected 2: STRING_TOO_LONG Id__c: \"x-abcdefghabcdefghabcdefgh!\" has 27 "
                     "characters, the field takes 20");
}
END_TEST

START_TEST(a_later_plugin_works) {
    const struct ac_module *module = NULL;
    const char *path = plugin_folder_abi("new/later.so");
    const char *const values[] = {"limit=7", "mode=fast", NULL};
    ac_instance_free(take_out());
    ck_assert_int_eq(ac_module_open(path, &w->arena, &module, &w->err), AC_OK);
    in = plugin_world_try(w, module, values);
    ck_assert_msg(begin() == AC_OK, "%s", w->err.text);
    ck_assert_int_eq(plugin_world_row(w, "ab|-"), AC_OK);
    ck_assert_str_eq(plugin_world_told(w), "rejected 1: SEEN 7 blue 0");
}
END_TEST

int main(void) {
    Suite *s = suite_create("host");
    TCase *t = tcase_create("life");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_bid_is_what_the_plugin_bids);
    tcase_add_test(t, a_miss_is_told_and_terminated);
    tcase_add_loop_test(t, a_bad_bid_is_none_with_a_warning, 0, (int)AC_N(bad_bids));
    tcase_add_test(t, a_plugin_without_bid_makes_none);
    tcase_add_test(t, open_is_called_once);
    tcase_add_test(t, a_failing_open_names_plugin_and_file_each_time);
    tcase_add_test(t, a_failing_open_of_a_file_names_that_file);
    tcase_add_test(t, an_open_that_gives_no_reason_has_one);
    tcase_add_test(t, an_open_that_returns_anything_else_has_failed);
    tcase_add_test(t, what_was_opened_is_closed);
    tcase_add_test(t, what_was_not_opened_is_not_closed);
    tcase_add_test(t, what_failed_to_open_is_not_closed);
    tcase_add_test(t, an_input_is_refused_in_the_plugins_own_words);
    tcase_add_test(t, a_refusal_because_of_the_configuration_ends_the_run);
    tcase_add_test(t, an_object_the_org_has_not_ends_the_run);
    tcase_add_test(t, an_object_may_be_missing_where_the_plugin_can_do_without);
    tcase_add_test(t, an_org_that_does_not_answer_is_not_overlooked);
    tcase_add_test(t, a_broken_contract_in_begin_ends_the_run);
    tcase_add_test(t, begin_before_open_is_our_mistake);
    tcase_add_test(t, begin_with_rows_held_is_our_mistake);
    tcase_add_test(t, a_plugin_may_have_row_alone);
    tcase_add_test(t, an_earlier_plugin_works);
    tcase_add_test(t, a_later_plugin_works);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
