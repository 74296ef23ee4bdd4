// SPDX-License-Identifier: MIT
// What people can do about an error code.
#include "org/reply.h"

#define MEND "acload rejects export FILE.csv, mend them there, acload import FILE.csv"

#define MEND_JSON "acload rejects export FILE.ndjson, mend them there, acload import FILE.ndjson"
// Its export has only the text, so members must be put beside that.
#define DAMAGED                                                                                    \
    "get the input anew and import that; or acload rejects export FILE.ndjson, write the members " \
    "that it should have beside acload_row, acload import FILE.ndjson"

#define REFUSED_ANEW                                                                               \
    "the org refuses the session that it has just given: look in Setup at Session Settings "       \
    "(sessions locked to the IP address they began from, where a proxy changes it), at the user "  \
    "(frozen? permission \"API Enabled\"? IP ranges and login hours of its profile) and at the "   \
    "app's policies (IP relaxation)"

// The first line whose code is the same, and whose text the message holds, is shown.
static const struct {
    const char *code, *text, *hint;
} hints[] = {
    // Logging in.
    {"invalid_grant", "not supported on this domain",
     "client credentials work only at the org's own My Domain URL (https://….my.salesforce.com): "
     "set SF_HOST to it"},
    {"invalid_grant", "expired access/refresh token",
     "the refresh token was revoked, or used up by another program: authorise the app again and "
     "set the new SF_REFRESH_TOKEN"},
    {"invalid_grant", "expired authorization code",
     "the assertion was too old on arrival: set this machine's clock right"},
    {"invalid_grant", "audience",
     "the audience does not fit the org: https://login.salesforce.com for production, "
     "https://test.salesforce.com for a sandbox; set it where it cannot be told from SF_HOST"},
    {"invalid_grant", "approved",
     "this user may not use the app yet: pre-authorise it (External Client App Manager, Policies, "
     "\"Admin approved users are pre-authorized\") and assign the user's permission set or "
     "profile"},
    {"invalid_grant", "assertion",
     "the key does not fit: upload the certificate of SF_JWT_KEY_FILE to the app, and check that "
     "SF_CONSUMER_KEY is that app's"},
    {"invalid_grant", NULL,
     "check user name and password; unless the org trusts this machine's address, the security "
     "token follows the password directly (in the secret of the vendor's Lambdas it is called "
     "AccessToken); look at the user's login history for a locked user, IP ranges or login hours"},
    {"invalid_client_id", NULL, "SF_CONSUMER_KEY is not the consumer key of an app in this org"},
    {"invalid_client", NULL,
     "SF_CONSUMER_SECRET does not belong to SF_CONSUMER_KEY, or was rotated"},
    {"unsupported_grant_type", NULL,
     "the app does not allow this flow: enable it in the External Client App's settings, or use "
     "another (client credentials are simplest); SF_HOST must begin with https"},
    {"inactive_user", NULL, "the user is inactive: activate it, or use another"},
    {"inactive_org", NULL, "the org is locked, closed or suspended"},
    {"LOGIN_MUST_USE_SECURITY_TOKEN", NULL,
     "the security token must follow the password directly (in the secret of the vendor's "
     "Lambdas it is called AccessToken)"},
    {"INVALID_SESSION_ID", "not valid for use with the REST API",
     "the session's level is not enough for the API: let the app ask for the scope api"},
    {"INVALID_SESSION_ID", AC_REFUSED_ANEW, REFUSED_ANEW},
    {"InvalidSessionId", AC_REFUSED_ANEW, REFUSED_ANEW},
    {"HTTP_401", AC_REFUSED_ANEW, REFUSED_ANEW},
    {"INVALID_SESSION_ID", NULL,
     "the token has expired or was revoked: get a new one, or let acload log in by itself"},
    // The way to the org.
    {"TLS", "subject name",
     "the certificate was made for another host: SF_HOST must be the name that stands in it"},
    {"TLS", "expired", "the certificate has expired, or this machine's clock is wrong"},
    {"TLS", "certificate",
     "no CA that this machine knows has signed the certificate: name the file with yours (that of "
     "a company's proxy, say) in SF_CA_BUNDLE; the check is never left out"},
    {"TLS", NULL, "is it https that is spoken there?"},
    {"REDIRECT", NULL,
     "redirects are not followed, since a token must not go to another host: set SF_HOST to the "
     "org's own My Domain URL"},
    {"NO_CONNECTION", NULL, "check SF_HOST, and whether this machine needs a proxy (HTTPS_PROXY)"},
    // The org or the user.
    {"API_DISABLED_FOR_ORG", NULL,
     "give the user the permission \"API Enabled\"; editions below Enterprise have no API"},
    {"PI_DISABLED_FOR_ORG", NULL,
     "give the user the permission \"API Enabled\"; editions below Enterprise have no API"},
    {"REQUEST_LIMIT_EXCEEDED", "Concurrent",
     "too many long calls at once; lower limits.collections_in_flight if it happens often"},
    {"REQUEST_LIMIT_EXCEEDED", NULL,
     "the org has used up its API calls of the last 24 hours; run again later, nothing is lost"},
    {"STORAGE_LIMIT_EXCEEDED", NULL,
     "the org's data storage is full: delete old records or buy storage, then run again"},
    {"EXCEEDED_QUOTA", NULL, "a quota of the org is used up; run again when it is free"},
    {"EXCEEDEDQUOTA", NULL, "a quota of the org is used up; run again when it is free"},
    {"GONE", NULL, "this API version is retired: set SF_VERSION to a newer one"},
    {"UNSUPPORTED_API_VERSION", NULL, "the org is older than SF_VERSION: set a lower one"},
    {"INVALID_TYPE", NULL,
     "the org has no such object, or the user may not see it: check that the package is installed "
     "and SF_ADAPTER_NAMESPACE (- for none)"},
    {"NOT_FOUND", NULL,
     "what was asked for is not there, or the user may not see it: for an object, check that the "
     "package is installed, SF_ADAPTER_NAMESPACE (- for none) and the permission set "
     "AC_Administrator"},
    {"INSUFFICIENT_ACCESS", NULL,
     "the user may not write this object: assign the permission set AC_Administrator"},
    {"FUNCTIONALITY_NOT_ENABLED", NULL, "the org does not have this feature switched on"},
    {"FEATURENOTENABLED", NULL, "the org does not have this feature switched on"},
    // Rows.
    {"FIELD_CUSTOM_VALIDATION_EXCEPTION", NULL,
     "a rule or trigger of the org refused it; when every row of an object of the package fails "
     "so, the user lacks the permission set AC_Administrator"},
    {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "cannot be inserted",
     "this user may not create records of that object: assign the permission set AC_Administrator, "
     "or one with Create on it"},
    {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "cannot be updated",
     "this user may not change records of that object: assign the permission set AC_Administrator, "
     "or one with Edit on it"},
    {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", NULL,
     "a trigger of the org failed on this record; its message says why"},
    {"INVALID_FIELD", "Foreign key external ID",
     "the record it refers to is not in the org: load that first, then retry these rows"},
    {"INVALID_FIELD", NULL,
     "the org has no such field, or field-level security hides it from this user"},
    {"InvalidBatch", "Field name not found",
     "the org has no such field, or field-level security hides it from this user"},
    {"INVALID_FIELD_FOR_INSERT_UPDATE", NULL, "the field is read-only for this user"},
    {"INSUFFICIENT_ACCESS_OR_READONLY", NULL,
     "the user may not change this record: it belongs to somebody else, or is locked"},
    {"INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", NULL,
     "the user may not see the record that this one refers to"},
    {"UNABLE_TO_LOCK_ROW", NULL,
     "others kept changing the same records; retry these rows at a quieter time"},
    {"DUPLICATE_EXTERNAL_ID", NULL,
     "several records in the org have this key: delete all but one, and make the field unique"},
    {"DUPLICATES_DETECTED", NULL, "a duplicate rule of the org refused it"},
    {"STRING_TOO_LONG", NULL, "shorten the value, or lengthen the field in the org"},
    {"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", NULL,
     "add the value to the picklist, or take its restriction off"},
    {"REQUIRED_FIELD_MISSING", NULL, "the org wants a value in these fields"},
    {"INACTIVE_OWNER_OR_USER", NULL, "the owner is inactive: activate that user or name another"},
    // Rows that were judged before they were sent.
    {"BAD_ROW", NULL, MEND},
    {"FIELD_TOO_LONG", NULL, "shorten the cell: " MEND},
    {"UNCLOSED_QUOTE", "cell", "close the quote, or double it: " MEND},
    {"UNCLOSED_QUOTE", NULL, "the JSON is damaged there: " DAMAGED},
    {"BAD_JSON", NULL, "the JSON is damaged there: " DAMAGED},
    {"NO_JSON", NULL, "what stands there is no JSON: " DAMAGED},
    {"NOT_AN_OBJECT", NULL, "a row is a JSON object: " DAMAGED},
    {"UNCLOSED_VALUE", NULL, "the end of the input is missing: " DAMAGED},
    {"UNCLOSED_ARRAY", NULL, "the end of the input is missing: get it anew and import that"},
    {"TOO_DEEP", NULL, "take out of it what nobody needs: " MEND_JSON},
    {"TOO_MANY_PARTS", NULL, "take out of it what nobody needs: " MEND_JSON},
    {"WRONG_TYPE", NULL,
     "whatever wrote it put another kind of value there than Amazon Connect does: " MEND_JSON},
    {"MISSING_VALUE", "/", "fill it in: " MEND_JSON},
    {"MISSING_VALUE", NULL, "fill it in: " MEND},
    {"ROW_TOO_LONG", NULL,
     "shorten the row in its input, or leave it out, then: acload import --again INPUT"},
    {"INVALID_NUMBER", NULL, MEND},
    {"INVALID_DATE", NULL, MEND},
    {"AMBIGUOUS_ID", NULL, "keep one of the two: " MEND},
    {"BAD_ENCODING", "NUL byte",
     "the input is damaged (get it anew), or UTF-16 without a mark: acload import --again "
     "--encoding UTF-16LE INPUT"},
    {"BAD_ENCODING", NULL,
     "the input is not UTF-8: say what it is, acload import --again --encoding WINDOWS-1252 INPUT"},
    {"OUTCOME_UNKNOWN", NULL,
     "nobody can tell whether it was inserted: look in the org, then retry with --unknown, or drop "
     "it"},
};

const char *ac_reply_hint(const char *code, const char *message) {
    for (size_t i = 0; i < AC_N(hints); i++)
        if (strcasecmp(hints[i].code, code) == 0 &&
            (!hints[i].text || strcasestr(message, hints[i].text)))
            return hints[i].hint;
    return NULL;
}
