#!/bin/bash
# SPDX-License-Identifier: MIT
# A ledger that another program keeps locked: said plainly, and gone on with later.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${ACLOAD:?started by make test}"
: "${AC_PRELOADS:?the folder of hasten.so, which lets sleeps pass at once}"
cd "$TMPDIR" || exit 2
export HOME=$TMPDIR ACLOAD_STATE=$TMPDIR/state
export ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 # the preload stands before it
Q=AC_HistoricalQueueMetrics__c C=Call_Campaign__c

report() { # rows: of which the fifth is none
    echo 'Queue,StartInterval,EndInterval,Contacts handled'
    seq "$1" | awk '{ print "Q" $1 ",2031-03-04T16:00:00.000Z,2031-03-04T16:30:00.000Z," \
        ($1 == 5 ? "many" : $1) }'
}
calls() { # rows: every fifth number twice
    echo Phone
    seq "$1" | awk '{ printf "+1202555%06d\n", $1 % 5 ? $1 : 1000 + $1 % 10 }'
}
report 3 > few.csv
report 400 > many.csv
calls 40 > calls.csv

# Another program writes to the ledger, and does not come to an end with it.
mkfifo lock.in lock.out
hold() {
    sqlite3 -batch -bail state/ledger.db < lock.in > lock.out 2>&1 &
    holder=$!
    exec 4> lock.in 5< lock.out
    printf '%s\n' '.timeout 20000' 'BEGIN IMMEDIATE;' '.system echo held' >&4
    read -r -u 5 REPLY
    is "$1_the_ledger_is_locked" "$REPLY" held
}
let_go() {
    exec 4>&-
    wait $holder
    exec 5>&-
}

config() { # members of limits
    echo '{"retry":{"base_ms":1,"max_ms":1},"limits":{"collections_in_flight":1,
        "poll_first_ms":1,"poll_max_ms":1'"${1-}"'}}' > config.json
}
plan() { req POST //sandbox/faults "[${1-}]"; }
fresh() { # [rule]
    rm -rf state
    req POST //sandbox/reset
    plan "${1-}"
}
import=("$ACLOAD" import --json --config config.json --region none)
run() { # flags and files: sets code, out, err
    out=$("${import[@]}" "$@" 2> err.txt)
    code=$?
    err=$(< err.txt)
}
# Begins a load whose sleeps take no time, and stops its clock when the org has met the first rule.
begin() { # name flags and files
    LD_PRELOAD=$AC_PRELOADS/hasten.so "${import[@]}" "${@:2}" > out.json 2> err.txt &
    pid=$!
    sb_met $pid || not_ok "$1_meets_it" "$(< err.txt)"
    kill -STOP $pid || not_ok "$1_begins" "$(< err.txt)"
}
end() {
    kill -CONT $pid
    wait $pid
    code=$?
    err=$(< err.txt)
}
org() { # object: records created, updated
    sb GET //sandbox/counters | jq -c "[.records.$1.created, .records.$1.updated] | map(. // 0)"
}
jobs() { # made, uploads, times one was told to begin or to end
    sb GET //sandbox/counters |
        jq -c '.calls | [.bulk_create, .bulk_upload, .bulk_state] | map(. // 0)'
}
counts() { # rows read, sent, rejected, of the ledger
    "$ACLOAD" status --json |
        jq -c '[.rows.read, .rows.sent, .rows.rejected, .rows.waiting, .open]'
}
busy='3 *another acload kept writing to *state/ledger.db for 30 s*run again*(LEDGER_BUSY)*'

sandbox_start --without $Q.Region__c
config

# --- from the first moment ------------------------------------------------------------------------

fresh
run few.csv
is a_first_load_goes_well "$code $(org $Q)" '0 [3,0]'
hold at_once
begin at_once many.csv
end
like at_once_it_is_said "$code $err" "$busy"
is at_once_it_is_said_once "$(grep -c LEDGER_BUSY err.txt)" 1
is at_once_nothing_is_sent "$(org $Q)" '[3,0]'
is looking_is_not_kept_from "$(counts)" '[3,3,0,0,0]'
let_go
run many.csv
is after_it_all_is_loaded "$code $(counts) $(org $Q)" '1 [403,402,1,0,0] [399,3]'

# --- while a call is under way: its outcome is known, and cannot be kept ------------------------

slow='"nth":1,"delay_ms":400'
fresh '{"route":"PATCH */composite/sobjects/*",'"$slow"'}'
begin collections many.csv
hold collections
end
like collections_say_so "$code $err" "$busy"
is collections_have_written "$(org $Q)" '[399,0]'
let_go
run many.csv
is collections_go_on "$code $(counts) $(org $Q)" '1 [400,399,1,0,0] [399,399]'

config ',"collections_max":0'
fresh '{"route":"PATCH */jobs/ingest/*",'"$slow"'}'
begin bulk many.csv
hold bulk
end
like a_job_says_so "$code $err" "$busy"
is a_job_has_written "$(org $Q)" '[399,0]'
let_go
run many.csv
is a_job_is_asked_and_not_done_again "$code $(counts) $(org $Q) $(jobs)" \
    '1 [400,399,1,0,0] [399,0] [1,1,1]'

insert=(--plugin "$AC_ABI/good/calls.so")
fresh '{"route":"PATCH */jobs/ingest/*",'"$slow"',"row_like":"*7","row_code":"STRING_TOO_LONG"}'
begin inserts "${insert[@]}" calls.csv
hold inserts
end
like inserts_say_so "$code $err" "$busy"
is inserts_are_there "$(org $C)" '[36,0]'
let_go
run "${insert[@]}" calls.csv
is inserts_are_asked_about_and_not_done_again "$code $(counts) $(org $C) $(jobs)" \
    '1 [40,36,4,0,0] [36,0] [1,1,1]'

# The number of the job cannot be kept: nothing is sent under it.
fresh '{"route":"POST */jobs/ingest",'"$slow"'}'
begin a_job "${insert[@]}" calls.csv
hold a_job
end
like a_job_without_a_note_says_so "$code $err" "$busy"
is a_job_without_a_note_inserts_nothing "$(org $C) $(jobs)" '[0,0] [1,0,1]'
let_go
run "${insert[@]}" calls.csv
is another_job_takes_its_place "$code $(counts) $(org $C) $(jobs)" \
    '0 [40,40,0,0,0] [40,0] [2,1,2]'
