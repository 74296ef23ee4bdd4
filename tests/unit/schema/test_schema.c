// SPDX-License-Identifier: MIT
// Objects read from describe answers or from schema files.
#include "base/buf.h"
#include "schema/schema.h"
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct ac_arena arena;
static struct ac_err err;
static const struct ac_schema *schema;

static void setup(void) {
    ac_arena_init(&arena, (size_t)4 << 20);
    err = (struct ac_err)AC_ERR_INIT;
    schema = NULL;
}

static void teardown(void) { ac_arena_free(&arena); }

static enum ac_rc parse(const char *json, const char *ns) {
    return ac_schema_parse(ac_str_of(json), "the description", ac_str_of(ns), false, &arena,
                           &schema, &err);
}

static const struct ac_field *field_of(const char *name) {
    int at = ac_schema_field(schema, ac_str_of(name));
    ck_assert_msg(at >= 0, "no field %s", name);
    return &schema->fields[at];
}

// --- fields --------------------------------------------------------------------------------------

static const char describe[] =
    "{\"name\":\"pkg__Thing__c\",\"label\":\"Thing\",\"custom\":true,\"urls\":{\"row\":\"x\"},"
    "\"childRelationships\":[],\"fields\":["
    "{\"name\":\"Id\",\"label\":\"Record ID\",\"type\":\"id\",\"length\":18,\"nillable\":false,"
    "\"createable\":false,\"updateable\":false,\"defaultedOnCreate\":true,\"idLookup\":true},"
    "{\"name\":\"pkg__Key__c\",\"label\":\"Key\",\"type\":\"string\",\"length\":80,"
    "\"nillable\":false,\"createable\":true,\"updateable\":true,\"externalId\":true,"
    "\"unique\":true,\"caseSensitive\":true,\"picklistValues\":[]},"
    "{\"name\":\"pkg__Rate__c\",\"label\":\"Rate\",\"type\":\"percent\",\"length\":0,"
    "\"precision\":5,\"scale\":2,\"nillable\":true,\"createable\":true,\"updateable\":true,"
    "\"calculated\":true,\"inlineHelpText\":null},"
    "{\"name\":\"Colour__c\",\"label\":\"Colour\",\"type\":\"multipicklist\",\"length\":4099,"
    "\"restrictedPicklist\":true,\"picklistValues\":["
    "{\"active\":true,\"value\":\"Red\"},{\"active\":false,\"value\":\"Green\"},"
    "{\"active\":true,\"value\":\"Blue\"}]},"
    "{\"name\":\"pkg__Colour__c\",\"label\":\"The package's\",\"type\":\"string\",\"length\":20},"
    "{\"name\":\"NumberOfThings\",\"type\":\"int\",\"digits\":9}"
    "]}";

START_TEST(a_describe_tells_what_a_field_is) {
    ck_assert_int_eq(parse(describe, "pkg"), AC_OK);
    ck_assert_str_eq(schema->name.ptr, "pkg__Thing__c");
    ck_assert_str_eq(schema->label.ptr, "Thing");
    ck_assert(ac_str_is_null(schema->key));
    ck_assert_uint_eq(schema->n_fields, 6);
    const struct ac_field *key = field_of("pkg__Key__c");
    ck_assert_int_eq(key->type, AC_FIELD_STRING);
    ck_assert_uint_eq(key->length, 80);
    ck_assert(!key->nillable && key->createable && key->updateable && !key->defaulted);
    ck_assert(key->external_id && key->unique && key->case_sensitive && !key->id_lookup);
    ck_assert_str_eq(key->label.ptr, "Key");
}
END_TEST

START_TEST(a_describe_tells_numbers_from_formulas) {
    ck_assert_int_eq(parse(describe, "pkg"), AC_OK);
    const struct ac_field *rate = field_of("Rate__c"), *id = field_of("ID");
    ck_assert_int_eq(rate->type, AC_FIELD_PERCENT);
    ck_assert_int_eq(rate->precision, 5);
    ck_assert_int_eq(rate->scale, 2);
    ck_assert(rate->calculated);
    ck_assert_int_eq(id->type, AC_FIELD_ID);
    ck_assert(!id->createable && !id->updateable && id->defaulted && id->id_lookup);
    ck_assert_int_eq(field_of("numberofthings")->digits, 9);
}
END_TEST

START_TEST(a_picklist_holds_its_active_values) {
    ck_assert_int_eq(parse(describe, ""), AC_OK);
    const struct ac_field *colour = field_of("Colour__c");
    ck_assert_int_eq(colour->type, AC_FIELD_PICKLIST);
    ck_assert(colour->restricted && colour->multi);
    ck_assert_uint_eq(colour->n_values, 2);
    ck_assert(ac_str_eq(colour->values[0], AC_STR("Red")));
    ck_assert(ac_str_eq(colour->values[1], AC_STR("Blue")));
}
END_TEST

static const struct {
    const char *type;
    enum ac_field_type want;
} types[] = {
    {"string", AC_FIELD_STRING},
    {"textarea", AC_FIELD_STRING},
    {"phone", AC_FIELD_STRING},
    {"email", AC_FIELD_STRING},
    {"url", AC_FIELD_STRING},
    {"combobox", AC_FIELD_STRING},
    {"int", AC_FIELD_INTEGER},
    {"long", AC_FIELD_INTEGER},
    {"double", AC_FIELD_NUMBER},
    {"currency", AC_FIELD_NUMBER},
    {"percent", AC_FIELD_PERCENT},
    {"boolean", AC_FIELD_BOOLEAN},
    {"date", AC_FIELD_DATE},
    {"datetime", AC_FIELD_DATETIME},
    {"id", AC_FIELD_ID},
    {"reference", AC_FIELD_ID},
    {"picklist", AC_FIELD_PICKLIST},
    {"multipicklist", AC_FIELD_PICKLIST},
    {"encryptedstring", AC_FIELD_STRING},
    {"address", AC_FIELD_UNKNOWN},
    {"location", AC_FIELD_UNKNOWN},
    {"base64", AC_FIELD_UNKNOWN},
    {"anyType", AC_FIELD_UNKNOWN},
    {"of a later release", AC_FIELD_UNKNOWN},
};

START_TEST(every_type_of_the_org_has_one_of_ours) {
    char json[200];
    snprintf(json, sizeof json, "{\"name\":\"O\",\"fields\":[{\"name\":\"F\",\"type\":\"%s\"}]}",
             types[_i].type);
    ck_assert_int_eq(parse(json, ""), AC_OK);
    ck_assert_int_eq(schema->fields[0].type, types[_i].want);
}
END_TEST

START_TEST(a_member_left_out_is_as_for_most_fields) {
    ck_assert_int_eq(
        parse("{\"name\":\"O\",\"fields\":[{\"name\":\"F\",\"type\":\"double\"}]}", ""), AC_OK);
    const struct ac_field *field = &schema->fields[0];
    ck_assert(field->nillable && field->createable && field->updateable);
    ck_assert(!field->defaulted && !field->calculated && !field->external_id && !field->unique);
    ck_assert(!field->restricted && !field->case_sensitive && !field->multi);
    ck_assert_int_eq(field->precision, 0);
    ck_assert_str_eq(field->label.ptr, "F");
    ck_assert_str_eq(schema->label.ptr, "O");
}
END_TEST

// --- look-up -------------------------------------------------------------------------------------

static const struct {
    const char *ns, *name, *want; // NULL: none
} lookups[] = {
    {"pkg", "Key__c", "pkg__Key__c"},
    {"pkg", "key__C", "pkg__Key__c"},
    {"pkg", "PKG__KEY__C", "pkg__Key__c"},
    {"pkg", "Colour__c", "pkg__Colour__c"}, // the package's wins
    {"pkg", "pkg__Colour__c", "pkg__Colour__c"},
    {"pkg", "id", "Id"},
    {"", "Colour__c", "Colour__c"},
    {"", "Key__c", NULL},
    {"", "pkg__Key__c", "pkg__Key__c"},
    {"other", "Colour__c", "Colour__c"},
    {"pkg", "Key", NULL},
    {"pkg", "", NULL},
    {"pkg", "pkg__", NULL},
    {"pkg", "__c", NULL},
};

START_TEST(a_field_is_found_by_its_name) {
    ck_assert_int_eq(parse(describe, lookups[_i].ns), AC_OK);
    int at = ac_schema_field(schema, ac_str_of(lookups[_i].name));
    ck_assert_str_eq(at < 0 ? "none" : schema->fields[at].name.ptr,
                     lookups[_i].want ? lookups[_i].want : "none");
}
END_TEST

START_TEST(every_one_of_many_fields_is_found) {
    struct ac_buf json;
    ac_buf_init(&json, (size_t)1 << 20);
    ac_buf_printf(&json, "{\"name\":\"O\",\"fields\":[");
    for (int i = 0; i < 900; i++)
        ac_buf_printf(&json, "%s{\"name\":\"Field_%d__c\",\"type\":\"double\"}", i ? "," : "", i);
    ac_buf_printf(&json, "]}");
    ck_assert_int_eq(parse(ac_buf_text(&json), ""), AC_OK);
    ac_buf_free(&json);
    for (int i = 0; i < 900; i++) {
        char name[40];
        snprintf(name, sizeof name, "FIELD_%d__C", i);
        ck_assert_int_eq(ac_schema_field(schema, ac_str_of(name)), i);
    }
    ck_assert_int_eq(ac_schema_field(schema, AC_STR("Field_900__c")), -1);
}
END_TEST

START_TEST(an_object_without_fields_has_none) {
    ck_assert_int_eq(parse("{\"name\":\"O\",\"fields\":[]}", ""), AC_OK);
    ck_assert_int_eq(ac_schema_field(schema, AC_STR("Id")), -1);
}
END_TEST

// --- namespaces ----------------------------------------------------------------------------------

static const struct {
    const char *ns, *name, *want;
} full_names[] = {
    {"amazonconnect", "AC_X__c", "amazonconnect__AC_X__c"},
    {"", "AC_X__c", "AC_X__c"},
    {"amazonconnect", "OwnerId", "OwnerId"},
    {"amazonconnect", "Account", "Account"},
    {"amazonconnect", "amazonconnect__AC_X__c", "amazonconnect__AC_X__c"},
    {"amazonconnect", "other__X__c", "other__X__c"},
    {"a", "B__C", "a__B__C"},
};

START_TEST(custom_names_take_the_namespace) {
    ac_str full =
        ac_schema_with_ns(ac_str_of(full_names[_i].ns), ac_str_of(full_names[_i].name), &arena);
    ck_assert(ac_str_eq(full, ac_str_of(full_names[_i].want)));
}
END_TEST

static const char package[] =
    "{\"name\":\"Thing__c\",\"package\":true,\"key\":\"Key__c\",\"fields\":["
    "{\"name\":\"Key__c\",\"type\":\"string\"},{\"name\":\"OwnerId\",\"type\":\"reference\"}]}";

START_TEST(a_packages_names_get_its_namespace) {
    ck_assert_int_eq(parse(package, "amazonconnect"), AC_OK);
    ck_assert_str_eq(schema->name.ptr, "amazonconnect__Thing__c");
    ck_assert_str_eq(schema->key.ptr, "amazonconnect__Key__c");
    ck_assert_str_eq(field_of("Key__c")->name.ptr, "amazonconnect__Key__c");
    ck_assert_str_eq(field_of("OwnerId")->name.ptr, "OwnerId");
}
END_TEST

START_TEST(a_packages_names_stay_bare_without_a_namespace) {
    ck_assert_int_eq(parse(package, ""), AC_OK);
    ck_assert_str_eq(schema->name.ptr, "Thing__c");
    ck_assert_str_eq(field_of("Key__c")->name.ptr, "Key__c");
}
END_TEST

// --- what is no schema ---------------------------------------------------------------------------

static const struct {
    const char *json, *says;
} broken[] = {
    {"", "is no JSON"},
    {"{\"name\":\"O\",\n\"fields\":[}", "line 2"},
    {"[]", "no JSON object"},
    {"{\"name\":\"O\"}", "no list of fields"},
    {"{\"fields\":[]}", "the object has no name"},
    {"{\"name\":7,\"fields\":[]}", "should be a text"},
    {"{\"name\":\"O\",\"fields\":[7]}", "no JSON object"},
    {"{\"name\":\"O\",\"fields\":[{\"type\":\"string\"}]}", "a field has no name"},
    {"{\"name\":\"O\",\"fields\":[{\"name\":\"F\"}]}", "F has no type"},
    {"{\"name\":\"O\",\"fields\":[{\"name\":\"F\",\"type\":1}]}", "F has a member"},
    {"{\"name\":\"O\",\"fields\":[{\"name\":\"F\",\"type\":\"int\"},"
     "{\"name\":\"f\",\"type\":\"int\"}]}",
     "f is given twice"},
    {"{\"name\":\"O\",\"key\":\"K\",\"fields\":[]}", "K is named as its key"},
    {"{\"name\":\"O\",\"fields\":[{\"name\":\"F\",\"type\":\"picklist\",\"picklistValues\":"
     "[{\"value\":7}]}]}",
     "F has a member"},
};

START_TEST(what_is_no_schema_is_said) {
    ck_assert_int_eq(parse(broken[_i].json, ""), AC_RUN);
    ck_assert_str_eq(err.code, "BAD_SCHEMA");
    ck_assert_int_eq(err.cause, AC_CAUSE_CONFIG);
    ck_assert_msg(strstr(err.text, "the description") == err.text, "%s", err.text);
    ck_assert_msg(strstr(err.text, broken[_i].says) != NULL, "%s", err.text);
}
END_TEST

START_TEST(a_full_arena_is_no_memory) {
    size_t max = 0;
    enum ac_rc rc = AC_RUN;
    for (; rc != AC_OK && max < 10000; max += 16) {
        struct ac_arena small;
        ac_arena_init(&small, max);
        ac_err_clear(&err);
        rc =
            ac_schema_parse(ac_str_of(describe), "it", AC_STR("pkg"), false, &small, &schema, &err);
        ck_assert_msg(rc == AC_OK || strcmp(err.code, "NO_MEMORY") == 0, "%zu: %s", max, err.text);
        ac_arena_free(&small);
    }
    ck_assert_int_eq(rc, AC_OK);
    ck_assert_uint_gt(max, 500);
}
END_TEST

// --- files ---------------------------------------------------------------------------------------

static char dir[512];

static void make_dir(void) {
    setup();
    const char *base = getenv("TMPDIR");
    snprintf(dir, sizeof dir, "%s/schemas-XXXXXX", base ? base : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void remove_dir(void) {
    char path[600];
    snprintf(path, sizeof path, "%s/Thing__c.json", dir);
    unlink(path);
    rmdir(dir);
    teardown();
}

static void write_schema(const char *json) {
    char path[600];
    snprintf(path, sizeof path, "%s/Thing__c.json", dir);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(json, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static enum ac_rc load(const char *object) {
    return ac_schema_load(dir, ac_str_of(object), AC_STR("ns"), &arena, &schema, &err);
}

START_TEST(an_object_is_loaded_from_its_file) {
    write_schema(package);
    ck_assert_int_eq(load("Thing__c"), AC_OK);
    ck_assert_str_eq(schema->name.ptr, "ns__Thing__c");
    ck_assert(schema->is_open);
}
END_TEST

static const char *const missing[] = {"Other__c", "", "../Thing__c", "Thing__c.json", "a/b", "."};

START_TEST(an_object_without_a_file_is_none) {
    write_schema(package);
    ck_assert_int_eq(load(missing[_i]), AC_END);
    ck_assert_int_eq(err.rc, AC_OK);
}
END_TEST

START_TEST(a_file_of_another_object_is_refused) {
    write_schema("{\"name\":\"Other__c\",\"fields\":[]}");
    ck_assert_int_eq(load("Thing__c"), AC_RUN);
    ck_assert_ptr_nonnull(strstr(err.text, "Thing__c.json describes Other__c"));
}
END_TEST

START_TEST(a_broken_file_is_named) {
    write_schema("{");
    ck_assert_int_eq(load("Thing__c"), AC_RUN);
    ck_assert_ptr_nonnull(strstr(err.text, "/Thing__c.json is no JSON"));
}
END_TEST

START_TEST(a_folder_in_the_place_of_a_file_is_an_error) {
    char path[600];
    snprintf(path, sizeof path, "%s/Thing__c.json", dir);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_eq(load("Thing__c"), AC_RUN);
    rmdir(path);
}
END_TEST

static int is_object(const struct dirent *entry) {
    return ac_str_ends(ac_str_of(entry->d_name), AC_STR("__c.json"));
}

// The files that acload brings along.
START_TEST(every_schema_of_the_tree_can_be_loaded) {
    struct dirent **list = NULL;
    int n = scandir("schemas", &list, is_object, alphasort);
    ck_assert_int_ge(n, 2);
    for (int i = 0; i < n; i++) {
        ac_str name = ac_str_of(list[i]->d_name);
        name.len -= strlen(".json");
        ck_assert_msg(ac_schema_load("schemas", name, AC_STR("ns"), &arena, &schema, &err) == AC_OK,
                      "%s", err.text);
        ck_assert_uint_gt(schema->n_fields, 0);
        free(list[i]);
    }
    free(list);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("schema");
    TCase *t = tcase_create("parse");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_describe_tells_what_a_field_is);
    tcase_add_test(t, a_describe_tells_numbers_from_formulas);
    tcase_add_test(t, a_picklist_holds_its_active_values);
    tcase_add_loop_test(t, every_type_of_the_org_has_one_of_ours, 0, (int)AC_N(types));
    tcase_add_test(t, a_member_left_out_is_as_for_most_fields);
    tcase_add_loop_test(t, a_field_is_found_by_its_name, 0, (int)AC_N(lookups));
    tcase_add_test(t, every_one_of_many_fields_is_found);
    tcase_add_test(t, an_object_without_fields_has_none);
    tcase_add_loop_test(t, custom_names_take_the_namespace, 0, (int)AC_N(full_names));
    tcase_add_test(t, a_packages_names_get_its_namespace);
    tcase_add_test(t, a_packages_names_stay_bare_without_a_namespace);
    tcase_add_loop_test(t, what_is_no_schema_is_said, 0, (int)AC_N(broken));
    tcase_add_test(t, a_full_arena_is_no_memory);
    suite_add_tcase(s, t);
    t = tcase_create("load");
    tcase_add_checked_fixture(t, make_dir, remove_dir);
    tcase_add_test(t, an_object_is_loaded_from_its_file);
    tcase_add_loop_test(t, an_object_without_a_file_is_none, 0, (int)AC_N(missing));
    tcase_add_test(t, a_file_of_another_object_is_refused);
    tcase_add_test(t, a_broken_file_is_named);
    tcase_add_test(t, a_folder_in_the_place_of_a_file_is_an_error);
    tcase_add_test(t, every_schema_of_the_tree_can_be_loaded);
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
