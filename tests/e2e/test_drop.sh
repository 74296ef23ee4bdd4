#!/bin/bash
# SPDX-License-Identifier: MIT
# Rejected rows let go, beside a retry that is under way or was killed: none of them is sent behind
# anybody's back, and none is counted twice.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
cd "$TMPDIR" || exit 2
export ACLOAD_STATE=$TMPDIR/state HOME=$TMPDIR
Q=AC_HistoricalQueueMetrics__c

run() {
    out=$("$ACLOAD" "$@" 2> err.txt)
    code=$?
    err=$(< err.txt)
}
plan() { req POST //sandbox/faults "[${1-}]"; }
counts() { "$ACLOAD" status --json | jq -c '[.rows[]], [.records.made, .records.written,
    .records.refused, .rejects], (.batches | length)' | tr '\n' ' '; }
arrived() { sb GET //sandbox/counters | jq ".records.$Q.created // 0"; }
report() { # name, rows
    seq "$2" | awk -v name="$1" 'BEGIN { print "Queue,StartInterval,EndInterval,Contacts handled" }
        { print name $1 ",2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z," $1 }'
}
sandbox_start --without $Q.Region__c
report Locked 20 > locked.csv
report Words 1 | sed 's/,1$/,many/' > words.csv
report Other 5 > other.csv
refuse='{"route":"PATCH */composite/sobjects/*","row_like":"*Locked*",
    "row_code":"FIELD_CUSTOM_VALIDATION_EXCEPTION","row_message":"No calls on Sunday"}'
fresh() { # 20 rows that the org refused, one that never was sent
    rm -rf state
    req POST //sandbox/reset
    sb_login
    plan "$refuse"
    run import --keep-going locked.csv words.csv
    plan
}
# A retry of the 20, which hangs in its call; sets pid.
retry() {
    plan '{"route":"PATCH */composite/sobjects/*","nth":1,"delay_ms":86400000}'
    "$ACLOAD" rejects retry --input locked > retry.txt 2> retry-err.txt &
    pid=$!
    sb_met $pid || not_ok a_retry_is_under_way "$(< retry-err.txt)"
}
killed() {
    retry
    kill -KILL $pid
    wait $pid 2> /dev/null
    plan
}

fresh
is rows_are_rejected "$code $(counts)" '1 [21,0,0,21,0] [20,0,20,21] 0 '

# --- beside one that is under way -----------------------------------------------------------------

retry
run rejects drop --yes
like nothing_is_dropped_while_others_are_sent "$code [$out] $err" \
    "3 [[]] *rejected rows*process $pid*wait for its end*"
run rejects retry
like nor_tried_twice "$code $err" "3 *rejected rows*process $pid*"
is they_are_all_there "$(counts)" '[21,0,0,21,0] [20,0,20,21] 1 '
kill -KILL $pid
wait $pid 2> /dev/null
plan

# --- after one that was killed --------------------------------------------------------------------

run rejects drop --yes
like what_was_sent_is_not_dropped "$code $out $err" \
    '3 1 rejected row removed. *20 rejected rows were not removed: *retry*acload rejects retry *'
is it_stays_a_reject "$(counts)" '[21,0,0,21,0] [20,0,20,20] 1 '
run rejects drop --input locked --quiet
like alone_it_is_not_even_asked_about "$code [$out] $err" '3 [[]] *20 rejected rows were not*'
run import other.csv
is any_run_brings_it_to_its_end "$code $(counts) $(arrived)" \
    '0 [26,25,0,1,0] [25,25,0,0] 0  25'

fresh
killed
run rejects retry --input locked
is a_retry_brings_it_to_its_end "$code $(counts) $(arrived)" '0 [21,20,0,1,0] [20,20,0,1] 0  20'

fresh
killed
run rejects retry --code NO_SUCH_CODE
like even_one_without_rows_does "$code $out" '0 *20 rejected rows: 20 sent*'
is then_nothing_is_left "$(counts) $(arrived)" '[21,20,0,1,0] [20,20,0,1] 0  20'

# --- by numbers that are not there ----------------------------------------------------------------

fresh
first=$("$ACLOAD" rejects list --json --input words | jq .id)
for verb in drop retry; do
    run rejects $verb 999999 --yes
    like "${verb}_tells_a_number_that_is_not_there" "$code [$out] $err" \
        '2 [[]] *no reject 999999; *acload rejects list*'
    run rejects $verb "$first" 5000-6000 7000 --yes
    like "${verb}_names_all_of_them" "$code [$out] $err" '2 [[]] *no reject 5000-6000, 7000; *'
    run rejects $verb "$first" --input locked --yes
    like "${verb}_heeds_the_flags" "$code [$out] $err" "2 [[]] *no reject $first among those*"
done
is nothing_was_done "$(counts) $(arrived)" '[21,0,0,21,0] [20,0,20,21] 0  0'
run rejects drop "$first" "$((first + 1))-6000" --yes
like a_range_need_not_be_full "$code $out" '* rejected row*removed.'
