// SPDX-License-Identifier: MIT
// SOQL: no value becomes a part of the question, no page is missed or made up.
#include "org/org_kit.h"
#include "org/query.h"
#include <check.h>
#include <stdio.h>

static struct org_kit kit;
static struct ac_buf question;

static void setup(void) {
    org_kit_setup(&kit);
    org_kit_login(&kit);
    ac_buf_init(&question, 2000);
}

static void teardown(void) {
    ac_buf_free(&question);
    org_kit_teardown(&kit);
}

// --- questions -----------------------------------------------------------------------------------

static const struct {
    const char *format;
    ac_str values[4];
    size_t n;
    const char *question; // NULL: refused
} formats[] = {
    {"SELECT Id FROM X", {{0}}, 0, "SELECT Id FROM X"},
    {"SELECT %n FROM %n WHERE %n = %t",
     {{"ns__A__c", 8}, {"X__c", 4}, {"R__r.Key__c", 11}, {"k1", 2}},
     4,
     "SELECT ns__A__c FROM X__c WHERE R__r.Key__c = 'k1'"},
    {"%t", {{"it's a \\ test", 13}}, 1, "'it\\'s a \\\\ test'"},
    {"%t", {{"a\nb\rc\td", 7}}, 1, "'a\\nb\\rc\\td'"},
    {"%t", {{"a\0b\x1F\x7F", 5}}, 1, "'a\\u0000b\\u001F\\u007F'"},
    {"%t", {{"\xC3\xA4 100% _", 9}}, 1, "'\xC3\xA4 100% _'"},
    {"%t", {{"", 0}}, 1, "''"},
    {"%t", {{"' OR Name != '", 14}}, 1, "'\\' OR Name != \\''"},
    {"%m and %m",
     {{"2031-03-04", 10}, {"2031-03-04T16:00:00.000Z", 24}},
     2,
     "2031-03-04 and 2031-03-04T16:00:00.000Z"},
    {"LIMIT %i", {{"200", 3}}, 1, "LIMIT 200"},
    {"%i", {{"-7", 2}}, 1, "-7"},
    {"LIKE '100%%'", {{0}}, 0, "LIKE '100%'"},
    {"%n", {{"Name FROM User --", 17}}, 1, NULL},
    {"%n", {{"a,b", 3}}, 1, NULL},
    {"%n", {{"a'b", 3}}, 1, NULL},
    {"%n", {{"\xC3\xA4", 2}}, 1, NULL},
    {"%n", {{"", 0}}, 1, NULL},
    {"%n", {{0}}, 1, NULL},
    {"%t", {{0}}, 1, NULL},
    {"%t", {{"\xFF", 1}}, 1, NULL},
    {"%m", {{"yesterday", 9}}, 1, NULL},
    {"%m", {{"2031-02-30", 10}}, 1, NULL},
    {"%i", {{"1 OR 1=1", 8}}, 1, NULL},
    {"%i", {{"+1", 2}}, 1, NULL},
    {"%i", {{"", 0}}, 1, NULL},
    {"%x", {{"1", 1}}, 1, NULL},
    {"%", {{"1", 1}}, 1, NULL},
    {"%n %n", {{"A", 1}}, 1, NULL},
    {"%n", {{"A", 1}, {"B", 1}}, 2, NULL},
};

START_TEST(a_value_stays_a_value) {
    enum ac_rc rc =
        ac_soql_format(&question, formats[_i].format, formats[_i].values, formats[_i].n, &kit.err);
    const char *wanted = formats[_i].question;
    ck_assert_int_eq(rc, wanted ? AC_OK : AC_RUN);
    ck_assert_int_eq(kit.err.cause, wanted ? AC_CAUSE_NONE : AC_CAUSE_CONFIG);
    ck_assert_ptr_nonnull(ac_buf_text(&question));
    ck_assert_msg(!wanted || strcmp(question.ptr, wanted) == 0, "%s", question.ptr);
}
END_TEST

START_TEST(a_question_over_the_buffers_ceiling_is_refused) {
    struct ac_buf small;
    ac_buf_init(&small, 10);
    ck_assert_int_eq(ac_soql_format(&small, "SELECT Id FROM X", NULL, 0, &kit.err), AC_RUN);
    ac_buf_free(&small);
}
END_TEST

// --- answers -------------------------------------------------------------------------------------

static const char *const fields[] = {"Id", "N__c", "Owner.Name", "expr0"};

struct told {
    char text[1000];
    size_t len, n, stop_at;
};
static struct told told;

static enum ac_rc tell(void *arg, const ac_str *cells, struct ac_err *err) {
    struct told *t = arg;
    if (++t->n == t->stop_at)
        return ac_err_set(err, AC_RUN, AC_CAUSE_STOP, "ENOUGH", "enough");
    for (size_t i = 0; i < AC_N(fields); i++)
        t->len += (size_t)snprintf(t->text + t->len, sizeof t->text - t->len, "%.*s%s",
                                   cells[i].ptr ? (int)cells[i].len : 4,
                                   cells[i].ptr ? cells[i].ptr : "null",
                                   i + 1 < AC_N(fields) ? "|" : "\n");
    return AC_OK;
}

static uint64_t total;

static enum ac_rc run(const char *text) {
    told = (struct told){.stop_at = told.stop_at};
    return ac_soql_run(kit.org, ac_str_of(text), fields, AC_N(fields), tell, &told, &total,
                       &kit.err);
}

START_TEST(a_question_travels_encoded) {
    net_say(&kit.net, "GET", "*/query?*", 200, "{\"totalSize\":0,\"done\":true,\"records\":[]}");
    ck_assert_int_eq(run("SELECT Id FROM X WHERE D__c > 2031-03-04T16:00:00+01:00 AND N='a&b'"),
                     AC_OK);
    ck_assert_str_eq(net_asked(&kit.net, "GET", "*", 0)->path,
                     "/services/data/v62.0/query?q=SELECT%20Id%20FROM%20X%20WHERE%20D__c%20%3E%20"
                     "2031-03-04T16%3A00%3A00%2B01%3A00%20AND%20N%3D%27a%26b%27");
}
END_TEST

START_TEST(records_are_told_as_text) {
    net_say(&kit.net, "GET", "*/query?*", 200,
            "{\"totalSize\":3,\"done\":true,\"records\":["
            "{\"attributes\":{\"type\":\"X\"},\"Id\":\"a01\",\"N__c\":85.41,"
            "\"Owner\":{\"Name\":\"Ann\"}},"
            "{\"Id\":\"a02\",\"N__c\":17.0,\"Owner\":null},"
            "{\"Id\":\"\",\"N__c\":true,\"Owner\":\"odd\",\"expr0\":9007199254740993}]}");
    ck_assert_int_eq(run("q"), AC_OK);
    ck_assert_str_eq(told.text, "a01|85.41|Ann|null\n"
                                "a02|17|null|null\n"
                                "|true|null|9007199254740993\n");
    ck_assert_uint_eq(total, 3);
}
END_TEST

START_TEST(a_count_needs_no_records) {
    net_say(&kit.net, "GET", "*/query?*", 200,
            "{\"totalSize\":123456,\"done\":true,\"records\":[]}");
    ck_assert_int_eq(run("SELECT COUNT() FROM X"), AC_OK);
    ck_assert_uint_eq(total, 123456);
    ck_assert_uint_eq(told.n, 0);
}
END_TEST

#define PAGE(next, id)                                                                             \
    "{\"totalSize\":3,\"done\":false,\"nextRecordsUrl\":\"" next "\",\"records\":[{\"Id\":\"" id   \
    "\"}]}"
#define NEXT "/services/data/v62.0/query/01g-"

START_TEST(all_pages_are_followed) {
    net_say(&kit.net, "GET", "*/query?q=*", 200, PAGE(NEXT "1", "a01"));
    net_say(&kit.net, "GET", NEXT "1", 200, PAGE(NEXT "2", "a02"));
    net_say(&kit.net, "GET", NEXT "2", 200,
            "{\"totalSize\":3,\"done\":true,\"records\":[{\"Id\":\"a03\"}]}");
    ck_assert_int_eq(run("q"), AC_OK);
    ck_assert_str_eq(told.text, "a01|null|null|null\na02|null|null|null\na03|null|null|null\n");
}
END_TEST

static const char *const nowhere[] = {
    PAGE("https://evil.example.com/x", "a01"),
    PAGE("//evil.example.com/services/data/", "a01"),
    PAGE("/services/oauth2/revoke", "a01"),
    PAGE("/services/data/v62.0/with blank", "a01"),
    PAGE("", "a01"),
    "{\"totalSize\":3,\"done\":false,\"records\":[{\"Id\":\"a01\"}]}",
    "{\"totalSize\":3,\"done\":false,\"nextRecordsUrl\":7,\"records\":[{\"Id\":\"a01\"}]}",
    "{\"totalSize\":3,\"done\":false,\"nextRecordsUrl\":\"" NEXT "1\",\"records\":[]}",
};

START_TEST(a_next_page_that_is_nowhere_is_not_followed) {
    net_say(&kit.net, "GET", "*/query?q=*", 200, nowhere[_i]);
    ck_assert_int_eq(run("q"), AC_AGAIN);
    ck_assert_str_eq(kit.err.code, "BAD_REPLY");
    ck_assert_uint_eq(net_count(&kit.net, "GET", "*"), 1);
}
END_TEST

START_TEST(pages_without_end_are_left) {
    net_keep_saying(&kit.net, "GET", "*", 200, PAGE(NEXT "1", "a01"));
    ck_assert_int_eq(run("q"), AC_AGAIN);
    ck_assert_uint_eq(told.n, 3);
}
END_TEST

static const char *const nonsense[] = {
    "",
    "<html>proxy</html>",
    "[]",
    "{}",
    "{\"done\":true,\"records\":[]}",
    "{\"totalSize\":\"3\",\"done\":true,\"records\":[]}",
    "{\"totalSize\":-1,\"done\":true,\"records\":[]}",
    "{\"totalSize\":3,\"done\":\"true\",\"records\":[]}",
    "{\"totalSize\":3,\"done\":true,\"records\":{}}",
    "{\"totalSize\":3,\"done\":true,\"records\":[7]}",
    "{\"totalSize\":0,\"done\":true,\"records\":[{}]}",
    "{\"totalSize\":3,\"done\":true,\"records\":[",
};

START_TEST(an_answer_that_is_none_may_be_asked_for_again) {
    net_say(&kit.net, "GET", "*/query?q=*", 200, nonsense[_i]);
    ck_assert_int_eq(run("q"), AC_AGAIN);
    ck_assert_str_eq(kit.err.code, "BAD_REPLY");
    ck_assert_uint_eq(told.n, 0);
}
END_TEST

static const struct {
    int status;
    enum ac_rc rc;
    const char *body;
    enum ac_cause cause;
    const char *code;
} failures[] = {
    {400, AC_RUN, "[{\"errorCode\":\"MALFORMED_QUERY\",\"message\":\"unexpected token\"}]",
     AC_CAUSE_CONFIG, "MALFORMED_QUERY"},
    {400, AC_RUN, "[{\"errorCode\":\"INVALID_FIELD\",\"message\":\"No such column\"}]",
     AC_CAUSE_CONFIG, "INVALID_FIELD"},
    {400, AC_AGAIN, "[{\"errorCode\":\"QUERY_TIMEOUT\",\"message\":\"slow\"}]", AC_CAUSE_STOP,
     "QUERY_TIMEOUT"},
    {403, AC_RUN,
     "[{\"errorCode\":\"REQUEST_LIMIT_EXCEEDED\",\"message\":\"TotalRequests Limit exceeded.\"}]",
     AC_CAUSE_STOP, "REQUEST_LIMIT_EXCEEDED"},
    {503, AC_AGAIN, "", AC_CAUSE_STOP, "HTTP_503"},
};

START_TEST(a_failure_is_told_with_what_to_do) {
    net_say(&kit.net, "GET", "*/query?q=*", failures[_i].status, failures[_i].body);
    ck_assert_int_eq(run("q"), failures[_i].rc);
    ck_assert_int_eq(kit.err.cause, failures[_i].cause);
    ck_assert_str_eq(kit.err.code, failures[_i].code);
}
END_TEST

START_TEST(the_callback_may_end_it) {
    net_say(&kit.net, "GET", "*/query?q=*", 200, PAGE(NEXT "1", "a01"));
    told.stop_at = 1;
    ck_assert_int_eq(run("q"), AC_RUN);
    ck_assert_str_eq(kit.err.code, "ENOUGH");
    told.stop_at = 0;
}
END_TEST

START_TEST(a_question_too_long_for_a_url_is_refused) {
    char text[17000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert_int_eq(run(text), AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_CONFIG);
    ck_assert_uint_eq(net_count(&kit.net, "GET", "*"), 0);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("org/query");
    TCase *t = tcase_create("questions");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, a_value_stays_a_value, 0, (int)AC_N(formats));
    tcase_add_test(t, a_question_over_the_buffers_ceiling_is_refused);
    suite_add_tcase(s, t);
    t = tcase_create("answers");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_question_travels_encoded);
    tcase_add_test(t, records_are_told_as_text);
    tcase_add_test(t, a_count_needs_no_records);
    tcase_add_test(t, all_pages_are_followed);
    tcase_add_loop_test(t, a_next_page_that_is_nowhere_is_not_followed, 0, (int)AC_N(nowhere));
    tcase_add_test(t, pages_without_end_are_left);
    tcase_add_loop_test(t, an_answer_that_is_none_may_be_asked_for_again, 0, (int)AC_N(nonsense));
    tcase_add_loop_test(t, a_failure_is_told_with_what_to_do, 0, (int)AC_N(failures));
    tcase_add_test(t, the_callback_may_end_it);
    tcase_add_test(t, a_question_too_long_for_a_url_is_refused);
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
