// SPDX-License-Identifier: MIT
// Tests of what begin() binds: columns, objects, fields with their traits.
#include "plugin/host_int.h"
#include "plugin_actor.h"
#include <check.h>
#include <stdlib.h>

static struct plugin_world *w;
static struct ac_instance *in;
static const acload_host *host;
static acload_ctx *ctx;

static void setup(void) {
    w = plugin_world_new();
    in = plugin_world_add(w, plugin_world_module(w, plugin_actor_new()), NULL);
    ctx = &in->ctx;
    host = ctx->host;
}

static void teardown(void) { plugin_world_free(w); }

// What a plugin would do in begin(), done by the test itself.
static void begin(const char *columns) {
    ck_assert_msg(plugin_world_begin(w, columns) == AC_OK, "%s", w->err.text);
    in->phase = AC_PHASE_BEGIN;
}

static int score(void) { return host->object(ctx, "Score__c", "Id__c", ACLOAD_UPSERT); }

static const struct ac_columns *columns_of(int object) { return &in->bound[object]->columns; }

static void assert_columns(int object, const char *names) {
    AC_CLEANUP(ac_buf_free) struct ac_buf list;
    ac_buf_init(&list, 4096);
    for (size_t i = 0; i < columns_of(object)->n; i++)
        ac_buf_printf(&list, "%s%.*s", i ? " " : "",
                      AC_STR_ARG(columns_of(object)->fields[i]->name));
    ck_assert_str_eq(ac_buf_text(&list), names);
}

static void assert_reason(const char *code, const char *words) {
    ck_assert_str_eq(in->reason.code, code);
    ck_assert_msg(strstr(in->reason.text, words) != NULL, "%s", in->reason.text);
}

// --- columns -------------------------------------------------------------------------------------

START_TEST(columns_are_found_by_name) {
    begin("\xEF\xBB\xBFQueue| StartInterval |CONTACTS handled");
    ck_assert_int_eq(host->column(ctx, "queue"), 0);
    ck_assert_int_eq(host->column(ctx, "StartInterval"), 1);
    ck_assert_int_eq(host->column(ctx, "Contacts Handled"), 2);
    ck_assert_int_eq(host->column(ctx, "Contacts"), -1);
    ck_assert_int_eq(host->column(ctx, NULL), -1);
}
END_TEST

START_TEST(columns_are_found_until_the_input_ends) {
    begin("a|b");
    in->phase = AC_PHASE_ROW;
    ck_assert_int_eq(host->column(ctx, "b"), 1);
    begin("b|a");
    ck_assert_int_eq(host->column(ctx, "b"), 0);
}
END_TEST

START_TEST(there_are_no_columns_before_an_input) { ck_assert_int_eq(host->column(ctx, "a"), -1); }
END_TEST

// --- objects -------------------------------------------------------------------------------------

START_TEST(the_key_is_the_first_column_asked_for_or_not) {
    begin("a");
    int object = score();
    ck_assert_int_eq(host->field(ctx, object, "Name__c", NULL), 1);
    ck_assert_int_eq(host->field(ctx, object, "Amount__c", NULL), 2);
    ck_assert_int_eq(host->field(ctx, object, "id__C", NULL), 0);
    assert_columns(object, "Id__c Name__c Amount__c");
    ck_assert_int_eq(columns_of(object)->key, 0);
    ck_assert_int_eq(columns_of(object)->operation, ACLOAD_UPSERT);
}
END_TEST

START_TEST(an_insert_has_no_key) {
    begin("a");
    int object = host->object(ctx, "Score__c", NULL, ACLOAD_INSERT);
    ck_assert_int_eq(host->field(ctx, object, "Name__c", NULL), 0);
    ck_assert_int_eq(host->field(ctx, object, "Id__c", NULL), 1);
    assert_columns(object, "Name__c Id__c");
    ck_assert_int_eq(columns_of(object)->key, -1);
    ck_assert_int_eq(columns_of(object)->operation, ACLOAD_INSERT);
}
END_TEST

START_TEST(the_same_object_again_is_the_same_number) {
    begin("a");
    int first = score();
    int other = host->object(ctx, "Wide__c", "Id__c", ACLOAD_UPSERT);
    int insert = host->object(ctx, "Score__c", NULL, ACLOAD_INSERT);
    ck_assert_int_eq(score(), first);
    ck_assert_int_eq(host->object(ctx, "Score__c", "ID__C", ACLOAD_UPSERT), first);
    ck_assert_int_eq(host->object(ctx, "Score__c", NULL, ACLOAD_INSERT), insert);
    ck_assert(first != other && first != insert && other != insert);
}
END_TEST

START_TEST(every_input_binds_anew) {
    begin("a");
    host->field(ctx, score(), "Name__c", NULL);
    host->field(ctx, score(), "Amount__c", NULL);
    begin("a");
    ck_assert_int_eq(host->field(ctx, 0, "Name__c", NULL), -1); // no object yet
    in->has_misused = false;
    int object = score();
    host->field(ctx, object, "Amount__c", NULL);
    assert_columns(object, "Id__c Amount__c");
}
END_TEST

START_TEST(an_unknown_key_says_what_the_org_has) {
    begin("a");
    ck_assert_int_eq(host->object(ctx, "Score__c", "Nope__c", ACLOAD_UPSERT), -1);
    assert_reason("CONFIG", "the org's object Score__c has no field Nope__c to find records by (or "
                            "it is hidden from this user); it can be asked by: Id__c. ");
}
END_TEST

START_TEST(a_key_is_an_external_id) {
    begin("a");
    ck_assert_int_eq(host->object(ctx, "Score__c", "Name__c", ACLOAD_UPSERT), -1);
    assert_reason("CONFIG", "there is one, but it is no external id");
}
END_TEST

START_TEST(what_is_found_needs_no_external_id) {
    begin("a");
    int object = host->object(ctx, "Score__c", "Name__c", ACLOAD_FIND);
    ck_assert_int_ge(object, 0);
    assert_columns(object, "Name__c");
    ck_assert_int_eq(columns_of(object)->operation, ACLOAD_FIND);
    ck_assert_int_eq(columns_of(object)->key, 0);
    ck_assert_int_eq(host->object(ctx, "Score__c", "Name__c", ACLOAD_FIND), object);
    ck_assert_int_ne(score(), object);
}
END_TEST

static const struct {
    const char *key, *words;
} unfit[] = {
    {"Nope__c", "has no field Nope__c to find records by"},
    {"Note__c", "has Note__c, and records cannot be found by it: it is no text of at most 255"},
    {"Amount__c", "it is no text of at most 255 characters"},
    {"Kind__c", "it is no text of at most 255 characters"},
    {"Locked__c", "may not write Locked__c of the org's object Score__c"},
};

START_TEST(what_is_found_is_found_by_a_short_text) {
    begin("a");
    ck_assert_int_eq(host->object(ctx, "Score__c", unfit[_i].key, ACLOAD_FIND), -1);
    assert_reason("CONFIG", unfit[_i].words);
}
END_TEST

START_TEST(an_open_schema_is_believed_to_have_the_field) {
    w->is_open = true;
    begin("a");
    int object = host->object(ctx, "Lone__c", "Ours__c", ACLOAD_FIND);
    ck_assert_int_ge(object, 0);
    assert_columns(object, "Ours__c");
}
END_TEST

START_TEST(an_object_without_external_id_says_so) {
    begin("a");
    ck_assert_int_eq(host->object(ctx, "Lone__c", "Name__c", ACLOAD_UPSERT), -1);
    assert_reason("CONFIG", "it can be asked by: none");
}
END_TEST

static const struct {
    const char *name, *key;
    int operation;
    const char *words;
} misuses[] = {
    {"Score__c", NULL, ACLOAD_UPSERT, "an upsert has a key, and so has a find, an insert has none"},
    {"Score__c", "", ACLOAD_UPSERT, "wants operation 0 without a key"},
    {"Score__c", "Id__c", ACLOAD_INSERT, "wants operation 1 with a key"},
    {"Score__c", "Id__c", 7, "wants operation 7 with a key"},
    {"", "Id__c", ACLOAD_UPSERT, "object() without a name"},
    {NULL, "Id__c", ACLOAD_UPSERT, "object() without a name"},
};

START_TEST(an_impossible_object_breaks_the_contract) {
    begin("a");
    ck_assert_int_eq(host->object(ctx, misuses[_i].name, misuses[_i].key, misuses[_i].operation),
                     -1);
    assert_reason("PLUGIN_MISUSE", misuses[_i].words);
    ck_assert(in->has_misused);
}
END_TEST

START_TEST(objects_and_fields_are_for_begin) {
    begin("a");
    int object = score();
    in->phase = AC_PHASE_ROW;
    ck_assert_int_eq(host->field(ctx, object, "Name__c", NULL), -1);
    assert_reason("PLUGIN_MISUSE", "field(\"Name__c\") outside begin()");
}
END_TEST

// --- fields --------------------------------------------------------------------------------------

START_TEST(a_field_the_org_has_not_is_no_error) {
    begin("a");
    ck_assert_int_eq(host->field(ctx, score(), "Nope__c", NULL), -1);
    ck_assert_int_eq(in->reason.rc, AC_OK);
    ck_assert(!in->has_misused);
}
END_TEST

START_TEST(a_field_asked_for_twice_is_one_column) {
    begin("a");
    int object = score();
    ck_assert_int_eq(host->field(ctx, object, "Name__c", NULL), 1);
    ck_assert_int_eq(host->field(ctx, object, "NAME__c", NULL), 1);
    assert_columns(object, "Id__c Name__c");
}
END_TEST

START_TEST(the_namespace_does_not_count) {
    begin("a");
    int object = host->object(ctx, "Lone__c", NULL, ACLOAD_INSERT);
    ck_assert_int_eq(host->field(ctx, object, "Name__c", NULL), 0);
    ck_assert_int_eq(host->field(ctx, object, "AmazonConnect__name__c", NULL), 0);
    assert_columns(object, "amazonconnect__Name__c");
}
END_TEST

static const struct {
    const char *field;
    acload_traits traits;
} known[] = {
    {"Id__c", {0, ACLOAD_STRING, 20, 0, 0, 1}},    {"Name__c", {0, ACLOAD_STRING, 10, 0, 0, 1}},
    {"Amount__c", {0, ACLOAD_NUMBER, 0, 8, 2, 1}}, {"Count__c", {0, ACLOAD_NUMBER, 0, 5, 0, 1}},
    {"Rate__c", {0, ACLOAD_PERCENT, 0, 5, 1, 1}},  {"Done__c", {0, ACLOAD_BOOLEAN, 0, 0, 0, 1}},
    {"Day__c", {0, ACLOAD_DATE, 0, 0, 0, 1}},      {"At__c", {0, ACLOAD_DATETIME, 0, 0, 0, 1}},
    {"Kind__c", {0, ACLOAD_STRING, 0, 0, 0, 1}},   {"Locked__c", {0, ACLOAD_STRING, 10, 0, 0, 0}},
};

START_TEST(traits_tell_what_a_field_holds) {
    acload_traits t = {.size = sizeof t};
    begin("a");
    ck_assert_int_ge(host->field(ctx, score(), known[_i].field, &t), 0);
    ck_assert_uint_eq(t.size, sizeof t);
    ck_assert_int_eq(t.type, known[_i].traits.type);
    ck_assert_uint_eq(t.length, known[_i].traits.length);
    ck_assert_int_eq(t.precision, known[_i].traits.precision);
    ck_assert_int_eq(t.scale, known[_i].traits.scale);
    ck_assert_int_eq(t.writable, known[_i].traits.writable);
}
END_TEST

START_TEST(traits_of_an_earlier_header_are_not_overrun) {
    struct {
        acload_traits t;
        char after[8];
    } small;
    memset(&small, '#', sizeof small);
    small.t.size = offsetof(acload_traits, precision);
    begin("a");
    ck_assert_int_ge(host->field(ctx, score(), "Amount__c", &small.t), 0);
    ck_assert_int_eq(small.t.type, ACLOAD_NUMBER);
    ck_assert_int_eq(small.t.precision, 0x23232323);
}
END_TEST

START_TEST(traits_without_a_size_break_the_contract) {
    acload_traits t = {.size = 0};
    begin("a");
    ck_assert_int_eq(host->field(ctx, score(), "Amount__c", &t), -1);
    assert_reason("PLUGIN_MISUSE", "traits whose size is not set");
}
END_TEST

START_TEST(a_field_of_no_object_breaks_the_contract) {
    begin("a");
    ck_assert_int_eq(host->field(ctx, 3, "Name__c", NULL), -1);
    assert_reason("PLUGIN_MISUSE", "field(\"Name__c\") of object number 3");
}
END_TEST

START_TEST(a_read_only_field_is_no_column) {
    begin("a");
    int object = score();
    ck_assert_int_ge(host->field(ctx, object, "Locked__c", NULL), AC_HOST_READ_ONLY);
    host->field(ctx, object, "Name__c", NULL);
    assert_columns(object, "Id__c Name__c");
}
END_TEST

START_TEST(five_thousand_fields_are_bound) {
    char name[32];
    begin("a");
    int object = host->object(ctx, "Wide__c", "Id__c", ACLOAD_UPSERT);
    for (int i = 4999; i >= 0; i--) {
        snprintf(name, sizeof name, "f%d__C", i);
        ck_assert_int_eq(host->field(ctx, object, name, NULL), 5000 - i);
    }
    ck_assert_uint_eq(columns_of(object)->n, 5001);
}
END_TEST

// --- without an org ------------------------------------------------------------------------------

START_TEST(an_open_object_keeps_fields_nobody_knows) {
    acload_traits t = {.size = sizeof t};
    w->is_open = true;
    begin("a");
    int object = score();
    ck_assert_int_eq(host->field(ctx, object, "My_Own__c", &t), 1);
    ck_assert_int_eq(t.type, ACLOAD_UNKNOWN);
    ck_assert_int_eq(t.writable, 1);
    ck_assert_int_eq(host->field(ctx, object, "Name__c", NULL), 2);
    ck_assert_int_eq(host->field(ctx, object, "my_own__C", NULL), 1);
    assert_columns(object, "Id__c My_Own__c Name__c");
    ck_assert_int_eq(columns_of(object)->fields[1]->type, AC_FIELD_UNKNOWN);
}
END_TEST

START_TEST(an_open_object_has_any_key) {
    w->is_open = true;
    begin("a");
    int object = host->object(ctx, "Score__c", "My_Key__c", ACLOAD_UPSERT);
    ck_assert_int_eq(object, 0);
    ck_assert_int_eq(host->object(ctx, "Score__c", "my_key__c", ACLOAD_UPSERT), 0);
    ck_assert_int_eq(host->field(ctx, object, "My_Key__c", NULL), 0);
    assert_columns(object, "My_Key__c");
}
END_TEST

START_TEST(five_thousand_unknown_fields_are_bound) {
    char name[32];
    w->is_open = true;
    begin("a");
    int object = score();
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 5000; i++) {
            snprintf(name, sizeof name, "Own_%d__c", i);
            ck_assert_int_eq(host->field(ctx, object, name, NULL), i + 1);
        }
    ck_assert_uint_eq(columns_of(object)->n, 5001);
}
END_TEST

START_TEST(fields_over_the_inputs_ceiling_are_an_error) {
    char name[1100];
    memset(name, 'x', sizeof name);
    w->is_open = true;
    begin("a");
    int object = score(), number = 0;
    for (int i = 0; i < 20000 && number >= 0; i++) {
        snprintf(name + 1000, sizeof name - 1000, "%d__c", i);
        number = host->field(ctx, object, name, NULL);
    }
    ck_assert_int_eq(number, -1);
    assert_reason("NO_MEMORY", "no memory for the fields of an object");
}
END_TEST

int main(void) {
    Suite *s = suite_create("bound");
    TCase *t = tcase_create("bound");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, columns_are_found_by_name);
    tcase_add_test(t, columns_are_found_until_the_input_ends);
    tcase_add_test(t, there_are_no_columns_before_an_input);
    tcase_add_test(t, the_key_is_the_first_column_asked_for_or_not);
    tcase_add_test(t, an_insert_has_no_key);
    tcase_add_test(t, the_same_object_again_is_the_same_number);
    tcase_add_test(t, every_input_binds_anew);
    tcase_add_test(t, an_unknown_key_says_what_the_org_has);
    tcase_add_test(t, a_key_is_an_external_id);
    tcase_add_test(t, what_is_found_needs_no_external_id);
    tcase_add_loop_test(t, what_is_found_is_found_by_a_short_text, 0, (int)AC_N(unfit));
    tcase_add_test(t, an_open_schema_is_believed_to_have_the_field);
    tcase_add_test(t, an_object_without_external_id_says_so);
    tcase_add_loop_test(t, an_impossible_object_breaks_the_contract, 0, (int)AC_N(misuses));
    tcase_add_test(t, objects_and_fields_are_for_begin);
    tcase_add_test(t, a_field_the_org_has_not_is_no_error);
    tcase_add_test(t, a_field_asked_for_twice_is_one_column);
    tcase_add_test(t, the_namespace_does_not_count);
    tcase_add_loop_test(t, traits_tell_what_a_field_holds, 0, (int)AC_N(known));
    tcase_add_test(t, traits_of_an_earlier_header_are_not_overrun);
    tcase_add_test(t, traits_without_a_size_break_the_contract);
    tcase_add_test(t, a_field_of_no_object_breaks_the_contract);
    tcase_add_test(t, a_read_only_field_is_no_column);
    tcase_add_test(t, five_thousand_fields_are_bound);
    tcase_add_test(t, an_open_object_keeps_fields_nobody_knows);
    tcase_add_test(t, an_open_object_has_any_key);
    tcase_add_test(t, five_thousand_unknown_fields_are_bound);
    tcase_add_test(t, fields_over_the_inputs_ceiling_are_an_error);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
