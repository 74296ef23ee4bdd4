// SPDX-License-Identifier: MIT
// Tests of fields that a job's configuration fills.
#include "plugin/host_int.h"
#include "plugin/map.h"
#include "plugin_actor.h"
#include "plugin_puppet.h"
#include <check.h>
#include <stdlib.h>

#undef fail // an old macro of check; here it is the host's

static struct plugin_world *w;

static void setup(void) { w = plugin_world_new(); }

static void teardown(void) { plugin_world_free(w); }

// A puppet that sets Id__c and Name__c ("p"), with these rules.
static void with(const struct ac_map_rule *rules, size_t n) {
    plugin_world_add(w, plugin_world_module(w, plugin_puppet()), NULL);
    w->chain.map = (struct ac_map){.rules = rules, .n = n};
}

static const char *json(const char *text) {
    ck_assert_msg(plugin_world_json(w, text) == AC_OK, "%s", w->err.text);
    return plugin_world_told(w);
}

static const char *row(const char *cells) {
    ck_assert_msg(plugin_world_row(w, cells) == AC_OK, "%s", w->err.text);
    return plugin_world_told(w);
}

// --- values --------------------------------------------------------------------------------------

static const struct turn {
    enum ac_map_type type;
    const char *text, *fallback, *out; // out NULL: nothing; "!": refused
} turns[] = {
    {AC_MAP_TEXT, " x ", NULL, " x "},
    {AC_MAP_TEXT, "", NULL, NULL},
    {AC_MAP_TEXT, NULL, NULL, NULL},
    {AC_MAP_TEXT, NULL, "d", "d"},
    {AC_MAP_TEXT, "", "d", "d"},
    {AC_MAP_TEXT, "x", "d", "x"},
    {AC_MAP_NUMBER, " 12.5\t", NULL, "12.5"},
    {AC_MAP_NUMBER, "-1e3", NULL, "-1e3"},
    {AC_MAP_NUMBER, "1,5", NULL, "!"},
    {AC_MAP_NUMBER, "true", NULL, "!"},
    {AC_MAP_NUMBER, "", "0", "0"},
    {AC_MAP_NUMBER, " ", NULL, "!"},
    {AC_MAP_BOOLEAN, "TRUE", NULL, "true"},
    {AC_MAP_BOOLEAN, " False ", NULL, "false"},
    {AC_MAP_BOOLEAN, "1", NULL, "!"},
    {AC_MAP_BOOLEAN, "yes", NULL, "!"},
    {AC_MAP_DATETIME, "2031-03-04T16:00:00Z", NULL, "2031-03-04T16:00:00.000Z"},
    {AC_MAP_DATETIME, "2031-03-04T16:00:00.5+01:00", NULL, "2031-03-04T15:00:00.500Z"},
    {AC_MAP_DATETIME, "2031-03-04", NULL, "!"},
    {AC_MAP_DATETIME, "1930408200000", NULL, "!"},
    {AC_MAP_DATETIME, NULL, "2031-03-04T16:00:00Z", "2031-03-04T16:00:00.000Z"},
};

START_TEST(a_text_is_made_fit_for_its_type) {
    const struct turn *t = &turns[_i];
    struct ac_map_rule rule = {.field = "F__c", .from = "/x", .type = t->type};
    rule.fallback = t->fallback;
    struct ac_err err = AC_ERR_INIT;
    char buf[25];
    ac_str out = AC_STR("?");
    enum ac_rc rc = ac_map_text(&rule, ac_str_of(t->text), buf, &out, &err);
    const char *want = t->out ? t->out : "";
    if (rc != AC_OK)
        out = AC_STR("!");
    ck_assert_msg(ac_str_eq(out, ac_str_of(want)), "%.*s %s", AC_STR_ARG(out), err.text);
}
END_TEST

START_TEST(a_misfit_names_field_source_and_value) {
    struct ac_map_rule rule = {.field = "F__c", .from = "/x", .type = AC_MAP_NUMBER};
    struct ac_err err = AC_ERR_INIT;
    char buf[25];
    ac_str out;
    ck_assert_int_eq(ac_map_text(&rule, AC_STR("twelve"), buf, &out, &err), AC_ROW);
    ck_assert_str_eq(err.text, "F__c takes a number from /x, which is 'twelve'");
    ck_assert_str_eq(err.code, "INVALID_TYPE_ON_FIELD_IN_RECORD");
}
END_TEST

// --- rows ----------------------------------------------------------------------------------------

static const struct ac_map_rule amount = {.field = "Amount__c", .from = "/o/n"};
static const struct ac_map_rule name = {.field = "name__c", .from = "/name"};

static const struct filled {
    const char *json, *told;
} fills[] = {
    {"{\"P\":\"pass\",\"Id\":\"a\",\"o\":{\"n\":85.41}}",
     "made 1: Score__c upsert Id__c=a Name__c=p Amount__c=85.41"},
    {"{\"P\":\"pass\",\"Id\":\"a\",\"o\":{\"n\":\"7\"}}",
     "made 1: Score__c upsert Id__c=a Name__c=p Amount__c=7"},
    {"{\"P\":\"pass\",\"Id\":\"a\"}", "made 1: Score__c upsert Id__c=a Name__c=p"},
    {"{\"P\":\"pass\",\"Id\":\"a\",\"o\":{\"n\":null}}",
     "made 1: Score__c upsert Id__c=a Name__c=p"},
    {"{\"P\":\"pass\",\"Id\":\"a\",\"o\":{\"n\":\"\"}}",
     "made 1: Score__c upsert Id__c=a Name__c=p"},
    {"{\"P\":\"pass\",\"Id\":\"a\",\"name\":\"over\"}",
     "made 1: Score__c upsert Id__c=a Name__c=over"},
    {"{\"P\":\"two\",\"Id\":\"a\",\"name\":\"x\"}",
     "made 1: Score__c upsert Id__c=a Name__c=x; Score__c upsert Id__c=a Name__c=x"},
    {"{\"P\":\"none\",\"Id\":\"a\",\"name\":\"x\"}", "dropped 1: no plugin made a record of it"},
};

START_TEST(a_value_goes_to_its_field_over_what_the_plugin_set) {
    const struct ac_map_rule rules[] = {amount, name};
    with(rules, 2);
    ck_assert_msg(plugin_world_begin_json(w) == AC_OK, "%s", w->err.text);
    ck_assert_str_eq(json(fills[_i].json), fills[_i].told);
}
END_TEST

static const struct ac_map_rule typed = {.field = "Amount__c", .from = "/n", .type = AC_MAP_NUMBER};

static const struct filled misfits[] = {
    {"{\"P\":\"pass\",\"Id\":\"a\",\"n\":\"x\"}",
     "rejected 1: INVALID_TYPE_ON_FIELD_IN_RECORD Amount__c takes a number from /n, which is 'x'"},
    {"{\"P\":\"pass\",\"Id\":\"a\",\"n\":1234567}",
     "rejected 1: NUMBER_OUTSIDE_VALID_RANGE Amount__c"},
    {"{\"P\":\"pass\",\"Id\":\"a\",\"n\":[1]}", "rejected 1: INVALID_TYPE_ON_FIELD_IN_RECORD"},
    {"{\"P\":\"pass\",\"Id\":\"a\",\"n\":true}", "rejected 1: INVALID_TYPE_ON_FIELD_IN_RECORD"},
};

START_TEST(a_value_that_does_not_fit_rejects_the_row) {
    with(&typed, 1);
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
    const char *told = json(misfits[_i].json);
    ck_assert_msg(strncmp(told, misfits[_i].told, strlen(misfits[_i].told)) == 0, "%s", told);
}
END_TEST

START_TEST(a_default_stands_where_there_is_nothing) {
    const struct ac_map_rule rule = {.field = "Name__c", .from = "/name", .fallback = "none"};
    with(&rule, 1);
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
    ck_assert_str_eq(json("{\"P\":\"pass\",\"Id\":\"a\"}"),
                     "made 1: Score__c upsert Id__c=a Name__c=none");
    ck_assert_str_eq(json("{\"P\":\"pass\",\"Id\":\"a\",\"name\":\"x\"}"),
                     "made 2: Score__c upsert Id__c=a Name__c=x");
}
END_TEST

START_TEST(a_column_goes_to_its_field) {
    const struct ac_map_rule rule = {.field = "Note__c", .from = " the NOTE"};
    with(&rule, 1);
    ck_assert_msg(plugin_world_begin(w, "P|Id|The note") == AC_OK, "%s", w->err.text);
    ck_assert_str_eq(row("pass|a|kept"), "made 1: Score__c upsert Id__c=a Name__c=p Note__c=kept");
    ck_assert_str_eq(row("pass|b|"), "made 2: Score__c upsert Id__c=b Name__c=p");
    ck_assert_str_eq(row("pass|c"), "made 3: Score__c upsert Id__c=c Name__c=p");
}
END_TEST

START_TEST(a_long_text_is_copied_whole) {
    char text[3000] = "{\"P\":\"pass\",\"Id\":\"a\",\"note\":\"", want[3000];
    size_t at = strlen(text);
    memset(text + at, 'n', 2000);
    snprintf(text + at + 2000, 8, "\"}");
    snprintf(want, sizeof want, "made 1: Score__c upsert Id__c=a Name__c=p Note__c=%.2000s",
             text + at);
    const struct ac_map_rule rule = {.field = "Note__c", .from = "/note"};
    with(&rule, 1);
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
    ck_assert_str_eq(json(text), want);
}
END_TEST

START_TEST(a_row_held_is_filled_when_it_is_released) {
    const char *values[] = {"end=free", NULL};
    plugin_world_add(w, plugin_world_module(w, plugin_puppet()), values);
    w->chain.map = (struct ac_map){.rules = &name, .n = 1};
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
    ck_assert_str_eq(json("{\"P\":\"take\",\"Id\":\"a\",\"name\":\"x\"}"), "held 1");
    ck_assert_int_eq(plugin_world_flush(w, ACLOAD_END_OF_INPUT), AC_OK);
    ck_assert_str_eq(plugin_world_told(w), "made 1*: Score__c upsert Id__c=a Name__c=x");
}
END_TEST

START_TEST(records_of_all_plugins_are_filled) {
    const char *second[] = {"column=Q", "name=q", NULL};
    with(&name, 1);
    plugin_world_add(w, plugin_world_module(w, plugin_puppet()), second);
    ck_assert_int_eq(plugin_world_begin_json(w), AC_OK);
    ck_assert_str_eq(
        json("{\"P\":\"pass\",\"Q\":\"pass\",\"Id\":\"a\",\"name\":\"x\"}"),
        "made 1: Score__c upsert Id__c=a Name__c=x; Score__c upsert Id__c=a Name__c=x");
}
END_TEST

// --- several objects -----------------------------------------------------------------------------

static int begin_two(acload_ctx *ctx, const acload_input *input) {
    (void)input;
    plugin_actor.object = ctx->host->object(ctx, "Score__c", NULL, ACLOAD_INSERT);
    plugin_actor.other = ctx->host->object(ctx, "Lone__c", NULL, ACLOAD_INSERT);
    return ACLOAD_OK;
}

static int row_two(acload_ctx *ctx, acload_row *r) {
    const acload_host *h = ctx->host;
    return h->emit(ctx, h->record(ctx, plugin_actor.object, r)) ||
                   h->emit(ctx, h->record(ctx, plugin_actor.other, r))
               ? ACLOAD_REJECT
               : ACLOAD_PASS;
}

static void two_objects(const struct ac_map_rule *rules, size_t n) {
    plugin_world_add(w, plugin_world_module(w, plugin_actor_new()), NULL);
    plugin_actor.begin = begin_two;
    plugin_actor.row = row_two;
    w->chain.map = (struct ac_map){.rules = rules, .n = n};
}

static const struct aim {
    struct ac_map_rule rules[2];
    size_t n;
    const char *told;
} aims[] = {
    {{{.field = "Name__c", .from = "/x"}},
     1,
     "made 1: Score__c insert Name__c=X; amazonconnect__Lone__c insert amazonconnect__Name__c=X"},
    {{{.object = "Lone__c", .field = "Name__c", .from = "/x"}},
     1,
     "made 1: Score__c insert; amazonconnect__Lone__c insert amazonconnect__Name__c=X"},
    {{{.object = "amazonconnect__lone__C", .field = "Name__c", .from = "/x"}},
     1,
     "made 1: Score__c insert; amazonconnect__Lone__c insert amazonconnect__Name__c=X"},
    {{{.field = "Note__c", .from = "/x"}},
     1,
     "made 1: Score__c insert Note__c=X; amazonconnect__Lone__c insert"},
    {{{.field = "Name__c", .from = "/x"}, {.object = "Score__c", .field = "Name__c", .from = "/y"}},
     2,
     "made 1: Score__c insert Name__c=Y; amazonconnect__Lone__c insert amazonconnect__Name__c=X"},
    {{{.object = "Wide__c", .field = "F7__c", .from = "/x"}}, // not written by this input
     1,
     "made 1: Score__c insert; amazonconnect__Lone__c insert"},
};

START_TEST(a_rule_means_its_object_or_all_with_the_field) {
    two_objects(aims[_i].rules, aims[_i].n);
    ck_assert_msg(plugin_world_begin_json(w) == AC_OK, "%s", w->err.text);
    ck_assert_str_eq(json("{\"x\":\"X\",\"y\":\"Y\"}"), aims[_i].told);
}
END_TEST

// --- what is refused at begin --------------------------------------------------------------------

static const struct mistake {
    struct ac_map_rule rule;
    enum ac_rc rc;
    const char *code, *says;
} mistakes[] = {
    {{.field = "Nmae__c", .from = "/x"},
     AC_RUN,
     "UNKNOWN_FIELD",
     "the job fills Nmae__c, which is no field of Score__c, amazonconnect__Lone__c; "
     "\"Object__c.Field__c\" says which"},
    {{.object = "Score__c", .field = "Nmae__c", .from = "/x"},
     AC_RUN,
     "UNKNOWN_FIELD",
     "the job fills Nmae__c, which is no field of Score__c"},
    {{.object = "Wide__c", .field = "Nmae__c", .from = "/x"},
     AC_RUN,
     "UNKNOWN_FIELD",
     "the job fills Nmae__c of Wide__c, which has no such field"},
    {{.object = "Score", .field = "Name__c", .from = "/x"},
     AC_RUN,
     "NOT_FOUND",
     "the org has no object Score"},
    {{.field = "Locked__c", .from = "/x"},
     AC_RUN,
     "INVALID_FIELD_FOR_INSERT_UPDATE",
     "Locked__c of Score__c, which this user may not write"},
    {{.field = "Amount__c", .from = "/x", .fallback = "none"},
     AC_RUN,
     "INVALID_TYPE_ON_FIELD_IN_RECORD",
     "the job's default 'none' does not fit Amount__c"},
    {{.field = "Note__c", .from = "/x", .type = AC_MAP_NUMBER, .fallback = "none"},
     AC_RUN,
     "INVALID_TYPE_ON_FIELD_IN_RECORD",
     "the job's default 'none' does not fit Note__c: Note__c takes a number"},
    {{.field = "Amount__c", .from = "/x", .type = AC_MAP_BOOLEAN},
     AC_RUN,
     "INVALID_TYPE_ON_FIELD_IN_RECORD",
     "the job fills Amount__c with a boolean, which it cannot hold"},
    {{.field = "Done__c", .from = "/x", .type = AC_MAP_DATETIME}, AC_RUN, NULL, "with a datetime"},
    {{.field = "At__c", .from = "/x", .type = AC_MAP_NUMBER}, AC_RUN, NULL, "with a number"},
    {{.field = "Day__c", .from = "/x", .type = AC_MAP_DATETIME}, AC_RUN, NULL, "with a datetime"},
    {{.field = "Note__c", .from = "x"},
     AC_INPUT,
     "UNKNOWN_COLUMN",
     "the job fills Note__c from x, which is no JSON pointer; one begins with /"},
    {{.field = "Note__c", .from = "/a~2b"},
     AC_INPUT,
     "UNKNOWN_COLUMN",
     "/a~2b, which is no JSON pointer; one begins with /, and writes ~ in a name as ~0"},
};

START_TEST(a_mistake_is_told_at_begin) {
    const struct mistake *m = &mistakes[_i];
    two_objects(&m->rule, 1);
    ck_assert_int_eq(plugin_world_begin_json(w), m->rc);
    ck_assert_msg(strstr(w->err.text, m->says) != NULL, "%s", w->err.text);
    ck_assert_msg(!m->code || strcmp(w->err.code, m->code) == 0, "%s", w->err.code);
    ck_assert_int_eq(w->err.cause, m->rc == AC_RUN ? AC_CAUSE_CONFIG : AC_CAUSE_INPUT);
}
END_TEST

START_TEST(a_column_that_the_input_lacks_is_told_at_begin) {
    const struct ac_map_rule rule = {.field = "Note__c", .from = "Note"};
    with(&rule, 1);
    ck_assert_int_eq(plugin_world_begin(w, "P|Id|Notes"), AC_INPUT);
    ck_assert_str_eq(w->err.text,
                     "the job fills Note__c from Note, which is no column of this input");
}
END_TEST

START_TEST(a_pointer_is_no_column) {
    with(&name, 1);
    ck_assert_int_eq(plugin_world_begin(w, "P|Id|name"), AC_INPUT);
    ck_assert_str_eq(w->err.code, "UNKNOWN_COLUMN");
}
END_TEST

// --- without an org ------------------------------------------------------------------------------

START_TEST(a_field_that_no_schema_knows_goes_to_the_only_object) {
    const struct ac_map_rule rule = {.field = "Own__c", .from = "/x"};
    w->is_open = true;
    with(&rule, 1);
    ck_assert_msg(plugin_world_begin_json(w) == AC_OK, "%s", w->err.text);
    ck_assert_str_eq(json("{\"P\":\"pass\",\"Id\":\"a\",\"x\":\"X\"}"),
                     "made 1: Score__c upsert Id__c=a Name__c=p Own__c=X");
}
END_TEST

START_TEST(a_field_that_no_schema_knows_needs_its_object_among_several) {
    const struct ac_map_rule rule = {.field = "Own__c", .from = "/x"};
    w->is_open = true;
    two_objects(&rule, 1);
    ck_assert_int_eq(plugin_world_begin_json(w), AC_RUN);
    ck_assert_msg(strstr(w->err.text, "says which object") != NULL, "%s", w->err.text);
}
END_TEST

int main(void) {
    Suite *s = suite_create("map");
    TCase *t = tcase_create("map");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, a_text_is_made_fit_for_its_type, 0, AC_N(turns));
    tcase_add_test(t, a_misfit_names_field_source_and_value);
    tcase_add_loop_test(t, a_value_goes_to_its_field_over_what_the_plugin_set, 0, AC_N(fills));
    tcase_add_loop_test(t, a_value_that_does_not_fit_rejects_the_row, 0, AC_N(misfits));
    tcase_add_test(t, a_default_stands_where_there_is_nothing);
    tcase_add_test(t, a_column_goes_to_its_field);
    tcase_add_test(t, a_long_text_is_copied_whole);
    tcase_add_test(t, a_row_held_is_filled_when_it_is_released);
    tcase_add_test(t, records_of_all_plugins_are_filled);
    tcase_add_loop_test(t, a_rule_means_its_object_or_all_with_the_field, 0, AC_N(aims));
    tcase_add_loop_test(t, a_mistake_is_told_at_begin, 0, AC_N(mistakes));
    tcase_add_test(t, a_column_that_the_input_lacks_is_told_at_begin);
    tcase_add_test(t, a_pointer_is_no_column);
    tcase_add_test(t, a_field_that_no_schema_knows_goes_to_the_only_object);
    tcase_add_test(t, a_field_that_no_schema_knows_needs_its_object_among_several);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? 1 : 0;
}
