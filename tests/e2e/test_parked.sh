#!/bin/bash
# SPDX-License-Identifier: MIT
# An object that takes nothing: what goes to others goes on, in the same run and in later ones.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR
Q=AC_HistoricalQueueMetrics__c A=AC_AgentPerformance__c

plan() { # [rules]
    req POST //sandbox/faults "[${1-}]"
    [ "$SB_STATUS" = 200 ] || not_ok a_plan_is_taken "$SB_BODY"
}
rows() { # column name n
    seq "$3" | awk -v c="$1" -v n="$2" 'BEGIN { print c ",StartInterval,EndInterval,Occupancy" }
        { print n $1 ",2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z,2" }'
}
agents() { rows Agent "$1" "$2" > "agents/$1.csv"; } # name n
queues() { rows Queue "$1" "$2" > "queues/$1.csv"; }
jobs() { # the file's jobs; more of the configuration
    printf '{"state":"%s/state","region":"none","retry":{"base_ms":1,"max_ms":1},%s "jobs":{%s}}' \
        "$TMPDIR" "${2-}" "$1" > acload.json
}
a='"agents":{"inputs":"agents","min_age":"0s"}' q='"queues":{"inputs":"queues","min_age":"0s"}'
both='"both":{"inputs":["agents","queues"],"min_age":"0s"}'
export ACLOAD_CONFIG=$TMPDIR/acload.json
fresh() {
    rm -rf state agents queues
    mkdir agents queues
    req POST //sandbox/reset
    sb_login
    plan
    agents a 300
    queues q 40
}
run() { # words
    out=$("$ACLOAD" "$@" 2> err.txt)
    code=$?
    err=$(< err.txt)
}
made() { # created of each object, calls that brought records
    sb GET //sandbox/counters |
        jq -c "[.records.$A.created // 0, .records.$Q.created // 0]"
}
told() { grep -c "$1" err.txt; }
calls() { sb GET //sandbox/counters | jq '.calls.collections_upsert // 0'; }
counts() {
    "$ACLOAD" status --json | jq -c '[.rows.sent, .rows.rejected, .rows.waiting, .open, .rejects]'
}
refused='{"route":"PATCH */composite/sobjects/'$A'/*","row_like":"*","row_message":"Not allowed.",
    "row_code":"FIELD_CUSTOM_VALIDATION_EXCEPTION"}'

sandbox_start --without $Q.Region__c --without $A.Region__c

# --- every record is refused alike ----------------------------------------------------------------

for order in "$a,$q" "$q,$a" "$both"; do
    name=$(grep -o '^"[a-z]*' <<< "$order")_first
    name=${name#\"}
    fresh
    jobs "$order"
    plan "$refused"
    run run
    like "${name}_it_is_told_what_to_do" "$code $err" \
        "2 *for $A were all refused alike: Not allowed (FIELD_CUSTOM*AC_Administrator*"
    is "${name}_it_is_told_once" "$(told 'Not allowed') $(told 'row rejected')" '1 0'
    is "${name}_the_other_object_has_its_records" "$(made) $(counts)" '[0,40] [40,0,300,1,0]'
    agents later 5
    queues later 10
    n=$(calls)
    run run
    is "${name}_a_later_run_tells_it_once" "$code $(told 'Not allowed')" '2 1'
    is "${name}_a_later_run_brings_what_is_new" "$(made)" '[0,50]'
    ok_if "${name}_a_later_run_tries_a_few" test $(($(calls) - n)) -le 4
    like "${name}_a_later_run_counts_what_waits" "$out" '*2 put off*'
    run run --json
    is "${name}_nothing_piles_up" "$code $(find state/spool -name '*.origin' | wc -l) $(
        sqlite3 state/ledger.db 'SELECT count(*) FROM batch WHERE state < 2')" \
        '2 1 1'
    plan
    run run
    is "${name}_mended_all_arrives_once" "$code $(made) $(counts)" '0 [305,50] [355,0,0,0,0]'
    run run
    is "${name}_nothing_is_left_to_do" "$code|$out|$err" '0||'
done

# The summary and the status say the same of what waits.
fresh
plan "$refused"
sums='[[.rows | .read, .sent, .dropped, .rejected, .waiting], [.records[]]]'
run import --json agents/a.csv queues/q.csv
summary=$(jq -c "$sums" <<< "$out")
is what_waits_is_counted_as_made "$code $summary" \
    '2 [[340,40,0,0,300],[340,40,40,0,0,0,300]]'
is so_it_is_by_the_status "$("$ACLOAD" status --json | jq -c "$sums")" "$summary"
is so_it_is_of_each_input "$("$ACLOAD" status --json | jq -c '.inputs[] | '"$sums" | sort)" \
    $'[[300,0,0,0,300],[300,0,0,0,0,0,300]]\n[[40,40,0,0,0],[40,40,40,0,0,0,0]]'

# --- by bulk jobs they are rejects ----------------------------------------------------------------

fresh
jobs "$a,$q" '"limits":{"collections_max":0,"poll_first_ms":1},'
plan '{"route":"PATCH */jobs/ingest/*","nth":1,"row_like":"*","row_message":"Not allowed.",
    "row_code":"FIELD_CUSTOM_VALIDATION_EXCEPTION"}'
run run
like so_it_is_by_bulk_jobs "$code $err" '2 *for '$A' were all refused alike*rejects retry*'
is of_which_the_others_go_on "$(made) $(counts)" '[0,40] [40,300,0,0,300]'
plan
run rejects retry --json
is which_go_in_by_a_retry "$code $(made)" '0 [300,40]'

# --- the whole call is refused --------------------------------------------------------------------

fresh
jobs "$both"
plan '{"route":"PATCH */composite/sobjects/'$A'/*","status":400,"code":"INVALID_TYPE",
    "message":"sObject type is not supported."}'
run run
like a_call_refused_for_its_object_stops_that_alone "$code $(made) $err" \
    '2 \[0,40] *sObject type is not supported*'
is a_call_refused_is_told_once "$(told 'not supported')" 1
run run
is a_call_refused_is_told_by_each_run "$code $(told 'not supported') $(made)" '2 1 [0,40]'
plan
run run
is a_call_taken_at_last "$code $(made) $(counts)" '0 [300,40] [340,0,0,0,0]'

# --- the object is not there ----------------------------------------------------------------------

gone='{"route":"GET */sobjects/'$A'/describe","status":404,"code":"NOT_FOUND",
    "message":"The requested resource does not exist"}'
for order in "$a,$q" "$both"; do
    name=$(grep -o '^"[a-z]*' <<< "$order")_first
    name=${name#\"}
    fresh
    jobs "$order"
    agents other 20
    plan "$gone"
    run run
    like "${name}_a_missing_object_is_told" "$code $err" "2 *has no object $A*AC_Administrator*"
    is "${name}_a_missing_object_keeps_nobody" "$(told 'has no object') $(made)" '1 [0,40]'
    plan
    run run
    is "${name}_an_object_that_came_back_gets_all" "$code $(made) $(counts)" \
        '0 [320,40] [360,0,0,0,0]'
done

# With a batch of it left: one that was refused, whose object is gone by the next run.
fresh
jobs "$q,$a" '"describe_fresh":"0s",'
plan "$refused"
run run
plan "$gone"
queues later 10
agents later 5
run run
is a_left_batch_of_a_missing_object_keeps_nobody \
    "$code $(told 'has no object') $(made)" '2 1 [0,50]'
plan
run run
is a_left_batch_is_brought_when_it_is_back "$code $(made) $(counts)" '0 [305,50] [355,0,0,0,0]'

# --- who else meets what is left ------------------------------------------------------------------

fresh
jobs "$q,$a"
plan "$refused"
run run
queues event 7
agents event 3
run import queues/event.csv
is an_import_of_another_object_has_its_records "$(made)" '[0,47]'
fresh
plan "$refused"
run run
rm -rf agents/* queues/*
queues stdin 7
run import - < queues/stdin.csv
is what_stdin_brings_goes_in "$(made)" '[0,47]'
plan
run import --json agents
is an_import_brings_what_a_run_left "$(made) $(counts)" '[300,47] [347,0,0,0,0]'

# A worker, or whoever tries rejects again, goes on until it needs the object; then it stops.
fresh
jobs "$both"
agents a 3
plan "$refused,"'{"route":"PATCH */composite/sobjects/'$Q'/*","row_like":"*q7*",
    "row_code":"STRING_TOO_LONG"}'
run run
agents later 300
run run
is some_are_rejects_some_are_left "$code $(counts)" '2 [39,4,300,1,4]'
plan "$refused"
run rejects retry --json --object $Q
is a_retry_of_another_object_is_not_stopped "$code $(made)" '0 [0,40]'
is a_left_batch_stays_with_the_run_that_left_it "$(sqlite3 state/ledger.db \
    'SELECT command FROM batch JOIN run ON run.id = batch.run WHERE state < 2')" run
run rejects retry --json --object $A
like a_retry_of_the_object_stops "$code $err" '2 *for '$A' were all refused alike*'
plan
run rejects retry
is mended_both_come_to_their_end "$code $(made) $(counts)" '0 [303,40] [343,0,0,0,0]'

# --- what is nobody's own trouble stops everything ------------------------------------------------

fresh
jobs "$a,$q"
plan '{"route":"PATCH */composite/sobjects/*","status":403,"code":"API_DISABLED_FOR_ORG",
    "message":"API is not enabled for this Organization or Partner"}'
run run
like what_is_the_orgs_trouble_is_told_by_each_job "$code $(made)" '2 \[0,0]'
fresh
SF_CONSUMER_SECRET=wrong run run
like a_login_that_is_refused_is_told_once "$code $(told SF_CONSUMER_SECRET) $(made)" '2 1 \[0,0]'
