// SPDX-License-Identifier: MIT
// The table that turns error codes into outcomes.
#include "org/reply.h"
#include <ctype.h>

// A code of the org, what its message must hold (NULL: anything), and what it means for the whole
// call or for a row inside an accepted call. The first line that fits decides, so a line with a
// text stands before the same code without one. A code ending in * stands for all that begin so.
struct meaning {
    const char *code;
    const char *text;
    enum ac_outcome call, row;
    bool is_nested; // also looked for in the message of a failed trigger or flow
};

#define BOTH(outcome) AC_OUT_##outcome, AC_OUT_##outcome, false
#define NESTED(outcome) AC_OUT_##outcome, AC_OUT_##outcome, true
#define DATA AC_OUT_WHOLE, AC_OUT_REFUSED, false // of one record; which one, bisecting tells

static const struct meaning meanings[] = {
    // A. Transient.
    {"UNABLE_TO_LOCK_ROW", NULL, NESTED(LOCKED)},
    {"SERVER_UNAVAILABLE", NULL, NESTED(RETRY)},
    {"API_CURRENTLY_DISABLED", NULL, NESTED(RETRY)},
    {"REQUEST_LIMIT_EXCEEDED", "Concurrent", BOTH(SLOW_DOWN)},
    {"REQUEST_RUNNING_TOO_LONG", NULL, AC_OUT_WHOLE, AC_OUT_RETRY_FEW, true},
    {"QUERY_TIMEOUT", NULL, NESTED(RETRY_FEW)},
    {"TOO_MANY_APEX_REQUESTS", NULL, NESTED(RETRY)},
    {"INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", NULL, NESTED(RETRY)},
    {"TERRITORY_REALIGN_IN_PROGRESS", NULL, NESTED(RETRY)},
    {"PLATFORM_EVENT_PUBLISHING_UNAVAILABLE", NULL, NESTED(RETRY)},
    {"PLATFORM_EVENT_PUBLISH_FAILED", NULL, NESTED(RETRY)},
    {"TEMPORARY_QUERY_MORE_FAILURE", NULL, NESTED(RETRY)},
    {"UNKNOWN_EXCEPTION", NULL, NESTED(RETRY_FEW)},
    {"INTERNAL_ERROR", NULL, NESTED(RETRY_FEW)},
    {"INVALID_SERVER_ERROR", NULL, NESTED(RETRY_FEW)},
    {"CANNOT_EXECUTE_FLOW_TRIGGER", "UNABLE_TO_LOCK_ROW", BOTH(RETRY_FEW)},
    {"Timeout", NULL, BOTH(RETRY_FEW)},
    {"TooManyLockFailure", NULL, BOTH(LOCKED)},
    {"InternalServerError", NULL, BOTH(RETRY_FEW)},
    {"Unknown", NULL, BOTH(RETRY_FEW)},

    // B. Log in again, once; some sessions are refused for what they are.
    {"INVALID_SESSION_ID", "not valid for use with the REST API", BOTH(CONFIG)},
    {"INVALID_SESSION_ID", "not attached to Agent", BOTH(CONFIG)},
    {"INVALID_SESSION_ID", NULL, BOTH(SESSION)},
    {"InvalidSessionId", NULL, BOTH(SESSION)},
    {"INVALID_AUTH_HEADER", NULL, BOTH(CONFIG)},

    // C. The end of the run: a limit, or something somebody must set right.
    {"REQUEST_LIMIT_EXCEEDED", NULL, BOTH(STOP)},
    {"STORAGE_LIMIT_EXCEEDED", NULL, BOTH(STOP)},
    {"EXCEEDED_QUOTA", NULL, BOTH(STOP)},
    {"ExceededQuota", NULL, BOTH(STOP)},
    {"LICENSE_LIMIT_EXCEEDED", NULL, BOTH(STOP)},
    {"API_DISABLED_FOR_ORG", NULL, BOTH(CONFIG)},
    {"PI_DISABLED_FOR_ORG", NULL, BOTH(CONFIG)}, // so printed on one page of the vendor's
    {"FUNCTIONALITY_NOT_ENABLED", NULL, BOTH(CONFIG)},
    {"FEATURENOTENABLED", NULL, BOTH(CONFIG)},
    {"INSUFFICIENT_ACCESS", NULL, BOTH(CONFIG)},
    {"INVALID_TYPE", NULL, BOTH(CONFIG)},
    {"GONE", NULL, BOTH(CONFIG)},
    {"UNSUPPORTED_API_VERSION", NULL, BOTH(CONFIG)},
    {"INVALID_VERSION", NULL, BOTH(CONFIG)},
    {"ORG_LOCKED", NULL, BOTH(CONFIG)},
    {"TRIAL_EXPIRED", NULL, BOTH(CONFIG)},
    {"INVALID_LOGIN", NULL, BOTH(CONFIG)},
    {"PASSWORD_LOCKOUT", NULL, BOTH(CONFIG)},
    {"INVALID_OPERATION_WITH_EXPIRED_PASSWORD", NULL, BOTH(CONFIG)},
    {"LOGIN_RATE_EXCEEDED", NULL, BOTH(RETRY)},
    {"LOGIN_*", NULL, BOTH(CONFIG)},
    {"TXN_SECURITY_*", NULL, BOTH(CONFIG)},
    {"TransactionSecurityBlock", NULL, BOTH(CONFIG)},
    {"InvalidBatch", NULL, BOTH(CONFIG)}, // a column the org does not know: so for every row
    {"InvalidEntity", NULL, BOTH(CONFIG)},
    {"InvalidOperation", NULL, BOTH(CONFIG)},
    {"InvalidUrl", NULL, BOTH(CONFIG)},
    {"InvalidUser", NULL, BOTH(CONFIG)},
    {"InvalidVersion", NULL, BOTH(CONFIG)},
    {"UnsupportedContentType", NULL, BOTH(CONFIG)},
    {"HttpsRequired", NULL, BOTH(CONFIG)},
    // The token endpoint writes its codes in small letters.
    {"invalid_grant", "login rate exceeded", BOTH(RETRY)},
    {"invalid_*", NULL, BOTH(CONFIG)},
    {"unsupported_*", NULL, BOTH(CONFIG)},
    {"unauthorized_client", NULL, BOTH(CONFIG)},
    {"access_denied", NULL, BOTH(CONFIG)},
    {"inactive_user", NULL, BOTH(CONFIG)},
    {"inactive_org", NULL, BOTH(CONFIG)},
    {"rate_limit_exceeded", NULL, BOTH(RETRY)},
    {"server_error", NULL, BOTH(RETRY_FEW)},
    {"temporarily_unavailable", NULL, BOTH(RETRY)},

    // D. Permanent for a row. A configuration error first: it is the same for all rows.
    {"INVALID_EXTERNAL_ID_FIELD_NAME", NULL, BOTH(CONFIG)},
    {"INVALID_ENTITY_FOR_UPSERT", NULL, BOTH(CONFIG)},
    {"INVALID_TYPE_FOR_OPERATION", NULL, BOTH(CONFIG)},
    {"UNSUPPORTED_DML", NULL, BOTH(CONFIG)},
    {"NOT_FOUND", "external ID field does not exist", BOTH(CONFIG)},
    {"NOT_FOUND", NULL, BOTH(REFUSED)},
    {"ALL_OR_NONE_OPERATION_ROLLED_BACK", NULL, BOTH(INNOCENT)},
    {"PROCESSING_HALTED", NULL, BOTH(INNOCENT)},
    // Somebody made the same new record a moment before: the next try updates it.
    {"DUPLICATE_VALUE", "on record with id", AC_OUT_WHOLE, AC_OUT_RETRY_FEW, false},
    {"DUPLICATE_VALUE", NULL, DATA},
    {"DUPLICATE_EXTERNAL_ID", NULL, DATA},
    {"DUPLICATES_DETECTED", NULL, DATA},
    {"REQUIRED_FIELD_MISSING", NULL, DATA},
    {"INVALID_FIELD", NULL, DATA},
    {"INVALID_FIELD_FOR_INSERT_UPDATE", NULL, DATA},
    {"STRING_TOO_LONG", NULL, DATA},
    {"INVALID_TYPE_ON_FIELD_IN_RECORD", NULL, DATA},
    {"NUMBER_OUTSIDE_VALID_RANGE", NULL, DATA},
    {"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", NULL, DATA},
    {"TOO_MANY_ENUM_VALUE", NULL, DATA},
    {"INVALID_EMAIL_ADDRESS", NULL, DATA},
    {"INVALID_CURRENCY_ISO", NULL, DATA},
    {"TEXT_DATA_OUTSIDE_SUPPORTED_CHARSET", NULL, DATA},
    {"JSON_PARSER_ERROR", NULL, DATA},
    {"MALFORMED_ID", NULL, DATA},
    {"INVALID_ID_FIELD", NULL, DATA},
    {"INVALID_CROSS_REFERENCE_KEY", NULL, DATA},
    {"INVALID_CROSS_REFERENCE_TYPE_FOR_FIELD", NULL, DATA},
    {"ENTITY_IS_DELETED", NULL, DATA},
    {"FIELD_CUSTOM_VALIDATION_EXCEPTION", NULL, DATA},
    {"FIELD_FILTER_VALIDATION_EXCEPTION", NULL, DATA},
    {"FIELD_INTEGRITY_EXCEPTION", NULL, DATA},
    {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", NULL, DATA}, // but see nested()
    {"CANNOT_EXECUTE_FLOW_TRIGGER", NULL, DATA},
    {"INSUFFICIENT_ACCESS_OR_READONLY", NULL, DATA},
    {"INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", NULL, DATA},
    {"INACTIVE_OWNER_OR_USER", NULL, DATA},
    {"TRANSFER_REQUIRES_READ", NULL, DATA},
    {"CANNOT_UPDATE_CONVERTED_LEAD", NULL, DATA},
    {"ENTITY_IS_LOCKED", NULL, DATA},
    {"ENTITY_IS_ARCHIVED", NULL, DATA},
    {"LIMIT_EXCEEDED", NULL, DATA},
    {"CUSTOM_CLOB_FIELD_LIMIT_EXCEEDED", NULL, DATA},
    {"EXCEEDED_MAX_SIZE_REQUEST", NULL, DATA}, // halves are smaller
    {"EXCEEDED_ID_LIMIT", NULL, DATA},
    {"ClientInputError", NULL, BOTH(WHOLE)}, // a job whose CSV has a line the org cannot read

    // Requests that carry no records.
    {"MALFORMED_QUERY", NULL, BOTH(REFUSED)},
    {"MALFORMED_SEARCH", NULL, BOTH(REFUSED)},
    {"INVALID_QUERY_LOCATOR", NULL, BOTH(REFUSED)},
    // A job takes one upload, so this refusal says that an upload whose answer was lost arrived.
    {"BULK_API_ERROR", "Found multiple contents for job", AC_OUT_OK, AC_OUT_REFUSED, false},
    {"BULK_API_ERROR", NULL, BOTH(REFUSED)},
    {"API_ERROR", NULL, BOTH(REFUSED)},
    {"InvalidJob", NULL, BOTH(REFUSED)},
    {"InvalidJobState", NULL, BOTH(REFUSED)},
};

// What a status means when no code is known.
static const struct {
    int status;
    enum ac_outcome outcome;
} statuses[] = {
    {300, AC_OUT_REFUSED}, // an external id that several records have
    {301, AC_OUT_CONFIG},  // another host: the token does not go there
    {302, AC_OUT_CONFIG},    {303, AC_OUT_CONFIG},
    {304, AC_OUT_UNCHANGED}, {307, AC_OUT_CONFIG},
    {308, AC_OUT_CONFIG},    {400, AC_OUT_WHOLE},
    {401, AC_OUT_SESSION},   {403, AC_OUT_CONFIG},
    {404, AC_OUT_REFUSED},   {405, AC_OUT_CONFIG},
    {408, AC_OUT_RETRY},     {409, AC_OUT_REFUSED},
    {410, AC_OUT_CONFIG},    {412, AC_OUT_REFUSED},
    {413, AC_OUT_WHOLE},     {414, AC_OUT_REFUSED},
    {415, AC_OUT_CONFIG},    {420, AC_OUT_RETRY_FEW}, // the edge knows no way to this host
    {428, AC_OUT_REFUSED},   {429, AC_OUT_SLOW_DOWN},
    {431, AC_OUT_REFUSED},   {500, AC_OUT_RETRY_FEW},
    {502, AC_OUT_RETRY},     {503, AC_OUT_RETRY},
    {504, AC_OUT_UNKNOWN}, // the gateway gave up waiting; the instance may have done it
};

static bool is_code(const char *pattern, const char *code) {
    size_t n = strlen(pattern);
    if (pattern[n - 1] == '*')
        return strncmp(pattern, code, n - 1) == 0;
    return strcasecmp(pattern, code) == 0; // the asynchronous codes come in both spellings
}

static const struct meaning *meaning_of(const char *code, const char *message) {
    if (!*code)
        return NULL;
    for (size_t i = 0; i < AC_N(meanings); i++) {
        const struct meaning *m = &meanings[i];
        if (is_code(m->code, code) && (!m->text || strcasestr(message, m->text)))
            return m;
    }
    return NULL;
}

static bool is_word_part(char c) { return isalnum((unsigned char)c) || c == '_'; }

static bool has_word(const char *text, const char *word) {
    size_t len = strlen(word);
    for (const char *at = text; (at = strstr(at, word)); at += len)
        if ((at == text || !is_word_part(at[-1])) && !is_word_part(at[len]))
            return true;
    return false;
}

// A trigger wraps what went wrong inside it: its own code says nothing of the cause.
static const struct meaning *nested(const char *code, const char *message) {
    if (strcmp(code, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY") != 0)
        return NULL;
    for (size_t i = 0; i < AC_N(meanings); i++)
        if (meanings[i].is_nested && has_word(message, meanings[i].code))
            return &meanings[i];
    return NULL;
}

static enum ac_outcome of_status(int status) {
    for (size_t i = 0; i < AC_N(statuses); i++)
        if (statuses[i].status == status)
            return statuses[i].outcome;
    if (status >= 500)
        return AC_OUT_RETRY_FEW;
    return status >= 300 ? AC_OUT_REFUSED : AC_OUT_UNKNOWN;
}

enum ac_outcome ac_reply_classify(enum ac_http_end end, int status, const char *code,
                                  const char *message) {
    switch (end) {
    case AC_HTTP_DONE:
        break;
    case AC_HTTP_REFUSED:
        return AC_OUT_RETRY;
    case AC_HTTP_LOST:
    case AC_HTTP_TIMEOUT:
    case AC_HTTP_STOPPED:
        return AC_OUT_UNKNOWN;
    case AC_HTTP_TLS:
    case AC_HTTP_BAD_REQUEST:
        return AC_OUT_CONFIG;
    }
    if (status >= 200 && status < 300)
        return AC_OUT_OK;
    const struct meaning *m = nested(code, message);
    if (!m)
        m = meaning_of(code, message);
    return m ? m->call : of_status(status);
}

enum ac_outcome ac_reply_classify_row(const char *code, const char *message) {
    const struct meaning *m = nested(code, message);
    if (!m)
        m = meaning_of(code, message);
    return m ? m->row : AC_OUT_REFUSED;
}

bool ac_reply_is_for_all(const char *code) {
    static const char *const codes[] = {
        "FIELD_CUSTOM_VALIDATION_EXCEPTION", // how a package says that a permission set is missing
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "INSUFFICIENT_ACCESS",
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        "INVALID_FIELD",
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "INACTIVE_OWNER_OR_USER",
        "NOT_FOUND"};
    for (size_t i = 0; i < AC_N(codes); i++)
        if (strcasecmp(codes[i], code) == 0)
            return true;
    return false;
}

bool ac_reply_is_of_object(const char *code) {
    static const char *const codes[] = {"NOT_FOUND",
                                        "INVALID_TYPE",
                                        "INVALID_TYPE_FOR_OPERATION",
                                        "INVALID_EXTERNAL_ID_FIELD_NAME",
                                        "INVALID_ENTITY_FOR_UPSERT",
                                        "UNSUPPORTED_DML",
                                        "INSUFFICIENT_ACCESS",
                                        "InvalidEntity",
                                        "InvalidBatch"};
    for (size_t i = 0; i < AC_N(codes); i++)
        if (strcasecmp(codes[i], code) == 0)
            return true;
    return false;
}

const char *ac_outcome_name(enum ac_outcome outcome) {
    switch (outcome) {
    case AC_OUT_OK:
        return "ok";
    case AC_OUT_CREATED:
        return "created";
    case AC_OUT_UPDATED:
        return "updated";
    case AC_OUT_UNCHANGED:
        return "unchanged";
    case AC_OUT_RETRY:
        return "retry";
    case AC_OUT_RETRY_FEW:
        return "retry a few times";
    case AC_OUT_SLOW_DOWN:
        return "slow down";
    case AC_OUT_LOCKED:
        return "locked";
    case AC_OUT_UNKNOWN:
        return "unknown";
    case AC_OUT_SESSION:
        return "session expired";
    case AC_OUT_WHOLE:
        return "refused whole";
    case AC_OUT_INNOCENT:
        return "rolled back";
    case AC_OUT_REFUSED:
        return "refused";
    case AC_OUT_STOP:
        return "stop";
    case AC_OUT_CONFIG:
        return "configuration";
    }
    return "?";
}
