// SPDX-License-Identifier: MIT
// Tests of the host table at work on rows: records set, emitted, or refused.
#include "plugin/host_int.h"
#include "plugin_actor.h"
#include <check.h>
#include <stdlib.h>

#undef fail // an old macro of check; here it is the host's

static struct plugin_world *w;
static struct ac_instance *in;

static void setup(void) {
    w = plugin_world_new();
    in = plugin_world_add(w, plugin_world_module(w, plugin_actor_new()), NULL);
    plugin_actor.begin = plugin_actor_bind;
    ck_assert_int_eq(plugin_world_begin(w, "Id|Name|Amount"), AC_OK);
}

static void teardown(void) { plugin_world_free(w); }

#define ID plugin_actor.field[0]
#define NAME plugin_actor.field[1]
#define AMOUNT plugin_actor.field[2]
#define NOTE plugin_actor.field[3]

static acload_record *record(acload_ctx *ctx, acload_row *row) {
    return ctx->host->record(ctx, plugin_actor.object, row);
}

static int verdict(int rc) { return rc == ACLOAD_OK ? ACLOAD_PASS : ACLOAD_REJECT; }

// One row through a function; what came of it.
static const char *play(int (*row)(acload_ctx *ctx, acload_row *row), const char *cells) {
    plugin_actor.row = row;
    ck_assert_msg(plugin_world_row(w, cells) == AC_OK, "%s", w->err.text);
    return plugin_world_told(w);
}

static void assert_has(const char *told, const char *words) {
    ck_assert_msg(strstr(told, words) != NULL, "\"%s\" has no \"%s\"", told, words);
}

// --- cells ---------------------------------------------------------------------------------------

static int row_cells(acload_ctx *ctx, acload_row *row) {
    const acload_host *h = ctx->host;
    ck_assert(ac_str_eq(h->get(row, 0), AC_STR("a")));
    ck_assert(!ac_str_is_null(h->get(row, 1)) && h->get(row, 1).len == 0);
    ck_assert(ac_str_is_null(h->get(row, 2)));
    ck_assert(ac_str_is_null(h->get(row, -1)));
    ck_assert(ac_str_is_null(h->get(row, 1000000)));
    ck_assert(ac_str_is_null(h->get(NULL, 0)));
    return ACLOAD_DROP;
}

START_TEST(cells_are_text_empty_or_null) { ck_assert_str_eq(play(row_cells, "a|"), "dropped 1: "); }
END_TEST

// --- set -----------------------------------------------------------------------------------------

static int row_copies(acload_ctx *ctx, acload_row *row) {
    char own[16] = "own";
    acload_record *r = record(ctx, row);
    int rc = ctx->host->set(r, ID, ctx->host->get(row, 0)) ||
             ctx->host->set(r, NAME, (acload_str){own, 3}) ||
             ctx->host->set(r, AMOUNT, ctx->host->get(row, 2)) || ctx->host->emit(ctx, r);
    memset(own, '#', sizeof own);
    return verdict(rc);
}

START_TEST(set_copies_the_text) {
    ck_assert_str_eq(play(row_copies, "a|b|12.5"),
                     "made 1: Score__c upsert Id__c=a Name__c=own Amount__c=12.5");
}
END_TEST

static int row_nulls(acload_ctx *ctx, acload_row *row) {
    acload_record *r = record(ctx, row);
    return verdict(ctx->host->set(r, ID, AC_STR("a")) || ctx->host->set_null(r, NAME) ||
                   ctx->host->set(r, AMOUNT, AC_STR_NULL) || ctx->host->set(r, NOTE, AC_STR("")) ||
                   ctx->host->emit(ctx, r));
}

START_TEST(null_and_empty_texts_clear_a_field) {
    ck_assert_str_eq(play(row_nulls, "a"), "made 1: Score__c upsert Id__c=a Name__c=(null) "
                                           "Amount__c=(null) Note__c=(null)");
}
END_TEST

static int row_twice(acload_ctx *ctx, acload_row *row) {
    acload_record *r = record(ctx, row);
    return verdict(ctx->host->set(r, ID, AC_STR("a")) || ctx->host->set(r, NAME, AC_STR("one")) ||
                   ctx->host->set(r, NAME, AC_STR("two")) || ctx->host->emit(ctx, r));
}

START_TEST(the_last_set_counts) {
    ck_assert_str_eq(play(row_twice, "a"), "made 1: Score__c upsert Id__c=a Name__c=two");
}
END_TEST

static int row_values(acload_ctx *ctx, acload_row *row) {
    acload_record *r = record(ctx, row);
    return verdict(ctx->host->set(r, ID, ctx->host->get(row, 0)) ||
                   ctx->host->set(r, NAME, ctx->host->get(row, 1)) ||
                   ctx->host->set(r, AMOUNT, ctx->host->get(row, 2)) || ctx->host->emit(ctx, r));
}

static const struct {
    const char *row, *told;
} misfits[] = {
    {"a|12345678901|1", "rejected 1: STRING_TOO_LONG Name__c: "},
    {"a|b|x", "rejected 1: INVALID_TYPE_ON_FIELD_IN_RECORD Amount__c: \"x\""},
    {"a|b|1234567", "rejected 1: NUMBER_OUTSIDE_VALID_RANGE Amount__c: "},
    {"|b|1", "rejected 1: REQUIRED_FIELD_MISSING Id__c"},
};

START_TEST(a_value_that_cannot_fit_rejects_the_row) {
    assert_has(play(row_values, misfits[_i].row), misfits[_i].told);
}
END_TEST

static int row_careless(acload_ctx *ctx, acload_row *row) {
    acload_record *r = record(ctx, row);
    ctx->host->set(r, ID, AC_STR("a"));
    ctx->host->set(r, NAME, AC_STR("far too long a name"));
    return verdict(ctx->host->emit(ctx, r));
}

START_TEST(what_does_not_fit_is_left_alone) {
    ck_assert_str_eq(play(row_careless, "a"), "made 1: Score__c upsert Id__c=a");
}
END_TEST

static int row_long(acload_ctx *ctx, acload_row *row) {
    static char text[3][90000];
    static const size_t lengths[] = {90000, 200, 300};
    int rc = ACLOAD_OK;
    for (size_t i = 0; i < 3; i++) {
        memset(text[i], 'a' + (int)i, lengths[i]);
        acload_record *r = record(ctx, row);
        rc |= ctx->host->set(r, ID, AC_STR("a"));
        for (size_t k = 0; k < 5; k++)
            rc |= ctx->host->set(r, NAME, AC_STR("0123456789"));
        rc |= ctx->host->set(r, NOTE, (acload_str){text[i], lengths[i]});
        rc |= ctx->host->set(r, NAME, AC_STR("end"));
        rc |= ctx->host->emit(ctx, r);
    }
    memset(text, '#', sizeof text);
    return verdict(rc);
}

START_TEST(texts_of_any_length_keep_apart) {
    const char *told = play(row_long, "a");
    ck_assert_uint_eq(strlen(strstr(told, "=aa")) - strlen(strstr(told, "aa; ")), 1 + 89998);
    assert_has(told, "a; Score__c upsert Id__c=a Name__c=end Note__c=bbb");
    assert_has(told, "b; Score__c upsert Id__c=a Name__c=end Note__c=ccc");
}
END_TEST

static int begin_read_only(acload_ctx *ctx, const acload_input *input) {
    int rc = plugin_actor_bind(ctx, input);
    NAME = ctx->host->field(ctx, plugin_actor.object, "Locked__c", NULL);
    return rc;
}

START_TEST(a_read_only_field_cannot_be_set) {
    plugin_actor.begin = begin_read_only;
    ck_assert_int_eq(plugin_world_begin(w, "Id|Name"), AC_OK);
    ck_assert_str_eq(play(row_values, "a|b"),
                     "rejected 1: INVALID_FIELD_FOR_INSERT_UPDATE this user may not write "
                     "Locked__c of Score__c");
}
END_TEST

// --- emit ----------------------------------------------------------------------------------------

static int row_no_key(acload_ctx *ctx, acload_row *row) {
    acload_record *r = record(ctx, row);
    return verdict(ctx->host->set(r, NAME, AC_STR("x")) || ctx->host->emit(ctx, r));
}

START_TEST(a_record_without_its_key_is_not_emitted) {
    ck_assert_str_eq(play(row_no_key, "a"),
                     "rejected 1: MISSING_KEY Id__c, which finds the record in the org, has no "
                     "value");
}
END_TEST

static int begin_insert(acload_ctx *ctx, const acload_input *input) {
    (void)input;
    plugin_actor.object = ctx->host->object(ctx, "Score__c", NULL, ACLOAD_INSERT);
    NAME = ctx->host->field(ctx, plugin_actor.object, "Name__c", NULL);
    return ACLOAD_OK;
}

START_TEST(an_insert_needs_no_key) {
    plugin_actor.begin = begin_insert;
    ck_assert_int_eq(plugin_world_begin(w, "Id"), AC_OK);
    ck_assert_str_eq(play(row_no_key, "a"), "made 1: Score__c insert Name__c=x");
}
END_TEST

static int row_unused(acload_ctx *ctx, acload_row *row) {
    acload_record *r = record(ctx, row);
    record(ctx, row);
    return verdict(ctx->host->set(r, ID, AC_STR("a")));
}

START_TEST(a_record_that_is_not_emitted_is_nothing) {
    ck_assert_str_eq(play(row_unused, "a"), "dropped 1: no plugin made a record of it");
}
END_TEST

// --- the contract broken -------------------------------------------------------------------------

static int row_field_out_of_range(acload_ctx *ctx, acload_row *row) {
    ctx->host->set(record(ctx, row), 77, AC_STR("a"));
    return ACLOAD_PASS;
}

static int row_field_negative(acload_ctx *ctx, acload_row *row) {
    ctx->host->set_null(record(ctx, row), -1);
    return ACLOAD_PASS;
}

static int row_object_out_of_range(acload_ctx *ctx, acload_row *row) {
    acload_record *r = ctx->host->record(ctx, 5, row);
    ck_assert_int_eq(ctx->host->set(r, 0, AC_STR("a")), ACLOAD_FAIL);
    ck_assert_int_eq(ctx->host->set_null(r, 0), ACLOAD_FAIL);
    ck_assert_int_eq(ctx->host->emit(ctx, r), ACLOAD_FAIL);
    return ACLOAD_PASS;
}

static int row_no_parent(acload_ctx *ctx, acload_row *row) {
    (void)row;
    ck_assert_ptr_nonnull(record(ctx, NULL));
    return ACLOAD_DROP;
}

static int row_set_after_emit(acload_ctx *ctx, acload_row *row) {
    acload_record *r = record(ctx, row);
    ctx->host->set(r, ID, AC_STR("a"));
    ctx->host->emit(ctx, r);
    ck_assert_int_eq(ctx->host->set(r, NAME, AC_STR("late")), ACLOAD_FAIL);
    return ACLOAD_PASS;
}

static int row_emit_twice(acload_ctx *ctx, acload_row *row) {
    acload_record *r = record(ctx, row);
    ctx->host->set(r, ID, AC_STR("a"));
    ctx->host->emit(ctx, r);
    ck_assert_int_eq(ctx->host->emit(ctx, r), ACLOAD_FAIL);
    return ACLOAD_PASS;
}

static int row_emit_nothing(acload_ctx *ctx, acload_row *row) {
    (void)row;
    ck_assert_int_eq(ctx->host->emit(ctx, NULL), ACLOAD_FAIL);
    return ACLOAD_PASS;
}

static int row_release_itself(acload_ctx *ctx, acload_row *row) {
    ctx->host->release(ctx, row);
    return ACLOAD_PASS;
}

static int row_release_nothing(acload_ctx *ctx, acload_row *row) {
    (void)row;
    ctx->host->release(ctx, NULL);
    return ACLOAD_TAKE;
}

static int row_object(acload_ctx *ctx, acload_row *row) {
    (void)row;
    ctx->host->object(ctx, "Score__c", "Id__c", ACLOAD_UPSERT);
    return ACLOAD_PASS;
}

static int row_says_otherwise(acload_ctx *ctx, acload_row *row) {
    ctx->host->fail(ctx, "MINE", "the row's fault");
    ctx->host->set(record(ctx, row), 77, AC_STR("a"));
    return ACLOAD_REJECT;
}

static const struct {
    int (*row)(acload_ctx *ctx, acload_row *row);
    const char *words;
} misuses[] = {
    {row_field_out_of_range, "set() of field number 77; field() gave 4 numbers for Score__c"},
    {row_field_negative, "set_null() of field number -1"},
    {row_object_out_of_range, "record() of object number 5; object() gave 1 numbers"},
    {row_no_parent, "record() of a row that is neither the one at hand nor held"},
    {row_set_after_emit, "set() of a record that was emitted, or whose row is gone"},
    {row_emit_twice, "emit() of a record that was emitted"},
    {row_emit_nothing, "emit() of a record that it did not make"},
    {row_release_itself, "release() of a row that it does not hold"},
    {row_release_nothing, "release() of a row that it does not hold"},
    {row_object, "object(\"Score__c\") outside begin()"},
    {row_says_otherwise, "set() of field number 77"},
};

START_TEST(a_broken_contract_rejects_the_row_and_names_the_plugin) {
    const char *told = play(misuses[_i].row, "a|b|1");
    assert_has(told, "rejected 1: PLUGIN_MISUSE plugin actor (/plugins/test.so) breaks its "
                     "contract: ");
    assert_has(told, misuses[_i].words);
    ck_assert_str_eq(play(row_values, "b|c|2"),
                     "made 2: Score__c upsert Id__c=b Name__c=c Amount__c=2");
}
END_TEST

static int row_keep_record(acload_ctx *ctx, acload_row *row) {
    plugin_actor.record = record(ctx, row);
    plugin_actor.kept = row;
    return ACLOAD_DROP;
}

static int row_use_old_record(acload_ctx *ctx, acload_row *row) {
    (void)row;
    ck_assert_int_eq(ctx->host->set(plugin_actor.record, ID, AC_STR("a")), ACLOAD_FAIL);
    ck_assert_int_eq(ctx->host->emit(ctx, plugin_actor.record), ACLOAD_FAIL);
    return ACLOAD_PASS;
}

START_TEST(a_record_of_an_earlier_row_is_refused) {
    play(row_keep_record, "a");
    assert_has(play(row_use_old_record, "b"), "rejected 2: PLUGIN_MISUSE");
}
END_TEST

static int flush_late_record(acload_ctx *ctx, int when) {
    (void)when;
    record(ctx, plugin_actor.kept);
    return ACLOAD_OK;
}

START_TEST(a_record_of_a_row_that_is_gone_fails_the_flush) {
    play(row_keep_record, "a");
    plugin_actor.flush = flush_late_record;
    ck_assert_int_eq(plugin_world_flush(w, ACLOAD_END_OF_INPUT), AC_RUN);
    ck_assert_str_eq(w->err.code, "PLUGIN_MISUSE");
}
END_TEST

static int row_foreign(acload_ctx *ctx, acload_row *row) {
    // The first instance makes the record, the second one tries to emit it.
    if (ctx == &w->plugins[0]->ctx) {
        plugin_actor.record = record(ctx, row);
        ctx->host->set(plugin_actor.record, ID, AC_STR("a"));
        return ACLOAD_PASS;
    }
    ck_assert_int_eq(ctx->host->emit(ctx, plugin_actor.record), ACLOAD_FAIL);
    return ACLOAD_PASS;
}

START_TEST(a_record_of_another_instance_is_refused) {
    plugin_world_add(w, in->module, NULL);
    ck_assert_int_eq(plugin_world_begin(w, "Id"), AC_OK);
    assert_has(play(row_foreign, "a"), "emit() of a record that it did not make");
}
END_TEST

// --- memory --------------------------------------------------------------------------------------

static int row_keep(acload_ctx *ctx, acload_row *row) {
    (void)row;
    size_t n = 0;
    for (char *p; (p = ctx->host->keep(ctx, (size_t)1024 * 1024)); n++) {
        ck_assert(p[0] == 0 && p[1024 * 1024 - 1] == 0);
        memset(p, 'x', (size_t)1024 * 1024);
    }
    ck_assert_uint_ge(n, 14);
    ck_assert_uint_le(n, 16);
    return ACLOAD_DROP;
}

START_TEST(keep_is_zeroed_and_has_a_ceiling) {
    ck_assert_str_eq(play(row_keep, "a"), "dropped 1: ");
}
END_TEST

static int row_row_alloc(acload_ctx *ctx, acload_row *row) {
    size_t n = 0;
    for (char *p; (p = ctx->host->row_alloc(row, (size_t)1024 * 1024)); n++)
        memset(p, 'x', (size_t)1024 * 1024);
    ck_assert_uint_ge(n, 14);
    ck_assert_uint_le(n, 16);
    ck_assert_ptr_null(ctx->host->row_alloc(row, SIZE_MAX));
    ck_assert_ptr_null(ctx->host->row_alloc(NULL, 1));
    return verdict(ctx->host->set(record(ctx, row), ID, AC_STR("a")));
}

START_TEST(row_alloc_has_a_ceiling_and_is_free_with_the_row) {
    const char *told = play(row_row_alloc, "a");
    ck_assert_str_eq(told, "rejected 1: ROW_TOO_LARGE what plugin actor makes of the row is over "
                           "16 MiB");
    ck_assert_str_eq(play(row_row_alloc, "a"), "rejected 2: ROW_TOO_LARGE what plugin actor makes "
                                               "of the row is over 16 MiB");
    ck_assert_str_eq(play(row_values, "b|c|2"),
                     "made 3: Score__c upsert Id__c=b Name__c=c Amount__c=2");
}
END_TEST

static int row_take_large(acload_ctx *ctx, acload_row *row) {
    plugin_actor.kept = row;
    return ctx->host->row_alloc(row, (size_t)15 * 1024 * 1024) ? ACLOAD_TAKE : ACLOAD_DROP;
}

static int row_alloc_for_held(acload_ctx *ctx, acload_row *row) {
    (void)row;
    ck_assert_ptr_nonnull(ctx->host->row_alloc(plugin_actor.kept, 512 * 1024));
    ck_assert_ptr_null(ctx->host->row_alloc(plugin_actor.kept, (size_t)1024 * 1024));
    ck_assert_uint_le(in->held_bytes, AC_HOST_HELD_BYTES);
    return ACLOAD_DROP;
}

START_TEST(memory_of_held_rows_counts_together) {
    ck_assert_str_eq(play(row_take_large, "a"), "held 1");
    ck_assert_str_eq(play(row_alloc_for_held, "b"), "dropped 2: ");
    assert_has(play(row_take_large, "c"), "rejected 3: TOO_MANY_HELD plugin actor holds 1 rows");
}
END_TEST

// --- words ---------------------------------------------------------------------------------------

static int row_words(acload_ctx *ctx, acload_row *row) {
    char long_text[2000];
    memset(long_text, 'x', sizeof long_text);
    acload_str id = ctx->host->get(row, 0);
    if (ac_str_eq(id, AC_STR("long")))
        ctx->host->fail(ctx, "L", "%.1999s", long_text);
    if (ac_str_eq(id, AC_STR("cut")))
        ctx->host->fail(ctx, "C", "a name cut: %.*s", 4, "Zo\xC3\xAB");
    if (ac_str_eq(id, AC_STR("half")))
        ctx->host->fail(ctx, "C", "cut: %.*s", 3, "Zo\xC3\xAB");
    if (ac_str_eq(id, AC_STR("lines")))
        ctx->host->fail(ctx, "A b\n", "one\ntwo\t\x7F three\n");
    if (ac_str_eq(id, AC_STR("null")))
        ctx->host->fail(ctx, NULL, "no code");
    if (ac_str_eq(id, AC_STR("nofmt")))
        (ctx->host->fail)(ctx, "X", NULL);
    return ACLOAD_REJECT;
}

static const struct {
    const char *id, *told;
} words[] = {
    {"cut", "rejected 1: C a name cut: Zo\xC3\xAB"},
    {"half", "rejected 1: C cut: Zo?"},
    {"lines", "rejected 1: A_b_ one two   three"},
    {"null", "rejected 1: REJECTED no code"},
    {"nofmt", "rejected 1: REJECTED plugin actor rejected the row without saying why"},
};

START_TEST(reasons_are_one_clean_line) {
    ck_assert_str_eq(play(row_words, words[_i].id), words[_i].told);
}
END_TEST

START_TEST(a_reason_too_long_is_cut) {
    const char *told = play(row_words, "long");
    assert_has(told, "rejected 1: L xxx");
    ck_assert_uint_lt(strlen(told), 800);
}
END_TEST

static int row_logs(acload_ctx *ctx, acload_row *row) {
    acload_str id = ctx->host->get(row, 0);
    ctx->host->log(ctx, ACLOAD_WARNING, "%d columns\nleft out: %.*s", 3, (int)id.len, id.ptr);
    ctx->host->log(ctx, ACLOAD_DEBUG, "quiet");
    ctx->host->log(ctx, 99, "odd");
    return ACLOAD_DROP;
}

START_TEST(log_lines_name_plugin_and_input) {
    play(row_logs, "x");
    ck_assert_str_eq(plugin_world_logged(w),
                     "acload: warning: 3 columns left out: x plugin=actor input=input.csv\n"
                     "acload: debug: quiet plugin=actor input=input.csv\n"
                     "acload: odd plugin=actor input=input.csv\n");
}
END_TEST

static int row_time(acload_ctx *ctx, acload_row *row) {
    (void)row;
    ctx->host->fail(ctx, "T", "%lld", (long long)ctx->host->now_ms(ctx));
    return ACLOAD_REJECT;
}

START_TEST(time_is_the_clocks) {
    w->clock.at_ms = 1234567890123;
    ck_assert_str_eq(play(row_time, "a"), "rejected 1: T 1234567890123");
}
END_TEST

START_TEST(the_table_says_how_large_it_is) {
    ck_assert_uint_eq(in->ctx.host->size, sizeof(acload_host));
    ck_assert_uint_eq(in->ctx.host->abi, ACLOAD_ABI);
}
END_TEST

static TCase *in_case(Suite *s, const char *name) {
    TCase *t = tcase_create(name);
    tcase_add_checked_fixture(t, setup, teardown);
    suite_add_tcase(s, t);
    return t;
}

int main(void) {
    Suite *s = suite_create("services");
    TCase *t = in_case(s, "set");
    tcase_add_test(t, cells_are_text_empty_or_null);
    tcase_add_test(t, set_copies_the_text);
    tcase_add_test(t, null_and_empty_texts_clear_a_field);
    tcase_add_test(t, the_last_set_counts);
    tcase_add_loop_test(t, a_value_that_cannot_fit_rejects_the_row, 0, (int)AC_N(misfits));
    tcase_add_test(t, what_does_not_fit_is_left_alone);
    tcase_add_test(t, texts_of_any_length_keep_apart);
    tcase_add_test(t, a_read_only_field_cannot_be_set);
    tcase_add_test(t, a_record_without_its_key_is_not_emitted);
    tcase_add_test(t, an_insert_needs_no_key);
    tcase_add_test(t, a_record_that_is_not_emitted_is_nothing);
    t = in_case(s, "misuse");
    tcase_add_loop_test(t, a_broken_contract_rejects_the_row_and_names_the_plugin, 0,
                        (int)AC_N(misuses));
    tcase_add_test(t, a_record_of_an_earlier_row_is_refused);
    tcase_add_test(t, a_record_of_a_row_that_is_gone_fails_the_flush);
    tcase_add_test(t, a_record_of_another_instance_is_refused);
    t = in_case(s, "memory");
    tcase_add_test(t, keep_is_zeroed_and_has_a_ceiling);
    tcase_add_test(t, row_alloc_has_a_ceiling_and_is_free_with_the_row);
    tcase_add_test(t, memory_of_held_rows_counts_together);
    t = in_case(s, "words");
    tcase_add_loop_test(t, reasons_are_one_clean_line, 0, (int)AC_N(words));
    tcase_add_test(t, a_reason_too_long_is_cut);
    tcase_add_test(t, log_lines_name_plugin_and_input);
    tcase_add_test(t, time_is_the_clocks);
    tcase_add_test(t, the_table_says_how_large_it_is);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
