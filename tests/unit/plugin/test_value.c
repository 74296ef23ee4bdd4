// SPDX-License-Identifier: MIT
// Tests of JSON rows: paths, what stands there, rows kept, a record's version.
#include "plugin/host_int.h"
#include "plugin_actor.h"
#include "plugin_puppet.h"
#include <check.h>
#include <jansson.h>
#include <stdlib.h>

#undef fail // an old macro of check; here it is the host's

static struct plugin_world *w;
static struct ac_instance *in;

static void setup(void) {
    w = plugin_world_new();
    in = plugin_world_add(w, plugin_world_module(w, plugin_actor_new()), NULL);
    plugin_actor.begin = plugin_actor_bind;
}

static void teardown(void) { plugin_world_free(w); }

static const char *play(int (*row)(acload_ctx *ctx, acload_row *row), const char *json) {
    plugin_actor.row = row;
    ck_assert_msg(plugin_world_json(w, json) == AC_OK, "%s", w->err.text);
    return plugin_world_told(w);
}

static void assert_has(const char *told, const char *words) {
    ck_assert_msg(strstr(told, words) != NULL, "\"%s\" has no \"%s\"", told, words);
}

// --- paths ---------------------------------------------------------------------------------------

static const char value[] =
    "{\"text\":\"caf\\u00e9\",\"empty\":\"\",\"n\":null,\"int\":-7,\"real\":85.41,\"yes\":true,"
    "\"no\":false,\"obj\":{\"b\":1,\"a\":\"\\u00e9\"},\"arr\":[10,[\"x\"],{\"k\":\"v\"}],"
    "\"a/b\":1,\"m~n\":2,\"\":3,\"~1\":4,\"0\":5,\"nul\":\"x\\u0000y\"}";

static const struct place {
    const char *pointer;
    int kind;
    const char *text; // NULL: null
} places[] = {
    {"/text", ACLOAD_TEXT, "caf\u00e9"},
    {"/empty", ACLOAD_TEXT, ""},
    {"/n", ACLOAD_NULL, NULL},
    {"/int", ACLOAD_NUM, "-7"},
    {"/real", ACLOAD_NUM, "85.41"},
    {"/yes", ACLOAD_BOOL, "true"},
    {"/no", ACLOAD_BOOL, "false"},
    {"/obj", ACLOAD_OBJ, "{\"b\": 1, \"a\": \"\\u00e9\"}"},
    {"/obj/a", ACLOAD_TEXT, "\u00e9"},
    {"/arr", ACLOAD_ARR, "[10, [\"x\"], {\"k\": \"v\"}]"},
    {"/arr/0", ACLOAD_NUM, "10"},
    {"/arr/1/0", ACLOAD_TEXT, "x"},
    {"/arr/2/k", ACLOAD_TEXT, "v"},
    {"/arr/3", ACLOAD_NONE, NULL},
    {"/arr/-", ACLOAD_NONE, NULL},
    {"/arr/00", ACLOAD_NONE, NULL},
    {"/arr/-1", ACLOAD_NONE, NULL},
    {"/arr/1x", ACLOAD_NONE, NULL},
    {"/arr/99999999999999999999", ACLOAD_NONE, NULL},
    {"/a~1b", ACLOAD_NUM, "1"},
    {"/m~0n", ACLOAD_NUM, "2"},
    {"/", ACLOAD_NUM, "3"},
    {"/~01", ACLOAD_NUM, "4"},
    {"/0", ACLOAD_NUM, "5"},
    {"/none", ACLOAD_NONE, NULL},
    {"/Text", ACLOAD_NONE, NULL},
    {"/text/x", ACLOAD_NONE, NULL},
    {"/n/x", ACLOAD_NONE, NULL},
    {"/none/x/y", ACLOAD_NONE, NULL},
    {"/text/", ACLOAD_NONE, NULL},
};
static int numbers[AC_N(places)];

static int begin_places(acload_ctx *ctx, const acload_input *input) {
    ck_assert_int_eq(input->format, ACLOAD_JSON);
    for (size_t i = 0; i < AC_N(places); i++)
        numbers[i] = ctx->host->path(ctx, places[i].pointer);
    return ACLOAD_OK;
}

static int row_place(acload_ctx *ctx, acload_row *row) {
    const struct place *p = &places[plugin_actor.other];
    int number = numbers[plugin_actor.other];
    ck_assert_int_ge(number, 0);
    ck_assert_int_eq(ctx->host->kind(row, number), p->kind);
    acload_str text = ctx->host->get(row, number);
    ck_assert_msg(ac_str_eq(text, ac_str_of(p->text)), "%.*s", AC_STR_ARG(text));
    ck_assert_int_eq(ac_str_is_null(text), p->text == NULL);
    return ACLOAD_DROP;
}

START_TEST(a_place_is_found_by_its_pointer) {
    plugin_actor.begin = begin_places;
    plugin_actor.other = _i;
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
    ck_assert_str_eq(play(row_place, value), "dropped 1: ");
}
END_TEST

static int begin_odd(acload_ctx *ctx, const acload_input *input) {
    const acload_host *h = ctx->host;
    (void)input;
    ck_assert_int_eq(h->path(ctx, NULL), -1);
    ck_assert_int_eq(h->path(ctx, "text"), -1);
    ck_assert_int_eq(h->path(ctx, "/a~"), -1);
    ck_assert_int_eq(h->path(ctx, "/a~2b"), -1);
    ck_assert_int_eq(h->path(ctx, "#/a"), -1);
    char deep[1100];
    memset(deep, '/', sizeof deep);
    deep[513] = '\0';
    ck_assert_int_eq(h->path(ctx, deep), -1);
    deep[512] = '\0';
    ck_assert_int_ge(h->path(ctx, deep), 0);
    ck_assert_int_eq(h->column(ctx, "text"), -1);
    return ACLOAD_OK;
}

START_TEST(what_is_no_pointer_has_no_number) {
    plugin_actor.begin = begin_odd;
    ck_assert_msg(plugin_world_begin_json(w) == AC_OK, "%s", w->err.text);
}
END_TEST

static int begin_same(acload_ctx *ctx, const acload_input *input) {
    (void)input;
    int a = ctx->host->path(ctx, "/a/b"), b = ctx->host->path(ctx, "/a/c");
    ck_assert_int_ne(a, b);
    ck_assert_int_eq(ctx->host->path(ctx, "/a/b"), a);
    ck_assert_int_eq(ctx->host->path(ctx, ""), 0);
    ck_assert_int_eq(ctx->host->path(ctx, ""), 0);
    return ACLOAD_OK;
}

START_TEST(the_same_pointer_has_the_same_number) {
    plugin_actor.begin = begin_same;
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
}
END_TEST

static int begin_whole(acload_ctx *ctx, const acload_input *input) {
    (void)input;
    plugin_actor.other = ctx->host->path(ctx, "");
    return ACLOAD_OK;
}

static int row_whole(acload_ctx *ctx, acload_row *row) {
    ck_assert_int_eq(ctx->host->kind(row, plugin_actor.other), ACLOAD_OBJ);
    ck_assert(ac_str_eq(ctx->host->get(row, plugin_actor.other), AC_STR("{\"a\": 1}")));
    return ACLOAD_DROP;
}

START_TEST(an_empty_pointer_is_the_whole_value) {
    plugin_actor.begin = begin_whole;
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
    play(row_whole, "{\"a\":1}");
}
END_TEST

static int row_numbers(acload_ctx *ctx, acload_row *row) {
    const acload_host *h = ctx->host;
    ck_assert(ac_str_is_null(h->get(row, -1)) && ac_str_is_null(h->get(row, 1000000)));
    ck_assert_int_eq(h->kind(row, -1), ACLOAD_NONE);
    ck_assert_int_eq(h->kind(row, 1000000), ACLOAD_NONE);
    ck_assert_int_eq(h->kind(NULL, 0), ACLOAD_NONE);
    return ACLOAD_DROP;
}

START_TEST(a_number_that_nobody_gave_is_nothing) {
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
    play(row_numbers, "{\"a\":1}");
}
END_TEST

static int row_nul(acload_ctx *ctx, acload_row *row) {
    acload_str text = ctx->host->get(row, plugin_actor.other);
    ck_assert(ac_str_eq(text, ac_str_n("x\0y", 3)));
    return ACLOAD_DROP;
}

static int begin_nul(acload_ctx *ctx, const acload_input *input) {
    (void)input;
    plugin_actor.other = ctx->host->path(ctx, "/nul");
    return ACLOAD_OK;
}

START_TEST(a_text_has_its_nul) {
    plugin_actor.begin = begin_nul;
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
    play(row_nul, value);
}
END_TEST

static int row_again(acload_ctx *ctx, acload_row *row) {
    int object = numbers[7], number = numbers[3];
    ck_assert_ptr_eq(ctx->host->get(row, object).ptr, ctx->host->get(row, object).ptr);
    ck_assert_ptr_eq(ctx->host->get(row, number).ptr, ctx->host->get(row, number).ptr);
    return ACLOAD_DROP;
}

START_TEST(a_text_is_made_once_a_row) {
    plugin_actor.begin = begin_places;
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
    play(row_again, value);
}
END_TEST

static int begin_csv(acload_ctx *ctx, const acload_input *input) {
    ck_assert_int_eq(input->format, ACLOAD_CSV);
    ck_assert_int_eq(ctx->host->path(ctx, "/a"), -1);
    return ACLOAD_OK;
}

static int row_csv(acload_ctx *ctx, acload_row *row) {
    ck_assert_int_eq(ctx->host->kind(row, 0), ACLOAD_NONE);
    return ACLOAD_DROP;
}

START_TEST(csv_has_no_paths) {
    plugin_actor.begin = begin_csv;
    plugin_actor.row = row_csv;
    ck_assert_int_eq(plugin_world_begin(w, "a"), AC_OK);
    ck_assert_int_eq(plugin_world_row(w, "x"), AC_OK);
}
END_TEST

static int row_path(acload_ctx *ctx, acload_row *row) {
    (void)row;
    ctx->host->path(ctx, "/a");
    return ACLOAD_PASS;
}

START_TEST(a_path_asked_for_in_row_breaks_the_contract) {
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
    assert_has(play(row_path, "{}"), "rejected 1: PLUGIN_MISUSE");
}
END_TEST

static int open_path(acload_ctx *ctx) {
    ctx->host->path(ctx, "/a");
    return ACLOAD_OK;
}

START_TEST(a_path_asked_for_in_open_breaks_the_contract) {
    plugin_actor.open = open_path;
    plugin_world_try(w, ac_instance_module(in), NULL);
    ck_assert_int_eq(ac_instance_open(w->plugins[1], &w->err), AC_RUN);
    assert_has(w->err.text, "path(\"/a\") outside bid() and begin()");
}
END_TEST

static int begin_again(acload_ctx *ctx, const acload_input *input) {
    (void)input;
    if (plugin_actor.other++ == 0)
        ctx->host->path(ctx, "/first");
    numbers[0] = ctx->host->path(ctx, "/b");
    return ACLOAD_OK;
}

static int row_b(acload_ctx *ctx, acload_row *row) {
    ck_assert(ac_str_eq(ctx->host->get(row, numbers[0]), AC_STR("x")));
    return ACLOAD_DROP;
}

START_TEST(paths_are_an_inputs_own) {
    plugin_actor.begin = begin_again;
    plugin_actor.other = 0;
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
        play(row_b, "{\"b\":\"x\"}");
    }
}
END_TEST

// --- texts that are too large --------------------------------------------------------------------

static int row_everything(acload_ctx *ctx, acload_row *row) {
    for (int i = 0; i < 9; i++)
        ctx->host->get(row, numbers[i]);
    return ACLOAD_PASS;
}

static int begin_lists(acload_ctx *ctx, const acload_input *input) {
    char pointer[16];
    (void)input;
    for (int i = 0; i < 9; i++) {
        snprintf(pointer, sizeof pointer, "/%d", i);
        numbers[i] = ctx->host->path(ctx, pointer);
    }
    return ACLOAD_OK;
}

START_TEST(a_text_that_there_is_no_room_for_rejects_the_row) {
    json_t *root = json_object();
    char *text = malloc(2000001);
    memset(text, 'x', 2000000);
    text[2000000] = '\0';
    for (int i = 0; i < 9; i++) {
        char name[2] = {(char)('0' + i), '\0'};
        json_object_set_new(root, name, json_pack("[s]", text));
    }
    char *json = json_dumps(root, 0);
    plugin_actor.begin = begin_lists;
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
    assert_has(play(row_everything, json), "rejected 1: ROW_TOO_LARGE");
    ck_assert_str_eq(play(row_everything, "{\"0\":[1]}"),
                     "dropped 2: no plugin made a record of it");
    free(json);
    free(text);
    json_decref(root);
}
END_TEST

// --- a bid ---------------------------------------------------------------------------------------

static int bid_values(acload_ctx *ctx, acload_bid *bid) {
    const acload_sample *s = plugin_actor.sample;
    ck_assert_int_eq(s->format, ACLOAD_JSON);
    ck_assert_uint_eq(s->n_values, 2);
    ck_assert_uint_eq(s->n_columns, 0);
    int a = ctx->host->path(ctx, "/a");
    ck_assert(ac_str_eq(ctx->host->get(s->values[0], a), AC_STR("1")));
    int b = ctx->host->path(ctx, "/b/c"); // later than a row was asked
    ck_assert_int_eq(ctx->host->kind(s->values[0], b), ACLOAD_NONE);
    ck_assert_int_eq(ctx->host->kind(s->values[1], b), ACLOAD_TEXT);
    ck_assert_int_eq(ctx->host->column(ctx, "a"), -1);
    bid->score = 50;
    return ACLOAD_OK;
}

static int bid_with(const char *const *texts, size_t n) {
    struct acload_row rows[10];
    const acload_row *values[10];
    for (size_t i = 0; i < n; i++) {
        rows[i] = (struct acload_row){.value = json_loads(texts[i], 0, NULL)};
        values[i] = &rows[i];
    }
    acload_sample sample = {.size = sizeof sample,
                            .name = AC_STR("in.json"),
                            .format = ACLOAD_JSON,
                            .n_values = n,
                            .values = values};
    acload_bid bid;
    ck_assert_int_eq(ac_instance_bid(in, &sample, &bid, &w->err), AC_OK);
    for (size_t i = 0; i < n; i++)
        json_decref(rows[i].value);
    return bid.score;
}

START_TEST(a_plugin_bids_on_values) {
    plugin_actor.bid = bid_values;
    ck_assert_int_eq(bid_with((const char *const[]){"{\"a\":1}", "{\"b\":{\"c\":\"x\"}}"}, 2), 50);
}
END_TEST

START_TEST(a_bid_leaves_the_paths_of_the_input_alone) {
    plugin_actor.begin = begin_again;
    plugin_actor.other = 0;
    plugin_actor.bid = bid_values;
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
    bid_with((const char *const[]){"{\"a\":1}", "{\"b\":{\"c\":\"x\"}}"}, 2);
    play(row_b, "{\"b\":\"x\"}");
}
END_TEST

static int bid_misuse(acload_ctx *ctx, acload_bid *bid) {
    ctx->host->object(ctx, "Score__c", NULL, ACLOAD_INSERT);
    bid->score = 50;
    return ACLOAD_OK;
}

START_TEST(a_bid_that_breaks_the_contract_is_none) {
    plugin_actor.bid = bid_misuse;
    ck_assert_int_eq(bid_with((const char *const[]){"{\"a\":1}"}, 1), 0);
}
END_TEST

// --- rows kept -----------------------------------------------------------------------------------

static int begin_a(acload_ctx *ctx, const acload_input *input) {
    if (plugin_actor_bind(ctx, input))
        return ACLOAD_FAIL;
    numbers[0] = ctx->host->path(ctx, "/a");
    numbers[1] = ctx->host->path(ctx, "/o");
    return ACLOAD_OK;
}

static int row_take(acload_ctx *ctx, acload_row *row) {
    plugin_actor.kept = row;
    ctx->host->get(row, numbers[0]); // seen before: must be so after
    ctx->host->get(row, numbers[1]);
    return ACLOAD_TAKE;
}

static int flush_kept(acload_ctx *ctx, int when) {
    const acload_host *h = ctx->host;
    acload_row *row = plugin_actor.kept;
    if (when != ACLOAD_CHECKPOINT || !row)
        return ACLOAD_OK;
    ck_assert(ac_str_eq(h->get(row, numbers[1]), AC_STR("{\"k\": \"v\"}")));
    ck_assert_int_eq(h->kind(row, numbers[0]), ACLOAD_TEXT);
    acload_record *r = h->record(ctx, plugin_actor.object, row);
    plugin_actor.kept = NULL;
    int rc = h->set(r, plugin_actor.field[0], h->get(row, numbers[0])) || h->emit(ctx, r);
    h->release(ctx, row);
    return rc;
}

START_TEST(a_value_kept_is_there_until_it_is_released) {
    plugin_actor.begin = begin_a;
    plugin_actor.flush = flush_kept;
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
    ck_assert_str_eq(play(row_take, "{\"a\":\"first\",\"o\":{\"k\":\"v\"}}"), "held 1");
    ck_assert_str_eq(play(row_whole, "{\"a\":1}"), "dropped 2: "); // another in between
    ck_assert_int_eq(plugin_world_flush(w, ACLOAD_CHECKPOINT), AC_OK);
    ck_assert_str_eq(plugin_world_told(w), "made 1*: Score__c upsert Id__c=first");
}
END_TEST

START_TEST(a_value_kept_to_the_end_is_freed) { // the sanitizers tell
    plugin_actor.begin = begin_a;
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
    play(row_take, "{\"a\":\"x\",\"o\":{}}");
}
END_TEST

START_TEST(values_held_count_against_the_ceiling) {
    char json[4200] = "{\"a\":[";
    for (size_t at = strlen(json); at < 4000; at += 3)
        memcpy(json + at, "[],", 4);
    memcpy(json + strlen(json) - 1, "]}", 3);
    plugin_actor.begin = begin_a;
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
    unsigned n = 0;
    const char *told;
    while (strncmp(told = play(row_take, json), "held", 4) == 0)
        ck_assert_uint_lt(++n, 400); // 4 KB of text each, but over 100 KB of values
    assert_has(told, "TOO_MANY_HELD");
    ck_assert_uint_gt(n, 50);
}
END_TEST

START_TEST(a_chain_of_plugins_reads_one_value) {
    plugin_world_free(w);
    w = plugin_world_new();
    const char *first[] = {"column=P", "name=p", "end=free", NULL};
    const char *second[] = {"column=Q", "name=q", NULL};
    plugin_world_add(w, plugin_world_module(w, plugin_puppet()), first);
    plugin_world_add(w, plugin_world_module(w, plugin_puppet()), second);
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
    ck_assert_int_eq(plugin_world_json(w, "{\"P\":\"pass\",\"Q\":\"pass\",\"Id\":\"a\"}"), AC_OK);
    ck_assert_int_eq(plugin_world_json(w, "{\"P\":\"take\",\"Q\":\"pass\",\"Id\":\"b\"}"), AC_OK);
    ck_assert_int_eq(plugin_world_json(w, "{\"P\":\"none\",\"Q\":\"drop\",\"Id\":\"c\"}"), AC_OK);
    ck_assert_int_eq(plugin_world_flush(w, ACLOAD_END_OF_INPUT), AC_OK);
    ck_assert_str_eq(
        plugin_world_told(w),
        "made 1: Score__c upsert Id__c=a Name__c=p; Score__c upsert Id__c=a Name__c=q\n"
        "held 2\n"
        "dropped 3: \n"
        "made 2*: Score__c upsert Id__c=b Name__c=late; Score__c upsert Id__c=b "
        "Name__c=q");
}
END_TEST

// --- versions ------------------------------------------------------------------------------------

static int row_version(acload_ctx *ctx, acload_row *row) {
    const acload_host *h = ctx->host;
    acload_record *r = h->record(ctx, plugin_actor.object, row);
    ck_assert_int_eq(r->version_ms, INT64_MIN);
    h->version(r, 1930408200000);
    ck_assert_int_eq(r->version_ms, 1930408200000);
    return h->set(r, plugin_actor.field[0], AC_STR("a")) || h->emit(ctx, r) ? ACLOAD_REJECT
                                                                            : ACLOAD_PASS;
}

START_TEST(a_record_has_the_version_it_is_given) {
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
    ck_assert_str_eq(play(row_version, "{}"), "made 1: Score__c upsert Id__c=a");
}
END_TEST

static int row_late_version(acload_ctx *ctx, acload_row *row) {
    const acload_host *h = ctx->host;
    acload_record *r = h->record(ctx, plugin_actor.object, row);
    h->version(NULL, 1);
    if (h->set(r, plugin_actor.field[0], AC_STR("a")) || h->emit(ctx, r))
        return ACLOAD_REJECT;
    h->version(r, 1);
    return ACLOAD_PASS;
}

START_TEST(a_version_after_emit_breaks_the_contract) {
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
    assert_has(play(row_late_version, "{}"), "rejected 1: PLUGIN_MISUSE");
}
END_TEST

static int row_no_version(acload_ctx *ctx, acload_row *row) {
    ctx->host->version(ctx->host->record(ctx, 77, row), 1);
    return ACLOAD_PASS;
}

START_TEST(a_version_of_no_record_is_said_once) {
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
    assert_has(play(row_no_version, "{}"), "record() of object number 77");
}
END_TEST

int main(void) {
    Suite *s = suite_create("value");
    TCase *t = tcase_create("value");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, a_place_is_found_by_its_pointer, 0, AC_N(places));
    tcase_add_test(t, what_is_no_pointer_has_no_number);
    tcase_add_test(t, the_same_pointer_has_the_same_number);
    tcase_add_test(t, an_empty_pointer_is_the_whole_value);
    tcase_add_test(t, a_number_that_nobody_gave_is_nothing);
    tcase_add_test(t, a_text_has_its_nul);
    tcase_add_test(t, a_text_is_made_once_a_row);
    tcase_add_test(t, csv_has_no_paths);
    tcase_add_test(t, a_path_asked_for_in_row_breaks_the_contract);
    tcase_add_test(t, a_path_asked_for_in_open_breaks_the_contract);
    tcase_add_test(t, paths_are_an_inputs_own);
    tcase_add_test(t, a_text_that_there_is_no_room_for_rejects_the_row);
    tcase_add_test(t, a_plugin_bids_on_values);
    tcase_add_test(t, a_bid_leaves_the_paths_of_the_input_alone);
    tcase_add_test(t, a_bid_that_breaks_the_contract_is_none);
    tcase_add_test(t, a_value_kept_is_there_until_it_is_released);
    tcase_add_test(t, a_value_kept_to_the_end_is_freed);
    tcase_add_test(t, values_held_count_against_the_ceiling);
    tcase_add_test(t, a_chain_of_plugins_reads_one_value);
    tcase_add_test(t, a_record_has_the_version_it_is_given);
    tcase_add_test(t, a_version_after_emit_breaks_the_contract);
    tcase_add_test(t, a_version_of_no_record_is_said_once);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? 1 : 0;
}
