#!/bin/bash
# SPDX-License-Identifier: MIT
# The fault plan of the local org.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_start --schemas "$AC_ROOT/tests/sandbox/objects" --seed 7
sb_login

plan() { req POST //sandbox/faults "$1"; }
refused() { # name pattern plan
    plan "$3"
    like "$1" "$SB_STATUS $SB_BODY" "400 *$2*"
}
upsert() { # key...
    local rows='' k
    for k in "$@"; do
        rows+=",{\"attributes\":{\"type\":\"Thing__c\"},\"Ext__c\":\"$k\",\"Need__c\":\"n\"}"
    done
    req PATCH /composite/sobjects/Thing__c/Ext__c "{\"records\":[${rows#,}]}"
}
count() {
    soql "SELECT COUNT() FROM Thing__c${1:+ WHERE Ext__c = '$1'}"
    member totalSize
}
statuses() { # n path: the statuses of n calls
    local i
    REPLY=''
    for ((i = 0; i < $1; i++)); do req GET "$2" && REPLY+="$SB_STATUS "; done
}
curl_code() { # option... : what curl thinks of the call
    curl -s -o "$SB_DIR/out" -H "Authorization: Bearer $SB_TOKEN" "$@"
    echo $?
}

# --- which calls ----------------------------------------------------------------------------------

plan '[{"route":"GET *limits","nth":2,"status":503,"headers":{"Retry-After":"7"}}]'
is a_plan_is_taken "$SB_STATUS" 200
statuses 3 /limits
is the_nth_call "$REPLY" '200 503 200 '
plan '[{"route":"GET *limits","every":2,"times":2,"status":500}]'
statuses 7 /limits
is every_second_call_some_times "$REPLY" '200 500 200 500 200 200 200 '
plan '[{"route":"GET *limits","share":0.5,"seed":3,"status":500}]'
statuses 12 /limits
first=$REPLY
plan '[{"route":"GET *limits","share":0.5,"seed":3,"status":500}]'
statuses 12 /limits
is a_share_is_repeated_by_its_seed "$REPLY" "$first"
like and_is_neither_none_nor_all "$REPLY" '*@(200*500|500*200)*'
plan '[{"route":"POST *","status":500},{"route":"GET */limits","status":504},{"status":502}]'
statuses 1 /limits
is the_first_rule_that_fires "$REPLY" '504 '
statuses 1 /sobjects
is a_rule_without_route_is_for_all "$REPLY" '502 '
req GET //sandbox/faults
like hits_are_counted "$SB_BODY" '*"matched":0,"fired":0*"matched":1,"fired":1*'
plan '[{"route":"POST /services/oauth2/token","status":400,"body":{"error":"invalid_grant","error'\
'_description":"authentication failure"}}]'
req POST //services/oauth2/token x
is logins_may_fail "$SB_STATUS $SB_BODY" \
    '400 {"error":"invalid_grant","error_description":"authentication failure"}'
plan '[]'

# --- what they get --------------------------------------------------------------------------------

answer() { # name plan-members status pattern
    plan "[{\"route\":\"GET *limits\",$2}]"
    req GET /limits
    like "$1" "$SB_STATUS $SB_BODY" "$3 $4"
}
answer expired_session '"status":401' 401 '*INVALID_SESSION_ID*'
answer concurrent_limit '"status":403' 403 '*ConcurrentRequests*'
answer daily_limit '"status":403,"code":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit e'\
'xceeded."' \
    403 '*"TotalRequests Limit exceeded."*'
answer no_route_at_the_edge '"status":420' 420 '<html>*'
answer too_many_requests '"status":429,"headers":{"Retry-After":"1"}' 429 '*'
like headers_are_added "$SB_HEAD" *$'\nRetry-After: 1\n'*
answer server_error '"status":500' 500 '*UNKNOWN_EXCEPTION*'
answer unavailable '"status":503' 503 '*SERVER_UNAVAILABLE*'
answer text_as_it_is '"status":200,"body":"{\"broken\":"' 200 '{"broken":'
answer a_code_alone_is_400 '"code":"QUERY_TIMEOUT","message":"x"' 400 '*QUERY_TIMEOUT*'
plan '[{"route":"PATCH *","nth":1,"status":500}]'
upsert a
count a
is nothing_is_done_by_default "$SB_STATUS $REPLY" '200 0'
plan '[{"route":"PATCH *","nth":1,"status":500,"commit":true}]'
upsert a
is unless_it_is_committed "$SB_STATUS" 500
count a
is then_it_is_there "$REPLY" 1
plan '[{"route":"PATCH *","nth":1,"cut":"before"},{"route":"PATCH *","nth":2,"cut":"after"}]'
upsert b
is a_cut_has_no_answer "$SB_STATUS" ''
count b
is a_cut_before_does_nothing "$REPLY" 0
upsert b
count b
is a_cut_after_has_done_it "$REPLY" 1
plan '[{"route":"GET *limits","cut":"after"}]'
is a_cut_is_a_reset "$(curl_code "$SB_DATA/limits")" 56
plan '[{"route":"GET *sobjects","truncate":100}]'
is a_truncated_answer_is_short "$(curl_code "$SB_DATA/sobjects") $(wc -c < "$SB_DIR/out")" '18 100'
plan '[{"route":"GET *limits","endless":true}]'
is an_endless_answer_does_not_end "$(curl -s -H "Authorization: Bearer $SB_TOKEN" \
    "$SB_DATA/limits" | head -c 3000000 | wc -c)" 3000000
plan '[{"route":"GET *limits","drip_ms":60000}]'
is a_dripping_answer_takes_long "$(curl_code --max-time 0.3 "$SB_DATA/limits")" 28
plan '[{"route":"GET *limits","delay_ms":60000}]'
is so_does_a_delayed_one "$(curl_code --max-time 0.3 "$SB_DATA/limits")" 28
plan '[{"route":"PATCH *","nth":1,"rows":-1},{"route":"PATCH *","nth":2,"rows":1}]'
upsert x y z
like results_may_be_missing "$SB_BODY" '?{"id"*},{"id"*}?'
like by_one "$SB_BODY" '!(*"id"*"id"*"id"*)'
upsert x y z
like or_too_many "$SB_BODY" '*"id"*"id"*"id"*"id"*'

# --- rows, jobs -----------------------------------------------------------------------------------

plan '[{"route":"PATCH *composite*","nth":1,"lock_share":1.0},{"route":"PATCH *composite*","lock_'\
'share":0.5}]'
upsert l1 l2
like rows_may_be_locked "$SB_STATUS $SB_BODY" '200 ?{*UNABLE_TO_LOCK_ROW*},{*UNABLE_TO_LOCK_ROW*}?'
upsert l1 l2 l3 l4 l5 l6 l7 l8 l9 l10 l11 l12
like or_a_share_of_them "$SB_BODY" '*"success":true*'
like of_them "$SB_BODY" '*UNABLE_TO_LOCK_ROW*'
plan '[{"route":"PATCH *","lock_share":1,"row_code":"STORAGE_LIMIT_EXCEEDED","row_message":"full"}]'
upsert l1
like or_fail_in_another_way "$SB_BODY" '*"statusCode":"STORAGE_LIMIT_EXCEEDED","message":"full"*'
plan '[{"route":"PATCH *","row_like":"*l2","row_code":"ENTITY_IS_LOCKED"}]'
upsert l1 l2 l3
like or_those_that_are_named "$SB_BODY" '?{"id"*},{*ENTITY_IS_LOCKED*},{"id"*}?'
job_of() { # plan members, rows: sets ended
    local csv='Ext__c,Need__c' i
    plan "[{\"route\":\"PATCH *jobs/ingest/*\",\"times\":1,$1}]"
    req POST /jobs/ingest '{"object":"Thing__c","operation":"upsert","externalIdFieldName":"Ext__'\
'c"}'
    member id
    job=$REPLY
    for ((i = 0; i < $2; i++)); do csv+=$'\n'"j$i,n"; done
    req PUT "/jobs/ingest/$job/batches" "$csv" 'Content-Type: text/csv'
    req PATCH "/jobs/ingest/$job" '{"state":"UploadComplete"}'
    for ((i = 0; i < ${3-2000}; i++)); do
        req GET "/jobs/ingest/$job"
        member state
        case $REPLY in JobComplete | Failed | Aborted) break ;; esac
        pause 0.005
    done
    ended=$REPLY
}
lines() { # file of results: data rows
    req GET "/jobs/ingest/$job/$1"
    local rest=${SB_BODY//[^$'\n']/}
    echo $((${#rest} - 1))
}
job_of '"lock_share":0.3' 400
locked=$(lines failedResults)
is a_job_may_have_locked_rows "$ended" JobComplete
ok_if about_as_many_as_asked_for test "$locked" -gt 60 -a "$locked" -lt 180
is the_others_are_written "$(lines successfulResults)" $((400 - locked))
job_of '"lock_share":1,"row_code":"ENTITY_IS_LOCKED","row_message":"x: y"' 1
req GET "/jobs/ingest/$job/failedResults"
like in_jobs_too "$SB_BODY" '*"ENTITY_IS_LOCKED:x: y:--"*'
job_of '"row_like":"j1*"' 30
is those_that_are_named_in_a_job "$ended $(lines failedResults)" 'JobComplete 11'
job_of '"job":"fail_half"' 1000
is a_job_may_fail_half_way "$ended" Failed
is some_rows_are_done "$(lines successfulResults) $(lines failedResults)"\
" $(lines unprocessedrecords)" \
    '400 0 600'
job_of '"job":"stick"' 10 20
is a_job_may_stick "$ended" InProgress
req PATCH "/jobs/ingest/$job" '{"state":"Aborted"}'
is until_it_is_aborted "$(lines unprocessedrecords)" 10

# --- plans that are none --------------------------------------------------------------------------

refused no_json 'line 1' '[{'
refused no_array 'array' '{}'
refused a_rule_is_an_object 'rule 1' '[1]'
refused an_unknown_member 'rule 1: statsu: no such member; known are route nth' '[{"statsu":500}]'
refused a_status_in_range 'rule 2: status' '[{"status":500},{"status":1000}]'
refused a_share_in_range 'share' '[{"share":2}]'
refused a_route_has_a_method 'route' '[{"route":"/limits"}]'
refused a_cut_has_a_side 'cut' '[{"cut":"off"}]'
refused a_header_is_text 'headers' '[{"headers":{"A":1}}]'
refused no_line_in_a_header 'headers' '[{"headers":{"A":"b\nc"}}]'
plan '[]'
statuses 1 /limits
is an_empty_plan_is_fine "$REPLY" '200 '

echo '[{"route":"GET *limits","status":503}]' > "$SB_DIR/plan.json"
sandbox_start --faults "$SB_DIR/plan.json"
sb_login
statuses 1 /limits
is a_plan_may_be_a_file "$REPLY" '503 '
plan '[]'
req POST //sandbox/reset
statuses 1 /limits
is a_reset_takes_it_again "$REPLY" '503 '
