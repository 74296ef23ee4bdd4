#!/bin/bash
# SPDX-License-Identifier: MIT
# Every way to log in to the local org, with what each refuses.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

form() { # name=value... : a request to the token endpoint
    local body='' f
    for f in "$@"; do
        sb_encode "${f#*=}"
        body+="${body:+&}${f%%=*}=$REPLY"
    done
    req POST //services/oauth2/token "$body" 'Content-Type: application/x-www-form-urlencoded'
}
oauth_error() { # name, error, description, name=value...
    form "${@:4}"
    is "$1" "$SB_STATUS $SB_BODY" "400 {\"error\":\"$2\",\"error_description\":\"$3\"}"
}
app=(client_id=sandbox-client client_secret=sandbox-secret)
me=username=integration@example.com
pass=password=sandbox-passwordSECURITY

openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=test -days 2 -keyout "$SB_DIR/key.pem" \
    -out "$SB_DIR/cert.pem" 2> /dev/null || not_ok a_key_can_be_made
sandbox_start --jwt-cert "$SB_DIR/cert.pem" --rotate

form grant_type=client_credentials "${app[@]}"
like client_credentials_log_in "$SB_STATUS $SB_BODY" \
    "200 *\"instance_url\":\"$SB_URL\"*\"token_type\":\"Bearer\",\"issued_at\":\"+([0-9])\"}"
is there_is_no_expires_in "${SB_BODY//expires_in/}" "$SB_BODY"
member access_token
first=$REPLY
like the_form_is_that_of_a_session_id "$first" '00D+([A-Za-z0-9])!+([A-Za-z0-9])'
form grant_type=password "${app[@]}" "$me" "$pass"
member access_token
is the_session_stays_the_same_while_it_lives "$REPLY" "$first"
like a_password_login_has_no_scope "$SB_BODY" '!(*"scope"*)'
req POST //services/oauth2/token grant_type=client_credentials \
    'Content-Type: application/x-www-form-urlencoded' \
    'Authorization: Basic c2FuZGJveC1jbGllbnQ6c2FuZGJveC1zZWNyZXQ='
member access_token
is basic_authorization_counts_as_much "$REPLY" "$first"
req POST "//services/oauth2/token?grant_type=password&client_id=sandbox-client&client_secret=sand"\
"box-secret&username=integration%40example.com&password=sandbox-passwordSECURITY" \
    null
member access_token
is the_query_string_counts_as_much "$REPLY" "$first"
oauth_error a_wrong_password_fails invalid_grant 'authentication failure' \
    grant_type=password "${app[@]}" "$me" password=x
oauth_error a_password_without_its_token_fails invalid_grant 'authentication failure' \
    grant_type=password "${app[@]}" "$me" password=sandbox-password
oauth_error an_unknown_user_fails invalid_grant 'authentication failure' \
    grant_type=password "${app[@]}" username=x "$pass"
oauth_error an_unknown_app_is_refused invalid_client_id 'client identifier invalid' \
    grant_type=client_credentials client_id=x client_secret=sandbox-secret
oauth_error a_wrong_secret_is_refused invalid_client 'invalid client credentials' \
    grant_type=client_credentials client_id=sandbox-client client_secret=x
oauth_error an_unknown_grant_is_refused unsupported_grant_type 'grant type not supported' \
    grant_type=magic "${app[@]}"
oauth_error no_grant_is_refused unsupported_grant_type 'grant type not supported' "${app[@]}"
is client_credentials_need_a_domain_of_their_own \
    "$(curl -s -H 'Host: login.salesforce.com' "$SB_URL/services/oauth2/token" \
        -d grant_type=client_credentials -d client_id=sandbox-client \
        -d client_secret=sandbox-secret)" \
    '{"error":"invalid_grant","error_description":"request not supported on this domain"}'

# --- refresh tokens -------------------------------------------------------------------------------

form grant_type=refresh_token refresh_token=sandbox-refresh client_id=sandbox-client
member refresh_token
fresh=$REPLY
like a_refresh_rotates_its_token "$SB_STATUS $fresh" '200 5Aep861*'
form grant_type=refresh_token "refresh_token=$fresh" "${app[@]}"
member refresh_token
like the_new_one_works_once "$SB_STATUS $REPLY" '200 5Aep861*'
newest=$REPLY
oauth_error an_old_refresh_token_is_dead invalid_grant 'expired access/refresh token' \
    grant_type=refresh_token refresh_token=sandbox-refresh "${app[@]}"
oauth_error and_its_reuse_ends_the_grant invalid_grant 'expired access/refresh token' \
    grant_type=refresh_token "refresh_token=$newest" "${app[@]}"

# --- JWT ------------------------------------------------------------------------------------------

b64() { base64 -w 0 | tr '+/' '-_' | tr -d =; }
jwt() { # audience, seconds until it expires, subject, algorithm
    local head body
    head=$(printf '{"alg":"%s"}' "${4-RS256}" | b64)
    body=$(printf '{"iss":"sandbox-client","sub":"%s","aud":"%s","exp":%d}' \
        "${3-integration@example.com}" "$1" $((EPOCHSECONDS + $2)) | b64)
    printf '%s.%s.%s' "$head" "$body" \
        "$(printf %s "$head.$body" | openssl dgst -sha256 -sign "$SB_DIR/key.pem" -binary | b64)"
}
bearer=grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer
good=$(jwt https://login.salesforce.com 180)
form $bearer "assertion=$good"
like a_signed_assertion_logs_in "$SB_STATUS $SB_BODY" '200 *access_token*'
oauth_error an_altered_assertion_is_invalid invalid_grant 'invalid assertion' \
    $bearer "assertion=${good/./A.}"
oauth_error another_algorithm_is_invalid invalid_grant 'invalid assertion' \
    $bearer "assertion=$(jwt https://login.salesforce.com 180 integration@example.com none)"
oauth_error a_wrong_audience_is_named invalid_grant 'audience is invalid' \
    $bearer "assertion=$(jwt https://example.com 180)"
oauth_error an_old_assertion_has_expired invalid_grant 'expired authorization code' \
    $bearer "assertion=$(jwt "$SB_URL" -5)"
oauth_error an_unknown_subject_has_not_approved invalid_grant \
    "user hasn't approved this consumer" $bearer "assertion=$(jwt "$SB_URL" 180 someone@else)"
for text in '' . .. ... a.b.c "$(printf '%5000s' '' | tr ' ' .)"; do
    form $bearer "assertion=$text"
    like "no_nonsense_is_an_assertion_${#text}" "$SB_BODY" '*invalid assertion*'
done

# --- the rest -------------------------------------------------------------------------------------

sandbox_start --no-flow password --no-flow jwt-bearer --shared-host --instance-url \
    https://example.com
oauth_error a_flow_can_be_off unsupported_grant_type 'grant type not supported' \
    grant_type=password "${app[@]}" "$me" "$pass"
oauth_error a_shared_host_has_no_client_credentials invalid_grant \
    'request not supported on this domain' grant_type=client_credentials "${app[@]}"
form grant_type=refresh_token refresh_token=sandbox-refresh "${app[@]}"
like without_rotation_the_token_stays "$SB_STATUS $SB_BODY" '200 !(*refresh_token*)'
like the_instance_may_be_elsewhere "$SB_BODY" '*"instance_url":"https://example.com"*'

sandbox_start
sb_login
req GET //services/oauth2/userinfo
like userinfo_names_the_user "$SB_BODY" '*"preferred_username":"integration@example.com"*'
member sub
req GET "/${REPLY#"$SB_URL"}"
like the_identity_url_answers "$SB_STATUS $SB_BODY" '200 *"organization_id":"00D5eB000000001EBA"*'
req GET //id/00D5eB000000001EBA/0055eB000000002ABA
is another_identity_is_404 "$SB_STATUS" 404
req POST //services/oauth2/revoke "token=$SB_TOKEN" \
    'Content-Type: application/x-www-form-urlencoded'
req GET /limits
is a_token_can_be_revoked "$SB_STATUS" 401

soap() { # username password
    req POST //services/Soap/u/61.0 "<?xml version=\"1.0\"?>
<se:Envelope xmlns:se=\"http://schemas.xmlsoap.org/soap/envelope/\"><se:Body>
<login xmlns=\"urn:partner.soap.sforce.com\"><username>$1</username><password>$2</password></login>
</se:Body></se:Envelope>" 'Content-Type: text/xml'
}
soap integration@example.com sandbox-password
like a_wrong_partner_login_is_a_fault "$SB_STATUS $SB_BODY" '500 *<sf:exceptionCode>INVALID_LOGIN<*'
soap integration@example.com sandbox-passwordSECURITY
SB_TOKEN=${SB_BODY#*<sessionId>}
SB_TOKEN=${SB_TOKEN%%</sessionId>*}
req GET /limits
is the_partner_login_gives_a_session "$SB_STATUS" 200
req POST //services/Soap/u/61.0 "<E><H><sessionId>$SB_TOKEN</sessionId></H><logout/></E>" \
    'Content-Type: text/xml'
is a_partner_logout_ends_it "$SB_STATUS $(req GET /limits && echo "$SB_STATUS")" '200 401'
req POST //services/Soap/u/61.0 '<describe/>' 'Content-Type: text/xml'
like another_partner_call_is_a_fault "$SB_STATUS $SB_BODY" '500 *<faultcode>*'
