// SPDX-License-Identifier: MIT
// Every line of the error table, every form of an error, every hint.
#include "org/reply.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

// --- codes ---------------------------------------------------------------------------------------

// What a code means for a whole call (of that HTTP status) or for a row inside an accepted one.
static const struct {
    const char *code, *message;
    int status;
    enum ac_outcome call, row;
} codes[] = {
    // A
    {"UNABLE_TO_LOCK_ROW", "", 400, AC_OUT_LOCKED, AC_OUT_LOCKED},
    {"SERVER_UNAVAILABLE", "", 503, AC_OUT_RETRY, AC_OUT_RETRY},
    {"API_CURRENTLY_DISABLED", "", 403, AC_OUT_RETRY, AC_OUT_RETRY},
    {"REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.", 403,
     AC_OUT_SLOW_DOWN, AC_OUT_SLOW_DOWN},
    {"REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded", 403, AC_OUT_SLOW_DOWN,
     AC_OUT_SLOW_DOWN},
    {"REQUEST_RUNNING_TOO_LONG", "", 400, AC_OUT_WHOLE, AC_OUT_RETRY_FEW},
    {"QUERY_TIMEOUT", "", 400, AC_OUT_RETRY_FEW, AC_OUT_RETRY_FEW},
    {"TOO_MANY_APEX_REQUESTS", "", 400, AC_OUT_RETRY, AC_OUT_RETRY},
    {"INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", "", 400, AC_OUT_RETRY, AC_OUT_RETRY},
    {"TERRITORY_REALIGN_IN_PROGRESS", "", 400, AC_OUT_RETRY, AC_OUT_RETRY},
    {"PLATFORM_EVENT_PUBLISHING_UNAVAILABLE", "", 400, AC_OUT_RETRY, AC_OUT_RETRY},
    {"PLATFORM_EVENT_PUBLISH_FAILED", "", 400, AC_OUT_RETRY, AC_OUT_RETRY},
    {"TEMPORARY_QUERY_MORE_FAILURE", "", 400, AC_OUT_RETRY, AC_OUT_RETRY},
    {"UNKNOWN_EXCEPTION", "", 500, AC_OUT_RETRY_FEW, AC_OUT_RETRY_FEW},
    {"INTERNAL_ERROR", "", 500, AC_OUT_RETRY_FEW, AC_OUT_RETRY_FEW},
    {"INVALID_SERVER_ERROR", "", 500, AC_OUT_RETRY_FEW, AC_OUT_RETRY_FEW},
    {"CANNOT_EXECUTE_FLOW_TRIGGER", "the flow failed: UNABLE_TO_LOCK_ROW", 400, AC_OUT_RETRY_FEW,
     AC_OUT_RETRY_FEW},
    {"CANNOT_EXECUTE_FLOW_TRIGGER", "the flow failed", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"Timeout", "", 400, AC_OUT_RETRY_FEW, AC_OUT_RETRY_FEW},
    {"TooManyLockFailure", "", 400, AC_OUT_LOCKED, AC_OUT_LOCKED},
    {"InternalServerError", "", 500, AC_OUT_RETRY_FEW, AC_OUT_RETRY_FEW},
    {"Unknown", "", 400, AC_OUT_RETRY_FEW, AC_OUT_RETRY_FEW},
    // B
    {"INVALID_SESSION_ID", "Session expired or invalid", 401, AC_OUT_SESSION, AC_OUT_SESSION},
    {"INVALID_SESSION_ID", "This session is not valid for use with the REST API", 401,
     AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"INVALID_SESSION_ID", "Connected app is not attached to Agent", 401, AC_OUT_CONFIG,
     AC_OUT_CONFIG},
    {"InvalidSessionId", "", 400, AC_OUT_SESSION, AC_OUT_SESSION},
    {"INVALID_AUTH_HEADER", "", 401, AC_OUT_CONFIG, AC_OUT_CONFIG},
    // C
    {"REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", 403, AC_OUT_STOP, AC_OUT_STOP},
    {"REQUEST_LIMIT_EXCEEDED", "a text nobody has seen", 403, AC_OUT_STOP, AC_OUT_STOP},
    {"STORAGE_LIMIT_EXCEEDED", "", 400, AC_OUT_STOP, AC_OUT_STOP},
    {"EXCEEDED_QUOTA", "", 400, AC_OUT_STOP, AC_OUT_STOP},
    {"ExceededQuota", "", 400, AC_OUT_STOP, AC_OUT_STOP},
    {"EXCEEDEDQUOTA", "", 400, AC_OUT_STOP, AC_OUT_STOP},
    {"LICENSE_LIMIT_EXCEEDED", "", 400, AC_OUT_STOP, AC_OUT_STOP},
    {"API_DISABLED_FOR_ORG", "", 403, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"PI_DISABLED_FOR_ORG", "", 403, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"FUNCTIONALITY_NOT_ENABLED", "", 403, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"FEATURENOTENABLED", "", 403, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"FeatureNotEnabled", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"INSUFFICIENT_ACCESS", "", 403, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"INVALID_TYPE", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"GONE", "", 410, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"Gone", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"UNSUPPORTED_API_VERSION", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"INVALID_VERSION", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"InvalidVersion", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"ORG_LOCKED", "", 403, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"TRIAL_EXPIRED", "", 403, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"INVALID_LOGIN", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"PASSWORD_LOCKOUT", "", 403, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"INVALID_OPERATION_WITH_EXPIRED_PASSWORD", "", 403, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"LOGIN_DURING_RESTRICTED_TIME", "", 403, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"LOGIN_MUST_USE_SECURITY_TOKEN", "", 403, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"LOGIN_RATE_EXCEEDED", "", 403, AC_OUT_RETRY, AC_OUT_RETRY},
    {"TXN_SECURITY_NO_ACCESS", "", 403, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"TransactionSecurityBlock", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"InvalidBatch", "Field name not found : X__c", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"InvalidEntity", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"InvalidOperation", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"InvalidUrl", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"InvalidUser", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"UnsupportedContentType", "", 415, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"HttpsRequired", "", 403, AC_OUT_CONFIG, AC_OUT_CONFIG},
    // The token endpoint
    {"invalid_grant", "authentication failure", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"invalid_grant", "login rate exceeded", 400, AC_OUT_RETRY, AC_OUT_RETRY},
    {"invalid_client_id", "client identifier invalid", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"invalid_client", "invalid client credentials", 401, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"invalid_request", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"invalid_something_new", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"unsupported_grant_type", "grant type not supported", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"unauthorized_client", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"access_denied", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"inactive_user", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"inactive_org", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"rate_limit_exceeded", "", 400, AC_OUT_RETRY, AC_OUT_RETRY},
    {"server_error", "", 400, AC_OUT_RETRY_FEW, AC_OUT_RETRY_FEW},
    {"temporarily_unavailable", "", 400, AC_OUT_RETRY, AC_OUT_RETRY},
    // D
    {"INVALID_EXTERNAL_ID_FIELD_NAME", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"INVALID_ENTITY_FOR_UPSERT", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"INVALID_TYPE_FOR_OPERATION", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"UNSUPPORTED_DML", "", 400, AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"NOT_FOUND", "Provided external ID field does not exist or is not accessible: K__c", 404,
     AC_OUT_CONFIG, AC_OUT_CONFIG},
    {"NOT_FOUND", "The requested resource does not exist", 404, AC_OUT_REFUSED, AC_OUT_REFUSED},
    {"ALL_OR_NONE_OPERATION_ROLLED_BACK", "", 400, AC_OUT_INNOCENT, AC_OUT_INNOCENT},
    {"PROCESSING_HALTED", "", 400, AC_OUT_INNOCENT, AC_OUT_INNOCENT},
    {"DUPLICATE_VALUE",
     "duplicate value found: K__c duplicates value on record with id: a00000000000001", 400,
     AC_OUT_WHOLE, AC_OUT_RETRY_FEW},
    {"DUPLICATE_VALUE", "Duplicate external id specified: k1", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"DUPLICATE_EXTERNAL_ID", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"DUPLICATES_DETECTED", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"REQUIRED_FIELD_MISSING", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"INVALID_FIELD", "No such column", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"INVALID_FIELD", "Foreign key external ID: k not found for field E__c", 400, AC_OUT_WHOLE,
     AC_OUT_REFUSED},
    {"INVALID_FIELD_FOR_INSERT_UPDATE", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"STRING_TOO_LONG", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"INVALID_TYPE_ON_FIELD_IN_RECORD", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"NUMBER_OUTSIDE_VALID_RANGE", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"TOO_MANY_ENUM_VALUE", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"INVALID_EMAIL_ADDRESS", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"INVALID_CURRENCY_ISO", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"TEXT_DATA_OUTSIDE_SUPPORTED_CHARSET", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"JSON_PARSER_ERROR", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"MALFORMED_ID", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"INVALID_ID_FIELD", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"INVALID_CROSS_REFERENCE_KEY", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"INVALID_CROSS_REFERENCE_TYPE_FOR_FIELD", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"ENTITY_IS_DELETED", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"FIELD_CUSTOM_VALIDATION_EXCEPTION", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"FIELD_FILTER_VALIDATION_EXCEPTION", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"FIELD_INTEGRITY_EXCEPTION", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "caused by System.NullPointerException", 400,
     AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"INSUFFICIENT_ACCESS_OR_READONLY", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"INACTIVE_OWNER_OR_USER", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"TRANSFER_REQUIRES_READ", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"CANNOT_UPDATE_CONVERTED_LEAD", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"ENTITY_IS_LOCKED", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"ENTITY_IS_ARCHIVED", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"LIMIT_EXCEEDED", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"CUSTOM_CLOB_FIELD_LIMIT_EXCEEDED", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"EXCEEDED_MAX_SIZE_REQUEST", "", 413, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"EXCEEDED_ID_LIMIT", "", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"ClientInputError", "LineEnding is invalid on user data", 400, AC_OUT_WHOLE, AC_OUT_WHOLE},
    // Without records
    {"MALFORMED_QUERY", "", 400, AC_OUT_REFUSED, AC_OUT_REFUSED},
    {"MALFORMED_SEARCH", "", 400, AC_OUT_REFUSED, AC_OUT_REFUSED},
    {"INVALID_QUERY_LOCATOR", "", 400, AC_OUT_REFUSED, AC_OUT_REFUSED},
    {"BULK_API_ERROR", "Found multiple contents for job: <750000000000001>", 400, AC_OUT_OK,
     AC_OUT_REFUSED},
    {"BULK_API_ERROR", "something else", 400, AC_OUT_REFUSED, AC_OUT_REFUSED},
    {"API_ERROR", "", 400, AC_OUT_REFUSED, AC_OUT_REFUSED},
    {"InvalidJob", "", 400, AC_OUT_REFUSED, AC_OUT_REFUSED},
    {"INVALIDJOBSTATE", "", 400, AC_OUT_REFUSED, AC_OUT_REFUSED},
    // Never heard of
    {"A_CODE_OF_NEXT_YEAR", "whatever", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
    {"INVALID_NEXT_YEAR", "is no OAuth error", 400, AC_OUT_WHOLE, AC_OUT_REFUSED},
};

START_TEST(a_code_has_its_outcome) {
    enum ac_outcome call =
        ac_reply_classify(AC_HTTP_DONE, codes[_i].status, codes[_i].code, codes[_i].message);
    enum ac_outcome row = ac_reply_classify_row(codes[_i].code, codes[_i].message);
    ck_assert_msg(call == codes[_i].call, "%s (%s) as a call: %s", codes[_i].code,
                  codes[_i].message, ac_outcome_name(call));
    ck_assert_msg(row == codes[_i].row, "%s (%s) as a row: %s", codes[_i].code, codes[_i].message,
                  ac_outcome_name(row));
}
END_TEST

// A trigger wraps its cause in its message.
static const struct {
    const char *message;
    enum ac_outcome row;
} triggers[] = {
    {"AC_Trigger: execution of AfterInsert caused by: System.DmlException: Update failed. First "
     "exception on row 0; first error: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access",
     AC_OUT_LOCKED},
    {"caused by: SERVER_UNAVAILABLE", AC_OUT_RETRY},
    {"caused by: QUERY_TIMEOUT: too slow", AC_OUT_RETRY_FEW},
    {"(UNKNOWN_EXCEPTION)", AC_OUT_RETRY_FEW},
    {"caused by: STRING_TOO_LONG", AC_OUT_REFUSED},
    {"a row called MY_UNABLE_TO_LOCK_ROW", AC_OUT_REFUSED},
    {"a row called UNABLE_TO_LOCK_ROWS", AC_OUT_REFUSED},
    {"MY_UNABLE_TO_LOCK_ROW, but then UNABLE_TO_LOCK_ROW", AC_OUT_LOCKED},
    {"", AC_OUT_REFUSED},
};

START_TEST(a_trigger_is_judged_by_what_failed_in_it) {
    ck_assert_int_eq(
        ac_reply_classify_row("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", triggers[_i].message),
        triggers[_i].row);
}
END_TEST

START_TEST(only_a_triggers_message_is_searched) {
    ck_assert_int_eq(ac_reply_classify_row("FIELD_CUSTOM_VALIDATION_EXCEPTION",
                                           "UNABLE_TO_LOCK_ROW is no name for a queue"),
                     AC_OUT_REFUSED);
}
END_TEST

// --- statuses and ends ---------------------------------------------------------------------------

static const struct {
    int status;
    enum ac_outcome outcome;
} statuses[] = {
    {200, AC_OUT_OK},        {201, AC_OUT_OK},        {204, AC_OUT_OK},
    {300, AC_OUT_REFUSED},   {301, AC_OUT_CONFIG},    {302, AC_OUT_CONFIG},
    {303, AC_OUT_CONFIG},    {304, AC_OUT_UNCHANGED}, {307, AC_OUT_CONFIG},
    {308, AC_OUT_CONFIG},    {400, AC_OUT_WHOLE},     {401, AC_OUT_SESSION},
    {403, AC_OUT_CONFIG},    {404, AC_OUT_REFUSED},   {405, AC_OUT_CONFIG},
    {408, AC_OUT_RETRY},     {409, AC_OUT_REFUSED},   {410, AC_OUT_CONFIG},
    {412, AC_OUT_REFUSED},   {413, AC_OUT_WHOLE},     {414, AC_OUT_REFUSED},
    {415, AC_OUT_CONFIG},    {418, AC_OUT_REFUSED},   {420, AC_OUT_RETRY_FEW},
    {428, AC_OUT_REFUSED},   {429, AC_OUT_SLOW_DOWN}, {431, AC_OUT_REFUSED},
    {500, AC_OUT_RETRY_FEW}, {501, AC_OUT_RETRY_FEW}, {502, AC_OUT_RETRY},
    {503, AC_OUT_RETRY},     {504, AC_OUT_UNKNOWN},   {100, AC_OUT_UNKNOWN},
    {0, AC_OUT_UNKNOWN},
};

START_TEST(a_status_without_a_known_code_has_its_outcome) {
    ck_assert_int_eq(ac_reply_classify(AC_HTTP_DONE, statuses[_i].status, "", ""),
                     statuses[_i].outcome);
    ck_assert_int_eq(ac_reply_classify(AC_HTTP_DONE, statuses[_i].status, "NEVER_SEEN", "x"),
                     statuses[_i].outcome);
}
END_TEST

static const struct {
    enum ac_http_end end;
    enum ac_outcome outcome;
} ends[] = {
    {AC_HTTP_REFUSED, AC_OUT_RETRY},      {AC_HTTP_LOST, AC_OUT_UNKNOWN},
    {AC_HTTP_TIMEOUT, AC_OUT_UNKNOWN},    {AC_HTTP_TLS, AC_OUT_CONFIG},
    {AC_HTTP_BAD_REQUEST, AC_OUT_CONFIG}, {AC_HTTP_STOPPED, AC_OUT_UNKNOWN},
};

START_TEST(a_broken_connection_has_its_outcome_whatever_the_status) {
    ck_assert_int_eq(ac_reply_classify(ends[_i].end, 0, "", ""), ends[_i].outcome);
    ck_assert_int_eq(ac_reply_classify(ends[_i].end, 200, "", ""), ends[_i].outcome);
}
END_TEST

START_TEST(every_outcome_has_a_name_of_its_own) {
    const char *name = ac_outcome_name((enum ac_outcome)_i);
    ck_assert_str_ne(name, "?");
    for (int i = 0; i < _i; i++)
        ck_assert_str_ne(name, ac_outcome_name((enum ac_outcome)i));
}
END_TEST

// --- forms of an error ---------------------------------------------------------------------------

static const struct {
    const char *body, *code, *message, *fields;
} bodies[] = {
    {"[{\"message\":\"Session expired\",\"errorCode\":\"INVALID_SESSION_ID\"}]",
     "INVALID_SESSION_ID", "Session expired", ""},
    {"[{\"message\":\"m\",\"errorCode\":\"C\",\"fields\":[\"A__c\",\"B__c\"]}]", "C", "m",
     "A__c, B__c"},
    {"{\"message\":\"m\",\"errorCode\":\"C\"}", "C", "m", ""},
    {"{\"error\":\"invalid_grant\",\"error_description\":\"authentication failure\"}",
     "invalid_grant", "authentication failure", ""},
    {"{\"error\":\"invalid_grant\"}", "invalid_grant", "", ""},
    {"{\"success\":false,\"errors\":[{\"statusCode\":\"S\",\"message\":\"m\",\"fields\":[]}]}", "S",
     "m", ""},
    {"[{\"success\":false,\"errors\":[{\"statusCode\":\"S\",\"message\":\"m\"}]}]", "S", "m", ""},
    {"{\"exceptionCode\":\"E\",\"exceptionMessage\":\"m\"}", "E", "m", ""},
    {"[{\"errorCode\":\"FIRST\",\"message\":\"1\"},{\"errorCode\":\"SECOND\"}]", "FIRST", "1", ""},
    {"[{\"errorCode\":7,\"message\":{\"a\":1},\"fields\":\"F\"}]", "",
     "[{\"errorCode\":7,\"message\":{\"a\":1},\"fields\":\"F\"}]", ""},
    {"[{\"errorCode\":\"C\",\"fields\":[1,null,\"A\"]}]", "C", "", "A"},
    {"[{\"errorCode\":\"C\",\"message\":\"a\\u0000b\\nc\"}]", "C", "a b c", ""},
    {"[]", "", "[]", ""},
    {"", "", "", ""},
    {"not JSON\nat  all", "", "not JSON at all", ""},
    {"<html><head><title>Bad gateway</title><style>p{color:red}</style></head>\n<body "
     "onload=x()><SCRIPT>alert('<p>')</SCRIPT><h1>502</h1> try later</body></html>",
     "", "Bad gateway 502 try later", ""},
    {"<html", "", "", ""},
    {"<script>never closed", "", "", ""},
    {"{\"errorCode\":\"CUT", "", "{\"errorCode\":\"CUT", ""},
    {"ok\xFF\xFE", "", "ok", ""},
};

START_TEST(an_error_is_read_in_each_of_its_forms) {
    struct ac_reply_error e;
    ac_reply_error_parse(ac_str_of(bodies[_i].body), &e);
    ck_assert_str_eq(e.code, bodies[_i].code);
    ck_assert_str_eq(e.message, bodies[_i].message);
    ck_assert_str_eq(e.fields, bodies[_i].fields);
}
END_TEST

START_TEST(a_null_body_is_no_error_text) {
    struct ac_reply_error e;
    ac_reply_error_parse(AC_STR_NULL, &e);
    ck_assert_str_eq(e.code, "");
    ck_assert_str_eq(e.message, "");
}
END_TEST

static char *repeat(const char *what, size_t n) {
    size_t len = strlen(what);
    char *text = malloc(n * len + 1);
    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < n; i++)
        memcpy(text + i * len, what, len);
    text[n * len] = '\0';
    return text;
}

START_TEST(a_text_is_cut_at_two_hundred_characters) {
    char *text = repeat("\xC3\xA4", 1000);
    struct ac_reply_error e;
    ac_reply_error_parse(ac_str_of(text), &e);
    ck_assert_uint_eq(ac_str_chars(ac_str_of(e.message)), 200);
    ck_assert_uint_eq(ac_str_utf8_bad(ac_str_of(e.message)), strlen(e.message));
    free(text);
}
END_TEST

START_TEST(long_members_are_cut_at_whole_characters) {
    char *text = repeat("\xE2\x82\xAC", 1000);
    size_t len = strlen(text) + 200;
    char *body = malloc(len);
    struct ac_reply_error e;
    snprintf(body, len, "{\"errorCode\":\"%.99s\",\"message\":\"%s\"}", text, text);
    ac_reply_error_parse(ac_str_of(body), &e);
    ck_assert_uint_eq(strlen(e.code), 63);
    ck_assert_uint_eq(strlen(e.message), 510);
    free(body);
    free(text);
}
END_TEST

START_TEST(only_whole_field_names_are_listed) {
    char *names = repeat("\"Some_Field_Of_The_Object__c\",", 40), body[2000];
    struct ac_reply_error e;
    snprintf(body, sizeof body, "[{\"errorCode\":\"C\",\"fields\":[%s\"X\"]}]", names);
    ac_reply_error_parse(ac_str_of(body), &e);
    ck_assert_uint_le(strlen(e.fields), sizeof e.fields - 1);
    ck_assert(ac_str_starts(ac_str_of(e.fields), AC_STR("Some_Field_Of_The_Object__c, Some_")));
    ck_assert(ac_str_ends(ac_str_of(e.fields), AC_STR("__c, X")));
    free(names);
}
END_TEST

START_TEST(json_too_deep_is_taken_as_text) {
    char *deep = repeat("[", 100000);
    struct ac_reply_error e;
    ac_reply_error_parse(ac_str_of(deep), &e);
    ck_assert_str_eq(e.code, "");
    ck_assert_uint_eq(strlen(e.message), 200);
    free(deep);
}
END_TEST

START_TEST(json_with_too_many_values_is_taken_as_text) {
    char *many = repeat("1,", 100000);
    size_t len = strlen(many) + 100;
    char *body = malloc(len);
    struct ac_reply_error e;
    snprintf(body, len, "[{\"errorCode\":\"C\"},%s1]", many);
    ac_reply_error_parse(ac_str_of(body), &e);
    ck_assert_str_eq(e.code, "");
    free(body);
    free(many);
}
END_TEST

// --- Retry-After ---------------------------------------------------------------------------------

#define NOW_MS INT64_C(1606725294000) // Mon, 30 Nov 2020 08:34:54 GMT

static const struct {
    const char *header;
    int64_t wait_ms;
} waits[] = {
    {"", -1},
    {"0", 0},
    {"5", 5000},
    {" 120 ", 120000},
    {"604800", INT64_C(604800000)},
    {"604801", -1},
    {"-1", -1},
    {"99999999999999999999", -1},
    {"soon", -1},
    {"1.5", -1},
    {"Mon, 30 Nov 2020 08:34:54 GMT", 0},
    {"Mon, 30 Nov 2020 08:35:24 GMT", 30000},
    {"Mon, 30 Nov 2020 08:00:00 GMT", 0},
    {"Tue, 30 Nov 2021 08:34:54 GMT", -1},
};

START_TEST(retry_after_is_seconds_or_a_date) {
    ck_assert_int_eq(ac_reply_retry_after(waits[_i].header, NOW_MS), waits[_i].wait_ms);
}
END_TEST

// --- hints ---------------------------------------------------------------------------------------

static const struct {
    const char *code, *message, *word;
} hints[] = {
    {"FIELD_CUSTOM_VALIDATION_EXCEPTION", "insufficient privileges", "AC_Administrator"},
    {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type cannot be inserted", "may not create"},
    {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type cannot be updated", "may not change"},
    {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "AC.T: System.NullPointerException", "a trigger of"},
    {"invalid_grant", "authentication failure", "AccessToken"},
    {"invalid_grant", "request not supported on this domain", "My Domain"},
    {"invalid_grant", "expired access/refresh token", "SF_REFRESH_TOKEN"},
    {"invalid_grant", "expired authorization code", "clock"},
    {"invalid_grant", "audience is invalid", "test.salesforce.com"},
    {"invalid_grant", "Audience validation failed", "test.salesforce.com"},
    {"invalid_grant", "user hasn't approved this consumer", "pre-authori"},
    {"invalid_grant", "invalid assertion", "certificate"},
    {"invalid_client_id", "client identifier invalid", "SF_CONSUMER_KEY"},
    {"invalid_client", "", "SF_CONSUMER_SECRET"},
    {"unsupported_grant_type", "", "External Client App"},
    {"NOT_FOUND", "The requested resource does not exist", "SF_ADAPTER_NAMESPACE"},
    {"INVALID_TYPE", "", "SF_ADAPTER_NAMESPACE"},
    {"INVALID_FIELD", "No such column", "field-level security"},
    {"INVALID_FIELD", "Foreign key external ID: k not found", "load that first"},
    {"InvalidBatch", "Field name not found : X__c", "field-level security"},
    {"STORAGE_LIMIT_EXCEEDED", "", "storage"},
    {"REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", "24 hours"},
    {"REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests", "at once"},
    {"LOGIN_MUST_USE_SECURITY_TOKEN", "", "AccessToken"},
    {"GONE", "", "SF_VERSION"},
    {"BAD_ROW", "has 2 cells, the header has 5", "rejects export"},
    {"AMBIGUOUS_ID", "", "keep one"},
    {"FIELD_TOO_LONG", "has 9 bytes in cell 2, a cell may have 8", "FILE.csv"},
    {"UNCLOSED_QUOTE", "opens a quote in cell 2 that is not closed", "FILE.csv"},
    {"UNCLOSED_QUOTE", "has a text that is not closed at the end of line 2", "acload_row"},
    {"BAD_JSON", "line 3, column 4: '}' expected", "acload_row"},
    {"NO_JSON", "stands where a value could begin, yet is no JSON", "acload_row"},
    {"NOT_AN_OBJECT", "is a text, no object", "acload_row"},
    {"UNCLOSED_VALUE", "is not closed: the input ends before it does", "anew"},
    {"UNCLOSED_ARRAY", "the array is not closed", "anew"},
    {"TOO_DEEP", "is nested over 64 deep", "FILE.ndjson"},
    {"TOO_MANY_PARTS", "is made of over 9 values", "FILE.ndjson"},
    {"WRONG_TYPE", "/Queue is a number, not an object", "FILE.ndjson"},
    {"MISSING_VALUE", "/ContactId, by which the contact is found, is null", "FILE.ndjson"},
    {"MISSING_VALUE", "column Queue holds no name", "FILE.csv"},
    {"ROW_TOO_LONG", "has 9 bytes, a row may have 8", "--again"},
    {"BAD_ENCODING", "", "--again --encoding WINDOWS-1252"},
    {"BAD_ENCODING", "holds a NUL byte (at byte 4 of the input)", "--again --encoding UTF-16LE"},
    {"OUTCOME_UNKNOWN", "", "--unknown"},
};

START_TEST(a_hint_says_what_to_do) {
    const char *hint = ac_reply_hint(hints[_i].code, hints[_i].message);
    ck_assert_ptr_nonnull(hint);
    ck_assert_msg(strstr(hint, hints[_i].word) != NULL, "%s: %s", hints[_i].code, hint);
}
END_TEST

START_TEST(an_unknown_code_has_no_hint) {
    ck_assert_ptr_null(ac_reply_hint("A_CODE_OF_NEXT_YEAR", "x"));
    ck_assert_ptr_null(ac_reply_hint("", ""));
    ck_assert_ptr_null(ac_reply_hint("InvalidBatch", "another message"));
}
END_TEST

static const struct {
    const char *message, *value, *shown;
} quotes[] = {
    {"bad value for restricted picklist: VOICE", "VOICE", "bad value for restricted picklist: *"},
    {"Zoe (Zoe)", "Zoe", "* (*)"},
    {"Zoe, Zoey, aZoe, Zo\xC3\xAB, Zoe_1", "Zoe", "*, Zoey, aZoe, Zo\xC3\xAB, Zoe_1"},
    {"too large: +12025550123 (max 9)", "+12025550123", "too large: * (max 9)"},
    {"too large: A name that is cut", "A name that is cut off", "too large: *"},
    {"too large: A name", "A name that is cut off", "too large: A name"},
    {"Two words: Two", "Two words", "*: Two"},
    {"nothing of it", "", "nothing of it"},
    {"", "x", ""},
    {"x", "x", "*"},
};

START_TEST(a_value_that_a_message_quotes_is_hidden) {
    struct ac_reply_error error = {.code = "C"};
    snprintf(error.message, sizeof error.message, "%s", quotes[_i].message);
    ac_reply_error_hide(&error, ac_str_of(quotes[_i].value));
    ck_assert_str_eq(error.message, quotes[_i].shown);
}
END_TEST

START_TEST(no_value_hides_nothing) {
    struct ac_reply_error error = {.message = "as it was"};
    ac_reply_error_hide(&error, AC_STR_NULL);
    ck_assert_str_eq(error.message, "as it was");
}
END_TEST

static Suite *suite(void) {
    Suite *s = suite_create("org/reply");
    TCase *t = tcase_create("codes");
    tcase_add_loop_test(t, a_code_has_its_outcome, 0, (int)AC_N(codes));
    tcase_add_loop_test(t, a_trigger_is_judged_by_what_failed_in_it, 0, (int)AC_N(triggers));
    tcase_add_test(t, only_a_triggers_message_is_searched);
    tcase_add_loop_test(t, a_status_without_a_known_code_has_its_outcome, 0, (int)AC_N(statuses));
    tcase_add_loop_test(t, a_broken_connection_has_its_outcome_whatever_the_status, 0,
                        (int)AC_N(ends));
    tcase_add_loop_test(t, every_outcome_has_a_name_of_its_own, 0, AC_OUT_CONFIG + 1);
    suite_add_tcase(s, t);
    t = tcase_create("forms");
    tcase_add_loop_test(t, an_error_is_read_in_each_of_its_forms, 0, (int)AC_N(bodies));
    tcase_add_test(t, a_null_body_is_no_error_text);
    tcase_add_test(t, a_text_is_cut_at_two_hundred_characters);
    tcase_add_test(t, long_members_are_cut_at_whole_characters);
    tcase_add_test(t, only_whole_field_names_are_listed);
    tcase_add_test(t, json_too_deep_is_taken_as_text);
    tcase_add_test(t, json_with_too_many_values_is_taken_as_text);
    tcase_add_loop_test(t, a_value_that_a_message_quotes_is_hidden, 0, (int)AC_N(quotes));
    tcase_add_test(t, no_value_hides_nothing);
    suite_add_tcase(s, t);
    t = tcase_create("advice");
    tcase_add_loop_test(t, retry_after_is_seconds_or_a_date, 0, (int)AC_N(waits));
    tcase_add_loop_test(t, a_hint_says_what_to_do, 0, (int)AC_N(hints));
    tcase_add_test(t, an_unknown_code_has_no_hint);
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
