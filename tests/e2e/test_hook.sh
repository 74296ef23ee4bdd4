#!/bin/bash
# SPDX-License-Identifier: MIT
# acload hook: notifications of every wrapping, objects as they name them, into the local org.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR
mkdir s3
sandbox_start --without AC_HistoricalQueueMetrics__c.Region__c --s3 "$TMPDIR/s3"
export AWS_ENDPOINT_URL_S3=$SB_URL AWS_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=secret

run() {
    out=$("$ACLOAD" "$@" 2> err.txt)
    code=$?
    err=$(< err.txt)
}
put() { # bucket key queue: one report of a half hour
    mkdir -p "$(dirname "s3/$1/$2")"
    printf 'Queue,StartInterval,EndInterval,Contacts handled\n%s,%s,%s,7\n' "$3" \
        2031-03-04T16:00:00.000Z 2031-03-04T16:30:00.000Z > "s3/$1/$2"
}
etag() { md5sum < "s3/$1/$2" | cut -d ' ' -f 1; }
record() { # bucket key [etag]: of a notification, the key encoded as S3 does
    local key=$2
    sb_encode "$key"
    key=${REPLY//%2F//}
    jq -cn --arg b "$1" --arg k "${key//%20/+}" --arg e "${3-$(etag "$1" "$2")}" \
        --argjson n "$(wc -c < "s3/$1/$2")" '{eventVersion: "2.1", eventSource: "aws:s3",
        eventName: "ObjectCreated:Put", s3: {bucket: {name: $b},
        object: {key: $k, size: $n, eTag: $e}}}'
}
event() { jq -cs "{Records: .}"; } # of records
gets() { sb GET //sandbox/counters | jq '.calls.s3 // 0'; }
queues() { sb GET '//sandbox/records?object=AC_HistoricalQueueMetrics__c' |
    jq -rs 'map(.AC_Object_Name__c) | sort | join(",")'; }
summary() { sed -n 2p <<< "$out" | jq -c "$1"; }

cat > acload.json << END
{
  "state": "state",
  "region": "none",
  "retry": {"base_ms": 1, "max_ms": 5},
  "jobs": {
    "queues": {"inputs": "s3://reports/q/"},
    "others": {"inputs": ["s3://reports/other/", "kinesis://contacts"], "plugins": ["ctr"]}
  }
}
END
export ACLOAD_CONFIG=$TMPDIR/acload.json

# --- one notification -----------------------------------------------------------------------------

odd='q/sfIntervalQueue-2031-03-04T16:30:00Z & a+b %41.csv'
put reports "$odd" One
record reports "$odd" | event > one.json
run hook --dry-run one.json
is a_dry_run_prints_the_record "$code $(jq -r .fields.AC_Object_Name__c <<< "$out")" '0 One'
is and_sends_nothing "$(queues)" ''
run hook one.json
is what_it_names_is_imported "$code $(queues)" '0 One'
like and_said "$out" $'event    1 object\njob      queues\ninputs   1 settled*'
is it_is_fetched_once_a_run "$(gets)" 2
before=$(gets)
run hook --json < one.json
is the_same_again_does_nothing "$code $(summary '[.inputs.skipped, .rows.read]') $(gets)" \
    "0 [1,0] $before"
is as_json_the_event_comes_first "$(head -n 1 <<< "$out" | jq -c '.event | [.objects, .repeated,
    .empty, .unmatched, .records, .tests, .malformed, .other]')" '[1,0,0,0,0,0,0,{}]'
run hook --again --json one.json
is unless_told_so "$code $(summary '[.inputs.skipped, .records.updated]')" '0 [0,1]'
run status --json
is the_status_names_command_and_job "$(jq -c '.runs[0] | [.command, .job]' <<< "$out")" \
    '["hook","queues"]'

# --- wrapped --------------------------------------------------------------------------------------

sns() { jq -c '{Type: "Notification", TopicArn: "arn", Message: tojson}'; }
sqs() { jq -cs '{Records: to_entries | map({messageId: "m-\(.key)", eventSource: "aws:sqs",
    body: .value | tojson})}'; }
for n in s1 s2 s3; do put reports "q/$n.csv" "$n"; done
bridge=$(jq -cn --arg e "$(etag reports q/s3.csv)" '{"detail-type": "Object Created",
    source: "aws.s3", detail: {bucket: {name: "reports"}, object: {key: "q/s3.csv", etag: $e}}}')
{
    record reports q/s1.csv | event | sns
    record reports q/s2.csv | event
    echo "$bridge"
    echo '{"Service": "Amazon S3", "Event": "s3:TestEvent"}'
    echo '{"Records": [{"eventSource": "aws:s3", "eventName": "ObjectRemoved:Delete"}]}'
} | sqs > wrapped.json
run hook wrapped.json
is a_queue_with_every_wrapping "$code $(queues)" '0 One,s1,s2,s3'
like what_needs_nothing_is_counted "$out" \
    $'event    3 objects, 1 test message, 1 ObjectRemoved:Delete\n*3 settled*'
put reports q/bridged.csv bridged
jq -c 'del(.detail.object.etag) | .detail.object.key = "q/bridged.csv"' <<< "$bridge" > bridged.json
run hook bridged.json
is eventbridge_need_tell_no_etag "$code $(queues)" '0 One,bridged,s1,s2,s3'
rm s3/reports/q/bridged.csv
sed 's/bridged/gone/' bridged.json > gone.json
run hook gone.json
like nor_that_it_is_there_still "$code $err" '4 *s3://reports/q/gone.csv: *no such object*'
put reports q/bare.csv bare
record reports q/bare.csv | jq -c 'del(.s3.object.eTag)' | event | "$ACLOAD" hook --quiet
is without_etag_it_is_looked_at_first "$? $(queues)" '0 One,bare,bridged,s1,s2,s3'

# --- what is left alone ---------------------------------------------------------------------------

put reports q/newer.csv newer
record reports q/newer.csv 00000000000000000000000000000000 | event > old.json
run hook old.json
like what_a_newer_object_replaced_is_success "$code $out" '0 *1 replaced by newer ones*'
is and_not_imported "$(queues)" 'One,bare,bridged,s1,s2,s3'
mkdir -p s3/reports/q/folder
record reports q/newer.csv | jq -c '.s3.object.size = 0' | event | "$ACLOAD" hook > out.txt 2>&1
is what_is_empty_is_passed_over "$? $(< out.txt)" '0 event    1 object, 1 without content'
: > s3/reports/q/nothing.csv
nothing() { # filter of the object: not all that send events tell the size
    record reports q/nothing.csv | jq -c ".s3.object |= ($1)" | event
}
nothing 'del(.size)' > nothing.json
run hook --json nothing.json
is what_turns_out_to_be_empty_too "$code $(summary '[.inputs.read, .inputs.empty,
    .inputs.failed]')" '0 [0,1,0]'
run hook nothing.json
is and_is_not_fetched_again "$code $(sed -n 3p <<< "$out")" \
    '0 nothing new: 1 input was imported before (--again imports it once more)'
nothing 'del(.size, .eTag)' | "$ACLOAD" hook --state state6 > out.txt 2> err.txt
is without_etag_too "$? $(sed -n 3p out.txt)" '0 inputs   0 settled, 1 without content'
like and_said_by_name "$(< err.txt)" '*without content is passed over*s3://reports/q/nothing.csv*'
put elsewhere q/a.csv a
put reports p/a.csv a
before=$(gets)
{ record elsewhere q/a.csv && record reports p/a.csv; } | event > foreign.json
run hook foreign.json
is what_matches_no_job_is_exit_4 "$code" 4
like each_is_named "$err" '*s3://elsewhere/q/a.csv:*NO_JOB*s3://reports/p/a.csv:*NO_JOB*'
is and_nothing_is_fetched "$(gets)" "$before"
put reports q/good.csv good
{
    record reports q/good.csv | jq -c '.s3.object.key = "q/../../elsewhere/q/a.csv"'
    record reports q/good.csv | jq -c '.s3.object.key = "q/%2e%2e/%2e%2e/elsewhere/q/a.csv"'
    record reports q/good.csv | jq -c '.s3.bucket.name = "127.0.0.1:1/x"'
    record reports q/good.csv
} | event > tricks.json
run hook tricks.json
is tricks_with_keys_and_buckets "$code $(queues)" '4 One,bare,bridged,good,s1,s2,s3'
like are_told_where_they_stand "$err" '*tricks.json: Records?0?:*NOT_A_KEY*Records?1?*NOT_A_KEY*'
before=$(gets)
"$ACLOAD" hook --config /dev/null foreign.json > out.txt 2>&1
is not_without_a_configuration "$? $(gets)" "2 $before"
echo '{"state": "state"}' > bare.json
run hook --config bare.json --plugin interval --region none one.json
is flags_alone_fetch_nothing "$code $(gets)" "4 $before"

# --- each by itself -------------------------------------------------------------------------------

put reports q/last.csv last
printf 'What,Is,This\n1,2,3\n' > s3/reports/q/strange.csv
{
    record reports q/strange.csv
    record reports q/last.csv | jq -c '.s3.object.key = "q/gone.csv"'
    echo '{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {}}'
    record reports q/last.csv
} | event > mixed.json
run hook --json mixed.json
is one_bad_object_never_stops_the_others "$code $(summary '[.inputs.settled, .inputs.failed]')" \
    '4 [1,2]'
like each_says_why "$err" '*Records?2?: names no key*UNKNOWN_REPORT*q/gone.csv: *no such object*'
sb POST //sandbox/faults '[{"route": "GET /reports/q/moved.csv", "status": 307,
    "headers": {"Location": "http://127.0.0.1:1/stolen"}},
    {"route": "GET /reports/q/moved2.csv", "status": 301, "body": "", "headers":
    {"x-amz-bucket-region": "evil.example/", "Location": "http://127.0.0.1:1/"}}]' > out.txt
put reports q/moved.csv moved
put reports q/moved2.csv moved
{ record reports q/moved.csv && record reports q/moved2.csv; } | event > moved.json
run hook moved.json
is a_redirect_is_not_followed "$code $(queues)" '4 One,bare,bridged,good,last,s1,s2,s3'
like but_told "$err" '*q/moved.csv*307*'
for text in '{"awslogs": {}}' '[]' 'rubbish' '' '{"Messages": []}' \
    '{"records": [{"recordId": "1"}]}' '{"Records": [{"eventSource": "aws:ec2"}]}'; do
    run hook - <<< "$text"
    is "refused: $text" "$code $(grep -c 'error: standard input' err.txt)" '4 1'
done
run hook missing.json
is a_missing_event_is_exit_4 "$code" 4
run hook a b
is two_events_are_a_usage_error "$code" 2

# --- places on S3, by their names -----------------------------------------------------------------

mkdir s3/bare
import() { run import --dry-run --region none "$@"; }
import s3://reports/mistyped/
like a_prefix_that_no_key_has_is_exit_4 "$code $err" '4 *s3://reports/mistyped/: *NOT_FOUND*'
import s3://reports/q/mistyped
like so_is_an_object "$code $err" '4 *aws s3 ls s3://reports/q/ shows what is there*'
import s3://bare
like a_bucket_with_nothing_in_it_is_there "$code $err" '0 *nothing to import: no file in s3://bare'
import s3://Reports/q/
like a_bucket_that_is_not_there "$code $err" '4 *names of buckets are in lower case*'
import s3://reports/q/nothing*
like what_is_empty_is_counted "$code $err" '0 *without content are passed over*n=1*no file in*'
import "s3:/reports/$odd" arn:aws:kinesis:us-east-1:111122223333:stream/contacts kinesis://contacts
like other_spellings_are_told "$code $err" \
    '4 *written s3://reports/q/sf*"kinesis://contacts"*kinesis://contacts: *acload run*'
jq '.jobs = {later: {inputs: ["s3://bare/", "s3://reports/later/"]}}' acload.json > later.json
run run --config later.json
is a_job_waits_for_its_first_object "$code $out$err" '0 '
jq '.jobs.queues.inputs = "https://reports.s3.amazonaws.com/q/"' acload.json > web.json
run hook --config web.json one.json
like no_event_would_match_another_spelling "$code $err" \
    '2 *jobs.queues.inputs: *s3://reports/q/ here*'

# --- records of Kinesis ---------------------------------------------------------------------------

contact() { # number
    jq -cn --arg n "$1" '{AWSContactTraceRecordFormatVersion: "2017-03-10", Channel: "VOICE",
        Attributes: {postcallCTRImportEnabled: "true"}, LastUpdateTimestamp: "2031-03-04T16:05:00Z",
        ContactId: "00000000-0000-4000-8000-00000000000\($n)"}'
}
kinesis() { # of data in base64, a line each
    jq -Rcs --arg s "${1-contacts}" 'split("\n")[:-1] | {Records: to_entries | map({
        eventSource: "aws:kinesis", eventID: "shardId-1:\(.key + 100)",
        eventSourceARN: "arn:aws:kinesis:us-east-1:111122223333:stream/\($s)",
        kinesis: {sequenceNumber: "\(.key + 100)", data: .value,
        approximateArrivalTimestamp: 1930494662.987}})}'
}
contacts() { sb GET '//sandbox/records?object=AC_ContactTraceRecord__c' |
    jq -rs 'map(.ContactId__c[-1:]) | sort | join(",")'; }
{
    contact 1 | base64 -w 0 && echo
    { contact 2 && contact 3; } | tr -d '\n' | base64 -w 0 && echo
    contact 4 | gzip -n | base64 -w 0 && echo
    echo 'not base64!'
    contact 5 | gzip -n | head -c 60 | base64 -w 0 && echo
    contact 6 | head -c 100 | base64 -w 0 && echo
    echo '{"EventType": "LOGIN", "AgentARN": "arn"}' | base64 -w 0 && echo
    contact 7 | base64 -w 0 && echo
} > data
kinesis < data > kinesis.json
run hook --json kinesis.json
is records_are_imported "$(contacts)" 1,2,3,4,7
is broken_ones_are_rejected_alone "$code $(summary '[.rows.read, .rows.sent, .rows.dropped,
    .rows.rejected]')" '1 [9,5,1,3]'
like and_named "$err" '*103*BAD_BASE64*104*BAD_GZIP*105*BAD_JSON*'
run rejects list --json
like a_reject_holds_the_record "$out" '*broken base64: not base64!*'
run status --json
is it_is_the_stream_s_job "$(jq -r '.runs[0].job' <<< "$out")" others
run hook --json kinesis.json
is the_same_records_again_do_nothing "$code $(summary '[.inputs.skipped, .rows.read]')" '0 [1,0]'
sed '1,7d' data | kinesis another > another.json
run hook --json --region none another.json
is a_stream_without_a_job_is_imported "$code $(summary '[.rows.sent, .records.updated]')" '0 [1,1]'
{ printf '\377\376\0binary' | base64 && printf '{"cut": "\374' | base64; } > data
kinesis < data > binary.json
run hook --json --state state5 binary.json
is binary_records_are_rejected "$code $(summary '[.rows.read, .rows.rejected]')" '1 [2,2]'
kept=$("$ACLOAD" rejects list --json --state state5 | jq -r '.row | fromjson | sub(".*: "; "")')
is and_kept_byte_for_byte "$(sort <<< "$kept")" "$(sort data)"
{ echo 'no JSON at all' | base64 && echo 'nor this' | base64; } > none
kinesis < none > none.json
run hook --json none.json
is what_holds_no_json_is_rejected_row_by_row "$code $(summary '[.rows.read, .rows.rejected]')" \
    '1 [2,2]'
run rejects list --json
like and_kept "$out" '*no JSON at all*'
kinesis another < none | "$ACLOAD" hook --state state4 --region none > out.txt 2> err.txt
is without_a_job_too "$? $(sed -n 's/^rows *//p' out.txt)" '1 2 read = 2 rejected'
like and_what_no_plugin_would_know_is_kept "$("$ACLOAD" rejects list --json --state state4)" \
    '*no JSON at all*nor this*'
sed 's|"s3://reports/other/", ||' acload.json > streams.json
AWS_ENDPOINT_URL_KINESIS=http://127.0.0.1:1 run run --config streams.json others
like run_asks_for_the_stream_itself "$code $err" '4 *kinesis://contacts*cannot be reached*'
run import --json --state state2 --region none kinesis.json
is import_takes_the_same_event "$code $(jq -c '[.rows.sent, .rows.rejected]' <<< "$out")" '1 [5,3]'
run import --json --state state3 --region none - < kinesis.json
is from_standard_input_too "$code $(jq -c '[.rows.sent, .rows.rejected]' <<< "$out")" '1 [5,3]'
is and_leaves_no_copy "$(find state2 state3 state -name 'stdin.*' -o -name 'event.*')" ''
echo '{"Records": []}' > none.json
run hook none.json
is an_event_without_records_is_no_mistake "$code $out" '0 event    names nothing'
run import --region none none.json
like a_file_to_import_is "$code $err" '4 *none.json: *list of records is empty (EMPTY_INPUT)*'
jq -cn '{Records: [{eventSource: "aws:sqs", messageId: "m-1", body: "hello"},
    {EventSource: "aws:sns", Sns: {Type: "Notification", Message: "hello"}},
    {eventSource: "aws:sqs", messageId: "m-2", body: ""}]}' > words.json
run hook --json words.json
is what_is_no_event_is_counted "$code $(jq .event.malformed <<< "$out")" '4 3'
like each_part_by_its_place "$err" '*message m-1: the body is no JSON *: hello (*'`
    `'*Records?1?: the Message of SNS is no JSON *message m-2: the body is empty (*'
run import --region none one.json
like import_points_to_hook_for_notifications "$code $err" '4 *acload hook*'
