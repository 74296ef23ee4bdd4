#!/bin/bash
# SPDX-License-Identifier: MIT
# What people meet with a first real org: each message says what to do, one mistake is told once.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR
Q=AC_HistoricalQueueMetrics__c A=AC_AgentPerformance__c

run() { # with a state directory of its own
    rm -rf state
    again "$@"
}
again() {
    out=$("$ACLOAD" "$@" --state state 2> err.txt)
    code=$?
    err=$(< err.txt)
}
counter() { sb GET //sandbox/counters | jq "$1"; }
plan() { req POST //sandbox/faults "$1"; }
n_rejects() { "$ACLOAD" rejects list --json --state state | wc -l; }
refuse() { # code message
    plan "[{\"route\":\"PATCH */composite/sobjects/*\",\"row_like\":\"*\",\"row_code\":\"$1\",
        \"row_message\":\"$2\"}]"
}
seq 450 | awk 'BEGIN { print "Queue,StartInterval,EndInterval,Contacts handled,Occupancy" }
    { print "Q" $1 ",2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z,1,2" }' > many.csv
head -n 4 many.csv > few.csv
org() { sandbox_start --without $Q.Region__c --without $A.Region__c "$@" && sb_login; }

# --- logging in -----------------------------------------------------------------------------------

org --shared-host
run import few.csv
like client_credentials_want_the_own_domain "$code $err" '2 *My Domain URL*SF_HOST*'
org --no-flow client_credentials
run import few.csv
like a_flow_that_is_switched_off "$code $err" '2 *External Client App*'
org
SF_CONSUMER_KEY=other run import few.csv
like an_unknown_app "$code $err" '2 *SF_CONSUMER_KEY*'
SF_CONSUMER_SECRET=other-secret run import few.csv
like a_wrong_secret "$code $err" '2 *SF_CONSUMER_SECRET does not belong*'
SF_USERNAME=integration@example.com SF_PASSWORD=sandbox-password run import few.csv
like a_missing_security_token "$code $err" '2 *security token follows the password*AccessToken*'
SF_REFRESH_TOKEN=used-up run import few.csv
like a_refresh_token_used_up "$code $err" '2 *authorise the app again*SF_REFRESH_TOKEN*'
SF_ACCESS_TOKEN=old-token run import few.csv
like a_token_that_has_expired "$code $err" '2 *token has expired*'
openssl genrsa -out key.pem 2048 2> /dev/null && chmod 600 key.pem
SF_USERNAME=integration@example.com SF_JWT_KEY_FILE=key.pem run import few.csv
like a_key_that_is_not_the_apps "$code $err" '2 *JWT*SF_*'
is nothing_was_sent "$(counter '.calls.collections_upsert // 0')" 0
SF_HOST=http://127.0.0.1:1 run check --json
like nobody_there "$code $(jq -r 'select(.check == "login") | .text' <<< "$out")" \
    '2 *check SF_HOST*HTTPS_PROXY*'

# --- objects and fields ---------------------------------------------------------------------------

org
SF_ADAPTER_NAMESPACE=other run import few.csv
like no_such_object "$code $err" '2 *package is installed*SF_ADAPTER_NAMESPACE*AC_Administrator*'
org --hide $Q.Occupancy__c
run import few.csv
like a_hidden_field "$code $err" '0 *1 column left out*hidden from this user*Occupancy*'
is it_is_told_once "$(grep -c 'hidden from this user' err.txt)" 1

# --- every record refused alike -------------------------------------------------------------------

org
refuse FIELD_CUSTOM_VALIDATION_EXCEPTION 'Not allowed.'
run import many.csv
like the_run_stops_with_one_explanation "$code $err" \
    "2 *for $Q were all refused alike: Not allowed (FIELD_CUSTOM*AC_Administrator*--keep-going*"
is it_is_one_message "$(grep -c 'Not allowed' err.txt) $(grep -c 'row rejected' err.txt)" '1 0'
is nothing_is_rejected "$(n_rejects)" 0
ok_if not_all_was_sent test "$(counter '.calls.collections_upsert')" -le 3
plan '[]'
again import --json many.csv
is mended_it_goes_on "$code $(jq -c '[.rows.sent, .rows.rejected]' <<< "$out")" '0 [450,0]'
refuse FIELD_CUSTOM_VALIDATION_EXCEPTION 'Not allowed.'
run import --json --keep-going many.csv
is keep_going_rejects_one_by_one "$code $(jq .rows.rejected <<< "$out") $(n_rejects)" '1 450 450'
echo '{"limits":{"collections_max":0,"poll_first_ms":1}}' > bulk.json
plan '[{"route":"PATCH */jobs/ingest/*","row_like":"*","row_message":"Not allowed.",
    "row_code":"FIELD_CUSTOM_VALIDATION_EXCEPTION"}]'
run import --config bulk.json many.csv
like so_does_a_run_by_bulk_jobs "$code $err" \
    '2 *the first 450 records for*refused alike: Not allowed (FIELD_CUSTOM*rejects retry*'
ok_if which_rejected_them_one_by_one eval '[[ $err != *--keep-going* ]]'
plan '[]'
again rejects retry --json --config bulk.json
is which_goes_on_with_its_rejects "$code $(jq -c '[.rows.sent, .rows.rejected]' <<< "$out")" \
    '0 [450,0]'
refuse UNABLE_TO_LOCK_ROW 'unable to obtain exclusive access to this record'
echo '{"retry":{"base_ms":1,"max_ms":1}}' > quick.json
run import --config quick.json many.csv
like locks_alone_pass_by_themselves "$code $err" '3 *refused alike*run again later*'
plan '[]'
again import --json many.csv
is so_they_did "$code $(jq -c '[.rows.sent, .rows.rejected]' <<< "$out")" '0 [450,0]'
refuse STRING_TOO_LONG 'Occupancy: data value too large: 2 (max length=0)'
run import many.csv
like the_orgs_words_are_shown_without_values "$code $err" '2 *: data value too large: \* (max*'
run import --log-values many.csv
like unless_they_may_be_shown "$code $err" '2 *: data value too large: 2 (max*'
refuse FIELD_CUSTOM_VALIDATION_EXCEPTION 'Not allowed.'
run import few.csv
is a_few_are_rejects_like_any "$code $(n_rejects)" '1 3'
plan '[{"route":"PATCH */composite/sobjects/*","row_like":"Q7*","row_code":"STRING_TOO_LONG"}]'
run import --json many.csv
is among_good_ones_they_are_rejects_too "$code $(n_rejects)" '1 11'

# --- the org is full, or has had enough -----------------------------------------------------------

org
refuse STORAGE_LIMIT_EXCEEDED 'storage limit exceeded by 2'
run import many.csv
like full_storage_stops_the_run "$code $err" '3 *data storage is full*delete old records*'
like it_says_so_without_values "$err" '*limit exceeded by \*;*'
is full_storage_rejects_nothing "$(n_rejects)" 0
plan '[]'
again import --json many.csv
is with_room_it_goes_on "$code $(jq .rows.sent <<< "$out")" '0 450'
org
plan '[{"route":"PATCH */jobs/ingest/*","row_like":"Q1*","row_code":"STORAGE_LIMIT_EXCEEDED"}]'
run import --json --config bulk.json many.csv
like so_it_does_by_bulk_jobs "$code $(jq -c '[.rows.sent, .rows.rejected]' <<< "$out") $err" \
    '3 \[339,0] *data storage is full*'
plan '[]'
again import --json --config bulk.json many.csv
is which_go_on_with_the_rest "$code $(jq .rows.rejected <<< "$out") $("$ACLOAD" status --json \
    --state state | jq -c '[.rows.sent, .rows.waiting]') $(counter .records.$Q.created)" \
    '0 0 [450,0] 450'
plan '[{"route":"PATCH */composite/sobjects/*","status":403,"code":"REQUEST_LIMIT_EXCEEDED",
    "message":"TotalRequests Limit exceeded."}]'
run import many.csv
like no_calls_left_stops_the_run "$code $err" '3 *TotalRequests*run again from*24 hours*'
is no_calls_left_rejects_nothing "$(n_rejects)" 0
org --daily 20
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do req GET /limits/; done
run import many.csv
like the_share_for_others_is_left_alone "$code $err$out" '3 *80 %*'
