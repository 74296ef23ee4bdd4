#!/bin/bash
# SPDX-License-Identifier: MIT
# acload as the function that AWS Lambda calls, its runtime interface played by a small server.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/lambda/lambda.sh
cd "${TMPDIR:?}" && . "$AC_ROOT/tests/e2e/lambda/lambda.sh"
: "${ACLOAD:?started by make test}"
export HOME=$TMPDIR
mkdir -p s3/kept/lambda
runtime_start
sandbox_start --without AC_HistoricalQueueMetrics__c.Region__c --s3 "$TMPDIR/s3"
export AWS_ENDPOINT_URL_S3=$SB_URL AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=AKIDEXAMPLE
export AWS_SECRET_ACCESS_KEY=secret AWS_SESSION_TOKEN=token
export ACLOAD_STATE=$TMPDIR/state ACLOAD_CONFIG=$TMPDIR/acload.json
cat > acload.json << END
{
  "region": "none",
  "rejects": "s3://kept/lambda/",
  "retry": {"base_ms": 1, "max_ms": 5, "attempts": 2},
  "jobs": {
    "queues": {"inputs": "s3://reports/q/"},
    "calls": {"inputs": "s3://reports/calls/", "plugins": ["$AC_ABI/good/calls.so"]},
    "contacts": {"inputs": "kinesis://contacts", "plugins": ["ctr"]}
  }
}
END

function_start() { # [environment...]
    ln -sf "$ACLOAD" bootstrap
    # Its plugins and schemas are beside acload, not beside the link.
    env "$@" ./bootstrap > out.txt 2> err.txt &
    function_pid=$!
}
function_stop() { # sets code
    kill -TERM "$function_pid"
    wait "$function_pid"
    code=$?
    function_pid=''
}
kinesis() { # of data in base64, a line each
    jq -Rcs '{Records: split("\n")[:-1] | to_entries | map({
        eventSource: "aws:kinesis", eventID: "shardId-1:\(.key + 100)",
        eventSourceARN: "arn:aws:kinesis:us-east-1:111122223333:stream/contacts",
        kinesis: {sequenceNumber: "\(.key + 100)", data: .value}})}'
}
contact() { # number
    jq -cn --arg n "$1" '{AWSContactTraceRecordFormatVersion: "2017-03-10", Channel: "VOICE",
        Attributes: {postcallCTRImportEnabled: "true"}, LastUpdateTimestamp: "2031-03-04T16:05:00Z",
        ContactId: "00000000-0000-4000-8000-00000000000\($n)"}' | base64 -w 0 && echo
}
queues() { sb GET '//sandbox/records?object=AC_HistoricalQueueMetrics__c' |
    jq -rs 'map(.AC_Object_Name__c) | sort | join(",")'; }
contacts() { sb GET '//sandbox/records?object=AC_ContactTraceRecord__c' |
    jq -rs 'map(.ContactId__c[-1:]) | sort | join(",")'; }
nothing='response {"batchItemFailures":[]}'
faults() { sb POST //sandbox/faults "$1" > out.sb; }

# --- events ---------------------------------------------------------------------------------------

function_start
put q/one.csv One
record q/one.csv | event | invoke s3
is an_event_of_s3_is_imported "$answer $(queues)" "$nothing One"
like what_it_did_is_said_in_json "$(tail -n 1 out.txt | jq -c '[.exit_code, .inputs.settled]')" \
    '?0,1?'
record q/one.csv | event | invoke s3-again
is the_same_again_does_nothing "$answer $(tail -n 1 out.txt | jq -c '[.inputs.skipped,
    .rows.read]')" "$nothing [1,0]"
put q/two.csv Two
put q/three.csv Three
echo 'What,Is,This' > s3/reports/q/strange.csv
: > s3/reports/q/nothing.csv # of an event that does not tell its size
{
    record q/two.csv | event
    echo '{"hello": "world"}'
    record q/gone.csv | event
    echo '{"Service": "Amazon S3", "Event": "s3:TestEvent"}'
    record elsewhere/x.csv | event
    record q/three.csv | event
    { record q/three.csv && record q/gone.csv; } | event
    record q/nothing.csv | jq -c 'del(.s3.object.size)' | event
} | sqs | invoke sqs
is only_what_failed_comes_back "$answer $(queues)" \
    'response {"batchItemFailures":[{"itemIdentifier":"m-2"},{"itemIdentifier":"m-4"},'`
    `'{"itemIdentifier":"m-1"}]} One,Three,Two'
{ contact 1 && echo 'broken!' && contact 2; } | kinesis | invoke kinesis
is what_is_rejected_does_not_come_back "$answer $(contacts)" "$nothing 1,2"
like and_is_kept_where_it_lasts "$(jq -r .row s3/kept/lambda/*.ndjson)" '*broken!*'
is not_here "$("$ACLOAD" rejects list --json)" ''
worse() { contact 5 && echo 'worse!' && contact 1 && contact 2; }
faults '[{"route": "PUT /kept/*", "status": 403, "times": 1}]'
worse | kinesis | invoke unkept
like what_cannot_be_kept_comes_again "$answer $(contacts)" 'error Acload.Configuration* 1,2,5'
like and_it_says_where "$(< err.txt)" '*s3://kept/lambda/*cannot be written*s3:PutObject*'
worse | kinesis | invoke kept
is it_is_kept_then "$answer" "$nothing"
is once "$(jq -r .row s3/kept/lambda/*.ndjson | grep -c 'broken!\|worse!')" 2
echo 'rubbish' | base64 | kinesis | invoke nothing
is nor_what_never_can_be_read "$answer" "$nothing"
like though_it_is_told "$(< err.txt)" '*NO_JSON*'
is and_kept "$(jq -r .row s3/kept/lambda/*.ndjson | grep -c 'holds no JSON object: rubbish')" 1
echo 'alone' | base64 | kinesis | sed 's|stream/contacts|stream/others|' | invoke alone
is without_a_plugin_named_it_is_kept_too "$answer $(jq -r .row s3/kept/lambda/*.ndjson |
    grep -c 'holds no JSON object: alone')" "$nothing 1"
is every_message_is_json_with_the_request "$(jq -r 'select(.request == null)' err.txt)" ''

# --- trouble --------------------------------------------------------------------------------------

put q/four.csv Four
faults '[{"route": "PATCH /services/data/*/composite/*", "status": 503, "times": 2}]'
record q/four.csv | event | invoke trouble
like an_event_that_failed_is_an_error "$answer" \
    'error Acload.Stopped*"errorMessage":"acload could not settle *"errorType":"Acload.Stopped"*'
record q/four.csv | event | invoke trouble-again
is and_goes_on_when_it_comes_again "$answer $(queues)" "$nothing Four,One,Three,Two"
faults '[{"route": "PATCH /services/data/*/composite/*", "status": 503, "times": 2}]'
{ contact 3 && contact 4; } | kinesis | invoke shard
is a_shard_comes_back_from_its_first "$answer" \
    'response {"batchItemFailures":[{"itemIdentifier":"100"}]}'
{ contact 3 && contact 4; } | kinesis | invoke shard-again
is and_is_imported_then "$answer $(contacts)" "$nothing 1,2,3,4,5"
echo '{"hello": "world"}' | invoke foreign
like an_event_of_no_kind_is_an_error "$answer" 'error Acload.Input*'
put q/five.csv Five
faults '[{"route": "PATCH /services/data/*/composite/*", "delay_ms": 2000, "times": 1}]'
record q/five.csv | event | sqs | invoke late 800
is before_the_deadline_it_stops "$answer" \
    'response {"batchItemFailures":[{"itemIdentifier":"m-0"}]}'
record q/five.csv | event | sqs | invoke late-again
is and_goes_on_next_time "$answer $(queues)" "$nothing Five,Four,One,Three,Two"
record q/five.csv | event | sqs | invoke too-late 0
is with_no_time_nothing_is_begun "$answer" \
    'response {"batchItemFailures":[{"itemIdentifier":"m-0"}]}'
mkdir s3/reports/calls
put q/six.csv Six
printf 'Phone\n+49301234567\n' > s3/reports/calls/sheet.csv
{
    record calls/sheet.csv | event
    record q/six.csv | event
} | sqs | invoke inserts
is inserts_need_a_state_that_lasts "$answer $(sb GET '//sandbox/records?object=Call_Campaign__c')" \
    'response {"batchItemFailures":[{"itemIdentifier":"m-0"}]} '
is the_others_arrive "$(queues)" Five,Four,One,Six,Three,Two
like and_the_log_says_so "$(tail -n 20 err.txt)" '*Call_Campaign__c*INSERTS_NEED_STATE*'
function_stop
is a_signal_ends_it "$code" 0

# Each shard has a batch of its own, so that the first is settled though the run ends at the second.
jq --arg stops "$AC_ABI/good/stops.so" '.limits.bulk_max_bytes = 10000 |
    .jobs.contacts.plugins = [$stops, "ctr"]' acload.json > stops.json
function_start ACLOAD_CONFIG=stops.json
{ contact 6 && contact 7 | base64 -d | jq -c '.Halt = true' | base64 -w 0 && echo; } | kinesis |
    jq -c '.Records[0].eventID = "shardId-2:100" | .Records[1].eventID = "shardId-3:101"' |
    invoke shards
is a_shard_is_told_by_its_own_outcome "$answer $(contacts)" \
    'response {"batchItemFailures":[{"itemIdentifier":"101"}]} 1,2,3,4,5,6'
function_stop

# Where the state does not last, nobody would know what was inserted.
jq '.jobs.contacts.plugins = [{name: "ctr", options: {recordings: "contact"}}]' acload.json \
    > recordings.json
asking() { # for its recording
    contact 8 | base64 -d | jq -c '.Attributes.postcallRecordingImportEnabled = "true" |
        .Recording = {Location: "x.wav", Status: "AVAILABLE", Type: "AUDIO"}' | base64 -w 0 && echo
}
function_start ACLOAD_CONFIG=recordings.json
asking | kinesis | jq -c '.Records[0].eventID = "shardId-3:100"' | invoke recording
is what_would_be_inserted_is_refused "$answer $(tail -n 1 out.txt | jq .exit_code)" \
    'response {"batchItemFailures":[{"itemIdentifier":"100"}]} 2'
like and_why "$(< err.txt)" '*nothing is inserted into AC_ContactChannelAnalytics__c*does not last*'
is and_nothing_of_it_was_sent "$(contacts)" 1,2,3,4,5,6
function_stop

# --- its beginning --------------------------------------------------------------------------------

jq 'del(.rejects)' acload.json > lossy.json
function_start ACLOAD_CONFIG=lossy.json
wait_for rt/answers/init.error
wait "$function_pid"
like without_a_place_for_rejects_it_does_not_begin "$? $(< err.txt)" \
    '2 *rejects*s3://bucket/prefix/*'
rm rt/answers/init.error
function_start ACLOAD_CONFIG=missing.json
wait_for rt/answers/init.error
wait "$function_pid"
is a_bad_configuration_is_an_error_of_the_start "$?" 2
function_pid=''
like which_lambda_is_told "$(< rt/answers/init.error)" 'Acload.Configuration*"errorMessage":*'
out=$(env -u AWS_LAMBDA_RUNTIME_API "$ACLOAD" hook --lambda 2>&1)
like elsewhere_it_says_what_it_is_for "$? $out" '2 *AWS_LAMBDA_RUNTIME_API*'
out=$("$ACLOAD" hook --lambda event.json 2>&1)
like it_takes_no_event_of_ours "$? $out" '2 *neither EVENT nor*'
kill "$runtime_pid"
wait "$runtime_pid" 2> /dev/null
out=$("$ACLOAD" hook --lambda 2>&1)
like without_a_runtime_it_ends "$? $out" '3 *"LAMBDA"*'
