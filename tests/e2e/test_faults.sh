#!/bin/bash
# SPDX-License-Identifier: MIT
# Calls that fail: a selection of the fault matrix, and what people are told.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/matrix/matrix.sh
. "$(dirname "$0")/matrix/matrix.sh"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR

# --- of every class of fault, of every route ------------------------------------------------------

matrix_begin collections bulk insert half abort
matrix collections token refused ever
matrix collections upsert reset-after once
matrix collections upsert 401 ever
matrix collections upsert short once
matrix bulk create 429-after once
matrix bulk upload timeout once
matrix bulk close 504 once
matrix insert create 503 ever
matrix insert upload malformed once
matrix insert close reset-after once
matrix insert failed truncated once
matrix insert successful 500 ever
matrix half unprocessed 420 once

# --- the end of a day's calls ---------------------------------------------------------------------

run() {
    out=$("$ACLOAD" "$@" 2> err.txt)
    code=$?
    err=$(< err.txt)
}
counter() { sb GET //sandbox/counters | jq -c "$1"; }
many() { # rows: of a report that goes by collections, 200 a call
    echo 'Queue,StartInterval,EndInterval,Contacts handled'
    seq "$1" | sed 's/$/,2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z,7/'
}
many 500 > many.csv
config() { # members: one call at a time, no waiting
    echo '{"retry":{"base_ms":1,"max_ms":1},"limits":{"collections_in_flight":1'"${1-}"'}}' \
        > config.json
    rm -rf state
}
import=(import --json --config config.json --state state --region none many.csv)

sandbox_start --without $MX_QUEUES.Region__c --daily 10
config ',"api_share":40'
run "${import[@]}"
is at_its_share_of_the_day_acload_stops "$code" 3
is what_was_under_way_is_settled "$(jq -c '[.records.written, .records.refused]' <<< "$out") $(
    counter "[.records.$MX_QUEUES.created, .calls.collections_upsert]")" '[400,0] [400,2]'
like it_says_how_much_was_used_and_when_to_go_on "$err" \
    '*used 4 of its 10 API calls*(40 %)*limits.api_share*run again from * on*(API_SHARE)*'
hours=$((($(date -d "$(jq -r .run_again_from <<< "$out")" +%s) - $(date +%s) + 300) / 3600))
is the_time_to_go_on_is_told_to_machines "$hours" 1
config ',"api_share":100'
run "${import[@]}"
is with_a_larger_share_all_is_loaded "$code $(jq -c .run_again_from <<< "$out")" '0 null'

sandbox_start --without $MX_QUEUES.Region__c --daily 4
config ',"api_share":100'
run "${import[@]}"
is the_orgs_own_limit_stops_it_too "$code $(jq -c .records.written <<< "$out")" '3 400'
like the_orgs_words_and_when_to_go_on "$err" '*TotalRequests Limit exceeded*run again from *UTC*'

# --- an org that says how long it wants to be left alone ------------------------------------------

# Beyond what is waited for: nothing is tried until then, and the time is told.
declare -A routes=([login]='POST *oauth2/token' [describe]='GET *describe'
    [call]='PATCH *composite*')
for what in login describe call; do
    sandbox_start --without $MX_QUEUES.Region__c
    req POST //sandbox/faults "[{\"route\":\"${routes[$what]}\",\"status\":503,
        \"headers\":{\"Retry-After\":\"3600\"}}]"
    config
    run "${import[@]}"
    like "it_is_not_asked_again_before_its_time_$what" "$code $err" \
        '3 *run again from * UTC on: the org asks to be left alone until then (Retry-After)*'
    then=$(sed -n 's/.*run again from \(.* UTC\) on.*/\1/p' <<< "$err")
    is "the_time_is_the_orgs_$what" "$((($(date -d "$then" +%s) - $(date +%s) + 300) / 3600))" 1
    [ "$what" = call ] ||
        like "one_try_is_one_$what" "$err" '*gave up after 1 try, nothing is lost*'
done
hours=$((($(date -d "$(jq -r .run_again_from <<< "$out")" +%s) - $(date +%s) + 300) / 3600))
is machines_are_told_the_same "$hours" 1

# --- as many calls at once as the org takes -------------------------------------------------------

many 20000 > twenty.csv # a hundred calls
echo '{"retry":{"base_ms":5,"max_ms":20},"limits":{"collections_in_flight":8,
    "collections_max":100000}}' > config.json
rm -rf state
sandbox_start --without $MX_QUEUES.Region__c --concurrent 2
req POST //sandbox/faults '[{"route":"PATCH */composite/*","delay_ms":10}]'
run import --json --verbose --config config.json --state state --region none twenty.csv
is an_org_that_takes_two_at_once_gets_all "$code $(
    jq -c '[.records.created, .rows.rejected]' <<< "$out")" '0 [20000,0]'
limits=$(sed -n 's/.*at once.* limit=\([0-9]*\).*/\1/p' <<< "$err" | tr '\n' ' ')
like fewer_are_in_flight_then_more_again "$limits" '4 2 *3 *'
refused=$(($(counter .calls.collections_upsert) - 100))
is few_are_refused "$((refused > 0 && refused < 50))" 1
