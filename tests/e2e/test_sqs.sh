#!/bin/bash
# SPDX-License-Identifier: MIT
# acload hook --sqs: a worker, a queue that answers by a plan, the local org.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
: "${AC_PRELOADS:?the folder of hasten.so, which lets sleeps pass at once}"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR
export ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 # the preload stands before it
mkdir s3
sandbox_start --without AC_HistoricalQueueMetrics__c.Region__c --s3 "$TMPDIR/s3"
export AWS_ENDPOINT_URL=$SB_URL AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=secret
url=https://sqs.eu-west-1.amazonaws.com/123456789012/reports
cat > acload.json << END
{"state": "state", "region": "none", "grace": "20s",
 "retry": {"base_ms": 1, "max_ms": 5, "attempts": 3},
 "jobs": {"queues": {"inputs": "s3://reports/q/"}}}
END
export ACLOAD_CONFIG=$TMPDIR/acload.json

put() { # queue [cell]: an object with one row
    mkdir -p s3/reports/q
    printf 'Queue,StartInterval,EndInterval,Contacts handled\n%s,%s,%s,%s\n' "$1" \
        2031-03-04T16:00:00.000Z 2031-03-04T16:30:00.000Z "${2-7}" > "s3/reports/q/$1.csv"
}
named() { # queue [bucket]: the notification of its object
    local etag
    etag=$(md5sum < "s3/reports/q/$1.csv")
    jq -cn --arg k "q/$1.csv" --arg b "${2-reports}" --arg e "${etag%% *}" '{Records: [{
        eventVersion: "2.1", eventSource: "aws:s3", eventName: "ObjectCreated:Put",
        s3: {bucket: {name: $b}, object: {key: $k, size: 99, eTag: $e}}}]}'
}
test_message='{"Service": "Amazon S3", "Event": "s3:TestEvent"}'
removal='{"Records": [{"eventSource": "aws:s3", "eventName": "ObjectRemoved:Delete"}]}'
# What the queue says, one after the other: an answer with messages, of such that it was told to
# delete or to hide so many.
messages() { # body...
    jq -cn '{Messages: $ARGS.positional | to_entries | map({MessageId: "m\(.key)",
        ReceiptHandle: "r\(.key)", Body: .value, Attributes: {ApproximateReceiveCount: "2"}})}' \
        --args -- "$@"
}
done_all() { jq -cn --argjson n "$1" '{Successful: [range($n) | {Id: "\(.)"}], Failed: []}'; }
once='{"route":"POST /","times":1'
plan() { # answer... [-- rule...]
    local rules='' answers=()
    while [ $# -gt 0 ] && [ "$1" != -- ]; do answers+=("$1") && shift; done
    shift "$(($# > 0))"
    local a
    for a in "${answers[@]}"; do rules+=",$once,\"status\":200,\"body\":$a}"; done
    for a in "$@"; do rules+=",$a"; done
    req POST //sandbox/faults "[${rules#,}]"
}
# How often each rule fired.
asked() { sb GET //sandbox/faults | jq -c '[.[] | .fired] | join(" ")'; }
queues() { sb GET '//sandbox/records?object=AC_HistoricalQueueMetrics__c' |
    jq -rs 'map(.AC_Object_Name__c) | sort | join(",")'; }
# Of objects; those to the queue are among them.
gets() { sb GET //sandbox/counters | jq '.calls.s3 // 0'; }
run() {
    out=$("$ACLOAD" hook --sqs "$url" "$@" 2> err.txt)
    code=$?
    err=$(< err.txt)
}

# --- messages of every fate -----------------------------------------------------------------------

put one
plan "$(messages "$(named one)" "$test_message" "$removal" rubbish "$(named one elsewhere)")" \
    '{}' "$(done_all 3)" "$(done_all 2)"
run --once --log-format json
is what_is_poison_is_exit_4 "$code $(queues)" '4 one'
is the_others_are_deleted "$(asked)" '"1 1 1 1"'
is each_is_counted "$(jq -cs '.[] | select(.deleted) | [.deleted, .back, .rows, .tests, .others]' \
    err.txt)" '[3,2,1,1,1]'
is poison_is_named "$(jq -rs 'map(select(.received) | "\(.message) \(.received)") |
    join(",")' err.txt)" 'm3 2,m4 2'
like and_says_why "$err" '*NOT_AN_EVENT*message m3*NO_JOB*s3://elsewhere/q/one.csv*'
plan '{}'
run --once
is an_empty_queue_is_no_work "$code $out" '0 '
before=$(gets)
put two
plan "$(messages "$(named one)" "$(named two)" "$(named two)")" '{}' "$(done_all 3)"
run --once --json
is what_is_named_twice_is_fetched_once "$code $(($(gets) - before - 3)) $(queues)" '0 1 one,two'
is the_same_again_does_nothing \
    "$(jq -c '[.inputs.settled, .inputs.skipped, .rows.read]' <<< "$out")" '[1,1,1]'
is all_are_deleted "$(asked)" '"1 1 1"'
put two 8
plan "$(messages "$(named one)")" '{}' "$(done_all 1)" "$(messages "$(named two)")" '{}' \
    "$(done_all 1)" '{}'
url=$url.fifo run --once
is one_that_keeps_an_order_is_asked_after_each_group "$code $(asked)" '0 "1 1 1 1 1 1 1"'
put refused many
plan "$(messages "$(named refused)")" '{}' "$(done_all 1)"
run --once
is rejected_rows_are_settled "$code $(asked)" '1 "1 1 1"'
put old
body=$(named old)
put old 8
plan "$(messages "$body")" '{}' "$(done_all 1)"
run --once
is what_a_newer_object_replaced_is_settled "$code $(asked) $(queues)" '0 "1 1 1" one,two'
put hollow
: > s3/reports/q/hollow.csv
plan "$(messages "$(named hollow | jq -c 'del(.Records[0].s3.object.size)')" \
    "$(named hollow | jq -c '.Records[0].s3.object.size = 0')")" '{}' "$(done_all 2)"
run --once
is so_is_what_is_empty_whether_told_or_not "$code $(asked) $(queues)" '0 "1 1 1" one,two'

# --- a state that does not last -------------------------------------------------------------------

run --once --ephemeral
is it_needs_a_place_for_rejects "$code" 2
like and_says_so "$err" '*"rejects": "s3://bucket/prefix/"*'
jq '.rejects = "s3://kept/rows"' acload.json > kept.json
put bad many
plan "$(messages "$(named bad)")" '{}' "$(done_all 1)" -- '{"route":"PUT *kept*","status":503}'
run --once --ephemeral --config kept.json --state state3
is without_it_the_message_comes_back "$code" 3
like and_is_told "$err" '*a message comes back*'
mkdir -p s3/kept/rows
plan "$(messages "$(named bad)")" '{}' "$(done_all 1)"
run --once --ephemeral --config kept.json --state state3
is rejects_are_kept_then "$code $(asked)" '0 "1 1 1"'
is with_the_row "$(cat s3/kept/rows/*.ndjson | jq -r .row | tr -d '\n')" \
    'bad,2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z,many'

plan "$(messages "$(named bad)")" '{}' "$(done_all 1)"
run --once --ephemeral --config kept.json --state state4
is a_message_that_came_twice_leaves_them_once "$code $(asked) $(ls s3/kept/rows | wc -l)" \
    '1 "1 1 1" 1'
like they_are_counted "$out" '*1 rejected*'
is and_not_looked_for_in_this_state "$(grep -c 'acload rejects list' <<< "$out")" 0
calls() { sb GET '//sandbox/records?object=Call_Campaign__c' | wc -l; }
jobs() { sb GET //sandbox/counters | jq '.calls.bulk_create // 0'; }
printf 'Phone\n+49301234567\n' > s3/reports/q/calls.csv
plan "$(messages "$(named calls)")" "$(done_all 1)"
run --once --ephemeral --config kept.json --state state3 --plugin "$AC_ABI/good/calls.so"
is inserts_need_a_state_that_lasts "$code $(calls) $(jobs)" '2 0 0'
like and_it_is_said_what_to_do "$err" \
    '*Call_Campaign__c*acload run*INSERTS_NEED_STATE*a message comes back*'
is the_message_is_given_back "$(asked)" '"1 1"'
plan "$(messages "$(named calls)")" '{}' "$(done_all 1)"
run --once --config kept.json --state state3 --plugin "$AC_ABI/good/calls.so"
is with_one_they_are_done "$code $(calls) $(jobs)" '0 1 1'

# --- what passes ----------------------------------------------------------------------------------

put three
busy='{"route":"PATCH */composite/sobjects/*","status":503}'
plan "$(messages "$(named three)")" '{}' "$(done_all 1)" -- "$busy"
run --once
is an_org_that_is_down_is_exit_3 "$code $(queues)" '3 one,two'
like its_message_comes_back "$err $(asked)" '*a message comes back*message=m0 received=2*"1 1 1 3"'
plan "$(messages "$(named three)")" '{}' "$(done_all 1)"
run --once
is and_is_imported_then "$code $(queues)" '0 one,three,two'
plan -- '{"route":"POST /","status":503}'
run --once
is a_queue_that_is_down_is_exit_3 "$code" 3
plan -- '{"route":"POST /","status":400,"body":{"__type":"com.amazonaws.sqs#QueueDoesNotExist"}}'
run
is a_queue_that_is_none_is_exit_2 "$code" 2
like and_named "$err" "*sqs:ReceiveMessage on the queue $url is refused*QueueDoesNotExist*"
plan "$(messages "$(named three)")" '{}' "$(done_all 1)" -- \
    '{"route":"POST /services/oauth2/token","status":400,"body":{"error":"invalid_grant"}}'
SF_CONSUMER_SECRET=wrong run --state state2
is a_login_that_is_refused_is_exit_2 "$code" 2

# --- signals, time --------------------------------------------------------------------------------

# Begins a worker; waits until rules have fired that often.
begin() { # times [flag...]
    local times=$1 i
    shift
    "$ACLOAD" hook --sqs "$url" "$@" > out.txt 2> err.txt &
    pid=$!
    for ((i = 0; i < 600; i++)); do
        kill -0 $pid 2> /dev/null || break
        [[ $(asked) != \"$times* ]] || return 0
        pause 0.02
    done
    not_ok the_worker_begins "$(asked) $(< err.txt)"
}
stop() {
    kill -TERM $pid
    wait $pid
    code=$?
}
hung="$once,\"delay_ms\":86400000,\"status\":200,\"body\":{}}"
plan -- "$hung"
begin 1
stop
is a_signal_ends_the_wait "$code" 0
put four
plan "$(messages "$(named four)")" -- "$hung" "$once,\"status\":200,\"body\":$(done_all 1)}"
begin '1 1'
stop
is a_signal_settles_what_was_gathered "$code $(queues) $(asked)" '0 four,one,three,two "1 1 1"'
put five
put six
plan "$(messages "$(named five)" "$(named six)")" -- \
    '{"route":"GET /reports/*","nth":1,"delay_ms":700}' \
    "$once,\"status\":200,\"body\":$(done_all 1)}" "$once,\"status\":200,\"body\":$(done_all 1)}"
begin '1 1'
stop
is a_signal_gives_back_what_was_not_begun "$code $(queues) $(asked)" \
    '0 five,four,one,three,two "1 1 1 1"'
plan "$(messages "$(named six)")" '{}' "$(done_all 1)" "$(done_all 1)" -- \
    '{"route":"PATCH */composite/sobjects/*","nth":1,"delay_ms":2600}'
run --once --visibility 4s
is what_takes_long_is_hidden_anew "$code $(queues) $(asked)" \
    '0 five,four,one,six,three,two "1 1 1 1 1"'

# --- what is gathered -----------------------------------------------------------------------------

# The queue is asked again only when what was gathered is deleted: else it would get that answer.
awk 'BEGIN { print "Queue,StartInterval,EndInterval,Contacts handled"
    for (i = 0; i < 2000; i++) printf "many %d,%s,%s,7\n", i,
        "2031-03-04T16:00:00.000Z", "2031-03-04T16:30:00.000Z" }' > s3/reports/q/big.csv
plan "$(messages "$(named big)")" "$(done_all 1)" '{}'
run --once
is two_thousand_rows_are_enough "$code $(asked)" '0 "1 1 1"'
like and_all_of_them_are_settled "$err" '*deleted=1 back=0 rows=2000*'
put seven
plan "$(messages "$(named seven)")" "$(done_all 1)" '{}' -- '{"route":"GET /reports/q/seven.csv",
    "times":1,"status":503,"headers":{"Retry-After":"20"}}'
LD_PRELOAD=$AC_PRELOADS/hasten.so run --once --visibility 10m
is twenty_seconds_are_enough "$code $(asked)" '0 "1 1 1 1"'
like with_less_than_that "$err" '*deleted=1 back=0 rows=1 *'

# --- usage ----------------------------------------------------------------------------------------

for flags in --once '--visibility 3s' "--sqs $url --dry-run" "--sqs $url event.json" '--sqs queue'
do
    # shellcheck disable=SC2086  # several words
    "$ACLOAD" hook $flags > out.txt 2> err.txt < /dev/null
    is "refused:${flags//[^a-z0-9]/_}" "$? $(wc -c < out.txt)" '2 0'
done
