// SPDX-License-Identifier: MIT
// Describe: asked once, kept, asked again only whether it changed.
#include "org/describe.h"
#include "org/org_kit.h"
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PATH "/services/data/v62.0/sobjects/ns__AC_X__c/describe"
#define LATER "Mon, 30 Nov 2020 08:34:54 GMT"
#define FRESH_MS 600000

static const char answer[] =
    "{\"name\":\"ns__AC_X__c\",\"label\":\"X\",\"createable\":true,\"fields\":["
    "{\"name\":\"ns__AC_Record_Id__c\",\"type\":\"string\",\"length\":255,\"externalId\":true,"
    "\"createable\":true,\"updateable\":true,\"nillable\":true},"
    "{\"name\":\"Id\",\"type\":\"id\",\"length\":18}]}";

static struct org_kit kit;
static struct ac_ledger *ledger;
static struct ac_arena arena;
static const struct ac_schema *schema;
static bool is_cached;

static void setup(void) {
    org_kit_setup(&kit);
    ac_arena_init(&arena, (size_t)1 << 20);
    org_kit_login(&kit);
}

static void setup_ledger(void) {
    setup();
    ck_assert_int_eq(
        ac_ledger_open(&ledger, org_kit_path(&kit, "state"), &kit.clock.clock, false, &kit.err),
        AC_OK);
}

static void remove_folder(const char *path) {
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        char inner[600];
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        bool is_link_up = entry->d_name[0] == '.';
        if (!is_link_up && unlink(inner) != 0)
            remove_folder(inner);
    }
    if (dir)
        closedir(dir);
    rmdir(path);
}

static void teardown(void) {
    ac_ledger_close(ledger);
    ledger = NULL;
    ac_arena_free(&arena);
    remove_folder(org_kit_path(&kit, "state"));
    org_kit_teardown(&kit);
}

static enum ac_rc describe(int64_t fresh_ms) {
    ac_err_clear(&kit.err);
    schema = NULL;
    return ac_describe(kit.org, ledger, AC_STR("AC_X__c"), AC_STR("ns"), fresh_ms, &arena, &schema,
                       &is_cached, &kit.err);
}

static void say(int status, const char *body) {
    net_add(
        &kit.net,
        &(struct net_answer){
            .method = "GET", .path = PATH, .status = status, .body = body, .last_modified = LATER});
}

static void check_schema(void) {
    ck_assert_ptr_nonnull(schema);
    ck_assert(ac_str_eq(schema->name, AC_STR("ns__AC_X__c")));
    ck_assert_int_ge(ac_schema_field(schema, AC_STR("ac_record_id__C")), 0);
    ck_assert(!schema->is_open);
}

// --- without a ledger ----------------------------------------------------------------------------

START_TEST(an_object_is_asked_for_with_its_namespace) {
    say(200, answer);
    ck_assert_int_eq(describe(0), AC_OK);
    check_schema();
    ck_assert_ptr_null(net_header(net_asked(&kit.net, "GET", PATH, 0), "If-Modified-Since"));
}
END_TEST

START_TEST(a_describe_logs_in_when_nobody_has) {
    org_kit_close(&kit);
    org_kit_open(&kit);
    org_kit_say_token(&kit, "TOKEN_1");
    say(200, answer);
    ck_assert_int_eq(describe(0), AC_OK);
    check_schema();
}
END_TEST

static const struct {
    int status;
    const char *body;
    enum ac_rc rc;
    enum ac_cause cause;
    const char *code, *word;
} failures[] = {
    {404, "[{\"errorCode\":\"NOT_FOUND\",\"message\":\"The requested resource does not exist\"}]",
     AC_RUN, AC_CAUSE_CONFIG, "NOT_FOUND",
     "really \"ns\" (SF_ADAPTER_NAMESPACE, - for none), that the org knows the API version "},
    {404, "<html>nothing</html>", AC_RUN, AC_CAUSE_CONFIG, "NOT_FOUND", "AC_Administrator"},
    {403, "[{\"errorCode\":\"INSUFFICIENT_ACCESS\",\"message\":\"no\"}]", AC_RUN, AC_CAUSE_CONFIG,
     "INSUFFICIENT_ACCESS", "AC_Administrator"},
    {410, "[{\"errorCode\":\"GONE\",\"message\":\"retired\"}]", AC_RUN, AC_CAUSE_CONFIG, "GONE",
     "SF_VERSION"},
    {403,
     "[{\"errorCode\":\"REQUEST_LIMIT_EXCEEDED\",\"message\":\"TotalRequests Limit exceeded.\"}]",
     AC_RUN, AC_CAUSE_STOP, "REQUEST_LIMIT_EXCEEDED", "24 hours"},
    {403, "[{\"errorCode\":\"REQUEST_LIMIT_EXCEEDED\",\"message\":\"ConcurrentRequests\"}]",
     AC_AGAIN, AC_CAUSE_STOP, "REQUEST_LIMIT_EXCEEDED", "ns__AC_X__c"},
    {503, "", AC_AGAIN, AC_CAUSE_STOP, "HTTP_503", "503"},
    {500, "", AC_AGAIN, AC_CAUSE_STOP, "HTTP_500", "500"},
    {429, "", AC_AGAIN, AC_CAUSE_STOP, "HTTP_429", "429"},
    {304, "", AC_AGAIN, AC_CAUSE_STOP, "CALL", "ns__AC_X__c"}, // nobody asked whether
    {200, "", AC_AGAIN, AC_CAUSE_STOP, "BAD_REPLY", "shop.my.salesforce.com"},
    {200, "<html>proxy</html>", AC_AGAIN, AC_CAUSE_STOP, "BAD_REPLY", "ns__AC_X__c"},
    {200, "{\"name\":\"ns__AC_X__c\",\"fields\":[{\"name\":", AC_AGAIN, AC_CAUSE_STOP, "BAD_REPLY",
     "ns__AC_X__c"},
    {200, "[]", AC_AGAIN, AC_CAUSE_STOP, "BAD_REPLY", "ns__AC_X__c"},
    {200, "{\"name\":7,\"fields\":\"none\"}", AC_AGAIN, AC_CAUSE_STOP, "BAD_REPLY", "ns__AC_X__c"},
};

START_TEST(a_failure_says_what_to_do) {
    say(failures[_i].status, failures[_i].body);
    enum ac_rc rc = describe(0);
    ck_assert_msg(rc == failures[_i].rc, "%d: %s", rc, kit.err.text);
    ck_assert_int_eq(kit.err.cause, failures[_i].cause);
    ck_assert_str_eq(kit.err.code, failures[_i].code);
    ck_assert_msg(strstr(kit.err.text, failures[_i].word) != NULL, "%s", kit.err.text);
    ck_assert_ptr_null(schema);
}
END_TEST

START_TEST(a_lost_answer_may_be_asked_for_again) {
    net_add(&kit.net, &(struct net_answer){.path = PATH, .end = AC_HTTP_LOST, .why = "cut"});
    say(200, answer);
    ck_assert_int_eq(describe(0), AC_AGAIN);
    ck_assert_int_eq(describe(0), AC_OK);
    check_schema();
}
END_TEST

START_TEST(an_endless_describe_is_stopped) {
    net_add(&kit.net, &(struct net_answer){.path = PATH, .body = "[[[[[[[[", .is_endless = true});
    ck_assert_int_eq(describe(0), AC_AGAIN);
}
END_TEST

START_TEST(a_describe_with_millions_of_values_is_none) {
    struct ac_buf many;
    ac_buf_init(&many, 4000000);
    ck_assert(ac_buf_add_str(&many, AC_STR("{\"fields\":[")));
    ck_assert(ac_buf_need(&many, 3000000));
    memset(many.ptr + many.len, ',', 3000000);
    many.len += 3000000;
    ck_assert(ac_buf_add_str(&many, AC_STR("]}")));
    say(200, ac_buf_text(&many));
    ck_assert_int_eq(describe(0), AC_AGAIN);
    ck_assert_str_eq(kit.err.code, "BAD_REPLY");
    ac_buf_free(&many);
}
END_TEST

START_TEST(a_full_arena_is_no_reason_to_ask_again) {
    ac_arena_free(&arena);
    ac_arena_init(&arena, 64);
    say(200, answer);
    ck_assert_int_eq(describe(0), AC_RUN);
    ck_assert_str_eq(kit.err.code, "NO_MEMORY");
}
END_TEST

// --- with one ------------------------------------------------------------------------------------

START_TEST(a_fresh_answer_is_not_asked_for_again) {
    say(200, answer);
    ck_assert_int_eq(describe(FRESH_MS), AC_OK);
    kit.clock.at_ms += FRESH_MS - 1;
    ck_assert_int_eq(describe(FRESH_MS), AC_OK);
    check_schema();
    ck_assert_uint_eq(net_count(&kit.net, "GET", "*"), 1);
}
END_TEST

START_TEST(an_older_answer_is_asked_whether_it_changed) {
    say(200, answer);
    say(304, "");
    ck_assert_int_eq(describe(FRESH_MS), AC_OK);
    kit.clock.at_ms += FRESH_MS;
    ck_assert_int_eq(describe(FRESH_MS), AC_OK);
    check_schema();
    ck_assert_str_eq(net_header(net_asked(&kit.net, "GET", PATH, 1), "If-Modified-Since"), LATER);
}
END_TEST

START_TEST(an_unchanged_answer_is_fresh_once_more) {
    say(200, answer);
    say(304, "");
    ck_assert_int_eq(describe(FRESH_MS), AC_OK);
    kit.clock.at_ms += FRESH_MS;
    ck_assert_int_eq(describe(FRESH_MS), AC_OK);
    kit.clock.at_ms += FRESH_MS - 1;
    ck_assert_int_eq(describe(FRESH_MS), AC_OK);
    ck_assert_uint_eq(net_count(&kit.net, "GET", "*"), 2);
}
END_TEST

START_TEST(a_changed_answer_replaces_the_kept_one) {
    say(200, "{\"name\":\"ns__AC_X__c\",\"fields\":[{\"name\":\"Old__c\",\"type\":\"string\"}]}");
    say(200, answer);
    ck_assert_int_eq(describe(FRESH_MS), AC_OK);
    ck_assert_int_lt(ac_schema_field(schema, AC_STR("AC_Record_Id__c")), 0);
    kit.clock.at_ms += FRESH_MS;
    ck_assert_int_eq(describe(FRESH_MS), AC_OK);
    check_schema();
    ck_assert_int_eq(describe(FRESH_MS), AC_OK); // from the ledger again
    check_schema();
}
END_TEST

START_TEST(an_answer_is_asked_for_anew_though_the_kept_one_is_fresh) {
    say(200, "{\"name\":\"ns__AC_X__c\",\"fields\":[{\"name\":\"Old__c\",\"type\":\"string\"}]}");
    say(200, answer);
    ck_assert_int_eq(describe(FRESH_MS), AC_OK);
    ck_assert(!is_cached);
    ck_assert_int_eq(describe(FRESH_MS), AC_OK);
    ck_assert(is_cached);
    ck_assert_int_lt(ac_schema_field(schema, AC_STR("AC_Record_Id__c")), 0);
    ck_assert_int_eq(describe(AC_DESCRIBE_ANEW), AC_OK);
    ck_assert(!is_cached);
    check_schema();
    ck_assert_ptr_null(net_header(net_asked(&kit.net, "GET", PATH, 1), "If-Modified-Since"));
    ck_assert_int_eq(describe(FRESH_MS), AC_OK); // and that one is kept
    ck_assert(is_cached);
    check_schema();
}
END_TEST

START_TEST(an_answer_from_the_future_is_not_trusted) {
    say(200, answer);
    say(304, "");
    ck_assert_int_eq(describe(FRESH_MS), AC_OK);
    kit.clock.at_ms -= 86400000; // the clock was wrong, and was set right
    ck_assert_int_eq(describe(FRESH_MS), AC_OK);
    ck_assert_uint_eq(net_count(&kit.net, "GET", "*"), 2);
}
END_TEST

START_TEST(what_fails_is_not_kept) {
    say(200, "<html>proxy</html>");
    say(200, answer);
    ck_assert_int_eq(describe(FRESH_MS), AC_AGAIN);
    ck_assert_int_eq(describe(FRESH_MS), AC_OK);
    check_schema();
}
END_TEST

START_TEST(a_kept_answer_that_is_broken_is_asked_for_anew) {
    ck_assert_int_eq(ac_ledger_describe_put(ledger, "shop.my.salesforce.com", "ns__AC_X__c",
                                            AC_STR("nonsense"), AC_STR(LATER), &kit.err),
                     AC_OK);
    kit.clock.at_ms += _i * FRESH_MS;
    say(200, answer);
    ck_assert_int_eq(describe(FRESH_MS), AC_OK);
    check_schema();
    ck_assert_ptr_null(net_header(net_asked(&kit.net, "GET", PATH, 0), "If-Modified-Since"));
}
END_TEST

START_TEST(no_answer_is_no_schema_even_with_an_old_one_at_hand) {
    say(200, answer);
    say(503, "");
    ck_assert_int_eq(describe(FRESH_MS), AC_OK);
    kit.clock.at_ms += FRESH_MS;
    ck_assert_int_eq(describe(FRESH_MS), AC_AGAIN);
    ck_assert_ptr_null(schema);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("org/describe");
    TCase *t = tcase_create("asked");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, an_object_is_asked_for_with_its_namespace);
    tcase_add_test(t, a_describe_logs_in_when_nobody_has);
    tcase_add_loop_test(t, a_failure_says_what_to_do, 0, (int)AC_N(failures));
    tcase_add_test(t, a_lost_answer_may_be_asked_for_again);
    tcase_add_test(t, an_endless_describe_is_stopped);
    tcase_add_test(t, a_describe_with_millions_of_values_is_none);
    tcase_add_test(t, a_full_arena_is_no_reason_to_ask_again);
    suite_add_tcase(s, t);
    t = tcase_create("kept");
    tcase_add_checked_fixture(t, setup_ledger, teardown);
    tcase_add_test(t, a_fresh_answer_is_not_asked_for_again);
    tcase_add_test(t, an_older_answer_is_asked_whether_it_changed);
    tcase_add_test(t, an_unchanged_answer_is_fresh_once_more);
    tcase_add_test(t, a_changed_answer_replaces_the_kept_one);
    tcase_add_test(t, an_answer_is_asked_for_anew_though_the_kept_one_is_fresh);
    tcase_add_test(t, an_answer_from_the_future_is_not_trusted);
    tcase_add_test(t, what_fails_is_not_kept);
    tcase_add_loop_test(t, a_kept_answer_that_is_broken_is_asked_for_anew, 0, 2);
    tcase_add_test(t, no_answer_is_no_schema_even_with_an_old_one_at_hand);
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
