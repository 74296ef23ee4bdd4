// SPDX-License-Identifier: MIT
// Batches sent by collections: rows, whole calls, lost answers.
#include "sink/sink_kit.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static struct sink_kit kit;

static void setup(void) { sink_kit_setup(&kit, ACLOAD_UPSERT); }

static void teardown(void) { sink_kit_teardown(&kit); }

static struct ac_batch *send_numbers(uint32_t n) { return sink_kit_send_numbers(&kit, 0, n); }

static void ck_ends_well(void) {
    enum ac_rc rc = sink_kit_run(&kit);
    ck_assert_msg(rc == AC_END, "%s", kit.err.text);
}

static void ck_stops(enum ac_cause cause, const char *code) {
    ck_assert_int_eq(sink_kit_run(&kit), AC_RUN);
    ck_assert_int_eq(kit.err.cause, cause);
    ck_assert_str_eq(kit.err.code, code);
}

// --- calls ---------------------------------------------------------------------------------------

START_TEST(a_report_of_fifty_rows_is_one_call) {
    struct ac_batch *b = send_numbers(50);
    ck_ends_well();
    ck_assert_uint_eq(kit.net.n_requests, 1);
    ck_assert_uint_eq(ac_org_usage(kit.org).n_calls, 1);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 50);
    ck_assert_uint_eq(kit.n_done, 50);
    ck_assert_uint_eq(kit.n_new, 50);
    ck_assert_uint_eq(kit.n_settled, 1);
    ck_assert_int_eq(kit.clock.slept_ms, 0);
}
END_TEST

START_TEST(a_call_says_what_is_to_be_written) {
    send_numbers(1);
    ck_ends_well();
    const struct net_request *request = net_asked(&kit.net, "PATCH", SINK_ORG_ANY, 0);
    ck_assert_str_eq(request->path, "/services/data/v62.0/composite/sobjects/Thing__c/Key__c");
    ck_assert_str_eq(request->body,
                     "{\"allOrNone\":false,\"records\":[{\"attributes\":{\"type\":\"Thing__c\"},"
                     "\"Key__c\":\"k0\",\"Name__c\":\"t0, \\\"x\\\"\",\"Num__c\":100000000,"
                     "\"When__c\":\"2031-03-04T16:00:00Z\"}]}");
}
END_TEST

static const struct {
    uint32_t n;
    size_t n_calls;
} sizes[] = {{1, 1}, {199, 1}, {200, 1}, {201, 2}, {400, 2}, {401, 3}, {2000, 10}};

START_TEST(a_call_takes_two_hundred_records) {
    send_numbers(sizes[_i].n);
    ck_ends_well();
    ck_assert_uint_eq(kit.net.n_requests, sizes[_i].n_calls);
    sink_kit_check_written(&kit, 0, sizes[_i].n, 1);
}
END_TEST

START_TEST(only_so_many_calls_are_in_flight) {
    kit.net.per_pump = 1;
    send_numbers(2000);
    ck_assert_int_eq(kit.sink.pump(kit.sink.self, 0, &kit.err), AC_OK);
    ck_assert_uint_eq(kit.net.n_requests, 5); // four, then another when one was answered
    ck_assert_uint_eq(kit.net.n_flights, 4);
    ck_ends_well();
    sink_kit_check_written(&kit, 0, 2000, 1);
}
END_TEST

START_TEST(answers_in_any_order_reach_their_rows) {
    kit.net.order = NET_SHUFFLED;
    for (uint32_t i = 0; i < 2000; i += 7)
        sink_org_refuse(&kit.remote, i, "STRING_TOO_LONG", 0);
    struct ac_batch *b = send_numbers(2000);
    ck_ends_well();
    for (uint32_t i = 0; i < 2000; i++)
        ck_assert_int_eq(ac_batch_state(b, i), i % 7 ? AC_RECORD_CREATED : AC_RECORD_REFUSED);
}
END_TEST

START_TEST(killed_records_are_not_sent) {
    struct ac_batch *b = sink_kit_batch(&kit);
    for (uint32_t i = 0; i < 300; i++)
        sink_kit_add(&kit, b, i);
    for (uint32_t i = 0; i < 300; i += 2)
        ac_batch_kill(b, i, AC_RECORD_DEAD);
    sink_kit_send(&kit, b);
    ck_ends_well();
    ck_assert_uint_eq(kit.net.n_requests, 1);
    for (uint32_t i = 0; i < 300; i++)
        ck_assert_int_eq(kit.remote.n_written[i], (int)(i % 2));
}
END_TEST

START_TEST(large_records_go_fewer_in_a_call) {
    struct ac_batch *b = sink_kit_batch(&kit);
    char *large = malloc(1000001);
    ck_assert_ptr_nonnull(large);
    memset(large, 'x', 1000000);
    large[1000000] = '\0';
    for (uint32_t i = 0; i < 12; i++) {
        char key[16];
        uint32_t ordinal;
        snprintf(key, sizeof key, "k%u", i);
        ac_str cells[] = {ac_str_of(key), ac_str_of(large), AC_STR("1"), AC_STR_NULL};
        struct ac_batch_row row = {.raw = AC_STR("x"), .n_row_records = 1};
        ck_assert_int_eq(ac_batch_add(b, cells, &row, &ordinal, &kit.err), AC_OK);
    }
    free(large);
    sink_kit_send(&kit, b);
    ck_ends_well();
    sink_kit_check_written(&kit, 0, 12, 1);
    ck_assert_uint_eq(kit.net.n_requests, 3);
    ck_assert_uint_eq(kit.remote.biggest_call, 5);
}
END_TEST

// --- rows ----------------------------------------------------------------------------------------

START_TEST(a_refused_row_keeps_the_orgs_words) {
    sink_org_refuse(&kit.remote, 3, "STRING_TOO_LONG", 0);
    struct ac_batch *b = send_numbers(10);
    ck_ends_well();
    ck_assert_uint_eq(kit.n_refused, 1);
    ck_assert_str_eq(kit.codes[3], "STRING_TOO_LONG");
    ck_assert_str_eq(kit.last_why.message, "it says so");
    ck_assert_str_eq(kit.last_why.fields, "Num__c");
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 9);
}
END_TEST

START_TEST(a_record_that_was_there_is_updated) {
    kit.remote.n_written[4] = 1;
    struct ac_batch *b = send_numbers(10);
    ck_ends_well();
    ck_assert_int_eq(ac_batch_state(b, 4), AC_RECORD_UPDATED);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 9);
    ck_assert_uint_eq(kit.n_new, 9);
}
END_TEST

static const char *const passing_codes[] = {"UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE",
                                            "UNKNOWN_EXCEPTION", "TOO_MANY_APEX_REQUESTS"};

START_TEST(a_row_that_failed_in_passing_is_sent_again_alone) {
    sink_org_refuse(&kit.remote, 5, passing_codes[_i], 1);
    struct ac_batch *b = send_numbers(100);
    ck_ends_well();
    ck_assert_uint_eq(kit.net.n_requests, 2);
    ck_assert_uint_eq(kit.remote.n_records, 101);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 100);
    ck_assert_int_le(kit.clock.slept_ms, 500);
}
END_TEST

START_TEST(a_new_key_that_somebody_else_made_first_is_tried_again) {
    kit.remote.fates[5] = (struct sink_fate){
        "DUPLICATE_VALUE", "duplicate value found: Key__c duplicates value on record with id: a0",
        1, 0};
    struct ac_batch *b = send_numbers(10);
    ck_ends_well();
    ck_assert_int_eq(ac_batch_state(b, 5), AC_RECORD_CREATED);
}
END_TEST

static const struct {
    const char *code;
    size_t n_calls;
} tired[] = {{"UNABLE_TO_LOCK_ROW", 8}, {"SERVER_UNAVAILABLE", 8}, {"UNKNOWN_EXCEPTION", 3}};

START_TEST(a_row_that_never_passes_is_refused) {
    sink_org_refuse(&kit.remote, 5, tired[_i].code, 0);
    struct ac_batch *b = send_numbers(10);
    ck_ends_well();
    ck_assert_uint_eq(kit.net.n_requests, tired[_i].n_calls);
    ck_assert_int_eq(ac_batch_state(b, 5), AC_RECORD_REFUSED);
    ck_assert_str_eq(kit.codes[5], tired[_i].code);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 9);
}
END_TEST

START_TEST(an_org_where_no_row_passes_ends_the_run) {
    for (uint32_t i = 0; i < 10; i++)
        sink_org_refuse(&kit.remote, i, "SERVER_UNAVAILABLE", 0);
    struct ac_batch *b = send_numbers(10);
    ck_stops(AC_CAUSE_STOP, "SERVER_UNAVAILABLE");
    ck_assert_uint_eq(kit.n_refused, 0);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 10);
    ck_assert_uint_eq(kit.n_settled, 1);
}
END_TEST

START_TEST(rows_rolled_back_for_another_go_again_at_once) {
    for (uint32_t i = 1; i < 10; i++)
        sink_org_refuse(&kit.remote, i, "ALL_OR_NONE_OPERATION_ROLLED_BACK", 1);
    sink_org_refuse(&kit.remote, 0, "REQUIRED_FIELD_MISSING", 0);
    struct ac_batch *b = send_numbers(10);
    ck_ends_well();
    ck_assert_uint_eq(kit.net.n_requests, 2);
    ck_assert_int_eq(kit.clock.slept_ms, 0);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 9);
}
END_TEST

// Two calls that want the same lock would wait for each other again.
START_TEST(locked_rows_go_fewer_at_a_time_one_call_after_the_other) {
    for (uint32_t i = 0; i < 200; i++)
        sink_org_refuse(&kit.remote, i, "UNABLE_TO_LOCK_ROW", 1);
    struct ac_batch *b = send_numbers(200);
    enum ac_rc rc = AC_OK;
    while ((rc = kit.sink.pump(kit.sink.self, 1000, &kit.err)) == AC_OK)
        ck_assert_uint_le(kit.net.n_flights, 1);
    ck_assert_int_eq(rc, AC_END);
    ck_assert_uint_eq(kit.net.n_requests, 3); // 200, then twice 100
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 200);
}
END_TEST

// --- a whole call refused ------------------------------------------------------------------------

static void refuse_whole(uint32_t number) {
    kit.remote.fates[number] =
        (struct sink_fate){"JSON_PARSER_ERROR", "Cannot deserialize instance of double", 0, 400};
}

static const struct {
    uint32_t culprit;
    size_t n_calls; // 200, 100 + 100, 50 + 50 … until it is alone
} bisections[] = {{0, 15}, {24, 17}, {25, 15}, {99, 17}, {100, 15}, {199, 17}};

START_TEST(one_bad_record_is_found_by_halving) {
    refuse_whole(bisections[_i].culprit);
    struct ac_batch *b = send_numbers(200);
    ck_ends_well();
    ck_assert_uint_eq(kit.net.n_requests, bisections[_i].n_calls);
    ck_assert_uint_eq(kit.n_refused, 1);
    ck_assert_str_eq(kit.codes[bisections[_i].culprit], "JSON_PARSER_ERROR");
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 199);
    for (uint32_t i = 0; i < 200; i++)
        ck_assert_int_eq(kit.remote.n_written[i], i != bisections[_i].culprit);
    ck_assert_int_eq(kit.clock.slept_ms, 0);
}
END_TEST

START_TEST(several_bad_records_are_all_found) {
    refuse_whole(3);
    refuse_whole(4);
    refuse_whole(150);
    struct ac_batch *b = send_numbers(200);
    ck_ends_well();
    ck_assert_uint_eq(kit.n_refused, 3);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 197);
}
END_TEST

START_TEST(a_call_of_nothing_but_bad_records_is_refused_one_by_one) {
    for (uint32_t i = 0; i < 4; i++)
        refuse_whole(i);
    struct ac_batch *b = send_numbers(4);
    ck_ends_well();
    ck_assert_uint_eq(kit.net.n_requests, 7);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_REFUSED), 4);
}
END_TEST

// --- calls that fail -----------------------------------------------------------------------------

static const struct {
    const char *what;
    struct net_answer answer;
} passing[] = {
    {"no connection", {.end = AC_HTTP_REFUSED, .why = "refused"}},
    {"an answer lost", {.end = AC_HTTP_LOST, .why = "reset"}},
    {"no answer in time", {.end = AC_HTTP_TIMEOUT, .why = "timeout"}},
    {"503", {.status = 503, .body = "<html>Service Unavailable</html>"}},
    {"502 without a body", {.status = 502}},
    {"504", {.status = 504}},
    {"500", {.status = 500, .body = "[{\"errorCode\":\"UNKNOWN_EXCEPTION\",\"message\":\"x\"}]"}},
    {"420", {.status = 420, .body = "<html>Enhance Your Calm</html>"}},
    {"a short list", {.status = 200, .body = "[{\"success\":true,\"errors\":[]}]"}},
    {"no JSON", {.status = 200, .body = "<html>Welcome</html>"}},
    {"JSON cut off", {.status = 200, .body = "[{\"success\":true,\"err"}},
    {"an empty answer", {.status = 200}},
    {"a lock for all",
     {.status = 400, .body = "[{\"errorCode\":\"UNABLE_TO_LOCK_ROW\",\"message\":\"x\"}]"}},
};

START_TEST(a_call_that_failed_in_passing_is_made_again) {
    struct net_answer answer = passing[_i].answer;
    answer.method = "PATCH";
    answer.path = SINK_ORG_COLLECTIONS;
    net_add(&kit.net, &answer);
    struct ac_batch *b = send_numbers(20);
    ck_ends_well();
    ck_assert_msg(kit.net.n_requests == 2, "%s: %zu calls", passing[_i].what, kit.net.n_requests);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 20);
    ck_assert_uint_eq(kit.n_done, 20);
    ck_assert_int_le(kit.clock.slept_ms, 500);
}
END_TEST

START_TEST(an_upsert_whose_answer_is_lost_is_sent_twice) {
    kit.remote.loses = SINK_ORG_COLLECTIONS;
    kit.remote.n_loses = 1;
    struct ac_batch *b = send_numbers(20);
    ck_ends_well();
    sink_kit_check_written(&kit, 0, 20, 2);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UPDATED), 20);
    ck_assert_uint_eq(kit.n_done, 20);
}
END_TEST

START_TEST(an_outage_ends_the_run_resumably) {
    net_keep_saying(&kit.net, "PATCH", SINK_ORG_COLLECTIONS, 503, "");
    struct ac_batch *b = send_numbers(20);
    ck_assert_int_eq(sink_kit_run(&kit), AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_STOP);
    ck_assert_uint_eq(kit.net.n_requests, 8);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 20);
    ck_assert_uint_eq(kit.n_refused, 0);
    ck_assert_uint_eq(kit.n_settled, 1);
    ck_assert_ptr_nonnull(strstr(kit.err.text, "run again"));
}
END_TEST

// The org fails on every call with this record in it.
static void fail_on(uint32_t number) {
    kit.remote.fates[number] = (struct sink_fate){"UNKNOWN_EXCEPTION", "gack", 0, 500};
}

START_TEST(a_record_that_the_org_fails_on_is_found_by_halving) {
    fail_on(77);
    struct ac_batch *b = send_numbers(200);
    ck_ends_well();
    ck_assert_uint_eq(kit.n_refused, 1);
    ck_assert_str_eq(kit.codes[77], "UNKNOWN_EXCEPTION");
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 199);
    ck_assert_uint_le(kit.net.n_requests, 3 + 2 * 8); // three tries, then halves down to one
}
END_TEST

START_TEST(an_org_that_fails_on_every_call_ends_the_run) {
    for (uint32_t i = 0; i < 1000; i++)
        fail_on(i);
    struct ac_batch *b = send_numbers(1000);
    ck_stops(AC_CAUSE_STOP, "UNKNOWN_EXCEPTION");
    ck_assert_uint_eq(kit.n_refused, 0);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 1000);
    ck_assert_uint_le(kit.net.n_requests, 20);
}
END_TEST

START_TEST(an_org_that_begins_to_fail_in_the_middle_ends_the_run) {
    kit.options.collections_in_flight = 1;
    for (uint32_t i = 200; i < 1000; i++)
        fail_on(i);
    struct ac_batch *b = send_numbers(1000);
    ck_stops(AC_CAUSE_STOP, "UNKNOWN_EXCEPTION");
    ck_assert_uint_eq(kit.n_refused, 0);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 200);
}
END_TEST

START_TEST(a_lone_record_is_not_refused_for_the_orgs_failure) {
    fail_on(0);
    struct ac_batch *b = send_numbers(1);
    ck_stops(AC_CAUSE_STOP, "UNKNOWN_EXCEPTION");
    ck_assert_uint_eq(kit.net.n_requests, 4); // the last one when all others had their turn
    ck_assert_int_eq(ac_batch_state(b, 0), AC_RECORD_UNSENT);
}
END_TEST

static const uint32_t pairs[] = {0, 1};

START_TEST(of_two_records_the_one_the_org_fails_on_is_refused) {
    fail_on(pairs[_i]);
    struct ac_batch *b = send_numbers(2);
    ck_ends_well();
    ck_assert_int_eq(ac_batch_state(b, pairs[_i]), AC_RECORD_REFUSED);
    ck_assert_int_eq(ac_batch_state(b, 1 - pairs[_i]), AC_RECORD_CREATED);
}
END_TEST

static const int pages[] = {420, 500, 501};

START_TEST(a_page_of_the_edge_is_no_records_fault) {
    net_keep_saying(&kit.net, "PATCH", SINK_ORG_COLLECTIONS, pages[_i], "<html>Sorry</html>");
    struct ac_batch *b = send_numbers(200);
    ck_assert_int_eq(sink_kit_run(&kit), AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_STOP);
    ck_assert_uint_eq(kit.net.n_requests, 3);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 200);
}
END_TEST

START_TEST(retry_after_is_waited_for) {
    net_add(&kit.net,
            &(struct net_answer){.path = SINK_ORG_COLLECTIONS, .status = 429, .retry_after = "7"});
    send_numbers(20);
    ck_ends_well();
    ck_assert_int_eq(kit.clock.slept_ms, 7000);
    sink_kit_check_written(&kit, 0, 20, 1);
}
END_TEST

#define CONCURRENT                                                                                 \
    "[{\"errorCode\":\"REQUEST_LIMIT_EXCEEDED\",\"message\":\"ConcurrentRequests (Concurrent API " \
    "Requests) Limit exceeded.\"}]"
START_TEST(too_many_calls_at_once_become_fewer) {
    net_say(&kit.net, "PATCH", SINK_ORG_COLLECTIONS, 403, CONCURRENT);
    kit.net.per_pump = 1;
    struct ac_batch *b = send_numbers(2000);
    ck_assert_int_eq(kit.sink.pump(kit.sink.self, 0, &kit.err), AC_OK); // four calls, one refused
    ck_assert_uint_eq(kit.net.n_flights, 3);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(kit.sink.pump(kit.sink.self, 0, &kit.err), AC_OK);
        ck_assert_uint_le(kit.net.n_flights, 3 - (size_t)(i > 0));
    }
    ck_ends_well();
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 2000);
}
END_TEST

START_TEST(the_daily_limit_ends_the_run_with_what_is_known) {
    kit.options.collections_in_flight = 1;
    kit.remote.calls_left = 2;
    struct ac_batch *b = send_numbers(1000);
    ck_stops(AC_CAUSE_STOP, "REQUEST_LIMIT_EXCEEDED");
    ck_assert_uint_eq(kit.net.n_requests, 3);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 400);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 600);
    ck_assert_uint_eq(kit.n_settled, 1);
    ck_assert_int_eq(kit.clock.slept_ms, 0);
    ck_assert_ptr_nonnull(strstr(kit.err.text, "Thing__c"));
}
END_TEST

START_TEST(calls_in_flight_at_a_stop_are_settled) {
    kit.net.order = NET_REVERSED; // the last of four is answered first, with the limit
    kit.remote.calls_left = -1;
    kit.remote.fates[700] =
        (struct sink_fate){"INVALID_TYPE", "sObject type 'Thing__c' is not supported.", 0, 0};
    struct ac_batch *b = send_numbers(2000);
    ck_stops(AC_CAUSE_CONFIG, "INVALID_TYPE");
    ck_assert_uint_eq(kit.net.n_requests, 4);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 799);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 1201);
    ck_assert_uint_eq(kit.n_refused, 0);
}
END_TEST

START_TEST(a_refusal_of_everybody_ends_the_run_as_configuration) {
    net_say(&kit.net, "PATCH", SINK_ORG_COLLECTIONS, 403,
            "[{\"errorCode\":\"API_DISABLED_FOR_ORG\",\"message\":\"no API\"}]");
    struct ac_batch *b = send_numbers(20);
    ck_stops(AC_CAUSE_CONFIG, "API_DISABLED_FOR_ORG");
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 20);
    ck_assert_ptr_nonnull(strstr(kit.err.text, "API Enabled")); // the hint
}
END_TEST

START_TEST(a_reject_that_cannot_be_kept_leaves_its_row_unsent) {
    kit.is_disk_full = true;
    sink_org_refuse(&kit.remote, 3, "STRING_TOO_LONG", 0);
    struct ac_batch *b = send_numbers(10);
    ck_stops(AC_CAUSE_STOP, "DISK_FULL");
    ck_assert_int_eq(ac_batch_state(b, 3), AC_RECORD_UNSENT);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 9);
}
END_TEST

START_TEST(a_session_that_expires_is_renewed_once) {
    sink_kit_log_in(&kit);
    net_say(&kit.net, "PATCH", SINK_ORG_COLLECTIONS, 401,
            "[{\"errorCode\":\"INVALID_SESSION_ID\",\"message\":\"Session expired or invalid\"}]");
    net_say(&kit.net, "PATCH", SINK_ORG_COLLECTIONS, 401,
            "[{\"errorCode\":\"INVALID_SESSION_ID\",\"message\":\"Session expired or invalid\"}]");
    struct ac_batch *b = send_numbers(400);
    ck_ends_well();
    ck_assert_uint_eq(ac_org_usage(kit.org).n_logins, 2);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_CREATED), 400);
    sink_kit_check_written(&kit, 0, 400, 1);
}
END_TEST

START_TEST(a_token_that_cannot_be_renewed_ends_the_run) {
    net_keep_saying(
        &kit.net, "PATCH", SINK_ORG_COLLECTIONS, 401,
        "[{\"errorCode\":\"INVALID_SESSION_ID\",\"message\":\"Session expired or invalid\"}]");
    struct ac_batch *b = send_numbers(400);
    ck_assert_int_eq(sink_kit_run(&kit), AC_RUN);
    ck_assert_int_eq(kit.err.cause, AC_CAUSE_CONFIG);
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 400);
}
END_TEST

START_TEST(a_call_that_cannot_be_started_ends_the_run) {
    kit.net.n_start_failures = 1;
    struct ac_batch *b = send_numbers(400);
    ck_stops(AC_CAUSE_STOP, "NO_MEMORY");
    ck_assert_uint_eq(sink_kit_count(b, AC_RECORD_UNSENT), 400);
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("collect");
    TCase *t = tcase_create("calls");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_report_of_fifty_rows_is_one_call);
    tcase_add_test(t, a_call_says_what_is_to_be_written);
    tcase_add_loop_test(t, a_call_takes_two_hundred_records, 0, (int)AC_N(sizes));
    tcase_add_test(t, only_so_many_calls_are_in_flight);
    tcase_add_test(t, answers_in_any_order_reach_their_rows);
    tcase_add_test(t, killed_records_are_not_sent);
    tcase_add_test(t, large_records_go_fewer_in_a_call);
    suite_add_tcase(s, t);
    t = tcase_create("rows");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_refused_row_keeps_the_orgs_words);
    tcase_add_test(t, a_record_that_was_there_is_updated);
    tcase_add_loop_test(t, a_row_that_failed_in_passing_is_sent_again_alone, 0,
                        (int)AC_N(passing_codes));
    tcase_add_test(t, a_new_key_that_somebody_else_made_first_is_tried_again);
    tcase_add_loop_test(t, a_row_that_never_passes_is_refused, 0, (int)AC_N(tired));
    tcase_add_test(t, an_org_where_no_row_passes_ends_the_run);
    tcase_add_test(t, rows_rolled_back_for_another_go_again_at_once);
    tcase_add_test(t, locked_rows_go_fewer_at_a_time_one_call_after_the_other);
    suite_add_tcase(s, t);
    t = tcase_create("whole");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, one_bad_record_is_found_by_halving, 0, (int)AC_N(bisections));
    tcase_add_test(t, several_bad_records_are_all_found);
    tcase_add_test(t, a_call_of_nothing_but_bad_records_is_refused_one_by_one);
    suite_add_tcase(s, t);
    t = tcase_create("failures");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, a_call_that_failed_in_passing_is_made_again, 0, (int)AC_N(passing));
    tcase_add_test(t, an_upsert_whose_answer_is_lost_is_sent_twice);
    tcase_add_test(t, an_outage_ends_the_run_resumably);
    tcase_add_test(t, a_record_that_the_org_fails_on_is_found_by_halving);
    tcase_add_test(t, an_org_that_fails_on_every_call_ends_the_run);
    tcase_add_test(t, an_org_that_begins_to_fail_in_the_middle_ends_the_run);
    tcase_add_test(t, a_lone_record_is_not_refused_for_the_orgs_failure);
    tcase_add_loop_test(t, of_two_records_the_one_the_org_fails_on_is_refused, 0, (int)AC_N(pairs));
    tcase_add_loop_test(t, a_page_of_the_edge_is_no_records_fault, 0, (int)AC_N(pages));
    tcase_add_test(t, retry_after_is_waited_for);
    tcase_add_test(t, too_many_calls_at_once_become_fewer);
    suite_add_tcase(s, t);
    t = tcase_create("ends");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, the_daily_limit_ends_the_run_with_what_is_known);
    tcase_add_test(t, calls_in_flight_at_a_stop_are_settled);
    tcase_add_test(t, a_refusal_of_everybody_ends_the_run_as_configuration);
    tcase_add_test(t, a_reject_that_cannot_be_kept_leaves_its_row_unsent);
    tcase_add_test(t, a_session_that_expires_is_renewed_once);
    tcase_add_test(t, a_token_that_cannot_be_renewed_ends_the_run);
    tcase_add_test(t, a_call_that_cannot_be_started_ends_the_run);
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
