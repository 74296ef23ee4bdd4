#!/bin/bash
# SPDX-License-Identifier: MIT
# Workers on a queue of fauxqs, as others wrote it, into the local org.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/e2e/peers/peers.sh
. "$(dirname "$0")/peers.sh"
: "${ACLOAD:?started by make check}"
here=$(cd "$(dirname "$0")" && pwd)

# It needs a newer node than many machines have; the package of that name brings one.
peer_install fauxqs fauxqs@2 node@22
sqs=$SB_DIR/sqs port=''
mkdir "$sqs" && cd "$SB_DIR" || exit 2
export HOME=$SB_DIR
mkfifo to from
"$PEER_MODULES/.bin/node" --no-warnings "$here/fauxqs.js" "$sqs" < to > from 2> "$sqs/err" &
sqs_pid=$!
exec 8> to 9< from
end() {
    local status=$?
    exec 8>&- 9<&-
    kill "$sqs_pid" 2> /dev/null
    wait "$sqs_pid" 2> /dev/null
    (exit "$status") # for lib_end to see
    lib_end
}
trap end EXIT
for ((i = 0; i < 6000 && ! ${#port}; i++)); do
    [ -s "$sqs/port" ] && port=$(< "$sqs/port")
    kill -0 "$sqs_pid" 2> /dev/null || break
    pause 0.01
done
[ -n "$port" ] || { not_ok fauxqs_starts "$(< "$sqs/err")"; exit 1; }
export AWS_ENDPOINT_URL=http://127.0.0.1:$port AWS_REGION=us-east-1
export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=secret AWS_EC2_METADATA_DISABLED=true
url=http://sqs.us-east-1.localhost:$port/000000000000/work

tell() { # command: its answer in REPLY
    echo "$*" >&8
    read -r -u 9 -t 120 REPLY
}
count() { tell count; } # ready, in flight, dead
queues() { sb GET '//sandbox/records?object=AC_HistoricalQueueMetrics__c' |
    jq -rs 'map(.AC_Object_Name__c) | sort | join(",")'; }
org() { sb GET //sandbox/counters |
    jq -c '.records.AC_HistoricalQueueMetrics__c | [.created, .updated]'; }
work() { # state [flag...]: ends its shell
    local state=$1
    shift
    exec "$ACLOAD" hook --sqs "$url" --visibility 4s --state "$state" "$@"
}
once() { # state [flag...]
    out=$(work "$@" --once 2> err.txt)
    code=$?
    err=$(< err.txt)
}
sandbox_start --without AC_HistoricalQueueMetrics__c.Region__c
cat > acload.json << END
{"region": "none", "retry": {"base_ms": 1, "max_ms": 5},
 "jobs": {"queues": {"inputs": "s3://reports/q/"}, "many": {"inputs": "s3://reports/many/"}}}
END
export ACLOAD_CONFIG=$SB_DIR/acload.json

# --- from an object to its record -----------------------------------------------------------------

once one
is an_empty_queue_is_no_work "$code $out$(queues)" '0 '
tell put q/one.csv
tell wrapped q/two.csv
tell send '{"Service": "Amazon S3", "Event": "s3:TestEvent"}'
tell send '{"Records": [{"eventSource": "aws:s3", "eventName": "ObjectRemoved:Delete"}]}'
once one
is what_a_message_names_is_imported "$code $(queues)" '0 one,two'
count
is all_messages_are_deleted "$REPLY" '0 0 0'
like what_needs_nothing_is_counted "$err" '*deleted=4*tests=1*others=1*'
tell put q/one.csv
once one --json
is the_same_again_does_nothing "$code $(jq -c '[.inputs.skipped, .rows.read]' <<< "$out")" '0 [1,0]'
count
is and_is_deleted "$REPLY" '0 0 0'

# --- messages that cannot be imported -------------------------------------------------------------

tell send rubbish
tell put elsewhere/a.csv
tell put q/good.csv
once one
first="$code $(queues) $err"
count
for ((i = 0; i < 60 && ${REPLY##* } != 2; i++)); do
    once one
    count
done
like the_others_are_imported "$first" \
    '4 good,one,two *message*NOT_AN_EVENT*NO_JOB*cannot be imported*received=1*'
count
is poison_ends_in_the_dead_letters "$REPLY" '0 0 2'
tell dead
like as_they_came "$REPLY $REPLY" '*rubbish*elsewhere/a.csv*'

# --- other queues ---------------------------------------------------------------------------------

work_url=$url url=${url%work}nowhere
once one
like a_queue_that_is_not_there "$code $err" \
    "2 *the queue $url is refused*check its name, account and region*"
url=${url%nowhere}ordered.fifo
tell ordered q/first.csv
tell ordered elsewhere/b.csv
tell ordered q/third.csv
once one
like one_that_keeps_an_order_is_drained_too "$code $(queues)" '4 first,good,one,two'
like up_to_what_cannot_be_imported "$err" '*deleted=1 back=0*NO_JOB*deleted=0 back=1*'
tell left
is so_the_rest_waits_for_it "$REPLY" 2
url=$work_url

# --- a worker that dies ---------------------------------------------------------------------------

plan() { req POST //sandbox/faults "[${1-}]"; }
begun() { # until the org has met the plan
    local i
    for ((i = 0; i < 3000; i++)); do
        req GET //sandbox/faults
        [[ $SB_BODY == *'"fired":0'* ]] || return 0
        pause 0.01
    done
    not_ok the_worker_begins "$(< "$1")"
}
for n in 1 2 3 4 5; do tell put "q/k$n.csv"; done
plan '{"route":"PATCH */composite/sobjects/*","nth":1,"delay_ms":86400000}'
work two --once > out.txt 2> killed.txt &
pid=$!
begun killed.txt
count
is its_messages_are_in_flight "$REPLY" '0 5 2'
kill -KILL $pid
wait $pid 2> /dev/null
plan
for ((i = 0; i < 30 && $(org | jq '.[0]') < 8; i++)); do once three; done
is another_takes_over "$code $(queues)" '0 first,good,k1,k2,k3,k4,k5,one,two'
count
is and_deletes_them "$REPLY" '0 0 2'

# --- signals --------------------------------------------------------------------------------------

work three > out.txt 2> drained.txt &
pid=$!
for n in 1 2 3; do tell put "q/s$n.csv"; done
for ((i = 0; i < 300; i++)); do
    count
    [ "$REPLY" != '0 3 2' ] || break
    pause 0.1
done
pause 5 # more than they are hidden for at once
kill -TERM $pid
wait $pid
is a_signal_drains "$? $(queues)" '0 first,good,k1,k2,k3,k4,k5,one,s1,s2,s3,two'
count
is what_was_gathered_is_deleted "$REPLY" '0 0 2'
like each_came_once "$(< drained.txt)" '*deleted=3 back=0*'

# --- many, of several workers ---------------------------------------------------------------------

sandbox_start --without AC_HistoricalQueueMetrics__c.Region__c
tell many 1 1000
for n in 1 2 3 4; do
    work many$n --once > many$n.txt 2> many$n.err &
    pids[n]=$!
done
codes=''
for n in 1 2 3 4; do
    wait "${pids[n]}"
    codes+=$?
done
# One that fauxqs gave to the worker that had hung up.
for ((i = 0; i < 10; i++)); do
    count
    [ "$REPLY" != '0 0 2' ] || break
    once many1
done
is four_workers_settle_a_thousand_messages "$codes $REPLY" '0000 0 0 2'
is nothing_is_lost_or_doubled "$(org)" '[1000,0]'
calls=$(sb GET //sandbox/counters | jq '[.calls | to_entries[] | .value] | add')
ok_if "at_most_sixty_calls ($calls)" [ "$calls" -le 60 ]
