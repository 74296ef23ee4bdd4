#!/bin/bash
# SPDX-License-Identifier: MIT
# The local org's own life: options, sessions, versions, limits, describe, counters.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

refused() { # word, option... : ends with 2, names the word on standard error
    local word=$1
    shift
    "$SANDBOX" "$@" > "$SB_DIR/out" 2> "$SB_DIR/err"
    [ $? -eq 2 ] && [[ $(< "$SB_DIR/err") == *"$word"* ]] && [ ! -s "$SB_DIR/out" ]
}

status_with() { # authorization header value: prints the status of a call
    req GET /limits '' "Authorization: $1"
    echo "$SB_STATUS"
}

# --- options --------------------------------------------------------------------------------------

help=$("$SANDBOX" --help)
for word in --port --schemas --db --discard --namespace --hide --without --faults lock_share; do
    like "the_help_tells_of_$word" "$help" "*$word*"
done
ok_if an_unknown_option_is_refused refused --nonsense --nonsense
ok_if a_number_out_of_range_is_refused refused --port --port=70000
ok_if a_number_that_is_none_is_refused refused --daily --daily=many
ok_if a_missing_value_is_refused refused --db --db
ok_if a_folder_without_schemas_is_refused refused '; --schemas names the folder' \
    --schemas=/nonexistent
ok_if an_unknown_field_to_hide_is_refused refused Account.Nope__c --schemas "$AC_ROOT/schemas" \
    --hide=Account.Nope__c
ok_if a_missing_fault_plan_is_refused refused /nonexistent --schemas "$AC_ROOT/schemas" \
    --faults=/nonexistent

"$SANDBOX" --schemas "$AC_ROOT/schemas" > "$SB_DIR/said" &
pid=$!
for ((i = 0; i < 3000; i++)); do [ -s "$SB_DIR/said" ] && break || pause 0.01; done
like one_line_says_where_it_listens "$(< "$SB_DIR/said")" 'listening on http://127.0.0.1:+([0-9])'
kill -TERM $pid
wait $pid
is sigterm_ends_it_cleanly $? 0

# --- sessions -------------------------------------------------------------------------------------

ready='00D5eB000000001!ready'
sandbox_start --token "$ready" --session-calls 3
is a_ready_token_works "$(status_with "Bearer $ready")" 200
is so_does_the_scheme_oauth "$(status_with "OAuth $ready")" 200
is a_wrong_token_is_401 "$(status_with "Bearer $ready.")" 401
is another_scheme_is_401 "$(status_with 'Digest x')" 401
is an_empty_bearer_is_401 "$(status_with 'Bearer ')" 401
is a_session_ends_after_its_calls "$(status_with "Bearer $ready") $(status_with "Bearer $ready")" \
    '200 401'
req GET /limits
is the_error_says_so "$SB_STATUS $SB_BODY" \
    '401 [{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]'
sb_login
like a_new_login_gives_a_new_session "$SB_TOKEN" '00D+([A-Za-z0-9])!+([A-Za-z0-9])'

sandbox_start
sb_login
req POST //sandbox/expire
req GET /limits
is sessions_can_be_ended_from_outside "$SB_STATUS" 401

# --- paths, versions, limits ----------------------------------------------------------------------

SB_TOKEN=''
req GET //services/data/
like versions_need_no_login "$SB_STATUS $SB_BODY" '200 *"version":"31.0"}*"version":"66.0"}]'
like v62_is_winter_25 "$SB_BODY" "*{\"label\":\"Winter '25\",\"url\":\"/services/data/v62.0\"*"
sb_login
req GET ///services/data
is two_slashes_do_no_harm "$SB_STATUS" 200
req GET //services/data/v30.0/limits
like a_retired_version_is_gone "$SB_STATUS $SB_BODY" '410 *GONE*'
req GET //services/data/v67.0/limits
is a_version_to_come_is_404 "$SB_STATUS" 404
req GET //services/data/v40.0/jobs/ingest
is a_resource_is_as_old_as_its_version "$SB_STATUS" 404
req GET /
like the_resources_are_listed "$SB_BODY" '*"sobjects":"/services/data/v62.0/sobjects"*'
req PUT /limits x
like a_wrong_method_is_405 "$SB_STATUS $SB_BODY" '405 *Allowed are GET*METHOD_NOT_ALLOWED*'
req GET /nothing/here
is an_unknown_path_is_404 "$SB_STATUS $SB_BODY" \
    '404 [{"message":"The requested resource does not exist","errorCode":"NOT_FOUND"}]'
printf -v long '%16300s' ''
req GET "/limits?x=${long// /a}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
is a_long_uri_is_414 "$SB_STATUS" 414
req GET /limits '' "X: ${long// /a}"
is long_headers_are_431 "$SB_STATUS" 431
req POST /sobjects/Account '{}' 'Content-Type: text/plain'
is another_media_type_is_415 "$SB_STATUS" 415
req GET /limits
like every_call_tells_the_usage "$SB_HEAD" *$'\nSforce-Limit-Info: api-usage=+([0-9])/100000\n'*
is a_reply_is_packed_when_asked "$(curl -s -H "Authorization: Bearer $SB_TOKEN" \
    -H 'Accept-Encoding: gzip' "$SB_DATA/sobjects/Account/describe" | gunzip -c | head -c 20)" \
    '{"actionOverrides":['
gzip -c <<< '{"Name":"packed"}' > "$SB_DIR/packed"
is a_request_may_be_packed "$(curl -s -o /dev/null -w '%{http_code}' \
    -H "Authorization: Bearer $SB_TOKEN" -H 'Content-Type: application/json' \
    -H 'Content-Encoding: gzip' --data-binary "@$SB_DIR/packed" "$SB_DATA/sobjects/Account")" 201
is connections_are_kept "$(curl -s -o /dev/null -o /dev/null -w '%{num_connects} ' \
    -H "Authorization: Bearer $SB_TOKEN" "$SB_DATA/limits" "$SB_DATA/nothing")" '1 0 '

sandbox_start --daily 2 --max-body 1000
sb_login
req GET /limits
req GET /limits
like remaining_calls_are_counted "$SB_BODY" '*"DailyApiRequests":{"Max":2,"Remaining":0}*'
req GET /limits
is the_daily_limit_is_403 "$SB_STATUS $SB_BODY" \
    '403 [{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]'
ok_if logins_are_not_counted sb_login
req POST //sandbox/reset
req POST /sobjects/Account "{\"Name\":\"${long:0:2000}\"}"
is a_large_body_is_413 "$SB_STATUS" 413

printf '[{"route":"GET *limits","delay_ms":300}]' > "$SB_DIR/slow.json"
sandbox_start --concurrent 1 --faults "$SB_DIR/slow.json"
sb_login
for i in 1 2; do (
    trap - EXIT
    sb GET /limits > "$SB_DIR/call.$i"
) & calls[i]=$!; done
wait "${calls[@]}"
like too_many_calls_at_once_are_403 "$(< "$SB_DIR/call.1")$(< "$SB_DIR/call.2")" \
    *'ConcurrentRequests (Concurrent API Requests) Limit exceeded.'*
like but_not_all_of_them "$(< "$SB_DIR/call.1")$(< "$SB_DIR/call.2")" '*DailyApiRequests*'

# --- describe -------------------------------------------------------------------------------------

sandbox_start --schemas "$AC_ROOT/tests/sandbox/objects" --namespace amazonconnect \
    --hide Thing__c.Hidden__c --without AC_HistoricalQueueMetrics__c.Region__c
sb_login
req GET /sobjects
for name in Account Thing__c User amazonconnect__AC_AgentPerformance__c; do
    like "the_list_has_$name" "$SB_BODY" "*\"name\":\"$name\"*"
done
req GET /sobjects/AC_HistoricalQueueMetrics__c/describe
is without_its_namespace_an_object_is_404 "$SB_STATUS" 404
req GET /sobjects/amazonconnect__ac_historicalqueuemetrics__C/describe
queue=$SB_BODY
like names_are_matched_without_case "$queue" \
    '*"name":"amazonconnect__AC_HistoricalQueueMetrics__c"*'
like fields_carry_the_namespace "$queue" '*"name":"amazonconnect__AC_Record_Id__c"*'
key=${queue#*'"label":"AC Record Id"'}
like the_key_is_unique_and_blind_to_case "$key" \
    ',"length":80,"name":"amazonconnect__AC_Record_Id__c"*"type":"string","unique":true,*'
is a_field_left_out_is_not_there "${queue//Region__c/}" "$queue"
req GET /sobjects/Thing__c/describe
is a_hidden_field_is_not_there "${SB_BODY//Hidden__c/}" "$SB_BODY"
like picklists_have_values "$SB_BODY" '*"label":"Red","validFor":null,"value":"Red"}*'
like references_name_their_objects "$SB_BODY" '*"referenceTo":?"Parent__c","Contact"?*'
modified=${SB_HEAD#*Last-Modified: }
modified=${modified%%$'\n'*}
req GET /sobjects/Thing__c/describe '' "If-Modified-Since: $modified"
is nothing_new_is_304 "$SB_STATUS$SB_BODY" 304
req GET /sobjects '' "If-Modified-Since: $modified"
is the_list_knows_304_too "$SB_STATUS" 304
req GET /sobjects/Thing__c/describe '' 'If-Modified-Since: Mon, 30 Nov 2020 08:34:54 GMT'
is something_new_is_200 "$SB_STATUS" 200
req GET /sobjects/Thing__c
like an_object_tells_its_urls "$SB_BODY" \
    '*"describe":"/services/data/v62.0/sobjects/Thing__c/describe"*'

# --- counters -------------------------------------------------------------------------------------

req POST //sandbox/reset
req GET /limits
req GET /limits
req GET //services/data
req GET //sandbox/counters
like calls_are_counted_by_route "$SB_BODY" \
    '{"calls":{"versions":1,"limits":2},"total":3,"api":2,"statuses":{"2xx":3},*'
