// SPDX-License-Identifier: MIT
// The configuration file: its jobs, its mistakes, its schema.
#include "job/job_kit.h"
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

START_TEST(a_job_says_inputs_plugins_and_how_to_read) {
    job_kit_load("{\"jobs\":{\"q\":{\"inputs\":\"/in\",\"region\":\"none\",\"min_age\":\"5m\","
                 "\"encoding\":\"WINDOWS-1252\",\"delimiter\":\"semicolon\","
                 "\"plugins\":[\"first\",{\"name\":\"interval\","
                 "\"options\":{\"kind\":\"queue\",\"n\":3,\"b\":true}}]},"
                 "\"r\":{\"inputs\":[\"/a\",\"/b\"]},"
                 "\"k\":{\"inputs\":\"kinesis://k\",\"start\":\"LATEST\"},"
                 "\"t\":{\"inputs\":\"kinesis://k\",\"start\":\"1970-01-01T00:00:01Z\"}}}");
    ck_assert_msg(job_kit.rc == AC_OK, "%s", job_kit.err.text);
    const struct ac_job *q = ac_config_job(&job_kit.config, AC_STR("q"));
    ck_assert_ptr_nonnull(q);
    ck_assert_str_eq(q->inputs[0], "/in");
    ck_assert_str_eq(q->region, "");
    ck_assert_int_eq(q->min_age_ms, 300000);
    ck_assert_str_eq(q->encoding, "WINDOWS-1252");
    ck_assert_int_eq(q->delimiter, ';');
    ck_assert_uint_eq(q->n_uses, 2);
    ck_assert_str_eq(q->uses[0].plugin, "first");
    ck_assert_str_eq(q->uses[1].plugin, "interval");
    ck_assert_uint_eq(q->uses[1].n_options, 3);
    ck_assert(ac_str_eq(q->uses[1].options[1].value, AC_STR("3")));
    ck_assert(ac_str_eq(q->uses[1].options[2].value, AC_STR("true")));
    const struct ac_job *r = ac_config_job(&job_kit.config, AC_STR("r"));
    ck_assert_uint_eq(r->n_inputs, 2);
    ck_assert_int_eq(r->min_age_ms, 60000);
    ck_assert_int_eq(r->delimiter, ',');
    ck_assert(r->start_ms == AC_START_OLDEST);
    ck_assert(ac_config_job(&job_kit.config, AC_STR("k"))->start_ms == AC_START_NOW);
    ck_assert_int_eq(ac_config_job(&job_kit.config, AC_STR("t"))->start_ms, 1000);
    ck_assert_ptr_null(ac_config_job(&job_kit.config, AC_STR("s")));
}
END_TEST

START_TEST(a_byte_order_mark_is_passed) {
    job_kit_load("\xEF\xBB\xBF{\"region\":\"us-east-1\"}");
    ck_assert_msg(job_kit.rc == AC_OK, "%s", job_kit.err.text);
    ck_assert_str_eq(job_kit.config.region, "us-east-1");
}
END_TEST

START_TEST(a_job_says_fields_those_of_one_object_last) {
    job_kit_load("{\"jobs\":{\"q\":{\"inputs\":\"/in\",\"fields\":{"
                 "\"O__c.A__c\":{\"from\":\"/a\",\"type\":\"number\",\"default\":0},"
                 "\"B__c\":{\"from\":\"Queue name\"},"
                 "\"C__c\":{\"from\":\"/c\",\"type\":\"boolean\",\"default\":false}}}}}");
    ck_assert_msg(job_kit.rc == AC_OK, "%s", job_kit.err.text);
    const struct ac_job *q = ac_config_job(&job_kit.config, AC_STR("q"));
    ck_assert_ptr_nonnull(q);
    ck_assert_uint_eq(q->n_fields, 3);
    const struct ac_map_rule *b = &q->fields[0], *c = &q->fields[1], *a = &q->fields[2];
    ck_assert_ptr_null(b->object);
    ck_assert_str_eq(b->field, "B__c");
    ck_assert_str_eq(b->from, "Queue name");
    ck_assert_int_eq(b->type, AC_MAP_TEXT);
    ck_assert_ptr_null(b->fallback);
    ck_assert_int_eq(c->type, AC_MAP_BOOLEAN);
    ck_assert_str_eq(c->fallback, "false");
    ck_assert_str_eq(a->object, "O__c");
    ck_assert_str_eq(a->field, "A__c");
    ck_assert_str_eq(a->from, "/a");
    ck_assert_int_eq(a->type, AC_MAP_NUMBER);
    ck_assert_str_eq(a->fallback, "0");
}
END_TEST

static const struct mistake {
    const char *text, *says;
} mistakes[] = {
    {"", "acload.json:1"},
    {"{", "acload.json:1"},
    {"{\"region\":\"a\",\n\"region\":\"b\"}", "acload.json:2"},
    {"[]", "must be an object"},
    {"{\"regoin\":\"a\"}", "unknown key \"regoin\" (did you mean region?); known are: org, retry"},
    {"{\"org\":{\"hots\":\"a\"}}",
     "org has the unknown key \"hots\" (did you mean host?); known are: host"},
    {"{\"org\":{\"password\":\"a\"}}", "unknown key \"password\"; known are"},
    {"{\"org\":[]}", "org must be an object"},
    {"{\"org\":{\"host\":[]}}", "org.host must be a text"},
    {"{\"retry\":{\"base_ms\":-1}}", "base_ms is \"-1\""},
    {"{\"retry\":{\"attempts\":\"many\"}}", "a whole number"},
    {"{\"limits\":{\"bulk_max_bytes\":200000000}}", "bulk_max_bytes"},
    {"{\"memory\":\"1M\"}", "memory is \"1M\""},
    {"{\"describe_fresh\":\"soon\"}", "a time like"},
    {"{\"keep_session\":\"perhaps\"}", "true or false"},
    {"{\"rejects\":\"/var/lib/rejects\"}", "rejects must be a place on S3"},
    {"{\"region\":5}", "acload.json: region must be a text in quotes, not 5"},
    {"{\"region\":true}", "region must be a text in quotes, not true"},
    {"{\"region\":null}", "region must be a text in quotes, not null"},
    {"{\"state\":{\"dir\":1}}", "state must be a text in quotes, not {…}"},
    {"{\"org\":{\"api_version\":62.0}}", "org.api_version must be a text in quotes, not 62.0"},
    {"{\"org\":{\"host\":[\"a\"]}}", "org.host must be a text in quotes, not […]"},
    {"{\"timeout_ms\":\"5\"}", "timeout_ms must be a whole number, without quotes, not \"5\""},
    {"{\"retry\":{\"attempts\":2.5}}", "retry.attempts must be a whole number, without quotes"},
    {"{\"limits\":{\"api_share\":\"80\"}}", "limits.api_share must be a whole number"},
    {"{\"keep_session\":\"false\"}", "keep_session must be true or false, without quotes"},
    {"{\"keep_session\":0}", "keep_session must be true or false, without quotes, not 0"},
    {"{\"grace\":30}", "grace must be a time in quotes, like \"500ms\""},
    {"{\"memory\":true}", "memory must be a size in quotes, like \"64M\", not true"},
    {"{\"s3_addressing\":1}", "s3_addressing must be auto|path|virtual, not 1"},
    {"{\"jobs\":{\"j\":{\"inputs\":\"a\",\"encoding\":1252}}}",
     "jobs.j.encoding must be a text in quotes, not 1252"},
    {"{\"jobs\":{\"j\":{\"inputs\":\"a\",\"fields\":{\"F__c\":{\"from\":5}}}}}",
     "jobs.j.fields.F__c.from must be a text in quotes, not 5"},
    {"{\"jobs\":[]}", "jobs must be an object"},
    {"{\"jobs\":{\"j\":{}}}", "jobs.j needs inputs"},
    {"{\"jobs\":{\"j\":{\"inputs\":[]}}}", "jobs.j needs inputs"},
    {"{\"jobs\":{\"j\":{\"inputs\":\"s3:/b/in/\"}}}", "jobs.j.inputs: \"s3:/b/in/\": is written"},
    {"{\"jobs\":{\"j\":{\"inputs\":[\"in\",\"arn:aws:kinesis:r:1:stream/s\"]}}}",
     "\"kinesis://s\""},
    {"{\"jobs\":{\"j\":{\"inputs\":3}}}", "jobs.j.inputs must be a text or an array of texts"},
    {"{\"jobs\":{\"j\":{\"inputs\":\"a\",\"plugin\":\"b\"}}}",
     "unknown key \"plugin\" (did you mean plugins?)"},
    {"{\"jobs\":{\"j\":{\"inputs\":\"a\",\"plugins\":[{}]}}}", "needs a name"},
    {"{\"jobs\":{\"j\":{\"inputs\":\"a\",\"plugins\":[{\"name\":\"b\",\"opt\":1}]}}}",
     "knows only name and options"},
    {"{\"jobs\":{\"j\":{\"inputs\":\"a\",\"plugins\":[{\"name\":\"b\",\"options\":[]}]}}}",
     "options must be an object"},
    {"{\"jobs\":{\"j\":{\"inputs\":\"a\",\"min_age\":60}}}", "min_age"},
    {"{\"jobs\":{\"j\":{\"inputs\":\"a\",\"fields\":[]}}}", "fields must be an object"},
    {"{\"jobs\":{\"j\":{\"inputs\":\"a\",\"fields\":{\"F__c\":\"/a\"}}}}",
     "jobs.j.fields.F__c must be an object"},
    {"{\"jobs\":{\"j\":{\"inputs\":\"a\",\"fields\":{\"F__c\":{}}}}}",
     "jobs.j.fields.F__c needs from"},
    {"{\"jobs\":{\"j\":{\"inputs\":\"a\",\"fields\":{\"F__c\":{\"from\":\"/a\",\"to\":1}}}}}",
     "unknown key \"to\"; known are: from, type, default"},
    {"{\"jobs\":{\"j\":{\"inputs\":\"a\",\"fields\":{\"F__c\":{\"from\":\"/a\","
     "\"type\":\"date\"}}}}}",
     "text|number|boolean|datetime"},
    {"{\"jobs\":{\"j\":{\"inputs\":\"a\",\"fields\":{\"A.B.C\":{\"from\":\"/a\"}}}}}",
     "must be named Field__c or Object__c.Field__c"},
    {"{\"jobs\":{\"j\":{\"inputs\":\"a\",\"fields\":{\".F__c\":{\"from\":\"/a\"}}}}}",
     "must be named Field__c or Object__c.Field__c"},
    {"{\"jobs\":{\"j\":{\"inputs\":\"a\",\"fields\":{\"O__c.\":{\"from\":\"/a\"}}}}}",
     "must be named Field__c or Object__c.Field__c"},
    {"{\"jobs\":{\"j\":{\"inputs\":\"a\",\"fields\":{\"F__c\":{\"from\":\"/a\","
     "\"default\":null}}}}}",
     "jobs.j.fields.F__c.default must be a text"},
    {"{\"limits\":{\"api_share\":0}}", "api_share"},
    {"{\"limits\":{\"api_share\":101}}", "api_share"},
    {"{\"jobs\":{\"j\":{\"inputs\":\"a\",\"delimiter\":\"dot\"}}}", "comma|semicolon|tab|pipe"},
};

START_TEST(a_mistake_is_named_with_its_place) {
    job_kit_load(mistakes[_i].text);
    ck_assert_int_eq(job_kit.rc, AC_RUN);
    ck_assert_int_eq(job_kit.err.cause, AC_CAUSE_CONFIG);
    ck_assert_msg(strstr(job_kit.err.text, mistakes[_i].says) != NULL, "%s\nlacks: %s",
                  job_kit.err.text, mistakes[_i].says);
}
END_TEST

// --- the schema, which people's editors read -----------------------------------------------------

static json_t *schema;

static void load_schema(void) {
    job_kit_setup();
    const char *root = getenv("AC_ROOT");
    char path[4096];
    snprintf(path, sizeof path, "%s/schemas/config.schema.json", root ? root : ".");
    schema = json_load_file(path, 0, NULL);
    ck_assert_ptr_nonnull(schema);
}

static void drop_schema(void) {
    json_decref(schema);
    job_kit_teardown();
}

// What the error message lists, and what the schema lists, at that place of a configuration.
static void ck_same_keys(const char *text, json_t *properties) {
    job_kit_load(text);
    const char *known = strstr(job_kit.err.text, "known are: ");
    ck_assert_msg(known != NULL, "%s", job_kit.err.text);
    ac_str rest = ac_str_of(known + strlen("known are: ")), piece;
    size_t n = 0;
    while (ac_str_cut(&rest, ',', &piece)) {
        piece = ac_str_trim(piece);
        char key[64];
        snprintf(key, sizeof key, "%.*s", AC_STR_ARG(piece));
        ck_assert_msg(json_object_get(properties, key) != NULL, "the schema lacks %s", key);
        n++;
    }
    n += json_object_get(properties, "$schema") != NULL;
    ck_assert_uint_eq(json_object_size(properties), n);
}

static json_t *at(json_t *from, const char *const *path) {
    for (; *path; path++)
        from = json_object_get(from, *path);
    return from;
}

static const struct place {
    const char *text, *path[8];
} places[] = {
    {"{\"?\":1}", {"properties"}},
    {"{\"org\":{\"?\":1}}", {"properties", "org", "properties"}},
    {"{\"retry\":{\"?\":1}}", {"properties", "retry", "properties"}},
    {"{\"limits\":{\"?\":1}}", {"properties", "limits", "properties"}},
    {"{\"jobs\":{\"j\":{\"?\":1}}}", {"properties", "jobs", "additionalProperties", "properties"}},
    {"{\"jobs\":{\"j\":{\"inputs\":\"a\",\"fields\":{\"F__c\":{\"?\":1}}}}}",
     {"properties", "jobs", "additionalProperties", "properties", "fields", "additionalProperties",
      "properties"}},
};

START_TEST(the_schema_has_the_keys_that_are_read) {
    ck_same_keys(places[_i].text, at(schema, places[_i].path));
}
END_TEST

START_TEST(what_the_schema_calls_a_default_is_one) {
    const char *key;
    json_t *value;
    for (size_t i = 2; i < 4; i++) { // retry, limits: whole numbers all
        json_t *properties = at(schema, places[i].path);
        char text[2000] = "{\"", *to = text + 2;
        to += snprintf(to, 20, "%s\":{", places[i].path[1]);
        json_object_foreach(properties, key, value) to +=
            snprintf(to, 80, "\"%s\":%lld,", key,
                     (long long)json_integer_value(json_object_get(value, "default")));
        snprintf(to - 1, 4, "}}");
        job_kit_load(NULL);
        struct ac_sink_options usual = job_kit.config.sink;
        job_kit_load(text);
        ck_assert_msg(job_kit.rc == AC_OK, "%s", job_kit.err.text);
        ck_assert_int_eq(usual.poll_max_ms, job_kit.config.sink.poll_max_ms);
        ck_assert_uint_eq(usual.bulk_max_bytes, job_kit.config.sink.bulk_max_bytes);
        ck_assert_uint_eq(usual.collections_max, job_kit.config.sink.collections_max);
        ck_assert_uint_eq(usual.bulk_in_flight, job_kit.config.sink.bulk_in_flight);
        ck_assert_int_eq(usual.api_share, job_kit.config.sink.api_share);
        ck_assert_int_eq(usual.retry.base_ms, job_kit.config.sink.retry.base_ms);
        ck_assert_int_eq(usual.retry.budget_ms, job_kit.config.sink.retry.budget_ms);
        ck_assert_int_eq(usual.retry.max_attempts, job_kit.config.sink.retry.max_attempts);
    }
}
END_TEST

int main(void) {
    Suite *s = suite_create("job/file");
    TCase *t = tcase_create("file");
    tcase_add_checked_fixture(t, job_kit_setup, job_kit_teardown);
    tcase_add_test(t, a_job_says_inputs_plugins_and_how_to_read);
    tcase_add_test(t, a_byte_order_mark_is_passed);
    tcase_add_test(t, a_job_says_fields_those_of_one_object_last);
    tcase_add_loop_test(t, a_mistake_is_named_with_its_place, 0, AC_N(mistakes));
    suite_add_tcase(s, t);
    TCase *u = tcase_create("schema");
    tcase_add_checked_fixture(u, load_schema, drop_schema);
    tcase_add_loop_test(u, the_schema_has_the_keys_that_are_read, 0, AC_N(places));
    tcase_add_test(u, what_the_schema_calls_a_default_is_one);
    suite_add_tcase(s, u);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed ? 1 : 0;
}
